"""Bitcoin and its test networks, each a row; its relatives' rows follow them.

CAIP-2 names are BIP-122's (the first 32 hex digits of the genesis block's hash), coin types SLIP-44's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.base import Address, Chain, Likeness, SignedTransaction
from walletcore.chains.bitcoin.address import (
    MAINNET,
    REGTEST,
    TESTNET,
    Prefixes,
    decode_address,
    encode_address,
    segwit_texts,
)
from walletcore.chains.bitcoin.parts import MAX_MONEY
from walletcore.chains.bitcoin.profiles import OTHERS, standard
from walletcore.chains.bitcoin.relatives import destinations
from walletcore.chains.bitcoin.relay import CORE, Relay
from walletcore.chains.bitcoin.script import KEY_KINDS, P2A, SCRIPT_KINDS, WITNESS_UNKNOWN, Destination
from walletcore.chains.bitcoin.script import destination_of as template_of
from walletcore.coding.text import base58check
from walletcore.errors import AddressError, InvalidKey, TransactionError
from walletcore.hashes import Hash, hash160, sha256d
from walletcore.keys import Curve, PublicKey

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.bip322 import GenericMessage
    from walletcore.chains.bitcoin.message import Message
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.curves.fixed_base import Points
    from walletcore.signing import Signable

__all__ = ["LEGACY", "MESSAGE_MAGIC", "NETWORKS", "SEGWIT", "TAPROOT", "BitcoinChain"]

MESSAGE_MAGIC = b"\x18Bitcoin Signed Message:\n"
"""How signed messages begin: the length of the words, and the words (Bitcoin Core, src/common/signmessage.cpp)."""

LEGACY = ("p2pkh", "p2sh")
SEGWIT = (*LEGACY, "p2wpkh", "p2wsh")
TAPROOT = (*SEGWIT, "p2tr", WITNESS_UNKNOWN)
"""The kinds of addresses of networks without segwit, without taproot, and with both."""
_ANCHORS = (*TAPROOT, P2A)  # standard to spend since Bitcoin Core 28.0
_INNER = {"p2sh-p2wpkh": "p2wpkh", "p2sh-p2wsh": "p2wsh"}  # what is nested -> what the network must have


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BitcoinChain(Chain):
    """A network of Bitcoin: what its addresses begin with, besides what every chain has.

    ``kinds`` are those of its addresses, ``key_hash`` what P2PKH and P2SH commit with, ``message_magic`` how its signed
    messages begin and ``message_hash`` what they are hashed with. ``max_money`` is the most that its nodes take as an
    amount or as a sum of amounts, ``relay`` what they pass on, ``uri_scheme`` how URIs of BIP-21 begin (empty: it has
    none). ``dialect`` says what a relative signs or writes in another way; None: all as Bitcoin does, but that previous
    transactions may carry more in the ``form`` of its nodes, which `Input.form` then names.
    """

    prefixes: Prefixes
    kinds: tuple[str, ...] = _ANCHORS
    key_hash: Hash = hash160
    message_magic: bytes = MESSAGE_MAGIC
    message_hash: Hash = sha256d
    max_money: int = MAX_MONEY
    relay: Relay = CORE
    uri_scheme: str = ""
    dialect: Dialect | None = None
    form: str = ""

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.bitcoin.transaction:Transaction",
        "walletcore.chains.bitcoin.psbt:Psbt",
        "walletcore.chains.bitcoin.message:Message",
        "walletcore.chains.bitcoin.bip322:GenericMessage",
    )

    def address(self, key: PublicKey, *, kind: str = "", merkle_root: bytes = b"") -> Address:
        """The address of a key: p2wpkh, p2tr, p2pkh, p2sh-p2wpkh, or p2wsh of ``<key> CHECKSIG``; see `key_kinds`.

        The default is that of the first profile. ``merkle_root`` is that of a p2tr output's script tree (32 bytes;
        empty: none, BIP-86). The address of p2sh-p2wpkh is of kind p2sh, as anyone reads it. Raises `AddressError`.
        """
        self._check_key(key)
        template = self._template(kind or self.profiles[0].kind)
        if type(merkle_root) is not bytes or len(merkle_root) not in (0, 32) or (merkle_root and kind != "p2tr"):
            raise AddressError("a merkle root is 32 bytes, for p2tr", reason="length")
        return self.address_of(template(key.data, merkle_root))

    @property
    def key_kinds(self) -> tuple[str, ...]:
        """The kinds of address that a key has on this network."""
        return tuple(kind for kind in KEY_KINDS | destinations.KEY_HASHES if _INNER.get(kind, kind) in self.kinds)

    def _template(self, kind: object) -> Callable[[bytes, bytes], Destination]:
        """What makes a destination of a compressed key and a merkle root."""
        if type(kind) is not str or kind not in self.key_kinds:
            raise AddressError(f"expected one of {', '.join(self.key_kinds)} as kind", reason="unknown")
        if kind in destinations.KEY_HASHES:
            make, key_hash = destinations.KEY_HASHES[kind], self.key_hash
            return lambda key, _: make(key_hash(key))
        return KEY_KINDS[kind]

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many keys, 33 bytes each as a curve module or `PublicKey` gave them. Raises `AddressError`.

        That they are points is not checked again, but for p2tr, which computes with them.
        """
        kind = kind or self.profiles[0].kind
        template = self._template(kind)
        if not isinstance(keys, Sequence) or not all(map(_is_compressed, keys)):
            raise AddressError("expected compressed public keys of 33 bytes", reason="type")
        if kind == "p2wpkh":
            return segwit_texts(self.prefixes.hrp, 0, [hash160(key) for key in keys], 20)
        try:
            return [encode_address(self.prefixes, template(key, b"")) for key in keys]
        except InvalidKey as error:
            raise AddressError(str(error), reason=error.reason) from None

    def addresses_of(self, points: Points, *, kind: str = "") -> list[str | None]:
        """The addresses of a block of points; those of p2tr are computed together. Raises `AddressError`."""
        if (kind or self.profiles[0].kind) != "p2tr":
            return Chain.addresses_of(self, points, kind=kind)
        self._template("p2tr")
        outputs = points.taproot_outputs()
        found = iter(segwit_texts(self.prefixes.hrp, 1, [each for each in outputs if each is not None], 32))
        return [None if each is None else next(found) for each in outputs]

    def script_address(self, script: bytes, *, kind: str) -> Address:
        """The address of a redeem script (p2sh) or a witness script (p2wsh, p2sh-p2wsh). Raises `AddressError`.

        Bitcoin Cash has p2sh32, p2sh-tokens and p2sh32-tokens as well; Bitcoin SV takes no p2sh any more ("policy").
        """
        allowed = [name for name in SCRIPT_KINDS | destinations.SCRIPT_HASHES if _INNER.get(name, name) in self.kinds]
        if type(kind) is not str or kind not in allowed:
            raise AddressError(f"expected one of {', '.join(allowed)} as kind", reason="unknown")
        self._check_current(kind)
        if kind not in destinations.SCRIPT_HASHES:
            return self.address_of(SCRIPT_KINDS[kind](script))
        SCRIPT_KINDS["p2sh"](script)  # refuses what no input could hand over
        script_hash = sha256d if kind.startswith("p2sh32") else self.key_hash
        return self.address_of(destinations.SCRIPT_HASHES[kind](script_hash(script)))

    def address_of(self, destination: Destination) -> Address:
        """The address of a destination on this network. Raises `AddressError` where it has no such addresses."""
        if type(destination) is not Destination:
            raise AddressError(f"expected a Destination, got {type(destination).__name__}", reason="type")
        destination = self._named(destination)
        self._check_kind(destination)
        text = encode_address(self.prefixes, destination)
        return Address(chain=self, text=text, payload=destination.payload, kind=destination.kind)

    def destination_of(self, script_pubkey: bytes) -> Destination | None:
        """The template of this network's addresses that a script is exactly; None for any other script.

        Raises `AddressError` for what is no bytes.
        """
        if type(script_pubkey) is not bytes:
            raise AddressError(f"expected a script as bytes, got {type(script_pubkey).__name__}", reason="type")
        found = template_of(script_pubkey) or destinations.destination_of(script_pubkey)
        if found is not None:
            found = self._named(found)
        return found if found is not None and found.kind in self.kinds else None

    @property
    def xpub_network(self) -> str:
        """That of every chain, or the one that its prefixes name; its own, where texts have a checksum of their own."""
        if self.prefixes.checked is not base58check:  # Decred, Groestlcoin
            return self.name
        return self.prefixes.xpubs or super(BitcoinChain, self).xpub_network

    def account_id(self, address: str) -> str:
        """The CAIP-10 name of an account: a colon cannot be in its address, so CashAddr's prefix is left out."""
        return f"{self.caip2}:{address.rpartition(':')[2]}"

    def _named(self, destination: Destination) -> Destination:
        """A destination by its name here: where nodes know no P2A, it is a program without a meaning as any other."""
        is_unknown = destination.kind == P2A and P2A not in self.kinds
        return replace(destination, kind=WITNESS_UNKNOWN) if is_unknown else destination

    def _check_kind(self, destination: Destination) -> None:
        if destination.kind not in self.kinds:
            raise AddressError(f"{self.name} has no addresses of kind {destination.kind}", reason="version")

    def _check_current(self, kind: str) -> None:
        """Raise `AddressError` for outputs that can still be spent, and that nodes take no more."""
        if self.dialect is not None and kind in self.dialect.retired:
            raise AddressError(f"nodes of {self.name} take no new output of kind {kind}", reason="policy")

    def parse_address(self, text: str, *, require_spendable: bool = False) -> Address:
        """Read an address of this network: p2pkh, p2sh, p2wpkh, p2wsh, p2tr, p2a or witness_unknown.

        Raises `AddressError`. Anyone may spend what is sent to ``p2a``, as it is meant. ``witness_unknown`` is a
        version or length that BIP-350 keeps for later; until then anyone may spend it. With ``require_spendable`` such
        an address is refused, and a p2tr address must hold a point of the curve: coins sent to any other are lost.
        So is a kind that nodes take no more (p2sh of Bitcoin SV).
        """
        return self.address_of(self._destination(text, require_spendable))

    def script_pubkey(self, address: Address, *, require_spendable: bool = False) -> bytes:
        """The output script of an address of this network, see `parse_address`. Raises `AddressError`."""
        if type(address) is not Address:
            raise AddressError("expected an Address; parse_address reads one", reason="type")
        if address.chain != self:
            raise AddressError(f"expected an address of {self.name}, got one of {address.chain.name}", reason="network")
        return self._destination(address.text, require_spendable).script_pubkey  # the text is what people see

    def _destination(self, text: object, require_spendable: bool) -> Destination:
        if type(require_spendable) is not bool:
            raise AddressError("expected require_spendable as a bool", reason="type")
        destination = self._named(decode_address(self.prefixes, text))
        self._check_kind(destination)
        if require_spendable and destination.kind == WITNESS_UNKNOWN:
            raise AddressError("anyone may spend what is sent to a witness version without meaning", reason="policy")
        if require_spendable:
            self._check_current(destination.kind)
        if require_spendable and destination.kind == "p2tr":
            _check_point(destination.payload)
        return destination

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = (), sighash: Collection[str] = ()
    ) -> Transaction | Message | GenericMessage | SignedTransaction[Transaction]:
        """Read a PSBT, or a transaction as the network carries it. Raises `TransactionError`.

        ``sighash`` names the hash types that are allowed beside ALL and DEFAULT. See
        `walletcore.chains.bitcoin.psbt.interchange.decode_transaction`. What `Message.raw` gives is read as well, for
        one key at most: no transaction begins like it, as nobody finds the first 20 bytes of a txid. A PSBT with a
        message in it becomes a `GenericMessage` (BIP-322).
        """
        if type(raw) is bytes and raw.startswith(self.message_magic):
            from walletcore.chains.bitcoin import message

            return message.decode(self, raw, keys)
        if self.dialect is not None and not (self.dialect.has_psbts and _is_psbt(raw)):
            from walletcore.chains.bitcoin.relatives.envelope import decode_relative

            return decode_relative(self, raw, keys, sighash)
        from walletcore.chains.bitcoin.psbt.interchange import decode_transaction

        return decode_transaction(self, raw, keys, sighash)

    def described(self, subject: Signable[Any]) -> Signable[Any]:
        """What a PSBT describes, whatever its `Safety` refuses. Raises `TransactionError` where it cannot be."""
        from walletcore.chains.bitcoin.psbt import Psbt

        return subject.transaction if type(subject) is Psbt else subject

    def likenesses(self, subject: Signable[Any]) -> Sequence[Likeness]:
        """See `walletcore.chains.bitcoin.likeness`: what returns to scripts of several keys."""
        from walletcore.chains.bitcoin.likeness import likenesses

        return likenesses(subject)

    def transaction_id(self, raw: bytes) -> str:
        """The txid of a signed transaction as the network carries it: 64 hex digits, as explorers show it.

        Raises `TransactionError`, with "missing" where inputs have neither a script_sig nor a witness.
        """
        from walletcore.chains.bitcoin.carried import identified

        tx, txid = identified(self, raw)
        if not tx.is_signed:
            raise TransactionError("nobody has signed it: its id may depend on signatures", reason="missing")
        return txid


