"""职能任务: the functions of part 二 that a center reports figures of."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Code of the function: its title and the clause of part 二 that asks for it.
FUNCTIONS: dict[str, tuple[Any, str]] = {
    "FN-11": (_("Registration consultations"), "二(一)-1a"),
    "FN-12": (_("Annual inspections assisted"), "二(一)-1b"),
    "FN-13": (_("Training sessions"), "二(一)-1c"),
    "FN-14": (_("Grade assessments assisted"), "二(一)-1d"),
    "FN-15": (_("Activities to nurture activity teams"), "二(一)-1e"),
    "FN-16": (_("Activity teams filed or kept on file"), "二(一)-1f"),
    "FN-17": (_("Party-building services"), "二(一)-2"),
    "FN-18": (_("Early-warning reports, zero reports included"), "二(一)-3"),
    "FN-21": (_("Organizations incubated"), "二(二)-1"),
    "FN-22": (_("Occasions of taking part in community governance and service"), "二(二)-2"),
    "FN-23": (_("Matches of needs and offers"), "二(二)-3"),
    "FN-24": (_("Kinds of support service given"), "二(二)-4"),
    "FN-25": (_("Model organizations and brand projects"), "二(二)-5"),
    "FN-31": (_("Disputes helped to settle"), "二(三)-2"),
    "FN-32": (_("Consultation opinions"), "二(三)-3"),
    "FN-33": (_("Evaluations of public policy"), "二(三)-4"),
    "FN-34": (_("Publicity of public policy"), "二(三)-5"),
    "FN-41": (_("Public-welfare projects planned"), "二(四)-1"),
    "FN-42": (_("Organizations referred to government"), "二(四)-2"),
    "FN-43": (_("Budget bases supplied"), "二(四)-3"),
    "FN-44": (_("Projects reviewed, supervised or evaluated"), "二(四)-4"),
    "FN-45": (_("Guidance for public-welfare bidding"), "二(四)-5"),
}
