"""Requests as URIs, ``web+stellar:pay`` and ``web+stellar:tx``: SEP-0007, "URI Scheme to facilitate delegated signing".

A request may be signed by the domain that it names as its origin; who the key of that domain is, its stellar.toml says,
which is left to the caller. Nothing of a request is to be believed before `verify`, the origin least of all.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from walletcore.chains.base import SignedTransaction
from walletcore.chains.stellar import wire
from walletcore.chains.stellar.chain import CHAINS, StellarChain
from walletcore.chains.stellar.envelopes import read_envelope
from walletcore.chains.stellar.fee_bump import FeeBumpTransaction
from walletcore.chains.stellar.transaction import Transaction
from walletcore.chains.stellar.values import (
    Asset,
    IssuedAsset,
    Memo,
    MemoHash,
    MemoId,
    MemoReturn,
    MemoText,
    NativeAsset,
)
from walletcore.coding.text import decode_base64
from walletcore.coding.uris import escaped, unescaped
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.remembering import memory
from walletcore.signing import Signature, SigningRequest

__all__ = ["PaymentRequest", "TransactionRequest", "parse"]

SCHEME = "web+stellar:"
_PREFIX = bytes(35) + b"\4" + b"stellar.sep.7 - URI Scheme"
_MAX_TEXT = 1 << 16  # characters
_MAX_MESSAGE, _MAX_CHAIN, _MAX_DOMAIN = 300, 7, 253
_SIGNATURE = "signature"
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,7}))?", re.ASCII)
_FEDERATED = re.compile(r"[^\s*]{1,128}\*[A-Za-z0-9.-]{1,253}", re.ASCII)
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}", re.ASCII)
_ESCAPED = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*,;:@/?]|%[0-9A-Fa-f]{2})*", re.ASCII)
_REPLACE = re.compile(r"[^,:;]+:[^,:;]+(?:,[^,:;]+:[^,:;]+)*;[^,:;]+:[^,;]*(?:,[^,:;]+:[^,;]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What both kinds have in common: who asks, in which words, and where the answer goes."""

    chain: StellarChain
    callback: str = ""
    message: str = ""
    origin_domain: str = ""
    signature: bytes = b""
    _unsigned: str | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, StellarChain):
            raise TransactionError("expected a network of Stellar", reason="type")
        _check_texts(self.callback, self.message, self.origin_domain)
        if len(self.message) > _MAX_MESSAGE:
            raise TransactionError(f"expected a message of at most {_MAX_MESSAGE} characters", reason="length")
        if type(self.signature) is not bytes or len(self.signature) not in (0, 64):
            raise TransactionError("expected a signature of 64 bytes", reason="length")
        domain = self.origin_domain
        if domain and (len(domain) > _MAX_DOMAIN or not _DOMAIN.fullmatch(domain)):
            raise TransactionError("expected a fully qualified domain name as origin", reason="character")
        if self.signature and not domain:
            raise TransactionError("a signature is of the origin, which is not named", reason="missing")

    @property
    def payload(self) -> bytes:
        """What the origin signs."""
        return _PREFIX + str(self).partition(f"&{_SIGNATURE}=")[0].encode()

    def request(self, key: PublicKey) -> SigningRequest:
        """What the key of the origin is asked for: ed25519 over `payload`, which is not hashed."""
        return SigningRequest(key=key, scheme=Scheme.ED25519, payload=self.payload)

    def signed(self, key: PublicKey, answer: Signature) -> Self:
        """The request with the signature of its origin. Raises `InvalidSignature`, `TransactionError`."""
        if not self.origin_domain:
            raise TransactionError("a signature is of the origin, which is not named", reason="missing")
        signed = replace(self, signature=self.request(key).accept(answer).data)
        object.__setattr__(signed, "_unsigned", self._unsigned)
        return signed

    def verify(self, key: PublicKey) -> None:
        """Return if the origin's key has signed. Raises `InvalidSignature`."""
        if type(key) is not PublicKey or key.curve is not Curve.ED25519:
            raise InvalidSignature("expected a public key of ed25519", reason="type")
        if not self.signature:
            raise InvalidSignature("nobody has signed the request", reason="missing")
        key.verify(Scheme.ED25519, self.payload, self.signature)

    def _written(self, operation: str, given: Mapping[str, str]) -> str:
        signature = escaped(base64.b64encode(self.signature).decode())
        behind = f"&{_SIGNATURE}={signature}" if signature else ""
        if self._unsigned is not None:
            return self._unsigned + behind
        rest = {
            "callback": f"url:{self.callback}" if self.callback else "",
            "msg": self.message,
            "network_passphrase": "" if self.chain == CHAINS[0] else self.chain.passphrase,
            "origin_domain": self.origin_domain,
        }
        pairs = [f"{name}={escaped(value)}" for name, value in {**given, **rest}.items() if value]
        return f"{SCHEME}{operation}?{'&'.join(pairs)}{behind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest(_Request):
    """Pay ``destination`` (an account, or ``name*domain`` of SEP-0002); ``amount`` None leaves it to who pays.

    Amounts are in the ten millionth part of the asset. ``callback`` is the URL to which the signed transaction goes,
    and not to the network; ``message`` is shown, and signed by nobody but the origin. Raises `TransactionError`.
    """

    destination: str
    amount: int | None = None
    asset: Asset = field(default_factory=NativeAsset)
    memo: Memo = None

    def __post_init__(self) -> None:
        _Request.__post_init__(self)
        if type(self.destination) is not str:
            raise TransactionError("expected an account as text", reason="type")
        if not _FEDERATED.fullmatch(self.destination):
            self.chain.parse_address(self.destination)
        if self.amount is not None and (type(self.amount) is not int or not 0 < self.amount < 1 << 63):
            raise TransactionError("expected a positive amount", reason="range")
        with raised_as(TransactionError):
            wire.asset(self.chain).encode(self.asset)
            wire.MEMO.encode(self.memo)
            _memo_text(self.memo)

    def __str__(self) -> str:
        issued = self.asset if isinstance(self.asset, IssuedAsset) else None
        given = {
            "destination": self.destination,
            "amount": "" if self.amount is None else _decimal(self.amount),
            "asset_code": issued.code if issued else "",
            "asset_issuer": issued.issuer.text if issued else "",
            "memo": _memo_text(self.memo),
            "memo_type": _MEMO_TYPES.get(type(self.memo), ""),
        }
        return self._written("pay", given)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRequest(_Request):
    """Sign an ``envelope``, or what becomes of it when the fields that ``replace`` names are filled in.

    ``replace`` is as in the URI: ``sourceAccount:X;X:account that pays``. ``pubkey`` is who is asked to sign. ``inner``
    is the request from which this one came, as text, seven of them within each other at most. Raises
    `TransactionError`.
    """

    envelope: bytes
    replace: str = ""
    pubkey: str = ""
    inner: str = ""

    def __post_init__(self) -> None:
        _Request.__post_init__(self)
        if type(self.envelope) is not bytes:
            raise TransactionError("expected the bytes of an envelope", reason="type")
        read_envelope(self.chain, self.envelope)
        _check_texts(self.replace, self.pubkey, self.inner)
        if self.replace:
            _check_replace(self.replace)
        if self.pubkey and self.chain.parse_address(self.pubkey).kind != "account":
            raise TransactionError("expected an account (G...) as pubkey", reason="version")
        _check_inner(self.inner)

    def __str__(self) -> str:
        given = {
            "xdr": base64.b64encode(self.envelope).decode(),
            "replace": self.replace,
            "pubkey": self.pubkey,
            "chain": self.inner,
        }
        return self._written("tx", given)

    def transaction(self, keys: Sequence[PublicKey] = ()) -> Transaction | FeeBumpTransaction | SignedTransaction[Any]:
        """What is to be signed, where nothing is to be replaced. Raises `TransactionError`."""
        if self.replace:
            raise TransactionError(f"fields are to be filled in first: {self.replace[:200]}", reason="missing")
        found = self.chain.decode_transaction(self.envelope, keys=keys)
        if not isinstance(found, Transaction | FeeBumpTransaction | SignedTransaction):
            raise TransactionError("expected the envelope of a transaction", reason="type")
        return found


