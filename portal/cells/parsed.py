"""What a cell parser gives back, and how it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from portal.errors import DomainError

T = TypeVar("T")
MONTH, OPEN = "month", "open"


@dataclass(frozen=True)
class Message:
    """A coded sentence, translated when it is shown and not when it is made.

    ``text`` is lazy, with named placeholders that ``params`` fills.
    """

    code: str
    text: Any
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return str(self.text % self.params) if self.params else str(self.text)


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """The value of one cell; ``value`` is None for a blank cell or a placeholder.

    ``warnings`` are for the person who files, ``hints`` only inform, ``note`` keeps the words
    of the cell that are not part of the value. ``precision`` is ``MONTH`` where a date is known
    to the month only, ``OPEN`` where the cell says that there is no end.
    """

    value: T | None
    warnings: tuple[Message, ...] = ()
    note: str = ""
    hints: tuple[Message, ...] = ()
    precision: str = ""


class CellError(DomainError):
    """The cell cannot be read; ``code`` names the rule, the text says what to type."""

    def __init__(self, code: str, text: Any, **params: object) -> None:
        super().__init__(Message(code, text, params))
        self.code = code
