"""Theta's transactions: published figures, what they do, and what is refused."""

import pickle
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore import Wallet, chain, sign
from walletcore.chains.base import SignedTransaction
from walletcore.chains.theta import (
    CHAINS,
    Coins,
    DepositStake,
    DepositStakeV2,
    Input,
    Output,
    Send,
    SmartContract,
    StakeRewardDistribution,
    ThetaChain,
    WithdrawStake,
)
from walletcore.chains.theta.transaction import AnyTransaction
from walletcore.coding import rlp
from walletcore.effects import Authority, Call, Fee, Opaque, Transfer
from walletcore.errors import AddressError, MissingSignature, TransactionError, Unsupported
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, merge

THETA = chain("theta", ThetaChain)
PRIVATE = ThetaChain(name="privatenet", chain_id="privatenet")


def holder(number: int) -> LocalSigner:
    return LocalSigner(PrivateKey(Curve.SECP256K1, Secret(number.to_bytes(32))))


ALICE, BOB, MALLORY = holder(7), holder(8), holder(9)
YOU = THETA.account(b"\x42" * 20)


def given_by(who: LocalSigner = ALICE, *, theta: int = 0, tfuel: int = 0, row: ThetaChain = THETA) -> Input:
    coins = Coins(theta=theta, tfuel=tfuel)
    return Input(account=row.address(who.public_key), key=who.public_key, sequence=1, coins=coins)


def send(**changes: Any) -> Send:
    fields: dict[str, Any] = {
        "chain": THETA,
        "fee": 3 * 10**17,
        "inputs": (given_by(theta=10, tfuel=20 + 3 * 10**17),),
        "outputs": (Output(account=YOU, coins=Coins(theta=10, tfuel=20)),),
    }
    return Send(**{**fields, **changes})


def call(**changes: Any) -> SmartContract:
    fields: dict[str, Any] = {"chain": THETA, "source": given_by(tfuel=5), "to": YOU, "gas": 100, "gas_price": 4}
    return SmartContract(**{**fields, "data": b"\x01\x02", **changes})


def deposit(**changes: Any) -> DepositStakeV2:
    node = {"bls_public_key": b"\x01" * 48, "bls_pop": b"\x02" * 96, "holder_signature": b"\x03" * 65}
    fields: dict[str, Any] = {"chain": THETA, "fee": 9, "source": given_by(theta=1000), "holder": YOU, "purpose": 1}
    return DepositStakeV2(**{**fields, **node, **changes})


def distribution(**changes: Any) -> StakeRewardDistribution:
    fields: dict[str, Any] = {"chain": THETA, "fee": 9, "holder": given_by(), "beneficiary": YOU}
    return StakeRewardDistribution(**{**fields, "split_basis_point": 250, **changes})


STAKES = (
    DepositStake(chain=THETA, fee=9, source=given_by(theta=1000), holder=YOU, purpose=0),
    deposit(),
    deposit(purpose=2, source=given_by(tfuel=7), bls_public_key=b"", bls_pop=b"", holder_signature=b""),
    WithdrawStake(chain=THETA, fee=9, source=given_by(), holder=YOU, purpose=2),
)
EACH: tuple[AnyTransaction, ...] = (send(), call(), call(to=None), *STAKES, distribution())
each = pytest.mark.parametrize("transaction", EACH, ids=lambda made: f"{type(made).__name__}-{made.number}")


# -- published figures


@vectors("chains/theta")
def test_addresses_of_profiles(case: Case) -> None:
    row = chain(case.input["chain"], ThetaChain)
    with Wallet.from_mnemonic(case.input["mnemonic"]) as wallet:
        address = wallet.address(row, index=case.input["index"], profile=case.input["profile"])
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert str(row.path(index=case.input["index"])) == case.input["path"]


