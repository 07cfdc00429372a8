"""A PSBT, told: its version, what it spends, who has signed and who has not, and what a signer would refuse of it.

BIP-174 (version 0), BIP-370 (version 2), BIP-371 (taproot).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction
from walletcore.chains.bitcoin.bip322 import GenericMessage, has_generic_messages
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, PsbtOutput, Safety
from walletcore.chains.bitcoin.relatives.dialect import WITH_UTXOS, names_of_types
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.cli.inspection.bitcoin import lock_time
from walletcore.cli.inspection.finding import Finding, Oddity, Spent, names_of
from walletcore.cli.inspection.messages import facts as facts_of
from walletcore.cli.inspection.oddities import oddities
from walletcore.cli.inspection.paths import coin_types
from walletcore.cli.show import amount, listed, rate
from walletcore.errors import InvalidSignature, MissingSignature, SigningRefused, TransactionError
from walletcore.path import HARDENED
from walletcore.signing import Signable

__all__ = ["TITLES", "finding", "signed_by", "unasked"]

TITLES = ("input", "spends", "amount", "kind", "hash type", "signed", "not signed by")
_FORMS = {0: "PSBT (BIP-174)", 2: "PSBT, version 2 (BIP-370)"}
_PROPRIETARY = 0xFC
_MANY = 20  # keys: more of them nobody reads, and the inputs name them all
_NOT_KNOWN = ("missing", "unknown")  # what cannot be checked with what the PSBT has
_ANY = Safety(
    trust_witness_utxo=True, sighash=(*HASH_TYPES, *WITH_UTXOS), max_fee=None, max_fee_rate=None, trust_scripts=True
)
_FIRST_PURPOSE = HARDENED + 44  # BIP-43: older ones have other levels
_MODIFIABLE = {1: "inputs", 2: "outputs"}  # BIP-370, PSBT_GLOBAL_TX_MODIFIABLE

ChangeOf = Callable[[Signable[Any]], Sequence[int]]


def finding(psbt: Psbt, chains: Sequence[Chain], change_of: ChangeOf | None = None) -> Finding:
    """What there is to say of a PSBT that these chains can read; told for the first of them."""
    inputs = tuple(_spent(psbt, place) for place in range(len(psbt.inputs)))
    coins = _coin_types(psbt)
    if psbt.globals.generic_signed_message is not None:
        chains = list(filter(has_generic_messages, chains)) or chains
    chains = [row for row in chains if coin_types(row) & coins] or chains
    psbt = _on(chains[0], psbt)
    try:
        transaction, message = psbt.transaction, psbt.message
        known = transaction if message is None else message.to_sign  # which proves what its first input spends
        told = [_spent(psbt, place, each) for place, each in enumerate(known.inputs)]
    except TransactionError as error:  # its fields contradict each other, or it has no inputs yet
        odd = (Oddity(code="contradiction", text=f"no signer takes it: {error}"), *_oddities(psbt, inputs))
        facts = tuple(_facts(psbt))
        return Finding(what=_what(inputs), chains=names_of(chains), facts=facts, inputs=inputs, row=chains[0], odd=odd)
    change = () if change_of is None else tuple(change_of(transaction))
    effects = psbt.effects()
    said = _facts_of(psbt, transaction) if message is None else _facts_of_message(psbt, message)
    proven = () if change_of is None or message is not None else _proven(change)
    return Finding(
        what=_what(told) if message is None else _what(told, "message", "message to be signed"),
        chains=names_of(chains),
        facts=(*_facts(psbt), *said, *proven),
        inputs=tuple(told),
        effects=effects,
        change=change,
        row=chains[0],
        odd=(
            *_oddities(psbt, told),
            *_of_network(psbt, coins),
            *_refused(psbt),
            *_bad_signatures(psbt),
            *oddities(chains, message or transaction, effects, change=change),
        ),
    )


def _on(row: Chain, psbt: Psbt) -> Psbt:
    """The same PSBT as one of this chain."""
    if psbt.chain == row or not isinstance(row, BitcoinChain):
        return psbt
    return Psbt.decode(row, psbt.raw, safety=psbt.safety)


def _what(inputs: Sequence[Spent], subject: str = "transaction", unsigned: str = "unsigned transaction") -> str:
    if inputs and all(each.final for each in inputs):
        return f"finalized {subject}"
    some = any(each.final or each.signatures for each in inputs)
    return f"partly signed {subject}" if some else unsigned


def _facts(psbt: Psbt) -> Iterator[tuple[str, str]]:
    """What holds of any PSBT, whatever it says."""
    yield "form", _FORMS[psbt.version]
    yield "size", f"{len(psbt.raw)} bytes"
    if psbt.globals.xpub:
        yield "extended keys", ", ".join(str(origin) for _, origin in psbt.globals.xpub)
    kept = Counter(name for each in (psbt.globals, *psbt.inputs, *psbt.outputs) for name in _unknown(each))
    if kept:
        times = [name if number == 1 else f"{name} ({number} times)" for name, number in kept.items()]
        yield "carried along", ", ".join(times)


def _facts_of(psbt: Psbt, transaction: Transaction) -> Iterator[tuple[str, str]]:
    earliest, summary = lock_time(transaction), psbt.summary()
    if earliest:
        yield "not before", earliest
    yield "to be signed by", _wanted(psbt)
    if summary.fee_rate is not None:
        yield "fee rate", rate(summary.fee_rate)
    elif transaction.claimed_fee is not None:
        row = transaction.chain
        yield "claimed fee", amount(transaction.claimed_fee, row.decimals, row.symbol)


def _facts_of_message(psbt: Psbt, message: GenericMessage) -> Iterator[tuple[str, str]]:
    """BIP-322, "PSBT signer": what is signed stands among the effects, and here for which address."""
    yield "message", "generic message (BIP-322)"
    yield from [pair for pair in facts_of(message) if pair[1]]
    yield "to be signed by", _wanted(psbt)


def _wanted(psbt: Psbt) -> str:
    """The keys that have to sign still, each once, by whatever safety: that is told below."""
    try:
        keys = [request.key.data.hex() for request in _loose(psbt).requests()]
        why = "" if keys else unasked(psbt)
    except (TransactionError, SigningRefused) as error:
        return f"not known ({error})"
    if not keys:
        return f"not known ({why})" if why else "nobody more"
    found = list(dict.fromkeys(keys))
    return ", ".join(found) if len(found) <= _MANY else f"{len(found)} keys"


def unasked(psbt: Psbt) -> str:
    """Why a PSBT that asks for no signature has not all of them; empty where it has. Raises `TransactionError`."""
    maps = _loose(psbt).finalized().inputs
    left = [place for place, fields in enumerate(maps) if not fields.is_final]
    unnamed = [str(each) for each in left if not (maps[each].bip32_derivation or maps[each].tap_bip32_derivation)]
    if unnamed:
        return f"no key is named by input {listed(unnamed)}"
    return f"not understood here is the script of input {listed(list(map(str, left)))}" if left else ""


def _unknown(fields: Any) -> Iterator[str]:
    """The names of fields that are kept as they are: proprietary ones, and those of later BIPs."""
    for key, _ in fields.unknown:
        yield f"{fields.prefix}_PROPRIETARY" if key[0] == _PROPRIETARY else fields.name(key[0])


def _proven(change: Sequence[int]) -> Iterator[tuple[str, str]]:
    yield "change", "proven: output " + ", ".join(map(str, change)) if change else "none is proven"


# Inputs


def _spent(psbt: Psbt, place: int, known: Input | None = None) -> Spent:
    """One input by its fields, and by what they make of it where they contradict nothing."""
    fields = psbt.inputs[place]
    signed = {key for key, _ in fields.partial_sig} | {key[:32] for key, _ in fields.tap_script_sig}
    origins = [(key, str(origin)) for key, origin in fields.bip32_derivation]
    origins += [(key, str(each.origin)) for key, each in fields.tap_bip32_derivation if fields.tap_key_sig is None]
    return Spent(
        place=place,
        outpoint=_outpoint(psbt, place),
        amount=None if known is None else known.value,
        proven=known is not None and known.spent is not None and not known.is_claimed,
        kind="" if known is None else known.kind,
        sighash=_sighash(psbt, fields.sighash_type),
        signatures=len(fields.partial_sig) + len(fields.tap_script_sig) + (fields.tap_key_sig is not None),
        required=known.required if known is not None and known.keys else None,
        final=fields.is_final,
        leaves=len(fields.tap_leaf_script),
        unsigned=tuple(origin for key, origin in origins if key not in signed),
    )


def signed_by(psbt: Psbt) -> frozenset[str]:
    """The fingerprints of those whose signatures stand in a PSBT, by the origins that it names for their keys."""
    found: set[str] = set()
    for fields in psbt.inputs:
        signed = {key for key, _ in fields.partial_sig} | {key[:32] for key, _ in fields.tap_script_sig}
        signed |= {fields.tap_internal_key} if fields.tap_key_sig is not None and fields.tap_internal_key else set()
        origins = [*fields.bip32_derivation, *[(key, each.origin) for key, each in fields.tap_bip32_derivation]]
        found |= {origin.fingerprint.hex() for key, origin in origins if key in signed}
    return frozenset(found)


def _outpoint(psbt: Psbt, place: int) -> str:
    each = psbt.draft.inputs[place]
    return f"{each.txid}:{each.vout}"


def _sighash(psbt: Psbt, number: int | None) -> str:
    return "" if number is None else names_of_types(psbt.chain.dialect).get(number, f"{number:#x}")


# What is odd


def _coin_types(psbt: Psbt) -> set[int]:
    """The coin types in the paths of keys (BIP-44, and what has its order), which say for which chain they are."""
    maps: tuple[PsbtInput | PsbtOutput, ...] = (*psbt.inputs, *psbt.outputs)
    origins = [origin for each in maps for _, origin in each.bip32_derivation]
    origins += [tap.origin for each in maps for _, tap in each.tap_bip32_derivation]
    steps = [origin.path.steps for origin in origins]
    return {each[1] - HARDENED for each in steps if len(each) > 1 and each[0] >= _FIRST_PURPOSE and each[1] >= HARDENED}


def _of_network(psbt: Psbt, coins: set[int]) -> Iterator[Oddity]:
    row = psbt.chain
    if coins and not coins & coin_types(row):
        named = ", ".join(map(str, sorted(coins)))
        text = f"keys at paths of coin type {named} (SLIP-44): no chain that was looked at has it, {row.name} neither"
        yield Oddity(code="other-network", text=text)


def _oddities(psbt: Psbt, inputs: Sequence[Spent]) -> Iterator[Oddity]:
    claimed = [str(each.place) for each in inputs if each.amount is not None and not each.proven]
    if claimed:
        text = f"claimed and not proven by their previous transactions: the amounts of inputs {listed(claimed)}"
        yield Oddity(code="unproven", text=text)
    flags = psbt.globals.tx_modifiable or 0
    what = " and ".join(name for bit, name in _MODIFIABLE.items() if flags & bit)
    if what:
        yield Oddity(code="modifiable", text=f"{what} may still be added: what is shown is not the end of it")


def _refused(psbt: Psbt) -> Iterator[Oddity]:
    """The first thing that a signer would refuse, by the safety of the PSBT."""
    try:
        psbt.requests()
    except SigningRefused as error:
        yield Oddity(code="refused", text=f"a careful signer refuses it: {error}")
    except TransactionError:  # a key that is not known: told above
        return


def _bad_signatures(psbt: Psbt) -> Iterator[Oddity]:
    """Whether a signature that somebody has put in is none; nobody checks those before all of them are there."""
    try:
        _loose(psbt).finalize()
    except (InvalidSignature, TransactionError) as error:
        if error.reason not in _NOT_KNOWN:
            yield Oddity(code="bad-signature", text=f"no node takes it: {error}")
    except (MissingSignature, SigningRefused):
        return


def _loose(psbt: Psbt) -> Psbt:
    """The same PSBT under a safety that allows everything: what the usual one refuses is told, and not the end."""
    return Psbt.decode(psbt.chain, psbt.raw, safety=_ANY)
