"""Change is what the wallet derives again: a path, a fingerprint or a script that somebody claims proves nothing."""

from dataclasses import replace
from typing import Any

import pytest
import wallycore
from bip_utils import Bip32Slip10Secp256k1, P2PKHAddr, P2SHAddr, P2TRAddr, P2WPKHAddr
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, TESTNET, key
from walletcore import KeyOrigin, Path, Wallet
from walletcore.chains import chain, solana
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig, push
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, Safety
from walletcore.chains.bitcoin.tx import Tx
from walletcore.curves.secp256k1 import uncompressed
from walletcore.effects import Opaque, Transfer
from walletcore.errors import PathError, SigningRefused, TransactionError
from walletcore.keys import PublicKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.signing import sign
from walletcore.wallet import MAX_CHANGE_INDEX

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
SEED = Mnemonic.parse(PHRASE).seed().reveal()
WALLET = Wallet.from_mnemonic(PHRASE)
FINGERPRINT = bytes.fromhex("73c5da0a")  # of this phrase, as BIP-84's and BIP-86's test vectors derive from it
STRANGER = key(7).public_key
TO = BITCOIN.address(STRANGER)
PURPOSES = {"p2wpkh": 84, "p2tr": 86, "p2sh-p2wpkh": 49, "p2pkh": 44}
FIRST_CHANGE = {  # BIP-84 and BIP-86, "Test vectors"
    "p2wpkh": "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el",
    "p2tr": "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7",
}
kinds = pytest.mark.parametrize("kind", PURPOSES)


def derived(path: str) -> Any:
    """Return the node at this path, by bip_utils."""
    return Bip32Slip10Secp256k1.FromSeed(SEED).DerivePath(path.removeprefix("m/"))


def address(kind: str, path: str) -> str:
    """Return the address of a kind at this path, by bip_utils."""
    node = derived(path).PublicKey().KeyObject()
    encoders: dict[str, Any] = {
        "p2wpkh": lambda: P2WPKHAddr.EncodeKey(node, hrp="bc"),
        "p2tr": lambda: P2TRAddr.EncodeKey(node, hrp="bc"),
        "p2sh-p2wpkh": lambda: P2SHAddr.EncodeKey(node, net_ver=b"\x05"),
        "p2pkh": lambda: P2PKHAddr.EncodeKey(node, net_ver=b"\x00"),
    }
    return str(encoders[kind]())


def spending(kind: str = "p2wpkh", **where: Any) -> Input:
    """Return an input whose key is the wallet's, with the transaction that proves it."""
    value, script = 100_000, BITCOIN.script_pubkey(WALLET.address(BITCOIN, kind=kind, **where))
    source = Tx.decode(FUNDING)
    source = replace(source, outputs=(TxOut(value=value, script_pubkey=script),))
    return Input(
        txid=source.txid,
        vout=0,
        previous=source.encode(),
        kind=kind,
        key=WALLET.public_key(BITCOIN, kind=kind, **where),
        origin=WALLET.origin(BITCOIN, kind=kind, **where),
    )


FUNDING = bytes.fromhex("0200000001" + "aa" * 32 + "00000000" + "00" + "ffffffff" + "01" + "00" * 9 + "00000000")


def paying(output: TxOut, *inputs: Input, **options: Any) -> Transaction:
    """Return a transaction that pays somebody, and then what is asked about."""
    return Transaction(chain=BITCOIN, inputs=inputs or (spending(),), outputs=(pay(TO, 60_000), output), **options)


def returned(path: str, kind: str = "p2wpkh", *, fingerprint: bytes = FINGERPRINT, **options: Any) -> TxOut:
    """Return an output to the key at this path (bip_utils derives it), which says so of itself."""
    public = PublicKey(TO.chain.curves[0], bytes(derived(path).PublicKey().RawCompressed().ToBytes()))
    return change(
        public, **{"kind": kind, "value": 30_000, "origin": KeyOrigin(fingerprint, Path.parse(path)), **options}
    )


