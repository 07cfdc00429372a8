"""The parts of a transaction in protobuf (cosmos/tx/v1beta1/tx.proto, cosmos/tx/signing/v1beta1/signing.proto).

What a node takes is `TxRaw`. What is signed is a `SignDoc` (or an `AuxDoc`, or JSON: see `amino`), which names the
chain and the number of the account as well. `Subject` keeps all of it for what is to be signed, whoever signs in which
way: for one signer it is the `SignDoc`, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.fields import any_field
from walletcore.chains.cosmos.messages.times import Timestamp
from walletcore.coding.protobuf import (
    AnyMessage,
    any_,
    boolean,
    data,
    embedded,
    enum,
    message,
    optional,
    packed,
    repeated,
    string,
    uint32,
    uint64,
)

__all__ = [
    "AUTH_INFO",
    "AUX_DOC",
    "BODY",
    "KEY",
    "MULTISIG_KEY",
    "SIGNATURES",
    "SIGN_DOC",
    "SUBJECT",
    "TX_RAW",
    "AuthInfo",
    "AuxDoc",
    "BitArray",
    "Body",
    "Fee",
    "Key",
    "ModeInfo",
    "Multi",
    "MultisigKey",
    "SignDoc",
    "SignMode",
    "Signatures",
    "SignerInfo",
    "Single",
    "Subject",
    "TxRaw",
]


class SignMode(IntEnum):
    """What a signer signs: the bytes, the bytes without fee and other signers, JSON, or typed data of EIP-712."""

    UNSPECIFIED = 0
    DIRECT = 1
    DIRECT_AUX = 3
    LEGACY_AMINO_JSON = 127
    EIP_712 = 712  # BNB Greenfield's number; for Ethermint's and Injective's it is this library's


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What all signers sign: messages, a memo, and until when it is valid."""

    messages: tuple[Any, ...]
    memo: str = ""
    timeout_height: int = 0
    unordered: bool = False
    timeout_timestamp: Timestamp | None = None
    extension_options: tuple[AnyMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What is paid, and the most gas. ``payer`` pays in the first signer's place; ``granter`` by an allowance."""

    amount: tuple[Coin, ...]
    gas_limit: int
    payer: str = ""
    granter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One key, and how it signs."""

    mode: SignMode


@dataclass(frozen=True, slots=True, kw_only=True)
class BitArray:
    """Bits, the first one the highest of its byte; ``extra_bits_stored`` are those of a last byte that is not full."""

    extra_bits_stored: int = 0
    elems: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Multi:
    """Which keys of several sign, and how each of them does."""

    bitarray: BitArray
    mode_infos: tuple[ModeInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeInfo:
    """How one key signs, or several together."""

    single: Single | None = None
    multi: Multi | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """A signer: the key, which the chain may know already, how it signs, and how many transactions it has sent."""

    public_key: AnyMessage | None = None
    mode_info: ModeInfo
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthInfo:
    """Who signs and pays."""

    signer_infos: tuple[SignerInfo, ...]
    fee: Fee


@dataclass(frozen=True, slots=True, kw_only=True)
class TxRaw:
    """What a node takes: the body and the auth info as they were signed, and a signature for each signer."""

    body_bytes: bytes
    auth_info_bytes: bytes
    signatures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDoc:
    """What one signer signs in SIGN_MODE_DIRECT."""

    body_bytes: bytes
    auth_info_bytes: bytes
    chain_id: str
    account_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxDoc:
    """What one signer signs in SIGN_MODE_DIRECT_AUX: nothing of the fee, and nothing of the others."""

    body_bytes: bytes
    public_key: AnyMessage
    chain_id: str
    account_number: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A `SignDoc` of the first signer, with the account numbers of the others behind it: a form of this library."""

    body_bytes: bytes
    auth_info_bytes: bytes
    chain_id: str
    account_number: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key of 33 bytes."""

    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MultisigKey:
    """LegacyAminoPubKey: keys of which so many sign together."""

    threshold: int
    public_keys: tuple[AnyMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """The signatures of a multisig account, in the order of its keys (MultiSignature)."""

    signatures: tuple[bytes, ...]


BODY = message(
    Body,
    messages=repeated(1, any_field),
    memo=string(2),
    timeout_height=uint64(3),
    unordered=boolean(4),
    timeout_timestamp=optional(5, Timestamp.shape.codec),
    extension_options=repeated(1023, any_),
)
_FEE = message(Fee, amount=repeated(1, Coin.shape.codec), gas_limit=uint64(2), payer=string(3), granter=string(4))
_SINGLE = message(Single, mode=enum(1, SignMode))
_ONE = message(ModeInfo, single=embedded(1, _SINGLE))  # multisig accounts within others are not taken
_BITS = message(BitArray, extra_bits_stored=uint32(1), elems=data(2))
_MULTI = message(Multi, bitarray=embedded(1, _BITS), mode_infos=repeated(2, _ONE))
_MODE_INFO = message(ModeInfo, single=optional(1, _SINGLE), multi=optional(2, _MULTI))
_SIGNER_INFO = message(SignerInfo, public_key=optional(1, any_), mode_info=embedded(2, _MODE_INFO), sequence=uint64(3))
AUTH_INFO = message(AuthInfo, signer_infos=repeated(1, _SIGNER_INFO), fee=embedded(2, _FEE))
TX_RAW = message(TxRaw, body_bytes=data(1), auth_info_bytes=data(2), signatures=repeated(3, data))
SIGN_DOC = message(SignDoc, body_bytes=data(1), auth_info_bytes=data(2), chain_id=string(3), account_number=uint64(4))
AUX_DOC = message(
    AuxDoc,
    body_bytes=data(1),
    public_key=embedded(2, any_),
    chain_id=string(3),
    account_number=uint64(4),
    sequence=uint64(5),
)
SUBJECT = message(
    Subject,
    body_bytes=data(1),
    auth_info_bytes=data(2),
    chain_id=string(3),
    account_number=uint64(4),
    others=packed(15, uint64),
)
KEY = message(Key, key=data(1))
MULTISIG_KEY = message(MultisigKey, threshold=uint32(1), public_keys=repeated(2, any_))
SIGNATURES = message(Signatures, signatures=repeated(1, data))
