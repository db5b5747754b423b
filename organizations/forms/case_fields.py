"""Form fields that the pages of cases share."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization, OrganizationName
from portal.cells import match_key


def day_field(**kwargs: Any) -> forms.DateField:
    """A calendar day; the browser shows its own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(widget=widget, **kwargs)


def area(rows: int) -> forms.Textarea:
    """A place for several lines."""
    return forms.Textarea(attrs={"rows": rows})


class SubjectField(forms.CharField):
    """An organization or team of the district, typed by its name or credit code."""

    def __init__(self, *, model: Any, **kwargs: Any) -> None:
        self.model, self.within = model, model.objects.none()
        super().__init__(required=False, max_length=80, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The name of what is stored, or what was typed."""
        return value.name if isinstance(value, self.model) else value

    def clean(self, value: Any) -> Any:
        """The row of the register, None where nothing was typed."""
        text = super().clean(self.prepare_value(value))
        if not text:
            return None
        found = self._found(text)
        if len(found) == 1:
            return found[0]
        reason = (
            _("“%(value)s” is in the register more than once: type the credit code.")
            if found
            else _(
                "“%(value)s” is not in the district's register. Type the whole name, or leave "
                "this empty and name it in the title."
            )
        )
        raise forms.ValidationError(reason, params={"value": text})


    def _found(self, text: str) -> list[Any]:
        """Two rows at most that are so called; those that were before where none is any more."""
        rows = self.within.select_related("division")
        named = Q(name_key=match_key(text))
        if self.model is not Organization:
            return list(rows.filter(named)[:2])
        former = OrganizationName.objects.filter(named, to_on__isnull=False)
        now = list(rows.filter(named | Q(uscc=text.upper()))[:2])
        return now or list(rows.filter(pk__in=former.values("organization"))[:2])


def of_district(model: Any, center: Center) -> Any:
    """What the register of the center's district has."""
    return model.objects.filter(division__code__startswith=center.division.district_code)
