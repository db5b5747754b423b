"""What is typed for a text that is published, and what is said on publishing and withdrawing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.models import Publication
from evaluation.rules import disclosing as d
from evaluation.selectors.disclosure_sources import values_of
from evaluation.selectors.disclosure_words import FIELDS
from portal.evidence.forms import EvidenceField
from portal.registers.forms import Versioned

LONGEST = 3_000


class PublicationForm(Versioned, forms.Form):
    """Title and typed fields of a draft; ``texts`` gives the latter by key. What the bureau owes is
    titled alike for every center."""

    title = forms.CharField(label=_("title"), max_length=150)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, publication: Publication) -> None:
        self.publication = publication
        self.typed = d.CATALOGUE[publication.item].typed
        said = values_of(publication.content)
        initial: dict[str, Any] = {
            "title": publication.title,
            "version": publication.version,
        }
        super().__init__(data, initial=initial)
        if d.owner_of(publication.item) == d.DISTRICT:
            del self.fields["title"]
        for each in self.typed:
            self.fields[f"text_{each.key}"] = forms.CharField(
                label=FIELDS[each.key],
                initial=said.get(each.key, ""),
                max_length=LONGEST,
                required=False,
                widget=forms.Textarea({"rows": 4}),
            )

    @property
    def texts(self) -> Mapping[str, str]:
        """Key → what was typed."""
        return {each.key: self.cleaned_data[f"text_{each.key}"] for each in self.typed}


class PublishForm(Versioned, forms.Form):
    """The word that somebody looked."""

    is_checked = forms.BooleanField(
        label=_(
            "I looked through the preview: it is true, and names nobody who need not be named."
        ),
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, publication: Publication) -> None:
        initial = {"version": publication.version}
        super().__init__(data, initial=initial, auto_id="publish_%s")


class ProofForm(Versioned, forms.Form):
    """Where else the text stands, and the picture that shows it."""

    channel = forms.CharField(
        label=_("published where else"),
        max_length=100,
        help_text=_("Such as the notice board of the center, or its public account."),
    )
    upload = EvidenceField(
        label=_("picture of the page"),
        required=False,
        help_text=_("A screenshot or a photograph (.jpg, .png), or PDF, at most 20 MB."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, publication: Publication) -> None:
        initial = {"channel": publication.channel, "version": publication.version}
        super().__init__(data, files, initial=initial, auto_id="proof_%s")


class WithdrawForm(Versioned, forms.Form):
    """What residents read in the place of the text."""

    note = forms.CharField(
        label=_("note on the withdrawal"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Residents read it in the place of the text."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, publication: Publication) -> None:
        initial = {"version": publication.version}
        super().__init__(data, initial=initial, auto_id="withdraw_%s")
