"""What EVM transactions of every type have in common: fields and their checks, one request, effects (EIP-2718)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from walletcore.chains.accounts import check_account, check_numbers
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm import calls
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.create import create_address
from walletcore.coding import rlp
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, Signature, SigningRequest, answered

__all__ = ["GWEI", "PERILS", "AnyTransaction", "check_allowed"]

GWEI = 10**9
"""Wei; fees are usually told in these."""

_MAX_DATA = 1 << 20

PERILS = {
    "unprotected": "expected a chain id in what is to be signed (EIP-155): without, it is valid on every chain",
    "endowment": "expected no value for a contract that is created: without code that takes it, it is lost",
    "every_chain": "expected an authorization for one chain, got one for all of them (chain id 0, EIP-7702)",
}
"""What is valid, and hardly ever meant: refused, unless ``allow_`` and the name is True."""


def check_allowed(perils: Iterable[str], allowed: Collection[str] = ()) -> None:
    """Raise `TransactionError` (policy) for the first of the perils that is not allowed."""
    for peril in perils:
        if peril not in allowed:
            raise TransactionError(PERILS[peril], reason="policy", hint=f"allow_{peril}=True takes it")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyTransaction:
    """What an account asks a chain to do: value and data to an account or contract, or a new contract (no ``to``).

    Each type adds what it pays for gas, and how it is written: ``fields()`` are those that signed and unsigned bytes
    share, each encoded. Raises `TransactionError`.
    """

    chain: Evm
    sender: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    to: Address | None
    value: int
    nonce: int
    gas: int
    data: bytes = field(default=b"", repr=False)
    allow_endowment: bool = field(default=False, compare=False, repr=False)
    _fields: bytes | None = memory()
    _requests: object | None = memory()

    type_byte: ClassVar[bytes] = b""
    """What stands before the list (EIP-2718); nothing for legacy transactions."""
    limits: ClassVar[tuple[tuple[str, int], ...]] = (
        ("value", 2**256),
        ("nonce", 2**64 - 1),  # EIP-2681
        ("gas", 2**64),
    )
    """The numbers, and what each stays below."""

    fields: ClassVar[Callable[[Any], bytes]]

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(self.chain).__name__}", reason="type")
        self._check_sender()
        if self.to is not None:
            check_account(self.chain, self.to, "to")
        check_numbers(self, self.limits)
        self._check_data()
        if self.to is None and self.value and self.allow_endowment is not True:
            check_allowed(["endowment"])

    def _check_sender(self) -> None:
        key = self.sender
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected the sender's secp256k1 public key, or None", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected the sender's KeyOrigin, or None", reason="type")

    def _check_data(self) -> None:
        if type(self.data) is not bytes:
            raise TransactionError(f"expected bytes as data, got {type(self.data).__name__}", reason="type")
        if len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes of data", reason="too-large")

    def _check_fee(self, price: int) -> None:
        if self.gas * price >> 256:
            raise TransactionError("expected gas * price below 2^256", reason="range")

    @property
    @abstractmethod
    def max_price(self) -> int:
        """The most that a unit of gas may cost, in wei."""

    @property
    def raw(self) -> bytes:
        """The bytes that are signed: the type, and the list of fields."""
        return self.type_byte + rlp.join((self.fields(),))

    @property
    def payload(self) -> bytes:
        """The bytes whose hash is signed: `raw`, where the type has no other form for signers."""
        return self.raw

    def _call(self) -> bytes:
        """Destination, value and data, each encoded: in every type they stand together."""
        return rlp.encode_each(b"" if self.to is None else self.to.payload, self.value, self.data)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the sender's recoverable ECDSA signature over the Keccak-256 of `payload`.

        Raises `TransactionError` while the sender is not known.
        """
        if self.sender is None:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("sender key unknown", reason="missing", hint=hint)
        return (SigningRequest.trusted(self.sender, Scheme.ECDSA, self.payload, keccak256, None, self.origin, self),)

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction with its signature. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answers = answered(self.requests(), answers)
        return SignedTransaction(chain=self.chain, raw=self.joined(signature), transaction=self, answers=answers)

    def joined(self, signature: Signature) -> bytes:
        """The signed bytes, with a signature that nobody checks here. Raises `InvalidSignature` for another form."""
        return self.type_byte + rlp.join((self.fields(), self._encode_signature(signature)))

    def perils(self) -> tuple[str, ...]:
        """What of it is refused unless it is allowed by name, see `PERILS`."""
        return ("endowment",) if self.to is None and self.value else ()

    def _encode_signature(self, signature: Signature) -> bytes:
        """V, or y_parity, r, s, each encoded; r and s as the numbers that they are."""
        parity = signature.recovery
        if parity is None or parity > 1:  # an r of n or more before it was reduced, of which Ethereum knows nothing
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        r, s = signature.data[:32].lstrip(b"\0"), signature.data[32:].lstrip(b"\0")
        return rlp.encode_each(self._v(parity), r, s)

    def _v(self, parity: int) -> int:
        """What stands before r and s: y_parity, in all types but the oldest."""
        return parity

    def effects(self, *, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """The value that moves, what calldata say, code as `Opaque`, the highest fee for gas, and the one for data.

        ``erc20`` are contracts which the caller knows to be ERC-20, beside those that the chain's row names: calls that
        other kinds of token share are told with their amounts for these only. Raises `TransactionError` for others than
        addresses.
        """
        asset, to = self.chain.asset, self.to
        source = self._source()
        fees = self._fees(source)
        destination = self._created() if to is None else to.account_id
        moved: tuple[Effect, ...] = ()
        if self.value or (to is not None and not self.data):
            moved = (Transfer(asset=asset, amount=self.value, source=source, destination=destination),)
        if to is None:
            what = "creates a contract" if self.data else "creates a contract without code"
            return (*moved, Opaque(why=f"{what}: {destination}" if destination else what, data=self.data), *fees)
        called = self._called(to, source, erc20) if self.data else ()
        return (*self._apart(), *moved, *called, *fees)

    def _called(self, to: Address, source: str, erc20: Collection[Address]) -> tuple[Effect, ...]:
        """What the calldata ask of the destination."""
        return calls.effects(to, source, self.data, erc20)

    def _apart(self) -> tuple[Effect, ...]:
        """What a type does apart from the call, before it."""
        return ()

    def _source(self) -> str:
        """The CAIP-10 name of the account that pays and calls; empty where it is not known."""
        return "" if self.sender is None else self.chain.address(self.sender).account_id

    def _fees(self, payer: str) -> tuple[Fee, ...]:
        """For gas, and where the chain takes one beside it (rollups that publish data elsewhere), for data."""
        asset, extra = self.chain.asset, self.chain.data_fee
        gas = Fee(asset=asset, at_most=self.gas * self.max_price, payer=payer)
        return (gas,) if extra == 0 else (gas, Fee(asset=asset, at_most=extra, payer=payer))

    def _created(self) -> str:
        """The CAIP-10 name of the contract that it creates; empty where the sender or the rule is not known."""
        if self.sender is None or self.chain.own_contract_addresses:
            return ""
        return create_address(self.chain.address(self.sender), self.nonce).account_id
