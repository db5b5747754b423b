"""What a client supposes: the body of a question, read into two scenarios.

Everything wrong with a body is told at once, each fault with its place and what would be accepted.
"""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.models import Pack
from evaluation.rules.parameters import ParameterError
from evaluation.selectors import parameter_wording, parameters, simulations
from evaluation.selectors.findings import FIRST_DAY
from evaluation.selectors.simulations import Scenario
from portal.api import ECHO_LENGTH, Fault, Problem, UnreadableError
from portal.api import parameters as readers

MEMBERS = ("division", "as_of", "base_as_of", "known_at", "pack", "parameters", "fields")


class Body:
    """The members of a JSON object, each read once; the faults are kept until all were."""

    def __init__(self, document):
        self.document = document if isinstance(document, dict) else {}
        self.faults = []
        if not isinstance(document, dict):
            self.fault("", document, _("The body is a JSON object with the member division."))
        for name in self.document:
            if name not in MEMBERS:
                message = _("There is no member “%(name)s” here.") % {"name": name[:ECHO_LENGTH]}
                self.fault(name, "", message, MEMBERS, code="unknown_parameter")

    def fault(self, name, value, message, accepted=None, code="unknown_value"):
        """Keep what is wrong."""
        shown = Fault(name[:ECHO_LENGTH], str(value), str(message), accepted)
        self.faults.append((code, shown))

    def read(self, name, reader, default=None):
        """The member as ``reader`` makes it of a text; left out or null it is the default."""
        value = self.document.get(name)
        if value is None:
            return default
        try:
            if not isinstance(value, str) or "\0" in value:
                raise UnreadableError(_("This is a text here."))
            return reader(value)
        except UnreadableError as error:
            self.fault(name, value, error.message, error.accepted, error.code)
            return default

    def check(self):
        """Refuse the body if anything was wrong."""
        if self.faults:
            code, first = self.faults[0]
            raise Problem(400, code, first.message, [fault for _code, fault in self.faults])


class Asked:
    """What is asked: a division and the two scenarios held against each other."""

    def __init__(self, document, *, now):
        body = Body(document)
        self.division = body.read("division", readers.read_division)
        if self.division is None and not body.faults:
            body.fault("division", "", _("division is needed: the code of whose centers to judge."))
        today = timezone.localdate(now)
        as_of = body.read("as_of", _read_day(today), today)
        base_as_of = body.read("base_as_of", _read_day(today), as_of)
        known_at = body.read("known_at", readers.read_known_at)
        pack = body.read("pack", read_pack) or parameters.pack_in_force(as_of, known_at)
        values = _values(body, parameters.parsed(pack))
        self.fields = body.read("fields", readers.read_fields)
        body.check()
        self.before = Scenario(base_as_of, parameters.pack_in_force(base_as_of))
        self.after = Scenario(as_of, pack, known_at, values)


def _read_day(today):
    """A reader of days, past or ahead within reason."""
    last = today + simulations.FARTHEST

    def read(text):
        day = readers.read_day(text)
        if day is None or not FIRST_DAY <= day <= last:
            message = _("This is a day from %(first)s to %(last)s, written YYYY-MM-DD.")
            days = {"first": FIRST_DAY.isoformat(), "last": last.isoformat()}
            raise UnreadableError(message % days, code="unknown_as_of")
        return day

    return read


def read_pack(text):
    """A loaded pack by name, such as shanghai-2024-1 v2."""
    code, _space, version = text.partition(" v")
    wanted = Q(pk=None)
    if version.isascii() and version.isdigit() and len(version) < len("10000"):
        wanted = Q(code=code, version=int(version))
    pack = Pack.objects.filter(wanted).first()
    if pack is None:
        message = _("There is no rule pack “%(value)s”. /api/v1/standards/ lists every version.")
        known = map(str, Pack.objects.defer("content"))
        raise UnreadableError(message % readers.said(text), list(known))
    return pack


def _values(body, standard):
    """Parameter → raw value as the pack reads it; null is no limit, and nothing of a list."""
    given = body.document.get("parameters")
    if given is None:
        return {}
    if not isinstance(given, dict):
        body.fault("parameters", given, _("parameters is an object: the value of each by its key."))
        return {}
    known = simulations.supposable(standard)
    values = {}
    for name, raw in given.items():
        parameter, place = known.get(name), f"parameters.{name}"
        if parameter is None:
            text = _("No rule of this pack judges centers by a parameter “%(name)s”.")
            body.fault(place, "", text % {"name": name[:60]}, list(known), "unknown_parameter")
            continue
        raw = [] if raw is None and parameter.type == "list" else raw
        try:
            values[name] = parameter.dump(parameter.parse(raw))
        except ParameterError as error:
            body.fault(place, raw, parameter_wording.problem(parameter, raw, error, standard))
    return values
