"""Networks of the XRP Ledger as rows: a number tells one from another (CAIP-2 namespace ``xrpl``).

xrpl.org, "Parallel Networks", "Addresses", "Cryptographic Keys"; XLS-5 (X-addresses). CAIP-19: XRP is ``slip44:144``,
an issued currency ``token:CODE.issuer``, an NFT ``xls20:<id>``, a multi-purpose token ``xls33:<id>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction, of_chain
from walletcore.chains.xrpl.accounts import decode_classic, decode_x, encode_classic, encode_x, is_x
from walletcore.chains.xrpl.amounts import decode_currency, encode_currency
from walletcore.errors import AddressError, DecodingError, InvalidKey, TransactionError, Unsupported, raised_as
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.signing import Answers

if TYPE_CHECKING:
    from walletcore.chains.xrpl.claims import Claim
    from walletcore.chains.xrpl.transaction import AnyTransaction

__all__ = ["CHAINS", "TYPED", "XrplChain", "check_account", "key_bytes", "parse_key"]

_ROOMS = {
    "payments": "Payment CheckCreate CheckCash CheckCancel EscrowCreate EscrowFinish EscrowCancel "
    "PaymentChannelCreate PaymentChannelFund PaymentChannelClaim",
    "accounts": "AccountSet AccountDelete SetRegularKey SignerListSet DelegateSet DepositPreauth TicketCreate "
    "DIDSet DIDDelete CredentialCreate CredentialAccept CredentialDelete",
    "trading": "OfferCreate OfferCancel AMMCreate AMMDeposit AMMWithdraw AMMVote AMMBid AMMDelete AMMClawback",
    "tokens": "TrustSet Clawback NFTokenMint NFTokenBurn NFTokenCreateOffer NFTokenCancelOffer NFTokenAcceptOffer "
    "NFTokenModify MPTokenIssuanceCreate MPTokenIssuanceDestroy MPTokenIssuanceSet MPTokenAuthorize",
    "batch": "Batch",
}
TYPED = {kind: room for room, kinds in _ROOMS.items() for kind in kinds.split()}
"""Types of transactions that have a class of their own, and its module in ``kinds``."""

_MAX_UNNAMED = 1024  # networks up to this number are not named in transactions, all others are (NetworkID field)
_ED25519 = b"\xed"
_CODE, _LP_TOKEN = 3, "03"  # characters of a code; the first byte of those of pools' shares, as hex
_KINDS = ("", "classic", "x-address")
_PROFILES = (
    Profile(
        name="bip44",
        path="m/44'/144'/{account}'/0/{index}",
        wallets=("Xaman", "Ledger Live", "Trezor Suite", "Trust Wallet", "xrpl.js"),
        source="WietseWind/xrpl-accountlib README.md and XRPL-Labs/Xaman-Issue-Tracker issue 224 (m/44'/144'/X'/Y/Z); "
        "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts; trezor/trezor-firmware docs/misc/coins "
        "(44'/144'/a'/0/i); trustwallet/wallet-core registry.json; XRPLF/xrpl.js packages/xrpl/src/Wallet/index.ts",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class XrplChain(Chain):
    """A network of the XRP Ledger, by its number. Raises `Unsupported`.

    Transactions of networks above 1024 name theirs (NetworkID); of others no signature says on which it is valid.
    ``tag_required`` are classic addresses whose payments need a tag, as those of exchanges: a transaction to one of
    them without is refused ("policy"). Whoever knows more of them makes a row of their own.
    """

    network_id: int
    symbol: str = "XRP"
    decimals: int = 6
    slip44: int = 144
    caip2: str = field(init=False, default="")
    curves: tuple[Curve, ...] = (Curve.SECP256K1, Curve.ED25519)
    profiles: tuple[Profile, ...] = _PROFILES
    tag_required: tuple[str, ...] = ()

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.xrpl.transaction:Transaction",
        "walletcore.chains.xrpl.claims:Claim",
        *(f"walletcore.chains.xrpl.kinds.{room}:{kind}" for kind, room in TYPED.items()),
    )

    def __post_init__(self) -> None:
        if type(self.network_id) is not int or not 0 <= self.network_id < 1 << 32:
            raise Unsupported("expected a number from 0 to 2^32-1 as network_id", reason="range")
        if type(self.tag_required) is not tuple:
            raise Unsupported("expected a tuple of addresses as tag_required", reason="type")
        with raised_as(AddressError):
            for text in self.tag_required:
                decode_classic(text)
        object.__setattr__(self, "caip2", f"xrpl:{self.network_id}")

    @property
    def is_named(self) -> bool:
        """Whether transactions must name the network (xrpl.org, "NetworkID Field")."""
        return self.network_id > _MAX_UNNAMED

    @property
    def is_test(self) -> bool:
        """Whether X-addresses begin with T: on all networks but the main one (XLS-5)."""
        return self.network_id != 0

    def account_id(self, address: str) -> str:
        """The CAIP-10 name of an account, by its classic address: an X-address is the same account, with a tag."""
        if is_x(address):
            with raised_as(AddressError):
                address = encode_classic(decode_x(address)[0])
        return f"{self.caip2}:{address}"

    def token(self, currency: str, issuer: str) -> str:
        """The CAIP-19 name of an issued currency: ``token``, of a pool's shares ``xls30``, and one spelling of a code.

        Raises `DecodingError`.
        """
        from walletcore.coding.uris import escaped  # imported by those who read, not by those who sign

        code = decode_currency(encode_currency(currency))
        space = "xls30" if len(code) > _CODE and code.startswith(_LP_TOKEN) else "token"
        return f"{self.caip2}/{space}:{escaped(code, plain='')}.{issuer}"

    def is_same_asset(self, one: str, other: str) -> bool:
        """Whether two names mean the same: those of one currency may have its code as characters or as hex digits."""
        return one == other or self._respelled(one) == self._respelled(other)

    def _respelled(self, name: str) -> str:
        from walletcore.coding.uris import unescaped

        chain, _, asset = name.partition("/")
        space, _, reference = asset.partition(":")
        code, _, issuer = reference.rpartition(".")
        if chain != self.caip2 or space not in ("token", "xls30"):
            return name
        try:
            return self.token(unescaped(code).decode("ascii"), issuer)
        except (DecodingError, UnicodeError):  # no code
            return name

    def nft(self, token_id: str) -> str:
        """The CAIP-19 name of an NFT, by the 64 hex digits of its id."""
        return f"{self.caip2}/xls20:{token_id.upper()}"

    def mpt(self, issuance: str) -> str:
        """The CAIP-19 name of a multi-purpose token, by the 48 hex digits of its issuance's id."""
        return f"{self.caip2}/xls33:{issuance.upper()}"

    def asset_of(self, amount: str | Mapping[str, Any]) -> str:
        """The CAIP-19 name of what an amount, or an issue, in the form of xrpl.org is of."""
        if isinstance(amount, str) or amount.get("currency") == "XRP":
            return self.asset
        if "mpt_issuance_id" in amount:
            return self.mpt(amount["mpt_issuance_id"])
        return self.token(amount["currency"], amount["issuer"])

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of a key: classic, or of the kind "x-address", without a tag. Raises `AddressError`."""
        self._check_key(key)
        return self._made(hash160(key_bytes(key)), kind)

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many secp256k1 public keys of 33 bytes. Raises `AddressError`."""
        if any(type(key) is not bytes or len(key) != 33 or key[0] not in (2, 3) for key in keys):
            raise AddressError("expected compressed public keys of secp256k1", reason="type")
        return [self._made(hash160(key), kind).text for key in keys]

    def account(self, data: bytes, tag: int | None = None) -> Address:
        """The address of an account of 20 bytes: classic, or an X-address where there is a tag.

        Raises `AddressError`.
        """
        if type(data) is not bytes or len(data) != 20:
            raise AddressError("expected an account of 20 bytes", reason="length")
        return self._made(data, "" if tag is None else "x-address", tag)

    def _made(self, data: bytes, kind: str, tag: int | None = None) -> Address:
        if kind not in _KINDS:
            raise AddressError(f"expected {' or '.join(_KINDS[1:])} as kind", reason="unknown")
        if kind != "x-address":
            return Address(chain=self, text=encode_classic(data), payload=data)
        with raised_as(AddressError):
            text = encode_x(data, tag, test=self.is_test)
        return Address(chain=self, text=text, payload=data, kind=kind, tag=tag)

    def parse_address(self, text: str) -> Address:
        """Read a classic address, or an X-address of this network with its tag. Raises `AddressError`."""
        if not is_x(text):
            return self.parse_classic(text)
        with raised_as(AddressError):
            account, tag, is_test = decode_x(text)
        if is_test != self.is_test:
            expected, got = ("T", "X") if self.is_test else ("X", "T")
            raise AddressError(f"expected an X-address with {expected}, got one with {got}", reason="network")
        return Address(chain=self, text=text, payload=account, kind="x-address", tag=tag)

    def parse_classic(self, text: str) -> Address:
        """Read a classic address; an X-address is refused, whose tag would be lost. Raises `AddressError`."""
        with raised_as(AddressError):
            account = decode_classic(text)
        return Address(chain=self, text=text, payload=account)

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> AnyTransaction | Claim | SignedTransaction[Any]:
        """Read a transaction, signed or not, or a claim that is to be signed. Raises `TransactionError`.

        Its bytes name the key that signs, or the accounts and keys of a multi-signature, but where nobody has said it
        yet: there one of ``keys`` is the signer's, or several are those of a multi-signature, each for its own account.
        For a multi-signature that some have given see `decode_partial`.
        """
        from walletcore.chains.xrpl.decode import decode

        return decode(self, raw, keys)

    def decode_partial(self, raw: bytes) -> tuple[AnyTransaction, Answers]:
        """Read a transaction that any of its signers may have signed: itself, and the verified answers.

        Raises `TransactionError`.
        """
        from walletcore.chains.xrpl.decode import decode_partial

        return decode_partial(self, raw)

    def combine(self, raws: Sequence[bytes]) -> SignedTransaction[Any]:
        """One transaction of several, each multi-signed by others. Raises `TransactionError`."""
        from walletcore.chains.xrpl.decode import combine

        return combine(self, raws)

    def transaction_id(self, raw: bytes) -> str:
        """The id of a signed transaction, 64 hex digits in capitals. Raises `TransactionError`."""
        from walletcore.chains.xrpl.decode import identify

        return identify(self, raw)

    def _identify(self, raw: bytes) -> str:
        from walletcore.chains.xrpl.decode import transaction_hash

        return transaction_hash(raw).hex().upper()


