"""Results as machines read them: flat rows in a fixed order, stored or judged live.

Of a moment in the standing series everything is stored. Of another date a center's results are
stored if that date was officially evaluated, and otherwise judged live, chunk by chunk.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.models import Finding, Verdict, Waiver
from evaluation.selectors import facts, judgments, parameters
from evaluation.selectors.judgments import Judgment
from evaluation.selectors.rows import (
    BEFORE,
    FINDING_COLUMNS,
    PLACE_COLUMNS,
    TEXT_COLUMNS,
    WAIVER_COLUMNS,
    CenterRow,
    FindingRow,
    Place,
    VerdictRow,
    outcome_of,
)
from portal.batches import ANY_IDS, ahead, any_of, compiled
from portal.errors import DomainError

# Centers judged at once, and at most for one answer.
CHUNK = 200
LIVE_LIMIT = 5_000
# Nothing is judged of a day before; no filing speaks of it.
FIRST_DAY = date(2000, 1, 1)
NO_WAIVER = dict.fromkeys(name for name in FindingRow._fields if name.startswith("waiver_"))
STREAM_CHUNK = 2_000


class LiveLimitError(DomainError):
    """Too many centers to judge for one answer; an official run has to do it first."""


@dataclass(frozen=True)
class Moment:
    """Which results are asked for, and when.

    ``as_of`` None: the standing ones. A date: those of that date. With ``known_at`` they are
    judged live by what was known then. ``at`` is when a live result counts as computed.
    """

    at: datetime
    as_of: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """Which findings are asked for; None asks for all."""

    rule: str | None = None
    outcome: str | None = None
    rules_by_pack: Mapping[int, Sequence[str]] | None = None
    changed_since: datetime | None = None

    def condition(self) -> Q:
        """As a condition on stored findings."""
        condition = Q()
        if self.rule is not None:
            condition &= Q(rule=self.rule)
        if self.outcome is not None:
            condition &= Q(outcome=self.outcome)
        if self.changed_since is not None:
            condition &= Q(computed_at__gte=self.changed_since)
        if self.rules_by_pack is not None:
            of_class = Q(pk=None)
            for pack_id, rules in self.rules_by_pack.items():
                of_class |= Q(run__pack=pack_id, rule__in=rules)
            condition &= of_class
        return condition

    def takes(self, row: FindingRow) -> bool:
        """As a test of a row judged live."""
        return (
            self.rule in (None, row.rule)
            and self.outcome in (None, row.outcome)
            and (self.changed_since is None or row.computed_at >= self.changed_since)
            and (self.rules_by_pack is None or row.rule in self.rules_by_pack[row.pack_id])
        )


ALL = Wanted()


def needs_judging(centers: "QuerySet[Center]", moment: Moment) -> bool:
    """Whether any of the centers has to be judged live at the moment.

    Raises LiveLimitError when they are more than one answer can carry. One query at most.
    """
    if moment.as_of is None:
        return False
    if moment.known_at is None:
        stored = Verdict.objects.standing(moment.as_of).filter(center=OuterRef("pk"))
        centers = centers.filter(~Exists(stored))
    count = centers.order_by()[: LIVE_LIMIT + 1].count()
    if count > LIVE_LIMIT:
        raise LiveLimitError(
            _(
                "More than %(limit)s centers would have to be judged as of %(as_of)s. Narrow the "
                "division, or have the bureau request an evaluation run as of that date first."
            )
            % {"limit": LIVE_LIMIT, "as_of": moment.as_of.isoformat()}
        )
    return count > 0


def stored_findings(
    centers: "QuerySet[Center]", series_on: date | None, wanted: Wanted
) -> "QuerySet[Finding]":
    """Stored findings of the centers, by center code and rule."""
    standing = Finding.objects.standing(series_on).filter(wanted.condition(), center__in=centers)
    return standing.order_by("center__code", "rule")


def finding_rows(
    centers: "QuerySet[Center]",
    moment: Moment,
    wanted: Wanted,
    *,
    is_live: bool,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> Iterator[FindingRow]:
    """Findings by center code and rule, after a key; without a limit in constant memory."""
    if is_live:
        start = after[0] if after else ""
        rows = (
            row
            for center in live_centers(centers.filter(code__gte=start), moment)
            for row in center.findings
            if wanted.takes(row) and (after is None or (row.center_code, row.rule) > after)
        )
        return islice(rows, limit)
    found = stored_findings(centers, moment.as_of, wanted)
    if after:
        code, rule = after
        found = found.filter(center__code__gte=code).exclude(center__code=code, rule__lte=rule)
    values = found.values_list(*FINDING_COLUMNS)
    chosen = values[:limit] if limit else values.iterator(chunk_size=STREAM_CHUNK)
    return map(FindingRow._make, chosen)


Told = tuple[Place, list[tuple[Any, ...]]]


def finding_texts(
    places: Sequence[Place], series_on: date | None, wanted: Wanted = ALL
) -> list[Told]:
    """Each center with its stored findings by rule, in ``TEXT_COLUMNS``. One query."""
    return _told(places, _texts(series_on, wanted))


def all_finding_texts(
    centers: "QuerySet[Center]", series_on: date | None, wanted: Wanted
) -> Iterator[list[Told]]:
    """The same of all of the centers by code, some hundred at once; while these are used, the next
    are read."""
    fetch = _texts(series_on, wanted)
    return ahead(_told(places, fetch) for places in chunks(centers))


def _texts(
    series_on: date | None, wanted: Wanted
) -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    found = Finding.objects.standing(series_on).filter(
        wanted.condition(), any_of("center_id", ANY_IDS)
    )
    return compiled(found.order_by("center_id", "rule").values_list(*TEXT_COLUMNS))


def _told(
    places: Sequence[Place], fetch: Callable[[Iterable[int]], list[tuple[Any, ...]]]
) -> list[Told]:
    rows = fetch(place.id for place in places)
    by_center = {pk: list(of_center) for pk, of_center in groupby(rows, key=itemgetter(0))}
    return [(place, by_center.get(place.id, [])) for place in places]


def count_findings(
    centers: "QuerySet[Center]", moment: Moment, wanted: Wanted, *, is_live: bool
) -> int:
    """How many findings ``finding_rows`` gives without a limit."""
    if is_live:
        return sum(1 for _row in finding_rows(centers, moment, wanted, is_live=True))
    return stored_findings(centers, moment.as_of, wanted).order_by().count()


def center_rows(
    centers: "QuerySet[Center]",
    moment: Moment,
    *,
    is_live: bool,
    rollup: str | None = None,
    after: str = "",
    limit: int | None = None,
    read: "Reader | None" = None,
) -> Iterator[CenterRow]:
    """Centers by code with roll-up and outcomes, after a code, chunk by chunk.

    ``read`` says what of stored results a row holds: outcomes, or findings too. Three queries per
    chunk when stored; live rows always hold their findings.
    """
    centers = centers.filter(code__gt=after).order_by("code")
    if is_live:
        rows = live_centers(centers, moment)
        return islice((r for r in rows if rollup in (None, r.verdict and r.verdict.rollup)), limit)
    centers, read = _with_rollup(centers, moment, rollup), read or with_outcomes
    stored = (read(places, moment.as_of) for places in chunks(centers, limit))
    return islice(chain.from_iterable(stored), limit)


def places_of(centers: "QuerySet[Center]", limit: int | None = None) -> list[Place]:
    """Centers with where they stand, in the order they come. One query."""
    return list(map(Place._make, centers.values_list(*PLACE_COLUMNS)[:limit]))


def count_centers(
    centers: "QuerySet[Center]", moment: Moment, *, is_live: bool, rollup: str | None
) -> int:
    """How many centers ``center_rows`` gives without a limit."""
    if is_live and rollup is not None:
        return sum(1 for _row in center_rows(centers, moment, is_live=True, rollup=rollup))
    return _with_rollup(centers, moment, rollup).count()


def _with_rollup(
    centers: "QuerySet[Center]", moment: Moment, rollup: str | None
) -> "QuerySet[Center]":
    if rollup is None:
        return centers
    verdicts = Verdict.objects.standing(moment.as_of).filter(rollup=rollup)
    return centers.filter(Exists(verdicts.filter(center=OuterRef("pk"))))


def center_with_findings(
    centers: "QuerySet[Center]", moment: Moment, *, is_live: bool
) -> CenterRow | None:
    """The one center in ``centers`` with its findings, or None."""
    if is_live:
        return next(live_centers(centers, moment), None)
    return next(iter(with_findings(places_of(centers, 1), moment.as_of)), None)


def centers_with_findings(
    centers: "QuerySet[Center]", moment: Moment, *, is_live: bool
) -> Iterator[CenterRow]:
    """The centers by code, each with its findings; for as many as one page shows.

    Three queries when stored.
    """
    if is_live:
        return live_centers(centers, moment)
    return with_findings(places_of(centers.order_by("code")), moment.as_of)


def periods(
    center: Center, rule: str | None, known_at: datetime | None = None
) -> "QuerySet[Finding]":
    """The center's recorded changes in the standing series, newest first; by ``known_at`` as they
    were recorded then, when what ended since still held.

    Each with the finding of the same rule before it, as ``previous_…``.
    """
    found = Finding.objects.filter(center=center, series_on=None).order_by("-id")
    found = found if rule is None else found.filter(rule=rule)
    found = found if known_at is None else found.filter(computed_at__lte=known_at)
    before = {
        name: Window(Lag(column), partition_by="rule", order_by="id")
        for name, column in BEFORE.items()
    }
    return found.annotate(**before)


def live_centers(centers: "QuerySet[Center]", moment: Moment) -> Iterator[CenterRow]:
    """Centers by code with their findings, stored or judged live, in chunks."""
    for places in chunks(centers):
        yield from _judged_chunk(places, moment)


def chunks(centers: "QuerySet[Center]", size: int | None = None) -> Iterator[list[Place]]:
    """The centers by code, as many at a time as are judged at once, or ``size``."""
    after, size = "", size or CHUNK
    while True:
        places = places_of(centers.filter(code__gt=after).order_by("code"), size)
        if places:
            yield places
        if len(places) < size:
            return
        after = places[-1].code


def _judged_chunk(places: Sequence[Place], moment: Moment) -> Iterator[CenterRow]:
    known: dict[int, CenterRow] = {}
    if moment.known_at is None:
        stored = with_findings(places, moment.as_of)
        known = {row.place.id: row for row in stored if row.verdict is not None}
    if missing := [place for place in places if place.id not in known]:
        known |= {row.place.id: row for row in _judge(missing, moment)}
    return (known[place.id] for place in places)


Reader = Callable[[Sequence[Place], date | None], Iterator[CenterRow]]


def with_outcomes(places: Sequence[Place], series_on: date | None) -> Iterator[CenterRow]:
    """Centers with their stored outcomes. Two queries."""
    ids = [place.id for place in places]
    verdicts, outcomes = _verdicts(ids, series_on), _outcomes(ids, series_on)
    return (CenterRow(place, verdicts.get(place.id), outcomes[place.id], ()) for place in places)


def with_findings(places: Sequence[Place], series_on: date | None) -> Iterator[CenterRow]:
    """Centers with their stored findings. Two queries."""
    ids = [place.id for place in places]
    verdicts = _verdicts(ids, series_on)
    findings: dict[str, list[FindingRow]] = defaultdict(list)
    found = Finding.objects.standing(series_on).filter(center__in=ids).order_by("rule")
    for row in map(FindingRow._make, found.values_list(*FINDING_COLUMNS)):
        findings[row.center_code].append(row)
    for place in places:
        rows = findings[place.code]
        outcomes = {row.rule: row.outcome for row in rows}
        yield CenterRow(place, verdicts.get(place.id), outcomes, rows)


def with_texts(places: Sequence[Place], series_on: date | None) -> Iterator[CenterRow]:
    """Centers with their stored findings in ``TEXT_COLUMNS``. Two queries."""
    verdicts = _verdicts([place.id for place in places], series_on)
    for place, rows in finding_texts(places, series_on):
        outcomes = dict(outcome_of(said) for _pk, _as_of, said, _basis in rows)
        yield CenterRow(place, verdicts.get(place.id), outcomes, rows)


def _verdicts(center_ids: Sequence[int], series_on: date | None) -> dict[int, VerdictRow]:
    standing = Verdict.objects.standing(series_on).filter(center__in=center_ids)
    columns = standing.values_list("center_id", *VerdictRow._fields)
    return {pk: VerdictRow._make(values) for pk, *values in columns}


def _outcomes(center_ids: Sequence[int], series_on: date | None) -> dict[int, dict[str, str]]:
    """Center id → {rule: outcome}."""
    outcomes: dict[int, dict[str, str]] = defaultdict(dict)
    standing = Finding.objects.standing(series_on).filter(center__in=center_ids)
    for pk, rule, outcome in standing.values_list("center_id", "rule", "outcome"):
        outcomes[pk][rule] = outcome
    return outcomes


def _judge(places: Sequence[Place], moment: Moment) -> Iterator[CenterRow]:
    as_of = _day(moment)
    ids = [place.id for place in places]
    pack = parameters.pack_in_force(as_of, moment.known_at)
    judged = judgments.judge(ids, as_of, pack=pack, known_at=moment.known_at)
    waivers = _waivers(judged.values())
    versions = facts.data_versions(ids, moment.known_at)
    for place in places:
        judgment = judged[place.id]
        findings = _judged_findings(
            judgment, place, moment, waivers, versions.get(place.id), pack.pk
        )
        verdict = VerdictRow(
            rollup=judgment.rollup,
            **judgment.dimensions,
            as_of=as_of,
            computed_at=moment.at,
            not_computed=judgment.not_computed,
        )
        outcomes = {row.rule: row.outcome for row in findings}
        yield CenterRow(place, verdict, outcomes, findings)


def _day(moment: Moment) -> date:
    """The day a live judgment is for; only of a day is anything judged live."""
    if moment.as_of is None:
        raise ValueError("the standing results are stored, not judged")
    return moment.as_of


def _judged_findings(
    judgment: Judgment,
    place: Place,
    moment: Moment,
    waivers: Mapping[int, Mapping[str, Any]],
    data_version: datetime | None,
    pack_id: int,
) -> list[FindingRow]:
    rows = []
    for rule, outcome in sorted(judgment.outcomes.items()):
        waiver = waivers.get(judgment.waivers.get(rule, 0), NO_WAIVER)
        row = FindingRow(
            center_code=place.code,
            center_name=place.name,
            division_code=place.division_code,
            division_path=place.division_path,
            as_of=_day(moment),
            rule=rule,
            outcome=outcome.outcome,
            reason=outcome.reason,
            figures=outcome.figures,
            in_grace=outcome.in_grace,
            **waiver,
            params_version=judgment.setting.version,
            data_version=data_version,
            computed_at=moment.at,
            pack_id=pack_id,
        )
        rows.append(row)
    return rows


def _waivers(judged: Iterable[Judgment]) -> dict[int, dict[str, Any]]:
    """Waiver id → the fields it gives a finding."""
    ids = {pk for judgment in judged for pk in judgment.waivers.values()}
    found = Waiver.objects.filter(pk__in=ids).values_list(*WAIVER_COLUMNS)
    return {pk: dict(zip(NO_WAIVER, (pk, *said), strict=True)) for pk, *said in found}
