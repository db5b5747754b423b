"""Yes and no, one of a list, several of a list (domain.md 7.2 #14, #15, #22, #23)."""

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import CellError, Parsed
from portal.cells.text import blank, cell_text, match_key

YES = {"是", "有", "√", "✓", "✔", "y", "yes", "1"}
NO = {"否", "无", "\u00d7", "✗", "✘", "x", "n", "no", "0"}
HAS_WITH_NOTE = re.compile(r"(有|无)\((.+)\)", re.DOTALL)
TICK = re.compile(r"[√✓✔]$")
SEPARATORS = re.compile(r"[、,;/|+\s]+")

# What the offices write for a grade; the value is the grade as it is stored and shown.
GRADES: Mapping[str, str] = {
    spelling: f"{count}A"
    for count, numeral in ((5, "五"), (4, "四"), (3, "三"), (2, "二"), (1, "一"))
    for spelling in (f"{count}A", "A" * count, f"{count}A级", f"{numeral}A", f"{numeral}A级")
} | {"未评估": "未评估"}


def parse_flag(raw: object, *, yes: Collection[str] = (), no: Collection[str] = ()) -> Parsed[bool]:
    """Yes or no. ``yes`` and ``no`` are further words of the column, such as 专职 and 兼职."""
    if isinstance(raw, bool):
        return Parsed(raw)
    text = cell_text(raw)
    note = ""
    if match := HAS_WITH_NOTE.fullmatch(text):
        text, note = match[1], match[2].strip()
    key = match_key(text)
    if key in YES | {match_key(word) for word in yes}:
        return Parsed(True, note=note)
    if key in NO | {match_key(word) for word in no}:
        return Parsed(False, note=note)
    if (empty := blank(text)) is not None:
        return empty
    raise CellError("not_a_flag", _("Type 是 or 否, without further words."))


def parse_choice(raw: object, choices: Mapping[str, str]) -> Parsed[str]:
    """The code of one label; ``choices`` maps labels and their synonyms to codes."""
    text = cell_text(raw)
    code = _code_of(text, choices)
    if code is not None:
        return Parsed(code)
    if (empty := blank(text)) is not None:
        return empty
    raise _unknown(text, choices)


def parse_multi(raw: object, choices: Mapping[str, str] | None = None) -> Parsed[tuple[str, ...]]:
    """Several codes of one cell in their order, each once; without ``choices`` the words."""
    text = cell_text(raw)
    if choices and (code := _code_of(text, choices)) is not None:
        return Parsed((code,))
    if (empty := blank(text)) is not None:
        return empty
    words = dict.fromkeys(word for word in SEPARATORS.split(text) if word)
    if choices is None:
        return Parsed(tuple(words))
    codes = dict.fromkeys(_code_or_refuse(word, choices) for word in words)
    return Parsed(tuple(codes))


def _code_of(text: str, choices: Mapping[str, str]) -> str | None:
    codes = {match_key(str(label)): code for label, code in choices.items()}
    key = match_key(text)
    return codes.get(key, codes.get(TICK.sub("", key)))


def _code_or_refuse(word: str, choices: Mapping[str, str]) -> str:
    code = _code_of(word, choices)
    if code is None:
        raise _unknown(word, choices)
    return code


def _unknown(text: str, choices: Mapping[str, str]) -> CellError:
    first_labels = {code: label for label, code in list(choices.items())[::-1]}
    accepted = "、".join(str(first_labels[code]) for code in dict.fromkeys(choices.values()))
    return CellError(
        "unknown_choice",
        _("“%(value)s” is not accepted here. Accepted: %(accepted)s."),
        value=text[:50],
        accepted=accepted,
    )
