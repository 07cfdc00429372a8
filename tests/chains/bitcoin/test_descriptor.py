"""Joint accounts: what returns to all cosigners is made again from all of their keys, and nothing else is change."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import wallycore
from bip_utils import Bip32Slip10Secp256k1, Bip39SeedGenerator
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, TESTNET, key, reason
from walletcore import KeyOrigin, Path, PublicKey, Wallet
from walletcore.chains import chain, solana
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import bump_fee
from walletcore.chains.bitcoin.descriptor import AccountKey, MultisigDescriptor, checksum
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.opcodes import push
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import AddressError, DerivationError, GuardRefused, PathError, TransactionError, WalletcoreError
from walletcore.keys import Curve
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee
from walletcore.signing import collect

PHRASES = [  # BIP-39, "Test vectors"
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
]
WALLETS = [Wallet.from_mnemonic(phrase) for phrase in PHRASES]
SCRIPT_TYPES = {"p2sh": 0, "p2sh-p2wsh": 1, "p2wsh": 2, "p2tr": 3}  # BIP-48; 0 and 3 by custom
H = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"  # BIP-341: the hash of the generator, as an x
HEADS = {"p2sh": "sh(", "p2sh-p2wsh": "sh(wsh(", "p2wsh": "wsh(", "p2tr": f"tr({H},"}
JUNK: list[Any] = [None, 1, True, b"wsh(multi(1))", 1.5, [], {}, object()]
STRANGER = key(7).public_key
TO = BITCOIN.address(STRANGER)

kinds = pytest.mark.parametrize("kind", SCRIPT_TYPES)
libwally_kinds = pytest.mark.parametrize("kind", [kind for kind in SCRIPT_TYPES if kind != "p2tr"])
orders = pytest.mark.parametrize("is_sorted", [True, False], ids=["sorted", "in order"])
people = pytest.mark.parametrize("person", range(3))


@cache
def node(person: int, path: str) -> Any:
    """Return the node of a person at this path, by bip_utils."""
    root = Bip32Slip10Secp256k1.FromSeed(Bip39SeedGenerator(PHRASES[person]).Generate())
    return root.DerivePath(path.removeprefix("m").removeprefix("/"))


def public(person: int, path: str) -> PublicKey:
    return PublicKey(Curve.SECP256K1, bytes(node(person, path).PublicKey().RawCompressed().ToBytes()))


def fingerprint(person: int) -> bytes:
    return bytes(node(person, "m").PublicKey().FingerPrint().ToBytes())


def account_path(kind: str, account: int = 0) -> str:
    return f"m/48'/0'/{account}'/{SCRIPT_TYPES[kind]}'"


def expression(person: int, kind: str, account: int = 0) -> str:
    path = account_path(kind, account)
    return f"[{fingerprint(person).hex()}{path[1:]}]{node(person, path).PublicKey().ToExtended()}"


def text(kind: str, who: Sequence[int] = (0, 1, 2), *, is_sorted: bool = True, required: int = 2) -> str:
    """Return the descriptor, written by hand."""
    keys = ",".join(f"{expression(each, kind)}/<0;1>/*" for each in who)
    name = f"{'sorted' if is_sorted else ''}multi{'_a' if kind == 'p2tr' else ''}"
    return f"{HEADS[kind]}{name}({required},{keys}){')' * HEADS[kind].count('(')}"


def joint(kind: str, **options: Any) -> MultisigDescriptor:
    return MultisigDescriptor.parse(text(kind, **options))


def libwally(descriptor: str, level: int, index: int) -> str:
    """Return the address that libwally derives."""
    read = wallycore.descriptor_parse(descriptor, None, wallycore.WALLY_NETWORK_BITCOIN_MAINNET, 0)
    return str(wallycore.descriptor_to_address(read, 0, level, index, 0))


def independent(kind: str, level: int, index: int, *, is_sorted: bool = True, required: int = 2) -> str:
    """Return the address by libwally, which has no leaves in descriptors: of these by its tweak of bip_utils' keys."""
    if kind != "p2tr":
        return libwally(text(kind, is_sorted=is_sorted, required=required), level, index)
    keys = [each.data for each, _ in named(kind, f"/{level}/{index}")]
    output = tweaked_key(written(keys, kind=kind, is_sorted=is_sorted, required=required))
    return str(wallycore.addr_segwit_from_bytes(b"\x51\x20" + output[1:], "bc", 0))


def tweaked_key(leaf: bytes) -> bytes:
    """Return the output key of H and a leaf that stands alone, by libwally (BIP-341)."""
    hashed = hashlib.sha256(b"TapLeaf").digest() * 2 + b"\xc0" + bytes((len(leaf),)) + leaf
    root = hashlib.sha256(hashed).digest()
    return bytes(wallycore.ec_public_key_bip341_tweak(bytes.fromhex(f"02{H}"), root, 0))


