"""Transactions of Stellar: what is signed, by whom, envelopes there and back, and what is none."""

import base64
import pickle
from dataclasses import replace
from typing import Any

import pytest

from support import stellar as random_stellar
from support.stellar import holder
from support.vectors import Case, vectors
from walletcore import chain
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.stellar import (
    AccountMerge,
    BumpSequence,
    Claimant,
    CreateClaimableBalance,
    DecoratedSignature,
    FeeBumpTransaction,
    IssuedAsset,
    LedgerBounds,
    ManageData,
    MemoHash,
    MemoId,
    MemoText,
    NativeAsset,
    Not,
    Operation,
    PathPaymentStrictSend,
    Payment,
    Preconditions,
    SignerKey,
    StellarChain,
    TimeBounds,
    Transaction,
    Within,
)
from walletcore.chains.stellar import operations as operation_room
from walletcore.cli.drafts import stellar as drafts
from walletcore.cli.drafts.fields import Fields
from walletcore.coding.strkey import Strkey
from walletcore.effects import Opaque
from walletcore.errors import GuardRefused, InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signers.guard import guard
from walletcore.signers.rules import max_fee, only_to
from walletcore.signing import Signature, collect, merge, sign

STELLAR = chain("stellar", StellarChain)
TESTNET = chain("stellar-testnet", StellarChain)
ALICE, BOB, CAROL = (holder(bytes([number]) * 32) for number in (1, 2, 3))
ME, YOU = STELLAR.address(ALICE.public_key), STELLAR.address(BOB.public_key)
NATIVE = NativeAsset()
PREIMAGE = b"a text that nobody else knows"


def payment(**changes: Any) -> Transaction:
    """A payment of one lumen."""
    pay = Payment(destination=YOU, asset=NATIVE, amount=10_000_000)
    given: dict[str, Any] = {"chain": STELLAR, "source": ME, "fee": 100, "sequence": 7, "operations": (pay,), **changes}
    return Transaction(**given)


def unsigned(raw: bytes, keys: list[PublicKey]) -> Transaction:
    read = STELLAR.decode_transaction(raw, keys=keys)
    assert isinstance(read, Transaction)
    return read


def refusal(call: Any) -> TransactionError:
    with pytest.raises(TransactionError) as caught:
        call()
    return caught.value


@vectors("stellar/operations")
def test_published_operations_have_their_bytes(case: Case) -> None:
    made = drafts.operation(STELLAR, Fields(case.input["operation"]))
    codec = operation_room.codec(STELLAR)
    assert codec.encode(made).hex() == case.expect["encoded"]
    assert codec.decode(bytes.fromhex(case.expect["encoded"])) == made


@vectors("stellar/transactions")
def test_published_transactions_have_their_bytes_and_signatures(case: Case) -> None:
    row, given, expect = chain(case.input["chain"], StellarChain), dict(case.input["transaction"]), case.expect
    key = holder(bytes.fromhex(case.input["private_key"]))
    source = row.parse_address(given.pop("source"))
    is_v0 = case.input.get("version") == 0
    made = Transaction(chain=row, source=source, is_v0=is_v0, **drafts.parts(row, Fields(given)))
    signed = sign(made, key)
    assert signed.raw.hex() == expect["raw"]
    assert expect.get("sighash", made.hash.hex()) == made.hash.hex() == signed.id
    assert expect.get("id", signed.id) == signed.id
    assert row.decode_transaction(signed.raw) == signed
    assert row.decode_transaction(made.raw) == made
    assert row.transaction_id(signed.raw) == row.transaction_id(made.raw) == signed.id


def test_what_is_signed_names_the_network() -> None:
    made = payment()
    assert made.payload == STELLAR.network_id + b"\0\0\0\2" + made.body()
    assert made.hash == sha256(made.payload)
    (request,) = made.requests()
    assert (request.payload, request.message, request.scheme) == (made.payload, made.hash, Scheme.ED25519)
    assert request.subject is made


def test_what_a_signer_is_shown_is_read_as_the_transaction() -> None:
    made = payment()
    assert STELLAR.decode_transaction(made.payload) == made
    bump = FeeBumpTransaction.of(sign(made, ALICE), fee_source=YOU, fee=400)
    assert STELLAR.decode_transaction(bump.payload) == bump
    assert refusal(lambda: TESTNET.decode_transaction(made.payload)).reason == "version"
    for wrong in (made.payload[:35], made.payload[:32] + b"\0\0\0\0" + made.body(), made.payload + bytes(4)):
        refusal(lambda wrong=wrong: STELLAR.decode_transaction(wrong))


