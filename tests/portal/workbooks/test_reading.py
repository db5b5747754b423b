"""Reading workbooks in the child process, and refusing those that are too hard."""

import os
import subprocess
import sys
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from portal.workbooks import Merge, WorkbookRefused, read, reading

MEBIBYTE = 1024 * 1024


@pytest.fixture
def no_process_left():
    """Nothing is running after the test that was not running before."""
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def refusal(path, **limits):
    with pytest.raises(WorkbookRefused) as caught:
        read(path, limits=reading.Limits(**limits))
    return caught.value


def cell(reference, content="<v>1</v>", attributes=""):
    row = "".join(filter(str.isdigit, reference))
    return (
        f'<sheetData><row r="{row}"><c r="{reference}"{attributes}>{content}</c></row></sheetData>'
    )


def test_values_keep_their_types(save):
    moment = datetime(2024, 3, 1, 13, 30)  # noqa: DTZ001 (Excel knows no time zone)
    rows = [["梧桐路", 30, 48.5, True, date(2024, 3, 1), moment, time(9, 30), None, "末"]]
    (sheet,) = read(save(rows))
    day = datetime(2024, 3, 1)  # noqa: DTZ001
    expected = ("梧桐路", 30, Decimal("48.5"), True, day, moment, "09:30:00", None, "末")
    assert sheet.rows == (expected,)
    assert [type(value) for value in sheet.rows[0]] == [type(value) for value in expected]


def test_text_is_read_exactly(save):
    texts = [
        "𬱖㛃",
        " 空格 ",
        "两\n行",
        "52310199MJF1000166",
        "=1+1 不是公式",
        "&<>\"'",
        "2028\u2028",
    ]
    path = save([["x", *texts[:4], None, *texts[5:]]])
    (sheet,) = read(path)
    assert sheet.rows[0][1:5] == tuple(texts[:4])
    assert sheet.rows[0][6:] == tuple(texts[5:])


def test_all_sheets_are_read_in_order_and_hidden_ones_marked(tmp_path):
    book = Workbook()
    book.active.title = "中心"
    for title, state in (("人员", "hidden"), ("经费", "veryHidden"), ("空", "visible")):
        book.create_sheet(title).sheet_state = state
    book["人员"]["B2"] = 1
    path = tmp_path / "sheets.xlsx"
    book.save(path)
    sheets = read(path)
    assert [(sheet.name, sheet.is_hidden) for sheet in sheets] == [
        ("中心", False),
        ("人员", True),
        ("经费", True),
        ("空", False),
    ]
    assert sheets[1].rows == ((), (None, 1))


def test_merges_are_given_and_not_expanded(save):
    (sheet,) = read(save([["标题"], ["街镇", "名称"], [None, "甲"]], merges=["A1:C1", "A2:A3"]))
    assert sheet.merges == (Merge(1, 1, 1, 3), Merge(2, 1, 3, 1))
    assert sheet.rows == (("标题",), ("街镇", "名称"), (None, "甲"))


def test_chart_sheets_are_left_out(tmp_path):
    book = Workbook()
    book.active["A1"] = 1
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1))
    book.create_chartsheet("图").add_chart(chart)
    path = tmp_path / "chart.xlsx"
    book.save(path)
    assert [sheet.rows for sheet in read(path)] == [((1,),)]


def test_formula_gives_its_stored_result(pack):
    (sheet,) = read(pack(cell("A1", "<f>1+1</f><v>2</v>")))
    assert sheet.rows == ((2,),)


def test_formula_without_a_stored_result_is_not_a_blank(save):
    (sheet,) = read(save([["甲", "=1+1", "乙"]]))
    assert sheet.rows == (("甲", "#NOT_CALCULATED!", "乙"),)


def test_formula_that_gives_an_empty_text_is_blank(pack):
    (sheet,) = read(pack(cell("A1", '<f>""</f><v></v>', ' t="str"')))
    assert sheet.rows == ((),)


def test_formula_error_is_kept_as_its_code(pack):
    (sheet,) = read(pack(cell("A1", "<v>#REF!</v>", ' t="e"')))
    assert sheet.rows == (("#REF!",),)


def test_wrong_dimension_hides_nothing(pack):
    (sheet,) = read(pack('<dimension ref="A1"/>' + cell("C3")))
    assert sheet.rows == ((), (), (None, None, 1))


def test_styled_empty_cells_far_away_are_not_rows(pack):
    (sheet,) = read(
        pack(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"/></row></sheetData>'
        )
    )
    assert sheet.rows == ((1,),)


@pytest.mark.usefixtures("no_process_left")
@pytest.mark.parametrize(
    ("sheet", "code", "words"),
    [
        (
            '<sheetData/><mergeCells><mergeCell ref="A1:XFD20000"/></mergeCells>',
            "merged",
            "Unmerge",
        ),
        (
            "<sheetData/><mergeCells>" + '<mergeCell ref="A1:A10000"/>' * 30 + "</mergeCells>",
            "merged",
            "表",
        ),
        (cell("XFD1048576"), "rows", "more than 20,000 rows"),
        (cell("A20001"), "rows", "表"),
        (cell("AAA1"), "columns", "wider than column ZZ"),
    ],
)
def test_sheet_beyond_the_limits_is_refused_by_name(pack, sheet, code, words):
    error = refusal(pack(sheet))
    assert error.code == code
    assert words in str(error)


