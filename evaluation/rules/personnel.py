"""Staffing, 三(一). Persons are compared by id, never by name."""

from dataclasses import replace
from datetime import timedelta

from evaluation.rules.base import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    any_counts,
    judge,
    not_filed,
    registration_unknown,
    sift,
    unknown,
)
from evaluation.rules.facts import (
    STAFF,
    CenterFacts,
    Staff,
    in_force,
    is_registered,
    profile_in_force,
)

REASONS = frozenset(
    {
        "director_in_post",
        "director_not_fulltime",
        "director_type_not_counted",
        "post_vacant_since_{since}",
        "post_never_filled",
        "not_a_legal_entity",
        "no_director_in_post",
        "director_is_legal_rep",
        "legal_rep_differs",
        "fulltime_{counted}_of_{required}",
        "community_worker_assigned",
        "no_community_worker",
        "openly_recruited",
        "not_openly_recruited",
    }
)
EXCLUSIONS = frozenset(
    {
        "not_in_director_post",
        "acting_director_not_counted",
        "not_full_time",
        "employment_type_not_counted",
        "not_legal_representative",
        "is_director",
        "person_already_counted",
        "not_community_worker",
        "not_openly_recruited",
    }
)
REMEDIES = frozenset(
    {
        "appoint_full_time_director",
        "make_director_full_time",
        "change_director_employment_type",
        "make_director_legal_representative",
        "hire_full_time_staff",
        "assign_community_worker",
        "recruit_openly",
    }
)

# What is wrong with an incumbent: the reason and the way out.
_DIRECTOR_FAILURES = {
    "not_full_time": ("director_not_fulltime", "make_director_full_time"),
    "employment_type_not_counted": (
        "director_type_not_counted",
        "change_director_employment_type",
    ),
}


def post_exclusion(row: Staff, parameters: Parameters) -> str | None:
    """Why the row does not hold the director post; an acting director may hold it (A-4)."""
    if row.post == "director":
        return None
    if row.post != "acting_director":
        return "not_in_director_post"
    return None if parameters["acting_director_counts"] else "acting_director_not_counted"


def incumbents(facts: CenterFacts, parameters: Parameters) -> list[Staff]:
    """The rows that hold the director post on the date."""
    return [
        row
        for row in facts.staff or ()
        if post_exclusion(row, parameters) is None and in_force(row, facts.as_of)
    ]


def _employment_exclusion(row: Staff, parameters: Parameters) -> str | None:
    """Why the row is not 专职 (A-2): flag before type, a known failure before an unknown cell."""
    if row.is_full_time is False:
        return "not_full_time"
    employment_type = row.employment_type
    if employment_type is not None and employment_type not in parameters["counted_types"]:
        return "employment_type_not_counted"
    if row.is_full_time is None:
        return "full_time_unknown"
    return "employment_type_unknown" if employment_type is None else None


