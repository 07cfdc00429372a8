"""What single chains have of their own, random, beside viem: CIP-64, type 0x71, deposits, EIP-1191.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random
from typing import Any

from support.evm import LAST, signer
from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm import Deposit, Evm, FeeCurrencyTransaction, ZksyncTransaction, zksync
from walletcore.errors import AddressError
from walletcore.hashes import keccak256
from walletcore.signing import sign

SAFE = 2**53  # viem has nonces as numbers of JavaScript
BYTES = (0, 0, 1, 4, 31, 32, 55, 56, 68, 255, 256, 1000)


def row(case: JSON, dialect: str) -> Evm:
    return Evm(name="other", chain_id=case["chain_id"], dialects=(dialect,))


def account(chain: Evm, text: str | None) -> Address | None:
    return chain.account(bytes.fromhex(text)) if text else None


def fields(random: Random, task: str) -> JSON:
    """The fields that transactions of both dialects have, each anything that viem takes."""
    gas = number(random, 2**64)
    max_fee = number(random, (2**256 - 1) // max(gas, 1) + 1)
    return {
        "task": task,
        "secret": (1 + number(random, LAST)).to_bytes(32).hex(),
        "chain_id": 1 + number(random, SAFE - 1),
        "nonce": number(random, SAFE),
        "gas": str(gas),
        "max_fee": str(max_fee),
        "max_priority_fee": str(number(random, max_fee + 1)),
        "to": data(random, 20),
        "value": str(number(random, 2**256)),
        "data": data(random, *BYTES),
    }


def common(case: JSON, chain: Evm) -> dict[str, Any]:
    names = ("nonce", "gas", "max_fee", "max_priority_fee", "value")
    key = signer(bytes.fromhex(case["secret"])).public_key
    numbers = {name: int(case[name]) for name in names}
    return {"chain": chain, "sender": key, "data": bytes.fromhex(case["data"]), **numbers}


# -- Celo


def cip64(random: Random) -> JSON:
    entries = [[data(random, 20), [data(random, 32) for _ in range(random.randrange(3))]] for _ in range(3)]
    return {
        **fields(random, "cip64"),
        "to": random.choice((None, data(random, 20), data(random, 20))),
        "access_list": entries[random.randrange(4) :],
        "fee_currency": (1 + number(random, 2**160 - 1)).to_bytes(20).hex(),  # viem takes zero for none
    }


def same_cip64(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes, signed and not; and both are read again."""
    chain = row(case, "cip64")
    listed = tuple((bytes.fromhex(who), tuple(map(bytes.fromhex, keys))) for who, keys in case["access_list"])
    mine = FeeCurrencyTransaction(
        **common(case, chain),
        to=account(chain, case["to"]),
        access_list=listed,
        fee_currency=chain.account(bytes.fromhex(case["fee_currency"])),
        allow_endowment=True,
    )
    signed = sign(mine, signer(bytes.fromhex(case["secret"])))
    sender = chain.address(signed.transaction.requests()[0].key).text
    ours = {"unsigned": "0x" + mine.raw.hex(), "raw": "0x" + signed.raw.hex(), "id": signed.id, "sender": sender}
    assert ours == verdict
    assert chain.decode_transaction(signed.raw) == signed
    keys = [signed.transaction.requests()[0].key]
    assert chain.decode_transaction(mine.raw, keys=keys, allow_endowment=True) == mine
    return ["creation" if mine.to is None else "call", "access list" if listed else "no access list"]


@locked
def test_random_transactions_with_fees_in_tokens_are_those_of_viem(environment: str) -> None:
    kinds = ("creation", "call", "access list", "no access list")
    compared("viem", "cip64", environment, cip64, same_cip64, kinds=kinds)


# -- ZKsync


def of_zksync(random: Random) -> JSON:
    deps = [data(random, 32, 96, 160, 992) for _ in range(random.choice((0, 0, 1, 2, 3)))]
    paid = random.random() < 0.5
    return {
        **fields(random, "zksync"),
        "account": random.choice((None, data(random, 20))),
        "gas_per_pubdata": str(1 + number(random, 2**64 - 1)),
        "factory_deps": deps,
        "paymaster": (1 + number(random, 2**160 - 1)).to_bytes(20).hex() if paid else None,
        "paymaster_input": data(random, *BYTES) if paid else "",
    }


def with_account(case: JSON) -> JSON:
    """The case with the account of the key where it names no other, as viem has to be told."""
    holder = signer(bytes.fromhex(case["secret"])).public_key
    own = Evm(name="other", chain_id=1).address(holder).payload.hex()
    return {**case, "account": case["account"] or own, "own": case["account"] is None}


