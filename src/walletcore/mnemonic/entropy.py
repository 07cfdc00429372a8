"""Where new phrases and shares come from: the operating system's randomness, or bytes that a test gives."""

from __future__ import annotations

from walletcore.errors import MnemonicError
from walletcore.secret import Secret, sealed

__all__ = ["copied", "drawn"]


@sealed
def drawn(size: int, entropy: bytes | Secret | None) -> bytes:
    """So many random bytes, or ``entropy``, which must be as many. Raises `MnemonicError`."""
    if entropy is None:
        import secrets  # not needed to read phrases and shares, and slow to import

        return secrets.token_bytes(size)
    given = copied(entropy)
    if len(given) != size:
        raise MnemonicError(f"expected {size} bytes of entropy, got {len(given)}", reason="length")
    return given.reveal()


@sealed
def copied(entropy: bytes | Secret) -> Secret:
    """A Secret of its own with the same bytes. Raises `MnemonicError` for another type."""
    if type(entropy) not in (bytes, Secret):
        raise MnemonicError(f"expected bytes or a Secret as entropy, got {type(entropy).__name__}", reason="type")
    return Secret(entropy.reveal() if isinstance(entropy, Secret) else entropy)
