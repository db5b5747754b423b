"""Rows as JSON documents: decimals as text, times of Shanghai, labels in the client's language."""

from functools import cached_property

from django.utils.translation import get_language

from centers.api import places
from evaluation.models import Pack, Verdict
from evaluation.rules.base import OUTCOMES, RULE_CLASSES
from evaluation.selectors import parameters, wording
from evaluation.selectors.coverage import Coverage
from evaluation.selectors.rows import Basis, FindingRow, Said
from evaluation.services.results import MOVING
from portal.api import values
from portal.jurisdictions.models import Division

# How a center's outcomes are counted: ``counts`` is the construction standard alone.
COUNTED = ("counts", "functions", "statute")
COUNTED_AS = {"functions": "functions", "statute": "statute"}
WAIVER = tuple(name for name in FindingRow._fields if name.startswith("waiver_"))


# A pack never changes: its text is read and parsed once. (id, digest) → rule id → rule.
_parsed = {}


def rules_of(packs):
    """Pack id → rule id → rule. One query where a pack is new."""
    keys = [(pack.pk, pack.sha256) for pack in packs]
    if new := [pk for pk, sha256 in keys if (pk, sha256) not in _parsed]:
        for pack in Pack.objects.filter(pk__in=new):
            rules = {rule.id: rule for rule in parameters.parsed(pack).rules}
            _parsed[pack.pk, pack.sha256] = rules
    return {pk: _parsed[pk, sha256] for pk, sha256 in keys}


class Documents:
    """What every row of an answer shares, read once: packs, labels, and up to when the standing
    results were confirmed. Two queries, one for results of a date."""

    def __init__(self, moment):
        packs = list(Pack.objects.defer("content"))
        rules = rules_of(packs)
        self.rules = {pack.pk: (str(pack), rules[pack.pk]) for pack in packs}
        # What was written of rules may be kept for as long as this is the same.
        self.world = (get_language(), *((pack.pk, pack.sha256) for pack in packs))
        self.groups = {
            rule.id: rule.dimension
            for _name, rules in self.rules.values()
            for rule in rules.values()
        }
        # Worded here, because a stream is written after the request's language is left.
        self.outcomes = {
            (rule_class, outcome): wording.outcome_label(rule_class, outcome)
            for rule_class in RULE_CLASSES
            for outcome in OUTCOMES
        }
        self.rollups = {value: wording.rollup_label(value) for value in Verdict.Rollup.values}
        self.not_computed = wording.outcome_label("", "error")
        self.is_standing = moment.as_of is None
        self._days = {}

    def rollup_label(self, verdict):
        """The roll-up in words; one that a failed rule left open says so."""
        if "rollup" in verdict.not_computed:
            return self.not_computed
        return self.rollups[verdict.rollup]

    @cached_property
    def coverage(self):
        """Up to when the standing results were confirmed."""
        return Coverage.load()

    def rules_of(self, rule_class, group):
        """Pack id → ids of its rules of a class and a group; None is any."""
        return {
            pk: [
                rule.id
                for rule in rules.values()
                if rule_class in (None, rule.rule_class) and group in (None, rule.dimension)
            ]
            for pk, (_name, rules) in self.rules.items()
        }

    def as_of(self, path, computed_for):
        """The day a result speaks of."""
        if not self.is_standing:
            return computed_for
        key = path, computed_for
        if key not in self._days:
            self._days[key] = self.coverage.as_of(path, computed_for)
        return self._days[key]

    def finding(self, row):
        """A finding, as domain reference §1.5 has it: ``fragments`` joins the same three parts."""
        center = (row.center_code, row.center_name, row.division_code, row.division_path)
        waiver = [getattr(row, name) for name in WAIVER]
        return {
            **self.of_center(*center, row.as_of),
            **self.of_rule(Said(row.pack_id, row.rule, row.outcome, row.reason, row.figures)),
            **self.of_basis(
                Basis(
                    row.in_grace,
                    row.params_version,
                    row.pack_id,
                    row.data_version,
                    row.computed_at,
                    waiver,
                )
            ),
        }

    def of_center(self, code, name, division_code, division_path, computed_for):
        """Of a finding: whose it is, and of which day."""
        district, township = places.place(division_code)
        return {
            "center_code": code,
            "center_name": name,
            "division_code": district,
            "township_code": township,
            "as_of": self.as_of(division_path, computed_for).isoformat(),
        }

    def of_rule(self, said):
        """Of a finding: the rule and its outcome."""
        _pack, rules = self.rules[said.pack_id]
        rule = rules[said.rule]
        return {
            "rule": said.rule,
            "clause": rule.clause,
            "clause_text": rule.quote,
            "class": rule.rule_class,
            "outcome": said.outcome,
            "outcome_label": self.outcomes[rule.rule_class, said.outcome],
            "reason_code": said.reason.format_map(said.figures),
            # As stored: without the figures that move from day to day.
            "evidence": {k: v for k, v in said.figures.items() if k not in MOVING},
        }

    def of_basis(self, basis):
        """Of a finding: what it rests on, and since when."""
        return {
            "waiver": waiver_row(*basis.waiver),
            "in_grace": basis.in_grace,
            "params_version": basis.params_version,
            "pack": self.rules[basis.pack_id][0],
            "data_version": values.time(basis.data_version),
            "computed_at": values.time(basis.computed_at),
        }

    def counts(self, outcomes):
        """Numbers of outcomes: of the construction standard, of the functions, of the statute."""
        counted = {name: dict.fromkeys(OUTCOMES, 0) for name in COUNTED}
        for rule, outcome in outcomes.items():
            counted[COUNTED_AS.get(self.groups.get(rule), "counts")][outcome] += 1
        functions = counted["functions"]
        functions["applicable"] = sum(functions.values()) - functions["not_applicable"]
        return counted

    def center(self, row, district_names):
        """A center with its roll-up; nulls while it was never evaluated."""
        center, verdict = row.place, row.verdict
        district, township = places.place(center.division_code)
        return {
            "code": center.code,
            "name": center.name,
            "division_code": district,
            "division_name": district_names[district],
            "township_code": township,
            "township_name": center.division_name if township else None,
            "as_of": verdict and self.as_of(center.division_path, verdict.as_of).isoformat(),
            "rollup": verdict and verdict.rollup,
            "rollup_label": verdict and self.rollup_label(verdict),
            "dimensions": {name: verdict and getattr(verdict, name) for name in Verdict.DIMENSIONS},
            "not_computed": list(verdict.not_computed) if verdict else [],
            **self.counts(row.outcomes),
            "computed_at": verdict and values.time(verdict.computed_at),
        }


