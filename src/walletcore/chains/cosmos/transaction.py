"""Transactions of Cosmos chains: messages that succeed or fail together, and who signs and pays for them.

Cosmos SDK, docs/architecture ADR-020 (transactions), ADR-027 (their one form), ADR-070 (unordered ones);
cosmos/tx/v1beta1/tx.proto. What is signed names the chain, the number of the account and its sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from walletcore.chains.base import SignedTransaction
from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.checks import Read, account_of, check_addresses, signers_of
from walletcore.chains.cosmos.messages.times import Timestamp
from walletcore.chains.cosmos.multisig import Multisig, bits, check_chain
from walletcore.chains.cosmos.tx import (
    AUTH_INFO,
    AUX_DOC,
    BODY,
    KEY,
    SIGN_DOC,
    SIGNATURES,
    SUBJECT,
    TX_RAW,
    AuthInfo,
    AuxDoc,
    Body,
    Fee,
    Key,
    ModeInfo,
    Multi,
    Signatures,
    SignDoc,
    SignerInfo,
    SignMode,
    Single,
    Subject,
    TxRaw,
)
from walletcore.coding.protobuf import AnyMessage
from walletcore.effects import Effect
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError, raised_as
from walletcore.hashes import Hash, keccak256, sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted

__all__ = ["Signer", "Transaction"]

_MAX_SIZE = 1 << 20  # CometBFT, mempool max_tx_bytes
_MAX_SIGNERS = 64
_MODES = {
    SignMode.DIRECT: "direct",
    SignMode.DIRECT_AUX: "direct",
    SignMode.LEGACY_AMINO_JSON: "amino",
    SignMode.EIP_712: "eip712",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, and what: a key, or the keys of a multisig account; the account's number and its sequence.

    A key may be None where bytes do not tell it, and so may an account's number, which is signed and not sent. A
    multisig account signs JSON (LEGACY_AMINO_JSON). ``origins`` tell where the keys come from, one for each.
    """

    key: PublicKey | Multisig | None
    account_number: int | None
    sequence: int
    mode: SignMode = SignMode.DIRECT
    origins: tuple[KeyOrigin | None, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        key = self.key
        if type(key) not in (PublicKey, Multisig, type(None)):
            raise TransactionError("expected a PublicKey, a Multisig or None as key", reason="type")
        if type(key) is PublicKey and key.curve is not Curve.SECP256K1:
            raise TransactionError("expected a key of secp256k1", reason="type")
        numbers = (self.sequence,) if self.account_number is None else (self.sequence, self.account_number)
        if any(type(each) is not int or not 0 <= each < 1 << 64 for each in numbers):
            raise TransactionError("expected ints below 2^64 as account_number and sequence", reason="range")
        if self.mode not in _MODES or type(self.mode) is not SignMode:
            raise TransactionError(f"expected one of {', '.join(each.name for each in _MODES)} as mode", reason="type")
        if type(key) is Multisig and self.mode is not SignMode.LEGACY_AMINO_JSON:
            raise TransactionError("a multisig account signs in LEGACY_AMINO_JSON only", reason="scheme")
        if type(self.origins) is not tuple or len(self.origins) not in (0, len(self.keys)):
            raise TransactionError("expected no origins, or one for each key", reason="length")
        if any(type(each) not in (KeyOrigin, type(None)) for each in self.origins):
            raise TransactionError("expected a KeyOrigin or None for each key", reason="type")

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys that may sign: one, those of a multisig account, or none that is known."""
        if self.key is None:
            return ()
        return self.key.keys if type(self.key) is Multisig else (self.key,)  # type: ignore[return-value]

    def payload(self, chain: CosmosChain) -> bytes | None:
        """The account as bytes, or None where the key is not known. Raises `TransactionError`."""
        if self.key is None:
            return None
        key = self.key
        return key.address(chain).payload if isinstance(key, Multisig) else chain._payload(key.data)

    def info(self, chain: CosmosChain, chosen: set[int] | None = None) -> SignerInfo:
        """The signer as transactions have it; of a multisig account, with the places of those who have signed."""
        key, single = self.key, _SINGLES[self.mode]
        if isinstance(key, Multisig):
            array = bits(chosen or set(), len(key.keys))
            multi = Multi(bitarray=array, mode_infos=(single,) * len(chosen or ()))
            return SignerInfo(public_key=key.packed(), mode_info=ModeInfo(multi=multi), sequence=self.sequence)
        public = None if key is None else packed_key(chain.key_type_url, key.data)
        return SignerInfo(public_key=public, mode_info=single, sequence=self.sequence)


_SINGLES = {mode: ModeInfo(single=Single(mode=mode)) for mode in _MODES}


@lru_cache(maxsize=1024)  # who signs has signed before
def packed_key(type_url: str, key: bytes) -> AnyMessage:
    """A key as transactions of chains have it whose keys have this URL."""
    return AnyMessage(type_url=type_url, value=KEY.encode(Key(key=key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Messages, a fee, and those who sign, in the order in which the messages name them. Raises `TransactionError`.

    A message that is not described here may be an `AnyMessage`: a type URL and the message's bytes. The transaction is
    valid up to a block (``timeout_height``), and up to a moment (``timeout_timestamp``), which an ``unordered`` one
    needs: it has sequences of 0.
    """

    chain: CosmosChain
    messages: tuple[Any, ...]
    fee: Fee
    signers: tuple[Signer, ...]
    memo: str = ""
    timeout_height: int = 0
    unordered: bool = False
    timeout_timestamp: Timestamp | None = None
    _body: bytes | None = memory()
    _open: bytes | None = memory()
    _requests: object | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, CosmosChain):
            raise TransactionError(f"expected a Cosmos chain, got {type(self.chain).__name__}", reason="type")
        if type(self.messages) is not tuple or not self.messages:
            raise TransactionError("expected a tuple of messages, at least one", reason="type")
        if type(self.fee) is not Fee:
            raise TransactionError(f"expected a Fee, got {type(self.fee).__name__}", reason="type")
        if type(self.signers) is not tuple or any(type(each) is not Signer for each in self.signers):
            raise TransactionError("expected a tuple of Signer", reason="type")
        if not 0 < len(self.signers) <= _MAX_SIGNERS:
            raise TransactionError(f"expected 1 to {_MAX_SIGNERS} signers, got {len(self.signers)}", reason="length")
        self._check_modes()
        self._check_order()
        with raised_as(TransactionError):
            size = len(self.body_bytes) + len(self._auth())
        if size > _MAX_SIZE:
            raise TransactionError(f"expected at most {_MAX_SIZE} bytes, got {size}", reason="too-large")
        read: Read = {}
        for message in self.messages:
            check_addresses(self.chain, message, read)
        if self.fee.granter:
            account_of(self.chain, self.fee.granter, "account", "granter", read)
        self._check_signers(read)
        self._check_json()

    def _check_modes(self) -> None:
        for each in self.signers:
            if _MODES[each.mode] not in self.chain.modes:
                raise TransactionError(f"{self.chain.name} takes no signatures of {each.mode.name}", reason="scheme")
            if isinstance(each.key, Multisig):
                check_chain(self.chain)
        is_direct = any(each.mode is SignMode.DIRECT for each in self.signers)
        if is_direct and any(isinstance(each.key, Multisig) for each in self.signers):
            hint = "let the other signers sign in LEGACY_AMINO_JSON"
            why = "in DIRECT one signs which cosigners of a multisig account sign"
            raise TransactionError(why, reason="scheme", hint=hint)

    def _check_order(self) -> None:
        if not self.unordered:
            return
        if self.timeout_timestamp is None or any(each.sequence for each in self.signers):
            raise TransactionError("unordered: expected a timeout_timestamp, and sequences of 0", reason="mismatch")

    def _check_signers(self, read: Read) -> None:
        """The keys must be those whose accounts the messages name: nodes take no others."""
        named, is_whole = signers_of(self.chain, self.messages, read)
        payer = account_of(self.chain, self.fee.payer, "account", "payer", read) if self.fee.payer else None
        if payer is not None:
            named = tuple(dict.fromkeys((*named, payer)))
        given = [each.payload(self.chain) for each in self.signers]
        known = [each for each in given if each is not None]
        if len(set(known)) != len(known):
            raise TransactionError("expected each signer once", reason="duplicate")
        if None not in given and not set(named) <= set(known):
            raise TransactionError("expected the signers that messages and fee name, got others", reason="mismatch")
        pairs = zip(given, named, strict=False)
        if is_whole and (len(given) != len(named) or any(one not in (None, other) for one, other in pairs)):
            raise TransactionError("expected the signers that messages and fee name, in their order", reason="mismatch")
        paying = given.index(payer) if payer in given else 0
        if self.signers[paying].mode is SignMode.DIRECT_AUX:
            raise TransactionError("who pays the fee does not sign in DIRECT_AUX", reason="scheme")

    def _check_json(self) -> None:
        """What JSON cannot say is told now, and not when somebody is asked to sign it."""
        if any(each.mode is SignMode.LEGACY_AMINO_JSON for each in self.signers):
            with raised_as(TransactionError):
                self._amino(self.signers[0], 0)
        for each in self.signers:
            if each.mode is SignMode.EIP_712 and each.key is not None:
                self._typed(each, 0)

    # What is signed

    @property
    def body(self) -> Body:
        """The messages and what belongs to them, as all signers sign it."""
        return Body(
            messages=self.messages,
            memo=self.memo,
            timeout_height=self.timeout_height,
            unordered=self.unordered,
            timeout_timestamp=self.timeout_timestamp,
        )

    @property
    def body_bytes(self) -> bytes:
        """The body in protobuf. Raises `DecodingError`."""
        if self._body is None:
            object.__setattr__(self, "_body", BODY.encode(self.body))
        return self._body  # type: ignore[return-value]

    def _auth(self, chosen: Sequence[set[int]] = ()) -> bytes:
        """Signers and fee in protobuf; of multisig accounts, which cosigners are chosen: none as long as it is open."""
        if not any(chosen) and self._open is not None:
            return self._open
        places = chosen or [set()] * len(self.signers)
        infos = [each.info(self.chain, some) for each, some in zip(self.signers, places, strict=True)]
        encoded = AUTH_INFO.encode(AuthInfo(signer_infos=tuple(infos), fee=self.fee))
        if not any(chosen):
            object.__setattr__(self, "_open", encoded)
        return encoded

    @property
    def raw(self) -> bytes:
        """What `CosmosChain.decode_transaction` makes it from again: for one signer in DIRECT, the bytes that it signs.

        It is a SignDoc; behind it stand the account numbers of the second and later signers, in a field of this
        library's. Raises `TransactionError` while an account's number is not known.
        """
        first, *others = [self._number(each) for each in self.signers]
        subject = Subject(
            body_bytes=self.body_bytes,
            auth_info_bytes=self._auth(),
            chain_id=self.chain.chain_id,
            account_number=first,
            others=tuple(others),
        )
        return SUBJECT.encode(subject)

    def _number(self, signer: Signer) -> int:
        if signer.account_number is None:
            hint = "with_account_numbers tells them"
            raise TransactionError("account number unknown: signed bytes do not say it", reason="missing", hint=hint)
        return signer.account_number

    def sign_bytes(self, signer: Signer) -> bytes:
        """What this signer signs, before it is hashed. Raises `TransactionError`."""
        number = self._number(signer)
        if signer.mode is SignMode.LEGACY_AMINO_JSON:
            with raised_as(TransactionError):
                return self._amino(signer, number)
        if signer.mode is SignMode.EIP_712:
            return self._typed(signer, number)
        chain_id = self.chain.chain_id
        if signer.mode is SignMode.DIRECT:
            doc = SignDoc(
                body_bytes=self.body_bytes, auth_info_bytes=self._auth(), chain_id=chain_id, account_number=number
            )
            return SIGN_DOC.encode(doc)
        if not isinstance(signer.key, PublicKey):
            raise TransactionError("signer key unknown", reason="missing")
        aux = AuxDoc(
            body_bytes=self.body_bytes,
            public_key=packed_key(self.chain.key_type_url, signer.key.data),
            chain_id=chain_id,
            account_number=number,
            sequence=signer.sequence,
        )
        return AUX_DOC.encode(aux)

    def _amino(self, signer: Signer, number: int) -> bytes:
        from walletcore.chains.cosmos import amino

        return amino.sign_doc(
            self.body,
            self.fee,
            chain_id=self.chain.chain_id,
            account_number=number,
            sequence=signer.sequence,
            names={},
        )

    def _typed(self, signer: Signer, number: int) -> bytes:
        from walletcore.chains.cosmos import eip712

        return eip712.sign_bytes(self, signer, number)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One for each key, signer by signer: an ECDSA signature over `sign_bytes`.

        Raises `TransactionError` while a key or an account's number is not known.
        """
        prehash: Hash = sha256 if self.chain.key_type == "secp256k1" else keccak256
        made: list[SigningRequest] = []
        for signer in self.signers:
            if not signer.keys:
                raise TransactionError("signer key unknown: the bytes do not tell it", reason="missing")
            payload = self.sign_bytes(signer)
            for key, origin in zip(signer.keys, signer.origins or (None,) * len(signer.keys), strict=True):
                made.append(SigningRequest.trusted(key, Scheme.ECDSA, payload, prehash, None, origin, self))
        return tuple(made)

    # What is sent

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The transaction with a signature of each signer; of a multisig account's answers, the first that it needs.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        taken = accepted(self.requests(), answers)
        if self.signers[0].mode is SignMode.EIP_712:
            return SignedTransaction(chain=self.chain, raw=_sent(self, taken[0]), transaction=self, answers=taken)
        chosen: list[set[int]] = []
        signatures, place = [], 0
        for number, signer in enumerate(self.signers):
            own = taken[place : place + len(signer.keys)]
            place += len(signer.keys)
            places = _enough(own, signer, number)
            chosen.append(set(places) if isinstance(signer.key, Multisig) else set())
            signatures.append(_joined([own[each] for each in places], signer))
        tx = TxRaw(body_bytes=self.body_bytes, auth_info_bytes=self._auth(chosen), signatures=tuple(signatures))
        return SignedTransaction(chain=self.chain, raw=TX_RAW.encode(tx), transaction=self, answers=taken)

    def with_account_numbers(self, numbers: Iterable[int]) -> Transaction:
        """The same, with the number of each signer's account. Raises `TransactionError`."""
        given = tuple(numbers)
        if len(given) != len(self.signers):
            raise TransactionError(f"expected {len(self.signers)} account numbers, got {len(given)}", reason="length")
        signers = [replace(each, account_number=one) for each, one in zip(self.signers, given, strict=True)]
        return replace(self, signers=tuple(signers))

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """What the messages do, in their order, the memo, and the fee. See `walletcore.chains.cosmos.outcome`."""
        from walletcore.chains.cosmos.outcome import effects_of

        return effects_of(self)


def _sent(transaction: Transaction, answer: Signature | None) -> bytes:
    """What nodes take of one that was signed as typed data, with the 65 bytes that Ethereum's wallets give."""
    from walletcore.chains.cosmos import eip712

    if answer is None:
        raise MissingSignature("signer 0: expected a signature", reason="missing")
    if answer.recovery not in (0, 1):  # r was n or more before it was reduced
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    return eip712.sent(transaction, answer.data + bytes((27 + answer.recovery,)))


def _enough(own: Answers, signer: Signer, number: int) -> list[int]:
    """The places of the first answers that the signer needs."""
    wanted = signer.key.threshold if isinstance(signer.key, Multisig) else 1
    places = [place for place, answer in enumerate(own) if answer is not None]
    if len(places) < wanted:
        got = f"signer {number}: expected {wanted} of {len(own)} signatures, got {len(places)}"
        raise MissingSignature(got, reason="missing")
    return places[:wanted]


def _joined(own: Sequence[Signature | None], signer: Signer) -> bytes:
    data = tuple([answer.data for answer in own if answer is not None])
    return SIGNATURES.encode(Signatures(signatures=data)) if isinstance(signer.key, Multisig) else data[0]
