"""Transactions of Cosmos chains: what is signed, by whom, what nodes take, and what is none."""

from dataclasses import replace
from typing import Any

import pytest

from support.cosmos import ALICE, HUB, ME, OSMOSIS, YOU
from walletcore.chains import chain
from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.messages.bank import Input, MsgMultiSend, MsgSend, Output
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.staking import MsgDelegate
from walletcore.chains.cosmos.messages.times import Timestamp
from walletcore.chains.cosmos.multisig import Multisig
from walletcore.chains.cosmos.transaction import Signer, Transaction
from walletcore.chains.cosmos.tx import SIGN_DOC, TX_RAW, Fee, SignMode
from walletcore.coding.protobuf import AnyMessage
from walletcore.effects import Fee as Paid
from walletcore.effects import Opaque, Statement, Transfer
from walletcore.errors import GuardRefused, InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee, no_statements, only_to, refuse_opaque
from walletcore.signing import Signature, collect, merge, sign
from walletcore.testing import check_chain

MINE, YOURS, ALICES = (HUB.address(each.public_key).text for each in (ME, YOU, ALICE))
AMINO, DIRECT, AUX = SignMode.LEGACY_AMINO_JSON, SignMode.DIRECT, SignMode.DIRECT_AUX
ATOM = HUB.asset
FEE = Fee(amount=(Coin(denom="uatom", amount=2_000),), gas_limit=200_000)


def send(source: str = MINE, destination: str = YOURS, amount: int = 5, denom: str = "uatom") -> MsgSend:
    return MsgSend(from_address=source, to_address=destination, amount=(Coin(denom=denom, amount=amount),))


def one(holder: Any = ME, **changes: Any) -> Signer:
    fields: dict[str, Any] = {"key": holder.public_key, "account_number": 7, "sequence": 3}
    return Signer(**fields | changes)


def payment(**changes: Any) -> Transaction:
    fields: dict[str, Any] = {"chain": HUB, "messages": (send(),), "fee": FEE, "signers": (one(),)}
    return Transaction(**fields | changes)


def both(**changes: Any) -> Transaction:
    """Mine and yours, each in a way of its own."""
    return payment(
        messages=(send(), send(YOURS, MINE)),
        signers=(one(), one(YOU, account_number=8, sequence=0, **changes)),
    )


def shared(threshold: int = 2) -> tuple[Multisig, Transaction]:
    key = Multisig(threshold=threshold, keys=(ME.public_key, YOU.public_key, ALICE.public_key))
    account = key.address(HUB).text
    signer = Signer(key=key, account_number=9, sequence=4, mode=AMINO)
    return key, payment(messages=(send(account, YOURS),), signers=(signer,))


SAMPLES = [
    payment(),
    payment(memo="for <you> & me", timeout_height=5, signers=(one(mode=AMINO),)),
    payment(signers=(one(account_number=0, sequence=0),)),
    both(),
    both(mode=AMINO),
    both(mode=AUX),
    payment(
        fee=replace(FEE, payer=YOURS),
        signers=(one(mode=AUX), one(YOU)),
    ),
    payment(
        unordered=True,
        timeout_timestamp=Timestamp(seconds=2_000_000_000, nanos=5),
        signers=(one(sequence=0),),
    ),
    payment(messages=(AnyMessage(type_url="/other.v1.MsgDo", value=b"\x01"),)),
    shared()[1],
    shared(3)[1],
]


def test_every_kind_passes_the_kit() -> None:
    check_chain(HUB, samples=SAMPLES, keys=[each.key for each in (ME, YOU, ALICE)])


def test_one_signer_in_direct_signs_the_raw_bytes() -> None:
    """cosmos/tx/v1beta1/tx.proto: SignDoc."""
    made = payment()
    (request,) = made.requests()
    assert request.payload == made.raw
    doc = SIGN_DOC.decode(made.raw)
    assert (doc.chain_id, doc.account_number, doc.body_bytes) == ("cosmoshub-4", 7, made.body_bytes)


