"""Who may do what in the evaluation."""

from django.conf import settings

from centers.models import Center, Membership
from evaluation.models import (
    CityPack,
    Feedback,
    OfficialDocument,
    Publication,
    Rectification,
    Review,
    ReviewRound,
    Run,
    Waiver,
)
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with


def can_request_run(user: User, division: Division | None = None) -> bool:
    """Bureau staff of the division; without a division, anywhere."""
    return user.has_capability(Capability.EVALUATION_RUN, division)


def can_steer_run(user: User, run: Run) -> bool:
    """Whoever may start one over its division stops it and lets it go on."""
    return can_request_run(user, run.division)


def can_request_waiver(user: User, center: Center | None = None) -> bool:
    """Bureau staff of the center's district, and its director; without a center, bureau staff
    anywhere."""
    if user.has_capability(Capability.WAIVER_REQUEST, center.division if center else None):
        return True
    codes = roles_with(Capability.WAIVER_REQUEST)
    at_center = Membership.objects.filter(user=user, center=center, role__in=codes)
    return center is not None and at_center.exists()


def can_approve_waiver(user: User, waiver: Waiver) -> bool:
    """Chief or leader of the center's district: approve, refuse, revoke. The service refuses who
    requested it."""
    return user.has_capability(Capability.WAIVER_APPROVE, waiver.center.division)


def can_record_duty(user: User, district: Division | None = None) -> bool:
    """Chief or officer of the district; without a district, anywhere."""
    return user.has_capability(Capability.DUTY_RECORD, district)


def can_set_parameter(user: User, division: Division) -> bool:
    """Bureau staff of the municipality or district itself, or of the level above it."""
    is_level = division.kind in (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT)
    return is_level and user.has_capability(Capability.PARAMETER_SET, division)


def can_activate_pack(user: User) -> bool:
    """Officer of the portal's municipality."""
    municipality = Division.objects.filter(code=settings.MUNICIPALITY).first()
    return municipality is not None and user.has_capability(Capability.PACK_ACTIVATE, municipality)


def _at_center(user: User, capability: str, center: Center) -> bool:
    """Whether ``user`` works at the center in a role that carries the capability."""
    mine = Membership.objects.filter(user=user, role__in=roles_with(capability))
    return mine.filter(center=center).exists()


def can_manage_reviews(user: User, district: Division | None = None) -> bool:
    """Schemes and rounds, and the marks of the bureau; without a district, anywhere."""
    return user.has_capability(Capability.REVIEW_MANAGE, district)


def can_review(user: User, review: Review) -> bool:
    """Whoever marks for the bureau, and works at no center that is reviewed with it."""
    if Membership.objects.filter(user=user, center=review.center).exists():
        return False
    return can_manage_reviews(user, review.center.division)


def can_recheck(user: User, review: Review) -> bool:
    """As ``can_review``, but not whoever marked it for the bureau, first or at an earlier
    recheck."""
    return can_review(user, review) and user.pk not in review.judges(
        before_recheck=review.recheck_number
    )


def can_answer_objection(user: User, review: Review) -> bool:
    """As ``can_review``, but nobody whose judgment an objection may attack."""
    return can_review(user, review) and user.pk not in review.judges()


def can_approve_review(user: User, review: Review) -> bool:
    """Chief or leader, but not whoever marked it for the bureau, first or at a recheck."""
    may = user.has_capability(Capability.REVIEW_APPROVE, review.center.division)
    return may and user.pk not in review.judges()


def can_exclude(user: User, review: Review) -> bool:
    """As ``can_review``; once its result was told, whoever approves grades and gave none of its
    points. Nobody leaves out a center he works at."""
    if review.status not in Review.TOLD:
        return can_review(user, review)
    is_of_center = Membership.objects.filter(user=user, center=review.center).exists()
    return not is_of_center and can_approve_review(user, review)


def can_close_round(user: User, review_round: ReviewRound) -> bool:
    """Who announces results and makes them final."""
    return user.has_capability(Capability.REVIEW_APPROVE, review_round.district)


def can_give_opinion(user: User, review: Review | None = None) -> bool:
    """The street or town of the center; without a review, anywhere."""
    place = review.center.division if review else None
    return user.has_capability(Capability.REVIEW_OPINION, place)


def can_add_evidence(user: User, review: Review) -> bool:
    """Whoever works on the review at the stage where it stands; the same take it back."""
    asked = {
        "self": can_answer_review,
        "township": can_give_opinion,
        "district": can_review,
        "recheck": can_recheck,
    }
    may = asked.get(review.status)
    return may is not None and may(user, review)


