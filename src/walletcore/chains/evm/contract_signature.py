"""Signatures of contracts: what is asked of the chain, and what its answer means.

ERC-1271, "Specification": only the contract can say whether a signature is its own. ERC-6492, "Signer side" and
"Verifier side": what a contract has signed that is yet to be made, or made ready, carries the call that does it. The
chain is asked by the caller; nothing here has a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.errors import InvalidSignature, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.evm.message import Message

__all__ = ["Call", "CounterfactualSignature", "ask", "deploy_and_ask", "says_yes", "verify_signature"]

Call = Callable[[Address | None, bytes], bytes]
"""What a node's ``eth_call`` answers for a contract and calldata, or for no contract and the code that makes one.

Empty bytes where the call is reverted, or the account has no code. Whatever it raises passes through.
"""

_SELECTOR = bytes.fromhex("1626ba7e")  # isValidSignature(bytes32,bytes), and the value that says yes
_YES = _SELECTOR.ljust(32, b"\0")
_MAGIC = bytes.fromhex("6492") * 16
_WRAPPED = ("address", "bytes", "bytes")
_MAX_SIGNATURE = 1 << 15  # and so code that makes a contract is below the bound of EIP-3860
_MAX_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterfactualSignature:
    """A signature of a contract, with the call that makes the contract, or makes it ready (ERC-6492).

    ``to`` is the 20 bytes of a factory or another contract, ``data`` its calldata. Raises `InvalidSignature`.
    """

    to: bytes
    data: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if not all(type(each) is bytes for each in (self.to, self.data, self.signature)) or len(self.to) != 20:
            raise InvalidSignature("expected bytes, and 20 of them as the contract that is called", reason="type")
        _check_size(len(self.data) + len(self.signature))

    @classmethod
    def decode(cls, signature: bytes) -> CounterfactualSignature | None:
        """Read a signature that ends as ERC-6492 says; None for others. Raises `InvalidSignature`."""
        from walletcore.chains.evm import abi

        if type(signature) is not bytes:
            raise InvalidSignature(f"expected a signature as bytes, got {type(signature).__name__}", reason="type")
        _check_size(len(signature))
        if not signature.endswith(_MAGIC):
            return None
        try:
            to, data, inner = abi.decode(_WRAPPED, signature[: -len(_MAGIC)])
        except TransactionError as error:
            raise InvalidSignature(f"ERC-6492: {error}", reason=error.reason) from None
        if inner.endswith(_MAGIC):
            raise InvalidSignature("expected no other such signature in one of ERC-6492", reason="too-deep")
        return cls(to=to, data=data, signature=inner)

    def encode(self) -> bytes:
        """The bytes, with those at the end by which such a signature is known."""
        from walletcore.chains.evm import abi

        return abi.encode(_WRAPPED, (self.to, self.data, self.signature)) + _MAGIC


def _check_size(size: int) -> None:
    if size > _MAX_SIGNATURE:
        raise InvalidSignature(f"expected a signature of at most {_MAX_SIGNATURE} bytes", reason="too-large")


def ask(digest: bytes, signature: bytes) -> bytes:
    """The calldata of ``isValidSignature``, for the contract that is said to have signed. Raises `InvalidSignature`.

    ``digest`` is the hash that was signed, 32 bytes: `Message.digest`.
    """
    from walletcore.chains.evm import abi

    if type(digest) is not bytes or len(digest) != 32:
        raise InvalidSignature("expected the 32 bytes of a hash as digest", reason="length")
    if type(signature) is not bytes:
        raise InvalidSignature(f"expected a signature as bytes, got {type(signature).__name__}", reason="type")
    _check_size(len(signature))
    return _SELECTOR + abi.encode(("bytes32", "bytes"), (digest, signature))


def says_yes(answer: bytes) -> bool:
    """Whether a contract's answer to `ask` is the one word that means yes."""
    return type(answer) is bytes and answer == _YES


