"""Whatever is tried with a case, in whatever order: the table, the database and the count agree."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from organizations.models import STATES, Case
from organizations.rules.casework import COUNTED, DROPPED
from organizations.services import cases
from tests.organizations.services.test_cases import LEAST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
OPENED = date(2026, 1, 5)
AT = datetime(2029, 1, 5, 1, 0, tzinfo=UTC)
# What some states ask for.
KNOWN = {
    "consultation": {"outcome": "register"},
    "grading": {"notified_grade": "3A"},
    "opinion": {"opinion": "分担", "submitted_to": "街道", "adopted": "yes"},
    "policy_evaluation": {"policy": "办法"},
    "publicity": {"policy": "办法"},
}
# Given with a submission and not before it.
LATE = {"adopted": ("answered",)}


def known(kind, to):
    return {
        field: value
        for field, value in KNOWN.get(kind, {}).items()
        if to in LATE.get(field, (to,)) and not (field == "notified_grade" and to != "notified")
    }


class CaseMachine(RuleBasedStateMachine):
    """One case of a drawn kind, and what a reader of the table expects of it."""

    center = director = None

    def __init__(self):
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    @initialize(kind=st.sampled_from(sorted(STATES)))
    def take_up(self, kind):
        self.kind, self.day, self.status = kind, OPENED, next(iter(STATES[kind]))
        self.case = cases.open_case(
            center=self.center,
            kind=kind,
            title="一件事",
            opened_on=OPENED,
            details=LEAST.get(kind, {}),
            by=self.director,
            at=AT,
        )
        self.years = {OPENED.year} if COUNTED[kind].status == self.status else set()

    def happened(self, to):
        """What the record of work should know after something happened on the day."""
        counted = COUNTED[self.kind]
        if to == DROPPED:
            self.years = set()
        elif counted.is_yearly or (to == counted.status and not self.years):
            self.years.add(self.day.year)

    @rule(data=st.data(), days=st.integers(0, 200))
    def move(self, data, days):
        to = data.draw(st.sampled_from(sorted(STATES[self.kind])))
        self.day = min(self.day + timedelta(days=days), date(2028, 12, 31))
        asked = {
            "case": self.case,
            "to": to,
            "version": self.case.version,
            "happened_on": self.day,
            "text": "办理",
            "details": known(self.kind, to),
            "by": self.director,
            "at": AT,
        }
        if self.status == DROPPED:
            with pytest.raises(cases.CaseDropped):
                cases.move(**asked)
        elif to in STATES[self.kind][self.status]:
            cases.move(**asked)
            self.status = to
            self.happened(to)
        else:
            with pytest.raises(cases.MoveRefused):
                cases.move(**asked)

    @precondition(lambda self: self.status != DROPPED)
    @rule(days=st.integers(0, 200))
    def note(self, days):
        self.day = min(self.day + timedelta(days=days), date(2028, 12, 31))
        cases.note(case=self.case, text="记录", happened_on=self.day, by=self.director, at=AT)
        if STATES[self.kind][self.status] and COUNTED[self.kind].is_yearly:
            self.happened(self.status)

    @precondition(lambda self: self.status != DROPPED)
    @rule(title=st.sampled_from(["一件事", "另一件事"]))
    def correct(self, title):
        cases.correct(
            case=self.case, version=self.case.version, title=title, by=self.director, at=AT
        )

    @invariant()
    def the_database_says_the_same(self):
        stored = Case.objects.get(pk=self.case.pk)
        assert stored.status == self.status
        valid = list(stored.records.valid())
        assert {record.function for record in valid} <= {COUNTED[self.kind].function}
        assert sorted(record.happened_on.year for record in valid) == sorted(self.years)
        assert {record.title for record in valid} <= {stored.title}
        steps = list(stored.steps.order_by("id"))
        assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]


def test_a_case_keeps_to_its_table_and_counts_once(center, diane):
    CaseMachine.center, CaseMachine.director = center, diane
    run_state_machine_as_test(
        CaseMachine, settings=settings(max_examples=15, stateful_step_count=10, deadline=None)
    )
