"""Coordination events: the list, the district's matrix of minimum, planned and done, the minima.

What happens to one event is recorded on its desk page, by the center and by the bureau alike.
"""

import io

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Left
from django.http import FileResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.admin.workbook import XLSX
from centers.models import Center, CoordinationEvent, Mechanism, MechanismMinimum
from centers.models.event import EARLIEST_YEAR, LATEST_YEAR
from centers.permissions import can_keep_event, can_plan_event, can_set_minimum
from centers.resources import mechanisms as sheets
from centers.selectors import mechanisms
from centers.services import events
from portal.admin import ScopedModelAdmin, mark, refuse_to_message
from portal.audit import services as audit
from portal.forms import asked_year
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

LARGEST_MINIMUM = 366


class YearFilter(DropdownFilter):
    """The year an event counts in."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        this = timezone.localdate().year
        return [(str(year), str(year)) for year in range(this + 1, this - 5, -1)]

    def queryset(self, request, queryset):
        year = self.value() or ""
        return queryset.filter(year=year) if year.isdecimal() else queryset


class CountedFilter(DropdownFilter):
    """As what an event counts."""

    title = _("counts as")
    parameter_name = "counted"

    def lookups(self, request, model_admin):
        return [
            ("planned", _("planned, not held yet")),
            ("bare", _("planned: held, minutes missing")),
            ("done", _("done: held, with minutes")),
            ("cancelled", _("nothing: cancelled")),
        ]

    def queryset(self, request, queryset):
        conditions = {
            "planned": Q(status="planned"),
            "bare": mechanisms.BARE,
            "done": mechanisms.DONE,
            "cancelled": Q(status="cancelled"),
        }
        return queryset.filter(conditions.get(self.value(), Q()))


class OrganiserFilter(DivisionFilter):
    """The division of the organising center, or of the organising bureau."""

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        paths = {division.code: division.path for division in self.offered}
        path = paths.get(self.value())
        if path is None:
            return queryset.none()
        return queryset.filter(
            Q(center__division__path__startswith=path) | Q(district__path__startswith=path)
        )


class MatrixForm(forms.Form):
    """Which district, which year."""

    district = forms.ModelChoiceField(
        label=_("District"),
        queryset=None,
        to_field_name="code",
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    year = forms.IntegerField(label=_("Year"), widget=UnfoldAdminIntegerFieldWidget)


class MinimumForm(forms.Form):
    """How often a year each center of the district is to do it, and by which document."""

    district = forms.ModelChoiceField(
        label=_("District"),
        queryset=None,
        to_field_name="code",
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(
        label=_("Mechanism"), choices=Mechanism, widget=UnfoldAdminSelectWidget
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    minimum = forms.IntegerField(
        label=_("Minimum of the year, for each center"),
        min_value=0,
        max_value=LARGEST_MINIMUM,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Blank lifts the minimum: the mechanism is then not judged."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MechanismMinimum._meta.get_field("reason").max_length,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    doc_no = forms.CharField(
        label=_("Document no."),
        max_length=MechanismMinimum._meta.get_field("doc_no").max_length,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


@admin.register(CoordinationEvent)
class CoordinationEventAdmin(ScopedModelAdmin):
    list_display = ["title", "kind", "organiser_name", "when", "counts_as", "attendee_count"]
    list_filter = [
        YearFilter,
        ("kind", ChoicesDropdownFilter),
        CountedFilter,
        OrganiserFilter,
    ]
    list_select_related = ["center__division", "district"]
    search_fields = ["title", "counterpart", "center__name", "center__code"]
    ordering = ["-pk"]
    actions_list = ["matrix", "set_minimum"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_minutes()

    @admin.display(description=_("organiser"))
    def organiser_name(self, event):
        if event.center:
            return event.center
        return gettext("Civil-affairs bureau of %(district)s") % {"district": event.district}

    @admin.display(description=_("when"))
    def when(self, event):
        day = event.held_on or event.planned_on
        return day.isoformat() if day else f"{event.planned_year} Q{event.planned_quarter}"

    @admin.display(description=_("counts as"))
    def counts_as(self, event):
        """A word with a shape."""
        shape, tone, word = "○", "none", event.get_status_display()
        if event.status == CoordinationEvent.Status.CANCELLED:
            shape = "—"
        elif event.status == CoordinationEvent.Status.HELD and event.has_minutes:
            shape, tone, word = "✓", "good", _("done")
        elif event.status == CoordinationEvent.Status.HELD:
            shape, tone, word = "◐", "fair", _("planned: held, minutes missing")
        return mark(shape, tone, word)

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        name = "centers_coordinationevent_export"
        return [path("export/<code>/", export, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One event, to read; its desk page is where something happens to it."""
        event = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/centers/event.html",
            title=event.title,
            obj=event,
            event=event,
            counts_as=self.counts_as(event),
            participants=event.participants.order_by("code"),
            townships=mechanisms.townships(event),
            minutes=event.minutes.first(),
            may_keep=can_keep_event(request.user, event),
        )

    # --- the matrix ---------------------------------------------------------------------------

    @action(description=_("Minimum, planned and done"), url_path="matrix")
    def matrix(self, request):
        """Centers × mechanisms of one district and year."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        districts = _districts(request.user)
        year, refusal = asked_year(request.GET, timezone.localdate())
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
        district = districts.filter(code=request.GET.get("district", "")).first()
        district = district or districts.first()
        context = {"district": district, "year": year}
        if district:
            context |= self._matrix_of(request, district, year)
        form = MatrixForm(initial={"district": district and district.code, "year": year})
        form.fields["district"].queryset = districts
        return self.page(
            request,
            "admin/centers/mechanisms.html",
            title=_("Coordination mechanisms: minimum, planned and done"),
            form=form,
            **context,
        )

    def _matrix_of(self, request, district, year):
        lines = _lines(request.user, district, year)
        return {
            "lines": lines,
            "totals": _totals(request.user, district, year, lines),
            "history": mechanisms.history(district, year),
            "may_set": can_set_minimum(request.user, district),
            "may_plan": can_plan_event(request.user, district),
        }

    def export(self, request, code):
        """The matrix as a workbook; the audit trail says who took it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        district = get_object_or_404(_districts(request.user), code=code)
        year, refusal = asked_year(request.GET, timezone.localdate())
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            page = reverse("admin:centers_coordinationevent_matrix")
            return HttpResponseRedirect(f"{page}?district={district.code}")
        lines = _lines(request.user, district, year)
        stream = io.BytesIO()
        totals = _totals(request.user, district, year, lines)
        sheets.export(stream, year=year, lines=lines, totals=totals)
        audit.record(
            action="centers.mechanisms.export",
            by=request.user,
            at=timezone.now(),
            target=district,
            division_path=district.path,
            changes={"year": [None, year]},
        )
        stream.seek(0)
        name = f"{district.name}-{year}年协同活动.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)

    # --- minima -------------------------------------------------------------------------------

    def has_minimum_permission(self, request, object_id=None):
        return request.user.has_capability(Capability.EVENT_MINIMUM)

    @action(description=_("Set a minimum"), url_path="minimum", permissions=["minimum"])
    @refuse_to_message
    def set_minimum(self, request):
        districts = _districts(request.user, Capability.EVENT_MINIMUM)
        if not districts:
            raise PermissionDenied
        initial = {"year": timezone.localdate().year, **request.GET.dict()}
        form = MinimumForm(request.POST or None, districts=districts, initial=initial)
        if form.is_valid():
            new = events.set_minimum(**form.cleaned_data, by=request.user, at=timezone.now())
            self.message_user(request, gettext("Set. It holds at once."), messages.SUCCESS)
            page = reverse("admin:centers_coordinationevent_matrix")
            query = urlencode({"district": new.district.code, "year": new.year})
            return HttpResponseRedirect(f"{page}?{query}")
        return self.form_page(
            request,
            form,
            title=_("Set the minimum of a mechanism"),
            submit_label=_("Set"),
            intro=_("Every center of the district is measured against it; what was set stays."),
        )


def _districts(user, capability=Capability.CENTER_VIEW):
    """Districts in which, or in a township of which, ``user`` has the capability."""
    reach = within_reach(user, capability).annotate(district=Left("code", 6))
    districts = Division.objects.filter(
        kind=Division.Kind.DISTRICT, code__in=reach.values("district")
    )
    if capability == Capability.CENTER_VIEW:
        return districts.order_by("path")
    return districts.filter(pk__in=reach.values("pk")).order_by("path")


def _lines(user, district, year):
    """The centers of the district that ``user`` sees, each with its triples."""
    centers = Center.objects.visible_to(user).within(district).select_related("division")
    return mechanisms.lines(centers.order_by("code"), year, timezone.localdate())


def _totals(user, district, year, lines):
    """Of the same centers, and of the events that ``user`` sees."""
    seen = CoordinationEvent.objects.visible_to(user)
    return mechanisms.totals(district, year, lines, seen=seen)
