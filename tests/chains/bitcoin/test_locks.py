"""What guards an output: every kind is signed for, travels, and passes Core's kernel; what does not fit is refused."""

import asyncio
import pickle
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
import wallycore
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
from support.vectors import Case, vectors
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.opcodes import multisig, push
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.curves.secp256k1 import uncompressed
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import hash160, sha256d
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import SigningRequest, collect, merge, sign, sign_async

ALICE, BOB, CAROL = (key(number).public_key for number in (1, 2, 3))
TO = BITCOIN.address(key(7).public_key)
ORIGIN = KeyOrigin(b"abcd", Path.parse("m/48'/0'/0'/2'/1/5"))
every_guard = pytest.mark.parametrize("guard", GUARDS)
scripts_of = pytest.mark.parametrize("guard", ["multisig", "p2sh", "p2wsh", "p2sh-p2wsh"])


def transaction(*inputs: Input, **options: Any) -> Transaction:
    outputs = tuple(pay(TO, 40_000 + place) for place in range(len(inputs)))
    return Transaction(**{"chain": BITCOIN, "inputs": inputs, "outputs": outputs, **options})


def spent(tx: Transaction) -> list[TxOut]:
    return [each.spent for each in tx.inputs if each.spent]


def decoded(tx: Transaction, **options: Any) -> Transaction:
    again = BITCOIN.decode_transaction(tx.raw, **options)
    assert isinstance(again, Transaction)
    return again


# -- every kind


@every_guard
@pytest.mark.parametrize("sighash", ["", *HASH_TYPES])
def test_every_kind_is_signed_with_every_hash_type_as_the_kernel_wants_it(guard: str, sighash: str) -> None:
    tx = transaction(spending("p2tr"), spending(guard, place=1, sighash=sighash))
    signed = sign(tx, signer(1), signer(2))
    assert kernel_accepts(signed.raw, spent(tx))
    again = decoded(tx, sighash=[sighash] if sighash else [])
    assert (again, again.raw, again.requests()) == (tx, tx.raw, tx.requests())
    assert again.effects() == tx.effects()
    assert sign(again, signer(1), signer(2)).raw == signed.raw


@every_guard
def test_every_way_to_sign_gives_the_same_bytes(guard: str) -> None:
    tx = transaction(spending(guard), spending("p2wpkh", place=1))
    signed = sign(tx, signer(1), signer(2))
    alice, bob = collect(tx.requests(), signer(1)), collect(tx.requests(), signer(2))
    assert tx.assemble(merge(bob, alice)) == signed
    assert asyncio.run(sign_async(tx, signer(2), signer(1))).raw == signed.raw
    assert pickle.loads(pickle.dumps(tx)).requests() == tx.requests()


@every_guard
def test_one_flipped_bit_of_a_signature_is_refused_by_the_kernel(guard: str) -> None:
    tx = transaction(spending(guard))
    signed = Tx.decode(sign(tx, signer(1), signer(2)).raw)
    (witness,) = signed.witnesses or ((),)
    script_sig = signed.inputs[0].script_sig
    place = 1 if tx.inputs[0].required == 2 else 0
    for bit in (40 * 8 + 3, 60 * 8):
        if witness:
            damaged = flip(witness[place], bit)
            changed = replace(signed, witnesses=((*witness[:place], damaged, *witness[place + 1 :]),))
        else:
            changed = replace(signed, inputs=(replace(signed.inputs[0], script_sig=flip(script_sig, bit)),))
        assert kernel_accepts(signed.encode(), spent(tx))
        assert not kernel_accepts(changed.encode(), spent(tx))


