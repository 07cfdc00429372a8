"""Transactions to be signed: every way to a signature, what they say they will do, and what they refuse."""

import asyncio
import contextlib
import pickle
from collections.abc import Awaitable
from dataclasses import FrozenInstanceError, dataclass, replace
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import (
    BITCOIN,
    GUARDS,
    HASH_TYPES,
    REGTEST,
    TESTNET,
    kernel_accepts,
    key,
    private_keys,
    reason,
    signer,
    spending,
    txids,
    txs,
)
from support.texts import UNSEEN
from support.vectors import Case, load
from walletcore.chains import chain
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.script import witness
from walletcore.chains.bitcoin.tx import MAX_MONEY, Tx, TxIn
from walletcore.coding.text import bech32m, to_words
from walletcore.effects import Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.hd import signers_for
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, SigningRequest, collect, complete, merge, sign, sign_async

ALICE, BOB = key(1), key(2)
TO = BITCOIN.address(key(7).public_key)
ID = "11" * 32
ACCOUNT = "bip122:000000000019d6689c085ae165831e93"


def spend(private: PrivateKey = ALICE, *, vout: int = 0, **options: Any) -> Input:
    """Return an input of 100,000 satoshi of that key."""
    return Input(**{"txid": ID, "vout": vout, "value": 100_000, "key": private.public_key, **options})


def transaction(*inputs: Input, **options: Any) -> Transaction:
    """Return a transaction that pays 90,000 satoshi."""
    parts = {"chain": BITCOIN, "inputs": inputs or (spend(),), "outputs": (pay(TO, 90_000),), **options}
    return Transaction(**parts)


def proven(value: int = 100_000, private: PrivateKey = ALICE, *, kind: str = "p2wpkh", vout: int = 0) -> Input:
    """Return an input with the transaction that proves its value."""
    script = BITCOIN.script_pubkey(BITCOIN.address(private.public_key, kind=kind))
    other = TxOut(value=1, script_pubkey=b"\x51")
    outputs = (other,) * vout + (TxOut(value=value, script_pubkey=script),)
    origin = (TxIn(txid=f"{value:064x}", vout=3),)
    previous = Tx(version=2, inputs=origin, outputs=outputs, witnesses=((b"x",),), locktime=0)
    return Input(txid=previous.txid, vout=vout, key=private.public_key, previous=previous.encode())


def fee(tx: Transaction) -> Effect:
    return tx.effects()[-1]


# -- signing


def test_the_published_transaction_of_the_demonstration() -> None:
    """P2WPKH and P2TR together, as libwally signs it and Bitcoin Core's kernel accepts it."""
    case: Case = next(case for case in load("chains/demo-transactions") if case.input["chain"] == "bitcoin")
    root = ExtendedPrivateKey.from_seed(Mnemonic.parse(case.input["mnemonic"]).seed(case.input["passphrase"]))
    keys = [root.derive(each["path"]).private_key for each in case.input["inputs"]]
    inputs = tuple(
        Input(
            txid=each["txid"],
            vout=each["vout"],
            value=int(each["amount"]),
            key=private.public_key,
            kind=each["kind"],
            sequence=each["sequence"],
            origin=KeyOrigin(root.fingerprint, Path.parse(each["path"])),
        )
        for each, private in zip(case.input["inputs"], keys, strict=True)
    )
    tx = Transaction(
        chain=BITCOIN,
        inputs=inputs,
        outputs=tuple(
            pay(BITCOIN.parse_address(each["address"]), int(each["amount"])) for each in case.input["outputs"]
        ),
        version=case.input["version"],
        locktime=case.input["locktime"],
    )
    assert [request.payload.hex() for request in tx.requests()] == case.expect["preimages"]
    assert [request.message.hex() for request in tx.requests()] == case.expect["sighashes"]
    signed = sign(tx, *(LocalSigner(private) for private in keys))
    assert (signed.raw.hex(), signed.id) == (case.expect["raw"], case.expect["id"])
    assert Tx.decode(signed.raw).wtxid == case.expect["witness_id"]
    assert str(tx.claimed_fee) == case.expect["fee"]
    assert sign(tx, *signers_for(tx.requests(), [root])).raw == signed.raw


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_every_way_to_sign_gives_the_same_bytes(kind: str) -> None:
    tx = transaction(spend(kind=kind), spend(BOB, vout=1, kind=kind), spend(vout=2, kind=kind))
    signed = sign(tx, signer(1), signer(2))
    assert isinstance(signed, SignedTransaction)
    assert signed.transaction is tx
    assert signed.id == tx.txid == Tx.decode(signed.raw).txid
    assert all(signed.answers)
    first, second = collect(tx.requests(), signer(1)), collect(tx.requests(), signer(2))
    assert [answer is None for answer in first] == [False, True, False]
    assert tx.assemble(merge(first, second)) == signed
    assert tx.assemble(merge(second, first)).raw == signed.raw
    assert asyncio.run(sign_async(tx, signer(1), signer(2))).raw == signed.raw
    assert tx.assemble(collect(tx.requests(), LocalSigner(ALICE, check=False), LocalSigner(BOB, check=False))) == signed
    elsewhere = BITCOIN.decode_transaction(tx.raw)
    assert isinstance(elsewhere, Transaction)
    assert sign(elsewhere, signer(1), signer(2)).raw == signed.raw