def same_zksync(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes, digests, ids and hashes of bytecode; and both are read again."""
    chain = row(case, "zksync")
    codes = tuple(map(bytes.fromhex, case["factory_deps"]))
    mine = ZksyncTransaction(
        **common(case, chain),
        to=account(chain, case["to"]),
        account=None if case["own"] else account(chain, case["account"]),
        gas_per_pubdata=int(case["gas_per_pubdata"]),
        factory_deps=codes,
        paymaster=account(chain, case["paymaster"]),
        paymaster_input=bytes.fromhex(case["paymaster_input"]),
    )
    signed = sign(mine, signer(bytes.fromhex(case["secret"])))
    assert {
        "unsigned": "0x" + mine.raw.hex(),
        "digest": "0x" + keccak256(mine.payload).hex(),
        "raw": "0x" + signed.raw.hex(),
        "id": signed.id,
        "codes": [zksync.bytecode_hash(code).hex() for code in codes],
    } == verdict
    assert chain.decode_transaction(signed.raw) == signed
    assert chain.decode_transaction(mine.raw, keys=[signed.transaction.requests()[0].key]) == mine
    kinds = ["own account" if case["own"] else "account of code", "paymaster" if mine.paymaster else "no paymaster"]
    return [*kinds, "bytecode" if codes else "no bytecode"]


@locked
def test_random_transactions_of_type_0x71_are_those_of_viem(environment: str) -> None:
    kinds = ("own account", "account of code", "paymaster", "no paymaster", "bytecode", "no bytecode")
    make = lambda random: with_account(of_zksync(random))  # noqa: E731
    compared("viem", "zksync", environment, make, same_zksync, kinds=kinds)


# -- deposits


def deposit(random: Random) -> JSON:
    return {
        "task": "deposit",
        "chain_id": 1 + number(random, SAFE - 1),
        "source_hash": data(random, 32),
        "source": data(random, 20),
        "to": random.choice((None, data(random, 20), data(random, 20))),
        "mint": str(number(random, 2**256)),
        "value": str(number(random, 2**256)),
        "gas": str(number(random, 2**64)),
        "is_system": random.random() < 0.5,
        "data": data(random, *BYTES),
    }


def same_deposit(case: JSON, verdict: JSON) -> list[str]:
    """What viem writes and reads is what is read here."""
    chain = row(case, "deposit")
    read = chain.decode_transaction(bytes.fromhex(verdict["raw"][2:]))
    assert isinstance(read, SignedTransaction)
    mine: Deposit = read.transaction
    ours = {"raw": "0x" + mine.raw.hex(), "id": read.id, "from": "0x" + mine.source.payload.hex()}
    assert {**ours, "mint": str(mine.mint), "value": str(mine.value)} == verdict
    assert mine == Deposit(
        chain=chain,
        source_hash=bytes.fromhex(case["source_hash"]),
        source=chain.account(bytes.fromhex(case["source"])),
        to=account(chain, case["to"]),
        is_system=case["is_system"],
        data=bytes.fromhex(case["data"]),
        **{name: int(case[name]) for name in ("mint", "value", "gas")},
    )
    return ["creation" if mine.to is None else "call", "system" if mine.is_system else "user"]


@locked
def test_random_deposits_are_read_as_viem_reads_them(environment: str) -> None:
    kinds = ("creation", "call", "system", "user")
    compared("viem", "deposits", environment, deposit, same_deposit, kinds=kinds)


# -- EIP-1191


def eip1191(random: Random) -> JSON:
    chain_id = random.choice((30, 31, 1 + number(random, SAFE - 1)))
    return {"task": "eip1191", "payload": data(random, 20), "chain_id": chain_id}


def same_checksum(case: JSON, verdict: JSON) -> list[str]:
    """The same letters are capitals, and the text is read on this chain."""
    chain = Evm(name="other", chain_id=case["chain_id"], checksum="eip1191")
    mine = chain.account(bytes.fromhex(case["payload"]))
    assert (mine.text, chain.parse_address(mine.text)) == (verdict["address"], mine)
    plain = Evm(name="other", chain_id=case["chain_id"])
    try:
        plain.parse_address(mine.text)
    except AddressError:
        return ["Rootstock" if case["chain_id"] == 30 else "another chain", "good here only"]
    assert plain.account(mine.payload).text == mine.text
    return ["Rootstock" if case["chain_id"] == 30 else "another chain", "good by both rules"]


@locked
def test_random_addresses_have_the_checksum_of_viem(environment: str) -> None:
    kinds = ("Rootstock", "another chain", "good here only", "good by both rules")
    compared("viem", "eip1191", environment, eip1191, same_checksum, kinds=kinds)
