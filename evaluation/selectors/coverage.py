"""Up to which date the standing results were confirmed."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Exists, F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, TruncDate

from evaluation.models import Activation, Run, Shard


class Coverage:
    """Up to which date the standing results of a place were confirmed.

    An unchanged finding keeps the date of the run that wrote it; a later run over the whole
    division, finished without a failed shard, confirmed it. A run whose pack no longer judged its
    day, or the day it was done, wrote nothing and confirmed nothing.
    """

    def __init__(self, newest: Mapping[str, date]) -> None:
        self._newest = newest

    @classmethod
    def load(cls) -> "Coverage":
        """One query."""
        failed = Shard.objects.filter(run=OuterRef("pk"), state=Shard.State.FAILED)
        dated = Run.objects.annotate(finished_on=TruncDate("finished_at"))
        finished = dated.filter(
            ~Exists(failed),
            series_on=None,
            status=Run.Status.DONE,
            pack=_judging(OuterRef("as_of")),
        ).exclude(trigger__in=Run.PARTIAL)
        finished = finished.filter(pack=_judging(OuterRef("finished_on")))
        dates = finished.order_by().values_list(F("division__path")).annotate(Max("as_of"))
        return cls(dict(dates))

    def as_of(self, path: str, computed_for: date) -> date:
        """The later of the date a result was computed for and the date it was confirmed."""
        latest = computed_for
        end = path.find("/")
        while end != -1:
            latest = max(latest, self._newest.get(path[: end + 1], latest))
            end = path.find("/", end + 1)
        return latest


def _judging(day: OuterRef) -> Coalesce:
    """The pack in force on a day, as ``parameters.pack_in_force`` has it."""
    standing = Activation.objects.own().standing()
    in_force = standing.filter(active_from__lte=day).order_by("-active_from", "-id")
    return Coalesce(*(Subquery(found.values("pack")[:1]) for found in (in_force, standing)))
