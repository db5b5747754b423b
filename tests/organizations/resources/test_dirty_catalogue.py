# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Every row of the dirty-data catalogue (domain §7.2) that meets these two sheets."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from organizations.resources.books import kept, kept_row
from organizations.resources.organization import OrganizationResource
from organizations.resources.sheets import Workbook
from organizations.resources.team import TeamResource
from portal.workbooks import Merge, SheetStream
from tests.conftest import AT
from tests.organizations.conftest import ORGANIZATION, TEAM

pytestmark = pytest.mark.django_db

CODE, CAPITAL = "统一社会信用代码", "注册资金（万元）"
GIVEN = {"organizations": ORGANIZATION, "teams": TEAM}
RESOURCES = {"organizations": OrganizationResource, "teams": TeamResource}
TITLES = {"organizations": "社会组织", "teams": "群众活动团队"}


@dataclass(frozen=True, eq=False)
class Cell:
    """Dirt in one cell: number in the catalogue, table, header, what was typed; what is read."""

    number: int
    table: str
    header: str
    raw: Any
    field: str = ""
    value: Any = None
    warns: str = ""
    refused: str = ""

    def __str__(self) -> str:
        return f"#{self.number} {self.header} {self.raw}"


def read(number, header, raw, field, value, warns="", table="organizations"):
    return Cell(number, table, header, raw, field, value, warns=warns)


def refuse(number, header, raw, code, table="organizations"):
    return Cell(number, table, header, raw, refused=code)


CELLS = [
    # 1 unit in cell, 2 full-width, 20 ranges, 21 wrong unit column
    read(1, CAPITAL, "3万", "registered_capital_yuan", "30000.00"),
    read(1, CAPITAL, 3, "registered_capital_yuan", "30000.00"),
    read(1, CAPITAL, "30000元", "registered_capital_yuan", "30000.00", warns="unit_differs"),
    read(1, "参加人数", "26人", "member_count", 26, table="teams"),
    read(2, CAPITAL, "４８．５", "registered_capital_yuan", "485000.00"),
    read(2, "登记日期", "２０２４．３．１", "registered_on", "2024-03-01"),
    refuse(20, "从业人员数", "10余人", "inexact"),
    refuse(20, CAPITAL, "30-40万", "range"),
    refuse(21, CAPITAL, 480000, "confirm_unit"),
    # 5, 6 dates
    read(5, "登记日期", 45352, "registered_on", "2024-03-01"),
    read(5, "登记日期", "45352", "registered_on", "2024-03-01"),
    read(6, "登记日期", "2024年3月1日", "registered_on", "2024-03-01"),
    read(6, "登记日期", "2024年3月", "registered_on", "2024-03-01", warns="first_of_month"),
    refuse(6, "登记日期", "2024", "year_only"),
    refuse(6, "登记日期", "24.3.1", "two_digit_year"),
    refuse(6, "登记日期", "2024.02.30", "no_such_day"),
    refuse(6, "登记日期", "2099-01-01", "day_to_come"),
    refuse(6, "成立时间", "90年代", "not_a_date", table="teams"),
    # 7, 8 codes as numbers; what looks like a code and is none
    refuse(7, CODE, "5.23102E+17", "precision_lost"),
    refuse(7, CODE, Decimal("523101990000000000"), "precision_lost"),
    refuse(7, CODE, "52310199MJQ0O001XJ", "code_alphabet"),
    refuse(7, CODE, "52310199MJQ00001X", "code_length"),
    refuse(7, CODE, "52310199MJQ00001X0", "code_check"),
    refuse(7, "类型", "社会团体", "code_kind"),
    read(7, CODE, "沪民证字第0123号", "old_certificate_no", "沪民证字第0123号", "old_certificate"),
    # 10..13 places
    read(13, "街镇", "梧桐路街道办事处", "township", True),
    read(13, "街镇", "梧桐路街办", "township", True),
    read(13, "街镇", "海棠区梧桐路街道", "township", True),
    refuse(13, "街镇", "东弄居委会", "neighborhood"),
    refuse(13, "街镇", "没有的街道", "unknown_township"),
    refuse(25, "街镇", "外滩街道", "other_district"),
    refuse(25, "区", "黄浦区", "other_district"),
    refuse(25, "区", "黄浦区", "other_district", table="teams"),
    # 14 yes and no
    read(14, "是否慈善组织", "√", "is_charity", True),
    read(14, "是否慈善组织", "×", "is_charity", False),
    refuse(14, "是否慈善组织", "是（兼）", "not_a_flag"),
    read(14, "党建联络员", "有", "has_party_liaison", True),
    read(14, "党建联络员", "无", "has_party_liaison", False),
    read(14, "党建联络员", "李建国", "has_party_liaison", True, warns="name_dropped"),
    refuse(14, "党组织", "是", "confirm_party_unit"),
    read(14, "党组织", "联合", "party_unit", "joint"),
    read(14, "党组织", "无", "party_unit", "none"),
    # 16 placeholders
    *(read(16, "业务范围", raw, "scope", None) for raw in ("/", "—", "暂无", "N/A")),
    read(16, "业务范围", "待定", "scope", None, warns="pending"),
    read(16, "业务主管单位", "无", "supervising_unit", "无"),
    read(16, "业务主管单位", "直接登记", "is_direct_registration", True),
    # 18 two phones, 28 line breaks
    read(18, "联系人", "张三\n李四", "contact_name", "张三", warns="several_names"),
    refuse(18, "联系电话", "12", "not_a_phone", table="teams"),
    # 22, 23 spellings
    *(
        read(22, "评估等级", raw, "grade", "5A")
        for raw in ("5A", "AAAAA", "５Ａ", "5A级", "五A")
    ),
    read(22, "评估等级", "未评估", "grade", "none"),
    read(22, "评估等级", "3A（过期）", "grade", "3A", warns="grade_expired"),
    read(23, "上年度年检", "合格 √", "inspection_last", "qualified"),
    read(23, "上年度年检", "基本 合格", "inspection_last", "basically_qualified"),
    refuse(23, "上年度年检", "通过", "unknown_choice"),
    refuse(24, "住所", "#REF!", "formula_error"),
    # 27 rare characters
    read(27, "名称", "海棠区㛃𬱖服务中心", "name", "海棠区㛃𬱖服务中心"),
    read(27, "名称", "海棠区服务中心(筹)", "name", "海棠区服务中心", warns="name_in_brackets"),
    read(27, "名称", "海棠区（东部）服务中心", "name", "海棠区（东部）服务中心"),
    # 30 blank and zero
    read(30, "从业人员数", None, "staff_count", None),
    read(30, "从业人员数", 0, "staff_count", 0),
    # What the sheets of these tables add.
    read(0, "类型", "社会服务机构", "org_type", "social_service_institution"),
    read(0, "登记机关", "海棠区民政局", "authority_level", "district"),
    read(0, "登记机关", "上海市社会组织管理局", "authority_level", "municipal"),
    read(0, "类别", "舞蹈队", "kind", "culture_sport", "kind_taken", table="teams"),
    read(0, "每周活动次数", "不定期", "times_per_week", None, table="teams"),
    read(0, "每周活动次数", "每周2次", "times_per_week", 2, table="teams"),
    read(0, "委派情况", "已委派", "has_liaison", True, table="teams"),
    refuse(0, "其中中共党员人数", 40, "more_party_members", table="teams"),
    refuse(0, "所在社区备案意见", "不同意", "not_agreed", table="teams"),
    refuse(0, "活动地点", None, "required", table="teams"),
    refuse(0, "名录状态", "活动异常", "required"),
]