def test_a_signer_that_answers_later_signs() -> None:
    @dataclass(frozen=True)
    class Slow:
        """An asynchronous signer."""

        public_key: PublicKey = BOB.public_key

        def sign(self, request: SigningRequest) -> Awaitable[Signature]:
            """Return the signature, a moment later."""

            async def answer() -> Signature:
                await asyncio.sleep(0)
                return signer(2).sign(request)

            return answer()

    tx = transaction(spend(kind="p2tr"), spend(BOB, vout=1, kind="p2tr"))
    assert asyncio.run(sign_async(tx, signer(1), Slow())).raw == sign(tx, signer(1), signer(2)).raw


@given(private_keys, txids, st.integers(0, 2**32 - 1), st.sampled_from(["p2wpkh", "p2tr"]), st.integers(0, 2**32 - 1))
def test_any_key_signs_what_the_kernel_accepts(private: PrivateKey, txid: str, vout: int, kind: str, n: int) -> None:
    mine = Input(txid=txid, vout=vout, value=100_000, key=private.public_key, kind=kind, sequence=n)
    tx = transaction(mine, version=n, locktime=n)
    signed = sign(tx, LocalSigner(private))
    assert mine.spent is not None
    assert kernel_accepts(signed.raw, [mine.spent])
    assert BITCOIN.decode_transaction(tx.raw) == tx


def test_the_odd_half_of_a_key_signs_for_the_taproot_output_of_both() -> None:
    odd = next(key(number) for number in range(1, 20) if key(number).public_key.data[0] == 3)
    tx = transaction(spend(odd, kind="p2tr"))
    assert tx.inputs[0].key == odd.public_key.even_y()
    assert tx.requests()[0].key == odd.public_key.even_y()
    signed = sign(tx, LocalSigner(odd))
    assert kernel_accepts(signed.raw, [each.spent for each in tx.inputs if each.spent])


def test_a_script_tree_does_not_stand_in_the_way_of_the_key_path() -> None:
    root = bytes(range(32))
    tx = transaction(spend(kind="p2tr", merkle_root=root))
    assert tx.requests()[0].tweak == root
    assert kernel_accepts(sign(tx, signer(1)).raw, [each.spent for each in tx.inputs if each.spent])


def test_requests_name_key_scheme_hash_and_origin() -> None:
    origin = KeyOrigin(b"abcd", Path.parse("m/84'/0'/0'/0/0"))
    tx = transaction(spend(origin=origin), spend(BOB, vout=1, kind="p2tr"))
    first, second = tx.requests()
    assert (first.key, first.scheme, first.prehash and first.prehash.name) == (
        ALICE.public_key,
        Scheme.ECDSA,
        "sha256d",
    )
    assert (first.tweak, first.origin, first.subject) == (None, origin, tx)
    assert (second.scheme, second.prehash and second.prehash.name) == (Scheme.BIP340, "tagged:TapSighash")
    assert (second.tweak, second.origin, second.subject) == (b"", None, tx)
    assert tx.requests() is tx.requests()


