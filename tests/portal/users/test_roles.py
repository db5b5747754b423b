"""Roles are presets of capabilities, readable as a table."""

import pytest
from django.utils import translation

from centers.models import Membership
from portal.users import roles
from portal.users.models import RoleAssignment
from portal.users.roles import ROLES, Capability

ALL = set(Capability)
# Domain §2.3, as it was decided: capability → the roles that carry it.
TABLE = {
    "admin.enter": {
        "municipal_viewer",
        "municipal_officer",
        "district_admin",
        "district_officer",
        "district_leader",
        "district_auditor",
        "township_reviewer",
    },
    "summary.view": {
        "municipal_viewer",
        "municipal_officer",
        "district_admin",
        "district_officer",
        "district_leader",
        "township_reviewer",
        "api_client",
    },
    "center.view": {
        "district_admin",
        "district_officer",
        "district_leader",
        "township_reviewer",
        "api_client",
        "center_director",
        "center_staff",
    },
    "compliance.view": {
        "district_admin",
        "district_officer",
        "district_leader",
        "township_reviewer",
        "api_client",
        "center_director",
        "center_staff",
    },
    "filing.draft": {"center_director", "center_staff"},
    "filing.submit": {"center_director"},
    "filing.review": {"district_admin", "district_officer"},
    "workbook.import": {"district_admin", "district_officer"},
    "workbook.export": {"district_admin", "district_officer"},
    "evaluation.run": {"district_admin", "district_officer"},
    "waiver.request": {"district_admin", "district_officer", "center_director"},
    "waiver.approve": {"district_admin", "district_leader"},
    "user.view": {"district_admin"},
    "token.manage": {"district_admin"},
    "audit.view": {"district_auditor"},
    "event.keep": {"district_admin", "district_officer", "center_director", "center_staff"},
    "event.minimum": {"district_admin", "district_officer"},
    "parameter.set": {"municipal_officer", "district_admin", "district_officer"},
    "pack.activate": {"municipal_officer"},
    "simulation.run": {
        "municipal_viewer",
        "municipal_officer",
        "district_admin",
        "district_officer",
        "district_leader",
        "api_client",
    },
    "duty.record": {"district_admin", "district_officer"},
    "work.record": {"center_director", "center_staff"},
    "team.file": {"township_reviewer"},
    "inspection.manage": {"district_admin", "district_officer"},
    "inspection.calendar": {"municipal_officer"},
    "warning.view": {
        "district_admin",
        "district_officer",
        "district_leader",
        "township_reviewer",
        "api_client",
        "center_director",
        "center_staff",
    },
    "warning.handle": {"district_admin", "district_officer"},
    "warning.oversee": {"district_admin", "district_leader"},
    "personal.reveal": {
        "district_admin",
        "district_officer",
        "township_reviewer",
        "center_director",
    },
    "project.view": {
        "district_admin",
        "district_officer",
        "district_leader",
        "township_reviewer",
        "api_client",
        "center_director",
        "center_staff",
    },
    "project.plan": {
        "district_admin",
        "district_officer",
        "township_reviewer",
        "center_director",
        "center_staff",
    },
    "project.approve": {"district_admin", "district_leader", "township_reviewer"},
    "procurement.manage": {"district_admin", "district_officer"},
    "procurement.award": {"district_admin", "district_leader"},
    "key.hold": {"district_admin", "district_officer", "district_leader", "township_reviewer"},
    "contract.manage": {"district_admin", "district_officer"},
    "panel.score": {"evaluator"},
    "bid.submit": {"org_contact"},
    "calendar.enter": {"district_admin"},
    "filing.opinion": {"township_reviewer"},
    "round.manage": {"district_admin", "district_officer"},
    "review.manage": {"district_admin", "district_officer"},
    "review.approve": {"district_admin", "district_leader"},
    "review.opinion": {"township_reviewer"},
    "review.answer": {"center_director", "center_staff"},
    "review.submit": {"center_director"},
    "rectification.manage": {"district_admin", "district_officer"},
    "rectification.answer": {"center_director"},
    "document.draft": {"district_admin", "district_officer"},
    "document.issue": {"district_admin", "district_leader"},
    "publication.draft": {
        "district_admin",
        "district_officer",
        "township_reviewer",
        "center_director",
        "center_staff",
    },
    "publication.publish": {
        "district_admin",
        "district_officer",
        "district_leader",
        "center_director",
    },
    "feedback.handle": {"district_admin", "district_officer"},
    "feedback.answer": {"township_reviewer", "center_director"},
    "city_pack.build": {"district_admin", "district_officer"},
    "city_pack.submit": {"district_admin", "district_leader"},
}


def test_roles_table():
    assert {str(cap): set(roles.roles_with(cap)) for cap in Capability} == TABLE


def test_every_capability_a_role_carries_is_known():
    assert {cap for role in ROLES.values() for cap in role.capabilities} <= ALL


def test_every_capability_is_carried_by_some_role():
    assert [cap for cap in Capability if not roles.roles_with(cap)] == []


@pytest.mark.parametrize("code", ROLES)
def test_role_has_a_label_and_answers_to_its_own_code(code):
    with translation.override("en"):
        assert str(ROLES[code].label)
    assert ROLES[code].code == code


def test_labels_tell_roles_apart():
    labels = [str(role.label) for role in ROLES.values()]
    assert len(set(labels)) == len(labels)


def test_center_roles_and_division_roles_are_offered_apart():
    in_divisions = {code for code, _ in RoleAssignment._meta.get_field("role").flatchoices}
    at_centers = {code for code, _ in Membership._meta.get_field("role").flatchoices}
    assert at_centers == {"center_director", "center_staff"}
    assert in_divisions == set(ROLES) - at_centers


def test_preparer_is_not_certifier_and_auditor_does_no_business():
    assert Capability.FILING_SUBMIT not in ROLES["center_staff"].capabilities
    assert ROLES["district_auditor"].capabilities == {Capability.ADMIN_ENTER, Capability.AUDIT_VIEW}
    assert Capability.FILING_REVIEW not in ROLES["center_director"].capabilities
