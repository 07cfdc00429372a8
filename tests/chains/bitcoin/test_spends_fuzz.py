"""Spends damaged at random: what is verified here, the kernel accepts; where this is stricter, by which rule."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pbk import ScriptPubkey, ScriptVerificationFlags, ScriptVerifyException, Transaction, TransactionOutput
from pbk.script import PrecomputedTransactionData

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, MULTISIG, differential, key, signer, spending
from walletcore.chains import bitcoin
from walletcore.chains.bitcoin import Input, TxOut, pay
from walletcore.chains.bitcoin.opcodes import parse_script, push
from walletcore.chains.bitcoin.script import p2sh, witness
from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.spends import Spends
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import behind, checksig, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.curves.secp256k1 import ORDER, decode_der, encode_der, uncompressed
from walletcore.errors import InvalidSignature, WalletcoreError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import Scheme
from walletcore.signing import sign

KEYS = [key(number).public_key for number in (1, 2, 3)]
TO = BITCOIN.address(key(7).public_key)
LATER = behind(push(KEYS[0].data) + b"\xac", older=144)
BRANCHES = b"\x63" + push(KEYS[1].data) + b"\x67" + LATER[:-1] + b"\x68\xac"
SCRIPTS = {"waiting": behind(MULTISIG, older=144), "branches": BRANCHES}
LEAVES = (checksig(KEYS[:1]), checksig(KEYS), multi_a(2, KEYS), behind(checksig(KEYS[1:2]), older=144))
CONTROLS = ScriptTree(tuple((2, TapLeaf(leaf)) for leaf in LEAVES)).control_blocks(KEYS[2])

Spend = tuple[Tx, tuple[TxOut, ...]]


STRICTER = {
    "expected a signature with low s": "LOW_S",
    "expected a script_sig of pushes": "SIGPUSHONLY, MINIMALDATA",
    "expected an empty item or 01": "MINIMALIF",
    "expected 1 items on the stack": "CLEANSTACK",
    "expected 2 items on the stack": "CLEANSTACK",
    "expected 3 items on the stack": "CLEANSTACK",
    "a script that is not understood here": "scripts of no known template",
    "a witness program that has no meaning yet": "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM",
}
"""Where the kernel accepts what is refused here: how what is said begins, and the rule, by its name in Core's policy.

