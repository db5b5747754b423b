"""Forms that suppose something: asked by address alone, so that what was asked can be sent on."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from evaluation.models import Pack
from evaluation.rules import KINDS
from evaluation.rules.parameters import ParameterError
from evaluation.selectors import parameter_wording, parameters, simulations
from evaluation.selectors.findings import FIRST_DAY
from evaluation.selectors.lookaheads import HORIZONS
from evaluation.selectors.simulations import FARTHEST, Scenario
from portal.forms import DayInput
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

SET, EMPTY = "set.", "empty."
AS_IS = ("", _("as is"))


class DivisionForm(forms.Form):
    """Which district, or the whole city."""

    division = forms.ModelChoiceField(
        label=_("District or whole city"),
        queryset=None,
        to_field_name="code",
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("You cannot simulate there. Choose from the list.")},
    )

    def __init__(self, data, *, user, **kwargs):
        self.reach = list(divisions_of(user))
        if data and not data.get("division") and self.reach:
            data = data.copy()
            data["division"] = self.reach[0].code
        super().__init__(data or None, **kwargs)
        field = self.fields["division"]
        field.queryset = divisions_of(user)
        field.initial = self.reach[0].code if self.reach else None


def divisions_of(user):
    """The districts in which ``user`` may simulate, after the whole city if it is all of it."""
    reach = Q(kind=Division.Kind.DISTRICT)
    reach &= Q(pk__in=within_reach(user, Capability.SIMULATION_RUN).values("pk"))
    if user.is_superuser or settings.MUNICIPALITY in _codes(user):
        reach |= Q(code=settings.MUNICIPALITY)
    return Division.objects.filter(reach).order_by("path")


def _codes(user):
    paths = user.paths_with(Capability.SIMULATION_RUN)
    return {path.rstrip("/").rpartition("/")[2] for path in paths}


def day_field(label, help_text):
    """A day that may lie ahead, within reason."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        widget=DayInput,
        error_messages={"invalid": _("This is not a day. Write it like 2026-12-31.")},
    )


def _day(form, name):
    day = form.cleaned_data[name]
    last = timezone.localdate() + FARTHEST
    if day is not None and not FIRST_DAY <= day <= last:
        raise ValidationError(
            _("Choose a day from %(first)s to %(last)s.") % {"first": FIRST_DAY, "last": last}
        )
    return day


class ScenarioForm(DivisionForm):
    """What is supposed, and what it is held against. What is left blank stays as it is."""

    as_of = day_field(_("Judge as of"), _("Blank: today."))
    base_as_of = day_field(_("Compare with how it stands on"), _("Blank: today."))
    pack = forms.ModelChoiceField(
        label=_("Rule pack"),
        queryset=Pack.objects.order_by("-division_code", "-effective_from", "-version"),
        required=False,
        empty_label=_("the one in force on that day"),
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("This pack is not loaded. Choose from the list.")},
    )
    known_at = forms.DateTimeField(
        label=_("By what was known at"),
        help_text=_("Blank: what is known now."),
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        error_messages={"invalid": _("This is not a time. Write it like 2026-01-05 09:12.")},
    )

    def __init__(self, data, *, user, at):
        super().__init__(data, user=user)
        self.at, self.today = at, timezone.localdate(at)
        self.day = self._read("as_of") or self.today
        self.supposed_pack = self._read("pack") or parameters.pack_in_force(
            self.day, self._read("known_at")
        )
        self.standard = parameters.parsed(self.supposed_pack)
        self.rules = {rule.id: rule for rule in self.standard.rules}
        self.parameters = simulations.supposable(self.standard)
        for name, parameter in self.parameters.items():
            self.fields |= parameter_fields(name, parameter, self.rules)

    def _read(self, name):
        """A choice as made, before the form is cleaned: it decides which parameters are asked."""
        try:
            return self.fields[name].clean(self.data.get(name) if self.is_bound else None)
        except ValidationError:
            return None

    def clean_as_of(self):
        return _day(self, "as_of")

    def clean_base_as_of(self):
        return _day(self, "base_as_of")

    def clean_known_at(self):
        known_at = self.cleaned_data["known_at"]
        if known_at is not None and known_at > self.at:
            raise ValidationError(
                _("This time has not come yet: nobody knows what will be known then.")
            )
        return known_at

    def clean(self):
        """Values of the right type; a name the pack does not know is said, not passed over."""
        self.values = {}
        for name, parameter in self.parameters.items():
            self._clean_parameter(name, parameter)
        for key in self.data:
            if key.startswith((SET, EMPTY)) and key not in self.fields:
                name = key.partition(".")[2][:60]
                text = gettext("No rule of this pack judges centers by a parameter “%(name)s”.")
                self.add_error(None, text % {"name": name})
        return self.cleaned_data

    def _clean_parameter(self, name, parameter):
        typed = self.cleaned_data.get(SET + name)
        is_empty = self.cleaned_data.get(EMPTY + name, False)
        if not typed and not is_empty:
            return
        if typed and is_empty:
            self.add_error(SET + name, _("Give a value or tick the box, not both."))
            return
        try:
            raw = _nothing(parameter) if is_empty else _raw(parameter, typed)
            self.values[name] = parameter.dump(parameter.parse(raw))
        except ParameterError as error:
            said = parameter_wording.problem(parameter, typed, error, self.standard)
            self.add_error(SET + name, said)

    @property
    def after(self):
        """What is supposed."""
        return Scenario(self.day, self.supposed_pack, self.cleaned_data["known_at"], self.values)

    @property
    def before(self):
        """What it is held against: a day with the pack and the values in force on it."""
        as_of = self.cleaned_data["base_as_of"] or self.today
        return Scenario(as_of, parameters.pack_in_force(as_of))

    @cached_property
    def parameter_rows(self):
        """(parameter, field of the value, field of none or nothing) in the pack's order."""
        return [
            (parameter, self[SET + name], self[EMPTY + name] if EMPTY + name in self.fields else "")
            for name, parameter in self.parameters.items()
        ]

    @property
    def is_parameter_open(self):
        """Whether a value was typed, or refused: then the part of the form is open."""
        return self.is_bound and any(
            key.startswith((SET, EMPTY)) and value for key, value in self.data.items()
        )


