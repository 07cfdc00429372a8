"""Monero's addresses: published ones, those of bip-utils, and every text and key that is refused; row K07."""

from typing import Any

import pytest
from bip_utils import XmrAddrDecoder, XmrAddrEncoder, XmrIntegratedAddrEncoder
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.coding.block58 import block58
from walletcore.curves import ed25519
from walletcore.errors import AddressError
from walletcore.hashes import keccak256
from walletcore.hd.monero_address import MONERO_NETWORKS, MoneroAddress

NETWORKS = {"monero": "mainnet", "monero-stagenet": "stagenet", "monero-testnet": "testnet"}
PREFIXES = {  # cryptonote_config.h
    (network, kind): prefix
    for network, prefixes in {"mainnet": (18, 19, 42), "stagenet": (24, 25, 36), "testnet": (53, 54, 63)}.items()
    for kind, prefix in zip(("standard", "integrated", "subaddress"), prefixes, strict=True)
}
SPEND, VIEW = (ed25519.point(bytes((n,)) + bytes(31)) for n in (5, 7))
GOOD = "4AzKEX4gXdJdNeM6dfiBFL7kqund3HYGvMBF3ttsNd9SfzgYB6L7ep1Yg1osYJzLdaKAYSLVh6e6jKnAuzj3bw1oGy9kXCb"
INTEGRATED = (
    "4HMcpBpe4ddJEEnFKUJHAYhGxkeTRH82sf36giEp9AcNfDBfkAtRLX7A6rZz18bbNHPNV7ex6WYbMN3aKisFRJZ8M7yKhzQhKW3ECCLWQw"
)
SMALL_ORDER = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"  # of order 8

points = st.integers(1, 2**252).map(lambda k: ed25519.point(k.to_bytes(32, "little")))


def refusal(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(AddressError) as caught:
        call(*args, **options)
    return caught.value.reason


def sealed_text(payload: bytes) -> str:
    """A text whose checksum is right, whatever is in it."""
    return block58.encode(payload + keccak256(payload)[:4])


# -- published figures


@vectors("monero/addresses", result="valid")
def test_a_published_address_is_read_and_written_again(case: Case) -> None:
    address = MoneroAddress.parse(case.input["address"], network=NETWORKS[case.input["chain"]])
    assert str(address) == case.expect["address"]
    assert address.kind == case.expect["kind"]
    assert address.payment_id.hex() == case.expect.get("payment_id", "")
    keys = address.public_spend_key + address.public_view_key
    assert keys.hex() == case.expect.get("payload", keys.hex())


@vectors("monero/addresses", result="invalid")
def test_a_text_that_is_no_address_is_refused(case: Case) -> None:
    assert refusal(MoneroAddress.parse, case.input["address"], network=NETWORKS[case.input["chain"]]) in case.reasons


@vectors("monero/addresses", result="valid")
def test_another_network_than_the_one_that_is_meant_is_refused(case: Case) -> None:
    for network in set(MONERO_NETWORKS) - {NETWORKS[case.input["chain"]]}:
        assert refusal(MoneroAddress.parse, case.input["address"], network=network) == "network"


# -- a second implementation, and the round trip


@given(points, points, st.sampled_from(sorted(PREFIXES)), st.binary(min_size=8, max_size=8))
def test_texts_are_those_of_bip_utils(spend: bytes, view: bytes, place: tuple[str, str], payment_id: bytes) -> None:
    network, kind = place
    prefix, integrated = bytes((PREFIXES[place],)), kind == "integrated"
    address = MoneroAddress(
        public_spend_key=spend,
        public_view_key=view,
        network=network,
        kind=kind,
        payment_id=payment_id if integrated else b"",
    )
    if integrated:
        theirs = XmrIntegratedAddrEncoder.EncodeKey(spend, pub_vkey=view, net_ver=prefix, payment_id=payment_id)
    else:
        theirs = XmrAddrEncoder.EncodeKey(spend, pub_vkey=view, net_ver=prefix)
        assert XmrAddrDecoder.DecodeAddr(theirs, net_ver=prefix) == spend + view
    assert str(address) == theirs
    assert MoneroAddress.parse(theirs, network=network) == address
    assert len(theirs) == (106 if integrated else 95)


@given(st.integers(0, 94), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
def test_an_address_with_another_character_is_refused(place: int, character: str) -> None:
    if GOOD[place] != character:
        changed = GOOD[:place] + character + GOOD[place + 1 :]
        assert refusal(MoneroAddress.parse, changed) in ("checksum", "range")


def test_a_standard_address_takes_a_payment_id_and_no_other_does() -> None:
    integrated = MoneroAddress.parse(INTEGRATED)
    plain = MoneroAddress(public_spend_key=integrated.public_spend_key, public_view_key=integrated.public_view_key)
    assert plain.with_payment_id(integrated.payment_id) == integrated
    assert refusal(integrated.with_payment_id, bytes(8)) == "mismatch"
    for bad in (b"", bytes(7), bytes(9), bytes(32), "00" * 8, bytearray(8), None, 8):
        assert refusal(plain.with_payment_id, bad) == "length"
    below = MoneroAddress(public_spend_key=SPEND, public_view_key=VIEW, kind="subaddress")
    assert refusal(below.with_payment_id, bytes(8)) == "mismatch"


# -- what is refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((" " + GOOD[1:], "character"), (GOOD[:-1] + "\n", "character"), (GOOD[:40] + "\0" + GOOD[41:], "character")),
        *((GOOD[:40] + "\ud800" + GOOD[41:], "character"), (GOOD[:40] + "\uff14" + GOOD[41:], "character")),
        *(("", "length"), (GOOD[:-1], "length"), (GOOD + "1", "length"), (GOOD + "11", "length"), (GOOD * 2, "length")),
        *((GOOD * 100_000, "length"), (GOOD.encode(), "type"), (None, "type"), (5, "type"), (True, "type")),
        *((type("Text", (str,), {})(GOOD), "type"), ([GOOD], "type")),
        (bytes(64).hex(), "length"),  # the form of Cryptonote before base 58, which Monero reads no more
    ],
)
def test_what_is_no_text_of_an_address_is_refused(text: Any, reason: str) -> None:
    assert refusal(MoneroAddress.parse, text) == reason