def test_each_signature_needs_an_answer() -> None:
    tx = transaction(spend(), spend(BOB, vout=1))
    assert reason(MissingSignature, sign, tx, signer(1)) == "missing"
    assert reason(MissingSignature, tx.assemble, (None, None)) == "missing"
    assert reason(InvalidSignature, tx.assemble, ()) == "length"
    answers = collect(tx.requests(), signer(1), signer(2))
    assert reason(InvalidSignature, tx.assemble, answers[:1]) == "length"
    assert reason(InvalidSignature, tx.assemble, (*answers, answers[0])) == "length"


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_PS74_an_answer_for_another_input_is_refused(kind: str) -> None:
    tx = transaction(spend(kind=kind), spend(vout=1, kind=kind))
    first, second = complete(collect(tx.requests(), signer(1)))
    swapped = tuple(Signature(scheme=each.scheme, data=each.data) for each in (second, first))
    assert reason(InvalidSignature, tx.assemble, swapped) == "mismatch"
    assert reason(InvalidSignature, tx.assemble, (second, first)) == "mismatch"


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_K17_any_flipped_bit_of_an_answer_is_refused(kind: str) -> None:
    tx = transaction(spend(kind=kind))
    (answer,) = complete(collect(tx.requests(), signer(1)))
    for bit in range(512):
        damaged = (int.from_bytes(answer.data) ^ 1 << bit).to_bytes(64)
        with pytest.raises(InvalidSignature):
            tx.assemble((Signature(scheme=answer.scheme, data=damaged),))


def test_a_signature_of_the_other_scheme_is_refused() -> None:
    ecdsa, schnorr = transaction(spend()), transaction(spend(kind="p2tr"))
    answers = collect(schnorr.requests(), signer(1))
    assert reason(InvalidSignature, ecdsa.assemble, answers) == "mismatch"


def test_H01_a_high_s_becomes_a_low_s() -> None:
    tx = transaction()
    (answer,) = complete(collect(tx.requests(), signer(1)))
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = answer.data[:32] + (order - int.from_bytes(answer.data[32:])).to_bytes(32)
    assert tx.assemble((Signature(scheme=Scheme.ECDSA, data=high),)).raw == sign(tx, signer(1)).raw


def test_unknown_amounts_and_keys_cannot_be_signed_for() -> None:
    unknown = transaction(Input(txid=ID, vout=0))
    assert reason(TransactionError, unknown.requests) == "missing"
    script = BITCOIN.script_pubkey(BITCOIN.address(ALICE.public_key))
    keyless = transaction(spend(vout=1), Input(txid=ID, vout=0, value=1, script_pubkey=script))
    with pytest.raises(TransactionError, match="input 1: its key is not known"):
        keyless.requests()
    with pytest.raises(TransactionError, match="input 0: the output that it spends is not known"):
        sign(unknown, signer(1))


# -- effects


def test_X13_legacy_inputs_do_not_have_gigabytes_signed() -> None:
    """Each repeats the transaction: 300 inputs with 300 kB of data are 90 MB, and 4 MB of PSBT would be 6 GB."""
    inputs = tuple(proven(100_000 + n, kind="p2pkh") for n in range(300))
    data = TxOut(value=0, script_pubkey=b"\x6a" + bytes(300_000))
    with pytest.raises(TransactionError) as caught:
        transaction(*inputs, outputs=(data,)).requests()
    assert caught.value.reason == "too-large"
    assert len(transaction(*inputs).requests()) == 300


def test_X13_many_inputs_and_many_outputs_are_read_one_by_one() -> None:
    """Not each output beside each input: that were a hundred million steps."""
    inputs = tuple(spend(vout=n) for n in range(5_000))
    mine = transaction(*inputs, outputs=(TxOut(value=0, script_pubkey=b"\x51"),) * 20_000)
    begin = process_time()
    assert len(mine.effects()) == 20_001
    assert process_time() - begin < 4


def test_an_effect_for_each_output_and_the_fee() -> None:
    tx = transaction(spend(kind="p2tr"), outputs=(pay(TO, 60_000), pay(BITCOIN.address(ALICE.public_key), 30_000)))
    source = f"{ACCOUNT}:{BITCOIN.address(ALICE.public_key, kind='p2tr')}"
    asset = f"{ACCOUNT}/slip44:0"
    assert tx.effects() == (
        Transfer(asset=asset, amount=60_000, source=source, destination=f"{ACCOUNT}:{TO}"),
        Transfer(asset=asset, amount=30_000, source=source, destination=BITCOIN.address(ALICE.public_key).account_id),
        Fee(asset=asset, at_most=10_000, payer=source),
    )
    assert tx.effects() is tx.effects()


def test_a_source_is_stated_when_there_is_one() -> None:
    def source(tx: Transaction) -> str:
        (first, *_) = tx.effects()
        assert isinstance(first, Transfer)
        return first.source

    mine = BITCOIN.address(ALICE.public_key).account_id
    assert source(transaction(spend(), spend(vout=1))) == mine
    assert source(transaction(spend(), spend(BOB, vout=1))) == ""
    assert source(transaction(spend(), spend(vout=1, kind="p2tr"))) == ""
    assert source(transaction(Input(txid=ID, vout=0))) == ""
    assert source(transaction(spend(), Input(txid=ID, vout=1))) == ""


