"""One section's page: its version, its rows, and the explicit word that there are none."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centers import selectors
from centers.forms.fields import AsTyped
from centers.forms.functions import FunctionLines
from centers.forms.readings import Reading
from centers.forms.rows import ROW_FORMS, PersonRowForm, PremisesForm, RowForm
from centers.models import Filing, Person, PremisesRow, Section

MAX_ROWS = 200
# With the empty row that stands ready.
FEW_ROWS = 3


class RowLines(BaseFormSet):
    """The rows of a section. A row left empty or marked for removal is not declared."""

    def initial_form_count(self) -> int:
        """None when bound, so that emptying a stored row removes it like an empty new one."""
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows as ``filings.save_section`` takes them."""
        gone = self.deleted_forms
        return [form.row() for form in self.forms if form.has_changed() and form not in gone]


class VersionForm(AsTyped, forms.Form):
    """The version at which a page was read."""

    version = forms.IntegerField(min_value=0, max_value=2_147_483_647, widget=forms.HiddenInput)


class DeclineForm(VersionForm):
    """Why the director does not certify, as long as the browser lets it be: a line break is one
    character there and two on its way."""

    reason = forms.CharField(
        required=False, max_length=Filing._meta.get_field("decline_reason").max_length
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        lines = data.get("reason", "").replace("\r\n", "\n")
        super().__init__({"version": data.get("version"), "reason": lines})


class Head(VersionForm):
    """What stands above the rows."""

    is_none = forms.BooleanField(
        label=_("There is nothing to declare"),
        required=False,
        help_text=_("Tick only when the center has none: this is a statement, not a blank."),
    )

    @property
    def has_version(self) -> bool:
        """True when it is known at which version the page was read, whatever else is wrong."""
        return self.is_valid() or "version" in self.cleaned_data


class SectionForm:
    """A section's rows, empty of meaning until ``is_valid``.

    ``year`` chooses the figures shown of the functions. ``auto_id`` keeps the fields of two forms
    on one page apart. ``is_kept`` shows entries that were kept before they were saved, as typed.
    """

    def __init__(
        self,
        section: Section,
        data: Mapping[str, Any] | None = None,
        *,
        year: int,
        auto_id: str = "id_%s",
        is_kept: bool = False,
    ) -> None:
        self.section, self.year, self.is_kept = section, year, is_kept
        self.stored = stored = selectors.rows_of(section)
        was_said = section.based_on_id is not None or section.version > 1
        self.head = Head(
            data,
            initial={"version": section.version, "is_none": was_said and not stored},
            auto_id=auto_id,
        )
        self.head.is_kept = is_kept
        self.lines: Any = _lines(section, stored, data, year, auto_id, is_kept)

    def is_valid(self) -> bool:
        """True when every cell is, and “nothing to declare” agrees with the rows."""
        is_valid = self.head.is_valid()
        is_valid = self.lines.is_valid() and is_valid
        return is_valid and self._agrees()

    def _agrees(self) -> bool:
        is_none = self.head.cleaned_data["is_none"]
        if is_none and self.rows:
            self.head.add_error(
                "is_none",
                ngettext(
                    "%(count)s row is filled in. Remove it, or clear this tick.",
                    "%(count)s rows are filled in. Remove them, or clear this tick.",
                    len(self.rows),
                )
                % {"count": len(self.rows)},
            )
        elif not is_none and not self.rows:
            self.head.add_error(
                "is_none",
                _("Nothing is filled in. Fill in a row, or tick here if there is none."),
            )
        return self.head.is_valid()

    @property
    def reading(self) -> Reading:
        """The page as far as it can be read, for what helps while somebody still types."""
        return Reading(self.head, self.lines)

    @property
    def are_rows_open(self) -> bool:
        """Few rows stand open; of many each is one line until it is asked for."""
        return len(self.lines.forms) <= FEW_ROWS

    @property
    def version(self) -> int:
        """The version the page was read at."""
        return self.head.cleaned_data["version"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows as ``filings.save_section`` takes them."""
        return self.lines.rows

    @property
    def by_line(self) -> list[tuple[str, Any]]:
        """(who the row is, as text; its form, or its field among the functions)."""
        if isinstance(self.lines, FunctionLines):
            return [(str(self.lines.line_of(code)), field) for code, field in self.lines.lines]
        return [(str(row["line"].value()), row) for row in self.lines]


def _lines(
    section: Section,
    stored: list[Any],
    data: Mapping[str, Any] | None,
    year: int,
    auto_id: str,
    is_kept: bool,
) -> Any:
    if section.kind == Section.Kind.FUNCTIONS:
        standing = selectors.with_lines(stored, section.kind)
        return FunctionLines(data, stored=standing, year=year, auto_id=auto_id, is_kept=is_kept)
    row_form = ROW_FORMS[section.kind]
    is_bound = data is not None
    formset = formset_factory(
        row_form,
        formset=RowLines,
        extra=1,
        can_delete=True,
        max_num=MAX_ROWS,
        absolute_max=MAX_ROWS,
        validate_max=True,
    )
    return formset(
        data,
        prefix="rows",
        initial=None if is_bound else [row_form.initial_of(row) for row in stored],
        form_kwargs=_known(section, row_form) | {"is_kept": is_kept},
        auto_id=auto_id,
    )


def _known(section: Section, row_form: type[RowForm]) -> dict[str, Any]:
    """What the rows' forms must know beside what was typed."""
    if issubclass(row_form, PersonRowForm):
        return {"people": list(Person.objects.filter(center=section.center_id).order_by("name"))}
    if issubclass(row_form, PremisesForm):
        return {"judged": list(PremisesRow.objects.filter(section=section.based_on_id))}
    return {}
