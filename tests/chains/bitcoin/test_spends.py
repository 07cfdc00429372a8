"""Spends, verified: what Core's kernel accepts of every known kind, one bit flipped refused by both, and no other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import (
    BITCOIN,
    GUARDS,
    HASH_TYPES,
    MULTISIG,
    differential,
    kernel_accepts,
    key,
    reason,
    signer,
    spending,
)
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.opcodes import multisig, parse_script, push
from walletcore.chains.bitcoin.script import p2pkh, p2sh, witness
from walletcore.chains.bitcoin.sighash import SIGHASH_ALL, TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.spends import Spends, verify_spends
from walletcore.chains.bitcoin.tx import SCRIPT, Tx, TxIn, Witness
from walletcore.curves.secp256k1 import ORDER, decode_der, encode_der, tweak_public, uncompressed
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d, tagged
from walletcore.keys import Scheme
from walletcore.signing import sign

ALICE, BOB, CAROL = key(1), key(2), key(3)
TO = BITCOIN.address(key(7).public_key)
ALL_NAMES = ["DEFAULT", *HASH_TYPES]
every_guard = pytest.mark.parametrize("guard", GUARDS)


def signed(*inputs: Input, outputs: int = 0) -> tuple[Tx, list[TxOut]]:
    """Return a signed transaction and what it spends."""
    paid = tuple(pay(TO, 4_000 + place) for place in range(outputs or len(inputs)))
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=paid)
    spent = [each.spent for each in tx.inputs if each.spent]
    return Tx.decode(sign(tx, signer(1), signer(2)).raw), spent


def verdict(tx: Tx, spent: Sequence[TxOut]) -> str:
    """Return "" where all inputs are verified, the reason where one is not; never valid where the kernel refuses."""
    try:
        verify_spends(tx, spent)
    except InvalidSignature as error:
        return error.reason
    assert kernel_accepts(tx.encode(), spent)
    return ""


def with_script_sig(tx: Tx, script_sig: bytes, index: int = 0) -> Tx:
    inputs = list(tx.inputs)
    inputs[index] = replace(inputs[index], script_sig=script_sig)
    return replace(tx, inputs=tuple(inputs))


def with_witness(tx: Tx, *stack: bytes, index: int = 0) -> Tx:
    witnesses = list(tx.witnesses or ((),) * len(tx.inputs))
    witnesses[index] = stack
    return replace(tx, witnesses=tuple(witnesses) if any(witnesses) else ())


def stack_of(tx: Tx, index: int = 0) -> Witness:
    """Return what an input hands over, wherever it stands."""
    if tx.witnesses and tx.witnesses[index]:
        return tx.witnesses[index]
    return tuple(each.data or b"" for each in parse_script(tx.inputs[index].script_sig))


def handing_over(tx: Tx, *stack: bytes, index: int = 0) -> Tx:
    """Return the same with another stack, at the same place."""
    if tx.witnesses and tx.witnesses[index]:
        return with_witness(tx, *stack, index=index)
    return with_script_sig(tx, b"".join(map(push, stack)), index)


# -- what is valid


@every_guard
@pytest.mark.parametrize("sighash", ["", *HASH_TYPES])
def test_what_the_kernel_accepts_of_every_kind_and_hash_type_is_verified(guard: str, sighash: str) -> None:
    tx, spent = signed(spending("p2tr"), spending(guard, place=1, sighash=sighash), spending("p2wpkh", place=2))
    assert kernel_accepts(tx.encode(), spent)
    verify_spends(tx, spent)
    named = sighash or ("DEFAULT" if guard == "p2tr" else "ALL")
    others = [name for name in ALL_NAMES if name != named]
    Spends(tx, spent).verify(1, sighash=[named])
    both = (key(1).public_key, key(2).public_key)
    keys = both if MULTISIG in GUARDS[guard].values() else both[:1]
    if guard == "p2tr":
        keys = (keys[0].even_y().taproot_output(b""),)
    assert Spends(tx, spent).signers(1) == tuple((each, named) for each in keys)
    assert reason(InvalidSignature, Spends(tx, spent).verify, 1, sighash=others) == "policy"


@every_guard
def test_one_flipped_bit_is_refused_as_the_kernel_refuses_it(guard: str) -> None:
    """In all that an input hands over: signatures, keys, scripts. Where only this refuses, Core does not relay it."""
    tx, spent = signed(spending(guard), spending("p2wpkh", place=1))
    stack = stack_of(tx)
    for place, item in enumerate(stack):
        for bit in range(place, 8 * len(item), 5):
            damaged = bytearray(item)
            damaged[bit // 8] ^= 1 << bit % 8
            changed = handing_over(tx, *stack[:place], bytes(damaged), *stack[place + 1 :])
            assert verdict(changed, spent)
            assert not kernel_accepts(changed.encode(), spent)


@every_guard
def test_another_amount_output_sequence_or_lock_time_is_refused(guard: str) -> None:
    tx, spent = signed(spending(guard), spending("p2tr", place=1))
    verify_spends(tx, spent)
    others = [replace(tx, locktime=1), replace(tx, version=1), replace(tx, outputs=tx.outputs[::-1])]
    others.append(replace(tx, inputs=(replace(tx.inputs[0], sequence=5), tx.inputs[1])))
    for other in others:
        assert reason(InvalidSignature, Spends(other, spent).verify, 0) == "mismatch"
    more = [replace(spent[0], value=spent[0].value + 1), spent[1]]
    assert (verdict(tx, more) == "") is kernel_accepts(tx.encode(), more) is False


keys_of_scripts = st.lists(st.integers(1, 40), min_size=1, max_size=15, unique=True)


@differential
@given(keys_of_scripts, st.data())
def test_any_m_of_n_keys_in_every_wrapping_are_verified(numbers: list[int], data: st.DataObject) -> None:
    required = data.draw(st.integers(1, min(len(numbers), 7)))
    script = multisig(required, [key(number).public_key for number in numbers])
    chosen = data.draw(st.permutations(numbers))[:required]
    guard: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"redeem_script": script},
                {"witness_script": script},
                {"witness_script": script, "kind": "p2sh-p2wsh"},
                {"script_pubkey": script},
            ]
        )
    )
    if "redeem_script" in guard and len(script) > 520:
        return
    output = TxOut(value=90_000, script_pubkey=Lock(**guard).script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=(output,), locktime=0)
    spent = Input(txid=source.txid, vout=0, previous=source.encode(), **guard)
    subject = Transaction(chain=BITCOIN, inputs=(spent,), outputs=(pay(TO, 1_000),))
    tx = Tx.decode(sign(subject, *map(signer, chosen)).raw)
    assert verdict(tx, [output]) == ""
    stack = stack_of(tx)
    swapped = handing_over(tx, stack[0], *stack[required:0:-1], *stack[required + 1 :])
    assert (verdict(swapped, [output]) == "") is (required == 1)
    assert kernel_accepts(swapped.encode(), [output]) is (required == 1)


# -- keys of 65 bytes, as before segwit


def ecdsa(tx: Tx, spent: Sequence[TxOut], script: bytes, number: int = 1, hash_type: int = SIGHASH_ALL) -> bytes:
    """Return a legacy signature of the first input, made by hand."""
    digest = sha256d(Commitments(tx, spent).legacy(0, script, hash_type))
    return encode_der(key(number).sign(Scheme.ECDSA, digest)) + bytes((hash_type,))


def legacy(script: bytes) -> tuple[Tx, list[TxOut]]:
    """Return an unsigned transaction that spends such an output, and the output."""
    unsigned = Tx(version=2, inputs=(TxIn(txid="55" * 32, vout=0),), outputs=(pay(TO, 1_000),), locktime=0)
    return unsigned, [TxOut(value=2_000, script_pubkey=script)]


def test_uncompressed_keys_are_verified_before_segwit_and_refused_with_it() -> None:
    long = uncompressed(ALICE.public_key.data)
    for script, rest in ((push(long) + b"\xac", []), (p2pkh(hash160(long)).script_pubkey, [long])):
        tx, spent = legacy(script)
        assert verdict(with_script_sig(tx, b"".join(map(push, [ecdsa(tx, spent, script), *rest]))), spent) == ""
    tx, _ = legacy(b"\x51")
    for spent, stack in (
        ([TxOut(value=9, script_pubkey=witness(0, hash160(long)).script_pubkey)], (long,)),
        (
            [TxOut(value=9, script_pubkey=witness(0, sha256(push(long) + b"\xac")).script_pubkey)],
            (push(long) + b"\xac",),
        ),
    ):
        inner = p2pkh(hash160(long)).script_pubkey if len(stack[0]) == 65 else stack[0]
        digest = sha256d(Commitments(tx, spent).segwit_v0(0, inner))
        signature = encode_der(ALICE.sign(Scheme.ECDSA, digest)) + b"\x01"
        found = with_witness(tx, signature, *stack)
        assert kernel_accepts(found.encode(), spent)  # consensus takes it, nodes relay it not
        assert verdict(found, spent) == "non-canonical"


def test_a_hybrid_key_is_refused() -> None:
    long = uncompressed(ALICE.public_key.data)
    hybrid = bytes((6 + (long[64] & 1),)) + long[1:]
    for script, rest in ((push(hybrid) + b"\xac", []), (p2pkh(hash160(hybrid)).script_pubkey, [hybrid])):
        tx, spent = legacy(script)
        found = with_script_sig(tx, b"".join(map(push, [ecdsa(tx, spent, script), *rest])))
        assert kernel_accepts(found.encode(), spent)
        assert verdict(found, spent) == "non-canonical"


def test_a_key_that_is_no_point_signs_nothing_and_leaves_the_others_theirs() -> None:
    none = b"\x02" + bytes(31) + b"\x05"
    script = b"\x51" + push(ALICE.public_key.data) + push(none) + b"\x52\xae"
    tx, spent = legacy(script)
    assert verdict(with_script_sig(tx, b"\x00" + push(ecdsa(tx, spent, script))), spent) == ""
    lone = push(none) + b"\xac"
    tx, spent = legacy(lone)
    assert verdict(with_script_sig(tx, push(ecdsa(tx, spent, lone))), spent) == "mismatch"


# -- keys that wait


CLTV, CSV = 0xB1, 0xB2


def waiting(opcode: int, number: int, template: bytes) -> bytes:
    """Return ``<number> CLTV|CSV DROP <template>``."""
    size = (number.bit_length() + 8) // 8
    pushed = push(number.to_bytes(size, "little")) if number else b"\x00"
    return pushed + bytes((opcode, 0x75)) + template


def to_local(opcode: int, number: int) -> bytes:
    """Return BOLT-3's script: key 2 at once, key 1 when it has waited."""
    later = waiting(opcode, number, push(ALICE.public_key.data))
    return b"\x63" + push(BOB.public_key.data) + b"\x67" + later + b"\x68\xac"


