"""One spreadsheet cell in, one typed value out; or a refusal that says what to type instead.

Every parser is a pure function: it takes the raw cell (str, int, float, Decimal, bool, date,
datetime or None), gives ``Parsed`` and raises nothing but ``CellError``. A blank cell and a
placeholder give ``Parsed(None)``: whether a value is required is the column's business.
To add a kind of cell, add a file here and export its parser below.
"""

from portal.cells.choices import GRADES, parse_choice, parse_flag, parse_multi
from portal.cells.credit_codes import KINDS, parse_credit_code
from portal.cells.dates import parse_date, parse_year
from portal.cells.documents import parse_document_number
from portal.cells.identities import mask_identity_number, parse_identity_number
from portal.cells.measures import parse_area, parse_count, parse_ratio
from portal.cells.money import header_unit, parse_money
from portal.cells.numerals import amount_in_words
from portal.cells.parsed import MONTH, OPEN, CellError, Message, Parsed
from portal.cells.periods import parse_period
from portal.cells.phones import mask_phone, parse_phone
from portal.cells.text import match_key, name_key, parse_text

__all__ = [
    "GRADES",
    "KINDS",
    "MONTH",
    "OPEN",
    "CellError",
    "Message",
    "Parsed",
    "amount_in_words",
    "header_unit",
    "mask_identity_number",
    "mask_phone",
    "match_key",
    "name_key",
    "parse_area",
    "parse_choice",
    "parse_count",
    "parse_credit_code",
    "parse_date",
    "parse_document_number",
    "parse_flag",
    "parse_identity_number",
    "parse_money",
    "parse_multi",
    "parse_period",
    "parse_phone",
    "parse_ratio",
    "parse_text",
    "parse_year",
]
