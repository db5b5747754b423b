"""Feedback of residents that was handed to a center, at its desk."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.forms.feedbacks import ReplyForm
from evaluation.models import Feedback
from evaluation.permissions import can_reply_to_feedback
from evaluation.services import feedbacks
from portal.errors import DomainError

PER_PAGE = 50


def get_feedback(request, pk):
    """The feedback if ``request.user`` sees it."""
    seen = Feedback.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("center", "handed_to", "district"), pk=pk)


@login_required
def feedback_list(request):
    """What was handed to the centers of the user, and what came of it."""
    seen = Feedback.objects.visible_to(request.user).select_related("handed_to").order_by("-pk")
    page = Paginator(seen, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "today": timezone.localdate()}
    return render(request, "evaluation/feedback_list.html", context)


@login_required
def feedback_detail(request, pk):
    feedback = get_feedback(request, pk)
    context = {
        "feedback": feedback,
        "center": feedback.handed_to,
        "steps": feedback.steps.order_by("number"),
        "may_reply": can_reply_to_feedback(request.user, feedback)
        and feedback.status == Feedback.Status.HANDLING,
    }
    return render(request, "evaluation/feedback_detail.html", context)


@login_required
def feedback_reply(request, pk):
    """Say what the center has to say; what is refused is said, and what was typed stays."""
    feedback = get_feedback(request, pk)
    if not can_reply_to_feedback(request.user, feedback):
        raise PermissionDenied
    initial = {"text": feedback.center_reply, "version": feedback.version}
    form = ReplyForm(request.POST or None, initial=initial)
    reply = partial(feedbacks.reply_of_center, feedback=feedback, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            reply(**form.cleaned_data, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Submitted. The bureau answers the resident."))
            return redirect("evaluation:feedback", pk)
    context = {"feedback": feedback, "center": feedback.handed_to, "form": form}
    return render(request, "evaluation/feedback_reply.html", context)
