"""Evaluation runs: what was asked for, how far it is, what failed."""

from django.http import Http404
from django.utils import timezone

from evaluation.api import documents, examples, filters, schema
from evaluation.api.access import ComplianceView
from evaluation.models import Run, Shard
from evaluation.selectors import progress
from portal.api import pages
from portal.api.parameters import DIVISION

FAILED_SHOWN = 100


class RunView(ComplianceView):
    """What the list and one run share: the runs over divisions the user sees."""

    def runs(self):
        visible = Run.objects.visible_to(self.request.user)
        return visible.select_related("division", "pack").defer("pack__content")


class RunList(RunView):
    """Runs, the newest first."""

    parameters = (
        DIVISION,
        filters.RUN_STATUS,
        filters.TRIGGER,
        filters.RUN_AS_OF,
        *pages.paging(1, part=pages.WHOLE),
    )

    @schema.describe("compliance_runs", schema.RUN_PAGE, parameters, examples.RUN_PAGE)
    def get(self, _request):
        found = self.narrowed()
        page = found.order_by("-pk")
        if self.query["cursor"]:
            page = page.filter(pk__lt=int(self.query["cursor"][0]))
        runs = list(page[: pages.size_of(self.query) + 1])
        at = timezone.now()
        how_far = progress.of_runs(runs, at)
        return pages.envelope(
            self,
            runs,
            key=lambda run: (str(run.pk),),
            show=lambda run: run_row(run, how_far[run.pk]),
            count=found.count,
        )

    def narrowed(self):
        """The runs as the query asks."""
        found = self.runs()
        if self.query["division"]:
            found = found.filter(division__path__startswith=self.query["division"].path)
        wanted = {name: self.query[name] for name in ("status", "trigger", "as_of")}
        return found.filter(**{name: value for name, value in wanted.items() if value})


class RunDetail(RunView):
    """One run, with the parts that failed."""

    @schema.describe("compliance_run", schema.RUN_DETAIL, (), examples.RUN_DETAIL)
    def get(self, _request, pk):
        run = self.runs().filter(pk=pk).first()
        if run is None:
            raise Http404
        failed = run.shards.filter(state=Shard.State.FAILED).order_by("position")
        document = run_row(run, progress.of_run(run, timezone.now()))
        document["failed_parts"] = [part_row(shard) for shard in failed[:FAILED_SHOWN]]
        return self.answer(document)


def run_row(run, how_far):
    """One run without the names of people."""
    return {
        "id": run.pk,
        "division_code": run.division.code,
        "division_name": run.division.name,
        "as_of": run.as_of.isoformat(),
        "series": run.series_on and run.series_on.isoformat(),
        "trigger": run.trigger,
        "trigger_label": run.get_trigger_display(),
        "status": run.status,
        "status_label": run.get_status_display(),
        "pack": str(run.pack),
        "requested_at": documents.time(run.requested_at),
        "resumed_at": documents.time(run.resumed_at),
        "cancelled_at": documents.time(run.cancelled_at),
        "finished_at": documents.time(run.finished_at),
        "findings_changed": how_far.changed_count,
        "progress": progress_row(how_far),
    }


def progress_row(how_far):
    """How far a run is; whole seconds, the pace as text."""
    pace, remaining = how_far.centers_per_second, how_far.remaining
    return {
        "parts": how_far.shard_count,
        "parts_done": how_far.done,
        "parts_failed": how_far.failed,
        "parts_computing": how_far.computing,
        "parts_waiting": how_far.waiting,
        "centers": how_far.run.center_count,
        "centers_done": how_far.centers_done,
        "percent": how_far.percent,
        "centers_per_second": None if pace is None else f"{pace:.1f}",
        "elapsed_seconds": int(how_far.elapsed.total_seconds()),
        "remaining_seconds": None if remaining is None else int(remaining.total_seconds()),
    }


def part_row(shard):
    """A part that was given up. What the exception said may hold anything, so only its type."""
    return {
        "part": shard.position + 1,
        "centers": shard.center_count,
        "attempts": shard.attempts,
        "error": shard.error.partition(":")[0],
    }
