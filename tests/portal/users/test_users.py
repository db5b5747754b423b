"""Accounts, and roles in divisions."""

import pytest

from portal.audit.models import AuditEvent
from portal.users import services
from portal.users.models import RoleAssignment, User
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db


# --- accounts


def test_register_keeps_no_password_in_the_clear(at):
    user = services.register(username="x", full_name="王", password="correct horse", at=at)
    assert "correct horse" not in user.password
    assert user.check_password("correct horse")
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_register_without_a_password_opens_no_page(at):
    user = services.register(username="x", full_name="王", password=None, at=at)
    assert not user.has_usable_password()


def test_every_verb_writes_exactly_one_audit_row(haitang, chief, at):
    before = AuditEvent.objects.count()
    user = services.register(username="x", full_name="王", password=None, at=at, is_service=True)
    services.assign(user=user, role="api_client", division=haitang, by=chief, at=at)
    services.withdraw(user=user, role="api_client", division=haitang, by=chief, at=at)
    services.withdraw(user=user, role="api_client", division=haitang, by=chief, at=at)
    new = AuditEvent.objects.order_by("id")[before:]
    assert [(event.action, event.actor_id) for event in new] == [
        ("users.user.register", None),
        ("users.role.assign", chief.pk),
        ("users.role.withdraw", chief.pk),
    ]


def test_assign_of_a_bureau_role_opens_the_admin(charlie, haitang, at):
    services.assign(user=charlie, role="district_officer", division=haitang, by=None, at=at)
    assert User.objects.get(pk=charlie.pk).is_staff


@pytest.mark.parametrize("role", ["evaluator", "org_contact", "api_client"])
def test_assign_of_another_role_does_not(charlie, haitang, at, role):
    services.assign(user=charlie, role=role, division=haitang, by=None, at=at)
    assert not User.objects.get(pk=charlie.pk).is_staff


@pytest.mark.parametrize("role", ["center_director", "center_staff", "emperor", ""])
def test_assign_refuses_what_is_no_role_of_a_division(charlie, haitang, at, role):
    with pytest.raises(services.RoleUnknown):
        services.assign(user=charlie, role=role, division=haitang, by=None, at=at)
    assert not RoleAssignment.objects.filter(user=charlie).exists()


def test_assign_twice_is_one_assignment(charlie, haitang, at):
    for _ in range(2):
        services.assign(user=charlie, role="evaluator", division=haitang, by=None, at=at)
    assert RoleAssignment.objects.filter(user=charlie).count() == 1


# --- what a role reaches


def test_capability_holds_in_the_division_and_all_below(alice, haitang, wutong, huangpu, shanghai):
    assert alice.has_capability("center.view")
    assert alice.has_capability("center.view", haitang)
    assert alice.has_capability("center.view", wutong)
    assert not alice.has_capability("center.view", huangpu)
    assert not alice.has_capability("center.view", shanghai)
    assert not alice.has_capability("waiver.approve", haitang)


def test_capability_of_a_superuser_holds_everywhere(shanghai):
    assert UserFactory(is_superuser=True).has_capability("audit.view", shanghai)


def test_two_roles_add_up_each_in_its_own_division(charlie, haitang, huangpu):
    RoleAssignmentFactory(user=charlie, role="district_auditor", division=haitang)
    RoleAssignmentFactory(user=charlie, role="district_officer", division=huangpu)
    assert charlie.paths_with("audit.view") == [haitang.path]
    assert charlie.paths_with("center.view") == [huangpu.path]
    assert charlie.paths_with("admin.enter") == sorted([haitang.path, huangpu.path])


def test_grants_are_read_once(alice, haitang, django_assert_num_queries):
    alice = User.objects.get(pk=alice.pk)
    with django_assert_num_queries(1):
        for capability in ("center.view", "audit.view", "waiver.approve"):
            alice.has_capability(capability, haitang)


def test_chief_sees_the_accounts_of_the_district_and_nobody_elses(chief, alice, bob, charlie):
    assert set(User.objects.visible_to(chief)) == {chief, alice}
    assert set(User.objects.visible_to(alice)) == {alice}
    assert set(User.objects.visible_to(charlie)) == {charlie}


def test_holding_finds_who_can_in_the_division_and_above_it(haitang, wutong, huangpu):
    chief, elsewhere, gone, reviewer = UserFactory.create_batch(4)
    RoleAssignmentFactory(user=chief, role="district_admin", division=haitang)
    RoleAssignmentFactory(user=elsewhere, role="district_admin", division=huangpu)
    RoleAssignmentFactory(user=gone, role="district_admin", division=haitang)
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=wutong)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert set(User.objects.holding("filing.review", wutong)) == {chief}
    assert set(User.objects.holding("filing.review", haitang)) == {chief}


def test_an_address_is_checked_and_its_change_is_in_the_trail(chief, at):
    services.change_email(user=chief, email="chief@example.cn", by=chief, at=at)
    assert AuditEvent.objects.get(action="users.user.change_email").changes == {}
    with pytest.raises(services.AddressMalformed):
        services.change_email(user=chief, email="chief@", by=chief, at=at)
    assert User.objects.get(pk=chief.pk).email == "chief@example.cn"
