"""What the feed is told when something of a center changes, by whatever way."""

import pytest
from django.db import connection

from centers.models import Center, Filing, Section
from centers.services import filings, rounds
from portal.feeds.models import Change
from tests.factories.centers import (
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
    hand_in,
)

pytestmark = pytest.mark.django_db


class Told:
    """What the feed was told since it was last asked: (resource, key, division path)."""

    def __init__(self):
        self()

    def __call__(self, *resources):
        rows = Change.objects.values_list("resource", "key", "division_path")
        found = set(rows)
        Change.objects.all().delete()
        return {row for row in found if not resources or row[0] in resources}


@pytest.fixture
def told(center):
    return Told()


@pytest.fixture
def owed(told, center, haitang):
    obligation = ObligationFactory(round=RoundFactory(division=haitang), center=center)
    told()
    return obligation


def test_a_new_center_and_one_renamed(told, center, wutong):
    Center.objects.create(code="C91", name="新设中心", division=wutong)
    everything = {(name, "C91", wutong.path) for name in ("centers", "compliance", "casework")}
    assert told() == everything
    Center.objects.filter(code="C91").update(name="改名中心")
    assert told() == everything
    Center.objects.filter(code="C91").update(name="改名中心")
    assert told() == set()


def test_whoever_loses_a_center_is_told_as_well(told, center, wutong, huangpu):
    Center.objects.update(division=huangpu)
    assert told("centers") == {
        ("centers", "C90", wutong.path),
        ("centers", "C90", huangpu.path),
    }


def test_what_repeats_the_name_of_a_center_changes_with_it(owed, told, center, wutong, haitang):
    draft = FilingFactory(center=center)
    shown = SubmittedFilingFactory(center=center, obligation=owed)
    told()
    Center.objects.update(name="改名中心")
    assert told("filings", "obligations", "rounds") == {
        ("filings", f"F{shown.pk}", wutong.path),
        ("obligations", f"R{owed.round_id}/C90", wutong.path),
        ("rounds", f"R{owed.round_id}", wutong.path),
    }
    assert draft.status == "draft"


def test_it_does_not_matter_who_changes_a_row(told, center, wutong):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE centers_center SET name = 'x' WHERE code = 'C90'")
    assert ("centers", "C90", wutong.path) in told()


def test_a_draft_is_the_centers_own(told, center, diane, at):
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    assert told() == set()


def test_a_filing_is_told_of_from_hand_to_hand(told, pack, center, wutong, diane, alice, at):
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="functions", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    its = ("filings", f"F{filing.pk}", wutong.path)
    hand_in(filing, by=diane, at=at)
    assert told("filings") == {its}
    section.refresh_from_db()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert told("filings", "centers", "casework") == {
        its,
        ("centers", "C90", wutong.path),
        ("casework", "C90", wutong.path),
    }


def test_what_is_taken_back_into_draft_is_told_of(told, center, wutong):
    filing = FilingFactory(center=center)
    SectionFactory(filing=filing)
    opened_by, at = filing.opened_by, filing.opened_at
    Filing.objects.update(status="prepared", prepared_by=opened_by, prepared_at=at)
    assert told() == {("filings", f"F{filing.pk}", wutong.path)}
    Filing.objects.update(status="draft")
    assert told() == {("filings", f"F{filing.pk}", wutong.path)}


def test_facts_other_than_functions_leave_casework_alone(told, center, wutong):
    section = SectionFactory(filing=SubmittedFilingFactory(center=center), kind="premises")
    Section.objects.filter(pk=section.pk).update(status="submitted")
    told()
    Section.objects.filter(pk=section.pk).update(
        status="accepted", decided_by=section.filing.opened_by, decided_at=section.filing.opened_at
    )
    assert told("centers", "casework") == {("centers", "C90", wutong.path)}


def test_a_round_is_told_of_in_its_district_and_what_is_owed_at_each_center(
    told, center, haitang, wutong, alice, at
):
    opened = RoundFactory(division=haitang)
    ObligationFactory(round=opened, center=center)
    both = {
        ("rounds", f"R{opened.pk}", haitang.path),
        ("obligations", f"R{opened.pk}/C90", wutong.path),
    }
    assert told() == both
    rounds.cancel(round=opened, reason="重复", by=alice, at=at)
    assert told() == both


def test_more_time_and_every_step_of_a_filing_move_the_round(owed, told, center, wutong):
    both = {
        ("obligations", f"R{owed.round_id}/C90", wutong.path),
        ("rounds", f"R{owed.round_id}", wutong.path),
    }
    ExtensionFactory(obligation=owed)
    assert told() == both
    FilingFactory(center=center, obligation=owed)
    assert told() == both
