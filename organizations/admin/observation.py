"""What was seen and heard of organizations and teams, and annual figures, as entered."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action

from organizations.admin.voided import VoidedLast
from organizations.admin.warning import SubjectDivisionFilter
from organizations.forms.warnings import FiguresForm, ObservationForm, ReasonForm, SettleForm
from organizations.models import ActivityTeam, AnnualFigures, Observation, Organization
from organizations.permissions import can_observe
from organizations.services import observations
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import DivisionFilter
from portal.users.roles import Capability


class EntryAdmin(VoidedLast, ScopedModelAdmin):
    """Rows that the bureau enters by a page of its own; a refusal is said on the page."""

    view_capability = Capability.WARNING_VIEW

    def has_observe_permission(self, request, object_id=None):
        return can_observe(request.user)

    def seen(self, request, model):
        """What lies where the user handles warnings."""
        user = request.user
        return (
            model.objects.all()
            if user.is_superuser
            else model.objects.seen_with(user, Capability.WARNING_HANDLE)
        )

    def asked(self, request, form, take, *, title, done, obj=None, intro=""):
        """The page that asks, or what follows once ``take`` has taken the answer."""
        changelist = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return self.ask(
            request,
            form,
            take,
            title=title,
            said=done,
            leads_to=reverse(changelist),
            obj=obj,
            intro=intro,
        )


@admin.register(Observation)
class ObservationAdmin(EntryAdmin):
    when_empty = _(
        "Nothing was observed yet. Enter here what the bureau learns of an organization,"
        " such as a returned letter, a penalty or a complaint."
    )
    list_display = [
        *("happened_on", "subject_name", "kind", "text", "center", "settled_on"),
        "voided_at",
    ]
    list_filter = [
        SubjectDivisionFilter,
        ("kind", ChoicesDropdownFilter),
        ("happened_on", RangeDateFilter),
    ]
    list_select_related = ["organization", "team", "center"]
    search_fields = [
        *("text", "organization__name", "organization__former_names"),
        *("organization__uscc", "team__name"),
    ]
    search_help_text = _("What was seen, organization, credit code or team")
    ordering = ["-happened_on", "-id"]
    actions_list = ["observe"]
    actions_detail = ["settle", "void"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("organization__division", "team__division")

    @admin.display(description=_("organization or team"))
    def subject_name(self, observation):
        return observation.subject

    @action(description=_("Note something"), url_path="observe", permissions=["observe"])
    def observe(self, request):
        form = ObservationForm(
            request.POST or None,
            organizations=self.seen(request, Organization),
            teams=self.seen(request, ActivityTeam),
        )
        return self.asked(
            request,
            form,
            observations.observe,
            title=_("Note something"),
            done=gettext("Noted. Warnings follow with the next watch."),
            intro=_("Either an organization or a team. Facts, and no names of residents."),
        )

    def pointless(self, request, object_id):
        observation = self.get_object(request, unquote(str(object_id)))
        if observation is None or observation.voided_at is not None:
            return ("settle", "void")
        is_open = observation.settled_on is None and observation.kind in Observation.SETTLED_BY_HAND
        return () if is_open else ("settle",)

    def _kept(self, request, object_id):
        """The observation, for whoever keeps those of its district."""
        observation = self.scoped_or_404(request, object_id)
        if not can_observe(request.user, observation.subject.division):
            raise PermissionDenied
        return observation

    @action(description=_("Settle"), url_path="settle", permissions=["observe"])
    def settle(self, request, object_id):
        observation = self._kept(request, object_id)
        return self.asked(
            request,
            SettleForm(request.POST or None),
            lambda **values: observations.settle(observation=observation, **values),
            title=_("Settle"),
            done=gettext("Settled."),
            obj=observation,
        )

    @action(description=_("Void"), url_path="void", permissions=["observe"])
    def void(self, request, object_id):
        observation = self._kept(request, object_id)
        return self.asked(
            request,
            ReasonForm(request.POST or None),
            lambda **values: observations.void(observation=observation, **values),
            title=_("Void"),
            done=gettext("Voided. It warns of nothing any more."),
            obj=observation,
        )


class OrganizationDivisionFilter(DivisionFilter):
    """Where the organization lies."""

    path_lookup = "organization__division__path"


@admin.register(AnnualFigures)
class AnnualFiguresAdmin(EntryAdmin):
    when_empty = _(
        "No figures of an annual report were entered yet. The watch takes from them whether an"
        " organization lost much of its assets or left public money unspent."
    )
    list_display = [
        *("organization", "year", "number", "net_assets_yuan", "net_assets_before_yuan"),
        *("public_received_yuan", "public_unspent_yuan", "entered_by"),
    ]
    list_filter = [OrganizationDivisionFilter]
    list_select_related = ["organization", "entered_by"]
    search_fields = ["organization__name", "organization__former_names", "organization__uscc"]
    search_help_text = _("Name or credit code")
    ordering = ["-year", "-id"]
    actions_list = ["enter_figures"]

    @action(description=_("Enter figures"), url_path="enter", permissions=["observe"])
    def enter_figures(self, request):
        form = FiguresForm(request.POST or None, organizations=self.seen(request, Organization))
        return self.asked(
            request,
            form,
            observations.enter_figures,
            title=_("Enter figures"),
            done=gettext("Entered. Warnings follow with the next watch."),
            intro=_(
                "As the annual report gives them. What is not known stays blank: blank is not 0."
            ),
        )
