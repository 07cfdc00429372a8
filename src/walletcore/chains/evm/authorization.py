"""Authorizations, by which an account takes the code of a contract for its own (EIP-7702, "Set code transaction").

What is signed is 0x05 || rlp([chain_id, address, nonce]), over its Keccak-256; with chain id 0 for every chain. Signed
it is rlp([chain_id, address, nonce, y_parity, r, s]), which stands in a transaction of type 4 that anybody may send.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.reading import check_chain, checked_fields, read_destination, read_fields
from walletcore.coding import rlp
from walletcore.effects import Authority, Effect, Opaque
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

__all__ = ["Authorization", "SignedAuthorization"]

_MAGIC = b"\x05"
_MAX_NONCE = 2**64 - 2  # EIP-2681: an account with the last one cannot count on
_NOBODY = bytes(20)
_FIELDS = ("chain_id", "address", "nonce", "parity", "r", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What the ``authority`` signs, so that its account runs the code at ``address`` from then on.

    The zero address ends it. ``nonce`` is the authority's own; where it sends the transaction itself, the one after the
    transaction's. With ``every_chain`` (chain id 0) it is valid on each chain where the nonce is the same. Raises
    `TransactionError`.
    """

    chain: Evm
    authority: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    address: Address
    nonce: int
    every_chain: bool = False
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(self.chain).__name__}", reason="type")
        key, origin = self.authority, self.origin
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected the authority's secp256k1 public key, or None", reason="type")
        if origin is not None and type(origin) is not KeyOrigin:
            raise TransactionError("expected the authority's KeyOrigin, or None", reason="type")
        check_account(self.chain, self.address, "address")
        if type(self.nonce) is not int:
            raise TransactionError(f"expected an int as nonce, got {type(self.nonce).__name__}", reason="type")
        if not 0 <= self.nonce <= _MAX_NONCE:
            raise TransactionError(f"expected a nonce from 0 to {_MAX_NONCE}", reason="range")
        if type(self.every_chain) is not bool:
            raise TransactionError("expected True or False as every_chain", reason="type")

    @property
    def chain_id(self) -> int:
        """What is signed as chain id: the chain's own, or 0 for every chain."""
        return 0 if self.every_chain else self.chain.chain_id

    @property
    def raw(self) -> bytes:
        """The bytes that are signed."""
        return _preimage(self.chain_id, self.address.payload, self.nonce)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the authority's recoverable ECDSA signature over the Keccak-256 of `raw`.

        Raises `TransactionError` while the authority is not known.
        """
        if self.authority is None:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("authority key unknown", reason="missing", hint=hint)
        return (
            SigningRequest(
                key=self.authority,
                scheme=Scheme.ECDSA,
                payload=self.raw,
                prehash=keccak256,
                origin=self.origin,
                subject=self,
            ),
        )

    def assemble(self, answers: Answers) -> SignedAuthorization:
        """The authorization with its signature. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answered(self.requests(), answers)
        parity = signature.recovery
        if parity is None or parity > 1:  # an r of n or more before it was reduced
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        return SignedAuthorization(
            chain_id=self.chain_id,
            address=self.address.payload,
            nonce=self.nonce,
            parity=parity,
            r=int.from_bytes(signature.data[:32]),
            s=int.from_bytes(signature.data[32:]),
        )

    def perils(self) -> tuple[str, ...]:
        """What of it is refused unless it is allowed by name: to construct one, ``every_chain`` says it."""
        return ("every_chain",) if self.every_chain else ()

    def effects(self) -> tuple[Effect, ...]:
        """Who runs the account: the code of a contract beside its key, or the key alone again."""
        account = "whoever signs" if self.authority is None else self.chain.address(self.authority).account_id
        return (Authority(account=account, change=_change(self.chain, self.address.payload, self.chain_id)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAuthorization:
    """An authorization as it stands in transactions, whoever made it; `Authorization.assemble` makes one.

    ``address`` has 20 bytes. What breaks the bounds of EIP-7702 is refused by `TransactionError`; a signature within
    them that nobody can have made is not: the chain takes the transaction, and leaves that authorization out.
    """

    chain_id: int
    address: bytes
    nonce: int
    parity: int
    r: int = field(repr=False)
    s: int = field(repr=False)
    _key: tuple[PublicKey | None] | None = memory()

    limits: ClassVar[tuple[tuple[str, int], ...]] = (
        ("chain_id", 2**256),
        ("nonce", 2**64),
        ("parity", 2**8),
        ("r", 2**256),
        ("s", 2**256),
    )

    def __post_init__(self) -> None:
        if type(self.address) is not bytes or len(self.address) != 20:
            raise TransactionError("expected 20 bytes as address of an authorization", reason="length")
        for name, limit in self.limits:
            number = getattr(self, name)
            if type(number) is not int:
                raise TransactionError(f"expected an int as {name}, got {type(number).__name__}", reason="type")
            if not 0 <= number < limit:
                raise TransactionError(f"expected {name} of an authorization from 0 to {limit - 1}", reason="range")

    @classmethod
    def decode(cls, raw: bytes) -> SignedAuthorization:
        """Read rlp([chain_id, address, nonce, y_parity, r, s]). Raises `TransactionError`."""
        with raised_as(TransactionError):
            return read_authorization(read_fields(raw, (6,)))

    @property
    def raw(self) -> bytes:
        """The list as it stands in a transaction: rlp([chain_id, address, nonce, y_parity, r, s])."""
        numbers = (self.nonce, self.parity, self.r, self.s)
        return rlp.join((rlp.encode_each(self.chain_id), rlp.encode(self.address), rlp.encode_each(*numbers)))

    @property
    def authority(self) -> PublicKey | None:
        """The key that signed it; None where none can have, or the higher of the two values of s stands there."""
        if self._key is None:
            object.__setattr__(self, "_key", (self._recovered(),))
        return self._key[0]  # type: ignore[index]

    def _recovered(self) -> PublicKey | None:
        from walletcore.curves.secp256k1 import ORDER, ecdsa_recover

        if self.parity > 1 or not 0 < self.r < ORDER or not 0 < self.s <= ORDER // 2:
            return None
        digest = keccak256(_preimage(self.chain_id, self.address, self.nonce))
        try:
            key = ecdsa_recover(digest, self.r.to_bytes(32) + self.s.to_bytes(32), self.parity)
        except InvalidSignature:
            return None
        return PublicKey.trusted(Curve.SECP256K1, key)

    def effects(self, chain: Evm) -> tuple[Effect, ...]:
        """What it does on a chain: `Opaque` where the chain will leave it out, but others may not."""
        key = self.authority
        if key is None:
            return (Opaque(why="an authorization that nobody signed (EIP-7702), which does nothing", data=self.raw),)
        account = chain.address(key).account_id
        if self.chain_id not in (0, chain.chain_id) or self.nonce > _MAX_NONCE:
            where = f"by {account} for chain id {self.chain_id} and nonce {self.nonce}"
            return (Opaque(why=f"an authorization {where}, which does nothing here", data=self.raw),)
        return (Authority(account=account, change=_change(chain, self.address, self.chain_id)),)


def _preimage(chain_id: int, address: bytes, nonce: int) -> bytes:
    return _MAGIC + rlp.join((rlp.encode_each(chain_id), rlp.encode(address), rlp.encode_each(nonce)))


def _change(chain: Evm, address: bytes, chain_id: int) -> str:
    where = "" if chain_id else ", on every chain"
    if address == _NOBODY:
        return f"it runs no contract's code any more (EIP-7702){where}"
    return f"it runs the code of {chain.account(address).account_id} (EIP-7702){where}"


def read_authorization(items: rlp.Item) -> SignedAuthorization:
    """One entry of an authorization list. May raise `DecodingError`."""
    chain_id, address, nonce, parity, r, s = checked_fields(items, (6,))
    return SignedAuthorization(
        chain_id=rlp.decode_uint(chain_id, 256),
        address=address,
        nonce=rlp.decode_uint(nonce, 64),
        parity=rlp.decode_uint(parity, 8),
        r=rlp.decode_uint(r, 256),
        s=rlp.decode_uint(s, 256),
    )


def read(chain: Evm, authority: PublicKey | None, body: bytes) -> tuple[Authorization, None]:
    """What stands after 0x05, see `walletcore.chains.evm.reading`: it is never signed in this form."""
    chain_id, address, nonce = read_fields(body, (3,))
    number = rlp.decode_uint(chain_id, 256)
    if number:
        check_chain(chain, number)
    target: Any = read_destination(chain, address)
    return (
        Authorization(
            chain=chain,
            authority=authority,
            address=target,
            nonce=rlp.decode_uint(nonce, 64),
            every_chain=not number,
        ),
        None,
    )
