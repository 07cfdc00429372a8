"""Each format of ERC-7730: a value as the text that a person reads ("Field formats").

Where the caller has not told what a format needs, the value is shown as it is, with a notice that says so, as the
standard asks ("External data resolution").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walletcore.chains.evm.address import checksummed
from walletcore.chains.evm.clear_signing import numbers
from walletcore.chains.evm.clear_signing.binding import account_id
from walletcore.chains.evm.clear_signing.fields import Field
from walletcore.chains.evm.clear_signing.interoperable import interoperable_name
from walletcore.chains.evm.clear_signing.paths import Picked
from walletcore.chains.evm.clear_signing.run import Call, Run, raw_text
from walletcore.chains.evm.clear_signing.values import as_address, as_integer, as_octets
from walletcore.chains.evm.rows import CHAINS

__all__ = ["formatted"]

_SENDER = "Sender"
_UNLIMITED = "Unlimited"
_MAINNET = {1: "Ethereum Mainnet"}  # EIP-155, "List of Chain ID's"


def formatted(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    """The text of one value. Raises `TransactionError`."""
    if field.encrypted:
        run.notice("encrypted", f"{field.label}: encrypted, and not read here: {raw_text(kind, value)}")
        return field.encrypted
    return _FORMATS[field.format](run, field, kind, value, places)


def _raw(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    text = raw_text(kind, value)
    if type(value) is str and text != value:
        run.notice("unseen", f"{field.label}: characters that cannot be seen are written as \\u{{...}}")
    return text


def _amount(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    return _native(run, field, run.call, as_integer(kind, value))


def _native(run: Run, field: Field, call: Call, number: int) -> str:
    if call.row is None:
        run.notice("unknown-chain", f"{field.label}: in the smallest unit of chain {call.chain_id}, which is not known")
        return str(number)
    return f"{numbers.decimal(number, call.row.decimals)} {call.row.symbol}"


def _token_amount(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    number, plain = as_integer(kind, value), field.params.plain
    address, chain_id = run.address(field.params, "token", places), run.chain_id(field.params, places)
    threshold = plain.get("threshold")
    message = None if threshold is None or number < threshold else plain.get("message", _UNLIMITED)
    if address is not None and address in plain.get("nativeCurrencyAddress", ()):
        call = Call.on(chain_id, run.call.row, to=address, sender=None, value=None)
        if message is not None and call.row is not None:
            return f"{message} {call.row.symbol}"
        return _native(run, field, call, number)
    token = None if address is None else run.token(chain_id, address)
    if token is None:
        where = "" if address is None else f" {account_id((chain_id, address))}"
        run.notice("unknown-token", f"{field.label}: in the smallest unit of an unknown token{where}")
        return str(number)
    return f"{numbers.decimal(number, token.decimals) if message is None else message} {token.ticker}"


def _token_ticker(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    address, chain_id = as_address(kind, value), run.chain_id(field.params, places)
    token = run.token(chain_id, address)
    if token is None:
        run.notice("unknown-token", f"{field.label}: an unknown token {account_id((chain_id, address))}")
        return checksummed(address)
    return token.ticker


def _nft_name(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    number, address = as_integer(kind, value), run.address(field.params, "collection", places)
    account = "" if address is None else account_id((run.call.chain_id, address))
    collection = run.known.collection(account)
    if collection is None:
        run.notice("unknown-collection", f"{field.label}: of an unknown collection {account}")
        return str(number)
    return f"Collection Name: {collection}, Token ID: {number}"


def _date(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    number = as_integer(kind, value)
    time: int | None = number
    if field.params.plain["encoding"] == "blockheight":
        time = run.known.time_of(run.call.chain_id, number)
        if time is None:
            run.notice("unknown-time", f"{field.label}: the number of a block, whose time is not known")
            return str(number)
    text = numbers.date(time or 0)
    if text is None:
        run.notice("no-date", f"{field.label}: seconds since 1970, beyond every date of four digits")
        return str(time)
    return text


def _duration(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    return numbers.duration(as_integer(kind, value))


def _unit(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    number, plain = as_integer(kind, value), field.params.plain
    decimals, prefix = plain.get("decimals", 0), ""
    if plain.get("prefix", False):
        text, prefix = numbers.with_prefix(number, decimals)
    else:
        text = numbers.decimal(number, decimals)
    return f"{text}{prefix}{plain['base']}"


def _enum(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    text, known = raw_text(kind, value), field.params.plain["$ref"]
    for name in (text, *_spellings(value)):
        if name in known:
            found: str = known[name]
            return found
    run.notice("unknown-value", f"{field.label}: {text} is not among the values that the descriptor names")
    return text


def _spellings(value: object) -> tuple[str, ...]:
    """Other names of a value as member of a JSON object: a bool with a capital, bytes as a number."""
    if type(value) is bool:
        return (str(value),)
    return (str(int.from_bytes(value)),) if type(value) is bytes and len(value) <= 32 else ()


def _chain_id(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    number = as_integer(kind, value)
    row = next((each.name for each in CHAINS if each.chain_id == number), None)
    found = run.known.chain(number) or _MAINNET.get(number) or row
    if found is None:
        run.notice("unknown-chain", f"{field.label}: a chain that is not known")
    return found or str(number)


def _address_name(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    address, plain = as_address(kind, value), field.params.plain
    if address in plain.get("senderAddress", ()):
        return _SENDER
    return _named(run, field, account_id((run.call.chain_id, address))) or checksummed(address)


def _named(run: Run, field: Field, account: str) -> str | None:
    """A name from the sources that the descriptor allows; local ones always ("Address types and sources")."""
    found, plain = run.known.name(account), field.params.plain
    if found is None:
        return None
    if plain.get("types") and found.types and not set(plain["types"]) & set(found.types):
        run.notice(
            "other-type", f"{field.label}: expected {' or '.join(plain['types'])}, got {' and '.join(found.types)}"
        )
    if plain.get("sources") and found.source not in ("local", *plain["sources"]):
        return None
    return found.text


def _interoperable(run: Run, field: Field, kind: str, value: Any, places: Picked) -> str:
    data = as_octets(kind, value)
    text = interoperable_name(data)
    if text is None:
        run.notice("unknown-address", f"{field.label}: bytes that are no interoperable address which is known here")
        return raw_text(kind, data)
    account, _, chain = text.partition("#")[0].partition("@")
    named = _named(run, field, f"{chain}:{account}") if account else None
    return named or text


Formatter = Callable[[Run, Field, str, Any, Picked], str]

_FORMATS: dict[str, Formatter] = {
    "raw": _raw,
    "amount": _amount,
    "tokenAmount": _token_amount,
    "tokenTicker": _token_ticker,
    "nftName": _nft_name,
    "date": _date,
    "duration": _duration,
    "unit": _unit,
    "enum": _enum,
    "chainId": _chain_id,
    "addressName": _address_name,
    "interoperableAddressName": _interoperable,
}
