"""Calls of tokens: ERC-20 and what grew around it (ERC-777, ERC-1363, ERC-3009, WETH), ERC-721, ERC-1155.

`transfer`, `transferFrom` and `approve` are in `walletcore.chains.evm.erc20`, as most calls are one of these. Amounts
are told where the call is one of ERC-20 alone; where ERC-721 has the same call (`burn`), its number is an amount only
of contracts that are known. An allowance that grows by an amount is one of an unknown amount: nobody can see to what
it is added. Burnt tokens go to the zero address, as in the events of ERC-20 and ERC-721.
"""

from __future__ import annotations

from collections.abc import Iterator

from walletcore.chains.evm.calls.reading import Frame, Rows, named
from walletcore.chains.evm.erc20 import OPEN
from walletcore.effects import Approve, Call, Effect, Opaque, Transfer

__all__ = ["ROWS"]

_NOBODY = bytes(20)


def moved(frame: Frame, source: str, to: bytes, amount: int | None) -> Transfer:
    """Tokens of the contract go from an account to another."""
    return Transfer(asset=frame.token, amount=amount, source=source, destination=frame.account(to))


def allowed(frame: Frame, source: str, spender: bytes, amount: int | None) -> Approve:
    """A spender may take tokens of the contract."""
    return Approve(asset=frame.token, amount=amount, spender=frame.account(spender), source=source)


# -- ERC-20


def _increase(frame: Frame, spender: bytes, added: int) -> Iterator[Effect]:
    yield allowed(frame, frame.caller, spender, None)
    yield frame.called(spender, added)


def _burn(frame: Frame, number: int) -> Iterator[Effect]:
    known = frame.is_erc20()
    yield moved(frame, frame.caller, _NOBODY, number if known else None)
    if not known:
        yield Call(target=frame.contract.account_id, name=frame.function.signature, arguments=((OPEN, str(number)),))


def _burn_from(frame: Frame, source: bytes, number: int) -> Iterator[Effect]:
    yield moved(frame, frame.account(source), _NOBODY, number)


def _wrapped(frame: Frame, *amount: int) -> Iterator[Effect]:
    """Coins become wrapped ones of the same account, or the other way; of other contracts nobody knows what it means.

    Vaults take all of a token that they are allowed to with ``deposit()`` (yearn/yearn-vaults, Vault.vy).
    """
    yield frame.called(*amount) if frame.is_erc20() else frame.opaque()


# -- ERC-777, ERC-1363, ERC-677


def _given(frame: Frame, to: bytes, *data: bytes) -> Iterator[Opaque]:
    """A recipient that is a contract is called with the data, and does with them what its code says.

    It is as if they were sent to it: bridges, say, take from them who gets the tokens on the other side.
    """
    for each in filter(None, data):
        yield Opaque(why=f"gives data to {frame.account(to)}", data=each)


def _send(frame: Frame, to: bytes, amount: int, data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.caller, to, amount)
    yield from _given(frame, to, data)


def _operator_send(frame: Frame, source: bytes, to: bytes, amount: int, *data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.account(source), to, amount)
    yield from _given(frame, to, *data)


def _burn_777(frame: Frame, amount: int, data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.caller, _NOBODY, amount)


def _operator_burn(frame: Frame, source: bytes, amount: int, *data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.account(source), _NOBODY, amount)


def _authorize_operator(frame: Frame, operator: bytes) -> Iterator[Effect]:
    yield allowed(frame, frame.caller, operator, None)
    yield frame.called(operator)


def _revoke_operator(frame: Frame, operator: bytes) -> Iterator[Effect]:
    yield allowed(frame, frame.caller, operator, 0)


def _and_call(frame: Frame, to: bytes, amount: int, *data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.caller, to, amount)
    yield frame.called(to, amount, *data)
    yield from _given(frame, to, *data)


def _from_and_call(frame: Frame, source: bytes, to: bytes, amount: int, *data: bytes) -> Iterator[Effect]:
    yield moved(frame, frame.account(source), to, amount)
    yield frame.called(source, to, amount, *data)
    yield from _given(frame, to, *data)


def _approve_and_call(frame: Frame, spender: bytes, amount: int, *data: bytes) -> Iterator[Effect]:
    yield allowed(frame, frame.caller, spender, amount)
    yield frame.called(spender, amount, *data)
    yield from _given(frame, spender, *data)


