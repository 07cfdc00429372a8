"""EIP-712: the hash of an ERC-2612 permit, from the dict that a dapp hands over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.harness import Case, Target, Workload
from walletcore.chains.evm import TypedData

_TYPES = {
    "EIP712Domain": {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"},
    "Permit": {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"},
}
TYPES = {name: [{"name": n, "type": kind} for n, kind in members.items()] for name, members in _TYPES.items()}
CONTRACT = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
OWNER, SPENDER = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"


def permit(nonce: int) -> dict[str, Any]:
    """One account's permits for one spender differ in their nonces and values."""
    return {
        "types": TYPES,
        "primaryType": "Permit",
        "domain": {"name": "USD Coin", "version": "2", "chainId": 1, "verifyingContract": CONTRACT},
        "message": {"owner": OWNER, "spender": SPENDER, "value": 10**6 + nonce, "nonce": nonce, "deadline": 2**256 - 1},
    }


def ours(nonce: int) -> bytes:
    """Read, check and hash."""
    return TypedData.parse(permit(nonce)).digest


def eth_account_digest(nonce: int) -> bytes:
    """eth-account, which checks less; both take Keccak-256 from pycryptodome where nothing faster is installed."""
    from eth_account.messages import encode_typed_data
    from eth_hash.auto import keccak

    signable = encode_typed_data(full_message=permit(nonce))
    return bytes(keccak(b"\x19\x01" + signable.header + signable.body))


def numbered(function: Callable[[int], bytes]) -> Callable[[Any, int], None]:
    """A nonce of its own for each permit."""

    def run(_: Any, count: int) -> None:
        for nonce in range(count):
            function(nonce)

    return run


def cases() -> list[Case]:
    """Ours and eth-account's."""
    return [
        Case(name="walletcore", run=numbered(ours), answer=lambda: ours(7)),
        Case(
            name="eth-account",
            run=numbered(eth_account_digest),
            answer=lambda: eth_account_digest(7),
            needs="eth_account",
        ),
    ]


WORKLOADS = [
    Workload(
        name="EIP-712 permit -> hash",
        reference="eth-account",
        cases=cases,
        targets=(Target(case="walletcore", reference="eth-account", ratio=1 / 5),),
    ),
]
