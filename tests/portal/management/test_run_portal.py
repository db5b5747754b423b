"""What `make run` keeps running."""

from pathlib import Path

from celery import current_app
from django.conf import settings

from portal.management.commands.run_portal import programs
from portal.webhooks import tasks


def workers():
    """Name of the node → the queues it takes from."""
    lines = [list(program.command) for program in programs(Path("/srv/home"), 8000)]
    return {
        line[line.index("--hostname") + 1]: line[line.index("--queues") + 1].split(",")
        for line in lines
        if "worker" in line
    }


def test_each_queue_has_a_worker_of_its_own():
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    assert sorted(workers().values()) == sorted([name] for name in queues)


def test_no_two_programs_share_a_log():
    names = [program.name for program in programs(Path("/srv/home"), 8000)]
    assert len(names) == len(set(names))


def test_webhooks_stand_in_another_line_than_everything_else():
    current_app.loader.import_default_modules()
    ours = [name for name in current_app.tasks if not name.startswith("celery.")]
    route = current_app.amqp.router.route
    apart = {name for name in ours if route({}, name)["queue"].name == "deliveries"}
    assert apart == {tasks.sweep.name, tasks.deliver.name}
    assert {route({}, name)["queue"].name for name in set(ours) - apart} == {"celery"}