def waited(script: bytes, number: int, *rest: bytes, **options: int) -> tuple[Tx, list[TxOut]]:
    """Return a spend of P2WSH of the script by a key, with the lock time, version and sequence of these options."""
    spent = [TxOut(value=2_000, script_pubkey=witness(0, sha256(script)).script_pubkey)]
    source = TxIn(txid="55" * 32, vout=0, sequence=options.get("sequence", 0))
    version, locktime = options.get("version", 2), options.get("locktime", 0)
    tx = Tx(version=version, inputs=(source,), outputs=(pay(TO, 1_000),), locktime=locktime)
    digest = sha256d(Commitments(tx, spent).segwit_v0(0, script))
    signature = encode_der(key(number).sign(Scheme.ECDSA, digest)) + b"\x01"
    return with_witness(tx, signature, *rest, script), spent


P2PK = push(ALICE.public_key.data) + b"\xac"
LATER = 1_600_000_000
GIVEN = {  # opcode and number of the script; lock time, sequence and version of the transaction; whether it waits
    "a height": (CLTV, 800_000, {"locktime": 800_000}, True),
    "a later height": (CLTV, 800_000, {"locktime": 900_000}, True),
    "an earlier height": (CLTV, 800_000, {"locktime": 799_999}, False),
    "a time for a height": (CLTV, 800_000, {"locktime": LATER}, False),
    "a time": (CLTV, LATER, {"locktime": LATER}, True),
    "a height for a time": (CLTV, LATER, {"locktime": 800_000}, False),
    "a final input": (CLTV, 800_000, {"locktime": 800_000, "sequence": 0xFFFF_FFFF}, False),
    "a time beyond 31 bits": (CLTV, 2**32 - 1, {"locktime": 2**32 - 1}, True),
    "nothing": (CLTV, 0, {}, True),
    "blocks": (CSV, 144, {"sequence": 144}, True),
    "more blocks": (CSV, 144, {"sequence": 200}, True),
    "a small number": (CSV, 16, {"sequence": 16}, True),
    "fewer blocks": (CSV, 144, {"sequence": 143}, False),
    "version 1": (CSV, 144, {"sequence": 144, "version": 1}, False),
    "disabled": (CSV, 144, {"sequence": 144 | 1 << 31}, False),
    "time for blocks": (CSV, 144, {"sequence": 144 | 1 << 22}, False),
    "units of time": (CSV, 144 | 1 << 22, {"sequence": 144 | 1 << 22}, True),
    "bits without meaning": (CSV, 144 | 1 << 16, {"sequence": 144}, True),
}


