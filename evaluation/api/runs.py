"""Evaluation runs: what was asked for, how far it is, what failed."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.api import examples, fields, filters
from evaluation.api.access import Compliance, DetailView
from evaluation.models import Run, Shard
from evaluation.selectors import progress
from portal.api import pages, schema, values
from portal.api.parameters import DIVISION
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.users.models import Dataset

FAILED_SHOWN = 100
CHUNK = 500


class Runs(Compliance):
    """What the list and one run share: the runs over divisions the user sees."""

    def runs(self):
        visible = Run.objects.visible_to(self.request.user)
        return visible.select_related("division", "pack").defer("pack__content")


@register
class RunList(Runs, ListView):
    """Runs, the newest first."""

    resource = Resource(
        "compliance-runs",
        "compliance/runs/",
        Dataset.COMPLIANCE,
        fields.RUN,
        key=("id",),
        title=_("Evaluation runs"),
        about=_("Every evaluation over divisions you see, the newest first, and how far it is."),
        feed="runs",
        example=examples.RUN,
    )
    filters = (DIVISION, filters.RUN_STATUS, filters.TRIGGER, filters.RUN_AS_OF)
    parts = (pages.WHOLE,)

    def narrowed(self):
        """The runs as the query asks."""
        found = self.runs()
        if self.query["division"]:
            found = found.filter(division__path__startswith=self.query["division"].path)
        wanted = {name: self.query[name] for name in ("status", "trigger", "as_of")}
        return found.filter(**{name: value for name, value in wanted.items() if value})

    def rows(self, after, limit):
        found = self.narrowed().order_by("-pk")
        if after:
            found = found.filter(pk__lt=int(after[0]))
        return iter(found[:limit]) if limit else found.iterator(CHUNK)

    def prepare(self, rows):
        self.how_far = progress.of_runs(rows, timezone.now())

    def key(self, row):
        return (str(row.pk),)

    def show(self, row):
        return run_row(row, self.how_far[row.pk])

    def count(self):
        return self.narrowed().count()

    def documents(self, keys):
        numbers = [int(key) for key in keys if pages.WHOLE.fullmatch(key)]
        rows = list(self.runs().filter(pk__in=numbers))
        self.prepare(rows)
        return {str(row.pk): self.cut(self.show(row)) for row in rows}


class RunDetail(Runs, DetailView):
    """One run, with the parts that failed."""

    resource = Resource(
        "compliance-run",
        "compliance/runs/{id}/",
        Dataset.COMPLIANCE,
        (*fields.RUN, fields.FAILED_PARTS),
        key=("id",),
        title=_("One evaluation run"),
        about=_("One run and how far it is, with the parts that were given up."),
        streams=False,
        example=examples.RUN_DETAIL,
    )
    shape = "ComplianceRunDetail"

    def get(self, _request, pk):
        run = self.runs().filter(pk=pk).first()
        if run is None:
            raise Http404
        failed = run.shards.filter(state=Shard.State.FAILED).order_by("position")
        document = run_row(run, progress.of_run(run, timezone.now()))
        document["failed_parts"] = [part_row(shard) for shard in failed[:FAILED_SHOWN]]
        return self.answer(self.cut(document))

    def in_path(self):
        # The generator writes pk in a path as id.
        return [schema.path_parameter("id", _("Number of the run."), int)]


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
        "requested_at": values.time(run.requested_at),
        "resumed_at": values.time(run.resumed_at),
        "cancelled_at": values.time(run.cancelled_at),
        "finished_at": values.time(run.finished_at),
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
