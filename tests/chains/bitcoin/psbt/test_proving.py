"""Whoever derives keys shows by signatures that the keys of a PSBT are points; of all other keys the curve is asked."""

from collections.abc import Callable
from typing import Any

import pytest

from support.bitcoin import BITCOIN
from walletcore import ExtendedPrivateKey, sign
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.curves.secp256k1 import kept_point
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError, WalletcoreError
from walletcore.hashes import hash160, sha256
from walletcore.path import KeyOrigin, Path
from walletcore.signers.hd import Keychain
from walletcore.signing import collect

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
OTHER = ExtendedPrivateKey.from_seed(bytes(range(1, 65)))
NO_POINT = b"\x02" + (5).to_bytes(32)  # 5**3 + 7 = 132 is no square modulo p (Euler's criterion, below)
P2WPKH, P2TR, P2PKH = "p2wpkh", "p2tr", "p2pkh"
FREE = Safety(max_fee=None, max_fee_rate=None)


def test_there_is_no_point_with_that_x() -> None:
    p = 2**256 - 2**32 - 977  # SEC 2, 2.4.1
    assert pow(5**3 + 7, (p - 1) // 2, p) == p - 1


def spend(root: ExtendedPrivateKey, index: int, kind: str = P2WPKH) -> Input:
    path = Path.parse(f"m/84'/0'/0'/0/{index}")
    key = root.derive(path).public_key
    script = BITCOIN.script_pubkey(BITCOIN.address(key, kind=kind))
    previous = Tx(
        version=2,
        inputs=(TxIn(txid=f"{index + 1:064x}", vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=script),),
        locktime=0,
    )
    origin = KeyOrigin(root.fingerprint, path)
    return Input(txid=previous.txid, vout=0, previous=previous.encode(), key=key, kind=kind, origin=origin)


def psbt(*inputs: Input, version: int = 0) -> Psbt:
    to = BITCOIN.address(ROOT.derive("m/84'/0'/0'/1/0").public_key)
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(to, 8_000 * len(inputs)),))
    return Psbt.decode(BITCOIN, Psbt.from_transaction(tx, version=version).raw, safety=FREE)


def with_no_point(made: Psbt, place: int) -> Psbt:
    """The same where an input is guarded by a key that is no point, as its hash does not show."""
    previous = Tx(
        version=2,
        inputs=(TxIn(txid="77" * 32, vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=b"\x00\x14" + hash160(NO_POINT)),),
        locktime=0,
    )
    records = {key: value for key, value in made.inputs[place].records if key[0] != 0x06}
    (origin,) = [value for key, value in made.inputs[place].records if key[0] == 0x06]
    records |= {b"\x00": previous.encode(), b"\x01": previous.outputs[0].encode(), b"\x06" + NO_POINT: origin}
    outpoints = list(made.unsigned_tx.inputs)
    outpoints[place] = TxIn(txid=previous.txid, vout=0, sequence=outpoints[place].sequence)
    tx = Tx(version=2, inputs=tuple(outpoints), outputs=made.unsigned_tx.outputs, locktime=0)
    inputs = list(made.inputs)
    inputs[place] = PsbtInput(records.items())
    common = made.globals.with_fields(unsigned_tx=tx.encode())
    return Psbt(chain=BITCOIN, globals=common, inputs=tuple(inputs), outputs=made.outputs, safety=FREE)


ROLES: dict[str, Callable[[Psbt], Any]] = {
    "requests": Psbt.requests,
    "transaction": lambda made: made.transaction,
    "effects": Psbt.effects,
    "summary": Psbt.summary,
    "finalized": Psbt.finalized,
    "finalize": Psbt.finalize,
    "sign": lambda made: sign(made),
    "keychain": Keychain([ROOT]).sign,
    "keychain, check=False": Keychain([ROOT], check=False).sign,
    "another's keychain": Keychain([OTHER]).sign,
    "assemble nothing": lambda made: made.assemble((None,) * len(made._unproven_requests())),
    "decode_transaction": lambda made: BITCOIN.decode_transaction(made.raw),
}


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("role", ROLES)
def test_PS01_a_key_that_is_no_point_is_refused_in_every_role(role: str, place: int) -> None:
    kept_point.cache_clear()
    made = with_no_point(psbt(spend(ROOT, 1), spend(ROOT, 2)), place)
    for _ in range(2):  # nor is it taken when it is asked again
        with pytest.raises(TransactionError) as caught:
            ROLES[role](made)
        assert caught.value.reason == "point"
        assert str(caught.value).startswith(f"input {place}: ")


@pytest.mark.parametrize("role", ROLES)
def test_PS01_what_was_asked_without_proof_is_proven_later(role: str) -> None:
    made = with_no_point(psbt(spend(ROOT, 1), spend(ROOT, 2)), 1)
    assert len(made._unproven_requests()) == 2
    with pytest.raises(TransactionError) as caught:
        ROLES[role](made)
    assert caught.value.reason == "point"


