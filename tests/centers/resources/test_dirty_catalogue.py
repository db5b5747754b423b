# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Every row of the dirty-data catalogue (domain §7.2), each as a file of the district workbook."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from stdnum.cn import ric

from centers.models import ROW_MODELS, Center, Filing, FunctionRow, Person, Section, StaffRow
from centers.resources.workbook import WorkbookHasErrors
from portal.workbooks import WorkbookRefused

pytestmark = pytest.mark.django_db

AMOUNT, BASIC, SHARE = "金额（万元）", "其中：基本运作（万元）", "分摊比例"
AREA, SHARED = "自用面积（平方米）", "共用面积（平方米）"
CONSULTED = "登记咨询（FN-11）"
FULL = "海棠区梧桐路街道社会组织服务中心"
COUNCIL = {"理事会人数": "人数", "理事会任期起": "任期起", "理事会任期止": "任期止"}
NEW_YEAR, YEAR_END = date(2025, 1, 1), date(2025, 12, 31)


@dataclass(frozen=True, eq=False)
class Cell:
    """Dirt in one cell of row 2: the number in the catalogue, where, what, and what is expected.

    ``value`` is what the section holds afterwards, under ``field``; ``warns`` and ``refused`` are
    rule codes. A refusal names the cell, and nothing is written.
    """

    number: int
    sheet: str
    header: str
    raw: Any
    field: str = ""
    value: Any = None
    warns: str = ""
    refused: str = ""

    def __str__(self) -> str:
        return f"#{self.number} {self.header} {self.raw}"


def read(number, sheet, header, raw, field, value, warns=""):
    return Cell(number, sheet, header, raw, field, value, warns=warns)


def refuse(number, sheet, header, raw, code):
    return Cell(number, sheet, header, raw, refused=code)


