"""Script paths in PSBTs: who is asked, what is kept, and which way an input takes in the end."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import REGTEST, kernel_accepts, key, reason, signer
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import Leaf, Psbt, PsbtOutput, TapOrigin
from walletcore.chains.bitcoin.taproot import NOBODY, ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import behind, checksig, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxOut
from walletcore.effects import Transfer
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signing import collect, sign

INTERNAL = key(9).public_key
KEYS = [key(number).public_key for number in (1, 2, 3)]
PK, MULTI = checksig(KEYS[:1]), multi_a(2, KEYS)
LATE, STRANGE = behind(checksig([key(7).public_key]), after=800_000), b"\x51"
TREE = ScriptTree.join(ScriptTree.join(TapLeaf(PK), TapLeaf(MULTI)), ScriptTree.join(TapLeaf(LATE), TapLeaf(STRANGE)))
BLOCKS = [block.encode() for block in TREE.control_blocks(INTERNAL)]
ORIGIN = KeyOrigin(b"\x01\x02\x03\x04", Path((1, 2)))
PAID = TxOut(value=9_000, script_pubkey=pay(REGTEST.address(key(6).public_key), 9_000).script_pubkey)


def by_key(**options: Any) -> Transaction:
    """Return a transaction that spends the output of the tree by its internal key."""
    given = Input(txid="33" * 32, vout=0, value=10_000, key=INTERNAL, kind="p2tr", merkle_root=TREE.root)
    return Transaction(chain=REGTEST, inputs=(given,), outputs=(PAID,), **options)


def with_leaves(*places: int, internal: bool = True, version: int = 0, **options: Any) -> Psbt:
    """Return its PSBT with the leaves at these places; without the internal key only they can sign."""
    found = Psbt.from_transaction(by_key(**options), version=version)
    scripts = (PK, MULTI, LATE, STRANGE)
    leaves = tuple([(BLOCKS[place], Leaf(scripts[place])) for place in places])
    fields = found.inputs[0].with_fields(tap_leaf_script=leaves)
    if not internal:
        fields = fields.with_fields(tap_internal_key=None, tap_bip32_derivation=())
    return replace(found, inputs=(fields,))


def spent(psbt: Psbt) -> list[TxOut]:
    return [each.spent for each in psbt.transaction.inputs if each.spent is not None]


def asked(psbt: Psbt) -> list[PublicKey]:
    return [request.key for request in psbt.requests()]


def test_a_transaction_by_a_leaf_travels_as_a_psbt_and_comes_back() -> None:
    for script, block in ((PK, BLOCKS[0]), (MULTI, BLOCKS[1])):
        given = Input(
            txid="33" * 32,
            vout=0,
            value=10_000,
            leaf_script=script,
            control_block=block,
            origins=((KEYS[0], ORIGIN),),
        )
        tx = Transaction(chain=REGTEST, inputs=(given,), outputs=(PAID,))
        read = REGTEST.decode_transaction(tx.raw)
        assert read == tx
        assert isinstance(read, Transaction)
        assert [each.id for each in read.requests()] == [each.id for each in tx.requests()]
        assert read.requests()[0].origin == ORIGIN


@pytest.mark.parametrize("version", [0, 2])
def test_the_internal_key_and_the_keys_of_all_ready_leaves_are_asked(version: int) -> None:
    psbt = with_leaves(0, 1, 2, 3, version=version)
    assert asked(psbt) == [INTERNAL.even_y(), KEYS[0].even_y(), *[each.even_y() for each in KEYS]]
    later = with_leaves(0, 1, 2, 3, version=version, locktime=800_000)
    assert asked(later) == [*asked(psbt), key(7).public_key.even_y()]


@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize(("who", "items"), [((9,), 1), ((1,), 3), ((2, 3), 5), ((1, 2), 3), ((1, 2, 3, 9), 1)], ids=str)
def test_an_input_takes_the_cheapest_way_that_is_signed(who: tuple[int, ...], items: int, version: int) -> None:
    psbt = Psbt.decode(REGTEST, with_leaves(0, 1, 2, 3, version=version).raw)
    each = [psbt.assemble(collect(psbt.requests(), signer(number))) for number in who]
    whole = Psbt.decode(REGTEST, psbt.combine(*each).raw)
    assert not whole.requests()
    signed = whole.finalize()
    assert len(Tx.decode(signed.raw).witnesses[0]) == items
    assert kernel_accepts(signed.raw, spent(psbt))
    (final,) = whole.finalized().inputs
    assert (final.tap_script_sig, final.tap_leaf_script) == ((), ())


def test_without_the_internal_key_the_leaves_alone_are_asked() -> None:
    psbt = with_leaves(3, 1, internal=False)
    assert asked(psbt) == [each.even_y() for each in KEYS]
    signed = sign(psbt, signer(1), signer(3))
    assert [bool(each.tap_script_sig) for each in signed.inputs] == [True]
    assert kernel_accepts(signed.finalize().raw, spent(psbt))


def test_each_request_can_be_rebuilt_from_its_subject_alone() -> None:
    """Who signs elsewhere is given the subject's bytes, and looks for the request in what they say."""
    psbt = with_leaves(0, 1, 2, 3, locktime=800_000)
    for request in psbt.requests():
        assert request.subject is not None
        read = REGTEST.decode_transaction(request.subject.raw)
        assert isinstance(read, Transaction)
        assert request.id in [each.id for each in read.requests()]


