"""BIP-32 extended keys of secp256k1, private and public as two types, and their texts (xprv, xpub; SLIP-0132).

BIP-32, "Child key derivation (CKD) functions", "Master key generation" and "Serialization format", in its words: k and
K are a private and a public key, c its chain code, I_L and I_R the halves of a hash.
"""
# ruff: noqa: E741, N803, N806 - I and K are the specification's letters

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypedDict, TypeVar

from walletcore.coding.text import Base58Check
from walletcore.curves import secp256k1
from walletcore.curves.by_point import ChildSigner
from walletcore.errors import ChecksumError, DerivationError, InvalidKey, raised_as
from walletcore.hashes import Digest, Hash, hmac_sha512, hmac_sha512_after
from walletcore.hd.checks import checked_chain_code, checked_path, checked_seed
from walletcore.hd.slip132 import PLAIN_NETWORKS, SPELLINGS, VERSIONS, Version, spelled
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.remembering import memory
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["VERSIONS", "ExtendedPrivateKey", "ExtendedPublicKey", "Version"]

_MAX_DEPTH = 255
_NO_PARENT = bytes(4)


_SPELLED = {(row.network, row.kind): row for row in VERSIONS}

Asked = tuple[int, bytes, bytes, bytes | None]
"""What a child is asked: its number, its public key, a digest for ECDSA, or a message for BIP-340 and a merkle root."""

