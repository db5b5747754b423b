"""Writing what was found of the duties of districts: only what changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from evaluation.models import DutyFinding, Run
from evaluation.selectors import districts as facts
from evaluation.selectors import duties
from evaluation.selectors.duties import DutyJudgment
from evaluation.services import alarms
from portal.feeds import services as feeds
from portal.jurisdictions.models import Division


def compute(*, run: Run, division_ids: Sequence[int], at: datetime) -> int:
    """Judge every year the districts have records of, and the last and this one anyway; most nights
    only this one.

    Returns how many findings changed. Call it in a transaction: it holds the districts, so that of
    two runs the later one knows more. Eighteen queries a year, however many districts.
    """
    held = Division.objects.filter(pk__in=division_ids).order_by("pk")
    districts = list(held.select_for_update(no_key=True, of=("self",)))
    today = localdate(at)
    years = facts.years_of(districts, today)
    filed = facts.filed_in(districts)
    changed = 0
    for year in sorted({year for known in years.values() for year in known}):
        if run.trigger == Run.Trigger.NIGHT and not _turns_by_itself(year, today):
            continue
        of_year = [district for district in districts if year in years[district.pk]]
        # A past year is judged by the pack in force on its last day.
        pack = run.pack if year == today.year else None
        judged = duties.judge(of_year, year, today, pack=pack, filed=filed)
        changed += _write(judged, year=year, run=run, at=at)
        alarms.tell_of_duty_errors(judged=judged, at=at)
    return changed


def _turns_by_itself(year: int, today: date) -> bool:
    """Whether a night has to look at a year: what is entered or filed about it has runs of its own.

    A year that is over is judged as of its last day, so all January at the latest; and once a month
    every year is, whatever should have told of it.
    """
    return year == today.year or today.month == 1 or today.day == 1


def _write(judged: Mapping[int, DutyJudgment], *, year: int, run: Run, at: datetime) -> int:
    """Close the findings that no longer hold and append those that do; a pack without duties
    closes all."""
    current = {
        (judgment.district_id, rule): _finding(judgment, rule, run, at)
        for judgment in judged.values()
        for rule in judgment.outcomes
    }
    standing = {
        (finding.division_id, finding.rule): finding
        for finding in DutyFinding.objects.standing().filter(division__in=list(judged), year=year)
    }
    fresh = [
        finding
        for key, finding in current.items()
        if key not in standing or _content(standing[key]) != _content(finding)
    ]
    gone = [
        finding
        for key, finding in standing.items()
        if key not in current or _content(current[key]) != _content(finding)
    ]
    DutyFinding.objects.filter(pk__in=[finding.pk for finding in gone]).update(superseded_at=at)
    DutyFinding.objects.bulk_create(fresh)
    _tell({finding.division_id for finding in [*fresh, *gone]})
    return len(fresh)


def _tell(district_ids: Collection[int]) -> None:
    if district_ids:
        districts = Division.objects.filter(pk__in=district_ids)
        feeds.record(resource="districts", places=districts.values_list("code", "path"))


def _finding(judgment: DutyJudgment, rule: str, run: Run, at: datetime) -> DutyFinding:
    outcome = judgment.outcomes[rule]
    as_of: date = judgment.facts.as_of
    return DutyFinding(
        division_id=judgment.district_id,
        rule=rule,
        year=judgment.facts.year,
        as_of=as_of,
        outcome=outcome.outcome,
        reason=outcome.reason,
        figures=outcome.figures,
        in_grace=outcome.in_grace,
        params_version=judgment.setting.version,
        pack=judgment.pack,
        run=run,
        computed_at=at,
    )


def _content(finding: DutyFinding) -> tuple[Any, ...]:
    return (
        *(finding.pack_id, finding.outcome, finding.reason),
        *(finding.figures, finding.in_grace),
    )