def written(keys: Sequence[bytes], *, kind: str = "p2wsh", is_sorted: bool = True, required: int = 2) -> bytes:
    """Return a multisig script, or a leaf (BIP-387), byte for byte."""
    if kind == "p2tr":
        first, *others = sorted(key[1:] for key in keys) if is_sorted else [key[1:] for key in keys]
        rest = b"".join(b"\x20" + each + b"\xba" for each in others)
        return b"\x20" + first + b"\xac" + rest + bytes((0x50 + required, 0x9C))
    shown = sorted(keys) if is_sorted else keys
    return bytes((0x50 + required,)) + b"".join(map(push, shown)) + bytes((0x50 + len(shown), 0xAE))


Named = tuple[tuple[PublicKey, KeyOrigin], ...]


def named(kind: str, place: str, who: Sequence[int] = (0, 1, 2), account: int = 0) -> Named:
    """Return the keys of these people at a place below the account, with where they come from."""
    path = f"{account_path(kind, account)}{place}"
    return tuple((public(each, path), KeyOrigin(fingerprint(each), Path.parse(path))) for each in who)


def scripts(kind: str, script: bytes) -> dict[str, Any]:
    if kind == "p2tr":
        return {"leaf_script": script, "control_block": bytes((0xC0 | tweaked_key(script)[0] & 1,)) + bytes.fromhex(H)}
    return {"redeem_script": script} if kind == "p2sh" else {"witness_script": script, "kind": kind}


def returned(
    kind: str, keys: Named, *, claimed: Named | None = None, is_sorted: bool = True, required: int = 2
) -> TxOut:
    """Return an output to these keys, which says of them what is claimed."""
    script = written([each.data for each, _ in keys], kind=kind, is_sorted=is_sorted, required=required)
    return change(value=30_000, origins=keys if claimed is None else claimed, **scripts(kind, script))


def spending(kind: str, keys: Named, *, is_sorted: bool = True, required: int = 2) -> Input:
    """Return an input that spends such an output, with the transaction that proves it."""
    parts = scripts(kind, written([each.data for each, _ in keys], kind=kind, is_sorted=is_sorted, required=required))
    paid = TxOut(value=100_000, script_pubkey=Lock(**parts).script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="aa" * 32, vout=0),), outputs=(paid,), locktime=0)
    return Input(txid=source.txid, vout=0, previous=source.encode(), origins=keys, **parts)


def paying(output: TxOut, *inputs: Input) -> Transaction:
    """Return a transaction that pays somebody, and then what is asked about."""
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, 60_000), output))


def change_of(tx: Transaction, account: MultisigDescriptor, wallet: Wallet = WALLETS[0], **options: Any) -> Any:
    """Return what is change, here and where the PSBT arrives, by the account alone and by a wallet: all must agree."""
    found = account.change_of(tx, **options)
    psbt = Psbt.from_transaction(tx)
    again = BITCOIN.decode_transaction(tx.raw)
    for prove in (account.change_of, wallet.change_with(account)):
        assert [prove(each, **options) for each in (tx, psbt, again)] == [found] * 3
    summary = psbt.summary(wallet.change_with(account)) if not options else None
    assert summary is None or len(summary.change) == len(found)
    return found


# -- what is proven


@kinds
@orders
@people
def test_what_returns_to_all_cosigners_is_change(kind: str, is_sorted: bool, person: int) -> None:
    account, spent = joint(kind, is_sorted=is_sorted), spending(kind, named(kind, "/0/3"), is_sorted=is_sorted)
    for place in ("/1/0", "/0/0", "/1/7", "/1/1000000"):
        tx = paying(returned(kind, named(kind, place), is_sorted=is_sorted), spent)
        assert change_of(tx, account, WALLETS[person]) == (1,)
        assert WALLETS[person].change_of(tx) == ()  # who has not named his cosigners
        level, index = map(int, place[1:].split("/"))
        assert independent(kind, level, index, is_sorted=is_sorted) in str(tx.effects()[1])


@kinds
@orders
@given(level=st.integers(0, 1), index=st.integers(0, 2**31 - 2), required=st.integers(1, 3))
def test_its_addresses_are_those_of_libwally(kind: str, is_sorted: bool, level: int, index: int, required: int) -> None:
    account = joint(kind, is_sorted=is_sorted, required=required)
    expected = independent(kind, level, index, is_sorted=is_sorted, required=required)
    assert account.address(BITCOIN, change=level, index=index).text == expected
    if kind != "p2tr":
        assert libwally(str(account), level, index) == expected  # with its checksum


def test_two_keys_at_one_place_are_sorted_for_that_place() -> None:
    """BIP-67 sorts the keys of a script; the order of accounts is another one."""
    orders_ = {tuple(sorted(range(3), key=lambda who: public(who, f"m/48'/0'/0'/2'/1/{i}").data)) for i in range(8)}
    assert len(orders_) > 1
    for index in range(8):
        keys = named("p2wsh", f"/1/{index}")
        assert change_of(paying(returned("p2wsh", keys), spending("p2wsh", keys)), joint("p2wsh")) == (1,)


