"""What a transaction will do, as far as its signatures commit to it (BIP-143, "Motivation"; BIP-341, "Rationale")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.inputs import UNREADABLE
from walletcore.chains.bitcoin.relatives.dialect import WHOLE
from walletcore.chains.bitcoin.script import null_data
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Fee, Opaque, Statement, Transfer

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain
    from walletcore.chains.bitcoin.inputs import Input
    from walletcore.chains.bitcoin.transaction import Transaction

__all__ = ["are_fixed", "effects_of", "left_open", "partial_inputs", "source_of"]

_ANYONECANPAY = "|ANYONECANPAY"
_PARTIAL = ("NONE", "SINGLE", UNREADABLE)
_SEGWIT = ("p2wpkh", "p2wsh")  # by themselves, and in p2sh


def effects_of(transaction: Transaction) -> tuple[Effect, ...]:
    """A transfer for each output, and the fee where it cannot be a lie; the rest is opaque.

    An output that the signature of any input leaves open is opaque: whoever signs that input may see it replaced.
    Change is a transfer like any other, with the keys that its script was made from as its owners: whether they are
    one's own, a wallet can tell.
    """
    source, partial = source_of(transaction), partial_inputs(transaction)
    paid = []
    for place, output in enumerate(transaction.outputs):
        why = left_open(partial, place)
        paid.append(Opaque(why=why, data=output.script_pubkey) if why else _paid(transaction.chain, output, source))
    dialect = transaction.chain.dialect
    more = () if dialect is None else dialect.rules.effects(transaction)
    return (*paid, *more, _fee(transaction, source))


def are_fixed(inputs: Sequence[Input]) -> bool:
    """Whether every signature commits to all inputs: none is added, and none taken away once another one is signed."""
    return not any(name.endswith(_ANYONECANPAY) or name == UNREADABLE for each in inputs for name in each.hash_types)


def source_of(transaction: Transaction) -> str:
    """The account that pays: stated when all inputs spend from one address and none may be added."""
    scripts = {each.script_pubkey for each in transaction.inputs}
    one = len(scripts) == 1 and are_fixed(transaction.inputs)
    return _account(transaction.chain, scripts.pop()) if one else ""


def partial_inputs(transaction: Transaction) -> list[tuple[int, str]]:
    """The hash types that do not commit to all outputs, hardly any, with the places of the inputs signed so."""
    named = [(index, name) for index, each in enumerate(transaction.inputs) for name in each.hash_types]
    return [(index, name) for index, name in named if name.startswith(_PARTIAL)]


def left_open(partial: Sequence[tuple[int, str]], place: int) -> str:
    """Why the output at this place may become another one; empty where all signatures commit to it.

    ``partial`` are those of `partial_inputs`.
    """
    for index, name in partial:
        if not name.startswith("SINGLE") or index != place:
            return f"output {place} may be replaced: input {index} is signed {name}"
    return ""


def _paid(chain: BitcoinChain, output: TxOut, source: str) -> Effect:
    destination = _account(chain, output.script_pubkey)
    if destination:
        owners = () if output.lock is None else output.lock.owners
        return Transfer(asset=chain.asset, amount=output.value, source=source, destination=destination, owners=owners)
    data = null_data(output.script_pubkey)
    if data == b"" and output.value == 0:  # such a proof signs a text that only a hash in what it spends stands for
        return Opaque(why="an OP_RETURN output that says nothing, as in a BIP-322 proof: its message is not shown")
    if data is not None and output.value == 0:
        text = data.decode("utf-8", "replace")
        if is_visible(text) and text.encode() == data:
            return Statement(text=text)
        return Opaque(why="data in an OP_RETURN output", data=data)
    return Opaque(why=f"{output.value} satoshi to a script without address", data=output.script_pubkey)


def _account(chain: BitcoinChain, script_pubkey: bytes) -> str:
    """The account of an output's address, also where a relative has put a guard around the script of an address."""
    destination = chain.destination_of(script_pubkey)
    if destination is None and chain.dialect is not None:
        destination = chain.destination_of(chain.dialect.base(script_pubkey))
    return "" if destination is None else chain.account_id(chain.address_of(destination).text)


def _fee(transaction: Transaction, source: str) -> Effect:
    """A taproot signature commits to the amounts of all inputs, one of segwit version 0 to its own input's only.

    Asked twice with another lie each time, the signer of two P2WPKH inputs gives signatures that fit together and
    pay a fee that was never shown (CVE-2020-14199). A taproot input among them helps only who signs it too, so it
    is not counted on: either all inputs are taproot, or the others come with their previous transactions. ALL|UTXOS of
    Bitcoin Cash is as good as taproot: hashUtxos has the amounts of all inputs. Interest that is not claimed is paid.
    """
    if transaction.claimed_fee is None:
        return Opaque(why="the fee: what the inputs are worth is not known")
    for index, each in enumerate(transaction.inputs):
        for name in each.hash_types:
            if name not in WHOLE:
                return Opaque(why=f"the fee: input {index} is signed {name}, so others may add to the transaction")
    dialect = transaction.chain.dialect
    fixed = dialect is not None and dialect.rules.fixes_fee(transaction)
    claimed = [] if fixed else [each for each in transaction.inputs if each.is_claimed]
    if claimed:
        is_segwit = dialect is None and all(each.kind.endswith(_SEGWIT) for each in claimed)
        which = "a segwit input" if is_segwit else "an input"
        return Opaque(why=f"the fee: {which} without its previous transaction only claims its value")
    at_most = transaction.claimed_fee + transaction.interest
    return Fee(asset=transaction.chain.asset, at_most=at_most, payer=source)
