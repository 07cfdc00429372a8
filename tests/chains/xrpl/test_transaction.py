"""Transactions of the XRP Ledger: who signs what, and what is refused."""

import copy
import pickle
from dataclasses import replace
from typing import Any

import pytest

from support.xrpl import MAIN, PSEUDO, key, payment
from walletcore.chains import chain
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.xrpl import Cosigner, Party, Transaction, XrplChain, codec
from walletcore.curves.secp256k1 import ORDER, encode_der
from walletcore.effects import Fee
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import sha512_half
from walletcore.keys import Curve, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, collect, sign

ALICE, BOB, CAROL = (key(1), key(2, Curve.ED25519), key(3))
SIDE = XrplChain(name="side", network_id=21337)
ORIGIN = KeyOrigin(b"\1\2\3\4", Path.parse("m/44'/144'/0'/0/0"))


def cosigner(holder: Any) -> Cosigner:
    return Cosigner(account=MAIN.address(holder.public_key), key=holder.public_key)


def refused(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(TransactionError) as refusal:
        call(*args, **options)
    return refusal.value.reason


TOGETHER = (cosigner(BOB), cosigner(CAROL))


# -- one signer


@pytest.mark.parametrize("holder", [ALICE, BOB], ids=["secp256k1", "ed25519"])
def test_one_key_signs_the_fields_after_STX(holder: Any) -> None:
    made = Transaction.of(MAIN, payment(), signer=holder.public_key, origin=ORIGIN)
    (request,) = made.requests()
    assert request.payload == b"STX\0" + made.raw
    assert (request.key, request.origin, request.subject) == (holder.public_key, ORIGIN, made)
    is_ed25519 = holder is BOB
    assert request.scheme is (Scheme.ED25519 if is_ed25519 else Scheme.ECDSA)
    assert request.message == (request.payload if is_ed25519 else sha512_half(request.payload))
    signed = sign(made, LocalSigner(holder))
    assert signed.id == sha512_half(b"TXN\0" + signed.raw).hex().upper()
    assert MAIN.decode_transaction(signed.raw) == signed


def test_what_is_read_names_nobody_until_somebody_is_named() -> None:
    bare = Transaction.of(MAIN, payment())
    assert refused(bare.requests) == "missing"
    assert MAIN.decode_transaction(bare.raw) == bare
    named = MAIN.decode_transaction(bare.raw, keys=[ALICE.public_key])
    assert named == Transaction.of(MAIN, payment(), signer=ALICE.public_key) != bare
    several = MAIN.decode_transaction(bare.raw, keys=[CAROL.public_key, BOB.public_key])
    assert several == Transaction.of(MAIN, payment(), signers=TOGETHER)
    assert refused(MAIN.decode_transaction, named.raw, keys=[CAROL.public_key]) == "mismatch"
    assert MAIN.decode_transaction(named.raw, keys=[ALICE.public_key]) == named
    assert refused(MAIN.transaction_id, bare.raw) == "missing"
    for wrong in (ALICE.public_key, ["00"], None, [None]):
        assert refused(MAIN.decode_transaction, bare.raw, keys=wrong) == "type"


def test_values_are_copied_pickled_and_hashed() -> None:
    made = Transaction.of(MAIN, payment(), signers=TOGETHER)
    made.effects()
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made)), replace(made)):
        assert (other, hash(other), other.requests()) == (made, hash(made), made.requests())
    assert made != Transaction.of(MAIN, payment(Sequence=8), signers=TOGETHER)
    assert made != made.raw
    first = made.fields()
    first["Fee"] = "1000"
    first["Signers"].clear()
    assert made.fields()["Fee"] == "12"
    assert len(made.fields()["Signers"]) == 2


def test_effects_tell_the_fee_and_who_pays_it() -> None:
    made = Transaction.of(MAIN, payment())
    fee = [each for each in made.effects() if isinstance(each, Fee)]
    assert fee == [Fee(asset=MAIN.asset, at_most=12, payer=MAIN.address(ALICE.public_key).account_id)]


# -- XR4: several signers


