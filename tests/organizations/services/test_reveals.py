"""Sealed personal data is shown to whoever says why, and the trail says who, when and why."""

import logging

import pytest

from organizations import permissions
from organizations.models import ActivityTeam, ConsultationDetail, Organization
from organizations.selectors.personal import masked
from organizations.services import reveals
from portal import sealing
from portal.audit.models import AuditEvent
from portal.errors import ReasonMissing
from portal.sealing import SealBroken
from portal.users.models import User
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.organizations import ActivityTeamFactory, CaseFactory, OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
PHONE, IDENTITY = "13812341234", "310199198001010018"


def sealed(holder, field, text):
    purpose = holder.SEALED[field]
    return {
        f"{field}_sealed": sealing.seal(text, purpose=purpose),
        f"{field}_digest": sealing.digest(text, purpose=purpose),
    }


@pytest.fixture
def team(wutong):
    return ActivityTeamFactory(division=wutong, **sealed(ActivityTeam, "leader_phone", PHONE))


@pytest.fixture
def reviewer(wutong):
    user = UserFactory(username="reviewer", full_name="徐镇办", is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return user


def test_it_is_shown_and_the_trail_says_why_but_not_what(team, alice, at, caplog):
    caplog.set_level(logging.DEBUG)
    value = reveals.reveal(obj=team, field="leader_phone", reason="联系备案补正", by=alice, at=at)
    assert value == PHONE
    event = AuditEvent.objects.get(action="organizations.team.reveal")
    assert (event.reason, event.changes) == ("联系备案补正", {"field": [None, "leader_phone"]})
    assert (event.actor_id, event.target_id) == (alice.pk, str(team.pk))
    assert event.division_path == team.division.path
    said = str(AuditEvent.objects.values_list()) + caplog.text
    assert PHONE not in said


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_is_shown_without_a_reason(team, alice, at, reason):
    with pytest.raises(ReasonMissing):
        reveals.reveal(obj=team, field="leader_phone", reason=reason, by=alice, at=at)
    assert not AuditEvent.objects.filter(action__endswith="reveal").exists()


@pytest.mark.parametrize("field", ["leader_phone", "name", "leader_phone_digest"])
def test_nothing_is_shown_where_nothing_is_sealed(wutong, alice, at, field):
    with pytest.raises(reveals.NothingToReveal):
        reveals.reveal(
            obj=ActivityTeamFactory(division=wutong), field=field, reason="核对", by=alice, at=at
        )


def test_what_was_altered_is_neither_shown_nor_recorded(team, alice, at):
    ActivityTeam.objects.update(leader_phone_sealed=b"\x01" + bytes(40))
    team.refresh_from_db()
    assert masked(team, "leader_phone") == "****"
    with pytest.raises(SealBroken):
        reveals.reveal(obj=team, field="leader_phone", reason="核对", by=alice, at=at)
    assert not AuditEvent.objects.filter(action__endswith="reveal").exists()


def test_masks_show_the_ends_alone(team, wutong):
    organization = OrganizationFactory.build(division=wutong)
    for name, value in sealed(organization, "legal_rep_id", IDENTITY).items():
        setattr(organization, name, value)
    assert masked(team, "leader_phone") == "138****1234"
    assert masked(organization, "legal_rep_id") == "3101**********0018"
    assert masked(organization, "contact_phone") == ""


def test_who_may_see_it(team, center, alice, bob, chief, leader, diane, reviewer, wutong):
    may = {
        user.username
        for user in (alice, bob, chief, leader, diane, reviewer)
        if permissions.can_reveal(User.objects.get(pk=user.pk), team)
    }
    assert may == {alice.username, chief.username, reviewer.username}


def test_of_a_case_the_centers_own_director_may_see_it(center, diane, wutong):
    staff = UserFactory()
    MembershipFactory(user=staff, center=center, role="center_staff")
    case, other = CaseFactory(center=center), CaseFactory(center=CenterFactory(division=wutong))
    assert permissions.can_reveal(diane, case)
    assert not permissions.can_reveal(diane, other)
    assert not permissions.can_reveal(staff, case)


# --- the doors


def test_the_bureau_sees_it_on_one_page_only(team, alice_client):
    desk, path = in_english(alice_client), f"/admin/organizations/activityteam/{team.pk}/"
    asked = {"field": "leader_phone", "reason": "联系备案补正"}
    for page in (desk.get(f"{path}reveal/"), desk.get(f"{path}change/"), desk.get(path + "../")):
        assert PHONE not in page.content.decode()
    assert "138****1234" in words(desk.get(f"{path}reveal/"))
    answer = desk.post(f"{path}reveal/", asked)
    assert PHONE in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    for url in (f"{path}reveal/", f"{path}change/", "/admin/organizations/activityteam/"):
        assert PHONE not in desk.get(url).content.decode()
    assert AuditEvent.objects.filter(action="organizations.team.reveal").count() == 1


def test_without_a_reason_the_page_asks_again(team, alice_client):
    path = f"/admin/organizations/activityteam/{team.pk}/reveal/"
    answer = in_english(alice_client).post(path, {"field": "leader_phone", "reason": " "})
    assert PHONE not in answer.content.decode()
    assert "This field is required." in words(answer)
    assert not AuditEvent.objects.filter(action__endswith="reveal").exists()


def test_a_stranger_and_the_leader_see_nothing(team, bob_client, client_for, leader):
    path = f"/admin/organizations/activityteam/{team.pk}/reveal/"
    asked = {"field": "leader_phone", "reason": "核对"}
    assert bob_client.post(path, asked).status_code == 404
    assert client_for(leader).post(path, asked).status_code == 403
    assert not AuditEvent.objects.filter(action__endswith="reveal").exists()


def test_the_desk_shows_it_to_the_township_once(team, client_for, reviewer):
    desk, path = in_english(client_for(reviewer)), f"/desk/reveals/team/{team.pk}/leader_phone/"
    assert "138****1234" in words(desk.get(path))
    assert PHONE not in desk.get(f"{path}?reason=核对").content.decode()
    refused = desk.post(path, {"reason": ""})
    assert "Not shown: say what it is needed for." in words(refused)
    assert PHONE not in refused.content.decode()
    answer = desk.post(path, {"reason": "联系备案补正"})
    assert PHONE in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert PHONE not in desk.get(f"/desk/teams/{team.pk}/").content.decode()
    event = AuditEvent.objects.get(action="organizations.team.reveal")
    assert event.actor_id == reviewer.pk


def test_of_an_organization_one_of_its_values_is_shown(alice_client, wutong):
    kept = sealed(Organization, "legal_rep_id", IDENTITY)
    phone = sealed(Organization, "contact_phone", PHONE)["contact_phone_sealed"]
    row = OrganizationFactory(division=wutong, **kept, contact_phone_sealed=phone)
    desk, path = in_english(alice_client), f"/admin/organizations/organization/{row.pk}/reveal/"
    page = words(desk.get(path))
    assert "138****1234" in page
    assert "3101**********0018" in page
    answer = desk.post(path, {"field": "legal_rep_id", "reason": "核对同一人"}).content.decode()
    assert (IDENTITY in answer, PHONE in answer) == (True, False)
    assert "138****1234" in words(desk.get(f"/desk/organizations/{row.pk}/"))
    path = f"/desk/reveals/organization/{row.pk}/contact_phone/"
    assert PHONE in words(desk.post(path, {"reason": "联系年检"}))
    told = AuditEvent.objects.filter(action="organizations.organization.reveal").order_by("pk")
    assert [event.changes["field"][1] for event in told] == ["legal_rep_id", "contact_phone"]


@pytest.fixture
def consultation(center):
    case = CaseFactory(center=center)
    purpose = ConsultationDetail.SEALED["enquirer_phone"]
    ConsultationDetail.objects.filter(case=case).update(
        consent_given=True, enquirer_phone_sealed=sealing.seal(PHONE, purpose=purpose)
    )
    return case


def test_the_director_sees_who_asked_for_the_centers_own_case(
    consultation, diane_client, client_for, center
):
    path = f"/desk/reveals/consultation/{consultation.pk}/enquirer_phone/"
    desk = in_english(diane_client)
    page = desk.get(f"/desk/cases/{consultation.pk}/").content.decode()
    assert (path in page, PHONE in page) == (True, False)
    answer = desk.post(path, {"reason": "补充材料回访"})
    assert PHONE in words(answer)
    event = AuditEvent.objects.get(action="organizations.consultation.reveal")
    assert (event.target_type, event.target_id) == ("organizations.case", str(consultation.pk))
    staff = UserFactory()
    MembershipFactory(user=staff, center=center, role="center_staff")
    assert client_for(staff).post(path, {"reason": "回访"}).status_code == 403
    assert path not in client_for(staff).get(f"/desk/cases/{consultation.pk}/").content.decode()


def test_a_case_of_another_kind_has_no_enquirer(center, diane_client):
    case = CaseFactory(center=center, kind="dispute", status="taken_up")
    path = f"/desk/reveals/consultation/{case.pk}/enquirer_phone/"
    assert diane_client.get(path).status_code == 404


@pytest.mark.parametrize("address", ["team/{pk}/name", "team/{pk}/nothing", "user/{pk}/password"])
def test_only_sealed_fields_have_a_page(team, alice_client, address):
    assert alice_client.get(f"/desk/reveals/{address.format(pk=team.pk)}/").status_code == 404


def test_lists_never_show_it(team, alice_client, diane_client, center):
    pages = [
        alice_client.get("/admin/organizations/activityteam/?q=测试"),
        diane_client.get(f"/desk/centers/{center.code}/teams/"),
    ]
    for page in pages:
        assert team.name in page.content.decode()
        assert not {text for text in (PHONE, "138****") if text in page.content.decode()}
