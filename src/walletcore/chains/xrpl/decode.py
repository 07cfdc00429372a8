"""Transactions of the XRP Ledger read from their canonical bytes: unsigned, signed by one or by several, or by some.

rippled, STTx.cpp, STObject.cpp. What a subject's bytes say of signers is read back: SigningPubKey, and Signers without
signatures; signatures are verified, and must stand in their one form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from walletcore.chains.base import SignedTransaction
from walletcore.chains.xrpl import claims, codec
from walletcore.chains.xrpl.chain import XrplChain, parse_key
from walletcore.chains.xrpl.claims import Claim
from walletcore.chains.xrpl.parties import Cosigner, Party
from walletcore.chains.xrpl.transaction import SIGNING_FIELDS, AnyTransaction, Transaction
from walletcore.chains.xrpl.typed import typed
from walletcore.errors import AddressError, InvalidSignature, TransactionError, raised_as
from walletcore.hashes import sha512_half
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing import Answers, Signature, accepted

__all__ = ["combine", "decode", "decode_partial", "identify", "transaction_hash"]

_ID = b"TXN\0"
_MAX_FIELDS = 8192  # a batch of eight transactions, signed by 24 lists of 32, has fewer
_ONE = ("SigningPubKey", "TxnSignature")


def decode(chain: XrplChain, raw: bytes, keys: Sequence[PublicKey]) -> AnyTransaction | Claim | SignedTransaction[Any]:
    """See `XrplChain.decode_transaction`. Raises `TransactionError`."""
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    if type(raw) is bytes and raw.startswith(claims.PREFIX):
        return claims.decode(chain, raw, keys)
    transaction, given = _read(chain, raw)
    if not any(given):
        return _with_keys(transaction, keys)
    if None in given:
        hint = "decode_partial gives the transaction and those signatures that are there"
        raise TransactionError("only some of the signers have signed", reason="missing", hint=hint)
    return _assembled(transaction, given, raw)


def decode_partial(chain: XrplChain, raw: bytes) -> tuple[AnyTransaction, Answers]:
    """See `XrplChain.decode_partial`. Raises `TransactionError`."""
    transaction, given = _read(chain, raw)
    return transaction, _verified(transaction, given) if any(given) else given


def combine(chain: XrplChain, raws: Sequence[bytes]) -> SignedTransaction[Any]:
    """See `XrplChain.combine`. Raises `TransactionError`."""
    if type(raws) not in (tuple, list) or not raws:
        raise TransactionError("expected a tuple or list of transactions, one or more", reason="type")
    parts = [decode_partial(chain, raw) for raw in raws]
    bare = [replace(transaction, signers=()) for transaction, answers in parts if transaction.signers and any(answers)]
    if len(bare) != len(parts):
        raise TransactionError("expected transactions that are multi-signed", reason="mismatch")
    if any(each != bare[0] for each in bare):
        raise TransactionError("expected the same transaction, signed by others", reason="mismatch")
    found: dict[bytes, tuple[Cosigner, Signature]] = {}
    for transaction, answers in parts:
        for signer, answer in zip(transaction.signers or (), answers, strict=True):
            if answer is not None and found.setdefault(signer.account.payload, (signer, answer)) != (signer, answer):
                raise TransactionError("an account has signed twice, with other signatures", reason="duplicate")
    signers = [found[account] for account in sorted(found)]
    made = replace(bare[0], signers=tuple([signer for signer, _ in signers]))
    return made.assemble(tuple([answer for _, answer in signers]))


def identify(chain: XrplChain, raw: bytes) -> str:
    """See `XrplChain.transaction_id`. Raises `TransactionError`."""
    _, given = _read(chain, raw)
    if not given or None in given:
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    return transaction_hash(raw).hex().upper()


def transaction_hash(raw: bytes) -> bytes:
    """The SHA-512Half of ``TXN`` and the signed bytes, 32 bytes."""
    return sha512_half(_ID + raw)


def _read(chain: XrplChain, raw: bytes) -> tuple[AnyTransaction, Answers]:
    """The transaction of those whom its bytes name, and what they have signed."""
    if type(raw) is not bytes or not raw:
        raise TransactionError("expected the bytes of a transaction", reason="type" if raw else "truncated")
    with raised_as(TransactionError):
        fields = codec.decode(raw, max_fields=_MAX_FIELDS)
    signing = {name: fields.pop(name) for name in SIGNING_FIELDS if name in fields}
    number = fields.pop("NetworkID", None)
    if number != (chain.network_id if chain.is_named else None):
        raise TransactionError(f"expected the NetworkID of {chain.name}, got {number}", reason="network")
    known, given = _sender(chain, signing)
    parties, others = _parties(chain, signing)
    found = {**known, "parties": parties}
    made: AnyTransaction | None = typed(chain, fields, **found)
    return made or Transaction.of(chain, fields, **found), (*given, *others)


def _sender(chain: XrplChain, signing: dict[str, Any]) -> tuple[dict[str, Any], Answers]:
    """The signer or the signers of the sender, and what they have signed."""
    if "SigningPubKey" not in signing:
        if "TxnSignature" in signing or "Signers" in signing:
            raise TransactionError("there is a signature, and no SigningPubKey", reason="missing")
        return {}, ()
    if signing["SigningPubKey"]:
        key, _, given = _signatory(chain, {name: signing[name] for name in (*_ONE, "Signers") if name in signing})
        return {"signer": key}, given
    if "TxnSignature" in signing:
        raise TransactionError("there is a signature, and no SigningPubKey", reason="missing")
    if "Signers" not in signing:
        return {"signers": ()}, ()
    _, signers, given = _signatory(chain, {"Signers": signing["Signers"]})
    return {"signers": signers}, given


def _parties(chain: XrplChain, signing: dict[str, Any]) -> tuple[tuple[Party, ...], Answers]:
    """Others who sign, in the order of their places, and what they have signed."""
    parties: list[Party] = []
    answers: list[Signature | None] = []
    for place in ("CounterpartySignature", "SponsorSignature"):
        if place in signing:
            key, signers, given = _signatory(chain, signing[place])
            parties.append(Party(place=place, key=key, signers=signers))
            answers += given
    for item in signing.get("BatchSigners", ()):
        named = dict(item.get("BatchSigner", {}))
        account = chain.parse_classic(named.pop("Account", ""))
        key, signers, given = _signatory(chain, named)
        parties.append(Party(place="BatchSigners", account=account, key=key, signers=signers))
        answers += given
    accounts = [party.account.payload for party in parties if party.account]
    if accounts != sorted(set(accounts)) or (not accounts and "BatchSigners" in signing):
        raise TransactionError(
            "expected BatchSigners in the order of their accounts, each once", reason="non-canonical"
        )
    return tuple(parties), tuple(answers)


def _signatory(chain: XrplChain, fields: dict[str, Any]) -> tuple[PublicKey | None, tuple[Cosigner, ...], Answers]:
    """A key or several signers, and what they have signed: SigningPubKey and TxnSignature, or Signers."""
    if {"SigningPubKey"} <= fields.keys() <= {*_ONE}:
        key = parse_key(fields["SigningPubKey"])
        return key, (), (_answer(key, fields.get("TxnSignature")),)
    if fields.keys() != {"Signers"}:
        raise TransactionError("expected SigningPubKey and TxnSignature, or Signers, not both", reason="ambiguous")
    if not fields["Signers"]:
        raise TransactionError("expected one of Signers or more", reason="length")
    found, given = [], []
    for item in fields["Signers"]:
        each = item.get("Signer", {})
        if not {"Account", "SigningPubKey"} <= each.keys() <= {"Account", *_ONE}:
            raise TransactionError("expected Account, SigningPubKey and TxnSignature of a Signer", reason="unknown")
        key = parse_key(each["SigningPubKey"])
        found.append(Cosigner(account=chain.parse_classic(each["Account"]), key=key))
        given.append(_answer(key, each.get("TxnSignature")))
    places = [each.account.payload for each in found]
    if places != sorted(set(places)):
        raise TransactionError("expected Signers in the order of their accounts, each once", reason="non-canonical")
    return None, tuple(found), tuple(given)


def _answer(key: PublicKey, digits: str | None) -> Signature | None:
    if digits is None:
        return None
    scheme = Scheme.ED25519 if key.curve is Curve.ED25519 else Scheme.ECDSA
    return Signature(scheme=scheme, data=bytes.fromhex(digits))


def _with_keys(transaction: AnyTransaction, keys: Sequence[PublicKey]) -> AnyTransaction:
    """The transaction of whom the keys name, where its bytes name nobody."""
    if not keys:
        return transaction
    if transaction.signer is not None or transaction.signers:
        if not {*keys} <= {request.key for request in transaction.requests()}:
            raise TransactionError("it is to be signed by another key than those given", reason="mismatch")
        return transaction
    if transaction.signers is None and len(keys) == 1:
        return replace(transaction, signer=keys[0])
    try:
        signers = tuple([Cosigner(account=transaction.chain.address(key), key=key) for key in keys])
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason) from None
    return replace(transaction, signers=signers)


def _verified(transaction: AnyTransaction, given: Answers) -> Answers:
    try:
        return accepted(transaction.requests(), given)
    except InvalidSignature as error:
        raise TransactionError(str(error), reason=error.reason) from None


def _assembled(transaction: AnyTransaction, given: Answers, raw: bytes) -> SignedTransaction[Any]:
    signed = transaction.assemble(_verified(transaction, given))
    if signed.raw != raw:
        raise TransactionError("expected signatures in DER with the lower s, or of 64 bytes", reason="non-canonical")
    return signed
