"""Where a project lies, for the lists of what belongs to one."""

from portal.jurisdictions.filters import DivisionFilter


class ProjectDivisionFilter(DivisionFilter):
    """Where the project lies."""

    path_lookup = "project__division__path"
