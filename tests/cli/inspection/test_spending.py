"""The signatures of Bitcoin transactions, judged beside Bitcoin Core's kernel: what it refuses is never good here.

Where nodes do not pass on what the kernel takes, or a script is not understood, this is stricter: `STRICTER` says
where, and why. The damage is done to transactions that the kernel accepts; its word is the expected value.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import coincurve
import pytest

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, funding, kernel_accepts, key, signer, spending
from walletcore.chains.bitcoin import Input, Transaction, TxOut
from walletcore.chains.bitcoin.opcodes import multisig, parse_script, push
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli.inspection.spending import spending_of
from walletcore.curves.secp256k1 import ORDER, decode_der, encode_der
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.signing import sign

PAYS = TxOut(value=90_000, script_pubkey=bytes.fromhex("0014751e76e8199196d454941c45d1b3a323f1433bd6"))  # BIP-173
WITNESSED = {"p2sh-p2wpkh", "p2wpkh", "p2wsh", "p2wsh of p2pk", "p2sh-p2wsh", "p2tr"}
OF_MANY = {"multisig", "p2sh", "p2wsh", "p2sh-p2wsh"}
WITH_SCRIPT = {"p2sh", "p2sh of p2pkh", "p2wsh", "p2wsh of p2pk", "p2sh-p2wsh"}
WITH_KEY = {"p2pkh", "p2sh of p2pkh", "p2sh-p2wpkh", "p2wpkh"}
ECDSA = set(GUARDS) - {"p2tr"}
Stack = list[bytes]


def signed(guard: str, each: Input | None = None, sighash: str = "") -> Tx:
    spends = each or spending(guard, sighash=sighash)
    transaction = Transaction(chain=BITCOIN, inputs=(spends,), outputs=(PAYS,))
    return Tx.decode(sign(transaction, signer(1), *([signer(2)] if guard in OF_MANY else [])).raw)


SIGNED = {guard: signed(guard) for guard in GUARDS}


def pushes(tx: Tx) -> Stack:
    return [each.data or b"" for each in parse_script(tx.inputs[0].script_sig)]


def stack_of(tx: Tx) -> Stack:
    """What the script is run on: the witness where there is one, otherwise what script_sig pushes."""
    return list(tx.witnesses[0]) if tx.witnesses else pushes(tx)


def with_stack(tx: Tx, stack: Sequence[bytes]) -> Tx:
    if tx.witnesses:
        return replace(tx, witnesses=(tuple(stack),) if stack else ())
    return with_script_sig(tx, b"".join(map(push, stack)))


def with_script_sig(tx: Tx, script_sig: bytes) -> Tx:
    return replace(tx, inputs=(replace(tx.inputs[0], script_sig=script_sig),))


def judged(tx: Tx, source: Tx) -> tuple[str, bool]:
    """Why it is refused here, empty where it is good; and whether the kernel accepts it."""
    kernel = kernel_accepts(tx.encode(), source.outputs[:1])
    try:
        spending_of(BITCOIN, tx.encode(), [source.encode()])
    except (InvalidSignature, TransactionError) as error:
        return error.reason, kernel
    return "", kernel


def places(guard: str) -> list[int]:
    """Where the signatures stand in the stack."""
    return [1, 2] if guard in OF_MANY else [0]


def each_signature(change: Callable[[bytes], bytes]) -> Callable[[str, Stack], Stack]:
    return lambda guard, stack: [change(item) if at in places(guard) else item for at, item in enumerate(stack)]


def high_s(signature: bytes) -> bytes:
    compact = decode_der(signature[:-1])
    return encode_der(compact[:32] + (ORDER - int.from_bytes(compact[32:])).to_bytes(32)) + signature[-1:]


def below(guard: str, stack: Stack) -> Stack:
    return [b"\x01\x01", *stack]


OTHER_SCRIPT = multisig(2, [key(number).public_key for number in (1, 2, 4)])
KEY_4 = key(4).public_key.data
CHANGES: dict[str, tuple[set[str], Callable[[str, Stack], Stack]]] = {
    "raw r and s": (ECDSA, each_signature(lambda item: decode_der(item[:-1]) + item[-1:])),
    "raw r and s, no hash type": (ECDSA, each_signature(lambda item: decode_der(item[:-1]))),
    "no hash type": (ECDSA, each_signature(lambda item: item[:-1])),
    "another hash type": (ECDSA, each_signature(lambda item: item[:-1] + b"\x02")),
    "a byte after the DER": (ECDSA, each_signature(lambda item: item[:-1] + b"\x00" + item[-1:])),
    "padded r": (
        ECDSA,
        each_signature(lambda item: b"\x30" + bytes((item[1] + 1, 2, item[3] + 1, 0)) + item[4:]),
    ),
    "high s": (ECDSA, each_signature(high_s)),
    "no signature": (set(GUARDS), each_signature(lambda _: b"")),
    "an item below": (set(GUARDS), below),
    "an item on top": (set(GUARDS), lambda _, stack: [*stack, b"\x01\x01"]),
    "nothing at all": (set(GUARDS), lambda _, stack: []),
    "the first item is missing": (set(GUARDS), lambda _, stack: stack[1:]),
    "the last item is missing": (set(GUARDS), lambda _, stack: stack[:-1]),
    "too few signatures": (OF_MANY, lambda _, stack: [*stack[:2], *stack[3:]]),
    "wrong order": (OF_MANY, lambda _, stack: [stack[0], stack[2], stack[1], *stack[3:]]),
    "the same signature twice": (OF_MANY, lambda _, stack: [stack[0], stack[1], stack[1], *stack[3:]]),
    "the last signature twice": (OF_MANY, lambda _, stack: [stack[0], stack[2], stack[2], *stack[3:]]),
    "too many signatures": (OF_MANY, lambda _, stack: [*stack[:2], stack[1], *stack[2:]]),
    "a dummy that is not empty": (OF_MANY, lambda _, stack: [b"\x01\x01", *stack[1:]]),
    "another script": (WITH_SCRIPT, lambda _, stack: [*stack[:-1], OTHER_SCRIPT]),
    "another key": (WITH_KEY, lambda _, stack: [stack[0], KEY_4, *stack[2:]]),
    "T11 an annex": ({"p2tr"}, lambda _, stack: [*stack, b"\x50"]),
    "T11 hash type 4": ({"p2tr"}, lambda _, stack: [stack[0] + b"\x04"]),
    "hash type 0 in words": ({"p2tr"}, lambda _, stack: [stack[0] + b"\x00"]),
    "ALL for DEFAULT": ({"p2tr"}, lambda _, stack: [stack[0] + b"\x01"]),
    "63 bytes": ({"p2tr"}, lambda _, stack: [stack[0][:63]]),
}
# What the kernel takes and is refused all the same: the reason; the rule is in Core's src/policy/policy.h.
STRICTER = {
    "high s": "non-canonical",  # SCRIPT_VERIFY_LOW_S, BIP-146
    "an item below": "trailing",  # SCRIPT_VERIFY_CLEANSTACK, before segwit
}
CASES = [(name, guard) for name, (guards, _) in CHANGES.items() for guard in GUARDS if guard in guards]


@pytest.mark.parametrize("sighash", HASH_TYPES)
@pytest.mark.parametrize("guard", GUARDS)
def test_what_is_signed_here_is_good_here_and_in_the_kernel(guard: str, sighash: str) -> None:
    tx, source = signed(guard, sighash=sighash), funding(guard)
    assert judged(tx, source) == ("", True)
    found = spending_of(BITCOIN, tx.encode(), [source.encode()])
    assert found.hash_types == ((sighash,),)
    assert found.fee == 10_000


@pytest.mark.parametrize(("name", "guard"), CASES, ids=[f"{guard}, {name}" for name, guard in CASES])
def test_T11_damage_that_the_kernel_refuses_is_refused(name: str, guard: str) -> None:
    tx = with_stack(SIGNED[guard], CHANGES[name][1](guard, stack_of(SIGNED[guard])))
    reason, kernel = judged(tx, funding(guard))
    assert reason
    assert not kernel or reason == STRICTER[name]


@pytest.mark.parametrize("name", STRICTER)
def test_being_stricter_than_the_kernel_is_no_more_than_is_said(name: str) -> None:
    guards, change = CHANGES[name]
    tried = {guard: with_stack(SIGNED[guard], change(guard, stack_of(SIGNED[guard]))) for guard in guards}
    assert any(judged(tx, funding(guard))[1] for guard, tx in tried.items())


@pytest.mark.parametrize("guard", GUARDS)
def test_any_flipped_bit_of_what_unlocks_is_refused_as_by_the_kernel(guard: str) -> None:
    tx, source = SIGNED[guard], funding(guard)
    stack = stack_of(tx)
    for place, item in enumerate(stack):
        for at in range(len(item)):
            changed = bytearray(item)
            changed[at] ^= 1 << at % 8
            reason, kernel = judged(with_stack(tx, [*stack[:place], bytes(changed), *stack[place + 1 :]]), source)
            assert (bool(reason), kernel) == (True, False), (place, at)


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("changes", [{"outputs": (replace(PAYS, value=89_999),)}, {"locktime": 1}, {"version": 1}])
def test_another_transaction_is_refused_as_by_the_kernel(guard: str, changes: dict[str, object]) -> None:
    reason, kernel = judged(replace(SIGNED[guard], **changes), funding(guard))  # type: ignore[arg-type]
    assert (reason, kernel) == ("mismatch", False)


@pytest.mark.parametrize("guard", sorted(WITNESSED))
def test_a_wrong_amount_is_refused_as_by_the_kernel(guard: str) -> None:
    source = funding(guard)
    tx = signed(guard, Input(txid=source.txid, vout=0, value=100_001, **GUARDS[guard]))
    assert judged(tx, source) == ("mismatch", False)


@pytest.mark.parametrize("guard", sorted(set(GUARDS) - WITNESSED))
def test_a_witness_where_there_is_none_to_be_is_refused_as_by_the_kernel(guard: str) -> None:
    tx = replace(SIGNED[guard], witnesses=((b"\x01",),))
    assert judged(tx, funding(guard)) == ("trailing", False)


@pytest.mark.parametrize("guard", sorted(WITNESSED))
def test_a_script_sig_where_there_is_none_to_be_is_refused_as_by_the_kernel(guard: str) -> None:
    tx = SIGNED[guard]
    more = with_script_sig(tx, b"\x01\x51" + tx.inputs[0].script_sig)
    assert judged(more, funding(guard)) == ("trailing" if guard.startswith("p2sh") else "non-canonical", False)


@pytest.mark.parametrize("guard", ["p2sh-p2wpkh", "p2sh-p2wsh"])
def test_the_script_of_nested_segwit_is_one_push_the_shortest(guard: str) -> None:
    tx = SIGNED[guard]
    (script,) = pushes(tx)
    longer = with_script_sig(tx, b"\x4c" + bytes((len(script),)) + script)
    assert judged(longer, funding(guard)) == ("non-canonical", False)
    assert judged(with_script_sig(tx, b""), funding(guard)) == ("mismatch", False)


@pytest.mark.parametrize("guard", sorted(set(GUARDS) - WITNESSED - {"multisig", "p2sh"}))
def test_pushes_that_nodes_do_not_pass_on_are_refused(guard: str) -> None:
    """SCRIPT_VERIFY_MINIMALDATA: the kernel's consensus takes them."""
    stack = stack_of(SIGNED[guard])
    longer = b"".join(b"\x4c" + bytes((len(item),)) + item for item in stack)
    assert judged(with_script_sig(SIGNED[guard], longer), funding(guard)) == ("non-canonical", True)


