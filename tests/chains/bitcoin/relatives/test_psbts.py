"""PSBTs of Groestlcoin: BIP-174's, with that chain's hashes. What is signed in them is what was published of it."""

from dataclasses import replace
from typing import Any

import pytest
import wallycore

from support.bitcoin import BITCOIN, GUARDS, key, reason, signer
from support.commands import PHRASE, with_secrets
from support.vectors import Case, load
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.spends import Spends
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli import run
from walletcore.errors import InvalidSignature, SigningRefused, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, sign

GRS = chain("groestlcoin", BitcoinChain)
BOB = key(9).public_key
VERSIONS = pytest.mark.parametrize("version", [0, 2])
KINDS = {**{name: guard for name, guard in GUARDS.items() if guard.get("kind") != "p2tr"}, "p2tr": {"kind": "p2tr"}}
every_kind = pytest.mark.parametrize("kind", KINDS)


def funding(kind: str) -> tuple[bytes, dict[str, Any]]:
    """Return a transaction that pays to this kind of output, and what spends it."""
    guard = KINDS[kind]
    if kind == "p2tr":
        guard = {"kind": "p2tr", "key": key(1).public_key}
        script = GRS.script_pubkey(GRS.address(key(1).public_key, kind="p2tr"))
    else:
        script = Lock(**guard, dialect=GRS.dialect).script_pubkey
    outputs = (TxOut(value=100_000, script_pubkey=script),)
    source = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)
    return source.encode(), guard


def spend(*kinds: str, sighash: str = "") -> Transaction:
    inputs = []
    for kind in kinds:
        previous, guard = funding(kind)
        txid = sha256(previous)[::-1].hex()  # Groestlcoin/groestlcoin src/primitives/transaction.cpp: one SHA-256
        known: dict[str, Any] = {
            "txid": txid,
            "vout": 0,
            "previous": previous,
            "sighash": sighash,
            "dialect": GRS.dialect,
        }
        inputs.append(Input(**known, **guard))
    return Transaction(chain=GRS, inputs=tuple(inputs), outputs=(pay(GRS.address(BOB), 90_000),))


PUBLISHED = [
    case
    for case in load("relatives/signing")
    if case.input["chain"] == "groestlcoin" and not case.input["spent"][0]["script"].startswith("76a9")
]


def test_two_published_transactions_are_of_kinds_that_say_what_they_spend() -> None:
    assert len(PUBLISHED) == 2


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.id)
def test_a_psbt_of_groestlcoin_becomes_the_published_transaction(case: Case) -> None:
    """Those of P2PKH come without what they spend, which a PSBT must have."""
    raw = bytes.fromhex(case.expect["raw"])
    signed, (spent,), (digits,) = Tx.decode(raw), case.input["spent"], case.input["private_keys"]
    private = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(digits)))
    output = {"value": int(spent["amount"]), "script_pubkey": bytes.fromhex(spent["script"])}
    (each,) = signed.inputs
    given: dict[str, Any] = {
        "txid": each.txid,
        "vout": each.vout,
        "sequence": each.sequence,
        "key": private.public_key,
        **output,
    }
    transaction = Transaction(
        chain=GRS, inputs=(Input(**given, dialect=GRS.dialect),), outputs=signed.outputs, version=signed.version
    )
    safety = Safety(trust_witness_utxo=True)
    there = Psbt.decode(GRS, Psbt.from_transaction(transaction).raw, safety=safety)
    back = Psbt.decode(GRS, sign(there, LocalSigner(private)).raw, safety=safety)
    done = back.finalize()
    assert done.raw == raw
    assert done.id == case.expect.get("id", done.id)


@VERSIONS
@every_kind
def test_what_is_signed_in_a_psbt_is_what_the_transaction_signs(kind: str, version: int) -> None:
    transaction, signers = spend(kind), [signer(number) for number in (1, 2, 3)]
    psbt = Psbt.decode(GRS, Psbt.from_transaction(transaction, version=version).raw)
    assert psbt.transaction == transaction
    assert [each.message for each in psbt.requests()] == [each.message for each in transaction.requests()]
    parts = [psbt.assemble(collect(psbt.requests(), each)) for each in signers]
    joined = Psbt.decode(GRS, parts[0].combine(*parts[1:]).raw)  # nothing of it was signed or verified here
    expected = sign(transaction, *signers)
    done = joined.finalize()
    assert (done.raw, done.id) == (expected.raw, expected.id)
    assert joined.to_version(2 - version).finalize().raw == expected.raw


