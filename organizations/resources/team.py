"""The sheet 群众活动团队 as a resource of import-export: the printed form's headers and the
register's.

What the form asks about persons beyond the leader's name and telephone is known and not kept.
"""

import re
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organizations.models import ActivityTeam
from organizations.models.organization import USCC_PATTERN
from organizations.resources import labels, parsers
from organizations.resources.fields import CellWidget, ChoiceWidget, SheetField
from organizations.resources.register import DISTRICT, TOWNSHIP, RegisterResource
from organizations.resources.sheets import Line
from portal.cells import match_key

# Personal data the portal does not need (§9.2): known, not read, and told.
LEADER, LIAISON = "负责人或召集人", "政治指导员（或党建联络员）"
UNWANTED = (
    *("性别", "年龄", "政治面貌", "家庭地址", "工作单位", "工作单位及职务", "姓名"),
    *("政治指导员姓名", "党建联络员姓名", "所属党组织", "政治指导员电话", "党建联络员电话"),
    *(f"{LEADER}/{part}" for part in ("性别", "年龄", "政治面貌", "家庭地址", "工作单位")),
    *(f"{LIAISON}/{part}" for part in ("姓名", "性别", "年龄", "所属党组织", "联系电话")),
    f"{LIAISON}/工作单位及职务",
)


class TeamResource(RegisterResource):
    """Teams that are or were on file in a district."""

    title = labels.SHEETS["teams"]
    ignored = ("备注", *UNWANTED)
    unwanted = UNWANTED
    model = ActivityTeam
    phone = "leader_phone"

    district = DISTRICT
    name = SheetField(
        "群团名称",
        CellWidget(partial(parsers.name, high=40)),
        synonyms=("团队名称", "群众活动团队名称", "名称"),
        is_required=True,
    )
    township = TOWNSHIP
    neighborhood = SheetField(
        "所属社区",
        CellWidget(parsers.text(2, 60)),
        synonyms=("居村委", "居（村）委会", "所属居（村）委", "所属居委", "社区"),
        is_required=True,
    )
    founded_on = SheetField("成立时间", CellWidget(parsers.day), synonyms=("成立日期",))
    kind = SheetField(
        "类别", ChoiceWidget(labels.TEAM_KINDS, parsers.team_kind), synonyms=("团队类别",)
    )
    place = SheetField("活动地点", CellWidget(parsers.text(1, 120)), is_required=True)
    content = SheetField("活动内容", CellWidget(parsers.text(1, 200)), is_required=True)
    schedule = SheetField("活动时间", CellWidget(parsers.text(0, 120)))
    times_per_week = SheetField("每周活动次数", CellWidget(parsers.times), hint="不定期的留空。")
    member_count = SheetField(
        "参加人数", CellWidget(parsers.count), synonyms=("人数",), is_required=True
    )
    party_member_count = SheetField(
        "其中中共党员人数",
        CellWidget(parsers.count),
        synonyms=("中共党员人数", "党员人数"),
        hint="不多于参加人数。",
    )
    leader_name = SheetField(
        "负责人姓名",
        CellWidget(parsers.person),
        synonyms=(
            *("负责人或召集人", "负责人", "召集人", "负责人或召集人姓名", "负责人/姓名"),
            "负责人或召集人/姓名",
        ),
        is_required=True,
    )
    leader_phone = SheetField(
        "联系电话",
        CellWidget(parsers.phone),
        synonyms=(*("负责人电话", "负责人联系电话", "负责人/联系电话", "负责人或召集人/联系电话"),),
        is_required=True,
        hint="加密保存；导出的遮盖号码原样留着即可。",
        is_text=True,
        is_private=True,
    )
    has_liaison = SheetField(
        "委派情况",
        ChoiceWidget(labels.ASSIGNED, parsers.liaison),
        synonyms=("政治指导员委派情况", "党建联络员委派情况", "政治指导员（党建联络员）委派情况"),
        is_private=True,
    )
    community_opinion = SheetField(
        "所在社区备案意见", CellWidget(parsers.opinion), synonyms=("社区备案意见",)
    )
    community_on = SheetField(
        "社区意见日期",
        CellWidget(parsers.day),
        synonyms=("所在社区备案意见日期", "所在社区备案意见/日期"),
    )
    township_opinion = SheetField("街镇审核意见", CellWidget(parsers.opinion))
    township_on = SheetField(
        "街镇意见日期", CellWidget(parsers.day), synonyms=("街镇审核意见日期", "街镇审核意见/日期")
    )
    filing_no = SheetField("备案编号", CellWidget(parsers.text(0, 40)), is_text=True)
    filed_on = SheetField("备案日期", CellWidget(parsers.day))
    status = SheetField("状态", ChoiceWidget(labels.TEAM_STATUSES), synonyms=("团队状态",))

    def get_queryset(self) -> "QuerySet[Any]":
        return ActivityTeam.objects.within(self.territory).on_file().select_related("division")

    def dehydrate_leader_phone(self, row: ActivityTeam) -> str | None:
        return self.opened(row)

    def key_of(self, line: Line, values: dict[str, Any]) -> str:
        said = line.values
        place = (str(values["division_id"]), values.get("name_key", ""))
        return said.get("filing_no") or "/".join((*place, match_key(said.get("neighborhood", ""))))

    def validate_line(self, line: Line) -> None:
        """Figures, numbers, days and opinions, each beside the others of its row."""
        self._judge(line)
        self._opinions(line)

    def _judge(self, line: Line) -> None:
        said = line.values
        members, party = said.get("member_count"), said.get("party_member_count")
        if members is not None and party is not None and party > members:
            text = _("More party members than members (%(count)s). Correct one of them.")
            line.tell("party_member_count", "more_party_members", text % {"count": members})
        if re.match(USCC_PATTERN, said.get("filing_no", "")):
            text = _("This is a credit code: a team is filed, not registered. Type the filing no.")
            line.tell("filing_no", "credit_code", text)
        for name in ("founded_on", "filed_on"):
            if said.get(name) and said[name] > self.on:
                line.tell(name, "day_to_come", _("This day has not come yet."))

    @staticmethod
    def _opinions(line: Line) -> None:
        said = line.values
        for name in ("community_opinion", "township_opinion"):
            if match_key(said.get(name, "")) == "不同意":
                text = _("A team that was not agreed to is not on file. Delete the row.")
                line.tell(name, "not_agreed", text)
        first, second = said.get("community_on"), said.get("township_on")
        if first and second and second < first:
            text = _("The township's opinion is earlier than that of the neighborhood.")
            line.tell("township_on", "opinion_too_early", text, is_warning=True)
