"""Pages of the bidders: what can be answered, a bid handed in sealed, its receipt, its repair."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from portal.errors import DomainError
from portal.evidence import views as evidence
from portal.public_limits import limited
from portal.uploads import InMemoryOnly
from portal.users.roles import Capability
from projects.forms.bids import AGAIN, BidForm, ReceiptForm, RepairForm
from projects.models import Bid, BidFile, Procurement, ProjectDocument, Repair
from projects.permissions import bidder_of
from projects.selectors import bidding, receipts
from projects.selectors.openings import clock
from projects.services import bids, repairs

PER_PAGE = 50


def _bidder(request):
    bidder = bidder_of(request.user)
    if bidder is None:
        raise PermissionDenied
    return bidder


def _asked(request, pk):
    """The account, and the procurement that its organization may answer."""
    bidder = _bidder(request)
    found = bidding.offered(bidder.organization)
    return bidder, get_object_or_404(found, pk=pk)


def _own_bid(request, pk, number):
    """By one's own numbers: those of the rows would tell how many bids others have handed in."""
    bidder = _bidder(request)
    own = Bid.objects.filter(organization=bidder.organization).defer("sealed")
    known = own.select_related("procurement__project__division", "organization")
    return bidder, get_object_or_404(known, procurement=pk, number=number)


@login_required
def home(request):
    """Procurements that one's organization may answer; who has no account reads how to get one."""
    bidder = bidder_of(request.user)
    if bidder is None and request.user.has_capability(Capability.BID_SUBMIT):
        return render(request, "bid/no_account.html", status=403)
    if bidder is None:
        raise PermissionDenied
    found = bidding.offered(bidder.organization)
    context = {
        "bidder": bidder,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "now": clock(),
    }
    return render(request, "bid/home.html", context)


@login_required
@never_cache
def procurement(request, pk):
    """One procurement: what is asked, what was announced, one's own bid."""
    bidder, found = _asked(request, pk)
    now = clock()
    context = {
        "bidder": bidder,
        "procurement": found,
        "criteria": found.criteria.all(),
        "announcements": found.announcements.all(),
        "documents": found.documents.filter(is_public=True).select_related("file"),
        "own": bidding.own(found, bidder.organization),
        "receives": _receives(found, now),
        "now": now,
    }
    return render(request, "bid/procurement.html", context)


def _receives(procurement, now):
    return procurement.status == Procurement.Status.ANNOUNCED and procurement.deadline_at > now


@csrf_exempt
def submit(request, pk):
    """Hand in a bid. What is uploaded stays in memory, so the token is checked behind this."""
    request.upload_handlers = [InMemoryOnly(bids.MAX_BYTES)]
    return _submit(request, pk)


@csrf_protect
@login_required
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
def _submit(request, pk):
    bidder, found = _asked(request, pk)
    context = {"bidder": bidder, "procurement": found, "receives": _receives(found, clock())}
    if request.method != "POST":
        form = BidForm(procurement=found)
        return render(request, "bid/submit.html", context | {"form": form})
    files = request.FILES.getlist("files")
    handler = request.upload_handlers[0]
    form = BidForm(
        request.POST, {"files": files}, procurement=found, is_exceeded=handler.is_exceeded
    )
    if form.is_valid():
        try:
            bid = bids.submit(
                procurement=found,
                bidder=bidder,
                fields=form.fields_of_bid,
                files=form.cleaned_data["files"],
                by=request.user,
            )
        except DomainError as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("Received and sealed. This is your receipt; keep it."))
            return redirect("bid:receipt", found.pk, bid.number)
    return render(request, "bid/submit.html", context | {"form": form, "again": AGAIN})


@login_required
@never_cache
def withdraw(request, pk, number):
    """Ask, and take back the bid that counts."""
    bidder, bid = _own_bid(request, pk, number)
    context = {"bidder": bidder, "bid": bid, "procurement": bid.procurement}
    if request.method == "POST":
        try:
            bids.withdraw(bid=bid, by=request.user)
        except DomainError as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("Withdrawn. You can hand in another bid in time."))
            return redirect("bid:procurement", bid.procurement_id)
    return render(request, "bid/withdraw.html", context)


@login_required
@never_cache
@require_safe
def receipt(request, pk, number):
    """The receipt of one's own bid, also as a file."""
    bidder, bid = _own_bid(request, pk, number)
    text = receipts.text_of(bid)
    if "download" in request.GET:
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        name = f"{_('Receipt')}-{bid.procurement.procurement_no}-{bid.number}.json"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
    context = {"bidder": bidder, "bid": bid, "procurement": bid.procurement, "text": text}
    return render(request, "bid/receipt.html", context)


@login_required
@never_cache
def repair(request, pk):
    """The one chance to repair a formal defect."""
    bidder = _bidder(request)
    own = Repair.objects.filter(opened_bid__bid__organization=bidder.organization)
    found = get_object_or_404(own.select_related("opened_bid__bid__procurement"), pk=pk)
    form = RepairForm(request.POST or None, request.FILES or None)
    context = {
        "bidder": bidder,
        "repair": found,
        "procurement": found.opened_bid.bid.procurement,
        "form": form,
        "is_open": found.repaired_at is None and found.due_at > clock(),
    }
    if request.method == "POST" and form.is_valid():
        try:
            repairs.answer(
                repair=found, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("Handed in. The procurement office looks at it."))
            return redirect("bid:procurement", context["procurement"].pk)
    return render(request, "bid/repair.html", context)


@login_required
@require_safe
def file(request, pk):
    """A file of one's own bid, once the bids are open."""
    bidder = _bidder(request)
    own = BidFile.objects.filter(opened_bid__bid__organization=bidder.organization)
    return evidence.answer_or_404(get_object_or_404(own.exclude(file=None), pk=pk).file)


@login_required
@require_safe
def document(request, pk):
    """A public paper of a procurement that one may answer."""
    bidder = _bidder(request)
    offered = Procurement.objects.open_to(bidder.organization)
    found = ProjectDocument.objects.filter(procurement__in=offered, is_public=True)
    return evidence.answer_or_404(get_object_or_404(found.select_related("file"), pk=pk).file)


@never_cache
@limited("bid-receipts", per_minute=20, methods=("POST",))
def verify_receipt(request):
    """Whether a receipt is genuine; for everybody, and nothing that the receipt does not say."""
    form = ReceiptForm(request.POST or None)
    told = None
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked:
        told = receipts.verify(form.cleaned_data["receipt"])
    context = {"form": form, "told": told, "is_asked": is_asked}
    return render(request, "open/receipts.html", context)
