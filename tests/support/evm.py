"""What the tests of the EVM room share: rows, keys, transactions of every shape, and eth-account's view of them."""

from collections.abc import Mapping
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import strategies as st

from walletcore.chains import chain
from walletcore.chains.evm import (
    CHAINS,
    GWEI,
    AccessList,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    Evm,
    LegacyTransaction,
    SetCodeTransaction,
    SignedAuthorization,
    Transaction,
    ZksyncTransaction,
)
from walletcore.chains.evm.decode import AnyOf
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

__all__ = [
    "ALICE",
    "BLOB",
    "ETHEREUM",
    "MALLORY",
    "POLYGON",
    "SEPOLIA",
    "announced",
    "any_transactions",
    "authorization",
    "authorized",
    "blob",
    "blob_transactions",
    "created",
    "delegation",
    "legacy",
    "of_fields",
    "secrets",
    "set_code_transactions",
    "signer",
    "theirs",
    "transactions",
    "transfer",
]

ETHEREUM, SEPOLIA, POLYGON = (chain(name, Evm) for name in ("ethereum", "sepolia", "polygon"))
LAST = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140

secrets = st.integers(1, LAST).map(lambda number: number.to_bytes(32))


def signer(secret: bytes, *, check: bool = True) -> LocalSigner:
    """Return a signer over this private key."""
    return LocalSigner(PrivateKey(Curve.SECP256K1, Secret(secret)), check)


ALICE, MALLORY = signer(b"\x11" * 32), signer(b"\x22" * 32)


def payment(**changes: Any) -> dict[str, Any]:
    """Return the fields of Alice's transfer of one ether that all types have, with some changed."""
    fields: dict[str, Any] = {
        "chain": ETHEREUM,
        "sender": ALICE.public_key,
        "to": changes.get("chain", ETHEREUM).account(b"\x42" * 20),
        "value": 10**18,
        "nonce": 7,
        "gas": 21_000,
    }
    return {**fields, **changes}


def transfer(**changes: Any) -> Transaction:
    """Return Alice's transfer of one ether with some fields changed."""
    return Transaction(**payment(**{"max_fee": 30 * GWEI, "max_priority_fee": GWEI, **changes}))


def legacy(**changes: Any) -> LegacyTransaction:
    """Return the same without a type."""
    return LegacyTransaction(**payment(**{"gas_price": 30 * GWEI, **changes}))


def announced(**changes: Any) -> AccessListTransaction:
    """Return the same as type 1, with an access list."""
    entry = (b"\x11" * 20, (b"\x01" * 32, bytes(32)))
    return AccessListTransaction(**payment(**{"gas_price": 30 * GWEI, "access_list": (entry,), **changes}))


BLOB = b"".join(number.to_bytes(32) for number in range(4096))
HASHES = tuple(b"\x01" + bytes((number,)) * 31 for number in (1, 2))


def blob(**changes: Any) -> BlobTransaction:
    """Return the same as type 3, with the hashes of two blobs."""
    fees = {"max_fee": 30 * GWEI, "max_priority_fee": GWEI, "max_blob_fee": 5, "versioned_hashes": HASHES}
    return BlobTransaction(**payment(**{**fees, **changes}))


def authorization(**changes: Any) -> Authorization:
    """Return Mallory's authorization for the code at 0x55...55, with some fields changed."""
    chain = changes.get("chain", ETHEREUM)
    fields = {"chain": chain, "authority": MALLORY.public_key, "address": chain.account(b"\x55" * 20), "nonce": 3}
    return Authorization(**{**fields, **changes})


def delegation(*chain_ids: int, **changes: Any) -> SetCodeTransaction:
    """Return the same as type 4, with authorizations by Mallory for these chain ids, or for the chain's own."""
    chain = changes.get("chain", ETHEREUM)
    listed = tuple(
        sign(authorization(chain=row, every_chain=not number), MALLORY)
        for number in chain_ids or (chain.chain_id,)
        for row in [Evm(name="other", chain_id=number or 1)]
    )
    fees = {"max_fee": 30 * GWEI, "max_priority_fee": GWEI, "authorizations": listed}
    return SetCodeTransaction(**payment(**{**fees, **changes}))


