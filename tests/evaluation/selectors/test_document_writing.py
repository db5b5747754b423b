"""Word and PDF of what the portal brings for each kind of document: one description, the same
words, the sheet of GB/T 9704."""

import re
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from evaluation.models.document import NUMBERED, DocumentKind
from evaluation.selectors import document_writing
from tests.factories.documents import sample_paper

PAGE_NUMBER = re.compile(r"—[0-9]+—")


def joined(text):
    return "".join(text.split())


def words_of_docx(content):
    document = docx.Document(BytesIO(content))
    return joined("".join(node.text or "" for node in document.element.body.iter(qn("w:t"))))


def words_of_pdf(content):
    pages = [joined(page.extract_text()) for page in PdfReader(BytesIO(content)).pages]
    assert all(PAGE_NUMBER.search(page) for page in pages)
    return "".join(PAGE_NUMBER.sub("", page) for page in pages)


@pytest.fixture(params=DocumentKind.values)
def kind(request):
    return request.param


def test_word_and_pdf_say_the_same(kind):
    paper = sample_paper(kind)
    said = words_of_docx(document_writing.file_of(paper, "docx"))
    assert joined(paper.title) in said
    assert words_of_pdf(document_writing.file_of(paper, "pdf")) == said
    assert "{" not in said


def test_word_has_the_sheet_fonts_and_sizes_of_the_standard(kind):
    content = document_writing.file_of(sample_paper(kind), "docx")
    document = docx.Document(BytesIO(content))
    for section in document.sections:
        sheet = (section.page_width, section.page_height)
        assert [round(side / Mm(1)) for side in sheet] == [210, 297]
        margins = [section.top_margin, section.left_margin]
        margins += [section.right_margin, section.bottom_margin]
        assert [round(margin / Mm(1)) for margin in margins] == [37, 28, 26, 35]
    named = {
        name: (
            document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")),
            document.styles[name].font.size.pt,
        )
        for name in ("Title", "Normal", "Heading 1", "Heading 2")
    }
    assert named == {
        "Title": ("方正小标宋简体", 22),
        "Normal": ("仿宋_GB2312", 16),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
    }
    reds = [
        run.text
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if str(run.font.color.rgb) == "E60012"
    ]
    assert reds == (["海棠区民政局"] if kind in NUMBERED else [])
    title = next(one for one in document.paragraphs if one.style.name == "Title")
    free = 28.95 if kind in NUMBERED else 8
    assert title.paragraph_format.space_after.pt == pytest.approx(free, abs=0.05)