def flip(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@every_guard
def test_the_size_is_known_before_and_exact_after(guard: str) -> None:
    tx = transaction(spending(guard), spending(guard, place=1))
    raw = sign(tx, signer(1), signer(2)).raw
    exact = Tx.decode(raw).vsize
    theirs = wallycore.tx_from_bytes(raw, wallycore.WALLY_TX_FLAG_USE_WITNESS)
    assert exact == wallycore.tx_get_vsize(theirs)
    assert exact <= tx.vsize <= exact + 4 * 2
    assert tx.claimed_fee == 200_000 - 80_001
    assert tx.fee_rate == -(-1000 * 119_999 // tx.vsize)


def test_the_rate_of_a_fee_that_nobody_knows_is_not_known() -> None:
    assert transaction(Input(txid="11" * 32, vout=0)).fee_rate is None
    keyless = Input(txid="11" * 32, vout=0, value=50_000, script_pubkey=BITCOIN.script_pubkey(TO))
    with pytest.raises(TransactionError, match="input 0: its key is not known"):
        assert transaction(keyless).fee_rate


@every_guard
def test_the_id_is_known_before_unless_signatures_are_part_of_it(guard: str) -> None:
    tx = transaction(spending(guard))
    if tx.inputs[0].is_legacy:
        with pytest.raises(TransactionError, match="depends on its signatures") as caught:
            assert tx.txid
        assert caught.value.reason == "missing"
    else:
        assert tx.txid == sign(tx, signer(1), signer(2)).id


# -- published figures


def guard(case: Case) -> Lock:
    scripts: dict[str, Any] = {
        name: bytes.fromhex(case.input.get(name, "")) for name in ("redeem_script", "witness_script")
    }
    data = case.input.get("public_key")
    public = PublicKey.parse(Curve.SECP256K1, bytes.fromhex(data)) if data else None
    return Lock(script_pubkey=bytes.fromhex(case.input["script_pubkey"]), key=public, **scripts)


@vectors("bitcoin/payments", operation="script.spend", result="valid")
def test_published_signatures_stand_where_they_belong(case: Case) -> None:
    script_sig, witness = guard(case).spend([bytes.fromhex(each) for each in case.input["signatures"]])
    assert (script_sig.hex(), [each.hex() for each in witness]) == (case.expect["script_sig"], case.expect["witness"])


@vectors("bitcoin/payments", operation="script.spend", result="invalid")
def test_published_keys_and_scripts_that_do_not_belong_to_an_output_are_refused(case: Case) -> None:
    assert reason(TransactionError, guard, case) == case.expect["reason"]


# -- m of n


@scripts_of
def test_any_two_of_three_sign_in_the_order_of_the_script(guard: str) -> None:
    tx = transaction(spending(guard))
    assert [request.key for request in tx.requests()] == [ALICE, BOB, CAROL]
    raws = set()
    for pair in combinations((1, 2, 3), 2):
        answers = collect(tx.requests(), *map(signer, reversed(pair)))
        assert [answer is not None for answer in answers] == [number in pair for number in (1, 2, 3)]
        signed = tx.assemble(answers)
        assert kernel_accepts(signed.raw, spent(tx))
        raws.add(signed.raw)
    assert len(raws) == 3
    assert sign(tx, signer(1), signer(2), signer(3)).raw in raws  # of more than two, the first two


@scripts_of
def test_one_of_two_that_are_needed_is_missing(guard: str) -> None:
    tx = transaction(spending("p2wpkh"), spending(guard, place=1))
    first, second, third, fourth = collect(tx.requests(), signer(1), signer(2))
    assert fourth is None
    assert tx.assemble((first, second, third, None)).id
    with pytest.raises(MissingSignature, match=r"request 1, 3$"):
        tx.assemble((first, None, third, None))
    assert reason(MissingSignature, sign, tx, signer(1)) == "missing"
    assert reason(MissingSignature, tx.assemble, (None,) * 4) == "missing"
    assert reason(InvalidSignature, tx.assemble, (None,) * 3) == "length"


@scripts_of
def test_PS74_the_signature_of_another_key_or_input_is_refused(guard: str) -> None:
    tx = transaction(spending(guard), spending(guard, place=1))
    a, b, _, c, d, _ = collect(tx.requests(), signer(1), signer(2))
    assert reason(InvalidSignature, tx.assemble, (b, a, None, c, d, None)) == "mismatch"
    assert reason(InvalidSignature, tx.assemble, (c, d, None, a, b, None)) == "mismatch"
    assert kernel_accepts(tx.assemble((a, b, None, c, d, None)).raw, spent(tx))


def test_a_key_that_is_no_point_is_not_asked() -> None:
    script = b"\x51" + push(b"\x02" + (5).to_bytes(32)) + push(BOB.data) + b"\x52\xae"
    tx = transaction(Input(txid="11" * 32, vout=0, value=50_000, witness_script=script))
    assert [request.key for request in tx.requests()] == [BOB]
    assert kernel_accepts(sign(tx, signer(2)).raw, spent(tx))
    both = b"\x52" + script[1:]
    assert reason(TransactionError, Lock, witness_script=both) == "point"


def test_a_key_that_stands_twice_signs_twice() -> None:
    script = b"\x52" + push(ALICE.data) * 2 + b"\x52\xae"
    tx = transaction(Input(txid="11" * 32, vout=0, value=50_000, witness_script=script))
    assert kernel_accepts(sign(tx, signer(1)).raw, spent(tx))


def test_fifteen_of_fifteen_in_p2sh_and_twenty_of_twenty_in_p2wsh() -> None:
    keys = [key(number).public_key for number in range(1, 21)]
    signers = [signer(number) for number in range(1, 21)]
    wide = transaction(Input(txid="11" * 32, vout=0, value=50_000, witness_script=multisig(20, keys)))
    assert kernel_accepts(sign(wide, *signers).raw, spent(wide))
    lock = Lock(redeem_script=multisig(15, keys[:15]))
    source = replace(
        Tx.decode(spending("p2pk").previous), outputs=(TxOut(value=50_000, script_pubkey=lock.script_pubkey),)
    )
    full = Input(txid=source.txid, vout=0, previous=source.encode(), redeem_script=lock.redeem_script)
    assert kernel_accepts(sign(transaction(full), *signers).raw, [source.outputs[0]])
    assert reason(TransactionError, Lock, redeem_script=multisig(16, keys[:16])) == "too-large"


@pytest.mark.parametrize("guard", ["p2pk", "p2pkh", "multisig"])
def test_keys_in_65_bytes_sign_before_segwit(guard: str) -> None:
    form = uncompressed(ALICE.data)
    scripts = {
        "p2pk": push(form) + b"\xac",
        "p2pkh": p2pkh(hash160(form)).script_pubkey,
        "multisig": b"\x51" + push(form) + push(BOB.data) + b"\x52\xae",
    }
    out = TxOut(value=50_000, script_pubkey=scripts[guard])
    source = replace(Tx.decode(spending("p2pk").previous), outputs=(out,))
    known: dict[str, Any] = {"key": ALICE} if guard != "multisig" else {}
    tx = transaction(Input(txid=source.txid, vout=0, previous=source.encode(), **known))
    assert kernel_accepts(sign(tx, signer(1)).raw, [out])
    assert decoded(tx) == tx


@pytest.mark.parametrize("kind", ["p2sh", "p2wsh", "p2sh-p2wsh"])
def test_a_script_of_one_key_may_be_given_with_its_kind_and_the_key(kind: str) -> None:
    script = p2pkh(hash160(ALICE.data)).script_pubkey
    out = TxOut(value=50_000, script_pubkey=BITCOIN.script_pubkey(BITCOIN.script_address(script, kind=kind)))
    source = replace(Tx.decode(spending("p2pk").previous), outputs=(out,))
    named: dict[str, Any] = {
        "redeem_script" if kind == "p2sh" else "witness_script": script,
        "kind": kind,
        "key": ALICE,
    }
    tx = transaction(Input(txid=source.txid, vout=0, previous=source.encode(), **named))
    assert kernel_accepts(sign(tx, signer(1)).raw, [out])
    assert decoded(tx) == tx
    assert Lock(**named).script_pubkey == out.script_pubkey
    assert reason(TransactionError, Lock, **{**named, "key": BOB}) == "mismatch"


def test_keys_in_65_bytes_do_not_sign_in_segwit() -> None:
    form = uncompressed(ALICE.data)
    assert reason(TransactionError, Lock, witness_script=push(form) + b"\xac") == "policy"
    nested = b"\x00\x14" + hash160(form)
    assert reason(TransactionError, Lock, redeem_script=nested, key=ALICE) == "mismatch"
    assert reason(TransactionError, Lock, script_pubkey=nested, key=ALICE) == "mismatch"


# -- what is known, and what is not


@pytest.mark.parametrize("guard", ["p2pk", "p2pkh", "multisig", "p2sh", "p2sh of p2pkh"])
def test_a_legacy_input_needs_its_previous_transaction(guard: str) -> None:
    whole = spending(guard)
    options = {name: getattr(whole, name) for name in ("txid", "vout", "value", "script_pubkey", "redeem_script")}
    assert reason(TransactionError, Input, **options, key=whole.key) == "missing"
    assert Input(**options, key=whole.key, previous=whole.previous) == whole


@every_guard
def test_what_an_address_says_is_not_enough_to_sign_but_to_read(guard: str) -> None:
    whole = spending(guard)
    known = Input(txid=whole.txid, vout=0, previous=whole.previous)
    tx = transaction(known)
    assert tx.effects() == transaction(whole).effects()
    assert decoded(tx) == tx
    if known.keys:
        assert guard in ("p2pk", "multisig")
        assert tx.requests() == transaction(whole).requests()
    else:
        assert reason(TransactionError, tx.requests) == "missing"
        if "sh" not in guard or guard in ("p2sh-p2wpkh", "p2wsh of p2pk"):
            assert decoded(tx, keys=[BOB, ALICE]) == transaction(whole)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "missing"),
        ({"kind": "p2wsh"}, "missing"),
        ({"key": ALICE}, "missing"),
        ({"key": ALICE, "kind": "p2sh"}, "unknown"),
        ({"key": ALICE, "kind": "p2sh-p2wsh"}, "unknown"),
        ({"key": ALICE, "kind": "p2pkh", "script_pubkey": MULTISIG}, "mismatch"),
        ({"key": ALICE, "witness_script": MULTISIG}, "mismatch"),
        ({"key": BOB, "redeem_script": push(ALICE.data) + b"\xac"}, "mismatch"),
        ({"key": BOB, "script_pubkey": push(ALICE.data) + b"\xac"}, "mismatch"),
        ({"key": ALICE.data, "kind": "p2pkh"}, "type"),
        ({"key": PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key, "kind": "p2pkh"}, "type"),
        ({"kind": None, "witness_script": MULTISIG}, "type"),
        ({"kind": "p2sh", "witness_script": MULTISIG}, "mismatch"),
        ({"kind": "p2wpkh", "witness_script": MULTISIG}, "mismatch"),
        ({"kind": "p2wsh", "redeem_script": MULTISIG}, "mismatch"),
        ({"witness_script": MULTISIG.hex()}, "type"),
        ({"redeem_script": bytearray(MULTISIG)}, "type"),
        ({"witness_script": MULTISIG, "redeem_script": MULTISIG}, "mismatch"),
        ({"witness_script": MULTISIG, "redeem_script": b"\x00\x20" + bytes(32)}, "mismatch"),
        ({"witness_script": MULTISIG, "script_pubkey": b"\x00\x20" + bytes(32)}, "mismatch"),
        ({"redeem_script": MULTISIG, "script_pubkey": b"\xa9\x14" + bytes(20) + b"\x87"}, "mismatch"),
        ({"redeem_script": MULTISIG, "script_pubkey": MULTISIG}, "mismatch"),
        ({"witness_script": MULTISIG, "script_pubkey": MULTISIG}, "mismatch"),
        ({"witness_script": b"\x51"}, "unknown"),
        ({"witness_script": b"\x63" + MULTISIG}, "unknown"),
        ({"redeem_script": b"\xa9\x14" + bytes(20) + b"\x87"}, "unknown"),
        ({"redeem_script": b"\x51\x20" + bytes(32)}, "unknown"),
        ({"witness_script": b"\x00\x14" + bytes(20)}, "unknown"),
        ({"script_pubkey": b"\x6a"}, "unknown"),
        ({"script_pubkey": b"\x52\x02ab"}, "unknown"),
        ({"witness_script": bytes(10_001)}, "too-large"),
        ({"redeem_script": bytes(521)}, "too-large"),
        ({"witness_script": MULTISIG, "origins": [(ALICE, ORIGIN)]}, "type"),
        ({"witness_script": MULTISIG, "origins": ((ALICE,),)}, "type"),
        ({"witness_script": MULTISIG, "origins": ((ALICE.data, ORIGIN),)}, "type"),
        ({"witness_script": MULTISIG, "origins": ((key(9).public_key, ORIGIN),)}, "mismatch"),
    ],
)
def test_what_does_not_fit_together_guards_nothing(options: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, Lock, **options) == why


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_any_scripts_fit_or_are_refused(script_pubkey: bytes, redeem_script: bytes, witness_script: bytes) -> None:
    scripts: dict[str, Any] = {
        "script_pubkey": script_pubkey,
        "redeem_script": redeem_script,
        "witness_script": witness_script,
    }
    try:
        lock = Lock(**scripts)
    except TransactionError:
        return
    assert lock.script_pubkey in (script_pubkey, lock.script_pubkey)


