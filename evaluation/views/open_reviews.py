"""Announced results of reviews before everybody, and objections to them; no account needed."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation.forms.reviews import ObjectionForm
from evaluation.models import Publication, ReviewRound
from evaluation.selectors import published
from evaluation.selectors import reviews as reading
from evaluation.services import objections
from portal.errors import DomainError
from portal.public_limits import limited


def _rank(review, *, is_final):
    """By points once they are public; what is rechecked stands last, not where it stood before."""
    points = review.final_total if is_final else 0
    return (not review.is_graded, -points if review.is_graded else 0, review.center.code)


def _withdrawn(request, review_round):
    """What residents read in the place of results that were withdrawn; None where they stand."""
    text = published.list_of_round(review_round)
    if text is None or text.status == Publication.Status.PUBLISHED:
        return None
    context = {"round": review_round, "publication": text}
    return render(request, "public/review_withdrawn.html", context, status=410)


@require_safe
@limited("reviews", 120)
def round_list(request):
    found = ReviewRound.objects.published().select_related("district")
    context = {"rounds": found.order_by("-year", "district__code")}
    return render(request, "public/review_rounds.html", context)


@require_safe
@limited("reviews", 120)
def round_detail(request, pk):
    """Names and grades, once they are final with the points; who objects begins here."""
    review_round = get_object_or_404(
        ReviewRound.objects.published().select_related("district"), pk=pk
    )
    gone = _withdrawn(request, review_round)
    if gone is not None:
        return gone
    is_final = review_round.status != ReviewRound.Status.PUBLICITY
    rank = partial(_rank, is_final=is_final)
    through = review_round.reviews.filter(status__in=reading.BEFORE_EVERYBODY)
    context = {
        "round": review_round,
        "is_final": is_final,
        "reviews": sorted(through.select_related("center__division"), key=rank),
        "grades": reading.grades(review_round),
        "answers": reading.public_answers(review_round),
        "takes_objections": reading.takes_objections(review_round, timezone.localdate()),
    }
    return render(request, "public/review_round.html", context)


@limited("objections", 5, methods=("POST",))
def object_to(request, pk, code):
    """Object to the announced result of one center."""
    review_round = get_object_or_404(
        ReviewRound.objects.published().select_related("district"), pk=pk
    )
    reviews = review_round.reviews.exclude(status="excluded")
    review = get_object_or_404(
        reviews.select_related("center__division", "round__district"), center__code=code
    )
    if not reading.takes_objections(review_round, timezone.localdate()):
        raise Http404
    form = ObjectionForm(request.POST or None)
    if form.is_valid():
        by = request.user if request.user.is_authenticated else None
        try:
            made = objections.file(review=review, **form.cleaned_data, at=timezone.now(), by=by)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Your objection was received. It is answered by %(day)s.")
            messages.success(request, text % {"day": made.due_on})
            return redirect("public:review-round", pk)
    context = {"round": review_round, "review": review, "form": form}
    return render(request, "public/review_objection.html", context)
