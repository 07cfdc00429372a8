"""The Constructor of version 2 (BIP-370): what is added and removed, and that no signature is ever lost by it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import wallycore
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, TESTNET, kernel_accepts, key, reason, signer, spending
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import Psbt, PsbtGlobals, PsbtInput, PsbtOutput, Safety
from walletcore.chains.bitcoin.psbt.extracting import doubtful
from walletcore.chains.bitcoin.sighash import HASH_TYPES as TYPES
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import behind, checksig
from walletcore.chains.bitcoin.tx import TxIn
from walletcore.errors import SigningRefused, TransactionError
from walletcore.path import KeyOrigin, Path
from walletcore.signing import collect, sign

TO = BITCOIN.address(key(7).public_key)
FREE = Safety(sighash=tuple(HASH_TYPES), max_fee=None, max_fee_rate=None)
OPEN = {"inputs": True, "outputs": True}
ORIGIN = KeyOrigin(b"abcd", Path((1, 2)))
BACK = change(key(2).public_key, value=1_000, origin=ORIGIN)
SPENT = Input.unknown(TxIn(txid="22" * 32, vout=3))
"""An input of which nothing is known but what it spends."""


def parts(number: int, **options: Any) -> tuple[tuple[Input, ...], tuple[TxOut, ...]]:
    """Return so many inputs of several kinds, and as many outputs."""
    guards = list(GUARDS)
    inputs = tuple(spending(guards[place % len(guards)], place=place, **options) for place in range(number))
    return inputs, tuple(pay(TO, 90_000 - place) for place in range(number))


def vessel(number: int = 1, *, flags: int | None = None, safety: Safety = FREE, **options: Any) -> Psbt:
    """Return the PSBT of version 2 of so many inputs and outputs, open in both unless flags are given."""
    inputs, outputs = parts(number, **options)
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs)
    return flagged(Psbt.from_transaction(tx, version=2, safety=safety), 0b011 if flags is None else flags)


def flagged(psbt: Psbt, flags: int | None) -> Psbt:
    """Return it with these flags, whoever wrote them; what it had verified is forgotten."""
    return replace(psbt, globals=psbt.globals.with_fields(tx_modifiable=flags))


def empty(locktime: int = 0) -> Psbt:
    """Return what BIP-370's Creator makes: no inputs, no outputs, both open."""
    common = PsbtGlobals(
        version=2,
        tx_version=2,
        fallback_locktime=locktime or None,
        input_count=0,
        output_count=0,
        tx_modifiable=0b011,
    )
    return Psbt(chain=BITCOIN, version=2, globals=common, inputs=(), outputs=(), safety=FREE)


# -- the bytes


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("locktime", [0, 800_000])
def test_maps_are_added_as_a_whole_transaction_has_them(guard: str, locktime: int) -> None:
    """However they arrive: at once, one by one, or to what somebody else has begun."""
    inputs = (spending("p2wpkh", origin=ORIGIN), spending(guard, place=1, sequence=5), SPENT)
    outputs = (pay(TO, 90_000), BACK, TxOut(value=7, script_pubkey=b"\x51"))
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs, locktime=locktime)
    whole = Psbt.from_transaction(tx, version=2)
    at_once = empty(locktime).with_parts(inputs, outputs)
    stepwise = empty(locktime)
    for each, output in zip(inputs, outputs, strict=True):
        stepwise = stepwise.with_parts([each]).with_parts(outputs=[output])
    first = Psbt.from_transaction(replace(tx, inputs=inputs[:1], outputs=outputs[:1]), version=2)
    begun = first.with_modifiable(**OPEN).with_parts(inputs[1:], outputs[1:])
    maps = empty(locktime).with_parts(whole.inputs, whole.outputs)
    for made in (at_once, stepwise, begun, maps):
        assert (made.globals.input_count, made.globals.output_count) == (3, 3)
        assert made.globals.tx_modifiable == 0b011
        assert made.with_modifiable().raw == whole.raw
        assert Psbt.decode(BITCOIN, made.raw) == made
    assert whole.globals.tx_modifiable is None
    assert whole.with_modifiable() == whole


