"""Annual inspections: the days of a year, the campaigns, and each organization's inspection."""

from functools import reduce
from operator import or_

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from organizations.forms import inspections as forms
from organizations.models import Campaign, Inspection, InspectionCalendar
from organizations.permissions import can_manage_inspections, can_set_inspection_days
from organizations.selectors import inspections as reading
from organizations.services import campaigns, inspections
from portal.admin import ScopedModelAdmin, mark, own_page, refuse_to_message, version_on_page
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

MARKS = {
    Inspection.Status.NOT_STARTED: ("○", "quiet"),
    Inspection.Status.FILLING: ("◔", "quiet"),
    Inspection.Status.WITH_UNIT: ("◑", "fair"),
    Inspection.Status.WITH_AUTHORITY: ("◕", "fair"),
    Inspection.Status.RETURNED: ("↩", "fair"),
    Inspection.Status.CONCLUDED: ("●", "good"),
    Inspection.Status.EXEMPT: ("—", "quiet"),
    Inspection.Status.MISSED: ("✕", "bad"),
}


def managed_districts(user):
    """Districts in which the user runs the annual inspection."""
    reach = within_reach(user, Capability.INSPECTION_MANAGE)
    return list(reach.filter(kind=Division.Kind.DISTRICT).order_by("path"))


def calendar_divisions(user):
    """Divisions whose days the user sets: municipalities first, then districts."""
    paths = [""] if user.is_superuser else user.paths_with(Capability.INSPECTION_CALENDAR)
    reach = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk=None))
    whole = Division.objects.filter(reach, kind=Division.Kind.MUNICIPALITY)
    return [*whole.order_by("path"), *managed_districts(user)]


def asked_division(request, offered):
    """The one of those offered that is asked for, or the only one; None while one has to be
    chosen."""
    code = request.GET.get("district")
    found = [division for division in offered if division.code == code]
    if not offered:
        raise PermissionDenied
    return offered[0] if len(offered) == 1 else next(iter(found), None)


class Asking:
    """Forms that a service answers: shown until it takes them, what was typed stays."""

    def has_manage_permission(self, request, object_id=None):
        return can_manage_inspections(request.user)

    def managed(self, request, object_id, division, may=can_manage_inspections):
        """The object asked for; 404 for strangers, 403 for whoever may only read it."""
        found = self.scoped_or_404(request, object_id)
        if not may(request.user, division(found)):
            raise PermissionDenied
        return found

    def choose_division(self, request, title, offered, question):
        return self.page(
            request,
            "admin/organizations/inspection_district.html",
            title=title,
            districts=offered,
            question=question,
        )


@admin.register(InspectionCalendar)
class InspectionCalendarAdmin(Asking, ScopedModelAdmin):
    when_empty = _(
        "No notice has set other days: those of the statutes hold. Enter the days of a"
        " notice here."
    )
    list_display = [
        *("year", "kind", "division", "opens_on", "unit_due_on", "authority_due_on", "doc_no"),
    ]
    list_filter = [("kind", ChoicesDropdownFilter), DivisionFilter]
    list_select_related = ["division"]
    search_fields = ["doc_no", "=year"]
    search_help_text = _("Document no. or year")
    ordering = ["-year", "kind", "pk"]
    fields = [*list_display, "entered_by", "entered_at"]
    actions_list = ["set_days"]
    actions_detail = ["correct_days"]

    def has_view_permission(self, request, obj=None):
        """Published as they are, also for the municipality's officers, who see no centers."""
        return super().has_view_permission(request, obj) or can_set_inspection_days(request.user)

    def has_manage_permission(self, request, object_id=None):
        return can_set_inspection_days(request.user)

    def pointless(self, request, object_id):
        days = self.get_object(request, unquote(str(object_id)))
        may = days is not None and can_set_inspection_days(request.user, days.division)
        return () if may else ("correct",)

    @action(description=_("Set days"), url_path="set", permissions=["manage"])
    def set_days(self, request):
        title = gettext("Set days")
        offered = calendar_divisions(request.user)
        division = asked_division(request, offered)
        if division is None:
            question = gettext("Whose days does the notice set?")
            return self.choose_division(request, title, offered, question)
        form = forms.DaysForm(request.POST or None)
        del form.fields["version"]
        return self._ask_days(request, form, division, title=title)

    @action(description=_("Correct the days"), url_path="correct", permissions=["manage"])
    def correct_days(self, request, object_id):
        found = self.managed(
            request, object_id, lambda days: days.division, may=can_set_inspection_days
        )
        initial = {name: getattr(found, name) for name in forms.DaysForm.base_fields}
        form = forms.DaysForm(request.POST or None, initial=initial)
        form.fields["year"].disabled = form.fields["kind"].disabled = True
        title = gettext("Correct the days")
        return self._ask_days(request, form, found.division, title=title, obj=found)

    def _ask_days(self, request, form, division, *, title, obj=None):
        def verb(**values):
            return campaigns.set_days(division=division, **values)

        return self.ask(
            request,
            form,
            verb,
            title=title,
            submit_label=gettext("Save"),
            said=lambda days: gettext("The days of “%(days)s” are set.") % {"days": days},
            obj=obj,
            intro=gettext(
                "%(division)s. Where no notice sets days, those of the municipality hold, and"
                " without them the statute's."
            )
            % {"division": division},
        )


