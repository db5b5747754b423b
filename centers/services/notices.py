"""Who is told what when a filing changes hands.

A sentence is an English msgid, translated for whoever reads it; a value named ``…_label`` is one
too. Every key names the filing and its version: what happens once is told once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop

from centers.models import Center, Extension, Filing, Section
from portal.inbox import services as inbox
from portal.users import roles
from portal.users.models import User

CHANGE = gettext_noop("Change filing")
TEXTS = {
    "prepare": gettext_noop("%(title_label)s of %(center)s waits for you to certify or decline."),
    "decline": gettext_noop(
        "%(title_label)s of %(center)s was not certified: read the director's reason."
    ),
    "submit": gettext_noop("%(title_label)s of %(center)s waits for the township's opinion."),
    "accept": gettext_noop("%(title_label)s of %(center)s was accepted."),
    "return": gettext_noop(
        "%(title_label)s of %(center)s was returned for correction: %(sections_label)s."
    ),
}
EXTENDED = gettext_noop("%(center)s has more time for %(title_label)s.")


def people_at(center: Center, capability: str = roles.Capability.FILING_DRAFT) -> Iterable[User]:
    """Those who have the capability by their role at the center."""
    codes = roles.roles_with(capability)
    return User.objects.filter(memberships__center=center, memberships__role__in=codes).distinct()


def title_of(filing: Filing) -> str:
    """What the filing answers; a msgid where it answers nothing."""
    return filing.obligation.round.title if filing.obligation else CHANGE


def tell_of_filing(*, filing: Filing, verb: str, by: User, at: datetime) -> None:
    """Tell whose turn it is, or how it ended. What was not typed at the desk tells nobody."""
    if filing.source != Filing.Source.DESK:
        return
    params: dict[str, Any] = {"title_label": title_of(filing), "center": filing.center.name}
    if verb == "return":
        params["sections_label"] = _returned(filing)
    inbox.notify(
        users=[user for user in _whose_turn(filing, verb) if user != by],
        key=f"filing:{filing.pk}:{verb}:{filing.version}",
        text=TEXTS[verb],
        params=params,
        url_path=reverse("desk:filing", args=[filing.pk]),
        division_path=filing.division_path,
        at=at,
    )


def _whose_turn(filing: Filing, verb: str) -> Iterable[User]:
    if verb == "prepare":
        return people_at(filing.center, roles.Capability.FILING_SUBMIT)
    if verb == "decline":
        return [filing.prepared_by] if filing.prepared_by else []
    if verb == "submit":
        return _township(filing)
    return people_at(filing.center)


def _township(filing: Filing) -> Iterable[User]:
    """Asked only where a round wants its opinion; the bureau finds the filing in its summary."""
    if filing.obligation is None or not filing.obligation.round.needs_opinion:
        return []
    return User.objects.holding(roles.Capability.FILING_OPINION, filing.center.division)


def _returned(filing: Filing) -> list[str]:
    """The msgids of the sections sent back."""
    kinds = filing.sections.filter(status=Section.Status.RETURNED).values_list("kind", flat=True)
    with translation.override(None):
        return [str(Section.Kind(kind).label) for kind in kinds]


def tell_of_extension(*, extension: Extension, at: datetime) -> None:
    """Tell the center that it has more time."""
    obligation = extension.obligation
    inbox.notify(
        users=people_at(obligation.center),
        key=f"extension:{extension.pk}",
        text=EXTENDED,
        params={"title_label": obligation.round.title, "center": obligation.center.name},
        url_path=reverse("evaluation:center", args=[obligation.center.code]),
        division_path=obligation.division_path,
        due_on=extension.due_on,
        at=at,
    )
