"""Signatures of generic messages, verified: BIP-322's figures, its states, and anything that can be wrong in one."""

import base64
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, REGTEST, TESTNET, key, private_keys, reason, signer, spending
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.bitcoin import BitcoinChain, Input, TxOut, pay
from walletcore.chains.bitcoin.bip322 import NOTHING, GenericMessage, proof_in, to_spend
from walletcore.chains.bitcoin.message import Message
from walletcore.chains.bitcoin.proofs import State, Verdict, verdict, verify
from walletcore.chains.bitcoin.psbt import MAGIC, Psbt
from walletcore.chains.bitcoin.script import witness
from walletcore.chains.bitcoin.tx import MAX_MONEY, SCRIPT, TX_OUT, WITNESS, Tx, TxIn
from walletcore.curves.secp256k1 import ORDER, decode_der, encode_der
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import PrivateKey
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ALICE, BOB = key(1), key(2)
TEXT = "Wir sind hier – ça va? 👩‍🚀\n".encode()
ADDRESSES = [name for name in GUARDS if name not in ("p2pk", "multisig")]
NATIVE = [name for name in ADDRESSES if name.startswith("p2w") or name == "p2tr"]


def message(guard: str = "p2wpkh", **options: Any) -> GenericMessage:
    """Return a message of whoever can spend such an output."""
    told = {"signer" if name == "key" else name: value for name, value in GUARDS[guard].items()}
    return GenericMessage(**{"chain": BITCOIN, "data": TEXT, **told, **options})


def signed(subject: GenericMessage) -> str:
    return sign(subject, signer(1), signer(2)).raw.decode()


def of(subject: GenericMessage, signature: str, data: bytes = TEXT) -> Verdict:
    return verdict(data, signature, subject.address)


def written(variant: str, body: bytes) -> str:
    return variant + base64.b64encode(body).decode()


def full(subject: GenericMessage, **changes: Any) -> str:
    """Return a signature in full, with parts of the signed transaction changed."""
    raw = subject.to_sign.assemble(tuple(answers(subject))).raw
    return written("ful", replace(Tx.decode(raw), **changes).encode())


def answers(subject: GenericMessage) -> Any:
    return sign(subject, signer(1), signer(2)).answers


# What others published.


@vectors("bitcoin/generic-messages", operation="message.verify", result="valid")
def test_published_signatures_verify(case: Case) -> None:
    address = chain(case.input["chain"], BitcoinChain).parse_address(case.input["address"])
    found = verdict(bytes.fromhex(case.input["message"]), case.input["signature"], address)
    expected = case.expect.get("time", 0), case.expect.get("age", 0)
    assert (found.time, found.age) == expected
    assert found.state is (State.VALID_AT if any(expected) else State.VALID)
    assert [
        {"txid": e.txid, "vout": e.vout, "value": e.output.value, "script_pubkey": e.output.script_pubkey.hex()}
        for e in found.funds
    ] == case.expect.get("funds", [])


@vectors("bitcoin/generic-messages", operation="message.verify", result="invalid")
def test_published_refusals_are_refused(case: Case) -> None:
    address = chain(case.input["chain"], BitcoinChain).parse_address(case.input["address"])
    data, signature = bytes.fromhex(case.input["message"]), case.input["signature"]
    found = verdict(data, signature, address)
    assert (found.state, found.reason) == (State.INVALID, case.expect["reason"])
    assert reason(InvalidSignature, verify, data, signature, address) == case.expect["reason"]


# States.


@pytest.mark.parametrize("guard", ADDRESSES)
def test_valid_at_a_time_or_age_is_no_proof_yet(guard: str) -> None:
    subject = message(guard, version=2, locktime=800_000, sequence=144)
    text = signed(subject)
    assert of(subject, text) == Verdict(state=State.VALID_AT, variant="ful", time=800_000, age=144)
    assert reason(InvalidSignature, verify, TEXT, text, subject.address) == "policy"
    verify(TEXT, text, subject.address, time_locks=True)
    assert reason(InvalidSignature, verify, TEXT, text, subject.address, time_locks=1) == "policy"


@pytest.mark.parametrize("version", [1, 3, 2**32 - 1])
def test_a_version_that_may_mean_something_later_is_inconclusive(version: int) -> None:
    subject = message(version=version)
    found = of(subject, signed(subject))
    assert (found.state, found.reason) == (State.INCONCLUSIVE, "unknown")
    assert reason(InvalidSignature, verify, TEXT, signed(subject), subject.address) == "unknown"


def unknown(script: bytes, *stack: bytes) -> tuple[Address, str]:
    """Return an address of a script that is not understood, and what may be its signature."""
    program = witness(0, sha256(script))
    return BITCOIN.address_of(program), written("smp", WITNESS.encode((*stack, script)))