@vectors("theta/transactions")
def test_transactions_have_the_published_bytes(case: Case) -> None:
    row = ThetaChain(name="row", chain_id=case.input["network"])
    signer = LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"]))))
    outputs = tuple(
        Output(account=row.parse_address(out["address"]), coins=Coins(theta=int(theta), tfuel=int(tfuel)))
        for out in case.input["outputs"]
        for theta, tfuel in (out["amounts"],)
    )
    fee = int(case.input["fee"])
    total = Coins(theta=sum(o.coins.theta for o in outputs), tfuel=sum(o.coins.tfuel for o in outputs) + fee)
    source = Input(
        account=row.address(signer.public_key), key=signer.public_key, sequence=case.input["sequence"], coins=total
    )
    signed = sign(Send(chain=row, fee=fee, inputs=(source,), outputs=outputs), signer)
    assert signed.raw.hex() == case.expect["raw"]
    assert keccak256(signed.transaction.raw).hex() == case.expect["sighash"]
    assert (source.account.text, case.expect["signature"] in signed.raw.hex()) == (case.expect["sender"], True)
    assert row.decode_transaction(signed.raw) == signed


# -- round trips


@each
@pytest.mark.parametrize("wrapper", [1, 2])
def test_what_is_signed_is_read_again(transaction: AnyTransaction, wrapper: int) -> None:
    transaction = replace(transaction, wrapper=wrapper)
    again = THETA.decode_transaction(transaction.raw, keys=[ALICE.public_key])
    assert (again, again.raw) == (transaction, transaction.raw)
    assert again.requests() == transaction.requests()  # type: ignore[union-attr]
    signed = sign(transaction, ALICE)
    read = THETA.decode_transaction(signed.raw)
    assert (read, read.raw) == (signed, signed.raw)
    assert THETA.transaction_id(signed.raw) == signed.id == "0x" + keccak256(signed.raw).hex()
    assert signed.effects() == transaction.effects()


@each
def test_it_is_a_value_that_pickles(transaction: AnyTransaction) -> None:
    assert pickle.loads(pickle.dumps(transaction)) == transaction
    assert hash(transaction) == hash(replace(transaction))


@each
def test_wrapper_2_is_what_is_signed_with_1_0_0_at_its_end(transaction: AnyTransaction) -> None:
    first = rlp.decode(transaction.raw)
    assert rlp.decode(replace(transaction, wrapper=2).raw) == (*first, b"\x01", b"", b"")


@each
def test_every_flipped_bit_of_a_signed_transaction_is_refused(transaction: AnyTransaction) -> None:
    raw = sign(transaction, ALICE).raw
    for place in range(len(raw)):
        flipped = raw[:place] + bytes((raw[place] ^ 1 << place % 8,)) + raw[place + 1 :]
        with pytest.raises(TransactionError):
            THETA.decode_transaction(flipped)


@each
def test_T01_bytes_that_end_early_or_late_are_refused(transaction: AnyTransaction) -> None:
    for raw in (transaction.raw, sign(transaction, ALICE).raw):
        for wrong in (raw + b"\x80", *(raw[:end] for end in range(0, len(raw), 7))):
            with pytest.raises(TransactionError):
                THETA.decode_transaction(wrong)


NESTED = st.recursive(st.binary(max_size=24), lambda items: st.lists(items, max_size=8), max_leaves=20)


@given(st.integers(0, 12), NESTED)
def test_any_fields_are_read_or_refused_by_a_transaction_error(number: int, fields: Any) -> None:
    raw = rlp.encode(rlp.encode_uint(number)) + rlp.encode(fields)
    with pytest.raises(TransactionError):
        THETA.decode_transaction(raw)


# -- several accounts


