"""Duties in the bureau's admin: the year of a district, its records, and the table of the city."""

from datetime import date
from io import BytesIO

import pytest
from django.utils.timezone import localdate
from openpyxl import load_workbook

from evaluation.models import DutyEvidence, DutyFinding, DutyRecord
from evaluation.services import duties
from portal.audit.models import AuditEvent
from tests.factories.centers import CenterFactory
from tests.factories.duties import DutyFindingFactory, DutyRecordFactory
from tests.factories.evaluation import RunFactory
from tests.factories.events import HeldEventFactory
from tests.factories.evidence import paper
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
DISTRICT = "/admin/compliance/duties/310199/"
RECORD = f"{DISTRICT}record/guidance/"
THIS = localdate().year


@pytest.fixture
def asked(center, pack):
    return {
        "title": "规范化建设现场指导",
        "starts_on": f"{THIS}-01-01",
        "doc_no": "海民〔2026〕3号",
        "centers": [center.pk],
    }


def test_a_year_shows_every_duty_with_outcome_clause_and_what_to_do(desk, center, pack):
    page = words(desk.get(DISTRICT))
    for said in ("DD-11", "DD-42", "no data", "四(四)-2", "主动接受其他社会组织和社区居民的监督"):
        assert said in page
    assert f"Enter what was done in {THIS}, with its evidence." in page
    assert "can still be done" in page
    assert 'href="/desk/clauses/' in desk.get(DISTRICT).content.decode()


def test_evidence_opens_the_record_and_the_event_behind_it(desk, haitang, center, pack):
    record = DutyRecordFactory(district=haitang, centers=[center])
    event = HeldEventFactory(center=center, minutes="议定")
    page = desk.get(f"{DISTRICT}?year=2026").content.decode()
    assert f'href="/admin/compliance/duty-records/{record.pk}/"' in page
    assert f'href="/admin/centers/coordinationevent/{event.pk}/change/"' in page


def test_the_centers_that_are_missing_are_named(desk, haitang, center, pack, wutong):
    DutyRecordFactory(district=haitang, centers=[center])
    CenterFactory(code="C91", name="海棠区银杏街道社会组织服务中心", division=wutong)
    page = words(desk.get(f"{DISTRICT}?year=2026"))
    assert "1 of 2 centers were guided in 2026." in page
    assert "C91 海棠区银杏街道社会组织服务中心" in page


