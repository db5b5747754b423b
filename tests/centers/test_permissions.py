"""Who may do what at a center, and which centers anybody sees."""

import pytest
from django.contrib.auth.models import AnonymousUser

from centers import permissions
from centers.models import Center, CoordinationEvent, Filing, Membership, Section
from portal.jurisdictions import services as jurisdictions
from portal.users.models import User
from tests.factories.centers import (
    CenterFactory,
    FilingFactory,
    MembershipFactory,
    SectionFactory,
)
from tests.factories.events import EventFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

ALL, NONE = {"C90", "C91", "H01"}, set()


@pytest.fixture
def yinxing(haitang):
    return jurisdictions.add(code="310199002", name="银杏街道", kind="subdistrict", parent=haitang)


@pytest.fixture
def register(center, yinxing, huangpu):
    """Three centers: C90 of 梧桐路街道, C91 of 银杏街道, H01 of another district."""
    CenterFactory(code="C91", division=yinxing)
    CenterFactory(code="H01", division=huangpu)
    return Center.objects.in_bulk(field_name="code")


@pytest.fixture
def people(register, alice, leader, bob, charlie, diane, haitang, wutong, shanghai):
    """Name → user, one per kind of role."""

    def with_role(role, division):
        user = UserFactory()
        RoleAssignmentFactory(user=user, role=role, division=division)
        return user

    staff = UserFactory()
    MembershipFactory(user=staff, center=register["C90"], role="center_staff")
    return {
        "alice": alice,
        "leader": leader,
        "chief": with_role("district_admin", haitang),
        "bob": bob,
        "charlie": charlie,
        "diane": diane,
        "staff": staff,
        "township reviewer": with_role("township_reviewer", wutong),
        "municipal viewer": with_role("municipal_viewer", shanghai),
        "auditor": with_role("district_auditor", haitang),
        "evaluator": with_role("evaluator", haitang),
        "api client": with_role("api_client", haitang),
        "superuser": UserFactory(is_superuser=True),
    }


VISIBLE = {
    "alice": {"C90", "C91"},
    "leader": {"C90", "C91"},
    "chief": {"C90", "C91"},
    "bob": {"H01"},
    "charlie": NONE,
    "diane": {"C90"},
    "staff": {"C90"},
    "township reviewer": {"C90"},
    "municipal viewer": NONE,
    "auditor": NONE,
    "evaluator": NONE,
    "api client": {"C90", "C91"},
    "superuser": ALL,
}


@pytest.mark.parametrize("capability", ["center.view", "compliance.view"])
def test_centers_everybody_sees(people, capability):
    found = {
        name: set(Center.objects.visible_to(user, capability).values_list("code", flat=True))
        for name, user in people.items()
    }
    assert found == VISIBLE


def test_filings_and_sections_follow_their_center(people, register):
    for center in register.values():
        SectionFactory(filing=FilingFactory(center=center))
    for model in (Filing, Section):
        found = {
            name: set(model.objects.visible_to(user).values_list("center__code", flat=True))
            for name, user in people.items()
        }
        assert found == VISIBLE


def test_events_follow_their_organiser_and_who_takes_part(people, register):
    for center in register.values():
        EventFactory(center=center, title=center.code)
    found = {
        name: set(CoordinationEvent.objects.visible_to(user).values_list("title", flat=True))
        for name, user in people.items()
    }
    assert found == VISIBLE


def test_who_takes_part_sees_the_event_and_does_not_keep_it(people, register):
    event = EventFactory(center=register["C91"], participants=[register["C90"]])
    for name in ("diane", "staff", "township reviewer"):
        assert CoordinationEvent.objects.visible_to(people[name]).get() == event
        assert not permissions.can_keep_event(people[name], event)


def test_events_of_the_bureau_are_the_districts(people, haitang):
    event = EventFactory(district=haitang)
    seen = {n for n, u in people.items() if CoordinationEvent.objects.visible_to(u).exists()}
    assert seen == {"alice", "leader", "chief", "api client", "superuser"}
    kept = {name for name, user in people.items() if permissions.can_keep_event(user, event)}
    assert kept == {"alice", "chief", "superuser"}


def test_who_sets_minima(people, haitang):
    may = {name for name, user in people.items() if permissions.can_set_minimum(user, haitang)}
    assert may == {"alice", "chief", "superuser"}


def test_a_stranger_without_account_sees_nothing(register):
    assert not Center.objects.visible_to(AnonymousUser()).exists()
    assert not Filing.objects.visible_to(AnonymousUser()).exists()
    assert not CoordinationEvent.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("may", "allowed"),
    [
        (permissions.can_open_filing, {"diane", "staff", "superuser"}),
        (permissions.can_edit_filing, {"diane", "staff", "superuser"}),
        (permissions.can_submit_filing, {"diane", "superuser"}),
        (permissions.can_review_filing, {"alice", "chief", "superuser"}),
        (permissions.can_keep_event, {"diane", "staff", "alice", "chief", "superuser"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_who_may(people, register, may, allowed):
    center = register["C90"]
    make = EventFactory if may is permissions.can_keep_event else FilingFactory
    noun = center if may is permissions.can_open_filing else make(center=center)
    assert {name for name, user in people.items() if may(user, noun)} == allowed


def test_director_of_one_center_is_nobody_at_another(people, register):
    neighbour = FilingFactory(center=register["C91"])
    for may in (
        permissions.can_edit_filing,
        permissions.can_submit_filing,
        permissions.can_review_filing,
    ):
        assert not may(people["diane"], neighbour)


def test_former_member_sees_nothing(people, register):
    Membership.objects.filter(user=people["diane"]).delete()
    assert not Center.objects.visible_to(User.objects.get(username="diane")).exists()


def test_two_roles_show_a_center_once(people, register, haitang):
    RoleAssignmentFactory(user=people["diane"], role="district_officer", division=haitang)
    MembershipFactory(user=people["diane"], center=register["C90"], role="center_staff")
    user = User.objects.get(username="diane")
    codes = list(Center.objects.visible_to(user).values_list("code", flat=True))
    assert codes == ["C90", "C91"]


def test_within_is_a_division_and_all_below(register, haitang, shanghai, yinxing):
    def codes(division):
        return set(Center.objects.within(division).values_list("code", flat=True))

    assert codes(yinxing) == {"C91"}
    assert codes(haitang) == {"C90", "C91"}
    assert codes(shanghai) == ALL
