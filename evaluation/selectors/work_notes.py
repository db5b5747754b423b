"""The records of work behind the finding of a function: which counted, and which did not and why.

The outcome says how many; here the records are read again by the same day and the same knowledge.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.rules.base import Outcome, Rule
from evaluation.rules.functions import CASEWORK
from evaluation.selectors import wording
from evaluation.selectors.rows import RowNote
from organizations.models import WorkRecord
from organizations.selectors import work_records

SECTION = "work_records"


class Notes(NamedTuple):
    """Records behind one finding."""

    counted: Sequence[RowNote] = ()
    uncounted: Sequence[RowNote] = ()


class WorkNotes:
    """The records of a center in the two years that a finding may judge, by function."""

    def __init__(
        self,
        records: Mapping[str, Sequence[tuple[WorkRecord, str]]],
        *,
        with_words: bool,
    ) -> None:
        self._records, self._with_words = records, with_words

    def of(self, rule: Rule, outcome: Outcome) -> Notes:
        """Behind a finding; none where the rule counts no work or never came to count."""
        if rule.dimension != "functions":
            return Notes()
        year = outcome.figures.get("fiscal_year")
        is_counted = outcome.figures.get("source") == CASEWORK
        counted, uncounted = [], []
        for record, why in self._records.get(rule.subject, ()):
            if why:
                uncounted.append(self._note(record, self._reason(record, why)))
            elif is_counted and record.happened_on.year == year:
                counted.append(self._note(record))
            elif year is not None:
                uncounted.append(self._note(record, wording.exclusion_text("other_fiscal_year")))
        return Notes(counted, uncounted)

    def _reason(self, record: WorkRecord, why: str) -> str:
        if why == work_records.STILL_TO_COME:
            return _("done after the day judged")
        if why == work_records.KIND_COUNTED:
            return _("this kind of service is counted already")
        if why == work_records.NONE_DUE:
            return _("says that nobody was due, and adds nothing")
        said = {"day": record.voided_at and localdate(record.voided_at).isoformat()}
        if self._with_words:
            return _("voided on %(day)s: %(reason)s") % (said | {"reason": record.void_reason})
        return _("voided on %(day)s") % said

    def _note(self, record: WorkRecord, why: str = "") -> RowNote:
        """The day, what was done, and of which kind; nobody served and nobody who wrote it down."""
        said = (
            record.happened_on.isoformat(),
            record.title if self._with_words else "",
            record.get_support_kind_display() if record.support_kind else "",
            _("zero report") if record.is_zero_report else "",
        )
        return RowNote(SECTION, record.pk, " · ".join(filter(None, map(str, said))), why)


def load(
    center: Center, as_of: date, known_at: datetime | None, *, with_words: bool
) -> WorkNotes:
    """Of a day, as known (by ``known_at``); ``with_words`` repeats what was written by hand: the
    title, and why a record was voided. One query."""
    years = (as_of.year - 1, as_of.year)
    found = work_records.sifted(center, years, as_of, known_at)
    return WorkNotes(found, with_words=with_words)
