"""What stands against announcing a procurement, in words: what is there, what is needed, what to
do."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from projects.rules.routes import Refusal

WORDS = {
    "inquiry_of_services": _(
        "An inquiry of prices is for goods alone: services differ from supplier to supplier."
        " Choose another route, such as competitive consultation."
    ),
    "goods_elsewhere": _(
        "Goods are bought by an inquiry of prices here. Choose that route, or say that it is"
        " services."
    ),
    "not_lowest_price": _(
        "By this route the lowest price that meets the requirement is chosen. Choose “lowest"
        " price”."
    ),
    "not_comprehensive": _(
        "A competitive consultation is decided by the comprehensive score, of which the price is a"
        " part. Choose “comprehensive score”, or another route."
    ),
    "ground_missing": _(
        "A single source needs one of its three grounds, and the ground in words. Fill in both."
    ),
    "ground_misplaced": _(
        "Only a single source has a ground. Leave it empty, or choose the route “single source”."
    ),
    "requirement_missing": _("The requirement is empty. Say what is to be done, and for whom."),
    "plan_not_approved": _(
        "The project's plan is not approved. Have it decided before anything is announced."
    ),
    "basis_missing": _(
        "The project has no budget. Supply its budget basis before anything is announced."
    ),
    "over_budget": _(
        "The procurement's budget of %(value)s yuan is above the project's of %(needed)s yuan."
        " Lower it, or supply a new budget basis."
    ),
    "tender_due": _(
        "%(value)s yuan reach the tender threshold of %(needed)s yuan. Choose a tender."
    ),
    "split": _(
        "With this one, what the purchaser bought under the budget item in the fiscal year without"
        " a tender comes to %(value)s yuan; the tender threshold is %(needed)s yuan. Put it out to"
        " tender: one need is not cut into several purchases."
    ),
    "above_threshold": _(
        "%(value)s yuan reach the procurement threshold of %(needed)s yuan. Choose another route"
        " than “below the threshold”."
    ),
    "deadline_missing": _("The deadline for bids is not set. Set it."),
    "deadline_passed": _("The deadline %(value)s has passed. Set one that is still to come."),
    "documents_after_deadline": _(
        "The documents are given out until %(value)s, after the deadline %(needed)s. End earlier."
    ),
    "questions_after_deadline": _(
        "Questions are taken until %(value)s, after the deadline %(needed)s. End earlier."
    ),
    "documents_missing": _(
        "Set from and until which day the documents are given out: at least %(needed)s working days"
        " from the notice."
    ),
    "documents_too_short": _(
        "The documents are given out for %(value)s working days, counted from the notice; this"
        " route asks for %(needed)s. Set a later last day."
    ),
    "open_days": _(
        "From the notice to the deadline there are %(value)s days; this route asks for %(needed)s."
        " Set a later deadline."
    ),
    "open_workdays": _(
        "From the notice to the deadline there are %(value)s working days; this route asks for"
        " %(needed)s. Set a later deadline."
    ),
    "weights": _("The criteria give %(value)s points; they have to give %(needed)s. Correct them."),
    "price_missing": _("No criterion is the price. Add one: the price is computed, not judged."),
    "price_weight_low": _(
        "The price weighs %(value)s %%; by this route it weighs at least %(needed)s %%."
    ),
    "price_weight_high": _(
        "The price weighs %(value)s %%; by this route it weighs at most %(needed)s %%."
    ),
    "keys": _(
        "%(value)s of %(needed)s key holders have registered a key. Bids are sealed with all of"
        " them: have every holder register one."
    ),
    "invited": _(
        "%(value)s suppliers are invited; this route asks for %(needed)s. Draw or invite more."
    ),
    "not_drawn": _(
        "%(value)s of the invited suppliers were not drawn at random. Remove them and draw."
    ),
    "one_supplier": _(
        "%(value)s suppliers are named; a single source is exactly one. Invite or remove some."
    ),
    "publicity_missing": _(
        "The single source was not announced for comment. Announce it, and wait until its last day"
        " is over."
    ),
    "publicity_differs": _(
        "The supplier or the ground is another than the one that was announced for comment."
        " Announce it anew."
    ),
    "publicity_open": _("The single source is open for comment until %(needed)s. Wait until then."),
    "continuity_base": _(
        "The supplier has no signed contract with this purchaser, so nothing continues. Choose"
        " another ground or route."
    ),
    "continuity": _(
        "%(value)s yuan are more than a tenth of the contract that is continued: %(needed)s yuan at"
        " most. Lower the budget, or choose another route."
    ),
    "without_bids": _(
        "This route asks nobody for bids, so there is no notice. Enter the decision instead."
    ),
}


def said(refusal: Refusal) -> str:
    """The sentence of a refusal, with its figures."""
    figures = {"value": _text(refusal.value), "needed": _text(refusal.needed)}
    return str(WORDS[refusal.code]) % figures


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else value
