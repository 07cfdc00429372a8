"""Inputs of kinds that are not known here: somebody else's. P2A, which is nobody's (BIP-433), needs no signature."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, REGTEST, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.relay import CORE
from walletcore.chains.bitcoin.script import p2sh
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Fee, Opaque
from walletcore.errors import InvalidSignature, MissingSignature, SigningRefused, TransactionError
from walletcore.hashes import hash160
from walletcore.signing import sign

ANCHOR = b"\x51\x02\x4e\x73"  # BIP-433, "Specification"
UNKNOWN = {
    "version 2": b"\x52\x20" + bytes(31) + b"\x01",
    "version 1 of 20 bytes": b"\x51\x14" + bytes(19) + b"\x01",
    "version 16": b"\x60\x02\x4e\x73",
    "true": b"\x51",
    "a hash": b"\xa8\x20" + bytes(32) + b"\x87",
    "a key and more": b"\x21" + key(1).public_key.data + b"\xad\x51",
}
every_unknown = pytest.mark.parametrize("name", UNKNOWN)
TO = BITCOIN.address(key(7).public_key)
TRUSTING = Safety(trust_scripts=True)


def funding(script: bytes, value: int = 1_000) -> Tx:
    outputs = (TxOut(value=1, script_pubkey=b"\x51"), TxOut(value=value, script_pubkey=script))
    return Tx(version=2, inputs=(TxIn(txid="78" * 32, vout=0),), outputs=outputs, locktime=0)


def joint(script: bytes, *, network: BitcoinChain = BITCOIN, **fields: Any) -> Psbt:
    """Return the PSBT that spends one's own P2WPKH output of 100,000 satoshi, and an output of this script."""
    source, mine = funding(script), spending("p2wpkh")
    blank = Input(txid=source.txid, vout=1)
    outputs = (TxOut(value=100_500, script_pubkey=BITCOIN.script_pubkey(TO)),)
    made = Psbt.from_transaction(Transaction(chain=network, inputs=(mine, blank), outputs=outputs))
    told = PsbtInput(**({"non_witness_utxo": source.encode()} | fields))
    return Psbt.decode(network, replace(made, inputs=(made.inputs[0], told)).raw)


def spent_by(psbt: Psbt) -> list[TxOut]:
    return [each.spent for each in psbt.transaction.inputs if each.spent is not None]


def policy(call: Any) -> str:
    with pytest.raises(SigningRefused) as caught:
        call()
    assert caught.value.reason == "policy"
    return caught.value.hint


# -- kinds that are not known


@every_unknown
def test_an_input_of_an_unknown_kind_is_somebody_elses(name: str) -> None:
    made = joint(UNKNOWN[name])
    assert [each.key for each in made.requests()] == [key(1).public_key]
    assert isinstance(made.effects()[-1], Fee)
    assert made.summary().fee == made.transaction.claimed_fee == 500
    signed = sign(made, signer(1))
    assert [each.is_final for each in signed.finalized().inputs] == [True, False]
    with pytest.raises(MissingSignature):
        signed.finalize()
    low = replace(made, safety=Safety(max_fee=499))
    policy(low.requests)  # its amount counts


@every_unknown
def test_an_input_of_an_unknown_kind_is_written_and_read_again(name: str) -> None:
    made = joint(UNKNOWN[name])
    again = Psbt.from_transaction(made.transaction)
    assert again.transaction == made.transaction
    assert [each.message for each in again.requests()] == [each.message for each in made.requests()]
    assert (again.inputs[1].witness_utxo is not None) == name.startswith("version")  # BIP-174: it is for segwit
    read = BITCOIN.decode_transaction(made.raw)
    assert isinstance(read, Transaction)
    assert read == made.transaction
    assert [each.key for each in read.requests()] == [key(1).public_key]


@pytest.mark.parametrize(
    ("name", "final"),
    [
        ("version 2", {"final_scriptwitness": (b"anything",)}),
        ("version 16", {"final_scriptwitness": (b"anything",)}),
        ("true", {"final_scriptsig": b"\x51"}),
        ("a hash", {"final_scriptsig": b"\x03abc"}),
    ],
)
def test_what_others_made_final_is_given_away_only_where_it_is_trusted(name: str, final: dict[str, Any]) -> None:
    signed = sign(joint(UNKNOWN[name], **final), signer(1)).finalized()
    for give in (signed.finalize, signed.extract):
        assert policy(give) == "Safety(trust_scripts=True) gives it away unverified"
    trusting = Psbt.decode(BITCOIN, signed.raw, safety=TRUSTING)
    found = Tx.decode(trusting.extract().raw)
    assert found.inputs[1].script_sig == final.get("final_scriptsig", b"")
    assert found.witnesses[1] == final.get("final_scriptwitness", ())
    assert trusting.finalize().raw == trusting.extract().raw
    anyone_may_spend_it = name != "a hash"
    assert kernel_accepts(trusting.extract().raw, spent_by(trusting)) == anyone_may_spend_it


