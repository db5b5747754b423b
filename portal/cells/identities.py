"""Citizen identity numbers, GB 11643-1999 (domain.md 6.2)."""

import re
from datetime import date

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric

from portal.cells.dates import day_of
from portal.cells.parsed import CellError, Parsed
from portal.cells.text import blank, cell_text, compact, plain_number

# What Excel leaves of the last three of eighteen digits.
LOST_DIGITS = "000"
PATTERN = re.compile(r"[0-9]{17}[0-9X]")


def parse_identity_number(raw: object, *, as_of: date) -> Parsed[str]:
    """Eighteen characters, born by ``as_of``. Address codes are not judged: many are retired."""
    number = compact(cell_text(raw)).upper()
    if (empty := blank(number)) is not None:
        return empty
    if plain_number(raw) is not None or "E+" in number:
        raise _precision_lost()
    if PATTERN.fullmatch(number) is None:
        raise CellError("identity_pattern", _("An identity number has 17 digits and a digit or X."))
    if day_of(int(number[6:10]), int(number[10:12]), int(number[12:14])) > as_of:
        raise CellError("identity_birth_date", _("The date of birth lies in the future."))
    is_wrong = ric.calc_check_digit(number) != number[-1]
    if is_wrong and number.endswith(LOST_DIGITS):
        raise _precision_lost()
    if is_wrong:
        raise CellError("identity_check", _("The check digit of the identity number does not fit."))
    return Parsed(number)


def _precision_lost() -> CellError:
    return CellError(
        "precision_lost",
        _("The number lost its last digits. Format the cell as text and type it again."),
    )


def mask_identity_number(number: str) -> str:
    """3101**********001X."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}"
