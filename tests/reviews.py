"""A small scheme, and the steps of a review each by whoever takes it."""

from decimal import Decimal

from evaluation.models import Review, ReviewRound
from evaluation.services import review_marks, review_rounds, reviews, schemes
from evaluation.services.review_marks import Entry
from evaluation.services.schemes import ExtraRow, Row

LEVELS = {"levels": [["健全", "1"], ["基本健全", "0.6"], ["不健全", "0"]]}
ROWS = [
    Row("A", "建设标准", Decimal(40)),
    Row(
        "A1",
        "场所",
        Decimal(40),
        "A",
        "三(二)",
        "items",
        "findings",
        {"rules": ["ST-07", "ST-08", "ST-09", "ST-10"]},
        "各项平均计分。",
    ),
    Row("C", "运行管理", Decimal(48)),
    Row("C1", "制度与档案", Decimal(28), "C", "", "rubric", "manual", LEVELS, "按档计分。"),
    Row(
        "C2",
        "社会组织满意度",
        Decimal(20),
        "C",
        "",
        "ratio",
        "survey",
        {"group": "organizations"},
        "按比例计分。",
    ),
    Row("E", "满意度", Decimal(12)),
    Row("E1", "街镇", Decimal(12), "E", "", "rubric", "manual", LEVELS, "街镇评分。", "township"),
]
BANDS = [
    ("excellent", Decimal(90)),
    ("good", Decimal(80)),
    ("qualified", Decimal(60)),
    ("unqualified", Decimal(0)),
]


def drafted(district, by, at):
    """A draft that can be adopted."""
    scheme = schemes.draft(district=district, title="2025年度考评方案", by=by, at=at)
    for verb, values in (
        (schemes.set_indicators, {"rows": ROWS}),
        (
            schemes.set_extras,
            {"rows": [ExtraRow("bonus", "品牌项目", Decimal(3)), ExtraRow("veto", "弄虚作假")]},
        ),
        (schemes.set_bands, {"bands": BANDS}),
    ):
        verb(scheme=scheme, version=scheme.version, by=by, at=at, **values)
    return scheme


class Walk:
    """The steps of one review, each by whoever takes it."""

    def __init__(self, review, diane, township, alice, chief, leader, at):
        self.review, self.at = review, at
        self.diane, self.township, self.alice = diane, township, alice
        self.chief, self.leader = chief, leader

    def fresh(self):
        self.review = Review.objects.select_related("center__division", "round__scheme").get(
            pk=self.review.pk
        )
        return self.review

    def mark(self, stage, by, **marks):
        review = self.fresh()
        review_marks.save(
            review=review, stage=stage, marks=marks, version=review.version, by=by, at=self.at
        )

    def take(self, verb, by, **values):
        review = self.fresh()
        verb(review=review, version=review.version, by=by, at=self.at, **values)
        return self.fresh()

    def prove(self, code="C1"):
        review = self.fresh()
        review_marks.attach(
            review=review,
            answer=review.answers.get(code=code),
            text="制度汇编",
            by=self.diane,
            at=self.at,
        )

    def assess(self):
        self.mark("self", self.diane, C1=Entry(Decimal(28)))
        self.prove()
        self.take(reviews.submit_self, self.diane)

    def comment(self):
        self.mark(
            "township",
            self.township,
            E1=Entry(Decimal(12)),
            C1=Entry(agrees=False, note="档案有缺"),
        )
        self.take(reviews.give_opinion, self.township, opinion="总体满意。")

    def tell(self, points="28", note=""):
        self.mark("district", self.alice, C1=Entry(Decimal(points), note=note))
        self.take(
            reviews.submit_review, self.alice, visited_on=self.at.date(), visit_record="现场查看。"
        )

    def agree(self):
        self.take(reviews.reply, self.diane, agrees=True, text="")

    def approve(self):
        self.take(reviews.approve, self.leader)

    def to_announced(self):
        self.assess()
        self.comment()
        self.tell()
        self.agree()
        self.approve()
        return announce(self.fresh().round, self.leader, self.at)


def announce(review_round, by, at):
    found = ReviewRound.objects.select_related("district", "scheme").get(pk=review_round.pk)
    return review_rounds.announce(review_round=found, version=found.version, by=by, at=at)