def test_bip129_its_first_address() -> None:
    """BIP-129, "Test vectors", mode NO_ENCRYPTION, round 2."""
    account = MultisigDescriptor.parse(BIP129)
    assert account.address(BITCOIN).text == "bc1qrgc6p3kylfztu06ysl752gwwuekhvtfh9vr7zg43jvu60mutamcsv948ej"


BIP129 = (
    "wsh(sortedmulti(2,[1cf0bf7e/48'/0'/0'/2']xpub6FL8FhxNNUVnG64YurPd16AfGyvFLhh7S2uSsDqR3Qfcm6o9jtcMYwh6DvmcBF9qozx"
    "NQmTCVvWtxLpKTnhVLN3Pgnu2D3pAoXYFgVyd8Yz/**,[4fc1dd4a/48'/0'/0'/2']xpub6EebMbEps7ZcV3FYEnddRsvrFWDrt2tiPmCeM7pPX"
    "QEmphvq9ZfJ1LWFUDjf3vxCeBuPrfyGrMazWUsYsetrnHatQZVLJH7LsgCjtMqdzgj/**))"
)


@kinds
def test_change_with_cosigners_pays_for_a_higher_fee(kind: str) -> None:
    tx = paying(returned(kind, named(kind, "/1/0")), spending(kind, named(kind, "/0/0")))
    with pytest.raises(TransactionError, match="no output is proven change"):
        bump_fee(tx, fee_rate=60_000, change_of=WALLETS[0].change_of)
    bumped = bump_fee(tx, fee_rate=60_000, change_of=WALLETS[0].change_with(joint(kind))).transaction
    assert [each.value for each in bumped.outputs if each.script_pubkey == tx.outputs[0].script_pubkey] == [60_000]
    assert (bumped.claimed_fee or 0) > 10_000


def test_a_guard_does_not_count_change_with_cosigners() -> None:
    tx = paying(returned("p2wsh", named("p2wsh", "/1/0")), spending("p2wsh", named("p2wsh", "/0/0")))
    (mine,) = WALLETS[0].signers_for(tx)
    rules = limit(BITCOIN.asset, per_transaction=70_000), max_fee({BITCOIN.asset: 10_000})
    guarded = guard(mine, *rules, change=WALLETS[0].change_with(joint("p2wsh")))
    assert len([each for each in collect(tx.requests(), guarded) if each is not None]) == 1
    with pytest.raises(GuardRefused):
        collect(tx.requests(), guard(mine, *rules, change=WALLETS[0].change_of))


def test_change_of_the_wallet_itself_is_found_beside_it() -> None:
    wallet = WALLETS[0]
    own = change(wallet.public_key(BITCOIN, change=1), value=1_000, origin=wallet.origin(BITCOIN, change=1))
    single = TxOut(value=50_000, script_pubkey=BITCOIN.script_pubkey(wallet.address(BITCOIN)))
    source = Tx(version=2, inputs=(TxIn(txid="bb" * 32, vout=0),), outputs=(single,), locktime=0)
    mine = Input(
        txid=source.txid,
        vout=0,
        previous=source.encode(),
        key=wallet.public_key(BITCOIN),
        origin=wallet.origin(BITCOIN),
    )
    shared = returned("p2wsh", named("p2wsh", "/1/0"))
    tx = Transaction(
        chain=BITCOIN, inputs=(mine, spending("p2wsh", named("p2wsh", "/0/0"))), outputs=(shared, pay(TO, 1), own)
    )
    assert wallet.change_of(tx) == (2,)
    assert wallet.change_with(joint("p2wsh"))(tx) == (0, 2)
    assert wallet.change_with(joint("p2wsh"), joint("p2sh"))(tx) == (0, 2)
    assert wallet.change_with()(tx) == (2,)


def test_the_place_needs_to_be_named_for_one_key_only() -> None:
    """Who made the PSBT may not know where the keys of others come from; the script is made again all the same."""
    keys = named("p2wsh", "/1/4")
    for one in keys:
        tx = paying(returned("p2wsh", keys, claimed=(one,)), spending("p2wsh", named("p2wsh", "/0/0")))
        assert change_of(tx, joint("p2wsh")) == (1,)