KINDS = {
    "中心": "profile",
    "人员": "staff",
    "场所": "premises",
    "经费": "funding",
    "服务": "functions",
}
CELLS = [
    # 1 unit in cell
    read(1, "经费", AMOUNT, "48万元", "amount_yuan", Decimal(480000)),
    read(1, "场所", AREA, "30平", "exclusive_area_m2", Decimal(30)),
    read(1, "服务", CONSULTED, "2人", "FN-11", 2),
    # 2 full-width
    read(2, "经费", AMOUNT, "４８．５", "amount_yuan", Decimal(485000)),
    read(2, "场所", AREA, "（３０）", "exclusive_area_m2", Decimal(30), warns="brackets"),
    read(2, "人员", "到岗日期", "２０２４．３．１", "starts_on", date(2024, 3, 1)),
    # 5 Excel serial dates
    read(5, "人员", "到岗日期", 45352, "starts_on", date(2024, 3, 1)),
    read(5, "人员", "到岗日期", "45352", "starts_on", date(2024, 3, 1)),
    read(5, "服务", CONSULTED, 45352, "FN-11", 45352),
    # 6 mixed date forms
    read(6, "人员", "到岗日期", "2024.3.1", "starts_on", date(2024, 3, 1)),
    read(6, "人员", "到岗日期", "2024年3月", "starts_on", date(2024, 3, 1), warns="first_of_month"),
    refuse(6, "人员", "到岗日期", "2024", "year_only"),
    refuse(6, "人员", "到岗日期", "24.3.1", "two_digit_year"),
    refuse(6, "人员", "到岗日期", "2024.02.30", "no_such_day"),
    # 7 credit code as number
    refuse(7, "中心", "统一社会信用代码", "5.23102E+17", "precision_lost"),
    refuse(7, "中心", "统一社会信用代码", 523101990000000000, "precision_lost"),
    # 8 identity number as number
    refuse(8, "人员", "证件号码", "3.10101E+17", "precision_lost"),
    refuse(8, "人员", "证件号码", 310199198501010000, "precision_lost"),
    refuse(8, "人员", "证件号码", "310199198501010000", "precision_lost"),
    # 13 township alias
    read(13, "中心", "街镇", "梧桐路街道办事处", "name", FULL),
    read(13, "中心", "街镇", "梧桐路街办", "name", FULL),
    # 14 yes and no
    *(
        read(14, "人员", "是否公开招聘", raw, "is_openly_recruited", value)
        for raws, value in (("是有√Y1✓", True), ("否无×N0", False))
        for raw in raws
    ),
    refuse(14, "人员", "是否专职", "是（兼）", "not_a_flag"),
    # 15 multi values
    read(
        *(15, "场所", "共建阵地", "党群服务中心、慈善超市"),
        *("co_location", ["party_service_center", "charity_shop"]),
    ),
    # 16 placeholders
    *(
        read(16, "场所", SHARED, raw, "shared_area_m2", None)
        for raw in ("/", "—", "-", "无", "暂无", "N/A", "#N/A")
    ),
    read(16, "场所", SHARED, "待定", "shared_area_m2", None, warns="pending"),
    # 18 two phones
    read(
        *(18, "中心", "联系电话", "021-51234567/13800000000"),
        *("phone", "021-51234567", "several_phones"),
    ),
    # 19 percent and decimal
    read(19, "场所", SHARE, "25%", "share_ratio", Decimal("0.25")),
    read(19, "场所", SHARE, "0.25", "share_ratio", Decimal("0.25")),
    refuse(19, "场所", SHARE, "25", "confirm_ratio"),
    # 20 ranges and approximations
    refuse(20, "服务", CONSULTED, "20余人", "inexact"),
    refuse(20, "经费", AMOUNT, "30-40万", "range"),
    read(20, "场所", AREA, "约30平", "exclusive_area_m2", Decimal(30), warns="approximate"),
    # 21 wrong unit column
    refuse(21, "经费", AMOUNT, 480000, "confirm_unit"),
    # 22 grades
    *(
        read(22, "中心", "评估等级", raw, "grade", "5A")
        for raw in ("5A", "AAAAA", "５Ａ", "5A级", "五A")
    ),
    refuse(22, "中心", "评估等级", "3A（过期）", "unknown_choice"),
    # 23 conclusions
    read(23, "中心", "上年度年检结论", "合格 √", "last_inspection", "qualified"),
    read(23, "中心", "上年度年检结论", "基本 合格", "last_inspection", "basically_qualified"),
    refuse(23, "中心", "上年度年检结论", "通过", "unknown_choice"),
    # 24 formula errors
    *(
        refuse(24, sheet, header, error, "formula_error")
        for sheet, header in (("经费", AMOUNT), ("人员", "姓名"), ("人员", "到岗日期"))
        for error in ("#REF!", "#DIV/0!")
    ),
    # 27 rare characters
    read(27, "人员", "姓名", "张㛃𬱖", "person", "张㛃𬱖"),
    # 28 line breaks
    read(
        *(28, "场所", "共建阵地", "党群服务中心\n慈善超市"),
        *("co_location", ["party_service_center", "charity_shop"]),
    ),
    read(28, "场所", "地址", "社区服务路\n01号", "address", "社区服务路 01号"),
    # 30 blank is no figure, 0 is zero
    read(30, "服务", CONSULTED, 0, "FN-11", 0),
    read(30, "服务", CONSULTED, None, "FN-11", "no row"),
    # §7.1 typical dirt beside the catalogue
    refuse("7.1", "场所", AREA, "一层30，二层20", "several"),
    refuse("7.1", "场所", "是否相对独立", "部分", "not_a_flag"),
    read("7.1", "场所", "标识指引", "有（待更换）", "has_signage", True),
    read("7.1", "场所", "设施设备", "电脑、打印机", "has_equipment", True),
    read("7.1", "场所", "产权或使用权", "街道提供", "right_kind", "free_use"),
    read("7.1", "场所", "面积口径", None, "area_basis", None, warns="area_basis_assumed"),
    refuse("7.1", "场所", "启用日期", "2019年", "year_only"),
    read("7.1", "经费", "年度", "2025年度", "fiscal_year", 2025),
    refuse("7.1", "经费", "年度", "25年", "not_a_year"),
    refuse("7.1", "经费", "资金形式", "财政", "confirm_form"),
    refuse("7.1", "经费", "资金形式", "街道拨款", "confirm_form"),
    refuse("7.1", "经费", "资金形式", "众筹", "unknown_choice"),
    read("7.1", "经费", "用途", "办公", "purpose", "basic_operation"),
    read("7.1", "经费", "用途", "为老项目", "purpose", "project"),
    read(
        *("7.1", "经费", "合同（文件）编号", "沪民规[2024]5 号"),
        *("contract_no", "沪民规〔2024〕5号", "repaired"),
    ),
    read("7.1", "经费", "合同（文件）编号", "HT-2025-01", "contract_no", "HT-2025-01"),
    refuse("7.1", "经费", "已到账（万元）", "已全部到账", "not_an_amount"),
    read(
        *("7.1", "经费", "是否年度购买", "否"),
        *("is_declared_annual", False, "contradicts_dates"),
    ),
    read(
        *("7.1", "经费", "是否多年合同按年续签", "是"),
        *("is_annual_renewal", True, "contradicts_dates"),
    ),
    # §6.4 short numbers belong to organizations
    read("6.4", "中心", "联系电话", "12345", "phone", "12345"),
]


