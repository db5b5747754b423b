"""Nothing of a bid lies readable anywhere before the opening: the owner of the machine looks."""

import base64
import gzip
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis import Redis

from projects.models import Bid
from tests.factories.bids import sealing
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import BidderFactory

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
    """Keys of the cache that hold one of the needles."""
    server = Redis.from_url(settings.CACHE_URL)
    kept = {key: key + (server.dump(key) or b"") for key in server.scan_iter()}
    return [key for key, content in kept.items() if any(each in content for each in needles)]


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
    upload = paper(f"{CANARIES[3]}.pdf", words=CANARIES[2].encode())
    body = upload.read() + b"\n" * (megabytes * 1024 * 1024)
    answer = client_for(bidder.user).post(
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
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        data = cursor.fetchone()[0]
    needles = [each for text in CANARIES for each in spellings(text)]
    assert found_in(data, needles) == []
    assert found_in(tmp_path, needles) == []
    assert rows_with(CANARIES) == []
    assert keys_with(needles) == []
    assert not any(text in caplog.text for text in CANARIES)


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
