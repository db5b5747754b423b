"""Working days after an evaluation: the ranking, the decision, its notice."""

from datetime import UTC, date, datetime

import pytest

from portal.inbox.models import Notice
from portal.workdays import selectors as workdays
from projects.models import Award, Seat
from projects.services import dues, panel_reminders, procurement_reminders, procurement_states
from tests.factories.procurements import AwardFactory, advance, ignoring, opened, seated

pytestmark = pytest.mark.django_db
# Friday 6 March 2026.
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)


def told(on):
    """(user, what, whether it is late) of what is told on a day."""
    return [
        (user, news.params["what_label"], news.text == dues.IS_LATE)
        for user, news in dues.letters(panel_reminders.dues(workdays.load()), on)
    ]


@pytest.fixture
def procurement(wutong, haitang):
    """Evaluated by one, whose sheet was submitted on the Friday."""
    procurement = opened(project__division=wutong)
    seat = seated(procurement, district=haitang, status="submitted")
    Seat.objects.filter(pk=seat.pk).update(submitted_at=FRIDAY)
    return procurement


def test_bids_are_ranked_within_two_working_days_of_the_last_sheet(procurement, haitang, alice):
    assert told(date(2026, 3, 6)) == []
    assert told(date(2026, 3, 9)) == [(alice, panel_reminders.RANK, False)]
    assert told(date(2026, 3, 10)) == [(alice, panel_reminders.RANK, False)]
    assert told(date(2026, 3, 11)) == [(alice, panel_reminders.RANK, True)]
    seated(procurement, district=haitang)
    assert told(date(2026, 3, 11)) == []


def test_what_went_back_to_be_evaluated_is_counted_from_there(procurement, alice):
    advance(procurement, "ranked")
    monday = datetime(2026, 3, 16, 2, tzinfo=UTC)
    procurement_states.move(
        procurement=procurement, to="evaluating", version=procurement.version, by=alice, at=monday
    )
    assert told(date(2026, 3, 16)) == []
    assert told(date(2026, 3, 18)) == [(alice, panel_reminders.RANK, False)]


def test_the_award_is_decided_within_five_working_days_of_the_ranking(procurement, leader, alice):
    procurement_states.move(
        procurement=procurement, to="ranked", version=procurement.version, by=alice, at=FRIDAY
    )
    assert told(date(2026, 3, 11)) == []
    assert told(date(2026, 3, 12)) == [(leader, panel_reminders.DECIDE, False)]
    assert told(date(2026, 3, 16)) == [(leader, panel_reminders.DECIDE, True)]


def test_an_award_is_told_of_within_two_working_days_and_once(procurement, alice):
    bid = procurement.opening.bids.first()
    advance(procurement, "ranked")
    advance(procurement, "awarded")
    award = AwardFactory(
        procurement=procurement,
        opened_bid=bid,
        organization=bid.bid.organization,
        price_yuan=bid.price_yuan,
        awarded_at=FRIDAY,
    )
    at = datetime(2026, 3, 10, 1, tzinfo=UTC)
    for _twice in range(2):
        procurement_reminders.remind(on=at.date(), at=at)
    notice = Notice.objects.get(user=alice)
    assert notice.url_path.endswith(f"panels/{procurement.pk}/panel/")
    with ignoring("Award:notified_once"):
        Award.objects.filter(pk=award.pk).update(notified_at=at)
    assert told(date(2026, 3, 11)) == []
