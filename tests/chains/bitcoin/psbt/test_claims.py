"""Inputs before segwit whose amount is only claimed: described, and signed for by whoever says that he believes it."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, REGTEST, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli.inspection.psbt import finding
from walletcore.effects import Opaque, Transfer
from walletcore.errors import SigningRefused, TransactionError
from walletcore.signing import sign

LEGACY = ["p2pk", "p2pkh", "multisig", "p2sh", "p2sh of p2pkh"]
TRUSTING = Safety(trust_witness_utxo=True)
every_legacy = pytest.mark.parametrize("guard", LEGACY)


def claimed(guard: str, **options: Any) -> Input:
    """Return the input that spends 100,000 satoshi, as its maker says."""
    return spending(guard, previous=b"", value=100_000, trust_value=True, **options)


def psbt(*inputs: Input, value: int = 190_000) -> Psbt:
    """Return the PSBT of what spends them, read as a signer elsewhere reads it."""
    outputs = (pay(BITCOIN.address(key(7).public_key), value),)
    return Psbt.decode(BITCOIN, Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs)).raw)


def refusal(call: Any) -> SigningRefused:
    with pytest.raises(SigningRefused) as caught:
        call()
    assert caught.value.reason == "policy"
    return caught.value


@every_legacy
def test_PS62_a_claim_of_an_input_before_segwit_is_signed_only_where_it_is_trusted(guard: str) -> None:
    made = psbt(claimed(guard), spending("p2wpkh", place=1))
    refused = refusal(made.requests)
    assert str(refused) == "input 0: expected the previous transaction, as its amount is only claimed"
    assert refused.hint == "Safety(trust_witness_utxo=True) believes the claim"
    signed = sign(replace(made, safety=TRUSTING), signer(1), signer(2))
    spent = [each.spent for each in made.transaction.inputs]
    assert kernel_accepts(signed.finalize().raw, spent)  # type: ignore[arg-type]
    final = replace(signed.finalized(), safety=Safety())
    for give in (replace(signed, safety=Safety()).finalize, final.finalize, final.extract):
        assert str(refusal(give)) == str(refused)


@every_legacy
def test_a_claim_is_described_and_its_fee_stays_opaque(guard: str) -> None:
    made = psbt(claimed(guard), spending("p2wpkh", place=1))
    for one in (made, replace(made, safety=TRUSTING)):
        paid, fee = one.effects()
        assert isinstance(paid, Transfer)
        assert isinstance(fee, Opaque)
        assert fee.why == "the fee: an input without its previous transaction only claims its value"
        assert one.transaction.claimed_fee == 10_000
        assert one.summary().fee is None
    assert [each.amount for each in finding(made, [BITCOIN]).inputs] == [100_000, 100_000]
    assert {each.code for each in finding(made, [BITCOIN]).odd} >= {"refused", "unproven"}


def test_a_claim_of_somebody_else_is_described_and_trusted_by_the_same_name() -> None:
    foreign = Input(txid="55" * 32, vout=1, value=100_000, trust_value=True, script_pubkey=p2pkh(BITCOIN))
    made = psbt(foreign, spending("p2wpkh", place=1))
    assert made.transaction.inputs[0].keys == ()
    assert len(made.effects()) == 2
    refusal(made.requests)
    trusting = replace(made, safety=TRUSTING)
    assert [each.key for each in trusting.requests()] == [key(1).public_key]
    assert [each.is_final for each in sign(trusting, signer(1)).finalized().inputs] == [False, True]


@every_legacy
def test_a_map_has_the_claim_only_where_nothing_proves_it(guard: str) -> None:
    """BIP-174: a witness UTXO is for segwit. Core reads a claim from it and makes none."""
    assert psbt(claimed(guard), spending(guard, place=1)).inputs[0].witness_utxo == claimed(guard).spent
    proven = psbt(spending(guard), spending(guard, place=1)).inputs[0]
    assert proven.witness_utxo is None
    assert proven.non_witness_utxo == spending(guard).previous


@every_legacy
def test_a_claim_is_refused_where_nothing_can_allow_it(guard: str) -> None:
    """BIP-174, "Signer": a transaction read from a PSBT has no `Safety`."""
    made = psbt(claimed(guard), spending("p2wpkh", place=1))
    with pytest.raises(TransactionError, match="input 0: expected the previous transaction") as caught:
        BITCOIN.decode_transaction(made.raw)
    assert (caught.value.reason, "trust_witness_utxo=True" in caught.value.hint) == ("missing", True)


def test_a_lie_beside_its_proof_is_never_allowed() -> None:
    made = psbt(spending("p2pkh"), spending("p2wpkh", place=1))
    lie = TxOut(value=50_000, script_pubkey=p2pkh(BITCOIN))
    records = [*made.inputs[0].records, (b"\x01", lie.encode())]
    lying = replace(made, inputs=(PsbtInput(sorted(records)), made.inputs[1]), safety=TRUSTING)
    for ask in (lying.requests, lying.effects, lying.finalized):
        assert reason(TransactionError, ask) == "mismatch"


@every_legacy
def test_a_claim_is_no_proof_of_funds(guard: str) -> None:
    """BIP-322: whoever verifies it needs the transaction."""
    parts: dict[str, Any] = {"chain": BITCOIN, "signer": key(1).public_key, "data": b"mine"}
    assert GenericMessage(**parts, funds=(spending(guard),)).requests()
    assert reason(TransactionError, GenericMessage, **parts, funds=(claimed(guard),)) == "missing"


# -- outside of PSBTs


def p2pkh(network: BitcoinChain) -> bytes:
    return network.script_pubkey(network.address(key(1).public_key, kind="p2pkh"))


@every_legacy
def test_an_input_is_made_of_a_claim_by_name_only(guard: str) -> None:
    whole = spending(guard)
    names = ("txid", "vout", "value", "script_pubkey", "redeem_script", "key")
    options = {name: getattr(whole, name) for name in names}
    for wrong, why in ((False, "missing"), (1, "type"), ("yes", "type"), (None, "type")):
        assert reason(TransactionError, Input, **options, trust_value=wrong) == why
    with pytest.raises(TransactionError) as caught:
        Input(**options)
    assert caught.value.hint == "Input(trust_value=True) believes the value"
    tx = Transaction(
        chain=REGTEST,
        inputs=(Input(**options, trust_value=True),),
        outputs=(pay(REGTEST.address(key(7).public_key), 90_000),),
    )
    assert isinstance(tx.effects()[-1], Opaque)
    assert kernel_accepts(sign(tx, signer(1), signer(2)).raw, [whole.spent])  # type: ignore[list-item]


def funding(network: BitcoinChain) -> Tx:
    outputs = (TxOut(value=70_000, script_pubkey=p2pkh(network)),)
    return Tx(version=1, inputs=(TxIn(txid="66" * 32, vout=0),), outputs=outputs, locktime=0)


@pytest.mark.parametrize("name", ["dogecoin", "dash", "ravencoin", "groestlcoin", "verge", "horizen", "firo", "decred"])
def test_a_relative_whose_signatures_prove_no_amount_signs_a_claim_by_name_only(name: str) -> None:
    network = chain(name, BitcoinChain)
    dialect = network.dialect
    source = funding(network)
    parts: dict[str, Any] = {"txid": source.txid, "vout": 0, "value": 70_000, "key": key(1).public_key, "kind": "p2pkh"}
    assert reason(TransactionError, Input, **parts, dialect=dialect) == "missing"
    spent = Input(**parts, dialect=dialect, trust_value=True)
    assert spent.is_legacy
    if name in ("dogecoin", "dash", "ravencoin", "groestlcoin"):
        outputs = (TxOut(value=60_000, script_pubkey=p2pkh(network)),)
        tx = Transaction(chain=network, inputs=(spent,), outputs=outputs)
        assert isinstance(tx.effects()[-1], Opaque)
        assert sign(tx, signer(1)).raw == sign(tx, signer(1)).raw
        refusal(Psbt.from_transaction(tx).requests)
        trusting = Psbt.decode(network, Psbt.from_transaction(tx).raw, safety=TRUSTING)
        assert sign(trusting, signer(1)).finalize().raw == sign(tx, signer(1)).raw


def test_signatures_that_commit_to_amounts_need_no_such_name() -> None:
    for name in ("bitcoin-cash", "bitcoin-gold", "zcash"):
        network = chain(name, BitcoinChain)
        assert network.dialect is not None
        parts: dict[str, Any] = {"key": key(1).public_key, "kind": "p2pkh", "dialect": network.dialect}
        assert Input(txid="11" * 32, vout=0, value=70_000, **parts).is_legacy