def parse(text: str, chains: Sequence[StellarChain] = CHAINS) -> PaymentRequest | TransactionRequest:
    """Read a request; without a passphrase it is for the first of the networks. Raises `TransactionError`.

    A parameter that is not known or stands twice is refused. A signature is over the text as it came, which `str` gives
    again.
    """
    if type(text) is not str or len(text) > _MAX_TEXT:
        raise TransactionError(f"expected a text of at most {_MAX_TEXT} characters", reason="too-large")
    operation, _, query = text.removeprefix(SCHEME).partition("?")
    if not text.startswith(SCHEME) or operation not in _READERS:
        raise TransactionError(f"expected {SCHEME}pay? or {SCHEME}tx?", reason="prefix")
    given = _parameters(query)
    passphrase = given.pop("network_passphrase", chains[0].passphrase)
    network = next((each for each in chains if each.passphrase == passphrase), None)
    if network is None:
        raise TransactionError("the network of this passphrase is not known", reason="network")
    common = {
        "chain": network,
        "callback": _callback(given.pop("callback", "")),
        "message": given.pop("msg", ""),
        "origin_domain": given.pop("origin_domain", ""),
        "signature": _data(given.pop(_SIGNATURE, "")),
    }
    found = _READERS[operation](network, given, common)
    if given:
        raise TransactionError(f"parameters that are not known: {', '.join(sorted(given))[:80]}", reason="unknown")
    object.__setattr__(found, "_unsigned", text.partition(f"&{_SIGNATURE}=")[0])
    return found


