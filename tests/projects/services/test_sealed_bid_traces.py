"""Nothing of a bid lies readable anywhere before the opening: the owner of the machine looks."""

import base64
import gzip
import logging
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from redis import Redis

from portal.clients.services import tokens
from portal.inbox import services as inbox
from portal.users.models import Dataset
from portal.webhooks.models import Delivery
from portal.webhooks.selectors import FEEDS
from portal.webhooks.services import deliveries
from projects.models import Bid
from projects.services import procurements, questions
from projects.services.procurement_reminders import remind
from tests.factories.bids import sealing
from tests.factories.clients import ClientFactory
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import BidderFactory
from tests.factories.webhooks import EndpointFactory

pytestmark = pytest.mark.django_db(transaction=True)
CANARIES = ("273911.37", "KANARIENVOGEL-金丝雀-方案", "CANARY-FILE-BODY-7Q9Z", "金丝雀文件名")


def spellings(text):
    """The bytes in which a text may lie somewhere."""
    plain = text.encode()
    return [
        plain,
        text.encode("utf-16-le"),
        plain.hex().encode(),
        base64.b64encode(plain).rstrip(b"=")[:-1],
        gzip.compress(plain)[10:-8],
    ]


def found_in(folder, needles):
    """Files below a folder that hold one of the needles."""
    hits = []
    for path in Path(folder).rglob("*"):
        if path.is_file() and not path.is_symlink():
            try:
                content = path.read_bytes()
            except OSError:
                continue
            hits += [(path.name, needle[:20]) for needle in needles if needle in content]
    return hits


def rows_with(texts):
    """Tables of which a row, written out, holds one of the texts."""
    hits = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for text in texts:
                sql = f'SELECT count(*) FROM "{table}" t WHERE position(%s in t::text) > 0'
                cursor.execute(sql, [text])
                hits += [table] if cursor.fetchone()[0] else []
    return hits


def keys_with(needles):
    """Keys that hold one of the needles, in the cache and in the queue of the broker."""
    with Redis.from_url(settings.CACHE_URL, single_connection_client=True) as server:
        hits = []
        for number in range(int(server.config_get("databases")["databases"])):
            server.select(number)
            kept = {key: key + (server.dump(key) or b"") for key in server.scan_iter()}
            hits += [key for key, held in kept.items() if any(each in held for each in needles)]
    return hits


def dumped(*options):
    """The database as whoever backs it up has it: by the ``pg_dump`` of the server itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
        program = Path(cursor.fetchone()[0]) / "pg_dump"
    known = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    server = {name: str(known[key]) for key, name in names.items() if known.get(key)}
    command = [program, "--dbname", known["dbname"], *options]
    return subprocess.run(command, env=os.environ | server, capture_output=True, check=True).stdout


def hand_in_canaries(client, procurement, megabytes=1):
    """A bid by the bidder's page, every part of which can be looked for."""
    upload = paper(f"{CANARIES[3]}.pdf", words=CANARIES[2].encode())
    body = upload.read() + b"\n" * (megabytes * 1024 * 1024)
    answer = client.post(
        reverse("bid:submit", args=[procurement.pk]),
        {
            "price_yuan": CANARIES[0],
            "period_text": "一年",
            "statement": CANARIES[1],
            "is_qualified": "on",
            "files": SimpleUploadedFile(upload.name, body, content_type="application/pdf"),
        },
    )
    assert answer.status_code == 302
    assert Bid.objects.count() == 1


@pytest.mark.parametrize("megabytes", [1, 3, 18])
def test_no_byte_of_a_bid_is_readable_before_the_opening(
    wutong, client_for, settings, tmp_path, caplog, megabytes
):
    settings.MEDIA_ROOT = tmp_path / "media"
    # Whoever puts an upload on disk on its way finds no place for it.
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    (tmp_path / "media").mkdir()
    caplog.set_level(logging.DEBUG)
    procurement, _keys = sealing(wutong)
    bidder = BidderFactory(organization=OrganizationFactory(division=wutong))
    hand_in_canaries(client_for(bidder.user), procurement, megabytes)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        data = cursor.fetchone()[0]
    needles = [each for text in CANARIES for each in spellings(text)]
    assert found_in(data, needles) == []
    assert found_in(tmp_path, needles) == []
    assert rows_with(CANARIES) == []
    assert keys_with(needles) == []
    for form in ([], ["--inserts"], ["--format=custom", "--compress=0"]):
        dump = dumped(*form)
        assert procurement.procurement_no.encode() in dump
        assert [needle for needle in needles if needle in dump] == []
    assert not any(text in caplog.text for text in CANARIES)


