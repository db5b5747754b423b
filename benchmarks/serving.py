"""How fast the API serves (P7, P8), on centers that were evaluated before.

The portal's own gunicorn, two workers, with the peers of ``benchmarks.peers.serving`` beside it on
the same database; every request carries a token and is checked for its scope.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks import HOME, generation
from benchmarks.workers import peaks_mb
from evaluation.models import Finding
from portal.clients.services import clients, tokens
from portal.jurisdictions.models import Division
from portal.users.models import Dataset

SIZE = 100
PORT = 8977
SECONDS = 8
CLIENTS_KNOWN = 60
THREADS = 4
CLIENTS = 8
LOAD_SECONDS = 60
PAGE = f"/api/v1/compliance/centers/?include=findings&page_size={SIZE}"
SERIALIZERS = "DRF serializers"
PEERS = {
    SERIALIZERS: "/peers/rest/",
    "Django Ninja": "/peers/ninja/page/",
    "JSON made in PostgreSQL": "/peers/database/",
}
MIXED = (
    PAGE,
    "/api/v1/compliance/centers/",
    "/api/v1/compliance/findings/",
    "/api/v1/compliance/summary/?page_size=10",
    "/api/v1/compliance/centers/N0000007/",
    "/api/v1/divisions/",
    "/api/v1/standards/",
)


Server = subprocess.Popen[bytes]
Row = dict[str, Any]


def measure() -> None:
    """Print P7 and P8 of every center there is."""
    tokens = issued()
    server = serve()
    try:
        pages(tokens)
        streams(tokens, server, Finding.objects.filter(series_on=None, superseded_at=None).count())
        load(tokens)
    finally:
        server.terminate()
        server.wait()


class Caller:
    """One connection that asks again and again, each time as another client."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
        self.tokens = cycle(tokens)

    def get(self, path: str, **headers: str) -> tuple[int, bytes, http.client.HTTPMessage]:
        """(status, body, headers)."""
        names = {"Authorization": f"Bearer {next(self.tokens)}", "Accept-Language": "en"}
        self.connection.request("GET", path, headers=names | headers)
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers

    def read(self, path: str) -> int:
        """Bytes of a long answer, dropped as they come."""
        bearer = {"Authorization": f"Bearer {next(self.tokens)}"}
        self.connection.request("GET", path, headers=bearer)
        response, size = self.connection.getresponse(), 0
        if response.status != 200:
            raise SystemExit(f"{path} answers {response.status}: {response.read(500)!r}")
        while piece := response.read(1 << 20):
            size += len(piece)
        return size


