# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""The district workbook: dry run first, then all or nothing (domain §7)."""

from collections import Counter
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from stdnum.cn import uscc

from centers import selectors
from centers.models import Center, Filing, FundingRow, PremisesRow, Section, StaffRow
from centers.resources.columns import SHEETS
from centers.resources.workbook import WorkbookHasErrors
from evaluation.selectors import judgments
from portal.workbooks import WorkbookRefused
from tests.centers.resources.conftest import Book

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)


def errors_of(workbook, book, by, at):
    preview = workbook.dry_run(book.save(), by=by, at=at)
    return [(p.sheet, f"{p.column_letter}{p.row}", p.rule_code) for p in preview.errors]


def counts():
    models = (Center, Filing, Section, StaffRow, PremisesRow, FundingRow)
    return [model.objects.count() for model in models]


def outcomes(centers):
    judged = judgments.judge([center.pk for center in centers.values()], AS_OF)
    return {
        (code, rule): outcome.reason_code
        for code, center in centers.items()
        for rule, outcome in judged[center.pk].outcomes.items()
    }


def test_export_imported_again_changes_nothing(workbook, book, golden, alice, at):
    before = counts()
    result = workbook.commit(book.save(), by=alice, at=at)
    assert (result.entered, result.changed) == ([], [])
    assert result.unchanged == sorted(golden)
    assert counts() == before


def test_import_into_an_empty_district_gives_the_golden_results(workbook, book, golden, alice, at):
    expected = outcomes(golden)
    path = book.save()
    for row in range(2, 10):
        book.set("中心", row, "统一社会信用代码", None)
        new_name = book.get("中心", row, "中心名称") + "（新）"
        old_name = book.get("中心", row, "中心名称")
        for sheet in ("中心", "人员", "场所", "经费", "服务"):
            for line in range(2, book.book[sheet].max_row + 1):
                if book.get(sheet, line, "中心名称") == old_name:
                    book.set(sheet, line, "中心名称", new_name)
        book.set("中心", row, "银行账户户名", new_name)
    result = workbook.commit(book.save(), by=alice, at=at)
    assert path.exists()
    assert len(result.entered) == 8
    fresh = {
        old.code: Center.objects.get(name=f"{old.name}（新）") for old in golden.values()
    }
    assert outcomes(fresh) == expected
    sections = Section.objects.filter(center__in=fresh.values())
    assert set(sections.values_list("status", "filing__source")) == {("accepted", "import")}


def test_dry_run_writes_nothing(workbook, book, golden, alice, at):
    book.set("人员", 2, "是否专职", "否")
    before = counts()
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert preview.errors == []
    assert (preview.changed, preview.section_count) == (["C01"], 1)
    assert counts() == before


def test_one_changed_cell_makes_one_section_of_one_center(workbook, book, golden, alice, at):
    book.set("场所", 6, "标识指引", "有")
    result = workbook.commit(book.save(), by=alice, at=at)
    assert (result.changed, result.section_count) == (["C05"], 1)
    filing = Filing.objects.get(source="import")
    assert (filing.center.code, filing.status, filing.opened_by) == ("C05", "accepted", alice)
    assert judgments.judge([filing.center_id], AS_OF)[filing.center_id].rollup == "compliant"


def test_one_bad_cell_and_nothing_is_written(workbook, book, alice, at):
    book.set("场所", 6, "标识指引", "有")
    book.set("人员", 2, "到岗日期", "2024.02.30")
    before = counts()
    with pytest.raises(WorkbookHasErrors) as refusal:
        workbook.commit(book.save(), by=alice, at=at)
    [problem] = [p for p in refusal.value.problems if not p.is_warning]
    assert (problem.sheet, problem.row, problem.value) == ("人员", 2, "2024.02.30")
    assert problem.rule_code == "no_such_day"
    assert counts() == before


BAD_CELLS = [
    ("经费", "金额（万元）", 480000, "confirm_unit"),
    ("经费", "金额（万元）", "30-40万", "range"),
    ("中心", "统一社会信用代码", "52310199MJF1000167", "code_check"),
    ("中心", "统一社会信用代码", "5.23102E+17", "precision_lost"),
    ("中心", "区", "黄浦区", "other_district"),
    ("中心", "街镇", "外滩街道", "other_district"),
    ("中心", "街镇", "没有街道", "unknown_township"),
    ("中心", "登记日期", "2016-02-30", "no_such_day"),
    ("人员", "姓名", None, "required"),
    ("人员", "是否专职", "是（兼）", "not_a_flag"),
    ("人员", "中心名称", "没有中心", "unknown_center"),
    ("场所", "自用面积（平方米）", "5×6", "several"),
    ("场所", "分摊比例", "25", "confirm_ratio"),
    ("服务", "登记咨询（FN-11）", "20余人", "inexact"),
]