def test_too_few_signatures_of_a_leaf_make_nothing() -> None:
    psbt = with_leaves(1, internal=False)
    one = sign(psbt, signer(2))
    assert asked(one) == [KEYS[0].even_y(), KEYS[2].even_y()]
    assert reason(MissingSignature, one.finalize) == "missing"


def test_origins_are_those_of_the_leaf_that_names_them() -> None:
    psbt = with_leaves(0, 1, internal=False)
    named = ((KEYS[0].data[1:], TapOrigin(ORIGIN, (TapLeaf(MULTI).hash,))),)
    psbt = replace(psbt, inputs=(psbt.inputs[0].with_fields(tap_bip32_derivation=named),))
    assert [request.origin for request in psbt.requests()] == [None, ORIGIN, None, None]


def test_PS70_a_control_block_of_another_output_is_refused() -> None:
    psbt = with_leaves(0)
    wrong = bytearray(BLOCKS[0])
    for place in (0, 5, 40):
        wrong[place] ^= 1
        fields = psbt.inputs[0].with_fields(tap_leaf_script=((bytes(wrong), Leaf(PK)),))
        assert reason(TransactionError, replace(psbt, inputs=(fields,)).requests) == "mismatch"
        wrong[place] ^= 1
    foreign = psbt.inputs[0].with_fields(tap_leaf_script=((BLOCKS[0], Leaf(MULTI)),))
    assert reason(TransactionError, replace(psbt, inputs=(foreign,)).requests) == "mismatch"


@pytest.mark.parametrize("internal", [True, False])
def test_a_leaf_that_stands_in_its_tree_twice_is_asked_once_and_spent_by_the_shorter_way(internal: bool) -> None:
    tree = ScriptTree.join(ScriptTree.join(TapLeaf(PK), TapLeaf(MULTI)), TapLeaf(PK))
    deep, _, high = (block.encode() for block in tree.control_blocks(INTERNAL))
    given = Input(txid="33" * 32, vout=0, value=10_000, key=INTERNAL, kind="p2tr", merkle_root=tree.root)
    found = Psbt.from_transaction(Transaction(chain=REGTEST, inputs=(given,), outputs=(PAID,)))
    fields = found.inputs[0].with_fields(tap_leaf_script=((deep, Leaf(PK)), (high, Leaf(PK))))
    if not internal:
        fields = fields.with_fields(tap_internal_key=None, tap_bip32_derivation=())
    psbt = replace(found, inputs=(fields,))
    assert asked(psbt) == [*([INTERNAL.even_y()] if internal else []), KEYS[0].even_y()]
    signed = sign(psbt, signer(1)).finalize()
    assert Tx.decode(signed.raw).witnesses[0][2] == high
    assert kernel_accepts(signed.raw, spent(psbt))


