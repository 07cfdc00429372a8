"""ERC-4337 user operations: what an account that is a contract is asked to do, as its owner signs it.

ERC-4337, "UserOperation" and "EntryPoint interface"; how they are hashed is what ``getUserOpHash`` of the entry points
says (eth-infinitism/account-abstraction, v0.6.0 contracts/core/UserOperationLib.sol, v0.7.0 the same, v0.8.0 and v0.9.0
contracts/core/EntryPoint.sol, Eip7702Support.sol, UserOperationLib.sol): words and hashes of what is long, the entry
point and the chain; from 0.8 on as EIP-712 typed data.

An account decides by its own code whose signature it takes, and over what. The fields and the hash say nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from walletcore.chains.accounts import check_account, check_numbers
from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.evm.chain import Evm
from walletcore.effects import Effect
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete

if TYPE_CHECKING:
    from walletcore.chains.typed_data import TypedData

__all__ = ["VERSIONS", "UserOperation", "Version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A release of the entry point: where it is on every chain, and what it knows.

    ``signs`` is what the owner of a SimpleAccount of that release signs. ``packed``: the paymaster has gas of its own,
    and gas is written in pairs. ``typed``: the hash is that of typed data, and accounts may be delegations (EIP-7702).
    ``late``: a paymaster may sign after the owner.
    """

    entry_point: str
    signs: str
    packed: bool = True
    typed: bool = False
    late: bool = False


# The addresses: eth-infinitism/account-abstraction, releases v0.6.0, v0.7.0, v0.8.0 and v0.9.0. What owners sign:
# _validateSignature in SimpleAccount.sol of each (contracts/samples, from 0.8 on contracts/accounts).
VERSIONS = {
    "0.6": Version(entry_point="0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789", signs="message", packed=False),
    "0.7": Version(entry_point="0x0000000071727De22E5E9d8BAf0edAc6f37da032", signs="message"),
    "0.8": Version(entry_point="0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108", signs="hash", typed=True),
    "0.9": Version(entry_point="0x433709009B8330FDa32311DF1C2AFA402eD8D009", signs="hash", typed=True, late=True),
}
"""The entry points by their release, as in ``version``."""

PAYMASTER_MAGIC = bytes.fromhex("22e325a297439656")  # keccak("PaymasterSignature")[:8], UserOperationLib.sol of 0.9
MARKER = bytes.fromhex("7702") + bytes(18)  # INITCODE_EIP7702_MARKER, Eip7702Support.sol

