"""How much was out in time: of a center what it owes itself, of a district everything."""

from datetime import date

import pytest
from django.urls import reverse

from evaluation.selectors import disclosure
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import signed

pytestmark = pytest.mark.django_db

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def one(golden):
    return golden["C01"]


@pytest.fixture
def contract(one):
    """Signed on 1 January 2026, to be published by the bureau by the 5th, and it was not."""
    supplier = OrganizationFactory(division=one.division, uscc=one.uscc)
    return lambda: signed(project__division=one.division, bidders=[supplier])


def test_what_the_bureau_owes_counts_in_the_district_and_against_no_center(one, haitang, contract):
    own, whole = disclosure.rate(one, *YEAR), disclosure.rate(haitang, *YEAR)
    contract()
    assert disclosure.rate(one, *YEAR) == own
    assert disclosure.rate(haitang, *YEAR) == (whole.on_time, whole.due + 1)


def test_the_pages_tell_the_two_apart(one, haitang, contract, alice_client):
    signed_one = contract()
    lines = disclosure.lines(one, 2026, date(2026, 3, 2))
    owed = [line.entry.item for line in lines if line.subject == signed_one.contract_no]
    own, whole = disclosure.share_of(lines, "center"), disclosure.share_of(lines)
    assert owed == ["purchases"]
    assert (whole.on_time - own.on_time, whole.due - own.due) == (0, 1)
    page = alice_client.get(
        reverse("evaluation:publication-year", args=[one.code, 2026]), HTTP_ACCEPT_LANGUAGE="zh"
    )
    assert page.context["others"] == {"on_time": 0, "due": 1}
    listed = alice_client.get(
        reverse("admin:evaluation_publication_district"), {"district": haitang.code, "year": 2026}
    )
    row = next(each for each in listed.context["rows"] if each["center"] == one)
    assert listed.context["whole"].due == 1 + sum(each["due"] for each in listed.context["rows"])
    assert row["due"] == page.context["due"]
