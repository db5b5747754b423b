"""The register of publications and the list of a district at the bureau's desk."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.services import publications
from portal.audit.models import AuditEvent
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:evaluation_publication_district")
EXPORT = reverse("admin:evaluation_publication_district_export")


@pytest.fixture
def text(golden, alice, at):
    made = publications.prepare(
        center=golden["C01"], item="contact", year=2026, by=alice, at=at
    )
    publications.edit(
        publication=made, version=1, title="", texts={"hours": "9:00"}, by=alice, at=at
    )
    return publications.publish(
        publication=made, version=made.version, is_checked=True, by=alice, at=at
    )


def test_a_row_leads_to_the_page_of_the_text(alice_client, text):
    listed = alice_client.get(reverse("admin:evaluation_publication_changelist"))
    assert text.title in listed.content.decode()
    response = alice_client.get(reverse("admin:evaluation_publication_change", args=[text.pk]))
    assert response["Location"] == reverse("evaluation:publication", args=[text.pk])


@pytest.mark.parametrize(("timely", "is_there"), [("yes", True), ("no", False)])
def test_the_register_is_narrowed_by_what_was_in_time(alice_client, text, timely, is_there):
    page = alice_client.get(
        reverse("admin:evaluation_publication_changelist"), {"timely": timely}
    ).content.decode()
    assert (text.title in page) == is_there


def test_the_list_of_a_district_has_every_center_and_item(alice_client, text, golden):
    page = alice_client.get(PAGE, {"year": "2026"}).content.decode()
    for code in golden:
        assert reverse("evaluation:publication-year", args=[code, 2026]) in page
    assert page.count('<th scope="col"') == 4 + 15
    assert "按时公开" in page


def test_of_another_district_there_is_nothing(bob_client, text):
    assert bob_client.get(PAGE, {"district": "310199"}).status_code == 404
    assert text.center.name not in bob_client.get(PAGE).content.decode()


def test_the_workbook_holds_the_lines_and_the_trail_says_who_took_it(alice_client, alice, text):
    response = alice_client.get(EXPORT, {"year": "2026"})
    book = load_workbook(io.BytesIO(response.getvalue()))
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row if cell]
    assert text.title in cells
    assert "按时公开" in cells
    event = AuditEvent.objects.get(action="evaluation.publication.export")
    assert event.actor_id == alice.pk


def test_a_page_costs_the_same_however_many_centers(
    alice_client, golden, django_assert_max_num_queries
):
    with django_assert_max_num_queries(45):
        alice_client.get(PAGE)


def test_whoever_sees_no_center_stays_out(client_for, shanghai):
    auditor = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=auditor, role="municipal_viewer", division=shanghai)
    assert client_for(auditor).get(PAGE).status_code == 404
