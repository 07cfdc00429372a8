"""ERC-4337: what a user operation hashes to, what its owner signs, and what is no user operation."""

import copy
import json
import pickle
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from support.evm import ALICE, ETHEREUM, MALLORY, POLYGON, signer
from support.operations import ACCOUNT, FACTORY, PAYMASTER, fields_of, operation
from support.vectors import Case, vectors
from walletcore import chain as row_of
from walletcore.chains.evm import Evm, Message, UserOperation
from walletcore.chains.evm.user_operation import VERSIONS
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.signing import Signature, sign

SPONSORED = {"paymaster": PAYMASTER, "paymaster_data": b"\1\2"}
RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1
DELEGATE = ETHEREUM.account(b"\xdd" * 20)


def refused(**changes: Any) -> str:
    """The reason for which Alice's operation with these fields is refused."""
    with pytest.raises(TransactionError) as caught:
        operation(**changes)
    assert type(caught.value) is TransactionError
    return caught.value.reason


def test_the_spec_of_versions_is_that_of_the_releases() -> None:
    """The addresses stand on the release pages of eth-infinitism/account-abstraction; viem has the same."""
    assert [row.entry_point[:8] for row in VERSIONS.values()] == ["0x5FF137", "0x000000", "0x433708", "0x433709"]
    assert [operation(version=version).entry_point.text for version in VERSIONS] == [
        row.entry_point for row in VERSIONS.values()
    ]


def test_entry_points_are_known_where_addresses_have_another_checksum() -> None:
    """EIP-1191: the address is the same, and its text another."""
    row = row_of("rootstock", Evm)
    for version, rules in VERSIONS.items():
        made = operation(chain=row, version=version, sender=row.account(b"\xaa" * 20))
        assert made.entry_point.text.lower() == rules.entry_point.lower()
        assert row.decode_transaction(made.raw, keys=[ALICE.public_key]) == made


@vectors("evm/user-operations")
def test_published_operations_have_their_hashes_fields_and_signatures(case: Case) -> None:
    given = dict(case.input)
    chain = Evm(name="other", chain_id=int(given.pop("chain_id")))
    secret, public = given.pop("private_key", None), given.pop("public_key", None)
    made = UserOperation(**fields_of(chain, given))
    if "hash" in case.expect:
        assert made.hash.hex() == case.expect["hash"]
    if "signed" in case.expect:
        message = made.typed_data.message
        for name, value in case.expect["signed"].items():
            first, *others = name.split("_")
            assert message[first + "".join(map(str.title, others))] == f"0x{value}"
    for name, value in case.expect.get("packed", {}).items():
        assert getattr(made, name).hex() == value
    if "signature" in case.expect and secret:
        holder = signer(bytes.fromhex(secret))
        signed = sign(replace(made, owner=holder.public_key), holder)
        assert json.loads(signed.raw)[0]["signature"] == f"0x{case.expect['signature']}"
    if public:
        key = PublicKey(Curve.SECP256K1, bytes.fromhex(public))
        data = bytes.fromhex(case.expect["signature"])
        (request,) = replace(made, owner=key).requests()
        request.accept(Signature(scheme=Scheme.ECDSA, data=data[:64], recovery=data[64] - 27))


@pytest.mark.parametrize("version", ["0.6", "0.7"])
def test_owners_sign_the_hash_as_a_personal_message_before_0_8(version: str) -> None:
    made = operation(version=version)
    assert made.signs == "message"
    (request,) = made.requests()
    signature = bytes.fromhex(json.loads(sign(made, ALICE).raw)[0]["signature"][2:])
    expected = ETHEREUM.address(ALICE.public_key).text
    assert Account.recover_message(encode_defunct(made.hash), signature=signature) == expected
    assert keccak256(request.payload) == keccak256(b"\x19Ethereum Signed Message:\n32" + made.hash)


