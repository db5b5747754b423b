"""Official documents at the desk: read, saved, confirmed; and known again by anybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evaluation.forms.documents import ReceiptForm
from evaluation.models import OfficialDocument
from evaluation.permissions import can_receive_documents, receiving_centers
from evaluation.selectors import document_receipts, document_register, document_writing
from evaluation.services import documents
from portal.errors import DomainError
from portal.evidence import views as files
from portal.public_limits import limited

PER_PAGE = 30
ISSUED = ("issued", "withdrawn")


def issued_to(user):
    """Issued documents that ``user`` sees, the newest first."""
    visible = OfficialDocument.objects.visible_to(user).filter(status__in=ISSUED)
    return visible.select_related("district", "docx", "pdf", "withdrawn_by").order_by(
        "-issued_at", "-pk"
    )


def get_document(request, pk):
    """The document if ``request.user`` sees it and it is issued."""
    return get_object_or_404(issued_to(request.user), pk=pk)


def deliveries_for(user, found):
    """Deliveries of documents to centers that ``user`` sees."""
    seen = document_register.deliveries_seen(user).filter(document__in=found)
    return seen.select_related("center", "received_by")


@login_required
@require_safe
def document_list(request):
    """What was issued, and which of it waits to be confirmed."""
    page = Paginator(issued_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    by_document = {}
    for delivery in deliveries_for(request.user, [document.pk for document in page]):
        by_document.setdefault(delivery.document_id, []).append(delivery)
    rows = [(document, by_document.get(document.pk, [])) for document in page]
    return render(request, "evaluation/document_list.html", {"page": page, "rows": rows})


@login_required
@require_safe
def document_detail(request, pk):
    document = get_document(request, pk)
    deliveries = list(deliveries_for(request.user, [document.pk]))
    receiving = receiving_centers(request.user)
    mine = {
        delivery.pk
        for delivery in deliveries
        if delivery.received_at is None and delivery.center_id in receiving
    }
    context = {
        "document": document,
        "head": document_writing.head_of(document),
        "blocks": document_writing.shown(document, document.dated_on),
        "deliveries": deliveries,
        "mine": mine,
    }
    return render(request, "evaluation/document_detail.html", context)


@login_required
@require_safe
def document_file(request, pk, suffix):
    """The archived file, ``docx`` or ``pdf``; the PDF may be read in the browser."""
    document = get_document(request, pk)
    file = {"docx": document.docx, "pdf": document.pdf}.get(suffix)
    if file is None:
        raise Http404
    return files.answer_or_404(file, inline=suffix == "pdf" and "read" in request.GET)


@login_required
@require_safe
def document_receipt(request, pk):
    """The signed receipt of the document as a file."""
    document = get_document(request, pk)
    response = HttpResponse(
        document_receipts.text_of(document), content_type="application/json; charset=utf-8"
    )
    name = f"receipt-{document.pk}.json"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@login_required
@require_POST
def document_received(request, pk):
    """Confirm for one center that it has the document."""
    seen = document_register.deliveries_seen(request.user)
    seen = seen.select_related("center", "document__district")
    delivery = get_object_or_404(seen, pk=pk, document__status__in=ISSUED)
    if not can_receive_documents(request.user, delivery.center):
        raise PermissionDenied
    try:
        documents.confirm_receipt(delivery=delivery, by=request.user, at=timezone.now())
        messages.success(request, _("Confirmed: the center has received the document."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation:document", delivery.document_id)


@never_cache
@limited("document-receipts", per_minute=20)
def verify_receipt(request):
    """Whether a receipt is genuine, whether a file is the one it speaks of, and whether the
    document still holds; for everybody, and nothing else. The file is read and not kept."""
    form = ReceiptForm(request.POST or None, request.FILES or None)
    told, matches, withdrawn_on = None, None, None
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked:
        told = document_receipts.verify(form.cleaned_data["receipt"])
        if told:
            withdrawn_on = document_receipts.withdrawn_on(told)
            if upload := form.cleaned_data["file"]:
                matches = document_receipts.is_of(told, upload.chunks())
    context = {
        "form": form,
        "told": told,
        "is_asked": is_asked,
        "matches": matches,
        "withdrawn_on": withdrawn_on,
    }
    return render(request, "public/document_receipts.html", context)
