"""Script trees and spends by their leaves: what Bitcoin Core's kernel accepts, what it refuses, and what we refuse."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import pytest
import wallycore as wally
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, HASH_TYPES, REGTEST, kernel_accepts, key, reason, signer, txs, values
from support.spends import CHAIN, DAY, INTERNAL, KEYS, MULTI, OTHER, PK, spend, spending, spent, tree_of
from support.vectors import Case, vectors
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.sighash import HASH_TYPES as SIGHASH_NUMBERS
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.taproot import TAPSCRIPT, ControlBlock, ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import Tapscript, behind, checksig, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxOut
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signing import collect, sign

hashes = st.binary(min_size=32, max_size=32)
SIGHASHES = ["DEFAULT", *HASH_TYPES]


@pytest.mark.parametrize("required", range(1, 5))
def test_every_subset_of_multi_a_that_is_large_enough_signs(required: int) -> None:
    """Of more than enough, the first are taken; of fewer, nothing is made."""
    numbers = (1, 2, 3, 4)
    script = multi_a(required, [key(number).public_key for number in numbers])
    tx = spending(spend(script))
    for who in chain.from_iterable(combinations(numbers, size) for size in range(5)):
        if len(who) < required:
            answers = collect(tx.requests(), *map(signer, (*who, 5)))
            assert reason(MissingSignature, tx.assemble, answers) == "missing"
            continue
        raw = tx.assemble(collect(tx.requests(), *map(signer, (*who, 5)))).raw
        assert kernel_accepts(raw, spent(tx))
        *signatures, _, _ = Tx.decode(raw).witnesses[0]
        assert [bool(each) for each in signatures[::-1]] == [number in who[:required] for number in numbers]


def test_many_keys_are_counted_by_a_number_of_the_script() -> None:
    """17 and 128 are no opcodes: 128 takes two bytes, as the highest bit is the sign."""
    for required in (16, 17, 127, 128, 130):
        numbers = range(10, 10 + 130)
        tx = spending(spend(multi_a(required, [key(number).public_key for number in numbers], sort=True)))
        assert kernel_accepts(sign(tx, *map(signer, (*numbers[:130], 5))).raw, spent(tx))


@pytest.mark.parametrize("script", [lambda keys: multi_a(999, keys), checksig], ids=["multi_a", "checksig"])
def test_999_keys_are_as_many_as_the_stack_has_room_for(script: Callable[[list[PublicKey]], bytes]) -> None:
    numbers = range(1, 1_000)
    tx = spending(spend(script([key(number).public_key for number in numbers])))
    assert kernel_accepts(sign(tx, *map(signer, numbers)).raw, spent(tx))


def test_a_signature_by_another_key_of_the_leaf_is_refused() -> None:
    tx = spending(spend(CHAIN))
    first, second, *rest = collect(tx.requests(), *map(signer, (1, 2, 3, 5)))
    assert reason(InvalidSignature, tx.assemble, (second, first, *rest)) == "mismatch"


def test_the_key_path_and_two_leaves_of_one_output_stand_side_by_side() -> None:
    """The internal key is tweaked by the root of the tree; the keys of leaves sign as they are."""
    tree = ScriptTree.join(TapLeaf(PK), ScriptTree.join(TapLeaf(CHAIN), TapLeaf(MULTI)))
    blocks = tree.control_blocks(INTERNAL)
    by_key = Input(txid="33" * 32, vout=0, value=1_000_000, key=INTERNAL, kind="p2tr", merkle_root=tree.root)
    by_leaf = [
        Input(txid="33" * 32, vout=place, value=1_000, leaf_script=script, control_block=block.encode())
        for place, (script, block) in enumerate(zip((PK, CHAIN, MULTI), blocks, strict=True), 1)
    ]
    tx = spending(by_key, *by_leaf)
    assert {each.script_pubkey for each in tx.inputs[:4]} == {tree.script_pubkey(INTERNAL)}
    assert {each.merkle_root for each in tx.inputs[:4]} == {tree.root}
    assert kernel_accepts(sign(tx, *map(signer, (1, 2, 3, 5, 9))).raw, spent(tx))


# -- locks


@pytest.mark.parametrize(
    ("lock", "of_input", "of_tx"),
    [
        ({"after": 700_000}, {}, {"locktime": 699_999}),
        ({"after": 700_000}, {}, {"locktime": DAY}),
        ({"after": DAY}, {}, {"locktime": 700_000}),
        ({"after": 700_000}, {"sequence": 0xFFFFFFFF}, {"locktime": 700_000}),
        ({"older": 144}, {"sequence": 143}, {}),
        ({"older": 144}, {"sequence": (1 << 22) + 144}, {}),
        ({"older": (1 << 22) + 1}, {"sequence": 1}, {}),
        ({"older": 144}, {"sequence": (1 << 31) + 144}, {}),
        ({"older": 144}, {"sequence": 144}, {"version": 1}),
        ({"older": 144}, {}, {}),
    ],
    ids=str,
)
def test_a_leaf_that_still_waits_is_refused_by_us_and_by_the_kernel(
    lock: dict[str, int], of_input: dict[str, Any], of_tx: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    early = spend(behind(PK, **lock), **of_input)
    assert reason(TransactionError, spending, early, **of_tx) == "range"
    monkeypatch.setattr(Tapscript, "check_locks", lambda *_: None)
    tx = spending(early, **of_tx)
    assert not kernel_accepts(sign(tx, signer(1), signer(5)).raw, spent(tx))


# -- trees


def nested(tree: Any) -> ScriptTree | TapLeaf:
    if isinstance(tree, list):
        return ScriptTree.join(nested(tree[0]), nested(tree[1]))
    return TapLeaf(bytes.fromhex(tree["script"]), tree["leaf_version"])


@vectors("bitcoin/bip341", operation="address.encode")
def test_the_published_trees_have_these_hashes_and_control_blocks(case: Case) -> None:
    if "script_tree" not in case.input:
        assert "merkle_root" not in case.input
        return
    root = nested(case.input["script_tree"])
    tree = ScriptTree(((0, root),)) if isinstance(root, TapLeaf) else root
    internal = PublicKey(Curve.SECP256K1, b"\x02" + bytes.fromhex(case.input["internal_key"]))
    blocks = tree.control_blocks(internal)
    assert [leaf.hash.hex() for _, leaf in tree.leaves] == case.expect["leaf_hashes"]
    assert [block.encode().hex() for block in blocks] == case.expect["control_blocks"]
    assert (tree.root.hex(), tree.script_pubkey(internal).hex()) == (case.input["merkle_root"], case.expect["script"])
    for (_, leaf), block in zip(tree.leaves, blocks, strict=True):
        assert block.script_pubkey(leaf.script).hex() == case.expect["script"]


@vectors("bitcoin/trees")
def test_published_keys_and_trees_have_these_outputs(case: Case) -> None:
    """BIP-386, taken apart: what its descriptors say of keys and trees, without the language in which they say it."""
    if "private_key" in case.input:
        internal = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"]))).public_key
    else:
        internal = PublicKey(Curve.SECP256K1, b"\x02" + bytes.fromhex(case.input["internal_key"]))
    root = nested(case.input["script_tree"]) if "script_tree" in case.input else None
    tree = ScriptTree(((0, root),)) if isinstance(root, TapLeaf) else root
    address = BITCOIN.address(internal, kind="p2tr", merkle_root=b"" if tree is None else tree.root)
    assert (address.text, BITCOIN.script_pubkey(address).hex()) == (case.expect["address"], case.expect["script"])
    if tree is not None:
        assert tree.script_pubkey(internal.even_y()).hex() == case.expect["script"]
        assert all(checksig(Tapscript(leaf.script).keys) == leaf.script for _, leaf in tree.leaves)


def leaf_input(case: Case) -> dict[str, Any]:
    """What an input is made of: the leaf, and what else is known of the output."""
    given = {name: bytes.fromhex(value) for name, value in case.input.items()}
    parts: dict[str, Any] = {"leaf_script": given["script"], "control_block": given["control_block"]}
    if "internal_key" in given:
        parts["key"] = PublicKey(Curve.SECP256K1, b"\x02" + given["internal_key"])
    return parts | {name: given[name] for name in ("script_pubkey",) if name in given}


@vectors("bitcoin/leaves", result="valid")
def test_published_control_blocks_lead_to_these_outputs(case: Case) -> None:
    raw, script = (bytes.fromhex(case.input[name]) for name in ("control_block", "script"))
    block = ControlBlock.decode(raw)
    assert block.encode() == raw
    found = block.script_pubkey(script), block.root(script), block.internal_key.data[1:]
    assert tuple(map(bytes.hex, found)) == tuple(
        case.expect[name] for name in ("script_pubkey", "merkle_root", "internal_key")
    )
    if block.version == TAPSCRIPT and script.endswith(b"\xac") and script[0] == 32:
        each = Input(txid="33" * 32, vout=0, value=1, **leaf_input(case))
        assert (each.script_pubkey, each.merkle_root) == found[:2]


@vectors("bitcoin/leaves", result="invalid")
def test_PS70_published_control_blocks_that_are_wrong_are_refused(case: Case) -> None:
    assert reason(TransactionError, Lock, **leaf_input(case)) == case.expect["reason"]


@given(st.data())
def test_messages_of_leaves_are_what_libwally_says(data: st.DataObject) -> None:
    tx = data.draw(txs(signed=False))
    index = data.draw(st.integers(0, len(tx.inputs) - 1))
    paid = [TxOut(value=data.draw(values), script_pubkey=b"\x51\x20" + data.draw(hashes)) for _ in tx.inputs]
    script = data.draw(st.binary(min_size=1, max_size=60))
    names = [name for name in SIGHASHES if not name.startswith("SINGLE") or index < len(tx.outputs)]
    hash_type = SIGHASH_NUMBERS[data.draw(st.sampled_from(names))]
    theirs = wally.tx_from_bytes(replace(tx, inputs=tuple(replace(i, script_sig=b"") for i in tx.inputs)).encode(), 0)
    scripts = wally.map_init(len(paid), None)
    for place, each in enumerate(paid):
        wally.map_add_integer(scripts, place, each.script_pubkey)
    amounts, key_version, separator = (
        [each.value for each in paid],
        0,
        wally.WALLY_NO_CODESEPARATOR,
    )  # it takes no other
    digest = wally.tx_get_btc_taproot_signature_hash(
        theirs, index, scripts, amounts, script, key_version, separator, None, hash_type, 0
    )
    mine = Commitments(tx, paid).tapscript(index, TapLeaf(script).hash, hash_type)
    assert TAP_SIGHASH(mine) == digest


leaves = st.builds(TapLeaf, st.binary(max_size=40), st.sampled_from([0xC0, 0xC2, 0x00, 0xFE]))
trees = st.recursive(
    leaves.map(lambda leaf: ScriptTree(((0, leaf),))),
    lambda below: st.builds(ScriptTree.join, below, below),
    max_leaves=20,
)


@given(trees)
def test_each_control_block_leads_to_the_output_of_its_tree(tree: ScriptTree) -> None:
    for (depth, leaf), block in zip(tree.leaves, tree.control_blocks(INTERNAL), strict=True):
        assert len(block.path) == depth
        assert ControlBlock.decode(block.encode()) == block
        assert (block.root(leaf.script), block.version) == (tree.root, leaf.version)
        assert block.script_pubkey(leaf.script) == tree.script_pubkey(INTERNAL)
        assert Lock(kind="p2tr", script_pubkey=tree.script_pubkey(INTERNAL)).kind == "p2tr"


@pytest.mark.parametrize(
    "depths", [(), (1,), (0, 0), (1, 1, 1), (1, 2), (2, 1, 2), (2, 2), (1, 2, 2, 1), (128,), (3, 3, 2, 2)], ids=str
)
def test_depths_that_make_no_tree_are_refused(depths: tuple[int, ...]) -> None:
    assert reason(TransactionError, ScriptTree, tuple((depth, OTHER) for depth in depths)) == "mismatch"


def test_a_tree_is_at_most_128_deep() -> None:
    deep = tree_of(PK, 128)
    assert len(deep.control_blocks(INTERNAL)[-1].encode()) == 33 + 128 * 32
    assert reason(TransactionError, ScriptTree.join, OTHER, deep) == "range"
    assert reason(TransactionError, ControlBlock.decode, bytes((0xC0,)) + bytes.fromhex("79" * 32) * 130) == "length"


@pytest.mark.parametrize("version", [0x50, 0xC1, -2, 256, 1.0, None])
def test_a_leaf_version_is_even_and_none_that_looks_like_an_annex(version: Any) -> None:
    assert reason(TransactionError, TapLeaf, PK, version) == "version"


@pytest.mark.parametrize("size", [0, 1, 32, 34, 64, 33 + 31, 33 + 129 * 32])
def test_a_control_block_has_33_bytes_and_32_for_each_step(size: int) -> None:
    raw = (b"\xc0" + INTERNAL.data[1:] + bytes(5000))[:size]
    assert reason(TransactionError, ControlBlock.decode, raw) == "length"


@pytest.mark.parametrize(
    ("first", "expected"), [(0x50, "version"), (0x51, "version"), (0xC2, "version"), (0xC1, "mismatch")]
)
def test_T11_an_annex_another_leaf_version_and_the_other_parity_are_refused(first: int, expected: str) -> None:
    script, tree = PK, ScriptTree(((0, TapLeaf(PK, first & 0xFE if first == 0xC2 else TAPSCRIPT)),))
    raw = tree.control_blocks(INTERNAL)[0].encode()
    parity = raw[0] & 1
    first = first | parity if first == 0xC2 else 0xC0 | (1 - parity) if first == 0xC1 else first
    found = reason(
        TransactionError,
        Input,
        txid="33" * 32,
        vout=0,
        value=1,
        leaf_script=script,
        control_block=bytes((first,)) + raw[1:],
    )
    assert found == expected


def test_a_control_block_with_no_point_as_internal_key_is_refused() -> None:
    assert reason(TransactionError, ControlBlock.decode, b"\xc0" + b"\xff" * 32) == "point"


# -- inputs


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"key": key(1).public_key}, "mismatch"),
        ({"merkle_root": bytes(32)}, "mismatch"),
        ({"script_pubkey": b"\x51\x20" + bytes(32)}, "mismatch"),
        ({"kind": "p2wpkh"}, "mismatch"),
        ({"kind": "p2wsh"}, "mismatch"),
        ({"redeem_script": PK}, "mismatch"),
        ({"witness_script": PK}, "mismatch"),
        ({"origins": ((key(4).public_key, KeyOrigin(b"abcd", Path())),)}, "mismatch"),
        ({"control_block": b""}, "length"),
        ({"control_block": None}, "type"),
        ({"leaf_script": b""}, "mismatch"),
        ({"value": None}, "missing"),
    ],
    ids=str,
)
def test_PS70_what_does_not_fit_to_a_leaf_is_refused(options: dict[str, Any], expected: str) -> None:
    block = tree_of(PK).control_blocks(INTERNAL)[-1].encode()
    parts = {"txid": "33" * 32, "vout": 0, "value": 1, "leaf_script": PK, "control_block": block, **options}
    if options == {"leaf_script": b""}:
        parts["script_pubkey"] = tree_of(PK).script_pubkey(INTERNAL)
    assert reason(TransactionError, Input, **parts) in (expected, "mismatch")


def test_the_keys_of_a_leaf_may_be_told_with_their_origins() -> None:
    """They stand there with even y, whatever the key that is told is."""
    odd = next(key(number).public_key for number in range(1, 99) if key(number).public_key.data[0] == 3)
    origin = KeyOrigin(b"abcd", Path.parse("m/86h/0h/0h/0/1"))
    each = spend(checksig([odd]), origins=((odd, origin),), key=INTERNAL)
    (request, _) = spending(each).requests()
    assert (request.key, request.origin, request.tweak) == (odd.even_y(), origin, None)
    assert each.lock is not None
    assert each.lock.owners == ()


@pytest.mark.parametrize(
    "script",
    [
        b"",
        b"\x51",
        b"\xac",
        b"\x21" + KEYS[0].data + b"\xac",
        PK + b"\x75",
        PK[:-1] + b"\xad",
        CHAIN[:-1] + b"\xba",
        MULTI[:-2] + b"\x00\x9c",
        MULTI[:-2] + b"\x54\x9c",
        MULTI[:-2] + b"\x01\x02\x9c",
        MULTI[:-1] + b"\x9d",
        b"\x00\xb2\x75" + PK,
        b"\x4f\xb1\x75" + PK,
        b"\x51\xb2\x75\x52\xb2\x75" + PK,
        b"\x51\xb2" + PK,
        b"\x05\xff\xff\xff\xff\x00\xb1\x75" + PK,
        b"\x4c\x20" + PK[1:],
        b"\xab" + PK,
        b"\x51" + b"\x21" + KEYS[0].data + b"\x51\xae",
        PK[:-1] + b"\xad\x51\xb2\x51\xb1",
    ],
    ids=bytes.hex,
)
def test_a_tapscript_that_is_no_template_is_refused(script: bytes) -> None:
    assert reason(TransactionError, Tapscript, script) == "unknown"


def test_a_key_twice_or_no_point_in_a_tapscript_is_refused() -> None:
    twice = b"".join((b"\x20", KEYS[0].data[1:], b"\xad", PK))
    assert reason(TransactionError, Tapscript, twice) == "duplicate"
    assert reason(TransactionError, Tapscript, b"\x20" + b"\xff" * 32 + b"\xac") == "point"
    assert reason(TransactionError, Tapscript, PK[:20]) == "truncated"
    assert reason(TransactionError, Tapscript, bytes(40_001)) == "too-large"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: checksig([]), "range"),
        (lambda: checksig([KEYS[0], KEYS[0]]), "duplicate"),
        (lambda: multi_a(0, KEYS), "range"),
        (lambda: multi_a(4, KEYS), "range"),
        (lambda: multi_a(1, [PublicKey.trusted(Curve.ED25519, bytes(32))]), "type"),
        (lambda: behind(PK, after=1 << 31), "range"),
        (lambda: behind(PK, older=-1), "range"),
        (lambda: Tapscript(MULTI).spend([b"x"]), "length"),
        (lambda: Tapscript(MULTI).spend([b"x", b"", b""]), "missing"),
        (lambda: ScriptTree.join(OTHER, b""), "type"),  # type: ignore[arg-type]
    ],
)
def test_templates_and_trees_are_made_of_what_fits(call: Any, expected: str) -> None:
    assert reason(TransactionError, call) == expected


def test_the_message_of_a_leaf_needs_a_hash_and_a_place() -> None:
    tx = spending(spend(PK))
    commitments = Commitments(Tx.decode(sign(tx, signer(1), signer(5)).raw), spent(tx))
    assert reason(TransactionError, commitments.tapscript, 0, bytes(31)) == "length"
    assert reason(TransactionError, commitments.tapscript, 0, bytes(32), separator=1 << 32) == "range"


@pytest.mark.parametrize("hash_type", [0x04, 0x80, 0x84])
def test_T11_a_hash_type_that_taproot_does_not_have_is_refused_for_leaves(hash_type: int) -> None:
    tx = spending(spend(PK))
    commitments = Commitments(Tx.decode(sign(tx, signer(1), signer(5)).raw), spent(tx))
    assert reason(TransactionError, commitments.tapscript, 0, bytes(32), hash_type) == "range"


def test_T09_single_without_an_output_at_its_place_is_refused_for_leaves() -> None:
    last = replace(spend(PK, sighash="SINGLE"), vout=7)
    beside = Input(txid="44" * 32, vout=0, value=30_000, key=key(5).public_key)
    outputs = (pay(REGTEST.address(key(6).public_key), 9_000),)
    found = reason(TransactionError, Transaction, chain=REGTEST, inputs=(beside, last), outputs=outputs)
    assert found == "range"
