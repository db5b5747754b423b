"""Fields of import-export for the portal's sheets: what a column is called, how its cells are read,
how they are written. A column is declared here and nowhere else.

A widget reads by a parser of ``portal.cells``, which says more than a value: what it warns of, and
the words that are not part of the value. ``clean`` is what import-export asks for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models.fields import NOT_PROVIDED
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from organizations.resources import parsers
from portal.cells import CellError, Parsed, parse_text
from portal.workbooks import Column


class CellWidget(Widget):
    """A cell as ``parse`` reads it; it goes out as the value it was read as."""

    choices: tuple[str, ...] = ()

    def __init__(self, parse: Callable[..., Parsed] = parse_text) -> None:
        super().__init__(coerce_to_string=False)
        self.parse = parse

    def clean(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        """The value of the cell. Raises ValueError with what to type instead."""
        try:
            return self.parse(value).value
        except CellError as error:
            raise ValueError(str(error)) from error

    def render(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        """The value with its type: figures stay figures in a workbook, days stay days."""
        return value


class ChoiceWidget(CellWidget):
    """One of the bureaus' ``words``: label → code; the first label of a code goes out."""

    def __init__(
        self, words: Mapping[str, Any], parse: Callable[..., Parsed] | None = None
    ) -> None:
        super().__init__(parse or parsers.choice(words))
        self.choices = parsers.offered(words)
        self._labels = {code: label for label, code in reversed(list(words.items()))}

    def render(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        """The label of a code; None where there is none."""
        return self._labels.get(value)


class SheetField(Field):
    """A column of a sheet; it is named as it is declared in its resource.

    Header, synonyms and ``hint`` are what the bureaus write, so they stay Chinese in every
    language. What an ``is_taken`` column says is taken over as it was read; of an ``is_private``
    one no problem repeats what was typed.
    """

    name = ""

    def __init__(
        self,
        column_name: str,
        widget: Widget | None = None,
        *,
        attribute: str | None = None,
        synonyms: tuple[str, ...] = (),
        hint: str = "",
        is_required: bool = False,
        is_money: bool = False,
        is_text: bool = False,
        is_taken: bool = True,
        is_private: bool = False,
        readonly: bool = False,
        default: Any = NOT_PROVIDED,
    ) -> None:
        super().__init__(
            attribute=attribute,
            column_name=column_name,
            widget=widget or CellWidget(),
            readonly=readonly,
            default=default,
        )
        self.synonyms, self.hint, self.is_required = synonyms, hint, is_required
        self.is_money, self.is_text = is_money, is_text
        self.is_taken, self.is_private = is_taken, is_private

    @property
    def column(self) -> Column:
        """The field as a workbook's column."""
        return Column(
            self.name,
            self.column_name,
            synonyms=self.synonyms,
            is_required=self.is_required,
            hint=self.hint,
            choices=self.widget.choices,
            parse=self.widget.parse,
            is_money=self.is_money,
            is_text=self.is_text,
        )

    def clean(self, row: Mapping[str, Any], **kwargs: Any) -> Any:
        """The value of the cell in ``row``. Raises ValueError, also where a required one is
        missing."""
        value = super().clean(row, **kwargs)
        if self.is_required and value is None:
            raise ValueError(_("This cell must be filled."))
        return value
