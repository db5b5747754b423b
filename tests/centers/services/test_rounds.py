"""What a bureau asks of its centers: opened, cancelled, extended, answered."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from centers.models import Extension, Filing, Obligation, Round, Section, SectionDraft
from centers.services import drafts, filings, rounds
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.centers.services.conftest import ROOM
from tests.factories.centers import CenterFactory, hand_in
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DATES = {
    "period_from_on": date(2025, 1, 1),
    "period_to_on": date(2025, 12, 31),
    "opens_on": date(2026, 1, 5),
    "due_on": date(2026, 3, 31),
    "locks_on": date(2026, 4, 30),
}
ASKED = {"title": "2025年度报告", "kind": "annual", "section_kinds": ["premises"], **DATES}


def noon(month, day):
    return datetime(2026, month, day, 12, tzinfo=SHANGHAI)


@pytest.fixture
def open_one(haitang, center, alice, at):
    """(changes) → an open round of 海棠区 for the one center."""

    def make(**changes):
        asked = {**ASKED, "division": haitang, "centers": [center], **changes}
        return rounds.open_round(**asked, by=alice, at=at)

    return make


@pytest.fixture
def owed(open_one, pack):
    return open_one(needs_opinion=False).obligations.get()


def extended(obligation, alice, *, due_on, locks_on, at, reason="主任换届"):
    return rounds.extend(
        obligation=obligation, due_on=due_on, locks_on=locks_on, reason=reason, by=alice, at=at
    )


def answer(obligation, diane, at):
    filing = filings.open_for(obligation=obligation, by=diane, at=at)
    section = filing.sections.get()
    filings.save_section(section=section, version=section.version, rows=[ROOM], by=diane, at=at)
    filing.refresh_from_db()
    return filing


# --- opening


def test_a_round_writes_down_what_each_center_owes(open_one, center, wutong, alice, at):
    other = CenterFactory(division=wutong)
    opened = open_one(centers=[other, center, other])
    owed = list(opened.obligations.order_by("center__code"))
    assert [obligation.center for obligation in owed] == [center, other]
    for obligation in owed:
        assert {name: getattr(obligation, name) for name in DATES} == DATES
    event = AuditEvent.objects.get(action="centers.round.open")
    assert event.changes == {"centers": [None, 2]}
    assert (event.actor_id, event.division_path) == (alice.pk, opened.division.path)


def test_sections_are_asked_for_once_and_in_their_order(open_one):
    opened = open_one(section_kinds=["premises", "profile", "premises"])
    assert opened.section_kinds == ["profile", "premises"]


def test_reminders_are_the_usual_ones_unless_chosen(open_one):
    assert open_one().reminder_days == [-5, -1, 0, 1, 5]
    assert open_one(title="乙", reminder_days=[3, -3, 3]).reminder_days == [-3, 3]
    assert open_one(title="丙", reminder_days=[]).reminder_days == []


@pytest.mark.parametrize("kinds", [[], ["premises", "warnings"]])
def test_a_round_that_asks_for_nothing_known_is_refused(open_one, kinds):
    with pytest.raises(rounds.NothingAsked):
        open_one(section_kinds=kinds)
    assert not Round.objects.exists()


def test_a_round_is_for_centers_of_its_division(open_one, huangpu):
    with pytest.raises(rounds.NobodyAsked):
        open_one(centers=[])
    with pytest.raises(rounds.NobodyAsked):
        open_one(centers=[CenterFactory(division=huangpu)])
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"period_to_on": date(2024, 12, 31)},
        {"due_on": date(2026, 1, 4)},
        {"locks_on": date(2026, 3, 30)},
    ],
)
def test_dates_follow_one_another(open_one, wrong):
    with pytest.raises(rounds.DatesOutOfOrder):
        open_one(**wrong)
    assert not Round.objects.exists()


def test_a_title_is_taken_once_in_a_district(open_one, huangpu):
    open_one()
    with pytest.raises(rounds.TitleTaken):
        open_one()
    elsewhere = open_one(division=huangpu, centers=[CenterFactory(division=huangpu)])
    assert elsewhere.title == ASKED["title"]


# --- cancelling


def test_a_cancelled_round_asks_nothing_and_frees_its_title(open_one, alice, at):
    opened = open_one()
    rounds.cancel(round=opened, reason=" 发错了 ", by=alice, at=at)
    assert (opened.cancelled_by, opened.cancel_reason) == (alice, "发错了")
    assert not Obligation.objects.in_force().exists()
    assert AuditEvent.objects.get(action="centers.round.cancel").reason == "发错了"
    assert open_one() != opened


def test_cancelling_wants_a_reason_and_happens_once(open_one, alice, at):
    opened = open_one()
    with pytest.raises(ReasonMissing):
        rounds.cancel(round=opened, reason="  ", by=alice, at=at)
    rounds.cancel(round=opened, reason="发错了", by=alice, at=at)
    with pytest.raises(Conflict):
        rounds.cancel(round=opened, reason="再来", by=alice, at=at)


def test_a_round_that_was_answered_stands(owed, diane, alice, at):
    filing = answer(owed, diane, at)
    hand_in(filing, by=diane, at=at)
    with pytest.raises(rounds.RoundAnswered):
        rounds.cancel(round=owed.round, reason="发错了", by=alice, at=at)


def test_a_draft_for_a_cancelled_round_is_not_handed_in_and_can_be_withdrawn(
    owed, diane, alice, at
):
    filing = answer(owed, diane, at)
    rounds.cancel(round=owed.round, reason="发错了", by=alice, at=at)
    with pytest.raises(filings.RoundClosed, match="取消"):
        hand_in(filing, by=diane, at=at)
    filing.refresh_from_db()
    assert filings.withdraw(filing=filing, version=filing.version, by=diane, at=at).status == (
        "withdrawn"
    )


# --- more time


def test_an_extension_holds_for_one_center_and_the_dates_stand(open_one, center, wutong, alice, at):
    opened = open_one(centers=[center, CenterFactory(division=wutong)])
    mine, other = opened.obligations.order_by("center__code")
    extended(mine, alice, due_on=date(2026, 4, 10), locks_on=date(2026, 5, 10), at=at)
    dated = {o.pk: o for o in Obligation.objects.with_state(date(2026, 4, 5))}
    assert dated[mine.pk].last_due_on == date(2026, 4, 10)
    assert dated[mine.pk].due_on == DATES["due_on"]
    assert not dated[mine.pk].is_overdue
    assert dated[other.pk].is_overdue
    event = AuditEvent.objects.get(action="centers.obligation.extend")
    assert event.changes == {
        "due_on": ["2026-03-31", "2026-04-10"],
        "locks_on": ["2026-04-30", "2026-05-10"],
    }
    assert event.reason == "主任换届"


def test_the_newest_extension_holds_and_the_older_is_kept(owed, alice, at):
    extended(owed, alice, due_on=date(2026, 4, 10), locks_on=date(2026, 5, 10), at=at)
    extended(owed, alice, due_on=date(2026, 4, 20), locks_on=date(2026, 5, 20), at=at)
    (dated,) = Obligation.objects.with_state(date(2026, 4, 5))
    assert (dated.last_due_on, dated.last_locks_on) == (date(2026, 4, 20), date(2026, 5, 20))
    assert owed.extensions.count() == 2


@pytest.mark.parametrize(
    ("due_on", "locks_on"),
    [
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 3, 30), date(2026, 4, 30)),
        (date(2026, 4, 10), date(2026, 4, 20)),
        (date(2026, 5, 10), date(2026, 5, 9)),
    ],
)
def test_an_extension_never_takes_time_away(owed, alice, at, due_on, locks_on):
    with pytest.raises(rounds.DatesOutOfOrder):
        extended(owed, alice, due_on=due_on, locks_on=locks_on, at=at)
    assert not Extension.objects.exists()


def test_an_extension_that_is_over_already_is_refused(owed, alice):
    with pytest.raises(rounds.DatesOutOfOrder):
        extended(
            owed, alice, due_on=date(2026, 4, 10), locks_on=date(2026, 5, 20), at=noon(5, 10)
        )


def test_an_extension_is_explained(owed, alice, at):
    with pytest.raises(ReasonMissing):
        extended(
            owed, alice, due_on=date(2026, 4, 10), locks_on=date(2026, 5, 10), at=at, reason=" "
        )


def test_no_more_time_once_filed_or_cancelled(owed, open_one, diane, alice, at):
    more = {"due_on": date(2026, 4, 10), "locks_on": date(2026, 5, 10), "at": at}
    hand_in(answer(owed, diane, at), by=diane, at=at)
    with pytest.raises(Conflict):
        extended(owed, alice, **more)
    other = open_one(title="乙")
    rounds.cancel(round=other, reason="发错了", by=alice, at=at)
    with pytest.raises(Conflict):
        extended(other.obligations.get(), alice, **more)


# --- answering


def test_answering_opens_every_section_asked_for(open_one, diane, at, pack):
    owed = open_one(section_kinds=["premises", "staff"]).obligations.get()
    filing = filings.open_for(obligation=owed, by=diane, at=at)
    assert set(filing.sections.values_list("kind", flat=True)) == {"premises", "staff"}
    assert filings.open_for(obligation=owed, by=diane, at=at) == filing
    assert Filing.objects.count() == 1


def test_a_section_the_round_asks_for_stays(owed, diane, at):
    filing = answer(owed, diane, at)
    with pytest.raises(filings.SectionMissing):
        filings.drop_section(section=filing.sections.get(), by=diane, at=at)


def test_a_round_that_is_not_open_yet_takes_nothing(owed, diane):
    with pytest.raises(filings.RoundClosed, match="2026-01-05"):
        filings.open_for(obligation=owed, by=diane, at=noon(1, 4))
    assert filings.open_for(obligation=owed, by=diane, at=noon(1, 5)).pk


def test_a_locked_round_takes_nothing_until_it_is_extended(owed, diane, alice):
    with pytest.raises(filings.RoundClosed, match="延期"):
        filings.open_for(obligation=owed, by=diane, at=noon(5, 1))
    extended(owed, alice, due_on=date(2026, 5, 8), locks_on=date(2026, 5, 20), at=noon(5, 1))
    filing = answer(owed, diane, noon(5, 2))
    hand_in(filing, by=diane, at=noon(5, 8))
    (dated,) = Obligation.objects.with_state(date(2026, 5, 9))
    assert (dated.state, dated.is_late) == ("submitted", False)


def test_a_lock_lifted_with_the_old_due_date_leaves_the_center_late(owed, diane, alice):
    extended(owed, alice, due_on=DATES["due_on"], locks_on=date(2026, 5, 20), at=noon(5, 1))
    hand_in(answer(owed, diane, noon(5, 2)), by=diane, at=noon(5, 2))
    (dated,) = Obligation.objects.with_state(date(2026, 5, 3))
    assert (dated.state, dated.is_late) == ("submitted", True)


def test_a_lock_that_falls_while_the_director_has_it_holds(owed, diane):
    filing = answer(owed, diane, noon(4, 30))
    clerk = UserFactory()
    filings.prepare(filing=filing, version=filing.version, by=clerk, at=noon(4, 30))
    with pytest.raises(filings.RoundClosed):
        filings.submit(filing=filing, version=filing.version, by=diane, at=noon(5, 1))
    assert Filing.objects.get().status == "prepared"


def test_what_was_returned_is_corrected_after_the_lock_and_stays_in_time(owed, diane, alice):
    hand_in(answer(owed, diane, noon(3, 31)), by=diane, at=noon(3, 31))
    section = Section.objects.get()
    filings.return_section(
        section=section, version=section.version, comment="缺证", by=alice, at=noon(5, 5)
    )
    section.refresh_from_db()
    filings.save_section(
        section=section,
        version=section.version,
        rows=[{**ROOM, "address": "二楼"}],
        by=diane,
        at=noon(5, 6),
    )
    filing = Filing.objects.get()
    hand_in(filing, by=diane, at=noon(5, 7))
    (dated,) = Obligation.objects.with_state(date(2026, 5, 8))
    assert (dated.filed_on, dated.is_late) == (date(2026, 3, 31), False)
    assert filing.submission_count == 2


def test_a_withdrawn_filing_is_none(owed, diane, at):
    filing = answer(owed, diane, at)
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    (dated,) = Obligation.objects.with_state(date(2026, 4, 1))
    assert (dated.state, dated.filing_id) == ("overdue", None)
    assert filings.open_for(obligation=owed, by=diane, at=at) != filing


def test_what_was_submitted_to_a_round_is_corrected_and_not_withdrawn(owed, diane, alice, at):
    filing = answer(owed, diane, at)
    hand_in(filing, by=diane, at=at)
    section = filing.sections.get()
    filings.return_section(
        section=section, version=section.version, comment="缺证", by=alice, at=at
    )
    filing.refresh_from_db()
    with pytest.raises(filings.RoundAnswered):
        filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    (dated,) = Obligation.objects.with_state(date(2026, 6, 1))
    assert (dated.state, dated.is_late) == ("returned", False)


# --- unsaved entries


def test_nothing_typed_is_left_behind(owed, diane, at):
    filing = answer(owed, diane, at)
    section = filing.sections.get()
    data = {"rows-0-address": ["三楼"]}
    draft = drafts.keep(section=section, version=section.version, data=data, by=diane, at=at)
    with pytest.raises(filings.EntriesUnsaved, match="王主任"):
        hand_in(filing, by=diane, at=at)
    filing.refresh_from_db()
    assert filing.status == "draft"
    drafts.discard(draft=draft, by=diane, at=at)
    assert hand_in(filing, by=diane, at=at).status == "submitted"


def test_kept_entries_replace_the_ones_before_and_go_when_saved(owed, diane, alice, at):
    filing = answer(owed, diane, at)
    section = filing.sections.get()
    for text in ("三", "三楼"):
        drafts.keep(section=section, version=2, data={"address": [text]}, by=diane, at=at)
    drafts.keep(section=section, version=2, data={"address": ["四楼"]}, by=alice, at=at)
    assert SectionDraft.objects.get(user=diane).data == {"address": ["三楼"]}
    section.refresh_from_db()
    filings.save_section(section=section, version=section.version, rows=[ROOM], by=diane, at=at)
    assert SectionDraft.objects.get().user == alice
