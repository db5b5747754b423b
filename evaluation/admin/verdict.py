"""Roll-ups, center by center."""

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from evaluation.admin.filters import KnownAtFilter, SeriesFilter, chosen_moment
from evaluation.admin.marks import judged_on, outcome_mark, rules_in_force, verdict_mark
from evaluation.models import Finding, Verdict
from evaluation.selectors import explanations, wording
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import CenterDivisionFilter


def _counted(recorded, outcome, rules):
    """Number of the center's recorded findings of some rules with an outcome."""
    findings = recorded.filter(
        center=OuterRef("center"), outcome=outcome, rule__in=rules
    )
    counted = findings.order_by().values("center").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _dimension(name):
    @admin.display(description=Verdict._meta.get_field(name).verbose_name, ordering=name)
    def column(self, verdict):
        return verdict_mark(verdict, name)

    return column


def _groups(explained, pks):
    """(code, label, its rules) of every part that has rules; a rule with its mark and finding."""
    groups = [(code, label, explained.of_group(code)) for code, label in wording.GROUPS.items()]
    return [
        (
            code,
            label,
            [(e, outcome_mark(e.rule.rule_class, e.outcome), pks.get(e.rule.id)) for e in found],
        )
        for code, label, found in groups
        if found
    ]


@admin.register(Verdict)
class VerdictAdmin(ScopedModelAdmin):
    view_capability = "compliance.view"
    list_display = [
        "center",
        "township",
        "rollup_marked",
        *(f"{name}_marked" for name in Verdict.DIMENSIONS),
        "met_count",
        "not_met_count",
        "no_data_count",
        "functions_count",
    ]
    list_filter = [
        SeriesFilter,
        KnownAtFilter,
        CenterDivisionFilter,
        ("rollup", ChoicesDropdownFilter),
    ]
    search_fields = ["center__name", "center__code"]
    ordering = ["center_id"]

    staffing_marked = _dimension("staffing")
    premises_marked = _dimension("premises")
    funding_marked = _dimension("funding")
    governance_marked = _dimension("governance")

    def get_queryset(self, request):
        series_on, known_at, _form = chosen_moment(request)
        recorded = Finding.objects.standing(series_on, known_at)
        found = super().get_queryset(request).select_related("center__division")
        rules = rules_in_force(request)
        # The roll-up rests on these; the functions are counted apart.
        standard = [rule.id for rule in rules if rule.dimension in Verdict.DIMENSIONS]
        functions = [rule.id for rule in rules if rule.dimension == "functions"]
        return found.annotate(
            met_n=_counted(recorded, "met", standard),
            not_met_n=_counted(recorded, "not_met", standard),
            no_data_n=_counted(recorded, "no_data", standard),
            functions_n=_counted(recorded, "met", functions),
        )

    @admin.display(description=_("township"), ordering="center__division__path")
    def township(self, verdict):
        return verdict.center.division

    @admin.display(description=_("roll-up"), ordering="rollup")
    def rollup_marked(self, verdict):
        return verdict_mark(verdict)

    @admin.display(description=_("met"))
    def met_count(self, verdict):
        return verdict.met_n

    @admin.display(description=_("not met"))
    def not_met_count(self, verdict):
        return verdict.not_met_n

    @admin.display(description=_("no data"))
    def no_data_count(self, verdict):
        return verdict.no_data_n

    @admin.display(description=_("functions carried out"))
    def functions_count(self, verdict):
        return verdict.functions_n

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Every rule with its reason and the way to meet it, computed again."""
        verdict = self.scoped_or_404(request, object_id)
        explained = explanations.explain_all(
            verdict.center,
            judged_on(verdict),
            known_at=verdict.computed_at if verdict.superseded_at else None,
        )
        findings = Finding.objects.standing(verdict.series_on).filter(center=verdict.center_id)
        pks = dict(findings.values_list("rule", "pk"))
        return self.page(
            request,
            "admin/evaluation/verdict.html",
            title=verdict.center,
            verdict=verdict,
            rollup=verdict_mark(verdict),
            dimensions=[
                (Verdict._meta.get_field(name).verbose_name, verdict_mark(verdict, name))
                for name in Verdict.DIMENSIONS
            ],
            groups=_groups(explained, pks),
            functions=explained.functions_carried_out,
            statute_weighs="L" in explained.weighing,
            information=explained.information,
        )
