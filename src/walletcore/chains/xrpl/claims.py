"""Claims of payment channels: what the source of a channel has signed, its destination may take from the ledger.

xrpl.org, "Use Payment Channels", "PaymentChannelClaim"; rippled, PayChan.h, serializePayChanAuthorization: ``CLM``, the
channel, and the whole amount that it allows so far in drops. No network is named; a channel's id is of one ledger only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import SignedMessage
from walletcore.chains.xrpl.amounts import MAX_DROPS
from walletcore.chains.xrpl.chain import XrplChain
from walletcore.chains.xrpl.parties import check_key, scheme_of, signature_bytes
from walletcore.effects import Approve, Effect
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, Signature, SigningRequest, answered

__all__ = ["PREFIX", "Claim", "decode"]

PREFIX = b"CLM\0"
"""What a claim begins with: no transaction does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Up to ``amount`` drops of a ``channel`` (32 bytes) may be taken. Raises `TransactionError`.

    ``signer`` is the channel's key, PublicKey of PaymentChannelCreate.
    """

    chain: XrplChain
    channel: bytes
    amount: int
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, XrplChain):
            raise TransactionError(f"expected a network of XRPL, got {type(self.chain).__name__}", reason="type")
        if type(self.channel) is not bytes or len(self.channel) != 32:
            raise TransactionError("expected the 32 bytes of a channel's id", reason="length")
        if type(self.amount) is not int or not 0 <= self.amount <= MAX_DROPS:
            raise TransactionError(f"expected drops from 0 to {MAX_DROPS} as amount", reason="range")
        if self.signer is not None:
            check_key(self.signer, "signer")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")

    @property
    def raw(self) -> bytes:
        """What is signed, 44 bytes, from which `XrplChain.decode_transaction` makes it again."""
        return PREFIX + self.channel + self.amount.to_bytes(8)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request, over `raw`. Raises `TransactionError` while the signer is not known."""
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Claim(signer=key, ...) tells it")
        scheme, prehash = scheme_of(self.signer)
        request = SigningRequest(
            key=self.signer, scheme=scheme, payload=self.raw, prehash=prehash, origin=self.origin, subject=self
        )
        return (request,)

    def assemble(self, answers: Answers) -> SignedMessage[Claim]:
        """The signature as PaymentChannelClaim has it: DER, or 64 bytes of Ed25519.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        (signature,) = taken = answered(self.requests(), answers)
        return SignedMessage(chain=self.chain, raw=signature_bytes(signature), message=self, answers=taken)

    def effects(self) -> tuple[Effect, ...]:
        """An `Approve`. Only the ledger knows the channel's accounts: its id stands for who may take."""
        spender = f"{self.chain.caip2}:{self.channel.hex().upper()}"
        return (Approve(asset=self.chain.asset, amount=self.amount, spender=spender),)

    def verify(self, signature: bytes) -> None:
        """Return if the signer made this signature, in its one form; otherwise raise `InvalidSignature`."""
        (request,) = self.requests()
        if type(signature) is not bytes:
            raise InvalidSignature("expected a signature as bytes", reason="type")
        answer = request.accept(Signature(scheme=request.scheme, data=signature))
        if signature_bytes(answer) != signature:
            raise InvalidSignature("expected DER with the lower s, or 64 bytes of Ed25519", reason="non-canonical")


def decode(chain: XrplChain, raw: bytes, keys: Sequence[PublicKey]) -> Claim:
    """Read what `Claim.raw` gives. The channel's key may be given. Raises `TransactionError`."""
    if len(raw) != len(PREFIX) + 40:
        raise TransactionError(f"expected {len(PREFIX) + 40} bytes of a claim, got {len(raw)}", reason="length")
    if len(keys) > 1:
        raise TransactionError("expected at most one key, the channel's", reason="ambiguous")
    signer = keys[0] if keys else None
    return Claim(chain=chain, channel=raw[4:36], amount=int.from_bytes(raw[36:]), signer=signer)
