"""Authorizations (EIP-7702) against eth-account, published ones, and everything that is refused."""

import pickle
from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, LAST, MALLORY, POLYGON, authorization, authorized, secrets, signer
from support.vectors import Case, vectors
from walletcore.chains.evm import CHAINS, Authorization, Evm, SignedAuthorization
from walletcore.effects import Authority, Opaque
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError, WalletcoreError
from walletcore.signing import Signature, sign

HIM = f"eip155:1:{ETHEREUM.address(MALLORY.public_key)}"
CODE = f"eip155:1:0x{'55' * 20}"


def refused(call: Any, *args: Any, error: type[WalletcoreError] = TransactionError, **options: Any) -> str:
    """The reason for which the call is refused."""
    with pytest.raises(error) as caught:
        call(*args, **options)
    assert type(caught.value) is error
    return caught.value.reason


rows = st.sampled_from(CHAINS) | st.integers(1, 2**63 - 37).map(lambda number: Evm(name="other", chain_id=number))
accounts = st.binary(min_size=20, max_size=20)


@given(rows, accounts, st.integers(0, 2**64 - 2), st.booleans(), secrets)
def test_eth_account_signs_the_same(row: Evm, account: bytes, nonce: int, every_chain: bool, secret: bytes) -> None:
    holder = signer(secret)
    mine = authorization(
        chain=row, address=row.account(account), nonce=nonce, every_chain=every_chain, authority=holder.public_key
    )
    chain_id = 0 if every_chain else row.chain_id
    theirs = Account.sign_authorization({"chainId": chain_id, "address": account, "nonce": nonce}, secret)
    signed = sign(mine, holder)
    assert (signed.parity, signed.r, signed.s) == (theirs.y_parity, theirs.r, theirs.s)
    assert mine.requests()[0].message == bytes(theirs.authorization_hash)
    assert signed.authority == holder.public_key
    assert row.address(holder.public_key).payload == bytes(theirs.authority)
    assert row.decode_transaction(mine.raw, keys=[holder.public_key], allow_every_chain=True) == mine
    assert SignedAuthorization.decode(signed.raw) == signed


@vectors("evm/authorizations", operation="authorization.sign")
def test_published_authorizations_have_their_hashes_and_signatures(case: Case) -> None:
    given = case.input
    chain_id = int(given["chain_id"])
    row = Evm(name="other", chain_id=chain_id or 1)
    holder = signer(bytes.fromhex(given.get("private_key", "11" * 32)))
    mine = Authorization(
        chain=row,
        authority=holder.public_key,
        address=row.account(bytes.fromhex(given["address"])),
        nonce=int(given["nonce"]),
        every_chain=not chain_id,
    )
    assert mine.requests()[0].message.hex() == case.expect["digest"]
    if "private_key" in given:
        signed = sign(mine, holder)
        assert signed == authorized({**given, **case.expect})
        assert row.address(holder.public_key).text == case.expect["authority"]


def test_what_is_signed_is_the_list_of_EIP_7702_behind_0x05() -> None:
    assert authorization().raw == b"\x05" + rlp.encode([1, b"\x55" * 20, 3])
    assert authorization(every_chain=True, nonce=0).raw == b"\x05" + rlp.encode([0, b"\x55" * 20, 0])
    signed = sign(authorization(), MALLORY)
    assert signed.raw == rlp.encode([1, b"\x55" * 20, 3, signed.parity, signed.r, signed.s])


def test_it_is_a_change_of_who_controls_the_account() -> None:
    runs = Authority(account=HIM, change=f"it runs the code of {CODE} (EIP-7702)")
    assert authorization().effects() == (runs,)
    assert sign(authorization(), MALLORY).effects(ETHEREUM) == (runs,)
    everywhere = replace(runs, change=runs.change + ", on every chain")
    assert authorization(every_chain=True).effects() == (everywhere,)
    assert sign(authorization(every_chain=True), MALLORY).effects(ETHEREUM) == (everywhere,)
    ends = authorization(address=ETHEREUM.account(bytes(20)))
    cleared = replace(runs, change="it runs no contract's code any more (EIP-7702)")
    assert ends.effects() == sign(ends, MALLORY).effects(ETHEREUM) == (cleared,)
    assert authorization(authority=None).effects() == (replace(runs, account="whoever signs"),)


