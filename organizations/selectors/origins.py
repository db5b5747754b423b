"""What a record of work came from: the case, the help with an inspection, the step of a team, the
report of a sign of risk; and what the apps above entered."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from django.urls import reverse

from organizations.models import Case, EarlyWarning, InspectionHelp, TeamStep, WorkRecord


class Origin(NamedTuple):
    """What it is called, and the page of the desk that shows it."""

    label: str
    url: str


# Ids of records → what those of them came from that the app above entered. One query.
Source = Callable[[Collection[int]], dict[int, Origin]]

_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Name an app above that enters records, and what it knows of them."""
    _sources[name] = source


def origins(records: Iterable[WorkRecord]) -> dict[int, Origin]:
    """Record id → what the record came from; one that was entered by hand is left out. Four
    queries, and one for each app above that enters records."""
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
    helps = InspectionHelp.objects.filter(record__in=by_id)
    for each in helps.select_related("inspection__organization"):
        if each.record_id is not None:
            label = f"{each.inspection.organization} · {each.get_kind_display()}"
            page = reverse("work:inspection", args=[each.inspection_id])
            found[each.record_id] = Origin(label, page)
    reports = {EarlyWarning.episode_of_report(pk): pk for pk in by_id}
    for warning in EarlyWarning.objects.filter(episode__in=reports):
        page = reverse("work:warning", args=[warning.pk])
        found[reports[warning.episode]] = Origin(str(warning), page)
    for source in _sources.values():
        found |= source(by_id.keys())
    return found
