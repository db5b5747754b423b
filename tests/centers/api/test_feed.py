"""The feed names registers by the keys of their lists, and its addresses give what it gives."""

import pytest

from centers.models import Filing
from organizations.models import Organization
from tests.factories.centers import (
    FilingFactory,
    ObligationFactory,
    RoundFactory,
    SubmittedFilingFactory,
)
from tests.factories.organizations import (
    ActivityTeamFactory,
    OrganizationFactory,
    WorkRecordFactory,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]


@pytest.fixture
def told(api):
    """What the feed tells from here on: (resource, key) → change."""
    cursor = api.json("changes/", cursor="now")["cursor"]

    def told():
        page = api.json("changes/", cursor=cursor, limit="200")
        assert page["has_more"] is False
        return {(change["resource"], change["key"]): change for change in page["results"]}

    return told


def test_every_register_is_told_by_its_key_with_its_row(told, api, center, haitang, wutong, accept):
    asked = RoundFactory(division=haitang)
    owed = ObligationFactory(round=asked, center=center)
    filing = SubmittedFilingFactory(center=center, obligation=owed)
    organization = OrganizationFactory(division=wutong)
    team = ActivityTeamFactory(division=wutong)
    WorkRecordFactory(center=center)
    accept(center, "premises", [{"address": "新址"}])
    found = told()
    rows = {
        ("centers", "C90"): "centers/C90/",
        ("rounds", f"R{asked.pk}"): f"rounds/R{asked.pk}/",
        ("filings", f"F{filing.pk}"): f"filings/F{filing.pk}/",
        ("organizations", f"O{organization.pk}"): f"organizations/O{organization.pk}/",
        ("teams", f"T{team.pk}"): f"teams/T{team.pk}/",
    }
    for key, path in rows.items():
        assert found[key]["kind"] == "upsert"
        assert found[key]["data"] == api.json(path)
        assert found[key]["url"].endswith(f"/api/v1/{path}")
    narrowed = {
        ("obligations", f"R{asked.pk}/C90"): lambda data: [data],
        ("casework", "C90"): lambda data: data["figures"],
    }
    for key, listed in narrowed.items():
        path = found[key]["url"].partition("/api/v1/")[2]
        assert api.json(path)["results"] == listed(found[key]["data"])


def test_what_is_no_longer_there_or_moved_away_is_deleted(told, center, wutong, huangpu):
    organization = OrganizationFactory(division=wutong)
    filing = SubmittedFilingFactory(center=center, status="returned")
    Organization.objects.filter(pk=organization.pk).update(division=huangpu)
    Filing.objects.filter(pk=filing.pk).update(status="withdrawn")
    found = told()
    for key in (("organizations", f"O{organization.pk}"), ("filings", f"F{filing.pk}")):
        assert (found[key]["kind"], found[key]["data"]) == ("delete", None)


def test_a_draft_is_told_to_nobody(told, center):
    filing = FilingFactory(center=center)
    assert ("filings", f"F{filing.pk}") not in told()
