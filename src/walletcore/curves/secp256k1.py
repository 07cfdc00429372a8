"""secp256k1 over libsecp256k1: the only file that touches coincurve, its private low-level module included.

SEC 1 (points), RFC 6979 (ECDSA nonces), BIP-340 (Schnorr), BIP-341 (taproot tweak), BIP-146 (low s),
the Schnorr signatures of Bitcoin Cash (its 2019-05-15-schnorr.md).
Points are 33 bytes (compressed), scalars 32 bytes big-endian, signatures 64 bytes (r || s, or R.x || s).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from walletcore.curves import Operations, Tweak, accepting
from walletcore.curves.bip66 import ORDER, decode_der, encode_der
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.hashes import keccak256, sha256, tagged
from walletcore.secret import Secret, sealed

__all__ = [
    "COMPRESSED",
    "CONTEXT",
    "ORDER",
    "SCHEMES",
    "TAP_TWEAK",
    "account_of",
    "add_scalars",
    "check_digest",
    "check_secret",
    "decode_der",
    "ecdsa_recover",
    "encode_der",
    "even_y",
    "ffi",
    "fill_pair",
    "kept_point",
    "lib",
    "multiply_public",
    "multiply_scalars",
    "new_pair",
    "parse_public",
    "parsed_x_only",
    "point",
    "public_key",
    "serialize",
    "sign_low_r",
    "taproot_output",
    "tweak_public",
    "tweak_secret",
    "uncompressed",
]

_HALF_ORDER = (ORDER // 2).to_bytes(32)
CONTEXT = GLOBAL_CONTEXT.ctx
COMPRESSED, _UNCOMPRESSED = 258, 2
_NEW = ffi.new
_POINT, _RECOVERABLE = ffi.typeof("secp256k1_pubkey *"), ffi.typeof("secp256k1_ecdsa_recoverable_signature *")
_BYTES_32, _BYTES_33, _BYTES_64 = (ffi.typeof(f"unsigned char[{size}]") for size in (32, 33, 64))
_INT, _SIZE = ffi.typeof("int *"), ffi.typeof("size_t *")
_PREFIXES = {33: (b"\x02", b"\x03"), 65: (b"\x04",)}
"""How the standard forms of a point begin, by their size (SEC 1, 2.3.3)."""
TAP_TWEAK = tagged("TapTweak")

CData = Any  # what cffi hands out has no type


def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is a scalar from 1 to n-1 in 32 bytes."""
    if len(secret) != 32:
        raise InvalidKey(f"expected 32 bytes as secp256k1 private key, got {len(secret)}", reason="length")
    if not lib.secp256k1_ec_seckey_verify(CONTEXT, secret.reveal()):
        raise InvalidKey("expected a secp256k1 private key from 1 to n-1", reason="range")


@sealed
def public_key(secret: Secret) -> bytes:
    """The point of a valid secret, computed in constant time."""
    return point(secret.reveal())


def point(k: bytes) -> bytes:
    """k*G for a scalar of 32 bytes, in constant time. Raises `InvalidKey` unless it is from 1 to n-1."""
    _check_scalar(k)
    out = _NEW(_POINT)
    if not lib.secp256k1_ec_pubkey_create(CONTEXT, out, k):
        raise InvalidKey("expected a secp256k1 private key from 1 to n-1", reason="range")
    return serialize(out)


def parse_public(data: bytes) -> bytes:
    """The canonical 33 bytes of a point given in 33 or 65 bytes (SEC 1, 2.3.4). Hybrid forms (06, 07) are refused."""
    if data[:1] not in _PREFIXES.get(len(data), ()):
        raise InvalidKey("expected 33 bytes beginning with 02 or 03, or 65 beginning with 04", reason="non-canonical")
    point = kept_point(data)
    return data if len(data) == 33 else serialize(point)


def uncompressed(public: bytes) -> bytes:
    """The 65 bytes of a point: 04 || x || y."""
    out = _NEW("unsigned char[65]")
    lib.secp256k1_ec_pubkey_serialize(CONTEXT, out, _NEW(_SIZE, 65), kept_point(public), _UNCOMPRESSED)
    data: bytes = ffi.buffer(out)[:]
    return data


