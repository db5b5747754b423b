"""What is packed comes out again, and its length tells only how many steps it fills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import packing

fields = st.dictionaries(st.text(max_size=10), st.text(max_size=50) | st.booleans(), max_size=5)
files = st.lists(st.tuples(st.text(min_size=1, max_size=30), st.binary(max_size=4000)), max_size=4)


@given(fields=fields, files=files)
def test_what_was_packed_comes_out_again(fields, files):
    packed = packing.pack(fields, files)
    found = packing.unpack(bytes(packed))
    assert found.fields == fields
    assert [(file.name, file.content) for file in found.files] == files
    assert len(packed) % packing.STEP_BYTES == 0


@pytest.mark.parametrize(
    ("length", "steps"),
    [(0, 1), (1, 1), (65_536, 1), (65_537, 2), (131_072, 2), (131_073, 3)],
)
def test_length_is_padded_to_the_next_step(length, steps):
    assert packing.padded(length) == steps * 64 * 1024


def test_bids_of_one_step_have_one_length():
    small = packing.pack({"price_yuan": "1.00"}, [])
    large = packing.pack({"price_yuan": "999999.00"}, [("a.pdf", b"x" * 60_000)])
    assert len(small) == len(large)


@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_flipped_bit_in_the_head_or_a_file_is_never_taken_for_another_file(place, bit):
    content = b"x" * 500
    packed = packing.pack({"price_yuan": "1.00"}, [("a.pdf", content)])
    packed[place] ^= 1 << bit
    try:
        found = packing.unpack(bytes(packed))
    except packing.Damaged:
        return
    assert all(file.content == content for file in found.files)


@pytest.mark.parametrize(
    "noise", [b"", b"BID1", b"x" * 65_536, b"BID1\xff\xff\xff\xff" + b"\0" * 65_528]
)
def test_what_is_no_packed_bid_is_refused(noise):
    with pytest.raises(packing.Damaged):
        packing.unpack(noise)
