"""Unified social credit codes, GB 32100-2015 (domain.md 6.1)."""

import re
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from portal.cells.parsed import CellError, Message, Parsed
from portal.cells.text import DASHES, blank, cell_text, compact, plain_number

LENGTH = 18
CHARACTER = "0-9A-HJ-NP-RTUWXY"
FORBIDDEN = re.compile(f"[^{CHARACTER}]")
PATTERN = re.compile(rf"[{CHARACTER}]{{2}}[0-9]{{6}}[{CHARACTER}]{{10}}")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
LOOKALIKES = str.maketrans("IOZSV", "1025U")
CIVIL_AFFAIRS = "5"
# Kind of social organization -> second character of the code.
KINDS = {"association": "1", "social_service_institution": "2", "foundation": "3"}
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def parse_credit_code(
    raw: object, *, kind: str | None = None, division_codes: Collection[str] | None = None
) -> Parsed[str]:
    """Eighteen characters, normalised. ``kind`` is a key of ``KINDS`` the code must agree with.

    ``division_codes``: six-digit codes, current and retired; an unknown one gives a warning.
    """
    typed = cell_text(raw)
    if (empty := blank(typed)) is not None:
        return empty
    text = DASHES.sub("", compact(typed)).upper()
    if plain_number(raw) is not None or SCIENTIFIC.fullmatch(text):
        raise CellError(
            "precision_lost",
            _("The code lost digits as a number. Format the cell as text and type it again."),
        )
    _refuse_form(text)
    _refuse_check_character(text)
    warnings = _kind_warnings(text, kind) + _division_warnings(text, division_codes)
    return Parsed(text, warnings, hints=_inner_hints(text))


def _refuse_form(code: str) -> None:
    if len(code) != LENGTH:
        raise CellError(
            "code_length",
            _("A credit code has 18 characters; this one has %(count)s."),
            count=len(code),
        )
    if found := FORBIDDEN.search(code):
        raise _forbidden_character(found[0])
    if PATTERN.fullmatch(code) is None:
        raise CellError(
            "code_pattern", _("Characters 3 to 8 of a credit code are the digits of the division.")
        )


def _forbidden_character(character: str) -> CellError:
    likely = character.translate(LOOKALIKES)
    if likely == character:
        return CellError(
            "code_alphabet",
            _("A credit code never contains “%(character)s”."),
            character=character,
        )
    return CellError(
        "code_alphabet",
        _("A credit code never contains the letter %(character)s; probably %(likely)s is meant."),
        character=character,
        likely=likely,
    )


def _refuse_check_character(code: str) -> None:
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise CellError(
            "code_check",
            _("The check character does not fit: %(found)s should be %(expected)s. Compare it."),
            found=code[-1],
            expected=expected,
        )


def _kind_warnings(code: str, kind: str | None) -> tuple[Message, ...]:
    if kind is None:
        return ()
    if code[1] != KINDS[kind]:
        raise CellError(
            "code_kind",
            _("The code begins with %(found)s, but this kind of organization has %(expected)s."),
            found=code[:2],
            expected=CIVIL_AFFAIRS + KINDS[kind],
        )
    if code[0] == CIVIL_AFFAIRS:
        return ()
    return (Message("code_authority", _("The code was not issued by a civil-affairs department.")),)


def _division_warnings(code: str, division_codes: Collection[str] | None) -> tuple[Message, ...]:
    division = code[2:8]
    if division_codes is None or division in division_codes:
        return ()
    text = _("The division %(division)s in the code is not known.")
    return (Message("code_division", text, {"division": division}),)


def _inner_hints(code: str) -> tuple[Message, ...]:
    """The organization code inside has its own check character (GB 11714); many predate it."""
    values = [int(character, 36) for character in code[8:16]]
    total = 11 - sum(map(int.__mul__, INNER_WEIGHTS, values)) % 11
    if code[16] == {10: "X", 11: "0"}.get(total, str(total)):
        return ()
    return (
        Message(
            "code_inner_check", _("The inner organization code does not check; it may be old.")
        ),
    )
