"""What nobody may read of a person: found in a text however it is written, and taken out.

Numbers are looked for in a plain copy of the text: full-width characters as they are typed
otherwise, every dash and blank alike, what nobody sees left out. Between their digits may stand
anything that people put there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

IDENTITY, ACCOUNT, MOBILE = "identity", "account", "mobile"
EMAIL, MESSENGER, NAME = "email", "messenger", "name"

SEPARATORS = " ._/-()[]*|~\\"
# None or several of them; at least one.
S = rf"[{re.escape(SEPARATORS)}]*"
G = rf"[{re.escape(SEPARATORS)}]+"
# (kind, pattern) in the order in which they are looked for: the longer number before the shorter.
NUMBERS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            IDENTITY,
            rf"(?<!\d)[1-9](?:{S}\d){{5}}{S}(?:1{S}[89]|2{S}0)(?:{S}\d){{9}}{S}[\dXx](?!\d)",
        ),
        (IDENTITY, r"(?<![0-9A-Za-z])[1-9]\d{14}(?![0-9A-Za-z])"),
        (IDENTITY, rf"(?<!\d)[1-9]\d{{5}}{G}\d{{6}}{G}\d{{3}}(?!\d)"),
        (ACCOUNT, r"(?<![0-9A-Za-z])[3-9]\d{14,18}(?![0-9A-Za-z])"),
        (
            ACCOUNT,
            rf"(?<![0-9A-Za-z])[3-6]\d{{3}}(?:{G}\d{{4}}){{3}}(?:{G}\d{{1,3}})?(?![0-9A-Za-z])",
        ),
        (MOBILE, rf"(?<!\d)(?:[+0]{{0,3}}86{S}|0{S})?1{S}[3-9](?:{S}\d){{9}}(?!\d)"),
    )
)
MAILBOX = re.compile(r"[A-Za-z0-9][\w.+-]*@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# Mailboxes of offices are theirs to publish.
OFFICES = (".gov.cn", ".org.cn")
WECHAT = re.compile(
    r"(?:(?<=微信)|(?<=微信号)|(?<=微信ID)|(?<=WeChat)|(?<=wechat))[:是为 ]*"
    r"(?P<own>[A-Za-z][A-Za-z0-9_-]{5,19})|(?P<id>wxid_[A-Za-z0-9_-]+)"
)
# Said to be a home, or a room of a house in a lane.
HOMES = re.compile(
    r"(?:家住|家庭住址|家庭地址|住址|现住|居住在|居住于|住在|户籍地址|户籍所在地)[^,，。;；\n]{2,40}"
    r"|(?:[\u3400-\u9fff]{2}[路街道巷村苑坊])?"
    r"(?:\d+(?:弄|支弄|村|号楼|号|幢|栋|单元)[ -]*)+\d{1,4}室"
)
QQ = re.compile(r"QQ(?:号码|号)?[:是为 ]*(?P<own>[1-9]\d{4,11})(?!\d)", re.IGNORECASE)
DATE = re.compile(r"(?<!\d)20\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)")
MONEY = re.compile(r"\d+\.\d{1,2}")
UNITS = ("元", "万", "亿", "%", "平", "㎡")

HAN = r"\u3400-\u9fff"
# A name of two characters may be a word as well: it is one of a person where these stand about it.
BEFORE = "找问请由向与和及同跟是为人系给托叫任工师员事长计"
AFTER = "[在的是为和及与或]|女士|先生|同志|老师|主任|书记|社工|会计|理事|监事|阿姨|师傅|站长|队长"
WHOLE_NAME, SHORTEST_NAME = 3, 2

MOBILE_LENGTH, IDENTITY_LENGTH = 11, 18
MONTHS, DAYS = range(1, 13), range(1, 32)
# GB 11643 and GB 32100: weights and characters of the last place.
IDENTITY_WEIGHTS, IDENTITY_LAST = (
    (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2),
    "10X98765432",
)
CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MASK, HIDDEN = "●", "●●●●"
WIDE_FROM, WIDE_TO, WIDE_BY = "！", "～", 0xFEE0
DOTS, UNSEEN = "·•・‧∙", ("Cf", "Cc", "Mn", "Me")


class Found(NamedTuple):
    """Something personal: of which kind, and where it stands in the text, the end left out."""

    kind: str
    start: int
    end: int


class Redacted(NamedTuple):
    """A text without personal data, and of which kinds something was taken out."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str, *, keep: Iterable[str] = (), names: Iterable[str] = ()) -> Redacted:
    """Take out what ``personal`` finds; the rest stays as it was written. Redacting twice changes
    nothing more."""
    keep, names, kinds = list(keep), list(names), []
    while found := personal(text, keep=keep, names=names):
        kinds += [each.kind for each in found]
        for each in sorted(found, key=lambda one: one.start, reverse=True):
            text = text[: each.start] + HIDDEN + text[each.end :]
    return Redacted(text, tuple(dict.fromkeys(kinds)))


