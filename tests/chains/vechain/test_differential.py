"""Random transactions and certificates of VeChain beside thor-devkit, which has RLP, hashes and curves of its own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random
from typing import Any

from support.evm import LAST, signer
from support.oracles import JSON, compared, data, locked, number
from support.vechain import other
from walletcore.chains.base import SignedTransaction
from walletcore.chains.vechain import Certificate, Clause, LegacyTransaction, Transaction
from walletcore.errors import TransactionError
from walletcore.signing import sign

KINDS = {"legacy", "dynamic", "delegated", "paid by the sender", "creates a contract", "no clause", "depends", "free"}
WORDS = (
    "identification",
    "agreement",
    "a",
    "ä",
    '"',
    "\\",
    "\n",
    "\x07",
    "\u2028",
    "雪",
    "\U0001f600",
    "</script>",
    "\x7f",
)
SEEN = {
    "quotation marks": ['\\"'],
    "control characters": ["\\u0007"],
    "lines": ["\\n"],
    "above 16 bits": ["\U0001f600"],
}


def secret(random: Random) -> str:
    return (1 + number(random, LAST)).to_bytes(32).hex()


def clause(random: Random) -> JSON:
    to = data(random, 0, 20, 20, 20)
    size = (0, 0, 1, 4, 55, 56, 68, 300)
    return {"to": f"0x{to}" if to else None, "value": hex(number(random, 2**256)), "data": f"0x{data(random, *size)}"}


def transaction(random: Random) -> JSON:
    before = data(random, 0, 32)
    body: JSON = {
        "chainTag": random.randrange(256),
        "blockRef": f"0x{number(random, 2**64).to_bytes(8).hex()}",
        "expiration": number(random, 2**32),
        "clauses": [clause(random) for _ in range(random.choice((0, 1, 1, 2, 5)))],
        "gas": hex(number(random, 2**64)),
        "dependsOn": f"0x{before}" if before else None,
        "nonce": hex(number(random, 2**64)),
    }
    if random.random() < 0.5:
        body["gasPriceCoef"] = random.randrange(256)
    else:
        most = number(random, 2**256)
        body |= {"type": 0x51, "maxFeePerGas": hex(most), "maxPriorityFeePerGas": hex(number(random, most + 1))}
    sender, delegator = secret(random), secret(random) if random.random() < 0.5 else ""
    if delegator == sender:  # who pays for himself, does not delegate
        delegator = ""
    if delegator:
        body["reserved"] = {"features": 1}
    return {"task": "transaction", "body": body, "secret": sender, "delegator": delegator}


def ours(case: JSON) -> Transaction | LegacyTransaction:
    body, row = case["body"], other(case["body"]["chainTag"])
    clauses = tuple(
        Clause(
            to=row.account(bytes.fromhex(each["to"][2:])) if each["to"] else None,
            value=int(each["value"], 16),
            data=bytes.fromhex(each["data"][2:]),
        )
        for each in body["clauses"]
    )
    common: dict[str, Any] = {
        "chain": row,
        "sender": signer(bytes.fromhex(case["secret"])).public_key,
        "delegated": bool(case["delegator"]),
        "delegator": signer(bytes.fromhex(case["delegator"])).public_key if case["delegator"] else None,
        "block_ref": bytes.fromhex(body["blockRef"][2:]),
        "expiration": body["expiration"],
        "clauses": clauses,
        "gas": int(body["gas"], 16),
        "depends_on": bytes.fromhex(body["dependsOn"][2:]) if body["dependsOn"] else None,
        "nonce": int(body["nonce"], 16),
    }
    if "gasPriceCoef" in body:
        return LegacyTransaction(**common, gas_price_coef=body["gasPriceCoef"])
    most, priority = (int(body[name], 16) for name in ("maxFeePerGas", "maxPriorityFeePerGas"))
    return Transaction(**common, max_fee=most, max_priority_fee=priority)


def described(case: JSON) -> list[str]:
    body = case["body"]
    return [
        "legacy" if "gasPriceCoef" in body else "dynamic",
        "delegated" if case["delegator"] else "paid by the sender",
        "depends" if body["dependsOn"] else "free",
        *(["creates a contract"] if any(not each["to"] for each in body["clauses"]) else []),
        *([] if body["clauses"] else ["no clause"]),
    ]


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes, hashes, ids and signers; the bytes, read here, tell the transaction."""
    made = ours(case)
    holders = [signer(bytes.fromhex(each)) for each in (case["secret"], case["delegator"]) if each]
    signed: SignedTransaction[Any] = sign(made, *holders)
    expected = {
        "unsigned": made.raw.hex(),
        "hash": made.signing_hash.hex(),
        "gas": made.intrinsic_gas,
        "raw": signed.raw.hex(),
        "id": signed.id,
        "origin": made.chain.address(holders[0].public_key).text.lower(),
        "delegator": None,
    }
    if case["delegator"]:
        expected |= {
            "delegated": signed.id[2:],  # VIP-191: it is the id
            "delegator": made.chain.address(holders[1].public_key).text.lower(),
        }
    assert verdict == expected
    assert made.chain.decode_transaction(made.raw, keys=[each.public_key for each in holders]) == made
    assert made.chain.decode_transaction(signed.raw) == signed
    return described(case)


