"""The same services and the same errors from the shell."""

from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from centers.models import Filing
from centers.resources import DistrictWorkbook

pytestmark = pytest.mark.django_db


def run(*args):
    out, err = StringIO(), StringIO()
    call_command("import_workbook", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def exported(golden, haitang, at, tmp_path):
    path = tmp_path / "book.xlsx"
    DistrictWorkbook(haitang).export(path, as_of=at.date())
    return path


def test_import_of_unchanged_file_reports_no_change(exported):
    before = Filing.objects.count()
    out, _err = run(exported, "--district", "310199", "--by", "alice")
    assert "8" in out
    assert Filing.objects.count() == before


def test_dry_run_says_so(exported):
    before = Filing.objects.count()
    book = openpyxl.load_workbook(exported)
    book["场所"]["B2"].value = None
    book.save(exported)
    out, _err = run(exported, "--district", "310199", "--by", "alice", "--dry-run")
    assert out.strip().count("\n") == 1
    assert Filing.objects.count() == before


def test_errors_are_listed_with_their_place_and_nothing_is_written(exported):
    book = openpyxl.load_workbook(exported)
    column = next(c.column_letter for c in book["经费"][1] if c.value.startswith("金额"))
    book["经费"][f"{column}2"].value = "480000"
    book.save(exported)
    before = Filing.objects.count()
    err = StringIO()
    with pytest.raises(CommandError):
        call_command(
            "import_workbook",
            str(exported),
            "--district=310199",
            "--by=alice",
            stderr=err,
        )
    assert f"{column}2" in err.getvalue()
    assert "480000" in err.getvalue()
    assert Filing.objects.count() == before


@pytest.mark.parametrize(
    ("district", "by"),
    [("310199", "bob"), ("310199", "nobody"), ("310101", "alice"), ("999999", "alice")],
)
def test_who_may_not_import_is_refused(exported, bob, district, by):
    with pytest.raises(CommandError):
        run(exported, "--district", district, "--by", by)


def test_missing_file_is_refused(golden, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path / "none.xlsx", "--district", "310199", "--by", "alice")
