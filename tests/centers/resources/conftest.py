"""Workbooks as bureaus send them: one made by the portal, then dirtied."""

import shutil

import openpyxl
import pytest

from centers.resources import DistrictWorkbook
from portal.jurisdictions.models import Division
from tests.conftest import AT


class Book:
    """A workbook file whose cells are set by sheet, row and header."""

    def __init__(self, path):
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def column(self, sheet, header):
        for cell in self.book[sheet][1]:
            if cell.value.rstrip("●") == header:
                return cell.column
        raise AssertionError(f"{sheet} has no column {header}")

    def set(self, sheet, row, header, value):
        cell = self.book[sheet].cell(row, self.column(sheet, header))
        cell.value = value
        return f"{cell.column_letter}{cell.row}"

    def get(self, sheet, row, header):
        return self.book[sheet].cell(row, self.column(sheet, header)).value

    def save(self):
        self.book.save(self.path)
        return self.path


@pytest.fixture
def workbook(haitang):
    return DistrictWorkbook(haitang)


@pytest.fixture(scope="module")
def exported(golden_once, django_db_blocker, tmp_path_factory):
    """The golden district, exported: a file to copy and never to change."""
    path = tmp_path_factory.mktemp("exported") / "海棠区.xlsx"
    with django_db_blocker.unblock():
        haitang = Division.objects.get(code="310199")
        DistrictWorkbook(haitang).export(path, as_of=AT.date())
    return path


@pytest.fixture
def book(exported, golden, tmp_path):
    """The golden district, exported."""
    return Book(shutil.copy(exported, tmp_path / exported.name))
