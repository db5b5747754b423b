"""Early warnings: looked into, warned of, handled, released by the district bureau. Internal."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from organizations.forms.warnings import HandleForm, StepForm, WarnForm
from organizations.models import EarlyWarning, Watch
from organizations.models.warning import FINAL
from organizations.permissions import can_handle_warning
from organizations.selectors import early_warnings
from organizations.services import warnings, watches
from portal.admin import ScopedModelAdmin, mark, own_page, refuse_to_message
from portal.errors import Conflict
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

LEVELS = {"urgent": ("!", "bad"), "attention": ("◐", "fair"), "general": ("○", "none")}
# Address → what it does, how it is called, its form, the state it leads to.
VERBS = {
    "verify": (warnings.verify, _("It is true"), StepForm, "verified"),
    "dismiss": (warnings.dismiss, _("There is nothing to it"), StepForm, "unfounded"),
    "warn": (warnings.warn, _("Warn"), WarnForm, "warned"),
    "handle": (warnings.handle, _("Begin to handle it"), HandleForm, "handling"),
    "release": (warnings.release, _("Release"), StepForm, "released"),
    "transfer": (warnings.transfer, _("Hand to enforcement"), StepForm, "transferred"),
}


class SubjectDivisionFilter(DivisionFilter):
    """Where the organization or the team lies."""

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        found = next((d for d in self.offered if d.code == self.value()), None)
        return queryset.none() if found is None else queryset.within(found)


class OpenFilter(DropdownFilter):
    """Whether somebody still has to do something."""

    title = _("open or closed")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [
            ("open", _("still open")),
            ("late", _("not looked into in time")),
            ("ceased", _("open, cause no longer found")),
            ("closed", _("closed already")),
        ]

    def queryset(self, request, queryset):
        late = {
            "status": "clue",
            "acknowledged_at": None,
            "ack_due_on__lt": timezone.localdate(),
        }
        conditions = {
            "open": ~Q(status__in=FINAL),
            "late": Q(**late),
            "ceased": ~Q(status__in=FINAL) & Q(ceased_on__isnull=False),
            "closed": Q(status__in=FINAL),
        }
        return queryset.filter(conditions.get(self.value(), Q()))


@admin.register(EarlyWarning)
class EarlyWarningAdmin(ScopedModelAdmin):
    when_empty = _(
        "Nothing warns at the moment. The register is looked through every night, and"
        " centers report what they notice."
    )
    view_capability = Capability.WARNING_VIEW
    list_display = [
        *("code_name", "subject_name", "level_mark", "status", "since_on", "opened_on"),
        *("ack_due_on", "ceased_on"),
    ]
    list_display_links = ["code_name", "subject_name"]
    list_filter = [
        OpenFilter,
        SubjectDivisionFilter,
        ("code", ChoicesDropdownFilter),
        ("level", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
    ]
    list_select_related = ["organization", "team"]
    search_fields = [
        *("organization__name", "organization__former_names", "organization__uscc"),
        *("team__name",),
    ]
    search_help_text = _("Organization, credit code or team")
    ordering = ["-opened_on", "-id"]
    actions_list = ["look_again"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "organization__division", "team__division", "center", "opened_by", "acknowledged_by"
        )

    @admin.display(description=_("kind"), ordering="code")
    def code_name(self, warning):
        return f"{warning.code} {warning.get_code_display()}"

    @admin.display(description=_("organization or team"))
    def subject_name(self, warning):
        return warning.subject

    @admin.display(description=_("level of the warning"), ordering="level")
    def level_mark(self, warning):
        return mark(*LEVELS[warning.level], warning.get_level_display())

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "organizations_earlywarning_{}".format
        return [
            path("<int:pk>/acknowledge/", wrap(self.acknowledge), name=name("acknowledge")),
            *(
                path(f"<int:pk>/{verb}/", wrap(self.step), {"verb": verb}, name=name(verb))
                for verb in VERBS
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        warning = self.scoped_or_404(request, object_id)
        may_handle = can_handle_warning(request.user, warning)
        noun = "organization" if warning.organization_id else "activityteam"
        return self.page(
            request,
            "admin/organizations/warning.html",
            title=str(warning),
            obj=warning,
            warning=warning,
            level=self.level_mark(warning),
            figures=early_warnings.figures_of(warning),
            steps=warning.steps.select_related("by"),
            subject_url=reverse(f"admin:organizations_{noun}_change", args=[warning.subject.pk]),
            verbs=_verbs(warning) if may_handle else [],
            may_acknowledge=may_handle
            and warning.status == EarlyWarning.Status.CLUE
            and warning.acknowledged_at is None,
        )

    def _handled(self, request, pk):
        """The warning, for whoever may handle it."""
        warning = self.scoped_or_404(request, pk)
        if not can_handle_warning(request.user, warning):
            raise PermissionDenied
        return warning

    @method_decorator(require_POST)
    @refuse_to_message
    def acknowledge(self, request, pk):
        warning = self._handled(request, pk)
        version = request.POST.get("version", "")
        warnings.acknowledge(
            warning=warning,
            version=int(version) if version.isdecimal() else -1,
            by=request.user,
            at=timezone.now(),
        )
        self.message_user(request, gettext("Noted: you look into it."), messages.SUCCESS)
        return HttpResponseRedirect(own_page(warning))

    def step(self, request, pk, verb):
        """Ask for what the step needs, and take it."""
        warning = self._handled(request, pk)
        take, label, form_class, _to = VERBS[verb]
        form = form_class(request.POST or None, warning=warning)
        return self.ask(
            request,
            form,
            partial(take, warning=warning),
            title=label,
            said=lambda _done: (
                gettext("“%(name)s” is now “%(status)s”.")
                % {"name": warning, "status": warning.get_status_display()}
            ),
            leads_to=own_page(warning),
            obj=warning,
        )

    def has_look_permission(self, request, object_id=None):
        return request.user.has_capability(Capability.WARNING_HANDLE)

    @action(description=_("Look through the register now"), url_path="look", permissions=["look"])
    @refuse_to_message
    def look_again(self, request):
        """Ask for today's watch again, of every district the user handles warnings of."""
        if request.method != "POST":
            return self.form_page(
                request,
                forms.Form(),
                title=_("Look through the register now"),
                submit_label=_("Look through the register now"),
                intro=_("The watch looks every night; this has it look once more today."),
            )
        reached = within_reach(request.user, Capability.WARNING_HANDLE)
        districts = reached.filter(kind=Division.Kind.DISTRICT)
        busy = [district for district in districts if not _is_asked(request, district)]
        if len(busy) < len(districts):
            text = gettext("The register is looked through now. Load this page again in a minute.")
            self.message_user(request, text, messages.SUCCESS)
        for district in busy:
            text = gettext("%(place)s: the register is being looked through already.")
            self.message_user(request, text % {"place": district.name}, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:organizations_earlywarning_changelist"))


def _is_asked(request, district):
    """Ask for today's watch of a district; False while it is under way."""
    try:
        watches.request(district=district, by=request.user, at=timezone.now())
    except Conflict:
        return False
    return True


def _verbs(warning):
    """(address, name) of the steps that the state allows."""
    allowed = EarlyWarning.TRANSITIONS.get(warning.status, ())
    return [
        (reverse(f"admin:organizations_earlywarning_{verb}", args=[warning.pk]), label)
        for verb, (_take, label, _form, to) in VERBS.items()
        if to in allowed
    ]


@admin.register(Watch)
class WatchAdmin(ScopedModelAdmin):
    when_empty = _(
        "The register was not looked through yet. Every night a row is added: how many were looked"
        " at and what was found."
    )
    view_capability = Capability.WARNING_VIEW
    list_display = [
        *("on", "district", "status", "looked_count", "opened_count", "ceased_count"),
        *("failed_count", "finished_at"),
    ]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_select_related = ["district"]
    ordering = ["-on", "-id"]
