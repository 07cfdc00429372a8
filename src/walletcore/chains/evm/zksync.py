"""ZKsync's own transactions, type 0x71 of EIP-2718's envelopes, and its rules for bytecode and contracts.

0x71 || rlp([nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data, chainId, "", "", chainId, from,
gasPerPubdata, factoryDeps, customSignature, paymasterParams]) (docs.zksync.io, "Transaction lifecycle", EIP-712: 0x71).
What is signed is EIP-712 typed data of the same fields, where bytecode stands by its hash (zksync-era,
core/lib/types/src/transaction_request). The signature of 65 bytes is the custom signature; it may also stand as y, r, s
in the place of the first chain id and the two empty strings, a second spelling that is not read here. The id is the
Keccak-256 of the digest and the hash of the signature.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar, cast

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import check_chain, read_destination, read_fields, read_signature, read_uints
from walletcore.coding import rlp
from walletcore.effects import Approve, Effect, Fee, Opaque
from walletcore.errors import AddressError, InvalidSignature, TransactionError, Unsupported
from walletcore.hashes import keccak256, sha256
from walletcore.keys import PublicKey
from walletcore.remembering import memory, remembered
from walletcore.signing import Signature

__all__ = ["GAS_PER_PUBDATA", "ZksyncTransaction", "bytecode_hash", "create2_address", "create_address", "identify"]

GAS_PER_PUBDATA = 50_000
"""Units of gas for each byte that is published: the most that the chain takes, and the default of its wallets."""

_TYPE = 0x71
_FIELDS = 16
_WORD = 32
_MAX_WORDS = (1 << 16) - 1
_MAX_DEPS, _MAX_CODE = 64, 1 << 20  # the chain takes 64 (era-contracts, MAX_NEW_FACTORY_DEPS), and less than this
_APPROVAL = bytes.fromhex("949431dc")  # approvalBased(address token, uint256 minAllowance, bytes innerInput)
_GENERAL = bytes.fromhex("8c5a3445")  # general(bytes innerInput)
_DOMAIN = keccak256(b"EIP712Domain(string name,string version,uint256 chainId)")
_NAME, _VERSION = keccak256(b"zkSync"), keccak256(b"2")
_TRANSACTION = keccak256(
    b"Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,uint256 gasPerPubdataByteLimit,"
    b"uint256 maxFeePerGas,uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,bytes data,"
    b"bytes32[] factoryDeps,bytes paymasterInput)"
)
_CREATE, _CREATE2 = keccak256(b"zksyncCreate"), keccak256(b"zksyncCreate2")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZksyncTransaction(AnyTransaction):
    """A call of a ZKsync chain, whose gas a ``paymaster`` may pay, and with it bytecode that is to be known there.

    ``account`` is who calls: that of the sender's key, if nothing else is said. For another one, whose code judges the
    signature, it is given. ``factory_deps`` are bytecodes of an odd number of words of 32 bytes. There is no creation
    by leaving out ``to``: a contract is made by the deployer's own calls. Raises `TransactionError`.
    """

    max_fee: int
    max_priority_fee: int
    account: Address | None = None
    gas_per_pubdata: int = GAS_PER_PUBDATA
    factory_deps: tuple[bytes, ...] = field(default=(), repr=False)
    paymaster: Address | None = None
    paymaster_input: bytes = field(default=b"", repr=False)
    _payload: bytes | None = memory()

    type_byte: ClassVar[bytes] = bytes((_TYPE,))
    limits: ClassVar[tuple[tuple[str, int], ...]] = (
        *AnyTransaction.limits,
        ("max_fee", 2**256),
        ("max_priority_fee", 2**256),
        ("gas_per_pubdata", 2**64),
    )

    def __post_init__(self) -> None:
        if self.to is None:
            hint = "the deployer at 0x0000000000000000000000000000000000008006 makes contracts"
            raise TransactionError("expected a destination: zero would be signed for none", reason="missing", hint=hint)
        AnyTransaction.__post_init__(self)
        if "zksync" not in self.chain.dialects:
            raise TransactionError(f"{self.chain.name} has no transactions of type 0x71", reason="network")
        if self.gas_per_pubdata == 0:
            raise TransactionError("expected gas_per_pubdata above 0", reason="range")
        if self.max_priority_fee > self.max_fee:
            raise TransactionError("expected max_priority_fee to be at most max_fee (EIP-1559)", reason="mismatch")
        self._check_fee(self.max_fee)
        self._check_account()
        self._check_paymaster()
        self._check_factory_deps()

    def _check_account(self) -> None:
        if self.account is None:
            if self.sender is None:
                raise TransactionError("expected the account, or the sender's key", reason="missing")
            object.__setattr__(self, "account", self.chain.address(self.sender))
        else:
            check_account(self.chain, self.account, "account")

    def _check_paymaster(self) -> None:
        if self.paymaster is not None:
            check_account(self.chain, self.paymaster, "paymaster")
            if not any(self.paymaster.payload):
                raise TransactionError("expected None for no paymaster, got zero", reason="non-canonical")
        if type(self.paymaster_input) is not bytes:
            raise TransactionError("expected bytes as paymaster_input", reason="type")
        if self.paymaster_input and self.paymaster is None:
            raise TransactionError("expected a paymaster for its input", reason="missing")

    def _check_factory_deps(self) -> None:
        if type(self.factory_deps) is not tuple or len(self.factory_deps) > _MAX_DEPS:
            raise TransactionError(f"expected a tuple of at most {_MAX_DEPS} bytecodes", reason="type")
        for code in self.factory_deps:
            bytecode_hash(code)
        if sum(map(len, self.factory_deps)) > _MAX_CODE:
            raise TransactionError(f"expected at most {_MAX_CODE} bytes of bytecode", reason="too-large")

    @property
    def max_price(self) -> int:
        """The most that a unit of gas may cost, in wei."""
        return self.max_fee

    @remembered
    def fields(self) -> bytes:
        """The first fourteen fields, each encoded: all before the custom signature."""
        fees = rlp.encode_each(self.nonce, self.max_priority_fee, self.max_fee, self.gas)
        chain_id = self.chain.chain_id
        account = rlp.encode(cast(Address, self.account).payload)
        rest = rlp.encode_each(self.gas_per_pubdata) + rlp.encode(self.factory_deps)
        return fees + self._call() + rlp.encode_each(chain_id, 0, 0, chain_id) + account + rest

    @property
    def raw(self) -> bytes:
        """The type, and the list of fields with an empty custom signature: what `payload` is computed from."""
        return self.type_byte + rlp.join((self.fields(), rlp.encode(b""), self._paymaster_params()))

    @property
    def payload(self) -> bytes:
        """What is hashed and signed: 0x1901, the hash of the domain and that of the fields (EIP-712), 66 bytes."""
        if self._payload is None:
            domain = keccak256(_DOMAIN + _NAME + _VERSION + _word(self.chain.chain_id))
            object.__setattr__(self, "_payload", b"\x19\x01" + domain + keccak256(self._struct()))
        return cast(bytes, self._payload)

    def _struct(self) -> bytes:
        accounts = [each.payload for each in (self.account, self.to, self.paymaster) if each is not None]
        account, to, paymaster = map(_padded, (*accounts, b"")[:3])
        gas = (self.gas, self.gas_per_pubdata, self.max_fee, self.max_priority_fee)
        codes = keccak256(b"".join(map(bytecode_hash, self.factory_deps)))
        hashes = (keccak256(self.data), codes, keccak256(self.paymaster_input))
        numbers = (_word(self.nonce), _word(self.value))
        return b"".join((_TRANSACTION, _word(_TYPE), account, to, *map(_word, gas), paymaster, *numbers, *hashes))

    def _paymaster_params(self) -> bytes:
        return rlp.encode(() if self.paymaster is None else (self.paymaster.payload, self.paymaster_input))

    def _encode_signature(self, signature: Signature) -> bytes:
        """The custom signature of 65 bytes, r || s || v with v 27 or 28, and what stands behind it."""
        parity = signature.recovery
        if parity is None or parity > 1:
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        return rlp.encode(signature.data + bytes((27 + parity,))) + self._paymaster_params()

    def effects(self, *, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """As of every type, and what an account of code leaves open, what a paymaster may take, what is published."""
        effects = AnyTransaction.effects(self, erc20=erc20)
        published = [
            Opaque(why=f"publishes bytecode 0x{bytecode_hash(code).hex()}", data=code) for code in self.factory_deps
        ]
        return (*self._left_open(), *effects, *self._paid(), *published)

    def _source(self) -> str:
        return cast(Address, self.account).account_id

    def _fees(self, payer: str) -> tuple[Fee, ...]:
        """For gas, by the paymaster where there is one."""
        return AnyTransaction._fees(self, payer if self.paymaster is None else self.paymaster.account_id)

    def _left_open(self) -> tuple[Effect, ...]:
        """An account that is not that of the key is one of code."""
        if self.sender is None or self.chain.address(self.sender) == self.account:
            return ()
        return (Opaque(why=f"the code of {self._source()} decides what the signature of another key allows"),)

    def _paid(self) -> tuple[Effect, ...]:
        """What the account does for the paymaster before it pays (era-contracts, TransactionHelper)."""
        given = self.paymaster_input
        if self.paymaster is None or not given or given[:4] == _GENERAL:
            return ()
        head = given[4:100]
        if given[:4] != _APPROVAL or len(head) < 96 or any(head[:12]):
            return (Opaque(why=f"asks the paymaster {self.paymaster.account_id}", data=given),)
        asset = f"{self.chain.caip2}/erc20:{self.chain.account(head[12:32]).text}"
        least = int.from_bytes(head[32:64])
        return (Approve(asset=asset, amount=least, spender=self.paymaster.account_id, source=self._source()),)


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[ZksyncTransaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields = read_fields(body, (_FIELDS,))
    nonce, max_priority_fee, max_fee, gas, value = read_uints(*fields[:4], fields[5])
    first, chain_id, gas_per_pubdata = read_uints(fields[7], fields[10], fields[12])
    check_chain(chain, chain_id)
    if (first, *fields[8:10]) != (chain_id, b"", b""):
        hint = "wallets put it into the custom signature"
        raise TransactionError("expected the chain id, and no r and s beside it", reason="non-canonical", hint=hint)
    paymaster, paymaster_input = _read_paymaster(chain, fields[15])
    transaction = ZksyncTransaction(
        chain=chain,
        sender=sender,
        account=read_destination(chain, fields[11]),
        nonce=nonce,
        max_priority_fee=max_priority_fee,
        max_fee=max_fee,
        gas=gas,
        value=value,
        to=read_destination(chain, fields[4]),
        data=fields[6],
        gas_per_pubdata=gas_per_pubdata,
        factory_deps=fields[13],
        paymaster=paymaster,
        paymaster_input=paymaster_input,
    )
    return transaction, _read_custom(fields[14])


def _read_paymaster(chain: Evm, params: rlp.Item) -> tuple[Address | None, bytes]:
    if params == ():
        return None, b""
    if type(params) is not tuple or len(params) != 2:
        raise TransactionError("expected a paymaster and its input, or an empty list", reason="length")
    paymaster = read_destination(chain, params[0])
    if paymaster is None:
        raise TransactionError("expected the 20 bytes of a paymaster", reason="length")
    return paymaster, cast(bytes, params[1])


def _read_custom(signature: rlp.Item) -> Signature | None:
    """The signature of one key; accounts of code may have signatures of their own forms, which are not read."""
    if signature == b"":
        return None
    if type(signature) is not bytes or len(signature) != 65:
        raise TransactionError("expected a custom signature of 65 bytes: r, s and v", reason="length")
    if signature[64] not in (27, 28):
        raise TransactionError(f"expected 27 or 28 as v, got {signature[64]}", reason="range")
    r, s = signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0")
    return read_signature(rlp.encode_uint(signature[64] - 27), r, s)


def identify(chain: Evm, raw: bytes) -> str:
    """The id of signed bytes: the hash of the digest and of the signature's hash. Raises `TransactionError`."""
    transaction, signature = read(chain, None, raw[1:])
    if signature is None:
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    custom = signature.data + bytes((27 + cast(int, signature.recovery),))
    return "0x" + keccak256(keccak256(transaction.payload) + keccak256(custom)).hex()


