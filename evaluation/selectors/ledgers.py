"""What was recorded of a center, change by change, and what each change came by.

A finding holds until the next one of its rule; what differs between the two, beside the outcome,
is what changed it: work entered since, a filing accepted, a parameter, the rule pack, a waiver.
Where nothing of that differs, a date has passed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from centers.models import ROW_MODELS, Center, Section
from evaluation.models import Pack, ParameterOverride, Waiver
from evaluation.rules import KINDS
from evaluation.rules.base import NOT_APPLICABLE, Rule
from evaluation.rules.packs import RulePack
from evaluation.rules.parameters import Override
from evaluation.selectors import findings, parameter_wording, parameters, wording
from evaluation.selectors.rows import PERIOD_COLUMNS, Before, PeriodRow
from organizations.models import WorkRecord

FIRST, FILING, WORK = "first", "filing", "work"
PARAMETER, PACK, WAIVER, CALENDAR = "parameter", "pack", "waiver", "calendar"
CAUSES = (FIRST, FILING, WORK, PARAMETER, PACK, WAIVER, CALENDAR)

# Sections that rules of a dimension read; of another dimension any section counts.
READ = {
    "staffing": ("staff", "profile"),
    "premises": ("premises", "profile"),
    "funding": ("funding", "accounts", "profile"),
    "governance": ("governance", "staff", "profile"),
    "functions": ("functions", "profile"),
}

# Parameters that list rules by id; the first is read for every rule, of entrusted centers.
EXEMPT, EXEMPTED = "entrusted_model_exempt_rules", "entrusted_model_exempt"
LISTS_OF_RULES = frozenset({EXEMPT, "demand_driven_rules"})


@dataclass(frozen=True)
class Cause:
    """What a change came by: ``reference`` is the number of the filing, the work record or the
    waiver, the document of a parameter, the pack, or the day that came; ``text`` says it in words.
    """

    kind: str
    reference: str | None
    text: str
    filing_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: a change of one rule, from one outcome to another, in words.

    ``days`` is how long the new outcome stood recorded; None while it stands.
    """

    row: PeriodRow
    rule: Rule
    title: str
    before: str
    after: str
    reason: str
    cause: Cause
    days: int | None


class _Accepted(NamedTuple):
    id: int
    kind: str
    filing_id: int
    decided_at: datetime


class _Work(NamedTuple):
    """A record of work that was entered or voided."""

    at: datetime
    record_id: int
    function: str
    is_voided: bool


class _Passing(NamedTuple):
    """A row that began or was over: the day it showed, its section and its place there."""

    on: date
    section_id: int
    kind: str
    position: int
    has_begun: bool


