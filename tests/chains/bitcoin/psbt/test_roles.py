"""The roles of BIP-174 one after another: created, signed by several, combined, made final, and sent."""

from dataclasses import replace
from typing import Any

import pytest
import wallycore

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, TESTNET, kernel_accepts, key, reason, signer, spending
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.errors import InvalidSignature, MissingSignature, SigningRefused, TransactionError
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, sign

TO = BITCOIN.address(key(7).public_key)
FREE = Safety(sighash=tuple(HASH_TYPES))


def paying(*inputs: Input, value: int = 90_000) -> Transaction:
    """Return what spends them."""
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, value),))


def vessel(guard: str, version: int = 0, **options: Any) -> Psbt:
    """Return the PSBT of one input that is guarded so."""
    return Psbt.from_transaction(paying(spending(guard, **options)), version=version, safety=FREE)


def again(psbt: Psbt) -> Psbt:
    """Return it as somebody else reads it, who has verified nothing."""
    return Psbt.decode(BITCOIN, psbt.raw, safety=psbt.safety)


def spent(psbt: Psbt) -> list[Any]:
    return [each.spent for each in psbt.transaction.inputs]


@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("guard", GUARDS)
def test_every_kind_goes_through_all_roles_and_the_kernel_takes_it(guard: str, version: int) -> None:
    psbt = again(vessel(guard, version))
    number = len(psbt.requests())
    once = again(sign(psbt, signer(1)))
    assert len(once.requests()) == (0 if number == 1 else number - 1)
    if number > 1:
        assert reason(MissingSignature, once.finalize) == "missing"
        once = again(once.combine(again(sign(psbt, signer(3)))))
    assert once.requests() == ()
    final = again(once.finalized())
    assert final.inputs[0].is_final
    assert final.finalized() == final
    assert final.requests() == ()
    signed = final.extract()
    assert signed.raw == sign(psbt.transaction, signer(1), signer(3)).raw
    assert kernel_accepts(signed.raw, spent(psbt))


@pytest.mark.parametrize("guard", GUARDS)
def test_what_is_final_keeps_utxos_and_unknown_fields_only(guard: str) -> None:
    psbt = vessel(guard)
    unknown = (b"\x50", b"kept"), (b"\xfc\x02ab\x01", b"kept too")
    fields = PsbtInput([*psbt.inputs[0].records, *unknown])
    final = sign(replace(psbt, inputs=(fields,)), signer(1), signer(2)).finalized()
    numbers = {pair[0][0] for pair in final.inputs[0].records}
    assert final.inputs[0].unknown == unknown
    assert numbers - {0xFC, 0x50} <= {0x00, 0x01, 0x07, 0x08}


@pytest.mark.parametrize("guard", GUARDS)
def test_what_is_joined_to_a_final_input_is_taken_out_again(guard: str) -> None:
    """BIP-174, "Input Finalizer": all other data except the UTXO and unknown fields in the input should be cleared."""
    signed = sign(vessel(guard), signer(1), signer(2))
    final = signed.finalized()
    for both in (final.combine(signed), signed.combine(final), again(final).combine(again(signed))):
        assert both.inputs[0].is_final
        assert both.inputs[0] != final.inputs[0]
        assert both.finalized() == final
        assert both.finalized().extract().raw == both.finalize().raw == final.extract().raw


@pytest.mark.parametrize("name", HASH_TYPES)
@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2wsh", "p2tr"])
def test_every_hash_type_is_signed_by_its_name(guard: str, name: str) -> None:
    psbt = again(vessel(guard, sighash=name))
    signed = again(sign(psbt, signer(1), signer(2))).finalize()
    assert kernel_accepts(signed.raw, spent(psbt))


