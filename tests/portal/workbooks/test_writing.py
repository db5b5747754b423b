"""Writing templates and exports, and reading them back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from portal.cells import parse_choice, parse_credit_code, parse_date, parse_flag, parse_money
from portal.workbooks import GUIDE_TITLE, Column, SheetContent, check, locate, read, write

FORMS = {"政府资助": "grant", "政府购买服务": "purchase"}
COLUMNS = (
    Column("name", "名称", is_required=True, hint="与登记证书一致", is_text=True),
    Column("uscc", "统一社会信用代码", parse=parse_credit_code, is_text=True),
    Column("form", "资金形式", parse=partial(parse_choice, choices=FORMS), choices=tuple(FORMS)),
    Column("amount_yuan", "金额（万元）", parse=parse_money, is_money=True),
    Column("started_on", "起始日期", parse=parse_date),
    Column("is_open", "是否公开", parse=parse_flag),
)
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://example.org","x")',
    "=cmd|' /C calc'!A0",
    "+86 13800000000",
    "-5",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    "#REF!",
    "{=1}",
    "http://example.org/",
    "'quoted",
    "𬱖㛃𠮷",
    "523101990000000000",
    "00123",
    "1E5",
    " 首尾空格 ",
    "两\n行",
    "<&>\"'",
    "TRUE",
    "2024-03-01",
    "_x0041_",
]


@pytest.fixture
def written(tmp_path):
    """Write rows under COLUMNS and give the path."""

    def make(*rows, columns=COLUMNS):
        path = tmp_path / "written.xlsx"
        write([SheetContent("经费", columns, rows)], path)
        return path

    return make


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_survives_the_round_trip_and_is_never_a_formula(written, payload):
    path = written({"name": payload, "uscc": payload})
    sheet, _guide = read(path)
    assert sheet.rows[1] == (payload, payload)
    for cell in load_workbook(path)["经费"][2][:2]:
        assert (cell.data_type, cell.hyperlink) == ("s", None)


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_any_text_survives_the_round_trip(text):
    stream = BytesIO()
    write([SheetContent("经费", COLUMNS, [{"name": text}])], stream)
    assert load_workbook(stream)["经费"]["A2"].value == (text or None)


def test_control_characters_are_left_out_and_line_ends_unified(written):
    sheet, _guide = read(written({"name": "甲\x00\x0b\r\n乙\ud800"}))
    assert sheet.rows[1] == ("甲\n乙",)


def test_export_reads_back_as_the_same_values(written):
    rows = [
        {
            "name": "甲中心",
            "uscc": "52310199MJF1000166",
            "form": "政府资助",
            "amount_yuan": Decimal("485001.25"),
            "started_on": date(2024, 3, 1),
            "is_open": True,
        },
        {
            "name": "乙中心",
            "uscc": None,
            "form": "政府购买服务",
            "amount_yuan": Decimal(0),
            "started_on": None,
            "is_open": False,
        },
    ]
    sheet, _guide = read(written(*rows))
    table = locate(sheet, COLUMNS)
    assert table.problems == ()
    assert [row.values for row in check(table, COLUMNS)] == [
        {**row, "form": FORMS[row["form"]]} for row in rows
    ]


@settings(deadline=None, max_examples=30)
@given(st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2))
def test_amounts_survive_the_round_trip(amount):
    stream = BytesIO()
    write([SheetContent("经费", COLUMNS, [{"amount_yuan": amount}])], stream)
    value = load_workbook(stream)["经费"]["D2"].value
    read_back = parse_money(value, header_unit="ten_thousand", sanity_max=Decimal(10) ** 12)
    assert (read_back.value, read_back.warnings) == (amount, ())


def test_figures_and_dates_are_numbers_in_excel(written):
    row = {"amount_yuan": Decimal(480000), "started_on": date(2024, 3, 1)}
    cells = load_workbook(written(row))["经费"][2]
    assert (cells[3].value, cells[3].data_type, cells[3].number_format) == (48, "n", "#,##0.00")
    assert (cells[4].is_date, cells[4].number_format) == (True, "yyyy-mm-dd")


def test_number_with_more_digits_than_excel_keeps_travels_as_text(written):
    sheet, _guide = read(written({"is_open": 523101990000000001, "uscc": 310199198501010028}))
    assert sheet.rows[1][1] == "310199198501010028"
    assert sheet.rows[1][5] == "523101990000000001"


def test_time_is_written_in_the_time_of_the_office(written):
    row = {"started_on": datetime(2024, 2, 29, 16, 30, tzinfo=UTC)}
    value = load_workbook(written(row))["经费"]["E2"].value
    assert value == datetime(2024, 3, 1, 0, 30)  # noqa: DTZ001 (Excel knows no time zone)


def test_template_marks_required_columns_and_freezes_the_header(written):
    sheet = load_workbook(written())["经费"]
    assert [cell.value for cell in sheet[1]][:2] == ["名称●", "统一社会信用代码"]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"


def test_template_columns_of_codes_are_text(written):
    sheet = load_workbook(written())["经费"]
    assert sheet.column_dimensions["B"].number_format == "@"
    assert sheet.column_dimensions["D"].number_format == "General"
    assert sheet.column_dimensions["B"].width >= len("统一社会信用代码") * 2


def test_template_offers_the_choices_from_the_guide(written):
    book = load_workbook(written())
    (validation,) = book["经费"].data_validations.dataValidation
    assert (str(validation.sqref), validation.type) == ("C2:C20000", "list")
    title, _bang, cells = book.defined_names[validation.formula1].attr_text.partition("!")
    assert title.strip("'") == GUIDE_TITLE
    offered = [cell.value for cell in book[GUIDE_TITLE][cells.replace("$", "")][0]]
    assert offered == list(FORMS)


def test_column_of_several_values_offers_no_list(written):
    columns = (Column("places", "共建阵地", choices=("党群服务中心",), is_multiple=True),)
    book = load_workbook(written({"places": ("党群服务中心", "慈善超市")}, columns=columns))
    assert book["经费"].data_validations.dataValidation == []
    assert book["经费"]["A2"].value == "党群服务中心、慈善超市"


def test_guide_lists_every_column_of_every_sheet(tmp_path):
    path = tmp_path / "two.xlsx"
    write([SheetContent("中心", COLUMNS[:2]), SheetContent("经费", COLUMNS[2:])], path)
    rows = list(load_workbook(path)[GUIDE_TITLE].iter_rows(values_only=True))
    assert rows[0][:7] == (
        *("表", "列", "是否必填", "填写说明"),
        *("定义", "依据条款", "可填的值"),
    )
    assert rows[1][:4] == ("中心", "名称●", "是", "与登记证书一致")
    assert [row[1] for row in rows[1:]] == ["名称●", *[column.header for column in COLUMNS[1:]]]
    assert rows[3][6:] == tuple(FORMS)
    book = load_workbook(path)
    validation = book["经费"].data_validations.dataValidation[0]
    assert book.defined_names[validation.formula1].attr_text.endswith("!$G$4:$H$4")


def test_template_is_found_again_and_has_no_rows(written):
    sheet, guide = read(written())
    table = locate(sheet, COLUMNS)
    assert (table.rows, table.problems) == ((), ())
    assert locate(guide, COLUMNS).rows == ()
