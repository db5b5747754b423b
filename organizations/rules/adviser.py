"""Which form fits who wants to found something, and what is missing for it: the table of what the
registration rules ask of each form, put as questions.

An adviser only. Whether an organization is registered, its registration authority decides; whether
a team is filed, its township.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from organizations.rules.registration import (
    ASSOCIATION,
    ASSOCIATION_YUAN,
    ASSOCIATIONS,
    BANNED_WORDS,
    COUNCIL,
    DIRECT,
    DIRECT_CATEGORIES,
    DISTRICT,
    ENDINGS,
    ESSENCES,
    FOUNDATION,
    FOUNDATION_YUAN,
    FOUNDATIONS,
    INSTITUTION,
    INSTITUTIONS,
    LAW,
    LEAST_BETWEEN,
    LEAST_INDIVIDUALS,
    LEAST_MIXED,
    LEAST_NON_STATE,
    LEAST_PREMISES_MONTHS,
    LEAST_UNITS,
    MATERIALS,
    MUNICIPAL,
    MUNICIPAL_INSTITUTION_YUAN,
    NAMES,
    PRACTICE,
    REFUSALS,
    SHANGHAI,
    SOURCES,
    TEAM,
    UNIT_BEFORE,
)

REGISTER, SUPPLEMENT, TEAM_FIRST = "register", "supplement", "file_team"
MUNICIPALITY, UNIT_FIRST, UNFIT = "to_municipality", "needs_unit", "unfit"
OUTCOMES = (REGISTER, SUPPLEMENT, TEAM_FIRST, MUNICIPALITY, UNIT_FIRST, UNFIT)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered; None is a question left open. Money in yuan, ``premises_months`` of the
    right of use, ``non_state_share`` between 0 and 1, ``places`` the ways a name may begin."""

    wish: str | None = None
    essence: str | None = None
    reach: str | None = None
    individual_count: int | None = None
    unit_count: int | None = None
    capital_yuan: Decimal | None = None
    non_state_share: Decimal | None = None
    fund_kind: str | None = None
    has_premises: bool | None = None
    owns_premises: bool | None = None
    premises_months: int | None = None
    has_staff: bool | None = None
    council_count: int | None = None
    has_supervisor: bool | None = None
    legal_rep_role: str | None = None
    heads_association: bool | None = None
    heads_other: bool | None = None
    is_official: bool | None = None
    category: str | None = None
    has_unit_approval: bool | None = None
    wants_branches: bool | None = None
    is_against_law: bool | None = None
    has_similar: bool | None = None
    head_lacks_rights: bool | None = None
    head_lacks_capacity: bool | None = None
    has_leader: bool | None = None
    is_commercial_or_religious: bool | None = None
    name: str = ""
    places: tuple[str, ...] = ()


class Missing(NamedTuple):
    """Something to mend, by code, with the figures of its sentence and the source that asks it."""

    code: str
    figures: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class Advice:
    """``form`` is what fits, None while the answers do not say. ``wanted`` differs from it where a
    team is filed first. ``is_referral``: the municipality registers it, the district does not.

    ``barriers`` stand in the way whatever is added; ``missing`` can be added; ``warnings`` are
    told and block nothing; ``open`` are the questions of the form not answered yet.
    """

    form: str | None
    wanted: str | None = None
    is_referral: bool = False
    needs_unit: bool | None = None
    outcome: str | None = None
    barriers: tuple[Missing, ...] = ()
    missing: tuple[Missing, ...] = ()
    warnings: tuple[Missing, ...] = ()
    open: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Flag(NamedTuple):
    """A question answered by yes or no: the answer that is noted, as what, and where. Without
    ``is_asked`` it is noted when answered, and nobody is told that it is open."""

    question: str
    noted: bool
    kind: str
    code: str
    source: str
    is_asked: bool = True


def _of_everybody(form: str) -> tuple[Flag, ...]:
    """What is asked of whatever is registered: its premises, its staff, and why it is refused."""
    return (
        Flag("has_premises", False, "missing", "premises", LAW[form]),
        Flag("has_staff", False, "missing", "staff", LAW[form]),
        Flag("is_against_law", True, "barriers", "against_law", REFUSALS[form]),
        Flag("has_similar", True, "barriers", "similar_exists", REFUSALS[form]),
        Flag("head_lacks_rights", True, "barriers", "head_lacks_rights", REFUSALS[form]),
        Flag("head_lacks_capacity", True, "barriers", "head_lacks_capacity", REFUSALS[form]),
    )


