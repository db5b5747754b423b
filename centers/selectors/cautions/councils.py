"""What looks odd in the council."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from centers.selectors.cautions.caution import Caution, Row, Said, holds, length_days, odd

# No official figures stand behind these: usual for a center of a street or town [practice].
FEWEST_MEMBERS = 3
LONGEST_TERM_DAYS = 5 * 366


def council_members(row: Row, on: date) -> Iterator[Caution]:
    """A council in term has members enough, and the term is no longer than articles allow."""
    members, days = row.get("member_count"), length_days(row)
    if members is None and holds(row, on):
        yield odd(
            "member_count",
            "members_unknown",
            _("Unknown: say how many members there are."),
        )
    elif members is not None and members < FEWEST_MEMBERS:
        yield odd(
            "member_count",
            "few_members",
            _("A council has at least %(fewest)s members. Is %(members)s right?"),
            fewest=FEWEST_MEMBERS,
            members=members,
        )
    if days is not None and days > LONGEST_TERM_DAYS:
        yield odd(
            "ends_on",
            "term_long",
            _("A term of more than five years is unusual. Check it against the articles."),
        )
    if row.get("ends_on") is None:
        yield odd(
            "ends_on",
            "term_open",
            _("A term has a last day. Copy it from the articles."),
        )


def council_term(said: Said) -> Iterator[Caution]:
    """A council is in term."""
    ended = [
        (row["ends_on"], position)
        for position, row in enumerate(said.rows, start=1)
        if row.get("ends_on") and row["ends_on"] < said.on
    ]
    if ended and not said.in_force and not said.is_partial:
        day, position = max(ended)
        yield replace(
            odd(
                "ends_on",
                "term_over",
                _("The term ended on %(day)s and no new one follows. Add the new council."),
                day=day,
            ),
            position=position,
        )
