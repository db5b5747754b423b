"""How much a client may ask: so many requests in a minute, so much at a time.

Redis counts for all processes together. While it does not answer every process counts for itself:
more gets through then, but never without end. A session of a person is not counted.
"""

import logging
import time
import uuid
from collections import Counter, defaultdict
from threading import Lock

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from portal.api import Problem
from portal.users.models import ApiToken

logger = logging.getLogger(__name__)

WINDOW = 60
# Whoever dies while occupying a place gives it back after this long.
LONGEST = 30 * 60
# So long nobody asks a Redis that did not answer.
PAUSE = 5
TIMEOUT = 0.3


class Redis:
    """Counts shared by all processes; None where Redis does not answer."""

    def __init__(self, url):
        self.url, self.client, self.paused_until = url, None, 0.0

    def transaction(self, fill):
        """What the commands that ``fill`` adds answer, all of them at one moment."""
        if time.monotonic() < self.paused_until:
            return None
        try:
            if self.client is None:
                self.client = redis.Redis.from_url(
                    self.url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
                )
            with self.client.pipeline() as pipe:
                fill(pipe)
                return pipe.execute()
        except redis.RedisError as error:
            self.paused_until = time.monotonic() + PAUSE
            logger.warning("limits are counted per process, Redis does not answer: %s", error)
            return None


class Process:
    """The same counts for this process alone."""

    def __init__(self):
        self.lock, self.window, self.counts = Lock(), 0, Counter()
        self.places = defaultdict(set)

    def count(self, name, window):
        with self.lock:
            if window != self.window:
                self.window = window
                self.counts.clear()
            self.counts[name] += 1
            return self.counts[name]

    def enter(self, name, member, limit):
        with self.lock:
            places = self.places[name]
            if len(places) >= limit:
                return False
            places.add(member)
            return True

    def leave(self, name, member):
        with self.lock:
            self.places[name].discard(member)


shared, own = Redis(settings.CACHE_URL), Process()


def check(request):
    """The headers that tell a client its limit; raises a 429 ``Problem`` beyond it."""
    if not isinstance(request.auth, ApiToken):
        return {}
    client, now = request.user.client, int(time.time())
    used, limit = count(f"{client.pk}", now // WINDOW), client.requests_per_minute
    seconds = WINDOW - now % WINDOW
    headers = {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(limit - used, 0)),
        "RateLimit-Reset": str(seconds),
    }
    if used > limit:
        message = _("More than %(limit)s requests in a minute. Wait %(seconds)s seconds.")
        refuse("rate_limited", message % {"limit": limit, "seconds": seconds}, seconds, headers)
    return headers


class Beyond(Problem):
    """More refusals in a minute than the client has requests."""

    is_first = False


def check_refused(client):
    """Count a request that is refused whatever it asks; raises ``Beyond`` past the limit."""
    now, limit = int(time.time()), client.requests_per_minute
    used = count(f"refused:{client.pk}", now // WINDOW)
    if used <= limit:
        return
    seconds = WINDOW - now % WINDOW
    message = _("More than %(limit)s refused requests in a minute. Wait %(seconds)s seconds.")
    beyond = Beyond(429, "rate_limited", message % {"limit": limit, "seconds": seconds})
    beyond.wait, beyond.is_first = seconds, used == limit + 1
    raise beyond


def count(name, window):
    """How many requests ``name`` has made in the window, this one among them."""
    key = f"{settings.LIMITS_NAME}:rate:{name}:{window}"
    answers = shared.transaction(lambda pipe: pipe.incr(key).expire(key, 2 * WINDOW))
    return answers[0] if answers else own.count(name, window)


def occupy(request, kind, limit=None):
    """Take one of the client's ``limit`` places for something long; its own number of streams when
    none is given. Returns what gives the place back; raises a 429 ``Problem`` when all are taken.
    """
    if not isinstance(request.auth, ApiToken):
        return lambda: None
    client = request.user.client
    limit = limit or client.stream_limit
    leave = enter(f"{kind}:{client.pk}", limit)
    if leave is None:
        message = _("%(limit)s of these run for this client already. Ask again when one has ended.")
        refuse("too_many_at_once", message % {"limit": limit}, PAUSE, {})
    return leave


def enter(name, limit):
    """What gives the place back, or None when ``limit`` places are taken."""
    key, member, now = f"{settings.LIMITS_NAME}:places:{name}", uuid.uuid4().hex, time.time()

    def taking(pipe):
        pipe.zremrangebyscore(key, "-inf", now)
        pipe.zadd(key, {member: now + LONGEST})
        pipe.expire(key, LONGEST)
        pipe.zcard(key)

    answers = shared.transaction(taking)
    if answers is None:
        return (lambda: own.leave(name, member)) if own.enter(name, member, limit) else None

    def leave():
        shared.transaction(lambda pipe: pipe.zrem(key, member))

    if answers[-1] <= limit:
        return leave
    leave()
    return None


def refuse(code, message, seconds, headers):
    """Say when it is worth asking again."""
    problem = Problem(429, code, message)
    problem.wait, problem.headers = seconds, headers
    raise problem
