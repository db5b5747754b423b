"""Workbooks saved by other programs read the same as ours.

The files in tests/data/workbooks are our template and our export of the golden district, opened
and saved by LibreOffice 7.4. What WPS does differently is written here into our own export.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from centers.models import Filing, Section
from centers.resources.columns import SHEETS
from portal.workbooks import locate, read

pytestmark = pytest.mark.django_db

SAVED = Path(__file__).parents[2] / "data" / "workbooks"
SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
DATE_CELL = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")? t="n"><v>(4\d{4})</v></c>')
TEXT_CELL = re.compile(
    r'<c r="([A-Z]+\d+)"( s="\d+")? t="inlineStr"><is><t(?: [^>]*)?>(.*?)</t></is></c>', re.DOTALL
)
STRINGS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRING_TYPE = f"{TYPES}.spreadsheetml.sharedStrings+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
Parts = dict[str, str]


def rewrite(path: Path, change: Callable[[Parts], None]) -> Path:
    """The workbook with its parts changed as text."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    change(parts)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def sheets(parts: Parts, change: Callable[[str], str]) -> None:
    for name in [name for name in parts if SHEET.fullmatch(name)]:
        parts[name] = change(parts[name])


def extension_namespaces(parts: Parts) -> None:
    head = (
        '<worksheet xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"'
        ' xmlns:wps="http://www.wps.cn/officeDocument/2018/wpsCustomData"'
        ' mc:Ignorable="xr wps" xr:uid="{00000000-0001-0000-0000-000000000000}"'
    )
    sheets(parts, lambda xml: xml.replace("<worksheet", head, 1))
    tail = "<extLst><ext uri='{x}'><wps:private wps:v='1'/></ext></extLst></worksheet>"
    sheets(parts, lambda xml: xml.replace("</worksheet>", tail))


def product_version(parts: Parts) -> None:
    parts["docProps/custom.xml"] = (
        f'<Properties xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes">'
        '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2"'
        ' name="KSOProductBuildVer">'
        "<vt:lpwstr>2052-12.1.0.17857</vt:lpwstr></property></Properties>"
    )
    override = (
        f'<Override PartName="/docProps/custom.xml" ContentType="{TYPES}.custom-properties+xml"/>'
    )
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace("</Types>", f"{override}</Types>")
    relation = (
        f'<Relationship Id="rId9" Type="{RELATIONS}/custom-properties"'
        ' Target="docProps/custom.xml"/>'
    )
    rels = "_rels/.rels"
    parts[rels] = parts[rels].replace("</Relationships>", f"{relation}</Relationships>")


def shared_strings(parts: Parts, item: Callable[[str], str]) -> None:
    """Texts as WPS and Excel keep them: in one table, cells point there."""
    table: list[str] = [item("")]

    def point(match: re.Match[str]) -> str:
        table.append(item(match[3]))
        return f'<c r="{match[1]}"{match[2] or ""} t="s"><v>{len(table) - 1}</v></c>'

    sheets(parts, lambda xml: TEXT_CELL.sub(point, xml))
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{STRINGS}">{"".join(table)}</sst>'
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{STRING_TYPE}"/>'
    types = "[Content_Types].xml"
    if override.partition(" C")[0] not in parts[types]:
        parts[types] = parts[types].replace("</Types>", f"{override}</Types>")


def rich_text_with_phonetics(parts: Parts) -> None:
    def item(text: str) -> str:
        first, rest = text[:1], text[1:]
        if "&" in text:
            first, rest = text, ""
        runs = "".join(
            f'<r><rPr><b/></rPr><t xml:space="preserve">{run}</t></r>' for run in (first, rest)
        )
        return f'<si>{runs}<rPh sb="0" eb="1"><t>pin yin</t></rPh><phoneticPr fontId="1"/></si>'

    shared_strings(parts, item)


def empty_strings(parts: Parts) -> None:
    """Blank cells that point to an empty text."""
    shared_strings(parts, lambda text: f'<si><t xml:space="preserve">{text}</t></si>')
    row = re.compile(r'(<row r="(\d+)"[^>]*>)(.*?)(</row>)', re.DOTALL)

    def fill(match: re.Match[str]) -> str:
        beyond = f'<c r="ZZ{match[2]}" t="s"><v>0</v></c>'
        return match[1] + match[3] + beyond + match[4]

    sheets(parts, lambda xml: row.sub(fill, xml))


def day_of(serial: str) -> date:
    return date(1899, 12, 30) + timedelta(days=int(serial))


def dates_in_iso_cells(parts: Parts) -> None:
    sheets(
        parts,
        lambda xml: DATE_CELL.sub(
            lambda m: f'<c r="{m[1]}"{m[2] or ""} t="d"><v>{day_of(m[3])}T00:00:00</v></c>', xml
        ),
    )


def dates_as_text(parts: Parts) -> None:
    def text(match: re.Match[str]) -> str:
        day = day_of(match[3])
        written = escape(f"{day.year}/{day.month}/{day.day}")
        return f'<c r="{match[1]}" t="inlineStr"><is><t>{written}</t></is></c>'

    sheets(parts, lambda xml: DATE_CELL.sub(text, xml))


