"""Writing results: only what changed, set-wise, by COPY."""

import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from centers.models import Center
from evaluation.models import Finding, Run, Verdict
from evaluation.models.finding import Result
from evaluation.selectors import facts
from evaluation.selectors.judgments import Judgment
from evaluation.signals import results_changed
from portal.batches import ANY_IDS, any_of, compiled, uncollected
from portal.feeds import services as feeds

# Figures that move with the calendar while nothing happens; the explanation recomputes them.
MOVING = frozenset({"days_vacant"})

# What a result says, whoever said it when; and a standing row: its id and what it says.
Content = tuple[Any, ...]
Standing = tuple[int, Content]
FindingKey = tuple[int, str]

# The columns every line of a shard repeats.
STAMP = ("series_on", "as_of", "run_id", "computed_at")
FINDING_COLUMNS = (
    *("center_id", "rule", *STAMP),
    *("outcome", "reason", "figures", "in_grace", "waiver_id", "params_version", "data_version"),
)
VERDICT_COLUMNS = ("center_id", *STAMP, "rollup", *Verdict.DIMENSIONS, "not_computed")

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Figures repeat from center to center.
_parsed = lru_cache(maxsize=10_000)(json.loads)


@uncollected()
def write(*, run: Run, judged: Mapping[int, Judgment], as_of: date, at: datetime) -> int:
    """Close the results that no longer hold as of a date and append those that do.

    Returns how many findings changed; an unchanged center costs a read. Call it in a transaction
    that holds the centers.
    """
    stamp = "\t".join(map(_text, (run.series_on, as_of, run.pk, at)))
    gone, findings, rules = _compared(_findings(judged), _standing_findings(run, judged))
    _close(Finding, gone, at)
    _copy(Finding, FINDING_COLUMNS, _finding_lines(findings, judged, stamp))
    gone, verdicts, centers = _compared(_verdicts(judged), _standing_verdicts(run, judged))
    _close(Verdict, gone, at)
    _copy(Verdict, VERDICT_COLUMNS, _verdict_lines(verdicts, stamp))
    if run.series_on is None:
        _tell({pk for pk, _rule in rules} | centers)
    return len(findings)


def _tell(center_ids: Collection[int]) -> None:
    """Tell the feed whose standing results changed, and whoever follows them; those of a date are
    asked for by the date."""
    if center_ids:
        centers = Center.objects.filter(any_of("id", center_ids))
        feeds.record(resource="compliance", places=centers.values_list("code", "division__path"))
        ids = sorted(center_ids)
        # What was written stands, whatever becomes of those who follow it.
        tell = partial(results_changed.send_robust, sender=Finding, ids=ids)
        transaction.on_commit(tell)


def _findings(judged: Mapping[int, Judgment]) -> Iterator[tuple[FindingKey, Content]]:
    for pk, judgment in judged.items():
        waivers = judgment.waivers
        for rule, outcome in judgment.outcomes.items():
            figures = outcome.figures
            if not MOVING.isdisjoint(figures):
                figures = {name: value for name, value in figures.items() if name not in MOVING}
            yield (
                (pk, rule),
                (outcome.outcome, outcome.reason, figures, outcome.in_grace, waivers.get(rule)),
            )


def _verdicts(judged: Mapping[int, Judgment]) -> Iterator[tuple[int, Content]]:
    for pk, judgment in judged.items():
        dimensions = [judgment.dimensions[name] for name in Verdict.DIMENSIONS]
        # An array as PostgreSQL writes it.
        yield pk, (judgment.rollup, *dimensions, f"{{{','.join(judgment.not_computed)}}}")


def _standing_findings(run: Run, center_ids: Iterable[int]) -> dict[FindingKey, Standing]:
    standing: dict[FindingKey, Standing] = {
        (center_id, rule): (pk, (outcome, reason, _parsed(figures), in_grace, waiver_id))
        for center_id, rule, pk, outcome, reason, figures, in_grace, waiver_id in (
            _finding_rows(run.series_on)(center_ids)
        )
    }
    return standing | _of_other_packs(run, center_ids)


