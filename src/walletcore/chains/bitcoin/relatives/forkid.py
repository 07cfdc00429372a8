"""Signatures with SIGHASH_FORKID: Bitcoin Cash, eCash, Bitcoin SV, Bitcoin Gold.

The digest is BIP-143's for every kind of input, with the fork value in the upper 24 bits of the hash type ("BUIP-HF
Digest for replay protected signature verification across hard forks", bitcoincashorg/bitcoincash.org
spec/replay-protected-sighash.md). CashTokens add the tokens that are spent, and SIGHASH_UTXOS (CHIP-2022-02-CashTokens,
"Signing Serialization of Tokens" and "`SIGHASH_UTXOS`").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.relatives import plain
from walletcore.chains.bitcoin.relatives.cashtokens import (
    CASH_TOKENS,
    CashTokens,
    Token,
    burnt,
    check_balance,
    split,
    written,
)
from walletcore.chains.bitcoin.relatives.plain import fixes_fee, has_fixed_id, identify
from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, SIGHASH_SINGLE, Commitments
from walletcore.chains.bitcoin.tx import SCRIPT, TX_OUT, Tx, TxOut
from walletcore.effects import Opaque, Transfer
from walletcore.errors import TransactionError, raised_as
from walletcore.hashes import sha256, sha256d

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.effects import Effect

__all__ = [
    "EXTRA",
    "ForkIdCommitments",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "good_on",
    "has_fixed_id",
    "identify",
]

EXTRA = CASH_TOKENS
SIGHASH_UTXOS, SIGHASH_FORKID = 0x20, 0x40
_BASE = 0x1F
_PREFIX = b"\xef"
_MAX_COMMITMENT = 128  # bytes, since the upgrade of May 2026
_ZERO = bytes(32)
_ELSEWHERE = "tokens may go elsewhere"


class ForkIdCommitments(Commitments):
    """The messages of one transaction; ``tokens`` are those that its inputs spend."""

    __slots__ = ("fork_value", "has_utxos", "sha_utxos", "tokens")

    def __init__(
        self,
        tx: Tx,
        spent: Sequence[TxOut],
        tokens: Sequence[Token | None] = (),
        *,
        fork_value: int = 0,
        has_utxos: bool = False,
    ) -> None:
        super().__init__(tx, spent)
        self.fork_value, self.has_utxos = fork_value, has_utxos
        self.tokens = list(map(written, tokens)) or [b""] * len(spent)
        pairs = zip(self.tokens, spent, strict=True)
        self.sha_utxos = sha256(b"".join([TX_OUT.encode(_with_token(token, output)) for token, output in pairs]))

    def legacy(self, index: int, script_code: bytes, hash_type: int = 0x41) -> bytes:
        """The same for every kind of input."""
        return self.segwit_v0(index, script_code, hash_type)

    def segwit_v0(self, index: int, script_code: bytes, hash_type: int = 0x41) -> bytes:
        """The preimage. Raises `TransactionError` for a hash type without FORKID, or UTXOS beside ANYONECANPAY."""
        self._check(index, hash_type)
        anyone, base, utxos = (
            hash_type & SIGHASH_ANYONECANPAY,
            hash_type & _BASE,
            hash_type & (SIGHASH_UTXOS if self.has_utxos else 0),
        )
        if not hash_type & SIGHASH_FORKID or (utxos and anyone):
            raise TransactionError(
                "expected a hash type with FORKID, and not both UTXOS and ANYONECANPAY", reason="range"
            )
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        single = base == SIGHASH_SINGLE and index < len(self.outputs)
        return b"".join(
            (
                self.version,
                _ZERO if anyone else self.hash_prevouts,
                sha256(self.sha_utxos) if utxos else b"",  # hashUtxos
                self.hash_sequence if whole and not anyone else _ZERO,
                self.outpoints[index],
                self.tokens[index],
                SCRIPT.encode(script_code),
                self.spent[index][0],
                self.sequences[index],
                self.hash_outputs if whole else sha256d(self.outputs[index]) if single else _ZERO,
                self.locktime,
                (hash_type | self.fork_value << 8).to_bytes(4, "little"),
            )
        )


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: Any) -> Commitments:
    """What the signatures of a transaction are made over."""
    tokens = extra.spent if extra else ()
    return ForkIdCommitments(
        _on_wire(tx, extra), spent, tokens, fork_value=dialect.fork_value or 0, has_utxos=dialect.has_utxos
    )


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: Any) -> bytes:
    """As Bitcoin does, with the tokens before the scripts of their outputs."""
    return _on_wire(tx, extra).encode()


def _on_wire(tx: Tx, extra: CashTokens | None) -> Tx:
    if extra is None or not any(extra.sent):
        return tx
    outputs = [_with_token(written(each), output) for each, output in zip(extra.sent, tx.outputs, strict=True)]
    return replace(tx, outputs=tuple(outputs))


def _with_token(token: bytes, output: TxOut) -> TxOut:
    return TxOut(value=output.value, script_pubkey=token + output.script_pubkey) if token else output


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, CashTokens | None]:
    """Read a transaction and the tokens of its outputs. Raises `TransactionError`."""
    tx, _ = plain.decode(dialect, raw)
    if not dialect.has_tokens or not any(output.script_pubkey[:1] == _PREFIX for output in tx.outputs):
        return tx, None
    with raised_as(TransactionError):
        found = [split(output.script_pubkey) for output in tx.outputs]
    outputs = [TxOut(value=o.value, script_pubkey=script) for o, (_, script) in zip(tx.outputs, found, strict=True)]
    return replace(tx, outputs=tuple(outputs)), CashTokens(sent=tuple([token for token, _ in found]))


def check(transaction: Transaction) -> None:
    """Tokens are those of Bitcoin Cash, one place per input and output, and none is made of nothing.

    What is signed has a version that nodes take, and pays no kind that they take no more.
    """
    extra, dialect = transaction.extra, transaction.chain.dialect
    if dialect is not None and any(each.spent is not None for each in transaction.inputs):
        _check_signed(transaction, dialect)
    if dialect is not None and dialect.has_tokens:
        _check_scripts(transaction)
    if extra is None:
        return
    if type(extra) is not CashTokens or dialect is None or not dialect.has_tokens:
        raise TransactionError(f"{transaction.chain.name} has no such fields", reason="network")
    if len(extra.sent) != len(transaction.outputs):
        raise TransactionError(f"expected {len(transaction.outputs)} places for tokens sent", reason="length")
    if extra.spent and len(extra.spent) != len(transaction.inputs):
        raise TransactionError(f"expected {len(transaction.inputs)} places for tokens spent", reason="length")
    if any(token and len(token.commitment) > _MAX_COMMITMENT for token in extra.sent):
        raise TransactionError(f"expected a commitment of at most {_MAX_COMMITMENT} bytes", reason="length")
    if extra.spent:
        check_balance(extra, {each.txid for each in transaction.inputs if each.vout == 0})


def _check_signed(transaction: Transaction, dialect: Dialect) -> None:
    if dialect.versions and transaction.version not in dialect.versions:
        expected = " or ".join(map(str, dialect.versions))
        raise TransactionError(f"expected version {expected}, got {transaction.version}", reason="version")
    for index, output in enumerate(transaction.outputs if dialect.retired else ()):
        found = transaction.chain.destination_of(output.script_pubkey)
        if found is not None and found.kind in dialect.retired:
            raise TransactionError(f"output {index}: nodes take no new {found.kind}", reason="policy")


def _check_scripts(transaction: Transaction) -> None:
    """What is said of tokens is what previous transactions say, and no script of an output passes for a token."""
    if any(output.script_pubkey[:1] == _PREFIX for output in transaction.outputs):
        raise TransactionError("a script that begins like a token would be read as one", reason="ambiguous")
    spent = transaction.extra.spent if type(transaction.extra) is CashTokens else ()
    places = spent or (None,) * len(transaction.inputs)
    for index, (each, token) in enumerate(zip(transaction.inputs, places, strict=False)):
        if each.previous and each.dialect is not None:
            found = each.dialect.previous_extra(each.previous)
            if (found.sent[each.vout] if found else None) != token:
                raise TransactionError(f"input {index}: the previous transaction has other tokens", reason="mismatch")


def effects(transaction: Transaction) -> tuple[Effect, ...]:
    """Where tokens go, and which of them are lost; the satoshi are told as Bitcoin's are.

    Tokens stand in outputs: where a signature leaves one open, or lets others be added, nobody knows where they go.
    """
    from walletcore.chains.bitcoin import outcome  # imported by those who read, not by those who sign

    tokens = transaction.extra
    if tokens is None:
        return ()
    partial, source = outcome.partial_inputs(transaction), outcome.source_of(transaction)
    spent = {each.category for each in tokens.spent if each is not None}  # others begin here
    found: list[Effect] = []
    for place, (token, output) in enumerate(zip(tokens.sent, transaction.outputs, strict=True)):
        if token is not None:
            why = outcome.left_open(partial, place)
            sent = _sent(transaction.chain, token, output, source if token.category in spent else "")
            found.append(Opaque(why=f"{_ELSEWHERE}: {token}; {why}") if why else sent)
    lost = _ELSEWHERE if partial else "tokens are lost"
    return (*found, *(Opaque(why=f"{lost}: {token}") for token in burnt(tokens)))


_FORK_VALUE_0 = (("bitcoin-cash", "ecash", "bitcoin-sv"), ("ecash-testnet", "bitcoin-sv-testnet"))
"""Networks that were one; those of the test coin left the one that Bitcoin Cash had before its testnet4."""


def good_on(transaction: Transaction) -> tuple[str, ...]:
    """The other chains on which its signatures are good as well, where these have the outputs that it spends.

    Coins from before chains parted, or mixed with such, are on all of them: whoever sees the transaction may send it
    there (a replay). Schnorr signatures are unknown to Bitcoin SV, UTXOS and tokens that are spent to all but Bitcoin
    Cash.
    """
    chain, inputs, tokens = transaction.chain, transaction.inputs, transaction.extra
    names = next((each for each in _FORK_VALUE_0 if chain.name in each), ())
    if any(each.sighash.endswith("UTXOS") for each in inputs) or (tokens is not None and any(tokens.spent)):
        return ()
    has_schnorr = any(each.schnorr for each in inputs)
    return tuple(name for name in names if name != chain.name and not (has_schnorr and name.startswith("bitcoin-sv")))


def _sent(chain: BitcoinChain, token: Token, output: TxOut, source: str) -> Effect:
    destination = chain.destination_of(output.script_pubkey)
    if destination is None:
        return Opaque(why=f"tokens are sent to a script without address: {token}", data=output.script_pubkey)
    account = chain.account_id(chain.address_of(destination).text)
    if token.capability:
        return Opaque(why=f"tokens are sent to {account}: {token}", data=output.script_pubkey)
    owners = () if output.lock is None else output.lock.owners
    asset = f"{chain.caip2}/token:{token.category}"
    return Transfer(asset=asset, amount=token.amount, source=source, destination=account, owners=owners)
