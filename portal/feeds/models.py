"""What changed, in an order that skips nothing and repeats nothing."""

from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class Xid8Field(models.Field):
    """The number of the transaction that wrote the row; it never comes round again."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return "xid8"

    def from_db_value(self, value: str | None, *_context: Any) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return str(value) if isinstance(value, int) else value


class Change(models.Model):
    """One document that changed: which, where it lies, and in which transaction.

    The document is not kept: whoever reads the feed gets it as it is then.
    """

    xid = Xid8Field(db_default=models.Func(function="pg_current_xact_id"))
    resource = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    # Of the division it lies in; "" concerns everybody.
    division_path = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # Readers of several resources go along the first, heads look up in the second.
            models.Index(name="change_by_place", fields=["xid", "id"]),
            models.Index(name="change_in_order", fields=["resource", "xid", "id"]),
            BrinIndex(name="change_at", fields=["at"]),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.resource} {self.key}"
