"""Feedback of residents at the desk of the bureau."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from evaluation.admin.contacts import contact_page
from evaluation.forms.feedbacks import (
    AnswerForm,
    FeedbackWhyForm,
    HandForm,
    TakeUpForm,
)
from evaluation.models import Feedback
from evaluation.permissions import can_handle_feedback, can_rectify
from evaluation.services import feedbacks
from portal.admin import ScopedModelAdmin, mark, own_page
from portal.users.roles import Capability

Status = Feedback.Status
MARKS = {
    "received": ("○", "fair"),
    "handling": ("◔", "fair"),
    "answered": ("✓", "good"),
    "refused": ("—", "none"),
}
# Address → what it does, how it is called, its form, in which states.
STEPS = {
    "take-up": (feedbacks.take_up, _("Take it up"), TakeUpForm, {"received"}),
    "hand": (feedbacks.hand_to, _("Ask a center"), HandForm, {"handling"}),
    "answer": (feedbacks.answer, _("Answer the resident"), AnswerForm, {"handling"}),
    "refuse": (feedbacks.refuse, _("Do not take it up"), FeedbackWhyForm, {"received"}),
    "reopen": (feedbacks.reopen, _("Look into it once more"), FeedbackWhyForm, {"answered"}),
}


class OpenFilter(DropdownFilter):
    """Whether somebody still has to answer."""

    title = _("open or answered")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [
            ("open", _("to be answered")),
            ("late", _("to be answered, overdue")),
            ("mine", _("in my charge and open")),
            ("over", _("answered or not taken up")),
        ]

    def queryset(self, request, queryset):
        is_open = Q(status__in=[Status.RECEIVED, Status.HANDLING])
        conditions = {
            "open": is_open,
            "late": is_open & Q(due_on__lt=timezone.localdate()),
            "mine": is_open & Q(handler=request.user),
            "over": ~is_open,
        }
        return queryset.filter(conditions.get(self.value(), Q()))


@admin.register(Feedback)
class FeedbackAdmin(ScopedModelAdmin):
    when_empty = _(
        "No resident wrote yet. The public pages lead to a form; what comes in stands here with the"
        " day by which it is to be answered."
    )
    view_capability = Capability.FEEDBACK_HANDLE
    list_display = [
        *("feedback_no", "kind", "center", "state", "received_at", "due_on", "handler"),
        "handed_to",
    ]
    list_filter = [
        OpenFilter,
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    ]
    list_select_related = ["center", "handler", "handed_to"]
    search_fields = ["feedback_no", "center__name", "center__code"]
    ordering = ["-id"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "district", "center__division", "publication", "handler", "answered_by", "duty_record"
        )

    @admin.display(description=_("status"), ordering="status")
    def state(self, feedback):
        is_open = feedback.status in (Status.RECEIVED, Status.HANDLING)
        if is_open and feedback.due_on < timezone.localdate():
            return mark("!", "bad", _("past its day"))
        return mark(*MARKS[feedback.status], feedback.get_status_display())

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "evaluation_feedback_{}".format
        return [
            path("<int:pk>/contact/", wrap(self.contact), name=name("contact")),
            *(
                path(f"<int:pk>/{code}/", wrap(self.step), {"code": code}, name=name(code))
                for code in STEPS
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        feedback = self.scoped_or_404(request, object_id)
        may_handle = can_handle_feedback(request.user, feedback.district)
        return self.page(
            request,
            "admin/evaluation/feedback.html",
            title=str(feedback),
            obj=feedback,
            feedback=feedback,
            state=self.state(feedback),
            steps=feedback.steps.select_related("taken_by"),
            verbs=_verbs(feedback) if may_handle else [],
            rectify_url=_rectify_url(request.user, feedback),
            rectifications=feedback.rectifications.visible_to(request.user).order_by("pk"),
            may_reveal=bool(feedback.contact) and _may_reveal(request.user, feedback),
        )

    def _handled(self, request, pk):
        feedback = self.scoped_or_404(request, pk)
        if not can_handle_feedback(request.user, feedback.district):
            raise PermissionDenied
        return feedback

    def step(self, request, pk, code):
        """Ask for what the step needs, and take it."""
        feedback = self._handled(request, pk)
        if code not in STEPS:
            raise Http404
        take, label, form_class, _states = STEPS[code]
        initial = {"version": feedback.version, "handler": request.user.pk}
        form = form_class(request.POST or None, feedback=feedback, initial=initial)
        return self.ask(
            request,
            form,
            partial(take, feedback=feedback),
            title=label,
            intro=feedback.text,
            said=gettext("Entered: %(step)s.") % {"step": label},
            leads_to=own_page(feedback),
            obj=feedback,
        )

    def contact(self, request, pk):
        """Ask for the reason; the answer to it alone shows the value."""
        feedback = self._handled(request, pk)
        if not _may_reveal(request.user, feedback):
            raise PermissionDenied
        reveal = partial(feedbacks.reveal_contact, feedback=feedback)
        return contact_page(self, request, feedback, reveal)


def _may_reveal(user, feedback):
    return user.has_capability(Capability.PERSONAL_REVEAL, feedback.district)


def _verbs(feedback):
    """(address, name) of the steps that the state allows."""
    return [
        (reverse(f"admin:evaluation_feedback_{code}", args=[feedback.pk]), label)
        for code, (_take, label, _form, states) in STEPS.items()
        if feedback.status in states
    ]


def _rectify_url(user, feedback):
    """Where a rectification of the center is opened, for whoever may."""
    center = feedback.center
    if center is None or not can_rectify(user, center.division):
        return ""
    place = reverse("admin:evaluation_rectification_hand", args=[center.code])
    return f"{place}?{urlencode({'source': 'feedback', 'feedback': feedback.pk})}"
