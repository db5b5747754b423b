"""The empty workbook, or a district's, from the shell."""

from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from centers.resources.columns import SHEETS

pytestmark = pytest.mark.django_db


def write(*args):
    call_command("workbook_template", *map(str, args), stdout=StringIO())


def test_template_is_empty(tmp_path):
    write(tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")
    assert [book[title].max_row for title in SHEETS] == [1] * len(SHEETS)


def test_template_of_a_district_is_filled(golden, tmp_path):
    write(tmp_path / "district.xlsx", "--district", "310199")
    book = openpyxl.load_workbook(tmp_path / "district.xlsx")
    assert book["中心"].max_row == 1 + len(golden)


@pytest.mark.parametrize("args", [["none/template.xlsx"], ["t.xlsx", "--district", "999999"]])
def test_template_that_cannot_be_written_is_refused(shanghai, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError):
        write(*args)
