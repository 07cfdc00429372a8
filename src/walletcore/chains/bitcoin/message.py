"""Bitcoin signed messages: bytes and a signature that only the key of an address can have made.

Bitcoin Core, src/common/signmessage.cpp (what is hashed); BIP-137, "Conventions with signatures used in Bitcoin" (the
header byte). Signatures of BIP-322, which are witnesses, are another format: `walletcore.chains.bitcoin.bip322`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.coding.text import decode_base64
from walletcore.coding.visible import is_visible
from walletcore.coding.wire import compact_size, prefixed
from walletcore.curves.secp256k1 import ecdsa_recover, uncompressed
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["Message", "check_data", "decode", "said"]

_MAX_DATA = 1 << 20  # bytes; Bitcoin Core has no limit
_DATA = prefixed(compact_size)
_UNCOMPRESSED = "p2pkh, uncompressed"
_HEADERS = {_UNCOMPRESSED: 27, "p2pkh": 31, "p2sh-p2wpkh": 35, "p2wpkh": 39}  # BIP-137; the recovery id is added
_FORMS = tuple(_HEADERS)
_KINDS, _SEGWIT = _FORMS[1:], _FORMS[2:]
_SIZE, _TEXT_SIZE = 65, 88  # header || r || s, and its base64
_HINT = "BIP-322 has signatures for p2tr and script addresses; these here are of one key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the key of an address signs that is no transaction: bytes (text as UTF-8), at most 1 MiB.

    ``kind`` is that of the address: p2wpkh (the chain's default), p2sh-p2wpkh or p2pkh, which is the one that every
    verifier knows. ``compressed`` is False for the p2pkh address of an uncompressed key. Raises `TransactionError`.
    """

    chain: BitcoinChain
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    data: bytes
    kind: str = ""
    compressed: bool = True
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, BitcoinChain):
            raise TransactionError(f"expected a chain of Bitcoin, got {type(self.chain).__name__}", reason="type")
        key, origin = self.signer, self.origin
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if origin is not None and type(origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        check_data(self.data)
        self._check_kind()

    def _check_kind(self) -> None:
        if type(self.kind) is not str or type(self.compressed) is not bool:
            raise TransactionError("expected a str as kind and a bool as compressed", reason="type")
        if self.kind == "":
            object.__setattr__(self, "kind", self.chain.profiles[0].kind)
        if self.kind not in _KINDS:
            raise TransactionError(f"expected one of {', '.join(_KINDS)} as kind", reason="unknown", hint=_HINT)
        if self.kind not in self.chain.key_kinds:
            raise TransactionError(f"{self.chain.name} has no addresses of the kind {self.kind}", reason="network")
        if not self.compressed and self.kind != "p2pkh":
            raise TransactionError("only a p2pkh address can be of an uncompressed key", reason="mismatch")

    @property
    def raw(self) -> bytes:
        """The bytes that are hashed and signed: magic, length and data. `decode` reads them."""
        return self.chain.message_magic + _DATA.encode(self.data)

    @property
    def digest(self) -> bytes:
        """The chain's hash of ``raw`` (most have SHA-256 twice), 32 bytes: what the signer's key is recovered from."""
        return self.chain.message_hash(self.raw)

    @property
    def address(self) -> Address:
        """The address that the signature speaks for. Raises `TransactionError` while the signer is not known."""
        return self._address(self._known_signer(), self._form)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's recoverable ECDSA signature over the chain's hash of ``raw``.

        Raises `TransactionError` while the signer is not known.
        """
        return (
            SigningRequest(
                key=self._known_signer(),
                scheme=Scheme.ECDSA,
                payload=self.raw,
                prehash=self.chain.message_hash,
                origin=self.origin,
                subject=self,
            ),
        )

    def assemble(self, answers: Answers) -> SignedMessage[Message]:
        """The message with its signature in ``raw``: base64 of header || r || s as 88 bytes of ASCII, to be pasted.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        (signature,) = answers = answered(self.requests(), answers)
        header = _HEADERS[self._form] + (signature.recovery or 0)
        raw = base64.b64encode(bytes((header,)) + signature.data)
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=answers)

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text; `Opaque` for bytes that a person cannot read."""
        return said(self.data)

    def recover(self, signature: str) -> PublicKey:
        """The key that made a signature over this message, whatever address its header names.

        The text is the canonical base64 of 65 bytes. Raises `InvalidSignature`.
        """
        return self._recover(signature)[1]

    def verify(self, signature: str, signer: Address | PublicKey, *, lenient_header: bool = False) -> None:
        """Return if the key of this address, or this key, signed the message; otherwise raise `InvalidSignature`.

        The header must name the kind of the address (BIP-137). With ``lenient_header`` that of a compressed P2PKH
        signature (31 to 34) speaks for the segwit addresses of its key too: so Electrum signs for them, and reads it.
        Both values of s pass, as with Electrum and Bitcoin Core: who sees a signature can write the other one, so a
        signature identifies nothing. An address is what it pays to, however it is written: for tokens too (Bitcoin
        Cash), or from transparent addresses only (Zcash). ``signer`` counts, not the message's own ``signer`` and
        ``kind``.
        """
        if type(signer) not in (Address, PublicKey):
            raise InvalidSignature(f"expected an Address or a PublicKey, got {type(signer).__name__}", reason="type")
        form, key = self._recover(signature)
        if isinstance(signer, PublicKey):
            if key != signer:
                raise InvalidSignature("the message was signed by another key", reason="mismatch")
        elif not self._is_of(key, form, signer):
            self._verify_segwit(form, key, signer, lenient_header)

    def _verify_segwit(self, form: str, key: PublicKey, signer: Address, lenient_header: bool) -> None:
        """Electrum's way: a P2PKH header for a segwit address of the same key."""
        if form != "p2pkh" or not any(self._is_of(key, other, signer) for other in _SEGWIT):
            message, hint = "the message was not signed for this address", _hint_for(signer)
            raise InvalidSignature(message, reason="mismatch", hint=hint)
        if lenient_header is not True:
            hint = "lenient_header=True takes it, as Electrum does"
            raise InvalidSignature("the key is the address's, the header is P2PKH's", reason="policy", hint=hint)

    def _recover(self, signature: str) -> tuple[str, PublicKey]:
        header, compact = _decoded(signature)
        form, recovery = divmod(header - 27, 4)
        return _FORMS[form], PublicKey.trusted(Curve.SECP256K1, ecdsa_recover(self.digest, compact, recovery))

    def _is_of(self, key: PublicKey, form: str, signer: Address) -> bool:
        """Whether this is an address of a key, in a form that the network has: by what is paid that pays to it."""
        if signer.chain != self.chain or not (form == _UNCOMPRESSED or form in self.chain.key_kinds):
            return False
        own = self._address(key, form)
        return own == signer or self.chain.script_pubkey(own) == self.chain.script_pubkey(signer)

    def _address(self, key: PublicKey, form: str) -> Address:
        if form == _UNCOMPRESSED:
            return self.chain.address_of(p2pkh(self.chain.key_hash(uncompressed(key.data))))
        return self.chain.address(key, kind=form)

    @property
    def _form(self) -> str:
        return self.kind if self.compressed else _UNCOMPRESSED

    def _known_signer(self) -> PublicKey:
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        return self.signer