def test_XR4_several_sign_with_another_prefix_than_one_and_for_an_account() -> None:
    made = Transaction.of(MAIN, payment(), signers=TOGETHER)
    bare = codec.encode(payment(SigningPubKey=""))
    for request, each in zip(made.requests(), made.signers or (), strict=True):
        assert request.payload == b"SMT\0" + bare + each.account.payload
        assert request.key == each.key
    one = Transaction.of(MAIN, payment(), signer=BOB.public_key)
    alone = sign(one, LocalSigner(BOB)).answers[0]
    assert alone is not None
    place = [each.key for each in made.signers or ()].index(BOB.public_key)
    answers = [None, None]
    answers[place] = Signature(scheme=Scheme.ED25519, data=alone.data)  # type: ignore[call-overload]
    with pytest.raises(InvalidSignature):
        made.assemble(tuple(answers))


def test_XR4_a_blob_signed_by_one_is_none_signed_by_several() -> None:
    one = sign(Transaction.of(MAIN, payment(), signer=CAROL.public_key), LocalSigner(CAROL))
    fields = codec.decode(one.raw)
    signer = {name: fields.pop(name) for name in ("SigningPubKey", "TxnSignature")}
    signer["Account"] = MAIN.address(CAROL.public_key).text
    moved = codec.encode(fields | {"SigningPubKey": "", "Signers": [{"Signer": signer}]})
    assert refused(MAIN.decode_transaction, moved) == "mismatch"
    several = sign(Transaction.of(MAIN, payment(), signers=(cosigner(CAROL),)), LocalSigner(CAROL))
    fields = codec.decode(several.raw)
    given = fields.pop("Signers")[0]["Signer"]
    back = codec.encode(fields | {name: given[name] for name in ("SigningPubKey", "TxnSignature")})
    assert refused(MAIN.decode_transaction, back) == "mismatch"


def test_XR4_a_key_signs_for_another_account_as_its_regular_key() -> None:
    account = MAIN.parse_address("rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B")
    made = Transaction.of(MAIN, payment(), signers=(Cosigner(account=account, key=BOB.public_key), cosigner(CAROL)))
    assert {request.payload[-20:] for request in made.requests()} == {
        account.payload,
        MAIN.address(CAROL.public_key).payload,
    }
    signed = sign(made, LocalSigner(BOB), LocalSigner(CAROL))
    assert MAIN.decode_transaction(signed.raw) == signed
    fields = codec.decode(signed.raw)
    accounts = [each["Signer"]["Account"] for each in fields["Signers"]]
    swapped = [
        {"Signer": each["Signer"] | {"Account": other}}
        for each, other in zip(fields["Signers"], reversed(accounts), strict=True)
    ]
    in_order = sorted(swapped, key=lambda each: MAIN.parse_address(each["Signer"]["Account"]).payload)
    assert refused(MAIN.decode_transaction, codec.encode(fields | {"Signers": in_order})) == "mismatch"
    assert refused(MAIN.decode_transaction, codec.encode(fields | {"Signers": swapped})) == "non-canonical"


def test_XR4_signers_stand_in_the_order_of_their_accounts_each_once() -> None:
    holders = [key(number) for number in range(2, 10)]
    made = Transaction.of(MAIN, payment(), signers=tuple(map(cosigner, holders)))
    signed = sign(made, *map(LocalSigner, holders))
    places = [MAIN.parse_address(each["Signer"]["Account"]).payload for each in codec.decode(signed.raw)["Signers"]]
    assert places == sorted(places)
    for signers in ((cosigner(BOB), cosigner(BOB)), (cosigner(BOB), replace(cosigner(BOB), key=CAROL.public_key))):
        assert refused(Transaction.of, MAIN, payment(), signers=signers) == "duplicate"
    fields = codec.decode(signed.raw)
    for items in (fields["Signers"][::-1], fields["Signers"][:1] * 2):
        assert refused(MAIN.decode_transaction, codec.encode(fields | {"Signers": items})) == "non-canonical"
    assert refused(MAIN.decode_transaction, codec.encode(fields | {"Signers": []})) == "length"


def test_XR4_nobody_is_a_signer_of_its_own_list() -> None:
    """Rippled, STTx.cpp, "Invalid multisigner"."""
    assert refused(Transaction.of, MAIN, payment(), signers=(cosigner(ALICE),)) == "mismatch"


