"""What the fields of the council mean."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import NOTE, Definition, Example, day, flags

GOVERNANCE = {
    "member_count": Definition(
        _(
            "People on the council in this term, the chair included. Supervisors and invited guests"
            " do not count."
        ),
        clause="三(四)-1",
        hint=_("Members of the council, the chair included."),
        examples=(Example("5", 5), Example("5人", 5)),
    ),
    "starts_on": Definition(
        _("The day the council was elected or the term began according to the articles."),
        clause="三(四)-1",
        hint=_("First day of the term."),
        examples=day("2023-06-01", date(2023, 6, 1)),
    ),
    "ends_on": Definition(
        _("The last day of the term according to the articles."),
        clause="三(四)-1",
        hint=_("Last day of the term. A new term is a new row."),
        examples=day("2027-05-31", date(2027, 5, 31)),
    ),
    "has_supervisor": Definition(
        _(
            "Whether a supervisor or a board of supervisors is in office. A member of the council"
            " cannot be one."
        ),
        examples=flags(
            _("One supervisor is registered"),
            _("None was elected"),
        ),
    ),
    "note": NOTE,
}
