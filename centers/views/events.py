"""Coordination events: a center's year, one event, and what is asked about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_POST

from centers import permissions, selectors
from centers.forms import CancelForm, FollowUpForm, PlanForm, RecordForm
from centers.models import Center, CoordinationEvent, FollowUp
from centers.models.event import quarter_of
from centers.selectors import mechanisms
from centers.services import events
from centers.views import refusals
from portal.errors import DomainError
from portal.forms import asked_year
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

PER_PAGE = 50


@login_required
def event_home(request):
    """The events of the user's own center; who works at none chooses among the visible ones."""
    mine = selectors.centers_of(request.user)
    if mine:
        return redirect("desk:event-list", mine[0].code)
    visible = Center.objects.visible_to(request.user).select_related("division")
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "centers/event_home.html", {"page": page})


@login_required
def event_list(request, code):
    """One year of a center: its triples, and the events behind them."""
    visible = Center.objects.visible_to(request.user).select_related("division")
    center = get_object_or_404(visible, code=code)
    today = timezone.localdate()
    year, refusal = asked_year(request.GET, today)
    if refusal:
        messages.error(request, refusal)
    listed = mechanisms.of_center(center, year)
    context = {
        "center": center,
        "my_centers": selectors.centers_of(request.user),
        "year": year,
        "years": mechanisms.years_of(center, today),
        "triples": mechanisms.triples(center, year, today),
        "events": listed,
        "late": {event for event in listed if event.is_late(today)},
        "can_plan": permissions.can_plan_event(request.user, center),
    }
    return render(request, "centers/event_list.html", context)


def get_event(request, pk, may=None):
    """The event if ``request.user`` sees it (404), and if ``may`` allows more (403)."""
    visible = CoordinationEvent.objects.visible_to(request.user).with_minutes()
    event = get_object_or_404(
        visible.select_related(
            "center__division", "district", "planned_by", "recorded_by", "cancelled_by"
        ),
        pk=pk,
    )
    if may is not None and not may(request.user, event):
        raise PermissionDenied
    return event


@login_required
def event_detail(request, pk):
    return _detail(request, get_event(request, pk), FollowUpForm())


def _facts(event):
    """What ``_event_facts.html`` shows."""
    return {
        "event": event,
        "center": event.center,
        "participants": event.participants.order_by("code"),
        "townships": mechanisms.townships(event),
    }


def _detail(request, event, form):
    written = list(event.minutes.select_related("written_by"))
    context = {
        **_facts(event),
        "minutes": written[0] if written else None,
        "earlier": written[1:],
        "follow_ups": event.follow_ups.select_related("done_by"),
        "form": form,
        "today": timezone.localdate(),
        "can_keep": permissions.can_keep_event(request.user, event),
    }
    return render(request, "centers/event_detail.html", context)


class EventPage(LoginRequiredMixin, View):
    """A page that asks one form about an event. What a service refuses is said above the form, and
    what was typed stays."""

    lead = ""

    def get(self, request, **kwargs):
        self.found(**kwargs)
        return self.page(self.form())

    def post(self, request, **kwargs):
        self.found(**kwargs)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            event = self.act(form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            self.found(**kwargs)
            version = self.event.version if self.event else ""
            return self.page(form, refusal=str(refusal), version=version)
        messages.success(request, self.success)
        return redirect("desk:event", event.pk)

    def found(self, pk):
        """The event asked about; for strangers there is none."""
        self.event = get_event(self.request, pk, permissions.can_keep_event)
        self.organiser = self.event.organiser

    def form(self, data=None):
        return self.form_class(data, initial={"version": self.event.version})

    def page(self, form, **context):
        center = self.organiser if isinstance(self.organiser, Center) else None
        context = {
            **(_facts(self.event) if self.event else {"center": center}),
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
            "form": form,
            "version": form["version"].value() or "",
            **context,
        }
        return render(self.request, "centers/event_form.html", context)


class EventPlan(EventPage):
    """Plan an event of a center, or of the bureau of a district."""

    title = gettext_lazy("Plan a coordination event")
    submit_label = gettext_lazy("Plan it")
    success = gettext_lazy("Planned. Record it with its minutes once it was held.")

    def found(self, code, is_bureau=False):
        self.event = None
        if is_bureau:
            reach = within_reach(self.request.user, Capability.CENTER_VIEW)
            self.organiser = get_object_or_404(reach, code=code, kind=Division.Kind.DISTRICT)
        else:
            visible = Center.objects.visible_to(self.request.user).select_related("division")
            self.organiser = get_object_or_404(visible, code=code)
        if not permissions.can_plan_event(self.request.user, self.organiser):
            raise PermissionDenied

    def form(self, data=None):
        year, quarter = quarter_of(timezone.localdate())
        initial = {"planned_year": year, "planned_quarter": quarter}
        return PlanForm(data, organiser=self.organiser, initial=initial)

    def act(self, cleaned, **who):
        cleaned.pop("version")
        role = "center" if isinstance(self.organiser, Center) else "district"
        return events.plan(**{role: self.organiser}, **cleaned, **who)


class EventCorrect(EventPage):
    """Correct what was planned."""

    title = gettext_lazy("Correct the plan")
    submit_label = gettext_lazy("Save")
    success = gettext_lazy("Saved.")

    def form(self, data=None):
        return PlanForm(data, organiser=self.organiser, event=self.event)

    def act(self, cleaned, **who):
        return events.correct(event=self.event, **cleaned, **who)


class EventRecord(EventPage):
    """Record how it was held, and the minutes."""

    title = gettext_lazy("Record the event and its minutes")
    lead = gettext_lazy("An event counts as done once it was held and its minutes are written.")
    submit_label = gettext_lazy("Record")
    success = gettext_lazy("Recorded.")

    def form(self, data=None):
        event, last = self.event, self.event.minutes.first()
        initial = {
            "version": event.version,
            "held_on": event.held_on or event.planned_on,
            "attendee_count": event.attendee_count,
            "minutes": last.text if last else "",
            "decisions": last.decisions if last else "",
        }
        return RecordForm(data, today=timezone.localdate(), initial=initial)

    def act(self, cleaned, **who):
        return events.record(event=self.event, **cleaned, **who)


class EventCancel(EventPage):
    """Take it out of every count."""

    form_class = CancelForm
    title = gettext_lazy("Cancel the event")
    lead = gettext_lazy(
        "A cancelled event counts nowhere and cannot be opened again. It stays on record with its"
        " reason."
    )
    submit_label = gettext_lazy("Cancel the event")
    success = gettext_lazy("Cancelled. It counts nowhere any more.")

    def act(self, cleaned, **who):
        return events.cancel(event=self.event, **cleaned, **who)


@login_required
@require_POST
def follow_up_add(request, pk):
    event = get_event(request, pk, permissions.can_keep_event)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return _detail(request, event, form)
    with refusals.shown(request):
        events.add_follow_up(
            event=event, **form.cleaned_data, by=request.user, at=timezone.now()
        )
        messages.success(request, _("Noted."))
    return redirect("desk:event", pk)


@login_required
@require_POST
def follow_up_finish(request, pk, follow_up_pk):
    event = get_event(request, pk, permissions.can_keep_event)
    follow_up = get_object_or_404(FollowUp, event=event, pk=follow_up_pk)
    follow_up.event = event
    with refusals.shown(request):
        events.finish_follow_up(follow_up=follow_up, by=request.user, at=timezone.now())
        messages.success(request, _("Noted as done."))
    return redirect("desk:event", pk)
