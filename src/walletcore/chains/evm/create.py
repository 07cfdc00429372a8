"""The addresses of contracts that do not exist yet: CREATE (Yellow Paper, section 7) and CREATE2 (EIP-1014)."""

from __future__ import annotations

from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.coding import rlp
from walletcore.errors import AddressError, Unsupported
from walletcore.hashes import keccak256

__all__ = ["create2_address", "create_address"]

_MAX_NONCE = 2**64 - 2  # EIP-2681
_MAX_CODE = 1 << 20


def create_address(creator: Address, nonce: int) -> Address:
    """The contract that an account makes by its transaction of this nonce: keccak256(rlp([creator, nonce]))[12:].

    Raises `AddressError` for an address of no EVM chain and a nonce that no transaction has, and `Unsupported` where
    the chain makes these addresses in its own way.
    """
    chain, account = _account(creator)
    if type(nonce) is not int:
        raise AddressError(f"expected an int as nonce, got {type(nonce).__name__}", reason="type")
    if not 0 <= nonce <= _MAX_NONCE:
        raise AddressError(f"expected a nonce from 0 to {_MAX_NONCE}", reason="range")
    return chain.account(keccak256(rlp.encode((account, rlp.encode_uint(nonce))))[12:])


def create2_address(
    creator: Address, salt: bytes, *, init_code: bytes | None = None, init_code_hash: bytes | None = None
) -> Address:
    """The contract that a contract makes by CREATE2: keccak256(0xff || creator || salt || keccak256(init_code))[12:].

    ``salt`` has 32 bytes; the code that makes the contract is given, or the Keccak-256 of it. Raises `AddressError`,
    and `Unsupported` where the chain makes these addresses in its own way.
    """
    chain, account = _account(creator)
    if (init_code is None) == (init_code_hash is None):
        raise AddressError("expected either init_code or init_code_hash", reason="ambiguous")
    code_hash = _hash_of(init_code) if init_code_hash is None else init_code_hash
    _check_word(salt, "salt")
    _check_word(code_hash, "init_code_hash")
    return chain.account(keccak256(b"\xff" + account + salt + code_hash)[12:])


def _account(creator: Address) -> tuple[Evm, bytes]:
    if type(creator) is not Address or not isinstance(creator.chain, Evm):
        raise AddressError("expected the creator's Address on an EVM chain", reason="type")
    if creator.chain.own_contract_addresses:
        expected = f"{creator.chain.name} makes the addresses of contracts in its own way, not by CREATE and CREATE2"
        raise Unsupported(expected, reason="scheme", hint="its node tells the address in the receipt")
    if creator.text != creator.chain.account(creator.payload).text:
        raise AddressError("the text and bytes of the creator's address are not the same", reason="mismatch")
    return creator.chain, creator.payload


def _hash_of(init_code: bytes | None) -> bytes:
    if type(init_code) is not bytes:
        raise AddressError(f"expected bytes as init_code, got {type(init_code).__name__}", reason="type")
    if len(init_code) > _MAX_CODE:
        raise AddressError(f"expected at most {_MAX_CODE} bytes of init_code", reason="too-large")
    return keccak256(init_code)


def _check_word(word: object, name: str) -> None:
    if type(word) is not bytes or len(word) != 32:
        raise AddressError(f"expected 32 bytes as {name}", reason="length")
