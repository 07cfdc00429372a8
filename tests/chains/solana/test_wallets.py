"""The transactions that SDKs and wallets publish: read to the last byte, signatures verified, effects for each."""

from solders.message import from_bytes_versioned
from solders.transaction import VersionedTransaction

from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import CHAINS, Transaction
from walletcore.chains.solana.wire import decode_wire
from walletcore.effects import Fee, Opaque
from walletcore.errors import TransactionError

SOLANA = CHAINS[0]


def raw_of(case: Case) -> bytes:
    return bytes.fromhex(case.input.get("raw") or case.input["message"])


def same_message(tx: Transaction, case: Case) -> None:
    message = tx.message
    assert tx.raw.hex() == case.expect["message"]
    assert message.version == case.expect.get("version")
    assert SOLANA.addresses(message.account_keys) == case.expect["account_keys"]
    lookups = [(SOLANA.account(each.key).text, each.writable.hex(), each.readonly.hex()) for each in message.lookups]
    assert lookups == [(each["table"], each["writable"], each["readonly"]) for each in case.expect.get("lookups", [])]


@vectors("solana/wallets", result="valid")
def test_the_published_transactions_are_read(case: Case) -> None:
    raw = raw_of(case)
    signatures, _ = decode_wire(raw)
    tx = Transaction(chain=SOLANA, message=decode_wire(raw)[1])
    same_message(tx, case)
    assert [each.hex() for each in signatures] == case.expect.get("signatures", [])
    if case.expect.get("signed"):
        decoded = SOLANA.decode_transaction(raw)
        assert isinstance(decoded, SignedTransaction)
        assert decoded.raw == raw
        assert decoded.transaction == tx
        assert decoded.id == case.expect["id"]
    elif signatures and any(map(any, signatures)):
        read, answers = SOLANA.decode_partial(raw)
        assert read == tx
        assert tx.partial(answers) == raw


@vectors("solana/wallets", result="valid")
def test_every_instruction_of_the_published_transactions_has_an_effect(case: Case) -> None:
    tx = Transaction(chain=SOLANA, message=decode_wire(raw_of(case))[1])
    told = [effect for effect in tx.effects() if not isinstance(effect, Fee)]
    assert len(told) >= len(tx.message.instructions)
    if not tx.message.lookups:
        again = tx.message.decompile()
        assert [each.data for each in again] == [each.data for each in tx.message.instructions]
    else:
        assert any(isinstance(effect, Opaque) and "unresolved" in effect.why for effect in told)


@vectors("solana/wallets", result="invalid")
def test_the_published_transactions_with_a_wrong_signature_are_refused(case: Case) -> None:
    raw = raw_of(case)
    assert bytes(VersionedTransaction.from_bytes(raw)) == raw
    assert from_bytes_versioned(decode_wire(raw)[1].raw)
    for door in (SOLANA.decode_transaction, SOLANA.decode_partial):
        try:
            door(raw)
        except TransactionError as error:
            assert error.reason == case.expect["reason"]  # noqa: PT017
        else:
            raise AssertionError(case.id)