def test_CVE_2020_14199_a_claimed_amount_is_no_fee() -> None:
    for tx in (
        transaction(spend()),
        transaction(spend(), proven(5_000)),
        transaction(spend(kind="p2tr"), spend(BOB, vout=1)),  # whoever signs the second commits to its value only
        transaction(Input(txid=ID, vout=0)),
        transaction(spend(kind="p2tr"), Input(txid=ID, vout=1)),
    ):
        assert isinstance(fee(tx), Opaque)


def test_a_fee_that_cannot_be_a_lie_is_stated() -> None:
    for tx in (
        transaction(proven(100_000)),
        transaction(proven(60_000), proven(40_000, BOB, vout=2)),
        transaction(spend(kind="p2tr")),
        transaction(proven(60_000), spend(BOB, value=40_000, kind="p2tr")),
        transaction(proven(100_000, kind="p2tr")),
    ):
        effect = fee(tx)
        assert isinstance(effect, Fee)
        assert effect.at_most == 10_000


@pytest.mark.parametrize(
    ("script", "effect"),
    [
        ("6a0568656c6c6f", Statement(text="hello")),
        ("6a07c3a9c3a8c3a061", Statement(text="éèàa")),
        ("6a", Opaque(why="an OP_RETURN output that says nothing, as in a BIP-322 proof: its message is not shown")),
        ("6a04deadbeef", Opaque(why="data in an OP_RETURN output", data=bytes.fromhex("deadbeef"))),
        ("6a03610a62", Statement(text="a\nb")),
        ("6a06e280ae616263", Opaque(why="data in an OP_RETURN output", data="\u202eabc".encode())),
        ("6a51", Opaque(why="0 satoshi to a script without address", data=b"\x6a\x51")),
        ("51", Opaque(why="0 satoshi to a script without address", data=b"\x51")),
    ],
)
def test_data_that_people_can_read_is_a_statement_and_other_data_is_opaque(script: str, effect: Effect) -> None:
    output = TxOut(value=0, script_pubkey=bytes.fromhex(script))
    assert transaction(outputs=(pay(TO, 1), output)).effects()[1] == effect


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_an_OP_RETURN_text_that_hides_characters_is_opaque(unseen: str) -> None:
    for text in (unseen, f"pay{unseen}", f"{unseen}me", f"\u2764{unseen}\U0001f525"):
        data = text.encode()
        output = TxOut(value=0, script_pubkey=bytes((0x6A, len(data))) + data)
        assert transaction(outputs=(pay(TO, 1), output)).effects()[1] == Opaque(
            why="data in an OP_RETURN output", data=data
        )


def test_coins_that_an_OP_RETURN_burns_are_opaque() -> None:
    output = TxOut(value=7, script_pubkey=bytes.fromhex("6a0568656c6c6f"))
    (effect, _) = transaction(outputs=(output,)).effects()
    assert effect == Opaque(why="7 satoshi to a script without address", data=output.script_pubkey)


def test_bare_keys_and_multisig_have_no_address_and_are_opaque() -> None:
    for script in (b"\x21" + ALICE.public_key.data + b"\xac", b"\x51\x21" + ALICE.public_key.data + b"\x51\xae"):
        (effect, _) = transaction(outputs=(TxOut(value=1, script_pubkey=script),)).effects()
        assert isinstance(effect, Opaque)


def test_a_witness_version_to_come_is_paid_only_when_that_is_said() -> None:
    address = BITCOIN.address_of(witness(16, bytes(2)))
    with pytest.raises(TransactionError) as refused:
        pay(address, 1)
    assert refused.value.reason == "policy"
    (effect, _) = transaction(outputs=(pay(address, 1, require_spendable=False),)).effects()
    assert isinstance(effect, Transfer)
    assert effect.destination == address.account_id


# -- hash types


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("sighash", ["SINGLE", "SINGLE|ANYONECANPAY"])
def test_T09_SINGLE_without_an_output_at_its_place_is_refused(guard: str, sighash: str) -> None:
    single = spending(guard, place=1, sighash=sighash)
    assert reason(TransactionError, transaction, proven(), single) == "range"
    assert transaction(single).requests()
    assert transaction(proven(), single, outputs=(pay(TO, 1), pay(TO, 2))).requests()


