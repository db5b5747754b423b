"""A yearly pack as files: a zip with its text and hashes, a workbook, and an official paper.

The same pack gives the same bytes: nothing of the reader or of the hour goes into them. All of them
are Chinese, whatever language the reader's pages are in.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from evaluation.models import CityPack
from evaluation.selectors import city_pack_words, city_packs
from evaluation.selectors.city_pack_words import (
    EVIDENCE,
    GROUP_LABELS,
    NOTE_KINDS,
    UNITS,
    Labels,
)
from portal.papers import Grid, Heading, Line, Note, Pairs, Paper, Part, Signature, Text, date_text
from portal.papers import docx as word
from portal.workbooks import Column, SheetContent, write

# The oldest date a zip can carry: the pack's own dates stand in its text.
PACKED_AT = (1980, 1, 1, 0, 0, 0)
# Where a workbook says when it was written.
PROPERTIES = "docProps/core.xml"
WRITTEN_AT = re.compile(rb">[0-9-]{10}T[0-9:]{8}Z<")
# A cell that begins so is a formula to a spreadsheet.
FORMULA = re.compile(r"[ \u3000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def archive(pack: CityPack) -> bytes:
    """The pack as a zip: ``content.json`` exactly as hashed, figures, centers and evidence as
    CSV, the explanations, and the SHA-256 of each."""
    with translation.override(settings.LANGUAGE_CODE):
        parts = {
            "content.json": pack.content.encode(),
            "figures.csv": _table(_figure_headers(), map(_figure_cells, _figures(pack))),
            "centers.csv": _table(_center_headers(), _centers(pack)),
            "evidence.csv": _table(_evidence_headers(), _evidence(pack)),
            "notes.md": _notes(pack).encode(),
        }
    sums = "".join(f"{sha256(part).hexdigest()}  {name}\n" for name, part in parts.items())
    return _packed({**parts, "SHA256SUMS": sums.encode()})


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of named parts that says nothing of the hour it was made at."""
    packed = BytesIO()
    with ZipFile(packed, "w") as target:
        for name, part in parts.items():
            entry = ZipInfo(name, PACKED_AT)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, part)
    return packed.getvalue()


def workbook(target: BinaryIO, pack: CityPack) -> None:
    """The pack as a workbook: what it is, its figures, the centers, what proves them."""
    with translation.override(settings.LANGUAGE_CODE):
        about = [{"name": name, "value": value} for name, value in _about(pack)]
        figures = [
            dict(zip(_FIGURE_FIELDS, _figure_cells(row), strict=True)) for row in _figures(pack)
        ]
        centers = [dict(zip(_CENTER_FIELDS, row, strict=True)) for row in _centers(pack)]
        evidence = [dict(zip(_EVIDENCE_FIELDS, row, strict=True)) for row in _evidence(pack)]
        sheets = [
            SheetContent(
                _("About"),
                [
                    Column("name", _("item"), is_text=True),
                    Column("value", _("value"), is_text=True),
                ],
                about,
            ),
            SheetContent(_("Figures"), _columns(_FIGURE_FIELDS, _figure_headers()), figures),
            SheetContent(_("Centers"), _columns(_CENTER_FIELDS, _center_headers()), centers),
            SheetContent(_("Evidence"), _columns(_EVIDENCE_FIELDS, _evidence_headers()), evidence),
        ]
        written = BytesIO()
        write(sheets, written, has_guide=False)
    target.write(_settled(written, pack.submitted_at or pack.built_at))


def _settled(workbook: BytesIO, at: datetime) -> bytes:
    """The workbook as if it was written at a moment of the pack's."""
    moment = f">{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}<".encode()
    with ZipFile(workbook) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts[PROPERTIES] = WRITTEN_AT.sub(moment, parts[PROPERTIES])
    return _packed(parts)


def comparison(target: BinaryIO, found: city_packs.Comparison) -> None:
    """Districts side by side as a workbook: every figure, the year before, and who could learn
    from whom."""
    with translation.override(settings.LANGUAGE_CODE):
        labels = Labels(next(iter(found.packs.values()), None))
        names = {each.code: each.name for each in found.districts}
        districts = [Column(code, name, is_text=True) for code, name in names.items()]
        figure = [
            Column("label", _("figure"), is_text=True),
            Column("unit", _("unit"), is_text=True),
        ]

        def rows(part: str) -> list[dict[str, Any]]:
            return [
                {"label": labels[each.key], "unit": str(UNITS[each.unit])} | getattr(each, part)
                for each in found.figures
            ]

        suggested = [
            {
                "label": labels[each.key],
                "strong": names[each.strong],
                "strong_value": each.strong_value,
                "weak": names[each.weak],
                "weak_value": each.weak_value,
                "gap": each.gap,
            }
            for each in found.suggestions
        ]
        heads = {
            "label": _("figure"),
            "strong": _("strong"),
            "strong_value": _("value"),
            "weak": _("weak"),
            "weak_value": _("value of the weak"),
            "gap": _("gap"),
        }
        columns = [Column(name, head, is_text=True) for name, head in heads.items()]
        sheets = [
            SheetContent(_("Figures"), [*figure, *districts], rows("values")),
            SheetContent(_("Year before"), [*figure, *districts], rows("last_year")),
            SheetContent(_("Exchanges"), columns, suggested),
        ]
        write(sheets, target, has_guide=False)


def paper(pack: CityPack) -> bytes:
    """The pack as a Word document in the layout of official papers."""
    with translation.override(settings.LANGUAGE_CODE):
        return word.write(_paper(pack))


