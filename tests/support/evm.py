"""What the tests of the EVM room share: rows, keys, transactions of every shape, and eth-account's view of them."""

from typing import Any

from eth_account import Account
from hypothesis import strategies as st

from walletcore.chains.evm import CHAINS, GWEI, AccessList, Evm, Transaction
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner

__all__ = [
    "ALICE",
    "ETHEREUM",
    "MALLORY",
    "POLYGON",
    "SEPOLIA",
    "secrets",
    "signer",
    "theirs",
    "transactions",
    "transfer",
]

ETHEREUM, SEPOLIA, POLYGON = CHAINS
LAST = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140

secrets = st.integers(1, LAST).map(lambda number: number.to_bytes(32))


def signer(secret: bytes, *, check: bool = True) -> LocalSigner:
    """Return a signer over this private key."""
    return LocalSigner(PrivateKey(Curve.SECP256K1, Secret(secret)), check)


ALICE, MALLORY = signer(b"\x11" * 32), signer(b"\x22" * 32)


def transfer(**changes: Any) -> Transaction:
    """Return Alice's transfer of one ether with some fields changed."""
    fields: dict[str, Any] = {
        "chain": ETHEREUM,
        "sender": ALICE.public_key,
        "to": changes.get("chain", ETHEREUM).account(b"\x42" * 20),
        "value": 10**18,
        "nonce": 7,
        "gas": 21_000,
        "max_fee": 30 * GWEI,
        "max_priority_fee": GWEI,
    }
    return Transaction(**{**fields, **changes})


def numbers(limit: int) -> st.SearchStrategy[int]:
    """Return numbers of every size below a limit, its borders among them."""
    sizes = st.integers(0, limit.bit_length()).flatmap(lambda bits: st.integers(0, min(2**bits, limit - 1)))
    return sizes | st.sampled_from([0, 1, 127, 128, 255, 256, limit - 1]).map(lambda number: min(number, limit - 1))


def access_lists() -> st.SearchStrategy[AccessList]:
    """Return access lists of a few entries."""
    keys = st.lists(st.binary(min_size=32, max_size=32), max_size=3).map(tuple)
    return st.lists(st.tuples(st.binary(min_size=20, max_size=20), keys), max_size=3).map(tuple)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Return unsigned transactions with every field anything that it may be, but for the sender, who is not named."""
    chain = draw(st.sampled_from(CHAINS) | st.integers(1, 2**63 - 37).map(lambda n: Evm(name="other", chain_id=n)))
    gas = draw(numbers(2**64))
    max_fee = draw(numbers((2**256 - 1) // max(gas, 1) + 1))
    return Transaction(
        chain=chain,
        to=draw(st.none() | st.binary(min_size=20, max_size=20).map(chain.account)),
        value=draw(numbers(2**256)),
        nonce=draw(numbers(2**64 - 1)),
        gas=gas,
        max_fee=max_fee,
        max_priority_fee=draw(numbers(max_fee + 1)),
        data=draw(
            st.binary(max_size=80) | st.sampled_from([b"\x00", b"\x7f", b"\x80", bytes(55), bytes(56), bytes(300)])
        ),
        access_list=draw(access_lists()),
    )


def theirs(transaction: Transaction, secret: bytes) -> Any:
    """Return what eth-account makes of the same fields and key."""
    fields = {
        "type": 2,
        "chainId": transaction.chain.chain_id,
        "nonce": transaction.nonce,
        "maxPriorityFeePerGas": transaction.max_priority_fee,
        "maxFeePerGas": transaction.max_fee,
        "gas": transaction.gas,
        "to": b"" if transaction.to is None else transaction.to.payload,
        "value": transaction.value,
        "data": transaction.data,
        "accessList": [
            {"address": f"0x{account.hex()}", "storageKeys": [f"0x{key.hex()}" for key in keys]}
            for account, keys in transaction.access_list
        ],
    }
    return Account.sign_transaction(fields, secret)