def account_of(public: bytes) -> bytes:
    """The 20 bytes of the key's EVM account: the end of the Keccak-256 of x || y (Yellow Paper, Appendix F)."""
    return keccak256(uncompressed(public)[1:])[12:]


def even_y(public: bytes) -> bytes:
    """The point with the same x and even y (BIP-340, lift_x)."""
    return b"\x02" + public[1:]


def tweak_secret(secret: Secret, tweak: bytes) -> Secret:
    """(secret + tweak) mod n. Raises `InvalidKey` when the tweak is not below n or the sum is zero (BIP-32)."""
    return Secret(add_scalars(secret.reveal(), tweak))


def add_scalars(k: bytes, tweak: bytes) -> bytes:
    """(k + tweak) mod n, in 32 bytes. Raises `InvalidKey` when the tweak is not below n or the sum is zero."""
    if len(k) != 32 or len(tweak) != 32:
        _check_scalar(k if len(k) != 32 else tweak)  # refuses
    scalar = _NEW(_BYTES_32, k)
    if not lib.secp256k1_ec_seckey_tweak_add(CONTEXT, scalar, tweak):
        raise InvalidKey("the tweaked private key is out of range", reason="range")
    total: bytes = ffi.buffer(scalar)[:]
    return total


def multiply_scalars(k: bytes, factor: bytes) -> bytes:
    """(k * factor) mod n, in 32 bytes, in constant time. Raises `InvalidKey` unless both are from 1 to n-1."""
    _check_scalar(k)
    _check_scalar(factor)
    scalar = _NEW("unsigned char[32]", k)
    if not lib.secp256k1_ec_seckey_tweak_mul(CONTEXT, scalar, factor):
        raise InvalidKey("expected secp256k1 scalars from 1 to n-1", reason="range")
    product: bytes = ffi.buffer(scalar)[:]
    return product


def multiply_public(public: bytes, factor: bytes) -> bytes:
    """factor * public, in time that depends on the factor. Raises `InvalidKey` unless that is from 1 to n-1."""
    _check_scalar(factor)
    point = _parse(public)
    if not lib.secp256k1_ec_pubkey_tweak_mul(CONTEXT, point, factor):
        raise InvalidKey("expected a secp256k1 scalar from 1 to n-1", reason="range")
    return serialize(point)


def tweak_public(public: bytes, tweak: bytes) -> bytes:
    """public + tweak*G. Raises `InvalidKey` when the tweak is not below n or the sum is the point at infinity."""
    _check_scalar(tweak)
    point = _parse(public)
    if not lib.secp256k1_ec_pubkey_tweak_add(CONTEXT, point, tweak):
        raise InvalidKey("the tweaked public key is no point", reason="range")
    return serialize(point)


@lru_cache(maxsize=1_024)  # who reads an input asks, and who accepts its signature asks again
def taproot_output(internal: bytes, merkle_root: bytes) -> bytes:
    """BIP-341, "Constructing and spending Taproot outputs": Q = P + H_TapTweak(P || root)*G, as 02 || Q.x."""
    lifted = even_y(internal)
    point = _NEW("secp256k1_pubkey *", kept_point(lifted)[0])
    if not lib.secp256k1_ec_pubkey_tweak_add(CONTEXT, point, TAP_TWEAK(lifted[1:] + merkle_root)):
        raise InvalidKey("the tweaked public key is no point", reason="range")
    output, kept = even_y(serialize(point)), _NEW("secp256k1_xonly_pubkey *")
    lib.secp256k1_xonly_pubkey_from_pubkey(CONTEXT, kept, ffi.NULL, point)
    if len(_OUTPUTS) >= _MAX_OUTPUTS:
        _OUTPUTS.clear()
    _OUTPUTS[output[1:]] = kept
    return output


_MAX_OUTPUTS, _OUTPUTS = 1_024, dict[bytes, CData]()  # by x: whoever verifies a signature needs no square root


def ecdsa_recover(digest: bytes, signature: bytes, recovery: int) -> bytes:
    """The point that made a signature (SEC 1, 4.1.6). Raises `InvalidSignature`."""
    check_digest(digest)
    _check_length(signature)
    return serialize(_recover(digest, signature, recovery))