@locked
def test_random_transactions_are_those_of_thor_devkit(environment: str) -> None:
    compared("thor_devkit", "transaction", environment, transaction, same_transaction, kinds=KINDS)


def damaged(random: Random) -> JSON:
    """Signed bytes with one byte changed, dropped or doubled."""
    case = transaction(random)
    holders = [signer(bytes.fromhex(each)) for each in (case["secret"], case["delegator"]) if each]
    signed: SignedTransaction[Any] = sign(ours(case), *holders)
    raw = bytearray(signed.raw)
    place = random.choice((random.randrange(len(raw)), random.randrange(min(12, len(raw)))))
    how = random.randrange(3)
    raw[place : place + 1] = (bytes([raw[place] ^ 1 << random.randrange(8)]), b"", bytes(raw[place : place + 1]) * 2)[
        how
    ]
    return {"task": "read", "raw": raw.hex(), "tag": case["body"]["chainTag"]}


def same_verdict(case: JSON, verdict: JSON) -> list[str]:
    """What we read, thor-devkit reads to the same bytes and id; it reads more, and does not write that as it was."""
    raw = bytes.fromhex(case["raw"])
    try:
        read = other(case["tag"]).decode_transaction(raw)
    except TransactionError:
        return ["refused by both" if verdict["raw"] is None else "refused here"]
    assert isinstance(read, SignedTransaction)
    assert verdict == {"raw": case["raw"], "id": read.id, "origin": verdict["origin"]}
    assert read.chain.address(read.transaction.sender).text.lower() == verdict["origin"]
    return ["read"]


@locked
def test_damaged_bytes_are_read_alike_or_not_at_all(environment: str) -> None:
    kinds = {"refused by both", "refused here", "read"}
    compared("thor_devkit", "damaged", environment, damaged, same_verdict, kinds=kinds)


def text(random: Random) -> str:
    return "".join(random.choice((*WORDS, chr(random.randrange(1, 0xD800)))) for _ in range(random.randrange(1, 20)))


def certificate(random: Random) -> JSON:
    holder = secret(random)
    account = other(1).address(signer(bytes.fromhex(holder)).public_key).text
    made = {
        "purpose": text(random),
        "payload": {"type": text(random), "content": text(random)},
        "domain": text(random),
        "timestamp": number(random, 2**53),
        "signer": account,
    }
    return {"task": "certificate", "certificate": made, "secret": holder}


def same_certificate(case: JSON, verdict: JSON) -> list[str]:
    given, row = case["certificate"], other(1)
    holder = signer(bytes.fromhex(case["secret"]))
    made = Certificate(
        chain=row,
        account=row.parse_address(given["signer"]),
        signer=holder.public_key,
        purpose=given["purpose"],
        content=given["payload"]["content"],
        content_type=given["payload"]["type"],
        domain=given["domain"],
        timestamp=given["timestamp"],
    )
    assert verdict == {"encoded": made.raw.decode(), "signature": sign(made, holder).raw.hex()}
    assert row.decode_transaction(made.raw, keys=[holder.public_key]) == made
    return [name for name, characters in SEEN.items() if any(each in verdict["encoded"] for each in characters)]


@locked
def test_random_certificates_are_those_of_thor_devkit(environment: str) -> None:
    compared("thor_devkit", "certificate", environment, certificate, same_certificate, kinds=SEEN)