def test_addresses_of_another_network_are_refused() -> None:
    other = TESTNET.parse_address(YOU.text)
    for changes in ({"source": other}, {"operations": (AccountMerge(destination=other),)}):
        assert refusal(lambda changes=changes: payment(**changes)).reason == "network"


def test_an_address_put_together_by_hand_must_agree_with_itself() -> None:
    mine = Address(chain=STELLAR, text=YOU.text, payload=YOU.payload, kind="account")
    assert payment(operations=(AccountMerge(destination=mine),)).body()
    wrong = [
        replace(mine, payload=ME.payload),
        replace(mine, payload=ME.payload, kind="muxed"),
        replace(mine, text=YOU.text.lower()),
        replace(mine, text="G"),
        replace(mine, tag=7),
        replace(mine, kind="contract"),
        "G" + YOU.text[1:],
        None,
    ]
    for each in wrong:
        refusal(lambda each=each: payment(operations=(AccountMerge(destination=each),)))


def test_a_contract_is_no_account() -> None:
    contract = STELLAR.contract(bytes(32))
    assert refusal(lambda: payment(operations=(AccountMerge(destination=contract),))).reason == "version"
    assert refusal(lambda: payment(source=contract)).reason == "version"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"operations": ()}, "missing"),
        ({"operations": [BumpSequence(bump_to=1)]}, "type"),
        ({"operations": (BumpSequence(bump_to=1),) * 101}, "range"),
        ({"operations": ("pay",)}, "type"),
        ({"operations": (Operation(),)}, "type"),
        ({"fee": -1}, "range"),
        ({"fee": 1 << 32}, "range"),
        ({"fee": True}, "type"),
        ({"sequence": 1 << 63}, "range"),
        ({"sequence": -1}, "range"),
        ({"memo": "hello"}, "type"),
        ({"memo": MemoText(text=bytes(29))}, "too-large"),
        ({"memo": MemoId(id=1 << 64)}, "range"),
        ({"memo": MemoHash(hash=bytes(31))}, "length"),
        ({"conditions": TimeBounds(min_time=-1)}, "range"),
        ({"conditions": 7}, "type"),
        ({"conditions": Preconditions(extra_signers=(SignerKey(kind=Strkey.HASH_X, key=bytes(32)),) * 3)}, "range"),
        ({"chain": "stellar"}, "type"),
        ({"is_v0": 1}, "type"),
        ({"is_v0": True, "source": STELLAR.account(ME.payload, 1)}, "version"),
        ({"is_v0": True, "conditions": Preconditions()}, "version"),
        ({"signers": (ALICE.public_key,)}, "type"),
        ({"signers": ((ALICE.public_key, None),) * 2}, "duplicate"),
        ({"preimages": (bytes(65),)}, "length"),
        ({"preimages": (PREIMAGE, PREIMAGE)}, "length"),
        ({"preimages": [PREIMAGE]}, "type"),
        ({"payload_signers": (SignerKey(kind=Strkey.HASH_X, key=bytes(32)),)}, "type"),
        ({"payload_signers": [1]}, "type"),
    ],
)
def test_what_is_no_transaction_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert refusal(lambda: payment(**changes)).reason == reason


def claim(*claimants: Claimant) -> Operation:
    return CreateClaimableBalance(asset=NATIVE, amount=1, claimants=claimants)


def nested(depth: int) -> Any:
    predicate: Any = Within(seconds=1)
    for _ in range(depth - 1):
        predicate = Not(predicate=predicate)
    return predicate


def test_predicates_nest_four_deep_and_no_deeper_both_ways() -> None:
    """stellar-core, CreateClaimableBalanceOpFrame.cpp, validatePredicate."""
    made = payment(operations=(claim(Claimant(destination=YOU, predicate=nested(4))),))
    assert STELLAR.decode_transaction(made.raw) == made
    deep = Claimant(destination=YOU, predicate=nested(5))
    assert refusal(lambda: payment(operations=(claim(deep),))).reason == "too-deep"
    level = bytes.fromhex("0000000300000001")  # not, of a predicate that is there
    start = made.raw.index(level)
    for more in (1, 1000):
        raw = made.raw[:start] + level * more + made.raw[start:]
        assert refusal(lambda raw=raw: STELLAR.decode_transaction(raw)).reason == "too-deep"
    absent = made.raw[:start] + bytes.fromhex("0000000300000000") + made.raw[start + 8 :]
    assert refusal(lambda: STELLAR.decode_transaction(absent)).reason == "version"


