"""Theta's transactions: coins sent from accounts to accounts, and calls of contracts (types 2 and 7).

thetatoken/theta-protocol-ledger, ledger/types: serialization.go (types), tx.go (fields, `SignBytes`), coin.go. A
transaction on the wire is rlp(type) || rlp(fields), with a signature of 65 bytes in each input. What is signed has none
of these and the network's id in front, as the data of an Ethereum transaction that does nothing else:
rlp([0, 0, 0, 20 zero bytes, 0, rlp(chain id) || rlp(type) || rlp(fields)]), with 1, 0, 0 at its end in wrapper 2.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from walletcore.chains.accounts import check_account, check_int
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.theta.chain import ThetaChain
from walletcore.coding import rlp
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, Signature, SigningRequest, answered

__all__ = ["AnyTransaction", "Coins", "Input", "Output", "Send", "SmartContract"]

_MAX_ACCOUNTS = 512  # ledger/types/const.go, MaxAccountsAffectedPerTx
_MAX_DATA = 1 << 20
_NOBODY = bytes(20)
_WRAPPERS = {1: (), 2: (b"\x01", b"", b"")}  # what stands behind the six fields of Ethereum's oldest transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Coins:
    """Amounts of both coins in wei, 10^-18 of one. Raises `TransactionError` unless they are from 0 to 2^256-1."""

    theta: int = 0
    tfuel: int = 0

    def __post_init__(self) -> None:
        check_int(self.theta, "theta", 1 << 256)
        check_int(self.tfuel, "tfuel", 1 << 256)

    @property
    def item(self) -> rlp.Item:
        """Both as RLP has them."""
        return rlp.encode_uint(self.theta), rlp.encode_uint(self.tfuel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An account that signs: what it gives, and its ``sequence``, one more than that of its last transaction.

    ``key`` is the account's, where it is known; ``origin`` says where that comes from. Raises `TransactionError`.
    """

    account: Address
    sequence: int
    coins: Coins = field(default_factory=Coins)
    key: PublicKey | None = field(default=None, compare=False)
    origin: KeyOrigin | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        check_int(self.sequence, "sequence", 1 << 64, least=1)
        if type(self.coins) is not Coins:
            raise TransactionError(f"expected Coins, got {type(self.coins).__name__}", reason="type")
        if self.key is not None and (type(self.key) is not PublicKey or self.key.curve is not Curve.SECP256K1):
            raise TransactionError("expected the account's secp256k1 public key, or None", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected the key's KeyOrigin, or None", reason="type")

    def item(self, signature: bytes) -> rlp.Item:
        """The input as RLP has it."""
        return self.account.payload, self.coins.item, rlp.encode_uint(self.sequence), signature

    def check(self, chain: ThetaChain, *, coins: bool) -> None:
        """Raise `TransactionError` unless it is of this chain, its key the account's, and has coins only if it may."""
        check_account(chain, self.account, "account of an input")
        if self.key is not None and chain.address(self.key) != self.account:
            raise TransactionError("the key of an input is not that of its account", reason="mismatch")
        if not coins and self.coins != Coins():
            raise TransactionError("expected an input without coins", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An account, and what it gets. Raises `TransactionError`."""

    account: Address
    coins: Coins

    def __post_init__(self) -> None:
        if type(self.coins) is not Coins:
            raise TransactionError(f"expected Coins, got {type(self.coins).__name__}", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyTransaction:
    """What transactions of all types share. ``wrapper`` is the form of what is signed: 1, or 2 as some devices have it.

    Both are valid. Raises `TransactionError`.
    """

    chain: ThetaChain
    wrapper: int = 1
    _requests: object | None = memory()

    number: ClassVar[int]
    """The type, as it stands in the bytes."""

    def __post_init__(self) -> None:
        if not isinstance(self.chain, ThetaChain):
            raise TransactionError(f"expected a ThetaChain, got {type(self.chain).__name__}", reason="type")
        if type(self.wrapper) is not int or self.wrapper not in _WRAPPERS:
            raise TransactionError("expected 1 or 2 as wrapper", reason="range")

    @property
    @abstractmethod
    def signing(self) -> tuple[Input, ...]:
        """The inputs, each of which signs."""

    @abstractmethod
    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """The fields as RLP has them, with these signatures in the inputs."""

    @abstractmethod
    def effects(self) -> tuple[Effect, ...]:
        """What it does."""

    @property
    def raw(self) -> bytes:
        """The bytes that are signed, which name the network."""
        head = (self.chain.chain_id.encode(), rlp.encode_uint(self.number))
        payload = b"".join(map(rlp.encode, (*head, self.fields([b""] * len(self.signing)))))
        return rlp.encode((b"", b"", b"", _NOBODY, b"", payload, *_WRAPPERS[self.wrapper]))

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One for each input: its account's recoverable ECDSA signature over the Keccak-256 of `raw`.

        Raises `TransactionError` while a key is not known.
        """
        payload, requests = self.raw, []
        for each in self.signing:
            if each.key is None:
                hint = "decode_transaction(raw, keys=[key]) tells it"
                raise TransactionError(f"key of {each.account} unknown", reason="missing", hint=hint)
            requests.append(
                SigningRequest(
                    key=each.key,
                    scheme=Scheme.ECDSA,
                    payload=payload,
                    prehash=keccak256,
                    origin=each.origin,
                    subject=self,
                )
            )
        return tuple(requests)

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction with all of its signatures. Raises `InvalidSignature`, `MissingSignature`."""
        taken = answered(self.requests(), answers)
        raw = rlp.encode(rlp.encode_uint(self.number)) + rlp.encode(self.fields([_encoded(each) for each in taken]))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=taken)

    def _fee(self, at_most: int, payer: str) -> Fee:
        return Fee(asset=self.chain.fee_asset, at_most=at_most, payer=payer)

    def _moved(self, coins: Coins, source: str, destination: str) -> tuple[Transfer, ...]:
        """A transfer of each coin of which there is some."""
        amounts = ((self.chain.asset, coins.theta), (self.chain.fee_asset, coins.tfuel))
        return tuple(
            Transfer(asset=asset, amount=amount, source=source, destination=destination)
            for asset, amount in amounts
            if amount
        )


def _encoded(signature: Signature) -> bytes:
    """r || s || recovery id, 65 bytes."""
    if signature.recovery not in (0, 1):  # an r of n or more before it was reduced, which no node recovers
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    return signature.data + bytes((signature.recovery,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(AnyTransaction):
    """Coins from one or more accounts to others (type 2, SendTx); ``fee`` in wei of TFUEL.

    Inputs give what outputs get and the fee, no more; no account stands in it twice. Raises `TransactionError`.
    """

    fee: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    number: ClassVar[int] = 2

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        check_int(self.fee, "fee", 1 << 256)
        for side, kind in ((self.inputs, Input), (self.outputs, Output)):
            if type(side) is not tuple or not side or any(type(each) is not kind for each in side):
                raise TransactionError(f"expected a tuple of at least one {kind.__name__}", reason="type")
        if len(self.inputs) + len(self.outputs) > _MAX_ACCOUNTS:
            raise TransactionError(f"expected at most {_MAX_ACCOUNTS} accounts", reason="too-large")
        for each in self.inputs:
            each.check(self.chain, coins=True)
        for out in self.outputs:
            check_account(self.chain, out.account, "account of an output")
        sides: tuple[Input | Output, ...] = (*self.inputs, *self.outputs)
        accounts = [each.account.payload for each in sides]
        if len(set(accounts)) != len(accounts):
            raise TransactionError("expected no account twice among inputs and outputs", reason="duplicate")
        self._check_sums()

    def _check_sums(self) -> None:
        given, got = _sum(self.inputs), _sum(self.outputs)
        if given != (got[0], got[1] + self.fee):
            raise TransactionError("expected inputs to give what outputs get and the fee", reason="mismatch")

    @property
    def signing(self) -> tuple[Input, ...]:
        """The inputs, each of which signs."""
        return self.inputs

    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """Fee, inputs, outputs."""
        inputs = tuple(each.item(signature) for each, signature in zip(self.inputs, signatures, strict=True))
        return Coins(tfuel=self.fee).item, inputs, tuple((o.account.payload, o.coins.item) for o in self.outputs)

    def effects(self) -> tuple[Effect, ...]:
        """A transfer of each coin to each output, and the fee; of several inputs nobody says whose coins go where."""
        source = self.inputs[0].account.account_id if len(self.inputs) == 1 else ""
        moved = [t for out in self.outputs for t in self._moved(out.coins, source, out.account.account_id)]
        return (*moved, self._fee(self.fee, source))


def _sum(sides: Sequence[Any]) -> tuple[int, int]:
    return sum(each.coins.theta for each in sides), sum(each.coins.tfuel for each in sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartContract(AnyTransaction):
    """A call of a contract, or with no ``to`` a new one (type 7, SmartContractTx); the source's coins go with it.

    ``gas`` in units, ``gas_price`` in wei of TFUEL for each. Raises `TransactionError`.
    """

    source: Input
    to: Address | None
    gas: int
    gas_price: int
    data: bytes = field(default=b"", repr=False)

    number: ClassVar[int] = 7

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        if type(self.source) is not Input:
            raise TransactionError(f"expected an Input as source, got {type(self.source).__name__}", reason="type")
        self.source.check(self.chain, coins=True)
        if self.to is not None:
            check_account(self.chain, self.to, "to")
            if self.to.payload == _NOBODY:
                raise TransactionError("the zero address stands for no destination: a contract is made", reason="range")
        check_int(self.gas, "gas", 1 << 64)
        check_int(self.gas_price, "gas_price", 1 << 256)
        if self.gas * self.gas_price >> 256:
            raise TransactionError("expected gas * gas_price below 2^256", reason="range")
        if type(self.data) is not bytes or len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes of data", reason="type")

    @property
    def signing(self) -> tuple[Input, ...]:
        """The source, which signs."""
        return (self.source,)

    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """Source, destination, gas limit, gas price, data."""
        to = _NOBODY if self.to is None else self.to.payload
        gas = rlp.encode_uint(self.gas), rlp.encode_uint(self.gas_price)
        return self.source.item(signatures[0]), (to, Coins().item), *gas, self.data

    def effects(self) -> tuple[Effect, ...]:
        """What moves, the call or the new contract as `Opaque`, and the highest fee."""
        source = self.source.account.account_id
        destination = "" if self.to is None else self.to.account_id
        code: tuple[Effect, ...] = ()
        if self.to is None:
            code = (Opaque(why="creates a contract", data=self.data),)
        elif self.data:
            code = (Opaque(why=f"calls {destination}", data=self.data),)
        fee = self._fee(self.gas * self.gas_price, source)
        return (*self._moved(self.source.coins, source, destination), *code, fee)