def rate(raw: bytes) -> int:
    return -(-1000 * 1_000 // Tx.decode(raw).vsize)


def test_the_fee_rate_is_that_of_the_way_that_is_signed() -> None:
    """By the internal key while nobody has signed; by a leaf as soon as one of its keys has."""
    psbt = with_leaves(0, 1)
    by_internal = sign(psbt, signer(9)).finalize().raw
    by_two = sign(sign(psbt, signer(2)), signer(3)).finalize().raw
    assert rate(by_two) < rate(by_internal)
    assert psbt.summary().fee_rate == rate(by_internal)
    one = sign(psbt, signer(2))
    both = sign(one, signer(3))
    for each in (one, both, both.finalized(), Psbt.decode(REGTEST, both.finalized().raw)):
        assert each.summary().fee_rate == rate(by_two)
    assert sign(psbt, signer(9)).finalized().summary().fee_rate == rate(by_internal)
    hidden = with_leaves(0, 1, internal=False)
    assert hidden.summary().fee_rate == rate(sign(hidden, signer(1)).finalize().raw)
    wrong = psbt.inputs[0].with_fields(tap_key_sig=bytes(65), sighash_type=None)
    assert replace(psbt, inputs=(wrong,)).summary().fee_rate == rate(by_internal)
    loose = psbt.inputs[0].with_fields(tap_key_sig=bytes(64), sighash_type=1)
    assert replace(psbt, inputs=(loose,)).summary().fee == 1_000


# -- signatures that are wrong


def signatures(psbt: Psbt, *who: int) -> dict[str, Any]:
    """Return the fields that these signers add."""
    fields = sign(psbt, *map(signer, who)).inputs[0]
    return {"tap_key_sig": fields.tap_key_sig, "tap_script_sig": fields.tap_script_sig}


def with_signatures(psbt: Psbt, **fields: Any) -> Psbt:
    """Return it as somebody reads it to whom they were given."""
    return Psbt.decode(REGTEST, replace(psbt, inputs=(psbt.inputs[0].with_fields(**fields),)).raw)


def test_a_wrong_signature_by_the_key_does_not_stand_before_leaves_that_are_signed() -> None:
    psbt = with_leaves(0, 1)
    foreign = signatures(with_leaves(0, 1, locktime=5), 9)["tap_key_sig"]
    whole = with_signatures(psbt, **signatures(psbt, 2, 3) | {"tap_key_sig": foreign})
    assert whole.requests() == ()
    signed = whole.finalize()
    assert len(Tx.decode(signed.raw).witnesses[0]) == 5
    assert kernel_accepts(signed.raw, spent(psbt))
    alone = with_signatures(psbt, tap_key_sig=foreign)
    assert asked(alone) == asked(psbt)
    assert reason(InvalidSignature, alone.finalize) == "mismatch"


@pytest.mark.parametrize("sighash", ["", "ALL"])
def test_wrong_signatures_of_a_leaf_neither_block_the_right_ones_nor_pass(sighash: str) -> None:
    psbt = with_leaves(1, internal=False)
    number = 1 if sighash else None
    psbt = replace(psbt, inputs=(psbt.inputs[0].with_fields(sighash_type=number),))
    right, foreign = (
        dict(signatures(each, 1, 2, 3)["tap_script_sig"]) for each in (psbt, replace(psbt, **later(psbt)))
    )
    first, second, third = [key.data[1:] + TapLeaf(MULTI).hash for key in KEYS]
    tail = right[first][64:]
    for wrong in (foreign[first], bytes(64) + tail, right[second], right[first][:63] + b"\0" + tail):
        for others in ((second, third), (second,)):
            found = {first: wrong} | {name: right[name] for name in others}
            given = with_signatures(psbt, tap_script_sig=tuple(found.items()))
            if len(others) == 2:
                signed = given.finalize()
                assert Tx.decode(signed.raw).witnesses[0][:3] == (right[third], right[second], b"")
                assert kernel_accepts(signed.raw, spent(psbt))
                continue
            assert not given.finalized().inputs[0].is_final
            assert reason(InvalidSignature, given.finalize) == "mismatch"
            assert asked(given) == [KEYS[0].even_y(), KEYS[2].even_y()]
            for number in (1, 3):
                assert kernel_accepts(sign(given, signer(number)).finalize().raw, spent(psbt))


def later(psbt: Psbt) -> dict[str, Any]:
    """Return the parts of the same with another lock time."""
    other = with_leaves(1, internal=False, locktime=5)
    return {"globals": other.globals, "inputs": psbt.inputs}


@pytest.mark.parametrize("last", [b"\0", b"\4", b"\x80"])
def test_T11_a_signature_whose_hash_type_taproot_does_not_have_does_not_count(last: bytes) -> None:
    psbt = with_leaves(1, internal=False)
    right = dict(signatures(psbt, 1, 2)["tap_script_sig"])
    first = next(iter(right))
    given = with_signatures(psbt, tap_script_sig=tuple((right | {first: right[first][:64] + last}).items()))
    assert not given.finalized().inputs[0].is_final
    assert reason(InvalidSignature, given.finalize) == "mismatch"


def test_a_signature_by_the_key_that_nobody_names_is_enough() -> None:
    psbt = with_leaves(0, 1)
    given = with_signatures(with_leaves(0, 1, internal=False), tap_key_sig=signatures(psbt, 9)["tap_key_sig"])
    assert given.requests() == ()
    assert len(Tx.decode(given.finalize().raw).witnesses[0]) == 1


# -- contradictions


def described(*, output: TxOut = PAID, into: Any = None, of: Any = None) -> Transaction:
    """Return what a PSBT says whose input or output has these fields as well."""
    found = Psbt.from_transaction(replace(by_key(), outputs=(output,)))
    inputs = (found.inputs[0].with_fields(**into),) if into else found.inputs
    outputs = (found.outputs[0].with_fields(**of),) if of else found.outputs
    return replace(found, inputs=inputs, outputs=outputs).transaction


LEAVES = tuple([Leaf(leaf.script, leaf.version, depth) for depth, leaf in TREE.leaves])
GUARDED = TxOut(value=9_000, script_pubkey=TREE.script_pubkey(INTERNAL))
INNER = INTERNAL.data[1:]


@pytest.mark.parametrize(
    "fields",
    [
        {"tap_tree": LEAVES, "tap_internal_key": INNER},
        {"tap_tree": LEAVES},
        {"tap_tree": LEAVES, "tap_bip32_derivation": ((INNER, TapOrigin(ORIGIN)),)},
        {
            "tap_tree": LEAVES,
            "tap_internal_key": INNER,
            "tap_bip32_derivation": ((KEYS[0].data[1:], TapOrigin(ORIGIN, (TapLeaf(PK).hash,))),),
        },
    ],
    ids=str,
)
def test_the_tree_of_an_output_may_be_told_and_proves_no_change(fields: dict[str, Any]) -> None:
    (paid,) = described(output=GUARDED, of=fields).outputs
    assert (paid.script_pubkey, paid.lock) == (GUARDED.script_pubkey, None)


@pytest.mark.parametrize(
    ("output", "fields", "expected"),
    [
        (GUARDED, {"tap_tree": LEAVES, "tap_internal_key": KEYS[0].data[1:]}, "mismatch"),
        (GUARDED, {"tap_tree": LEAVES, "tap_bip32_derivation": ((KEYS[0].data[1:], TapOrigin(ORIGIN)),)}, "mismatch"),
        (GUARDED, {"tap_tree": LEAVES[::-1], "tap_internal_key": INNER}, None),
        (GUARDED, {"tap_tree": (*LEAVES[:3], Leaf(b"\x52", 0xC0, 2)), "tap_internal_key": INNER}, "mismatch"),
        (GUARDED, {"tap_tree": (*LEAVES[:3], Leaf(b"\x51", 0xC2, 2)), "tap_internal_key": INNER}, "mismatch"),
        (GUARDED, {"tap_tree": LEAVES, "tap_internal_key": (5).to_bytes(32)}, "point"),
        (GUARDED, {"tap_tree": LEAVES, "witness_script": PK}, "mismatch"),
        (GUARDED, {"tap_tree": LEAVES, "tap_internal_key": INNER, "redeem_script": PK}, "mismatch"),
        (PAID, {"tap_tree": LEAVES}, "mismatch"),
        (PAID, {"tap_tree": LEAVES, "tap_internal_key": INNER}, "mismatch"),
        (PAID, {"tap_tree": LEAVES, "bip32_derivation": ((KEYS[0].data, ORIGIN),)}, "mismatch"),
    ],
    ids=str,
)
def test_PS70_neighbour_a_tree_that_does_not_lead_to_its_output_is_refused(
    output: TxOut, fields: dict[str, Any], expected: str | None
) -> None:
    """A tree that is turned around as a whole is the same: each branch sorts its halves."""
    if expected is None:
        assert described(output=output, of=fields).outputs == (output,)
    else:
        assert reason(TransactionError, described, output=output, of=fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"tap_key_sig": bytes(64)},
        {"tap_script_sig": ((bytes(64), bytes(64)),)},
        {"tap_leaf_script": ((BLOCKS[0], Leaf(PK)),)},
        {"tap_internal_key": INNER},
        {"tap_merkle_root": bytes(32)},
    ],
    ids=str,
)
def test_PS70_neighbour_an_input_of_another_kind_with_fields_of_taproot_is_refused(fields: dict[str, Any]) -> None:
    given = Input(txid="33" * 32, vout=0, value=10_000, key=KEYS[0])
    found = Psbt.from_transaction(Transaction(chain=REGTEST, inputs=(given,), outputs=(PAID,)))
    mixed = replace(found, inputs=(found.inputs[0].with_fields(**fields),))
    assert reason(TransactionError, lambda: mixed.transaction) == "mismatch"


