"""Where the hd stair meets the signers wing: signers for requests that say where their keys come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from walletcore.errors import DerivationError, InvalidKey, SignerError, SigningRefused, TransactionError
from walletcore.hd import master
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import Path
from walletcore.secret import Confidential, sealed
from walletcore.signers.local import LocalSigner
from walletcore.signers.uri import Secrets, SignerUri, given
from walletcore.signing import AcceptedSignature, Answers, Signable, SigningRequest, vouch

__all__ = ["Keychain", "Tree", "open_uri", "signers_for"]

T = TypeVar("T")

_MAX_STEPS = 10
_MAX_PARENTS = 256
_TWEAKED = {Scheme.ECDSA: False, Scheme.BIP340: True}
"""The schemes of which a signature shows whose point it is by, and whether with a tweak."""


class Tree(Protocol):
    """The root of a tree of keys, whatever its derivation."""

    @property
    def fingerprint(self) -> bytes:
        """The 4 bytes that key origins name the root by."""

    @property
    def private_key(self) -> PrivateKey:
        """The key at this node."""

    def derive(self, path: Path) -> Tree:
        """The node further down."""


def signers_for(
    requests: Sequence[SigningRequest],
    trees: Iterable[Tree],
    *,
    check: bool = True,
    allow_foreign_path: bool = False,
) -> tuple[LocalSigner, ...]:
    """One signer for each key that a request's origin leads to in one of these trees: see `Keychain.signers_for`."""
    return Keychain(trees, check=check, allow_foreign_path=allow_foreign_path).signers_for(requests)


class Keychain(Confidential):
    """Trees in memory whose owner signs again and again: the parents of its keys are derived once, and kept.

    At most 256 of them for each tree, and no longer than the key of the tree: once that is wiped, they are as well when
    the next request comes, or at once by `wipe`. Those that make room for others are left to the garbage collector, as
    another thread may be signing with one. Its signers are `LocalSigner` with this ``check``, and with this
    ``low_r`` for keys of secp256k1. A path from a master key to the key that is asked for is refused with
    `SigningRefused` where it is none of the chain's, unless ``allow_foreign_path`` is set; below an account's key a
    path tells no chain. A context manager: leaving it wipes. Raises `SignerError` for what is no tree or no bool.
    """

    __slots__ = ("_check", "_low_r", "_masters", "_mine", "_roots")

    def __init__(
        self, trees: Iterable[Tree], *, check: bool = True, low_r: bool = False, allow_foreign_path: bool = False
    ) -> None:
        if {type(check), type(low_r), type(allow_foreign_path)} != {bool}:
            raise SignerError("expected check, low_r and allow_foreign_path as bools", reason="type")
        self._roots, self._check, self._low_r = [_Root(tree) for tree in _checked(trees)], check, low_r
        self._masters = [] if allow_foreign_path else [root for root in self._roots if root.is_master]
        self._mine = {root.fingerprint for root in self._masters}

    def signers_for(self, requests: Sequence[SigningRequest], *, chain: Any = None) -> tuple[LocalSigner, ...]:
        """One signer for each key that a request's origin leads to in one of these trees.

        An origin is of another's choosing: a path that leads to another key than the requested one, nowhere, or deeper
        than wallets go (10 steps) gives no signer. ``chain`` is that whose paths they have, where their subjects do not
        say it. Raises `SigningRefused`, `TransactionError` for what is no request.
        """
        found: dict[tuple[bytes, Curve], LocalSigner] = {}
        wanted = _checked_requests(requests)
        self._check_paths(wanted, chain)
        for request in wanted:
            name = (request.key.data, request.key.curve)
            if name in found:
                continue
            for root in self._roots:
                key = root.key(request)
                if key is not None:
                    found[name] = self._signer(key)
                    break
        return tuple(found.values())

    def _signer(self, key: PrivateKey) -> LocalSigner:
        if self._low_r and key.curve is Curve.SECP256K1:
            return LocalSigner(key, self._check, low_r=True)
        return LocalSigner._of(key, self._check)

    def sign(self, subject: Signable[T]) -> T:
        """Sign what is asked of keys in these trees, and assemble: as `walletcore.sign` with `signers_for` does.

        Raises `MissingSignature` where the subject wants other keys as well, `SigningRefused`, `InvalidSignature`,
        `TransactionError`.
        """
        ask: Any = getattr(subject, "_unproven_requests", None) or getattr(subject, "requests", None)
        if not callable(ask):
            raise TransactionError(f"expected something to sign, got {type(subject).__name__}", reason="type")
        requests = _checked_requests(ask())
        self._check_paths(requests, getattr(subject, "chain", None))
        return subject.assemble(self._collected(requests))

    def collect(self, requests: Sequence[SigningRequest]) -> Answers:
        """What `walletcore.signing.collect` gives for `signers_for`: None where an origin leads to no such key.

        Parents of BIP-32's trees sign for their children, of which no key is made; where answers are checked, the check
        shows whose they are, in less time than a point takes. Raises `InvalidSignature` for an answer that is wrong
        though the key is right, `SigningRefused`, `TransactionError` for what is no request.
        """
        wanted = _checked_requests(requests)
        self._check_paths(wanted)
        return self._collected(wanted)

    def _check_paths(self, requests: Sequence[SigningRequest], chain: Any = None) -> None:
        """Raise `SigningRefused` where the path that leads to a key of a master key here is none of the chain's.

        The chain is the one given, or that of the request's subject; what has neither is not looked at. No PSBT names
        its network, and relatives sign alike: of Bitcoin's coins, read as Dogecoin's, the path alone says whose they
        are. A fingerprint is anybody's to claim, so a key of others is none of ours by whatever path.
        """
        for request in requests if chain is not None else [*requests, *self._crossed(requests)]:
            origin = request.origin
            if origin is None or origin.fingerprint not in self._mine:
                continue
            row: Any = chain or getattr(request.subject, "chain", None)
            has_path = getattr(row, "has_path", None)
            if has_path is None or has_path(origin.path):
                continue
            if self._has(request):
                hint = "allow_foreign_path=True signs all the same"
                raise SigningRefused(f"{origin.path} is no path of {row.name}", reason="policy", hint=hint)

    def _has(self, request: SigningRequest) -> bool:
        return any(root.key(request) is not None for root in self._masters)

    def _crossed(self, requests: Sequence[SigningRequest]) -> list[SigningRequest]:
        """Where requests are of several chains, each by the origin of another one for its key: it is answered so, too.

        Only origins that lead to their keys count: of others there can be as many as requests.
        """
        if len({id(getattr(request.subject, "chain", None)) for request in requests}) < 2:
            return []
        origins = {_x_of(request): request.origin for request in requests if self._has(request)}
        return [replace(each, origin=origins[_x_of(each)]) for each in requests if _x_of(each) in origins]

    def _collected(self, wanted: Sequence[SigningRequest]) -> Answers:
        answers: list[AcceptedSignature | None] = [None] * len(wanted)
        self._answer(wanted, answers)
        if not all(answers):
            self._answer_by_other_origins(wanted, answers)
        return tuple(answers)

    def _answer(self, requests: Sequence[SigningRequest], answers: list[AcceptedSignature | None]) -> None:
        """Put answers in the places where there are none yet."""
        for root in self._roots:
            if not self._low_r:  # of which only a signer knows
                root.answer_by_parents(requests, answers, self._check)
            root.answer(requests, answers, self._signer)

    def _answer_by_other_origins(
        self, requests: Sequence[SigningRequest], answers: list[AcceptedSignature | None]
    ) -> None:
        """The origin of one request may lead to the key of another one, whose own origin does not."""
        origins = {_x_of(requests[place]): requests[place].origin for place, answer in enumerate(answers) if answer}
        for place, request in enumerate(requests):
            if answers[place] is None and _x_of(request) in origins:
                found: list[AcceptedSignature | None] = [None]
                self._answer([replace(request, origin=origins[_x_of(request)])], found)
                (answers[place],) = found

    def wipe(self) -> None:
        """Overwrite the keys of the trees and of the parents (best effort, see `Secret.wipe`): it signs no more."""
        for root in self._roots:
            root.wipe()

    def __enter__(self) -> Keychain:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return f"Keychain({len(self._roots)} trees)"