def test_amino_json_is_sorted_and_escaped_as_go_does() -> None:
    """Go, encoding/json: <, >, &, U+2028 and U+2029 are escapes; CosmJS leaves the last two as they are."""
    made = payment(memo='<&> "\u2028\u2029" é', signers=(one(mode=AMINO),))
    assert made.requests()[0].payload == (
        b'{"account_number":"7","chain_id":"cosmoshub-4","fee":{"amount":[{"amount":"2000","denom":"uatom"}],'
        b'"gas":"200000"},"memo":"\\u003c\\u0026\\u003e \\"\\u2028\\u2029\\" \xc3\xa9",'
        b'"msgs":[{"type":"cosmos-sdk/MsgSend",'
        b'"value":{"amount":[{"amount":"5","denom":"uatom"}],"from_address":"%s","to_address":"%s"}}],"sequence":"3"}'
    ) % (MINE.encode(), YOURS.encode())


def test_payer_granter_and_timeout_are_signed_in_json() -> None:
    made = payment(fee=replace(FEE, payer=MINE, granter=YOURS), timeout_height=12, signers=(one(mode=AMINO),))
    payload = made.requests()[0].payload
    assert b'"gas":"200000","granter":"%s","payer":"%s"}' % (YOURS.encode(), MINE.encode()) in payload
    assert payload.endswith(b'"sequence":"3","timeout_height":"12"}')


@pytest.mark.parametrize("character", "\b\f")
def test_json_that_nodes_write_in_two_ways_is_not_signed(character: str) -> None:
    """Go writes backspace and form feed as \\u0008 and \\u000c, and since 1.22 as \\b and \\f."""
    with pytest.raises(TransactionError, match="two ways"):
        payment(memo=f"a{character}", signers=(one(mode=AMINO),))
    assert payment(memo=f"a{character}").memo
    assert payment(memo=f"a\\{'b' if character == chr(8) else 'f'}", signers=(one(mode=AMINO),)).requests()


def test_each_of_several_signers_is_asked_and_all_must_answer() -> None:
    made = both(mode=AMINO)
    requests = made.requests()
    assert [request.key for request in requests] == [ME.public_key, YOU.public_key]
    assert requests[1].payload.startswith(b'{"account_number":"8"')
    mine, yours = collect(requests, ME), collect(requests, YOU)
    with pytest.raises(MissingSignature, match="signer 1"):
        made.assemble(mine)
    signed = made.assemble(merge(mine, yours))
    assert len(TX_RAW.decode(signed.raw).signatures) == 2
    assert signed == sign(made, ME, YOU)


def test_two_direct_signers_sign_documents_that_differ_in_the_account_number_only() -> None:
    first, second = (SIGN_DOC.decode(request.payload) for request in both().requests())
    assert (first.account_number, second.account_number) == (7, 8)
    assert replace(first, account_number=8) == second


def test_who_signs_in_direct_aux_signs_nothing_of_the_fee() -> None:
    made = both(mode=AUX)
    cheaper = replace(made, fee=Fee(amount=(), gas_limit=1))
    assert made.requests()[1].payload == cheaper.requests()[1].payload
    assert made.requests()[0].payload != cheaper.requests()[0].payload


def test_a_request_has_its_origin() -> None:
    origin = KeyOrigin(b"\1\2\3\4", Path.parse("m/44'/118'/0'/0/0"))
    made = payment(signers=(one(origins=(origin,)),))
    assert made.requests()[0].origin == origin
    assert made == payment()


def test_a_signature_of_another_key_is_refused() -> None:
    made = payment()
    other = sign(both(), ME, YOU).answers[1]
    assert other is not None
    with pytest.raises(InvalidSignature):
        made.assemble((Signature(scheme=other.scheme, data=other.data),))


# What it does