@pytest.mark.parametrize(
    "sighash", ["all", "ALL|NONE", "ANYONECANPAY", "ALL|ALL", "SINGLE|", 0x01, 0x04, 0x80, None, True, b""]
)
def test_T10_only_the_names_of_hash_types_name_one(sighash: Any) -> None:
    assert reason(TransactionError, spend, sighash=sighash) == "unknown"


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("sighash", HASH_TYPES)
def test_T10_a_psbt_asks_for_less_than_everything_only_where_the_caller_allows_it(guard: str, sighash: str) -> None:
    tx = transaction(spending(guard, sighash=sighash))
    others = [name for name in HASH_TYPES if name != sighash]
    if sighash == "ALL":
        assert BITCOIN.decode_transaction(tx.raw) == tx
        return
    for allowed in ((), others):
        with pytest.raises(TransactionError, match=f"^input 0: .*, got {sighash.replace('|', '.')}$") as caught:
            BITCOIN.decode_transaction(tx.raw, sighash=allowed)
        assert caught.value.reason == "policy"
        assert sighash in caught.value.hint
    assert BITCOIN.decode_transaction(tx.raw, sighash=[sighash]) == tx


@pytest.mark.parametrize("sighash", ["NONE", ["none"], [2], None, 7])
def test_T10_neighbour_what_is_allowed_is_named(sighash: Any) -> None:
    assert reason(TransactionError, BITCOIN.decode_transaction, transaction().raw, sighash=sighash) == "unknown"


@pytest.mark.parametrize("guard", [guard for guard in GUARDS if guard != "p2tr"])
def test_T11_only_taproot_has_the_hash_type_DEFAULT(guard: str) -> None:
    assert reason(TransactionError, spending, guard, sighash="DEFAULT") == "mismatch"
    assert spending("p2tr", sighash="DEFAULT") == spending("p2tr")
    assert spending("p2tr", sighash="ALL") != spending("p2tr")


OUT, OPEN = Transfer, Opaque


@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2tr", "p2sh-p2wsh"])
@pytest.mark.parametrize(
    ("sighash", "effects"),
    [
        ("", [OUT, OUT, Fee]),
        ("ALL", [OUT, OUT, Fee]),
        ("NONE", [OPEN, OPEN, OPEN]),
        ("SINGLE", [OUT, OPEN, OPEN]),
        ("ALL|ANYONECANPAY", [OUT, OUT, OPEN]),
        ("NONE|ANYONECANPAY", [OPEN, OPEN, OPEN]),
        ("SINGLE|ANYONECANPAY", [OUT, OPEN, OPEN]),
    ],
)
def test_effects_state_only_what_a_hash_type_commits_to(guard: str, sighash: str, effects: list[type]) -> None:
    outputs = (pay(TO, 60_000), pay(TO, 30_000))
    tx = transaction(spending(guard, sighash=sighash), outputs=outputs)
    assert [type(effect) for effect in tx.effects()] == effects
    for effect in tx.effects():
        if isinstance(effect, Opaque):
            assert sighash in effect.why
        if isinstance(effect, Transfer):
            assert bool(effect.source) == ("ANYONECANPAY" not in sighash)
    beside = transaction(proven(), spending(guard, place=1, sighash=sighash or "ALL"), outputs=outputs)
    swapped = [effects[1], effects[0], effects[2]] if "SINGLE" in sighash else effects
    assert [type(effect) for effect in beside.effects()] == swapped


def test_two_inputs_that_are_signed_for_different_outputs_leave_both_open() -> None:
    inputs = spending("p2wpkh", sighash="SINGLE"), spending("p2tr", place=1, sighash="SINGLE")
    tx = transaction(*inputs, outputs=(pay(TO, 60_000), pay(TO, 30_000)))
    assert [type(effect) for effect in tx.effects()] == [Opaque, Opaque, Opaque]


def test_T13_a_fee_has_a_rate() -> None:
    tx = transaction(proven(100_000))
    assert tx.claimed_fee == 10_000
    assert tx.vsize == 110  # one P2WPKH input, one P2WPKH output
    assert tx.fee_rate == 90_910  # satoshi per 1,000 virtual bytes: 10,000,000 / 110, rounded up
    assert transaction(outputs=(pay(TO, 100_000),)).fee_rate == 0


# -- outputs


def test_an_output_is_made_from_an_address() -> None:
    assert pay(TO, 5) == TxOut(value=5, script_pubkey=BITCOIN.script_pubkey(TO))
    assert pay(TO, 5).address == TO


