"""What a record says of a field, and what several sections say alike."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Example:
    """``typed`` into the field says ``value``; ``case`` tells what is filed by it, or nothing."""

    typed: str
    value: Any
    case: Any = ""


@dataclass(frozen=True)
class Definition:
    """``text`` defines the field in a sentence or two, ``hint`` reminds in a few words.

    ``clause`` is the clause of the standard that asks for it, or "".
    """

    text: Any
    clause: str = ""
    hint: Any = ""
    examples: tuple[Example, ...] = field(default=())


def same(*codes: Any, **cases: Any) -> tuple[Example, ...]:
    """Examples of a list of choices: code → the case that is filed by it."""
    return tuple(Example(code, code, case) for code, case in (*codes, *cases.items()))


def flags(yes: Any, no: Any = "") -> tuple[Example, ...]:
    found = [Example("true", True, yes)]
    return (*found, Example("false", False, no)) if no else tuple(found)


def day(text: str, value: date) -> tuple[Example, ...]:
    return (Example(text, value),)


NOTE = Definition(
    _("Anything a reader must know to understand this row, such as why a figure changed."),
    examples=(Example("2026年1月迁入新址", "2026年1月迁入新址"),),
)
NEW_PERSON = Definition(
    _(
        "Full name of somebody the center never filed before. Whoever is in the list is chosen"
        " there, so that one person stays one person."
    ),
    hint=_("Only for somebody who is not in the list yet."),
    examples=(Example("赵小雨", "赵小雨"),),
)
