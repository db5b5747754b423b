"""What looks odd in the funding."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from centers.selectors.cautions.caution import Caution, Row, Said, length_days, odd

# No official figures stand behind these: usual for a center of a street or town [practice].
FEW_YUAN = Decimal(1000)
AMOUNT_FACTOR = 10
ANNUAL_MIN_DAYS = 330
ANNUAL_MAX_DAYS = 366
GOVERNMENT = ("grant", "purchase")
BASIC = ("basic_operation", "mixed")


def funding_government(row: Row, _on: date) -> Iterator[Caution]:
    """Government money names its purpose and period, or it counts nowhere."""
    if row.get("form") not in GOVERNMENT:
        return
    if not row.get("purpose"):
        yield odd(
            "purpose",
            "purpose_missing",
            _("Government money without a purpose does not count as basic operation."),
        )
    for name in ("starts_on", "ends_on"):
        if row.get(name) is None:
            yield odd(
                name,
                "period_missing",
                _("Government money covers a period. Copy its first and last day."),
            )


def funding_amounts(row: Row, _on: date) -> Iterator[Caution]:
    """Amounts are known, in yuan, and not more arrived than was promised."""
    amount, received = row.get("amount_yuan"), row.get("received_yuan")
    if amount is None:
        yield odd(
            "amount_yuan",
            "amount_missing",
            _("Unknown: type 0 if there was nothing."),
        )
    elif 0 < amount < FEW_YUAN:
        yield odd(
            "amount_yuan",
            "amount_small",
            _("%(amount)s yuan is very little. Was it meant in ten thousands?"),
            amount=amount,
        )
    if amount is not None and received is not None and received > amount:
        yield odd(
            "received_yuan",
            "received_over_amount",
            _("More arrived than the %(amount)s yuan promised. Check both figures."),
            amount=amount,
        )


def funding_mixed(row: Row, _on: date) -> Iterator[Caution]:
    """The part for basic operation is told of a mixed amount, and of no other."""
    basic = row.get("basic_amount_yuan")
    if row.get("purpose") == "mixed" and basic is None:
        yield odd(
            "basic_amount_yuan",
            "basic_part_missing",
            _("Of a mixed amount, say how much is for basic operation."),
        )
    if row.get("purpose") not in (None, "", "mixed") and basic is not None:
        yield odd(
            "basic_amount_yuan",
            "basic_part_unasked",
            _("Asked of a mixed purpose only. Clear it, or change the purpose."),
        )


def funding_period(row: Row, _on: date) -> Iterator[Caution]:
    """An annual contract runs a year; the fiscal year lies in the period."""
    days, year = length_days(row), row.get("fiscal_year")
    if (
        row.get("is_declared_annual")
        and days is not None
        and not row.get("is_annual_renewal")
        and not ANNUAL_MIN_DAYS <= days <= ANNUAL_MAX_DAYS
    ):
        yield odd(
            "is_declared_annual",
            "not_annual",
            ngettext_lazy(
                "Declared annual, but the period has %(days)s day. Check the dates.",
                "Declared annual, but the period has %(days)s days. Check the dates.",
                "days",
            ),
            days=days,
        )
    if days is not None and year and not row["starts_on"].year <= year <= row["ends_on"].year:
        yield odd(
            "fiscal_year",
            "year_outside_period",
            _("%(year)s is not a year of the period. Correct the year or the dates."),
            year=year,
        )


def funding_gap(said: Said) -> Iterator[Caution]:
    """Money for basic operation runs on over New Year."""
    covered = sorted(
        (row["starts_on"], row["ends_on"], position)
        for position, row in enumerate(said.rows, start=1)
        if row.get("form") in GOVERNMENT
        and row.get("purpose") in BASIC
        and row.get("starts_on")
        and row.get("ends_on")
    )
    reached = accumulate((end for _start, end, _n in covered), max)
    for end, (start, _end, position) in zip(reached, covered[1:], strict=False):
        if (start - end).days > 1 and start.year > end.year:
            yield replace(
                odd(
                    "starts_on",
                    "funding_gap",
                    _(
                        "Basic operation is not covered from %(end)s to %(start)s, over New Year."
                        " Check both dates."
                    ),
                    end=end,
                    start=start,
                ),
                position=position,
            )


def funding_jump(said: Said) -> Iterator[Caution]:
    """An amount is of last year's size."""
    largest: dict[tuple[Any, Any, int], Decimal] = {}
    for row in (*(said.before or ()), *said.rows):
        year, amount = row.get("fiscal_year"), row.get("amount_yuan")
        if year and amount:
            key = (row.get("form"), row.get("purpose"), year)
            largest[key] = max(amount, largest.get(key, amount))
    for position, row in enumerate(said.rows, start=1):
        year, amount = row.get("fiscal_year"), row.get("amount_yuan")
        last = year and largest.get((row.get("form"), row.get("purpose"), year - 1))
        if last and amount and amount > last * AMOUNT_FACTOR:
            yield replace(
                odd(
                    "amount_yuan",
                    "amount_jumped",
                    _("More than ten times last year's %(last)s yuan. Check the unit."),
                    last=last,
                ),
                position=position,
            )
