"""Who is told what when a filing changes hands."""

from datetime import date

import pytest
from django.utils import translation

from centers.models import Filing
from centers.services import filings, opinions, rounds
from portal.inbox.models import Notice
from tests.factories.centers import (
    MembershipFactory,
    ObligationFactory,
    RoundFactory,
    hand_in,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def heard(user, language="en"):
    with translation.override(language):
        return [notice.sentence for notice in Notice.objects.filter(user=user).order_by("pk")]


@pytest.fixture
def emil(center):
    user = UserFactory(full_name="李员工")
    MembershipFactory(user=user, center=center, role="center_staff")
    return user


@pytest.fixture
def reviewer(wutong):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return user


def prepare(filing, by, at):
    return filings.prepare(filing=filing, version=filing.version, by=by, at=at)


def test_prepared_is_told_to_the_director(filing, section_of, diane, emil, at):
    section_of(filing)
    prepare(filing, emil, at)
    assert heard(diane) == [
        f"Change filing of {filing.center.name} waits for you to certify or decline."
    ]
    assert heard(emil) == []
    assert Notice.objects.get().url_path == f"/desk/filings/{filing.pk}/"


def test_declined_is_told_to_whoever_prepared_it(filing, section_of, diane, emil, at):
    section_of(filing)
    prepare(filing, emil, at)
    filings.decline(filing=filing, version=filing.version, reason="面积不对", by=diane, at=at)
    assert "was not certified" in heard(emil)[0]


def test_a_filing_prepared_again_is_told_again(filing, section_of, diane, emil, at):
    section_of(filing)
    prepare(filing, emil, at)
    filings.decline(filing=filing, version=filing.version, reason="面积不对", by=diane, at=at)
    prepare(filing, emil, at)
    assert len(heard(diane)) == 2


def test_returned_names_the_sections_in_the_readers_language(submitted, diane, alice, emil, at):
    premises, staff = submitted("premises", "staff")
    for section in (premises, staff):
        filings.return_section(
            section=section, version=section.version, comment="缺证", by=alice, at=at
        )
    assert heard(emil)[-1].endswith("was returned for correction: premises, staff.")
    chinese = heard(emil, "zh-hans")[-1]
    assert "premises" not in chinese
    assert "人员" in chinese
    assert heard(alice) == []


def test_accepted_is_told_once_when_the_last_section_is(submitted, diane, alice, emil, at):
    for section in submitted("premises", "accounts"):
        filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert [text for text in heard(emil) if text.endswith("was accepted.")] == [
        f"Change filing of {emil.memberships.get().center.name} was accepted."
    ]


def test_the_township_hears_of_what_wants_its_opinion(
    haitang, center, section_of, diane, reviewer, at, pack
):
    asked = RoundFactory(division=haitang, needs_opinion=True)
    owed = ObligationFactory(round=asked, center=center)
    filing = filings.open_for(obligation=owed, by=diane, at=at)
    section_of(filing)
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    assert heard(reviewer) == [
        f"{asked.title} of {center.name} waits for the township's opinion."
    ]
    opinions.give(filing=filing, verdict="agree", text="", by=reviewer, at=at)


def test_a_change_of_its_own_asks_no_township(submitted, reviewer):
    submitted("premises")
    assert heard(reviewer) == []


def test_more_time_is_told_to_the_center(haitang, center, diane, alice, at):
    owed = ObligationFactory(round=RoundFactory(division=haitang), center=center)
    rounds.extend(
        obligation=owed,
        due_on=date(2026, 4, 15),
        locks_on=date(2026, 5, 15),
        reason="主任换届",
        by=alice,
        at=at,
    )
    [notice] = Notice.objects.filter(user=diane)
    assert notice.due_on == date(2026, 4, 15)
    assert heard(diane) == [f"{center.name} has more time for {owed.round.title}."]


def test_imports_tell_nobody(golden):
    assert Filing.objects.filter(status="accepted").exists()
    assert not Notice.objects.exists()
