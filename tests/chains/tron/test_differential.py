"""Random transactions, messages and addresses of Tron beside tronpy, Google's protobuf and tronweb.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from support.evm import signer
from support.oracles import JSON, compared, locked, number
from support.tron import TRON, of_node, random_value, transfer
from walletcore.chains import tron
from walletcore.chains.tron.contracts import NAMES, contract_of
from walletcore.chains.tron.transaction import SIGNED, Envelope
from walletcore.errors import TransactionError
from walletcore.signing import sign

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SAFE = 2**53 - 1  # the largest number that is exact in JavaScript
UNSIGNED = {"VoteAssetContract"}  # no network takes it
# What tronweb has no builder for, and fields that its builders leave out.
UNKNOWN = {
    "VoteAssetContract",
    "UnfreezeAssetContract",
    "MarketSellAssetContract",
    "MarketCancelOrderContract",
}
LEFT_OUT = {
    "AccountCreateContract": {"type"},
    "VoteWitnessContract": {"support"},
    "AssetIssueContract": {"order", "id"},
    "CreateSmartContract": {"contract_address", "code_hash", "trx_hash", "version"},
}


def made(random: Random, name: str) -> JSON:
    """``raw_data`` as nodes write it, with a random contract of this type."""
    kind = contract_of({name: number for number, name in NAMES.items()}[name])
    call: JSON = {
        "type": name,
        "parameter": {"value": random_value(kind, random), "type_url": f"type.googleapis.com/protocol.{name}"},
    }
    if random.random() < 0.3:
        call["Permission_id"] = random.choice((1, 2, 3, 127, 128))
    raw_data: JSON = {
        "contract": [call],
        "ref_block_bytes": random.randbytes(2).hex(),
        "ref_block_hash": random.randbytes(8).hex(),
        "expiration": 1 + number(random, SAFE),
        "timestamp": 1 + number(random, SAFE),
    }
    if random.random() < 0.3:
        raw_data["data"] = random.randbytes(random.choice((1, 20, 200))).hex()
    if random.random() < 0.3:
        raw_data["fee_limit"] = 1 + number(random, SAFE)
    return {
        "task": "transaction",
        "raw_data": raw_data,
        "private_key": secret(random),
        "signature": random.randbytes(65).hex(),
    }


def secret(random: Random) -> str:
    return (1 + number(random, ORDER - 1)).to_bytes(32).hex()


def any_contract(random: Random) -> JSON:
    case = made(random, random.choice(tuple(NAMES.values())))
    value = case["raw_data"]["contract"][0]["parameter"]["value"]
    if "parameters" in value:  # the order of a map is nobody's: tronweb is asked for several
        value["parameters"] = value["parameters"][:1]
    return case


def same_transaction(case: JSON, verdict: JSON) -> Iterator[str]:
    holder = signer(bytes.fromhex(case["private_key"]))
    transaction = of_node(case["raw_data"], signers=(holder.public_key,))
    name = transaction.contract.type_name
    assert (verdict["raw_data_hex"], verdict["txID"]) == (transaction.raw.hex(), transaction.id)
    envelope = Envelope(raw_data=transaction.raw, signature=(bytes.fromhex(case["signature"]),))
    assert SIGNED.encode(envelope).hex() == verdict["signed"]
    if name not in UNSIGNED:
        signed = sign(transaction, holder)
        assert TRON.decode_transaction(signed.raw) == signed
    assert TRON.decode_transaction(transaction.raw, keys=[holder.public_key]) == transaction
    assert transaction.effects()
    document = tron.to_node(transaction)
    assert tron.from_node(TRON, document) == of_node(case["raw_data"])
    yield name


@locked
def test_random_transactions_have_the_bytes_of_googles_protobuf(environment: str) -> None:
    compared("tronpy", "tron", environment, any_contract, same_transaction, kinds=set(NAMES.values()))


def of_tronweb(random: Random) -> JSON:
    case = made(random, random.choice(sorted(set(NAMES.values()) - UNKNOWN)))
    (call,) = case["raw_data"]["contract"]
    value = call["parameter"]["value"]
    for name in LEFT_OUT.get(call["type"], set()):
        value.pop(name, None)
    if "parameters" in value:  # a map of JavaScript, in the order of its keys as text
        value["parameters"].sort(key=lambda each: str(each["key"]))
    if "frozen_supply" in value:
        value["frozen_supply"] = value["frozen_supply"][:1]
    if "new_contract" in value:
        made_contract = value["new_contract"]
        for name in LEFT_OUT["CreateSmartContract"]:
            made_contract.pop(name, None)
        for entry in made_contract.get("abi", {}).get("entrys", []):
            entry.pop("stateMutability")
            entry["type"] = random.choice(("Function", "Constructor", "Event", "Fallback"))
    return case


def same_as_tronweb(case: JSON, verdict: JSON) -> Iterator[str]:
    holder = signer(bytes.fromhex(case["private_key"]))
    transaction = of_node(case["raw_data"], signers=(holder.public_key,))
    assert (verdict["raw_data_hex"], verdict["txID"]) == (transaction.raw.hex(), transaction.id)
    envelope = SIGNED.decode(sign(transaction, holder).raw)
    ours = envelope.signature[0]
    assert verdict["signature"] == (ours[:64] + bytes((27 + ours[64],))).hex()  # it counts from 27
    yield transaction.contract.type_name


@locked
def test_random_transactions_have_the_bytes_of_tronweb(environment: str) -> None:
    kinds = set(NAMES.values()) - UNKNOWN
    compared("tronweb", "tronweb", environment, of_tronweb, same_as_tronweb, kinds=kinds)


def offline(random: Random) -> JSON:
    owner, to = (TRON.account(random.randbytes(20)).text for _ in range(2))
    return {
        "task": "built",
        "from": owner,
        "to": to,
        "amount": 1 + number(random, 2**63 - 1),
        "timestamp": number(random, 2**63),
        "expiration": number(random, 2**63),
        "block_id": random.randbytes(32).hex(),
    }


def same_id(case: JSON, verdict: JSON) -> Iterator[str]:
    owner, to = TRON.parse_address(case["from"]), TRON.parse_address(case["to"])
    made = transfer(
        contract=tron.TransferContract(owner_address=owner, to_address=to, amount=case["amount"]),
        **tron.block_reference(bytes.fromhex(case["block_id"])),
        timestamp=case["timestamp"],
        expiration=case["expiration"],
    )
    assert verdict == {"txID": made.id}
    yield "transfer"


@locked
def test_transfers_that_refer_to_a_block_have_the_ids_of_tronpy(environment: str) -> None:
    compared("tronpy", "offline", environment, offline, same_id, kinds={"transfer"})


def damaged(random: Random) -> JSON:
    """A transaction with a byte changed, added or left out."""
    name = random.choice(tuple(NAMES.values()))
    case = made(random, name)
    data = bytearray(of_node(case["raw_data"]).raw)
    for _ in range(random.choice((1, 1, 2))):
        place = random.randrange(len(data) + 1)
        data[place : place + random.choice((0, 1, 1))] = random.choice((random.randbytes(1), b"\0", b""))
    return {"task": "address", "text": TRON.account(bytes(20)).text, "raw": data.hex()}


def test_damaged_bytes_are_another_transaction_or_none() -> None:
    """Whatever is read is written again to the byte."""
    read = 0
    for place in range(2000):
        raw = bytes.fromhex(damaged(Random(f"damaged {place}"))["raw"])
        try:
            found: Any = TRON.decode_transaction(raw)
        except TransactionError:
            continue
        assert found.raw == raw
        read += 1
    assert read > 100


def a_message(random: Random) -> JSON:
    legacy = random.random() < 0.3
    size = 32 if legacy else random.choice((0, 1, 9, 10, 31, 32, 33, 99, 100, 300))
    data = random.choice((random.randbytes(size), b"0123456789" * 30))[:size]
    return {"task": "message", "data": data.hex(), "legacy": legacy, "private_key": secret(random)}


def same_message(case: JSON, verdict: JSON) -> Iterator[str]:
    holder = signer(bytes.fromhex(case["private_key"]))
    data = bytes.fromhex(case["data"])
    message = tron.Message(chain=TRON, signer=holder.public_key, data=data, legacy=case["legacy"])
    signed = sign(message, holder)
    assert signed.raw.hex() == verdict["signature"]
    assert case["legacy"] or message.digest.hex() == verdict["digest"]
    message.verify(signed.raw, holder.public_key)
    assert TRON.decode_transaction(message.raw, keys=[holder.public_key]) == message
    yield "older form" if case["legacy"] else "message"


@locked
def test_random_messages_have_the_signatures_of_tronweb(environment: str) -> None:
    compared("tronweb", "messages", environment, a_message, same_message, kinds={"older form", "message"})


def an_address(random: Random) -> JSON:
    return {"task": "address", "private_key": secret(random)}


def same_address(case: JSON, verdict: JSON) -> Iterator[str]:
    address = TRON.address(signer(bytes.fromhex(case["private_key"])).public_key)
    assert verdict == {"text": address.text, "hex": f"41{address.payload.hex()}"}
    assert TRON.parse_address(verdict["text"]) == TRON.parse_hex(verdict["hex"]) == address
    yield "key"


@locked
def test_random_keys_have_the_addresses_of_tronweb(environment: str) -> None:
    compared("tronweb", "addresses", environment, an_address, same_address, kinds={"key"}, most=2000)


def typed(random: Random) -> JSON:
    """Typed data with Tron's own types, in structs and arrays."""
    people = {"name": "string", "wallet": "address", "coin": "trcToken", "tags": "bytes4[]"}
    types = {
        "Person": [{"name": name, "type": kind} for name, kind in people.items()],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person[]"},
            {"name": "coins", "type": random.choice(("trcToken[]", "trcToken[2]"))},
            {"name": "value", "type": random.choice(("uint256", "int64", "uint8"))},
            {"name": "flag", "type": "bool"},
        ],
    }
    message = {
        "from": person(random),
        "to": [person(random) for _ in range(random.randrange(3))],
        "coins": [str(number(random, 2**256)) for _ in range(2)],
        "value": number(random, 2**7),
        "flag": random.random() < 0.5,
    }
    domain = {"name": "m", "version": "1", "chainId": TRON.chain_id, "verifyingContract": an_account(random)}
    kept = {name: value for name, value in domain.items() if name == "chainId" or random.random() < 0.7}
    return {"task": "typed", "types": types, "domain": kept, "message": message}


def person(random: Random) -> JSON:
    tags = [f"0x{random.randbytes(4).hex()}" for _ in range(random.randrange(3))]
    return {"name": "Á", "wallet": an_account(random), "coin": str(number(random, 2**64)), "tags": tags}


def an_account(random: Random) -> str:
    address = TRON.account(random.randbytes(20))
    return random.choice((address.text, f"41{address.payload.hex()}", f"0x{address.payload.hex()}"))


def same_typed_data(case: JSON, verdict: JSON) -> Iterator[str]:
    document = {"types": case["types"], "primaryType": "Mail", "domain": case["domain"], "message": case["message"]}
    data = tron.TypedData.parse(document)
    assert verdict == {"domain": data.domain_separator.hex(), "digest": data.digest.hex()}
    message = tron.Message(chain=TRON, data=data)
    assert TRON.decode_transaction(message.raw) == message
    yield "bound" if "verifyingContract" in case["domain"] else "free"


@locked
def test_random_typed_data_have_the_hashes_of_tronweb(environment: str) -> None:
    compared("tronweb", "typed data", environment, typed, same_typed_data, kinds={"bound", "free"})
