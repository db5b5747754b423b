"""What the cells of one statutory row may say together; the tables hold the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import StatutoryRow
from portal.cells import Message

Told = tuple[str, Message]


def contradictions(row: Mapping[str, Any]) -> Iterator[Told]:
    """(field, what is wrong in it), by the matter of the row; nothing without a matter."""
    if row.get("matter"):
        yield from _not_asked(row)
        yield from _days(row)


def _not_asked(row: Mapping[str, Any]) -> Iterator[Told]:
    texts = {
        "occurred_on": _("This matter has no day. Clear the cell."),
        "done_on": _("This matter has no day. Clear the cell."),
        "is_so": _("Of this matter days are asked, and not yes or no. Clear the cell."),
        "non_state_share": _("The share belongs to the start-up funds alone. Clear the cell."),
    }
    asked = StatutoryRow.ASKED[row["matter"]]
    for name, text in texts.items():
        if row.get(name) is not None and name not in asked:
            yield name, Message("not_asked", text)


def _days(row: Mapping[str, Any]) -> Iterator[Told]:
    matter, occurred_on, done_on = row["matter"], row.get("occurred_on"), row.get("done_on")
    if matter in StatutoryRow.CHANGES and occurred_on is None:
        yield (
            "occurred_on",
            Message(
                "day_missing",
                _("Fill in the day of the consent, or the day the head changed."),
            ),
        )
    if matter in StatutoryRow.FILINGS and row.get("is_so") is False and done_on is not None:
        yield (
            "done_on",
            Message(
                "filed_and_not_filed",
                _("The answer is no, and still there is a day. Correct one of the two."),
            ),
        )
    # The accounts are often audited before the head leaves.
    is_early = bool(occurred_on and done_on and done_on < occurred_on)
    if is_early and matter != StatutoryRow.Matter.AUDIT:
        text = _("%(done)s is before %(occurred)s. Correct one of the two dates.")
        params = {"done": done_on, "occurred": occurred_on}
        yield "done_on", Message("done_before_it_occurred", text, params)
