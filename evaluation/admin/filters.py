"""Filters of findings and verdicts."""

from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from evaluation.admin.marks import rules_in_force
from evaluation.models import Run, Verdict
from evaluation.selectors import wording


def chosen_series(request):
    """None: the standing results; a date: the results of that date."""
    try:
        return date.fromisoformat(request.GET.get(SeriesFilter.parameter_name, ""))
    except ValueError:
        return None


class SeriesFilter(DropdownFilter):
    """What holds now, or what was officially evaluated for a date; never what was superseded."""

    title = _("date")
    parameter_name = "series"
    all_option = ["", _("current")]

    def lookups(self, request, model_admin):
        dates = Run.objects.visible_to(request.user).filter(series_on__isnull=False).order_by()
        days = dates.values_list("series_on", flat=True).distinct()
        return [(day.isoformat(), day.isoformat()) for day in sorted(days, reverse=True)]

    def has_output(self):
        return True

    def queryset(self, request, queryset):
        return queryset.standing(chosen_series(request))


class RuleFilter(DropdownFilter):
    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request, model_admin):
        return [
            (rule.id, f"{rule.id} {wording.rule_title(rule)}") for rule in rules_in_force(request)
        ]

    def queryset(self, request, queryset):
        return queryset.filter(rule=self.value()) if self.value() else queryset


class ClassFilter(DropdownFilter):
    title = _("class")
    parameter_name = "class"

    def lookups(self, request, model_admin):
        return [(code, f"{code} {label}") for code, label in wording.CLASSES.items()]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        rules = [rule.id for rule in rules_in_force(request) if rule.rule_class == self.value()]
        return queryset.filter(rule__in=rules)


class RollupFilter(DropdownFilter):
    """Findings of the centers that have a roll-up in the same series."""

    title = _("roll-up")
    parameter_name = "rollup"

    def lookups(self, request, model_admin):
        return Verdict.Rollup.choices

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        verdicts = Verdict.objects.standing(chosen_series(request)).filter(rollup=self.value())
        return queryset.filter(Exists(verdicts.filter(center=OuterRef("center"))))


class TraceFilter(DropdownFilter):
    """Findings that one defect kept from being computed; an alarm leads here."""

    title = _("trace")
    parameter_name = "trace"

    def lookups(self, request, model_admin):
        value = request.GET.get(self.parameter_name)
        return [(value, value)] if value else []

    def queryset(self, request, queryset):
        return queryset.filter(figures__trace_id=self.value()) if self.value() else queryset
