"""Alarms: what could not be computed is told, once a week while it stands, to who can do something
about it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_noop

from centers.models import Center
from evaluation.models import Run
from evaluation.rules.base import ERROR, Outcome
from evaluation.selectors import places
from evaluation.selectors.duties import DutyJudgment
from evaluation.selectors.judgments import Judgment
from portal.inbox import services as inbox
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability

RULE_FAILED = gettext_noop(
    "Rule %(rules)s could not be computed (%(exception)s, trace %(trace_id)s). It is shown as not"
    " computed, never as a verdict, until a later run computes it."
)
PART_FAILED = gettext_noop(
    "A part of evaluation run #%(run)s over %(division)s failed %(attempts)s times. Its centers"
    " keep the results they had."
)


def tell_of_errors(*, judged: Mapping[int, Judgment], at: datetime) -> None:
    """Tell of every rule that raised for one of the centers; nobody twice of one trace in a
    week.

    No query while none raised.
    """
    failures = _failures((pk, judgment.outcomes) for pk, judgment in judged.items())
    _tell(
        {
            trace: (places.districts_of(Center.objects.filter(pk__in=ids)), *rest)
            for trace, (ids, *rest) in failures.items()
        },
        at,
    )


def tell_of_duty_errors(*, judged: Mapping[int, DutyJudgment], at: datetime) -> None:
    """As ``tell_of_errors``, of the duties of districts."""
    failures = _failures((pk, judgment.outcomes) for pk, judgment in judged.items())
    _tell(
        {
            trace: (Division.objects.filter(pk__in=ids), *rest)
            for trace, (ids, *rest) in failures.items()
        },
        at,
    )


def _failures(
    outcomes: Iterable[tuple[int, Mapping[str, Outcome]]],
) -> dict[str, tuple[set[int], set[str], str]]:
    """Trace → (whom it was met for, rules, exception)."""
    failures: dict[str, tuple[set[int], set[str], str]] = {}
    for pk, by_rule in outcomes:
        for rule, outcome in by_rule.items():
            if outcome.outcome == ERROR:
                figures = outcome.figures
                met = failures.setdefault(
                    figures["trace_id"], (set(), set(), figures["exception"])
                )
                met[0].add(pk)
                met[1].add(rule)
    return failures


def _tell(failures: Mapping[str, Any], at: datetime) -> None:
    """Tell of trace → (divisions, rules, exception). All in one go: shards that tell the same
    people must not wait for each other in a circle."""
    letters = [
        letter
        for trace, (divisions, rules, exception) in failures.items()
        for division in divisions
        for letter in _letters(
            division,
            key=f"alarm:{trace}:{localdate(at):%G-W%V}",
            text=RULE_FAILED,
            params={
                "trace_id": trace,
                "exception": exception,
                "rules": ", ".join(sorted(rules)),
            },
            url_path=reverse("compliance:alarms"),
        )
    ]
    inbox.deliver(letters=letters, at=at)


def tell_of_failed_part(*, run: Run, attempts: int, at: datetime) -> None:
    """Tell that a shard was given up; once per run."""
    letters = _letters(
        run.division,
        key=f"run-failed:{run.pk}",
        text=PART_FAILED,
        params={"run": run.pk, "division": run.division.name, "attempts": attempts},
        url_path=reverse("admin:evaluation_run_change", args=[run.pk]),
    )
    inbox.deliver(letters=letters, at=at)


def _letters(division: Division, **news: Any) -> list[tuple[User, inbox.News]]:
    """For those who can start runs there, and the administrators of the portal."""
    people = User.objects.holding(Capability.EVALUATION_RUN, division)
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    told = inbox.News(division_path=division.path, **news)
    return [(user, told) for user in (*people, *administrators)]
