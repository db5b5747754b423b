"""Whole scopes in one answer, written while they are read."""

import csv
import json
import re
import time

import orjson
from django.db import connection, transaction
from django.http import StreamingHttpResponse
from django.utils import translation
from rest_framework.renderers import BaseRenderer

LINES_PER_WRITE = 500
# A snapshot that is held longer keeps the database from cleaning up.
LONGEST = 30 * 60
MARK = "\ufeff"
# A spreadsheet would run a cell that begins like this.
FORMULA = re.compile(r"[ \u3000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


class NdjsonRenderer(BaseRenderer):
    """Names the form in content negotiation; the stream writes itself."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class CsvRenderer(BaseRenderer):
    """Names the form in content negotiation; the stream writes itself."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


CONTENT_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class Stream(StreamingHttpResponse):
    """An answer that occupies one of its client's places until it is closed, read or not."""

    def __init__(self, pieces, *, leave, **kwargs):
        super().__init__(pieces, **kwargs)
        self.leave = leave

    def close(self):
        super().close()
        self.leave()


class StreamTooLong(RuntimeError):
    """A client reads so slowly that its snapshot cannot be held any longer."""


def snapshot(pieces):
    """The pieces, all read from one moment of the database, however slowly the client takes them.

    Whoever opens a transaction around this has chosen the snapshot already.
    """
    is_first, started = not connection.in_atomic_block, time.monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_first:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"
            )
        for piece in pieces:
            yield piece
            if time.monotonic() - started > LONGEST:
                raise StreamTooLong


def worded(pieces):
    """The pieces, each made in the language of now, which is left before they are."""
    language = translation.get_language()

    def speaking():
        while True:
            with translation.override(language):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    pieces = iter(pieces)
    return speaking()


def ndjson(rows):
    """Lines of JSON, some hundred at once."""
    for chunk in chunks(rows):
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in chunk)


def comma_separated(columns, rows):
    """Lines of CSV after a header, some hundred at once; every cell quoted, UTF-8 with a mark."""
    lines = []
    writer = csv.writer(Lines(lines), quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    yield (MARK + lines.pop()).encode()
    for chunk in chunks(rows):
        writer.writerows(map(guarded, row) for row in chunk)
        yield "".join(lines).encode()
        lines.clear()


class Lines:
    """A file for ``csv`` that collects lines."""

    def __init__(self, lines):
        self.write = lines.append


def chunks(rows):
    """Lists of some hundred rows."""
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == LINES_PER_WRITE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def cell(value):
    """A value as one cell: flags in words, what has parts as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def cell_at(document, place):
    """The cell at a place of a document; nothing where it has no such part."""
    value = document
    for name in place:
        value = None if value is None else value.get(name)
    return cell(value)


def guarded(value):
    """A text that no spreadsheet takes for a formula; numbers and nothing stay as they are."""
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    return value
