"""What each field of a filing means: one record for the form, the workbook's guide and the tests.

A record says what counts and what does not, names the clause that asks for it, and gives worked
examples; a test types every example into the field and compares what it says. A new column needs
its record here, in the module of its section. The text must hold on a form and in a workbook
alike; what only the form says (such as yuan, where a workbook has 万元) is its ``hint``.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.accounts import ACCOUNTS
from centers.models.definitions.definition import Definition, Example
from centers.models.definitions.funding import FUNDING
from centers.models.definitions.governance import GOVERNANCE
from centers.models.definitions.premises import PREMISES
from centers.models.definitions.profile import PROFILE
from centers.models.definitions.staff import STAFF
from centers.models.definitions.statutory import STATUTORY
from centers.models.definitions.yearly import YEARLY
from centers.models.filing import Section
from centers.models.functions import FUNCTIONS
from centers.models.rows import ROW_MODELS

__all__ = ["DEFINITIONS", "Definition", "Example", "asked_by", "label_of", "of"]

DEFINITIONS: Mapping[str, Mapping[str, Definition]] = {
    Section.Kind.PROFILE: PROFILE,
    Section.Kind.STAFF: STAFF,
    Section.Kind.PREMISES: PREMISES,
    Section.Kind.ACCOUNTS: ACCOUNTS,
    Section.Kind.FUNDING: FUNDING,
    Section.Kind.GOVERNANCE: GOVERNANCE,
    Section.Kind.FUNCTIONS: YEARLY,
    Section.Kind.STATUTORY: STATUTORY,
}


def of(kind: str, field: str) -> Definition:
    """The definition of a field of a kind of section; of the functions, by its code."""
    return DEFINITIONS[kind][field]


def label_of(kind: str, field: str) -> Any:
    """What the field is called."""
    if field in FUNCTIONS:
        return FUNCTIONS[field][0]
    labels = {column.name: column.verbose_name for column in ROW_MODELS[kind]._meta.fields}
    return labels.get(field, _("new person's name"))


def asked_by(clause: str) -> list[tuple[str, str]]:
    """(kind, field) of what a clause asks for, in the order of the forms."""
    return [
        (kind, name)
        for kind, fields in DEFINITIONS.items()
        for name, definition in fields.items()
        if definition.clause == clause
    ]
