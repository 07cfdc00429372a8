"""The sr25519 adapter: points of RFC 9496, keys as in bip_utils, signatures that do not repeat."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
import sr25519
from bip_utils import Sr25519PrivateKey as Theirs
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import load
from walletcore.curves.sr25519 import (
    ORDER,
    SCHEMES,
    check_secret,
    expand,
    from_ed25519,
    hard_child,
    parse_public,
    public_key,
    soft_child,
    soft_public,
    to_ed25519,
)
from walletcore.errors import InvalidKey, InvalidSignature, MissingExtra, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret

SR25519 = SCHEMES["sr25519"]
MINI = Secret(bytes(range(32)))
KEY = expand(MINI)
PUBLIC = public_key(KEY)
MARK = 1 << 255

# RFC 9496, A.1: the multiples of the generator, from 0 on
MULTIPLES = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
    "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
    "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
]
# RFC 9496, A.2: encodings that are refused
BAD = {
    "non-canonical field element": """
        00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
    """,
    "negative field element": """
        0100000000000000000000000000000000000000000000000000000000000000
        01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20
        c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562
        c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78
        47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24
        f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72
        87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309
    """,
    "non-square x^2": """
        26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371
        4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f
        de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b
        bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042
        2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08
        f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22
        8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731
        2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b
    """,
    "negative x * y": """
        3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e
        a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220
        d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e
        8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32
        32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b
        227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165
        5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e
        445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b
    """,
    "s = -1, which gives y = 0": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
secrets = st.binary(min_size=32, max_size=32)


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert isinstance(caught.value, InvalidKey | InvalidSignature)
    return caught.value.reason


def scalar(number: int) -> Secret:
    return Secret(number.to_bytes(32, "little") + bytes(32))


def signed(key: Secret, message: bytes) -> bytes:
    return SR25519.sign(SR25519.prepare(key, None), message, bytes(32))[0]


# -- points


@pytest.mark.parametrize("number", range(1, 6))
def test_the_public_key_of_a_small_scalar_is_that_multiple_of_the_generator(number: int) -> None:
    assert public_key(scalar(number)).hex() == MULTIPLES[number]
    assert parse_public(bytes.fromhex(MULTIPLES[number])).hex() == MULTIPLES[number]


@pytest.mark.parametrize("data", [text for group in BAD.values() for text in group.split()])
def test_K07_K08_an_encoding_that_the_rfc_refuses_is_no_key_and_verifies_nothing(data: str) -> None:
    assert reason(parse_public, bytes.fromhex(data)) == "point"
    assert reason(SR25519.verify, bytes.fromhex(data), b"", signed(KEY, b"")) == "mismatch"


def test_K07_the_identity_is_no_key_and_a_forgery_under_it_is_refused() -> None:
    identity, forged = bytes(32), bytes.fromhex(MULTIPLES[1]) + (1 | MARK).to_bytes(32, "little")
    assert sr25519.verify(forged, b"any message", identity)
    assert reason(parse_public, identity) == "point"
    assert reason(SR25519.verify, identity, b"any message", forged) == "mismatch"
    assert reason(SR25519.accept, identity, b"any message", forged, None) == "mismatch"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_public_key_has_32_bytes(size: int) -> None:
    assert reason(parse_public, bytes(size)) == "length"


# -- private keys


@given(secrets)
def test_a_mini_secret_expands_as_in_bip_utils(mini: bytes) -> None:
    public, secret = sr25519.pair_from_seed(mini)
    key = expand(Secret(mini))
    check_secret(key)
    assert key.reveal() == secret
    assert public_key(key) == public == Theirs.FromBytes(secret).PublicKey().RawCompressed().ToBytes()


@pytest.mark.parametrize("number", [1, 2, ORDER - 1])
def test_the_borders_of_the_range_are_keys(number: int) -> None:
    check_secret(scalar(number))
    assert parse_public(public_key(scalar(number)))


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**255 - 1, 2**256 - 1])
def test_K03_a_scalar_out_of_range_is_refused(number: int) -> None:
    assert reason(check_secret, scalar(number)) == "range"
    assert reason(PrivateKey, Curve.SR25519, scalar(number)) == "range"


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 65, 96])
def test_K01_a_secret_of_another_length_is_refused_and_a_mini_secret_told_where_to_go(size: int) -> None:
    with pytest.raises(InvalidKey) as caught:
        check_secret(Secret(b"\1" * size))
    assert caught.value.reason == "length"
    assert ("expand" in caught.value.hint) == (size == 32)


@pytest.mark.parametrize("mini", [Secret(bytes(31)), Secret(bytes(64)), bytes(32), bytearray(32), None, "0" * 32])
def test_what_is_no_mini_secret_is_not_expanded(mini: Any) -> None:
    assert reason(expand, mini) == "length"


@given(secrets)
def test_the_form_of_polkadot_js_and_back(mini: bytes) -> None:
    key = expand(Secret(mini))
    theirs = to_ed25519(key)
    assert theirs.reveal() == sr25519.convert_secret_key_to_ed25519(key.reveal())
    assert sr25519.pair_from_ed25519_secret_key(theirs.reveal()) == (public_key(key), key.reveal())
    assert from_ed25519(theirs) == key


@pytest.mark.parametrize("number", [0, 1, 7, 9, 8 * ORDER, 8 * ORDER + 8, 2**256 - 1])
def test_a_scalar_that_is_no_multiple_of_8_or_out_of_range_is_not_read(number: int) -> None:
    assert reason(from_ed25519, scalar(number)) == "range"


@pytest.mark.parametrize("size", [0, 32, 63, 65, 96])
def test_the_form_of_polkadot_js_has_64_bytes(size: int) -> None:
    assert reason(from_ed25519, Secret(bytes(size))) == "length"


# -- children


@given(secrets, secrets)
def test_a_soft_child_is_the_same_from_either_half(mini: bytes, chain_code: bytes) -> None:
    key = expand(Secret(mini))
    child, public = soft_child(key, public_key(key), chain_code)
    again, same = soft_child(key, public_key(key), chain_code)
    assert public == same == public_key(child) == soft_public(public_key(key), chain_code)
    assert child.reveal()[:32] == again.reveal()[:32]
    check_secret(child)


@given(secrets, secrets)
def test_a_hard_child_is_that_of_the_whole_pair_each_time(mini: bytes, chain_code: bytes) -> None:
    key = expand(Secret(mini))
    child, public = hard_child(key, chain_code)
    assert (child, public) == hard_child(key, chain_code)
    theirs = sr25519.hard_derive_keypair((chain_code, public_key(key), key.reveal()), b"")
    assert (chain_code, public, child.reveal()) == (chain_code, *theirs[1:])
    assert public == public_key(child)
    check_secret(child)


@pytest.mark.parametrize(("data", "expected"), [(bytes(32), "length"), (b"\xff" * 64, "range"), (bytes(64), "range")])
def test_K01_K03_what_is_no_private_key_has_no_form_of_polkadot_js(data: bytes, expected: str) -> None:
    assert reason(to_ed25519, Secret(data)) == expected


# -- signatures


@given(secrets, st.binary(max_size=300))
def test_two_signatures_of_one_message_differ_and_verify(mini: bytes, message: bytes) -> None:
    key = expand(Secret(mini))
    public, one, other = public_key(key), signed(key, message), signed(key, message)
    assert one[:32] != other[:32]
    for signature in (one, other):
        SR25519.verify(public, message, signature)
        assert SR25519.accept(public, message, signature, None) == (signature, None)
        assert sr25519.verify(signature, message, public)


@given(secrets, st.binary(max_size=60), st.integers(0, 63), st.integers(0, 7))
def test_a_signature_with_a_flipped_bit_is_refused(mini: bytes, message: bytes, place: int, bit: int) -> None:
    key = expand(Secret(mini))
    flipped = bytearray(signed(key, message))
    flipped[place] ^= 1 << bit
    assert reason(SR25519.verify, public_key(key), message, bytes(flipped)) == "mismatch"
    assert reason(SR25519.accept, public_key(key), message, bytes(flipped), None) == "mismatch"


@given(secrets, secrets, st.binary(max_size=60))
def test_a_signature_by_another_key_or_over_another_message_is_refused(one: bytes, other: bytes, text: bytes) -> None:
    signature = signed(expand(Secret(one)), text)
    if one != other:
        assert reason(SR25519.verify, public_key(expand(Secret(other))), text, signature) == "mismatch"
    assert reason(SR25519.verify, public_key(expand(Secret(one))), text + b"\0", signature) == "mismatch"


@given(secrets)
def test_K08_s_plus_the_order_is_refused_whatever_the_mark(mini: bytes) -> None:
    key = expand(Secret(mini))
    signature = signed(key, b"")
    s = int.from_bytes(signature[32:], "little") & ~MARK
    for times in range(1, 8):
        for mark in (0, MARK):
            if s + times * ORDER < MARK:
                malleable = signature[:32] + (s + times * ORDER | mark).to_bytes(32, "little")
                assert reason(SR25519.verify, public_key(key), b"", malleable) == "mismatch"


def test_a_signature_without_the_mark_is_none() -> None:
    signature = signed(KEY, b"message")
    assert signature[63] & 0x80
    unmarked = signature[:63] + bytes((signature[63] & 0x7F,))
    assert reason(SR25519.verify, PUBLIC, b"message", unmarked) == "mismatch"


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_a_signature_has_64_bytes(size: int) -> None:
    assert reason(SR25519.verify, PUBLIC, b"", bytes(size)) == "length"
    assert reason(SR25519.accept, PUBLIC, b"", bytes(size), None) == "length"


def test_an_answer_has_no_recovery_id_and_its_key_no_tweak() -> None:
    assert reason(SR25519.accept, PUBLIC, b"", signed(KEY, b""), 0) == "mismatch"
    assert reason(SR25519.prepare, KEY, b"") == "scheme"


def test_K06_the_public_half_of_a_signature_is_computed() -> None:
    prepared = SR25519.prepare(KEY, None)
    assert prepared.reveal() == PUBLIC + KEY.reveal()
    SR25519.forget(prepared)
    assert reason(prepared.reveal) == "wiped"


# -- without the extra


def test_without_the_extra_keys_are_held_and_every_use_has_the_words_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    case = load("sr25519/verify")[0].input
    signature = bytes.fromhex(case["signature"])
    monkeypatch.setitem(sys.modules, "sr25519", None)
    key = PrivateKey(Curve.SR25519, expand(MINI))
    for call in (
        lambda: key.public_key,
        lambda: key.sign(Scheme.SR25519, b""),
        lambda: PublicKey(Curve.SR25519, PUBLIC),
        lambda: PublicKey.trusted(Curve.SR25519, PUBLIC).verify(Scheme.SR25519, b"", signature),
        lambda: hard_child(KEY, bytes(32)),
        lambda: soft_child(KEY, PUBLIC, bytes(32)),
        lambda: soft_public(PUBLIC, bytes(32)),
    ):
        with pytest.raises(MissingExtra, match=r"pip install 'walletcore\[substrate\]'"):
            call()
