"""The columns of the bureau's workbook, sheet by sheet (domain reference §7.1).

Headers, synonyms and hints are what the bureaus write, so they stay Chinese in every language.
What a column means is what the form's field means (``centers.models.definitions``); a column that
no form has brings its own ``definition``, and a ``hint`` only where a workbook is written in a way
of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from centers.models import Section, definitions
from centers.resources.labels import (
    ADEQUACY,
    AREA_BASES,
    CERTIFICATES,
    CO_LOCATIONS,
    EMPLOYMENT,
    EQUIPMENT,
    FORMS,
    FUNCTIONS,
    INSPECTIONS,
    MATTERS,
    OPERATING_MODELS,
    POSTS,
    PURPOSES,
    REGISTRATION,
    RIGHTS,
)
from portal import cells
from portal.cells import MONTH, CellError, Message, Parsed
from portal.workbooks import Column

# Words that say something is missing; a list of items has none of them.
LACKING = re.compile("[不没未无缺待差坏]")
# Words that say who pays and not how.
PUBLIC_MONEY = re.compile("财政|拨款|街道|镇|政府")


def _choice(choices: Mapping[str, str]) -> Callable[[Any], Parsed]:
    return partial(cells.parse_choice, choices=choices)


def _labels(choices: Mapping[str, Any]) -> tuple[str, ...]:
    """The first label of each code: what the drop-down offers."""
    first = {code: label for label, code in reversed(list(choices.items()))}
    return tuple(first[code] for code in dict.fromkeys(choices.values()))


def _text(low: int, high: int) -> Callable[[Any], Parsed]:
    return partial(cells.parse_text, min_length=low, max_length=high)


def _grade(raw: Any) -> Parsed:
    return cells.parse_choice(raw, {**cells.GRADES, "未评估": "none"})


def _full_time(raw: Any) -> Parsed:
    return cells.parse_flag(raw, yes=("专职",), no=("兼职",))


def _equipment(raw: Any) -> Parsed:
    """齐全 and 基本 are yes; a list of items is yes, and kept as the note."""
    try:
        parsed = cells.parse_choice(raw, {label: label for label in EQUIPMENT})
    except CellError as unknown:
        if unknown.code != "unknown_choice":
            raise
        try:
            return cells.parse_flag(raw)
        except CellError:
            if LACKING.search(str(raw)):
                raise unknown from None
            return Parsed(True, note=str(raw))
    return Parsed(None if parsed.value is None else EQUIPMENT[parsed.value])


def _dropped(_raw: Any) -> Parsed:
    """Checked with the row, and dropped: the portal needs no staff identity numbers (§9.2)."""
    return Parsed(None)


def _day(raw: Any) -> Parsed:
    """A day; of a month alone the first, which is told."""
    parsed = cells.parse_date(raw, precision=True)
    if parsed.precision != MONTH:
        return parsed
    told = Message("first_of_month", _("The day is missing; the first of the month is taken."))
    return replace(parsed, warnings=(*parsed.warnings, told))


def _form(raw: Any) -> Parsed:
    """财政 and 街道拨款 could be either kind of government money, so they are asked about."""
    try:
        return _choice(FORMS)(raw)
    except CellError as unknown:
        if unknown.code != "unknown_choice" or not PUBLIC_MONEY.search(str(raw)):
            raise
        text = _("Is this a grant (政府资助) or a purchase (政府购买服务)? Type which.")
        raise CellError("confirm_form", text) from None


def _purpose(raw: Any) -> Parsed:
    """为老项目 is a project; its words are kept as the note."""
    text = cells.match_key(str(raw))
    if text not in PURPOSES and text.endswith("项目"):
        return Parsed(PURPOSES["项目"], note=str(raw).strip())
    return _choice(PURPOSES)(raw)


def _contract_number(raw: Any) -> Parsed:
    """Any number; one of an official document gets its brackets right (§6.8)."""
    typed = _text(0, 60)(raw)
    try:
        return cells.parse_document_number(raw) if typed.value else typed
    except CellError:
        return typed


_phone = partial(cells.parse_phone, is_organization=True)
_open_day = partial(cells.parse_date, open_values=True)

YES_NO = ("是", "否")
# The header says 万元; a cell may say otherwise.
AMOUNT = "单位为万元；写明“元”的按元读。"
NAME = Column(
    "center",
    "中心名称",
    synonyms=("单位名称", "机构名称"),
    is_required=True,
    hint="与中心表一致的全称。",
    definition="所在中心的全称。",
    parse=_text(2, 60),
)
TOWNSHIP = Column(
    "township",
    "街镇",
    synonyms=("街道/镇", "所属街镇", "街道（镇）"),
    hint="街道、镇、乡的名称。",
    definition="中心所服务的街道、镇、乡。",
    parse=_text(2, 60),
)
NOTE = Column("note", "备注", hint="", parse=_text(0, 500))

CENTERS = (
    Column(
        "district",
        "区",
        hint="名称或6位代码；空白表示本区。",
        definition="中心所在的区。",
        parse=_text(2, 30),
    ),
    replace(TOWNSHIP, is_required=True),
    replace(NAME, hint="", definition=""),
    Column(
        "uscc",
        "统一社会信用代码",
        synonyms=("信用代码", "登记证号"),
        parse=partial(cells.parse_credit_code, kind="social_service_institution"),
        is_text=True,
    ),
    Column(
        "registration_status",
        "登记状态",
        choices=_labels(REGISTRATION),
        parse=_choice(REGISTRATION),
    ),
    Column("registered_on", "登记日期", synonyms=("成立日期", "登记时间"), parse=_day),
    Column("established_on", "设立日期", hint="与登记日期不同的才填。", parse=_day),
    Column(
        "registered_capital_yuan",
        "开办资金（万元）",
        hint=AMOUNT,
        parse=cells.parse_money,
        is_money=True,
    ),
    Column("supervising_unit", "业务主管单位", parse=_text(0, 60)),
    Column(
        "operating_model",
        "运作模式",
        choices=_labels(OPERATING_MODELS),
        parse=_choice(OPERATING_MODELS),
    ),
    Column("operator_name", "受托机构名称", parse=_text(0, 60)),
    Column("legal_rep_name", "法定代表人", parse=_text(2, 20)),
    Column(
        "legal_rep_code",
        "法定代表人编号",
        hint="同名时填人员编号。",
        definition="人员表中同一人的编号。",
        parse=_text(1, 30),
    ),
    Column(
        "director_name",
        "主任",
        synonyms=("负责人", "专职负责人", "主任（负责人）", "主任（负责人、专职负责人）"),
        is_required=True,
        hint="空缺的填“空缺”，未填报人员的填“未填报”。",
        definition="中心的专职负责人，与人员表一致。",
        clause="三(一)-1",
        parse=_text(2, 20),
    ),
    Column("phone", "联系电话", is_required=True, parse=_phone, is_text=True),
    Column("address", "地址", is_required=True, parse=_text(2, 120)),
    Column("member_count", "理事会人数", synonyms=("理事会/人数",), parse=cells.parse_count),
    Column(
        "council_starts_on",
        "理事会任期起",
        synonyms=("任期起", "任期/起", "理事会/任期起"),
        parse=_day,
        period_to="council_ends_on",
    ),
    Column(
        "council_ends_on",
        "理事会任期止",
        synonyms=("任期止", "任期/止", "理事会/任期止"),
        hint="只填本届。",
        parse=_open_day,
    ),
    Column(
        "has_supervisor", "是否设监事", choices=YES_NO, parse=cells.parse_flag
    ),
    Column(
        "account_holder",
        "银行账户户名",
        synonyms=("户名", "账户名称", "开户名称"),
        hint="没有独立账户的填“无”；空白表示未填报。",
        parse=_text(1, 60),
    ),
    Column("account_bank", "开户银行", parse=_text(0, 60)),
    Column("account_starts_on", "开户日期", parse=_day, period_to="account_ends_on"),
    Column("account_ends_on", "销户日期", parse=_open_day),
    Column("grade", "评估等级", hint="5A至1A、未评估", parse=_grade),
    Column("grade_until", "等级有效期至", synonyms=("有效期至",), parse=_day),
    Column(
        "last_inspection",
        "上年度年检结论",
        hint="结论未出的留空。",
        choices=_labels(INSPECTIONS),
        parse=_choice(INSPECTIONS),
    ),
    Column(
        "basic_cost_yuan",
        "年度基本运作成本（万元）",
        hint=AMOUNT,
        parse=cells.parse_money,
        is_money=True,
    ),
    Column(
        "is_legal_representative_chair",
        "法定代表人是否理事长",
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    Column("organization_count", "街镇内社会组织数", parse=cells.parse_count),
    NOTE,
)

STAFF = (
    NAME,
    TOWNSHIP,
    Column(
        "person_name",
        "姓名",
        is_required=True,
        hint="中心没有人员的填“无”。",
        parse=_text(2, 20),
    ),
    Column(
        "person_code",
        "人员编号",
        hint="同名的必填。",
        definition="中心给每个人的编号，同一个人始终用同一个编号。",
        parse=_text(1, 30),
        is_text=True,
    ),
    Column("id_type", "证件类型", definition="证件的名称。", parse=_text(0, 20)),
    Column(
        "id_no",
        "证件号码",
        hint="可不填；只校验，不保存。",
        definition="只用于核对，不保存。",
        parse=_dropped,
        is_text=True,
    ),
    Column(
        "post",
        "岗位",
        is_required=True,
        choices=_labels(POSTS),
        parse=_choice(POSTS),
    ),
    Column(
        "employment_type",
        "用工形式",
        synonyms=("人员性质",),
        is_required=True,
        choices=_labels(EMPLOYMENT),
        parse=_choice(EMPLOYMENT),
    ),
    Column("is_full_time", "是否专职", is_required=True, choices=YES_NO, parse=_full_time),
    Column("starts_on", "到岗日期", is_required=True, parse=_day, period_to="ends_on"),
    Column("ends_on", "离岗日期", hint="在岗的留空，或填“至今”。", parse=_open_day),
    Column(
        "is_council_appointed",
        "是否理事会聘任",
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    Column("education", "学历", parse=_text(0, 20)),
    Column(
        "social_work_certificate",
        "社工证",
        synonyms=("社工证（助理/中级/高级）",),
        choices=_labels(CERTIFICATES),
        parse=_choice(CERTIFICATES),
    ),
    Column("is_openly_recruited", "是否公开招聘", choices=YES_NO, parse=cells.parse_flag),
    Column(
        "pay_follows_community_worker",
        "薪酬是否参照社区工作者",
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    NOTE,
)

PREMISES = (
    NAME,
    TOWNSHIP,
    Column(
        "address", "地址", is_required=True, hint="没有场所的填“无”。", parse=_text(1, 120)
    ),
    Column(
        "exclusive_area_m2",
        "自用面积（平方米）",
        synonyms=(
            *("自用面积", "独立使用面积", "办公面积"),
            "自用面积（独立使用面积、办公面积）",
        ),
        is_required=True,
        parse=cells.parse_area,
    ),
    Column(
        "shared_area_m2", "共用面积（平方米）", synonyms=("共用面积",), parse=cells.parse_area
    ),
    Column("share_ratio", "分摊比例", parse=cells.parse_ratio),
    Column(
        "area_basis",
        "面积口径",
        choices=_labels(AREA_BASES),
        hint="空白按本区口径。",
        parse=_choice(AREA_BASES),
    ),
    Column(
        "right_kind",
        "产权或使用权",
        choices=_labels(RIGHTS),
        parse=_choice(RIGHTS),
    ),
    Column(
        "right_from_on",
        "使用期限起",
        synonyms=("使用期限/起",),
        parse=_day,
        period_to="right_to_on",
    ),
    Column(
        "right_to_on",
        "使用期限止",
        synonyms=("使用期限/止",),
        hint="没有期限的留空，或填“长期”。",
        parse=_open_day,
    ),
    Column(
        "co_location",
        "共建阵地",
        synonyms=("共建阵地（融合发展）", "融合发展"),
        hint="、".join(_labels(CO_LOCATIONS)),
        parse=partial(cells.parse_multi, choices=CO_LOCATIONS),
        is_multiple=True,
    ),
    Column(
        "is_relatively_independent", "是否相对独立", choices=YES_NO, parse=cells.parse_flag
    ),
    Column("has_signage", "标识指引", choices=("有", "无"), parse=cells.parse_flag),
    Column(
        "has_equipment",
        "设施设备",
        choices=tuple(EQUIPMENT),
        hint="“齐全”“基本”作“有”，“缺”作“没有”；也可以写明有哪些设施设备。",
        parse=_equipment,
    ),
    Column(
        "adequacy",
        "是否满足工作需要",
        choices=_labels(ADEQUACY),
        hint="区民政局填。",
        parse=_choice(ADEQUACY),
    ),
    Column("starts_on", "启用日期", is_required=True, parse=_day, period_to="ends_on"),
    Column("ends_on", "停用日期", parse=_open_day),
    NOTE,
)

FUNDING = (
    NAME,
    TOWNSHIP,
    Column("fiscal_year", "年度", is_required=True, parse=cells.parse_year),
    Column(
        "form",
        "资金形式",
        synonyms=("经费来源",),
        is_required=True,
        hint="没有经费的填“无”；没有服务收入的，填一行服务收入，金额为0。",
        choices=_labels(FORMS),
        parse=_form,
    ),
    Column(
        "purpose",
        "用途",
        hint="服务收入可不填。",
        is_expected=True,
        choices=_labels(PURPOSES),
        parse=_purpose,
    ),
    Column(
        "payer",
        "出资（购买）主体",
        synonyms=("出资主体", "购买主体"),
        parse=_text(0, 60),
    ),
    Column("contract_name", "合同（文件）名称", synonyms=("合同名称",), parse=_text(0, 120)),
    Column(
        "contract_no",
        "合同（文件）编号",
        synonyms=("合同编号", "编号"),
        parse=_contract_number,
    ),
    Column("route", "采购方式", parse=_text(0, 30)),
    Column(
        "amount_yuan",
        "金额（万元）",
        is_required=True,
        hint=AMOUNT,
        parse=cells.parse_money,
        is_money=True,
    ),
    Column(
        "basic_amount_yuan",
        "其中：基本运作（万元）",
        synonyms=("基本运作（万元）",),
        hint=f"仅混合用途填写。{AMOUNT}",
        parse=cells.parse_money,
        is_money=True,
    ),
    Column(
        "received_yuan", "已到账（万元）", hint=AMOUNT, parse=cells.parse_money, is_money=True
    ),
    Column(
        "starts_on",
        "期限起",
        synonyms=("期限/起",),
        hint="服务收入可不填。",
        is_expected=True,
        parse=_day,
        period_to="ends_on",
        year="fiscal_year",
    ),
    Column(
        "ends_on",
        "期限止",
        synonyms=("期限/止",),
        hint="服务收入可不填。",
        is_expected=True,
        parse=_open_day,
    ),
    Column("is_declared_annual", "是否年度购买", choices=YES_NO, parse=cells.parse_flag),
    Column(
        "is_annual_renewal",
        "是否多年合同按年续签",
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    NOTE,
)

SERVICES = (
    NAME,
    TOWNSHIP,
    Column(
        "fiscal_year",
        "年度",
        is_required=True,
        definition="数字所属的年度，每年一行。",
        parse=cells.parse_year,
    ),
    *(
        Column(
            code,
            f"{title}（{code}）",
            synonyms=(title, code),
            hint="没有发生的填0；空白表示未填报。",
            parse=cells.parse_count,
        )
        for code, title in FUNCTIONS.items()
    ),
)

STATUTORY = (
    NAME,
    TOWNSHIP,
    Column(
        "matter",
        "事项",
        synonyms=("法定事项",),
        is_required=True,
        hint="没有法定事项的填“无”。",
        choices=_labels(MATTERS),
        parse=_choice(MATTERS),
    ),
    Column(
        "is_so",
        "是或否",
        synonyms=("是否",),
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    Column(
        "occurred_on",
        "同意（变更）日期",
        synonyms=("同意日期", "变更日期", "发生日期"),
        parse=cells.parse_date,
    ),
    Column(
        "done_on",
        "办理日期",
        synonyms=("备案日期", "申请日期", "审计日期", "公布日期"),
        parse=cells.parse_date,
    ),
    Column(
        "non_state_share", "非国有资产占比", synonyms=("非国有资产比例",), parse=cells.parse_ratio
    ),
    Column("starts_on", "起始日期", parse=_day, period_to="ends_on"),
    Column("ends_on", "终止日期", hint="仍然如此的留空。", parse=_open_day),
    NOTE,
)

# Columns that are called otherwise than the field of the form whose meaning they have.
MEANT: dict[str, tuple[str, str]] = {
    "center": (Section.Kind.PROFILE, "name"),
    "legal_rep_name": (Section.Kind.PROFILE, "legal_representative"),
    "member_count": (Section.Kind.GOVERNANCE, "member_count"),
    "council_starts_on": (Section.Kind.GOVERNANCE, "starts_on"),
    "council_ends_on": (Section.Kind.GOVERNANCE, "ends_on"),
    "has_supervisor": (Section.Kind.GOVERNANCE, "has_supervisor"),
    "account_holder": (Section.Kind.ACCOUNTS, "holder"),
    "account_bank": (Section.Kind.ACCOUNTS, "bank"),
    "account_starts_on": (Section.Kind.ACCOUNTS, "starts_on"),
    "account_ends_on": (Section.Kind.ACCOUNTS, "ends_on"),
    "person_name": (Section.Kind.STAFF, "person"),
}


def meaning(kind: str, column: Column) -> tuple[str, str]:
    """(kind of section, field of the form) of a column that a form has too."""
    return MEANT.get(column.field, (kind, column.field))


def _defined(kind: str, column: Column) -> Column:
    """The column with the meaning of its field, unless it has one of its own."""
    if column.definition:
        return column
    record = definitions.of(*meaning(kind, column))
    return replace(
        column,
        definition=_chinese(record.text),
        clause=record.clause,
        hint=column.hint or (record.hint and _chinese(record.hint)),
    )


def _say_in_chinese(text: Any) -> str:
    with override("zh-hans"):
        return str(text)


# A text that is Chinese in every language, looked up when it is written.
_chinese = lazy(_say_in_chinese, str)


# Headers that bureaus print and the portal never imports (§7.1).
IGNORED = ("政治面貌",)
# Sheet name → its columns, in the order of the workbook.
SHEETS: dict[str, tuple[Column, ...]] = {
    title: tuple(_defined(kind, column) for column in columns)
    for title, kind, columns in (
        ("中心", Section.Kind.PROFILE, CENTERS),
        ("人员", Section.Kind.STAFF, STAFF),
        ("场所", Section.Kind.PREMISES, PREMISES),
        ("经费", Section.Kind.FUNDING, FUNDING),
        ("服务", Section.Kind.FUNCTIONS, SERVICES),
        ("法定事项", Section.Kind.STATUTORY, STATUTORY),
    )
}