def created(holder: LocalSigner, nonce: int) -> str:
    """Return the address of the contract that this account makes, by other libraries."""
    account = ETHEREUM.address(holder.public_key).payload
    return to_checksum_address(keccak(rlp.encode([account, nonce]))[12:])


def numbers(limit: int) -> st.SearchStrategy[int]:
    """Return numbers of every size below a limit, its borders among them."""
    sizes = st.integers(0, limit.bit_length()).flatmap(lambda bits: st.integers(0, min(2**bits, limit - 1)))
    return sizes | st.sampled_from([0, 1, 127, 128, 255, 256, limit - 1]).map(lambda number: min(number, limit - 1))


def access_lists() -> st.SearchStrategy[AccessList]:
    """Return access lists of a few entries."""
    keys = st.lists(st.binary(min_size=32, max_size=32), max_size=3).map(tuple)
    return st.lists(st.tuples(st.binary(min_size=20, max_size=20), keys), max_size=3).map(tuple)


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    """Return the fields that all types have, each anything that it may be, but for the sender, who is not named."""
    chain = draw(st.sampled_from(CHAINS) | st.integers(1, 2**63 - 37).map(lambda n: Evm(name="other", chain_id=n)))
    return {
        "chain": chain,
        "to": draw(st.none() | st.binary(min_size=20, max_size=20).map(chain.account)),
        "value": draw(numbers(2**256)),
        "nonce": draw(numbers(2**64 - 1)),
        "gas": draw(numbers(2**64)),
        "allow_endowment": True,
        "data": draw(
            st.binary(max_size=80) | st.sampled_from([b"\x00", b"\x7f", b"\x80", bytes(55), bytes(56), bytes(300)])
        ),
    }