@pytest.mark.parametrize("name", GIVEN)
def test_time_locks_are_those_of_core(name: str) -> None:
    opcode, number, options, good = GIVEN[name]
    for script, rest in ((waiting(opcode, number, P2PK), ()), (to_local(opcode, number), (b"",))):
        tx, spent = waited(script, 1, *rest, **options)
        assert verdict(tx, spent) == ("" if good else "mismatch")
        assert kernel_accepts(tx.encode(), spent) is good


@pytest.mark.parametrize("opcode", [CLTV, CSV])
def test_the_branch_that_does_not_wait_is_the_other_keys(opcode: int) -> None:
    script = to_local(opcode, 144)
    for number, choice, expected in ((2, b"\x01", ""), (1, b"\x01", "mismatch"), (2, b"", "mismatch")):
        tx, spent = waited(script, number, choice, sequence=144, locktime=144)
        assert verdict(tx, spent) == expected
        assert kernel_accepts(tx.encode(), spent) is (expected == "")
    tx, spent = waited(script, 2, b"\x02")
    assert kernel_accepts(tx.encode(), spent)  # MINIMALIF is of nodes alone
    assert verdict(tx, spent) == "non-canonical"
    assert verdict(with_witness(tx, script), spent) == "non-canonical"


@pytest.mark.parametrize("wrapping", ["p2sh", "bare", "p2sh-p2wsh"])
def test_waiting_keys_are_verified_in_every_wrapping(wrapping: str) -> None:
    script = waiting(CSV, 5, MULTISIG)
    inner = witness(0, sha256(script)).script_pubkey
    output = {"bare": script, "p2sh": p2sh(hash160(script)).script_pubkey}.get(
        wrapping, p2sh(hash160(inner)).script_pubkey
    )
    tx, spent = legacy(output)
    tx = replace(tx, inputs=(replace(tx.inputs[0], sequence=5),))
    commitments = Commitments(tx, spent)
    digest = sha256d(commitments.segwit_v0(0, script) if "w" in wrapping else commitments.legacy(0, script))
    stack = [b"", *(encode_der(key(number).sign(Scheme.ECDSA, digest)) + b"\x01" for number in (1, 3))]
    if wrapping == "p2sh-p2wsh":
        found = with_script_sig(with_witness(tx, *stack, script), push(inner))
    else:
        found = with_script_sig(tx, b"".join(map(push, [*stack, *([script] if wrapping == "p2sh" else [])])))
    assert verdict(found, spent) == ""
    early = replace(found, inputs=(replace(found.inputs[0], sequence=4),))
    assert verdict(early, spent) == "mismatch"


