"""Workbooks made for one test: ordinary ones by openpyxl, hostile ones part by part."""

from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils import translation
from openpyxl import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet_xml(content):
    return f'<worksheet xmlns="{MAIN}">{content}</worksheet>'


def parts(sheet="<sheetData/>"):
    """The least an .xlsx needs, around one sheet."""
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{PART}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{PART}.sharedStrings+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{PART}.worksheet+xml"/>'
            "</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1"'
            f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1"'
            f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet_xml(sheet),
    }


@pytest.fixture
def pack(tmp_path):
    """Zip a minimal .xlsx: ``sheet`` is the inside of its sheet, ``extra`` more parts."""

    def make(sheet="<sheetData/>", extra=None, leave_out=()):
        path = tmp_path / "packed.xlsx"
        contents = {**parts(sheet), **(extra or {})}
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                if name not in leave_out:
                    archive.writestr(name, content)
        return path

    return make


@pytest.fixture
def save(tmp_path):
    """Save rows (and merged ranges) as one sheet of an ordinary workbook."""

    def make(rows, merges=(), title="表", **others):
        book = Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(row)
        for merge in merges:
            book.active.merge_cells(merge)
        for name, other in others.items():
            sheet = book.create_sheet(name)
            for row in other:
                sheet.append(row)
        path = tmp_path / "saved.xlsx"
        book.save(path)
        return path

    return make


@pytest.fixture(autouse=True, scope="module")
def in_english():
    """The texts are judged as they are written in the code."""
    with translation.override("en"):
        yield
