"""What models say in their Meta so that the feed is told of every change of a row, by whatever way
it comes: a service, an import, the admin, or SQL by hand."""

from typing import Any

import pgtrigger

# A row that moved is told of where it was and where it is.
TELL = """
IF TG_OP = 'INSERT' THEN
    {insert}
    {new};
ELSIF TG_OP = 'DELETE' THEN
    {insert}
    {old};
ELSIF {changed} THEN
    {insert}
    {new}
    UNION {old};
END IF;
RETURN NULL;
"""
INSERT = "INSERT INTO feeds_change (resource, key, division_path)"
TO_EVERYBODY = "SELECT '{resource}', {key}, ''"
TO_DIVISION = (
    "SELECT '{resource}', {key}, place.path FROM jurisdictions_division place"
    " WHERE place.id = {{row}}.division_id"
)


class Feeds(pgtrigger.Trigger):
    """Tells the feed of every row that is entered, changed or removed.

    Each of ``told`` is a SELECT of resource, key and division path, in which ``{row}`` stands for
    the row as it is, as it was when it is removed, and for both when it is changed. ``changed``
    says which updates count, by default every one that changes something. A second one of a model
    needs a ``name`` of its own, and an ``operation`` where it does not tell of every one.
    """

    name = "feeds"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def __init__(
        self, *told: str, changed: str = "OLD IS DISTINCT FROM NEW", **trigger: Any
    ) -> None:
        new, old = (
            "\n    UNION ".join(each.format(row=row) for each in told) for row in ("NEW", "OLD")
        )
        func = TELL.format(insert=INSERT, new=new, old=old, changed=changed)
        super().__init__(**trigger, func=func)


def to_everybody(resource: str, key: str) -> str:
    """What concerns everybody; ``key`` is SQL over ``{row}``."""
    return TO_EVERYBODY.format(resource=resource, key=key)


def to_division(resource: str, key: str) -> str:
    """What concerns the division of the row; ``key`` is SQL over ``{row}``."""
    return TO_DIVISION.format(resource=resource, key=key)