def test_effects_are_messages_memo_and_fee() -> None:
    made = payment(memo="12345", messages=(send(amount=6), send(denom="ibc/" + "AB" * 32)))
    mine, yours = HUB.account_id(MINE), HUB.account_id(YOURS)
    assert made.effects() == (
        Transfer(asset=ATOM, amount=6, source=mine, destination=yours),
        Transfer(asset=f"cosmos:cosmoshub-4/ibc:{'AB' * 32}", amount=5, source=mine, destination=yours),
        Statement(text="12345", meaning="memo"),
        Paid(asset=ATOM, at_most=2_000, payer=mine),
    )


@pytest.mark.parametrize(
    ("changes", "payer"),
    [({}, MINE), ({"payer": MINE}, MINE), ({"granter": YOURS}, YOURS), ({"granter": YOURS, "payer": MINE}, YOURS)],
)
def test_the_fee_is_paid_by_granter_payer_or_first_signer(changes: dict[str, Any], payer: str) -> None:
    made = payment(fee=replace(FEE, **changes))
    assert made.effects()[-1] == Paid(asset=ATOM, at_most=2_000, payer=HUB.account_id(payer))


def test_no_fee_is_a_fee_of_nothing() -> None:
    made = payment(fee=Fee(amount=(), gas_limit=1))
    assert made.effects()[-1] == Paid(asset=ATOM, at_most=0, payer=HUB.account_id(MINE))


def test_a_message_that_is_not_known_is_opaque_and_so_is_a_memo_that_hides() -> None:
    made = payment(messages=(AnyMessage(type_url="/other.v1.MsgDo", value=b"\x01"),), memo="a\u202eb")
    opaque = [each for each in made.effects() if isinstance(each, Opaque)]
    assert [each.data for each in opaque] == [b"\x01", "a\u202eb".encode()]
    assert "/other.v1.MsgDo" in opaque[0].why


def test_coins_of_several_givers_have_no_source() -> None:
    coins = (Coin(denom="uatom", amount=1),)
    made = payment(
        messages=(
            MsgMultiSend(
                inputs=(Input(address=MINE, coins=coins), Input(address=YOURS, coins=coins)),
                outputs=(Output(address=ALICES, coins=(Coin(denom="uatom", amount=2),)),),
            ),
        ),
        signers=(one(), one(YOU)),
    )
    assert made.effects()[0] == Transfer(asset=ATOM, amount=2, source="", destination=HUB.account_id(ALICES))


def test_rules_of_other_chains_bind_here() -> None:
    only = guard(ME, only_to([HUB.parse_address(YOURS)]), limit(ATOM, per_transaction=2_006), max_fee({ATOM: 2_000}))
    sign(payment(), only)
    for other in (payment(messages=(send(destination=ALICES),)), payment(messages=(send(amount=7),))):
        with pytest.raises(GuardRefused):
            sign(other, only)
    with pytest.raises(GuardRefused) as refused:
        sign(payment(fee=replace(FEE, amount=(Coin(denom="uosmo", amount=1),))), only)
    assert refused.value.rule == "max_fee"


@pytest.mark.parametrize("made", SAMPLES, ids=range(len(SAMPLES)))
def test_a_guard_builds_each_again(made: Transaction) -> None:
    holders = [guard(each, allow_opaque=True) for each in (ME, YOU, ALICE)]
    sign(made, *holders)


def test_a_guard_refuses_what_is_not_known_and_texts() -> None:
    unknown = payment(messages=(AnyMessage(type_url="/other.v1.MsgDo", value=b""),))
    with pytest.raises(GuardRefused) as refused:
        sign(unknown, guard(ME, refuse_opaque()))
    assert refused.value.rule == "refuse_opaque"
    with pytest.raises(GuardRefused):
        sign(payment(memo="hello"), guard(ME, no_statements()))
    sign(payment(memo="hello"), guard(ME, no_statements(memos=True)))


# Multisig accounts


