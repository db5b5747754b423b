"""What residents write, from the form to the answer and to the records of the district's duties."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from evaluation.models import DutyRecord, Feedback
from evaluation.selectors import districts
from evaluation.selectors.feedbacks import rate
from evaluation.services import feedbacks
from portal import sealing
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.centers import PersonFactory

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


@pytest.fixture
def written(haitang, center, pack, alice, at):
    """A complaint with a telephone number, and its code."""
    return feedbacks.write(
        district=haitang,
        center=center,
        kind="complaint",
        text="周一上午没有开门。",
        contact=PHONE,
        at=at,
    )


@pytest.fixture
def handled(written, alice, at):
    """The complaint, taken up by alice."""
    return feedbacks.take_up(feedback=written[0], handler=alice, by=alice, at=at)


def test_it_is_received_with_a_number_a_code_and_a_day(written, alice):
    feedback, code = written
    assert feedback.feedback_no == "310199-FY-2026-00001"
    assert (len(code), code.isupper()) == (12, True)
    # Fifteen working days after Monday 2 March 2026.
    assert feedback.due_on == date(2026, 3, 23)
    assert Notice.objects.get(user=alice).key == f"feedback:{feedback.pk}:received"
    assert feedbacks.find(number=feedback.feedback_no, code=f" {code.lower()} ") == feedback
    assert feedbacks.find(number="310199-FY-2026-00002", code=code) is None
    assert feedbacks.find(number=feedback.feedback_no, code="A" * 12) is None


@pytest.mark.parametrize("text", ["", "  \n", "字" * 2001])
def test_what_is_empty_or_too_long_is_refused(haitang, pack, at, text):
    with pytest.raises(feedbacks.FeedbackUnfit):
        feedbacks.write(district=haitang, kind="question", text=text, at=at)
    assert not Feedback.objects.exists()


def test_a_center_elsewhere_is_refused(huangpu, center, pack, at):
    with pytest.raises(feedbacks.FeedbackUnfit, match="梧桐路"):
        feedbacks.write(district=huangpu, center=center, kind="question", text="何时开门？", at=at)


def test_in_a_year_without_a_calendar_weekdays_count(haitang, pack):
    feedback, _code = feedbacks.write(
        district=haitang,
        kind="question",
        text="何时开门？",
        at=datetime(2035, 1, 1, 1, tzinfo=UTC),
    )
    assert feedback.due_on == date(2035, 1, 22)


def test_contact_and_code_lie_nowhere_in_clear(written, tmp_path):
    feedback, code = written
    assert sealing.unseal(feedback.contact, purpose=feedbacks.CONTACT) == PHONE
    target = tmp_path / "dump.json"
    call_command("dumpdata", exclude=["contenttypes"], output=str(target))
    dump = target.read_text()
    assert feedback.feedback_no in dump
    assert PHONE not in dump
    assert code not in dump


def test_whoever_shows_the_contact_says_why_and_is_on_record(handled, alice, at):
    with pytest.raises(ReasonMissing):
        feedbacks.reveal_contact(feedback=handled, reason=" ", by=alice, at=at)
    shown = feedbacks.reveal_contact(feedback=handled, reason="回电核实", by=alice, at=at)
    assert shown == PHONE
    event = AuditEvent.objects.get(action="evaluation.feedback.reveal")
    assert (event.actor_id, event.reason) == (alice.pk, "回电核实")
    assert PHONE not in str(event.changes)


def test_a_complaint_taken_up_is_a_duty_that_dd_42_counts(handled, haitang, alice, at):
    record = handled.duty_record
    assert (record.kind, record.result) == ("complaint", "pending")
    facts = districts.facts_for([haitang], 2026, date(2026, 3, 2))[haitang.pk]
    assert [(each.kind, each.result) for each in facts.records] == [("complaint", "pending")]
    feedbacks.answer(feedback=handled, text="已整改。", is_public=True, by=alice, at=at)
    facts = districts.facts_for([haitang], 2026, date(2026, 3, 2))[haitang.pk]
    assert [each.result for each in facts.records] == ["handled"]


def test_a_question_is_no_duty(haitang, pack, alice, at):
    feedback, _code = feedbacks.write(district=haitang, kind="question", text="何时？", at=at)
    feedbacks.take_up(feedback=feedback, handler=alice, by=alice, at=at)
    assert feedback.duty_record is None
    assert not DutyRecord.objects.exists()


def test_taken_up_twice_is_a_conflict(written, alice, chief, at):
    feedback = written[0]
    seen = Feedback.objects.get(pk=feedback.pk)
    feedbacks.take_up(feedback=feedback, handler=alice, by=alice, at=at)
    with pytest.raises(Conflict):
        feedbacks.take_up(feedback=seen, handler=chief, by=chief, at=at)
    assert DutyRecord.objects.count() == 1


def test_only_who_handles_feedback_of_the_district_is_put_in_charge(written, alice, bob, at):
    with pytest.raises(feedbacks.NotAHandler):
        feedbacks.take_up(feedback=written[0], handler=bob, by=alice, at=at)


def test_a_center_says_what_it_has_to_say_and_the_bureau_answers(handled, center, diane, alice, at):
    feedbacks.hand_to(feedback=handled, center=center, version=handled.version, by=alice, at=at)
    assert Notice.objects.get(user=diane).key == f"feedback:{handled.pk}:handed:{center.pk}"
    with pytest.raises(ReasonMissing):
        feedbacks.reply_of_center(
            feedback=handled, text="", version=handled.version, by=diane, at=at
        )
    feedbacks.reply_of_center(
        feedback=handled, text="当日停电。", version=handled.version, by=diane, at=at
    )
    with pytest.raises(ReasonMissing):
        feedbacks.answer(feedback=handled, text=" ", is_public=False, by=alice, at=at)
    feedbacks.answer(feedback=handled, text="当日停电，已恢复。", is_public=False, by=alice, at=at)
    assert (handled.status, handled.answered_by) == ("answered", alice)
    with pytest.raises(Conflict):
        feedbacks.reply_of_center(
            feedback=handled, text="补充", version=handled.version, by=diane, at=at
        )


def test_a_resident_says_once_that_the_answer_does_not_do(handled, alice, at):
    feedbacks.answer(feedback=handled, text="已整改。", is_public=True, by=alice, at=at)
    with pytest.raises(ReasonMissing):
        feedbacks.reopen(feedback=handled, reason="", by=None, at=at)
    feedbacks.reopen(feedback=handled, reason="昨天还是没开门。", by=None, at=at)
    assert (handled.status, handled.is_answer_public) == ("handling", False)
    feedbacks.answer(feedback=handled, text="已加派人员。", is_public=False, by=alice, at=at)
    with pytest.raises(feedbacks.ReopenedAlready):
        feedbacks.reopen(feedback=handled, reason="不满意", by=None, at=at)
    feedbacks.reopen(feedback=handled, reason="答复有误", by=alice, at=at)
    event = AuditEvent.objects.filter(action="evaluation.feedback.answer").latest("pk")
    assert event.changes["answer"] == ["已整改。", "已加派人员。"]


def test_opened_again_it_is_due_anew_and_the_first_answer_stays_in_time(
    handled, haitang, alice, at
):
    feedbacks.answer(feedback=handled, text="已整改。", is_public=False, by=alice, at=at)
    later = datetime(2026, 3, 27, 1, tzinfo=UTC)
    feedbacks.reopen(feedback=handled, reason="昨天还是没开门。", by=None, at=later)
    # Fifteen working days after Friday 27 March 2026, of which Qingming takes one.
    assert (handled.first_due_on, handled.due_on) == (date(2026, 3, 23), date(2026, 4, 20))
    assert Notice.objects.filter(user=alice, params__due="2026-04-20").count() == 1
    event = AuditEvent.objects.get(action="evaluation.feedback.reopen")
    assert event.changes["due_on"] == ["2026-03-23", "2026-04-20"]
    assert rate(haitang, date(2026, 1, 1), date(2026, 12, 31)) == (1, 1)


def test_opened_again_at_once_it_is_not_due_earlier_than_at_first(handled, haitang, alice, at):
    feedbacks.answer(feedback=handled, text="已整改。", is_public=False, by=alice, at=at)
    feedbacks.reopen(feedback=handled, reason="答复有误", by=alice, at=at)
    assert handled.due_on == date(2026, 3, 23)


def test_what_is_not_taken_up_says_why(written, alice, at):
    with pytest.raises(ReasonMissing):
        feedbacks.refuse(feedback=written[0], reason="", by=alice, at=at)
    feedbacks.refuse(feedback=written[0], reason="不属于民政事项。", by=alice, at=at)
    assert written[0].steps.last().note == "不属于民政事项。"
    with pytest.raises(Conflict):
        feedbacks.take_up(feedback=written[0], handler=alice, by=alice, at=at)


def test_contact_details_are_forgotten_after_their_months(handled, haitang, alice, at):
    feedbacks.answer(feedback=handled, text="已整改。", is_public=False, by=alice, at=at)
    assert feedbacks.forget_contacts(at=datetime(2028, 3, 1, 1, tzinfo=UTC)) == 0
    assert feedbacks.forget_contacts(at=datetime(2028, 3, 2, 1, tzinfo=UTC)) == 1
    assert feedbacks.forget_contacts(at=datetime(2028, 3, 3, 1, tzinfo=UTC)) == 0
    handled.refresh_from_db()
    assert bytes(handled.contact) == b""
    with pytest.raises(feedbacks.NothingToTell):
        feedbacks.reveal_contact(feedback=handled, reason="回电", by=alice, at=at)


def test_what_is_open_keeps_its_contact(written):
    assert feedbacks.forget_contacts(at=datetime(2036, 3, 2, 1, tzinfo=UTC)) == 0


# --- what everybody reads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("请联系13912345678。", "13912345678"),
        ("请联系139\u20131234 5678。", "139\u20131234 5678"),
        ("已答复身份证310101199001011234的居民。", "310101199001011234"),
        ("已请欧阳小明道歉。", "欧阳小明"),
        ("请找王芳。", "王芳"),
    ],
)
def test_an_answer_for_everybody_names_nobody(handled, center, alice, at, text, value):
    for name in ("欧阳小明", "王芳"):
        PersonFactory(center=center, name=name)
    with pytest.raises(feedbacks.AnswerNamesSomebody, match=value):
        feedbacks.answer(feedback=handled, text=text, is_public=True, by=alice, at=at)
    assert Feedback.objects.get().status == "handling"
    handled.refresh_from_db()
    feedbacks.answer(feedback=handled, text=text, is_public=False, by=alice, at=at)
    assert Feedback.objects.get().answer == text


def test_an_answer_about_the_bureau_names_nobody_of_the_district(haitang, center, alice, at):
    PersonFactory(center=center, name="欧阳小明")
    asked, _code = feedbacks.write(district=haitang, kind="question", text="何时开门？", at=at)
    asked = feedbacks.take_up(feedback=asked, handler=alice, by=alice, at=at)
    with pytest.raises(feedbacks.AnswerNamesSomebody):
        feedbacks.answer(feedback=asked, text="问欧阳小明。", is_public=True, by=alice, at=at)
    text = "请致电021-58881234，周一至周五9:00-17:00。"
    feedbacks.answer(feedback=asked, text=text, is_public=True, by=alice, at=at)
    assert Feedback.objects.get().answer == text
