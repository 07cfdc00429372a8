"""Random transactions, messages and typed data, beside eth-account with versions and ECDSA of its own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

import json
from random import Random
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_utils.address import to_checksum_address

from support.evm import LAST, signer
from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import (
    CHAINS,
    AccessListTransaction,
    Evm,
    LegacyTransaction,
    Message,
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
    kind = random.randrange(3)
    gas = number(random, 2**64)
    price = number(random, (2**256 - 1) // max(gas, 1) + 1)
    fees = {"max_fee": price, "max_priority_fee": number(random, price + 1)} if kind == 2 else {"gas_price": price}
    return {
        "type": kind,
        "chain_id": None if kind == 0 and random.random() < 0.3 else chain_id(random),
        "nonce": number(random, 2**64 - 1),
        "gas": gas,
        "to": data(random, 0, 20, 20, 20),
        "value": number(random, 2**256),
        "data": data(random, *BYTES),
        "access_list": access_list(random) if kind else [],
        **fees,
    }


def access_list(random: Random) -> list[Any]:
    return [
        [data(random, 20), [data(random, 32) for _ in range(random.randrange(4))]] for _ in range(random.randrange(4))
    ]


def ours(case: JSON) -> AnyOf:
    """The same fields here."""
    chain = row(case)
    common: dict[str, Any] = {name: case[name] for name in ("nonce", "gas", "value")}
    common |= {"chain": chain, "data": bytes.fromhex(case["data"])}
    common |= {"to": chain.account(bytes.fromhex(case["to"])) if case["to"] else None}
    if case["type"] == 0:
        return LegacyTransaction(**common, gas_price=case["gas_price"], replay_protected=case["chain_id"] is not None)
    listed = tuple((bytes.fromhex(a), tuple(map(bytes.fromhex, keys))) for a, keys in case["access_list"])
    if case["type"] == 1:
        return AccessListTransaction(**common, gas_price=case["gas_price"], access_list=listed)
    fees = {name: case[name] for name in ("max_fee", "max_priority_fee")}
    return Transaction(**common, **fees, access_list=listed)


def described(case: JSON) -> list[str]:
    kind = "type 0 without a chain id" if case["chain_id"] is None else f"type {case['type']}"
    return [
        kind,
        "creates a contract" if not case["to"] else "calls",
        *(["access list"] if case["access_list"] else []),
    ]


TRANSACTIONS = {"type 0 without a chain id", "type 0", "type 1", "type 2", "creates a contract", "calls", "access list"}


def transaction(random: Random) -> JSON:
    return {"task": "transaction", "secret": secret(random), **fields(random)}


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes and hash; the bytes, read here, tell the transaction and the sender that eth-account tells."""
    holder = signer(bytes.fromhex(case["secret"]))
    unsigned = ours(case)
    keys = (holder.public_key,)
    draft = unsigned.chain.decode_transaction(unsigned.raw, keys=keys, allow_unprotected=True)
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
    return bytes((case["type"],)) + bytes(rlp.encode([case["chain_id"], *head, listed, parity, r, s]))


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

SIZES = range(1, 33)
ATOMS = [
    ["bool"],
    ["address"],
    ["string"],
    ["bytes"],
    [f"bytes{size}" for size in SIZES],
    [f"int{8 * size}" for size in SIZES],
    [f"uint{8 * size}" for size in SIZES],
]
FIRST, REST = "ABCxyz_$", "ABCxyz_$0189"
NAMES = ["Mail", "uintX", "bytes_", "address2", "String", "Bool", "tuple", "int", "$", "_"]  # some nearly built in
NAMES.remove("int")  # which is an alias that no struct can have as its name
DOMAIN = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}
TEXT = 'aZ09 \t\n"\\\0\x7f\u00e9\u20ac\U0001f600\u202e\ufeff'


def identifier(random: Random) -> str:
    return random.choice(FIRST) + "".join(random.choices(REST, k=random.randrange(8)))


def identifiers(random: Random, count: int, *others: str) -> list[str]:
    """Some names, no two of them equal."""
    found: set[str] = set()
    while len(found) < count:
        found.add(random.choice(others) if others and random.random() < 0.3 else identifier(random))
    return sorted(found, key=lambda _: random.random())


def structs(random: Random) -> dict[str, list[dict[str, str]]]:
    """Struct types, the primary one first. Each refers to those after it, and through an array without length to any.

    But only the first refers to itself: eth-account finds the primary type as the one that no other refers to.
    """
    names = identifiers(random, random.randint(1, 5), *NAMES)
    return {name: members(random, names, place) for place, name in enumerate(names)}


def members(random: Random, names: list[str], place: int) -> list[dict[str, str]]:
    own = identifiers(random, random.randrange(6))
    return [{"name": name, "type": member_type(random, names, place)} for name in own]


