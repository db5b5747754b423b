"""Yearly packs in words: figures, units, denominators, parts and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centers.models import Center, FundingRow, PremisesRow
from centers.models.event import Mechanism
from evaluation.models import Band, CityPack, Finding, Pack, Verdict
from evaluation.rules.base import MET, NO_DATA, NOT_MET, Rule
from evaluation.rules.city_pack import GROUPS
from evaluation.selectors import city_packs, parameters, wording
from portal.jurisdictions.models import Division

GROUP_LABELS: Mapping[str, Any] = {
    "coverage": gettext_lazy("Coverage of streets and towns"),
    "standards": gettext_lazy("Construction standard"),
    "people": gettext_lazy("People"),
    "premises": gettext_lazy("Premises and area"),
    "money": gettext_lazy("Money"),
    "functions": gettext_lazy("Functions carried out"),
    "mechanism": gettext_lazy("Mechanisms and duties of the district"),
    "review": gettext_lazy("Reviews and rectification"),
    "disclosure": gettext_lazy("Disclosure and feedback"),
    "quality": gettext_lazy("Quality of the data"),
}
FIGURES: Mapping[str, Any] = {
    "coverage.townships": gettext_lazy("streets and towns"),
    "coverage.with_center": gettext_lazy("streets and towns with a center"),
    "coverage.rate": gettext_lazy("share of streets and towns with a center"),
    "standards.centers": gettext_lazy("centers of streets and towns"),
    "standards.compliant_rate": gettext_lazy("share compliant or basically compliant"),
    "people.full_time_directors": gettext_lazy("full-time directors"),
    "people.full_time_staff": gettext_lazy("full-time staff beside the directors"),
    "people.community_workers": gettext_lazy("seconded community workers"),
    "people.social_workers": gettext_lazy("people with a social-work certificate"),
    "premises.area": gettext_lazy("area counted, together"),
    "premises.area_median": gettext_lazy("area counted, the middle one"),
    "premises.co_located": gettext_lazy("centers at one place with others"),
    "money.total": gettext_lazy("operating funds of the year, together"),
    "money.purchase_growth": gettext_lazy("growth of government purchases"),
    "functions.lottery_applied": gettext_lazy("applications for welfare-lottery funds"),
    "functions.lottery_approved": gettext_lazy("welfare-lottery applications approved"),
    "mechanism.exchanges": gettext_lazy("exchanges between streets and towns, held with minutes"),
    "mechanism.link_rate": gettext_lazy("share of centers linked with the district's own"),
    "mechanism.guidance_rate": gettext_lazy("share of centers guided"),
    "mechanism.duties_met": gettext_lazy("share of the district's duties met"),
    "review.reviewed_rate": gettext_lazy("share of centers reviewed"),
    "review.rectifications": gettext_lazy("items to be put right, opened in the year"),
    "review.rectified_rate": gettext_lazy("share of these items put right"),
    "disclosure.on_time_rate": gettext_lazy("share published by the day it was due"),
    "disclosure.complaints_handled_rate": gettext_lazy("share of complaints handled"),
    "disclosure.feedback_in_time_rate": gettext_lazy("share of feedback answered in time"),
    "quality.no_data_rate": gettext_lazy("share of findings without data"),
    "quality.late_filings": gettext_lazy("filings late or missing"),
    "quality.on_time_rate": gettext_lazy("share of filings in time"),
}
UNITS: Mapping[str, Any] = {
    "count": gettext_lazy("as a number"),
    "percent": "%",
    "m2": gettext_lazy("m²"),
    "ten_thousand_yuan": gettext_lazy("10,000 yuan"),
}
OF: Mapping[str, Any] = {
    "townships": gettext_lazy("of all streets and towns"),
    "centers": gettext_lazy("of all centers"),
    "centers_judged": gettext_lazy("of the centers that could be judged"),
    "judged": gettext_lazy("of the centers judged: met and not met"),
    "applicable": gettext_lazy("of the centers judged: met and not met"),
    "centers_reported": gettext_lazy("from so many centers that told of it, of all"),
    "centers_graded": gettext_lazy("of the centers with a final grade"),
    "duties_judged": gettext_lazy("of the duties judged: met and not met"),
    "lottery_applied": gettext_lazy("of the applications"),
    "rectifications": gettext_lazy("of the items opened in the year"),
    "disclosures_due": gettext_lazy("of what was due in the year, contracts and teams left out"),
    "complaints": gettext_lazy("of the complaints of the year"),
    "feedback_due": gettext_lazy("of the feedback of the year that is due or dealt with"),
    "findings": gettext_lazy("of all findings"),
    "filings_due": gettext_lazy("of the filings due in the year"),
    "purchase": gettext_lazy("against the year before"),
}
PARTS: Mapping[str, Any] = {
    **{str(value): label for value, label in Finding.Outcome.choices},
    **{str(value): label for value, label in FundingRow.Form.choices},
    **{str(value): label for value, label in PremisesRow.CoLocation.choices},
    **{str(value): label for value, label in Mechanism.choices},
    "other": gettext_lazy("other"),
    "unknown": gettext_lazy("unknown"),
    "on_time": gettext_lazy("in time"),
    "late": gettext_lazy("late"),
    "missing": gettext_lazy("missing"),
    "this_year": gettext_lazy("this year"),
    "last_year": gettext_lazy("last year"),
}
EVIDENCE: Mapping[str, Any] = {
    "section": gettext_lazy("accepted section"),
    "finding": gettext_lazy("finding of a rule"),
    "verdict": gettext_lazy("roll-up of a center"),
    "duty": gettext_lazy("finding of a duty"),
    "division": gettext_lazy("division"),
    "list": gettext_lazy("complete list"),
    "review": gettext_lazy("final review"),
    "rectification": gettext_lazy("item to be put right"),
    "disclosure": gettext_lazy("item that had to be public"),
    "publication": gettext_lazy("publication"),
    "complaint": gettext_lazy("complaint"),
    "feedback": gettext_lazy("feedback of a resident"),
    "filing": gettext_lazy("filing that was due"),
}
NOTE_KINDS: Mapping[str, Any] = {
    "exception": gettext_lazy("exception explained"),
    "practice": gettext_lazy("good practice"),
}


@dataclass(frozen=True)
class Said:
    """A figure as a page shows it; ``value`` is "" while it is unknown."""

    key: str
    label: str
    unit: str
    value: str
    share: str
    of: str
    parts: str
    last_year: str
    change: str
    evidence: int
    notes: list[tuple[str, str]]
    # Of a share: how far it reaches, in percent.
    bar: str
    # Whether the unit says more than that something is counted.
    is_measured: bool


@dataclass(frozen=True)
class Group:
    """Figures that belong together."""

    code: str
    label: str
    figures: list[Said]


def groups(pack: CityPack) -> list[Group]:
    """The pack's figures in words, by group."""
    told, labels = city_packs.content(pack), Labels(pack)
    notes: dict[str, list[tuple[str, str]]] = {}
    for note in told["notes"]:
        kind = str(NOTE_KINDS[note["kind"]])
        notes.setdefault(note["figure"], []).append((kind, note["text"]))
    return [
        Group(
            code,
            str(GROUP_LABELS[code]),
            [
                _said(figure, labels, notes.get(figure["key"], []))
                for figure in told["figures"]
                if figure["group"] == code
            ],
        )
        for code in GROUPS
    ]


