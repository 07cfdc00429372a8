"""What signatures leave open that are there already: told of final inputs, and where no field names their hash types.

Bitcoin Core's kernel says which outputs can be replaced, and whether inputs can be added, under a signature.
"""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.taproot import NOBODY, ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import checksig
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import SigningRefused, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.signing import sign

FREE = Safety(sighash=tuple(HASH_TYPES))
TO = BITCOIN.address(key(7).public_key)
every_type = pytest.mark.parametrize("name", HASH_TYPES)
every_guard = pytest.mark.parametrize("guard", [*GUARDS, "leaf"])


def spent_by_leaf(sighash: str) -> Input:
    """Return what spends a taproot output by the one leaf of its tree, which wants a signature by the key 1."""
    tree = ScriptTree(((0, TapLeaf(checksig([key(1).public_key]))),))
    nobody = PublicKey.parse(Curve.SECP256K1, b"\x02" + NOBODY)
    outputs = (TxOut(value=100_000, script_pubkey=tree.script_pubkey(nobody)),)
    source = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)
    control = tree.control_blocks(nobody)[0].encode()
    parts: dict[str, Any] = {"leaf_script": checksig([key(1).public_key]), "control_block": control}
    return Input(txid=source.txid, vout=0, previous=source.encode(), sighash=sighash, **parts)


def made(guard: str, name: str) -> Psbt:
    """Return the PSBT of one input that is to be signed so, and two outputs."""
    spent = spent_by_leaf(name) if guard == "leaf" else spending(guard, sighash=name)
    outputs = (pay(TO, 50_000), pay(TO, 49_000))
    return Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=outputs), safety=FREE)


def signed(guard: str, name: str) -> Psbt:
    return sign(made(guard, name), *map(signer, range(1, 4)))


def unnamed(psbt: Psbt) -> Psbt:
    """Return it as somebody reads it who has signed nothing, without the field of the hash type."""
    maps = tuple([each.with_fields(sighash_type=None) for each in psbt.inputs])
    return Psbt.decode(BITCOIN, replace(psbt, inputs=maps).raw)


def can_change(final: Psbt, place: int) -> bool:
    """Return whether the signature is good for another amount of this output, by the kernel."""
    tx, spent = final.handed_over, [each.spent for each in final.transaction.inputs if each.spent]
    outputs = list(tx.outputs)
    outputs[place] = TxOut(value=1_234, script_pubkey=outputs[place].script_pubkey)
    assert kernel_accepts(tx.encode(), spent)
    return kernel_accepts(replace(tx, outputs=tuple(outputs)).encode(), spent)


def can_grow(final: Psbt) -> bool:
    """Return whether the signature is good beside another input, by the kernel."""
    tx, spent = final.handed_over, [each.spent for each in final.transaction.inputs if each.spent]
    witnesses = (*tx.witnesses, ()) if tx.witnesses else ()
    grown = replace(tx, inputs=(*tx.inputs, TxIn(txid="99" * 32, vout=0)), witnesses=witnesses)
    return kernel_accepts(grown.encode(), [*spent, TxOut(value=1, script_pubkey=b"\x51")], only=0)


@every_guard
@every_type
def test_effects_of_a_final_input_are_what_the_kernel_says_of_its_signatures(guard: str, name: str) -> None:
    final = signed(guard, name).finalized()
    open_ = [can_change(final, place) for place in range(2)]
    for each in (final, Psbt.decode(BITCOIN, final.raw)):
        *paid, fee = each.effects()
        assert [type(one) for one in paid] == [Opaque if one else Transfer for one in open_]
        assert isinstance(fee, Opaque) == (any(open_) or can_grow(final))
        assert (each.summary().fee is None) == isinstance(fee, Opaque)
    assert (
        final.extract().transaction.effects() == final.effects() == signed(guard, name).finalize().transaction.effects()
    )


@every_guard
@every_type
def test_effects_are_those_of_the_signatures_where_no_field_names_their_type(guard: str, name: str) -> None:
    whole = signed(guard, name)
    assert unnamed(whole).effects() == whole.finalized().effects() == made(guard, name).effects()


@every_guard
@every_type
def test_T10_a_type_that_is_found_is_refused_before_anything_is_signed(guard: str, name: str) -> None:
    mine = spending("p2wpkh", place=1)
    theirs = spent_by_leaf(name) if guard == "leaf" else spending(guard, sighash=name)
    outputs = (pay(TO, 50_000), pay(TO, 49_000))
    both = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(theirs, mine), outputs=outputs), safety=FREE)
    final = replace(both, inputs=(sign(both, *map(signer, range(1, 4))).finalized().inputs[0], both.inputs[1]))
    for psbt in (Psbt.decode(BITCOIN, final.raw), unnamed(final)):
        if name == "ALL":
            assert len(psbt.requests()) == 1
            continue
        with pytest.raises(SigningRefused) as caught:
            psbt.requests()
        assert str(caught.value) == f"input 0: expected signatures over everything, got {name}"
        assert caught.value.hint == f"Safety(sighash=({name!r},)) allows it"
        assert [each.key for each in replace(psbt, safety=Safety(sighash=(name,))).requests()] == [key(1).public_key]