def test_sheet_at_the_limits_is_read(pack):
    (sheet,) = read(pack(cell("ZZ20000")))
    assert (len(sheet.rows), len(sheet.rows[-1])) == (20_000, 702)


@pytest.mark.usefixtures("no_process_left")
def test_too_many_rows_stop_at_once(pack):
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 300_001))
    assert refusal(pack(f"<sheetData>{rows}</sheetData>")).code == "rows"


@pytest.mark.usefixtures("no_process_left")
def test_text_that_multiplies_is_refused(pack):
    strings = f"<sst><si><t>{'甲' * 30_000}</t></si></sst>".replace(
        "<sst>", '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 1_001)
    )
    path = pack(f"<sheetData>{rows}</sheetData>", extra={"xl/sharedStrings.xml": strings})
    assert refusal(path).code == "text"


@pytest.mark.usefixtures("no_process_left")
@pytest.mark.parametrize(
    "sheet",
    [
        "<sheetData><row",
        cell("A1", "<v>x</v>"),
        cell("A1", "<v>9</v>", ' t="s"'),
        '<sheetData><row r="2"/><row r="1"/></sheetData>',
        '<sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="A2"><v>1</v></c></row></sheetData>',
        cell("A1", f"<v>{'9' * 5000}</v>"),
        '<sheetData/><mergeCells><mergeCell ref="A"/></mergeCells>',
    ],
    ids=[
        "cut",
        "no number",
        "no string",
        "rows back",
        "cells back",
        "other row",
        "digits",
        "merge",
    ],
)
def test_broken_sheet_is_refused_and_never_half_read(pack, sheet):
    error = refusal(pack(sheet))
    assert error.code == "unreadable"
    assert "Open it in Excel or WPS" in str(error)


def test_sheet_of_another_standard_is_refused_and_not_read_as_empty(pack):
    strict = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData/></worksheet>'
    )
    assert refusal(pack(extra={"xl/worksheets/sheet1.xml": strict})).code == "unreadable"


@pytest.mark.usefixtures("no_process_left")
def test_child_out_of_time_is_ended(pack):
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 20_001))
    path = pack(f"<sheetData>{rows}</sheetData>" + "<x/>" * 6_000_000)
    assert refusal(path, cpu_seconds=1).code == "too_hard"
    assert refusal(path, wall_seconds=0).code == "too_hard"


@pytest.mark.usefixtures("no_process_left")
def test_child_out_of_memory_is_refused(pack):
    strings = f"<si><t>{'x' * 60_000_000}</t></si>"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    path = pack(extra={"xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>'})
    assert refusal(path, memory_bytes=64 * MEBIBYTE).code in {"memory", "too_hard", "unreadable"}


def test_child_writes_no_file(pack, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    path = pack()
    read(path)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, path])


def test_child_imports_no_django():
    script = Path(reading.__file__).with_name("child.py")
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='child');"
        "print([name for name in sys.modules if name.partition('.')[0] in ('django', 'portal')])"
    )
    command = [sys.executable, "-I", "-c", code, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_refused_file_starts_no_child(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CHILD", tmp_path / "absent.py")
    path = tmp_path / "text.xlsx"
    path.write_text("街镇", encoding="utf-8")
    assert refusal(path).code == "other_kind"


def streamed(path, **settings):
    return [
        (sheet.name, sheet.total_rows, list(sheet.rows))
        for sheet in reading.stream(path, **settings)
    ]


def test_stream_gives_what_read_gives(save):
    rows = [["街镇", "名称"], ["梧桐路", date(2024, 3, 1)], [None, Decimal("48.5"), "𬱖㛃"]]
    path = save(rows, merges=["A2:A3"], 另一张=[["x", 1]])
    assert [(name, tuple(found)) for name, _total, found in streamed(path)] == [
        (sheet.name, sheet.rows) for sheet in read(path)
    ]
    assert {total for _name, total, _found in streamed(path)} == {4}


def test_sheet_that_nobody_took_does_not_reach_into_the_next(save):
    path = save([["甲"], ["乙"]], 另一张=[["丙"]])
    names = [sheet.name for sheet in reading.stream(path)]
    assert names == ["表", "另一张"]


@pytest.mark.usefixtures("no_process_left")
def test_stream_takes_more_rows_than_read_and_names_its_own_limit(pack):
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 25_001))
    path = pack(f"<sheetData>{rows}</sheetData>")
    [(_name, total, found)] = streamed(path)
    assert (total, len(found)) == (25_000, 25_000)
    with pytest.raises(WorkbookRefused, match="more than 24,000 rows") as caught:
        streamed(path, max_rows=24_000)
    assert caught.value.code == "rows"


@pytest.mark.usefixtures("no_process_left")
def test_stream_of_too_much_text_is_refused_before_any_sheet(pack):
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{"甲" * 1000}</t></is></c></row>'
        for row in range(1, 101)
    )
    limits = reading.Limits(file_bytes=100_000)
    with pytest.raises(WorkbookRefused) as caught:
        next(reading.stream(pack(f"<sheetData>{rows}</sheetData>"), limits=limits))
    assert caught.value.code == "text"


def test_number_beyond_fifteen_digits_is_told_from_a_whole_one(save):
    (sheet,) = read(save([[13800000000, 523101990000000000, 1.0]]))
    assert sheet.rows == ((13800000000, Decimal("5.2310199E+17"), 1),)
    assert [type(value) for value in sheet.rows[0]] == [int, Decimal, int]
