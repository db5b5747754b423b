"""What is typed about an activity team: its particulars, and each step of its filing.

A step's form knows its service, so that the desk and the bureau ask for it in the same way.
"""

from copy import copy
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from centers.models import Center
from organizations import permissions
from organizations.models import ActivityTeam
from organizations.selectors import duplicates
from organizations.selectors import teams as selectors
from organizations.selectors.personal import masked
from organizations.services import teams
from portal import sealing
from portal.cells import CellError, parse_phone
from portal.forms import Doubting
from portal.jurisdictions.models import Division
from portal.registers.forms import Merging, RegisterForm, Versioned
from portal.users.models import User

Status = ActivityTeam.Status
PARTICULARS = [
    *("name", "neighborhood", "kind", "founded_on", "place", "content", "schedule"),
    *("times_per_week", "member_count", "party_member_count", "leader_name", "has_liaison"),
]


def day_input() -> forms.DateInput:
    """The browser's own date field."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class Particulars(Doubting, forms.Form):
    """The particulars that the model holds in another form than they are typed in; asks back where
    a team like it stands in the register of the township."""

    field_order = [
        *("happened_on", *PARTICULARS[:-1], "leader_phone", "is_phone_removed", "has_liaison"),
        "text",
    ]
    leader_phone = forms.CharField(
        label=_("Telephone of the leader"), required=False, max_length=40
    )
    is_phone_removed = forms.BooleanField(label=_("Remove the number"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = masked(self.instance, "leader_phone")
        if not shown:
            del self.fields["is_phone_removed"]
        self.fields["leader_phone"].help_text = (
            _("Kept sealed. On record: %(phone)s. Leave empty to keep it; another leader's goes.")
            % {"phone": shown}
            if shown
            else _("Kept sealed, and shown to nobody without a reason.")
        )

    def clean_founded_on(self) -> date | None:
        return self._come(self.cleaned_data["founded_on"])

    def _come(self, day: date | None) -> date | None:
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("%(day)s has not come yet.") % {"day": day.isoformat()})
        return day

    def clean_leader_phone(self) -> str | None:
        try:
            return parse_phone(self.cleaned_data["leader_phone"]).value
        except CellError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        members, party = values.get("member_count"), values.get("party_member_count")
        if members is not None and party is not None and party > members:
            self.add_error("party_member_count", _("More party members than members."))
        return values

    def ask_back(self, values: dict[str, Any], division: Division) -> None:
        """Refuse what may be a team of the township already until it is confirmed; call it last in
        ``clean``."""
        if not self.errors and {"name", "division", "place", "leader_phone"} & {*self.changed_data}:
            self.doubt(*self._like(values, division))
        self.refuse_doubted()

    def _like(self, values: dict[str, Any], division: Division) -> list[str]:
        phone, digest = values["leader_phone"], self.instance.leader_phone_digest
        if phone:
            digest = sealing.digest(phone, purpose=ActivityTeam.SEALED["leader_phone"])
        found = duplicates.teams_like(
            name=values["name"],
            division=division,
            leader_digest=digest,
            place=values["place"],
            exclude=self.instance.pk,
        )
        return [
            gettext("May be in the register already: %(name)s (%(place)s, %(status)s): %(why)s.")
            % {
                "name": each.row.name,
                "place": each.row.neighborhood,
                "status": each.row.get_status_display(),
                "why": each.why,
            }
            for each in found
        ]

    def particulars(self) -> dict[str, Any]:
        """What a service takes; a telephone left empty is not spoken of, unless it is removed."""
        found = {name: self.cleaned_data[name] for name in PARTICULARS}
        return found | self.phone()

    def phone(self) -> dict[str, Any]:
        """The telephone as a service takes it: a new one, none any more, or nothing about it."""
        if number := self.cleaned_data["leader_phone"]:
            return {"leader_phone": number}
        return {"leader_phone": None} if self.cleaned_data.get("is_phone_removed") else {}


class TeamForm(Particulars, RegisterForm):
    """A team as the township has it on file, entered or corrected."""

    field_order = None

    class Meta:
        model = ActivityTeam
        fields = ["division", *PARTICULARS, "center", "filing_no", "filed_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader_phone"].widget = UnfoldAdminTextInputWidget()
        if "is_phone_removed" in self.fields:
            self.fields["is_phone_removed"].widget = UnfoldBooleanWidget()

    def clean(self) -> dict[str, Any]:
        """A center that is chosen is one of the township."""
        values = super().clean()
        center, place = values.get("center"), values.get("division")
        if self.instance.pk:
            place = self.instance.division
        if center and place and "center" in self.changed_data and center.division != place:
            self.add_error("center", _("Choose a center of the township."))
        self.ask_back(values, place)
        return values

    def clean_filed_on(self) -> date | None:
        return self._come(self.cleaned_data["filed_on"])


class ApplyForm(Particulars, forms.ModelForm):
    """A team that asks to be put on file."""

    happened_on = forms.DateField(label=_("Day of the application"), widget=day_input())

    class Meta:
        model = ActivityTeam
        fields = PARTICULARS
        widgets = {"founded_on": day_input()}

    def __init__(self, *args: Any, division: Division, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.division = division
        self.fields["happened_on"].initial = today

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.ask_back(values, self.division)
        return values

    def enter(self, *, center: Center, by: User, at: datetime) -> ActivityTeam:
        """Hand the application in; it is the center's help where somebody of the center does."""
        return teams.apply(
            division=center.division,
            center=center if permissions.can_keep_work(by, center) else None,
            happened_on=self.cleaned_data["happened_on"],
            by=by,
            at=at,
            **self.particulars(),
        )


