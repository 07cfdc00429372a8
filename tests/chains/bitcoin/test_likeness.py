"""Scripts of the wallet's own keys: change goes to one that is made as what is spent, as nobody finds another again."""

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest

from support.bitcoin import BITCOIN, key
from walletcore import KeyOrigin, Path, PublicKey, Wallet
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import GuardRefused
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee
from walletcore.signing import collect

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
WALLET = Wallet.from_mnemonic(PHRASE)
TO = BITCOIN.address(key(7).public_key)
ACCOUNTS = (0, 1, 2)

kinds = pytest.mark.parametrize("kind", ["p2sh", "p2wsh", "p2sh-p2wsh"])
Owner = tuple[PublicKey, KeyOrigin]


def owner(account: int, level: int = 0, index: int = 0) -> Owner:
    where: Any = {"account": account, "change": level, "index": index}
    return WALLET.public_key(BITCOIN, **where), WALLET.origin(BITCOIN, **where)


def owners(level: int, index: int, accounts: Sequence[int] = ACCOUNTS, *, is_sorted: bool = False) -> tuple[Owner, ...]:
    found = [owner(account, level, index) for account in accounts]
    return tuple(sorted(found, key=lambda pair: pair[0].data) if is_sorted else found)


def _scripts(kind: str, required: int, pairs: Sequence[Owner]) -> dict[str, Any]:
    script = multisig(required, [each for each, _ in pairs])
    return {"redeem_script": script} if kind == "p2sh" else {"witness_script": script, "kind": kind}


def returned(pairs: tuple[Owner, ...], kind: str = "p2wsh", required: int = 2, value: int = 30_000) -> TxOut:
    return change(value=value, origins=pairs, **_scripts(kind, required, pairs))


def _source(script_pubkey: bytes, value: int) -> dict[str, Any]:
    output = TxOut(value=value, script_pubkey=script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="aa" * 32, vout=0),), outputs=(output,), locktime=0)
    return {"txid": source.txid, "vout": 0, "previous": source.encode()}


def spending(
    pairs: tuple[Owner, ...], kind: str = "p2wsh", required: int = 2, *, claimed: bool = False, **options: Any
) -> Input:
    """Return an input of such a script, with the transaction that proves it, or by its word alone."""
    parts = _scripts(kind, required, pairs)
    source = _source(Lock(**parts).script_pubkey, 100_000)
    if claimed:
        source = {"txid": source["txid"], "vout": 0, "value": 100_000, "trust_value": True}
    return Input(**source, origins=pairs, **parts, **options)


def single(account: int = 0, *, value: int = 200_000, **options: Any) -> Input:
    public, origin = owner(account)
    return Input(**_source(BITCOIN.script_pubkey(BITCOIN.address(public)), value), key=public, origin=origin, **options)


def paying(output: TxOut, *inputs: Input) -> Transaction:
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, 60_000), output))


def change_of(tx: Transaction) -> tuple[int, ...]:
    """Return what is change, here and where the PSBT arrives; both must agree."""
    found, again = WALLET.change_of(tx), BITCOIN.decode_transaction(tx.raw)
    assert isinstance(again, Transaction)
    assert WALLET.change_of(Psbt.from_transaction(tx)) == WALLET.change_of(again) == found
    return found


# -- what is proven


@kinds
def test_what_returns_to_the_same_script_of_the_same_accounts_is_change(kind: str) -> None:
    """At another place, whether the keys are sorted or in the order of the accounts."""
    for is_sorted in (False, True):
        spent = spending(owners(0, 3, is_sorted=is_sorted), kind)
        for level, index in ((1, 0), (0, 0), (1, 7), (1, 1_000_000)):
            output = returned(owners(level, index, is_sorted=is_sorted), kind)
            assert change_of(paying(output, spent)) == change_of(paying(output, single(), spent)) == (1,)


def test_keys_that_are_sorted_have_another_order_of_accounts_at_each_place() -> None:
    """BIP-67; the sets of accounts are compared then."""
    orders = {tuple(origin.path for _, origin in owners(0, place, is_sorted=True)) for place in range(8)}
    assert len({tuple(path.steps[2] for path in each) for each in orders}) > 1
    for place in range(8):
        spent = spending(owners(0, place, is_sorted=True))
        assert change_of(paying(returned(owners(1, 0, is_sorted=True)), spent)) == (1,)


# -- what is not


@pytest.mark.parametrize("kind", ["p2wsh", "p2sh-p2wsh"])
def test_PS68_a_script_of_own_keys_that_nobody_would_search_is_no_change(kind: str) -> None:
    """Fifteen of fifteen at places by chance: who made it alone knows them, and asks for a ransom."""
    rnd = random.Random(1)
    hidden = tuple(owner(0, rnd.randrange(2), rnd.randrange(100_000)) for _ in range(15))
    near = tuple(owner(0, 1, index) for index in range(15))
    for pairs in (hidden, near, owners(1, 0)):
        tx = paying(returned(pairs, kind, len(pairs), 130_000), *[single(account) for account in ACCOUNTS])
        assert change_of(tx) == ()
        rules = limit(BITCOIN.asset, per_transaction=70_000), max_fee({BITCOIN.asset: 500_000})
        with pytest.raises(GuardRefused, match="limit"):
            collect(tx.requests(), guard(WALLET.signer(BITCOIN), *rules, change=WALLET.change_of))