def test_any_cosigners_will_do_and_the_first_are_taken() -> None:
    _, made = shared()
    requests = made.requests()
    assert [request.payload for request in requests] == [requests[0].payload] * 3
    mine, alices = collect(requests, ME), collect(requests, ALICE)
    with pytest.raises(MissingSignature, match="expected 2 of 3"):
        made.assemble(mine)
    two = made.assemble(merge(mine, alices))
    all_three = made.assemble(collect(requests, ME, YOU, ALICE))
    assert two != all_three
    assert all_three == replace(made.assemble(collect(requests, ME, YOU)), answers=all_three.answers)
    read: Any = HUB.decode_transaction(two.raw)
    assert read.transaction.with_account_numbers([9]) == made


def test_a_multisig_account_and_one_who_signs_the_bytes_do_not_go_together() -> None:
    key, made = shared()
    account = key.address(HUB).text
    with pytest.raises(TransactionError) as refused:
        replace(made, messages=(send(account, YOURS), send()), signers=(*made.signers, one()))
    assert refused.value.reason == "scheme"
    mixed = replace(made, messages=(send(account, YOURS), send()), signers=(*made.signers, one(mode=AMINO)))
    assert len(mixed.requests()) == 4
    sign(mixed, ME, YOU)


def test_keys_in_the_order_of_their_addresses() -> None:
    keys = (ME.public_key, YOU.public_key, ALICE.public_key)
    made = Multisig.sorted(2, keys, HUB)
    assert [HUB.address(key).payload for key in made.keys] == sorted(HUB.address(key).payload for key in keys)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 0},
        {"threshold": 3},
        {"threshold": True},
        {"keys": ()},
        {"keys": [ME.public_key]},
        {"keys": (ME.public_key, ME.public_key)},
        {"keys": (ME.public_key, b"\2" * 33)},
        {"keys": (PrivateKey(Curve.ED25519, Secret(b"\1" * 32)).public_key,), "threshold": 1},
    ],
)
def test_no_account_of_several_keys(changes: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"threshold": 2, "keys": (ME.public_key, YOU.public_key)}
    with pytest.raises(TransactionError):
        Multisig(**fields | changes)


def test_chains_with_other_keys_have_no_multisig_accounts_here() -> None:
    injective = chain("cosmos:injective-1", CosmosChain)
    with pytest.raises(TransactionError):
        Multisig(threshold=1, keys=(ME.public_key,)).address(injective)


# What is refused


def test_CO1_a_message_without_json_is_not_signed_in_json() -> None:
    """Whoever gives JSON beside the bytes could give another message: there is none but what the bytes say."""
    unknown = AnyMessage(type_url="/other.v1.MsgDo", value=b"\x01")
    with pytest.raises(TransactionError, match="no form in amino JSON"):
        payment(messages=(unknown,), signers=(one(mode=AMINO),))
    with pytest.raises(TransactionError, match="unordered"):
        payment(unordered=True, timeout_timestamp=Timestamp(seconds=1), signers=(one(sequence=0, mode=AMINO),))


def test_CO1_a_known_message_has_one_spelling() -> None:
    """Its Any, built by hand, would be told as Opaque and signed all the same."""
    raw = MsgSend.shape.codec.encode(send())
    with pytest.raises(TransactionError, match="MsgSend itself"):
        payment(messages=(AnyMessage(type_url="/cosmos.bank.v1beta1.MsgSend", value=raw),))


def test_CO1_the_same_transaction_for_another_chain_account_or_sequence_is_another_request() -> None:
    ids = set()
    for made in (
        payment(),
        payment(signers=(one(account_number=8),)),
        payment(signers=(one(sequence=4),)),
        payment(signers=(one(mode=AMINO),)),
        payment(chain=replace(HUB, chain_id="theta-testnet-001")),
    ):
        ids.add(made.requests()[0].id)
    assert len(ids) == 5


def test_SG30_addresses_of_another_chain_are_refused() -> None:
    osmo = OSMOSIS.address(YOU.public_key).text
    for changes in ({"messages": (send(destination=osmo),)}, {"fee": replace(FEE, granter=osmo)}, {"chain": OSMOSIS}):
        with pytest.raises(TransactionError) as refused:
            payment(**changes)
        assert refused.value.reason == "network"