def prices(draw: st.DrawFn, gas: int) -> int:
    """Return a price of gas that some account could pay."""
    return draw(numbers((2**256 - 1) // max(gas, 1) + 1))


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Return unsigned transactions of type 2."""
    fields = draw(calls())
    max_fee = prices(draw, fields["gas"])
    priority = draw(numbers(max_fee + 1))
    return Transaction(**fields, max_fee=max_fee, max_priority_fee=priority, access_list=draw(access_lists()))


@st.composite
def any_transactions(draw: st.DrawFn) -> AnyOf:
    """Return unsigned transactions of types 0 and 1, with and without a chain id where the type leaves that open."""
    fields = draw(calls())
    fields["gas_price"] = prices(draw, fields["gas"])
    if draw(st.booleans()):
        return AccessListTransaction(**fields, access_list=draw(access_lists()))
    return LegacyTransaction(**fields, replay_protected=draw(st.booleans()))


@st.composite
def blob_transactions(draw: st.DrawFn) -> BlobTransaction:
    """Return unsigned transactions of type 3."""
    return BlobTransaction(
        **draw(called()),
        max_blob_fee=draw(numbers(2**232)),
        versioned_hashes=draw(
            st.lists(st.binary(min_size=31, max_size=31).map(lambda each: b"\x01" + each), min_size=1, max_size=9).map(
                tuple
            )
        ),
    )


@st.composite
def set_code_transactions(draw: st.DrawFn) -> SetCodeTransaction:
    """Return unsigned transactions of type 4, with authorizations by nobody."""
    each = st.builds(
        SignedAuthorization,
        chain_id=numbers(2**256),
        address=st.binary(min_size=20, max_size=20),
        nonce=numbers(2**64),
        parity=st.integers(0, 1),  # eth-account writes no other
        r=numbers(2**256),
        s=numbers(2**256),
    )
    listed = draw(st.lists(each, min_size=1, max_size=4).map(tuple))
    return SetCodeTransaction(**draw(called()), authorizations=listed, allow_every_chain=True)


@st.composite
def called(draw: st.DrawFn) -> dict[str, Any]:
    """Return the fields of a call that pays by EIP-1559."""
    fields = draw(calls())
    if fields["to"] is None:
        fields["to"] = fields["chain"].account(b"\x42" * 20)
    max_fee = prices(draw, fields["gas"])
    fees = {"max_fee": max_fee, "max_priority_fee": draw(numbers(max_fee + 1)), "access_list": draw(access_lists())}
    return fields | fees


def of_fields(fields: Mapping[str, Any], sender: PublicKey | None, row: Evm | None = None) -> AnyOf:
    """Return the transaction that the fields of a published figure say: its type is the one that has these fields.

    A transaction without a type and without a chain id is not protected, and read for the main chain.
    """
    chain = row or Evm(name="other", chain_id=int(fields.get("chain_id", 1)))
    common: dict[str, Any] = {
        "chain": chain,
        "sender": sender,
        "to": chain.account(bytes.fromhex(fields["to"])) if fields["to"] else None,
        "data": bytes.fromhex(fields["data"]),
        "allow_endowment": True,
        **{name: int(fields[name]) for name in ("nonce", "gas", "value")},
    }
    prices: dict[str, Any] = {
        name: int(fields[name])
        for name in ("gas_price", "max_fee", "max_priority_fee", "max_blob_fee")
        if name in fields
    }
    if "access_list" not in fields:
        return LegacyTransaction(**common, **prices, replay_protected="chain_id" in fields)
    entries = [(entry["address"], entry["storage_keys"]) for entry in fields["access_list"]]
    common["access_list"] = tuple(
        (bytes.fromhex(account), tuple(map(bytes.fromhex, keys))) for account, keys in entries
    )
    if "gas_price" in fields:
        return AccessListTransaction(**common, **prices)
    if "versioned_hashes" in fields:
        hashes = tuple(map(bytes.fromhex, fields["versioned_hashes"]))
        return BlobTransaction(**common, **prices, versioned_hashes=hashes)
    if "authorizations" in fields:
        listed = tuple(map(authorized, fields["authorizations"]))
        return SetCodeTransaction(**common, **prices, authorizations=listed, allow_every_chain=True)
    return Transaction(**common, **prices)


def authorized(fields: Mapping[str, Any]) -> SignedAuthorization:
    """Return the signed authorization that the fields of a published figure say."""
    numbers: dict[str, Any] = {name: int(fields[name]) for name in ("chain_id", "nonce", "parity", "r", "s")}
    return SignedAuthorization(address=bytes.fromhex(fields["address"]), **numbers)


def theirs(transaction: AnyOf, secret: bytes) -> Any:
    """Return what eth-account makes of the same fields and key."""
    fields: dict[str, Any] = {
        "nonce": transaction.nonce,
        "gas": transaction.gas,
        "to": b"" if transaction.to is None else transaction.to.payload,
        "value": transaction.value,
        "data": transaction.data,
    }
    if not isinstance(transaction, LegacyTransaction) or transaction.replay_protected:
        fields["chainId"] = transaction.chain.chain_id
    if isinstance(transaction, (LegacyTransaction, AccessListTransaction)):
        fields["gasPrice"] = transaction.gas_price
    else:
        fields |= {"maxPriorityFeePerGas": transaction.max_priority_fee, "maxFeePerGas": transaction.max_fee}
    if isinstance(transaction, BlobTransaction):
        hashes = [f"0x{each.hex()}" for each in transaction.versioned_hashes]
        fields |= {"maxFeePerBlobGas": transaction.max_blob_fee, "blobVersionedHashes": hashes}
    if isinstance(transaction, SetCodeTransaction):
        fields["authorizationList"] = [
            {
                "chainId": each.chain_id,
                "address": each.address,
                "nonce": each.nonce,
                "yParity": each.parity,
                "r": each.r,
                "s": each.s,
            }
            for each in transaction.authorizations
        ]
    if not isinstance(transaction, LegacyTransaction | ZksyncTransaction):
        fields |= {
            "type": transaction.type_byte[0],
            "accessList": [
                {"address": f"0x{account.hex()}", "storageKeys": [f"0x{key.hex()}" for key in keys]}
                for account, keys in transaction.access_list
            ],
        }
    return Account.sign_transaction(fields, secret)
