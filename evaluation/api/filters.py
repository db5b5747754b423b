"""Query parameters of the compliance data: how each is read, refused and documented."""

import re
from datetime import MAXYEAR

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from evaluation.models import Finding, Pack, Run, Verdict
from evaluation.rules.base import GROUPS, RULE_CLASSES
from evaluation.selectors import parameters
from evaluation.selectors.findings import FIRST_DAY
from portal.api import Parameter, UnreadableError
from portal.jurisdictions.models import Division

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LEVELS = ("district", "township")
# The safeguards are the district's, not a center's.
CENTER_GROUPS = tuple(group for group in GROUPS if group != "safeguards")
MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 100


def _one_of(accepted):
    """A reader that takes these values and names them when it refuses."""

    def read(text):
        if text in accepted:
            return text
        raise UnreadableError(_("“%(value)s” is not one of the values.") % _said(text), accepted)

    return read


def _said(text):
    return {"value": text[:60]}


def read_as_of(text):
    """A day from 2000 to today."""
    today = timezone.localdate()
    try:
        day = parse_date(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= today:
        message = _("as_of is a day from %(first)s to today, %(today)s, written YYYY-MM-DD.")
        said = {"first": FIRST_DAY.isoformat(), "today": today.isoformat()}
        raise UnreadableError(message % said, code="unknown_as_of")
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
        raise UnreadableError(message % _said(text))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def read_division(text):
    """A division by code."""
    division = Division.objects.filter(code=text).first()
    if division is None:
        districts = Division.objects.filter(
            kind__in=[Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT]
        )
        message = _("There is no division “%(value)s”. /api/v1/divisions/ lists every code.")
        raise UnreadableError(
            message % _said(text), districts.order_by("code").values_list("code", flat=True)
        )
    return division


def read_rule(text):
    """The id of a rule of any loaded pack that judges centers."""
    packs = map(parameters.parsed, Pack.objects.all())
    known = {rule.id for pack in packs for rule in pack.center_rules}
    return _one_of(sorted(known))(text)


def read_duty_rule(text):
    """The id of a rule of any loaded pack that judges districts."""
    packs = map(parameters.parsed, Pack.objects.all())
    return _one_of(sorted({rule.id for pack in packs for rule in pack.district_rules}))(text)


def read_year(text):
    """A year with four digits, from 2000 to this one."""
    this = timezone.localdate().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == len("2026") else 0
    if not FIRST_DAY.year <= year <= this:
        message = _("year is a year from %(first)s to %(this)s.")
        raise UnreadableError(message % {"first": FIRST_DAY.year, "this": this})
    return year


def read_page_size(text):
    """A whole number from 1 to 200."""
    size = int(text) if text.isascii() and text.isdigit() and len(text) <= len("200") else 0
    if not 1 <= size <= MAX_PAGE_SIZE:
        message = _("page_size is a whole number from 1 to %(maximum)s.")
        raise UnreadableError(message % {"maximum": MAX_PAGE_SIZE})
    return size


def _listed(name, choices, description):
    schema = {"type": "string", "enum": list(choices)}
    return Parameter(name, _one_of(tuple(choices)), description, schema)


TEXT = {"type": "string"}

AS_OF = Parameter(
    "as_of",
    read_as_of,
    "The day the results speak of. Without it, or with today: the standing results. Another day: "
    "the official results of that day where it was evaluated, otherwise judged while you wait "
    "(for at most 5,000 centers).",
    {"type": "string", "format": "date"},
)
KNOWN_AT = Parameter(
    "known_at",
    read_time,
    "With as_of: judge by what was known at this time.",
    {"type": "string", "format": "date-time"},
)
DIVISION = Parameter(
    "division", read_division, "Code of a municipality, district, street or town.", TEXT
)
CENTER = Parameter("center", str, "Code of a center.", TEXT)
RULE = Parameter("rule", read_rule, "Rule id, such as ST-08.", TEXT)
DUTY_RULE = Parameter("rule", read_duty_rule, "Rule id of a duty, such as DD-20.", TEXT)
YEAR = Parameter(
    "year",
    read_year,
    "Year the duties are judged for. Without it every year; with as_of the year of that day.",
    {"type": "integer"},
)
RULE_CLASS = _listed(
    "class",
    RULE_CLASSES,
    "M required, G general, E encouraged, P permitted, D duty of the district, L statute.",
)
GROUP = _listed(
    "group",
    CENTER_GROUPS,
    "Part of the standard (staffing, premises, funding, governance), functions, or statute.",
)
OUTCOME = _listed("outcome", Finding.Outcome.values, "Outcome of the rule.")
ROLLUP = _listed("rollup", Verdict.Rollup.values, "Roll-up of the center.")
CHANGED_SINCE = Parameter(
    "changed_since",
    read_time,
    "Findings computed at or after this time. To follow changes, pass the newest computed_at you "
    "have seen.",
    {"type": "string", "format": "date-time"},
)
RUN_STATUS = _listed("status", Run.Status.values, "Status of the run.")
TRIGGER = _listed("trigger", Run.Trigger.values, "What started the run.")
RUN_AS_OF = Parameter(
    "as_of", read_as_of, "The day the run was asked for.", {"type": "string", "format": "date"}
)
LEVEL = _listed("level", LEVELS, "Group by district (default) or by township.")
KIND = _listed("kind", Division.Kind.values, "Kind of division.")
PAGE_SIZE = Parameter(
    "page_size",
    read_page_size,
    "Rows per page.",
    {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_PAGE_SIZE,
        "default": DEFAULT_PAGE_SIZE,
    },
)
COUNT = _listed("count", ("true", "false"), "true: tell how many rows there are on all pages.")
