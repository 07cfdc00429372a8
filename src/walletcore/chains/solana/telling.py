"""What instructions do, in the words of `walletcore.effects`: the small functions that rows of programs are made of.

Each takes names of accounts and fields, and gives a teller. In a text, ``{name}`` stands for an account or a field.
"""

from __future__ import annotations

from typing import Any

from walletcore.chains.solana.chain import SolanaChain
from walletcore.chains.solana.instructions import ParsedInstruction, Teller
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Transfer

__all__ = ["allows", "calls", "changes", "hides", "moves", "moves_token"]

_MAX_BYTES = 80  # longer bytes are told by their number
_KEY = 32


def moves(amount: str, source: str, destination: str) -> Teller:
    """Lamports move: as many as the field says, or an unknown number where ``amount`` is empty or the field is None.

    Nothing is told where an account was left out.
    """

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        return _moved(chain, parsed, chain.asset, amount, (source, destination))

    return tell


def moves_token(amount: str, source: str, destination: str, mint: str = "mint") -> Teller:
    """Tokens of a mint that is named move."""

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        return _moved(chain, parsed, chain.token(_account(parsed, mint)), amount, (source, destination))

    return tell


def _moved(
    chain: SolanaChain, parsed: ParsedInstruction, asset: str, amount: str, ends: tuple[str, str]
) -> tuple[Effect, ...]:
    source, destination = map(parsed.account, ends)
    if source is None or destination is None:
        return ()
    number = parsed.value(amount) if amount else None
    return (Transfer(asset=asset, amount=number, source=chain.caip10(source), destination=chain.caip10(destination)),)


def allows(spender: str, source: str, mint: str = "mint") -> Teller:
    """Somebody may move tokens of a mint later."""

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        asset = chain.token(_account(parsed, mint))
        names = [chain.caip10(_account(parsed, each)) for each in (spender, source)]
        return (Approve(asset=asset, amount=parsed.value("amount"), spender=names[0], source=names[1]),)

    return tell


def changes(account: str, text: str) -> Teller:
    """Who controls an account changes, or what may be done with it."""

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        words = _words(chain, parsed)
        return (Authority(account=words[account], change=text.format_map(words)),)

    return tell


def calls(*arguments: str, name: str = "") -> Teller:
    """Nothing moves: the instruction by its name (its row's, unless one is given), with these accounts and fields.

    ``other=name`` is told as "other"; ``asset=name`` is told as the token of that mint.
    """

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        words, told = _words(chain, parsed), []
        for argument in arguments:
            label, _, each = argument.rpartition("=")
            if each in words:
                word = chain.token(_account(parsed, each)) if label == "asset" else words[each]
                told.append((label or each, word))
        return (Call(target=chain.caip10(parsed.program_id), name=name or parsed.name, arguments=tuple(told)),)

    return tell


def hides(text: str) -> Teller:
    """Something is done with what the bytes do not name."""

    def tell(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
        return (Opaque(why=text.format_map(_words(chain, parsed)), data=parsed.data),)

    return tell


def _account(parsed: ParsedInstruction, name: str) -> bytes:
    return dict(parsed.accounts)[name]


def _words(chain: SolanaChain, parsed: ParsedInstruction) -> dict[str, str]:
    words = {name: chain.caip10(key) for name, key in parsed.accounts}
    words |= {name: _word(chain, value) for name, value in parsed.fields}
    if parsed.others:
        words["others"] = ", ".join(map(chain.caip10, parsed.others))
    return words


def _word(chain: SolanaChain, value: Any) -> str:
    if value is None:
        return "nobody"
    if type(value) is bytes:
        if len(value) == _KEY:
            return chain.caip10(value)
        return value.hex() if len(value) <= _MAX_BYTES else f"{len(value)} bytes"
    if type(value) is tuple:
        return ", ".join(_word(chain, each) for each in value)
    return str(value)
