"""What maps say of keys and scripts that are somebody else's: kept, byte for byte, and asked of nobody (BIP-174)."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, GUARDS, MULTISIG, funding, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.opcodes import multisig, push
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, PsbtOutput, TapOrigin
from walletcore.chains.bitcoin.script import p2sh
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli.inspection.psbt import finding
from walletcore.curves.secp256k1 import uncompressed
from walletcore.effects import Transfer
from walletcore.errors import MissingSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signing import sign
from walletcore.wallet import Wallet

ORIGIN = KeyOrigin(b"\x01\x02\x03\x04", Path((1, 2)))
OURS, THEIRS, STRANGER = (key(number).public_key for number in (1, 5, 6))
PAID = pay(BITCOIN.address(key(7).public_key), 99_000)
UNKNOWN = {
    "and_v(v:pk(key),older(144))": push(THEIRS.data) + b"\xad\x02\x90\x00\xb2",
    "a hashed time lock": b"\x63\xa8\x20" + bytes(32) + b"\x88" + push(THEIRS.data) + b"\x67\x51\xb2\x75\x51\x68\xac",
    "true": b"\x51",
    "the script of a taproot output": b"\x51\x20" + THEIRS.data[1:],
}
every_script = pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN)


def derivations(*keys: PublicKey) -> dict[str, Any]:
    """The field that says where these keys come from."""
    return {"bip32_derivation": tuple([(each.data, ORIGIN) for each in keys])}


def paying(script_pubkey: bytes, **fields: Any) -> Psbt:
    """Return the PSBT that pays one's own P2WPKH output of 100,000 satoshi to this script, of which a map says more."""
    outputs = (TxOut(value=99_000, script_pubkey=script_pubkey),)
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=outputs))
    return Psbt.decode(BITCOIN, replace(made, outputs=(PsbtOutput(**fields),)).raw)


def assert_paid_away(made: Psbt) -> None:
    """It is read, told, signed, joined and made final as if nothing were said of the output, and what is said stays."""
    plain = replace(made, outputs=(PsbtOutput(),))
    assert made.effects() == plain.effects()
    assert [each.owners for each in made.effects() if isinstance(each, Transfer)] in ([], [()])
    found, expected = made.summary(lambda _: ()), plain.summary(lambda _: ())
    assert found == expected
    assert finding(made, [made.chain]).odd == finding(plain, [made.chain]).odd
    assert [each.message for each in made.requests()] == [each.message for each in plain.requests()]
    signed = sign(made, signer(1))
    assert signed.combine(made).outputs == made.outputs
    assert signed.to_version(2).to_version(0).raw == signed.raw
    final = Psbt.decode(made.chain, signed.finalized().raw)
    assert final.outputs == made.outputs
    assert final.extract().raw == signed.finalize().raw == sign(plain, signer(1)).finalize().raw
    assert kernel_accepts(final.extract().raw, [spending("p2wpkh").spent])  # type: ignore[list-item]
    read = made.chain.decode_transaction(made.raw)
    assert isinstance(read, Transaction)
    assert read.outputs == made.transaction.outputs
    assert [each.key for each in read.requests()] == [OURS]


def joint(script_pubkey: bytes, **fields: Any) -> Psbt:
    """Return the PSBT that spends one's own P2WPKH output, and one with this script, of which a map says more."""
    output = TxOut(value=5_000, script_pubkey=script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="78" * 32, vout=0),), outputs=(output,), locktime=0)
    inputs = (spending("p2wpkh"), Input(txid=source.txid, vout=0))
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=(PAID,)))
    told = PsbtInput(non_witness_utxo=source.encode(), **fields)
    return Psbt.decode(BITCOIN, replace(made, inputs=(made.inputs[0], told)).raw)


# -- scripts of no template


@every_script
def test_an_output_with_a_script_that_is_not_understood_is_a_payment(script: bytes) -> None:
    """Wallets of other scripts tell their change so (BIP-174, "Updater"): whose it is, its script would say."""
    program = b"\0\x20" + sha256(script)
    for script_pubkey, fields in (
        (program, {"witness_script": script}),
        (p2sh(hash160(script)).script_pubkey, {"redeem_script": script}),
        (p2sh(hash160(program)).script_pubkey, {"redeem_script": program, "witness_script": script}),
        (p2sh(hash160(program)).script_pubkey, {"witness_script": script}),
        (script, {}),
        (b"\x52\x20" + sha256(script), {}),
    ):
        for keys in ((), (THEIRS,), (OURS,), (THEIRS, OURS)):
            assert_paid_away(paying(script_pubkey, **fields, **derivations(*keys)))


