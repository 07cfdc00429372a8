"""Generic signed messages, made: BIP-322's figures, every kind of output, funds, and what a signer elsewhere reads."""

import asyncio
import base64
import pickle
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import (
    BITCOIN,
    GUARDS,
    MULTISIG,
    REGTEST,
    differential,
    kernel_accepts,
    key,
    reason,
    signer,
    spending,
)
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction
from walletcore.chains.bitcoin.bip322 import NOTHING, GenericMessage, message_hash, proof_in, to_spend
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.chains.bitcoin.psbt import MAGIC, Psbt
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import behind, checksig, multi_a
from walletcore.chains.bitcoin.tx import SCRIPT, WITNESS, Tx
from walletcore.effects import Opaque, Statement
from walletcore.errors import GuardRefused, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.guard import guard
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, merge, sign, sign_async

ALICE = key(1).public_key
TEXT = "Wir sind hier – ça va? 👩‍🚀\n".encode()
ORIGIN = KeyOrigin(b"abcd", Path.parse("m/84'/0'/0'/0/5"))
ADDRESSES = [name for name in GUARDS if name not in ("p2pk", "multisig")]
every_guard = pytest.mark.parametrize("guard", GUARDS)


def message(guard: str = "p2wpkh", **options: Any) -> GenericMessage:
    """Return a message of whoever can spend such an output."""
    told = {"signer" if name == "key" else name: value for name, value in GUARDS[guard].items()}
    return GenericMessage(**{"chain": BITCOIN, "data": TEXT, **told, **options})


def rebuilt(subject: GenericMessage) -> GenericMessage:
    """Return what a signer elsewhere makes of its bytes."""
    again = BITCOIN.decode_transaction(subject.raw)
    assert isinstance(again, GenericMessage)
    return again


def signed(subject: GenericMessage) -> str:
    return sign(subject, signer(1), signer(2)).raw.decode()


# What others published.


@vectors("bitcoin/generic-messages", operation="message.transactions")
def test_published_transactions_are_made(case: Case) -> None:
    row = chain(case.input["chain"], BitcoinChain)
    data, script = bytes.fromhex(case.input["message"]), row.script_pubkey(row.parse_address(case.input["address"]))
    subject = GenericMessage(chain=row, data=data, script_pubkey=script)
    assert message_hash(data).hex() == case.expect["message_hash"]
    assert (to_spend(data, script).txid, subject.to_sign.txid) == (case.expect["to_spend"], case.expect["to_sign"])


def private(text: str) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(text)))


def fund(given: dict[str, Any]) -> Input:
    return Input(
        txid=given["txid"],
        vout=given["vout"],
        kind=given["kind"],
        key=private(given["private_key"]).public_key,
        value=given.get("value"),
        previous=bytes.fromhex(given.get("previous", "")),
        sequence=0,
    )


@vectors("bitcoin/generic-messages", operation="message.sign")
def test_published_signatures_are_made(case: Case) -> None:
    given = case.input
    keys = [private(each) for each in given.get("private_keys", [given.get("private_key")])]
    funds = given.get("funds", [])
    scripts: dict[str, Any] = {name: bytes.fromhex(given.get(name, "")) for name in ("redeem_script", "witness_script")}
    subject = GenericMessage(
        chain=chain(given["chain"], BitcoinChain),
        data=bytes.fromhex(given["message"]),
        signer=keys[0].public_key if "kind" in given else None,
        kind=given.get("kind", ""),
        **scripts,
        **{name: given.get(name, 0) for name in ("version", "locktime", "sequence")},
        funds=tuple(map(fund, funds)),
    )
    signers = [LocalSigner(each) for each in (*keys, *(private(each["private_key"]) for each in funds))]
    signature = sign(subject, *signers).raw.decode()
    assert str(subject.address) == case.expect["address"]
    assert signature == case.expect.get("signature", signature)
    judged = verdict(subject.data, signature, subject.address)
    assert judged.state is (State.VALID_AT if subject.locktime else State.VALID)
    assert [(each.txid, each.vout) for each in judged.funds] == [(each["txid"], each["vout"]) for each in funds]


# The way to a signature.


