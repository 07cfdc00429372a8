"""Strkeys: SEP-0023's figures, every kind there and back, and seeds that are secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.errors import ChecksumError, DecodingError
from walletcore.secret import Secret

SEED = "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN"  # SEP-0005, Test 1
SEED_BYTES = bytes.fromhex("4d691bc19b44a1383b1a0a130aaca3e05c3c1a371dbe45930ef9b761f7a74691")
SIZES = {Strkey.MUXED: 40, Strkey.CLAIMABLE_BALANCE: 33}
OPEN = [kind for kind in Strkey if kind is not Strkey.SEED]


@vectors("stellar/strkeys", result="valid")
def test_published_strkeys_have_their_bytes(case: Case) -> None:
    kind, data = strkey.decode(case.input["text"])
    assert data.hex() == case.expect["data"]
    assert kind.value == case.input["text"][0]
    assert strkey.encode(kind, data) == case.input["text"]


@vectors("stellar/strkeys", result="invalid")
def test_A19_published_texts_that_are_no_strkeys_are_refused(case: Case) -> None:
    with pytest.raises(DecodingError) as caught:
        strkey.decode(case.input["text"])
    assert caught.value.reason in case.reasons


@pytest.mark.parametrize("kind", OPEN, ids=lambda kind: kind.name)
@given(data=st.data())
def test_every_kind_goes_there_and_back(kind: Strkey, data: st.DataObject) -> None:
    size = SIZES.get(kind, 32)
    body = data.draw(st.binary(min_size=size, max_size=size))
    if kind is Strkey.CLAIMABLE_BALANCE:
        body = b"\0" + body[1:]
    if kind is Strkey.SIGNED_PAYLOAD:
        payload = data.draw(st.binary(min_size=1, max_size=64))
        body += len(payload).to_bytes(4) + payload + bytes(-len(payload) % 4)
    text = strkey.encode(kind, body)
    assert text[0] == kind.value == (strkey.kind_of(text) or kind).value
    assert strkey.decode(text) == (kind, body)


@pytest.mark.parametrize("kind", OPEN, ids=lambda kind: kind.name)
def test_A19_other_sizes_are_refused_both_ways(kind: Strkey) -> None:
    for size in (0, 1, 31, 34, 39, 41):
        with pytest.raises(DecodingError) as caught:
            strkey.encode(kind, bytes(size))
        assert caught.value.reason == "length"


@pytest.mark.parametrize("size", [0, 65, 1 << 31])
def test_A19_the_payload_of_a_signer_has_1_to_64_bytes(size: int) -> None:
    with pytest.raises(DecodingError) as caught:
        strkey.encode(Strkey.SIGNED_PAYLOAD, bytes(32) + size.to_bytes(4) + bytes(min(size, 68)))
    assert caught.value.reason == "length"


def test_A19_a_payload_ends_with_zeros() -> None:
    with pytest.raises(DecodingError) as caught:
        strkey.encode(Strkey.SIGNED_PAYLOAD, bytes(32) + (1).to_bytes(4) + b"\1\0\0\1")
    assert caught.value.reason == "non-canonical"


def test_a_seed_is_a_secret() -> None:
    seed = strkey.decode_seed(SEED)
    assert type(seed) is Secret
    assert seed.reveal() == SEED_BYTES
    assert strkey.encode_seed(seed) == SEED


def test_a_seed_is_no_other_strkey_and_is_not_shown() -> None:
    with pytest.raises(DecodingError) as caught:
        strkey.decode(SEED)
    assert caught.value.reason == "scheme"
    assert SEED[1:9] not in str(caught.value)
    with pytest.raises(DecodingError):
        strkey.encode(Strkey.SEED, SEED_BYTES)
    with pytest.raises(DecodingError):
        strkey.decode_seed("GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ")
    with pytest.raises(ChecksumError):
        strkey.decode_seed(SEED[:-1] + "A")
    for wrong in (SEED_BYTES, Secret(SEED_BYTES[1:]), None):
        with pytest.raises(DecodingError):
            strkey.encode_seed(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "G", "GAAA", None, b"GA7Q", 7, "g" * 56, "G" * 166, "A" * 1_000_000, " GA7Q", "Ｇ"]
)
def test_A32_texts_of_other_forms_are_refused(text: object) -> None:
    with pytest.raises(DecodingError):
        strkey.decode(text)  # type: ignore[arg-type]
    assert strkey.kind_of(text) is (Strkey.ACCOUNT if str(text)[:1] == "G" and text != b"GA7Q" else None)  # type: ignore[arg-type]
