"""Compliance, rule by rule."""

from django.contrib import admin
from django.urls import reverse
from django.utils.http import urlencode
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
from evaluation.permissions import can_request_waiver
from evaluation.selectors import explanations, wording
from evaluation.services.waivers import is_waivable
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import CenterDivisionFilter

TIMELINE_LENGTH = 12


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
        )

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
