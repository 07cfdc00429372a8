"""What the tests of Tron share: rows, keys, contracts of every type, and their fields as nodes have them in JSON."""

from dataclasses import fields
from enum import IntEnum
from random import Random
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from support.evm import ALICE, MALLORY
from support.oracles import number
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.tron import AccountPermissionUpdateContract, Transaction, TransferContract, TronChain
from walletcore.chains.tron.contracts import NAMES, contract_of

__all__ = [
    "ALICE",
    "MALLORY",
    "ME",
    "NILE",
    "SHASTA",
    "TOKENS",
    "TRON",
    "YOU",
    "contract",
    "of_json",
    "of_node",
    "random_value",
    "to_json",
    "transfer",
]

TRON, NILE, SHASTA = (chain(name, TronChain) for name in ("tron", "tron-nile", "tron-shasta"))
ME, YOU = TRON.address(ALICE.public_key), TRON.account(b"\x42" * 20)
TOKENS = ("asset_name", "first_token_id", "second_token_id", "sell_token_id", "buy_token_id", "token_id")
SMALL = ("precision", "trx_num", "num", "vote_score", "id", "parent_id", "version", "count", "brokerage")  # int32
JSON = dict[str, Any]
SAFE = 2**53  # numbers of JavaScript


def transfer(**changes: Any) -> Transaction:
    """Return Alice's transfer of one TRX, with some fields changed."""
    made: JSON = {
        "chain": TRON,
        "contract": TransferContract(owner_address=ME, to_address=YOU, amount=1_000_000),
        "signers": (ALICE.public_key,),
        "ref_block_bytes": b"\x7b\x3b",
        "ref_block_hash": bytes.fromhex("f4f5f8b9e23a30c5"),
        "expiration": 1_539_331_479_000,
        "timestamp": 1_539_295_479_000,
    }
    return Transaction(**made | changes)


def contract(name: str, value: JSON, row: TronChain = TRON) -> Any:
    """Return the contract of a type, of fields as nodes have them: hex, numbers, names of enumerations."""
    return of_json(contract_of({name: number for number, name in NAMES.items()}[name]), value, row)


def of_json(kind: Any, value: Any, row: TronChain) -> Any:
    """Return a value of this type as nodes write it."""
    if get_origin(kind) is UnionType:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        return tuple([of_json(get_args(kind)[0], each, row) for each in value])
    if kind is Address:
        return row.parse_hex(value)
    if kind is bytes:
        return bytes.fromhex(value)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return kind[value]
    if not hasattr(kind, "fields"):
        return value
    hints = get_type_hints(kind)
    given = {"state_mutability" if name == "stateMutability" else name: each for name, each in value.items()}
    named = {
        name: bytes.fromhex(each).decode() if name in TOKENS and hints[name] is str else each
        for name, each in given.items()
    }
    return kind(**{name: of_json(hints[name], each, row) if each is not None else None for name, each in named.items()})


def of_node(given: JSON, row: TronChain = TRON, **changes: Any) -> Transaction:
    """Return the transaction of ``raw_data`` as nodes write it, made by its fields alone."""
    call = given["contract"][0]
    made: JSON = {
        "chain": row,
        "contract": contract(call["type"], call["parameter"]["value"], row),
        "permission_id": call.get("Permission_id", 0),
        "ref_block_bytes": bytes.fromhex(given["ref_block_bytes"]),
        "ref_block_hash": bytes.fromhex(given["ref_block_hash"]),
        "expiration": given["expiration"],
        "timestamp": given.get("timestamp", 0),
        "fee_limit": given.get("fee_limit", 0),
        "memo": bytes.fromhex(given.get("data", "")),
    }
    return Transaction(**made | changes)


def to_json(name: str, kind: Any, random: Random) -> Any:
    """Return a random value of this type in the form that nodes have."""
    if get_origin(kind) is UnionType:
        return to_json(name, get_args(kind)[0], random) if random.random() < 0.5 else None
    if get_origin(kind) is tuple:
        return [to_json(name, get_args(kind)[0], random) for _ in range(random.randint(1, 3))]
    if kind is Address:
        return "41" + random.randbytes(20).hex()
    if kind is bytes:
        return random.randbytes(random.choice((1, 2, 32, 200))).hex()
    if kind is bool:
        return random.random() < 0.5
    if kind is int:
        if name == "key":  # the network has less than a hundred parameters
            return random.randrange(100)
        return number(random, 2**31 if name in SMALL else SAFE)
    if kind is str:
        return _text(name, random)
    if issubclass(kind, IntEnum):
        return random.choice(tuple(kind)).name
    return random_value(kind, random)


def _text(name: str, random: Random) -> str:
    if name in TOKENS:
        return str(1 + number(random, 10**7)).encode().hex() if random.random() < 0.9 else b"_".hex()
    return random.choice(("transfer", "名", "a b", "uint256"))


def random_value(kind: Any, random: Random) -> JSON:
    """Return random fields of a message; some are left out that may be."""
    if kind is AccountPermissionUpdateContract:
        return _permissions(random)
    hints = get_type_hints(kind)
    made = {each.name: to_json(each.name, hints[each.name], random) for each in fields(kind)}
    if "parameters" in made:
        made["parameters"] = list({each["key"]: each for each in made["parameters"]}.values())
    return {
        "stateMutability" if name == "state_mutability" else name: value
        for name, value in made.items()
        if value is not None
    }


def _permissions(random: Random) -> JSON:
    def permission(kind: str, number: int) -> JSON:
        count = 1 if kind == "Witness" else random.randint(1, 5)
        keys: list[JSON] = [
            {"address": "41" + random.randbytes(20).hex(), "weight": 1 + random.randrange(9)} for _ in range(count)
        ]
        made: JSON = {"type": kind, "id": number, "permission_name": random.choice(("", "owner", "名")), "keys": keys}
        made["threshold"] = random.randint(1, sum(key["weight"] for key in keys))
        return made | ({"operations": random.randbytes(32).hex()} if kind == "Active" else {})

    witness = {"witness": permission("Witness", 1)} if random.random() < 0.3 else {}
    actives = [permission("Active", 2 + place) for place in range(random.randint(1, 8))]
    owner = {"owner_address": "41" + random.randbytes(20).hex(), "owner": permission("Owner", 0)}
    return {**owner, **witness, "actives": actives}
