"""Allowances and transfers by a signature that stands in the calldata, and the contract Permit2.

ERC-2612, DAI's permit, ERC-4494 for collectibles, ERC-3009. Whether the signature is good is for the contract to say:
told is what happens if it is. Permit2 (Uniswap/permit2, IAllowanceTransfer.sol and ISignatureTransfer.sol) moves tokens
of other contracts, so that a `Call` of Permit2 stands before what it moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from walletcore.chains.evm.calls.reading import Frame, Rows, named
from walletcore.effects import Approve, Effect, Transfer

__all__ = ["ROWS"]

_ALL = (1 << 256) - 1


def _permit(frame: Frame, owner: bytes, spender: bytes, value: int, *_: Any) -> Iterator[Effect]:
    yield _allowed(frame, frame.token, owner, spender, value)


def _permit_dai(
    frame: Frame, holder: bytes, spender: bytes, nonce: int, expiry: int, allowed: bool, *_: Any
) -> Iterator[Effect]:
    """Dai.sol, `permit`: all that there is, or nothing."""
    yield _allowed(frame, frame.token, holder, spender, _ALL if allowed else 0)


def _permit_nft(frame: Frame, spender: bytes, number: int, *_: Any) -> Iterator[Effect]:
    """ERC-4494: the owner is whoever owns the token, and is not named."""
    yield Approve(asset=frame.nft("erc721", number), amount=1, spender=frame.account(spender))


def _authorized(frame: Frame, source: bytes, to: bytes, value: int, *_: Any) -> Iterator[Effect]:
    yield Transfer(asset=frame.token, amount=value, source=frame.account(source), destination=frame.account(to))


def _allowed(frame: Frame, asset: str, owner: bytes, spender: bytes, amount: int, until: int | None = None) -> Approve:
    taker, giver = frame.account(spender), frame.account(owner)
    return Approve(asset=asset, amount=amount, spender=taker, source=giver, until=until)


# -- Permit2

_Details = tuple[bytes, int, int, int]
_Permitted = tuple[bytes, int]


def _approve(frame: Frame, token: bytes, spender: bytes, amount: int, expiration: int) -> Iterator[Effect]:
    yield frame.called(token, spender, amount, expiration)
    asset, until = frame.asset("erc20", token), expiration or None  # 0 is the time of the block, which nobody knows
    yield Approve(asset=asset, amount=amount, spender=frame.account(spender), source=frame.caller, until=until)


def _permit_single(
    frame: Frame, owner: bytes, permit: tuple[_Details, bytes, int], signature: bytes
) -> Iterator[Effect]:
    yield frame.called(owner, permit, signature)
    yield from _details(frame, owner, *permit[1:], (permit[0],))


def _permit_batch(
    frame: Frame, owner: bytes, permit: tuple[tuple[_Details, ...], bytes, int], signature: bytes
) -> Iterator[Effect]:
    yield frame.called(owner, permit, signature)
    yield from _details(frame, owner, *permit[1:], permit[0])


def _details(
    frame: Frame, owner: bytes, spender: bytes, deadline: int, details: tuple[_Details, ...]
) -> Iterator[Effect]:
    """An expiration of 0 is the block in which the permit is used, which is no later than its deadline."""
    for token, amount, expiration, _ in details:
        yield _allowed(frame, frame.asset("erc20", token), owner, spender, amount, expiration or deadline)


def _transfer(frame: Frame, source: bytes, to: bytes, amount: int, token: bytes) -> Iterator[Effect]:
    yield frame.called(source, to, amount, token)
    yield _moved(frame, token, source, to, amount)


def _transfers(frame: Frame, details: tuple[tuple[bytes, bytes, int, bytes], ...]) -> Iterator[Effect]:
    yield frame.called(details)
    for source, to, amount, token in details:
        yield _moved(frame, token, source, to, amount)


def _moved(frame: Frame, token: bytes, source: bytes, to: bytes, amount: int) -> Transfer:
    asset, giver, taker = frame.asset("erc20", token), frame.account(source), frame.account(to)
    return Transfer(asset=asset, amount=amount, source=giver, destination=taker)


def _by_signature(
    frame: Frame, permit: tuple[_Permitted, int, int], details: tuple[bytes, int], owner: bytes, *rest: Any
) -> Iterator[Effect]:
    yield frame.called(permit, details, owner, *rest)
    yield _moved(frame, permit[0][0], owner, *details)


def _batch_by_signature(
    frame: Frame,
    permit: tuple[tuple[_Permitted, ...], int, int],
    details: tuple[tuple[bytes, int], ...],
    owner: bytes,
    *rest: Any,
) -> Iterator[Effect]:
    if len(permit[0]) != len(details):  # SignatureTransfer.sol: LengthMismatch
        yield frame.opaque()
        return
    yield frame.called(permit, details, owner, *rest)
    for (token, _), (to, amount) in zip(permit[0], details, strict=True):
        yield _moved(frame, token, owner, to, amount)


def _lockdown(frame: Frame, pairs: tuple[tuple[bytes, bytes], ...]) -> Iterator[Effect]:
    yield frame.called(pairs)
    for token, spender in pairs:
        asset = frame.asset("erc20", token)
        yield Approve(asset=asset, amount=0, spender=frame.account(spender), source=frame.caller)


_SPLIT = "uint8 v, bytes32 r, bytes32 s"
_AUTHORIZATION = "address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce"
_DETAILS = "(address token, uint160 amount, uint48 expiration, uint48 nonce)"
_SINGLE = "((address token, uint256 amount) permitted, uint256 nonce, uint256 deadline) permit"
_BATCH = "((address token, uint256 amount)[] permitted, uint256 nonce, uint256 deadline) permit"
_TO = "(address to, uint256 requestedAmount)"
_WITNESS = "address owner, bytes32 witness, string witnessTypeString, bytes signature"

ROWS: Rows = (
    # ERC-2612; the second is that of USDC (circlefin/stablecoin-evm), for contracts that sign
    ("d505accf", f"permit(address owner, address spender, uint256 value, uint256 deadline, {_SPLIT})", _permit),
    ("9fd5a6cf", "permit(address owner, address spender, uint256 value, uint256 deadline, bytes signature)", _permit),
    (
        "8fcbaf0c",
        f"permit(address holder, address spender, uint256 nonce, uint256 expiry, bool allowed, {_SPLIT})",
        _permit_dai,
    ),
    # ERC-4494; the second is that of Uniswap's positions (v3-periphery, IERC721Permit.sol)
    ("745a41bc", "permit(address spender, uint256 tokenId, uint256 deadline, bytes signature)", _permit_nft),
    ("7ac2ff7b", f"permit(address spender, uint256 tokenId, uint256 deadline, {_SPLIT})", _permit_nft),
    # ERC-3009, and USDC's for contracts that sign
    ("e3ee160e", f"transferWithAuthorization({_AUTHORIZATION}, {_SPLIT})", _authorized),
    ("cf092995", f"transferWithAuthorization({_AUTHORIZATION}, bytes signature)", _authorized),
    ("ef55bec6", f"receiveWithAuthorization({_AUTHORIZATION}, {_SPLIT})", _authorized),
    ("88b7ab63", f"receiveWithAuthorization({_AUTHORIZATION}, bytes signature)", _authorized),
    ("5a049a70", f"cancelAuthorization(address authorizer, bytes32 nonce, {_SPLIT})", named),
    ("b7b72899", "cancelAuthorization(address authorizer, bytes32 nonce, bytes signature)", named),
    # Permit2
    ("87517c45", "approve(address token, address spender, uint160 amount, uint48 expiration)", _approve),
    (
        "2b67b570",
        f"permit(address owner, ({_DETAILS} details, address spender, uint256 sigDeadline) permitSingle,"
        " bytes signature)",
        _permit_single,
    ),
    (
        "2a2d80d1",
        f"permit(address owner, ({_DETAILS}[] details, address spender, uint256 sigDeadline) permitBatch,"
        " bytes signature)",
        _permit_batch,
    ),
    ("36c78516", "transferFrom(address from, address to, uint160 amount, address token)", _transfer),
    (
        "0d58b1db",
        "transferFrom((address from, address to, uint160 amount, address token)[] transferDetails)",
        _transfers,
    ),
    (
        "30f28b7a",
        f"permitTransferFrom({_SINGLE}, {_TO} transferDetails, address owner, bytes signature)",
        _by_signature,
    ),
    (
        "edd9444b",
        f"permitTransferFrom({_BATCH}, {_TO}[] transferDetails, address owner, bytes signature)",
        _batch_by_signature,
    ),
    ("137c29fe", f"permitWitnessTransferFrom({_SINGLE}, {_TO} transferDetails, {_WITNESS})", _by_signature),
    ("fe8ec1a7", f"permitWitnessTransferFrom({_BATCH}, {_TO}[] transferDetails, {_WITNESS})", _batch_by_signature),
    ("cc53287f", "lockdown((address token, address spender)[] approvals)", _lockdown),
    ("65d9723c", "invalidateNonces(address token, address spender, uint48 newNonce)", named),
    ("3ff9dcb1", "invalidateUnorderedNonces(uint256 wordPos, uint256 mask)", named),
)
