"""Work that is a row, taken by lease.

The row is the queue of record; Celery only wakes workers. A worker claims the row by one
conditional UPDATE and writes in one transaction what came of it, so the work may be begun twice,
late, or not to its end. Once a lease is over somebody else may claim the row. A sweeper, called by
the timetable, wakes workers for what waits too long, since a message or a worker was lost, and
finds what took its worker down at every attempt.

To add such work: a model after ``LeasedWork`` whose manager is after ``LeasedQuerySet``; services
that claim, work and release, and that sweep; a signal whose receiver calls
``portal.celery.enqueue``. Which rows wait, and what giving one up means, the noun's services say.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.dispatch import Signal

MAX_ATTEMPTS = 3
# How long a message may wait for a worker before it is taken for lost.
PATIENCE = timedelta(seconds=60)
# Rows for which one sweep wakes workers.
SWEEP_LIMIT = 500
LONGEST_ERROR = 2000


def is_free(at: datetime) -> Q:
    """Rows that no worker holds: without a lease, or with one that is over."""
    return Q(lease_until=None) | Q(lease_until__lt=at)


class LeasedQuerySet(models.QuerySet):
    """Rows of ``LeasedWork``. A claim asks for one of them, by key and by the state in which it
    waits."""

    def free(self, at: datetime) -> Self:
        """What no worker holds."""
        return self.filter(is_free(at))

    def claimable(self, at: datetime) -> Self:
        """What no worker holds, and not every attempt was lost on."""
        return self.free(at).filter(attempts__lt=MAX_ATTEMPTS)

    def lost(self, at: datetime) -> Self:
        """What took its worker down at every attempt."""
        return self.free(at).filter(attempts__gte=MAX_ATTEMPTS)

    def claim(self, *, lease: timedelta, at: datetime) -> bool:
        """Take the row for so long; of many who ask at once one gets it."""
        won = self.claimable(at).update(lease_until=at + lease, attempts=F("attempts") + 1)
        return bool(won)

    def held_by(self, holder: "LeasedWork") -> Self:
        """The row as ``holder`` was read after its claim, unless somebody claimed it since.

        Attempts begin anew only where nobody holds the row, or together with its version.
        """
        return self.filter(pk=holder.pk, attempts=holder.attempts)

    def release(self, holder: "LeasedWork", **changes: Any) -> bool:
        """Let go of the row and write ``changes``; False where somebody else has it by now."""
        return bool(self.held_by(holder).update(lease_until=None, **changes))

    def rouse(self, at: datetime) -> list[int]:
        """Ids of those that wait too long, oldest first, for which workers are to be woken.

        Within a transaction: a sweeper beside this one finds others.
        """
        model: Any = self.model
        late = Q(enqueued_at=None) | Q(enqueued_at__lt=at - PATIENCE)
        found = self.claimable(at).filter(late).order_by("pk")
        held = found.select_for_update(skip_locked=True, of=("self",))
        ids = list(held.values_list("pk", flat=True)[:SWEEP_LIMIT])
        model.objects.filter(pk__in=ids).update(enqueued_at=at)
        return ids


class LeasedWork(models.Model):
    """What a worker takes by lease."""

    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When a worker was woken for it last.
    enqueued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_last_attempt(self) -> bool:
        """Whether it is given up should this attempt fail."""
        return self.attempts >= MAX_ATTEMPTS


def anew(at: datetime) -> dict[str, Any]:
    """Values of a row that waits again with all its attempts, and for which workers are woken."""
    return {"lease_until": None, "attempts": 0, "enqueued_at": at}


def told(error: Exception) -> str:
    """An error in the words in which a row keeps it."""
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def wake(signal: Signal, sender: type[LeasedWork], ids: Sequence[int], **more: Any) -> None:
    """Send ``signal`` with ``ids`` after commit, so that workers come for the rows; nobody is
    called for none."""
    if ids:
        transaction.on_commit(partial(signal.send_robust, sender=sender, ids=list(ids), **more))