@pytest.mark.parametrize("version", ["0.8", "0.9"])
def test_owners_sign_typed_data_from_0_8_on(version: str) -> None:
    made = operation(version=version)
    assert made.signs == "hash"
    (request,) = made.requests()
    assert keccak256(request.payload) == made.hash == made.typed_data.digest
    assert request.payload == made.typed_data.payload
    signature = bytes.fromhex(json.loads(sign(made, ALICE).raw)[0]["signature"][2:])
    Message(chain=ETHEREUM, data=made.typed_data).verify(signature, ALICE.public_key)


@pytest.mark.parametrize("version", list(VERSIONS))
@pytest.mark.parametrize("signs", ["message", "hash"])
def test_what_is_signed_can_be_chosen(version: str, signs: str) -> None:
    made = operation(version=version, signs=signs)
    (request,) = made.requests()
    personal = keccak256(b"\x19Ethereum Signed Message:\n32" + made.hash)
    assert keccak256(request.payload) == (personal if signs == "message" else made.hash)
    assert made.hash == operation(version=version).hash


def test_there_is_no_typed_data_before_0_8() -> None:
    with pytest.raises(TransactionError, match="is not that of typed data") as caught:
        _ = operation().typed_data
    assert caught.value.reason == "version"


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("chain id", {"chain": Evm(name="other", chain_id=5)}),
    ("entry point", {"entry_point": FACTORY}),
    ("sender", {"sender": FACTORY}),
    ("nonce", {"nonce": 8}),
    ("factory", {"factory": FACTORY}),
    ("factory data", {"factory": FACTORY, "factory_data": b"\1"}),
    ("call data", {"call_data": b""}),
    ("call gas", {"call_gas_limit": 100_001}),
    ("verification gas", {"verification_gas_limit": 200_001}),
    ("pre-verification gas", {"pre_verification_gas": 50_001}),
    ("fee", {"max_fee": 31 * 10**9}),
    ("priority fee", {"max_priority_fee": 2 * 10**9}),
    ("paymaster", {"paymaster": PAYMASTER}),
    ("paymaster data", SPONSORED),
]


@pytest.mark.parametrize("version", list(VERSIONS))
def test_every_field_is_signed(version: str) -> None:
    """No two of these operations have one hash, and none has that of another version."""
    made = []
    for _, changes in CHANGES:
        moved = dict(changes)
        if "chain" in moved:
            other: Evm = moved["chain"]
            moved |= {"sender": other.account(ACCOUNT.payload)}
        made.append(operation(version=version, **moved))
    hashes = {each.hash for each in made}
    assert len(hashes) == len(CHANGES)
    assert hashes.isdisjoint(
        each.hash for other in VERSIONS if other != version for each in (operation(version=other),)
    )
    assert len({each.requests()[0].id for each in made}) == len(CHANGES)


def test_gas_of_a_paymaster_is_signed_from_0_7_on() -> None:
    plain = operation(**SPONSORED)
    assert len({
        plain.hash,
        replace(plain, paymaster_verification_gas_limit=1).hash,
        replace(plain, paymaster_post_op_gas_limit=1).hash,
    }) == 3  # fmt: skip


def test_a_delegation_is_hashed_by_its_delegate_and_sent_with_the_mark() -> None:
    made = operation(version="0.8", delegate=DELEGATE, factory_data=b"\1\2")
    assert made.init_code == bytes.fromhex("7702") + bytes(18) + b"\1\2"
    assert made.hash != replace(made, delegate=FACTORY).hash
    # Eip7702Support.sol: keccak256(abi.encodePacked(delegate, initCode[20 :])), as for a factory at that address
    assert made.hash == replace(made, delegate=None, factory=DELEGATE).hash
    assert made.rpc(b"")["factory"] == "0x7702"