class Causes:
    """The causes of a center's changes; what they refer to is read once for all of them."""

    def __init__(self, center: Center, rows: Iterable[PeriodRow]) -> None:
        self.center, self.rows = center, list(rows)
        self._valued: dict[tuple[int, date, int], Mapping[str, Any]] = {}

    @cached_property
    def packs(self) -> Mapping[int, RulePack]:
        return {pack.pk: parameters.parsed(pack) for pack in Pack.objects.all()}

    def rule(self, row: PeriodRow) -> Rule:
        """The rule as the row's own pack has it."""
        return next(rule for rule in self.packs[row.pack_id].rules if rule.id == row.rule)

    @cached_property
    def accepted(self) -> list[_Accepted]:
        """Every section ever accepted, in order."""
        found = Section.objects.filter(center=self.center, status=Section.Status.ACCEPTED)
        columns = found.order_by("decided_at", "id").values_list(*_Accepted._fields)
        return [_Accepted(*each) for each in columns if each[-1] is not None]

    @cached_property
    def overrides(self) -> list[ParameterOverride]:
        """What was set for the center or above it, in the order in which it is applied."""
        above = self.center.division.path.rstrip("/").split("/")
        found = ParameterOverride.objects.filter(division__code__in=above)
        ordered = found.order_by("division__path", "effective_from", "id")
        return list(ordered.select_related("division"))

    @cached_property
    def work(self) -> list[_Work]:
        """Every record of work entered, and every one voided."""
        found = WorkRecord.objects.filter(center=self.center)
        columns = found.values_list("recorded_at", "voided_at", "id", "function")
        events = []
        for recorded_at, voided_at, pk, function in columns:
            events.append(_Work(recorded_at, pk, function, False))
            if voided_at:
                events.append(_Work(voided_at, pk, function, True))
        return events

    @cached_property
    def waivers(self) -> Mapping[int, Waiver]:
        return {waiver.pk: waiver for waiver in Waiver.objects.filter(center=self.center)}

    @cached_property
    def passings(self) -> list[_Passing]:
        """Every day on which a row of an accepted section began or was over. A query per kind."""
        kinds: dict[str, list[int]] = {}
        for section in self.accepted:
            kinds.setdefault(section.kind, []).append(section.id)
        found = []
        for kind, ids in kinds.items():
            rows = ROW_MODELS[kind].objects.filter(section__in=ids)
            for section_id, position, starts_on, ends_on in rows.values_list(
                "section_id", "position", "starts_on", "ends_on"
            ):
                if starts_on:
                    found.append(_Passing(starts_on, section_id, kind, position, True))
                if ends_on:
                    found.append(_Passing(ends_on, section_id, kind, position, False))
        return found

    def of(self, row: PeriodRow) -> Cause:
        """What the row's change came by."""
        if row.before is None:
            return Cause(FIRST, None, _("Evaluated for the first time."))
        rule = self.rule(row)
        for find in (self._work, self._filing, self._parameter, self._pack, self._waiver):
            cause = find(row, row.before, rule)
            if cause:
                return cause
        return self._calendar(row, row.before, rule)

    def _filing(self, row: PeriodRow, before: Before, rule: Rule) -> Cause | None:
        """A filing accepted since, of a section that the rule reads."""
        since = before.computed_at
        read = READ.get(rule.dimension)
        new = [
            section
            for section in self.accepted
            if since < section.decided_at <= row.computed_at
            and (read is None or section.kind in read)
        ]
        if row.data_version == before.data_version or not new:
            return None
        number = new[-1].filing_id
        kinds = [section.kind for section in new if section.filing_id == number]
        sections = _(", ").join(str(wording.SECTIONS[kind]) for kind in kinds)
        text = _("Filing No. %(number)s was accepted (%(sections)s).") % {
            "number": number,
            "sections": sections,
        }
        return Cause(FILING, str(number), text, filing_id=number)

    def _work(self, row: PeriodRow, before: Before, rule: Rule) -> Cause | None:
        """Work of the rule's function entered or voided since; it goes before what was filed."""
        since = [
            each
            for each in self.work
            if each.function == rule.subject and before.computed_at < each.at <= row.computed_at
        ]
        if not since:
            return None
        last = max(since)
        text = _("Work record No. %(number)s was entered.")
        if last.is_voided:
            text = _("Work record No. %(number)s was voided.")
        return Cause(WORK, str(last.record_id), text % {"number": last.record_id})

    def _parameter(self, row: PeriodRow, before: Before, rule: Rule) -> Cause | None:
        """A parameter whose value, as the rule reads it, is another than before.

        One that was set and changed nothing there is no cause: it was set to what held, is held
        back by a level above, or names other rules.
        """
        then = self._values(row.pack_id, before.as_of, before.params_version)
        now = self._values(row.pack_id, row.as_of, row.params_version)
        moved = {
            key
            for key in _read_by(rule)
            if _as_read(key, then.get(key), rule) != _as_read(key, now.get(key), rule)
        }
        if EXEMPT in moved and not _is_exempt(row, before):
            moved.remove(EXEMPT)
        found = [
            each
            for each in self.overrides
            if each.key in moved
            and each.pk <= row.params_version
            and each.effective_from <= row.as_of
            and (each.pk > before.params_version or each.effective_from > before.as_of)
        ]
        if not found:
            return None
        setting = found[-1]
        declared = self.packs[row.pack_id].parameters.get(setting.key)
        text = _("The parameter “%(title)s” was set by %(doc_no)s.") % {
            "title": parameter_wording.title(declared) if declared else setting.key,
            "doc_no": setting.doc_no,
        }
        return Cause(PARAMETER, setting.doc_no, text)

    def _values(self, pack_id: int, as_of: date, version: int) -> Mapping[str, Any]:
        """What held on a day, of what was set by then; by one pack, so that only what was set
        tells two days apart."""
        key = (pack_id, as_of, version)
        if key not in self._valued:
            known = [
                Override(each.pk, each.division.path, each.key, each.value, each.is_reset)
                for each in self.overrides
                if each.pk <= version and each.effective_from <= as_of
            ]
            self._valued[key] = parameters.setting(self.packs[pack_id], known, {}).values
        return self._valued[key]

    def _pack(self, row: PeriodRow, before: Before, _rule: Rule) -> Cause | None:
        if row.pack_id == before.pack_id:
            return None
        pack = self.packs[row.pack_id]
        name = f"{pack.code} v{pack.version}"
        return Cause(PACK, name, _("Rule pack %(pack)s judges.") % {"pack": name})

    def _waiver(self, row: PeriodRow, before: Before, _rule: Rule) -> Cause | None:
        if row.waiver_id == before.waiver_id:
            return None
        pk = row.waiver_id or before.waiver_id
        number = {"number": pk}
        if row.waiver_id is None:
            return Cause(WAIVER, str(pk), _("Waiver No. %(number)s no longer holds.") % number)
        return Cause(WAIVER, str(pk), _("Waiver No. %(number)s holds.") % number)

    def _calendar(self, row: PeriodRow, before: Before, rule: Rule) -> Cause:
        """The last day, of those that came between the two, on which a row changed hands."""
        known = self._known(row.computed_at, READ.get(rule.dimension))
        passed = [
            each
            for each in self.passings
            if each.section_id in known
            and (
                before.as_of < each.on <= row.as_of
                if each.has_begun
                else before.as_of <= each.on < row.as_of
            )
        ]
        if not passed:
            return Cause(CALENDAR, row.as_of.isoformat(), _("A date has passed."))
        last = max(passed)
        said = {
            "day": last.on.isoformat(),
            "section": wording.SECTIONS[last.kind],
            "position": last.position,
        }
        if last.has_begun:
            text = _("On %(day)s row %(position)s of “%(section)s” came into force.") % said
        else:
            text = _("Row %(position)s of “%(section)s” ended on %(day)s.") % said
        return Cause(CALENDAR, last.on.isoformat(), text)

    def _known(self, at: datetime, kinds: Sequence[str] | None) -> set[int]:
        """Of each kind the section accepted last by then."""
        newest = {
            section.kind: section.id
            for section in self.accepted
            if section.decided_at <= at and (kinds is None or section.kind in kinds)
        }
        return set(newest.values())


