"""Writing the problems of an upload into the upload."""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from portal.cells import Message, parse_area
from portal.workbooks import (
    RESULTS_TITLE,
    CellProblem,
    Column,
    SheetContent,
    WorkbookRefused,
    check,
    locate,
    mark,
    marking,
    read,
    reading,
    write,
)

COLUMNS = (
    Column("name", "名称", is_required=True),
    Column("area", "面积", parse=parse_area),
    Column("note", "备注"),
)


@pytest.fixture
def upload(tmp_path):
    """A table as somebody styled it: title, colours, list, remark, formula, hidden column."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "场所"
    sheet.append(["海棠区场所表"])
    sheet.merge_cells("A1:C1")
    sheet.append(["名称", "面积", "备注"])
    sheet.append(["甲", "5×6", None])
    sheet.append(["乙", "约30", "=1+1"])
    sheet["B3"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet["A3"].font = Font(bold=True, name="仿宋")
    sheet["B3"].comment = Comment("量过两次", "王芳")
    sheet.column_dimensions["C"].hidden = True
    offer = DataValidation("list", formula1='"是,否"')
    offer.add("C3:C100")
    sheet.data_validations.append(offer)
    book.create_sheet("说明")["A1"] = "别的内容"
    path = tmp_path / "upload.xlsx"
    book.save(path)
    _store_result(path)
    return path


def _store_result(path):
    """As Excel leaves a formula: with its result."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            stored = re.sub(rb"<f>1\+1</f><v>?[^>]*>", b"<f>1+1</f><v>2</v>", content)
            archive.writestr(name, stored)


def _saved_by_excel(path):
    """A sheet's lists go into an extension when the cells of another sheet are their source."""
    lists = re.compile(r"<dataValidations .*</dataValidations>", re.DOTALL)
    source = re.compile(r"<formula1>(.*?!.*?)</formula1>")
    extension = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
        ' uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1"'
        ' xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation'
        ' type="list"><x14:formula1><xm:f>CELLS</xm:f></x14:formula1><xm:sqref>D2:D20000</xm:sqref>'
        "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )
    with ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if cells := source.search(content):
                end = extension.replace("CELLS", cells[1])
                content = lists.sub("", content).replace("</worksheet>", end)
            archive.writestr(name, content)


def checked(path):
    """Problems of the sheet 场所 and where its header stands."""
    sheet = next(sheet for sheet in read(path) if sheet.name == "场所")
    table = locate(sheet, COLUMNS)
    rows = check(table, COLUMNS)
    problems = [*table.problems, *(problem for row in rows for problem in row.problems)]
    return problems, {"场所": table.header_row}


def marked(path, extra=()):
    problems, header_rows = checked(path)
    path.write_bytes(mark(path, [*problems, *extra], header_rows=header_rows))
    return openpyxl.load_workbook(path)


def colours(sheet):
    """Cell → colour and kind of line that its conditional format shows."""
    return {
        reference: (rule.dxf.fill.end_color.rgb, rule.dxf.border.left.style)
        for formatting in sheet.conditional_formatting
        for rule in formatting.rules
        for reference in str(formatting.sqref).split()
    }


def test_bad_cell_is_marked_and_its_row_says_why(upload):
    sheet = marked(upload)["场所"]
    assert colours(sheet) == {"B3": ("FFF4C7C3", "thin"), "B4": ("FFFFF2CC", "dashed")}
    assert "Error: The cell holds several numbers" in sheet["B3"].comment.text
    assert "Warning: The number is marked as approximate" in sheet["B4"].comment.text
    assert [sheet.cell(row, 4).value for row in (2, 3, 4)] == [
        RESULTS_TITLE,
        "Error: 面积：The cell holds several numbers; type their sum.",
        "Warning: 面积：The number is marked as approximate; it is taken as exact.",
    ]


def test_errors_of_a_row_stand_before_its_warnings(upload):
    told = Message("told", "Told.")
    warning = CellProblem("场所", 3, "A", "名称", "甲", "told", told, is_warning=True)
    problems, header_rows = checked(upload)
    content = mark(upload, [warning, *problems], header_rows=header_rows)
    text = openpyxl.load_workbook(BytesIO(content))["场所"]["D3"].value
    assert [line.partition(":")[0] for line in text.splitlines()] == ["Error", "Warning"]


def test_sheet_of_results_lists_the_sheets_problems_first_with_links(upload):
    missing = CellProblem("场所", 0, "", "", None, "told", Message("told", "A column is missing."))
    book = marked(upload, extra=[missing])
    assert book.sheetnames == [RESULTS_TITLE, "场所", "说明"]
    rows = list(book[RESULTS_TITLE].iter_rows(values_only=True))
    assert rows[0][0] == "Errors: 2, warnings: 1. Correct this file and upload it again."
    assert [row[:3] for row in rows[2:]] == [
        ("Error", "场所", None),
        ("Error", "场所", "B3"),
        ("Warning", "场所", "B4"),
    ]
    assert book[RESULTS_TITLE]["C4"].hyperlink.location == "'场所'!B3"


def test_only_the_sheet_of_results_is_selected(upload):
    book = marked(upload)
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False, False]
    assert book.active.title == RESULTS_TITLE


