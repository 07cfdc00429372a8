"""User operations as JSON: the canonical form, to the byte, and the members that bundlers take."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, MALLORY, POLYGON, signer
from support.operations import ACCOUNT, FACTORY, PAYMASTER, fields_of, operation
from support.vectors import Case, vectors
from walletcore.chains.evm import Evm, TypedData, UserOperation
from walletcore.chains.evm.simple_account import Inner, execute
from walletcore.chains.evm.user_operation import VERSIONS
from walletcore.errors import GuardRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signers.rules import only_to, refuse_opaque
from walletcore.signing import sign
from walletcore.testing import check_chain

DELEGATE = ETHEREUM.account(b"\xdd" * 20)
FULL = {
    "factory": FACTORY,
    "factory_data": b"\1\2",
    "paymaster": PAYMASTER,
    "paymaster_data": b"\3",
}


def every_shape() -> list[UserOperation]:
    """Each member that there can be, there and not there, in each version and form."""
    shapes = [operation(version=version, **more) for version in VERSIONS for more in ({}, FULL)]
    shapes += [replace(each, signs="hash" if each.signs == "message" else "message") for each in shapes]
    shapes += [
        operation(version=version, delegate=DELEGATE, factory_data=data)
        for version in ("0.8", "0.9")
        for data in (b"", b"\1")
    ]
    shapes += [operation(version="0.9", paymaster=PAYMASTER, paymaster_signature=data) for data in (b"", b"\7" * 65)]
    shapes += [operation(entry_point=FACTORY, nonce=2**256 - 1, **FULL, paymaster_post_op_gas_limit=9)]
    return shapes


def refused(raw: Any, *, chain: Evm = ETHEREUM) -> str:
    """The reason for which these bytes, which begin like an operation, are not read."""
    with pytest.raises(TransactionError) as caught:
        chain.decode_transaction(raw)
    assert type(caught.value) is TransactionError
    return caught.value.reason


@pytest.mark.parametrize("made", every_shape(), ids=lambda made: f"{made.version}-{made.hash.hex()[:6]}-{made.signs}")
def test_every_operation_is_read_again_from_its_bytes(made: UserOperation) -> None:
    read = ETHEREUM.decode_transaction(made.raw, keys=[ALICE.public_key])
    assert read == made
    assert isinstance(read, UserOperation)
    assert [each.id for each in read.requests()] == [each.id for each in made.requests()]
    assert ETHEREUM.decode_transaction(made.raw) == replace(made, owner=None)
    assert ETHEREUM.takes(read)


@vectors("evm/user-operations")
def test_published_operations_are_read_again(case: Case) -> None:
    given = {name: value for name, value in case.input.items() if not name.endswith("_key")}
    chain = Evm(name="other", chain_id=int(given.pop("chain_id")))
    made = UserOperation(**fields_of(chain, given))
    assert chain.decode_transaction(made.raw) == made
    sent = made.rpc(b"\1" * 65)
    where: dict[str, Any] = {"entry_point": made.entry_point, "delegate": made.delegate, "signs": made.signs}
    assert UserOperation.from_rpc(chain, sent, version=made.version, **where) == made


def test_the_canonical_form_is_what_the_page_says() -> None:
    assert operation(nonce=0).raw == (
        b'{"chainId":"0x1","entryPoint":"0x0000000071727De22E5E9d8BAf0edAc6f37da032","signs":"message",'
        b'"userOperation":{"callData":"0x12345678","callGasLimit":"0x186a0","maxFeePerGas":"0x6fc23ac00",'
        b'"maxPriorityFeePerGas":"0x3b9aca00","nonce":"0x0","preVerificationGas":"0xc350",'
        b'"sender":"0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa","verificationGasLimit":"0x30d40"},"version":"0.7"}'
    )


def test_typed_data_are_told_from_operations() -> None:
    """The canonical JSON of typed data begins with its domain, whatever its message is called."""
    members = [{"name": "chainId", "type": "uint256"}]
    document: dict[str, Any] = {"primaryType": "A", "types": {"A": members}, "domain": {}, "message": {"chainId": 1}}
    assert not TypedData.parse(document).raw.startswith(b'{"chainId"')
    assert ETHEREUM.decode_transaction(TypedData.parse(document).raw).raw == TypedData.parse(document).raw


RAW = operation(**FULL).raw
DOCUMENT = json.loads(RAW)


def written(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def changed(**changes: Any) -> bytes:
    """The document with members changed, or left out where the value is `...`."""
    return written({name: value for name, value in {**DOCUMENT, **changes}.items() if value is not ...})


def inner(**changes: Any) -> bytes:
    """The same for members of the operation."""
    members = {**DOCUMENT["userOperation"], **changes}
    return changed(userOperation={name: value for name, value in members.items() if value is not ...})


NO_LIMITS = {"paymasterPostOpGasLimit": ..., "paymasterVerificationGasLimit": ...}
BYTES: list[tuple[str, bytes, str]] = [
    ("E16_white_space", RAW.replace(b",", b", ", 1), "non-canonical"),
    ("E16_a_byte_behind_it", RAW + b"\n", "non-canonical"),
    ("E16_cut_short", RAW[:-1], "character"),
    ("E16_twice", RAW + RAW, "character"),
    ("E16_a_member_twice", RAW[:-1] + b',"version":"0.7"}', "duplicate"),
    ("other_order", RAW.replace(b'"signs":"message",', b"")[:-1] + b',"signs":"message"}', "non-canonical"),
    ("a_number_as_a_number", RAW.replace(b'"0x1"', b"1", 1), "type"),
    ("another_chain", changed(chainId="0x89"), "network"),
    ("a_chain_id_with_a_zero_before", changed(chainId="0x01"), "type"),
    ("capital_digits", inner(callGasLimit="0x186A0"), "non-canonical"),
    ("a_decimal_quantity", inner(nonce="7"), "type"),
    ("an_empty_quantity", inner(nonce="0x"), "type"),
    ("a_quantity_of_257_bits", inner(nonce="0x1" + 64 * "0"), "type"),
    ("a_quantity_with_a_line_behind_it", inner(nonce="0x7\n"), "type"),
    ("gas_above_its_bound", inner(callGasLimit="0x1" + 30 * "0"), "range"),
    ("half_a_byte", inner(callData="0x1"), "character"),
    ("no_digits", inner(callData="0xzz"), "character"),
    ("data_as_a_number", inner(callData=1), "character"),
    ("data_as_a_list", inner(callData=[1]), "too-deep"),
    ("an_address_without_its_checksum", inner(sender=ACCOUNT.text.lower()), "non-canonical"),
    ("an_address_with_another_checksum", inner(sender=ACCOUNT.text.swapcase().replace("X", "x")), "checksum"),
    ("an_address_of_19_bytes", inner(sender=ACCOUNT.text[:-2]), "length"),
    ("an_address_as_a_number", inner(sender=1), "type"),
    ("no_sender", inner(sender=...), "missing"),
    ("an_unknown_member", inner(gas="0x1"), "unknown"),
    ("a_signature_which_is_none_of_the_signed", inner(signature="0x"), "non-canonical"),
    ("a_member_of_0_6", inner(initCode="0x"), "unknown"),
    ("an_authorization", inner(eip7702Auth="0x"), "unknown"),
    ("a_factory_that_is_nothing", inner(factory=None), "type"),
    ("a_factory_without_its_data", inner(factoryData=...), "non-canonical"),
    ("factory_data_without_a_factory", inner(factory=...), "missing"),
    ("the_mark_before_0_8", inner(factory="0x7702"), "length"),
    ("a_paymaster_without_its_gas", inner(paymasterPostOpGasLimit=...), "non-canonical"),
    ("paymaster_data_without_one", inner(paymaster=..., **NO_LIMITS), "missing"),
    ("a_late_signature_before_0_9", inner(paymasterSignature="0x"), "version"),
    ("no_version", changed(version=...), "missing"),
    ("another_version", changed(version="0.5"), "version"),
    ("a_version_as_a_number", changed(version=0.7), "version"),
    ("a_version_as_a_list", changed(version=["0.7"]), "version"),
    ("no_form", changed(signs=...), "missing"),
    ("an_empty_form", changed(signs=""), "non-canonical"),
    ("another_form", changed(signs="typed"), "unknown"),
    ("a_form_as_a_list", changed(signs=["hash"]), "unknown"),
    ("a_delegate_without_the_mark", changed(delegate=DELEGATE.text), "mismatch"),
    ("a_delegate_that_is_nothing", changed(delegate=None), "non-canonical"),
    ("the_mark_without_a_delegate", inner(factory="0x7702").replace(b"0.7", b"0.8"), "mismatch"),
    ("an_unknown_member_outside", changed(owner="0x"), "unknown"),
    ("an_operation_that_is_a_list", changed(userOperation=[]), "type"),
    ("an_operation_that_is_text", changed(userOperation="0x"), "type"),
    ("too_deep", changed(userOperation={"sender": [[]]}), "too-deep"),
    ("too_many_values", changed(userOperation={f"{number}": "" for number in range(100)}), "too-large"),
    ("no_ascii", b'{"chainId":"\xc3\xa4"}', "character"),
    ("an_escape", b'{"chainId":"\\u0030x1"}', "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_other_bytes_are_refused(raw: bytes, reason: str) -> None:
    assert refused(raw) == reason


def test_bytes_are_of_one_chain() -> None:
    assert refused(RAW, chain=POLYGON) == "network"


def test_bytes_without_bound_are_refused_before_they_are_read() -> None:
    assert refused(b'{"chainId":"' + b"0" * (1 << 21) + b'"}') == "type"


def test_two_owners_are_too_many() -> None:
    with pytest.raises(TransactionError) as caught:
        ETHEREUM.decode_transaction(RAW, keys=[ALICE.public_key, MALLORY.public_key])
    assert caught.value.reason == "ambiguous"


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_byte_that_is_another_makes_another_operation_or_none(place: int, flip: int) -> None:
    raw = RAW[:place] + bytes([RAW[place] ^ flip]) + RAW[place + 1 :]
    try:
        read = ETHEREUM.decode_transaction(raw, keys=[ALICE.public_key])
    except TransactionError:
        return
    assert read.raw == raw
    assert read != operation(**FULL)


def test_members_may_have_a_signature_that_keeps_the_place() -> None:
    sent = operation(**FULL).rpc(b"\xff" * 65)
    assert UserOperation.from_rpc(ETHEREUM, sent, version="0.7", owner=ALICE.public_key) == operation(**FULL)
    with pytest.raises(TransactionError) as caught:
        UserOperation.from_rpc(ETHEREUM, {**sent, "signature": "later"}, version="0.7")
    assert caught.value.reason == "character"


def test_members_of_others_have_addresses_without_a_checksum() -> None:
    sent = {name: value.lower() for name, value in operation(**FULL).rpc(b"").items()}
    assert UserOperation.from_rpc(ETHEREUM, sent, version="0.7", owner=ALICE.public_key) == operation(**FULL)


@pytest.mark.parametrize("mark", ["0x7702", "0x7702" + 36 * "0"])
def test_the_mark_of_a_delegation_may_be_long(mark: str) -> None:
    made = operation(version="0.8", delegate=DELEGATE)
    sent = {**made.rpc(b""), "factory": mark}
    assert UserOperation.from_rpc(ETHEREUM, sent, version="0.8", delegate=DELEGATE, owner=ALICE.public_key) == made


@pytest.mark.parametrize("name", ["initCode", "paymasterAndData"])
def test_members_of_0_6_begin_with_an_address(name: str) -> None:
    sent = {**operation(version="0.6").rpc(b""), name: "0x" + 19 * "11"}
    with pytest.raises(TransactionError) as caught:
        UserOperation.from_rpc(ETHEREUM, sent, version="0.6")
    assert caught.value.reason == "truncated"


def test_a_chain_that_has_operations_passes_the_kit() -> None:
    keys = [signer(b"\x11" * 32).key]
    check_chain(ETHEREUM, samples=every_shape(), keys=keys)


def test_a_guard_reads_the_operation_again() -> None:
    guarded = guard(ALICE, only_to([FACTORY, ACCOUNT]), refuse_opaque())
    sign(operation(call_data=execute(Inner(to=FACTORY, value=1))), guarded)
    for refused_data in (execute(Inner(to=PAYMASTER, value=1)), b"\1\2\3\4"):
        with pytest.raises(GuardRefused):
            sign(operation(call_data=refused_data), guarded)
