"""Messages that are no transactions: SEP-0053, "Sign and Verify Messages".

What is signed is the SHA-256 of a prefix and the message. Neither a network nor a signer is in it; the prefix begins no
transaction, and no other thing that is signed on Stellar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.stellar import wire
from walletcore.chains.stellar.chain import StellarChain
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

__all__ = ["PREFIX", "Message", "decode"]

PREFIX = b"Stellar Signed Message:\n"
_MAX_SIZE = 1 << 20  # bytes; the text sets no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Bytes, those of a text in UTF-8 or any, that the ``signer``'s key signs. Raises `TransactionError`."""

    chain: StellarChain
    data: bytes
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, StellarChain):
            raise TransactionError(f"expected a network of Stellar, got {type(self.chain).__name__}", reason="type")
        if type(self.data) is not bytes:
            raise TransactionError(f"expected bytes, got {type(self.data).__name__}", reason="type")
        if len(self.data) > _MAX_SIZE:
            raise TransactionError(f"expected at most {_MAX_SIZE} bytes", reason="too-large")
        key = self.signer
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.ED25519):
            raise TransactionError("expected a public key of ed25519 as signer", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")

    @property
    def raw(self) -> bytes:
        """The prefix and the message, from which `StellarChain.decode_transaction` makes it again."""
        return PREFIX + self.data

    @property
    def hash(self) -> bytes:
        """The SHA-256 that is signed."""
        return sha256(self.raw)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: ed25519 over the SHA-256 of `raw`. Raises `TransactionError` while the signer is not known."""
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        request = SigningRequest(
            key=self.signer,
            scheme=Scheme.ED25519,
            payload=self.raw,
            prehash=sha256,
            origin=self.origin,
            subject=self,
        )
        return (request,)

    def assemble(self, answers: Answers) -> SignedMessage[Message]:
        """The 64 bytes of the signature. Raises `InvalidSignature`, `MissingSignature`."""
        taken = answered(self.requests(), answers)
        return SignedMessage(chain=self.chain, raw=taken[0].data, message=self, answers=taken)

    def effects(self) -> tuple[Effect, ...]:
        """The text; `Opaque` where it is none, or some of it cannot be seen."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError:
            return (Opaque(why="bytes that are no text (SEP-53)", data=self.data),)
        if is_visible(text):
            return (Statement(text=text),)
        return (Opaque(why="text with characters that cannot be seen (SEP-53)", data=self.data),)

    def verify(self, signature: bytes, signer: Address) -> None:
        """Return if the key of an account made this signature of 64 bytes; otherwise raise `InvalidSignature`.

        That a key signed is not that its account agreed: signers and thresholds of an account are on the ledger.
        """
        with raised_as(TransactionError):
            wire.muxed(self.chain).encode(signer)  # refuses what is no account of the network
        if type(signature) is not bytes or len(signature) != 64:
            raise InvalidSignature("expected a signature of 64 bytes", reason="length")
        try:
            key = PublicKey(Curve.ED25519, signer.payload[:32])
        except InvalidKey:
            raise InvalidSignature("the account is no key, and nobody signs for it", reason="point") from None
        key.verify(Scheme.ED25519, self.hash, signature)


def decode(chain: StellarChain, raw: bytes, keys: Sequence[PublicKey]) -> Message:
    """Read what `Message.raw` gives; a key is the signer's. Raises `TransactionError`."""
    if not raw.startswith(PREFIX):
        raise TransactionError("expected the prefix of signed messages", reason="prefix")
    if len(keys) > 1:
        raise TransactionError("expected at most one key, the signer's", reason="ambiguous")
    return Message(chain=chain, data=raw[len(PREFIX) :], signer=keys[0] if keys else None)
