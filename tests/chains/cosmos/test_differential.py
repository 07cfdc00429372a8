"""Transactions of Cosmos chains beside CosmJS and cosmpy, which sign the same documents."""

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from support.cosmos import (
    COSMJS,
    HUB,
    KINDS,
    TEXTS,
    asked_fee,
    built,
    document,
    in_camels,
    in_protobuf,
    message,
    number,
)
from support.evm import signer
from support.oracles import JSON, compared, locked
from walletcore.chains.cosmos.decode import verify
from walletcore.chains.cosmos.messages import table
from walletcore.chains.cosmos.multisig import Multisig
from walletcore.chains.cosmos.transaction import Signer
from walletcore.chains.cosmos.tx import SignMode
from walletcore.errors import TransactionError
from walletcore.signing import collect, sign

CHAIN_IDS = ("cosmoshub-4", "gaia-13003", "x")
MODES = ("DIRECT", "LEGACY_AMINO_JSON")


def case_of(random: Random, documents: list[JSON]) -> JSON:
    return {
        "documents": documents,
        "chain_id": random.choice(CHAIN_IDS),
        "memo": random.choice(TEXTS),
        "timeout_height": str(number(random, 1 << 64)),
    }


def numbers(random: Random) -> JSON:
    """Below 2^53 as a number, which CosmJS takes."""
    return {"account_number": str(number(random, 1 << 53)), "sequence": str(number(random, 1 << 53))}


def made(case: JSON) -> Any:
    """Our transaction, with the signers that hold its keys."""
    holders = [signer(bytes.fromhex(each["secret"])) for each in case["signers"]]
    signers = [
        Signer(
            key=holder.public_key,
            account_number=int(each["account_number"]),
            sequence=int(each["sequence"]),
            mode=SignMode[each["mode"]],
        )
        for holder, each in zip(holders, case["signers"], strict=True)
    ]
    return built(case, signers), holders


def _compare(case: JSON, verdict: JSON, transaction: Any, holders: Any) -> None:
    signed = sign(transaction, *holders)
    assert verdict == {
        "raw": signed.raw.hex(),
        "payloads": [request.payload.hex() for request in transaction.requests()],
    }
    row = transaction.chain
    assert row.decode_transaction(transaction.raw) == transaction
    read = row.decode_transaction(signed.raw)
    assert read.raw == signed.raw
    verify(read, [each.account_number for each in transaction.signers])
    assert read.transaction.with_account_numbers([each.account_number for each in transaction.signers]) == transaction


@locked
def test_one_signer_signs_what_cosmjs_signs(environment: str) -> None:
    def make(random: Random) -> JSON:
        secret = random.randbytes(32)
        mode = random.choice(MODES)
        kinds = [random.choice(COSMJS) for _ in range(random.choice((1, 1, 1, 2, 3)))]
        documents = [document(random, kind, signer(secret)) for kind in kinds]
        case = case_of(random, documents) | {"task": "sign", "kinds": kinds, "messages": documents}
        signers = [{"secret": secret.hex(), "mode": mode} | numbers(random)]
        return case | {"fee": asked_fee(random), "signers": signers}

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        transaction, holders = made(case)
        _compare(case, verdict, transaction, holders)
        mode = case["signers"][0]["mode"]
        if mode == "LEGACY_AMINO_JSON":
            payload = transaction.requests()[0].payload
            assert transaction.chain.decode_transaction(payload, keys=[holders[0].public_key]) == transaction
            assert [table.to_named(each, {}) for each in transaction.messages] == case["documents"]
        return [mode, *case["kinds"]]

    compared("cosmjs", "one signer", environment, make, check, kinds=[*MODES, *COSMJS], most=5_000)


