"""Printing a filing on the desk."""

from urllib.parse import quote

import pytest
from django.urls import reverse

from centers.models import Filing
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted(c05):
    return Filing.objects.get(center=c05, status="accepted")


def address(filing, suffix="pdf"):
    return reverse("desk:filing-print", args=[filing.pk, suffix])


@pytest.mark.parametrize(("suffix", "head"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_an_accepted_filing_is_a_file_with_a_chinese_name(accepted, diane_client, suffix, head):
    response = diane_client.get(address(accepted, suffix))
    assert response.content.startswith(head)
    name = quote(f"C05-报送{accepted.pk}.{suffix}")
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert AuditEvent.objects.filter(action="centers.filing.print").count() == 1


def test_changes_are_added_when_asked(accepted, diane_client):
    plain = diane_client.get(address(accepted)).content
    assert diane_client.get(address(accepted), {"with": "changes"}).content != plain


def test_a_draft_is_refused_with_what_it_waits_for(filing, diane_client):
    response = diane_client.get(address(filing))
    assert response.status_code == 409
    assert "区民政局通过全部分项后即可打印" in response.content.decode()


def test_another_format_is_not_found(accepted, diane_client):
    assert diane_client.get(address(accepted, "odt")).status_code == 404


def test_the_page_of_an_accepted_filing_offers_the_files(accepted, filing, diane_client):
    page = diane_client.get(reverse("desk:filing", args=[accepted.pk])).content.decode()
    assert address(accepted) in page
    assert accepted.content_hash in page
    draft = diane_client.get(reverse("desk:filing", args=[filing.pk])).content.decode()
    assert address(filing) not in draft


def test_the_paper_is_the_same_in_english(accepted, diane_client):
    chinese = diane_client.get(address(accepted, "docx")).content
    diane_client.cookies["django_language"] = "en"
    assert diane_client.get(address(accepted, "docx")).content == chinese