@pytest.mark.parametrize(("total", "n"), [(16, b"\x60"), (17, b"\x01\x11"), (20, b"\x01\x14")])
def test_numbers_from_17_on_are_pushed_in_another_way(total: int, n: bytes) -> None:
    """Core's CScript::operator<<; libwally has descriptors of 15 keys at most."""
    where = [(place % 4, place // 4) for place in range(total)]
    account = MultisigDescriptor(
        required=total, keys=tuple(AccountKey.parse(expression(who, "p2wsh", number)) for who, number in where)
    )
    keys = [public(who, f"{account_path('p2wsh', number)}/0/1").data for who, number in where]
    script = b"".join((n, *(b"\x21" + each for each in sorted(keys)), n, b"\xae"))
    assert account.script(index=1) == script
    assert account.address(BITCOIN, index=1).payload == hashlib.sha256(script).digest()


# -- what is not


Lie = Callable[[str], TxOut]
PLACE = "/1/5"


def substituted(kind: str) -> TxOut:
    """A key of somebody else at the place of a cosigner's, with all claims as they should be."""
    keys = named(kind, PLACE)
    return returned(kind, (*keys[:2], (STRANGER, keys[2][1])))


def another_person(kind: str) -> TxOut:
    return returned(kind, named(kind, PLACE, (0, 1, 3)))


def without_all_but_one(kind: str) -> TxOut:
    keys = named(kind, PLACE)
    theirs = [(key(number).public_key, origin) for number, (_, origin) in enumerate(keys[1:], 50)]
    return returned(kind, (keys[0], *theirs))


def another_index_of_one(kind: str) -> TxOut:
    """All of them cosigners' keys, at different places: no search would find it."""
    keys = named(kind, PLACE)
    return returned(kind, (*keys[:2], *named(kind, "/1/6", (2,))), claimed=keys[:2])


def another_level_of_one(kind: str) -> TxOut:
    keys = named(kind, PLACE)
    return returned(kind, (*keys[:2], *named(kind, "/0/5", (2,))))


def another_order(kind: str) -> TxOut:
    keys = [each.data for each, _ in named(kind, PLACE)]
    shown = sorted(keys, key=lambda each: each[kind == "p2tr" :], reverse=True)
    script = written(shown, kind=kind, is_sorted=False)
    return change(value=30_000, origins=named(kind, PLACE), **scripts(kind, script))


def another_kind(kind: str) -> TxOut:
    other = {"p2sh": "p2wsh", "p2wsh": "p2sh-p2wsh", "p2sh-p2wsh": "p2sh", "p2tr": "p2wsh"}[kind]
    return returned(other, named(kind, PLACE))


LIES: dict[str, Lie] = {
    "a cosigner's key substituted": substituted,
    "a cosigner's key substituted, whose origin is told": another_person,
    "all keys substituted but the wallet's": without_all_but_one,
    "a cosigner's key at another index": another_index_of_one,
    "a cosigner's key at another level": another_level_of_one,
    "one signature enough": lambda kind: returned(kind, named(kind, PLACE), required=1),
    "three signatures needed": lambda kind: returned(kind, named(kind, PLACE), required=3),
    "a key too few": lambda kind: returned(kind, named(kind, PLACE, (0, 1))),
    "a key too many": lambda kind: returned(kind, named(kind, PLACE, (0, 1, 2, 3))),
    "an attacker's key too many": lambda kind: returned(
        kind, (*named(kind, PLACE), (STRANGER, named(kind, PLACE)[0][1]))
    ),
    "another order": another_order,
    "another kind of script": another_kind,
    "the wallet's key alone": lambda _: change(
        named("p2wsh", PLACE)[0][0], value=30_000, origin=named("p2wsh", PLACE)[0][1]
    ),
    "no origins": lambda kind: returned(kind, named(kind, PLACE), claimed=()),
    "a claim of another index": lambda kind: returned(
        kind, named(kind, PLACE), claimed=_moved(kind, named(kind, PLACE), "/1/6")
    ),
    "a claim of another level": lambda kind: returned(
        kind, named(kind, PLACE), claimed=_moved(kind, named(kind, PLACE), "/0/5")
    ),
    "a claim of another account": lambda kind: returned(
        kind, named(kind, PLACE), claimed=_moved(kind, named(kind, PLACE), PLACE, account=1)
    ),
    "claims of other masters": lambda kind: returned(
        kind, named(kind, PLACE), claimed=tuple((k, KeyOrigin(b"abcd", o.path)) for k, o in named(kind, PLACE))
    ),
}


def _moved(kind: str, keys: Named, place: str, account: int = 0) -> Named:
    path = Path.parse(f"{account_path(kind, account)}{place}")
    return tuple((each, KeyOrigin(origin.fingerprint, path)) for each, origin in keys)


@kinds
@orders
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_PS67_what_all_keys_do_not_make_again_is_no_change(kind: str, is_sorted: bool, lie: Lie) -> None:
    spent = spending(kind, named(kind, "/0/0"), is_sorted=is_sorted)
    tx = paying(lie(kind), spent)
    if not is_sorted and lie is not another_order:
        tx = paying(_in_order(kind, tx.outputs[1]), spent)
    assert change_of(tx, joint(kind, is_sorted=is_sorted)) == ()


@pytest.mark.parametrize("index", range(10))
def test_PS67_claims_of_several_places_prove_nothing(index: int) -> None:
    """One of them is the true one: which of them it is, is not tried."""
    keys, spent = named("p2wsh", f"/1/{index}"), spending("p2wsh", named("p2wsh", "/0/0"))
    for place in (f"/0/{index}", f"/1/{index + 1}", f"/1/{index + 700_000_000}"):
        claimed = (keys[0], *_moved("p2wsh", keys, place)[1:])
        assert change_of(paying(returned("p2wsh", keys, claimed=claimed), spent), joint("p2wsh")) == ()


def _in_order(kind: str, output: TxOut) -> TxOut:
    """The same lie, with the keys that are the account's in its order: only the lie is wrong with it."""
    lock = output.lock
    if lock is None or len(lock.keys) < 2:
        return output
    own = [each.data[1:] for each, _ in named(kind, PLACE)]
    ranked = sorted(lock.keys, key=lambda each: own.index(each.data[1:]) if each.data[1:] in own else 2)
    script = written([each.data for each in ranked], kind=lock.kind, is_sorted=False, required=lock.required)
    nested = "p2sh" if lock.kind == "p2sh" else lock.kind
    return change(value=output.value, origins=lock.origins, **scripts(nested, script))


FAR = {
    "an index of two billion": "/1/2000000000",
    "one above the limit": "/1/1000001",
    "neither receiving nor change": "/2/5",
    "far from both": "/2000000000/5",
}


@kinds
@pytest.mark.parametrize("place", FAR.values(), ids=FAR.keys())
def test_PS68_a_place_where_nobody_would_search_is_no_change(kind: str, place: str) -> None:
    """The keys are the cosigners', and all that is claimed is true."""
    tx = paying(returned(kind, named(kind, place)), spending(kind, named(kind, "/0/0")))
    assert change_of(tx, joint(kind)) == ()


@pytest.mark.parametrize("steps", [(1,), (), (1, 5, 0), (1, 5 + 2**31), (1 + 2**31, 5)], ids=str)
def test_PS68_other_steps_below_the_account_are_no_change(steps: tuple[int, ...]) -> None:
    """As keys of hardened steps only their holders know, the true ones of another place stand for them."""
    keys = named("p2wsh", PLACE)
    base = Path.parse(account_path("p2wsh")).steps
    claimed = tuple((each, KeyOrigin(origin.fingerprint, Path((*base, *steps)))) for each, origin in keys)
    tx = paying(returned("p2wsh", keys, claimed=claimed), spending("p2wsh", named("p2wsh", "/0/0")))
    assert change_of(tx, joint("p2wsh")) == ()


def test_PS68_a_short_path_below_a_master_key_is_no_change() -> None:
    xpub = str(node(0, "m").PublicKey().ToExtended())
    account = MultisigDescriptor.parse(f"wsh(multi(1,[{fingerprint(0).hex()}]{xpub}))")
    mine = public(0, "m/1/5")
    for path, found in (("m", ()), ("m/5", ()), ("m/1/5", (1,))):
        output = returned("p2wsh", ((mine, KeyOrigin(fingerprint(0), Path.parse(path))),), required=1)
        spent = spending("p2wsh", ((mine, KeyOrigin(fingerprint(0), Path.parse("m/1/5"))),), required=1)
        assert account.change_of(paying(output, spent)) == found


@kinds
def test_PS68_another_account_is_no_change(kind: str) -> None:
    """Of the very same people, where all of it is true."""
    output, spent = returned(kind, named(kind, PLACE, account=1)), spending(kind, named(kind, "/0/0"))
    assert change_of(paying(output, spent), joint(kind)) == ()
    there = MultisigDescriptor(
        required=2, keys=tuple(AccountKey.parse(expression(who, kind, 1)) for who in range(3)), kind=kind
    )
    assert change_of(paying(output, spent), there) == ()  # which is not spent from
    assert change_of(paying(output, spent, spending(kind, named(kind, "/0/9", account=1))), there) == (1,)


@kinds
def test_PS68_an_account_that_is_only_said_to_be_spent_from_has_no_change(kind: str) -> None:
    output, honest = returned(kind, named(kind, PLACE)), named(kind, "/0/0")
    lies = [
        spending(kind, honest, required=1),
        spending(kind, (*honest[:2], (STRANGER, honest[2][1]))),
        spending(kind, (*honest, *named(kind, "/0/0", (3,)))),
        spending(kind, named(kind, "/0/0", (0, 1))),
        spending(kind, _moved(kind, honest, "/0/1")),
        replace(spending(kind, honest), origins=()),
        replace(spending(kind, honest), sighash="ALL", origins=_moved(kind, honest, "/2/0")),
    ]
    for each in lies:
        assert change_of(paying(output, each), joint(kind)) == ()
    assert change_of(paying(output, *lies[:1], spending(kind, honest)), joint(kind)) == (1,)


def test_PS68_the_limit_can_be_stated() -> None:
    tx = paying(returned("p2wsh", named("p2wsh", "/1/21")), spending("p2wsh", named("p2wsh", "/0/500")))
    assert change_of(tx, joint("p2wsh"), max_index=21) == (1,)
    assert change_of(tx, joint("p2wsh"), max_index=20) == ()
    far = paying(returned("p2wsh", named("p2wsh", "/1/2000000000")), spending("p2wsh", named("p2wsh", "/0/0")))
    assert change_of(far, joint("p2wsh"), max_index=2**40) == (1,)
    for most in (-1, True, 1.0, "20", None):
        wrong: Any = most
        assert reason(PathError, joint("p2wsh").change_of, tx, max_index=wrong) == "range"


def test_an_output_that_a_signature_leaves_open_is_no_change() -> None:
    spent = replace(spending("p2wsh", named("p2wsh", "/0/0")), sighash="NONE")
    assert joint("p2wsh").change_of(paying(returned("p2wsh", named("p2wsh", PLACE)), spent)) == ()


def test_a_threshold_and_an_order_are_the_accounts_own() -> None:
    """What is change of one account is none of another with the same keys."""
    tx = paying(returned("p2wsh", named("p2wsh", PLACE)), spending("p2wsh", named("p2wsh", "/0/0")))
    assert change_of(tx, joint("p2wsh")) == (1,)
    assert change_of(tx, joint("p2wsh", required=1)) == ()
    assert change_of(tx, joint("p2wsh", who=(0, 1, 3))) == ()
    orders_ = [joint("p2wsh", who=who, is_sorted=False) for who in ((0, 1, 2), (1, 0, 2), (2, 1, 0))]
    assert sum(bool(each.change_of(tx)) for each in orders_) <= 1


def test_on_another_network_and_in_other_families_nothing_is_change() -> None:
    account = joint("p2wsh")
    spent, output = spending("p2wsh", named("p2wsh", "/0/0")), returned("p2wsh", named("p2wsh", PLACE))
    there = Transaction(chain=TESTNET, inputs=(spent,), outputs=(output,))
    assert WALLETS[0].change_with(account)(there) == ()
    row = chain("solana", solana.SolanaChain)
    payer = WALLETS[0].public_key(row)
    call = solana.transfer(source=payer, destination=row.address(payer), lamports=1)
    tx = solana.Transaction.compile(chain=row, fee_payer=payer, instructions=(call,), recent_blockhash=bytes(32))
    assert WALLETS[0].change_with(account)(tx) == ()
    assert reason(AddressError, account.address, chain("dogecoin", BitcoinChain)) == "unknown"  # it has no segwit
    wrong: Any = "transaction"
    assert reason(TransactionError, account.change_of, wrong) == "type"


def test_outputs_that_only_name_a_place_cost_no_derivations() -> None:
    """An output of one key is small; for each of them the keys of twenty cosigners would be derived."""
    where = [(place % 4, place // 4) for place in range(20)]
    keys = tuple(AccountKey.parse(expression(who, "p2wsh", number)) for who, number in where)
    account = MultisigDescriptor(required=20, keys=keys)
    hostile = tuple(
        change(STRANGER, value=1, origin=KeyOrigin(fingerprint(0), Path.parse(f"{account_path('p2wsh')}/1/{index}")))
        for index in range(3_000)
    )
    tx = Transaction(chain=BITCOIN, inputs=(spending("p2wsh", named("p2wsh", "/0/0")),), outputs=hostile)
    tx.effects()

    def seconds() -> float:
        begin = time.process_time()
        assert account.change_of(tx) == ()
        return time.process_time() - begin

    least = min(seconds() for _ in range(3))  # the garbage of other tests may be collected in one of them
    begin = time.process_time()
    for index in range(300):
        account.script(index=index)
    assert least < time.process_time() - begin


# -- whose accounts


@kinds
def test_an_account_without_a_key_of_the_wallet_is_refused(kind: str) -> None:
    assert reason(DerivationError, WALLETS[3].change_with, joint(kind)) == "mismatch"
    other = Wallet.from_mnemonic(PHRASES[0], "TREZOR")
    assert reason(DerivationError, other.change_with, joint(kind)) == "mismatch"


def test_PS67_an_account_that_only_claims_the_wallets_origin_is_refused() -> None:
    """BIP-129, "Signer": fingerprints are trivial to spoof."""
    keys = [AccountKey.parse(expression(who, "p2wsh")) for who in (1, 2, 3)]
    mine = AccountKey.parse(expression(0, "p2wsh"))
    forged = replace(keys[0], origin=mine.origin)
    account = MultisigDescriptor(required=2, keys=(forged, *keys[1:]))
    assert reason(DerivationError, WALLETS[0].change_with, account) == "mismatch"
    tweaked = replace(mine, xpub=replace(mine.xpub, chain_code=bytes(32)))
    account = MultisigDescriptor(required=2, keys=(tweaked, *keys[1:]))
    assert reason(DerivationError, WALLETS[0].change_with, account) == "mismatch"


def test_a_key_of_the_wallet_below_another_fingerprint_is_refused() -> None:
    """Nobody would ask this wallet to sign."""
    mine = AccountKey.parse(expression(0, "p2wsh"))
    strange = replace(mine, origin=KeyOrigin(b"abcd", mine.origin.path))
    account = MultisigDescriptor(required=1, keys=(strange, AccountKey.parse(expression(1, "p2wsh"))))
    assert reason(DerivationError, WALLETS[0].change_with, account) == "mismatch"


def test_a_watch_only_wallet_has_the_key_of_its_account() -> None:
    tx = paying(returned("p2wsh", named("p2wsh", PLACE)), spending("p2wsh", named("p2wsh", "/0/0")))
    watching = Wallet.from_xpub(str(node(1, account_path("p2wsh")).PublicKey().ToExtended()))
    assert watching.change_with(joint("p2wsh"))(tx) == (1,)
    stranger = Wallet.from_xpub(str(node(3, account_path("p2wsh")).PublicKey().ToExtended()))
    assert reason(DerivationError, stranger.change_with, joint("p2wsh")) == "mismatch"


def test_only_joint_accounts_are_named() -> None:
    for wrong in JUNK:
        assert reason(DerivationError, WALLETS[0].change_with, wrong) == "type"


# -- as text


def test_bip380_checksums() -> None:
    """BIP-380, "Test Vectors"."""
    assert checksum("raw(deadbeef)") == "89f8spxm"
    assert reason(DerivationError, checksum, "raw(Ü)") == "character"


@libwally_kinds
@orders
def test_a_checksum_is_that_of_libwally_and_is_verified(kind: str, is_sorted: bool) -> None:
    plain = text(kind, is_sorted=is_sorted)
    read = wallycore.descriptor_parse(plain, None, wallycore.WALLY_NETWORK_BITCOIN_MAINNET, 0)
    known = wallycore.descriptor_get_checksum(read, 0)
    assert checksum(plain) == known
    account = MultisigDescriptor.parse(f"{plain}#{known}")
    assert account == MultisigDescriptor.parse(plain)
    assert str(account) == f"{plain}#{known}"
    wrong = ["", known[:-1], known + "x", known.upper(), "#" + known[1:], ("q" if known[0] != "q" else "p") + known[1:]]
    for each in wrong:
        assert reason(DerivationError, MultisigDescriptor.parse, f"{plain}#{each}") == "checksum"
    assert reason(DerivationError, MultisigDescriptor.parse, plain.replace("(2,", "(1,") + f"#{known}") == "checksum"


def test_other_spellings_of_the_same() -> None:
    plain = text("p2wsh")
    for other in (
        plain.replace("/<0;1>/*", ""),
        plain.replace("/<0;1>/*", "/**"),
        plain.replace("'", "h"),
        plain.replace("'", "H"),
        plain.replace(fingerprint(0).hex(), fingerprint(0).hex().upper()),
    ):
        assert MultisigDescriptor.parse(other) == MultisigDescriptor.parse(plain)


XPUB = str(node(0, account_path("p2wsh")).PublicKey().ToExtended())
XPRV = str(node(0, account_path("p2wsh")).PrivateKey().ToExtended())
KEY = expression(0, "p2wsh")
REFUSED = {
    "nothing": ("", "unknown"),
    "a single key": (f"wpkh({KEY})", "unknown"),
    "taproot with a key beside": (f"tr({KEY},multi_a(1,{KEY}))", "unknown"),
    "taproot with another point": (f"tr({H[:-1]}1,multi_a(1,{KEY}))", "unknown"),
    "taproot with a key of 33 bytes": (f"tr(02{H},multi_a(1,{KEY}))", "unknown"),
    "taproot with two leaves": (f"tr({H},{{multi_a(1,{KEY}),multi_a(1,{KEY})}})", "unknown"),
    "taproot without a leaf": (f"tr({H})", "unknown"),
    "multi in taproot": (f"tr({H},multi(1,{KEY}))", "unknown"),
    "multi_a in a script": (f"wsh(multi_a(1,{KEY}))", "unknown"),
    "taproot with the same key twice": (f"tr({H},multi_a(1,{KEY},{KEY}))", "duplicate"),
    "taproot with two of one": (f"tr({H},multi_a(2,{KEY}))", "range"),
    "a bare script": (f"multi(1,{KEY})", "unknown"),
    "a script in a script": (f"sh(sh(multi(1,{KEY})))", "unknown"),
    "the wrong way round": (f"wsh(sh(multi(1,{KEY})))", "unknown"),
    "a bracket too few": (f"wsh(multi(1,{KEY})", "unknown"),
    "a bracket too many": (f"wsh(multi(1,{KEY})))", "unknown"),
    "a bracket missing within": (f"sh(wsh(multi(1,{KEY}))", "unknown"),
    "none of one": (f"wsh(multi(0,{KEY}))", "unknown"),
    "two of one": (f"wsh(multi(2,{KEY}))", "range"),
    "a number with a zero": (f"wsh(multi(01,{KEY}))", "unknown"),
    "the same key twice": (f"wsh(multi(1,{KEY},{KEY}))", "duplicate"),
    "no key": ("wsh(multi(1,))", "unknown"),
    "an empty key": (f"wsh(multi(1,{KEY},))", "character"),
    "a space": (f"wsh(multi(1, {KEY}))", "character"),
    "a line break": (f"wsh(multi(1,{KEY}))\n", "unknown"),
    "no origin": (f"wsh(multi(1,{XPUB}))", "character"),
    "receiving only": (f"wsh(multi(1,{KEY}/0/*))", "character"),
    "other levels": (f"wsh(multi(1,{KEY}/<1;2>/*))", "character"),
    "no wildcard": (f"wsh(multi(1,{KEY}/0/5))", "character"),
    "a key that is no extended one": (f"wsh(multi(1,[aabbccdd/48'/0'/0'/2']{STRANGER.data.hex()}))", ""),
    "a short fingerprint": (f"wsh(multi(1,{KEY.replace('[73c5da0a', '[73c5da0')}))", "character"),
    "a step too large": (f"wsh(multi(1,[aabbccdd/4294967296]{XPUB}))", "range"),
    "a path of another depth": (f"wsh(multi(1,[aabbccdd/48'/0'/0']{XPUB}))", "mismatch"),
    "an extended private key": (f"wsh(multi(1,[aabbccdd/48'/0'/0'/2']{XPRV}))", "version"),
    "too long": ("wsh(" * 3_000, "too-large"),
}


@pytest.mark.parametrize(("wrong", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_such_descriptor_is_refused(wrong: str, why: str) -> None:
    with pytest.raises(DerivationError) as caught:
        MultisigDescriptor.parse(wrong)
    assert why in ("", caught.value.reason)
    assert XPRV not in str(caught.value)


def test_what_is_no_text_is_refused() -> None:
    for wrong in JUNK:
        for parse in (MultisigDescriptor.parse, AccountKey.parse):
            with pytest.raises(WalletcoreError) as caught:
                parse(wrong)
            assert type(caught.value) is DerivationError


def test_values_of_other_types_are_refused() -> None:
    one = AccountKey.parse(KEY)
    options: dict[str, Any] = {"required": 1, "keys": (one,)}
    for name, wrong in (("keys", [one]), ("keys", (KEY,)), ("is_sorted", 1), ("required", True)):
        with pytest.raises(DerivationError):
            MultisigDescriptor(**{**options, name: wrong})
    for kind in ("tr", "p2pkh", "", None, ["p2wsh"]):
        assert reason(DerivationError, MultisigDescriptor, **{**options, "kind": kind}) == "unknown"
    assert reason(DerivationError, AccountKey, origin=one.origin, xpub=XPUB) == "type"
    assert reason(DerivationError, AccountKey, origin=KEY, xpub=one.xpub) == "type"


def test_keys_of_several_networks_or_another_kind_are_refused() -> None:
    one, other = (AccountKey.parse(expression(who, "p2wsh")) for who in (0, 1))
    abroad = replace(other, xpub=replace(other.xpub, network="testnet"))
    assert reason(DerivationError, MultisigDescriptor, required=1, keys=(one, abroad)) == "network"
    zpub = AccountKey.parse(f"{other.origin}{other.xpub.text(kind='p2wsh')}")
    account = MultisigDescriptor(required=1, keys=(one, zpub))
    assert "xpub" in str(account)
    assert "Zpub" not in str(account)
    assert reason(DerivationError, MultisigDescriptor, required=1, keys=(one, zpub), kind="p2sh") == "mismatch"


def test_p2sh_has_no_more_keys_than_can_be_pushed() -> None:
    keys = tuple(AccountKey.parse(expression(place % 4, "p2sh", place // 4)) for place in range(16))
    assert len(MultisigDescriptor(required=1, keys=keys[:15], kind="p2sh").keys) == 15
    assert reason(DerivationError, MultisigDescriptor, required=1, keys=keys, kind="p2sh") == "too-large"
    assert len(MultisigDescriptor(required=1, keys=keys).keys) == 16


@pytest.mark.parametrize(("level", "index"), [(2, 0), (-1, 0), (0, -1), (0, 2**31), (True, 0), (0, "0")])
def test_other_places_have_no_address(level: Any, index: Any) -> None:
    assert reason(PathError, joint("p2wsh").address, BITCOIN, change=level, index=index) == "range"


def test_addresses_are_of_the_network_of_the_keys() -> None:
    account = joint("p2wsh")
    for wrong in (TESTNET, chain("groestlcoin"), chain("ethereum"), "bitcoin"):
        given_: Any = wrong
        assert reason(DerivationError, account.address, given_) == "network"