Those that damage does not reach, as no signature stays valid, are in `test_spends`: STRICTENC (hash types, keys),
MINIMALDATA in scripts, a legacy SINGLE without its output, an annex, leaves and tapscripts that are not understood.
"""


@cache
def valid(name: str, hash_type: str) -> Spend:
    """Return a spend of three inputs, the first of this kind, which this process has signed."""
    if name.removeprefix("p2sh ") in SCRIPTS:
        return by_hand(name)
    if name.startswith("leaf"):
        place = int(name[-1])
        parts: dict[str, Any] = {"leaf_script": LEAVES[place], "control_block": CONTROLS[place].encode()}
        first = Input(txid="aa" * 32, vout=1, value=9_000, sequence=144, sighash=hash_type, **parts)
    else:
        first = spending(name, sighash=hash_type)
    inputs = first, spending("p2tr", place=1), spending("p2pkh", place=2)
    outputs = tuple(pay(TO, 4_000 + place) for place in range(3))
    tx = bitcoin.Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs)
    raw = sign(tx, signer(1), signer(2), signer(3)).raw
    return Tx.decode(raw), tuple(each.spent for each in inputs if each.spent)


def by_hand(name: str) -> Spend:
    """Return a spend of a script that is verified, and not signed for by this library."""
    script, nested = SCRIPTS[name.removeprefix("p2sh ")], name.startswith("p2sh ")
    output = p2sh(hash160(script)) if nested else witness(0, sha256(script))
    spent = (TxOut(value=9_000, script_pubkey=output.script_pubkey),)
    source = TxIn(txid="aa" * 32, vout=1, sequence=144)
    tx = Tx(version=2, inputs=(source,), outputs=(pay(TO, 4_000),), locktime=0)
    shared = Commitments(tx, spent)
    digest = sha256d(shared.legacy(0, script) if nested else shared.segwit_v0(0, script))
    first, second = [encode_der(key(number).sign(Scheme.ECDSA, digest)) + b"\x01" for number in (1, 2)]
    stack = (b"", first, second, script) if "waiting" in name else (first, b"", script)
    if nested:
        return replace(tx, inputs=(replace(source, script_sig=b"".join(map(push, stack))),)), spent
    return replace(tx, witnesses=(stack,)), spent


NAMES = [
    *((guard, hash_type) for guard in GUARDS for hash_type in HASH_TYPES),
    ("p2tr", "DEFAULT"),
    *((f"leaf {place}", hash_type) for place in range(len(LEAVES)) for hash_type in ("DEFAULT", *HASH_TYPES)),
    *((f"{outer}{name}", "ALL") for outer in ("", "p2sh ") for name in SCRIPTS),
]


def kernel_takes(tx: Tx, spent: tuple[TxOut, ...], index: int) -> bool:
    transaction = Transaction(tx.encode())
    outputs = [TransactionOutput(ScriptPubkey(each.script_pubkey), each.value) for each in spent]
    shared, own = PrecomputedTransactionData(transaction, outputs), spent[index]
    script = ScriptPubkey(own.script_pubkey)
    try:
        return bool(script.verify(own.value, transaction, shared, index, ScriptVerificationFlags.ALL))
    except ScriptVerifyException:
        return False


def refusal(tx: Tx, spent: tuple[TxOut, ...], index: int) -> str:
    """Return why an input is refused, without its place; empty where it is verified."""
    try:
        Spends(tx, spent).verify(index)
    except InvalidSignature as error:
        return str(error).partition(": ")[2]
    return ""


# Damage: to bytes, to a stack, to the script_sig, to the rest of the transaction, to what is spent.


def bytes_changed(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    how = random.randrange(5)
    if how == 0 and data:
        flipped = data[place - 1] ^ 1 << random.randrange(8)
        return data[: place - 1] + bytes((flipped,)) + data[place:] if place else data[1:]
    if how == 1:
        return data[:place] + random.randbytes(1) + data[place:]
    if how == 2:
        return random.choice((b"", data[:place]))
    if how == 3:
        return data[:-1] + bytes((random.choice((0, 1, 2, 3, 4, 0x20, 0x81, 0x82, 0x83, 0x84, 0xFF)),))
    return data + random.choice((b"\0", b"\1", b"\x50", data))


def signature_changed(random: Random, data: bytes) -> bytes:
    """The other s, numbers with a zero before them, or a key in another form."""
    if data[:1] == b"\x30" and len(data) > 9:
        try:
            compact = decode_der(data[:-1])
        except WalletcoreError:
            return data
        r, s = compact[:32], compact[32:]
        if random.random() < 0.5:
            return encode_der(r + (ORDER - int.from_bytes(s)).to_bytes(32)) + data[-1:]
        return b"\x30" + bytes((data[1] + 1,)) + b"\x02" + bytes((data[3] + 1,)) + b"\0" + data[4:]
    if len(data) == 33 and data[:1] in (b"\2", b"\3"):
        try:
            long = uncompressed(data)
        except WalletcoreError:
            return data
        return random.choice((long, bytes((6 + (long[-1] & 1),)) + long[1:], bytes((5 - data[0],)) + data[1:]))
    return data + bytes((random.choice((0, 1, 0x83)),)) if len(data) == 64 else data


def stack_changed(random: Random, stack: list[bytes]) -> list[bytes]:
    place = random.randrange(len(stack) + 1)
    how = random.randrange(7)
    if how == 0:
        return [*stack[:place], random.choice((b"", b"\1", b"\2", b"\0", b"\x50", random.randbytes(4))), *stack[place:]]
    if how == 1:
        return stack[: max(0, place - 1)] + stack[place:]
    if how == 2:
        return random.sample(stack, len(stack))
    if how == 3:
        return [*stack[:place], *stack[place - 1 : place], *stack[place:]]
    if not stack:
        return [b""]
    place = min(place, len(stack) - 1)
    change: Callable[[Random, bytes], bytes] = signature_changed if how > 4 else bytes_changed
    return [*stack[:place], change(random, stack[place]), *stack[place + 1 :]]


def pushes_of(script_sig: bytes) -> list[bytes]:
    try:
        return [each.data if each.data is not None else b"" for each in parse_script(script_sig)]
    except WalletcoreError:
        return [script_sig]


def spelled(random: Random, stack: list[bytes]) -> bytes:
    """A script_sig of pushes, of which one in twenty is longer than it need be, or stands beside something else."""
    made = []
    for data in stack:
        longer = random.random() < 0.05 and len(data) < 256
        made.append(b"\x4c" + bytes((len(data),)) + data if longer else push(data))
        made.append(random.choice((b"\x61", b"\x51\x75", b"\x76")) if random.random() < 0.02 else b"")
    return b"".join(made)


def damaged(random: Random, spend: Spend, index: int) -> Spend:
    """One thing changed. Raises `WalletcoreError` where that makes no transaction."""
    tx, spent = spend
    witnesses, source = list(tx.witnesses or ((),) * len(tx.inputs)), tx.inputs[index]
    how = random.randrange(20)
    if how < 14 and (witnesses[index] or source.script_sig):
        if witnesses[index] and (not source.script_sig or random.random() < 0.8):
            witnesses[index] = tuple(stack_changed(random, list(witnesses[index])))
        else:
            stack = stack_changed(random, pushes_of(source.script_sig))
            source = replace(source, script_sig=spelled(random, stack))
    elif how == 15:
        other = random.randrange(len(tx.inputs))
        witnesses[index], witnesses[other] = witnesses[other], witnesses[index]
    elif how == 14:
        source = replace(source, script_sig=spelled(random, [random.choice((b"", b"\1", *witnesses[index]))]))
    elif how == 16:
        stack = pushes_of(source.script_sig)
        source = replace(source, script_sig=b"".join(map(push, witnesses[index])))
        witnesses[index] = tuple(stack)
    elif how == 17:
        source = replace(source, sequence=random.choice((0, 143, 145, 1 << 22 | 144, 1 << 31, 0xFFFF_FFFF)))
    elif how == 18:
        changes: list[dict[str, Any]] = [{"version": 1}, {"locktime": 5}, {"outputs": tx.outputs[:1]}]
        tx = replace(tx, **random.choice(changes))
    else:
        spent = whose_changed(random, spent, index)
    inputs = (*tx.inputs[:index], source, *tx.inputs[index + 1 :])
    return replace(tx, inputs=inputs, witnesses=tuple(witnesses) if any(witnesses) else ()), spent


def whose_changed(random: Random, spent: tuple[TxOut, ...], index: int) -> tuple[TxOut, ...]:
    own = spent[index]
    script = random.choice((own.script_pubkey, bytes_changed(random, own.script_pubkey), b"\x51", b"\x52\x02ab"))
    value = own.value + random.choice((0, 0, 1))
    return (*spent[:index], TxOut(value=value, script_pubkey=script), *spent[index + 1 :])


def rule_of(message: str) -> str:
    found = [rule for beginning, rule in STRICTER.items() if message.startswith(beginning)]
    assert found, f"the kernel accepts what is refused here: {message}"
    return found[0]


@pytest.mark.parametrize("name", NAMES, ids=" ".join)
def test_every_spend_is_valid_before_it_is_damaged(name: tuple[str, str]) -> None:
    tx, spent = valid(*name)
    for index in range(len(spent)):
        assert kernel_takes(tx, spent, index)
        assert refusal(tx, spent, index) == ""


def met(random: Random, name: tuple[str, str]) -> set[str]:
    """Damage a spend of this kind, hold both judgements beside each other, and return the rules that are stricter."""
    spend = valid(*name)
    index, rules = random.choice((0, 0, 0, len(spend[1]) - 1)), set[str]()
    with suppress(WalletcoreError):  # damage that leaves no transaction
        for _ in range(random.choice((1, 1, 2, 3))):
            spend = damaged(random, spend, index)
    for place in range(len(spend[1])):
        said, taken = refusal(*spend, place), kernel_takes(*spend, place)
        assert taken or said, "verified, and the kernel refuses it"
        if taken and said:
            rules.add(rule_of(said))
    return rules


@differential
@given(st.integers(0, 2**64), st.sampled_from(NAMES))
def test_what_is_verified_of_damaged_spends_the_kernel_accepts(seed: int, name: tuple[str, str]) -> None:
    """And what the kernel accepts is refused by a rule that has a name."""
    random = Random(seed)
    for _ in range(20):
        met(random, name)


def test_each_rule_that_is_stricter_is_met() -> None:
    random, rules = Random(5), set[str]()
    for name in ("p2pkh", "branches", "p2sh waiting", "p2wpkh"):
        for _ in range(700):
            rules |= met(random, (name, "ALL"))
    assert rules == set(STRICTER.values())