def test_several_accounts_give_and_each_signs() -> None:
    outputs = (Output(account=YOU, coins=Coins(theta=10, tfuel=5)),)
    transaction = send(fee=2, inputs=(given_by(theta=10), given_by(BOB, tfuel=7)), outputs=outputs)
    assert [request.key for request in transaction.requests()] == [ALICE.public_key, BOB.public_key]
    parts = [collect(transaction.requests(), each) for each in (ALICE, BOB)]
    with pytest.raises(MissingSignature):
        transaction.assemble(parts[0])
    signed = transaction.assemble(merge(*parts))
    assert THETA.decode_transaction(signed.raw, keys=[BOB.public_key, ALICE.public_key]) == signed
    assert [effect.source for effect in transaction.effects() if isinstance(effect, Transfer)] == ["", ""]


def test_keys_that_are_not_all_of_the_signers_are_refused() -> None:
    raw = sign(send(), ALICE).raw
    with pytest.raises(TransactionError) as caught:
        THETA.decode_transaction(raw, keys=[BOB.public_key])
    assert caught.value.reason == "mismatch"


def test_without_keys_it_is_read_and_not_asked_for() -> None:
    read = THETA.decode_transaction(send().raw)
    assert read.effects() == send().effects()
    with pytest.raises(TransactionError, match="unknown") as caught:
        read.requests()  # type: ignore[union-attr]
    assert caught.value.reason == "missing"


# -- effects


def test_effects_of_coins_sent() -> None:
    source = given_by().account.account_id
    assert send().effects() == (
        Transfer(asset="theta:mainnet/slip44:500", amount=10, source=source, destination=YOU.account_id),
        Transfer(asset="theta:mainnet/slip44:589", amount=20, source=source, destination=YOU.account_id),
        Fee(asset="theta:mainnet/slip44:589", at_most=3 * 10**17, payer=source),
    )


def test_effects_of_contracts() -> None:
    moved, code, fee = call().effects()
    assert isinstance(moved, Transfer)
    assert moved.amount == 5
    assert code == Opaque(why=f"calls {YOU.account_id}", data=b"\x01\x02")
    assert isinstance(fee, Fee)
    assert fee.at_most == 400
    assert call(to=None).effects()[1] == Opaque(why="creates a contract", data=b"\x01\x02")
    assert [type(effect) for effect in call(data=b"").effects()] == [Transfer, Fee]


def test_effects_of_stakes() -> None:
    moved, called, _ = deposit().effects()
    assert isinstance(moved, Transfer)
    assert (moved.amount, moved.destination) == (1000, YOU.account_id)
    assert called == Call(target=YOU.account_id, name="DepositStakeV2", arguments=(("purpose", "guardian"),))
    assert [type(effect) for effect in STAKES[3].effects()] == [Call, Fee]
    change = f"2.50 % of its staking rewards go to {YOU.account_id}"
    assert distribution().effects()[0] == Authority(account=given_by().account.account_id, change=change)


# -- what is refused


