"""Substrate's trees of keys: seeds from entropy, secret URIs, and steps that are named by any text.

substrate-bip39 for seeds; sp-core's ``crypto.rs`` (DeriveJunction, SecretUri) for URIs, its ``sr25519.rs``,
``ed25519.rs`` and ``ecdsa.rs`` for steps. In its words: a junction is a step, hard or soft, with a chain code of 32
bytes. A node has no chain code of its own. Only sr25519 has soft steps, which its public keys can take, too.

Where Substrate and Polkadot-JS read one junction as two different ones, it is refused as ambiguous.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from walletcore.coding.text import hexadecimal
from walletcore.curves import sr25519
from walletcore.errors import DerivationError, PathError, raised_as
from walletcore.hashes import blake2b_256, pbkdf2_hmac_sha512
from walletcore.hd.checks import as_derivation, checked_chain_code
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.mnemonic.schemes import checked_passphrase
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["Junction", "SubstratePrivateKey", "SubstratePublicKey", "junctions", "mini_secret"]

_CURVES = {Curve.SR25519: "sr25519", Curve.ED25519: "ed25519", Curve.SECP256K1: "ecdsa"}
_DOMAINS = {Curve.ED25519: "Ed25519HDKD", Curve.SECP256K1: "Secp256k1HDKD"}
_MAX_JUNCTIONS, _MAX_CODE, _MAX_URI = 64, 1024, 1 << 14
_CODE = re.compile(r"(//?)([^/]+)", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)
_HEXADECIMAL = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)
_LINE_ENDS = "\n\r\u2028\u2029"  # where the password of a URI ends for one of its readers


@sealed
def mini_secret(mnemonic: Mnemonic, password: str = "") -> Secret:
    """The 32 bytes that Substrate's keys start from: of the entropy of a phrase, not of its words (substrate-bip39).

    The password is taken as it is, in whichever normal form. Raises `DerivationError`, and `MnemonicError` for one that
    is no text of at most 4096 Unicode scalar values.
    """
    if type(mnemonic) is not Mnemonic:
        raise DerivationError(f"expected a Mnemonic, got {type(mnemonic).__name__}", reason="type")
    salt = b"mnemonic" + checked_passphrase(password).encode()
    return Secret(pbkdf2_hmac_sha512(mnemonic.entropy.reveal(), salt, 2048)[:32])


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """A step: its chain code (32 bytes), and whether it is hard. Raises `DerivationError`, `PathError`."""

    chain_code: bytes
    is_hard: bool

    def __post_init__(self) -> None:
        checked_chain_code(self.chain_code)
        if type(self.is_hard) is not bool:
            raise PathError(f"expected is_hard as a bool, got {type(self.is_hard).__name__}", reason="type")

    @classmethod
    def parse(cls, text: str) -> Junction:
        """The step of ``//hard`` or ``/soft``: a number (u64) or any text without a slash. Raises `PathError`.

        Numbers from 2^64 on, numbers with a plus sign, and ``0x`` with whole bytes are numbers or bytes for one of
        Substrate and Polkadot-JS and text for the other (``reason="ambiguous"``), and so is what is not in NFC.
        """
        steps = junctions(text)
        if len(steps) != 1:
            raise PathError(f"expected one junction, got {len(steps)}", reason="length")
        return steps[0]


def junctions(path: str) -> tuple[Junction, ...]:
    """The steps of ``//hard/soft//0``, at most 64; none of an empty text. Raises `PathError`, see `Junction.parse`."""
    if type(path) is not str:
        raise PathError(f"expected junctions as text, got {type(path).__name__}", reason="type")
    if len(path) > _MAX_URI or path.count("/") > 2 * _MAX_JUNCTIONS:
        raise PathError(f"expected at most {_MAX_JUNCTIONS} junctions", reason="too-large")
    steps: list[Junction] = []
    place = 0
    while place < len(path):
        match = _CODE.match(path, place)
        if match is None:
            raise PathError(f"expected / or // and a name as junction {len(steps) + 1}", reason="character")
        steps.append(Junction(chain_code=_chain_code(match[2], len(steps) + 1), is_hard=match[1] == "//"))
        place = match.end()
    if len(steps) > _MAX_JUNCTIONS:
        raise PathError(f"expected at most {_MAX_JUNCTIONS} junctions", reason="too-large")
    return tuple(steps)


