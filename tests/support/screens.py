"""Descriptors of ERC-7730 as tests write them, and calls and messages that are shown by them."""

from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from support.evm import ETHEREUM, signer
from walletcore.chains.evm import Evm, Message, Transaction, TypedData
from walletcore.chains.evm.clear_signing import Descriptor, Screen
from walletcore.keys import PublicKey

__all__ = [
    "CONTRACT",
    "DAI",
    "OTHER",
    "account",
    "call",
    "calldata",
    "descriptor",
    "document",
    "message",
    "screen",
    "signed_by",
]

JSON = dict[str, Any]
CONTRACT, OTHER = "0x" + "c0" * 20, "0x" + "d1" * 20
DAI = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
SCHEMA = "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json"


def account(address: str, chain_id: int = 1) -> str:
    """The CAIP-10 name of an account."""
    from eth_utils.address import to_checksum_address

    return f"eip155:{chain_id}:{to_checksum_address(address)}"


def document(formats: JSON, *, context: JSON | None = None, address: str = CONTRACT, **more: Any) -> JSON:
    """A descriptor for a contract; ``definitions`` and members of ``metadata`` as more."""
    display = {"definitions": more.pop("definitions", {}), "formats": formats}
    bound = {"contract": {"deployments": [{"chainId": 1, "address": address}]}}
    return {"$schema": SCHEMA, "context": context or bound, "metadata": more, "display": display}


def descriptor(formats: JSON, **more: Any) -> Descriptor:
    return Descriptor.parse(document(formats, **more))


def calldata(signature: str, *values: Any) -> bytes:
    """Calldata of a function without names of parameters, by eth-abi."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(signature.encode())[:4] + (
        encode([f"({types})"], [values])[_offset(types, values) :] if types else b""
    )


def _offset(types: str, values: Any) -> int:
    """eth-abi puts an offset before a tuple that is dynamic; arguments of a function have none."""
    whole = encode([f"({types})"], [values])
    return 32 if whole[:32] == (32).to_bytes(32) and _is_dynamic(types) else 0


def _is_dynamic(types: str) -> bool:
    return "bytes," in f"{types}," or "bytes)" in types or "string" in types or "[]" in types


def call(
    data: bytes, *, to: str = CONTRACT, value: int = 0, chain: Evm = ETHEREUM, sender: PublicKey | None = None
) -> Transaction:
    return Transaction(
        chain=chain,
        sender=sender,
        to=chain.account(bytes.fromhex(to[2:])),
        value=value,
        nonce=0,
        gas=100_000,
        max_fee=1,
        max_priority_fee=1,
        data=data,
    )


def signed_by(secret: int) -> PublicKey:
    return signer(secret.to_bytes(32)).public_key


def screen(
    fields: list[JSON], signature: str = "act()", *values: Any, known: JSON | None = None, **more: Any
) -> Screen:
    """What fields make of a call: the key has the names a, b, c ... for the parameters."""
    types = _split(signature)
    names = ",".join(f"{kind} {letter}" for kind, letter in zip(types, "abcdefgh", strict=False))
    given = {"intent": "Act", "fields": fields} | {
        name: more.pop(name) for name in ("interpolatedIntent",) if name in more
    }
    value, sender = more.pop("value", 0), more.pop("sender", None)
    shown = descriptor({f"{signature[: signature.index('(')]}({names})": given}, **more)
    return shown.render(call(calldata(signature, *values), value=value, sender=sender), **(known or {}))


def _split(signature: str) -> list[str]:
    """The types of parameters, of which none is a tuple."""
    inside = signature[signature.index("(") + 1 : -1]
    return inside.split(",") if inside else []


def message(types: JSON, primary: str, value: JSON, *, chain: Evm = ETHEREUM, **domain: Any) -> Message:
    """Typed data for a contract on a chain."""
    bound = {"name": "Example", "version": "1", "chainId": chain.chain_id, "verifyingContract": CONTRACT} | domain
    kept = {name: each for name, each in bound.items() if each is not None}
    known = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
    declared = [{"name": name, "type": kind} for name, kind in known.items() if name in kept]
    data = {"types": {"EIP712Domain": declared, **types}, "primaryType": primary, "domain": kept, "message": value}
    return Message(chain=chain, data=TypedData.parse(data))
