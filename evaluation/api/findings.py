"""Findings, in pages and as streams of a whole scope."""

from evaluation.api import documents, examples, filters, schema
from evaluation.api.access import MOMENT, SCOPE, ComplianceView
from evaluation.selectors import findings
from portal.api import pages, streams

FILTERS = (
    *SCOPE,
    *MOMENT,
    filters.RULE,
    filters.RULE_CLASS,
    filters.GROUP,
    filters.OUTCOME,
    filters.CHANGED_SINCE,
)
WAIVER_COLUMNS = (
    *("id", "reason", "until"),
    *("requested_as", "requested_at", "approved_as", "approved_at"),
)


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

    @schema.describe("compliance_findings", schema.FINDING_PAGE, parameters, examples.FINDING_PAGE)
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

    def documents(self):
        """Every finding as a document, counted as it leaves."""
        asked, is_live, shown = self.asked()
        return self.counted(map(shown.finding, findings.finding_rows(*asked, is_live=is_live)))

    def counted(self, documents):
        for document in documents:
            self.sent += 1
            yield document


class FindingNdjson(FindingStream):
    """One finding per line, as JSON."""

    renderer_classes = [streams.NdjsonRenderer]

    @schema.describe(
        "compliance_findings_ndjson",
        schema.NDJSON,
        FILTERS,
        examples.NDJSON,
        media_type="application/x-ndjson",
    )
    def get(self, _request):
        return self.stream(streams.ndjson(self.documents()), "ndjson", "findings")


class FindingCsv(FindingStream):
    """A spreadsheet's text: every cell quoted, evidence as JSON, UTF-8 with a mark."""

    renderer_classes = [streams.CsvRenderer]

    @schema.describe(
        "compliance_findings_csv", schema.CSV, FILTERS, examples.CSV, media_type="text/csv"
    )
    def get(self, _request):
        rows = map(cells, self.documents())
        return self.stream(streams.comma_separated(schema.CSV_COLUMNS, rows), "csv", "findings")


def cells(row):
    """A finding in the order of ``CSV_COLUMNS``."""
    waiver = row["waiver"] or {}
    flat = row | {f"waiver_{name}": waiver.get(name) for name in WAIVER_COLUMNS}
    return [streams.cell(flat[name]) for name in schema.CSV_COLUMNS]
