"""Telling people: once per key in the inbox, at most once a day by mail."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import get_current_timezone
from django.utils.translation import ngettext

from portal.inbox.models import Digest, Notice
from portal.transitions import transition
from portal.users import services as accounts
from portal.users.models import User
from portal.workdays import selectors as workdays

logger = logging.getLogger(__name__)

# What was told by this hour goes into the day's mail; later news waits for the next one.
DIGEST_HOUR = time(8)
# A mail shows this many notices and tells how many more there are.
DIGEST_LENGTH = 30
BATCH = 1000


@dataclass(frozen=True)
class News:
    """What somebody is told under ``key``: ``text`` is an English msgid marked with
    ``gettext_noop``, ``params`` its values; a value named ``…_label`` is a msgid too, or a list of
    them."""

    key: str
    text: str
    url_path: str
    division_path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    due_on: date | None = None


def notify(
    *,
    users: Iterable[User],
    key: str,
    text: str,
    at: datetime,
    url_path: str,
    division_path: str,
    params: Mapping[str, Any] | None = None,
    due_on: date | None = None,
) -> None:
    """Tell every one of ``users`` once under ``key``; who was told before is not told again.

    See ``News``. Runs within the caller's transaction: what did not happen is not told.
    """
    news = News(
        key=key,
        text=text,
        url_path=url_path,
        division_path=division_path,
        params=params or {},
        due_on=due_on,
    )
    deliver(letters=[(user, news) for user in users], at=at)


def deliver(*, letters: Iterable[tuple[User, News]], at: datetime) -> None:
    """Tell many people at once, each what is meant for them. See ``notify``."""
    # In one order, so that two who tell the same people never wait in a circle.
    meant = sorted(
        {(user.pk, news.key): news for user, news in letters if user.is_active}.items(),
        key=itemgetter(0),
    )
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=user_id,
                key=news.key,
                text=news.text,
                params=dict(news.params),
                url_path=news.url_path,
                division_path=news.division_path,
                due_on=news.due_on,
                created_at=at,
            )
            for (user_id, _key), news in meant
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def mark_read(*, notice: Notice, at: datetime) -> None:
    """Note when its owner read it first."""
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=max(at, notice.created_at))


def mark_all_read(*, user: User, at: datetime) -> int:
    """Note as read what ``user`` was told by ``at``; how many there were."""
    return user.notices.unread().filter(created_at__lte=at).update(read_at=at)


@transaction.atomic
def choose_mail(*, user: User, email: str, wants_digest: bool, by: User, at: datetime) -> None:
    """Whether ``user`` gets the daily mail, and where it goes. Raises ``AddressMalformed``."""
    if email != user.email:
        accounts.change_email(user=user, email=email, by=by, at=at)
    User.objects.filter(pk=user.pk).update(wants_digest=wants_digest)


def send_digests(*, on: date, at: datetime) -> int:
    """Mail everybody who has unread news of the time up to 08:00 of ``on``; how many were sent.

    Safe to run again, late, or by two workers at once: a mail is claimed by its row before it is
    sent, and what is claimed is never sent again. Without a mail server nothing is claimed, so the
    next run makes up for it.
    """
    until = datetime.combine(on, DIGEST_HOUR, get_current_timezone())
    if at < until or not _is_mail_day(on):
        return 0
    return sum(_send(user=user, on=on, until=until, at=at) for user in _readers(on, until))


def _is_mail_day(on: date) -> bool:
    """Nobody is mailed on a day off; of an unknown year every day is a day for mail."""
    try:
        return workdays.is_working_day(on)
    except workdays.YearUnknown:
        return True


def _readers(on: date, until: datetime) -> list[User]:
    news = Notice.objects.unread().filter(user=OuterRef("pk"), digest=None, created_at__lt=until)
    mailed = Digest.objects.filter(user=OuterRef("pk"), on=on)
    people = User.objects.filter(is_active=True, is_service=False, wants_digest=True)
    return list(people.exclude(email="").filter(Exists(news), ~Exists(mailed)).order_by("pk"))


def _send(*, user: User, on: date, until: datetime, at: datetime) -> bool:
    # The server is reached before the mail is claimed: one that is down uses up nobody's mail.
    with mail.get_connection() as connection:
        digest = _claim(user=user, on=on, until=until, at=at)
        return digest is not None and _deliver(digest, at=at, connection=connection)


def _deliver(digest: Digest, *, at: datetime, connection: BaseEmailBackend) -> bool:
    try:
        connection.send_messages([_message(digest)])
    except Exception as error:  # noqa: BLE001  (whatever a mail server answers is told, not raised)
        logger.warning("digest %s not delivered: %s", digest.pk, error)
        transition(digest, Digest.Status.FAILED, error=f"{type(error).__name__}: {error}"[:300])
        return False
    transition(digest, Digest.Status.SENT, sent_at=at)
    return True


@transaction.atomic
def _claim(*, user: User, on: date, until: datetime, at: datetime) -> Digest | None:
    """The person's mail of the day with its notices; None when somebody else has it."""
    digest, is_mine = Digest.objects.get_or_create(
        user=user, on=on, defaults={"address": user.email, "claimed_at": at}
    )
    if not is_mine:
        return None
    news = Notice.objects.unread().filter(user=user, digest=None, created_at__lt=until)
    if not news.update(digest=digest):
        # Read meanwhile: nothing to tell, and the day's mail is not used up.
        digest.delete()
        return None
    return digest


def _message(digest: Digest) -> mail.EmailMultiAlternatives:
    with translation.override(settings.LANGUAGE_CODE):
        notices = list(digest.notices.order_by("created_at", "pk"))
        context = {
            "user": digest.user,
            "on": digest.on,
            "notices": notices[:DIGEST_LENGTH],
            "more": max(len(notices) - DIGEST_LENGTH, 0),
            "portal_url": settings.PORTAL_URL,
        }
        subject = ngettext(
            "%(portal)s: %(count)s new notice", "%(portal)s: %(count)s new notices", len(notices)
        ) % {"portal": settings.UNFOLD["SITE_HEADER"], "count": len(notices)}
        message = mail.EmailMultiAlternatives(
            subject, render_to_string("inbox/digest.txt", context), to=[digest.address]
        )
        message.attach_alternative(render_to_string("inbox/digest.html", context), "text/html")
    return message