def test_a_script_sig_that_computes_is_refused() -> None:
    tx = SIGNED["p2pkh"]
    assert judged(with_script_sig(tx, tx.inputs[0].script_sig + b"\x61"), funding("p2pkh")) == ("non-canonical", True)
    assert judged(with_script_sig(tx, tx.inputs[0].script_sig + b"\x51"), funding("p2pkh")) == ("trailing", False)


# Signatures that libsecp256k1 makes, of any hash type and over any script


def source_of(script_pubkey: bytes, value: int = 100_000) -> Tx:
    outputs = (TxOut(value=value, script_pubkey=script_pubkey),)
    return Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)


def unsigned(source: Tx) -> Tx:
    return Tx(version=2, inputs=(TxIn(txid=source.txid, vout=0),), outputs=(PAYS,), locktime=0)


def ecdsa(number: int, preimage: bytes, hash_type: int) -> bytes:
    secret = coincurve.PrivateKey(number.to_bytes(32))
    return secret.sign(sha256d(preimage), hasher=None) + bytes((hash_type,))


def legacy(source: Tx, script: bytes, hash_type: int = 1, number: int = 1) -> bytes:
    return ecdsa(number, Commitments(unsigned(source), source.outputs).legacy(0, script, hash_type), hash_type)


def segwit(source: Tx, script: bytes, hash_type: int = 1, number: int = 1) -> bytes:
    return ecdsa(number, Commitments(unsigned(source), source.outputs).segwit_v0(0, script, hash_type), hash_type)


