"""Where new phrases and shares come from: the operating system's randomness, or bytes that a test gives."""

from __future__ import annotations

from walletcore.errors import MnemonicError
from walletcore.secret import Secret, sealed

__all__ = ["drawn"]


@sealed
def drawn(size: int, entropy: bytes | Secret | None) -> bytes:
    """So many random bytes, or ``entropy``, which must be as many. Raises `MnemonicError`."""
    if entropy is None:
        import secrets  # not needed to read phrases and shares, and slow to import

        return secrets.token_bytes(size)
    if type(entropy) not in (bytes, Secret):
        raise MnemonicError(f"expected bytes or a Secret as entropy, got {type(entropy).__name__}", reason="type")
    if len(entropy) != size:
        raise MnemonicError(f"expected {size} bytes of entropy, got {len(entropy)}", reason="length")
    return entropy.reveal() if isinstance(entropy, Secret) else entropy