def test_an_address_of_another_network_is_refused() -> None:
    address = TESTNET.address(ALICE.public_key)
    assert reason(TransactionError, transaction, outputs=(pay(TO, 1), pay(address, 1))) == "network"
    assert transaction(outputs=(pay(address, 1),), chain=TESTNET).outputs[0].address == address
    same_text = REGTEST.address(ALICE.public_key, kind="p2pkh")
    assert same_text.text == TESTNET.address(ALICE.public_key, kind="p2pkh").text
    assert reason(TransactionError, transaction, outputs=(pay(same_text, 1),), chain=TESTNET) == "network"


@pytest.mark.parametrize("to", [None, TO.text, TO.payload, pay(TO, 1), BITCOIN])
def test_only_an_address_is_paid(to: Any) -> None:
    assert reason(TransactionError, pay, to, 1) == "type"


def test_an_address_of_another_family_is_refused() -> None:
    other = chain("ethereum").parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    assert reason(TransactionError, pay, other, 1) == "type"


def test_SG31_a_taproot_address_off_the_curve_is_not_paid_unless_it_is_meant() -> None:
    address = BITCOIN.parse_address(bech32m.encode("bc", b"\x01" + to_words((5).to_bytes(32))))
    assert reason(TransactionError, pay, address, 1) == "point"
    assert pay(address, 1, require_spendable=False).script_pubkey == b"\x51\x20" + (5).to_bytes(32)


def test_an_address_that_was_put_together_by_hand_is_read_again() -> None:
    assert reason(TransactionError, pay, Address(chain=BITCOIN, text="no", payload=b"", kind="p2tr"), 1) == "length"


@pytest.mark.parametrize("value", [-1, MAX_MONEY + 1, 2**64, True, 1.0, "1", None])
def test_an_amount_is_a_number_of_satoshi(value: Any) -> None:
    assert reason(TransactionError, pay, TO, value) == "range"


# -- inputs


def test_an_input_says_what_it_spends() -> None:
    mine = spend()
    assert mine.kind == "p2wpkh"
    assert mine.spent == TxOut(value=100_000, script_pubkey=mine.script_pubkey)
    assert mine.outpoint == TxIn(txid=ID, vout=0, sequence=0xFFFF_FFFD)
    assert Input(txid=ID, vout=0).spent is None
    assert Input(txid=ID, vout=0, value=100_000, script_pubkey=mine.script_pubkey).kind == "p2wpkh"
    assert Input(txid=ID, vout=0, value=100_000, script_pubkey=mine.script_pubkey, key=ALICE.public_key) == mine
    assert replace(mine, sequence=7).sequence == 7


@given(txs())
def test_an_input_of_which_nothing_is_known_is_that_of_its_outpoint(tx: Tx) -> None:
    for each in tx.inputs:
        found, made = Input.unknown(each), Input(txid=each.txid, vout=each.vout, sequence=each.sequence)
        assert [getattr(found, name) for name in Input.__slots__] == [getattr(made, name) for name in Input.__slots__]
        assert found.outpoint.script_sig == b""
        assert (found, hash(found)) == (made, hash(made))


def test_a_previous_transaction_says_it_all() -> None:
    mine = proven(123, vout=4)
    assert (mine.value, mine.kind) == (123, "p2wpkh")
    keyless = replace(mine, key=None)
    assert (keyless.value, keyless.kind, keyless.key) == (123, "p2wpkh", None)
    taproot = proven(123, kind="p2tr")
    assert (taproot.kind, taproot.key) == ("p2tr", ALICE.public_key.even_y())


