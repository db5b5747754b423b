"""Statutory duties of a registered center, implied by 三-0. They are law, not the guidance.

Each test begins with whom the law binds: a center that is no legal entity has none of these
duties. A change of which no day is filed as done is not done (the form says so).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from evaluation.rules.base import (
    MET,
    NO_DATA,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    any_counts,
    decimal_text,
    judge,
    not_filed,
    registration_unknown,
    sift,
    unknown,
)
from evaluation.rules.facts import (
    GOVERNANCE,
    PREMISES,
    PROFILE,
    STATUTORY,
    CenterFacts,
    Council,
    Premises,
    Profile,
    Statutory,
    is_registered,
    profile_in_force,
)

REASONS = frozenset(
    {
        "supervisor_in_place",
        "no_supervisor",
        "filed_with_authority",
        "not_filed_with_authority",
        "matter_not_declared",
        "changes_applied_for",
        "change_applied_late",
        "no_change",
        "inspection_{conclusion}",
        "inspection_absent",
        "inspection_exempt",
        "donations_in_order",
        "donations_not_in_order",
        "no_donation",
        "head_changes_audited",
        "head_change_not_audited",
        "no_head_change",
        "no_branch",
        "has_branches",
        "within_purpose",
        "profit_making",
        "right_of_a_year",
        "right_too_short",
        "no_premises_with_right",
        "recorded_only",
    }
)
EXCLUSIONS = frozenset(
    {
        "no_supervisor",
        "not_filed_with_authority",
        "not_yet_occurred",
        "within_deadline",
        "done_late",
        "not_done",
        "is_absent",
        "superseded",
        "answered_no",
        "answered_yes",
        "right_too_short",
    }
)
REMEDIES = frozenset(
    {
        "appoint_supervisor",
        "file_with_authority",
        "apply_for_change",
        "attend_inspection",
        "put_donations_in_order",
        "audit_head_change",
        "close_branches",
        "stop_profit_making",
        "secure_right_of_use",
        "declare_matter",
    }
)

# 30 days from the consent of the supervising unit: Art. 15 of the Provisional Regulations.
DAYS_TO_APPLY = 30
# A right of use of one year or more: the registration notice of Shanghai.
_DAYS_OF_RIGHT = 365
_FILINGS = ("seal_filing", "account_filing")
_CHANGES = ("registered_change", "articles_change")

Exclusion = Callable[[Statutory], str | None]


def _bound(judge_bound: Callable[[CenterFacts], Outcome], facts: CenterFacts) -> Outcome:
    """The duty binds registered legal entities only."""
    is_legal_entity = is_registered(facts)
    if is_legal_entity is None:
        return registration_unknown(facts)
    if not is_legal_entity:
        return Outcome(NOT_APPLICABLE, "not_a_legal_entity")
    return judge_bound(facts)


def _of_matter(facts: CenterFacts, matter: str, exclusion: Exclusion) -> Sifted:
    """The rows of one matter; the others are other duties'."""
    own = [row for row in facts.statutory or () if row.matter == matter]
    return sift(STATUTORY, own, facts.as_of, exclusion)


