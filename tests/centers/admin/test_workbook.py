"""The district's workbook in the bureau's admin."""

import io
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from centers.models import Filing
from portal.audit.models import AuditEvent
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
IMPORT = "/admin/centers/center/import/"
EXPORT = "/admin/centers/center/export/310199/?as_of=2026-03-02"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "imports"


@pytest.fixture
def exported(desk, golden):
    """The export, as the bytes of an .xlsx."""
    return b"".join(desk.get(EXPORT).streaming_content)


def with_cell(content, sheet, header, value):
    """The workbook with the first filled cell under a header replaced."""
    book = load_workbook(io.BytesIO(content))
    page = book[sheet]
    column = next(cell.column for cell in page[1] if header in str(cell.value))
    page.cell(2, column).value = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(client, content, district="310199", name="表.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(IMPORT, {"district": district, "workbook": file})


def token_of(response):
    return response.context["token"]


def test_export_taken_in_again_would_change_nothing(desk, exported):
    preview = upload(desk, exported).context["preview"]
    assert (preview.errors, preview.entered, preview.changed) == ([], [], [])
    assert len(preview.unchanged) == 8


def test_export_is_named_in_chinese_with_its_day_and_audited(desk, golden, alice):
    response = desk.get(EXPORT)
    assert "海棠区-" in unquote(response["Content-Disposition"])
    assert "-2026-03-02.xlsx" in unquote(response["Content-Disposition"])
    event = AuditEvent.objects.get(action="centers.workbook.export")
    assert (event.actor_id, event.division_path) == (alice.pk, "310000/310199/")


def test_check_shows_an_error_with_its_cell_and_writes_nothing(desk, exported):
    before = Filing.objects.count()
    broken = with_cell(exported, "中心", "统一社会信用代码", "52310199MJF1000167")
    response = upload(desk, broken)
    assert "code_check" in words(response)
    assert "52310199MJF1000167" in words(response)
    assert b"import/confirm/" not in response.content
    assert Filing.objects.count() == before


def test_confirm_writes_what_was_checked(desk, exported, media):
    checked = upload(desk, with_cell(exported, "场所", "自用面积", 123))
    assert checked.context["preview"].section_count == 1
    assert Filing.objects.filter(source="import").count() == 0
    response = desk.post(f"{IMPORT}confirm/", {"token": token_of(checked)})
    assert response.context["result"].section_count == 1
    assert Filing.objects.filter(source="import").count() == 1
    assert list(media.glob("*")) == []


def test_confirm_refuses_a_file_that_was_changed_after_the_check(desk, exported, media):
    token = token_of(upload(desk, with_cell(exported, "场所", "自用面积", 123)))
    next(media.glob("*.xlsx")).write_bytes(with_cell(exported, "场所", "自用面积", 999))
    response = desk.post(f"{IMPORT}confirm/", {"token": token}, follow=True)
    assert "was changed. Upload it again." in words(response)
    assert Filing.objects.filter(source="import").count() == 0


@pytest.mark.parametrize("token", ["", "forged:token"])
def test_confirm_refuses_what_the_portal_did_not_sign(desk, golden, token):
    response = desk.post(f"{IMPORT}confirm/", {"token": token}, follow=True)
    assert "Upload it again." in words(response)


def test_confirm_refuses_another_officers_check(desk, exported, client_for, haitang):
    token = token_of(upload(desk, with_cell(exported, "场所", "自用面积", 123)))
    colleague = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=colleague, role="district_officer", division=haitang)
    client_for(colleague).post(f"{IMPORT}confirm/", {"token": token})
    assert Filing.objects.filter(source="import").count() == 0


def test_import_into_another_district_is_not_offered(desk, exported):
    response = upload(desk, exported, district="310101")
    assert "preview" not in response.context
    assert response.context["form"].errors["district"]


@pytest.mark.parametrize(
    ("name", "content"), [("表.xls", b"PK"), ("表.xlsx", b""), ("表.xlsx", b"no workbook")]
)
def test_file_that_is_no_workbook_is_refused(desk, golden, name, content):
    before = Filing.objects.count()
    response = upload(desk, content, name=name)
    assert response.status_code in (200, 302)
    assert "preview" not in (response.context or {})
    assert Filing.objects.count() == before


@pytest.mark.parametrize(
    "url", [EXPORT, "/admin/centers/center/template/310199/", "/admin/centers/center/template/xx/"]
)
def test_downloads_are_not_there_for_another_district(bob_client, haitang, url):
    assert bob_client.get(url).status_code == 404


def test_page_is_closed_to_who_may_not_import(reader_client):
    assert reader_client.get(IMPORT).status_code == 403


def test_template_has_the_workbooks_sheets(desk, haitang):
    content = b"".join(desk.get("/admin/centers/center/template/310199/").streaming_content)
    assert load_workbook(io.BytesIO(content)).sheetnames[:2] == ["中心", "人员"]


def test_checked_workbook_comes_back_with_its_errors_marked(desk, exported):
    broken = with_cell(exported, "中心", "统一社会信用代码", "52310199MJF1000167")
    checked = upload(desk, broken)
    assert b"import/marked/" in checked.content
    response = desk.post(f"{IMPORT}marked/", {"token": token_of(checked)})
    assert unquote(response["Content-Disposition"]).endswith("检查结果-表.xlsx")
    content = b"".join(response.streaming_content)
    page = load_workbook(io.BytesIO(content))["中心"]
    assert page["D2"].comment.text.startswith("【检查结果】\n")
    assert page.cell(1, page.max_column).value == "检查结果"
    again = upload(desk, content).context["preview"]
    assert [problem.rule_code for problem in again.errors] == ["code_check"]
    assert again.problems == checked.context["preview"].problems


def test_marked_workbook_is_given_to_nobody_else(desk, exported, reader_client):
    checked = upload(desk, exported)
    response = reader_client.post(f"{IMPORT}marked/", {"token": token_of(checked)})
    assert response.status_code == 302


def test_user_leaves_out_a_sheet_and_only_the_others_are_written(desk, exported, golden):
    both = with_cell(with_cell(exported, "场所", "自用面积", 123), "经费", "金额", 49)
    checked = upload(desk, both)
    assert checked.context["preview"].section_count == 2
    names = ["中心", "人员", "场所", "经费", "服务", "填表说明"]
    chosen = {"token": token_of(checked), "seen": names, "sheet": ["场所"]}
    again = desk.post(IMPORT, chosen)
    assert again.context["preview"].section_count == 1
    desk.post(f"{IMPORT}confirm/", {"token": token_of(again)})
    section = Filing.objects.get(source="import").sections.get()
    assert section.kind == "premises"