FLAGS: dict[str, tuple[Flag, ...]] = {
    ASSOCIATION: (
        Flag("heads_association", True, "barriers", "heads_association", ASSOCIATIONS),
        Flag("wants_branches", True, "warnings", "no_regional_branches", ASSOCIATIONS, False),
        *_of_everybody(ASSOCIATION),
    ),
    INSTITUTION: (
        Flag("has_supervisor", False, "missing", "supervisor", SHANGHAI),
        Flag("heads_association", True, "warnings", "legal_rep_elsewhere", ASSOCIATIONS, False),
        Flag("wants_branches", True, "barriers", "no_branches", INSTITUTIONS, False),
        *_of_everybody(INSTITUTION),
    ),
    FOUNDATION: (
        Flag("has_supervisor", False, "missing", "supervisor", FOUNDATIONS),
        Flag("heads_other", True, "barriers", "heads_other", FOUNDATIONS),
        Flag("is_official", True, "barriers", "is_official", FOUNDATIONS),
        Flag("wants_branches", True, "warnings", "branches_registered", FOUNDATIONS, False),
        *_of_everybody(FOUNDATION),
    ),
    TEAM: (
        Flag("has_leader", False, "missing", "leader", PRACTICE),
        Flag("has_premises", False, "missing", "place_of_activity", PRACTICE),
        Flag("is_commercial_or_religious", True, "barriers", "commercial_or_religious", PRACTICE),
        Flag("is_against_law", True, "barriers", "against_law", PRACTICE),
    ),
}


@dataclass
class _Notes:
    """What is gathered while the answers are gone through."""

    barriers: list[Missing] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    warnings: list[Missing] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def ask(self, answers: Answers, *questions: str) -> bool:
        """Whether all of them were answered; those that were not are noted as open."""
        unanswered = [name for name in questions if getattr(answers, name) in (None, "")]
        self.open += [name for name in unanswered if name not in self.open]
        return not unanswered


def advise(answers: Answers) -> Advice:
    """The form that fits what was answered, what stands in its way and what is still missing."""
    wanted = answers.wish or ESSENCES.get(answers.essence or "")
    if wanted is None:
        return Advice(form=None, open=("essence",))
    notes = _Notes()
    if answers.essence and ESSENCES[answers.essence] != wanted:
        notes.warnings.append(
            Missing("essence_differs", {"form": ESSENCES[answers.essence]}, SOURCES[wanted][0])
        )
    _flags(answers, wanted, notes)
    if wanted != TEAM:
        CHECKS[wanted](answers, notes)
        _of_registered(answers, wanted, notes)
    is_referral = wanted == FOUNDATION or (wanted != TEAM and answers.reach == MUNICIPAL)
    needs_unit = _unit(answers, wanted, notes)
    outcome = _outcome(wanted, is_referral, notes)
    form = TEAM if outcome == TEAM_FIRST else wanted
    return Advice(
        form=form,
        wanted=wanted,
        is_referral=is_referral,
        needs_unit=needs_unit,
        outcome=outcome,
        barriers=tuple(notes.barriers),
        missing=tuple(notes.missing),
        warnings=tuple(notes.warnings),
        open=tuple(notes.open),
        materials=_papers(form, needs_unit),
        sources=SOURCES[form],
    )


def materials_for(form: str) -> tuple[str, ...]:
    """Codes of the papers a form is applied for with."""
    return MATERIALS[form]


def capital_floor(form: str, *, reach: str | None, fund_kind: str | None) -> Decimal | None:
    """The least money in yuan that a rule names; None where none does, or it is not known yet."""
    if form == ASSOCIATION:
        return ASSOCIATION_YUAN
    if form == INSTITUTION and reach == MUNICIPAL:
        return MUNICIPAL_INSTITUTION_YUAN
    return FOUNDATION_YUAN.get(fund_kind or "") if form == FOUNDATION else None


def has_enough_members(individuals: int, units: int) -> bool:
    """50 individuals, or 30 units, or both kinds and 50 in all."""
    is_mixed = individuals > 0 and units > 0
    return (
        individuals >= LEAST_INDIVIDUALS
        or units >= LEAST_UNITS
        or (is_mixed and individuals + units >= LEAST_MIXED)
    )


def name_warnings(name: str, form: str, places: Iterable[str]) -> tuple[Missing, ...]:
    """What a proposed name lacks or must not say. A team is called as it likes."""
    if form == TEAM or not name:
        return ()
    found = [Missing("name_banned_word", {"word": w}, NAMES) for w in BANNED_WORDS if w in name]
    place = max((place for place in places if name.startswith(place)), key=len, default="")
    if not place:
        found.append(Missing("name_without_place", {}, NAMES))
    ending = max((end for end in ENDINGS[form] if name.endswith(end)), key=len, default="")
    if not ending:
        found.append(Missing("name_without_ending", {"form": form}, NAMES))
    between = name.removeprefix(place).removesuffix(ending)
    if len(between) < LEAST_BETWEEN[form]:
        found.append(Missing("name_without_field", {"form": form}, NAMES))
    return tuple(found)


