"""The filing that answers a round: what is asked by when, what is unsaved, and what happened."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from centers import selectors
from centers.models import Obligation, SectionDraft
from centers.services import drafts, filings, opinions, rounds
from tests.factories.centers import ExtensionFactory, ObligationFactory, hand_in
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db


def url(filing, step=""):
    return f"/desk/filings/{filing.pk}/{step}"


@pytest.fixture
def obligation(c05):
    """What C05 owes to a round that runs now."""
    today = timezone.localdate()
    return ObligationFactory(
        center=c05,
        round__title="2026年度报告",
        round__division=c05.division.parent,
        round__section_kinds=["premises", "accounts"],
        round__instructions="请附标识照片。",
        round__opens_on=today - timedelta(days=10),
        round__due_on=today,
        round__locks_on=today + timedelta(days=20),
    )


@pytest.fixture
def answer(obligation, diane):
    return filings.open_for(obligation=obligation, by=diane, at=timezone.now())


def test_page_says_what_is_asked_and_by_when(diane_client, answer, obligation):
    page = words(in_english(diane_client).get(url(answer)))
    assert "2026年度报告" in page
    assert "Period 2025-01-01 to 2025-12-31" in page
    assert f"Due {obligation.due_on} due today" in page
    assert f"Locked after {obligation.locks_on}" in page
    assert "What the bureau asks 请附标识照片。" in page


def test_figures_start_with_the_year_the_round_asks_for(diane_client, obligation, diane):
    asked = ObligationFactory(
        center=obligation.center,
        round__division=obligation.round.division,
        round__section_kinds=["functions"],
        round__opens_on=obligation.opens_on,
        round__due_on=obligation.due_on,
        round__locks_on=obligation.locks_on,
        round__period_from_on=date(2024, 1, 1),
        round__period_to_on=date(2024, 12, 31),
    )
    filing = filings.open_for(obligation=asked, by=diane, at=timezone.now())
    page = words(in_english(diane_client).get(url(filing, "functions/")))
    assert "Figures of 2024" in page
    chosen = words(diane_client.get(url(filing, "functions/"), {"year": "2023"}))
    assert "Figures of 2023" in chosen


def test_page_says_why_there_is_more_time(diane_client, answer, obligation):
    ExtensionFactory(
        obligation=obligation,
        due_on=obligation.due_on + timedelta(days=7),
        locks_on=obligation.locks_on + timedelta(days=7),
    )
    page = words(in_english(diane_client).get(url(answer)))
    later = obligation.due_on + timedelta(days=7)
    assert f"More time until {later} instead of {obligation.due_on}: 主任换届" in page


def test_locked_round_says_who_opens_it_again(diane_client, answer, obligation):
    early = timezone.localdate() - timedelta(days=1)
    other = ObligationFactory(
        center=obligation.center,
        round__division=obligation.round.division,
        opens_on=date(2020, 1, 1),
        due_on=date(2020, 2, 1),
        locks_on=early,
    )
    type(answer).objects.filter(pk=answer.pk).update(obligation=other)
    page = words(in_english(diane_client).get(url(answer)))
    assert "Only the district bureau can open it again, by an extension." in page
    assert "days overdue" in page


def test_cancelled_round_says_why_and_what_is_left_to_do(diane_client, answer, alice, obligation):
    rounds.cancel(round=obligation.round, reason="重复", by=alice, at=timezone.now())
    page = words(in_english(diane_client).get(url(answer)))
    assert ": 重复. The filing can only be withdrawn." in page
    assert "due today" not in page


def test_sections_say_what_they_hold_and_what_changed(diane_client, answer):
    premises = answer.sections.get(kind="premises")
    diane_client.post(url(answer, "premises/"), typed(premises, **{"rows-0-note": "改"}))
    accounts = answer.sections.get(kind="accounts")
    gone = typed(accounts, is_none="on", **{"rows-0-DELETE": "on"})
    diane_client.post(url(answer, "accounts/"), gone)
    page = words(in_english(diane_client).get(url(answer)))
    assert "Premises reported 1 row 1 changed draft" in page
    accounts = page.split("Bank accounts zero report")[1]
    assert "1 removed draft" in accounts


def test_what_the_round_asks_for_cannot_be_taken_out(diane_client, answer):
    assert "Take out" not in words(in_english(diane_client).get(url(answer)))


def test_bureau_does_not_read_what_changes_in_a_draft(alice_client, diane_client, answer):
    premises = answer.sections.get(kind="premises")
    diane_client.post(url(answer, "premises/"), typed(premises, **{"rows-0-note": "改"}))
    assert "1 changed" not in words(in_english(alice_client).get(url(answer)))


def test_bureau_reads_nothing_of_a_draft(alice_client, answer):
    page = words(in_english(alice_client).get(url(answer)))
    assert "Premises — — draft" in page
    assert "1 row" not in page
    assert b"/premises/" not in alice_client.get(url(answer)).content


def test_bureau_reads_nothing_of_what_is_being_corrected(
    alice_client, diane_client, answer, diane, alice
):
    hand_in(answer, by=diane, at=timezone.now())
    for section in answer.sections.all():
        filings.return_section(
            section=section, version=section.version, comment="补", by=alice, at=timezone.now()
        )
    premises = answer.sections.get(kind="premises")
    diane_client.post(url(answer, "premises/"), typed(premises, **{"rows-0-note": "改"}))
    page = words(in_english(alice_client).get(url(answer)))
    assert "Premises — — returned for correction" in page
    assert "1 changed" not in page


def test_why_the_director_declined_stays_within_the_center(
    alice_client, diane_client, emil_client, answer
):
    emil_client.post(url(answer, "prepare/"), {"version": answer.version})
    answer.refresh_from_db()
    data = {"version": answer.version, "reason": "面积是估的"}
    diane_client.post(url(answer, "decline/"), data)
    assert "面积是估的" in words(emil_client.get(url(answer)))
    assert "面积是估的" not in words(alice_client.get(url(answer)))


def test_unsaved_entries_are_listed_with_a_way_to_discard_them(
    diane_client, emil_client, answer
):
    section = answer.sections.get(kind="premises")
    emil = SectionDraft._meta.get_field("user").related_model.objects.get(username="emil")
    drafts.keep(section=section, version=1, data={}, by=emil, at=timezone.now())
    page = in_english(diane_client).get(url(answer))
    assert "Typed and not saved yet" in words(page)
    assert "Premises · 李员工 ·" in words(page)
    refused = diane_client.post(
        url(answer, "prepare/"), {"version": answer.version}, follow=True
    )
    assert "李员工 typed into “premises” and did not save it." in words(refused)
    draft = SectionDraft.objects.get()
    seen = {"draft": draft.pk, "seen": draft.saved_at.isoformat()}
    diane_client.post(url(answer, "premises/discard/"), seen)
    assert "Typed and not saved yet" not in words(diane_client.get(url(answer)))


def test_prepared_filing_names_who_can_certify(diane_client, emil_client, answer):
    emil_client.post(url(answer, "prepare/"), {"version": answer.version})
    page = words(in_english(diane_client).get(url(answer)))
    assert "Locked: 李员工 handed it over." in page
    assert "Who can certify: 王主任." in page


def test_history_tells_every_submission(diane_client, diane, alice, answer):
    at = timezone.now()
    obligation = Obligation.objects.select_related("round").get(pk=answer.obligation_id)
    assert not obligation.round.needs_opinion
    hand_in(answer, by=diane, at=at)
    opinions.give(filing=answer, verdict="object", text="面积不实", by=alice, at=at)
    section = answer.sections.get(kind="premises")
    line = selectors.rows_of(section)[0].line
    filings.return_section(
        section=section,
        version=section.version,
        comment="请更正",
        by=alice,
        at=at,
        row_comments={line: "与合同不符"},
    )
    page = words(in_english(diane_client).get(url(answer)))
    assert "请更正 · 与合同不符" in page
    first = page.split("Submission No. 1")[1]
    for step in (
        "王主任 opened",
        "handed over for certification",
        "王主任 certified and submitted",
        "林经办 opinion of the township Has objections 面积不实",
        "林经办 sent back Premises 请更正",
    ):
        assert step in first
    assert "Submission No. 2" not in page
    accounts = answer.sections.get(kind="accounts")
    filings.accept_section(section=accounts, version=accounts.version, by=alice, at=at)
    diane_client.post(url(answer, "premises/"), typed(section, **{"rows-0-note": "已更正"}))
    answer.refresh_from_db()
    hand_in(answer, by=diane, at=at)
    page = words(diane_client.get(url(answer)))
    assert "王主任 certified and submitted" in page.split("Submission No. 2")[1]


@pytest.mark.parametrize("item_count", [1, 3])
def test_query_count(item_count, diane_client, diane, answer, django_assert_num_queries):
    accounts = answer.sections.get(kind="accounts")
    rows = [{"holder": f"户{n}"} for n in range(item_count)]
    for _ in range(item_count):
        accounts = filings.save_section(
            section=accounts, version=accounts.version, rows=rows, by=diane, at=timezone.now()
        )
    with django_assert_num_queries(25):
        diane_client.get(url(answer))
