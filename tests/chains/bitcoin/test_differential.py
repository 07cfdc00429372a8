"""Random transactions and what their signatures commit to, beside libwally and embit.

Where embit is wrong, the tests say why, and that nothing else is: its very mistake is made on our preimage, and then
the digests are equal. ``tests/oracles/README.md`` tells how many cases, and how to replay one.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from support.bitcoin import reason
from support.oracles import JSON, both, compared, data, locked, number
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import MAX_MONEY, Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.hashes import sha256d

SCRIPTS = (0, 1, 22, 25, 34, 75, 76, 107, 252, 253, 254, 300)
ITEMS = (0, 1, 33, 64, 71, 72, 252, 253, 520)
EVERY_TYPE = (0x00, 0x01, 0x02, 0x03, 0x80, 0x81, 0x82, 0x83)

# -- cases


def transaction(random: Random) -> JSON:
    """The fields of a transaction: at times with more inputs or outputs than one byte counts, or a coinbase."""
    ins, outs = (253 if random.random() < 0.01 else random.randint(1, 5) for _ in range(2))
    witnesses = random.random() < 0.6
    inputs = [tx_in(random, witnesses) for _ in range(ins)]
    if random.random() < 0.03:
        inputs = [{**inputs[0], "txid": "00" * 32, "vout": 2**32 - 1, "script_sig": data(random, 2, 50, 100)}]
    outputs = [{"value": number(random, MAX_MONEY // outs + 1), "script": script(random)} for _ in range(outs)]
    return {"version": number(random, 2**32), "locktime": number(random, 2**32), "inputs": inputs, "outputs": outputs}


def tx_in(random: Random, witness: bool) -> JSON:
    return {
        "txid": random.randbytes(32).hex(),
        "vout": number(random, 2**32),
        "script_sig": script(random),
        "sequence": number(random, 2**32),
        "witness": [data(random, *ITEMS) for _ in range(random.randrange(5))] if witness else [],
    }


def script(random: Random) -> str:
    return data(random, 65_535, 65_536) if random.random() < 0.002 else data(random, *SCRIPTS)


def size(count: int) -> bytes:
    """A CompactSize unsigned integer."""
    if count < 0xFD:
        return bytes((count,))
    return b"\xfd" + count.to_bytes(2, "little") if count < 2**16 else b"\xfe" + count.to_bytes(4, "little")


def prefixed(digits: str) -> bytes:
    return size(len(digits) // 2) + bytes.fromhex(digits)


def raw_in(each: JSON) -> bytes:
    outpoint = bytes.fromhex(each["txid"])[::-1] + int(each["vout"]).to_bytes(4, "little")
    return outpoint + prefixed(each["script_sig"]) + int(each["sequence"]).to_bytes(4, "little")


def raw_out(each: JSON) -> bytes:
    return int(each["value"]).to_bytes(8, "little") + prefixed(each["script"])


def raw(case: JSON, *, marked: bool = False, size: Callable[[int], bytes] = size) -> bytes:
    """The bytes, by hand; with ``marked`` as if there were witnesses, and with another way to write counts."""
    stacks = [size(len(each["witness"])) + b"".join(map(prefixed, each["witness"])) for each in case["inputs"]]
    marked = marked or any(each["witness"] for each in case["inputs"])
    return b"".join(
        (
            case["version"].to_bytes(4, "little"),
            b"\x00\x01" if marked else b"",
            size(len(case["inputs"])),
            *map(raw_in, case["inputs"]),
            size(len(case["outputs"])),
            *map(raw_out, case["outputs"]),
            *(stacks if marked else ()),
            case["locktime"].to_bytes(4, "little"),
        )
    )


# -- transactions from fields


def ours(case: JSON) -> Tx:
    inputs = [
        TxIn(txid=i["txid"], vout=i["vout"], script_sig=bytes.fromhex(i["script_sig"]), sequence=i["sequence"])
        for i in case["inputs"]
    ]
    stacks = tuple(tuple(map(bytes.fromhex, each["witness"])) for each in case["inputs"])
    return Tx(
        version=case["version"],
        inputs=tuple(inputs),
        outputs=tuple(TxOut(value=o["value"], script_pubkey=bytes.fromhex(o["script"])) for o in case["outputs"]),
        witnesses=stacks if any(stacks) else (),
        locktime=case["locktime"],
    )


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes, ids and sizes; what is read from their bytes is ours."""
    mine = ours(case)
    assert (mine.encode().hex(), mine.txid, mine.wtxid) == tuple(verdict[name] for name in ("raw", "txid", "wtxid"))
    assert Tx.decode(bytes.fromhex(verdict["raw"])) == mine
    if "vsize" in verdict:
        assert (mine.vsize, mine.vsize) == (verdict["vsize"], (verdict["weight"] + 3) // 4)
    many = len(mine.inputs) > 252 or len(mine.outputs) > 252
    coinbase = mine.inputs[0].txid == "00" * 32
    kinds = {"more than 252": many, "coinbase": coinbase, "witnesses": bool(mine.witnesses)}
    return [kind for kind, there in kinds.items() if there] or ["plain"]


WRITTEN = {"more than 252", "coinbase", "witnesses", "plain"}


def written(random: Random) -> JSON:
    return {"task": "write", **transaction(random)}


@both
def test_random_transactions_have_the_bytes_ids_and_sizes_of_libwally(environment: str) -> None:
    compared("wallycore", "written", environment, written, same_transaction, kinds=WRITTEN)


@locked
def test_random_transactions_have_the_bytes_and_ids_of_embit(environment: str) -> None:
    compared("embit", "written", environment, written, same_transaction, kinds=WRITTEN)


# -- bytes that may be no transaction


def damaged(random: Random) -> JSON:
    """The bytes of a transaction with something wrong."""
    case = transaction(random)
    damage = random.choice(list(DAMAGES))
    return {"task": "read", "damage": damage, "raw": DAMAGES[damage](random, case).hex()}


def cut(random: Random, case: JSON) -> bytes:
    whole = raw(case)
    return whole[: -random.choice((1, 2, 3, 4, 5, random.randint(1, len(whole))))]


def flipped(random: Random, case: JSON) -> bytes:
    whole = bytearray(raw(case))
    whole[random.randrange(len(whole))] ^= 1 << random.randrange(8)
    return bytes(whole)


def inserted(random: Random, case: JSON) -> bytes:
    whole, place = raw(case), random.randrange(100)
    return whole[:place] + random.randbytes(random.randint(1, 4)) + whole[place:]


def twice(_: Random, case: JSON) -> bytes:
    return raw({**case, "inputs": [*case["inputs"], {**case["inputs"][0], "sequence": 0}]})


def too_much(random: Random, case: JSON) -> bytes:
    value = random.choice((MAX_MONEY + 1, 2**63 - 1, 2**63, 2**64 - 1))
    return raw({**case, "outputs": [*case["outputs"], {"value": value, "script": "51"}]})


def long_counts(_: Random, case: JSON) -> bytes:
    return raw(case, size=lambda count: b"\xfe" + count.to_bytes(4, "little"))


def empty_witnesses(_: Random, case: JSON) -> bytes:
    return raw({**case, "inputs": [{**each, "witness": []} for each in case["inputs"]]}, marked=True)


DAMAGES: dict[str, Callable[[Random, JSON], bytes]] = {
    "none": lambda _, case: raw(case),
    "cut": cut,
    "flipped": flipped,
    "inserted": inserted,
    "more": lambda random, case: raw(case) + random.randbytes(random.randint(1, 4)),
    "twice": twice,
    "too much": too_much,
    "long counts": long_counts,
    "empty witnesses": empty_witnesses,
}


def read(data: bytes) -> Tx | str:
    """The transaction, or the reason for which it is none."""
    try:
        return Tx.decode(data)
    except TransactionError as error:
        return error.reason


def same_reading(case: JSON, verdict: JSON, *, lenient: dict[str, str]) -> list[str]:
    """What we read, they read alike; what we refuse, they refuse, or ``lenient`` says why they do not."""
    mine = read(bytes.fromhex(case["raw"]))
    if isinstance(mine, str) and "refused" in verdict:
        return ["refused by both"]
    if isinstance(mine, str):
        assert mine in lenient
        return [f"refused here: {mine}"]
    assert "refused" not in verdict
    assert mine == ours(verdict["fields"])
    assert (mine.txid, mine.wtxid, case["raw"]) == (verdict["txid"], verdict["wtxid"], verdict["raw"])
    assert mine.encode().hex() == case["raw"]
    return ["read alike"]


# What Bitcoin Core says of it, and the reason that we have for that.
DUPLICATE = {"duplicate": "bad-txns-inputs-duplicate (src/consensus/tx_check.cpp)"}
RANGE = {"range": "bad-txns-vout-toolarge (src/consensus/tx_check.cpp)"}
NON_CANONICAL = {
    "non-canonical": "Superfluous witness record (src/primitives/transaction.h); "
    "non-canonical ReadCompactSize() (src/serialize.h)"
}
TRAILING = {"trailing": "only a transaction behind which nothing is left (DecodeTx, src/core_io.cpp)"}
TRUNCATED = {"truncated": "end of data (src/streams.h)"}  # of version and lock time, embit takes what is there
LENIENT_WALLY = {**DUPLICATE, **NON_CANONICAL, **TRAILING}
LENIENT_EMBIT = {**DUPLICATE, **NON_CANONICAL, **RANGE, **TRUNCATED}


def compared_readings(oracle: str, environment: str, lenient: dict[str, str]) -> None:
    kinds = {"refused by both", "read alike", *(f"refused here: {each}" for each in lenient)}
    compared(oracle, "read", environment, damaged, partial(same_reading, lenient=lenient), kinds=kinds)


@both
def test_T02_T08_random_bytes_are_read_as_by_libwally_or_refused_for_a_reason_of_Core(environment: str) -> None:
    compared_readings("wallycore", environment, LENIENT_WALLY)


@locked
def test_T01_T05_T08_random_bytes_are_read_as_by_embit_or_refused_for_a_reason_of_Core(environment: str) -> None:
    compared_readings("embit", environment, LENIENT_EMBIT)


# -- what signatures commit to


def committed(random: Random) -> JSON:
    """A transaction, what it spends, one of its inputs, a script code, a hash type."""
    case = transaction(random)
    count = len(case["inputs"])
    spent = [{"value": number(random, MAX_MONEY + 1), "script": data(random, *SCRIPTS[1:])} for _ in range(count)]
    index = random.randrange(count)
    spent[index]["script"] = "5120" + data(random, 32)  # libwally computes taproot's for such an output only
    words = ["51", *(word(random) for _ in range(random.randrange(8)))]
    return {
        "task": "sighash",
        **case,
        "spent": spent,
        "index": index,
        "code": "".join(words),
        "legacy_code": "".join(each for each in words if each != "ab"),
        "hash_type": random.choice(EVERY_TYPE),
    }


def word(random: Random) -> str:
    """An opcode, often OP_CODESEPARATOR, or a push of bytes, which may look like one."""
    pushed = random.choice((b"\xab" * 5, random.randbytes(random.randint(1, 75))))
    long = random.randbytes(random.randint(76, 255))
    pushes = f"{len(pushed):02x}{pushed.hex()}", f"4c{len(long):02x}{long.hex()}"
    return random.choice(("ab", *pushes, f"{random.randint(0x4F, 0xFF):02x}", "00"))


def commitments(case: JSON) -> Commitments:
    return Commitments(
        ours(case), [TxOut(value=o["value"], script_pubkey=bytes.fromhex(o["script"])) for o in case["spent"]]
    )


def is_single(case: JSON) -> bool:
    return bool(case["hash_type"] & 3 == 3)


def without_output(case: JSON) -> bool:
    """SINGLE at a place that has no output."""
    return is_single(case) and case["index"] >= len(case["outputs"])


def preimages(case: JSON) -> dict[str, bytes | None]:
    """Ours by each rule; none where we refuse, each time for the reason "range"."""
    shared, index, hash_type = commitments(case), case["index"], case["hash_type"]
    code = bytes.fromhex(case["code"])
    calls: dict[str, tuple[Callable[..., bytes], tuple[Any, ...]]] = {
        "legacy": (shared.legacy, (index, code, hash_type)),
        "segwit_v0": (shared.segwit_v0, (index, code, hash_type)),
        "taproot": (shared.taproot, (index, hash_type)),
    }
    refused = {"legacy"} if without_output(case) else set()
    refused |= {"taproot"} if without_output(case) or hash_type == 0x80 else set()
    assert {reason(TransactionError, *call[:1], *call[1]) for name, call in calls.items() if name in refused} <= {
        "range"
    }
    return {name: None if name in refused else call(*given) for name, (call, given) in calls.items()}


def digests(found: dict[str, bytes | None]) -> JSON:
    hashes = {"legacy": sha256d, "segwit_v0": sha256d, "taproot": TAP_SIGHASH}
    return {name: "refused" if each is None else hashes[name](each).hex() for name, each in found.items()}


def kinds_of(case: JSON) -> list[str]:
    separated = ["separator"] if case["code"] != case["legacy_code"] else []
    return [f"{case['hash_type']:02x}", *(["SINGLE without output"] if without_output(case) else []), *separated]


KINDS = {*(f"{each:02x}" for each in EVERY_TYPE), "SINGLE without output", "separator"}


def same_digests_as_libwally(case: JSON, verdict: JSON) -> list[str]:
    """Equal for every type; 0x80 without a name it does not take. For T09 it gives Core's number 1, uint256::ONE."""
    mine = digests(preimages(case))
    if without_output(case):
        mine["legacy"] = "01".ljust(64, "0")
    if case["hash_type"] == 0x80:
        mine |= {"legacy": "refused", "segwit_v0": "refused"}
    assert verdict == mine
    return kinds_of(case)


@both
def test_T09_signatures_of_random_transactions_commit_to_what_libwally_says(environment: str) -> None:
    """It knows no OP_CODESEPARATOR: what is hashed before segwit is given to it without them."""
    compared("wallycore", "sighash", environment, committed, same_digests_as_libwally, kinds=KINDS)


def mistaken(case: JSON, found: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """What embit hashes instead."""
    return {
        **found,
        "legacy": mistaken_legacy(case, found["legacy"]),
        "taproot": mistaken_taproot(case, found["taproot"]),
    }


def mistaken_legacy(case: JSON, right: bytes | None) -> bytes | None:
    """For SINGLE the outputs before are worth 2^32-1 instead of -1 (Core's CTxOut(), src/primitives/transaction.h)."""
    if right is None or not is_single(case):
        return right
    index: int = case["index"]
    own = raw_out(case["outputs"][index])
    blank, theirs = b"\xff" * 8 + b"\x00", b"\xff" * 4 + bytes(5)
    outputs, tail = right[:-8], right[-8:]
    assert outputs.endswith(blank * index + own)
    return outputs.removesuffix(blank * index + own) + theirs * index + own + tail


def mistaken_taproot(case: JSON, right: bytes | None) -> bytes | None:
    """With ANYONECANPAY the whole input instead of its outpoint; for SINGLE the output instead of its hash.

    BIP-341, "Common signature message"; diybitcoinhardware/embit#65.
    """
    if right is None:
        return None
    if case["hash_type"] & 0x80:
        whole = raw_in(case["inputs"][case["index"]])
        place = 43 if case["hash_type"] == 0x81 else 11  # behind the hash of all outputs, if that is there
        assert right[place : place + 36] == whole[:36]
        right = right[:place] + whole + right[place + 36 :]
    return right[:-32] + raw_out(case["outputs"][case["index"]]) if is_single(case) else right


def same_digests_as_embit(case: JSON, verdict: JSON) -> list[str]:
    right = preimages(case)
    wrong = mistaken(case, right)
    expected = digests(wrong)
    if without_output(case):
        expected["legacy"] = "01".rjust(64, "0")  # T09: Core's number 1, but its bytes in the other order
    if case["hash_type"] == 0x80:
        assert len(verdict.pop("taproot")) == 64  # a type that BIP-341 does not have
        expected.pop("taproot")
    assert verdict == expected
    return [*kinds_of(case), *(f"wrong: {name}" for name in ("legacy", "taproot") if right[name] != wrong[name])]


@locked
def test_T09_signatures_of_random_transactions_commit_to_what_embit_says_but_for_its_mistakes(environment: str) -> None:
    """Like libwally, it knows no OP_CODESEPARATOR."""
    kinds = {*KINDS, "wrong: legacy", "wrong: taproot"}
    compared("embit", "sighash", environment, committed, same_digests_as_embit, kinds=kinds)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_but_none_makes_other_bytes(damage: str) -> None:
    case = transaction(Random(1))
    assert (DAMAGES[damage](Random(2), case) == raw(case)) == (damage == "none")