@dataclass(frozen=True)
class CenterSaid:
    """How one center stood, as a page shows it: rules by outcome, by their ids."""

    code: str
    name: str
    township: str
    rollup: str
    rollup_label: str
    met: int
    not_met: list[str]
    no_data: list[str]


def centers(pack: CityPack) -> list[CenterSaid]:
    """How each center stood on the day, by code. Two queries, for the names of today."""
    told = city_packs.content(pack)["centers"]
    named = Center.objects.filter(code__in=[each["code"] for each in told])
    names = dict(named.values_list("code", "name"))
    homes = Division.objects.filter(code__in={each["township"] for each in told})
    townships = dict(homes.values_list("code", "name"))
    return [_center(each, names, townships) for each in told]


def _center(
    told: Mapping[str, Any], names: Mapping[str, str], townships: Mapping[str, str]
) -> CenterSaid:
    rules: dict[str, list[str]] = {}
    for rule, outcome in sorted(told["outcomes"].items()):
        rules.setdefault(outcome, []).append(rule)
    code, home = told["code"], told["township"]
    return CenterSaid(
        code=code,
        name=names.get(code, ""),
        township=townships.get(home, home),
        rollup=told["rollup"],
        rollup_label=wording.rollup_label(told["rollup"]),
        met=len(rules.get(MET, [])),
        not_met=rules.get(NOT_MET, []),
        no_data=rules.get(NO_DATA, []),
    )