def _recover(digest: bytes, signature: bytes, recovery: int) -> CData:
    if type(recovery) is not int or not 0 <= recovery <= 3:  # the library ends the process
        raise InvalidSignature("expected a recovery id from 0 to 3", reason="range")
    recoverable, point = _NEW(_RECOVERABLE), _NEW(_POINT)
    if not (
        lib.secp256k1_ecdsa_recoverable_signature_parse_compact(CONTEXT, recoverable, signature, recovery)
        and lib.secp256k1_ecdsa_recover(CONTEXT, point, recoverable, digest)
    ):
        raise InvalidSignature("no key can have made this signature", reason="mismatch")
    return point


def _prepare_ecdsa(secret: Secret, tweak: Tweak | None) -> Secret:
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return secret


@sealed
def _sign_ecdsa(secret: Secret, digest: bytes, aux: bytes, entropy: bytes | CData = ffi.NULL) -> tuple[bytes, int]:
    """RFC 6979 with SHA-256 and no extra entropy (3.6), unless there is one; low s, by libsecp256k1's own promise."""
    if type(digest) is not bytes or len(digest) != 32:
        check_digest(digest)  # refuses
    signature = _NEW(_RECOVERABLE)
    if not lib.secp256k1_ecdsa_sign_recoverable(CONTEXT, signature, digest, secret.reveal(), ffi.NULL, entropy):
        raise InvalidKey("expected a secp256k1 private key from 1 to n-1", reason="range")
    compact, recovery = _NEW(_BYTES_64), _NEW(_INT)
    lib.secp256k1_ecdsa_recoverable_signature_serialize_compact(CONTEXT, compact, recovery, signature)
    return ffi.buffer(compact)[:], recovery[0]


def sign_low_r(secret: Secret, digest: bytes) -> tuple[bytes, int]:
    """The ECDSA signature that Bitcoin Core makes, and its recovery id: r is below 2**255, so DER has a byte less.

    src/key.cpp, ``CKey::Sign``: no extra entropy at first, then a counter from 1 on, in 32 bytes little-endian, as
    libsecp256k1's nonce function takes it. Half of the nonces will do. Raises `InvalidSignature` for what is no digest.
    """
    signature, recovery = _sign_ecdsa(secret, digest, b"")
    counter = 0
    while signature[0] >= 0x80:
        counter += 1
        signature, recovery = _sign_ecdsa(secret, digest, b"", counter.to_bytes(32, "little"))
    return signature, recovery


def _verify_ecdsa(public: bytes, digest: bytes, signature: bytes) -> None:
    check_digest(digest)
    _check_length(signature)
    parsed = _NEW("secp256k1_ecdsa_signature *")
    if not (
        lib.secp256k1_ecdsa_signature_parse_compact(CONTEXT, parsed, signature)
        and lib.secp256k1_ecdsa_verify(CONTEXT, parsed, digest, kept_point(public))  # 0 for a high s, too
    ):
        raise InvalidSignature("the ECDSA signature does not verify", reason="mismatch")


def _accept_ecdsa(public: bytes, digest: bytes, signature: bytes, recovery: int | None) -> tuple[bytes, int]:
    """DER or r || s, high or low s, with or without recovery id -> r || s with low s and its recovery id, verified."""
    check_digest(digest)
    compact = signature if len(signature) == 64 else decode_der(signature)
    if compact[32:] > _HALF_ORDER:
        s = int.from_bytes(compact[32:])
        compact = compact[:32] + (ORDER - s).to_bytes(32) if s < ORDER else compact
        recovery = None if recovery is None else recovery ^ 1
    for candidate in range(4) if recovery is None else (recovery,):
        try:
            if serialize(_recover(digest, compact, candidate)) == public:  # without a square root for the key
                return compact, candidate
        except InvalidSignature:
            continue
    raise InvalidSignature("the ECDSA signature is not by the key that was asked", reason="mismatch")


@sealed
def _prepare_schnorr(secret: Secret, tweak: Tweak | None) -> CData:
    """The key pair that BIP-340 signing starts from; with a tweak, the one of the taproot output key (BIP-341)."""
    pair = new_pair()
    if tweak is None:
        fill_pair(pair, secret.reveal(), 2, None)
    else:
        public, merkle_root = tweak
        fill_pair(pair, secret.reveal(), public[0], TAP_TWEAK(public[1:] + merkle_root))
    return pair


