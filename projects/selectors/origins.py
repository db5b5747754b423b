"""What records of work came from that projects, procurements and matches entered."""

from collections.abc import Collection

from django.urls import NoReverseMatch, reverse

from organizations.selectors.origins import Origin
from projects.models import Contribution


def origins(records: Collection[int]) -> dict[int, Origin]:
    """Ids of records → the project, the procurement or the need whose match they came from. One
    query."""
    found = Contribution.objects.filter(record__in=records).select_related(
        "project", "procurement", "match__need"
    )
    return {each.record_id: _origin(each) for each in found}


def _origin(contribution: Contribution) -> Origin:
    if contribution.project is not None:
        return Origin(str(contribution.project), _page("project", contribution.project.pk))
    if contribution.procurement is not None:
        page = _page("procurement", contribution.procurement.pk)
        return Origin(str(contribution.procurement), page)
    if contribution.match is None:
        raise ValueError(contribution.pk)
    need = contribution.match.need
    return Origin(str(need), _page("need", need.pk))


def _page(name: str, pk: int) -> str:
    """The page of the desk; "" where it has none."""
    try:
        return reverse(f"projects:{name}", args=[pk])
    except NoReverseMatch:
        return ""
