"""ERC-1271 and ERC-6492: contracts that run on an engine judge what they have signed, and answers that mean nothing."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.contracts import TESTER, YES, caller, code_that_makes, factory_code, made, wallet_code
from support.evm import ALICE, ETHEREUM, MALLORY
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import CounterfactualSignature, Message, create2_address, verify_signature
from walletcore.chains.evm.contract_signature import ask, deploy_and_ask, says_yes
from walletcore.errors import InvalidSignature
from walletcore.signing import sign

MESSAGE = Message(chain=TESTER, signer=ALICE.public_key, data=b"hello world")
ME = TESTER.address(ALICE.public_key)
GOOD = sign(MESSAGE, ALICE).raw
WORD = bytes.fromhex("1626ba7e") + bytes(28)
MAGIC = bytes.fromhex("6492" * 16)

# wevm/viem src/utils/signature/serializeErc6492Signature.test.ts @ 0912a29d5c7a
PUBLISHED = (
    "000000000000000000000000cafebabecafebabecafebabecafebabecafebabe"
    "0000000000000000000000000000000000000000000000000000000000000060"
    "00000000000000000000000000000000000000000000000000000000000000a0"
    "0000000000000000000000000000000000000000000000000000000000000004"
    "deadbeef00000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000041"
    "a461f509887bd19e312c0c58467ce8ff8e300d3c1a90b608a760c5b80318eaf1"
    "5fe57c96f9175d6cd4daad4663763baa7e78836e067d0163e9a2ccf2ff753f5b"
    "1b00000000000000000000000000000000000000000000000000000000000000"
    "6492649264926492649264926492649264926492649264926492649264926492"
)


@pytest.fixture(scope="module")
def engine() -> EthereumTester:
    return EthereumTester(PyEVMBackend())


@pytest.fixture(scope="module")
def factory(engine: EthereumTester) -> Address:
    return made(engine, factory_code())


def judged(account: Address, signature: Any, call: Any, message: Any = MESSAGE) -> str:
    """Return the reason for which a signature is refused; empty where it is the account's."""
    try:
        verify_signature(message, account, signature, call=call)
    except InvalidSignature as error:
        return error.reason or "no reason"
    return ""


def constant(answer: Any) -> Any:
    """A chain that answers every call alike."""
    return lambda to, data: answer


# What is asked.


def test_the_published_signature_is_read_and_written() -> None:
    held = CounterfactualSignature.decode(bytes.fromhex(PUBLISHED))
    assert held is not None
    assert held.to == bytes.fromhex("cafebabe" * 5)
    assert held.data == bytes.fromhex("deadbeef")
    assert held.signature == bytes.fromhex(PUBLISHED)[192:257]
    assert held.encode().hex() == PUBLISHED
    assert CounterfactualSignature.decode(held.signature) is None


def test_the_question_is_that_of_erc_1271() -> None:
    """The selector is that of the interface; the words are written by hand."""
    selector = keccak(b"isValidSignature(bytes32,bytes)")[:4]
    words = MESSAGE.digest + (64).to_bytes(32) + (3).to_bytes(32) + b"abc".ljust(32, b"\0")
    assert ask(MESSAGE.digest, b"abc") == selector + words


# Accounts on an engine.


def test_a_contract_says_whose_signature_it_is(engine: EthereumTester) -> None:
    call = caller(engine)
    account = made(engine, wallet_code(MESSAGE.digest, b"any form"))
    assert judged(account, b"any form", call) == ""
    assert judged(account, b"another", call) == "mismatch"
    assert judged(account, b"any form", call, replace(MESSAGE, data=b"other")) == "mismatch"
    assert judged(account, GOOD, call) == "mismatch"  # and no key speaks for a contract


def test_a_key_signs_for_an_account_without_code(engine: EthereumTester) -> None:
    call = caller(engine)
    assert judged(ME, GOOD, call) == ""
    assert judged(TESTER.address(MALLORY.public_key), GOOD, call) == "mismatch"
    assert judged(ME, GOOD[:64], call) == "length"
    assert judged(ME, bytes(65), call) == "range"
    assert judged(ME, b"", call) == "length"


