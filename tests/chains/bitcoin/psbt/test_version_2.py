"""Version 2 (BIP-370): lock times, flags of what may be modified, conversion; and fields of taproot (BIP-371)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import wallycore
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, kernel_accepts, key, reason, signer, spending
from walletcore.chains.bitcoin import Transaction, pay
from walletcore.chains.bitcoin.psbt import Leaf, Psbt, PsbtGlobals, PsbtInput, PsbtOutput, Safety, TapOrigin
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.errors import MissingSignature, TransactionError
from walletcore.path import KeyOrigin, Path
from walletcore.signing import sign

TO = BITCOIN.address(key(7).public_key)
FREE = Safety(sighash=tuple(HASH_TYPES))


def vessel(guard: str = "p2wpkh", *, flags: int | None = None, locktime: int = 0, **options: Any) -> Psbt:
    """Return the PSBT of version 2 of one input that is guarded so."""
    tx = Transaction(chain=BITCOIN, inputs=(spending(guard, **options),), outputs=(pay(TO, 90_000),), locktime=locktime)
    made = Psbt.from_transaction(tx, version=2, safety=FREE)
    return made if flags is None else replace(made, globals=made.globals.with_fields(tx_modifiable=flags))


@given(
    st.lists(st.tuples(st.none() | st.integers(1, 499_999_999), st.none() | st.integers(500_000_000, 2**32 - 1)),
             min_size=1, max_size=4),
    st.none() | st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_the_lock_time_is_the_greatest_that_all_inputs_take(
    required: list[tuple[int | None, int | None]], fallback: int | None
) -> None:
    """Held against the words of BIP-370, said the other way round: a kind serves if no input lacks it."""
    made = vessel()
    first = made.inputs[0]
    inputs = tuple(
        first.with_fields(
            previous_txid=bytes((place + 1,)) * 32, required_height_locktime=height, required_time_locktime=time
        )
        for place, (height, time) in enumerate(required)
    )
    common = made.globals.with_fields(input_count=len(inputs), fallback_locktime=fallback)
    psbt = replace(made, globals=common, inputs=inputs)
    asking = [pair for pair in required if pair != (None, None)]
    heights = [pair[0] for pair in asking if pair[0] is not None]
    times = [pair[1] for pair in asking if pair[1] is not None]
    if not asking:
        assert psbt.draft.locktime == (fallback or 0)
    elif len(heights) == len(asking):
        assert psbt.draft.locktime == max(heights)
    elif len(times) == len(asking):
        assert psbt.draft.locktime == max(times)
    else:
        assert reason(TransactionError, lambda: psbt.draft) == "mismatch"


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("locktime", [0, 7])
def test_libwally_reads_and_converts_what_we_convert(guard: str, locktime: int) -> None:
    made = vessel(guard, locktime=locktime)
    theirs = wallycore.psbt_from_bytes(made.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
    assert wallycore.psbt_get_version(theirs) == 2
    assert bytes(wallycore.psbt_to_bytes(theirs, 0)) == made.raw
    wallycore.psbt_set_version(theirs, 0, 0)
    assert bytes(wallycore.psbt_to_bytes(theirs, 0)) == made.to_version(0).raw
    assert made.to_version(0).to_version(2) == made


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("ALL", 0b011, 0b000),
        ("NONE", 0b011, 0b010),
        ("SINGLE", 0b011, 0b100),
        ("ALL|ANYONECANPAY", 0b011, 0b001),
        ("NONE|ANYONECANPAY", 0b011, 0b011),
        ("SINGLE|ANYONECANPAY", 0b011, 0b101),
        ("ALL", 0b1111_1011, 0b1111_1000),
    ],
)
def test_a_signer_says_what_its_signatures_leave_open(name: str, before: int, after: int) -> None:
    made = vessel(flags=before, sighash=name)
    signed = sign(made, signer(1))
    assert signed.globals.tx_modifiable == after
    assert Psbt.decode(BITCOIN, signed.raw, safety=FREE).finalize().raw == signed.finalize().raw
    assert sign(made, signer(9)).globals.tx_modifiable == before  # who signs nothing changes nothing


def test_combining_leaves_open_what_all_leave_open() -> None:
    made = vessel("p2wsh", flags=0b011)
    one, two = sign(made, signer(1)), replace(made, globals=made.globals.with_fields(tx_modifiable=0b110))
    assert one.combine(two).globals.tx_modifiable == two.combine(one).globals.tx_modifiable == 0b100
    assert kernel_accepts(one.combine(sign(made, signer(2))).finalize().raw, [made.transaction.inputs[0].spent])  # type: ignore[list-item]


def test_a_signature_that_came_by_version_0_leaves_nothing_open() -> None:
    """Version 0 has no flags in which its signer could have said so."""
    made = vessel(flags=0b011)
    signed = sign(made.to_version(0), signer(1))
    assert made.combine(signed).globals.tx_modifiable == signed.to_version(2).combine(made).globals.tx_modifiable == 0
    assert made.combine(made).globals.tx_modifiable == 0b011
    assert signed.combine(made).globals.tx_modifiable is None


def test_PS71_neighbour_joined_psbts_have_the_lock_time_that_each_had() -> None:
    """Alone each has an input that takes a time only; joined, both take a height, and BIP-370 wants it."""
    inputs = tuple(spending("p2wpkh", place=place) for place in (0, 1))
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, 90_000),)), version=2)
    timed = [each.with_fields(required_time_locktime=1_600_000_000) for each in made.inputs]
    both = [each.with_fields(required_height_locktime=100) for each in timed]
    one, two = replace(made, inputs=(both[0], timed[1])), replace(made, inputs=(timed[0], both[1]))
    assert one.draft == two.draft
    assert reason(TransactionError, one.combine, two) == "mismatch"
    assert one.combine(one.to_version(0)).draft == one.draft


def of_two(*sequences: int | None) -> Psbt:
    """Return the PSBT of two inputs, of which some have no sequence yet."""
    inputs = tuple(spending("p2wpkh", place=place) for place in (0, 1))
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, 90_000),)), version=2)
    pairs = zip(made.inputs, sequences, strict=True)
    return replace(made, inputs=tuple([each.with_fields(sequence=number) for each, number in pairs]), safety=FREE)


@pytest.mark.parametrize(("fallback", "required"), [(100, 600), (None, 600), (0, 600), (600, None), (600, 600)])
def test_a_copy_of_version_0_has_no_fallback_lock_time_of_its_own(fallback: int | None, required: int | None) -> None:
    """BIP-370, "Unique Identification": two are of the same transaction if the lock time that follows is the same."""
    made = vessel()
    maps = (made.inputs[0].with_fields(required_height_locktime=required),)
    made = replace(made, globals=made.globals.with_fields(fallback_locktime=fallback), inputs=maps)
    copy = Psbt.decode(BITCOIN, made.to_version(0).raw)
    assert made.draft.locktime == copy.draft.locktime == 600
    signed = sign(copy, signer(1))
    for joined in (made.combine(signed), made.combine(made, signed), made.combine(signed, sign(made, signer(1)))):
        assert joined.globals.fallback_locktime == fallback
        assert joined.inputs[0].required_height_locktime == required
        wallycore.psbt_from_bytes(joined.raw, wallycore.WALLY_PSBT_PARSE_FLAG_STRICT)
        raw = joined.finalize().raw
        assert raw == signed.combine(made).finalize().raw
        assert kernel_accepts(raw, [each.spent for each in made.transaction.inputs if each.spent])
    another = vessel(locktime=601).to_version(0)
    assert reason(TransactionError, made.combine, another) == "mismatch"


def test_a_sequence_that_only_one_knows_is_taken_over() -> None:
    """BIP-370, "Unique Identification": the sequences are 0 in the transaction by whose id PSBTs are known."""
    one, two, both = of_two(5, None), of_two(None, 6), of_two(5, 6)
    assert one.combine(two) == two.combine(one) == of_two(None, None).combine(one, two) == both
    assert [each.sequence for each in one.combine(two).unsigned_tx.inputs] == [5, 6]
    signed = sign(one.combine(two), signer(1))
    assert signed.combine(one, of_two(None, None)) == signed
    assert of_two(None, None).combine(signed).finalize().raw == signed.finalize().raw


def test_PS71_neighbour_a_sequence_is_neither_overwritten_nor_put_under_a_signature() -> None:
    bare, one = of_two(None, None), of_two(5, None)
    assert reason(TransactionError, one.combine, of_two(6, None)) == "mismatch"
    for signed in (sign(bare, signer(1)), sign(bare, signer(1)).finalized()):
        assert reason(TransactionError, signed.combine, one) == "mismatch"
        assert reason(TransactionError, one.combine, signed) == "mismatch"
        assert signed.combine(bare, of_two(0xFFFFFFFF, None)).finalize().raw == signed.finalize().raw
    assert reason(TransactionError, one.combine, bare.to_version(0)) == "mismatch"
    assert reason(TransactionError, one.to_version(0).combine, bare) == "mismatch"
    other = replace(bare, outputs=(bare.outputs[0].with_fields(amount=80_000),))
    assert reason(TransactionError, one.combine, other) == "mismatch"


def test_PS71_neighbour_a_part_of_a_signature_is_over_its_sequences_as_well() -> None:
    """BIP-373: PSBT_IN_MUSIG2_PARTIAL_SIG is made over the transaction, a nonce over nothing; neither is enough."""
    names, bare = key(2).public_key.data + key(3).public_key.data, vessel("p2tr", sequence=0xFFFF_FFFF)
    later = replace(bare, inputs=(bare.inputs[0].with_fields(sequence=5),))
    nonces = bare.inputs[0].with_fields(musig2_pub_nonce=((names, bytes(66)),))
    begun = replace(bare, inputs=(nonces,))
    assert begun.combine(later).draft == later.combine(begun).draft == later.draft
    partly = replace(bare, inputs=(nonces.with_fields(musig2_partial_sig=((names, bytes(32)),)),))
    assert reason(TransactionError, partly.combine, later) == "mismatch"
    assert reason(TransactionError, later.combine, partly) == "mismatch"
    assert partly.combine(bare, begun) == partly
    assert partly.finalized() == partly
    assert len(partly.requests()) == 1
    assert sign(partly, signer(1)).finalized().inputs[0].is_final
    with pytest.raises(MissingSignature):
        partly.finalize()


def test_a_transaction_of_version_1_is_not_of_version_2() -> None:
    tx = replace(vessel().transaction, version=1)
    assert reason(TransactionError, Psbt.from_transaction, tx, version=2) == "range"
    assert reason(TransactionError, Psbt.from_transaction(tx).to_version, 2) == "range"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("globals", "tx_version"),
        ("globals", "input_count"),
        ("globals", "output_count"),
        ("inputs", "previous_txid"),
        ("inputs", "output_index"),
        ("outputs", "amount"),
        ("outputs", "script"),
    ],
)
def test_PS21_to_PS44_neighbours_each_required_field_is_missed_by_name(place: str, name: str) -> None:
    made = vessel()
    maps = {"globals": made.globals, "inputs": made.inputs, "outputs": made.outputs}
    less = (maps["globals"] if place == "globals" else maps[place][0]).with_fields(**{name: None})  # type: ignore[index,union-attr]
    maps[place] = less if place == "globals" else (less,)
    raw = encode(*maps.values())  # type: ignore[arg-type]
    with pytest.raises(TransactionError, match=f"expected .*_{name.upper()}$") as caught:
        Psbt.decode(BITCOIN, raw)
    assert caught.value.reason == "missing"


def test_PS64_neighbour_counts_that_the_maps_do_not_have_are_refused() -> None:
    made = vessel()
    counts = (("input_count", 2, "trailing"), ("output_count", 2, "truncated"), ("output_count", 0, "trailing"))
    for name, number, why in counts:
        wrong = made.globals.with_fields(**{name: number})
        assert reason(TransactionError, Psbt.decode, BITCOIN, encode(wrong, made.inputs, made.outputs)) == why


# -- taproot

SCRIPT = b"\x20" + key(2).public_key.data[1:] + b"\xac"


def test_fields_of_taproot_are_read_as_they_were_written() -> None:
    x, origin = key(1).public_key.data[1:], KeyOrigin(b"abcd", Path((1, 2)))
    leaves = (Leaf(b"\x51", depth=1), Leaf(b"\x52", 0xC2, 2), Leaf(b"\x53", depth=2))
    output = PsbtOutput(tap_tree=leaves, tap_bip32_derivation=((x, TapOrigin(origin, (bytes(32), b"1" * 32))),))
    assert output.tap_tree == leaves
    assert output.tap_bip32_derivation == ((x, TapOrigin(origin, (bytes(32), b"1" * 32))),)
    control = b"\xc0" + x + bytes(32)
    fields = PsbtInput(tap_leaf_script=((control, Leaf(SCRIPT)),), tap_script_sig=((x + bytes(32), bytes(64)),))
    assert fields.tap_leaf_script == ((control, Leaf(SCRIPT)),)
    assert fields.tap_script_sig == ((x + bytes(32), bytes(64)),)


@pytest.mark.parametrize(
    ("leaves", "why"),
    [
        ("", "truncated"),
        ("01c00151", "truncated"),
        ("00c00151" + "00c00151", "trailing"),
        ("01c00151" * 3, "trailing"),
        ("02c00151" + "01c00151", "non-canonical"),
        ("01c00151" + "02c00151" * 3, "trailing"),
        ("81c00151", "range"),
        ("00c10151", "range"),
        ("00c00251", "truncated"),
    ],
)
def test_PS45_to_PS55_neighbour_a_tree_has_both_halves_of_each_branch(leaves: str, why: str) -> None:
    assert reason(TransactionError, PsbtOutput, [(b"\x06", bytes.fromhex(leaves))]) == why


def treed(script: bytes = SCRIPT, sibling: bytes = b"\x33" * 32) -> tuple[PsbtInput, Psbt]:
    """Return the fields of a taproot output with a leaf beside another one, made by libwally's parts of BIP-341."""
    x = key(1).public_key.data[1:]
    leaf = bytes(wallycore.bip340_tagged_hash(b"\xc0" + bytes((len(script),)) + script, "TapLeaf"))
    root = bytes(wallycore.bip340_tagged_hash(b"".join(sorted((leaf, sibling))), "TapBranch"))
    output = bytes(wallycore.ec_public_key_bip341_tweak(b"\x02" + x, root, 0))
    made = vessel("p2tr", merkle_root=root, previous=b"", value=100_000, txid="44" * 32)
    assert made.inputs[0].witness_utxo is not None
    assert made.inputs[0].witness_utxo.script_pubkey[2:] == output[1:]
    control = bytes((0xC0 | (output[0] & 1),)) + x + sibling
    return made.inputs[0].with_fields(tap_leaf_script=((control, Leaf(script)),)), made