@pytest.mark.parametrize(
    "script",
    [
        b"\x4f\xb2\x75" + P2PK,
        b"\x02\x05\x00\xb2\x75" + P2PK,
        b"\x01\x05\xb2\x75" + P2PK,
        b"\x06" + bytes(5) + b"\x01\xb1\x75" + P2PK,
        b"\x01\x85\xb1\x75" + P2PK,
        b"\x55\xb2\x75",
        b"\x55\xb2" + P2PK,
        b"\x55\xb2\x61" + P2PK,
        b"\x55\xb0\x75" + P2PK,
        b"\x05\x90\x00\x00\x80\x00\xb2\x75" + P2PK,
        b"\x63" + P2PK[:-1] + b"\x67" + P2PK[:-1] + b"\x68\xac",
        b"\x64" + to_local(CSV, 5)[1:],
    ],
)
def test_other_forms_of_waiting_are_not_understood(script: bytes) -> None:
    tx, spent = waited(script, 1, sequence=5)
    assert verdict(tx, spent) == "unknown"


NOPS = b"\x61" * 3
BETWEEN = {  # what stands in a branch that is not taken, and whether the kernel accepts the other one's signature
    "a disabled opcode": (b"\x7e" + NOPS, False),
    "an opcode that fails everywhere": (b"\x65" + NOPS, False),
    "an end and a beginning": (b"\x68\x63\x61\x61", False),
    "a branch without end": (b"\x63" + NOPS, False),
    "a push beyond 520 bytes": (b"\x4d\x09\x02" + bytes(521) + NOPS, False),
    "another else, and the other key": (b"\x67\x75" + push(ALICE.public_key.data) + b"\x61", False),
    "a separator": (b"\xab" + NOPS, True),
    "nothing": (b"\x61" + NOPS, True),
    "another time lock": (b"\x51\xb3\x75" + push(ALICE.public_key.data), True),
    "a number in five bytes": (b"\x05\x05\x00\x00\x00\x00\xb2\x75" + push(ALICE.public_key.data), True),
    "what is no key": (b"\x55\xb2\x75\x51", True),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_a_branch_that_is_not_taken_is_read_as_well(name: str) -> None:
    """Whoever held key 2 was believed to be the owner of scripts in which only key 1 signs, or nobody."""
    between, accepted = BETWEEN[name]
    script = b"\x63" + push(BOB.public_key.data) + b"\x67" + between + b"\x68\xac"
    tx, spent = waited(script, 2, b"\x01")
    assert (verdict(tx, spent), kernel_accepts(tx.encode(), spent)) == ("unknown", accepted)


@pytest.mark.parametrize("first", [b"\x7e", b"\x63", b"\x67", b"\x68", b"\x6a", push(bytes(32) * 3)])
def test_a_first_branch_without_a_key_is_not_understood(first: bytes) -> None:
    script = b"\x63" + first + b"\x67" + waiting(CSV, 5, push(ALICE.public_key.data)) + b"\x68\xac"
    tx, spent = waited(script, 1, b"", sequence=5)
    assert verdict(tx, spent) == "unknown"


def test_the_owner_of_a_script_with_two_elses_is_not_called_wrong() -> None:
    """ELSE turns the branches round: the kernel checks key 1, whatever key 2 signs."""
    script = b"\x63" + push(BOB.public_key.data) + b"\x67\x67\x75" + push(ALICE.public_key.data) + b"\x61\x68\xac"
    for number, accepted in ((1, True), (2, False)):
        tx, spent = waited(script, number, b"\x01")
        assert (verdict(tx, spent), kernel_accepts(tx.encode(), spent)) == ("unknown", accepted)


def test_a_push_in_a_script_that_could_be_shorter_is_refused_though_consensus_takes_it() -> None:
    script = b"\x51\x4c\x21" + ALICE.public_key.data + b"\x51\xae"
    tx, spent = waited(script, 1)
    found = with_witness(tx, b"", *tx.witnesses[0])
    assert kernel_accepts(found.encode(), spent)
    assert verdict(found, spent) == "non-canonical"


def test_a_key_in_a_form_that_nobody_relays_is_refused_though_another_one_has_signed() -> None:
    """STRICTENC, WITNESS_PUBKEYTYPE: consensus passes over it, whatever it is."""
    own, long = push(ALICE.public_key.data), uncompressed(BOB.public_key.data)
    hybrid = bytes((6 | long[-1] & 1,)) + long[1:]
    for strange in (b"\x05" + long[1:33], long, hybrid, long[:64], b"\x02"):
        script = b"\x51" + own + push(strange) + b"\x52\xae"
        tx, spent = waited(script, 1)
        found = with_witness(tx, b"", *tx.witnesses[0])
        assert kernel_accepts(found.encode(), spent)
        assert verdict(found, spent) in ("non-canonical", "unknown")
        tx, spent = legacy(script)
        digest = sha256d(Commitments(tx, spent).legacy(0, script))
        found = with_script_sig(tx, b"\x00" + push(encode_der(ALICE.sign(Scheme.ECDSA, digest)) + b"\x01"))
        assert kernel_accepts(found.encode(), spent)
        assert verdict(found, spent) in (("",) if strange == long else ("non-canonical", "unknown"))


# -- script paths of taproot


X = {number: key(number).public_key.data[1:] for number in range(1, 6)}
SIGNED: dict[
    str, tuple[bytes, list[int | None]]
] = {  # a tapscript, and who signs it in the order of the stack; None signs nothing
    "one": (push(X[1]) + b"\xac", [1]),
    "all": (push(X[1]) + b"\xad" + push(X[2]) + b"\xad" + push(X[3]) + b"\xac", [3, 2, 1]),
    "1 of 1": (push(X[1]) + b"\xac\x51\x9c", [1]),
    "2 of 3": (push(X[1]) + b"\xac" + push(X[2]) + b"\xba" + push(X[3]) + b"\xba\x52\x9c", [3, None, 1]),
    "3 of 3": (push(X[1]) + b"\xac" + push(X[2]) + b"\xba" + push(X[3]) + b"\xba\x53\x9c", [3, 2, 1]),
}
TREE = [sha256(b"a branch"), sha256(b"another")]


def in_tree(script: bytes, path: Sequence[bytes], version: int = 0xC0) -> tuple[bytes, bytes, bytes]:
    """Return the output script of a tree, the control block of one leaf and the hash of that leaf."""
    leaf = node = tagged("TapLeaf")(bytes((version,)) + SCRIPT.encode(script))
    for step in path:
        node = tagged("TapBranch")(min(node, step) + max(node, step))
    internal = key(5).public_key.even_y()
    output = tweak_public(internal.data, tagged("TapTweak")(internal.data[1:] + node))
    control = bytes((version | (output[0] & 1),)) + internal.data[1:] + b"".join(path)
    return b"\x51\x20" + output[1:], control, leaf


def by_script(
    script: bytes,
    who: Sequence[int | None],
    *rest: bytes,
    path: Sequence[bytes] = TREE,
    hash_type: int = 0,
    **options: int,
) -> tuple[Tx, list[TxOut]]:
    """Return a spend by a script of a tree."""
    output, control, leaf = in_tree(script, path)
    spent = [TxOut(value=2_000, script_pubkey=output)]
    source = TxIn(txid="55" * 32, vout=0, sequence=options.get("sequence", 0))
    tx = Tx(version=2, inputs=(source,), outputs=(pay(TO, 1_000),), locktime=options.get("locktime", 0))
    separator = options.get("separator", 0xFFFF_FFFF)
    digest = TAP_SIGHASH(Commitments(tx, spent).tapscript(0, leaf, hash_type, separator=separator))
    suffix = bytes((hash_type,)) if hash_type else b""
    signatures = [key(each).sign(Scheme.BIP340, digest) + suffix if each else b"" for each in who]
    return with_witness(tx, *signatures, *rest, script, control), spent


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("depth", [0, 1, 2, 128])
def test_tapscripts_of_known_forms_are_verified_as_the_kernel_wants_it(name: str, depth: int) -> None:
    script, who = SIGNED[name]
    path = [sha256(bytes((step,))) for step in range(depth)]
    for hash_type in (0, 1, 2, 3, 0x81, 0x82, 0x83):
        tx, spent = by_script(script, who, path=path, hash_type=hash_type)
        assert verdict(tx, spent) == ""
        names = [pair[0].data[1:] for pair in Spends(tx, spent).signers(0)]
        assert names == [X[each] for each in reversed(who) if each]


@pytest.mark.parametrize("name", SIGNED)
def test_one_flipped_bit_of_a_script_path_is_refused_as_the_kernel_refuses_it(name: str) -> None:
    tx, spent = by_script(*SIGNED[name])
    stack = stack_of(tx)
    for place, item in enumerate(stack):
        for bit in range(place, 8 * len(item), 11):
            damaged = bytearray(item)
            damaged[bit // 8] ^= 1 << bit % 8
            changed = with_witness(tx, *stack[:place], bytes(damaged), *stack[place + 1 :])
            assert verdict(changed, spent)
            assert not kernel_accepts(changed.encode(), spent)


@pytest.mark.parametrize(
    ("name", "who", "expected"),
    [
        ("one", [None], "missing"),
        ("one", [2], "mismatch"),
        ("all", [3, None, 1], "missing"),
        ("all", [1, 2, 3], "mismatch"),
        ("2 of 3", [None, None, 1], "missing"),
        ("2 of 3", [3, 2, 1], "trailing"),
        ("2 of 3", [1, None, 3], "mismatch"),
        ("2 of 3", [3, 1], "missing"),
        ("2 of 3", [None, 3, None, 1], "trailing"),
    ],
)
def test_other_signers_of_a_tapscript_are_refused(name: str, who: list[int | None], expected: str) -> None:
    tx, spent = by_script(SIGNED[name][0], who)
    assert verdict(tx, spent) == expected
    assert not kernel_accepts(tx.encode(), spent)


@pytest.mark.parametrize("opcode", [CLTV, CSV])
def test_tapscripts_wait_too(opcode: int) -> None:
    later = waiting(opcode, 144, push(X[1]))
    script = b"\x63" + push(X[2]) + b"\x67" + later + b"\x68\xac"
    for number, choice, waited_for, expected in (
        (1, b"", 144, ""),
        (1, b"", 143, "mismatch"),
        (2, b"\x01", 0, ""),
        (2, b"\x02", 0, "non-canonical"),
        (1, b"\x01", 144, "mismatch"),
    ):
        tx, spent = by_script(script, [number], choice, sequence=waited_for, locktime=waited_for)
        assert verdict(tx, spent) == expected
        assert kernel_accepts(tx.encode(), spent) is (expected == "")
    tx, spent = by_script(waiting(opcode, 144, SIGNED["2 of 3"][0]), [3, None, 1], sequence=144, locktime=144)
    assert verdict(tx, spent) == ""


@pytest.mark.parametrize(
    ("between", "accepted"),
    [
        (b"\x50" + NOPS, True),  # OP_SUCCESS: anyone may spend it
        (b"\x7e" + NOPS, True),
        (b"\xab" + NOPS, True),
        (b"\x68\x63\x61\x61", False),
        (b"\x67\x75" + push(X[1]) + b"\x61", False),
    ],
)
def test_a_branch_of_a_tapscript_that_is_not_taken_is_read_as_well(between: bytes, accepted: bool) -> None:
    script = b"\x63" + push(X[2]) + b"\x67" + between + b"\x68\xac"
    tx, spent = by_script(script, [2], b"\x01")
    assert (verdict(tx, spent), kernel_accepts(tx.encode(), spent)) == ("unknown", accepted)


@pytest.mark.parametrize(
    "script",
    [
        b"\x51",
        b"\x50",
        b"",
        push(ALICE.public_key.data) + b"\xac",
        b"\x4c\x20" + X[1] + b"\xac",
        push(X[1]) + b"\xad",
        push(X[1]) + b"\xac" + push(X[2]) + b"\xba\x51\xa2",
        push(X[1]) + b"\xac" + push(X[2]) + b"\xba\x00\x9c",
        push(X[1]) + b"\xac" + push(X[2]) + b"\xba\x53\x9c",
        push(X[1]) + b"\xac" + push(X[2]) + b"\xad\x52\x9c",
        b"\x52" + push(ALICE.public_key.data) + push(BOB.public_key.data) + b"\x52\xae",
    ],
)
def test_other_tapscripts_are_not_understood_even_where_anyone_may_spend_them(script: bytes) -> None:
    tx, spent = by_script(script, [1])
    assert verdict(tx, spent) == "unknown"


NO_POINT = b"\xff" * 32
VALID: dict[str, tuple[bytes, list[int | None], dict[str, Any]]] = {
    "a key twice": (push(X[1]) + b"\xad" + push(X[1]) + b"\xac", [1, 1], {}),
    "a key that is no point": (push(X[1]) + b"\xac" + push(NO_POINT) + b"\xba\x51\x9c", [None, 1], {}),
    "a key of another size": (push(ALICE.public_key.data) + b"\xac", [1], {}),
    "a lock that is switched off": (b"\x05\x00\x00\x00\x80\x00\xb2\x75" + push(X[1]) + b"\xac", [1], {}),
    "two locks": (b"\x51\xb1\x75\x52\xb1\x75\x53\xb1\x75" + push(X[1]) + b"\xac", [1], {"locktime": 3}),
    "a separator first": (b"\xab" + push(X[1]) + b"\xac", [1], {"separator": 0}),
    "a separator between": (push(X[1]) + b"\xab\xac", [1], {"separator": 1}),
    "more than is read": (b"\x61" * 40_000 + push(X[1]) + b"\xac", [1], {}),
    "a success before what is no script": (push(X[1]) + b"\xac\x50\x4c", [1], {}),
    "a success within what is no script": (b"\x20" + X[1][:20] + b"\xfe", [], {}),
}


@pytest.mark.parametrize("name", VALID)
def test_tapscripts_that_are_valid_and_not_understood_are_refused_as_unknown(name: str) -> None:
    """Whoever trusts another one's script may give it away (`Safety.trust_scripts`): it is not said to be wrong."""
    script, who, options = VALID[name]
    tx, spent = by_script(script, who, **options)
    accepted = name != "a success within what is no script"  # there is no opcode in it at all
    assert (verdict(tx, spent), kernel_accepts(tx.encode(), spent)) == ("unknown", accepted)


def test_a_leaf_of_another_version_is_not_understood_and_must_be_in_the_tree() -> None:
    script = SIGNED["one"][0]
    output, control, _ = in_tree(script, TREE, version=0xC2)
    tx, spent = legacy(output)
    assert verdict(with_witness(tx, b"", script, control), spent) == "unknown"
    _, other, _ = in_tree(script, TREE[:1], version=0xC2)
    assert verdict(with_witness(tx, b"", script, other), spent) == "mismatch"


@pytest.mark.parametrize("size", [0, 1, 32, 34, 64, 66, 33 + 32 * 129])
def test_a_control_block_has_one_length(size: int) -> None:
    tx, spent = by_script(*SIGNED["one"])
    signature, script, control = stack_of(tx)
    found = with_witness(tx, signature, script, (control + bytes(33 + 32 * 129))[:size])
    assert verdict(found, spent) == "length"
    assert not kernel_accepts(found.encode(), spent)


# -- neighbours: one thing wrong


ECDSA_KINDS = [guard for guard in GUARDS if guard != "p2tr"]


def changed_signature(guard: str, change: Any) -> tuple[Tx, list[TxOut]]:
    tx, spent = signed(spending(guard))
    stack = list(stack_of(tx))
    place = next(i for i, item in enumerate(stack) if item[:1] == b"\x30")
    stack[place] = change(stack[place])
    return handing_over(tx, *stack), spent


@pytest.mark.parametrize("guard", ECDSA_KINDS)
def test_T11_a_high_s_is_refused_though_consensus_takes_it(guard: str) -> None:
    def high(signature: bytes) -> bytes:
        compact = decode_der(signature[:-1])
        return encode_der(compact[:32] + (ORDER - int.from_bytes(compact[32:])).to_bytes(32)) + signature[-1:]

    tx, spent = changed_signature(guard, high)
    assert kernel_accepts(tx.encode(), spent)
    assert verdict(tx, spent) == "non-canonical"


@pytest.mark.parametrize("guard", ECDSA_KINDS)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: b"", "missing"),
        (lambda s: s[:-1], "non-canonical"),
        (lambda s: s[-1:], "non-canonical"),
        (lambda s: s[:-1] + b"\x00" + s[-1:], "non-canonical"),
        (lambda s: s[:3] + bytes((s[3] + 1,)) + b"\x00" + s[4:], "non-canonical"),
        (lambda s: s[:-1] + b"\x00", "range"),
        (lambda s: s[:-1] + b"\x04", "range"),
        (lambda s: s[:-1] + b"\x41", "range"),
        (lambda s: s[:-1] + b"\x80", "range"),
        (lambda s: s[:-1] + b"\x02", "mismatch"),
        (lambda s: b"\x30\x06\x02\x01\x01\x02\x01\x01\x01", "mismatch"),
    ],
    ids=["empty", "no hash type", "nothing else", "long", "padded", "00", "04", "41", "80", "another", "of none"],
)
def test_a_signature_that_is_no_strict_one_is_refused(guard: str, change: Any, expected: str) -> None:
    tx, spent = changed_signature(guard, change)
    assert verdict(tx, spent) == expected
    assert not kernel_accepts(tx.encode(), spent)


