"""Counts and rates per division and rule."""

from django.utils import timezone

from centers.models import Center
from evaluation.api import documents, examples, filters, schema
from evaluation.api.access import MOMENT, ComplianceView
from evaluation.models import Verdict
from evaluation.rules.base import OUTCOMES
from evaluation.selectors import parameters, summaries, wording
from evaluation.selectors.tallies import Tally
from portal.api import pages
from portal.api.parameters import DIVISION
from portal.jurisdictions.models import Division
from portal.users import roles


class SummaryList(ComplianceView):
    """One row per division, for those who see no single center too."""

    required_capability = roles.Capability.SUMMARY_VIEW
    parameters = (
        DIVISION,
        *MOMENT,
        filters.RULE,
        filters.LEVEL,
        *pages.paging(1),
    )

    def centers(self):
        """A township has one center: its summary is that center's, and asks for as much."""
        centers = super().centers()
        if self.query["level"] == "township":
            may = roles.Capability.COMPLIANCE_VIEW
            centers = centers.filter(pk__in=Center.objects.visible_to(self.request.user, may))
        return centers

    @schema.describe("compliance_summary", schema.SUMMARY_PAGE, parameters, examples.SUMMARY_PAGE)
    def get(self, _request):
        centers, moment = self.centers(), self.moment()
        level = self.query["level"] or "district"
        (after,) = self.query["cursor"] or ("",)
        groups = summaries.groups(centers, level, after=after, limit=pages.size_of(self.query) + 1)
        codes = [code for code, _count in groups]
        counted = summaries.summarize(
            centers, level, codes, moment, is_live=self.needs_judging(centers, moment)
        )
        divisions = {each.code: each for each in Division.objects.filter(code__in=codes)}
        shown, rules = documents.Documents(moment), self.rules(moment)
        return pages.envelope(
            self,
            groups,
            key=lambda group: (group[0],),
            show=lambda group: row(
                divisions[group[0]], level, group[1], counted[group[0]], rules, shown
            ),
            count=lambda: summaries.group_count(centers, level),
        )

    def rules(self, moment):
        """The rules of centers in force, or the one asked for."""
        pack = parameters.pack_in_force(moment.as_of or timezone.localdate(), moment.known_at)
        rules = parameters.parsed(pack).center_rules
        return [rule for rule in rules if self.query["rule"] in (None, rule.id)]


def row(division, level, center_count, summary, rules, shown):
    """The summary of one division; every rate beside its denominator."""
    as_of = summary.as_of and shown.as_of(division.path, summary.as_of).isoformat()
    return {
        "division_code": division.code,
        "division_name": division.name,
        "level": level,
        "as_of": as_of,
        "center_count": center_count,
        "not_evaluated": center_count - summary.rollups.total(),
        "rollups": {rollup: summary.rollups[rollup] for rollup in Verdict.Rollup.values},
        "rules": [tally(Tally(rule, summary.outcomes[rule.id])) for rule in rules],
    }


def tally(counted):
    """The counts of one rule; ``judged`` is the denominator of ``rate``."""
    return {
        "rule": counted.rule.id,
        "clause": counted.rule.clause,
        "class": counted.rule.rule_class,
        "title": wording.rule_title(counted.rule),
        **{outcome: counted.counts[outcome] for outcome in OUTCOMES},
        "judged": counted.judged,
        "rate": None if counted.rate is None else str(counted.rate),
    }