def test_PS70_control_blocks_lead_to_the_output_and_stand_in_for_its_root() -> None:
    fields, made = treed()
    with_leaf = replace(made, inputs=(fields,))
    assert with_leaf.transaction == made.transaction
    assert replace(made, inputs=(fields.with_fields(tap_merkle_root=None),)).transaction == made.transaction
    assert kernel_accepts(sign(with_leaf, signer(1)).finalize().raw, [made.transaction.inputs[0].spent])  # type: ignore[list-item]


@pytest.mark.parametrize("place", [0, 1, 40, 70])
def test_PS70_a_control_block_or_leaf_that_leads_elsewhere_is_refused(place: int) -> None:
    fields, made = treed()
    ((control, leaf),) = fields.tap_leaf_script
    changed = bytearray(control + leaf.script)
    changed[place] ^= 1
    other = bytes(changed[: len(control)]), Leaf(bytes(changed[len(control) :]))
    wrong = replace(made, inputs=(fields.with_fields(tap_leaf_script=(other,)),))
    assert reason(TransactionError, wrong.requests) == "mismatch"
    assert reason(TransactionError, BITCOIN.decode_transaction, wrong.raw) == "mismatch"


def test_PS70_neighbour_another_root_or_leaf_version_is_refused() -> None:
    fields, made = treed()
    ((control, _),) = fields.tap_leaf_script
    for other in (
        fields.with_fields(tap_merkle_root=bytes(32)),
        fields.with_fields(tap_leaf_script=((control, Leaf(SCRIPT, 0xC2)),)),
        fields.with_fields(tap_internal_key=key(3).public_key.data[1:]),
    ):
        assert reason(TransactionError, replace(made, inputs=(other,)).requests) == "mismatch"