@pytest.mark.parametrize("guard", ["multisig", "p2sh", "p2wsh", "p2sh-p2wsh"])
def test_the_item_too_many_of_multisig_is_empty(guard: str) -> None:
    tx, spent = signed(spending(guard))
    stack = stack_of(tx)
    for dummy in (b"\x01", b"\x00"):
        found = handing_over(tx, dummy, *stack[1:])
        assert verdict(found, spent) == "non-canonical"
        assert not kernel_accepts(found.encode(), spent)


@every_guard
def test_an_item_more_or_less_is_refused(guard: str) -> None:
    """CLEANSTACK; before segwit consensus would take more."""
    tx, spent = signed(spending(guard))
    stack = stack_of(tx)
    for other in ((b"", *stack), (b"\x01" * 9, *stack), stack[1:], (*stack, b""), ()):
        found = handing_over(tx, *other)
        assert verdict(found, spent) in ("trailing", "missing", "mismatch", "unknown", "length", "non-canonical")
    assert verdict(handing_over(tx, b"\x01" * 9, *stack), spent) == ("trailing" if guard != "p2tr" else "length")


@every_guard
def test_a_stack_at_the_wrong_place_is_refused(guard: str) -> None:
    tx, spent = signed(spending(guard), spending("p2wpkh", place=1))
    stack = stack_of(tx)
    if tx.witnesses[0]:
        moved = with_script_sig(with_witness(tx), b"".join(map(push, stack)))
        both = with_script_sig(tx, push(b"\x07") + tx.inputs[0].script_sig)
    else:
        moved = with_witness(with_script_sig(tx, b""), *stack)
        both = with_witness(tx, b"\x07")
    for found in (moved, both):
        assert verdict(found, spent)
        assert not kernel_accepts(found.encode(), spent)