@every_unknown
def test_PS60_the_amount_of_an_unknown_kind_is_proven_or_claimed_as_any_other(name: str) -> None:
    script = UNKNOWN[name]
    lie = TxOut(value=900, script_pubkey=script)
    for told in (lie, TxOut(value=1_000, script_pubkey=b"\x52\x02ab")):
        lying = joint(script, witness_utxo=told)
        for ask in (lying.requests, lying.effects, lying.summary, lying.finalized):
            assert reason(TransactionError, ask) == "mismatch"
    stranger = joint(script, non_witness_utxo=funding(script, 2_000).encode())
    assert reason(TransactionError, stranger.requests) == "mismatch"
    claimed = joint(script, non_witness_utxo=None, witness_utxo=TxOut(value=1_000, script_pubkey=script))
    assert "trust_witness_utxo=True" in policy(claimed.requests)
    assert isinstance(claimed.effects()[-1], Opaque)
    assert len(replace(claimed, safety=Safety(trust_witness_utxo=True)).requests()) == 1


def test_hash_types_of_an_unknown_kind_are_told_as_any_other() -> None:
    """Whoever signs it so may add to the transaction."""
    made = joint(UNKNOWN["version 2"], sighash_type=0x82)
    assert "NONE|ANYONECANPAY" in policy(made.requests)
    assert isinstance(made.effects()[-1], Opaque)
    assert joint(UNKNOWN["version 2"], sighash_type=0).requests()


def test_keys_that_a_map_names_for_an_unknown_kind_are_not_asked() -> None:
    origin = b"\x01\x02\x03\x04"
    keys = [PsbtInput([(b"\x06" + key(number).public_key.data, origin)]).bip32_derivation[0] for number in (2, 3)]
    for name in ("version 2", "true"):
        made = joint(UNKNOWN[name], bip32_derivation=tuple(keys[:1]))
        assert [each.key for each in made.requests()] == [key(1).public_key]
    several = joint(UNKNOWN["version 2"], bip32_derivation=tuple(keys))
    assert [each.key for each in several.requests()] == [key(1).public_key]


def test_an_output_that_nobody_can_spend_stays_refused() -> None:
    assert reason(TransactionError, joint(b"\x6a\x01x").requests) == "unknown"


@every_unknown
def test_outside_of_psbts_an_unknown_kind_stays_refused(name: str) -> None:
    source = funding(UNKNOWN[name])
    assert reason(TransactionError, Input, txid=source.txid, vout=1, previous=source.encode()) == "unknown"


# -- P2A


