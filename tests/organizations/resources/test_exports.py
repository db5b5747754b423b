"""Rows that go out by the resources: in a fixed number of queries, as import-export gives them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stdnum.cn import uscc

from organizations.models import Organization
from organizations.resources.credit_lists import CreditListResource
from organizations.resources.organization import OrganizationResource
from organizations.resources.team import TeamResource
from organizations.services import credit_lists
from tests.conftest import AT
from tests.factories.organizations import (
    ActivityTeamFactory,
    CreditListingFactory,
    InspectionFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db


def listing(haitang, wutong, alice):
    body = f"52310199MJ{Organization.objects.count():07d}"
    code = body + uscc.calc_check_digit(body)
    made = OrganizationFactory(division=wutong, uscc=code)
    return CreditListingFactory(district=haitang, organization=made, uscc=code, entered_by=alice)


def organization(haitang, wutong, alice):
    InspectionFactory(organization=listing(haitang, wutong, alice).organization, year=2025)


def team(haitang, wutong, alice):
    ActivityTeamFactory(division=wutong, status="active")


TABLES = {
    "organizations": (organization, lambda haitang: OrganizationResource(haitang, on=AT.date())),
    "teams": (team, lambda haitang: TeamResource(haitang, on=AT.date())),
    "credit_list": (listing, CreditListResource),
}


@pytest.mark.parametrize("table", TABLES)
def test_rows_cost_the_same_queries_however_many_they_are(haitang, wutong, alice, table):
    make, resource = TABLES[table]
    counts = []
    for number in (1, 2):
        for _each in range(number):
            make(haitang, wutong, alice)
        with CaptureQueriesContext(connection) as queries:
            rows = list(resource(haitang).export_rows())
        counts.append((len(rows), len(queries)))
    assert [rows for rows, _queries in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_those_of_an_export_of_import_export(haitang, wutong, alice, table):
    make, resource = TABLES[table]
    for _each in range(2):
        make(haitang, wutong, alice)
    made = resource(haitang)
    dataset = made.export()
    assert dataset.headers == [column.header for column in made.layout().columns]
    assert [tuple(row.values()) for row in made.export_rows()] == list(dataset)
    assert len(dataset) == 2


def test_entry_goes_out_with_what_it_is_good_for_and_no_number_of_a_person(
    haitang, huangpu, wutong, alice, bob
):
    known = OrganizationFactory(division=wutong, uscc="52310199MJF1000166", name="银龄中心")
    said = "负责人310101199001011234，电话13812345678、021-51234567"
    CreditListingFactory(
        district=haitang, organization=known, uscc=known.uscc, grounds=said, entered_by=alice
    )
    other = CreditListingFactory(district=haitang, uscc="52310199MJF1000241", entered_by=alice)
    aside = CreditListingFactory(
        district=haitang, organization=known, uscc=known.uscc, kind="serious", entered_by=alice
    )
    credit_lists.ignore(listing=aside, reason="与13812345678核实为误列", by=alice, at=AT)
    CreditListingFactory(district=huangpu, uscc=other.uscc, entered_by=bob)
    first, second, third = CreditListResource(haitang).export_rows()
    assert (first["kind"], first["organization"], first["state"]) == (
        "活动异常名录",
        "银龄中心",
        "有效",
    )
    assert first["grounds"] == "负责人3101**********1234，电话138****5678、021-****4567"
    assert (second["organization"], second["state"]) == (None, "名册中无此代码")
    assert (third["state"], third["ignore_reason"]) == ("已忽略", "与138****5678核实为误列")
