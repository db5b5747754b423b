"""Templates of documents: each change is a new version; what was drafted keeps the old one."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evaluation.models import DocumentTemplate
from evaluation.selectors import document_writing
from evaluation.selectors.document_templates import Words
from portal.audit.services import Trail
from portal.errors import Conflict, constraint_of
from portal.jurisdictions.models import Division
from portal.users.models import User

_record = Trail[DocumentTemplate](
    "evaluation.document_template", place=lambda template: template.district.path
)


def enter(
    *, district: Division, words: Words, based_on: int, by: User, at: datetime
) -> DocumentTemplate:
    """Enter the next version of a kind's words; ``based_on`` is the number of the version that was
    read, 0 for what the portal brings.

    Raises ``WordsRefused`` for a name or a block that the kind does not have, and ``Conflict``
    where somebody entered a version meanwhile.
    """
    document_writing.checked(words)
    newest = DocumentTemplate.objects.filter(district=district, kind=words.kind).first()
    if (newest.number if newest else 0) != based_on:
        raise _overtaken()
    try:
        with transaction.atomic():
            return _enter(district, words, based_on + 1, by=by, at=at)
    except IntegrityError as error:
        if constraint_of(error) != "template_version_once":
            raise
        raise _overtaken() from error


def _enter(
    district: Division, words: Words, number: int, *, by: User, at: datetime
) -> DocumentTemplate:
    template = DocumentTemplate.objects.create(
        district=district,
        kind=words.kind,
        number=number,
        word=words.word,
        issuer=words.issuer,
        title=words.title,
        addressee=words.addressee,
        body=words.body,
        copies_to=words.copies_to,
        note=words.note,
        entered_by=by,
        entered_at=at,
    )
    changes: dict[str, Any] = {"number": [str(number - 1), str(number)]}
    _record(template, "enter", by=by, at=at, changes=changes)
    return template


def _overtaken() -> Conflict:
    return Conflict(
        _("Nothing was saved: somebody else changed these words meanwhile. Load the page again.")
    )
