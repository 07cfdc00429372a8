"""Which wallet made this? The profiles of all chains that lead from a seed, or an extended key, to an address.

Profiles are BIP-44's idea, and data of the chains' rows: what a row names is searched, that of chains to come as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from walletcore.chains import chain as find_chain
from walletcore.chains import families
from walletcore.chains.base import Chain
from walletcore.discovery.findings import Bounds, Candidate, Findings, LeftOut, Progress, Wanted
from walletcore.discovery.roots import Root, Roots
from walletcore.discovery.search import Search
from walletcore.errors import AddressError, DerivationError, MnemonicError, PathError, Unsupported
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.checks import checked_seed
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.mnemonic.wordlists import LANGUAGES
from walletcore.secret import Secret, sealed

__all__ = ["Bounds", "Candidate", "Findings", "LeftOut", "Progress", "candidates_of", "candidates_of_phrase"]


@sealed
def candidates_of_phrase(
    phrase: str,
    passphrase: str = "",
    *,
    language: str | None = None,
    address: str | None = None,
    chains: Sequence[str | Chain] = (),
    bounds: Bounds | None = None,
    progress: Progress | None = None,
) -> Findings:
    """The candidates of a BIP-39 phrase, also of one that is valid in several languages: see `candidates_of`.

    Raises `MnemonicError`, for a phrase of another scheme with a hint which it looks like.
    """
    spoken = _spoken(phrase, language)
    with spoken[0].seed(passphrase) as seed:
        found = candidates_of(seed, address=address, chains=chains, bounds=bounds, progress=progress)
    return replace(found, languages=tuple(each.language for each in spoken))


def _spoken(phrase: str, language: str | None) -> tuple[Mnemonic, ...]:
    """The phrase in the language that is named, or else in all in which it is valid."""
    try:
        return (Mnemonic.parse(phrase, language=language),)
    except MnemonicError as error:
        if error.reason != "ambiguous":
            raise
    return tuple(each for name in LANGUAGES if (each := _in_language(phrase, name)) is not None)


def _in_language(phrase: str, language: str) -> Mnemonic | None:
    try:
        return Mnemonic.parse(phrase, language=language)
    except MnemonicError:
        return None


@sealed
def candidates_of(
    root: Root,
    *,
    address: str | None = None,
    chains: Sequence[str | Chain] = (),
    profile: str = "",
    bounds: Bounds | None = None,
    progress: Progress | None = None,
) -> Findings:
    """The known profiles that lead from a seed (16 to 64 bytes) or an extended key to this address.

    Without ``address``, the first address of every profile. With one, it is read before any key is derived, and only
    chains that can have it are searched: the first account and indices first, up to the ``bounds``, until a key fits.
    ``chains`` (names or rows; all if empty) and ``profile`` (a name) narrow the search. ``progress`` is called now and
    then with the number of keys tried and that of all; it returns False to stop, or raises.

    Raises `AddressError` for a text that is an address of none of the chains, `DerivationError` for a root that is
    none, `PathError`, and `Unsupported` for an unknown chain, or a profile that none of the chains has.
    """
    _check(root, address, chains, profile, bounds, progress)
    if isinstance(root, Secret):
        checked_seed(root)
    rows, missing = _rows(chains)
    _check_profile(profile, rows)
    wanted = None if address is None else _read(rows, address, missing)
    with Roots(root) as roots:
        search = Search(roots, rows if wanted is None else tuple(wanted), profile, missing)
        if wanted is None:
            return search.first()
        return search.to(wanted, bounds or Bounds(), progress)


def _check(root: object, address: object, chains: object, profile: object, bounds: object, progress: object) -> None:
    if type(root) not in (Secret, ExtendedPrivateKey, ExtendedPublicKey):
        raise DerivationError("expected a seed as Secret, or an extended key", reason="type")
    if address is not None and type(address) is not str:
        raise AddressError(f"expected an address as text, got {type(address).__name__}", reason="type")
    if type(chains) not in (tuple, list):
        raise Unsupported("expected a tuple or list of chains", reason="type")
    if type(profile) is not str:
        raise Unsupported("expected the name of a profile as text", reason="type")
    if bounds is not None and type(bounds) is not Bounds:
        raise PathError(f"expected Bounds, got {type(bounds).__name__}", reason="type")
    if progress is not None and not callable(progress):
        raise DerivationError("expected a function to tell the progress to", reason="type")


def _rows(chains: Sequence[str | Chain]) -> tuple[tuple[Chain, ...], list[LeftOut]]:
    """The rows that are named, or those of all families that can be loaded, and which cannot."""
    if chains:
        named = (each if isinstance(each, Chain) else find_chain(each) for each in chains)
        return tuple(dict.fromkeys(named)), []
    rows: list[Chain] = []
    missing = []
    for name, family in families():
        if isinstance(family, Unsupported):
            missing.append(LeftOut(chain=name, profile="", reason="missing", why=str(family)))
        else:
            rows += family
    return tuple(rows), missing


def _check_profile(name: str, rows: Sequence[Chain]) -> None:
    """A misspelt name would find nothing, which looks as if the wallet had no such address."""
    if name and not any(name == profile.name for row in rows for profile in row.profiles):
        raise Unsupported("none of the chains has a profile of that name", reason="unknown")


def _read(rows: Sequence[Chain], text: str, missing: list[LeftOut]) -> dict[Chain, Wanted]:
    """What the text stands for, on each chain that can have such an address; which could not read it is missing."""
    found, refusals = {}, []
    for row in rows:
        try:
            read = row.parse_address(text)
        except AddressError as error:
            refusals.append(error)
        except Unsupported as error:
            missing.append(LeftOut(chain=row.name, profile="", reason=error.reason, why=str(error)))
        else:
            found[row] = read.kind, read.payload
    if not found:
        raise _refusal(refusals, missing)
    return found


def _refusal(refusals: Sequence[AddressError], missing: Sequence[LeftOut]) -> AddressError:
    """Where no chain has such an address: the refusal of the one that has come furthest, if it is one of a typo."""
    typos = [error for error in refusals if error.reason == "checksum"]
    if typos:
        return AddressError(f"no chain has this address: {typos[-1]}", reason="checksum", hint=typos[-1].hint)
    hint = "; ".join(dict.fromkeys(f"{each.chain} was not asked: {each.why}" for each in missing))
    return AddressError("no chain has addresses of this form", reason="unknown", hint=hint)
