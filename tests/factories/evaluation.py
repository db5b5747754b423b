"""Findings and verdicts as a run leaves them."""

from datetime import UTC, date, datetime

import factory

from evaluation.models import Finding, Run, Verdict

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Run

    as_of = date(2026, 3, 1)
    trigger = "request"
    status = "done"
    requested_at = AT
    finished_at = AT


class FindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Finding

    rule = "ST-09"
    as_of = date(2026, 3, 1)
    outcome = "not_met"
    reason = "no_signage"
    figures = {}
    computed_at = AT


class VerdictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Verdict

    as_of = date(2026, 3, 1)
    computed_at = AT
    rollup = "not_compliant"
    staffing = "compliant"
    premises = "not_compliant"
    funding = "compliant"
    governance = "compliant"


def drops_signage_and_asks_more(content):
    """A version without ST-09, where ST-08 asks for 35 m²."""
    content["rules"] = [rule for rule in content["rules"] if rule["id"] != "ST-09"]
    content["parameters"]["min_area"]["default"] = "35.00"