def test_a_late_signature_of_the_paymaster_is_not_signed_by_the_owner() -> None:
    plain = operation(version="0.9", **SPONSORED)
    missing, there = replace(plain, paymaster_signature=b""), replace(plain, paymaster_signature=b"\7" * 65)
    assert missing.hash == there.hash != plain.hash
    assert missing.requests()[0].id == there.requests()[0].id
    assert there.paymaster_and_data == plain.paymaster_and_data + b"\7" * 65 + bytes.fromhex("004122e325a297439656")
    assert missing.paymaster_and_data == plain.paymaster_and_data


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a chain of another family", {"chain": "ethereum"}, "type"),
    ("a version nobody knows", {"version": "0.5"}, "version"),
    ("a version that is no text", {"version": 0.7}, "version"),
    ("a form nobody knows", {"signs": "typed"}, "unknown"),
    ("a form that is no text", {"signs": 1}, "unknown"),
    ("an owner that is no key", {"owner": b"\2" * 33}, "type"),
    ("an owner of another curve", {"owner": PublicKey(Curve.ED25519, RFC8032_KEY)}, "type"),
    ("an origin that is no KeyOrigin", {"origin": "m/44'"}, "type"),
    ("a sender as text", {"sender": ACCOUNT.text}, "type"),
    ("a sender of another chain", {"sender": POLYGON.account(b"\1" * 20)}, "network"),
    ("a sender whose text is another's", {"sender": replace(ACCOUNT, text=FACTORY.text)}, "mismatch"),
    ("an entry point of another chain", {"entry_point": POLYGON.account(b"\1" * 20)}, "network"),
    ("an entry point as text", {"entry_point": ACCOUNT.text}, "type"),
    ("a factory of another chain", {"factory": POLYGON.account(b"\1" * 20)}, "network"),
    ("a paymaster of another chain", {"paymaster": POLYGON.account(b"\1" * 20)}, "network"),
    ("a delegate of another chain", {"version": "0.8", "delegate": POLYGON.account(b"\1" * 20)}, "network"),
    ("a nonce as a bool", {"nonce": True}, "type"),
    ("a nonce as text", {"nonce": "1"}, "type"),
    ("a nonce below zero", {"nonce": -1}, "range"),
    ("a nonce of 257 bits", {"nonce": 1 << 256}, "range"),
    ("gas of 121 bits", {"call_gas_limit": 1 << 120}, "range"),
    ("gas below zero", {"verification_gas_limit": -1}, "range"),
    ("a fee of 121 bits", {"max_fee": 1 << 120}, "range"),
    ("ET04: a priority fee above the highest", {"max_fee": 5, "max_priority_fee": 6}, "mismatch"),
    ("a float as gas", {"pre_verification_gas": 1.0}, "type"),
    ("call data as text", {"call_data": "0x"}, "type"),
    ("call data as a bytearray", {"call_data": bytearray(b"\1")}, "type"),
    ("call data above 128 KiB", {"call_data": bytes((1 << 17) + 1)}, "too-large"),
    ("factory data without a factory", {"factory_data": b"\1"}, "missing"),
    ("a factory and a delegate", {"version": "0.8", "factory": FACTORY, "delegate": DELEGATE}, "ambiguous"),
    ("a delegate before 0.8", {"delegate": DELEGATE}, "version"),
    ("the mark of a delegation as a factory", {
        "version": "0.8", "factory": ETHEREUM.account(bytes.fromhex("7702") + bytes(18)),
    }, "ambiguous"),
    ("paymaster data without a paymaster", {"paymaster_data": b"\1"}, "missing"),
    ("gas of a paymaster without one", {"paymaster_post_op_gas_limit": 1}, "missing"),
    ("a paymaster's signature without one", {"version": "0.9", "paymaster_signature": b""}, "missing"),
    ("gas of a paymaster in 0.6", {"version": "0.6", "paymaster_verification_gas_limit": 1, **SPONSORED}, "version"),
    ("a late signature before 0.9", {"version": "0.8", "paymaster_signature": b"", **SPONSORED}, "version"),
    ("a late signature as text", {"version": "0.9", "paymaster": PAYMASTER, "paymaster_signature": ""}, "type"),
    ("a late signature of 2^16 bytes", {
        "version": "0.9", "paymaster": PAYMASTER, "paymaster_signature": bytes(1 << 16),
    }, "too-large"),
    ("paymaster data that end like a signature", {
        "version": "0.9", "paymaster": PAYMASTER, "paymaster_data": bytes.fromhex("000122e325a297439656"),
    }, "ambiguous"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_operation_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert refused(**changes) == reason


def test_the_mark_of_a_delegation_is_an_address_like_others_before_0_8() -> None:
    operation(factory=ETHEREUM.account(bytes.fromhex("7702") + bytes(18)))


def test_without_its_owner_an_operation_has_a_hash_and_asks_nobody() -> None:
    made = operation(owner=None)
    assert made.hash == operation().hash
    with pytest.raises(TransactionError, match="owner key unknown") as caught:
        made.requests()
    assert caught.value.reason == "missing"


def test_a_request_names_the_operation_and_where_the_key_is() -> None:
    origin = KeyOrigin(fingerprint=b"\1\2\3\4", path=Path.parse("m/44'/60'/0'/0/0"))
    made = operation(origin=origin)
    (request,) = made.requests()
    assert (request.subject, request.origin, request.key) == (made, origin, ALICE.public_key)
    assert made.requests()[0] is request


def test_the_signature_of_another_key_is_refused() -> None:
    (theirs,) = operation(owner=MALLORY.public_key).requests()
    with pytest.raises(InvalidSignature):
        operation().assemble((MALLORY.sign(theirs),))
    with pytest.raises(MissingSignature):
        operation().assemble((None,))
    good = ALICE.sign(operation().requests()[0])
    flipped = Signature(scheme=good.scheme, data=bytes([good.data[0] ^ 1]) + good.data[1:], recovery=good.recovery)
    with pytest.raises(InvalidSignature):
        operation().assemble((flipped,))


def test_the_signed_operation_is_what_a_bundler_is_sent() -> None:
    made = operation(factory=FACTORY, factory_data=b"\1", **SPONSORED)
    signed = sign(made, ALICE)
    sent, where = json.loads(signed.raw)
    assert where == "0x0000000071727De22E5E9d8BAf0edAc6f37da032"
    assert sent == made.rpc(bytes.fromhex(sent["signature"][2:]))
    assert len(sent["signature"]) == 2 + 2 * 65
    assert sent["signature"][-2:] in ("1b", "1c")
    assert sent["nonce"] == "0x7"
    assert (signed.message, signed.chain, signed.effects()) == (made, ETHEREUM, made.effects())
    assert UserOperation.from_rpc(ETHEREUM, sent, version="0.7", owner=ALICE.public_key) == made


@pytest.mark.parametrize(
    "wrong", ["0x", bytearray(b"\1"), bytes((1 << 17) + 1)], ids=lambda value: type(value).__name__
)
def test_a_signature_that_is_sent_is_bytes(wrong: Any) -> None:
    for call in (operation().rpc, operation().packed):
        with pytest.raises(InvalidSignature) as caught:
            call(wrong)
        assert caught.value.reason == "type"


def test_an_operation_is_a_value() -> None:
    made = operation()
    assert made == operation() != operation(nonce=8)
    assert hash(made) == hash(operation())
    assert made.hash == copy.copy(made).hash == pickle.loads(pickle.dumps(made)).hash
    with pytest.raises(AttributeError):
        made.nonce = 8  # type: ignore[misc]
    assert "call_data" not in repr(made)


def test_the_highest_cost_is_what_the_entry_point_takes_beforehand() -> None:
    """_getRequiredPrefund of the entry points; before 0.7 a paymaster has the verification's gas three times."""
    gas, fee = 100_000 + 200_000 + 50_000, 30 * 10**9
    assert operation().prefund == operation(version="0.6").prefund == gas * fee
    assert operation(version="0.6", **SPONSORED).prefund == (gas + 2 * 200_000) * fee
    limits = {"paymaster_verification_gas_limit": 3, "paymaster_post_op_gas_limit": 4}
    assert operation(**SPONSORED, **limits).prefund == (gas + 7) * fee
