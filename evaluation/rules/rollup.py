"""One verdict from many outcomes: for a center, or for one dimension of it."""

from collections.abc import Iterable
from typing import Protocol

from evaluation.rules.base import ERROR, NO_DATA, NOT_APPLICABLE, NOT_MET

NOT_INCLUDED = "not_included"  # 不纳入
NOT_COMPLIANT = "not_compliant"  # 未达标
INCOMPLETE = "incomplete"  # 数据不全
BASICALLY_COMPLIANT = "basically_compliant"  # 基本达标
COMPLIANT = "compliant"  # 达标
VERDICTS = (NOT_INCLUDED, NOT_COMPLIANT, INCOMPLETE, BASICALLY_COMPLIANT, COMPLIANT)


class Judged(Protocol):
    """An outcome fresh from a rule, or a stored finding."""

    @property
    def outcome(self) -> str: ...
    @property
    def in_grace(self) -> bool: ...


def roll_up(judged: Iterable[tuple[str, Judged, bool]]) -> str:
    """Verdict over (rule class, outcome, is waived), worst first (domain §1.2).

    Only required (M) and general (G) rules weigh; where none of them applies there is nothing
    to include, as before a center is established (A-11). An error counts as missing data.
    """
    weighed = [
        (rule_class, finding, is_waived)
        for rule_class, finding, is_waived in judged
        if rule_class in ("M", "G") and finding.outcome != NOT_APPLICABLE
    ]
    failed = {
        rule_class
        for rule_class, finding, is_waived in weighed
        if finding.outcome == NOT_MET
        and not is_waived
        and not (rule_class == "M" and finding.in_grace)
    }
    if not weighed:
        return NOT_INCLUDED
    if "M" in failed:
        return NOT_COMPLIANT
    if any(finding.outcome in (NO_DATA, ERROR) for _, finding, _ in weighed):
        return INCOMPLETE
    return BASICALLY_COMPLIANT if failed else COMPLIANT
