"""What the server answers, as an OpenAPI 3.1 document, written from the tables that it is held to."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from walletcore.errors import REASONS
from walletcore.keys import Curve, Scheme
from walletcore.server import web3signer
from walletcore.signers.protocol import MAX_REQUEST

__all__ = ["document"]

_Json = dict[str, Any]
_HEX = r"^([0-9a-f]{2})*$"
_0X = r"^0x([0-9a-fA-F]{2})*$"
_REFUSALS = {
    "400": "The request cannot be read.",
    "401": "The client is not known.",
    "403": "Refused: by a guard, or because the client may not use this key.",
    "413": "The request is too large.",
    "415": "The request is no JSON.",
    "421": "The host is no address of this machine.",
    "500": "It may be signed: ask for the very same again.",
    "503": "Not signed: try again.",
}


def _object(properties: _Json, *, optional: tuple[str, ...] = ()) -> _Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _text(pattern: str, most: int = MAX_REQUEST) -> _Json:
    return {"type": "string", "pattern": pattern, "maxLength": most}


def _ref(name: str) -> _Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema: _Json, kind: str = "application/json") -> _Json:
    return {"content": {kind: {"schema": schema}}}


def _schemas() -> dict[str, _Json]:
    sha256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    key = _object({"curve": {"enum": [curve.value for curve in Curve]}, "data": _text(_HEX, 66)})
    subject = _object({"chain": {"type": "string", "minLength": 1, "maxLength": 64}, "raw": _text(_HEX)})
    return {
        "Request": _object(
            {
                "id": sha256,
                "key": key,
                "scheme": {"enum": [scheme.value for scheme in Scheme]},
                "payload": _text(_HEX),
                "prehash": {"type": ["string", "null"], "maxLength": 48},
                "tweak": {"type": ["string", "null"], "pattern": _HEX, "maxLength": 64},
                "subject": {"oneOf": [subject, {"type": "null"}]},
            }
        ),
        "Signature": _object(
            {
                "id": sha256,
                "signature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
                "recovery": {"type": ["integer", "null"], "minimum": 0, "maximum": 3},
            }
        ),
        "Error": _object(
            {
                "id": {"oneOf": [sha256, {"type": "null"}]},
                "kind": {"enum": ["refused", "unavailable", "unknown"]},
                "reason": {"enum": ["", *REASONS]},
                "message": {"type": "string", "maxLength": 500},
            }
        ),
        "Call": _object(
            {
                "jsonrpc": {"const": "2.0"},
                "id": {"type": ["string", "integer"], "maxLength": 200},
                "method": {"enum": ["eth_accounts", *web3signer.METHODS]},
                "params": {"type": "array", "maxItems": 2},
            },
            optional=("params",),
        ),
        "Result": {"oneOf": [_result("result", {}), _result("error", _RPC_ERROR)]},
    }


_RPC_ERROR = _object({"code": {"type": "integer"}, "message": {"type": "string", "maxLength": 500}})


def _result(name: str, schema: _Json) -> _Json:
    identity = {"type": ["string", "integer", "null"]}
    return _object({"jsonrpc": {"const": "2.0"}, "id": identity, name: schema})


def _asking(summary: str, body: _Json, answer: _Json, *, errors: str = "Error", extra: tuple[str, ...] = ()) -> _Json:
    told = {status: {"description": text, **_content(_ref(errors))} for status, text in _REFUSALS.items()}
    if errors != "Error":  # who is not known, or sends what is no JSON, hears it before it is a call
        told |= {
            s: {"description": _REFUSALS[s], **_content(_ref("Error"))} for s in ("400", "401", "413", "415", "421")
        }
        told["503"] = {"description": _REFUSALS["503"], **_content({"oneOf": [_ref(errors), _ref("Error")]})}
    told |= {status: {"description": "There is no such key.", **_content(_ref("Error"))} for status in extra}
    return {
        "summary": summary,
        "requestBody": {"required": True, **_content(body)},
        "responses": {"200": {"description": "The answer.", **answer}, **told},
        "security": [{"token": []}, {"certificate": []}],
    }


def _reading(summary: str, answer: _Json, *statuses: str, known: bool = True) -> _Json:
    told = {status: {"description": _REFUSALS[status], **_content(_ref("Error"))} for status in statuses}
    found: _Json = {"summary": summary, "responses": {"200": {"description": "The answer.", **answer}, **told}}
    return found | ({"security": [{"token": []}, {"certificate": []}]} if known else {"security": []})


def _paths() -> dict[str, _Json]:
    plain = _content({"type": "string"}, "text/plain")
    rest = _asking(
        "Sign a payload with Keccak-256 (Web3Signer)",
        _object({"data": _text(_0X)}),
        _content(_text("^0x[0-9a-f]{130}$", 132), "text/plain"),
        extra=("404",),
    )
    del rest["responses"]["403"]  # which Web3Signer does not have
    rest["responses"]["400"]["description"] = "The request cannot be read, or is refused."
    rest["parameters"] = [
        {"name": "identifier", "in": "path", "required": True, "schema": _text(r"^0x[0-9a-f]{128}$", 130)}
    ]
    closed = ("401", "421", "503")
    return {
        "/v1/sign": {"post": _asking("Sign a request", _ref("Request"), _content(_ref("Signature")))},
        "/api/v1/eth1/sign/{identifier}": {"post": rest},
        "/api/v1/eth1/publicKeys": {
            "get": _reading(
                "The keys of this client",
                _content({"type": "array", "items": _text("^0x[0-9a-f]{128}$", 130)}),
                *closed,
            )
        },
        "/": {"post": _asking("JSON-RPC (Web3Signer)", _ref("Call"), _content(_ref("Result")), errors="Result")},
        "/upcheck": {"get": _reading("Whether it runs (Web3Signer)", plain, known=False)},
        "/live": {"get": _reading("Whether it runs", plain, known=False)},
        "/ready": {"get": _reading("Whether it takes requests", plain, "503", known=False)},
        "/metrics": {"get": _reading("Figures for Prometheus", plain, *closed, "403")},
        "/openapi.json": {"get": _reading("This document", _content({"type": "object"}), known=False)},
    }


@cache
def document() -> bytes:
    """The document, as JSON."""
    security = {"token": {"type": "http", "scheme": "bearer"}, "certificate": {"type": "mutualTLS"}}
    info = {"title": "walletcore", "version": "1", "description": "A signing server: requests in, signatures out."}
    components = {"schemas": _schemas(), "securitySchemes": security}
    whole = {"openapi": "3.1.0", "info": info, "paths": _paths(), "components": components}
    return json.dumps(whole, separators=(",", ":")).encode()