@pytest.mark.parametrize("prefix", sorted(set(range(256)) - set(PREFIXES.values())))
def test_every_other_prefix_is_refused(prefix: int) -> None:
    assert refusal(MoneroAddress.parse, sealed_text(bytes((prefix,)) + SPEND + VIEW)) == "version"


@pytest.mark.parametrize("place", sorted(PREFIXES))
def test_a_payment_id_stands_in_integrated_addresses_only(place: tuple[str, str]) -> None:
    payload = bytes((PREFIXES[place],)) + SPEND + VIEW
    wrong = payload if place[1] == "integrated" else payload + bytes(8)
    assert refusal(MoneroAddress.parse, sealed_text(wrong), network=place[0]) == "length"
    for size in (1, 7, 9, 32):
        assert refusal(MoneroAddress.parse, sealed_text(payload + bytes(size)), network=place[0]) == "length"


@pytest.mark.parametrize(
    "key",
    [
        bytes(32).hex(),  # a point of order 4
        "01" + "00" * 31,  # the neutral element
        SMALL_ORDER,
        "02" + "00" * 31,  # no point
        "ee" + "ff" * 30 + "7f",  # another spelling of the neutral element
        "04" + "00" * 31,  # a point outside the main subgroup, or none
    ],
)
def test_K07_a_key_that_nobody_has_is_refused_in_either_place(key: str) -> None:
    bad = bytes.fromhex(key)
    for spend, view in ((bad, VIEW), (SPEND, bad)):
        assert refusal(MoneroAddress.parse, sealed_text(b"\x12" + spend + view)) == "point"
        assert refusal(MoneroAddress, public_spend_key=spend, public_view_key=view) == "point"


@pytest.mark.parametrize(("key", "reason"), [(SPEND.hex(), "type"), (bytearray(SPEND), "type"), (None, "type")])
def test_a_key_that_is_not_bytes_is_refused(key: Any, reason: str) -> None:
    assert refusal(MoneroAddress, public_spend_key=key, public_view_key=VIEW) == reason
    assert refusal(MoneroAddress, public_spend_key=SPEND, public_view_key=key) == reason


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    assert refusal(MoneroAddress, public_spend_key=bytes(size), public_view_key=VIEW) == "length"


@pytest.mark.parametrize("word", ["", "Mainnet", "regtest", "standard\0", None, 0, b"mainnet", ["mainnet"]])
def test_an_unknown_network_or_kind_is_refused(word: Any) -> None:
    assert refusal(MoneroAddress.parse, GOOD, network=word) == "unknown"
    assert refusal(MoneroAddress, public_spend_key=SPEND, public_view_key=VIEW, network=word) == "unknown"
    assert refusal(MoneroAddress, public_spend_key=SPEND, public_view_key=VIEW, kind=word) == "unknown"


def test_fields_that_do_not_go_together_are_refused() -> None:
    for kind in ("standard", "subaddress"):
        keys = {"public_spend_key": SPEND, "public_view_key": VIEW}
        assert refusal(MoneroAddress, **keys, kind=kind, payment_id=bytes(8)) == "length"
    assert refusal(MoneroAddress, **keys, kind="integrated") == "length"
