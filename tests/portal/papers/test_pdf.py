from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.papers import Grid, Pairs, Part, Text, layout, pdf
from tests.portal.papers.conftest import LONG


def read(paper):
    return PdfReader(BytesIO(pdf.write(paper)))


def text_of(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.fixture
def reader(paper):
    return read(paper)


def test_every_text_is_there(reader):
    text = "".join(text_of(reader).split())
    for part in ("报送编号：12", "一、基本信息", "（二）人员", "海棠区", "王芳60", "2024年11月9日"):
        assert part in text
    assert text.count("480,000.00") == 9 * 200


def test_no_line_begins_with_closing_punctuation(reader):
    lines = [line.strip() for line in text_of(reader).split("\n") if line.strip()]
    assert [line for line in lines if line[0] in "，。；：、）》〕”！？"] == []


def test_heads_are_repeated_on_every_page_of_a_table(reader):
    pages = [page.extract_text() for page in reader.pages]
    across = [p for p, page in zip(pages, reader.pages, strict=True) if page.mediabox.width > 800]
    assert len(across) > 2
    assert [page for page in across if "栏目0" not in page] == []


def test_pages_are_numbered_and_marked(reader):
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"— {number} —" in text
        assert "校验码0123456789abcdef" in text


def test_the_file_names_its_title_time_and_language(reader):
    assert reader.metadata.title == "海棠区梧桐路街道社会组织服务中心报送表"
    assert reader.metadata.author == "海棠区民政局"
    assert reader.metadata.creation_date.isoformat() == "2026-03-02T09:00:00+08:00"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_headings_make_an_outline(reader):
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["一、基本信息", "二、经费", "三、校验"]


def test_what_the_font_lacks_is_marked_and_explained(reader):
    text = text_of(reader)
    assert "㛃〓[U+2CC56]〓[U+20BB7]" in text
    assert "方括号内为其统一码" in "".join(text.split())


def test_what_has_a_stand_in_needs_no_mark(paper):
    text = text_of(read(replace(paper, parts=[Part([Text("古丽·买买提，30m²")])])))
    assert "古丽・买买提，30m2" in text
    assert "〓" not in text


def test_a_cell_taller_than_a_page_goes_on_over_pages(paper):
    row = ["1", *["480,000.00"] * 12, "注" * 900]
    reader = read(replace(paper, parts=[Part([Grid(["栏"] * 14, [row])])]))
    assert text_of(reader).count("注") == 900
    assert len(reader.pages) > 1


def test_a_value_taller_than_a_page_goes_on_over_pages(paper):
    reader = read(replace(paper, parts=[Part([Pairs([("意见", LONG * 60)])])]))
    assert "".join(text_of(reader).split()).count("128家") == 60
    assert len(reader.pages) > 1


def test_a_page_holds_22_lines_of_27_to_28_characters(paper):
    reader = read(replace(paper, title="题", parts=[Part([Text("街" * 28 * 60)])]))
    lines = reader.pages[1].extract_text().split("\n")
    full = [line for line in lines if line.count("街") >= 27]
    assert len(full) == layout.LINES


def test_the_same_paper_gives_the_same_bytes(paper):
    assert pdf.write(paper) == pdf.write(paper)


def test_a_paper_of_an_office_has_its_head_and_imprint(notice):
    reader = read(notice)
    first = reader.pages[0].extract_text()
    lines = [line.strip() for line in first.split("\n") if line.strip()]
    assert lines[1:3] == ["海棠区民政局", "海民社〔2026〕7号"]
    last = reader.pages[-1].extract_text()
    assert "抄送：梧桐路街道办事处，区财政局。" in last
    assert "2026年3月1日印发" in last
    assert len(reader.pages) == 1 or "印发" not in first
    assert pdf.write(notice) == pdf.write(notice)


def test_the_imprint_goes_to_the_next_page_where_there_is_no_room(notice):
    """However long the text: nothing is lost and nothing stands on top of another."""
    for sentences in range(1, 60, 7):
        text = Part([*notice.parts[0].blocks, Text(LONG * sentences)])
        reader = read(replace(notice, parts=[text]))
        assert "".join(text_of(reader).split()).count("128家") == sentences
        assert "印发" in reader.pages[-1].extract_text()
        assert not [page for page in list(reader.pages)[:-1] if "印发" in page.extract_text()]


def test_copies_to_many_take_several_lines(notice):
    many = "，".join(f"第{number}街道办事处" for number in range(1, 31))
    text = text_of(read(replace(notice, imprint=replace(notice.imprint, copies_to=many))))
    assert f"抄送：{many}。" in "".join(text.split())