def test_bad_cell_is_told_with_its_place(workbook, book, alice, at):
    """Each in a row of its own, so that none hides another."""
    row = Counter()
    expected = set()
    for sheet, header, value, rule in BAD_CELLS:
        row[sheet] += 1
        expected.add((sheet, book.set(sheet, 1 + row[sheet], header, value), rule))
    before = counts()
    assert expected - set(errors_of(workbook, book, alice, at)) == set()
    assert counts() == before


def test_unknown_header_is_an_error(workbook, book, alice, at):
    book.book["人员"].cell(1, book.column("人员", "学历")).value = "星座"
    assert [rule for _s, _p, rule in errors_of(workbook, book, alice, at)] == ["unknown_header"]


def test_missing_required_header_is_an_error(workbook, book, alice, at):
    book.book["人员"].delete_cols(book.column("人员", "岗位"))
    assert [rule for _s, _p, rule in errors_of(workbook, book, alice, at)] == ["missing_header"]


def test_center_twice_is_told_on_both_rows(workbook, book, alice, at):
    book.set("中心", 3, "中心名称", book.get("中心", 2, "中心名称"))
    found = errors_of(workbook, book, alice, at)
    duplicates = [place for sheet, place, rule in found if rule == "duplicate"]
    column = openpyxl.utils.get_column_letter(book.column("中心", "中心名称"))
    assert duplicates == [f"{column}2", f"{column}3"]


def test_two_people_of_one_name_need_numbers(workbook, book, alice, at):
    for row in (2, 3):
        book.set("人员", row, "姓名", "王芳")
        book.set("人员", row, "人员编号", None)
    assert [r for _s, _p, r in errors_of(workbook, book, alice, at)] == ["namesake", "namesake"]


def test_two_people_of_one_name_with_numbers_stay_two(workbook, book, golden, alice, at):
    for row in (3, 4):
        book.set("人员", row, "姓名", "王芳")
    workbook.commit(book.save(), by=alice, at=at)
    judged = judgments.judge([golden["C01"].pk], AS_OF)[golden["C01"].pk]
    assert judged.outcomes["ST-04"].figures["counted"] == 3


def test_statutory_matters_and_later_columns_are_exported_as_they_came_in(
    workbook, book, golden, alice, at, tmp_path
):
    full = book.get("中心", 2, "中心名称")
    for line, (matter, header, raw) in enumerate(
        [
            ("银行账号备案", "是或否", "是"),
            ("开办资金结构", "非国有资产占比", "30%"),
            ("离任审计", "同意（变更）日期", "2025-06-01"),
        ],
        start=2,
    ):
        book.set("法定事项", line, "中心名称", full)
        book.set("法定事项", line, "事项", matter)
        book.set("法定事项", line, header, raw)
    book.set("中心", 2, "街镇内社会组织数", 86)
    book.set("人员", 2, "薪酬是否参照社区工作者", "是")
    result = workbook.commit(book.save(), by=alice, at=at)
    assert (result.changed, result.section_count) == (["C01"], 3)
    sections = selectors.accepted_sections(golden["C01"])
    rows = selectors.rows_of(sections["statutory"])
    assert [(row.matter, row.is_so, row.non_state_share) for row in rows] == [
        ("account_filing", True, None),
        ("capital", None, Decimal("0.3")),
        ("head_change_audit", None, None),
    ]
    workbook.export(path := tmp_path / "again.xlsx", as_of=AS_OF)
    again = Book(path)
    assert [again.get("法定事项", line, "事项") for line in (2, 3, 4)] == [
        "账号备案",
        "开办资金结构",
        "法定代表人或负责人变更审计",
    ]
    assert workbook.commit(path, by=alice, at=at).changed == []


def test_a_workbook_without_the_sheet_leaves_the_statutory_matters(
    workbook, book, golden, alice, at
):
    book.set("法定事项", 2, "中心名称", book.get("中心", 2, "中心名称"))
    book.set("法定事项", 2, "事项", "无")
    workbook.commit(book.save(), by=alice, at=at)
    standing = selectors.accepted_sections(golden["C01"])["statutory"]
    assert selectors.rows_of(standing) == []
    del book.book["法定事项"]
    assert workbook.commit(book.save(), by=alice, at=at).changed == []
    assert selectors.accepted_sections(golden["C01"])["statutory"] == standing


def test_none_declares_an_empty_list_and_blank_declares_nothing(workbook, book, golden, alice, at):
    sheet = book.book["场所"]
    for header in SHEETS["场所"]:
        if header.header not in ("中心名称", "街镇"):
            book.set("场所", 2, header.header, None)
    book.set("场所", 2, "地址", "无")
    sheet.delete_rows(3)
    result = workbook.commit(book.save(), by=alice, at=at)
    assert result.changed == ["C01"]
    judged = judgments.judge([golden["C01"].pk, golden["C02"].pk], AS_OF)
    assert judged[golden["C01"].pk].outcomes["ST-08"].reason_code == "no_premises_in_force"
    assert judged[golden["C02"].pk].outcomes["ST-08"].reason_code == "area_ok"