@admin.register(Campaign)
class CampaignAdmin(Asking, ScopedModelAdmin):
    when_empty = _(
        "No annual inspection is under way. Open the campaign of a year and kind: every"
        " organization due is listed with its days."
    )
    list_display = ["title", "year", "kind", "district", "status", "organizations", "opened_at"]
    list_filter = [("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter)]
    list_select_related = ["district"]
    search_fields = ["title", "=year"]
    search_help_text = _("Title or year")
    ordering = ["-year", "kind", "pk"]
    actions_list = ["open_campaign"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(inspection_count=Count("inspections"))

    @admin.display(description=_("organizations"))
    def organizations(self, campaign):
        return campaign.inspection_count

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "organizations_campaign"
        return [
            path("<int:pk>/close/", wrap(self.close), name=f"{name}_close"),
            path("<int:pk>/missing/", wrap(self.add_missing), name=f"{name}_missing"),
            *super().get_urls(),
        ]

    @action(description=_("Open a campaign"), url_path="open", permissions=["manage"])
    def open_campaign(self, request):
        """Every organization due gets its row."""
        title = gettext("Open a campaign")
        offered = managed_districts(request.user)
        district = asked_division(request, offered)
        if district is None:
            question = gettext("Annual inspections are run district by district. Which?")
            return self.choose_division(request, title, offered, question)
        initial = {"year": timezone.localdate().year - 1}
        form = forms.CampaignForm(request.POST or None, initial=initial)

        def verb(**values):
            return campaigns.open_campaign(district=district, **values)

        return self.ask(
            request,
            form,
            verb,
            title=title,
            submit_label=title,
            said=lambda campaign: gettext("“%(campaign)s” runs.") % {"campaign": campaign},
            intro=gettext(
                "%(district)s. Every organization due gets a row; whoever was registered after"
                " 30 June of the year is exempt. Charitable organizations report instead of being"
                " inspected."
            )
            % {"district": district},
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """How far every street is, and what the help of centers did."""
        found = self.scoped_or_404(request, object_id)
        today = timezone.localdate()
        seen = Inspection.objects.visible_to(request.user).filter(campaign=found)
        lines, total = reading.progress(seen, today)
        days = reading.days_of(year=found.year, kind=found.kind, division=found.district)
        return self.page(
            request,
            "admin/organizations/campaign.html",
            title=found.title,
            obj=found,
            campaign=found,
            days=days,
            lines=lines,
            total=total,
            results=reading.results_by_help(seen),
            may_manage=can_manage_inspections(request.user, found.district)
            and found.status == Campaign.Status.OPEN,
            may_close=days.authority_due_on < today,
        )

    @refuse_to_message
    def close(self, request, pk):
        found = self.managed(request, pk, lambda campaign: campaign.district)
        if request.method == "POST":
            campaigns.close_campaign(
                campaign=found,
                version=version_on_page(request),
                by=request.user,
                at=timezone.now(),
            )
            self.message_user(request, gettext("The campaign was closed."), messages.SUCCESS)
        return HttpResponseRedirect(own_page(found))

    @refuse_to_message
    def add_missing(self, request, pk):
        found = self.managed(request, pk, lambda campaign: campaign.district)
        if request.method == "POST":
            count = campaigns.add_missing(campaign=found, by=request.user, at=timezone.now())
            text = gettext("Organizations added: %(count)s.") % {"count": count}
            self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(own_page(found))


class StandingFilter(DropdownFilter):
    """What the dates and the help of centers say of an inspection."""

    title = _("what the dates say")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [
            ("overdue", _("overdue")),
            ("helped", _("helped by a center")),
            ("unhelped", _("not helped by a center")),
        ]

    def queryset(self, request, queryset):
        conditions = {
            "overdue": {"is_overdue": True},
            "helped": {"is_helped": True},
            "unhelped": {"is_helped": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


class OrganizationDivisionFilter(DivisionFilter):
    """For what hangs on an organization."""

    path_lookup = "organization__division__path"


@admin.register(Inspection)
class InspectionAdmin(Asking, ScopedModelAdmin):
    when_empty = _(
        "No organization is listed for inspection yet. Open the campaign of a year first."
    )
    list_display = [
        *("named", "year", "kind", "township", "standing", "due", "filed_on", "conclusion"),
        "helped",
    ]
    list_filter = [
        OrganizationDivisionFilter,
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("conclusion", ChoicesDropdownFilter),
        StandingFilter,
    ]
    list_select_related = ["organization__division", "campaign"]
    search_fields = [
        *("organization__name", "organization__former_names", "organization__uscc"),
        "=year",
    ]
    search_help_text = _("Organization, credit code or year")
    ordering = ["-year", "pk"]
    actions_detail = ["move", "conclude"]

    def get_queryset(self, request):
        return reading.with_state(super().get_queryset(request), timezone.localdate())

    @admin.display(description=_("social organization"), ordering="organization__name")
    def named(self, inspection):
        return inspection.organization.name

    @admin.display(description=_("township"))
    def township(self, inspection):
        return inspection.organization.division

    @admin.display(description=_("status"), ordering="status")
    def standing(self, inspection):
        if inspection.is_overdue and inspection.status != Inspection.Status.MISSED:
            text = gettext("%(status)s, overdue") % {"status": inspection.get_status_display()}
            return mark("!", "bad", text)
        return mark(*MARKS[inspection.status], inspection.get_status_display())

    @admin.display(description=_("to the authority by"))
    def due(self, inspection):
        return inspection.authority_due_on

    @admin.display(description=_("helped"), boolean=True)
    def helped(self, inspection):
        return inspection.is_helped

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.scoped_or_404(request, object_id)
        may_manage = can_manage_inspections(request.user, found.organization.division)
        return self.page(
            request,
            "admin/organizations/inspection.html",
            title=str(found),
            obj=found,
            inspection=found,
            standing=self.standing(found),
            helps=found.helps.select_related("center", "by", "voided_by"),
            materials=found.materials.select_related("changed_by"),
            may_move=may_manage and bool(Inspection.TRANSITIONS.get(found.status)),
            may_conclude=may_manage and found.status == Inspection.Status.WITH_AUTHORITY,
        )

    @action(description=_("Note how far it is"), url_path="move", permissions=["manage"])
    def move(self, request, object_id):
        found = self.managed(request, object_id, lambda one: one.organization.division)
        form = forms.MoveForm(request.POST or None, inspection=found)
        return self._ask_move(request, form, found, inspections.move, gettext("Note how far it is"))

    @action(
        description=_("Enter the authority's conclusion"),
        url_path="conclude",
        permissions=["manage"],
    )
    def conclude(self, request, object_id):
        found = self.managed(request, object_id, lambda one: one.organization.division)
        form = forms.ConclusionForm(request.POST or None, inspection=found)
        title = gettext("Enter the authority's conclusion")
        return self._ask_move(request, form, found, inspections.notify_conclusion, title)

    def _ask_move(self, request, form, found, service, title):
        def verb(**values):
            return service(inspection=found, **values)

        return self.ask(
            request,
            form,
            verb,
            title=title,
            submit_label=gettext("Save"),
            said=lambda one: (
                gettext("“%(name)s” is now “%(status)s”.")
                % {"name": one, "status": one.get_status_display()}
            ),
            obj=found,
            intro=gettext(
                "The registration authority decides and concludes; what is entered here is what it"
                " notified."
            ),
        )