@pytest.mark.parametrize("guard", ["p2pkh", "p2sh", "p2sh-p2wpkh", "p2wpkh", "p2wsh", "p2sh-p2wsh", "p2tr"])
def test_libwally_makes_the_same_transaction_of_what_we_have_signed(guard: str) -> None:
    psbt = sign(vessel(guard), signer(1), signer(2))
    theirs = wallycore.psbt_from_bytes(psbt.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
    assert bytes(wallycore.psbt_to_bytes(theirs, 0)) == psbt.raw
    wallycore.psbt_finalize(theirs, 0)
    signed = wallycore.psbt_extract(theirs, wallycore.WALLY_PSBT_EXTRACT_FINAL)
    assert bytes(wallycore.tx_to_bytes(signed, wallycore.WALLY_TX_FLAG_USE_WITNESS)) == psbt.finalize().raw


def test_requests_say_where_their_keys_come_from_and_what_they_are_about() -> None:
    psbt = vessel("p2wsh")
    assert [request.key for request in psbt.requests()] == [key(number).public_key for number in (1, 2, 3)]
    assert {request.subject for request in psbt.requests()} == {psbt.transaction}
    assert BITCOIN.decode_transaction(psbt.raw) == psbt.transaction


def test_a_psbt_of_version_2_is_read_as_the_same_transaction() -> None:
    psbt = vessel("p2wsh", 2)
    assert BITCOIN.decode_transaction(psbt.raw) == vessel("p2wsh").transaction == psbt.transaction
    assert psbt.to_version(0).to_version(2) == psbt
    assert psbt.to_version(2) == psbt
    assert reason(TransactionError, psbt.to_version, 1) == "version"


@pytest.mark.parametrize("guard", GUARDS)
def test_PS71_combining_overwrites_nothing(guard: str) -> None:
    psbt = vessel(guard)
    signed = sign(psbt, signer(1))
    place, (name, value) = next(
        (i, pair) for i, pair in enumerate(signed.inputs[0].records) if pair not in psbt.inputs[0].records
    )
    other = bytes((*value[:12], value[12] ^ 1, *value[13:]))
    records = list(signed.inputs[0].records)
    records[place] = name, other
    forged = replace(psbt, inputs=(PsbtInput(records),))
    for one, two in ((signed, forged), (forged, signed)):
        assert reason(TransactionError, one.combine, two) == "mismatch"
    assert signed.combine(psbt, signed) == signed
    assert psbt.combine(signed) == signed


def test_PS71_neighbour_a_signature_of_another_type_than_the_other_one_asks_for_is_not_joined() -> None:
    asks = vessel("p2wpkh")
    assert asks.inputs[0].sighash_type == 1
    signed = sign(vessel("p2wpkh", sighash="NONE"), signer(1))
    silent = replace(signed, inputs=(signed.inputs[0].with_fields(sighash_type=None),))
    for one, two in ((asks, silent), (silent, asks)):  # what came of it could not be read again
        assert reason(TransactionError, one.combine, two) == "mismatch"


def test_PS71_neighbour_only_psbts_of_the_same_transaction_are_combined() -> None:
    psbt = vessel("p2wpkh")
    other = Psbt.from_transaction(paying(spending("p2wpkh"), value=80_000))
    assert reason(TransactionError, psbt.combine, other) == "mismatch"
    assert reason(TransactionError, psbt.combine, Psbt.decode(TESTNET, psbt.raw)) == "mismatch"
    assert reason(TransactionError, psbt.combine, psbt.raw) == "type"
    assert psbt.combine(psbt.to_version(2)) == psbt


@pytest.mark.parametrize("guard", GUARDS)
def test_T10_neighbour_what_another_safety_has_allowed_is_verified_again_by_this_one(guard: str) -> None:
    loose = sign(vessel(guard, sighash="NONE"), signer(1), signer(2))
    strict = Psbt.from_transaction(paying(spending(guard)))
    strict = replace(strict, inputs=(strict.inputs[0].with_fields(sighash_type=None),))
    for made in (strict.combine(loose).finalized(), strict.combine(loose.finalized())):
        with pytest.raises(SigningRefused, match="got NONE"):
            made.extract()
    assert loose.combine(strict).finalize().raw == loose.finalize().raw


@pytest.mark.parametrize("guard", GUARDS)
def test_PS74_a_signature_of_another_input_is_refused_wherever_it_comes_from(guard: str) -> None:
    psbt, other = vessel(guard), vessel(guard, place=1)
    answers = collect(other.requests(), signer(1), signer(2))
    with pytest.raises(InvalidSignature):
        psbt.assemble(answers)
    foreign = sign(other, signer(1), signer(2)).inputs[0].records
    signatures = [pair for pair in foreign if pair[0][0] in (0x02, 0x13)]
    forged = replace(psbt, inputs=(psbt.inputs[0].with_records(dict(signatures)),))
    with pytest.raises(InvalidSignature):
        forged.finalize()


def test_a_signature_of_another_hash_type_than_the_input_asks_for_is_not_made_final() -> None:
    psbt = sign(vessel("p2wpkh"), signer(1))
    (name, value), *_ = [pair for pair in psbt.inputs[0].records if pair[0][0] == 0x02]
    loose = PsbtInput([pair for pair in psbt.inputs[0].records if pair[0] != name] + [(name, value[:-1] + b"\x02")])
    assert reason(TransactionError, replace, psbt, inputs=(loose,)) == "mismatch"
    signed = sign(vessel("p2tr", sighash="ALL"), signer(1)).inputs[0]
    for last in (b"", b"\x02", b"\x00"):
        loose = signed.with_fields(tap_key_sig=(signed.tap_key_sig or b"")[:64] + last)
        assert reason(TransactionError, replace(vessel("p2tr"), inputs=(loose,)).finalized) == "mismatch"


def test_signatures_made_here_without_a_check_are_not_checked_later_and_others_are() -> None:
    psbt = vessel("p2wpkh")
    signed = sign(psbt, LocalSigner(key(1), check=False))
    assert signed.finalize().raw == again(signed).finalize().raw == again(signed.finalized()).extract().raw
    assert signed.finalize().transaction == psbt.transaction


def test_a_signature_of_taproot_is_made_final_without_the_internal_key() -> None:
    signed = sign(vessel("p2tr"), signer(1))
    bare = replace(again(signed), inputs=(signed.inputs[0].without((0x16, 0x17)),))
    assert bare.requests() == ()
    assert bare.finalize().raw == signed.finalize().raw
    assert kernel_accepts(bare.finalize().raw, spent(bare))
    forged = bare.inputs[0].with_fields(tap_key_sig=bytes(64))
    with pytest.raises(InvalidSignature):
        replace(bare, inputs=(forged,)).finalize()


def test_PS74_neighbour_one_proven_signature_does_not_vouch_for_another_one() -> None:
    psbt = vessel("p2wsh")
    foreign = sign(vessel("p2wsh", place=1), signer(2)).inputs[0].records
    forged = replace(psbt, inputs=(psbt.inputs[0].with_records(dict(pair for pair in foreign if pair[0][0] == 0x02)),))
    both = sign(psbt, signer(1)).combine(forged)
    assert [each.key for each in both.requests()] == [key(2).public_key, key(3).public_key]
    for call in (both.finalize, both.finalized().extract):
        with pytest.raises(InvalidSignature):
            call()


@pytest.mark.parametrize("guard", ["multisig", "p2sh", "p2wsh", "p2sh-p2wsh"])
@pytest.mark.parametrize("version", [0, 2])
def test_a_wrong_signature_of_multisig_neither_blocks_the_right_ones_nor_passes(guard: str, version: int) -> None:
    psbt = again(vessel(guard, version))
    foreign = sign(vessel(guard, place=1), signer(1)).inputs[0].partial_sig
    wrong = again(replace(psbt, inputs=(psbt.inputs[0].with_fields(partial_sig=foreign),)))
    second = again(sign(wrong, signer(2)))  # enough, if one counts
    assert not second.finalized().inputs[0].is_final
    assert reason(InvalidSignature, second.finalize) == "mismatch"
    assert [each.key for each in second.requests()] == [key(1).public_key, key(3).public_key]
    whole = again(sign(second, signer(3)))
    assert (len(whole.inputs[0].partial_sig), whole.requests()) == (3, ())
    signed = whole.finalize()
    assert signed.raw == sign(psbt.transaction, signer(2), signer(3)).raw
    assert kernel_accepts(signed.raw, spent(psbt))
    mended = again(sign(second, signer(1)))  # an answer takes the place of what is wrong
    assert mended.finalize().raw == sign(psbt.transaction, signer(1), signer(2)).raw


@pytest.mark.parametrize("guard", GUARDS)
def test_an_only_signature_that_is_wrong_can_be_given_again(guard: str) -> None:
    if guard in ("multisig", "p2sh", "p2wsh", "p2sh-p2wsh"):
        return
    psbt = again(vessel(guard))
    name, other = ("tap_key_sig" if guard == "p2tr" else "partial_sig"), sign(vessel(guard, place=1), signer(1))
    foreign = {name: getattr(other.inputs[0], name)}
    wrong = again(replace(psbt, inputs=(psbt.inputs[0].with_fields(**foreign),)))
    assert wrong.finalized() == wrong
    assert reason(InvalidSignature, wrong.finalize) == "mismatch"
    assert len(wrong.requests()) == 1
    assert sign(wrong, signer(1)).finalize().raw == sign(psbt, signer(1)).finalize().raw


def test_a_signature_that_cannot_be_verified_is_made_final_and_not_given_away() -> None:
    """Taproot commits to every output that is spent; here one is not known."""
    beside = Input(txid="55" * 32, vout=0, key=key(4).public_key, value=10_000)
    psbt = Psbt.from_transaction(paying(spending("p2tr"), beside), safety=FREE)
    other = sign(vessel("p2tr", place=1), signer(1)).inputs[0].tap_key_sig
    forged, bare = psbt.inputs[0].with_fields(tap_key_sig=other), psbt.inputs[1].without(range(0x60))
    unknown = replace(psbt, inputs=(forged, bare))
    assert unknown.finalized().inputs[0].is_final
    with pytest.raises(MissingSignature):
        unknown.finalize()


@pytest.mark.parametrize("guard", ["p2wpkh", "p2tr", "p2wsh"])
def test_PS74_neighbour_a_proven_witness_does_not_vouch_for_a_script_beside_it(guard: str) -> None:
    psbt = vessel(guard)
    final = sign(psbt, signer(1), signer(2)).finalized()
    beside = replace(psbt, inputs=(psbt.inputs[0].with_fields(final_scriptsig=b"\x51"),))
    with pytest.raises(InvalidSignature, match="script_sig empty"):
        final.combine(beside).extract()


def test_a_psbt_is_text_in_base64() -> None:
    psbt = vessel("p2wpkh")
    assert Psbt.parse(BITCOIN, str(psbt)) == psbt
    for text, why in (
        (str(psbt) + "=", "character"),
        (" " + str(psbt), "character"),
        (str(psbt)[:-1], "character"),
        (str(psbt)[:-5] + "\n" + str(psbt)[-5:], "character"),
        ("AA", "character"),
        ("AB==", "non-canonical"),
        ("", "prefix"),
        (psbt.raw, "type"),
        ("A" * 43_000_000, "too-large"),
    ):
        assert reason(TransactionError, Psbt.parse, BITCOIN, text) == why


def test_a_psbt_is_made_of_maps_that_fit_together() -> None:
    psbt = vessel("p2wpkh")
    made = Psbt(chain=BITCOIN, globals=psbt.globals, inputs=psbt.inputs, outputs=psbt.outputs)
    assert made == psbt
    assert made.raw == encode(psbt.globals, psbt.inputs, psbt.outputs) == psbt.raw
    assert reason(TransactionError, replace, psbt, inputs=()) == "truncated"
    assert reason(TransactionError, replace, psbt, version=2) == "version"
    assert reason(TransactionError, replace, psbt, outputs=(PsbtInput(),)) == "type"
    for wrong in ({"inputs": list(psbt.inputs)}, {"outputs": list(psbt.outputs)}, {"inputs": None}, {"version": False}):
        assert reason(TransactionError, replace, psbt, **wrong) == "type"
    assert reason(TransactionError, Psbt.from_transaction, psbt.transaction, safety=None) == "type"
    assert reason(TransactionError, psbt.inputs[0].with_fields, colour=1) == "unknown"
    assert reason(TransactionError, psbt.inputs[0].with_fields, colour=None) == "unknown"
    for records in (None, [1], [(b"\x02", b"1", b"2")]):
        assert reason(TransactionError, PsbtInput, records) == "type"
    assert reason(TransactionError, PsbtInput, colour=1) == "unknown"
    assert reason(TransactionError, PsbtInput, [(b"\x03", b"\1")]) == "truncated"
    assert reason(TransactionError, PsbtInput, [(b"\x50", b"\1"), (b"\x50", b"\1")]) == "duplicate"
    assert reason(TransactionError, Psbt.decode, None, psbt.raw) == "type"
    assert reason(TransactionError, Psbt.from_transaction, psbt) == "type"
    with pytest.raises(AttributeError):
        psbt.inputs[0].records = ()  # type: ignore[misc]
    assert repr(psbt.inputs[0]).startswith("PsbtInput(PSBT_IN_NON_WITNESS_UTXO, PSBT_IN_WITNESS_UTXO, ")
    assert hash(made) == hash(psbt)


@pytest.mark.parametrize(
    "values",
    [
        {"redeem_script": 5},
        {"redeem_script": [1, 2]},
        {"redeem_script": "51"},
        {"tap_key_sig": bytearray(64)},
        {"witness_utxo": 5},
        {"partial_sig": 5},
        {"partial_sig": ((key(1).public_key.data, "00" * 70),)},
        {"bip32_derivation": ((key(1).public_key.data, b""),)},
        {"tap_leaf_script": ((bytes(33), b""),)},
        {"final_scriptwitness": ("a",)},
    ],
)
def test_fields_of_other_types_are_refused_and_no_number_becomes_zeros(values: dict[str, Any]) -> None:
    assert reason(TransactionError, PsbtInput, **values) == "type"
    assert reason(TransactionError, PsbtInput().with_fields, **values) == "type"


def test_PS62_a_segwit_input_without_its_previous_transaction_is_not_signed_unless_it_is_trusted() -> None:
    claimed = Psbt.from_transaction(paying(spending("p2wpkh", previous=b"", value=100_000)))
    with pytest.raises(SigningRefused, match="only claimed") as caught:
        claimed.requests()
    assert caught.value.reason == "policy"
    assert "trust_witness_utxo=True" in caught.value.hint
    trusting = replace(claimed, safety=Safety(trust_witness_utxo=True))
    assert len(trusting.requests()) == 1
    taproot = Psbt.from_transaction(paying(spending("p2tr", previous=b"", value=100_000)))
    assert taproot.safety is SAFE
    assert len(taproot.requests()) == 1
