"""Publications at the desk of the bureau: the register, and how a district stands with its list."""

import io

from django.contrib import admin, messages
from django.db.models import F
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from evaluation.models import Publication
from evaluation.resources import publications as sheets
from evaluation.rules import disclosing as d
from evaluation.selectors import disclosure, disclosure_words
from portal.admin import ScopedModelAdmin, mark
from portal.audit import services as audit
from portal.forms import asked_year
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import XLSX

MARKS = {
    "draft": ("○", "none"),
    "published": ("✓", "good"),
    "replaced": ("·", "none"),
    "withdrawn": ("⊘", "fair"),
    "dropped": ("·", "none"),
}
# Of several texts of an item the cell of the matrix shows the one that asks for most.
URGENT = (d.MISSING, d.LATE, d.PENDING, d.ON_TIME, d.OUT, "")


class TimelyFilter(DropdownFilter):
    """Whether a text was out in time."""

    title = _("in time")
    parameter_name = "timely"

    def lookups(self, request, model_admin):
        return [("yes", _("published in time")), ("no", _("published late"))]

    def queryset(self, request, queryset):
        out = queryset.filter(published_on__isnull=False, due_on__isnull=False)
        if self.value() == "yes":
            return out.filter(published_on__lte=F("due_on"))
        if self.value() == "no":
            return out.filter(published_on__gt=F("due_on"))
        return queryset


@admin.register(Publication)
class PublicationAdmin(ScopedModelAdmin):
    when_empty = _(
        "Nothing was published or drafted yet. Open the list of a district and a year: it says what"
        " is due, and leads to the text of each item."
    )
    view_capability = Capability.CENTER_VIEW
    list_display = [
        *("title", "center", "item", "year", "state", "published_on", "due_on", "timely"),
    ]
    list_filter = [
        TimelyFilter,
        DivisionFilter,
        ("item", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        "year",
    ]
    list_select_related = ["center", "division"]
    search_fields = ["title", "center__name", "center__code", "subject"]
    search_help_text = _("Title, center or which one")
    ordering = ["-id"]
    actions_list = ["district_list"]

    @admin.display(description=_("status"), ordering="status")
    def state(self, publication):
        return mark(*MARKS[publication.status], publication.get_status_display())

    @admin.display(description=_("in time"))
    def timely(self, publication):
        if publication.is_on_time is None:
            return "—"
        state = d.ON_TIME if publication.is_on_time else d.LATE
        return mark(*disclosure_words.MARKS[state], disclosure_words.STATES[state])

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "district/",
                wrap(self.district_page),
                name="evaluation_publication_district",
            ),
            path(
                "district/export/",
                wrap(self.district_export),
                name="evaluation_publication_district_export",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The text has one page, which shows it as residents see it."""
        found = self.scoped_or_404(request, object_id)
        return HttpResponseRedirect(reverse("evaluation:publication", args=[found.pk]))

    @action(description=_("List of a district"), url_path="list")
    def district_list(self, request):
        return HttpResponseRedirect(reverse("admin:evaluation_publication_district"))

    def district_page(self, request):
        """Items × centers of a district and a year, with how much was out in time."""
        if not self.has_view_permission(request):
            raise Http404
        district, districts, year = self._asked(request)
        rows = _rows(district, year) if district else []
        return self.page(
            request,
            "admin/evaluation/publication_district.html",
            title=_("What has to be public"),
            district=district,
            districts=districts,
            year=year,
            years=range(timezone.localdate().year, timezone.localdate().year - 6, -1),
            items=[(item, disclosure_words.item_label(item)) for item in d.CATALOGUE],
            rows=rows,
            marks=[
                mark(*disclosure_words.MARKS[state], disclosure_words.STATES[state])
                for state in URGENT
            ],
            whole=disclosure.share_of(line for row in rows for line in row["lines"]),
        )

    def _asked(self, request):
        """(district, districts the user may choose, year); another than was typed is said."""
        reach = within_reach(request.user, self.view_capability)
        districts = list(reach.filter(kind=Division.Kind.DISTRICT).order_by("code"))
        code = request.GET.get("district", "")
        found = next((each for each in districts if each.code == code), None)
        if code and found is None:
            raise Http404
        today = timezone.localdate()
        year, refusal = asked_year(request.GET, today, last=today.year)
        if refusal:
            messages.error(request, refusal)
        return found or (districts[0] if districts else None), districts, year

    def district_export(self, request):
        """The same as a workbook; the trail says who took it."""
        if not self.has_view_permission(request):
            raise Http404
        district, _districts, year = self._asked(request)
        if district is None:
            raise Http404
        title = gettext("What has to be public in %(year)s") % {"year": year}
        stream, now = io.BytesIO(), timezone.now()
        header = [
            (title, district.name),
            (_("asked by"), str(request.user)),
            (_("asked at"), now),
        ]
        known = (
            (row["center"], {"on_time": row["on_time"], "due": row["due"]}, row["lines"])
            for row in _rows(district, year)
        )
        sheets.export(stream, header=header, rows=known)
        audit.record(
            action="evaluation.publication.export",
            by=request.user,
            at=now,
            target=district,
            division_path=district.path,
            changes={"year": [None, year]},
        )
        stream.seek(0)
        name = f"{district.name} {title}.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)


def _rows(district, year):
    """A row per center: its cells in the order of the list, and how much of its own was in time."""
    centers = disclosure.centers_of(district)
    found = disclosure.lines_of(centers, year, timezone.localdate())
    rows = []
    for center in centers:
        lines = found[center.pk]
        own = disclosure.share_of(lines, d.CENTER)
        cells = []
        for item in d.CATALOGUE:
            states = [line.state for line in lines if line.entry.item == item]
            state = min(states, key=URGENT.index)
            cells.append((*disclosure_words.MARKS[state], disclosure_words.STATES[state]))
        rows.append(
            {
                "center": center,
                "lines": lines,
                "cells": cells,
                "on_time": own.on_time,
                "due": own.due,
                "share": 100 * own.on_time // own.due if own.due else None,
            }
        )
    return rows
