"""Transactions of VeChain: what is signed, by whom, what it does, and what is none."""

from dataclasses import replace
from typing import Any

import pytest

from support.evm import signer
from support.vechain import ALICE, MALLORY, ME, TESTNET, VECHAIN, YOU, legacy, other, transfer
from support.vectors import Case, vectors
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.vechain import Clause, LegacyTransaction, Transaction, VeChain
from walletcore.chains.vechain.chain import VTHO
from walletcore.effects import Approve, Call, Fee, Opaque, Transfer
from walletcore.errors import GuardRefused, InvalidSignature, MissingSignature, TransactionError, Unsupported
from walletcore.hashes import blake2b_256
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signers.guard import guard
from walletcore.signers.rules import max_fee, only_to, refuse_opaque
from walletcore.signing import Signature, collect, merge, sign
from walletcore.testing import check_chain

RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1
KEYS = [ALICE.key, MALLORY.key]


def of(case: Case) -> Transaction | LegacyTransaction:
    """The transaction of a published case, of nobody yet."""
    given = case.input
    row = other(given["chain_tag"])
    clauses = tuple(
        Clause(
            to=row.account(bytes.fromhex(each["to"])) if "to" in each else None,
            value=int(each["value"]),
            data=bytes.fromhex(each["data"]),
        )
        for each in given["clauses"]
    )
    common: dict[str, Any] = {name: int(given[name]) for name in ("expiration", "gas", "nonce")}
    common |= {"chain": row, "clauses": clauses, "block_ref": bytes.fromhex(given["block_ref"])}
    if "gas_price_coef" in given:
        return LegacyTransaction(**common, gas_price_coef=given["gas_price_coef"])
    common |= {name: int(given[name]) for name in ("max_fee", "max_priority_fee")}
    return Transaction(**common)


@vectors("vechain/transactions")
def test_published_transactions_have_their_bytes_and_signatures(case: Case) -> None:
    holder, expect = signer(bytes.fromhex(case.input["private_key"])), case.expect
    made = replace(of(case), sender=holder.public_key)
    signed: SignedTransaction[Any] = sign(made, holder)
    found = {
        "preimage": made.raw.hex(),
        "sighash": made.signing_hash.hex(),
        "intrinsic_gas": str(made.intrinsic_gas),
        "raw": signed.raw.hex(),
        "signature": signed.raw[-65:].hex(),
        "id": signed.id.removeprefix("0x"),
    }
    assert {name: found[name] for name in expect if name != "result"} == {
        name: value for name, value in expect.items() if name != "result"
    }
    assert made.chain.decode_transaction(made.raw, keys=[holder.public_key]) == made
    assert made.chain.decode_transaction(signed.raw) == signed


def test_the_row_says_the_chain_tag() -> None:
    """VeChain documentation, "Transaction Model": 0x4a on the main network, 0x27 on the test network."""
    assert (VECHAIN.chain_tag, TESTNET.chain_tag) == (0x4A, 0x27)


def test_every_kind_passes_the_kit() -> None:
    paid: dict[str, Any] = {"delegated": True, "delegator": MALLORY.public_key}
    samples = [
        each(**changes)
        for each in (transfer, legacy)
        for changes in (
            {},
            paid,
            {"depends_on": b"\7" * 32, "block_ref": bytes(8), "nonce": 0, "expiration": 0},
            {"clauses": ()},
            {"clauses": (Clause(to=None, data=b"\1"), Clause(to=YOU, value=2**256 - 1, data=bytes(200)))},
        )
    ]
    check_chain(VECHAIN, samples=samples, keys=KEYS)


def test_the_delegator_signs_the_hash_and_the_sender() -> None:
    """VIP-191: hash(signing hash || origin)."""
    made = transfer(delegated=True, delegator=MALLORY.public_key)
    first, second = made.requests()
    assert (first.key, first.payload) == (ALICE.public_key, made.raw)
    assert (second.key, second.payload) == (MALLORY.public_key, blake2b_256(made.raw) + ME.payload)
    signed = sign(made, ALICE, MALLORY)
    assert len(signed.raw) - len(sign(transfer(), ALICE).raw) == 65 + 1  # and the byte of the feature
    read = VECHAIN.decode_transaction(signed.raw, keys=[MALLORY.public_key])
    assert read == signed
    assert signed.effects()[-1] == Fee(
        asset=VECHAIN.fee_asset, at_most=21_000 * 10**13, payer=VECHAIN.address(MALLORY.public_key).account_id
    )


