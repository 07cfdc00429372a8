"""Output scripts: the templates that have an address, and what key or script each of them stands for.

P2PKH, P2SH (BIP-16), P2WPKH and P2WSH (BIP-141, "Witness program"), P2TR (BIP-341, "Script validation rules"), and P2A,
which anyone may spend and nobody signs for (BIP-433). Other witness programs have an address, but no meaning yet
(BIP-350): `WITNESS_UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from walletcore.coding.wire import prefixed, u8, u16le
from walletcore.errors import AddressError, DecodingError
from walletcore.hashes import hash160, sha256
from walletcore.keys import Curve, PublicKey

__all__ = [
    "KEY_KINDS",
    "P2A",
    "SCRIPT_KINDS",
    "WITNESS_UNKNOWN",
    "Destination",
    "destination_of",
    "kind_of",
    "null_data",
    "p2pkh",
    "p2pkh_script",
    "p2sh",
    "witness",
]

P2A, WITNESS_UNKNOWN = "p2a", "witness_unknown"
_ANCHOR = b"\x51\x02\x4e\x73"  # Bitcoin Core, src/script/script.h: IsPayToAnchor
_OP_RETURN = b"\x6a"
_OPCODES = (0x00, *range(0x51, 0x61))  # OP_0, OP_1 to OP_16: the opcode of each witness version
_VERSIONS = {opcode: version for version, opcode in enumerate(_OPCODES)}
_P2PKH, _P2SH = (b"\x76\xa9\x14", b"\x88\xac"), (b"\xa9\x14", b"\x87")  # what stands around their 20 bytes
_PAYLOADS, _PROGRAM = {"p2pkh": slice(3, 23), "p2sh": slice(2, 22)}, slice(2, None)
_OP_PUSHDATA1, _OP_PUSHDATA2 = 0x4C, 0x4D
_SHORT_PUSH = prefixed(u8)
_LONG_PUSHES = {_OP_PUSHDATA1: prefixed(u8), _OP_PUSHDATA2: prefixed(u16le)}
_MAX_REDEEM_SCRIPT = 520  # BIP-16: a longer script cannot be pushed, so it could never be spent
_MAX_WITNESS_SCRIPT = 10_000  # BIP-141, "P2WSH"
_WITNESS_KINDS = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where coins go: the kind of script, what it carries (hash, witness program or output key), and the script."""

    kind: str
    payload: bytes
    script_pubkey: bytes

    @property
    def version(self) -> int:
        """The witness version, for destinations that are witness programs."""
        return _VERSIONS[self.script_pubkey[0]]


def p2pkh(key_hash: bytes) -> Destination:
    """DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG; its script is also the script code of P2WPKH (BIP-143)."""
    return Destination("p2pkh", key_hash, p2pkh_script(key_hash))


def p2pkh_script(key_hash: bytes) -> bytes:
    """The same script alone, which each P2WPKH input asks for."""
    return b"\x76\xa9\x14" + key_hash + b"\x88\xac"


def p2sh(script_hash: bytes) -> Destination:
    """HASH160 <20 bytes> EQUAL."""
    return Destination("p2sh", script_hash, _P2SH[0] + script_hash + _P2SH[1])


def witness(version: int, program: bytes) -> Destination:
    """OP_0 to OP_16 and a push of the program, 2 to 40 bytes. Raises `AddressError`."""
    size = len(program)
    if not 2 <= size <= 40 or (version == 0 and size not in (20, 32)):
        expected = "2 to 40" if version else "20 or 32"
        raise AddressError(f"expected {expected} bytes of witness program, got {size}", reason="length")
    script_pubkey = bytes((_OPCODES[version], size)) + program
    return Destination(_WITNESS_KINDS.get((version, size)) or kind_of(script_pubkey), program, script_pubkey)