class StepForm(Versioned, forms.Form):
    """One step of a team; a subclass says when it can be taken, by whom, and what it does."""

    # Templates ask the class itself for its label.
    do_not_call_in_templates = True
    code: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any] = ""
    statuses: ClassVar[tuple[str, ...]]
    # Where the centers of the township may enter it as well.
    shared: ClassVar[tuple[str, ...]] = ()

    happened_on = forms.DateField(label=_("Day"), widget=day_input())
    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No names of persons."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, team: ActivityTeam, user: User, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.user = team, user
        self.fields["version"].initial = team.version
        if "happened_on" in self.fields:
            self.fields["happened_on"].initial = today

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(self.team)
        return values

    def take(self, *, at: datetime) -> ActivityTeam:
        """Do it; raises what the service refuses."""
        return self.verb(team=self.team, by=self.user, at=at, **self.cleaned_data)

    def verb(self, **values: Any) -> ActivityTeam:
        raise NotImplementedError


class ReasonedForm(StepForm):
    """A step that needs its reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].label = _("Reason")


class AgainForm(StepForm):
    code, label = "apply", _("Apply again")
    about = _("The team goes to the neighborhood committee anew.")
    statuses = shared = (Status.DRAFT,)

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.apply_again(**values)


class SaidForm(StepForm):
    """Yes, not yet, or no; anything but a yes needs its reason."""

    said = forms.ChoiceField(label=_("What was said"), widget=forms.RadioSelect)

    field_order = ["said", "happened_on", "text"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        said = values.pop("said", None)
        values |= {"agrees": said == "yes", "sends_back": said == "back"}
        if said in ("back", "no") and "text" in values and not values["text"].strip():
            self.add_error("text", _("Say why, so that the team can know."))
        return values


class OpinionForm(SaidForm):
    code, label = "opinion", _("Enter the committee's opinion")
    about = _("What the neighborhood or village committee says of the application.")
    statuses = shared = (Status.COMMUNITY,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].choices = [
            ("yes", _("agrees; on to the township")),
            ("back", _("something is missing; back to the team")),
            ("no", _("does not agree; the team is not put on file")),
        ]

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.give_opinion(**values)


class ReviewForm(SaidForm):
    code, label = "review", _("Enter the township's opinion")
    about = _("Putting a team on file is an entry in the register. It gives no legal personality.")
    statuses = (Status.TOWNSHIP,)

    filing_no = forms.CharField(
        label=_("Filing no."),
        required=False,
        max_length=40,
        help_text=_("Left empty, the next number of the township is given."),
    )
    field_order = ["said", "filing_no", "happened_on", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].choices = [
            ("yes", _("put on file")),
            ("back", _("something is missing; back to the team")),
            ("no", _("not put on file")),
        ]

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.review(**values)


class UpkeepForm(StepForm):
    code, label = "upkeep", _("Confirm for this year")
    about = _("Once a year somebody looks whether the team still is what the register says.")
    statuses = shared = (Status.ACTIVE,)

    member_count = forms.IntegerField(
        label=_("Members"), required=False, min_value=0, max_value=100_000
    )
    center = forms.ModelChoiceField(
        label=_("Center that helped"),
        required=False,
        queryset=Center.objects.none(),
        help_text=_("The help counts among the work of the center."),
    )
    field_order = ["happened_on", "member_count", "center", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Center.objects.visible_to(self.user).filter(division=self.team.division)
        self.fields["center"].queryset = visible
        mine = visible.filter(memberships__user=self.user).first()
        self.fields["center"].initial = mine
        self.fields["member_count"].initial = self.team.member_count

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.confirm_upkeep(**values)


class ChangeForm(Particulars, Merging, forms.ModelForm):
    """A step too, asked for with all the particulars."""

    do_not_call_in_templates = True
    code, label, about = "change", _("Correct the particulars"), ""
    statuses = (Status.DRAFT, Status.ACTIVE, Status.SUSPENDED)
    shared = (Status.DRAFT,)

    happened_on = forms.DateField(label=_("Day of the change"), widget=day_input())
    text = forms.CharField(label=_("Note"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ActivityTeam
        fields = PARTICULARS
        widgets = {"founded_on": day_input()}

    def __init__(
        self, *args: Any, team: ActivityTeam, user: User, today: date, **kwargs: Any
    ) -> None:
        # The row that the service compares with stays as it was read.
        super().__init__(*args, instance=copy(team), **kwargs)
        self.team, self.user = team, user
        self.fields["version"].initial = team.version
        self.fields["happened_on"].initial = today

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.meet_others(self.team)
        self.ask_back(values, self.team.division)
        return values

    def take(self, *, at: datetime) -> ActivityTeam:
        """Do it; raises what the service refuses."""
        values = {name: self.cleaned_data[name] for name in ("happened_on", "text", "version")}
        return teams.change(team=self.team, by=self.user, at=at, **values, **self.particulars())


class SuspendForm(ReasonedForm):
    code, label = "suspend", _("Suspend")
    about = _("The team stops for a while and stays on file.")
    statuses = (Status.ACTIVE,)

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.suspend(**values)


class ResumeForm(StepForm):
    code, label = "resume", _("Active again")
    statuses = (Status.SUSPENDED,)

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.resume(**values)


class ClearForm(ReasonedForm):
    code, label = "clear", _("Clear from the register")
    about = _("The team does nothing any more, or is no longer what a team on file is.")
    statuses = (Status.ACTIVE, Status.SUSPENDED)

    def verb(self, **values: Any) -> ActivityTeam:
        return teams.clear(**values)


class ConvertForm(StepForm):
    code, label = "convert", _("Registered as an organization")
    about = _("The registration authority registered the team. Both stay, as one story.")
    statuses = (Status.ACTIVE, Status.SUSPENDED)

    happened_on = None
    uscc = forms.CharField(
        label=_("Credit code of the organization"),
        max_length=18,
        help_text=_("The organization has to stand in the register already."),
    )
    field_order = ["uscc", "text"]

    def clean_uscc(self) -> str:
        code = self.cleaned_data["uscc"].strip().upper()
        self.organization = selectors.could_become(self.team, code)
        if self.organization is None:
            raise forms.ValidationError(
                _("No organization with the code “%(code)s” is registered in the district.")
                % {"code": code}
            )
        return code

    def verb(self, **values: Any) -> ActivityTeam:
        values.pop("uscc")
        return teams.convert(organization=self.organization, **values)


Step = type[StepForm] | type[ChangeForm]
STEPS: dict[str, Step] = {
    form.code: form
    for form in (
        *(AgainForm, OpinionForm, ReviewForm, UpkeepForm, ChangeForm, SuspendForm),
        *(ResumeForm, ClearForm, ConvertForm),
    )
}


def steps_for(user: User, team: ActivityTeam) -> list[Step]:
    """The steps that the team can take now and that ``user`` may enter."""
    is_township = permissions.can_file_team(user, team.division)
    if not is_township and not permissions.can_assist_team(user, team):
        return []
    return [
        form
        for form in STEPS.values()
        if team.status in (form.statuses if is_township else form.shared)
    ]
