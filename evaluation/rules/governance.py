"""Registration and governance, 三-0 and 三(四)."""

from datetime import date

from evaluation.rules.base import (
    MET,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    judge,
    not_filed,
    not_registered,
    registration_unknown,
    sift,
    unknown,
)
from evaluation.rules.facts import (
    GOVERNANCE,
    PROFILE,
    STAFF,
    CenterFacts,
    Council,
    Profile,
    Staff,
    is_registered,
    profile_in_force,
)
from evaluation.rules.personnel import incumbents, post_exclusion

_REGISTRATION_FAILURES = frozenset(
    {"not_registered", "not_social_service_institution", "not_yet_registered"}
)
REASONS = _REGISTRATION_FAILURES | {
    "registered_institution",
    "profile_empty",
    "council_in_term",
    "no_council",
    "council_term_ended_{ended_on}",
    "council_{members}_of_{required}",
    "director_not_appointed",
}
EXCLUSIONS = _REGISTRATION_FAILURES | {
    "superseded",
    "too_few_members",
    "not_council_appointed",
}
REMEDIES = frozenset(
    {
        "register_as_social_service_institution",
        "elect_council",
        "add_council_members",
        "appoint_director_by_council",
    }
)

# GB 32100: 5 is civil affairs, 2 is 民办非企业单位; 51 and 53 are associations and foundations.
_INSTITUTION_PREFIX = "52"


def registered_institution(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """按照《民办非企业单位登记管理暂行条例》…的规定，…推进街镇社会组织服务中心建设.

    Registered as 民办非企业单位 on the date. A missing credit code does not fail the rule, a
    code of another kind of organization does.
    """
    if facts.profile is None:
        return not_filed(PROFILE)
    current, as_of = profile_in_force(facts), facts.as_of
    rows = sift(
        PROFILE,
        facts.profile,
        as_of,
        lambda row: _registration_exclusion(row, current, as_of),
    )
    if not facts.profile:
        return judge(NOT_MET, "profile_empty", rows, remedy=Remedy("register_center"))
    if current is None:
        return registration_unknown(facts, rows)
    if rows.counted:
        return judge(MET, "registered_institution", rows)
    if rows.doubtful:
        return unknown(rows)
    return _not_an_institution(rows, current)


def _registration_exclusion(row: Profile, current: Profile | None, as_of: date) -> str | None:
    """A known failure before an unknown cell."""
    if row is not current:
        return "superseded"
    if row.registration_status not in (None, "registered"):
        return "not_registered"
    if row.uscc and not row.uscc.startswith(_INSTITUTION_PREFIX):
        return "not_social_service_institution"
    if row.registered_on is not None and row.registered_on > as_of:
        return "not_yet_registered"
    if row.registration_status is None:
        return "registration_status_missing"
    return "registration_date_missing" if row.registered_on is None else None


def _not_an_institution(rows: Sifted, current: Profile) -> Outcome:
    reason = next(code for row, code in rows.uncounted if row is current)
    is_other_kind = reason == "not_social_service_institution"
    remedy = "register_as_social_service_institution" if is_other_kind else "register_center"
    figures = {"status": current.registration_status}
    return judge(NOT_MET, reason, rows, figures=figures, remedy=Remedy(remedy))


def council_leadership(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """实行理事会领导下的主任负责制.

    A council in term with enough members, and a director it appointed; with the post vacant
    the council alone is judged. A center that is no legal entity has no council of its own
    (A-5). Figures: members, required, or ended_on of the last term.
    """
    required = parameters["council_min_members"]
    councils = sift(
        GOVERNANCE,
        facts.governance or (),
        facts.as_of,
        lambda row: _council_exclusion(row, required),
    )
    directors = sift(
        STAFF, facts.staff or (), facts.as_of, lambda row: _director_exclusion(row, parameters)
    )
    if is_registered(facts) is False:
        return not_registered(councils, directors)
    if facts.governance is None:
        return not_filed(GOVERNANCE)
    if not councils.counted and not councils.doubtful:
        return _council_fails(councils, directors, required)
    return _director_charged(facts, parameters, councils, directors)


def _council_exclusion(row: Council, required: int) -> str | None:
    if row.member_count is None:
        return "member_count_unknown"
    return None if row.member_count >= required else "too_few_members"


def _director_exclusion(row: Staff, parameters: Parameters) -> str | None:
    code = post_exclusion(row, parameters)
    if code is not None or row.is_council_appointed:
        return code
    return "appointment_unknown" if row.is_council_appointed is None else "not_council_appointed"


def _council_fails(councils: Sifted, directors: Sifted, required: int) -> Outcome:
    too_few = councils.excluded_as("too_few_members")
    if too_few:
        members = max([row.member_count for row in too_few])
        reason, figures = "council_{members}_of_{required}", _members(members, required)
        remedy = Remedy("add_council_members", {"missing": required - members})
    else:
        ends = [row.ends_on for row in councils.excluded_as("ended_before")]
        reason, figures = "no_council", {}
        if ends:
            reason = "council_term_ended_{ended_on}"
            figures = {"ended_on": max(ends).isoformat()}
        remedy = Remedy("elect_council", {"min_members": required})
    return judge(NOT_MET, reason, councils, directors, figures=figures, remedy=remedy)


def _members(members: int, required: int) -> dict[str, int]:
    return {"members": members, "required": required}


def _director_charged(
    facts: CenterFacts, parameters: Parameters, councils: Sifted, directors: Sifted
) -> Outcome:
    is_vacant = not incumbents(facts, parameters)
    if not is_vacant and not directors.counted and not directors.doubtful:
        remedy = Remedy("appoint_director_by_council")
        return judge(NOT_MET, "director_not_appointed", councils, directors, remedy=remedy)
    if not councils.counted:
        return unknown(councils, directors)
    if facts.staff is None:
        return not_filed(STAFF)
    if not is_vacant and not directors.counted:
        return unknown(directors, councils)
    if is_registered(facts) is None:
        return registration_unknown(facts, councils, directors)
    figures = _members(
        max([row.member_count for row in councils.counted]), parameters["council_min_members"]
    )
    return judge(MET, "council_in_term", councils, directors, figures=figures)