def dimension_missing(parts: Parts) -> None:
    sheets(parts, lambda xml: re.sub(r"<dimension [^>]*/>", "", xml))


def dimension_wrong(parts: Parts) -> None:
    dimension_missing(parts)
    head = re.compile(r"(<sheetPr.*?</sheetPr>|<sheetPr[^>]*/>)?(?=<sheetViews)")
    sheets(parts, lambda xml: head.sub(r'\1<dimension ref="A1:B2"/>', xml, count=1))


def empty_rows_to_the_end(parts: Parts) -> None:
    rows = "".join(f'<row r="{n}" s="1" customFormat="1" ht="14.25"/>' for n in range(900, 30_000))
    rows += '<row r="1048576" s="1" customFormat="1"/>'
    sheets(parts, lambda xml: xml.replace("</sheetData>", f"{rows}</sheetData>"))


def styled_cells_below(parts: Parts) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(900, 3_000))
    rows += '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    sheets(parts, lambda xml: xml.replace("</sheetData>", f"{rows}</sheetData>"))


def columns_to_the_end(parts: Parts) -> None:
    whole = '<cols><col min="1" max="16384" width="9" style="0" customWidth="1"/></cols>'
    without = re.compile(r"<cols>.*?</cols>", re.DOTALL)
    sheets(parts, lambda xml: without.sub(whole, xml))


def absolute_targets(parts: Parts) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = re.sub(r'Target="(?!/)(?:xl/)?', 'Target="/xl/', parts[rels])
    rels = "_rels/.rels"
    parts[rels] = re.sub(r'Target="(?!/)', 'Target="/', parts[rels])


def relative_targets(parts: Parts) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace('Target="/xl/', 'Target="')


def content_types_in_capitals(parts: Parts) -> None:
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace('Extension="xml"', 'Extension="XML"')
    parts[types] = parts[types].replace('Extension="rels"', 'Extension="RELS"')


QUIRKS = [
    extension_namespaces,
    product_version,
    rich_text_with_phonetics,
    empty_strings,
    dates_in_iso_cells,
    dates_as_text,
    dimension_missing,
    dimension_wrong,
    empty_rows_to_the_end,
    styled_cells_below,
    columns_to_the_end,
    absolute_targets,
    relative_targets,
    content_types_in_capitals,
]
# They speak of the same cells as others, or leave nothing to the others.
ALONE = (rich_text_with_phonetics, dates_in_iso_cells, relative_targets, styled_cells_below)


def tables(path):
    """Sheet → rows of values by field, empty text and no value alike."""
    found = {}
    for sheet in read(path):
        if sheet.name in SHEETS:
            table = locate(sheet, SHEETS[sheet.name])
            assert table.problems == ()
            found[sheet.name] = [
                {key: cell.value for key, cell in row.cells.items() if cell.value not in (None, "")}
                for row in table.rows
            ]
    return found


def assert_unchanged(workbook, path, by, at):
    before = Filing.objects.count(), Section.objects.count()
    preview = workbook.dry_run(path, by=by, at=at)
    assert [problem.as_text() for problem in preview.errors] == []
    result = workbook.commit(path, by=by, at=at)
    assert (result.entered, result.changed, len(result.unchanged)) == ([], [], 8)
    assert (Filing.objects.count(), Section.objects.count()) == before


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.__name__)
def test_quirk_of_wps_changes_nothing_that_is_read(book, quirk):
    path = book.save()
    expected = tables(path)
    with ZipFile(path) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    rewrite(path, quirk)
    with ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} != before
    if quirk is dates_as_text:
        # Read as texts, understood as dates: the next test.
        return
    assert tables(path) == expected


def test_all_quirks_together_are_imported_as_unchanged(workbook, book, alice, at):
    path = book.save()
    for quirk in QUIRKS:
        if quirk not in ALONE:
            rewrite(path, quirk)
    assert_unchanged(workbook, path, alice, at)


@pytest.mark.parametrize("quirk", [rich_text_with_phonetics, dates_in_iso_cells])
def test_texts_and_dates_in_other_cells_are_imported_as_unchanged(
    workbook, book, alice, at, quirk
):
    assert_unchanged(workbook, rewrite(book.save(), quirk), alice, at)


def test_export_saved_by_libreoffice_reads_the_same(book):
    assert tables(SAVED / "export-libreoffice.xlsx") == tables(book.save())


@pytest.mark.usefixtures("golden")
def test_export_saved_by_libreoffice_is_imported_as_unchanged(workbook, alice, at):
    assert_unchanged(workbook, SAVED / "export-libreoffice.xlsx", alice, at)


def test_template_saved_by_libreoffice_keeps_its_columns_and_lists(workbook, tmp_path):
    workbook.template(ours := tmp_path / "ours.xlsx")
    saved = SAVED / "template-libreoffice.xlsx"
    assert tables(saved) == {title: [] for title in SHEETS}
    one, other = openpyxl.load_workbook(ours), openpyxl.load_workbook(saved)
    for title in SHEETS:
        assert [c.value for c in other[title][1]] == [c.value for c in one[title][1]]
        lists = [book[title].data_validations.dataValidation for book in (one, other)]
        assert len(lists[0]) == len(lists[1])
