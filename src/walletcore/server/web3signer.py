"""Web3Signer's two interfaces, as a server reads and answers them (ETH1 API, OpenAPI 1.1.0; JSON-RPC 2.0).

Pure: what is asked becomes a request with its subject, the answer becomes text. Clients are as `signers.web3signer`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from walletcore.chains import chain, evm
from walletcore.coding import strict_json
from walletcore.errors import (
    DecodingError,
    SignerUnavailable,
    SigningRefused,
    TransactionError,
    WalletcoreError,
)
from walletcore.hashes import keccak256
from walletcore.keys import Scheme
from walletcore.server.desk import Answer
from walletcore.server.keys import Held
from walletcore.server.subjects import subject_of
from walletcore.signers.protocol import MAX_REQUEST, Asked, Subject
from walletcore.signing import SigningRequest

__all__ = [
    "METHODS",
    "Call",
    "RpcError",
    "accounts",
    "by_identifier",
    "listed",
    "public_keys",
    "read_call",
    "read_rest",
    "rpc_error",
    "rpc_result",
    "signature_text",
    "wanted",
]

_HEX = re.compile(r"0x[0-9a-fA-F]*+", re.ASCII)  # a group that repeats would take 150 bytes each time
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_FIELDS = {"from", "to", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value", "nonce", "data", "input"}
_MAX_DEPTH = 40  # typed data has 32 at most
_MAX_VALUES = 1 << 14  # of a call, its typed data and their types: each value is read three times before it is signed
_MAX_MESSAGE = 500
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, NO_ACCOUNT = -32700, -32600, -32601, -32602, -32000
UNAVAILABLE, UNKNOWN = -32002, -32603

Typed = evm.Message | evm.Transaction | evm.LegacyTransaction


class RpcError(SigningRefused):
    """A call that cannot be carried out, with the code that JSON-RPC 2.0 (section 5.1) or Web3Signer has for it."""

    def __init__(self, code: int, message: str, *, reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of JSON-RPC."""

    id: str | int
    method: str
    params: tuple[Any, ...] | None


def public_keys(held: Sequence[Held]) -> list[str]:
    """The identifiers of keys: 0x, x and y."""
    return [each.identifier for each in held if each.identifier]


def accounts(held: Sequence[Held]) -> list[str]:
    """The accounts of keys."""
    return [each.account for each in held if each.account]


def by_identifier(identifier: str, held: Sequence[Held]) -> Held | None:
    """The key with this identifier."""
    wanted = "0x" + identifier.lower().removeprefix("0x")
    return next((each for each in held if each.identifier == wanted), None)


def read_rest(body: bytes, held: Held) -> Asked:
    """``{"data": "0x..."}``: the payload, and what it seems to be. Raises `DecodingError`."""
    value = _parsed(body, 2)
    if type(value) is not dict or set(value) != {"data"}:
        raise DecodingError("expected data, and nothing else", reason="unknown")
    payload = _bytes(value["data"], "data")
    if not payload:
        raise DecodingError("expected data to sign", reason="length")
    request = SigningRequest(key=held.public_key, scheme=Scheme.ECDSA, payload=payload, prehash=keccak256)
    return Asked(request=request, subject=subject_of(payload, held.chain))


def signature_text(answer: Answer) -> str:
    """0x, r, s and v, which is 27 or 28."""
    return "0x" + answer.signature.data.hex() + (27 + (answer.signature.recovery or 0)).to_bytes().hex()


def read_call(body: bytes) -> Call:
    """One call; there are no batches, and no calls without an id. Raises `RpcError`."""
    try:
        value = _parsed(body, _MAX_VALUES)
    except DecodingError as error:
        raise RpcError(PARSE_ERROR, str(error), reason=error.reason) from None
    if type(value) is not dict or {*value, "params"} != {"jsonrpc", "id", "method", "params"}:
        raise RpcError(INVALID_REQUEST, "expected jsonrpc, id, method and params", reason="unknown")
    identity, method, params = value["id"], value["method"], value.get("params", [])
    if value["jsonrpc"] != "2.0" or type(identity) not in (str, int) or type(method) is not str:
        raise RpcError(INVALID_REQUEST, "expected a call of JSON-RPC 2.0", reason="type")
    if len(str(identity)) > 200:
        raise RpcError(INVALID_REQUEST, "expected an id of at most 200 characters", reason="too-large")
    return Call(id=identity, method=method, params=tuple(params) if type(params) is list else None)


def _check(call: Call) -> None:
    if call.method not in METHODS and call.method != "eth_accounts":
        raise RpcError(NO_METHOD, "there is no such method", reason="unknown")
    if call.params is None or len(call.params) != METHODS.get(call.method, (0,))[0]:
        raise RpcError(INVALID_PARAMS, "expected the parameters of the method, as a list", reason="length")


def listed(call: Call, held: Sequence[Held]) -> list[str] | None:
    """The accounts, where these are what the call asks for. Raises `RpcError` for a call that is none of ours."""
    _check(call)
    return accounts(held) if call.method == "eth_accounts" else None


