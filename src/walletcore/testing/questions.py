"""What a signer under examination is asked: texts that say so, in every form that a request of its schemes can have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from walletcore.hashes import Hash, blake2b_256, keccak256, sha256, sha256d, tagged
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signing import SigningRequest

__all__ = ["OVER_DIGESTS", "STRANGERS", "foreign", "no_requests", "numbered", "questions"]

OVER_DIGESTS = (Scheme.ECDSA, Scheme.ECDSA_P256, Scheme.SCHNORR_BCH)
_TEXT = b"A conformance test of walletcore asks for this signature. It authorises nothing. "
_HASHES = (sha256, sha256d, keccak256, blake2b_256, tagged("TapSighash"))
_SIZES = (0, 1, 31, 32, 33, 64, 255, 1000)
_ONES = {Curve.ED25519_BIP32: b"\x01" + bytes(63)}  # of another length than those of the other curves
_RISTRETTO = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")  # RFC 9496, A.1
_OTHERS = tuple(curve for curve in Curve if curve is not Curve.SR25519)  # whose library may be missing
STRANGERS = (
    *(PrivateKey(curve, Secret(_ONES.get(curve, bytes(31) + b"\x01"))).public_key for curve in _OTHERS),
    PublicKey.trusted(Curve.SR25519, _RISTRETTO),
)
"""A key of every curve that no examined signer has, but the signer of the number 1."""


def questions(key: PublicKey, scheme: Scheme) -> Iterator[SigningRequest]:
    """Digests, payloads with each hash, messages of many lengths, taproot tweaks."""
    if scheme in OVER_DIGESTS:
        yield SigningRequest(key=key, scheme=scheme, payload=sha256(_TEXT))
        yield SigningRequest(key=key, scheme=scheme, payload=b"\xff" * 32)  # above the order of the curve
        for prehash in _HASHES:
            yield _hashed(key, scheme, prehash)
    elif scheme is Scheme.BIP340:
        yield SigningRequest(key=key, scheme=scheme, payload=sha256(_TEXT))
        yield _hashed(key, scheme, tagged("TapSighash"))
        yield _hashed(key, scheme, tagged("BIP0322-signed-message"))
        for tweak in (b"", sha256(_TEXT)):
            even = key.even_y()
            yield SigningRequest(key=even, scheme=scheme, payload=_TEXT, prehash=tagged("TapSighash"), tweak=tweak)
    else:
        for size in _SIZES:
            yield SigningRequest(key=key, scheme=scheme, payload=(_TEXT * (size // len(_TEXT) + 1))[:size])
        yield _hashed(key, scheme, sha256)


def _hashed(key: PublicKey, scheme: Scheme, prehash: Hash) -> SigningRequest:
    return SigningRequest(key=key, scheme=scheme, payload=_TEXT + prehash.name.encode(), prehash=prehash)


def numbered(example: SigningRequest, number: int) -> SigningRequest:
    """A request like one that the signer answers, over another text of the same length."""
    payload = sha256(_TEXT + number.to_bytes(4))
    if example.prehash is not None:
        payload = _TEXT + payload
    return SigningRequest(key=example.key, scheme=example.scheme, payload=payload, prehash=example.prehash)


def foreign(example: SigningRequest) -> Iterator[SigningRequest]:
    """Requests to other keys: of this curve in the same form, of every other curve, and the negated key of ECDSA."""
    for stranger in STRANGERS:
        if stranger.curve is not example.key.curve:
            scheme = next(scheme for scheme in Scheme if scheme.curve is stranger.curve)
            yield SigningRequest(key=stranger, scheme=scheme, payload=bytes(32))
        elif stranger.even_y() != example.key.even_y():
            yield _to(stranger, example)
    if example.scheme in OVER_DIGESTS:
        yield _to(PublicKey(example.key.curve, bytes((example.key.data[0] ^ 1,)) + example.key.data[1:]), example)


def _to(key: PublicKey, example: SigningRequest) -> SigningRequest:
    return SigningRequest(key=key, scheme=example.scheme, payload=example.payload, prehash=example.prehash)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lying(SigningRequest):
    """A request of another class, which says that another message is signed than its payload gives."""

    @property
    def message(self) -> bytes:
        return bytes(32)


def no_requests(example: SigningRequest) -> Iterator[object]:
    """What is no request, and what only looks like one."""
    yield from (None, b"", bytes(32), "sign this", 0, object(), {"payload": b""}, [example])
    fields = {"key": example.key, "scheme": example.scheme, "payload": example.payload}
    yield SimpleNamespace(
        **fields, prehash=example.prehash, tweak=None, message=example.message, id=example.id, accept=example.accept
    )
    yield _Lying(**fields, prehash=example.prehash)  # type: ignore[arg-type]
