"""What an upload is by its name, its first bytes and its inside; the three must agree."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import filetype
from django.utils.translation import gettext_lazy as _

from portal import archives, sandbox
from portal.archives import FileRefused, OfficeFormat
from portal.evidence import names
from portal.evidence.models import DOCX, JPEG, LABELS, MAX_STORED_BYTES, PDF, PNG
from portal.sandbox import Limits

CHILD = Path(__file__).with_name("child.py")
HEAD_BYTES = 8192


class EvidenceRefused(FileRefused):
    """The file is not kept; the text says why and what to do."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: ``reader`` is what the child knows it as."""

    media_type: str
    reader: str
    is_image: bool = False


PHOTO = Kind(JPEG, "JPEG", is_image=True)
DRAWING = Kind(PNG, "PNG", is_image=True)
PAPER = Kind(PDF, "PDF")
DOCUMENT = Kind(DOCX, "DOCX")
KINDS = {".jpg": PHOTO, ".jpeg": PHOTO, ".png": DRAWING, ".pdf": PAPER, ".docx": DOCUMENT}
ACCEPT = ",".join(KINDS)

WHAT_IS_TAKEN = _("Taken are pictures (.jpg, .png), PDF and Word documents (.docx).")
AS_PICTURE = _("Save the picture as .jpg or .png.")
AS_PAPER = _("Print it to a PDF, or photograph it.")
ADVICE = {
    **dict.fromkeys((".heic", ".heif", ".webp", ".gif", ".bmp", ".tif", ".tiff"), AS_PICTURE),
    **dict.fromkeys((".svg", ".html", ".htm", ".xhtml", ".mht", ".mhtml", ".xml"), AS_PAPER),
    **dict.fromkeys((".xls", ".xlsx", ".ppt", ".pptx", ".ofd", ".wps", ".et"), AS_PAPER),
    **dict.fromkeys(
        (".zip", ".rar", ".7z", ".tar", ".gz"), _("Unpack it and add its files one by one.")
    ),
    **dict.fromkeys(
        (".doc", ".rtf", ".odt", ".dot", ".dotx", ".docm", ".dotm"),
        _("Open it in Word or WPS and save it as .docx or PDF."),
    ),
}

SAVE_AS_DOCX = _("Open the file in Word or WPS and save it as .docx.")
DOCUMENT_MACROS = _("The document contains macros. Save it as .docx without macros, or as PDF.")
DOCUMENT_EMBEDS = _(
    "The document contains embedded files or controls. Remove them, or save it as PDF."
)
OFFICE = OfficeFormat(
    main_part="word/document.xml",
    old_streams=("WordDocument",),
    forbidden_parts={
        "vbaproject": DOCUMENT_MACROS,
        "/embeddings/": DOCUMENT_EMBEDS,
        "/activex/": DOCUMENT_EMBEDS,
        "/afchunk": DOCUMENT_EMBEDS,
        "oleobject": DOCUMENT_EMBEDS,
    },
    texts={
        "too_large": _("The file is larger than %(limit)s MB. Make its pictures smaller."),
        "other_kind": _("This is not a Word document. %(advice)s"),
        "too_many_parts": _("The document has too many parts. Save it as PDF."),
        "damaged": _("The document is damaged. Open it in Word or WPS and save it again."),
        "password": _("The document has a password. Remove the password and save it again."),
        "old_format": _("This is an old .doc document. %(advice)s"),
        "password_or_old_format": _(
            "The file has a password or is in an old format. Remove the password. %(advice)s"
        ),
        "encrypted": _("The file is encrypted. Remove the password and save it again."),
        "inflates": _("The document is far too large inside. Save it as PDF."),
        "doctype": _("The file declares entities, as no Word document does. %(advice)s"),
        "macros": DOCUMENT_MACROS,
    },
    advice=SAVE_AS_DOCX,
    refusal=EvidenceRefused,
)

# By the code that the child prints.
TEXTS = {
    "pixels": _("The picture has more than 50 million pixels. Save it in a smaller size."),
    "two_kinds": _(
        "The file is a PDF and something else at once, or was cut off. Print it to a new PDF."
    ),
    "encrypted": _("The PDF has a password or is locked. Remove the lock, or scan the paper."),
    "script": _("The PDF contains a script. Print it to a new PDF."),
    "launch": _("The PDF starts programs, opens other files or sends data. Print it to a new PDF."),
    "attached": _("The PDF carries other files inside. Print it to a new PDF."),
    "media": _("The PDF contains sound, film or 3D. Print it to a new PDF."),
    "xfa": _("The PDF is a form that runs by itself (XFA). Print it to a new PDF."),
    "pages": _("The PDF has more than 500 pages. Split it."),
    "no_pages": _("The PDF has no page. Print it to a new PDF."),
    "other_kind": _("This is a template or something else than a Word document. Save it as PDF."),
    "embedded": DOCUMENT_EMBEDS,
    "external": _(
        "The document fetches a template, a picture or text from elsewhere. Save it as PDF."
    ),
    "fields": _("The document contains fields that fetch or run something. Save it as PDF."),
    "too_hard": _("The file is too large or too complicated to be checked. Scan it, or split it."),
    "unreadable": _("The file is damaged and cannot be read. Open it and save it anew."),
}


def inspect(
    path: Path, *, name: str, clean: IO[bytes] | None, limits: Limits | None = None
) -> Kind:
    """The kind of the upload at ``path``, called ``name``; an image is written anew to ``clean``.

    Raises EvidenceRefused unless extension, first bytes and inside say the same, and for whatever
    a file of its kind may not hold.
    """
    kind = kind_of(name)
    if not path.stat().st_size:
        raise EvidenceRefused("empty", _("The file is empty. Choose it again."))
    if kind is DOCUMENT:
        archives.check(path, OFFICE)
    else:
        _refuse_other_content(path, name, kind)
    _look_inside(path, kind, clean, limits or Limits(cpu_seconds=10, file_bytes=MAX_STORED_BYTES))
    return kind


def kind_of(name: str) -> Kind:
    """The kind that a file of this name claims to be; EvidenceRefused when it is none of ours."""
    extension = names.extension(name)
    if extension not in KINDS:
        raise EvidenceRefused(
            "extension",
            _("Files of the kind “%(extension)s” are not taken. %(taken)s %(advice)s"),
            extension=extension or name,
            taken=WHAT_IS_TAKEN,
            advice=ADVICE.get(extension, ""),
        )
    return KINDS[extension]


def _refuse_other_content(path: Path, name: str, kind: Kind) -> None:
    with path.open("rb") as file:
        found = filetype.guess_mime(file.read(HEAD_BYTES))
    if found != kind.media_type:
        raise EvidenceRefused(
            "content",
            _(
                "The file is called %(extension)s but is something else inside (%(found)s)."
                " %(taken)s"
            ),
            extension=names.extension(name),
            found=LABELS.get(found, found or _("no known kind")),
            taken=WHAT_IS_TAKEN,
        )


def _look_inside(path: Path, kind: Kind, clean: IO[bytes] | None, limits: Limits) -> None:
    target = clean if kind.is_image else None
    try:
        output = sandbox.run(CHILD, kind.reader, source=path, target=target, limits=limits)
    except sandbox.ChildEnded as error:
        raise EvidenceRefused("too_hard", TEXTS["too_hard"]) from error
    except sandbox.ChildFailed as error:
        raise EvidenceRefused("unreadable", TEXTS["unreadable"]) from error
    code = json.loads(output).get("refused")
    if code:
        raise EvidenceRefused(code, TEXTS.get(code, TEXTS["unreadable"]))
