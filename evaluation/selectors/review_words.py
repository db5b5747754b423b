"""The figures of reviews in words: what was counted, of what, and how it is scored."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.models import Answer
from evaluation.rules.reviewing import half_up
from evaluation.selectors import review_figures as figures

DENOMINATORS = {
    figures.RULES: gettext_lazy("rules that apply to the center"),
    figures.DUE_FILINGS: gettext_lazy("filings that were due"),
    figures.DUE_DISCLOSURE: gettext_lazy("items whose disclosure was due"),
    figures.DUE_FEEDBACK: gettext_lazy("feedback that was due"),
    figures.SAMPLE: gettext_lazy("valid answers"),
    figures.CONTRACTS: gettext_lazy("contracts that the center took part in"),
    figures.EVALUATIONS: gettext_lazy("evaluations of these contracts"),
    figures.PROJECTS: gettext_lazy("projects that the center planned"),
}
OUTCOMES = {
    "met": gettext_lazy("met"),
    "not_met": gettext_lazy("not met"),
    "no_data": gettext_lazy("no data"),
    "not_applicable": gettext_lazy("not applicable"),
}


def number(text: str | None) -> str:
    """An exact number as people read it: whole ones as such, others with two decimals."""
    if text is None:
        return "—"
    value = Fraction(text)
    return str(value.numerator) if value.denominator == 1 else str(half_up(value))


def figure(answer: Answer) -> str:
    """What the portal found, with its denominator by name; "" of what is scored by hand."""
    if not answer.outcome:
        return ""
    found: Mapping[str, Any] = answer.computed
    said = {
        "numerator": number(found.get("numerator")),
        "denominator": number(found.get("denominator")),
        "of": DENOMINATORS.get(found.get("of", ""), ""),
        "points": number(found.get("points")),
        "full": answer.points,
    }
    if answer.outcome == Answer.Outcome.NOT_APPLICABLE:
        return _("does not apply (%(of)s: 0)") % said
    if answer.outcome == Answer.Outcome.NO_DATA:
        return _("no data (%(of)s)") % said
    if found.get("of") == figures.SAMPLE:
        return (
            _("mean %(numerator)s of 100, %(of)s: %(denominator)s → %(points)s of %(full)s points")
            % said
        )
    if found.get("denominator") is None:
        return _("%(numerator)s %(of)s → %(points)s of %(full)s points") % said
    return _("%(numerator)s of %(denominator)s %(of)s → %(points)s of %(full)s points") % said


def items(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """What a figure was counted from, each with its outcome in words."""
    return [
        {**item, "said": OUTCOMES.get(item["outcome"], item["outcome"])}
        for item in answer.computed.get("items", ())
    ]


def levels(answer: Answer) -> str:
    """The levels or steps of an indicator with the points of each; "" where it has none."""
    full = Fraction(answer.points)
    rows = answer.settings.get("levels") or answer.settings.get("steps") or ()
    return "；".join(f"{name} → {half_up(full * Fraction(str(share)))}" for name, share in rows)
