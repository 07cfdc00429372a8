"""Extended keys with their path: published texts, a second implementation, and what must be refused."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from bip_utils import (
    Bech32Decoder,
    Bech32Encoder,
    Bip32Slip10Secp256k1,
    Slip32KeyDeserializer,
    Slip32PrivateKeySerializer,
    Slip32PublicKeySerializer,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from house.canary import SEED, leaks
from house.doors import told
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.vectors import Case, load, vectors
from walletcore.errors import DerivationError, InvalidKey
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.slip32 import LocatedPrivateKey, LocatedPublicKey
from walletcore.path import HARDENED, Path

MASTER, DEEP = load("slip32/keys")[0], load("slip32/keys")[5]
PRIVATE: str = DEEP.expect["private"]
PUBLIC: str = DEEP.expect["public"]

seeds = st.binary(min_size=16, max_size=64)
paths = st.lists(st.integers(0, 2**32 - 1), max_size=6).map(lambda steps: Path(tuple(steps)))


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def located(seed: bytes, path: Path) -> LocatedPrivateKey:
    return LocatedPrivateKey(key=ExtendedPrivateKey.from_seed(seed).derive(path), path=path)


def text_of(prefix: str, data: bytes) -> str:
    """The text of these bytes, by another implementation."""
    return str(Bech32Encoder.Encode(prefix, data))


def data_of(text: str) -> bytes:
    return bytes(Bech32Decoder.Decode(text[:4], text))


def why(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*arguments, **options)
    return caught.value.reason


@vectors("slip32/keys", result="valid")
def test_the_published_texts_are_written_and_read(case: Case) -> None:
    one = located(bytes.fromhex(case.input["seed"]), Path.parse(case.input["path"]))
    assert one.reveal() == case.expect["private"]
    assert str(one.public) == case.expect["public"]
    private, public = LocatedPrivateKey.parse(case.expect["private"]), LocatedPublicKey.parse(case.expect["public"])
    assert str(private.path) == str(public.path) == case.input["path"]
    assert private.key.private_key == one.key.private_key
    assert private.key.chain_code == public.key.chain_code == one.key.chain_code
    assert private.public == public
    assert (public.key.depth, public.key.child_number) == (one.key.depth, one.key.child_number)


@vectors("slip32/keys", result="invalid")
def test_the_published_wrong_texts_are_refused(case: Case) -> None:
    assert why(LocatedPrivateKey.parse, case.input["text"]) in case.reasons


@settings(max_examples=30, deadline=None)
@given(seeds, paths)
def test_texts_are_those_of_another_implementation(seed: bytes, path: Path) -> None:
    one, theirs = located(seed, path), Bip32Slip10Secp256k1.FromSeed(seed).DerivePath(str(path))
    chain_code = theirs.ChainCode()
    private = Slip32PrivateKeySerializer.Serialize(theirs.PrivateKey().KeyObject(), str(path), chain_code)
    public = Slip32PublicKeySerializer.Serialize(theirs.PublicKey().KeyObject(), str(path), chain_code)
    assert (one.reveal(), str(one.public)) == (private, public)
    assert Slip32KeyDeserializer.DeserializeKey(str(one.public)).Path().ToStr() == str(path)
    assert LocatedPrivateKey.parse(private).reveal() == private
    assert str(LocatedPublicKey.parse(public)) == public


@given(st.integers(0, 255))
def test_a_key_of_any_depth_is_read_and_written(depth: int) -> None:
    one = LocatedPublicKey.parse(text_of("xpub", bytes((depth,)) + bytes(range(1, 5)) * depth + data_of(PUBLIC)[-65:]))
    assert one.path == Path((0x01020304,) * depth)
    assert str(LocatedPublicKey.parse(str(one))) == str(one)


@given(st.sampled_from(["xpub", "xprv"]), st.binary(max_size=100), st.integers(0, 4))
def test_whatever_is_read_is_written_the_same_and_all_else_is_refused(prefix: str, data: bytes, depth: int) -> None:
    kinds: list[Any] = [LocatedPublicKey, LocatedPrivateKey]
    for body in (data, bytes((depth,)) + (data * 90)[: 4 * depth + 65]):
        for kind in kinds:
            try:
                one = kind.parse(text_of(prefix, body))
            except DerivationError:
                continue
            assert (one.reveal() if kind is LocatedPrivateKey else str(one)) == text_of(prefix, body)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PUBLIC, "prefix"),
        (text_of("tprv", data_of(PRIVATE)), "prefix"),
        (text_of("xprv", data_of(PRIVATE)[:-1]), "length"),
        (text_of("xprv", data_of(PRIVATE) + b"\0"), "length"),
        (text_of("xprv", b"\4" + data_of(PRIVATE)[1:]), "length"),
        (text_of("xprv", b"\xff" + data_of(PRIVATE)[1:]), "length"),
        (text_of("xprv", b""), "length"),
        (text_of("xprv", data_of(PRIVATE)[:-33] + b"\1" + data_of(PRIVATE)[-32:]), "non-canonical"),
        (text_of("xprv", data_of(PRIVATE)[:-32] + bytes(32)), "range"),
        (text_of("xprv", data_of(PRIVATE)[:-32] + b"\xff" * 32), "range"),
        (PRIVATE[:-1] + ("q" if PRIVATE[-1] != "q" else "p"), "checksum"),
        (PRIVATE[:-1] + PRIVATE[-1].upper(), "mixed-case"),
        (PRIVATE[:-1] + "b", "character"),
        (" " + PRIVATE, "prefix"),
        ("", "prefix"),
        ("xprv" + "q" * 1000, "prefix"),
        ("xprv1" + "q" * 2000, "too-large"),
        (None, "type"),
        (PRIVATE.encode(), "type"),
        (Text(PRIVATE), "type"),
        (7, "type"),
    ],
)
def test_X19_what_is_no_text_of_a_private_key_is_refused(text: Any, reason: str) -> None:
    assert why(LocatedPrivateKey.parse, text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PRIVATE, "prefix"),
        (text_of("xpub", data_of(PUBLIC)[:-32] + b"\xff" * 32), "point"),
        (text_of("xpub", data_of(PUBLIC)[:-33] + b"\4" + data_of(PUBLIC)[-32:]), "point"),
        (text_of("xpub", data_of(PUBLIC)[:-33] + b"\0" + data_of(PUBLIC)[-32:]), "point"),
        (text_of("xpub", data_of(PUBLIC)[:-1]), "length"),
        (text_of("xpub", data_of(PUBLIC) + b"\0"), "length"),
    ],
)
def test_what_is_no_text_of_a_public_key_is_refused(text: str, reason: str) -> None:
    assert why(LocatedPublicKey.parse, text) == reason


def test_a_text_in_upper_case_is_the_same() -> None:
    assert LocatedPublicKey.parse(PUBLIC.upper()) == LocatedPublicKey.parse(PUBLIC)


@pytest.mark.parametrize("path", ["m", "m/0", "m/44'/0'", "m/44'/0'/1'", "m/44'/0'/0"])
def test_a_path_that_ends_elsewhere_is_refused(path: str) -> None:
    for one in (LocatedPrivateKey.parse(PRIVATE), LocatedPublicKey.parse(PUBLIC)):
        assert why(type(one), key=one.key, path=Path.parse(path)) == "mismatch"


def test_X19_what_is_no_key_or_path_is_refused() -> None:
    private, public = LocatedPrivateKey.parse(PRIVATE), LocatedPublicKey.parse(PUBLIC)
    others: list[Any] = [None, PRIVATE, public.key, public]
    assert {why(LocatedPrivateKey, key=other, path=private.path) for other in others} == {"type"}
    others = [None, PUBLIC, private.key, private]
    assert {why(LocatedPublicKey, key=other, path=public.path) for other in others} == {"type"}
    wrong: list[Any] = [None, "m/44'/0'/0'", (44 + HARDENED, HARDENED, HARDENED)]
    assert {why(LocatedPublicKey, key=public.key, path=path) for path in wrong} == {"type"}


def test_a_key_of_a_test_network_has_no_text() -> None:
    key = ExtendedPrivateKey.from_seed(SEED, network="testnet")
    assert why(LocatedPrivateKey, key=key, path=Path()) == "network"
    assert why(LocatedPublicKey, key=key.public, path=Path()) == "network"


def test_what_is_read_has_no_fingerprint_and_derives_the_same() -> None:
    public = LocatedPublicKey.parse(PUBLIC).key
    assert public.parent_fingerprint == bytes(4)
    full = ExtendedPrivateKey.from_seed(bytes.fromhex(DEEP.input["seed"])).derive(DEEP.input["path"]).public
    assert full.parent_fingerprint != bytes(4)
    assert isinstance(public, ExtendedPublicKey)
    assert public.derive("m/0/7") == full.derive("m/0/7")


def test_a_wiped_key_is_not_revealed() -> None:
    one = LocatedPrivateKey.parse(PRIVATE)
    one.key.private_key.wipe()
    with pytest.raises(InvalidKey) as caught:
        one.reveal()
    assert caught.value.reason == "wiped"


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_key_and_are_refused_at_once(shape: str) -> None:
    for size in (1749, MEBIBYTE, 16 * MEBIBYTE):
        text = "xprv1" + filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(LocatedPrivateKey.parse, text), DerivationError, seconds=0.005, memory=3 * MEBIBYTE)


def test_X10_no_error_and_no_view_tells_the_key() -> None:
    one = located(SEED, Path.parse("m/0'"))
    assert leaks(repr(one) + str(one)) == []
    data = data_of(one.reveal())
    for body in (data[:-1], data[:-33] + b"\1" + data[-32:], data[:-32] + b"\xff" * 16 + data[-16:]):
        error = refusal_of(text_of("xprv", body))
        assert leaks(told(error)) == []


def refusal_of(text: str) -> DerivationError:
    with pytest.raises(DerivationError) as caught:
        LocatedPrivateKey.parse(text)
    return caught.value