@VERSIONS
@pytest.mark.parametrize("kind", ["p2pkh", "p2sh", "p2sh-p2wpkh", "p2wpkh", "p2wsh", "p2sh-p2wsh", "p2tr"])
def test_libwally_finalizes_the_same_psbt_into_the_same_transaction(kind: str, version: int) -> None:
    """It hashes as Bitcoin does, but verifies nothing when it finalizes."""
    psbt = sign(Psbt.from_transaction(spend(kind), version=version), *[signer(number) for number in (1, 2)])
    theirs = wallycore.psbt_from_bytes(psbt.raw, 0)
    assert bytes(wallycore.psbt_to_bytes(theirs, 0)) == psbt.raw
    wallycore.psbt_finalize(theirs, 0)
    made = bytes(wallycore.tx_to_bytes(wallycore.psbt_extract(theirs, 0), wallycore.WALLY_TX_FLAG_USE_WITNESS))
    assert made == psbt.finalize().raw


@every_kind
def test_a_flipped_bit_of_a_signature_is_refused(kind: str) -> None:
    psbt = sign(Psbt.from_transaction(spend(kind)), signer(1), signer(2))
    (fields,) = psbt.inputs
    if kind == "p2tr":
        assert fields.tap_key_sig is not None
        bad = fields.with_fields(tap_key_sig=bytes((fields.tap_key_sig[0] ^ 1,)) + fields.tap_key_sig[1:])
    else:
        (public, signature), *others = fields.partial_sig
        flipped = signature[:20] + bytes((signature[20] ^ 1,)) + signature[21:]
        bad = fields.with_fields(partial_sig=((public, flipped), *others))
    assert reason(InvalidSignature, replace(psbt, inputs=(bad,)).finalize) == "mismatch"


def test_signatures_of_a_chain_without_psbts_are_not_verified() -> None:
    transaction = spend("p2wpkh")
    spent = [each.spent for each in transaction.inputs if each.spent]
    other = chain("bitcoin-sv", BitcoinChain)
    tx = Tx.decode(sign(transaction, signer(1)).raw)
    Spends(tx, spent, dialect=GRS.dialect).verify(0)
    assert reason(TransactionError, Spends, tx, spent, dialect=other.dialect) == "network"
    assert reason(InvalidSignature, Spends(tx, spent).verify, 0) == "mismatch"


def as_bitcoin(psbt: Psbt) -> Psbt:
    """Return the same PSBT for Bitcoin, by the claimed amount: the previous transaction has another id there."""
    inputs = tuple([each.with_fields(non_witness_utxo=None) for each in psbt.inputs])
    return Psbt.decode(BITCOIN, replace(psbt, inputs=inputs).raw, safety=Safety(trust_witness_utxo=True))


def test_a_signature_over_the_digest_of_bitcoin_is_refused() -> None:
    psbt = Psbt.from_transaction(spend("p2wpkh"))
    theirs = sign(as_bitcoin(psbt), signer(1))
    assert theirs.finalize()
    mixed = psbt.inputs[0].with_fields(partial_sig=theirs.inputs[0].partial_sig)
    assert reason(InvalidSignature, replace(psbt, inputs=(mixed,)).finalize) == "mismatch"


def test_PS61_a_previous_transaction_has_the_id_of_its_own_chain() -> None:
    psbt = Psbt.from_transaction(spend("p2wpkh"))
    assert reason(TransactionError, lambda: Psbt.decode(BITCOIN, psbt.raw).transaction) == "mismatch"
    previous, _ = funding("p2wpkh")
    spent = Input(txid=Tx.decode(previous).txid, vout=0, previous=previous, key=key(1).public_key)
    outputs = (pay(BITCOIN.address(BOB), 90_000),)
    theirs = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=outputs))
    assert reason(TransactionError, lambda: Psbt.decode(GRS, theirs.raw).transaction) == "mismatch"


def test_PS62_an_amount_that_nothing_proves_is_refused() -> None:
    psbt = Psbt.from_transaction(spend("p2wpkh"))
    bare = replace(psbt, inputs=(psbt.inputs[0].with_fields(non_witness_utxo=None),))
    assert reason(SigningRefused, bare.requests) == "policy"
    assert Psbt.decode(GRS, bare.raw, safety=Safety(trust_witness_utxo=True)).requests()