@every_guard
def test_every_kind_of_output_signs_as_the_kernel_wants_it(guard: str) -> None:
    subject = message(guard)
    text = signed(subject)
    source = to_spend(TEXT, subject.script_pubkey)
    native = guard.startswith("p2w") or guard == "p2tr"
    assert text[:3] == ("smp" if native else "ful")
    body = base64.b64decode(text[3:])
    if native:
        unsigned = subject.to_sign
        outpoint = unsigned.inputs[0].outpoint
        raw = Tx(
            version=0, inputs=(outpoint,), outputs=(NOTHING,), witnesses=(WITNESS.decode(body),), locktime=0
        ).encode()
    else:
        raw = body
    assert kernel_accepts(raw, source.outputs)
    assert source.outputs[0].script_pubkey == subject.script_pubkey
    assert (subject.to_sign.version, subject.to_sign.locktime, subject.to_sign.outputs) == (0, 0, (NOTHING,))


@pytest.mark.parametrize("guard", ADDRESSES)
def test_every_way_to_sign_gives_the_same_text_which_verifies(guard: str) -> None:
    subject = message(guard)
    text = signed(subject)
    alice, bob = collect(subject.requests(), signer(1)), collect(subject.requests(), signer(2))
    assert subject.assemble(merge(bob, alice)).raw.decode() == text
    assert asyncio.run(sign_async(subject, signer(2), signer(1))).raw.decode() == text
    assert pickle.loads(pickle.dumps(subject)).requests() == subject.requests()
    assert verdict(TEXT, text, subject.address).state is State.VALID


@pytest.mark.parametrize("guard", ["p2sh", "p2wsh", "p2sh-p2wsh"])
def test_signers_of_a_script_sign_apart_and_too_few_of_them_not_at_all(guard: str) -> None:
    subject = message(guard)
    texts = set()
    for numbers in ((1, 2), (1, 3), (2, 3)):
        parts = [collect(rebuilt(subject).requests(), signer(number)) for number in numbers]
        texts.add(subject.assemble(merge(*parts)).raw.decode())
        with pytest.raises(MissingSignature):
            subject.assemble(parts[0])
    assert len(texts) == 3
    for text in texts:
        assert verdict(TEXT, text, subject.address).state is State.VALID


def test_a_time_lock_makes_it_full_and_valid_later() -> None:
    for name, state in (("version", State.VALID), ("locktime", State.VALID_AT), ("sequence", State.VALID_AT)):
        numbers: dict[str, Any] = {name: 2}
        subject = message(**numbers)
        text = signed(subject)
        found = verdict(TEXT, text, subject.address)
        assert (text[:3], found.state, found.variant) == ("ful", state, "ful")
        assert (found.time, found.age) == (2 * (name == "locktime"), 2 * (name == "sequence"))


def test_the_default_is_the_address_of_the_chains_default() -> None:
    for row in (BITCOIN, REGTEST):
        subject = GenericMessage(chain=row, data=b"", signer=ALICE)
        assert (subject.kind, subject.address) == ("p2wpkh", row.address(ALICE))


def test_a_taproot_output_with_a_script_tree_signs_by_its_key() -> None:
    root = bytes(range(32))
    subject = message("p2tr", merkle_root=root)
    assert subject.address == BITCOIN.address(ALICE, kind="p2tr", merkle_root=root)
    assert verdict(TEXT, signed(subject), subject.address).state is State.VALID
    assert BITCOIN.decode_transaction(subject.raw) == subject


@every_guard
def test_requests_are_about_the_message(guard: str) -> None:
    subject = message(guard)
    requests = subject.requests()
    assert [each.subject for each in requests] == [subject] * len(requests)
    assert all(one is other for one, other in zip(requests, subject.requests(), strict=True))
    assert [each.id for each in requests] == [each.id for each in subject.to_sign.requests()]


def test_messages_are_frozen_and_travel() -> None:
    subject = message()
    with pytest.raises(FrozenInstanceError):
        subject.data = b""  # type: ignore[misc]
    assert (pickle.loads(pickle.dumps(subject)), hash(subject)) == (subject, hash(message()))


# What it says.


def test_text_is_a_statement_and_other_bytes_are_opaque() -> None:
    assert message(data=b"I hold this").effects() == (Statement(text="I hold this"),)
    for data in (b"\xff", b"a\x00b", "safe\u202etxt".encode()):
        (effect,) = message(data=data).effects()
        assert isinstance(effect, Opaque)
        assert effect.data == data


def test_funds_are_stated_each() -> None:
    fund_of = spending("p2tr", place=3)
    subject = message(funds=(fund_of,))
    said = Statement(text=f"proof of control of 100000 satoshi in {fund_of.txid}:3")
    assert subject.effects() == (*message().effects(), said)


