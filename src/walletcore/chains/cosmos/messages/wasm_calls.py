"""What contracts are told that keep tokens: CW-20 and CW-721 (CosmWasm/cw-plus packages/cw20, cw-nfts packages/cw721).

Every contract that is told so is named as a token of that kind; whether it is one, its code says. Each call has one
name and exactly the members of its row; what has others is `Opaque`, with all that is signed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.forms import parsed_json
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Transfer
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["executed"]

_AMOUNT = re.compile(r"0|[1-9][0-9]{0,38}", re.ASCII)  # Uint128
_MAX_AMOUNT = 1 << 128
_NANOS = 10**9
_TEXT = re.compile(r"[ -~]{1,256}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A call: whose it is, and what its contract's tokens are called."""

    chain: CosmosChain
    sender: str
    contract: str
    given: Mapping[str, Any]

    @property
    def caller(self) -> str:
        return self.chain.account_id(self.sender)

    @property
    def token(self) -> str:
        return self.chain.contract_token(self.contract)

    def account(self, name: str) -> str:
        return self.chain.account_id(self.text(name))

    def text(self, name: str) -> str:
        text = self.given[name]
        if type(text) is not str or not _TEXT.fullmatch(text):
            raise DecodingError(f"expected a text as {name}", reason="type")
        return text

    def amount(self) -> int:
        digits = self.text("amount")
        if not _AMOUNT.fullmatch(digits) or int(digits) >= _MAX_AMOUNT:
            raise DecodingError("expected an amount below 2^128 in decimal digits, as text", reason="range")
        return int(digits)

    def piece(self, name: str = "token_id") -> str:
        """The CAIP-19 name of one piece of a collection; what CAIP-19 has no letters for is escaped."""
        plain = "".join(c if c.isalnum() or c in "-." else f"%{ord(c):02X}" for c in self.text(name))
        return self.chain.contract_token(self.contract, standard="cw721", token_id=plain)

    def until(self) -> int | None:
        """When an allowance ends, rounded down; None where it never does, or at a height, which is no time."""
        expires = self.given.get("expires")
        if type(expires) is dict and expires.keys() == {"at_time"}:
            nanos = expires["at_time"]
            if type(nanos) is str and _AMOUNT.fullmatch(nanos):
                return int(nanos) // _NANOS
        return None


def _moved(frame: _Frame, source: str, destination: str, amount: int) -> Transfer:
    return Transfer(asset=frame.token, amount=amount, source=source, destination=destination)


def _told(frame: _Frame, receiver: str) -> Opaque:
    """A contract that is given tokens is called with a message, in base64, and does with it what its code says."""
    text = frame.given["msg"]
    try:
        inner = base64.b64decode(text, validate=True) if type(text) is str else b""
    except (binascii.Error, ValueError):
        inner = text.encode() if type(text) is str else b""
    return Opaque(why=f"tells {receiver}, which gets the tokens", data=inner)


def _transfer(frame: _Frame) -> Iterator[Effect]:
    yield _moved(frame, frame.caller, frame.account("recipient"), frame.amount())


def _transfer_from(frame: _Frame) -> Iterator[Effect]:
    yield _moved(frame, frame.account("owner"), frame.account("recipient"), frame.amount())


def _send(frame: _Frame) -> Iterator[Effect]:
    receiver = frame.account("contract")
    yield _moved(frame, frame.caller, receiver, frame.amount())
    yield _told(frame, receiver)


def _send_from(frame: _Frame) -> Iterator[Effect]:
    receiver = frame.account("contract")
    yield _moved(frame, frame.account("owner"), receiver, frame.amount())
    yield _told(frame, receiver)


def _burn(frame: _Frame) -> Iterator[Effect]:
    yield _moved(frame, frame.caller, "", frame.amount())


def _burn_from(frame: _Frame) -> Iterator[Effect]:
    yield _moved(frame, frame.account("owner"), "", frame.amount())


def _increase(frame: _Frame) -> Iterator[Effect]:
    """Nobody can see to what the amount is added."""
    frame.amount()
    spender = frame.account("spender")
    yield Approve(asset=frame.token, amount=None, spender=spender, source=frame.caller, until=frame.until())
    yield _called(frame, "increase_allowance")


def _decrease(frame: _Frame) -> Iterator[Effect]:
    frame.amount()
    yield _called(frame, "decrease_allowance")


def _mint(frame: _Frame) -> Iterator[Effect]:
    yield _moved(frame, "", frame.account("recipient"), frame.amount())