def travelled(tx: Transaction) -> Transaction:
    """Return the transaction as a signer elsewhere reads it."""
    again = BITCOIN.decode_transaction(tx.raw)
    assert isinstance(again, Transaction)
    return again


def change_of(tx: Transaction, wallet: Wallet = WALLET, **options: Any) -> tuple[int, ...]:
    """Return what is change, here and where the PSBT arrives; both must agree."""
    found = wallet.change_of(tx, **options)
    assert wallet.change_of(travelled(tx), **options) == found
    return found


# -- what is proven


@kinds
@pytest.mark.parametrize("level", [0, 1])
def test_what_returns_to_an_account_that_is_spent_from_is_change(kind: str, level: int) -> None:
    for index in (0, 7, MAX_CHANGE_INDEX):
        path = f"m/{PURPOSES[kind]}'/0'/3'/{level}/{index}"
        tx = paying(returned(path, kind), spending(kind, account=3, index=5))
        assert change_of(tx) == (1,)
        moved = tx.effects()[1]
        assert isinstance(moved, Transfer)
        assert moved.destination == f"{BITCOIN.caip2}:{address(kind, path)}"


@pytest.mark.parametrize("kind", FIRST_CHANGE)
def test_the_first_change_address_of_bip84_and_bip86_is_change(kind: str) -> None:
    output = change(
        WALLET.public_key(BITCOIN, kind=kind, change=1),
        kind=kind,
        value=1,
        origin=WALLET.origin(BITCOIN, kind=kind, change=1),
    )
    tx = paying(output, spending(kind))
    assert change_of(tx) == (1,)
    moved = tx.effects()[1]
    assert isinstance(moved, Transfer)
    assert moved.destination.endswith(f":{FIRST_CHANGE[kind]}")


@given(st.integers(0, 2**31 - 1), st.integers(0, 1), st.integers(0, MAX_CHANGE_INDEX), st.sampled_from(list(PURPOSES)))
def test_any_number_of_an_account_is_change(account: int, level: int, index: int, kind: str) -> None:
    output = returned(f"m/{PURPOSES[kind]}'/0'/{account}'/{level}/{index}", kind)
    assert change_of(paying(output, spending(kind, account=account))) == (1,)


def test_several_outputs_and_inputs_are_told_apart() -> None:
    outputs = (
        returned("m/84'/0'/0'/1/0"),
        pay(TO, 5),
        returned("m/86'/0'/1'/1/2", "p2tr"),
        returned("m/86'/0'/0'/1/2", "p2tr"),
    )
    tx = Transaction(chain=BITCOIN, inputs=(spending(), spending("p2tr", account=1)), outputs=outputs)
    assert change_of(tx) == (0, 2)


def shared(numbers: tuple[int, ...], *more: bytes, required: int = 1) -> bytes:
    """Return a multisig script of the wallet's keys in these accounts, and further ones as they are written."""
    keys = [WALLET.public_key(BITCOIN, account=account, change=1).data for account in numbers]
    pushed = [*map(push, (*keys, *more))]
    return bytes((0x50 + required,)) + b"".join(pushed) + bytes((0x50 + len(pushed), 0xAE))


def joint(script: bytes, numbers: tuple[int, ...], kind: str) -> TxOut:
    """Return the output of such a script, with where the wallet's keys come from."""
    origins = tuple(
        (WALLET.public_key(BITCOIN, account=n, change=1), WALLET.origin(BITCOIN, account=n, change=1)) for n in numbers
    )
    scripts: dict[str, Any] = {"redeem_script": script} if kind == "p2sh" else {"witness_script": script, "kind": kind}
    return change(value=30_000, origins=origins, **scripts)


scripted = pytest.mark.parametrize("kind", ["p2sh", "p2wsh", "p2sh-p2wsh"])


