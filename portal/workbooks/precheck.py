"""Refusing a workbook by its content before anything parses it (hostile and wrong files)."""

from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portal import archives
from portal.archives import MEBIBYTE, FileRefused, OfficeFormat

SAVE_AS_XLSX = _("Open the file in Excel or WPS and save it as .xlsx.")
HAS_MACROS = _("The workbook contains macros. Save it as .xlsx without macros.")


class WorkbookRefused(FileRefused):
    """The file is not read at all; the text says what to do with it."""


WORKBOOK = OfficeFormat(
    main_part="xl/workbook.xml",
    old_streams=("Workbook", "Book"),
    forbidden_parts={
        "vbaproject": HAS_MACROS,
        "/externallinks/": _(
            "The workbook refers to other files. Break the links (Data, Edit links) and save it"
            " again."
        ),
        "/embeddings/": _("The workbook contains embedded files. Remove them and save it again."),
        "/activex/": _("The workbook contains ActiveX controls. Remove them and save it again."),
        "xl/connections.xml": _(
            "The workbook has data connections. Remove them and save it again."
        ),
        "/querytables/": _("The workbook contains data queries. Remove them and save it again."),
    },
    texts={
        "too_large": _(
            "The file is larger than %(limit)s MB. Split the table or remove pictures."
        ),
        "other_kind": _("This is not an Excel workbook. %(advice)s"),
        "too_many_parts": _(
            "The workbook has too many parts. Copy the table into a new workbook."
        ),
        "damaged": _("The file is damaged. Open it in Excel or WPS and save it again."),
        "password": _("The workbook has a password. Remove the password and save it again."),
        "old_format": _("This is an old .xls workbook. %(advice)s"),
        "password_or_old_format": _(
            "The file has a password or is in an old format. Remove the password. %(advice)s"
        ),
        "encrypted": _("The file is encrypted. Remove the password and save it again."),
        "inflates": _("The workbook is far too large inside. Copy the table alone."),
        "doctype": _("The file declares entities, as no Excel workbook does. %(advice)s"),
        "macros": HAS_MACROS,
    },
    advice=SAVE_AS_XLSX,
    refusal=WorkbookRefused,
)

# 200,000 rows of a register; read row by row, so what it takes of memory stays the same.
LARGE_WORKBOOK = replace(WORKBOOK, max_part_bytes=512 * MEBIBYTE, max_total_bytes=640 * MEBIBYTE)


def precheck(path: str | Path, office: OfficeFormat = WORKBOOK) -> None:
    """Raise WorkbookRefused unless the file is a plain .xlsx of bounded size.

    Nothing is parsed as XML and nothing is written; every part is inflated once, counted.
    """
    archives.check(Path(path), office)
