"""Procurements by sealed bids: one receives bids, one waits for its opening, one is judged, one is
awarded, contracted and done.

The database stamps bids and refuses keys before the deadline, so the deadlines of those that are to
be opened lie a few seconds ahead, and the loading waits for them. The key files of the holders are
kept beside the accounts of the demonstration, so that the ceremony can be tried; holders of a real
procurement keep theirs.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from portal.users.models import User
from projects.demo import contracts
from projects.demo.cast import Cast
from projects.demo.plans import entered, planned
from projects.models import (
    Award,
    Bidder,
    CostLine,
    Criterion,
    Expert,
    Need,
    Procurement,
    Project,
    Seat,
    Tie,
)
from projects.selectors import panels
from projects.selectors.openings import clock
from projects.services import (
    awards,
    bid_seals,
    bidders,
    bids,
    criteria,
    draws,
    experts,
    invitations,
    key_holders,
    openings,
    procurements,
    questions,
    rankings,
    scores,
    seats,
)
from projects.services.criteria import Row
from projects.services.scores import Given

Field, Kind, Route = Project.Field, CostLine.Kind, Procurement.Route
KEYS = "demo-keys"
PRIVATE = 0o600
# Seconds in which the bids are handed in: more where the machine is slow.
WINDOWS = (2, 10, 60)
# Accounts of whoever bids, by organization; the first one's password is told.
CONTACTS = (
    (bidders.ROLE, "罗联系"),
    ("bidder_2", "钱联系"),
    ("bidder_3", "孙联系"),
    ("bidder_4", "李联系"),
)
EXPERTS = (
    ("evaluator", "高评审", (Field.ELDERLY, Field.CHILDREN, Field.GOVERNANCE, Field.DISABILITY)),
    ("expert_2", "方评审", (Field.ELDERLY, Field.CHILDREN, Field.GOVERNANCE)),
    ("expert_3", "严评审", (Field.ELDERLY, Field.CHILDREN, Field.DISABILITY)),
    ("expert_4", "华评审", (Field.ELDERLY,)),
)
CRITERIA = (
    Row("报价", Criterion.Kind.PRICE, Decimal(20), "最低有效报价为基准价"),
    Row("服务方案", Criterion.Kind.TECHNICAL, Decimal(45), "针对性、频次、应急安排"),
    Row("人员配备", Criterion.Kind.TECHNICAL, Decimal(20), "持证社工人数和经验"),
    Row("同类业绩", Criterion.Kind.BUSINESS, Decimal(15), "近三年同类项目，每个5分"),
)
STATEMENT = "按采购需求逐项响应：每周上门两次，节假日不间断；持证社工牵头，服务全程留痕。"


@dataclass(frozen=True)
class Purchase:
    """What is bought: cost lines as in ``contracts.Story``, and the prices of those who bid."""

    name: str
    field: str
    route: str
    lines: tuple[tuple[str, str, str, int, str, str], ...]
    prices: tuple[str, ...]
    people: int


RECEIVING = Purchase(
    "残疾人居家康复指导",
    Field.DISABILITY,
    Route.CONSULTATION,
    (
        (Kind.ACTIVITY, "上门康复", "人次", 1000, "115", "115"),
        (Kind.MATERIAL, "辅具材料", "份", 100, "200", "200"),
        (Kind.MANAGEMENT, "管理费", "项", 1, "15000", "15000"),
    ),
    ("146800.00",),
    40,
)
TO_OPEN = Purchase(
    "睦邻议事辅导",
    Field.GOVERNANCE,
    Route.NEGOTIATION,
    (
        (Kind.ACTIVITY, "议事会辅导", "次", 40, "1400", "1400"),
        (Kind.ACTIVITY, "骨干培训", "场", 4, "1750", "1750"),
        (Kind.MANAGEMENT, "管理费", "项", 1, "7000", "7000"),
    ),
    ("68800.00", "66500.00", "69900.00"),
    200,
)
JUDGED = Purchase(
    "困境儿童周末课堂",
    Field.CHILDREN,
    Route.CONSULTATION,
    (
        (Kind.ACTIVITY, "课时", "课时", 600, "120", "120"),
        (Kind.MATERIAL, "教具材料", "套", 100, "90", "90"),
        (Kind.MANAGEMENT, "管理费", "项", 1, "9000", "9000"),
    ),
    ("87600.00", "88500.00", "84900.00"),
    30,
)
# The agreed prices give the price of the first, who wins by its plan.
DONE = Purchase(
    "独居老人居家安全检查",
    Field.ELDERLY,
    Route.CONSULTATION,
    (
        (Kind.ACTIVITY, "上门探访", "人次", 800, "46", "45"),
        (Kind.ACTIVITY, "安全讲座", "场", 8, "2000", "1900"),
        (Kind.MANAGEMENT, "管理费", "项", 1, "4500", "4400"),
    ),
    ("55600.00", "56200.00", "54900.00"),
    120,
)


def load(cast: Cast) -> None:
    """Four procurements; whoever bids, judges and holds keys."""
    contacts = _contacts(cast)
    known = _experts(cast)
    need = Need.objects.get(title="高龄独居老人安全起居")
    keys: dict[int, dict[int, bytes]] = {}

    def prepared(purchase: Purchase, need: Need | None = None) -> Procurement:
        procurement = _prepared(cast, purchase, need)
        keys[procurement.pk] = _registered(cast, procurement)
        return procurement

    receiving, to_open, judged = map(prepared, (RECEIVING, TO_OPEN, JUDGED))
    done = prepared(DONE, need)
    _receive(cast, receiving, contacts)
    closing = {to_open: TO_OPEN, judged: JUDGED, done: DONE}
    _close(cast, closing, contacts)
    for procurement in (judged, done):
        procurement = Procurement.objects.get(pk=procurement.pk)
        _opened(procurement, keys[procurement.pk])
        _drawn(cast, procurement)
    _judge(judged, [user for user in known if user.username != "evaluator"])
    _finish(cast, Procurement.objects.get(pk=done.pk), known)
    for procurement in (receiving, to_open):
        _keep(procurement, keys[procurement.pk])


def _contacts(cast: Cast) -> list[Bidder]:
    return [
        bidders.open_account(
            organization=organization,
            username=username,
            full_name=full_name,
            by=cast.officer,
            at=cast.ago(90),
        )[0]
        for organization, (username, full_name) in zip(cast.organizations, CONTACTS, strict=False)
    ]


def _experts(cast: Cast) -> list[User]:
    """Four of them; the last one worked for a bidder until last year."""
    found: list[Expert] = []
    for username, full_name, fields in EXPERTS:
        expert, _password = experts.enter(
            username=username,
            full_name=full_name,
            district=cast.district,
            fields=fields,
            employer="海棠社会工作学院",
            title="副教授",
            by=cast.officer,
            at=cast.ago(90),
        )
        found.append(expert)
    experts.tie(
        expert=found[-1],
        kind=Tie.Kind.EMPLOYMENT,
        organization=cast.organizations[1],
        from_on=cast.day(1500),
        to_on=cast.day(300),
        note="曾任项目主管",
        by=cast.officer,
        at=cast.ago(89),
    )
    return [expert.user for expert in found[:-1]]


def _prepared(cast: Cast, purchase: Purchase, need: Need | None) -> Procurement:
    """A draft for a project with an approved plan that the center wrote."""
    project = entered(cast, purchase.name, purchase.field, cast.town, days=88, need=need)
    lines = tuple(line[:5] for line in purchase.lines)
    planned(cast, project, lines, 80, people=purchase.people, own=True)
    procurement = procurements.draft(
        project=project,
        route=purchase.route,
        category="社区服务",
        fiscal_year=cast.at.year,
        title=f"{project.name}项目",
        budget_yuan=project.budget_yuan,
        requirement=f"按立项方案服务不少于{purchase.people}人；每次服务留记录；每月报送进度。",
        contact="海棠区民政局社会组织科 021-55550000",
        by=cast.officer,
        at=cast.ago(60),
    )
    if purchase.route == Route.CONSULTATION:
        criteria.set_criteria(
            procurement=procurement,
            rows=CRITERIA,
            version=procurement.version,
            by=cast.officer,
            at=cast.ago(60),
        )
    else:
        invitations.draw(
            procurement=procurement,
            wanted=len(CONTACTS),
            by=cast.officer,
            at=cast.ago(60),
        )
    return procurement


def _registered(cast: Cast, procurement: Procurement) -> dict[int, bytes]:
    """Three officers register a key each; the private halves by position."""
    keys = {}
    for user in (cast.officer, cast.chief, cast.leader):
        private, public = bid_seals.make_key()
        holder = key_holders.register(
            procurement=procurement, public_key=public, by=user, at=cast.ago(58)
        )
        keys[holder.position] = private
    return keys


def _announce(cast: Cast, procurement: Procurement, deadline_at: datetime, days: int) -> None:
    """The notice of so many days ago."""
    procurement.refresh_from_db()
    procurements.edit(
        procurement=procurement,
        version=procurement.version,
        documents_from=cast.day(days),
        documents_until=cast.day(days - 12),
        questions_until=cast.day(days - 14),
        deadline_at=deadline_at,
        by=cast.officer,
        at=cast.ago(days),
    )
    procurements.announce(
        procurement=procurement, version=procurement.version, by=cast.officer, at=cast.ago(days)
    )


def _receive(cast: Cast, procurement: Procurement, contacts: Sequence[Bidder]) -> None:
    """Bids are received for twelve days more; something was asked and answered, something else
    was asked today, and the first organization has handed in its bid."""
    deadline = (clock() + timedelta(12)).replace(hour=2, minute=0, second=0, microsecond=0)
    _announce(cast, procurement, deadline, 5)
    asked = [
        ("康复师是否须为全职？", contacts[1], 3),
        ("辅具材料是否可以按实结算？", contacts[2], 0),
    ]
    for text, contact, days in asked:
        question = questions.ask(
            procurement=procurement,
            organization=contact.organization,
            text=text,
            by=contact.user,
            at=cast.ago(days),
        )
        if days:
            questions.answer(
                question=question,
                answer="可以兼职，但每周不少于两个工作日，须附聘用协议。",
                by=cast.officer,
                at=cast.ago(days - 1),
            )
    _hand_in(procurement, contacts, RECEIVING.prices)


def _close(cast: Cast, closing: Mapping[Procurement, Purchase], contacts: Sequence[Bidder]) -> None:
    """Announced, and bid for before a deadline that has passed when this is over."""
    deadline = _in_time(lambda deadline: _bid_for(cast, closing, contacts, deadline))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep_until(%s)", [deadline + timedelta(milliseconds=5)])


def _in_time(act: Callable[[datetime], None]) -> datetime:
    """The deadline before which ``act`` was done; later ones are tried where it was too short."""
    for seconds in WINDOWS:
        deadline = clock() + timedelta(seconds=seconds)
        try:
            with transaction.atomic():
                act(deadline)
        except (bids.BidTooLate, procurements.NotAsTheRouteAsks):
            if seconds == WINDOWS[-1]:
                raise
        else:
            break
    return deadline


def _bid_for(
    cast: Cast,
    closing: Mapping[Procurement, Purchase],
    contacts: Sequence[Bidder],
    deadline: datetime,
) -> None:
    for procurement, purchase in closing.items():
        _announce(cast, procurement, deadline, 30)
        _hand_in(procurement, contacts, purchase.prices)


def _hand_in(procurement: Procurement, contacts: Sequence[Bidder], prices: Sequence[str]) -> None:
    for contact, price in zip(contacts, prices, strict=False):
        bids.submit(
            procurement=procurement,
            bidder=contact,
            fields={
                "price_yuan": price,
                "period_text": "合同签订之日起12个月",
                "statement": STATEMENT,
                "is_qualified": True,
            },
            files=[],
            by=contact.user,
        )


def _opened(procurement: Procurement, keys: Mapping[int, bytes]) -> None:
    """Two of the three holders bring their keys."""
    for holder in procurement.key_holders.order_by("position")[: procurement.key_needed]:
        openings.present(
            holder=holder, private_key=keys[holder.position], by=holder.user, at=clock()
        )
    procurement.refresh_from_db()


def _drawn(cast: Cast, procurement: Procurement) -> None:
    draws.draw(procurement=procurement, wanted=3, by=cast.officer, at=clock())


def _judge(procurement: Procurement, users: Sequence[User]) -> None:
    """These declare that they have no interest, score and submit."""
    for number, user in enumerate(users):
        seat = Seat.objects.get(procurement=procurement, user=user)
        told = {"by": user, "at": clock()}
        seats.declare(
            seat=seat, declaration="本人与各供应商无利害关系", version=seat.version, **told
        )
        scores.write(seat=seat, rows=_sheet(seat, number), version=seat.version, **told)
        seats.submit(seat=seat, version=seat.version, **told)


def _sheet(seat: Seat, number: int) -> list[Given]:
    """Points that differ by expert and by bid: the first bid has the better plan."""
    return [
        Given(
            cell.bid.pk,
            cell.criterion.pk,
            points=(
                cell.criterion.weight * (Decimal(96 - 2 * number) - 7 * (cell.bid.position - 1))
            ).quantize(Decimal(1))
            / 100,
            comment="方案具体，频次明确" if cell.bid.position == 1 else "",
        )
        for cell in panels.sheet(seat)
    ]


def _finish(cast: Cast, procurement: Procurement, users: Sequence[User]) -> None:
    """Ranked, awarded, contracted, carried out, accepted, evaluated and paid: all today."""
    _judge(procurement, users)
    procurement.refresh_from_db()
    first, *_rest = rankings.compute(
        procurement=procurement, version=procurement.version, by=cast.officer, at=clock()
    )
    award: Award = awards.award(
        procurement=procurement,
        opened_bid=first.opened_bid,
        reason="综合得分第一，方案针对性强",
        doc_no=f"海民购〔{cast.at.year}〕21号",
        version=procurement.version,
        by=cast.leader,
        at=clock(),
    )
    awards.notify(award=award, by=cast.officer, at=clock())
    contact = Bidder.objects.get(organization=award.organization)
    awards.accept(award=award, by=contact.user, at=clock())
    now = Cast(**{**vars(cast), "at": clock()})
    contract = contracts.signed(now, award, DONE.lines, 0)
    contracts.reviewed(now, contract, 0)
    contracts.accepted(now, contract, 0, people=DONE.people)
    contracts.settled(now, contract, 0)


def _keep(procurement: Procurement, keys: Mapping[int, bytes]) -> None:
    """The key file of each holder, as his browser would have saved it."""
    for holder in procurement.key_holders.select_related("user"):
        told = {
            "procurement": procurement.procurement_no,
            "private": base64.b64encode(keys[holder.position]).decode(),
            "public": base64.b64encode(bytes(holder.public_key)).decode(),
            "fingerprint": holder.fingerprint,
        }
        folder = Path(settings.PORTAL_HOME) / KEYS / holder.user.username
        folder.mkdir(parents=True, exist_ok=True)
        name = f"密钥-{procurement.procurement_no}-{holder.fingerprint[:8]}.json"
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(file, "w", encoding="utf-8") as target:
            json.dump(told, target, ensure_ascii=False)
