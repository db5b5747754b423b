"""Evaluations of performance at the bureau's desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from projects.admin.contract import ContractDivisionFilter, ThroughContract
from projects.models import Performance


@admin.register(Performance)
class PerformanceAdmin(ThroughContract):
    when_empty = _("Nothing is evaluated yet. Begin on the page of an accepted contract.")
    list_display = [
        *("of_contract", "kind", "evaluator", "budget_yuan", "spent_yuan", "score", "grade"),
        *("status", "submitted_at"),
    ]
    list_filter = [
        ContractDivisionFilter,
        ("kind", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["contract"]
    search_fields = ["contract__contract_no", "contract__title"]
    ordering = ["-id"]