def issued() -> list[str]:
    """Tokens of many clients: none of them comes near its limit."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    at = timezone.now()
    country, given = Division.objects.get(code=generation.COUNTRY), []
    for number in range(CLIENTS_KNOWN):
        client = clients.open_client(
            username=f"serving{number}",
            title=f"serving{number}",
            divisions=[country],
            requests_per_minute=6000,
            stream_limit=8,
            by=None,
            at=at,
        )
        token = tokens.issue(
            client=client,
            name="reader",
            datasets=Dataset.values,
            expires_at=at + timedelta(days=1),
            by=None,
            at=at,
        )
        given.append(token)
    return given


def serve() -> Server:
    """The server, once it answers."""
    command = [sys.executable, "-m", "gunicorn", "benchmarks.server", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers", "2", "--threads", "4", "--timeout", "600", "--no-control-socket"]
    with (HOME / "serving.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
    for _attempt in range(300):
        try:
            Caller(["x"]).get("/api/v1/divisions/")
        except OSError:
            time.sleep(0.1)
        else:
            return server
    raise SystemExit(f"The server does not start: see {HOME / 'serving.log'}")


def per_second(tokens: Sequence[str], path: str, **headers: str) -> float:
    """Answers per second, by as many callers as the server has threads at work."""

    def ask(number: int) -> int:
        caller, count = Caller([*tokens[number:], *tokens[:number]]), 0
        while time.perf_counter() < end:
            status, body, _headers = caller.get(path, **headers)
            if status != (304 if headers else 200):
                raise SystemExit(f"{path} answers {status}: {body[:500]!r}")
            count += 1
        return count

    for number in range(THREADS):
        Caller(tokens[number:]).get(path, **headers)
    started = time.perf_counter()
    end = started + SECONDS
    with ThreadPoolExecutor(THREADS) as pool:
        count = sum(pool.map(ask, range(THREADS)))
    return count / (time.perf_counter() - started)


def peak_mb(server: Server) -> float:
    """Megabytes of the largest worker, at its peak."""
    return max(peaks_mb(server.pid).values(), default=0.0)


def pages(tokens: Sequence[str]) -> None:
    """P7."""
    caller = Caller(tokens)
    _status, body, headers = caller.get(PAGE)
    ours = json.loads(body)["results"]
    for name, path in PEERS.items():
        status, theirs, _headers = caller.get(path)
        if status != 200:
            raise SystemExit(f"{name} answers {status}: {theirs[:500]!r}")
        check(name, ours, json.loads(theirs)["results"])
    own = per_second(tokens, PAGE)
    say(f"P7  {SIZE} centers with findings ({len(body) / 1e6:.1f} MB) {own:.1f} pages/s")
    speeds = {name: per_second(tokens, path) for name, path in PEERS.items()}
    for name, speed in speeds.items():
        say(f"P7  {name} {speed:.1f} pages/s: this API {own / speed:.2f} × as fast")
    # A tag is one client's: it is asked again by the same.
    unchanged = per_second([tokens[0]] * THREADS, PAGE, **{"If-None-Match": str(headers["ETag"])})
    say(
        f"P7  unchanged by ETag {unchanged:.0f} answers/s: {unchanged / own:.1f} × its page,"
        f" {unchanged / speeds[SERIALIZERS]:.0f} × {SERIALIZERS}"
    )


def check(name: str, ours: list[Row], theirs: list[Row]) -> None:
    """The peers give the same centers, rules and outcomes."""

    def outcomes(rows: list[Row]) -> list[object]:
        return [
            (row["code"], row["rollup"], [(f["rule"], f["outcome"]) for f in row["findings"]])
            for row in rows
        ]

    if outcomes(ours) != outcomes(theirs) or ours[0].keys() != theirs[0].keys():
        raise SystemExit(f"{name} does not give the same page.")


def streams(tokens: Sequence[str], server: Server, count: int) -> None:
    """P8."""
    caller = Caller(tokens)
    before = peak_mb(server)
    seconds = {}
    for name, path in (
        ("COPY", "/peers/copied/"),
        ("NDJSON", "/api/v1/compliance/findings.ndjson"),
        ("CSV", "/api/v1/compliance/findings.csv"),
    ):
        runs = []
        for _attempt in range(2):
            started = time.perf_counter()
            size = caller.read(path)
            runs.append(time.perf_counter() - started)
        seconds[name] = min(runs)
        ratio = seconds["COPY"] / seconds[name]
        say(
            f"P8  {name} of {count:,} findings {seconds[name]:.2f} s ({size / 1e6:.0f} MB,"
            f" {count / seconds[name]:,.0f}/s): {ratio:.2f} × COPY; worker at most"
            f" {peak_mb(server):.0f} MB ({before:.0f} MB before)"
        )


def load(tokens: Sequence[str]) -> None:
    """Mixed calls by several clients at once."""

    def ask(number: int) -> list[tuple[float, int]]:
        caller, found = Caller(tokens[number * 7 : number * 7 + 7]), []
        paths = cycle(MIXED[number % len(MIXED) :] + MIXED[: number % len(MIXED)])
        while time.perf_counter() < end:
            started = time.perf_counter()
            status, _body, _headers = caller.get(next(paths))
            found.append((time.perf_counter() - started, status))
        return found

    end = time.perf_counter() + LOAD_SECONDS
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [each for part in pool.map(ask, range(CLIENTS)) for each in part]
    times = sorted(seconds * 1000 for seconds, _status in found)
    cuts = statistics.quantiles(times, n=100)
    statuses = Counter(status for _seconds, status in found)
    say(
        f"P7  {CLIENTS} clients for {LOAD_SECONDS} s: {len(found)} answers {dict(statuses)},"
        f" p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms"
    )


def say(text: str) -> None:
    """Print at once: a run takes minutes."""
    print(text, flush=True)
