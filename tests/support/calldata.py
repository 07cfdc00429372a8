"""Calldata for tests, by eth-abi and eth-utils, and what is told of them."""

from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from support.evm import ETHEREUM
from walletcore.chains.base import Address
from walletcore.chains.evm import calls
from walletcore.effects import Effect

__all__ = ["ALL", "ME", "WHERE", "account", "calldata", "named", "owned", "said", "told", "types_of"]

WHERE = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
ME = "eip155:1:0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
ALL = 2**256 - 1


def types_of(signature: str) -> list[str]:
    """Return the types of a function's arguments: ``f((address,bool)[],bytes)`` has two."""
    found, depth, text = [], 0, ""
    for letter in signature[signature.index("(") + 1 : -1]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append(text)
            text = ""
        else:
            text += letter
    return [*found, text] if text else found


def calldata(signature: str, *arguments: Any) -> bytes:
    """Return the bytes of a call."""
    return bytes(keccak(text=signature)[:4] + encode(types_of(signature), arguments))


def account(number: int) -> bytes:
    """Return an account of 20 equal bytes."""
    return bytes([number]) * 20


def named(payload: bytes) -> str:
    """Return the CAIP-10 name of an account of Ethereum."""
    return ETHEREUM.account(payload).account_id


def owned(kind: str, contract: bytes = WHERE.payload) -> str:
    """Return the CAIP-19 name of what a contract keeps."""
    return f"eip155:1/{kind}:{ETHEREUM.account(contract)}"


def told(data: bytes, contract: Address = WHERE, caller: str = ME, erc20: Any = ()) -> tuple[Effect, ...]:
    """Return the effects of calldata that somebody sends to a contract."""
    return calls.effects(contract, caller, data, erc20)


def said(data: bytes, contract: Address = WHERE, caller: str = ME, erc20: Any = ()) -> Any:
    """Return the one effect of calldata."""
    (effect,) = told(data, contract, caller, erc20)
    return effect
