"""What is typed about welfare-lottery applications and sources of money."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from portal.evidence.forms import EvidenceField
from portal.forms import FIRST_YEAR, LAST_YEAR
from portal.registers.forms import RegisterForm
from projects.forms.dressing import Day
from projects.forms.needs import StepForm
from projects.models import FundingSource, LotteryApplication, Project


def _yuan(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=16, decimal_places=2, min_value=0)


class ApplyForm(forms.Form):
    """For which project, by which center, how much is asked for."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=None)
    center = forms.ModelChoiceField(label=_("Applicant"), queryset=None, empty_label=None)
    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=[("", "—"), *LotteryApplication.Purpose.choices]
    )
    amount_yuan = _yuan(_("Asked for (yuan)"))

    def __init__(
        self,
        *args: Any,
        projects: "QuerySet[Project]",
        centers: "QuerySet[Center]",
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["project"]
        offered.queryset = projects
        own: Any = self.fields["center"]
        own.queryset = centers
        self.fields["year"].initial = today.year


class DraftForm(RegisterForm):
    """A draft, corrected."""

    class Meta:
        model = LotteryApplication
        fields = ("year", "purpose", "amount_yuan")


class GrantForm(StepForm):
    """How much was granted."""

    granted_yuan = _yuan(_("Granted (yuan)"))
    field_order = ["granted_yuan", "reason"]


class PayForm(StepForm):
    """How much was paid out."""

    paid_yuan = _yuan(_("Paid out (yuan)"))
    field_order = ["paid_yuan", "reason"]


class UseForm(StepForm):
    """When the use of the money was published."""

    on = forms.DateField(label=_("Use of the money published on"), widget=Day)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]


class PhotoForm(StepForm):
    """A photograph of the lottery's mark where the money is used."""

    photo = EvidenceField(label=_("Photograph of the mark"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]


class SourceForm(forms.Form):
    """One source of the money of a project."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=None)
    kind = forms.ChoiceField(label=_("Source"), choices=[("", "—"), *FundingSource.Kind.choices])
    amount_yuan = _yuan(_("Amount (yuan)"))
    payer = forms.CharField(label=_("Who pays"), max_length=60, required=False)
    doc_no = forms.CharField(label=_("Document no."), max_length=60, required=False)

    def __init__(self, *args: Any, projects: "QuerySet[Project]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["project"]
        offered.queryset = projects


class RemoveForm(forms.Form):
    """Why a source is taken out."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
