"""What the results refer to: the standard in force."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from evaluation.api import documents, examples, schema
from evaluation.api.access import ComplianceView
from evaluation.models import Pack, ParameterOverride
from evaluation.rules import KINDS
from evaluation.selectors import pack_versions, parameters, wording
from portal.api import REFERENCE
from portal.api.parameters import AS_OF, DIVISION
from portal.jurisdictions.models import Division


class Standards(ComplianceView):
    """The rule pack in force: its rules, its parameters, what divisions set and what holds in
    each."""

    required_dataset = REFERENCE
    parameters = (AS_OF, DIVISION)

    @schema.describe("standards", schema.STANDARDS, parameters, examples.STANDARDS)
    def get(self, _request):
        as_of = self.query["as_of"] or timezone.localdate()
        pack = parameters.pack_in_force(as_of)
        rules = parameters.parsed(pack)
        paths = None if self.request.user.is_superuser else paths_of(self.request.user)
        rows = list(overrides(paths, as_of))
        document = {
            "as_of": as_of.isoformat(),
            "pack": pack_row(pack) | {"issuer": rules.issuer, "doc_no": rules.doc_no},
            "rules": [rule_row(rule, rules.parameters.values()) for rule in rules.rules],
            "parameters": [parameter_row(each) for each in rules.parameters.values()],
            "overrides": [override_row(each) for each in rows],
            "in_force": self.in_force(pack, as_of, paths, rows),
            "versions": versions(),
        }
        return self.answer(document, rows=len(rules.rules))

    def in_force(self, pack, as_of, paths, rows):
        """Every parameter in the municipality and in the districts around the user, or in the
        division asked for."""
        divisions = Division.objects.filter(kind__in=SETTING_KINDS).order_by("path")
        if paths is not None:
            divisions = divisions.filter(_around(paths, "path"))
        if self.query["division"]:
            divisions = divisions.within(self.query["division"].path)
        named = {division.path: division for division in divisions}
        settings = parameters.settings_for(named, pack, as_of)
        by_id = {each.pk: each for each in rows}
        return [
            in_force_row(division, setting, name, by_id)
            for path, division in named.items()
            for setting in [settings[path]]
            for name in setting.pack.parameters
        ]


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


def versions():
    """Every loaded version with the periods in which it judges here."""
    judging = {}
    for period in pack_versions.periods():
        judging.setdefault(period.activation.pack_id, []).append(
            {
                "active_from": period.starts_on.isoformat(),
                "active_until": period.ends_on and period.ends_on.isoformat(),
                "doc_no": period.activation.doc_no,
            }
        )
    return [
        pack_row(pack) | {"periods": judging.get(pack.pk, [])}
        for pack in Pack.objects.defer("content")
    ]


def overrides(paths, as_of):
    """Parameter values set by divisions and those above and below them; None is everybody's."""
    found = ParameterOverride.objects.filter(effective_from__lte=as_of).select_related("division")
    if paths is not None:
        found = found.filter(_around(paths))
    return found.order_by("division__path", "effective_from", "id")


def paths_of(user):
    """Paths of the divisions and of the centers whose compliance the user sees."""
    own = user.memberships.values_list("center__division__path", flat=True)
    return [*user.paths_with(ComplianceView.required_capability), *own]


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
        "loaded_at": documents.time(pack.loaded_at),
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
