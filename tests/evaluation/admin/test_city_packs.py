"""Yearly packs at the desks: built by an officer, submitted by the leader, read by the city."""

import csv
import io
import zipfile
from datetime import date
from hashlib import sha256

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import CityPack
from evaluation.resources import city_packs as files
from evaluation.services import city_packs
from portal.audit.models import AuditEvent
from portal.jurisdictions.models import Division
from tests.factories.city_packs import CityPackFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

BUILD = "/admin/evaluation/citypack/build/"
LIST = "/admin/evaluation/citypack/"
COMPARISON = "/admin/compliance/city-packs/"


@pytest.fixture
def city_client(client_for, shanghai):
    city = UserFactory(username="city", full_name="市级", is_staff=True)
    RoleAssignmentFactory(user=city, role="municipal_viewer", division=shanghai)
    return client_for(city)


@pytest.fixture
def leader_client(client_for, leader):
    return client_for(leader)


@pytest.fixture
def built(golden, haitang, alice, at):
    return city_packs.build(
        district=haitang,
        year=2025,
        as_of=date(2025, 12, 31),
        notes=[{"figure": "money.purchase", "kind": "exception", "text": "=两份合同跨年"}],
        by=alice,
        at=at,
    )


@pytest.fixture
def submitted(built, leader, at):
    return city_packs.submit(pack=built, version=built.version, signer="郭局长", by=leader, at=at)


def own(pack, verb="change"):
    return reverse(f"admin:evaluation_citypack_{verb}", args=[pack.pk])


def asked(haitang, **changes):
    notes = {
        "notes-TOTAL_FORMS": "2",
        "notes-INITIAL_FORMS": "0",
        "notes-0-figure": "standards.ST-04",
        "notes-0-kind": "practice",
        "notes-0-text": "配备双人专职。",
        "notes-1-figure": "",
        "notes-1-kind": "",
        "notes-1-text": "",
    }
    return {"district": haitang.pk, "year": 2025, "as_of": "2025-12-31", **notes, **changes}


# --- the district


def test_an_officer_builds_a_pack_with_an_explanation(alice_client, golden, haitang):
    page = alice_client.get(BUILD, headers={"accept-language": "zh-hans"})
    assert page.status_code == 200
    response = alice_client.post(BUILD, asked(haitang))
    pack = CityPack.objects.get()
    assert response["Location"] == own(pack)
    shown = alice_client.get(own(pack)).content.decode()
    for text in ("配备双人专职。", "87.50", pack.sha256, "48.75"):
        assert text in shown


def test_a_second_version_without_a_reason_keeps_what_was_typed(alice_client, built, haitang):
    response = alice_client.post(BUILD, asked(haitang))
    assert response.status_code == 200
    assert "配备双人专职。" in response.content.decode()
    assert CityPack.objects.count() == 1
    assert alice_client.post(BUILD, asked(haitang, reason="补报")).status_code == 302


def test_the_page_proposes_the_explanations_of_the_version_before(alice_client, built, haitang):
    shown = alice_client.get(f"{BUILD}?year=2025&district={haitang.code}").content.decode()
    assert "=两份合同跨年" in shown


def test_an_explanation_half_written_is_refused(alice_client, golden, haitang):
    response = alice_client.post(BUILD, asked(haitang, **{"notes-1-text": "没有选指标"}))
    assert response.status_code == 200
    assert response.context["notes"].forms[1].errors.keys() == {"figure", "kind"}
    assert "没有选指标" in response.content.decode()
    assert not CityPack.objects.exists()


def test_an_explanation_that_is_emptied_is_left_out(alice_client, built, haitang):
    emptied = {"notes-INITIAL_FORMS": "1", "notes-0-figure": "", "notes-0-kind": ""}
    posted = asked(haitang, reason="撤回说明", **emptied | {"notes-0-text": ""})
    assert alice_client.post(BUILD, posted).status_code == 302
    assert CityPack.objects.get(number=2).notes == []


def test_whoever_built_it_is_told_that_somebody_else_submits(alice_client, built):
    page = alice_client.get(own(built))
    assert not page.context["may_submit"]
    assert alice_client.get(own(built, "submit")).status_code == 403


def test_the_leader_submits_and_the_version_stands(leader_client, built):
    response = leader_client.post(
        own(built, "submit"), {"signer": "郭局长", "version": built.version}
    )
    assert response.status_code == 302
    built.refresh_from_db()
    assert (built.status, built.signer) == ("submitted", "郭局长")
    again = leader_client.post(own(built, "submit"), {"signer": "郭", "version": built.version})
    assert again.status_code == 200
    assert again.context["form"].errors


