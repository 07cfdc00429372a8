"""A back end of another package: it stands for an HSM whose slots hold keys and that answers in DER."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from walletcore.errors import SignerError, SigningRefused
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Confidential, Secret, sealed
from walletcore.signers.uri import Secrets, SignerUri, given
from walletcore.signing import Signature, SigningRequest

_PREHASHED = ec.ECDSA(utils.Prehashed(hashes.SHA256()))  # the digest is ready: 32 bytes


class ToyHsm(Confidential):
    """One key of the device."""

    def __init__(self, handle: ec.EllipticCurvePrivateKey) -> None:
        numbers = handle.public_key().public_numbers()
        self._handle = handle
        self.public_key = PublicKey.parse(Curve.SECP256K1, b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32))

    def sign(self, request: SigningRequest) -> Signature:
        """The signature as the device made it."""
        if type(request) is not SigningRequest:
            raise SigningRefused("expected a SigningRequest", reason="type")
        if request.key != self.public_key:
            raise SigningRefused("the request is for another key", reason="mismatch")
        if request.scheme is not Scheme.ECDSA:
            raise SigningRefused("the device has ECDSA only", reason="scheme")
        return Signature(scheme=request.scheme, data=self._handle.sign(request.message, _PREHASHED))


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> ToyHsm:
    """``toyhsm:slot/7`` asks for the ``PIN``."""
    uri.expect()
    slot = uri.path.removeprefix("slot/")
    if not slot.isdigit():
        raise SignerError("expected toyhsm:slot/ and a number", reason="unknown")
    if given(secrets, "PIN") != Secret(b"739105"):
        raise SignerError("the device does not take this PIN", reason="policy")
    return ToyHsm(ec.derive_private_key(int(slot), ec.SECP256K1()))  # a toy: every slot holds a key that all know
