"""Why a finding is what it is: recomputed on demand, and always the same for the same facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centers.models import FUNCTIONS, Center, FundingRow, Person, ProfileRow, StaffRow, StatutoryRow
from evaluation.models import Waiver
from evaluation.rules import facts as f
from evaluation.rules.base import MET, NOT_APPLICABLE, Outcome, Row, Rule
from evaluation.rules.rollup import weighing_classes
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import information, judgments, wording, work_notes
from evaluation.selectors.information import Information
from evaluation.selectors.rows import RowNote
from evaluation.selectors.work_notes import WorkNotes

Names = Mapping[int | str, str]


@dataclass(frozen=True)
class Explanation:
    """All there is to say about one rule, one center and one date, in the language in use."""

    rule: Rule
    title: str
    outcome: str
    outcome_label: str
    class_label: str
    reason_code: str
    reason: str
    measured: str
    required: str
    counted: list[RowNote]
    uncounted: list[RowNote]
    remedy: str
    waiver: Waiver | None
    in_grace: bool
    figures: dict[str, Any]
    is_excused: bool = False


@dataclass(frozen=True)
class Explained:
    """A center on a date: roll-up, dimensions, one explanation per rule in pack order, and what is
    recorded without being judged. ``weighing`` are the classes the roll-up rests on."""

    rollup: str
    dimensions: Mapping[str, str]
    explanations: list[Explanation]
    weighing: frozenset[str]
    information: list[Information]
    not_computed: Sequence[str] = ()

    def of_group(self, name: str) -> list[Explanation]:
        """The rules of one part of the standard, or of what stands beside it."""
        return [each for each in self.explanations if each.rule.dimension == name]

    @property
    def functions_carried_out(self) -> tuple[int, int]:
        """How many functions are carried out, of how many that apply."""
        applicable = [e for e in self.of_group("functions") if e.outcome != NOT_APPLICABLE]
        return sum(e.outcome == MET for e in applicable), len(applicable)

    def label(self, name: str) -> str:
        """The roll-up or a dimension in words."""
        verdict = self.rollup if name == "rollup" else self.dimensions[name]
        return wording.rollup_label(verdict, is_computed=name not in self.not_computed)

    def shape(self, name: str) -> str:
        """What the mark beside the word shows."""
        verdict = self.rollup if name == "rollup" else self.dimensions[name]
        return "error" if name in self.not_computed else verdict


def explain(
    center: Center,
    as_of: date,
    *,
    known_at: datetime | None = None,
    facts: f.CenterFacts | None = None,
    with_names: bool = False,
) -> list[Explanation]:
    """One explanation per rule; see ``explain_all``."""
    return explain_all(
        center, as_of, known_at=known_at, facts=facts, with_names=with_names
    ).explanations


def explain_all(
    center: Center,
    as_of: date,
    *,
    known_at: datetime | None = None,
    facts: f.CenterFacts | None = None,
    with_names: bool = False,
) -> Explained:
    """Judge the center and say why, in a fixed number of queries.

    ``facts`` explains a draft instead of what was accepted; ``with_names`` names the staff in the
    rows and repeats what was written of a work record, and is never set for machine clients.
    """
    if facts is None:
        facts = fact_selectors.facts_for([center.pk], as_of, known_at)[center.pk]
    judged = judgments.judge([center.pk], as_of, known_at=known_at, facts={center.pk: facts})
    judgment = judged[center.pk]
    waivers = Waiver.objects.in_bulk(list(judgment.waivers.values())) if judgment.waivers else {}
    names = _names(center) if with_names else {}
    worked = work_notes.load(center, as_of, known_at, with_words=with_names)
    return Explained(
        judgment.rollup,
        judgment.dimensions,
        [
            _explanation(
                rule,
                judgment.outcomes[rule.id],
                judgment.setting.values,
                waivers.get(judgment.waivers.get(rule.id, 0)),
                facts,
                names,
                worked,
            )
            for rule in judgment.setting.pack.center_rules
        ],
        weighing_classes(judgment.setting.values),
        information.of_center(facts, judgment.setting),
        judgment.not_computed,
    )


def _names(center: Center) -> Names:
    return dict(Person.objects.filter(center=center).values_list("pk", "name"))


def _explanation(
    rule: Rule,
    outcome: Outcome,
    parameters: Mapping[str, Any],
    waiver: Waiver | None,
    facts: f.CenterFacts,
    names: Names,
    worked: WorkNotes,
) -> Explanation:
    work = worked.of(rule, outcome)
    return Explanation(
        rule=rule,
        title=wording.rule_title(rule),
        outcome=outcome.outcome,
        outcome_label=wording.outcome_label(rule.rule_class, outcome.outcome),
        class_label=wording.class_label(rule),
        reason_code=outcome.reason_code,
        reason=wording.reason_text(outcome.reason, outcome.figures),
        measured=wording.measured_text(
            rule.kind, outcome.figures, outcome.outcome, rule.rule_class
        ),
        required=wording.required_text(rule.kind, parameters),
        counted=[*(_note(row, facts, names) for row in outcome.counted), *work.counted],
        uncounted=[
            *(
                _note(row, facts, names, wording.exclusion_text(code))
                for row, code in outcome.uncounted
            ),
            *work.uncounted,
        ],
        remedy=(
            wording.remedy_text(outcome.remedy.code, outcome.remedy.figures)
            if outcome.remedy
            else ""
        ),
        waiver=waiver,
        in_grace=outcome.in_grace,
        figures=outcome.figures,
        is_excused=outcome.is_excused,
    )


def _note(row: Row, facts: f.CenterFacts, names: Names, note: str = "") -> RowNote:
    section, position = row
    filed = next(r for r in getattr(facts, section) or () if r.row == position)
    return RowNote(section, position, row_label(section, filed, names), note)


def row_label(section: str, filed: Any, names: Names | None = None) -> str:
    """What a filed row says, and from when to when."""
    dates = wording.period(filed.starts_on, filed.ends_on)
    return " · ".join(filter(None, [*LABELS[section](filed, names or {}), dates]))


def _profile(row: f.Profile, _names: Names) -> list[str]:
    return [row.name or "", _choice(ProfileRow.RegistrationStatus, row.registration_status)]


def _staff(row: f.Staff, names: Names) -> list[str]:
    full_time = {True: _("full-time"), False: _("not full-time"), None: ""}
    return [
        names.get(row.person, ""),
        _choice(StaffRow.Post, row.post),
        _choice(StaffRow.EmploymentType, row.employment_type),
        full_time[row.is_full_time],
    ]


def _premises(row: f.Premises, _names: Names) -> list[str]:
    shared = ""
    if row.shared_area_m2 is not None:
        shared = _("shared %(area)s m² × %(ratio)s") % {
            "area": row.shared_area_m2,
            "ratio": row.share_ratio if row.share_ratio is not None else "?",
        }
    own = ""
    if row.exclusive_area_m2 is not None:
        own = _("own use %(area)s m²") % {"area": row.exclusive_area_m2}
    return [own, shared]


def _account(row: f.Account, _names: Names) -> list[str]:
    return [row.holder]


def _funding(row: f.Funding, _names: Names) -> list[str]:
    amount = "" if row.amount_yuan is None else _("%(yuan)s yuan") % {"yuan": row.amount_yuan}
    return [
        str(row.fiscal_year or ""),
        _choice(FundingRow.Form, row.form),
        _choice(FundingRow.Purpose, row.purpose),
        amount,
    ]


def _council(row: f.Council, _names: Names) -> list[str]:
    if row.member_count is None:
        return [_("number of members missing")]
    said = ngettext("%(members)s member", "%(members)s members", row.member_count)
    return [said % {"members": row.member_count}]


def _function(row: f.FunctionFigure, _names: Names) -> list[str]:
    count = "?" if row.count is None else row.count
    return [str(row.fiscal_year), str(FUNCTIONS[row.function][0]), str(count)]


def _statutory(row: f.Statutory, _names: Names) -> list[str]:
    answer = {True: _("yes"), False: _("no"), None: ""}[row.is_so]
    days = [day and day.isoformat() for day in (row.occurred_on, row.done_on)]
    share = "" if row.non_state_share is None else str(row.non_state_share)
    return [
        _choice(StatutoryRow.Matter, row.matter),
        _("occurred %(day)s") % {"day": days[0]} if days[0] else "",
        _("done %(day)s") % {"day": days[1]} if days[1] else "",
        answer,
        share,
    ]


def _choice(choices: Any, value: str | None) -> str:
    return "" if value is None else str(choices(value).label)


LABELS: dict[str, Callable[[Any, Names], list[str]]] = {
    "profile": _profile,
    "staff": _staff,
    "premises": _premises,
    "accounts": _account,
    "funding": _funding,
    "governance": _council,
    "functions": _function,
    "statutory": _statutory,
}
