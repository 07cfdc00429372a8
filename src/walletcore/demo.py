"""The main job end to end: words, addresses, signed transactions of three families, each line checked against a figure.

The figures ship beside this file with their sources: other implementations made them, or specifications publish them;
those of the effects are the amounts and destinations that the transactions are built from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from walletcore.chains import bitcoin, chain, chains, evm, solana
from walletcore.coding import strict_json
from walletcore.effects import Effect, Fee, Transfer
from walletcore.errors import DecodingError
from walletcore.signing import Signable, sign
from walletcore.wallet import Wallet

__all__ = ["Line", "load", "play"]

FIGURES = Path(__file__).with_name("demo.json")
_MAX_SIZE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something computed, and whether it equals its figure; a heading has no figure to differ from."""

    text: str
    right: bool | None = None

    def __str__(self) -> str:
        return f"{'' if self.right is None else 'ok    ' if self.right else 'WRONG '}{self.text}"


def load(path: Path | None = None) -> dict[str, Any]:
    """The figures that ship, or those of another file. Raises `DecodingError`."""
    try:
        with (path or FIGURES).open("rb") as file:
            text = file.read(_MAX_SIZE + 1).decode()
    except (OSError, ValueError) as error:  # no file, no text, a NUL in its name
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise DecodingError(f"cannot read the figures: {why}", reason="missing") from None
    if len(text) > _MAX_SIZE:
        raise DecodingError(f"expected at most {_MAX_SIZE} bytes of figures", reason="too-large")
    figures = strict_json.decode(text)
    if not isinstance(figures, dict) or not _are_figures(figures):
        raise DecodingError("expected a phrase, addresses and transactions as figures", reason="missing")
    return figures


def _are_figures(figures: dict[str, Any]) -> bool:
    addresses, transactions = figures.get("addresses"), figures.get("transactions")
    if type(figures.get("phrase")) is not str or type(addresses) is not list or type(transactions) is not list:
        return False
    named = [(entry, ("chain", "profile", "address")) for entry in addresses]
    named += [(entry, ("chain", "raw", "id")) for entry in transactions]
    return all(type(entry) is dict and all(type(entry.get(n)) is str for n in names) for entry, names in named) and all(
        type(entry.get("effects")) is list for entry in transactions
    )


def play(figures: dict[str, Any]) -> Iterator[Line]:
    """Derive, build and sign what the figures are about; a figure that has no counterpart is a wrong line, too."""
    with Wallet.from_mnemonic(figures["phrase"]) as wallet:
        yield Line(text=f'"{figures["phrase"]}"')
        yield from _addresses(wallet, figures["addresses"])
        yield from _transactions(wallet, figures["transactions"])


def _addresses(wallet: Wallet, figures: list[dict[str, Any]]) -> Iterator[Line]:
    wanted = {(figure["chain"], figure["profile"]): figure["address"] for figure in figures}
    for row in chains():
        for profile in row.profiles:
            address = str(wallet.address(row, profile=profile.name))
            right = address == wanted.pop((row.name, profile.name), None)
            yield Line(text=f"{row.name:16} {profile.name:14} {profile.fill()!s:20} {address}", right=right)
    for name, profile_name in wanted:
        yield Line(text=f"{name:16} {profile_name:14} is not known here", right=False)


def _transactions(wallet: Wallet, figures: list[dict[str, Any]]) -> Iterator[Line]:
    wanted = {figure["chain"]: figure for figure in figures}
    for build in (_bitcoin, _ethereum, _solana):
        transaction = build(wallet)
        signed = sign(transaction, *wallet.signers_for(transaction))
        figure = wanted.pop(signed.chain.name, {})
        yield Line(text=f"\n{signed.chain.name}: what the transaction will do")
        yield from _effects(transaction.effects(), figure.get("effects", []))
        yield Line(text=f"signed {signed.raw.hex()}", right=signed.raw.hex() == figure.get("raw"))
        yield Line(text=f"id     {signed.id}", right=signed.id == figure.get("id"))
    for name in wanted:
        yield Line(text=f"a transaction of {name} is not known here", right=False)


def _effects(effects: tuple[Effect, ...], figures: list[list[Any]]) -> Iterator[Line]:
    """Each effect against its kind, amount and destination, which are the transaction's own inputs."""
    for effect, figure in zip_longest(effects, figures):
        amount = effect.amount if isinstance(effect, Transfer) else effect.at_most if isinstance(effect, Fee) else None
        destination = effect.destination.rpartition(":")[2] if isinstance(effect, Transfer) else ""
        yield Line(text=str(effect), right=figure == [type(effect).__name__, amount, destination])


def _bitcoin(wallet: Wallet) -> Signable[Any]:
    """A P2WPKH and a taproot input pay someone, with change."""
    row = chain("bitcoin", bitcoin.BitcoinChain)
    payee = row.parse_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")  # BIP-173
    return bitcoin.Transaction(
        chain=row,
        inputs=(
            bitcoin.Input(
                txid="000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                vout=0,
                value=100_000,
                key=wallet.public_key("bitcoin"),
                origin=wallet.origin("bitcoin"),
                kind="p2wpkh",
            ),
            bitcoin.Input(
                txid="fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
                vout=1,
                value=250_000,
                key=wallet.public_key("bitcoin", kind="p2tr"),
                origin=wallet.origin("bitcoin", kind="p2tr"),
                kind="p2tr",
            ),
        ),
        outputs=(bitcoin.pay(payee, 200_000), bitcoin.pay(wallet.address("bitcoin", change=1), 148_000)),
    )


def _ethereum(wallet: Wallet) -> Signable[Any]:
    """A tenth of an ether, by EIP-1559."""
    row = chain("ethereum", evm.Evm)
    return evm.Transaction(
        chain=row,
        sender=wallet.public_key("ethereum"),
        origin=wallet.origin("ethereum"),
        to=row.parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),  # EIP-55
        value=10**17,
        nonce=7,
        gas=21_000,
        max_fee=30 * evm.GWEI,
        max_priority_fee=2 * evm.GWEI,
    )


def _solana(wallet: Wallet) -> Signable[Any]:
    """The second account pays someone, the first one the fee: both sign."""
    row = chain("solana", solana.SolanaChain)
    payer, source = wallet.public_key("solana"), wallet.public_key("solana", account=1)
    destination = row.parse_address("J3dxNj7nDRRqRRXuEMynDG57DkZK4jYRuv3Garmb1i99")
    return solana.Transaction.compile(
        chain=row,
        fee_payer=payer,
        instructions=[solana.transfer(source=source, destination=destination, lamports=1_500_000_000)],
        recent_blockhash="EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k",
        signers=((payer, wallet.origin("solana")), (source, wallet.origin("solana", account=1))),
    )