def test_where_a_key_comes_from_is_not_compared() -> None:
    assert spend(origin=KeyOrigin(b"abcd", Path())) == spend()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"value": None}, "missing"),
        ({"value": None, "key": None, "kind": "p2wpkh"}, "missing"),
        ({"value": 1, "key": None}, "missing"),
        ({"value": None, "key": None, "script_pubkey": b"\x00\x14" + bytes(20)}, "missing"),
        ({"value": None, "key": None, "script_pubkey": bytes(22)}, "unknown"),
        ({"value": None, "key": None, "sighash": "ALL"}, "missing"),
        ({"value": None, "key": None, "merkle_root": bytes(32)}, "missing"),
        ({"value": 1, "key": None, "kind": "p2wpkh"}, "missing"),
        ({"value": -1}, "range"),
        ({"value": 2**63}, "range"),
        ({"value": True}, "range"),
        ({"value": 1.5}, "range"),
        ({"value": "1"}, "range"),
        ({"vout": 2**32}, "range"),
        ({"sequence": -1}, "range"),
        ({"txid": ID.upper().replace("1", "A")}, "character"),
        ({"txid": bytes(32)}, "character"),
        ({"kind": "p2pkh"}, "missing"),
        ({"kind": "p2pk"}, "missing"),
        ({"kind": "p2sh"}, "unknown"),
        ({"kind": "multisig"}, "unknown"),
        ({"kind": "P2TR"}, "unknown"),
        ({"kind": None}, "type"),
        ({"key": ALICE.public_key.data}, "type"),
        ({"key": ALICE}, "type"),
        ({"key": PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key}, "scheme"),
        ({"origin": "m/84'"}, "type"),
        ({"origin": Path()}, "type"),
        ({"script_pubkey": None}, "type"),
        ({"script_pubkey": bytearray(22)}, "type"),
        ({"script_pubkey": b"\x00\x14" + bytes(20)}, "mismatch"),
        ({"script_pubkey": b"\x51"}, "unknown"),
        ({"script_pubkey": b"\x00\x20" + bytes(32)}, "mismatch"),
        ({"script_pubkey": b"\xa9\x14" + bytes(20) + b"\x87"}, "mismatch"),
        ({"script_pubkey": b"\x52\x20" + bytes(32)}, "unknown"),
        ({"key": None, "script_pubkey": b"\x51\x20" + bytes(32), "kind": "p2wpkh"}, "mismatch"),
        ({"key": None, "script_pubkey": b"\x00\x14" + bytes(20), "kind": "p2tr"}, "mismatch"),
        ({"merkle_root": bytes(31)}, "length"),
        ({"merkle_root": "00" * 32}, "type"),
        ({"merkle_root": bytes(32)}, "mismatch"),
        ({"previous": b"\x00"}, "truncated"),
        ({"previous": "00"}, "type"),
        ({"previous": proven().previous}, "mismatch"),
    ],
)
def test_an_input_that_does_not_fit_together_is_refused(options: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, spend, **options) == why


def test_an_input_that_contradicts_its_previous_transaction_is_refused() -> None:
    mine = proven(100, vout=1)
    for changed in (
        {"value": 101},
        {"vout": 0},
        {"vout": 2},
        {"txid": ID},
        {"key": BOB.public_key},
        {"kind": "p2tr"},
        {"script_pubkey": b"\x00\x14" + bytes(20)},
        {"previous": mine.previous + b"\0"},
    ):
        parts: dict[str, Any] = {
            "txid": mine.txid,
            "vout": 1,
            "key": ALICE.public_key,
            "previous": mine.previous,
            **changed,
        }
        assert reason(TransactionError, Input, **parts) in ("mismatch", "unknown", "trailing")


def test_a_damaged_previous_transaction_has_another_id() -> None:
    mine = proven(100)
    for place in range(len(mine.previous)):
        damaged = mine.previous[:place] + bytes((mine.previous[place] ^ 1,)) + mine.previous[place + 1 :]
        with contextlib.suppress(TransactionError):
            assert replace(mine, previous=damaged).spent == mine.spent  # a bit of the witness is not part of the id
            assert Tx.decode(damaged).txid == mine.txid


# -- transactions


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"inputs": ()}, "length"),
        ({"outputs": ()}, "length"),
        ({"inputs": [spend()]}, "type"),
        ({"inputs": (spend(), None)}, "type"),
        ({"inputs": (TxIn(txid=ID, vout=0),)}, "type"),
        ({"outputs": [pay(TO, 1)]}, "type"),
        ({"outputs": (TO,)}, "type"),
        ({"chain": "bitcoin"}, "type"),
        ({"chain": chain("ethereum")}, "type"),
        ({"inputs": (spend(), spend(sequence=1))}, "duplicate"),
        ({"inputs": (spend(txid="00" * 32),)}, "range"),
        ({"version": -1}, "range"),
        ({"version": 2**32}, "range"),
        ({"version": True}, "range"),
        ({"locktime": 2**32}, "range"),
        ({"locktime": None}, "range"),
        ({"outputs": (pay(TO, MAX_MONEY), pay(TO, 1))}, "range"),
        ({"outputs": (TxOut(value=MAX_MONEY + 1, script_pubkey=b"\x51"),)}, "range"),
        ({"inputs": (spend(value=MAX_MONEY), spend(vout=1))}, "range"),
        ({"inputs": (spend(value=MAX_MONEY + 1),)}, "range"),
    ],
)
def test_T05_T08_a_transaction_that_the_network_would_refuse_is_refused(options: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, transaction, **options) == why