def state():
    """How much is on record: unchanged where nothing was written."""
    models = (Center, Filing, Section, Person, *ROW_MODELS.values())
    return [model.objects.count() for model in models]


def declared(center, kind):
    """The rows of the section accepted last."""
    section = Section.objects.filter(center=center, kind=kind).accepted_last().get()
    return list(ROW_MODELS[kind].objects.filter(section=section).order_by("position"))


def found(center, case):
    """The value of the case's field in the row that row 2 made."""
    rows = declared(center, KINDS[case.sheet])
    if case.sheet == "服务":
        counts = [row.count for row in rows if row.function == case.field]
        return counts[0] if counts else "no row"
    value = getattr(rows[0], case.field)
    return value.name if isinstance(value, Person) else value


def places(problems, sheet, place):
    own = [p for p in problems if (p.sheet, f"{p.column_letter}{p.row}") == (sheet, place)]
    return [problem.rule_code for problem in own]


def rounds(cases):
    """The cases in as few workbooks as possible: each cell of row 2 once in every workbook."""
    books = []
    for case in cases:
        cell = (case.sheet, case.header)
        free = (book for book in books if cell not in book)
        book = next(free, None)
        if book is None:
            books.append(book := {})
        book[cell] = case
    return [list(book.values()) for book in books]


REFUSED = rounds(case for case in CELLS if case.refused)
READ = rounds(case for case in CELLS if not case.refused)


@pytest.mark.parametrize("cases", REFUSED, ids=range(len(REFUSED)))
def test_cells_are_refused_with_place_value_and_rule(workbook, book, alice, at, cases):
    places = {case: book.set(case.sheet, 2, case.header, case.raw) for case in cases}
    before = state()
    with pytest.raises(WorkbookHasErrors) as refusal:
        workbook.commit(book.save(), by=alice, at=at)
    errors = [p for p in refusal.value.problems if not p.is_warning]
    told = {(p.sheet, f"{p.column_letter}{p.row}", p.value, p.rule_code) for p in errors}
    assert told == {(c.sheet, place, c.raw, c.refused) for c, place in places.items()}
    assert all(str(problem.message) for problem in errors)
    assert state() == before


@pytest.mark.parametrize("cases", READ, ids=range(len(READ)))
def test_cells_are_read_as_meant(workbook, book, golden, alice, at, cases):
    named = [case.raw for case in cases if case.header == "姓名"]
    if named:
        book.set("人员", 2, "人员编号", None)
        book.set("中心", 2, "主任", named[0])
    places = {case: book.set(case.sheet, 2, case.header, case.raw) for case in cases}
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert [p.as_text() for p in preview.errors] == []
    told = {(p.sheet, f"{p.column_letter}{p.row}", p.rule_code) for p in preview.warnings}
    in_row = {item for item in told if item[:2] in {(c.sheet, at) for c, at in places.items()}}
    assert in_row == {(c.sheet, place, c.warns) for c, place in places.items() if c.warns}
    workbook.commit(book.path, by=alice, at=at)
    assert {str(c): found(golden["C01"], c) for c in cases} == {str(c): c.value for c in cases}


def test_dirty_workbook_imported_again_changes_nothing(workbook, book, alice, at):
    for case in READ[0]:
        book.set(case.sheet, 2, case.header, case.raw)
    workbook.commit(book.save(), by=alice, at=at)
    before = state()
    assert workbook.commit(book.path, by=alice, at=at).changed == []
    assert state() == before