def is_read_by_centers(parameter, rules):
    """Whether a rule of centers reads it, of the ``rules`` by id: others change no center."""
    return any(KINDS[rules[each].kind].level == "center" for each in parameter.rules)


def _nothing(parameter):
    return [] if parameter.type == "list" else None


def _raw(parameter, typed):
    """As the parameter reads it: a list without fixed members is typed with commas."""
    if parameter.type == "list" and isinstance(typed, str):
        return [part.strip() for part in typed.replace("，", ",").split(",") if part.strip()]
    return typed.strip() if isinstance(typed, str) else typed


def parameter_fields(name, parameter, rules):
    """The field of a parameter's value; and of none, where there may be none."""
    fields = {SET + name: _value_field(parameter, rules)}
    if parameter.is_nullable:
        fields[EMPTY + name] = forms.BooleanField(label=_("no limit"), required=False)
    elif parameter.type == "list":
        fields[EMPTY + name] = forms.BooleanField(label=_("none of them"), required=False)
    return fields


def _value_field(parameter, rules):
    label = parameter_wording.title(parameter)
    if parameter.type == "list" and parameter.choices:
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=parameter_wording.choices(parameter, rules),
            widget=forms.CheckboxSelectMultiple,
        )
    if parameter.type in ("bool", "choice"):
        offered = parameter_wording.choices(parameter, rules)
        if parameter.type == "bool":
            offered = [("true", _("yes")), ("false", _("no"))]
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[AS_IS, *offered],
            widget=UnfoldAdminSelectWidget({"aria-label": label}),
            error_messages={"invalid_choice": _("Choose one of the values offered.")},
        )
    keyboard = {"int": "numeric", "decimal": "decimal"}.get(parameter.type, "text")
    attrs = {"inputmode": keyboard, "aria-label": label}
    return forms.CharField(
        label=label, required=False, max_length=200, widget=UnfoldAdminTextInputWidget(attrs)
    )


def address(division, parameter, value, day):
    """Where it is answered what another value would change in a division on a day."""
    raw = parameter.dump(value)
    supposed = {EMPTY + parameter.name: "on"}
    if raw not in (None, []):
        is_bool = isinstance(raw, bool)
        supposed = {SET + parameter.name: str(raw).lower() if is_bool else raw}
    days = {"as_of": day.isoformat(), "base_as_of": day.isoformat()}
    query = urlencode({"division": division.code, **days, **supposed}, doseq=True)
    return f"{reverse('compliance:simulation')}?{query}"


class DryRunForm(DivisionForm):
    """From which day the pack would hold."""

    active_from = day_field(_("Would be in force from"), _("Blank: today."))

    def clean_active_from(self):
        return _day(self, "active_from")


class LookaheadForm(DivisionForm):
    """Over how many days."""

    days = forms.TypedChoiceField(
        label=_("Days"),
        coerce=int,
        choices=[(days, str(days)) for days in HORIZONS],
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("Choose 30, 60 or 90 days.")},
    )