def test_T13_outputs_that_exceed_the_inputs_are_refused() -> None:
    assert reason(TransactionError, transaction, outputs=(pay(TO, 100_001),)) == "range"
    assert transaction(outputs=(pay(TO, 100_000),)).claimed_fee == 0
    assert transaction(Input(txid=ID, vout=0), outputs=(pay(TO, MAX_MONEY),)).claimed_fee is None
    assert reason(TransactionError, transaction, proven(89_999)) == "range"


def test_a_transaction_is_a_value() -> None:
    tx = transaction()
    assert tx == transaction()
    assert hash(tx) == hash(transaction())
    assert tx != transaction(locktime=1)
    with pytest.raises(FrozenInstanceError):
        tx.locktime = 1  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(tx)) == tx
    assert pickle.loads(pickle.dumps(tx)).requests() == tx.requests()


def test_what_signs_is_in_the_transaction_and_not_in_its_memory() -> None:
    tx = transaction()
    before = tx.requests()
    assert replace(tx, locktime=5).requests() != before
    assert replace(tx, outputs=(pay(TO, 1),)).raw != tx.raw


def seconds(count: int, kind: str) -> float:
    begin = process_time()
    given: dict[str, Any] = {"key": None, **GUARDS[kind]}
    tx = transaction(*(spend(vout=vout, **given) for vout in range(count)))
    tx.requests()
    BITCOIN.decode_transaction(tx.raw)
    return process_time() - begin


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr", "p2sh-p2wpkh", "p2wsh"])
def test_a_thousand_inputs_cost_ten_times_as_much_as_a_hundred(kind: str) -> None:
    hundred = min(seconds(100, kind) for _ in range(3))
    assert min(seconds(1000, kind) for _ in range(2)) < 10 * hundred * 3


# -- inputs that others sign


def unknown(vout: int = 9) -> Input:
    return Input.unknown(TxIn(txid="22" * 32, vout=vout))


def test_a_partial_transaction_asks_for_its_own_inputs_only() -> None:
    """The request is that of a transaction whose other input is known: BIP-143 commits to the own amount only."""
    other = spend(BOB, vout=9)
    whole = transaction(spend(), other)
    lent = replace(other, key=None, kind="", script_pubkey=whole.inputs[1].script_pubkey)
    for each in (lent, Input.unknown(TxIn(txid=ID, vout=9, sequence=other.sequence))):
        (request,) = transaction(spend(), each, partial=True).requests()
        assert request == whole.requests()[0]


def test_a_partial_transaction_is_not_assembled() -> None:
    """Neither with all that it asked for, nor when it asked for nothing."""
    tx = transaction(spend(), unknown(), partial=True)
    answers = collect(tx.requests(), LocalSigner(ALICE))
    assert len(answers) == 1
    assert reason(TransactionError, tx.assemble, answers) == "missing"
    assert reason(TransactionError, transaction(unknown(), partial=True).assemble, ()) == "missing"


def test_without_partial_nothing_is_asked_of_a_transaction_with_unknown_inputs() -> None:
    assert reason(TransactionError, transaction(spend(), unknown()).requests) == "missing"
    assert transaction(spend(), partial=True) == transaction(spend())
    assert (
        sign(transaction(spend(), partial=True), LocalSigner(ALICE)).raw
        == sign(transaction(spend()), LocalSigner(ALICE)).raw
    )


@pytest.mark.parametrize("sighash", ["DEFAULT", "ALL", "NONE", "SINGLE"])
def test_a_taproot_input_beside_an_unknown_output_is_refused_unless_anyone_can_pay(sighash: str) -> None:
    """BIP-341 commits to the amounts and scripts of all outputs that are spent, unless ANYONECANPAY is set."""
    tx = transaction(spend(kind="p2tr", sighash=sighash), unknown(), partial=True)
    assert reason(TransactionError, tx.requests) == "missing"
    if sighash != "DEFAULT":
        alone = spend(kind="p2tr", sighash=f"{sighash}|ANYONECANPAY")
        (request,) = transaction(alone, unknown(), partial=True).requests()
        assert request == transaction(alone, spend(BOB, vout=9)).requests()[0]


@pytest.mark.parametrize("partial", [None, 1, "yes"])
def test_partial_is_yes_or_no(partial: Any) -> None:
    assert reason(TransactionError, transaction, partial=partial) == "type"