# -- ERC-721, ERC-1155


def _safe_721(frame: Frame, source: bytes, to: bytes, number: int, *data: bytes) -> Iterator[Effect]:
    yield Transfer(
        asset=frame.nft("erc721", number), amount=1, source=frame.account(source), destination=frame.account(to)
    )
    yield from _given(frame, to, *data)


def _for_all(frame: Frame, operator: bytes, approved: bool) -> Iterator[Effect]:
    """ERC-721 and ERC-1155 share the call, so that the name of the collection is the one of the first."""
    yield Approve(
        asset=frame.nft("erc721"),
        amount=None if approved else 0,
        spender=frame.account(operator),
        source=frame.caller,
    )
    if approved:
        yield frame.called(operator, approved)


def _safe_1155(frame: Frame, source: bytes, to: bytes, number: int, amount: int, data: bytes) -> Iterator[Effect]:
    yield from _moved_1155(frame, source, to, (number,), (amount,))
    yield from _given(frame, to, data)


def _batch_1155(
    frame: Frame, source: bytes, to: bytes, numbers: tuple[int, ...], amounts: tuple[int, ...], data: bytes
) -> Iterator[Effect]:
    if len(numbers) != len(amounts):  # ERC-1155: such a call must revert
        yield frame.opaque()
        return
    yield from _moved_1155(frame, source, to, numbers, amounts)
    if not numbers:
        yield frame.called(source, to, numbers, amounts, data)
    yield from _given(frame, to, data)


def _moved_1155(
    frame: Frame, source: bytes, to: bytes, numbers: tuple[int, ...], amounts: tuple[int, ...]
) -> Iterator[Effect]:
    giver, taker = frame.account(source), frame.account(to)
    for number, amount in zip(numbers, amounts, strict=True):
        yield Transfer(asset=frame.nft("erc1155", number), amount=amount, source=giver, destination=taker)


ROWS: Rows = (
    # OpenZeppelin Contracts 4, ERC20.sol; 5 has no such calls
    ("39509351", "increaseAllowance(address spender, uint256 addedValue)", _increase),
    ("a457c2d7", "decreaseAllowance(address spender, uint256 subtractedValue)", named),
    # ERC20Burnable.sol, and ERC721Burnable.sol for the first
    ("42966c68", "burn(uint256 value)", _burn),
    ("79cc6790", "burnFrom(address account, uint256 value)", _burn_from),
    # WETH9
    ("d0e30db0", "deposit()", _wrapped),
    ("2e1a7d4d", "withdraw(uint256 wad)", _wrapped),
    # ERC-777
    ("9bd9bbc6", "send(address to, uint256 amount, bytes data)", _send),
    (
        "62ad1b83",
        "operatorSend(address from, address to, uint256 amount, bytes data, bytes operatorData)",
        _operator_send,
    ),
    ("fe9d9303", "burn(uint256 amount, bytes data)", _burn_777),
    ("fc673c4f", "operatorBurn(address from, uint256 amount, bytes data, bytes operatorData)", _operator_burn),
    ("959b8c3f", "authorizeOperator(address operator)", _authorize_operator),
    ("fad8b32a", "revokeOperator(address operator)", _revoke_operator),
    # ERC-1363; the second is ERC-677's, too
    ("1296ee62", "transferAndCall(address to, uint256 value)", _and_call),
    ("4000aea0", "transferAndCall(address to, uint256 value, bytes data)", _and_call),
    ("d8fbe994", "transferFromAndCall(address from, address to, uint256 value)", _from_and_call),
    ("c1d34b89", "transferFromAndCall(address from, address to, uint256 value, bytes data)", _from_and_call),
    ("3177029f", "approveAndCall(address spender, uint256 value)", _approve_and_call),
    ("cae9ca51", "approveAndCall(address spender, uint256 value, bytes data)", _approve_and_call),
    # ERC-721
    ("42842e0e", "safeTransferFrom(address from, address to, uint256 tokenId)", _safe_721),
    ("b88d4fde", "safeTransferFrom(address from, address to, uint256 tokenId, bytes data)", _safe_721),
    ("a22cb465", "setApprovalForAll(address operator, bool approved)", _for_all),
    # ERC-1155
    ("f242432a", "safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data)", _safe_1155),
    (
        "2eb2c2d6",
        "safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data)",
        _batch_1155,
    ),
)