def personal(text: str, *, keep: Iterable[str] = (), names: Iterable[str] = ()) -> list[Found]:
    """Mobile, identity and account numbers, mailboxes, names in WeChat and QQ, and the ``names`` of
    persons in a text, none within another.

    What is in ``keep``, such as the telephone of the office or a credit code, is left, however it
    is written. A name of two characters counts where it cannot be a part of another word.
    """
    plain, places = _plain(text)
    kept = {_bare(_plain(each)[0]) for each in keep if each}
    kept |= {each[-MOBILE_LENGTH:] for each in kept}
    found: list[Found] = []
    for kind, spans in _searches(kept, names):
        for start, end in spans(plain):
            found.append(Found(kind, places[start], places[end - 1] + 1))
            plain = plain[:start] + MASK * (end - start) + plain[end:]
    return found


def homes(text: str, *, keep: Iterable[str] = ()) -> list[str]:
    """What looks like where somebody lives, as it is written; people have to judge it. Addresses of
    offices in ``keep`` are passed over."""
    plain, places = _plain(text)
    offices = ["".join(_plain(each)[0].split()) for each in keep]
    return [
        text[places[hit.start()] : places[hit.end() - 1] + 1]
        for hit in HOMES.finditer(plain)
        if not any(_is_within(hit[0], office) for office in offices)
    ]


def _is_within(said: str, office: str) -> bool:
    """Whether what is said is the office, with or without the words before it."""
    said = "".join(said.split())
    return bool(office) and (said in office or said.endswith(office))


Spans = Callable[[str], Iterable[tuple[int, int]]]


def _searches(kept: set[str], names: Iterable[str]) -> Iterator[tuple[str, Spans]]:
    yield EMAIL, partial(_mailboxes, kept=kept)
    yield MESSENGER, _messengers
    for kind, pattern in NUMBERS:
        yield kind, partial(_numbers, kind=kind, pattern=pattern, kept=kept)
    for name in sorted(set(names), key=len, reverse=True):
        if len(name) >= SHORTEST_NAME:
            yield NAME, partial(_named, name=_plain(name)[0])


# --- the plain copy


def _plain(text: str) -> tuple[str, list[int]]:
    """The plain copy, and for each of its characters where it stands in the text."""
    pairs = [(plain, place) for place, char in enumerate(text) if (plain := _typed(char))]
    return "".join(plain for plain, _place in pairs), [place for _plain, place in pairs]


