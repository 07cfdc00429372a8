"""Joint accounts: m of n cosigners as an output descriptor, and which outputs are provably theirs.

BIP-380 (key expressions, checksum), BIP-382 and BIP-383 (``wsh``, ``sh``, ``multi``, ``sortedmulti``), BIP-386 and
BIP-387 (``tr``, ``multi_a``, ``sortedmulti_a``), BIP-389 (``<0;1>``), BIP-129 ("Descriptor Template"). No other
descriptors are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from walletcore.chains.base import MAX_CHANGE_INDEX, Address, Chain, check_max_index
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.locks import Lock, Origins
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.outcome import are_fixed
from walletcore.chains.bitcoin.script import SCRIPT_KINDS, destination_of
from walletcore.chains.bitcoin.taproot import NOBODY, ControlBlock, ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import multi_a
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.effects import Effect, Transfer
from walletcore.errors import AddressError, DerivationError, PathError, TransactionError
from walletcore.hd.bip32 import ExtendedPublicKey
from walletcore.keys import Curve, PublicKey
from walletcore.path import HARDENED, KeyOrigin, Path
from walletcore.secret import sealed

__all__ = ["AccountKey", "MultisigDescriptor", "check_distinct", "checksum"]

Owners = Sequence[tuple[PublicKey, KeyOrigin | None]]

_HEADS = {"p2wsh": "wsh(", "p2sh-p2wsh": "sh(wsh(", "p2sh": "sh(", "p2tr": f"tr({NOBODY.hex()},"}
_KINDS = {head: kind for kind, head in _HEADS.items()}
_HEAD = "|".join(map(re.escape, _HEADS.values()))
_FORM = re.compile(rf"({_HEAD})(sorted)?multi(_a)?\(([1-9][0-9]?),([^()]+)(\)+)", re.ASCII)
_NOBODY = PublicKey.trusted(Curve.SECP256K1, b"\x02" + NOBODY)
_MAX_KEYS = 20  # BIP-383; a leaf could have more
_KEY = re.compile(r"\[([0-9a-fA-F]{8})((?:/[0-9]{1,10}['hH]?)*)\]([0-9A-Za-z]{1,120})(/<0;1>/\*|/\*\*)?", re.ASCII)
_SUFFIX = "/<0;1>/*"
_MAX_TEXT = 8_192  # 20 keys with their paths have less
_SYMBOLS = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ "
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # those of Bech32
_GENERATOR = (0xF5DEE51989, 0xA9FDCA3312, 0x1BAB10E32D, 0x3706B1677A, 0x644D626FFD)
_CHECKSUM = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey:
    """A cosigner's account: its extended public key, and where it stands below the master key.

    As text a key expression (BIP-380): ``[f5acc2fd/48'/0'/0'/2']xpub...``. Raises `DerivationError`.
    """

    origin: KeyOrigin
    xpub: ExtendedPublicKey

    def __post_init__(self) -> None:
        if type(self.origin) is not KeyOrigin or type(self.xpub) is not ExtendedPublicKey:
            raise DerivationError("expected a KeyOrigin and an ExtendedPublicKey", reason="type")
        if self.xpub.depth != len(self.origin.path):
            got = f"expected an extended key of depth {len(self.origin.path)}, got one of {self.xpub.depth}"
            raise DerivationError(got, reason="mismatch", hint="the path leads from the master key to this key")

    @classmethod
    @sealed  # someone may paste an xprv
    def parse(cls, text: str) -> AccountKey:
        """Read a key expression, with ``/<0;1>/*`` or ``/**`` behind it or not. Raises `DerivationError`."""
        found = _KEY.fullmatch(text) if type(text) is str else None
        if found is None:
            hint = "such as [f5acc2fd/48'/0'/0'/2']xpub...: of an account, with nothing behind it but /<0;1>/*"
            raise DerivationError("expected an extended public key with its origin", reason="character", hint=hint)
        try:
            path = Path.parse(f"m{found[2]}")
        except PathError as error:
            raise DerivationError(str(error), reason=error.reason) from None
        return cls(origin=KeyOrigin(bytes.fromhex(found[1]), path), xpub=ExtendedPublicKey.parse(found[3]))

    def __str__(self) -> str:
        return f"{self.origin}{self.xpub.text()}"

    def child(self, change: int, index: int) -> tuple[PublicKey, KeyOrigin]:
        """The key at this place below the account, and where it comes from. Raises `DerivationError`, `PathError`."""
        place = Path((change, index))
        origin = KeyOrigin(self.origin.fingerprint, Path((*self.origin.path.steps, *place.steps)))
        return self.xpub.derive(place).public_key, origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MultisigDescriptor:
    """``required`` of these keys sign: p2wsh, p2sh-p2wsh, p2sh or p2tr as ``kind``, at change/index below each account.

    The keys of each script are sorted (BIP-67: ``sortedmulti``), or with ``is_sorted=False`` in the order of the
    accounts (``multi``). In p2tr the script is the only leaf of its tree (``multi_a``), beside an internal key that
    nobody has: H of BIP-341, and no other. At most 20 keys, in p2sh 15; extended keys of SLIP-132 must be of the same
    kind. Whoever takes it from somebody else looks for his own key in it first: `Wallet.change_with` does.

    Raises `DerivationError`.
    """

    required: int
    keys: tuple[AccountKey, ...]
    kind: str = "p2wsh"
    is_sorted: bool = True

    def __post_init__(self) -> None:
        if type(self.keys) is not tuple or set(map(type, self.keys)) - {AccountKey}:
            raise DerivationError("expected keys as a tuple of AccountKey", reason="type")
        if type(self.kind) is not str or self.kind not in _HEADS:
            raise DerivationError(f"expected one of {', '.join(_HEADS)} as kind", reason="unknown")
        if type(self.is_sorted) is not bool:
            raise DerivationError("expected is_sorted as a bool", reason="type")
        if len(self.keys) > _MAX_KEYS:
            raise DerivationError(f"expected at most {_MAX_KEYS} keys, got {len(self.keys)}", reason="range")
        try:
            script = self._script([each.xpub.public_key for each in self.keys])
            if self.kind in SCRIPT_KINDS:
                SCRIPT_KINDS[self.kind](script)
        except (AddressError, TransactionError) as error:
            raise DerivationError(str(error), reason=error.reason) from None
        if len({each.xpub.network for each in self.keys}) > 1:
            raise DerivationError("expected extended keys of one network", reason="network")
        if {each.xpub.kind for each in self.keys} - {"", self.kind}:
            raise DerivationError(f"expected extended keys for {self.kind}", reason="mismatch")

    @classmethod
    @sealed
    def parse(cls, text: str) -> MultisigDescriptor:
        """Read ``wsh(sortedmulti(2,[...]xpub.../<0;1>/*,...))``, or ``sh``, ``sh(wsh`` and ``multi``.

        ``tr(50929b74...,sortedmulti_a(...))``, with all of H, and ``multi_a`` are read as well.
        A checksum behind ``#`` is verified. ``/<0;1>/*`` stands behind all keys, or ``/**``, or nothing: each means the
        addresses for receiving and those for change. Raises `DerivationError`.
        """
        if type(text) is not str or len(text) > _MAX_TEXT:
            raise DerivationError(f"expected a descriptor of at most {_MAX_TEXT} characters", reason="too-large")
        body, mark, found = text.partition("#")
        if mark and found != checksum(body):
            raise DerivationError("the checksum is not that of the descriptor", reason="checksum")
        read = _FORM.fullmatch(body)
        kind = "" if read is None else _KINDS[read[1]]
        if read is None or len(read[6]) != 1 + read[1].count("(") or bool(read[3]) != (kind == "p2tr"):
            hint = "such as wsh(sortedmulti(2,[f5acc2fd/48'/0'/0'/2']xpub.../<0;1>/*,...))"
            raise DerivationError("expected the descriptor of a multisig account", reason="unknown", hint=hint)
        keys = tuple(map(AccountKey.parse, read[5].split(",")))
        return cls(required=int(read[4]), keys=keys, kind=kind, is_sorted=read[2] is not None)

    def __str__(self) -> str:
        head = _HEADS[self.kind]
        keys = ",".join([f"{each}{_SUFFIX}" for each in self.keys])
        name = f"{'sorted' * self.is_sorted}multi{'_a' * (self.kind == 'p2tr')}"
        body = f"{head}{name}({self.required},{keys}){')' * head.count('(')}"
        return f"{body}#{checksum(body)}"

    @property
    def identity(self) -> object:
        """Equal for accounts that may have a script in common, whatever is said of where their keys come from."""
        return self.kind, self.required, frozenset([(each.xpub.public_key, each.xpub.chain_code) for each in self.keys])

    def script(self, *, change: int = 0, index: int = 0) -> bytes:
        """The script of the keys at this place in each account; ``change`` is 0, or 1. Raises `PathError`."""
        return self._script([key for key, _ in self.origins(change=change, index=index)])

    def control_block(self, *, change: int = 0, index: int = 0) -> bytes:
        """What leads from that script, as a leaf, to its output; empty where it is none. Raises `PathError`."""
        script = self.script(change=change, index=index)
        return self._control(script).encode() if self.kind == "p2tr" else b""

    def origins(self, *, change: int = 0, index: int = 0) -> Origins:
        """Those keys in the order of the accounts, and where they come from: an `Input` and `change` take them."""
        if type(change) is not int or change not in (0, 1) or type(index) is not int or not 0 <= index < HARDENED:
            raise PathError("expected 0 or 1 as change, and an index below 2^31", reason="range")
        return tuple([each.child(change, index) for each in self.keys])

    def address(self, chain: BitcoinChain, *, change: int = 0, index: int = 0) -> Address:
        """The address of that script. Raises `DerivationError` ("network") on a chain that the keys are not for."""
        if type(chain) is not BitcoinChain or self.keys[0].xpub.network != chain.xpub_network:
            raise DerivationError(f"expected a chain of {self.keys[0].xpub.network}", reason="network")
        script = self.script(change=change, index=index)
        if self.kind != "p2tr":
            return chain.script_address(script, kind=self.kind)
        destination = destination_of(self._control(script).script_pubkey(script))
        assert destination is not None
        return chain.address_of(destination)

    def change_of(self, subject: Any, *, max_index: int = MAX_CHANGE_INDEX) -> tuple[int, ...]:
        """The places in ``subject.effects()`` of the transfers that return to this account.

        Of what a transaction says of its keys only the place is taken, change (0 or 1) and index (``max_index`` at
        most): the whole script is made of the keys there, and it is change only if it has the very address that is
        paid. Beside inputs that are not this account's, none of them is change where they are worth more together than
        what the account itself spends: the cosigners would have what is left. An amount counts that is not merely
        claimed (`Input.is_claimed`), of an input that no signature leaves open. Other subjects have no change here.

        Raises `TransactionError`, where there is no subject, or a PSBT contradicts itself.
        """
        check_max_index(max_index)
        if not isinstance(getattr(subject, "chain", None), Chain):
            raise TransactionError(f"expected something to sign, got {type(subject).__name__}", reason="type")
        transaction = subject.chain.described(subject)
        if type(transaction) is not Transaction or transaction.chain.xpub_network != self.keys[0].xpub.network:
            return ()
        paid = enumerate(zip(transaction.effects(), transaction.outputs, strict=False))  # what is beyond is no output
        mine = [place for place, pair in paid if self._is_paid(transaction.chain, *pair, max_index)]
        return tuple(mine) if mine and self._pays(transaction, mine) else ()

    def _pays(self, transaction: Transaction, places: Sequence[int]) -> bool:
        """Whether this account's own inputs are worth what these outputs are; always, if there are no others.

        A lie about an amount to which signatures commit is in the fee that is stated: `outcome.effects_of`.
        """
        inputs = transaction.inputs
        own = [each for each in inputs if self._guards(transaction.chain, each)]
        if len(own) == len(inputs):
            return True
        worth = sum([each.value or 0 for each in own if not each.is_claimed]) if are_fixed(inputs) else 0
        return bool(own) and sum([transaction.outputs[place].value for place in places]) <= worth

    def _script(self, keys: Sequence[PublicKey]) -> bytes:
        make = multi_a if self.kind == "p2tr" else multisig
        return make(self.required, keys, sort=self.is_sorted)

    def _control(self, script: bytes) -> ControlBlock:
        return ScriptTree(((0, TapLeaf(script)),)).control_blocks(_NOBODY)[0]

    def _is_paid(self, row: BitcoinChain, effect: Effect, output: TxOut, max_index: int) -> bool:
        if not isinstance(effect, Transfer) or output.lock is None:
            return False
        made = self._address_for(row, _owners(output.lock), max_index)
        return made is not None and made.account_id == effect.destination

    def _guards(self, row: BitcoinChain, spent: Input) -> bool:
        """Whether an input spends from this account, from whatever index."""
        if spent.lock is None or spent.spent is None:
            return False
        made = self._address_for(row, _owners(spent.lock), HARDENED - 1)
        return made is not None and row.script_pubkey(made) == spent.spent.script_pubkey

    def _address_for(self, row: BitcoinChain, owners: Owners, max_index: int) -> Address | None:
        """The address at the place that owners are said to come from; None where they name none, or several."""
        if len(owners) != len(self.keys):  # as many derivations as there are keys, which are paid for in bytes
            return None
        accounts = {(each.origin.fingerprint, each.origin.path.steps) for each in self.keys}
        named = [(each.fingerprint, each.path.steps) for _, each in owners if each is not None and len(each.path) > 1]
        places = {steps[-2:] for fingerprint, steps in named if (fingerprint, steps[:-2]) in accounts}
        if len(places) != 1:
            return None
        change, index = places.pop()
        if change > 1 or index > min(max_index, HARDENED - 1):
            return None
        try:
            return self.address(row, change=change, index=index)
        except AddressError:  # the chain has no such scripts
            return None


def _owners(lock: Lock) -> Owners:
    """The keys of a script, of a leaf too, with where they are said to come from."""
    origins = dict(lock.origins)
    return lock.owners if lock.leaf is None else tuple([(key, origins.get(key)) for key in lock.keys])


def check_distinct(accounts: Sequence[MultisigDescriptor]) -> None:
    """Raise `DerivationError`, "duplicate", for one account in two descriptions: what it spends would count twice."""
    if len({each.identity for each in accounts}) < len(set(accounts)):
        raise DerivationError("one joint account is described in two ways", reason="duplicate")


def checksum(text: str) -> str:
    """The eight characters that stand behind ``#`` (BIP-380, "Checksum"). Raises `DerivationError`."""
    if type(text) is not str:
        raise DerivationError(f"expected a descriptor as text, got {type(text).__name__}", reason="type")
    places = [_SYMBOLS.find(letter) for letter in text]
    if -1 in places:
        raise DerivationError("expected the characters of descriptors", reason="character")
    state = 1
    for start in range(0, len(places), 3):
        three = places[start : start + 3]
        for place in three:
            state = _step(state, place & 31)
        group = 0
        for place in three:
            group = 3 * group + (place >> 5)
        state = _step(state, group)
    for _ in range(_CHECKSUM):
        state = _step(state, 0)
    state ^= 1
    return "".join([_LETTERS[state >> 5 * (_CHECKSUM - 1 - place) & 31] for place in range(_CHECKSUM)])


def _step(state: int, value: int) -> int:
    """One symbol more in the polynomial."""
    top, state = state >> 35, (state & 0x7_FFFF_FFFF) << 5 ^ value
    for place, word in enumerate(_GENERATOR):
        state ^= word if top >> place & 1 else 0
    return state