@pytest.mark.parametrize(
    ("signers", "reason"),
    [
        ([], "type"),
        ((None,), "type"),
        ((replace(cosigner(BOB), key=None),), "type"),  # type: ignore[arg-type]
        ((replace(cosigner(BOB), key=key(1, Curve.ED25519)),), "type"),  # type: ignore[arg-type]
        ((replace(cosigner(BOB), account="r"),), "type"),  # type: ignore[arg-type]
        ((replace(cosigner(BOB), account=SIDE.address(BOB.public_key)),), "network"),
        ((replace(cosigner(BOB), account=MAIN.account(bytes(20), 5)),), "prefix"),
        ((replace(cosigner(BOB), account=Address(chain=MAIN, text="r", payload=bytes(20))),), "length"),
        (
            (
                replace(
                    cosigner(BOB), account=Address(chain=MAIN, text=cosigner(CAROL).account.text, payload=bytes(20))
                ),
            ),
            "mismatch",
        ),
        (tuple(cosigner(key(number)) for number in range(10, 43)), "too-large"),
    ],
)
def test_XR4_what_is_no_signer_is_refused(signers: Any, reason: str) -> None:
    assert refused(Transaction.of, MAIN, payment(), signers=signers) == reason


def test_one_signer_and_several_are_not_both() -> None:
    assert refused(Transaction.of, MAIN, payment(), signer=ALICE.public_key, signers=TOGETHER) == "ambiguous"
    for wrong in (ALICE, b"\2" * 33, "02"):
        assert refused(Transaction.of, MAIN, payment(), signer=wrong) == "type"
    assert refused(Transaction.of, MAIN, payment(), signer=ALICE.public_key, origin="m/0") == "type"


def test_who_has_not_answered_is_left_out_and_blobs_are_combined() -> None:
    holders = [BOB, CAROL, key(4)]
    made = Transaction.of(MAIN, payment(), signers=tuple(map(cosigner, holders)))
    whole = sign(made, *map(LocalSigner, holders))
    parts = [sign(made, LocalSigner(each)) for each in holders]
    assert [len(part.transaction.signers or ()) for part in parts] == [1, 1, 1]
    assert MAIN.combine([part.raw for part in parts]) == whole
    assert MAIN.combine([parts[0].raw, parts[0].raw]) == parts[0]
    two = MAIN.combine((parts[2].raw, parts[0].raw))
    assert MAIN.decode_transaction(two.raw) == two
    with pytest.raises(MissingSignature):
        made.assemble((None, None, None))
    other = sign(Transaction.of(MAIN, payment(Fee="13"), signers=(cosigner(BOB),)), LocalSigner(BOB))
    alone = sign(Transaction.of(MAIN, payment(), signer=ALICE.public_key), LocalSigner(ALICE))
    for wrong in ([whole.raw, other.raw], [alone.raw], [made.raw], [whole.raw, alone.raw]):
        assert refused(MAIN.combine, wrong) == "mismatch"
    nothing: tuple[Any, ...] = ([], whole.raw, None, "00")
    for none in nothing:
        assert refused(MAIN.combine, none) == "type"


def test_an_account_that_signed_by_two_keys_is_no_part_of_one() -> None:
    account = MAIN.parse_address("rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B")
    parts = [
        sign(
            Transaction.of(MAIN, payment(), signers=(Cosigner(account=account, key=each.public_key),)),
            LocalSigner(each),
        )
        for each in (BOB, CAROL)
    ]
    assert refused(MAIN.combine, [part.raw for part in parts]) == "duplicate"


def test_some_signatures_are_read_and_completed() -> None:
    made = Transaction.of(MAIN, payment(), signers=TOGETHER)
    half = made.partial(collect(made.requests(), LocalSigner(BOB)))
    assert refused(MAIN.decode_transaction, half) == "missing"
    assert refused(MAIN.transaction_id, half) == "missing"
    read, answers = MAIN.decode_partial(half)
    assert read == made
    rest = collect(made.requests(), LocalSigner(CAROL))
    whole = read.assemble(tuple(a or b for a, b in zip(answers, rest, strict=True)))
    assert whole.raw == sign(made, LocalSigner(BOB), LocalSigner(CAROL)).raw
    assert MAIN.decode_partial(made.raw) == (made, (None, None))
    assert MAIN.decode_partial(whole.raw) == (made, whole.answers)


# -- others who sign


LOAN = {
    "TransactionType": "LoanSet",
    "Account": MAIN.address(ALICE.public_key).text,
    "Counterparty": MAIN.address(BOB.public_key).text,
    "LoanBrokerID": "D1902EFBFF8C6536322D48B9F3B974AEC29AC826CF6BEA6218C886581A712AFE",
    "PrincipalRequested": "100000",
    "Fee": "720",
    "Sequence": 1807,
}


