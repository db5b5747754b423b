"""A bid as one piece of bytes: what was typed, the files, and blanks up to the next step.

Its length tells no more than how many steps of 64 kB it fills.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

STEP_BYTES = 64 * 1024
MARK = b"BID1"
LENGTH_BYTES = 4
PREFIX_BYTES = len(MARK) + LENGTH_BYTES


class Damaged(ValueError):
    """The bytes are no packed bid."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of a bid: its name, its SHA-256 in hexadecimal, its bytes."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was packed: ``fields`` are JSON values by name."""

    fields: dict[str, Any]
    files: tuple[PackedFile, ...]


def padded(length: int) -> int:
    """Bytes of the steps that ``length`` bytes fill; at least one step."""
    return max(1, -(-length // STEP_BYTES)) * STEP_BYTES


def pack(fields: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> bytearray:
    """Fields and (name, bytes) of files, padded; to be wiped by whoever asked for it."""
    head = json.dumps(
        {
            "fields": dict(fields),
            "files": [
                {"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
                for name, content in files
            ],
        }
    ).encode()
    length = PREFIX_BYTES + len(head) + sum(len(content) for _name, content in files)
    packed = bytearray(padded(length))
    place = 0
    for part in (MARK, len(head).to_bytes(LENGTH_BYTES, "big"), head, *(c for _n, c in files)):
        packed[place : place + len(part)] = part
        place += len(part)
    return packed


def unpack(packed: bytes) -> Unpacked:
    """What ``pack`` was given. Raises ``Damaged``."""
    if packed[: len(MARK)] != MARK or len(packed) % STEP_BYTES:
        raise Damaged("not a packed bid")
    place = PREFIX_BYTES + int.from_bytes(packed[len(MARK) : PREFIX_BYTES], "big")
    try:
        head = json.loads(packed[PREFIX_BYTES:place])
        fields, listed = dict(head["fields"]), [dict(each) for each in head["files"]]
        files = []
        for each in listed:
            content = bytes(packed[place : place + each["bytes"]])
            place += each["bytes"]
            files.append(PackedFile(each["name"], each["sha256"], content))
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("the head cannot be read") from error
    if any(sha256(file.content).hexdigest() != file.sha256 for file in files):
        raise Damaged("a file differs from its hash")
    return Unpacked(fields, tuple(files))
