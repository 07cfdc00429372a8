"""Authorizations to sign: what an address lets contracts do (CAP-46-11, "Signature Payload"; CAP-71).

Signed is the SHA-256 of ``HashIDPreimage``: the network, a nonce that is used once, the last ledger, the address where
the credentials say so, and the tree of invocations. The account contract of Stellar's accounts takes a vector of
public keys and signatures; contracts that are accounts may take anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from walletcore.chains.base import SignedMessage
from walletcore.chains.stellar.authorization import (
    CREDENTIALS,
    AuthorizationEntry,
    Credentials,
    Delegate,
    invocation,
)
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.contract_values import MAX_SIZE, SCVal, scval
from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.coding import xdr
from walletcore.coding.wire import Reader
from walletcore.effects import Effect
from walletcore.errors import DecodingError, InvalidKey, TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, accepted, complete

__all__ = ["TYPES", "Authorization", "account_signature", "decode"]

_AUTHORIZATION, _WITH_ADDRESS = (9).to_bytes(4), (10).to_bytes(4)  # EnvelopeType
TYPES = (_AUTHORIZATION, _WITH_ADDRESS)
"""With which of these four bytes what is signed begins; no envelope of a transaction begins so."""
_MAX_SIGNERS = 20  # CAP-46-11, "Stellar Account Authentication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """An ``entry`` of a transaction that ``signers`` sign: left out, the account's own key does.

    ``place`` names the address in the entry that the signature is for, where it is not the entry's own but that of a
    delegate. ``origins`` may say where the keys come from, in the order of the signers, which is ascending. Raises
    `TransactionError`.
    """

    chain: StellarChain
    entry: AuthorizationEntry
    signers: tuple[PublicKey, ...] = ()
    place: SCAddress | None = None
    origins: tuple[KeyOrigin | None, ...] = field(default=(), compare=False)
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, StellarChain):
            raise TransactionError(f"expected a network of Stellar, got {type(self.chain).__name__}", reason="type")
        if type(self.entry) is not AuthorizationEntry:
            raise TransactionError("expected an AuthorizationEntry as entry", reason="type")
        if self.entry.credentials is None:
            hint = "the transaction's own signature authorizes it"
            raise TransactionError("the source account signs no entry of its own", reason="missing", hint=hint)
        if self.place is not None and (type(self.place) is not SCAddress or not _places(self.credentials, self.place)):
            raise TransactionError("expected the address of the entry or of one of its delegates", reason="missing")
        object.__setattr__(self, "signers", _checked_signers(self.signers) or self._own_key())
        if type(self.origins) is not tuple or any(type(each) not in (KeyOrigin, type(None)) for each in self.origins):
            raise TransactionError("expected a tuple of KeyOrigin or None as origins", reason="type")
        if self.origins and len(self.origins) != len(self.signers):
            raise TransactionError("expected one origin per signer", reason="length")

    def _own_key(self) -> tuple[PublicKey, ...]:
        address = self.place or self.credentials.address
        if address.kind != "account":
            return ()
        try:
            return (PublicKey(Curve.ED25519, address.payload),)
        except InvalidKey:
            return ()

    @property
    def credentials(self) -> Credentials:
        """Those of the entry."""
        credentials = self.entry.credentials
        if credentials is None:
            raise TransactionError("the source account signs no entry of its own", reason="missing")
        return credentials

    @property
    def preimage(self) -> bytes:
        """``HashIDPreimage``, whose SHA-256 is signed."""
        credentials = self.credentials
        out = bytearray(_AUTHORIZATION if credentials.kind == "address" else _WITH_ADDRESS)
        out += self.chain.network_id
        xdr.int64.write(credentials.nonce, out)
        xdr.uint32.write(credentials.expiration, out)
        if credentials.kind != "address":
            ADDRESS.write(credentials.address, out)
        with raised_as(TransactionError):
            invocation(self.chain).write(self.entry.invocation, out)
        return bytes(out)

    @property
    def hash(self) -> bytes:
        """The 32 bytes that are signed, and that a contract's ``__check_auth`` is given."""
        return sha256(self.preimage)

    @property
    def raw(self) -> bytes:
        """What is signed, then the credentials and the place: `StellarChain.decode_transaction` makes it again of them.

        The first part does not always name the address, and never the delegates.
        """
        out = bytearray(self.preimage)
        with raised_as(TransactionError):
            CREDENTIALS.write(self.credentials, out)
            _PLACE.write(self.place, out)
        return bytes(out)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per signer: ed25519 over the SHA-256 of `preimage`. Raises `TransactionError` where nobody is named."""
        if not self.signers:
            hint = "Authorization(signers=(key, ...), ...) tells who signs for a contract"
            raise TransactionError("signer key unknown", reason="missing", hint=hint)
        payload = self.preimage
        origins = self.origins or (None,) * len(self.signers)
        return tuple(
            SigningRequest(key=key, scheme=Scheme.ED25519, payload=payload, prehash=sha256, origin=origin, subject=self)
            for key, origin in zip(self.signers, origins, strict=True)
        )

    def assemble(self, answers: Answers) -> SignedMessage[Authorization]:
        """The entry with its signature, as the account contract takes it; ``raw`` is its XDR.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        taken = accepted(self.requests(), answers)
        signatures = [answer.data for answer in complete(taken)]
        value = account_signature(dict(zip(self.signers, signatures, strict=True)))
        return SignedMessage(
            chain=self.chain, raw=self.signed_with(value).encode(self.chain), message=self, answers=taken
        )

    def signed_with(self, signature: SCVal) -> AuthorizationEntry:
        """The entry with any value as signature, for contracts that take others than `account_signature` makes.

        Nothing here can verify it. Raises `TransactionError`.
        """
        credentials = self.credentials
        if self.place is None:
            signed = replace(credentials, signature=signature)
        else:
            own = signature if credentials.address == self.place else credentials.signature
            delegates = _filled(credentials.delegates, self.place, signature)
            signed = replace(credentials, signature=own, delegates=delegates)
        return replace(self.entry, credentials=signed)

    def effects(self) -> tuple[Effect, ...]:
        """What the tree of invocations does, each before those that it makes; nothing else is authorized."""
        from walletcore.chains.stellar.contract_effects import effects_of_tree

        return effects_of_tree(self.chain, self.entry)