def test_CVE_2020_14199_neighbour_an_output_without_a_script_is_not_the_keys() -> None:
    """The previous transaction says that the script is empty; whose key is given does not make it another one."""
    source = Tx(
        version=2, inputs=(TxIn(txid="aa" * 32, vout=0),), outputs=(TxOut(value=1, script_pubkey=b""),), locktime=0
    )
    known = {"txid": source.txid, "vout": 0, "previous": source.encode()}
    for guess in ({}, {"key": ALICE}, {"key": ALICE, "kind": "p2pkh"}, {"witness_script": MULTISIG}, {"value": 1}):
        assert reason(TransactionError, Input, **known, **guess) == "unknown"


# -- change


@pytest.mark.parametrize(
    "options",
    [
        {"key": ALICE},
        {"key": ALICE, "kind": "p2tr", "origin": ORIGIN},
        {"key": CAROL, "kind": "p2tr", "origin": ORIGIN},
        {"key": ALICE, "kind": "p2pkh", "origin": ORIGIN},
        {"key": ALICE, "kind": "p2sh-p2wpkh", "origin": ORIGIN},
        {"key": ALICE, "kind": "p2pk", "origin": ORIGIN},
        {"witness_script": MULTISIG, "origins": ((ALICE, ORIGIN), (CAROL, ORIGIN))},
        {"kind": "p2sh-p2wsh", "witness_script": MULTISIG, "origins": ((BOB, ORIGIN),)},
        {"redeem_script": MULTISIG},
    ],
)
def test_change_carries_the_key_that_its_script_is_made_from(options: dict[str, Any]) -> None:
    output = change(value=30_000, **options)
    tx = transaction(spending("p2wpkh"), outputs=(pay(TO, 60_000), output))
    again = decoded(tx)
    assert again == tx
    assert again.raw == tx.raw
    ours, theirs = output.lock, again.outputs[1].lock
    assert ours is not None
    assert again.outputs[0].lock is None
    assert theirs == ours or (theirs is None and options == {"redeem_script": MULTISIG})
    if theirs is not None and (options.get("origin") or options.get("origins")):
        assert theirs.origins == ours.origins
    assert (
        again.effects()[1]
        == transaction(
            spending("p2wpkh"), outputs=(pay(TO, 60_000), TxOut(value=30_000, script_pubkey=output.script_pubkey))
        ).effects()[1]
    )


