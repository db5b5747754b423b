"""Reading any cell as text: normal forms, placeholders, Excel's error values."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Context, Decimal
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.cells.parsed import CellError, Message, Parsed

# Control and zero-width characters that pasted text carries.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
WHITESPACE = re.compile(r"\s+")
DASHES = re.compile("[-\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d]+")
BRACKETS = str.maketrans(dict.fromkeys("([{【〔〖〘", "（") | dict.fromkeys(")]}】〕〗〙", "）"))
PLACEHOLDERS = {"/", "//", "-", "无", "暂无", "待定", "n/a", "#n/a"}
EXCEL_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]|#GETTING_DATA")
# Written by the reader for a formula whose result the workbook does not hold.
NOT_CALCULATED = "#NOT_CALCULATED!"
# Excel keeps 15 significant digits; what follows is noise of binary fractions.
EXCEL_PRECISION = Context(prec=15)
LONGEST_NUMBER = 30
TWO_CHARACTERS = 2


@lru_cache(maxsize=4096)
def match_key(text: str) -> str:
    """The form in which names are compared, never shown (domain.md 6.5)."""
    key = unicodedata.normalize("NFKC", text)
    key = unicodedata.normalize("NFKC", DASHES.sub("-", compact(key)).lower())
    return key.translate(BRACKETS)


def name_key(text: str) -> str:
    """The form in which a person's name is compared: 王 芳 is 王芳, Li Wei stays two words."""
    key = compact(unicodedata.normalize("NFKC", text))
    return key if len(key) == TWO_CHARACTERS else WHITESPACE.sub(" ", text).strip()


def compact(text: str) -> str:
    """The text without any whitespace or invisible character."""
    return WHITESPACE.sub("", INVISIBLE.sub("", text))


def plain_number(raw: object) -> Decimal | None:
    """The number of a numeric cell, as precise as Excel is; None for any other cell.

    Raises CellError for infinity and for magnitudes no column holds.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise CellError("not_a_number", _("The number is out of range."))
    return number.normalize(EXCEL_PRECISION)


def cell_text(raw: object) -> str:
    """The cell as NFKC text without surrounding space; "" for an empty cell.

    Raises CellError for TRUE/FALSE and for the error values of Excel.
    """
    if isinstance(raw, bool):
        raise CellError("logical_value", _("The cell holds TRUE or FALSE; type the value itself."))
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return raw.isoformat()
    if plain_number(raw) is not None:
        return _number_text(raw)
    text = unicodedata.normalize("NFKC", "" if raw is None else str(raw))
    text = INVISIBLE.sub("", text).strip()
    refuse_excel_error(text)
    return text


def _number_text(raw: object) -> str:
    if isinstance(raw, int):
        return str(raw)
    number = plain_number(raw) or Decimal(0)
    return format(number, "f")


def refuse_excel_error(text: str) -> None:
    """Raise CellError when the cell shows an error of its formula."""
    if text == NOT_CALCULATED:
        raise CellError(
            "formula_not_calculated",
            _("The result of the formula is not in the file. Open it in Excel or WPS and save it."),
        )
    if EXCEL_ERROR.fullmatch(text):
        raise CellError(
            "formula_error",
            _("The formula gives the error %(error)s. Correct it or type the value."),
            error=text,
        )


def blank(text: str) -> Parsed | None:
    """``Parsed(None)`` for an empty cell or a placeholder, None for a value to be read."""
    key = match_key(text)
    if key == "":
        return Parsed(None)
    if key not in PLACEHOLDERS:
        return None
    if key == "待定":
        pending = Message("pending", _("The value is still to be decided; it is taken as blank."))
        return Parsed(None, (pending,))
    return Parsed(None)


def parse_text(raw: object, *, min_length: int = 0, max_length: int = 255) -> Parsed[str]:
    """The text as it was typed, on one line; lengths are counted in characters."""
    normal = cell_text(raw)
    if (empty := blank(normal)) is not None:
        return empty
    typed = INVISIBLE.sub("", raw) if isinstance(raw, str) else normal
    text = WHITESPACE.sub(" ", typed).strip()
    if not min_length <= len(text) <= max_length:
        raise CellError(
            "text_length",
            ngettext_lazy(
                "The text has %(count)s character; from %(low)s to %(high)s are accepted.",
                "The text has %(count)s characters; from %(low)s to %(high)s are accepted.",
                "count",
            ),
            count=len(text),
            low=min_length,
            high=max_length,
        )
    return Parsed(text, _typed_as_date(raw))


def _typed_as_date(raw: object) -> tuple[Message, ...]:
    if not isinstance(raw, date):
        return ()
    return (Message("date_as_text", _("The cell holds a date; it is kept as text.")),)
