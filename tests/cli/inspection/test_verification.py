"""The verdict on a signed transaction: who signed, what is odd, what the fee is; bad signatures are an answer."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from support.bitcoin import BITCOIN, funding, signer, spending
from support.commands import PHRASE
from support.vectors import load
from walletcore import Wallet
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import Transaction, TxOut
from walletcore.chains.bitcoin.tx import Tx
from walletcore.cli import run
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.recognition import recognise
from walletcore.cli.inspection.verification import Verdict, verdict
from walletcore.coding.text import base58
from walletcore.errors import DecodingError
from walletcore.signing import sign

SOLANA = {case.id.rpartition("/")[2]: bytes.fromhex(case.expect["raw"]) for case in load("chains/demo-transactions")}[
    "solana"
]
HASH = "EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k"
PAYS = TxOut(value=90_000, script_pubkey=bytes.fromhex("0014751e76e8199196d454941c45d1b3a323f1433bd6"))  # BIP-173


def judged(sighash: str, guard: str = "p2pkh") -> Verdict:
    transaction = Transaction(chain=BITCOIN, inputs=(spending(guard, sighash=sighash),), outputs=(PAYS,))
    raw = sign(transaction, signer(1)).raw
    return verdict(raw.hex(), (BITCOIN,), previous=[funding(guard).encode()])


@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2tr"])
@pytest.mark.parametrize(
    ("sighash", "said"),
    [
        ("ALL", ""),
        ("NONE", "any output may be replaced"),
        ("SINGLE", "all outputs but one may be replaced"),
        ("ALL|ANYONECANPAY", "inputs may be added"),
        ("NONE|ANYONECANPAY", "any output may be replaced and inputs may be added"),
    ],
)
def test_a_hash_type_that_leaves_something_open_is_named(guard: str, sighash: str, said: str) -> None:
    found = judged(sighash, guard)
    assert found.verified
    assert [each.text for each in found.odd] == ([f"input 0 is signed {sighash}: {said}"] if said else [])


def test_the_default_hash_type_of_taproot_is_not_odd() -> None:
    assert judged("DEFAULT", "p2tr").odd == ()


def test_the_fee_is_what_inputs_have_beyond_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    transaction = Transaction(chain=BITCOIN, inputs=(spending("p2wpkh", sighash="NONE"),), outputs=(PAYS,))
    raw, source = sign(transaction, signer(1)).raw.hex(), funding("p2wpkh").encode().hex()
    assert run(["verify", raw, "--chain", "bitcoin", "--previous", source]) == 0
    shown = capsys.readouterr().out
    assert "  fee        0.0001 BTC\n" in shown
    assert shown.endswith("what is odd\n  input 0 is signed NONE: any output may be replaced\n")
    assert run(["verify", raw, "--chain", "bitcoin", "--previous", source, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["fee"], [each["code"] for each in found["odd"]]) == ("10000", ["hash-type"])


def test_a_previous_transaction_may_be_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    transaction = Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=(PAYS,))
    raw, source = sign(transaction, signer(1)).raw.hex(), tmp_path / "previous.hex"
    source.write_text(funding("p2wpkh").encode().hex() + "\n")
    assert run(["verify", raw, "--chain", "bitcoin", "--previous", str(source)]) == 0
    assert "  fee        0.0001 BTC\n" in capsys.readouterr().out
    source.write_text("nothing of the kind")
    assert run(["verify", raw, "--chain", "bitcoin", "--previous", str(source)]) == 1
    assert capsys.readouterr() == ("", "error: expected previous transaction 1 in hex\n")
    assert run(["verify", raw, "--chain", "bitcoin", "--previous", str(tmp_path / "another.hex")]) == 1
    assert capsys.readouterr().err == "error: cannot read previous transaction 1: No such file or directory\n"
    assert run(["verify", "--stdin", "--chain", "bitcoin", "--previous", "-"]) == 2
    assert "standard input has one thing only\n" in capsys.readouterr().err


def test_a_bitcoin_transaction_with_a_bad_signature_is_not_verified() -> None:
    transaction = Transaction(chain=BITCOIN, inputs=(spending("p2pkh"),), outputs=(PAYS,))
    tx = Tx.decode(sign(transaction, signer(1)).raw)
    changed = replace(tx, outputs=(replace(PAYS, value=90_001),))
    found = verdict(changed.encode().hex(), (BITCOIN,), previous=[funding("p2pkh").encode()])
    assert (found.verified, found.fee, found.signers) == (False, None, ())
    assert found.why == "input 0: a signature is not by the keys of the output"


# Base58, which is how Solana's tools print transactions


@pytest.mark.parametrize("rows", [chains(), (chain("solana"),)], ids=["all", "solana"])
def test_a_solana_transaction_in_base58_is_verified(rows: tuple[object, ...]) -> None:
    found = verdict(base58.encode(SOLANA), rows)  # type: ignore[arg-type]
    assert found.verified
    assert found == verdict(SOLANA.hex(), rows)  # type: ignore[arg-type]


def test_base58_is_not_taken_for_base64() -> None:
    """Every fourth length is one of base64, whose letters are those of base58 and a few more."""
    found = set()
    for size in range(1, 9):
        draft = {"chain": "solana", "blockhash": HASH, "instructions": [{"memo": "x" * size}]}
        with Wallet.from_mnemonic(PHRASE) as wallet:
            subject, signers = parse(json.dumps(draft)).build(wallet)
            text = base58.encode(sign(subject, *signers).raw)
        found.add(len(text) % 4)
        assert verdict(text, chains()).signers == ("HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk",)
    assert found == {0, 1, 2, 3}


@pytest.mark.parametrize("at", range(4))
def test_a_bad_signature_in_base58_is_an_answer(at: int) -> None:
    signed = bytearray(SOLANA)
    signed[5 + at] ^= 1
    found = verdict(base58.encode(bytes(signed)), chains())
    assert (found.verified, "signature" in found.why) == (False, True)


def test_a_solana_transaction_in_base58_is_looked_into() -> None:
    (found,) = recognise(base58.encode(SOLANA), chains())
    (same,) = recognise(SOLANA.hex(), chains())
    assert found == same
    assert found.what == "signed transaction"


def test_base58_is_bounded_before_it_is_decoded() -> None:
    for text in ("2" * 1684, "2" * 4_000_000):  # 1232 bytes are at most 1683 digits: 1232 * log 256 / log 58
        with pytest.raises(DecodingError):
            verdict(text, chains())
        with pytest.raises(DecodingError):
            recognise(text, chains())


def test_base58_of_another_chain_is_no_transaction() -> None:
    for text in (base58.encode(SOLANA), base58.encode(SOLANA + b"\x00")):
        with pytest.raises(DecodingError):
            verdict(text, (chain("ethereum"),))


def test_no_text_is_refused_and_not_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", ""]) == 1
    assert "expected a signed transaction" in capsys.readouterr().err
