"""Up to which date the standing results were confirmed."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Exists, F, Max, OuterRef

from evaluation.models import Run, Shard


class Coverage:
    """Up to which date the standing results of a place were confirmed.

    An unchanged finding keeps the date of the run that wrote it; a later run over the whole
    division, finished without a failed shard, confirmed it.
    """

    def __init__(self, newest: Mapping[str, date]) -> None:
        self._newest = newest

    @classmethod
    def load(cls) -> "Coverage":
        """One query."""
        failed = Shard.objects.filter(run=OuterRef("pk"), state=Shard.State.FAILED)
        finished = Run.objects.filter(
            ~Exists(failed),
            series_on=None,
            status=Run.Status.DONE,
        ).exclude(trigger__in=Run.PARTIAL)
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