@every_script
def test_PS56_neighbour_a_script_that_is_not_that_of_the_output_is_refused(script: bytes) -> None:
    """BIP-174, "Signer", has it for inputs; of an output nothing else can be meant."""
    program, other = b"\0\x20" + sha256(script), script + b"\x61"
    for script_pubkey, fields in (
        (program, {"witness_script": other}),
        (program, {"redeem_script": script}),
        (program, {"redeem_script": other, "witness_script": script}),
        (p2sh(hash160(script)).script_pubkey, {"redeem_script": other}),
        (p2sh(hash160(script)).script_pubkey, {"redeem_script": script, "witness_script": script}),
        (p2sh(hash160(program)).script_pubkey, {"redeem_script": program, "witness_script": other}),
        (p2sh(hash160(program)).script_pubkey, {"witness_script": other}),
        (script, {"redeem_script": script}),
        (script, {"witness_script": script}),
        (b"\x52\x20" + sha256(script), {"witness_script": script}),
    ):
        made = paying(script_pubkey, **fields, **derivations(THEIRS))
        for ask in (made.requests, made.effects, made.summary, made.finalized):
            assert reason(TransactionError, ask) == "mismatch"


def test_an_output_that_nobody_can_spend_has_no_script_behind_it() -> None:
    assert_paid_away(paying(b"\x6a" + push(OURS.data), **derivations(OURS)))
    for fields in ({"redeem_script": b"\x51"}, {"witness_script": MULTISIG}):
        assert reason(TransactionError, paying(b"\x6a\x01x", **fields).requests) == "unknown"


@pytest.mark.parametrize("name", ["bitcoin-cash", "ecash", "groestlcoin", "litecoin"])
@every_script
def test_relatives_pay_to_scripts_that_are_not_understood_as_well(script: bytes, name: str) -> None:
    network = chain(name, BitcoinChain)
    hashed = hash160 if network.dialect is None else network.dialect.key_hash
    output = TxOut(value=99_000, script_pubkey=p2sh(hashed(script)).script_pubkey)
    kind = "p2wpkh" if "p2wpkh" in network.kinds else "p2pkh"
    raw = funding(kind).encode()
    txid = sha256d(raw) if network.dialect is None else bytes.fromhex(network.dialect.identify(raw))[::-1]
    spent = spending(kind, txid=txid[::-1].hex(), dialect=network.dialect)
    made = Psbt.from_transaction(Transaction(chain=network, inputs=(spent,), outputs=(output,)))
    told = replace(made, outputs=(PsbtOutput(redeem_script=script, **derivations(THEIRS)),))
    assert told.effects() == made.effects()
    assert sign(told, signer(1)).finalize().raw == sign(made, signer(1)).finalize().raw
    lying = replace(made, outputs=(PsbtOutput(redeem_script=script + b"\x61"),))
    assert reason(TransactionError, lying.requests) == "mismatch"


# -- scripts that are not shown


HIDDEN = {
    "p2wsh": (b"\0\x20" + sha256(MULTISIG), {}),
    "p2sh": (p2sh(hash160(MULTISIG)).script_pubkey, {}),
    "p2sh-p2wsh": (p2sh(hash160(b"\0\x20" + sha256(MULTISIG))).script_pubkey, {}),
    "p2sh-p2wsh, half": (
        p2sh(hash160(b"\0\x20" + sha256(MULTISIG))).script_pubkey,
        {"redeem_script": b"\0\x20" + sha256(MULTISIG)},
    ),
}
every_hidden = pytest.mark.parametrize("name", HIDDEN)
SOME = [(), (OURS,), (THEIRS,), (OURS, THEIRS), (OURS, THEIRS, STRANGER)]


