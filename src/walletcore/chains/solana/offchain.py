"""Messages that are no transactions: off-chain messages with their header, and plain texts as wallets sign them.

The proposal "Off-chain message signing" (Anza's documentation), header version 0. Its first byte, 255, begins no
transaction; a plain text has no header, so one whose bytes can be read as a transaction is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from walletcore.chains.base import SignedMessage
from walletcore.chains.solana.chain import Account, SolanaChain, account, check_cluster, cluster_of, signing_key
from walletcore.chains.solana.message import PACKET_SIZE
from walletcore.chains.solana.wire import decode_wire, utf8
from walletcore.coding.text import base58
from walletcore.coding.wire import array, fixed, prefixed, struct, u8, u16le
from walletcore.effects import Effect, Statement
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete, in_use, memory

__all__ = ["SIGNING_DOMAIN", "OffchainMessage", "PlainMessage", "decode", "decode_envelope"]

SIGNING_DOMAIN = b"\xffsolana offchain"
_ASCII, _UTF8, _LONG_UTF8 = 0, 1, 2  # message formats
_MAX_SIZE = 0xFFFF  # of preamble and body, in the longest format
_SIGNATURE = 64
_MAX_RAW = 1 + _SIGNATURE * 255 + _MAX_SIZE

S = TypeVar("S", "OffchainMessage", "PlainMessage")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preamble:
    """The message as it is written."""

    domain: bytes
    version: int
    application: bytes
    format: int
    signers: tuple[bytes, ...]
    body: bytes


_PREAMBLE = struct(
    _Preamble,
    domain=fixed(16),
    version=u8,
    application=fixed(32),
    format=u8,
    signers=array(fixed(32), count=u8),
    body=prefixed(u16le),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffchainMessage:
    """A text that keys sign for an application (32 bytes, such as a program's address), in header version 0.

    ``format`` is 0 (printable ASCII), 1 (UTF-8), both of at most 1232 bytes with the header, or 2 (UTF-8 of at most
    65535 bytes with it); left out, the first one that fits. ``origins`` may say where the keys come from, in their
    order. A signer may be an address, which is taken for its key; where it has none, the message can be read and not
    signed. Raises `TransactionError`.
    """

    chain: SolanaChain
    text: str
    signers: tuple[Account, ...]
    application: bytes = bytes(32)
    format: int | None = None
    origins: tuple[KeyOrigin | None, ...] = field(default=(), compare=False)
    raw: bytes = field(init=False, repr=False, compare=False)
    _requests: object = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, SolanaChain):
            raise TransactionError("expected a SolanaChain as chain", reason="type")
        signers = _checked_signers(self.signers, self.origins)
        check_cluster(self.chain, cluster_of(*self.signers))
        object.__setattr__(self, "signers", signers)
        body = _body(self.text)
        size = 53 + 32 * len(self.signers) + len(body)  # preamble and body
        best = _LONG_UTF8 if size > PACKET_SIZE else _ASCII if _is_printable(body) else _UTF8
        if self.format is None:
            object.__setattr__(self, "format", best)
        if type(self.format) is not int or not best <= self.format <= _LONG_UTF8:
            raise TransactionError(f"expected a message format from {best} to 2 for this text", reason="range")
        if size > _MAX_SIZE:
            raise TransactionError(f"expected at most {_MAX_SIZE} bytes, got {size}", reason="too-large")
        object.__setattr__(self, "raw", self._written(body, self.format))

    def _written(self, body: bytes, chosen: int) -> bytes:
        preamble = _Preamble(
            domain=SIGNING_DOMAIN,
            version=0,
            application=self.application,
            format=chosen,
            signers=tuple(account(signer, "signer") for signer in self.signers),
            body=body,
        )
        with raised_as(TransactionError):
            return _PREAMBLE.encode(preamble)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per signer: ed25519 over preamble and body. Raises `TransactionError` where a signer is no key."""
        keys = [signing_key(account(signer, "signer")) for signer in self.signers]
        origins = self.origins or (None,) * len(keys)
        return tuple(_request(self, key, origin) for key, origin in zip(keys, origins, strict=True))

    def assemble(self, answers: Answers) -> SignedMessage[OffchainMessage]:
        """The envelope: the number of signatures, the signatures, the message.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        taken = accepted(self.requests(), answers)
        signatures = [answer.data for answer in complete(taken)]
        raw = b"".join((bytes([len(signatures)]), *signatures, self.raw))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=taken)

    def effects(self) -> tuple[Effect, ...]:
        """The text; and the application, where it is not all zeros."""
        application = Statement(text=f"for the application {base58.encode(self.application)}")
        return (Statement(text=self.text), *([application] if any(self.application) else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainMessage:
    """A text that one key signs as it is, which is what wallets' ``signMessage`` and "Sign in with Solana" do.

    Nothing in the bytes says that they are a message: whoever signs must know the text. Raises `TransactionError`, also
    when the bytes can be read as a transaction.
    """

    chain: SolanaChain
    text: str
    signer: PublicKey
    origin: KeyOrigin | None = field(default=None, compare=False)
    _requests: object = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, SolanaChain):
            raise TransactionError("expected a SolanaChain as chain", reason="type")
        if type(self.signer) is not PublicKey:
            raise TransactionError("expected an ed25519 key as signer", reason="type")
        _checked_signers((self.signer,), (self.origin,))
        _body(self.text)

    @property
    def raw(self) -> bytes:
        """The text in UTF-8. It says neither what it is nor who signs it: no decoder rebuilds the message from it."""
        return self.text.encode()

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One: ed25519 over the text."""
        return (_request(self, self.signer, self.origin),)

    def assemble(self, answers: Answers) -> SignedMessage[PlainMessage]:
        """The 64 bytes of the signature. Raises `InvalidSignature`, `MissingSignature`."""
        taken = accepted(self.requests(), answers)
        return SignedMessage(chain=self.chain, raw=complete(taken)[0].data, message=self, answers=taken)

    def effects(self) -> tuple[Effect, ...]:
        """The text."""
        return (Statement(text=self.text),)


def decode(chain: SolanaChain, raw: bytes) -> OffchainMessage:
    """Read preamble and body. Raises `TransactionError`."""
    if type(raw) is not bytes or len(raw) > _MAX_SIZE:
        raise TransactionError(f"expected an off-chain message of at most {_MAX_SIZE} bytes", reason="too-large")
    if not raw.startswith(SIGNING_DOMAIN):
        raise TransactionError("expected the signing domain of off-chain messages", reason="prefix")
    if raw[16:17] != b"\0":
        raise TransactionError(f"expected header version 0, got {raw[16:17].hex() or 'nothing'}", reason="version")
    with raised_as(TransactionError):
        preamble = _PREAMBLE.decode(raw)
    try:
        text = preamble.body.decode()
    except UnicodeDecodeError:
        raise TransactionError("the body is not UTF-8", reason="character") from None
    signers, application = tuple(map(chain.account, preamble.signers)), preamble.application
    return OffchainMessage(chain=chain, text=text, signers=signers, application=application, format=preamble.format)


def decode_envelope(chain: SolanaChain, raw: bytes) -> OffchainMessage | SignedMessage[OffchainMessage]:
    """Read a message, or its envelope with all signatures, which are verified. Raises `TransactionError`."""
    if type(raw) is not bytes or len(raw) > _MAX_RAW:
        raise TransactionError(f"expected an off-chain message of at most {_MAX_RAW} bytes", reason="too-large")
    if raw.startswith(SIGNING_DOMAIN):
        return decode(chain, raw)
    end = 1 + _SIGNATURE * (raw[0] if raw else 0)
    message = decode(chain, raw[end:])
    if raw[0] != len(message.signers):
        raise TransactionError(f"expected {len(message.signers)} signatures, got {raw[0]}", reason="mismatch")
    starts = range(1, end, _SIGNATURE)
    try:
        return message.assemble(
            tuple(Signature(scheme=Scheme.ED25519, data=raw[start : start + _SIGNATURE]) for start in starts)
        )
    except InvalidSignature as error:
        raise TransactionError(str(error), reason=error.reason) from None


def _body(text: str) -> bytes:
    """The text in UTF-8: something, and nothing that could be read as a transaction."""
    with raised_as(TransactionError):
        body = utf8(text, _MAX_SIZE)
    if not body:
        raise TransactionError("expected a text that is not empty", reason="length")
    try:
        decode_wire(body)
    except TransactionError as error:
        if error.reason != "ambiguous":
            return body
    raise TransactionError("the text can be read as a transaction", reason="policy")


def _is_printable(body: bytes) -> bool:
    return body.isascii() and body.decode().isprintable()


def _checked_signers(signers: tuple[Account, ...], origins: tuple[KeyOrigin | None, ...]) -> tuple[Account, ...]:
    if type(signers) is not tuple or not 0 < len(signers) < 256:
        raise TransactionError("expected a tuple of 1 to 255 signers", reason="length")
    if len({account(signer, "signer") for signer in signers}) != len(signers):
        raise TransactionError("a signer appears twice", reason="duplicate")
    if type(origins) is not tuple or any(type(origin) not in (KeyOrigin, type(None)) for origin in origins):
        raise TransactionError("expected a tuple of KeyOrigin or None as origins", reason="type")
    if origins and len(origins) != len(signers):
        raise TransactionError("expected one origin per signer", reason="length")
    return tuple(map(_as_key, signers))


def _as_key(signer: Account) -> Account:
    """The key of an address that has one, so that a message is equal to itself when it is read again."""
    try:
        return signing_key(account(signer, "signer"))
    except TransactionError:
        return signer


def _request(subject: S, key: PublicKey, origin: KeyOrigin | None) -> SigningRequest:
    return SigningRequest(key=key, scheme=Scheme.ED25519, payload=subject.raw, origin=origin, subject=subject)
