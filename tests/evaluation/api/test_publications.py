"""Publications over the API: what was ever published, what was withdrawn without what it said."""

import json

import pytest

from evaluation.services import publications
from tests.api import Api
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db
HOURS = "周一至周五9:00-17:00"


@pytest.fixture
def client_of():
    """(division, data sets) → a client whose token opens them there."""

    def open_account(division, *datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return Api(issue(user, datasets or ("publication",)))

    return open_account


@pytest.fixture
def api(client_of, haitang):
    return client_of(haitang)


@pytest.fixture
def text(golden, alice, at):
    made = publications.prepare(center=golden["C01"], item="contact", year=2026, by=alice, at=at)
    publications.edit(
        publication=made, version=1, title="", texts={"hours": HOURS}, by=alice, at=at
    )
    return publications.publish(
        publication=made, version=made.version, is_checked=True, by=alice, at=at
    )


def test_a_text_is_read_as_residents_read_it(api, text):
    document = api.json(f"publications/X{text.pk}/")
    said = {each["key"]: each["value"] for each in document["content"]["fields"]}
    assert said["hours"] == HOURS
    assert (document["center_code"], document["on_time"]) == ("C01", True)
    assert document["sha256"] == text.sha256
    assert "source" not in json.dumps(document["content"])


def test_a_draft_is_read_nowhere(api, golden, alice, at):
    draft = publications.prepare(center=golden["C01"], item="contact", year=2026, by=alice, at=at)
    assert api.rows("publications/") == []
    assert api.get(f"publications/X{draft.pk}/").status_code == 404


def test_what_was_withdrawn_keeps_its_place_without_its_content(api, text, alice, at):
    publications.withdraw(publication=text, version=text.version, note="地址有误", by=alice, at=at)
    (row,) = api.rows("publications/")
    assert (row["status"], row["withdraw_note"], row["content"]) == ("withdrawn", "地址有误", None)
    assert row["withdrawn_on"] == "2026-03-02"
    assert HOURS not in json.dumps(row, ensure_ascii=False)


def test_what_was_replaced_keeps_its_place_without_its_content(api, text, golden, alice, at):
    new = publications.prepare(center=golden["C01"], item="contact", year=2026, by=alice, at=at)
    publications.edit(
        publication=new, version=1, title="", texts={"hours": "周末休息"}, by=alice, at=at
    )
    publications.publish(publication=new, version=new.version, is_checked=True, by=alice, at=at)
    rows = {row["code"]: row for row in api.rows("publications/")}
    old = rows[f"X{text.pk}"]
    assert (old["status"], old["content"], old["sha256"]) == ("replaced", None, text.sha256)
    assert HOURS not in json.dumps(old, ensure_ascii=False)
    assert rows[f"X{new.pk}"]["content"] is not None


def test_of_other_districts_and_without_the_data_set_nothing_is_read(
    client_of, huangpu, haitang, text
):
    assert client_of(huangpu).rows("publications/") == []
    assert client_of(haitang, "compliance").get("publications/").status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"center": "C01"}, 1),
        ({"center": "C02"}, 0),
        ({"item": "contact"}, 1),
        ({"item": "services"}, 0),
        ({"status": "published"}, 1),
        ({"status": "withdrawn"}, 0),
        ({"division": "310199"}, 1),
    ],
)
def test_rows_are_narrowed(api, text, query, count):
    assert len(api.rows("publications/", **query)) == count


def test_an_unknown_item_is_refused(api):
    assert api.get("publications/", item="x").status_code == 400
