"""How tables of the evaluation name people and scopes, and what triggers of several ask."""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

WRITES = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
STILL = """
IF NOT EXISTS (SELECT 1 FROM evaluation_{noun}
               WHERE id = COALESCE(NEW.{column}, OLD.{column}) AND status IN ({states})
               FOR SHARE) THEN
    RAISE EXCEPTION '{said}'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
END IF;
RETURN COALESCE(NEW, OLD);
"""


def person(label: Any, **options: Any) -> Any:
    """Whoever did something; kept as long as the row is."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        related_name="+",
        **options,
    )


def perhaps(label: Any) -> Any:
    """As ``person``, where nobody may have done it."""
    return person(label, null=True, blank=True)


def in_districts_of(user: Any, capability: str, field: str = "district") -> Q:
    """Rows of the districts that lie within a division where ``user`` has the capability."""
    query = Q(pk=None)
    for path in user.paths_with(capability):
        query |= Q(**{f"{field}__path__startswith": path})
    return query


def only_while(
    name: str,
    noun: str,
    states: Iterable[str],
    said: str,
    column: str = "",
    operation: pgtrigger.Operation | pgtrigger.Operations = WRITES,
    condition: pgtrigger.Condition | None = None,
) -> pgtrigger.Trigger:
    """The trigger ``name``: rows are written while their ``noun`` has one of the states, which are
    held until the transaction ends; else the constraint of this name is broken."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        condition=condition,
        func=STILL.format(
            name=name,
            noun=noun,
            column=column or f"{noun}_id",
            states=", ".join(f"'{state}'" for state in states),
            said=said,
        ),
    )


def appended() -> pgtrigger.Protect:
    """The trigger that leaves rows as they were entered."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def kept() -> pgtrigger.Protect:
    """The trigger that lets no row be deleted."""
    return pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)
