"""The adviser's questions: every one may stay open."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.rules import registration
from organizations.rules.adviser import Answers
from organizations.selectors.advice_words import (
    CATEGORIES,
    ESSENCES,
    FORMS,
    FUND_KINDS,
    QUESTIONS,
    REACHES,
    ROLES,
)

OPEN = ("", _("not known yet"))
FIRST = ("essence", "wish", "name")
OF_REGISTERED = (
    *("reach", "capital_yuan", "has_premises", "owns_premises", "premises_months", "has_staff"),
    *("category", "has_unit_approval", "wants_branches", "is_against_law", "has_similar"),
    *("head_lacks_rights", "head_lacks_capacity"),
)
# Form → what is asked once it is chosen.
ASKED = {
    registration.ASSOCIATION: (
        "individual_count",
        "unit_count",
        "heads_association",
        *OF_REGISTERED,
    ),
    registration.INSTITUTION: (
        *("non_state_share", "has_supervisor", "legal_rep_role", "heads_association"),
        *OF_REGISTERED,
    ),
    registration.FOUNDATION: (
        *("fund_kind", "council_count", "has_supervisor", "legal_rep_role", "heads_other"),
        "is_official",
        *OF_REGISTERED,
    ),
    registration.TEAM: (
        *("has_leader", "has_premises", "is_commercial_or_religious", "is_against_law"),
    ),
}
CHOICES = {
    "essence": ESSENCES,
    "wish": FORMS,
    "reach": REACHES,
    "fund_kind": FUND_KINDS,
    "category": CATEGORIES,
    "legal_rep_role": ROLES,
}
COUNTS = ("individual_count", "unit_count", "premises_months", "council_count")
MOST = 1_000_000
# What an address says that carries the adviser's answers.
FROM_ADVISER = {"from": "adviser"}


def _field(name: str) -> forms.Field:
    label = QUESTIONS[name]
    if name in CHOICES:
        choices = [OPEN, *CHOICES[name].items()]
        return forms.TypedChoiceField(
            label=label, choices=choices, required=False, empty_value=None
        )
    if name in COUNTS:
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST)
    if name == "capital_yuan":
        return forms.DecimalField(
            label=label, required=False, min_value=0, max_digits=16, decimal_places=2
        )
    if name == "non_state_share":
        return forms.DecimalField(
            label=label, required=False, min_value=0, max_value=100, decimal_places=2
        )
    if name == "name":
        return forms.CharField(label=label, required=False, max_length=60)
    return forms.TypedChoiceField(
        label=label,
        choices=[OPEN, ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=None,
    )


class AdviserForm(forms.Form):
    """What it is and which form is wanted; once that is said, what the form asks."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in (*FIRST, *ASKED.get(self.chosen, ())):
            self.fields[name] = _field(name)

    @property
    def chosen(self) -> str:
        """The form wanted, or the one made for what it is; "" while neither is said."""
        wish, essence = (str((self.data or {}).get(name) or "") for name in ("wish", "essence"))
        return wish if wish in FORMS else registration.ESSENCES.get(essence, "")

    def clean_non_state_share(self) -> Decimal | None:
        share = self.cleaned_data["non_state_share"]
        return None if share is None else share / 100

    def answers(self, places: tuple[str, ...]) -> Answers:
        """What was answered; ``places`` are the ways a name may begin."""
        return Answers(**self.cleaned_data, places=places)
