"""The campaign of a year: who is written down, once, whoever opens it how often."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from organizations import tasks
from organizations.models import (
    Campaign,
    Inspection,
    InspectionCalendar,
    Organization,
    WorkRecord,
)
from organizations.models.inspection import Kind
from organizations.rules import inspections as rules
from organizations.selectors import work_records
from organizations.services import campaigns, inspections
from organizations.services import work_records as work
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from portal.jurisdictions import services as jurisdictions
from portal.users.models import User
from tests.factories.centers import CenterFactory
from tests.factories.organizations import (
    InspectionCalendarFactory,
    InspectionFactory,
    OrganizationFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
# 2025-06-02, 09:00 in Shanghai: the day after the statute's last day of 2024's institutions.
AFTER = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
DAYS = {
    "year": 2024,
    "kind": "institution",
    "opens_on": date(2025, 1, 2),
    "unit_due_on": date(2025, 4, 15),
    "authority_due_on": date(2025, 6, 15),
    "doc_no": "沪民社管〔2025〕1号",
}


@pytest.fixture
def open_it(haitang, alice, at):
    fixed = {"district": haitang, "year": 2024, "kind": "institution", "by": alice, "at": at}
    return lambda **fields: campaigns.open_campaign(**{**fixed, **fields})


@pytest.fixture
def standing(wutong):
    """One organization of each sort, by what it is."""
    made = {
        "institution": {},
        "june": {"registered_on": date(2024, 6, 30)},
        "july": {"registered_on": date(2024, 7, 1)},
        "next_year": {"registered_on": date(2025, 1, 1)},
        "undated": {"registered_on": None},
        "association": {"org_type": "association"},
        "foundation": {"org_type": "foundation"},
        "charity": {"is_charity": True},
        "charity_foundation": {"is_charity": True, "org_type": "foundation"},
        "no_charity": {"is_charity": False},
        "leaving": {"status": "deregistering"},
        "gone": {"status": "deregistered"},
        "withdrawn": {"status": "withdrawn"},
        "revoked": {"status": "revoked"},
    }
    defaults = {"division": wutong, "registered_on": date(2019, 5, 1)}
    return {name: OrganizationFactory(**{**defaults, **cells}) for name, cells in made.items()}


def rows(campaign, standing):
    """Name → status and why exempt, of those written down."""
    names = {organization.pk: name for name, organization in standing.items()}
    found = campaign.inspections.values_list("organization", "status", "exempt_reason")
    return {names[pk]: (status, reason) for pk, status, reason in found}


def test_kinds_of_the_table_are_those_of_the_rules():
    assert tuple(Kind.values) == rules.KINDS


def test_everybody_due_is_written_down_and_the_young_as_exempt(open_it, standing):
    assert rows(open_it(), standing) == {
        "institution": ("not_started", None),
        "june": ("not_started", None),
        "july": ("exempt", "six_months"),
        "undated": ("not_started", None),
        "no_charity": ("not_started", None),
        "leaving": ("not_started", None),
    }


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("association", {"association"}),
        ("foundation", {"foundation"}),
        ("charity_report", {"charity", "charity_foundation"}),
    ],
)
def test_a_charity_is_asked_for_a_report_and_for_nothing_else(open_it, standing, kind, names):
    assert set(rows(open_it(kind=kind), standing)) == names


@pytest.mark.parametrize("kind", ["association", "foundation", "charity_report"])
def test_the_young_of_other_kinds_take_part(open_it, wutong, kind):
    org_type = "social_service_institution" if kind == "charity_report" else kind
    young = OrganizationFactory(
        division=wutong,
        org_type=org_type,
        is_charity=kind == "charity_report",
        registered_on=date(2024, 9, 1),
    )
    assert rows(open_it(kind=kind), {"young": young}) == {"young": ("not_started", None)}


def test_whom_another_authority_registered_it_inspects(open_it, wutong):
    made = {
        level: OrganizationFactory(
            division=wutong, registered_on=date(2019, 5, 1), authority_level=level
        )
        for level in ("district", "municipal", "ministry", None)
    }
    assert set(rows(open_it(), made)) == {"district", None}


def test_a_campaign_is_called_in_the_language_of_the_house(open_it):
    with translation.override("en"):
        assert "年" in open_it().title or "检" in open_it().title


def test_another_districts_organizations_are_not_written_down(open_it, standing, huangpu):
    OrganizationFactory(division=huangpu, registered_on=date(2019, 5, 1))
    assert open_it().inspections.count() == len(rows(open_it(), standing))


def test_twice_is_once(open_it, standing):
    first = open_it()
    before = list(first.inspections.order_by("pk").values())
    again = open_it()
    assert again.pk == first.pk
    assert list(again.inspections.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(action="organizations.campaign.open").count() == 1


def test_a_row_that_was_there_joins_and_stays_as_it_was(open_it, wutong):
    known = InspectionFactory(
        organization__division=wutong, status="concluded", conclusion="qualified"
    )
    InspectionFactory(organization__division=wutong, kind="charity_report")
    campaign = open_it()
    assert list(campaign.inspections.all()) == [known]
    known.refresh_from_db()
    assert (known.status, known.conclusion, known.version) == ("concluded", "qualified", 2)


def test_three_hundred_cost_what_one_costs(open_it, wutong):
    def cost(year):
        with CaptureQueriesContext(connection) as captured:
            opened = open_it(year=year)
        return len(captured), opened.inspections.count()

    OrganizationFactory(division=wutong, registered_on=date(2010, 1, 1))
    one = cost(2023)
    Organization.objects.bulk_create(
        Organization(
            name=f"海棠区互助中心{n}",
            org_type="social_service_institution",
            division=wutong,
            registered_on=date(2010, 1, 1),
        )
        for n in range(299)
    )
    assert cost(2024) == (one[0], 300)


def test_a_year_that_has_not_ended_is_not_inspected(open_it, at):
    with pytest.raises(campaigns.YearNotOver):
        open_it(year=at.year)
    assert not Campaign.objects.exists()


def test_a_township_opens_no_campaign(open_it, wutong):
    with pytest.raises(campaigns.NotADistrict):
        open_it(district=wutong)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_at_once_there_is_one_campaign(open_it, standing):
    first, second = at_once([open_it, open_it])
    assert isinstance(first, Campaign)
    assert first.pk == second.pk
    assert Campaign.objects.count() == 1
    assert Inspection.objects.count() == 6


def test_who_came_since_is_added(open_it, wutong, alice, at):
    campaign = open_it()
    newcomer = OrganizationFactory(division=wutong, registered_on=date(2020, 1, 1))
    assert campaigns.add_missing(campaign=campaign, by=alice, at=at) == 1
    assert campaigns.add_missing(campaign=campaign, by=alice, at=at) == 0
    assert campaign.inspections.get().organization == newcomer


# --- closing


def closed(campaign, by, at=AFTER):
    return campaigns.close_campaign(campaign=campaign, version=campaign.version, by=by, at=at)


def test_closing_marks_who_has_not_filed(open_it, wutong, alice):
    made = {"organization__division": wutong}
    late = InspectionFactory(**made)
    filling = InspectionFactory(**made, status="filling")
    returned = InspectionFactory(
        **made,
        status="returned",
        filed_on=date(2025, 5, 2),
        returned_on=date(2025, 5, 9),
        return_count=1,
    )
    filed = InspectionFactory(**made, status="with_authority", filed_on=date(2025, 5, 2))
    campaign = open_it()
    closed(campaign, alice)
    statuses = dict(Inspection.objects.values_list("pk", "status"))
    assert statuses == {
        late.pk: "missed",
        filling.pk: "missed",
        returned.pk: "returned",
        filed.pk: "with_authority",
    }
    assert (campaign.status, campaign.closed_by) == ("closed", alice)


def test_it_is_not_closed_before_its_last_day_has_passed(open_it, haitang, alice):
    campaign = open_it()
    last_day = datetime(2025, 5, 31, 1, 0, tzinfo=UTC)
    with pytest.raises(campaigns.StillRunning):
        closed(campaign, alice, last_day)
    InspectionCalendarFactory(division=haitang)
    with pytest.raises(campaigns.StillRunning):
        closed(campaign, alice)
    assert Campaign.objects.get().status == "open"


def test_a_closed_one_is_neither_opened_nor_added_to_nor_closed_again(open_it, alice):
    campaign = open_it()
    closed(campaign, alice)
    with pytest.raises(Conflict):
        open_it()
    with pytest.raises(Conflict):
        campaigns.add_missing(campaign=campaign, by=alice, at=AFTER)
    with pytest.raises(Conflict):
        closed(campaign, alice)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_one_wins(open_it, standing, alice):
    campaign = open_it()

    def close():
        return closed(Campaign.objects.get(pk=campaign.pk), User.objects.get(pk=alice.pk))

    results = at_once([close, close])
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
    assert AuditEvent.objects.filter(action="organizations.campaign.close").count() == 1


# --- days


@pytest.fixture
def set_days(haitang, alice, at):
    fixed = {**DAYS, "division": haitang, "by": alice, "at": at}
    return lambda **fields: campaigns.set_days(**{**fixed, **fields})


def test_days_are_set_and_replaced(set_days):
    found = set_days()
    changed = set_days(authority_due_on=date(2025, 6, 30), version=found.version)
    assert changed.pk == found.pk
    assert InspectionCalendar.objects.get().authority_due_on == date(2025, 6, 30)
    told = AuditEvent.objects.filter(action="organizations.inspection_calendar.set_days")
    assert told.latest("pk").changes["authority_due_on"] == ["2025-06-15", "2025-06-30"]


def test_days_that_somebody_else_set_are_not_overwritten(set_days):
    found = set_days()
    for version in (None, found.version - 1):
        with pytest.raises(Conflict):
            set_days(doc_no="另一份通知", version=version)
    assert InspectionCalendar.objects.get().doc_no == DAYS["doc_no"]


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        ({"doc_no": " "}, campaigns.DocumentMissing),
        ({"opens_on": date(2024, 12, 31)}, campaigns.DaysOutOfOrder),
        ({"unit_due_on": date(2025, 1, 1)}, campaigns.DaysOutOfOrder),
        ({"unit_due_on": date(2025, 6, 16)}, campaigns.DaysOutOfOrder),
        ({"authority_due_on": date(2025, 4, 14)}, campaigns.DaysOutOfOrder),
    ],
)
def test_days_are_ordered_and_documented(set_days, days, refusal):
    with pytest.raises(refusal):
        set_days(**days)
    assert not InspectionCalendar.objects.exists()


def test_a_township_sets_no_days(set_days, wutong):
    with pytest.raises(campaigns.NotADistrict):
        set_days(division=wutong)


# --- where nobody is due


@pytest.fixture
def other_center(haitang, pack):
    """The center of a township without organizations."""
    there = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    return CenterFactory(division=there)


def none_due():
    """(center, day) of what says that nobody is due."""
    found = WorkRecord.objects.valid().filter(is_none_due=True).order_by("center__code")
    return [(record.center, record.happened_on) for record in found]


def test_where_nobody_is_due_it_is_noted_and_counts_nothing(
    open_it, wutong, center, other_center, at
):
    OrganizationFactory(division=wutong, registered_on=date(2019, 5, 1))
    open_it()
    assert none_due() == [(other_center, date(2025, 12, 31))]
    open_it(kind="association")
    assert WorkRecord.objects.count() == 1
    (line,) = [each for each in work_records.year_of(other_center, 2025) if each.records]
    assert (line.code, line.recorded) == ("FN-12", None)


def test_an_organization_of_a_kind_not_opened_yet_is_due(open_it, center, wutong, pack):
    OrganizationFactory(
        division=wutong, org_type="association", registered_on=date(2019, 5, 1)
    )
    open_it()
    assert none_due() == []


def test_who_comes_into_the_register_takes_the_note_back(
    open_it, alice, at, other_center, center, pack
):
    opened = open_it()
    assert (other_center, date(2025, 12, 31)) in none_due()
    OrganizationFactory(division=other_center.division, registered_on=date(2019, 5, 1))
    campaigns.add_missing(campaign=opened, by=alice, at=at)
    assert [found for found, _day in none_due()] == [center]
    voided = WorkRecord.objects.get(center=other_center)
    assert (voided.voided_by, bool(voided.void_reason)) == (alice, True)


def test_the_night_notes_who_joined_and_who_left_the_register(
    open_it, alice, other_center, center, pack
):
    open_it()
    open_it(kind="association")
    joined = OrganizationFactory(
        division=other_center.division, registered_on=date(2019, 5, 1)
    )
    tasks.note_nobody_due()
    assert [found for found, _day in none_due()] == [center]
    voided = WorkRecord.objects.get(center=other_center)
    assert (voided.voided_by, bool(voided.void_reason)) == (alice, True)
    Organization.objects.filter(pk=joined.pk).update(status="deregistered")
    tasks.note_nobody_due()
    assert {found for found, _day in none_due()} == {center, other_center}
    before = WorkRecord.objects.count()
    tasks.note_nobody_due()
    assert WorkRecord.objects.count() == before


def test_the_night_leaves_a_closed_campaign_as_it_was(
    open_it, alice, at, other_center, center, pack
):
    opened = open_it()
    campaigns.close_campaign(campaign=opened, version=1, by=alice, at=at)
    OrganizationFactory(division=other_center.division, registered_on=date(2019, 5, 1))
    tasks.note_nobody_due()
    assert {found for found, _day in none_due()} == {center, other_center}


def test_who_is_excused_last_leaves_nobody_due_and_comes_back(
    open_it, alice, at, other_center, center, pack
):
    OrganizationFactory(division=other_center.division, registered_on=date(2019, 5, 1))
    open_it()
    assert [found for found, _day in none_due()] == [center]
    inspection = Inspection.objects.get()
    moved = {"on": date(2025, 3, 1), "by": alice, "at": AFTER}
    inspections.move(inspection=inspection, to="exempt", version=1, reason="筹备注销", **moved)
    assert {found for found, _day in none_due()} == {center, other_center}
    inspections.move(inspection=inspection, to="not_started", version=2, **moved)
    assert [found for found, _day in none_due()] == [center]


def test_what_says_that_nobody_is_due_is_not_voided_by_hand(open_it, other_center, diane, at):
    open_it()
    record = WorkRecord.objects.get(center=other_center)
    with pytest.raises(work.EnteredElsewhere):
        work.withdraw(record=record, reason="有的", by=diane, at=at)
    record.refresh_from_db()
    assert record.voided_at is None
