"""From the click that accepts a section to its findings in the API, while the worker is idle."""

import statistics
import time
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.test import Client
from django.utils import timezone

from benchmarks import generation
from centers.models import Center, Membership, Section
from centers.services import filings
from evaluation.models import Shard
from evaluation.services import evaluations
from portal.clients.services import clients, tokens
from portal.jurisdictions.models import Division
from portal.users import services as users
from portal.users.models import Dataset, User

REPEATS = 30
LIMIT_S = 20
RULE = "ST-08"


@dataclass(frozen=True)
class People:
    """Who files, who certifies, who accepts, and the token that reads."""

    staff: User
    director: User
    officer: User
    token: str


def people() -> People:
    """Accounts for the acceptances."""
    at, country = timezone.now(), Division.objects.get(code=generation.COUNTRY)
    staff, director, officer = (
        users.register(username=name, full_name=name, password=None, at=at)
        for name in ("staff", "director", "officer")
    )
    users.assign(user=officer, role="district_officer", division=country, by=None, at=at)
    reader = clients.open_client(
        username="reader",
        title="reader",
        divisions=[country],
        requests_per_minute=6000,
        by=None,
        at=at,
    )
    token = tokens.issue(
        client=reader,
        name="reader",
        datasets=Dataset.values,
        expires_at=at + timedelta(days=1),
        by=None,
        at=at,
    )
    return People(staff, director, officer, token)


def seconds_until_readable(who: People) -> list[float]:
    """One acceptance after the other; the seconds until the API shows what it led to."""
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {who.token}"})
    client.get("/api/v1/compliance/centers/")
    centers = Center.objects.order_by("-pk")[:REPEATS]
    return [_once(center, area, who, client) for center, area in zip(centers, count(31))]


def _once(center: Center, area: int, who: People, client: Client) -> float:
    section = _submitted(center, area, who)
    url = f"/api/v1/compliance/centers/{center.code}/"
    before = _figures(client, url)
    started = time.perf_counter()
    filings.accept_section(
        section=section, version=section.version, by=who.officer, at=timezone.now()
    )
    while _figures(client, url) == before:
        if time.perf_counter() - started > LIMIT_S:
            raise SystemExit(f"The findings of {center.code} did not change in {LIMIT_S} s.")
    return time.perf_counter() - started


def _submitted(center: Center, area: int, who: People) -> Section:
    at = timezone.now()
    for user, role in ((who.staff, "center_staff"), (who.director, "center_director")):
        Membership.objects.create(user=user, center=center, role=role)
    filing = filings.open_change(center=center, by=who.staff, at=at)
    section = filings.add_section(filing=filing, kind="premises", by=who.staff, at=at)
    place = {"exclusive_area_m2": Decimal(area) + Decimal("0.5"), "has_signage": True}
    filings.save_section(
        section=section, version=section.version, rows=[place], by=who.staff, at=at
    )
    filing.refresh_from_db()
    filings.prepare(filing=filing, version=filing.version, by=who.staff, at=at)
    filing.refresh_from_db()
    filings.submit(filing=filing, version=filing.version, by=who.director, at=at)
    return Section.objects.select_related("filing").get(pk=section.pk)


def _figures(client: Client, url: str) -> object:
    answer = client.get(url)
    if answer.status_code != 200:
        raise SystemExit(f"{url} answers {answer.status_code}: {answer.content[:200]!r}")
    findings = answer.json()["findings"]
    return next((row["evidence"] for row in findings if row["rule"] == RULE), None)


def engine_ms(as_of: date) -> float:
    """Milliseconds, in the median, in which one center is judged and every finding written."""
    country = Division.objects.get(code=generation.COUNTRY)
    taken = []
    for center in Center.objects.order_by("pk")[:REPEATS]:
        at = timezone.now()
        run = evaluations.request(
            division=country, as_of=as_of, by=None, at=at, center_ids=[center.pk]
        )
        shard = Shard.objects.get(run=run)
        started = time.perf_counter()
        evaluations.compute(shard_id=shard.pk, at=at)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000
