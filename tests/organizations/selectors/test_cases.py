"""What cases add up to: open, due, rates with their denominators."""

from datetime import date
from decimal import Decimal

import pytest

from centers.models import Center
from organizations.models import Case
from organizations.selectors import cases as selectors
from organizations.services import case_files, cases
from tests.factories.centers import CenterFactory
from tests.factories.organizations import CaseFactory, OrganizationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DAY = date(2026, 1, 5)
# The way of an opinion, each step a day of January 2026.
WAY = (
    ("chosen", 6, {}),
    ("consulting", 7, {}),
    ("formed", 8, {"opinion": "按楼层分担"}),
    ("submitted", 9, {"submitted_to": "街道办事处"}),
    ("answered", 20, {}),
    ("carried_out", 25, {}),
)


@pytest.fixture
def opinion(center, diane, at):
    """(last state, adopted) → an opinion that went so far."""

    def opinion(last, adopted="yes"):
        case = cases.open_case(
            center=center,
            kind="opinion",
            title="意见",
            opened_on=DAY,
            details={"led_by": "街道党工委"},
            by=diane,
            at=at,
        )
        for to, day, details in WAY:
            known = {**details, **({"adopted": adopted} if to == "answered" else {})}
            cases.move(
                case=case,
                to=to,
                version=case.version,
                happened_on=date(2026, 1, day),
                details=known,
                by=diane,
                at=at,
            )
            if to == last:
                break
        return case

    return opinion


def rates(on):
    return selectors.opinion_rates(Center.objects.all(), 2026, on)


def test_rates_of_opinions_name_their_denominators(opinion):
    opinion("consulting")
    opinion("submitted")
    opinion("answered", "no")
    opinion("answered", "partly")
    opinion("carried_out")
    found = rates(date(2026, 3, 2))
    assert (found.formed, found.submitted, found.answered) == (4, 4, 3)
    assert found.adoption == (2, 3)
    assert found.adoption.percent == Decimal("66.7")
    assert found.resolution == (1, 4)
    assert found.unanswered_30 == 1


def test_a_reply_is_late_after_thirty_days_and_not_before(opinion):
    opinion("submitted")
    assert rates(date(2026, 2, 8)).unanswered_30 == 0
    assert rates(date(2026, 2, 9)).unanswered_30 == 1


def test_rates_speak_of_their_day(opinion):
    opinion("carried_out")
    then = rates(date(2026, 1, 15))
    assert (then.formed, then.answered, then.resolved) == (1, 0, 0)


def test_nothing_formed_is_no_rate(db):
    assert rates(date(2026, 3, 2)).adoption.percent is None


def test_heads_trained_are_of_the_registered_community_organizations(
    center, wutong, haitang, diane, at
):
    first, _second = (
        OrganizationFactory(division=wutong, community_kind="charity") for _n in range(2)
    )
    OrganizationFactory(division=wutong, community_kind="none")
    OrganizationFactory(division=wutong)
    OrganizationFactory(division=wutong, community_kind="charity", status="deregistered")
    training = cases.open_case(
        center=center, kind="training", title="培训", opened_on=DAY, status="done", by=diane, at=at
    )
    present = case_files.Present(organization=first, is_head=True)
    case_files.attend(case=training, rows=[present], by=diane, at=at)
    assert selectors.heads_trained(haitang, date(2026, 3, 2)) == (1, 2)
    assert selectors.heads_trained(haitang, date(2031, 1, 5)) == (0, 2)
    assert selectors.heads_trained(haitang, date(2031, 1, 4)) == (1, 2)


def test_a_head_who_did_not_come_was_not_trained(center, wutong, haitang, diane, at):
    organization = OrganizationFactory(division=wutong, community_kind="charity")
    training = cases.open_case(
        center=center, kind="training", title="培训", opened_on=DAY, status="done", by=diane, at=at
    )
    rows = [case_files.Present(organization=organization, people=4)]
    case_files.attend(case=training, rows=rows, by=diane, at=at)
    assert selectors.heads_trained(haitang, date(2026, 3, 2)) == (0, 1)


def test_open_and_due_are_of_the_centers_that_one_sees(center, wutong, diane, alice, bob):
    due = CaseFactory(center=center, follow_up_on=DAY)
    later = CaseFactory(center=center, follow_up_on=date(2026, 5, 1))
    CaseFactory(center=center, status="closed")
    other = CaseFactory(center=CenterFactory(division=wutong))
    assert list(selectors.open_cases(diane)) == [due, later]
    assert list(selectors.due(diane, date(2026, 3, 2))) == [due]
    assert set(selectors.open_cases(alice)) == {due, later, other}
    assert not selectors.open_cases(bob).exists()


def test_what_is_known_is_told_in_words_and_blanks_are_left_out(center):
    case = CaseFactory(center=center, kind="opinion", status="collecting")
    detail = selectors.detail_of(case)
    detail.participants = ["residents", "police"]
    told = {str(line.label): line.text for line in selectors.lines_of(detail)}
    assert list(map(str, told["参与方"])) == ["居民", "民警"]
    assert "答复" not in told


def test_open_cases_are_counted_by_kind(center):
    CaseFactory(center=center), CaseFactory(center=center)
    CaseFactory(center=center, kind="training", status="planned")
    CaseFactory(center=center, status="closed")
    assert selectors.open_by_kind(center) == {"consultation": 2, "training": 1}


def test_states_at_rest_are_those_without_a_way_on(db):
    assert {"closed", "dropped", "done", "announced"} <= set(selectors.AT_REST)
    assert not {"advising", "planned", "answered"} & set(selectors.AT_REST)
    assert set(selectors.AT_REST) <= set(Case.Status.values)
