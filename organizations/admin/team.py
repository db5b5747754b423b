"""Activity teams: on file with the townships, which enter them and every step they take."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminNullBooleanSelectWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from organizations.admin.revealing import Revealing
from organizations.forms.teams import STEPS, TeamForm, steps_for
from organizations.models import ActivityTeam
from organizations.permissions import can_file_team
from organizations.selectors import teams as selectors
from organizations.services import teams
from portal.admin import own_page
from portal.forms import DayInput
from portal.jurisdictions.filters import DivisionFilter
from portal.registers.admin import RegisterAdmin

# A plain widget → its like in the bureau's dress.
DRESS = {
    forms.DateInput: DayInput,
    forms.Textarea: UnfoldAdminTextareaWidget,
    forms.RadioSelect: UnfoldAdminRadioSelectWidget,
    forms.NullBooleanSelect: UnfoldAdminNullBooleanSelectWidget,
    forms.Select: UnfoldAdminSelectWidget,
    forms.NumberInput: UnfoldAdminIntegerFieldWidget,
    forms.TextInput: UnfoldAdminTextInputWidget,
    forms.CheckboxInput: UnfoldBooleanWidget,
}
OFFERING = (forms.RadioSelect, forms.Select)


def dressed(form):
    """The form as the bureau's pages show it."""
    for bound in form.visible_fields():
        plain = bound.field.widget
        if type(plain) in DRESS:
            offered = {"choices": plain.choices} if type(plain) in OFFERING else {}
            bound.field.widget = DRESS[type(plain)](**offered)
    return form


@admin.register(ActivityTeam)
class ActivityTeamAdmin(Revealing, RegisterAdmin):
    form = TeamForm
    may_edit = staticmethod(can_file_team)
    edit_capability = "team.file"
    actions_detail = ["take_step", "reveal"]
    list_display = [
        *("name", "division", "neighborhood", "kind", "member_count", "filed_on"),
        *("upkeep_on", "status"),
    ]
    list_filter = [
        DivisionFilter,
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["division"]
    search_fields = ["name", "neighborhood", "filing_no"]
    search_help_text = _("Name, neighborhood or filing number")
    ordering = ["-id"]

    def get_fields(self, request, obj=None):
        """The number and the day of filing are given once; where it lies is no correction."""
        fields = [*self.form.Meta.fields]
        phone = ["leader_phone"]
        if obj and obj.leader_phone_sealed:
            phone.append("is_phone_removed")
        at = fields.index("has_liaison")
        fields[at:at] = phone
        return [*fields, "upkeep_on", "organization", "status"] if obj else fields

    def get_readonly_fields(self, request, obj=None):
        given = ["division", "filing_no", "filed_on", "upkeep_on", "organization", "status"]
        return given if obj else ["status"]

    def enter(self, **values):
        return teams.file(**values)

    def correct(self, team, **values):
        values["happened_on"] = timezone.localdate(values["at"])
        is_removed = values.pop("is_phone_removed", False)
        if not (values["leader_phone"] or is_removed):
            del values["leader_phone"]
        return teams.change(team=team, **values)

    @action(description=_("Next step"), url_path="step")
    def take_step(self, request, object_id):
        """What can be entered of the team now; with ``?step=`` the form of one step."""
        team = self.scoped_or_404(request, object_id)
        offered = steps_for(request.user, team)
        asked = request.GET.get("step")
        if asked is None:
            return self.page(
                request,
                "admin/organizations/team_steps.html",
                title=_("Next step"),
                obj=team,
                next_steps=offered,
                steps=selectors.steps_of(team),
            )
        if STEPS.get(asked) not in offered:
            raise PermissionDenied
        form = STEPS[asked](
            request.POST or None, team=team, user=request.user, today=timezone.localdate()
        )
        return self.ask(
            request,
            dressed(form),
            lambda at, **_values: form.take(at=at),
            title=form.label,
            submit_label=_("Save"),
            said=gettext("Entered in the story of the team."),
            leads_to=own_page(team),
            obj=team,
            intro=form.about,
        )