def test_what_a_chain_leaves_out_is_opaque_there() -> None:
    """EIP-7702, "Behavior": another chain id, the last nonce, a signature that recovers nobody."""
    signed = sign(authorization(), MALLORY)
    (elsewhere,) = signed.effects(POLYGON)
    assert isinstance(elsewhere, Opaque)
    assert "chain id 1" in elsewhere.why
    last = replace(signed, nonce=2**64 - 1)
    assert [type(each) for each in last.effects(ETHEREUM)] == [Opaque]
    for broken in BROKEN:
        (effect,) = replace(signed, **broken).effects(ETHEREUM)
        assert effect == Opaque(why=effect.why, data=replace(signed, **broken).raw)  # type: ignore[union-attr]
        assert "nobody" in str(effect)


BROKEN: list[dict[str, Any]] = [
    {"parity": 2},
    {"parity": 27},
    {"parity": 255},
    {"r": 0},
    {"s": 0},
    {"r": LAST + 1},
    {"s": LAST},
    {"s": LAST // 2 + 1},
    {"r": 2**256 - 1},
    {"s": 2**256 - 1},
    {"r": 5},  # of no point
]


@pytest.mark.parametrize("changes", BROKEN)
def test_ET14_a_signature_that_nobody_made_has_no_authority(changes: dict[str, Any]) -> None:
    broken = replace(sign(authorization(), MALLORY), **changes)
    assert broken.authority is None
    assert SignedAuthorization.decode(broken.raw) == broken


def test_the_other_s_is_nobodys() -> None:
    signed = sign(authorization(), MALLORY)
    assert replace(signed, s=LAST + 1 - signed.s, parity=1 - signed.parity).authority is None
    assert replace(signed, s=LAST // 2).authority != MALLORY.public_key


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"chain": "ethereum"}, "type"),
        ({"address": "0x" + "55" * 20}, "type"),
        ({"address": b"\x55" * 20}, "type"),
        ({"address": None}, "type"),
        ({"address": POLYGON.account(b"\x55" * 20)}, "network"),
        ({"nonce": -1}, "range"),
        ({"nonce": 2**64 - 1}, "range"),  # ET03
        ({"nonce": True}, "type"),  # ET09
        ({"nonce": "1"}, "type"),
        ({"every_chain": 1}, "type"),
        ({"every_chain": None}, "type"),
        ({"authority": b"\x02" * 33}, "type"),
        ({"authority": MALLORY}, "type"),
        ({"origin": "m"}, "type"),
    ],
)
def test_fields_of_other_shapes_are_refused(changes: dict[str, Any], expected: str) -> None:
    fields: dict[str, Any] = {"chain": ETHEREUM, "address": ETHEREUM.account(b"\x55" * 20), "nonce": 3}
    assert refused(lambda: Authorization(**{**fields, **changes})) == expected


FIELDS: dict[str, Any] = {"chain_id": 1, "address": b"\x55" * 20, "nonce": 3, "parity": 0, "r": 1, "s": 1}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"chain_id": 2**256}, "range"),
        ({"nonce": 2**64}, "range"),
        ({"parity": 2**8}, "range"),
        ({"r": 2**256}, "range"),
        ({"s": 2**256}, "range"),
        ({"s": -1}, "range"),
        ({"chain_id": True}, "type"),
        ({"parity": False}, "type"),
        ({"r": b"\x01"}, "type"),
        ({"address": bytes(19)}, "length"),
        ({"address": bytes(21)}, "length"),
        ({"address": b""}, "length"),
        ({"address": ETHEREUM.account(bytes(20))}, "length"),
    ],
)
def test_ET14_bounds_of_EIP_7702_are_kept(changes: dict[str, Any], expected: str) -> None:
    assert refused(lambda: SignedAuthorization(**{**FIELDS, **changes})) == expected
    assert SignedAuthorization(**FIELDS).authority is not None


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([b"\x01", b"\x55" * 20, b"\x03", b"", b"\x01"], "length"),
        ([b"\x01", b"\x55" * 20, b"\x03", b"", b"\x01", b"\x01", b""], "length"),
        ([b"\x01", b"\x55" * 20, b"\x03", b"\x00", b"\x01", b"\x01"], "non-canonical"),  # R27
        ([b"\x00\x01", b"\x55" * 20, b"\x03", b"", b"\x01", b"\x01"], "non-canonical"),
        ([b"\x01", b"\x55" * 19, b"\x03", b"", b"\x01", b"\x01"], "length"),
        ([b"\x01", [], b"\x03", b"", b"\x01", b"\x01"], "length"),
        ([b"\x01", b"\x55" * 20, b"\x01" * 9, b"", b"\x01", b"\x01"], "range"),
        ([b"\x01", b"\x55" * 20, b"\x03", b"\x01\x01", b"\x01", b"\x01"], "range"),
        ([b"\x01", b"\x55" * 20, b"\x03", b"", b"\x01" * 33, b"\x01"], "range"),
        ([b"\x01", b"\x55" * 20, b"\x03", b"", b"\x01", []], "type"),
        (b"\x01", "type"),
    ],
)
def test_ET14_other_lists_are_refused(items: Any, expected: str) -> None:
    assert refused(SignedAuthorization.decode, bytes(rlp.encode(items))) == expected


