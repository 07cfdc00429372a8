"""Output scripts: the templates that have an address, and what key or script each of them stands for.

P2PKH, P2SH (BIP-16), P2WPKH and P2WSH (BIP-141, "Witness program"), P2TR (BIP-341, "Script validation rules"). Witness
programs of other versions or lengths have an address, but no meaning yet (BIP-350): `WITNESS_UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from walletcore.errors import AddressError
from walletcore.hashes import hash160, sha256
from walletcore.keys import Curve, PublicKey

__all__ = [
    "KEY_KINDS",
    "SCRIPT_KINDS",
    "WITNESS_UNKNOWN",
    "Destination",
    "destination_of",
    "null_data",
    "p2pkh",
    "p2sh",
    "witness",
]

WITNESS_UNKNOWN = "witness_unknown"
_OP_0, _OP_1, _OP_RETURN = 0x00, 0x51, b"\x6a"
_PUSHDATA = {0x4C: 1, 0x4D: 2}  # OP_PUSHDATA1, OP_PUSHDATA2: the bytes of length that follow
_MAX_REDEEM_SCRIPT = 520  # BIP-16: a longer script cannot be pushed, so it could never be spent
_MAX_WITNESS_SCRIPT = 10_000  # BIP-141, "P2WSH"
_WITNESS_KINDS = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where coins go: the kind of script, what it carries (hash, witness program or output key), and the script."""

    kind: str
    payload: bytes
    script_pubkey: bytes


def p2pkh(key_hash: bytes) -> Destination:
    """DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG; its script is also the script code of P2WPKH (BIP-143)."""
    return Destination("p2pkh", key_hash, b"\x76\xa9\x14" + key_hash + b"\x88\xac")


def p2sh(script_hash: bytes) -> Destination:
    """HASH160 <20 bytes> EQUAL."""
    return Destination("p2sh", script_hash, b"\xa9\x14" + script_hash + b"\x87")


def witness(version: int, program: bytes) -> Destination:
    """OP_0 to OP_16 and a push of the program, 2 to 40 bytes. Raises `AddressError`."""
    size = len(program)
    if not 2 <= size <= 40 or (version == 0 and size not in (20, 32)):
        expected = "2 to 40" if version else "20 or 32"
        raise AddressError(f"expected {expected} bytes of witness program, got {size}", reason="length")
    script = bytes((_OP_1 + version - 1 if version else _OP_0, size)) + program
    return Destination(_WITNESS_KINDS.get((version, size), WITNESS_UNKNOWN), program, script)


def destination_of(script_pubkey: bytes) -> Destination | None:
    """The template that a script is exactly; None for bare keys and multisig, data, and anything else."""
    for template, payload in ((p2pkh, script_pubkey[3:-2]), (p2sh, script_pubkey[2:-1])):
        if len(payload) == 20 and template(payload).script_pubkey == script_pubkey:
            return template(payload)
    opcode, size, program = script_pubkey[:1], script_pubkey[1:2], script_pubkey[2:]
    version = opcode[0] - _OP_1 + 1 if opcode > b"\x00" else 0
    if not 2 <= len(program) <= 40 or size[0] != len(program) or not 0 <= version <= 16:
        return None
    return witness(version, program) if version or len(program) in (20, 32) else None


def null_data(script_pubkey: bytes) -> bytes | None:
    """What a script of OP_RETURN and at most one push carries; None for any other script."""
    if script_pubkey[:1] != _OP_RETURN:
        return None
    opcode, rest = script_pubkey[1:2], script_pubkey[2:]
    if opcode < b"\x4c":
        size, data = opcode[0] if opcode else 0, rest
    else:
        width = _PUSHDATA.get(opcode[0], 0)
        size, data = int.from_bytes(rest[:width], "little") if width else -1, rest[width:]
    return data if len(data) == size else None


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