def bytecode_hash(code: bytes) -> bytes:
    """The 32 bytes by which a bytecode is known: version 1, 0, its words of 32 bytes as two bytes, SHA-256 from there.

    Raises `TransactionError` for no bytes, and code that has not an odd number of words below 2^16.
    """
    if type(code) is not bytes:
        raise TransactionError(f"expected bytecode as bytes, got {type(code).__name__}", reason="type")
    words, rest = divmod(len(code), _WORD)
    if rest or words % 2 == 0 or words > _MAX_WORDS:
        expected = f"an odd number of words of {_WORD} bytes, at most {_MAX_WORDS}"
        raise TransactionError(f"expected bytecode of {expected}, got {len(code)} bytes", reason="length")
    return b"\x01\x00" + words.to_bytes(2) + sha256(code)[4:]


def create_address(creator: Address, deployment_nonce: int) -> Address:
    """The contract that an account makes by CREATE: keccak256(prefix || creator || nonce)[12:], 32 bytes each.

    The nonce counts what the account has deployed, not its transactions. Raises `AddressError`, and `Unsupported` for
    another chain.
    """
    chain, account = _creator(creator)
    if type(deployment_nonce) is not int or not 0 <= deployment_nonce < 1 << 128:
        raise AddressError("expected an int below 2^128 as deployment_nonce", reason="range")
    return chain.account(keccak256(_CREATE + account + _word(deployment_nonce))[12:])


