"""`inspect --xpub`: what a transaction provably returns to an account, of which only the public half is known."""

import json
from dataclasses import replace
from typing import Any

import pytest

from support.commands import PHRASE
from support.vectors import load
from walletcore import Wallet, sign
from walletcore.chains import bitcoin, chain
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.cli import run

BITCOIN = chain("bitcoin", bitcoin.BitcoinChain)
WALLET = Wallet.from_mnemonic(PHRASE)
ACCOUNTS = {case.id.rpartition("/bip-")[2]: case.expect for case in load("bip86/accounts")}
XPUB = ACCOUNTS["m/86'/0'/0'"]["xpub"]  # BIP-86, "Test vectors"
FIRST_CHANGE = "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7"  # the same, of this account
WHERE: Any = {"kind": "p2tr"}
SPENT = Input(
    txid="11" * 32,
    vout=0,
    value=100_000,
    key=WALLET.public_key(BITCOIN, **WHERE),
    origin=WALLET.origin(BITCOIN, **WHERE),
    **WHERE,
)
PAYS = pay(BITCOIN.parse_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), 60_000)


def returning(index: int = 0, **place: Any) -> TxOut:
    where = {**WHERE, "change": 1, "index": index, **place}
    key, origin = WALLET.public_key(BITCOIN, **where), WALLET.origin(BITCOIN, **where)
    return change(key, value=39_000, origin=origin, **WHERE)


def transaction(output: TxOut) -> Transaction:
    return Transaction(chain=BITCOIN, inputs=(SPENT,), outputs=(PAYS, output))


def inspected(capsys: pytest.CaptureFixture[str], raw: bytes, *arguments: str) -> Any:
    assert run(["inspect", raw.hex(), *arguments, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return found


def test_change_of_the_account_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    tx = transaction(returning())
    found = inspected(capsys, tx.raw, "--xpub", XPUB)
    assert [effect.get("change") for effect in found["effects"]] == [None, True, None]
    assert found["effects"][1]["destination"].endswith(FIRST_CHANGE)
    assert found["facts"]["change"] == "proven: output 1"
    assert [each["code"] for each in found["odd"]] == ["network-open"]  # the key tells no coin
    alone = inspected(capsys, tx.raw, "--chain", "bitcoin")
    assert [effect.get("change") for effect in alone["effects"]] == [None] * 3
    assert "change" not in alone["facts"]
    assert [each["code"] for each in alone["odd"]] == ["change-claimed"]


def test_people_see_it_as_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", transaction(returning()).raw.hex(), "--xpub", XPUB]) == 0
    assert "  change    0.00039 BTC" in capsys.readouterr().out


@pytest.mark.parametrize(
    "output",
    [
        returning(account=1),
        returning(2_000_000),
        replace(returning(), lock=None),
    ],
    ids=["of another account", "too far", "without a path"],
)
def test_what_is_not_proven_is_said_to_be_none(capsys: pytest.CaptureFixture[str], output: TxOut) -> None:
    found = inspected(capsys, transaction(output).raw, "--xpub", XPUB)
    assert found["facts"]["change"] == "none is proven"
    assert not any(effect.get("change") for effect in found["effects"])


def test_signed_bytes_prove_no_change(capsys: pytest.CaptureFixture[str]) -> None:
    raw = sign(transaction(returning()), WALLET.signer(BITCOIN, **WHERE)).raw
    found = inspected(capsys, raw, "--xpub", XPUB)
    assert found["facts"]["change"] == "none is proven: only a PSBT names the keys of outputs"
    assert found["chains"][0] == "bitcoin"
    assert not [name for name in found["chains"] if "test" in name]  # the network of the key


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--xpub", XPUB, "--chain", "bitcoin-testnet"), 2),
        (("--xpub", XPUB, "--chain", "ethereum"), 2),
        (("--xpub", ACCOUNTS["root"]["xpub"]), 1),
        (("--xpub", XPUB[:-1] + "1"), 1),
    ],
)
def test_a_key_that_is_of_no_account_of_the_chain_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert run(["inspect", transaction(returning()).raw.hex(), *arguments]) == code
    assert capsys.readouterr().out == ""


def test_a_key_beside_no_transaction_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", FIRST_CHANGE, "--xpub", XPUB]) == 2
    assert "--xpub is for a transaction" in capsys.readouterr().err
