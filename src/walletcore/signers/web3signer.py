"""Web3Signer's two interfaces for secp256k1 (Web3Signer ETH1 API, OpenAPI 1.1.0; its JSON-RPC methods), as exchanges.

Web3Signer hashes with Keccak-256 what it is given, so that requests with this prehash alone can be asked. REST takes
any payload. JSON-RPC makes the payload itself, of a message, of typed data or of a transaction whose fields are sent:
what it made is seen when the signature verifies, or does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from walletcore.coding import rlp, strict_json
from walletcore.curves.secp256k1 import account_of, uncompressed
from walletcore.errors import DecodingError, InvalidSignature, OutcomeUnknown, SignerError, SigningRefused
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey, Scheme
from walletcore.signers.web import Question, Reply, compact, failed, json_of, text_of, unclear
from walletcore.signing import Signature, SigningRequest

__all__ = ["Web3SignerRest", "Web3SignerRpc"]

_SIGNATURE = re.compile(r"0x([0-9a-fA-F]{128})([0-9a-fA-F]{2})", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})++", re.ASCII)
_PERSONAL = b"\x19Ethereum Signed Message:\n"
_TYPED = b"\x19\x01"
_LEGACY = ("nonce", "gasPrice", "gas", "to", "value", "data")
_DYNAMIC = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "to", "value", "data")
_BYTES = ("to", "data")
# ETH1_SIGN (OpenAPI): bad request format, public key not found; both are found before a signature is made
# (Eth1SignForIdentifierHandler), and its 500 is not. Their bodies say nothing, so that a gateway's 400 and 404 pass for
# Web3Signer's: docs/http-signer.md says what may stand between. It has no other status that is a refusal.
_BARE = {
    400: ("Web3Signer cannot read the request, with status 400", "policy"),
    404: ("Web3Signer has no such key, or lives at another path", "unknown"),
}
# HostAllowListHandler, which comes first, whatever is asked: 403, in these words.
_HOST = {"message": "Host not authorized."}
# Found before a signature is made: what JSON-RPC 2.0 has for malformed requests (section 5.1), and for accounts that
# Web3Signer has no key of, with whatever status (ResponseCodeSelector: 400 or 200). Its other errors leave open what
# happened: InternalResponseHandler tells every unforeseen one, of a key's vault, too, as -32603 with status 500.
_NOT_SIGNED = {-32700, -32600, -32601, -32602}
_NO_KEY = (-32000, "No unlocked account matches the Sender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Web3SignerRest:
    """``POST /api/v1/eth1/sign/{identifier}``, where the identifier is 0x and x || y of the public key."""

    key: PublicKey

    @property
    def schemes(self) -> frozenset[Scheme]:
        """ECDSA."""
        return frozenset({Scheme.ECDSA})

    def ask(self, request: SigningRequest) -> Question:
        """The payload, which the service hashes."""
        _check_hash(request)
        identifier = uncompressed(self.key.data)[1:].hex()
        body = compact({"data": "0x" + request.payload.hex()})
        return Question(path=f"/api/v1/eth1/sign/0x{identifier}", body=body, accept="text/plain")

    def read(self, request: SigningRequest, answer: Reply) -> Signature:
        """The text 0x || r || s || v."""
        if answer.status in _BARE:
            text, reason = _BARE[answer.status]
            raise SigningRefused(text, reason=reason)
        if answer.status != 200:
            raise _failure(answer)
        return _signature(text_of(answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Web3SignerRpc:
    """``eth_sign``, ``eth_signTypedData`` and ``eth_signTransaction``, by the account of the key.

    Transactions are legacy ones of EIP-155, and those of EIP-1559 without an access list: Web3Signer makes no others.
    The chain is the one that it is set up for.
    """

    key: PublicKey

    @property
    def schemes(self) -> frozenset[Scheme]:
        """ECDSA."""
        return frozenset({Scheme.ECDSA})

    def ask(self, request: SigningRequest) -> Question:
        """The call that makes the payload. Raises `SigningRefused` where there is none."""
        _check_hash(request)
        account = "0x" + account_of(self.key.data).hex()
        method, parameters = _call(request, account)
        call = {"jsonrpc": "2.0", "id": request.id.hex(), "method": method, "params": parameters}
        return Question(path="/", body=compact(call))

    def read(self, request: SigningRequest, answer: Reply) -> Signature:
        """The signature in the result: r, s and v, or a whole transaction."""
        result = _result(request, answer)
        if request.payload[:1] == b"\x19":
            return _signature(result)
        return _of_transaction(request.payload, result)


def _check_hash(request: SigningRequest) -> None:
    if request.prehash != keccak256:
        raise SigningRefused("Web3Signer hashes with keccak256, and signs nothing else", reason="scheme")


def _signature(text: object) -> Signature:
    found = _SIGNATURE.fullmatch(text) if type(text) is str else None
    if not found:
        raise unclear("Web3Signer answered with what is no signature of 65 bytes")
    return Signature(scheme=Scheme.ECDSA, data=bytes.fromhex(found[1]), recovery=int(found[2], 16) - 27)


def _call(request: SigningRequest, account: str) -> tuple[str, list[Any]]:
    payload = request.payload
    message = _personal(payload)
    if message is not None:
        return "eth_sign", [account, "0x" + message.hex()]
    if payload.startswith(_TYPED):
        return "eth_signTypedData", [account, _typed_data(request)]
    names, fields = _transaction(payload)
    values = {name: _value(name, field) for name, field in zip(names, fields, strict=True) if name != "chainId"}
    if not fields[names.index("to")]:
        del values["to"]  # a contract is created
    return "eth_signTransaction", [{"from": account, **values}]


def _personal(payload: bytes) -> bytes | None:
    """The message of EIP-191, version 0x45; how many digits its length has follows from the length of all."""
    if not payload.startswith(_PERSONAL):
        return None
    rest = payload.removeprefix(_PERSONAL)
    for digits in range(1, 8):
        if rest[:digits] == str(len(rest) - digits).encode():
            return rest[digits:]
    return None


def _typed_data(request: SigningRequest) -> str:
    """The JSON of the subject: the payload itself has two hashes only."""
    raw = getattr(request.subject, "raw", None)
    try:
        if type(raw) is not bytes or type(strict_json.decode(raw.decode())) is not dict:
            raise ValueError
    except ValueError:  # DecodingError is one
        raise SigningRefused("typed data is asked for with its JSON as subject", reason="missing") from None
    return raw.decode()


def _transaction(payload: bytes) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The fields of a transaction that Web3Signer can make, with the names that it takes them under."""
    dynamic = payload[:1] == b"\x02"
    try:
        items = rlp.decode(payload[1:] if dynamic else payload)
    except DecodingError:
        items = b""
    end = ((),) if dynamic else (b"", b"")  # no access list; EIP-155: two empty fields after the chain id
    if type(items) is not tuple or len(items) != 9 or items[-len(end) :] != end:
        what = "a message, typed data, a legacy transaction of EIP-155, or one of EIP-1559 without access list"
        raise SigningRefused(f"expected {what}", reason="unknown", hint="api=rest signs any payload")
    names = _DYNAMIC if dynamic else (*_LEGACY, "chainId")
    fields = items[: len(names)]
    if any(type(field) is not bytes for field in fields):
        raise SigningRefused("expected bytes in the fields of a transaction", reason="type")
    return names, fields