@every_hidden
@pytest.mark.parametrize("keys", SOME, ids=len)
def test_an_output_whose_script_is_not_shown_is_a_payment(name: str, keys: tuple[PublicKey, ...]) -> None:
    script_pubkey, fields = HIDDEN[name]
    made = paying(script_pubkey, **fields, **derivations(*keys))
    assert_paid_away(made)
    assert made.summary().unproven == ()


@every_hidden
@pytest.mark.parametrize("keys", SOME, ids=len)
@pytest.mark.parametrize("field", ["bip32_derivation", "partial_sig"])
def test_an_input_whose_script_is_not_shown_is_somebody_elses(
    name: str, keys: tuple[PublicKey, ...], field: str
) -> None:
    script_pubkey, fields = HIDDEN[name]
    signatures = {field: tuple([(each.data, b"\x30" + bytes(70) + b"\1") for each in keys])}
    told = derivations(*keys) if field == "bip32_derivation" else signatures
    made = joint(script_pubkey, **fields, **told)
    plain = joint(script_pubkey)
    assert [each.id for each in made.requests()] == [each.id for each in plain.requests()]
    assert [each.key for each in made.requests()] == [OURS]
    assert (made.effects(), made.summary()) == (plain.effects(), plain.summary())
    signed = sign(made, signer(1))
    assert [each.is_final for each in signed.finalized().inputs] == [True, False]
    assert signed.finalized().inputs[1] == made.inputs[1]
    assert reason(MissingSignature, signed.finalize) == "missing"
    assert signed.to_version(2).to_version(0).raw == signed.raw


@pytest.mark.parametrize("kind", ["p2wsh of p2pk", "p2sh-p2wpkh"])
def test_a_key_that_alone_is_behind_a_hash_is_asked_whoever_is_named_beside_it(kind: str) -> None:
    """Its script is the key's alone, so nothing has to be shown."""
    spent = spending(kind)
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=(PAID,)))
    for keys in ((OURS,), (OURS, THEIRS), (THEIRS, OURS)):
        fields = made.inputs[0].with_fields(redeem_script=None, witness_script=None, **derivations(*keys))
        hidden = Psbt.decode(BITCOIN, replace(made, inputs=(fields,)).raw)
        assert [(each.key, each.origin) for each in hidden.requests()] == [(OURS, ORIGIN)]
        assert kernel_accepts(sign(hidden, signer(1)).finalize().raw, [spent.spent])  # type: ignore[list-item]


# -- keys of nobody in the script

X_ORIGIN = TapOrigin(KeyOrigin(b"\x05\x06\x07\x08", Path((3,))))
EXTRA: dict[str, dict[str, Any]] = {
    "bip32_derivation": derivations(THEIRS, STRANGER),
    "in 65 bytes": {"bip32_derivation": ((uncompressed(STRANGER.data), ORIGIN),)},
    "tap_bip32_derivation": {"tap_bip32_derivation": ((STRANGER.data[1:], X_ORIGIN),)},
    "both": derivations(STRANGER, OURS) | {"tap_bip32_derivation": ((THEIRS.data[1:], X_ORIGIN),)},
}
every_extra = pytest.mark.parametrize("extra", EXTRA)
every_guard = pytest.mark.parametrize("guard", GUARDS)


def beside(fields: PsbtInput | PsbtOutput, extra: str) -> Any:
    """The map with these records beside its own."""
    more = type(fields)(**EXTRA[extra]).records
    return type(fields)(sorted((dict(more) | dict(fields.records)).items()))


@every_guard
@every_extra
def test_an_origin_of_a_key_that_is_not_the_inputs_is_kept_and_asks_nobody(guard: str, extra: str) -> None:
    """Core looks among them for the keys of the script (src/psbt.cpp, FillSignatureData)."""
    spent = spending(guard, **ORIGINS.get(guard, {"origin": ORIGIN}))
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=(PAID,)))
    made = Psbt.decode(BITCOIN, replace(plain, inputs=(beside(plain.inputs[0], extra),)).raw)
    assert len(made.inputs[0].records) > len(plain.inputs[0].records)
    assert [(each.id, each.key, each.origin) for each in made.requests()] == [
        (each.id, each.key, each.origin) for each in plain.requests()
    ]
    assert made.transaction == plain.transaction
    assert made.summary() == plain.summary()
    signed = sign(made, signer(1), signer(2))
    assert set(made.inputs[0].records) < set(signed.inputs[0].records)
    assert signed.combine(made, sign(plain, signer(1))).to_version(2).to_version(0).raw == signed.raw
    assert kernel_accepts(signed.finalize().raw, [spent.spent])  # type: ignore[list-item]
    read = BITCOIN.decode_transaction(made.raw)
    assert isinstance(read, Transaction)
    assert [each.id for each in read.requests()] == [each.id for each in plain.requests()]
    assert sign(made, signer(5), signer(6)) == made


