"""Transactions of type 4 against eth-account and rlp, and everything that is refused."""

from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from hypothesis import given

from support.evm import (
    ALICE,
    ETHEREUM,
    MALLORY,
    authorization,
    delegation,
    secrets,
    set_code_transactions,
    signer,
    theirs,
)
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import GWEI, SetCodeTransaction, erc20, least_gas
from walletcore.effects import Authority, Fee, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.signing import sign

ME, HIM = (f"eip155:1:{ETHEREUM.address(each.public_key)}" for each in (ALICE, MALLORY))
ENTRY = [b"\x01", b"\x55" * 20, b"\x03", b"", b"\x01", b"\x01"]


def refused(call: Any, *args: Any, **options: Any) -> str:
    """The reason for which the call is refused."""
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    assert type(caught.value) is TransactionError
    return caught.value.reason


def with_field(place: int, value: Any) -> bytes:
    """A signed transaction with one field of its list changed."""
    fields = list(rlp.decode(sign(delegation(), ALICE).raw[1:]))
    fields[place] = value
    return b"\x04" + bytes(rlp.encode(fields))


@given(set_code_transactions(), secrets)
def test_eth_account_signs_the_same_bytes(transaction: SetCodeTransaction, secret: bytes) -> None:
    holder = signer(secret)
    result = sign(replace(transaction, sender=holder.public_key), holder)
    other = theirs(transaction, secret)
    assert (result.raw, result.id) == (bytes(other.raw_transaction), f"0x{bytes(other.hash).hex()}")
    assert Account.recover_transaction(result.raw) == ETHEREUM.address(holder.public_key).text  # of EIP-55
    assert transaction.chain.decode_transaction(result.raw) == result
    assert transaction.chain.transaction_id(result.raw) == result.id
    keys = [holder.public_key]
    read = transaction.chain.decode_transaction(transaction.raw, keys=keys, allow_every_chain=True)
    assert read == result.transaction


def test_the_rlp_package_reads_the_fields_in_the_order_of_EIP_7702() -> None:
    (listed,) = delegation().authorizations
    assert rlp.decode(delegation(value=9, data=b"\x01\x02").raw[1:]) == [
        b"\x01",
        b"\x07",
        GWEI.to_bytes(4),
        (30 * GWEI).to_bytes(5),
        (21_000).to_bytes(2),
        b"\x42" * 20,
        b"\x09",
        b"\x01\x02",
        [],
        [rlp.decode(listed.raw)],
    ]


def test_effects_are_the_authorities_before_what_moves() -> None:
    moved = Transfer(asset=ETHEREUM.asset, amount=10**18, source=ME, destination=f"eip155:1:0x{'42' * 20}")
    fee = Fee(asset=ETHEREUM.asset, at_most=21_000 * 30 * GWEI, payer=ME)
    runs = Authority(account=HIM, change=f"it runs the code of eip155:1:0x{'55' * 20} (EIP-7702)")
    assert delegation().effects() == sign(delegation(), ALICE).effects() == (runs, moved, fee)
    ends = sign(authorization(address=ETHEREUM.account(bytes(20))), MALLORY)
    cleared = replace(runs, change="it runs no contract's code any more (EIP-7702)")
    assert delegation(authorizations=(ends,)).effects()[0] == cleared
    everywhere = delegation(0, allow_every_chain=True).effects()[0]
    assert everywhere == replace(runs, change=runs.change + ", on every chain")


def test_each_authorization_is_told_and_opaque_where_nobody_signed_it() -> None:
    signed = sign(authorization(), MALLORY)
    effects = delegation(authorizations=(signed, replace(signed, parity=7), signed)).effects()
    assert [type(each) for each in effects] == [Authority, Opaque, Authority, Transfer, Fee]
    assert [type(each) for each in delegation(5).effects()] == [Opaque, Transfer, Fee]


def test_each_authorization_costs_25_000_gas() -> None:
    """EIP-7702, "Gas Costs": PER_EMPTY_ACCOUNT_COST."""
    assert least_gas(delegation()) == 46_000
    assert least_gas(delegation(1, 1, 1)) == 96_000
    assert least_gas(delegation(data=b"\x01" * 1_000)) == 21_000 + 25_000 + 16_000
    assert least_gas(delegation(data=b"\x01" * 2_000)) == 21_000 + 40 * 2_000  # EIP-7623


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to": None}, "missing"),
        ({"to": None, "allow_endowment": True}, "missing"),
        ({"authorizations": ()}, "length"),
        ({"authorizations": []}, "type"),
        ({"authorizations": None}, "type"),
        ({"authorizations": (b"",)}, "type"),
        ({"authorizations": (authorization(),)}, "type"),
        ({"authorizations": (sign(authorization(), MALLORY),) * 1025}, "length"),
        ({"max_priority_fee": 31 * GWEI}, "mismatch"),  # ET04
        ({"value": True}, "type"),  # ET09
        ({"nonce": 2**64 - 1}, "range"),  # ET03
    ],
)
def test_fields_that_no_network_takes_are_refused(changes: dict[str, Any], expected: str) -> None:
    assert refused(delegation, **changes) == expected


