"""Addresses that are derived: program-derived ones, which no key can have, and those made with a seed.

Solana's documentation: "Program Derived Address"; the SDK's ``create_program_address``, ``find_program_address`` and
``create_with_seed``. A program address is a hash that is no point of curve25519.
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.wire import utf8
from walletcore.curves.ed25519 import is_point
from walletcore.errors import AddressError, raised_as
from walletcore.hashes import sha256

__all__ = ["MAX_SEEDS", "MAX_SEED_LENGTH", "create_program_address", "create_with_seed", "find_program_address"]

MAX_SEEDS = 16  # the bump is one of them
MAX_SEED_LENGTH = 32
_MARKER = b"ProgramDerivedAddress"


def create_program_address(seeds: Sequence[bytes], program: bytes) -> bytes:
    """The 32 bytes of a program's address for these seeds, a bump among them where one is needed.

    Raises `AddressError` with reason ``point`` when they are a point of the curve: try another bump.
    """
    address = sha256(_joined(seeds, program, MAX_SEEDS) + program + _MARKER)
    if is_point(address):
        raise AddressError("the seeds lead to a point of the curve, which might be a key", reason="point")
    return address


def find_program_address(seeds: Sequence[bytes], program: bytes) -> tuple[bytes, int]:
    """The first address off the curve, with bumps from 255 down, and its bump. Raises `AddressError`."""
    joined = _joined(seeds, program, MAX_SEEDS - 1)
    for bump in range(255, -1, -1):
        address = sha256(joined + bytes([bump]) + program + _MARKER)
        if not is_point(address):
            return address, bump
    raise AddressError("no bump leads off the curve", reason="point")


def create_with_seed(base: bytes, text: str, program: bytes) -> bytes:
    """The 32 bytes of an address for a base key and a text as seed, whose owner will be a program. `AddressError`."""
    with raised_as(AddressError):
        seed = utf8(text, MAX_SEED_LENGTH)
    if type(base) is not bytes or len(base) != 32:
        raise AddressError("expected a base of 32 bytes", reason="length")
    _joined([], program, 0)
    if program.endswith(_MARKER):  # such an owner could make a program-derived address of it
        raise AddressError("a program that ends in the marker of program addresses is refused", reason="policy")
    return sha256(base + seed + program)


def _joined(seeds: Sequence[bytes], program: bytes, most: int) -> bytes:
    if type(program) is not bytes or len(program) != 32:
        raise AddressError("expected a program of 32 bytes", reason="length")
    if type(seeds) not in (tuple, list) or len(seeds) > most:
        raise AddressError(f"expected a tuple or list of at most {most} seeds", reason="length")
    if any(type(seed) is not bytes or len(seed) > MAX_SEED_LENGTH for seed in seeds):
        raise AddressError(f"expected seeds of at most {MAX_SEED_LENGTH} bytes", reason="length")
    return b"".join(seeds)
