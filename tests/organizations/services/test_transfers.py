"""Workbooks of the register in the background: staged, compared, confirmed, written once."""

import pytest

from organizations.models import ActivityTeam, Organization
from tests.organizations.conftest import ORGANIZATION, TEAM

pytestmark = pytest.mark.django_db


def test_new_row_is_staged_and_written_only_when_confirmed(wutong, save, bring_in, confirm):
    transfer = bring_in(save([ORGANIZATION]))
    assert transfer.status == "checked", transfer.message
    assert (transfer.new_count, transfer.error_count) == (1, 0)
    assert not Organization.objects.exists()
    assert confirm(transfer).status == "done"
    made = Organization.objects.get()
    assert (made.name, made.uscc) == (ORGANIZATION["名称"], ORGANIZATION["统一社会信用代码"])
    assert (made.division, made.status, made.version) == (wutong, "normal", 1)


def test_same_workbook_twice_changes_nothing(wutong, save, bring_in, confirm):
    path = save([ORGANIZATION])
    confirm(bring_in(path))
    again = bring_in(path)
    assert (again.status, again.same_count, again.good_count) == ("checked", 1, 0)


def test_team_is_written_with_its_steps(wutong, save, bring_in, confirm):
    row = TEAM | {"备案编号": "梧备001", "备案日期": "2024-05-06", "类别": "舞蹈队"}
    transfer = bring_in(save([row], title="群众活动团队"), table="teams")
    assert transfer.status == "checked", transfer.message
    confirm(transfer)
    team = ActivityTeam.objects.get()
    assert (team.kind, team.member_count, team.filing_no) == ("culture_sport", 26, "梧备001")
    assert [step.kind for step in team.steps.all()] == ["file"]
