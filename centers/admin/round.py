"""Reporting rounds: opened, watched, extended for one center, cancelled."""

import io
from collections import Counter
from datetime import date
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from centers.admin import round_forms as forms
from centers.admin.marks import state_mark
from centers.admin.workbook import download
from centers.models import Center, Obligation, Round, Section
from centers.permissions import can_manage_rounds
from centers.resources import rounds as table
from centers.selectors import obligations
from centers.selectors import rounds as reading
from centers.selectors.obligations import Tally
from centers.services import rounds
from portal.admin import ScopedModelAdmin, mark, own_page
from portal.audit import services as audit
from portal.errors import DomainError
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workdays import selectors as workdays

# Beside which field a refusal of the service stands.
BESIDE = {
    rounds.TitleTaken: "title",
    rounds.NobodyAsked: "centers",
    rounds.NothingAsked: "section_kinds",
}


class RunningFilter(DropdownFilter):
    """Where a round stands by its dates; single centers may have more time."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("upcoming", _("not open yet")),
            ("running", _("running")),
            ("due", _("due date passed")),
            ("cancelled", _("cancelled")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        conditions = {
            "upcoming": {"cancelled_at": None, "opens_on__gt": today},
            "running": {"cancelled_at": None, "opens_on__lte": today, "due_on__gte": today},
            "due": {"cancelled_at": None, "due_on__lt": today},
            "cancelled": {"cancelled_at__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


@admin.register(Round)
class RoundAdmin(ScopedModelAdmin):
    list_display = [
        "named",
        "kind",
        "period",
        "due",
        "standing",
        "expected",
        "received",
        "on_time",
        "overdue",
        "window",
    ]
    list_filter = [RunningFilter, ("kind", ChoicesDropdownFilter), DivisionFilter]
    list_select_related = ["division"]
    search_fields = ["title"]
    ordering = ["-due_on", "-pk"]
    actions_list = ["open_round"]

    def get_changelist_instance(self, request):
        """The page's rounds with their counts, all of them in one query."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        seen = Obligation.objects.visible_to(request.user)
        shown = seen.filter(round__in=[found.pk for found in changelist.result_list])
        counts = obligations.tallies(shown, timezone.localdate(), by="round")
        for found in changelist.result_list:
            found.tally = counts.get(found.pk, Tally())
        return changelist

    @admin.display(description=_("title"), ordering="title")
    def named(self, found):
        return format_html('<span class="bureau-named">{}</span>', found.title)

    @admin.display(description=_("period"), ordering="period_from_on")
    def period(self, found):
        return _span(found.period_from_on, found.period_to_on)

    @admin.display(description=_("opens and locks"), ordering="opens_on")
    def window(self, found):
        return _span(found.opens_on, found.locks_on)

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, found):
        return _unbroken(found.due_on.isoformat())

    @admin.display(description=_("state"))
    def standing(self, found):
        return standing_mark(found, timezone.localdate())

    @admin.display(description=_("expected"))
    def expected(self, found):
        return found.tally.expected

    @admin.display(description=_("received ÷ expected"))
    def received(self, found):
        return _unbroken(f"{found.tally.received} · {percent(found.tally.received_rate)}")

    @admin.display(description=_("in time ÷ expected"))
    def on_time(self, found):
        return _unbroken(f"{found.tally.on_time} · {percent(found.tally.on_time_rate)}")

    @admin.display(description=_("overdue"))
    def overdue(self, found):
        return found.tally.overdue

    def has_open_permission(self, request, object_id=None):
        return can_manage_rounds(request.user)

    @action(description=_("Open a round"), url_path="open", permissions=["open"])
    def open_round(self, request):
        return HttpResponseRedirect(reverse("admin:centers_round_add"))

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "centers_round"
        extend = "<int:pk>/centers/<int:obligation_pk>/extend/"
        return [
            path("<int:pk>/cancel/", wrap(self.cancel), name=f"{name}_cancel"),
            path("<int:pk>/export/", wrap(self.export), name=f"{name}_export"),
            path(extend, wrap(self.extend), name=f"{name}_extend"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        """Open a round: of a kind, or like one that is there."""
        if not can_manage_rounds(request.user):
            raise PermissionDenied
        like = self._like(request)
        districts = managed_districts(request.user)
        district = like.division if like else _chosen(districts, request.GET.get("district"))
        if district is None:
            return self.page(
                request,
                "admin/centers/round_district.html",
                title=gettext("Open a round"),
                districts=districts,
            )
        today = timezone.localdate()
        kind = request.GET.get("kind")
        kind = kind if kind in Round.Kind.values else Round.Kind.ANNUAL
        centers = Center.objects.filter(division__path__startswith=district.path)
        initial = (
            forms.like(like, centers.values_list("pk", flat=True))
            if like
            else forms.blank(kind, today)
        )
        form = forms.RoundForm(
            request.POST or None, initial=initial, district=district, today=today
        )
        opened = form.is_valid() and self._opened(request, form, district)
        if opened:
            return HttpResponseRedirect(own_page(opened))
        return self.page(
            request,
            "admin/centers/round_form.html",
            title=gettext("Open a round"),
            form=form,
            district=district,
            like=like,
            kinds=Round.Kind.choices,
            chosen_kind=form["kind"].value(),
        )

    def _like(self, request):
        """The round to take after, if one is named and its district is the user's to ask."""
        pk = request.GET.get("like", "")
        if not pk:
            return None
        found = self.scoped_or_404(request, pk) if pk.isdecimal() else None
        if found is None or not can_manage_rounds(request.user, found.division):
            raise Http404
        return found

    def _opened(self, request, form, district):
        """The new round; None when it was refused, and then the form says why."""
        try:
            opened = rounds.open_round(
                **form.asked, division=district, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error(BESIDE.get(type(refusal)), str(refusal))
            return None
        text = gettext("“%(round)s” was opened.") % {"round": opened}
        self.message_user(request, text, messages.SUCCESS)
        if opened.due_on.year not in workdays.load().years:
            text = gettext(
                "The working days of %(year)s are not entered yet, so no reminder of this round"
                " is sent and time left is told in days. The district's section chief enters them"
                " under “Work calendar”."
            )
            self.message_user(request, text % {"year": opened.due_on.year}, messages.WARNING)
        return opened

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """How far it is, and every center's obligation."""
        found = self.scoped_or_404(request, object_id)
        today = timezone.localdate()
        seen = Obligation.objects.visible_to(request.user).filter(round=found)
        lines, tally = reading.lines(found, seen, today), obligations.tally(seen, today)
        counts = Counter(line.obligation.state for line in lines)
        chosen = request.GET.get("state")
        shown = [line for line in lines if chosen not in counts or line.obligation.state == chosen]
        may_manage = can_manage_rounds(request.user, found.division)
        sections = [Section.Kind(kind).label for kind in found.section_kinds]
        return self.page(
            request,
            "admin/centers/round.html",
            title=found.title,
            obj=found,
            round=found,
            standing=standing_mark(found, today),
            tally=tally,
            received_rate=percent(tally.received_rate),
            on_time_rate=percent(tally.on_time_rate),
            rows=[_row(line, sections) for line in shown],
            line_count=len(lines),
            states=[(s, s.label, counts[s]) for s in Obligation.State if s in counts],
            chosen=chosen if chosen in counts else "",
            sections=sections,
            may_manage=may_manage,
            may_cancel=may_manage
            and not found.cancelled_at
            and all(line.obligation.filed_on is None for line in lines),
        )

    def _managed(self, request, pk):
        """The round asked for; 404 for strangers, 403 for whoever may only read it."""
        found = self.scoped_or_404(request, pk)
        if not can_manage_rounds(request.user, found.division):
            raise PermissionDenied
        return found

    def cancel(self, request, pk):
        found = self._managed(request, pk)
        return self.ask(
            request,
            forms.CancelForm(request.POST or None),
            partial(rounds.cancel, round=found),
            title=gettext("Cancel the round"),
            said=gettext("The round was cancelled."),
            leads_to=own_page(found),
            obj=found,
            intro=gettext("No center owes it any more. What was drafted for it can be withdrawn."),
        )

    def extend(self, request, pk, obligation_pk):
        """More time for one center, below the time it was given before."""
        found = self._managed(request, pk)
        seen = Obligation.objects.visible_to(request.user).filter(round=found)
        dated = seen.with_state(timezone.localdate()).select_related("center__division", "round")
        obligation = get_object_or_404(dated, pk=obligation_pk)
        initial = {"due_on": obligation.last_due_on, "locks_on": obligation.last_locks_on}
        form = forms.ExtensionForm(request.POST or None, initial=initial)
        if form.is_valid() and self._extended(request, form, obligation):
            return HttpResponseRedirect(f"{own_page(found)}#center-{obligation.center.code}")
        return self.page(
            request,
            "admin/centers/round_extend.html",
            title=gettext("More time for %(center)s") % {"center": obligation.center},
            obj=found,
            form=form,
            round=found,
            obligation=obligation,
            extensions=obligation.extensions.select_related("granted_by"),
        )

    def _extended(self, request, form, obligation):
        try:
            rounds.extend(
                obligation=obligation, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            is_of_dates = isinstance(refusal, rounds.DatesOutOfOrder)
            form.add_error("due_on" if is_of_dates else None, str(refusal))
            return False
        self.message_user(request, gettext("The center has more time."), messages.SUCCESS)
        return True

    @method_decorator(require_GET)
    def export(self, request, pk):
        """The table of the page as a workbook."""
        found = self.scoped_or_404(request, pk)
        today = timezone.localdate()
        lines = reading.lines(found, Obligation.objects.visible_to(request.user), today)
        stream = io.BytesIO()
        table.write(found, lines, stream)
        audit.record(
            action="centers.round.export",
            by=request.user,
            at=timezone.now(),
            target=found,
            division_path=found.division_path,
            changes={"on": [None, today.isoformat()], "centers": [None, len(lines)]},
        )
        return download(stream, f"{found.title}-{today.isoformat()}.xlsx")


def managed_districts(user):
    """Districts in which the user may open rounds."""
    reach = within_reach(user, Capability.ROUND_MANAGE)
    return list(reach.filter(kind=Division.Kind.DISTRICT).order_by("path"))


def _chosen(districts, code):
    if len(districts) == 1:
        return districts[0]
    return next((district for district in districts if district.code == code), None)


def _row(line, sections):
    """The line, its state as a mark, and (section, what was reported) for each section."""
    cells = list(zip(sections, line.reported, strict=True))
    return line, state_mark(line.obligation.state), cells


def _unbroken(text):
    return format_html('<span class="bureau-unbroken">{}</span>', text)


def _span(first, last):
    return _unbroken(f"{first.isoformat()} / {last.isoformat()}")


def percent(share):
    return "—" if share is None else f"{share * 100:.1f}%"


def standing_mark(found: Round, today: date):
    if found.cancelled_at:
        return mark("—", "none", gettext("cancelled"))
    if today < found.opens_on:
        return mark("◌", "none", gettext("not open yet"))
    if today <= found.due_on:
        return mark("▶", "good", gettext("running"))
    return mark("■", "fair", gettext("due date passed"))
