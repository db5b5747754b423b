"""Many write at once, some give up, some hold each other's rows; a reader who follows misses
nothing, meets nothing twice, and ends with what the tables say."""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Event

import pgtrigger
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from centers.models import Center
from evaluation.models import Finding
from evaluation.rules.base import Outcome
from evaluation.selectors import judgments
from evaluation.services import evaluations, results
from organizations.models import Organization, WorkRecord
from portal.feeds import selectors
from portal.feeds.models import Change
from tests.factories.organizations import OrganizationFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]

WRITERS, TRANSACTIONS = 8, 150
WANTED = {"organizations": [""], "casework": [""], "compliance": [""]}
RULE = "ST-08"


class GivenUp(Exception):
    """A writer changes its mind."""


class Writer:
    """One connection that writes, locks and gives up at random."""

    def __init__(self, number, run, judged, division, officer):
        self.random = random.Random(number)
        self.run, self.judged, self.division, self.officer = run, judged, division, officer
        self.given_up = 0

    def __call__(self):
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '20ms'")
        for _ in range(TRANSACTIONS):
            with suppress(GivenUp, OperationalError):
                self.transact()
        return self.given_up

    def transact(self):
        verbs = [self.rename, self.enter, self.remove, self.work, self.void, self.judge, self.hold]
        with transaction.atomic():
            for verb in self.random.choices(verbs, k=self.random.randint(1, 3)):
                verb()
            if self.random.random() < 0.2:
                self.given_up += 1
                raise GivenUp

    def organizations(self, count):
        ids = list(Organization.objects.order_by("pk").values_list("pk", flat=True)[:40])
        return self.random.sample(ids, min(count, len(ids)))

    def rename(self):
        name = f"改名{self.random.random()}"
        Organization.objects.filter(pk__in=self.organizations(2)).update(name=name)

    def enter(self):
        built = OrganizationFactory.build_batch(3, division=self.division)
        Organization.objects.bulk_create(built)

    def remove(self):
        # The savepoint keeps a deadlock's own error from being hidden by the end of the ignoring.
        with pgtrigger.ignore("organizations.Organization:kept"), transaction.atomic():
            Organization.objects.filter(pk__in=self.organizations(1)).delete()

    def hold(self):
        """In any order, so that some wait for each other."""
        for pk in self.organizations(3):
            list(Organization.objects.filter(pk=pk).select_for_update())

    def work(self):
        WorkRecord.objects.create(
            center_id=self.random.choice(list(self.judged)),
            function="FN-13",
            happened_on="2026-02-10",
            title="培训",
            recorded_by=self.officer,
            recorded_at=timezone.now(),
        )

    def void(self):
        ids = list(WorkRecord.objects.filter(voided_at=None).values_list("pk", flat=True)[:20])
        if ids:
            WorkRecord.objects.filter(pk=self.random.choice(ids), voided_at=None).update(
                voided_by=self.officer, voided_at=timezone.now(), void_reason="重复"
            )

    def judge(self):
        """As a shard does it: the center is held, and what changed is written."""
        pk = self.random.choice(list(self.judged))
        list(Center.objects.filter(pk=pk).select_for_update(no_key=True))
        judged = self.judged[pk]
        said = Outcome(self.random.choice(["met", "not_met", "no_data"]), "because")
        outcomes = dict(judged.outcomes) | {RULE: said}
        now = timezone.now()
        results.write(
            run=self.run,
            judged={pk: replace(judged, outcomes=outcomes)},
            as_of=timezone.localdate(now),
            at=now,
        )


def organizations(keys=None):
    found = Organization.objects.all()
    if keys is not None:
        found = found.filter(pk__in=[key.removeprefix("O") for key in keys])
    return {f"O{pk}": name for pk, name in found.values_list("pk", "name")}


def casework(keys=None):
    found = Center.objects.all() if keys is None else Center.objects.filter(code__in=keys)
    valid = Count("work_records", filter=Q(work_records__voided_at=None))
    return {
        code: count
        for code, count in found.annotate(valid=valid).values_list("code", "valid")
        if count
    }


def compliance(keys=None):
    found = Finding.objects.standing().filter(rule=RULE)
    if keys is not None:
        found = found.filter(center__code__in=keys)
    return dict(found.values_list("center__code", "outcome"))


DOCUMENTS = {"organizations": organizations, "casework": casework, "compliance": compliance}


class Reader:
    """Follows the feed in small pages, and keeps the documents it was told of."""

    def __init__(self, after, over):
        self.place, self.over = after, over
        self.ids, self.mirror = [], {name: {} for name in WANTED}
        self.pages = 0

    def __call__(self):
        while True:
            is_over = self.over.is_set()
            if not self.read(self.pages % 17 + 1) and is_over:
                return self

    def read(self, limit):
        self.pages += 1
        watermark = selectors.now()
        entries = selectors.settled(wanted=WANTED, after=self.place, limit=limit)
        places = [entry.place for entry in entries]
        assert places == sorted(places)
        self.ids += [place.id for place in places]
        self.place = max(places[-1:] + ([watermark] if len(entries) < limit else []))
        for resource in {entry.resource for entry in entries}:
            keys = {entry.key for entry in entries if entry.resource == resource}
            found = DOCUMENTS[resource](keys)
            mirror = self.mirror[resource]
            for key in keys:
                if key in found:
                    mirror[key] = found[key]
                else:
                    mirror.pop(key, None)
        return entries


@pytest.fixture
def run(golden, haitang, alice):
    now = timezone.now()
    return evaluations.request(
        division=haitang, as_of=timezone.localdate(now), by=alice, at=now, center_ids=[]
    )


def test_a_reader_in_a_storm_has_everything_once(run, golden, wutong, alice):
    judged = judgments.judge([center.pk for center in golden.values()], run.as_of)
    # What was before is read by whoever begins; the reader begins here.
    start, over = selectors.now(), Event()
    writers = [Writer(n, run, judged, wutong, alice) for n in range(WRITERS)]
    reader = Reader(start, over)

    def write():
        try:
            return at_once(writers)
        finally:
            over.set()

    given_up, read = at_once([write, reader])
    assert read is reader, read
    assert all(isinstance(count, int) for count in given_up), given_up
    assert sum(given_up) > WRITERS * TRANSACTIONS / 10
    told = Change.objects.filter(resource__in=WANTED, xid__gt=start.xid)
    assert [pk for pk, times in Counter(reader.ids).items() if times > 1] == []
    assert sorted(reader.ids) == sorted(told.values_list("pk", flat=True))
    assert len(reader.ids) > WRITERS * TRANSACTIONS / 2
    for resource, document in DOCUMENTS.items():
        assert reader.mirror[resource] == document(), resource


def test_a_late_reader_has_it_all_as_well(run, golden, wutong, alice):
    """Page by page afterwards, with any page size, from the first entry."""
    judged = judgments.judge([center.pk for center in golden.values()], run.as_of)
    writer = partial(Writer, run=run, judged=judged, division=wutong, officer=alice)
    for n in range(20):
        with suppress(GivenUp):
            writer(n).transact()
    over = Event()
    over.set()
    reader = Reader(selectors.START, over)()
    told = Change.objects.filter(resource__in=WANTED).order_by("xid", "id")
    assert reader.ids == list(told.values_list("pk", flat=True))
    assert reader.mirror["organizations"] == organizations()
