"""What the resources of the register have in common: rows of its sheets in and out.

Fields and widgets say how a cell is read and written. Of import-export's own loops two are not
used, for they handle one row after the other and keep all of them in memory, which for 100,000
organizations takes an hour (``benchmarks.imports`` measures both):

- Coming in, ``import_data`` would look up, compare and save each row. ``import_lines`` gives the
  rows as they are read, a worker copies them beside the register, and the whole upload is compared
  and written set by set (``services.intakes``). A widget is asked once for what a cell says, for
  towns, types and days repeat by the ten thousand (``sheets.Reader``).
- Going out, ``export`` would gather a dataset. ``export_rows`` gives the same rows, each by
  ``export_resource``, while the workbook is being written.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from import_export.resources import Resource

from organizations.resources.fields import CellWidget, SheetField
from organizations.resources.parsers import text
from organizations.resources.sheets import Layout, Line, Workbook, read_sheets
from portal import sealing
from portal.cells import mask_phone, match_key
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import Townships
from portal.workbooks import SheetStream

CHUNK = 2_000
# In place of a number that cannot be opened; brought in again it changes nothing.
UNOPENED = "****"
# Columns of both tables.
DISTRICT = SheetField(
    "区",
    CellWidget(text(1, 30)),
    synonyms=("所属区",),
    hint="名称或6位代码；空白表示本区。",
    is_taken=False,
)
TOWNSHIP = SheetField(
    "街镇",
    CellWidget(text(2, 60)),
    attribute="division__name",
    synonyms=("街道/镇", "所属街镇", "街道（镇）", "所在街镇"),
    is_required=True,
    hint="街道、镇、乡的名称，不填居（村）委会。",
    is_taken=False,
)


class SheetResource(Resource):
    """Rows of one sheet: its ``title``, and its columns in the order of its fields.

    Headers of ``ignored`` are known and not read; of these, ``unwanted`` are personal data that
    nobody may bring in.
    """

    title: ClassVar[str]
    ignored: ClassVar[tuple[str, ...]] = ()
    unwanted: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, declared in cls.fields.items():
            declared.name = name
            declared.attribute = declared.attribute or name

    @classmethod
    def layout(cls) -> Layout:
        """The columns by which a sheet is recognised and read."""
        columns = tuple(declared.column for declared in cls.fields.values())
        return Layout(cls.title, columns, cls.ignored, cls.unwanted)

    def get_field_name(self, field: SheetField) -> str:
        """Its name; import-export looks it up among all fields for every cell."""
        return field.name

    def get_export_fields(self, *_args: Any, **_kwargs: Any) -> list[SheetField]:
        """All of them, in their order."""
        return list(self.fields.values())

    def get_queryset(self) -> "QuerySet[Any]":
        """What goes out."""
        raise NotImplementedError

    def prepare(self, chunk: list[Any]) -> None:
        """Give some objects at once what their columns tell of other tables."""

    def iter_queryset(self, queryset: "QuerySet[Any]") -> Iterator[Any]:
        """The objects by their key, so that no chunk costs more than the one before, in a fixed
        number of queries for each."""
        last = 0
        while chunk := list(queryset.filter(pk__gt=last).order_by("pk")[:CHUNK]):
            self.prepare(chunk)
            yield from chunk
            last = chunk[-1].pk

    def export_rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the sheet as ``export`` gives them, one after the other: field → value."""
        names = tuple(self.fields)
        for each in self.iter_queryset(self.get_queryset()):
            yield dict(zip(names, self.export_resource(each), strict=True))


@dataclass
class Staged:
    """A row ready to be compared: ``key`` is what must not stand twice in one workbook.

    Values are what JSON holds: texts, numbers, truth, days as ISO text, amounts as text. A field
    that is absent says nothing, and changes nothing that is on record.
    """

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    key: str = ""