def test_who_makes_a_psbt_says_what_others_may_add() -> None:
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=parts(1)[0], outputs=parts(1)[1]), version=2)
    for made in (plain, plain.to_version(0).to_version(2)):
        assert made.globals.tx_modifiable is None
        assert made.with_modifiable(inputs=True).globals.tx_modifiable == 0b001
        assert made.with_modifiable(outputs=True).globals.tx_modifiable == 0b010
        assert made.with_modifiable(**OPEN).globals.tx_modifiable == 0b011
    assert flagged(plain, 0b1111_1111).with_modifiable(inputs=True).globals.tx_modifiable == 0b1111_1101
    assert flagged(plain, 0b0000_0101).with_modifiable().globals.tx_modifiable == 0b100


@given(
    st.lists(st.tuples(st.binary(min_size=32, max_size=32).filter(any), st.integers(0, 99), st.integers(0, 2**32 - 1)),
             max_size=4, unique_by=lambda each: each[:2]),
    st.lists(st.tuples(st.integers(0, 10**12), st.binary(min_size=1, max_size=40)), max_size=4),
)  # fmt: skip
def test_libwally_adds_the_same_bytes(spent: list[tuple[bytes, int, int]], paid: list[tuple[int, bytes]]) -> None:
    made = vessel()
    theirs = wallycore.psbt_from_bytes(made.raw, 0)
    for txid, vout, sequence in spent:
        tx_input = wallycore.tx_input_init(txid, vout, sequence, None, None)
        wallycore.psbt_add_tx_input_at(theirs, wallycore.psbt_get_num_inputs(theirs), 0, tx_input)
    for value, script in paid:
        at = wallycore.psbt_get_num_outputs(theirs)
        wallycore.psbt_add_tx_output_at(theirs, at, 0, wallycore.tx_output_init(value, script))
    ours = made.with_parts(
        [Input.unknown(TxIn(txid=txid[::-1].hex(), vout=vout, sequence=number)) for txid, vout, number in spent],
        [TxOut(value=value, script_pubkey=script) for value, script in paid],
    )
    assert ours.raw == bytes(wallycore.psbt_to_bytes(theirs, 0))
    while wallycore.psbt_get_num_inputs(theirs) > 1:
        wallycore.psbt_remove_input(theirs, 1)
    while wallycore.psbt_get_num_outputs(theirs) > 1:
        wallycore.psbt_remove_output(theirs, 1)
    behind_them = ours.without_parts(range(1, len(spent) + 1), range(1, len(paid) + 1))
    assert behind_them.raw == bytes(wallycore.psbt_to_bytes(theirs, 0)) == made.raw


# -- the flags


@pytest.mark.parametrize("flags", [None, *range(8), 0xFF])
def test_flags_are_minded_as_libwally_does(flags: int | None) -> None:
    made = vessel(2)
    made = flagged(made, flags)

    def theirs(call: str, *args: Any) -> bool:
        psbt = wallycore.psbt_from_bytes(made.raw, 0)
        if (flags or 0) > 7:  # which libwally does not read
            wallycore.psbt_set_tx_modifiable_flags(psbt, (flags or 0) & 7)
        try:
            getattr(wallycore, call)(psbt, *args)
        except ValueError:
            return False
        return True

    def ours(call: Any, *args: Any) -> bool:
        try:
            call(*args)
        except TransactionError as error:
            return error.reason != "policy"
        return True

    if flags != 0xFF:
        tx_input = wallycore.tx_input_init(bytes(31) + b"\x01", 3, 0, None, None)
        tx_output = wallycore.tx_output_init(1, b"\x51")
        assert ours(made.with_parts, [SPENT]) == theirs("psbt_add_tx_input_at", 2, 0, tx_input)
        assert ours(made.with_parts, (), [BACK]) == theirs("psbt_add_tx_output_at", 2, 0, tx_output)
        assert ours(made.without_parts, [0]) == theirs("psbt_remove_input", 0)
        assert ours(made.without_parts, (), [1]) == theirs("psbt_remove_output", 1)
    assert ours(made.with_parts, [SPENT]) == ours(made.without_parts, [0]) == bool((flags or 0) & 1)
    assert ours(made.with_parts, (), [BACK]) == ours(made.without_parts, (), [1]) == bool((flags or 0) & 2)
    assert ours(made.with_parts, [SPENT], [BACK]) == ((flags or 0) & 3 == 3)
    assert made.with_parts() == made.without_parts() == made


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_take_parts_as_their_flags_say(case: Case) -> None:
    read = Psbt.decode(BITCOIN, bytes.fromhex(case.input["psbt"]))
    flags = read.globals.tx_modifiable or 0
    if read.version == 0:
        assert reason(TransactionError, read.with_parts, [SPENT]) == "version"
        return
    if flags & 1:
        more = read.with_parts([SPENT])
        assert more.without_parts([len(read.inputs)]) == read
        assert (more.inputs[:-1], more.outputs, more.draft.locktime) == (read.inputs, read.outputs, read.draft.locktime)
    else:
        assert reason(TransactionError, read.with_parts, [SPENT]) == "policy"
    if flags & 2:
        more = read.with_parts(outputs=[BACK])
        assert more.without_parts(outputs=[len(read.outputs)]) == read
        assert (more.inputs, more.outputs[:-1]) == (read.inputs, read.outputs)
    else:
        assert reason(TransactionError, read.with_parts, (), [BACK]) == "policy"


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_lock_times_come_about_one_input_after_the_other(case: Case) -> None:
    read = Psbt.decode(BITCOIN, bytes.fromhex(case.input["psbt"]))
    if read.version == 0 or any(each.is_final or each.partial_sig for each in read.inputs):
        return
    common = read.globals.with_fields(input_count=0, output_count=0, tx_modifiable=0b011)
    begun = Psbt(chain=BITCOIN, version=2, globals=common, inputs=(), outputs=())
    if "conflict" in case.flags:
        assert reason(TransactionError, begun.with_parts, read.inputs) == "mismatch"
        return
    for each in read.inputs:
        begun = begun.with_parts([each])
    made = begun.with_parts(outputs=read.outputs)
    assert made.draft.locktime == case.expect.get("locktime", read.draft.locktime)
    assert flagged(made, read.globals.tx_modifiable).raw == read.raw


