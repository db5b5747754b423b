"""Coordination events as they were known: what was corrected since is put back by the trail.

An event keeps its last correction alone; the trail, which is append-only, keeps what was before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from centers.models import Center, CoordinationEvent, EventMinutes
from evaluation.rules import duties as d
from portal.audit.models import AuditEvent
from portal.jurisdictions.models import Division

CORRECTIONS = ("centers.event.correct", "centers.event.record")
BETWEEN = "、"


def as_known(
    district: Division, year: int, events: Iterable[d.Event], known_at: datetime
) -> tuple[d.Event, ...]:
    """The events of the year without what was corrected after ``known_at``. Four queries, one when
    nothing was.

    ``events`` as ``districts.facts_for`` gives them, which knows of no correction.
    """
    undone = _changes_after(district, known_at)
    stand = [event for event in events if event.row not in undone]
    if not undone:
        return tuple(stand)
    found = CoordinationEvent.objects.filter(pk__in=list(undone), planned_at__lte=known_at)
    found = found.prefetch_related("participants").order_by("pk")
    written = EventMinutes.objects.filter(event__in=list(undone), written_at__lte=known_at)
    minuted = set(written.values_list("event_id", flat=True))
    homes = {
        code: (pk, division_id)
        for pk, code, division_id in Center.objects.within(district).values_list(
            "pk", "code", "division_id"
        )
    }
    for event in found:
        if event.cancelled_at is not None and event.cancelled_at <= known_at:
            continue
        past = _rolled_back(event, undone[event.pk])
        if (past["held_on"].year if past["held_on"] else past["planned_year"]) == year:
            stand.append(_event(event, past, event.pk in minuted, homes, district))
    return tuple(sorted(stand, key=lambda each: each.row))


def _changes_after(district: Division, known_at: datetime) -> dict[int, list[Mapping[str, Any]]]:
    """Event id → what was changed of it since, the last first."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    told = AuditEvent.objects.filter(
        target_type=CoordinationEvent._meta.label_lower,
        action__in=CORRECTIONS,
        at__gt=known_at,
        division_path__startswith=district.path,
    )
    for target, changes in told.order_by("-id").values_list("target_id", "changes"):
        found[int(target)].append(changes)
    return found


def _rolled_back(event: CoordinationEvent, undone: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the event was before the changes."""
    past: dict[str, Any] = {
        "kind": event.kind,
        "held_on": event.held_on,
        "planned_year": event.planned_year,
        "participants": [center.code for center in event.participants.all()],
    }
    for changes in undone:
        for field in past:
            if field in changes:
                past[field] = _read(field, changes[field][0])
    return past


def _read(field: str, text: str | None) -> Any:
    """A value as the trail tells it."""
    if field == "participants":
        return [code for code in (text or "").split(BETWEEN) if code]
    if field == "planned_year":
        return int(text or 0)
    if field == "held_on":
        return date.fromisoformat(text) if text else None
    return text


def _event(
    event: CoordinationEvent,
    past: Mapping[str, Any],
    has_minutes: bool,
    homes: Mapping[str, tuple[int, int]],
    district: Division,
) -> d.Event:
    codes = [code for code in past["participants"] if code in homes]
    places = {homes[code][0]: homes[code][1] for code in codes}
    places |= {pk: home for pk, home in homes.values() if pk == event.center_id}
    return d.Event(
        row=event.pk,
        kind=past["kind"],
        held_on=past["held_on"],
        has_minutes=has_minutes,
        centers=frozenset(places),
        townships=frozenset(home for home in places.values() if home != district.pk),
    )