def sheet(rows, title, merges=()):
    return SheetStream(title, False, tuple(merges), len(rows), iter(rows))


def stage(haitang, table, rows, merges=()):
    """Staged rows of one sheet, and what was found of its form."""
    found, resource = Workbook(), RESOURCES[table](haitang, on=AT.date())
    with translation.override("en"):
        return list(resource.import_lines([sheet(rows, TITLES[table], merges)], found)), found


def stage_row(haitang, table, row):
    staged, found = stage(haitang, table, [tuple(row), tuple(row.values())])
    assert not [problem for problem in found.problems if not problem.is_warning]
    return staged[0]


def as_kept(haitang, table, staged):
    return kept_row(RESOURCES[table](haitang, on=AT.date()), staged)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_cell_is_read_or_refused_with_place_value_and_reason(haitang, wutong, cell):
    row = GIVEN[cell.table] | {cell.header: cell.raw}
    staged = stage_row(haitang, cell.table, row)
    errors = [problem for problem in staged.line.problems if not problem.is_warning]
    warnings = [problem for problem in staged.line.problems if problem.is_warning]
    if cell.refused:
        assert cell.refused in {problem.rule_code for problem in errors}
        problem = next(each for each in errors if each.rule_code == cell.refused)
        assert (problem.row, problem.sheet) == (2, TITLES[cell.table])
        assert str(problem.message)
        return
    assert not errors
    assert {problem.rule_code for problem in warnings} == ({cell.warns} if cell.warns else set())
    name = "division_id" if cell.field == "township" else cell.field
    expected = wutong.pk if cell.field == "township" else cell.value
    assert staged.values.get(name) == expected


