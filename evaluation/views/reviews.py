"""Reviews at the desk of a center: assessed, proven, handed in, answered."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluation.forms.reviews import ClaimForm, EvidenceForm, MarksForm, ReplyForm
from evaluation.models import Review
from evaluation.permissions import can_answer_review, can_submit_review
from evaluation.selectors import reviews as reading
from evaluation.services import review_marks, reviews
from evaluation.views.centers import get_center
from portal.errors import DomainError
from portal.evidence import views as files


def get_review(request, pk):
    """The review if ``request.user`` sees the compliance of its center."""
    visible = Review.objects.visible_to(request.user)
    found = visible.select_related("center__division", "round__scheme", "round__district")
    return get_object_or_404(found, pk=pk)


def version_sent(request):
    """The version of the review on the page that was sent; 0 where none can be read."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@login_required
def review_list(request, code):
    center = get_center(request, code)
    found = Review.objects.visible_to(request.user).filter(center=center)
    context = {
        "center": center,
        "reviews": found.select_related("round").order_by("-round__year", "-pk"),
        "today": timezone.localdate(),
    }
    return render(request, "evaluation/review_list.html", context)


@login_required
def review_detail(request, pk):
    """The review with its figures and evidence; the center types its own points into it."""
    review = get_review(request, pk)
    is_mine = review.status == "self" and can_answer_review(request.user, review)
    parts = reading.parts(review, request.user)
    is_sent = request.method == "POST"
    form = None
    if is_mine:
        data = request.POST if is_sent else None
        form = MarksForm(data, review=review, stage="self", parts=parts)
    elif is_sent:
        raise PermissionDenied
    if is_sent and form.is_valid():
        try:
            review_marks.save(
                review=review,
                stage="self",
                marks=form.entries(),
                version=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.refuse(refusal, review)
        else:
            messages.success(request, _("Saved."))
            return redirect("evaluation:review", pk)
    return render(request, "evaluation/review.html", _page(request, review, parts, form))


def _page(request, review, parts, form):
    may_submit = can_submit_review(request.user, review)
    is_open = review.status == "self" and can_answer_review(request.user, review)
    is_told = review.status in Review.TOLD
    return {
        "center": review.center,
        "review": review,
        "round": review.round,
        "parts": parts,
        "form": form,
        "rows": form.rows()
        if form
        else [(part, [(line, []) for line in part.lines]) for part in parts],
        "may_submit": may_submit and review.status == "self",
        "missing": review_marks.missing(review, "self") if is_open else [],
        "reply_form": ReplyForm(obj=review) if may_submit and review.status == "reply" else None,
        "evidence_form": EvidenceForm(review=review) if is_open else None,
        "claim_form": ClaimForm(obj=review, kind="bonus") if is_open else None,
        "extras": review.extras.filter(**({} if is_told else {"kind": "bonus"})).order_by("pk")
        if is_told or is_open
        else [],
        "general": review.evidence.valid().filter(answer=None, stage="self").select_related("file"),
        "is_told": is_told,
        "is_graded": review.status in ("approved", "final"),
        "averages": reading.averages(review.round),
        "objections": review.objections.filter(filed_by=request.user),
        "is_late": reading.is_late(review, timezone.localdate()),
    }


@login_required
@require_POST
def review_submit(request, pk):
    review = get_review(request, pk)
    if not can_submit_review(request.user, review):
        raise PermissionDenied
    try:
        reviews.submit_self(
            review=review, version=version_sent(request), by=request.user, at=timezone.now()
        )
        messages.success(request, _("Handed in. The street or town gives its opinion next."))
    except DomainError as refusal:
        for line in getattr(refusal, "lines", None) or [str(refusal)]:
            messages.error(request, line)
    return redirect("evaluation:review", pk)


@login_required
@require_POST
def review_reply(request, pk):
    review = get_review(request, pk)
    if not can_submit_review(request.user, review):
        raise PermissionDenied
    form = ReplyForm(request.POST, obj=review)
    if form.is_valid():
        try:
            reviews.reply(review=review, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.refuse(refusal, review)
        else:
            messages.success(request, _("Your reply was sent."))
            return redirect("evaluation:review", pk)
    parts = reading.parts(review, request.user)
    context = _page(request, review, parts, None) | {"reply_form": form}
    return render(request, "evaluation/review.html", context)


@login_required
@require_POST
def review_evidence(request, pk):
    """Add a file or a note to an indicator."""
    review = get_review(request, pk)
    if not can_answer_review(request.user, review):
        raise PermissionDenied
    form = EvidenceForm(request.POST, request.FILES, review=review)
    return _added(request, review, form, review_marks.attach, "evidence_form")


@login_required
@require_POST
def review_claim(request, pk):
    """Claim a bonus."""
    review = get_review(request, pk)
    if not can_answer_review(request.user, review):
        raise PermissionDenied
    form = ClaimForm(request.POST, request.FILES, obj=review, kind="bonus")
    return _added(request, review, form, review_marks.claim, "claim_form")


def _added(request, review, form, add, name):
    if review.status != "self":
        messages.error(request, _("The self-assessment was handed in; nothing is added to it."))
        return redirect("evaluation:review", review.pk)
    if form.is_valid():
        try:
            add(review=review, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added."))
            return redirect("evaluation:review", review.pk)
    parts = reading.parts(review, request.user)
    own = MarksForm(None, review=review, stage="self", parts=parts)
    return render(
        request, "evaluation/review.html", _page(request, review, parts, own) | {name: form}
    )


@login_required
def review_evidence_file(request, pk, evidence_pk):
    """A file of the review, for whoever reads the marks it belongs to."""
    review = get_review(request, pk)
    found = get_object_or_404(review.evidence.select_related("file"), pk=evidence_pk)
    stages = reading.stages_for(review, request.user)
    if found.file is None or found.stage not in stages:
        raise Http404
    return files.answer_or_404(found.file)
