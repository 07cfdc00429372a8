"""Transactions of Cosmos chains read from bytes: to be signed (SignDoc, StdSignDoc), or as nodes take them (TxRaw).

ADR-027: each in its one form. A TxRaw and a SignDoc begin alike; what tells them apart is the third field, a chain's id
of at most 50 bytes or a signature, which is longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedTransaction
from walletcore.chains.cosmos import eip712
from walletcore.chains.cosmos.adr36 import Message, is_message
from walletcore.chains.cosmos.adr36 import decode as message
from walletcore.chains.cosmos.multisig import MULTISIG_URL, Multisig, places, read_key
from walletcore.chains.cosmos.transaction import Signer, Transaction
from walletcore.chains.cosmos.tx import (
    AUTH_INFO,
    BODY,
    SIGNATURES,
    SUBJECT,
    TX_RAW,
    AuthInfo,
    Body,
    SignerInfo,
    SignMode,
    Subject,
    TxRaw,
)
from walletcore.errors import DecodingError, InvalidSignature, TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.signing import Answers, Signature, accepted

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["decode", "identify", "verify"]

_MAX_RAW = (1 << 20) + (1 << 16)
_MAX_CHAIN_ID = 50  # CometBFT, types.MaxChainIDLen
_SIGNATURE = 64


def decode(
    chain: CosmosChain, raw: bytes, keys: Sequence[PublicKey]
) -> Transaction | Message | SignedTransaction[Transaction]:
    """Read a transaction, or a message: see `CosmosChain.decode_transaction`. Raises `TransactionError`."""
    _check(raw)
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    if raw[:1] == b"{":
        return message(chain, raw, keys) if is_message(raw) else _document(chain, raw, keys)
    found = _read(raw)
    made = _signed(chain, raw, found) if isinstance(found, TxRaw) else _unsigned(chain, raw, found)
    transaction = made.transaction if isinstance(made, SignedTransaction) else made
    if not {*keys} <= {key for signer in transaction.signers for key in signer.keys}:
        raise TransactionError("the transaction is signed by others than those given", reason="mismatch")
    return made


def identify(raw: bytes) -> str:
    """The id of a signed transaction: SHA-256, 64 hex digits in upper case. Raises `TransactionError`."""
    _check(raw)
    if raw[:1] == b"{" or type(_read(raw)) is not TxRaw:
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    return sha256(raw).hex().upper()


def verify(signed: SignedTransaction[Transaction], account_numbers: Iterable[int]) -> None:
    """Return if each signer has signed it with an account of this number; otherwise raise `InvalidSignature`.

    Bytes as nodes take them do not tell the numbers, which are signed.
    """
    transaction = signed.transaction.with_account_numbers(account_numbers)
    with raised_as(TransactionError):
        tx = TX_RAW.decode(signed.raw)
        infos = AUTH_INFO.decode(tx.auth_info_bytes).signer_infos
    if transaction.signers[0].mode is SignMode.EIP_712:
        answer = _recoverable(_typed(transaction.chain, tx)[1])
        _check_low(accepted(transaction.requests(), (answer,)), (answer,))
        return
    answers: list[Signature | None] = []
    for info, signer, data in zip(infos, transaction.signers, tx.signatures, strict=True):
        answers += _answers(info, signer, data, _has_recovery(transaction.chain))
    _check_low(accepted(transaction.requests(), tuple(answers)), tuple(answers))


def _check_low(taken: Answers, answers: Answers) -> None:
    """What is verified has the lower s; nodes take no other."""
    if any(one != other for one, other in zip(map(_data, taken), map(_data, answers), strict=True)):
        raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")


def _data(answer: Signature | None) -> bytes:
    return b"" if answer is None else answer.data


def _check(raw: bytes) -> None:
    if type(raw) is not bytes or not raw:
        raise TransactionError("expected the bytes of a transaction", reason="type" if raw else "truncated")
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes, got {len(raw)}", reason="too-large")


def _read(raw: bytes) -> TxRaw | Subject:
    """Which of the two it is, the third field says: a chain id, or a signature."""
    try:
        found = SUBJECT.decode(raw)
        if len(found.chain_id.encode()) <= _MAX_CHAIN_ID:
            return found
    except DecodingError:
        pass
    with raised_as(TransactionError):
        return TX_RAW.decode(raw)


def _parts(body_bytes: bytes, auth_bytes: bytes) -> tuple[Body, AuthInfo]:
    with raised_as(TransactionError):
        body, auth = BODY.decode(body_bytes), AUTH_INFO.decode(auth_bytes)
    return body, auth


def _check_options(body: Body) -> None:
    if body.extension_options:
        raise TransactionError("expected no extension options", reason="unknown")


def _made(chain: CosmosChain, body: Body, auth: AuthInfo, signers: Iterable[Signer]) -> Transaction:
    return Transaction(
        chain=chain,
        messages=body.messages,
        fee=auth.fee,
        signers=tuple(signers),
        memo=body.memo,
        timeout_height=body.timeout_height,
        unordered=body.unordered,
        timeout_timestamp=body.timeout_timestamp,
    )


# To be signed


def _unsigned(chain: CosmosChain, raw: bytes, found: Subject) -> Transaction:
    if not found.chain_id:
        raise TransactionError("expected signatures, or the chain id that is signed", reason="missing")
    _check_chain_id(chain, found.chain_id)
    body, auth = _parts(found.body_bytes, found.auth_info_bytes)
    _check_options(body)
    numbers = (found.account_number, *found.others)
    if len(numbers) != len(auth.signer_infos):
        got = f"expected {len(auth.signer_infos)} account numbers, got {len(numbers)}"
        raise TransactionError(got, reason="length")
    signers = [_signer(chain, info, number) for info, number in zip(auth.signer_infos, numbers, strict=True)]
    transaction = _made(chain, body, auth, signers)
    if transaction.raw != raw:  # who of a multisig account signs is open
        raise TransactionError("expected a transaction that nobody has signed", reason="non-canonical")
    return transaction


def _check_chain_id(chain: CosmosChain, chain_id: object) -> None:
    if chain_id != chain.chain_id:
        got = f"expected the chain id {chain.chain_id!r}, got {str(chain_id)[:_MAX_CHAIN_ID]!r}"
        raise TransactionError(got, reason="network")


def _signer(chain: CosmosChain, info: SignerInfo, number: int | None) -> Signer:
    """The signer of an info. Raises `TransactionError` for keys of another kind, and for ways that are not known."""
    public, mode = info.public_key, info.mode_info
    if (mode.single is None) == (mode.multi is None):
        raise TransactionError("mode_info: expected single or multi", reason="unknown")
    key: PublicKey | Multisig | None = None
    if public is not None and mode.multi is not None and public.type_url == MULTISIG_URL:
        key = Multisig.unpacked(public.value)
    elif public is not None and mode.single is not None and public.type_url == chain.key_type_url:
        key = read_key(public.value)
    elif public is not None or mode.multi is not None:
        url = "nothing" if public is None else public.type_url[:100]
        raise TransactionError(f"expected a public key of {chain.key_type_url}, got {url}", reason="unknown")
    if mode.single is not None:
        return Signer(key=key, account_number=number, sequence=info.sequence, mode=mode.single.mode)
    signs = SignMode.LEGACY_AMINO_JSON
    return Signer(key=key, account_number=number, sequence=info.sequence, mode=signs)


def _document(chain: CosmosChain, raw: bytes, keys: Sequence[PublicKey]) -> Transaction:
    """A StdSignDoc, which names nobody's key: the first one that is given becomes the signer's."""
    from walletcore.chains.cosmos import amino

    if len(keys) > 1:
        raise TransactionError("expected at most one key, the signer's", reason="ambiguous")
    with raised_as(TransactionError):
        body, fee, chain_id, number, sequence = amino.parse(raw, {})
    _check_chain_id(chain, chain_id)
    signer = Signer(
        key=keys[0] if keys else None, account_number=number, sequence=sequence, mode=SignMode.LEGACY_AMINO_JSON
    )
    transaction = _made(chain, body, AuthInfo(signer_infos=(), fee=fee), (signer,))
    if transaction.sign_bytes(signer) != raw:
        raise TransactionError("expected the JSON that nodes make of the messages, to the byte", reason="non-canonical")
    return transaction


# As nodes take them


def _signed(chain: CosmosChain, raw: bytes, found: TxRaw) -> SignedTransaction[Transaction]:
    """What is signed, with places for answers that nobody can verify without the account numbers: see `verify`."""
    body, auth = _parts(found.body_bytes, found.auth_info_bytes)
    if _is_typed(chain, body, auth):
        return _signed_as_typed_data(chain, raw, found)
    _check_options(body)
    signers = [_signer(chain, info, None) for info in auth.signer_infos]
    if not signers or len(found.signatures) != len(signers):
        expected = f"expected a signature for each of {len(signers)} signers"
        raise TransactionError(f"{expected}, got {len(found.signatures)}", reason="length")
    for info, signer, data in zip(auth.signer_infos, signers, found.signatures, strict=True):
        _answers(info, signer, data, _has_recovery(chain))
    transaction = _made(chain, body, auth, signers)
    unverified = (None,) * sum(len(signer.keys) for signer in signers)
    return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=unverified)


def _is_typed(chain: CosmosChain, body: Body, auth: AuthInfo) -> bool:
    """Whether it was signed as typed data: by its mode, or by an option of the body where the chain takes them so."""
    modes = {each.mode_info.single.mode for each in auth.signer_infos if each.mode_info.single is not None}
    return SignMode.EIP_712 in modes or ("eip712" in chain.modes and bool(body.extension_options))


def _signed_as_typed_data(chain: CosmosChain, raw: bytes, found: TxRaw) -> SignedTransaction[Transaction]:
    transaction, signature = _typed(chain, found)
    if eip712.sent(transaction, signature) != raw:
        raise TransactionError("expected the one form of a transaction with typed data", reason="non-canonical")
    return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=(None,))


def _typed(chain: CosmosChain, found: TxRaw) -> tuple[Transaction, bytes]:
    """The transaction, and its signature of 65 bytes. Raises `TransactionError`."""
    body, auth = _parts(found.body_bytes, found.auth_info_bytes)
    signature = eip712.signature_of(chain, body, found.signatures)
    _recoverable(signature)
    signers = [replace(_signer(chain, info, None), mode=SignMode.EIP_712) for info in auth.signer_infos]
    return _made(chain, body, auth, signers), signature


def _recoverable(data: bytes) -> Signature:
    if len(data) != _SIGNATURE + 1 or data[_SIGNATURE] not in (27, 28):
        raise TransactionError("expected a signature of 65 bytes: r, s, and 27 or 28", reason="length")
    return Signature(scheme=Scheme.ECDSA, data=data[:_SIGNATURE], recovery=data[_SIGNATURE] - 27)


def _answers(info: SignerInfo, signer: Signer, data: bytes, is_ethereum: bool = False) -> Answers:
    """The signatures of a signer, each in the place of its key. Raises `TransactionError`."""
    if not isinstance(signer.key, Multisig):
        return (_signature(data, is_ethereum),)
    multi = info.mode_info.multi
    with raised_as(TransactionError):
        given = SIGNATURES.decode(data).signatures
    if multi is None or any(each.single is None or each.single.mode is not signer.mode for each in multi.mode_infos):
        raise TransactionError("expected cosigners that sign in LEGACY_AMINO_JSON", reason="scheme")
    chosen = places(multi.bitarray, len(signer.keys))
    if not len(chosen) == len(given) == len(multi.mode_infos):
        raise TransactionError("expected a bit and a mode for each signature of a multisig account", reason="length")
    if len(given) < signer.key.threshold:
        got = f"expected {signer.key.threshold} signatures of a multisig account, got {len(given)}"
        raise TransactionError(got, reason="length")
    answers: list[Signature | None] = [None] * len(signer.keys)
    for place, each in zip(chosen, given, strict=True):
        answers[place] = _signature(each)
    return tuple(answers)


def _has_recovery(chain: CosmosChain) -> bool:
    """Whether a recovery id may stand behind a signature: nodes with Ethereum's keys leave it out of account."""
    return chain.key_type == "eth_secp256k1"


def _signature(data: bytes, is_ethereum: bool = False) -> Signature:
    if is_ethereum and len(data) == _SIGNATURE + 1 and data[-1] in (0, 1):
        data = data[:-1]
    if len(data) != _SIGNATURE:
        raise TransactionError(f"expected a signature of {_SIGNATURE} bytes, got {len(data)}", reason="length")
    return Signature(scheme=Scheme.ECDSA, data=data)
