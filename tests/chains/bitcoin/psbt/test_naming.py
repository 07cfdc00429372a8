"""Keys named in PSBTs that came without them, as Bitcoin Core makes those (`createpsbt`, `utxoupdatepsbt`)."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, funding, kernel_accepts, key, reason, signer
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, PsbtOutput, Safety
from walletcore.chains.bitcoin.psbt.finding import by_script
from walletcore.chains.bitcoin.script import KEY_KINDS
from walletcore.errors import TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PrivateKey
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signing import sign

KINDS = tuple(KEY_KINDS)
ALICE = key(1).public_key
each_kind = pytest.mark.parametrize("kind", KINDS)
OWN = Wallet.from_seed(bytes(16))


def unnamed(kind: str, *, version: int = 0, back: bool = True) -> Psbt:
    """Return a PSBT that knows what it spends, and not by whom: of a key with change to it."""
    source = funding("p2wsh of p2pk" if kind == "p2wsh" else kind)
    spent = Input(txid=source.txid, vout=0, previous=source.encode(), kind=kind, key=ALICE)
    outputs = (pay(BITCOIN.address(key(9).public_key), 60_000), change(ALICE, kind=kind, value=39_000))
    made = Psbt.from_transaction(
        Transaction(chain=BITCOIN, inputs=(spent,), outputs=outputs[: 1 + back]), version=version
    )
    inputs = tuple([each.without((0x03, 0x04, 0x05, 0x06, 0x16, 0x17)) for each in made.inputs])
    bare = tuple([each.without((0x00, 0x01, 0x02, 0x05, 0x07)) for each in made.outputs])
    return replace(made, inputs=inputs, outputs=bare)


@pytest.mark.parametrize("version", [0, 2])
@each_kind
def test_a_key_is_named_where_it_alone_can_spend_and_then_it_is_asked(kind: str, version: int) -> None:
    blank = unnamed(kind, version=version)
    assert blank.requests() == ()
    made = blank.with_keys([key(2).public_key, ALICE, key(3).public_key])
    assert [request.key for request in made.requests()] == [ALICE.even_y() if kind == "p2tr" else ALICE]
    signed = sign(made, signer(1)).finalize()
    assert kernel_accepts(signed.raw, [each.spent for each in made.transaction.inputs if each.spent])
    assert made.transaction.outputs[1].lock is not None
    assert (made.unsigned_tx, made.version) == (blank.unsigned_tx, version)
    assert Psbt.decode(BITCOIN, made.raw) == made


@pytest.mark.parametrize("version", [0, 2])
@each_kind
def test_keys_are_named_while_one_side_is_empty_still(kind: str, version: int) -> None:
    """BIP-174, "Creator", and BIP-370: a PSBT may have no inputs, or no outputs, when it goes to an Updater."""
    whole = unnamed(kind, version=version)
    open_ = unnamed(kind, version=2).with_modifiable(inputs=True, outputs=True)
    spending = open_.without_parts(outputs=range(2)).to_version(version)
    paying = open_.without_parts(inputs=[0]).to_version(version)
    named = whole.with_keys([ALICE])
    assert spending.with_keys([ALICE]).inputs == named.inputs
    assert spending.with_keys([ALICE]).outputs == ()
    assert paying.with_keys([ALICE]).outputs == named.outputs
    assert paying.with_keys([ALICE]).inputs == ()
    if version == 2:
        joined = spending.with_keys([ALICE]).with_parts(outputs=named.outputs)
        assert sign(joined, signer(1)).finalize().raw == sign(named, signer(1)).finalize().raw


@each_kind
def test_the_fields_are_those_of_the_bips(kind: str) -> None:
    origin = KeyOrigin(bytes.fromhex("01020304"), Path.parse("m/1/2"))
    own = KeyOrigin(hash160(ALICE.data)[:4], Path())
    for given, said in ((ALICE, own), ((ALICE, origin), origin)):
        made = unnamed(kind).with_keys([given])
        for fields in (made.inputs[0], made.outputs[1]):
            assert isinstance(fields, PsbtInput | PsbtOutput)
            if kind == "p2tr":
                assert fields.tap_internal_key == ALICE.data[1:]
                assert [(x, each.origin, each.leaf_hashes) for x, each in fields.tap_bip32_derivation] == [
                    (ALICE.data[1:], said, ())
                ]
                assert fields.bip32_derivation == ()
                continue
            assert fields.bip32_derivation == ((ALICE.data, said),)
            assert fields.redeem_script == (b"\x00\x14" + hash160(ALICE.data) if kind == "p2sh-p2wpkh" else None)
            assert fields.witness_script == (b"\x21" + ALICE.data + b"\xac" if kind == "p2wsh" else None)
        assert made.outputs[0] == unnamed(kind).outputs[0]


def test_what_is_there_stays_byte_for_byte() -> None:
    blank = unnamed("p2wpkh")
    proprietary = (b"\xfc\x04shop\x00", b"order 7")
    said = KeyOrigin(b"\x0a\x0b\x0c\x0d", Path.parse("m/5"))
    inputs = (PsbtInput([*blank.inputs[0].records, proprietary], bip32_derivation=((ALICE.data, said),)),)
    outputs = (PsbtOutput([proprietary]), PsbtOutput([proprietary]))
    made = replace(blank, inputs=inputs, outputs=outputs)
    named = made.with_keys([(ALICE, KeyOrigin(b"\x01\x02\x03\x04", Path.parse("m/1")))])
    assert named.inputs == made.inputs
    assert named.outputs[0] == made.outputs[0]
    assert set(named.outputs[1].records) > {proprietary}
    assert named.with_keys([ALICE]) == named
    assert made.with_keys([]) == made.with_keys([key(5).public_key]) == made


def test_a_signature_that_names_its_key_already_stays_and_counts() -> None:
    whole = sign(unnamed("p2wpkh").with_keys([ALICE]), signer(1))
    bare = replace(whole, inputs=tuple([each.without((0x06,)) for each in whole.inputs]))
    named = bare.with_keys([ALICE])
    assert named.inputs[0].partial_sig == whole.inputs[0].partial_sig
    assert named.finalize().raw == whole.finalize().raw


@each_kind
def test_a_final_input_is_left_alone(kind: str) -> None:
    final = sign(unnamed(kind).with_keys([ALICE]), signer(1)).finalized()
    again = final.with_keys([ALICE])
    assert again.inputs == final.inputs
    assert again.extract().raw == final.extract().raw


def test_an_input_without_its_output_is_left_alone() -> None:
    blank = unnamed("p2wpkh")
    unknown = replace(blank, inputs=(PsbtInput(),))
    assert unknown.with_keys([ALICE]).inputs == unknown.inputs


def test_another_internal_key_means_a_tree_that_is_not_shown() -> None:
    blank = unnamed("p2tr")
    other = key(2).public_key.data[1:]
    inputs = (blank.inputs[0].with_fields(tap_internal_key=other),)
    outputs = (blank.outputs[0], blank.outputs[1].with_fields(tap_internal_key=other))
    made = replace(blank, inputs=inputs, outputs=outputs)
    assert made.with_keys([ALICE]) == made


def test_the_origins_of_a_wallet_make_it_sign() -> None:
    own, origin = OWN.public_key(BITCOIN), OWN.origin(BITCOIN)
    source = replace(funding("p2wpkh"), outputs=(pay(BITCOIN.address(own), 100_000),))
    paying = (pay(BITCOIN.address(key(9).public_key), 99_000),)
    spent = Input(txid=source.txid, vout=0, previous=source.encode())
    blank = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=paying))
    assert OWN.signers_for(blank) == ()
    made = blank.with_keys([(own, origin)])
    assert sign(made, *OWN.signers_for(made)).finalize().id == blank.unsigned_tx.txid


def test_no_key_is_found_for_a_kind_that_the_network_does_not_have() -> None:
    """Nobody signs P2SH-P2WPKH on Bitcoin Cash: coins that were sent there are lost."""
    cash = chain("bitcoin-cash", BitcoinChain)
    lost = KEY_KINDS["p2sh-p2wpkh"](ALICE.data, b"").script_pubkey
    assert by_script([ALICE])(lost) == ALICE
    assert by_script([ALICE], cash.key_kinds)(lost) is None


@pytest.mark.parametrize("name", ["bitcoin-cash", "ecash"])
def test_relatives_with_psbts_have_keys_named_in_theirs(name: str) -> None:
    row = chain(name, BitcoinChain)
    spent = Input(txid="11" * 32, vout=0, value=100_000, kind="p2pkh", key=ALICE, dialect=row.dialect)
    back = change(ALICE, kind="p2pkh", value=99_000, dialect=row.dialect)
    made = Psbt.from_transaction(
        Transaction(chain=row, inputs=(spent,), outputs=(back,)), safety=Safety(trust_witness_utxo=True)
    )
    blank = replace(made, inputs=(made.inputs[0].without((6,)),), outputs=(PsbtOutput(),))
    assert blank.requests() == ()
    assert blank.with_keys([ALICE]) == made
    assert sign(blank.with_keys([ALICE]), signer(1)).finalize().raw == sign(made, signer(1)).finalize().raw


@pytest.mark.parametrize(
    "keys",
    [
        ALICE,
        [b"\x02" * 33],
        [(ALICE,)],
        [(ALICE, "m/0")],
        [(ALICE, KeyOrigin(bytes(4), Path()), 1)],
        [PrivateKey(Curve.P256, Secret(bytes(31) + b"\x01")).public_key],
    ],
    ids=repr,
)
def test_what_is_no_key_is_refused(keys: Any) -> None:
    assert reason(TransactionError, unnamed("p2wpkh").with_keys, keys) == "type"


def test_fields_that_contradict_the_output_are_refused() -> None:
    blank = unnamed("p2wpkh")
    other = ((key(2).public_key.data, KeyOrigin(bytes(4), Path())),)
    wrong = replace(blank, inputs=(blank.inputs[0].with_fields(bip32_derivation=other),))
    assert reason(TransactionError, wrong.with_keys, [ALICE]) == "mismatch"