ORIGINS: dict[str, dict[str, Any]] = {
    guard: {"origins": ((OURS, ORIGIN), (key(2).public_key, X_ORIGIN.origin))[: Lock(**GUARDS[guard]).required]}
    for guard in ("p2pk", "multisig", "p2sh", "p2wsh", "p2wsh of p2pk", "p2sh-p2wsh")
}


@every_guard
@every_extra
def test_an_origin_of_a_key_that_is_not_the_outputs_is_kept_and_proves_nothing(guard: str, extra: str) -> None:
    origins = ((OURS.even_y() if guard == "p2tr" else OURS, ORIGIN),)
    output = TxOut(
        value=9_000, script_pubkey=Lock(**GUARDS[guard]).script_pubkey, lock=Lock(**GUARDS[guard], origins=origins)
    )
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=(output,)))
    made = Psbt.decode(BITCOIN, replace(plain, outputs=(beside(plain.outputs[0], extra),)).raw)
    assert len(made.outputs[0].records) > len(plain.outputs[0].records)
    assert made.transaction == plain.transaction
    assert owners(made) == owners(plain)
    assert sign(made, signer(1)).finalized().outputs == made.outputs


def owners(made: Psbt) -> list[Any]:
    return [each.owners for each in made.effects() if isinstance(each, Transfer)]


def test_PS67_neighbour_a_key_of_ones_own_beside_those_of_the_output_makes_no_change_of_it() -> None:
    wallet, thief = Wallet.from_seed(bytes(64)), Wallet.from_seed(bytes(32))
    own = PsbtOutput(bip32_derivation=((_change_key(wallet).data, wallet.origin(BITCOIN, change=1)),)).records
    held = spending("p2wpkh", **_held(wallet))
    script = multisig(1, [_change_key(thief), key(9).public_key])
    for back in (
        change(_change_key(thief), value=9_000, origin=wallet.origin(BITCOIN, change=1)),
        change(_change_key(thief), value=9_000, origin=wallet.origin(BITCOIN, change=1), kind="p2pkh"),
        change(value=9_000, witness_script=script, origins=((_change_key(thief), wallet.origin(BITCOIN, change=1)),)),
        change(value=9_000, redeem_script=script, origins=((_change_key(thief), wallet.origin(BITCOIN, change=1)),)),
    ):
        made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(held,), outputs=(back,)))
        told = replace(made, outputs=(made.outputs[0].with_records(dict(own)),))
        assert told.outputs != made.outputs
        assert told.summary(wallet.change_of).change == ()
        assert _change_key(wallet) not in [each for pairs in owners(told) for each, _ in pairs]
    mine = change(_change_key(wallet), value=9_000, origin=wallet.origin(BITCOIN, change=1))
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(held,), outputs=(mine,)))
    told = replace(made, outputs=(beside(made.outputs[0], "both"),))
    assert [each.amount for each in told.summary(wallet.change_of).change] == [9_000]


def _change_key(wallet: Wallet) -> PublicKey:
    return wallet.public_key(BITCOIN, change=1)


def _held(wallet: Wallet) -> dict[str, Any]:
    paid = TxOut(value=10_000, script_pubkey=BITCOIN.script_pubkey(wallet.address(BITCOIN)))
    source = Tx(version=2, inputs=(TxIn(txid="12" * 32, vout=0),), outputs=(paid,), locktime=0)
    parts = {"txid": source.txid, "previous": source.encode(), "origin": wallet.origin(BITCOIN)}
    return {"key": wallet.public_key(BITCOIN), **parts}