def test_both_sign_where_they_are() -> None:
    made = legacy(delegated=True, delegator=MALLORY.public_key)
    one, two = collect(made.requests(), ALICE), collect(made.requests(), MALLORY)
    assert made.assemble(merge(one, two)) == sign(made, ALICE, MALLORY)
    with pytest.raises(MissingSignature):
        made.assemble(one)
    with pytest.raises(InvalidSignature):
        made.assemble(one[::-1])


def test_without_the_delegators_key_only_the_sender_is_asked() -> None:
    made = transfer(delegated=True)
    (request,) = made.requests()
    assert request.id == transfer(delegated=True, delegator=MALLORY.public_key).requests()[0].id
    with pytest.raises(MissingSignature, match="the delegator's signature is missing"):
        made.assemble((ALICE.sign(request),))
    assert made.effects()[-1] == Fee(asset=VECHAIN.fee_asset, at_most=21_000 * 10**13)


def test_what_is_delegated_is_signed() -> None:
    assert transfer().raw != transfer(delegated=True).raw
    assert transfer().signing_hash != transfer(delegated=True).signing_hash


@pytest.mark.parametrize("make", [transfer, legacy])
def test_every_field_is_signed(make: Any) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"block_ref": b"\1" * 8},
        {"expiration": 33},
        {"gas": 21_001},
        {"nonce": 8},
        {"depends_on": b"\1" * 32},
        {"delegated": True},
        {"clauses": ()},
        {"clauses": (Clause(to=YOU, value=1),)},
        {"clauses": (Clause(to=ME, value=10**18),)},
        {"clauses": (Clause(to=YOU, value=10**18, data=b"\1"),)},
        {"clauses": (Clause(to=YOU, value=10**18),) * 2},
        {"max_fee": 10**13 + 1} if make is transfer else {"gas_price_coef": 127},
        {"max_priority_fee": 1} if make is transfer else {"gas_price_coef": 0},
    ]
    assert len({make(**each).signing_hash for each in changes}) == len(changes)
    assert make(chain=TESTNET).raw != make().raw


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("another family", {"chain": "vechain"}, "type"),
    ("a sender that is no key", {"sender": b"\2" * 33}, "type"),
    ("a sender of another curve", {"sender": PublicKey(Curve.ED25519, RFC8032_KEY)}, "type"),
    ("a delegator that is no key", {"delegated": True, "delegator": b"\2" * 33}, "type"),
    ("an origin that is none", {"origin": "m"}, "type"),
    ("a delegator's origin that is none", {"delegator_origin": "m"}, "type"),
    ("a delegator of nothing", {"delegator": MALLORY.public_key}, "mismatch"),
    ("the sender as delegator", {"delegated": True, "delegator": ALICE.public_key}, "duplicate"),
    ("a number for a bool", {"delegated": 1}, "type"),
    ("7 bytes of a block", {"block_ref": bytes(7)}, "length"),
    ("a block as text", {"block_ref": "0x0150aabbccddeeff"}, "length"),
    ("an expiration of 33 bits", {"expiration": 1 << 32}, "range"),
    ("an expiration below zero", {"expiration": -1}, "range"),
    ("an expiration as a float", {"expiration": 1.1}, "type"),
    ("gas of 65 bits", {"gas": 1 << 64}, "range"),
    ("gas as a bool", {"gas": True}, "type"),
    ("a nonce of 65 bits", {"nonce": 1 << 64}, "range"),
    ("31 bytes of an id", {"depends_on": bytes(31)}, "length"),
    ("no bytes of an id", {"depends_on": b""}, "length"),
    ("clauses in a list", {"clauses": [Clause(to=YOU)]}, "type"),
    ("a clause that is none", {"clauses": ({"to": YOU},)}, "type"),
    ("a destination as text", {"clauses": (Clause(to=YOU.text),)}, "type"),  # type: ignore[arg-type]
    ("a destination elsewhere", {"clauses": (Clause(to=TESTNET.account(YOU.payload)),)}, "network"),
    ("a destination with another text", {"clauses": (Clause(to=replace(YOU, text=ME.text)),)}, "mismatch"),
    ("a destination of 19 bytes", {
        "clauses": (Clause(to=Address(chain=VECHAIN, text=YOU.text, payload=bytes(19))),),
    }, "length"),
    ("a value of 257 bits", {"clauses": (Clause(to=YOU, value=1 << 256),)}, "range"),
    ("a value below zero", {"clauses": (Clause(to=YOU, value=-1),)}, "range"),
    ("a value as a bool", {"clauses": (Clause(to=YOU, value=True),)}, "range"),
    ("data as text", {"clauses": (Clause(to=YOU, data="0x"),)}, "type"),  # type: ignore[arg-type]
    ("clauses above the limit", {"clauses": (Clause(to=YOU),) * 2501}, "too-large"),
    ("more than a node takes", {"clauses": (Clause(to=YOU, data=bytes(64 << 10)),)}, "too-large"),
    ("more than a node takes, in all", {"clauses": (Clause(to=YOU, data=bytes(30_000)),) * 3}, "too-large"),
]  # fmt: skip