def test_PS21_neighbour_version_0_is_refused_by_name() -> None:
    made = vessel().to_version(0)
    for call, options in (
        (made.with_parts, {"inputs": [SPENT]}),
        (made.with_parts, {}),
        (made.without_parts, {"inputs": [0]}),
        (made.with_modifiable, OPEN),
    ):
        with pytest.raises(TransactionError, match="a PSBT of version 0") as caught:
            call(**options)
        assert caught.value.reason == "version"
        assert "to_version(2)" in caught.value.hint


# -- signatures


CHANGES: dict[str, dict[str, Any]] = {
    "an input": {"inputs": [SPENT]},
    "an output": {"outputs": [BACK]},
    "both": {"inputs": [SPENT], "outputs": [BACK]},
}
SIGNED = [*product(GUARDS, HASH_TYPES), ("p2tr", "DEFAULT")]


def forced(psbt: Psbt, inputs: Sequence[Input] = (), outputs: Sequence[TxOut] = ()) -> Psbt:
    """Return it with these parts, whatever was signed."""
    more = empty().with_parts(inputs, outputs)
    ins, outs = (*psbt.inputs, *more.inputs), (*psbt.outputs, *more.outputs)
    common = psbt.globals.with_fields(input_count=len(ins), output_count=len(outs))
    return replace(psbt, globals=common, inputs=ins, outputs=outs)


def is_still_signed(psbt: Psbt, *inputs: Input, index: int = 0) -> bool:
    """Return whether Bitcoin Core's kernel takes what one of these inputs hands over; others spend an open output."""
    known = [each.spent for each in inputs if each.spent]
    others = [TxOut(value=9, script_pubkey=b"\x51")] * (len(psbt.inputs) - len(known))
    return kernel_accepts(psbt.handed_over.encode(), [*known, *others], only=index)


def half_signed(guard: str, name: str, *, outputs: int = 2, final: bool = False) -> tuple[Psbt, Input]:
    """Return a PSBT of one signed input, with flags that claim that all is open, and the input."""
    each = spending(guard, sighash=name)
    tx = Transaction(chain=BITCOIN, inputs=(each,), outputs=tuple(pay(TO, 40_000 - n) for n in range(outputs)))
    made = sign(Psbt.from_transaction(tx, version=2, safety=FREE), signer(1), signer(2))
    return flagged(made.finalized() if final else made, 0b111), each


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize(("guard", "name"), SIGNED)
def test_what_is_added_leaves_each_signature_as_good_as_the_kernel_says(
    guard: str, name: str, final: bool, what: str
) -> None:
    """The flags lie. What is done keeps the signature; what is refused, Core's kernel would not have taken."""
    signed, each = half_signed(guard, name, final=final)
    assert is_still_signed(signed.finalized(), each)
    by_force = forced(signed.finalized(), **CHANGES[what])
    if is_still_signed(by_force, each):
        made = signed.with_parts(**CHANGES[what])
        assert made.inputs[0] == signed.inputs[0]
        assert made.finalized().handed_over == by_force.handed_over
    else:
        assert reason(TransactionError, signed.with_parts, **CHANGES[what]) == "mismatch"


