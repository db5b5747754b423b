"""Rows of a credit list: copied out of a table, and written into a workbook.

A list holds hundreds of rows, so import-export's own loop reads them; the service takes the entries
over, all or none. What the portal adds to an entry goes out and is not read.
"""

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import InvalidRow
from tablib import Dataset

from organizations.models import CreditListing
from organizations.resources import labels, parsers
from organizations.resources.fields import CellWidget, ChoiceWidget, SheetField
from organizations.resources.register import SheetResource
from organizations.services.credit_lists import Entry, ListRefused
from portal.cells import mask_identity_number, mask_phone, parse_date
from portal.errors import together
from portal.jurisdictions.models import Division

# So many cells, to the day of listing, stand in every row; the others may be left out.
NEEDED = 4
HEADING = "代码"
MOST_ROWS = 5_000
IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
PHONE = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8})(?![0-9A-Za-z])")


class CreditListResource(SheetResource):
    """Entries of a district's credit lists; no number of a person leaves in their words."""

    title = labels.SHEETS["credit_list"]

    uscc = SheetField("统一社会信用代码", CellWidget(parsers.text(0, 40)), default="", is_text=True)
    name = SheetField("名称", CellWidget(parsers.text(0, 60)), default="")
    kind = SheetField("名录", ChoiceWidget(labels.CREDIT_LISTS), is_required=True)
    listed_on = SheetField("列入日期", CellWidget(parse_date), is_required=True)
    removed_on = SheetField("移出日期", CellWidget(parse_date))
    grounds = SheetField("列入事由", CellWidget(parsers.grounds), default="")
    authority = SheetField("列入机关", CellWidget(parsers.text(0, 60)), default="")
    doc_no = SheetField("文书编号", CellWidget(parsers.text(0, 60)), default="", is_text=True)
    organization = SheetField("登记簿中的名称", attribute="organization__name", readonly=True)
    state = SheetField("状态", readonly=True)
    ignore_reason = SheetField("忽略理由", readonly=True)

    class Meta:
        skip_diff = True
        instance_loader_class = BaseInstanceLoader

    def __init__(self, territory: Division | None = None) -> None:
        super().__init__()
        self.territory = territory
        self.entries: list[Entry] = []

    def get_queryset(self) -> "QuerySet[Any]":
        found = CreditListing.objects.filter(district=self.territory)
        return found.select_related("organization")

    def dehydrate_grounds(self, listing: CreditListing) -> str:
        return masked(listing.grounds)

    def dehydrate_ignore_reason(self, listing: CreditListing) -> str:
        return masked(listing.ignore_reason)

    def dehydrate_state(self, listing: CreditListing) -> str:
        if listing.ignored_at:
            return "已忽略"
        if listing.removed_on:
            return "已移出"
        return "有效" if listing.organization_id else "名册中无此代码"

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> None:
        """Every row is an entry; the service finds the one it repeats."""

    def init_instance(self, row: dict[str, Any] | None = None) -> SimpleNamespace:
        assert row is not None  # noqa: S101  (import-export always passes it)
        return SimpleNamespace(row=row[ROW])

    def save_instance(self, instance: SimpleNamespace, *_args: Any, **_kwargs: Any) -> None:
        self.entries.append(Entry(**vars(instance)))

    def get_db_connection_name(self) -> str:
        return "default"


# Where a row stood, beside its cells.
ROW = "row"
HEADERS = (ROW, *(field.column_name for field in CreditListResource.fields.values()))


def masked(text: str) -> str:
    """The text with the numbers of identities and telephones in it masked."""
    shown = IDENTITY_NUMBER.sub(lambda found: mask_identity_number(found[0]), text)
    return PHONE.sub(lambda found: mask_phone(found[0]), shown)


def read(text: str) -> list[Entry]:
    """The entries in lines of cells with tabs between them; a line of headings is skipped.

    Raises ``ListRefused`` with every line that cannot be read.
    """
    lines = [(row, line) for row, line in enumerate(text.splitlines(), start=1) if line.strip()]
    problems: list[tuple[int, str]] = []
    dataset = Dataset(headers=HEADERS)
    for row, line in lines[:MOST_ROWS]:
        cells = [cell.strip() for cell in line.split("\t")]
        if HEADING in cells[0]:
            continue
        if NEEDED <= len(cells) < len(HEADERS):
            dataset.append([row, *cells, *[""] * (len(HEADERS) - 1 - len(cells))])
        else:
            problems.append((row, _miscounted(cells)))
    resource = CreditListResource()
    result = resource.import_data(dataset, use_transactions=False)
    for failed in result.error_rows:
        raise failed.errors[0].error
    problems += [_told(each, dataset) for each in result.invalid_rows]
    if len(lines) > MOST_ROWS:
        problems.append((MOST_ROWS + 1, _("At most %(most)s rows at once.") % {"most": MOST_ROWS}))
    if not resource.entries and not problems:
        problems.append((1, _("There is no entry here.")))
    if problems:
        raise ListRefused(sorted(problems))
    return resource.entries


def _miscounted(cells: Sequence[str]) -> str:
    problem = _("%(found)s cells; a row has %(least)s to %(most)s, with tabs between them.")
    return problem % {"found": len(cells), "least": NEEDED, "most": len(HEADERS) - 1}


def _told(invalid: InvalidRow, dataset: Dataset) -> tuple[int, str]:
    """A row, and what is wrong with which of its cells."""
    row, told = dict(zip(HEADERS, dataset[invalid.number - 1], strict=True)), []
    for name, texts in invalid.field_specific_errors.items():
        header = CreditListResource.fields[name].column_name
        typed = row[header][:20]
        told += [f"{header}“{typed}”：{text}" if typed else f"{header}：{text}" for text in texts]
    return row[ROW], together(told)
