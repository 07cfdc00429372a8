"""Messages of Tron: TIP-191 signed data, and TIP-712 typed data.

TIP-191, "Specification": 0x19 and what follows is no transaction, as ``raw_data`` never begins so. Wallets sign bytes
with a head of their own before them (tronweb, src/utils/message.ts, ``signMessageV2``); the older form says 32 as
their length, whatever it is (tronweb, src/lib/trx.ts, ``signMessage``). Signatures are 65 bytes: r || s || v, with v 27
or 28 and the lower of the two values of s, over the Keccak-256.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.tron.chain import TronChain
from walletcore.chains.tron.typed_data import TypedData
from walletcore.coding.visible import is_visible
from walletcore.effects import Approve, Effect, Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, accepted, complete

__all__ = ["Message", "decode"]

_MAX_DATA = 1 << 20
_HEAD = b"\x19TRON Signed Message:\n"
_OLD_HEAD = _HEAD + b"32"
_VALIDATOR = b"\x19\x00"
_SIZED = re.compile(rb"\x19TRON Signed Message:\n(0|[1-9][0-9]{0,6})")
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})++)", re.ASCII)
_PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"  # ERC-2612
_MAX_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What an account signs that is no transaction: bytes (text as UTF-8), or typed data.

    Bytes are a message of wallets, in the older form where it is ``legacy``, or data for a ``validator``, which is a
    contract. Of 32 bytes both forms are the same, which is not called legacy then. Only typed data can name a network
    in what is signed, and must name this one. Raises `TransactionError`.
    """

    chain: TronChain
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    data: bytes | TypedData
    legacy: bool = False
    validator: Address | None = None
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, TronChain):
            raise TransactionError(f"expected a network of Tron, got {type(self.chain).__name__}", reason="type")
        key, origin = self.signer, self.origin
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if origin is not None and type(origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        if type(self.legacy) is not bool:
            raise TransactionError(f"expected a bool as legacy, got {type(self.legacy).__name__}", reason="type")
        self._check_data()
        if self.validator is not None:
            check_account(self.chain, self.validator, "validator")
        if (type(self.data) is TypedData) + self.legacy + (self.validator is not None) > 1:
            raise TransactionError("expected typed data, the older form, or a validator, not two", reason="ambiguous")
        if self.legacy and type(self.data) is bytes:
            self._check_legacy(self.data)

    def _check_data(self) -> None:
        if type(self.data) is TypedData:
            chain_id = self.data.domain.chain_id
            if chain_id not in (None, self.chain.chain_id):
                raise TransactionError(f"expected chain id {self.chain.chain_id}, got {chain_id}", reason="network")
        elif type(self.data) is not bytes:
            raise TransactionError(f"expected bytes or TypedData, got {type(self.data).__name__}", reason="type")
        elif len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes, got {len(self.data)}", reason="too-large")

    def _check_legacy(self, data: bytes) -> None:
        if len(data) == 32:
            object.__setattr__(self, "legacy", False)
        elif len(data) == 2:
            why = "two bytes in the older form are three bytes, a 2 first, in the newer one"
            raise TransactionError(why, reason="ambiguous")

    @property
    def payload(self) -> bytes:
        """The bytes that are hashed and signed."""
        if isinstance(self.data, TypedData):
            return self.data.payload
        if self.validator is not None:
            return _VALIDATOR + self.validator.payload + self.data
        return (_OLD_HEAD if self.legacy else _HEAD + str(len(self.data)).encode()) + self.data

    @property
    def digest(self) -> bytes:
        """The Keccak-256 of the payload, 32 bytes."""
        return keccak256(self.payload)

    @property
    def raw(self) -> bytes:
        """What `decode` rebuilds the message from: the payload; for typed data its JSON."""
        return self.data.raw if isinstance(self.data, TypedData) else self.payload

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's recoverable ECDSA signature over the Keccak-256 of the payload.

        Raises `TransactionError` while the signer is not known.
        """
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        request = SigningRequest(
            key=self.signer,
            scheme=Scheme.ECDSA,
            payload=self.payload,
            prehash=keccak256,
            origin=self.origin,
            subject=self,
        )
        return (request,)

    def assemble(self, answers: Answers) -> SignedMessage[Message]:
        """The message with its signature of 65 bytes in ``raw``. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answers = complete(accepted(self.requests(), answers))
        if signature.recovery is None or signature.recovery > 1:  # r was n or more before it was reduced
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        raw = signature.data + bytes((27 + signature.recovery,))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=answers)

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text; an ERC-2612 permit as the allowance that it is; `Opaque` for all else."""
        if isinstance(self.data, TypedData):
            return _typed_effects(self.chain, self.data)
        if self.validator is not None:
            return (Opaque(why=f"data for the contract {self.validator.account_id}", data=self.data),)
        why = _unreadable(self.data)
        return (Opaque(why=why, data=self.data) if why else Statement(text=self.data.decode()),)

    def recover(self, signature: bytes) -> PublicKey:
        """The key that made a signature of 65 bytes over this message. Raises `InvalidSignature`."""
        from walletcore.curves.secp256k1 import ORDER, ecdsa_recover

        if type(signature) is not bytes or len(signature) != 65:
            raise InvalidSignature("expected a signature of 65 bytes: r, s and v", reason="length")
        r, s, v = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
        if v not in (27, 28):
            raise InvalidSignature(f"expected 27 or 28 as v, got {v}", reason="range")
        if not (0 < r < ORDER and 0 < s < ORDER):
            raise InvalidSignature("expected r and s from 1 to n-1", reason="range")
        if s > ORDER // 2:
            raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")
        return PublicKey.trusted(Curve.SECP256K1, ecdsa_recover(self.digest, signature[:64], v - 27))

    def verify(self, signature: bytes, signer: Address | PublicKey) -> None:
        """Return if this account, or key, signed the message; otherwise raise `InvalidSignature`."""
        if type(signer) not in (Address, PublicKey):
            raise InvalidSignature(f"expected an Address or a PublicKey, got {type(signer).__name__}", reason="type")
        key = self.recover(signature)
        made = signer == key if isinstance(signer, PublicKey) else signer == self.chain.address(key)
        if not made:
            raise InvalidSignature("the message was signed by another account", reason="mismatch")


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
    hexadecimal = _HEX.fullmatch(text.strip())
    if hexadecimal is not None and len(hexadecimal[1]) >= 64:
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
    if type(raw) is not bytes or len(raw) > 2 * _MAX_DATA:
        raise TransactionError(f"expected at most {2 * _MAX_DATA} bytes", reason="too-large")
    if len(keys) > 1:
        raise TransactionError("expected at most one key, the signer's", reason="ambiguous")
    signer = keys[0] if keys else None
    if raw.startswith(b"{"):
        return Message(chain=chain, signer=signer, data=TypedData(raw))
    if raw.startswith(_VALIDATOR):
        if len(raw) < 22:
            raise TransactionError("expected the 20 bytes of a validator", reason="truncated")
        return Message(chain=chain, signer=signer, data=raw[22:], validator=chain.account(raw[2:22]))
    head = _SIZED.match(raw)
    if head is not None:
        for end in range(head.end(), head.start(1), -1):  # the data may begin with digits, too
            if int(raw[head.start(1) : end]) == len(raw) - end:
                return Message(chain=chain, signer=signer, data=raw[end:])
    if raw.startswith(_OLD_HEAD):
        return Message(chain=chain, signer=signer, data=raw[len(_OLD_HEAD) :], legacy=True)
    raise TransactionError("expected a message of TIP-191, or typed data as JSON", reason="version")
