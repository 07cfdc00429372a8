"""Theta's transactions read from bytes, unsigned and signed: the fields of each type, and nothing beside them.

Signed ones begin with their type, unsigned ones with the list that is signed: see ``transaction``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from walletcore.chains.accounts import low_s_signature, recovered
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.theta.chain import ThetaChain
from walletcore.chains.theta.stake import DepositStake, DepositStakeV2, StakeRewardDistribution, WithdrawStake
from walletcore.chains.theta.transaction import AnyTransaction, Coins, Input, Output, Send, SmartContract
from walletcore.coding import rlp
from walletcore.errors import TransactionError, raised_as
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey
from walletcore.signing import Signature

__all__ = ["decode", "identify"]

_MAX_RAW = 2 << 20
_LIST = 0xC0  # RLP's first byte of lists
_PREFIX = (b"", b"", b"", bytes(20), b"")
_TAILS: dict[tuple[rlp.Item, ...], int] = {(): 1, (b"\x01", b"", b""): 2}


def decode(
    chain: ThetaChain, raw: bytes, keys: Sequence[PublicKey]
) -> AnyTransaction | SignedTransaction[AnyTransaction]:
    """See `ThetaChain.decode_transaction`. Raises `TransactionError`."""
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    if type(raw) is not bytes or not 0 < len(raw) <= _MAX_RAW:
        raise TransactionError(f"expected a transaction of 1 to {_MAX_RAW} bytes", reason="type")
    with raised_as(TransactionError):
        if raw[0] >= _LIST:
            return _unsigned(chain, raw, keys)
        reader = _Reader(chain)
        transaction = reader.read(*_exactly(_sequence(raw), 2, "a type and its fields"))
    return _signed(transaction, reader.signatures, keys)


def identify(chain: ThetaChain, raw: bytes) -> str:
    """See `ThetaChain.transaction_id`. Raises `TransactionError`."""
    if not isinstance(decode(chain, raw, ()), SignedTransaction):
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    return "0x" + keccak256(raw).hex()


def _sequence(data: bytes) -> tuple[Any, ...]:
    """Items of RLP, one after the other: those of the list that they make."""
    return cast("tuple[Any, ...]", rlp.decode(rlp.join((data,))))


def _exactly(item: rlp.Item, count: int, what: str) -> tuple[Any, ...]:
    if type(item) is not tuple or len(item) != count:
        raise TransactionError(f"expected {what}: a list of {count}", reason="length")
    return item


def _unsigned(chain: ThetaChain, raw: bytes, keys: Sequence[PublicKey]) -> AnyTransaction:
    wrapped = rlp.decode(raw)
    if type(wrapped) is not tuple or wrapped[:5] != _PREFIX or len(wrapped) < 6:
        raise TransactionError("expected what is signed: an Ethereum transaction of zeros with data", reason="type")
    wrapper, payload = _TAILS.get(wrapped[6:]), wrapped[5]
    if wrapper is None or type(payload) is not bytes:
        raise TransactionError("expected six fields, or nine with 1, 0, 0 at their end", reason="length")
    chain_id, number, fields = _exactly(_sequence(payload), 3, "a chain id, a type and its fields")
    if chain_id != chain.chain_id.encode():
        raise TransactionError(f"expected the chain id {chain.chain_id}, got another", reason="network")
    by_account = {chain.address(key).payload: key for key in keys if key.curve is Curve.SECP256K1}
    reader = _Reader(chain, wrapper=wrapper, keys=by_account)
    transaction = reader.read(number, fields)
    if any(reader.signatures):
        raise TransactionError("expected no signatures in what is signed", reason="non-canonical")
    return transaction


def _signed(
    transaction: AnyTransaction, signatures: Sequence[bytes], keys: Sequence[PublicKey]
) -> SignedTransaction[AnyTransaction]:
    """The transaction with its signatures, which are over one of the two forms, each by the key of its account."""
    answers = tuple(map(_read_signature, signatures))
    for wrapper in (1, 2):
        found = _with_keys(replace(transaction, wrapper=wrapper), answers)
        if found is not None:
            if keys and not {each.key for each in found.signing} <= set(keys):
                raise TransactionError("it is signed by another key than those given", reason="mismatch")
            return found.assemble(answers)
    raise TransactionError("the signatures are not those of the accounts", reason="mismatch")


def _with_keys(transaction: AnyTransaction, answers: Sequence[Signature]) -> AnyTransaction | None:
    """The transaction with the keys that its signatures tell; None where one is not its account's."""
    digest, keys = keccak256(transaction.raw), {}
    for each, answer in zip(transaction.signing, answers, strict=True):
        try:
            key = recovered(digest, answer)
        except TransactionError:
            return None
        if transaction.chain.address(key) != each.account:
            return None
        keys[each.account.payload] = key
    return _known(transaction, keys)


def _known(transaction: AnyTransaction, keys: dict[bytes, PublicKey]) -> AnyTransaction:
    """The same with the keys of its inputs."""
    if isinstance(transaction, Send):
        return replace(transaction, inputs=tuple(_keyed(each, keys) for each in transaction.inputs))
    if isinstance(transaction, StakeRewardDistribution):
        return replace(transaction, holder=_keyed(transaction.holder, keys))
    return replace(transaction, source=_keyed(transaction.signing[0], keys))  # type: ignore[call-arg]


