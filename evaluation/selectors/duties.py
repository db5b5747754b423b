"""What the rules say of the duties of districts, on any date, from what was known at any time."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evaluation import rules
from evaluation.models import Pack
from evaluation.rules.base import Outcome
from evaluation.rules.duties import DistrictFacts
from evaluation.rules.traces import trace_id
from evaluation.selectors import districts as facts
from evaluation.selectors import parameters
from portal.jurisdictions.models import Division

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DutyJudgment:
    """What holds for one district and year: the outcome of each duty, and what it rests on."""

    district_id: int
    facts: DistrictFacts
    outcomes: Mapping[str, Outcome]
    pack: Pack
    setting: parameters.Setting


def judge(
    districts: Sequence[Division],
    year: int,
    on: date,
    *,
    pack: Pack | None = None,
    known_at: datetime | None = None,
    filed: facts.Filed | None = None,
) -> dict[int, DutyJudgment]:
    """District id → judgment of the year as of ``on``; of a year that is over, as of its last day.

    Twenty queries however many districts, sixteen where ``filed`` is given; ``known_at`` judges by
    what was known then.
    """
    as_of = facts.last_day(year, on)
    pack = pack or parameters.pack_in_force(as_of, known_at)
    paths = [district.path for district in districts]
    settings = parameters.settings_for(paths, pack, as_of, known_at)
    known = facts.facts_for(districts, year, on, known_at, filed)
    return {
        district.pk: _judge(district, known[district.pk], pack, settings[district.path])
        for district in districts
    }


def _judge(
    district: Division, known: DistrictFacts, pack: Pack, setting: parameters.Setting
) -> DutyJudgment:
    def alarm(rule_id: str, error: Exception) -> None:
        trace = trace_id(error)
        logger.error(
            "rule %s failed, trace %s, district %s", rule_id, trace, district.code, exc_info=error
        )

    outcomes = rules.evaluate_district(
        known, setting.pack.district_rules, setting.values, on_error=alarm
    )
    return DutyJudgment(district.pk, known, outcomes, pack, setting)
