"""Writing results: only what changed, set-wise, by COPY."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from evaluation.models import Finding, Run, Verdict
from evaluation.models.finding import Result
from evaluation.rules.base import Outcome
from evaluation.selectors import facts
from evaluation.selectors.judgments import Judgment

# Figures that move with the calendar while nothing happens; the explanation recomputes them.
MOVING = frozenset({"days_vacant"})

FINDING_COLUMNS = (
    "center_id",
    "rule",
    "series_on",
    "as_of",
    "run_id",
    "computed_at",
    "outcome",
    "reason",
    "figures",
    "in_grace",
    "waiver_id",
    "params_version",
    "data_version",
)
VERDICT_COLUMNS = (
    *("center_id", "series_on", "as_of", "run_id", "computed_at", "rollup"),
    *Verdict.DIMENSIONS,
)


def write(*, run: Run, judged: Mapping[int, Judgment], as_of: date, at: datetime) -> int:
    """Close the results that no longer hold as of a date and append those that do.

    Returns how many findings changed; an unchanged center costs a read. Call it in a transaction
    that holds the centers.
    """
    versions = facts.data_versions(list(judged))
    findings = {
        (pk, rule): _content(judgment, rule, outcome)
        for pk, judgment in judged.items()
        for rule, outcome in judgment.outcomes.items()
    }
    changed = _replace(
        Finding,
        at,
        findings,
        _standing_findings(run, list(judged)),
        FINDING_COLUMNS,
        lambda key, content: (
            *key,
            run.series_on,
            as_of,
            run.pk,
            at,
            *content,
            judged[key[0]].setting.version,
            versions.get(key[0]),
        ),
    )
    verdicts = {
        (pk,): (judgment.rollup, *(judgment.dimensions[name] for name in Verdict.DIMENSIONS))
        for pk, judgment in judged.items()
    }
    _replace(
        Verdict,
        at,
        verdicts,
        _standing_verdicts(run, list(judged)),
        VERDICT_COLUMNS,
        lambda key, content: (*key, run.series_on, as_of, run.pk, at, *content),
    )
    return changed


def _content(judgment: Judgment, rule: str, outcome: Outcome) -> tuple[Any, ...]:
    figures = {key: value for key, value in outcome.figures.items() if key not in MOVING}
    waiver = judgment.waivers.get(rule)
    return (outcome.outcome, outcome.reason, figures, outcome.in_grace, waiver)


def _standing_findings(run: Run, center_ids: Sequence[int]) -> dict[tuple[Any, ...], Any]:
    """(center, rule) → (id, content)."""
    standing = Finding.objects.standing(run.series_on).filter(center__in=center_ids)
    columns = ("outcome", "reason", "figures", "in_grace", "waiver_id")
    return {
        (center_id, rule): (pk, tuple(content))
        for pk, center_id, rule, *content in standing.values_list(
            "id", "center_id", "rule", *columns
        )
    }


def _standing_verdicts(run: Run, center_ids: Sequence[int]) -> dict[tuple[Any, ...], Any]:
    """(center,) → (id, content)."""
    standing = Verdict.objects.standing(run.series_on).filter(center__in=center_ids)
    return {
        (center_id,): (pk, tuple(content))
        for pk, center_id, *content in standing.values_list(
            "id", "center_id", "rollup", *Verdict.DIMENSIONS
        )
    }


def _replace(
    model: type[Result],
    at: datetime,
    current: Mapping[tuple[Any, ...], tuple[Any, ...]],
    standing: Mapping[tuple[Any, ...], tuple[int, tuple[Any, ...]]],
    columns: Sequence[str],
    line: Any,
) -> int:
    """Close what differs or is gone, append what differs or is new; returns how many appended."""
    gone = [pk for key, (pk, content) in standing.items() if current.get(key) != content]
    if gone:
        model.objects.filter(pk__in=gone).update(superseded_at=at)
    fresh = [
        line(key, content)
        for key, content in current.items()
        if key not in standing or standing[key][1] != content
    ]
    if fresh:
        _copy(model, columns, fresh)
    return len(fresh)


def _copy(
    model: type[Result], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(map(_text, row)))
        buffer.write("\n")
    buffer.seek(0)
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {model._meta.db_table} ({names}) FROM STDIN", buffer)


def _text(value: Any) -> str:
    """One cell in PostgreSQL's COPY text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
