"""Writing templates and exports: text stays text, figures stay figures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.timezone import is_aware, make_naive
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from portal.cells import header_unit
from portal.workbooks.columns import REQUIRED_MARK, Column

GUIDE_TITLE = "填表说明"
GUIDE_HEADERS = ("表", "列", "是否必填", "填写说明", "定义", "依据条款", "可填的值")
GUIDE_WIDTHS = (16, 24, 10, 40, 60, 14, 16)
LOCKED_FILL = PatternFill("solid", start_color="FFE7E6E6", end_color="FFE7E6E6")
LOCKED_TEXT = "本列由区民政局填写。"
FIRST_CHOICE = len(GUIDE_HEADERS)
LAST_ROW = 20_000
TEXT_FORMAT = "@"
DATE_FORMAT = "yyyy-mm-dd"
DATETIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
MONEY_FORMAT = "#,##0.00"
# Excel counts 15 digits; longer numbers travel as text.
LARGEST_NUMBER = 10**15
MIN_WIDTH, MAX_WIDTH = 10, 40
# What XML 1.0 cannot hold.
# A workbook reads _x0041_ as a character; its underscore is written so that it stays a text.
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class SheetContent:
    """One sheet to write: ``rows`` map fields to values; none of them gives a template.

    Values are str, bool, int, Decimal, date, datetime, tuples of texts or None. Amounts are in
    yuan; under a 万元 header they are written in 万元, as the importer reads them back.
    The rows of an ``is_sum`` are asked for when every other sheet is written, wherever it stands.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]] = ()
    is_sum: bool = False


def write(
    sheets: Sequence[SheetContent],
    target: str | Path | BinaryIO,
    *,
    notes: Sequence[tuple[str, str]] = (),
    has_guide: bool = True,
) -> None:
    """Write the sheets and a guide sheet that lists every column with its accepted values.

    ``notes`` are further rows of the guide: a label, and what it says. What nobody fills in and
    sends back needs no guide.
    """
    book = Workbook(write_only=True)
    guide_row = 2
    made = []
    for content in sheets:
        _name_choices(book, content, guide_row)
        made.append((book.create_sheet(content.title), content, guide_row))
        guide_row += len(content.columns)
    for sheet in sorted(made, key=lambda each: each[1].is_sum):
        _write_sheet(*sheet)
    if has_guide:
        _write_guide(book.create_sheet(GUIDE_TITLE), sheets, notes)
    book.save(target)


def _name_choices(book: Workbook, content: SheetContent, guide_row: int) -> None:
    """A name for each list in the guide.

    A list taken from another sheet by its cells is moved by Excel into an extension that other
    programs lose, ours among them; by a name it stays where every program finds it.
    """
    first = get_column_letter(FIRST_CHOICE)
    for row, column in enumerate(content.columns, start=guide_row):
        if _offers(column):
            last = get_column_letter(FIRST_CHOICE + len(column.choices) - 1)
            cells = f"{quote_sheetname(GUIDE_TITLE)}!${first}${row}:${last}${row}"
            book.defined_names[_choices_name(row)] = DefinedName(
                _choices_name(row), attr_text=cells
            )


def _offers(column: Column) -> bool:
    """Whether one of the choices is picked from a list in the cell."""
    return bool(column.choices) and not column.is_multiple and not column.is_locked


def _choices_name(guide_row: int) -> str:
    return f"choices_{guide_row}"


def _write_sheet(sheet: Any, content: SheetContent, guide_row: int) -> None:
    sheet.freeze_panes = "A2"
    for index, column in enumerate(content.columns, 1):
        letter = get_column_letter(index)
        dimension = sheet.column_dimensions[letter]
        dimension.width = min(max(2 * len(column.header) + 4, MIN_WIDTH), MAX_WIDTH)
        if column.is_text:
            dimension.number_format = TEXT_FORMAT
        if column.is_locked:
            _lock(sheet, letter)
        elif _offers(column):
            _offer_choices(sheet, letter, guide_row + index - 1)
    headers = [_header_cell(sheet, _header(column)) for column in content.columns]
    for cell, column in zip(headers, content.columns, strict=True):
        if column.is_locked:
            cell.fill = LOCKED_FILL
    sheet.append(headers)
    for row in content.rows:
        sheet.append([_cell(sheet, column, row.get(column.field)) for column in content.columns])


def _offer_choices(sheet: Any, letter: str, guide_row: int) -> None:
    """A list in the cell, taken from the guide: a list of its own ends at 255 characters."""
    source = _choices_name(guide_row)
    validation = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=True)
    validation.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.data_validations.append(validation)


def _lock(sheet: Any, letter: str) -> None:
    """Typing is refused, while rows can still be added, sorted and deleted."""
    validation = DataValidation("custom", formula1="FALSE", showErrorMessage=True, allow_blank=True)
    validation.error = LOCKED_TEXT
    validation.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.data_validations.append(validation)


def _write_guide(
    sheet: Any, sheets: Sequence[SheetContent], notes: Sequence[tuple[str, str]]
) -> None:
    sheet.freeze_panes = "A2"
    for index, width in enumerate(GUIDE_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append([_header_cell(sheet, text) for text in GUIDE_HEADERS])
    for content in sheets:
        for column in content.columns:
            required = "是" if column.is_required else "否"
            texts = (content.title, _header(column), required, column.hint)
            texts = (*texts, column.definition, column.clause, *column.choices)
            sheet.append([_text_cell(sheet, str(text)) for text in texts])
    for note in notes:
        sheet.append([_text_cell(sheet, text) for text in note])


def _header(column: Column) -> str:
    return column.header + (REQUIRED_MARK if column.is_required else "")


def _header_cell(sheet: Any, text: str) -> Cell:
    cell = _text_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _cell(sheet: Any, column: Column, value: Any) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, date):
        return _date_cell(sheet, value)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if is_number and not column.is_text and abs(value) < LARGEST_NUMBER:
        return _number_cell(sheet, column, value)
    return _text_cell(sheet, _as_text(value))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(str(item) for item in value)
    return str(value)


def _text_cell(sheet: Any, text: str) -> Cell:
    """A cell of explicit string type: =, +, - and @ stay the first character of a text."""
    cell = WriteOnlyCell(sheet)
    plain = UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    cell.value = ESCAPED.sub("_x005F_", plain)
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell


def _date_cell(sheet: Any, value: date) -> Cell:
    if isinstance(value, datetime) and is_aware(value):
        value = make_naive(value)
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = DATETIME_FORMAT if isinstance(value, datetime) else DATE_FORMAT
    return cell


def _number_cell(sheet: Any, column: Column, value: float | Decimal) -> Cell:
    if column.is_money and header_unit(column.header) == "ten_thousand":
        value = Decimal(str(value)) / 10_000
    cell = WriteOnlyCell(sheet, value=value)
    if column.is_money:
        cell.number_format = MONEY_FORMAT
    return cell
