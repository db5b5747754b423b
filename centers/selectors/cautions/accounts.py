"""What looks odd in the bank accounts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from centers.models import Section
from centers.selectors.cautions.caution import Caution, Row, Said, holds, odd
from portal.cells import match_key


def account_dates(row: Row, _on: date) -> Iterator[Caution]:
    """The day an account was opened decides which name it had to bear."""
    if row.get("starts_on") is None:
        yield odd(
            "starts_on",
            "opening_unknown",
            _("Without the opening day the account counts as always open."),
        )


def account_holder(said: Said) -> Iterator[Caution]:
    """An open account bears the center's registered name."""
    profiles = [row for row in said.others.get(Section.Kind.PROFILE, ()) if holds(row, said.on)]
    names = {match_key(row["name"]) for row in profiles if row.get("name")}
    for position, row in said.in_force:
        if names and row.get("holder") and match_key(row["holder"]) not in names:
            yield replace(
                odd(
                    "holder",
                    "holder_differs",
                    _(
                        "Differs from the registered name “%(name)s”. Copy it from the bank's"
                        " paper."
                    ),
                    name=profiles[-1].get("name"),
                ),
                position=position,
            )


def account_open(said: Said) -> Iterator[Caution]:
    """Some account is open."""
    if not said.in_force and not said.is_partial:
        yield odd(
            "",
            "no_open_account",
            _("No account is open today. The standard asks for an account of the center's own."),
        )
