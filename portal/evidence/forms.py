"""The field by which a file that proves something is handed over, on whatever page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.archives import MAX_FILE_BYTES
from portal.evidence.inspection import ACCEPT

TOO_LARGE = _("The file is larger than 20 MB. Make it smaller, or split it.")


class EvidenceField(forms.FileField):
    """One file of the kinds and the size that are taken. What it holds is looked at by whoever
    stores it, who also says what is wrong with an empty one."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("File"),
            "allow_empty_file": True,
            "max_length": None,
            "help_text": _("Pictures (.jpg, .png), PDF or Word (.docx), at most 20 MB."),
            "widget": forms.FileInput(attrs={"accept": ACCEPT}),
        }
        super().__init__(**given | kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file. Raises ``ValidationError`` where it is too large."""
        upload = super().clean(data, initial)
        if upload and upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(TOO_LARGE, code="too_large")
        return upload