def test_a_strangers_good_signature_with_his_own_key_is_refused_as_by_the_kernel() -> None:
    """The coins are of key 1; key 4 signs for them, and for the script of its own hash."""
    data = key(1).public_key.data
    for script in (p2pkh(hash160(data)).script_pubkey, p2pkh(hash160(KEY_4)).script_pubkey):
        source = source_of(p2pkh(hash160(data)).script_pubkey)
        tx = with_script_sig(unsigned(source), push(legacy(source, script, number=4)) + push(KEY_4))
        assert judged(tx, source) == ("mismatch", False)
        source = source_of(b"\x00\x14" + hash160(data))
        tx = replace(unsigned(source), witnesses=((segwit(source, script, number=4), KEY_4),))
        assert judged(tx, source) == ("mismatch", False)


def test_a_strangers_good_signature_for_his_own_script_is_refused_as_by_the_kernel() -> None:
    script, his = push(key(1).public_key.data) + b"\xac", push(KEY_4) + b"\xac"
    source = source_of(b"\xa9\x14" + hash160(script) + b"\x87")
    tx = with_script_sig(unsigned(source), push(legacy(source, his, number=4)) + push(his))
    assert judged(tx, source) == ("mismatch", False)
    source = source_of(b"\x00\x20" + sha256(script))
    tx = replace(unsigned(source), witnesses=((segwit(source, his, number=4), his),))
    assert judged(tx, source) == ("mismatch", False)
    nested = b"\x00\x20" + sha256(his)
    source = source_of(b"\xa9\x14" + hash160(b"\x00\x20" + sha256(script)) + b"\x87")
    tx = replace(unsigned(source), witnesses=((segwit(source, his, number=4), his),))
    assert judged(with_script_sig(tx, push(nested)), source) == ("mismatch", False)


