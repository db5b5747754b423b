"""What residents write without an account."""

import logging
import time
from datetime import datetime, timedelta
from datetime import time as clock

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluation.forms.feedbacks import SALT
from evaluation.models import Feedback
from evaluation.services import feedbacks
from portal.api import limits
from portal.audit.models import AuditEvent
from portal.inbox import services as inbox
from portal.inbox.models import Notice
from tests.flows.pages import in_english

pytestmark = pytest.mark.django_db

WRITE, SENT = reverse("public:feedback"), reverse("public:feedback-sent")
STATUS, AGAIN = reverse("public:feedback-status"), reverse("public:feedback-again")
PHONE = "13812345678"
NINE = clock(9)


@pytest.fixture
def opened(monkeypatch):
    """Seconds → a form opened so long ago."""

    def sign(seconds=60):
        now = time.time()
        with monkeypatch.context() as patch:
            patch.setattr(signing.time, "time", lambda: now - seconds)
            return signing.TimestampSigner(salt=SALT).sign("open")

    return sign


@pytest.fixture
def typed(opened, haitang, center, pack):
    """What a resident types."""
    return {
        "kind": "complaint",
        "district": haitang.pk,
        "place": "梧桐路",
        "text": "周一上午没有开门。",
        "contact": PHONE,
        "opened": opened(),
    }


@pytest.fixture
def anybody(monkeypatch):
    """A browser without an account; limits are counted by this process alone."""
    monkeypatch.setattr(limits, "shared", limits.Redis("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(limits, "own", limits.Process())
    return in_english(Client())


def test_number_and_code_are_shown_once_and_find_the_answer(anybody, typed, alice, center):
    answer = anybody.post(WRITE, typed)
    assert (answer.status_code, answer.url) == (302, SENT)
    feedback = Feedback.objects.get()
    assert (feedback.center, feedback.kind) == (center, "complaint")
    cookie = answer.cookies["feedback_sent"]
    assert cookie["httponly"]
    number, code = cookie.value.split(":")[0].split(" ")
    assert number == feedback.feedback_no
    assert code in anybody.get(SENT).content.decode()
    assert code not in anybody.get(SENT).content.decode()
    handled = feedbacks.take_up(feedback=feedback, handler=alice, by=alice, at=timezone.now())
    feedbacks.answer(
        feedback=handled, text="当日停电。", is_public=True, by=alice, at=timezone.now()
    )
    asked = {"number": number, "code": code}
    shown = anybody.post(STATUS, asked).content.decode()
    assert "当日停电。" in shown
    assert PHONE not in shown
    assert "Nothing is known" in anybody.post(STATUS, asked | {"code": "A" * 12}).content.decode()
    again = anybody.post(AGAIN, asked | {"reason": "今天还是没开门。"}).content.decode()
    assert "once more" in again
    feedback.refresh_from_db()
    assert feedback.status == "handling"


def test_a_public_answer_is_read_by_everybody_and_what_was_written_by_nobody(anybody, typed, alice):
    anybody.post(WRITE, typed)
    handled = feedbacks.take_up(
        feedback=Feedback.objects.get(), handler=alice, by=alice, at=timezone.now()
    )
    feedbacks.answer(
        feedback=handled, text="已加派人员。", is_public=True, by=alice, at=timezone.now()
    )
    shown = anybody.get(WRITE).content.decode()
    assert "已加派人员。" in shown
    assert "周一上午没有开门。" not in shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", "", "required"),
        ("text", "字" * 2001, "2000"),
        ("website", "https://example.com", "stay empty"),
        ("place", "不存在的街", "No center of this district"),
        ("opened", "forged", "open for too long"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(anybody, typed, field, value, said):
    shown = anybody.post(WRITE, typed | {field: value}).content.decode()
    assert said in shown
    assert PHONE in shown
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(("seconds", "said"), [(1, "quick"), (13 * 3600, "too long")])
def test_a_form_sent_too_soon_or_too_late_is_sent_once_more(anybody, typed, opened, seconds, said):
    answer = anybody.post(WRITE, typed | {"opened": opened(seconds)})
    assert said in answer.content.decode()
    assert not Feedback.objects.exists()


def test_an_address_sends_so_often_a_minute(anybody, typed):
    for _each in range(5):
        assert anybody.post(WRITE, typed).status_code == 302
    assert anybody.post(WRITE, typed).status_code == 429
    assert Feedback.objects.count() == 5
    assert anybody.get(WRITE).status_code == 200


def test_a_link_names_the_center(anybody, center):
    shown = anybody.get(f"{WRITE}?center=C90").content.decode()
    assert center.name in shown
    assert anybody.get(f"{WRITE}?center=C99").status_code == 200


def test_the_form_is_not_indexed(anybody, haitang):
    for path in (WRITE, SENT, STATUS):
        assert 'name="robots" content="noindex"' in anybody.get(path).content.decode()


def test_how_a_resident_is_reached_is_in_no_log_mail_or_trail(
    anybody, typed, alice, center, caplog, mailoutbox
):
    caplog.set_level(logging.DEBUG)
    anybody.post(WRITE, typed)
    shown = anybody.get(SENT).context
    at = timezone.now()
    inbox.choose_mail(user=alice, email="alice@example.invalid", wants_digest=True, by=alice, at=at)
    feedback = Feedback.objects.get()
    feedbacks.take_up(feedback=feedback, handler=alice, by=alice, at=at)
    feedbacks.hand_to(feedback=feedback, center=center, version=feedback.version, by=alice, at=at)
    feedbacks.answer(feedback=feedback, text="已整改。", is_public=True, by=alice, at=at)
    # Some of the days that follow are working days; one mail tells it all.
    for days in range(1, 15):
        day = timezone.localdate(at) + timedelta(days=days)
        inbox.send_digests(on=day, at=timezone.make_aware(datetime.combine(day, NINE)))
    (letter,) = mailoutbox
    written = [caplog.text, letter.body, str(letter.alternatives)]
    written += [str(row) for row in AuditEvent.objects.values_list()]
    written += [str(row) for row in Notice.objects.values_list()]
    for text in written:
        assert PHONE not in text
        assert shown["code"] not in text