def test_change_goes_to_the_address_of_its_key() -> None:
    for kind in ("p2wpkh", "p2tr", "p2pkh", "p2sh-p2wpkh", "p2wsh"):
        output = change(CAROL, kind=kind, value=5, origin=ORIGIN)
        assert output.script_pubkey == BITCOIN.script_pubkey(BITCOIN.address(CAROL, kind=kind))
        assert output.lock is not None
        assert [each.data[1:] for each in output.lock.keys] == [CAROL.data[1:]]
    script = BITCOIN.script_pubkey(BITCOIN.script_address(MULTISIG, kind="p2sh-p2wsh"))
    assert change(kind="p2sh-p2wsh", witness_script=MULTISIG, value=5).script_pubkey == script


def test_a_path_alone_proves_no_change() -> None:
    """What a PSBT says of an output must make its script: a key that does not is a lie, whatever its path."""
    output = TxOut(value=1, script_pubkey=BITCOIN.script_pubkey(TO))
    false = change(ALICE, value=1, origin=ORIGIN).lock
    assert reason(TransactionError, TxOut, value=1, script_pubkey=output.script_pubkey, lock=false) == "mismatch"
    wrong: Any = "lock"
    assert reason(TransactionError, TxOut, value=1, script_pubkey=output.script_pubkey, lock=wrong) == "mismatch"
    tx = transaction(spending("p2wpkh"), outputs=(change(ALICE, value=1, origin=ORIGIN),))
    lied = tx.raw.replace(ALICE.data + b"\x1cabcd", BOB.data + b"\x1cabcd")
    assert lied != tx.raw
    with pytest.raises(TransactionError, match="output 0: ") as caught:
        BITCOIN.decode_transaction(lied)
    assert caught.value.reason == "mismatch"