@pytest.mark.parametrize("guard", ["p2pk", "p2pkh", "multisig", "p2sh", "p2sh of p2pkh", "p2sh-p2wpkh", "p2sh-p2wsh"])
def test_a_push_that_could_be_shorter_is_refused_though_consensus_takes_it(guard: str) -> None:
    tx, spent = signed(spending(guard))
    script_sig = tx.inputs[0].script_sig
    last = parse_script(script_sig)[-1]
    long = b"\x4d" + len(last.data or b"").to_bytes(2, "little") + (last.data or b"")
    found = with_script_sig(tx, script_sig[: len(script_sig) - len(push(last.data or b""))] + long)
    assert verdict(found, spent) == "non-canonical"
    if guard.startswith("p2sh-"):
        assert not kernel_accepts(found.encode(), spent)
    else:
        assert kernel_accepts(found.encode(), spent)
    with_nop = with_script_sig(tx, b"\x61" + script_sig)
    assert verdict(with_nop, spent) == "non-canonical"
    cut = with_script_sig(tx, script_sig[:-1])
    assert verdict(cut, spent) == "truncated"


UNKNOWN = {
    "true": b"\x51",
    "nothing": b"",
    "data": b"\x6a\x01x",
    "p2pk verify": push(ALICE.public_key.data) + b"\xad\x51",
    "a later version": b"\x52\x20" + bytes(32),
    "p2sh of an anchor": p2sh(hash160(b"\x51\x02\x4e\x73")).script_pubkey,
    "p2sh of anything": p2sh(hash160(b"\x51")).script_pubkey,
    "p2sh of taproot": p2sh(hash160(b"\x51\x20" + ALICE.public_key.data[1:])).script_pubkey,
    "p2wsh of anything": witness(0, sha256(b"\x51")).script_pubkey,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_understood_is_refused_by_name_even_where_anyone_may_spend_it(name: str) -> None:
    script = UNKNOWN[name]
    tx, spent = legacy(script)
    if name == "p2sh of anything":
        tx = with_script_sig(tx, push(b"\x51"))
    if name == "p2sh of an anchor":
        tx = with_script_sig(tx, push(b"\x51\x02\x4e\x73"))
    if name == "p2sh of taproot":
        tx = with_script_sig(tx, push(b"\x51\x20" + ALICE.public_key.data[1:]))
    if name == "p2wsh of anything":
        tx = with_witness(tx, b"\x51")
    assert verdict(tx, spent) == "unknown"


def test_P2A_is_spent_by_nothing() -> None:
    """BIP-433: by anyone, without a witness. Consensus takes one; nodes pass it on nowhere (IsWitnessStandard)."""
    tx, spent = legacy(b"\x51\x02\x4e\x73")
    assert Spends(tx, spent).signers(0) == ()
    assert kernel_accepts(tx.encode(), spent)
    assert verdict(with_witness(tx, b"x"), spent) == "trailing"
    assert kernel_accepts(with_witness(tx, b"x").encode(), spent)
    assert verdict(with_script_sig(tx, b"\x51"), spent) == "non-canonical"
    assert not kernel_accepts(with_script_sig(tx, b"\x51").encode(), spent)


def test_an_annex_is_refused_by_name() -> None:
    """Consensus takes one; nodes relay none, as it has no meaning yet."""
    tx, spent = signed(spending("p2tr"))
    assert verdict(with_witness(tx, *stack_of(tx), b"\x50"), spent) == "unknown"


@pytest.mark.parametrize("size", [0, 1, 63, 66, 96])
def test_a_taproot_signature_has_64_or_65_bytes(size: int) -> None:
    tx, spent = signed(spending("p2tr"))
    found = with_witness(tx, (stack_of(tx)[0] + bytes(40))[:size])
    assert verdict(found, spent) == "length"
    assert not kernel_accepts(found.encode(), spent)


@pytest.mark.parametrize("hash_type", [0x00, 0x04, 0x80, 0x84, 0xFF])
def test_a_taproot_signature_with_another_hash_type_is_refused(hash_type: int) -> None:
    tx, spent = signed(spending("p2tr"))
    found = with_witness(tx, stack_of(tx)[0] + bytes((hash_type,)))
    assert verdict(found, spent) == ("range" if hash_type else "length")
    assert not kernel_accepts(found.encode(), spent)


def test_a_taproot_output_that_is_no_point_is_refused() -> None:
    tx, _ = signed(spending("p2tr"))
    nowhere = [TxOut(value=100_000, script_pubkey=b"\x51\x20" + bytes(31) + b"\x05")]
    assert verdict(tx, nowhere) == "point"


@every_guard
def test_single_without_its_output_signs_the_number_1_and_is_refused(guard: str) -> None:
    """Before segwit consensus takes a signature of the number 1, which spends anything."""
    tx, spent = signed(spending("p2tr"), spending(guard, place=1))
    stack = list(stack_of(tx, 1))
    place = max((i for i, item in enumerate(stack) if item[:1] == b"\x30"), default=0)  # it is looked at first
    stack[place] = (stack[place][:-1] if guard != "p2tr" else stack[place]) + b"\x03"
    found = replace(handing_over(tx, *stack, index=1), outputs=tx.outputs[:1])
    expected = "range" if "w" not in guard else "mismatch"
    assert reason(InvalidSignature, Spends(found, spent).verify, 1) == expected


def test_T12_a_hostile_transaction_is_not_hashed_again_and_again() -> None:
    """25,000 legacy inputs of 1 MB would have 25 GB hashed."""
    script = p2pkh(hash160(ALICE.public_key.data)).script_pubkey
    junk = push(bytes.fromhex("3006020101020101") + b"\x01") + push(ALICE.public_key.data)
    inputs = tuple(TxIn(txid="55" * 32, vout=place, script_sig=junk) for place in range(10_000))
    outputs = (TxOut(value=1, script_pubkey=bytes(4_000_000 // 4)),)
    tx = Tx(version=2, inputs=inputs, outputs=outputs, locktime=0)
    spends = Spends(tx, [TxOut(value=1, script_pubkey=script)] * len(inputs))
    reasons = [reason(InvalidSignature, spends.verify, index) for index in range(40)]
    assert reasons[0] == "mismatch"
    assert reasons[-1] == "too-large"
    assert spends.gave_up
    assert not Spends(tx, [TxOut(value=1, script_pubkey=script)] * len(inputs)).gave_up


@pytest.mark.parametrize("index", [-1, 1, None, True, "0"])
def test_only_an_input_is_verified(index: Any) -> None:
    tx, spent = signed(spending("p2wpkh"))
    assert reason(InvalidSignature, Spends(tx, spent).verify, index) == "range"
    assert reason(TransactionError, Spends, tx, spent * 2) == "length"


@given(st.binary(max_size=80), st.lists(st.binary(max_size=80), max_size=4), st.sampled_from(list(GUARDS)))
def test_whatever_is_handed_over_is_refused_as_an_invalid_signature(
    script_sig: bytes, stack: list[bytes], guard: str
) -> None:
    tx, spent = legacy(Lock(**GUARDS[guard]).script_pubkey)
    assert verdict(with_witness(with_script_sig(tx, script_sig), *stack), spent)


def test_scripts_beyond_what_can_be_spent_are_refused() -> None:
    long = MULTISIG + bytes(10_000)
    tx, spent = legacy(witness(0, sha256(long)).script_pubkey)
    assert verdict(with_witness(tx, b"", long), spent) == "too-large"
    tx, spent = legacy(p2sh(hash160(long[:521])).script_pubkey)
    assert verdict(with_script_sig(tx, push(long[:521])), spent) == "non-canonical"
    assert verdict(with_script_sig(tx, bytes(10_001)), spent) == "too-large"
