"""Steps of needs, offers, introductions and applications: the same at every desk."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.users.models import User
from projects import permissions
from projects.forms.funding import DraftForm, GrantForm, PayForm, PhotoForm, UseForm
from projects.forms.needs import (
    AdoptForm,
    FailedForm,
    NeedForm,
    OfferForm,
    OutcomeForm,
    PublishedNeedForm,
    ReasonedForm,
    SignedForm,
    StepForm,
)
from projects.models import LotteryApplication, Match, Need, Offer
from projects.services import lotteries, matches, needs, offers

Form = type[forms.Form] | type[forms.ModelForm]


class Step(NamedTuple):
    """One step: what it is called, asks for and does, from which states, and what follows.

    ``take`` is called with the object under the name ``noun``, what the form asked, ``by`` and
    ``at``. ``role`` names who takes it: ``plan``, ``approve`` or ``money``.
    """

    label: Any
    form: Form
    noun: str
    take: Callable[..., Any]
    states: frozenset[str]
    role: str = "plan"
    about: Any = ""

    def fits(self, obj: Any) -> bool:
        """Whether the object stands where the step begins."""
        return obj.status in self.states

    def given(self, obj: Any) -> dict[str, Any]:
        """What the form is made with."""
        return {"instance" if issubclass(self.form, forms.ModelForm) else "obj": obj}

    def of(self, obj: Any) -> Callable[..., Any]:
        """The verb of this object. It gets the row as it stands: forms of a row write into theirs
        what was typed."""

        def take(**values: Any) -> Any:
            values.setdefault("version", obj.version)
            standing = type(obj).objects.get(pk=obj.pk)
            return self.take(**{self.noun: standing}, **values)

        return take


def may_take(user: User, obj: Any, step: Step) -> bool:
    """Whether ``user`` takes this step of a need, an offer, an introduction or an application."""
    if step.role == "approve":
        return permissions.can_approve(user, obj.project.division)
    if step.role == "money":
        return permissions.can_manage_contract(user, obj.project.division)
    return _may_plan(user, obj)


def without_version(enter: Callable[..., Any]) -> Callable[..., Any]:
    """The verb that enters a row: forms of rows send the version of the row, and there is none."""

    def take(**values: Any) -> Any:
        values.pop("version", None)
        return enter(**values)

    return take


def _may_plan(user: User, obj: Any) -> bool:
    if isinstance(obj, Match):
        return permissions.can_plan(user, obj.need.division)
    if isinstance(obj, Offer):
        return permissions.can_plan(user, obj.district)
    if isinstance(obj, LotteryApplication):
        return permissions.can_plan(user, center=obj.center)
    return permissions.can_plan(user, obj.division)


def _before(moves: Mapping[str, frozenset[str]], to: str) -> frozenset[str]:
    return frozenset(state for state, allowed in moves.items() if to in allowed)


def _need(label: Any, form: Form, take: Any, to: str, about: Any = "") -> Step:
    states = _before(Need.TRANSITIONS, to)
    if to == Need.Status.PUBLISHED:
        # A need that is being matched goes back by itself, with its last introduction.
        states -= {Need.Status.MATCHING}
    return Step(label, form, "need", take, states, about=about)


NEED_STEPS: dict[str, Step] = {
    "correct": Step(
        _("Correct it"), NeedForm, "need", needs.edit, frozenset({"collected", "screened"})
    ),
    "extend": Step(
        _("Correct its last day"),
        PublishedNeedForm,
        "need",
        needs.edit,
        frozenset({"published", "matching", "adopted"}),
    ),
    "screen": _need(_("Looked through: to be published"), StepForm, needs.screen, "screened"),
    "publish": _need(
        _("Publish the need"),
        StepForm,
        needs.publish,
        "published",
        _("Organizations of the district read it from now on, until its last day."),
    ),
    "adopt": _need(
        _("Make it a project"),
        AdoptForm,
        needs.adopt,
        "adopted",
        _("A project of the same street or town and field is entered; its plan comes next."),
    ),
    "complete": _need(
        _("The need is met"),
        StepForm,
        needs.complete,
        "completed",
        _("By an introduction that was signed, or by a project that was accepted on completion."),
    ),
    "close": _need(_("Close it without a match"), ReasonedForm, needs.close, "closed"),
}
OFFER_STEPS: dict[str, Step] = {
    "correct": Step(_("Correct it"), OfferForm, "offer", offers.edit, frozenset({"offered"})),
    "withdraw": Step(
        _("Withdraw the offer"),
        StepForm,
        "offer",
        offers.withdraw,
        frozenset({"offered"}),
        about=_("It is suggested no more. Introductions under way go on."),
    ),
}
MATCH_STEPS: dict[str, Step] = {
    "intend": Step(
        _("Both intend to work together"),
        OutcomeForm,
        "match",
        matches.intend,
        frozenset({"introduced"}),
    ),
    "sign": Step(_("It was signed"), SignedForm, "match", matches.sign, frozenset({"intended"})),
    "fail": Step(
        _("It came to nothing"),
        FailedForm,
        "match",
        matches.fail,
        frozenset({"introduced", "intended"}),
        about=_("The introduction took place and still counts; the need can be introduced anew."),
    ),
    "retract": Step(
        _("Entered by mistake"),
        ReasonedForm,
        "match",
        matches.retract,
        frozenset({"introduced", "intended"}),
        about=_("The introduction never took place: it counts nowhere any more."),
    ),
}


def _moves_to(to: str) -> Callable[..., LotteryApplication]:
    def take(**values: Any) -> LotteryApplication:
        return lotteries.move(to=to, **values)

    return take


def _lottery(
    label: Any, form: Form, take: Any, to: str, role: str = "money", about: Any = ""
) -> Step:
    states = _before(LotteryApplication.TRANSITIONS, to)
    return Step(label, form, "application", take, states, role, about)


SPENT = frozenset({"paid", "evaluated"})
LOTTERY_STEPS: dict[str, Step] = {
    "correct": Step(
        _("Correct it"), DraftForm, "application", lotteries.edit, frozenset({"draft"})
    ),
    "recommend": _lottery(
        _("Recommend it"),
        StepForm,
        _moves_to("recommended"),
        "recommended",
        "approve",
        _("The street or town recommends it; whoever entered it cannot."),
    ),
    "screen": _lottery(
        _("Looked through by the district"), StepForm, _moves_to("screened"), "screened"
    ),
    "review": _lottery(
        _("Reviewed by the municipality"), StepForm, _moves_to("reviewed"), "reviewed"
    ),
    "grant": _lottery(_("Enter what was granted"), GrantForm, lotteries.grant, "granted"),
    "pay": _lottery(_("Enter what was paid out"), PayForm, lotteries.pay, "paid"),
    "use": Step(
        _("Enter when its use was published"),
        UseForm,
        "application",
        lotteries.publish_use,
        SPENT,
    ),
    "mark": Step(
        _("Add a photograph of the mark"),
        PhotoForm,
        "application",
        lotteries.photograph_mark,
        frozenset({"granted", "paid"}),
        about=_("The lottery's mark has to be seen where its money is used."),
    ),
    "evaluate": _lottery(
        _("Evaluate the use"), ReasonedForm, lotteries.evaluate, "evaluated"
    ),
    "refuse": _lottery(_("Not granted: enter why"), ReasonedForm, lotteries.refuse, "refused"),
}
