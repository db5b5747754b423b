"""The columns of the sheet 群众活动团队: the printed form's headers and the register's.

What the form asks about persons beyond the leader's name and telephone is known and not kept.
"""

from functools import partial

from organizations.resources import labels, parsers
from organizations.resources.organization_columns import DISTRICT, TOWNSHIP
from portal.workbooks import Column

TEAMS = (
    DISTRICT,
    Column(
        "name",
        "群团名称",
        synonyms=("团队名称", "群众活动团队名称", "名称"),
        is_required=True,
        parse=partial(parsers.name, high=40),
    ),
    TOWNSHIP,
    Column(
        "neighborhood",
        "所属社区",
        synonyms=("居村委", "居（村）委会", "所属居（村）委", "所属居委", "社区"),
        is_required=True,
        parse=parsers.text(2, 60),
    ),
    Column("founded_on", "成立时间", synonyms=("成立日期",), parse=parsers.day),
    Column(
        "kind",
        "类别",
        synonyms=("团队类别",),
        choices=parsers.offered(labels.TEAM_KINDS),
        parse=parsers.team_kind,
    ),
    Column("place", "活动地点", is_required=True, parse=parsers.text(1, 120)),
    Column("content", "活动内容", is_required=True, parse=parsers.text(1, 200)),
    Column("schedule", "活动时间", parse=parsers.text(0, 120)),
    Column("times_per_week", "每周活动次数", hint="不定期的留空。", parse=parsers.times),
    Column("member_count", "参加人数", synonyms=("人数",), is_required=True, parse=parsers.count),
    Column(
        "party_member_count",
        "其中中共党员人数",
        synonyms=("中共党员人数", "党员人数"),
        hint="不多于参加人数。",
        parse=parsers.count,
    ),
    Column(
        "leader_name",
        "负责人姓名",
        synonyms=(
            *("负责人或召集人", "负责人", "召集人", "负责人或召集人姓名", "负责人/姓名"),
            "负责人或召集人/姓名",
        ),
        is_required=True,
        parse=parsers.person,
    ),
    Column(
        "leader_phone",
        "联系电话",
        synonyms=(*("负责人电话", "负责人联系电话", "负责人/联系电话", "负责人或召集人/联系电话"),),
        is_required=True,
        hint="加密保存；导出的遮盖号码原样留着即可。",
        parse=parsers.phone,
        is_text=True,
    ),
    Column(
        "has_liaison",
        "委派情况",
        synonyms=("政治指导员委派情况", "党建联络员委派情况", "政治指导员（党建联络员）委派情况"),
        choices=parsers.offered(labels.ASSIGNED),
        parse=parsers.liaison,
    ),
    Column(
        "community_opinion",
        "所在社区备案意见",
        synonyms=("社区备案意见",),
        parse=parsers.opinion,
    ),
    Column(
        "community_on",
        "社区意见日期",
        synonyms=("所在社区备案意见日期", "所在社区备案意见/日期"),
        parse=parsers.day,
    ),
    Column(
        "township_opinion",
        "街镇审核意见",
        parse=parsers.opinion,
    ),
    Column(
        "township_on",
        "街镇意见日期",
        synonyms=("街镇审核意见日期", "街镇审核意见/日期"),
        parse=parsers.day,
    ),
    Column("filing_no", "备案编号", parse=parsers.text(0, 40), is_text=True),
    Column("filed_on", "备案日期", parse=parsers.day),
    Column(
        "status",
        "状态",
        synonyms=("团队状态",),
        choices=parsers.offered(labels.TEAM_STATUSES),
        parse=parsers.choice(labels.TEAM_STATUSES),
    ),
)
# Personal data the portal does not need (§9.2): known, not read, and told.
LEADER, LIAISON = "负责人或召集人", "政治指导员（或党建联络员）"
UNWANTED = (
    *("性别", "年龄", "政治面貌", "家庭地址", "工作单位", "工作单位及职务", "姓名"),
    *("政治指导员姓名", "党建联络员姓名", "所属党组织", "政治指导员电话", "党建联络员电话"),
    *(f"{LEADER}/{part}" for part in ("性别", "年龄", "政治面貌", "家庭地址", "工作单位")),
    *(f"{LIAISON}/{part}" for part in ("姓名", "性别", "年龄", "所属党组织", "联系电话")),
    f"{LIAISON}/工作单位及职务",
)
IGNORED = ("备注", *UNWANTED)