def _keyed(each: Input, keys: dict[bytes, PublicKey]) -> Input:
    return replace(each, key=keys.get(each.account.payload))


def _read_signature(data: bytes) -> Signature:
    """r || s || recovery id; the lower of the two values of s, which every wallet writes."""
    if len(data) != 65 or data[64] > 1:
        raise TransactionError("expected a signature of 65 bytes that ends in 0 or 1 in each input", reason="length")
    return low_s_signature(data[:64], data[64])


class _Reader:
    """Reads the fields of a transaction, and keeps the signatures of its inputs as they come."""

    def __init__(self, chain: ThetaChain, wrapper: int = 1, keys: Mapping[bytes, PublicKey] | None = None) -> None:
        self._common: dict[str, Any] = {"chain": chain, "wrapper": wrapper}
        self._chain = chain
        self._keys = keys or {}
        self.signatures: list[bytes] = []

    def read(self, number: rlp.Item, fields: rlp.Item) -> AnyTransaction:
        """The transaction of this type. Raises `DecodingError`, `TransactionError`."""
        kind = rlp.decode_uint(number, 16)
        if kind not in _SIZES:
            raise TransactionError(f"expected a type of 2 or 7 to 11, got {kind}", reason="version")
        parts = _exactly(fields, _SIZES[kind], f"the fields of type {kind}")
        if kind == Send.number:
            return self._send(*parts)
        if kind == SmartContract.number:
            return self._contract(*parts)
        if kind == StakeRewardDistribution.number:
            return self._distribution(*parts)
        return cast(AnyTransaction, self._stake(_STAKES[kind], *parts))

    def _send(self, fee: rlp.Item, inputs: rlp.Item, outputs: rlp.Item) -> Send:
        if type(inputs) is not tuple or type(outputs) is not tuple:
            raise TransactionError("expected lists of inputs and outputs", reason="type")
        made = tuple(map(self._output, outputs))
        return Send(**self._common, fee=_fee(fee), inputs=tuple(map(self._input, inputs)), outputs=made)

    def _contract(
        self, source: rlp.Item, to: rlp.Item, gas: rlp.Item, price: rlp.Item, data: rlp.Item
    ) -> SmartContract:
        destination = self._holder(to)
        return SmartContract(
            **self._common,
            source=self._input(source),
            to=destination if any(destination.payload) else None,
            gas=rlp.decode_uint(gas, 64),
            gas_price=rlp.decode_uint(price, 256),
            data=cast(bytes, data),
        )

    def _stake(
        self, kind: Any, fee: rlp.Item, source: rlp.Item, holder: rlp.Item, purpose: rlp.Item, *parts: Any
    ) -> Any:
        common = {"fee": _fee(fee), "source": self._input(source), "holder": self._holder(holder)}
        node = dict(zip(("bls_public_key", "bls_pop", "holder_signature"), parts, strict=False))
        return kind(**self._common, **common, purpose=rlp.decode_uint(purpose, 8), **node)

    def _distribution(
        self, fee: rlp.Item, holder: rlp.Item, beneficiary: rlp.Item, split: rlp.Item
    ) -> StakeRewardDistribution:
        return StakeRewardDistribution(
            **self._common,
            fee=_fee(fee),
            holder=self._input(holder),
            beneficiary=self._holder(beneficiary),
            split_basis_point=rlp.decode_uint(split, 64),
        )

    def _input(self, item: rlp.Item) -> Input:
        payload, coins, sequence, signature = _exactly(item, 4, "account, coins, sequence and signature of an input")
        account = self._account(payload)
        if type(signature) is not bytes:
            raise TransactionError("expected a signature as bytes", reason="type")
        self.signatures.append(signature)
        key = self._keys.get(account.payload)
        return Input(account=account, coins=_coins(coins), sequence=rlp.decode_uint(sequence, 64), key=key)

    def _output(self, item: rlp.Item) -> Output:
        payload, coins = _exactly(item, 2, "account and coins of an output")
        return Output(account=self._account(payload), coins=_coins(coins))

    def _holder(self, item: rlp.Item) -> Address:
        """An account that stands in an output without coins: nobody looks at any, so none are let in."""
        output = self._output(item)
        if output.coins != Coins():
            raise TransactionError("expected no coins for an account that only is named", reason="non-canonical")
        return output.account

    def _account(self, payload: rlp.Item) -> Address:
        if type(payload) is not bytes or len(payload) != 20:
            raise TransactionError("expected the 20 bytes of an account", reason="length")
        return self._chain.account(payload)


_STAKES = {kind.number: kind for kind in (DepositStake, WithdrawStake, DepositStakeV2)}
_SIZES = {2: 3, 7: 5, 8: 4, 9: 4, 10: 7, 11: 4}


def _coins(item: rlp.Item) -> Coins:
    theta, tfuel = _exactly(item, 2, "amounts of THETA and TFUEL")
    return Coins(theta=rlp.decode_uint(theta, 256), tfuel=rlp.decode_uint(tfuel, 256))


def _fee(item: rlp.Item) -> int:
    coins = _coins(item)
    if coins.theta:
        raise TransactionError("expected a fee of TFUEL only", reason="range")
    return coins.tfuel
