"""What the results refer to: the standard in force, and every version of it."""

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaluation.api import examples, fields
from evaluation.api.access import Compliance, DetailView
from evaluation.models import Pack, ParameterOverride
from evaluation.rules import KINDS
from evaluation.selectors import pack_versions, parameters, wording
from portal.api import REFERENCE, pages, schema, values
from portal.api.parameters import DIVISION
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.jurisdictions.models import Division


class Standards(DetailView):
    """The rule pack in force: its rules, its parameters, what divisions set and what holds in
    each."""

    resource = Resource(
        "standards",
        "standards/",
        REFERENCE,
        fields.STANDARDS,
        key=("as_of",),
        title=_("The standard in force"),
        about=_(
            "The rules and parameters that judge on a day, what divisions set, and what holds in "
            "each; with known_at by what was decided at that time."
        ),
        moment="both",
        streams=False,
        example=examples.STANDARDS,
    )
    filters = (DIVISION,)
    shape = "Standards"

    def get(self, _request):
        as_of, known_at = self.query["as_of"] or timezone.localdate(), self.moment.known_at
        pack = parameters.pack_in_force(as_of, known_at)
        rules = parameters.parsed(pack)
        paths = None if self.request.user.is_superuser else paths_of(self.request.user)
        rows = list(overrides(paths, as_of, known_at))
        document = {
            "as_of": as_of.isoformat(),
            "known_at": values.time(known_at),
            "pack": pack_row(pack) | issued(rules),
            **content(rules),
            "overrides": [override_row(each) for each in rows],
            "in_force": self.in_force(pack, as_of, paths, rows),
            "versions": versions(Pack.objects.all(), known_at),
        }
        return self.answer(self.cut(document), rows=len(rules.rules))

    def in_force(self, pack, as_of, paths, rows):
        """Every parameter in the municipality and in the districts around the user, or in the
        division asked for."""
        divisions = Division.objects.filter(kind__in=SETTING_KINDS).order_by("path")
        if paths is not None:
            divisions = divisions.filter(_around(paths, "path"))
        if self.query["division"]:
            divisions = divisions.within(self.query["division"].path)
        named = {division.path: division for division in divisions}
        settings = parameters.settings_for(named, pack, as_of, self.moment.known_at)
        by_id = {each.pk: each for each in rows}
        return [
            in_force_row(division, setting, name, by_id)
            for path, division in named.items()
            for setting in [settings[path]]
            for name in setting.pack.parameters
        ]


@register
class VersionList(Compliance, ListView):
    """Every loaded version of every standard, in force or not."""

    resource = Resource(
        "standards-versions",
        "standards/versions/",
        REFERENCE,
        fields.VERSION,
        key=("code", "version"),
        title=_("Versions of standards"),
        about=_("Every rule pack that is loaded, with the periods in which it judges here."),
        feed="standards",
        rests_on=("standards",),
        example=examples.VERSION,
    )
    parts = (pages.TEXT, pages.WHOLE)

    def rows(self, after, limit):
        found = Pack.objects.defer("content").order_by("code", "version")
        if after:
            code, version = after[0], int(after[1])
            found = found.filter(Q(code__gt=code) | Q(code=code, version__gt=version))
        return iter(found[:limit])

    def prepare(self, rows):
        self.periods = periods()

    def key(self, row):
        return (row.code, str(row.version))

    def show(self, row):
        return version_row(row, self.periods)

    def count(self):
        return Pack.objects.count()

    def documents(self, keys):
        found = [pack for pack in Pack.objects.defer("content") if str(pack) in set(keys)]
        self.prepare(found)
        return {str(pack): self.cut(self.show(pack)) for pack in found}


class VersionDetail(DetailView):
    """One version of a standard: its rules and its parameters with their defaults."""

    resource = Resource(
        "standards-version",
        "standards/versions/{code}/{version}/",
        REFERENCE,
        fields.STANDARD_VERSION,
        key=("code", "version"),
        title=_("One version of a standard"),
        about=_("The rules and parameters of one rule pack, as every finding of it was judged."),
        streams=False,
        example=examples.STANDARD_VERSION,
    )
    shape = "StandardsVersionDetail"

    def get(self, _request, code, version):
        found = Pack.objects.filter(code=code, version=version) if "\0" not in code else ()
        for pack in found:
            rules = parameters.parsed(pack)
            document = version_row(pack, periods()) | issued(rules) | content(rules)
            return self.answer(self.cut(document), rows=len(rules.rules))
        raise Http404

    def in_path(self):
        return [
            schema.path_parameter("code", _("Code of the standard.")),
            schema.path_parameter("version", _("Number of the version."), int),
        ]


