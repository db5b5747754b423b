"""What one center has to put right, and what residents wrote about another."""

from datetime import datetime

from django.utils.timezone import localdate

from centers.models import Center
from evaluation.models import Finding
from evaluation.selectors.rectifications import rectifiable
from evaluation.services import feedbacks, rectification_items, rectifications
from evaluation.services.rectification_news import answering
from evaluation.services.rectifications import Plan
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.workdays.selectors import DAY

# The center without a sign, and one that residents write about.
UNSIGNED, WRITTEN_ABOUT = "C05", "C03"


def load(*, district: Division, by: User, at: datetime) -> None:
    """A notice to the center without a sign, with more time asked for; a draft about another; a
    complaint that was answered, one that is looked into, and a question nobody has read."""
    center = Center.objects.select_related("division").get(code=UNSIGNED)
    if failing := rectifiable(center, localdate(at)):
        _issue(center, failing, by=by, at=at)
    other = Center.objects.select_related("division").get(code=WRITTEN_ABOUT)
    if failing := rectifiable(other, localdate(at)):
        rectifications.open_from_findings(
            center=other, findings=failing, plan=Plan(by), by=by, at=at
        )
    _feedback(district, center, other, by=by, at=at)


def _issue(center: Center, failing: list[Finding], *, by: User, at: datetime) -> None:
    rectification = rectifications.open_from_findings(
        center=center, findings=failing, plan=Plan(by), by=by, at=at
    )
    rectifications.issue(rectification=rectification, by=by, at=at)
    director = answering(center).first()
    if director is None:
        return
    rectifications.receive(rectification=rectification, by=director, at=at)
    item = rectification.items.select_related("rectification").order_by("position")[0]
    rectification_items.ask_extension(
        item=item,
        until=item.due_on + 14 * DAY,
        reason="标识制作须经街道统一招标，预计下月完成。",
        by=director,
        at=at,
    )


def _feedback(district: Division, center: Center, other: Center, *, by: User, at: datetime) -> None:
    complaint, _code = feedbacks.write(
        district=district,
        center=center,
        kind="complaint",
        text="门口没有标识，找了很久才找到服务中心。",
        contact="13900000000",
        at=at,
    )
    feedbacks.take_up(feedback=complaint, handler=by, by=by, at=at)
    feedbacks.answer(
        feedback=complaint,
        text="已要求中心限期设置标识和指引，感谢您的反映。",
        is_public=True,
        by=by,
        at=at,
    )
    suggestion, _code = feedbacks.write(
        district=district,
        center=other,
        kind="suggestion",
        text="希望周六上午也能办理社区社会组织备案咨询。",
        at=at,
    )
    feedbacks.take_up(feedback=suggestion, handler=by, by=by, at=at)
    feedbacks.hand_to(feedback=suggestion, center=other, version=suggestion.version, by=by, at=at)
    feedbacks.write(district=district, kind="question", text="成立一支合唱队需要备案吗？", at=at)