@scripted
def test_multisig_of_the_wallets_own_keys_is_change_of_such_a_script(kind: str) -> None:
    """Of which others are: test_likeness.py."""
    singles = [spending(account=account) for account in (0, 1)]
    script = shared((0, 1), required=2)
    assert script == multisig(2, [WALLET.public_key(BITCOIN, account=account, change=1) for account in (0, 1)])
    output = joint(script, (0, 1), kind)
    assert output.lock is not None
    source = replace(Tx.decode(FUNDING), outputs=(TxOut(value=90_000, script_pubkey=output.script_pubkey),))
    parts: Any = {"redeem_script": script} if kind == "p2sh" else {"witness_script": script, "kind": kind}
    spent = Input(txid=source.txid, vout=0, previous=source.encode(), origins=output.lock.origins, **parts)
    assert change_of(paying(output, spent)) == change_of(paying(output, spent, *singles)) == (1,)
    assert change_of(paying(output, *singles)) == ()  # nobody looks for such a script of these keys
    assert change_of(paying(joint(script, (0,), kind), spent)) == ()  # the second key does not say where it is


@scripted
def test_multisig_with_a_cosigner_is_no_change(kind: str) -> None:
    assert change_of(paying(joint(shared((0,), STRANGER.data), (0,), kind))) == ()


@scripted
def test_PS67_a_cosigner_that_claims_the_wallets_path_is_no_change(kind: str) -> None:
    honest = joint(shared((0,), STRANGER.data), (0,), kind)
    assert honest.lock is not None
    claimed = (*honest.lock.origins, (STRANGER, WALLET.origin(BITCOIN, change=1, index=1)))
    assert change_of(paying(replace(honest, lock=replace(honest.lock, origins=claimed)))) == ()


def test_multisig_with_a_cosigner_in_a_form_that_is_not_read_is_no_change() -> None:
    """Core's consensus rules take the hybrid form, 06 or 07, x and y: who has that key can spend alone."""
    full = uncompressed(STRANGER.data)
    hybrid = bytes((6 + (full[-1] & 1),)) + full[1:]
    script = shared((0,), hybrid)
    assert change_of(paying(joint(script, (0,), "p2sh"))) == ()
    moved = paying(joint(script, (0,), "p2sh")).effects()[1]
    assert isinstance(moved, Transfer)
    assert moved.owners == ()
    assert change_of(paying(joint(shared((0,), full), (0,), "p2sh"))) == ()


# -- what is not


def test_PS67_a_script_of_another_key_is_never_change() -> None:
    """The right fingerprint and path beside a key of somebody else."""
    origin = WALLET.origin(BITCOIN, change=1)
    for kind in PURPOSES:
        tx = paying(change(STRANGER, kind=kind, value=30_000, origin=origin), spending(kind))
        assert change_of(tx) == ()
    mine = WALLET.public_key(BITCOIN, change=1)
    honest = paying(change(mine, value=30_000, origin=origin))
    theirs = pay(TO, 30_000)
    lied = honest.raw.replace(honest.outputs[1].script_pubkey, theirs.script_pubkey)
    assert lied != honest.raw
    with pytest.raises(TransactionError, match="output 1: ") as caught:
        BITCOIN.decode_transaction(lied)
    assert caught.value.reason == "mismatch"


FAR = {
    "an index of two billion": "m/84'/0'/0'/1/2000000000",
    "one above the limit": f"m/84'/0'/0'/1/{MAX_CHANGE_INDEX + 1}",
    "another account": "m/84'/0'/1'/1/0",
    "another purpose": "m/86'/0'/0'/1/0",
    "another coin": "m/84'/1'/0'/1/0",
    "neither receiving nor change": "m/84'/0'/0'/2/0",
    "a hardened index": "m/84'/0'/0'/1/0'",
    "a hardened level": "m/84'/0'/0'/1'/0",
    "an account that is not hardened": "m/84'/0'/0/1/0",
    "a step too many": "m/84'/0'/0'/1/0/0",
    "a step too few": "m/84'/0'/0'/1",
    "the root": "m",
}


@pytest.mark.parametrize("path", FAR.values(), ids=FAR.keys())
def test_PS68_a_path_where_nobody_would_search_is_not_proven(path: str) -> None:
    assert change_of(paying(returned(path))) == ()


