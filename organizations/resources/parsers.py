"""Cells that only the register's workbooks have (domain reference §7.1, §7.2)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.resources import labels
from portal import cells
from portal.cells import MONTH, CellError, Message, Parsed

# 沪民证字第0123号: what certificates carried before the unified code.
OLD_CERTIFICATE = re.compile(r"[\u4e00-\u9fff]{1,8}(?:字|证)[^0-9]{0,4}第?[0-9-]{1,12}号?")
# The portal's own masks, which an export writes.
MASKED_PHONE = re.compile(r"(?:1[0-9]{2}|0[0-9]{2,3}-)\*{4}[0-9]{4}|\*{4}")
AUTHORITY = re.compile(r"(区|市|部)(?:社会组织|社团|民间组织)?(?:民政|管理|行政|局|部|$)")
IN_BRACKETS = re.compile(r"（[^（）]*(筹|原名|原|曾用名)[^（）]*）")
SEVERAL_NAMES = re.compile(r"[、,，;；/\n]+")
# Words of what teams do, by the kind they belong to.
TEAM_WORDS = {
    "culture_sport": re.compile("舞|歌|唱|戏|曲|乐|棋|书|画|拳|球|操|剧|摄影|健身|文艺|体育|编织"),
    "charity": re.compile("志愿|公益|慈善|巡逻|助学"),
    "livelihood": re.compile("便民|助餐|理发|修理|生活"),
    "mediation": re.compile("调解|调处|议事|治理|劝和"),
}
IRREGULAR = {"不定期", "不固定", "不定", "随机"}


def choice(choices: Mapping[str, Any]) -> Callable[[Any], Parsed]:
    """The parser of one of ``choices``."""
    return partial(cells.parse_choice, choices=choices)


def offered(choices: Mapping[str, Any]) -> tuple[str, ...]:
    """The first label of each code."""
    first = {code: label for label, code in reversed(list(choices.items()))}
    return tuple(first[code] for code in dict.fromkeys(choices.values()))


def label_of(choices: Mapping[str, str], code: Any) -> str | None:
    """The first label of a code; None where there is none."""
    return next((label for label, value in choices.items() if value == code), None)


def text(low: int, high: int) -> Callable[[Any], Parsed]:
    """The parser of a text of ``low`` to ``high`` characters."""
    return partial(cells.parse_text, min_length=low, max_length=high)


def day(raw: Any) -> Parsed:
    """A day; of a month alone the first, which is told."""
    parsed = cells.parse_date(raw, precision=True)
    if parsed.precision != MONTH:
        return parsed
    told = Message("first_of_month", _("The day is missing; the first of the month is taken."))
    return replace(parsed, warnings=(*parsed.warnings, told))


open_day = partial(cells.parse_date, open_values=True)


def name(raw: Any, *, high: int) -> Parsed:
    """A name as registered; (筹) and an old name in brackets are left out, which is told."""
    parsed = text(2, high + 40)(raw)
    if parsed.value is None:
        return parsed
    typed = parsed.value.replace("(", "（").replace(")", "）")
    bare = without_brackets(typed)
    if bare == typed:
        return text(2, high)(raw)
    said = Message("name_in_brackets", _("The words in brackets are not part of the name."))
    return replace(text(2, high)(bare), warnings=(said,), note=parsed.value)


def without_brackets(typed: str) -> str:
    """The name without the brackets that are no part of it, also where one stands in another."""
    while (bare := IN_BRACKETS.sub("", typed)) != typed:
        typed = bare
    return bare


def credit_code(raw: Any) -> Parsed:
    """A credit code; an old certificate number in its place is kept apart, and told."""
    try:
        return cells.parse_credit_code(raw)
    except CellError:
        typed = cells.parse_text(raw)
        if typed.value is None or not OLD_CERTIFICATE.fullmatch(typed.value.replace(" ", "")):
            raise
    if len(typed.value) > 40:
        raise CellError("text_length_certificate", _("The certificate number is too long."))
    told = Message(
        "old_certificate",
        _("This is an old certificate number; it is kept as such. The credit code is missing."),
    )
    return Parsed(None, (told,), note=typed.value)


def authority(raw: Any) -> Parsed:
    """市 or 区, or the full name of the authority."""
    try:
        return choice(labels.AUTHORITIES)(raw)
    except CellError as unknown:
        found = AUTHORITY.findall(cells.match_key(str(raw)))
        if unknown.code != "unknown_choice" or not found:
            raise
    return Parsed(labels.AUTHORITIES[found[-1]])


def supervising_unit(raw: Any) -> Parsed:
    """The unit's name, or 直接登记 or 无 for none."""
    typed = cells.parse_text(raw, max_length=60)
    if typed.value is None:
        is_none = cells.match_key(str(raw or "")) == labels.NONE
        return replace(typed, value=labels.NONE if is_none else None)
    if cells.match_key(typed.value) in {"直接登记", "直接"}:
        return replace(typed, value=labels.DIRECT)
    return typed