def test_telephone_is_sealed_before_it_is_kept_and_never_told(haitang, wutong):
    raw = "13812345678/021-51234567"
    staged = stage_row(haitang, "teams", TEAM | {"联系电话": raw})
    row = as_kept(haitang, "teams", staged)
    text = str(row.content) + str(row.problems)
    assert "13812345678" not in text
    assert "51234567" not in text
    assert {problem["code"] for problem in row.problems} == {"several_phones"}
    assert "leader_phone_sealed" in row.content


def test_name_of_a_liaison_is_kept_nowhere(haitang, wutong):
    staged = stage_row(haitang, "organizations", ORGANIZATION | {"党建联络员": "李建国"})
    row = as_kept(haitang, "organizations", staged)
    assert "李建国" not in str(row.content) + str(row.problems)


def test_masked_telephone_of_an_export_says_nothing(haitang, wutong):
    for shown in ("138****5678", "021-****4567"):
        staged = stage_row(haitang, "teams", TEAM | {"联系电话": shown})
        assert staged.line.is_valid
        assert "leader_phone" not in staged.values


def test_merged_township_is_filled_down_and_totals_and_notes_are_left_out(haitang, wutong):
    """3, 9, 10, 4: as printed, with a title, a two-level header, a total and a note."""
    rows = [
        ("海棠区社会组织一览表",),
        ("序号", *ORGANIZATION),
        *(
            (number, *(row | {"名称": f"海棠区第{number}服务中心"}).values())
            for number, row in ((1, ORGANIZATION), (2, ORGANIZATION | {"街镇": None}))
        ),
        ("合计", "2家"),
        ("注：1.本表由街镇填报",),
    ]
    column = list(ORGANIZATION).index("街镇") + 2
    staged, found = stage(haitang, "organizations", rows, [Merge(3, column, 4, column)])
    assert [row.values["division_id"] for row in staged] == [wutong.pk, wutong.pk]
    assert found.problems == []


def test_unknown_missing_and_repeated_headers_are_told(haitang, wutong):
    row = {name: value for name, value in ORGANIZATION.items() if name != "登记日期"}
    headers, values = (*row, "信用代码", "星座"), (*row.values(), "", "")
    _staged, found = stage(haitang, "organizations", [headers, values])
    assert {problem.rule_code for problem in found.problems} == {
        "missing_header",
        "header_twice",
        "unknown_header",
    }


def test_columns_of_persons_are_known_not_read_and_told(haitang, wutong):
    row = TEAM | {"年龄": 61, "政治面貌": "党员", "家庭地址": "梧桐路9弄"}
    staged, found = stage(haitang, "teams", [tuple(row), tuple(row.values())])
    assert {problem.header for problem in found.problems} == {"年龄", "政治面貌", "家庭地址"}
    assert all(problem.is_warning for problem in found.problems)
    assert "梧桐路9弄" not in str(staged[0].values)


def test_printed_form_with_its_two_levels_is_read(haitang, wutong):
    top = ("群团名称", "街镇", "所属社区", "活动地点", "活动内容", "参加人数", "负责人或召集人")
    below = (None,) * 6 + ("姓名", "年龄", "联系电话")
    data = ("晚霞舞蹈队", "梧桐路街道", "东弄居委会", "文化中心", "跳舞", 26)
    rows = [(*top, None, None), below, (*data, "张阿姨", 61, "13800000000")]
    merges = [Merge(1, 7, 1, 9), *(Merge(1, column, 2, column) for column in range(1, 7))]
    staged, _found = stage(haitang, "teams", rows, merges)
    assert [row.values["leader_name"] for row in staged] == ["张阿姨"]
    assert staged[0].line.is_valid


def test_problem_is_kept_with_its_place(haitang, wutong):
    row = ORGANIZATION | {"从业人员数": "10余人"}
    staged = stage_row(haitang, "organizations", row)
    [problem] = [kept(each) for each in staged.line.problems]
    assert problem | {"text": ""} == {
        "sheet": "社会组织",
        "row": 2,
        "column": "G",
        "header": "从业人员数",
        "value": "10余人",
        "code": "inexact",
        "text": "",
        "is_warning": False,
    }


def test_days_of_excel_are_days(haitang, wutong):
    row = ORGANIZATION | {"登记日期": datetime(2024, 3, 1)}  # noqa: DTZ001 (as Excel gives it)
    assert stage_row(haitang, "organizations", row).values["registered_on"] == "2024-03-01"