def test_a_version_is_given_up(alice_client, built):
    alice_client.post(own(built, "drop"), {"reason": "口径有误", "version": built.version})
    built.refresh_from_db()
    assert built.status == "dropped"


def test_verifying_says_that_every_byte_is_the_same(alice_client, built):
    page = alice_client.post(own(built, "verify"), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success"]
    assert alice_client.get(own(built, "verify")).status_code == 405


def test_what_proves_a_figure_is_listed(alice_client, built):
    page = alice_client.get(own(built, "evidence"), {"figure": "standards.ST-04"})
    keys = {each["key"] for _kind, each in page.context["rows"]}
    assert "C03/ST-04/2025-12-31" in keys
    assert not any("/ST-05/" in key for key in keys)
    assert alice_client.get(own(built, "evidence"), {"figure": "nothing"}).status_code == 404


def test_the_whole_index_is_read_page_by_page(alice_client, built):
    first = alice_client.get(own(built, "evidence"))
    rows = first.context["rows"]
    assert (len(rows), rows.paginator.count > 300) == (200, True)
    assert f"{rows.paginator.count} " in first.content.decode()
    last = alice_client.get(own(built, "evidence"), {"page": rows.paginator.num_pages})
    assert {each["key"] for _kind, each in rows}.isdisjoint(
        each["key"] for _kind, each in last.context["rows"]
    )
    assert "?page=1" in last.content.decode() or rows.paginator.num_pages > 2


# --- the city (domain reference §10.12)


def test_the_city_sees_a_pack_once_it_is_submitted(city_client, built, leader, at):
    assert city_client.get(own(built)).status_code == 404
    assert built.division.name not in city_client.get(LIST).content.decode()
    found = city_client.get(COMPARISON, {"year": "2025"}).context["found"]
    assert found.districts == []
    assert built.division in found.missing
    city_packs.submit(pack=built, version=built.version, signer="郭局长", by=leader, at=at)
    assert city_client.get(own(built)).status_code == 200
    found = city_client.get(COMPARISON, {"year": "2025"}).context["found"]
    assert [each.code for each in found.districts] == ["310199"]
    assert built.division not in found.missing


def test_the_city_reads_of_single_centers_once_the_district_submitted(
    city_client, built, golden, leader, at
):
    read = ("change", "evidence", "archive", "workbook", "paper")
    assert {city_client.get(own(built, verb)).status_code for verb in read} == {404}
    assert city_client.post(own(built, "verify")).status_code == 404
    city_packs.submit(pack=built, version=built.version, signer="郭局长", by=leader, at=at)
    assert {city_client.get(own(built, verb)).status_code for verb in read} == {200}
    page = city_client.get(own(built))
    told = {each.code: each for each, _mark in page.context["centers"]}
    assert told.keys() == golden.keys()
    assert told["C01"].rollup == "compliant"
    assert "ST-04" in told["C03"].not_met
    assert f"C01 {golden['C01'].name}" in page.content.decode()
    # What the district did not submit stays its own.
    center = reverse("compliance:center", args=["C01"])
    assert city_client.get(center).status_code in (403, 404)


def test_the_city_changes_nothing(city_client, submitted):
    assert city_client.get(BUILD).status_code == 403
    for verb in ("submit", "drop"):
        assert city_client.get(own(submitted, verb)).status_code == 403


def test_another_district_sees_none_of_it(bob_client, submitted):
    for verb in ("change", "evidence", "archive", "workbook", "paper"):
        assert bob_client.get(own(submitted, verb)).status_code == 404
    assert bob_client.post(own(submitted, "verify")).status_code == 404
    found = bob_client.get(COMPARISON, {"year": "2025"}).context["found"]
    assert found.districts == []


@pytest.fixture
def four(shanghai, submitted, leader, at):
    """Four districts that submitted, with a share each."""
    shares = {"310101": "90.00", "310104": "70.00", "310105": None}
    for code, share in shares.items():
        value = "null" if share is None else f'"{share}"'
        text = (
            '{"figures":[{"group":"coverage","key":"coverage.rate","unit":"percent","value":'
            f'{value},"numerator":1,"denominator":1,"of":"townships","parts":{{}},'
            '"last_year":null,"change":null,"evidence":[]}]}'
        )
        CityPackFactory(
            division=Division.objects.get(code=code),
            content=text,
            status="submitted",
            submitted_by=leader,
            submitted_at=at,
            signer="某局长",
        )


def test_districts_stand_side_by_side_with_who_could_learn_from_whom(city_client, four):
    page = city_client.get(COMPARISON, {"year": "2025", "figure": "coverage.rate"})
    bars = [(bar["name"], bar["value"]) for bar in page.context["chosen"]["bars"]]
    assert bars[0] == ("海棠区", "100.00")
    assert [value for _name, value in bars] == ["100.00", "90.00", "70.00", None]
    suggested = page.context["suggestions"]
    assert [(each["strong"], each["weak"], each["gap"]) for each in suggested] == [
        ("海棠区", "徐汇区", "30.00")
    ]
    shown = page.content.decode()
    assert shown.count("<rect") == 3
    assert "某局长" not in shown


def test_the_comparison_shows_the_year_before(city_client, submitted):
    page = city_client.get(COMPARISON, {"year": "2025", "figure": "standards.ST-04"})
    (bar,) = page.context["chosen"]["bars"]
    assert (bar["value"], bar["last_year"], bar["change"]) == ("87.50", "75.00", "+12.50")
    assert "+12.50" in page.content.decode()


def test_the_comparison_is_taken_out_as_a_workbook(city_client, four, submitted):
    response = city_client.get(COMPARISON + "export/", {"year": "2025"})
    book = load_workbook(io.BytesIO(response.getvalue()), read_only=True)
    figures = list(book.worksheets[0].values)
    (share,) = [row for row in figures if row[2:] and row[2] == "90.00"]
    assert sorted(figures[0][2:]) == sorted(["黄浦区", "徐汇区", "长宁区", "海棠区"])
    told = dict(zip(figures[0], share, strict=True))
    assert (told["徐汇区"], told["长宁区"], told["海棠区"]) == ("70.00", None, "100.00")
    suggested = list(book.worksheets[2].values)[1:]
    assert [(row[1], row[3], row[5]) for row in suggested] == [("海棠区", "徐汇区", "30.00")]
    taken = AuditEvent.objects.filter(action="evaluation.city_pack.export")
    assert taken.count() == 4
    assert taken.filter(target_id=str(submitted.pk)).get().changes == {
        "format": [None, "comparison"]
    }


def test_there_is_no_workbook_of_a_year_that_nobody_submitted(city_client, built):
    assert city_client.get(COMPARISON + "export/", {"year": "2025"}).status_code == 404
    assert not AuditEvent.objects.filter(action="evaluation.city_pack.export").exists()


# --- files


def test_the_zip_holds_what_was_hashed_and_is_the_same_twice(alice_client, built, alice):
    response = alice_client.get(own(built, "archive"))
    assert 'filename="310199-2025-v1.zip"' in response["Content-Disposition"]
    assert response.content == files.archive(built)
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert sha256(parts["content.json"]).hexdigest() == built.sha256
    for line in parts["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(parts[name]).hexdigest() == digest
    event = AuditEvent.objects.get(action="evaluation.city_pack.export")
    assert event.changes == {"format": [None, "zip"]}


def test_the_tables_of_the_zip_are_read_by_spreadsheets_as_text(built):
    with zipfile.ZipFile(io.BytesIO(files.archive(built))) as packed:
        text = packed.read("figures.csv").decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text))}
    assert rows["coverage.rate"][3] == "100.00"
    assert rows["people.social_workers"][3] == ""
    assert rows["money.welfare_lottery"][3] == "0.00"
    assert not any(cell.startswith(("=", "@")) for row in rows.values() for cell in row)


