"""Telling people once, and mailing them at most once a day, whatever restarts."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, InternalError, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from portal.inbox import services, tasks
from portal.inbox.models import Digest, Notice
from tests.factories.portal import DigestFactory, NoticeFactory, UserFactory
from tests.threads import at_once

# Monday 2026-03-02, 08:00 in Shanghai.
ON = date(2026, 3, 2)
EIGHT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
BEFORE = EIGHT - timedelta(hours=1)
send = partial(services.send_digests, on=ON, at=EIGHT)


def reader(**values):
    values = {"email": "someone@example.cn"} | values
    return UserFactory(**values)


def news(user, created_at=BEFORE, **values):
    return NoticeFactory(user=user, created_at=created_at, **values)


class DownBackend(EmailBackend):
    """A mail server that cannot be reached."""

    def open(self):
        raise ConnectionRefusedError("no route to the mail server")


class RefusingBackend(EmailBackend):
    """A mail server that takes nothing for one address."""

    def send_messages(self, messages):
        if "bad@example.cn" in messages[0].to:
            raise OSError("550 no such mailbox")
        return super().send_messages(messages)


class DyingBackend(EmailBackend):
    """The worker is killed while it sends."""

    def send_messages(self, messages):
        raise SystemExit


# --- notices


@pytest.mark.django_db
def test_the_same_key_is_told_once(at):
    users = UserFactory.create_batch(2)
    tell = partial(
        services.notify, key="x:1", text="Home", at=at, url_path="/desk/", division_path="310000/"
    )
    tell(users=users)
    tell(users=[*users, UserFactory()], text="Start")
    assert list(Notice.objects.order_by("pk").values_list("text", flat=True)) == [
        "Home",
        "Home",
        "Start",
    ]


@pytest.mark.django_db
def test_who_left_is_not_told(at):
    services.notify(
        users=[UserFactory(is_active=False)],
        key="x:1",
        text="Home",
        at=at,
        url_path="/desk/",
        division_path="310000/",
    )
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_tell_at_once_and_each_person_hears_once(at):
    users = UserFactory.create_batch(5)
    calls = [
        partial(
            services.notify,
            users=users[::step],
            key="x:1",
            text="Home",
            at=at,
            url_path="/desk/",
            division_path="310000/",
        )
        for step in (1, -1) * 4
    ]
    assert at_once(calls) == [None] * 8
    assert Notice.objects.count() == 5


@pytest.mark.django_db
def test_a_notice_speaks_the_readers_language(at):
    notice = NoticeFactory(
        text="Unknown data sets: %(names)s.", params={"names": "甲"}, created_at=at
    )
    with translation.override("en"):
        assert notice.sentence == "Unknown data sets: 甲."
    with translation.override("zh-hans"):
        assert notice.sentence != "Unknown data sets: 甲."
        assert "甲" in notice.sentence


@pytest.mark.django_db
def test_labels_among_the_values_are_translated_too():
    notice = NoticeFactory(text="%(kind_label)s", params={"kind_label": gettext_noop("staff")})
    with translation.override("zh-hans"):
        assert notice.sentence != "staff"


@pytest.mark.django_db
def test_reading_is_noted_once(at):
    notice = NoticeFactory()
    services.mark_read(notice=notice, at=at)
    services.mark_read(notice=notice, at=at + timedelta(days=1))
    notice.refresh_from_db()
    assert notice.read_at == at


@pytest.mark.django_db
def test_marking_all_read_leaves_what_came_later_and_others_alone(at):
    user = UserFactory()
    old, new = NoticeFactory(user=user), NoticeFactory(user=user, created_at=at + timedelta(days=1))
    other = NoticeFactory()
    assert services.mark_all_read(user=user, at=at) == 1
    assert set(Notice.objects.unread()) == {new, other}
    assert Notice.objects.get(pk=old.pk).read_at == at


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["text", "params", "url_path", "due_on"])
def test_the_database_keeps_what_was_told(field):
    notice = NoticeFactory()
    value = {"text": "x", "params": {"a": 1}, "url_path": "/x/", "due_on": ON}[field]
    with pytest.raises(InternalError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**{field: value})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example/", "desk/"])
def test_a_notice_leads_within_the_portal(path):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFactory(url_path=path)


# --- the daily mail


@pytest.mark.django_db
def test_one_mail_with_all_unread_news_and_absolute_links(settings):
    settings.PORTAL_URL = "https://portal.example.cn"
    user = reader(full_name="王主任")
    news(user, text="Centers", url_path="/desk/centers/C01/", due_on=date(2026, 3, 9))
    news(user, text="Filings")
    assert send() == 1
    [message] = mail.outbox
    [(html, kind)] = message.alternatives
    assert (message.to, kind) == (["someone@example.cn"], "text/html")
    assert "2" in message.subject
    for text in (message.body, html):
        assert "https://portal.example.cn/desk/centers/C01/" in text
        assert "https://portal.example.cn/desk/inbox/" in text
        assert "王主任" in text
        assert "2026-03-09" in text
    assert Digest.objects.get().status == "sent"
    assert Notice.objects.filter(digest=Digest.objects.get()).count() == 2


@pytest.mark.django_db
def test_mail_is_chinese_whatever_the_worker_speaks():
    news(reader(), text="Filings")
    with translation.override("en"):
        send()
    assert "报送" in mail.outbox[0].body
    assert "Your inbox" not in mail.outbox[0].body


@pytest.mark.django_db
def test_markup_in_a_name_stays_text_in_the_mail():
    news(reader(full_name="<b>王"), text="%(name)s", params={"name": "<script>"})
    send()
    html = mail.outbox[0].alternatives[0][0]
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<script>" in mail.outbox[0].body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"email": ""},
        {"wants_digest": False},
        {"is_active": False},
        {"is_service": True},
    ],
)
def test_who_is_not_mailed(values):
    news(reader(**values))
    assert send() == 0
    assert not Digest.objects.exists()


@pytest.mark.django_db
def test_nothing_unread_is_no_mail_and_read_news_is_not_mailed():
    user = reader()
    news(user, read_at=EIGHT)
    assert send() == 0
    news(user, text="Filings")
    send()
    assert "1. 报送" in mail.outbox[0].body
    assert "2. " not in mail.outbox[0].body


@pytest.mark.django_db
def test_later_hours_send_nothing_again_and_keep_later_news_for_the_next_day():
    user = reader()
    news(user)
    assert send() == 1
    news(user, created_at=EIGHT + timedelta(minutes=5))
    for hour in range(1, 12):
        assert send(at=EIGHT + timedelta(hours=hour)) == 0
    assert services.send_digests(on=date(2026, 3, 3), at=EIGHT + timedelta(days=1)) == 1
    assert len(mail.outbox) == 2
    assert "2. " not in mail.outbox[1].body


@pytest.mark.django_db
def test_before_eight_and_on_days_off_nobody_is_mailed():
    news(reader())
    assert send(at=EIGHT - timedelta(minutes=1)) == 0
    sunday = date(2026, 3, 8)
    assert services.send_digests(on=sunday, at=EIGHT + timedelta(days=6)) == 0
    make_up_saturday = date(2026, 5, 9)
    assert services.send_digests(on=make_up_saturday, at=EIGHT + timedelta(days=68)) == 1


@pytest.mark.django_db
def test_in_a_year_nobody_entered_mail_still_goes():
    news(reader())
    assert services.send_digests(on=date(2031, 3, 3), at=EIGHT.replace(year=2031, day=3)) == 1


@pytest.mark.django_db
def test_a_long_list_is_cut_and_counted():
    user = reader()
    for n in range(services.DIGEST_LENGTH + 2):
        news(user, text=f"n{n}")
    send()
    assert "n29" in mail.outbox[0].body
    assert "n30" not in mail.outbox[0].body
    assert Notice.objects.filter(digest=None).count() == 0


@pytest.mark.django_db
def test_a_server_that_is_down_uses_up_nobodys_mail(settings):
    news(reader())
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"
    with pytest.raises(ConnectionRefusedError):
        send()
    assert not Digest.objects.exists()
    settings.EMAIL_BACKEND = working
    assert send(at=EIGHT + timedelta(hours=3)) == 1


@pytest.mark.django_db
def test_a_refused_address_is_noted_and_the_others_get_their_mail(settings):
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    bad, good = reader(email="bad@example.cn"), reader(email="good@example.cn")
    news(bad), news(good)
    assert send() == 1
    failed = Digest.objects.get(user=bad)
    assert (failed.status, failed.error) == ("failed", "OSError: 550 no such mailbox")
    assert [message.to for message in mail.outbox] == [["good@example.cn"]]
    assert send(at=EIGHT + timedelta(hours=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_claim_and_sending_never_sends_twice(settings):
    user = reader()
    news(user)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.DyingBackend"
    with pytest.raises(SystemExit):
        send()
    digest = Digest.objects.get()
    assert (digest.status, digest.notices.count()) == ("claimed", 1)
    settings.EMAIL_BACKEND = working
    for hour in range(1, 5):
        assert send(at=EIGHT + timedelta(hours=hour)) == 0
    assert services.send_digests(on=date(2026, 3, 3), at=EIGHT + timedelta(days=1)) == 0
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_timetables_and_many_workers_send_each_mail_once():
    users = [reader(email=f"u{n}@example.cn") for n in range(4)]
    for user in users:
        news(user), news(user)
    results = at_once([send] * 8)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(results) == 4
    assert sorted(message.to[0] for message in mail.outbox) == [
        f"u{n}@example.cn" for n in range(4)
    ]
    assert Digest.objects.filter(status="sent").count() == 4


@pytest.mark.django_db
def test_the_task_mails_as_of_now():
    tasks.send_digests()
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["claimed", "failed"])
def test_the_database_lets_no_sent_mail_be_sent_again(to):
    digest = DigestFactory(status="sent", sent_at=EIGHT)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Digest.objects.filter(pk=digest.pk).update(status=to, sent_at=None, error="x")


@pytest.mark.django_db
def test_one_mail_a_day_is_the_databases_word():
    digest = DigestFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        DigestFactory(user=digest.user)
