"""绩效考评: the review of one center, with its answers, marks, evidence, extras and objections.

Three scores are kept apart, that of the center, the street's or town's and the bureau's; a recheck
is a fourth. None overwrites another.
"""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from centers.models.center import to_center
from centers.models.event import who_and_when
from evaluation.models.guards import appended, in_districts_of, kept, only_while, perhaps, person
from evaluation.models.review_guards import (
    answered_by_another,
    approved_by_another,
    bonus_within_points,
    mark_where_it_may,
    rechecked_by_another,
)
from evaluation.models.review_round import ReviewRound
from evaluation.models.scheme import Band, Extra, Indicator
from portal.evidence.models import EvidenceFile
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from portal.users.roles import Capability
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why

REVIEW_MOVES = {
    "self": frozenset({"township", "excluded"}),
    "township": frozenset({"district", "self", "excluded"}),
    "district": frozenset({"reply", "self", "excluded"}),
    "reply": frozenset({"recheck", "settled", "excluded"}),
    "recheck": frozenset({"settled", "excluded"}),
    "settled": frozenset({"approved", "recheck", "excluded"}),
    # An objection was upheld; the round was cancelled.
    "approved": frozenset({"final", "recheck", "excluded"}),
}
# Evidence, bonuses and vetoes are entered at these stages.
OPEN = ("self", "township", "district", "recheck")
COMPUTED = ("computed", "outcome", "computed_points", "computed_at")
EXTRA_MOVES = {
    "claimed": frozenset({"accepted", "refused"}),
    "accepted": frozenset({"refused"}),
    "refused": frozenset({"accepted"}),
}
IN_PUBLICITY = """
IF NOT EXISTS (SELECT 1 FROM evaluation_review review
               JOIN evaluation_reviewround round ON round.id = review.round_id
               WHERE review.id = NEW.review_id AND round.status = 'publicity'
               FOR SHARE OF round) THEN
    RAISE EXCEPTION 'the result is not announced for objections'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_in_publicity';
END IF;
RETURN NEW;
"""


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Reviews of the centers whose compliance ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user, "compliance.view"))

    def waiting_first(self) -> Self:
        """Those that wait for the street or town first, then the newest."""
        waits = models.Case(models.When(status="township", then=0), default=1)
        return self.order_by(waits, "-round__year", "center__code", "pk")

    def in_progress(self) -> Self:
        return self.exclude(status__in=["final", "excluded"])

    def final(self) -> Self:
        """What clients and the city are told of."""
        return self.filter(status="final")


