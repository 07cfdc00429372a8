"""Random transactions, legacy and version 0, with lookup tables and several signers: equal bytes to solders'.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from support.oracles import JSON, both, compared, data
from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import (
    CHAINS,
    PACKET_SIZE,
    AccountMeta,
    Instruction,
    LookupTable,
    Message,
    Transaction,
    TransactionConfig,
)
from walletcore.chains.solana.wire import decode_wire, encode_wire
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

SOLANA = CHAINS[0]
SEEDS = [bytes([i]) * 32 for i in range(1, 9)]
SIGNERS = {seed.hex(): LocalSigner(PrivateKey(Curve.ED25519, Secret(seed)), check=False) for seed in SEEDS}
KEYS = [signer.public_key.data.hex() for signer in SIGNERS.values()]
OTHERS = [Random(i).randbytes(32).hex() for i in range(24)]
SETTINGS = ("priority_fee", "compute_unit_limit", "loaded_accounts_data_size_limit", "heap_size")
PROGRAMS = ["00" * 32, *OTHERS[:3]]


# -- cases


def instruction(random: Random) -> JSON:
    """Some accounts of which some sign; the programs may be accounts as well."""
    accounts = []
    for _ in range(random.randrange(8)):
        signs = random.random() < 0.25
        accounts.append([random.choice(KEYS if signs else KEYS + OTHERS), signs, random.random() < 0.5])
    return {"program": random.choice(PROGRAMS), "accounts": accounts, "data": data(random, 0, 1, 12, 127, 128)}


def table(random: Random) -> list[Any]:
    """Accounts that are in use and others; the same one may be listed twice, and signers and programs too."""
    return [data(random, 32), random.choices(KEYS + OTHERS, k=random.randrange(20))]


def transaction(random: Random, version: int | None) -> JSON:
    tables = [table(random) for _ in range(random.randrange(4))]
    return {
        "task": "transaction",
        "seeds": random.sample(list(SIGNERS), k=len(SIGNERS)),
        "instructions": [instruction(random) for _ in range(random.randrange(5))],
        "blockhash": data(random, 32),
        "tables": None if version is None else [each for each in tables if each[0] not in ("00" * 32, "ff" * 32)],
    }


def of_version_1(random: Random) -> JSON:
    """The same with any of the settings, some of them not allowed."""
    config = {name: random.randrange(1 << random.choice((1, 20, 32))) for name in SETTINGS if random.random() < 0.5}
    if "heap_size" in config and random.random() < 0.8:
        config["heap_size"] = 1024 * random.choice((32, 33, 255, 256))
    if random.random() < 0.3:
        config["priority_fee"] = random.randrange(1 << 64)
    return transaction(random, None) | {"config": config}


def ours(case: JSON) -> Transaction:
    """The first of the seeds pays."""
    calls = [
        Instruction(
            program_id=bytes.fromhex(call["program"]),
            accounts=tuple(
                AccountMeta(pubkey=bytes.fromhex(account), is_signer=signs, is_writable=written)
                for account, signs, written in call["accounts"]
            ),
            data=bytes.fromhex(call["data"]),
        )
        for call in case["instructions"]
    ]
    return Transaction.compile(
        chain=SOLANA,
        fee_payer=SIGNERS[case["seeds"][0]].public_key,
        instructions=calls,
        recent_blockhash=bytes.fromhex(case["blockhash"]),
        tables=tables(case),
        config=TransactionConfig(**case["config"]) if case.get("config") is not None else None,
    )


def tables(case: JSON) -> list[LookupTable] | None:
    if case["tables"] is None:
        return None
    return [
        LookupTable(key=bytes.fromhex(key), addresses=tuple(map(bytes.fromhex, listed)))
        for key, listed in case["tables"]
    ]


# -- transactions from instructions


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal messages, accounts and signatures; what is read again is equal. None is larger than a packet."""
    if len(verdict["raw"]) // 2 > (PACKET_SIZE if case.get("config") is None else 4096):
        with pytest.raises(TransactionError) as caught:
            ours(case)
        assert caught.value.reason == "too-large"
        return ["too large"]
    mine = ours(case)
    assert mine.raw.hex() == verdict["message"]
    assert [key.hex() for key in mine.message.account_keys] == verdict["accounts"]
    signed = sign(mine, *SIGNERS.values())
    assert (signed.raw.hex(), signed.id) == (verdict["raw"], verdict["id"])
    same_again(mine, signed)
    features = {"lookups": bool(mine.message.lookups), "several signers": len(mine.message.signers) > 1}
    return [name for name, there in features.items() if there] or ["plain"]


def same_again(mine: Transaction, signed: SignedTransaction[Transaction]) -> None:
    again = SOLANA.decode_transaction(signed.raw, tables=mine.tables)
    assert isinstance(again, SignedTransaction)
    assert again == signed
    assert again.transaction.message.decompile(mine.tables) == mine.message.decompile(mine.tables)
    assert SOLANA.decode_transaction(mine.raw) == mine
    assert len(again.transaction.effects()) > len(mine.message.instructions)


