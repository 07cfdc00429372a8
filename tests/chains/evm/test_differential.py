"""Random transactions, messages and typed data, beside eth-account with versions and ECDSA of its own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

import json
from random import Random
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]

from support.evm import LAST, authorized, signer
from support.oracles import JSON, compared, data, locked, number
from support.typed_documents import FEATURES, features, random_document
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import (
    CHAINS,
    AccessListTransaction,
    BlobTransaction,
    Evm,
    LegacyTransaction,
    Message,
    SetCodeTransaction,
    Transaction,
    TypedData,
    UserOperation,
)
from walletcore.chains.evm.decode import AnyOf
from walletcore.errors import TransactionError
from walletcore.signing import sign

IDS = [row.chain_id for row in CHAINS]
MAX_ID = 2**63 - 37  # EIP-2294
BYTES = (0, 0, 1, 4, 32, 54, 55, 56, 57, 68, 255, 256, 1000)


def secret(random: Random) -> str:
    return (1 + number(random, LAST)).to_bytes(32).hex()


def chain_id(random: Random) -> int:
    return random.choice((random.choice(IDS), 1 + number(random, MAX_ID)))


def row(case: JSON) -> Evm:
    return Evm(name="other", chain_id=case["chain_id"] or 1)


# -- transactions


def fields(random: Random) -> JSON:
    """The fields of a transaction of any type, each anything that it may be."""
    kind = random.randrange(5)
    gas = number(random, 2**64)
    price = number(random, (2**256 - 1) // max(gas, 1) + 1)
    fees = {"max_fee": price, "max_priority_fee": number(random, price + 1)} if kind > 1 else {"gas_price": price}
    return {
        "type": kind,
        "chain_id": None if kind == 0 and random.random() < 0.3 else chain_id(random),
        "nonce": number(random, 2**64 - 1),
        "gas": gas,
        "to": data(random, 20) if kind > 2 else data(random, 0, 20, 20, 20),
        "value": number(random, 2**256),
        "data": data(random, *BYTES),
        "access_list": access_list(random) if kind else [],
        **fees,
        **(MORE[kind](random) if kind in MORE else {}),
    }


def blobs(random: Random) -> JSON:
    count = random.randint(1, 9)
    hashes = [f"01{data(random, 31)}" for _ in range(count)]
    return {"max_blob_fee": number(random, 2**256 // (2**17 * count)), "versioned_hashes": hashes}


def authorizations(random: Random) -> JSON:
    """Authorizations with any numbers that all oracles write: a parity of 0 or 1, the lower s; hardly anybody's."""
    return {"authorizations": [authorization(random) for _ in range(random.randint(1, 4))]}