@pytest.mark.parametrize("script", [b"\x51", b"\x00", b"\x21" + ALICE.public_key.data + b"\xad\x51"])
def test_a_script_that_is_not_understood_is_inconclusive(script: bytes) -> None:
    address, text = unknown(script)
    assert verdict(TEXT, text, address).state is State.INCONCLUSIVE
    assert reason(InvalidSignature, verify, TEXT, text, address, time_locks=True) == "unknown"


@pytest.mark.parametrize("program", [witness(2, bytes(32)), witness(16, bytes(2)), witness(1, b"\x4e\x73")])
def test_a_witness_version_without_meaning_is_inconclusive_though_anyone_can_spend_it(program: Any) -> None:
    address = BITCOIN.address_of(program)
    for stack in ((), (b"",), (b"\x01",)):
        assert verdict(TEXT, written("smp", WITNESS.encode(stack)), address).state is State.INCONCLUSIVE


def test_an_annex_is_inconclusive() -> None:
    subject = message("p2tr")
    stack = WITNESS.decode(base64.b64decode(signed(subject)[3:]))
    found = of(subject, written("smp", WITNESS.encode((*stack, b"\x50"))))
    assert (found.state, found.why) == (State.INCONCLUSIVE, "input 0: an annex, which has no meaning yet")


def test_what_is_wrong_counts_more_than_what_is_not_understood() -> None:
    """And of an inconclusive proof nothing is proven."""
    script = b"\x51"
    program = witness(0, sha256(script)).script_pubkey
    subject = message(funds=(spending("p2wpkh", place=1),))
    tx, spent = proof_in(BITCOIN, base64.b64decode(signed(subject)[3:]))
    odd = TxIn(txid="aa" * 32, vout=0, sequence=0)
    both = replace(tx, inputs=(*tx.inputs, odd), witnesses=(*tx.witnesses, (script,)))
    found = of(subject, psbt(both, (*spent, TxOut(value=5, script_pubkey=program))))
    assert (found.state, found.reason) == (State.INVALID, "mismatch")  # the others did not sign for this input


def psbt(tx: Tx, spent: tuple[TxOut, ...]) -> str:
    """Return a proof of funds with witness UTXOs alone, written by hand."""
    bare = tuple(replace(each, script_sig=b"") for each in tx.inputs)
    maps = [{b"\x00": replace(tx, inputs=bare, witnesses=()).encode()}]
    for each, output, stack in zip(tx.inputs, spent, tx.witnesses, strict=True):
        fields = {b"\x01": output.value.to_bytes(8, "little") + SCRIPT.encode(output.script_pubkey)}
        if each.script_sig:
            fields[b"\x07"] = each.script_sig
        fields[b"\x08"] = WITNESS.encode(stack)
        maps.append(fields)
    maps.append({})
    body = MAGIC + b"".join(b"".join(SCRIPT.encode(k) + SCRIPT.encode(v) for k, v in m.items()) + b"\x00" for m in maps)
    return written("pof", body)


# The legacy form.


def test_a_p2pkh_address_may_sign_in_the_legacy_form_and_no_other_may() -> None:
    """BIP-322, "Legacy"."""
    for kind in ("p2pkh", "p2sh-p2wpkh", "p2wpkh"):
        old = Message(chain=BITCOIN, signer=ALICE.public_key, data=TEXT, kind=kind)
        text = sign(old, signer(1)).raw.decode()
        found = verdict(TEXT, text, old.address)
        assert (found.state, found.variant) == ((State.VALID, "legacy") if kind == "p2pkh" else (State.INVALID, "smp"))
    old = Message(chain=BITCOIN, signer=ALICE.public_key, data=TEXT, kind="p2pkh")
    text = sign(old, signer(1)).raw.decode()
    assert verdict(TEXT + b"!", text, old.address).state is State.INVALID
    assert verdict(TEXT, text, BITCOIN.address(BOB.public_key, kind="p2pkh")).state is State.INVALID
    long = Message(chain=BITCOIN, signer=ALICE.public_key, data=TEXT, kind="p2pkh", compressed=False)
    assert verdict(TEXT, sign(long, signer(1)).raw.decode(), long.address).state is State.VALID


def test_without_a_variant_it_is_simple() -> None:
    """As it was written before version 1.0.0 of the BIP."""
    for guard in NATIVE:
        subject = message(guard)
        text = signed(subject)
        assert of(subject, text[3:]) == of(subject, text)
        assert of(subject, full(subject)[3:]).state is State.INVALID


# Variants.