@pytest.mark.parametrize("hash_type", [0x00, 0x04, 0x1F, 0x41, 0x80, 0xFF])
def test_hash_types_that_are_not_defined_are_refused(hash_type: int) -> None:
    """SCRIPT_VERIFY_STRICTENC: the kernel's consensus takes them."""
    data = key(1).public_key.data
    script = p2pkh(hash160(data)).script_pubkey
    source = source_of(script)
    bare = with_script_sig(unsigned(source), push(legacy(source, script, hash_type)) + push(data))
    assert judged(bare, source) == ("range", True)
    source = source_of(b"\x00\x14" + hash160(data))
    witnessed = replace(unsigned(source), witnesses=((segwit(source, script, hash_type), data),))
    assert judged(witnessed, source) == ("range", True)


def test_an_uncompressed_key_is_good_before_segwit_and_not_passed_on_in_it() -> None:
    """BIP-143, "Restrictions on public key type": SCRIPT_VERIFY_WITNESS_PUBKEYTYPE."""
    data = coincurve.PrivateKey((1).to_bytes(32)).public_key.format(compressed=False)
    script = p2pkh(hash160(data)).script_pubkey
    source = source_of(script)
    assert judged(with_script_sig(unsigned(source), push(legacy(source, script)) + push(data)), source) == ("", True)
    source = source_of(b"\x00\x14" + hash160(data))
    tx = replace(unsigned(source), witnesses=((segwit(source, script), data),))
    assert judged(tx, source) == ("non-canonical", True)
    for inner, rest in ((push(data) + b"\xac", ()), (script, (data,))):
        source = source_of(b"\x00\x20" + sha256(inner))
        tx = replace(unsigned(source), witnesses=((segwit(source, inner), *rest, inner),))
        assert judged(tx, source) == ("non-canonical", True)