def test_every_row_of_the_catalogue_is_here():
    """Rows that are more than one cell have a test of their own below, named by their number."""
    own = re.findall(r"\ndef test_n(\d+)_", Path(__file__).read_text(encoding="utf-8"))
    assert {case.number for case in CELLS} - {"7.1", "6.4"} | set(map(int, own)) == set(
        range(1, 31)
    )


def unchanged(workbook, book, alice, at):
    """The workbook says what is on record, whatever it looks like."""
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert [problem.as_text() for problem in preview.errors] == []
    assert preview.changed == []
    return [problem.rule_code for problem in preview.warnings]


def test_n3_merged_township_is_filled_down(workbook, book, alice, at):
    sheet, column = book.book["人员"], book.column("人员", "街镇")
    own = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == FULL]
    for row in own[1:]:
        sheet.cell(row, column).value = sheet.cell(row, 1).value = None
    for index in (1, column):
        letter = get_column_letter(index)
        sheet.merge_cells(f"{letter}{own[0]}:{letter}{own[-1]}")
    unchanged(workbook, book, alice, at)


def test_n4_header_of_two_levels_is_joined(workbook, book, alice, at):
    for sheet, group, headers in (
        ("中心", "理事会", COUNCIL),
        ("经费", "期限", {"期限起": "起", "期限止": "止"}),
        ("场所", "使用期限", {"使用期限起": "起", "使用期限止": "止"}),
    ):
        places = {header: book.column(sheet, header) for header in headers}
        page = book.book[sheet]
        page.insert_rows(1)
        for column in range(1, page.max_column + 1):
            page.cell(1, column).value = page.cell(2, column).value
            page.cell(2, column).value = None
        first, last = min(places.values()), max(places.values())
        for header, column in places.items():
            page.cell(1, column).value = group if column == first else None
            page.cell(2, column).value = headers[header]
        page.merge_cells(start_row=1, end_row=1, start_column=first, end_column=last)
    unchanged(workbook, book, alice, at)


def test_n9_notes_below_the_table_are_left_out(workbook, book, alice, at):
    page = book.book["经费"]
    for text in ("注：1.本表由街镇填报。", "2.金额为合同金额。", "填报人：王芳"):
        page.append([text])
    unchanged(workbook, book, alice, at)


def test_n10_totals_are_left_out(workbook, book, alice, at):
    for total in ("合计", "小计", "总计"):
        book.book["经费"].append([total, *[None] * 8, 480])
    unchanged(workbook, book, alice, at)


@pytest.mark.parametrize("name", [FULL, "海棠区 梧桐路街道社会组织服务中心", FULL[3:]])
def test_n11_center_twice_is_told_on_both_rows_with_their_numbers(workbook, book, alice, at, name):
    book.set("中心", 3, "中心名称", name)
    book.set("中心", 3, "街镇", "梧桐路街道")
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    told = [p for p in preview.errors if (p.rule_code, p.header) == ("duplicate", "中心名称●")]
    assert [(p.row, p.message.params["rows"]) for p in told] == [(2, "3"), (3, "2")]


def test_n11_rows_pasted_twice_are_told_on_both(workbook, book, alice, at):
    page = book.book["经费"]
    page.append([cell.value for cell in page[2]])
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    told = [p for p in preview.warnings if p.rule_code == "repeated_row"]
    assert [(p.row, p.message.params["rows"]) for p in told] == [
        (2, str(page.max_row)),
        (page.max_row, "2"),
    ]


@pytest.mark.parametrize("sheets", [["中心"], ["人员", "场所", "经费", "服务"]], ids="".join)
def test_n12_name_without_its_district_is_proposed(workbook, book, alice, at, sheets):
    places = {sheet: book.set(sheet, 2, "中心名称", FULL[3:]) for sheet in sheets}
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert preview.errors == []
    told = [p for p in preview.warnings if p.rule_code == "near_duplicate"]
    assert {p.sheet: f"{p.column_letter}{p.row}" for p in told} == places
    assert all(FULL in str(problem.message) for problem in told)