def create2_address(creator: Address, salt: bytes, bytecode_hash: bytes, constructor_input: bytes = b"") -> Address:
    """The contract that an account makes by CREATE2: keccak256(prefix || creator || salt || hash || input's hash)[12:].

    Salt and hash have 32 bytes. Raises `AddressError`, and `Unsupported` for another chain.
    """
    chain, account = _creator(creator)
    for word, name in ((salt, "salt"), (bytecode_hash, "bytecode_hash")):
        if type(word) is not bytes or len(word) != _WORD:
            raise AddressError(f"expected {_WORD} bytes as {name}", reason="length")
    if type(constructor_input) is not bytes:
        raise AddressError("expected bytes as constructor_input", reason="type")
    return chain.account(keccak256(_CREATE2 + account + salt + bytecode_hash + keccak256(constructor_input))[12:])


def _creator(creator: Address) -> tuple[Evm, bytes]:
    if type(creator) is not Address or not isinstance(creator.chain, Evm):
        raise AddressError("expected the creator's Address on an EVM chain", reason="type")
    if "zksync" not in creator.chain.dialects:
        raise Unsupported(f"{creator.chain.name} is no chain of ZKsync", reason="scheme")
    if creator.text != creator.chain.account(creator.payload).text:
        raise AddressError("the text and bytes of the creator's address are not the same", reason="mismatch")
    return creator.chain, _padded(creator.payload)


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD)


def _padded(account: bytes) -> bytes:
    return account.rjust(_WORD, b"\0")