def extended(*, private: bool = False) -> bytes:
    """The 78 bytes of m/0' of BIP-32's first test vector, by another implementation."""
    root = wallycore.bip32_key_from_seed(bytes(range(16)), wallycore.BIP32_VER_MAIN_PRIVATE, 0)
    child = wallycore.bip32_key_from_parent(root, 2**31, wallycore.BIP32_FLAG_KEY_PRIVATE)
    flag = wallycore.BIP32_FLAG_KEY_PRIVATE if private else wallycore.BIP32_FLAG_KEY_PUBLIC
    return bytes(wallycore.bip32_key_serialize(child, flag))


def with_xpub(version: int, xpub: bytes) -> bytes:
    """A PSBT whose global map names this extended key."""
    made = vessel().to_version(version)
    named = (bytes((0x01,)) + xpub, bytes.fromhex("3442193e") + (2**31).to_bytes(4, "little"))
    return encode(PsbtGlobals.of(dict([*made.globals.records, named])), made.inputs, made.outputs)


def wally_reads(raw: bytes) -> bool:
    try:
        wallycore.psbt_from_bytes(raw, 0)
    except ValueError:
        return False
    return True


def is_xpub_refused(version: int, xpub: bytes) -> str:
    """The reason with which it is: read, written by its field, and given as a record. No key is told."""
    raw, made, origin = with_xpub(version, xpub), vessel(), KeyOrigin(bytes(4), Path((0,)))
    calls: list[Callable[[], object]] = [
        lambda: Psbt.decode(BITCOIN, raw),
        lambda: made.globals.with_fields(xpub=((xpub, origin),)),
        lambda: PsbtGlobals([(b"\1" + xpub, bytes(8))]),
    ]
    reasons = set()
    for call in calls:
        with pytest.raises(TransactionError) as caught:
            call()
        assert xpub[46:].hex() not in repr(caught.value)
        reasons.add(caught.value.reason)
    (found,) = reasons
    return found