@pytest.mark.parametrize("guard", [each for each in GUARDS if each not in ("p2tr", "p2wsh of p2pk", "p2sh-p2wpkh")])
@pytest.mark.parametrize("keys", [(STRANGER,), (STRANGER, THEIRS)], ids=len)
def test_PS67_neighbour_a_map_that_names_only_keys_of_nobody_in_the_script_is_refused(
    guard: str, keys: tuple[PublicKey, ...]
) -> None:
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spending(guard),), outputs=(PAID,)))
    wrong = replace(plain, inputs=(plain.inputs[0].with_fields(**derivations(*keys)),))
    assert reason(TransactionError, wrong.requests) == "mismatch"
    lock = Lock(**GUARDS[guard])
    paying_back = paying(
        lock.script_pubkey,
        redeem_script=lock.redeem_script or None,
        witness_script=lock.witness_script or None,
        **derivations(*keys),
    )
    assert reason(TransactionError, paying_back.requests) == "mismatch"


def test_a_signature_by_another_key_does_not_count_and_is_kept() -> None:
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=(PAID,)))
    other = PsbtInput(partial_sig=((STRANGER.data, b"\x30" + bytes(70) + b"\1"),)).records
    made = replace(plain, inputs=(plain.inputs[0].with_records(dict(other)),))
    assert [each.id for each in made.requests()] == [each.id for each in plain.requests()]
    signed = sign(made, signer(1))
    assert set(other) < set(signed.inputs[0].records)
    assert signed.finalize().raw == sign(plain, signer(1)).finalize().raw
    assert reason(MissingSignature, made.finalize) == "missing"


TAPROOT = BITCOIN.script_pubkey(BITCOIN.address(OURS, kind="p2tr"))


@pytest.mark.parametrize(
    "fields",
    [
        derivations(OURS),
        derivations(OURS, STRANGER),
        {"tap_bip32_derivation": ((OURS.data[1:], X_ORIGIN), (STRANGER.data[1:], X_ORIGIN))},
        {"tap_bip32_derivation": ((STRANGER.data[1:], X_ORIGIN),)},
    ],
    ids=["its key", "keys", "two", "another"],
)
def test_a_taproot_output_whose_internal_key_is_not_told_is_somebody_elses(fields: dict[str, Any]) -> None:
    """BIP-371: keys of taproot outputs are told as such; of several, nothing says which is the internal one."""
    assert_paid_away(paying(TAPROOT, **fields))
    made = joint(TAPROOT, **fields)
    assert [each.key for each in made.requests()] == [OURS]
    assert [each.is_final for each in sign(made, signer(1)).finalized().inputs] == [True, False]


@pytest.mark.parametrize("guard", ["p2wpkh", "p2tr", "p2pkh"])
def test_a_key_is_named_beside_what_is_said_of_others(guard: str) -> None:
    plain = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spending(guard),), outputs=(PAID,)))
    bare = plain.inputs[0].with_fields(bip32_derivation=(), tap_bip32_derivation=(), tap_internal_key=None)
    extra = "bip32_derivation" if guard == "p2tr" else "tap_bip32_derivation"
    made = replace(plain, inputs=(beside(bare, extra),))
    assert made.requests() == ()
    named = made.with_keys([(OURS, ORIGIN)])
    assert [(each.key.data[1:], each.origin) for each in named.requests()] == [(OURS.data[1:], ORIGIN)]
    assert set(made.inputs[0].records) < set(named.inputs[0].records)


@pytest.mark.parametrize("name", ["bitcoin-cash", "ecash"])
def test_relatives_pass_over_other_keys_as_well(name: str) -> None:
    network = chain(name, BitcoinChain)
    paid = TxOut(value=90_000, script_pubkey=b"\x51")
    for kind in ("p2pkh", "p2sh"):
        spent = spending(kind, dialect=network.dialect, **ORIGINS.get(kind, {"origin": ORIGIN}))
        plain = Psbt.from_transaction(Transaction(chain=network, inputs=(spent,), outputs=(paid,)))
        made = replace(plain, inputs=(beside(plain.inputs[0], "bip32_derivation"),))
        assert [each.id for each in made.requests()] == [each.id for each in plain.requests()]
        raw = sign(made, signer(1), signer(2)).finalize().raw
        assert raw == sign(plain, signer(1), signer(2)).finalize().raw
