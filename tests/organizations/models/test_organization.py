"""What the database refuses in the register, and who sees which row."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from organizations.models import ActivityTeam, Organization
from tests.factories.organizations import (
    ActivityTeamFactory,
    OrganizationDomicileFactory,
    OrganizationFactory,
    OrganizationNameFactory,
)

pytestmark = pytest.mark.django_db
CODE = "52310199MJF1000166"


@pytest.mark.parametrize(
    "fields",
    [
        {"uscc": "52310199MJF10001O6"},
        {"uscc": "5231019MJF1000166"},
        {"uscc": ""},
        {"uscc": CODE, "org_type": "association"},
        {"uscc": CODE, "org_type": "foundation"},
        {"grade": None, "grade_until": "2027-12-31"},
        {"grade": "none", "grade_until": "2027-12-31"},
        {"registered_on": "9999-12-31"},
        {"certificate_ends_on": "0001-01-01"},
        {"council_ends_on": "2101-01-01"},
        {"staff_count": 3, "full_time_count": 4},
        {"council_starts_on": "2026-01-02", "council_ends_on": "2026-01-01"},
        {"legal_rep_id_sealed": b"x"},
        {"legal_rep_id_digest": b"x"},
        {"can_raise_publicly": True, "is_charity": None},
        {"can_raise_publicly": True, "is_charity": False},
        {"registered_capital_yuan": "-0.01"},
    ],
)
def test_organization_refuses(wutong, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, **fields)


def test_organizations_without_a_code_are_many(wutong):
    OrganizationFactory(division=wutong, uscc=None)
    OrganizationFactory(division=wutong, uscc=None)
    assert Organization.objects.count() == 2


def test_code_is_registered_once(wutong):
    OrganizationFactory(division=wutong, uscc=CODE)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, uscc=CODE)


def test_center_is_one_organization(wutong, center):
    OrganizationFactory(division=wutong, center=center)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, center=center)


def test_team_never_has_a_credit_code(wutong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityTeamFactory(division=wutong, filing_no=CODE)
    assert "uscc" not in {field.name for field in ActivityTeam._meta.get_fields()}


def test_filing_number_is_given_once(wutong):
    ActivityTeamFactory(division=wutong, filing_no="310199001-0001")
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityTeamFactory(division=wutong, filing_no="310199001-0001")


@pytest.mark.parametrize("factory", [OrganizationFactory, ActivityTeamFactory])
def test_rows_are_seen_in_the_own_division_only(wutong, alice, bob, charlie, diane, factory):
    row = factory(division=wutong)
    seen = {user.username for user in (alice, bob, charlie, diane) if row in _visible(row, user)}
    # diane directs a center of the township.
    assert seen == {"alice", "diane"}


def _visible(row, user):
    return type(row).objects.visible_to(user)


@pytest.mark.parametrize("status", Organization.Status.values)
def test_the_database_moves_an_organization_as_the_table_says(wutong, status):
    row = OrganizationFactory(division=wutong, status=status)
    for to in set(Organization.Status.values) - {status}:
        try:
            with transaction.atomic():
                Organization.objects.filter(pk=row.pk).update(status=to)
                moved = True
                transaction.set_rollback(True)
        except DatabaseError:
            moved = False
        assert moved == (to in Organization.TRANSITIONS.get(status, ())), to


def test_an_organization_is_not_removed(wutong):
    row = OrganizationFactory(division=wutong)
    with pytest.raises(DatabaseError, match="Cannot delete"):
        row.delete()


def test_initials_follow_the_name(wutong):
    row = OrganizationFactory(division=wutong, initials="hjs")
    Organization.objects.update(domicile="梧桐路1号")
    row.refresh_from_db()
    assert row.initials == "hjs"
    Organization.objects.update(name="甲社", initials="js")
    row.refresh_from_db()
    assert (row.initials, row.search_text) == ("js", "甲社|js|")
    Organization.objects.update(name="（乙 社)", uscc=CODE)
    row.refresh_from_db()
    assert (row.initials, row.name_key) == ("", "（乙社）")
    assert row.search_text == f"（乙社）||{CODE.lower()}"


@pytest.mark.parametrize("make", [OrganizationNameFactory, OrganizationDomicileFactory])
def test_of_dated_rows_one_holds_on_a_day(wutong, make):
    organization = OrganizationFactory(division=wutong)
    first = make(organization=organization, from_on=None, to_on=date(2019, 12, 31))
    make(organization=organization, from_on=date(2020, 1, 1))
    make(organization=OrganizationFactory(division=wutong))
    rows = type(first).objects
    for period in ((None, date(2018, 1, 1)), (date(2019, 12, 31), date(2019, 12, 31))):
        with pytest.raises(IntegrityError, match="once_at_a_time"), transaction.atomic():
            make(organization=organization, from_on=period[0], to_on=period[1])
    with pytest.raises(IntegrityError, match=r"open_once|once_at_a_time"), transaction.atomic():
        make(organization=organization, from_on=date(2021, 1, 1))
    with pytest.raises(IntegrityError, match=r"dates_ordered|range"), transaction.atomic():
        make(organization=organization, from_on=date(2018, 1, 2), to_on=date(2018, 1, 1))
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        rows.filter(pk=first.pk).update(doc_no="沪民〔2001〕1号")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        rows.filter(pk=first.pk).delete()