def test_the_workbook_holds_figures_and_evidence(alice_client, built):
    response = alice_client.get(own(built, "workbook"))
    book = load_workbook(io.BytesIO(response.content), read_only=True)
    figures = list(book.worksheets[1].values)
    values = {row[0]: row[3] for row in figures}
    assert values["premises.area"] == "440.50"
    assert values["mechanism.exchanges"] is None
    centers = {row[0]: row for row in book.worksheets[2].values}
    assert (centers["C01"][3], centers["C01"][5]) == ("达标", None)
    assert "ST-04" in centers["C03"][5]
    assert len(list(book.worksheets[3].values)) > 300


def test_the_workbook_says_nothing_of_the_hour_it_was_written_at(built):
    first, second = io.BytesIO(), io.BytesIO()
    files.workbook(first, built)
    files.workbook(second, built)
    assert first.getvalue() == second.getvalue()
    with zipfile.ZipFile(first) as packed:
        told = packed.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}
    assert told.count(f">{built.built_at:%Y-%m-%dT%H:%M:%SZ}<") == 2


def test_the_paper_is_the_same_twice_and_names_its_hash(alice_client, submitted):
    response = alice_client.get(own(submitted, "paper"))
    assert response.content == files.paper(submitted)
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        text = packed.read("word/document.xml").decode()
    assert submitted.sha256 in text
    assert "=两份合同跨年" in text