@pytest.mark.parametrize(
    "fields",
    [
        {"partial_sig": ((KEYS[0].data, b"\x30" * 70 + b"\1"),)},
        {"redeem_script": PK},
        {"witness_script": PK},
    ],
    ids=str,
)
def test_PS70_neighbour_an_input_of_taproot_with_fields_of_other_kinds_is_refused(fields: dict[str, Any]) -> None:
    assert reason(TransactionError, described, into=fields) == "mismatch"


# -- a transaction, which is spent in one way


@pytest.mark.parametrize(("holder", "script"), [(1, PK), (3, MULTI), (9, b""), (8, b"")])
def test_a_transaction_asks_the_leaf_of_who_signs_where_the_internal_key_is_anothers(
    holder: int, script: bytes
) -> None:
    psbt = with_leaves(2, 3, 1, 0) if holder == 3 else with_leaves(2, 3, 0, 1)
    read = REGTEST.decode_transaction(psbt.raw, keys=[key(holder).public_key])
    assert isinstance(read, Transaction)
    assert read.inputs[0].leaf_script == script
    if script == PK:
        assert kernel_accepts(sign(read, signer(1)).raw, spent(psbt))
    elif script == MULTI:
        assert kernel_accepts(sign(read, signer(3), signer(2)).raw, spent(psbt))
    else:
        assert [request.key for request in read.requests()] == [INTERNAL.even_y()]


