"""Who is inspected for a year, and by when where no notice of the year says otherwise."""

from datetime import date
from typing import NamedTuple

ASSOCIATION = "association"
INSTITUTION = "institution"
FOUNDATION = "foundation"
CHARITY_REPORT = "charity_report"
KINDS = (ASSOCIATION, INSTITUTION, FOUNDATION, CHARITY_REPORT)
BY_TYPE = {
    "association": ASSOCIATION,
    "social_service_institution": INSTITUTION,
    "foundation": FOUNDATION,
}
# Kinds that the supervising unit sees before the registration authority.
BY_UNIT_FIRST = (ASSOCIATION, INSTITUTION)
UNIT_DUE = (3, 31)
AUTHORITY_DUE = {
    ASSOCIATION: (5, 31),
    INSTITUTION: (5, 31),
    FOUNDATION: (3, 31),
    CHARITY_REPORT: (3, 31),
}
# Which institution is registered after this day of the year has not been so for more than six
# months by its end.
LAST_INSPECTED = (6, 30)
LAST_DAY = (12, 31)


class Days(NamedTuple):
    """Last days to file; ``unit_due_on`` is None where the authority alone is filed with."""

    unit_due_on: date | None
    authority_due_on: date


def kind_of(org_type: str, is_charity: bool | None) -> str:
    """What an organization files; a charity of whatever form reports instead of being inspected."""
    return CHARITY_REPORT if is_charity else BY_TYPE[org_type]


def is_due(registered_on: date | None, year: int) -> bool:
    """Whether the organization existed in the year. A day that is not known exempts nobody."""
    return registered_on is None or registered_on <= date(year, 12, 31)


def is_exempt(kind: str, registered_on: date | None, year: int) -> bool:
    """Whether it was registered for not more than six months by the end of the year, which excuses
    service institutions alone."""
    return registered_on is not None and registered_on > last_inspected_on(kind, year)


def last_inspected_on(kind: str, year: int) -> date:
    """The last day of registration that leads to an inspection or a report for ``year``."""
    return date(year, *(LAST_INSPECTED if kind == INSTITUTION else LAST_DAY))


def statutory_days(kind: str, year: int) -> Days:
    """The days of the statutes for what is filed for ``year``, which is filed a year later."""
    unit = date(year + 1, *UNIT_DUE) if kind in BY_UNIT_FIRST else None
    return Days(unit, date(year + 1, *AUTHORITY_DUE[kind]))