def test_what_the_office_made_stays(upload):
    before = openpyxl.load_workbook(upload)["场所"]
    after = marked(upload)["场所"]
    for row in before.iter_rows():
        for cell in row:
            same = after[cell.coordinate]
            assert (same.value, same.font.b, same.font.name) == (
                cell.value,
                cell.font.b,
                cell.font.name,
            )
            assert same.fill.start_color.rgb == cell.fill.start_color.rgb
    assert after.column_dimensions["C"].hidden
    assert [str(area) for area in after.merged_cells.ranges] == ["A1:C1"]
    assert str(after.data_validations.dataValidation[0].sqref) == "C3:C100"
    assert after["B3"].comment.text.startswith("量过两次\n")
    assert openpyxl.load_workbook(upload)["说明"]["A1"].value == "别的内容"


def test_formula_keeps_its_stored_result(upload):
    before = {sheet.name: sheet.rows for sheet in read(upload)}
    marked(upload)
    after = {sheet.name: sheet.rows for sheet in read(upload)}
    assert after["场所"][3][:3] == before["场所"][3] == ("乙", "约30", 2)
    assert openpyxl.load_workbook(upload)["场所"]["C4"].value == "=1+1"


def test_marked_workbook_is_checked_as_before(upload):
    before = checked(upload)
    marked(upload)
    assert checked(upload) == before


def test_marking_again_replaces_the_first_marks(upload):
    book = marked(upload)
    book["场所"]["B3"] = 30
    book.save(upload)
    _store_result(upload)
    sheet = marked(upload)["场所"]
    assert colours(sheet) == {"B4": ("FFFFF2CC", "dashed")}
    assert sheet["B3"].comment.text == "量过两次"
    assert sheet["D3"].value is None
    assert (sheet["D2"].value, sheet["E2"].value) == (RESULTS_TITLE, None)
    assert sheet["B4"].comment.text.count("approximate") == 1
    book = openpyxl.load_workbook(upload)
    assert book.sheetnames.count(RESULTS_TITLE) == 1
    assert book[RESULTS_TITLE].max_row == 3


def test_problem_in_a_merged_cell_is_told_at_its_corner(upload):
    inside = CellProblem("场所", 1, "B", "", None, "told", Message("told", "Told."))
    sheet = marked(upload, extra=[inside])["场所"]
    assert "Told." in sheet["A1"].comment.text


@pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "-1", "𬱖"])
def test_values_of_the_upload_never_become_formulas(upload, text):
    problem = CellProblem("场所", 3, "A", text, text, "told", Message("told", text))
    cells = [
        cell
        for sheet in marked(upload, extra=[problem])
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.coordinate != "C4"
    ]
    assert {cell.data_type for cell in cells if text in str(cell.value)} == {"s"}


def test_empty_rows_to_the_end_of_the_sheet_do_not_stop_marking(pack):
    rows = "".join(f'<row r="{row}" ht="14"/>' for row in range(3, 60_000))
    path = pack(
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row>'
        f'<row r="2"><c r="A2"><v>1</v></c></row>{rows}<row r="1048576" ht="14"/></sheetData>'
    )
    problem = CellProblem("表", 2, "A", "名称", 1, "told", Message("told", "Told."))
    content = mark(path, [problem], header_rows={"表": 1})
    assert openpyxl.load_workbook(BytesIO(content))["表"]["B2"].value == "Error: 名称：Told."


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ('<sheetData/><mergeCells><mergeCell ref="A1:XFD20000"/></mergeCells>', "merged"),
        ('<sheetData><row r="20001"><c r="A20001"><v>1</v></c></row></sheetData>', "rows"),
        ("<sheetData><row", "unreadable"),
    ],
)
def test_hostile_workbook_is_refused_here_too(pack, sheet, code):
    with pytest.raises(WorkbookRefused) as refusal:
        mark(pack(sheet), [], header_rows={})
    assert refusal.value.code == code


def test_child_out_of_its_limits_is_ended(upload):
    with pytest.raises(WorkbookRefused):
        mark(upload, [], header_rows={}, limits=reading.Limits(wall_seconds=0))


def test_child_imports_no_django_and_writes_no_file(upload, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    mark(upload, [], header_rows={})
    assert sorted(tmp_path.rglob("*")) == before
    script = Path(marking.__file__).with_name("marking_child.py")
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='child_of_test');"
        "print([name for name in sys.modules if name.partition('.')[0] in ('django', 'portal')])"
    )
    command = [sys.executable, "-I", "-c", code, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_lists_of_a_template_stay_when_excel_has_saved_it(tmp_path):
    columns = (*COLUMNS, Column("form", "形式", choices=("资助", "购买")))
    write([SheetContent("场所", columns)], path := tmp_path / "template.xlsx")
    _saved_by_excel(path)
    marked = openpyxl.load_workbook(BytesIO(mark(path, [], header_rows={"场所": 1})))
    [offer] = marked["场所"].data_validations.dataValidation
    title, _bang, cells = marked.defined_names[offer.formula1].attr_text.partition("!")
    assert str(offer.sqref) == "D2:D20000"
    [offered] = marked[title.strip("'")][cells.replace("$", "")]
    assert [cell.value for cell in offered] == ["资助", "购买"]
