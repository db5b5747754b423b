"""Compliance, rule by rule."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from evaluation.admin.filters import (
    ClassFilter,
    KnownAtFilter,
    RollupFilter,
    RuleFilter,
    SeriesFilter,
    TraceFilter,
)
from evaluation.admin.marks import judged_on, outcome_mark, rule_of
from evaluation.models import Finding
from evaluation.permissions import can_rectify, can_request_waiver
from evaluation.selectors import explanations, rectifications, wording
from evaluation.services.waivers import is_waivable
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import CenterDivisionFilter

TIMELINE_LENGTH = 12
MOST_RECTIFIED = 50


@admin.register(Finding)
class FindingAdmin(ScopedModelAdmin):
    view_capability = "compliance.view"
    list_display = [
        "center",
        "rule_title",
        "clause",
        "rule_class",
        "mark",
        "sentence",
        "computed_at",
    ]
    list_filter = [
        SeriesFilter,
        KnownAtFilter,
        CenterDivisionFilter,
        RuleFilter,
        ("outcome", ChoicesDropdownFilter),
        ClassFilter,
        RollupFilter,
        TraceFilter,
    ]
    search_fields = ["center__name", "center__code"]
    # The order of the index over what stands: a page of a country is read, not sorted.
    ordering = ["center_id", "rule"]
    actions = ["rectify"]

    def get_queryset(self, request):
        found = super().get_queryset(request).select_related("center__division", "run")
        return found.prefetch_related("run__pack")

    @admin.display(description=_("rule"))
    def rule_title(self, finding):
        rule = rule_of(finding)
        return f"{finding.rule} {wording.rule_title(rule)}" if rule else finding.rule

    @admin.display(description=_("clause"))
    def clause(self, finding):
        rule = rule_of(finding)
        return rule.clause if rule else ""

    @admin.display(description=_("class"))
    def rule_class(self, finding):
        rule = rule_of(finding)
        return f"{rule.rule_class} {wording.class_label(rule)}" if rule else ""

    @admin.display(description=_("outcome"), ordering="outcome")
    def mark(self, finding):
        rule = rule_of(finding)
        return outcome_mark(rule.rule_class if rule else "", finding.outcome)

    @admin.display(description=_("reason"))
    def sentence(self, finding):
        return wording.reason_text(finding.reason, finding.figures)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The explanation, computed again from the facts the finding rests on."""
        finding = self.scoped_or_404(request, object_id)
        explained = explanations.explain(
            finding.center,
            judged_on(finding),
            known_at=finding.computed_at if finding.superseded_at else None,
            with_names=True,
        )
        explanation = next((e for e in explained if e.rule.id == finding.rule), None)
        may_waive = (
            explanation is not None
            and is_waivable(explanation)
            and can_request_waiver(request.user, finding.center)
        )
        return self.page(
            request,
            "admin/evaluation/finding.html",
            title=finding.center,
            finding=finding,
            explanation=explanation,
            mark=self.mark(finding),
            sentence=self.sentence(finding),
            timeline=self._timeline(finding),
            waiver_url=_waiver_url(finding) if may_waive else "",
            rectified=rectifications.of_rules(finding.center).get(finding.rule),
            rectify_url=self._rectify_url(request, [finding]),
        )

    def has_rectify_permission(self, request, object_id=None):
        return can_rectify(request.user)

    def _rectify_url(self, request, findings):
        """Where a rectification is opened of those of the findings that can be put right; "" where
        none can, or by whoever opens none."""
        center = findings[0].center
        if not can_rectify(request.user, center.division):
            return ""
        failing = {one.pk for one in rectifications.rectifiable(center, timezone.localdate())}
        if not failing.intersection(one.pk for one in findings):
            return ""
        place = reverse("admin:evaluation_rectification_center", args=[center.code])
        return f"{place}?{urlencode({'finding': [one.pk for one in findings]}, doseq=True)}"

    @admin.action(description=_("Open a rectification"), permissions=["rectify"])
    def rectify(self, request, queryset):
        """Those chosen, of one center, are proposed on the page that opens it."""
        findings = list(queryset[: MOST_RECTIFIED + 1])
        centers = {one.center_id for one in findings}
        if len(centers) != 1 or len(findings) > MOST_RECTIFIED:
            text = gettext("Choose findings of one center, at most %(most)s.")
            self.message_user(request, text % {"most": MOST_RECTIFIED}, messages.ERROR)
            return None
        url = self._rectify_url(request, findings)
        if not url:
            text = gettext("None of these can be put right: not failed, excused, or asked already.")
            self.message_user(request, text, messages.ERROR)
            return None
        return HttpResponseRedirect(url)

    def _timeline(self, finding):
        """(finding, mark, sentence) of the same rule and series, newest first."""
        same = Finding.objects.filter(
            center=finding.center_id, rule=finding.rule, series_on=finding.series_on
        )
        found = same.select_related("run").prefetch_related("run__pack").order_by("-pk")
        return [(f, self.mark(f), self.sentence(f)) for f in found[:TIMELINE_LENGTH]]


def _waiver_url(finding):
    query = urlencode({"center": finding.center_id, "rule": finding.rule})
    return f"{reverse('admin:evaluation_waiver_request')}?{query}"
