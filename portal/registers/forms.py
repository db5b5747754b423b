"""Forms of rows that several people may change at once: what was typed is never lost."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from portal.audit.selectors import last_change
from portal.errors import Conflict, DomainError
from portal.forms import Doubting

OVERTAKEN = _(
    "Nothing was saved: somebody else changed this meanwhile. What you typed is kept: look at what"
    " is different now, then save again."
)


class Difference(NamedTuple):
    """What another person changed while a page was open, in words.

    ``typed`` is what the user of the page has in its place, None where that was left alone and
    follows the other.
    """

    label: Any
    before: str
    now: str
    typed: str | None


class Versioned:
    """Part of a form that is sent with the ``version`` of the row it was shown for."""

    def meet_others(self: Any, obj: Any) -> bool:
        """Whether somebody else changed ``obj`` since; the form is then refused, and stands on what
        holds now. Call it in ``clean``."""
        if "version" in self.errors or self.cleaned_data.get("version") == obj.version:
            return False
        self.refuse(Conflict(OVERTAKEN), obj)
        return True

    def refuse(self: Any, refusal: DomainError, obj: Any) -> None:
        """Say what a service refuses; after a ``Conflict`` what is sent next stands on the row as
        it is now."""
        self.add_error(None, getattr(refusal, "lines", None) or str(refusal))
        if isinstance(refusal, Conflict):
            if told := last_change(obj):
                self.add_error(None, gettext("The last change: %(change)s") % {"change": told})
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = obj.version


class Merging(Versioned):
    """Part of a form of a model's row: each field is sent with what the page showed in it, so that
    what others changed is told apart from what the user did.

    Its page has to show ``differences``: include ``admin/_differences.html``, on the desk
    ``portal/_differences.html``.
    """

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.differences: list[Difference] = []
        if not self.instance.pk:
            return
        for name in self._meta.fields:
            if name in self.fields:
                is_sent = self.add_initial_prefix(name) in self.data
                self.fields[name].show_hidden_initial = is_sent or not self.is_bound

    def meet_others(self: Any, obj: Any) -> bool:
        """As ``Versioned``; fields that only others changed follow them."""
        if not super().meet_others(obj):
            return False
        for bound in self._sent_with_what_was_shown():
            shown = self.data.get(bound.html_initial_name)
            if not bound.field.has_changed(bound.initial, shown):
                continue
            is_typed = bound.field.has_changed(self._read(bound.field, shown), bound.data)
            typed = self._read(bound.field, bound.data) if is_typed else None
            self.differences.append(
                Difference(
                    capfirst(bound.label),
                    _said(bound.field, self._read(bound.field, shown)),
                    _said(bound.field, bound.initial),
                    _said(bound.field, typed) if is_typed else None,
                )
            )
            now = bound.field.prepare_value(bound.initial)
            self.data[bound.html_initial_name] = now = "" if now is None else str(now)
            if not is_typed:
                self.data[bound.html_name] = now
        return True

    def _sent_with_what_was_shown(self: Any) -> Iterator[forms.BoundField]:
        return (self[name] for name, field in self.fields.items() if field.show_hidden_initial)

    def _read(self, field: Any, sent: Any) -> Any:
        try:
            return field.to_python(sent)
        except ValidationError:
            return sent


def _said(field: Any, value: Any) -> str:
    """A value as the form would show it."""
    if value is None or value == "":
        return "—"
    if isinstance(field, forms.ModelChoiceField):
        model = field.queryset.model
        return str(
            value if isinstance(value, model) else model.objects.filter(pk=value).first() or value
        )
    labels = dict(getattr(field, "choices", ()))
    if isinstance(value, bool):
        labels |= {True: _("yes"), False: _("no")}
    return str(labels.get(value, value))


class StatusForm(Versioned, forms.Form):
    """To which status an object moves, and why; offers what its table of transitions allows."""

    to = forms.ChoiceField(label=_("New status"), widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label=_("Reason and document"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj = obj
        allowed = obj.TRANSITIONS.get(obj.status, frozenset())
        self.fields["to"].choices = [c for c in type(obj).Status.choices if c[0] in allowed]
        self.fields["version"].initial = obj.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(self.obj)
        return values


class RegisterForm(Doubting, Merging, forms.ModelForm):
    """A row of a register, with the version it was filled from.

    ``refusal`` is why a service did not take it, when it is asked again with what was typed.
    """

    refusal: DomainError | None = None
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_overtaken = bool(self.instance.pk) and self.meet_others(self.instance)
        if self.refusal is not None and not is_overtaken:
            self.refuse(self.refusal, self.instance)
        return values
