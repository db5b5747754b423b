"""Workbooks of the register as bureaus send them, and the way they go."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook

from organizations.services import transfers
from portal.jurisdictions import services as jurisdictions
from tests.conftest import AT

ORGANIZATION = {
    "名称": "海棠区梧桐路银龄互助服务中心",
    "统一社会信用代码": "52310199MJQ00001XJ",
    "类型": "民办非企业单位",
    "登记机关": "区",
    "登记日期": "2020-03-01",
    "街镇": "梧桐路街道",
}
TEAM = {
    "群团名称": "晚霞舞蹈队",
    "街镇": "梧桐路街道",
    "所属社区": "东弄居委会",
    "活动地点": "文化活动中心",
    "活动内容": "广场舞",
    "参加人数": 26,
    "负责人姓名": "张阿姨",
    "联系电话": "13800000000",
}
ROWS = {"organizations": ORGANIZATION, "teams": TEAM}
TITLES = {"organizations": "社会组织", "teams": "群众活动团队"}


@pytest.fixture
def guihua(haitang):
    """桂花镇, another township of 海棠区."""
    return jurisdictions.add(code="310199105", name="桂花镇", kind="town", parent=haitang)


@pytest.fixture
def save(tmp_path):
    """Rows as mappings of header to cell, saved as one sheet; headers in the order of the first
    row that has them."""

    def make(rows, title="社会组织", name="upload.xlsx"):
        headers = list(dict.fromkeys(header for row in rows for header in row))
        book = Workbook()
        book.active.title = title
        book.active.append(headers)
        for row in rows:
            book.active.append([row.get(header) for header in headers])
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def bring_in(haitang, alice, settings, tmp_path):
    """Upload a file and check it, as a worker would."""
    settings.MEDIA_ROOT = str(tmp_path / "media")

    def run(path, table="organizations", at=AT):
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        with translation.override("en"):
            transfer = transfers.request_import(
                table=table, district=haitang, upload=upload, by=alice, at=at
            )
        transfers.work(transfer_id=transfer.pk, at=at)
        transfer.refresh_from_db()
        return transfer

    return run


@pytest.fixture
def confirm(alice):
    """Confirm a checked upload and write it."""

    def run(transfer, mode="all_or_nothing", at=AT):
        transfers.confirm(
            transfer=transfer, mode=mode, version=transfer.version, by=alice, at=at
        )
        transfers.work(transfer_id=transfer.pk, at=at)
        transfer.refresh_from_db()
        return transfer

    return run
