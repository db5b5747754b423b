"""Findings, in pages and as streams of a whole scope."""

from functools import cached_property

from django.utils.translation import gettext_lazy as _

from evaluation.api import examples, fields, filters
from evaluation.api.access import SCOPE, Compliance
from evaluation.api.fragments import COLUMNS, CSV, NDJSON, Fragments
from evaluation.selectors import findings
from portal.api import streams
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.users.models import Dataset

FORMS = {"ndjson": NDJSON, "csv": CSV}


@register
class FindingList(Compliance, ListView):
    """Findings by center and rule: the same filters give the same rows in every form."""

    resource = Resource(
        "compliance-findings",
        "compliance/findings/",
        Dataset.COMPLIANCE,
        fields.FINDING,
        key=("center_code", "rule"),
        title=_("Findings"),
        about=_(
            "One row per center and rule: the outcome, its reason and the figures it rests on. "
            "Another day than today is answered from the official results of that day, or judged "
            "while you wait for at most 5,000 centers."
        ),
        moment="both",
        rests_on=("compliance", "centers", "divisions", "standards", "runs", "waivers"),
        example=examples.FINDING,
    )
    filters = (
        *SCOPE,
        filters.RULE,
        filters.RULE_CLASS,
        filters.GROUP,
        filters.OUTCOME,
        filters.CHANGED_SINCE,
    )

    @cached_property
    def asked(self):
        """Which findings are asked for."""
        rule_class, group = self.query["class"], self.query["group"]
        return findings.Wanted(
            rule=self.query["rule"],
            outcome=self.query["outcome"],
            rules_by_pack=self.words.rules_of(rule_class, group) if rule_class or group else None,
            changed_since=self.query["changed_since"],
        )

    def rows(self, after, limit):
        scope = (self.centers(), self.moment, self.asked)
        return findings.finding_rows(*scope, is_live=self.is_live, after=after, limit=limit)

    def key(self, row):
        return (row.center_code, row.rule)

    def show(self, row):
        return self.words.finding(row)

    def count(self):
        scope = (self.centers(), self.moment, self.asked)
        return findings.count_findings(*scope, is_live=self.is_live)

    def lines(self, form):
        """Stored findings leave as they were written before; the rest is made row by row."""
        words = self.words
        if self.is_live or self.wanted is not None:
            return None
        return self.repeated(Fragments(words, FORMS[form]), form)

    def repeated(self, fragments, form):
        """Every stored finding, some hundred lines at once."""
        if form == "csv":
            yield from streams.comma_separated([heading for heading, _place in COLUMNS], ())
        pieces, lines = [], 0
        for told in findings.all_finding_texts(self.centers(), self.moment.as_of, self.asked):
            for place, rows in told:
                pieces += fragments.of(place, rows)
                lines += len(rows)
                if lines >= streams.LINES_PER_WRITE:
                    yield self.counted(pieces, lines)
                    pieces, lines = [], 0
        if pieces:
            yield self.counted(pieces, lines)

    def counted(self, pieces, lines):
        """The pieces as one; their lines have left."""
        self.sent += lines
        return b"".join(pieces)