def waiver_row(pk, reason, starts_on, ends_on, *decided):
    """The waiver that holds of a finding; None without one."""
    requested_as, requested_at, approved_as, approved_at = decided
    return pk and {
        "id": pk,
        "reason": reason,
        "from": starts_on and starts_on.isoformat(),
        "until": ends_on.isoformat(),
        "requested_as": requested_as,
        "requested_at": values.time(requested_at),
        "approved_as": approved_as,
        "approved_at": values.time(approved_at),
    }


def district_names(codes):
    """Code → name of the districts. One query."""
    found = Division.objects.filter(code__in={code[:6] for code in codes})
    return dict(found.values_list("code", "name"))


def explained(explanation):
    """Why a finding is what it is; no label that could name a person. None where a rule left the
    pack since."""
    return explanation and {
        "measured": explanation.measured,
        "required": explanation.required,
        "reason": explanation.reason,
        "counted": [_note(note) for note in explanation.counted],
        "uncounted": [_note(note) for note in explanation.uncounted],
        "remedy": explanation.remedy or None,
    }


def information(each):
    """An informational item: figures, and no outcome."""
    return {
        "item": each.item.id,
        "clause": each.item.clause,
        "clause_text": each.item.quote,
        "title": each.title,
        "figures": each.figures,
        "text": each.text,
    }


def _note(note):
    # An account's label is its holder, who may be a person. Of a record of work the label is the
    # day and the kind: explained without names, it holds no title.
    label = None if note.section == "accounts" else note.label
    return {"section": note.section, "position": note.position, "label": label, "note": note.note}


def period(row, documents, cause, known_at=None):
    """A stretch of a center's time line: one outcome of one rule, from when to when, and what it
    came by; what ended after ``known_at`` still held then."""
    _pack, rules = documents.rules[row.pack_id]
    rule = rules[row.rule]
    is_ended = row.superseded_at and (known_at is None or row.superseded_at <= known_at)
    return {
        "id": row.id,
        "rule": row.rule,
        "clause": rule.clause,
        "class": rule.rule_class,
        "outcome": row.outcome,
        "outcome_label": documents.outcomes[rule.rule_class, row.outcome],
        "reason_code": row.reason.format_map(row.figures),
        "as_of": row.as_of.isoformat(),
        "from": values.time(row.computed_at),
        "to": values.time(row.superseded_at) if is_ended else None,
        "cause": {"kind": cause.kind, "reference": cause.reference},
    }