def test_PS67_a_taproot_output_is_no_change_of_a_key_that_it_is_not_made_from() -> None:
    foreign = BITCOIN.script_pubkey(BITCOIN.address(BOB, kind="p2tr"))
    for kind in ("", "p2tr"):
        assert reason(TransactionError, Lock, kind=kind, script_pubkey=foreign, key=ALICE) == "mismatch"
    tx = transaction(spending("p2wpkh"), outputs=(change(ALICE, kind="p2tr", value=1, origin=ORIGIN),))
    mine = tx.outputs[0].script_pubkey
    lied = tx.raw.replace(mine, foreign)
    assert lied != tx.raw
    read, true = BITCOIN.decode_transaction(lied), BITCOIN.decode_transaction(tx.raw)
    assert isinstance(read, Transaction)
    assert isinstance(true, Transaction)
    assert (read.outputs[0].lock, read.effects()[0].owners) == (None, ())  # type: ignore[union-attr]
    assert true.effects()[0].owners != ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "missing"),
        ({"key": ALICE, "kind": "p2wsh2"}, "unknown"),
        ({"key": None, "kind": "p2wpkh"}, "missing"),
        ({"key": ALICE.data}, "type"),
        ({"key": ALICE, "origin": "m/84'"}, "type"),
        ({"key": ALICE, "value": -1}, "range"),
    ],
)
def test_change_that_makes_no_sense_is_refused(options: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, change, **{"value": 1, **options}) == why


