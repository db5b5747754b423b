"""What centers did of each function: figures only, never a record."""

import re
from itertools import islice
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.models import FUNCTIONS
from centers.selectors import chunks
from organizations.selectors import figures
from portal.api import Fault, Problem, pages
from portal.api.parameters import CENTER, DIVISION, YEAR, listed
from portal.api.resources import Field, Resource, register
from portal.api.views import ListView
from portal.users import roles
from portal.users.models import Dataset

# Centers whose figures are counted for one answer.
MOST_COUNTED = 5_000
TITLES = [(code, title) for code, (title, _clause) in FUNCTIONS.items()]
FUNCTION = listed("function", FUNCTIONS, _("Code of a function of part 2 of the guidance."))
SOURCES = [("casework", _("counted from records of work")), ("filed", _("as the center filed it"))]
FIELDS = (
    *places.CENTER,
    Field("year", "whole", _("The year the figure belongs to.")),
    Field(
        "function",
        "choice",
        _("The function of part 2 of the guidance."),
        values=TITLES,
        is_open=True,
    ),
    Field("clause", "text", _("The clause that asks for it.")),
    Field("title", "text", _("What the function counts, in words.")),
    Field(
        "recorded",
        "whole",
        _(
            "Valid records of work done by as_of; of FN-24 the distinct kinds of service. Null: "
            "there is no record, which is no figure and not 0."
        ),
        nullable=True,
        unit=_("times, of FN-24 kinds"),
    ),
    Field(
        "filed",
        "whole",
        _("The figure in the section accepted last; null: none was filed. 0 is a filed zero."),
        nullable=True,
        unit=_("times, of FN-24 kinds"),
    ),
    Field(
        "count",
        "whole",
        _("The figure the rules judge: recorded where there is one, otherwise filed."),
        nullable=True,
        unit=_("times, of FN-24 kinds"),
    ),
    Field(
        "source",
        "choice",
        _("Where count comes from; null where there is none."),
        nullable=True,
        values=SOURCES,
        is_open=True,
    ),
    Field(
        "zero_report_count",
        "whole",
        _("Of recorded the monthly reports of FN-18 that there was nothing to report; else 0."),
        unit=_("reports"),
    ),
    places.AS_OF,
)
EXAMPLE = {
    **places.EXAMPLE,
    "year": 2026,
    "function": "FN-13",
    "clause": "二(一)-1c",
    "title": "培训次数",
    "recorded": 4,
    "filed": 3,
    "count": 4,
    "source": "casework",
    "zero_report_count": 0,
    "as_of": "2026-04-10",
}


@register
class CaseworkList(ListView):
    """Figures by center, year and function."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "casework",
        "casework/",
        Dataset.CASEWORK,
        FIELDS,
        key=("center_code", "year", "function"),
        title=_("Casework figures"),
        about=_(
            "How often each center performed each function in each year: counted from its records "
            "of work, or as it filed. Only figures that exist; no record, no title, nobody's name. "
            "With known_at by what had been recorded, not voided and accepted by then."
        ),
        moment="both",
        feed="casework",
        rests_on=("casework", "centers"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, YEAR, FUNCTION)
    parts = (pages.TEXT, re.compile(r"[0-9]{4}"), re.compile(r"FN-[0-9]{2}"))

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        places.known_at_asked(self)

    def rows(self, after, limit):
        wanted = figures.Wanted(self.query["year"], self.query["function"])
        centers = figures.centers_with_figures(self.centers(), wanted)
        if after is not None:
            centers = centers.filter(code__gte=after[0])
        size = min(limit or chunks.SIZE, chunks.SIZE)
        moment = places.day_asked(self), places.known_at_asked(self)
        found = (
            figure
            for chunk in chunks.by_code(centers, size=size)
            for figure in figures.figures(chunk, *moment, wanted)
            if after is None or self.key(figure) > after
        )
        return islice(found, limit)

    def centers(self):
        """The centers the user sees, narrowed as the query asks."""
        return places.centers_asked(self)

    def key(self, row):
        return row.center.code, str(row.year), row.function

    def count(self):
        """Each center has to be read for it."""
        if self.centers()[: MOST_COUNTED + 1].count() > MOST_COUNTED:
            message = _(
                "Figures are counted for at most %(maximum)s centers. Leave out count, or narrow "
                "the division."
            )
            said = str(message) % {"maximum": MOST_COUNTED}
            raise Problem(400, "unknown_value", said, [Fault("count", "true", said)])
        return sum(1 for _figure in self.rows(None, None))

    @staticmethod
    def narrowed_to(key):
        """The query that gives the figures of a center."""
        return "?" + urlencode({"center": key})

    def documents(self, keys):
        """Center code → all its figures: the feed tells of a center's casework as a whole."""
        moment = places.day_asked(self), places.known_at_asked(self)
        named = self.centers().filter(code__in=[key for key in keys if "\0" not in key])
        found = {}
        for chunk in chunks.by_code(named):
            found |= {center.code: {"center_code": center.code, "figures": []} for center in chunk}
            for figure in figures.figures(chunk, *moment):
                found[figure.center.code]["figures"].append(self.cut(self.show(figure)))
        return found

    def show(self, row):
        title, clause = FUNCTIONS[row.function]
        return {
            **places.of_center(row.center),
            "year": row.year,
            "function": row.function,
            "clause": clause,
            "title": str(title),
            "recorded": row.recorded,
            "filed": row.filed,
            "count": row.count,
            "source": row.source,
            "zero_report_count": row.zero_report_count,
            "as_of": places.day_asked(self).isoformat(),
        }
