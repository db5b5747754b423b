"""What the yearly figures of the functions mean, by the code of the function."""

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import Definition, Example
from centers.models.functions import FUNCTIONS

TEXTS = {
    "FN-11": _(
        "Inquiries about registering, changing or closing an organization that the center"
        " answered and recorded in the year. Each matter counts once, however often it was"
        " asked about; 0 if nobody asked."
    ),
    "FN-12": _(
        "Organizations of the township that the center helped with the annual inspection or"
        " report of the year. One organization counts once; a notice sent to all is no help."
    ),
    "FN-13": _(
        "Training sessions the center held or helped to hold, with a list of those who came. A"
        " course of three half-days is one session; meetings do not count."
    ),
    "FN-14": _(
        "Organizations the center prepared or accompanied for the grade assessment. 0 if none"
        " was eligible in the year."
    ),
    "FN-15": _(
        "Activities by which the center helped mass activity teams to form, find room or run"
        " themselves. Performances of the teams themselves do not count."
    ),
    "FN-16": _(
        "Activity teams filed through the center in the year, or active teams it keeps on file"
        " at the end of the year, whichever is more. A team counts once."
    ),
    "FN-17": _(
        "Services to party-building in organizations, together with the party unit in charge:"
        " founding a branch, assigning a liaison, joint activities. Each occasion counts once."
    ),
    "FN-18": _(
        "Early-warning reports the center handed in. A zero report, that nothing was noticed,"
        " counts as one."
    ),
    "FN-21": _(
        "Community organizations and start-ups that were in incubation on any day of the year."
        " An organization that only rents a desk does not count."
    ),
    "FN-22": _(
        "Occasions on which organizations or filed teams took part in community governance or"
        " service through the center. One event counts once, however many took part."
    ),
    "FN-23": _(
        "Needs and offers that the center brought together and that led to an agreement. A fair"
        " at which nothing was agreed does not count."
    ),
    "FN-24": _(
        "Different kinds of support the center gave in the year, not occasions. The document"
        " names six: people, skills, projects, finance, publicity, resources."
    ),
    "FN-25": _(
        "Organizations and projects that the center cultivated as models or brands, or that"
        " were chosen as such in the year."
    ),
    "FN-31": _(
        "Disputes in the community that organizations helped to settle through the center. Each"
        " dispute counts once; 0 if there was none."
    ),
    "FN-32": _(
        "Written opinions that organizations gave in consultation on a matter of the residents'"
        " interest. Remarks in a meeting without a record do not count."
    ),
    "FN-33": _(
        "Evaluations by organizations of how a public policy works in the community."
        " Encouraged: 0 is never counted against the center."
    ),
    "FN-34": _(
        "Occasions on which a public policy was explained to residents or organizations."
        " Posters and forwarded messages alone do not count."
    ),
    "FN-41": _(
        "Public-welfare projects the center planned on social relief, the elderly, the disabled"
        " or children. A project run over two years counts in the year it was planned."
    ),
    "FN-42": _(
        "Organizations that the center referred to a government unit that looked for one. One"
        " organization and one request count once."
    ),
    "FN-43": _(
        "Papers with unit costs or estimates that the center supplied as the basis of a budget"
        " for bought services. Oral advice does not count."
    ),
    "FN-44": _(
        "Public-welfare projects that the center helped to review, supervise or evaluate. One"
        " project counts once; 0 if there was none in the township."
    ),
    "FN-45": _(
        "Organizations that the center guided through a public-welfare tender: reading the"
        " call, preparing the bid. Forwarding a call alone does not count."
    ),
}
FIGURES = (
    Example("12", 12),
    Example("0", 0, _("There was none in the year")),
)
YEARLY = {
    code: Definition(TEXTS[code], clause=clause, examples=FIGURES)
    for code, (_title, clause) in FUNCTIONS.items()
}