def new_pair() -> CData:
    """An empty key pair, which is overwritten when nobody has it any more."""
    return ffi.gc(_NEW("secp256k1_keypair *"), _overwrite)


def fill_pair(pair: CData, k: bytes, prefix: int, tweak: bytes | None) -> None:
    """BIP-341, `taproot_tweak_seckey`: the scalar of the key with even y, and the tweak added; or the secret itself."""
    scalar = _NEW(_BYTES_32, k)
    try:
        if tweak is not None:
            if prefix == 3:
                lib.secp256k1_ec_seckey_negate(CONTEXT, scalar)
            if not lib.secp256k1_ec_seckey_tweak_add(CONTEXT, scalar, tweak):
                raise InvalidKey("the tweaked private key is out of range", reason="range")
        if not lib.secp256k1_keypair_create(CONTEXT, pair, scalar):
            raise InvalidKey("expected a secp256k1 private key from 1 to n-1", reason="range")
    finally:
        ffi.buffer(scalar)[:] = _ZEROS


_ZEROS = bytes(32)


def _sign_schnorr(pair: CData, message: bytes, aux: bytes) -> tuple[bytes, None]:
    """BIP-340, "Default Signing": aux is 32 bytes of fresh randomness, or zeros."""
    if type(aux) is not bytes or len(aux) != 32:
        raise InvalidKey("expected 32 bytes as auxiliary randomness", reason="length")
    signature = _NEW(_BYTES_64)
    if len(message) == 32:
        lib.secp256k1_schnorrsig_sign32(CONTEXT, signature, message, pair, aux)
    else:
        extra = _NEW("secp256k1_schnorrsig_extraparams *", {"magic": _EXTRA_MAGIC, "ndata": ffi.from_buffer(aux)})
        lib.secp256k1_schnorrsig_sign_custom(CONTEXT, signature, message, len(message), pair, extra)
    return ffi.buffer(signature)[:], None


_EXTRA_MAGIC = (0xDA, 0x6F, 0xB3, 0x8C)  # SECP256K1_SCHNORRSIG_EXTRAPARAMS_MAGIC


def _forget_schnorr(pair: CData) -> None:
    """`_overwrite` does it when the last reference goes: another thread may be signing with the pair."""


_PAIR_ZEROS = bytes(ffi.sizeof("secp256k1_keypair"))


def _overwrite(pair: CData, buffer: CData = ffi.buffer, zeros: bytes = _PAIR_ZEROS) -> None:
    """Called at the very end of the process, too, when this module's names are gone: hence the defaults."""
    buffer(pair)[:] = zeros


def _verify_schnorr(public: bytes, message: bytes, signature: bytes) -> None:
    _check_length(signature)
    if not lib.secp256k1_schnorrsig_verify(CONTEXT, signature, message, len(message), parsed_x_only(public[1:])):
        raise InvalidSignature("the BIP-340 signature does not verify", reason="mismatch")


_FIELD = 2**256 - 2**32 - 977
_ALGORITHM = b"Schnorr+SHA256  "  # so that no nonce of ECDSA is used again


def _sign_schnorr_bch(secret: Secret, digest: bytes, aux: bytes) -> tuple[bytes, None]:
    """2019-05-15-schnorr.md, "Signing": all arithmetic with secrets is libsecp256k1's, the nonce by its RFC 6979."""
    check_digest(digest)
    d, nonce = secret.reveal(), _NEW("unsigned char[32]")
    lib.secp256k1_nonce_function_rfc6979(nonce, digest, d, _ALGORITHM, ffi.NULL, 0)
    public, big_r = point(d), uncompressed(point(ffi.buffer(nonce)[:]))
    if not _is_square(big_r[33:]):
        lib.secp256k1_ec_seckey_negate(CONTEXT, nonce)
    k, r = ffi.buffer(nonce)[:], big_r[1:33]
    ffi.buffer(nonce)[:] = bytes(32)
    return r + add_scalars(multiply_scalars(d, _challenge_bch(r, public, digest)), k), None


def _challenge_bch(r: bytes, public: bytes, digest: bytes) -> bytes:
    return (int.from_bytes(sha256(r + public + digest)) % ORDER).to_bytes(32)


