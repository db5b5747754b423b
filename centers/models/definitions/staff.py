"""What the fields of the staff mean."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import (
    NEW_PERSON,
    NOTE,
    Definition,
    Example,
    day,
    flags,
    same,
)

STAFF = {
    "person": Definition(
        _(
            "Who works at the center. One row per person and post; whoever changes the post or the"
            " employment gets a second row, and nobody who left is deleted."
        ),
        clause="三(一)-2",
        hint=_("Somebody the center filed before."),
    ),
    "person_name": NEW_PERSON,
    "post": Definition(
        _(
            "What the person does by appointment. There is one director; somebody who leads by a"
            " resolution until a director is found is an acting director."
        ),
        clause="三(一)-1",
        hint=_("The director heads the center; an acting one was put in by resolution."),
        examples=same(
            director=_("Appointed to head the center"),
            acting_director=_("The deputy leads until the council appoints somebody"),
        ),
    ),
    "employment_type": Definition(
        _(
            "With whom the person has the contract or post. Labour contract, seconded community"
            " worker and staff assigned by the operator count as full-time posts unless the"
            " district decides otherwise; part-timers, volunteers and serving officials do not."
        ),
        clause="三(一)-2",
        hint=_("Serving officials and part-timers are not full-time staff."),
        examples=same(
            labour_contract=_("The contract is with the center itself"),
            seconded_community_worker=_("A community worker of the street sent to the center"),
            concurrent_official=_("A civil servant of the street who also heads the center"),
        ),
    ),
    "is_full_time": Definition(
        _(
            "Yes if the person works for this center only, on all working days. Half days, another"
            " job beside it or several centers are no."
        ),
        clause="三(一)-2",
        hint=_("Works for the center only, on all working days."),
        examples=flags(
            _("Five days a week at the center"),
            _("Also works at the street office"),
        ),
    ),
    "is_council_appointed": Definition(
        _(
            "Whether a resolution of the council appointed the director. Asked of director and"
            " acting director only; an assignment by the street is no appointment by the council."
        ),
        clause="三(四)-1",
        hint=_("Asked of the director only."),
        examples=flags(
            _("The minutes of the council name the director"),
            _("The street named the director by itself"),
        ),
    ),
    "is_openly_recruited": Definition(
        _(
            "Yes if the post was announced in public and others could apply. An internal transfer"
            " or a recommendation is no."
        ),
        clause="三(一)-4",
        hint=_("Found by a public notice."),
        examples=flags(
            _("A notice stood on the recruitment site"),
            _("Sent by the street"),
        ),
    ),
    "starts_on": Definition(
        _("First day in this post and this form of employment, not the first day of the career."),
        clause="三(一)-2",
        hint=_("First day in the post."),
        examples=day("2024-03-01", date(2024, 3, 1)),
    ),
    "ends_on": Definition(
        _(
            "Last day in the post, the day itself included. Empty while the person is in post;"
            " whoever left keeps the row with this date."
        ),
        clause="三(一)-2",
        hint=_("Last day in the post. Empty: still in post."),
        examples=day("2025-10-15", date(2025, 10, 15)),
    ),
    "education": Definition(
        _("The highest degree that was completed; studies under way do not count."),
        hint=_("Highest degree, such as bachelor."),
        examples=(Example("本科", "本科"),),
    ),
    "social_work_certificate": Definition(
        _(
            "The highest certificate of the national examination for social workers. A training"
            " certificate is none."
        ),
        clause="三(四)-2",
        examples=same(
            assistant=_("Passed the examination for assistants"),
            none=_("Holds none"),
        ),
    ),
    "pay_follows_community_worker": Definition(
        _(
            "Yes if the pay follows the scale for community workers of the same post and"
            " certificate, whoever is the employer. More or less by a private agreement is no."
        ),
        clause="三(一)-5",
        hint=_("Paid by the scale for community workers."),
        examples=flags(
            _("The contract names the scale and the step"),
            _("A sum was agreed without the scale"),
        ),
    ),
    "note": NOTE,
}