def _paper(pack: CityPack) -> Paper:
    blocks: list[Any] = [
        Line(_("%(district)s: version %(number)s") % _named(pack), is_centred=True),
        Pairs(_about(pack)),
    ]
    for group in city_pack_words.groups(pack):
        blocks.append(Heading(group.label))
        rows = [
            (
                said.label,
                f"{said.value or _('unknown')} {said.unit if said.value else ''}".strip(),
                said.share,
                said.last_year or "—",
                said.change or "—",
            )
            for said in group.figures
        ]
        headers = (_("figure"), _("value"), _("share"), _("last year"), _("change"))
        blocks.append(Grid(headers, rows))
        blocks += [
            Text(f"{said.label}（{kind}）：{text}")
            for said in group.figures
            for kind, text in said.notes
        ]
    if centers := city_pack_words.centers(pack):
        blocks.append(Heading(_("Centers on the day")))
        heads = (_("center"), _("roll-up"), _("rules met"), _("rules not met"))
        cells = [
            (f"{each.code} {each.name}", each.rollup_label, str(each.met), "、".join(each.not_met))
            for each in centers
        ]
        blocks.append(Grid(heads, cells))
    if pack.submitted_at:
        blocks.append(Signature(pack.division.name, localdate(pack.submitted_at)))
    blocks.append(Note(f"SHA-256 {pack.sha256}"))
    return Paper(
        title=_("Yearly report of %(district)s on the centers of its streets and towns, %(year)s")
        % _named(pack),
        parts=[Part(blocks)],
        made_at=pack.submitted_at or pack.built_at,
        author=pack.division.name,
        mark=pack.sha256[:16],
    )


def _named(pack: CityPack) -> dict[str, Any]:
    return {"district": pack.division.name, "year": pack.year, "number": pack.number}


def _about(pack: CityPack) -> list[tuple[str, str]]:
    told: list[tuple[Any, str]] = [
        (_("district"), pack.division.name),
        (_("year"), str(pack.year)),
        (_("version of the pack"), str(pack.number)),
        (_("figures as of"), date_text(pack.as_of)),
        (_("as known at"), f"{localtime(pack.known_at):%Y-%m-%d %H:%M:%S}"),
    ]
    if pack.reason:
        told.append((_("reason for the correction"), pack.reason))
    if pack.submitted_at:
        told += [
            (_("signed by"), pack.signer),
            (_("submitted at"), f"{localtime(pack.submitted_at):%Y-%m-%d %H:%M}"),
        ]
    return [*told, ("SHA-256", pack.sha256)]


_FIGURE_FIELDS = (
    *("key", "group", "label", "value", "unit", "numerator", "denominator", "of"),
    *("parts", "last_year", "change", "evidence"),
)
_CENTER_FIELDS = ("code", "name", "township", "rollup", "met", "not_met", "no_data")
_EVIDENCE_FIELDS = ("kind", "key", "label", "sha256")


def _figure_headers() -> list[str]:
    return [
        *(_("key"), _("group"), _("figure"), _("value"), _("unit")),
        *(_("numerator"), _("denominator"), _("denominator is"), _("made of")),
        *(_("last year"), _("change"), _("proven by")),
    ]


def _center_headers() -> list[str]:
    return [
        *(_("code"), _("center"), _("township"), _("roll-up")),
        *(_("rules met"), _("rules not met"), _("rules without data")),
    ]


def _evidence_headers() -> list[str]:
    return [_("kind"), _("key"), _("what it is"), "SHA-256"]


def _figures(pack: CityPack) -> Iterator[tuple[Mapping[str, Any], city_pack_words.Said]]:
    told = {said.key: said for group in city_pack_words.groups(pack) for said in group.figures}
    for figure in city_packs.content(pack)["figures"]:
        yield figure, told[figure["key"]]


def _figure_cells(row: tuple[Mapping[str, Any], city_pack_words.Said]) -> list[Any]:
    figure, said = row
    return [
        figure["key"],
        str(GROUP_LABELS[figure["group"]]),
        said.label,
        figure["value"],
        said.unit,
        figure["numerator"],
        figure["denominator"],
        said.of,
        said.parts,
        figure["last_year"],
        figure["change"],
        said.evidence,
    ]


def _centers(pack: CityPack) -> Iterator[list[Any]]:
    for each in city_pack_words.centers(pack):
        yield [
            *(each.code, each.name, each.township, each.rollup_label, each.met),
            *("、".join(each.not_met), "、".join(each.no_data)),
        ]


def _evidence(pack: CityPack) -> Iterator[list[str]]:
    for each in city_packs.content(pack)["evidence"]:
        kind = str(EVIDENCE.get(each["kind"], each["kind"]))
        yield [kind, each["key"], each["label"], each["sha256"]]


def _columns(fields: tuple[str, ...], headers: list[str]) -> list[Column]:
    return [
        Column(field, header, is_text=True) for field, header in zip(fields, headers, strict=True)
    ]


def _notes(pack: CityPack) -> str:
    labels = Labels(pack)
    lines = [f"# {_('Explanations')}", ""]
    for note in pack.notes:
        lines += [f"## {labels[note['figure']]}", "", f"{NOTE_KINDS[note['kind']]}", ""]
        lines += [note["text"], ""]
    return "\n".join(lines) if pack.notes else f"# {_('Explanations')}\n\n{_('none')}\n"


def _table(headers: list[str], rows: Any) -> bytes:
    """A CSV that spreadsheets open as UTF-8 and take no formula from."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(str(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
