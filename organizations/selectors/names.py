"""How a name is found by the first letters of its pinyin: 重庆商会 by cqsh."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, product
from typing import Any

from pypinyin import Style, load_phrases_dict, pinyin

from portal.cells.text import match_key

# What is stored for a name holds so many readings and characters at most.
READINGS = 8
LENGTH = 240
# Names of places whose characters are read otherwise than alone; every district, street and town of
# the city that the library misreads is among them.
PLACES = {
    "长宁": ("cháng", "níng"),
    "长风": ("cháng", "fēng"),
    "长桥": ("cháng", "qiáo"),
    "长寿": ("cháng", "shòu"),
    "长征": ("cháng", "zhēng"),
    "长白": ("cháng", "bái"),
    "长海": ("cháng", "hǎi"),
    "长兴": ("cháng", "xīng"),
    "闵行": ("mǐn", "háng"),
    "殷行": ("yīn", "háng"),
    "杨行": ("yáng", "háng"),
    "庙行": ("miào", "háng"),
    "徐行": ("xú", "háng"),
    "高行": ("gāo", "háng"),
    "庄行": ("zhuāng", "háng"),
    "重固": ("chóng", "gù"),
    "莘庄": ("xīn", "zhuāng"),
    "大场": ("dà", "chǎng"),
    "堡镇": ("bǔ", "zhèn"),
    "单县": ("shàn", "xiàn"),
}
# Characters of which offices use both readings, each with the letters these begin with.
HETERONYMS = {
    each[0]: each[1:]
    for each in (
        *("长cz", "行xh", "重zc", "乐ly", "单ds", "曾cz", "朝cz", "传cz", "调td"),
        *("会hk", "藏cz", "厦xs", "校xj", "省sx", "参cs", "系xj", "降jx", "解jx"),
        *("盛sc", "提td", "弹dt", "车cj", "泊bp", "折zs", "贾jg", "给gj", "莘xs"),
        *("仇cq", "查cz", "翟zd", "尉wy", "奇qj", "拓tz", "沈sc"),
    )
}


def initials_of(name: str) -> str:
    """The first letters of the name's characters, lower case; where a character can be read in two
    ways each reading, the likeliest first, with a space between them and `READINGS` at most.

    Letters and digits stay, everything else is left out; "" when nothing is left.
    """
    _place_names()
    letters = [_letters(each) for each in _read(match_key(name))]
    found: list[str] = []
    for reading in islice(map("".join, product(*letters)), READINGS):
        if len(" ".join([*found, reading])) <= LENGTH:
            found.append(reading)
    return " ".join(found)


@cache
def _place_names() -> None:
    load_phrases_dict({name: [[one] for one in read] for name, read in PLACES.items()})


def _read(name: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Each character with the letters its readings begin with, as its neighbours suggest."""
    kept: Any = list  # Its annotation does not know that a list is taken too.
    read = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=kept)
    return zip(name, read, strict=True)


def _letters(read: tuple[str, Sequence[str]]) -> Sequence[str]:
    """What may stand for the character; "" where nothing does."""
    character, letters = read
    if letters[0] == character and not (character.isascii() and character.isalnum()):
        return ("",)
    usual = HETERONYMS.get(character, "")
    others = (letter for letter in letters[1:] if letter in usual)
    return tuple(dict.fromkeys((letters[0], *others)))
