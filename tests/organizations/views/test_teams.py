"""The desk's pages of activity teams, and the bureau's, from the application to the register."""

import re
from datetime import date

import pytest

from organizations.models import ActivityTeam, WorkRecord
from portal.users.models import User
from tests.factories.centers import CenterFactory
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
TYPED = {
    "name": "晚霞舞蹈队",
    "neighborhood": "东弄居委会",
    "kind": "culture_sport",
    "place": "文化活动中心",
    "member_count": "20",
    "party_member_count": "3",
    "leader_name": "王芳",
    "leader_phone": "138 1234 1234",
    "has_liaison": "unknown",
    "happened_on": "2026-02-10",
}
CODE = "52310199MJF1000166"


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def township(client_for, wutong):
    user = UserFactory(username="reviewer", full_name="徐镇办", is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return in_english(client_for(user))


def take(client, team, step, **typed):
    team.refresh_from_db()
    fields = {"version": team.version, "happened_on": "2026-02-10", "text": ""}
    return client.post(f"/desk/teams/{team.pk}/{step}/", {**fields, **typed})


def test_from_application_to_the_register_and_on(desk, township, center):
    answer = desk.post(f"/desk/centers/{center.code}/teams/apply/", TYPED)
    team = ActivityTeam.objects.get()
    assert answer.url == f"/desk/teams/{team.pk}/"
    page = words(desk.get(answer.url))
    assert "with the neighborhood committee" in page
    assert "王芳 138****1234" in page
    take(desk, team, "opinion", said="yes", text="同意")
    assert take(desk, team, "review", said="yes").status_code == 403
    take(township, team, "review", said="yes", filing_no="梧桐备1号")
    take(desk, team, "upkeep", happened_on="2026-02-20", member_count="21", center=center.pk)
    team.refresh_from_db()
    assert (team.status, team.filing_no, team.member_count) == ("active", "梧桐备1号", 21)
    page = words(desk.get(f"/desk/teams/{team.pk}/"))
    for told in ("同意", "梧桐备1号", f"counts among the work of {center.name}", "yearly"):
        assert told in page
    assert WorkRecord.objects.get().function == "FN-16"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"leader_phone": "12"}, "This is not a telephone number"),
        ({"party_member_count": "21"}, "More party members than members."),
        ({"founded_on": "2999-01-01"}, "2999-01-01 has not come yet."),
        ({"happened_on": "2999-01-01"}, "2999-01-01 has not come yet."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(desk, center, typed, said):
    page = desk.post(f"/desk/centers/{center.code}/teams/apply/", {**TYPED, **typed})
    assert said in words(page)
    assert 'value="东弄居委会"' in page.content.decode()
    assert not ActivityTeam.objects.exists()


def confirmed(page):
    """The key that confirms what the page asks back, as its box sends it."""
    return re.search(r'name="confirmed" value="(\w+)"', page.content.decode())[1]


def test_a_team_like_one_of_the_township_is_handed_in_once_that_is_confirmed(desk, center, wutong):
    ActivityTeamFactory(division=wutong, name="晚霞 舞蹈队", neighborhood="西园居委会")
    ActivityTeamFactory(division=wutong, name="晚霞舞蹈队", status="refused")
    path = f"/desk/centers/{center.code}/teams/apply/"
    page = desk.post(path, TYPED)
    said = "晚霞 舞蹈队 (西园居委会, active): the same name in the township."
    assert words(page).count("May be in the register already") == 1
    assert said in words(page)
    assert 'value="东弄居委会"' in page.content.decode()
    assert ActivityTeam.objects.count() == 2
    answer = desk.post(path, {**TYPED, "confirmed": confirmed(page)})
    assert (answer.status_code, ActivityTeam.objects.count()) == (302, 3)
    assert said.split(" (")[0] in words(desk.get(answer.url))


def test_the_same_leader_at_the_same_place_is_asked_back(desk, center):
    path = f"/desk/centers/{center.code}/teams/apply/"
    desk.post(path, TYPED)
    page = desk.post(path, {**TYPED, "name": "朝霞舞蹈队"})
    assert "the same telephone of the leader, and the same place" in words(page)
    assert ActivityTeam.objects.count() == 1


def test_a_correction_is_asked_back_only_where_it_makes_a_team_like_another(
    desk, township, wutong
):
    ActivityTeamFactory(division=wutong, name="舞蹈队")
    team = ActivityTeamFactory(division=wutong, name="合唱团", status="draft")
    typed = {**TYPED, "name": "合唱团", "leader_phone": ""}
    take(desk, team, "change", **{**typed, "member_count": "21"})
    page = take(desk, team, "change", **{**typed, "name": "舞蹈队"})
    assert "the same name in the township" in words(page)
    team.refresh_from_db()
    assert (team.name, team.member_count) == ("合唱团", 21)
    take(desk, team, "change", **{**typed, "name": "舞蹈队"}, confirmed=confirmed(page))
    team.refresh_from_db()
    assert team.name == "舞蹈队"


def test_the_list_shows_what_waits_first_and_is_searched(desk, center, wutong):
    ActivityTeamFactory(division=wutong, name="合唱团", neighborhood="西园居委会")
    ActivityTeamFactory(division=wutong, name="（象棋）社", status="township")
    ActivityTeamFactory(division=wutong, name="舞蹈队")
    path = f"/desk/centers/{center.code}/teams/"
    page = words(desk.get(path))
    places = [page.index(name) for name in ("（象棋）社", "舞蹈队", "合唱团")]
    assert places == sorted(places)
    for query, found in (
        ("q=(象棋)", "（象棋）社"),
        ("q=西园", "合唱团"),
        ("status=township", "（象棋）社"),
    ):
        page = words(desk.get(f"{path}?{query}"))
        assert [name for name in ("（象棋）社", "舞蹈队", "合唱团") if name in page] == [found]
    assert "No team fits" in words(desk.get(f"{path}?q=%25"))
    for query in ("q=西园%E2%80%8B", "q=%E2%80%8B", "status=nothing"):
        assert "合唱团" in words(desk.get(f"{path}?{query}"))
    assert "合唱团" in words(desk.get(f"{path}?q={'西园+' * 8}{'河畔+' * 2000}"))


def test_another_township_is_not_there(desk, bob_client, huangpu, wutong, center):
    far, near = ActivityTeamFactory(division=huangpu), ActivityTeamFactory(division=wutong)
    assert desk.get(f"/desk/teams/{far.pk}/").status_code == 404
    assert take(desk, far, "upkeep").status_code == 404
    assert bob_client.get(f"/desk/teams/{near.pk}/").status_code == 404
    assert bob_client.get(f"/desk/centers/{center.code}/teams/").status_code == 404


def test_a_center_corrects_what_was_sent_back_and_nothing_on_file(desk, township, wutong, center):
    team = ActivityTeamFactory(division=wutong, status="community", member_count=5)
    refused = take(township, team, "opinion", said="back")
    assert "Say why, so that the team can know." in words(refused)
    take(township, team, "opinion", said="back", text="缺活动地点")
    assert "Correct the particulars" in words(desk.get(f"/desk/teams/{team.pk}/"))
    fields = {**TYPED, "name": team.name, "leader_phone": ""}
    take(desk, team, "change", **fields)
    team.refresh_from_db()
    assert (team.place, team.leader_phone_sealed) == ("文化活动中心", None)
    take(desk, team, "apply")
    team.refresh_from_db()
    assert team.status == "community"
    on_file = ActivityTeamFactory(division=wutong)
    assert take(desk, on_file, "change", **fields).status_code == 403


def test_who_was_overtaken_is_told(township, wutong):
    team = ActivityTeamFactory(division=wutong)
    version = team.version
    take(township, team, "suspend", text="停")
    fields = {"version": version, "happened_on": "2026-02-10", "text": "清"}
    page = township.post(f"/desk/teams/{team.pk}/clear/", fields)
    assert "Not saved" in words(page)
    assert ActivityTeam.objects.get().status == "suspended"


def test_a_team_becomes_an_organization_that_is_found_by_its_code(township, wutong, huangpu):
    team = ActivityTeamFactory(division=wutong)
    page = take(township, team, "convert", uscc=CODE)
    assert f"No organization with the code “{CODE}” is registered in the district." in words(page)
    became = OrganizationFactory(
        division=wutong, uscc=CODE, name="舞蹈协会", registered_on=date(2026, 2, 20)
    )
    take(township, team, "convert", uscc=CODE.lower())
    team.refresh_from_db()
    assert (team.status, team.organization) == ("converted", became)
    page = words(township.get(f"/desk/teams/{team.pk}/"))
    assert f"Registered as 舞蹈协会 on 2026-02-20, credit code {CODE}." in page
    line = page[page.index("Time line") :]
    assert line.index("registered as") > line.index("2026-02-20")


def test_a_team_may_be_registered_in_another_township_of_the_district(township, wutong, guihua):
    team = ActivityTeamFactory(division=wutong)
    became = OrganizationFactory(
        division=guihua, uscc=CODE, name="舞蹈协会", registered_on=date(2026, 2, 20)
    )
    take(township, team, "convert", uscc=CODE)
    team.refresh_from_db()
    assert (team.status, team.organization) == ("converted", became)
    page = township.get(f"/desk/teams/{team.pk}/")
    assert "Registered as 舞蹈协会" in words(page)
    assert f"/desk/organizations/{became.pk}/" not in page.content.decode()


def test_what_the_township_hands_in_is_not_the_help_of_a_center(township, center):
    township.post(f"/desk/centers/{center.code}/teams/apply/", TYPED)
    team = ActivityTeam.objects.get()
    assert (team.division, team.center) == (center.division, None)


# --- the bureau's desk


def test_the_township_enters_what_it_has_on_file(township, wutong):
    typed = {**TYPED, "division": wutong.pk, "filing_no": "梧桐备2号", "filed_on": "2020-05-01"}
    township.post("/admin/organizations/activityteam/add/", typed)
    team = ActivityTeam.objects.get()
    assert (team.status, team.filing_no) == ("active", "梧桐备2号")
    assert team.leader_phone_sealed is not None
    again = words(township.post("/admin/organizations/activityteam/add/", typed))
    assert ActivityTeam.objects.count() == 1
    assert "Filing no." in again


def test_the_township_is_asked_back_before_a_like_team_is_entered_or_corrected(township, wutong):
    ActivityTeamFactory(division=wutong, name="晚霞舞蹈队")
    typed = {**TYPED, "division": wutong.pk, "filing_no": "", "filed_on": ""}
    path = "/admin/organizations/activityteam/add/"
    page = township.post(path, typed)
    assert "the same name in the township" in words(page)
    assert ActivityTeam.objects.count() == 1
    township.post(path, {**typed, "confirmed": confirmed(page)})
    assert ActivityTeam.objects.count() == 2
    other = ActivityTeamFactory(division=wutong, name="合唱团")
    path = f"/admin/organizations/activityteam/{other.pk}/change/"
    page = township.post(path, {**typed, "leader_phone": "", "version": other.version})
    assert "the same name in the township" in words(page)
    other.refresh_from_db()
    assert other.name == "合唱团"


def test_the_township_corrects_in_the_admin_and_the_phone_stays(township, wutong):
    typed = {**TYPED, "division": wutong.pk, "filing_no": "", "filed_on": ""}
    township.post("/admin/organizations/activityteam/add/", typed)
    team = ActivityTeam.objects.get()
    sealed = bytes(team.leader_phone_sealed)
    path = f"/admin/organizations/activityteam/{team.pk}/change/"
    assert "138****1234" in words(township.get(path))
    typed |= {"leader_phone": "", "place": "广场", "version": team.version}
    township.post(path, typed)
    team.refresh_from_db()
    assert (team.place, bytes(team.leader_phone_sealed)) == ("广场", sealed)
    assert list(team.steps.values_list("kind", flat=True)) == ["change"]


@pytest.mark.parametrize("page", ["admin", "desk"])
def test_the_phone_is_removed_by_its_box(township, wutong, page):
    typed = {**TYPED, "division": wutong.pk, "filing_no": "", "filed_on": ""}
    township.post("/admin/organizations/activityteam/add/", typed)
    team = ActivityTeam.objects.get()
    path = f"/admin/organizations/activityteam/{team.pk}/change/"
    path = path if page == "admin" else f"/desk/teams/{team.pk}/change/"
    assert "Remove the number" in words(township.get(path))
    typed |= {"leader_phone": "", "is_phone_removed": "on", "version": team.version}
    township.post(path, typed)
    team.refresh_from_db()
    assert (team.leader_name, team.leader_phone_sealed) == ("王芳", None)
    assert "Remove the number" not in words(township.get(path))


def test_a_center_of_another_township_is_refused_at_its_field(township, wutong, guihua):
    reviewer = User.objects.get(username="reviewer")
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=guihua)
    elsewhere = CenterFactory(division=guihua)
    typed = {**TYPED, "division": wutong.pk, "filing_no": "", "filed_on": ""}
    page = township.post(
        "/admin/organizations/activityteam/add/", {**typed, "center": elsewhere.pk}
    )
    assert "Choose a center of the township." in words(page)
    assert not ActivityTeam.objects.exists()


def test_the_next_step_is_entered_in_the_admin(township, alice_client, wutong):
    team = ActivityTeamFactory(division=wutong, status="township")
    path = f"/admin/organizations/activityteam/{team.pk}/step/"
    assert "Enter the township's opinion" in words(township.get(path))
    assert "No further step is yours to enter." in words(in_english(alice_client).get(path))
    assert alice_client.post(f"{path}?step=review", {}).status_code == 403
    typed = {"said": "no", "happened_on": "2026-02-10", "text": "", "version": team.version}
    assert "Say why" in words(township.post(f"{path}?step=review", typed))
    township.post(f"{path}?step=review", {**typed, "said": "yes"})
    team.refresh_from_db()
    assert team.status == "active"
    assert "put on file" in words(township.get(path))