MIXED = (owner(0, 1, 5), owner(1, 1, 6), owner(2, 1, 5))
OTHERS = {
    "fewer keys": lambda kind: returned(owners(1, 5, (0, 1)), kind),
    "more keys": lambda kind: returned(owners(1, 5, (0, 1, 2, 3)), kind),
    "one signature is enough": lambda kind: returned(owners(1, 5), kind, 1),
    "all of them must sign": lambda kind: returned(owners(1, 5), kind, 3),
    "another account": lambda kind: returned(owners(1, 5, (0, 1, 3)), kind),
    "keys at several places": lambda kind: returned(MIXED, kind),
    "another kind of script": lambda kind: returned(owners(1, 5), "p2wsh" if kind != "p2wsh" else "p2sh"),
}


@kinds
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_PS68_a_script_that_is_made_in_another_way_is_no_change(kind: str, other: Any) -> None:
    more = [single(3), single(0)]
    for is_sorted in (False, True):
        spent = spending(owners(0, 0, is_sorted=is_sorted), kind)
        assert change_of(paying(returned(owners(1, 5, is_sorted=is_sorted), kind), spent, *more)) == (1,)
        assert change_of(paying(other(kind), spent, *more)) == ()


@kinds
def test_PS68_another_order_of_accounts_is_no_change(kind: str) -> None:
    """Where the keys are not sorted on both sides."""
    spent, turned = spending(owners(0, 0), kind), (2, 0, 1)
    found = []
    for index in range(12):
        pairs = owners(1, index, turned)
        both = all(list(each) == sorted(each, key=lambda pair: pair[0].data) for each in (pairs, owners(0, 0)))
        found.append(both)
        assert change_of(paying(returned(pairs, kind), spent)) == ((1,) if both else ())
    assert False in found


@kinds
def test_PS68_keys_at_several_places_are_no_change_of_such_keys(kind: str) -> None:
    assert change_of(paying(returned(MIXED, kind), spending(MIXED, kind))) == ()


# -- inputs that may be others


@kinds
def test_PS68_an_input_that_is_only_said_to_be_such_a_script_proves_nothing(kind: str) -> None:
    output, claimed = returned(owners(1, 0), kind), spending(owners(0, 0), kind, claimed=True)
    assert WALLET.change_of(paying(output, single(), claimed)) == ()
    assert WALLET.change_of(paying(output, single(), claimed, spending(owners(0, 1), kind))) == (1,)
    assert WALLET.change_of(paying(output, claimed, spending(owners(0, 1), kind, claimed=True))) == (1,)  # and no other


@kinds
def test_PS68_an_input_that_may_be_taken_away_proves_nothing(kind: str) -> None:
    output, alike = returned(owners(1, 0), kind), spending(owners(0, 0), kind)
    for sighash, found in (("ALL", (1,)), ("ALL|ANYONECANPAY", ())):
        assert WALLET.change_of(paying(output, single(sighash=sighash), alike)) == found


@kinds
@pytest.mark.parametrize("claimed", [False, True])
def test_PS68_the_keys_of_somebody_else_below_own_paths_prove_nothing(kind: str, claimed: bool) -> None:
    """All that is said of them is the wallet's, and one key is not."""
    output, real = returned(owners(1, 0), kind), owners(0, 0)
    forged = spending((*real[:2], (key(9).public_key, real[2][1])), kind, claimed=claimed)
    own = [single(account) for account in ACCOUNTS]
    assert WALLET.change_of(paying(output, forged)) == WALLET.change_of(paying(output, forged, *own)) == ()
    honest = spending(real, kind, claimed=True)
    assert WALLET.change_of(paying(output, honest, forged)) == ()  # not all that sign sign for the wallet's own
    path = Path.parse("m/84'/0'/7'/0/0")
    strange = spending(tuple((public, KeyOrigin(b"abcd", path)) for public, _ in real), kind, claimed=claimed)
    assert WALLET.change_of(paying(output, strange, *own)) == ()


def test_many_outputs_and_inputs_are_not_compared_each_with_each() -> None:
    """Of a hostile PSBT, which spends what it only says to be the wallet's."""
    number = 300
    own = [owners(0, place) for place in range(number)]
    forged = [(*real[:2], (key(9).public_key, real[2][1])) for real in own]
    inputs = (*[single(account) for account in ACCOUNTS], *map(spending, forged))
    tx = Transaction(
        chain=BITCOIN, inputs=inputs, outputs=tuple(returned(owners(1, place), value=1) for place in range(number))
    )
    tx.effects(), tx.requests()
    begin = time.process_time()
    assert WALLET.change_of(tx) == ()
    done = time.process_time()
    for place in range(number):
        owners(0, place), owners(1, place)
    assert done - begin < 5 * (time.process_time() - done)
