"""What the nodes of a network pass on: policy, which is no consensus, and which a transaction that shall arrive keeps.

Bitcoin Core, src/policy/policy.h (constants), policy.cpp (GetDustThreshold), feerate.cpp (GetFee).
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.bitcoin.script import kind_of

__all__ = ["CORE", "Relay", "fee_at", "is_unspendable", "spent_vsize"]

_AMOUNT = 8  # bytes before the script of an output
_OUTPOINT, _SEQUENCE, _COUNT, _SIGNED = 32 + 4, 4, 1, 107  # of the input that shall spend it: 107 is P2PKH's script_sig
_SPENT_LEGACY = _OUTPOINT + _COUNT + _SIGNED + _SEQUENCE
_SPENT_SEGWIT = _OUTPOINT + _COUNT + _SIGNED // 4 + _SEQUENCE
_RETURN, _MAX_SCRIPT = 0x6A, 10_000


def fee_at(rate: int, vsize: int) -> int:
    """The fee of so many virtual bytes at a rate in satoshi per 1,000 of them (Core's CFeeRate), rounded up."""
    return -(-rate * vsize // 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Rates are satoshi per 1,000 virtual bytes, amounts satoshi.

    ``dust_rate`` makes an output dust whose spending would cost more than it is worth; where ``dust`` is given, that
    amount is the limit of every output instead. Less than ``min_fee_rate`` is not passed on. A replacement pays
    ``increment`` more for itself (BIP-125, rule 4). Transactions weigh at most ``max_weight``, and have ``min_size``
    bytes or more without their witnesses. Each unit of what signature checks cost counts as ``check_weight`` weight
    units where that is more than the weight. ``max_fee`` and ``max_fee_rate`` are what the node's own wallet pays at
    most, and what it sends without being asked to: more is taken for a mistake. ``replaces``: a node that is set up as
    it comes takes a replacement (BIP-125) for what it has; ``pulls``: its miner counts a child's fee for the parent
    that it spends from.
    """

    dust_rate: int = 3_000  # DUST_RELAY_TX_FEE
    dust: int = 0
    min_fee_rate: int = 1_000  # DEFAULT_MIN_RELAY_TX_FEE before Core 30.0, which has 100, as of the increment
    increment: int = 1_000  # DEFAULT_INCREMENTAL_RELAY_FEE before Core 30.0, which has 100: older nodes ask for this
    max_weight: int = 400_000  # MAX_STANDARD_TX_WEIGHT
    check_weight: int = 20  # DEFAULT_BYTES_PER_SIGOP; 0 where nodes have no such rule
    min_size: int = 65  # MIN_STANDARD_TX_NONWITNESS_SIZE ("tx-size-small") since Core 25.0; 82 before
    max_fee: int = 10_000_000  # DEFAULT_TRANSACTION_MAXFEE of src/wallet/wallet.h: 0.1 BTC
    max_fee_rate: int = 10_000_000  # DEFAULT_MAX_RAW_TX_FEE_RATE of src/node/transaction.h
    replaces: bool = True  # MemPoolAccept::ReplacementChecks of src/validation.cpp
    pulls: bool = True  # BlockAssembler::addPackageTxs of src/node/miner.cpp, or addChunks

    def dust_limit(self, script_pubkey: bytes) -> int:
        """The least that an output of this script may be worth; 0 where nobody can spend it, as with OP_RETURN."""
        if is_unspendable(script_pubkey):
            return 0
        size = len(script_pubkey)
        prefix = 1 if size < 0xFD else 3
        return self.dust or fee_at(self.dust_rate, _AMOUNT + prefix + size + spent_vsize(script_pubkey))


def is_unspendable(script_pubkey: bytes) -> bool:
    """Whether nobody can ever spend an output of this script (src/script/script.h, IsUnspendable)."""
    return script_pubkey[:1] == bytes((_RETURN,)) or len(script_pubkey) > _MAX_SCRIPT


def spent_vsize(script_pubkey: bytes) -> int:
    """The virtual bytes of the input that will spend an output, as Core has them: 67 of witness programs, else 148."""
    is_program = kind_of(script_pubkey) not in ("", "p2pkh", "p2sh")
    return _SPENT_SEGWIT if is_program else _SPENT_LEGACY


CORE = Relay()
"""What Bitcoin Core passes on by default."""