def test_an_address_has_one_spelling() -> None:
    with pytest.raises(TransactionError) as refused:
        payment(messages=(send(destination=YOURS.upper()),))
    assert refused.value.reason == "non-canonical"


def test_a_validator_is_no_account() -> None:
    mine = HUB.validator(HUB.address(ME.public_key).payload).text
    delegation = MsgDelegate(delegator_address=MINE, validator_address=mine, amount=Coin(denom="uatom", amount=1))
    assert payment(messages=(delegation,))
    for wrong in (replace(delegation, validator_address=MINE), replace(delegation, delegator_address=mine)):
        with pytest.raises(TransactionError):
            payment(messages=(wrong,))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"messages": ()}, "type"),
        ({"messages": [send()]}, "type"),
        ({"messages": (b"\x01",)}, "type"),
        ({"messages": (Coin(denom="uatom", amount=1),)}, "type"),
        ({"messages": (send(YOURS),)}, "mismatch"),
        ({"messages": (send(), send(YOURS))}, "mismatch"),
        ({"messages": (send(YOURS), send()), "signers": (one(), one(YOU))}, "mismatch"),
        ({"signers": (one(), one(YOU))}, "mismatch"),
        ({"signers": (one(), one())}, "duplicate"),
        ({"signers": ()}, "length"),
        ({"signers": [one()]}, "type"),
        ({"signers": (one(mode=AUX),)}, "scheme"),
        ({"fee": None}, "type"),
        ({"fee": Fee(amount=[Coin(denom="uatom", amount=1)], gas_limit=1)}, "type"),  # type: ignore[arg-type]
        ({"fee": Fee(amount=(), gas_limit=-1)}, "range"),
        ({"fee": replace(FEE, payer=YOURS)}, "mismatch"),
        ({"fee": replace(FEE, payer="cosmos1")}, ""),
        ({"memo": None}, "type"),
        ({"memo": "\ud800"}, "character"),
        ({"memo": "x" * (1 << 20)}, "too-large"),
        ({"timeout_height": 1 << 64}, "range"),
        ({"timeout_height": True}, "type"),
        ({"unordered": True}, "mismatch"),
        ({"unordered": True, "timeout_timestamp": Timestamp(seconds=1)}, "mismatch"),
        ({"timeout_timestamp": 5}, "type"),
        ({"messages": (send(amount=-1),)}, "range"),
        ({"messages": (send(amount=1 << 256),)}, "range"),
        ({"messages": (send(amount=True),)}, "type"),
        ({"messages": (send(denom="u"),)}, "character"),
        ({"chain": chain("ethereum")}, "type"),
        ({"chain": chain("cosmos:beacon-chain")}, "scheme"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_no_transaction(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as refused:
        payment(**changes)
    if reason:
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ME.public_key.data},
        {"key": PrivateKey(Curve.ED25519, Secret(b"\1" * 32)).public_key},
        {"account_number": -1},
        {"account_number": 1 << 64},
        {"account_number": "7"},
        {"sequence": None},
        {"sequence": True},
        {"mode": 1},
        {"mode": SignMode.UNSPECIFIED},
        {"mode": "DIRECT"},
        {"origins": (None, None)},
        {"origins": [None]},
        {"origins": (1,)},
        {"key": Multisig(threshold=1, keys=(ME.public_key,))},
    ],
    ids=lambda value: "-".join(value),
)
def test_no_signer(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        one(**changes)


def test_what_is_not_known_cannot_be_signed() -> None:
    nobody = payment(signers=(one(key=None),))
    assert nobody.raw
    with pytest.raises(TransactionError) as refused:
        nobody.requests()
    assert refused.value.reason == "missing"
    unnumbered = payment(signers=(one(account_number=None),))
    for attempt in (lambda: unnumbered.raw, unnumbered.requests):
        with pytest.raises(TransactionError) as refused:
            attempt()
        assert refused.value.reason == "missing"
    assert unnumbered.with_account_numbers([7]) == payment()
    with pytest.raises(TransactionError):
        unnumbered.with_account_numbers([7, 8])
