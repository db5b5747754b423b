"""Who is told of what happens to a procurement. Nobody is named who asks, bids or objects.

Whoever may bid is told of notices, never who did: from the inbox nobody learns who takes part.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop, override

from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users.models import User
from portal.users.roles import Capability
from projects.models import Challenge, Procurement, Question
from projects.selectors.procurements import possible_bidders

NOTICE = gettext_noop("“%(title)s” is announced; bids are received until %(deadline)s.")
DEADLINE = gettext_noop("“%(title)s”: the deadline for bids was put off to %(deadline)s.")
ENDED = gettext_noop("“%(title)s” has ended: %(status_label)s.")
QUESTION = gettext_noop("“%(title)s”: a supplier asks. The answer goes to everybody.")
ANSWER = gettext_noop("“%(title)s”: a question was answered.")
CHALLENGE = gettext_noop("“%(title)s” was challenged; the answer is due on %(day)s.")
CHALLENGE_ANSWER = gettext_noop(
    "“%(title)s”: your challenge was answered. A complaint is possible until %(day)s."
)


def tell_of_notice(*, procurement: Procurement, at: datetime) -> None:
    """Whoever may answer it."""
    news = _news(
        procurement, "notice", NOTICE, _bidders_page(procurement), **_deadline(procurement)
    )
    _tell(possible_bidders(procurement), news, at=at)


def tell_of_deadline(*, procurement: Procurement, at: datetime) -> None:
    """Whoever may answer it, the officers and the key holders."""
    when = _deadline(procurement)
    key = f"deadline:{when['deadline']}"
    for users, page in (
        (possible_bidders(procurement), _bidders_page(procurement)),
        (officers(procurement), _officers_page(procurement)),
        (key_holders(procurement), _officers_page(procurement)),
    ):
        _tell(users, _news(procurement, key, DEADLINE, page, **when), at=at)


def tell_of_end(*, procurement: Procurement, at: datetime) -> None:
    """Whoever may answer it, and the officers."""
    words = {"status_label": _status_msgid(procurement)}
    for users, page in (
        (possible_bidders(procurement), _bidders_page(procurement)),
        (officers(procurement), _officers_page(procurement)),
    ):
        _tell(users, _news(procurement, "ended", ENDED, page, **words), at=at)


def tell_of_question(*, question: Question, at: datetime) -> None:
    """The officers."""
    page = reverse("admin:projects_question_change", args=[question.pk])
    news = _news(question.procurement, f"question:{question.pk}", QUESTION, page)
    _tell(officers(question.procurement), news, at=at)


def tell_of_answer(*, question: Question, at: datetime) -> None:
    """Whoever may answer the notice."""
    procurement = question.procurement
    key = f"answer:{question.pk}"
    _tell(
        possible_bidders(procurement),
        _news(procurement, key, ANSWER, reverse("bid:question", args=[procurement.pk])),
        at=at,
    )


def tell_of_challenge(*, challenge: Challenge, at: datetime) -> None:
    """The officers, and whoever decides on awards."""
    page = reverse("admin:projects_challenge_change", args=[challenge.pk])
    procurement, day = challenge.procurement, challenge.due_on.isoformat()
    news = _news(procurement, f"challenge:{challenge.pk}", CHALLENGE, page, day=day)
    _tell(officers(procurement), news, at=at)
    _tell(deciders(procurement), news, at=at)


def tell_of_challenge_answer(*, challenge: Challenge, at: datetime) -> None:
    """Whoever filed it."""
    procurement, until = challenge.procurement, challenge.complaint_until
    day = until.isoformat() if until else ""
    key = f"challenge:{challenge.pk}:answer"
    page = reverse("bid:challenge", args=[procurement.pk])
    news = _news(procurement, key, CHALLENGE_ANSWER, page, day=day)
    _tell([challenge.filed_by], news, at=at)


def _status_msgid(procurement: Procurement) -> str:
    """For the inbox to say in the reader's language."""
    with override(None):
        return str(procurement.get_status_display())


def officers(procurement: Procurement) -> QuerySet[User]:
    """Whoever runs procurements there."""
    return User.objects.holding(Capability.PROCUREMENT_MANAGE, procurement.project.division)


def deciders(procurement: Procurement) -> QuerySet[User]:
    """Whoever decides on awards there."""
    return User.objects.holding(Capability.PROCUREMENT_AWARD, procurement.project.division)


def key_holders(procurement: Procurement) -> QuerySet[User]:
    """Whoever holds a key of it."""
    return User.objects.filter(pk__in=procurement.key_holders.values("user"))


def _tell(users: Iterable[User], news: News, *, at: datetime) -> None:
    inbox.deliver(letters=[(user, news) for user in users], at=at)


def _news(procurement: Procurement, key: str, text: str, page: str, **params: str) -> News:
    return News(
        key=f"procurement:{procurement.pk}:{key}",
        text=text,
        params={"title": procurement.title, **params},
        url_path=page,
        division_path=procurement.project.division.path,
    )


def _deadline(procurement: Procurement) -> dict[str, str]:
    return {"deadline": f"{localtime(procurement.deadline_at):%Y-%m-%d %H:%M}"}


def _bidders_page(procurement: Procurement) -> str:
    return reverse("bid:procurement", args=[procurement.pk])


def _officers_page(procurement: Procurement) -> str:
    return reverse("admin:projects_procurement_change", args=[procurement.pk])