@pytest.mark.parametrize(("guard", "name"), SIGNED)
def test_what_is_removed_leaves_each_signature_as_good_as_it_was(guard: str, name: str) -> None:
    """Three inputs and outputs, of which the one in the middle is signed; and every way to remove some."""
    inputs = (spending("p2wpkh"), spending(guard, place=1, sighash=name), spending("p2tr", place=2))
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=tuple(pay(TO, 30_000 - n) for n in range(3)))
    whole = Psbt.from_transaction(tx, version=2, safety=FREE)
    both = sign(whole, signer(1), signer(2))
    signed = flagged(replace(whole, inputs=(whole.inputs[0], both.inputs[1], whole.inputs[2])), 0b011)
    done, reasons = 0, set()
    for ins, outs in product(([], [0], [2], [0, 2]), ([], [0], [1], [2], [0, 1], [1, 2])):
        try:
            made = signed.without_parts(ins, outs)
        except TransactionError as error:
            reasons.add(error.reason)
            continue
        done += 1
        kept = [each for place, each in enumerate(inputs) if place not in ins]
        assert (len(made.inputs), len(made.outputs)) == (3 - len(ins), 3 - len(outs))
        assert is_still_signed(made.finalized(), *kept, index=1 - (0 in ins))
    assert reasons <= {"mismatch"}
    base, _, anyone = name.partition("|")
    open_outputs = {"ALL": 1, "DEFAULT": 1, "NONE": 6, "SINGLE": 2}[base]
    assert done == open_outputs * ({True: 2 if base == "SINGLE" else 4, False: 1}[bool(anyone)])
    assert reason(TransactionError, signed.without_parts, [1]) == "mismatch"


def test_a_single_signature_without_an_output_gets_none() -> None:
    """A legacy one is over the number 1 then (src/script/interpreter.cpp): an output in its place would undo it."""
    theirs = spending("p2pkh", place=1, sighash="SINGLE|ANYONECANPAY")
    whole = vessel(1).with_parts([theirs], [pay(TO, 1_000)])
    both = sign(whole, signer(1))
    alone = replace(
        both, globals=both.globals.with_fields(output_count=1, tx_modifiable=0b111), outputs=both.outputs[:1]
    )
    alone = replace(alone, inputs=(whole.inputs[0], both.inputs[1]))
    assert reason(TransactionError, alone.with_parts, (), [BACK]) == "mismatch"
    assert len(alone.with_parts([SPENT]).inputs) == 3


def test_a_partial_signature_of_several_commits_as_its_input_says() -> None:
    """MuSig2's (BIP-373) have no byte of a type: the input names it, or it is the default."""
    names = bytes.fromhex("02" + "11" * 32 + "03" + "22" * 32)
    for asked, takes_input in ((None, False), (0x01, False), (0x81, True), (0x83, True)):
        made = vessel(1)
        fields = PsbtInput([*made.inputs[0].with_fields(sighash_type=asked).records, (b"\x1c" + names, bytes(32))])
        joint = replace(made, inputs=(PsbtInput(sorted(fields.records)),))
        if takes_input:
            assert len(joint.with_parts([SPENT]).inputs) == 2
        else:
            assert reason(TransactionError, joint.with_parts, [SPENT]) == "mismatch"
        assert reason(TransactionError, joint.with_modifiable, outputs=True) == "mismatch"


def test_a_final_input_that_is_not_understood_is_left_with_what_it_signed() -> None:
    made, _ = half_signed("p2wpkh", "ALL|ANYONECANPAY", final=True)
    assert len(made.with_parts([SPENT]).inputs) == 2
    witness = made.inputs[0].final_scriptwitness
    assert witness is not None
    signature, public = witness
    wrong = (signature[:9] + bytes((signature[9] ^ 1,)) + signature[10:], public)
    broken = replace(made, inputs=(made.inputs[0].with_fields(final_scriptwitness=wrong),))
    assert reason(TransactionError, broken.with_parts, [SPENT]) == "mismatch"
    other = made.inputs[0].without([0]).with_fields(witness_utxo=TxOut(value=100_000, script_pubkey=b"\x51"))
    assert reason(TransactionError, replace(made, inputs=(other,)).with_parts, [SPENT]) == "mismatch"


