"""What looks odd in a profile."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.selectors.cautions.caution import Caution, Row, Said, odd

# No official figures stand behind these: usual for a center of a street or town [practice].
EARLY_DAYS = 10 * 366
SMALLEST_COST_YUAN, LARGEST_COST_YUAN = Decimal(20_000), Decimal(10_000_000)
MOST_ORGANIZATIONS = 1000


def profile_registration(row: Row, _on: date) -> Iterator[Caution]:
    """Registered goes with code, date and legal representative, and not registered without."""
    is_registered = row.get("registration_status") == "registered"
    representative = row.get("legal_representative") or row.get("legal_representative_id")
    missing = (
        (
            "uscc",
            row.get("uscc"),
            _("Registered, but without a credit code. Copy it from the certificate."),
        ),
        (
            "registered_on",
            row.get("registered_on"),
            _("Registered, but without a registration date. Copy it from the certificate."),
        ),
        (
            "legal_representative",
            representative or row.get("person_name"),
            _("Registered, but without a legal representative. Choose the person."),
        ),
    )
    for name, value, text in missing:
        if is_registered and not value:
            yield odd(name, f"registered_without_{name}", text)
    if row.get("registration_status") in ("preparing", "unregistered") and row.get("uscc"):
        yield odd(
            "registration_status",
            "code_without_registration",
            _(
                "There is a credit code although the center is not registered. Is it the"
                " operator's?"
            ),
        )


def profile_dates(row: Row, on: date) -> Iterator[Caution]:
    """Registration and first day of work are past and near each other."""
    registered, established = row.get("registered_on"), row.get("established_on")
    for name, day in (("registered_on", registered), ("established_on", established)):
        if day is not None and day > on:
            yield odd(
                name,
                "date_in_future",
                _("%(day)s lies in the future. Check the year."),
                day=day,
            )
    if registered is None or established is None:
        return
    if established > registered:
        yield odd(
            "established_on",
            "established_after_registered",
            _("The center began to work only after it was registered on %(day)s. Is that so?"),
            day=registered,
        )
    elif (registered - established).days > EARLY_DAYS:
        yield odd(
            "established_on",
            "established_long_before",
            _("More than ten years before the registration on %(day)s. Check the year."),
            day=registered,
        )


def profile_operator(row: Row, _on: date) -> Iterator[Caution]:
    """An operator belongs to an entrusted center only."""
    if row.get("operator_name") and row.get("operating_model") != "entrusted":
        yield odd(
            "operator_name",
            "operator_without_entrustment",
            _("An operator is named although the center is not entrusted. Correct one of the two."),
        )


def profile_grade(row: Row, on: date) -> Iterator[Caution]:
    """A grade has a last day, and it has not passed."""
    if row.get("grade") in (None, "", "none"):
        return
    until = row.get("grade_until")
    if until is None:
        yield odd(
            "grade_until",
            "grade_without_end",
            _("A grade without the day it ends. It stands on the notice."),
        )
    elif until < on:
        yield odd(
            "grade_until",
            "grade_expired",
            _("The grade ended on %(day)s. Was there a new assessment?"),
            day=until,
        )


def profile_figures(row: Row, _on: date) -> Iterator[Caution]:
    """What a year costs and how many organizations there are is of a usual size."""
    cost, count = row.get("basic_cost_yuan"), row.get("organization_count")
    if cost is not None and not SMALLEST_COST_YUAN <= cost <= LARGEST_COST_YUAN:
        yield odd(
            "basic_cost_yuan",
            "cost_unusual",
            _("%(cost)s yuan a year is unusual. Check the unit."),
            cost=cost,
        )
    if count is not None and count > MOST_ORGANIZATIONS:
        yield odd(
            "organization_count",
            "organizations_many",
            _("%(count)s is more than a street or town has. Is it the whole district?"),
            count=count,
        )


def profile_chair(row: Row, _on: date) -> Iterator[Caution]:
    """Somebody is said to chair the council, and nobody is named; of a registered center that
    is told already."""
    if row.get("registration_status") == "registered":
        return
    representative = row.get("legal_representative") or row.get("legal_representative_id")
    if row.get("is_legal_representative_chair") and not (representative or row.get("person_name")):
        yield odd(
            "legal_representative",
            "chair_without_name",
            _("The legal representative chairs the council, and nobody is named. Choose who."),
        )


def profile_in_force(said: Said) -> Iterator[Caution]:
    """Some row tells what the center is today."""
    if said.rows and not said.in_force and not said.is_partial:
        yield odd(
            "",
            "no_profile_in_force",
            _("No row holds today, so nothing is known of the center. Add what holds now."),
        )
