"""Experts drawn at random for a panel, so that the draw can be repeated."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.models import Draw, Expert, Procurement, Seat
from projects.rules import drawing
from projects.selectors import conflicts
from projects.selectors.announced import LANGUAGE
from projects.services import panel_news, seats
from projects.services.procurement_states import trail

SEED_BYTES = 16


class TooFewExperts(DomainError):
    """Fewer experts can be drawn than are wanted."""


@transaction.atomic
def draw(*, procurement: Procurement, wanted: int, by: User, at: datetime, seed: str = "") -> Draw:
    """Draw so many experts of the district and the project's field, and ask them to declare.

    Everybody of the district and the field stands in the pool that is kept; who has a seat already
    or an interest in a bidder is left out, with the reason. The ids left, ``wanted`` and the seed
    give the same again. Raises ``NotEvaluated``, ``MemberManages`` and
    ``TooFewExperts``.
    """
    held = seats.hold_evaluated(procurement)
    seats.refuse_member(held, by=by)
    pool = list(_field_of(held))
    reasons = _left_out(held, pool)
    able = [each.pk for each in pool if not reasons.get(each.pk)]
    if not 0 < wanted <= len(able):
        raise TooFewExperts(
            _(
                "%(count)s experts can be drawn, %(wanted)s are wanted: %(left)s of the field were"
                " left out. Enter more experts of this field, or draw fewer."
            )
            % {"count": len(able), "wanted": wanted, "left": len(pool) - len(able)}
        )
    seed = seed or secrets.token_hex(SEED_BYTES)
    drawn = drawing.pick(able, wanted, seed)
    last = held.draws.aggregate(last=Max("number"))["last"] or 0
    made = Draw.objects.create(
        procurement=held,
        number=last + 1,
        wanted=wanted,
        seed=seed,
        pool=[{"expert": each.pk, "excluded": reasons.get(each.pk, "")} for each in pool],
        drawn=drawn,
        drawn_by=by,
        drawn_at=at,
    )
    by_pk = {each.pk: each for each in pool}
    for pk in drawn:
        seat = Seat.objects.create(
            procurement=held,
            expert=by_pk[pk],
            user=by_pk[pk].user,
            role=Seat.Role.EXPERT,
            draw=made,
        )
        panel_news.tell_of_seat(seat=seat, at=at)
    changes = {"experts": [[], drawn], "seed": [None, seed]}
    trail(held, "draw_experts", by=by, at=at, changes=changes)
    return made


def _field_of(procurement: Procurement) -> Iterable[Expert]:
    project = procurement.project
    district = Division.objects.get(code=project.division.district_code)
    known = Expert.objects.filter(
        district=district, is_active=True, user__is_active=True, fields__contains=[project.field]
    )
    return known.select_related("user").order_by("pk")


def _left_out(procurement: Procurement, pool: list[Expert]) -> dict[int, str]:
    """Expert id → why he cannot be drawn, in the portal's first language: it is kept."""
    seated = set(procurement.seats.values_list("user", flat=True))
    parties = conflicts.parties_of(procurement)
    interests = conflicts.known([each.user for each in pool], parties)
    with override(LANGUAGE):
        has_seat = _("was asked for this panel before")
    return {
        each.pk: has_seat
        if each.user_id in seated
        else conflicts.said(interests[each.user_id], parties)
        for each in pool
    }
