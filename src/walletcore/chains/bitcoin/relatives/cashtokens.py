"""CashTokens: what an output of Bitcoin Cash holds beside its satoshi, and how that is written before its script.

CHIP-2022-02-CashTokens, "Token Encoding" and "Token Types" (cashtokens/cashtokens, readme.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from walletcore.coding.wire import Codec, Reader, array, compact_size, prefixed, struct, u8
from walletcore.errors import DecodingError, TransactionError

__all__ = ["CAPABILITIES", "CASH_TOKENS", "TOKEN", "CashTokens", "Token", "burnt", "check_balance", "split", "written"]

CAPABILITIES = ("none", "mutable", "minting")
PREFIX_TOKEN = 0xEF
_RESERVED, _HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT, _CAPABILITY = 0x80, 0x40, 0x20, 0x10, 0x0F
MAX_AMOUNT = 2**63 - 1
_MAX_SCRIPT = 10_000  # bytes of the field that the prefix is a part of
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Fungible tokens (``amount``, 0 to 2^63-1) or a non-fungible one, or both, of one category.

    ``category`` is the txid that it began with, 64 hex digits. ``capability`` is none, mutable or minting for a
    non-fungible token, "" where there is none; ``commitment`` is what that one says. Raises `TransactionError`.
    """

    category: str
    amount: int = 0
    capability: str = ""
    commitment: bytes = b""

    def __post_init__(self) -> None:
        if type(self.category) is not str or not _ID.fullmatch(self.category):
            raise TransactionError("expected a category of 64 lower-case hex digits", reason="character")
        if type(self.amount) is not int or not 0 <= self.amount <= MAX_AMOUNT:
            raise TransactionError(f"expected an amount of tokens from 0 to {MAX_AMOUNT}", reason="range")
        if type(self.capability) is not str or self.capability not in ("", *CAPABILITIES):
            raise TransactionError(f"expected one of {', '.join(CAPABILITIES)} as capability", reason="unknown")
        if type(self.commitment) is not bytes or len(self.commitment) > _MAX_SCRIPT:
            raise TransactionError(f"expected a commitment of at most {_MAX_SCRIPT} bytes", reason="length")
        if self.commitment and not self.capability:
            raise TransactionError("only a non-fungible token has a commitment", reason="mismatch")
        if not self.amount and not self.capability:
            raise TransactionError("expected an amount or a non-fungible token", reason="missing")

    def __str__(self) -> str:
        """In words: what there is of which category."""
        parts = [f"{self.amount}"] if self.amount else []
        if self.capability:
            parts.append(f"a {self.capability} token {self.commitment.hex() or 'without commitment'}")
        return f"{' and '.join(parts)} of {self.category}"


_COMMITMENT = prefixed(compact_size)


def _read(reader: Reader) -> Token:
    if u8.read(reader) != PREFIX_TOKEN:
        raise DecodingError(f"expected the byte {PREFIX_TOKEN} before a token", reason="prefix")
    category, bits = reader.take(32)[::-1].hex(), u8.read(reader)
    capability = bits & _CAPABILITY
    if bits & _RESERVED or capability >= len(CAPABILITIES) or (capability and not bits & _HAS_NFT):
        raise DecodingError(f"expected a token bitfield, got {bits:#04x}", reason="unknown")
    if bits & _HAS_COMMITMENT and not bits & _HAS_NFT:
        raise DecodingError("only a non-fungible token has a commitment", reason="non-canonical")
    commitment = _COMMITMENT.read(reader) if bits & _HAS_COMMITMENT else b""
    if bits & _HAS_COMMITMENT and not commitment:
        raise DecodingError("a commitment that is written has a byte at least", reason="non-canonical")
    amount = compact_size.read(reader) if bits & _HAS_AMOUNT else 0
    if bits & _HAS_AMOUNT and not amount:
        raise DecodingError("an amount that is written is not zero", reason="non-canonical")
    name = CAPABILITIES[capability] if bits & _HAS_NFT else ""
    try:
        return Token(category=category, amount=amount, capability=name, commitment=commitment)
    except TransactionError as error:
        raise DecodingError(str(error), reason=error.reason) from None


def _write(token: Token, out: bytearray) -> None:
    bits = (_HAS_COMMITMENT if token.commitment else 0) | (_HAS_AMOUNT if token.amount else 0)
    if token.capability:
        bits |= _HAS_NFT | CAPABILITIES.index(token.capability)
    out.append(PREFIX_TOKEN)
    out += bytes.fromhex(token.category)[::-1]
    out.append(bits)
    if token.commitment:
        _COMMITMENT.write(token.commitment, out)
    if token.amount:
        compact_size.write(token.amount, out)


