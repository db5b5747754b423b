"""Reviews of centers and objections to them at the desk of the bureau, and of streets and towns."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from evaluation.admin import papers
from evaluation.admin.contacts import contact_page
from evaluation.admin.steps import Step, SteppedAdmin, dressed
from evaluation.forms.reviews import (
    AnswerForm,
    ClaimForm,
    DecideForm,
    EvidenceForm,
    MarksForm,
    OpinionForm,
    ReasonForm,
    StepForm,
    VisitForm,
    VoidForm,
)
from evaluation.models import Objection, Review
from evaluation.permissions import (
    can_add_evidence,
    can_answer_objection,
    can_approve_review,
    can_exclude,
    can_give_opinion,
    can_manage_reviews,
    can_recheck,
    can_rectify,
    can_review,
)
from evaluation.selectors import reviews as reading
from evaluation.selectors.review_words import number
from evaluation.services import objections, review_marks, reviews
from portal.admin import mark, own_page
from portal.errors import DomainError
from portal.evidence import views as files
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.users.roles import Capability

MARKS = {
    "self": ("○", "fair"),
    "township": ("◔", "fair"),
    "district": ("◑", "fair"),
    "reply": ("◕", "fair"),
    "recheck": ("!", "fair"),
    "settled": ("◕", "fair"),
    "approved": ("●", "good"),
    "final": ("✓", "good"),
    "excluded": ("—", "none"),
}
MARKING = {"township": can_give_opinion, "district": can_review, "recheck": can_recheck}
EXCLUDABLE = ("self", "township", "district", "reply", "recheck", "settled")
GRADES = {
    "excellent": ("★", "good"),
    "good": ("●", "good"),
    "qualified": ("◑", "fair"),
    "unqualified": ("✕", "bad"),
}


def in_states(*states):
    """When the object stands at one of the states."""
    return lambda obj: obj.status in states


def may_mark(user, review, stage=""):
    """Who marks at a stage, else at the one where the review stands."""
    may = MARKING.get(stage or review.status)
    return may is not None and may(user, review)


def _stage_sent(request, review):
    """The stage of which marks were sent; where none is named, the one where the review stands."""
    sent = request.POST.get("stage", "")
    return sent if sent in MARKING else review.status


def may_return(user, review):
    """The street or town sends back what it comments on, the bureau what it reviews."""
    return review.status in ("township", "district") and may_mark(user, review)


def _recompute(review, *, by, at, version):
    review_marks.compute(review=review, at=at)
    return review


def _call(verb, name):
    return lambda obj, **values: verb(**{name: obj}, **values)


STEPS = {
    "opinion": Step(
        _("Hand on the opinion of the street or town"),
        OpinionForm,
        _call(reviews.give_opinion, "review"),
        in_states("township"),
        can_give_opinion,
        _("Score what the street or town scores, and say whether you agree with the rest, first."),
    ),
    "tell": Step(
        _("Tell the center the result"),
        VisitForm,
        _call(reviews.submit_review, "review"),
        in_states("district"),
        can_review,
        _("The center reads every mark and note, and may ask for a recheck by another person."),
    ),
    "settle": Step(
        _("Close the recheck"),
        OpinionForm,
        _call(reviews.recheck, "review"),
        in_states("recheck"),
        can_recheck,
        _("What you marked counts from here on; the marks of before stay beside it."),
    ),
    "approve": Step(
        _("Approve points and grade"),
        StepForm,
        _call(reviews.approve, "review"),
        in_states("settled"),
        can_approve_review,
    ),
    "return": Step(
        _("Send it back to the center"),
        ReasonForm,
        _call(reviews.return_, "review"),
        in_states("township", "district"),
        may_return,
    ),
    "attach": Step(
        _("Add evidence"),
        EvidenceForm,
        _call(review_marks.attach, "review"),
        in_states("township", "district", "recheck"),
        can_add_evidence,
        _("What was seen on the spot, or a paper that the mark rests on."),
    ),
    "claim": Step(
        _("Enter a bonus or a veto"),
        ClaimForm,
        _call(review_marks.claim, "review"),
        in_states("district", "recheck"),
        may_mark,
    ),
    "decide": Step(
        _("Decide on a bonus or a veto"),
        DecideForm,
        lambda _review, **values: review_marks.decide(**values),
        lambda review: review.status in ("district", "recheck") and review.extras.exists(),
        may_mark,
    ),
    "compute": Step(
        _("Find the figures again"),
        StepForm,
        _recompute,
        in_states("self", "township", "district"),
        can_review,
        _("By what is known now. What the portal finds after the result was told does not count."),
    ),
    "exclude": Step(
        _("Leave the center out"),
        ReasonForm,
        _call(reviews.exclude, "review"),
        lambda review: review.round.status == "open" and review.status in EXCLUDABLE,
        can_exclude,
        _("Once the center was told its result, only who approves grades leaves it out."),
    ),
}


@admin.register(Review)
class ReviewAdmin(SteppedAdmin):
    when_empty = _(
        "No center is reviewed yet. Prepare the round of a year and open it: every center then has"
        " its review here."
    )
    STEPS = STEPS
    list_display = [
        *("center", "round", "state", "self_total", "district_total", "final_points"),
        "grade_mark",
    ]
    list_filter = [
        CenterDivisionFilter,
        ("round__year", admin.AllValuesFieldListFilter),
        ("status", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
    ]
    search_fields = ["center__name", "center__code", "round__title"]
    ordering = ["-round__year", "center__code"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "center__division", "round__scheme", "round__district", "reviewed_by", "rechecked_by"
        )

    @admin.display(description=_("status"), ordering="status")
    def state(self, review):
        return mark(*MARKS[review.status], review.get_status_display())

    @admin.display(description=_("final points"), ordering="final_total")
    def final_points(self, review):
        return review.final_total if review.is_graded else "—"

    @admin.display(description=_("review grade"), ordering="grade")
    def grade_mark(self, review):
        is_graded = review.is_graded
        return mark(*GRADES[review.grade], review.get_grade_display()) if is_graded else "—"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "evaluation_review_{}".format
        return [
            path("<int:pk>/marks/", wrap(self.marks), name=name("marks")),
            path(
                "<int:pk>/evidence/<int:evidence_pk>/", wrap(self.evidence), name=name("evidence")
            ),
            path(
                "<int:pk>/evidence/<int:evidence_pk>/void/",
                wrap(self.void_evidence),
                name=name("evidence_void"),
            ),
            path("<int:pk>/extras/<int:extra_pk>/", wrap(self.extra), name=name("extra")),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        review = self.scoped_or_404(request, object_id)
        verbs = self.verbs(request, review)
        if may_mark(request.user, review):
            place = reverse("admin:evaluation_review_marks", args=[review.pk])
            verbs.insert(0, (place, gettext("Mark the indicators")))
        if review.status == "final" and can_rectify(request.user, review.center.division):
            place = reverse("admin:evaluation_rectification_review", args=[review.pk])
            verbs.append((place, gettext("Open a rectification")))
        return self.page(
            request,
            "admin/evaluation/review.html",
            title=str(review),
            obj=review,
            review=review,
            facts=self.facts(review, request),
            verbs=verbs,
            rows=[
                (part, [(line, []) for line in part.lines])
                for part in reading.parts(review, request.user)
            ],
            sections=[
                each | {"got": number(each["got"]), "max": number(each["max"])}
                for each in (review.result.get("sections", ()) if review.is_graded else ())
            ],
            extras=reading.extras_for(review, request.user),
            general=reading.evidence_for(review, request.user).get(None, []),
            voidable=reading.voidable(review)
            if can_add_evidence(request.user, review)
            else frozenset(),
            steps=review.steps.select_related("taken_by"),
            objections=Objection.objects.visible_to(request.user)
            .filter(review=review)
            .order_by("pk"),
            **papers.about(request, review, "review"),
        )

    def facts(self, review, request):
        """(name, value) of what the page shows."""
        stages = reading.stages_for(review, request.user)
        is_told = review.status in Review.TOLD or "district" in stages
        said = [
            (_("status"), review.get_status_display()),
            (_("points by the center"), _shown(review.self_total)),
        ]
        if "township" in stages:
            said.append((_("opinion of the street or town"), _shown(review.township_opinion)))
        if is_told:
            said += [
                (_("visited on"), _shown(review.visited_on)),
                (_("record of the visit"), _shown(review.visit_record)),
                (_("reviewed by"), _shown(review.reviewed_by)),
                (_("points by the bureau"), _shown(review.district_total)),
                (_("reply due on"), _shown(review.reply_due_on)),
                (_("reply of the center"), _reply(review)),
            ]
        if review.recheck_number and is_told:
            said += [
                (_("recheck due on"), _shown(review.recheck_due_on)),
                (_("rechecked by"), _shown(review.rechecked_by)),
                (_("opinion of the recheck"), _shown(review.recheck_opinion)),
            ]
        if review.is_graded:
            vetoes = "、".join(review.result.get("vetoes", ()))
            said += [
                (_("final points"), review.final_total),
                (_("review grade"), review.get_grade_display()),
                (_("bonus"), review.result.get("bonus", "—")),
                (_("veto"), vetoes or "—"),
            ]
            if review.result.get("is_beyond_quota"):
                said.append(
                    (_("largest share of excellent"), gettext("beyond the share: one lower"))
                )
        if review.exclude_reason:
            said.append((_("reason for leaving out"), review.exclude_reason))
        return said

    def marks(self, request, pk):
        """The indicators side by side, with fields for the stage that the user marks. What was
        typed stays where somebody else took the review on meanwhile."""
        review = self.scoped_or_404(request, pk)
        stage = _stage_sent(request, review)
        if not may_mark(request.user, review, stage):
            raise PermissionDenied
        parts = reading.parts(review, request.user)
        form = MarksForm(request.POST or None, review=review, stage=stage, parts=parts)
        if form.is_valid():
            try:
                review_marks.save(
                    review=review,
                    stage=stage,
                    marks=form.entries(),
                    version=form.cleaned_data["version"],
                    by=request.user,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                form.refuse(refusal, review)
            else:
                self.message_user(request, gettext("Saved."), messages.SUCCESS)
                return HttpResponseRedirect(own_page(review))
        return self.page(
            request,
            "admin/evaluation/review_marks.html",
            title=gettext("Mark the indicators"),
            obj=review,
            review=review,
            form=form,
            rows=list(form.rows()),
            voidable=reading.voidable(review),
        )

    def evidence(self, request, pk, evidence_pk):
        """A file of the review."""
        found = self.evidence_or_404(request, self.scoped_or_404(request, pk), evidence_pk)
        if found.file is None or found.voided_at is not None:
            raise Http404
        return files.answer_or_404(found.file)

    def evidence_or_404(self, request, review, evidence_pk):
        """What was added at a stage that the user reads."""
        found = review.evidence.select_related("file", "answer").filter(pk=evidence_pk).first()
        if found is None or found.stage not in reading.stages_for(review, request.user):
            raise Http404
        return found

    def extra(self, request, pk, extra_pk):
        """The file of a bonus or a veto that the user reads."""
        review = self.scoped_or_404(request, pk)
        found = get_object_or_404(reading.extras_for(review, request.user), pk=extra_pk)
        if found.file is None:
            raise Http404
        return files.answer_or_404(found.file)

    def void_evidence(self, request, pk, evidence_pk):
        """Why a piece of evidence proves nothing; it stays on record."""
        review = self.scoped_or_404(request, pk)
        evidence = self.evidence_or_404(request, review, evidence_pk)
        if not can_add_evidence(request.user, review):
            raise PermissionDenied
        return self.ask(
            request,
            dressed(VoidForm(request.POST or None)),
            partial(review_marks.void, evidence=evidence),
            title=gettext("Void evidence"),
            intro=f"{evidence.answer or ''} {evidence}".strip(),
            said=gettext("Voided. It proves nothing any more."),
            leads_to=own_page(review),
            obj=review,
        )


def _shown(value):
    return "—" if value in (None, "") else value


def _reply(review):
    if review.reply_agrees is None:
        return "—"
    said = gettext("agrees") if review.reply_agrees else gettext("does not agree")
    return f"{said}：{review.reply}" if review.reply else said


def may_answer(user, objection):
    """Officers of the district, except whoever marked for the bureau."""
    return can_answer_objection(user, objection.review)


@admin.register(Objection)
class ObjectionAdmin(SteppedAdmin):
    when_empty = _(
        "Nobody objected. While results are announced, anybody objects on the public page; each"
        " objection is answered before the results become final."
    )
    STEPS = {
        "answer": Step(
            _("Answer the objection"),
            AnswerForm,
            _call(objections.answer, "objection"),
            in_states("open"),
            may_answer,
            _("Upheld, it leads to a recheck by another person; the points before and after stay."),
        )
    }
    list_display = ["review", "kind", "filed_at", "due_on", "status", "total_before", "total_after"]
    list_filter = [("status", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter)]
    search_fields = ["review__center__name", "text"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "review__center__division", "review__round__district", "filed_by", "answered_by"
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/contact/",
                wrap(self.contact),
                name="evaluation_objection_contact",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        objection = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/evaluation/objection.html",
            title=str(objection),
            obj=objection,
            facts=[
                (_("status"), objection.get_status_display()),
                (_("performance review of a center"), objection.review),
                (_("who objects"), objection.get_kind_display()),
                (_("objection"), objection.text),
                (_("objection filed at"), objection.filed_at),
                (_("answer due on"), objection.due_on),
                (_("answer given"), objection.answer or "—"),
                (_("answered by"), objection.answered_by or "—"),
                (_("points before"), _shown(objection.total_before)),
                (_("points after"), _shown(objection.total_after)),
            ],
            verbs=self.verbs(request, objection),
            may_read=bool(objection.contact) and _may_read(request.user, objection),
        )

    def contact(self, request, pk):
        """Ask for the reason; the answer to it alone shows who objected."""
        objection = self.scoped_or_404(request, pk)
        if not _may_read(request.user, objection):
            raise PermissionDenied
        reveal = partial(objections.contact_of, objection=objection)
        return contact_page(self, request, objection, reveal)


def _may_read(user, objection):
    district = objection.review.center.division
    return user.has_capability(Capability.PERSONAL_REVEAL, district) and can_manage_reviews(
        user, district
    )