RUNS = {
    "a word of zeros": ("6020 6000 f3", "mismatch"),
    "all ones": ("6000 19 6000 52 6020 6000 f3", "mismatch"),
    "what it was asked": ("36 6000 6000 37 36 6000 f3", "mismatch"),  # which begins with the four bytes that mean yes
    "the four bytes": ("63 1626ba7e 60e0 1b 6000 52 6004 6000 f3", "mismatch"),
    "the word and more": ("63 1626ba7e 60e0 1b 6000 52 6040 6000 f3", "mismatch"),
    "the word of the older form": ("63 20c13b0b 60e0 1b 6000 52 6020 6000 f3", "mismatch"),
    "the number one": ("6001 6000 52 6020 6000 f3", "mismatch"),
    "the word, to the right": ("63 1626ba7e 6000 52 6020 6000 f3", "mismatch"),
    "the word, by a revert": ("63 1626ba7e 60e0 1b 6000 52 6020 6000 fd", "length"),
    "nothing": ("00", "length"),
    "no instruction": ("fe", "length"),
    "yes, and changes its state": (f"6001 6000 55 {YES}", ""),
}


@pytest.mark.parametrize("name", RUNS)
def test_only_the_word_is_a_yes(engine: EthereumTester, factory: Address, name: str) -> None:
    """Where nothing answers, the signature of 3 bytes is that of no key. Code that is made to ask allows no change."""
    runtime, reason = RUNS[name]
    assert judged(made(engine, code_that_makes(runtime)), b"abc", caller(engine)) == reason
    code = code_that_makes(runtime)
    account = create2_address(factory, bytes(32), init_code=code)
    held = CounterfactualSignature(to=factory.payload, data=bytes(32) + code, signature=b"abc")
    assert judged(account, held.encode(), caller(engine)) == "mismatch"


def test_a_contract_that_is_not_yet_made_is_made_and_asked(engine: EthereumTester, factory: Address) -> None:
    call = caller(engine)
    code = wallet_code(MESSAGE.digest, b"yes")
    account = create2_address(factory, bytes(32), init_code=code)
    held = CounterfactualSignature(to=factory.payload, data=bytes(32) + code, signature=b"yes")
    assert says_yes(call(None, deploy_and_ask(account, MESSAGE.digest, held)))
    assert judged(account, held.encode(), call) == ""
    assert engine.get_code(account.text) == "0x"  # a call changes nothing
    assert judged(account, b"yes", call) == "length"
    for wrong in (
        replace(held, signature=b"no"),
        replace(held, data=bytes(31) + b"\1" + code),
        replace(held, data=b""),
        replace(held, to=bytes(20)),
        replace(held, to=account.payload),
    ):
        assert judged(account, wrong.encode(), call) == "mismatch"
    assert judged(TESTER.account(b"\x07" * 20), held.encode(), call) == "mismatch"


def test_a_contract_that_is_made_meanwhile_is_asked_by_the_same_signature(
    engine: EthereumTester, factory: Address
) -> None:
    call = caller(engine)
    code = wallet_code(MESSAGE.digest, b"later")
    account = create2_address(factory, bytes(32), init_code=code)
    held = CounterfactualSignature(to=factory.payload, data=bytes(32) + code, signature=b"later")
    sent: Any = {"from": engine.get_accounts()[0], "to": factory.text, "data": f"0x{held.data.hex()}", "gas": 2_000_000}
    engine.send_transaction(sent)
    assert engine.get_code(account.text) != "0x"
    assert judged(account, held.encode(), call) == ""
    assert judged(account, b"later", call) == ""


def test_a_contract_that_must_be_made_ready_is_called_before_it_is_asked(engine: EthereumTester) -> None:
    """It says yes when its first slot is set, which any call without the question's length does."""
    ready = f"36 60a4 14 600d 57 6001 6000 55 00 5b 6000 54 6015 57 00 5b {YES}"
    account = made(engine, code_that_makes(ready))
    call = caller(engine)
    signature = b"s" * 33  # the question has 4 + 32 + 32 + 32 + 64 = 0xa4 bytes
    assert judged(account, signature, call) == "length"
    held = CounterfactualSignature(to=account.payload, data=b"ready", signature=signature)
    assert judged(account, held.encode(), call) == ""


# An account with a key and code (EIP-7702): what its code answers holds.


def test_a_delegated_account_is_judged_by_its_code_and_by_its_key_where_that_is_silent() -> None:
    assert judged(ME, b"a passkey's", constant(WORD)) == ""
    assert judged(ME, GOOD, constant(bytes.fromhex("ffffffff") + bytes(28))) == "mismatch"
    assert judged(ME, GOOD, constant(b"")) == ""


