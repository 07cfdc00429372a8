"""Joint accounts beside one's own coins: what cosigners could take with them is no change, whoever else signs."""

from functools import cache
from typing import Any

import pytest
from bip_utils import Bip32Slip10Secp256k1, Bip39SeedGenerator

from support.bitcoin import BITCOIN, key, reason
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import bump_fee
from walletcore.chains.bitcoin.descriptor import AccountKey, MultisigDescriptor
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import DerivationError, GuardRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee
from walletcore.signing import collect

PHRASES = [  # BIP-39, "Test vectors"
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
]
WALLET = Wallet.from_mnemonic(PHRASES[0])
SCRIPT_TYPES = {"p2sh": 0, "p2sh-p2wsh": 1, "p2wsh": 2, "p2tr": 3}  # BIP-48; 0 and 3 by custom
TO = BITCOIN.address(key(7).public_key)
CASH = chain("bitcoin-cash", BitcoinChain)

kinds = pytest.mark.parametrize("kind", SCRIPT_TYPES)


@cache
def cosigner(person: int, kind: str) -> AccountKey:
    """Return the account of a person, by bip_utils."""
    root = Bip32Slip10Secp256k1.FromSeed(Bip39SeedGenerator(PHRASES[person]).Generate())
    path = f"48'/0'/0'/{SCRIPT_TYPES[kind]}'"
    xpub = root.DerivePath(path).PublicKey().ToExtended()
    return AccountKey.parse(f"[{bytes(root.PublicKey().FingerPrint().ToBytes()).hex()}/{path}]{xpub}")


def account(kind: str, *people: int, **options: Any) -> MultisigDescriptor:
    keys = tuple(cosigner(each, kind) for each in people or (0, 1, 2))
    return MultisigDescriptor(**{"required": 2, "keys": keys, "kind": kind, **options})


def _source(script_pubkey: bytes, value: int) -> dict[str, Any]:
    output = TxOut(value=value, script_pubkey=script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="aa" * 32, vout=0),), outputs=(output,), locktime=0)
    return {"txid": source.txid, "vout": 0, "previous": source.encode()}


def _scripts(joint: MultisigDescriptor, level: int, index: int) -> dict[str, Any]:
    script = joint.script(change=level, index=index)
    if joint.kind == "p2tr":
        return {"leaf_script": script, "control_block": joint.control_block(change=level, index=index)}
    return {"redeem_script": script} if joint.kind == "p2sh" else {"witness_script": script, "kind": joint.kind}


def own(value: int, **options: Any) -> Input:
    """Return an input of one key of the wallet."""
    row = CASH if "dialect" in options else BITCOIN
    source = _source(row.script_pubkey(WALLET.address(row)), value)
    return Input(**{**source, "key": WALLET.public_key(row), "origin": WALLET.origin(row), **options})


def shared(joint: MultisigDescriptor, value: int, *, index: int = 0, claimed: bool = False, **options: Any) -> Input:
    """Return an input of a joint account, with the transaction that proves it, or by its word alone."""
    row = CASH if "dialect" in options else BITCOIN
    source = _source(row.script_pubkey(joint.address(row, index=index)), value)
    if claimed:
        source = {"txid": source["txid"], "vout": 0, "value": value, "trust_value": True}
    return Input(**source, origins=joint.origins(index=index), **_scripts(joint, 0, index), **options)


def back(joint: MultisigDescriptor, value: int, *, index: int = 0, **options: Any) -> TxOut:
    """Return an output to a joint account."""
    return change(value=value, origins=joint.origins(change=1, index=index), **_scripts(joint, 1, index), **options)


def kept(value: int) -> TxOut:
    """Return an output to one key of the wallet."""
    return change(WALLET.public_key(BITCOIN, change=1), value=value, origin=WALLET.origin(BITCOIN, change=1))


def moving(inputs: tuple[Input, ...], *outputs: TxOut, row: BitcoinChain = BITCOIN) -> Transaction:
    return Transaction(chain=row, inputs=inputs, outputs=outputs)


def change_of(tx: Transaction, *joint: MultisigDescriptor) -> tuple[int, ...]:
    """Return what is change, here and where the PSBT arrives; both must agree."""
    prove = WALLET.change_with(*joint)
    found = prove(tx)
    assert prove(Psbt.from_transaction(tx)) == found
    assert prove(BITCOIN.decode_transaction(tx.raw)) == found
    return found


# -- what the account itself does not spend


@kinds
def test_PS67_neighbour_a_small_coin_of_the_account_makes_no_change_of_ones_own_coins(kind: str) -> None:
    """Two cosigners of three could spend all of it, and the guard of the third would have paid nobody."""
    joint = account(kind)
    tx = moving((own(1_000_000_000), shared(joint, 1_000)), back(joint, 999_990_000))
    assert joint.change_of(tx) == change_of(tx, joint) == ()
    told = Psbt.from_transaction(tx).summary(WALLET.change_with(joint))
    assert (told.change, [each for each in told.outflows if "999990000" in str(each)]) == ((), [*told.outflows])
    rules = limit(BITCOIN.asset, per_transaction=20_000), max_fee({BITCOIN.asset: 20_000})
    mine = guard(WALLET.signer(BITCOIN), *rules, change=WALLET.change_with(joint))
    with pytest.raises(GuardRefused, match="limit"):
        collect(tx.requests(), mine)


