"""Review schemes at the desk of the bureau."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from evaluation.admin.steps import SteppedAdmin
from evaluation.models import Scheme
from evaluation.selectors import schemes as reading
from portal.admin import mark

MARKS = {
    "draft": ("…", "fair"),
    "adopted": ("✓", "good"),
    "retired": ("—", "none"),
    "dropped": ("✕", "none"),
}


@admin.register(Scheme)
class SchemeAdmin(SteppedAdmin):
    when_empty = _(
        "No scheme yet. Draft one from the template: its indicators, weights and grades are rows"
        " that the district changes as it likes before it adopts them."
    )
    list_display = ["title", "district", "doc_no", "state", "drafted_at", "adopted_at"]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_select_related = ["district"]
    search_fields = ["title", "doc_no"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("district", "drafted_by", "adopted_by", "copied_from")

    @admin.display(description=_("status"), ordering="status")
    def state(self, scheme):
        return mark(*MARKS[scheme.status], scheme.get_status_display())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        scheme = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/evaluation/scheme.html",
            title=str(scheme),
            obj=scheme,
            facts=self.facts(scheme),
            verbs=self.verbs(request, scheme),
            sections=reading.sections(scheme),
            extras=scheme.extras.order_by("kind", "position"),
            bands=scheme.bands.order_by("-from_points"),
        )

    def facts(self, scheme):
        """(name, value) of what the page shows."""
        quota = scheme.excellent_quota
        return [
            (_("status"), scheme.get_status_display()),
            (_("district"), scheme.district.name),
            (_("document no."), scheme.doc_no or "—"),
            (_("missing figures"), scheme.get_no_data_policy_display()),
            (_("largest share of excellent"), "—" if quota is None else quota.normalize()),
            (_("most bonus points"), scheme.bonus_max),
            (_("drafted by"), scheme.drafted_by),
            (_("adopted by"), scheme.adopted_by or "—"),
            (_("copied from"), scheme.copied_from or "—"),
        ]
