"""What is known of a contract: its sums, its days, and what is still missing to sign it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal.jurisdictions.models import Division
from portal.workdays import selectors as workdays
from projects.models import Announcement, Award, Contract, CostLine, Payment, Procurement
from projects.rules import contracts as rules
from projects.rules import payments as payment_rules
from projects.selectors import thresholds

# Purposes that pay for the operation of a center.
OPERATIONS = (Contract.Purpose.BASIC_OPERATION, Contract.Purpose.MIXED)


@dataclass(frozen=True)
class Sums:
    """Yuan: the price, what was added to it and what may still be, what is planned, paid and can
    still be planned."""

    price: Decimal
    supplements: Decimal
    supplement_room: Decimal
    standing: Decimal
    paid: Decimal
    room: Decimal


@dataclass(frozen=True)
class Days:
    """Last days to sign, to publish and to file; None where what they count from is missing."""

    sign_by: date | None
    publish_by: date | None
    file_by: date | None


def sums_of(contract: Contract, as_of: date) -> Sums:
    """Sums of the contract, with what may be added on the day. Three queries."""
    percent = thresholds.for_division(contract.project.division, as_of)["supplement_max_percent"]
    added = list(contract.supplements.values_list("amount_yuan", flat=True))
    payments = list(contract.payments.values_list("status", "amount_yuan"))
    standing = [amount for status, amount in payments if status != Payment.Status.CANCELLED]
    paid = [amount for status, amount in payments if status == Payment.Status.PAID]
    return Sums(
        price=contract.price_yuan,
        supplements=sum(added, Decimal(0)),
        supplement_room=rules.supplement_room(contract.price_yuan, added, percent),
        standing=sum(standing, Decimal(0)),
        paid=sum(paid, Decimal(0)),
        room=payment_rules.room(contract.price_yuan, added, standing),
    )


def days_of(contract: Contract) -> Days:
    """The last days of the contract, by what held when its award was notified and it was signed.

    Raises ``YearUnknown``.
    """
    calendar = workdays.load()
    signed_on, division = contract.signed_on, contract.project.division
    publish_by = file_by = None
    if signed_on is not None:
        known = thresholds.for_division(division, signed_on)
        publish_by = calendar.add_working_days(signed_on, known["contract_publish_workdays"])
        file_by = calendar.add_working_days(signed_on, known["contract_file_workdays"])
    return Days(sign_by(contract.award, division), publish_by, file_by)


def sign_by(award: Award, division: Division) -> date | None:
    """The last day to sign the contract of an award in a place; None until its notice was sent.

    Raises ``YearUnknown``.
    """
    if award.notified_at is None:
        return None
    notified_on = localdate(award.notified_at)
    known = thresholds.for_division(division, notified_on)
    calendar = workdays.load()
    return rules.sign_by(notified_on, known["contract_days"], calendar.is_working_day)


@dataclass(frozen=True)
class Open:
    """Last days on which a result is open for comment, and can be challenged; None for neither."""

    publicity_until: date | None = None
    challenge_until: date | None = None


def result_open(procurement: Procurement) -> Open:
    """How long the result that was published last is open, as everybody was told. One query."""
    told = procurement.announcements.filter(kind=Announcement.Kind.RESULT).order_by("-number")
    last = told.first()
    if last is None:
        return Open()
    return Open(last.publicity_until, parse_date(last.content.get("challenge_until") or ""))


def period_refusals(starts_on: date, ends_on: date, conditions: rules.Conditions) -> list[str]:
    """What is wrong with the days of a contract, in sentences."""
    found = rules.period_problems(starts_on, ends_on, conditions)
    shown = {"start": starts_on, "end": ends_on, "days": rules.days_of(starts_on, ends_on)}
    shown |= {"year": rules.YEAR_DAYS, "years": rules.YEARS_DAYS}
    codes = {problem.code for problem in found}
    if "order" in codes:
        return [_("A contract cannot end on %(end)s before it begins on %(start)s.") % shown]
    if "three_years" in codes:
        text = _("%(days)s days are too long: a contract runs for three years (%(years)s days).")
        return [text % shown]
    if "conditions" in codes:
        fields = {field.name: field.verbose_name for field in Contract._meta.fields}
        missing = (str(fields[each.needed]) for each in found)
        text = _(
            "%(days)s days are more than a year (%(year)s days). That needs every one of the four"
            " conditions; missing: %(missing)s. Tick them where they hold, or end it earlier."
        )
        return [text % (shown | {"missing": _(", ").join(missing)})]
    return []


def missing(contract: Contract) -> list[str]:
    """What is still missing to sign a drafted contract, in sentences. Four queries."""
    lines = list(contract.lines.all())
    return [
        *period_refusals(contract.starts_on, contract.ends_on, conditions_of(contract)),
        *_line_refusals(contract, lines),
        *_share_refusals(contract.milestones.values_list("share", flat=True)),
        *_payment_refusals(contract),
    ]


def conditions_of(contract: Contract) -> rules.Conditions:
    """The four conditions, as ticked."""
    return rules.Conditions(
        is_content_fixed=contract.is_content_fixed,
        is_continuous=contract.is_continuous,
        is_funding_stable=contract.is_funding_stable,
        is_price_steady=contract.is_price_steady,
    )


def _line_refusals(contract: Contract, lines: list) -> list[str]:
    if not lines:
        return [_("Enter what is bought: services, quantities and unit prices.")]
    total = sum((line.amount_yuan for line in lines), Decimal(0))
    found = []
    if total != contract.price_yuan:
        text = _("The lines give %(total)s yuan, the price is %(price)s yuan: make them the same.")
        found.append(text % {"total": f"{total:.2f}", "price": f"{contract.price_yuan:.2f}"})
    if contract.purpose in OPERATIONS:
        found += _operation_refusals(lines)
    return found


def _operation_refusals(lines: list) -> list[str]:
    given = (rules.Line(line.kind, line.item, line.unit) for line in lines)
    found = []
    for problem in rules.operation_problems(given):
        if problem.code == "heads":
            text = _(
                "“%(item)s” is counted in “%(unit)s”: the operation of a center is bought by"
                " services and quantities, not by heads. Use a unit of service."
            )
            found.append(text % {"item": problem.needed, "unit": problem.value})
        else:
            text = _("The operation of a center lists its services: add a line of kind “%(kind)s”.")
            found.append(text % {"kind": CostLine.Kind.ACTIVITY.label})
    return found


def _share_refusals(shares: Iterable[Decimal]) -> list[str]:
    given = list(shares)
    if rules.share_gap(given) == 0:
        return []
    text = _("The milestones give %(total)s %%; together they have to give 100 %%.")
    return [text % {"total": f"{sum(given, Decimal(0)):.2f}"}]


def _payment_refusals(contract: Contract) -> list[str]:
    standing = contract.payments.exclude(status=Payment.Status.CANCELLED)
    total = standing.aggregate(total=Sum("amount_yuan"))["total"] or Decimal(0)
    if payment_rules.price_gap(contract.price_yuan, [total]) == 0:
        return []
    text = _(
        "The planned payments give %(total)s yuan, the price is %(price)s yuan: make them the same."
    )
    return [text % {"total": f"{total:.2f}", "price": f"{contract.price_yuan:.2f}"}]
