"""The JSON that is signed in SIGN_MODE_LEGACY_AMINO_JSON, as nodes make it of a transaction's bytes.

Cosmos SDK, x/auth/migrations/legacytx/stdsign.go (StdSignDoc, StdFee), x/tx/signing/aminojson; Go, encoding/json: names
in order, no white space, and ``<``, ``>``, ``&``, U+2028 and U+2029 as escapes.
"""

from __future__ import annotations

import json
import re
from typing import Any

from walletcore.chains.cosmos.messages import table
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.fields import Names
from walletcore.chains.cosmos.tx import Body, Fee
from walletcore.coding import strict_json
from walletcore.errors import DecodingError

__all__ = ["go_json", "parse", "sign_doc"]

_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_UNSTABLE = re.compile(r"(?<!\\)(?:\\\\)*\\[bf]")  # Go writes these two in another way since 1.22
_DIGITS = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
_MEMBERS = {"account_number", "chain_id", "fee", "memo", "msgs", "sequence"}
_FEE_MEMBERS = {"amount", "gas"}


def go_json(value: Any) -> bytes:
    """The JSON of a value as Go writes it, sorted. Raises `DecodingError`."""
    text = _encode(value)
    if _UNSTABLE.search(text):
        raise DecodingError("expected no backspace or form feed: nodes write them in two ways", reason="character")
    return text.translate(_ESCAPES).encode()


def sign_doc(body: Body, fee: Fee, *, chain_id: str, account_number: int, sequence: int, names: Names) -> bytes:
    """The StdSignDoc of a signer. Raises `DecodingError` for what has no form in it."""
    if body.unordered or body.timeout_timestamp is not None:
        raise DecodingError("an unordered transaction has no form in amino JSON that is known", reason="unknown")
    document: dict[str, Any] = {
        "account_number": str(account_number),
        "chain_id": chain_id,
        "fee": _fee(fee),
        "memo": body.memo,
        "msgs": [table.to_named(each, names) for each in body.messages],
        "sequence": str(sequence),
    }
    if body.timeout_height:
        document["timeout_height"] = str(body.timeout_height)
    return go_json(document)


def _fee(fee: Fee) -> dict[str, Any]:
    found: dict[str, Any] = {
        "amount": [Coin.shape.to_json(coin, {}) for coin in fee.amount],
        "gas": str(fee.gas_limit),
    }
    return found | {name: value for name, value in (("payer", fee.payer), ("granter", fee.granter)) if value}


def parse(raw: bytes, names: Names) -> tuple[Body, Fee, str, int, int]:
    """The body, fee, chain id, account number and sequence of such JSON. Raises `DecodingError`.

    Whether it is the one form of it, who makes it again sees.
    """
    try:
        document = strict_json.decode(raw.decode())
    except UnicodeDecodeError:
        raise DecodingError("expected JSON in UTF-8", reason="character") from None
    _check(document, _MEMBERS, {"timeout_height"}, "the document")
    fee = document["fee"]
    _check(fee, _FEE_MEMBERS, {"payer", "granter"}, "fee")
    if type(document["msgs"]) is not list or type(fee["amount"]) is not list:
        raise DecodingError("expected lists of JSON as msgs and amount", reason="type")
    body = Body(
        messages=tuple([table.from_named(each, names) for each in document["msgs"]]),
        memo=document["memo"],
        timeout_height=_number(document.get("timeout_height", "0")),
    )
    paid = Fee(
        amount=tuple([Coin.shape.from_json(each, {}) for each in fee["amount"]]),
        gas_limit=_number(fee["gas"]),
        payer=fee.get("payer", ""),
        granter=fee.get("granter", ""),
    )
    return body, paid, document["chain_id"], _number(document["account_number"]), _number(document["sequence"])


def _check(document: Any, members: set[str], others: set[str], what: str) -> None:
    if type(document) is not dict or not members <= document.keys() <= members | others:
        raise DecodingError(f"expected {', '.join(sorted(members))} in {what}", reason="unknown")


def _number(value: Any) -> int:
    if type(value) is not str or not _DIGITS.fullmatch(value):
        raise DecodingError("expected a whole number in decimal digits, as text", reason="type")
    return int(value)