class Review(models.Model):
    """考评: one center in one round. ``result`` holds the sections, the bonus, the veto and the
    denominators of ``final_total``, as the rules gave them."""

    class Status(models.TextChoices):
        SELF = "self", _("self-assessment")
        TOWNSHIP = "township", _("opinion of the street or town")
        DISTRICT = "district", _("review of the bureau")
        REPLY = "reply", _("waiting for the center's reply")
        RECHECK = "recheck", _("recheck")
        SETTLED = "settled", _("waiting for approval of the grade")
        APPROVED = "approved", _("grade approved")
        FINAL = "final", _("final result")
        EXCLUDED = "excluded", _("left out of the round")

    TRANSITIONS = REVIEW_MOVES
    # The center reads what the bureau gave from here on.
    TOLD = ("reply", "recheck", "settled", "approved", "final")

    round = models.ForeignKey(
        ReviewRound,
        verbose_name=_("review round"),
        on_delete=models.PROTECT,
        related_name="reviews",
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="reviews"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SELF)
    assessed_by = perhaps(_("self-assessment submitted by"))
    assessed_at = models.DateTimeField(_("self-assessment submitted at"), null=True, blank=True)
    self_total = models.DecimalField(
        _("points by the center"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    township_opinion = models.TextField(_("opinion of the street or town"), blank=True)
    township_by = perhaps(_("opinion given by"))
    township_at = models.DateTimeField(_("opinion given at"), null=True, blank=True)
    visited_on = models.DateField(_("visited on"), null=True, blank=True)
    visit_record = models.TextField(_("record of the visit"), blank=True)
    reviewed_by = perhaps(_("reviewed by"))
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    district_total = models.DecimalField(
        _("points by the bureau"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    reply_due_on = models.DateField(_("reply due on"), null=True, blank=True)
    reply = models.TextField(_("reply of the center"), blank=True)
    # Null: nobody replied.
    reply_agrees = models.BooleanField(_("the center agrees"), null=True, blank=True)
    replied_by = perhaps(_("replied by"))
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    recheck_due_on = models.DateField(_("recheck due on"), null=True, blank=True)
    # Which recheck this is; its marks carry the number.
    recheck_number = models.PositiveSmallIntegerField(_("rechecks"), default=0)
    recheck_opinion = models.TextField(_("opinion of the recheck"), blank=True)
    rechecked_by = perhaps(_("rechecked by"))
    rechecked_at = models.DateTimeField(_("rechecked at"), null=True, blank=True)
    approved_by = perhaps(_("grade approved by"))
    approved_at = models.DateTimeField(_("grade approved at"), null=True, blank=True)
    final_total = models.DecimalField(
        _("final points"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    grade = models.CharField(_("review grade"), max_length=12, choices=Band.Grade, blank=True)
    result = models.JSONField(_("how the points were reached"), default=dict, blank=True)
    exclude_reason = models.CharField(_("reason for leaving out"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("performance review of a center")
        verbose_name_plural = _("performance reviews of centers")
        ordering = ["round", "center"]
        constraints = [
            models.UniqueConstraint(name="review_once_a_round", fields=["round", "center"]),
            models.CheckConstraint(
                name="review_assessed_who_and_when",
                condition=who_and_when("assessed_by", "assessed_at"),
            ),
            models.CheckConstraint(
                name="review_opinion_who_and_when",
                condition=who_and_when("township_by", "township_at"),
            ),
            models.CheckConstraint(
                name="review_reviewed_who_and_when",
                condition=who_and_when("reviewed_by", "reviewed_at"),
            ),
            models.CheckConstraint(
                name="review_replied_who_and_when",
                condition=Q(reply_agrees=None, replied_by=None, replied_at=None)
                | Q(
                    reply_agrees__isnull=False,
                    replied_by__isnull=False,
                    replied_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="review_disagreed_with_why",
                condition=Q(reply_agrees=None) | Q(reply_agrees=True) | ~Q(reply=""),
            ),
            models.CheckConstraint(
                name="review_rechecked_who_and_when",
                condition=who_and_when("rechecked_by", "rechecked_at"),
            ),
            models.CheckConstraint(
                name="review_approved_who_and_when",
                condition=who_and_when("approved_by", "approved_at"),
            ),
            models.CheckConstraint(
                name="review_rechecked_by_another",
                condition=Q(rechecked_by=None)
                | Q(reviewed_by=None)
                | ~Q(rechecked_by=F("reviewed_by")),
            ),
            models.CheckConstraint(
                name="review_approved_by_another",
                condition=Q(approved_by=None)
                | Q(reviewed_by=None)
                | ~Q(approved_by=F("reviewed_by")),
            ),
            models.CheckConstraint(
                name="review_told_is_reviewed",
                condition=~Q(status__in=["reply", "recheck", "settled", "approved", "final"])
                | Q(reviewed_by__isnull=False, district_total__isnull=False),
            ),
            models.CheckConstraint(
                name="review_graded_once_approved",
                condition=~Q(status__in=["approved", "final"])
                | Q(final_total__isnull=False, approved_at__isnull=False) & ~Q(grade=""),
            ),
            models.CheckConstraint(
                name="review_points_not_negative",
                condition=(Q(self_total=None) | Q(self_total__gte=0))
                & (Q(district_total=None) | Q(district_total__gte=0))
                & (Q(final_total=None) | Q(final_total__gte=0)),
            ),
            models.CheckConstraint(
                name="review_left_out_why",
                condition=Q(status="excluded") & ~Q(exclude_reason="")
                | ~Q(status="excluded") & Q(exclude_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="review_transitions", field="status", transitions=jumps(REVIEW_MOVES)
            ),
            pgtrigger.ReadOnly(name="review_of_a_center", fields=["round", "center"]),
            rechecked_by_another(),
            approved_by_another(),
            pgtrigger.Protect(
                name="over_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["final", "excluded"]),
            ),
            kept(),
            Feeds(
                to_center(
                    "reviews",
                    "'V' || {row}.id",
                    where="center.id = {row}.center_id AND {row}.status = 'final'",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.center}"

    @property
    def is_graded(self) -> bool:
        """Whether total and grade stand: while it is rechecked, those of before do not."""
        return self.status in (self.Status.APPROVED, self.Status.FINAL)

    def judges(self, *, before_recheck: int | None = None) -> set[int]:
        """Ids of everybody who gave points for the bureau or closed a step of it, in the review
        and its rechecks, or only in those ``before_recheck``. Two queries."""
        rechecked = Q(stage="recheck")
        if before_recheck is not None:
            rechecked &= Q(number__lt=before_recheck)
        marks = Mark.objects.filter(rechecked | Q(stage="district"), answer__review=self)
        steps = self.steps.filter(status__in=["reply", "settled"], taken_by__isnull=False)
        found = {*marks.values_list("marked_by", flat=True)}
        found.update(steps.values_list("taken_by", flat=True))
        named = (self.reviewed_by_id, self.rechecked_by_id)
        return found | {pk for pk in named if pk is not None}


class Answer(models.Model):
    """考评项: an indicator as it was when the review began, and the figure the portal found.

    ``computed`` holds ``numerator``, ``denominator``, ``points`` (a fraction as text), and
    ``items`` [{label, outcome, figures, url_path}], which are the evidence of a computed score.
    """

    class Outcome(models.TextChoices):
        SCORED = "scored", _("scored")
        NOT_APPLICABLE = "not_applicable", _("not applicable")
        NO_DATA = "no_data", _("no data")

    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        on_delete=models.PROTECT,
        related_name="answers",
    )
    indicator = models.ForeignKey(
        Indicator,
        verbose_name=_("review indicator"),
        on_delete=models.PROTECT,
        related_name="answers",
    )
    section_code = models.CharField(_("code of the section"), max_length=6)
    section_name = models.CharField(_("section of the scheme"), max_length=60)
    section_points = models.DecimalField(_("points of the section"), max_digits=5, decimal_places=2)
    code = models.CharField(_("code"), max_length=6)
    name = models.CharField(_("name"), max_length=60)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    points = models.DecimalField(_("full points"), max_digits=5, decimal_places=2)
    scoring = models.CharField(_("way of scoring"), max_length=10, choices=Indicator.Scoring)
    source = models.CharField(
        _("where the figure comes from"), max_length=12, choices=Indicator.Source
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    standard = models.TextField(_("scoring standard"), max_length=1000)
    scorer = models.CharField(_("scored by"), max_length=10, choices=Indicator.Scorer)
    needs_evidence = models.BooleanField(_("evidence needed"))
    computed = models.JSONField(_("figure found by the portal"), default=dict, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    computed_points = models.DecimalField(
        _("points found by the portal"), max_digits=8, decimal_places=4, null=True, blank=True
    )
    computed_at = models.DateTimeField(_("computed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("indicator of a review")
        verbose_name_plural = _("indicators of reviews")
        ordering = ["review", "code"]
        constraints = [
            models.UniqueConstraint(name="answer_code_once", fields=["review", "code"]),
            models.CheckConstraint(
                name="answer_computed_within_points",
                condition=Q(computed_points=None)
                | Q(computed_points__gte=0, computed_points__lte=F("points")),
            ),
            models.CheckConstraint(
                name="answer_computed_when",
                condition=Q(outcome="", computed_at=None, computed_points=None)
                | Q(outcome="scored", computed_at__isnull=False, computed_points__isnull=False)
                | Q(
                    outcome__in=["not_applicable", "no_data"],
                    computed_at__isnull=False,
                    computed_points=None,
                ),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="asks_what_it_asked", exclude=[*COMPUTED]),
            only_while(
                "answer_of_an_open_review",
                "review",
                ["self", "township", "district"],
                "the figures of the review stand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Mark(models.Model):
    """评分: what one stage gives for one indicator. The last recheck counts, then the bureau's,
    then, of what the street or town scores, its own."""

    class Stage(models.TextChoices):
        SELF = "self", _("self-assessment")
        TOWNSHIP = "township", _("opinion of the street or town")
        DISTRICT = "district", _("review of the bureau")
        RECHECK = "recheck", _("recheck")

    answer = models.ForeignKey(
        Answer,
        verbose_name=_("indicator of a review"),
        on_delete=models.PROTECT,
        related_name="marks",
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    # Of rechecks: which one.
    number = models.PositiveSmallIntegerField(_("no."), default=1)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=3, null=True, blank=True)
    is_not_applicable = models.BooleanField(_("not applicable"), default=False)
    # Of the street or town: whether it agrees with the self-assessment.
    agrees = models.BooleanField(_("agrees"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    marked_by = person(_("marked by"))
    marked_at = models.DateTimeField(_("marked at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("mark of an indicator")
        verbose_name_plural = _("marks of indicators")
        ordering = ["answer", "id"]
        constraints = [
            models.UniqueConstraint(name="mark_once", fields=["answer", "stage", "number"]),
            models.CheckConstraint(
                name="mark_says_something",
                condition=Q(is_not_applicable=True, points=None)
                | Q(is_not_applicable=False, points__gte=0, points__isnull=False)
                | Q(is_not_applicable=False, stage="township", agrees__isnull=False),
            ),
            models.CheckConstraint(
                name="mark_agrees_as_township",
                condition=Q(agrees=None) | Q(stage="township"),
            ),
            models.CheckConstraint(
                name="mark_disagrees_with_why",
                condition=Q(agrees=None) | Q(agrees=True) | ~Q(note=""),
            ),
            models.CheckConstraint(
                name="mark_not_applicable_why", condition=Q(is_not_applicable=False) | ~Q(note="")
            ),
        ]
        triggers = [
            mark_where_it_may(),
            pgtrigger.ReadOnly(name="mark_of_an_answer", fields=["answer", "stage", "number"]),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.answer} · {self.get_stage_display()}"


class ReviewEvidenceQuerySet(VoidableQuerySet):
    entered = "added_at"


class ReviewEvidence(Voidable):
    """佐证材料: a file, or where the proof stands in the portal, of one indicator or of the review
    as a whole."""

    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    answer = models.ForeignKey(
        Answer,
        verbose_name=_("indicator of a review"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Review.Status)
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_evidence",
    )
    text = models.CharField(_("what it is"), max_length=300, blank=True)
    url_path = models.CharField(_("address"), max_length=200, blank=True)
    added_by = person(_("added by"))
    added_at = models.DateTimeField(_("added at"))

    objects = ReviewEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence of a review")
        verbose_name_plural = _("evidence of reviews")
        ordering = ["review", "id"]
        constraints = [
            models.CheckConstraint(
                name="review_evidence_is_something", condition=Q(file__isnull=False) | ~Q(text="")
            ),
            models.CheckConstraint(
                name="review_evidence_within_the_portal",
                condition=Q(url_path="")
                | Q(url_path__startswith="/") & ~Q(url_path__startswith="//"),
            ),
            models.CheckConstraint(name="review_evidence_void_why", condition=who_when_why()),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="added_once", exclude=[*VOIDED]),
            only_while(
                "review_evidence_of_an_open_review",
                "review",
                OPEN,
                "the evidence of the review stands",
            ),
            voided_once(),
            kept(),
        ]

    def __str__(self) -> str:
        return self.text or str(self.file)


class ReviewExtra(models.Model):
    """加分、否决认定: a bonus a center claims, or a veto the bureau finds, and what was decided."""

    class Status(models.TextChoices):
        CLAIMED = "claimed", _("claimed")
        ACCEPTED = "accepted", _("bonus accepted")
        REFUSED = "refused", _("bonus not accepted")

    TRANSITIONS = EXTRA_MOVES

    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        on_delete=models.PROTECT,
        related_name="extras",
    )
    extra = models.ForeignKey(
        Extra,
        verbose_name=_("bonus or veto of a scheme"),
        on_delete=models.PROTECT,
        related_name="claims",
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Extra.Kind)
    name = models.CharField(_("name"), max_length=60)
    facts = models.TextField(_("facts and grounds"), max_length=1000)
    claimed_points = models.DecimalField(
        _("points claimed"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    points = models.DecimalField(
        _("points given"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_extras",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CLAIMED)
    entered_by = person(_("entered by"))
    entered_at = models.DateTimeField(_("entered at"))
    decided_by = perhaps(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("reason for the decision"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("bonus or veto of a review")
        verbose_name_plural = _("bonuses and vetoes of reviews")
        ordering = ["review", "id"]
        constraints = [
            models.UniqueConstraint(
                name="reviewextra_counts_once",
                fields=["review", "extra"],
                condition=~Q(status="refused"),
            ),
            models.CheckConstraint(name="reviewextra_has_facts", condition=~Q(facts="")),
            models.CheckConstraint(
                name="reviewextra_points_of_a_bonus",
                condition=Q(kind="veto", claimed_points=None, points=None)
                | Q(kind="bonus", status="accepted", points__gt=0, points__isnull=False)
                | Q(kind="bonus", status__in=["claimed", "refused"], points=None),
            ),
            models.CheckConstraint(
                name="reviewextra_decided_who_and_when",
                condition=Q(status="claimed", decided_by=None, decided_at=None)
                | Q(
                    status__in=["accepted", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="reviewextra_refused_why",
                condition=~Q(status="refused") | ~Q(decision_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="reviewextra_transitions", field="status", transitions=jumps(EXTRA_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="claimed_once",
                fields=[
                    *("review", "extra", "kind", "name", "facts", "claimed_points", "file"),
                    *("entered_by", "entered_at"),
                ],
            ),
            only_while(
                "reviewextra_of_an_open_review",
                "review",
                OPEN,
                "the bonuses and vetoes of the review stand",
            ),
            bonus_within_points(),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewStep(models.Model):
    """考评过程: one step of a review: to which state, by whom, and why it went back."""

    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    status = models.CharField(_("status"), max_length=10, choices=Review.Status)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # Nobody: a deadline passed.
    taken_by = perhaps(_("taken by"))
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ["review", "number"]
        constraints = [
            models.UniqueConstraint(name="review_step_once", fields=["review", "number"]),
        ]
        triggers = [appended()]

    def __str__(self) -> str:
        return f"{self.review} · {self.number}"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Objections in the districts whose compliance ``user`` sees as a whole, and those that
        ``user`` raised."""
        if user.is_superuser:
            return self
        within = in_districts_of(user, Capability.COMPLIANCE_VIEW, "review__round__district")
        return self.filter(within | Q(filed_by=user))

    def open(self) -> Self:
        return self.filter(status="open")


class Objection(models.Model):
    """异议: raised while the results are announced; answered before they become final."""

    class Kind(models.TextChoices):
        CENTER = "center", _("the center itself")
        OTHER_CENTER = "other_center", _("another center")
        ORGANIZATION = "organization", _("a social organization")
        RESIDENT = "resident", _("a resident")

    class Status(models.TextChoices):
        OPEN = "open", _("objection open")
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")

    TRANSITIONS = {"open": frozenset({"upheld", "rejected"})}

    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        on_delete=models.PROTECT,
        related_name="objections",
    )
    kind = models.CharField(_("who objects"), max_length=15, choices=Kind)
    # Sealed: who objects is known to the bureau alone. Erased once retention has passed.
    contact = models.BinaryField(_("contact details"), blank=True, default=b"")
    text = models.TextField(_("objection"), max_length=2000)
    # Nobody: from the public page.
    filed_by = perhaps(_("objection filed by"))
    filed_at = models.DateTimeField(_("objection filed at"))
    due_on = models.DateField(_("answer due on"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    answer = models.TextField(_("answer given"), max_length=2000, blank=True)
    answered_by = perhaps(_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    total_before = models.DecimalField(
        _("points before"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    # Once the recheck that it led to is approved.
    total_after = models.DecimalField(
        _("points after"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection to a result")
        verbose_name_plural = _("objections to results")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="objection_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="objection_answered_by_somebody",
                condition=Q(status="open", answer="", answered_by=None, answered_at=None)
                | Q(
                    status__in=["upheld", "rejected"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="objection_changed_what_was_upheld",
                condition=Q(total_after=None) | Q(status="upheld", total_before__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="objection_transitions",
                field="status",
                transitions=[("open", "rejected"), ("open", "upheld")],
            ),
            pgtrigger.Trigger(
                name="objection_in_publicity",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=IN_PUBLICITY,
            ),
            pgtrigger.ReadOnly(
                name="objection_filed_once",
                fields=["review", "kind", "text", "filed_by", "filed_at", "due_on"],
            ),
            pgtrigger.Protect(
                name="contact_only_forgotten",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.contact IS DISTINCT FROM OLD.contact AND NEW.contact <> ''::bytea"
                ),
            ),
            answered_by_another(),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.review} · {self.get_kind_display()}"
