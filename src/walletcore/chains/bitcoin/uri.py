"""Requests for payment as URIs: BIP-21, and what BIP-321, which replaces it, adds to its reading.

BIP-321, "ABNF grammar", "Query Keys"; RFC 3986, section 3.4 (query). Other networks have another scheme, and the same
grammar.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.errors import AddressError

__all__ = ["PaymentUri"]

_MAX_LENGTH = 8_192  # characters: a QR code holds 4,296 letters and digits
_MAX_PARAMETERS = 100
_REQUIRED = "req-"
_OWN = ("amount", "label", "message")  # what has a field of its own
_ONCE = (*_OWN, "pop")  # and says nothing of whom to pay
_AMOUNT = re.compile(r"(\d{0,16})(?:\.(\d{0,8}))?", re.ASCII)  # no chain has more decimals
_QUERY = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*+,;:@/?=]|%[0-9A-Fa-f]{2})*", re.ASCII)  # pchar / "/" / "?", without "&"
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+", re.ASCII)
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986, unreserved
_KEY = re.compile(r"[a-z0-9\-._~!$'()*+,;:@/?]+", re.ASCII)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"
)  # C0, C1; UAX #9, "Directional Formatting"
_LINES = re.compile("[\t\n\r]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentUri:
    """Whom to pay, and perhaps how many satoshi and what for; ``str`` writes it.

    ``address`` is None where other parameters alone say whom to pay. ``label`` is one line, ``message`` may have more;
    neither has characters that rule a terminal or turn the direction of the text around them. ``others`` are the
    remaining parameters in their order, as pairs of a key in lower case and its text: ``lightning``, ``lno``, ``sp``,
    ``pop``, or the prefix of a network with an address; what they mean, and whether they can be shown, is left to those
    who know them. Raises `AddressError`.
    """

    chain: BitcoinChain
    address: Address | None = None
    amount: int | None = None
    label: str = ""
    message: str = ""
    others: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if type(self.chain) is not BitcoinChain:
            raise AddressError("expected a chain of the Bitcoin family", reason="type")
        if not self.chain.uri_scheme:
            raise AddressError(f"{self.chain.name} has no scheme of URIs", reason="unknown")
        if self.address is not None and (type(self.address) is not Address or self.address.chain != self.chain):
            raise AddressError(f"expected an address of {self.chain.name}", reason="network")
        most = self.chain.max_money
        if self.amount is not None and (type(self.amount) is not int or not 0 <= self.amount <= most):
            raise AddressError(f"expected an amount from 0 to {most} satoshi", reason="range")
        if not _is_text(self.label) or not _is_text(self.message):
            raise AddressError("expected label and message as text", reason="type")
        if _CONTROL.search(self.label + self.message) or _LINES.search(self.label):
            raise AddressError("expected label and message without control characters", reason="character")
        if type(self.others) is not tuple or not all(map(_is_parameter, self.others)):
            raise AddressError("expected others as pairs of a key in lower case and a text", reason="type")
        _check_once([key for key, _ in self.others])
        if any(address.kind in ("p2pkh", "p2sh") for address in self._alternatives):
            raise AddressError(f"expected segwit addresses as {self.chain.prefixes.hrp}", reason="prefix")
        if self.address is None and all(_bare(key) in _ONCE for key, _ in self.others):
            raise AddressError("expected an address, or a parameter that says whom to pay", reason="missing")

    @classmethod
    def parse(cls, chain: BitcoinChain, text: str, *, understood: Collection[str] = ()) -> PaymentUri:
        """Read a URI of this network's scheme, of any case. Raises `AddressError`.

        A parameter that begins with ``req-`` is refused ("unknown") unless ``understood`` has its name, without that
        prefix: whoever does not know what it means must not pay. What has a field here, and an address under the
        prefix of the network, is understood. The other unknown ones are kept. The amount has at most as many decimals
        as the coin; label, message, amount and pop stand there once; percent signs encode UTF-8, and a plus is a plus.
        Nobody may pay because of a URI alone: a person has to see it.
        """
        body, parameters = _split(chain, text)
        found = [_read(parameter) for parameter in parameters]
        _check_once([key for key, _ in found])
        _check_understood([key for key, _ in found], understood, chain.prefixes.hrp)
        named = {_bare(key): value for key, value in found}
        return cls(
            chain=chain,
            address=chain.parse_address(body) if body else None,
            amount=_satoshi(named["amount"], chain.decimals) if "amount" in named else None,
            label=named.get("label", ""),
            message=named.get("message", ""),
            others=tuple(pair for pair in found if _bare(pair[0]) not in _OWN),
        )

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All addresses of this network that may be paid: that of the body, and those under the prefix (BIP-321)."""
        return (*((self.address,) if self.address else ()), *self._alternatives)

    @property
    def _alternatives(self) -> tuple[Address, ...]:
        prefix = self.chain.prefixes.hrp
        return tuple(self.chain.parse_address(value) for key, value in self.others if prefix and _bare(key) == prefix)

    def __str__(self) -> str:
        """The URI: the amount in coins without zeros at its end, texts percent-encoded but for what never needs it."""
        pairs = [("amount", _coins(self.amount, self.chain.decimals))] if self.amount is not None else []
        pairs += [(key, text) for key, text in (("label", self.label), ("message", self.message)) if text]
        query = "&".join(f"{key}={_escaped(value)}" for key, value in (*pairs, *self.others))
        return f"{self.chain.uri_scheme}:{_body(self)}{'?' if query else ''}{query}"

    @property
    def qr(self) -> str:
        """The same in capitals, which make a smaller QR code, where the case of no letter matters; else ``str``."""
        text, prefix = str(self), self.chain.prefixes.hrp
        is_segwit = bool(prefix) and text.partition(":")[2].startswith(f"{prefix}1")
        return text.upper() if is_segwit and not (self.label or self.message or self.others) else text