def can_answer_review(user: User, review: Review) -> bool:
    """People of the center draft the self-assessment."""
    return _at_center(user, Capability.REVIEW_ANSWER, review.center)


def can_submit_review(user: User, review: Review) -> bool:
    """The director submits it, and replies."""
    return _at_center(user, Capability.REVIEW_SUBMIT, review.center)


def can_rectify(user: User, division: Division | None = None) -> bool:
    """Officers open, issue and verify rectifications; without a division, anywhere."""
    return user.has_capability(Capability.RECTIFICATION_MANAGE, division)


def can_verify(user: User, rectification: Rectification) -> bool:
    """An officer other than the one who opened it."""
    is_another = rectification.opened_by_id != user.pk
    return is_another and can_rectify(user, rectification.center.division)


def can_answer_rectification(user: User, rectification: Rectification) -> bool:
    """The director of the center."""
    return _at_center(user, Capability.RECTIFICATION_ANSWER, rectification.center)


def can_draft_document(user: User, district: Division | None = None) -> bool:
    """Officers; without a district, anywhere."""
    return user.has_capability(Capability.DOCUMENT_DRAFT, district)


def can_issue_document(user: User, document: OfficialDocument) -> bool:
    """Chief or leader; of what bears a number, not whoever drafted it."""
    return user.has_capability(Capability.DOCUMENT_ISSUE, document.district)


def receiving_centers(user: User) -> set[int]:
    """Centers whose people confirm what was delivered to them, and ``user`` is one of these. One
    query."""
    mine = Membership.objects.filter(user=user, role__in=roles_with(Capability.REVIEW_ANSWER))
    return set(mine.values_list("center_id", flat=True))


def can_receive_documents(user: User, center: Center) -> bool:
    """People of the center confirm that a document was delivered to it."""
    return _at_center(user, Capability.REVIEW_ANSWER, center)


def can_draft_publication(
    user: User, division: Division | None = None, *, center: Center | None = None, item: str = ""
) -> bool:
    """People of the center for it, its street or town, and the bureau; what the street or town
    owes, these two, and what the bureau owes, it alone. Without an item, of any."""
    place = center.division if center else division
    if item in Publication.OF_BUREAU:
        return _over_the_district(user, Capability.PUBLICATION_DRAFT, place)
    its_own = None if item in Publication.OF_TOWNSHIP else center
    return _for_center(user, Capability.PUBLICATION_DRAFT, place, its_own)


def can_publish(user: User, publication: Publication) -> bool:
    """The bureau, and the director what the center owes. What came of a round of reviews is the
    bureau's."""
    place = publication.division
    if publication.round_id is not None or publication.item in Publication.OF_BUREAU:
        return _over_the_district(user, Capability.PUBLICATION_PUBLISH, place)
    its_own = None if publication.item in Publication.OF_TOWNSHIP else publication.center
    return _for_center(user, Capability.PUBLICATION_PUBLISH, place, its_own)


def _over_the_district(user: User, capability: str, place: Division | None) -> bool:
    """Whether it holds in the whole district of a street or town."""
    is_below = place is not None and place.kind in Division.TOWNSHIP_KINDS
    return user.has_capability(capability, place.parent if place and is_below else place)


def _for_center(user: User, capability: str, place: Division | None, center: Center | None) -> bool:
    """Whether it holds in the place, or ``user`` has it at the center that owes the item."""
    if user.has_capability(capability, place):
        return True
    return center is not None and _at_center(user, capability, center)


def can_handle_feedback(user: User, district: Division | None = None) -> bool:
    """Officers; without a district, anywhere."""
    return user.has_capability(Capability.FEEDBACK_HANDLE, district)


def can_reply_to_feedback(user: User, feedback: Feedback) -> bool:
    """The center it was handed to."""
    center = feedback.handed_to
    return center is not None and _at_center(user, Capability.FEEDBACK_ANSWER, center)


def can_build_city_pack(user: User, district: Division | None = None) -> bool:
    """Officers; without a district, anywhere."""
    return user.has_capability(Capability.CITY_PACK_BUILD, district)


def can_submit_city_pack(user: User, pack: CityPack) -> bool:
    """Chief or leader, other than whoever built it."""
    is_another = pack.built_by_id != user.pk
    return is_another and user.has_capability(Capability.CITY_PACK_SUBMIT, pack.division)
