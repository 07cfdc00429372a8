"""Messages of families with Ethereum's accounts (EIP-191, TIP-191): bytes with a head before them, or typed data.

Signatures are 65 bytes over the Keccak-256: r || s || v, with v 27 or 28 and the lower of the two values of s. What
stands before the bytes, and how they are told, is each family's own.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from walletcore.chains.accounts import AccountChain, check_account
from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.typed_data import TypedData
from walletcore.effects import Effect
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

__all__ = ["MAX_DATA", "VALIDATOR", "AccountMessage", "after_validator", "checked_signer", "sized"]

MAX_DATA = 1 << 20
"""Bytes of a message."""
VALIDATOR = b"\x19\x00"
"""How data for a contract begin that judges signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMessage:
    """What an account signs that is no transaction: bytes (text as UTF-8), or typed data.

    Bytes are a message of wallets, or data for a ``validator``, which is a contract. Only typed data can name a chain
    in what is signed, and must name this one then. Raises `TransactionError`.
    """

    chain: Any
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    data: Any
    validator: Address | None = None
    _requests: object | None = memory()

    family: ClassVar[type[Any]] = AccountChain
    typed: ClassVar[type[TypedData]] = TypedData

    def __post_init__(self) -> None:
        if not isinstance(self.chain, self.family):
            got = type(self.chain).__name__
            raise TransactionError(f"expected a chain as {self.family.__name__}, got {got}", reason="type")
        key, origin = self.signer, self.origin
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if origin is not None and type(origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        self._check_data()
        if self.validator is not None:
            if type(self.data) is self.typed:
                raise TransactionError("typed data names its contract in its domain", reason="ambiguous")
            check_account(self.chain, self.validator, "validator")

    def _check_data(self) -> None:
        if type(self.data) is self.typed:
            chain_id = self.data.domain.chain_id
            if chain_id not in (None, self.chain.chain_id):
                raise TransactionError(f"expected chain id {self.chain.chain_id}, got {chain_id}", reason="network")
        elif type(self.data) is not bytes:
            raise TransactionError(f"expected bytes or TypedData, got {type(self.data).__name__}", reason="type")
        elif len(self.data) > MAX_DATA:
            raise TransactionError(f"expected at most {MAX_DATA} bytes, got {len(self.data)}", reason="too-large")

    @abstractmethod
    def _head(self) -> bytes:
        """What stands before bytes that are for no validator."""

    @abstractmethod
    def effects(self) -> tuple[Effect, ...]:
        """What the message does."""

    @property
    def payload(self) -> bytes:
        """The bytes that are hashed and signed."""
        if type(self.data) is not bytes:
            payload: bytes = self.data.payload
            return payload
        return (self._head() if self.validator is None else VALIDATOR + self.validator.payload) + self.data

    @property
    def digest(self) -> bytes:
        """The Keccak-256 of the payload, 32 bytes: what contracts recover the signer from."""
        return keccak256(self.payload)

    @property
    def raw(self) -> bytes:
        """What ``decode`` rebuilds the message from: the payload; for typed data its JSON."""
        raw: bytes = self.payload if type(self.data) is bytes else self.data.raw
        return raw

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's recoverable ECDSA signature over the Keccak-256 of the payload.

        Raises `TransactionError` while the signer is not known.
        """
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        return (
            SigningRequest(
                key=self.signer,
                scheme=Scheme.ECDSA,
                payload=self.payload,
                prehash=keccak256,
                origin=self.origin,
                subject=self,
            ),
        )

    def assemble(self, answers: Answers) -> SignedMessage[Self]:
        """The message with its signature of 65 bytes in ``raw``. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answers = answered(self.requests(), answers)
        parity = signature.recovery
        if parity is None or parity > 1:  # an r of n or more before it was reduced, which ecrecover does not know
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        raw = signature.data + bytes((27 + parity,))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=answers)

    def recover(self, signature: bytes, *, allow_parity: bool = False) -> PublicKey:
        """The key that made a signature of 65 bytes over this message. Raises `InvalidSignature`.

        v is 27 or 28; with ``allow_parity`` 0 and 1 pass as well, as some devices give it.
        """
        from walletcore.curves.secp256k1 import ORDER, ecdsa_recover

        if type(signature) is not bytes or len(signature) != 65:
            raise InvalidSignature("expected a signature of 65 bytes: r, s and v", reason="length")
        v = signature[64]
        if v not in (27, 28) and not (allow_parity and v in (0, 1)):
            raise InvalidSignature(f"expected 27 or 28 as v, got {v}", reason="range")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
        if not (0 < r < ORDER and 0 < s < ORDER):
            raise InvalidSignature("expected r and s from 1 to n-1", reason="range")
        if s > ORDER // 2:
            raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")
        parity = v - 27 if v > 1 else v
        return PublicKey.trusted(Curve.SECP256K1, ecdsa_recover(self.digest, signature[:64], parity))

    def verify(self, signature: bytes, signer: Address | PublicKey, *, allow_parity: bool = False) -> None:
        """Return if this account, or key, signed the message; otherwise raise `InvalidSignature`.

        The signature of a contract can be judged by the contract only, and is refused.
        """
        if type(signer) not in (Address, PublicKey):
            raise InvalidSignature(f"expected an Address or a PublicKey, got {type(signer).__name__}", reason="type")
        key = self.recover(signature, allow_parity=allow_parity)
        if isinstance(signer, Address):
            same = isinstance(signer.chain, self.family) and signer == signer.chain.address(key)
        else:
            same = key == signer
        if not same:
            raise InvalidSignature("the message was signed by another account", reason="mismatch")


def checked_signer(raw: bytes, keys: Sequence[PublicKey]) -> PublicKey | None:
    """The one key that may be given with the bytes of a message, which do not say who signs.

    Raises `TransactionError`, also for more bytes than messages have.
    """
    if type(raw) is not bytes or len(raw) > 2 * MAX_DATA:
        raise TransactionError(f"expected at most {2 * MAX_DATA} bytes", reason="type")
    if not isinstance(keys, Sequence) or len(keys) > 1:
        raise TransactionError("expected a sequence of at most one key, the signer's", reason="ambiguous")
    return keys[0] if keys else None


def after_validator(chain: AccountChain, raw: bytes) -> tuple[bytes, Address]:
    """The data for a validator, and the validator. Raises `TransactionError`."""
    if len(raw) < 22:
        raise TransactionError("expected the 20 bytes of a validator", reason="truncated")
    return raw[22:], chain.account(raw[2:22])


def sized(raw: bytes, head: re.Match[bytes]) -> bytes | None:
    """The data after a head whose digits say their length, of which every number is tried: data may begin with digits.

    None where no length is the right one.
    """
    for end in range(head.end(), head.start(1), -1):
        if int(raw[head.start(1) : end]) == len(raw) - end:
            return raw[end:]
    return None