def _body(uri: PaymentUri) -> str:
    """The address, without the prefix that some of them share with the scheme."""
    return uri.address.text.removeprefix(f"{uri.chain.uri_scheme}:") if uri.address else ""


def _split(chain: BitcoinChain, text: object) -> tuple[str, list[str]]:
    """The address and the parameters."""
    if type(text) is not str:
        raise AddressError(f"expected a URI as text, got {type(text).__name__}", reason="type")
    if len(text) > _MAX_LENGTH:
        raise AddressError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    if type(chain) is not BitcoinChain or not chain.uri_scheme:
        raise AddressError("expected a chain of the Bitcoin family that has a scheme of URIs", reason="type")
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() != chain.uri_scheme or not scheme.isascii():
        raise AddressError(f"expected a URI that begins with {chain.uri_scheme}:", reason="prefix")
    body, _, query = rest.partition("?")
    parameters = [parameter for parameter in query.split("&") if parameter]  # BIP-321: a bitcoinparam may be empty
    if len(parameters) > _MAX_PARAMETERS:
        raise AddressError(f"expected at most {_MAX_PARAMETERS} parameters, got {len(parameters)}", reason="too-large")
    return body, parameters


def _read(parameter: str) -> tuple[str, str]:
    """The key in lower case, and its text. What BIP-321's own examples have is allowed: an equals sign in a value."""
    if not _QUERY.fullmatch(parameter):
        raise AddressError("expected characters of a URI, and others as % and two hex digits", reason="character")
    key, _, value = parameter.partition("=")
    key = key.lower()
    if not _KEY.fullmatch(key):
        raise AddressError("expected a key before the equals sign, without escapes", reason="character")
    return key, _decoded(value)


def _decoded(value: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8")

    try:
        return _ESCAPED.sub(plain, value)
    except UnicodeDecodeError:
        raise AddressError("expected percent-encoded UTF-8", reason="character") from None


def _escaped(value: str) -> str:
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in value.encode("utf-8"))


def _satoshi(text: str, places: int) -> int:
    """BIP-321, "Transfer amount": decimal, with a period and without commas. No float ever sees it."""
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match[1] or match[2]) or len(match[2] or "") > places:
        message = f"expected an amount in coins with at most {places} decimals, such as 20.3"
        raise AddressError(message, reason="character")
    return int(str(match[1]) + str(match[2] or "").ljust(places, "0"))


def _coins(satoshi: int, places: int) -> str:
    whole, rest = divmod(satoshi, 10**places)
    return f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".")


def _bare(key: str) -> str:
    return key.removeprefix(_REQUIRED)


def _check_once(keys: list[str]) -> None:
    """BIP-321: label, message, amount and pop once, with or without ``req-``."""
    bare = [_bare(key) for key in keys]
    for name in _ONCE:
        if bare.count(name) > 1:
            raise AddressError(f"expected {name} once, got {bare.count(name)}", reason="duplicate")


def _check_understood(keys: list[str], understood: Collection[str], prefix: str) -> None:
    """BIP-321, "Forward compatibility": what must be understood, and is not, makes the whole URI invalid."""
    if type(understood) not in (tuple, list, set, frozenset) or any(type(name) is not str for name in understood):
        raise AddressError("expected a collection of names as understood", reason="type")
    known = {name.lower() for name in understood} | {*_OWN, prefix} - {""}
    strange = [key for key in keys if key.startswith(_REQUIRED) and _bare(key) not in known]
    if strange:
        raise AddressError(f"expected no parameter that must be understood, got {strange[0][:40]}", reason="unknown")


def _is_text(text: object) -> bool:
    """Whether UTF-8 can write it: a lone half of a surrogate pair is no text."""
    return type(text) is str and text == text.encode("utf-8", "replace").decode("utf-8")


def _is_parameter(pair: object) -> bool:
    if type(pair) is not tuple or tuple(map(type, pair)) != (str, str):
        return False
    return _KEY.fullmatch(pair[0]) is not None and _bare(pair[0]) not in _OWN and _is_text(pair[1])
