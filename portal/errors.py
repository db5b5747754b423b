"""Refusals."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

# Languages that set no blank between sentences.
UNSPACED = ("zh", "ja")


class DomainError(Exception):
    """A refusal whose text the user may read: what was refused, why, and what to do.

    Services define their own subclasses beside the verb that raises them. Views show the text,
    the API answers 409 with it.
    """

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Conflict(DomainError):
    """Somebody else changed the object first; the text says what it is now."""


class ReasonMissing(DomainError):
    """A step that others will ask about, taken without saying why."""


def given(reason: str, refusal: Any) -> str:
    """The reason without the blanks around it; raises ``ReasonMissing`` with the text of the
    ``refusal`` when nothing is left."""
    if not (said := reason.strip()):
        raise ReasonMissing(refusal)
    return said


def together(sentences: Iterable[Any]) -> str:
    """Sentences as one text, in the way of the reader's language: Chinese sets no blank between
    them."""
    blank = "" if (get_language() or "").startswith(UNSPACED) else " "
    return blank.join(map(str, sentences))


def constraint_of(error: Exception) -> str:
    """Which constraint or trigger of the database refused a row, by name; "" when it does not say.

    ``error`` is Django's ``IntegrityError``.
    """
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
