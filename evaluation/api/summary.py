"""Counts and rates per division and rule."""

from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.api import examples, fields, filters
from evaluation.api.access import Compliance
from evaluation.models import Verdict
from evaluation.rules.base import OUTCOMES
from evaluation.selectors import parameters, summaries, wording
from evaluation.selectors.tallies import Tally
from portal.api.parameters import DIVISION
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.jurisdictions.models import Division
from portal.users import roles
from portal.users.models import Dataset


@register
class SummaryList(Compliance, ListView):
    """One row per division, for those who see no single center too."""

    required_capability = roles.Capability.SUMMARY_VIEW
    resource = Resource(
        "compliance-summary",
        "compliance/summary/",
        Dataset.COMPLIANCE,
        fields.SUMMARY,
        key=("division_code",),
        title=_("Compliance in sums"),
        about=_(
            "One row per district, or per street or town: centers by overall conclusion and by "
            "outcome of each rule, every rate beside its denominator."
        ),
        moment="both",
        rests_on=("compliance", "centers", "divisions", "standards", "runs", "waivers"),
        example=examples.SUMMARY,
    )
    filters = (DIVISION, filters.RULE, filters.LEVEL)

    def centers(self):
        """A township has one center: its summary is that center's, and asks for as much."""
        centers = super().centers()
        if self.level == "township":
            may = roles.Capability.COMPLIANCE_VIEW
            centers = centers.filter(pk__in=Center.objects.visible_to(self.request.user, may))
        return centers

    @property
    def level(self):
        return self.query["level"] or "district"

    @cached_property
    def rules(self):
        """The rules of centers in force, or the one asked for."""
        as_of = self.moment.as_of or timezone.localdate()
        pack = parameters.pack_in_force(as_of, self.moment.known_at)
        rules = parameters.parsed(pack).center_rules
        return [rule for rule in rules if self.query["rule"] in (None, rule.id)]

    def rows(self, after, limit):
        (code,) = after or ("",)
        return iter(summaries.groups(self.centers(), self.level, after=code, limit=limit))

    def prepare(self, rows):
        codes = [code for code, _count in rows]
        self.counted = summaries.summarize(
            self.centers(), self.level, codes, self.moment, is_live=self.is_live
        )
        self.divisions = {each.code: each for each in Division.objects.filter(code__in=codes)}

    def key(self, row):
        return row[:1]

    def show(self, row):
        code, count = row
        division, summary = self.divisions[code], self.counted[code]
        return document(division, self.level, count, summary, self.rules, self.words)

    def count(self):
        return summaries.group_count(self.centers(), self.level)


def document(division, level, center_count, summary, rules, words):
    """The summary of one division; every rate beside its denominator."""
    as_of = summary.as_of and words.as_of(division.path, summary.as_of).isoformat()
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
