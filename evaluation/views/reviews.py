"""Reviews at the desk: assessed, proven, handed in and answered by the center, commented on by its
street or town."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centers import selectors as places
from centers.models import Center
from evaluation.forms.reviews import (
    ClaimForm,
    EvidenceForm,
    MarksForm,
    OpinionForm,
    ReasonForm,
    ReplyForm,
    VoidForm,
)
from evaluation.models import Review
from evaluation.permissions import (
    can_add_evidence,
    can_answer_review,
    can_give_opinion,
    can_submit_review,
)
from evaluation.selectors import reviews as reading
from evaluation.services import review_marks, reviews
from evaluation.views.centers import get_center
from portal.errors import DomainError
from portal.evidence import views as files
from portal.users.roles import Capability

PER_PAGE = 50
# Where the desk works on a review at these stages.
PLACES = {"self": "evaluation:review", "township": "evaluation:review-opinion"}


def get_review(request, pk):
    """The review if ``request.user`` sees the compliance of its center."""
    visible = Review.objects.visible_to(request.user)
    found = visible.select_related("center__division", "round__scheme", "round__district")
    return get_object_or_404(found, pk=pk)


def typed(request):
    """What was sent with a form; None where its page is opened."""
    return request.POST if request.method == "POST" else None


def version_sent(request):
    """The version of the review on the page that was sent; 0 where none can be read."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@login_required
@require_safe
def review_home(request):
    """The reviews of the user's own center, the opinions that a street or town gives, or the
    choice of a center."""
    mine = places.centers_of(request.user)
    if mine:
        return redirect("evaluation:review-list", mine[0].code)
    if request.user.paths_with(Capability.REVIEW_OPINION):
        return redirect("evaluation:opinion-list")
    visible = Center.objects.visible_to(request.user, Capability.COMPLIANCE_VIEW)
    found = visible.select_related("division").order_by("code")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluation/review_home.html", {"page": page})


@login_required
@require_safe
def review_list(request, code):
    center = get_center(request, code)
    found = Review.objects.visible_to(request.user).filter(center=center)
    today = timezone.localdate()
    context = {
        "center": center,
        "my_centers": places.centers_of(request.user),
        "reviews": [
            (review, reading.due_on(review), reading.is_late(review, today))
            for review in found.select_related("round").order_by("-round__year", "-pk")
        ],
    }
    return render(request, "evaluation/review_list.html", context)


@login_required
def review_detail(request, pk):
    """The review with its figures and evidence; the center types its own points into it. Where a
    colleague handed it in meanwhile, what was typed stays, and the page says where it is."""
    review = get_review(request, pk)
    is_mine = can_answer_review(request.user, review)
    if request.method == "POST" and not is_mine:
        raise PermissionDenied
    is_asked = is_mine and (review.status == "self" or request.method == "POST")
    form = _marks(request, review, "self", typed(request)) if is_asked else None
    if form and _is_saved(request, review, form):
        return redirect("evaluation:review", pk)
    return render(request, "evaluation/review.html", _page(request, review, form))


def _marks(request, review, stage, data=None):
    """The form of the marks of a stage, with what was sent in it."""
    return MarksForm(data, review=review, stage=stage, parts=reading.parts(review, request.user))


def _is_saved(request, review, form):
    """Whether marks were sent and kept; what is refused is said in the form."""
    if not form.is_valid():
        return False
    try:
        review_marks.save(
            review=review,
            stage=form.stage,
            marks=form.entries(),
            version=form.cleaned_data["version"],
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal, review)
        return False
    messages.success(request, _("Saved."))
    return True


def _shown(request, review, form):
    """What every page of a review shows."""
    is_open = form is not None and form.stage == review.status
    parts = form.parts if form else reading.parts(review, request.user)
    rows = form.rows() if form else [(part, [(line, []) for line in part.lines]) for part in parts]
    is_told = review.status in Review.TOLD
    return {
        "center": review.center,
        "review": review,
        "round": review.round,
        "form": form,
        "rows": rows,
        "voidable": reading.voidable(review) if is_open else frozenset(),
        "general": reading.evidence_for(review, request.user).get(None, []),
        "evidence_form": _beside_marks(EvidenceForm(obj=review)) if is_open else None,
        "extras": reading.extras_for(review, request.user),
        "stages": reading.stages_for(review, request.user),
        "steps": review.steps.all(),
        "is_told": is_told,
        "is_late": reading.is_late(review, timezone.localdate()),
    }


