"""What a paper holds, without a word on how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import TypeAlias

from portal.papers.wording import heading_number

# More columns than this need the long side of the sheet.
PORTRAIT_COLUMNS = 7


@dataclass(frozen=True)
class Heading:
    """A heading; the writers number it 一、（一）1.（1） by its ``level`` from 1 to 4."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph, its first line indented by two characters."""

    text: str


@dataclass(frozen=True)
class Line:
    """A line of its own: a document number, an addressee."""

    text: str
    is_centred: bool = False


@dataclass(frozen=True)
class Pairs:
    """A table of names and values, two to a line; a long value takes the whole line."""

    items: Sequence[tuple[str, str]]

    LONGEST_HALF = 16

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Lines of two cells (name, value) or four."""
        lines: list[tuple[str, ...]] = []
        for name, value in self.items:
            is_half = len(value) <= self.LONGEST_HALF and "\n" not in value
            if is_half and lines and len(lines[-1]) == 2 and self._is_half(lines[-1][1]):
                lines[-1] += (name, value)
            else:
                lines.append((name, value))
        return lines

    def _is_half(self, value: str) -> bool:
        return len(value) <= self.LONGEST_HALF and "\n" not in value


@dataclass(frozen=True)
class Grid:
    """A table whose head is repeated on every page."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def is_wide(self) -> bool:
        return len(self.headers) > PORTRAIT_COLUMNS


@dataclass(frozen=True)
class Signature:
    """Who issues the paper, and its date."""

    signer: str
    signed_on: date


@dataclass(frozen=True)
class Note:
    """附注: a remark in brackets below the date."""

    text: str


Block: TypeAlias = Heading | Text | Line | Pairs | Grid | Signature | Note


@dataclass(frozen=True)
class Letterhead:
    """发文机关标志: the issuing office in red, below it the document number, and a red line. With
    a ``signer`` (签发人), as papers to a higher office have one, the number stands on the left."""

    issuer: str
    doc_no: str = ""
    signer: str = ""


@dataclass(frozen=True)
class Imprint:
    """版记: at the foot of the last page, who else gets the paper, who printed it and when."""

    issued_by: str
    printed_on: date
    copies_to: str = ""


@dataclass(frozen=True)
class Part:
    """Blocks that stay on sheets of one orientation: across when one of their tables is wide."""

    blocks: Sequence[Block]

    @property
    def is_landscape(self) -> bool:
        return any(isinstance(block, Grid) and block.is_wide for block in self.blocks)


@dataclass(frozen=True)
class Paper:
    """A paper. ``made_at`` is the date inside the file; ``mark`` stands at the foot of each page.
    ``letterhead`` stands above the title, ``imprint`` at the foot of the last page.

    The same paper gives the same bytes.
    """

    title: str
    parts: Sequence[Part]
    made_at: datetime
    author: str = ""
    mark: str = ""
    letterhead: Letterhead | None = None
    imprint: Imprint | None = None

    def sheets(self) -> list[tuple[bool, list[Block]]]:
        """(is landscape, blocks) of each run of sheets; headings carry their numbers."""
        numbers = [0, 0, 0, 0]
        return [
            (across, [_numbered(block, numbers) for part in parts for block in part.blocks])
            for across, parts in groupby(self.parts, key=lambda part: part.is_landscape)
        ]


def _numbered(block: Block, numbers: list[int]) -> Block:
    if not isinstance(block, Heading):
        return block
    numbers[block.level - 1] += 1
    numbers[block.level :] = [0] * (len(numbers) - block.level)
    number = heading_number(block.level, numbers[block.level - 1])
    return replace(block, text=number + block.text)
