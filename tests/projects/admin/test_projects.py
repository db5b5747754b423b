"""Projects in the bureau's admin."""

from decimal import Decimal

import pytest

from projects.models import Project
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import PlanFactory
from tests.factories.projects import ProjectFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/projects/project/"


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


def typed(division, **cells):
    fields = {
        "name": "问安",
        "division": division.pk,
        "field": "elderly",
        "purchaser": "街道办事处",
    }
    return fields | cells


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, wutong, django_assert_num_queries):
    for _ in range(item_count):
        ProjectFactory(division=wutong, supplier=OrganizationFactory(division=wutong))
    with django_assert_num_queries(6):
        desk.get(LIST)


def test_list_and_page_are_the_own_districts(desk, bob_client, wutong):
    project = ProjectFactory(division=wutong)
    assert project.name in words(desk.get(LIST))
    assert project.name not in words(bob_client.get(LIST))
    assert bob_client.get(f"{LIST}{project.pk}/change/").status_code == 404


def test_add_enters_with_the_next_number(desk, wutong):
    desk.post(f"{LIST}add/", typed(wutong, starts_on="2025-01-01", project_no="mine"))
    assert Project.objects.get().project_no == "310199-2025-0001"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"starts_on": "2025-02-01", "ends_on": "2025-01-01"}, "__all__"),
        ({"field": "dancing"}, "field"),
    ],
)
def test_add_refuses_what_cannot_be(desk, wutong, cells, field):
    response = desk.post(f"{LIST}add/", typed(wutong, **cells))
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Project.objects.exists()


def test_budget_supplier_and_price_are_not_typed(desk, wutong):
    project = ProjectFactory(division=wutong, budget_yuan=Decimal("120000"))
    supplier = OrganizationFactory(division=wutong)
    cells = {"budget_yuan": "1", "contract_yuan": "1", "supplier": supplier.pk, "version": 1}
    desk.post(f"{LIST}{project.pk}/change/", typed(wutong, **cells))
    project.refresh_from_db()
    assert project.name == "问安"
    assert (project.budget_yuan, project.contract_yuan, project.supplier) == (120000, None, None)


def test_projects_are_found_by_how_far_their_plan_is(desk, wutong):
    begun, bare = ProjectFactory(division=wutong), ProjectFactory(division=wutong)
    PlanFactory(project=begun)
    assert bare.name in words(desk.get(f"{LIST}?plan=none"))
    assert begun.name not in words(desk.get(f"{LIST}?plan=none"))
    assert begun.name in words(desk.get(f"{LIST}?plan=draft"))


def test_the_page_of_a_project_leads_to_plan_and_budget(desk, wutong):
    project = ProjectFactory(division=wutong)
    response = desk.get(f"{LIST}{project.pk}/plan/")
    assert response["Location"] == f"/desk/projects/{project.pk}/"


def test_change_corrects_and_keeps_number_and_status(desk, wutong):
    project = ProjectFactory(division=wutong, project_no="310199-2025-0007")
    url = f"{LIST}{project.pk}/change/"
    desk.post(url, typed(wutong, version=1, project_no="x", status="accepted"))
    project.refresh_from_db()
    assert (project.name, project.project_no, project.status) == (
        "问安",
        "310199-2025-0007",
        "planned",
    )


def test_status_moves_by_its_own_page(desk, wutong):
    project = ProjectFactory(division=wutong)
    desk.post(f"{LIST}{project.pk}/status/", {"to": "running", "reason": "合同", "version": 1})
    project.refresh_from_db()
    assert project.status == "running"
