"""What `inspect` says of the transactions of Bitcoin's relatives: signed, and in the form between signers."""

from dataclasses import replace

import pytest

from support.bitcoin import key, signer
from support.relatives import simple_payment
from support.vectors import load
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain, Transaction
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.effects import Transfer
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