def _is_compressed(key: object) -> bool:
    return type(key) is bytes and len(key) == 33 and key[0] in (2, 3)


def _is_psbt(raw: object) -> bool:
    return type(raw) is bytes and raw.startswith(b"psbt")


def _check_point(x: bytes) -> None:
    """BIP-341: the 32 bytes of a taproot output are the x of a point, or nobody can spend it."""
    try:
        PublicKey(Curve.SECP256K1, b"\x02" + x)
    except InvalidKey:
        raise AddressError("the taproot output key is no point: coins sent there are lost", reason="point") from None


_TEST_PROFILES = standard(1)


def _test_network(name: str, genesis: str, prefixes: Prefixes = TESTNET) -> BitcoinChain:
    return BitcoinChain(
        name=name,
        symbol="tBTC",
        decimals=8,
        slip44=1,
        caip2=f"bip122:{genesis}",
        profiles=_TEST_PROFILES,
        prefixes=prefixes,
        uri_scheme="bitcoin",
    )


NETWORKS = (
    BitcoinChain(
        name="bitcoin",
        symbol="BTC",
        decimals=8,
        slip44=0,
        caip2="bip122:000000000019d6689c085ae165831e93",
        profiles=standard(0) + OTHERS,
        prefixes=MAINNET,
        uri_scheme="bitcoin",
    ),
    _test_network("bitcoin-testnet", "000000000933ea01ad0ee984209779ba"),  # version 3
    _test_network("bitcoin-testnet4", "00000000da84f2bafbbc53dee25a72ae"),  # BIP-94
    _test_network("bitcoin-signet", "00000008819873e925422c1ff0f99f7c"),  # BIP-325, the default signet
    _test_network("bitcoin-regtest", "0f9188f13cb7b2c71f2a335e3a4fc328", REGTEST),
)
