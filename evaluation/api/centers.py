"""Centers with their roll-up, their findings explained, and their time line."""

from django.http import Http404

from centers.models import Center
from evaluation.api import documents, examples, filters, schema
from evaluation.api.access import MOMENT, SCOPE, ComplianceView
from evaluation.selectors import explanations, findings, ledgers
from evaluation.selectors.rows import PERIOD_COLUMNS, PeriodRow
from portal.api import pages


class CenterList(ComplianceView):
    """One row per center: roll-up, dimensions and counts."""

    parameters = (*SCOPE, *MOMENT, filters.ROLLUP, *pages.paging(1))

    @schema.describe("compliance_centers", schema.CENTER_PAGE, parameters, examples.CENTER_PAGE)
    def get(self, _request):
        centers, moment = self.centers(), self.moment()
        asked = {
            "is_live": self.needs_judging(centers, moment),
            "rollup": self.query["rollup"],
        }
        (after,) = self.query["cursor"] or ("",)
        limit = pages.size_of(self.query) + 1
        rows = list(findings.center_rows(centers, moment, after=after, limit=limit, **asked))
        shown = documents.Documents(moment)
        names = documents.district_names(row.place.division_code for row in rows)
        return pages.envelope(
            self,
            rows,
            key=lambda row: (row.place.code,),
            show=lambda row: shown.center(row, names),
            count=lambda: findings.count_centers(centers, moment, **asked),
        )


# Of a center that was never evaluated.
UNEXPLAINED = {"findings": [], "information": []}


class OneCenter(ComplianceView):
    """What the views of one center share."""

    def center(self, code):
        """The center, unless the user does not see it: then there is none."""
        centers = self.centers().filter(code=code) if "\0" not in code else Center.objects.none()
        center = centers.select_related("division").first()
        if center is None:
            raise Http404
        return center


class CenterDetail(OneCenter):
    """One center with its findings, each with its explanation."""

    parameters = MOMENT

    @schema.describe("compliance_center", schema.CENTER_DETAIL, parameters, examples.CENTER_DETAIL)
    def get(self, _request, code):
        center, moment = self.center(code), self.moment()
        one = Center.objects.filter(pk=center.pk)
        row = findings.center_with_findings(one, moment, is_live=self.needs_judging(one, moment))
        shown = documents.Documents(moment)
        document = shown.center(row, documents.district_names([row.place.division_code]))
        document |= self.explained(center, moment, shown, row) if row.verdict else UNEXPLAINED
        return self.answer(document, rows=len(row.findings))

    def explained(self, center, moment, shown, row):
        """The findings, each with the explanation of the same day, and what is only recorded."""
        as_of = shown.as_of(row.place.division_path, row.verdict.as_of)
        explained = explanations.explain_all(center, as_of, known_at=moment.known_at)
        by_rule = {explanation.rule.id: explanation for explanation in explained.explanations}
        findings = [
            shown.finding(finding) | {"explanation": documents.explained(by_rule.get(finding.rule))}
            for finding in row.findings
        ]
        information = [documents.information(each) for each in explained.information]
        return {"findings": findings, "information": information}


class CenterHistory(OneCenter):
    """The center's time line: every outcome it had, from when to when, newest first."""

    parameters = (filters.RULE, *pages.paging(1, part=pages.WHOLE))

    @schema.describe(
        "compliance_center_history", schema.PERIOD_PAGE, parameters, examples.PERIOD_PAGE
    )
    def get(self, _request, code):
        moment, center = findings.Moment(at=None), self.center(code)
        periods = findings.periods(center, self.query["rule"])
        page = periods
        if self.query["cursor"]:
            page = periods.filter(pk__lt=int(self.query["cursor"][0]))
        columns = page.values_list(*PERIOD_COLUMNS)[: pages.size_of(self.query) + 1]
        rows, shown = list(map(PeriodRow.read, columns)), documents.Documents(moment)
        causes = ledgers.Causes(center, rows)
        return pages.envelope(
            self,
            rows,
            key=lambda row: (str(row.id),),
            show=lambda row: documents.period(row, shown, causes.of(row)),
            count=periods.count,
        )