def test_counts_have_their_bounds() -> None:
    many = tuple(Claimant(destination=STELLAR.account(bytes([number]) * 32)) for number in range(11))
    assert payment(operations=(claim(*many[:10]),)).body()
    assert refusal(lambda: payment(operations=(claim(*many),))).reason == "range"
    assert refusal(lambda: payment(operations=(claim(),))).reason == "missing"
    assert refusal(lambda: payment(operations=(claim("you"),))).reason == "type"  # type: ignore[arg-type]
    assert refusal(lambda: payment(operations=(claim(many[1], many[1]),))).reason == "duplicate"
    path = PathPaymentStrictSend(
        send_asset=NATIVE, send_amount=1, destination=YOU, dest_asset=NATIVE, dest_min=1, path=(NATIVE,) * 6
    )
    assert refusal(lambda: payment(operations=(path,))).reason == "range"
    assert payment(operations=(BumpSequence(bump_to=1),) * 100).body()
    raw = payment().raw
    for place in (raw.index((1).to_bytes(4) + bytes(4) + (1).to_bytes(4)), len(raw) - 4):  # operations, signatures
        hostile = raw[:place] + b"\xff\xff\xff\xff" + raw[place + 4 :]
        assert refusal(lambda hostile=hostile: STELLAR.decode_transaction(hostile)).reason in ("range", "truncated")


@pytest.mark.parametrize("code", ["", "A" * 13, "US D", "US-D", "USÄ", "US\0", "１", "A\n", 7])
def test_codes_of_other_characters_are_refused(code: Any) -> None:
    pay = Payment(destination=YOU, asset=IssuedAsset(code=code, issuer=ME), amount=1)
    assert refusal(lambda: payment(operations=(pay,))).reason == "character"


def test_a_refusal_names_the_way_to_the_field() -> None:
    pay = Payment(destination=YOU, asset=NATIVE, amount=0)
    assert str(refusal(lambda: payment(operations=(pay, pay)))).startswith("operations[0].amount: expected a number")


def test_a_memo_text_is_bytes() -> None:
    assert MemoText.from_text("Grüße").text == "Grüße".encode()
    for memo in (MemoText(text=b"\xff\x00"), MemoText(text=b"")):
        made = payment(memo=memo)
        assert STELLAR.decode_transaction(made.raw) == made
    for wrong in ("\ud800", b"hello"):
        with pytest.raises(TransactionError):
            MemoText.from_text(wrong)  # type: ignore[arg-type]


# Who signs


def test_all_accounts_that_it_acts_for_are_asked() -> None:
    ops = (BumpSequence(bump_to=1, source=YOU), BumpSequence(bump_to=2, source=STELLAR.account(ME.payload, 5)))
    made = payment(operations=ops, source=STELLAR.account(ME.payload, 1))
    assert [request.key for request in made.requests()] == [ALICE.public_key, BOB.public_key]
    signed = sign(made, ALICE, BOB)
    assert STELLAR.decode_transaction(signed.raw) == signed
    with pytest.raises(MissingSignature):
        sign(made, ALICE)


def test_other_keys_sign_in_the_place_of_the_accounts_own() -> None:
    made = payment(signers=((BOB.public_key, None), (CAROL.public_key, None)))
    signed = sign(made, CAROL, BOB)
    keys = [BOB.public_key, CAROL.public_key]
    assert STELLAR.decode_transaction(signed.raw, keys=keys) == signed
    assert STELLAR.decode_transaction(signed.raw, keys=keys[::-1]).raw == signed.raw
    error = refusal(lambda: STELLAR.decode_transaction(signed.raw))
    assert (error.reason, "keys=" in error.hint) == ("unknown", True)
    assert [each.key for each in unsigned(made.raw, keys).requests()] == keys