def deploy_and_ask(account: Address, digest: bytes, wrapped: CounterfactualSignature) -> bytes:
    """Code that makes the contract as the signature says, and then asks it: what it gives back is the answer.

    It is run by a call without a destination, which changes nothing. Raises `InvalidSignature`.
    """
    question = ask(digest, wrapped.signature)
    # The answer is all that the account itself gives back, and nothing else of the memory: that holds the question,
    # which begins with the four bytes that mean yes.
    last = _static_call(account.payload, len(question)) + _ANSWER
    start = 2 * len(_copy(0, 0)) + len(_call(wrapped.to, 0)) + len(last)
    code = _copy(start, len(wrapped.data)) + _call(wrapped.to, len(wrapped.data))
    return code + _copy(start + len(wrapped.data), len(question)) + last + wrapped.data + question


# The instructions of that code: each takes what was pushed last first (Yellow Paper, appendix H).

_ZERO = bytes.fromhex("6000")
_ANSWER = bytes.fromhex(
    "3d600060003e"  # RETURNDATASIZE, 0, 0, RETURNDATACOPY
    "5860090157"  # PC, 9, ADD, JUMPI: where the call was not reverted, on with JUMPDEST
    "3d6000fd5b"  # RETURNDATASIZE, 0, REVERT, JUMPDEST
    "3d6000f3"  # RETURNDATASIZE, 0, RETURN
)


def _size(number: int) -> bytes:
    """PUSH3."""
    return b"\x62" + number.to_bytes(3)


def _account(payload: bytes) -> bytes:
    """PUSH20."""
    return b"\x73" + payload


def _copy(start: int, size: int) -> bytes:
    """CODECOPY of so many bytes to the start of the memory."""
    return _size(size) + _size(start) + _ZERO + b"\x39"


def _call(to: bytes, size: int) -> bytes:
    """GAS, CALL and POP: with the calldata that were copied, and whatever comes of it."""
    return _ZERO + _ZERO + _size(size) + _ZERO + _ZERO + _account(to) + b"\x5a\xf1\x50"


def _static_call(to: bytes, size: int) -> bytes:
    """GAS and STATICCALL, the same without changes of the state."""
    return _ZERO + _ZERO + _size(size) + _ZERO + _account(to) + b"\x5a\xfa"


def verify_signature(message: Message, account: Address, signature: bytes, *, call: Call) -> None:
    """Return if this account, a contract or not, signed the message; otherwise raise `InvalidSignature`.

    In the order of ERC-6492: a signature with its call first, then the contract, and where no contract answers the key
    of the account. An account that delegates to a contract (EIP-7702) has code: what that answers holds, and its key is
    asked only where it answers nothing.
    """
    _check(message, account)
    wrapped = CounterfactualSignature.decode(signature)
    if wrapped is None:
        answer = _answered(call, account, ask(message.digest, signature))
        if says_yes(answer):
            return
        if answer:
            raise InvalidSignature("the contract says that the signature is not its own", reason="mismatch")
        message.verify(signature, account)
        return
    if says_yes(_answered(call, account, ask(message.digest, wrapped.signature))):
        return
    if not says_yes(_answered(call, None, deploy_and_ask(account, message.digest, wrapped))):
        raise InvalidSignature("the contract, made or made ready, does not say yes", reason="mismatch")


def _check(message: Message, account: Address) -> None:
    from walletcore.chains.evm.message import Message as Known

    if type(message) is not Known:
        raise InvalidSignature(f"expected a Message, got {type(message).__name__}", reason="type")
    if type(account) is not Address or not isinstance(account.chain, Evm):
        raise InvalidSignature("expected an EVM Address as account", reason="type")
    try:
        check_account(message.chain, account, "account")
    except TransactionError as error:
        raise InvalidSignature(str(error), reason=error.reason) from None


def _answered(call: Call, to: Address | None, data: bytes) -> bytes:
    answer = call(to, data)
    if type(answer) is not bytes or len(answer) > _MAX_ANSWER:
        raise InvalidSignature(f"expected bytes as the answer of the chain, at most {_MAX_ANSWER}", reason="type")
    return answer