Key = TypeVar("Key", "ExtendedPrivateKey", "ExtendedPublicKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Where an extended key stands in its tree, and what its text says about its use."""

    chain_code: bytes
    depth: int = 0
    parent_fingerprint: bytes = _NO_PARENT
    child_number: int = 0
    network: str = "mainnet"
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExtendedPrivateKey(Confidential, _Node):
    """A private key and its chain code (32 bytes): every key below it can be derived.

    ``depth`` is 0 to 255 and ``child_number`` 0 to 2^32-1 (hardened from 2^31 on); both are 0 at the root, and
    ``parent_fingerprint`` (4 bytes) is zero there. Below the root a zero fingerprint is accepted: wallets write it.
    ``network`` is mainnet or testnet, or another of `VERSIONS`; ``kind`` is the script that SLIP-132 version bytes
    name, or empty. Raises `DerivationError`.
    """

    private_key: PrivateKey
    _hmac: Digest | None = memory()
    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey or self.private_key.curve is not Curve.SECP256K1:
            raise DerivationError("expected a PrivateKey of secp256k1", reason="type")
        _check_node(self)

    @classmethod
    @sealed
    def from_seed(
        cls, seed: bytes | Secret, *, network: str = "mainnet", kind: str = "", any_length: bool = False
    ) -> ExtendedPrivateKey:
        """The master key of a seed of 16 to 64 bytes; ``any_length`` is for old wallets that took others.

        Some networks of `VERSIONS` have no key without a ``kind``. Raises `DerivationError`.
        """
        I = hmac_sha512(b"Bitcoin seed", checked_seed(seed, any_length=any_length).reveal())
        return cls(private_key=_private_key(Secret(I[:32])), chain_code=I[32:], network=network, kind=kind)

    @classmethod
    @sealed
    def parse(cls, text: str, *, network: str | None = None, kind: str | None = None) -> ExtendedPrivateKey:
        """Read xprv, tprv or a SLIP-132 form; ``network`` and ``kind``, where given, are what it has to be.

        Forms of other coins than Bitcoin are read where their network in `VERSIONS` is named, but for those of
        Decred and Groestlcoin, which no other coin can have. Raises `DerivationError`.
        """
        place, chain_code, key = _decode(text, private=True, network=network, kind=kind)
        return cls(private_key=_private_key(Secret(key[1:])), chain_code=chain_code, **place)

    @sealed
    def reveal(self, *, kind: str = "") -> str:
        """The text that gives everything below this key away: xprv (tprv), or the SLIP-132 form of a kind of script."""
        row = _spelling(self, kind)
        return _text(self, row.checked, row.private, b"\0" + self.private_key.secret.reveal())

    @sealed
    def derive(self, path: Path | str) -> ExtendedPrivateKey:
        """The key at the end of this path, counted from here. Raises `PathError`, and `DerivationError` past depth 255.

        Points are computed only where a step is not hardened, and for the fingerprint of the last parent.
        """
        steps = _checked_steps(self, path)
        if not steps:
            return self
        k_par, c_par = self.private_key.secret.reveal(), self.chain_code
        for i in steps[:-1]:
            k_par, c_par = _ckd_priv(k_par, c_par, b"" if i >= HARDENED else secp256k1.point(k_par), i)
        K_par = secp256k1.point(k_par) if len(steps) > 1 else self.public_key.data
        k, c = _ckd_priv(k_par, c_par, K_par, steps[-1])
        private_key = PrivateKey.trusted(Curve.SECP256K1, Secret(k))
        return _descendant(self, steps, K_par, {"private_key": private_key, "chain_code": c, "_hmac": None})

    @sealed
    def child_key(self, i: int) -> PrivateKey:
        """The private key one step further down, without its place in the tree. Raises as `derive` does."""
        if type(i) is not int or not 0 <= i < 2 * HARDENED or self.depth == _MAX_DEPTH:
            _checked_steps(self, Path((i,)))  # refuses
        k_par, I_L = self.private_key.secret.reveal(), self._summand(i)
        try:
            return PrivateKey.trusted(Curve.SECP256K1, Secret(secp256k1.add_scalars(k_par, I_L)))
        except InvalidKey:
            raise _no_key(i) from None

    @sealed
    def _child_signatures(self, asked: Iterable[Asked], check: bool) -> list[tuple[bytes, int | None] | None]:
        """Signatures by keys one step further down, each with its recovery id (ECDSA only); no key of theirs is made.

        None where the key is another one than was asked, or there is none: `walletcore.curves.by_point.ChildSigner`.
        Raises as `derive` does, and `InvalidSignature` for one that does not verify, if they are to be checked.
        """
        if self.depth == _MAX_DEPTH:
            _checked_steps(self, Path((0,)))  # refuses
        reveal = self.private_key.secret.reveal  # for each anew: another thread may wipe it
        signer = ChildSigner()
        try:
            return [
                signer.sign(reveal(), self._summand(i), public, message, merkle_root, check)
                for i, public, message, merkle_root in asked
            ]
        finally:
            signer.wipe()

    def _summand(self, i: int) -> bytes:
        """I_L of CKDpriv, which is added to k_par for its child i."""
        if i < HARDENED:
            return (self._hmac or self._keep_hmac())(i.to_bytes(4))[:32]
        return hmac_sha512(self.chain_code, b"\0" + self.private_key.secret.reveal() + i.to_bytes(4))[:32]

    def _keep_hmac(self) -> Digest:
        """What gives I for ser_32(i): a parent has many children, and c_par and ser_P(K_par) are hashed once."""
        object.__setattr__(self, "_hmac", made := hmac_sha512_after(self.chain_code, self.public_key.data))
        return made

    @property
    def public(self) -> ExtendedPublicKey:
        """The public half (N in BIP-32), which derives the children that are not hardened.

        Together with the private key of one such child it gives this private key away, and all below it with it
        (BIP-32, "Implications"): hand out the public half of an account, keep private keys below the account to
        yourself.
        """
        return ExtendedPublicKey(
            public_key=self.public_key,
            chain_code=self.chain_code,
            depth=self.depth,
            parent_fingerprint=self.parent_fingerprint,
            child_number=self.child_number,
            network=self.network,
            kind=self.kind,
        )

    @property
    def public_key(self) -> PublicKey:
        """The public key, computed at the first use."""
        return self.private_key.public_key

    @property
    def identifier(self) -> bytes:
        """The hash160 of the public key, 20 bytes; of Decred's networks, RIPEMD-160 of BLAKE-256."""
        return _key_hash(self)(self.public_key.data)

    @property
    def fingerprint(self) -> bytes:
        """The first 4 bytes of the identifier; key origins name a master key by it."""
        return self.identifier[:4]

    def __repr__(self) -> str:
        return f"ExtendedPrivateKey({self.network}, depth {self.depth})"


ExtendedPrivateKey.__init__ = sealed(ExtendedPrivateKey.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExtendedPublicKey(_Node):
    """A public key and its chain code (32 bytes): the keys below it by steps that are not hardened can be derived.

    The other fields are those of `ExtendedPrivateKey`. Raises `DerivationError`.
    """

    public_key: PublicKey

    def __post_init__(self) -> None:
        if type(self.public_key) is not PublicKey or self.public_key.curve is not Curve.SECP256K1:
            raise DerivationError("expected a PublicKey of secp256k1", reason="type")
        _check_node(self)

    @classmethod
    @sealed
    def parse(cls, text: str, *, network: str | None = None, kind: str | None = None) -> ExtendedPublicKey:
        """Read xpub, tpub or a SLIP-132 form; ``network`` and ``kind``, where given, are what it has to be.

        Forms of other coins than Bitcoin are read where their network in `VERSIONS` is named, but for those of
        Decred and Groestlcoin, which no other coin can have. Raises `DerivationError`.
        """
        place, chain_code, key = _decode(text, private=False, network=network, kind=kind)
        try:
            public_key = PublicKey(Curve.SECP256K1, key)
        except InvalidKey as error:
            raise DerivationError(str(error), reason="point") from None
        return cls(public_key=public_key, chain_code=chain_code, **place)

    def text(self, *, kind: str = "") -> str:
        """The text: xpub (tpub), or the SLIP-132 form of a kind of script such as p2wpkh (zpub, vpub).

        Raises `DerivationError` for a kind that SLIP-132 does not register.
        """
        row = _spelling(self, kind)
        return _text(self, row.checked, row.public, self.public_key.data)

    def derive(self, path: Path | str) -> ExtendedPublicKey:
        """The key at the end of this path, counted from here.

        Raises `PathError`, and `DerivationError` for a hardened step ("hardened") and past depth 255.
        """
        steps = _checked_steps(self, path)
        if not steps:
            return self
        K_par, K, c = b"", self.public_key.data, self.chain_code
        for i in steps:
            K_par, (K, c) = K, _ckd_pub(K, c, i)
        public_key = PublicKey.trusted(Curve.SECP256K1, K)
        return _descendant(self, steps, K_par, {"public_key": public_key, "chain_code": c})

    @property
    def identifier(self) -> bytes:
        """The hash160 of the public key, 20 bytes; of Decred's networks, RIPEMD-160 of BLAKE-256."""
        return _key_hash(self)(self.public_key.data)

    @property
    def fingerprint(self) -> bytes:
        """The first 4 bytes of the identifier."""
        return self.identifier[:4]

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"ExtendedPublicKey({self})"


def _ckd_priv(k_par: bytes, c_par: bytes, K_par: bytes, i: int) -> tuple[bytes, bytes]:
    """CKDpriv((k_par, c_par), i) -> (k_i, c_i); K_par is point(k_par), needed for a step that is not hardened."""
    data = b"\0" + k_par if i >= HARDENED else K_par
    return _child(k_par, hmac_sha512(c_par, data + i.to_bytes(4)), i)


def _child(k_par: bytes, I: bytes, i: int) -> tuple[bytes, bytes]:
    """k_i = parse_256(I_L) + k_par, and c_i = I_R."""
    try:
        return secp256k1.add_scalars(k_par, I[:32]), I[32:]
    except InvalidKey:
        raise _no_key(i) from None


def _ckd_pub(K_par: bytes, c_par: bytes, i: int) -> tuple[bytes, bytes]:
    """CKDpub((K_par, c_par), i) -> (K_i, c_i)."""
    if i >= HARDENED:
        raise DerivationError("a hardened step needs the private key", reason="hardened")
    I = hmac_sha512(c_par, K_par + i.to_bytes(4))
    try:
        return secp256k1.tweak_public(K_par, I[:32]), I[32:]
    except InvalidKey:
        raise _no_key(i) from None


def _no_key(i: int) -> DerivationError:
    """I_L is not below n, or the sum is no key: as good as impossible (2^-127), and BIP-32 says to take the next i."""
    return DerivationError(f"there is no key at index {i}", reason="range", hint="use the next index")


def _private_key(secret: Secret) -> PrivateKey:
    try:
        return PrivateKey(Curve.SECP256K1, secret)
    except InvalidKey as error:
        raise DerivationError(str(error), reason=error.reason) from None


def _check_node(node: _Node) -> None:
    checked_chain_code(node.chain_code)
    _check_int(node.depth, _MAX_DEPTH, "depth")
    _check_int(node.child_number, 2**32 - 1, "child number")
    if type(node.parent_fingerprint) is not bytes or len(node.parent_fingerprint) != 4:
        raise DerivationError("expected 4 bytes as parent fingerprint", reason="length")
    if node.depth == 0 and (node.child_number or node.parent_fingerprint != _NO_PARENT):
        raise DerivationError("a master key has no parent fingerprint and no child number", reason="non-canonical")
    _version(node.network, node.kind)


def _check_int(number: int, limit: int, what: str) -> None:
    if type(number) is not int:
        raise DerivationError(f"expected an int as {what}, got {type(number).__name__}", reason="type")
    if not 0 <= number <= limit:
        raise DerivationError(f"expected a {what} from 0 to {limit}", reason="range")


def _spelling(node: _Node, kind: str) -> Version:
    """The version bytes of a text: those that name no script, where the network has them and no kind is asked for."""
    if kind == "" and (node.network, "") not in _SPELLED:
        kind = node.kind
    return _version(node.network, kind)


def _version(network: str, kind: str) -> Version:
    if type(network) is not str or type(kind) is not str or (network, kind) not in _SPELLED:
        raise DerivationError("expected a network and a kind of script of `VERSIONS`", reason="unknown")
    return _SPELLED[network, kind]


def _checked_steps(node: _Node, path: Path | str) -> tuple[int, ...]:
    steps = checked_path(path).steps
    if node.depth + len(steps) > _MAX_DEPTH:
        raise DerivationError(f"{len(steps)} steps from depth {node.depth} go past {_MAX_DEPTH}", reason="range")
    return steps


def _descendant(node: Key, steps: Sequence[int], K_par: bytes, material: dict[str, object]) -> Key:
    """The key that these steps, the last one taken from K_par, lead to; all parts were computed, so none is checked."""
    key = object.__new__(type(node))
    place = {
        "depth": node.depth + len(steps),
        "parent_fingerprint": _key_hash(node)(K_par)[:4],
        "child_number": steps[-1],
        "network": node.network,
        "kind": node.kind,
    }
    for name, value in (material | place).items():
        object.__setattr__(key, name, value)
    return key


def _key_hash(node: _Node) -> Hash:
    return _SPELLED[node.network, node.kind].key_hash


def _text(node: _Node, checked: Base58Check, version: bytes, key: bytes) -> str:
    """BIP-32, "Serialization format": 4 + 1 + 4 + 4 + 32 + 33 bytes in Base58Check."""
    place = bytes((node.depth,)) + node.parent_fingerprint + node.child_number.to_bytes(4)
    return checked.encode(version + place + node.chain_code + key)


class _Place(TypedDict):
    depth: int
    parent_fingerprint: bytes
    child_number: int
    network: str
    kind: str


def _decode(text: str, *, private: bool, network: str | None, kind: str | None) -> tuple[_Place, bytes, bytes]:
    """The place, the chain code and the 33 bytes of the key of an extended key's text."""
    with raised_as(DerivationError):
        data, checked = _read(text)
    row, is_private = _row(spelled(data[:4], checked), network)
    key = data[45:]
    if is_private is not (key[0] == 0):
        raise DerivationError("version bytes and key do not go together", reason="mismatch")
    _expect(row, is_private, private=private, kind=kind)
    place = _Place(
        depth=data[4],
        parent_fingerprint=data[5:9],
        child_number=int.from_bytes(data[9:13]),
        network=row.network,
        kind=row.kind,
    )
    return place, data[13:45], key


def _read(text: str) -> tuple[bytes, Base58Check]:
    """The 78 bytes of a text, and how it is written: by the checksum that makes it whole."""
    bitcoin, *others = SPELLINGS
    try:
        return bitcoin.decode(text, size=78), bitcoin
    except ChecksumError:
        for checked in others:
            with suppress(ChecksumError):
                return checked.decode(text, size=78), checked
        raise


def _row(rows: Sequence[tuple[Version, bool]], network: str | None) -> tuple[Version, bool]:
    """That of these rows which is on this network, or on a plain one, and whether the text is its private one."""
    wanted = PLAIN_NETWORKS if network is None else (network,)
    for row, is_private in rows:
        if any(_is(row.network, name) for name in wanted):
            return row, is_private
    if not rows:
        raise DerivationError("expected the version bytes of an extended key", reason="version")
    got = " or ".join(row.network for row, _ in rows)
    hint = f"network={rows[0][0].network!r} reads it" if network is None else ""
    raise DerivationError(f"expected a key of another network, got one of {got}", reason="network", hint=hint)


def _expect(row: Version, is_private: bool, *, private: bool, kind: str | None) -> None:
    if is_private is not private:
        wanted, got = ("private", "public") if private else ("public", "private")
        raise DerivationError(f"expected a {wanted} extended key, got a {got} one", reason="version")
    if kind is not None and not _is(row.kind, kind):
        raise DerivationError(
            f"expected other version bytes, got those of {row.kind or 'plain BIP-32'}", reason="version"
        )


def _is(got: str, wanted: str) -> bool:
    """Whether it is what it has to be; a text of another class might be equal to anything."""
    return type(wanted) is str and wanted == got