def decode(
    chain: BitcoinChain, raw: bytes, keys: Sequence[PublicKey] = (), *, kind: str = "", compressed: bool = True
) -> Message:
    """Read what `Message.raw` gives; the bytes do not say who signs, nor for which kind of address.

    One key may be given. Raises `TransactionError`.
    """
    if not isinstance(chain, BitcoinChain):
        raise TransactionError(f"expected a chain of Bitcoin, got {type(chain).__name__}", reason="type")
    magic = chain.message_magic
    if type(raw) is not bytes or not raw.startswith(magic):
        raise TransactionError("expected bytes that begin as the chain's signed messages do", reason="prefix")
    if len(raw) > len(magic) + _MAX_DATA + 5:
        raise TransactionError(f"expected a message of at most {_MAX_DATA} bytes", reason="too-large")
    if not isinstance(keys, Sequence) or len(keys) > 1:
        raise TransactionError("expected a sequence of at most one key, the signer's", reason="ambiguous")
    with raised_as(TransactionError):
        data = _DATA.decode(raw[len(magic) :])
    return Message(chain=chain, signer=keys[0] if keys else None, data=data, kind=kind, compressed=compressed)


def check_data(data: object) -> None:
    """Raise `TransactionError` unless these are bytes that a message may have: at most 1 MiB."""
    if type(data) is not bytes:
        raise TransactionError(f"expected bytes, got {type(data).__name__}", reason="type")
    if len(data) > _MAX_DATA:
        raise TransactionError(f"expected at most {_MAX_DATA} bytes, got {len(data)}", reason="too-large")


def said(data: bytes) -> tuple[Effect, ...]:
    """A `Statement` for text; `Opaque` for bytes that a person cannot read."""
    from walletcore.effects import Opaque, Statement

    try:
        text = data.decode()
    except UnicodeDecodeError:
        return (Opaque(why="bytes that are no text", data=data),)
    if is_visible(text):
        return (Statement(text=text),)
    return (Opaque(why="text with characters that cannot be seen", data=data),)


def _hint_for(signer: Address) -> str:
    """Where another format has signatures for an address: on networks of Bitcoin, for kinds that have none here."""
    from walletcore.chains.bitcoin.bip322 import has_generic_messages  # which imports this module

    return _HINT if signer.kind not in ("p2pkh", "p2sh", "p2wpkh") and has_generic_messages(signer.chain) else ""


def _decoded(signature: object) -> tuple[int, bytes]:
    """The header (27 to 42) and r || s of a signature's text. Raises `InvalidSignature`."""
    if type(signature) is not str:
        raise InvalidSignature(f"expected base64 as text, got {type(signature).__name__}", reason="type")
    if len(signature) != _TEXT_SIZE:
        raise InvalidSignature(f"expected {_TEXT_SIZE} characters, got {len(signature)}", reason="length")
    with raised_as(InvalidSignature):
        data = decode_base64(signature)
    if len(data) != _SIZE:
        raise InvalidSignature(f"expected {_SIZE} bytes, got {len(data)}", reason="length")
    if not 27 <= data[0] <= 42:
        raise InvalidSignature(f"expected a header from 27 to 42, got {data[0]}", reason="version")
    return data[0], data[1:]
