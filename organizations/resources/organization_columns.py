"""The columns of the sheet 社会组织 (domain reference §7.1).

Headers, synonyms and hints are what the bureaus write, so they stay Chinese in every language.
"""

from functools import partial

from organizations.resources import labels, parsers
from portal import cells
from portal.workbooks import Column

YES_NO = ("是", "否")
KEPT = "空白不改动已登记的内容。"
AMOUNT = "单位为万元；写明“元”的按元读。"

DISTRICT = Column(
    "district",
    "区",
    synonyms=("所属区",),
    hint="名称或6位代码；空白表示本区。",
    parse=parsers.text(1, 30),
)
TOWNSHIP = Column(
    "township",
    "街镇",
    synonyms=("街道/镇", "所属街镇", "街道（镇）", "所在街镇"),
    is_required=True,
    hint="街道、镇、乡的名称，不填居（村）委会。",
    parse=parsers.text(2, 60),
)

ORGANIZATIONS = (
    DISTRICT,
    Column(
        "name",
        "名称",
        synonyms=("社会组织名称", "组织名称", "单位名称", "机构名称"),
        is_required=True,
        hint="登记证书上的全称。",
        parse=partial(parsers.name, high=60),
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        synonyms=("信用代码", "登记证号", "登记证书号", "代码"),
        is_required=True,
        hint="18位，按文本填写。旧登记证号可填在此处，另行保存。",
        parse=parsers.credit_code,
        is_text=True,
    ),
    Column(
        "org_type",
        "类型",
        synonyms=("组织类型", "社会组织类型", "类别"),
        is_required=True,
        choices=parsers.offered(labels.TYPES),
        parse=parsers.choice(labels.TYPES),
    ),
    Column(
        "authority_level",
        "登记机关",
        synonyms=("登记管理机关", "登记级别"),
        is_required=True,
        hint="市或区；也可填登记机关全称。",
        choices=parsers.offered(labels.AUTHORITIES),
        parse=parsers.authority,
    ),
    Column(
        "registered_on",
        "登记日期",
        synonyms=("成立日期", "成立登记日期", "登记时间"),
        is_required=True,
        parse=parsers.day,
    ),
    Column("domicile", "住所", synonyms=("登记住所", "注册地址"), parse=parsers.text(0, 200)),
    Column(
        "actual_address",
        "实际办公地",
        synonyms=("实际办公地址", "办公地址"),
        parse=parsers.text(0, 200),
    ),
    TOWNSHIP,
    Column("scope", "业务范围", parse=parsers.text(0, 2000)),
    Column(
        "supervising_unit",
        "业务主管单位",
        hint="没有的填“无”；直接登记的填“直接登记”。",
        parse=parsers.supervising_unit,
    ),
    Column("legal_representative", "法定代表人", parse=parsers.person),
    Column("contact_name", "联系人", parse=parsers.person),
    Column(
        "contact_phone",
        "联系电话",
        synonyms=("联系人电话", "电话"),
        hint="加密保存；导出的遮盖号码原样留着即可。",
        parse=parsers.phone,
        is_text=True,
    ),
    Column(
        "registered_capital_yuan",
        "注册资金（万元）",
        synonyms=("注册（开办）资金（万元）", "开办资金（万元）", "原始基金（万元）"),
        hint=AMOUNT,
        parse=cells.parse_money,
        is_money=True,
    ),
    Column("staff_count", "从业人员数", synonyms=("从业人数",), parse=parsers.count),
    Column("full_time_count", "专职人数", synonyms=("专职人员数",), parse=parsers.count),
    Column(
        "party_unit",
        "党组织",
        synonyms=("党组织情况",),
        choices=parsers.offered(labels.PARTY_UNITS),
        parse=parsers.party_unit,
    ),
    Column(
        "has_party_liaison",
        "党建联络员",
        synonyms=("党建指导员", "党建联络员（指导员）"),
        hint="有或无；不登记姓名。",
        choices=("有", "无"),
        parse=parsers.liaison,
    ),
    Column(
        "community_kind",
        "社区社会组织类别",
        choices=parsers.offered(labels.COMMUNITY_KINDS),
        parse=parsers.choice(labels.COMMUNITY_KINDS),
    ),
    Column(
        "is_charity",
        "是否慈善组织",
        synonyms=("慈善组织",),
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    Column(
        "can_raise_publicly",
        "公募资格",
        synonyms=("公开募捐资格", "是否有公募资格"),
        choices=YES_NO,
        parse=cells.parse_flag,
    ),
    Column("grade", "评估等级", hint="5A至1A、未评估", parse=parsers.grade),
    Column(
        "grade_until",
        "有效期至",
        synonyms=("等级有效期至", "评估有效期至"),
        parse=parsers.day,
    ),
    Column(
        "inspection_last",
        "上年度年检",
        synonyms=("上年度年检结论",),
        choices=parsers.offered(labels.INSPECTIONS),
        parse=parsers.choice(labels.INSPECTIONS),
    ),
    Column(
        "inspection_before",
        "前年度年检",
        synonyms=("前年度年检结论",),
        choices=parsers.offered(labels.INSPECTIONS),
        parse=parsers.choice(labels.INSPECTIONS),
    ),
    Column(
        "listing",
        "名录状态",
        synonyms=("信用名录",),
        choices=parsers.offered(labels.LISTINGS),
        parse=parsers.choice(labels.LISTINGS),
    ),
    Column("listed_on", "列入日期", parse=parsers.day),
    Column(
        "status",
        "状态",
        synonyms=("登记状态",),
        choices=parsers.offered(labels.STATUSES),
        parse=parsers.choice(labels.STATUSES),
    ),
)
# Known and not read.
IGNORED = ("备注",)
