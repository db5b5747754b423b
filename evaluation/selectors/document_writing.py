"""A document's stored words: made of a template and what it is about, edited as lines, and laid
out as a paper.

``content`` begins with a head {kind, issuer, addressee, copies_to}; the blocks after it are those
of ``rules.templating.fill``, and ``grid`` {headers, rows} and ``pairs`` {items}.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from evaluation.models import OfficialDocument
from evaluation.models.document import NUMBERED
from evaluation.rules import templating
from evaluation.rules.templating import TemplateRefused
from evaluation.selectors.document_blocks import Gathered
from evaluation.selectors.document_templates import Words
from portal.cells import Message
from portal.errors import DomainError
from portal.papers import (
    Grid,
    Heading,
    Imprint,
    Letterhead,
    Line,
    Note,
    Pairs,
    Paper,
    Part,
    Signature,
    Text,
    docx,
    pdf,
)
from portal.papers.paper import Block

WRITERS: Mapping[str, Callable[[Paper], bytes]] = {"docx": docx.write, "pdf": pdf.write}
LONGEST_TITLE = 200
REFUSALS = {
    "unknown_name": _("Line %(line)s: “%(found)s” is no name that this kind of document has."),
    "unknown_block": _("Line %(line)s: “@%(found)s” is no part that this kind of document has."),
    "block_twice": _("Line %(line)s: “@%(found)s” stands there twice. Keep one."),
    "brace": _(
        "Line %(line)s: braces stand around no name in “%(found)s”. Write a name as {{name}}."
    ),
    "no_words": _("Line %(line)s: the mark at its beginning has no words. Add them or drop it."),
    "too_long": _("There are more than %(found)s lines. Shorten the text."),
}


class WordsRefused(DomainError):
    """A line of a template or of an edited document that means nothing."""


@dataclass(frozen=True)
class Numbered:
    """A number of the bureau: 机关代字, year, and number in the year."""

    word: str
    year: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕{self.sequence}号"


def refused(error: TemplateRefused) -> WordsRefused:
    """The refusal in words, with the line, what stands there, and what to do."""
    params = {"line": error.line, "found": error.found}
    return WordsRefused(Message(error.code, REFUSALS[error.code], params))


def checked(words: Words) -> None:
    """Raise ``WordsRefused`` unless every line and name of a template is one of its kind's."""
    kind = templating.KINDS[words.kind]
    try:
        templating.parse(words.body, kind)
        for text in (words.title, words.addressee, words.copies_to, words.note):
            templating.refuse_names(text, kind.names)
    except TemplateRefused as error:
        raise refused(error) from error


def written(words: Words, gathered: Gathered) -> tuple[str, list[dict[str, Any]]]:
    """Title and content of a document: the template with what was gathered."""
    values, kind = gathered.values, templating.KINDS[words.kind]
    body = templating.fill(templating.parse(words.body, kind), values, gathered.own)
    if words.note:
        body.append({"kind": "note", "text": templating.filled(words.note, values)})
    head = {
        "kind": "head",
        "issuer": words.issuer,
        "addressee": templating.filled(words.addressee, values),
        "copies_to": templating.filled(words.copies_to, values),
    }
    return templating.filled(words.title, values)[:LONGEST_TITLE], [head, *body]


def head_of(document: OfficialDocument) -> dict[str, str]:
    """Issuer, addressee and copies of a document."""
    blank = {"issuer": "", "addressee": "", "copies_to": ""}
    content = document.content or [{}]
    return blank | {name: content[0].get(name, "") for name in blank}


def lines_of(document: OfficialDocument) -> str:
    """The text of a document, as lines to edit."""
    return templating.lines_of(document.content[1:])


def rewritten(
    document: OfficialDocument, text: str, *, addressee: str, copies_to: str
) -> list[dict[str, Any]]:
    """The content with edited lines; tables stay as they are. Raises ``WordsRefused``."""
    head = {**document.content[0], "addressee": addressee, "copies_to": copies_to}
    try:
        return [head, *templating.rewritten(text, document.content[1:])]
    except TemplateRefused as error:
        raise refused(error) from error


def replaced(
    content: Sequence[dict[str, Any]],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]] | None:
    """The content with what ``before`` says said as in ``after``, both written from one template;
    None where a paragraph that changes is not in the content as it was written."""
    changes = {
        old["text"]: new["text"]
        for old, new in zip(before, after, strict=True)
        if "text" in old and old != new
    }
    if not changes.keys() <= {block.get("text") for block in content}:
        return None
    return [
        {**block, "text": changes.get(block["text"], block["text"])} if "text" in block else block
        for block in content
    ]


def file_of(paper: Paper, suffix: str) -> bytes:
    """The paper as ``docx`` or ``pdf``; the same paper gives the same bytes."""
    with translation.override("zh-hans"):
        return WRITERS[suffix](paper)


def paper_of(
    document: OfficialDocument,
    *,
    number: Numbered | None,
    dated_on: date,
    made_at: datetime,
    mark: str = "",
) -> Paper:
    """The document as a paper, with the number and the day given; ``mark`` tells a draft."""
    head = head_of(document)
    issuer = head["issuer"]
    blocks: list[Block] = []
    if head["addressee"]:
        blocks.append(Line(f"{head['addressee']}："))
    blocks += _blocks(document.content[1:], issuer, dated_on)
    is_numbered = document.kind in NUMBERED
    return Paper(
        title=document.title,
        parts=[Part(blocks)],
        made_at=made_at,
        author=issuer,
        mark=mark,
        letterhead=Letterhead(issuer, str(number or "")) if is_numbered else None,
        imprint=Imprint(issuer, dated_on, head["copies_to"]) if is_numbered else None,
    )


def shown(document: OfficialDocument, dated_on: date) -> list[tuple[str, Block]]:
    """(kind, block) of a document for a page, headings with their numbers."""
    moment = document.issued_at or document.drafted_at
    paper = paper_of(document, number=None, dated_on=dated_on, made_at=moment)
    return [
        (type(block).__name__.lower(), block)
        for _across, blocks in paper.sheets()
        for block in blocks
    ]


def _blocks(content: Sequence[Mapping[str, Any]], issuer: str, dated_on: date) -> list[Block]:
    made: dict[str, Callable[[Mapping[str, Any]], Block]] = {
        "heading": lambda block: Heading(block["text"], block["level"]),
        "text": lambda block: Text(block["text"]),
        "line": lambda block: Line(block["text"], is_centred=True),
        "note": lambda block: Note(block["text"]),
        "grid": lambda block: Grid(block["headers"], block["rows"]),
        "pairs": lambda block: Pairs([(name, value) for name, value in block["items"]]),
        "signature": lambda _block: Signature(issuer, dated_on),
    }
    return [made[block["kind"]](block) for block in content]