def test_a_record_is_entered_in_place_with_its_file(
    desk, asked, haitang, alice, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    form = desk.get(RECORD, headers={"HX-Request": "true"}).content.decode()
    assert "<form" in form
    assert "<html" not in form
    answer = desk.post(RECORD, asked | {"doc_no": "", "upload": paper("签到表.pdf")}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"{DISTRICT}?year={THIS}#guidance")
    record = DutyRecord.objects.get()
    assert (record.recorded_by, record.district) == (alice, haitang)
    proof = DutyEvidence.objects.get(record=record)
    detail = desk.get(f"/admin/compliance/duty-records/{record.pk}/")
    assert "签到表.pdf" in words(detail)
    file = desk.get(f"/admin/compliance/duty-records/{record.pk}/files/{proof.file_id}/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"starts_on": "2099-01-01"}, "__all__"),
        ({"centers": []}, "centers"),
        ({"upload": paper("表.exe")}, "upload"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused_and_what_was_typed_stays(
    desk, asked, changes, field
):
    answer = desk.post(RECORD, asked | changes)
    assert list(answer.context["form"].errors) == [field]
    assert "海民〔2026〕3号" in answer.content.decode()
    assert not DutyRecord.objects.exists()


def test_a_center_of_another_district_cannot_be_chosen(desk, asked, huangpu):
    answer = desk.post(RECORD, asked | {"centers": [CenterFactory(division=huangpu).pk]})
    assert list(answer.context["form"].errors) == ["centers"]


@pytest.mark.parametrize("kind", ["exchange", "cooperation", "nonsense"])
def test_what_is_no_record_has_no_form(desk, pack, haitang, kind):
    assert desk.get(f"{DISTRICT}record/{kind}/").status_code == 404


def test_a_year_that_is_over_can_be_said_to_have_had_none(desk, center, pack):
    last = THIS - 1
    assert f"State that {last} had none" in words(desk.get(f"{DISTRICT}?year={last}"))
    assert f"State that {THIS} had none" not in words(desk.get(DISTRICT))
    page = words(
        desk.post(f"{DISTRICT}none/link/?year={last}", {"note": "已核对"}, follow=True)
    )
    assert f"The bureau stated that there was none in {last}." in page
    assert "已核对" in page
    early = desk.post(f"{DISTRICT}none/link/?year={THIS}", {"note": "已核对"})
    assert "is not over" in words(early)


def test_voiding_asks_for_a_reason_and_keeps_the_record_on_file(desk, haitang, center, pack):
    record = DutyRecordFactory(district=haitang, centers=[center])
    url = f"/admin/compliance/duty-records/{record.pk}/"
    assert "reason" in desk.post(f"{url}void/", {"reason": ""}).context["void_form"].errors
    page = words(desk.post(f"{url}void/", {"reason": "重复登记"}, follow=True))
    assert "1 voided" in page
    assert "重复登记" in words(desk.get(url))
    assert "Void the record" not in words(desk.get(url))
    again = desk.post(f"{url}void/", {"reason": "重复登记"})
    assert "this record was voided" in words(again)


def test_a_result_is_entered_once(desk, haitang, center, pack):
    record = DutyRecordFactory(
        district=haitang, kind="lottery_application", result="pending", centers=[center]
    )
    url = f"/admin/compliance/duty-records/{record.pk}/"
    page = words(desk.post(f"{url}settle/", {"result": "approved"}, follow=True))
    assert "approved" in page
    assert "Enter the result" not in page


def test_the_export_tells_outcomes_and_evidence_and_is_on_the_trail(desk, haitang, center, pack):
    DutyRecordFactory(district=haitang, centers=[center], title="现场指导")
    answer = desk.get(f"{DISTRICT}export/?year=2026")
    assert answer.filename.startswith("Duties of ")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book["Duties"].iter_rows(values_only=True))
    assert [row[0] for row in rows if row[0] and row[0].startswith("DD-")][:2] == ["DD-11", "DD-20"]
    evidence = book["What they rest on"].iter_rows(values_only=True)
    told = [row for row in evidence if row[0] == "DD-20"]
    assert "现场指导" in told[0][2]
    assert book.sheetnames[0] == "About"
    assert [row[0] for row in book["Duties"].iter_rows(max_row=1, values_only=True)] == ["rule"]
    assert AuditEvent.objects.get(action="evaluation.duties.export").changes == {
        "year": [None, 2026]
    }


def test_the_export_is_chinese_in_a_chinese_session(alice_client, haitang, center, pack):
    answer = alice_client.get(f"{DISTRICT}export/?year=2026")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    headers = [cell.value for sheet in book.worksheets for cell in sheet[1]]
    assert not [each for each in headers if each.isascii()]


@pytest.mark.parametrize("typed", ["abc", "1999", f"{THIS + 1}", "20 26"])
def test_a_year_that_is_none_is_refused(desk, haitang, center, pack, typed):
    said = f"“{typed}” cannot be shown: choose a year from 2000 to {THIS}."
    assert said in words(desk.get(DISTRICT, {"year": typed}))
    for address in (f"{DISTRICT}export/", f"{DISTRICT}none/link/"):
        answer = desk.get(f"{address}?year={typed}", follow=True)
        assert answer.redirect_chain == [(f"{DISTRICT}?year={THIS}", 302)]
        assert said in words(answer)
    assert not AuditEvent.objects.filter(action="evaluation.duties.export").exists()


def test_a_statement_of_a_year_that_is_none_states_nothing(desk, haitang, center, pack):
    desk.post(f"{DISTRICT}none/link/?year=abc", {"note": "已核对"})
    assert not DutyRecord.objects.exists()


def test_a_voided_record_stays_behind_the_standing_ones_with_its_reason(
    desk, haitang, center, pack, alice, at
):
    keep = DutyRecordFactory(district=haitang, centers=[center], title="有效的指导")
    gone = DutyRecordFactory(district=haitang, centers=[center], title="误登的指导")
    duties.void(record=gone, reason="重复登记", by=alice, at=at)
    page = desk.get(f"{DISTRICT}?year={keep.starts_on.year}")
    (line,) = [each for each in page.context["lines"] if each["voided"]]
    assert line["line"].rule.kind == keep.kind
    assert "重复登记" in words(page)
    body = page.content.decode()
    assert body.index("有效的指导") < body.index("误登的指导")
    assert f'<s><a class="bureau-link" href="/admin/compliance/duty-records/{gone.pk}/">' in body


def test_the_leader_reads_and_enters_nothing(client_as, haitang, center, pack):
    client = client_as("district_leader")
    record = DutyRecordFactory(district=haitang, centers=[center])
    assert "Enter:" not in words(client.get(DISTRICT))
    assert client.get(RECORD).status_code == 403
    assert client.post(
        f"/admin/compliance/duty-records/{record.pk}/void/", {"reason": "x"}
    ).status_code == 403


def test_another_districts_records_are_not_there(bob_client, haitang, center, pack):
    record = DutyRecordFactory(district=haitang, centers=[center])
    for url in (DISTRICT, f"{DISTRICT}export/", RECORD, f"{DISTRICT}none/link/"):
        assert bob_client.get(url).status_code == 404
    assert bob_client.get(f"/admin/compliance/duty-records/{record.pk}/").status_code == 404


def test_the_city_sees_every_district_and_opens_none(client_as, shanghai, haitang, huangpu, pack):
    run = RunFactory(division=haitang, pack=pack)
    for district, outcome in ((haitang, "met"), (huangpu, "not_met")):
        DutyFindingFactory(
            division=district,
            year=THIS,
            as_of=date(THIS, 1, 1),
            outcome=outcome,
            reason="declared_none",
            run=run,
            pack=pack,
        )
    client = client_as("municipal_viewer", shanghai)
    page = words(client.get("/admin/compliance/duties/"))
    assert "海棠区" in page
    assert "黄浦区" in page
    assert "1 / 1" in page
    assert "0 / 1" in page
    assert client.get(DISTRICT).status_code == 403
    assert DutyFinding.objects.count() == 2


def test_an_officer_goes_straight_to_the_own_district(desk, haitang, pack):
    answer = desk.get("/admin/compliance/duties/")
    assert answer.headers["Location"] == f"{DISTRICT}?year={THIS}"


def test_statements_stand_beside_the_duty(desk, haitang, center, pack, alice, at):
    duties.declare_none(
        district=haitang, kind="exchange", year=2025, note="全年停办", by=alice, at=at
    )
    assert "全年停办" in words(desk.get(f"{DISTRICT}?year=2025"))