def kind_of(script_pubkey: bytes) -> str:
    """The kind of the template that a script is exactly; "" for bare keys and multisig, data, and anything else."""
    size = len(script_pubkey)
    if size == 25 and script_pubkey.startswith(_P2PKH[0]) and script_pubkey.endswith(_P2PKH[1]):
        return "p2pkh"
    if size == 23 and script_pubkey.startswith(_P2SH[0]) and script_pubkey.endswith(_P2SH[1]):
        return "p2sh"
    if not 4 <= size <= 42 or script_pubkey[1] != size - 2 or script_pubkey[0] not in _VERSIONS:
        return ""
    version = _VERSIONS[script_pubkey[0]]
    known = _WITNESS_KINDS.get((version, size - 2))
    if known or not version:
        return known or ""
    return P2A if script_pubkey == _ANCHOR else WITNESS_UNKNOWN


def destination_of(script_pubkey: bytes) -> Destination | None:
    """The template that a script is exactly, with what it carries; None for any other script, see `kind_of`."""
    kind = kind_of(script_pubkey)
    return Destination(kind, script_pubkey[_PAYLOADS.get(kind, _PROGRAM)], script_pubkey) if kind else None


def null_data(script_pubkey: bytes) -> bytes | None:
    """What a script of OP_RETURN and at most one push carries; None for any other script."""
    opcode, push = script_pubkey[:1], script_pubkey[1:]
    if opcode != _OP_RETURN or not push:
        return b"" if opcode == _OP_RETURN else None
    try:
        if push[0] < _OP_PUSHDATA1:
            return _SHORT_PUSH.decode(push)
        return _LONG_PUSHES[push[0]].decode(push[1:]) if push[0] in _LONG_PUSHES else None
    except DecodingError:
        return None


def _p2wpkh(key: bytes, _: bytes) -> Destination:
    return witness(0, hash160(key))


def _p2tr(key: bytes, merkle_root: bytes) -> Destination:
    """The output key commits to the internal key and to the script tree, if there is one (BIP-341, BIP-86)."""
    return witness(1, PublicKey.trusted(Curve.SECP256K1, key).taproot_output(merkle_root).data[1:])


def _p2wsh_of_key(key: bytes, _: bytes) -> Destination:
    """``<key> CHECKSIG``, the witness script of BIP-173's examples; as a descriptor: wsh(pk(key))."""
    return witness(0, sha256(b"\x21" + key + b"\xac"))


def _p2sh_of(script: bytes) -> Destination:
    return p2sh(hash160(_checked(script, _MAX_REDEEM_SCRIPT)))


def _p2wsh_of(script: bytes) -> Destination:
    return witness(0, sha256(_checked(script, _MAX_WITNESS_SCRIPT)))


def _checked(script: bytes, limit: int) -> bytes:
    if type(script) is not bytes:
        raise AddressError(f"expected a script as bytes, got {type(script).__name__}", reason="type")
    if len(script) > limit:
        raise AddressError(f"expected a script of at most {limit} bytes, got {len(script)}", reason="too-large")
    return script


KEY_KINDS: dict[str, Callable[[bytes, bytes], Destination]] = {
    "p2wpkh": _p2wpkh,
    "p2tr": _p2tr,
    "p2pkh": lambda key, _: p2pkh(hash160(key)),
    "p2sh-p2wpkh": lambda key, _: p2sh(hash160(_p2wpkh(key, b"").script_pubkey)),  # BIP-49
    "p2wsh": _p2wsh_of_key,
}
"""Kind -> destination of a compressed public key and a merkle root (32 bytes for p2tr with a script tree, or empty)."""

SCRIPT_KINDS: dict[str, Callable[[bytes], Destination]] = {
    "p2sh": _p2sh_of,
    "p2wsh": _p2wsh_of,
    "p2sh-p2wsh": lambda script: p2sh(hash160(_p2wsh_of(script).script_pubkey)),
}
"""Kind -> destination of a redeem script (at most 520 bytes) or witness script (at most 10,000)."""