def issued(rules):
    """Who issued a standard, and by which document."""
    return {"issuer": rules.issuer, "doc_no": rules.doc_no}


def content(rules):
    """The rules and parameters of a pack."""
    return {
        "rules": [rule_row(rule, rules.parameters.values()) for rule in rules.rules],
        "parameters": [parameter_row(each) for each in rules.parameters.values()],
    }


SETTING_KINDS = (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT)


def in_force_row(division, setting, name, overrides):
    """The value of one parameter in one division, with what it comes from."""
    parameter = setting.pack.parameters[name]
    source = overrides.get(setting.origins[name])
    return {
        "division_code": division.code,
        "key": name,
        "default": parameter.dump(parameter.default),
        "value": parameter.dump(setting.values[name]),
        "origin": source.division.kind if source else "default",
        "params_version": setting.origins[name],
        "effective_from": source and source.effective_from.isoformat(),
        "doc_no": source and source.doc_no,
    }


def versions(packs, known_at=None):
    """Versions with the periods in which each judges here."""
    judging = periods(known_at)
    return [version_row(pack, judging) for pack in packs.defer("content")]


def version_row(pack, judging):
    """One version of a standard, and when it judges."""
    return pack_row(pack) | {"periods": judging.get(pack.pk, [])}


def periods(known_at=None):
    """Pack id → the periods in which it judges, by what was decided by a moment."""
    judging = {}
    for period in pack_versions.periods(known_at):
        judging.setdefault(period.activation.pack_id, []).append(
            {
                "active_from": period.starts_on.isoformat(),
                "active_until": period.ends_on and period.ends_on.isoformat(),
                "doc_no": period.activation.doc_no,
            }
        )
    return judging


def overrides(paths, as_of, known_at=None):
    """Parameter values set by divisions and those above and below them; None is everybody's."""
    found = ParameterOverride.objects.filter(effective_from__lte=as_of).select_related("division")
    if known_at is not None:
        found = found.filter(set_at__lte=known_at)
    if paths is not None:
        found = found.filter(_around(paths))
    return found.order_by("division__path", "effective_from", "id")


def paths_of(user):
    """Paths of the divisions and of the centers whose compliance the user sees."""
    own = user.memberships.values_list("center__division__path", flat=True)
    return [*user.paths_with(Compliance.required_capability), *own]


def _around(paths, field="division__path"):
    around = Q(pk=None)
    for path in paths:
        parts = path.rstrip("/").split("/")
        above = ["/".join(parts[:end]) + "/" for end in range(1, len(parts) + 1)]
        around |= Q(**{f"{field}__in": above}) | Q(**{f"{field}__startswith": path})
    return around


def pack_row(pack):
    """One version of a standard."""
    return {
        "name": str(pack),
        "code": pack.code,
        "version": pack.version,
        "effective_from": pack.effective_from.isoformat(),
        "sha256": pack.sha256,
        "loaded_at": values.time(pack.loaded_at),
    }


def rule_row(rule, parameters_of_pack):
    """One rule, with the names of the parameters it depends on."""
    return {
        "rule": rule.id,
        "clause": rule.clause,
        "clause_text": rule.quote,
        "class": rule.rule_class,
        "class_label": wording.class_label(rule),
        "dimension": rule.dimension,
        "level": KINDS[rule.kind].level,
        "kind": rule.kind,
        "subject": rule.subject,
        "title": wording.rule_title(rule),
        "basis": rule.basis,
        "parameters": [each.name for each in parameters_of_pack if rule.id in each.rules],
    }


def parameter_row(parameter):
    """One parameter with its default, as a division may set it."""
    return {
        "key": parameter.name,
        "type": parameter.type,
        "clause": parameter.clause,
        "title": parameter.title_en if in_english() else parameter.title,
        "default": parameter.dump(parameter.default),
        "is_nullable": parameter.is_nullable,
        "minimum": None if parameter.minimum is None else str(parameter.minimum),
        "maximum": None if parameter.maximum is None else str(parameter.maximum),
        "choices": list(parameter.choices),
        "use": parameter.use_en if in_english() else parameter.use,
    }


def in_english():
    """Whether the client asked for English."""
    return (get_language() or "").startswith("en")


def override_row(override):
    """One value a division set; its version is what findings name."""
    return {
        "params_version": override.pk,
        "division_code": override.division.code,
        "key": override.key,
        "value": override.value,
        "is_reset": override.is_reset,
        "effective_from": override.effective_from.isoformat(),
        "doc_no": override.doc_no,
    }
