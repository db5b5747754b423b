"""Rectification at the desk of a center."""

import pytest
from django.urls import reverse

from evaluation.models import ItemEvidence, ItemExtension, Rectification
from tests.factories.evidence import photo
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue
from tests.flows.pages import in_english

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(center, diane, alice):
    """What C90 has to put right."""
    made = ItemFactory(
        rectification=RectificationFactory(center=center, opened_by=alice),
        due_on="2036-03-31",
        first_due_on="2036-03-31",
    )
    issue(made.rectification)
    return made


@pytest.fixture
def client(client_for, diane):
    return in_english(client_for(diane))


def page(name, *args):
    return reverse(f"evaluation:rectification{name}", args=args)


def test_the_director_reads_receives_and_answers(client, item, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    shown = client.get(page("-list", "C90")).content.decode()
    assert "0 of 1 items" in shown
    detail = page("", item.rectification_id)
    assert "现场未设置标识。" in client.get(detail).content.decode()
    client.post(page("-receive", item.rectification_id))
    assert Rectification.objects.get().received_at is not None
    values = {"text": "已设置。", "version": item.version}
    refused = client.post(page("-respond", item.pk), values).content.decode()
    assert "已设置。" in refused
    assert "kept" in refused
    client.post(page("-respond", item.pk), values | {"upload": photo()})
    item.refresh_from_db()
    assert item.status == "answered"
    evidence = ItemEvidence.objects.get()
    assert client.get(page("-file", evidence.pk)).status_code == 200
    assert evidence.file.original_name in client.get(detail).content.decode()


def test_a_file_is_nobody_elses(client, item, client_for, charlie, bob, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    values = {"text": "已设置。", "version": item.version, "upload": photo()}
    client.post(page("-respond", item.pk), values)
    evidence = ItemEvidence.objects.get()
    for who in (charlie, bob):
        assert client_for(who).get(page("-file", evidence.pk)).status_code == 404
        assert client_for(who).get(page("", item.rectification_id)).status_code == 404


def test_more_time_is_asked_for(client, item):
    ask = page("-extend", item.pk)
    early = client.post(ask, {"until": "2036-03-31", "reason": "材料未到"}).content.decode()
    assert "choose a later day" in early
    assert "材料未到" in early
    client.post(ask, {"until": "2036-04-20", "reason": "材料未到"})
    assert ItemExtension.objects.get().status == "asked"


def test_the_page_of_the_rule_names_the_item(client, item, pack, center):
    shown = client.get(reverse("evaluation:finding", args=["C90", "ST-09"])).content.decode()
    assert item.rectification.rectification_no in shown