TOKEN = Codec(kind=Token, minimum=34, read=_read, write=_write)
"""PREFIX_TOKEN, the category, the bitfield, and what that says."""


def split(script: bytes) -> tuple[Token | None, bytes]:
    """The token and the script of what stands in an output. Raises `DecodingError` for a prefix that is none."""
    if script[:1] != bytes((PREFIX_TOKEN,)):
        return None, script
    reader = Reader(script)
    return TOKEN.read(reader), script[reader.position :]


def written(token: Token | None) -> bytes:
    """The prefix of a token; nothing where there is none."""
    return b"" if token is None else TOKEN.encode(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashTokens:
    """The tokens of a transaction: those that each input spends and each output holds, None where there is none.

    It is `Transaction.extra` of Bitcoin Cash. ``spent`` is empty where it is not known. Raises `TransactionError`.
    """

    spent: tuple[Token | None, ...] = ()
    sent: tuple[Token | None, ...] = ()

    def __post_init__(self) -> None:
        for name, tokens in (("spent", self.spent), ("sent", self.sent)):
            if type(tokens) is not tuple or set(map(type, tokens)) - {Token, type(None)}:
                raise TransactionError(f"expected {name} as a tuple of Token or None", reason="type")
        if not any(self.spent) and not any(self.sent):
            raise TransactionError("expected a token; without any there is no such value", reason="missing")


def _maybe(data: bytes) -> Token | None:
    return TOKEN.decode(data) if data else None


_PLACE = prefixed(compact_size)


def _read_places(reader: Reader) -> tuple[Token | None, ...]:
    return tuple(map(_maybe, _PLACES.read(reader)))


def _write_places(tokens: tuple[Token | None, ...], out: bytearray) -> None:
    _PLACES.write(tuple(map(written, tokens)), out)


_PLACES = array(_PLACE, count=compact_size)
_TOKENS: Codec[tuple[Token | None, ...]] = Codec(kind=tuple, minimum=1, read=_read_places, write=_write_places)
CASH_TOKENS = struct(CashTokens, spent=_TOKENS, sent=_TOKENS)
"""How the tokens of a transaction are written between signers."""


def check_balance(tokens: CashTokens, created: set[str]) -> None:
    """The rules of consensus: nothing is made of nothing. Raises `TransactionError`.

    ``created`` are the categories that may begin here: the txids of the inputs that spend an output 0
    (CHIP-2022-02-CashTokens, "Token Validation Algorithm").
    """
    spent, sent = _by_category(tokens.spent), _by_category(tokens.sent)
    for category, after in sent.items():
        if category in created:
            if sum(each.amount for each in after) > MAX_AMOUNT:
                raise TransactionError(f"expected at most {MAX_AMOUNT} tokens of a category", reason="range")
            continue
        before = spent.get(category, [])
        if sum(each.amount for each in after) > sum(each.amount for each in before):
            raise TransactionError(f"more tokens of {category} are sent than spent", reason="mismatch")
        if not any(each.capability == "minting" for each in before):
            _check_unminted(category, before, after)


def _by_category(tokens: Iterable[Token | None]) -> dict[str, list[Token]]:
    """Tokens by their categories, in their order: a transaction may have thousands of them."""
    found: dict[str, list[Token]] = {}
    for each in tokens:
        if each is not None:
            found.setdefault(each.category, []).append(each)
    return found


def _check_unminted(category: str, before: list[Token], after: list[Token]) -> None:
    """Without a minting token, each non-fungible one is one that was there, or was mutable."""
    immutable = Counter(each.commitment for each in after if each.capability == "none")
    immutable -= Counter(each.commitment for each in before if each.capability == "none")
    mutable = sum(each.capability == "mutable" for each in before)
    wanted = sum(each.capability == "mutable" for each in after) + immutable.total()
    if wanted > mutable or any(each.capability == "minting" for each in after):
        raise TransactionError(f"a token of {category} is sent that none was spent for", reason="mismatch")


def burnt(tokens: CashTokens) -> list[Token]:
    """What is spent and not sent: fungible tokens by category, and non-fungible ones that no output has any more."""
    sent, found = _by_category(tokens.sent), []
    for category, before in _by_category(tokens.spent).items():
        after = sent.get(category, [])
        lost = sum(each.amount for each in before) - sum(each.amount for each in after)
        if lost > 0:
            found.append(Token(category=category, amount=lost))
        nfts = Counter((each.capability, each.commitment) for each in before if each.capability)
        nfts -= Counter((each.capability, each.commitment) for each in after if each.capability)
        found += [Token(category=category, capability=name, commitment=data) for name, data in nfts.elements()]
    return found
