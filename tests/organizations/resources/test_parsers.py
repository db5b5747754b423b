"""Cells of the register's sheets: whatever they hold is read or refused, and what goes out comes
back in."""

import re
from decimal import Decimal

import pytest
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from organizations.resources import labels, parsers
from organizations.resources.credit_lists import CreditListResource
from organizations.resources.fields import ChoiceWidget
from organizations.resources.organization import OrganizationResource
from organizations.resources.team import TeamResource
from portal.cells import CellError, Parsed, mask_phone

FIELDS = [
    field
    for resource in (OrganizationResource, TeamResource, CreditListResource)
    for field in resource.fields.values()
]
CHOICES = [field for field in FIELDS if isinstance(field.widget, ChoiceWidget)]
# One field of each kind of cell; texts of other lengths are read alike.
KINDS = {
    (getattr(field.widget.parse, "func", field.widget.parse), field.widget.choices): field
    for field in FIELDS
}.values()


def named(field):
    return field.column_name


WORDS = [
    *labels.TYPES,
    *labels.AUTHORITIES,
    *labels.PARTY_UNITS,
    *labels.GRADES,
    *labels.INSPECTIONS,
    *labels.LISTINGS,
    *labels.STATUSES,
    *labels.TEAM_KINDS,
    *labels.ASSIGNED,
    *labels.CREDIT_LISTS,
    *(
        "直接登记",
        "无",
        "待定",
        "不定期",
        "每周2次",
        "周3",
        "26人",
        "10余人",
        "3万",
        "张三",
        "李建国",
    ),
    *(
        "海棠区",
        "服务中心",
        "沪民证字第0123号",
        "52310199MJQ00001XJ",
        "13812345678",
        "021-51234567",
    ),
    *("138****5678", "****", "2024年3月", "2024.3.1", "45352", "#REF!", "舞蹈队", "民政局"),
]
ASKED_ABOUT = Decimal(10**8)
# What offices put around and between words.
BETWEEN = [
    "",
    " ",
    "\n",
    "、",
    "，",
    ";",
    "/",
    "（筹）",
    "（原",
    "）",
    "(",
    ")",
    "曾用名",
    "（过期）",
    "√",
]
DIRTY = st.lists(st.sampled_from(WORDS + BETWEEN), max_size=5).map("".join)
RAW = st.one_of(
    DIRTY,
    st.text(max_size=300),
    st.none(),
    st.booleans(),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
)


def parse(field, raw):
    """As a reader does under the header as it is exported."""
    units = {"header_unit": "ten_thousand"} if field.is_money else {}
    return field.widget.parse(raw, **units)


def outcome(field, raw):
    """What was read, or the refusal."""
    try:
        return parse(field, raw)
    except CellError as refusal:
        return refusal


@pytest.mark.parametrize("field", KINDS, ids=named)
@given(raw=RAW)
def test_cell_is_refused_with_a_reason_or_goes_out_and_comes_back_as_it_was_read(field, raw):
    parsed = outcome(field, raw)
    if isinstance(parsed, CellError):
        assert parsed.code
        assert str(parsed)
        return
    assert isinstance(parsed, Parsed)
    assert isinstance(parsed.note, str)
    assert all(warning.code and str(warning) for warning in parsed.warnings)
    value = parsed.value
    # Above, a bare figure under 万元 is asked about.
    if value is None or (field.is_money and value > ASKED_ABOUT):
        return
    shown = value / 10_000 if field.is_money else field.widget.render(value)
    assert parse(field, shown).value == value


@given(field=st.sampled_from([field for field in FIELDS if not field.is_money]), raw=RAW)
def test_import_export_reads_the_same_value_and_is_refused_with_the_same_reason(field, raw):
    parsed, row = outcome(field, raw), {field.column_name: raw}
    is_refused = isinstance(parsed, CellError)
    if is_refused or (parsed.value is None and field.is_required):
        reason = str(parsed) if is_refused else gettext("This cell must be filled.")
        with pytest.raises(ValueError, match=re.escape(reason)):
            field.clean(row)
    else:
        blank = "" if field.default == "" else None
        assert field.clean(row) == (blank if parsed.value is None else parsed.value)


@pytest.mark.parametrize("field", CHOICES, ids=named)
def test_first_label_of_every_code_goes_out_and_comes_back(field):
    for label in field.widget.choices:
        code = parse(field, label).value
        assert field.widget.render(code) == label
    assert field.widget.render(None) is None


@given(st.decimals(0, 10**8 - 1, places=2))
def test_amounts_come_back_from_what_excel_keeps_of_them(yuan):
    """A figure in a workbook is a binary fraction of 万元."""
    field = OrganizationResource.fields["registered_capital_yuan"]
    assert parse(field, float(yuan / 10_000)).value == yuan == Decimal(yuan)


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.from_regex(r"\A[2-9][0-9]{7}\Z"))
def test_masks_of_an_export_say_nothing_and_whole_numbers_do(mobile, landline):
    for phone in (mobile, f"021-{landline}"):
        assert parsers.phone(phone).value == phone
        assert parsers.phone(mask_phone(phone)) == Parsed(None)
