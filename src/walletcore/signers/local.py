"""A signer over one private key in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.errors import InvalidKey, SigningRefused
from walletcore.freezing import thawed
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Confidential, sealed
from walletcore.signing import Signature, SigningRequest, vouch

if TYPE_CHECKING:
    from walletcore.signers.uri import Secrets, SignerUri

__all__ = ["LocalSigner", "open_uri"]


@dataclass(frozen=True, slots=True)
class LocalSigner(Confidential):
    """Signs with a key in memory. A context manager: leaving it wipes the key (best effort).

    Raises `InvalidKey` when it is given anything else than a `PrivateKey`.

    With ``low_r`` its ECDSA signatures are those of Bitcoin Core: r is below 2**255, so that they have a byte less in
    half of the cases, and take two attempts on average. Only a key of secp256k1 has the choice; its BIP-340 signatures
    stay as they are.

    With ``check`` (the default) its answers are verified like any other, which is also the guard against faults in
    computation; without, it marks them accepted itself, for whoever decides that the speed is worth it.
    """

    key: PrivateKey
    check: bool = True
    low_r: bool = False

    def __post_init__(self) -> None:
        if type(self.key) is not PrivateKey or type(self.check) is not bool or type(self.low_r) is not bool:
            raise InvalidKey("expected a PrivateKey and bools", reason="type")
        if self.low_r and self.key.curve is not Curve.SECP256K1:
            text = f"low_r is for ECDSA on secp256k1, not for a key of {self.key.curve.value}"
            raise InvalidKey(text, reason="scheme")

    @classmethod
    def _of(cls, key: PrivateKey, check: bool) -> LocalSigner:
        """The signer of a key and a bool that were checked to be these."""
        made = _new_signer()
        made.key = key
        made.check = check
        made.low_r = False
        made.__class__ = LocalSigner
        signer: LocalSigner = made
        return signer

    @property
    def public_key(self) -> PublicKey:
        """The key that this signer signs for."""
        return self.key.public_key

    def sign(self, request: SigningRequest) -> Signature:
        """The signature: RFC 6979 (see ``low_r``), BIP-340 with zero auxiliary randomness, or RFC 8032.

        Raises `SigningRefused` for a request to another key.
        """
        if type(request) is not SigningRequest:
            raise SigningRefused(f"expected a SigningRequest, got {type(request).__name__}", reason="type")
        mine, asked = self.key.public_key, request.key
        if not (asked == mine or (request.scheme is Scheme.BIP340 and asked.even_y() == mine.even_y())):
            raise SigningRefused("the request is for another key", reason="mismatch")
        low_r = self.low_r and request.scheme is Scheme.ECDSA
        data, recovery = self.key.sign_recoverable(request.scheme, request.message, tweak=request.tweak, low_r=low_r)
        if self.check:
            return Signature(scheme=request.scheme, data=data, recovery=recovery)
        return vouch(request, data, recovery)

    def __enter__(self) -> LocalSigner:
        return self

    def __exit__(self, *_: object) -> None:
        self.key.wipe()


_new_signer = thawed(LocalSigner)
LocalSigner.__init__ = sealed(LocalSigner.__init__)  # type: ignore[method-assign]


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> LocalSigner:
    """``local:`` asks for the ``private key`` (32 bytes). Raises `InvalidKey` when it is not the pinned key's."""
    from walletcore.signers.uri import given

    uri.expect(path="")
    key = PrivateKey(public_key.curve, given(secrets, "private key"))
    if key.public_key != public_key:
        raise InvalidKey("the private key is not that of the pinned public key", reason="mismatch")
    return LocalSigner(key)
