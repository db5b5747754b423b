"""Refusing a workbook by its content before anything parses it (hostile and wrong files)."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext_lazy as _

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
WORKBOOK_PART = "xl/workbook.xml"
CONTENT_TYPES_PART = "[Content_Types].xml"
XML_SUFFIXES = (".xml", ".rels", ".vml")
# The longest marker, less one: what two chunks may share.
DTD_MARKERS = (b"<!DOCTYPE", b"<!ENTITY")
OVERLAP_BYTES = 2 * max(map(len, DTD_MARKERS))
MACRO_TYPES = (b"vbaProject", b"macroEnabled")

# What zipfile raises for an archive that was cut or tampered with.
DAMAGE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)

SAVE_AS_XLSX = _("Open the file in Excel or WPS and save it as .xlsx.")
HAS_MACROS = _("The workbook contains macros. Save it as .xlsx without macros.")
FORBIDDEN_PARTS = {
    "vbaproject": HAS_MACROS,
    "/externallinks/": _(
        "The workbook refers to other files. Break the links (Data, Edit links) and save it again."
    ),
    "/embeddings/": _("The workbook contains embedded files. Remove them and save it again."),
    "/activex/": _("The workbook contains ActiveX controls. Remove them and save it again."),
    "xl/connections.xml": _("The workbook has data connections. Remove them and save it again."),
    "/querytables/": _("The workbook contains data queries. Remove them and save it again."),
}


class WorkbookRefused(DomainError):
    """The file is not read at all; the text says what to do with it."""

    def __init__(self, code: str, text: Any, **params: object) -> None:
        super().__init__(Message(code, text, params))
        self.code = code


def precheck(path: str | Path) -> None:
    """Raise WorkbookRefused unless the file is a plain .xlsx of bounded size.

    Nothing is parsed as XML and nothing is written; every part is inflated once, counted.
    """
    path = Path(path)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WorkbookRefused(
            "too_large",
            _("The file is larger than %(limit)s MB. Split the table or remove pictures."),
            limit=MAX_FILE_BYTES // MEBIBYTE,
        )
    content = path.read_bytes()
    _refuse_ole2(content)
    if not content.startswith(ZIP_SIGNATURE):
        raise _not_a_workbook()
    # Counted first: opening a zip reads its whole directory into memory.
    if content.count(DIRECTORY_ENTRY) > MAX_PARTS:
        raise WorkbookRefused(
            "too_many_parts",
            _("The workbook has too many parts. Copy the table into a new workbook."),
        )
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_names(archive.infolist())
            _check_content(archive)
    except DAMAGE as error:
        raise WorkbookRefused(
            "damaged", _("The file is damaged. Open it in Excel or WPS and save it again.")
        ) from error


def _refuse_ole2(content: bytes) -> None:
    if not content.startswith(OLE2_SIGNATURE):
        return
    if _stream_name("EncryptedPackage") in content:
        raise WorkbookRefused(
            "password", _("The workbook has a password. Remove the password and save it again.")
        )
    if _stream_name("Workbook") in content or _stream_name("Book") in content:
        raise WorkbookRefused(
            "old_format", _("This is an old .xls workbook. %(advice)s"), advice=SAVE_AS_XLSX
        )
    raise WorkbookRefused(
        "password_or_old_format",
        _("The file has a password or is in an old format. Remove the password. %(advice)s"),
        advice=SAVE_AS_XLSX,
    )


def _stream_name(name: str) -> bytes:
    return name.encode("utf-16-le")


def _not_a_workbook() -> WorkbookRefused:
    return WorkbookRefused(
        "not_a_workbook", _("This is not an Excel workbook. %(advice)s"), advice=SAVE_AS_XLSX
    )


def _check_names(parts: list[ZipInfo]) -> None:
    names = [part.filename.replace("\\", "/") for part in parts]
    if len({name.lower() for name in names}) < len(names):
        raise BadZipFile("two parts of one name")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise BadZipFile("a part outside the archive")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise BadZipFile("a compression Excel does not use")
    if any(part.flag_bits & 0x1 for part in parts):
        raise WorkbookRefused(
            "encrypted", _("The file is encrypted. Remove the password and save it again.")
        )
    for name in names:
        _refuse_part(name.lower())
    if WORKBOOK_PART not in names:
        raise _not_a_workbook()


def _refuse_part(name: str) -> None:
    for fragment, text in FORBIDDEN_PARTS.items():
        if fragment in name:
            raise WorkbookRefused("forbidden_part", text)


def _check_content(archive: ZipFile) -> None:
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
            if size > MAX_PART_BYTES or total > MAX_TOTAL_BYTES:
                raise WorkbookRefused(
                    "inflates", _("The workbook is far too large inside. Copy the table alone.")
                )
            _refuse_markers(tail + chunk, markers)
            tail = chunk[-OVERLAP_BYTES:]


def _chunks(archive: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _refuse_markers(text: bytes, markers: tuple[bytes, ...]) -> None:
    # UTF-16 spells a marker with zero bytes between its letters.
    plain = text.replace(b"\0", b"") if markers else b""
    for marker in markers:
        if marker in plain:
            if marker in MACRO_TYPES:
                raise WorkbookRefused("forbidden_part", HAS_MACROS)
            raise WorkbookRefused(
                "doctype",
                _("The file declares entities, as no Excel workbook does. %(advice)s"),
                advice=SAVE_AS_XLSX,
            )
