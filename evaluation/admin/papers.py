"""What the page of a rectification, round, review or filing shows of its official documents."""

from urllib.parse import urlencode

from django.urls import reverse

from evaluation.models import OfficialDocument
from evaluation.models.document import DocumentKind
from evaluation.permissions import can_draft_document
from evaluation.selectors import document_subjects


def about(request, obj, column):
    """The documents about ``obj`` that the user sees, given-up drafts left out, and (address, kind)
    of those that the user can draft about it now. A fixed number of queries."""
    seen = OfficialDocument.objects.visible_to(request.user).filter(**{column: obj.pk})
    return {
        "papers": seen.exclude(status="dropped").order_by("pk"),
        "papers_to_draft": _drafts(request.user, obj, column),
    }


def _drafts(user, obj, column):
    if not can_draft_document(user):
        return []
    name, asked = "admin:evaluation_officialdocument_draft_kind", urlencode({"subject": obj.pk})
    return [
        (f"{reverse(name, args=[kind])}?{asked}", DocumentKind(kind).label)
        for kind, (_model, of, _place, _is_so_far) in document_subjects.SUBJECTS.items()
        if of == column and document_subjects.subjects(user, kind).filter(pk=obj.pk).exists()
    ]
