"""What the desk's pages send, cleaned into rows a filing can hold.

``SectionForm`` is one section's whole page. A new kind of section needs a row form in ``rows.py``
and a line in ``ROW_FORMS``.
"""

from centers.forms.events import CancelForm, FollowUpForm, PlanForm, RecordForm
from centers.forms.functions import FunctionLines, chosen_year
from centers.forms.rows import CLAUSES, ROW_FORMS, RowForm
from centers.forms.sections import DeclineForm, SectionForm, VersionForm

__all__ = [
    "CLAUSES",
    "ROW_FORMS",
    "CancelForm",
    "DeclineForm",
    "FollowUpForm",
    "FunctionLines",
    "PlanForm",
    "RecordForm",
    "RowForm",
    "SectionForm",
    "VersionForm",
    "chosen_year",
]
