"""Random transactions of the XRP Ledger beside xrpl-py and xrpl.js, which have codecs, hashes and curves of their own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

import json
import re
from functools import partial
from random import Random
from typing import Any

import pytest

from support.oracles import JSON, compared, data, locked, number
from support.xrpl import MAIN, TYPES, account, fields, key, payment, seed
from walletcore.chains.base import SignedTransaction
from walletcore.chains.xrpl import Claim, Cosigner, Party, Transaction, codec
from walletcore.chains.xrpl.accounts import encode_classic, encode_x
from walletcore.chains.xrpl.decode import transaction_hash
from walletcore.errors import DecodingError
from walletcore.keys import Curve
from walletcore.keystore.xrpl import FamilySeed
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ORACLES = pytest.mark.parametrize("oracle", ["xrpl_py", "xrpl_js"])
ODD_CURRENCY = re.compile('"00[0-9A-F]{38}"')
DECIMAL = ("MaximumAmount", "OutstandingAmount", "MPTAmount", "LockedAmount", "ConfidentialOutstandingAmount")
CURVES = (Curve.SECP256K1, Curve.ED25519)


def coded(random: Random) -> JSON:
    kind = random.choice(TYPES)
    return {"task": "encode", "fields": fields(random, kind)}


def spelled(oracle: str, value: Any, name: str = "") -> Any:
    """A value as rippled spells it: xrpl-py gives decimal fields in hex digits, xrpl.js no digits of 16 zeros."""
    if isinstance(value, dict):
        return {key: spelled(oracle, each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [spelled(oracle, each) for each in value]
    if oracle == "xrpl_py" and name in DECIMAL:
        return str(int(value, 16))
    return "0" * 32 if oracle == "xrpl_js" and (name, value) == ("EmailHash", "") else value


def same_code(oracle: str, case: JSON, verdict: JSON) -> list[str]:
    """The same bytes, and the same fields of them; the transaction of them is what it was."""
    encoded = codec.encode(case["fields"])
    read = codec.decode(encoded)
    assert spelled(oracle, verdict) == {"encoded": encoded.hex().upper(), "fields": read}
    made = Transaction.of(MAIN, case["fields"])
    assert made.raw == encoded == codec.encode(read)
    assert MAIN.decode_transaction(encoded) == made
    return [case["fields"]["TransactionType"]]


@locked
@ORACLES
def test_every_type_of_transaction_has_the_same_bytes(environment: str, oracle: str) -> None:
    compared(oracle, "xrpl codec", environment, coded, partial(same_code, oracle), kinds=TYPES, most=10_000)


def damaged(random: Random) -> JSON:
    raw = bytearray(codec.encode(fields(random, random.choice(TYPES))))
    for _ in range(random.randint(1, 2)):
        kind, place = random.randrange(4), random.randrange(len(raw))
        if kind == 0:
            raw[place] ^= 1 << random.randrange(8)
        elif kind == 1:
            del raw[place]
        elif kind == 2:
            raw.insert(place, random.randrange(256))
        else:
            raw[place:] = raw[place:] + raw[place : place + 9]
    return {"task": "decode", "encoded": bytes(raw).hex().upper()}


def same_verdict(oracle: str, case: JSON, verdict: JSON) -> list[str]:
    """What we read, they read as the same fields; what they refuse, we refuse. They take more than the one form."""
    raw = bytes.fromhex(case["encoded"])
    try:
        read = codec.decode(raw)
    except DecodingError:
        return ["refused by both" if "refused" in verdict else "taken by them alone"]
    assert codec.encode(read) == raw
    if oracle == "xrpl_py" and ODD_CURRENCY.search(json.dumps(read)):  # it drops the bytes around three letters
        return ["taken"]
    assert spelled(oracle, verdict) == {"fields": read}
    return ["taken"]


@locked
@ORACLES
def test_XR2_damaged_bytes_are_refused_or_read_as_the_same(environment: str, oracle: str) -> None:
    kinds = {"refused by both", "taken by them alone", "taken"}
    compared(oracle, "xrpl damaged", environment, damaged, partial(same_verdict, oracle), kinds=kinds, most=10_000)


def other(random: Random) -> str:
    """An account that nobody else has."""
    return encode_classic(random.randbytes(20))


def asked(random: Random) -> JSON:
    kind = random.choice((*TYPES, "LoanSet", "LoanSet"))
    made = fields(random, kind) | {"Account": account(random), "SigningPubKey": ""}
    return {"task": "payloads", "fields": made, "account": other(random)}


def same_payloads(case: JSON, verdict: JSON) -> list[str]:
    """What one and what several sign, for the sender, a counterparty and a sponsor."""
    given = {name: value for name, value in case["fields"].items() if name != "SigningPubKey"}
    cosigner = Cosigner(account=MAIN.parse_address(case["account"]), key=key(1).public_key)
    places = ["CounterpartySignature"] if given["TransactionType"] == "LoanSet" else []
    places += ["SponsorSignature"] if "Sponsor" in given else []
    parties = tuple(Party(place=place, signers=(cosigner,)) for place in places)
    alone = tuple(Party(place=place, key=key(2).public_key) for place in places)
    several = Transaction.of(MAIN, given, signers=(cosigner,), parties=parties).requests()
    one = Transaction.of(MAIN, given, signers=(cosigner,), parties=alone).requests()
    shown = [0] + [1 + ("Counterparty", "Sponsor").index(place.removesuffix("Signature")) for place in places]
    assert [each.payload.hex().upper() for each in several] == [verdict["several"][place] for place in shown]
    assert [each.payload.hex().upper() for each in one][1:] == [verdict["one"][place] for place in shown[1:]]
    assert verdict["one"][0] == (b"STX\0" + codec.encode_for_signing(case["fields"])).hex().upper()
    return places or ["sender"]


@locked
@ORACLES
def test_XR4_one_signs_with_other_prefixes_than_several_and_every_part_has_its_own(
    environment: str, oracle: str
) -> None:
    kinds = {"sender", "CounterpartySignature", "SponsorSignature"}
    compared(oracle, "xrpl payloads", environment, asked, same_payloads, kinds=kinds, most=2_000)


def to_sign(random: Random) -> JSON:
    made = fields(random, random.choice(TYPES))
    text = seed(1 + number(random, 1 << 127), random.choice(CURVES)).reveal()
    return {"task": "sign", "fields": made, "seed": text}


def same_signature(case: JSON, verdict: JSON) -> list[str]:
    """The same key and address of a seed, and the same signature in the same bytes."""
    holder = FamilySeed.parse(case["seed"]).private_key()
    made = Transaction.of(MAIN, case["fields"], signer=holder.public_key)
    signed = sign(made, LocalSigner(holder))
    assert verdict == {
        "public": made.fields()["SigningPubKey"],
        "address": MAIN.address(holder.public_key).text,
        "raw": signed.raw.hex().upper(),
    }
    read = MAIN.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert (read, read.transaction) == (signed, made)
    return [holder.curve.value]


@locked
@ORACLES
def test_signatures_of_seeds_are_the_same_on_both_curves(environment: str, oracle: str) -> None:
    kinds = {curve.value for curve in CURVES}
    most = 2_000 if oracle == "xrpl_py" else 5_000  # its curves are Python's integers
    compared(oracle, "xrpl signed", environment, to_sign, same_signature, kinds=kinds, most=most)


def to_sign_together(random: Random) -> JSON:
    numbers = {2 + number(random, 1 << 127) for _ in range(random.randint(1, 8))}
    seeds = [seed(each, random.choice(CURVES)) for each in sorted(numbers)]
    made = payment(Sequence=number(random, 1 << 32), Amount=str(1 + number(random, 10**15)), SigningPubKey="")
    return {"task": "together", "fields": made, "seeds": [each.reveal() for each in seeds]}


def same_together(case: JSON, verdict: JSON) -> list[str]:
    """What each of several gives alone, and what it is combined to, with its id."""
    given = {name: value for name, value in case["fields"].items() if name != "SigningPubKey"}
    holders = [FamilySeed.parse(text).private_key() for text in case["seeds"]]
    signers = tuple(Cosigner(account=MAIN.address(each.public_key), key=each.public_key) for each in holders)
    made = Transaction.of(MAIN, given, signers=signers)
    parts = [sign(made, LocalSigner(each)) for each in holders]
    assert [each.raw.hex().upper() for each in parts] == verdict["raws"]
    whole = sign(made, *map(LocalSigner, holders))
    assert (whole.raw.hex().upper(), whole.id) == (verdict["raw"], verdict["id"])
    assert MAIN.combine([each.raw for each in parts]) == whole
    return ["one" if len(holders) == 1 else "several"]


@locked
def test_several_sign_together_as_wallets_of_xrpl_js_do(environment: str) -> None:
    kinds = {"one", "several"}
    compared("xrpl_js", "xrpl together", environment, to_sign_together, same_together, kinds=kinds, most=2_000)


def inner(random: Random) -> JSON:
    made = payment(Account=account(random), Destination=account(random), Fee="0", Sequence=number(random, 1 << 32))
    return {"RawTransaction": made | {"Flags": 0x40000000, "SigningPubKey": ""}}


def batched(random: Random) -> JSON:
    items = [inner(random) for _ in range(random.randint(2, 8))]
    own = {"TransactionType": "Batch", "Account": other(random), "Fee": "40", "Flags": 65536 << random.randrange(4)}
    own |= {"Sequence": number(random, 1 << 32), "RawTransactions": items}
    if random.random() < 0.5:
        own |= {"Sequence": 0, "TicketSequence": 1 + number(random, 1 << 31)}
    told = {
        "account": own["Account"],
        "sequence": own["Sequence"] or own.get("TicketSequence", 0),
        "flags": own["Flags"],
        "transaction_ids": [transaction_hash(codec.encode(each["RawTransaction"])).hex().upper() for each in items],
        "batch_account": random.choice(items)["RawTransaction"]["Account"],
    }
    if random.random() < 0.5:
        told["signer_account"] = other(random)
    return {"task": "batch", "batch": told, "fields": own}


def same_batch(case: JSON, verdict: JSON) -> list[str]:
    """What somebody who takes part in a batch signs, alone or as one of several."""
    told = case["batch"]
    party = Party(place="BatchSigners", account=MAIN.parse_address(told["batch_account"]), key=key(2).public_key)
    kind = "alone"
    if "signer_account" in told:
        several = (Cosigner(account=MAIN.parse_address(told["signer_account"]), key=key(3).public_key),)
        party, kind = Party(place="BatchSigners", account=party.account, signers=several), "together"
    made = Transaction.of(MAIN, case["fields"], signer=key(1).public_key, parties=(party,))
    assert verdict == {"payload": made.requests()[1].payload.hex().upper()}
    return [kind]


@locked
@ORACLES
def test_who_takes_part_in_a_batch_signs_the_same(environment: str, oracle: str) -> None:
    kinds = {"alone", "together"}
    compared(oracle, "xrpl batch", environment, batched, same_batch, kinds=kinds, most=3_000)


def tagged(random: Random) -> JSON:
    tag = random.choice((None, 0, number(random, 1 << 32)))
    return {"task": "address", "classic": account(random), "tag": tag, "test": random.random() < 0.5}


def same_address(case: JSON, verdict: JSON) -> list[str]:
    """The same X-address of account and tag, and the same account and tag of it."""
    classic = MAIN.parse_address(case["classic"])
    text = encode_x(classic.payload, case["tag"], test=case["test"])
    assert verdict == {"x": text, "read": [case["classic"], case["tag"], case["test"]]}
    if not case["test"]:
        read = MAIN.parse_address(text)
        assert (read.tag, read.payload, read.text) == (case["tag"], classic.payload, text)
    return ["without a tag" if case["tag"] is None else "with a tag"]


@locked
@ORACLES
def test_A14_tags_of_X_addresses_are_the_same(environment: str, oracle: str) -> None:
    kinds = {"with a tag", "without a tag"}
    compared(oracle, "xrpl addresses", environment, tagged, same_address, kinds=kinds, most=5_000)


def claimed(random: Random) -> JSON:
    return {"task": "claim", "channel": data(random, 32).upper(), "amount": str(number(random, 10**17 + 1))}


def same_claim(case: JSON, verdict: JSON) -> list[str]:
    """What a channel's key signs, which is read back as the claim."""
    made = Claim(chain=MAIN, channel=bytes.fromhex(case["channel"]), amount=int(case["amount"]))
    assert verdict == {"payload": made.raw.hex().upper()}
    assert MAIN.decode_transaction(made.raw) == made
    return ["claim"]


@locked
@ORACLES
def test_claims_of_payment_channels_are_the_same(environment: str, oracle: str) -> None:
    compared(oracle, "xrpl claims", environment, claimed, same_claim, kinds={"claim"}, most=3_000)
