"""Questions: asked while bids are received, answered once, published without who asked."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from projects.models import Announcement, Procurement, Question
from projects.services import questions
from projects.services.questions import NotAsked, QuestionsClosed, TooManyQuestions
from tests.factories.notices import AT, bidder
from tests.factories.procurements import (
    InviteeFactory,
    ProcurementFactory,
    QuestionFactory,
    advance,
    announced,
    opened,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(wutong):
    return bidder(wutong, name="绿叶助老服务中心")


@pytest.fixture
def procurement(wutong):
    return announced(project__division=wutong)


def ask(procurement, account, text="服务时间如何计算？", at=AT):
    return questions.ask(
        procurement=procurement,
        organization=account.organization,
        text=text,
        by=account.user,
        at=at,
    )


def test_a_question_is_told_to_the_officers_without_who_asks(procurement, asker, alice):
    question = ask(procurement, asker)
    assert (question.organization, question.asked_by) == (asker.organization, asker.user)
    notice = Notice.objects.get()
    assert notice.user == alice
    told = orjson.dumps(
        [notice.params, notice.sentence, *AuditEvent.objects.values_list("changes", "actor_name")]
    ).decode()
    assert "绿叶" not in told
    assert str(asker.user) not in told


def test_an_answer_is_published_without_who_asked(procurement, asker, wutong, alice):
    other = bidder(wutong)
    question = ask(procurement, asker)
    told = questions.answer(question=question, answer="按实际上门时间", by=alice, at=AT)
    assert told.kind == "answers"
    assert told.content["questions"] == [{"text": "服务时间如何计算？", "answer": "按实际上门时间"}]
    assert "绿叶" not in orjson.dumps(told.content).decode()
    readers = set(Notice.objects.exclude(user=alice).values_list("user", flat=True))
    assert readers == {asker.user_id, other.user_id}


def test_an_answer_says_the_deadline_as_it_is_now(procurement, asker, wutong, alice):
    """Whoever answers may have read the procurement before somebody put the deadline off."""
    question = ask(procurement, asker)
    later = question.procurement.deadline_at + timedelta(days=3)
    Procurement.objects.filter(pk=procurement.pk).update(deadline_at=later)
    told = questions.answer(question=question, answer="按上门次数", by=alice, at=AT)
    assert datetime.fromisoformat(told.content["deadline_at"]) == later


def test_a_question_is_answered_once(procurement, asker, alice, leader):
    question = ask(procurement, asker)
    questions.answer(question=question, answer="按实际上门时间", by=alice, at=AT)
    with pytest.raises(Conflict, match=str(alice)):
        questions.answer(question=Question.objects.get(), answer="另一答复", by=leader, at=AT)
    question.refresh_from_db()
    assert question.answer == "按实际上门时间"
    assert Announcement.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  \n"])
def test_blank_texts_are_refused(procurement, asker, alice, text):
    with pytest.raises(ReasonMissing):
        ask(procurement, asker, text)
    question = ask(procurement, asker)
    with pytest.raises(ReasonMissing):
        questions.answer(question=question, answer=text, by=alice, at=AT)


def test_questions_are_taken_until_their_day(wutong, asker):
    procurement = announced(project__division=wutong, questions_until=date(2026, 3, 2))
    evening = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    assert ask(procurement, asker, at=evening).pk
    with pytest.raises(QuestionsClosed, match="2026-03-02"):
        ask(procurement, asker, at=evening + timedelta(minutes=1))


def test_questions_end_with_the_deadline(wutong, asker):
    deadline = datetime(2099, 1, 1, tzinfo=UTC)
    procurement = announced(project__division=wutong, deadline_at=deadline)
    with pytest.raises(QuestionsClosed):
        ask(procurement, asker, at=deadline)


@pytest.mark.parametrize("make", [ProcurementFactory, opened])
def test_questions_are_taken_while_bids_are_received(wutong, asker, make):
    with pytest.raises(QuestionsClosed):
        ask(make(project__division=wutong), asker)


def test_no_answer_is_published_once_bids_are_opened(procurement, asker, alice):
    question = ask(procurement, asker)
    advance(procurement, "terminated", failure_reason="需求调整")
    question = Question.objects.select_related("procurement").get(pk=question.pk)
    with pytest.raises(QuestionsClosed):
        questions.answer(question=question, answer="按实际上门时间", by=alice, at=AT)
    assert not Announcement.objects.exists()


def test_only_who_is_invited_asks(wutong, asker):
    procurement = ProcurementFactory(project__division=wutong, route="invited_tender")
    guest = bidder(wutong)
    InviteeFactory(procurement=procurement, organization=guest.organization)
    announced(procurement)
    with pytest.raises(NotAsked):
        ask(procurement, asker)
    assert ask(procurement, guest).pk


def test_one_organization_asks_twenty_times_before_an_answer(procurement, asker, wutong):
    QuestionFactory.create_batch(20, procurement=procurement, organization=asker.organization)
    with pytest.raises(TooManyQuestions):
        ask(procurement, asker)
    assert ask(procurement, bidder(wutong)).pk
