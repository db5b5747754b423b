"""Words of official documents as lines, and the names in them that the portal fills in.

A line is a paragraph, unless it begins with ``# `` or ``## `` (a heading), ``> `` (a note in
brackets), ``| `` (a centred line) or is a block of the portal's own, such as ``@items``; a
backslash before one of these makes it a paragraph again. ``{{center}}`` stands for a value. Which
names and blocks there are is a closed list for each kind of document: nothing is computed here.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}")
BRACE = re.compile(r"[{}]")
HEADINGS = {"# ": 1, "## ": 2}
CENTRED, NOTE, BLOCK, ESCAPE = "| ", "> ", "@", "\\"
MARKS = (*HEADINGS, CENTRED, NOTE, BLOCK, ESCAPE)
ALONE = frozenset(mark.strip() for mark in MARKS)
SIGNATURE, TABLE = "signature", "table"
MOST_LINES = 400


@dataclass(frozen=True)
class Kind:
    """What a kind of document can say: values by name, and blocks of the portal's own."""

    names: frozenset[str]
    blocks: frozenset[str]


def _kind(names: str, blocks: str = "") -> Kind:
    own = frozenset([SIGNATURE, *blocks.split()])
    return Kind(frozenset(["district", "issuer", *names.split()]), own)


KINDS: Mapping[str, Kind] = {
    "rectification_notice": _kind(
        "center township rectification_no title as_of count last_due standard",
        "items requirements",
    ),
    "review_notice": _kind(
        "title year scheme period_from period_to as_of self_due township_due district_due count",
        "centers indicators",
    ),
    "review_result": _kind("center township title year total grade reply_due", "results"),
    "recheck_opinion": _kind("center township title year total reply opinion", "results"),
    "review_bulletin": _kind(
        "title year count excluded excellent good qualified unqualified mean highest lowest",
        "results",
    ),
    "publicity_draft": _kind("title year count publicity_from publicity_until", "results"),
    "briefing": _kind(
        "period as_of centers judged compliant rate expected on_time overdue open_items"
        " closed_items",
        "figures rules",
    ),
    "filing_cover": _kind("center township filing_no matter period submitted", "facts"),
    "review_archive": _kind("title year scheme count published sha256", "results"),
}


class TemplateRefused(ValueError):
    """A line that means nothing: ``line`` from 1, a ``code``, and what ``found`` there."""

    def __init__(self, line: int, code: str, found: str = "") -> None:
        super().__init__(f"line {line}: {code} {found}")
        self.line, self.code, self.found = line, code, found


@dataclass(frozen=True)
class Block:
    """A line as it was understood; ``kind`` is heading, text, line, note or block."""

    kind: str
    text: str
    level: int = 0


def parse(body: str, kind: Kind) -> list[Block]:
    """The lines of a template, blank ones left out.

    Raises ``TemplateRefused`` for a name or a block that the kind does not have, braces that close
    nothing, a heading or note without words, a block that stands twice, and more than 400 lines.
    """
    blocks: list[Block] = []
    for number, line in _lines(body):
        block = _block(number, line)
        if block.kind == "block":
            _refuse_block(number, block.text, kind.blocks, blocks)
        else:
            refuse_names(block.text, kind.names, line=number)
        blocks.append(block)
    return blocks


def refuse_names(text: str, names: Collection[str], *, line: int = 1) -> None:
    """Raise ``TemplateRefused`` for a name that is not among these, or for braces around none."""
    for name in NAME.findall(text):
        if name not in names:
            raise TemplateRefused(line, "unknown_name", name)
    if BRACE.search(NAME.sub("", text)):
        raise TemplateRefused(line, "brace", text[:60])


def fill(
    blocks: Iterable[Block],
    values: Mapping[str, str],
    own: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """The lines with their values, as they are stored; ``own`` gives each block of the portal.

    A value may have several lines; each is a paragraph, and none of them is read as a template.
    """
    written: list[dict[str, Any]] = []
    for block in blocks:
        if block.kind != "block":
            written += _written(block, filled(block.text, values))
        elif block.text == SIGNATURE:
            written.append({"kind": SIGNATURE})
        else:
            written += [dict(each) for each in own[block.text]]
    return written


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values, each put in once."""
    return NAME.sub(lambda found: values[found[1]], text)


def lines_of(content: Iterable[Mapping[str, Any]]) -> str:
    """What is stored, as lines to edit; a table stands as ``@table1``, ``@table2``."""
    lines, tables = [], 0
    for block in content:
        kind, text = block["kind"], block.get("text", "")
        if kind in ("grid", "pairs"):
            tables += 1
            lines.append(f"{BLOCK}{TABLE}{tables}")
        elif kind == SIGNATURE:
            lines.append(BLOCK + SIGNATURE)
        elif kind == "heading":
            lines.append("#" * block["level"] + f" {text}")
        elif kind == "line":
            lines.append(CENTRED + text)
        elif kind == "note":
            lines.append(NOTE + text)
        else:
            lines.append(ESCAPE + text if text.startswith(MARKS) or text in ALONE else text)
    return "\n".join(lines)


def rewritten(text: str, content: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``content`` with the words of the edited lines; its tables stay as they are, where they are
    named. Raises ``TemplateRefused``; names are not filled in any more, so braces are words."""
    tables = [block for block in content if block["kind"] in ("grid", "pairs")]
    known = {f"{TABLE}{number}": [table] for number, table in enumerate(tables, start=1)}
    blocks: list[Block] = []
    for number, line in _lines(text):
        block = _block(number, line)
        if block.kind == "block":
            _refuse_block(number, block.text, {SIGNATURE, *known}, blocks)
        blocks.append(block)
    written: list[dict[str, Any]] = []
    for block in blocks:
        if block.kind != "block":
            written += _written(block, block.text)
        elif block.text == SIGNATURE:
            written.append({"kind": SIGNATURE})
        else:
            written += [dict(table) for table in known[block.text]]
    return written


def _lines(body: str) -> list[tuple[int, str]]:
    lines = [
        (number, line.strip()) for number, line in enumerate(body.splitlines(), 1) if line.strip()
    ]
    if len(lines) > MOST_LINES:
        raise TemplateRefused(lines[MOST_LINES][0], "too_long", str(MOST_LINES))
    return lines


def _block(number: int, line: str) -> Block:
    if line.startswith(ESCAPE):
        return Block("text", _worded(number, line[1:].strip()))
    if line.startswith(BLOCK):
        return Block("block", line[1:].strip())
    for mark, level in HEADINGS.items():
        if line.startswith(mark) or line == mark.strip():
            return Block("heading", _worded(number, line[len(mark) :].strip()), level)
    for mark, kind in ((CENTRED, "line"), (NOTE, "note")):
        if line.startswith(mark) or line == mark.strip():
            return Block(kind, _worded(number, line[len(mark) :].strip()))
    return Block("text", line)


def _worded(number: int, text: str) -> str:
    if not text:
        raise TemplateRefused(number, "no_words")
    return text


def _refuse_block(number: int, name: str, known: Collection[str], before: Sequence[Block]) -> None:
    if name not in known:
        raise TemplateRefused(number, "unknown_block", name)
    if Block("block", name) in before:
        raise TemplateRefused(number, "block_twice", name)


def _written(block: Block, text: str) -> list[dict[str, Any]]:
    if block.kind == "heading":
        return [{"kind": "heading", "level": block.level, "text": " ".join(text.split())}]
    return [
        {"kind": block.kind, "text": line} for line in map(str.strip, text.splitlines()) if line
    ]