def test_n13_town_government_is_its_town(workbook, book, alice, at):
    book.set("中心", 4, "街镇", "芦苇镇人民政府")
    unchanged(workbook, book, alice, at)


@pytest.mark.parametrize("spelling", ["王 芳", "王\u3000芳", "王芳"])
def test_n17_spaces_inside_a_short_name_make_nobody_new(
    workbook, book, golden, alice, at, spelling
):
    for row, name in ((2, "王芳"), (2, spelling)):
        book.set("人员", row, "姓名", name)
        book.set("人员", row, "人员编号", None)
        book.set("中心", row, "主任", name)
        workbook.commit(book.save(), by=alice, at=at)
    people = Person.objects.filter(center=golden["C01"], name__startswith="王")
    assert [person.name for person in people] == ["王芳"]


def test_n17_spaces_of_a_longer_name_tell_people_apart(workbook, book, golden, alice, at):
    for row, name in ((2, "Li Wei"), (3, "LiWei")):
        book.set("人员", row, "姓名", name)
        book.set("人员", row, "人员编号", None)
    book.set("人员", 2, "离岗日期", "2021-12-31")
    book.set("人员", 3, "到岗日期", "2022-01-01")
    workbook.commit(book.save(), by=alice, at=at)
    assert Person.objects.filter(center=golden["C01"], name__in=["Li Wei", "LiWei"]).count() == 2


def test_n18_second_phone_goes_to_the_note(workbook, book, golden, alice, at):
    book.set("中心", 2, "联系电话", "021-51234567/13800000000")
    workbook.commit(book.save(), by=alice, at=at)
    [profile] = declared(golden["C01"], "profile")
    assert (profile.phone, profile.note) == ("021-51234567", "13800000000")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_n25_hidden_sheet_is_told(workbook, book, alice, at, state):
    book.book["人员"].sheet_state = state
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert ("人员", "hidden_sheet") in [(p.sheet, p.rule_code) for p in preview.warnings]
    assert ("人员", True, True) in [(s.name, s.is_hidden, s.is_read) for s in preview.sheets]


def test_n25_user_chooses_the_sheets(workbook, book, golden, alice, at):
    book.set("人员", 2, "是否专职", "否")
    book.set("场所", 2, AREA, 99)
    result = workbook.commit(book.save(), by=alice, at=at, leave_out=["人员"])
    assert result.section_count == 1
    assert declared(golden["C01"], "premises")[0].exclusive_area_m2 == 99
    assert declared(golden["C01"], "staff")[0].is_full_time is True


def test_n25_second_sheet_of_one_name_is_refused(workbook, book, alice, at):
    page = book.book.create_sheet("人员 ")
    page.append([cell.value for cell in book.book["人员"][1]])
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert [(p.sheet, p.rule_code) for p in preview.errors] == [("人员 ", "sheet_twice")]


def test_n25_rows_of_other_districts_are_refused(workbook, book, alice, at):
    told = [book.set("中心", 2, "区", "黄浦区"), book.set("中心", 3, "区", "310101")]
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert [places(preview.errors, "中心", place) for place in told] == [["other_district"]] * 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "password"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "Workbook".encode("utf-16-le"), "old_format"),
        (None, "forbidden_part"),
    ],
    ids=["password", "xls", "macros"],
)
def test_n26_password_old_format_and_macros_are_refused_clearly(
    workbook, book, alice, at, content, code
):
    path = book.save()
    if content is None:
        with openpyxl.reader.excel.ZipFile(path, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"")
    else:
        path.write_bytes(content)
    before = state()
    with pytest.raises(WorkbookRefused) as refusal:
        workbook.dry_run(path, by=alice, at=at)
    assert refusal.value.code == code
    assert ".xlsx" in str(refusal.value) or "密码" in str(refusal.value)
    assert state() == before


def test_n27_rare_characters_survive_the_round_trip(workbook, book, golden, alice, at, tmp_path):
    book.set("人员", 2, "备注", "𬱖㛃𠮷")
    workbook.commit(book.save(), by=alice, at=at)
    workbook.export(path := tmp_path / "again.xlsx", as_of=at.date())
    page = openpyxl.load_workbook(path)["人员"]
    assert [cell.value for cell in page[2]][-1] == "𬱖㛃𠮷"
    assert workbook.commit(path, by=alice, at=at).changed == []


