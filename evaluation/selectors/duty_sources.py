"""What counts for the duties of districts and happened elsewhere than in their records: lottery
applications, signed matches, finished review rounds, publications. Seven queries for any number of
districts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import models
from django.utils.timezone import localdate

from evaluation.models import DutyRecord, Publication, Review, ReviewRound
from evaluation.rules import duties as d
from portal.audit.models import AuditEvent
from projects.models import LotteryApplication, Match

LOTTERY = LotteryApplication.Status
# From the recommendation of the street on it is an application of the district's.
APPLIED = (
    *(LOTTERY.RECOMMENDED, LOTTERY.SCREENED, LOTTERY.REVIEWED, LOTTERY.GRANTED, LOTTERY.PAID),
    LOTTERY.EVALUATED,
)
GRANTED = (LOTTERY.GRANTED, LOTTERY.PAID, LOTTERY.EVALUATED)


class Gathering(Protocol):
    """What is gathered of one district."""

    records: list[d.Record]


@dataclass(frozen=True)
class _Way:
    """The states that something went through by a time, with their days, the last one last."""

    steps: tuple[tuple[str, date], ...]

    @property
    def status(self) -> str:
        return self.steps[-1][0] if self.steps else ""

    def first(self, *states: str) -> date | None:
        """The day it first came to one of the states."""
        return next((on for state, on in self.steps if state in states), None)


def add(
    known: Mapping[int, Gathering],
    district_of: Mapping[int, int],
    year: int,
    known_at: datetime | None,
) -> None:
    """Put in the records of a year. ``district_of`` is center id → district id."""
    _add_lotteries(known, district_of, year, known_at)
    _add_matches(known, district_of, year, known_at)
    _add_rounds(known, year, known_at)
    _add_publications(known, district_of, year, known_at)


def _ways(
    model: type[models.Model], keys: Iterable[int], known_at: datetime | None
) -> Mapping[int, _Way]:
    """Id → way through the states by a time, as the trail tells; of what it tells nothing at all
    there is none. One query."""
    events = AuditEvent.objects.filter(
        target_type=model._meta.label_lower, target_id__in=[str(key) for key in keys]
    )
    steps: dict[int, list[tuple[str, date]]] = {}
    for target_id, changes, at in events.order_by("pk").values_list("target_id", "changes", "at"):
        moved = changes.get("status")
        if not moved:
            continue
        told = steps.setdefault(int(target_id), [])
        if known_at is None or at <= known_at:
            told.append((moved[1], localdate(at)))
    return {key: _Way(tuple(found)) for key, found in steps.items()}


def _add_lotteries(
    known: Mapping[int, Gathering],
    district_of: Mapping[int, int],
    year: int,
    known_at: datetime | None,
) -> None:
    found = LotteryApplication.objects.filter(center__in=list(district_of), year=year)
    if known_at is not None:
        found = found.filter(entered_at__lte=known_at)
    rows = list(found.exclude(status=LOTTERY.DRAFT).order_by("pk"))
    ways = _ways(LotteryApplication, [row.pk for row in rows], known_at)
    for row in rows:
        way = ways.get(row.pk) or _now(row, known_at)
        applied_on = way.first(*APPLIED)
        if applied_on is None:
            continue
        result = "approved" if way.status in GRANTED else "pending"
        if way.status == LOTTERY.REFUSED:
            result = "refused"
        # An application is one of its year, also where it was recommended around New Year.
        on = min(max(applied_on, date(year, 1, 1)), date(year, 12, 31))
        known[district_of[row.center_id]].records.append(
            d.Record(
                row=row.pk,
                kind=d.LOTTERY_APPLICATION,
                starts_on=on,
                ends_on=on,
                centers=frozenset({row.center_id}),
                result=result,
                amount_yuan=row.granted_yuan if result == "approved" else row.amount_yuan,
                place=d.LOTTERIES,
            )
        )


def _now(row: Any, known_at: datetime | None) -> _Way:
    """Of what the trail does not tell, such as what was brought in from elsewhere: as it is."""
    is_known = known_at is None or row.entered_at <= known_at
    return _Way(((row.status, localdate(row.entered_at)),) if is_known else ())


def _add_matches(
    known: Mapping[int, Gathering],
    district_of: Mapping[int, int],
    year: int,
    known_at: datetime | None,
) -> None:
    found = Match.objects.filter(
        center__in=list(district_of), happened_on__year=year, status=Match.Status.SIGNED
    )
    rows = list(found.order_by("pk"))
    ways = _ways(Match, [row.pk for row in rows], known_at)
    for row in rows:
        way = ways.get(row.pk) or _now(row, known_at)
        if way.status != Match.Status.SIGNED:
            continue
        known[district_of[row.center_id]].records.append(
            d.Record(
                row=row.pk,
                kind=d.RESOURCE_AGREEMENT,
                starts_on=row.happened_on,
                ends_on=row.happened_on,
                centers=frozenset({row.center_id}),
                amount_yuan=row.amount_yuan,
                place=d.MATCHES,
            )
        )


def _add_rounds(known: Mapping[int, Gathering], year: int, known_at: datetime | None) -> None:
    """A round is a review of the year in which its results were published."""
    found = ReviewRound.objects.filter(
        district__in=list(known), status__in=["final", "archived"], published_at__isnull=False
    )
    if known_at is not None:
        found = found.filter(published_at__lte=known_at)
    rows = [row for row in found.order_by("pk") if localdate(row.published_at).year == year]
    reviews = Review.objects.filter(round__in=rows, status=Review.Status.FINAL)
    reviewed: dict[int, set[int]] = defaultdict(set)
    for round_id, center_id in reviews.values_list("round_id", "center_id"):
        reviewed[round_id].add(center_id)
    for row in rows:
        on = localdate(row.published_at)
        known[row.district_id].records.append(
            d.Record(
                row=row.pk,
                kind=d.PERFORMANCE_REVIEW,
                starts_on=on,
                ends_on=on,
                centers=frozenset(reviewed[row.pk]),
                place=d.ROUNDS,
            )
        )


def _add_publications(
    known: Mapping[int, Gathering],
    district_of: Mapping[int, int],
    year: int,
    known_at: datetime | None,
) -> None:
    found = Publication.objects.ever_published().filter(
        center__in=list(district_of), published_on__year=year
    )
    if known_at is not None:
        found = found.filter(published_at__lte=known_at)
    columns = ("center_id", "item", "year", "subject", "pk", "published_on", "due_on")
    texts: dict[tuple[Any, ...], list[d.Record]] = defaultdict(list)
    rows = found.order_by("published_at", "pk").values_list(*columns, "withdrawn_at")
    for center_id, item, of_year, subject, pk, on, due_on, withdrawn_at in rows:
        is_gone = withdrawn_at is not None and (known_at is None or withdrawn_at <= known_at)
        texts[center_id, item, of_year, subject].append(
            d.Record(
                row=pk,
                kind=d.DISCLOSURE,
                starts_on=on,
                ends_on=on,
                centers=frozenset({center_id}),
                due_on=due_on,
                is_withdrawn=is_gone,
                place=d.PUBLICATIONS,
            )
        )
    for (center_id, *_item), told in texts.items():
        known[district_of[center_id]].records.append(_once(told))


def _once(told: Sequence[d.Record]) -> d.Record:
    """The text that an item of a year counts by: the first that was in time, unless what stood last
    was withdrawn."""
    last = told[-1]
    in_time = (each for each in told if each.due_on is None or each.starts_on <= each.due_on)
    return last if last.is_withdrawn else next((each for each in in_time), last)


def settled_after(records: Iterable[d.Record], on: date) -> set[tuple[str, int]]:
    """(place, key) of the applications and complaints whose result came after a day. Two
    queries."""
    told: dict[str, list[int]] = defaultdict(list)
    for record in records:
        if record.result not in ("", "pending"):
            told[record.place].append(record.row)
    own = DutyRecord.objects.filter(pk__in=told[d.RECORDS], settled_at__isnull=False)
    found = {
        (d.RECORDS, pk)
        for pk, at in own.values_list("pk", "settled_at")
        if at is not None and localdate(at) > on
    }
    ways = _ways(LotteryApplication, told[d.LOTTERIES], None)
    decided = {pk: way.first(*GRANTED, LOTTERY.REFUSED) for pk, way in ways.items()}
    return found | {(d.LOTTERIES, pk) for pk, day in decided.items() if day and day > on}


# Where things that count happened, in words.
PLACES = {
    d.LOTTERIES: LotteryApplication._meta.verbose_name,
    d.MATCHES: Match._meta.verbose_name,
    d.ROUNDS: ReviewRound._meta.verbose_name,
    d.PUBLICATIONS: Publication._meta.verbose_name,
}


def labels(keys: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], str]:
    """(place, key) → what it says, of the keys by place. Four queries."""
    lotteries = LotteryApplication.objects.filter(pk__in=keys.get(d.LOTTERIES, ()))
    found = {
        (d.LOTTERIES, row.pk): f"{row.year} · {row.project.name} · {row.center.name}"
        for row in lotteries.select_related("project", "center")
    }
    matches = Match.objects.filter(pk__in=keys.get(d.MATCHES, ()))
    found |= {
        (d.MATCHES, row.pk): f"{row.need.title} ↔ {row.offer.organization.name} · {row.happened_on}"
        for row in matches.select_related("need", "offer__organization")
    }
    rounds = ReviewRound.objects.filter(pk__in=keys.get(d.ROUNDS, ()))
    found |= {(d.ROUNDS, row.pk): f"{row.title} · {row.year}" for row in rounds}
    texts = Publication.objects.filter(pk__in=keys.get(d.PUBLICATIONS, ()))
    found |= {
        (d.PUBLICATIONS, row.pk): f"{row.title} · {row.published_on}"
        for row in texts.defer("content")
    }
    return found
