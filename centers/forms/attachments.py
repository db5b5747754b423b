"""A file that proves a section: what it is, what it proves, how long it holds."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.forms.fields import day_field
from centers.models import Attachment
from centers.selectors.attachments import Place
from portal.evidence import names
from portal.evidence.forms import EvidenceField


class DocumentForm(forms.Form):
    """One version of a document. ``cleaned_data`` is what the service takes."""

    upload = EvidenceField()
    kind = forms.ChoiceField(label=_("What it is"), choices=Attachment.Kind.choices)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=100,
        help_text=_("Such as: lease of the premises 2025. Empty: the name of the file."),
    )
    expires_on = day_field(
        label=_("Valid until"),
        required=False,
        help_text=_("Last day it holds, such as the end of a lease. Empty: no end."),
    )

    def clean(self) -> dict[str, Any]:
        """A document without a title is called like its file."""
        upload = self.cleaned_data.get("upload")
        if upload and not self.cleaned_data.get("title"):
            self.cleaned_data["title"] = PurePath(names.shown(upload.name)).stem[:100]
        return self.cleaned_data


class AttachmentForm(DocumentForm):
    """A new document, and the row it proves."""

    field_order = ("upload", "line", "kind", "title", "expires_on")

    line = forms.TypedChoiceField(
        label=_("Proves"), required=False, empty_value=None, coerce=UUID
    )

    def __init__(self, *args: Any, places: Iterable[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [(str(place.line or ""), place.label) for place in places]