def _read_payment(network: StellarChain, given: dict[str, str], common: Mapping[str, Any]) -> PaymentRequest:
    code, issuer = given.pop("asset_code", ""), given.pop("asset_issuer", "")
    if bool(issuer) != bool(code) and code != "XLM":
        raise TransactionError("expected asset_code and asset_issuer, or none of both", reason="missing")
    asset: Asset = IssuedAsset(code=code, issuer=network.parse_address(issuer)) if issuer else NativeAsset()
    return PaymentRequest(
        destination=_needed(given, "destination"),
        amount=_stroops(given.pop("amount", "")),
        asset=asset,
        memo=_memo(given.pop("memo_type", ""), given.pop("memo", "")),
        **common,
    )


def _read_transaction(network: StellarChain, given: dict[str, str], common: Mapping[str, Any]) -> TransactionRequest:
    del network
    return TransactionRequest(
        envelope=_data(_needed(given, "xdr")),
        replace=given.pop("replace", ""),
        pubkey=given.pop("pubkey", ""),
        inner=given.pop("chain", ""),
        **common,
    )


_READERS: dict[str, Callable[..., PaymentRequest | TransactionRequest]] = {
    "pay": _read_payment,
    "tx": _read_transaction,
}


# Parameters


def _parameters(query: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if "+" in value:
            raise TransactionError("expected %20 or %2B: a + may be a space, or itself", reason="ambiguous")
        if name in given:
            raise TransactionError(f"{name[:20]} stands twice", reason="duplicate")
        if not name or not value or not _ESCAPED.fullmatch(value):
            raise TransactionError(f"{name[:20]}: expected a value with escapes", reason="character")
        given[name] = _text(unescaped(value))
    if _SIGNATURE in given and next(reversed(given)) != _SIGNATURE:
        raise TransactionError("the signature is of all before it, and stands last", reason="non-canonical")
    return given


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise TransactionError("expected UTF-8", reason="character") from None


def _needed(given: dict[str, str], name: str) -> str:
    if name not in given:
        raise TransactionError(f"expected {name}", reason="missing")
    return given.pop(name)


def _data(text: str) -> bytes:
    with raised_as(TransactionError):
        return decode_base64(text)


def _callback(text: str) -> str:
    if text and not text.startswith("url:"):
        raise TransactionError("expected a callback that begins with url:", reason="prefix")
    return text.removeprefix("url:")


def _stroops(text: str) -> int | None:
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise TransactionError("expected an amount of at most seven decimals", reason="character")
    return int(found[1]) * 10**7 + int((found[2] or "").ljust(7, "0"))


def _decimal(amount: int) -> str:
    whole, rest = divmod(amount, 10**7)
    return f"{whole}.{rest:07}".rstrip("0").rstrip(".") if rest else str(whole)


_MEMO_TYPES = {MemoText: "MEMO_TEXT", MemoId: "MEMO_ID", MemoHash: "MEMO_HASH", MemoReturn: "MEMO_RETURN"}


def _memo(kind: str, text: str) -> Memo:
    if not kind and not text:
        return None
    if kind == "MEMO_TEXT":
        return MemoText.from_text(text)
    if kind == "MEMO_ID" and re.fullmatch("0|[1-9][0-9]{0,19}", text, re.ASCII):
        return MemoId(id=int(text))
    if kind in ("MEMO_HASH", "MEMO_RETURN"):
        return MemoHash(hash=_data(text)) if kind == "MEMO_HASH" else MemoReturn(hash=_data(text))
    raise TransactionError("expected a memo and its type", reason="unknown")


def _memo_text(memo: Memo) -> str:
    if isinstance(memo, MemoText):
        return _text(memo.text)
    if isinstance(memo, MemoId):
        return str(memo.id)
    return "" if memo is None else base64.b64encode(memo.hash).decode()


# Texts


def _check_texts(*texts: object) -> None:
    if any(type(each) is not str for each in texts):
        raise TransactionError("expected texts", reason="type")


def _check_replace(text: str) -> None:
    if not _REPLACE.fullmatch(text):
        raise TransactionError("replace: expected fields and what they are for", reason="character")
    fields, hints = text.split(";", 1)
    named = {each.split(":")[1] for each in fields.split(",")}
    if named != {each.split(":")[0] for each in hints.split(",")}:
        raise TransactionError("replace: expected the same names on both sides", reason="mismatch")


def _check_inner(text: str) -> None:
    """SEP-0007, ``chain``: no more than seven levels; each is one parameter of the one around it."""
    for _ in range(_MAX_CHAIN):
        if not text:
            return
        if not text.startswith(SCHEME):
            raise TransactionError(f"chain: expected a request, {SCHEME}...", reason="prefix")
        text = _parameters(text.partition("?")[2]).get("chain", "")
    if text:
        raise TransactionError(f"chain: expected at most {_MAX_CHAIN} requests within each other", reason="too-deep")