def key_bytes(key: PublicKey) -> bytes:
    """The 33 bytes of a public key: those of secp256k1 as they are, 0xED before those of Ed25519."""
    return _ED25519 + key.data if key.curve is Curve.ED25519 else key.data


def parse_key(digits: str) -> PublicKey:
    """The key of 66 hex digits, as SigningPubKey has them. Raises `TransactionError`."""
    try:
        data = bytes.fromhex(digits)
        is_ed25519 = data[:1] == _ED25519
        if len(data) != 33:
            raise TransactionError(f"expected a public key of 33 bytes, got {len(data)}", reason="length")
        return PublicKey(Curve.ED25519, data[1:]) if is_ed25519 else PublicKey(Curve.SECP256K1, data)
    except (InvalidKey, ValueError, TypeError) as error:
        if isinstance(error, TransactionError):
            raise
        raise TransactionError("expected a public key of secp256k1 or Ed25519", reason="point") from None


def check_account(chain: XrplChain, address: object, what: str) -> None:
    """Raise `TransactionError` unless this is an address of the network whose text, bytes and tag go together."""
    address = of_chain(chain, address, what)
    try:
        read = chain.parse_address(address.text)
    except (AddressError, DecodingError) as error:
        raise TransactionError(f"{what}: {error}", reason=error.reason) from None
    if (read.payload, read.tag) != (address.payload, address.tag):
        raise TransactionError(f"the text and bytes of the address as {what} are not the same", reason="mismatch")


# ChainAgnostic/namespaces xrpl/caip2.md; xrpl.org, "Parallel Networks".
CHAINS = (
    XrplChain(name="xrpl", network_id=0),
    XrplChain(name="xrpl-testnet", network_id=1),
    XrplChain(name="xrpl-devnet", network_id=2),
)
