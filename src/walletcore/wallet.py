"""The friendly door: words or a public key in, addresses and signers out (BIP-39, BIP-44 and its relatives)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from walletcore.chains import chain as find_chain
from walletcore.chains.base import MAX_CHANGE_INDEX, Address, Chain, Profile, check_max_index
from walletcore.errors import DerivationError, PathError, SignerError, TransactionError, Unsupported
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.keys import Curve, PublicKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import HARDENED, KeyOrigin, Path
from walletcore.secret import Confidential, Secret, sealed
from walletcore.signers.hd import Keychain, Tree
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signable

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.descriptor import AccountKey, MultisigDescriptor
    from walletcore.discovery import Bounds, Findings, Progress
    from walletcore.effects import Transfer

__all__ = ["MAX_CHANGE_INDEX", "Wallet", "Where", "any_change"]

ChangeOf = Callable[..., tuple[int, ...]]
"""`Wallet.change_of`, or what does the same for more accounts."""
_Account = tuple[Profile, int]
_MAX_KEPT = 256


class Where(TypedDict, total=False):
    """Which key of a chain: numbers for the profile's template, and the profile by name or by kind of address.

    ``account`` left out is 0, or the account of a watch-only wallet's key; ``change`` and ``index`` left out are 0.
    """

    account: int
    change: int
    index: int
    profile: str
    kind: str


@dataclass(frozen=True, slots=True)
class Wallet(Confidential):
    """A seed, or an account's extended public key, from which addresses come; only a seed can sign.

    A context manager: leaving it wipes the seed (best effort). Methods that take a `Where` raise `Unsupported` for an
    unknown chain or profile, and `PathError` when the template has no place for a number that was asked for.
    """

    _seed: Secret | None = None
    _xpub: ExtendedPublicKey | None = None
    _pinned: tuple[Chain, Profile] | None = None
    _trees: dict[tuple[str, Curve], Tree] = field(default_factory=dict, init=False, repr=False, compare=False)
    _accounts: dict[tuple[str, Path], ExtendedPublicKey] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if (type(self._seed), type(self._xpub)) not in ((Secret, type(None)), (type(None), ExtendedPublicKey)):
            raise DerivationError(
                "expected a seed or an extended public key; the from_ methods take them", reason="type"
            )

    @classmethod
    @sealed
    def from_mnemonic(cls, phrase: str, passphrase: str = "", *, language: str | None = None) -> Wallet:
        """The wallet of a BIP-39 phrase. Raises `MnemonicError`."""
        return cls(Mnemonic.parse(phrase, language=language).seed(passphrase))

    @classmethod
    @sealed
    def from_seed(cls, seed: Secret | bytes) -> Wallet:
        """The wallet of a seed of 16 to 64 bytes, which are copied. Raises `DerivationError`."""
        wallet = cls(Secret(seed.reveal() if type(seed) is Secret else cast(bytes, seed)))
        wallet._tree("bip32", Curve.SECP256K1)
        return wallet

    @classmethod
    @sealed  # someone may paste an xprv
    def from_xpub(cls, text: str, *, chain: str | Chain | None = None, profile: str = "", kind: str = "") -> Wallet:
        """A watch-only wallet of an account's extended public key (m/purpose'/coin'/account').

        The text says neither for which chain nor, unless it is of a SLIP-132 form, for which kind of address it was
        made: name the ``chain`` (and the ``profile`` or ``kind``, if not the default), and every other is refused.
        Without, whoever asks for an address vouches for them. Raises `DerivationError`, `Unsupported`.
        """
        xpub = ExtendedPublicKey.parse(text)
        if xpub.child_number < HARDENED:
            raise DerivationError("expected the extended public key of an account, a hardened step", reason="hardened")
        if chain is None:
            return cls(None, xpub)
        row, chosen = cls(None, xpub)._choose(chain, {"profile": profile, "kind": kind})
        _checked_account(xpub, _split(chosen.fill(account=_account_of(xpub, chosen)))[0], row)
        return cls(None, xpub, (row, chosen))

    def address(self, chain: str | Chain, **where: Unpack[Where]) -> Address:
        """The address of that key; ``kind`` chooses the profile (p2tr: BIP-86) unless one is named."""
        row, profile, path = self._find(chain, where)
        return row.address(self._public_key(row, profile, path), kind=where.get("kind", "") or profile.kind)

    def public_key(self, chain: str | Chain, **where: Unpack[Where]) -> PublicKey:
        """The public key behind that address."""
        return self._public_key(*self._find(chain, where))

    @property
    def is_watch_only(self) -> bool:
        """Whether there is no seed: addresses, but no signers."""
        return self._seed is None

    def origin(self, chain: str | Chain, **where: Unpack[Where]) -> KeyOrigin:
        """Where that key comes from: a transaction that carries it finds its signer through `signers_for`."""
        _, profile, path = self._find(chain, where)
        return KeyOrigin(self._tree(profile.derivation, profile.curve).fingerprint, path)

    def signer(self, chain: str | Chain, **where: Unpack[Where]) -> LocalSigner:
        """A signer for that key. Raises `SignerError` when the wallet is watch-only."""
        _, profile, path = self._find(chain, where)
        return LocalSigner(self._tree(profile.derivation, profile.curve).derive(path).private_key)

    def signers_for(
        self, subject: Signable[Any], *, allow_foreign_path: bool = False, low_r: bool = False
    ) -> tuple[LocalSigner, ...]:
        """Signers for those requests whose key origin leads into this wallet.

        A path that leads to a key here and has another coin type (BIP-44) than the chain's is refused with
        `SigningRefused`: coins sent to such keys are not found again by other wallets. ``allow_foreign_path`` allows
        it. ``low_r`` is that of `LocalSigner`.
        Raises `SignerError` when watch-only.
        """
        row = _chain_of(subject)
        requests = subject.requests()
        trees = [self._tree(*word) for word in {(profile.derivation, profile.curve) for profile in row.profiles}]
        signers = Keychain(trees, allow_foreign_path=allow_foreign_path).signers_for(requests, chain=row)
        return signers if low_r is False else tuple(replace(signer, low_r=low_r) for signer in signers)

    def change_of(self, subject: Signable[Any], *, max_index: int = MAX_CHANGE_INDEX) -> tuple[int, ...]:
        """The places in ``subject.effects()`` of the transfers that return to this wallet.

        No path is believed: the owners of such a transfer are derived here again. Each must be found at the path it is
        said to come from, which is that of a profile of the chain, in an account that the transaction itself spends
        from, with 0 or 1 as change and at most ``max_index`` as index: no search would find coins further away. A
        transfer with one owner goes to the address of that profile. One with several (multisig) counts only where all
        of them are this wallet's, and an input that is this wallet's own is guarded in the same way
        (`Chain.likenesses`): nobody searches for other scripts of its keys. With cosigners it is no change, however
        many keys it has here.

        Of a PSBT that is what it describes, whatever its `Safety` refuses. A watch-only wallet knows its account only,
        and no fingerprint of a master key. Raises `TransactionError`.
        """
        from walletcore.effects import Transfer  # imported by those who read, not by those who sign

        check_max_index(max_index)
        row = _chain_of(subject)
        subject = row.described(subject)
        effects = subject.effects()
        paid = [(place, each) for place, each in enumerate(effects) if isinstance(each, Transfer) and each.owners]
        mine = {place: self._accounts_of(row, each, max_index) for place, each in paid}
        wanted = {account for accounts in mine.values() for account in accounts}
        spent = self._spent_from(row, subject, wanted) if wanted else set()
        found = {place for place, accounts in mine.items() if accounts and accounts <= spent}
        joint = {place for place, each in paid if len(each.owners) > 1} & found
        return tuple(sorted(found - (joint - self._spent_alike(row, subject)) if joint else found))

    def change_with(self, *accounts: MultisigDescriptor) -> ChangeOf:
        """`change_of`, with what returns to these joint accounts (`MultisigDescriptor.change_of`): Bitcoin's multisig.

        One of the keys of each must be this wallet's: that which it derives at the key's origin, to the letter, as
        fingerprints are anybody's to claim (BIP-129, "Signer"). Raises `DerivationError`: "mismatch", or "duplicate"
        for one account in two descriptions, as what it spends would count twice.
        """
        from walletcore.chains.bitcoin.descriptor import MultisigDescriptor, check_distinct  # for those with cosigners

        if any(type(each) is not MultisigDescriptor for each in accounts):
            raise DerivationError("expected joint accounts as MultisigDescriptor", reason="type")
        if not all(any(map(self._holds, each.keys)) for each in accounts):
            hint = "its key and origin are those of the descriptor, or it is another account, or another passphrase"
            raise DerivationError("no key of the joint account is this wallet's", reason="mismatch", hint=hint)
        check_distinct(accounts)
        return any_change(self.change_of, *[each.change_of for each in accounts])

    def _holds(self, key: AccountKey) -> bool:
        """Whether the account of a cosigner is this wallet's."""
        mine = self._xpub
        if mine is None:
            tree = cast(ExtendedPrivateKey, self._tree("bip32", Curve.SECP256K1))
            if key.origin.fingerprint != tree.fingerprint:
                return False
            mine = tree.derive(key.origin.path).public
        return (mine.public_key, mine.chain_code) == (key.xpub.public_key, key.xpub.chain_code)

    def _accounts_of(self, row: Chain, transfer: Transfer, max_index: int) -> set[_Account]:
        """The accounts in which this wallet has the owners of a destination; none where it lacks one of them."""
        found = set()
        for key, origin in transfer.owners:
            for profile, numbers in _readings(row, origin):
                derived = self._derived(row, profile, origin)
                single = len(transfer.owners) == 1
                is_near = numbers["change"] <= 1 and numbers["index"] <= max_index
                if is_near and derived and (_is_paid(row, profile, derived, transfer) if single else derived == key):
                    found.add((profile, numbers["account"]))
                    break
            else:
                return set()
        return found

    def _spent_alike(self, row: Chain, subject: Signable[Any]) -> set[int]:
        """The places of transfers to several owners, where this wallet's own is spent that is guarded as they are."""
        found = set[int]()
        for places, spent in row.likenesses(subject):
            if not places <= found and any(all(self._has(row, *pair) for pair in owners) for owners in spent):
                found |= places
        return found

    def _has(self, row: Chain, key: PublicKey, origin: KeyOrigin | None) -> bool:
        """Whether the key is this wallet's, at the place where it is said to come from."""
        return any(self._derived(row, profile, origin) == key for profile, _ in _readings(row, origin))

    def _spent_from(self, row: Chain, subject: Signable[Any], wanted: set[_Account]) -> set[_Account]:
        """Those of the wanted accounts of this wallet whose keys must sign."""
        try:
            requests = subject.requests()
        except TransactionError:  # what is spent is not known, nor from which account
            return set()
        found: set[_Account] = set()
        for request in requests:
            for profile, numbers in _readings(row, request.origin):
                account = profile, numbers["account"]
                if account in wanted - found:
                    derived = self._derived(row, profile, request.origin)
                    found |= {account} if derived and request.key in (derived, derived.even_y()) else set()
        return found

    def _derived(self, row: Chain, profile: Profile, origin: KeyOrigin | None) -> PublicKey | None:
        """The key to which an origin leads in this wallet; None where it leads elsewhere."""
        if origin is None:
            return None
        if self._seed is not None:
            is_mine = origin.fingerprint == self._tree(profile.derivation, profile.curve).fingerprint
            return self._public_key(row, profile, origin.path) if is_mine else None
        try:
            self._choose(row, {"profile": profile.name})
            return self._public_key(row, profile, origin.path)
        except (DerivationError, PathError, Unsupported):  # the account is another's
            return None

    def xpub(self, chain: str | Chain, **where: Unpack[Where]) -> ExtendedPublicKey:
        """The account's extended public key: the node at the last hardened step of the profile's path.

        With any private key below it, it gives the account's private key away (BIP-32, "Implications").
        Raises `DerivationError` for a tree that has no extended public keys.
        """
        if where.keys() & {"change", "index"}:
            raise PathError("an account's extended key is above change and index", reason="unknown")
        row, profile, path = self._find(chain, where)
        account, rest = _split(path)
        if profile.derivation != "bip32" or not rest:
            raise DerivationError(
                f"profile {profile.name!r} of {row.name} has no extended public key", reason="hardened"
            )
        return self._account(row, profile, account)

    @sealed
    def candidates(
        self,
        address: str | None = None,
        *,
        chains: Sequence[str | Chain] = (),
        bounds: Bounds | None = None,
        progress: Progress | None = None,
    ) -> Findings:
        """The known profiles by which this wallet has the address; without one, the first address of every profile.

        See `walletcore.discovery.candidates_of`, also for what is raised. A watch-only wallet answers for its account;
        which profiles it cannot tell of is in ``left_out``.
        """
        from walletcore.discovery import candidates_of  # for those who search

        root = self._seed if self._xpub is None else self._xpub
        name = ""
        if self._pinned is not None:
            chains = chains or (self._pinned[0],)
            name = self._pinned[1].name
            for chain in chains:
                self._choose(chain, {})
        return candidates_of(
            cast(Secret, root), address=address, chains=chains, profile=name, bounds=bounds, progress=progress
        )

    def _find(self, chain: str | Chain, where: Where) -> tuple[Chain, Profile, Path]:
        row, profile = self._choose(chain, where)
        account = where.get("account", 0 if self._xpub is None else _account_of(self._xpub, profile))
        return row, profile, profile.fill(account=account, change=where.get("change", 0), index=where.get("index", 0))

    def _choose(self, chain: str | Chain, where: Where) -> tuple[Chain, Profile]:
        """The chain and the profile that are asked for, which a watch-only wallet may have been made for."""
        if unknown := where.keys() - Where.__annotations__.keys():
            raise PathError(f"expected {', '.join(Where.__annotations__)}, got {min(unknown)[:20]!r}", reason="unknown")
        row = chain if isinstance(chain, Chain) else find_chain(chain)
        spelled = "" if self._xpub is None else self._xpub.kind
        name, kind = where.get("profile", ""), where.get("kind", "") or spelled
        if spelled not in ("", kind):
            raise DerivationError(f"expected an extended key for {kind}, got one for {spelled}", reason="mismatch")
        if self._pinned is None:
            return row, row.profile(name, kind=kind)
        pinned, profile = self._pinned
        if row != pinned or name not in ("", profile.name) or kind not in ("", profile.kind):
            raise DerivationError(f"this key was given for {pinned.name}, {profile.name}, only", reason="mismatch")
        return row, profile

    def _public_key(self, row: Chain, profile: Profile, path: Path) -> PublicKey:
        account, rest = _split(path)
        if profile.derivation == "bip32" and rest:
            return self._account(row, profile, account).derive(Path(rest)).public_key
        return self._tree(profile.derivation, profile.curve).derive(path).private_key.public_key

    def _account(self, row: Chain, profile: Profile, path: Path) -> ExtendedPublicKey:
        """The extended public key at a hardened path: kept, since all addresses of an account start from it."""
        if self._xpub is not None:
            return _checked_account(self._xpub, path, row)
        place = (row.xpub_network, path)
        kept = self._accounts.get(place)
        if kept is None:
            tree = cast(ExtendedPrivateKey, self._tree(profile.derivation, profile.curve))
            kept = replace(tree, network=row.xpub_network).derive(path).public
            if len(self._accounts) >= _MAX_KEPT:
                self._accounts.clear()
            self._accounts[place] = kept
        return kept

    def _tree(self, derivation: str, curve: Curve) -> Tree:
        if self._seed is None:
            raise SignerError("a watch-only wallet has no private keys", reason="missing")
        tree = self._trees.get((derivation, curve))
        if tree is None:
            tree = self._trees[derivation, curve] = master(derivation, curve, self._seed)
            if self._seed.is_wiped:  # another thread has left the wallet meanwhile
                tree.private_key.wipe()
        return tree

    def __enter__(self) -> Wallet:
        return self

    def __exit__(self, *_: object) -> None:
        if self._seed is not None:
            self._seed.wipe()
        for tree in list(self._trees.values()):
            tree.private_key.wipe()
        self._trees.clear()
        self._accounts.clear()


