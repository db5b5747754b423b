"""Refusing an Office file by the parts of its zip, before anything parses it.

``check`` is the same for every kind of Office file; an ``OfficeFormat`` says which part makes the
kind, what no such file may hold, and the sentences with which it is refused.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from portal.cells import Message
from portal.errors import DomainError

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 20 * MEBIBYTE
MAX_PARTS = 500
MAX_PART_BYTES = 64 * MEBIBYTE
MAX_TOTAL_BYTES = 128 * MEBIBYTE
CHUNK_BYTES = 64 * 1024

OLE2_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
ZIP_SIGNATURE = b"PK\x03\x04"
DIRECTORY_ENTRY = b"PK\x01\x02"
CONTENT_TYPES_PART = "[Content_Types].xml"
XML_SUFFIXES = (".xml", ".rels", ".vml")
# The longest marker, less one: what two chunks may share.
DTD_MARKERS = (b"<!DOCTYPE", b"<!ENTITY")
OVERLAP_BYTES = 2 * max(map(len, DTD_MARKERS))
MACRO_TYPES = (b"vbaProject", b"macroEnabled")

# What zipfile raises for an archive that was cut or tampered with.
DAMAGE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)


class FileRefused(DomainError):
    """The file is not taken at all; the text says what to do with it."""

    def __init__(self, code: str, text: Any, **params: object) -> None:
        super().__init__(Message(code, text, params))
        self.code = code


@dataclass(frozen=True)
class OfficeFormat:
    """A kind of Office file. ``forbidden_parts`` maps a fragment of a part's name to a sentence,
    ``texts`` a reason for refusal to one; ``old_streams`` are those of the kind before zip; the
    sizes are those of what is inside, inflated."""

    main_part: str
    old_streams: tuple[str, ...]
    forbidden_parts: Mapping[str, Any]
    texts: Mapping[str, Any]
    advice: Any
    refusal: type[FileRefused]
    max_part_bytes: int = MAX_PART_BYTES
    max_total_bytes: int = MAX_TOTAL_BYTES

    def refused(self, code: str, **params: object) -> FileRefused:
        """The refusal with this reason, ready to raise."""
        params = {"limit": MAX_FILE_BYTES // MEBIBYTE, "advice": self.advice, **params}
        return self.refusal(code, self.texts[code], **params)


def check(path: Path, office: OfficeFormat) -> None:
    """Raise the format's refusal unless the file is a plain one of bounded size.

    Nothing is parsed as XML and nothing is written; every part is inflated once, counted.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise office.refused("too_large")
    content = path.read_bytes()
    _refuse_ole2(content, office)
    if not content.startswith(ZIP_SIGNATURE):
        raise office.refused("other_kind")
    # Counted first: opening a zip reads its whole directory into memory.
    if content.count(DIRECTORY_ENTRY) > MAX_PARTS:
        raise office.refused("too_many_parts")
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_names(archive.infolist(), office)
            _check_content(archive, office)
    except DAMAGE as error:
        raise office.refused("damaged") from error


def _refuse_ole2(content: bytes, office: OfficeFormat) -> None:
    if not content.startswith(OLE2_SIGNATURE):
        return
    if _stream_name("EncryptedPackage") in content:
        raise office.refused("password")
    if any(_stream_name(name) in content for name in office.old_streams):
        raise office.refused("old_format")
    raise office.refused("password_or_old_format")


def _stream_name(name: str) -> bytes:
    return name.encode("utf-16-le")


def _check_names(parts: list[ZipInfo], office: OfficeFormat) -> None:
    names = [part.filename.replace("\\", "/") for part in parts]
    if len({name.lower() for name in names}) < len(names):
        raise BadZipFile("two parts of one name")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise BadZipFile("a part outside the archive")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise BadZipFile("a compression Office does not use")
    if any(part.flag_bits & 0x1 for part in parts):
        raise office.refused("encrypted")
    for name in names:
        _refuse_part(name.lower(), office)
    if office.main_part not in names:
        raise office.refused("other_kind")


def _refuse_part(name: str, office: OfficeFormat) -> None:
    for fragment, text in office.forbidden_parts.items():
        if fragment in name:
            raise office.refusal("forbidden_part", text)


def _check_content(archive: ZipFile, office: OfficeFormat) -> None:
    total = 0
    for part in archive.infolist():
        markers: tuple[bytes, ...] = (
            DTD_MARKERS if part.filename.lower().endswith(XML_SUFFIXES) else ()
        )
        if part.filename == CONTENT_TYPES_PART:
            markers += MACRO_TYPES
        size, tail = 0, b""
        for chunk in _chunks(archive, part):
            size += len(chunk)
            total += len(chunk)
            if size > office.max_part_bytes or total > office.max_total_bytes:
                raise office.refused("inflates")
            _refuse_markers(tail + chunk, markers, office)
            tail = chunk[-OVERLAP_BYTES:]


def _chunks(archive: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _refuse_markers(text: bytes, markers: tuple[bytes, ...], office: OfficeFormat) -> None:
    # UTF-16 spells a marker with zero bytes between its letters.
    plain = text.replace(b"\0", b"") if markers else b""
    for marker in markers:
        if marker in plain:
            if marker in MACRO_TYPES:
                raise office.refusal("forbidden_part", office.texts["macros"])
            raise office.refused("doctype")
