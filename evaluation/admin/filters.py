"""Filters of findings and verdicts."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, TextFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from evaluation.admin.marks import rules_in_force
from evaluation.forms import MomentForm
from evaluation.models import Run, Verdict
from evaluation.selectors import wording
from portal.errors import together


def chosen_series(request):
    """None: the standing results; a date: the results of that date."""
    try:
        return date.fromisoformat(request.GET.get(SeriesFilter.parameter_name, ""))
    except ValueError:
        return None


def chosen_moment(request):
    """(series, known at) of a list of results; what cannot be read is in ``form``."""
    form = MomentForm({"known_at": request.GET.get(KnownAtFilter.parameter_name, "")}, at=now())
    return chosen_series(request), form.cleaned_data["known_at"] if form.is_valid() else None, form


class KnownAtField(forms.Form):
    """The time of ``KnownAtFilter``, as the filters draw it."""

    def __init__(self, name, label, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        )


class KnownAtFilter(TextFilter):
    """The list as it stood recorded at a moment; nothing recorded is ever edited."""

    title = _("what was recorded at")
    parameter_name = "known_at"
    form_class = KnownAtField

    def queryset(self, request, queryset):
        """``SeriesFilter`` asks for both at once; here only what cannot be read is refused."""
        _series, known_at, form = chosen_moment(request)
        if not form.is_valid():
            value, advice = self.value(), together(form.errors["known_at"])
            messages.error(request, f"“{value}”: {advice}")
            return queryset.none()
        if known_at is not None:
            said = _("The list as it stood recorded at %(at)s.")
            messages.info(request, said % {"at": date_format(localtime(known_at), "Y-m-d H:i")})
        return queryset


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
        series_on, known_at, _form = chosen_moment(request)
        return queryset.standing(series_on, known_at)


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
        series_on, known_at, _form = chosen_moment(request)
        verdicts = Verdict.objects.standing(series_on, known_at).filter(rollup=self.value())
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
