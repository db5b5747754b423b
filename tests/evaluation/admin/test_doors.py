"""Who opens which list of the admin: a table over every registered model."""

import pytest
from django.contrib import admin

pytestmark = pytest.mark.django_db

BUSINESS = {
    "centers_center",
    "centers_coordinationevent",
    "centers_filing",
    "centers_round",
    "evaluation_citypack",
    "evaluation_finding",
    "evaluation_objection",
    "evaluation_review",
    "evaluation_officialdocument",
    "evaluation_publication",
    "evaluation_reviewround",
    "evaluation_run",
    "evaluation_scheme",
    "evaluation_verdict",
    "evaluation_waiver",
    "evaluation_rectification",
    "organizations_activityteam",
    "organizations_annualfigures",
    "organizations_creditlisting",
    "organizations_earlywarning",
    "organizations_observation",
    "organizations_campaign",
    "organizations_inspection",
    "organizations_inspectioncalendar",
    "organizations_case",
    "organizations_organization",
    "organizations_watch",
    "organizations_workrecord",
    "projects_project",
    "projects_need",
    "projects_offer",
    "projects_match",
    "projects_lotteryapplication",
    "projects_fundingsource",
    "projects_procurement",
    "projects_challenge",
    "projects_announcement",
    "projects_contract",
    "projects_payment",
    "projects_performance",
}
PANELS = {"projects_expert", "projects_draw", "projects_seat", "projects_award"}
RESIDENTS = {"evaluation_feedback"}
PUBLIC = {"jurisdictions_division", "workdays_workyear"}
DRAFTING = {"evaluation_documenttemplate"}
BUYING = {"projects_question", "projects_bidder", "projects_opening"}
SUMMED = {"evaluation_citypack"}
OPENED = {
    "municipal_viewer": PUBLIC | SUMMED,
    "municipal_officer": PUBLIC | SUMMED | {"organizations_inspectioncalendar"},
    "district_auditor": PUBLIC | {"audit_auditevent"},
    "township_reviewer": PUBLIC | BUSINESS,
    "district_officer": PUBLIC
    | BUSINESS
    | BUYING
    | PANELS
    | RESIDENTS
    | DRAFTING
    | {"organizations_transfer"},
    "district_leader": PUBLIC | BUSINESS | {"projects_award"},
    "district_admin": PUBLIC | BUSINESS | PANELS | RESIDENTS | {
        *("users_user", "inbox_digest", "clients_client", "clients_call"),
        *("webhooks_endpoint", "webhooks_delivery", "organizations_transfer"),
    }
    | BUYING
    | DRAFTING,
}


def lists():
    models = admin.site._registry
    return sorted(f"{m._meta.app_label}_{m._meta.model_name}" for m in models)


def url_of(name):
    return f"/admin/{name.replace('_', '/')}/"


@pytest.mark.parametrize("role", OPENED)
def test_lists_open_by_role(client_as, pack, role):
    client = client_as(role)
    answers = {name: client.get(url_of(name)).status_code for name in lists()}
    assert {name for name, status in answers.items() if status == 200} == OPENED[role]


@pytest.mark.parametrize("who", ["charlie_client", "diane_client"])
def test_no_list_opens_without_a_role_of_the_bureau(request, who):
    client = request.getfixturevalue(who)
    answers = {client.get(url_of(name)).status_code for name in lists()}
    assert answers == {302}


@pytest.mark.parametrize(
    "name",
    ["auth/group", "account/emailaddress", "mfa/authenticator", "axes/accesslog", "knox/authtoken"],
)
def test_packages_bring_no_list_of_their_own(admin_client, name):
    assert admin_client.get(f"/admin/{name}/").status_code == 404


def test_lockouts_are_the_superusers(admin_client):
    assert admin_client.get("/admin/axes/accessattempt/").status_code == 200
