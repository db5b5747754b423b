"""Query parameters that many resources share: how each is read, refused and documented."""

import re
from datetime import MAXYEAR, date

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.api import Fault, Parameter, Problem, UnreadableError, values
from portal.jurisdictions.models import Division

FIRST_DAY = date(2000, 1, 1)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 100
TEXT = {"type": "string"}
DATE = {"type": "string", "format": "date"}
TIME = {"type": "string", "format": "date-time"}


def one_of(accepted):
    """A reader that takes these values and names them when it refuses."""

    def read(text):
        if text in accepted:
            return text
        raise UnreadableError(_("“%(value)s” is not one of the values.") % said(text), accepted)

    return read


def listed(name, choices, description):
    """A parameter that takes one of these values."""
    schema = {"type": "string", "enum": list(choices)}
    return Parameter(name, one_of(tuple(choices)), description, schema)


def said(text):
    """What was said, short enough to be told back."""
    return {"value": text[:60]}


def read_day(text):
    """A day written YYYY-MM-DD, or None."""
    try:
        return parse_date(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def read_as_of(text):
    """A day from 2000 to today."""
    day, today = read_day(text), timezone.localdate()
    if day is None or not FIRST_DAY <= day <= today:
        message = _("as_of is a day from %(first)s to today, %(today)s, written YYYY-MM-DD.")
        days = {"first": FIRST_DAY.isoformat(), "today": today.isoformat()}
        raise UnreadableError(message % days, code="unknown_as_of")
    return day


def read_time(text):
    """A moment; without an offset it is Shanghai's."""
    try:
        # A plus sign that was not escaped arrives as a space.
        moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        moment = None
    if moment is None or not FIRST_DAY.year <= moment.year < MAXYEAR:
        message = _("“%(value)s” is not a time such as 2026-01-05T09:12:00+08:00.")
        raise UnreadableError(message % said(text))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def read_known_at(text):
    """A moment that has been."""
    moment, now = read_time(text), timezone.now()
    if moment > now:
        message = _("known_at is a time until now, %(now)s: what will be known, nobody knows.")
        raise UnreadableError(message % {"now": values.time(now)}, code="unknown_known_at")
    return moment


def known_on_a_day(known_at, as_of):
    """A time by which things were known; it means nothing without a day."""
    if known_at is not None and as_of is None:
        message = _("known_at needs as_of: the day to judge by what was known then.")
        fault = Fault("known_at", known_at.isoformat(), message)
        raise Problem(400, "known_at_needs_as_of", message, [fault])
    return known_at


def read_division(text):
    """A division by code."""
    division = Division.objects.filter(code=text).first()
    if division is None:
        districts = Division.objects.filter(
            kind__in=[Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT]
        )
        message = _("There is no division “%(value)s”. /api/v1/divisions/ lists every code.")
        raise UnreadableError(
            message % said(text), districts.order_by("code").values_list("code", flat=True)
        )
    return division


def read_whole(text, message, *, least, most):
    """A whole number within bounds; ``message`` says which."""
    short = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not short or not least <= int(text) <= most:
        raise UnreadableError(message)
    return int(text)


def read_year(text):
    """A year with four digits, from 2000 to this one."""
    this = timezone.localdate().year
    message = _("year is a year from %(first)s to %(this)s.")
    said_years = message % {"first": FIRST_DAY.year, "this": this}
    return read_whole(text, said_years, least=FIRST_DAY.year, most=this)


def read_page_size(text):
    """A whole number from 1 to 200."""
    message = _("page_size is a whole number from 1 to %(maximum)s.")
    return read_whole(text, message % {"maximum": MAX_PAGE_SIZE}, least=1, most=MAX_PAGE_SIZE)


def read_fields(text):
    """Names with commas between them; whether a resource has them, its view knows."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",")))


AS_OF = Parameter(
    "as_of",
    read_as_of,
    gettext_lazy(
        "The day the answer speaks of, from 2000-01-01 to today. Without it, or with today: what "
        "stands now."
    ),
    DATE,
)
KNOWN_AT = Parameter(
    "known_at",
    read_known_at,
    gettext_lazy("Only with as_of: by what was known at this time, which lies in the past."),
    TIME,
)
DIVISION = Parameter(
    "division",
    read_division,
    gettext_lazy("Code of a municipality, district, street or town: what lies in it."),
    TEXT,
)
CENTER = Parameter("center", str, gettext_lazy("Code of a center."), TEXT)
YEAR = Parameter("year", read_year, gettext_lazy("A calendar year."), {"type": "integer"})
FIELDS = Parameter(
    "fields",
    read_fields,
    gettext_lazy(
        "Only these fields, with commas between them; a part of a field after a dot, such as "
        "counts.met. The answer keeps the order of the contract."
    ),
    TEXT,
)
PAGE_SIZE = Parameter(
    "page_size",
    read_page_size,
    gettext_lazy("Rows per page."),
    {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_PAGE_SIZE,
        "default": DEFAULT_PAGE_SIZE,
    },
)
COUNT = listed(
    "count",
    ("true", "false"),
    gettext_lazy("true: tell how many rows there are on all pages."),
)
MOMENT = (AS_OF, KNOWN_AT)
# What a resource's ``moment`` adds to its parameters.
MOMENTS = {"none": (), "as_of": (AS_OF,), "both": MOMENT}
