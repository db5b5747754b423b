"""What divisions set that another pack cannot take."""

from collections.abc import Iterable
from datetime import date, datetime

from evaluation.models import Pack, ParameterOverride
from evaluation.rules.parameters import ParameterError
from evaluation.selectors import parameter_wording, parameters
from portal.jurisdictions.models import Division


def among(overrides: Iterable[ParameterOverride], pack: Pack) -> list[str]:
    """Per value that the pack refuses: who set it, what it is, and what would do."""
    rules = parameters.parsed(pack)
    wrong = []
    for override in overrides:
        parameter = rules.parameters.get(override.key)
        if parameter is None or override.is_reset:
            continue
        try:
            parameter.parse(override.value)
        except ParameterError as error:
            problem = parameter_wording.problem(parameter, override.value, error, rules)
            title = parameter_wording.title(parameter)
            wrong.append(f"{override.division} · {title}: {problem}")
    return wrong


def on(
    day: date, pack: Pack, division: Division, known_at: datetime | None = None
) -> list[str]:
    """The same of what holds on a day in a division, above it and below it. One query."""
    held: dict[tuple[int, str], ParameterOverride] = {}
    for override in parameters.set_by(day, known_at).select_related("division"):
        path = override.division.path
        if path.startswith(division.path) or division.path.startswith(path):
            held[override.division_id, override.key] = override
    return among(held.values(), pack)
