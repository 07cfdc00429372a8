"""The fields of a PSBT: those of BIP-174, BIP-370 (version 2), BIP-371 (taproot), BIP-373 (MuSig2), BIP-322, as tables.

What other BIPs add (BIP-375) is kept as records, as are proprietary and unknown fields.
"""

from __future__ import annotations

from walletcore import hashes
from walletcore.chains.bitcoin.psbt.forms import (
    AMOUNT,
    BYTES,
    COMPRESSED,
    COMPRESSED_KEYS,
    CONTROL_BLOCK,
    COUNT,
    ECDSA_SIGNATURE,
    FLAGS,
    HASH20,
    HASH32,
    HEIGHT,
    KEY,
    KEY_AND_LEAF,
    LEAF,
    MUSIG2_KEYS,
    MUSIG2_NONCE,
    NUMBER,
    ORIGIN,
    OUTPUT,
    SCHNORR_SIGNATURE,
    TAP_ORIGIN,
    TIME,
    TREE,
    VERSION,
    WITNESS,
    XPUB,
)
from walletcore.chains.bitcoin.psbt.maps import V0, V2, Map, many, one

__all__ = ["ENDS", "GENERIC_SIGNED_MESSAGE", "NO_FIELDS", "NO_OUTPUT_FIELDS", "PsbtGlobals", "PsbtInput", "PsbtOutput"]

_ONLY_V0, _ONLY_V2 = (V0,), (V2,)


class PsbtGlobals(Map):
    """The global map: what holds for the whole transaction."""

    __slots__ = ()
    prefix = "PSBT_GLOBAL"

    unsigned_tx = one(0x00, BYTES, versions=_ONLY_V0, required=V0)
    xpub = many(0x01, XPUB, ORIGIN)
    tx_version = one(0x02, VERSION, versions=_ONLY_V2, required=V2)
    fallback_locktime = one(0x03, NUMBER, versions=_ONLY_V2)
    input_count = one(0x04, COUNT, versions=_ONLY_V2, required=V2)
    output_count = one(0x05, COUNT, versions=_ONLY_V2, required=V2)
    tx_modifiable = one(0x06, FLAGS, versions=_ONLY_V2)
    generic_signed_message = one(0x09, BYTES)
    version = one(0xFB, NUMBER)


class PsbtInput(Map):
    """The map of one input. Keys stand as their scripts have them, in 33 bytes or 65; those of taproot in 32."""

    __slots__ = ()
    prefix = "PSBT_IN"

    non_witness_utxo = one(0x00, BYTES)
    witness_utxo = one(0x01, OUTPUT)
    partial_sig = many(0x02, KEY, ECDSA_SIGNATURE, ends=True)
    sighash_type = one(0x03, NUMBER, ends=True)
    redeem_script = one(0x04, BYTES, ends=True)
    witness_script = one(0x05, BYTES, ends=True)
    bip32_derivation = many(0x06, KEY, ORIGIN, ends=True)
    final_scriptsig = one(0x07, BYTES)
    final_scriptwitness = one(0x08, WITNESS)
    por_commitment = one(0x09, BYTES)
    ripemd160 = many(0x0A, HASH20, BYTES, ends=True, hashed=hashes.ripemd160)
    sha256 = many(0x0B, HASH32, BYTES, ends=True, hashed=hashes.sha256)
    hash160 = many(0x0C, HASH20, BYTES, ends=True, hashed=hashes.hash160)
    hash256 = many(0x0D, HASH32, BYTES, ends=True, hashed=hashes.sha256d)
    previous_txid = one(0x0E, HASH32, versions=_ONLY_V2, required=V2)
    output_index = one(0x0F, NUMBER, versions=_ONLY_V2, required=V2)
    sequence = one(0x10, NUMBER, versions=_ONLY_V2)
    required_time_locktime = one(0x11, TIME, versions=_ONLY_V2)
    required_height_locktime = one(0x12, HEIGHT, versions=_ONLY_V2)
    tap_key_sig = one(0x13, SCHNORR_SIGNATURE, ends=True)
    tap_script_sig = many(0x14, KEY_AND_LEAF, SCHNORR_SIGNATURE, ends=True)
    tap_leaf_script = many(0x15, CONTROL_BLOCK, LEAF, ends=True)
    tap_bip32_derivation = many(0x16, HASH32, TAP_ORIGIN, ends=True)
    tap_internal_key = one(0x17, HASH32, ends=True)
    tap_merkle_root = one(0x18, HASH32, ends=True)
    musig2_participant_pubkeys = many(0x1A, COMPRESSED, COMPRESSED_KEYS, ends=True)
    musig2_pub_nonce = many(0x1B, MUSIG2_KEYS, MUSIG2_NONCE, ends=True)
    musig2_partial_sig = many(0x1C, MUSIG2_KEYS, HASH32, ends=True)

    @property
    def is_final(self) -> bool:
        """Whether an Input Finalizer is done with it."""
        return 0x07 in self._numbers or 0x08 in self._numbers


class PsbtOutput(Map):
    """The map of one output: who can spend it, which tells change; in version 2 also the output itself."""

    __slots__ = ()
    prefix = "PSBT_OUT"

    redeem_script = one(0x00, BYTES)
    witness_script = one(0x01, BYTES)
    bip32_derivation = many(0x02, KEY, ORIGIN)
    amount = one(0x03, AMOUNT, versions=_ONLY_V2, required=V2)
    script = one(0x04, BYTES, versions=_ONLY_V2, required=V2)
    tap_internal_key = one(0x05, HASH32)
    tap_tree = one(0x06, TREE)
    tap_bip32_derivation = many(0x07, HASH32, TAP_ORIGIN)
    musig2_participant_pubkeys = many(0x08, COMPRESSED, COMPRESSED_KEYS)


GENERIC_SIGNED_MESSAGE = b"\x09"
"""The key of the record in which the message of a PSBT stands that asks to sign one."""
ENDS = frozenset(number for number, each in PsbtInput.fields.items() if each.ends)
"""The fields of an input that an Input Finalizer takes out (BIP-174: all but UTXOs and what is unknown)."""
NO_FIELDS, NO_OUTPUT_FIELDS = PsbtInput(), PsbtOutput()