def test_of_two_leaves_a_transaction_asks_that_of_who_signs() -> None:
    psbt = with_leaves(0, 1, internal=False)
    for holder, script in ((1, PK), (2, MULTI), (8, PK)):
        read = REGTEST.decode_transaction(psbt.raw, keys=[key(holder).public_key])
        assert isinstance(read, Transaction)
        assert read.inputs[0].leaf_script == script


# -- a tree that is not shown


def without_root() -> Psbt:
    made = Psbt.from_transaction(by_key())
    return replace(made, inputs=(made.inputs[0].with_fields(tap_merkle_root=None),))


def test_nobody_is_asked_by_an_internal_key_whose_tree_is_hidden() -> None:
    psbt = without_root()
    assert psbt.requests() == ()
    read = REGTEST.decode_transaction(psbt.raw)
    assert isinstance(read, Transaction)
    assert reason(TransactionError, read.requests) == "missing"
    assert reason(MissingSignature, psbt.finalize) == "missing"
    signature = sign(Psbt.from_transaction(by_key()), signer(9)).inputs[0].tap_key_sig
    assert signature is not None
    signed = replace(psbt, inputs=(psbt.inputs[0].with_fields(tap_key_sig=signature),))
    assert kernel_accepts(signed.finalize().raw, spent(Psbt.from_transaction(by_key())))
    wrong = bytes((signature[0] ^ 1,)) + signature[1:]
    other = replace(psbt, inputs=(psbt.inputs[0].with_fields(tap_key_sig=wrong),))
    assert reason(InvalidSignature, other.finalize) == "mismatch"