def _typed(char: str) -> str:
    """One character as it is typed otherwise; empty where nobody sees it."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(char)
    if char.isspace() or category[0] == "Z":
        return " "
    if category in UNSEEN:
        return ""
    if category == "Pd" or char == "−":  # noqa: RUF001  (a minus that is no hyphen)
        return "-"
    if char in DOTS:
        return "."
    return chr(ord(char) - WIDE_BY) if WIDE_FROM <= char <= WIDE_TO else char


def _bare(plain: str) -> str:
    """Its letters and digits alone."""
    return re.sub(r"[^0-9A-Za-z]", "", plain).upper()


# --- what is looked for


def _numbers(
    plain: str, kind: str, pattern: re.Pattern[str], kept: set[str]
) -> list[tuple[int, int]]:
    dated = _without_dates(plain)
    spans, place = [], 0
    while hit := pattern.search(dated, place):
        number = _bare(hit[0])
        is_kept = number in kept or (kind == MOBILE and number[-MOBILE_LENGTH:] in kept)
        if not is_kept and _is_one(kind, hit, dated):
            spans.append(hit.span())
        # Another number may begin within what was none.
        place = hit.end() if is_kept or spans[-1:] == [hit.span()] else hit.start() + 1
    return spans


def _is_one(kind: str, hit: re.Match[str], plain: str) -> bool:
    """Whether what looks like a number of the kind is one."""
    number = _bare(hit[0])
    if kind == MOBILE:
        is_money = MONEY.fullmatch(hit[0]) is not None
        return not (is_money and plain[hit.end() :].lstrip().startswith(UNITS))
    if _is_credit_code(number):
        return False
    is_plain = number == hit[0].upper() and not _touches_letters(hit, plain)
    return kind == ACCOUNT or is_plain or _has_birthday(number)


def _touches_letters(hit: re.Match[str], plain: str) -> bool:
    about = plain[max(hit.start() - 1, 0) : hit.start()] + plain[hit.end() : hit.end() + 1]
    return any(char.isascii() and char.isalpha() for char in about)


def _has_birthday(number: str) -> bool:
    day = number[10:14] if len(number) == IDENTITY_LENGTH else number[8:12]
    return int(day[:2]) in MONTHS and int(day[2:]) in DAYS


def _is_credit_code(number: str) -> bool:
    """Whether it is one of GB 32100 and no identity number."""
    if len(number) != IDENTITY_LENGTH or not set(number) <= set(CODE_CHARACTERS):
        return False
    total = sum(
        CODE_CHARACTERS.index(char) * pow(3, place, 31) for place, char in enumerate(number[:-1])
    )
    is_code = CODE_CHARACTERS[-total % 31] == number[-1]
    return is_code and not _is_identity(number)


def _is_identity(number: str) -> bool:
    digits = number[:-1]
    if not digits.isdigit():
        return False
    total = sum(int(char) * by for char, by in zip(digits, IDENTITY_WEIGHTS, strict=True))
    return IDENTITY_LAST[total % 11] == number[-1]


def _without_dates(plain: str) -> str:
    """Days that stand by themselves begin no number, and go on none."""
    for hit in DATE.finditer(plain):
        if not plain[: hit.start()].rstrip(SEPARATORS)[-1:].isdigit():
            plain = plain[: hit.start()] + MASK * len(hit[0]) + plain[hit.end() :]
    return plain


def _mailboxes(plain: str, kept: set[str]) -> list[tuple[int, int]]:
    hits = MAILBOX.finditer(plain)
    return [
        hit.span()
        for hit in hits
        if not hit[0].lower().endswith(OFFICES) and _bare(hit[0]) not in kept
    ]


def _messengers(plain: str) -> list[tuple[int, int]]:
    spans = [hit.span("own" if hit["own"] else "id") for hit in WECHAT.finditer(plain)]
    return spans + [hit.span("own") for hit in QQ.finditer(plain)]


def _named(plain: str, name: str) -> list[tuple[int, int]]:
    pattern = re.escape(name)
    if len(name) < WHOLE_NAME:
        pattern = rf"(?:(?<![{HAN}])|(?<=[{BEFORE}])){pattern}(?=[^{HAN}]|$|{AFTER})"
    return [hit.span() for hit in re.finditer(pattern, plain)]
