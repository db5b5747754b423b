"""``manage.py evaluate --district CODE --as-of DATE``: an official run, computed here."""

import time
from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centers.models import Center
from evaluation.models import Run, Shard
from evaluation.selectors import tallies
from evaluation.services import evaluations
from portal.errors import DomainError
from portal.jurisdictions.models import Division

POLL_S = 0.2


class Command(BaseCommand):
    help = "Evaluate the centers of a district as of a date."

    def add_arguments(self, parser):
        parser.add_argument("--district", required=True, metavar="CODE")
        parser.add_argument("--as-of", type=_day, default=None, metavar="YYYY-MM-DD")

    def handle(self, *args, district, as_of, **options):
        at = timezone.now()
        today = timezone.localdate(at)
        division = Division.objects.filter(code=district).first()
        if division is None:
            raise CommandError(_("There is no division with code %(code)s.") % {"code": district})
        try:
            run = evaluations.request(division=division, as_of=as_of or today, by=None, at=at)
            self._compute(run)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(Run.objects.get(pk=run.pk), division)

    def _compute(self, run):
        """Compute here what no worker has taken, and wait for what one has."""
        pending = Shard.objects.filter(run=run, state=Shard.State.PENDING)
        pending = pending.filter(run__status=Run.Status.RUNNING)
        while ids := list(pending.values_list("pk", flat=True)):
            worked = [evaluations.compute(shard_id=pk, at=timezone.now()) for pk in ids]
            if not any(worked):
                time.sleep(POLL_S)

    def _report(self, run, division):
        centers = Center.objects.within(division)
        changed = sum(run.shards.values_list("changed_count", flat=True))
        failed = run.shards.filter(state=Shard.State.FAILED).count()
        if failed:
            raise CommandError(
                ngettext(
                    "%(count)s shard could not be computed; see the log.",
                    "%(count)s shards could not be computed; see the log.",
                    failed,
                )
                % {"count": failed}
            )
        self.stdout.write(
            _("Centers as of %(as_of)s: %(count)s; findings changed: %(changed)s.")
            % {"count": run.center_count, "as_of": run.as_of, "changed": changed}
        )
        for rollup, count in tallies.by_rollup(centers, run.series_on).items():
            self.stdout.write(f"  {rollup}: {count}")


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            _("“%(text)s” is not a date; write it as 2025-12-31.") % {"text": text}
        ) from error