# What is refused.


@pytest.mark.parametrize("answer", [None, "0x", bytearray(WORD), True, 0x1626BA7E, bytes(1 << 21)], ids=range(6))
def test_an_answer_that_is_no_bytes_is_refused(answer: Any) -> None:
    assert judged(ME, GOOD, constant(answer)) == "type"


def test_what_the_call_raises_passes_through() -> None:
    def unreachable(to: Address | None, data: bytes) -> bytes:
        raise ConnectionError("no node")

    with pytest.raises(ConnectionError):
        verify_signature(MESSAGE, ME, GOOD, call=unreachable)


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (ETHEREUM.address(ALICE.public_key), "network"),
        (ME.text, "type"),
        (ME.payload, "type"),
        (replace(ME, text=TESTER.account(bytes(20)).text), "mismatch"),
        (Address(chain=chain("bitcoin"), text="", payload=ME.payload), "type"),
    ],
    ids=range(5),
)
def test_an_account_that_is_none_of_the_chain_is_refused(account: Any, reason: str) -> None:
    assert judged(account, GOOD, constant(WORD)) == reason


@pytest.mark.parametrize("signature", [None, "", GOOD.hex(), bytearray(GOOD), 65])
def test_a_signature_that_is_no_bytes_is_refused(signature: Any) -> None:
    assert judged(ME, signature, constant(WORD)) == "type"
    with pytest.raises(InvalidSignature):
        ask(MESSAGE.digest, signature)


def test_what_is_no_message_is_refused() -> None:
    for value in (MESSAGE.digest, None, MESSAGE.raw):
        assert judged(ME, GOOD, constant(WORD), value) == "type"
    for digest in (bytes(31), "", None, bytearray(32)):
        with pytest.raises(InvalidSignature):
            ask(digest, GOOD)  # type: ignore[arg-type]


def test_what_is_too_large_is_refused() -> None:
    assert judged(ME, bytes((1 << 15) + 1), constant(WORD)) == "too-large"
    held = CounterfactualSignature(to=bytes(20), data=bytes(25_000), signature=b"")
    assert judged(ME, held.encode(), constant(b"")) == "mismatch"
    with pytest.raises(InvalidSignature) as caught:
        CounterfactualSignature(to=bytes(20), data=bytes(1 << 15), signature=b"1")
    assert caught.value.reason == "too-large"


BYTES = bytes.fromhex(PUBLISHED)
BROKEN = {
    "the end alone": MAGIC,
    "an offset too far": BYTES[:63] + b"\x80" + BYTES[64:],
    "parts in the other order": BYTES[:32] + BYTES[64:96] + BYTES[32:64] + BYTES[96:],
    "twenty-one bytes of a contract": BYTES[:11] + b"\x01" + BYTES[12:],
    "padding that is not zero": BYTES[:132] + b"\x01" + BYTES[133:],
    "a word too few": BYTES[:-64] + MAGIC,
    "a word too many": BYTES[:-32] + bytes(32) + MAGIC,
    "a byte too many": BYTES[:-32] + b"\0" + MAGIC,
    "a length beyond the end": BYTES[:96] + b"\xff" * 32 + BYTES[128:],
    "itself": CounterfactualSignature(to=bytes(20), data=b"", signature=BYTES).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrapped_signature_has_one_form(name: str) -> None:
    assert BROKEN[name] != BYTES
    assert judged(ME, BROKEN[name], constant(WORD)) not in ("", "mismatch")


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_fail_in_another_way(data: bytes, wrapped: bool) -> None:
    signature = data + MAGIC if wrapped else data
    with contextlib.suppress(InvalidSignature):
        found = CounterfactualSignature.decode(signature)
        assert found is None or found.encode() == signature
    judged(ME, signature, constant(b""))


@pytest.mark.parametrize(
    "changes",
    [{"to": bytes(19)}, {"to": ME}, {"data": "0x"}, {"signature": None}, {"to": "0x" + "00" * 20}],
    ids=range(5),
)
def test_other_values_make_no_wrapped_signature(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSignature):
        CounterfactualSignature(**{"to": bytes(20), "data": b"", "signature": b"", **changes})