def test_the_transaction_alone_says_that_its_message_is_not_shown() -> None:
    """So whoever is handed ``to_sign`` without the message, as a payment, sees no statement and no payment."""
    for effect in message().to_sign.effects():
        assert not isinstance(effect, Statement)
    assert any(isinstance(each, Opaque) and "BIP-322" in each.why for each in message().to_sign.effects())


# Funds.


@every_guard
def test_outputs_of_every_kind_are_proven_as_the_kernel_wants_it(guard: str) -> None:
    others = tuple(spending(name, place=place) for place, name in enumerate(GUARDS))
    subject = message(guard if guard in ADDRESSES else "p2wpkh", funds=others, version=2)
    text = signed(subject)
    tx, spent = proof_in(BITCOIN, base64.b64decode(text[3:]))
    assert text.startswith("pof")
    assert kernel_accepts(tx.encode(), spent)
    found = verdict(TEXT, text, subject.address)
    assert found.state is State.VALID
    assert [(each.txid, each.vout, each.output) for each in found.funds] == [
        (each.txid, each.vout, each.spent) for each in others
    ]
    again = rebuilt(subject)
    assert (again, again.effects(), again.requests()) == (subject, subject.effects(), subject.requests())


def test_a_proof_of_funds_has_only_what_proves() -> None:
    """BIP-174: a finalized input keeps what it spends and what it hands over."""
    subject = message("p2pkh", funds=(spending("p2wpkh"), spending("p2tr", place=1)))
    psbt = Psbt.decode(BITCOIN, base64.b64decode(signed(subject)[3:]))
    keys = [[key.hex() for key, _ in each.records] for each in (psbt.globals, *psbt.inputs, *psbt.outputs)]
    assert keys == [["00"], ["00", "07"], ["01", "08"], ["01", "08"], []]


def test_nobody_signs_a_message_for_an_output_that_anyone_may_spend() -> None:
    """P2A asks for no signature, and one without any was made."""
    anchor = b"\x51\x02\x4e\x73"
    call = {"chain": BITCOIN, "data": TEXT, "script_pubkey": anchor}
    assert reason(TransactionError, GenericMessage, **call) == "policy"
    fund = Input(txid="11" * 32, vout=0, value=1, script_pubkey=anchor)
    assert reason(TransactionError, message, funds=(fund,)) == "policy"


def test_funds_sign_everything_and_are_known() -> None:
    for sighash in ("NONE", "ALL|ANYONECANPAY", "SINGLE"):
        assert reason(TransactionError, message, funds=(spending("p2wpkh", sighash=sighash),)) == "policy"
    unknown = Input(txid="11" * 32, vout=0)
    assert reason(TransactionError, message, funds=(unknown,)) == "policy"
    one = spending("p2wpkh")
    assert reason(TransactionError, message, funds=(one, one)) == "duplicate"
    spends_nothing = message().to_sign.inputs[0]
    assert reason(TransactionError, message, funds=(spends_nothing,)) == "duplicate"


# Script paths of taproot.

INTERNAL, MULTI_KEYS = key(9).public_key, [key(number).public_key for number in (1, 2, 3)]
SINGLE, TWO_OF_THREE = checksig(MULTI_KEYS[:1]), multi_a(2, MULTI_KEYS)
LATE, OLD = behind(SINGLE, after=800_000), behind(checksig(MULTI_KEYS[:2]), older=144)
LEAVES = {"one key": SINGLE, "two of three": TWO_OF_THREE, "from a time on": LATE, "of an age": OLD}
TREE = ScriptTree(tuple((2, TapLeaf(script)) for script in LEAVES.values()))
BLOCKS = dict(zip(LEAVES, [each.encode() for each in TREE.control_blocks(INTERNAL)], strict=True))
WAITS: dict[str, dict[str, int]] = {
    "from a time on": {"version": 2, "locktime": 800_000},
    "of an age": {"version": 2, "sequence": 144},
}


