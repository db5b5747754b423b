# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Unified social credit codes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from portal.cells import CellError, parse_credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
INSTITUTION = "social_service_institution"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("52310199MJF1000166", "52310199MJF1000166"),
        ("52310199MJF1000241", "52310199MJF1000241"),
        (" 52310199mjf100032u ", "52310199MJF100032U"),
        ("52310199-MJF10001-66", "52310199MJF1000166"),
        ("５２３１０１９９ＭＪＦ１０００１６６", "52310199MJF1000166"),
    ],
)
def test_valid_code_is_normalised(raw, code):
    parsed = parse_credit_code(raw, kind=INSTITUTION)
    assert (parsed.value, parsed.warnings) == (code, ())


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "9144030071526726XG", "91330100799655058B", "12100000400010275N"]
)
def test_published_codes_are_valid(code):
    assert parse_credit_code(code).value == code


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        ("52310199MJF1000167", "code_check", "should be 6"),
        ("52310199MJF10001O6", "code_alphabet", "letter O; probably 0"),
        ("5231019MJF10001660", "code_pattern", "digits of the division"),
        ("91350100M000100Y43", "code_kind", "begins with 91"),
        ("52310199MJF100016", "code_length", "has 17"),
        ("沪民证字第0123号", "code_length", "18 characters"),
        (5.23102e17, "precision_lost", "as text"),
        (Decimal("5.23102E+17"), "precision_lost", "as text"),
        (523101990000000000, "precision_lost", "as text"),
        ("5.23102E+17", "precision_lost", "as text"),
        ("#REF!", "formula_error", "formula"),
    ],
)
def test_wrong_code_is_refused_with_a_way_out(raw, code, words):
    with pytest.raises(CellError, match=words) as caught:
        parse_credit_code(raw, kind=INSTITUTION)
    assert caught.value.code == code


@pytest.mark.parametrize(("letter", "likely"), list(zip("IOZSV", "1025U", strict=True)))
def test_forbidden_letter_names_its_lookalike(letter, likely):
    with pytest.raises(CellError, match=f"letter {letter}; probably {likely}"):
        parse_credit_code(f"52310199MJF10001{letter}6")


def test_code_of_another_authority_gives_a_warning():
    body = "92310199MJF100016"
    parsed = parse_credit_code(body + uscc.calc_check_digit(body), kind=INSTITUTION)
    assert [warning.code for warning in parsed.warnings] == ["code_authority"]


def test_unknown_division_gives_a_warning():
    known = parse_credit_code("52310199MJF1000166", division_codes={"310199"})
    unknown = parse_credit_code("52310199MJF1000166", division_codes={"310101"})
    assert known.warnings == ()
    assert [warning.code for warning in unknown.warnings] == ["code_division"]


def test_inner_check_only_informs():
    body = "52310199MJF100017"
    parsed = parse_credit_code(body + uscc.calc_check_digit(body))
    assert parsed.warnings == ()
    assert [hint.code for hint in parsed.hints] == ["code_inner_check"]
    assert parse_credit_code("91350100M000100Y43").hints == ()


@pytest.mark.parametrize("raw", [None, "", "/", "无"])
def test_blank_code_is_null(raw):
    assert parse_credit_code(raw).value is None


@given(st.from_regex(rf"5[123][0-9]{{6}}[{ALPHABET}]{{9}}", fullmatch=True), st.integers(0, 30))
def test_exactly_one_check_character_is_accepted(body, index):
    code = body + ALPHABET[index]
    if ALPHABET[index] == uscc.calc_check_digit(body):
        assert parse_credit_code(code.lower()).value == code
    else:
        with pytest.raises(CellError):
            parse_credit_code(code)