def test_an_output_that_is_not_known_is_not_signed_over() -> None:
    psbt = Psbt.from_transaction(spend("p2wpkh", "p2wsh"))
    empty = replace(psbt, inputs=(psbt.inputs[0], type(psbt.inputs[1])()))
    loose = Psbt.decode(GRS, empty.raw, safety=Safety(max_fee=None, max_fee_rate=None))
    assert loose.transaction.inputs[1].spent is None
    assert reason(TransactionError, loose.requests) == "missing"


def test_the_chain_reads_a_psbt_and_gives_the_transaction_in_it() -> None:
    transaction = spend("p2wpkh", "p2sh")
    read = GRS.decode_transaction(Psbt.from_transaction(transaction).raw)
    assert isinstance(read, Transaction)
    assert (read, read.requests()) == (transaction, transaction.requests())
    assert GRS.decode_transaction(read.raw) == read


def test_what_is_built_is_signed_and_change_is_proven_by_a_wallet() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        own, origin = wallet.public_key(GRS), wallet.origin(GRS)
        outputs = (TxOut(value=500_000, script_pubkey=GRS.script_pubkey(GRS.address(own))),)
        source = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0).encode()
        assert GRS.dialect is not None
        txid = GRS.dialect.identify(source)
        spent = Input(txid=txid, vout=0, previous=source, key=own, origin=origin, dialect=GRS.dialect)
        back = change(wallet.public_key(GRS, change=1), value=0, origin=wallet.origin(GRS, change=1))
        psbt = build(GRS, inputs=[spent], payments=[pay(GRS.address(BOB), 200_000)], change=back, fee_rate=2_000)
        places = wallet.change_of(psbt)
        assert [psbt.transaction.outputs[place].value > 290_000 for place in places] == [True]
        done = sign(psbt, *wallet.signers_for(psbt)).finalize()
        assert done.raw == sign(psbt.transaction, *wallet.signers_for(psbt)).raw


def test_the_command_line_signs_and_finalizes(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        own, origin = wallet.public_key(GRS), wallet.origin(GRS)
    outputs = (TxOut(value=500_000, script_pubkey=GRS.script_pubkey(GRS.address(own))),)
    source = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0).encode()
    txid = sha256(source)[::-1].hex()
    spent = Input(txid=txid, vout=0, previous=source, key=own, origin=origin, dialect=GRS.dialect)
    psbt = Psbt.from_transaction(Transaction(chain=GRS, inputs=(spent,), outputs=(pay(GRS.address(BOB), 490_000),)))
    named = ("--chain", "groestlcoin")
    assert run(["inspect", str(psbt), *named]) == 0
    assert "of groestlcoin\n" in capsys.readouterr().out
    out = str(tmp_path / "out.psbt")
    assert with_secrets("psbt", "sign", str(psbt), *named, "--yes", "--out", out) == 0
    assert "0.0049 GRS" in capsys.readouterr().err
    assert run(["psbt", "finalize", out, *named]) == 0
    raw = bytes.fromhex(capsys.readouterr().out)
    root = Wallet.from_mnemonic(PHRASE)
    assert raw == sign(psbt.transaction, *root.signers_for(psbt)).raw
    assert run(["psbt", "finalize", out]) == 1  # on Bitcoin the previous transaction has another id


@pytest.mark.parametrize("name", ["NONE", "SINGLE", "ALL|ANYONECANPAY"])
def test_a_hash_type_has_to_be_named(name: str) -> None:
    transaction = spend("p2wpkh", sighash=name)
    psbt = Psbt.from_transaction(transaction)
    assert reason(SigningRefused, psbt.requests) == "policy"
    allowed = Psbt.decode(GRS, psbt.raw, safety=Safety(sighash=(name,)))
    back = Psbt.decode(GRS, sign(allowed, signer(1)).raw, safety=Safety(sighash=(name,)))
    assert back.finalize().raw == sign(transaction, signer(1)).raw
    with pytest.raises(SigningRefused, match="expected signatures over everything"):
        Psbt.decode(GRS, replace(back, inputs=(back.inputs[0].without((0x03,)),)).raw).finalize()