@kinds
def test_PS67_neighbour_all_that_returns_is_worth_no_more_than_what_is_spent(kind: str) -> None:
    joint = account(kind)
    spent = own(500_000), shared(joint, 60_000), shared(joint, 40_000, index=1)
    for values, is_change in (
        ((100_000,), True),
        ((100_001,), False),
        ((60_000, 40_000), True),
        ((60_000, 40_001), False),
        ((1, 100_000), False),
        ((1, 1), True),
    ):
        tx = moving(spent, kept(450_000), *[back(joint, value, index=place) for place, value in enumerate(values)])
        assert change_of(tx, joint) == (0, *(place for place in range(1, 1 + len(values)) if is_change))


@kinds
def test_PS67_neighbour_accounts_do_not_lend_each_other_inputs(kind: str) -> None:
    ours, theirs = account(kind), account(kind, 0, 3, 1)
    spent = shared(ours, 1_000_000), shared(theirs, 1_000)
    for value, found in ((1_000, (0, 1)), (1_001, (0,)), (900_000, (0,))):
        tx = moving(spent, back(ours, 50_000), back(theirs, value))
        assert change_of(tx, ours, theirs) == change_of(tx, theirs, ours) == found


@kinds
def test_PS67_neighbour_one_account_under_two_names_is_refused(kind: str) -> None:
    """What it spends would count for each of them: named in one way here, and in another one there."""
    joint = account(kind)
    renamed = MultisigDescriptor.parse(str(joint).split("#")[0].replace("[b8688df1/", "[b8688df2/"))
    for other in (renamed, account(kind, is_sorted=False), account(kind, 1, 0, 2)):
        assert other != joint
        assert reason(DerivationError, WALLET.change_with, joint, other) == "duplicate"
    tx = moving((shared(joint, 50_000),), back(joint, 40_000))
    assert change_of(tx, joint, account(kind), account(kind, required=1)) == (0,)


# -- amounts and inputs that may be others


@kinds
def test_PS67_neighbour_an_amount_that_is_merely_claimed_pays_for_nothing(kind: str) -> None:
    """One of taproot is signed, and a lie about it is in the fee that is stated, whoever signs other inputs only."""
    joint = account(kind)
    claimed = shared(joint, 100_000, claimed=True)
    tx = moving((own(500_000), claimed), back(joint, 90_000))
    assert joint.change_of(tx) == (() if claimed.is_claimed else (0,))
    assert claimed.is_claimed == (kind != "p2tr")
    proven = moving((own(500_000), claimed, shared(joint, 1_000, index=1)), back(joint, 90_000))
    assert joint.change_of(proven) == joint.change_of(tx)


@kinds
def test_the_account_alone_needs_no_proof_of_what_it_spends(kind: str) -> None:
    """Whatever its inputs are worth: every key that signs signs for coins of the account."""
    joint = account(kind)
    spent = shared(joint, 60_000, claimed=True), shared(joint, 40_000, claimed=True, index=1)
    assert joint.change_of(moving(spent, back(joint, 95_000))) == (0,)
    left_open = shared(joint, 60_000, sighash="ALL|ANYONECANPAY")
    assert joint.change_of(moving((left_open,), back(joint, 50_000))) == (0,)


@kinds
def test_PS67_neighbour_an_input_that_may_be_taken_away_pays_for_nothing(kind: str) -> None:
    joint = account(kind)
    for sighash, found in (("ALL", (0,)), ("ALL|ANYONECANPAY", ())):
        spent = own(500_000, sighash=sighash), shared(joint, 100_000)
        assert joint.change_of(moving(spent, back(joint, 90_000), pay(TO, 500_000))) == found


def test_amounts_that_a_relative_signs_are_not_merely_claimed() -> None:
    """Bitcoin Cash, hash type UTXOS: the signature commits to all that is spent."""
    joint, row = account("p2sh"), CASH
    for sighash, found in (("ALL", ()), ("ALL|UTXOS", (0,))):
        claimed = shared(joint, 100_000, claimed=True, dialect=row.dialect, sighash=sighash)
        spent = own(500_000, dialect=row.dialect, sighash=sighash), claimed
        tx = moving(spent, back(joint, 90_000, dialect=row.dialect), row=row)
        assert joint.change_of(tx) == WALLET.change_with(joint)(tx) == found


# -- who pays for a higher fee


@kinds
def test_PS67_neighbour_a_higher_fee_takes_nothing_from_what_goes_to_cosigners(kind: str) -> None:
    joint = account(kind)
    prove, spent = WALLET.change_with(joint), (own(1_000_000), shared(joint, 1_000))
    tx = moving(spent, back(joint, 999_000))
    assert reason(TransactionError, bump_fee, tx, fee_rate=20_000, change_of=prove) == "missing"
    tx = moving(spent, back(joint, 600_000), kept(390_000))
    made = bump_fee(tx, fee_rate=60_000, change_of=prove).transaction
    paid = {each.script_pubkey: each.value for each in made.outputs}
    assert paid.pop(tx.outputs[0].script_pubkey) == 600_000
    assert paid.keys() == {tx.outputs[1].script_pubkey}
    assert paid[tx.outputs[1].script_pubkey] < 390_000