@pytest.mark.parametrize(
    ("name", "inputs", "outputs"),
    [
        ("ALL", False, False),
        ("NONE", False, True),
        ("SINGLE", False, False),
        ("ALL|ANYONECANPAY", True, False),
        ("NONE|ANYONECANPAY", True, True),
        ("SINGLE|ANYONECANPAY", True, False),
    ],
)
@pytest.mark.parametrize("final", [False, True])
def test_nothing_is_opened_that_a_signature_has_closed(name: str, inputs: bool, outputs: bool, final: bool) -> None:
    """The table of BIP-370's Signer."""
    signed, _ = half_signed("p2wpkh", name, final=final)
    signed = flagged(signed, None)
    single = 0b100 * name.startswith("SINGLE")
    for options, fits in (({"inputs": True}, inputs), ({"outputs": True}, outputs), (OPEN, inputs and outputs)):
        if fits:
            made = signed.with_modifiable(**options)
            assert made.globals.tx_modifiable == sum({"inputs": 1, "outputs": 2}[each] for each in options) | single
            assert made.inputs == signed.inputs
        else:
            assert reason(TransactionError, signed.with_modifiable, **options) == "mismatch"
    assert signed.with_modifiable() == signed


# -- lock times


def locked(place: int, height: int | None = None, time: int | None = None) -> PsbtInput:
    """Return the map of an input that requires these lock times."""
    made = Psbt.from_transaction(
        Transaction(chain=BITCOIN, inputs=(spending("p2wpkh", place=place),), outputs=(pay(TO, 1),)), version=2
    )
    return made.inputs[0].with_fields(required_height_locktime=height, required_time_locktime=time)


HEIGHTS, TIMES = st.none() | st.integers(1, 499_999_999), st.none() | st.integers(500_000_000, 2**32 - 1)