def test_PS68_the_limit_can_be_stated() -> None:
    tx = paying(returned("m/84'/0'/0'/1/21"))
    assert change_of(tx, max_index=21) == (1,)
    assert change_of(tx, max_index=20) == ()
    assert change_of(paying(returned("m/84'/0'/0'/1/2000000000")), max_index=2**31 - 1) == (1,)


@pytest.mark.parametrize("limit", [-1, True, 1.0, "20", None])
def test_a_limit_is_a_number(limit: Any) -> None:
    with pytest.raises(PathError):
        WALLET.change_of(paying(returned("m/84'/0'/0'/1/0")), max_index=limit)


def test_PS68_an_account_that_the_transaction_only_claims_to_spend_from_is_not_proven() -> None:
    lying = Input(txid="bb" * 32, vout=0, value=90_000, key=STRANGER, origin=WALLET.origin(BITCOIN, account=5))
    assert change_of(paying(returned("m/84'/0'/5'/1/0"), lying)) == ()
    assert change_of(paying(returned("m/84'/0'/5'/1/0"), lying, spending(account=5, index=1))) == (1,)


def test_another_fingerprint_is_not_proven() -> None:
    assert change_of(paying(returned("m/84'/0'/0'/1/0", fingerprint=b"abcd"))) == ()


def test_the_key_of_another_kind_of_address_is_not_proven() -> None:
    """BIP-84's key behind an address of BIP-44's kind: no wallet would look there."""
    for kind in ("p2pkh", "p2sh-p2wpkh", "p2tr", "p2wsh"):
        assert change_of(paying(returned("m/84'/0'/0'/1/0", kind))) == ()


def test_a_payment_that_says_nothing_of_its_key_is_not_proven() -> None:
    mine = WALLET.address(BITCOIN, change=1)
    assert change_of(paying(pay(mine, 30_000))) == ()
    assert change_of(paying(returned("m/84'/0'/0'/1/0", origin=None))) == ()


def test_an_output_that_a_signature_leaves_open_is_not_proven() -> None:
    tx = paying(returned("m/84'/0'/0'/1/0"), replace(spending(), sighash="NONE"))
    assert isinstance(tx.effects()[1], Opaque)
    assert WALLET.change_of(tx) == ()


def test_where_nothing_is_known_of_the_inputs_nothing_is_proven() -> None:
    unknown = Input(txid="aa" * 32, vout=0)
    assert change_of(paying(returned("m/84'/0'/0'/1/0"), unknown)) == ()


def test_another_wallet_has_no_change_here() -> None:
    other = Wallet.from_mnemonic(PHRASE, "TREZOR")
    assert change_of(paying(returned("m/84'/0'/0'/1/0")), other) == ()


def test_a_test_networks_wallet_has_no_change_on_the_main_one() -> None:
    origin = WALLET.origin(TESTNET, change=1)
    tx = paying(change(WALLET.public_key(TESTNET, change=1), value=30_000, origin=origin))
    assert change_of(tx) == ()


# -- watch only


def test_a_watch_only_wallet_knows_the_change_of_its_account() -> None:
    tx = paying(returned("m/84'/0'/3'/1/4"), spending(account=3))
    for watching in (
        Wallet.from_xpub(WALLET.xpub(BITCOIN, account=3).text(kind="p2wpkh")),
        Wallet.from_xpub(str(WALLET.xpub(BITCOIN, account=3))),
        Wallet.from_xpub(str(WALLET.xpub(BITCOIN, account=3)), chain=BITCOIN),
    ):
        assert change_of(tx, watching) == (1,)
        assert change_of(paying(returned("m/84'/0'/0'/1/4")), watching) == ()
        assert change_of(paying(returned("m/86'/0'/3'/1/4", "p2tr"), spending("p2tr", account=3)), watching) == ()


