"""A paper as PDF, for reading and printing anywhere.

The Chinese font is Adobe's STSong-Light, which readers have or replace; it is not embedded. A
character it lacks is shown as 〓 with its code, and a sentence at the end of the paper says so.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

from django.utils import timezone
from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
)

from portal.papers import layout
from portal.papers.paper import (
    Grid,
    Heading,
    Imprint,
    Letterhead,
    Line,
    Note,
    Pairs,
    Paper,
    Signature,
    Text,
)
from portal.papers.wording import date_text

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

CONTINUED = "（续）"
UNKNOWN = "〓"
UNKNOWN_NOTE = "“〓”表示本格式字库没有的字，方括号内为其统一码，原字见同一文件的 Word 格式。"
# GBK has them, the font's encoding has not; a stand-in where there is one.
STAND_INS = {"·": "・"}
NOT_IN_FONT = frozenset("·ńňɑɡ")
# From here on only compatibility forms, until the full-width ones begin.
COMPATIBILITY, FULL_WIDTH = "\uf900", "\uff01"
SHADE = Color(0.93, 0.93, 0.93)
RED = HexColor(f"#{layout.HEAD_RED}")
RED_LINE_PT = 2.2
# Points: between a cell's text and its lines; a cell's line to its letters; before a table.
PADDING, CELL_LINE, GAP = 3, 1.35, 8
# A row of more lines is divided, so that a page can hold each share.
ROW_LINES = 18
# What must still fit below a heading.
BELOW_HEADING_PT = 90


def write(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes."""
    target, is_complete = BytesIO(), _Coverage()
    story: list[Flowable] = []
    title = Lines(
        is_complete(paper.title), layout.TITLE_PT, layout.TITLE_LINE_PT, is_centred=True, weight=0.5
    )
    for number, (across, blocks) in enumerate(paper.sheets()):
        name = _template_name(across)
        width = _type_area(across)[0]
        if number:
            story += [NextPageTemplate(name), PageBreak()]
        else:
            gap = Spacer(0, layout.title_gap(paper.letterhead is not None))
            story += [*_letterhead(paper.letterhead, width, is_complete), title, gap]
        for block in blocks:
            story += LAY_OUT[type(block)](block, width, is_complete)
    if is_complete.lacks:
        story += _note(Note(UNKNOWN_NOTE), 0, is_complete)
    if paper.imprint is not None:
        story.append(_Foot(paper.imprint, is_complete))
    document = BaseDocTemplate(
        target,
        pageTemplates=_templates(paper),
        title=paper.title,
        author=paper.author,
        lang="zh-CN",
        displayDocTitle=1,
        invariant=1,
    )
    document.build(story)
    return target.getvalue()


class _Coverage:
    """Text as the font can show it; ``lacks`` once something could not be shown."""

    def __init__(self) -> None:
        self.lacks = False

    def __call__(self, text: str) -> str:
        return "".join(map(self._shown, layout.printable(text)))

    def _shown(self, character: str) -> str:
        if covers(character):
            return character
        if character in STAND_INS:
            return STAND_INS[character]
        plain = unicodedata.normalize("NFKC", character)
        if all(map(covers, plain)):
            return plain
        self.lacks = True
        return f"{UNKNOWN}[U+{ord(character):04X}]"


def covers(character: str) -> bool:
    """Whether the font has the character: GBK and the first extension of Unicode's Han."""
    if character < "\x7f" or "\u3400" <= character <= "\u4db5":
        return True
    if character in NOT_IN_FONT or COMPATIBILITY <= character < FULL_WIDTH:
        return False
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _measure(size: float) -> Callable[[str], float]:
    return lambda text: pdfmetrics.stringWidth(text, FONT, size)