def _minter(frame: _Frame) -> Iterator[Effect]:
    new = frame.given.get("new_minter")
    named = frame.account("new_minter") if new is not None else "nobody"
    yield Authority(account=frame.chain.account_id(frame.contract), change=f"its tokens are made by {named}")


def _transfer_nft(frame: _Frame) -> Iterator[Effect]:
    yield Transfer(asset=frame.piece(), amount=1, source=frame.caller, destination=frame.account("recipient"))


def _send_nft(frame: _Frame) -> Iterator[Effect]:
    receiver = frame.account("contract")
    yield Transfer(asset=frame.piece(), amount=1, source=frame.caller, destination=receiver)
    yield _told(frame, receiver)


def _approve(frame: _Frame) -> Iterator[Effect]:
    spender = frame.account("spender")
    yield Approve(asset=frame.piece(), amount=1, spender=spender, source=frame.caller, until=frame.until())


def _revoke(frame: _Frame) -> Iterator[Effect]:
    yield Approve(asset=frame.piece(), amount=0, spender=frame.account("spender"), source=frame.caller)


def _approve_all(frame: _Frame) -> Iterator[Effect]:
    collection = frame.chain.contract_token(frame.contract, standard="cw721")
    operator = frame.account("operator")
    yield Approve(asset=collection, amount=None, spender=operator, source=frame.caller, until=frame.until())


def _revoke_all(frame: _Frame) -> Iterator[Effect]:
    collection = frame.chain.contract_token(frame.contract, standard="cw721")
    yield Approve(asset=collection, amount=0, spender=frame.account("operator"), source=frame.caller)


def _burn_nft(frame: _Frame) -> Iterator[Effect]:
    yield Transfer(asset=frame.piece(), amount=1, source=frame.caller, destination="")


def _called(frame: _Frame, name: str) -> Call:
    arguments = tuple([(key, str(value)) for key, value in frame.given.items()])
    return Call(target=frame.chain.account_id(frame.contract), name=name, arguments=arguments)


Row = tuple[tuple[str, ...], tuple[str, ...], Callable[[_Frame], Iterator[Effect]]]
_ROWS: Mapping[str, tuple[Row, ...]] = {  # name: members, members that may be missing, effects
    "transfer": ((("recipient", "amount"), (), _transfer),),
    "transfer_from": ((("owner", "recipient", "amount"), (), _transfer_from),),
    "send": ((("contract", "amount", "msg"), (), _send),),
    "send_from": ((("owner", "contract", "amount", "msg"), (), _send_from),),
    "burn": ((("amount",), (), _burn), (("token_id",), (), _burn_nft)),
    "burn_from": ((("owner", "amount"), (), _burn_from),),
    "increase_allowance": ((("spender", "amount"), ("expires",), _increase),),
    "decrease_allowance": ((("spender", "amount"), ("expires",), _decrease),),
    "mint": ((("recipient", "amount"), (), _mint),),
    "update_minter": (((), ("new_minter",), _minter),),
    "transfer_nft": ((("recipient", "token_id"), (), _transfer_nft),),
    "send_nft": ((("contract", "token_id", "msg"), (), _send_nft),),
    "approve": ((("spender", "token_id"), ("expires",), _approve),),
    "revoke": ((("spender", "token_id"), (), _revoke),),
    "approve_all": ((("operator",), ("expires",), _approve_all),),
    "revoke_all": ((("operator",), (), _revoke_all),),
}


def executed(chain: CosmosChain, sender: str, contract: str, msg: bytes) -> tuple[Effect, ...]:
    """What a contract does that is told this JSON, where it is a token's call; `Opaque` otherwise."""
    try:
        document = parsed_json(msg)
        found = _read(chain, sender, contract, document)
    except DecodingError:
        document = found = None
    if found is not None:
        return found
    name = next(iter(document), "") if type(document) is dict and len(document) == 1 else ""
    what = f" {name[:80]!r}" if name else " something"
    return (Opaque(why=f"tells the contract {chain.account_id(contract)}{what}", data=msg),)


def _read(chain: CosmosChain, sender: str, contract: str, document: Any) -> tuple[Effect, ...] | None:
    if type(document) is not dict or len(document) != 1:
        return None
    ((name, given),) = document.items()
    if type(given) is not dict:
        return None
    for members, optional, effects in _ROWS.get(name, ()):
        if set(members) <= given.keys() <= {*members, *optional}:
            return tuple(effects(_Frame(chain=chain, sender=sender, contract=contract, given=given)))
    return None
