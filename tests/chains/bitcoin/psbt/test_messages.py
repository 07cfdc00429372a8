"""PSBTs with a message in them (BIP-322, "PSBT signer", "PSBT finalizer"): shown, signed by several, and given away."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, GUARDS, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, TxOut
from walletcore.chains.bitcoin.bip322 import NOTHING, GenericMessage, to_spend
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, Safety
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import multi_a
from walletcore.chains.bitcoin.tx import Tx
from walletcore.effects import Statement
from walletcore.errors import GuardRefused, InvalidSignature, MissingSignature, SigningRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signing import collect, sign
from walletcore.wallet import Wallet

TEXT = "I hold this – ça va? 👩‍🚀".encode()
ADDRESSES = [name for name in GUARDS if name not in ("p2pk", "multisig")]
LEGACY = ("p2pk", "p2pkh", "multisig", "p2sh", "p2sh of p2pkh")
FUNDS = tuple(spending(name, place=place) for place, name in enumerate(GUARDS))
every_guard = pytest.mark.parametrize("name", GUARDS)


def message(name: str = "p2wsh", **options: Any) -> GenericMessage:
    """Return a message of whoever can spend such an output."""
    told = {"signer" if field == "key" else field: value for field, value in GUARDS[name].items()}
    return GenericMessage(**{"chain": BITCOIN, "data": TEXT, **told, **options})


def vessel(subject: GenericMessage, safety: Safety = SAFE) -> Psbt:
    return Psbt.decode(BITCOIN, subject.raw, safety=safety)


def again(psbt: Psbt) -> Psbt:
    """Return it as somebody else reads it, who has verified nothing."""
    return Psbt.decode(BITCOIN, psbt.raw, safety=psbt.safety)


def signed(psbt: Psbt) -> Psbt:
    """Return what two people make of it, each alone."""
    parts = [again(psbt).assemble(collect(again(psbt).requests(), signer(number))) for number in (1, 2)]
    return parts[0].combine(parts[1])


def naming(psbt: Psbt, data: bytes | None) -> Psbt:
    """Return the same PSBT with another message in it."""
    return replace(psbt, globals=psbt.globals.with_fields(generic_signed_message=data))


# What is shown.


@every_guard
def test_the_message_is_shown_and_not_the_transaction(name: str) -> None:
    subject = message(name, funds=(spending("p2tr"),))
    psbt = vessel(subject)
    assert (psbt.message, psbt.effects()) == (subject, subject.effects())
    assert psbt.effects()[0] == Statement(text=TEXT.decode())
    assert [each.subject for each in psbt.requests()] == [subject] * len(psbt.requests())
    assert [each.id for each in psbt.requests()] == [each.id for each in subject.requests()]
    summary = psbt.summary()
    assert (summary.outflows, summary.fee, summary.fee_rate, summary.unproven) == (subject.effects(), None, None, ())


def test_a_psbt_without_a_message_has_none() -> None:
    psbt = Psbt.from_transaction(message().to_sign)
    assert psbt.message is None
    assert psbt.effects() == message().to_sign.effects()
    assert reason(TransactionError, psbt.signed_message) == "missing"


def test_a_guard_reads_the_message_in_a_psbt() -> None:
    """The transaction alone is opaque, so that a careful signer of a PSBT refused what it could have read."""
    for name in ("p2wpkh", "p2tr", "p2wsh"):
        subject = message(name, funds=(spending("p2tr", place=1), spending("p2sh", place=2)))
        assert len(collect(vessel(subject).requests(), guard(signer(1)))) == len(subject.requests())
        with pytest.raises(GuardRefused) as caught:
            sign(naming(vessel(subject), None), guard(signer(1)))
        assert caught.value.rule == "refuse_opaque"


def test_a_guard_reads_the_message_beside_inputs_that_others_have_made_final() -> None:
    subject = message("p2wsh", funds=(spending("p2wpkh"),))
    asked = vessel(subject).requests()
    mine = [
        answer if request is asked[-1] else None
        for request, answer in zip(asked, collect(asked, signer(1)), strict=True)
    ]
    part = again(vessel(subject).assemble(tuple(mine)).finalized())
    assert [each.is_final for each in part.inputs] == [False, True]
    done = part.assemble(collect(part.requests(), guard(signer(1)), guard(signer(2))))
    assert verdict(TEXT, done.signed_message().raw.decode(), subject.address).state is State.VALID


def test_each_way_of_taproot_is_about_the_message() -> None:
    inner, keys = key(1).public_key, [key(number).public_key for number in (2, 3)]
    leaf = multi_a(2, keys)
    (block,) = ScriptTree(((0, TapLeaf(leaf)),)).control_blocks(inner)
    subject = message("p2tr", signer=None, kind="", leaf_script=leaf, control_block=block.encode())
    psbt = vessel(subject)
    psbt = replace(psbt, inputs=(psbt.inputs[0].with_fields(tap_internal_key=inner.data[1:]),))
    assert {type(each.subject) for each in psbt.requests()} == {GenericMessage}
    assert {each.key.even_y() for each in psbt.requests()} == {each.even_y() for each in (inner, *keys)}
    for numbers in ((1,), (2, 3)):
        done = sign(psbt, *map(guard, map(signer, numbers)))
        assert verdict(TEXT, done.signed_message().raw.decode(), subject.address).state is State.VALID


def test_wallets_and_keychains_sign_the_message_in_a_psbt() -> None:
    phrase = "abandon " * 11 + "about"
    with Wallet.from_mnemonic(phrase) as wallet:
        mine = wallet.public_key(BITCOIN)
        subject = message("p2wpkh", signer=mine, origin=wallet.origin(BITCOIN))
        psbt = vessel(subject)
        done = sign(psbt, *wallet.signers_for(psbt))
        assert wallet.change_of(psbt) == ()
    assert verdict(TEXT, done.signed_message().raw.decode(), subject.address).state is State.VALID


# What is refused.


def test_what_signs_something_else_than_it_says_is_refused_in_every_role() -> None:
    subject = message("p2wpkh")
    to_sign, payment = subject.to_sign, spending("p2wpkh")
    others = {
        "another message": naming(vessel(subject), TEXT + b"!"),
        "a payment": naming(Psbt.from_transaction(replace(to_sign, inputs=(payment,))), TEXT),
        "another output": naming(
            Psbt.from_transaction(replace(to_sign, outputs=(replace(NOTHING, script_pubkey=b"\x6a\x00"),))), TEXT
        ),
        "two outputs": naming(Psbt.from_transaction(replace(to_sign, outputs=(NOTHING, NOTHING))), TEXT),
        "in another place": naming(Psbt.from_transaction(replace(to_sign, inputs=(payment, *to_sign.inputs))), TEXT),
    }
    for name, psbt in others.items():
        for call in (psbt.requests, psbt.effects, psbt.summary, lambda psbt=psbt: psbt.message):
            assert reason(TransactionError, call) in ("mismatch", "duplicate"), name
        done = naming(sign(naming(psbt, None), signer(1)), psbt.globals.generic_signed_message)
        for end in (done.finalize, done.finalized().extract, done.signed_message):
            assert reason(TransactionError, end) in ("mismatch", "duplicate"), name


def test_relatives_have_no_messages_in_psbts() -> None:
    row = chain("dogecoin", BitcoinChain)
    psbt = replace(vessel(message("p2pkh")), chain=row)
    assert reason(TransactionError, psbt.requests) == "network"


def test_other_hash_types_sign_no_message_whatever_is_allowed() -> None:
    subject, lax = message("p2wpkh"), Safety(sighash=("NONE",))
    bare = Psbt.from_transaction(
        replace(subject.to_sign, inputs=(replace(subject.to_sign.inputs[0], sighash="NONE"),)), safety=lax
    )
    assert reason(TransactionError, naming(bare, TEXT).requests) == "policy"
    done = sign(bare, signer(1)).finalized()
    found = again(naming(done, TEXT))
    assert found.extract().raw
    assert reason(SigningRefused, found.signed_message) == "policy"


def test_two_messages_are_not_combined() -> None:
    psbt = vessel(message())
    assert reason(TransactionError, psbt.combine, naming(psbt, b"another")) == "mismatch"
    assert naming(psbt, None).combine(psbt).message == psbt.message


# Amounts.


@pytest.mark.parametrize("name", ["p2wpkh", "p2wsh", "p2tr", "p2sh-p2wpkh", "p2pkh"])
def test_what_the_first_input_spends_follows_from_the_message(name: str) -> None:
    """BIP-322, "PSBT creator": the first output of ``to_spend`` as witness_utxo is enough."""
    subject = message(name)
    psbt = vessel(subject)
    output = to_spend(TEXT, subject.script_pubkey).outputs[0]
    first = psbt.inputs[0].with_fields(non_witness_utxo=None, witness_utxo=output)
    done = signed(again(replace(psbt, inputs=(first,))))
    assert verdict(TEXT, done.signed_message().raw.decode(), subject.address).state is State.VALID


def test_funds_are_no_fee() -> None:
    """What no network takes pays nothing: a proof of 50 BTC was refused for its fee."""
    subject = message(
        "p2tr", funds=(Input(txid="11" * 32, vout=3, value=50 * 10**8, key=key(1).public_key, kind="p2tr"),)
    )
    text = signed(vessel(subject)).signed_message().raw.decode()
    assert [each.output.value for each in verdict(TEXT, text, subject.address).funds] == [50 * 10**8]


def test_amounts_of_funds_that_are_only_claimed_are_refused_unless_they_are_believed() -> None:
    subject = message(funds=(replace(spending("p2wpkh"), previous=b"", value=100_000),))
    assert reason(SigningRefused, vessel(subject).requests) == "policy"
    text = signed(vessel(subject, Safety(trust_witness_utxo=True))).signed_message().raw.decode()
    assert verdict(TEXT, text, subject.address).state is State.VALID


# What is given away.


@pytest.mark.parametrize("funds", [(), FUNDS], ids=["alone", "funds"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_the_signature_is_that_of_the_message_itself(name: str, funds: tuple[Input, ...]) -> None:
    subject = message(name, funds=funds)
    done = signed(vessel(subject))
    expected = sign(subject, signer(1), signer(2))
    found = done.signed_message()
    assert (found.raw, found.message, found.chain) == (expected.raw, subject, BITCOIN)
    for final in (done.finalized(), again(done), again(done.finalized())):
        assert final.signed_message().raw == expected.raw
    state = verdict(TEXT, found.raw.decode(), subject.address)
    assert (state.state, len(state.funds)) == (State.VALID, len(funds))


def test_it_begins_with_its_variant() -> None:
    for name, options, variant in (
        ("p2wsh", {}, "smp"),
        ("p2tr", {"version": 2}, "ful"),
        ("p2sh", {}, "ful"),
        ("p2wpkh", {"funds": (spending("p2tr"),)}, "pof"),
    ):
        assert signed(vessel(message(name, **options))).signed_message().raw[:3].decode() == variant


def test_version_2_gives_the_same() -> None:
    subject = message(version=2, funds=(spending("p2sh"),))
    done = signed(vessel(subject).to_version(2))
    assert done.version == 2
    assert done.signed_message().raw == sign(subject, signer(1), signer(2)).raw


def test_too_few_or_wrong_signatures_are_no_signature() -> None:
    psbt = vessel(message())
    one = sign(psbt, signer(1))
    with pytest.raises(MissingSignature):
        one.signed_message()
    other = sign(vessel(message(data=b"another")), signer(1), signer(2))
    theirs = {name: value for name, value in other.inputs[0].records if name[0] == 0x02}
    forged = again(
        replace(
            psbt,
            inputs=(psbt.inputs[0].with_records(theirs),),
        )
    )
    with pytest.raises(InvalidSignature):
        forged.signed_message()


def test_a_legacy_fund_that_others_made_final_without_its_transaction_proves_nothing() -> None:
    subject = message("p2wpkh", funds=(spending("p2sh"),))
    done = signed(vessel(subject)).finalized()
    spent = TxOut(value=100_000, script_pubkey=subject.funds[0].script_pubkey)
    bare = done.inputs[1].with_fields(non_witness_utxo=None, witness_utxo=spent)
    lax = replace(done, inputs=(done.inputs[0], bare), safety=Safety(trust_witness_utxo=True))
    assert reason(TransactionError, lax.signed_message) == "missing"


def test_only_its_own_transaction_is_encoded() -> None:
    subject = message("p2wpkh")
    signed_tx = Tx.decode(sign(vessel(subject), signer(1)).finalize().raw)
    assert subject.signature_in(signed_tx) == sign(subject, signer(1)).raw
    assert kernel_accepts(signed_tx.encode(), to_spend(TEXT, subject.script_pubkey).outputs)
    for other in (replace(signed_tx, version=2), replace(signed_tx, outputs=(NOTHING, NOTHING))):
        assert reason(TransactionError, subject.signature_in, other) == "mismatch"
    assert reason(TransactionError, subject.signature_in, Tx.decode(subject.to_sign._unsigned.encode())) == "missing"
    assert reason(TransactionError, subject.signature_in, signed_tx.encode()) == "type"


# What the first input is asked for, and has.


def test_taproot_may_be_asked_for_ALL_by_name() -> None:
    """BIP-322 takes ALL and DEFAULT alike; the longer signature is of the digest that is asked for."""
    subject = message("p2tr")
    psbt = vessel(subject)
    named = again(replace(psbt, inputs=(psbt.inputs[0].with_fields(sighash_type=1),)))
    assert named.message == subject
    text = sign(named, guard(signer(1))).signed_message().raw.decode()
    assert verdict(TEXT, text, subject.address).state is State.VALID
    assert len(text) > len(sign(psbt, signer(1)).signed_message().raw.decode())
    assert BITCOIN.decode_transaction(named.raw) == subject


def test_a_message_with_a_signature_that_leaves_it_open_is_refused_before_others_sign() -> None:
    """Nobody was told, and in the end no signature could be made."""
    psbt = vessel(message("p2wsh"))
    open_ended = Psbt.from_transaction(message("p2wsh").to_sign, safety=Safety(sighash=("NONE",)))
    field = open_ended.inputs[0].with_fields(sighash_type=2)
    made = replace(open_ended, inputs=(field,))
    (record, *_) = made.assemble(collect(made.requests(), signer(1))).inputs[0].partial_sig
    bad = again(replace(psbt, inputs=(psbt.inputs[0].with_fields(partial_sig=(record,), sighash_type=None),)))
    with pytest.raises(SigningRefused, match="got NONE"):
        bad.requests()
