"""Duties of districts as machines read them: a row per district and year, stored or judged live."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from centers.models import Center
from evaluation.models import DutyFinding
from evaluation.selectors import duties, places
from evaluation.selectors.duties import DutyJudgment
from evaluation.selectors.findings import Moment
from portal.jurisdictions.models import Division

# Districts judged at once.
CHUNK = 50


class DutyRow(NamedTuple):
    """The outcome of one duty."""

    rule: str
    outcome: str
    reason: str
    figures: dict[str, Any]
    in_grace: bool
    params_version: int
    pack_id: int
    computed_at: datetime


DUTY_COLUMNS = DutyRow._fields


@dataclass(frozen=True)
class DistrictRow:
    """A district's year; ``as_of`` is the latest day one of its duties was computed for."""

    code: str
    name: str
    path: str
    year: int
    as_of: date
    duties: Sequence[DutyRow]


@dataclass(frozen=True)
class Wanted:
    """Which duties are asked for; None asks for all."""

    year: int | None = None
    rule: str | None = None
    outcome: str | None = None

    def condition(self) -> Q:
        """As a condition on stored findings."""
        asked = {"year": self.year, "rule": self.rule, "outcome": self.outcome}
        return Q(superseded_at=None, **{k: v for k, v in asked.items() if v is not None})

    def takes(self, row: DutyRow) -> bool:
        """As a test of a row judged live."""
        return self.rule in (None, row.rule) and self.outcome in (None, row.outcome)


def stored(
    findings: "QuerySet[DutyFinding]",
    wanted: Wanted,
    *,
    after: tuple[str, int] = ("", 0),
    limit: int | None = None,
) -> list[DistrictRow]:
    """Rows by district code and year, after a key. Two queries."""
    standing = findings.filter(wanted.condition())
    keys = list(_keys(standing, after)[:limit])
    rows: dict[tuple[str, int], list[DutyRow]] = {key: [] for key in keys}
    days: dict[tuple[str, int], date] = {}
    places: dict[str, tuple[str, str]] = {}
    found = standing.filter(
        division__code__in={code for code, _year in keys}, year__in={year for _code, year in keys}
    ).order_by("rule")
    where = ("division__code", "division__name", "division__path", "year", "as_of")
    for code, name, path, year, as_of, *cells in found.values_list(*where, *DUTY_COLUMNS):
        if (code, year) in rows:
            rows[code, year].append(DutyRow(*cells))
            days[code, year] = max(days.get((code, year), as_of), as_of)
            places[code] = (name, path)
    return [
        DistrictRow(code, *places[code], year, days[code, year], rows[code, year])
        for code, year in keys
    ]


def count_stored(findings: "QuerySet[DutyFinding]", wanted: Wanted) -> int:
    """How many rows ``stored`` gives without a limit."""
    return _keys(findings.filter(wanted.condition()), ("", 0)).count()


def _keys(findings: "QuerySet[DutyFinding]", after: tuple[str, int]) -> Any:
    code, year = after
    later = Q(division__code__gt=code) | Q(division__code=code, year__gt=year)
    keys = findings.filter(later).order_by("division__code", "year")
    return keys.values_list("division__code", "year").distinct()


def live(
    districts: "QuerySet[Division]",
    moment: Moment,
    wanted: Wanted,
    *,
    after: str = "",
    limit: int | None = None,
) -> Iterator[DistrictRow]:
    """The same as of a day, judged chunk by chunk; districts without a center are left out."""
    assert moment.as_of is not None  # noqa: S101  (a live row is of a day)
    with_centers = places.districts_of(Center.objects.all())
    there = districts.filter(pk__in=with_centers.values("pk"), code__gt=after).order_by("code")
    rows = _judged(there.iterator(chunk_size=CHUNK), moment, wanted)
    return islice((row for row in rows if row.duties), limit)


def _judged(
    districts: Iterable[Division], moment: Moment, wanted: Wanted
) -> Iterator[DistrictRow]:
    rest = iter(districts)
    as_of = moment.as_of
    assert as_of is not None  # noqa: S101  (see ``live``)
    year = wanted.year or as_of.year
    while chunk := list(islice(rest, CHUNK)):
        judged = duties.judge(chunk, year, as_of, known_at=moment.known_at)
        for district in chunk:
            judgment = judged[district.pk]
            rows = [row for row in _rows(judgment, moment.at) if wanted.takes(row)]
            yield DistrictRow(
                district.code, district.name, district.path, year, judgment.facts.as_of, rows
            )


def _rows(judgment: DutyJudgment, at: datetime) -> Iterator[DutyRow]:
    for rule, outcome in sorted(judgment.outcomes.items()):
        yield DutyRow(
            rule=rule,
            outcome=outcome.outcome,
            reason=outcome.reason,
            figures=outcome.figures,
            in_grace=outcome.in_grace,
            params_version=judgment.setting.version,
            pack_id=judgment.pack.pk,
            computed_at=at,
        )