def _page(request, review, form):
    may_submit = can_submit_review(request.user, review)
    is_open = review.status == "self" and can_answer_review(request.user, review)
    return _shown(request, review, form) | {
        "may_submit": may_submit and review.status == "self",
        "missing": review_marks.missing(review, "self") if is_open else [],
        "reply_form": ReplyForm(obj=review) if may_submit and review.status == "reply" else None,
        "claim_form": _beside_marks(_claim_form(review)) if is_open else None,
        "may_give_opinion": can_give_opinion(request.user, review),
        "averages": reading.averages(review.round),
        "objections": reading.objections_for(review, request.user),
        "may_object": reading.takes_objections(review.round, timezone.localdate()),
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
    form = ReplyForm(request.POST, request.FILES, obj=review)
    if form.is_valid():
        try:
            reviews.reply(review=review, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.refuse(refusal, review)
        else:
            messages.success(request, _("Your reply was sent."))
            return redirect("evaluation:review", pk)
    context = _page(request, review, None) | {"reply_form": form}
    return render(request, "evaluation/review.html", context)


@login_required
@require_POST
def review_evidence(request, pk):
    """Add a file or a note to an indicator, at the stage where the review stands."""
    review = get_review(request, pk)
    if review.status not in PLACES and can_answer_review(request.user, review):
        return _too_late(request, review)
    _refuse_others(request.user, review)
    form = EvidenceForm(request.POST, request.FILES, obj=review)
    return _added(request, review, form, review_marks.attach, "evidence_form")


@login_required
@require_POST
def review_claim(request, pk):
    """Claim a bonus."""
    review = get_review(request, pk)
    if not can_answer_review(request.user, review):
        raise PermissionDenied
    form = _claim_form(review, request.POST, request.FILES)
    if review.status != "self":
        return _too_late(request, review)
    return _added(request, review, form, review_marks.claim, "claim_form")


def _refuse_others(user, review):
    """The desk is of the center and its street or town; the bureau adds at its own."""
    if review.status not in PLACES or not can_add_evidence(user, review):
        raise PermissionDenied


def _too_late(request, review):
    messages.error(request, _("The self-assessment was handed in; nothing is added to it."))
    return redirect("evaluation:review", review.pk)


def _claim_form(review, *sent):
    """Its fields have names of their own: evidence is typed beside it, and sent with it."""
    return ClaimForm(*sent, obj=review, kind="bonus", prefix="claim")


def _beside_marks(form):
    """The fields are sent together with the marks, so that nothing typed into these is lost."""
    for field in form.fields.values():
        field.widget.attrs["form"] = "marks"
    return form


def _added(request, review, form, add, name):
    """Add what was sent, and keep the marks that were typed beside it."""
    sent = request.POST if "version" in request.POST else None
    own = _marks(request, review, review.status, sent)
    if form.is_valid():
        try:
            add(review=review, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added."))
            if not own.is_bound or _is_saved(request, review, own):
                return redirect(PLACES[review.status], review.pk)
            return _marked(request, review, own)
    return _marked(request, review, own, **{name: _beside_marks(form)})


def _marked(request, review, own, **context):
    """The page on which the stage marks, with what was typed."""
    if review.status == "township":
        context = _opinion_page(request, review, own) | context
        return render(request, "evaluation/review_opinion.html", context)
    return render(request, "evaluation/review.html", _page(request, review, own) | context)


@login_required
def review_evidence_void(request, pk, evidence_pk):
    """Void what was added by mistake, with the reason; it stays on record."""
    review = get_review(request, pk)
    evidence = _evidence(request, review, evidence_pk)
    _refuse_others(request.user, review)
    back = reverse(PLACES[review.status], args=[review.pk])
    form, refusal = VoidForm(typed(request)), None
    if form.is_valid():
        try:
            review_marks.void(
                evidence=evidence,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refused:
            refusal = refused
        else:
            messages.success(request, _("Voided. It proves nothing any more."))
            return redirect(back)
    context = {
        "center": review.center,
        "review": review,
        "evidence": evidence,
        "back": back,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "evaluation/review_evidence_void.html", context)


def _evidence(request, review, pk):
    """A piece of evidence of the review that the user reads."""
    found = get_object_or_404(review.evidence.select_related("file", "answer"), pk=pk)
    if found.stage not in reading.stages_for(review, request.user):
        raise Http404
    return found


@login_required
@require_safe
def review_evidence_file(request, pk, evidence_pk):
    """A file of the review, for whoever reads the marks it belongs to."""
    found = _evidence(request, get_review(request, pk), evidence_pk)
    if found.file is None or found.voided_at is not None:
        raise Http404
    return files.answer_or_404(found.file)


@login_required
@require_safe
def review_extra_file(request, pk, extra_pk):
    """The file of a bonus or a veto, for whoever reads it."""
    review = get_review(request, pk)
    found = get_object_or_404(reading.extras_for(review, request.user), pk=extra_pk)
    if found.file is None:
        raise Http404
    return files.answer_or_404(found.file)


@login_required
@require_safe
def opinion_list(request):
    """The reviews that wait for the opinion of the user's street or town, and the others."""
    if not can_give_opinion(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    found = reading.opinions(request.user).select_related("center__division", "round")
    page = Paginator(found.waiting_first(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "reviews": [
            (review, reading.due_on(review), reading.is_late(review, today)) for review in page
        ],
    }
    return render(request, "evaluation/opinion_list.html", context)


@login_required
def review_opinion(request, pk):
    """What the center says of itself, for its street or town to score and to comment on."""
    review = get_review(request, pk)
    if not can_give_opinion(request.user, review):
        raise PermissionDenied
    if review.status != "township" and request.method != "POST":
        return _not_here(request, review)
    form = _marks(request, review, "township", typed(request))
    if _is_saved(request, review, form):
        return redirect("evaluation:review-opinion", pk)
    return render(request, "evaluation/review_opinion.html", _opinion_page(request, review, form))


def _not_here(request, review):
    messages.info(request, _not_asked(review))
    return redirect("evaluation:review", review.pk)


def _not_asked(review):
    text = _("The opinion is not asked for now: the review is at “%(status)s”.")
    return text % {"status": review.get_status_display()}


def _opinion_page(request, review, form):
    return _shown(request, review, form) | {
        "missing": review_marks.missing(review, "township"),
        "opinion_form": OpinionForm(obj=review),
        "return_form": ReasonForm(obj=review),
    }


@login_required
@require_POST
def opinion_give(request, pk):
    """Hand the opinion on to the bureau."""
    form, verb = OpinionForm, reviews.give_opinion
    said = _("Handed on. The bureau reviews next.")
    return _opinion_step(request, pk, form, verb, "opinion_form", said)


@login_required
@require_POST
def opinion_return(request, pk):
    """Send the self-assessment back to the center."""
    said = _("Sent back. The center was told why.")
    return _opinion_step(request, pk, ReasonForm, reviews.return_, "return_form", said)


def _opinion_step(request, pk, form_class, verb, name, said):
    review = get_review(request, pk)
    if not can_give_opinion(request.user, review):
        raise PermissionDenied
    form = form_class(request.POST, obj=review)
    if review.status != "township":
        form.add_error(None, _not_asked(review))
    elif form.is_valid():
        try:
            verb(review=review, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.refuse(refusal, review)
        else:
            messages.success(request, said)
            return redirect("evaluation:opinion-list")
    own = _marks(request, review, "township")
    context = _opinion_page(request, review, own) | {name: form}
    return render(request, "evaluation/review_opinion.html", context)