class Labels:
    """Names of figures; those of rules as the standard of the pack's day words them."""

    def __init__(self, pack: CityPack | None) -> None:
        self._rules: dict[str, Rule] = {}
        if pack is not None:
            self._read(parameters.pack_in_force(pack.as_of, pack.known_at))

    @classmethod
    def on(cls, day: date) -> "Labels":
        """Names by the standard of a day."""
        labels = cls(None)
        labels._read(parameters.pack_in_force(day))
        return labels

    def _read(self, pack: Pack) -> None:
        self._rules = {rule.id: rule for rule in parameters.parsed(pack).center_rules}

    def __getitem__(self, key: str) -> str:
        if key in FIGURES:
            return str(FIGURES[key])
        group, _dot, rest = key.partition(".")
        code, _dot, part = rest.partition(".")
        if code in self._rules:
            return self._of_rule(code, part)
        return str(_choice(group, rest))

    def _of_rule(self, code: str, part: str) -> str:
        title = f"{code} {wording.rule_title(self._rules[code])}"
        if part == "count":
            return _("%(title)s: how often") % {"title": title}
        return _("%(title)s: share met") % {"title": title}


def _whole(form: Any) -> str:
    """A form of money, of which projects are a part too."""
    return _("%(form)s, whatever its purpose") % {"form": form}


def _choice(group: str, code: str) -> Any:
    """The label of a choice: a roll-up, a form of money, a mechanism, a grade."""
    choices: Mapping[str, Mapping[str, Any]] = {
        "standards": dict(Verdict.Rollup.choices),
        "money": {str(form): _whole(label) for form, label in FundingRow.Form.choices},
        "mechanism": dict(Mechanism.choices),
        "review": dict(Band.Grade.choices),
    }
    return choices.get(group, {}).get(code, code)


def _said(figure: Mapping[str, Any], labels: Labels, notes: list[tuple[str, str]]) -> Said:
    share = ""
    if figure["denominator"] is not None and figure["numerator"] is not None:
        share = f"{figure['numerator']}/{figure['denominator']}"
    parts = [
        f"{PARTS.get(name, name)} {value}"
        for name, value in figure["parts"].items()
        if value not in (0, None, "0.00")
    ]
    return Said(
        key=figure["key"],
        label=labels[figure["key"]],
        unit=str(UNITS[figure["unit"]]),
        value=figure["value"] or "",
        share=share,
        of=str(OF.get(figure["of"], "")),
        parts=_("; ").join(parts),
        last_year=figure["last_year"] or "",
        change=signed(figure["change"]),
        evidence=len(figure["evidence"]),
        notes=notes,
        bar=_bar(figure),
        is_measured=figure["unit"] != "count",
    )


def _bar(figure: Mapping[str, Any]) -> str:
    if figure["unit"] != "percent" or not figure["value"] or not figure["denominator"]:
        return ""
    return str(figure["value"])


def signed(change: str | None) -> str:
    """A change with its sign."""
    if not change:
        return ""
    return change if change.startswith("-") or not change.strip("0.") else f"+{change}"


def key_label(pack: CityPack, key: str) -> str:
    """The name of one figure, or the key itself where it is of the evidence."""
    name = key.removeprefix("figure")
    return Labels(pack)[name] if name in city_packs.keys_of(pack.content) else key