def test_short_name_is_taken_with_a_warning(workbook, book, golden, alice, at):
    book.set("人员", 2, "中心名称", "梧桐路街道社会组织服务中心")
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    assert preview.errors == []
    assert [p.rule_code for p in preview.warnings if p.sheet == "人员"] == ["near_duplicate"]
    assert preview.changed == []


def test_dirty_cells_are_read_as_meant(workbook, book, golden, alice, at):
    book.set("经费", 2, "金额（万元）", "４８．５万")
    book.set("场所", 2, "自用面积（平方米）", "３０ 平方米（与党群中心共用）")
    book.set("人员", 2, "到岗日期", "２０２１年３月１日")
    workbook.commit(book.save(), by=alice, at=at)
    latest = Section.objects.filter(center=golden["C01"]).accepted_last()
    rows = {section.kind: section for section in latest}
    assert FundingRow.objects.get(section=rows["funding"], position=1).amount_yuan == 485000
    premises = PremisesRow.objects.get(section=rows["premises"], position=1)
    assert premises.exclusive_area_m2 == Decimal("30.00")
    assert "与党群中心共用" in premises.note


def test_template_is_empty_and_has_every_column(workbook, tmp_path):
    path = tmp_path / "template.xlsx"
    workbook.template(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [*SHEETS, "填表说明"]
    for title, columns in SHEETS.items():
        headers = [cell.value for cell in book[title][1]]
        assert headers == [c.header + ("●" if c.is_required else "") for c in columns]
        assert book[title].max_row == 1
        offered = sum(1 for c in columns if c.choices and not c.is_multiple)
        assert len(book[title].data_validations.dataValidation) == offered


def test_a_file_that_is_no_workbook_is_refused(workbook, alice, at, tmp_path):
    path = tmp_path / "letter.xlsx"
    path.write_text("这不是表格", encoding="utf-8")
    with pytest.raises(WorkbookRefused):
        workbook.dry_run(path, by=alice, at=at)


def test_workbook_without_our_sheets_is_an_error(workbook, alice, at, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["甲", "乙"])
    book.save(path := tmp_path / "other.xlsx")
    preview = workbook.dry_run(path, by=alice, at=at)
    assert [p.rule_code for p in preview.errors] == ["no_known_sheet"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_export_costs_a_fixed_number_of_queries(
    workbook, golden, at, tmp_path, django_assert_num_queries, item_count
):
    keep = sorted(golden)[:item_count]
    # A center of another district is not exported.
    elsewhere = Center.objects.exclude(code__in=keep)
    elsewhere.update(division=type(workbook.district).objects.get(code="310101002"))
    with django_assert_num_queries(9):
        workbook.export(tmp_path / "export.xlsx", as_of=at.date())
    book = openpyxl.load_workbook(tmp_path / "export.xlsx")
    assert book["中心"].max_row == 1 + item_count


def test_code_of_another_center_is_told_and_reaches_neither(workbook, book, alice, at):
    place = book.set("中心", 2, "统一社会信用代码", "52310199MJF1000241")
    assert ("中心", place, "code_of_another") in errors_of(workbook, book, alice, at)


def test_township_of_another_center_is_told(workbook, book, alice, at):
    place = book.set("中心", 2, "街镇", "银杏街道")
    assert ("中心", place, "other_township") in errors_of(workbook, book, alice, at)


def test_missing_equipment_is_never_read_as_equipment(workbook, book, alice, at):
    words = ("不齐全，缺少打印机", "没有", "未配备", "待配置")
    places = [book.set("场所", row, "设施设备", said) for row, said in enumerate(words, start=2)]
    told = [("场所", place, "unknown_choice") for place in places]
    assert errors_of(workbook, book, alice, at) == told


def test_code_of_a_retired_district_is_known_and_of_none_is_told(workbook, book, alice, at):
    codes = [f"52{division}MJF100016" for division in ("310199", "310103", "999999")]
    places = [
        book.set("中心", row, "统一社会信用代码", code + uscc.calc_check_digit(code))
        for row, code in enumerate(codes, start=2)
    ]
    preview = workbook.dry_run(book.save(), by=alice, at=at)
    told = [p for p in preview.warnings if p.rule_code == "code_division"]
    assert [f"{p.column_letter}{p.row}" for p in told] == [places[-1]]
    assert preview.errors == []


def test_list_of_equipment_is_equipment(workbook, book, golden, alice, at):
    book.set("场所", 2, "设施设备", "电脑、打印机、会议桌")
    assert errors_of(workbook, book, alice, at) == []


def test_none_beside_values_is_a_contradiction(workbook, book, alice, at):
    place = book.set("场所", 2, "地址", "无")
    assert ("场所", place, "contradiction") in errors_of(workbook, book, alice, at)


def test_column_that_decides_verdicts_must_stand(workbook, book, alice, at):
    book.book["经费"].delete_cols(book.column("经费", "用途"))
    assert [rule for _s, _p, rule in errors_of(workbook, book, alice, at)] == ["missing_header"]
