"""The XDR of what Stellar's operations and transactions are made of, for one network.

stellar/stellar-xdr, Stellar-types.x, Stellar-ledger-entries.x and Stellar-transaction.x. Much that a node refuses
whatever the ledger says (stellar-core, ``doCheckValid`` and ``isAssetValid``) is refused here, too: codes of other
characters, amounts that are not positive, predicates that are deeper than four.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.stellar import values
from walletcore.chains.stellar.chain import StellarChain
from walletcore.coding import strkey, xdr
from walletcore.coding.strkey import Strkey
from walletcore.coding.wire import Codec, Reader, mapped
from walletcore.coding.xdr import int32, int64, opaque, optional, struct, uint32, uint64, union
from walletcore.errors import DecodingError

__all__ = [
    "AMOUNT",
    "BALANCE_ID",
    "DATA_VALUE",
    "HASH",
    "MEMO",
    "POSITIVE",
    "PRECONDITIONS",
    "PRICE",
    "SIGNATURES",
    "SIGNER_KEY",
    "TIME_BOUNDS",
    "account",
    "asset",
    "asset_code",
    "claimants",
    "entry",
    "issued",
    "ledger_keys",
    "muxed",
    "pool",
    "ranged",
    "record",
    "text",
    "trust_line_asset",
]

_MAX_INT64, _MAX_INT32 = (1 << 63) - 1, (1 << 31) - 1
_MAX_CLAIMANTS = 10
_MAX_DEPTH = 4  # of predicates: stellar-core, CreateClaimableBalanceOpFrame.cpp
_MUXED = 0x100  # KEY_TYPE_MUXED_ED25519
_SHORT, _LONG = 4, 12  # bytes of an asset's code
_CODE = re.compile(rb"[0-9A-Za-z]+", re.ASCII)
_TEXT = re.compile(rb"[\x20-\x7e]*")  # stellar-core, isStringValid


def ranged(item: Codec[int], low: int, high: int) -> Codec[int]:
    """A number from ``low`` to ``high``."""

    read_item, write_item = item.read, item.write

    def read(reader: Reader) -> int:
        value = read_item(reader)
        if not low <= value <= high:
            raise DecodingError(f"expected a number from {low} to {high}", reason="range")
        return value

    def write(value: int, out: bytearray) -> None:
        if type(value) is int and not low <= value <= high:
            raise DecodingError(f"expected a number from {low} to {high}", reason="range")
        write_item(value, out)  # refuses other types

    return Codec(kind=int, minimum=item.minimum, read=read, write=write)


def record(**fields: Codec[Any]) -> Codec[Any]:
    """These fields in this order: written of any value that has them as attributes, read as a dict of them."""
    minimum = sum(codec.minimum for codec in fields.values())
    writers = [(name, codec.write) for name, codec in fields.items()]

    def read(reader: Reader) -> dict[str, Any]:
        found: dict[str, Any] = {}
        name = ""
        try:
            for name, codec in fields.items():
                found[name] = codec.read(reader)
        except DecodingError as error:
            error.add_note(f".{name}")
            raise
        return found

    def write(value: Any, out: bytearray) -> None:
        name = ""
        try:
            for name, write_field in writers:
                write_field(getattr(value, name), out)
        except DecodingError as error:
            error.add_note(f".{name}")
            raise

    return Codec(kind=object, minimum=minimum, read=read, write=write)


def text(most: int, least: int = 0) -> Codec[str]:
    """ASCII without controls, of so many characters."""

    def from_wire(data: bytes) -> str:
        if len(data) < least or not _TEXT.fullmatch(data):
            raise DecodingError(f"expected {least} to {most} characters of ASCII without controls", reason="character")
        return data.decode("ascii")

    def to_wire(value: str) -> bytes:
        data = value.encode("utf-8", "surrogatepass")
        from_wire(data)
        return data

    return mapped(xdr.string(most), str, from_wire, to_wire)


AMOUNT = ranged(int64, 0, _MAX_INT64)
POSITIVE = ranged(int64, 1, _MAX_INT64)
HASH = opaque(32)
BALANCE_ID = union({0: HASH})
DATA_VALUE = xdr.var_opaque(64)
_RATIO = ranged(int32, 1, _MAX_INT32)
PRICE = struct(values.Price, n=_RATIO, d=_RATIO)
TIME_BOUNDS = struct(values.TimeBounds, min_time=uint64, max_time=uint64)
MEMO = union(
    {
        0: xdr.void,
        1: struct(values.MemoText, text=xdr.string(28)),
        2: struct(values.MemoId, id=uint64),
        3: struct(values.MemoHash, hash=HASH),
        4: struct(values.MemoReturn, hash=HASH),
    }
)
SIGNATURES = xdr.array(struct(values.DecoratedSignature, hint=opaque(4), signature=xdr.var_opaque(64)), 20)

_SIGNER_KINDS = (Strkey.ACCOUNT, Strkey.PRE_AUTH_TX, Strkey.HASH_X, Strkey.SIGNED_PAYLOAD)  # by their numbers


def _signer_kind(value: Any) -> int:
    if type(value) is not values.SignerKey or value.kind not in _SIGNER_KINDS:
        raise DecodingError("expected a SignerKey: of a key, pre-authorized, hash-x, or signed payload", reason="type")
    if value.payload and value.kind is not Strkey.SIGNED_PAYLOAD:
        raise DecodingError("expected no payload, as the signer is none of a signed payload", reason="mismatch")
    return _SIGNER_KINDS.index(value.kind)


def _signer(kind: Strkey) -> Codec[values.SignerKey]:
    fields = record(key=HASH, payload=_PAYLOAD) if kind is Strkey.SIGNED_PAYLOAD else record(key=HASH)

    def read(reader: Reader) -> values.SignerKey:
        return values.SignerKey(kind=kind, **fields.read(reader))

    return Codec(kind=values.SignerKey, minimum=fields.minimum, read=read, write=fields.write)


def _not_empty(data: bytes) -> bytes:
    if not data:
        raise DecodingError("expected a payload of 1 to 64 bytes, got none", reason="length")
    return data


_PAYLOAD = mapped(xdr.var_opaque(64), bytes, _not_empty, _not_empty)
SIGNER_KEY = union({number: _signer(kind) for number, kind in enumerate(_SIGNER_KINDS)}, _signer_kind)

PRECONDITIONS = union(
    {
        0: xdr.void,
        1: TIME_BOUNDS,
        2: struct(
            values.Preconditions,
            time_bounds=optional(TIME_BOUNDS),
            ledger_bounds=optional(struct(values.LedgerBounds, min_ledger=uint32, max_ledger=uint32)),
            min_sequence=optional(AMOUNT),
            min_sequence_age=uint64,
            min_sequence_ledger_gap=uint32,
            extra_signers=xdr.array(SIGNER_KEY, 2),
        ),
    }
)


# Accounts


def _payload(chain: StellarChain, address: object, kinds: tuple[str, ...]) -> bytes:
    """The bytes of an address of the chain. Its text, which effects show, must be of the same account."""
    if type(address) is not Address:
        hint = "chain.parse_address(text) makes one"
        raise DecodingError(f"expected an Address, got {type(address).__name__}", reason="type", hint=hint)
    if address.chain is not chain and address.chain != chain:
        raise DecodingError(f"expected an address of {chain.name}, got one of {address.chain.name}", reason="network")
    if address.kind not in kinds:
        raise DecodingError(f"expected {' or '.join(kinds)}, got {address.kind or 'an address'}", reason="version")
    if not address._agrees:  # it was put together by hand
        kind, data = strkey.decode(address.text)
        if strkey.encode(kind, data) != address.text or address != chain.named(kind, data):
            raise DecodingError("the text and the bytes of the address are not the same", reason="mismatch")
    return address.payload


@cache
def account(chain: StellarChain) -> Codec[Address]:
    """AccountID: an ed25519 key, or 32 bytes that nobody has a key of."""

    def read(reader: Reader) -> Address:
        _expect(uint32.read(reader), 0)
        return chain.account(reader.take(32))

    def write(value: Address, out: bytearray) -> None:
        data = _payload(chain, value, ("account",))
        out += b"\0\0\0\0"
        out += data

    return Codec(kind=Address, minimum=36, read=read, write=write)


@cache
def muxed(chain: StellarChain) -> Codec[Address]:
    """MuxedAccount: an account, perhaps with an id of 64 bits."""

    def read(reader: Reader) -> Address:
        kind = uint32.read(reader)
        if kind != _MUXED:
            _expect(kind, 0)
            return chain.account(reader.take(32))
        number = uint64.read(reader)
        return chain.account(reader.take(32), number)

    def write(value: Address, out: bytearray) -> None:
        data = _payload(chain, value, ("account", "muxed"))
        if len(data) == 32:
            out += b"\0\0\0\0"
            out += data
        else:
            out += b"\0\0\1\0"
            out += data[32:]
            out += data[:32]

    return Codec(kind=Address, minimum=36, read=read, write=write)


def _expect(number: int, expected: int) -> None:
    if number != expected:
        raise DecodingError(f"expected the number {expected}, got {number}", reason="version")


# Assets


def _padded(size: int, least: int) -> Codec[str]:
    """A code of letters and digits, and zeros up to the size."""

    def from_wire(data: bytes) -> str:
        code = data.rstrip(b"\0")
        if len(code) < least or not _CODE.fullmatch(code):
            raise DecodingError(f"expected a code of {least} to {size} letters and digits", reason="character")
        return code.decode("ascii")

    def to_wire(code: str) -> bytes:
        return code.encode("ascii").ljust(size, b"\0")

    return mapped(opaque(size), str, from_wire, to_wire)


_CODES = {1: _padded(_SHORT, 1), 2: _padded(_LONG, _SHORT + 1)}


def _width(code: object) -> int:
    """1 for a code of at most four characters, 2 for a longer one."""
    if type(code) is not str or not code.isascii() or not code.isalnum() or len(code) > _LONG:
        raise DecodingError(f"expected a code of 1 to {_LONG} letters and digits", reason="character")
    return 1 if len(code) <= _SHORT else 2


asset_code: Codec[str] = union(_CODES, _width)
"""AssetCode, without an issuer."""


def _asset_number(value: Any) -> int:
    if type(value) is values.NativeAsset:
        return 0
    if type(value) is values.PoolShare or type(value) is values.PoolParameters:
        return 3
    if type(value) is not values.IssuedAsset:
        raise DecodingError(f"expected an asset, got {type(value).__name__}", reason="type")
    return _width(value.code)


def _issued(chain: StellarChain) -> dict[int, Codec[Any]]:
    issuer = account(chain)
    return {number: struct(values.IssuedAsset, code=code, issuer=issuer) for number, code in _CODES.items()}


def _among(arms: dict[int, Codec[Any]]) -> Callable[[Any], int]:
    """The number of an asset, where it is one of these."""

    def which(value: Any) -> int:
        number = _asset_number(value)
        if number not in arms or type(value) is not arms[number].kind:
            raise DecodingError(f"no {type(value).__name__} can stand here", reason="type")
        return number

    return which


def _assets(arms: dict[int, Codec[Any]]) -> Codec[Any]:
    return union(arms, _among(arms))


@cache
def asset(chain: StellarChain) -> Codec[Any]:
    """Asset: the native one, or one of an issuer."""
    return _assets({0: struct(values.NativeAsset), **_issued(chain)})


@cache
def issued(chain: StellarChain) -> Codec[Any]:
    """Asset, where the native one has no place."""
    return _assets(_issued(chain))


@cache
def pool(chain: StellarChain) -> Codec[values.PoolParameters]:
    """LiquidityPoolParameters: two assets in their order."""
    each = asset(chain)
    fields = struct(values.PoolParameters, asset_a=each, asset_b=each, fee=ranged(int32, 30, 30))

    def checked(value: values.PoolParameters) -> values.PoolParameters:
        if not each.encode(value.asset_a) < each.encode(value.asset_b):
            raise DecodingError("expected two assets in their order: by kind, code and issuer", reason="non-canonical")
        return value

    return union({0: mapped(fields, values.PoolParameters, checked, checked)})


@cache
def trust_line_asset(chain: StellarChain, *, changes: bool = False) -> Codec[Any]:
    """TrustLineAsset, which knows a pool by its id, or ChangeTrustAsset, which has its parameters; none is native."""
    share = struct(values.PoolShare, pool_id=HASH)
    pooled = _retyped(pool(chain), values.PoolParameters) if changes else share
    return _assets({**_issued(chain), 3: pooled})


def _retyped(codec: Codec[Any], kind: type[Any]) -> Codec[Any]:
    return Codec(kind=kind, minimum=codec.minimum, read=codec.read, write=codec.write)


# Claimable balances


def _predicate(part: Codec[Any]) -> Codec[Any]:
    pair = mapped(xdr.array(part, 2), tuple, _pair, _pair)
    return union(
        {
            0: struct(values.Unconditional),
            1: struct(values.And, predicates=pair),
            2: struct(values.Or, predicates=pair),
            3: struct(values.Not, predicate=_present(part)),
            4: struct(values.BeforeTime, time=AMOUNT),
            5: struct(values.Within, seconds=AMOUNT),
        }
    )


def _pair(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(parts) != 2:
        raise DecodingError(f"expected two predicates, got {len(parts)}", reason="length")
    return parts


def _present(item: Codec[Any]) -> Codec[Any]:
    """An optional value that must be there."""

    def read(reader: Reader) -> Any:
        _expect(uint32.read(reader), 1)
        return item.read(reader)

    def write(value: Any, out: bytearray) -> None:
        out += b"\0\0\0\1"
        item.write(value, out)

    return Codec(kind=object, minimum=4 + item.minimum, read=read, write=write)


_PREDICATE = xdr.recursive(_predicate, depth=_MAX_DEPTH)


@cache
def claimants(chain: StellarChain) -> Codec[tuple[values.Claimant, ...]]:
    """Of one to ten claimants, each once."""
    claimant = union({0: struct(values.Claimant, destination=account(chain), predicate=_PREDICATE)})
    several = xdr.array(claimant, _MAX_CLAIMANTS)

    def read(reader: Reader) -> tuple[values.Claimant, ...]:
        found = several.read(reader)
        _check_each_once(found)
        return found

    def write(value: tuple[values.Claimant, ...], out: bytearray) -> None:
        several.write(value, out)  # refuses other types
        _check_each_once(value)

    return Codec(kind=tuple, minimum=several.minimum, read=read, write=write)


def _check_each_once(given: tuple[values.Claimant, ...]) -> None:
    if not given:
        raise DecodingError("expected a claimant, got none", reason="missing")
    if len({each.destination.payload for each in given}) != len(given):
        raise DecodingError("expected each claimant once", reason="duplicate")


# Entries of the ledger


def ledger_keys(chain: StellarChain) -> dict[int, Codec[Any]]:
    """The arms of LedgerKey for entries that are no contract's."""
    holder = account(chain)
    return {
        0: struct(values.AccountKey, account=holder),
        1: struct(values.TrustLineKey, account=holder, asset=trust_line_asset(chain)),
        2: struct(values.OfferKey, seller=holder, offer_id=AMOUNT),
        3: struct(values.DataKey, account=holder, name=text(64, 1)),
        4: struct(values.BalanceKey, balance_id=BALANCE_ID),
        5: struct(values.PoolKey, pool_id=HASH),
    }


@cache
def entry(chain: StellarChain) -> Codec[Any]:
    """RevokeSponsorshipOp: an entry of the ledger, or a signer of an account."""
    signer = struct(values.AccountSigner, account=account(chain), key=SIGNER_KEY)
    return union({0: union(ledger_keys(chain)), 1: signer}, lambda value: int(type(value) is values.AccountSigner))