@pytest.mark.parametrize("guard", ADDRESSES)
def test_a_signature_in_another_variant_is_refused_or_the_same(guard: str) -> None:
    subject = message(guard)
    text = signed(subject)
    if guard in NATIVE:
        assert of(subject, full(subject)).state is State.VALID
        bare = Tx(version=0, inputs=(subject.to_sign.inputs[0].outpoint,), outputs=(NOTHING,), locktime=0)
        stack = WITNESS.decode(base64.b64decode(text[3:]))
        tx = replace(bare, witnesses=(stack,))
        assert of(subject, psbt(tx, to_spend(TEXT, subject.script_pubkey).outputs)).state is State.VALID
    body = text[3:]
    for variant in {"smp", "ful", "pof"} - {text[:3]}:
        assert of(subject, variant + body).state is State.INVALID
    for prefix in ("SMP", "Ful", "po", "foo", "smp ", "smpsmp", "smp:"):
        assert of(subject, prefix + body).state is State.INVALID


@pytest.mark.parametrize("guard", ["p2pkh", "p2sh", "p2sh-p2wpkh", "p2sh-p2wsh", "p2sh of p2pkh"])
def test_simple_is_for_segwit_addresses(guard: str) -> None:
    """A witness alone has no place for the script of P2SH, whatever some wallets make of it."""
    subject = message(guard)
    tx = Tx.decode(base64.b64decode(signed(subject)[3:]))
    stack = tx.witnesses[0] if tx.witnesses else ()
    found = of(subject, written("smp", WITNESS.encode(stack)))
    assert (found.state, found.reason) == (State.INVALID, "mismatch")


# Form.


def test_what_to_sign_must_be_is_looked_at() -> None:
    subject = message()
    first = subject.to_sign.inputs[0].outpoint
    wrong: list[dict[str, Any]] = [
        {"outputs": (replace(NOTHING, value=1),)},
        {"outputs": (replace(NOTHING, script_pubkey=b"\x6a\x00"),)},
        {"outputs": (replace(NOTHING, script_pubkey=b""),)},
        {"outputs": (NOTHING, NOTHING)},
        {"inputs": (replace(first, vout=1),)},
        {"inputs": (replace(first, txid="11" * 32),)},
        {"inputs": (replace(first, script_sig=b"\x00"),)},
    ]
    for changes in wrong:
        found = of(subject, full(subject, **changes))
        assert found.state is State.INVALID, changes
    for signed_too in ({"locktime": 5}, {"version": 2}, {"inputs": (replace(first, sequence=5),)}):
        assert of(subject, full(subject, **signed_too)).reason == "mismatch"


@pytest.mark.parametrize("guard", ADDRESSES)
def test_a_transaction_that_pays_is_no_signature_though_it_is_well_signed(guard: str) -> None:
    subject = message(guard)
    for outputs in (
        (replace(NOTHING, script_pubkey=b"\x6a\x00"),),
        (replace(NOTHING, script_pubkey=b""),),
        (NOTHING, NOTHING),
        (pay(subject.address, 0),),
    ):
        raw = sign(replace(subject.to_sign, outputs=outputs), signer(1), signer(2)).raw
        found = of(subject, written("ful", raw))
        assert (found.state, found.reason) == (State.INVALID, "mismatch")
    second = message(guard, data=b"another").to_sign.inputs[0]
    raw = sign(replace(subject.to_sign, inputs=(second,)), signer(1), signer(2)).raw
    assert of(subject, written("ful", raw)).reason == "mismatch"


def test_more_inputs_are_no_full_signature() -> None:
    subject = message(funds=(spending("p2wpkh", place=1),))
    tx, _ = proof_in(BITCOIN, base64.b64decode(signed(subject)[3:]))
    found = of(subject, written("ful", tx.encode()))
    assert (found.state, found.reason) == (State.INVALID, "missing")


