"""Roles are presets of capabilities. Nothing is decided by a role's name.

To add a role: a line in ``ROLES``. To add a capability: a line in ``Capability``, its use in a
``permissions`` module, and the roles that get it. Source: domain reference §2.3.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Capability(StrEnum):
    """What a person may do, within the divisions or centers of their assignment."""

    ADMIN_ENTER = "admin.enter"
    SUMMARY_VIEW = "summary.view"
    CENTER_VIEW = "center.view"
    COMPLIANCE_VIEW = "compliance.view"
    FILING_DRAFT = "filing.draft"
    FILING_SUBMIT = "filing.submit"
    FILING_OPINION = "filing.opinion"
    FILING_REVIEW = "filing.review"
    EVENT_KEEP = "event.keep"
    EVENT_MINIMUM = "event.minimum"
    ROUND_MANAGE = "round.manage"
    WORKBOOK_IMPORT = "workbook.import"
    WORKBOOK_EXPORT = "workbook.export"
    EVALUATION_RUN = "evaluation.run"
    WAIVER_REQUEST = "waiver.request"
    WAIVER_APPROVE = "waiver.approve"
    USER_VIEW = "user.view"
    TOKEN_MANAGE = "token.manage"  # noqa: S105  (a capability, not a secret)
    AUDIT_VIEW = "audit.view"
    CALENDAR_ENTER = "calendar.enter"
    PARAMETER_SET = "parameter.set"
    PACK_ACTIVATE = "pack.activate"
    SIMULATION_RUN = "simulation.run"
    DUTY_RECORD = "duty.record"
    WORK_RECORD = "work.record"
    TEAM_FILE = "team.file"
    INSPECTION_MANAGE = "inspection.manage"
    INSPECTION_CALENDAR = "inspection.calendar"
    WARNING_VIEW = "warning.view"
    WARNING_HANDLE = "warning.handle"
    WARNING_OVERSEE = "warning.oversee"
    PERSONAL_REVEAL = "personal.reveal"
    PROJECT_VIEW = "project.view"
    PROJECT_PLAN = "project.plan"
    PROJECT_APPROVE = "project.approve"
    PROCUREMENT_MANAGE = "procurement.manage"
    PROCUREMENT_AWARD = "procurement.award"
    KEY_HOLD = "key.hold"
    CONTRACT_MANAGE = "contract.manage"
    PANEL_SCORE = "panel.score"
    BID_SUBMIT = "bid.submit"
    REVIEW_MANAGE = "review.manage"
    REVIEW_APPROVE = "review.approve"
    REVIEW_OPINION = "review.opinion"
    REVIEW_ANSWER = "review.answer"
    REVIEW_SUBMIT = "review.submit"
    RECTIFICATION_MANAGE = "rectification.manage"
    RECTIFICATION_ANSWER = "rectification.answer"
    DOCUMENT_DRAFT = "document.draft"
    DOCUMENT_ISSUE = "document.issue"
    PUBLICATION_DRAFT = "publication.draft"
    PUBLICATION_PUBLISH = "publication.publish"
    FEEDBACK_HANDLE = "feedback.handle"
    FEEDBACK_ANSWER = "feedback.answer"
    CITY_PACK_BUILD = "city_pack.build"
    CITY_PACK_SUBMIT = "city_pack.submit"


C = Capability


@dataclass(frozen=True)
class Role:
    """``is_center_role``: assigned to a center; otherwise to a division and all below it."""

    code: str
    label: Any
    capabilities: frozenset[Capability]
    is_center_role: bool = False


ROLES = {
    role.code: role
    for role in (
        Role(
            "municipal_viewer",
            _("municipal viewer"),
            frozenset({C.ADMIN_ENTER, C.SUMMARY_VIEW, C.SIMULATION_RUN}),
        ),
        Role(
            "municipal_officer",
            _("municipal officer"),
            frozenset(
                {
                    *(C.ADMIN_ENTER, C.SUMMARY_VIEW, C.SIMULATION_RUN),
                    *(C.PARAMETER_SET, C.PACK_ACTIVATE, C.INSPECTION_CALENDAR),
                }
            ),
        ),
        Role(
            "district_admin",
            _("district section chief"),
            frozenset(
                {
                    *(C.ADMIN_ENTER, C.SUMMARY_VIEW, C.CENTER_VIEW, C.COMPLIANCE_VIEW),
                    *(C.FILING_REVIEW, C.WORKBOOK_IMPORT, C.WORKBOOK_EXPORT, C.EVALUATION_RUN),
                    *(C.WAIVER_REQUEST, C.WAIVER_APPROVE, C.USER_VIEW, C.TOKEN_MANAGE),
                    *(C.EVENT_KEEP, C.EVENT_MINIMUM, C.ROUND_MANAGE),
                    *(C.CALENDAR_ENTER, C.PARAMETER_SET, C.SIMULATION_RUN, C.DUTY_RECORD),
                    *(C.INSPECTION_MANAGE, C.WARNING_VIEW, C.WARNING_HANDLE, C.WARNING_OVERSEE),
                    *(C.PERSONAL_REVEAL, C.PROJECT_VIEW, C.PROJECT_PLAN, C.PROJECT_APPROVE),
                    *(C.PROCUREMENT_MANAGE, C.PROCUREMENT_AWARD, C.KEY_HOLD, C.CONTRACT_MANAGE),
                    *(C.REVIEW_MANAGE, C.REVIEW_APPROVE, C.RECTIFICATION_MANAGE),
                    *(C.DOCUMENT_DRAFT, C.DOCUMENT_ISSUE, C.PUBLICATION_DRAFT),
                    *(C.PUBLICATION_PUBLISH, C.FEEDBACK_HANDLE),
                    *(C.CITY_PACK_BUILD, C.CITY_PACK_SUBMIT),
                }
            ),
        ),
        Role(
            "district_officer",
            _("district officer"),
            frozenset(
                {
                    *(C.ADMIN_ENTER, C.SUMMARY_VIEW, C.CENTER_VIEW, C.COMPLIANCE_VIEW),
                    *(C.FILING_REVIEW, C.WORKBOOK_IMPORT, C.WORKBOOK_EXPORT, C.EVALUATION_RUN),
                    *(C.WAIVER_REQUEST, C.ROUND_MANAGE, C.EVENT_KEEP, C.EVENT_MINIMUM),
                    *(C.PARAMETER_SET, C.SIMULATION_RUN, C.DUTY_RECORD),
                    *(C.INSPECTION_MANAGE, C.WARNING_VIEW, C.WARNING_HANDLE, C.PERSONAL_REVEAL),
                    *(C.PROJECT_VIEW, C.PROJECT_PLAN, C.PROCUREMENT_MANAGE, C.KEY_HOLD),
                    *(C.CONTRACT_MANAGE, C.REVIEW_MANAGE, C.RECTIFICATION_MANAGE),
                    *(C.DOCUMENT_DRAFT, C.PUBLICATION_DRAFT, C.PUBLICATION_PUBLISH),
                    *(C.FEEDBACK_HANDLE, C.CITY_PACK_BUILD),
                }
            ),
        ),
        Role(
            "district_leader",
            _("district leader"),
            frozenset(
                {
                    *(C.ADMIN_ENTER, C.SUMMARY_VIEW, C.CENTER_VIEW, C.COMPLIANCE_VIEW),
                    *(C.WAIVER_APPROVE, C.SIMULATION_RUN, C.WARNING_VIEW, C.WARNING_OVERSEE),
                    *(C.PROJECT_VIEW, C.PROJECT_APPROVE, C.PROCUREMENT_AWARD, C.KEY_HOLD),
                    *(C.REVIEW_APPROVE, C.DOCUMENT_ISSUE, C.PUBLICATION_PUBLISH),
                    C.CITY_PACK_SUBMIT,
                }
            ),
        ),
        Role("district_auditor", _("district auditor"), frozenset({C.ADMIN_ENTER, C.AUDIT_VIEW})),
        Role(
            "township_reviewer",
            _("township reviewer"),
            frozenset(
                {
                    *(C.ADMIN_ENTER, C.SUMMARY_VIEW, C.CENTER_VIEW, C.COMPLIANCE_VIEW),
                    *(C.FILING_OPINION, C.TEAM_FILE, C.WARNING_VIEW, C.PERSONAL_REVEAL),
                    *(C.PROJECT_VIEW, C.PROJECT_PLAN, C.PROJECT_APPROVE, C.KEY_HOLD),
                    *(C.REVIEW_OPINION, C.FEEDBACK_ANSWER, C.PUBLICATION_DRAFT),
                }
            ),
        ),
        Role("evaluator", _("evaluator"), frozenset({C.PANEL_SCORE})),
        Role("org_contact", _("organization contact"), frozenset({C.BID_SUBMIT})),
        Role(
            "api_client",
            _("API client"),
            frozenset(
                {
                    *(C.SUMMARY_VIEW, C.CENTER_VIEW, C.COMPLIANCE_VIEW, C.SIMULATION_RUN),
                    *(C.WARNING_VIEW, C.PROJECT_VIEW),
                }
            ),
        ),
        Role(
            "center_director",
            _("center director"),
            frozenset(
                {
                    *(C.CENTER_VIEW, C.COMPLIANCE_VIEW, C.FILING_DRAFT, C.FILING_SUBMIT),
                    *(C.EVENT_KEEP, C.WORK_RECORD, C.WAIVER_REQUEST),
                    *(C.WARNING_VIEW, C.PERSONAL_REVEAL, C.PROJECT_VIEW, C.PROJECT_PLAN),
                    *(C.REVIEW_ANSWER, C.REVIEW_SUBMIT, C.RECTIFICATION_ANSWER),
                    *(C.PUBLICATION_DRAFT, C.PUBLICATION_PUBLISH, C.FEEDBACK_ANSWER),
                }
            ),
            is_center_role=True,
        ),
        Role(
            "center_staff",
            _("center staff"),
            frozenset(
                {
                    *(C.CENTER_VIEW, C.COMPLIANCE_VIEW, C.FILING_DRAFT, C.EVENT_KEEP),
                    *(C.WORK_RECORD, C.WARNING_VIEW, C.PROJECT_VIEW, C.PROJECT_PLAN),
                    *(C.REVIEW_ANSWER, C.PUBLICATION_DRAFT),
                }
            ),
            is_center_role=True,
        ),
    )
}


def roles_with(capability: str) -> list[str]:
    """Codes of the roles that carry ``capability``."""
    return [role.code for role in ROLES.values() if capability in role.capabilities]


def division_choices() -> list[tuple[str, Any]]:
    """(code, label) of the roles given in a division."""
    return [(role.code, role.label) for role in ROLES.values() if not role.is_center_role]


def center_choices() -> list[tuple[str, Any]]:
    """(code, label) of the roles given at a center."""
    return [(role.code, role.label) for role in ROLES.values() if role.is_center_role]
