"""Minimum, planned and done of each mechanism of 四(二), by center and year.

An event counts for every center that organises it or takes part in it, in the year it was held,
and until then in the year it is planned for. It is done when it was held and its minutes are
written; held without minutes it still counts as planned. What was cancelled counts nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Q, When

from centers.models import Center, CoordinationEvent, Mechanism, MechanismMinimum
from centers.models.event import EventQuerySet
from portal.jurisdictions.models import Division

DONE = Q(status="held", has_minutes=True)
BARE = Q(status="held", has_minutes=False)
PLANNED = Q(status="planned") | BARE


@dataclass(frozen=True)
class Triple:
    """Of one mechanism in one year. ``minimum`` is None while the district has set none;
    ``without_minutes`` of the ``planned`` were held; ``is_over`` when the year is."""

    kind: str
    minimum: int | None = None
    planned: int = 0
    done: int = 0
    without_minutes: int = 0
    is_over: bool = False

    @property
    def label(self) -> Any:
        return Mechanism(self.kind).label

    @property
    def missing(self) -> int:
        """How many of the minimum are neither done nor planned; over, how many were not done."""
        counted = self.done if self.is_over else self.done + self.planned
        return max((self.minimum or 0) - counted, 0)

    @property
    def state(self) -> str:
        """``unset``, ``reached``, ``on_course`` (enough is planned), ``short`` or ``failed``."""
        if self.minimum is None:
            return "unset"
        if self.done >= self.minimum:
            return "reached"
        if self.is_over:
            return "failed"
        return "short" if self.missing else "on_course"


    @property
    def boxes(self) -> list[str]:
        """One word per event, for the picture: done, held without minutes, planned, missing."""
        counts = {
            "done": self.done,
            "bare": self.without_minutes,
            "planned": self.planned - self.without_minutes,
            "missing": max((self.minimum or 0) - self.done - self.planned, 0),
        }
        return [word for word, count in counts.items() for _ in range(count)]


@dataclass(frozen=True)
class CenterLine:
    """A center and its triples in the order of the mechanisms."""

    center: Center
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class KindTotal:
    """Of one mechanism in a district: distinct events, and how many centers reached the minimum.

    ``reached`` is None while no minimum is set. ``across`` counts what was done with two townships
    or more; of 横向 mechanisms nothing else is an exchange between townships (四(二)-1).
    """

    kind: str
    minimum: int | None
    planned: int
    done: int
    across: int
    reached: int | None
    centers: int

    @property
    def label(self) -> Any:
        return Mechanism(self.kind).label

    @property
    def is_horizontal(self) -> bool:
        return self.kind in CoordinationEvent.HORIZONTAL


def minima(district_codes: Iterable[str], year: int) -> dict[tuple[str, str], int | None]:
    """(district code, kind) → minimum that holds; what was never set is absent."""
    found = (
        MechanismMinimum.objects.filter(district__code__in=set(district_codes), year=year)
        .order_by("district_id", "kind", "-number")
        .distinct("district_id", "kind")
        .values_list("district__code", "kind", "minimum")
    )
    return {(code, kind): minimum for code, kind, minimum in found}


def lines(centers: Iterable[Center], year: int, on: date) -> list[CenterLine]:
    """The triples of each center (``division`` at hand), in three queries however many."""
    centers = list(centers)
    counts = _counts([center.pk for center in centers], year)
    asked = minima((center.division.district_code for center in centers), year)
    return [
        CenterLine(center, _triples(center, counts[center.pk], asked, on.year > year))
        for center in centers
    ]


def _triples(
    center: Center,
    counts: dict[str, list[int]],
    asked: dict[tuple[str, str], int | None],
    is_over: bool,
) -> tuple[Triple, ...]:
    found = []
    for kind in Mechanism.values:
        planned, done, bare = counts[kind]
        minimum = asked.get((center.division.district_code, kind))
        found.append(Triple(kind, minimum, planned, done, bare, is_over))
    return tuple(found)


def triples(center: Center, year: int, on: date) -> tuple[Triple, ...]:
    """The center's own triples: the same figures as its line in the district."""
    return lines([center], year, on)[0].triples


