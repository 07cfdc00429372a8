"""Chains of the Cosmos SDK as rows: a name, a chain id, a prefix of addresses and the denomination that is staked.

CAIP-2 namespace ``cosmos`` (ChainAgnostic/namespaces cosmos/caip2.md); assets by CAIP-24; addresses are bech32 texts of
20 bytes (keys) or 32 (contracts, module accounts and group accounts: ADR-028).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction, of_chain
from walletcore.chains.cosmos.profiles import own
from walletcore.coding import eip55
from walletcore.coding.bech32_texts import texts
from walletcore.coding.text import bech32, from_words, to_words
from walletcore.errors import AddressError, InvalidKey, TransactionError, Unsupported, raised_as
from walletcore.hashes import hash160, sha256
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.signing import Signable

__all__ = ["ETHERMINT_KEY", "MODES", "SECP256K1_KEY", "CosmosChain", "check_account"]

SECP256K1_KEY = "/cosmos.crypto.secp256k1.PubKey"
ETHERMINT_KEY = "/ethermint.crypto.v1.ethsecp256k1.PubKey"
MODES = ("direct", "amino", "eip712")
"""How a chain takes signatures: SIGN_MODE_DIRECT, SIGN_MODE_LEGACY_AMINO_JSON, and typed data of EIP-712."""

_AMINO_KEYS = {
    SECP256K1_KEY: "tendermint/PubKeySecp256k1",
    ETHERMINT_KEY: "ethermint/PubKeyEthSecp256k1",
    "/injective.crypto.v1beta1.ethsecp256k1.PubKey": "injective/PubKeyEthSecp256k1",
    "/cosmos.crypto.eth.ethsecp256k1.PubKey": "cosmos-sdk/PubKeyEthSecp256k1",
}
_KEY_TYPES = ("secp256k1", "eth_secp256k1")
_MAX_CHAIN_ID = 50  # CometBFT types.MaxChainIDLen
_DIRECT = re.compile(r"(?!hashed-)[-a-zA-Z0-9]{1,32}", re.ASCII)  # caip2.md, "Direct References"
_HRP = re.compile(r"[a-z][a-z0-9@]{0,19}", re.ASCII)
_DENOM = re.compile(r"[a-zA-Z][a-zA-Z0-9/:._-]{2,127}", re.ASCII)  # cosmos-sdk types/coin.go, reDnmString
_IBC = re.compile(r"ibc/[0-9a-fA-F]{64}", re.ASCII)  # ICS-20: ibc/ and the hash of the trace
_SIZES = (20, 32)
_ESCAPES = {ord("/"): "%2F", ord(":"): "%3A", ord("_"): "%5F"}  # CAIP-19 has none of them in a reference
_VALIDATOR, _CONSENSUS = "validator", "consensus"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CosmosChain(Chain):
    """A chain of the Cosmos SDK. Raises `Unsupported` for fields that no chain may have.

    ``chain_id`` is the text that signatures name, ``hrp`` what accounts begin with ("": accounts are written as
    Ethereum's), ``denom`` the unit of its staked and fee-paying coin in amounts. ``validator_hrp`` and
    ``consensus_hrp`` are what operators and consensus nodes begin with; by default ``valoper`` and ``valcons`` after
    the hrp. ``prefixes`` were in the place of the hrp before: they are read, and never written.

    ``key_type`` is "secp256k1", or "eth_secp256k1" where accounts and signatures are made with Keccak-256;
    ``key_type_url`` names the protobuf type of such keys in transactions. ``modes`` are the ways to sign that its nodes
    take, see `MODES`; none where nothing is signed any more. ``eip155`` is the chain id in typed data (EIP-712).
    """

    chain_id: str
    hrp: str
    denom: str
    decimals: int = 6
    slip44: int = 118
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = ()
    key_type: str = "secp256k1"
    key_type_url: str = ""
    validator_hrp: str = ""
    consensus_hrp: str = ""
    prefixes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("direct", "amino")
    eip155: int | None = None

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.cosmos.transaction:Transaction",
        "walletcore.chains.cosmos.adr36:Message",
    )
    is_signed: ClassVar[bool] = True  # every sign document names the chain id

    def __post_init__(self) -> None:
        if type(self.chain_id) is not str or not 0 < len(self.chain_id.encode()) <= _MAX_CHAIN_ID:
            raise Unsupported(f"expected a chain id of 1 to {_MAX_CHAIN_ID} bytes", reason="length")
        if type(self.denom) is not str or not _DENOM.fullmatch(self.denom):
            raise Unsupported(
                "expected a denomination: a letter, then 2 to 127 of letters, digits, / : . _ -", reason="character"
            )
        if self.key_type not in _KEY_TYPES:
            raise Unsupported(f"expected {' or '.join(_KEY_TYPES)} as key_type", reason="unknown")
        if type(self.modes) is not tuple or not set(self.modes) <= set(MODES):
            raise Unsupported(f"expected a tuple of {', '.join(MODES)} as modes", reason="unknown")
        if self.eip155 is not None and (type(self.eip155) is not int or not 0 < self.eip155 < 1 << 63):
            raise Unsupported("expected a chain id of EIP-155 below 2^63, or None", reason="range")
        self._fill()
        self._check_prefixes()

    def _fill(self) -> None:
        is_own = self.key_type == "secp256k1"
        fields = {
            "caip2": f"cosmos:{_reference(self.chain_id)}",
            "profiles": self.profiles or own(self.slip44 if is_own else 60),
            "key_type_url": self.key_type_url or (SECP256K1_KEY if is_own else ETHERMINT_KEY),
            "validator_hrp": self.validator_hrp or (f"{self.hrp}valoper" if self.hrp else ""),
            "consensus_hrp": self.consensus_hrp or (f"{self.hrp}valcons" if self.hrp else ""),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _check_prefixes(self) -> None:
        if type(self.prefixes) is not tuple:
            raise Unsupported("expected a tuple of texts as prefixes", reason="type")
        for hrp in (self.hrp, self.validator_hrp, self.consensus_hrp, *self.prefixes):
            if type(hrp) is not str or (hrp and not _HRP.fullmatch(hrp)):
                raise Unsupported("expected prefixes of at most 20 small letters and digits", reason="character")

    @property
    def amino_key_type(self) -> str:
        """The name of its keys in amino JSON; that of Ethermint's where a chain has no name of its own."""
        return _AMINO_KEYS.get(self.key_type_url, _AMINO_KEYS[ETHERMINT_KEY])

    def token(self, denom: str) -> str:
        """The CAIP-19 name of an asset of the bank module (CAIP-24): ``slip44``, ``ibc`` or ``native``.

        What a reference of CAIP-19 may not hold is escaped (``factory%2Fosmo1...%2Fname``). Raises `Unsupported`.
        """
        if denom == self.denom:
            return self.asset
        if type(denom) is not str or not _DENOM.fullmatch(denom):
            raise Unsupported(
                "expected a denomination: a letter, then 2 to 127 of letters, digits, / : . _ -", reason="character"
            )
        if _IBC.fullmatch(denom):  # nodes read the hash in either case (ibc-go, ParseHexHash)
            return f"{self.caip2}/ibc:{denom[4:].upper()}"
        return f"{self.caip2}/native:{denom.translate(_ESCAPES)}"

    def contract_token(self, contract: str, *, standard: str = "cw20", token_id: str | None = None) -> str:
        """The CAIP-19 name of what a contract keeps: ``cw20``, or one piece of a ``cw721``. Not checked."""
        piece = "" if token_id is None else f"/{token_id}"
        return f"{self.caip2}/{standard}:{contract}{piece}"

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of a secp256k1 key; kinds are "" (the account) and "validator". Raises `AddressError`.

        RIPEMD-160 of SHA-256 of its 33 bytes, or the last 20 of the Keccak-256 of its point (eth_secp256k1).
        """
        self._check_key(key)
        payload = self._payload(key.data)
        return self.validator(payload) if self._is_validator(kind) else self.account(payload)

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many public keys of 33 bytes. Raises `AddressError`."""
        hrp = self.validator_hrp if self._is_validator(kind) else self.hrp
        if any(type(key) is not bytes or len(key) != 33 for key in keys):
            raise AddressError("expected public keys of 33 bytes", reason="type")
        try:
            payloads = [self._payload(key) for key in keys]
        except InvalidKey as error:
            raise AddressError(str(error), reason=error.reason) from None
        return texts(bech32, hrp, b"", payloads, 20) if hrp else eip55.all_checksummed(payloads)

    def _payload(self, key: bytes) -> bytes:
        if self.key_type == "secp256k1":
            return hash160(key)
        from walletcore.curves import secp256k1

        return secp256k1.account_of(key)

    def _is_validator(self, kind: str) -> bool:
        if kind not in ("", _VALIDATOR):
            raise AddressError(f"expected no kind or {_VALIDATOR}, got another", reason="unknown")
        return kind == _VALIDATOR

    def account(self, payload: bytes) -> Address:
        """The address of an account of 20 bytes, or a contract of 32. Raises `AddressError`."""
        return self._made(payload, self.hrp, "")

    def validator(self, payload: bytes) -> Address:
        """The address of a validator's operator (``cosmosvaloper1...``). Raises `AddressError`."""
        return self._made(payload, self.validator_hrp, _VALIDATOR)

    def _made(self, payload: bytes, hrp: str, kind: str) -> Address:
        if type(payload) is not bytes or len(payload) not in (_SIZES if hrp else _SIZES[:1]):
            raise AddressError(f"expected {'20 or 32' if hrp else '20'} bytes of an account", reason="length")
        address = Address(chain=self, text=_spelled(hrp, payload), payload=payload, kind=kind)
        object.__setattr__(address, "_agrees", True)
        return address

    def parse_address(self, text: str) -> Address:
        """Read the address of an account. Raises `AddressError`; "network" for one of another chain or another kind.

        Those of operators and consensus nodes are read by `parse_validator` and `parse_consensus`. Upper case is read,
        as BIP-173 has it, and never written.
        """
        return self.account(self._read(text, self.hrp, "an account"))

    def parse_validator(self, text: str) -> Address:
        """Read the address of a validator's operator; its kind is "validator". Raises `AddressError`."""
        return self.validator(self._read(text, self.validator_hrp, "a validator"))

    def parse_consensus(self, text: str) -> Address:
        """Read the address of a consensus node; its kind is "consensus". Raises `AddressError`."""
        payload = self._read(text, self.consensus_hrp, "a consensus node")
        return self._made(payload, self.consensus_hrp, _CONSENSUS)

    def _read(self, text: str, hrp: str, what: str) -> bytes:
        if not hrp:
            return eip55.parse(text)
        is_own = type(text) is str and text.rpartition("1")[0] == hrp
        with raised_as(AddressError):
            found, payload = _kept(text) if is_own else _decoded(text)
        former = self.prefixes if hrp == self.hrp else ()
        if found != hrp and found not in former:
            expected = f"expected the address of {what} of {self.name}, which begins with {hrp}1"
            raise AddressError(f"{expected}, got {found[:20]}1", reason="network", hint=self._hint(found))
        if len(payload) not in _SIZES:
            raise AddressError(f"expected 20 or 32 bytes of {what}, got {len(payload)}", reason="length")
        return payload

    def _hint(self, found: str) -> str:
        doors = {
            self.hrp: "parse_address reads accounts",
            self.validator_hrp: "parse_validator reads a validator's operator",
            self.consensus_hrp: "parse_consensus reads a consensus node",
        }
        return doors.get(found, "")

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Signable[Any] | SignedTransaction[Any]:
        """Read a transaction, signed or not, or a message that is to be signed. Raises `TransactionError`.

        What is to be signed is what `Transaction.raw` gives, a SignDoc, or the JSON of a StdSignDoc, which does not say
        whose key signs: the first of ``keys`` does. In what nodes take the signatures are not verified, as nothing in
        it tells the numbers of accounts: see `walletcore.chains.cosmos.decode.verify`.
        """
        from walletcore.chains.cosmos.decode import decode

        return decode(self, raw, keys)

    def transaction_id(self, raw: bytes) -> str:
        """The id of a signed transaction: the SHA-256 of its TxRaw, 64 hex digits in upper case.

        Raises `TransactionError`.
        """
        from walletcore.chains.cosmos.decode import identify

        return identify(raw)


def _reference(chain_id: str) -> str:
    """The reference of CAIP-2: the chain id itself, or, where it has other characters or is longer, its hash."""
    if _DIRECT.fullmatch(chain_id):
        return chain_id
    return f"hashed-{sha256(chain_id.encode())[:8].hex()}"


def _decoded(text: str) -> tuple[str, bytes]:
    """The prefix and the bytes of an address."""
    hrp, words = bech32.decode(text)
    return hrp, from_words(words)


# Of the two accounts of a payment one is its maker's, who has made others. A text with another prefix is not kept: a
# secret key in Bech32 could be given by mistake.
_kept = lru_cache(maxsize=1024)(_decoded)


def _spelled(hrp: str, payload: bytes) -> str:
    return bech32.encode(hrp, to_words(payload)) if hrp else eip55.checksummed(payload)


def check_account(chain: CosmosChain, address: object, what: str, *, kind: str = "") -> None:
    """Raise `TransactionError` unless this is an address of the chain, of that kind, whose text and bytes are one.

    Effects and policies read the text, which is signed as well.
    """
    address = of_chain(chain, address, what)
    if address.kind != kind:
        raise TransactionError(
            f"expected {kind or 'an account'} as {what}, got {address.kind or 'an account'}", reason="mismatch"
        )
    if address._agrees:  # it was not put together by hand
        return
    hrp = {"": chain.hrp, _VALIDATOR: chain.validator_hrp}.get(kind, chain.consensus_hrp)
    if address != chain._made(address.payload, hrp, kind):
        raise TransactionError(f"the text and bytes of the address as {what} are not the same", reason="mismatch")