SUBJECTS = {
    "p2wpkh": lambda: psbt(spend(ROOT, 1), spend(ROOT, 2)),
    "p2tr": lambda: psbt(spend(ROOT, 1, P2TR), spend(ROOT, 2, P2TR)),
    "mixed": lambda: psbt(spend(ROOT, 1), spend(ROOT, 2, P2TR), spend(ROOT, 3, P2PKH)),
    "version 2": lambda: psbt(spend(ROOT, 1), spend(ROOT, 2, P2TR), version=2),
    "another's as well": lambda: psbt(spend(ROOT, 1), spend(OTHER, 2), spend(OTHER, 3, P2TR), spend(ROOT, 4, P2TR)),
    "another's only": lambda: psbt(spend(OTHER, 1), spend(OTHER, 2, P2TR)),
}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_keychain_makes_the_psbt_that_its_signers_make(name: str, check: bool) -> None:
    keychain = Keychain([ROOT], check=check)
    wanted = SUBJECTS[name]()
    requests = wanted.requests()
    expected = wanted.assemble(collect(requests, *keychain.signers_for(requests)))
    made = keychain.sign(SUBJECTS[name]())
    assert (made, made.raw) == (expected, expected.raw)
    assert made.finalized() == expected.finalized()
    assert ended(made) == ended(expected)
    both = Keychain([OTHER]).sign(made)
    assert ended(both) == ended(Keychain([ROOT, OTHER]).sign(SUBJECTS[name]()))
    assert both.finalize().raw == Keychain([OTHER]).sign(wanted).combine(made).finalize().raw


def ended(made: Psbt) -> bytes | type[WalletcoreError]:
    try:
        return made.finalize().raw
    except MissingSignature as error:
        return type(error)


def test_a_keychain_signs_a_transaction_as_well() -> None:
    tx = psbt(spend(ROOT, 1), spend(ROOT, 2, P2TR)).transaction
    keychain = Keychain([ROOT])
    assert keychain.sign(tx).raw == sign(tx, *keychain.signers_for(tx.requests())).raw
    with pytest.raises(MissingSignature):
        Keychain([OTHER]).sign(tx)


def test_PS71_a_wrong_signature_that_stands_there_does_not_count_after_a_right_one_has_come() -> None:
    made = psbt(spend(ROOT, 1), spend(ROOT, 2))
    signed = Keychain([ROOT]).sign(made)
    (name,) = [key for key, _ in signed.inputs[0].records if key[0] == 0x02]
    (value,) = [value for key, value in signed.inputs[1].records if key[0] == 0x02]
    wrong = PsbtInput({**dict(made.inputs[0].records), name: value}.items())
    given = Psbt(chain=BITCOIN, globals=made.globals, inputs=(wrong, made.inputs[1]), outputs=made.outputs, safety=FREE)
    again = Keychain([ROOT]).sign(given)
    assert dict(again.inputs[0].records)[name] == dict(signed.inputs[0].records)[name]
    assert again.finalize().raw == signed.finalize().raw


def damaged(value: bytes) -> bytes:
    """A signature that is still DER, over another digest."""
    return value[:-3] + bytes((value[-3] ^ 1,)) + value[-2:]


def test_PS74_another_s_signature_that_is_wrong_does_not_count_because_of_what_was_signed_beside_it() -> None:
    made = psbt(spend(OTHER, 1), spend(ROOT, 2))
    signed = Keychain([OTHER]).sign(made)
    records = {key: damaged(value) if key[0] == 0x02 else value for key, value in signed.inputs[0].records}
    given = Psbt(
        chain=BITCOIN,
        globals=made.globals,
        inputs=(PsbtInput(records.items()), made.inputs[1]),
        outputs=made.outputs,
        safety=FREE,
    )
    both = Keychain([ROOT]).sign(given)
    assert [each.is_final for each in both.finalized().inputs] == [False, True]
    with pytest.raises(InvalidSignature) as caught:
        both.finalize()
    assert str(caught.value).startswith("inputs 0 ")


def test_PS74_a_cosigner_s_wrong_signature_does_not_count_once_there_would_be_enough_with_it() -> None:
    paths = [Path.parse(f"m/48'/0'/0'/2'/0/{index}") for index in range(2)]
    keys = [root.derive(path).public_key for root, path in zip((ROOT, OTHER), paths, strict=True)]
    script = b"\x52" + b"".join(b"\x21" + key.data for key in keys) + b"\x52\xae"
    previous = Tx(
        version=2,
        inputs=(TxIn(txid="55" * 32, vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=b"\x00\x20" + sha256(script)),),
        locktime=0,
    )
    origins = tuple(
        (key, KeyOrigin(root.fingerprint, path)) for key, root, path in zip(keys, (ROOT, OTHER), paths, strict=True)
    )
    shared = Input(txid=previous.txid, vout=0, previous=previous.encode(), witness_script=script, origins=origins)
    made = psbt(shared)
    theirs = Keychain([OTHER]).sign(made).inputs[0]
    records = {key: damaged(value) if key[0] == 0x02 else value for key, value in theirs.records}
    given = Psbt(
        chain=BITCOIN, globals=made.globals, inputs=(PsbtInput(records.items()),), outputs=made.outputs, safety=FREE
    )
    both = Keychain([ROOT]).sign(given)
    assert len(both.inputs[0].partial_sig) == 2
    assert not both.finalized().inputs[0].is_final
    with pytest.raises(InvalidSignature):
        both.finalize()
    right = Keychain([ROOT]).sign(Keychain([OTHER]).sign(made))
    assert right.finalize().raw == Keychain([ROOT, OTHER]).sign(made).finalize().raw