@locked
def test_kinds_without_a_converter_are_what_cosmjs_encodes(environment: str) -> None:
    kinds = [kind for kind in KINDS if kind not in COSMJS]

    def make(random: Random) -> JSON:
        secret, kind = random.randbytes(32), random.choice(kinds)
        documents = [document(random, kind, signer(secret))]
        given = in_protobuf(kind, documents[0])
        case = case_of(random, documents) | {"task": "sign", "kind": kind}
        signers = [{"secret": secret.hex(), "mode": "DIRECT"} | numbers(random)]
        messages = [{"typeUrl": given["typeUrl"], "json": in_camels(given["json"])}]
        return case | {"fee": asked_fee(random), "signers": signers, "messages": messages}

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        transaction, holders = made(case)
        _compare(case, verdict, transaction, holders)
        assert [table.to_named(each, {}) for each in transaction.messages] == case["documents"]
        return [case["kind"]]

    compared("cosmjs", "without a converter", environment, make, check, kinds=kinds, most=2_000)


@locked
def test_several_signers_sign_what_cosmjs_signs(environment: str) -> None:
    """Each in its own way, and at times a payer who signs no message."""
    modes = (*MODES, "DIRECT_AUX")

    def make(random: Random) -> JSON:
        secrets = [random.randbytes(32) for _ in range(random.choice((2, 2, 3)))]
        has_payer = random.random() < 0.5
        senders = secrets[:-1] if has_payer else secrets
        documents = [document(random, random.choice(COSMJS), signer(each)) for each in senders]
        payer = HUB.address(signer(secrets[-1]).public_key).text if has_payer else ""
        paying = len(secrets) - 1 if has_payer else 0
        signers = [
            {"secret": each.hex(), "mode": random.choice(modes if place != paying else MODES)} | numbers(random)
            for place, each in enumerate(secrets)
        ]
        case = case_of(random, documents) | {"task": "sign", "messages": documents}
        return case | {"fee": asked_fee(random, payer), "signers": signers}

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        transaction, holders = made(case)
        _compare(case, verdict, transaction, holders)
        return {*(each["mode"] for each in case["signers"]), "payer" if case["fee"]["payer"] else "no payer"}

    compared("cosmjs", "several signers", environment, make, check, kinds=[*modes, "payer", "no payer"], most=2_000)


@locked
def test_multisig_accounts_sign_what_cosmjs_signs(environment: str) -> None:
    def make(random: Random) -> JSON:
        secrets = [random.randbytes(32) for _ in range(random.choice((1, 2, 3, 5, 8, 9, 17)))]
        threshold = random.randint(1, len(secrets))
        case = case_of(random, []) | numbers(random)
        keys = tuple(signer(each).public_key for each in secrets)
        account = Multisig(threshold=threshold, keys=keys).address(HUB)
        sent = {"from_address": account.text, "to_address": account.text, "amount": [{"denom": "uatom", "amount": "1"}]}
        documents = [{"type": "cosmos-sdk/MsgSend", "value": sent}]
        return case | {
            "task": "multisig",
            "documents": documents,
            "messages": documents,
            "fee": asked_fee(random) | {"granter": ""},
            "secrets": [each.hex() for each in secrets],
            "threshold": threshold,
            "signing": sorted(random.sample(range(len(secrets)), threshold)),
            "prefix": "cosmos",
        }

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        holders = [signer(bytes.fromhex(each)) for each in case["secrets"]]
        key = Multisig(threshold=case["threshold"], keys=tuple(each.public_key for each in holders))
        one = Signer(
            key=key,
            account_number=int(case["account_number"]),
            sequence=int(case["sequence"]),
            mode=SignMode.LEGACY_AMINO_JSON,
        )
        transaction = built(case, [one])
        answers = collect(transaction.requests(), *(holders[place] for place in case["signing"]))
        signed = transaction.assemble(answers)
        assert verdict == {
            "raw": signed.raw.hex(),
            "payload": transaction.requests()[0].payload.hex(),
            "address": key.address(HUB).text,
        }
        row = transaction.chain
        assert row.decode_transaction(transaction.raw) == transaction
        read: Any = row.decode_transaction(signed.raw)
        assert read.transaction == replace(transaction, signers=(replace(one, account_number=None),))
        verify(read, [int(case["account_number"])])
        return [f"of {len(holders)}"]

    compared(
        "cosmjs", "multisig", environment, make, check, kinds=[f"of {n}" for n in (1, 2, 3, 5, 8, 9, 17)], most=2_000
    )