def member_type(random: Random, names: list[str], place: int) -> str:
    later, any_of_them = names[place + 1 :], names[1:] + names[: place == 0]
    if later and random.random() < 0.25:
        return random.choice(later) + random.choice(("", "[]", "[1]", "[2]", "[][]", "[][2]"))
    if any_of_them and random.random() < 0.1:
        return random.choice(any_of_them) + random.choice(("[]", "[][1]"))
    return random.choice(random.choice(ATOMS)) + random.choice(
        ("", "", "", "[]", "[3]", "[][]", "[2][]", "[][2]", "[1][2][]")
    )


def value(random: Random, kind: str, declared: JSON, depth: int = 0) -> Any:
    """A value of a type as JSON has it."""
    if kind.endswith("]"):
        element, _, count = kind[:-1].rpartition("[")
        length = int(count) if count else random.randrange(3) if depth < 6 else 0
        return [value(random, element, declared, depth + 1) for _ in range(length)]
    if kind in declared:
        return {each["name"]: value(random, each["type"], declared, depth + 1) for each in declared[kind]}
    if "int" in kind:
        return integer(random, kind)
    if kind == "bool":
        return random.random() < 0.5
    if kind == "string":
        return "".join(random.choices(TEXT, k=random.choice((0, 1, 5, 40))))
    sizes = {"address": (20,), "bytes": (0, 1, 31, 32, 33, 100)}.get(kind) or (int(kind[5:]),)
    return spelled(random, data(random, *sizes), kind)


def integer(random: Random, kind: str) -> int | str:
    """A number in its range, as a number, in decimal digits, or if unsigned in hexadecimal ones."""
    unsigned, bits = kind[0] == "u", int(kind.removeprefix("u")[3:])
    chosen = number(random, 2**bits) - (0 if unsigned else 2 ** (bits - 1))
    return random.choice((chosen, str(chosen), hex(chosen) if unsigned else chosen))


def spelled(random: Random, digits: str, kind: str) -> str:
    """0x and hex digits in lower case, or in any; an address in lower case, or with its checksum."""
    if kind == "address":
        return random.choice((f"0x{digits}", to_checksum_address(f"0x{digits}")))
    return random.choice((f"0x{digits}", f"0x{digits.upper()}"))


def reachable(declared: JSON, primary: str) -> JSON:
    """The types that the primary one needs: eth-account wants no other."""
    found: JSON = {}
    waiting = [primary]
    while waiting:
        name = waiting.pop()
        found[name] = declared[name]
        bases = {each["type"].partition("[")[0] for each in declared[name]}
        waiting += bases & declared.keys() - found.keys()
    return found


def typed_data(random: Random) -> JSON:
    declared = structs(random)
    primary = next(iter(declared))
    kinds = {name: kind for name, kind in DOMAIN.items() if random.random() < 0.6}
    domain = {name: value(random, kind, {}) for name, kind in kinds.items()}
    if "chainId" in domain and random.random() < 0.7:
        domain["chainId"] = chain_id(random)
    elif "chainId" in domain:
        domain["chainId"] = number(random, 2**256)
    types = {**reachable(declared, primary), "EIP712Domain": [{"name": n, "type": k} for n, k in kinds.items()]}
    document = {"types": types, "primaryType": primary, "domain": domain, "message": value(random, primary, declared)}
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


def features(document: JSON) -> set[str]:
    """What a document has of what there is."""
    types: JSON = document["types"]
    kinds = [(name, each["type"]) for name, listed in types.items() if name != "EIP712Domain" for each in listed]
    bases = {kind.partition("[")[0] for _, kind in kinds}
    found = {f"domain with {name}" for name in document["domain"]} or {"empty domain"}
    found |= bases - types.keys()
    found |= {"struct in struct"} if bases & types.keys() else set()
    found |= {"recursion"} if any(kind.partition("[")[0] == name for name, kind in kinds) else set()
    for _, kind in kinds:
        base, _, arrays = kind.partition("[")
        what = "structs" if base in types else "atoms"
        found |= {f"array of {what}"} if arrays.count("]") == 1 else set()
        found |= {f"array of arrays of {what}"} if arrays.count("]") > 1 else set()
    return found


FEATURES = {
    *(f"domain with {name}" for name in DOMAIN),
    *(kind for kinds in ATOMS for kind in kinds),
    *("empty domain", "struct in struct", "recursion", "array of structs", "array of atoms"),
    *("array of arrays of structs", "array of arrays of atoms", "of no chain", "of a chain", "of any chain"),
}


@locked
def test_random_typed_data_have_the_hashes_and_signatures_of_eth_account(environment: str) -> None:
    compared("eth_account", "typed data", environment, typed_data, same_typed_data, kinds=FEATURES)
