"""Cases of the centers, to read and to sift; the rates that they add up to."""

import io

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action

from centers.models import Center
from organizations.models import Case
from organizations.resources import cases as workbook
from organizations.selectors import cases as selectors
from portal.admin import ScopedModelAdmin
from portal.audit import services as audit
from portal.forms import asked_year
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import XLSX


class WaitingFilter(DropdownFilter):
    """Whether something is still to be done."""

    title = _("to be done")
    parameter_name = "waiting"

    def lookups(self, request, model_admin):
        return [("open", _("still open")), ("due", _("to be followed up")), ("rest", _("closed"))]

    def queryset(self, request, queryset):
        at_rest = Q(status__in=selectors.AT_REST)
        today = timezone.localdate()
        asked = {
            "open": ~at_rest,
            "due": ~at_rest & Q(follow_up_on__lte=today),
            "rest": at_rest,
        }
        return queryset.filter(asked.get(self.value(), Q()))


@admin.register(Case)
class CaseAdmin(ScopedModelAdmin):
    when_empty = _(
        "No center has taken up a case yet. Cases are opened by the centers at their desk."
    )
    list_display = [
        *("case_no", "kind", "title", "center", "subject", "status", "opened_on"),
        *("follow_up_on", "responsible"),
    ]
    list_filter = [
        CenterDivisionFilter,
        ("kind", ChoicesDropdownFilter),
        WaitingFilter,
        ("opened_on", RangeDateFilter),
    ]
    list_select_related = ["center", "organization", "team", "responsible"]
    search_fields = [
        *("case_no", "title", "center__name"),
        *("organization__name", "organization__former_names", "team__name"),
    ]
    search_help_text = _("Case no., title, center, organization or team")
    ordering = ["-id"]
    actions_list = ["rates"]

    @admin.display(description=_("about"))
    def subject(self, case):
        return case.organization or case.team or "—"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One case, to read; only its center works on it."""
        case = self.scoped_or_404(request, object_id)
        detail = selectors.detail_of(case)
        return self.page(
            request,
            "admin/organizations/case.html",
            title=case.case_no,
            obj=case,
            case=case,
            lines=selectors.lines_of(detail),
            sealed=selectors.sealed_of(detail),
            steps=case.steps.select_related("by").order_by("-happened_on", "-id"),
            records=case.records.order_by("happened_on", "id"),
            evidence=case.evidence.select_related("file"),
            attendances=case.attendances.select_related("organization", "team"),
        )

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        name = "organizations_case_export"
        return [path("export/<code>/", export, name=name), *super().get_urls()]

    def export(self, request, code):
        """The cases opened in a year as a workbook; the audit trail says who took it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        place = get_object_or_404(within_reach(request.user, Capability.CENTER_VIEW), code=code)
        year, refusal = asked_year(request.GET, timezone.localdate())
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return redirect("admin:organizations_case_rates")
        centers = Center.objects.visible_to(request.user).within(place)
        stream = io.BytesIO()
        count = workbook.export(
            Case.objects.filter(center__in=centers, opened_on__year=year), stream
        )
        audit.record(
            action="organizations.case.export",
            by=request.user,
            at=timezone.now(),
            target=place,
            division_path=place.path,
            changes={"year": [None, year], "cases": [None, count]},
        )
        stream.seek(0)
        name = f"{place.name}-{year}年业务台账.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)

    @action(description=_("Rates"), url_path="rates")
    def rates(self, request):
        """Opinions and heads trained, district by district."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        year, _refusal = asked_year(request.GET, today)
        reach = within_reach(request.user, Capability.CENTER_VIEW)
        districts = list(reach.filter(kind=Division.Kind.DISTRICT).order_by("path"))
        asked = [each for each in districts if each.code == request.GET.get("district")]
        # Of a township's reader the township.
        shown = (asked or districts or list(reach.order_by("path")[:1]))[:1]
        seen = Center.objects.visible_to(request.user)
        lines = [
            (
                place,
                selectors.opinion_rates(seen.within(place), year, today),
                selectors.heads_trained(place, today),
            )
            for place in shown
        ]
        return self.page(
            request,
            "admin/organizations/rates.html",
            title=_("Rates"),
            year=year,
            years=range(today.year, today.year - 5, -1),
            districts=districts,
            lines=lines,
        )