def _is_square(y: bytes) -> bool:
    """Whether the Jacobi symbol of a coordinate is 1, by Euler's criterion; of points that everyone may see."""
    return pow(int.from_bytes(y), (_FIELD - 1) // 2, _FIELD) == 1


def _verify_schnorr_bch(public: bytes, digest: bytes, signature: bytes) -> None:
    """2019-05-15-schnorr.md, "Verification": R = sG - eP has x(R) = r, and a y that is a square."""
    check_digest(digest)
    _check_length(signature)
    r, s = signature[:32], signature[32:]
    minus_e = (ORDER - int.from_bytes(_challenge_bch(r, public, digest))).to_bytes(32)
    try:
        big_r = uncompressed(tweak_public(multiply_public(public, minus_e), s))
    except InvalidKey:
        raise InvalidSignature("the Schnorr signature does not verify", reason="mismatch") from None
    if big_r[1:33] != r or not _is_square(big_r[33:]):
        raise InvalidSignature("the Schnorr signature does not verify", reason="mismatch")


def _check_scalar(scalar: bytes) -> None:
    """C reads 32 bytes, whether they are there or not."""
    if len(scalar) != 32:
        raise InvalidKey(f"expected 32 bytes as scalar, got {len(scalar)}", reason="length")


def check_digest(digest: bytes) -> None:
    """Raise `InvalidSignature` for what is no digest."""
    if type(digest) is not bytes or len(digest) != 32:
        raise InvalidSignature("expected a digest of 32 bytes", reason="length")


def _check_length(signature: bytes) -> None:
    if type(signature) is not bytes or len(signature) != 64:
        raise InvalidSignature("expected a signature of 64 bytes", reason="length")


def _parse(public: bytes) -> CData:
    point = _NEW(_POINT)
    if not lib.secp256k1_ec_pubkey_parse(CONTEXT, point, public, len(public)):
        raise InvalidKey("expected a point of secp256k1", reason="point")
    return point


kept_point = lru_cache(maxsize=32)(_parse)  # to be read only: whoever signs is the same one again and again


def serialize(point: CData) -> bytes:
    """The 33 bytes of a point."""
    out = _NEW(_BYTES_33)
    lib.secp256k1_ec_pubkey_serialize(CONTEXT, out, _NEW(_SIZE, 33), point, COMPRESSED)
    data: bytes = ffi.buffer(out)[:]
    return data


def parsed_x_only(x: bytes) -> CData:
    """To be read only."""
    kept = _OUTPUTS.get(x)
    if kept is not None:
        return kept
    point = _NEW("secp256k1_xonly_pubkey *")
    if not lib.secp256k1_xonly_pubkey_parse(CONTEXT, point, x):
        raise InvalidKey("expected the x of a point of secp256k1", reason="point")
    return point


SCHEMES = {
    "ecdsa": Operations(_prepare_ecdsa, _sign_ecdsa, _verify_ecdsa, Secret.wipe, _accept_ecdsa),
    "schnorr-bch": Operations(
        _prepare_ecdsa, _sign_schnorr_bch, _verify_schnorr_bch, Secret.wipe, accepting(_verify_schnorr_bch)
    ),
    "bip340": Operations(_prepare_schnorr, _sign_schnorr, _verify_schnorr, _forget_schnorr, accepting(_verify_schnorr)),
}


def _self_test() -> None:
    """The low-level module is private to coincurve: refuse to start on one that does not give the published figures."""
    one = Secret(bytes(31) + b"\x01")
    generator = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")  # SEC 2, 2.4.1
    three = Secret(bytes(31) + b"\x03")
    bip340_0 = bytes.fromhex(  # BIP-340, test vector 0
        "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
        "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"
    )
    lib.secp256k1_selftest()
    signed, recovery = _sign_ecdsa(one, bytes(32), b"")
    if not (
        public_key(one) == generator
        and _accept_ecdsa(generator, bytes(32), signed, recovery)[0] == signed
        and _sign_schnorr(_prepare_schnorr(three, None), bytes(32), bytes(32))[0] == bip340_0
    ):
        raise ImportError("coincurve's libsecp256k1 does not give the published figures")


_self_test()
