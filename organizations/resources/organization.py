"""The sheet 社会组织 (domain reference §7.1) as a resource of import-export."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organizations.models import CreditListing, Inspection, Organization
from organizations.resources import labels, parsers
from organizations.resources.fields import CellWidget, ChoiceWidget, SheetField
from organizations.resources.register import DISTRICT, TOWNSHIP, RegisterResource
from organizations.resources.sheets import Line
from portal import cells

AMOUNT = "单位为万元；写明“元”的按元读。"
CIVIL_AFFAIRS = "5"
NOT_LISTED = (None, "none")


class OrganizationResource(RegisterResource):
    """Organizations of a district, and what is known of their inspections and lists."""

    title = labels.SHEETS["organizations"]
    ignored = ("备注",)
    model = Organization
    phone = "contact_phone"

    district = DISTRICT
    name = SheetField(
        "名称",
        CellWidget(partial(parsers.name, high=60)),
        synonyms=("社会组织名称", "组织名称", "单位名称", "机构名称"),
        is_required=True,
        hint="登记证书上的全称。",
    )
    uscc = SheetField(
        "统一社会信用代码",
        CellWidget(parsers.credit_code),
        synonyms=("信用代码", "登记证号", "登记证书号", "代码"),
        is_required=True,
        hint="18位，按文本填写。旧登记证号可填在此处，另行保存。",
        is_text=True,
    )
    org_type = SheetField(
        "类型",
        ChoiceWidget(labels.TYPES),
        synonyms=("组织类型", "社会组织类型", "类别"),
        is_required=True,
    )
    authority_level = SheetField(
        "登记机关",
        ChoiceWidget(labels.AUTHORITIES, parsers.authority),
        synonyms=("登记管理机关", "登记级别"),
        is_required=True,
        hint="市或区；也可填登记机关全称。",
    )
    registered_on = SheetField(
        "登记日期",
        CellWidget(parsers.day),
        synonyms=("成立日期", "成立登记日期", "登记时间"),
        is_required=True,
    )
    domicile = SheetField(
        "住所", CellWidget(parsers.text(0, 200)), synonyms=("登记住所", "注册地址")
    )
    actual_address = SheetField(
        "实际办公地", CellWidget(parsers.text(0, 200)), synonyms=("实际办公地址", "办公地址")
    )
    township = TOWNSHIP
    scope = SheetField("业务范围", CellWidget(parsers.text(0, 2000)))
    supervising_unit = SheetField(
        "业务主管单位",
        CellWidget(parsers.supervising_unit),
        hint="没有的填“无”；直接登记的填“直接登记”。",
        is_taken=False,
    )
    legal_representative = SheetField("法定代表人", CellWidget(parsers.person))
    contact_name = SheetField("联系人", CellWidget(parsers.person))
    contact_phone = SheetField(
        "联系电话",
        CellWidget(parsers.phone),
        synonyms=("联系人电话", "电话"),
        hint="加密保存；导出的遮盖号码原样留着即可。",
        is_text=True,
        is_private=True,
    )
    registered_capital_yuan = SheetField(
        "注册资金（万元）",
        CellWidget(cells.parse_money),
        synonyms=("注册（开办）资金（万元）", "开办资金（万元）", "原始基金（万元）"),
        hint=AMOUNT,
        is_money=True,
    )
    staff_count = SheetField("从业人员数", CellWidget(parsers.count), synonyms=("从业人数",))
    full_time_count = SheetField("专职人数", CellWidget(parsers.count), synonyms=("专职人员数",))
    party_unit = SheetField(
        "党组织", ChoiceWidget(labels.PARTY_UNITS, parsers.party_unit), synonyms=("党组织情况",)
    )
    has_party_liaison = SheetField(
        "党建联络员",
        ChoiceWidget(labels.THERE, parsers.liaison),
        synonyms=("党建指导员", "党建联络员（指导员）"),
        hint="有或无；不登记姓名。",
        is_private=True,
    )
    community_kind = SheetField("社区社会组织类别", ChoiceWidget(labels.COMMUNITY_KINDS))
    is_charity = SheetField(
        "是否慈善组织", ChoiceWidget(labels.YES_NO, cells.parse_flag), synonyms=("慈善组织",)
    )
    can_raise_publicly = SheetField(
        "公募资格",
        ChoiceWidget(labels.YES_NO, cells.parse_flag),
        synonyms=("公开募捐资格", "是否有公募资格"),
    )
    grade = SheetField(
        "评估等级", ChoiceWidget(labels.GRADES, parsers.grade), hint="5A至1A、未评估"
    )
    grade_until = SheetField(
        "有效期至", CellWidget(parsers.day), synonyms=("等级有效期至", "评估有效期至")
    )
    inspection_last = SheetField(
        "上年度年检", ChoiceWidget(labels.INSPECTIONS), synonyms=("上年度年检结论",)
    )
    inspection_before = SheetField(
        "前年度年检", ChoiceWidget(labels.INSPECTIONS), synonyms=("前年度年检结论",)
    )
    listing = SheetField(
        "名录状态", ChoiceWidget(labels.LISTINGS), synonyms=("信用名录",), is_taken=False
    )
    listed_on = SheetField("列入日期", CellWidget(parsers.day), is_taken=False)
    status = SheetField("状态", ChoiceWidget(labels.STATUSES), synonyms=("登记状态",))

    def get_queryset(self) -> "QuerySet[Any]":
        return Organization.objects.within(self.territory).select_related("division")

    def prepare(self, chunk: list[Any]) -> None:
        """Conclusions of the last two years, and the entry of a credit list that stands, the
        serious list before the other."""
        rows = {row.pk: row for row in chunk}
        years = {self.on.year - 1: "inspection_last", self.on.year - 2: "inspection_before"}
        inspected = Inspection.objects.filter(organization__in=rows, year__in=years)
        values = inspected.values_list("organization_id", "year", "status", "conclusion")
        for pk, year, status, conclusion in values:
            told = status if status in ("missed", "exempt") else "pending"
            setattr(rows[pk], years[year], conclusion or told)
        listed = CreditListing.objects.filter(organization__in=rows, removed_on=None)
        for entry in listed.order_by("kind", "listed_on"):
            row = rows[entry.organization_id]
            row.listing, row.listed_on = entry.kind, entry.listed_on

    def dehydrate_uscc(self, row: Organization) -> str:
        return row.uscc or row.old_certificate_no

    def dehydrate_supervising_unit(self, row: Organization) -> str:
        return labels.DIRECT if row.is_direct_registration else row.supervising_unit

    def dehydrate_contact_phone(self, row: Organization) -> str | None:
        return self.opened(row)

    def key_of(self, line: Line, values: dict[str, Any]) -> str:
        return line.values.get("uscc") or values.get("old_certificate_no", "")

    def validate_line(self, line: Line) -> None:
        """Codes, lists and figures, each beside the others of its row."""
        self._code(line)
        self._listing(line)
        self._judge(line)

    def derive(self, line: Line, values: dict[str, Any]) -> None:
        """The old certificate, the unit, and the list with its day."""
        said = line.values
        unit, listing = said.get("supervising_unit"), said.get("listing")
        if said.get("uscc") is None and "uscc" in line.notes:
            values["old_certificate_no"] = line.notes["uscc"]
        if unit == labels.DIRECT:
            values["is_direct_registration"] = True
        elif unit:
            values["supervising_unit"] = unit
        if listing not in NOT_LISTED and "listed_on" in said:
            values["listing"], values["listed_on"] = listing, said["listed_on"].isoformat()

    @staticmethod
    def _code(line: Line) -> None:
        code, kind = line.values.get("uscc"), line.values.get("org_type")
        if code and kind and code[:2] != CIVIL_AFFAIRS + cells.KINDS[kind]:
            text = _("The code begins with %(found)s, but a %(kind)s has %(expected)s.")
            shown = next(label for label, value in labels.TYPES.items() if value == kind)
            told = {"found": code[:2], "expected": CIVIL_AFFAIRS + cells.KINDS[kind], "kind": shown}
            line.tell("uscc", "code_kind", text % told)

    def _listing(self, line: Line) -> None:
        listed_on: Any = line.values.get("listed_on")
        is_listed = line.values.get("listing") not in NOT_LISTED
        if is_listed and listed_on is None:
            line.tell("listed_on", "required", _("Type the day on which it was listed."))
        elif listed_on is not None and not is_listed:
            text = _("Without a list the day is not taken.")
            line.tell("listed_on", "no_listing", text, is_warning=True)
        elif is_listed and listed_on > self.on:
            line.tell("listed_on", "day_to_come", _("This day has not come yet."))

    def _judge(self, line: Line) -> None:
        said = line.values
        if said.get("registered_on") and said["registered_on"] > self.on:
            line.tell("registered_on", "day_to_come", _("This day has not come yet."))
        staff, full_time = said.get("staff_count"), said.get("full_time_count")
        if staff is not None and full_time is not None and full_time > staff:
            text = _("More full-time staff than staff (%(count)s). Correct one of them.")
            line.tell("full_time_count", "more_full_time", text % {"count": staff})
        if said.get("can_raise_publicly") and said.get("is_charity") is False:
            text = _("Only a charity may raise funds from the public. Correct one of the two.")
            line.tell("can_raise_publicly", "raising_without_charity", text)
        if said.get("grade") == "none" and said.get("grade_until"):
            text = _("An organization that is not graded has no end of the grade.")
            line.tell("grade_until", "grade_until_without_grade", text)