def test_a_script_of_p2sh_has_at_most_520_bytes() -> None:
    for count, expected in ((15, ("", True)), (16, ("non-canonical", False))):
        script = multisig(1, [key(number).public_key for number in range(1, count + 1)])
        source = source_of(b"\xa9\x14" + hash160(script) + b"\x87")
        tx = with_script_sig(unsigned(source), b"\x00" + push(legacy(source, script)) + push(script))
        assert judged(tx, source) == expected


def test_a_script_with_longer_pushes_is_refused() -> None:
    """SCRIPT_VERIFY_MINIMALDATA holds for scripts in scripts, too."""
    data = key(1).public_key.data
    script = b"\x51\x4c\x21" + data + b"\x51\xae"
    source = source_of(b"\xa9\x14" + hash160(script) + b"\x87")
    tx = with_script_sig(unsigned(source), b"\x00" + push(legacy(source, script)) + push(script))
    assert judged(tx, source) == ("non-canonical", True)


def test_scripts_that_are_not_understood_are_refused() -> None:
    source = source_of(b"\x51")
    assert judged(with_script_sig(unsigned(source), b"\x00"), source)[0] == "unknown"
    nested = b"\x51\x20" + bytes(32)
    source = source_of(b"\xa9\x14" + hash160(nested) + b"\x87")
    assert judged(with_script_sig(unsigned(source), push(nested)), source)[0] == "unknown"


# Outputs that are spent


@pytest.mark.parametrize(("value", "expected"), [(90_001, ""), (90_000, ""), (89_999, "range")])
def test_outputs_worth_more_than_the_inputs_are_refused(value: int, expected: str) -> None:
    """The signature of p2pkh says nothing of the amount, and scripts do not either."""
    data = key(1).public_key.data
    script = p2pkh(hash160(data)).script_pubkey
    source = source_of(script, value=value)
    tx = with_script_sig(unsigned(source), push(legacy(source, script)) + push(data))
    assert judged(tx, source) == (expected, True)
    if not expected:
        assert spending_of(BITCOIN, tx.encode(), [source.encode()]).fee == value - PAYS.value


def test_every_output_that_is_spent_has_to_be_given() -> None:
    raw = SIGNED["p2wpkh"].encode()
    for previous in ([], [funding("p2pkh").encode()]):
        with pytest.raises(TransactionError, match="--previous has to give") as caught:
            spending_of(BITCOIN, raw, previous)
        assert caught.value.reason == "missing"


def test_signers_are_named_each_once() -> None:
    names = {}
    for guard in GUARDS:
        found = spending_of(BITCOIN, SIGNED[guard].encode(), [funding(guard).encode()])
        (names[guard],) = found.signers
    assert names["p2wpkh"] == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # BIP-173
    assert names["p2pkh"] == "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    assert names["multisig"] == ", ".join(key(number).public_key.data.hex() for number in (1, 2))
    assert names["p2pk"] == key(1).public_key.data.hex()


def test_a_key_that_is_no_point_is_refused() -> None:
    source = source_of(b"\x51\x20" + bytes(31) + b"\x05")  # 5 is the x of no point: SEC 2's curve
    assert judged(replace(unsigned(source), witnesses=((bytes(64),),)), source) == ("point", False)