def _split(path: Path) -> tuple[Path, tuple[int, ...]]:
    """The path down to its last hardened step, and the steps after it, which a public key can take."""
    last = max((depth for depth, step in enumerate(path.steps, 1) if step >= HARDENED), default=0)
    return Path(path.steps[:last]), path.steps[last:]


def _account_of(xpub: ExtendedPublicKey, profile: Profile) -> int:
    """The account whose key this would be; 0 where the profile has one account only, of whatever number."""
    return xpub.child_number - HARDENED if "{account}" in profile.path else 0


def _chain_of(subject: object) -> Chain:
    row = getattr(subject, "chain", None)
    if not isinstance(row, Chain):
        raise TransactionError(f"expected something to sign, got {type(subject).__name__}", reason="type")
    return row


def _readings(row: Chain, origin: KeyOrigin | None) -> Iterator[tuple[Profile, dict[str, int]]]:
    """The profiles whose paths this is one of, with its numbers."""
    if origin is None:
        return
    for profile in row.profiles:
        numbers = profile.numbers(origin.path)
        if numbers is not None:
            yield profile, numbers


def any_change(*proofs: ChangeOf) -> ChangeOf:
    """What tells the places that one of these proves."""
    return partial(_joined, proofs)


def _joined(proofs: Sequence[ChangeOf], subject: Signable[Any], **options: int) -> tuple[int, ...]:
    return tuple(sorted({place for change_of in proofs for place in change_of(subject, **options)}))


def _is_paid(row: Chain, profile: Profile, key: PublicKey, transfer: Transfer) -> bool:
    """Whether the destination is the address that the profile has for the key."""
    return row.address(key, kind=profile.kind).account_id == transfer.destination


def _checked_account(xpub: ExtendedPublicKey, path: Path, row: Chain) -> ExtendedPublicKey:
    """A watch-only key serves just the account that its own fields name: the depth, the number and the network."""
    if xpub.network != row.xpub_network:
        got = f"expected an extended key for {row.xpub_network}, got one for {xpub.network}"
        raise DerivationError(got, reason="network")
    if xpub.depth != len(path):
        raise DerivationError(f"expected an extended key at {path}, got one of depth {xpub.depth}", reason="mismatch")
    if xpub.child_number != path.steps[-1]:
        raise PathError(f"expected the key of {path}, got another account's", reason="mismatch")
    return xpub


Wallet.__init__ = sealed(Wallet.__init__)  # type: ignore[method-assign]
