"""Yearly packs over the API: the version that holds, of districts that submitted."""

import pytest
from django.db.models import F

from evaluation.models import CityPack
from portal.users.models import Dataset
from tests.api import Api
from tests.conftest import AT
from tests.factories.city_packs import CityPackFactory
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

CONTENT = (
    '{"evidence":[{"key":"list/2025-12-31","kind":"list","label":"centers 2025: 8","sha256":"00"}],'
    '"figures":[{"change":null,"denominator":8,"evidence":["list:list/2025-12-31"],'
    '"group":"coverage","key":"coverage.rate","last_year":null,"numerator":8,"of":"townships",'
    '"parts":{},"unit":"percent","value":"100.00"},{"change":null,"denominator":null,'
    '"evidence":[],"group":"money","key":"money.total","last_year":null,"numerator":0,"of":"",'
    '"parts":{},"unit":"ten_thousand_yuan","value":null}],'
    '"notes":[{"figure":"coverage.rate","kind":"practice","text":"两级联动"}]}\n'
)


@pytest.fixture
def client_of():
    """(division, data sets) → a client whose token opens them there."""

    def open_account(division, *datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return Api(issue(user, datasets or ("publication",)))

    return open_account


@pytest.fixture
def submitted(haitang, leader):
    """(status) → a version of 海棠区's pack of 2025."""

    def make(status="submitted", **values):
        pack = CityPackFactory(division=haitang, content=CONTENT, **values)
        found = CityPack.objects.filter(pk=pack.pk)
        if status != "built":
            found.update(status="submitted", submitted_by=leader, submitted_at=AT, signer="郭局长")
        if status == "superseded":
            found.update(status=status, version=F("version") + 1)
        return pack

    return make


def test_the_version_that_holds_is_read(client_of, haitang, submitted):
    submitted("superseded", number=1)
    pack = submitted(number=2)
    submitted("built", number=3)
    (row,) = client_of(haitang).rows("city-packs/")
    assert (row["code"], row["version"], row["sha256"]) == (f"B{pack.pk}", 2, pack.sha256)
    assert row["figures"][0]["value"] == "100.00"
    assert row["figures"][1]["value"] is None
    assert row["notes"] == [{"figure": "coverage.rate", "kind": "practice", "text": "两级联动"}]
    assert client_of(haitang).json(f"city-packs/B{pack.pk}/") == row


def test_a_version_that_was_corrected_is_gone(client_of, haitang, submitted):
    pack = submitted("superseded")
    client_of(haitang).refused(f"city-packs/B{pack.pk}/", 404)


def test_a_city_reads_all_districts_and_another_district_none(
    client_of, shanghai, huangpu, submitted
):
    submitted()
    assert len(client_of(shanghai).rows("city-packs/")) == 1
    assert client_of(huangpu).rows("city-packs/") == []


def test_packs_are_narrowed_by_year_and_district(client_of, haitang, submitted):
    submitted()
    api = client_of(haitang)
    assert len(api.rows("city-packs/", year=2025, division="310199")) == 1
    assert api.rows("city-packs/", year=2024) == []


def test_a_token_without_the_data_set_reads_nothing(client_of, haitang, submitted):
    submitted()
    others = client_of(haitang, *(set(Dataset.values) - {"publication"}))
    for form in ("/", ".ndjson", ".csv"):
        others.refused(f"city-packs{form}", 403)


def test_no_person_is_named(client_of, haitang, submitted, leader):
    submitted()
    text = str(client_of(haitang).rows("city-packs/"))
    assert "郭局长" not in text
    assert leader.full_name not in text
