"""A paper as a Word document, the form that offices edit, stamp and file."""

from collections.abc import Callable, Sequence
from datetime import UTC
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt, RGBColor

from portal.papers import layout
from portal.papers.layout import printable
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

# The fonts offices have, each with what replaces it where it is missing.
FONTS = {
    "方正小标宋简体": "华文中宋,宋体",
    "仿宋_GB2312": "仿宋,FangSong",
    "楷体_GB2312": "楷体,KaiTi",
    "黑体": "SimHei",
    "宋体": "SimSun",
}
TITLE_FONT, BODY_FONT, KAI_FONT, HEAD_FONT, FOOT_FONT = (
    *("方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"),
)
LATIN_FONT = "Times New Roman"
HEADING_FONTS = (HEAD_FONT, KAI_FONT, BODY_FONT, BODY_FONT)
CENTRED = '<w:jc w:val="center"/>'
INDENTED = "Indented"
IMPRINT = "Imprint"
CELL, CELL_HEAD, WIDE_CELL, WIDE_CELL_HEAD = "Cell", "Cell Head", "Wide Cell", "Wide Cell Head"
SHADE = "EDEDED"
CELL_LINE = 1.25
# 28 characters to a line: each a little closer to the next than its size. By spacing, not by a
# grid of characters, which some offices' programs spread.
CLOSER_TWIPS = round((156 / 25.4 * 72 / layout.CHARACTERS - layout.BODY_PT) * 20)
# A row with a longer text may be divided between pages.
LONG_CELL = 120
# The oldest date a package can carry; the paper's own date is in its properties.
PACKED_AT = (1980, 1, 1, 0, 0, 0)


def write(paper: Paper) -> bytes:
    """The paper as .docx; the same paper gives the same bytes."""
    document = docx.Document()
    _set_fonts(document)
    _set_styles(document)
    _set_properties(document, paper)
    if paper.letterhead is not None:
        _letterhead(document, paper.letterhead)
    title = document.add_paragraph(printable(paper.title), style="Title")
    title.paragraph_format.space_after = Pt(layout.title_gap(paper.letterhead is not None))
    for number, (across, blocks) in enumerate(paper.sheets()):
        section = (
            document.add_section(WD_SECTION.NEW_PAGE) if number else document.sections[0]
        )
        _set_page(section, across)
        _set_foot(section, paper.mark)
        for block in blocks:
            LAY_OUT[type(block)](document, block, _type_width(section))
    if paper.imprint is not None:
        _imprint(document, paper.imprint, _type_width(document.sections[-1]))
    packed = BytesIO()
    document.save(packed)
    return _settled(packed)


def _set_properties(document: Any, paper: Paper) -> None:
    properties, made_at = document.core_properties, paper.made_at.astimezone(UTC)
    properties.title, properties.author = printable(paper.title), paper.author
    properties.last_modified_by, properties.comments = paper.author, ""
    properties.created = properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    properties.language = "zh-CN"
    document.settings.odd_and_even_pages_header_footer = True