@pytest.mark.alone
def test_no_message_tells_a_byte_of_a_bid_or_that_there_is_one(
    haitang, wutong, client_for, alice, at
):
    """What is said to everybody between the bid and the opening: by mail and to other systems."""
    procurement, _keys = sealing(wutong)
    bidder = BidderFactory(
        organization=OrganizationFactory(division=wutong, name="海棠区金丝雀服务中心"),
        user=UserFactory(full_name="金丝雀联系人"),
    )
    rival = BidderFactory(organization=OrganizationFactory(division=wutong))
    readers = [rival.user, *(holder.user for holder in procurement.key_holders.all())]
    for number, user in enumerate(readers):
        inbox.choose_mail(
            user=user, email=f"{number}@example.cn", wants_digest=True, by=user, at=at
        )
    platform = ClientFactory()
    RoleAssignmentFactory(user=platform.user, role="api_client", division=haitang)
    until = at + timedelta(300)
    names = {"name": "t", "datasets": Dataset.values, "expires_at": until}
    tokens.issue(client=platform, by=None, at=at, **names)
    EndpointFactory(client=platform, events=list(FEEDS), read_at=at)
    hand_in_canaries(client_for(bidder.user), procurement)
    procurement.refresh_from_db()
    procurements.extend_deadline(
        procurement=procurement,
        deadline_at=procurement.deadline_at + timedelta(1),
        reason="补充说明场地",
        version=procurement.version,
        by=alice,
        at=at,
    )
    questions.ask(
        procurement=procurement,
        organization=rival.organization,
        text="服务时间如何计算？",
        by=rival.user,
        at=at,
    )
    remind(on=localdate(at), at=at)
    OrganizationFactory(division=wutong)
    tomorrow = at + timedelta(1)
    assert inbox.send_digests(on=localdate(tomorrow), at=tomorrow) == len(readers)
    assert deliveries.dispatch(at=at) > 0
    told = [message.message().as_bytes() for message in mail.outbox]
    told += [message.body.encode() for message in mail.outbox]
    told += [deliveries.message(each) for each in Delivery.objects.all()]
    told.append(str(list(Delivery.objects.values())).encode())
    secret = [*CANARIES, bidder.organization.name, bidder.user.full_name, Bid.objects.get().sha256]
    needles = [each for text in secret for each in spellings(text)]
    assert [needle for needle in needles for each in told if needle in each] == []
    # The control: what may be said is there.
    assert any(procurement.title.encode() in each for each in told)


def test_the_search_finds_what_lies_open(wutong, tmp_path):
    """The control: the same search sees a canary that was written."""
    for number, needle in enumerate(spellings(CANARIES[2])):
        (tmp_path / str(number)).write_bytes(b"..." + needle + b"...")
    needles = spellings(CANARIES[2])
    assert len({name for name, _needle in found_in(tmp_path, needles)}) == len(needles)


def test_an_ordinary_page_would_put_a_large_upload_on_disk(settings, tmp_path, client):
    """The control: what the page of bids does without."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    large = SimpleUploadedFile("a.pdf", bytes(3 * 1024 * 1024))
    with pytest.raises(FileNotFoundError):
        client.post(reverse("open:receipts"), {"receipt": "x", "file": large})


def test_the_token_is_checked_although_the_upload_stays_in_memory(wutong):
    procurement, _keys = sealing(wutong)
    bidder = BidderFactory(organization=OrganizationFactory(division=wutong))
    client = Client(enforce_csrf_checks=True)
    client.force_login(bidder.user, backend=settings.AUTHENTICATION_BACKENDS[1])
    answer = client.post(
        reverse("bid:submit", args=[procurement.pk]),
        {"price_yuan": "1", "files": paper()},
    )
    assert answer.status_code == 403
    assert not Bid.objects.exists()
