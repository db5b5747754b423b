from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from portal.papers import docx as writer
from tests.portal.papers.conftest import LONG, RARE


@pytest.fixture
def document(paper):
    return docx.Document(BytesIO(writer.write(paper)))


def east_asian(style):
    return style.element.rPr.rFonts.get(qn("w:eastAsia"))


def test_the_sheet_is_that_of_the_standard(document):
    first = document.sections[0]
    assert [round(length / Mm(1)) for length in (first.page_width, first.page_height)] == [210, 297]
    assert round(first.top_margin / Mm(1)) == 37
    assert round(first.left_margin / Mm(1)) == 28
    width = first.page_width - first.left_margin - first.right_margin
    height = first.page_height - first.top_margin - first.bottom_margin
    assert (round(width / Mm(1)), round(height / Mm(1))) == (156, 225)


def test_wide_tables_lie_across(document):
    kinds = [section.orientation for section in document.sections]
    assert kinds == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert document.sections[1].page_width > document.sections[1].page_height


def test_fonts_and_sizes_are_those_of_the_standard(document):
    styles = document.styles
    names = ("Title", "Normal", "Heading 1", "Heading 2", "Heading 3")
    assert [east_asian(styles[name]) for name in names] == [
        *("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "仿宋_GB2312"),
    ]
    assert [styles[name].font.size.pt for name in names] == [22, 16, 16, 16, 16]
    assert styles["Normal"].paragraph_format.line_spacing.pt == pytest.approx(28.95)


def test_missing_fonts_have_a_replacement(paper):
    with ZipFile(BytesIO(writer.write(paper))) as package:
        assert 'w:altName w:val="仿宋,FangSong"' in package.read("word/fontTable.xml").decode()


def test_headings_are_numbered_headings(document):
    heads = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert heads == ["一、基本信息", "（一）说明", "（二）人员", "二、经费", "三、校验"]


def test_every_cell_is_there_and_the_heads_repeat(document, paper):
    pairs, staff, funding = document.tables
    assert [cell.text for cell in pairs.rows[0].cells] == ["中心编号", "C05", "区", "海棠区"]
    assert LONG * 3 in [cell.text for cell in pairs.rows[1].cells]
    assert [[cell.text for cell in row.cells] for row in staff.rows[1:]] == [
        [str(n), f"王芳{n}"] for n in range(1, 61)
    ]
    assert len(funding.rows) == 201
    for table, is_repeated in ((pairs, False), (staff, True), (funding, True)):
        marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert marks == [is_repeated, *[False] * (len(marks) - 1)]


def test_rare_characters_survive(document):
    assert RARE in [cell.text for row in document.tables[0].rows for cell in row.cells]


def test_the_foot_has_the_mark_and_a_page_number_on_the_outer_side(document):
    assert document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        odd, even = (f.paragraphs[0]._p.xml for f in (section.footer, section.even_page_footer))
        for xml in (odd, even):
            assert 'w:instr="PAGE"' in xml
            assert "校验码0123456789abcdef" in xml
        assert odd.index("校验码") < odd.index("PAGE")
        assert even.index("PAGE") < even.index("校验码")


def test_the_file_names_its_title_and_time(document):
    properties = document.core_properties
    assert properties.title == "海棠区梧桐路街道社会组织服务中心报送表"
    assert properties.author == "海棠区民政局"
    assert properties.created.replace(tzinfo=UTC) == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_the_same_paper_gives_the_same_bytes(paper):
    assert writer.write(paper) == writer.write(paper)


def test_the_margins_of_the_sheet_are_those_of_the_standard(notice):
    section = docx.Document(BytesIO(writer.write(notice))).sections[0]
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [37, 28, 26, 35]


def test_the_letterhead_is_red_above_a_red_line(notice):
    document = docx.Document(BytesIO(writer.write(notice)))
    texts = [paragraph for paragraph in document.paragraphs if paragraph.text]
    office, number, title = texts[:3]
    assert (office.text, number.text) == ("海棠区民政局", "海民社〔2026〕7号")
    assert title.style.name == "Title"
    run = office.runs[0]
    assert str(run.font.color.rgb) == "E60012"
    assert run._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    line = number._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert line.get(qn("w:color")) == "E60012"
    assert [number.paragraph_format.alignment, office.paragraph_format.alignment] == [1, 1]


def test_with_a_signer_the_number_stands_on_the_left(notice):
    signed = replace(notice, letterhead=replace(notice.letterhead, signer="郭局长"))
    document = docx.Document(BytesIO(writer.write(signed)))
    number = next(p for p in document.paragraphs if "签发人" in p.text)
    assert number.text == "海民社〔2026〕7号\t签发人：郭局长"
    assert number.paragraph_format.alignment is None


def test_the_imprint_is_a_table_at_the_foot_of_the_last_page(notice):
    document = docx.Document(BytesIO(writer.write(notice)))
    table = document.tables[-1]
    assert [cell.text for row in table.rows for cell in row.cells] == [
        "抄送：梧桐路街道办事处，区财政局。",
        "海棠区民政局\t2026年3月1日印发",
    ]
    place = table._tbl.tblPr.find(qn("w:tblpPr"))
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")


def test_a_paper_of_an_office_gives_the_same_bytes_twice(notice):
    assert writer.write(notice) == writer.write(notice)