def wanted(call: Call, held: Sequence[Held]) -> tuple[Held, Asked, Callable[[Answer], str]]:
    """The key, what is asked of it, and what turns the answer into the result. Raises `RpcError`."""
    params = call.params or ()
    try:
        account = params[0]["from"] if call.method == "eth_signTransaction" else params[0]
        key = _by_account(account, held)
        made: Typed = METHODS[call.method][1](key, params)
        (request,) = made.requests()
    except (KeyError, TypeError):
        raise RpcError(INVALID_PARAMS, "expected the parameters of the method", reason="type") from None
    except RpcError:
        raise
    except WalletcoreError as error:
        raise RpcError(INVALID_PARAMS, str(error), reason=error.reason) from None
    asked = Asked(request=request, subject=Subject(chain=made.chain.caip2, raw=made.raw))
    if isinstance(made, evm.Message):
        return key, asked, signature_text
    return key, asked, lambda answer: "0x" + made.assemble((answer.signature,)).raw.hex()


def _by_account(account: object, held: Sequence[Held]) -> Held:
    for each in held:
        if type(account) is str and each.account == account.lower() != "":
            return each
    raise RpcError(NO_ACCOUNT, "No unlocked account matches the Sender", reason="unknown")


def _chain(held: Held) -> evm.Evm:
    if not held.chain:
        raise TransactionError("this key has no chain of its own", reason="missing")
    return chain(held.chain, evm.Evm)


def _message(held: Held, params: tuple[Any, ...]) -> evm.Message:
    return evm.Message(chain=_chain(held), signer=held.public_key, data=_bytes(params[1], "message"))


def _typed_data(held: Held, params: tuple[Any, ...]) -> evm.Message:
    typed = evm.TypedData.parse(params[1])
    number = typed.domain.chain_id
    row = _chain(held) if number is None else chain(f"eip155:{number}", evm.Evm)
    return evm.Message(chain=row, signer=held.public_key, data=typed)


def _transaction(held: Held, params: tuple[Any, ...]) -> evm.Transaction | evm.LegacyTransaction:
    given, row = params[0], _chain(held)
    if not set(given) <= _FIELDS or {"data", "input"} <= set(given):
        raise TransactionError(f"expected no other members than {', '.join(sorted(_FIELDS))}", reason="unknown")
    to = given.get("to")
    common: dict[str, Any] = {
        "chain": row,
        "sender": held.public_key,
        "to": None if to is None else row.account(_bytes(to, "to")),
        "nonce": _number(given["nonce"]),
        "gas": _number(given["gas"]),
        "value": _number(given.get("value", "0x0")),
        "data": _bytes(given.get("data", given.get("input", "0x")), "data"),
    }
    if "gasPrice" in given:
        if {"maxFeePerGas", "maxPriorityFeePerGas"} & set(given):
            raise TransactionError("expected gasPrice, or maxFeePerGas and maxPriorityFeePerGas", reason="ambiguous")
        return evm.LegacyTransaction(**common, gas_price=_number(given["gasPrice"]))
    fee, priority = _number(given["maxFeePerGas"]), _number(given["maxPriorityFeePerGas"])
    return evm.Transaction(**common, max_fee=fee, max_priority_fee=priority)


METHODS: dict[str, tuple[int, Callable[[Held, tuple[Any, ...]], Typed]]] = {
    "eth_sign": (2, _message),
    "eth_signTypedData": (2, _typed_data),
    "eth_signTransaction": (1, _transaction),
}
"""A method that signs -> how many parameters it has, and what makes the subject of them."""


def _parsed(body: bytes, values: int) -> Any:
    try:
        return strict_json.decode(body.decode(), max_length=MAX_REQUEST, max_depth=_MAX_DEPTH, max_values=values)
    except UnicodeDecodeError:
        raise DecodingError("expected JSON in UTF-8", reason="character") from None


def _bytes(value: object, what: str) -> bytes:
    if type(value) is not str or not _HEX.fullmatch(value) or len(value) % 2:
        raise DecodingError(f"expected 0x and hexadecimal digits, two for a byte, as {what}", reason="character")
    return bytes.fromhex(value[2:])


def _number(value: object) -> int:
    if type(value) is not str or not _QUANTITY.fullmatch(value):
        raise DecodingError("expected 0x and hexadecimal digits as a number", reason="character")
    return int(value, 16)


def rpc_result(call: Call, result: object) -> bytes:
    """The body of an answer with a result."""
    return json.dumps({"jsonrpc": "2.0", "id": call.id, "result": result}, separators=(",", ":")).encode()


def rpc_error(call: Call | None, error: WalletcoreError) -> tuple[int, bytes]:
    """The status and the body of an answer without one.

    What is refused is told as Web3Signer tells what it does not sign: other codes leave open whether it has.
    """
    status, code = _status(error)
    told = {"code": code, "message": str(error)[:_MAX_MESSAGE]}
    body = {"jsonrpc": "2.0", "id": None if call is None else call.id, "error": told}
    return status, json.dumps(body, separators=(",", ":")).encode()


def _status(error: WalletcoreError) -> tuple[int, int]:
    if isinstance(error, RpcError):
        return 200, error.code
    if isinstance(error, SigningRefused):
        return 403, INVALID_PARAMS
    return (503, UNAVAILABLE) if isinstance(error, SignerUnavailable) else (500, UNKNOWN)
