"""What the check before a grade assessment found, in words."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.rules.gradings import Reason
from organizations.selectors.advice_words import source

VERDICTS = {
    True: _("By what the register knows, it may apply."),
    False: _("It may not apply yet."),
    None: _("Nothing is known against it, but something is not known."),
}
REASONS = {
    "held_too_shortly": _("Its certificate is held for two full years from %(ready_on)s on."),
    "grade_valid": _("Its grade %(grade)s is valid until %(until)s."),
    "absent": _("It did not take part in the annual inspection for %(year)s."),
    "unqualified": _("The annual inspection for %(year)s was unqualified."),
    "twice_basically": _(
        "The annual inspections for %(first)s and %(year)s were basically qualified."
    ),
    "penalized": _("It was penalized last year."),
    "penalty_open": _("A penalty is not finished."),
    "listed": _("It stands on a credit list; the district excludes that."),
    "party_unit_missing": _("It ought to have a party unit and has none."),
}
UNKNOWN = {
    "registration_unknown": _("the day of its registration"),
    "grade_unknown": _("whether it has a grade"),
    "grade_end_unknown": _("until when its grade is valid"),
    "inspection_unknown": _("how its last annual inspection ended"),
    "penalties_unknown": _("penalties: the district notes none"),
    "listings_unknown": _("credit lists: the district has entered none"),
    "party_unit_unknown": _("whether a party unit is asked of it, or is there"),
}
MAY_RAISE = _(
    "The grade is older than two years: in many places it may be assessed anew for a higher one"
    " (practice, no official figure)."
)

__all__ = ["MAY_RAISE", "REASONS", "UNKNOWN", "VERDICTS", "said", "source"]


def said(reason: Reason) -> str:
    """The sentence of a reason, with its figures."""
    return str(REASONS[reason.code]) % {name: _day(value) for name, value in reason.figures.items()}


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