def test_P2A_is_spent_by_nobody_in_particular() -> None:
    made = joint(ANCHOR)
    assert [each.kind for each in made.transaction.inputs] == ["p2wpkh", "p2a"]
    assert not made.transaction.partial
    assert [each.key for each in made.requests()] == [key(1).public_key]
    assert isinstance(made.effects()[-1], Fee)
    signed = sign(made, signer(1))
    raw = signed.finalize().raw
    assert kernel_accepts(raw, spent_by(made))
    final = Psbt.decode(BITCOIN, signed.finalized().raw)
    assert [each.is_final for each in final.inputs] == [True, False]  # no field says it (src/psbt.cpp)
    assert final.inputs[1].records == made.inputs[1].records
    assert final.extract().raw == final.finalize().raw == raw
    assert Tx.decode(raw).witnesses[1] == ()
    assert final.summary().fee_rate == -(-1000 * 500 // Tx.decode(raw).vsize)
    with pytest.raises(MissingSignature, match="inputs 0 are not final"):
        made.extract()


def test_P2A_with_something_beside_is_not_given_away() -> None:
    """Consensus takes a witness there and nodes pass none on (src/policy/policy.cpp, IsWitnessStandard)."""
    for final, why in (
        ({"final_scriptwitness": (b"x",)}, "trailing"),
        ({"final_scriptsig": b"\x51"}, "non-canonical"),
    ):
        stuffed = sign(joint(ANCHOR, **final), signer(1)).finalized()
        for give in (stuffed.extract, replace(stuffed, safety=TRUSTING).extract):
            assert reason(InvalidSignature, give) == why


def test_P2A_whose_amount_is_only_claimed_is_refused_as_any_other() -> None:
    claimed = joint(ANCHOR, non_witness_utxo=None, witness_utxo=TxOut(value=1_000, script_pubkey=ANCHOR))
    assert "trust_witness_utxo=True" in policy(claimed.requests)
    trusting = replace(claimed, safety=Safety(trust_witness_utxo=True))
    assert sign(trusting, signer(1)).finalize().raw == sign(joint(ANCHOR), signer(1)).finalize().raw


@pytest.mark.parametrize("name", ["litecoin", "groestlcoin", "dogecoin"])
def test_P2A_has_no_meaning_where_nodes_do_not_know_it(name: str) -> None:
    network = chain(name, BitcoinChain)
    dialect, source = network.dialect, funding(ANCHOR)
    assert reason(TransactionError, _spending_on, network, source) == "network"
    if name == "litecoin":
        made = joint(ANCHOR, network=network)
        assert [each.kind for each in made.transaction.inputs] == ["p2wpkh", "witness_unknown"]
        assert sign(made, signer(1)).finalized().inputs[0].is_final
        with pytest.raises(MissingSignature):
            sign(made, signer(1)).finalize()
    assert dialect is None or dialect.has_psbts


def _spending_on(network: BitcoinChain, source: Tx) -> Transaction:
    spent = Input(txid=source.txid, vout=1, value=1_000, script_pubkey=ANCHOR, dialect=network.dialect)
    return Transaction(chain=network, inputs=(spent,), outputs=(TxOut(value=1, script_pubkey=b"\x51"),))


@pytest.mark.parametrize("mine", ["p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh"])
def test_P2A_is_spent_beside_inputs_of_ones_own(mine: str) -> None:
    source = funding(ANCHOR, 240)
    anchor = Input(txid=source.txid, vout=1, previous=source.encode())
    assert (anchor.kind, anchor.keys, anchor.required) == ("p2a", (), 0)
    to = pay(REGTEST.address(key(7).public_key), 99_000)
    tx = Transaction(chain=REGTEST, inputs=(anchor, spending(mine)), outputs=(to,))
    assert isinstance(tx.effects()[-1], Fee)
    signed = sign(tx, signer(1))
    assert kernel_accepts(signed.raw, [each.spent for each in tx.inputs if each.spent])
    assert 0 <= tx.vsize - Tx.decode(signed.raw).vsize <= 2
    assert Psbt.from_transaction(tx).transaction == tx
    assert sign(Psbt.from_transaction(tx), signer(1)).finalize().raw == signed.raw


def test_P2A_of_a_parent_is_spent_to_pay_for_it() -> None:
    source = funding(ANCHOR, 240)
    anchor = Input(txid=source.txid, vout=1, previous=source.encode())
    back = spending("p2wpkh")
    made = build(
        REGTEST,
        inputs=(anchor, back),
        payments=(pay(REGTEST.address(key(7).public_key), 50_000),),
        change=REGTEST.address(key(1).public_key),
        fee_rate=2_000,
        selection="all",
    )
    signed = sign(made, signer(1)).finalize()
    assert kernel_accepts(signed.raw, spent_by(made))
    assert made.transaction.claimed_fee == 2 * made.transaction.vsize


def test_P2A_is_no_key_and_no_script_behind_a_hash() -> None:
    source = funding(ANCHOR)
    options: dict[str, Any] = {"txid": source.txid, "vout": 1, "previous": source.encode()}
    assert reason(TransactionError, Input, **options, key=key(1).public_key) == "mismatch"
    nested = p2sh(hash160(ANCHOR)).script_pubkey
    parts: dict[str, Any] = {"txid": "11" * 32, "vout": 0, "value": 5, "script_pubkey": nested}
    assert reason(TransactionError, Input, **parts, redeem_script=ANCHOR, trust_value=True) == "unknown"


def test_P2A_has_the_addresses_of_its_proposal_and_is_paid() -> None:
    """BIP-433, "Specification"; the dust limit of "Related Work"."""
    for name, text in (
        ("bitcoin", "bc1pfeessrawgf"),
        ("bitcoin-testnet", "tb1pfees9rn5nz"),
        ("bitcoin-regtest", "bcrt1pfeesnyr2tx"),
    ):
        network = chain(name, BitcoinChain)
        address = network.parse_address(text, require_spendable=True)
        assert (address.kind, address.payload, network.script_pubkey(address)) == ("p2a", b"\x4e\x73", ANCHOR)
        assert pay(address, 240).script_pubkey == ANCHOR
        found = network.destination_of(ANCHOR)
        assert found is not None
        assert network.address_of(found) == address
    assert CORE.dust_limit(ANCHOR) == 240
    litecoin = chain("litecoin", BitcoinChain)
    found = litecoin.destination_of(ANCHOR)
    assert found is not None
    other = litecoin.parse_address(litecoin.address_of(found).text)
    assert other.kind == "witness_unknown"
    assert reason(TransactionError, pay, other, 240) == "policy"


def test_who_spends_P2A_has_signed_no_message() -> None:
    address = BITCOIN.parse_address("bc1pfeessrawgf")
    found = verdict(b"all of it is mine", base64.b64encode(b"\x00").decode(), address)
    assert (found.state, found.reason) == (State.INCONCLUSIVE, "unknown")
    source = funding(ANCHOR)
    anchor = Input(txid=source.txid, vout=1, previous=source.encode())
    parts: dict[str, Any] = {"chain": BITCOIN, "signer": key(1).public_key, "data": b"mine"}
    assert reason(TransactionError, GenericMessage, **parts, funds=(anchor,)) == "policy"
