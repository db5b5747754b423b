"""Reads over panels: what is scored, what is still blank, the ranking and how it came about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from projects.models import Criterion, Draw, Expert, OpenedBid, Procurement, RankedBid, Score, Seat
from projects.models.announcement import RIGHT
from projects.rules import drawing
from projects.rules.scoring import Criterion as Line
from projects.rules.scoring import Mark, Offer


@dataclass(frozen=True)
class Cell:
    """What a sheet says of one bid and criterion; ``score`` None where nothing stands yet."""

    bid: OpenedBid
    criterion: Criterion
    score: Score | None


def valid_bids(procurement: Procurement) -> QuerySet[OpenedBid]:
    """Bids that were read and not found invalid, in the order of the opening."""
    found = OpenedBid.objects.filter(
        opening__procurement=procurement, outcome=OpenedBid.Outcome.OPENED, invalid_at=None
    )
    return found.select_related("bid__organization").defer("bid__sealed").order_by("position")


def scored_criteria(procurement: Procurement) -> QuerySet[Criterion]:
    """The criteria that experts score; where the price alone decides, none."""
    if procurement.choice == Procurement.Choice.LOWEST_PRICE:
        return procurement.criteria.none()
    return procurement.criteria.exclude(kind=Criterion.Kind.PRICE).order_by("position")


def sheet(seat: Seat) -> list[Cell]:
    """Every line of a seat's sheet, bid by bid. Three queries."""
    known = {(each.opened_bid_id, each.criterion_id): each for each in seat.scores.all()}
    criteria = list(scored_criteria(seat.procurement))
    return [
        Cell(bid, criterion, known.get((bid.pk, criterion.pk)))
        for bid in valid_bids(seat.procurement)
        for criterion in criteria
    ]


def missing(seat: Seat) -> list[tuple[OpenedBid, Criterion]]:
    """Lines of a sheet on which nothing stands."""
    return [(cell.bid, cell.criterion) for cell in sheet(seat) if cell.score is None]


def seats_of(procurement: Procurement) -> QuerySet[Seat]:
    """The seats of a panel, with how many lines each has filled: how many, never what."""
    judged = Q(scores__opened_bid__invalid_at=None)
    seats = procurement.seats.select_related("user", "expert", "draw").order_by("pk")
    return seats.annotate(filled=Count("scores", filter=judged))


def contested(procurement: Procurement) -> QuerySet[Seat]:
    """Seats that count whose sheets were submitted before a challenge turned out to be right."""
    right = procurement.challenges.filter(verdict__in=RIGHT)
    last = right.aggregate(last=Max("answered_at"))["last"]
    submitted = procurement.seats.filter(status=Seat.Status.SUBMITTED)
    return submitted.filter(submitted_at__lt=last) if last else submitted.none()


def lines_of(procurement: Procurement) -> list[Line]:
    """The criteria as the rules take them."""
    return [
        Line(each.pk, each.name, each.kind, each.weight)
        for each in procurement.criteria.order_by("position")
    ]


def offers_of(procurement: Procurement) -> list[Offer]:
    """The valid bids as the rules take them."""
    rows = valid_bids(procurement).values_list("pk", "price_yuan")
    return [Offer(pk, price) for pk, price in rows if price is not None]


def marks_of(procurement: Procurement) -> list[Mark]:
    """What the seats that count gave the valid bids."""
    rows = Score.objects.filter(
        seat__procurement=procurement,
        seat__status=Seat.Status.SUBMITTED,
        opened_bid__in=valid_bids(procurement).values("pk"),
    )
    listed = rows.order_by("seat", "opened_bid", "criterion")
    return [Mark(*row) for row in listed.values_list("seat", "opened_bid", "criterion", "points")]


def attempts(procurement: Procurement) -> int:
    """How often the bids were ranked."""
    ranked = RankedBid.objects.filter(opened_bid__opening__procurement=procurement)
    last: int | None = ranked.aggregate(last=Max("attempt"))["last"]
    return last or 0


def last_ranking(procurement: Procurement) -> QuerySet[RankedBid]:
    """The ranking made last, by rank."""
    ranked = RankedBid.objects.filter(
        opened_bid__opening__procurement=procurement, attempt=attempts(procurement)
    )
    known = ranked.select_related("opened_bid__bid__organization")
    return known.defer("opened_bid__bid__sealed").order_by("rank")


def explained(ranked: Iterable[RankedBid], seats: Iterable[Seat]) -> list[dict[str, Any]]:
    """Every step of a ranking, with the names of the seats: one entry a bid with its criteria."""
    names = {seat.pk: str(seat.user) for seat in seats}
    return [
        {
            "ranked": each,
            "left_out": [names.get(pk, "") for pk in each.explanation.get("left_out", ())],
            "criteria": [
                step
                | {
                    "marks": [
                        {"name": names.get(mark["seat"], ""), "points": mark["points"]}
                        for mark in step.get("marks", ())
                    ]
                }
                for step in each.explanation.get("criteria", ())
            ],
        }
        for each in ranked
    ]


def repeated(draw: Draw) -> list[int]:
    """What the kept pool and seed of a draw give: equal to what was drawn."""
    able = [each["expert"] for each in draw.pool if not each["excluded"]]
    return drawing.pick(able, draw.wanted, draw.seed)


def pool_of(draw: Draw) -> list[dict[str, Any]]:
    """Who stood in a draw: expert, why he was left out, and his place among those drawn."""
    experts = Expert.objects.select_related("user").in_bulk([each["expert"] for each in draw.pool])
    places = {pk: place for place, pk in enumerate(draw.drawn, start=1)}
    return [
        {
            "expert": experts.get(each["expert"]),
            "excluded": each["excluded"],
            "place": places.get(each["expert"]),
        }
        for each in draw.pool
    ]