def test_ET12_authorizations_for_every_chain_are_to_be_named() -> None:
    assert refused(delegation, 0) == "policy"
    assert refused(delegation, 1, 0) == "policy"
    for flag in (False, None, 1, "yes"):
        assert refused(delegation, 1, 0, allow_every_chain=flag) == "policy"
    named = delegation(1, 0, allow_every_chain=True)
    assert refused(ETHEREUM.decode_transaction, named.raw, keys=[ALICE.public_key]) == "policy"
    assert ETHEREUM.decode_transaction(named.raw, keys=[ALICE.public_key], allow_every_chain=True) == named
    signed = sign(named, ALICE)
    assert ETHEREUM.decode_transaction(signed.raw) == signed  # what the network takes is read


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (0, b"\x02", "network"),
        (0, b"", "network"),  # ET01
        (1, b"\xff" * 8, "range"),  # ET03
        (5, b"", "missing"),
        (5, bytes(19), "length"),  # ET08
        (6, b"\x01" + bytes(32), "range"),  # ET02
        (8, [[bytes(19), []]], "length"),
        (9, [], "length"),
        (9, b"", "type"),
        (9, [[]], "length"),
        (9, [b""], "type"),
        (9, [ENTRY[:5]], "length"),
        (9, [[*ENTRY, b""]], "length"),
        (9, [[b"\x01", bytes(19), *ENTRY[2:]]], "length"),
        (9, [[b"\x01" * 33, *ENTRY[1:]]], "range"),
        (9, [[b"\x00", *ENTRY[1:]]], "non-canonical"),  # R27
        (9, [[*ENTRY[:2], b"\x01" * 9, *ENTRY[3:]]], "range"),
        (9, [[*ENTRY[:3], b"\x01\x00", *ENTRY[4:]]], "range"),
        (9, [[*ENTRY[:4], b"\x01" * 33, b"\x01"]], "range"),
        (9, [[*ENTRY[:5], b"\x00\x01"]], "non-canonical"),
        (9, [[*ENTRY[:5], []]], "type"),
        (9, [ENTRY] * 1025, "length"),
        (10, b"\x02", "range"),
        (11, b"", "range"),
        (12, b"\xff" * 32, "range"),
        (12, (0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140).to_bytes(32), "non-canonical"),
    ],
)
def test_ET14_fields_that_no_engine_takes_are_refused(place: int, value: Any, expected: str) -> None:
    assert refused(ETHEREUM.decode_transaction, with_field(place, value)) == expected


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY,
        [b"", *ENTRY[1:]],
        [b"\x02", *ENTRY[1:]],
        [*ENTRY[:3], b"\xff", *ENTRY[4:]],
        [*ENTRY[:4], b"", b""],
        [*ENTRY[:4], b"\xff" * 32, b"\xff" * 32],
        [*ENTRY[:2], b"\xff" * 8, *ENTRY[3:]],
    ],
)
def test_ET14_whatever_authorization_the_network_takes_is_read(entry: Any) -> None:
    """EIP-7702, "Behavior": a transaction is valid whether its authorizations are or not."""
    raw = with_field(9, [entry])
    read = ETHEREUM.decode_transaction(raw)
    assert isinstance(read, SignedTransaction)
    assert read.raw == raw


def test_T01_R29_bytes_that_end_early_or_go_on_are_refused() -> None:
    for raw in (delegation().raw, sign(delegation(), ALICE).raw):
        assert {refused(ETHEREUM.decode_transaction, raw[:size]) for size in range(len(raw))} == {"truncated"}
        assert refused(ETHEREUM.decode_transaction, raw + b"\x00") == "trailing"


@pytest.mark.parametrize("count", [0, 1, 9, 11, 12, 14])
def test_ET10_other_numbers_of_fields_are_refused(count: int) -> None:
    fields = [*rlp.decode(sign(delegation(), ALICE).raw[1:]), b""]
    assert refused(ETHEREUM.decode_transaction, b"\x04" + bytes(rlp.encode(fields[:count]))) == "length"


def test_ET14_a_flipped_bit_is_refused_or_makes_another_sender() -> None:
    raw = sign(delegation(), ALICE).raw
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        try:
            decoded = ETHEREUM.decode_transaction(bytes(flipped))
        except TransactionError:
            continue
        assert isinstance(decoded, SignedTransaction)
        assert decoded.transaction.sender != ALICE.public_key
        assert decoded.raw == bytes(flipped)


@pytest.mark.parametrize("every", [1, 0])
def test_an_account_that_takes_code_is_no_token(every: int) -> None:
    """SimpleWallet.sol has ``transfer(address,uint256)``, which gives coins: what the new code does, nobody reads."""
    data = erc20.transfer(ETHEREUM.account(b"\x42" * 20), 5)
    made = delegation(every, to=ETHEREUM.address(MALLORY.public_key), value=0, data=data, allow_every_chain=True)
    assert made.effects()[1] == Opaque(why=f"calls {HIM}", data=data)
    other = replace(made, to=ETHEREUM.account(b"\x70" * 20), allow_every_chain=True)
    assert isinstance(other.effects()[1], Transfer)