def refused(make: Any, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        make()
    assert caught.value.reason == reason


OTHER = CHAINS[1].account(b"\x42" * 20)
NOT_SENT: list[tuple[dict[str, Any], str]] = [
    ({"fee": True}, "type"),
    ({"fee": -1}, "range"),
    ({"fee": 1 << 256}, "range"),
    ({"fee": 1}, "mismatch"),
    ({"chain": PRIVATE}, "network"),
    ({"chain": "theta"}, "type"),
    ({"wrapper": 3}, "range"),
    ({"wrapper": True}, "range"),
    ({"inputs": ()}, "type"),
    ({"inputs": [given_by()]}, "type"),
    ({"outputs": ()}, "type"),
    ({"outputs": (YOU,)}, "type"),
    ({"inputs": (given_by(theta=10, tfuel=20),)}, "mismatch"),
    ({"inputs": (given_by(theta=11, tfuel=20 + 3 * 10**17),)}, "mismatch"),
    ({"inputs": (given_by(theta=5, tfuel=20 + 3 * 10**17), given_by(theta=5))}, "duplicate"),
    ({"outputs": (Output(account=given_by().account, coins=Coins(theta=10, tfuel=20)),)}, "duplicate"),
    ({"outputs": (Output(account=OTHER, coins=Coins(theta=10, tfuel=20)),)}, "network"),
    (
        {"outputs": (Output(account=replace(YOU, text="0x" + "43" * 20), coins=Coins(theta=10, tfuel=20)),)},
        "mismatch",
    ),
    ({"inputs": (replace(given_by(theta=10, tfuel=20 + 3 * 10**17), key=MALLORY.public_key),)}, "mismatch"),
    ({"outputs": tuple(Output(account=THETA.account(n.to_bytes(20)), coins=Coins()) for n in range(512))}, "too-large"),
]


@pytest.mark.parametrize(("changes", "reason"), NOT_SENT)
def test_coins_that_are_not_sent(changes: dict[str, Any], reason: str) -> None:
    refused(lambda: send(**changes), reason)


NOT_CALLED: list[tuple[dict[str, Any], str]] = [
    ({"source": given_by().account}, "type"),
    ({"to": "0x" + "42" * 20}, "type"),
    ({"to": THETA.account(bytes(20))}, "range"),
    ({"gas": 1 << 64}, "range"),
    ({"gas": 2**63, "gas_price": 2**200}, "range"),
    ({"gas_price": 1.0}, "type"),
    ({"data": "0x00"}, "type"),
    ({"data": bytes((1 << 20) + 1)}, "type"),
]


@pytest.mark.parametrize(("changes", "reason"), NOT_CALLED)
def test_contracts_that_are_not_called(changes: dict[str, Any], reason: str) -> None:
    refused(lambda: call(**changes), reason)


NOT_STAKED: list[tuple[dict[str, Any], str]] = [
    ({"purpose": 0}, "range"),
    ({"purpose": 3}, "range"),
    ({"purpose": True}, "range"),
    ({"purpose": 2}, "mismatch"),
    ({"source": given_by(tfuel=1)}, "mismatch"),
    ({"bls_public_key": bytes(47)}, "length"),
    ({"bls_pop": "aa"}, "length"),
    ({"holder": OTHER}, "network"),
]


@pytest.mark.parametrize(("changes", "reason"), NOT_STAKED)
def test_stakes_that_are_not_deposited(changes: dict[str, Any], reason: str) -> None:
    refused(lambda: deposit(**changes), reason)


def test_other_stakes_that_are_refused() -> None:
    refused(lambda: replace(STAKES[3], source=given_by(theta=1)), "range")
    refused(lambda: distribution(split_basis_point=1001), "range")
    refused(lambda: distribution(holder=given_by(theta=1)), "range")
    refused(lambda: Coins(theta=-1), "range")
    refused(lambda: replace(given_by(), sequence=0), "range")
    refused(lambda: replace(given_by(), coins=(1, 2)), "type")  # type: ignore[arg-type]


def remade(raw: bytes, change: Any) -> bytes:
    """The signed bytes with their fields changed."""
    number, fields = cast("tuple[rlp.Item, rlp.Item]", rlp.decode(rlp.join((raw,))))
    return rlp.encode(number) + rlp.encode(change(fields))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: ((b"\x01", f[0][1]), *f[1:]), "range"),  # a fee of THETA
        (lambda f: (*f, b""), "length"),
        (lambda f: (f[0], f[1][0], f[2]), "length"),  # an input where a list of them stands
        (lambda f: (f[0], (), f[2]), "type"),
        (lambda f: (f[0], ((*f[1][0][:3], f[1][0][3][:64] + b"\x1b"),), f[2]), "length"),  # v of 27
        (lambda f: (f[0], ((*f[1][0][:3], b""),), f[2]), "length"),
        (lambda f: (f[0], ((*f[1][0][:3], bytes(65)),), f[2]), "range"),
        (lambda f: (f[0], ((f[1][0][0], f[1][0][1], b"\x00\x01", f[1][0][3]),), f[2]), "non-canonical"),
        (lambda f: (f[0], ((b"\x42" * 19, *f[1][0][1:]),), f[2]), "length"),
        (lambda f: (f[0], ((f[1][0][0], f[1][0][1], b"\x02", f[1][0][3]),), f[2]), "mismatch"),
    ],
)
def test_fields_that_no_wallet_writes_are_refused(change: Any, reason: str) -> None:
    raw = remade(sign(send(), ALICE).raw, change)
    refused(lambda: THETA.decode_transaction(raw), reason)