def _set_fonts(document: Any) -> None:
    """Name the replacements in the document's font table."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in FONTS.items()
    )
    table = next(p for p in document.part.package.iter_parts() if "fontTable" in p.partname)
    table._blob = f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()  # noqa: SLF001


def _set_styles(document: Any) -> None:
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        # Figures are not Chinese: some programs would break them at the end of a line.
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    body, indented = (layout.BODY_PT, layout.LINE_PT, CLOSER_TWIPS), _indent(2)
    _set_style(styles["Normal"], BODY_FONT, *body)
    _set_style(styles.add_style(INDENTED, WD_STYLE_TYPE.PARAGRAPH), BODY_FONT, *body, indented)
    for level, font in enumerate(HEADING_FONTS):
        outline = f'{indented}<w:outlineLvl w:val="{level}"/>'
        _set_style(styles[f"Heading {level + 1}"], font, *body, outline, keeps="<w:keepNext/>")
    title = (layout.TITLE_PT, layout.TITLE_LINE_PT, 0, CENTRED)
    _set_style(styles["Title"], TITLE_FONT, *title)
    _set_style(styles["Footer"], FOOT_FONT, layout.FOOT_PT, layout.FOOT_PT * CELL_LINE, 0)
    imprint = (layout.IMPRINT_PT, layout.IMPRINT_LINE_PT, 0)
    _set_style(styles.add_style(IMPRINT, WD_STYLE_TYPE.PARAGRAPH), BODY_FONT, *imprint)
    for name, font, size, extra in (
        (CELL, BODY_FONT, layout.TABLE_PT, ""),
        (CELL_HEAD, HEAD_FONT, layout.TABLE_PT, CENTRED),
        (WIDE_CELL, BODY_FONT, layout.WIDE_TABLE_PT, ""),
        (WIDE_CELL_HEAD, HEAD_FONT, layout.WIDE_TABLE_PT, CENTRED),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _set_style(style, font, size, size * CELL_LINE, 0, extra)


def _indent(characters: int) -> str:
    twips = _twips(Pt(characters * layout.BODY_PT))
    return f'<w:ind w:firstLine="{twips}" w:firstLineChars="{characters * 100}"/>'


def _set_style(
    style: Any,
    font: str,
    size: float,
    pitch: float,
    spread: int,
    extra: str = "",
    keeps: str = "",
) -> None:
    """Give a paragraph style exactly this look, whatever the program's own was.

    ``spread`` twips stand between characters; ``extra`` and ``keeps`` are further properties.
    """
    element = style.element
    for tag in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    latin = FOOT_FONT if font == FOOT_FONT else LATIN_FONT
    element.append(
        parse_xml(
            f'<w:pPr {nsdecls("w")}>{keeps}<w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="0" w:after="0" w:line="{_twips(Pt(pitch))}"'
            f' w:lineRule="exact"/>{extra}</w:pPr>'
        )
    )
    element.append(
        parse_xml(
            f'<w:rPr {nsdecls("w")}><w:rFonts w:ascii="{latin}" w:hAnsi="{latin}"'
            f' w:eastAsia="{font}" w:cs="{latin}"/><w:b w:val="0"/><w:i w:val="0"/>'
            f'<w:color w:val="000000"/><w:spacing w:val="{spread}"/>'
            f'<w:sz w:val="{round(2 * size)}"/></w:rPr>'
        )
    )


def _set_page(section: Any, across: bool) -> None:
    upright = (layout.TOP_MM, layout.RIGHT_MM, layout.BOTTOM_MM, layout.LEFT_MM)
    top, right, bottom, left = layout.LANDSCAPE_MM if across else upright
    width, height = layout.PAGE_MM[::-1] if across else layout.PAGE_MM
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.footer_distance = Mm(bottom - layout.FOOT_MM) - Pt(layout.FOOT_PT)
    section.gutter = 0
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_twips(Pt(layout.LINE_PT))))


def _type_width(section: Any) -> int:
    return section.page_width - section.left_margin - section.right_margin


def _set_foot(section: Any, mark: str) -> None:
    """The page number on the outer side, one character in; the mark on the inner."""
    width = _type_width(section)
    for footer, is_odd in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        stops = paragraph.paragraph_format.tab_stops
        edge = width - Pt(layout.FOOT_PT) if is_odd else width
        stops.add_tab_stop(edge, WD_TAB_ALIGNMENT.RIGHT)
        if is_odd:
            _foot_text(paragraph, printable(mark) + "\t", layout.MARK_PT)
            _page_number(paragraph)
        else:
            paragraph.paragraph_format.left_indent = Pt(layout.FOOT_PT)
            _page_number(paragraph)
            _foot_text(paragraph, "\t" + printable(mark), layout.MARK_PT)


def _foot_text(paragraph: Any, text: str, size: float) -> None:
    paragraph.add_run(text).font.size = Pt(size)


def _page_number(paragraph: Any) -> None:
    _foot_text(paragraph, "— ", layout.FOOT_PT)
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(field))  # noqa: SLF001
    _foot_text(paragraph, " —", layout.FOOT_PT)


def _letterhead(document: Any, block: Letterhead) -> None:
    """The office in red, the number two lines below, a red line under it, and two lines free."""
    width = _type_width(_first_sheet(document))
    issuer = printable(block.issuer)
    head = document.add_paragraph()
    head.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_before = Mm(layout.HEAD_TOP_MM)
    run = head.add_run(issuer)
    _set_font(run, TITLE_FONT, layout.head_size(issuer, Length(width).pt))
    run.font.color.rgb = RGBColor.from_string(layout.HEAD_RED)
    head.paragraph_format.line_spacing = Pt(run.font.size.pt * CELL_LINE)
    for _line_free in range(2):
        document.add_paragraph()
    number = document.add_paragraph()
    _number_line(number, block, width)
    number._p.get_or_add_pPr().append(  # noqa: SLF001
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="18"'
            f' w:space="{round(Mm(layout.RULE_BELOW_MM).pt)}" w:color="{layout.HEAD_RED}"/>'
            "</w:pBdr>"
        )
    )
    _ordered(number._p.pPr)  # noqa: SLF001
    for _line_free in range(2):
        document.add_paragraph()


def _first_sheet(document: Any) -> Any:
    section = document.sections[0]
    _set_page(section, across=False)
    return section


def _number_line(paragraph: Any, block: Letterhead, width: int) -> None:
    number = printable(block.doc_no)
    if not block.signer:
        paragraph.add_run(number)
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return
    paragraph.paragraph_format.left_indent = Pt(layout.BODY_PT)
    edge = width - Pt(layout.BODY_PT)
    paragraph.paragraph_format.tab_stops.add_tab_stop(edge, WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{number}\t签发人：")
    _set_font(paragraph.add_run(printable(block.signer)), KAI_FONT, layout.BODY_PT)


def _set_font(run: Any, font: str, size: float) -> None:
    run.font.size = Pt(round(size))
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001


def _ordered(properties: Any) -> None:
    """The paragraph's properties in the order that the format asks for."""
    order = [qn(f"w:{name}") for name in ("pStyle", "pBdr", "tabs", "spacing", "ind", "jc")]
    for child in sorted(properties, key=lambda child: order.index(child.tag)):
        properties.append(child)


