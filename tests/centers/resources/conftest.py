"""Workbooks as bureaus send them: one made by the portal, then dirtied."""

import openpyxl
import pytest

from centers.resources import DistrictWorkbook


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


@pytest.fixture
def book(golden, workbook, at, tmp_path):
    """The golden district, exported."""
    path = tmp_path / "海棠区.xlsx"
    workbook.export(path, as_of=at.date())
    return Book(path)