def test_the_signature_of_one_of_several_is_enough_to_leave_something_open() -> None:
    loose = sign(made("p2wsh", "NONE"), signer(1)).inputs[0].with_fields(sighash_type=None)
    beside = replace(made("p2wsh", "ALL"), inputs=(loose.with_fields(sighash_type=None),))
    assert [type(each) for each in beside.effects()] == [Opaque] * 3
    both = sign(beside, signer(2))  # which is asked over everything
    assert [each[1][-1] for each in both.inputs[0].partial_sig] == [2, 1]
    whole = both.finalized()
    assert [type(each) for each in whole.effects()] == [Opaque] * 3
    assert not can_change(whole, 0)  # and whoever signs ALL fixes the outputs for himself, but not for the other one
    with pytest.raises(SigningRefused, match=r"got NONE$"):
        replace(beside, safety=SAFE).requests()
    for request in beside.requests():
        assert isinstance(request.subject, Transaction)
        assert [type(each) for each in request.subject.effects()] == [Opaque] * 3


@pytest.mark.parametrize("final", [{"final_scriptsig": b"\x51"}, {"final_scriptwitness": (b"anything",)}])
@pytest.mark.parametrize("script", [b"\x51", b"\x52\x02ab", b"\xa8\x20" + bytes(32) + b"\x87"])
def test_what_is_final_in_a_way_that_nobody_here_reads_is_opaque(script: bytes, final: dict[str, Any]) -> None:
    outputs = (TxOut(value=100_000, script_pubkey=script),)
    source = Tx(version=2, inputs=(TxIn(txid="78" * 32, vout=0),), outputs=outputs, locktime=0)
    mine, blank = spending("p2wpkh"), Input(txid=source.txid, vout=0)
    joint = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(mine, blank), outputs=(pay(TO, 190_000),)))
    open_ = replace(joint, inputs=(joint.inputs[0], PsbtInput(non_witness_utxo=source.encode())))
    assert [type(each) for each in open_.effects()] == [Transfer, Fee]  # who signs it later may sign all of it
    strange = replace(joint, inputs=(joint.inputs[0], PsbtInput(non_witness_utxo=source.encode(), **final)))
    paid, fee = strange.effects()
    assert isinstance(paid, Opaque)
    assert isinstance(fee, Opaque)
    assert paid.why == "output 0 may be replaced: input 1 is signed in a way that is not understood"
    assert len(strange.requests()) == 1  # it is given away only where it is trusted


def test_a_hash_type_without_a_name_is_not_understood() -> None:
    whole = unnamed(signed("p2wpkh", "ALL"))
    (by, signature), *_ = whole.inputs[0].partial_sig
    odd = replace(whole, inputs=(whole.inputs[0].with_fields(partial_sig=((by, signature[:-1] + b"\x04"),)),))
    assert [type(each) for each in odd.effects()] == [Opaque] * 3


@pytest.mark.parametrize("schnorr", [False, True])
@pytest.mark.parametrize("name", ["ALL", "ALL|UTXOS", "NONE|UTXOS", "SINGLE"])
def test_effects_of_final_inputs_of_bitcoin_cash(name: str, schnorr: bool) -> None:
    cash = chain("bitcoin-cash", BitcoinChain)
    parts: dict[str, Any] = {"txid": "77" * 32, "vout": 0, "value": 100_000, "kind": "p2pkh", "key": key(1).public_key}
    spent = Input(**parts, sighash=name, dialect=cash.dialect)
    to = cash.address(key(7).public_key)
    tx = Transaction(chain=cash, inputs=(spent,), outputs=(pay(to, 50_000), pay(to, 49_000)))
    whole = Tx.decode(sign(replace(tx, inputs=(replace(spent, schnorr=schnorr),)), signer(1)).raw)
    made = Psbt.from_transaction(tx)
    fields = made.inputs[0].without((3, 6)).with_fields(final_scriptsig=whole.inputs[0].script_sig)
    final = replace(made, inputs=(fields,))
    assert [type(each) for each in final.effects()[:-1]] == [type(each) for each in tx.effects()[:-1]]
    assert isinstance(final.effects()[-1], Opaque)  # its amount is claimed


@pytest.mark.parametrize("names", ["NONE", ["NONE"], ("OFFEN",)])
def test_what_is_left_open_is_named(names: Any) -> None:
    assert reason(TransactionError, spending, "p2wpkh", left_open=names) == "unknown"
    spent = spending("p2wpkh", left_open=("NONE",))
    assert isinstance(Transaction(chain=BITCOIN, inputs=(spent,), outputs=(pay(TO, 9),)).effects()[0], Opaque)