def _imprint(document: Any, block: Imprint, width: int) -> None:
    """A table at the foot of the page that the text ends on."""
    thick, thin = (round(8 * size) for size in (layout.THICK_PT, layout.THIN_PT))
    printed = f"{date_text(block.printed_on)}印发"
    edge = _twips(width) - _twips(Pt(layout.IMPRINT_PT))
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{edge}"/></w:tabs>'
    rows = [_imprint_row(f"{printable(block.issued_by)}\t{printed}", 1, tab)]
    if block.copies_to:
        rows.insert(0, _imprint_row(f"抄送：{printable(block.copies_to)}。", 4))
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0"'
        ' w:vertAnchor="margin" w:horzAnchor="margin" w:tblpXSpec="left" w:tblpYSpec="bottom"/>'
        f'<w:tblOverlap w:val="never"/><w:tblW w:w="{_twips(width)}" w:type="dxa"/><w:tblBorders>'
        f'<w:top w:val="single" w:sz="{thick}" w:space="0" w:color="000000"/>'
        f'<w:bottom w:val="single" w:sz="{thick}" w:space="0" w:color="000000"/>'
        f'<w:insideH w:val="single" w:sz="{thin}" w:space="0" w:color="000000"/></w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/>'
        '<w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{_twips(width)}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
    )
    gap = document.add_paragraph(style=WIDE_CELL)
    gap._p.addprevious(table)  # noqa: SLF001


def _imprint_row(text: str, indent: int, tab: str = "") -> str:
    """A line of the imprint, one character in; what follows the first line hangs below it."""
    one = _twips(Pt(layout.IMPRINT_PT))
    left, hanging = indent * one, (indent - 1) * one
    runs = "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in text.split("\t"))
    return (
        "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:p><w:pPr>"
        f'<w:pStyle w:val="{IMPRINT}"/>{tab}<w:ind w:left="{left}" w:right="{one}"'
        f' w:hanging="{hanging}"/></w:pPr><w:r>{runs}</w:r></w:p></w:tc></w:tr>'
    )