def _counts(center_ids: Sequence[int], year: int) -> dict[int, dict[str, list[int]]]:
    """Center id → kind → [planned, done, without minutes]."""
    counts: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    counted = CoordinationEvent.objects.filter(year=year).with_minutes()
    for field in ("center", "participants"):
        found = (
            counted.filter(**{f"{field}__in": center_ids})
            .order_by()
            .values_list(field, "kind")
            .annotate(
                planned=Count("pk", filter=PLANNED),
                done=Count("pk", filter=DONE),
                bare=Count("pk", filter=BARE),
            )
        )
        for center_id, kind, *figures in found:
            standing = counts[center_id][kind]
            counts[center_id][kind] = [a + b for a, b in zip(standing, figures, strict=True)]
    return counts


def totals(
    district: Division,
    year: int,
    center_lines: Sequence[CenterLine],
    seen: EventQuerySet | None = None,
) -> list[KindTotal]:
    """The district's own line: every event once, whoever took part. Two queries.

    ``center_lines`` are all of its centers and all events count; of what somebody sees, only those
    lines and the events among ``seen``.
    """
    asked = minima([district.code], year)
    figures: dict[str, list[int]] = {kind: [0, 0, 0] for kind in Mechanism.values}
    for kind, is_done, township_count in _events_of(district, year, seen):
        figures[kind][1 if is_done else 0] += 1
        figures[kind][2] += is_done and township_count > 1
    found = []
    for kind, (planned, done, across) in figures.items():
        minimum = asked.get((district.code, kind))
        reached = _reached(kind, center_lines, minimum)
        found.append(KindTotal(kind, minimum, planned, done, across, reached, len(center_lines)))
    return found


def _reached(kind: str, center_lines: Sequence[CenterLine], minimum: int | None) -> int | None:
    if minimum is None:
        return None
    found = (triple for line in center_lines for triple in line.triples if triple.kind == kind)
    return sum(triple.state == "reached" for triple in found)


def _events_of(
    district: Division, year: int, seen: EventQuerySet | None
) -> list[tuple[str, bool, int]]:
    """(kind, is it done, how many townships took part) of each event in the district."""
    events = of_district(district)
    if seen is not None:
        events = events.filter(pk__in=seen.values("pk"))
    found = (
        events.filter(year=year, status__in=CoordinationEvent.OPEN)
        .with_minutes()
        .order_by()
        .annotate(is_done=Case(When(DONE, then=True), default=False))
        .values_list(
            "pk", "kind", "is_done", "center__division_id", "participants__division_id"
        )
    )
    kinds: dict[int, tuple[str, bool]] = {}
    took_part: dict[int, set[int]] = defaultdict(set)
    for pk, kind, is_done, *divisions in found:
        kinds[pk] = (kind, is_done)
        took_part[pk].update(division for division in divisions if division)
    return [(*kinds[pk], len(divisions)) for pk, divisions in took_part.items()]


def of_district(district: Division) -> EventQuerySet:
    """Events of the district's centers and of its bureau."""
    return CoordinationEvent.objects.filter(
        Q(district=district) | Q(center__division__path__startswith=district.path)
    )


def of_center(center: Center, year: int) -> list[CoordinationEvent]:
    """What the center organises or takes part in, the next first and the cancelled last."""
    joined = CoordinationEvent.participants.through.objects.filter(center=center)
    found = CoordinationEvent.objects.filter(
        Q(center=center) | Q(pk__in=joined.values("coordinationevent_id")), year=year
    )
    return list(
        found.with_minutes()
        .select_related("center__division", "district")
        .order_by(
            Case(When(status="cancelled", then=1), default=0),
            F("held_on").desc(nulls_first=True),
            "planned_quarter",
            F("planned_on").asc(nulls_last=True),
            "pk",
        )
    )


def years_of(center: Center, on: date) -> list[int]:
    """Years with events of the center, and always last year, this year and the next; newest
    first."""
    joined = Q(center=center) | Q(participants=center)
    known = CoordinationEvent.objects.filter(joined).order_by().values_list("year", flat=True)
    around = {on.year - 1, on.year, on.year + 1}
    return sorted({*known.distinct(), *around}, reverse=True)


def townships(event: CoordinationEvent) -> list[Division]:
    """The townships whose centers organise the event or take part in it, in order."""
    found = {center.division for center in event.participants.select_related("division")}
    if event.center:
        found.add(event.center.division)
    return sorted(found, key=lambda division: division.path)


def history(district: Division, year: int) -> list[MechanismMinimum]:
    """Every minimum that was set for the year, the newest first."""
    found = MechanismMinimum.objects.filter(district=district, year=year)
    return list(found.select_related("set_by").order_by("-set_at", "-pk"))