def by_leaf(name: str, **options: Any) -> GenericMessage:
    """Return a message of whoever can spend by this leaf."""
    parts = {"leaf_script": LEAVES[name], "control_block": BLOCKS[name], **WAITS.get(name, {}), **options}
    return GenericMessage(**{"chain": BITCOIN, "data": TEXT, **parts})


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_signs_as_the_kernel_wants_it(name: str) -> None:
    subject = by_leaf(name)
    text = signed(subject)
    assert text[:3] == ("ful" if name in WAITS else "smp")  # BIP-322: simple has no place for time locks
    body, spent = base64.b64decode(text[3:]), to_spend(TEXT, subject.script_pubkey).outputs
    tx = Tx.decode(subject.to_sign.assemble(sign(subject, signer(1), signer(2)).answers).raw)
    assert tx.witnesses[0][-2:] == (LEAVES[name], BLOCKS[name])
    assert tx.encode() == body if name in WAITS else WITNESS.encode(tx.witnesses[0]) == body
    assert kernel_accepts(tx.encode(), spent)
    found = verdict(TEXT, text, subject.address)
    assert found.state is (State.VALID_AT if name in WAITS else State.VALID)
    assert subject.address == message("p2tr", signer=INTERNAL, merkle_root=TREE.root).address
    for data, address in ((TEXT + b"!", subject.address), (TEXT, message("p2tr").address)):
        assert verdict(data, text, address).state is State.INVALID


@pytest.mark.parametrize("name", LEAVES)
def test_a_signer_elsewhere_rebuilds_the_message_of_a_leaf(name: str) -> None:
    subject = by_leaf(name, origins=((MULTI_KEYS[0], ORIGIN),), funds=(spending("p2tr"), spending("p2pkh", place=1)))
    again = rebuilt(subject)
    assert (again, again.raw, again.requests()) == (subject, subject.raw, subject.requests())
    assert again.requests()[0].origin == ORIGIN
    assert verdict(TEXT, signed(again), subject.address).state is State.VALID_AT if name in WAITS else State.VALID


def test_funds_are_proven_by_a_leaf_as_well() -> None:
    fund = Input(txid="12" * 32, vout=3, value=7, leaf_script=TWO_OF_THREE, control_block=BLOCKS["two of three"])
    subject = message(funds=(fund,))
    text = signed(subject)
    assert rebuilt(subject) == subject
    assert [each.output.value for each in verdict(TEXT, text, subject.address).funds] == [7]
    assert kernel_accepts(*_proof(text))


def _proof(text: str) -> Any:
    tx, spent = proof_in(BITCOIN, base64.b64decode(text[3:]))
    return tx.encode(), spent


def test_holders_of_a_leaf_sign_apart() -> None:
    subject = by_leaf("two of three")
    first, third = collect(subject.requests(), signer(1)), collect(subject.requests(), signer(3))
    text = subject.assemble(merge(third, first)).raw.decode()
    assert verdict(TEXT, text, subject.address).state is State.VALID
    with pytest.raises(MissingSignature):
        subject.assemble(third)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"leaf_script": b"\x51"}, "mismatch"),  # not in the tree
        ({"control_block": BLOCKS["of an age"]}, "mismatch"),
        ({"control_block": b""}, "length"),
        ({"leaf_script": b""}, "mismatch"),
        ({"leaf_script": "x"}, "type"),
        ({"control_block": None}, "type"),
        ({"signer": ALICE}, "mismatch"),
        ({"merkle_root": bytes(32)}, "mismatch"),
        ({"script_pubkey": b"\x51\x20" + ALICE.data[1:]}, "mismatch"),
        ({"kind": "p2wpkh"}, "mismatch"),
        ({"witness_script": MULTISIG}, "mismatch"),
    ],
    ids=str,
)
def test_a_leaf_that_is_not_that_of_the_output_is_refused(options: dict[str, Any], expected: str) -> None:
    known = {"script_pubkey": by_leaf("one key").script_pubkey}
    assert reason(TransactionError, by_leaf, "one key", **(known | options)) == expected


def test_a_leaf_that_is_not_understood_or_comes_too_early_is_refused_by_name() -> None:
    """One with branches can be verified, and is not signed; what a leaf waits for, the message must say."""
    inner = ALICE.data[1:]
    branches = b"\x63\x20" + inner + b"\x67\x02\x90\x00\xb2\x75\x20" + inner + b"\x68\xac"
    for script in (branches, b"\x51"):
        (block,) = ScriptTree(((0, TapLeaf(script)),)).control_blocks(INTERNAL)
        call = {"leaf_script": script, "control_block": block.encode()}
        assert reason(TransactionError, by_leaf, "one key", **call) == "unknown"
    for name, early in (("from a time on", {"locktime": 799_999}), ("of an age", {"sequence": 143})):
        assert reason(TransactionError, by_leaf, name, **early) == "range"
    assert reason(TransactionError, by_leaf, "of an age", version=0) == "range"


# Bytes back into messages.