KINDS = {"plain", "several signers", "too large"}


@both
def test_random_legacy_transactions_have_the_bytes_of_the_rust_sdk(environment: str) -> None:
    def make(random: Random) -> JSON:
        return transaction(random, None)

    compared("solders", "legacy", environment, make, same_transaction, kinds=KINDS)


@both
def test_random_transactions_of_version_0_have_the_bytes_of_the_rust_sdk(environment: str) -> None:
    def make(random: Random) -> JSON:
        return transaction(random, 0)

    compared("solders", "version 0", environment, make, same_transaction, kinds={*KINDS, "lookups"})


def same_of_version_1(case: JSON, verdict: JSON) -> list[str]:
    """Both refuse settings that are out of bounds."""
    if "refused" in verdict:
        with pytest.raises(TransactionError):
            ours(case)
        return ["refused by both"]
    return [*same_transaction(case, verdict), *(f"with {name}" for name in case["config"])]


@both
def test_random_transactions_of_version_1_have_the_bytes_of_the_rust_sdk(environment: str) -> None:
    kinds = {"plain", "several signers", "refused by both", *(f"with {name}" for name in SETTINGS)}
    compared("solders", "version 1", environment, of_version_1, same_of_version_1, kinds=kinds)


# -- bytes that may be no transaction


def raw(random: Random) -> bytes:
    """A transaction with signatures that nobody made."""
    while True:
        try:
            make = random.choice((of_version_1, lambda random: transaction(random, random.choice((None, 0)))))
            message = ours(make(random)).message
            return encode_wire([random.randbytes(64) for _ in message.signers], message)
        except TransactionError:  # too large
            continue


def message_start(whole: bytes | bytearray) -> int:
    """In version 1 the signatures come last."""
    return 0 if whole[0] == 0x81 else 1 + 64 * whole[0]


def flipped(random: Random) -> bytes:
    """One or two bits of the header, or of places and counts behind the first key, or of the number of signatures."""
    whole = bytearray(raw(random))
    start = message_start(whole)
    for _ in range(random.randint(1, 2)):
        place = random.choice((random.randrange(start, start + 5), random.randrange(start + 36, len(whole)), 0))
        whole[place] ^= 1 << random.randrange(8)
    return bytes(whole)


def twice(random: Random) -> bytes:
    """The second account key, or what stands there, is the first one again."""
    whole = raw(random)
    start = message_start(whole)
    first = start + {0x80: 5, 0x81: 42}.get(whole[start], 4)
    return whole[: first + 32] + whole[first : first + 32] + whole[first + 64 :]


DAMAGES: dict[str, Callable[[Random], bytes]] = {
    "none": raw,
    "cut": lambda random: raw(random)[: -random.randint(1, 8)],
    "more": lambda random: raw(random) + random.randbytes(random.choice((1, 2, 4, PACKET_SIZE))),
    "flipped": flipped,
    "twice": twice,
}


def damaged(random: Random) -> JSON:
    damage = random.choice(list(DAMAGES))
    return {"task": "read", "damage": damage, "raw": DAMAGES[damage](random).hex()}


def read(data: bytes) -> tuple[tuple[bytes, ...], Message] | str:
    """Signatures and message, or the reason for which it is no transaction."""
    try:
        return decode_wire(data)
    except TransactionError as error:
        return error.reason


LENIENT = {
    "too-large": "a packet has 1232 bytes (solana-packet, PACKET_DATA_SIZE)",
    "trailing": "a node reads a packet with reject_trailing_bytes (solana-packet, deserialize_slice)",
    "duplicate": "a node refuses it as AccountLoadedTwice (solana-transaction-error)",
}
"""The reasons for which we refuse what solders reads."""


def same_reading(case: JSON, verdict: JSON) -> list[str]:
    """What we read, they read alike; what we refuse, they refuse, or `LENIENT` says why they do not."""
    mine = read(bytes.fromhex(case["raw"]))
    if isinstance(mine, str) and "refused" in verdict:
        return ["refused by both"]
    if isinstance(mine, str):
        assert mine in LENIENT
        return [f"refused here: {mine}"]
    signatures, message = mine
    assert [each.hex() for each in signatures] == verdict.get("signatures"), verdict
    assert [each.hex() for each in message.account_keys] == verdict["accounts"]
    assert verdict["raw"] == case["raw"] == encode_wire(signatures, message).hex()
    return ["read alike"]


@both
def test_SO2_SO4_random_bytes_are_read_as_by_the_rust_sdk_or_refused(environment: str) -> None:
    kinds = {"refused by both", "read alike", *(f"refused here: {each}" for each in LENIENT)}
    compared("solders", "read", environment, damaged, same_reading, kinds=kinds)