def _chain_code(code: str, place: int) -> bytes:
    """SCALE: a number as u64, little-endian; a text with its length before it, and over 32 bytes its BLAKE2b-256."""
    if len(code) > _MAX_CODE:
        raise PathError(f"expected at most {_MAX_CODE} characters in junction {place}", reason="too-large")
    if _NUMBER.fullmatch(code) is None and _HEXADECIMAL.fullmatch(code) is None:
        return _of_text(code, place)
    number = int(code) if code.isdecimal() and len(code.lstrip("0")) <= 20 else 1 << 64
    if number >> 64:
        hint = "Substrate and Polkadot-JS read it differently: give the chain code of the one that is meant"
        raise PathError(f"junction {place} has two meanings", reason="ambiguous", hint=hint)
    return number.to_bytes(32, "little")


def _of_text(code: str, place: int) -> bytes:
    try:
        data = code.encode()
    except UnicodeEncodeError:
        raise PathError(f"expected junction {place} without half of a surrogate pair", reason="character") from None
    if not unicodedata.is_normalized("NFC", code):
        hint = "Polkadot-JS makes it NFC, Substrate does not: give the chain code of the one that is meant"
        raise PathError(f"junction {place} has two meanings", reason="ambiguous", hint=hint)
    encoded = _scale(data)
    return blake2b_256(encoded) if len(encoded) > 32 else encoded.ljust(32, b"\0")


def _scale(data: bytes) -> bytes:
    """SCALE, "Strings": the length as a compact integer, in one or two bytes for what junctions hold."""
    size = len(data) << 2
    return (size.to_bytes(1) if size < 1 << 8 else (size | 1).to_bytes(2, "little")) + data


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SubstratePrivateKey(Confidential):
    """A private key of sr25519, ed25519 or secp256k1 (Substrate's ecdsa), from which steps are taken.

    Raises `DerivationError`.
    """

    private_key: PrivateKey
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey:
            raise DerivationError(f"expected a PrivateKey, got {type(self.private_key).__name__}", reason="type")
        _checked_curve(self.private_key.curve)

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret, curve: Curve = Curve.SR25519) -> SubstratePrivateKey:
        """The key of 32 bytes: a mini secret of sr25519, a seed of ed25519, a scalar of secp256k1. They are copied.

        Raises `DerivationError`.
        """
        _checked_curve(curve)
        if type(seed) not in (bytes, Secret):
            raise DerivationError(f"expected bytes or a Secret as seed, got {type(seed).__name__}", reason="type")
        if len(seed) != 32:
            raise DerivationError(f"expected a seed of 32 bytes, got {len(seed)}", reason="length")
        return cls(private_key=_of_seed(curve, Secret(seed.reveal() if isinstance(seed, Secret) else seed)))

    @classmethod
    @sealed
    def from_uri(cls, uri: str, curve: Curve = Curve.SR25519, *, language: str = "english") -> SubstratePrivateKey:
        """The key of a secret URI: ``phrase//hard/soft///password``, or ``0x`` and 64 digits in place of the phrase.

        No phrase is put where there is none: whoever means the one of development networks writes it. A password
        with ``0x``, which would change nothing, and an empty one are refused. Raises `DerivationError`, `PathError`
        (junctions), `MnemonicError` (phrase).
        """
        secret, path, password = _split(uri)
        if secret.startswith("0x"):
            if password is not None:
                raise DerivationError("a password changes nothing beside a seed in digits", reason="policy")
            with raised_as(DerivationError):
                seed = Secret(hexadecimal.decode(secret[2:], any_case=True))
        else:
            seed = mini_secret(Mnemonic.parse(secret, language=language), password or "")
        return cls.from_seed(seed, curve).derive(path)

    @sealed
    def derive(self, path: str | Sequence[Junction]) -> SubstratePrivateKey:
        """The key at the end of junctions, as text or as such. Raises `PathError`.

        Raises `DerivationError` ("hardened") for a soft junction but of sr25519. Its private keys differ each time in
        the secret of their nonces, and in nothing else: compare public keys.
        """
        steps = _steps(path)
        if not steps:
            return self
        take = _sr25519_child if self.curve is Curve.SR25519 else _hashed_child
        return SubstratePrivateKey(private_key=take(self.private_key, steps))

    @property
    def curve(self) -> Curve:
        """The curve of this tree."""
        return self.private_key.curve

    @property
    def public(self) -> SubstratePublicKey:
        """The public half, which takes soft junctions (sr25519 only; raises `DerivationError`).

        Together with the private key of one soft child it gives this private key away.
        """
        return SubstratePublicKey(public_key=self.private_key.public_key)

    @property
    def public_key(self) -> PublicKey:
        """The public key of this node."""
        return self.private_key.public_key

    def __repr__(self) -> str:
        return f"SubstratePrivateKey({_CURVES.get(self.curve, '?')})"


