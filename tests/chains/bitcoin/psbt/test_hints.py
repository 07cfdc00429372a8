"""What maps say of keys and scripts that are somebody else's: kept, byte for byte, and asked of nobody (BIP-174)."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, MULTISIG, funding, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.opcodes import push
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.script import p2sh
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli.inspection.psbt import finding
from walletcore.effects import Transfer
from walletcore.errors import MissingSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signing import sign

ORIGIN = KeyOrigin(b"\x01\x02\x03\x04", Path((1, 2)))
OURS, THEIRS, STRANGER = (key(number).public_key for number in (1, 5, 6))
PAID = pay(BITCOIN.address(key(7).public_key), 99_000)
UNKNOWN = {
    "and_v(v:pk(key),older(144))": push(THEIRS.data) + b"\xad\x02\x90\x00\xb2",
    "a hashed time lock": b"\x63\xa8\x20" + bytes(32) + b"\x88" + push(THEIRS.data) + b"\x67\x51\xb2\x75\x51\x68\xac",
    "true": b"\x51",
}
every_script = pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN)


def derivations(*keys: PublicKey) -> dict[str, Any]:
    """The field that says where these keys come from."""
    return {"bip32_derivation": tuple([(each.data, ORIGIN) for each in keys])}


def paying(script_pubkey: bytes, *, network: BitcoinChain = BITCOIN, **fields: Any) -> Psbt:
    """Return the PSBT that pays one's own P2WPKH output of 100,000 satoshi to this script, of which a map says more."""
    outputs = (TxOut(value=99_000, script_pubkey=script_pubkey),)
    made = Psbt.from_transaction(Transaction(chain=network, inputs=(spending("p2wpkh"),), outputs=outputs))
    return Psbt.decode(network, replace(made, outputs=(PsbtOutput(**fields),)).raw)


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
