"""Every field of every form is defined, and every worked example says what its record says."""

import pytest
from django import forms
from django.utils import translation

from centers.forms import ROW_FORMS, FunctionLines
from centers.forms.fields import CellField
from centers.models import FUNCTIONS, Section, definitions
from centers.models.definitions import DEFINITIONS

# Lists of people are the center's own; the bureau fills in its column; names stand for themselves.
NO_FORM_FIELD = {("premises", "adequacy")}


def fields():
    """(kind, name) → the form field, of every section form."""
    found = {
        (kind, name): field
        for kind, form in ROW_FORMS.items()
        for name, field in form().fields.items()
        if name != "line"
    }
    lines = FunctionLines(year=2025)
    return found | {("functions", code): lines.fields[code] for code in FUNCTIONS}


FIELDS = fields()
EACH = pytest.mark.parametrize(("kind", "name"), list(FIELDS), ids="-".join)
EXAMPLES = [
    pytest.param(kind, name, example, id=f"{kind}-{name}-{example.typed}")
    for (kind, name) in FIELDS
    for example in definitions.of(kind, name).examples
]


def test_every_field_is_defined_and_nothing_else():
    defined = {(kind, name) for kind, records in DEFINITIONS.items() for name in records}
    assert defined - set(FIELDS) == NO_FORM_FIELD
    assert set(FIELDS) <= defined
    assert set(DEFINITIONS) == set(Section.Kind.values)


@EACH
def test_definition_is_a_sentence_in_both_languages(kind, name):
    definition = definitions.of(kind, name)
    with translation.override("en"):
        english = str(definition.text)
    with translation.override("zh-hans"):
        chinese = str(definition.text)
    assert english.endswith(".")
    assert chinese.endswith("。")


@EACH
def test_what_is_typed_or_chosen_has_a_worked_example(kind, name):
    field = FIELDS[kind, name]
    if isinstance(field, CellField | forms.NullBooleanField | forms.MultipleChoiceField):
        assert definitions.of(kind, name).examples


@pytest.mark.parametrize(("kind", "name", "example"), EXAMPLES)
def test_worked_example_is_accepted_and_says_its_value(kind, name, example):
    field = FIELDS[kind, name]
    is_several = isinstance(field, forms.MultipleChoiceField)
    assert field.clean([example.typed] if is_several else example.typed) == example.value


@EACH
def test_form_shows_the_record(kind, name):
    field, definition = FIELDS[kind, name], definitions.of(kind, name)
    assert field.definition is definition
    assert (field.clause, field.help_text) == (definition.clause, definition.hint)


def test_clause_knows_the_fields_it_asks_for():
    assert definitions.asked_by("三(二)-5") == [("premises", "has_signage")]
    assert definitions.asked_by("二(一)-1a") == [("functions", "FN-11")]
    assert definitions.asked_by("九-9") == []


@EACH
def test_every_field_has_a_label(kind, name):
    assert str(definitions.label_of(kind, name))
