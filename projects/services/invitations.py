"""Who is invited to bid: drawn at random so that it can be repeated, or chosen."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.errors import DomainError
from portal.users.models import User
from projects.models import Invitee, Procurement
from projects.models.procurement import BY_INVITATION
from projects.rules import drawing
from projects.selectors import planners
from projects.selectors import procurements as selectors
from projects.services.procurement_states import trail
from projects.services.procurements import refuse_announced

SEED_BYTES = 16


class NobodyInvited(DomainError):
    """A route that is open to everybody knows no invitations."""


class InvitedAlready(DomainError):
    """The organization is invited."""


class InviteeUnfit(DomainError):
    """The organization wrote the plan, or is not in good standing."""


class DrawnStays(DomainError):
    """Whoever was drawn is not taken out again: a draw is not repeated until it pleases."""


class TooFewToDraw(DomainError):
    """Fewer organizations can be drawn than are wanted."""


@transaction.atomic
def invite(
    *, procurement: Procurement, organization: Organization, by: User, at: datetime
) -> Invitee:
    """Invite an organization that was chosen.

    Raises ``AnnouncedAlready``, ``NobodyInvited``, ``InvitedAlready`` and ``InviteeUnfit``.
    """
    _refuse_open(procurement)
    if procurement.invitees.filter(organization=organization).exists():
        raise InvitedAlready(_("%(name)s is invited already.") % {"name": organization})
    if planners.is_planner(organization, procurement.project):
        raise InviteeUnfit(
            _("%(name)s wrote the plan of the project and cannot bid for it. Invite another.")
            % {"name": organization}
        )
    if organization.status != Organization.Status.NORMAL:
        raise InviteeUnfit(
            _("%(name)s is “%(status)s” in the register. Invite one in good standing.")
            % {"name": organization, "status": organization.get_status_display()}
        )
    invitee = Invitee.objects.create(
        procurement=procurement, organization=organization, invited_by=by, invited_at=at
    )
    _record(procurement, "invite", [], [organization.pk], by=by, at=at)
    return invitee


@transaction.atomic
def draw(
    *, procurement: Procurement, wanted: int, by: User, at: datetime, seed: str = ""
) -> list[Invitee]:
    """Draw so many organizations at random of those that ``selectors.drawn_from`` gives.

    Who stood in it and the seed are kept with each, so that the draw can be repeated. Raises
    ``AnnouncedAlready``, ``NobodyInvited`` and ``TooFewToDraw``.
    """
    _refuse_open(procurement)
    pool = [organization.pk for organization in selectors.drawn_from(procurement)]
    if not 0 < wanted <= len(pool):
        raise TooFewToDraw(
            _(
                "%(count)s organizations can be drawn, %(wanted)s are wanted. Open accounts to bid"
                " by for more organizations, or draw fewer."
            )
            % {"count": len(pool), "wanted": wanted}
        )
    seed = seed or secrets.token_hex(SEED_BYTES)
    drawn = drawing.pick(pool, wanted, seed)
    kept = {"pool": pool, "wanted": wanted, "seed": seed, "drawn": drawn}
    invitees = [
        Invitee.objects.create(
            procurement=procurement,
            organization_id=pk,
            is_drawn=True,
            draw=kept,
            invited_by=by,
            invited_at=at,
        )
        for pk in drawn
    ]
    _record(procurement, "draw_invitees", [], drawn, by=by, at=at, seed=seed)
    return invitees


@transaction.atomic
def remove(*, invitee: Invitee, by: User, at: datetime) -> None:
    """Take back an invitation of a chosen organization before the notice. Raises
    ``AnnouncedAlready`` and ``DrawnStays``."""
    refuse_announced(invitee.procurement)
    if invitee.is_drawn:
        raise DrawnStays(
            _(
                "%(name)s was drawn at random and stays. Draw more, or end this procurement with a"
                " reason and prepare another."
            )
            % {"name": invitee.organization}
        )
    _record(invitee.procurement, "uninvite", [invitee.organization_id], [], by=by, at=at)
    invitee.delete()


def _refuse_open(procurement: Procurement) -> None:
    refuse_announced(procurement)
    if procurement.route not in BY_INVITATION:
        raise NobodyInvited(
            _("“%(route)s” is open to every organization: nobody is invited.")
            % {"route": procurement.get_route_display()}
        )


def _record(
    procurement: Procurement,
    verb: str,
    before: list[int],
    after: list[int],
    *,
    by: User,
    at: datetime,
    seed: str = "",
) -> None:
    changes: dict[str, object] = {"organizations": [before, after]}
    if seed:
        changes["seed"] = [None, seed]
    trail(procurement, verb, by=by, at=at, changes=changes)
