"""What `inspect` says of the transactions of Bitcoin's relatives: signed, and in the form between signers."""

from dataclasses import replace

import pytest

from support.bitcoin import key, signer
from support.relatives import simple_payment
from support.vectors import load
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain, Transaction
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.script import p2sh
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.effects import Transfer
from walletcore.hashes import hash160
from walletcore.signing import sign
from walletcore.wallet import Wallet

ROWS = [row for row in chains() if isinstance(row, BitcoinChain) and row.dialect is not None]
named = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
ALICE, BOB = key(1).public_key, key(2).public_key
PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


def payment(row: BitcoinChain) -> Transaction:
    return simple_payment(row, ALICE, BOB)


def check_paid(finding: Finding, row: BitcoinChain) -> None:
    """Outputs of Horizen have a block behind the address's script, and are shown with the address."""
    paid = finding.effects[0]
    assert isinstance(paid, Transfer)
    assert (paid.amount, paid.destination) == (40_000, row.account_id(row.address(BOB).text))


def told(raw: bytes, row: BitcoinChain) -> Finding:
    (finding,) = recognise(raw.hex(), [row])
    return finding


@named
def test_an_envelope_names_its_chain_and_says_what_it_would_do(row: BitcoinChain) -> None:
    (finding,) = recognise(payment(row).raw.hex(), chains())
    facts = dict(finding.facts)
    assert (finding.what, finding.chains) == ("unsigned transaction", (row.name,))
    assert facts["form"] == "a relative's, between signers"
    assert facts["to be signed by"] == ALICE.data.hex()
    assert {"hash-type", "version", "unspendable"}.isdisjoint(each.code for each in finding.odd)
    check_paid(finding, row)


def test_keys_of_stratis_test_network_are_of_a_test_network_though_they_begin_as_a_main_networks_do() -> None:
    row = chain("stratis-testnet", BitcoinChain)
    with Wallet.from_mnemonic(PHRASE) as wallet:
        account = str(wallet.xpub(row))
    (named,) = recognise(account, [row])
    assert (named.chains, [each.code for each in named.odd]) == (("stratis-testnet",), ["test-network"])
    (any_of_them,) = recognise(account, chains())
    assert {"bitcoin", "stratis-testnet"} < set(any_of_them.chains)
    assert "test-network" not in {each.code for each in any_of_them.odd}
    (case,) = [each for each in load("relatives/wif") if each.id.endswith("stratis-testnet-compressed")]
    (key_alone,) = recognise(case.input["wif"], chains())
    assert (key_alone.chains, [each.code for each in key_alone.odd]) == (
        ("stratis-testnet",),
        ["secret", "test-network"],
    )


SHARED = ("bitcoin-cash", "ecash", "bitcoin-sv", "ecash-testnet", "bitcoin-sv-testnet")


@pytest.mark.parametrize("signed", [False, True])
def test_chains_that_share_their_signatures_are_told(signed: bool) -> None:
    for row in ROWS:
        unsigned = payment(row)
        raw = sign(unsigned, signer(1)).raw if signed else unsigned.raw
        codes = {each.code: each.text for each in told(raw, row).odd}
        assert ("replayable" in codes) == (row.name in SHARED), row.name
        if row.name == "ecash":
            assert "bitcoin-cash and bitcoin-sv" in codes["replayable"]


@pytest.mark.parametrize(
    ("name", "opens"), [("ALL|UTXOS", ""), ("NONE|UTXOS", "input 0 is signed NONE|UTXOS: any output may be replaced")]
)
def test_a_psbt_of_bitcoin_cash_tells_its_hash_types_by_name(name: str, opens: str) -> None:
    unsigned = payment(chain("bitcoin-cash", BitcoinChain))
    made = replace(unsigned, inputs=(replace(unsigned.inputs[0], sighash=name),))
    finding = told(Psbt.from_transaction(made).raw, unsigned.chain)
    assert finding.inputs[0].sighash == name
    assert [each.text for each in finding.odd if each.code == "hash-type"] == ([opens] if opens else [])
    assert "unproven" not in {each.code for each in finding.odd}


@named
def test_a_signed_transaction_has_its_id_and_its_outputs(row: BitcoinChain) -> None:
    signed = sign(payment(row), signer(1))
    finding = told(signed.raw, row)
    facts = dict(finding.facts)
    assert (finding.what, finding.chains) == ("signed transaction", (row.name,))
    assert facts["id"] == signed.id
    assert {"hash-type", "version", "unspendable"}.isdisjoint(each.code for each in finding.odd)
    check_paid(finding, row)


@pytest.mark.parametrize("row", [row for row in chains() if isinstance(row, BitcoinChain)], ids=lambda row: row.name)
def test_an_address_of_a_main_network_is_never_told_to_be_worth_nothing(row: BitcoinChain) -> None:
    """P2SH of Stratis begins as that of DigiByte's test network."""
    for text in (row.address(ALICE, kind="p2pkh").text, row.address_of(p2sh(hash160(b"\x51"))).text):
        found = [each for each in recognise(text, chains()) if row.name in each.chains]
        assert found
        codes = {odd.code for each in found for odd in each.odd}
        assert ("test-network" in codes) == all(chain(name).slip44 == 1 for each in found for name in each.chains)


def test_what_nodes_take_no_more_is_told_as_such_and_not_as_lost() -> None:
    row = chain("bitcoin-sv", BitcoinChain)
    old = row.address_of(p2sh(hash160(b"\x51")))
    (finding,) = recognise(old.text, [row])
    assert [each.code for each in finding.odd] == ["retired"]
    paid = TxOut(value=60_000, script_pubkey=row.script_pubkey(old))
    tx = Tx(version=1, inputs=(TxIn(txid="11" * 32, vout=0, script_sig=b"\x51"),), outputs=(paid,), locktime=0)
    codes = {each.code for each in told(tx.encode(), row).odd}
    assert "retired" in codes
    assert {"anyone-can-spend", "unspendable"}.isdisjoint(codes)
