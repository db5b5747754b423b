"""One verdict from many outcomes: for a center, or for one dimension of it."""

from collections.abc import Iterable
from typing import Protocol

from evaluation.rules.base import ERROR, NO_DATA, NOT_APPLICABLE, NOT_MET, Parameters

NOT_INCLUDED = "not_included"  # 不纳入
NOT_COMPLIANT = "not_compliant"  # 未达标
INCOMPLETE = "incomplete"  # 数据不全
BASICALLY_COMPLIANT = "basically_compliant"  # 基本达标
COMPLIANT = "compliant"  # 达标
VERDICTS = (NOT_INCLUDED, NOT_COMPLIANT, INCOMPLETE, BASICALLY_COMPLIANT, COMPLIANT)

_STANDARD = frozenset("MG")
_WITH_STATUTE = frozenset("MGL")
# A failure of these keeps a center from being compliant.
_STRICT = frozenset("ML")


class Judged(Protocol):
    """An outcome fresh from a rule, or a stored finding."""

    @property
    def outcome(self) -> str: ...
    @property
    def in_grace(self) -> bool: ...


def weighing_classes(parameters: Parameters) -> frozenset[str]:
    """The classes that weigh: required and general, and statute where the district includes it."""
    return _WITH_STATUTE if parameters.get("include_statutory_checks") else _STANDARD


def roll_up(
    judged: Iterable[tuple[str, Judged, bool]], weighing: frozenset[str] = _STANDARD
) -> str:
    """Verdict over (rule class, outcome, is waived), worst first (domain §1.2).

    Only rules of the `weighing` classes count, statute (L) as strictly as what is required (M);
    where none of them applies there is nothing to include, as before a center is established
    (A-11). An error counts as missing data.
    """
    weighed = [
        (rule_class, finding, is_waived)
        for rule_class, finding, is_waived in judged
        if rule_class in weighing and finding.outcome != NOT_APPLICABLE
    ]
    failed = {
        rule_class
        for rule_class, finding, is_waived in weighed
        if finding.outcome == NOT_MET
        and not is_waived
        and not (rule_class in _STRICT and finding.in_grace)
    }
    if not weighed:
        return NOT_INCLUDED
    if failed & _STRICT:
        return NOT_COMPLIANT
    if any(finding.outcome in (NO_DATA, ERROR) for _, finding, _ in weighed):
        return INCOMPLETE
    return BASICALLY_COMPLIANT if failed else COMPLIANT
