"""Calls of tokens: what moves, who may take it, and what no bytes say. Calldata are eth-abi's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.calldata import ALL, ME, WHERE, account, calldata, named, owned, said, told
from walletcore.effects import Approve, Call, Opaque, Transfer

ANYONE = st.binary(min_size=20, max_size=20)
NUMBER = st.integers(0, ALL) | st.sampled_from([0, 1, 2**255, ALL])
BOB, CAROL, NOBODY = account(0x42), account(0x43), bytes(20)
COIN, NFT, MANY = owned("erc20"), owned("erc721"), owned("erc1155")


def called(name: str, *arguments: tuple[str, str]) -> Call:
    return Call(target=WHERE.account_id, name=name, arguments=arguments)


# -- ERC-20


@given(ANYONE, NUMBER)
def test_an_allowance_that_grows_is_of_an_amount_that_nobody_knows(spender: bytes, added: int) -> None:
    name = "increaseAllowance(address,uint256)"
    effect, call = told(calldata(name, spender, added))
    assert effect == Approve(asset=COIN, amount=None, spender=named(spender), source=ME)
    assert call == called(name, ("spender", named(spender)), ("addedValue", str(added)))
    assert told(calldata(name, spender, added), erc20=[WHERE]) == (effect, call)


def test_an_allowance_that_shrinks_allows_nothing() -> None:
    name = "decreaseAllowance(address,uint256)"
    assert said(calldata(name, BOB, 5)) == called(name, ("spender", named(BOB)), ("subtractedValue", "5"))


def test_what_is_burnt_is_an_amount_of_contracts_that_are_known_only() -> None:
    burnt = Transfer(asset=COIN, amount=5, source=ME, destination=named(NOBODY))
    assert said(calldata("burn(uint256)", 5), erc20=[WHERE]) == burnt
    effect, call = told(calldata("burn(uint256)", 5))
    assert effect == Transfer(asset=COIN, amount=None, source=ME, destination=named(NOBODY))
    assert call == called("burn(uint256)", ("value or tokenId", "5"))
    other = Transfer(asset=COIN, amount=5, source=named(BOB), destination=named(NOBODY))
    assert said(calldata("burnFrom(address,uint256)", BOB, 5)) == other


def test_coins_are_wrapped_and_unwrapped_where_the_contract_is_known() -> None:
    """Vault.vy of yearn-vaults takes all of a token with deposit(), as far as it is allowed to."""
    data = calldata("deposit()")
    assert said(data) == Opaque(why=f"calls {WHERE.account_id}", data=data)
    assert said(data, erc20=[WHERE]) == called("deposit()")
    data = calldata("withdraw(uint256)", 5)
    assert said(data) == Opaque(why=f"calls {WHERE.account_id}", data=data)
    assert said(data, erc20=[WHERE]) == called("withdraw(uint256)", ("wad", "5"))


# -- ERC-777, ERC-1363


def given_to(to: bytes, data: bytes = b"\x01") -> Opaque:
    return Opaque(why=f"gives data to {named(to)}", data=data)


@given(ANYONE, ANYONE, NUMBER)
def test_tokens_are_sent_with_data_for_whoever_gets_them(source: bytes, to: bytes, amount: int) -> None:
    mine = Transfer(asset=COIN, amount=amount, source=ME, destination=named(to))
    theirs = Transfer(asset=COIN, amount=amount, source=named(source), destination=named(to))
    assert said(calldata("send(address,uint256,bytes)", to, amount, b"")) == mine
    assert said(calldata("operatorSend(address,address,uint256,bytes,bytes)", source, to, amount, b"", b"")) == theirs
    assert told(calldata("send(address,uint256,bytes)", to, amount, b"\x01")) == (mine, given_to(to))
    data = calldata("operatorSend(address,address,uint256,bytes,bytes)", source, to, amount, b"\x02", b"\x01")
    assert told(data) == (theirs, given_to(to, b"\x02"), given_to(to))
    both = [
        ("transferAndCall(address,uint256)", (to, amount), mine),
        ("transferAndCall(address,uint256,bytes)", (to, amount, b"\x01"), mine),
        ("transferFromAndCall(address,address,uint256)", (source, to, amount), theirs),
        ("transferFromAndCall(address,address,uint256,bytes)", (source, to, amount, b"\x01"), theirs),
    ]
    for name, arguments, moved in both:
        effect, call, *more = told(calldata(name, *arguments))
        assert effect == moved
        assert more == ([given_to(to)] if arguments[-1] == b"\x01" else [])
        assert isinstance(call, Call)
        assert call.name == name
        assert call.arguments[-1][1] in ("0x01", str(amount))


def test_an_allowance_and_a_call_of_who_has_it() -> None:
    allowed = Approve(asset=COIN, amount=ALL, spender=named(BOB), source=ME)
    for name, more in (("approveAndCall(address,uint256)", ()), ("approveAndCall(address,uint256,bytes)", (b"\x01",))):
        effect, call, *rest = told(calldata(name, BOB, ALL, *more))
        assert effect == allowed
        assert rest == [given_to(BOB)] * len(more)
        assert isinstance(call, Call)
        assert call.arguments[:2] == (("spender", named(BOB)), ("value", str(ALL)))


def test_operators_of_all_tokens_and_burnt_ones_of_erc777() -> None:
    effect, call = told(calldata("authorizeOperator(address)", BOB))
    assert effect == Approve(asset=COIN, amount=None, spender=named(BOB), source=ME)
    assert call == called("authorizeOperator(address)", ("operator", named(BOB)))
    nothing = Approve(asset=COIN, amount=0, spender=named(BOB), source=ME)
    assert said(calldata("revokeOperator(address)", BOB)) == nothing
    burnt = Transfer(asset=COIN, amount=5, source=ME, destination=named(NOBODY))
    assert said(calldata("burn(uint256,bytes)", 5, b"\x01")) == burnt
    theirs = Transfer(asset=COIN, amount=5, source=named(CAROL), destination=named(NOBODY))
    assert said(calldata("operatorBurn(address,uint256,bytes,bytes)", CAROL, 5, b"", b"")) == theirs


# -- ERC-721, ERC-1155


@given(ANYONE, ANYONE, NUMBER)
def test_one_collectible_moves_by_its_name(source: bytes, to: bytes, number: int) -> None:
    moved = Transfer(asset=f"{NFT}/{number}", amount=1, source=named(source), destination=named(to))
    name = "safeTransferFrom(address,address,uint256"
    assert said(calldata(f"{name})", source, to, number)) == moved
    assert said(calldata(f"{name},bytes)", source, to, number, b"")) == moved
    assert told(calldata(f"{name},bytes)", source, to, number, b"\xab")) == (moved, given_to(to, b"\xab"))


def test_an_operator_may_take_all_of_a_collection() -> None:
    name = "setApprovalForAll(address,bool)"
    effect, call = told(calldata(name, BOB, True))
    assert effect == Approve(asset=NFT, amount=None, spender=named(BOB), source=ME)
    assert call == called(name, ("operator", named(BOB)), ("approved", "true"))
    assert said(calldata(name, BOB, False)) == Approve(asset=NFT, amount=0, spender=named(BOB), source=ME)


@given(ANYONE, ANYONE, st.lists(st.tuples(NUMBER, NUMBER), max_size=4))
def test_amounts_of_several_tokens_move_by_their_names(source: bytes, to: bytes, moved: list[tuple[int, int]]) -> None:
    expected = [
        Transfer(asset=f"{MANY}/{number}", amount=amount, source=named(source), destination=named(to))
        for number, amount in moved
    ]
    numbers, amounts = [number for number, _ in moved], [amount for _, amount in moved]
    name = "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"
    effects = list(told(calldata(name, source, to, numbers, amounts, b"\x01")))
    assert effects[-1] == given_to(to)
    assert effects[:-1] == expected or not moved
    effects = list(told(calldata(name, source, to, numbers, amounts, b"")))
    assert effects == expected or (not moved and [type(each) for each in effects] == [Call])
    single = "safeTransferFrom(address,address,uint256,uint256,bytes)"
    for number, amount in moved[:1]:
        assert said(calldata(single, source, to, number, amount, b"")) == expected[0]
        assert told(calldata(single, source, to, number, amount, b"\x01")) == (expected[0], given_to(to))


def test_more_ids_than_amounts_are_no_transfer() -> None:
    """ERC-1155: such a call must revert."""
    name = "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"
    for numbers, amounts in (([1, 2], [1]), ([1], [1, 2]), ([], [1])):
        data = calldata(name, BOB, CAROL, numbers, amounts, b"")
        assert said(data) == Opaque(why=f"calls {WHERE.account_id}", data=data)


# -- what is never guessed

EACH: list[tuple[str, tuple[Any, ...]]] = [
    ("increaseAllowance(address,uint256)", (BOB, 5)),
    ("burn(uint256)", (5,)),
    ("send(address,uint256,bytes)", (BOB, 5, b"")),
    ("transferAndCall(address,uint256,bytes)", (BOB, 5, b"")),
    ("safeTransferFrom(address,address,uint256)", (BOB, CAROL, 5)),
    ("safeTransferFrom(address,address,uint256,bytes)", (BOB, CAROL, 5, b"")),
    ("setApprovalForAll(address,bool)", (BOB, False)),
    ("safeTransferFrom(address,address,uint256,uint256,bytes)", (BOB, CAROL, 5, 1, b"")),
    ("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", (BOB, CAROL, [5], [1], b"")),
]


@pytest.mark.parametrize(("name", "arguments"), EACH)
def test_other_bytes_than_the_abi_gives_are_opaque(name: str, arguments: tuple[Any, ...]) -> None:
    data = calldata(name, *arguments)
    assert not any(isinstance(effect, Opaque) for effect in told(data))
    spoiled = [data + b"\0", data + bytes(32), data[:-1], data[:-32] or data[:3]]
    spoiled += [data[:4] + b"\x01" + data[5:]] if "(address" in name else []
    for other in spoiled:
        assert said(other) == Opaque(why=f"calls {WHERE.account_id}", data=other)


def test_a_bool_of_two_and_data_that_are_not_filled_up_with_zeros_are_opaque() -> None:
    for data in (
        calldata("setApprovalForAll(address,uint256)", BOB, 2),
        calldata("safeTransferFrom(address,address,uint256,bytes)", BOB, CAROL, 5, b"abc")[:-1] + b"\x01",
    ):
        fixed = bytes.fromhex("a22cb465") + data[4:] if len(data) == 68 else data
        assert said(fixed) == Opaque(why=f"calls {WHERE.account_id}", data=fixed)


def test_an_offset_that_leads_to_the_same_place_in_another_way_is_opaque() -> None:
    """Contracts follow it: two arguments may share bytes, and what is read first is not what is used."""
    name = "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"
    data = calldata(name, BOB, CAROL, [1], [1], b"")
    place = 4 + 3 * 32
    shared = data[:place] + data[place - 32 : place] + data[place + 32 :]
    assert isinstance(said(shared), Opaque)