def test_signatures_in_any_order_are_those_bytes() -> None:
    made = payment(signers=((ALICE.public_key, None), (BOB.public_key, None)))
    answers = collect(made.requests(), ALICE, BOB)
    swapped = made.envelope(
        tuple(
            DecoratedSignature(hint=key.data[-4:], signature=answer.data)
            for key, answer in ((BOB.public_key, answers[1]), (ALICE.public_key, answers[0]))
            if answer
        )
    )
    read = STELLAR.decode_transaction(swapped, keys=[BOB.public_key])
    assert isinstance(read, SignedTransaction)
    assert read.raw == swapped != made.assemble(answers).raw
    assert read.id == made.assemble(answers).id


def test_signers_sign_apart() -> None:
    made = payment(operations=(BumpSequence(bump_to=1), BumpSequence(bump_to=1, source=YOU)))
    mine = made.partial(collect(made.requests(), ALICE))
    yours = made.partial(collect(made.requests(), BOB))
    parts = [STELLAR.decode_partial(each) for each in (mine, yours)]
    assert [transaction for transaction, _ in parts] == [made, made]
    answers = merge(*(found for _, found in parts))
    assert made.assemble(answers).raw == sign(made, ALICE, BOB).raw
    nobody, empty = STELLAR.decode_partial(made.raw)
    assert (nobody, empty) == (made, (None, None))


def test_a_signature_that_does_not_verify_is_refused() -> None:
    signed = sign(payment(), ALICE)
    forged = bytearray(signed.raw)
    forged[-1] ^= 1
    refusal(lambda: STELLAR.decode_transaction(bytes(forged)))
    refusal(lambda: STELLAR.decode_partial(bytes(forged)))
    refusal(lambda: TESTNET.decode_transaction(signed.raw))  # valid, but for another network
    wrong = Signature(scheme=Scheme.ED25519, data=bytes(64))
    with pytest.raises(InvalidSignature):
        payment().assemble((wrong,))
    twice = payment().envelope((DecoratedSignature(hint=ALICE.public_key.data[-4:], signature=signed.raw[-64:]),) * 2)
    refusal(lambda: STELLAR.decode_transaction(twice))


def test_an_account_without_a_key_signs_by_others() -> None:
    nobody = payment(source=STELLAR.account(bytes(32)))
    assert refusal(nobody.requests).reason == "point"
    signed = sign(replace(nobody, signers=((ALICE.public_key, None),)), ALICE)
    assert STELLAR.decode_transaction(signed.raw, keys=[ALICE.public_key]) == signed


def test_more_signatures_than_an_envelope_holds_are_refused() -> None:
    many = tuple((holder(bytes([number]) * 32).public_key, None) for number in range(1, 22))
    assert refusal(lambda: payment(signers=many)).reason == "too-large"
    made = payment(signers=many[:20], preimages=(PREIMAGE,))
    answers = collect(made.requests(), *(holder(bytes([number]) * 32) for number in range(1, 21)))
    assert refusal(lambda: made.assemble(answers)).reason == "too-large"


# Extra signers (CAP-21, CAP-40)


def extra(*signers: SignerKey, **changes: Any) -> Transaction:
    return payment(conditions=Preconditions(extra_signers=signers), **changes)


def test_an_extra_key_is_asked_too() -> None:
    made = extra(SignerKey(kind=Strkey.ACCOUNT, key=BOB.public_key.data))
    assert [request.key for request in made.requests()] == [ALICE.public_key, BOB.public_key]
    signed = sign(made, ALICE, BOB)
    assert STELLAR.decode_transaction(signed.raw) == signed
    assert unsigned(made.raw, [r.key for r in made.requests()]).requests() == made.requests()


def test_a_preimage_is_the_signature_of_a_hash_x_signer() -> None:
    made = extra(SignerKey(kind=Strkey.HASH_X, key=sha256(PREIMAGE)), preimages=(PREIMAGE,))
    signed = sign(made, ALICE)
    assert signed.raw.endswith(sha256(PREIMAGE)[-4:] + len(PREIMAGE).to_bytes(4) + PREIMAGE + bytes(3))
    read = STELLAR.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert read == signed
    assert read.transaction.preimages == (PREIMAGE,)
    assert PREIMAGE.decode() not in repr(made)


