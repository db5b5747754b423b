"""What one center declared, and what never leaves the house."""

from datetime import timedelta

import pytest

from centers.api.facts import CLOSED, COLUMNS, OPEN
from centers.models import ROW_MODELS, Section
from centers.selectors import declared_fields
from tests.conftest import AT
from tests.factories.organizations import WorkRecordFactory

pytestmark = pytest.mark.django_db
LISTS = ("centers", "rounds", "obligations", "filings", "organizations", "teams", "casework")


@pytest.mark.parametrize("kind", Section.Kind)
def test_every_column_is_open_or_closed_on_purpose(kind):
    """A new column is closed until somebody decides; a note is closed everywhere."""
    opened, closed = set(COLUMNS[kind]), set(CLOSED[kind])
    assert not opened & (closed | {"note"})
    assert opened | closed | {"note"} == set(declared_fields(kind))


@pytest.mark.parametrize("kind", Section.Kind)
def test_a_field_may_be_null_where_its_column_may(kind):
    """What a column allows to be blank is null for machines."""
    for field in OPEN[kind]:
        column = ROW_MODELS[kind]._meta.get_field(field.name)
        if field.type != "list(choice)":
            assert field.nullable == (column.null or column.blank), field.name


def test_facts_are_rows_in_force_with_their_filing(golden, api):
    facts = api.json("centers/C05/facts/", as_of="2025-12-31")
    assert (facts["code"], facts["as_of"], facts["known_at"]) == ("C05", "2025-12-31", None)
    assert list(facts["sections"]) == [kind.value for kind in Section.Kind]
    premises = facts["sections"]["premises"]
    assert premises["filing"].startswith("F")
    assert premises["accepted_at"] == "2026-03-02T09:00:00+08:00"
    assert list(premises["rows"][0]) == list(COLUMNS["premises"])
    assert premises["rows"][0]["exclusive_area_m2"] == "18.00"


def test_a_section_never_filed_is_null_and_an_empty_one_has_no_rows(center, api, accept):
    accept(center, "governance", [])
    sections = api.json("centers/C90/facts/")["sections"]
    assert sections["governance"]["rows"] == []
    assert sections["staff"] is None


def test_facts_as_they_were_known(center, api, accept):
    accept(center, "governance", [{"member_count": 3}])
    accept(center, "governance", [{"member_count": 5}], at=AT + timedelta(hours=1))
    known = api.json("centers/C90/facts/", as_of="2026-03-02", known_at=AT.isoformat())
    assert known["sections"]["governance"]["rows"][0]["member_count"] == 3
    assert known["known_at"] == "2026-03-02T09:00:00+08:00"
    assert api.refused("centers/C90/facts/", 400, known_at=AT.isoformat())


def test_one_section_can_be_asked_for(golden, api):
    part = api.json("centers/C05/facts/", fields="code,sections.staff")
    assert list(part) == ["code", "sections"]
    assert list(part["sections"]) == ["staff"]
    problem = api.refused("centers/C05/facts/", 400, fields="sections.person")
    assert problem["code"] == "unknown_field"


def test_no_person_no_telephone_and_no_note_leaves_the_house(private, api, alice):
    """Whatever is asked in whatever form, no closed column is in it."""
    said = {"title": "CANARY标题", "served": "CANARY对象", "note": "CANARY备注"}
    WorkRecordFactory(center=private, recorded_by=alice, **said)
    answers = [api.get("centers/C90/facts/")]
    for name in LISTS:
        answers += [api.get(f"{name}{form}") for form in ("/", ".ndjson", ".csv")]
    for answer in answers:
        assert answer.status_code == 200
        body = b"".join(answer) if answer.streaming else answer.content
        assert b"CANARY" not in body
    facts = answers[0].json()["sections"]
    assert all(facts[kind]["rows"] for kind in facts)


@pytest.mark.parametrize(
    "path",
    ["centers/%00/", "centers/%00/facts/", "rounds/R%00/", "divisions/%00/", "organizations/%00/"],
)
def test_what_no_code_can_hold_is_not_found(db, api, path):
    assert api.refused(path, 404)["code"] == "not_found"
