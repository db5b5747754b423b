"""The duties of a district in a year, explained: what counted, what did not and why, what to do.

Recomputed on demand, from the same facts by the same rules as what is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from centers.models import Center, CoordinationEvent, FundingRow
from evaluation.models import DutyFinding, DutyRecord
from evaluation.rules import duties as d
from evaluation.rules.base import Outcome, Row, Rule
from evaluation.selectors import duties, duty_sources, wording
from evaluation.selectors.duties import DutyJudgment
from portal.jurisdictions.models import Division

# Kinds of record that a duty is entered by; money comes from the filings.
ENTERED_AS: dict[str, tuple[str, ...]] = {
    kind: (kind,)
    for kind in DutyRecord.Kind.values
    if kind not in (*DutyRecord.BY_EVENTS, d.COMPLAINT)
} | {d.DISCLOSURE: (d.DISCLOSURE, d.COMPLAINT)}


@dataclass(frozen=True)
class Note:
    """One record, event or funding row: where to open it, what it says, why it did not count.

    ``center_code`` is whose funding it is; ``happened`` says where, of what is no record of the
    bureau's own.
    """

    section: str
    key: int
    label: str
    note: str = ""
    center_code: str = ""
    happened: str = ""


@dataclass(frozen=True)
class DutyLine:
    """All there is to say about one duty of a district in a year, in the language in use."""

    rule: Rule
    title: str
    outcome: str
    outcome_label: str
    reason_code: str
    reason: str
    measured: str
    required: str
    remedy: str
    in_grace: bool
    figures: Mapping[str, Any]
    counted: Sequence[Note]
    uncounted: Sequence[Note]
    missing_centers: Sequence[str]
    record_kinds: Sequence[str]
    is_by_events: bool
    may_be_denied: bool

    @property
    def note_count(self) -> int:
        """How many entries were looked at."""
        return len(self.counted) + len(self.uncounted)


@dataclass(frozen=True)
class DutyPage:
    """A district's year: the day it is judged on, and a line per duty in the pack's order."""

    as_of: date
    pack: Any
    lines: Sequence[DutyLine]
    is_over: bool


def explain(
    district: Division, year: int, on: date, *, known_at: datetime | None = None
) -> DutyPage:
    """Judge the year and say why; a fixed number of queries."""
    judgment = duties.judge([district], year, on, known_at=known_at)[district.pk]
    labels = _labels(judgment)
    centers = Center.objects.filter(pk__in=list(judgment.facts.centers))
    names = dict(centers.values_list("code", "name"))
    lines = [
        _line(rule, judgment, labels, names) for rule in judgment.setting.pack.district_rules
    ]
    return DutyPage(judgment.facts.as_of, judgment.setting.pack, lines, judgment.facts.is_over)


def _line(
    rule: Rule,
    judgment: DutyJudgment,
    labels: Mapping[Row, str],
    names: Mapping[str, str],
) -> DutyLine:
    outcome = judgment.outcomes[rule.id]
    is_by_events = rule.kind in DutyRecord.BY_EVENTS
    facts = judgment.facts
    payers = {money.row: facts.centers.get(money.center, "") for money in facts.money or ()}
    return DutyLine(
        rule=rule,
        title=wording.rule_title(rule),
        outcome=outcome.outcome,
        outcome_label=wording.outcome_label(rule.rule_class, outcome.outcome),
        reason_code=outcome.reason_code,
        reason=wording.reason_text(outcome.reason, outcome.figures),
        measured=_measured(rule, outcome),
        required=wording.required_text(rule.kind, judgment.setting.values),
        remedy=(
            wording.remedy_text(outcome.remedy.code, outcome.remedy.figures)
            if outcome.remedy
            else ""
        ),
        in_grace=outcome.in_grace,
        figures=outcome.figures,
        counted=[_note(row, labels, payers) for row in outcome.counted],
        uncounted=[
            _note(row, labels, payers, wording.exclusion_text(code))
            for row, code in outcome.uncounted
        ],
        missing_centers=[
            f"{code} {names.get(code, '')}" for code in outcome.figures.get("missing_centers", ())
        ],
        record_kinds=ENTERED_AS.get(rule.kind, ()),
        is_by_events=is_by_events,
        may_be_denied=(
            facts.is_over
            and (is_by_events or rule.kind in ENTERED_AS)
            and outcome.reason == "nothing_recorded"
        ),
    )


def _note(
    row: Row, labels: Mapping[Row, str], payers: Mapping[int, str], note: str = ""
) -> Note:
    section, key = row
    payer = payers.get(key, "") if section == d.MONEY else ""
    happened = str(duty_sources.PLACES.get(section, ""))
    return Note(section, key, labels[row], note, payer, happened)


def _measured(rule: Rule, outcome: Outcome) -> str:
    """The figure; nothing where there is none."""
    text = wording.measured_text(rule.kind, outcome.figures, outcome.outcome, rule.rule_class)
    return "" if text == wording.outcome_label(rule.rule_class, outcome.outcome) else text


def _labels(judgment: DutyJudgment) -> dict[Row, str]:
    """What each row that the outcomes name says. Six queries."""
    rows = {
        row
        for outcome in judgment.outcomes.values()
        for row in (*outcome.counted, *(row for row, _code in outcome.uncounted))
    }
    labels: dict[Row, str] = {}
    records = DutyRecord.objects.filter(pk__in=_keys(rows, d.RECORDS))
    labels |= {(d.RECORDS, each.pk): record_label(each) for each in records}
    events = CoordinationEvent.objects.filter(pk__in=_keys(rows, d.EVENTS))
    labels |= {(d.EVENTS, each.pk): _event_label(each) for each in events}
    labels |= duty_sources.labels({place: _keys(rows, place) for place in duty_sources.PLACES})
    codes = judgment.facts.centers
    labels |= {
        (d.MONEY, money.row): _money_label(money, codes) for money in judgment.facts.money or ()
    }
    return labels


def _keys(rows: Iterable[Row], section: str) -> list[int]:
    return [key for place, key in rows if place == section]


def record_label(record: DutyRecord) -> str:
    """A record in one line: title, document number, day or period, what it came to."""
    when = wording.period(record.starts_on, record.ends_on)
    if not record.is_lasting and record.starts_on:
        when = date_format(record.starts_on, "Y-m-d")
    result = str(record.get_result_display()) if record.result else ""
    return " · ".join(filter(None, [record.title, record.doc_no, when, result]))


def _event_label(event: CoordinationEvent) -> str:
    day = event.held_on or event.planned_on
    when = date_format(day, "Y-m-d") if day else f"{event.planned_year} Q{event.planned_quarter}"
    return " · ".join([event.title, str(event.get_kind_display()), when])


def _money_label(money: d.Money, codes: Mapping[int, str]) -> str:
    form = str(FundingRow.Form(money.form).label)
    amount = "" if money.amount_yuan is None else _("%(yuan)s yuan") % {"yuan": money.amount_yuan}
    parts = [codes.get(money.center, ""), str(money.fiscal_year), form, amount]
    return " · ".join(filter(None, parts))


@dataclass(frozen=True)
class DistrictLine:
    """A district's findings of a year by rule, and how many duties are met of those judged."""

    district: Division
    findings: Mapping[str, DutyFinding]

    @property
    def met(self) -> int:
        return sum(finding.outcome == "met" for finding in self.findings.values())

    @property
    def judged(self) -> int:
        """Met or not met: the denominator."""
        return sum(finding.outcome in ("met", "not_met") for finding in self.findings.values())


def district_lines(findings: "QuerySet[DutyFinding]", year: int) -> list[DistrictLine]:
    """The districts that have standing findings of the year, in order. One query."""
    found: dict[int, tuple[Division, dict[str, DutyFinding]]] = {}
    standing = findings.filter(superseded_at=None, year=year).select_related("division")
    for finding in standing.order_by("division__path", "rule"):
        _district, by_rule = found.setdefault(finding.division_id, (finding.division, {}))
        by_rule[finding.rule] = finding
    return [DistrictLine(district, by_rule) for district, by_rule in found.values()]


def voided(district: Division, year: int) -> list[DutyRecord]:
    """Records and statements of the year that were taken back, the newest first."""
    touching = DutyRecord.objects.filter(district=district).touching(year)
    found = touching.filter(voided_at__isnull=False).select_related("voided_by")
    return list(found.order_by("-voided_at", "-pk"))


def statements(district: Division, year: int) -> dict[str, DutyRecord]:
    """Kind → the standing statement that the year had none of it."""
    standing = DutyRecord.objects.valid().filter(district=district, none_in_year=year)
    return {record.kind: record for record in standing.select_related("recorded_by")}
