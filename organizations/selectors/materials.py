"""Materials in words, and which of them a form asks for."""

from typing import Any

from organizations.rules.adviser import materials_for
from organizations.selectors.advice_words import MATERIALS


def asked_for(form: str) -> tuple[str, ...]:
    """Codes of the materials that a form asks for, in their order."""
    return materials_for(form)


def label(code: str) -> Any:
    """The material in words; what somebody put on the list is its own word."""
    return MATERIALS.get(code, code)
