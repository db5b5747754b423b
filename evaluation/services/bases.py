"""Writing down what standing results rest on."""

from collections.abc import Mapping
from datetime import date

from evaluation.models import Basis
from evaluation.rules.base import ERROR
from evaluation.selectors.judgments import Judgment
from portal.batches import any_of


def remember(
    *, judged: Mapping[int, Judgment], digests: Mapping[int, str], as_of: date
) -> None:
    """Note what was judged as of a date, and until when it holds.

    Where a rule failed nothing is noted: the next night tries it again. Call it in the transaction
    that writes the results.
    """
    found = {
        pk: Basis(
            center_id=pk,
            digest=digests[pk],
            judged_on=as_of,
            turns_on=judgment.setting.turnings.next(judgment.facts, as_of),
        )
        for pk, judgment in judged.items()
        if all(outcome.outcome != ERROR for outcome in judgment.outcomes.values())
    }
    Basis.objects.filter(any_of("center_id", judged.keys() - found.keys())).delete()
    Basis.objects.bulk_create(
        found.values(),
        update_conflicts=True,
        unique_fields=["center"],
        update_fields=["digest", "judged_on", "turns_on"],
    )
