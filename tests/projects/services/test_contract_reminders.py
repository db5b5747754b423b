"""Reminders of contracts: before a day, once when it is late, and none of what was done."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from portal.inbox.models import Notice
from projects.models import Contract, Milestone, Payment
from projects.services import contract_reminders, dues, procurement_reminders
from tests.factories.procurements import SupervisionFactory, advance, awarded, signed

pytestmark = pytest.mark.django_db


def told(on):
    """(user, what, whether it is late) of what is told on a day."""
    return [
        (user, news.params["what_label"], news.text == dues.IS_LATE)
        for user, news in dues.letters(contract_reminders.dues(on), on)
    ]


@pytest.fixture
def contract(wutong):
    """Signed on 2026-01-01; published and filed."""
    contract = signed(awarded(project__division=wutong))
    done = {"published_on": date(2026, 1, 2), "filed_on": date(2026, 1, 5)}
    Contract.objects.filter(pk=contract.pk).update(**done)
    advance(contract.procurement, "contracted")
    contract.refresh_from_db()
    return contract


def test_an_award_that_was_notified_is_to_be_contracted_within_30_days(wutong, alice):
    """Notified on 2026-03-01: signed by 2026-03-31."""
    awarded(project__division=wutong)
    assert told(date(2026, 3, 23)) == []
    assert told(date(2026, 3, 24)) == [(alice, contract_reminders.SIGN, False)]
    assert told(date(2026, 3, 31)) == [(alice, contract_reminders.SIGN, False)]
    assert told(date(2026, 4, 1)) == [(alice, contract_reminders.SIGN, True)]


def test_what_was_signed_is_to_be_published_and_filed(contract, alice):
    assert told(date(2026, 1, 2)) == []
    Contract.objects.filter(pk=contract.pk).update(published_on=None, filed_on=None)
    whats = {what for _user, what, _is_late in told(date(2026, 1, 6))}
    assert whats == {contract_reminders.PUBLISH, contract_reminders.FILE}
    assert all(is_late for _user, _what, is_late in told(date(2026, 2, 27)))


def test_payments_milestones_and_corrections_come_and_are_late(contract, alice):
    day = date(2026, 6, 30)
    Payment.objects.filter(contract=contract).update(due_on=day)
    SupervisionFactory(contract=contract, happened_on=date(2026, 5, 1), correct_by=day)
    assert told(date(2026, 6, 22)) == []
    whats = [contract_reminders.PAY, contract_reminders.CORRECT]
    assert told(date(2026, 6, 23)) == [(alice, what, False) for what in whats]
    assert told(date(2026, 7, 1)) == [(alice, what, True) for what in whats]
    assert told(date(2026, 12, 24))[1] == (alice, contract_reminders.DELIVER, False)


def test_what_was_done_is_not_told_of(contract, alice):
    Payment.objects.filter(contract=contract).update(
        status="paid",
        due_on=date(2026, 2, 1),
        paid_on=date(2026, 2, 1),
        paid_by=alice,
        voucher_no="P-1",
    )
    Milestone.objects.filter(contract=contract).update(
        delivered_on=date(2026, 2, 1),
        confirmed_by=alice,
        confirmed_at=datetime(2026, 2, 2, tzinfo=UTC),
    )
    assert told(date(2026, 12, 31)) == []


def test_it_stands_in_the_inbox_once(contract, alice):
    Payment.objects.filter(contract=contract).update(due_on=date(2026, 3, 6))
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    for _twice in range(2):
        procurement_reminders.remind(on=at.date(), at=at)
    notice = Notice.objects.get(user=alice)
    assert notice.url_path == f"/admin/projects/contract/{contract.pk}/change/"
    with translation.override("en"):
        said = f"“{contract.title}”: make a payment of the contract by 2026-03-06."
        assert notice.sentence == said