def _heading(document: Any, block: Heading, _width: int) -> None:
    document.add_paragraph(printable(block.text), style=f"Heading {block.level}")


def _text(document: Any, block: Text, _width: int) -> None:
    document.add_paragraph(printable(block.text), style=INDENTED)


def _line(document: Any, block: Line, _width: int) -> None:
    paragraph = document.add_paragraph(printable(block.text))
    if block.is_centred:
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _note(document: Any, block: Note, _width: int) -> None:
    document.add_paragraph(printable(f"（{block.text}）"), style=INDENTED)


def _signature(document: Any, block: Signature, _width: int) -> None:
    """The date ends four characters from the edge, the signer is centred above it."""
    day, signer = date_text(block.signed_on), printable(block.signer)
    document.add_paragraph()
    overhang = (layout.length(signer) - layout.length(day)) / 2
    for text, margin in ((signer, max(1, 4 - overhang)), (day, 4)):
        paragraph = document.add_paragraph(text)
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(margin * layout.BODY_PT)
        paragraph.paragraph_format.keep_with_next = text == signer


def _pairs(document: Any, block: Pairs, width: int) -> None:
    widths = [round(share * width) for share in (0.17, 0.33, 0.17, 0.33)]
    rows = [
        _row(
            [
                _cell(text, CELL if at % 2 else CELL_HEAD, room)
                if len(texts) == 4
                else _cell(text, CELL if at else CELL_HEAD, room, span=3 if at else 1)
                for at, (text, room) in enumerate(zip(texts, _rooms(texts, widths), strict=True))
            ],
            texts,
        )
        for texts in block.rows
    ]
    _add_table(document, widths, rows)


def _rooms(texts: Sequence[str], widths: Sequence[int]) -> list[int]:
    return list(widths) if len(texts) == 4 else [widths[0], sum(widths[1:])]


def _grid(document: Any, block: Grid, width: int) -> None:
    cell, head = (WIDE_CELL, WIDE_CELL_HEAD) if block.is_wide else (CELL, CELL_HEAD)
    size = layout.WIDE_TABLE_PT if block.is_wide else layout.TABLE_PT
    shares = layout.column_shares(block.headers, block.rows, Length(width).pt / size)
    widths = [round(share * width) for share in shares]
    rows = [
        _row([_cell(t, style, w) for t, w in zip(texts, widths, strict=True)], texts, is_head)
        for texts, style, is_head in (
            (block.headers, head, True),
            *((row, cell, False) for row in block.rows),
        )
    ]
    _add_table(document, widths, rows)


def _row(cells: Sequence[str], texts: Sequence[str], is_head: bool = False) -> str:
    """A row; a head is repeated on every page, and only a long text is divided between pages."""
    marks = "<w:cantSplit/>" if max(map(len, texts)) <= LONG_CELL else ""
    marks += "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, style: str, width: int, span: int = 1) -> str:
    is_head = style in (CELL_HEAD, WIDE_CELL_HEAD)
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if is_head else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in printable(text).split("\n")
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/><w:gridSpan w:val="{span}"/>'
        f'{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style.replace(" ", "")}"/></w:pPr><w:r>{lines}</w:r></w:p>'
        "</w:tc>"
    )


def _add_table(document: Any, widths: Sequence[int], rows: Sequence[str]) -> None:
    """The rows with lines around every cell, and a narrow gap below them."""
    columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/>'
        '<w:left w:w="60" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
        '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    gap = document.add_paragraph(style=WIDE_CELL)
    gap._p.addprevious(table)  # noqa: SLF001


def _twips(length: int) -> int:
    return round(Length(length).pt * 20)


LAY_OUT: dict[type, Callable[[Any, Any, int], None]] = {
    Heading: _heading,
    Text: _text,
    Line: _line,
    Pairs: _pairs,
    Grid: _grid,
    Signature: _signature,
    Note: _note,
}


def _settled(packed: BytesIO) -> bytes:
    """The package without the hour it was packed at."""
    settled = BytesIO()
    with ZipFile(packed) as source, ZipFile(settled, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name, PACKED_AT)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return settled.getvalue()
