"""Findings, in pages and as streams of a whole scope."""

import csv
import json
import re

from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer

from evaluation.api import documents, examples, filters, pages, schema
from evaluation.api.access import MOMENT, SCOPE, ComplianceView
from evaluation.selectors import findings
from portal.middleware import current_request_id

FILTERS = (
    *SCOPE,
    *MOMENT,
    filters.RULE,
    filters.RULE_CLASS,
    filters.GROUP,
    filters.OUTCOME,
    filters.CHANGED_SINCE,
)
LINES_PER_WRITE = 500
# A spreadsheet would run a cell that begins like this.
FORMULA = re.compile(r"[ \u3000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


class FindingView(ComplianceView):
    """What the list and the streams share: the same filters give the same rows."""

    def asked(self):
        """Arguments of ``finding_rows``, and the documents its rows become."""
        centers, moment = self.centers(), self.moment()
        shown = documents.Documents(moment)
        rule_class, group = self.query["class"], self.query["group"]
        wanted = findings.Wanted(
            rule=self.query["rule"],
            outcome=self.query["outcome"],
            rules_by_pack=shown.rules_of(rule_class, group) if rule_class or group else None,
            changed_since=self.query["changed_since"],
        )
        is_live = self.needs_judging(centers, moment)
        return (centers, moment, wanted), is_live, shown


class FindingList(FindingView):
    """Findings by center and rule, in pages."""

    parameters = (*FILTERS, *pages.paging(2))

    @schema.describe("findings", schema.FINDING_PAGE, parameters, examples.FINDING_PAGE)
    def get(self, _request):
        asked, is_live, shown = self.asked()
        limit = pages.size_of(self.query) + 1
        rows = findings.finding_rows(
            *asked, is_live=is_live, after=self.query["cursor"], limit=limit
        )
        return pages.envelope(
            self,
            rows,
            key=lambda row: (row.center_code, row.rule),
            show=shown.finding,
            count=lambda: findings.count_findings(*asked, is_live=is_live),
        )


class FindingStream(FindingView):
    """All findings of the filters in one answer, written while they are read."""

    parameters = FILTERS
    rows = None

    def stream(self, content_type, write, headers=None):
        """The answer; ``write`` turns documents into pieces of text."""
        asked, is_live, shown = self.asked()
        rows = findings.finding_rows(*asked, is_live=is_live)
        pieces = write(self.counted(map(shown.finding, rows), current_request_id.get()))
        return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)

    def counted(self, rows, request_id):
        """The rows; how many left the house is logged at their end, when the id has gone."""
        number = 0
        try:
            for row in rows:
                number += 1
                yield row
        finally:
            self.log(200, f"{number} request={request_id}")

    def handle_exception(self, exc):
        self.rows = 0
        return super().handle_exception(exc)


class NdjsonRenderer(JSONRenderer):
    """Names the form in content negotiation; the stream writes itself."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class CsvRenderer(JSONRenderer):
    """Names the form in content negotiation; the stream writes itself."""

    media_type = "text/csv"
    format = "csv"


class FindingNdjson(FindingStream):
    """One finding per line, as JSON."""

    renderer_classes = [NdjsonRenderer]

    @schema.describe(
        "findings_ndjson",
        schema.NDJSON,
        FILTERS,
        examples.NDJSON,
        media_type="application/x-ndjson",
    )
    def get(self, _request):
        return self.stream("application/x-ndjson", ndjson)


class FindingCsv(FindingStream):
    """A spreadsheet's text: every cell quoted, evidence as JSON, UTF-8 with a mark."""

    renderer_classes = [CsvRenderer]

    @schema.describe("findings_csv", schema.CSV, FILTERS, examples.CSV, media_type="text/csv")
    def get(self, _request):
        headers = {"Content-Disposition": 'attachment; filename="findings.csv"'}
        return self.stream("text/csv; charset=utf-8", comma_separated, headers)


def ndjson(rows):
    """Lines of JSON, some hundred at once."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for chunk in chunks(rows):
        yield "".join(f"{encode(row)}\n" for row in chunk)


def comma_separated(rows):
    """Lines of CSV after a header, some hundred at once."""
    lines = []
    writer = csv.writer(Lines(lines), quoting=csv.QUOTE_ALL)
    writer.writerow(schema.CSV_COLUMNS)
    yield "\ufeff" + lines.pop()
    for chunk in chunks(rows):
        writer.writerows(map(cells, chunk))
        yield "".join(lines)
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


def cells(row):
    """A finding in the order of ``CSV_COLUMNS``."""
    waiver = row["waiver"] or {}
    flat = row | {
        "evidence": json.dumps(row["evidence"], ensure_ascii=False),
        "in_grace": "true" if row["in_grace"] else "false",
        "waiver_id": waiver.get("id"),
        "waiver_reason": waiver.get("reason"),
        "waiver_until": waiver.get("until"),
        "waiver_requested_as": waiver.get("requested_as"),
        "waiver_requested_at": waiver.get("requested_at"),
        "waiver_approved_as": waiver.get("approved_as"),
        "waiver_approved_at": waiver.get("approved_at"),
    }
    return [guarded(flat[name]) for name in schema.CSV_COLUMNS]


def guarded(value):
    """A text that no spreadsheet takes for a formula; numbers and nothing stay as they are."""
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    return value