@pytest.mark.parametrize("party", [{"key": BOB.public_key}, {"signers": TOGETHER}], ids=["one", "several"])
def test_a_counterparty_signs_beside_the_sender(party: dict[str, Any]) -> None:
    parties = (Party(place="CounterpartySignature", **party),)
    made = Transaction.of(MAIN, LOAN, signer=ALICE.public_key, parties=parties)
    holders = [LocalSigner(each) for each in (ALICE, BOB, CAROL)]
    signed = sign(made, *holders)
    read = MAIN.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert (read, read.transaction) == (signed, made)
    with pytest.raises(MissingSignature):
        made.assemble((collect(made.requests(), holders[0])[0], *[None] * len(TOGETHER if "signers" in party else "1")))
    with pytest.raises(MissingSignature):
        sign(made, *holders[1:])
    assert MAIN.decode_transaction(made.raw) == made
    first = sign(Transaction.of(MAIN, LOAN, signer=ALICE.public_key), holders[0])  # the sender alone, before
    later = replace(first.transaction, parties=parties)
    assert later == made
    assert later.requests()[0] == first.transaction.requests()[0]


@pytest.mark.parametrize(
    ("party", "reason"),
    [
        (Party(place="Signers", key=BOB.public_key), "unknown"),
        (Party(place="SponsorSignature", key=BOB.public_key), "missing"),
        (Party(place="CounterpartySignature"), "ambiguous"),
        (Party(place="CounterpartySignature", key=BOB.public_key, signers=TOGETHER), "ambiguous"),
        (Party(place="CounterpartySignature", key=b"\2" * 33), "type"),  # type: ignore[arg-type]
        (Party(place="CounterpartySignature", account=TOGETHER[0].account, key=BOB.public_key), "mismatch"),
        (Party(place="BatchSigners", account=TOGETHER[0].account, key=BOB.public_key), "unknown"),
        (Party(place="BatchSigners", key=BOB.public_key), "type"),
        (None, "type"),
    ],
)
def test_who_has_no_part_in_it_does_not_sign(party: Any, reason: str) -> None:
    assert refused(Transaction.of, MAIN, LOAN, signer=ALICE.public_key, parties=(party,)) == reason
    assert refused(Transaction.of, MAIN, LOAN, signer=ALICE.public_key, parties=[party]) == "type"
    assert refused(
        Transaction.of, MAIN, payment(), parties=(Party(place="CounterpartySignature", key=BOB.public_key),)
    ) == ("mismatch")
    twice = (Party(place="CounterpartySignature", key=BOB.public_key),) * 2
    assert refused(Transaction.of, MAIN, LOAN, parties=twice) == "duplicate"


def inner(holder: Any, **more: Any) -> dict[str, Any]:
    account = MAIN.address(holder.public_key).text
    return {"RawTransaction": payment(Account=account, Fee="0", Flags=0x40000000, SigningPubKey="", **more)}


def test_who_takes_part_in_a_batch_signs_beside_the_sender() -> None:
    """XLS-56, V1_1; xrpl-py, transaction/batch_signers.py: one signs alone, for another two sign together."""
    batch = {"TransactionType": "Batch", "Account": MAIN.address(ALICE.public_key).text, "Fee": "40", "Sequence": 9}
    batch |= {"Flags": 65536, "RawTransactions": [inner(ALICE), inner(BOB), inner(key(9))]}
    alone = Party(place="BatchSigners", account=MAIN.address(BOB.public_key), key=BOB.public_key)
    together = Party(place="BatchSigners", account=MAIN.address(key(9).public_key), signers=TOGETHER)
    made = Transaction.of(MAIN, batch, signer=ALICE.public_key, parties=(alone, together))
    holders = [LocalSigner(each) for each in (ALICE, BOB, CAROL)]
    signed = sign(made, *holders)
    assert MAIN.decode_transaction(signed.raw) == signed
    assert MAIN.decode_transaction(made.raw) == made
    assert made == Transaction.of(MAIN, batch, signer=ALICE.public_key, parties=(together, alone))
    half = made.partial(collect(made.requests(), holders[0]))
    assert MAIN.decode_partial(half)[0] == made
    fields = codec.decode(signed.raw)
    for items, reason in ((fields["BatchSigners"][::-1], "non-canonical"), ([], "non-canonical")):
        assert refused(MAIN.decode_transaction, codec.encode(fields | {"BatchSigners": items})) == reason
    stranger = Party(place="BatchSigners", account=MAIN.address(CAROL.public_key), key=CAROL.public_key)
    sender = Party(place="BatchSigners", account=MAIN.address(ALICE.public_key), key=ALICE.public_key)
    for party in (stranger, sender):
        assert refused(Transaction.of, MAIN, batch, signer=ALICE.public_key, parties=(party,)) == "unknown"
    other = batch | {"RawTransactions": [{"Memo": {}}]}
    assert refused(Transaction.of, MAIN, other, signer=ALICE.public_key, parties=(alone,)) == "unknown"
    many = batch | {"RawTransactions": [inner(BOB)] * 9}
    assert refused(Transaction.of, MAIN, many, signer=ALICE.public_key) == "length"
    eight = batch | {"RawTransactions": [inner(BOB)] * 8}
    assert len(Transaction.of(MAIN, eight, signer=ALICE.public_key).effects()) == 10  # a call, what each does, the fee
    elsewhere = chain("xrpl-testnet", XrplChain).account(bytes(20), tag=1).text
    foreign = batch | {"RawTransactions": [inner(ALICE), inner(BOB, Destination=elsewhere)]}
    assert refused(Transaction.of, MAIN, foreign, signer=ALICE.public_key) == "network"


