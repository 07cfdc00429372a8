"""Scripts around the known forms: what is verified the kernel accepts, and what it accepts is never called wrong."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, differential, kernel_accepts, key
from walletcore.chains.bitcoin import TxOut, pay
from walletcore.chains.bitcoin.opcodes import push
from walletcore.chains.bitcoin.script import p2sh, witness
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.spends import verify_spends
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.curves.secp256k1 import encode_der, uncompressed
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import Scheme

KEYS = [key(number) for number in (1, 2, 3)]
INTERNAL = key(9).public_key
TO = BITCOIN.address(key(7).public_key)
OUTER = ["bare", "p2sh", "p2wsh", "p2tr"]
AGE, TIME = 144, 500_000
Parts = list[bytes]
IF, NOTIF, ELSE, ENDIF, DROP, VERIFY = (bytes((opcode,)) for opcode in (0x63, 0x64, 0x67, 0x68, 0x75, 0x69))
CHECKSIG, CHECKSIGVERIFY, CHECKSIGADD, CLTV, CSV = (bytes((opcode,)) for opcode in (0xAC, 0xAD, 0xBA, 0xB1, 0xB2))
LONG = b"\x4d" + (521).to_bytes(2, "little") + bytes(521)
OTHERS = [
    *(IF, NOTIF, ELSE, ENDIF, DROP, VERIFY, CHECKSIG, CHECKSIGVERIFY, CHECKSIGADD, CLTV, CSV),
    *(bytes((opcode,)) for opcode in (0x50, 0x61, 0x62, 0x65, 0x6A, 0x76, 0x7C, 0x7E, 0x87, 0x89, 0x9C, 0xAB, 0xAE)),
    *(bytes((opcode,)) for opcode in (0x00, 0x4F, 0x51, 0x52, 0x60, 0xB0, 0xBB, 0xFE, 0xFF)),
    *(LONG, b"\x01\x05", b"\x02\x05\x00", b"\x05" + bytes(4) + b"\x01", b"\x4c\x01\x20", b"\x4c", b"\x20abc"),
]
"""What stands in no known form, or at another place there: branches, pushes, disabled opcodes, OP_SUCCESS."""
STRICTER = [
    "expected an empty item or 01",
    *(f"expected {count} items on the stack" for count in range(1, 4)),
    "expected a script_sig of pushes",
    "expected pushes in the script",
    "expected a compressed key",
]
"""How refusals begin of what consensus takes and nodes do not relay: MINIMALIF, CLEANSTACK, MINIMALDATA, STRICTENC."""


def forms(outer: str) -> list[tuple[Parts, list[str]]]:
    """Return known forms, each with what is handed over: the number of who signs, or an item."""
    one, two, three = [push(each.public_key.data[outer == "p2tr" :]) for each in KEYS]
    found = [
        ([one, CHECKSIG], ["1"]),
        ([b"\x02\xf4\x01", CLTV, DROP, one, CHECKSIG], ["1"]),
        ([b"\x5a", CSV, DROP, one, CHECKSIG], ["1"]),
        ([IF, one, ELSE, b"\x5a", CSV, DROP, two, ENDIF, CHECKSIG], ["1", "yes"]),
        ([IF, one, ELSE, b"\x5a", CSV, DROP, two, ENDIF, CHECKSIG], ["2", ""]),
        ([IF, one, ELSE, b"\x02\xf4\x01", CLTV, DROP, two, ENDIF, CHECKSIG], ["2", ""]),
    ]
    if outer == "p2tr":
        return [
            *found,
            ([one, CHECKSIGVERIFY, two, CHECKSIG], ["2", "1"]),
            ([one, CHECKSIGVERIFY, b"\x5a", CSV], ["1"]),
            ([b"\x5a", CSV, VERIFY, one, CHECKSIGVERIFY, two, CHECKSIG], ["2", "1"]),
            ([one, CHECKSIG, two, CHECKSIGADD, three, CHECKSIGADD, b"\x52", b"\x9c"], ["3", "", "1"]),
        ]
    hashed = push(hash160(KEYS[0].public_key.data))
    return [
        *found,
        ([b"\x76", b"\xa9", hashed, b"\x88", CHECKSIG], ["1", "key"]),
        ([b"\x5a", CSV, DROP, b"\x76", b"\xa9", hashed, b"\x88", CHECKSIG], ["1", "key"]),
        ([b"\x52", one, two, three, b"\x53", b"\xae"], ["", "1", "3"]),
        ([b"\x5a", CSV, DROP, b"\x51", one, two, b"\x52", b"\xae"], ["", "2"]),
    ]


def changed(random: Random, parts: Parts) -> Parts:
    """Return a script with one instruction more, less, other, twice, or at another place."""
    place, how = random.randrange(len(parts)), random.randrange(6)
    other = random.choice([*OTHERS, push(random.choice(KEYS).public_key.data), uncompressed_key(random)])
    if how == 0:
        return [*parts[:place], other, *parts[place:]]
    if how == 1:
        return [*parts[:place], *parts[place + 1 :]] if len(parts) > 1 else parts
    if how == 2:
        return [*parts[:place], parts[place], *parts[place:]]
    if how == 3:
        second = random.randrange(len(parts))
        swapped = list(parts)
        swapped[place], swapped[second] = parts[second], parts[place]
        return swapped
    return [*parts[:place], other, *parts[place + 1 :]]


def uncompressed_key(random: Random) -> bytes:
    return push(uncompressed(random.choice(KEYS).public_key.data))


def handed_over(random: Random, items: list[str]) -> list[str]:
    place, how = random.randrange(len(items) + 1), random.randrange(8)
    if how == 0:
        return [*items[:place], random.choice(["", "yes", "1", "2", "key"]), *items[place:]]
    if how == 1 and items:
        return [random.choice(["1", "2", "3", "", "yes"]), *items[1:]]
    if how == 2:
        return random.sample(items, len(items))
    return items


def spend(outer: str, script: bytes, items: list[str]) -> tuple[Tx, list[TxOut]]:
    """Return a spend of an output of this script, with the signatures that it names."""
    control = b""
    output = {"bare": script, "p2sh": p2sh(hash160(script)).script_pubkey}.get(outer, b"")
    if outer == "p2wsh":
        output = witness(0, sha256(script)).script_pubkey
    elif outer == "p2tr":
        (block,) = ScriptTree(((0, TapLeaf(script)),)).control_blocks(INTERNAL)
        control, output = block.encode(), block.script_pubkey(script)
    source, spent = TxIn(txid="55" * 32, vout=0, sequence=AGE), [TxOut(value=2_000, script_pubkey=output)]
    tx = Tx(version=2, inputs=(source,), outputs=(pay(TO, 1_000),), locktime=TIME)
    stack = [signature(Commitments(tx, spent), outer, script, item) for item in items]
    if outer in ("bare", "p2sh"):
        stack += [script] if outer == "p2sh" else []
        return replace(tx, inputs=(replace(source, script_sig=b"".join(map(push, stack))),)), spent
    return replace(tx, witnesses=((*stack, script, *((control,) if control else ())),)), spent


def signature(shared: Commitments, outer: str, script: bytes, item: str) -> bytes:
    if not item.isdigit():
        return {"": b"", "yes": b"\x01", "key": KEYS[0].public_key.data}[item]
    signer = KEYS[int(item) - 1]
    if outer == "p2tr":
        return signer.sign(Scheme.BIP340, TAP_SIGHASH(shared.tapscript(0, TapLeaf(script).hash)))
    try:
        message = shared.segwit_v0(0, script) if outer == "p2wsh" else shared.legacy(0, script)
    except TransactionError:  # it ends inside a push
        message = b""
    return encode_der(signer.sign(Scheme.ECDSA, sha256d(message))) + b"\x01"


def judged(outer: str, script: bytes, items: list[str]) -> tuple[bool, str, str]:
    """Return whether the kernel accepts a spend, and why it is refused here, if it is."""
    tx, spent = spend(outer, script, items)
    accepted = kernel_accepts(tx.encode(), spent)
    try:
        verify_spends(tx, spent)
    except InvalidSignature as error:
        return accepted, error.reason, str(error).partition(": ")[2]
    return accepted, "", ""


@pytest.mark.parametrize("outer", OUTER)
def test_every_form_is_verified_before_it_is_changed(outer: str) -> None:
    for parts, items in forms(outer):
        assert judged(outer, b"".join(parts), items) == (True, "", "")


@differential
@given(st.integers(0, 2**64), st.sampled_from(OUTER))
def test_a_form_that_is_changed_is_verified_only_as_the_kernel_accepts_it(seed: int, outer: str) -> None:
    """And a spend that the kernel accepts is not understood, or refused by a rule that nodes have."""
    random = Random(seed)
    for _ in range(20):
        parts, items = random.choice(forms(outer))
        for _ in range(random.choice((1, 1, 2, 3))):
            parts = changed(random, parts)
        script, items = b"".join(parts), handed_over(random, items)
        if outer == "bare" and not script:
            continue
        accepted, reason, said = judged(outer, script, items)
        assert accepted or reason, f"verified, and the kernel refuses it: {script.hex()} {items}"
        if accepted and reason != "unknown":
            assert not reason or said.startswith(tuple(STRICTER)), f"{said}: {script.hex()} {items}"