@every_guard
def test_a_chain_reads_a_message_as_it_reads_transactions(guard: str) -> None:
    """So a signer elsewhere, which gets nothing but bytes, rebuilds it, and says what it says."""
    subject = message(guard)
    again = rebuilt(subject)
    assert (again, again.raw, again.requests()) == (subject, subject.raw, subject.requests())
    assert BITCOIN.takes(again)
    assert again.effects() == subject.effects()


def test_origins_travel() -> None:
    subject = message(origin=ORIGIN)
    again = rebuilt(subject)
    assert (again.origin, again.requests()[0].origin) == (ORIGIN, ORIGIN)
    origins = ((ALICE, ORIGIN),)
    assert rebuilt(message("p2wsh", origins=origins)).origins == origins


def test_effects_need_no_key() -> None:
    nobody = GenericMessage(chain=BITCOIN, data=TEXT, script_pubkey=message().script_pubkey)
    assert nobody.effects() == message().effects()
    assert reason(TransactionError, nobody.requests) == "missing"
    again = BITCOIN.decode_transaction(nobody.raw)
    assert (again, again.raw) == (nobody, nobody.raw)
    assert BITCOIN.decode_transaction(nobody.raw, keys=[ALICE]) == message()


def with_message(psbt: bytes, data: bytes, *, times: int = 1, suffix: bytes = b"") -> bytes:
    """Return a PSBT whose global map begins with a message."""
    record = SCRIPT.encode(b"\x09" + suffix) + SCRIPT.encode(data)
    return MAGIC + record * times + psbt[len(MAGIC) :]


def test_the_message_may_stand_anywhere_in_the_first_map() -> None:
    subject = message()
    raw = with_message(subject.to_sign.raw, TEXT)
    assert raw != subject.raw
    assert BITCOIN.decode_transaction(raw) == subject
    assert BITCOIN.decode_transaction(subject.to_sign.raw) == subject.to_sign


def test_a_witness_utxo_alone_is_enough_for_segwit() -> None:
    """As the BIP's own figures have it."""
    subject = message()
    first = replace(subject.to_sign.inputs[0], previous=b"", value=0)
    bare = replace(subject.to_sign, inputs=(first,))
    assert bare.raw != subject.to_sign.raw
    assert BITCOIN.decode_transaction(with_message(bare.raw, TEXT)) == subject


def test_a_psbt_that_signs_something_else_than_it_says_is_refused() -> None:
    subject = message()
    payment = Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=(NOTHING,))
    to_sign = subject.to_sign
    others = {
        "another message": with_message(to_sign.raw, TEXT + b"!"),
        "a payment": with_message(payment.raw, TEXT),
        "another output": with_message(
            replace(to_sign, outputs=(replace(NOTHING, script_pubkey=b"\x6a\x00"),)).raw, TEXT
        ),
        "two outputs": with_message(replace(to_sign, outputs=(NOTHING, NOTHING)).raw, TEXT),
        "in another place": with_message(replace(to_sign, inputs=(spending("p2tr"), *to_sign.inputs)).raw, TEXT),
    }
    for name, raw in others.items():
        assert reason(TransactionError, BITCOIN.decode_transaction, raw) == "mismatch", name


def test_PS_a_message_twice_or_with_key_data_is_refused() -> None:
    psbt = message().to_sign.raw
    assert reason(TransactionError, BITCOIN.decode_transaction, with_message(psbt, TEXT, times=2)) == "duplicate"
    found = BITCOIN.decode_transaction
    assert reason(TransactionError, found, with_message(psbt, TEXT, suffix=b"\x00")) == "length"
    assert reason(TransactionError, found, with_message(psbt, bytes((1 << 20) + 1))) == "too-large"


def test_another_hash_type_is_refused() -> None:
    subject = message()
    first = replace(subject.to_sign.inputs[0], sighash="NONE")
    raw = with_message(replace(subject.to_sign, inputs=(first,)).raw, TEXT)
    assert reason(TransactionError, BITCOIN.decode_transaction, raw) == "policy"
    assert reason(TransactionError, BITCOIN.decode_transaction, raw, sighash=["NONE"]) == "policy"


@given(st.binary(max_size=120))
def test_whatever_follows_the_magic_is_refused_by_name(data: bytes) -> None:
    for raw in (MAGIC + data, MAGIC + b"\x01\x09" + data, with_message(MAGIC + data, TEXT)):
        with suppress(TransactionError):
            BITCOIN.decode_transaction(raw)