def _read_by(rule: Rule) -> set[str]:
    """Names of the parameters that judging by the rule reads."""
    kind = KINDS[rule.kind]
    return {*kind.parameters, *kind.options, EXEMPT}


def _as_read(key: str, value: Any, rule: Rule) -> Any:
    """The value as the rule reads it: of a list of rules, whether it stands there itself."""
    return rule.id in (value or ()) if key in LISTS_OF_RULES else value


def _is_exempt(row: PeriodRow, before: Before) -> bool:
    """Whether the exemption of entrusted centers bore on one of the two; others never ask."""
    return row.reason == EXEMPTED or before.outcome == NOT_APPLICABLE


def ledger(
    center: Center, *, rule: str | None = None, known_at: datetime | None = None, limit: int
) -> list[Entry]:
    """The newest changes of a center, each with its cause; by ``known_at`` those known then.

    A fixed number of queries, however many there are.
    """
    periods = findings.periods(center, rule, known_at)
    rows = [PeriodRow.read(row) for row in periods.values_list(*PERIOD_COLUMNS)[:limit]]
    causes = Causes(center, rows)
    return [_entry(causes, row) for row in rows]


def _entry(causes: Causes, row: PeriodRow) -> Entry:
    rule = causes.rule(row)
    return Entry(
        row=row,
        rule=rule,
        title=wording.rule_title(rule),
        before=wording.outcome_label(rule.rule_class, row.before.outcome) if row.before else "",
        after=wording.outcome_label(rule.rule_class, row.outcome),
        reason=wording.reason_text(row.reason, row.figures),
        cause=causes.of(row),
        days=_held(row),
    )


def _held(row: PeriodRow) -> int | None:
    if row.superseded_at is None:
        return None
    return (row.superseded_at - row.computed_at).days
