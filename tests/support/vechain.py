"""What the tests of VeChain share: rows, keys, and transactions of both kinds."""

from typing import Any

from support.evm import ALICE, MALLORY
from walletcore.chains import chain
from walletcore.chains.vechain import Certificate, Clause, LegacyTransaction, Transaction, VeChain

__all__ = ["ALICE", "MALLORY", "ME", "TESTNET", "VECHAIN", "YOU", "certificate", "legacy", "other", "transfer"]

VECHAIN, TESTNET = (chain(name, VeChain) for name in ("vechain", "vechain-testnet"))
ME, YOU = VECHAIN.address(ALICE.public_key), VECHAIN.account(b"\x42" * 20)


def other(tag: int) -> VeChain:
    """Return a network of this chain tag."""
    return VeChain(name="other", genesis=f"0x{bytes(31).hex()}{tag:02x}")


def _fields(**changes: Any) -> dict[str, Any]:
    row = changes.get("chain", VECHAIN)
    to = (row if isinstance(row, VeChain) else VECHAIN).account(YOU.payload)
    fields: dict[str, Any] = {
        "chain": VECHAIN,
        "sender": ALICE.public_key,
        "block_ref": bytes.fromhex("0150aabbccddeeff"),
        "expiration": 32,
        "clauses": (Clause(to=to, value=10**18),),
        "gas": 21_000,
        "nonce": 7,
    }
    return {**fields, **changes}


def transfer(**changes: Any) -> Transaction:
    """Return Alice's transfer of one VET, with some fields changed."""
    return Transaction(**_fields(**{"max_fee": 10**13, "max_priority_fee": 10**12, **changes}))


def legacy(**changes: Any) -> LegacyTransaction:
    """Return the same without a type."""
    return LegacyTransaction(**_fields(**{"gas_price_coef": 128, **changes}))


def certificate(**changes: Any) -> Certificate:
    """Return Alice's certificate, with some fields changed."""
    fields: dict[str, Any] = {
        "chain": VECHAIN,
        "account": ME,
        "signer": ALICE.public_key,
        "purpose": "identification",
        "content": "fyi",
        "domain": "localhost",
        "timestamp": 1_545_035_330,
    }
    return Certificate(**{**fields, **changes})