def account_signature(signatures: dict[PublicKey, bytes]) -> SCVal:
    """What accounts of Stellar take as signature: keys with their signatures, in ascending order (CAP-46-11)."""
    if type(signatures) is not dict or not all(type(key) is PublicKey for key in signatures):
        raise TransactionError("expected signatures by their keys", reason="type")
    _checked_signers(tuple(signatures))
    if any(type(each) is not bytes or len(each) != 64 for each in signatures.values()):
        raise TransactionError("expected signatures of 64 bytes", reason="length")
    return scval(
        "vec",
        [
            scval("map", {_PUBLIC_KEY: scval("bytes", key.data), _SIGNATURE: scval("bytes", signature)})
            for key, signature in sorted(signatures.items(), key=lambda item: item[0].data)
        ],
    )


_PUBLIC_KEY, _SIGNATURE = scval("symbol", "public_key"), scval("symbol", "signature")
_PLACE = xdr.optional(ADDRESS)


def _checked_signers(signers: object) -> tuple[PublicKey, ...]:
    """In the order in which the account contract wants them."""
    if type(signers) is not tuple or len(signers) > _MAX_SIGNERS:
        raise TransactionError(f"expected a tuple of at most {_MAX_SIGNERS} signers", reason="length")
    if any(type(key) is not PublicKey or key.curve is not Curve.ED25519 for key in signers):
        raise TransactionError("expected public keys of ed25519 as signers", reason="type")
    if len(set(signers)) != len(signers):
        raise TransactionError("a signer appears twice", reason="duplicate")
    return tuple(sorted(signers, key=lambda key: key.data))


def _places(node: Credentials | Delegate, place: SCAddress) -> int:
    return (node.address == place) + sum(_places(each, place) for each in node.delegates)


def _filled(delegates: tuple[Delegate, ...], place: SCAddress, signature: SCVal) -> tuple[Delegate, ...]:
    """The same delegates, with the signature wherever this address stands."""
    return tuple(
        replace(
            each,
            signature=signature if each.address == place else each.signature,
            delegates=_filled(each.delegates, place, signature),
        )
        for each in delegates
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """What the signed part says beside the invocations."""

    nonce: int
    expiration: int
    address: SCAddress | None


def decode(chain: StellarChain, raw: bytes, keys: Sequence[PublicKey] = ()) -> Authorization:
    """Read what `Authorization.raw` gives; keys are the signers'. Raises `TransactionError`."""
    if type(raw) is not bytes or len(raw) > MAX_SIZE:
        raise TransactionError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
    with raised_as(TransactionError):
        reader = Reader(raw)
        bound = _read_bound(reader, chain)
        tree, credentials = invocation(chain).read(reader), CREDENTIALS.read(reader)
        place = _PLACE.read(reader)
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
    if credentials is None or _bound_by(credentials) != bound:
        raise TransactionError("the credentials are not those that are signed", reason="mismatch")
    entry = AuthorizationEntry(credentials=credentials, invocation=tree)
    return Authorization(chain=chain, entry=entry, signers=tuple(keys), place=place)


def _read_bound(reader: Reader, chain: StellarChain) -> _Bound:
    kind = reader.take(4)
    if kind not in TYPES:
        raise DecodingError("expected what is signed of an authorization", reason="version")
    if reader.take(32) != chain.network_id:
        raise DecodingError(f"it is for another network than {chain.name}", reason="network")
    nonce, expiration = xdr.int64.read(reader), xdr.uint32.read(reader)
    address = ADDRESS.read(reader) if kind == _WITH_ADDRESS else None
    return _Bound(nonce=nonce, expiration=expiration, address=address)


def _bound_by(credentials: Credentials) -> _Bound:
    address = None if credentials.kind == "address" else credentials.address
    return _Bound(nonce=credentials.nonce, expiration=credentials.expiration, address=address)