def authorization(random: Random) -> JSON:
    return {
        "chain_id": random.choice((0, chain_id(random), number(random, 2**256))),
        "address": data(random, 20),
        "nonce": number(random, 2**64),
        "parity": random.randrange(2),
        "r": number(random, 2**256),
        "s": number(random, LAST // 2),
    }


MORE: dict[int, Any] = {3: blobs, 4: authorizations}


def access_list(random: Random) -> list[Any]:
    return [
        [data(random, 20), [data(random, 32) for _ in range(random.randrange(4))]] for _ in range(random.randrange(4))
    ]


def ours(case: JSON) -> AnyOf:
    """The same fields here."""
    chain = row(case)
    common: dict[str, Any] = {name: case[name] for name in ("nonce", "gas", "value")}
    common |= {"chain": chain, "data": bytes.fromhex(case["data"]), "allow_endowment": True}
    common |= {"to": chain.account(bytes.fromhex(case["to"])) if case["to"] else None}
    if case["type"] == 0:
        return LegacyTransaction(**common, gas_price=case["gas_price"], replay_protected=case["chain_id"] is not None)
    listed = tuple((bytes.fromhex(a), tuple(map(bytes.fromhex, keys))) for a, keys in case["access_list"])
    if case["type"] == 1:
        return AccessListTransaction(**common, gas_price=case["gas_price"], access_list=listed)
    common |= {name: case[name] for name in ("max_fee", "max_priority_fee")} | {"access_list": listed}
    if case["type"] == 2:
        return Transaction(**common)
    if case["type"] == 3:
        hashes = tuple(map(bytes.fromhex, case["versioned_hashes"]))
        return BlobTransaction(**common, max_blob_fee=case["max_blob_fee"], versioned_hashes=hashes)
    signed = tuple(map(authorized, case["authorizations"]))
    return SetCodeTransaction(**common, authorizations=signed, allow_every_chain=True)


def described(case: JSON) -> list[str]:
    kind = "type 0 without a chain id" if case["chain_id"] is None else f"type {case['type']}"
    return [
        kind,
        "creates a contract" if not case["to"] else "calls",
        *(["access list"] if case["access_list"] else []),
    ]


TRANSACTIONS = {
    "type 0 without a chain id",
    *(f"type {number}" for number in range(5)),
    "creates a contract",
    "calls",
    "access list",
}


def transaction(random: Random) -> JSON:
    return {"task": "transaction", "secret": secret(random), **fields(random)}


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes and hash; the bytes, read here, tell the transaction and the sender that eth-account tells."""
    holder = signer(bytes.fromhex(case["secret"]))
    unsigned = ours(case)
    keys = (holder.public_key,)
    draft: Any = unsigned.chain.decode_transaction(
        unsigned.raw, keys=keys, allow_unprotected=True, allow_endowment=True, allow_every_chain=True
    )
    assert not isinstance(draft, SignedTransaction | Message | UserOperation)
    signed: SignedTransaction[Any] = sign(draft, holder)
    assert verdict == {
        "raw": signed.raw.hex(),
        "hash": signed.id.removeprefix("0x"),
        "sender": unsigned.chain.address(holder.public_key).text,
    }
    again = unsigned.chain.decode_transaction(bytes.fromhex(verdict["raw"]))
    assert again == signed
    return described(case)


@locked
def test_random_transactions_have_the_bytes_and_senders_of_eth_account(environment: str) -> None:
    compared("eth_account", "transactions", environment, transaction, same_transaction, kinds=TRANSACTIONS)


def narrow(random: Random) -> JSON:
    """A transaction whose nonces and chain ids are numbers of JavaScript, as they are for viem and ethers."""
    case = transaction(random)
    for each in (case, *case.get("authorizations", ())):
        each["nonce"] = min(each["nonce"], 2**53 - 1 - random.randrange(1000))
        if each["chain_id"] is not None:
            each["chain_id"] = min(each["chain_id"], 2**51 - 1 - random.randrange(1000))
    return case


def in_digits(value: Any) -> Any:
    """The case with numbers as text: JSON's are floats there."""
    if isinstance(value, dict):
        return {name: each if name == "type" else in_digits(each) for name, each in value.items()}
    if isinstance(value, list):
        return [in_digits(each) for each in value]
    return str(value) if type(value) is int else value


def same_as_in_javascript(case: JSON, verdict: JSON) -> list[str]:
    return same_transaction(in_numbers(case), verdict)


def in_numbers(case: JSON) -> JSON:
    texts = ("secret", "data", "to", "address", "task")
    return {
        name: (
            value
            if name in texts or value is None or name in ("access_list", "versioned_hashes")
            else [in_numbers(each) for each in value]
            if isinstance(value, list)
            else int(value)
        )
        for name, value in case.items()
    }


@locked
@pytest.mark.parametrize("oracle", ["viem", "ethers"])
def test_random_transactions_have_the_bytes_and_senders_of(oracle: str, environment: str) -> None:
    compared(
        oracle,
        "transactions",
        environment,
        lambda random: in_digits(narrow(random)),
        same_as_in_javascript,
        kinds=TRANSACTIONS,
    )


# -- signatures that nobody made: who would have?


def forged(random: Random) -> JSON:
    """A transaction with some numbers as its signature."""
    case = fields(random)
    high = random.random() < 0.1
    r, s = 1 + number(random, LAST), 1 + number(random, LAST // 2)
    parity = random.randrange(2)
    return {"task": "sender", **case, "raw": encoded(case, parity, r, LAST + 1 - s if high else s).hex(), "high": high}


def encoded(case: JSON, parity: int, r: int, s: int) -> bytes:
    """The transaction's bytes, by the package rlp."""
    call = [bytes.fromhex(case["to"]), case["value"], bytes.fromhex(case["data"])]
    prices = [case[name] for name in ("gas_price", "max_priority_fee", "max_fee") if name in case]
    head = [case["nonce"], *prices, case["gas"], *call]
    if case["type"] == 0:
        v = 27 + parity if case["chain_id"] is None else 35 + parity + 2 * case["chain_id"]
        return bytes(rlp.encode([*head, v, r, s]))
    listed = [[bytes.fromhex(a), [bytes.fromhex(k) for k in keys]] for a, keys in case["access_list"]]
    more: list[Any] = []
    if case["type"] == 3:
        more = [case["max_blob_fee"], list(map(bytes.fromhex, case["versioned_hashes"]))]
    if case["type"] == 4:
        names = ("chain_id", "address", "nonce", "parity", "r", "s")
        more = [[[bytes.fromhex(a[n]) if n == "address" else a[n] for n in names] for a in case["authorizations"]]]
    return bytes((case["type"],)) + bytes(rlp.encode([case["chain_id"], *head, listed, *more, parity, r, s]))


def same_sender(case: JSON, verdict: JSON) -> list[str]:
    """The same sender, or none for both. Of the two values of s eth-account takes either, against EIP-2."""
    chain, raw = row(case), bytes.fromhex(case["raw"])
    if case["high"] or "refused" in verdict:
        with pytest.raises(TransactionError) as caught:
            chain.decode_transaction(raw)
        assert caught.value.reason == ("non-canonical" if case["high"] else "mismatch")
        return ["higher s" if case["high"] else "nobody"]
    read = chain.decode_transaction(raw)
    assert isinstance(read, SignedTransaction)
    assert (read.raw, chain.address(read.transaction.sender).text) == (raw, verdict["sender"])
    assert read.transaction.raw == ours(case).raw
    return ["somebody", *described(case)]


@locked
def test_random_signatures_lead_to_the_senders_of_eth_account(environment: str) -> None:
    kinds = {"higher s", "nobody", "somebody", *TRANSACTIONS}
    compared("eth_account", "senders", environment, forged, same_sender, kinds=kinds)


# -- messages


def message(random: Random) -> JSON:
    return {
        "task": "message",
        "secret": secret(random),
        "data": data(random, *BYTES, 9, 10, 99, 100),
        "validator": data(random, 20) if random.random() < 0.3 else None,
        "recover": random.random() < 0.25,
    }


def same_message(case: JSON, verdict: JSON) -> list[str]:
    holder, chain = signer(bytes.fromhex(case["secret"])), CHAINS[0]
    validator = None if case["validator"] is None else chain.account(bytes.fromhex(case["validator"]))
    mine = Message(chain=chain, signer=holder.public_key, data=bytes.fromhex(case["data"]), validator=validator)
    signature = sign(mine, holder).raw
    address = chain.address(holder.public_key)
    told = address.text if case["recover"] else ""
    assert verdict == {"digest": mine.digest.hex(), "signature": signature.hex(), "signer": told}
    mine.verify(bytes.fromhex(verdict["signature"]), address)
    return ["personal" if validator is None else "for a validator"]


@locked
def test_random_messages_have_the_signatures_of_eth_account(environment: str) -> None:
    compared("eth_account", "messages", environment, message, same_message, kinds={"personal", "for a validator"})


# -- typed data


def typed_data(random: Random) -> JSON:
    document, declared = random_document(random, IDS)
    return {"task": "typed_data", "secret": secret(random), "document": document, "unused": declared}


def same_typed_data(case: JSON, verdict: JSON) -> list[str]:
    """Equal hashes, whether unused types and that of the domain are declared or not; and an equal signature."""
    document = case["document"]
    mine = TypedData.parse(json.dumps(document))
    hashes = {"separator": mine.domain_separator, "struct_hash": mine.struct_hash, "digest": mine.digest}
    assert {name: verdict.get(name) for name in hashes} == {name: each.hex() for name, each in hashes.items()}, verdict
    other = TypedData.parse({**document, "types": case["unused"]})
    assert (other.digest, TypedData(mine.raw)) == (mine.digest, mine)
    assert mine.types.encode_type(mine.primary_type).startswith(mine.primary_type + "(")
    return [*signed_typed_data(case, mine, verdict["signature"]), *features(document)]


def signed_typed_data(case: JSON, mine: TypedData, signature: str) -> list[str]:
    named = mine.domain.chain_id
    if named is not None and not 0 < named <= MAX_ID:
        return ["of no chain"]
    holder, chain = signer(bytes.fromhex(case["secret"])), Evm(name="other", chain_id=named or 1)
    signed = sign(Message(chain=chain, signer=holder.public_key, data=mine), holder)
    assert signed.raw.hex() == signature
    return ["of a chain" if named else "of any chain"]


@locked
def test_random_typed_data_have_the_hashes_and_signatures_of_eth_account(environment: str) -> None:
    compared("eth_account", "typed data", environment, typed_data, same_typed_data, kinds=FEATURES)
