"""Guards see through batches and Safes, and no name of an asset hides another kind of the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from support.calldata import calldata
from support.evm import ALICE, ETHEREUM, transfer
from support.guarded import ETH, case_of, refusal
from walletcore.chains.evm import GWEI, erc20
from walletcore.effects import Approve, Transfer
from walletcore.errors import GuardRefused
from walletcore.signers.guard import guard
from walletcore.signers.rule import Rule
from walletcore.signers.rules import (
    limit,
    max_fee,
    no_authority_change,
    no_unlimited_approval,
    only_assets,
    only_to,
    refuse_opaque,
)
from walletcore.signing import sign

USDC = ETHEREUM.account(bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"))
BOB, CAROL, BATCH = (ETHEREUM.account(bytes([number]) * 20) for number in (0x42, 0x43, 0x77))
MULTI_SEND = ETHEREUM.parse_address("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D")
TOKEN, NFT, MANY = (f"eip155:1/{kind}:{USDC.text}" for kind in ("erc20", "erc721", "erc1155"))
EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"


def judged(rule: Rule, data: bytes, to: Any = USDC, value: int = 0) -> str:
    """Return nothing where a rule admits a transaction with these calldata, or the effect that it does not like."""
    try:
        list(rule.plans(case_of(transfer(to=to, value=value, data=data, gas=200_000))))
    except GuardRefused as error:
        return str(error.effect or error)
    return ""


def executed(to: Any, value: int, data: bytes, operation: int = 0) -> bytes:
    nobody = bytes(20)
    return calldata(EXEC, to.payload, value, data, operation, 0, 0, 0, nobody, nobody, b"\x01" * 65)


def packed(*calls: tuple[Any, int, bytes]) -> bytes:
    each = [b"\0" + to.payload + value.to_bytes(32) + len(data).to_bytes(32) + data for to, value, data in calls]
    return calldata("multiSend(bytes)", b"".join(each))


PAYS = erc20.transfer(BOB, 5)
EXECUTED = calldata("execute(address,uint256,bytes)", USDC.payload, 0, PAYS)
HIDING = {
    "aggregate3": calldata("aggregate3((address,bool,bytes)[])", [(USDC.payload, False, PAYS)]),
    "multicall": calldata(
        "aggregate((address,bytes)[])",
        [(BATCH.payload, calldata("aggregate((address,bytes)[])", [(USDC.payload, PAYS)]))],
    ),
    "Safe": executed(USDC, 0, PAYS),
    "MultiSend": executed(MULTI_SEND, 0, packed((USDC, 0, PAYS)), 1),
    "account": calldata("executeBatch((address,uint256,bytes)[])", [(USDC.payload, 0, PAYS)]),
    "entry point": calldata(
        "handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)",
        [(BATCH.payload, 0, b"", EXECUTED, bytes(32), 0, bytes(32), b"", b"")],
        CAROL.payload,
    ),
    "permit2": calldata("transferFrom(address,address,uint160,address)", CAROL.payload, BOB.payload, 5, USDC.payload),
}


@pytest.mark.parametrize("name", HIDING)
def test_a_limit_holds_for_tokens_that_a_batch_moves(name: str) -> None:
    data = HIDING[name]
    assert judged(limit(TOKEN, per_transaction=5), data, BATCH) == ""
    assert judged(limit(TOKEN, per_transaction=4), data, BATCH).startswith("transfer 5 of eip155:1/erc20")
    assert judged(only_assets(TOKEN), data, BATCH) == ""
    assert judged(only_assets(ETH), data, BATCH).startswith("transfer 5 of eip155:1/erc20")
    assert judged(only_to([BOB, BATCH]), data, BATCH) == ""
    assert judged(only_to([CAROL, BATCH]), data, BATCH).startswith("transfer 5 of")
    assert judged(only_to([BOB]), data, BATCH).startswith(f"call {BATCH.account_id}")
    assert judged(refuse_opaque(), data, BATCH) == ""


def test_a_limit_adds_up_what_a_batch_moves() -> None:
    twice = calldata("aggregate((address,bytes)[])", [(USDC.payload, PAYS)] * 2)
    assert judged(limit(TOKEN, per_transaction=10), twice, BATCH) == ""
    assert judged(limit(TOKEN, per_transaction=9), twice, BATCH) != ""
    itself = calldata("multicall(bytes[])", [PAYS, PAYS])
    assert judged(limit(TOKEN, per_transaction=9), itself) != ""


def test_coins_of_a_safe_count_as_all_that_leaves() -> None:
    fee = 200_000 * 30 * GWEI
    data = executed(BOB, 10**18, b"")
    assert judged(limit(ETH, per_transaction=10**18 + fee), data, BATCH) == ""
    assert judged(limit(ETH, per_transaction=10**18 + fee - 1), data, BATCH) != ""


@pytest.mark.parametrize(
    "rule", [limit(ETH, per_transaction=10**30), only_assets(ETH), refuse_opaque()], ids=lambda r: r.name
)
def test_what_one_call_of_a_batch_hides_is_refused_for_all_of_it(rule: Rule) -> None:
    strange = (USDC.payload, b"\xde\xad\xbe\xef")
    for data in (
        calldata("aggregate((address,bytes)[])", [(BOB.payload, b""), strange]),
        calldata("multicall(bytes[])", [calldata("deposit()"), b"\x01"]),
        executed(MULTI_SEND, 0, packed((BOB, 0, b""), (USDC, 0, b"\x01")), 1),
        executed(USDC, 0, PAYS, 1),
    ):
        assert judged(rule, data, BATCH).startswith("unknown: ")


@pytest.mark.parametrize(
    "rule", [no_authority_change(), limit(ETH, per_transaction=10**30), only_to([BATCH, BOB])], ids=lambda r: r.name
)
def test_who_comes_to_control_a_safe_is_seen_within_its_transactions(rule: Rule) -> None:
    change = calldata("swapOwner(address,address,address)", bytes(19) + b"\x01", BOB.payload, CAROL.payload)
    for data in (
        change,
        executed(BATCH, 0, change),
        executed(MULTI_SEND, 0, packed((BOB, 0, b""), (BATCH, 0, change)), 1),
        calldata("transferOwnership(address)", CAROL.payload),
    ):
        assert judged(rule, data, BATCH).startswith(f"change who controls {BATCH.account_id}")


# -- collectibles, and contracts of more than one kind

FOR_ALL = calldata("setApprovalForAll(address,bool)", BOB.payload, True)
ONE = calldata("safeTransferFrom(address,address,uint256)", CAROL.payload, BOB.payload, 7)
SEVEN = calldata("safeTransferFrom(address,address,uint256,uint256,bytes)", CAROL.payload, BOB.payload, 7, 3, b"")
OPEN = erc20.transfer_from(CAROL, BOB, 7)


@pytest.mark.parametrize("asset", [TOKEN, NFT, f"{NFT}/7", MANY, f"{MANY}/7"])
def test_an_operator_of_all_tokens_is_over_every_limit_of_the_contract(asset: str) -> None:
    assert judged(limit(asset, per_transaction=2**256 - 1), FOR_ALL).startswith(
        f"allow {BOB.account_id} to spend an unknown"
    )
    nothing = calldata("setApprovalForAll(address,bool)", BOB.payload, False)
    assert judged(limit(NFT, per_transaction=0), nothing) == ""


def test_an_operator_of_all_tokens_is_unlimited_and_named() -> None:
    assert judged(no_unlimited_approval(most=2**256 - 1), FOR_ALL) != ""
    assert judged(only_to([CAROL, USDC]), FOR_ALL) != ""
    assert judged(only_to([BOB, USDC]), FOR_ALL) == ""
    assert judged(only_assets(ETH), FOR_ALL) != ""
    for added in (0, 5):
        grows = calldata("increaseAllowance(address,uint256)", BOB.payload, added)
        assert judged(no_unlimited_approval(), grows) != ""
        assert judged(limit(TOKEN, per_transaction=10**9), grows) != ""


def test_a_collection_stands_for_each_of_its_tokens_and_one_token_for_itself() -> None:
    for data, kind, amount in ((ONE, NFT, 1), (SEVEN, MANY, 3)):
        for asset in (kind, f"{kind}/7"):
            assert judged(only_assets(asset), data) == ""
            assert judged(limit(asset, per_transaction=amount), data) == ""
            assert judged(limit(asset, per_transaction=amount - 1), data) != ""
        assert judged(only_assets(f"{kind}/8"), data) != ""
        assert judged(only_assets(f"{kind}/70"), data) != ""
        assert judged(limit(f"{kind}/8", per_transaction=0), data) == ""
        assert judged(limit(f"{kind}/70", per_transaction=0), data) == ""


def test_one_token_is_not_another_whose_id_begins_like_it() -> None:
    seventy = calldata("safeTransferFrom(address,address,uint256)", CAROL.payload, BOB.payload, 70)
    assert judged(limit(f"{NFT}/7", per_transaction=0), seventy) == ""
    assert judged(only_assets(f"{NFT}/7"), seventy) != ""


def test_a_token_that_moves_by_the_name_of_another_kind_is_not_overlooked() -> None:
    """Some contracts are of ERC-20 and of ERC-721 together: what the one moves, the other has no more."""
    most = 2**256 - 1
    for asset, data in (
        (TOKEN, ONE),
        (TOKEN, SEVEN),
        (NFT, OPEN),
        (f"{NFT}/7", OPEN),
        (MANY, ONE),
        (f"{NFT}/7", SEVEN),
    ):
        assert judged(limit(asset, per_transaction=most), data) != ""
        assert judged(only_assets(asset), data) != ""
    elsewhere = f"eip155:1/erc721:{BOB.text}"
    polygon = NFT.replace("eip155:1/", "eip155:137/")
    for asset in (elsewhere, f"{elsewhere}/7", ETH, polygon):
        for data in (ONE, SEVEN, OPEN, FOR_ALL):
            assert judged(limit(asset, per_transaction=most), data) == ""


def test_what_an_amount_of_another_kind_is_does_not_matter() -> None:
    rule, plain = limit(TOKEN, per_transaction=2**256 - 1), case_of(transfer())
    for effect in (
        Transfer(asset=f"{NFT}/7", amount=0, source="", destination=BOB.account_id),
        Approve(asset=NFT, amount=0, spender=BOB.account_id),
    ):
        error = refusal(lambda effect=effect: list(rule.plans(replace(plain, effects=(effect,)))))
        assert error.effect == effect


# -- whole


def test_a_guarded_key_signs_a_batch_within_its_bounds_and_none_beyond() -> None:
    key = guard(
        ALICE, only_to([BOB, BATCH]), only_assets(TOKEN), limit(TOKEN, per_transaction=10), max_fee({ETH: 10**18})
    )

    def batch(amount: int) -> Any:
        data = calldata("aggregate3((address,bool,bytes)[])", [(USDC.payload, False, erc20.transfer(BOB, amount))] * 2)
        return transfer(to=BATCH, value=0, data=data, gas=200_000)

    assert sign(batch(5), key).raw
    error = refusal(lambda: sign(batch(6), key))
    assert (error.rule, str(error.effect)[:13]) == ("limit", "transfer 6 of")


def test_what_is_refused_when_it_is_sent_is_refused_when_a_token_gives_it() -> None:
    """A bridge reads in the data of `transferAndCall` who gets the tokens on the other side."""
    bridge, data = BATCH, calldata("x(address)", CAROL.payload)[4:]
    assert judged(refuse_opaque(), data, bridge)
    for name in ("transferAndCall", "approveAndCall"):
        given = calldata(f"{name}(address,uint256,bytes)", bridge.payload, 5, data)
        assert judged(refuse_opaque(), given).startswith("unknown: gives data to")
        assert judged(limit(TOKEN, per_transaction=5), given).startswith("unknown")
        assert judged(refuse_opaque(), calldata(f"{name}(address,uint256,bytes)", bridge.payload, 5, b"")) == ""


def test_a_delegation_that_calls_itself_is_no_token() -> None:
    """EIP-7702: the sender's own code decides, and ``transfer`` of a wallet gives coins."""
    sender = ETHEREUM.address(ALICE.public_key)
    made = transfer(sender=ALICE.public_key, to=sender, value=0, data=PAYS, gas=200_000)
    with pytest.raises(GuardRefused):
        list(refuse_opaque().plans(case_of(made)))
