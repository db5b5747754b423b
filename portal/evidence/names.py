"""The name a file is shown and downloaded under; it is never the name it is stored under."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_CHARACTERS = 100
# What file systems forbid, and what Windows takes for a device.
FORBIDDEN = re.compile(r'[<>:"|?*]')
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def shown(name: str) -> str:
    """The last part of ``name`` without what hides, reorders or steers; "file" when none is left.

    At most 100 characters; the extension is kept and written small.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    visible = "".join(letter for letter in last if _is_plain(letter))
    plain = FORBIDDEN.sub("_", " ".join(visible.split())).strip(". ")
    path = PurePosixPath(plain)
    suffix = path.suffix.lower()[:10]
    stem = path.stem[: MAX_CHARACTERS - len(suffix)].strip(". ") or "file"
    return ("_" if DEVICE.match(stem) else "") + stem + suffix


def extension(name: str) -> str:
    """``.pdf`` of ``合同.PDF``; "" without one."""
    return PurePosixPath(name).suffix.lower()


def _is_plain(letter: str) -> bool:
    """Neither a control, nor invisible, nor half a character."""
    category = unicodedata.category(letter)
    return letter.isspace() or not category.startswith("C") or category == "Co"