def test_a_signed_payload_is_signed_as_it_is() -> None:
    """CAP-40: the raw payload, and a hint with the payload's last bytes in it."""
    signer = SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=BOB.public_key.data, payload=b"\1\2\3\4\5")
    made = extra(signer)
    mine, yours = made.requests()
    assert (yours.key, yours.payload, yours.prehash) == (BOB.public_key, signer.payload, None)
    signed = sign(made, ALICE, BOB)
    hint = bytes(a ^ b for a, b in zip(BOB.public_key.data[-4:], b"\2\3\4\5", strict=True))
    assert hint == signer.hint
    assert hint + (64).to_bytes(4) in signed.raw
    assert STELLAR.decode_transaction(signed.raw) == signed
    keys = [mine.key, yours.key]
    assert [each.id for each in unsigned(made.raw, keys).requests()] == [mine.id, yours.id]
    short = SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=bytes(28) + b"\xff" * 4, payload=b"\1")
    assert short.hint == b"\xfe\xff\xff\xff"


def test_a_payload_of_a_signer_that_only_the_ledger_knows_can_be_signed() -> None:
    signer = SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=BOB.public_key.data, payload=bytes(32))
    made = payment(payload_signers=(signer,))
    signed = sign(made, ALICE, BOB)
    assert len(signed.answers) == 2
    assert any("hash of another transaction" in each.why for each in made.effects() if isinstance(each, Opaque))


def test_a_pre_authorized_transaction_needs_no_signature_of_its_signer() -> None:
    later = payment(sequence=8)
    signer = SignerKey(kind=Strkey.PRE_AUTH_TX, key=later.hash)
    assert str(signer).startswith("T")
    made = extra(signer)
    assert [request.key for request in made.requests()] == [ALICE.public_key]


@pytest.mark.parametrize("text", ["MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ", "G", ""])
def test_what_is_no_signer_is_refused(text: str) -> None:
    with pytest.raises(TransactionError):
        SignerKey.parse(text)


def test_signers_of_other_forms_are_refused() -> None:
    wrong = [
        SignerKey(kind=Strkey.CONTRACT, key=bytes(32)),
        SignerKey(kind=Strkey.ACCOUNT, key=bytes(31)),
        SignerKey(kind=Strkey.ACCOUNT, key=bytes(32), payload=b"\1"),
        SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=bytes(32)),
        SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=bytes(32), payload=bytes(65)),
    ]
    for each in wrong:
        refusal(lambda each=each: extra(each))


# Fee bumps (CAP-15)


def test_a_fee_bump_holds_a_signed_transaction() -> None:
    inner = sign(payment(is_v0=True), ALICE)
    bump = FeeBumpTransaction.of(inner, fee_source=STELLAR.account(YOU.payload, 3), fee=1 << 40)
    (request,) = bump.requests()
    assert (request.key, request.payload) == (BOB.public_key, bump.payload)
    signed = sign(bump, BOB)
    read = STELLAR.decode_transaction(signed.raw)
    assert read == signed
    assert (signed.id, STELLAR.transaction_id(signed.raw)) == (bump.hash.hex(),) * 2
    assert STELLAR.decode_transaction(bump.raw) == bump
    assert STELLAR.decode_partial(bump.partial((None,))) == (bump, (None,))
    assert not bump.inner.is_v0


def test_what_is_no_fee_bump_is_refused() -> None:
    inner = sign(payment(), ALICE)
    good = FeeBumpTransaction.of(inner, fee_source=YOU, fee=200)
    for changes in (
        {"fee": -1},
        {"fee": 1 << 63},
        {"fee_source": TESTNET.parse_address(YOU.text)},
        {"inner": "tx"},
        {"inner": payment(is_v0=True)},
        {"chain": TESTNET},
        {"inner_signatures": [1]},
        {"inner_signatures": (DecoratedSignature(hint=b"", signature=b""),)},
        {"signers": (1,)},
    ):
        with pytest.raises(TransactionError):
            replace(good, **changes)
    for wrong in (good, sign(good, BOB)):
        with pytest.raises(TransactionError):
            FeeBumpTransaction.of(wrong, fee_source=YOU, fee=200)  # type: ignore[arg-type]


# Bytes that are none


def test_every_cut_and_every_end_is_refused() -> None:
    raw = sign(payment(memo=MemoText(text=b"abc")), ALICE).raw
    for size in range(len(raw)):
        refusal(lambda size=size: STELLAR.decode_transaction(raw[:size]))
    for behind in (b"\0", bytes(4), raw):
        refusal(lambda behind=behind: STELLAR.decode_transaction(raw + behind))