def _value(name: str, field: bytes) -> str:
    return "0x" + field.hex() if name in _BYTES else hex(int.from_bytes(field))


def _result(request: SigningRequest, answer: Reply) -> object:
    """The result, for this request. An error has a code, which says whether something was signed."""
    try:
        value = json_of(answer, ("jsonrpc", "id", "result"), ("jsonrpc", "id", "error"))
    except OutcomeUnknown:
        if answer.status == 200:
            raise
        raise _failure(answer) from None
    if value["jsonrpc"] != "2.0" or value["id"] != request.id.hex():
        raise unclear("Web3Signer answered another request")
    if "error" in value:
        raise _declined(value["error"])
    if answer.status != 200:
        raise failed(answer.status)
    return value["result"]


def _failure(answer: Reply) -> SignerError:
    """What another status than 200 says, where it is none of the interface's own."""
    try:
        is_host = answer.status == 403 and json_of(answer, ("message",)) == _HOST
    except OutcomeUnknown:
        is_host = False
    if is_host:
        hint = "--http-host-allowlist has the hosts that Web3Signer answers to"
        return SigningRefused("Web3Signer does not answer to this host", reason="policy", hint=hint)
    return failed(answer.status)


def _declined(error: object) -> SignerError:
    code, message = (error.get("code"), error.get("message")) if type(error) is dict else (None, None)
    if (code, message) == _NO_KEY:
        return SigningRefused("Web3Signer has no key for the account", reason="unknown")
    if type(code) is int and code in _NOT_SIGNED:
        return SigningRefused(f"Web3Signer refused, with code {code}", reason="policy")
    return unclear("Web3Signer failed" if type(code) is not int else f"Web3Signer failed, with code {code}")


def _of_transaction(payload: bytes, result: object) -> Signature:
    """The signature at the end of a signed transaction, whose other fields must be those that were asked for."""
    if type(result) is not str or not _HEX.fullmatch(result):
        raise unclear("Web3Signer answered with what is no transaction")
    raw = bytes.fromhex(result[2:])
    dynamic = payload[:1] == b"\x02"
    asked = rlp.decode(payload[dynamic:])[: 9 if dynamic else 6]
    try:
        items = rlp.decode(raw[dynamic:])
        if type(items) is not tuple or raw[:dynamic] != payload[:dynamic] or items[:-3] != asked:
            raise InvalidSignature("Web3Signer signed another transaction", reason="mismatch")
        v, r, s = (rlp.decode_uint(item, 256) for item in items[-3:])
    except DecodingError as error:
        raise InvalidSignature("Web3Signer answered with a malformed transaction", reason=error.reason) from None
    recovery = v if dynamic else (v - 35) % 2  # EIP-155: chain id * 2 + 35 or 36
    return Signature(scheme=Scheme.ECDSA, data=r.to_bytes(32) + s.to_bytes(32), recovery=recovery)
