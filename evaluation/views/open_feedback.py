"""What residents write without an account, and where they find the answer."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from centers.models import Center
from evaluation.forms.feedbacks import AgainForm, StatusForm, WriteForm
from evaluation.models import Feedback
from evaluation.selectors import feedbacks as reading
from evaluation.services import feedbacks
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.public_limits import limited

COOKIE = "feedback_sent"
COOKIE_S = 600
COOKIE_PATH = "/open/feedback/"


@never_cache
@limited("feedback", 5, methods=("POST",))
def write(request):
    """The form; what was typed stays until it is taken."""
    form = WriteForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            feedback, code = feedbacks.write(**form.cleaned_data, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            response = redirect("public:feedback-sent")
            # The code lies nowhere but with whoever wrote.
            response.set_signed_cookie(
                COOKIE,
                f"{feedback.feedback_no} {code}",
                max_age=COOKIE_S,
                path=COOKIE_PATH,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
            return response
    context = {"form": form, "answers": reading.public_answers()}
    return render(request, "public/feedback.html", context)


def _asked(request):
    """The center that a link names."""
    code = request.GET.get("center", "").replace("\0", "")
    center = Center.objects.select_related("division").filter(code=code).first() if code else None
    if center is None:
        return {"kind": Feedback.Kind.COMPLAINT}
    district = Division.objects.filter(code=center.division.district_code).first()
    return {"kind": Feedback.Kind.COMPLAINT, "district": district, "place": center.name}


@never_cache
@require_safe
def sent(request):
    """The number and the code, once."""
    told = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_S)
    number, _space, code = told.partition(" ")
    response = render(request, "public/feedback_sent.html", {"number": number, "code": code})
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


@never_cache
@limited("feedback-status", 10, methods=("POST",))
def status(request):
    """What became of it, for whoever knows the number and the code."""
    form = StatusForm(request.POST or None)
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _found(form)
    return render(request, "public/feedback_status.html", context)


@never_cache
@limited("feedback-status", 10, methods=("POST",))
def again(request):
    """Say, once, that the answer does not do."""
    form = AgainForm(request.POST or None)
    context = {"form": StatusForm(request.POST or None), "again": form}
    if request.method == "POST" and form.is_valid():
        context |= _found(form)
        if context.get("feedback"):
            context |= _reopened(context["feedback"], form)
    return render(request, "public/feedback_status.html", context)


def _found(form):
    asked = {"number": form.cleaned_data["number"], "code": form.cleaned_data["code"]}
    feedback = feedbacks.find(**asked)
    if feedback is None:
        return {"is_unknown": True}
    return {"feedback": feedback, "again": AgainForm(initial=asked), "steps": feedback.steps.all()}


def _reopened(feedback, form):
    try:
        feedbacks.reopen(
            feedback=feedback, reason=form.cleaned_data["reason"], by=None, at=timezone.now()
        )
    except DomainError as refusal:
        return {"refusal": str(refusal), "again": form}
    return {"is_reopened": True}
