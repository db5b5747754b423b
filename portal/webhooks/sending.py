"""One POST to a receiver whom nobody trusts: bounded in time and size, following nothing.

The standard library's client, because it alone lets the connection go to an address that was
judged, reads no proxy from the environment, and follows no redirect.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from portal.webhooks import destinations
from portal.webhooks.destinations import Address, DestinationRefused, Resolve, Target

CONNECT_LIMIT_S = 3
TOTAL_LIMIT_S = 15
MAX_HEADER_BYTES = 16 * 1024
MAX_BODY_BYTES = 64 * 1024
EXCERPT_LENGTH = 500
ADDRESSES_TRIED = 3


@dataclass(frozen=True)
class Answer:
    """What came of it. ``error`` is empty when a whole answer came; then ``status`` tells."""

    status: int | None = None
    error: str = ""
    address: str = ""
    excerpt: str = ""
    retry_after: str = ""
    ms: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def wait_s(self, at: datetime) -> int | None:
        """How long the receiver asks to be left alone; None when it does not say."""
        if self.retry_after.isascii() and self.retry_after.isdigit():
            return int(self.retry_after[:9])
        # Whatever the receiver writes, what it answered must be noted.
        with suppress(ValueError, TypeError, OverflowError):
            return max(int((parsedate_to_datetime(self.retry_after) - at).total_seconds()), 0)
        return None


class _TooLong(Exception):
    """The receiver says more than anybody reads."""


class _Timed:
    """A socket with one deadline for everything: a receiver that sends a byte a second ends too."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self.sock, self._until, self.allowance = sock, until, MAX_HEADER_BYTES

    def arm(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)

    def sendall(self, data: bytes) -> None:
        self.arm()
        self.sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self), buffer_size=1024)

    def close(self) -> None:
        """The client would close before the answer is read; whoever connected closes."""


class _Reader(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._timed.arm()
        count = self._timed.sock.recv_into(buffer)
        self._timed.allowance -= count
        if self._timed.allowance < 0:
            raise _TooLong
        return count


def send(
    *,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    resolve: Resolve = socket.getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """POST ``body`` to ``url`` and tell what came of it; raises nothing a receiver can cause."""
    started = time.monotonic()
    try:
        target = destinations.read(url)
        judged = destinations.addresses(target, resolve=resolve)
    except DestinationRefused as refusal:
        return Answer(error=refusal.code, ms=_ms(started))
    address, answer = "", Answer(error="unreachable")
    until = started + TOTAL_LIMIT_S
    try:
        timed, address = _connected(target, judged, until, tls)
        with timed.sock:
            answer = _exchanged(target, timed, headers, body)
    except ssl.SSLError:
        answer = Answer(error="tls")
    except TimeoutError:
        answer = Answer(error="timeout")
    except _TooLong:
        answer = Answer(error="too_long")
    except (HTTPException, ValueError):
        answer = Answer(error="protocol")
    except OSError:
        answer = Answer(error="unreachable")
    return replace(answer, address=address, ms=_ms(started))


def _ms(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def _connected(
    target: Target, judged: list[Address], until: float, tls: ssl.SSLContext | None
) -> tuple[_Timed, str]:
    """A connection to the first judged address that answers, encrypted for https."""
    failure: OSError = OSError(target.host)
    for address in judged[:ADDRESSES_TRIED]:
        limit = min(CONNECT_LIMIT_S, until - time.monotonic())
        try:
            sock = socket.create_connection((str(address), target.port), timeout=max(limit, 0.01))
        except OSError as error:
            failure = error
            continue
        return _encrypted(target, sock, until, tls), str(address)
    raise failure


def _encrypted(
    target: Target, sock: socket.socket, until: float, tls: ssl.SSLContext | None
) -> _Timed:
    if target.scheme != "https":
        return _Timed(sock, until)
    try:
        _Timed(sock, until).arm()
        # The certificate must be of the name, wherever the name led.
        context = tls or ssl.create_default_context()
        return _Timed(context.wrap_socket(sock, server_hostname=target.host), until)
    except BaseException:
        sock.close()
        raise


def _exchanged(
    target: Target, timed: _Timed, headers: Mapping[str, str], body: bytes
) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    # It sends, reads and closes as a socket does.
    connection.sock = timed  # type: ignore[assignment]
    connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    fixed = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "portal-webhooks/1",
    }
    for name, value in {**fixed, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    return Answer(
        status=response.status,
        excerpt=_excerpt(response, timed),
        retry_after=(response.getheader("Retry-After") or "").strip()[:40],
    )


def _excerpt(response: HTTPResponse, timed: _Timed) -> str:
    """The beginning of what the receiver says; its status stands, however the text ends."""
    timed.allowance = MAX_BODY_BYTES
    said = b""
    with suppress(OSError, HTTPException, ValueError, _TooLong):
        while len(said) < MAX_BODY_BYTES and (more := response.read1(4096)):
            said += more
    text = said[: EXCERPT_LENGTH * 4].decode(errors="replace").replace("\0", "�")
    return text[:EXCERPT_LENGTH]