def test_the_ids_of_what_is_in_a_batch_are_computed_once_for_all_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    holders = [key(number) for number in range(20, 28)]
    batch = {"TransactionType": "Batch", "Account": MAIN.address(ALICE.public_key).text, "Fee": "99", "Sequence": 9}
    batch |= {"Flags": 65536, "RawTransactions": [inner(each) for each in holders]}
    parties = tuple(
        Party(place="BatchSigners", account=MAIN.address(each.public_key), key=each.public_key) for each in holders
    )
    made = Transaction.of(MAIN, batch, signer=ALICE.public_key, parties=parties)
    written, encode = [], codec.encode

    def counted(fields: Any) -> bytes:
        written.append(fields)
        return encode(fields)

    monkeypatch.setattr(codec, "encode", counted)
    asked = made.requests()
    assert len(asked) == 1 + 8
    assert len(written) == 8
    ends = sorted(each.payload[-20:] for each in asked[1:])
    assert ends == sorted(MAIN.address(each.public_key).payload for each in holders)
    assert len({each.payload[:-20] for each in asked[1:]}) == 1


@pytest.mark.parametrize("place", ["CounterpartySignature", "SponsorSignature"])
@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ({}, "ambiguous"),
        ({"SigningPubKey": ""}, "length"),
        ({"SigningPubKey": "05" * 33, "TxnSignature": "00"}, "point"),
        ({"TxnSignature": "00"}, "ambiguous"),
        ({"Signers": []}, "length"),
        ({"Signers": [{"Memo": {}}]}, "unknown"),
        ({"Signers": [{"Signer": {"SigningPubKey": "ED" + "01" * 32}}]}, "unknown"),
        ({"SigningPubKey": "ED" + "01" * 32, "Signers": []}, "ambiguous"),
        ({"SigningPubKey": "ED" + "01" * 32, "Fee": "1"}, "ambiguous"),
    ],
)
def test_signatures_of_others_that_are_none_are_refused(place: str, signature: dict[str, Any], reason: str) -> None:
    raw = codec.encode(LOAN | {place: signature, "Sponsor": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"})
    assert refused(MAIN.decode_transaction, raw) == reason


# -- form


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"TransactionType": "Pay"}, "unknown"),
        ({"TransactionType": None}, "unknown"),
        *(({"TransactionType": kind}, "unknown") for kind in PSEUDO),
        ({"Owner": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"}, "unknown"),  # a field of another type
        ({"hash": "00" * 32}, "unknown"),
        ({"SigningPubKey": ""}, "ambiguous"),
        ({"TxnSignature": "00"}, "ambiguous"),
        ({"Signers": []}, "ambiguous"),
        ({"SponsorSignature": {}}, "ambiguous"),
        ({"Fee": {"value": "1", "currency": "USD", "issuer": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"}}, "type"),
        ({"Fee": "-1"}, "range"),
        ({"Fee": "1.5"}, "range"),
        ({"TicketSequence": 5}, "mismatch"),
        ({"Flags": 0x40000000}, "policy"),  # one inside of a batch
        ({"NetworkID": 0}, "network"),
        ({"NetworkID": 21337}, "network"),
        ({"Account": "x"}, "length"),
        ({"Destination": "T7bq3e7kxYq9pwDz8UZhqAZoEkcRGTXSNr5immvcj3DYRaV"}, "network"),
    ],
)
def test_what_no_ledger_takes_is_refused(change: dict[str, Any], reason: str) -> None:
    assert refused(Transaction.of, MAIN, payment(**change)) == reason


@pytest.mark.parametrize("name", ["Account", "Destination", "Amount", "Fee", "Sequence", "TransactionType"])
def test_fields_that_must_be_there_are_missed(name: str) -> None:
    fields = payment()
    del fields[name]
    assert refused(Transaction.of, MAIN, fields) == ("unknown" if name == "TransactionType" else "missing")
    if name != "TransactionType":
        assert refused(MAIN.decode_transaction, codec.encode(fields)) == "missing"


def test_networks_above_1024_are_named_and_no_others() -> None:
    """xrpl.org, "NetworkID Field"."""
    fields = payment(Account=SIDE.address(ALICE.public_key).text)
    made = Transaction.of(SIDE, fields, signer=ALICE.public_key)
    assert made.fields()["NetworkID"] == 21337
    assert made == Transaction.of(SIDE, fields | {"NetworkID": 21337}, signer=ALICE.public_key)
    assert SIDE.decode_transaction(made.raw) == made
    assert refused(MAIN.decode_transaction, made.raw) == "network"
    other = XrplChain(name="other", network_id=21338)
    assert refused(other.decode_transaction, made.raw) == "network"
    assert refused(SIDE.decode_transaction, codec.encode(fields)) == "network"
    assert Transaction.of(SIDE, fields) != Transaction.of(MAIN, fields)


@pytest.mark.parametrize("chain", [None, "xrpl", 0])
def test_a_network_is_a_row(chain: Any) -> None:
    assert refused(Transaction.of, chain, payment()) == "type"
    assert refused(Transaction, chain=chain, body=codec.encode(payment())) == "type"


def test_signatures_stand_in_their_one_form() -> None:
    """Rippled, STTx.cpp: fully canonical signatures."""
    made = Transaction.of(MAIN, payment(), signer=ALICE.public_key)
    signed = sign(made, LocalSigner(ALICE))
    (answer,) = signed.answers
    assert answer is not None
    high = answer.data[:32] + (ORDER - int.from_bytes(answer.data[32:])).to_bytes(32)
    der = encode_der(answer.data)
    for data in (encode_der(high), answer.data, der + b"\0", b"", b"\x30\x00", der[:-1]):
        raw = codec.encode(made.fields() | {"TxnSignature": data.hex()})
        assert refused(MAIN.decode_transaction, raw)
    assert refused(MAIN.decode_transaction, codec.encode(made.fields() | {"TxnSignature": encode_der(high).hex()})) == (
        "non-canonical"
    )
    for other in (b"\0" * 64, answer.data):
        edward = Transaction.of(MAIN, payment(), signer=BOB.public_key)
        raw = codec.encode(edward.fields() | {"TxnSignature": other.hex()})
        assert refused(MAIN.decode_transaction, raw) == "mismatch"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"TxnSignature": "00"}, "missing"),
        ({"TxnSignature": "00", "SigningPubKey": ""}, "missing"),
        ({"SigningPubKey": "ED" + "01" * 31}, "length"),
        ({"SigningPubKey": "05" + "01" * 32}, "point"),
        ({"SigningPubKey": "02" + "ff" * 32}, "point"),
        ({"SigningPubKey": "04" + "01" * 64}, "length"),
        ({"Signers": []}, "missing"),
        ({"SigningPubKey": "ED" + "01" * 32, "Signers": []}, "ambiguous"),
    ],
)
def test_what_bytes_say_of_signers_must_go_together(change: dict[str, Any], reason: str) -> None:
    assert refused(MAIN.decode_transaction, codec.encode(payment(**change))) == reason


@pytest.mark.parametrize("raw", [b"", b"\0", None, "00", 0, bytearray(3), b"STX\0", b"CLM\0", bytes(1 << 21)])
def test_what_is_no_transaction_is_refused(raw: Any) -> None:
    for call in (MAIN.decode_transaction, MAIN.transaction_id, MAIN.decode_partial):
        refused(call, raw)
