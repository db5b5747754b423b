"""What one writes first: a loop over centers with the ORM, the same rules, a save per result."""

import time
from datetime import date

from django.db import transaction
from django.utils import timezone

from centers.models import ROW_MODELS, Center, Section
from evaluation import rules
from evaluation.models import Finding, Run
from evaluation.rules.facts import CenterFacts
from evaluation.rules.rollup import roll_up
from evaluation.selectors import parameters
from evaluation.selectors.facts import SHAPES

# So many centers; what all of them would take is reckoned from these.
SAMPLE = 200
# A series of its own, which nobody asks for.
SERIES = date(2001, 1, 1)


def seconds_per_center(as_of: date) -> float:
    """Seconds that one center takes."""
    run = Run.objects.latest("pk")
    centers = list(Center.objects.select_related("division").order_by("pk")[:SAMPLE])
    started = time.perf_counter()
    for center in centers:
        with transaction.atomic():
            _evaluate(center, run, as_of)
    return (time.perf_counter() - started) / len(centers)


def _evaluate(center: Center, run: Run, as_of: date) -> None:
    path = center.division.path
    setting = parameters.settings_for([path], run.pack, as_of)[path]
    outcomes = rules.evaluate(_facts(center, as_of), setting.pack.center_rules, setting.values)
    for rule, outcome in outcomes.items():
        Finding(
            center=center,
            rule=rule,
            series_on=SERIES,
            as_of=as_of,
            run=run,
            computed_at=timezone.now(),
            outcome=outcome.outcome,
            reason=outcome.reason,
            figures=outcome.figures,
            in_grace=outcome.in_grace,
        ).save()
    roll_up((rule.rule_class, outcomes[rule.id], False) for rule in setting.pack.center_rules)


def _facts(center: Center, as_of: date) -> CenterFacts:
    filed = {}
    for kind, (fact, columns) in SHAPES.items():
        accepted = Section.objects.filter(center=center, kind=kind, status="accepted")
        section = accepted.order_by("-decided_at", "-id").first()
        if section is not None:
            rows = ROW_MODELS[kind].objects.filter(section=section).order_by("position")
            filed[kind] = tuple(
                fact(row.position, *(getattr(row, column) for column in columns)) for row in rows
            )
    return CenterFacts(as_of=as_of, **filed)
