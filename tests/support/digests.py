"""The plainest exchange: asks for a digest, takes the answer as the signature."""

from walletcore.keys import Scheme
from walletcore.signing import Signature, SigningRequest

__all__ = ["Digests"]


class Digests:
    """What is asked of a key for ECDSA."""

    schemes = frozenset({Scheme.ECDSA})

    def ask(self, request: SigningRequest) -> bytes:
        return request.message

    def read(self, request: SigningRequest, answer: bytes) -> Signature:
        return Signature(scheme=request.scheme, data=answer)
