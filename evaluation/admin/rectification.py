"""Rectification at the desk of the bureau."""

import io
from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from centers.models import Center
from evaluation.admin import papers
from evaluation.forms.rectifications import (
    CenterForm,
    DecideForm,
    DistrictForm,
    GroundsForm,
    HandForm,
    ItemForm,
    OwnerForm,
    StepForm,
    VerifyForm,
    WhyForm,
)
from evaluation.models import ItemExtension, Rectification, RectificationItem, Review
from evaluation.permissions import can_rectify, can_verify
from evaluation.resources import rectifications as workbooks
from evaluation.selectors import rectification_grounds as grounds
from evaluation.selectors import rectifications as reading
from evaluation.selectors import wording
from evaluation.services import rectification_items, rectifications
from portal.admin import ScopedModelAdmin, mark, own_page
from portal.audit import services as audit
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Status = Rectification.Status
MARKS = {
    "draft": ("○", "none"),
    "issued": ("◔", "fair"),
    "closed": ("✓", "good"),
    "cancelled": ("—", "none"),
}
LEVELS = {
    0: _("on time"),
    1: _("overdue: the center and the officer were told"),
    2: _("overdue: the section chief was told"),
    3: _("overdue: the leader was told"),
}


class DueFilter(DropdownFilter):
    """What somebody has to do."""

    title = _("what is to be done")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [
            ("verify", _("to be verified")),
            ("extend", _("more time asked for")),
            ("late", _("past its day")),
            ("chief", _("overdue: the section chief was told")),
            ("leader", _("overdue: the leader was told")),
            ("again", _("opened again")),
            ("mine", _("in my charge and open")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "late":
            return reading.overdue(queryset, timezone.localdate())
        if self.value() == "mine":
            return queryset.filter(owner=request.user, status__in=[Status.DRAFT, Status.ISSUED])
        items = {
            "verify": Q(status="answered"),
            "extend": Q(extensions__status=ItemExtension.Status.ASKED),
            "chief": Q(status="open", escalation__gte=2),
            "leader": Q(status="open", escalation__gte=3),
            "again": Q(reopened__gt=0),
        }.get(self.value())
        if items is None:
            return queryset
        found = RectificationItem.objects.filter(items, rectification__status=Status.ISSUED)
        return queryset.filter(pk__in=found.values("rectification"))


@admin.register(Rectification)
class RectificationAdmin(ScopedModelAdmin):
    when_empty = _(
        "Nothing has to be put right. Open a rectification from a center that fails a rule, from"
        " the findings, from a final review, or in words after a visit."
    )
    view_capability = Capability.COMPLIANCE_VIEW
    list_display = [
        *("rectification_no", "title", "center", "state", "items_done", "next_due"),
        *("level_mark", "owner", "opened_at"),
    ]
    list_display_links = ["rectification_no", "title"]
    list_filter = [
        DueFilter,
        CenterDivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
    ]
    list_select_related = ["center", "owner"]
    search_fields = ["rectification_no", "title", "center__name", "center__code"]
    ordering = ["-id"]
    actions_list = ["open_one", "export_items"]

    def get_queryset(self, request):
        found = (
            super()
            .get_queryset(request)
            .select_related(
                "center__division", "owner", "opened_by", "issued_by", "received_by", "review"
            )
        )
        return reading.with_figures(found)

    @admin.display(description=_("status"), ordering="status")
    def state(self, rectification):
        return mark(*MARKS[rectification.status], rectification.get_status_display())

    @admin.display(description=_("items put right"))
    def items_done(self, rectification):
        return f"{rectification.closed_count} / {rectification.item_count}"

    @admin.display(description=_("next due"), ordering="next_due_on")
    def next_due(self, rectification):
        if rectification.status != Status.ISSUED:
            return "—"
        return rectification.next_due_on or "—"

    @admin.display(description=_("how far overdue"), ordering="level")
    def level_mark(self, rectification):
        if rectification.status == Status.ISSUED and rectification.level:
            return mark("!", "bad", LEVELS[rectification.level])
        if rectification.answered_count:
            return mark("…", "fair", _("to be verified"))
        return "—"

    # Opening: a draft in one step.

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "evaluation_rectification_{}".format
        return [
            path("open/", wrap(self.open_view), name=name("open")),
            path("open/<slug:code>/", wrap(self.open_center), name=name("center")),
            path("open/<slug:code>/hand/", wrap(self.open_hand), name=name("hand")),
            path("review/<int:pk>/", wrap(self.open_review), name=name("review")),
            path("<int:pk>/issue/", wrap(self.issue), name=name("issue")),
            path("<int:pk>/cancel/", wrap(self.cancel), name=name("cancel")),
            path("<int:pk>/assign/", wrap(self.assign), name=name("assign")),
            path("items/<int:pk>/edit/", wrap(self.edit_item), name=name("edit_item")),
            path("items/<int:pk>/leave-out/", wrap(self.leave_out), name=name("leave_out")),
            path("items/<int:pk>/verify/", wrap(self.verify), name=name("verify")),
            path("extensions/<int:pk>/", wrap(self.decide), name=name("decide")),
            *super().get_urls(),
        ]

    def has_manage_permission(self, request, object_id=None):
        return can_rectify(request.user)

    @action(description=_("Open a rectification"), url_path="new", permissions=["manage"])
    def open_one(self, request):
        return HttpResponseRedirect(reverse("admin:evaluation_rectification_open"))

    def open_view(self, request):
        """Ask of which center."""
        if not can_rectify(request.user):
            raise PermissionDenied
        form = CenterForm(request.GET or None, user=request.user)
        if form.is_valid():
            place = "admin:evaluation_rectification_center"
            code = form.cleaned_data["center"].code
            return HttpResponseRedirect(reverse(place, args=[code]))
        return self.page(
            request,
            "admin/evaluation/rectification_center.html",
            title=_("Open a rectification"),
            form=form,
        )

    def _center(self, request, code):
        """The center, for whoever opens rectifications of it."""
        seen = Center.objects.visible_to(request.user, Capability.COMPLIANCE_VIEW)
        center = get_object_or_404(seen.select_related("division"), code=code)
        if not can_rectify(request.user, center.division):
            raise PermissionDenied
        return center

    def _initial(self, request):
        return {"owner": request.user.pk, "chosen": request.GET.getlist("finding")}

    def open_center(self, request, code):
        """What the center fails now, to be chosen from."""
        center = self._center(request, code)
        failing = {one.pk: one for one in reading.rectifiable(center, timezone.localdate())}
        form = GroundsForm(
            request.POST or None,
            center=center,
            grounds=[(pk, _label(finding)) for pk, finding in failing.items()],
            initial=self._initial(request),
        )

        def open_(chosen, **values):
            return rectifications.open_from_findings(
                center=center, findings=[failing[pk] for pk in chosen], **form.plan(values)
            )

        return self.ask(
            request,
            form,
            open_,
            title=_("Open a rectification: %(center)s") % {"center": center.name},
            submit_label=_("Open it"),
            intro=_(
                "What is chosen becomes an item each: fact, clause, quote and figure are filled in."
                " The notice stays a draft until it is issued."
            )
            if failing
            else _("The center fails nothing that can be put right now."),
            said=_drafted,
        )

    def open_hand(self, request, code):
        """One thing in words, after a visit or of what residents wrote."""
        center = self._center(request, code)
        asked = {name: request.GET.get(name) for name in ("source", "feedback")}
        initial = self._initial(request) | {"source": "visit"}
        initial |= {name: value for name, value in asked.items() if value}
        form = HandForm(request.POST or None, center=center, initial=initial)

        def open_(**values):
            return rectifications.open_by_hand(center=center, **form.plan(values))

        return self.ask(
            request,
            form,
            open_,
            title=_("Open a rectification: %(center)s") % {"center": center.name},
            submit_label=_("Open it"),
            said=_drafted,
        )

    def open_review(self, request, pk):
        """Indicators of a final review that lost points, to be chosen from."""
        seen = Review.objects.visible_to(request.user).select_related("center__division", "round")
        review = get_object_or_404(seen, pk=pk)
        if not can_rectify(request.user, review.center.division):
            raise PermissionDenied
        answers = review.answers.select_related("review__round").prefetch_related("marks")
        short = {one.pk: one for one in answers.order_by("code") if grounds.is_short(one)}
        form = GroundsForm(
            request.POST or None,
            center=review.center,
            grounds=[(pk, _points_label(answer)) for pk, answer in short.items()],
            initial=self._initial(request),
        )

        def open_(chosen, **values):
            return rectifications.open_from_review(
                review=review, answers=[short[pk] for pk in chosen], **form.plan(values)
            )

        return self.ask(
            request,
            form,
            open_,
            title=_("Open a rectification: %(center)s") % {"center": review.center.name},
            submit_label=_("Open it"),
            intro=_(
                "What is chosen becomes an item each, with the points and the standard. Of an"
                " indicator that is computed from findings, each rule that still fails becomes an"
                " item, and closes once an evaluation finds it met."
            ),
            said=_drafted,
        )

    # One rectification.

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rectification = self.scoped_or_404(request, object_id)
        may = can_rectify(request.user, rectification.center.division)
        return self.page(
            request,
            "admin/evaluation/rectification.html",
            title=str(rectification),
            obj=rectification,
            rectification=rectification,
            state=self.state(rectification),
            lines=reading.lines(rectification, timezone.localdate()),
            may_manage=may,
            may_verify=can_verify(request.user, rectification),
            levels=LEVELS,
            **papers.about(request, rectification, "rectification"),
        )

    def _managed(self, request, pk):
        rectification = self.scoped_or_404(request, pk)
        if not can_rectify(request.user, rectification.center.division):
            raise PermissionDenied
        return rectification

    def issue(self, request, pk):
        rectification = self._managed(request, pk)
        initial = {"version": rectification.version}
        return self.ask(
            request,
            StepForm(request.POST or None, initial=initial),
            partial(rectifications.issue, rectification=rectification),
            title=_("Issue the notice"),
            intro=_(
                "The director is told, and the days run: those that nobody entered by hand count"
                " from today. What is issued is not edited any more."
            ),
            said=gettext("Issued. The director was told."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    def cancel(self, request, pk):
        rectification = self._managed(request, pk)
        initial = {"version": rectification.version}
        return self.ask(
            request,
            WhyForm(request.POST or None, initial=initial),
            partial(rectifications.cancel, rectification=rectification),
            title=_("Cancel the rectification"),
            said=gettext("Cancelled. What was put right stays so."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    def assign(self, request, pk):
        rectification = self._managed(request, pk)
        form = OwnerForm(
            request.POST or None,
            center=rectification.center,
            initial={"owner": rectification.owner_id},
        )
        return self.ask(
            request,
            form,
            partial(rectifications.assign, rectification=rectification),
            title=_("Put somebody else in charge"),
            said=gettext("Noted. Whoever is in charge was told."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    # One item.

    def _item(self, request, pk):
        """The item and its rectification, for whoever manages it."""
        found = RectificationItem.objects.select_related("rectification__center__division")
        item = found.filter(pk=pk).first()
        if item is None:
            raise Http404
        return item, self._managed(request, item.rectification_id)

    def edit_item(self, request, pk):
        item, rectification = self._item(request, pk)
        return self.ask(
            request,
            ItemForm(request.POST or None, item=item),
            partial(rectifications.edit_item, item=item),
            title=_("Change item %(number)s") % {"number": item.position},
            submit_label=_("Save"),
            said=gettext("Saved."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    def leave_out(self, request, pk):
        item, rectification = self._item(request, pk)
        return self.ask(
            request,
            WhyForm(request.POST or None, initial={"version": item.version}),
            partial(rectifications.leave_out, item=item),
            title=_("Leave out item %(number)s") % {"number": item.position},
            said=gettext("Left out."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    def verify(self, request, pk):
        item, rectification = self._item(request, pk)
        if not can_verify(request.user, rectification):
            raise PermissionDenied
        waiting = item.responses.filter(result="").order_by("-number").first()
        return self.ask(
            request,
            VerifyForm(request.POST or None, initial={"version": item.version}),
            partial(rectification_items.verify, item=item),
            title=_("Verify item %(number)s") % {"number": item.position},
            submit_label=_("Enter the result"),
            intro=waiting.text if waiting else "",
            said=gettext("Entered. The center was told."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    def decide(self, request, pk):
        extension = get_object_or_404(
            ItemExtension.objects.select_related("item__rectification__center__division"), pk=pk
        )
        rectification = self._managed(request, extension.item.rectification_id)
        return self.ask(
            request,
            DecideForm(request.POST or None, initial={"version": extension.version}),
            partial(rectification_items.decide_extension, extension=extension),
            title=_("Decide on more time"),
            intro=_("Until %(day)s: %(reason)s")
            % {"day": extension.due_after.isoformat(), "reason": extension.reason},
            said=gettext("Decided. The center was told."),
            leads_to=own_page(rectification),
            obj=rectification,
        )

    @action(description=_("Items as a workbook"), url_path="items", permissions=["view"])
    def export_items(self, request):
        """The items of a district as a workbook; the audit trail says who took it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        reach = within_reach(request.user, Capability.COMPLIANCE_VIEW)
        form = DistrictForm(request.POST or None, districts=reach)
        if not form.is_valid():
            title = _("Items as a workbook")
            return self.form_page(request, form, title=title, submit_label=_("Download"))
        place = form.cleaned_data["district"]
        stream = io.BytesIO()
        count = workbooks.export(request.user, place, stream)
        audit.record(
            action="evaluation.rectification.export",
            by=request.user,
            at=timezone.now(),
            target=place,
            division_path=place.path,
            changes={"items": [None, count]},
        )
        stream.seek(0)
        name = f"{place.name}-{timezone.localdate().isoformat()}-整改事项.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)


def _label(finding):
    reason = wording.reason_text(finding.reason, finding.figures)
    return f"{finding.rule} · {reason}"


def _points_label(answer):
    points = grounds.points_of(answer)
    return f"{answer.code} {answer.name} · {'—' if points is None else points} / {answer.points}"


def _drafted(rectification):
    text = gettext("Drafted as %(number)s. Look at it, then issue it.")
    return text % {"number": rectification.rectification_no}
