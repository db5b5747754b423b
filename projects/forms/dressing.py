"""Forms that the desk of a center and the bureau both ask, in the dress of the bureau."""

from typing import TypeVar

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from portal.forms import DayInput

F = TypeVar("F", bound=forms.Form | forms.ModelForm)
# Field → the widget that the bureau's pages give it; the first that fits.
DRESSES = (
    (forms.ChoiceField, UnfoldAdminSelectWidget),
    (forms.ModelChoiceField, UnfoldAdminSelectWidget),
    (forms.DateField, DayInput),
    (forms.DecimalField, UnfoldAdminDecimalFieldWidget),
    (forms.IntegerField, UnfoldAdminIntegerFieldWidget),
    (forms.CharField, UnfoldAdminTextInputWidget),
)


class Day(forms.DateInput):
    """The browser's own date field, as the desk shows it."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date"})


def for_bureau(form: F) -> F:
    """The form with the widgets of the bureau's pages; what is hidden stays so."""
    for field in form.fields.values():
        old = field.widget
        # Several to be chosen bring their own.
        if old.is_hidden or isinstance(field, forms.ModelMultipleChoiceField):
            continue
        if isinstance(old, forms.Textarea):
            new: forms.Widget = UnfoldAdminTextareaWidget(attrs={"rows": old.attrs.get("rows", 3)})
        else:
            dress = next((each for kind, each in DRESSES if isinstance(field, kind)), None)
            if dress is None:
                continue
            new = dress()
        if isinstance(old, forms.Select) and isinstance(new, forms.Select):
            new.choices = old.choices
        new.is_required = old.is_required
        new.attrs |= field.widget_attrs(new)
        field.widget = new
    return form