@differential
@given(st.binary(max_size=200), st.sampled_from(list(GUARDS)), st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 1))
def test_what_is_signed_is_read_back(data: bytes, guard: str, locktime: int, sequence: int) -> None:
    subject = message(guard, data=data, locktime=locktime, sequence=sequence, version=2)
    assert BITCOIN.decode_transaction(subject.raw) == subject


def test_a_guard_reads_the_message_and_signs_it() -> None:
    """The transaction alone is opaque, and another message asks for another signature."""
    for name in ("p2wpkh", "p2tr", "p2pkh"):
        subject = message(name, funds=(spending("p2tr", place=1),))
        hot = guard(signer(1))
        assert signed_by(subject, guard(signer(1))) == signed_by(subject, signer(1))
        with pytest.raises(GuardRefused) as caught:
            sign(subject.to_sign, hot)
        assert caught.value.rule == "refuse_opaque"
        lie = message(name, data=b"harmless")
        forged = [each.about(lie) for each in subject.to_sign.requests()]
        with pytest.raises(GuardRefused) as caught:
            hot.sign(forged[0])
        assert caught.value.rule == "subject"


def signed_by(subject: GenericMessage, one: Any) -> str:
    return sign(subject, one).raw.decode()


# Neighbours: one thing wrong.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"chain": "bitcoin"}, "type"),
        ({"chain": chain("ethereum")}, "type"),
        ({"data": "text"}, "type"),
        ({"data": bytearray(b"x")}, "type"),
        ({"data": bytes((1 << 20) + 1)}, "too-large"),
        ({"signer": key(1)}, "type"),
        ({"signer": PublicKey(Curve.ED25519, bytes.fromhex("58" + "66" * 31))}, "type"),
        ({"kind": "p2xx"}, "unknown"),
        ({"kind": 7}, "type"),
        ({"kind": "p2tr", "merkle_root": b"x"}, "length"),
        ({"kind": "p2tr", "merkle_root": "x"}, "mismatch"),
        ({"merkle_root": bytes(32)}, "mismatch"),
        ({"signer": None}, "missing"),
        ({"signer": None, "kind": ""}, "missing"),
        ({"script_pubkey": b"\x6a"}, "mismatch"),
        ({"script_pubkey": b"\x6a", "signer": None, "kind": ""}, "unknown"),
        ({"script_pubkey": "x"}, "type"),
        ({"redeem_script": MULTISIG}, "mismatch"),
        ({"origin": "m/0"}, "type"),
        ({"version": -1}, "range"),
        ({"locktime": 2**32}, "range"),
        ({"sequence": None}, "range"),
        ({"funds": [spending("p2wpkh")]}, "type"),
        ({"funds": (NOTHING,)}, "type"),
    ],
    ids=str,
)
def test_a_message_is_checked_at_the_door(options: dict[str, Any], expected: str) -> None:
    assert reason(TransactionError, message, **options) == expected


def test_a_bare_script_has_no_address() -> None:
    assert reason(TransactionError, getattr, message("p2pk"), "address") == "missing"


def test_the_largest_message_is_signed_and_read() -> None:
    subject = message(data=bytes(1 << 20))
    assert BITCOIN.decode_transaction(subject.raw) == subject
    assert verdict(subject.data, signed(subject), subject.address).state is State.VALID


def test_fifteen_of_fifteen_keys_sign() -> None:
    keys = [key(number) for number in range(1, 16)]
    script = multisig(15, [each.public_key for each in keys])
    subject = GenericMessage(chain=BITCOIN, data=TEXT, witness_script=script)
    text = sign(subject, *map(LocalSigner, keys)).raw.decode()
    assert verdict(TEXT, text, subject.address).state is State.VALID


@pytest.mark.parametrize("start", [b"", b"psbt", b"psbt\xfe", bytes.fromhex("0100000001")])
@pytest.mark.parametrize("count", [1, 2, 40])
def test_bytes_that_are_no_psbt_name_no_message(start: bytes, count: int) -> None:
    with pytest.raises(TransactionError):
        BITCOIN.decode_transaction(start + SCRIPT.encode(b"\x09") * count)


def test_the_message_stands_in_a_psbt_of_version_2_as_well() -> None:
    subject = message("p2tr", version=2, funds=(spending("p2pkh"), spending("p2wsh", place=1)))
    raw = Psbt.decode(BITCOIN, subject.raw).to_version(2).raw
    assert raw != subject.raw
    assert BITCOIN.decode_transaction(raw) == subject
