"""What the tests of user operations share: Alice's operation, and operations out of the vectors' fields."""

from collections.abc import Mapping
from typing import Any

from support.evm import ALICE, ETHEREUM
from walletcore.chains.evm import Evm, UserOperation

__all__ = ["ACCOUNT", "FACTORY", "PAYMASTER", "fields_of", "operation"]

ACCOUNT, FACTORY, PAYMASTER = (ETHEREUM.account(bytes([byte]) * 20) for byte in (0xAA, 0xFA, 0xBB))

_ACCOUNTS = ("entry_point", "sender", "factory", "delegate", "paymaster")
_BYTES = ("factory_data", "call_data", "paymaster_data", "paymaster_signature")
_TEXTS = ("version", "signs")


def operation(**changes: Any) -> UserOperation:
    """Return Alice's operation for entry point 0.7, with some fields changed."""
    fields: dict[str, Any] = {
        "chain": ETHEREUM,
        "version": "0.7",
        "owner": ALICE.public_key,
        "sender": ACCOUNT,
        "nonce": 7,
        "call_data": bytes.fromhex("12345678"),
        "call_gas_limit": 100_000,
        "verification_gas_limit": 200_000,
        "pre_verification_gas": 50_000,
        "max_fee": 30 * 10**9,
        "max_priority_fee": 10**9,
    }
    return UserOperation(**{**fields, **changes})


def fields_of(chain: Evm, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an operation that are written as in the vectors, numbers as text or ints."""
    found: dict[str, Any] = {"chain": chain}
    for name, value in given.items():
        if name in _ACCOUNTS:
            found[name] = chain.account(bytes.fromhex(value))
        elif name in _BYTES:
            found[name] = bytes.fromhex(value)
        elif name in _TEXTS:
            found[name] = value
        else:
            found[name] = int(value)
    return found
