"""Official documents and their templates: issued, changed, delivered, withdrawn, known again."""

from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models import Center
from evaluation.models import OfficialDocument
from evaluation.models.document import NUMBERED, WORD_PATTERN
from evaluation.selectors import document_register, document_templates, document_writing
from evaluation.selectors.document_templates import Words
from portal.archives import MEBIBYTE
from portal.cells import Message
from portal.forms import DayInput
from portal.jurisdictions.models import Division
from portal.registers.forms import Versioned

LONGEST_TEXT = 30_000
LARGEST_MIB = 20


class ReceiptForm(forms.Form):
    """The text of a receipt, and perhaps the file it speaks of."""

    receipt = forms.CharField(
        label=_("Text of the receipt"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("File of the document"),
        required=False,
        help_text=_("Its Word file or its PDF; at most 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_MIB * MEBIBYTE:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file


class OfDocumentForm(Versioned, forms.Form):
    """A step of a document, with the version it was decided on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: OfficialDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = obj.version


class IssueForm(OfDocumentForm):
    """Under which number and day a document is issued."""

    dated_on = forms.DateField(
        label=_("Day below the signature"), initial=localdate, widget=DayInput
    )
    number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ["number", "dated_on"]

    def __init__(self, *args: Any, obj: OfficialDocument, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        if obj.kind not in NUMBERED:
            del self.fields["number"]
        elif word := obj.word:
            year = localdate().year
            following = document_register.suggest_number(word, year)
            self.fields["number"].help_text = _(
                "Blank: the next number, %(number)s as things stand. A number that was kept on "
                "paper can be typed, whole or only its digits."
            ) % {"number": f"{word}〔{year}〕{following}号"}
        else:
            self.fields["number"].required = True
            self.fields["number"].help_text = _(
                "The whole number, such as 海民社〔2026〕7号: the template of this kind gives no"
                " word."
            )


class EditForm(OfDocumentForm):
    """The words of a draft. Its tables are named in the text and stay as they are."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=UnfoldAdminTextInputWidget)
    addressee = forms.CharField(
        label=_("Addressee"), max_length=150, required=False, widget=UnfoldAdminTextInputWidget
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24}),
        help_text=_(
            "A line is a paragraph. # and ## begin headings, | a centred line, > a note in "
            "brackets; @table1 is the first table, @signature office and date."
        ),
    )
    copies_to = forms.CharField(
        label=_("Copies to"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, obj: OfficialDocument, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        head = document_writing.head_of(obj)
        self.initial |= {
            "title": obj.title,
            "addressee": head["addressee"],
            "text": document_writing.lines_of(obj),
            "copies_to": head["copies_to"],
        }


class WithdrawForm(OfDocumentForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class DeliverForm(forms.Form):
    """To which centers."""

    centers = forms.ModelMultipleChoiceField(
        label=_("Centers"),
        queryset=Center.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, obj: OfficialDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centers = document_register.undelivered(obj)
        self.fields["centers"].queryset = centers
        if obj.round_id:
            self.initial["centers"] = list(centers)


class SubjectForm(forms.Form):
    """What a document is written about; ``subjects`` are those that are so far."""

    subject = forms.ModelChoiceField(
        label=_("About"), queryset=Division.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, subjects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].queryset = subjects


class NumberedSubjectForm(forms.Form):
    """As ``SubjectForm``, where there are too many to choose from: by number."""

    subject = forms.IntegerField(
        label=_("No. of the filing"),
        min_value=1,
        max_value=2**31 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, subjects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = subjects

    def clean_subject(self) -> Any:
        number = self.cleaned_data["subject"]
        found = self.subjects.filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(
                _(
                    "No. %(number)s is no submitted filing of yours without a cover sheet. Look"
                    " the number up among the filings."
                ),
                params={"number": number},
            )
        return found


class BriefingForm(SubjectForm):
    """A district, and the days that a briefing speaks of."""

    period_from = forms.DateField(label=_("From"), widget=DayInput)
    period_to = forms.DateField(label=_("Until (inclusive)"), widget=DayInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].label = _("District")
        self.today = today
        self.initial |= {"period_from": today.replace(month=1, day=1), "period_to": today}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins, ends = values.pop("period_from", None), values.pop("period_to", None)
        if begins and ends and begins > ends:
            self.add_error("period_to", _("The first day is later than the last one."))
        elif ends and ends > self.today:
            self.add_error("period_to", _("This day has not come yet. Choose today or earlier."))
        elif begins and begins.year < 2000:
            self.add_error("period_from", _("Choose a day from 2000 on."))
        return values | {"period": (begins, ends)}


class TemplateForm(forms.Form):
    """The words of a kind of document in a district."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    word = forms.RegexField(
        WORD_PATTERN,
        label=_("Word of the number"),
        max_length=16,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as 海民社. Without it, numbers are typed whole when issuing."),
        error_messages={"invalid": _("Chinese characters only, from 2 to 16, such as 海民社.")},
    )
    issuer = forms.CharField(
        label=_("Issuing office"), max_length=60, widget=UnfoldAdminTextInputWidget
    )
    title = forms.CharField(label=_("Title"), max_length=150, widget=UnfoldAdminTextInputWidget)
    addressee = forms.CharField(
        label=_("Addressee"), max_length=150, required=False, widget=UnfoldAdminTextInputWidget
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=8000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24}),
        help_text=_(
            "A line is a paragraph. # and ## begin headings, | a centred line, > a note in "
            "brackets; {{name}} stands for a value, @name for a part that the portal writes."
        ),
    )
    copies_to = forms.CharField(
        label=_("Copies to"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    note = forms.CharField(
        label=_("Note below the date"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Without brackets, such as 此件主动公开."),
    )

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = words.kind
        if words.kind not in NUMBERED:
            del self.fields["word"]
        self.initial |= {name: getattr(words, name) for name in document_templates.FIELDS}
        self.initial["based_on"] = words.template.number if words.template else 0

    def clean(self) -> dict[str, Any]:
        """Every line is understood, or said to be none; ``words`` is what was typed."""
        values = super().clean() or {}
        if self.errors:
            return values
        based_on = values.pop("based_on")
        words = Words(kind=self.kind, **values)
        try:
            document_writing.checked(words)
        except document_writing.WordsRefused as refusal:
            self.add_error(_place(refusal, words), str(refusal))
        return {"words": words, "based_on": based_on}


def _place(refusal: document_writing.WordsRefused, words: Words) -> str:
    """The field in which the refused line stands."""
    message: Message = refusal.message
    for name in ("title", "addressee", "copies_to", "note"):
        if str(message.params["found"]) in getattr(words, name):
            return name
    return "body"