PERIODS = {
    ("2025.1-12", None): (NEW_YEAR, YEAR_END),
    ("2025年全年", None): (NEW_YEAR, YEAR_END),
    ("2025年度", None): (NEW_YEAR, YEAR_END),
    ("全年", None): (NEW_YEAR, YEAR_END),
    ("2025.3.1-2025.12.31", None): (date(2025, 3, 1), YEAR_END),
    ("2025年3月至今", None): (date(2025, 3, 1), None),
    ("2025.1.1", "长期"): (NEW_YEAR, None),
}
NO_PERIODS = {
    ("2025.1-12", "2025-12-31"): "period",
    ("2025.12-1", None): "period",
    ("3年", None): "not_a_date",
    ("2025", None): "year_only",
}


def set_periods(book, periods):
    """One in each of the first rows; the places of their starts."""
    for row, (_start, end) in enumerate(periods, start=2):
        book.set("经费", row, "年度", 2025)
        book.set("经费", row, "期限止", end)
    return [
        book.set("经费", row, "期限起", start) for row, (start, _end) in enumerate(periods, start=2)
    ]


def test_n29_period_in_one_cell_is_split(workbook, book, golden, alice, at):
    set_periods(book, PERIODS)
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert [problem.as_text() for problem in preview.errors] == []
    workbook.commit(book.path, by=alice, at=at)
    rows = [row for code in sorted(golden) for row in declared(golden[code], "funding")]
    read = [(row.starts_on, row.ends_on) for row in rows[: len(PERIODS)]]
    assert dict(zip(PERIODS, read, strict=True)) == PERIODS


def test_n29_what_is_no_period_or_is_said_twice_is_refused(workbook, book, alice, at):
    starts = set_periods(book, NO_PERIODS)
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    told = [places(preview.errors, "经费", place) for place in starts]
    assert told == [[code] for code in NO_PERIODS.values()]


def test_n29_period_of_a_post_is_split_too(workbook, book, golden, alice, at):
    book.set("人员", 3, "到岗日期", "2019.7.1-2025.6.30")
    workbook.commit(book.save(), by=alice, at=at)
    row = StaffRow.objects.filter(person__code="P0102").latest("pk")
    assert (row.starts_on, row.ends_on) == (date(2019, 7, 1), date(2025, 6, 30))


def test_n30_blank_figure_makes_no_row_and_zero_makes_one(workbook, book, golden, alice, at):
    book.set("服务", 2, CONSULTED, None)
    book.set("服务", 2, "年度检查（FN-12）", 0)
    workbook.commit(book.save(), by=alice, at=at)
    section = Section.objects.filter(center=golden["C01"], kind="functions").accepted_last().get()
    counts = dict(FunctionRow.objects.filter(section=section).values_list("function", "count"))
    assert ("FN-11" in counts, counts["FN-12"]) == (False, 0)


IDENTITIES = [
    ("护照", "E12345678", []),
    ("台胞证", "01234567", []),
    ("护照", "见附件", ["document_number"]),
    ("", "31019919850101001X", []),
    ("港澳居民居住证", "81000019850101001X", ["identity_check"]),
    ("身份证", "310199199002290015", ["no_such_day"]),
]


def test_identity_number_is_judged_by_its_document(workbook, book, alice, at):
    told = {}
    for row, (kind, number, codes) in enumerate(IDENTITIES, start=2):
        book.set("人员", row, "证件类型", kind or None)
        told[book.set("人员", row, "证件号码", number)] = codes
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert {place: places(preview.errors, "人员", place) for place in told} == told
    assert preview.changed == []


def test_identity_number_of_the_unborn_is_refused(workbook, book, alice, at):
    body = "31019920990101001"
    place = book.set("人员", 2, "证件号码", body + ric.calc_check_digit(body + "0"))
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert places(preview.errors, "人员", place) == ["identity_birth_date"]


def test_part_larger_than_the_whole_is_refused(workbook, book, alice, at):
    place = book.set("经费", 2, BASIC, "50万")
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert places(preview.errors, "经费", place) == ["basic_above_amount"]
