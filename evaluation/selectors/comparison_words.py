"""What changes, in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.rules.base import Outcome, decimal_text
from evaluation.rules.comparisons import Standing
from evaluation.selectors import parameter_wording, wording
from evaluation.selectors.lookaheads import Cause

UNITS: Mapping[str, Any] = {
    "people": _("people"),
    "members": _("council members"),
    "m2": _("m²"),
    "yuan": _("yuan"),
}
CAUSES: Mapping[str, Any] = {
    "row_ended": _("%(section)s: “%(row)s” ended on %(on)s."),
    "row_began": _("%(section)s: “%(row)s” begins on %(on)s."),
    "waiver_ended": _("The waiver ended on %(on)s."),
    "waiver_began": _("A waiver begins on %(on)s."),
    "grace_ended": _("The time of grace ended on %(on)s."),
    "deadline_passed": _("The time limit of the year passed on %(on)s."),
    "parameter_changed": _("Another value of “%(parameter)s” begins to hold."),
    "pack_changed": _("Rule pack %(pack)s begins to hold."),
    "new_year": _("A new year begins."),
    "day_reached": _("A period that was filed passes on %(on)s."),
}


def standing_text(standing: Standing, rule_class: str) -> str:
    """Where a rule stands; what is excused or in grace is said so."""
    if not standing.outcome:
        return gettext("not in the pack")
    label = wording.outcome_label(rule_class, standing.outcome)
    if standing.is_waived:
        return gettext("%(outcome)s, waived") % {"outcome": label}
    if standing.in_grace:
        return gettext("%(outcome)s, in grace") % {"outcome": label}
    return label


def reason_text(outcome: Outcome | None) -> str:
    """Why, or nothing where no rule speaks."""
    return wording.reason_text(outcome.reason, outcome.figures) if outcome else ""


def remedy_text(outcome: Outcome | None) -> str:
    """The smallest change that would meet the rule, or nothing."""
    remedy = outcome and outcome.remedy
    return wording.remedy_text(remedy.code, remedy.figures) if remedy else ""


def amount_text(amount: Decimal, unit: str) -> str:
    """How much is missing: people in whole numbers, areas and amounts with decimals."""
    return str(int(amount)) if unit in ("people", "members") else decimal_text(amount)


def cause_text(cause: Cause) -> str:
    """Why a rule turns, as a sentence."""
    figures = dict(cause.figures)
    if "on" in figures:
        figures["on"] = date_format(figures["on"], "Y-m-d")
    if "section" in figures:
        figures["section"] = str(wording.SECTIONS[figures["section"]])
    if "parameter" in figures:
        figures["parameter"] = parameter_wording.title(figures["parameter"])
    return str(CAUSES[cause.code]) % figures