def person(raw: Any) -> Parsed:
    """One person's name; of several the first, which is told."""
    typed = cells.parse_text(raw, max_length=200)
    if typed.value is None:
        return typed
    parts = [part.strip() for part in SEVERAL_NAMES.split(str(raw)) if part.strip()]
    first, *others = parts or [typed.value]
    parsed = text(2, 20)(first)
    if not others or parsed.value is None:
        return parsed
    told = Message("several_names", _("The cell holds several names; the first is taken."))
    return replace(parsed, warnings=(*parsed.warnings, told), note="、".join(others))


def phone(raw: Any) -> Parsed:
    """A telephone number; a masked one, as exports write it, changes nothing."""
    if isinstance(raw, str) and MASKED_PHONE.fullmatch(cells.match_key(raw)):
        return Parsed(None)
    return cells.parse_phone(raw, is_organization=True)


def party_unit(raw: Any) -> Parsed:
    """单独, 联合 or 无; 是 could be either and is asked about."""
    if cells.match_key("" if raw is None else str(raw)) in {"是", "有", "√", "已建"}:
        raise CellError("confirm_party_unit", _("Which kind? Type 单独, 联合 or 无."))
    return choice(labels.PARTY_UNITS)(raw)


def liaison(raw: Any) -> Parsed:
    """有 or 无; the name of a person means 有 and is not kept."""
    try:
        parsed = cells.parse_flag(raw, yes=("已委派",), no=("未委派", "未配备"))
    except CellError as unclear:
        typed = cells.parse_text(raw)
        is_name = typed.value and 2 <= len(typed.value) <= 20 and "兼" not in typed.value
        if unclear.code != "not_a_flag" or not is_name:
            raise
        told = Message("name_dropped", _("The name is not kept: it is taken as 有."))
        return Parsed(True, (told,))
    is_no = parsed.value is None and cells.match_key(str(raw or "")) == labels.NONE
    return replace(parsed, value=False) if is_no else parsed


def grade(raw: Any) -> Parsed:
    """5A to 1A or 未评估; （过期） is told by the date of its end."""
    bare = str(raw).replace("(", "（").partition("（过期")[0] if raw is not None else None
    parsed = cells.parse_choice(bare, labels.GRADES)
    if bare is None or bare == str(raw):
        return parsed
    told = Message("grade_expired", _("Whether the grade has expired follows from its date."))
    return replace(parsed, warnings=(*parsed.warnings, told), note=str(raw))


def team_kind(raw: Any) -> Parsed:
    """One of the kinds; 舞蹈队 and the like say theirs."""
    try:
        return choice(labels.TEAM_KINDS)(raw)
    except CellError as unknown:
        words = [kind for kind, found in TEAM_WORDS.items() if found.search(str(raw))]
        if unknown.code != "unknown_choice" or len(words) != 1:
            raise
    shown = label_of(labels.TEAM_KINDS, words[0])
    text_ = _("“%(value)s” is taken as %(kind)s.")
    told = Message("kind_taken", text_, {"value": str(raw).strip()[:20], "kind": shown})
    return Parsed(words[0], (told,), note=str(raw).strip())


def times(raw: Any) -> Parsed:
    """How often a week; 不定期 says nothing that can be counted, and is kept as the note."""
    if cells.match_key(str(raw or "")) in IRREGULAR:
        return Parsed(None, note=str(raw).strip())
    typed = re.sub("^每?周", "", str(raw)) if isinstance(raw, str) else raw
    parsed = cells.parse_count(typed)
    if parsed.value is not None and parsed.value > 50:
        raise CellError("too_often", _("A team does not meet that often in a week."))
    return parsed


def count(raw: Any) -> Parsed:
    """A whole number of people or things."""
    return cells.parse_count(raw)


def opinion(raw: Any) -> Parsed:
    """同意, 不同意, or what else was written, in short."""
    return text(0, 200)(raw)


def grounds(raw: Any) -> Parsed:
    """What an entry rests on; words with a masked number, as exports write them, say nothing."""
    parsed = text(0, 200)(raw)
    return replace(parsed, value=None) if "****" in (parsed.value or "") else parsed
