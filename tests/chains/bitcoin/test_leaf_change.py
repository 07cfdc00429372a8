"""Joint accounts of taproot: one leaf of all cosigners (BIP-387) beside an internal key that nobody has (BIP-341)."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, kernel_accepts, key, reason
from walletcore import KeyOrigin, Path, Wallet
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.descriptor import MultisigDescriptor
from walletcore.chains.bitcoin.locks import Lock, change
from walletcore.chains.bitcoin.psbt import Leaf, Psbt, PsbtOutput, TapOrigin
from walletcore.chains.bitcoin.taproot import NOBODY, ScriptTree, TapLeaf, output_script, root_of
from walletcore.chains.bitcoin.tapscript import checksig, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.curves.secp256k1 import tweak_public, uncompressed
from walletcore.errors import AddressError, DerivationError, GuardRefused, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee
from walletcore.signing import collect, sign

PHRASES = [  # BIP-39, "Test vectors"
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
]
WALLETS = [Wallet.from_mnemonic(phrase) for phrase in PHRASES]
ACCOUNTS = [
    "[73c5da0a/48'/0'/0'/2']xpub6DkFAXWQ2dHxq2vatrt9qyA3bXYU4ToWQwCHbf5XB2mSTexcHZCeKS1VZYcPoBd5X8yVcbXFHJR9R8UCVpt82VX1VhR28"
    "mCyxUFL4r6KFrf",
    "[b8688df1/48'/0'/0'/2']xpub6FQya7zGhR92kacYsNnjreouvnHJMpXYsUXnW6NJJAJRCKsa26TzDy4LdnGhEurr3d6y1J8PJ7EEMKQp74XTqYvmGJNog"
    "YXSKDszYHtF8mX",
]
H = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
TO = BITCOIN.address(key(7).public_key)


def text(name: str) -> str:
    return f"tr({H},{name}(2,{','.join(f'{each}/<0;1>/*' for each in ACCOUNTS)}))"


ACCOUNT = MultisigDescriptor.parse(text("multi_a"))
# By embit 0.8.0: the addresses at 0/0 and 1/5. bdkpython 3.1.1 has the first of multi_a as well.
ADDRESSES = {
    "sortedmulti_a": (
        "bc1pyy7myff4kj9kqwdv60fesjkufn0sxdenn9rf5083gpyr9elkmzuqgx5yfe",
        "bc1pue7rdhtldwl3y07eqxfk7zwqeu0qwfdjnetv3ln4mpg3xc74t76sg4wwmy",
    ),
    "multi_a": (
        "bc1pe8q8h9a67gq6fpuycxu8zuskwg6e93vu4qryfekclcj7lly8atqsgak8pt",
        "bc1pf3tg6gnh3xl24p20ep730a9nh0j5hmnn6we4ddp5ek8j6n98s6gs27048n",
    ),
}
# By bdkpython 3.1.1 (TxBuilder), of the two descriptors with /0/* and /1/*: 60,000 satoshi are paid, the rest returns.
BDK = (
    "cHNidP8BAH0CAAAAAZC22B/yrEgdZ8gJQQyGRsBOSyF0ITQbSL/5PvTwdKRuAAAAAAD9////As6aAAAAAAAAIlEgOnvgnz17u2Ch"
    "A1HlsxrudQb92RTzJnEwHxSBWXMJOWhg6gAAAAAAABYAFOjfAYx+MmzCU/qsfkbNxR5oVCxCAAAAAAABASughgEAAAAAACJRIMnA"
    "e5e68gGkh4TBuHFyFnI1ksWcqAZE5tj+Je/8h+rBIhXBUJKbdMGgSVS3i0tgNel6XgeKWg8o7JbVR7/ums6AOsBHINwZU8J1bHxY"
    "1PSMobu6dn9BT9I2v01mK2dyGsYmxRTgrCCOgY32PW8tzpMI10Vf1MhcuznXA2CLj77WR9deJiMi2LpSnMAhFlCSm3TBoElUt4tL"
    "YDXpel4HiloPKOyW1Ue/7prOgDrABQD0rDDdIRaOgY32PW8tzpMI10Vf1MhcuznXA2CLj77WR9deJiMi2D0BUjBYi8n6hV7iAZtH"
    "Em48+Nnt2ljWIqsM6EaHP4sRrw24aI3xMAAAgAAAAIAAAACAAgAAgAAAAAAAAAAAIRbcGVPCdWx8WNT0jKG7unZ/QU/SNr9NZitn"
    "chrGJsUU4D0BUjBYi8n6hV7iAZtHEm48+Nnt2ljWIqsM6EaHP4sRrw1zxdoKMAAAgAAAAIAAAACAAgAAgAAAAAAAAAAAARcgUJKb"
    "dMGgSVS3i0tgNel6XgeKWg8o7JbVR7/ums6AOsABGCBSMFiLyfqFXuIBm0cSbjz42e3aWNYiqwzoRoc/ixGvDQABBSBQkpt0waBJ"
    "VLeLS2A16XpeB4paDyjsltVHv+6azoA6wAEGSQDARiBIHDaFi1VfTSMkwFUb4umTjYKKPFAAFVSamFu9jW+v/qwgnBCbiCi9prcm"
    "m5VLy3vWlJeUk/xPGFezHhihymiwL4a6UpwhB0gcNoWLVV9NIyTAVRvi6ZONgoo8UAAVVJqYW72Nb6/+PQE4TUypzXof53XHrpWI"
    "N77UH4OXPau+U6RwhwjSC1i9GXPF2gowAACAAAAAgAAAAIACAACAAQAAAAAAAAAhB1CSm3TBoElUt4tLYDXpel4HiloPKOyW1Ue/"
    "7prOgDrABQD0rDDdIQecEJuIKL2mtyablUvLe9aUl5ST/E8YV7MeGKHKaLAvhj0BOE1Mqc16H+d1x66ViDe+1B+Dlz2rvlOkcIcI"
    "0gtYvRm4aI3xMAAAgAAAAIAAAACAAgAAgAEAAAAAAAAAAAA="
)
READ = Psbt.decode(BITCOIN, base64.b64decode(BDK))
CHECKSUMS = {"sortedmulti_a": "negcn4yx", "multi_a": "2rx05490"}  # by embit 0.8.0


def test_the_internal_key_is_the_hash_of_the_generator() -> None:
    """BIP-341: H = lift_x(SHA-256 of the generator, uncompressed)."""
    generator = uncompressed(key(1).public_key.data)
    assert hashlib.sha256(generator).hexdigest() == NOBODY.hex() == H


@pytest.mark.parametrize("name", ADDRESSES)
def test_addresses_and_checksums_are_those_of_embit(name: str) -> None:
    account = MultisigDescriptor.parse(text(name))
    assert tuple(account.address(BITCOIN, change=c, index=i).text for c, i in ((0, 0), (1, 5))) == ADDRESSES[name]
    assert str(account) == f"{text(name)}#{CHECKSUMS[name]}"
    assert MultisigDescriptor.parse(str(account)) == account
    assert (account.kind, account.is_sorted) == ("p2tr", name == "sortedmulti_a")


def test_change_in_a_psbt_of_bdk_is_proven() -> None:
    assert [each.change_of(READ) for each in WALLETS] == [(), ()]
    for wallet in WALLETS:
        prove = wallet.change_with(ACCOUNT)
        assert prove(READ) == prove(READ.transaction) == prove(READ.to_version(2)) == (0,)
        assert prove(BITCOIN.decode_transaction(READ.raw)) == (0,)
        assert [each.amount for each in READ.summary(prove).change] == [39_630]
    for other in (replace(ACCOUNT, is_sorted=True), replace(ACCOUNT, required=1), replace(ACCOUNT, kind="p2wsh")):
        assert other.change_of(READ) == ()


def test_nobody_is_asked_for_a_key_that_nobody_has() -> None:
    """bdkpython names H, with an origin of its own; before, H was asked for the key path."""
    requests = READ.requests()
    assert {each.key for each in requests} == {each.even_y() for each, _ in ACCOUNT.origins()}
    assert [ACCOUNT.change_of(each.subject) for each in requests] == [(0,), (0,)]
    assert READ.inputs[0].tap_internal_key == NOBODY


def test_both_sign_and_the_guard_of_one_does_not_count_the_change() -> None:
    (mine,) = WALLETS[0].signers_for(READ)
    rules = limit(BITCOIN.asset, per_transaction=60_370), max_fee({BITCOIN.asset: 370})
    with pytest.raises(GuardRefused):
        collect(READ.requests(), guard(mine, *rules, change=WALLETS[0].change_of))
    guarded = guard(mine, *rules, change=WALLETS[0].change_with(ACCOUNT))
    assert len([each for each in collect(READ.requests(), guarded) if each is not None]) == 1
    signed = sign(sign(READ, guarded), *WALLETS[1].signers_for(READ))
    final = signed.finalize()
    spent = [each.spent for each in READ.transaction.inputs if each.spent is not None]
    assert kernel_accepts(final.raw, spent)


def test_what_is_made_here_is_read_as_it_was_made() -> None:
    source = Tx(
        version=2,
        inputs=(TxIn(txid="aa" * 32, vout=0),),
        outputs=(TxOut(value=100_000, script_pubkey=BITCOIN.script_pubkey(ACCOUNT.address(BITCOIN, index=3))),),
        locktime=0,
    )
    spent = Input(
        txid=source.txid,
        vout=0,
        previous=source.encode(),
        leaf_script=ACCOUNT.script(index=3),
        control_block=ACCOUNT.control_block(index=3),
        origins=ACCOUNT.origins(index=3),
    )
    rest = change(
        value=30_000,
        leaf_script=ACCOUNT.script(change=1),
        control_block=ACCOUNT.control_block(change=1),
        origins=ACCOUNT.origins(change=1),
    )
    made = Transaction(chain=BITCOIN, inputs=(spent,), outputs=(rest, pay(TO, 60_000)))
    fields = Psbt.from_transaction(made).outputs[0]
    theirs = READ.outputs[0]  # at the same place
    assert (fields.tap_internal_key, fields.tap_tree) == (theirs.tap_internal_key, theirs.tap_tree)
    assert set(fields.tap_bip32_derivation) == {each for each in theirs.tap_bip32_derivation if each[0] != NOBODY}
    again = BITCOIN.decode_transaction(made.raw)
    assert isinstance(again, Transaction)
    assert again.outputs[0].lock == rest.lock
    assert Psbt.from_transaction(again) == Psbt.from_transaction(made)
    assert ACCOUNT.change_of(made) == ACCOUNT.change_of(again) == (0,)


def owned(**changes: Any) -> Psbt:
    """The PSBT of bdk with other fields of the output that returns."""
    return replace(READ, outputs=(READ.outputs[0].with_fields(**changes), READ.outputs[1]))


def returning(internal: PublicKey, *leaves: bytes) -> Psbt:
    """The PSBT of bdk, whose change goes to this internal key and these leaves, with the claims that were true."""
    nodes = [ScriptTree(((0, TapLeaf(each)),)) for each in leaves]
    tree = nodes[0] if len(nodes) == 1 else ScriptTree.join(*nodes)
    output = TxOut(value=39_630, script_pubkey=tree.script_pubkey(internal))
    unsigned = replace(READ.unsigned_tx, outputs=(output, READ.unsigned_tx.outputs[1]))
    hashes = tuple([TapLeaf(each).hash for each in leaves])
    named = [(k.data[1:], TapOrigin(origin, hashes)) for k, origin in ACCOUNT.origins(change=1)]
    fields = PsbtOutput(
        tap_internal_key=internal.data[1:],
        tap_tree=tuple([Leaf(each, depth=len(leaves) - 1) for each in leaves]),
        tap_bip32_derivation=tuple(named),
    )
    common = READ.globals.with_fields(unsigned_tx=unsigned.encode())
    return replace(READ, globals=common, outputs=(fields, READ.outputs[1]))


NUMS = PublicKey(Curve.SECP256K1, b"\x02" + NOBODY)
OURS = [each for each, _ in ACCOUNT.origins(change=1)]
SCRIPT, THIEF = ACCOUNT.script(change=1), key(66).public_key.even_y()
LIES = {
    "an internal key that somebody has": lambda: returning(THIEF, SCRIPT),
    "H, moved by a key that somebody has": lambda: returning(
        PublicKey(Curve.SECP256K1, tweak_public(NUMS.data, bytes(31) + b"\x05")).even_y(), SCRIPT
    ),
    "a second leaf": lambda: returning(NUMS, SCRIPT, checksig([THIEF])),
    "a second leaf before it": lambda: returning(NUMS, checksig([THIEF]), SCRIPT),
    "one signature enough": lambda: returning(NUMS, multi_a(1, OURS)),
    "another order": lambda: returning(NUMS, multi_a(2, OURS[::-1])),
    "a key of somebody else": lambda: returning(NUMS, multi_a(2, [OURS[0], THIEF])),
    "a key too many": lambda: returning(NUMS, multi_a(2, [*OURS, THIEF])),
    "a key too few": lambda: returning(NUMS, multi_a(1, OURS[:1])),
    "a chain of the same keys": lambda: returning(NUMS, checksig(OURS)),
    "a script that nobody understands": lambda: returning(NUMS, b"\x51"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_PS67_another_tree_is_no_change(lie: Any) -> None:
    psbt = lie()
    assert ACCOUNT.change_of(returning(NUMS, SCRIPT)) == (0,)
    assert ACCOUNT.change_of(psbt) == ACCOUNT.change_of(psbt.transaction) == ()
    assert psbt.requests()


def test_PS67_a_psbt_that_says_less_of_its_change_proves_less() -> None:
    derivations = READ.outputs[0].tap_bip32_derivation
    without_hashes = tuple([(x, TapOrigin(each.origin)) for x, each in derivations])
    elsewhere = tuple([(x, TapOrigin(each.origin, (bytes(32),))) for x, each in derivations])
    moved = KeyOrigin(derivations[0][1].origin.fingerprint, Path((*derivations[0][1].origin.path.steps[:-1], 1)))
    wrong = (derivations[0][0], TapOrigin(moved, derivations[0][1].leaf_hashes))
    for named in ((), without_hashes[1:2], elsewhere, (wrong, *derivations[1:])):
        assert ACCOUNT.change_of(owned(tap_bip32_derivation=named)) == ()
    assert owned(tap_bip32_derivation=elsewhere).transaction.outputs[0].lock is None  # what nobody claims is not read
    assert ACCOUNT.change_of(owned(tap_tree=None)) == ()
    one = tuple([each for each in derivations if each[1].leaf_hashes][:1])
    assert ACCOUNT.change_of(owned(tap_bip32_derivation=one)) == (0,)  # the place is enough: all keys are derived
    assert reason(TransactionError, lambda: owned(tap_tree=(Leaf(b"\x51"),)).transaction) == "mismatch"


@pytest.mark.parametrize("version", [0x50, 0xC2])
def test_leaves_of_other_versions_are_nobodys(version: int) -> None:
    """They lead to the output, and anyone may spend by them."""
    leaf = bytes((version, len(SCRIPT))) + SCRIPT
    output = TxOut(value=39_630, script_pubkey=output_script(NUMS.data, root_of([(0, leaf)])))
    unsigned = replace(READ.unsigned_tx, outputs=(output, READ.unsigned_tx.outputs[1])).encode()
    hashed = hashlib.sha256(hashlib.sha256(b"TapLeaf").digest() * 2 + leaf).digest()
    hashes = (hashed, TapLeaf(SCRIPT).hash)
    named = tuple([(k.data[1:], TapOrigin(origin, hashes)) for k, origin in ACCOUNT.origins(change=1)])
    fields = READ.outputs[0].with_fields(tap_tree=(Leaf(SCRIPT, version),), tap_bip32_derivation=named)
    psbt = replace(READ, globals=READ.globals.with_fields(unsigned_tx=unsigned), outputs=(fields, READ.outputs[1]))
    assert ACCOUNT.change_of(psbt) == ()
    assert psbt.transaction.outputs[0].lock is None


def test_an_account_that_is_only_said_to_be_spent_from_has_no_change() -> None:
    bare = READ.inputs[0].with_fields(tap_bip32_derivation=())
    assert ACCOUNT.change_of(replace(READ, inputs=(bare,))) == ()
    by_key = READ.inputs[0].with_fields(tap_leaf_script=())
    assert ACCOUNT.change_of(replace(READ, inputs=(by_key,))) == ()


def test_change_is_the_only_leaf_of_its_tree() -> None:
    tree = ScriptTree.join(TapLeaf(SCRIPT), TapLeaf(checksig([THIEF])))
    block = tree.control_blocks(NUMS)[0].encode()
    assert reason(TransactionError, change, value=1, leaf_script=SCRIPT, control_block=block) == "length"
    lock = Lock(leaf_script=SCRIPT, control_block=block, origins=ACCOUNT.origins(change=1))
    output = TxOut(value=39_630, script_pubkey=lock.script_pubkey, lock=lock)
    made = replace(READ.transaction, outputs=(output, READ.transaction.outputs[1]))
    assert Psbt.from_transaction(made).outputs[0] == PsbtOutput()  # no field has a part of a tree
    assert ACCOUNT.change_of(made) == ()


def test_an_account_of_taproot_has_the_limits_of_the_others() -> None:
    keys = ACCOUNT.keys
    many = tuple([replace(keys[0], xpub=replace(keys[0].xpub, public_key=key(n + 1).public_key)) for n in range(21)])
    assert len(MultisigDescriptor(required=20, keys=many[:20], kind="p2tr").keys) == 20
    assert reason(DerivationError, MultisigDescriptor, required=1, keys=many, kind="p2tr") == "range"
    dogecoin = chain("dogecoin", BitcoinChain)
    assert reason(AddressError, ACCOUNT.address, dogecoin) == "version"
    assert replace(ACCOUNT, kind="p2wsh").control_block() == b""


def test_an_envelope_of_a_relative_names_no_tree() -> None:
    """Groestlcoin's `Transaction.raw`: the output stays, whose it is is not said."""
    row = chain("groestlcoin", BitcoinChain)
    k = key(1).public_key
    spent = Input(txid="11" * 32, vout=0, value=70_000, key=k, kind="p2wpkh", dialect=row.dialect)
    rest = change(
        value=60_000,
        leaf_script=ACCOUNT.script(change=1),
        control_block=ACCOUNT.control_block(change=1),
        origins=ACCOUNT.origins(change=1),
    )
    made = Transaction(chain=row, inputs=(spent,), outputs=(rest,))
    again = row.decode_transaction(made.raw)
    assert isinstance(again, Transaction)
    assert again == made
