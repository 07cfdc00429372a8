"""Allowances by signatures in calldata, and Permit2. Calldata are eth-abi's."""

from typing import Any

import pytest

from support.calldata import ALL, ME, WHERE, account, calldata, named, owned, said, told
from walletcore.chains.evm import Evm
from walletcore.effects import Approve, Call, Effect, Opaque, Transfer

BOB, CAROL, DAVE = account(0x42), account(0x43), account(0x44)
USDC, DAI = account(0x51), account(0x52)
COIN, NFT = owned("erc20"), owned("erc721")
RS: tuple[Any, ...] = (27, bytes([1]) * 32, bytes([2]) * 32)
SIGNED, NONCE = b"\x03" * 65, bytes([9]) * 32


def lent(
    asset: str, amount: int, spender: bytes = CAROL, source: str = named(BOB), until: int | None = None
) -> Approve:
    return Approve(asset=asset, amount=amount, spender=named(spender), source=source, until=until)


def moved(asset: str, amount: int, to: bytes = CAROL) -> Transfer:
    return Transfer(asset=asset, amount=amount, source=named(BOB), destination=named(to))


@pytest.mark.parametrize("amount", [0, 1, ALL])
def test_a_permit_is_an_allowance_of_who_signed_it(amount: int) -> None:
    allowed = lent(COIN, amount)
    name = "permit(address,address,uint256,uint256,"
    assert said(calldata(f"{name}uint8,bytes32,bytes32)", BOB, CAROL, amount, 9, *RS)) == allowed
    assert said(calldata(f"{name}bytes)", BOB, CAROL, amount, 9, SIGNED)) == allowed


def test_a_permit_of_dai_is_for_all_or_nothing() -> None:
    name = "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)"
    assert said(calldata(name, BOB, CAROL, 7, 9, True, *RS)) == lent(COIN, ALL)
    assert said(calldata(name, BOB, CAROL, 7, 9, False, *RS)) == lent(COIN, 0)


def test_a_permit_for_one_collectible_does_not_name_its_owner() -> None:
    allowed = lent(f"{NFT}/7", 1, source="")
    name = "permit(address,uint256,uint256,"
    assert said(calldata(f"{name}bytes)", CAROL, 7, 9, SIGNED)) == allowed
    assert said(calldata(f"{name}uint8,bytes32,bytes32)", CAROL, 7, 9, *RS)) == allowed


@pytest.mark.parametrize("word", ["transfer", "receive"])
def test_an_authorization_moves_tokens_of_who_signed_it(word: str) -> None:
    name = f"{word}WithAuthorization(address,address,uint256,uint256,uint256,bytes32,"
    for more, kinds in ((RS, "uint8,bytes32,bytes32)"), ((SIGNED,), "bytes)")):
        assert said(calldata(name + kinds, BOB, CAROL, 5, 1, 2, NONCE, *more)) == moved(COIN, 5)


def test_an_authorization_that_is_taken_back_moves_nothing() -> None:
    for more, kinds in ((RS, "uint8,bytes32,bytes32"), ((SIGNED,), "bytes")):
        call = said(calldata(f"cancelAuthorization(address,bytes32,{kinds})", BOB, NONCE, *more))
        assert isinstance(call, Call)
        assert call.arguments[:2] == (("authorizer", named(BOB)), ("nonce", f"0x{NONCE.hex()}"))


# -- Permit2

_DETAILS = "(address,uint160,uint48,uint48)"
_WITNESS = "address,bytes32,string,bytes"


def permit2() -> list[tuple[bytes, list[Effect]]]:
    """Calls of Permit2, and what they do beside being calls of it."""
    usdc, dai = owned("erc20", USDC), owned("erc20", DAI)
    single, batch = ((USDC, 5), 1, 2), (((USDC, 5), (DAI, 6)), 1, 2)
    to, both = (CAROL, 4), ((CAROL, 4), (DAVE, 6))
    witness = (BOB, NONCE, "Order order)", SIGNED)
    two = [moved(usdc, 4), moved(dai, 6, DAVE)]
    kinds = "((address,uint256),uint256,uint256),(address,uint256)"
    many = "((address,uint256)[],uint256,uint256),(address,uint256)[]"
    allowing: list[Effect] = [lent(usdc, 5, until=1)]
    one = ((USDC, 5, 1, 0), CAROL, 9)
    return [
        (calldata("approve(address,address,uint160,uint48)", USDC, CAROL, 5, 9), [lent(usdc, 5, source=ME, until=9)]),
        (calldata(f"permit(address,({_DETAILS},address,uint256),bytes)", BOB, one, SIGNED), allowing),
        (
            calldata(
                f"permit(address,({_DETAILS}[],address,uint256),bytes)",
                BOB,
                (((USDC, 5, 1, 0), (DAI, 2**160 - 1, 0, 0)), CAROL, 9),
                SIGNED,
            ),
            [lent(usdc, 5, until=1), lent(dai, 2**160 - 1, until=9)],
        ),
        (calldata("transferFrom(address,address,uint160,address)", BOB, CAROL, 5, USDC), [moved(usdc, 5)]),
        (
            calldata("transferFrom((address,address,uint160,address)[])", [(BOB, CAROL, 5, USDC), (BOB, DAVE, 6, DAI)]),
            [moved(usdc, 5), moved(dai, 6, DAVE)],
        ),
        (calldata(f"permitTransferFrom({kinds},address,bytes)", single, to, BOB, SIGNED), [moved(usdc, 4)]),
        (calldata(f"permitWitnessTransferFrom({kinds},{_WITNESS})", single, to, *witness), [moved(usdc, 4)]),
        (calldata(f"permitTransferFrom({many},address,bytes)", batch, both, BOB, SIGNED), [*two]),
        (calldata(f"permitWitnessTransferFrom({many},{_WITNESS})", batch, both, *witness), [*two]),
        (calldata("lockdown((address,address)[])", [(USDC, CAROL)]), [lent(usdc, 0, source=ME)]),
        (calldata("invalidateNonces(address,address,uint48)", USDC, CAROL, 9), []),
        (calldata("invalidateUnorderedNonces(uint256,uint256)", 1, 2), []),
    ]


@pytest.mark.parametrize("place", range(12))
def test_permit2_is_called_and_moves_tokens_of_other_contracts(place: int) -> None:
    data, expected = permit2()[place]
    call, *rest = told(data)
    assert isinstance(call, Call)
    assert call.target == WHERE.account_id
    assert rest == expected


def test_an_allowance_of_permit2_that_ends_at_once_has_no_end_that_is_known() -> None:
    """AllowanceTransfer.sol: an expiration of 0 is the time of the block."""
    _, allowed = told(calldata("approve(address,address,uint160,uint48)", USDC, CAROL, 5, 0))
    assert allowed == lent(owned("erc20", USDC), 5, source=ME)


def test_more_tokens_than_takers_move_nothing() -> None:
    name = "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)"
    data = calldata(name, (((USDC, 5), (DAI, 6)), 1, 2), ((CAROL, 4),), BOB, SIGNED)
    assert said(data) == Opaque(why=f"calls {WHERE.account_id}", data=data)


def test_a_row_of_ones_own_names_assets_and_accounts_of_its_chain() -> None:
    own = Evm(name="own", chain_id=31_337)
    _, effect = told(permit2()[0][0], own.account(WHERE.payload), "")
    assert isinstance(effect, Approve)
    assert effect.asset.startswith("eip155:31337/erc20:0x5151")
    assert (effect.spender, effect.source) == (own.account(CAROL).account_id, "")