def test_a_watch_only_wallet_of_another_chain_or_kind_has_no_change() -> None:
    tx = paying(returned("m/84'/0'/0'/1/4"))
    for watching in (
        Wallet.from_xpub(str(WALLET.xpub(BITCOIN)), chain=BITCOIN, kind="p2tr"),
        Wallet.from_xpub(str(WALLET.xpub(TESTNET))),
        Wallet.from_xpub(str(WALLET.xpub("ethereum")), chain="ethereum"),
    ):
        assert change_of(tx, watching) == ()


# -- what a PSBT describes, whatever it insists on and whoever has signed it


def test_change_of_a_psbt_is_that_of_what_it_describes() -> None:
    k, origin = WALLET.public_key(BITCOIN), WALLET.origin(BITCOIN)
    claimed = Input(txid="bb" * 32, vout=0, value=100_000, key=k, origin=origin)
    dear = replace(claimed, value=10_000_000_000)
    believing = Safety(trust_witness_utxo=True)
    for spent, safety in ((claimed, SAFE), (dear, believing), (replace(spending(), sighash="ALL|ANYONECANPAY"), SAFE)):
        psbt = Psbt.from_transaction(paying(returned("m/84'/0'/0'/1/0"), spent), safety=safety)
        with pytest.raises(SigningRefused):
            psbt.requests()
        assert WALLET.change_of(psbt) == WALLET.change_of(psbt.transaction) == WALLET.change_with()(psbt) == (1,)


@kinds
def test_change_stays_change_when_the_wallet_has_signed(kind: str) -> None:
    psbt = Psbt.from_transaction(paying(returned(f"m/{PURPOSES[kind]}'/0'/0'/1/0", kind), spending(kind)))
    signed = sign(psbt, WALLET.signer(BITCOIN, kind=kind))
    assert signed.requests() == ()
    assert WALLET.change_of(psbt) == WALLET.change_of(signed) == WALLET.change_of(signed.transaction) == (1,)
    final = signed.finalized()  # which names no keys (BIP-174, "Input Finalizer")
    assert WALLET.change_of(final) == WALLET.change_of(final.transaction) == ()


# -- effects, other families, other implementations


def test_effects_carry_the_owners_and_do_not_compare_them() -> None:
    output = returned("m/84'/0'/0'/1/0")
    told = paying(output).effects()[1]
    silent = paying(replace(output, lock=None)).effects()[1]
    assert isinstance(told, Transfer)
    assert isinstance(silent, Transfer)
    assert told == silent
    assert told.owners == (
        (WALLET.public_key(BITCOIN, change=1), KeyOrigin(FINGERPRINT, Path.parse("m/84'/0'/0'/1/0"))),
    )
    assert silent.owners == ()


def test_change_that_libwally_writes_is_read() -> None:
    path = [84 + 2**31, 2**31, 2**31, 1, 9]
    public = bytes(derived("m/84'/0'/0'/1/9").PublicKey().RawCompressed().ToBytes())
    tx = paying(pay(WALLET.address(BITCOIN, change=1, index=9), 30_000))
    theirs = wallycore.psbt_from_bytes(tx.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
    wallycore.psbt_add_output_keypath(theirs, 1, public, FINGERPRINT, path)
    read = BITCOIN.decode_transaction(bytes(wallycore.psbt_to_bytes(theirs, 0)))
    assert isinstance(read, Transaction)
    assert WALLET.change_of(tx) == ()
    assert WALLET.change_of(read) == (1,)


def test_other_families_say_nothing_of_change() -> None:
    row = chain("solana", solana.SolanaChain)
    payer = WALLET.public_key(row)
    call = solana.transfer(source=payer, destination=row.address(payer), lamports=1)
    tx = solana.Transaction.compile(chain=row, fee_payer=payer, instructions=(call,), recent_blockhash=bytes(32))
    assert WALLET.change_of(tx) == ()


def test_only_a_subject_has_change() -> None:
    wrong: Any = "transaction"
    with pytest.raises(TransactionError) as caught:
        WALLET.change_of(wrong)
    assert caught.value.reason == "type"