class RegisterResource(SheetResource):
    """Rows of a register's sheet of one district, on the day on which they are read or written.

    ``phone`` names the column that is kept sealed, ``model`` the table that keeps it.
    """

    model: ClassVar[Any]
    phone: ClassVar[str]

    def __init__(self, territory: Division, *, on: date, with_personal: bool = False) -> None:
        super().__init__()
        self.territory, self.on, self.with_personal = territory, on, with_personal
        self._taken = [name for name, declared in self.fields.items() if declared.is_taken]
        self.private = [name for name, declared in self.fields.items() if declared.is_private]

    def import_lines(self, sheets: Iterable[SheetStream], found: Workbook) -> Iterator[Staged]:
        """The rows of an upload, each judged by itself; ``found`` is filled on the way."""
        places = _Places(self.territory)
        for line in read_sheets(sheets, self.layout(), found):
            yield self._staged(line, places)

    def _staged(self, line: Line, places: "_Places") -> Staged:
        """The row with its values; problems of the row as a whole go to its line."""
        said = line.values
        values = {name: _plain(said[name]) for name in self._taken if name in said}
        values["division_id"] = places.find(line)
        if "name" in said:
            values["name_key"] = match_key(said["name"])
        self.validate_line(line)
        self.derive(line, values)
        return Staged(line, values, self.key_of(line, values))

    def validate_line(self, line: Line) -> None:
        """Tell the line what in it does not fit together."""
        raise NotImplementedError

    def derive(self, line: Line, values: dict[str, Any]) -> None:
        """Add to ``values`` what columns say that are not taken over as they were read."""

    def key_of(self, line: Line, values: dict[str, Any]) -> str:
        """What must not stand twice in one workbook; "" where nothing does."""
        raise NotImplementedError

    def seal(self, values: dict[str, Any]) -> None:
        """Replace the telephone among ``values`` by its sealed form and its digest, as
        hexadecimals."""
        phone, purpose = values.pop(self.phone, None), self.model.SEALED[self.phone]
        if phone is not None:
            values[f"{self.phone}_sealed"] = sealing.seal(phone, purpose=purpose).hex()
            values[f"{self.phone}_digest"] = sealing.digest(phone, purpose=purpose).hex()

    def opened(self, row: Any) -> str | None:
        """The telephone of a row of the register, masked unless it may stand open."""
        sealed = getattr(row, f"{self.phone}_sealed")
        if sealed is None:
            return None
        try:
            phone = sealing.unseal(sealed, purpose=row.SEALED[self.phone])
        except sealing.SealBroken:
            # One number that no key opens keeps no register in.
            return UNOPENED
        return phone if self.with_personal else mask_phone(phone)

    def dehydrate_district(self, _row: Any) -> str:
        return self.territory.name


class _Places:
    """Which township of the district a row names."""

    def __init__(self, district: Division) -> None:
        self.district, self.townships = district, Townships(district)
        self._known: dict[str, int | None] = {}
        self._districts: dict[str, bool] = {}

    def find(self, line: Line) -> int | None:
        """The township's id, or None with the problem told."""
        district, name = line.values.get("district"), line.values.get("township")
        if district and not self._is_ours(district):
            text = _("This row belongs to another district; only rows of %(name)s are imported.")
            line.tell("district", "other_district", text % {"name": self.district.name})
            return None
        if name is None:
            return None
        if name not in self._known:
            found = self.townships.find(name)
            self._known[name] = found.pk if found else None
        pk = self._known[name]
        if pk is None:
            self._tell(line, name)
        return pk

    def _is_ours(self, district: str) -> bool:
        if district not in self._districts:
            self._districts[district] = self.townships.is_own_district(district)
        return self._districts[district]

    def _tell(self, line: Line, name: str) -> None:
        names = {"name": self.district.name}
        if self.townships.is_elsewhere(name):
            text = _("This township belongs to another district; only rows of %(name)s are taken.")
            line.tell("township", "other_district", text % names)
        elif match_key(name).endswith(("居委会", "居委", "村委会", "村委", "居民区", "村")):
            text = _("This is a neighborhood. Type the street or town of %(name)s it belongs to.")
            line.tell("township", "neighborhood", text % names)
        else:
            text = _("%(name)s has no street or town of this name. Type it as it is registered.")
            line.tell("township", "unknown_township", text % names)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
