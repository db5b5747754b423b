"""How a center stands, as its pages show it: the verdict, what fails, and every part with its
rules. The desk and the bureau show the same."""

from dataclasses import dataclass

from evaluation.models import Verdict
from evaluation.selectors import wording
from evaluation.selectors.explanations import Explained, Explanation
from evaluation.selectors.information import Information

TO_MEND = ("not_met", "no_data", "error")


@dataclass(frozen=True)
class Dimension:
    """One of the four parts of the standard, with its verdict and findings."""

    code: str
    label: str
    verdict: str
    verdict_label: str
    findings: list[Explanation]


@dataclass(frozen=True)
class Standing:
    """A center on a day. ``to_mend`` is what keeps it from being compliant, the gravest first;
    of the functions ``met`` are carried out, of those that are ``applicable``."""

    rollup: str
    rollup_mark: str
    rollup_label: str
    to_mend: list[Explanation]
    dimensions: list[Dimension]
    functions: list[Explanation]
    met: int
    applicable: int
    statute: list[Explanation]
    statute_weighs: bool
    information: list[Information]


def of(explained: Explained) -> Standing:
    """What was explained, put in the order in which it is read."""
    met, applicable = explained.functions_carried_out
    return Standing(
        rollup=explained.rollup,
        rollup_mark=explained.shape("rollup"),
        rollup_label=explained.label("rollup"),
        to_mend=_to_mend(explained),
        dimensions=[_dimension(name, explained) for name in Verdict.DIMENSIONS],
        functions=explained.of_group("functions"),
        met=met,
        applicable=applicable,
        statute=explained.of_group("statute"),
        statute_weighs="L" in explained.weighing,
        information=explained.information,
    )


def _dimension(name: str, explained: Explained) -> Dimension:
    return Dimension(
        code=name,
        label=str(wording.GROUPS[name]),
        verdict=explained.shape(name),
        verdict_label=explained.label(name),
        findings=explained.of_group(name),
    )


def _to_mend(explained: Explained) -> list[Explanation]:
    """Rules of the classes that weigh on the roll-up, as far as nothing excuses them."""
    found = [
        each
        for each in explained.explanations
        if each.rule.rule_class in explained.weighing
        and each.outcome in TO_MEND
        and each.waiver is None
        and not each.is_excused
    ]
    found.sort(key=lambda e: (e.rule.rule_class not in ("M", "L"), TO_MEND.index(e.outcome)))
    return found