class Lines(Flowable):
    """Text in lines that break as Chinese does; what does not fit the page goes to the next.

    ``weight`` thickens the letters, since the font has one weight; ``level`` enters a heading in
    the outline; one that ``goes_on`` ends on a full line.
    """

    def __init__(
        self,
        text: str,
        size: float = layout.BODY_PT,
        pitch: float = layout.LINE_PT,
        *,
        indent: float = 0,
        is_centred: bool = False,
        margin: float = 0,
        weight: float = 0,
        level: int = 0,
        lines: list[str] | None = None,
        color: Color = black,
        goes_on: bool = False,
    ) -> None:
        super().__init__()
        self.color, self.goes_on = color, goes_on
        self.text, self.size, self.pitch, self.indent = text, size, pitch, indent
        self.is_centred, self.margin, self.weight, self.level = is_centred, margin, weight, level
        self.lines, self.is_whole = lines or [], lines is None

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width - self.margin
        if self.is_whole:
            self.lines = layout.broken(self.text, self.width, _measure(self.size), self.indent)
        return width, len(self.lines) * self.pitch

    def split(self, _width: float, height: float) -> list[Flowable]:
        fitting = int(height // self.pitch)
        if fitting < 1 or fitting >= len(self.lines):
            return []
        first = self._copy(
            self.lines[:fitting], indent=self.indent, level=self.level, goes_on=True
        )
        rest = self._copy(self.lines[fitting:], indent=0, level=0, goes_on=self.goes_on)
        return [first, rest]

    def _copy(
        self, lines: list[str], *, indent: float, level: int, goes_on: bool
    ) -> "Lines":
        return Lines(
            self.text,
            self.size,
            self.pitch,
            indent=indent,
            is_centred=self.is_centred,
            margin=self.margin,
            weight=self.weight,
            level=level,
            lines=lines,
            color=self.color,
            goes_on=goes_on,
        )

    def draw(self) -> None:
        height = len(self.lines) * self.pitch
        if self.level:
            key = f"{self.text}-{self.canv.getPageNumber()}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(self.text, key, self.level - 1)
        pen = self.canv.beginText()
        pen.setFont(FONT, self.size)
        pen.setFillColor(self.color)
        self.canv.setStrokeColor(self.color)
        if self.weight:
            self.canv.setLineWidth(self.weight)
            pen.setTextRenderMode(2)
        for number, line in enumerate(self.lines):
            left = self.indent if number == 0 else 0
            spare = self.width - left - _measure(self.size)(line)
            if self.is_centred:
                left += spare / 2
            pen.setCharSpace(self._spread(number, line, spare))
            pen.setTextOrigin(left, height - (number + 1) * self.pitch + self.pitch - self.size)
            pen.textOut(line)
        self.canv.drawText(pen)

    def _spread(self, number: int, line: str, spare: float) -> float:
        """Space between the characters of a full line, so that the right edge is even."""
        is_last = number == len(self.lines) - 1 and not self.goes_on
        if is_last or self.is_centred or not 0 < spare < 2 * self.size or len(line) < 2:
            return 0
        return spare / (len(line) - 1)


class _Space(Spacer):
    """Free also at the head of a page, where other gaps fall away."""

    _doctopSkip = 0  # noqa: N815  (reportlab's name)


class _Rule(Flowable):
    """A line across the type area."""

    def __init__(self, thickness: float, color: Color) -> None:
        super().__init__()
        self.thickness, self.color = thickness, color

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, self.thickness

    def draw(self) -> None:
        self.canv.setStrokeColor(self.color)
        self.canv.setLineWidth(self.thickness)
        self.canv.line(0, self.thickness / 2, self.width, self.thickness / 2)


class _Foot(Flowable):
    """版记 at the foot of the type area; on the next page where this one has no room."""

    def __init__(self, block: Imprint, shown: _Coverage) -> None:
        super().__init__()
        self.copies = shown(f"抄送：{block.copies_to}。") if block.copies_to else ""
        self.issued_by, self.printed = shown(block.issued_by), f"{date_text(block.printed_on)}印发"

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, one = width, layout.IMPRINT_PT
        # What follows the first line hangs below what follows 抄送：.
        room = width - 5 * one
        named = layout.broken(self.copies, width - 2 * one, self._measured, 0)[:1]
        rest = self.copies[len(named[0]) :] if named else ""
        self.lines = [*named, *(layout.broken(rest, room, self._measured) if rest else [])]
        self.lines = self.lines if self.copies else []
        self.least = (len(self.lines) + 1) * layout.IMPRINT_LINE_PT
        return width, max(self.least, height) if height >= self.least else self.least

    def _measured(self, text: str) -> float:
        return float(pdfmetrics.stringWidth(text, FONT, layout.IMPRINT_PT))

    def draw(self) -> None:
        canvas, one, pitch = self.canv, layout.IMPRINT_PT, layout.IMPRINT_LINE_PT
        canvas.setFont(FONT, one)
        canvas.setStrokeColor(black)
        raised = (pitch - one) / 2 + one * 0.12
        for number, line in enumerate(self.lines):
            height = (len(self.lines) - number) * pitch + raised
            canvas.drawString(4 * one if number else one, height, line)
        canvas.drawString(one, raised, self.issued_by)
        canvas.drawRightString(self.width - one, raised, self.printed)
        heights = [(0, layout.THICK_PT), (self.least, layout.THICK_PT)]
        for height, thickness in heights + ([(pitch, layout.THIN_PT)] if self.lines else []):
            canvas.setLineWidth(thickness)
            canvas.line(0, height, self.width, height)


def _letterhead(
    block: Letterhead | None, width: float, shown: _Coverage
) -> list[Flowable]:
    """The office in red, the number two lines below, a red line under it, and two lines free."""
    if block is None:
        return []
    issuer, size = shown(block.issuer), layout.head_size(block.issuer, width)
    return [
        _Space(0, layout.HEAD_TOP_MM * mm),
        Lines(issuer, size, size * 1.25, is_centred=True, weight=size / 60, color=RED),
        _Space(0, 2 * layout.LINE_PT),
        *_number_line(block, width, shown),
        _Space(0, layout.RULE_BELOW_MM * mm),
        _Rule(RED_LINE_PT, RED),
        _Space(0, 2 * layout.LINE_PT),
    ]


def _number_line(block: Letterhead, width: float, shown: _Coverage) -> list[Flowable]:
    number, one = shown(block.doc_no), layout.BODY_PT
    if not block.signer:
        return [Lines(number, is_centred=True)]
    signer, measure = shown(f"签发人：{block.signer}"), _measure(one)
    gap = width - 2 * one - measure(number) - measure(signer)
    blanks = " " * max(1, int(gap // measure(" ")))
    return [Lines(number + blanks + signer, indent=one, lines=[number + blanks + signer])]


def _heading(block: Heading, _width: float, shown: _Coverage) -> list[Flowable]:
    lines = Lines(
        shown(block.text),
        indent=2 * layout.BODY_PT,
        weight=0.45 if block.level < 3 else 0,
        level=block.level,
    )
    return [CondPageBreak(layout.LINE_PT + BELOW_HEADING_PT), lines]


def _text(block: Text, _width: float, shown: _Coverage) -> list[Flowable]:
    return [Lines(shown(block.text), indent=2 * layout.BODY_PT)]


def _line(block: Line, _width: float, shown: _Coverage) -> list[Flowable]:
    return [Lines(shown(block.text), is_centred=block.is_centred)]


def _note(block: Note, _width: float, shown: _Coverage) -> list[Flowable]:
    return [Lines(shown(f"（{block.text}）"), indent=2 * layout.BODY_PT)]


def _signature(block: Signature, width: float, shown: _Coverage) -> list[Flowable]:
    """The date ends four characters from the edge, the signer is centred above it."""
    day = date_text(block.signed_on)
    date_left = width - 4 * layout.BODY_PT - _measure(layout.BODY_PT)(day)
    signer = shown(block.signer)
    middle = date_left + _measure(layout.BODY_PT)(day) / 2
    signer_left = middle - _measure(layout.BODY_PT)(signer) / 2
    furthest = width - _measure(layout.BODY_PT)(signer) - layout.BODY_PT
    return [
        CondPageBreak(3 * layout.LINE_PT),
        Spacer(0, layout.LINE_PT),
        Lines(signer, indent=max(0, min(signer_left, furthest))),
        Lines(day, indent=date_left),
    ]


def _pairs(block: Pairs, width: float, shown: _Coverage) -> list[Flowable]:
    size, shares = layout.TABLE_PT, (0.17, 0.33, 0.17, 0.33)
    widths = [share * width for share in shares]
    cells: list[list[str]] = []
    styles = _table_styles(size)
    for row in block.rows:
        room = widths if len(row) == 4 else [widths[0], sum(widths[1:])]
        texts = [_cell(shown(text), w, size) for text, w in zip(row, room, strict=True)]
        for share in _divided(texts):
            line = len(cells)
            if len(row) == 2:
                styles.append(("SPAN", (1, line), (3, line)))
            styles += [("BACKGROUND", (at, line), (at, line), SHADE) for at in range(len(row))[::2]]
            cells.append([*share, *[""] * (4 - len(share))])
    return [Spacer(0, GAP), _table(cells, widths, styles, repeated=0), Spacer(0, GAP)]


def _grid(block: Grid, width: float, shown: _Coverage) -> list[Flowable]:
    size = layout.WIDE_TABLE_PT if block.is_wide else layout.TABLE_PT
    rows = [[shown(cell) for cell in row] for row in block.rows]
    headers = [shown(header) for header in block.headers]
    shares = layout.column_shares(headers, rows, width / size)
    widths = [share * width for share in shares]
    cells = [
        share
        for row in (headers, *rows)
        for share in _divided([_cell(t, w, size) for t, w in zip(row, widths, strict=True)])
    ]
    styles = [
        *_table_styles(size),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("ALIGN", (0, 0), (-1, 0), "CENTER"),
    ]
    return [Spacer(0, GAP), _table(cells, widths, styles, repeated=1), Spacer(0, GAP)]


def _cell(text: str, width: float, size: float) -> str:
    return "\n".join(layout.broken(text, width - 2 * PADDING, _measure(size)))


def _divided(cells: list[str]) -> list[list[str]]:
    """The row, or shares of it that a page can hold; later ones repeat the first cell."""
    lines = [cell.split("\n") for cell in cells]
    shares = [
        ["\n".join(column[start : start + ROW_LINES]) for column in lines]
        for start in range(0, max(map(len, lines)), ROW_LINES)
    ]
    for later in shares[1:]:
        later[0] = later[0] or f"{shares[0][0]}\n{CONTINUED}"
    return shares


def _table(cells: list[list[str]], widths: list[float], styles: list, *, repeated: int) -> Table:
    return Table(cells, widths, repeatRows=repeated, style=styles)


def _table_styles(size: float) -> list[tuple[Any, ...]]:
    whole = (0, 0), (-1, -1)
    return [
        ("FONT", *whole, FONT, size, size * CELL_LINE),
        ("GRID", *whole, 0.5, black),
        ("VALIGN", *whole, "MIDDLE"),
        ("LEFTPADDING", *whole, PADDING),
        ("RIGHTPADDING", *whole, PADDING),
        ("TOPPADDING", *whole, PADDING),
        ("BOTTOMPADDING", *whole, PADDING + 1),
    ]


LAY_OUT: dict[type, Callable[[Any, float, _Coverage], list[Flowable]]] = {
    Heading: _heading,
    Text: _text,
    Line: _line,
    Pairs: _pairs,
    Grid: _grid,
    Signature: _signature,
    Note: _note,
}


def _template_name(across: bool) -> str:
    return "landscape" if across else "portrait"


def _sheet(across: bool) -> tuple[tuple[float, float], tuple[float, ...]]:
    """Width and height of the page, and its margins from the top clockwise, in points."""
    upright = (layout.TOP_MM, layout.RIGHT_MM, layout.BOTTOM_MM, layout.LEFT_MM)
    margins = layout.LANDSCAPE_MM if across else upright
    width, height = layout.PAGE_MM[::-1] if across else layout.PAGE_MM
    return (width * mm, height * mm), tuple(margin * mm for margin in margins)


def _type_area(across: bool) -> tuple[float, float]:
    (width, height), (top, right, bottom, left) = _sheet(across)
    return width - left - right, height - top - bottom


def _templates(paper: Paper) -> list[PageTemplate]:
    first = paper.sheets()[0][0]
    return [_template(paper, first), _template(paper, not first)]


def _template(paper: Paper, across: bool) -> PageTemplate:
    pagesize, (_top, _right, bottom, left) = _sheet(across)
    frame = Frame(left, bottom, *_type_area(across), 0, 0, 0, 0)
    return PageTemplate(
        _template_name(across), [frame], onPage=partial(_foot, paper, across), pagesize=pagesize
    )


def _foot(paper: Paper, across: bool, canvas: Any, document: Any) -> None:
    """The page number on the outer side, one character in; the mark on the inner."""
    (width, _height), (_top, right, bottom, left) = _sheet(across)
    baseline = bottom - layout.FOOT_MM * mm
    number, is_odd = f"— {document.page} —", document.page % 2
    canvas.setDateFormatter(partial(_file_date, paper.made_at))
    canvas.setFont(FONT, layout.FOOT_PT)
    (canvas.drawRightString if is_odd else canvas.drawString)(
        width - right - layout.FOOT_PT if is_odd else left + layout.FOOT_PT, baseline, number
    )
    canvas.setFont(FONT, layout.MARK_PT)
    (canvas.drawString if is_odd else canvas.drawRightString)(
        left if is_odd else width - right, baseline, paper.mark
    )


def _file_date(made_at: datetime, *_now: int) -> str:
    return f"{timezone.localtime(made_at):D:%Y%m%d%H%M%S+08'00'}"
