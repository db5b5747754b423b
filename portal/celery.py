"""The Celery app. Its timetable stands in ``settings.CELERY_BEAT_SCHEDULE``, tasks by name."""

import logging
import os
from collections.abc import Sequence
from typing import Any

from celery import Celery, Task
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

logger = logging.getLogger(__name__)

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def enqueue(task: Task, ids: Sequence[int], **options: Any) -> None:
    """Send ``task`` for each row that is work by lease.

    A broker that is down delays the work; the sweeper finds it in its row.
    """
    try:
        for pk in ids:
            task.apply_async((pk,), **options)
    except OperationalError:
        logger.warning("broker unreachable; %d of %s wait for the sweeper", len(ids), task.name)
