"""A word for the bureau's numbers, a briefing that was issued, and one being drafted."""

from dataclasses import replace
from datetime import date, datetime

from django.utils.timezone import localdate

from evaluation.models.document import NUMBERED
from evaluation.selectors import document_templates
from evaluation.services import document_templates as templates
from evaluation.services import documents
from portal.jurisdictions.models import Division
from portal.users.models import User

WORD = "海民社"


def load(*, district: Division, by: User, at: datetime) -> None:
    """The words of every numbered kind with the bureau's word; last year's briefing, number 1 of
    this year; and a draft of this year's."""
    for kind in NUMBERED:
        words = replace(document_templates.default(district, kind), word=WORD)
        templates.enter(district=district, words=words, based_on=0, by=by, at=at)
    today = localdate(at)
    last = today.year - 1
    leader = User.objects.get(username="district_leader")
    issued = documents.draft(
        kind="briefing",
        district=district,
        period=(date(last, 1, 1), date(last, 12, 31)),
        by=by,
        at=at,
    )
    documents.issue(document=issued, dated_on=today, by=leader, at=at)
    documents.draft(kind="briefing", district=district, by=by, at=at)
