"""Bodies as JSON: what is read, and what is refused before anybody looks at it."""

import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.api import Problem
from portal.api.parsers import MAX_BYTES, MAX_DEPTH, StrictJSONParser

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e308, max_value=1e308)
plain = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | finite | st.text(max_size=20)
documents = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def parse(raw):
    return StrictJSONParser().parse(io.BytesIO(raw))


def refusal(raw):
    with pytest.raises(Problem) as refused:
        parse(raw)
    return refused.value.status_code, refused.value.get_codes()


@given(documents)
def test_what_json_can_say_is_read_as_it_was_said(document):
    assert parse(json.dumps(document).encode()) == document
    assert parse(json.dumps(document, ensure_ascii=False).encode()) == document


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(raw):
    assert outcome(raw) in ("read", (400, "unreadable_body"))


def outcome(raw):
    try:
        json.dumps(parse(raw), allow_nan=False)
    except Problem as refused:
        return refused.status_code, refused.get_codes()
    return "read"


def test_a_mark_before_the_text_is_left_out():
    assert parse('\ufeff{"名": 1}'.encode()) == {"名": 1}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'division': 1}",
        b"division=310199",
        b'{"a": 1} {"b": 2}',
        b"NaN",
        b'{"value": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        # Python would read these as infinity too.
        b"[1e999]",
        b"[-1e999]",
        b'"\xff"',
        b'"\xc3("',
        '"广"'.encode("gb18030"),
        '"海棠区"'.encode("utf-16"),
        '"海棠区"'.encode("utf-32-be"),
        b"9" * 5000,
    ],
)
def test_what_is_no_json_is_refused(raw):
    assert refusal(raw) == (400, "unreadable_body")


def test_a_body_may_be_as_long_as_is_said_and_no_longer():
    longest = json.dumps("x" * (MAX_BYTES - 2)).encode()
    assert len(longest) == MAX_BYTES
    assert parse(longest) == "x" * (MAX_BYTES - 2)
    assert refusal(longest + b" ") == (413, "body_too_long")


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_may_be_nested_as_deep_as_is_said_and_no_deeper(opening, closing):
    def nested(deep):
        # The innermost value is one deep itself.
        return opening * (deep - 1) + b"1" + closing * (deep - 1)

    parse(nested(MAX_DEPTH))
    assert refusal(nested(MAX_DEPTH + 1)) == (400, "unreadable_body")
    # Deeper than any parser calls itself.
    assert refusal(nested(9000)) == (400, "unreadable_body")


def test_the_largest_numbers_are_read():
    assert parse(b"[1e308, -1e308, 1e-999]") == [1e308, -1e308, 0.0]
    assert math.isfinite(parse(b"1.5"))