def supervisory_organ(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """捐助法人应当设监事会等监督机构（《民法典》第九十三条）. A supervisory organ exists."""

    def judged(facts: CenterFacts) -> Outcome:
        if facts.governance is None:
            return not_filed(GOVERNANCE)
        rows = sift(GOVERNANCE, facts.governance, facts.as_of, _supervisor_exclusion)
        return any_counts(
            rows, met="supervisor_in_place", not_met="no_supervisor", remedy="appoint_supervisor"
        )

    return _bound(judged, facts)


def _supervisor_exclusion(row: Council) -> str | None:
    if row.has_supervisor is None:
        return "supervisor_unknown"
    return None if row.has_supervisor else "no_supervisor"


def authority_filings(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """印章式样和银行账号报登记管理机关备案（《民办非企业单位登记管理暂行条例》第十四条）.

    Both are filed with the registration authority.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.statutory is None:
            return not_filed(STATUTORY)
        rows = [
            _of_matter(facts, matter, lambda row: _filing_exclusion(row, facts))
            for matter in _FILINGS
        ]
        if all(each.counted for each in rows):
            return judge(MET, "filed_with_authority", *rows)
        lacking = [each for each in rows if not each.counted and not each.doubtful]
        refused = [each for each in lacking if not each.is_empty]
        if refused:
            remedy = Remedy("file_with_authority")
            return judge(NOT_MET, "not_filed_with_authority", *rows, remedy=remedy)
        doubtful = next((each for each in rows if each.doubtful and not each.counted), None)
        if doubtful is not None:
            return unknown(doubtful, *(each for each in rows if each is not doubtful))
        return judge(NO_DATA, "matter_not_declared", *rows, remedy=Remedy("declare_matter"))

    return _bound(judged, facts)


def _filing_exclusion(row: Statutory, facts: CenterFacts) -> str | None:
    if row.done_on is not None:
        return None if row.done_on <= facts.as_of else "not_filed_with_authority"
    if row.is_so is None:
        return "answer_unknown"
    return None if row.is_so else "not_filed_with_authority"


def changes_applied(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """登记事项变更、章程修改，自业务主管单位审查同意之日起30日内申请（《民办非企业单位登记管理暂行条例》第十五条）.

    Every change was applied for in time. Figures: changes, late.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.statutory is None:
            return not_filed(STATUTORY)
        own = [row for row in facts.statutory if row.matter in _CHANGES]
        rows = sift(STATUTORY, own, facts.as_of, lambda row: _change_exclusion(row, facts))
        late = len(rows.excluded_as("done_late")) + len(rows.excluded_as("not_done"))
        figures = {"changes": len(rows.counted) + late, "late": late}
        if late:
            remedy = Remedy("apply_for_change")
            return judge(NOT_MET, "change_applied_late", rows, figures=figures, remedy=remedy)
        if rows.doubtful:
            return unknown(rows)
        if rows.counted:
            return judge(MET, "changes_applied_for", rows, figures=figures)
        return judge(NOT_APPLICABLE, "no_change", rows)

    return _bound(judged, facts)


def _change_exclusion(row: Statutory, facts: CenterFacts) -> str | None:
    if row.occurred_on is None:
        return "day_unknown"
    if row.occurred_on > facts.as_of:
        return "not_yet_occurred"
    deadline = row.occurred_on + timedelta(days=DAYS_TO_APPLY)
    if row.done_on is not None and row.done_on <= facts.as_of:
        return None if row.done_on <= deadline else "done_late"
    return "within_deadline" if facts.as_of <= deadline else "not_done"


def annual_inspection(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """接受登记管理机关年度检查（《民办非企业单位登记管理暂行条例》第二十三条）.

    The last inspection was attended and its conclusion is on record, whatever it was; an exempt
    center had none. Figures: conclusion.
    """

    def judged(facts: CenterFacts) -> Outcome:
        current = profile_in_force(facts)
        rows = sift(
            PROFILE,
            facts.profile or (),
            facts.as_of,
            lambda row: _inspection_exclusion(row, current),
        )
        if rows.doubtful:
            return unknown(rows)
        conclusion = None if current is None else current.last_inspection
        figures = {"conclusion": conclusion}
        if conclusion == "exempt":
            return judge(NOT_APPLICABLE, "inspection_exempt", rows, figures=figures)
        if rows.counted:
            return judge(MET, "inspection_{conclusion}", rows, figures=figures)
        remedy = Remedy("attend_inspection")
        return judge(NOT_MET, "inspection_absent", rows, figures=figures, remedy=remedy)

    return _bound(judged, facts)


def _inspection_exclusion(row: Profile, current: Profile | None) -> str | None:
    if row is not current:
        return "superseded"
    if row.last_inspection is None:
        return "inspection_unknown"
    return "is_absent" if row.last_inspection == "absent" else None


def donation_use(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """捐赠、资助按约定使用，向业务主管单位报告并向社会公布（《民办非企业单位登记管理暂行条例》第二十一条）.

    Every donation and grant filed was used as agreed, reported and published.
    """
    return _answered(
        facts,
        "donation_use",
        wanted=True,
        met="donations_in_order",
        not_met="donations_not_in_order",
        none="no_donation",
        remedy="put_donations_in_order",
    )


def head_change_audit(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """变更法定代表人或者负责人，应当进行财务审计（《民办非企业单位登记管理暂行条例》第二十二条）.

    Every change at the head was audited, before or after it.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.statutory is None:
            return not_filed(STATUTORY)
        rows = _of_matter(facts, "head_change_audit", lambda row: _audit_exclusion(row, facts))
        if rows.excluded_as("not_done"):
            remedy = Remedy("audit_head_change")
            return judge(NOT_MET, "head_change_not_audited", rows, remedy=remedy)
        if rows.doubtful:
            return unknown(rows)
        if rows.counted:
            return judge(MET, "head_changes_audited", rows)
        return judge(NOT_APPLICABLE, "no_head_change", rows)

    return _bound(judged, facts)


def _audit_exclusion(row: Statutory, facts: CenterFacts) -> str | None:
    if row.occurred_on is None:
        return "day_unknown"
    if row.occurred_on > facts.as_of:
        return "not_yet_occurred"
    is_audited = row.done_on is not None and row.done_on <= facts.as_of
    return None if is_audited else "not_done"


def no_branches(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """不得设立分支机构（《民办非企业单位登记管理暂行条例》第十三条）."""
    return _answered(
        facts,
        "branches",
        wanted=False,
        met="no_branch",
        not_met="has_branches",
        none="",
        remedy="close_branches",
    )


def no_profit_making(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """不从事营利性经营，按章程规定的宗旨和业务范围活动（《民办非企业单位登记管理暂行条例》第四条、第二十五条）."""
    return _answered(
        facts,
        "profit_making",
        wanted=False,
        met="within_purpose",
        not_met="profit_making",
        none="",
        remedy="stop_profit_making",
    )


def _answered(
    facts: CenterFacts,
    matter: str,
    *,
    wanted: bool,
    met: str,
    not_met: str,
    none: str,
    remedy: str,
) -> Outcome:
    """Every row of the matter answers as wanted; without a row nothing was said.

    ``none`` is the reason where no row means that there was nothing to ask about.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.statutory is None:
            return not_filed(STATUTORY)
        rows = _of_matter(facts, matter, partial(_answer_exclusion, wanted=wanted))
        if rows.excluded_as("answered_no" if wanted else "answered_yes"):
            return judge(NOT_MET, not_met, rows, remedy=Remedy(remedy))
        if rows.doubtful:
            return unknown(rows)
        if rows.counted:
            return judge(MET, met, rows)
        if none:
            return judge(NOT_APPLICABLE, none, rows)
        return judge(NO_DATA, "matter_not_declared", rows, remedy=Remedy("declare_matter"))

    return _bound(judged, facts)


def _answer_exclusion(row: Statutory, *, wanted: bool) -> str | None:
    if row.is_so is None:
        return "answer_unknown"
    if row.is_so == wanted:
        return None
    return "answered_yes" if row.is_so else "answered_no"


def domicile_right(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """住所有产权证明或者一年以上的使用权证明（沪民规〔2025〕11号）.

    Premises in use are owned, or held by a right of use of a year or more. An open end of the
    right is unknown.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.premises is None:
            return not_filed(PREMISES)
        rows = sift(PREMISES, facts.premises, facts.as_of, _right_exclusion)
        if rows.is_empty:
            remedy = Remedy("file_premises")
            return judge(NOT_MET, "no_premises_with_right", rows, remedy=remedy)
        return any_counts(
            rows, met="right_of_a_year", not_met="right_too_short", remedy="secure_right_of_use"
        )

    return _bound(judged, facts)


def _right_exclusion(row: Premises) -> str | None:
    if row.right_kind == "owned":
        return None
    if row.right_kind is None or row.right_from_on is None or row.right_to_on is None:
        return "right_unknown"
    days = (row.right_to_on - row.right_from_on).days + 1
    return None if days >= _DAYS_OF_RIGHT else "right_too_short"


def capital_share(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """开办资金中非国有资产不少于三分之二（沪民规〔2025〕11号）.

    Recorded, never judged: many centers were founded with money of their street.
    Figures: non_state_share.
    """

    def judged(facts: CenterFacts) -> Outcome:
        if facts.statutory is None:
            return not_filed(STATUTORY)
        rows = _of_matter(facts, "capital", _share_exclusion)
        if rows.counted:
            figures = {"non_state_share": decimal_text(rows.counted[-1].non_state_share)}
            return judge(NOT_APPLICABLE, "recorded_only", rows, figures=figures)
        if rows.doubtful:
            return unknown(rows)
        return judge(NO_DATA, "matter_not_declared", rows, remedy=Remedy("declare_matter"))

    return _bound(judged, facts)


def _share_exclusion(row: Statutory) -> str | None:
    return "share_unknown" if row.non_state_share is None else None