def full_time_director(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """应配备专职负责人1名.

    A vacant post fails from its first day; the grace period only marks the outcome (A-4).
    Figures of a vacancy: since (ISO date), days_vacant (both ends counted).
    """
    if facts.staff is None:
        return not_filed(STAFF)
    rows = sift(
        STAFF,
        facts.staff,
        facts.as_of,
        lambda row: post_exclusion(row, parameters) or _employment_exclusion(row, parameters),
    )
    if rows.counted:
        return judge(MET, "director_in_post", rows)
    if rows.doubtful:
        return unknown(rows)
    for _, code in rows.uncounted:
        if code in _DIRECTOR_FAILURES:
            reason, remedy = _DIRECTOR_FAILURES[code]
            return judge(NOT_MET, reason, rows, remedy=Remedy(remedy))
    return _vacant(facts, parameters, rows)


def _vacant(facts: CenterFacts, parameters: Parameters, rows: Sifted) -> Outcome:
    ends = [
        row.ends_on
        for row in rows.excluded_as("ended_before")
        if post_exclusion(row, parameters) is None
    ]
    remedy = Remedy("appoint_full_time_director")
    if not ends:
        return judge(NOT_MET, "post_never_filled", rows, remedy=remedy)
    since = max(ends) + timedelta(days=1)
    days_vacant = (facts.as_of - since).days + 1
    return judge(
        NOT_MET,
        "post_vacant_since_{since}",
        rows,
        figures={"since": since.isoformat(), "days_vacant": days_vacant},
        remedy=remedy,
        in_grace=days_vacant <= parameters["director_vacancy_grace_days"],
    )


def director_is_legal_representative(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """（专职负责人）一般为法定代表人.

    Does not apply where its condition is absent: the center is no legal entity, or nobody is
    director. A council chair in the office is lawful and calls for a waiver (A-3), or is excused
    where the district says so. Figures, where excused: excused.
    """
    rows = sift(
        STAFF,
        facts.staff or (),
        facts.as_of,
        lambda row: post_exclusion(row, parameters) or _person_exclusion(row, facts),
    )
    if is_registered(facts) is False:
        return judge(NOT_APPLICABLE, "not_a_legal_entity", rows)
    if facts.staff is None:
        return not_filed(STAFF)
    if not incumbents(facts, parameters):
        return judge(NOT_APPLICABLE, "no_director_in_post", rows)
    if is_registered(facts) is None:
        return registration_unknown(facts, rows)
    if rows.doubtful:
        return unknown(rows)
    if rows.counted:
        return judge(MET, "director_is_legal_rep", rows)
    remedy = Remedy("make_director_legal_representative")
    outcome = judge(NOT_MET, "legal_rep_differs", rows, remedy=remedy)
    profile = profile_in_force(facts)
    is_chair = profile is not None and profile.is_legal_representative_chair
    if is_chair and parameters.get("legal_rep_chair_auto_waiver"):
        return replace(outcome, is_excused=True, figures={"excused": "legal_rep_is_chair"})
    return outcome


def _person_exclusion(row: Staff, facts: CenterFacts) -> str | None:
    profile = profile_in_force(facts)
    if profile is None or profile.legal_representative is None:
        return "legal_rep_unknown"
    return None if row.person == profile.legal_representative else "not_legal_representative"


def full_time_staff(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """配备工作人员，其中专职人员一般不少于2名.

    Whoever is director is left out, in every post, unless the parameter counts the director
    (A-1); a person in two posts counts once. Figures always show both counts.
    """
    if facts.staff is None:
        return not_filed(STAFF)
    directors = incumbents(facts, parameters)
    director_ids = {row.person for row in directors}
    excluded = () if parameters["director_counts_toward_fulltime"] else director_ids
    people = set()

    def exclusion(row: Staff) -> str | None:
        if row.person in excluded:
            return "is_director"
        code = _employment_exclusion(row, parameters)
        if code is None and row.person in people:
            return "person_already_counted"
        if code is None:
            people.add(row.person)
        return code

    rows = sift(STAFF, facts.staff, facts.as_of, exclusion)
    figures = _staff_figures(people, directors, parameters)
    return _enough_staff(rows, people, figures)


def _staff_figures(
    people: set[int | str], directors: list[Staff], parameters: Parameters
) -> dict[str, int]:
    full_time_directors = {
        row.person for row in directors if _employment_exclusion(row, parameters) is None
    }
    return {
        "counted": len(people),
        "required": parameters["min_fulltime_staff"],
        "counted_with_director": len(people | full_time_directors),
        "counted_without_director": len(people - {row.person for row in directors}),
    }


def _enough_staff(rows: Sifted, people: set[int | str], figures: dict[str, int]) -> Outcome:
    reason = "fulltime_{counted}_of_{required}"
    missing = figures["required"] - len(people)
    if missing <= 0:
        return judge(MET, reason, rows, figures=figures)
    if len({row.person for row in rows.doubtful} - people) >= missing:
        return unknown(rows, reason=reason, figures=figures)
    remedy = Remedy("hire_full_time_staff", {"missing": missing})
    return judge(NOT_MET, reason, rows, figures=figures, remedy=remedy)


def seconded_community_worker(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """鼓励有条件的街镇为社会组织服务中心配备专职社区工作者."""
    if facts.staff is None:
        return not_filed(STAFF)
    rows = sift(STAFF, facts.staff, facts.as_of, _community_worker_exclusion)
    return any_counts(
        rows,
        met="community_worker_assigned",
        not_met="no_community_worker",
        remedy="assign_community_worker",
    )


def _community_worker_exclusion(row: Staff) -> str | None:
    if row.employment_type is None:
        return "employment_type_unknown"
    return None if row.employment_type == "seconded_community_worker" else "not_community_worker"


def open_recruitment(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """鼓励街镇社会组织服务中心面向社会招聘负责人、专职人员."""
    if facts.staff is None:
        return not_filed(STAFF)
    rows = sift(STAFF, facts.staff, facts.as_of, _recruitment_exclusion)
    return any_counts(
        rows, met="openly_recruited", not_met="not_openly_recruited", remedy="recruit_openly"
    )


def _recruitment_exclusion(row: Staff) -> str | None:
    if row.is_openly_recruited is None:
        return "recruitment_unknown"
    return None if row.is_openly_recruited else "not_openly_recruited"
