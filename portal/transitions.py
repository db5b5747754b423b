"""The one way to change a state: a table per noun and one conditional UPDATE."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from portal.errors import Conflict

Transitions = Mapping[str, frozenset[str]]


def jumps(transitions: Transitions) -> list[tuple[str, str]]:
    """The table as pairs of before and after, for the trigger that keeps it in the database."""
    return sorted(
        (str(before), str(after)) for before, allowed in transitions.items() for after in allowed
    )


def transition(obj: models.Model, to: str, *, version: int | None = None, **changes: Any) -> None:
    """Move ``obj`` to status ``to`` and write ``changes`` with it, or raise ``Conflict``.

    ``obj`` needs ``status``, ``version`` and ``TRANSITIONS`` (from → allowed). The UPDATE compares
    status and version, so of two people who decide at once exactly one wins, and a decision on a
    version that was meanwhile sent back, edited and sent again is refused.
    """
    won = _ready(obj, to, version).update(status=to, version=F("version") + 1, **changes)
    obj.refresh_from_db(fields=["status", "version", *changes])
    if not won:
        raise _overtaken(obj)


def lock(obj: models.Model, to: str, *, version: int | None = None) -> None:
    """Hold the row until the transaction ends, if it can still move to ``to``; else ``Conflict``.

    For a transition with more to write than its own row.
    """
    if not _ready(obj, to, version).select_for_update().exists():
        obj.refresh_from_db(fields=["status", "version"])
        raise _overtaken(obj)


def _ready(obj: models.Model, to: str, version: int | None) -> "models.QuerySet[Any]":
    """The row, if its state allows ``to`` and nobody changed it since ``version``."""
    model: Any = type(obj)
    version = obj.version if version is None else version  # type: ignore[attr-defined]
    sources = [source for source, targets in model.TRANSITIONS.items() if to in targets]
    return model.objects.filter(pk=obj.pk, status__in=sources, version=version)


def _overtaken(obj: models.Model) -> Conflict:
    return Conflict(
        _("Nothing was changed: meanwhile this became “%(status)s”. Load the page again.")
        % {"status": obj.get_status_display()}  # type: ignore[attr-defined]
    )


def edit(obj: models.Model, *, version: int, **changes: Any) -> None:
    """Write ``changes`` if ``obj`` still has ``version``; raise ``Conflict`` otherwise."""
    model: Any = type(obj)
    won = model.objects.filter(pk=obj.pk, version=version).update(
        version=F("version") + 1, **changes
    )
    obj.refresh_from_db(fields=["version", *changes])
    if not won:
        raise Conflict(
            _("Nothing was saved: somebody else changed this meanwhile. Load the page again.")
        )


def edit_if(obj: models.Model, condition: Q, **changes: Any) -> bool:
    """Write ``changes`` if ``obj`` is still as ``condition`` says; False otherwise. Either way
    these fields are read anew. For what happens once to a row that has no version."""
    model: Any = type(obj)
    won = model.objects.filter(condition, pk=obj.pk).update(**changes)
    obj.refresh_from_db(fields=list(changes))
    return bool(won)
