"""What is asked to change one parameter: typed by the parameter, kept as typed on error."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from evaluation.selectors import parameter_wording
from portal.forms import DayInput

VALUE, NO_LIMIT, INHERIT = "value", "no_limit", "inherit"
LABELS = {
    VALUE: _("set a value"),
    NO_LIMIT: _("no limit"),
    INHERIT: _("give up the own value: the level above holds again"),
}


class DecisionForm(forms.Form):
    """From which day, why, and by which document."""

    effective_from = forms.DateField(label=_("In force from"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    doc_no = forms.CharField(
        label=_("Document no."), max_length=60, widget=UnfoldAdminTextInputWidget
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ParameterForm(DecisionForm):
    """The change itself comes first. Whether the value fits is the service's to say."""

    field_order = ["what", "value", "effective_from", "reason", "doc_no", "version"]

    def __init__(self, *args, detail, rules, **kwargs):
        super().__init__(*args, **kwargs)
        parameter = detail.line.parameter
        ways = [VALUE]
        if parameter.is_nullable:
            ways.append(NO_LIMIT)
        if detail.own is not None or any(entry.state == "comes" for entry in detail.history):
            ways.append(INHERIT)
        self.fields["what"] = forms.ChoiceField(
            label=pgettext_lazy("parameter", "Change"),
            choices=[(way, LABELS[way]) for way in ways],
            widget=forms.HiddenInput if ways == [VALUE] else UnfoldAdminRadioSelectWidget,
        )
        self.fields["value"] = _value_field(parameter, rules, detail.line.takes)
        self.order_fields(self.field_order)

    def clean(self):
        cleaned = super().clean()
        is_list = isinstance(self.fields["value"], forms.MultipleChoiceField)
        if cleaned.get("what") == VALUE and not is_list and cleaned.get("value") == "":
            self.add_error("value", _("Give a value."))
        return cleaned

    @property
    def change(self):
        """What the service takes: the raw value, or that there is none, or the level above's."""
        what = self.cleaned_data["what"]
        value = self.cleaned_data.get("value") if what == VALUE else None
        return {"value": value, "is_reset": what == INHERIT}


def _value_field(parameter, rules, takes):
    label = parameter_wording.title(parameter)
    options = {"label": label, "required": False, "help_text": takes}
    if parameter.type == "bool":
        return forms.ChoiceField(
            choices=[("true", _("yes")), ("false", _("no"))],
            widget=UnfoldAdminSelectWidget,
            **options,
        )
    choices = parameter_wording.choices(parameter, rules)
    if parameter.type == "choice" and choices:
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **options)
    if parameter.type == "list" and choices:
        return forms.MultipleChoiceField(
            choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, **options
        )
    mode = {"int": "numeric", "decimal": "decimal"}.get(parameter.type, "text")
    example = {"placeholder": "03-31"} if parameter.type == "month_day" else {}
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": mode, "autocomplete": "off"} | example)
    return forms.CharField(max_length=60, widget=widget, **options)


def initial(detail, today):
    """The form as it opens: what holds here, from today on."""
    line = detail.line
    holds = line.source.value if line.source else line.parameter.dump(line.parameter.default)
    if isinstance(holds, bool):
        holds = "true" if holds else "false"
    return {
        "what": NO_LIMIT if holds is None else VALUE,
        "value": holds,
        "effective_from": today,
        "version": detail.newest,
    }
