"""Centers with their roll-up, their findings explained, and their time line."""

from functools import cached_property

import orjson
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.api import documents, examples, fields, filters
from evaluation.api.access import SCOPE, Compliance, DetailView
from evaluation.api.fragments import LIST, Fragments, as_list
from evaluation.selectors import explanations, findings, ledgers
from evaluation.selectors.rows import PERIOD_COLUMNS, PeriodRow
from portal.api import Fault, Problem, pages, schema
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.users.models import Dataset

CODE = schema.path_parameter("code", _("Code of the center."))
# Each center brings all its findings.
LARGEST_WITH_FINDINGS = 100


@register
class CenterList(Compliance, ListView):
    """One row per center: roll-up, dimensions, counts and, if asked for, its findings."""

    resource = Resource(
        "compliance-centers",
        "compliance/centers/",
        Dataset.COMPLIANCE,
        (*fields.CENTER, fields.FINDINGS),
        key=("code",),
        title=_("Compliance of centers"),
        about=_(
            "One row per center: overall conclusion, a conclusion for each part of the standard, "
            "and how many rules have which outcome. Another day than today is answered from the "
            "official results of that day, or judged while you wait for at most 5,000 centers."
        ),
        moment="both",
        feed="compliance",
        rests_on=("compliance", "centers", "divisions", "standards", "runs", "waivers"),
        example=examples.CENTER | {"findings": None},
    )
    filters = (*SCOPE, filters.ROLLUP, filters.INCLUDE)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        size = self.query.get("page_size") or 0
        if self.includes_findings and size > LARGEST_WITH_FINDINGS:
            message = _("With include=findings a page has at most %(maximum)s centers.")
            said = str(message) % {"maximum": LARGEST_WITH_FINDINGS}
            raise Problem(400, "unknown_value", said, [Fault("page_size", str(size), said)])

    @property
    def includes_findings(self):
        return self.query["include"] == "findings" and self.asks_for("findings")

    @property
    def repeats(self):
        """Whether stored findings go out as they were written before."""
        parts = self.wanted and self.wanted.get("findings")
        return not self.is_live and self.asked_form != "csv" and not parts

    def rows(self, after, limit):
        (code,) = after or ("",)
        return self.of(self.centers(), self.includes_findings, after=code, limit=limit)

    def of(self, centers, with_findings, **asked):
        """Rows of the centers; ``with_findings`` each with its findings."""
        read = None
        if with_findings:
            read = findings.with_texts if self.repeats else findings.with_findings
        asked |= {"is_live": self.is_live, "rollup": self.query["rollup"]}
        return findings.center_rows(centers, self.moment, read=read, **asked)

    def prepare(self, rows):
        self.names = documents.district_names(row.place.division_code for row in rows)

    def key(self, row):
        return (row.place.code,)

    def show(self, row):
        found = self.findings_of(row) if self.includes_findings else None
        return self.words.center(row, self.names) | {"findings": found}

    def findings_of(self, row):
        """The center's findings as documents, or as bytes that say the same."""
        if not self.repeats:
            return [self.words.finding(finding) for finding in row.findings]
        pieces = self.fragments.of(row.place, row.findings)
        return orjson.Fragment(as_list(pieces))

    @cached_property
    def fragments(self):
        return Fragments(self.words, LIST)

    def count(self):
        asked = {"is_live": self.is_live, "rollup": self.query["rollup"]}
        return findings.count_centers(self.centers(), self.moment, **asked)

    def documents(self, keys):
        with_findings = self.asks_for("findings")
        rows = list(self.of(self.centers().filter(code__in=keys), with_findings))
        self.prepare(rows)
        found = {}
        for row in rows:
            document = self.words.center(row, self.names)
            document["findings"] = self.findings_of(row) if with_findings else None
            found[row.place.code] = self.cut(document)
        return found


# Of a center that was never evaluated.
UNEXPLAINED = {"findings": [], "information": []}


class OneCenter(Compliance):
    """What the views of one center share."""

    def in_path(self):
        return [CODE]

    def center(self):
        """The center, unless the user does not see it: then there is none."""
        centers = self.centers().filter(code=self.kwargs["code"])
        center = centers.select_related("division").first()
        if center is None:
            raise Http404
        return center


class CenterDetail(OneCenter, DetailView):
    """One center with its findings, each with its explanation."""

    resource = Resource(
        "compliance-center",
        "compliance/centers/{code}/",
        Dataset.COMPLIANCE,
        (*fields.CENTER, fields.EXPLAINED, fields.INFORMATION),
        key=("code",),
        title=_("Compliance of one center, explained"),
        about=_(
            "One center with every finding: what was measured, what is required, which filed rows "
            "counted, and what would mend it."
        ),
        moment="both",
        streams=False,
        example=examples.CENTER_DETAIL,
    )
    shape = "ComplianceCenterDetail"

    def get(self, _request, code):
        center = self.center()
        one = Center.objects.filter(pk=center.pk)
        row = findings.center_with_findings(one, self.moment, is_live=self.needs_judging(one))
        names = documents.district_names([row.place.division_code])
        document = self.words.center(row, names)
        document |= self.explained(center, row) if row.verdict else UNEXPLAINED
        return self.answer(self.cut(document), rows=len(row.findings))

    def explained(self, center, row):
        """The findings, each with the explanation of the same day, and what is only recorded."""
        as_of = self.words.as_of(row.place.division_path, row.verdict.as_of)
        explained = explanations.explain_all(center, as_of, known_at=self.moment.known_at)
        by_rule = {explanation.rule.id: explanation for explanation in explained.explanations}
        findings = [
            self.words.finding(finding)
            | {"explanation": documents.explained(by_rule.get(finding.rule))}
            for finding in row.findings
        ]
        information = [documents.information(each) for each in explained.information]
        return {"findings": findings, "information": information}


class CenterHistory(OneCenter, ListView):
    """The center's time line: every outcome it had, from when to when, newest first."""

    resource = Resource(
        "compliance-center-history",
        "compliance/centers/{code}/history/",
        Dataset.COMPLIANCE,
        fields.PERIOD,
        key=("id",),
        title=_("Time line of a center"),
        about=_(
            "Every outcome a center had in the standing results, from when to when and what it "
            "came by, newest first; with known_at as it was recorded by then."
        ),
        streams=False,
        example=examples.PERIOD,
    )
    filters = (filters.RULE, filters.RECORDED_BY)
    parts = (pages.WHOLE,)

    @property
    def moment(self):
        # The standing results; known_at says by when they were recorded.
        return findings.Moment(at=None)

    def periods(self):
        return findings.periods(self.center(), self.query["rule"], self.query["known_at"])

    def rows(self, after, limit):
        page = self.periods()
        if after:
            page = page.filter(pk__lt=int(after[0]))
        return map(PeriodRow.read, page.values_list(*PERIOD_COLUMNS)[:limit])

    def prepare(self, rows):
        self.causes = ledgers.Causes(self.center(), rows)

    def key(self, row):
        return (str(row.id),)

    def show(self, row):
        return documents.period(row, self.words, self.causes.of(row), self.query["known_at"])

    def count(self):
        return self.periods().count()