@pytest.mark.parametrize("version", [0, 2])
def test_an_extended_key_is_public_and_a_point(version: int) -> None:
    public, private = extended(), extended(private=True)
    wrong = {
        "version": [private, private[:4] + public[4:]],
        "length": [public[:-1], public + b"\0"],
        "point": [
            public[:4] + private[4:],
            public[:45] + b"\2" + b"\xff" * 32,  # not below p
            public[:45] + b"\2" + (5).to_bytes(32),  # 5^3 + 7 is no square
            public[:45] + b"\6" + public[46:],
        ],
    }
    assert Psbt.decode(BITCOIN, with_xpub(version, public)).globals.xpub[0][0] == public
    assert wally_reads(with_xpub(version, public))
    for why, keys in wrong.items():
        for each in keys:
            assert not wally_reads(with_xpub(version, each))
            assert is_xpub_refused(version, each) == why


@pytest.mark.parametrize("prefix", ["04358394", "04b2430c", "02aa7a99", "045f18bc", "019d9cfe", "02fda4e8"])
def test_an_extended_key_of_private_version_bytes_is_refused(prefix: str) -> None:
    """tprv, zprv, Zprv and vprv (SLIP-132), Litecoin's Ltpv, Decred's dprv."""
    assert is_xpub_refused(0, bytes.fromhex(prefix) + extended(private=True)[4:]) == "version"
    assert is_xpub_refused(0, bytes.fromhex(prefix) + extended()[4:]) == "version"


@pytest.mark.parametrize("prefix", ["043587cf", "04b24746", "02aa7ed3", "045f1cf6", "019da462", "02fda926", "00000000"])
def test_an_extended_key_is_of_any_coin(prefix: str) -> None:
    """tpub, zpub, Zpub and vpub (SLIP-132), Litecoin's Ltub, Decred's dpub, and what nobody registered."""
    xpub = bytes.fromhex(prefix) + extended()[4:]
    raw = with_xpub(0, xpub)
    read = Psbt.decode(BITCOIN, raw)
    assert (read.globals.xpub[0][0], read.raw) == (xpub, raw)


def test_an_extended_key_is_as_deep_as_its_path_is_long() -> None:
    xpub = bytes.fromhex("0488b21e02") + bytes(40) + key(1).public_key.data
    made = vessel()
    for steps, fits in (((1, 2), True), ((1,), False), ((), False)):
        named = PsbtGlobals(xpub=((xpub, KeyOrigin(bytes(4), Path(steps))),)).records
        common = PsbtGlobals([*made.globals.records, *named])
        if fits:
            assert replace(made, globals=common).globals.xpub[0][0] == xpub
        else:
            assert reason(TransactionError, replace, made, globals=common) == "mismatch"