@lru_cache(maxsize=8)
def _finding_rows(series_on: date | None) -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    rows = Finding.objects.standing(series_on).filter(any_of("center_id", ANY_IDS))
    return compiled(
        rows.values_list(
            *("center_id", "rule", "id", "outcome", "reason"),
            Cast("figures", TextField()),
            *("in_grace", "waiver_id"),
        )
    )


@lru_cache(maxsize=8)
def _verdict_rows(series_on: date | None) -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    rows = Verdict.objects.standing(series_on).filter(any_of("center_id", ANY_IDS))
    not_computed = Cast("not_computed", TextField())
    return compiled(
        rows.values_list("center_id", "id", "rollup", *Verdict.DIMENSIONS, not_computed)
    )


def _of_other_packs(run: Run, center_ids: Iterable[int]) -> dict[FindingKey, Standing]:
    """What another pack found says nothing any more: a finding names the pack that judged it."""
    if not Run.objects.exclude(pack=run.pack_id).exists():
        return {}
    standing = Finding.objects.standing(run.series_on).filter(any_of("center_id", center_ids))
    rows = standing.exclude(run__pack=run.pack_id).values_list("center_id", "rule", "id")
    return {(center_id, rule): (pk, ()) for center_id, rule, pk in rows}


def _standing_verdicts(run: Run, center_ids: Iterable[int]) -> dict[int, Standing]:
    rows = _verdict_rows(run.series_on)(center_ids)
    return {center_id: (pk, tuple(content)) for center_id, pk, *content in rows}


def _compared(
    current: Iterable[tuple[Any, Content]], standing: dict[Any, Standing]
) -> tuple[list[int], list[tuple[Any, Content]], set[Any]]:
    """Ids of the standing rows that no longer hold; what holds and does not stand yet; and the keys
    of both."""
    gone: list[int] = []
    fresh: list[tuple[Any, Content]] = []
    for key, content in current:
        held = standing.pop(key, None)
        if held is None:
            fresh.append((key, content))
        elif held[1] != content:
            gone.append(held[0])
            fresh.append((key, content))
    gone += [pk for pk, _content in standing.values()]
    return gone, fresh, {key for key, _content in fresh} | standing.keys()


def _finding_lines(
    fresh: Sequence[tuple[FindingKey, Content]], judged: Mapping[int, Judgment], stamp: str
) -> Iterator[str]:
    ids = {pk for (pk, _rule), _content in fresh}
    newest = facts.data_versions(list(ids)) if ids else {}
    versions = {pk: f"{judged[pk].setting.version}\t{_text(newest.get(pk))}" for pk in ids}
    for (pk, rule), (outcome, reason, figures, in_grace, waiver_id) in fresh:
        text = _json(figures).replace("\\", "\\\\") if figures else "{}"
        yield (
            f"{pk}\t{_text(rule)}\t{stamp}\t{outcome}\t{_text(reason)}\t{text}"
            f"\t{_text(in_grace)}\t{_text(waiver_id)}\t{versions[pk]}\n"
        )


def _verdict_lines(fresh: Sequence[tuple[int, Content]], stamp: str) -> Iterator[str]:
    for pk, verdicts in fresh:
        yield f"{pk}\t{stamp}\t" + "\t".join(verdicts) + "\n"


def _close(model: type[Result], ids: Sequence[int], at: datetime) -> None:
    if ids:
        model.objects.filter(any_of("id", ids)).update(superseded_at=at)


def _copy(model: type[Result], columns: Sequence[str], lines: Iterable[str]) -> None:
    text = "".join(lines)
    if text:
        command = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        with connection.cursor() as cursor:
            cursor.copy_expert(command, io.BytesIO(text.encode()), 1 << 16)


@lru_cache(maxsize=10_000, typed=True)
def _text(value: Any) -> str:
    """One cell in PostgreSQL's COPY text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
