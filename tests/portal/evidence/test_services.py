"""Files kept, opened, counted and forgotten."""

import os
import stat
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.evidence import services, tasks, vault
from portal.evidence.inspection import EvidenceRefused
from portal.evidence.models import EvidenceFile
from portal.evidence.services import EvidenceLost
from portal.evidence.views import answer
from portal.users.models import User
from tests.factories.portal import UserFactory
from tests.portal.evidence.conftest import docx, pdf, picture

HOUR = timedelta(hours=1)


def written(path, moment):
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_file_is_kept_with_who_when_and_what(put, at):
    user = UserFactory()
    content = pdf()
    put("合同.pdf", content, by=user)
    stored = EvidenceFile.objects.get()
    assert (stored.uploaded_by, stored.uploaded_at, stored.original_name) == (user, at, "合同.pdf")
    assert stored.size_bytes == len(content)
    with services.open_for_reading(file=stored) as opened:
        assert opened.read() == content


def test_only_the_portals_own_user_may_read_the_store(put, tmp_path):
    for file in (put("a.pdf", pdf()), put("a.jpg", picture())):
        path = vault.path_of(file.pk)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_row_is_never_changed(put):
    file = put("a.pdf", pdf())
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceFile.objects.filter(pk=file.pk).update(original_name="b.pdf")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "x" * 64},
        {"uploaded_sha256": ""},
        {"size_bytes": 0},
        {"size_bytes": 41 * 1024 * 1024},
        {"media_type": "text/html"},
        {"original_name": ""},
    ],
)
def test_database_refuses_what_no_pipeline_made(db, at, wrong):
    right = {
        "sha256": "0" * 64,
        "uploaded_sha256": "0" * 64,
        "size_bytes": 1,
        "media_type": "application/pdf",
        "original_name": "a.pdf",
        "uploaded_by": UserFactory(),
        "uploaded_at": at,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFile.objects.create(**(right | wrong))
    EvidenceFile.objects.create(**right)


def test_altered_or_missing_file_is_never_given_as_evidence(put):
    file = put("a.pdf", pdf())
    path = vault.path_of(file.pk)
    path.write_bytes(pdf(b"<<>>"))
    with pytest.raises(EvidenceLost, match="missing or damaged"):
        services.open_for_reading(file=file)
    path.unlink()
    with pytest.raises(EvidenceLost, match=str(file.pk)):
        services.open_for_reading(file=file)


def test_transaction_undone_leaves_no_row_and_its_file_is_forgotten_later(put, at, on_disk):
    with transaction.atomic():
        file = put("a.pdf", pdf())
        transaction.set_rollback(True)
    assert not EvidenceFile.objects.exists()
    (path,) = on_disk()
    written(path, at)
    assert services.discard_orphans(at=at + 23 * HOUR)["files"] == 0
    assert services.discard_orphans(at=at + 25 * HOUR)["files"] == 1
    assert on_disk() == []
    assert not vault.path_of(file.pk).exists()


def test_upload_that_cannot_be_recorded_leaves_nothing(put, at, on_disk):
    nobody = UserFactory.build(pk=0)
    with pytest.raises(User.DoesNotExist), transaction.atomic():
        put("a.pdf", pdf(), by=nobody)
    assert on_disk() == []


def test_upload_that_died_is_forgotten_after_a_day(put, at, on_disk):
    put("a.pdf", pdf())
    left = vault.root() / vault.QUARANTINE / "tmpx"
    left.mkdir()
    (left / "received").write_bytes(b"x")
    written(left, at)
    assert services.discard_orphans(at=at + 23 * HOUR)["uploads"] == 0
    assert services.discard_orphans(at=at + 25 * HOUR)["uploads"] == 1
    assert not left.exists()


def test_row_nothing_refers_to_is_forgotten_after_a_day(
    put, at, on_disk, django_capture_on_commit_callbacks
):
    put("a.pdf", pdf())
    with django_capture_on_commit_callbacks(execute=True):
        assert services.discard_orphans(at=at + 23 * HOUR)["rows"] == 0
        assert services.discard_orphans(at=at + 25 * HOUR)["rows"] == 1
    assert not EvidenceFile.objects.exists()
    assert on_disk() == []


def test_lost_files_are_counted_and_their_rows_kept(put, at):
    file = put("a.pdf", pdf())
    vault.path_of(file.pk).unlink()
    assert services.discard_orphans(at=at)["missing"] == 1
    assert EvidenceFile.objects.exists()


def test_worker_discards(put, at, on_disk, django_capture_on_commit_callbacks):
    put("a.pdf", pdf(), at=at - timedelta(days=3650))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.discard_orphans()
    assert on_disk() == []


@pytest.mark.parametrize(
    "limit", [{"MAX_DAY_FILES": 2}, {"MAX_DAY_BYTES": 2 * len(pdf())}]
)
def test_one_person_uploads_so_much_a_day_and_no_more(put, at, on_disk, monkeypatch, limit):
    (name, value), user = next(iter(limit.items())), UserFactory()
    monkeypatch.setattr(services, name, value)
    put("a.pdf", pdf(), by=user)
    put("b.pdf", pdf(), by=user)
    with pytest.raises(EvidenceRefused, match="within a day"):
        put("c.pdf", pdf(), by=user)
    assert len(on_disk()) == 2
    put("c.pdf", pdf())
    put("c.pdf", pdf(), by=user, at=at + 25 * HOUR)


# --- the way out


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("name", "content"), [("合同 '1'.pdf", pdf()), ("a.jpg", picture()), ("a.docx", docx())]
)
def test_answer_lets_the_browser_do_nothing(put, name, content, inline):
    file = put(name, content)
    response = answer(file, inline=inline)
    may_show = inline and not name.endswith("docx")
    disposition = response["Content-Disposition"]
    assert disposition.startswith("inline" if may_show else "attachment")
    assert "filename*=UTF-8''" in disposition
    assert disposition.isascii()
    assert response["Content-Type"] == file.media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in response["Cache-Control"]
    assert len(b"".join(response.streaming_content)) == file.size_bytes


def test_chinese_name_travels_whole(put):
    response = answer(put("租赁合同.pdf", pdf()))
    encoded = "%E7%A7%9F%E8%B5%81%E5%90%88%E5%90%8C.pdf"
    assert response["Content-Disposition"] == f"attachment; filename*=UTF-8''{encoded}"


@pytest.mark.parametrize("path", ["/media/evidence/{}", "/evidence/{}", "/media/{}", "/static/{}"])
def test_no_address_leads_into_the_store(put, client, alice, path):
    file = put("a.pdf", pdf())
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    place = f"{file.pk.hex[:2]}/{file.pk}"
    assert client.get(path.format(place)).status_code == 404


def test_endless_request_is_refused_before_it_is_read(client, settings):
    settings.MAX_BODY_BYTES = 1000
    response = client.post("/accounts/login/", {"login": "x" * 2000})
    assert response.status_code == 413
    assert "20 MB" in response.content.decode()
