"""The desk's pages of workbooks: uploaded, looked at, confirmed, fetched; by whoever may."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import Organization, Transfer
from organizations.services import transfers
from portal.audit.models import AuditEvent
from portal.users.models import RoleAssignment
from tests.factories.organizations import CreditListingFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.organizations.conftest import ORGANIZATION

pytestmark = pytest.mark.django_db

BASE = "/admin/organizations/transfer/"
HTMX = {"HX-Request": "true"}


def work(transfer):
    transfers.work(transfer_id=transfer.pk, at=timezone.now())
    transfer.refresh_from_db()
    return transfer


@pytest.fixture
def uploaded(alice_client, wutong, save, settings, tmp_path):
    """What alice uploads on the page, as it waits."""
    settings.MEDIA_ROOT = str(tmp_path / "media")

    def run(rows):
        path = save(rows)
        data = {
            "table": "organizations",
            "district": "310199",
            "workbook": SimpleUploadedFile(path.name, path.read_bytes()),
        }
        response = alice_client.post(f"{BASE}upload/", data)
        transfer = Transfer.objects.get()
        assert response.url == f"{BASE}{transfer.pk}/change/"
        return transfer

    return run


def test_upload_is_checked_looked_at_and_confirmed(alice_client, uploaded):
    transfer = uploaded([ORGANIZATION])
    page = alice_client.get(f"{BASE}{transfer.pk}/change/").text
    assert "排队中" in page
    state = alice_client.get(f"{BASE}{transfer.pk}/state/", headers=HTMX)
    assert "HX-Refresh" not in state.headers
    work(transfer)
    state = alice_client.get(f"{BASE}{transfer.pk}/state/", headers=HTMX)
    assert state.headers["HX-Refresh"] == "true"
    assert "已检查，待确认" in alice_client.get(f"{BASE}{transfer.pk}/change/").text
    form = {"mode": "all_or_nothing", "version": transfer.version}
    alice_client.post(f"{BASE}{transfer.pk}/confirm/", form)
    work(transfer)
    assert transfer.status == "done"
    assert Organization.objects.get().name == ORGANIZATION["名称"]


def test_page_names_place_value_and_reason_and_gives_the_workbook_back(alice_client, uploaded):
    bad = ORGANIZATION | {"统一社会信用代码": "52310199MJQ00002XK", "从业人员数": "10余人"}
    transfer = work(uploaded([ORGANIZATION, bad]))
    page = alice_client.get(f"{BASE}{transfer.pk}/change/").text
    for words in ("G3", "从业人员数", "10余人", "仅导入无误行"):
        assert words in page
    answer = alice_client.get(f"{BASE}{transfer.pk}/file/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[0] == "检查结果"


def test_confirmation_of_a_page_that_is_old_is_told(alice_client, uploaded):
    transfer = work(uploaded([ORGANIZATION]))
    form = {"mode": "all_or_nothing", "version": transfer.version - 1}
    page = alice_client.post(f"{BASE}{transfer.pk}/confirm/", form, follow=True).text
    assert "没有做任何更改" in page or "请重新打开" in page or "请刷新" in page
    transfer.refresh_from_db()
    assert transfer.status == "checked"


def test_confirmation_without_a_choice_is_told(alice_client, uploaded):
    transfer = work(uploaded([ORGANIZATION]))
    page = alice_client.post(f"{BASE}{transfer.pk}/confirm/", {}, follow=True).text
    assert "请选择全部导入还是仅导入无误行" in page


def test_discarded_upload_is_given_up(alice_client, uploaded):
    transfer = work(uploaded([ORGANIZATION]))
    alice_client.post(f"{BASE}{transfer.pk}/cancel/", {"version": transfer.version})
    transfer.refresh_from_db()
    assert transfer.status == "cancelled"


def test_strangers_get_no_page_and_no_file(uploaded, bob_client, diane_client):
    transfer = work(uploaded([ORGANIZATION, ORGANIZATION]))
    for part in ("change/", "file/", "state/"):
        assert bob_client.get(f"{BASE}{transfer.pk}/{part}").status_code == 404
        assert diane_client.get(f"{BASE}{transfer.pk}/{part}").status_code == 302


def test_nobody_uploads_for_another_district(bob_client, wutong, huangpu, save):
    path = save([ORGANIZATION])
    data = {
        "table": "organizations",
        "district": "310199",
        "workbook": SimpleUploadedFile(path.name, path.read_bytes()),
    }
    assert bob_client.post(f"{BASE}upload/", data).status_code == 200
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("name", ["表.xls", "表.csv"])
def test_other_kinds_of_files_are_refused_in_the_form(alice_client, wutong, name):
    data = {
        "table": "organizations",
        "district": "310199",
        "workbook": SimpleUploadedFile(name, b"x"),
    }
    assert "xlsx" in alice_client.post(f"{BASE}upload/", data).text
    assert not Transfer.objects.exists()


def test_template_has_the_headers_and_a_guide(alice_client, wutong):
    answer = alice_client.get(f"{BASE}template/teams/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["群众活动团队", "填表说明"]
    assert book["群众活动团队"]["B1"].value == "群团名称●"
    assert alice_client.get(f"{BASE}template/persons/").status_code == 404


def test_export_is_asked_for_and_fetched(alice_client, wutong, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    alice_client.post(f"{BASE}export/", {"table": "organizations", "district": "310199"})
    transfer = work(Transfer.objects.get())
    answer = alice_client.get(f"{BASE}{transfer.pk}/file/")
    assert "%E6%B5%B7%E6%A3%A0%E5%8C%BA-" in answer.headers["Content-Disposition"]
    assert (transfer.status, transfer.row_count) == ("done", 0)


def test_credit_list_is_taken_out_from_its_own_page(
    alice_client, bob_client, haitang, alice, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    CreditListingFactory(district=haitang, entered_by=alice)
    answer = alice_client.get("/admin/organizations/creditlisting/take-out/")
    assert answer.url == f"{BASE}export/?table=credit_list"
    assert alice_client.get(answer.url).context["form"]["table"].value() == "credit_list"
    alice_client.post(answer.url, {"table": "credit_list", "district": "310199"})
    transfer = work(Transfer.objects.get())
    page = alice_client.get(f"{BASE}{transfer.pk}/change/").text
    assert "/admin/organizations/creditlisting/?division=310199" in page
    file = alice_client.get(f"{BASE}{transfer.pk}/file/")
    rows = list(load_workbook(io.BytesIO(b"".join(file.streaming_content)))["名录"].values)
    assert [row[0] for row in rows] == ["统一社会信用代码", "52310199MJF1000166"]
    assert bob_client.get(f"{BASE}{transfer.pk}/file/").status_code == 404


def test_credit_list_has_no_numbers_to_open_and_is_not_uploaded(alice_client, wutong, save):
    page = alice_client.post(
        f"{BASE}export/",
        {"table": "credit_list", "district": "310199", "with_personal": "on", "purpose": "核对"},
    )
    assert "with_personal" in page.context["form"].errors
    workbook = SimpleUploadedFile("名录.xlsx", save([ORGANIZATION]).read_bytes())
    data = {"table": "credit_list", "district": "310199", "workbook": workbook}
    assert "table" in alice_client.post(f"{BASE}upload/", data).context["form"].errors
    assert alice_client.get(f"{BASE}template/credit_list/").status_code == 404
    assert not Transfer.objects.exists()


def test_export_of_open_numbers_asks_for_the_purpose(alice_client, wutong):
    data = {"table": "organizations", "district": "310199", "with_personal": "on"}
    page = alice_client.post(f"{BASE}export/", data).text
    assert "请说明需要电话号码的用途" in page
    assert not Transfer.objects.exists()


@pytest.fixture
def colleague_client(client_for, haitang):
    """An officer of 海棠区 who asked for none of this."""
    user = UserFactory(username="colleague", full_name="李经办", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_officer", division=haitang)
    return client_for(user)


def test_upload_is_given_back_to_whoever_uploaded_alone(alice_client, uploaded, colleague_client):
    transfer = work(uploaded([ORGANIZATION, ORGANIZATION]))
    link = f"{BASE}{transfer.pk}/file/"
    assert link in alice_client.get(f"{BASE}{transfer.pk}/change/").text
    assert alice_client.get(link).status_code == 200
    assert link not in colleague_client.get(f"{BASE}{transfer.pk}/change/").text
    assert colleague_client.get(link).status_code == 403


@pytest.mark.parametrize(("has_numbers", "status"), [(True, 403), (False, 200)])
def test_export_with_open_numbers_is_for_whoever_gave_the_purpose(
    alice, alice_client, haitang, colleague_client, settings, tmp_path, has_numbers, status
):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    transfer = work(
        transfers.request_export(
            table="organizations",
            district=haitang,
            with_personal=has_numbers,
            purpose="联络" if has_numbers else "",
            by=alice,
            at=timezone.now(),
        )
    )
    link = f"{BASE}{transfer.pk}/file/"
    assert colleague_client.get(link).status_code == status
    assert alice_client.get(link).status_code == 200
    assert AuditEvent.objects.filter(action="organizations.transfer.fetch", actor_id=alice.pk)
    RoleAssignment.objects.filter(user=alice).delete()
    assert alice_client.get(link).status_code in (302, 403, 404)