@locked
def test_direct_is_what_cosmpy_signs(environment: str) -> None:
    def make(random: Random) -> JSON:
        secret = random.randbytes(32)
        kinds = [random.choice(tuple(KINDS)) for _ in range(random.choice((1, 1, 2)))]
        documents = [document(random, kind, signer(secret)) for kind in kinds]
        signers = [{"secret": secret.hex(), "mode": "DIRECT"} | numbers(random)]
        return case_of(random, documents) | {
            "task": "sign",
            "kinds": kinds,
            "messages": [in_protobuf(kind, each) for kind, each in zip(kinds, documents, strict=True)],
            "signers": signers,
            "fee": asked_fee(random),
            "prefix": "cosmos",
        }

    def ask(random: Random) -> JSON:
        case = make(random)
        one = case["signers"][0]
        numbers = {name: int(one[name]) for name in ("account_number", "sequence")}
        return case | {"secret": one["secret"], "timeout_height": int(case["timeout_height"])} | numbers

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        transaction, holders = made(case)
        address = HUB.address(holders[0].public_key).text
        assert verdict == {"raw": sign(transaction, *holders).raw.hex(), "address": address}
        return list(case["kinds"])

    compared("cosmpy", "direct", environment, ask, check, kinds=tuple(KINDS), most=5_000)


def damage(random: Random, raw: bytearray) -> None:
    """Flip a bit, take a byte out or put one in, or cut."""
    place, how = random.randrange(len(raw)), random.randrange(10)
    if how < 5:
        raw[place] ^= 1 << random.randrange(8)
    elif how < 7:
        del raw[place]
    elif how < 9:
        raw.insert(place, random.randrange(256))
    else:
        del raw[place + 1 :]


@locked
def test_damaged_bytes_that_are_read_are_what_protobuf_writes(environment: str) -> None:
    """What is taken is one canonical form: Google's protobuf reads it, too, and writes the same bytes."""

    def make(random: Random) -> JSON:
        secret = b"\x01" * 32
        holder = signer(secret)
        kind = random.choice(tuple(KINDS))
        one = Signer(key=holder.public_key, account_number=0, sequence=number(random, 1 << 64))
        case = case_of(random, [document(random, kind, holder)]) | {"fee": asked_fee(random)}
        raw = bytearray(sign(built(case, [one]), holder).raw)
        for _ in range(random.choice((0, 1, 1, 2))):
            damage(random, raw)
        return {"task": "read", "raw": raw.hex()}

    def check(case: JSON, verdict: JSON) -> Iterable[str]:
        try:
            read: Any = HUB.decode_transaction(bytes.fromhex(case["raw"]))
        except TransactionError:
            return ["refused by both" if "refused" in verdict else "refused by us"]
        assert verdict["raw"] == case["raw"]
        assert verdict["memo"] == read.transaction.memo
        urls = [each.shape.type_url if hasattr(each, "shape") else each.type_url for each in read.transaction.messages]
        assert verdict["types"] == urls
        return ["read"]

    kinds = ["read", "refused by both", "refused by us"]
    compared("cosmpy", "damaged", environment, make, check, kinds=kinds, most=5_000)


def test_a_document_is_read_as_the_message_that_it_is() -> None:
    """The generator's own documents, without any oracle: each is JSON that is written again."""
    random = Random(1)
    for kind in KINDS:
        for _ in range(20):
            given = json.loads(json.dumps(document(random, kind, signer(b"\x01" * 32))))
            assert table.to_named(message(given), {}) == given
