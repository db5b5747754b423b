"""Two rounds of performance reviews: the last one is final, with an objection that was answered and
something to put right; in the one under way everybody has something to do.

What the centers filed is known from the moment of the loading on, so the figures are found then;
whatever people did lies on the days before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from centers.demo import person_name
from centers.models import Center, Membership
from centers.services import centers as staffing
from evaluation.models import Extra, Review, ReviewRound, Scheme
from evaluation.services import (
    objections,
    rectifications,
    review_marks,
    review_rounds,
    reviews,
    schemes,
    surveys,
)
from evaluation.services.rectifications import Plan
from evaluation.services.review_marks import Entry
from portal.jurisdictions.models import Division
from portal.users import services as users
from portal.users.models import RoleAssignment, User

TITLE = "{year}年度街镇社会组织服务中心绩效考评"
# Days before the loading on which the steps of the final round were taken, and that of the other.
OPENED, ASSESSED, COMMENTED, TOLD, REPLIED, RECHECKED = 185, 168, 154, 132, 130, 122
APPROVED, ANNOUNCED, OBJECTED, ANSWERED, PUBLISHED, RECTIFIED = 114, 110, 108, 105, 88, 6
OPENED_NOW = 27
# The street or town whose review waits for the account that comments; its own is assessed still.
COMMENTING = "C07"
ASKED, VALID = 60, 52


@dataclass(frozen=True)
class Story:
    """How a review went: full points are 3 for C1, 4 for C2 and E1; ``means`` of the two surveys.

    ``cut`` is what the bureau took off C2, and why; ``bonus`` was claimed, and accepted or not.
    """

    rules: str = "3"
    finance: str = "4"
    township: str = "4"
    means: tuple[str, str] = ("4.60", "4.50")
    cut: tuple[str, str] | None = None
    disagrees: str = ""
    bonus: tuple[str, str, bool] | None = None
    opinion: str = "日常工作配合到位，服务社会组织和团队有成效。"


LAST: Mapping[str, Story] = {
    "C01": Story(means=("4.80", "4.75"), bonus=("品牌项目", "市级公益品牌“梧桐议事厅”。", True)),
    "C02": Story(finance="3", means=("4.30", "4.20")),
    "C03": Story(
        rules="1.8", finance="3", township="3.2", means=("4.10", "3.90"), opinion="人手偏紧。"
    ),
    "C04": Story(bonus=("获奖", "镇级先进集体。", False)),
    "C05": Story(rules="1.8", finance="4", township="3.2", means=("4.40", "4.30")),
    "C06": Story(
        finance="3",
        township="2.4",
        means=("4.00", "3.80"),
        cut=("2", "审计报告列出两个问题，自评只计一个。"),
        disagrees="第二个问题已在审计期内整改完毕，附整改报告。",
        opinion="经费使用不够规范，请区局重点核查。",
    ),
    "C07": Story(means=("4.40", "4.50")),
    "C08": Story(township="3.2", means=("4.20", "4.40")),
}
LEFT_OUT = ("C12", "全年停业装修，未开展服务。")
OBJECTED_TO, OBJECTION = "C03", "公示的满意度与居民实际感受不符，希望复核调查样本。"
REJECTED = "已复核：有效样本52份，来自五个居民区，调查记录完整，维持原结果。"
RECTIFIED_CENTER, RECTIFIED_CODE = "C05", "C1"
# What is behind a review of the round under way, by center: assessed, commented on, told, replied.
STEPS = ("assessed", "commented", "told", "replied")
NOW: Mapping[str, str] = {
    "C01": "commented",
    "C03": "told",
    "C04": "replied",
    "C06": "replied",
    COMMENTING: "assessed",
}
RETURNED = ("C02", "财务自评缺少审计报告，请补充后重新提交。")


@dataclass(frozen=True)
class Cast:
    """Who takes part, and when it is."""

    district: Division
    officer: User
    at: datetime
    chief: User
    leader: User
    centers: Mapping[str, Center]

    @classmethod
    def of(cls, district: Division, by: User, at: datetime) -> "Cast":
        """Those who were entered before."""
        found = Center.objects.within(district).select_related("division")
        return cls(
            district=district,
            officer=by,
            at=at,
            chief=User.objects.get(username="district_admin"),
            leader=User.objects.get(username="district_leader"),
            centers={center.code: center for center in found},
        )

    def ago(self, days: int) -> datetime:
        """The moment so many days before; after it where negative."""
        return self.at - timedelta(days)

    def day(self, days: int) -> date:
        """The day so many days before; after it where negative."""
        return localdate(self.ago(days))

    def director(self, center: Center) -> User:
        """Who directs a center; somebody is entered where nobody does."""
        known = Membership.objects.filter(center=center, role="center_director")
        if member := known.select_related("user").first():
            return member.user
        user = self._register("director", center)
        staffing.join(user=user, center=center, role="center_director", by=self.officer, at=self.at)
        return user

    def reviewer(self, center: Center) -> User:
        """Who comments for the center's street or town; the account of the demonstration does so
        for one beside its own."""
        division, role = center.division, "township_reviewer"
        known = RoleAssignment.objects.filter(division=division, role=role)
        if assignment := known.select_related("user").first():
            return assignment.user
        is_account = center.code == COMMENTING
        user = User.objects.get(username=role) if is_account else self._register("reviewer", center)
        users.assign(user=user, role=role, division=division, by=self.chief, at=self.at)
        return user

    def _register(self, part: str, center: Center) -> User:
        return users.register(
            username=f"{part}_{center.code.lower()}",
            full_name=person_name(f"P{center.code[1:]}{97 if part == 'reviewer' else 98}"),
            password=None,
            at=self.at,
        )


def load(*, district: Division, by: User, at: datetime) -> None:
    """A scheme of the template and a copy for the next year; the round that is final, and the one
    under way."""
    cast = Cast.of(district, by, at)
    year = cast.day(OPENED).year - 1
    scheme = schemes.template(district=district, by=by, at=cast.ago(OPENED + 10))
    scheme = _adopt(cast, scheme, year, cast.ago(OPENED + 6))
    _finish(cast, scheme, year)
    title = TITLE.format(year=year + 1) + "方案"
    copy = schemes.copy(scheme=scheme, title=title, by=by, at=cast.ago(OPENED_NOW + 5))
    _begin(cast, _adopt(cast, copy, year + 1, cast.ago(OPENED_NOW + 3)), year + 1)


def _adopt(cast: Cast, scheme: Scheme, year: int, at: datetime) -> Scheme:
    title = TITLE.format(year=year) + "方案"
    schemes.edit(scheme=scheme, version=scheme.version, title=title, by=cast.officer, at=at)
    return schemes.adopt(scheme=scheme, version=scheme.version, by=cast.chief, at=at)


def _open(
    cast: Cast, scheme: Scheme, year: int, codes: Iterable[str], *, days: int, dues: tuple[int, ...]
) -> list[Review]:
    """The reviews of a round that was opened ``days`` ago, by code of the center; ``dues`` of the
    center, the street or town and the bureau, in days from then."""
    last = cast.day(days).replace(day=1) - timedelta(1)
    until = min(date(year, 12, 31), last)
    names = ("self_due_on", "township_due_on", "district_due_on")
    review_round = review_rounds.draft(
        district=cast.district,
        scheme=scheme,
        year=year,
        title=TITLE.format(year=year),
        period_from=date(year, 1, 1),
        period_to=until,
        as_of=until,
        by=cast.officer,
        at=cast.ago(days + 1),
        **{name: cast.day(days - due) for name, due in zip(names, dues, strict=True)},
    )
    review_rounds.open_(
        review_round=review_round,
        centers=[cast.centers[code] for code in codes],
        version=review_round.version,
        by=cast.officer,
        at=cast.ago(days),
    )
    found = review_round.reviews.select_related("center__division", "round__scheme")
    return list(found.order_by("center__code"))


def _finish(cast: Cast, scheme: Scheme, year: int) -> None:
    """The round of ``year``, up to what has to be put right after it."""
    left_out, why = LEFT_OUT
    made = _open(cast, scheme, year, (*LAST, left_out), days=OPENED, dues=(21, 35, 63))
    for review in made:
        if review.center.code != left_out:
            _survey(cast, review, LAST[review.center.code].means)
    review_marks.compute_all(made, at=cast.at)
    for review in made:
        if review.center.code == left_out:
            reviews.exclude(
                review=review,
                reason=why,
                version=review.version,
                by=cast.officer,
                at=cast.ago(COMMENTED),
            )
            continue
        told = LAST[review.center.code]
        _assess(cast, review, told, ASSESSED)
        _comment(cast, review, told, COMMENTED)
        _tell(cast, review, told, TOLD)
        _reply(cast, review, told, REPLIED)
        if told.disagrees:
            _recheck(cast, review, told, RECHECKED)
    held = ReviewRound.objects.select_related("district", "scheme").get(pk=made[0].round_id)
    reviews.approve_all(review_round=held, by=cast.leader, at=cast.ago(APPROVED))
    review_rounds.announce(
        review_round=held, version=held.version, by=cast.leader, at=cast.ago(ANNOUNCED)
    )
    _object(cast, held)
    review_rounds.publish(
        review_round=held, version=held.version, by=cast.leader, at=cast.ago(PUBLISHED)
    )
    _rectify(cast, held)


def _begin(cast: Cast, scheme: Scheme, year: int) -> None:
    """The round of ``year``, with reviews at every stage."""
    made = _open(cast, scheme, year, sorted(cast.centers), days=OPENED_NOW, dues=(32, 44, 70))
    review_marks.compute_all(made, at=cast.at)
    returned, why = RETURNED
    for review in made:
        code = review.center.code
        told = LAST.get(code, Story())
        if code == RECTIFIED_CENTER:
            _draft(cast, review, told)
        if code == returned:
            _assess(cast, review, told, 14)
            reviews.return_(
                review=review,
                reason=why,
                version=review.version,
                by=cast.reviewer(review.center),
                at=cast.ago(8),
            )
        steps = STEPS.index(NOW[code]) + 1 if code in NOW else 0
        for days, step in zip((15, 11, 7, 4), (_assess, _comment, _tell, _reply), strict=True):
            if steps:
                step(cast, review, told, days)
                steps -= 1


def _survey(cast: Cast, review: Review, means: tuple[str, str]) -> None:
    for group, mean in zip(("organizations", "residents"), means, strict=True):
        surveys.enter(
            review_round=review.round,
            center=review.center,
            group=group,
            asked=ASKED,
            valid_answers=VALID,
            mean=Decimal(mean),
            by=cast.officer,
            at=cast.ago(OPENED - 3),
        )


def _mark(review: Review, stage: str, by: User, at: datetime, **marks: Entry) -> None:
    review_marks.save(review=review, stage=stage, marks=marks, version=review.version, by=by, at=at)


def _prove(review: Review, code: str, text: str, *, by: User, at: datetime) -> None:
    review_marks.attach(
        review=review, answer=review.answers.get(code=code), text=text, by=by, at=at
    )


def _draft(cast: Cast, review: Review, told: Story) -> None:
    """What the center typed so far: half of it, to be finished."""
    by, at = cast.director(review.center), cast.ago(3)
    _mark(review, "self", by, at, C1=Entry(Decimal("3")))
    _prove(review, "C1", "制度汇编（今年修订）", by=by, at=at)


def _assess(cast: Cast, review: Review, told: Story, days: int) -> None:
    by, at = cast.director(review.center), cast.ago(days)
    _mark(
        review,
        "self",
        by,
        at,
        C1=Entry(Decimal(told.rules)),
        C2=Entry(Decimal(told.finance)),
    )
    _prove(review, "C1", "制度汇编和年度档案目录", by=by, at=at)
    _prove(review, "C2", "年度审计报告", by=by, at=at)
    if told.bonus:
        name, facts, _accepted = told.bonus
        extra = Extra.objects.get(scheme=review.round.scheme, name=name)
        review_marks.claim(
            review=review, extra=extra, facts=facts, points=extra.points, by=by, at=at
        )
    reviews.submit_self(review=review, version=review.version, by=by, at=at)


def _comment(cast: Cast, review: Review, told: Story, days: int) -> None:
    by, at = cast.reviewer(review.center), cast.ago(days)
    _mark(review, "township", by, at, C1=Entry(agrees=True), E1=Entry(Decimal(told.township)))
    reviews.give_opinion(review=review, opinion=told.opinion, version=review.version, by=by, at=at)


def _tell(cast: Cast, review: Review, told: Story, days: int) -> None:
    by, at = cast.officer, cast.ago(days)
    finance, note = told.cut or (told.finance, "")
    marks = {"C1": Entry(Decimal(told.rules)), "C2": Entry(Decimal(finance), note=note)}
    _mark(review, "district", by, at, **marks)
    for claim in review.extras.filter(status="claimed").select_related("extra"):
        is_accepted = bool(told.bonus and told.bonus[2])
        reason = "" if is_accepted else "镇级表彰不在加分范围内。"
        review_marks.decide(claim=claim, accepts=is_accepted, reason=reason, by=by, at=at)
    reviews.submit_review(
        review=review,
        visited_on=localdate(at),
        visit_record="查看场所、制度和台账，访谈中心负责人和两家社会组织。",
        version=review.version,
        by=by,
        at=at,
    )


def _reply(cast: Cast, review: Review, told: Story, days: int) -> None:
    reviews.reply(
        review=review,
        agrees=not told.disagrees,
        text=told.disagrees,
        version=review.version,
        by=cast.director(review.center),
        at=cast.ago(days),
    )


def _recheck(cast: Cast, review: Review, told: Story, days: int) -> None:
    """Another person gives back what the center had proven."""
    by, at = cast.chief, cast.ago(days)
    proven = Entry(Decimal(told.finance), note="整改报告已核实，扣一个问题。")
    _mark(review, "recheck", by, at, C2=proven)
    opinion = "第二个问题在审计期内整改完毕，恢复一分，其余维持。"
    reviews.recheck(review=review, opinion=opinion, version=review.version, by=by, at=at)


def _object(cast: Cast, held: ReviewRound) -> None:
    """A resident objects; somebody who did not review answers."""
    review = held.reviews.select_related("center__division", "round__district").get(
        center__code=OBJECTED_TO
    )
    made = objections.file(
        review=review, kind="resident", text=OBJECTION, contact="", at=cast.ago(OBJECTED)
    )
    objections.answer(
        objection=made,
        upholds=False,
        text=REJECTED,
        version=made.version,
        by=cast.chief,
        at=cast.ago(ANSWERED),
    )


def _rectify(cast: Cast, held: ReviewRound) -> None:
    """What a center lost points for has to be put right."""
    review = held.reviews.select_related("center__division", "round").get(
        center__code=RECTIFIED_CENTER
    )
    rectification = rectifications.open_from_review(
        review=review,
        answers=review.answers.filter(code=RECTIFIED_CODE),
        plan=Plan(cast.officer),
        by=cast.officer,
        at=cast.ago(RECTIFIED),
    )
    rectifications.issue(rectification=rectification, by=cast.officer, at=cast.ago(RECTIFIED))