def test_the_higher_value_of_s_is_refused() -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

    def mirrored(fields: Any) -> Any:
        signature = fields[1][0][3]
        s = (order - int.from_bytes(signature[32:64])).to_bytes(32)
        return fields[0], ((*fields[1][0][:3], signature[:32] + s + bytes((1 - signature[64],))),), fields[2]

    raw = remade(sign(send(), ALICE).raw, mirrored)
    refused(lambda: THETA.decode_transaction(raw), "non-canonical")


def test_a_type_that_is_none_of_a_wallet_s_is_refused() -> None:
    raw = sign(send(), ALICE).raw
    for number in (0, 1, 3, 4, 5, 6, 12):
        refused(
            lambda number=number: THETA.decode_transaction(rlp.encode(rlp.encode_uint(number)) + raw[1:]), "version"
        )


def test_what_is_signed_for_another_network_is_refused() -> None:
    refused(lambda: PRIVATE.decode_transaction(send().raw), "network")
    refused(lambda: PRIVATE.decode_transaction(sign(send(), ALICE).raw), "mismatch")


def test_other_lists_than_the_one_that_is_signed_are_refused() -> None:
    fields = rlp.decode(send().raw)
    assert isinstance(fields, tuple)
    for wrong, reason in (
        ((b"\x01", *fields[1:]), "type"),
        ((*fields, b"\x02", b"", b""), "length"),
        ((*fields[:5], ()), "length"),
        (fields[:5], "type"),
    ):
        refused(lambda wrong=wrong: THETA.decode_transaction(rlp.encode(wrong)), reason)


def test_signatures_in_what_is_to_be_signed_are_refused() -> None:
    signed = sign(send(), ALICE).raw
    payload = rlp.encode(b"mainnet") + signed
    refused(lambda: THETA.decode_transaction(rlp.encode((b"", b"", b"", bytes(20), b"", payload))), "non-canonical")


def test_arguments_of_other_types_are_refused() -> None:
    refused(lambda: THETA.decode_transaction("02"), "type")  # type: ignore[arg-type]
    refused(lambda: THETA.decode_transaction(b""), "type")
    refused(lambda: THETA.decode_transaction(send().raw, keys=["key"]), "type")  # type: ignore[list-item]
    refused(lambda: THETA.transaction_id(send().raw), "missing")


@pytest.mark.parametrize("chain_id", ["", "a b", "x" * 33, 1, "é"])
def test_ids_that_no_network_has_are_refused(chain_id: Any) -> None:
    with pytest.raises(Unsupported):
        ThetaChain(name="x", chain_id=chain_id)


def test_A01_addresses_have_their_checksum() -> None:
    text = given_by().account.text
    assert THETA.parse_address(text) == given_by().account
    assert THETA.parse_address(text.lower(), allow_unchecked=True) == given_by().account
    for wrong in (text.lower(), text[:-1], text.swapcase(), text[2:], 5):
        with pytest.raises(AddressError):
            THETA.parse_address(wrong)  # type: ignore[arg-type]
    with pytest.raises(AddressError):
        THETA.address(ALICE.public_key, kind="p2pkh")


def test_signed_means_signed() -> None:
    assert isinstance(THETA.decode_transaction(sign(send(), ALICE).raw), SignedTransaction)
    assert THETA.takes(send())
    assert not THETA.takes(given_by())
