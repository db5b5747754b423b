"""Informational items in words: what is recorded of a center and never judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import PremisesRow, ProfileRow
from evaluation.rules.base import Item
from evaluation.rules.facts import CenterFacts
from evaluation.rules.information import ITEMS
from evaluation.selectors import wording
from evaluation.selectors.parameters import Setting

SENTENCES = {
    "pay_reference": _(
        "Of %(people)s full-time staff the pay of %(follows)s follows that of community workers;"
        " of %(unknown)s it is not said."
    ),
    "co_location": _("Co-located with: %(partners)s."),
    "relative_independence": _(
        "Places that are relatively independent: %(independent)s of %(sites)s; of %(unknown)s it"
        " is not said."
    ),
    "area_per_organizations": _(
        "%(area_m2)s m² for %(organizations)s social organizations of the street or town:"
        " %(area_per_100_m2)s m² per 100."
    ),
    "operation": _(
        "Operating model: %(operating_model)s. Staff with a social-work certificate:"
        " %(certified)s of %(people)s; of %(unknown)s it is not said."
    ),
}
NOT_FILED = _("not filed")
NOBODY = _("nobody")


@dataclass(frozen=True)
class Information:
    """One item with its figures; ``figures`` is None where the section was never filed."""

    item: Item
    title: str
    figures: Mapping[str, Any] | None
    text: str


def of_center(facts: CenterFacts, setting: Setting) -> list[Information]:
    """Every item of the pack, in its order."""
    return [_information(item, facts, setting) for item in setting.pack.items]


def _information(item: Item, facts: CenterFacts, setting: Setting) -> Information:
    figures = ITEMS[item.kind](facts, setting.values)
    text = str(NOT_FILED) if figures is None else str(SENTENCES[item.kind]) % _worded(figures)
    return Information(item, wording.rule_title(item), figures, text)


def _worded(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures with codes in words, and a word where a figure is missing."""
    worded = {key: NOT_FILED if value is None else value for key, value in figures.items()}
    if "partners" in figures:
        labels = [str(PremisesRow.CoLocation(code).label) for code in figures["partners"]]
        worded["partners"] = wording.enumerated(labels) or NOBODY
    if figures.get("operating_model"):
        worded["operating_model"] = ProfileRow.OperatingModel(figures["operating_model"]).label
    return worded