_PUBLISHED = cast(Address, None)  # filled when the version is known
_SIGNS = ("message", "hash")
_MAX_DATA = 1 << 17  # 128 KiB, all that nodes take of a transaction (go-ethereum, core/txpool, txMaxSize)
_GAS = 1 << 120  # each, in every release: "AA94 gas values overflow"
_NUMBERS = (
    ("nonce", 1 << 256),
    ("call_gas_limit", _GAS),
    ("verification_gas_limit", _GAS),
    ("pre_verification_gas", _GAS),
    ("max_fee", _GAS),
    ("max_priority_fee", _GAS),
    ("paymaster_verification_gas_limit", _GAS),
    ("paymaster_post_op_gas_limit", _GAS),
)
_PERSONAL = b"\x19Ethereum Signed Message:\n32"  # EIP-191, version 0x45
_TYPED = b"\x19\x01"
_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_DOMAIN = keccak256(_DOMAIN_TYPE) + keccak256(b"ERC4337") + keccak256(b"1")
_MEMBERS = (
    ("sender", "address"),
    ("nonce", "uint256"),
    ("initCode", "bytes"),
    ("callData", "bytes"),
    ("accountGasLimits", "bytes32"),
    ("preVerificationGas", "uint256"),
    ("gasFees", "bytes32"),
    ("paymasterAndData", "bytes"),
)
_TYPE_HASH = keccak256(f"PackedUserOperation({','.join(f'{kind} {name}' for name, kind in _MEMBERS)})".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOperation:
    """What the account ``sender`` is asked to do, through an entry point of a certain ``version`` ("0.6" to "0.9").

    ``call_data`` goes to the account. Before, it may be created: by a ``factory``, which is given ``factory_data``; or,
    from 0.8 on, it is a delegation to the contract ``delegate`` (EIP-7702), which is then given ``factory_data``. A
    ``paymaster`` pays in its place; its gas limits are there from 0.7 on. From 0.9 on it may sign after the owner: its
    ``paymaster_signature`` is then no None but bytes, none as long as it is missing, and the owner does not sign them.

    ``signs`` says what the ``owner`` signs: "message", the hash as a personal message (EIP-191), or "hash", the hash
    itself, which from 0.8 on is that of typed data. Without it, what SimpleAccount of that version wants: "message"
    before 0.8, "hash" from then on. Without ``entry_point``, it is at the published address. Gas is in units, fees in
    wei for each. Raises `TransactionError`.
    """

    chain: Evm
    version: str
    entry_point: Address = _PUBLISHED
    owner: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    signs: str = ""
    sender: Address
    nonce: int
    factory: Address | None = None
    delegate: Address | None = None
    factory_data: bytes = field(default=b"", repr=False)
    call_data: bytes = field(default=b"", repr=False)
    call_gas_limit: int
    verification_gas_limit: int
    pre_verification_gas: int
    max_fee: int
    max_priority_fee: int
    paymaster: Address | None = None
    paymaster_verification_gas_limit: int = 0
    paymaster_post_op_gas_limit: int = 0
    paymaster_data: bytes = field(default=b"", repr=False)
    paymaster_signature: bytes | None = field(default=None, repr=False)
    _hash: bytes | None = memory()
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(self.chain).__name__}", reason="type")
        if type(self.version) is not str or self.version not in VERSIONS:
            raise TransactionError(f"expected a version of the entry point: {', '.join(VERSIONS)}", reason="version")
        self._fill()
        self._check_owner()
        check_numbers(self, _NUMBERS)
        if self.max_priority_fee > self.max_fee:
            raise TransactionError("expected max_priority_fee to be at most max_fee (EIP-1559)", reason="mismatch")
        self._check_data()
        self._check_accounts()
        self._check_creation()
        self._check_paymaster()

    def _fill(self) -> None:
        rules = self._rules
        if cast("Address | None", self.entry_point) is None:
            published = self.chain.account(bytes.fromhex(rules.entry_point[2:]))  # whatever the chain's checksum is
            object.__setattr__(self, "entry_point", published)
        if self.signs == "":
            object.__setattr__(self, "signs", rules.signs)
        if type(self.signs) is not str or self.signs not in _SIGNS:
            raise TransactionError('expected "message" or "hash" as what the owner signs', reason="unknown")

    @property
    def _rules(self) -> Version:
        return VERSIONS[self.version]

    def _check_owner(self) -> None:
        key = self.owner
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected the owner's secp256k1 public key, or None", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected the owner's KeyOrigin, or None", reason="type")

    def _check_data(self) -> None:
        late = b"" if self.paymaster_signature is None else self.paymaster_signature
        for name, data in (
            ("factory_data", self.factory_data),
            ("call_data", self.call_data),
            ("paymaster_data", self.paymaster_data),
            ("paymaster_signature", late),
        ):
            if type(data) is not bytes:
                raise TransactionError(f"expected bytes as {name}, got {type(data).__name__}", reason="type")
            if len(data) > _MAX_DATA:
                raise TransactionError(f"expected at most {_MAX_DATA} bytes as {name}", reason="too-large")
        if len(late) >> 16:  # its length is written in two bytes
            raise TransactionError("expected a paymaster_signature below 2^16 bytes", reason="too-large")

    def _check_accounts(self) -> None:
        check_account(self.chain, self.entry_point, "entry_point")
        check_account(self.chain, self.sender, "sender")
        for name in ("factory", "delegate", "paymaster"):
            account = getattr(self, name)
            if account is not None:
                check_account(self.chain, account, name)

    def _check_creation(self) -> None:
        if self.delegate is not None and not self._rules.typed:
            raise TransactionError(f"entry point {self.version} knows no delegations (EIP-7702)", reason="version")
        if self.factory is not None and self.delegate is not None:
            raise TransactionError("expected a factory or a delegate, got both", reason="ambiguous")
        if self.factory is None and self.delegate is None and self.factory_data:
            raise TransactionError("factory_data is for a factory or a delegate; there is none", reason="missing")
        if self._rules.typed and self.factory is not None and self.factory.payload == MARKER:
            hint = "delegate= says what the account is a delegation to"
            raise TransactionError("this factory is the mark of EIP-7702", reason="ambiguous", hint=hint)

    def _check_paymaster(self) -> None:
        gas = self.paymaster_verification_gas_limit or self.paymaster_post_op_gas_limit
        if self.paymaster is None and (gas or self.paymaster_data or self.paymaster_signature is not None):
            raise TransactionError("there are values for a paymaster, and no paymaster", reason="missing")
        if gas and not self._rules.packed:
            raise TransactionError(f"paymasters have no gas of their own in {self.version}", reason="version")
        if self.paymaster_signature is not None and not self._rules.late:
            raise TransactionError(f"paymasters sign before the owner in {self.version}", reason="version")
        if self._rules.late and self.paymaster_signature is None and self.paymaster_data.endswith(PAYMASTER_MAGIC):
            raise TransactionError("the end of paymaster_data reads as a signature", reason="ambiguous")

    @classmethod
    def from_rpc(
        cls,
        chain: Evm,
        operation: dict[str, Any],
        *,
        version: str,
        entry_point: Address | None = None,
        delegate: Address | None = None,
        owner: PublicKey | None = None,
        signs: str = "",
    ) -> UserOperation:
        """The operation that the members say which ``eth_sendUserOperation`` takes. Raises `TransactionError`.

        A ``signature`` among them is read and left out: before the owner signs, one stands there for its size. Where
        ``factory`` is 0x7702 (EIP-7702), the ``delegate`` is needed. Members that are not known are refused.
        """
        from walletcore.chains.evm.user_operation_json import from_rpc

        more: dict[str, Any] = {"entry_point": entry_point, "delegate": delegate, "owner": owner, "signs": signs}
        return from_rpc(chain, operation, version=version, **more)

    @property
    def init_code(self) -> bytes:
        """``initCode``: the factory, or the mark of a delegation, and what it is given; nothing where there is none."""
        return self._creator(MARKER)

    def _creator(self, delegation: bytes) -> bytes:
        if self.delegate is not None:
            return delegation + self.factory_data
        return b"" if self.factory is None else self.factory.payload + self.factory_data

    @property
    def account_gas_limits(self) -> bytes:
        """``accountGasLimits``, 32 bytes: the limits for the verification and for the call."""
        return self.verification_gas_limit.to_bytes(16) + self.call_gas_limit.to_bytes(16)

    @property
    def gas_fees(self) -> bytes:
        """``gasFees``, 32 bytes: the priority fee and the highest fee for a unit."""
        return self.max_priority_fee.to_bytes(16) + self.max_fee.to_bytes(16)

    @property
    def paymaster_and_data(self) -> bytes:
        """``paymasterAndData``: the paymaster, from 0.7 on its limits, its data, and its signature if it has one."""
        late = self.paymaster_signature
        ending = late + len(late).to_bytes(2) + PAYMASTER_MAGIC if late else b""
        return self._paymaster_signed + ending

    @property
    def _paymaster_signed(self) -> bytes:
        """What is before the signature of the paymaster."""
        if self.paymaster is None:
            return b""
        limits = (self.paymaster_verification_gas_limit, self.paymaster_post_op_gas_limit)
        gas = b"".join(limit.to_bytes(16) for limit in limits) if self._rules.packed else b""
        return self.paymaster.payload + gas + self.paymaster_data

    @property
    @remembered
    def hash(self) -> bytes:
        """The user operation hash, 32 bytes: what the entry point names the operation, and gives the account."""
        return keccak256(self._hashed)

    @property
    def _hashed(self) -> bytes:
        """The bytes whose Keccak-256 is the hash."""
        if self._rules.typed:
            separator = keccak256(_DOMAIN + self.chain.chain_id.to_bytes(32) + _word(self.entry_point))
            return _TYPED + separator + keccak256(_TYPE_HASH + self._words)
        return keccak256(self._words) + _word(self.entry_point) + self.chain.chain_id.to_bytes(32)

    @property
    def _words(self) -> bytes:
        """The fields as words, in their order; what is long by its hash."""
        magic = b"" if self.paymaster_signature is None else PAYMASTER_MAGIC
        creator = keccak256(self._creator(b"" if self.delegate is None else self.delegate.payload))
        head = _word(self.sender) + self.nonce.to_bytes(32) + creator + keccak256(self.call_data)
        paymaster = keccak256(self._paymaster_signed + magic)
        if self._rules.packed:
            return head + self.account_gas_limits + self.pre_verification_gas.to_bytes(32) + self.gas_fees + paymaster
        limits = (self.call_gas_limit, self.verification_gas_limit, self.pre_verification_gas)
        numbers = (*limits, self.max_fee, self.max_priority_fee)
        return head + b"".join(number.to_bytes(32) for number in numbers) + paymaster

    @property
    def typed_data(self) -> TypedData:
        """The typed data whose hash is the operation's, from 0.8 on. Raises `TransactionError` before."""
        from walletcore.chains.typed_data import TypedData

        if not self._rules.typed:
            raise TransactionError(f"the hash of {self.version} is not that of typed data", reason="version")
        contract, creator = self.entry_point.payload, b"" if self.delegate is None else self.delegate.payload
        magic = b"" if self.paymaster_signature is None else PAYMASTER_MAGIC
        values = (
            *(self.sender.payload, self.nonce, self._creator(creator), self.call_data),
            *(self.account_gas_limits, self.pre_verification_gas, self.gas_fees, self._paymaster_signed + magic),
        )
        names = [name for name, _ in _MEMBERS]
        chain_id = self.chain.chain_id
        document = {
            "types": {"PackedUserOperation": [{"name": name, "type": kind} for name, kind in _MEMBERS]},
            "primaryType": "PackedUserOperation",
            "domain": {"name": "ERC4337", "version": "1", "chainId": chain_id, "verifyingContract": contract},
            "message": dict(zip(names, values, strict=True)),
        }
        return TypedData.parse(document)

    @property
    def payload(self) -> bytes:
        """The bytes whose Keccak-256 the owner signs."""
        return _PERSONAL + self.hash if self.signs == "message" else self._hashed

    @property
    def raw(self) -> bytes:
        """Canonical JSON of all that is signed, from which `Evm.decode_transaction` makes the operation again."""
        from walletcore.chains.evm.user_operation_json import encode

        return encode(self)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the owner's recoverable ECDSA signature over the Keccak-256 of the payload.

        Raises `TransactionError` while the owner is not known.
        """
        if self.owner is None:
            raise TransactionError("owner key unknown", reason="missing", hint="UserOperation(owner=key, ...) tells it")
        request = SigningRequest(
            key=self.owner,
            scheme=Scheme.ECDSA,
            payload=self.payload,
            prehash=keccak256,
            origin=self.origin,
            subject=self,
        )
        return (request,)

    def assemble(self, answers: Answers) -> SignedMessage[UserOperation]:
        """The operation with its signature: ``raw`` is the JSON of the parameters of ``eth_sendUserOperation``.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        from walletcore.chains.evm.user_operation_json import sent

        (signature,) = answers = complete(accepted(self.requests(), answers))
        return SignedMessage(chain=self.chain, raw=sent(self, _encoded(signature)), message=self, answers=answers)

    def rpc(self, signature: bytes) -> dict[str, str]:
        """The operation as ``eth_sendUserOperation`` takes it, with a signature, or what stands in its place.

        A bundler that is to make an account a delegation in the same transaction wants ``eip7702Auth`` beside these.
        """
        from walletcore.chains.evm.user_operation_json import members

        return members(self, _checked(signature))

    def packed(self, signature: bytes) -> bytes:
        """The operation as the ABI writes it, with a signature: an item of the entry point's ``handleOps``."""
        from walletcore.chains.evm import abi

        gas = (self.call_gas_limit, self.verification_gas_limit, self.pre_verification_gas)
        if self._rules.packed:
            types = "address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes"
            numbers: tuple[Any, ...] = (self.account_gas_limits, self.pre_verification_gas, self.gas_fees)
        else:
            types = "address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes"
            numbers = (*gas, self.max_fee, self.max_priority_fee)
        head = (self.sender.payload, self.nonce, self.init_code, self.call_data)
        return abi.encode([f"({types})"], [(*head, *numbers, self.paymaster_and_data, _checked(signature))])

    @property
    def prefund(self) -> int:
        """The most that the operation may cost, in wei: what the entry point takes beforehand (_getRequiredPrefund).

        Before 0.7 the limit for the verification is that for the paymaster, too, twice.
        """
        times = 1 if self._rules.packed or self.paymaster is None else 3
        gas = self.call_gas_limit + times * self.verification_gas_limit + self.pre_verification_gas
        return (gas + self.paymaster_verification_gas_limit + self.paymaster_post_op_gas_limit) * self.max_fee

    def effects(self, *, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """Who comes to control the account, what it is asked to do, the paymaster that is called, the highest fee.

        ``erc20`` are contracts that the caller knows to be of ERC-20, as for transactions. Raises `TransactionError`.
        """
        from walletcore.chains.evm.user_operation_effects import effects

        return effects(self, erc20)


def _word(account: Address) -> bytes:
    return bytes(12) + account.payload


def _checked(signature: bytes) -> bytes:
    if type(signature) is not bytes or len(signature) > _MAX_DATA:
        raise InvalidSignature(f"expected at most {_MAX_DATA} bytes as signature", reason="type")
    return signature


def _encoded(signature: Signature) -> bytes:
    """R, s and v of 27 or 28, 65 bytes."""
    parity = signature.recovery
    if parity is None or parity > 1:  # an r of n or more before it was reduced, which ecrecover does not know
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    return signature.data + bytes((27 + parity,))
