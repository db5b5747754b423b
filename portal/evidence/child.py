"""The child process that reads one upload: no Django, no network, little memory.

Run by ``portal.sandbox`` with the upload on standard input and its kind as argument; see
``inspection``. Prints one JSON object: empty, or with the code of what makes the file unsafe. An
image is decoded and written anew, without anything but its pixels, to the descriptor given last.
"""

import errno
import json
import logging
import os
import re
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile, is_zipfile

MAX_PIXELS = 50_000_000
MAX_PAGES = 500
MAX_OBJECTS = 200_000
JPEG_QUALITY = 90

# What a dictionary of a PDF names when it runs, starts, sends, fetches or carries something.
PDF_DANGERS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/Launch": "launch",
    "/SubmitForm": "launch",
    "/ImportData": "launch",
    "/GoToR": "launch",
    "/GoToE": "launch",
    "/EmbeddedFile": "attached",
    "/EmbeddedFiles": "attached",
    "/EF": "attached",
    "/FileAttachment": "attached",
    "/RichMedia": "media",
    "/RichMediaContent": "media",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/3D": "media",
    "/XFA": "xfa",
}
# Long enough never to stand in compressed bytes by chance.
PDF_WORDS = {name: code for name, code in PDF_DANGERS.items() if len(name) > 6}
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
PDF_END = b"%%EOF"

RELATION = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types Override"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# What a part may be to a document only when it lies inside, and what it may never be.
LINKS = ("http://", "https://", "mailto:", "#")
EMBEDDED = ("oleobject", "package", "afchunk", "control", "activexcontrolbinary", "vbaproject")
# QUOTE spells another field out of numbers.
FETCHING_FIELD = re.compile(
    r"\0\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|QUOTE)\b", re.IGNORECASE
)


class Unsafe(Exception):
    """The file is refused; the argument is the code of the reason."""


def read_image(stream: BinaryIO, kind: str, target: BinaryIO) -> None:
    """Decode every pixel and write a new image: turned upright, with no other data."""
    from PIL import Image, ImageOps  # noqa: PLC0415  (only for images: each import costs memory)

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image: Any = Image.open(stream, formats=[kind])
        if image.width * image.height > MAX_PIXELS:
            raise Unsafe("pixels")
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unsafe("pixels") from error
    # A phone keeps the picture lying and says so beside it; what is beside it is dropped.
    with suppress(SyntaxError, ValueError, KeyError, TypeError, struct.error):
        ImageOps.exif_transpose(image, in_place=True)
    if kind == "JPEG" and image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    seen_through = image.info.get("transparency") if kind == "PNG" else None
    image.info = {} if seen_through is None else {"transparency": seen_through}
    try:
        image.save(target, kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {}))
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise Unsafe("too_hard") from error
        raise


def read_pdf(stream: BinaryIO, _kind: str) -> None:
    """Look at every object the file has; nothing is rendered and no stream is decoded for it."""
    from pypdf import PdfReader  # noqa: PLC0415  (as above)
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    content = stream.read()
    if not content.startswith(b"%PDF-") or _has_more_behind(content) or is_zipfile(stream):
        raise Unsafe("two_kinds")
    _refuse_words(content)
    reader = PdfReader(stream)
    if reader.is_encrypted:
        raise Unsafe("encrypted")
    keys = {(key, generation) for generation, found in reader.xref.items() for key in found}
    keys |= {(key, 0) for key in reader.xref_objStm}
    if len(keys) > MAX_OBJECTS:
        raise Unsafe("too_hard")
    pages = _refuse_dangers(reader.trailer)
    for key, generation in sorted(keys):
        pages += _refuse_dangers(reader.get_object(IndirectObject(key, generation, reader)))
        if pages > MAX_PAGES:
            raise Unsafe("pages")
    if not pages:
        raise Unsafe("no_pages")


def _has_more_behind(content: bytes) -> bool:
    _before, mark, rest = content.rpartition(PDF_END)
    return not mark or bool(rest.strip(b"\0\t\r\n\f "))


def _refuse_words(content: bytes) -> None:
    """Older states of a file, and objects no table lists, are looked through as they stand."""
    plain = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    for name, code in PDF_WORDS.items():
        if name.encode() in plain:
            raise Unsafe(code)


def _refuse_dangers(top: Any) -> int:
    """Refuse what names a danger anywhere in the object; whether the object is a page."""
    from pypdf.generic import NameObject  # noqa: PLC0415

    stack = [top]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            for key in value:
                _refuse_name(key)
            # As they stand, references not followed: each object is looked at once.
            stack.extend(dict.values(value))
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, NameObject):
            _refuse_name(value)
    return int(isinstance(top, dict) and top.get("/Type") == "/Page")


def _refuse_name(name: str) -> None:
    if name in PDF_DANGERS:
        raise Unsafe(PDF_DANGERS[name])


def read_docx(stream: BinaryIO, _kind: str) -> None:
    """Look at what the parts refer to and at the fields that fetch something."""
    with ZipFile(stream) as archive:
        types = _elements(archive, "[Content_Types].xml", TYPES)
        if MAIN_TYPE not in [item.get("ContentType") for item in types]:
            raise Unsafe("other_kind")
        for name in archive.namelist():
            _look_at_part(archive, name)


def _look_at_part(archive: ZipFile, name: str) -> None:
    if name.lower().endswith(".rels"):
        for relation in _elements(archive, name, RELATION):
            _refuse_relation(relation)
    elif name.lower().endswith(".xml") and FETCHING_FIELD.search(_fields(archive, name)):
        raise Unsafe("fields")


def _refuse_relation(relation: dict[str, str]) -> None:
    kind = relation.get("Type", "").rpartition("/")[2].lower()
    if kind in EMBEDDED:
        raise Unsafe("embedded")
    target = relation.get("Target", "").strip().lower()
    is_outside = relation.get("TargetMode", "").lower() == "external" or "://" in target
    if is_outside and not (kind == "hyperlink" and target.startswith(LINKS)):
        raise Unsafe("external")


def _elements(archive: ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    """Attributes of every element of this name in a part."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == tag:
            found.append(attributes)

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return found


def _fields(archive: ZipFile, part: str) -> str:
    """The instructions of a part's fields; Word may split one over several runs."""
    text = ["\0"]
    is_open = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_open
        is_open = name.endswith(" instrText")
        if name.endswith(" fldChar"):
            text.append("\0")
        text.extend(f"\0{value}\0" for key, value in attributes.items() if key.endswith(" instr"))

    def characters(data: str) -> None:
        if is_open:
            text.append(data)

    def end(_name: str) -> None:
        nonlocal is_open
        is_open = False

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return "".join(text)


READERS: dict[str, Callable[..., None]] = {
    "JPEG": read_image,
    "PNG": read_image,
    "PDF": read_pdf,
    "DOCX": read_docx,
}


def _targets(numbers: list[str]) -> Iterator[BinaryIO]:
    return (os.fdopen(int(number), "wb") for number in numbers)


def main(kind: str, *numbers: str) -> None:
    """Read standard input and print what is wrong with it, if anything."""
    warnings.simplefilter("ignore")
    logging.disable()
    answer = {}
    try:
        READERS[kind](sys.stdin.buffer, kind, *_targets(list(numbers)))
    except Unsafe as unsafe:
        answer = {"refused": unsafe.args[0]}
    except MemoryError:
        answer = {"refused": "too_hard"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
