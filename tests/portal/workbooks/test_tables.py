"""Finding tables in the sheets the offices send."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from portal.cells import parse_choice, parse_count, parse_date, parse_money
from portal.workbooks import CellProblem, Column, Merge, Sheet, check, locate, read

COLUMNS = (
    Column("township", "街镇", ("街道/镇", "所属街镇", "街道（镇）"), is_required=True),
    Column("name", "中心名称", ("单位名称",), is_required=True),
    Column("full_time", "人员配备/专职", parse=parse_count),
    Column("part_time", "人员配备/兼职", parse=parse_count),
    Column("amount_yuan", "金额（万元）", parse=parse_money, is_money=True),
    Column("started_on", "启用日期", parse=parse_date),
    Column("note", "备注"),
)
HEADERS = ("街镇", "中心名称", "金额（万元）", "启用日期")


def sheet(*rows, merges=()):
    return Sheet("基本情况", rows=tuple(tuple(row) for row in rows), merges=tuple(merges))


def values(table):
    return [{name: cell.value for name, cell in row.cells.items()} for row in table.rows]


def codes(table):
    return [problem.rule_code for problem in table.problems]


def test_typical_workbook_of_the_bureau_is_read_whole(save):
    rows = [
        ["海棠区2025年街镇社会组织服务中心基本情况表"],
        ["填报单位：海棠区", None, "填报人：王芳", None, "单位：万元、平方米、人"],
        ["序号", "街镇●", "中心名称 ●", "人员配备", None, "金额", "备注"],
        [None, None, None, "专职", "兼职", None, None],
        [1, "梧桐路街道", "甲中心", 2, "1人", 48, None],
        [2, None, "乙中心", "3 人", 0, "30万元", "新设"],
        [None, "小计", None, 5, 1, 78, None],
        [None] * 7,
        [3, "芦苇镇", "丙中心", 2, None, "/", None],
        ["合 计", None, None, 7, 1, 78, None],
        ["注：1.本表由街镇填报。"],
        ["2.金额为合同金额。"],
        ["填报人：王芳", None, "联系电话：51234567"],
    ]
    merges = ["A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:G4", "B5:B6", "A10:C10"]
    (found,) = read(save(rows, merges, title="基本情况"))
    table = locate(found, COLUMNS)
    assert table.problems == ()
    assert table.header_row == 4
    assert [row.number for row in table.rows] == [5, 6, 9]
    checked = check(table, COLUMNS)
    assert all(row.is_valid for row in checked)
    assert [row.values for row in checked] == [
        {
            "township": "梧桐路街道",
            "name": "甲中心",
            "full_time": 2,
            "part_time": 1,
            "amount_yuan": Decimal(480000),
            "note": None,
        },
        {
            "township": "梧桐路街道",
            "name": "乙中心",
            "full_time": 3,
            "part_time": 0,
            "amount_yuan": Decimal(300000),
            "note": "新设",
        },
        {
            "township": "芦苇镇",
            "name": "丙中心",
            "full_time": 2,
            "part_time": None,
            "amount_yuan": None,
            "note": None,
        },
    ]


def test_columns_are_found_by_header_in_any_order():
    table = locate(sheet(HEADERS[::-1], (date(2024, 3, 1), 48, "甲中心", "芦苇镇")), COLUMNS)
    assert table.problems == ()
    cells = table.rows[0].cells
    assert (cells["township"].value, cells["township"].column_letter) == ("芦苇镇", "D")
    assert (cells["amount_yuan"].unit, cells["amount_yuan"].header) == (
        "ten_thousand",
        "金额（万元）",
    )


@pytest.mark.parametrize(
    "header",
    ["街镇●", "街镇*", " 街 镇 ", "街道/镇", "街道(镇)", "所属\n街镇", "街镇（必填）", "街镇："],
)
def test_header_spellings_are_one_column(header):
    table = locate(sheet((header, "中心名称"), ("芦苇镇", "甲中心")), COLUMNS)
    assert values(table) == [{"township": "芦苇镇", "name": "甲中心"}]


@pytest.mark.parametrize(
    ("header", "unit"),
    [("金额（万元）", "ten_thousand"), ("金额(元)", "yuan"), ("金额", None)],
)
def test_unit_comes_from_the_header_that_is_there(header, unit):
    table = locate(sheet(("街镇", "中心名称", header), ("芦苇镇", "甲中心", 48)), COLUMNS)
    assert table.rows[0].cells["amount_yuan"].unit == unit


def test_unit_above_the_table_holds_where_the_header_has_none():
    rows = (("单位：万元",), ("街镇", "中心名称", "金额"), ("芦苇镇", "甲中心", 48))
    assert locate(sheet(*rows), COLUMNS).rows[0].cells["amount_yuan"].unit == "ten_thousand"
    rows = (("单位：万元",), ("街镇", "中心名称", "金额（元）"), ("芦苇镇", "甲中心", 48))
    assert locate(sheet(*rows), COLUMNS).rows[0].cells["amount_yuan"].unit == "yuan"


def test_header_in_an_unread_unit_is_a_problem():
    table = locate(sheet(("街镇", "中心名称", "金额（千元）"), ("芦苇镇", "甲中心", 48)), COLUMNS)
    assert codes(table) == ["unknown_header"]
    money = (*COLUMNS[:2], Column("amount", "金额（千元）", parse=parse_money, is_money=True))
    table = locate(sheet(("街镇", "中心名称", "金额（千元）"), ("芦苇镇", "甲中心", 48)), money)
    assert codes(table) == ["header_unit"]


def test_two_level_header_without_vertical_merges_is_read():
    rows = (
        ("街镇", "中心名称", "人员配备"),
        (None, None, "专职", "兼职"),
        ("芦苇镇", "甲中心", 2, 1),
    )
    table = locate(sheet(*rows, merges=[Merge(1, 3, 1, 4)]), COLUMNS)
    assert table.problems == ()
    assert values(table) == [
        {"township": "芦苇镇", "name": "甲中心", "full_time": 2, "part_time": 1}
    ]


def test_last_level_alone_names_the_column():
    columns = (*COLUMNS[:2], Column("full_time", "专职", parse=parse_count))
    rows = (("街镇", "中心名称", "其中"), (None, None, "专职"), ("芦苇镇", "甲中心", 2))
    merges = [Merge(1, 1, 2, 1), Merge(1, 2, 2, 2)]
    table = locate(sheet(*rows, merges=merges), columns)
    assert table.problems == ()
    assert values(table) == [{"township": "芦苇镇", "name": "甲中心", "full_time": 2}]


def test_headers_joined_in_one_cell_are_the_same_column():
    rows = (("街镇", "中心名称", "人员配备/专职"), ("芦苇镇", "甲中心", 2))
    assert values(locate(sheet(*rows), COLUMNS))[0]["full_time"] == 2


def test_unknown_header_is_a_problem_with_its_place():
    table = locate(sheet((*HEADERS, "床位"), ("芦苇镇", "甲中心", 48, None, 3)), COLUMNS)
    (problem,) = table.problems
    assert (problem.row, problem.column_letter, problem.value) == (1, "E", "床位")
    assert (problem.rule_code, problem.is_warning) == ("unknown_header", False)


def test_ignored_header_is_no_problem_and_not_read():
    table = locate(
        sheet((*HEADERS, "政治面貌"), ("芦苇镇", "甲中心", 48, None, "群众")),
        COLUMNS,
        ignored=["政治面貌"],
    )
    assert table.problems == ()
    assert "群众" not in values(table)[0].values()


def test_missing_required_header_is_a_problem():
    table = locate(sheet(("街镇", "金额（万元）"), ("芦苇镇", 48)), COLUMNS)
    (problem,) = table.problems
    assert (problem.rule_code, problem.header) == ("missing_header", "中心名称")


def test_missing_optional_header_is_no_problem():
    assert locate(sheet(("街镇", "中心名称"), ("芦苇镇", "甲中心")), COLUMNS).problems == ()


@pytest.mark.parametrize("second", ["街镇", "所属街镇"])
def test_header_given_twice_is_a_problem(second):
    table = locate(sheet(("街镇", "中心名称", second), ("芦苇镇", "甲中心", "芦苇镇")), COLUMNS)
    assert codes(table) == ["header_twice"]
    assert table.problems[0].column_letter == "C"


def test_sheet_without_the_table_is_a_problem_that_names_the_columns():
    table = locate(sheet(("说明", "内容"), ("街镇", "填写规范名称")), COLUMNS)
    assert codes(table) == ["header_not_found"]
    assert "街镇、中心名称" in table.problems[0].as_text()
    assert locate(sheet(), COLUMNS).rows == ()


@pytest.mark.parametrize(
    "total", ["合计", "小计", "总计", "合 计", "合计：", "本页小计", "总计（12家）"]
)
def test_total_rows_are_left_out(total):
    rows = (HEADERS, ("芦苇镇", "甲中心", 48), (total, None, 48), ("芦苇镇", "乙中心", 1))
    assert [row.number for row in locate(sheet(*rows), COLUMNS).rows] == [2, 4]


def test_name_that_contains_the_word_total_is_data():
    table = locate(sheet(HEADERS, ("芦苇镇", "合计会计服务中心", 48)), COLUMNS)
    assert len(table.rows) == 1


def test_numbered_but_empty_rows_are_blank():
    rows = (("序号", *HEADERS), (1, "芦苇镇", "甲中心", 48), (2,), (3, " ", "", None))
    assert [row.number for row in locate(sheet(*rows), COLUMNS).rows] == [2]


def test_header_printed_again_is_left_out():
    rows = (HEADERS, ("芦苇镇", "甲中心", 48), HEADERS, ("芦苇镇", "乙中心", 1))
    assert [row.number for row in locate(sheet(*rows), COLUMNS).rows] == [2, 4]


@pytest.mark.parametrize(
    "note", ["注：1.本表…", "注1.本表…", "备注", "填表说明", "填报人：王芳", "说明:金额为合同金额"]
)
def test_table_ends_at_its_notes(note):
    rows = (HEADERS, ("芦苇镇", "甲中心", 48), (note,), ("2.其他说明",))
    table = locate(sheet(*rows), COLUMNS)
    assert [row.number for row in table.rows] == [2]
    assert table.problems == ()


def test_name_that_begins_like_a_note_is_data():
    table = locate(sheet(HEADERS, ("注山镇", "甲中心", 48)), COLUMNS)
    assert len(table.rows) == 1


def test_row_below_the_notes_is_a_problem_and_not_lost_in_silence():
    rows = (HEADERS, ("芦苇镇", "甲中心", 48), ("注：本表…",), ("芦苇镇", "乙中心", 1))
    table = locate(sheet(*rows), COLUMNS)
    assert [row.number for row in table.rows] == [2]
    assert [(problem.row, problem.rule_code) for problem in table.problems] == [
        (4, "row_after_notes")
    ]


def test_vertical_merge_is_filled_down_and_horizontal_belongs_to_the_left():
    rows = (HEADERS, ("芦苇镇", "甲中心"), (None, "乙中心"), (None, "丙中心"))
    merges = [Merge(2, 1, 4, 1), Merge(4, 2, 4, 4)]
    found = values(locate(sheet(*rows, merges=merges), COLUMNS))
    assert [row["township"] for row in found] == ["芦苇镇"] * 3
    assert found[2]["amount_yuan"] is None


def test_merged_amount_counts_once_with_a_warning():
    rows = (HEADERS, ("芦苇镇", "甲中心", 48), ("芦苇镇", "乙中心"))
    table = locate(sheet(*rows, merges=[Merge(2, 3, 3, 3)]), COLUMNS)
    assert [row["amount_yuan"] for row in values(table)] == [48, None]
    (problem,) = table.problems
    assert (problem.rule_code, problem.is_warning) == ("merged_amount", True)


def test_values_without_a_header_are_told_once_per_column():
    rows = (HEADERS, ("芦苇镇", "甲中心", 48, None, "？"), ("芦苇镇", "乙中心", 1, None, "！"))
    (problem,) = locate(sheet(*rows), COLUMNS).problems
    assert (problem.row, problem.column_letter, problem.is_warning) == (2, "E", True)


def test_two_columns_of_one_name_are_a_programming_error():
    with pytest.raises(ValueError, match="街镇"):
        locate(sheet(HEADERS), (Column("a", "街镇"), Column("b", "街镇●")))


def test_every_bad_cell_is_reported_with_place_value_and_reason():
    columns = (
        *COLUMNS,
        Column("form", "形式", parse=partial(parse_choice, choices={"资助": "grant"})),
    )
    rows = (
        (*HEADERS, "形式"),
        ("芦苇镇", "甲中心", "30-40万", "24.3.1", "财政"),
        ("芦苇镇", None, "约30万", "2024.3.1", "资助"),
    )
    first, second = check(locate(sheet(*rows), columns), columns)
    places = [(p.row, p.column_letter, p.header, p.value, p.rule_code) for p in first.problems]
    assert places == [
        (2, "C", "金额（万元）", "30-40万", "range"),
        (2, "D", "启用日期", "24.3.1", "two_digit_year"),
        (2, "E", "形式", "财政", "unknown_choice"),
    ]
    assert not first.is_valid
    assert set(first.values) == {"township", "name"}
    assert [(p.column_letter, p.rule_code, p.is_warning) for p in second.problems] == [
        ("B", "required", False),
        ("C", "approximate", True),
    ]


def test_row_with_warnings_only_is_valid():
    (row,) = check(locate(sheet(HEADERS, ("芦苇镇", "甲中心", "约30万")), COLUMNS), COLUMNS)
    assert row.is_valid
    assert row.values["amount_yuan"] == Decimal(300000)


def test_problem_reads_as_one_line():
    problem = CellProblem("经费", 6, "C", "金额（万元）", "30-\n40万", "range", "A range.")
    assert problem.as_text() == "Sheet 经费, cell C6, 金额（万元） “30- 40万”: A range."
    whole = CellProblem("经费", 0, "", "", None, "header_not_found", "No header.")
    assert whole.as_text() == "Sheet 经费: No header."
    long = CellProblem("经费", 6, "C", "备注", "长" * 500, "text_length", "Too long.")
    assert len(long.as_text()) < 120
