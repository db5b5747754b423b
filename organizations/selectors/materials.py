"""Materials in words, and which of them a form asks for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.rules.adviser import materials_for

LABELS: dict[str, Any] = {
    "application": _("application form"),
    "name_check": _("result of the check of the name"),
    "unit_approval": _("approval of the supervising unit"),
    "capital_report": _("proof of the capital"),
    "use_right": _("proof of the right to use the premises"),
    "head_profile": _("profile and identity document of the proposed head"),
    "articles": _("draft articles"),
    "advance_notice": _("form of advance notice"),
    "donation_commitment": _("commitment about the donated capital"),
    "council_list": _("list of the council"),
    "filing_form": _("filing form of the team"),
    "member_count": _("number of members"),
    "neighborhood_opinion": _("opinion of the neighborhood committee"),
}


def asked_for(form: str) -> tuple[str, ...]:
    """Codes of the materials that a form asks for, in their order."""
    return materials_for(form)


def label(code: str) -> Any:
    """The material in words; what somebody put on the list is its own word."""
    return LABELS.get(code, code)
