"""BIP-85: secrets of other kinds from one tree of keys, so that a single backup stands behind all of them.

BIP-85 2.1.0, "Specification", "BIP85-DRNG" and "Applications". A path of hardened steps leads from the root to a key k;
the entropy is HMAC-SHA512(key="bip-entropy-from-k", msg=k), of which an application takes what it needs.

The root is the master key of its tree: entropy below any other key is entropy that no one finds again from the words.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from walletcore.coding.text import bech32, to_words
from walletcore.errors import DerivationError, InvalidKey
from walletcore.hashes import hmac_sha512
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.checks import checked_path
from walletcore.keys import Curve, PrivateKey
from walletcore.mnemonic.bip39 import WORD_COUNTS, Mnemonic
from walletcore.path import HARDENED, Path, hardened
from walletcore.secret import Confidential, Secret, sealed

__all__ = [
    "GPG_CREATED",
    "GPG_SUB_KEYS",
    "LANGUAGE_CODES",
    "RSA_BITS",
    "Drng",
    "dice",
    "entropy",
    "hd_seed",
    "hexadecimal",
    "mnemonic",
    "nostr",
    "nsec",
    "password_base64",
    "password_base85",
    "rsa",
    "xprv",
]

PURPOSE = 83696968
LANGUAGE_CODES = {
    "english": 0,
    "japanese": 1,
    "korean": 2,
    "spanish": 3,
    "chinese_simplified": 4,
    "chinese_traditional": 5,
    "french": 6,
    "italian": 7,
    "czech": 8,
    "portuguese": 9,
}
RSA_BITS = (1024, 2048, 3072, 4096)
GPG_CREATED = 1231006505
"""The time in seconds at which an OpenPGP key of `rsa` says it was made; its fingerprint depends on it."""
GPG_SUB_KEYS = {"encryption": 0, "authentication": 1, "signature": 2}
_MAX_ROLLS = 10_000
_MAX_READ = 1 << 24


class Drng(Confidential):
    """BIP85-DRNG-SHAKE256: the 64 bytes of `entropy` as a stream, for what needs more, or does not know how many.

    Two are equal that are at the same place in the same stream. Threads that share one get each byte once. Raises
    `DerivationError` unless the seed is a `Secret` of 64 bytes.
    """

    __slots__ = ("_lock", "_place", "_read", "_seed")
    _read: Callable[[int], bytes]
    __hash__ = None

    @sealed
    def __init__(self, seed: Secret) -> None:
        from Crypto.Hash import SHAKE256  # hashlib's has no stream: each read would hash all that came before it

        if type(seed) is not Secret or len(seed) != 64:
            raise DerivationError("expected the 64 bytes of an entropy as a Secret", reason="length")
        self._seed, self._place, self._lock = seed, 0, Lock()
        self._read = SHAKE256.new(seed.reveal()).read

    def read(self, count: int) -> bytes:
        """The next bytes of the stream, at most 2^24 at a time. Raises `DerivationError`."""
        _number(count, 0, _MAX_READ, "number of bytes")
        with self._lock:  # the library lets other threads run meanwhile, and two reads at once abort the process
            self._place += count
            return self._read(count)

    def __eq__(self, other: object) -> bool:
        return type(other) is Drng and (self._seed, self._place) == (other._seed, other._place)

    def __repr__(self) -> str:
        return "Drng()"


@sealed
def entropy(root: ExtendedPrivateKey, path: Path | str) -> Secret:
    """The 64 bytes at a path of hardened steps that begins with m/83696968', for applications that are not here, too.

    Raises `PathError`, and `DerivationError` for a key that is no root and for another path.
    """
    if type(root) is not ExtendedPrivateKey:
        raise DerivationError("expected an ExtendedPrivateKey", reason="type")
    if root.depth:
        raise DerivationError(f"expected a root, got a key at depth {root.depth}", reason="mismatch")
    steps = checked_path(path).steps
    if len(steps) < 3 or steps[0] != hardened(PURPOSE):
        raise DerivationError("expected a path m/83696968'/application'/...", reason="prefix")
    if min(steps) < HARDENED:
        raise DerivationError("expected hardened steps only", reason="hardened")
    k = root.derive(Path(steps)).private_key
    return Secret(hmac_sha512(b"bip-entropy-from-k", k.secret.reveal()))


@sealed
def mnemonic(root: ExtendedPrivateKey, words: int = 12, *, language: str = "english", index: int = 0) -> Mnemonic:
    """BIP39, 39': a phrase of 12, 15, 18, 21 or 24 words in one of `LANGUAGE_CODES`. Raises `DerivationError`."""
    if type(words) is not int or words not in WORD_COUNTS:
        raise DerivationError(f"expected one of {WORD_COUNTS} as number of words", reason="word-count")
    if type(language) is not str or language not in LANGUAGE_CODES:
        raise DerivationError("expected a language of `LANGUAGE_CODES`", reason="unknown")
    bits = _entropy(root, 39, LANGUAGE_CODES[language], words, index)
    return Mnemonic.from_entropy(bits[: words * 4 // 3], language)


@sealed
def hd_seed(root: ExtendedPrivateKey, index: int = 0) -> PrivateKey:
    """HD-Seed WIF, 2': the hdseed of a wallet of Bitcoin Core; `Wif` writes it. Raises `DerivationError`."""
    return _private_key(_entropy(root, 2, index)[:32])


@sealed
def xprv(root: ExtendedPrivateKey, index: int = 0) -> ExtendedPrivateKey:
    """XPRV, 32': the root of another tree on the same network. Raises `DerivationError`.

    The chain code comes first and the key second: the reverse of BIP-32's order.
    """
    bits = _entropy(root, 32, index)
    return ExtendedPrivateKey(private_key=_private_key(bits[32:]), chain_code=bits[:32], network=root.network)


@sealed
def hexadecimal(root: ExtendedPrivateKey, count: int, index: int = 0) -> Secret:
    """HEX, 128169': 16 to 64 bytes. Raises `DerivationError`."""
    return Secret(_entropy(root, 128169, _number(count, 16, 64, "number of bytes"), index)[:count])


@sealed
def password_base64(root: ExtendedPrivateKey, length: int, index: int = 0) -> Secret:
    """PWD BASE64, 707764': a password of 20 to 86 characters of RFC 4648, as ASCII. Raises `DerivationError`."""
    from base64 import b64encode

    bits = _entropy(root, 707764, _number(length, 20, 86, "length"), index)
    return Secret(b64encode(bits)[:length])


@sealed
def password_base85(root: ExtendedPrivateKey, length: int, index: int = 0) -> Secret:
    """PWD BASE85, 707785': a password of 10 to 80 characters of RFC 1924, as ASCII. Raises `DerivationError`."""
    from base64 import b85encode

    bits = _entropy(root, 707785, _number(length, 10, 80, "length"), index)
    return Secret(b85encode(bits)[:length])


@sealed
def rsa(root: ExtendedPrivateKey, bits: int, index: int = 0, *, sub_key: int | None = None) -> Secret:
    """RSA and RSA GPG, 828365': a private key of `RSA_BITS` with the exponent 65537, as the bytes of PKCS #8 (DER).

    ``sub_key`` is one of `GPG_SUB_KEYS`, or another number, for a key below the main one. The search for the primes is
    pycryptodome's, as in BIP-85's reference implementation; other libraries find other primes in the same stream.
    4096 bits take some seconds. Raises `DerivationError`.
    """
    from Crypto.PublicKey import RSA

    if type(bits) is not int or bits not in RSA_BITS:
        raise DerivationError(f"expected one of {RSA_BITS} as number of bits", reason="range")
    below = () if sub_key is None else (sub_key,)
    drng = Drng(Secret(_entropy(root, 828365, bits, index, *below)))
    return Secret(RSA.generate(bits, drng.read).export_key("DER", pkcs=8))


@sealed
def dice(root: ExtendedPrivateKey, sides: int, rolls: int, index: int = 0) -> Secret:
    """DICE, 89101': rolls of a die with 2 to 2^31-1 sides, from 0 on, in decimal with commas between them, as ASCII.

    At most 10,000 rolls. BIP-85 allows 2^32-1 of both, which no hardened step can say. Raises `DerivationError`.
    """
    _number(sides, 2, HARDENED - 1, "number of sides")
    seed = _entropy(root, 89101, sides, _number(rolls, 1, _MAX_ROLLS, "number of rolls"), index)
    drng, bits_per_roll = Drng(Secret(seed)), (sides - 1).bit_length()
    bytes_per_roll = (bits_per_roll + 7) // 8
    rolled: list[str] = []
    while len(rolled) < rolls:
        trial = int.from_bytes(drng.read(bytes_per_roll)) >> (8 * bytes_per_roll - bits_per_roll)
        if trial < sides:
            rolled.append(str(trial))
    return Secret(",".join(rolled).encode())


@sealed
def nostr(root: ExtendedPrivateKey, identity: int, account: int) -> PrivateKey:
    """Nostr, 128002': the secret key of an account of an identity, both from 1 on. Raises `DerivationError`."""
    _number(identity, 1, HARDENED - 1, "identity")
    return _private_key(_entropy(root, 128002, identity, _number(account, 1, HARDENED - 1, "account"))[:32])


@sealed
def nsec(private_key: PrivateKey) -> str:
    """The text of a secret key of Nostr (NIP-19), which gives it away. Raises `DerivationError`."""
    if type(private_key) is not PrivateKey or private_key.curve is not Curve.SECP256K1:
        raise DerivationError("expected a PrivateKey of secp256k1", reason="type")
    return bech32.encode("nsec", to_words(private_key.secret.reveal()))


def _entropy(root: ExtendedPrivateKey, *levels: int) -> bytes:
    """The 64 bytes of an application, whose number is the first of these levels."""
    steps = (hardened(_number(level, 0, HARDENED - 1, "level of the path")) for level in (PURPOSE, *levels))
    return entropy(root, Path(tuple(steps))).reveal()


def _private_key(secret: bytes) -> PrivateKey:
    """A key of 32 bytes; that they are none has a chance of 2^-127, and BIP-85 says to fail."""
    try:
        return PrivateKey(Curve.SECP256K1, Secret(secret))
    except InvalidKey as error:
        raise DerivationError("there is no key at this index", reason=error.reason, hint="use the next index") from None


def _number(number: int, least: int, most: int, what: str) -> int:
    if type(number) is not int:
        raise DerivationError(f"expected an int as {what}, got {type(number).__name__}", reason="type")
    if not least <= number <= most:
        raise DerivationError(f"expected a {what} from {least} to {most}", reason="range")
    return number