# -- a second implementation


@differential
@given(st.integers(1, 2**200), st.sampled_from(["p2pkh", "p2sh-p2wpkh", "p2wpkh"]), st.integers(0, 2**32 - 1))
def test_libwally_signs_from_our_psbt_what_we_sign(number: int, kind: str, sequence: int) -> None:
    private = key(number)
    lock = Lock(kind=kind, key=private.public_key)
    source = replace(
        Tx.decode(spending("p2pk").previous), outputs=(TxOut(value=50_000, script_pubkey=lock.script_pubkey),)
    )
    mine = Input(
        txid=source.txid, vout=0, previous=source.encode(), kind=kind, key=private.public_key, sequence=sequence
    )
    tx = transaction(mine)
    theirs = wallycore.psbt_from_bytes(tx.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
    wallycore.psbt_sign(theirs, private.secret.reveal(), 0)
    wallycore.psbt_finalize(theirs, 0)
    signed = wallycore.psbt_extract(theirs, wallycore.WALLY_PSBT_EXTRACT_FINAL)
    raw = bytes(wallycore.tx_to_bytes(signed, wallycore.WALLY_TX_FLAG_USE_WITNESS))
    assert raw == sign(tx, LocalSigner(private)).raw


@pytest.mark.parametrize("guard", ["p2sh", "p2wsh", "p2sh-p2wsh"])
def test_libwally_combines_two_of_three_from_our_psbt(guard: str) -> None:
    tx = transaction(spending(guard, origins=((ALICE, ORIGIN), (BOB, ORIGIN))))
    theirs = wallycore.psbt_from_bytes(tx.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
    for number in (2, 1):
        wallycore.psbt_sign(theirs, key(number).secret.reveal(), 0)
    wallycore.psbt_finalize(theirs, 0)
    signed = wallycore.psbt_extract(theirs, wallycore.WALLY_PSBT_EXTRACT_FINAL)
    raw = bytes(wallycore.tx_to_bytes(signed, wallycore.WALLY_TX_FLAG_USE_WITNESS))
    assert raw == sign(tx, signer(1), signer(2)).raw


def test_origins_lead_to_the_keys_of_scripts() -> None:
    tx = transaction(spending("p2wsh", origins=((BOB, ORIGIN),)))
    assert [request.origin for request in tx.requests()] == [None, ORIGIN, None]
    assert [request.origin for request in decoded(tx).requests()] == [None, ORIGIN, None]


def test_requests_before_segwit_say_what_is_signed() -> None:
    tx = transaction(spending("p2pkh"))
    (request,) = tx.requests()
    assert (request.scheme, request.prehash) == (Scheme.ECDSA, sha256d)
    assert isinstance(request, SigningRequest)
    theirs = wallycore.tx_get_btc_signature_hash(
        wallycore.tx_from_bytes(Tx.decode(sign(tx, signer(1)).raw).encode(), 0),
        0,
        tx.inputs[0].script_pubkey,
        0,
        wallycore.WALLY_SIGHASH_ALL,
        0,
    )
    assert request.message == bytes(theirs)
