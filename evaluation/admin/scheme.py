"""Review schemes at the desk of the bureau."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from evaluation.admin.review import in_states
from evaluation.admin.steps import Step, SteppedAdmin
from evaluation.forms.reviews import CopyForm, SchemeForm, StepForm
from evaluation.forms.schemes import BandsForm, ExtraFormSet, RowFormSet, VersionForm
from evaluation.models import Scheme
from evaluation.permissions import can_manage_reviews
from evaluation.selectors import schemes as reading
from evaluation.services import schemes
from portal.admin import mark, own_page
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from projects.forms.dressing import for_bureau

MARKS = {
    "draft": ("…", "fair"),
    "adopted": ("✓", "good"),
    "retired": ("—", "none"),
    "dropped": ("✕", "none"),
}


def _manages(user, scheme):
    return can_manage_reviews(user, scheme.district)


def _of(verb):
    return lambda obj, **values: verb(scheme=obj, **values)


STEPS = {
    "edit": Step(
        _("Change title and rules"), SchemeForm, _of(schemes.edit), in_states("draft"), _manages
    ),
    "grades": Step(
        _("Change the grades"), BandsForm, _of(schemes.set_bands), in_states("draft"), _manages
    ),
    "adopt": Step(
        _("Adopt the scheme"),
        StepForm,
        _of(schemes.adopt),
        in_states("draft"),
        _manages,
        _("It stands from here on: rounds use it, and it is changed only as a copy."),
    ),
    "copy": Step(
        _("Copy it"), CopyForm, _of(schemes.copy), in_states("draft", "adopted", "retired"),
        _manages,
    ),
    "retire": Step(
        _("Retire it"), StepForm, _of(schemes.retire), in_states("adopted"), _manages
    ),
    "drop": Step(
        _("Give the draft up"), StepForm, _of(schemes.drop), in_states("draft"), _manages
    ),
}  # fmt: skip
# Address → its name, the rows as forms, how they are read and kept.
GRIDS = {
    "indicators": (_("Change the indicators"), RowFormSet, schemes.rows_of, schemes.set_indicators),
    "extras": (
        _("Change bonuses and vetoes"),
        ExtraFormSet,
        schemes.extras_of,
        schemes.set_extras,
    ),
}


class DistrictForm(forms.Form):
    """For which district."""

    district = forms.ModelChoiceField(label=_("District"), queryset=None)

    def __init__(self, *args, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts
        if len(districts) == 1:
            self.fields["district"].initial = districts[0]


@admin.register(Scheme)
class SchemeAdmin(SteppedAdmin):
    when_empty = _(
        "No scheme yet. Draft one from the template: its indicators, weights and grades are rows"
        " that the district changes as it likes before it adopts them."
    )
    STEPS = STEPS
    actions_list = ["draft_template"]
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

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            *(
                path(
                    f"<int:pk>/{code}/",
                    wrap(self.grid),
                    {"code": code},
                    name=f"evaluation_scheme_{code}",
                )
                for code in GRIDS
            ),
            *super().get_urls(),
        ]

    def has_draft_permission(self, request, object_id=None):
        return can_manage_reviews(request.user)

    @action(description=_("Draft from the template"), url_path="draft", permissions=["draft"])
    def draft_template(self, request):
        reached = within_reach(request.user, Capability.REVIEW_MANAGE)
        districts = reached.filter(kind=Division.Kind.DISTRICT)
        form = DistrictForm(request.POST or None, districts=districts)
        return self.ask(
            request,
            for_bureau(form),
            schemes.template,
            title=_("Draft from the template"),
            intro=_(
                "The guidance names no indicator, weight or grade: the template is a proposal."
                " Change it as you like before you adopt it."
            ),
            said=_("Drafted. Change what does not fit, then adopt it."),
        )

    def verbs(self, request, obj):
        found = super().verbs(request, obj)
        if obj.status == Scheme.Status.DRAFT and _manages(request.user, obj):
            places = [
                (reverse(f"admin:evaluation_scheme_{code}", args=[obj.pk]), label)
                for code, (label, *_rest) in GRIDS.items()
            ]
            found = [*places, *found]
        return found

    def grid(self, request, pk, code):
        """All rows of a draft in one table; what is refused is said, what was typed stays."""
        scheme = self.scoped_or_404(request, pk)
        if not _manages(request.user, scheme):
            raise PermissionDenied
        label, formset_class, read, keep = GRIDS[code]
        is_sent = request.method == "POST"
        rows = formset_class.of(read(scheme), request.POST if is_sent else None)
        version = VersionForm(request.POST if is_sent else None, obj=scheme)
        refused = []
        if is_sent and rows.is_valid() and version.is_valid():
            try:
                keep(
                    scheme=scheme,
                    rows=rows.entered(),
                    version=version.cleaned_data["version"],
                    by=request.user,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                refused = getattr(refusal, "lines", None) or [str(refusal)]
            else:
                self.message_user(request, gettext("Saved."), messages.SUCCESS)
                return HttpResponseRedirect(own_page(scheme))
        return self.page(
            request,
            "admin/evaluation/scheme_grid.html",
            title=label,
            obj=scheme,
            rows=rows,
            version=version,
            refused=[*refused, *version.non_field_errors()],
            running=reading.sections(scheme) if code == "indicators" else [],
        )

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
            problems=schemes.problems(scheme) if scheme.status == "draft" else [],
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
