"""How the feed is told of what lies where its project lies."""

# What clients read: announced, or decided without bids, and not a draft that was given up.
PROCUREMENT_SHOWN = (
    "{of}.status <> 'draft' AND NOT ({of}.status = 'terminated' AND {of}.announced_at IS NULL)"
)
CONTRACT_SHOWN = "{of}.status <> 'drafted' AND {of}.signed_on IS NOT NULL"
TO_PROJECT = (
    "SELECT '{resource}', {key}, place.path FROM projects_project project"
    " JOIN jurisdictions_division place ON place.id = project.division_id {joins} WHERE {where}"
)
MOVED = (
    "SELECT '{resource}', {key}, place.path FROM {table} moving {joins}"
    " JOIN jurisdictions_division place ON place.id = {{row}}.division_id"
    " WHERE {project} = {{row}}.id AND {shown}"
)


def procurement_shown(of: str) -> str:
    """SQL of whether clients read the procurement named ``of``."""
    return PROCUREMENT_SHOWN.format(of=of)


def contract_shown(of: str) -> str:
    """SQL of whether clients read the contract named ``of``."""
    return CONTRACT_SHOWN.format(of=of)


def to_project(resource: str, key: str, *, where: str, joins: str = "") -> str:
    """What concerns the division of a project; ``key`` and ``where`` are SQL over ``{row}``, the
    tables joined and ``project``."""
    return TO_PROJECT.format(resource=resource, key=key, joins=joins, where=where)


def to_own_project(resource: str, key: str, *, shown: str) -> str:
    """The same for a row that names its project."""
    return to_project(resource, key, where=f"project.id = {{row}}.project_id AND {shown}")


def of_contract(resource: str, key: str) -> str:
    """The same for a row of a contract that clients read; ``contract`` is that."""
    return to_project(
        resource,
        key,
        joins="JOIN projects_contract contract ON contract.project_id = project.id",
        where=f"contract.id = {{row}}.contract_id AND {contract_shown('contract')}",
    )


def moved(
    resource: str,
    key: str,
    table: str,
    *,
    joins: str = "",
    project: str = "moving.project_id",
    shown: str = "TRUE",
) -> str:
    """What moves with a project that lies elsewhere now; ``moving`` is the row of ``table``, and
    ``project`` leads from it to its project."""
    return MOVED.format(
        resource=resource, key=key, table=table, joins=joins, project=project, shown=shown
    )