Keychain.__init__ = sealed(Keychain.__init__)  # type: ignore[method-assign]


def _checked_requests(requests: Sequence[SigningRequest]) -> Sequence[SigningRequest]:
    if not isinstance(requests, Sequence) or set(map(type, requests)) - {SigningRequest}:
        raise TransactionError("expected a sequence of requests", reason="type")
    return requests


def _x_of(request: SigningRequest) -> tuple[Curve, bytes]:
    """What two requests have in common that are for one key, or for the one with even y."""
    return request.key.curve, request.key.data[-32:]


def _checked(trees: Iterable[Tree]) -> list[Tree]:
    checked = list(trees) if isinstance(trees, Iterable) else None
    if checked is None or not all(hasattr(tree, "derive") for tree in checked):
        raise SignerError("expected roots of trees of keys", reason="type")
    return checked


class _Root:
    """A tree: the keys of a wallet are siblings, and their parents are derived once."""

    def __init__(self, tree: Tree) -> None:
        self._tree, self.fingerprint = tree, tree.fingerprint
        self._curve, self._secret = tree.private_key.curve, tree.private_key.secret
        self.is_master = not getattr(tree, "depth", 0)
        self._parents: dict[tuple[int, ...], Tree] = {(): tree}
        self._signs_below = hasattr(tree, "_child_signatures")

    def key(self, request: SigningRequest) -> PrivateKey | None:
        """The key that the request's origin leads to in this tree, if it is the requested one."""
        origin = request.origin
        if origin is None or origin.fingerprint != self.fingerprint or request.key.curve is not self._curve:
            return None
        try:
            key = self._at(origin.path.steps)
        except DerivationError:  # a step that this tree does not have
            return None
        if request.tweak is not None:
            return key if key.is_internal_key(request.key, request.tweak) else None
        mine = key.public_key
        is_by_x = request.scheme is Scheme.BIP340
        return key if request.key == mine or (is_by_x and request.key == mine.even_y()) else None

    def answer(
        self,
        requests: Sequence[SigningRequest],
        answers: list[AcceptedSignature | None],
        signer: Callable[[PrivateKey], LocalSigner],
    ) -> None:
        """Put the answers of keys in this tree in their places, where there are none yet."""
        held: dict[Any, PrivateKey | None] = {}  # one key may be asked for many leaves
        for place, request in enumerate(requests):
            origin = request.origin
            if answers[place] is not None or origin is None:
                continue
            # all that `key` looks at: the curve is the scheme's
            name = origin.fingerprint, origin.path.steps, request.key.data, request.scheme, request.tweak
            key = held[name] if name in held else held.setdefault(name, self.key(request))
            if key is not None:
                answers[place] = request.accept(signer(key).sign(request))

    def answer_by_parents(
        self, requests: Sequence[SigningRequest], answers: list[AcceptedSignature | None], check: bool
    ) -> None:
        """The same for BIP-32's trees, and schemes whose signatures show whose they are: no child's key is made."""
        siblings: dict[tuple[int, ...], list[tuple[int, SigningRequest, int]]] = {}
        for place, request in enumerate(requests):
            origin = request.origin
            if answers[place] is not None or origin is None or origin.fingerprint != self.fingerprint:
                continue
            steps = origin.path.steps
            if self._signs_below and steps and _TWEAKED.get(request.scheme) is (request.tweak is not None):
                siblings.setdefault(steps[:-1], []).append((place, request, steps[-1]))
        for above, asked in siblings.items():
            for (place, request, _), made in zip(asked, self._signatures(above, asked, check), strict=False):
                answers[place] = None if made is None else vouch(request, *made)

    def wipe(self) -> None:
        """Overwrite the keys of the tree and of all parents, and forget these."""
        self._tree.private_key.wipe()  # first: `_parent` looks at it after it has put a parent in
        parents, self._parents = self._parents, {(): self._tree}
        for node in list(parents.values()):
            node.private_key.wipe()

    def _signatures(
        self, above: tuple[int, ...], asked: Sequence[tuple[int, SigningRequest, int]], check: bool
    ) -> list[tuple[bytes, int | None] | None]:
        """Those of children of one parent; none where the path does not lead to it."""
        parts = [(step, each.key.data, each.message, each.tweak) for _, each, step in asked]
        try:
            parent: Any = self._parent(above)
            found: list[tuple[bytes, int | None] | None] = parent._child_signatures(parts, check)
        except DerivationError:  # a path that this tree does not have
            return []
        return found

    def _at(self, steps: tuple[int, ...]) -> PrivateKey:
        parent = self._parent(steps[:-1])
        child_key: Callable[[int], PrivateKey] | None = getattr(parent, "child_key", None)
        if steps and child_key is not None:  # BIP-32's, which then does without the fingerprint of the parent
            return child_key(steps[-1])
        return parent.derive(Path(steps[-1:])).private_key

    def _parent(self, above: tuple[int, ...]) -> Tree:
        if self._secret.is_wiped:  # which ends what was derived of it
            self.wipe()
        if len(above) >= _MAX_STEPS:
            raise DerivationError("deeper than wallets go", reason="too-large")
        parent = self._parents.get(above)
        if parent is None:
            if len(self._parents) > _MAX_PARENTS:  # paths are of others' choosing
                self._parents = {(): self._tree}
            parent = self._parents[above] = self._tree.derive(Path(above))
            if self._secret.is_wiped:  # by another thread, meanwhile
                parent.private_key.wipe()
                self.wipe()
                self._secret.reveal()  # refuses
        return parent


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> LocalSigner:
    """``hd:m/44'/60'/0'/0/0?derivation=bip32`` asks for the ``mnemonic`` and the ``passphrase`` (both UTF-8).

    Raises `InvalidKey` when the path leads to another key than the pinned one, `SignerError` for a secret that is no
    text.
    """
    uri.expect("derivation", "language")
    path = Path.parse(uri.path)
    phrase = Mnemonic.parse(_text("mnemonic", secrets), language=uri.option("language") or None)
    seed = phrase.seed(_text("passphrase", secrets))
    key = master(uri.option("derivation", "bip32"), public_key.curve, seed).derive(path).private_key
    if key.public_key != public_key:
        raise InvalidKey("the path leads to another key than the pinned one", reason="mismatch")
    return LocalSigner(key)


@sealed
def _text(name: str, secrets: Secrets) -> str:
    """A secret as text. The error of a decoder would hold all of its bytes."""
    secret = given(secrets, name)
    try:
        return secret.reveal().decode()
    except UnicodeDecodeError:
        raise SignerError(f"expected the {name} in UTF-8", reason="character") from None
