"""Messages of Tron: TIP-191 signed data, and TIP-712 typed data.

TIP-191, "Specification": 0x19 and what follows is no transaction, as ``raw_data`` never begins so. Wallets sign bytes
with a head of their own before them (tronweb, src/utils/message.ts, ``signMessageV2``); the older form says 32 as
their length, whatever it is (tronweb, src/lib/trx.ts, ``signMessage``). Signatures are 65 bytes: r || s || v, with v 27
or 28 and the lower of the two values of s, over the Keccak-256.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.account_messages import VALIDATOR, AccountMessage, after_validator, checked_signer, sized
from walletcore.chains.tron.chain import TronChain
from walletcore.chains.tron.typed_data import TypedData
from walletcore.coding.visible import is_visible, told_in_hex
from walletcore.effects import Approve, Effect, Opaque, Statement
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey

__all__ = ["Message", "decode"]

_HEAD = b"\x19TRON Signed Message:\n"
_OLD_HEAD = _HEAD + b"32"
_SIZED = re.compile(rb"\x19TRON Signed Message:\n(0|[1-9][0-9]{0,6})")
_PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"  # ERC-2612
_MAX_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(AccountMessage):
    """What an account signs that is no transaction: bytes (text as UTF-8), or typed data.

    Bytes are a message of wallets, in the older form where it is ``legacy``, or data for a ``validator``, which is a
    contract. Of 32 bytes both forms are the same, which is not called legacy then. Only typed data can name a network
    in what is signed, and must name this one. Raises `TransactionError`.
    """

    chain: TronChain
    data: bytes | TypedData
    legacy: bool = False

    family: ClassVar[type[TronChain]] = TronChain
    typed: ClassVar[type[TypedData]] = TypedData

    def __post_init__(self) -> None:
        AccountMessage.__post_init__(self)
        if type(self.legacy) is not bool:
            raise TransactionError(f"expected a bool as legacy, got {type(self.legacy).__name__}", reason="type")
        if self.legacy:
            self._check_legacy()

    def _check_legacy(self) -> None:
        if type(self.data) is not bytes or self.validator is not None:
            raise TransactionError("expected bytes for no validator in the older form", reason="ambiguous")
        if len(self.data) == 32:
            object.__setattr__(self, "legacy", False)
        elif len(self.data) == 2:
            why = "two bytes in the older form are three bytes, a 2 first, in the newer one"
            raise TransactionError(why, reason="ambiguous")

    def _head(self) -> bytes:
        return _OLD_HEAD if self.legacy else _HEAD + str(len(self.data)).encode()  # type: ignore[arg-type]

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text; an ERC-2612 permit as the allowance that it is; `Opaque` for all else."""
        if isinstance(self.data, TypedData):
            return _typed_effects(self.chain, self.data)
        if self.validator is not None:
            return (Opaque(why=f"data for the contract {self.validator.account_id}", data=self.data),)
        why = _unreadable(self.data)
        return (Opaque(why=why, data=self.data) if why else Statement(text=self.data.decode()),)


def _typed_effects(chain: TronChain, typed: TypedData) -> tuple[Effect, ...]:
    domain, contract = typed.domain, typed.domain.verifying_contract
    bound = contract is not None and domain.chain_id is not None
    if contract is not None and bound and typed.types.encode_type(typed.primary_type) == _PERMIT:
        values = typed.values
        allowance = Approve(
            asset=chain.token(chain.spelled(contract)),
            amount=values["value"],
            spender=chain.account(values["spender"]).account_id,
            source=chain.account(values["owner"]).account_id,
        )
        return (allowance,)
    name = "" if domain.name is None else f" of {domain.name[:_MAX_SHOWN]!r}"
    taker = "whatever contract takes it" if contract is None else f"contract {chain.spelled(contract)}"
    where = "on any chain" if domain.chain_id is None else f"on {chain.caip2}"
    return (Opaque(why=f"typed data {typed.primary_type[:_MAX_SHOWN]}{name} for {taker} {where}", data=typed.raw),)


def _unreadable(data: bytes) -> str:
    """Why a person cannot see what these bytes say; empty for text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _looks_like(data)
    if told_in_hex(text) is not None:
        return "bytes in hexadecimal"
    return "" if is_visible(text) else _looks_like(data)


def _looks_like(data: bytes) -> str:
    """What bytes seem to be that are no text, or none that shows itself."""
    if len(data) == 32:
        return "32 bytes, as the hash of something that is not shown: blind signing"
    if data[:2] == b"\x0a\x02":
        return "looks like a transaction: blind signing"
    return "looks like other TIP-191 data: blind signing" if data[:1] == b"\x19" else "bytes that cannot be seen"


def decode(chain: TronChain, raw: bytes, keys: Sequence[PublicKey] = ()) -> Message:
    """Read what `Message.raw` gives: TIP-191 data, or the JSON of typed data.

    The bytes do not say who signs: one key may be given. Raises `TransactionError`.
    """
    signer = checked_signer(raw, keys)
    if raw.startswith(b"{"):
        return Message(chain=chain, signer=signer, data=TypedData(raw))
    if raw.startswith(VALIDATOR):
        data, validator = after_validator(chain, raw)
        return Message(chain=chain, signer=signer, data=data, validator=validator)
    head = _SIZED.match(raw)
    text = None if head is None else sized(raw, head)
    if text is not None:
        return Message(chain=chain, signer=signer, data=text)
    if raw.startswith(_OLD_HEAD):
        return Message(chain=chain, signer=signer, data=raw[len(_OLD_HEAD) :], legacy=True)
    raise TransactionError("expected a message of TIP-191, or typed data as JSON", reason="version")