@given(st.lists(st.tuples(HEIGHTS, TIMES), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_libwally_finds_the_same_lock_time(required: list[tuple[int | None, int | None]], fallback: int) -> None:
    """Or none, where we refuse to add the input."""
    made = empty(fallback).with_parts(outputs=[BACK])
    theirs = wallycore.psbt_from_bytes(made.raw, 0)
    for place, pair in enumerate(required):
        each = locked(place, *pair)
        tx_input = wallycore.tx_input_init(each.previous_txid, place, each.sequence, None, None)
        wallycore.psbt_add_tx_input_at(theirs, place, 0, tx_input)
        if pair[0] is not None:
            wallycore.psbt_set_input_required_lockheight(theirs, place, pair[0])
        if pair[1] is not None:
            wallycore.psbt_set_input_required_locktime(theirs, place, pair[1])
        try:
            wanted = wallycore.psbt_get_locktime(theirs)
        except ValueError:
            assert reason(TransactionError, made.with_parts, [each]) == "mismatch"
            return
        made = made.with_parts([each])
        assert made.draft.locktime == wanted


def test_PS71_neighbour_no_lock_time_is_changed_under_a_signature() -> None:
    for first, second, fits in (
        (locked(0, 100), locked(1, 100), True),
        (locked(0, 100), locked(1, 99), True),
        (locked(0, 100), locked(1, 101), False),
        (locked(0, 100), locked(1), True),
        (locked(0), locked(1, 100), False),
        (locked(0, 100), locked(1, None, 1_600_000_000), False),
        (locked(0, 100, 1_600_000_000), locked(1, None, 1_600_000_000), False),
        (locked(0, 100, 1_600_000_000), locked(1, 50, 1_700_000_000), True),
    ):
        first = first.with_fields(sighash_type=TYPES["ALL|ANYONECANPAY"])
        made = empty().with_parts([first], [pay(TO, 90_000)])
        signed = sign(made, signer(1))
        assert signed.globals.tx_modifiable == 0b001
        if fits:
            assert signed.with_parts([second]).draft.locktime == signed.draft.locktime
        else:
            assert reason(TransactionError, signed.with_parts, [second]) == "mismatch"
        both = made.with_parts([second]) if first.required_time_locktime or second.required_height_locktime else None
        if both is not None and len(both.inputs) == 2:
            mine = replace(both, inputs=(sign(both, signer(1)).inputs[0], both.inputs[1]))
            if both.draft.locktime == made.draft.locktime:
                assert mine.without_parts([1]).draft.locktime == made.draft.locktime
            else:
                assert reason(TransactionError, mine.without_parts, [1]) == "mismatch"


def in_leaf(after: int, place: int = 0, **options: Any) -> Input:
    """Return an input that is spent by a leaf which waits for a lock time."""
    script = behind(checksig([key(1).public_key]), after=after)
    tree = ScriptTree(((0, TapLeaf(script)),))
    parts = {
        "txid": f"{place + 1:02x}" * 32,
        "vout": 0,
        "value": 100_000,
        "script_pubkey": tree.script_pubkey(key(3).public_key),
        "leaf_script": script,
        "control_block": tree.control_blocks(key(3).public_key)[0].encode(),
        "origins": ((key(1).public_key, ORIGIN),),
    }
    return Input(**{**parts, **options})


@pytest.mark.parametrize(("after", "field"), [(800_000, "height"), (1_600_000_000, "time")])
def test_a_leaf_that_waits_says_so_in_its_map(after: int, field: str) -> None:
    """BIP-370: if the input has a required time lock, Constructors must set the requisite field."""
    made = empty().with_parts([in_leaf(after)], [pay(TO, 90_000)])
    assert getattr(made.inputs[0], f"required_{field}_locktime") == made.draft.locktime == after
    signed = sign(made, signer(1))
    spent = made.transaction.inputs[0].spent
    assert spent is not None
    assert kernel_accepts(signed.finalize().raw, [spent])
    other = {800_000: 1_600_000_000, 1_600_000_000: 800_000}[after]
    assert reason(TransactionError, made.with_parts, [in_leaf(other, 1)]) == "mismatch"
    assert made.with_parts([in_leaf(after + 1, 1)]).draft.locktime == after + 1
    assert reason(TransactionError, made.with_parts, [in_leaf(after, 1, sequence=0xFFFF_FFFF)]) == "range"


# -- together


@pytest.mark.parametrize(("first", "second"), [("p2wpkh", "p2tr"), ("p2tr", "p2wsh"), ("p2pkh", "p2sh-p2wpkh")])
def test_two_parties_make_one_transaction(first: str, second: str) -> None:
    """One begins and signs ALL|ANYONECANPAY last; the other one adds an input, an output, and later a fee."""
    mine = spending(first, sighash="ALL|ANYONECANPAY")
    begun = empty().with_parts([mine], [pay(TO, 99_000)])
    theirs = Psbt.decode(BITCOIN, begun.raw, safety=FREE).with_parts(
        [spending(second, place=1, sighash="ALL|ANYONECANPAY")], [pay(TO, 98_000)]
    )
    one, two = sign(theirs, signer(1)), sign(theirs, signer(1), signer(2))
    assert one.globals.tx_modifiable == 0b001  # no outputs from now on
    assert reason(TransactionError, one.with_parts, (), [BACK]) == "policy"
    whole = theirs.combine(one, two)
    fee = whole.with_parts([spending("p2wpkh", place=2)])
    ended = sign(Psbt.decode(BITCOIN, fee.raw, safety=FREE), signer(1))
    assert ended.globals.tx_modifiable == 0
    assert reason(TransactionError, ended.with_parts, [SPENT]) == "policy"
    signed = ended.finalize()
    spent = [each.spent for each in ended.transaction.inputs if each.spent]
    assert kernel_accepts(signed.raw, spent)
    assert [each.value for each in signed.transaction.outputs] == [99_000, 98_000]
    with pytest.raises(SigningRefused, match="input 0: expected signatures over everything"):
        Psbt.decode(BITCOIN, theirs.raw).requests()  # what is made so is no safer than before


def test_an_offer_is_taken_by_whoever_adds_the_rest() -> None:
    """SINGLE|ANYONECANPAY: its signer closes the outputs (BIP-370), so they come first, or by other flags."""
    offer = empty().with_parts([spending("p2wpkh", sighash="SINGLE|ANYONECANPAY")], [pay(TO, 150_000)])
    rest: dict[str, Any] = {"inputs": [spending("p2tr", place=1)], "outputs": [pay(TO, 49_000)]}
    assert reason(TransactionError, lambda: offer.transaction) == "range"  # it pays more than it spends, as yet
    full = offer.with_parts([spending("p2tr", place=1)], ())
    signed = replace(full, inputs=(sign(full, signer(1)).inputs[0], full.inputs[1]))
    alone = flagged(signed.without_parts([1]), 0b101)
    assert reason(TransactionError, alone.with_parts, **rest) == "policy"
    taken = sign(flagged(alone, 0b111).with_parts(**rest), signer(1)).finalize()
    assert kernel_accepts(taken.raw, [each.spent for each in taken.transaction.inputs if each.spent])


def test_PS74_neighbour_what_was_verified_stays_so_at_its_place() -> None:
    """A signature that was made here is not verified again; one that moved is found at its new place."""
    inputs = (spending("p2tr"), spending("p2wpkh", place=1, sighash="ALL|ANYONECANPAY"))
    made = empty().with_parts(inputs, [pay(TO, 90_000)])
    signed = made.assemble((None, *collect(made.requests(), signer(1))[1:]))
    assert signed._proven is not None
    assert [index for index, _ in signed._proven] == [1]
    moved = signed.without_parts([0])
    assert moved._proven is not None
    assert [index for index, _ in moved._proven] == [0]
    assert doubtful(moved._finals(), moved.inputs, moved._proven or {}) == []
    more = moved.with_parts([spending("p2tr", place=2)])
    assert more._proven == moved._proven
    assert doubtful(more._finals(), more.inputs, more._proven or {}) == []
    ended = sign(more, signer(1))
    assert kernel_accepts(ended.finalize().raw, [each.spent for each in ended.transaction.inputs if each.spent])
    assert [each.spent for each in ended.transaction.inputs] == [inputs[1].spent, spending("p2tr", place=2).spent]


# -- what is refused


def test_an_output_is_spent_once() -> None:
    made = vessel(2)
    for again in ([made.inputs[1]], [parts(2)[0][0]], [SPENT, SPENT], [SPENT, replace(SPENT, sequence=1)]):
        assert reason(TransactionError, made.with_parts, again) == "duplicate"
    assert len(made.without_parts([1]).with_parts([made.inputs[1]]).inputs) == 2


def test_what_no_transaction_of_the_chain_has_is_refused() -> None:
    made = vessel()
    groestlcoin, dogecoin = chain("groestlcoin", BitcoinChain), chain("dogecoin", BitcoinChain)
    abroad = pay(TESTNET.address(key(7).public_key), 1)
    foreign = Input(txid="11" * 32, vout=0, value=1, key=key(1).public_key, dialect=groestlcoin.dialect)
    assert reason(TransactionError, made.with_parts, (), [abroad]) == "network"
    assert reason(TransactionError, made.with_parts, [foreign]) == "network"
    assert (
        reason(TransactionError, replace(made, chain=dogecoin).with_parts, [spending("p2wpkh", place=1)]) == "network"
    )
    assert len(replace(made, chain=dogecoin).with_parts([spending("p2pkh", place=1)]).inputs) == 2
    assert reason(TransactionError, made.with_parts, [Input.unknown(TxIn(txid="00" * 32, vout=0))]) == "range"
    much = TxOut(value=BITCOIN.max_money, script_pubkey=b"\x51")
    assert reason(TransactionError, made.with_parts, (), [much]) == "range"


def test_PS21_to_PS44_neighbours_maps_are_read_as_strictly_as_bytes() -> None:
    made = vessel()
    outpoint = SPENT.outpoint.outpoint
    whole = PsbtInput(previous_txid=outpoint[:32], output_index=3)
    assert made.with_parts([whole]).inputs[1] == made.with_parts([SPENT]).inputs[1] == whole
    for each in (whole.with_fields(previous_txid=None), whole.with_fields(output_index=None), PsbtInput()):
        assert reason(TransactionError, made.with_parts, [each]) == "missing"
    for other in (PsbtOutput(amount=1), PsbtOutput(script=b"\x51"), PsbtOutput()):
        assert reason(TransactionError, made.with_parts, (), [other]) == "missing"
    assert made.with_parts((), [PsbtOutput(amount=1, script=b"\x51", witness_script=b"\x52")]).outputs[1].amount == 1


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("name", ["NONE", "NONE|ANYONECANPAY"])
def test_outputs_that_a_final_input_leaves_open_go_and_come_again(guard: str, name: str) -> None:
    """While there are none, no transaction shows what the final input has signed."""
    tx = Transaction(chain=BITCOIN, inputs=(spending(guard, sighash=name),), outputs=(pay(TO, 9),))
    made = Psbt.from_transaction(tx, version=2, safety=FREE)
    final = sign(flagged(made, 0b011), signer(1), signer(2)).finalized()
    bare = Psbt.decode(BITCOIN, final.without_parts(outputs=[0]).raw, safety=FREE)
    assert bare.outputs == ()
    again = bare.with_parts(outputs=[pay(TO, 6_000)])
    assert kernel_accepts(again.extract().raw, [each.spent for each in again.transaction.inputs if each.spent])
    assert bare.with_modifiable(outputs=True).outputs == ()
    if name == "NONE":
        assert reason(TransactionError, bare.with_modifiable, inputs=True) == "mismatch"


@pytest.mark.parametrize("name", ["ALL", "SINGLE", "ALL|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2tr"])
def test_no_output_comes_to_a_final_input_whose_own_is_gone(guard: str, name: str) -> None:
    tx = Transaction(chain=BITCOIN, inputs=(spending(guard, sighash=name),), outputs=(pay(TO, 9),))
    final = sign(Psbt.from_transaction(tx, version=2, safety=FREE), signer(1)).finalized()
    bare = replace(final, globals=final.globals.with_fields(output_count=0, tx_modifiable=0b011), outputs=())
    assert reason(TransactionError, bare.with_parts, outputs=[pay(TO, 9)]) == "mismatch"


def test_PS73_neighbour_no_more_is_added_than_nodes_relay() -> None:
    many = [Input.unknown(TxIn(txid=f"{place + 1:064x}", vout=0)) for place in range(1_800)]
    assert reason(TransactionError, vessel().with_parts, many) == "too-large"
    assert len(vessel().with_parts(many[:1_700]).inputs) == 1_701


def test_signatures_come_after_the_input_that_they_are_of() -> None:
    signed, _ = half_signed("p2wpkh", "ALL|ANYONECANPAY")
    for each in (signed, signed.finalized()):
        assert reason(TransactionError, empty().with_parts, each.inputs) == "policy"


def test_scripts_of_silent_payments_keep_their_inputs() -> None:
    """BIP-375: flags that are not 0 beside an output whose script is computed are not valid."""
    made = vessel()
    silent = PsbtOutput([*made.outputs[0].records, (b"\x09", bytes(67))])
    theirs = replace(made, outputs=(silent,))
    for call, options in (
        (theirs.with_parts, {"inputs": [SPENT]}),
        (theirs.with_parts, {"outputs": [BACK]}),
        (theirs.without_parts, {"inputs": [0]}),
        (theirs.with_modifiable, OPEN),
        (made.with_parts, {"outputs": [silent]}),
    ):
        assert reason(TransactionError, call, **options) == "policy"
    assert theirs.with_modifiable().globals.tx_modifiable is None


@pytest.mark.parametrize("wrong", [None, 1, SPENT, ["22" * 32], [TxIn(txid="22" * 32, vout=3)], [BACK], {SPENT}])
def test_other_things_than_inputs_are_refused(wrong: Any) -> None:
    assert reason(TransactionError, vessel().with_parts, wrong) == "type"


@pytest.mark.parametrize("wrong", [None, 1, BACK, [TO], [SPENT], [(TO, 1)]])
def test_other_things_than_outputs_are_refused(wrong: Any) -> None:
    assert reason(TransactionError, vessel().with_parts, (), wrong) == "type"


@pytest.mark.parametrize("wrong", [None, 0, [1], [-1], [True], ["0"], [0.0], "0"])
def test_other_places_than_there_are_are_refused(wrong: Any) -> None:
    assert reason(TransactionError, vessel().without_parts, wrong) == "range"
    assert reason(TransactionError, vessel().without_parts, (), wrong) == "range"


@pytest.mark.parametrize("wrong", [None, 1, "yes"])
def test_flags_are_said_by_yes_or_no(wrong: Any) -> None:
    assert reason(TransactionError, vessel().with_modifiable, inputs=wrong) == "type"
    assert reason(TransactionError, vessel().with_modifiable, outputs=wrong) == "type"


def test_nothing_may_be_left() -> None:
    assert vessel(2).without_parts([1, 0], {0, 1}).raw == empty().raw
    assert empty().raw == bytes(wallycore.psbt_to_bytes(wallycore.psbt_init(2, 0, 0, 0, 0), 0))


def test_records_that_nobody_understands_stay() -> None:
    made = vessel(2)
    noted = PsbtInput([*made.inputs[1].records, (b"\xfc\x04shop\x00", b"order 7")])
    theirs = replace(
        made, inputs=(made.inputs[0], noted), globals=PsbtGlobals([*made.globals.records, (b"\xfc\x01x", b"y")])
    )
    assert theirs.with_parts([SPENT]).without_parts([0]).inputs[0] == noted
    assert theirs.with_parts([SPENT]).globals.unknown == ((b"\xfc\x01x", b"y"),)
