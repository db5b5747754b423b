"""A column of the workbook means what the form's field means; only what no form has is its own."""

import pytest
from django.utils import translation

from centers.models import Section, definitions
from centers.resources.assembly import ROW_SHEETS
from centers.resources.columns import SHEETS, meaning

KINDS = {"中心": Section.Kind.PROFILE, **{title: kind for title, (kind, *_) in ROW_SHEETS.items()}}
# Which row it is and whose, numbers that tell people apart, and what no filing stores.
OF_THE_WORKBOOK = {
    *((title, "township") for title in SHEETS),
    *((title, "center") for title in SHEETS if title != "中心"),
    *(("中心", field) for field in ("district", "legal_rep_code", "director_name")),
    *(("人员", field) for field in ("person_code", "id_type", "id_no")),
    ("服务", "fiscal_year"),
}
COLUMNS = [(title, column) for title, columns in SHEETS.items() for column in columns]
OF_A_FORM = [item for item in COLUMNS if (item[0], item[1].field) not in OF_THE_WORKBOOK]


def names(items):
    return [f"{title}-{column.field}" for title, column in items]


@pytest.mark.parametrize(("title", "column"), COLUMNS, ids=names(COLUMNS))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_column_is_defined_in_chinese_in_every_language(title, column, language):
    with translation.override(language):
        assert str(column.definition).endswith("。")
        assert column.hint == "" or not str(column.hint).isascii()


@pytest.mark.parametrize(("title", "column"), OF_A_FORM, ids=names(OF_A_FORM))
def test_column_of_a_field_says_what_the_form_says(title, column):
    record = definitions.of(*meaning(KINDS[title], column))
    with translation.override("zh-hans"):
        assert (column.definition, column.clause) == (str(record.text), record.clause)
        assert column.hint or not record.hint


def test_no_two_columns_ask_for_one_field():
    asked = {meaning(KINDS[title], column) for title, column in OF_A_FORM}
    assert len(asked) == len(OF_A_FORM)


def test_hints_of_amounts_name_the_unit_of_their_header():
    hints = {str(column.hint) for _title, column in COLUMNS if column.is_money}
    assert {("单位为万元" in hint, "如30000" in hint) for hint in hints} == {(True, False)}
