"""Personal data are kept sealed: they open for their purpose alone, and only unaltered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import sealing
from portal.sealing import SealBroken

PHONE, IDENTITY = "organizations.team.leader_phone", "organizations.organization.legal_rep_id"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, st.sampled_from([PHONE, IDENTITY]))
def test_what_was_sealed_opens_again(text, purpose):
    sealed = sealing.seal(text, purpose=purpose)
    assert sealing.unseal(sealed, purpose=purpose) == text
    assert sealing.unseal(memoryview(sealed), purpose=purpose) == text
    assert len(text) < 4 or text.encode() not in sealed


@given(TEXTS, st.data())
def test_one_altered_bit_is_noticed(text, data):
    sealed = bytearray(sealing.seal(text, purpose=PHONE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        sealing.unseal(bytes(sealed), purpose=PHONE)


@given(st.binary(max_size=60))
def test_what_never_was_sealed_does_not_open(value):
    with pytest.raises(SealBroken):
        sealing.unseal(value, purpose=PHONE)


def test_it_opens_for_no_other_purpose():
    with pytest.raises(SealBroken):
        sealing.unseal(sealing.seal("13812341234", purpose=PHONE), purpose=IDENTITY)


def test_twice_the_same_looks_different_and_has_one_digest():
    first, second = (sealing.seal("13812341234", purpose=PHONE) for _ in range(2))
    assert first != second
    assert sealing.digest("13812341234", purpose=PHONE) == sealing.digest(
        "13812341234", purpose=PHONE
    )


def test_digests_of_two_purposes_cannot_be_compared():
    texts = sealing.digest("1", purpose=PHONE), sealing.digest("1", purpose=IDENTITY)
    assert texts[0] != texts[1]
    assert {len(text) for text in texts} == {32}


def test_a_key_that_was_replaced_still_opens(settings):
    old = settings.SECRET_KEY
    sealed = sealing.seal("13812341234", purpose=PHONE)
    settings.SECRET_KEY = "another key of the portal, long enough to be one"
    with pytest.raises(SealBroken) as refusal:
        sealing.unseal(sealed, purpose=PHONE)
    assert "SECRET_KEY_FALLBACKS" in str(refusal.value)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealing.unseal(sealed, purpose=PHONE) == "13812341234"


def test_what_the_portal_signed_is_known_again_and_nothing_else(settings):
    signature = sealing.sign(b"a receipt", purpose="receipts")
    assert sealing.is_signed(b"a receipt", signature, purpose="receipts")
    assert not sealing.is_signed(b"another receipt", signature, purpose="receipts")
    assert not sealing.is_signed(b"a receipt", signature, purpose="letters")
    assert not sealing.is_signed(b"a receipt", b"no signature", purpose="receipts")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert sealing.is_signed(b"a receipt", signature, purpose="receipts")
    settings.SECRET_KEY_FALLBACKS = []
    assert not sealing.is_signed(b"a receipt", signature, purpose="receipts")
