"""When facts change, evaluate; when shards wait, wake workers."""

from contextlib import suppress

from django.dispatch import receiver

from centers.models import Section
from centers.signals import event_changed, facts_changed
from evaluation.models import Pack, RectificationItem
from evaluation.services import evaluations
from evaluation.signals import results_changed, shards_waiting
from evaluation.tasks import evaluate_shard, follow_rectifications
from portal.batches import any_of
from portal.celery import enqueue
from portal.jurisdictions.models import Division
from projects.signals import duty_changed

# Redis keeps a list per priority and hands out the lower number first: between two shards of a
# whole country a worker takes the one center that was just accepted, and every other task.
URGENT, BULK = 0, 9
# What the duties of a district rest on: who was there, and with what money.
OF_DUTIES = frozenset({Section.Kind.PROFILE, Section.Kind.FUNDING})


@receiver(facts_changed)
def evaluate_changed(sender, center_ids, at, kinds=(), **kwargs):
    evaluations.request_for(
        center_ids=center_ids, at=at, with_duties=not OF_DUTIES.isdisjoint(kinds)
    )


@receiver(event_changed)
def evaluate_duties(sender, event, at, **kwargs):
    """The district's duties, of which events are a part."""
    _judge_duties(event.place_in_tree, at)


@receiver(duty_changed)
def evaluate_duties_of_projects(sender, center, at, **kwargs):
    """The same for lottery money and for what was signed after an introduction."""
    _judge_duties(center.division, at)


def _judge_duties(place, at):
    """Judge the district of a place again; without a pack there are no duties."""
    district = Division.objects.get(code=place.district_code)
    with suppress(Pack.DoesNotExist):
        evaluations.request_duties(district=district, at=at)


@receiver(shards_waiting)
def enqueue_shards(sender, ids, *, is_urgent=False, **kwargs):
    enqueue(evaluate_shard, ids, priority=URGENT if is_urgent else BULK)


@receiver(results_changed)
def follow_results(sender, ids, **kwargs):
    """Rectifications follow the results of their centers; most centers have none."""
    followed = RectificationItem.objects.filter(any_of("center_id", ids)).exclude(rule="")
    centers = followed.order_by().values_list("center_id", flat=True).distinct()
    enqueue(follow_rectifications, sorted(centers), priority=URGENT)
