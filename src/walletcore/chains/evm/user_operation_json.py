"""User operations as JSON: what bundlers take, and the canonical form from which one is made again.

ERC-7769, "eth_sendUserOperation"; ERC-4337 of entry point 0.6 for its own members. Numbers are quantities, ``0x`` and
hex digits without leading zeros (Ethereum JSON-RPC, "Quantity").
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.user_operation import MARKER, VERSIONS, UserOperation
from walletcore.coding import strict_json
from walletcore.errors import AddressError, TransactionError, raised_as
from walletcore.keys import PublicKey

__all__ = ["decode", "encode", "from_rpc", "members", "sent"]

_MAX_RAW = 1 << 20  # four times 128 KiB as hexadecimal, and the rest
_MARK = "0x7702"
_NUMBERS = (
    ("nonce", "nonce"),
    ("callGasLimit", "call_gas_limit"),
    ("verificationGasLimit", "verification_gas_limit"),
    ("preVerificationGas", "pre_verification_gas"),
    ("maxFeePerGas", "max_fee"),
    ("maxPriorityFeePerGas", "max_priority_fee"),
)
_LIMITS = (
    ("paymasterVerificationGasLimit", "paymaster_verification_gas_limit"),
    ("paymasterPostOpGasLimit", "paymaster_post_op_gas_limit"),
)
_HEXADECIMAL = re.compile(r"0x((?:[0-9a-fA-F]{2})*+)", re.ASCII)
_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})", re.ASCII)
_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def members(operation: UserOperation, signature: bytes | None) -> dict[str, str]:
    """The members that a bundler takes, without a signature where there is none yet."""
    found = {"sender": operation.sender.text, "callData": _hex(operation.call_data)}
    found |= {name: hex(getattr(operation, attribute)) for name, attribute in _NUMBERS}
    if VERSIONS[operation.version].packed:
        found |= _unpacked(operation)
    else:
        found |= {"initCode": _hex(operation.init_code), "paymasterAndData": _hex(operation.paymaster_and_data)}
    return found if signature is None else {**found, "signature": _hex(signature)}


def _unpacked(operation: UserOperation) -> dict[str, str]:
    """What a factory and a paymaster have, from entry point 0.7 on; nothing for none."""
    found: dict[str, str] = {}
    if operation.factory is not None or operation.delegate is not None:
        found["factory"] = _MARK if operation.factory is None else operation.factory.text
        found["factoryData"] = _hex(operation.factory_data)
    if operation.paymaster is not None:
        found["paymaster"] = operation.paymaster.text
        found |= {name: hex(getattr(operation, attribute)) for name, attribute in _LIMITS}
        found["paymasterData"] = _hex(operation.paymaster_data)
    if operation.paymaster_signature is not None:
        found["paymasterSignature"] = _hex(operation.paymaster_signature)
    return found


def sent(operation: UserOperation, signature: bytes) -> bytes:
    """The parameters of ``eth_sendUserOperation``: the operation, and the address of the entry point."""
    return _encode([members(operation, signature), operation.entry_point.text]).encode()


def encode(operation: UserOperation) -> bytes:
    """The canonical form: names in their order, no white space."""
    document: dict[str, Any] = {
        "chainId": hex(operation.chain.chain_id),
        "entryPoint": operation.entry_point.text,
        "signs": operation.signs,
        "userOperation": members(operation, None),
        "version": operation.version,
    }
    if operation.delegate is not None:
        document["delegate"] = operation.delegate.text
    return _encode(document).encode()


def decode(chain: Evm, raw: bytes, keys: Sequence[PublicKey] = ()) -> UserOperation:
    """Read what `UserOperation.raw` gives, to the byte. The owner may be given. Raises `TransactionError`."""
    if type(raw) is not bytes or len(raw) > 2 * _MAX_RAW:
        raise TransactionError(f"expected at most {2 * _MAX_RAW} bytes", reason="type")
    if not isinstance(keys, Sequence) or len(keys) > 1:
        raise TransactionError("expected a sequence of at most one key, the owner's", reason="ambiguous")
    document = _document(raw)
    chain_id, delegate = _quantity(document["chainId"], "chainId"), document.get("delegate")
    if chain_id != chain.chain_id:
        raise TransactionError(f"expected chain id {chain.chain_id}, got {chain_id}", reason="network")
    operation = from_rpc(
        chain,
        document["userOperation"],
        version=document["version"],
        entry_point=_account(chain, document["entryPoint"], "entryPoint"),
        delegate=None if delegate is None else _account(chain, delegate, "delegate"),
        owner=keys[0] if keys else None,
        signs=document["signs"],
    )
    if encode(operation) != raw:
        raise TransactionError("expected the JSON that UserOperation.raw gives", reason="non-canonical")
    return operation


def _document(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise TransactionError("expected JSON in ASCII", reason="character") from None
    with raised_as(TransactionError):
        document = strict_json.decode(text, max_length=2 * _MAX_RAW, max_depth=2, max_values=64)
    _check_names(document, {"chainId", "entryPoint", "signs", "userOperation", "version"}, {"delegate"})
    return document  # type: ignore[no-any-return]


def _check_names(document: object, needed: set[str], allowed: set[str]) -> None:
    if type(document) is not dict or any(type(name) is not str for name in document):
        raise TransactionError(f"expected a dict (a JSON object), got {type(document).__name__}", reason="type")
    missing, other = needed - document.keys(), document.keys() - needed - allowed
    if missing:
        raise TransactionError(f"expected a member {min(missing)!r}, which is missing", reason="missing")
    if other:
        raise TransactionError(f"expected no member {min(other)[:80]!r}", reason="unknown")


def from_rpc(
    chain: Evm,
    operation: dict[str, Any],
    *,
    version: str,
    entry_point: Address | None = None,
    delegate: Address | None = None,
    owner: PublicKey | None = None,
    signs: str = "",
) -> UserOperation:
    """The operation that a bundler's members say, of which each must be known. Raises `TransactionError`.

    A ``signature`` is read and left out: before the owner signs, one stands there for the size of it. Addresses may be
    without the checksum of EIP-55. ``factory`` may be 0x7702 from entry point 0.8 on; the ``delegate`` is then needed.
    """
    rules = VERSIONS.get(version) if type(version) is str else None
    if rules is None:
        raise TransactionError(f"expected a version of the entry point: {', '.join(VERSIONS)}", reason="version")
    needed = {"sender", "callData", *(name for name, _ in _NUMBERS)}
    if rules.packed:
        names = {"factory", "factoryData", "paymaster", "paymasterData", "paymasterSignature", *dict(_LIMITS)}
        _check_names(operation, needed, {"signature", *names})
        more = _read_unpacked(chain, operation, delegate, marked=rules.typed)
    else:
        _check_names(operation, {*needed, "initCode", "paymasterAndData"}, {"signature"})
        more = {**_read_packed(chain, operation), "delegate": delegate}
    if "signature" in operation:
        _bytes(operation["signature"], "signature")
    if entry_point is not None:
        more["entry_point"] = entry_point
    more |= {attribute: _quantity(operation[name], name) for name, attribute in _NUMBERS}
    sender, data = _account(chain, operation["sender"], "sender"), _bytes(operation["callData"], "callData")
    return UserOperation(chain=chain, version=version, owner=owner, signs=signs, sender=sender, call_data=data, **more)


def _read_packed(chain: Evm, operation: dict[str, Any]) -> dict[str, Any]:
    """The members of entry point 0.6 in which an account and its data stand together."""
    found: dict[str, Any] = {}
    for name, account, data in (
        ("initCode", "factory", "factory_data"),
        ("paymasterAndData", "paymaster", "paymaster_data"),
    ):
        both = _bytes(operation[name], name)
        if 0 < len(both) < 20:
            raise TransactionError(f"expected an address of 20 bytes in {name}, got {len(both)}", reason="truncated")
        if both:
            found |= {account: chain.account(both[:20]), data: both[20:]}
    return found


def _read_unpacked(chain: Evm, operation: dict[str, Any], delegate: Address | None, *, marked: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"delegate": delegate}
    creator = operation.get("factory")
    is_mark = marked and creator in (_MARK, _hex(MARKER))
    if is_mark != (delegate is not None):
        expected = "factory 0x7702 and a delegate, or neither"
        raise TransactionError(f"expected {expected} (EIP-7702, entry point 0.8)", reason="mismatch")
    if "factory" in operation and not is_mark:
        found["factory"] = _account(chain, creator, "factory")
    if "paymaster" in operation:
        found["paymaster"] = _account(chain, operation["paymaster"], "paymaster")
    for name, attribute in _LIMITS:
        if name in operation:
            found[attribute] = _quantity(operation[name], name)
    for name, attribute in (
        ("factoryData", "factory_data"),
        ("paymasterData", "paymaster_data"),
        ("paymasterSignature", "paymaster_signature"),
    ):
        if name in operation:
            found[attribute] = _bytes(operation[name], name)
    return found


def _quantity(text: object, name: str) -> int:
    if type(text) is not str or not _QUANTITY.fullmatch(text):
        raise TransactionError(f"expected 0x and hex digits of a number as {name}", reason="type")
    return int(text, 16)


def _bytes(text: object, name: str) -> bytes:
    found = _HEXADECIMAL.fullmatch(text) if type(text) is str and len(text) <= _MAX_RAW else None
    if found is None:
        raise TransactionError(f"expected 0x and pairs of hex digits as {name}", reason="character")
    return bytes.fromhex(found[1])


def _account(chain: Evm, text: object, name: str) -> Address:
    if type(text) is not str:
        raise TransactionError(f"expected an address as {name}, got {type(text).__name__}", reason="type")
    try:
        return chain.parse_address(text, allow_unchecked=True)
    except AddressError as error:
        raise TransactionError(f"{name}: {error}", reason=error.reason, hint=error.hint) from None
