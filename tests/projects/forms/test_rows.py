"""Several rows typed into one field."""

from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import ValidationError

from projects.forms.rows import Column, LabelField, RowsField

YES_NO = ((True, "yes"), (False, "no"))


@pytest.fixture
def field():
    return RowsField(
        columns=[
            Column("item", "what", forms.CharField(max_length=60)),
            Column("is_met", "met", LabelField(choices=YES_NO)),
            Column("note", "note", forms.CharField(max_length=60, required=False)),
        ]
    )


@pytest.mark.parametrize("end", [" | ", "\t", "\uff5c"])
def test_cells_are_separated_by_tabs_or_upright_lines(field, end):
    read = field.clean(end.join(["meals", "yes", "warm"]))
    assert read == [{"item": "meals", "is_met": True, "note": "warm"}]


@pytest.mark.parametrize("item", ["meals", "A|B", "A\uff5cB", "A | B"])
@pytest.mark.parametrize("note", ["", "warm", "1|2"])
def test_what_is_shown_is_read_as_the_same_rows(field, item, note):
    row = {"item": item, "is_met": False, "note": note}
    assert field.clean(field.shown([SimpleNamespace(**row)] * 2)) == [row, row]


def test_a_row_with_too_many_cells_is_named(field):
    with pytest.raises(ValidationError) as refused:
        field.clean("meals | yes | warm | cold")
    assert len(refused.value.messages) == 1
