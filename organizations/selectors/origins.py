"""What a record of work came from: the case, the help with an inspection, the step of a team."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse

from organizations.models import Case, TeamStep, WorkRecord


class Origin(NamedTuple):
    """What it is called, and the page of the desk that shows it."""

    label: str
    url: str


def origins(records: Iterable[WorkRecord]) -> dict[int, Origin]:
    """Record id → what the record came from; one that was entered by hand is left out. Two
    queries."""
    by_id = {record.pk: record for record in records}
    cases = Case.objects.in_bulk({record.case_id for record in by_id.values() if record.case_id})
    found = {
        pk: Origin(str(cases[record.case_id]), reverse("work:case", args=[record.case_id]))
        for pk, record in by_id.items()
        if record.case_id
    }
    for step in TeamStep.objects.filter(record__in=by_id).select_related("team"):
        if step.record_id is not None:
            label = f"{step.team} · {step.get_kind_display()}"
            found[step.record_id] = Origin(label, reverse("work:team", args=[step.team_id]))
    return found