def test_a_root_that_does_not_lead_to_the_output_is_refused_all_the_same() -> None:
    made = Psbt.from_transaction(by_key())
    lying = replace(made, inputs=(made.inputs[0].with_fields(tap_merkle_root=bytes(32)),))
    assert reason(TransactionError, lying.requests) == "mismatch"


def test_an_output_whose_tree_is_hidden_is_nobodys_change() -> None:
    """Its key may be mine, and its tree a stranger's."""
    made = Psbt.from_transaction(by_key())
    script = TREE.script_pubkey(KEYS[0])
    paying = replace(by_key(), outputs=(TxOut(value=9_000, script_pubkey=script),))
    x = KEYS[0].data[1:]
    owner = PsbtOutput(tap_internal_key=x, tap_bip32_derivation=((x, TapOrigin(ORIGIN)),))
    read = replace(Psbt.from_transaction(paying), outputs=(owner,))
    assert len(read.requests()) == len(made.requests()) == 1
    (moved, *_) = read.effects()
    assert isinstance(moved, Transfer)
    assert moved.owners == ()
    own = REGTEST.script_pubkey(REGTEST.address(KEYS[0], kind="p2tr"))
    proven = replace(
        Psbt.from_transaction(replace(by_key(), outputs=(TxOut(value=9_000, script_pubkey=own),))), outputs=(owner,)
    )
    (returned, *_) = proven.effects()
    assert isinstance(returned, Transfer)
    assert returned.owners == ((KEYS[0].even_y(), ORIGIN),)


@pytest.mark.parametrize("named", [True, False], ids=["with an origin", "without"])
def test_an_internal_key_that_nobody_has_is_not_asked(named: bool) -> None:
    """BIP-341's H. bdkpython names it, with an origin of its own."""
    nobody = PublicKey(Curve.SECP256K1, b"\x02" + NOBODY)
    tree = ScriptTree(((0, TapLeaf(MULTI)),))
    given = Input(txid="33" * 32, vout=0, value=10_000, key=nobody, kind="p2tr", merkle_root=tree.root)
    bare = Psbt.from_transaction(Transaction(chain=REGTEST, inputs=(given,), outputs=(PAID,)))
    assert asked(bare) == [nobody]  # nothing else is known
    derivations = ((NOBODY, TapOrigin(KeyOrigin(b"abcd", Path()))),) if named else ()
    fields = bare.inputs[0].with_fields(
        tap_leaf_script=((tree.control_blocks(nobody)[0].encode(), Leaf(MULTI)),), tap_bip32_derivation=derivations
    )
    psbt = replace(bare, inputs=(fields,))
    assert asked(psbt) == [each.even_y() for each in KEYS]
    signed = sign(psbt, signer(1), signer(2))
    assert kernel_accepts(signed.finalize().raw, spent(psbt))