@pytest.mark.parametrize(
    "raw", [None, "00", 7, b"", bytes(3), bytes(68), b"\0\0\0\1" * 40, bytearray(80), bytes(1 << 19)]
)
def test_what_is_no_envelope_is_refused(raw: Any) -> None:
    for read in (STELLAR.decode_transaction, STELLAR.decode_partial, STELLAR.transaction_id):
        refusal(lambda read=read: read(raw))


def test_keys_are_a_sequence_of_keys() -> None:
    for wrong in (
        "G",
        [1],
        [
            PublicKey(
                Curve.SECP256K1,
                bytes.fromhex("02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
            )
        ],
        7,
    ):
        refusal(lambda wrong=wrong: STELLAR.decode_transaction(payment().raw, keys=wrong))


def test_conditions_keep_their_kind() -> None:
    """A time alone is the second kind; the third one with the same meaning has other bytes."""
    times = TimeBounds(max_time=9)
    made = [payment(conditions=each) for each in (None, times, Preconditions(time_bounds=times), Preconditions())]
    made.append(payment(conditions=Preconditions(ledger_bounds=LedgerBounds(max_ledger=4), min_sequence=0)))
    assert len({each.hash for each in made}) == len(made)
    for each in made:
        assert STELLAR.decode_transaction(each.raw) == each


def test_a_pickled_transaction_is_the_same() -> None:
    made = payment(operations=(ManageData(name="a", value=None),))
    made.requests()
    assert pickle.loads(pickle.dumps(made)) == made
    assert base64.b64encode(made.raw).startswith(b"AAAAAgAAAAC")


# Guards


def test_a_guard_reads_what_it_signs_again() -> None:
    watched = guard(ALICE, only_to([YOU]), max_fee({STELLAR.asset: 100}))
    assert sign(payment(), watched).raw == sign(payment(), ALICE).raw
    with pytest.raises(GuardRefused):
        sign(payment(fee=101), watched)
    with pytest.raises(GuardRefused):
        sign(payment(operations=(Payment(destination=STELLAR.account(bytes(32)), asset=NATIVE, amount=1),)), watched)
    with pytest.raises(GuardRefused):
        sign(payment(operations=(AccountMerge(destination=YOU),)), watched)
    muxed = Payment(destination=STELLAR.account(YOU.payload, 9), asset=NATIVE, amount=1)
    assert sign(payment(operations=(muxed,)), watched)
    bump = FeeBumpTransaction.of(sign(payment(), BOB, ALICE), fee_source=ME, fee=99)
    assert sign(bump, watched).raw == sign(bump, ALICE).raw
    with pytest.raises(GuardRefused):
        sign(replace(bump, fee=101), watched)


def test_a_guard_signs_no_payload_of_its_own() -> None:
    signer = SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=ALICE.public_key.data, payload=payment(sequence=9).hash)
    made = extra(signer)
    with pytest.raises(GuardRefused):
        sign(made, guard(ALICE, only_to([YOU])))


# A18


def test_A18_an_account_that_asks_for_a_memo_is_not_paid_without() -> None:
    strict = replace(STELLAR, memo_required=frozenset({YOU.text}))
    me, exchange = strict.parse_address(ME.text), strict.parse_address(YOU.text)
    to_them = Payment(destination=exchange, asset=NATIVE, amount=1)

    def made(*steps: Operation, **changes: Any) -> Transaction:
        return payment(chain=strict, source=me, operations=steps, **changes)

    error = refusal(lambda: made(to_them))
    assert (error.reason, YOU.text in str(error)) == ("policy", True)
    assert refusal(lambda: made(AccountMerge(destination=exchange))).reason == "policy"
    assert made(to_them, memo=MemoId(id=7)).memo_id == 7
    assert made(Payment(destination=strict.account(YOU.payload, 7), asset=NATIVE, amount=1))
    assert made(Payment(destination=me, asset=NATIVE, amount=1))


def test_every_kind_of_operation_has_a_class_and_a_number() -> None:
    """Stellar-transaction.x, enum OperationType."""
    assert [row.number for row in operation_room.ROWS][:24] == list(range(24))
    assert {row.kind.__name__ for row in operation_room.ROWS} >= {
        "".join(word.capitalize() for word in name.split("_")) for name in random_stellar.MAKERS
    }