@pytest.mark.parametrize("raw", [None, "c0", bytearray(b"\xc0"), b""])
def test_what_is_no_list_is_refused(raw: Any) -> None:
    assert refused(SignedAuthorization.decode, raw) in ("type", "truncated")


def test_T01_R29_bytes_that_end_early_or_go_on_are_refused() -> None:
    unsigned, signed = authorization().raw, sign(authorization(), MALLORY).raw
    assert {refused(ETHEREUM.decode_transaction, unsigned[:size]) for size in range(len(unsigned))} == {"truncated"}
    assert {refused(SignedAuthorization.decode, signed[:size]) for size in range(len(signed))} == {"truncated"}
    assert refused(ETHEREUM.decode_transaction, unsigned + b"\x00") == "trailing"
    assert refused(SignedAuthorization.decode, signed + b"\x00") == "trailing"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([b"\x01", b"\x55" * 20], "length"),
        ([b"\x01", b"\x55" * 20, b"\x03", b""], "length"),
        ([b"\x02", b"\x55" * 20, b"\x03"], "network"),
        ([b"\x01", b"", b"\x03"], "type"),
        ([b"\x01", b"\x55" * 19, b"\x03"], "length"),
        ([b"\x01", b"\x55" * 20, b"\xff" * 8], "range"),
        ([b"\x01", b"\x55" * 20, b"\x00"], "non-canonical"),
        ([b"\x01" * 33, b"\x55" * 20, b"\x03"], "range"),
    ],
)
def test_ET14_what_is_to_be_signed_has_one_form(items: Any, expected: str) -> None:
    assert refused(ETHEREUM.decode_transaction, b"\x05" + bytes(rlp.encode(items))) == expected


def test_it_has_no_id_because_it_is_never_signed_in_that_form() -> None:
    assert refused(ETHEREUM.transaction_id, authorization().raw) == "missing"


def test_ET12_an_authorization_for_every_chain_is_to_be_named() -> None:
    raw = authorization(every_chain=True).raw
    assert refused(ETHEREUM.decode_transaction, raw) == "policy"
    assert refused(ETHEREUM.decode_transaction, raw, allow_unprotected=True, allow_endowment=True) == "policy"
    read = ETHEREUM.decode_transaction(raw, keys=[MALLORY.public_key], allow_every_chain=True)
    assert read == authorization(every_chain=True)
    assert authorization() != authorization(every_chain=True)


def test_ET11_the_signature_of_another_is_refused() -> None:
    assert refused(sign, authorization(), ALICE, error=MissingSignature) == "missing"
    (foreign,) = (each.sign(authorization(authority=ALICE.public_key).requests()[0]) for each in (ALICE,))
    assert refused(authorization().assemble, (foreign,), error=InvalidSignature) == "mismatch"
    assert refused(authorization(authority=None).requests) == "missing"


def test_a_reduced_r_is_refused_because_no_parity_can_say_so() -> None:
    from walletcore.curves import secp256k1
    from walletcore.keys import Curve, PublicKey, Scheme

    digest = keccak(authorization().raw)
    for r in range(1, 100):
        data = r.to_bytes(32) + (1).to_bytes(32)
        try:
            key = secp256k1.ecdsa_recover(digest, data, 2)
        except InvalidSignature:
            continue
        mine = authorization(authority=PublicKey(Curve.SECP256K1, key))
        answer = Signature(scheme=Scheme.ECDSA, data=data, recovery=2)
        assert refused(mine.assemble, (answer,), error=InvalidSignature) == "range"
        return
    raise AssertionError("no x from n to n + 99 is on the curve")


def test_it_does_not_change() -> None:
    signed = sign(authorization(), MALLORY)
    assert len({authorization(), authorization(), authorization(nonce=4)}) == 2
    assert pickle.loads(pickle.dumps(signed)) == signed
    assert pickle.loads(pickle.dumps(authorization())) == authorization()
    held = authorization().requests()
    assert held[0].subject == authorization()