@pytest.mark.parametrize("make", [transfer, legacy])
@pytest.mark.parametrize(("changes", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_transaction_is_refused(make: Any, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        make(**{"chain": VECHAIN, **changes})
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


@pytest.mark.parametrize(
    ("make", "changes", "reason"),
    [
        (legacy, {"gas_price_coef": 256}, "range"),
        (legacy, {"gas_price_coef": -1}, "range"),
        (legacy, {"gas_price_coef": 1.1}, "type"),
        (transfer, {"max_fee": 1 << 256}, "range"),
        (transfer, {"max_fee": "1"}, "type"),
        (transfer, {"max_priority_fee": 10**13 + 1}, "range"),
        (transfer, {"max_priority_fee": -1}, "range"),
    ],
)
def test_prices_have_bounds(make: Any, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        make(**changes)
    assert caught.value.reason == reason


def test_without_its_sender_nobody_is_asked() -> None:
    with pytest.raises(TransactionError, match="sender key unknown") as caught:
        transfer(sender=None).requests()
    assert caught.value.reason == "missing"


def test_requests_say_where_the_keys_are() -> None:
    here, there = (KeyOrigin(fingerprint=bytes([n]) * 4, path=Path.parse("m/44'/818'/0'/0/0")) for n in (1, 2))
    made = transfer(delegated=True, delegator=MALLORY.public_key, origin=here, delegator_origin=there)
    assert [each.origin for each in made.requests()] == [here, there]
    assert made.requests()[0] is made.requests()[0] or made.requests() == made.requests()


def test_a_flipped_bit_is_no_signature() -> None:
    (request,) = transfer().requests()
    good = ALICE.sign(request)
    bad = Signature(scheme=good.scheme, data=bytes([good.data[0] ^ 1]) + good.data[1:], recovery=good.recovery)
    with pytest.raises(InvalidSignature):
        transfer().assemble((bad,))


# -- effects

ASSET = "vechain:b1ac3413d346d43539627e6be7ec1b4a/slip44:818"  # ChainAgnostic/namespaces vechain/caip2.md
TOKEN = VECHAIN.account(b"\x70" * 20)
WORD = bytes(12) + YOU.payload
FEE = Fee(asset=VECHAIN.fee_asset, at_most=21_000 * 10**13, payer=ME.account_id)


def effects(*clauses: Clause, **changes: Any) -> tuple[Any, ...]:
    return transfer(clauses=clauses, **changes).effects()


def test_each_clause_is_told_and_the_fee_is_paid_in_vtho() -> None:
    moved = Transfer(asset=ASSET, amount=5, source=ME.account_id, destination=YOU.account_id)
    assert effects(Clause(to=YOU, value=5), Clause(to=YOU)) == (moved, replace(moved, amount=0), FEE)
    assert effects() == (FEE,)
    assert VECHAIN.fee_asset.endswith("/vip180:0x0000000000000000000000000000456E65726779")


def test_a_contract_is_opaque() -> None:
    created = Opaque(why="creates a contract", data=b"\1")
    assert effects(Clause(to=None, data=b"\1")) == (created, FEE)
    moved, empty, _ = effects(Clause(to=None, value=1))
    assert (moved.destination, empty.why) == ("", "creates a contract without code")


def test_tokens_are_told() -> None:
    asset = f"{VECHAIN.caip2}/vip180:{TOKEN.text}"
    data = bytes.fromhex("a9059cbb") + WORD + (6).to_bytes(32)
    moved = Transfer(asset=asset, amount=6, source=ME.account_id, destination=YOU.account_id)
    assert effects(Clause(to=TOKEN, data=data)) == (moved, FEE)
    for wrong in (data[:-1], data + b"\0", data[:4] + b"\1" + data[5:], b"\1" + data[1:]):
        assert effects(Clause(to=TOKEN, data=wrong)) == (Opaque(why=f"calls {TOKEN.account_id}", data=wrong), FEE)


def test_a_number_that_may_be_the_id_of_a_token_is_no_amount() -> None:
    data = bytes.fromhex("095ea7b3") + WORD + (6).to_bytes(32)
    allowed, called, _ = effects(Clause(to=TOKEN, data=data))
    assert allowed == Approve(
        asset=VECHAIN.token(TOKEN.text), amount=None, spender=YOU.account_id, source=ME.account_id
    )
    arguments = (("spender", YOU.account_id), ("value or tokenId", "6"))
    assert called == Call(target=TOKEN.account_id, name="approve(address,uint256)", arguments=arguments)
    vtho = VECHAIN.parse_address(VTHO)
    known, _ = effects(Clause(to=vtho, data=data))
    assert known == Approve(asset=VECHAIN.fee_asset, amount=6, spender=YOU.account_id, source=ME.account_id)
    told, _ = transfer(clauses=(Clause(to=TOKEN, data=data),)).effects(vip180=[TOKEN])
    assert told == replace(allowed, amount=6)


def test_what_is_taken_of_others_has_its_source() -> None:
    data = bytes.fromhex("23b872dd") + WORD + bytes(12) + ME.payload + (6).to_bytes(32)
    moved, called, _ = effects(Clause(to=TOKEN, data=data))
    assert (moved.source, moved.destination, moved.amount) == (YOU.account_id, ME.account_id, None)
    assert dict(called.arguments) == {"from": YOU.account_id, "to": ME.account_id, "value or tokenId": "6"}


@pytest.mark.parametrize("wrong", ["0x", ["0x"], [VTHO], 1])
def test_known_tokens_are_addresses(wrong: Any) -> None:
    with pytest.raises(TransactionError):
        transfer().effects(vip180=wrong)


def test_a_fee_without_a_type_is_known_where_the_base_price_is() -> None:
    assert legacy().effects()[-1] == Fee(asset=VECHAIN.fee_asset, at_most=None, payer=ME.account_id)
    row = VeChain(name="known", genesis=VECHAIN.genesis, base_gas_price=10**15)
    made = legacy(chain=row, gas_price_coef=255, clauses=())
    assert made.max_price == 2 * 10**15  # gas price = bgp + bgp * gpc / 255, tx/transaction.go
    assert legacy(chain=row, gas_price_coef=0, clauses=()).max_price == 10**15


def test_a_guard_judges_the_clauses() -> None:
    rules = (only_to([YOU]), refuse_opaque(), max_fee({VECHAIN.fee_asset: 10**18}))
    guarded = guard(ALICE, *rules)
    sign(transfer(), guarded)
    for changes in (
        {"clauses": (Clause(to=YOU), Clause(to=ME, value=1))},
        {"clauses": (Clause(to=YOU, data=b"\1"),)},
        {"max_fee": 10**14},
    ):
        with pytest.raises(GuardRefused):
            sign(transfer(**changes), guarded)


@pytest.mark.parametrize(
    "changes",
    [
        {"genesis": "0x00"},
        {"genesis": VECHAIN.genesis.upper()},
        {"genesis": VECHAIN.genesis + "\n"},
        {"genesis": 1},
        {"base_gas_price": -1},
        {"base_gas_price": True},
        {"base_gas_price": 1 << 128},
        {"vip180": [VTHO]},
    ],
)
def test_a_row_is_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        VeChain(**{"name": "row", "genesis": VECHAIN.genesis, **changes})