def _flags(answers: Answers, form: str, notes: _Notes) -> None:
    for flag in FLAGS[form]:
        if flag.is_asked:
            notes.ask(answers, flag.question)
        if getattr(answers, flag.question) is flag.noted:
            getattr(notes, flag.kind).append(Missing(flag.code, {}, flag.source))


def _association(answers: Answers, notes: _Notes) -> None:
    individuals, units = answers.individual_count or 0, answers.unit_count or 0
    if has_enough_members(individuals, units):
        return
    if notes.ask(answers, "individual_count", "unit_count"):
        figures = {"individuals": individuals, "units": units}
        notes.missing.append(Missing("members_too_few", figures, ASSOCIATIONS))


def _institution(answers: Answers, notes: _Notes) -> None:
    notes.ask(answers, "reach", "non_state_share", "legal_rep_role")
    share = answers.non_state_share
    if share is not None and Fraction(share) < LEAST_NON_STATE:
        notes.missing.append(Missing("state_share_too_large", {"share": share}, SHANGHAI))
    if answers.legal_rep_role == "other":
        notes.warnings.append(Missing("legal_rep_role_unusual", {}, SHANGHAI))
    if answers.reach == DISTRICT:
        notes.warnings.append(Missing("capital_floor_of_district", {}, SHANGHAI))


def _foundation(answers: Answers, notes: _Notes) -> None:
    notes.ask(answers, "fund_kind", "council_count", "legal_rep_role")
    (least, most), count = COUNCIL, answers.council_count
    if count is not None and not least <= count <= most:
        figures = {"count": count, "least": least, "most": most}
        notes.missing.append(Missing("council_size", figures, FOUNDATIONS))
    if answers.legal_rep_role not in (None, "council_chair"):
        notes.missing.append(Missing("legal_rep_is_chair", {}, FOUNDATIONS))


CHECKS = {ASSOCIATION: _association, INSTITUTION: _institution, FOUNDATION: _foundation}


def _of_registered(answers: Answers, form: str, notes: _Notes) -> None:
    notes.ask(answers, "capital_yuan", "name")
    floor = capital_floor(form, reach=answers.reach, fund_kind=answers.fund_kind)
    capital = answers.capital_yuan
    if floor is not None and capital is not None and capital < floor:
        figures = {"floor_yuan": floor, "capital_yuan": capital}
        source = SHANGHAI if form == INSTITUTION else LAW[form]
        notes.missing.append(Missing("capital_too_small", figures, source))
    if answers.has_premises and not answers.owns_premises:
        _right_of_use(answers, form, notes)
    notes.warnings += name_warnings(answers.name, form, answers.places)


def _right_of_use(answers: Answers, form: str, notes: _Notes) -> None:
    """Shanghai asks a service institution for a year of it; to others a short one is a warning."""
    notes.ask(answers, "premises_months")
    months = answers.premises_months
    if months is None or months >= LEAST_PREMISES_MONTHS:
        return
    figures = {"months": months, "least": LEAST_PREMISES_MONTHS}
    if form == INSTITUTION:
        notes.missing.append(Missing("right_of_use_short", figures, SHANGHAI))
    else:
        notes.warnings.append(Missing("right_of_use_short", figures, PRACTICE))


def _unit(answers: Answers, form: str, notes: _Notes) -> bool | None:
    """Whether a supervising unit approves first; None while the category is not known."""
    if form == TEAM:
        return False
    if not notes.ask(answers, "category"):
        return None
    if answers.category in DIRECT_CATEGORIES:
        return False
    if notes.ask(answers, "has_unit_approval") and not answers.has_unit_approval:
        notes.missing.append(
            Missing("unit_approval", {}, UNIT_BEFORE if form == INSTITUTION else DIRECT)
        )
    return True


def _outcome(wanted: str, is_referral: bool, notes: _Notes) -> str | None:
    """What to tell; None while questions are open and nothing is known to be missing."""
    missing = {note.code for note in notes.missing}
    if notes.barriers:
        return UNFIT
    if is_referral:
        return MUNICIPALITY
    if wanted == ASSOCIATION and "members_too_few" in missing:
        return TEAM_FIRST
    if "unit_approval" in missing:
        return UNIT_FIRST
    if missing:
        return SUPPLEMENT
    return None if notes.open else REGISTER


def _papers(form: str, needs_unit: bool | None) -> tuple[str, ...]:
    """Without the approval of a unit where none is needed."""
    return tuple(
        code for code in materials_for(form) if code != "unit_approval" or needs_unit is not False
    )