@pytest.mark.parametrize("guard", ADDRESSES)
def test_one_flipped_bit_of_a_signature_is_refused(guard: str) -> None:
    subject = message(guard)
    text = signed(subject)
    body = base64.b64decode(text[3:])
    for bit in range(0, 8 * len(body), 3):
        damaged = bytearray(body)
        damaged[bit // 8] ^= 1 << bit % 8
        found = of(subject, written(text[:3], bytes(damaged)))
        assert found.state is not State.VALID, bit


@pytest.mark.parametrize("guard", ADDRESSES)
def test_another_message_address_or_kind_is_refused(guard: str) -> None:
    subject = message(guard)
    text = signed(subject)
    for data in (TEXT + b" ", TEXT[:-1], b""):
        assert of(subject, text, data).state is State.INVALID
    others = [message(other) for other in ADDRESSES if other != guard]
    if set(GUARDS[guard]) == {"kind", "key"}:
        others.append(message(guard, signer=BOB.public_key))
    for other in others:
        assert verdict(TEXT, text, other.address).state is State.INVALID
    assert verdict(TEXT, text, replace_chain(subject)).state is State.VALID


def replace_chain(subject: GenericMessage) -> Address:
    """Return the same output on a test network: the message says nothing of networks."""
    return replace(subject, chain=TESTNET).address


@pytest.mark.parametrize("sighash", ["NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
@pytest.mark.parametrize("guard", ADDRESSES)
def test_a_signature_over_less_than_everything_is_refused(guard: str, sighash: str) -> None:
    subject = message(guard)
    first = replace(subject.to_sign.inputs[0], sighash=sighash)
    raw = sign(replace(subject.to_sign, inputs=(first,)), signer(1), signer(2)).raw
    found = of(subject, written("ful", raw))
    assert (found.state, found.reason) == (State.INVALID, "policy")


def test_taproot_signs_all_by_name_too() -> None:
    subject = message("p2tr")
    raw = sign(replace(subject.to_sign, inputs=(replace(subject.to_sign.inputs[0], sighash="ALL"),)), signer(1)).raw
    assert of(subject, written("ful", raw)).state is State.VALID


@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2wsh"])
def test_a_high_s_is_refused(guard: str) -> None:
    subject = message(guard)
    tx = Tx.decode(base64.b64decode(full(subject)[3:]))
    stack = tx.witnesses[0] if tx.witnesses else ()
    place = 1 if guard == "p2wsh" else 0
    signature = stack[place] if stack else tx.inputs[0].script_sig[1:72]
    compact = decode_der(signature[:-1] if stack else signature[: signature[1] + 2])
    high = encode_der(compact[:32] + (ORDER - int.from_bytes(compact[32:])).to_bytes(32)) + b"\x01"
    if stack:
        changed = replace(tx, witnesses=((*stack[:place], high, *stack[place + 1 :]),))
    else:
        script_sig = SCRIPT.encode(high) + SCRIPT.encode(ALICE.public_key.data)
        changed = replace(tx, inputs=(replace(tx.inputs[0], script_sig=script_sig),))
    found = of(subject, written("ful", changed.encode()))
    assert (found.state, found.reason) == (State.INVALID, "non-canonical")


def test_items_too_many_or_too_few_are_refused() -> None:
    for guard in NATIVE:
        subject = message(guard)
        stack = WITNESS.decode(base64.b64decode(signed(subject)[3:]))
        for other in ((), (b"", *stack), (*stack, b""), stack[1:], (*stack, *stack), (b"",) * 1000):
            assert of(subject, written("smp", WITNESS.encode(other))).state in (State.INVALID, State.INCONCLUSIVE)
            assert guard == "p2tr" or of(subject, written("smp", WITNESS.encode(other))).state is State.INVALID


# Text.


def spellings() -> dict[str, tuple[str, str]]:
    """Return other spellings of one signature, each with the reason for which it is refused."""
    text = signed(message())
    body = base64.b64decode(text[3:])
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    shorter = written("smp", body[:-1])
    loose = shorter.rstrip("=")
    pad = "=" * (len(shorter) - len(loose))
    return {
        "space before": (" " + text, "character"),
        "space after": (text + " ", "character"),
        "line end": (text + "\n", "character"),
        "space inside": (text[:40] + " " + text[41:], "character"),
        "no padding": (text.rstrip("=") if text.endswith("=") else text + "=", "character"),
        "loose bits": (loose[:-1] + alphabet[alphabet.index(loose[-1]) | 1] + pad, "non-canonical"),
        "url alphabet": (text[:3] + "-" + text[4:], "character"),
        "no ASCII": (text[:3] + "é" + text[4:], "character"),
        "surrogate": (text[:3] + "\ud800" + text[4:], "character"),
        "a byte more": (written("smp", body + b"\x00"), "trailing"),
        "a byte less": (shorter, "truncated"),
        "a longer count": (written("smp", b"\xfd\x02\x00" + body[1:]), "non-canonical"),
        "a huge count": (written("smp", b"\xfe\xff\xff\xff\x00" + body[1:]), "range"),
        "variant alone": ("smp", "length"),
        "empty": ("", "length"),
    }


@pytest.mark.parametrize("name", spellings())
def test_K_a_signature_has_one_spelling(name: str) -> None:
    text, expected = spellings()[name]
    found = of(message(), text)
    assert (found.state, found.reason) == (State.INVALID, expected)


@pytest.mark.parametrize("variant", ["smp", "ful", "pof", ""])
def test_T12_megabytes_are_refused_or_read_in_a_second(variant: str) -> None:
    started = time.monotonic()
    for body in (bytes(1 << 20), b"\xff" * (1 << 20), b"\x01\xfd" * (1 << 19), MAGIC + bytes(1 << 20)):
        assert of(message(), written(variant, body)).state is State.INVALID
    assert of(message(), variant + "A" * (43_000_000 if variant == "pof" else 6_000_000)).reason == "too-large"
    assert time.monotonic() - started < 1


@given(st.text(max_size=120), st.sampled_from(["", "smp", "ful", "pof"]), st.sampled_from(ADDRESSES))
def test_any_text_is_refused(text: str, variant: str, guard: str) -> None:
    assert of(message(guard), variant + text).state is not State.VALID


@given(st.binary(max_size=200), st.sampled_from(["smp", "ful", "pof"]), st.sampled_from(ADDRESSES))
def test_any_bytes_are_refused(data: bytes, variant: str, guard: str) -> None:
    for body in (data, MAGIC + data):
        assert of(message(guard), written(variant, body)).state is not State.VALID


@pytest.mark.parametrize(
    "arguments",
    [
        ("text", "smpAA==", BITCOIN.address(ALICE.public_key)),
        (bytearray(TEXT), "smpAA==", BITCOIN.address(ALICE.public_key)),
        (TEXT, b"smpAA==", BITCOIN.address(ALICE.public_key)),
        (TEXT, None, BITCOIN.address(ALICE.public_key)),
        (TEXT, "smpAA==", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        (TEXT, "smpAA==", ALICE.public_key),
        (TEXT, "smpAA==", chain("ethereum").address(ALICE.public_key)),
    ],
    ids=str,
)
def test_arguments_of_other_types_are_refused(arguments: Any) -> None:
    assert reason(InvalidSignature, verdict, *arguments) == "type"
    assert reason(InvalidSignature, verify, *arguments) == "type"


def test_an_address_put_together_by_hand_is_not_believed() -> None:
    mine, hers = message().address, message("p2pkh").address
    forged = Address(chain=BITCOIN, text=hers.text, payload=mine.payload, kind=mine.kind)
    assert verdict(TEXT, signed(message()), forged).state is State.INVALID
    nowhere = Address(chain=BITCOIN, text="x", payload=mine.payload, kind=mine.kind)
    with pytest.raises(InvalidSignature):
        verdict(TEXT, signed(message()), nowhere)
    with pytest.raises(InvalidSignature):
        verdict(bytes((1 << 20) + 1), "smpAA==", mine)


# Proofs of funds.


def funds() -> tuple[GenericMessage, Tx, tuple[TxOut, ...]]:
    subject = message("p2tr", funds=(spending("p2wpkh", place=1), spending("p2sh-p2wpkh", place=2)))
    tx, spent = proof_in(BITCOIN, base64.b64decode(signed(subject)[3:]))
    return subject, tx, spent


def test_funds_have_the_amounts_that_were_signed() -> None:
    subject, tx, spent = funds()
    assert of(subject, psbt(tx, spent)).state is State.VALID
    for place in range(1, len(spent)):
        lied = list(spent)
        lied[place] = replace(spent[place], value=spent[place].value + 1)
        assert of(subject, psbt(tx, tuple(lied))).reason == "mismatch"
    assert of(subject, psbt(tx, (replace(spent[0], value=1), *spent[1:]))).reason == "mismatch"


def test_funds_are_no_more_than_there_is() -> None:
    subject, tx, spent = funds()
    most = tuple(replace(each, value=MAX_MONEY) for each in spent[1:])
    assert of(subject, psbt(tx, (spent[0], *most))).reason == "range"


def test_nothing_is_proven_by_an_inconclusive_proof() -> None:
    subject = message(version=1, funds=(spending("p2tr"),))
    found = of(subject, signed(subject))
    assert (found.state, found.funds) == (State.INCONCLUSIVE, ())


def test_what_is_told_twice_agrees() -> None:
    subject, tx, spent = funds()
    previous = subject.to_sign.inputs[1].previous
    record = SCRIPT.encode(b"\x00") + SCRIPT.encode(previous)
    utxo = SCRIPT.encode(b"\x01") + SCRIPT.encode(TX_OUT.encode(spent[1]))
    body = base64.b64decode(psbt(tx, spent)[3:])
    assert body.count(utxo) == 1
    assert of(subject, written("pof", body.replace(utxo, record + utxo))).state is State.VALID
    other = SCRIPT.encode(b"\x01") + SCRIPT.encode(TX_OUT.encode(replace(spent[1], value=1)))
    assert of(subject, written("pof", body.replace(utxo, record + other))).reason == "mismatch"


def handed(tx: Tx, spent: tuple[TxOut, ...], previous: dict[int, Tx]) -> str:
    """Return a proof of funds in which these inputs have the transaction that they spend from, too."""
    maps = Psbt.decode(BITCOIN, base64.b64decode(psbt(tx, spent)[3:]))
    told = enumerate(maps.inputs)
    fields = [each.with_fields(non_witness_utxo=previous[i].encode()) if i in previous else each for i, each in told]
    return written("pof", replace(maps, inputs=tuple(fields)).raw)


def coins(*claimed: int) -> tuple[GenericMessage, Tx, tuple[TxOut, ...], Tx]:
    """Return a message, its proof of these amounts in one transaction, and that, in which all have one satoshi."""
    output = TxOut(value=1, script_pubkey=message().script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="cc" * 32, vout=0),), outputs=(output,) * len(claimed), locktime=0)
    places = enumerate(claimed)
    inputs = tuple(Input(txid=source.txid, vout=i, value=value, **GUARDS["p2wpkh"]) for i, value in places)
    subject = message(funds=inputs)
    return subject, *proof_in(BITCOIN, base64.b64decode(signed(subject)[3:])), source


@pytest.mark.parametrize("teller", [1, 2, 3])
def test_a_claim_that_a_transaction_contradicts_is_refused_wherever_that_stands(teller: int) -> None:
    """One bitcoin was proven by whoever put the transaction in which it is one satoshi with a later input."""
    for liar in (1, 2, 3):
        claimed = [1, 1, 1]
        claimed[liar - 1] = 100_000_000
        subject, tx, spent, source = coins(*claimed)
        assert of(subject, psbt(tx, spent)).state is State.VALID  # nobody has looked at the chain
        found = of(subject, handed(tx, spent, {teller: source}))
        assert (found.state, found.reason, found.funds) == (State.INVALID, "mismatch", ())
    subject, tx, spent, source = coins(1, 1, 1)
    assert len(of(subject, handed(tx, spent, {teller: source, 2: source})).funds) == 3


def test_an_output_that_may_be_left_out_stands_with_an_input_before() -> None:
    subject, tx, spent, source = coins(1, 1)
    maps = Psbt.decode(BITCOIN, base64.b64decode(handed(tx, spent, {1: source})[3:]))
    first, second, third = maps.inputs
    bare = third.without({0x01})
    assert of(subject, written("pof", replace(maps, inputs=(first, second, bare)).raw)).state is State.VALID
    moved = first, second.without({0x00, 0x01}), third.with_fields(non_witness_utxo=source.encode())
    assert of(subject, written("pof", replace(maps, inputs=moved).raw)).reason == "missing"


def test_funds_of_the_message_itself_exist_nowhere() -> None:
    """It has one output, of nothing, and stands in no block: whatever a witness UTXO claims of another one is a lie."""
    nowhere = to_spend(TEXT, message().script_pubkey).txid
    elsewhere = message(funds=(Input(txid="aa" * 32, vout=1, value=100_000_000, **GUARDS["p2wpkh"]),))
    first = elsewhere.to_sign.inputs[0]
    fund = Input(txid=nowhere, vout=1, value=100_000_000, **GUARDS["p2wpkh"])
    raw = sign(replace(elsewhere.to_sign, inputs=(first, fund)), signer(1)).raw
    assert first.spent
    assert fund.spent
    found = of(elsewhere, psbt(Tx.decode(raw), (first.spent, fund.spent)))
    assert (found.state, found.reason, found.funds) == (State.INVALID, "mismatch", ())
    assert reason(TransactionError, message, funds=(fund,)) == "mismatch"


def with_previous(count: int, size: int, guard: str = "p2pkh") -> GenericMessage:
    """Return a proof of coins before segwit, each from a transaction of this many bytes."""
    output = TxOut(value=1, script_pubkey=message(guard).script_pubkey)
    padding = (TxOut(value=1, script_pubkey=b"\x6a" + bytes(9_000)),) * (size // 9_000)
    found = []
    for place in range(count):
        inputs = (TxIn(txid=f"{place + 1:064x}", vout=0),)
        source = Tx(version=2, inputs=inputs, outputs=(output, *padding), locktime=0)
        found.append(Input(txid=source.txid, vout=0, previous=source.encode(), **GUARDS[guard]))
    return message(funds=tuple(found))


def test_a_proof_with_large_transactions_is_verified_as_it_is_signed() -> None:
    """No block bounds what stands beside ``to_sign``: 45 coins of batches of 90 kB were refused."""
    subject = with_previous(45, 90_000)
    text = signed(subject)
    assert len(text) > 5_333_339
    assert len(of(subject, text).funds) == 45
    assert reason(TransactionError, with_previous, 32, 900_000) == "too-large"


def test_a_proof_beyond_what_is_read_here_is_inconclusive() -> None:
    """It may be valid, and whoever can read more of it knows."""
    subject = message()
    for text in ("pof" + "A" * 42_666_680, written("pof", bytes(32_000_001))):
        found = of(subject, text)
        assert (found.state, found.reason) == (State.INCONCLUSIVE, "too-large")
        assert reason(InvalidSignature, verify, TEXT, text, subject.address, time_locks=True) == "too-large"
    found = of(subject, "smp" + "A" * 6_000_000)  # no transaction has as much
    assert (found.state, found.reason) == (State.INVALID, "too-large")


def many(count: int, guard: str, *others: Input) -> GenericMessage:
    """Return a proof of many coins of one transaction."""
    output = TxOut(value=1, script_pubkey=message(guard).script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="cc" * 32, vout=0),), outputs=(output,) * count, locktime=0)
    raw, places = source.encode(), range(count)
    parts = [{"txid": source.txid, "vout": place, "previous": raw, **GUARDS[guard]} for place in places]
    return message(funds=(*(Input(**each) for each in parts), *others))


@pytest.mark.parametrize("guard", ["p2pkh", "p2sh"])
def test_as_many_inputs_before_segwit_as_are_signed_are_verified(guard: str) -> None:
    """What is hashed has the scripts, too, which the limit of who signs does not count."""
    subject = many(923, guard)
    assert reason(TransactionError, many(924, guard).to_sign.requests) == "too-large"
    signers = [LocalSigner(key(number), check=False) for number in (1, 2)]
    assert of(subject, sign(subject, *signers).raw.decode()).state is State.VALID


def test_T12_more_inputs_before_segwit_than_are_hashed_are_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be valid; what is wrong is wrong all the same, and so is an input that is read after them."""
    fund = spending("p2wpkh", place=1)
    subject = many(40, "p2pkh", fund)
    text = signed(subject)
    assert of(subject, text).state is State.VALID
    monkeypatch.setattr("walletcore.chains.bitcoin.spends._MAX_LEGACY", 30_000)
    found = of(subject, text)
    assert (found.state, found.reason, found.funds) == (State.INCONCLUSIVE, "too-large", ())
    assert reason(InvalidSignature, verify, TEXT, text, subject.address) == "too-large"
    maps = Psbt.decode(BITCOIN, base64.b64decode(text[3:]))
    lied = maps.inputs[-1].with_fields(witness_utxo=TxOut(value=7, script_pubkey=fund.script_pubkey))
    wrong = written("pof", replace(maps, inputs=(*maps.inputs[:-1], lied)).raw)
    assert (of(subject, wrong).state, of(subject, wrong).reason) == (State.INVALID, "mismatch")


def test_funds_before_segwit_need_their_transaction_once() -> None:
    subject = message(funds=(spending("p2pkh"),))
    tx, spent = proof_in(BITCOIN, base64.b64decode(signed(subject)[3:]))
    stacks = tx.witnesses
    assert of(subject, psbt(replace(tx, witnesses=stacks), spent)).reason == "missing"
    twice = (spending("p2pkh"), spending("p2pkh"))
    assert reason(TransactionError, message, funds=twice) == "duplicate"
    assert of(subject, signed(subject)).state is State.VALID


def test_a_previous_transaction_is_that_of_the_input() -> None:
    subject = message("p2pkh", funds=(spending("p2pkh"), spending("p2pk", place=1)))
    psbt = Psbt.decode(BITCOIN, base64.b64decode(signed(subject)[3:]))
    first, second, third = psbt.inputs
    swapped = first, second.with_fields(non_witness_utxo=third.non_witness_utxo), third
    assert of(subject, written("pof", psbt.raw)).state is State.VALID
    assert of(subject, written("pof", replace(psbt, inputs=swapped).raw)).reason == "mismatch"


def test_PS_a_proof_of_funds_is_a_strict_psbt() -> None:
    subject, tx, spent = funds()
    body = base64.b64decode(psbt(tx, spent)[3:])
    wrong = {
        "trailing": body + b"\x00",
        "truncated": body[:-1],
        "prefix": b"psbt\xfe" + body[5:],
        "missing": MAGIC + b"\x00" + body[5:],
    }
    for expected, raw in wrong.items():
        assert of(subject, written("pof", raw)).reason == expected
    for version in (1, 2, 3):  # of another version than what stands there
        record = b"\x01\xfb\x04" + version.to_bytes(4, "little")
        found = of(subject, written("pof", MAGIC + record + body[5:]))
        assert (found.state, found.reason) == (State.INVALID, "version")
    assert of(subject, written("pof", MAGIC + b"\x01\xfb\x04" + bytes(4) + body[5:])).state is State.VALID
    twice = MAGIC + b"\x01\xfb\x04" + bytes(4) + b"\x01\xfb\x04" + bytes(4) + body[5:]
    assert of(subject, written("pof", twice)).reason == "duplicate"
    other = MAGIC + b"\x02\xfc\x01\x03abc" + body[5:]
    assert of(subject, written("pof", other)).state is State.VALID  # a proprietary field changes nothing


@pytest.mark.parametrize("guard", GUARDS)
def test_a_proof_in_version_2_is_verified_as_one_in_version_0(guard: str) -> None:
    """BIP-322 names no version of the PSBT; BIP-370 says of its lock time how it is found."""
    subject = message("p2tr", version=2, locktime=500, funds=(spending(guard), spending("p2sh", place=1)))
    old = Psbt.decode(BITCOIN, base64.b64decode(signed(subject)[3:]))
    new = old.to_version(2)
    assert of(subject, written("pof", new.raw)) == of(subject, written("pof", old.raw))
    assert of(subject, written("pof", new.raw)).time == 500
    later = replace(new, globals=new.globals.with_fields(fallback_locktime=501))
    assert of(subject, written("pof", later.raw)).state is State.INVALID
    another = new.inputs[1].with_fields(output_index=7)
    moved = replace(new, inputs=(new.inputs[0], another, *new.inputs[2:]))
    assert of(subject, written("pof", moved.raw)).state is State.INVALID
    lacking = replace(new, inputs=(new.inputs[0], new.inputs[1].without({0x00, 0x01}), *new.inputs[2:]))
    assert of(subject, written("pof", lacking.raw)).reason == "missing"


def test_a_proof_may_have_more_inputs_than_nodes_relay_and_no_more_than_a_block() -> None:
    """What signs elsewhere reads a PSBT that nodes would relay, some 1,700 inputs."""
    funds = tuple(Input(txid=f"{i + 1:064x}", vout=0, value=1, **GUARDS["p2tr"]) for i in range(1_800))
    subject = message("p2tr", funds=funds)
    text = sign(subject, LocalSigner(ALICE, check=False)).raw.decode()
    assert len(of(subject, text).funds) == 1_800
    assert reason(TransactionError, BITCOIN.decode_transaction, subject.raw) == "too-large"
    many = b"".join([i.to_bytes(32) + bytes(4) + b"\x00" + bytes(4) for i in range(1, 24_001)])
    unsigned = bytes(4) + b"\xfd\xc0\x5d" + many + b"\x01" + TX_OUT.encode(NOTHING) + bytes(4)
    body = MAGIC + SCRIPT.encode(b"\x00") + SCRIPT.encode(unsigned) + bytes(24_002)
    assert of(subject, written("pof", body)).reason == "too-large"


# A property.


@given(private_keys, st.binary(max_size=100), st.sampled_from(["p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2wsh", "p2tr"]))
def test_whatever_is_signed_is_verified(private: PrivateKey, data: bytes, kind: str) -> None:
    subject = GenericMessage(chain=REGTEST, data=data, signer=private.public_key, kind=kind)
    text = sign(subject, LocalSigner(private)).raw.decode()
    assert subject.address == REGTEST.address(private.public_key, kind=kind)
    verify(data, text, subject.address)
    assert reason(InvalidSignature, verify, data + b"\x00", text, subject.address) == "mismatch"


# -- signatures without a variant


@pytest.mark.parametrize("guard", ["p2wpkh", "p2sh-p2wpkh"])
def test_a_signature_of_bip137_is_refused_with_a_hint_at_who_takes_it(guard: str) -> None:
    other = Message(chain=BITCOIN, data=TEXT, signer=ALICE.public_key, kind=guard)
    signature = sign(other, signer(1)).raw.decode()
    with pytest.raises(InvalidSignature) as caught:
        verify(TEXT, signature, other.address)
    assert caught.value.hint == "it looks like one of BIP-137, which Message(...).verify takes"
    other.verify(signature, other.address)


@pytest.mark.parametrize("guard", NATIVE)
def test_a_full_signature_without_its_variant_is_refused_with_a_hint(guard: str) -> None:
    subject = message(guard)
    signature = full(subject)
    assert of(subject, signature).state is State.VALID
    found = of(subject, signature[3:])
    assert (found.state, found.hint) == (State.INVALID, "it is a transaction: a full signature begins with ful")


def test_a_simple_signature_has_no_meaning_for_p2sh_with_or_without_its_variant() -> None:
    """BIP-322, "Simple": P2SH is not among what it is for, and its script_sig would be missing."""
    subject = message("p2sh-p2wpkh")
    stack = Tx.decode(base64.b64decode(full(subject)[3:])).witnesses[0]
    for variant in ("smp", ""):
        found = of(subject, written(variant, WITNESS.encode(stack)))
        assert (found.state, found.why, found.hint) == (
            State.INVALID,
            "a simple signature is for segwit addresses, P2SH signs in full",
            "",
        )


def test_what_nobody_can_tell_has_no_hint() -> None:
    subject = message()
    for text in ("AA", "!!", base64.b64encode(bytes(65)).decode()):
        found = of(subject, text)
        assert (found.state, found.hint) == (State.INVALID, "")
    assert of(subject, signed(subject)).hint == ""
