"""The role of the Constructor (BIP-370, "Constructor"): inputs and outputs come into a PSBT of version 2, or leave it.

Its flags say what may be changed. Anybody can write flags, so the signatures that are there are asked as well: what one
of them commits to stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt.codec import DRAFT, Draft, Packet, checked
from walletcore.chains.bitcoin.psbt.conversion import draft_of, input_of, output_of
from walletcore.chains.bitcoin.psbt.counting import Proven
from walletcore.chains.bitcoin.psbt.fields import PsbtGlobals, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.finalizing import is_committed
from walletcore.chains.bitcoin.psbt.maps import V2
from walletcore.chains.bitcoin.psbt.signatures import hash_types_in
from walletcore.chains.bitcoin.psbt.signing import HAS_SINGLE, INPUTS, OUTPUTS, committed
from walletcore.chains.bitcoin.psbt.writing import fields_of, output_fields_of
from walletcore.chains.bitcoin.relatives.dialect import names_of_types
from walletcore.chains.bitcoin.sighash import is_single
from walletcore.chains.bitcoin.transaction import check_parts
from walletcore.chains.bitcoin.tx import TxIn, TxOut, check_money
from walletcore.errors import InvalidSignature, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.psbt import Psbt

__all__ = ["NewInputs", "NewOutputs", "added", "declared", "filled", "removed"]

_NEW = -1  # the place that a part had which was not there
_SP_V0_INFO = 0x09
_TIMES = 500_000_000  # lock times from here on are times (BIP-65), below it heights

Places = list[int]
"""The places that inputs, or outputs, had before."""
NewInputs = Sequence[Input | PsbtInput]
NewOutputs = Sequence[TxOut | PsbtOutput]
Signed = dict[int, list[int]]
"""The hash types of the signatures that inputs have, by their places."""


class _Change(NamedTuple):
    """What becomes of a PSBT: where its inputs and outputs were before, and those that are new."""

    inputs: Places
    outputs: Places
    new_inputs: Sequence[PsbtInput] = ()
    new_outputs: Sequence[PsbtOutput] = ()


def added(psbt: Psbt, inputs: NewInputs, outputs: NewOutputs, max_weight: int) -> tuple[Packet, Proven]:
    """Its maps with these inputs and outputs at the end, and what is still proven. Raises `TransactionError`.

    At the end they keep the place of every other one, and so the pairs that SINGLE signs.
    """
    _check_types(inputs, (Input, PsbtInput), "inputs as a sequence of Input or PsbtInput")
    _check_types(outputs, (TxOut, PsbtOutput), "outputs as a sequence of TxOut or PsbtOutput")
    made = [each for each in inputs if isinstance(each, Input)]
    check_parts(psbt.chain, made, [each for each in outputs if isinstance(each, TxOut)])
    change = _Change(
        [*range(len(psbt.inputs)), *[_NEW] * len(inputs)],
        [*range(len(psbt.outputs)), *[_NEW] * len(outputs)],
        [_input_map(each) if isinstance(each, Input) else each for each in inputs],
        [output_of(output_fields_of(each), each) if isinstance(each, TxOut) else each for each in outputs],
    )
    if any(map(is_committed, change.new_inputs)):
        raise TransactionError("expected inputs that nobody has signed: what they commit to is here", reason="policy")
    packet, draft = _changed(psbt, change, max_weight=max_weight)
    for each in made:
        if each.leaf is not None:
            each.leaf.check_locks(draft.version, draft.locktime, each.sequence)
    return packet, dict(psbt._proven or {})


def removed(psbt: Psbt, inputs: Collection[int], outputs: Collection[int]) -> tuple[Packet, Proven]:
    """Its maps without the inputs and outputs at these places, and what is still proven. Raises `TransactionError`."""
    change = _Change(_left(len(psbt.inputs), inputs, "inputs"), _left(len(psbt.outputs), outputs, "outputs"))
    packet, _ = _changed(psbt, change)
    now = {before: place for place, before in enumerate(change.inputs)}
    return packet, {(now[index], name): value for (index, name), value in (psbt._proven or {}).items() if index in now}


def declared(psbt: Psbt, inputs: bool, outputs: bool) -> PsbtGlobals:
    """The global map with flags that say this. Raises `TransactionError`."""
    if type(inputs) is not bool or type(outputs) is not bool:
        raise TransactionError("expected inputs and outputs as bool", reason="type")
    _check_version(psbt)
    open_ = INPUTS * inputs | OUTPUTS * outputs
    if open_:
        _check_silent(psbt.outputs)
    flags = (psbt.globals.tx_modifiable or 0) & ~(INPUTS | OUTPUTS) | open_
    for index, hash_types in (_signed(psbt) if open_ else {}).items():
        for hash_type in hash_types:
            if committed(hash_type) & open_:
                raise TransactionError(f"input {index}: its signature does not leave that open", reason="mismatch")
            if is_single(hash_type):
                flags |= HAS_SINGLE
    return psbt.globals.with_fields(tx_modifiable=flags or None)  # left out, nothing is open


def filled(psbt: Psbt) -> Psbt:
    """The same; where it has no inputs or no outputs yet, with ones that nobody knows: no transaction is without.

    For whoever looks at the others. A signature that commits to such an output was made over another transaction.
    """
    if psbt.inputs and psbt.outputs:
        return psbt
    draft = psbt.draft
    outpoints = draft.inputs or (TxIn(txid="ff" * 32, vout=0),)
    paid = draft.outputs or (TxOut(value=0, script_pubkey=b""),) * len(outpoints)
    inputs, outputs = psbt.inputs or (PsbtInput(),), psbt.outputs or (PsbtOutput(),) * len(paid)
    if psbt.version == V2:
        inputs, outputs = tuple(map(input_of, inputs, outpoints)), tuple(map(output_of, outputs, paid))
        common = psbt.globals.with_fields(input_count=len(inputs), output_count=len(outputs))
    else:
        common = psbt.globals.with_fields(unsigned_tx=DRAFT.encode(replace(draft, inputs=outpoints, outputs=paid)))
    return replace(psbt, globals=common, inputs=inputs, outputs=outputs)


def _check_version(psbt: Psbt) -> None:
    if psbt.version != V2:
        hint = "to_version(2), and with_modifiable of that, make one of it that does"
        message = f"a PSBT of version {psbt.version} has its inputs and outputs once and for all"
        raise TransactionError(message, reason="version", hint=hint)


def _check_types(parts: object, kinds: tuple[type, ...], what: str) -> None:
    if not isinstance(parts, Sequence) or any(type(each) not in kinds for each in parts):
        raise TransactionError(f"expected {what}", reason="type")


def _left(number: int, gone: Collection[int], what: str) -> Places:
    if not isinstance(gone, Collection) or any(type(each) is not int or not 0 <= each < number for each in gone):
        raise TransactionError(f"expected places of {what}, of which there are {number}", reason="range")
    places = frozenset(gone)
    return [place for place in range(number) if place not in places]


def _input_map(each: Input) -> PsbtInput:
    """As `Psbt.from_transaction` writes it, and the lock time that a leaf waits for: there, a transaction has it."""
    made = input_of(fields_of(each), each.outpoint)
    if each.leaf is None or not each.leaf.after:
        return made
    after = each.leaf.after
    return made.with_fields(**{f"required_{'height' if after < _TIMES else 'time'}_locktime": after})


def _changed(psbt: Psbt, change: _Change, **limit: int) -> tuple[Packet, Draft]:
    """The maps after it, and what they describe, both checked."""
    _check_version(psbt)
    are_same = change.inputs == [*range(len(psbt.inputs))], change.outputs == [*range(len(psbt.outputs))]
    flags = psbt.globals.tx_modifiable or 0
    for is_same, flag, name in zip(are_same, (INPUTS, OUTPUTS), ("inputs", "outputs"), strict=True):
        if not (is_same or flags & flag):
            hint = f"with_modifiable({name}=True) is for who made it" if psbt.globals.tx_modifiable is None else ""
            raise TransactionError(
                f"PSBT_GLOBAL_TX_MODIFIABLE: its {name} stay as they are", reason="policy", hint=hint
            )
    if all(are_same):
        return psbt._packet(), psbt.draft
    _check_silent((*psbt.outputs, *change.new_outputs))
    signed = _signed(psbt)
    for index, hash_types in signed.items():
        _check_signed(index, hash_types, change, are_same)
    packet = _packet(psbt, change, **limit)
    draft = draft_of(packet.globals, packet.inputs, packet.outputs)
    if signed and draft.locktime != psbt.draft.locktime:
        raise TransactionError("signatures commit to the lock time, which would be another one", reason="mismatch")
    check_money(draft.outputs, psbt.chain.max_money)
    outpoints = [each.outpoint for each in draft.inputs]
    if len(set(outpoints)) != len(outpoints):
        raise TransactionError("the same output is spent twice", reason="duplicate")
    return packet, draft


def _check_silent(outputs: Iterable[PsbtOutput]) -> None:
    """BIP-375: scripts of silent payments are computed from all inputs; once they are there, all stays as it is."""
    if any(_SP_V0_INFO in each._numbers for each in outputs):
        raise TransactionError("the script of a silent payment was computed from these inputs", reason="policy")


def _check_signed(index: int, hash_types: Iterable[int], change: _Change, are_same: tuple[bool, bool]) -> None:
    """Raise `TransactionError` unless the signatures of an input are as good afterwards."""
    if index not in change.inputs:
        raise TransactionError(f"input {index}: it is signed, and stays", reason="mismatch")
    for hash_type in hash_types:
        wrong = committed(hash_type)
        if wrong & INPUTS and not are_same[0]:
            raise TransactionError(f"input {index}: its signature commits to all inputs", reason="mismatch")
        if is_single(hash_type):  # the place counts, too: legacy signatures commit to it, and without an output to none
            pair = change.inputs[index : index + 1], change.outputs[index : index + 1]
            if pair[0] != [index] or pair[1] not in ([index], []) or (pair[1] == [] and not are_same[1]):
                raise TransactionError(f"input {index}: its signature pairs it with an output", reason="mismatch")
        elif wrong & OUTPUTS and not are_same[1]:
            raise TransactionError(f"input {index}: its signature commits to all outputs", reason="mismatch")


def _packet(psbt: Psbt, change: _Change, **limit: int) -> Packet:
    """The maps, whose form is checked as if they came from elsewhere."""
    inputs = (*[psbt.inputs[place] for place in change.inputs if place != _NEW], *change.new_inputs)
    outputs = (*[psbt.outputs[place] for place in change.outputs if place != _NEW], *change.new_outputs)
    common = psbt.globals.with_fields(input_count=len(inputs), output_count=len(outputs))
    return checked(V2, common, inputs, outputs, **limit)


def _signed(psbt: Psbt) -> Signed:
    """The signatures that are there. Raises `TransactionError` for final inputs that are not understood."""
    found = {index: types for index, fields in enumerate(psbt.inputs) if (types := hash_types_in(fields))}
    finals = [index for index, fields in enumerate(psbt.inputs) if fields.is_final]
    return found | _of_finals(psbt, finals) if finals else found


def _of_finals(psbt: Psbt, places: Sequence[int]) -> Signed:
    """The same of final inputs, whose signatures stand where their scripts take them: all are verified."""
    from walletcore.chains.bitcoin.spends import Spends  # hardly any input is final so early

    numbers = {name: number for number, name in names_of_types(psbt.chain.dialect).items()}
    whole = filled(psbt)
    spent = [each.spent for each in whole.transaction.inputs]
    spends = Spends(whole.handed_over, spent, dialect=psbt.chain.dialect)
    try:
        return {place: [numbers[name] for _, name in spends.signers(place, sighash=numbers)] for place in places}
    except InvalidSignature as error:
        message = f"a final input, of which nobody here knows what it signs: {error}"
        raise TransactionError(message, reason="mismatch") from None
