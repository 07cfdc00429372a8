"""BIP-48 and BIP-87: where the keys of the cosigners of a multisig script stand in their trees.

BIP-48, "Path levels" and "Script"; BIP-87, "Path levels". BIP-48 has a branch for each kind of script, BIP-87 one for
all: there the descriptor says which script it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.errors import PathError
from walletcore.path import HARDENED, Path, hardened

__all__ = ["SCRIPT_TYPES", "MultisigAccount"]

SCRIPT_TYPES = {"p2sh-p2wsh": 1, "p2wsh": 2}
"""The kinds of script that BIP-48 has a number for. Some wallets take 0 for p2sh and 3 for p2tr, which it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultisigAccount:
    """An account of a cosigner. ``kind`` is one of `SCRIPT_TYPES` for purpose 48, and empty for purpose 87.

    ``coin_type`` is 0 for Bitcoin, 1 for its test nets; ``account`` is below 2^31, and another for each wallet that is
    joined. Raises `PathError`.
    """

    purpose: int = 48
    coin_type: int = 0
    account: int = 0
    kind: str = "p2wsh"

    def __post_init__(self) -> None:
        if type(self.purpose) is not int or self.purpose not in (48, 87):
            raise PathError("expected 48 or 87 as purpose", reason="unknown")
        if type(self.kind) is not str or self.kind not in (SCRIPT_TYPES if self.purpose == 48 else ("",)):
            expected = " or ".join(SCRIPT_TYPES) if self.purpose == 48 else "no kind of script below purpose 87"
            raise PathError(f"expected {expected}", reason="unknown")
        hardened(self.coin_type)
        hardened(self.account)

    @classmethod
    def read(cls, path: Path | str) -> MultisigAccount:
        """The account of a path to it, such as ``m/48'/0'/0'/2'`` or ``m/87'/0'/0'``. Raises `PathError`."""
        steps = (path if type(path) is Path else Path.parse(path)).steps  # type: ignore[arg-type]  # refuses no text
        if len(steps) not in (3, 4) or steps[0] != hardened(48 if len(steps) == 4 else 87):
            raise PathError(
                "expected m/48'/coin type'/account'/script type' or m/87'/coin type'/account'", reason="prefix"
            )
        if min(steps) < HARDENED:
            raise PathError("expected hardened steps down to the account", reason="hardened")
        purpose, coin_type, account, *script_type = (step - HARDENED for step in steps)
        kinds: dict[tuple[int, ...], str] = {(number,): kind for kind, number in SCRIPT_TYPES.items()} | {(): ""}
        kind = kinds.get(tuple(script_type))
        if kind is None:
            raise PathError("expected a script type that BIP-48 has", reason="unknown")
        return cls(purpose=purpose, coin_type=coin_type, account=account, kind=kind)

    @property
    def path(self) -> Path:
        """The path to the account, whose public half the other cosigners are given."""
        script_type = (SCRIPT_TYPES[self.kind],) if self.kind else ()
        return Path(tuple(map(hardened, (self.purpose, self.coin_type, self.account, *script_type))))

    def key_path(self, *, change: int = 0, index: int = 0) -> Path:
        """The path to the key of an address: ``change`` is 0, or 1 for change, ``index`` below 2^31.

        Raises `PathError`.
        """
        if type(change) is not int or change not in (0, 1):
            raise PathError("expected 0 or 1 as change", reason="range")
        if type(index) is not int or not 0 <= index < HARDENED:
            raise PathError("expected an index below 2^31", reason="range")
        return self.path / change / index