SubstratePrivateKey.__init__ = sealed(SubstratePrivateKey.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstratePublicKey:
    """A public key of sr25519, which takes soft junctions. Raises `DerivationError`."""

    public_key: PublicKey

    def __post_init__(self) -> None:
        if type(self.public_key) is not PublicKey:
            raise DerivationError(f"expected a PublicKey, got {type(self.public_key).__name__}", reason="type")
        if self.public_key.curve is not Curve.SR25519:
            raise DerivationError("only public keys of sr25519 have children", reason="hardened")

    def derive(self, path: str | Sequence[Junction]) -> SubstratePublicKey:
        """The key at the end of soft junctions. Raises `PathError`, and for a hard one `DerivationError`."""
        public = self.public_key.data
        for junction in _steps(path):
            if junction.is_hard:
                raise DerivationError("a hard junction needs the private key", reason="hardened")
            public = sr25519.soft_public(public, junction.chain_code)
        return SubstratePublicKey(public_key=PublicKey.trusted(Curve.SR25519, public))


def _checked_curve(curve: Curve) -> None:
    if type(curve) is not Curve or curve not in _CURVES:
        raise DerivationError("expected sr25519, ed25519 or secp256k1 as curve", reason="unknown")


def _steps(path: str | Sequence[Junction]) -> Sequence[Junction]:
    if type(path) is str:
        return junctions(path)
    if type(path) not in (tuple, list) or not all(type(step) is Junction for step in path):
        raise PathError("expected junctions as text, or a tuple of Junction", reason="type")
    if len(path) > _MAX_JUNCTIONS:
        raise PathError(f"expected at most {_MAX_JUNCTIONS} junctions, got {len(path)}", reason="too-large")
    return path  # type: ignore[return-value]  # a str has returned


@sealed
def _of_seed(curve: Curve, seed: Secret) -> PrivateKey:
    if curve is Curve.SR25519:
        return PrivateKey.trusted(curve, sr25519.expand(seed))
    with as_derivation():  # one of 2^127 is no key of secp256k1
        return PrivateKey(curve, seed)


@sealed
def _sr25519_child(key: PrivateKey, steps: Sequence[Junction]) -> PrivateKey:
    secret, public = key.secret, b""
    for step in steps:
        if step.is_hard:
            secret, public = sr25519.hard_child(secret, step.chain_code)
        else:
            secret, public = sr25519.soft_child(secret, public or sr25519.public_key(secret), step.chain_code)
    return PrivateKey.trusted(Curve.SR25519, secret, public)


@sealed
def _hashed_child(key: PrivateKey, steps: Sequence[Junction]) -> PrivateKey:
    """BLAKE2b-256 of the domain in SCALE, the seed and the chain code, at each hard junction."""
    domain, seed = _scale(_DOMAINS[key.curve].encode()), key.secret.reveal()
    for place, step in enumerate(steps):
        if not step.is_hard:
            text = f"{_CURVES[key.curve]} has hard junctions only: number {place + 1} is soft"
            raise DerivationError(text, reason="hardened")
        seed = blake2b_256(domain + seed + step.chain_code)
    return _of_seed(key.curve, Secret(seed))


@sealed
def _split(uri: str) -> tuple[str, str, str | None]:
    """Phrase or seed, junctions, and the password where there is one: it begins at the first three slashes."""
    if type(uri) is not str:
        raise DerivationError(f"expected a secret URI as text, got {type(uri).__name__}", reason="type")
    if len(uri) > _MAX_URI:
        raise DerivationError(f"expected at most {_MAX_URI} characters, got {len(uri)}", reason="too-large")
    head, mark, password = uri.partition("///")
    secret, slash, rest = head.partition("/")
    if not secret:
        hint = "the phrase of development networks is taken where it is written out"
        raise DerivationError("expected a phrase or a seed before the junctions", reason="missing", hint=hint)
    if not mark:
        return secret, slash + rest, None
    if not password:
        raise DerivationError("expected a password after ///", reason="non-canonical")
    if any(end in password for end in _LINE_ENDS):
        raise DerivationError("expected a password without the end of a line", reason="character")
    if not unicodedata.is_normalized("NFC", password):
        hint = "Polkadot-JS makes it NFC, Substrate does not: give mini_secret the one that is meant"
        raise DerivationError("the password has two meanings", reason="ambiguous", hint=hint)
    return secret, slash + rest, password
