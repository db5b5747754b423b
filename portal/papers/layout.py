"""Measures of GB/T 9704-2012 and where lines may break: what both writers share."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

# Millimetres: A4, and the type area of 156 × 225 that the margins leave.
PAGE_MM = (210, 297)
TOP_MM, RIGHT_MM, BOTTOM_MM, LEFT_MM = 37, 26, 35, 28
# Turned sheets keep their margins: the top becomes the right.
LANDSCAPE_MM = (LEFT_MM, TOP_MM, RIGHT_MM, BOTTOM_MM)
# The page number stands 7 mm below the type area.
FOOT_MM = 7
# Points: 2号 for the title, 3号 for the body, 4号 for page numbers, 五号 and 小五 for tables.
TITLE_PT, BODY_PT, FOOT_PT, TABLE_PT, WIDE_TABLE_PT, MARK_PT = 22, 16, 14, 10.5, 9, 8
# The name of the office at the head fills the line, up to this size, and stands this far below the
# top of the type area; the red line 4 mm below the number; the imprint in 4号 between lines.
HEAD_MOST_PT, HEAD_SHARE, HEAD_TOP_MM, RULE_BELOW_MM = 50, 0.94, 35, 4
HEAD_RED = "E60012"
IMPRINT_PT, IMPRINT_LINE_PT = 14, 24
THICK_PT, THIN_PT = 1, 0.7
# 22 lines of 28 characters to a page.
LINE_PT, TITLE_LINE_PT, TITLE_GAP_PT = 28.95, 36, 8
LINES, CHARACTERS = 22, 28

NOT_FIRST = frozenset("，。、；：？！）〕】》〉」』〗”\u2019\uff05‰℃·・…—～,.;:?!)]}%")
NOT_LAST = frozenset("（〔【《〈「『〖“\u2018￥([{")
# A word or a figure with the punctuation that closes it, or one character.
UNIT = re.compile(rf"[!-~]+[{re.escape(''.join(sorted(NOT_FIRST)))}]*|.", re.DOTALL)
WORD = re.compile(r"[!-~]+")
# What no document can hold.
UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# A column asks for its longest text within these numbers of characters, and one for its edges.
NARROWEST, WIDEST = 2, 14


def printable(text: str) -> str:
    """The text without what no document can hold; a line break stays one."""
    return UNWRITABLE.sub("", re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text))


def length(text: str) -> float:
    """In full-width characters; of several lines the longest."""
    return max(
        sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in line)
        for line in text.split("\n")
    )


def head_size(issuer: str, width: float) -> float:
    """Points: the size in which the name of the office fills its share of the width."""
    return min(HEAD_MOST_PT, width * HEAD_SHARE / max(1, length(issuer)))


def title_gap(is_headed: bool) -> float:
    """Points below the title: one line free below that of an official document."""
    return LINE_PT if is_headed else TITLE_GAP_PT


def column_shares(
    headers: Sequence[str], rows: Sequence[Sequence[str]], characters: float
) -> list[float]:
    """Each column's share of a line of so many characters, by what stands in it.

    A head may take two lines. Where not every column can have what it asks for, each keeps the
    longest word or figure whole, and they share the rest.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers)
    asked, least = [], []
    for header, column in zip(headers, columns, strict=True):
        size = max([length(header) / 2, *map(length, column)])
        word = max([0, *(len(word) / 2 for cell in column for word in WORD.findall(cell))])
        asked.append(1 + min(max(size, word, NARROWEST), WIDEST))
        least.append(1 + min(max(word, NARROWEST), WIDEST))
    spare = characters - sum(least)
    if sum(asked) > characters and spare > 0:
        more = [size - floor for size, floor in zip(asked, least, strict=True)]
        asked = [
            floor + spare * extra / sum(more) for floor, extra in zip(least, more, strict=True)
        ]
    return [size / sum(asked) for size in asked]


def broken(
    text: str, width: float, measure: Callable[[str], float], indent: float = 0
) -> list[str]:
    """The text in lines no wider than ``width``; ``indent`` shortens the first.

    Words and figures stay whole where a line can hold them. No line begins with closing
    punctuation or ends with opening punctuation, unless the width allows nothing else.
    """
    lines = []
    for paragraph in text.split("\n"):
        line, room = "", width - indent
        for piece in _pieces(paragraph, width, measure):
            if line and measure(line + piece.rstrip()) > room:
                lines.append(line.rstrip())
                line, room = "", width
                piece = piece.lstrip()
            line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """The smallest texts that stay on one line."""
    held = ""
    for unit in UNIT.findall(text):
        opening = held[-1:] if held[-1:] in NOT_LAST else ""
        for part in [unit] if measure(opening + unit) <= width else unit:
            joins = held and (part[0] in NOT_FIRST or held[-1] in NOT_LAST)
            if held and not (joins and measure(held + part) <= width):
                yield held
                held = ""
            held += part
    if held:
        yield held
