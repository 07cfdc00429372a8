"""What a transaction will do: what each type moves, changes or calls, then memos and the fee.

Every type of the published definitions has a row: in `MOVES` where something leaves an account, in the table here
where an account's control changes or a call is all there is. What cannot be read is `Opaque`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from walletcore.chains.xrpl import codec
from walletcore.chains.xrpl.moves import MOVES
from walletcore.chains.xrpl.reading import ANYONE, Reading, issuer_of_mpt, units
from walletcore.chains.xrpl.sponsorship import fee_payer, sponsored, transfer_sponsorship
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Fee, Opaque, Statement
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.xrpl.chain import XrplChain

__all__ = ["read"]

_MOST_MEMOS = 1026  # 1,024 bytes of memos and what is around them (rippled, isMemoOkay)
_MEMO = dict.fromkeys(("MemoData", "MemoType", "MemoFormat"))
_MASTER, _MINTER = 4, 10  # asfDisableMaster, asfAuthorizedNFTokenMinter


def read(chain: XrplChain, fields: Mapping[str, Any]) -> tuple[Effect, ...]:
    """The effects of a transaction, given by its fields in the form of xrpl.org's JSON."""
    tx = Reading(chain=chain, fields=fields)
    return (*_body(tx), *sponsored(tx), *_memos(tx), _fee(tx))


def _body(tx: Reading) -> Iterator[Effect]:
    row = _ROWS.get(tx.kind)
    if row is None:
        yield tx.opaque("what it does is not known here")
        return
    try:
        effects = tuple(row(tx))
    except DecodingError as error:
        effects = (tx.opaque(f"it cannot be read: {error}"),)
    yield from effects


def _fee(tx: Reading) -> Fee:
    return Fee(asset=tx.asset(tx.get("Fee")), at_most=units(tx.get("Fee")), payer=fee_payer(tx))


def _memos(tx: Reading) -> Iterator[Effect]:
    """The data of each memo as text, with its type and format as its meaning."""
    memos = tx.get("Memos") or ()
    if memos and len(written := codec.encode({"Memos": memos})) > _MOST_MEMOS:
        yield Opaque(why="more memos than a ledger takes", data=written)
        return
    for each in memos:
        memo = each.get("Memo", {})
        if not {"MemoData"} <= memo.keys() <= _MEMO.keys():
            why = "a memo without data" if memo.keys() <= _MEMO.keys() else "a memo with other fields"
            yield Opaque(why=why, data=codec.encode(memo))
            continue
        yield _memo({name: bytes.fromhex(value) for name, value in memo.items()})


def _memo(memo: Mapping[str, bytes]) -> Effect:
    data = memo["MemoData"]
    try:
        text, *meaning = [memo.get(name, b"").decode() for name in _MEMO]
    except UnicodeDecodeError:
        return Opaque(why="a memo that is no text", data=data)
    if is_visible("".join([text, *meaning])):
        return Statement(text=text, meaning=" ".join(filter(None, ["memo", *meaning])))
    return Opaque(why="a memo with characters that cannot be seen", data=data)


# -- calls, by whom they are about


def _call(*names: str) -> Callable[[Reading], Iterator[Effect]]:
    """A call of the account that the first of these fields names, or of the account's own."""

    def effects(tx: Reading) -> Iterator[Effect]:
        yield tx.called(next((tx.named(name) for name in names if tx.get(name) is not None), ""))

    return effects


def _about(name: str) -> Callable[[Reading], Iterator[Effect]]:
    """A call of the ledger entry in this field."""

    def effects(tx: Reading) -> Iterator[Effect]:
        yield tx.called(tx.entry(name))

    return effects


def _trust(tx: Reading) -> Iterator[Effect]:
    """How much of a token the account is willing to hold, and what may be done with it: told to its issuer."""
    limit = tx.get("LimitAmount")
    if isinstance(limit, dict) and "issuer" not in limit:
        raise DecodingError("expected the amount of an issuer's token as LimitAmount", reason="type")
    yield tx.called(tx.chain.account_id(limit["issuer"]) if isinstance(limit, dict) else "")


def _pool(tx: Reading) -> Iterator[Effect]:
    yield tx.called(tx.pool)


def _holder_or_issuer(tx: Reading) -> Iterator[Effect]:
    """An issuer authorises a holder, or a holder asks the issuer, whose account ends the id of an issuance."""
    issuer = issuer_of_mpt(tx.need("MPTokenIssuanceID"))
    yield tx.called(tx.named("Holder") or tx.chain.account_id(issuer))


def _mint(tx: Reading) -> Iterator[Effect]:
    """With an amount it is an offer of the new token, whose id the bytes do not tell, as well."""
    if tx.get("Amount") is not None:
        taker = tx.named("Destination") or ANYONE
        yield tx.opaque(f"it offers the new token to {taker} for {tx.get('Amount')}")
    yield tx.called(tx.named("Issuer"))


def _hidden(tx: Reading) -> Iterator[Effect]:
    yield tx.opaque("its amount is hidden, or becomes so")
    yield tx.called(tx.named("Destination") or tx.named("Holder"))


def _loan(tx: Reading) -> Iterator[Effect]:
    yield tx.opaque("a loan of an asset that the bytes do not name, with what is owed for it")
    yield tx.called(tx.entry("LoanBrokerID"))


def _pseudo(tx: Reading) -> Iterator[Effect]:
    yield tx.opaque("only the network itself makes such a transaction")


# -- who controls the account


def _regular_key(tx: Reading) -> Iterator[Effect]:
    key = tx.named("RegularKey")
    yield tx.authority(f"the regular key becomes that of {key}" if key else "the regular key is removed")


def _signer_list(tx: Reading) -> Iterator[Effect]:
    entries = tx.items("SignerEntries", "SignerEntry", "Account", "SignerWeight")
    if not tx.get("SignerQuorum") and not entries:
        yield tx.authority("the list of signers is removed")
        return
    signers = ", ".join(f"{tx.chain.account_id(each['Account'])} ({each['SignerWeight']})" for each in entries)
    yield tx.authority(f"signers with a weight of {tx.get('SignerQuorum')} together may sign: {signers}")


def _delegate(tx: Reading) -> Iterator[Effect]:
    items = tx.items("Permissions", "Permission", "PermissionValue")
    granted = ", ".join(each["PermissionValue"] for each in items)
    yield tx.authority(f"{tx.named('Authorize')} may send in its name: {granted or 'nothing any more'}")


def _delete(tx: Reading) -> Iterator[Effect]:
    destination = tx.named("Destination")
    yield tx.unknown("0", destination, tag=True)
    yield tx.authority(f"the account is deleted, and its XRP goes to {destination}")


def _settings(tx: Reading) -> Iterator[Effect]:
    """Settings of the account; those of its master key and of who mints in its name change who controls it."""
    if tx.get("SetFlag") == _MASTER:
        yield tx.authority("the master key is disabled")
    if tx.get("ClearFlag") == _MASTER:
        yield tx.authority("the master key is enabled again")
    if tx.get("NFTokenMinter") is not None:
        yield tx.authority(f"{tx.named('NFTokenMinter')} may mint NFTs in its name")
    elif tx.get("ClearFlag") == _MINTER:
        yield tx.authority("nobody else may mint NFTs in its name any more")
    yield tx.called()


# -- several at once


def _batch(tx: Reading) -> Iterator[Effect]:
    """All that the inner transactions may do; of the modes but one, not all of it need happen."""
    yield tx.called()
    for each in tx.items("RawTransactions", "RawTransaction", "TransactionType", "Account"):
        inner = Reading(chain=tx.chain, fields=each)
        if inner.kind == "Batch":
            yield inner.opaque("a batch in a batch")
            continue
        yield from _body(inner)
        yield from sponsored(inner)
        yield from _memos(inner)


_ROWS: dict[str, Callable[[Reading], Iterator[Effect]]] = {
    **MOVES,
    "AccountDelete": _delete,
    "AccountSet": _settings,
    "AMMDelete": _pool,
    "AMMVote": _pool,
    "Batch": _batch,
    "DelegateSet": _delegate,
    "MPTokenAuthorize": _holder_or_issuer,
    "SetRegularKey": _regular_key,
    "SignerListSet": _signer_list,
    "SponsorshipTransfer": transfer_sponsorship,
    "TrustSet": _trust,
    "LoanSet": _loan,
    **dict.fromkeys(("EnableAmendment", "SetFee", "UNLModify"), _pseudo),
    **dict.fromkeys(
        ("ConfidentialMPTClawback", "ConfidentialMPTConvert", "ConfidentialMPTConvertBack", "ConfidentialMPTSend"),
        _hidden,
    ),
    **dict.fromkeys(("EscrowCancel", "EscrowFinish", "NFTokenModify"), _call("Owner")),
    **dict.fromkeys(("CredentialAccept", "CredentialDelete", "CredentialCreate"), _call("Subject", "Issuer")),
    "DepositPreauth": _call("Authorize", "Unauthorize"),
    "MPTokenIssuanceSet": _call("Holder"),
    "NFTokenMint": _mint,
    "PaymentChannelClaim": _about("Channel"),
    **dict.fromkeys(("VaultDelete", "VaultSet"), _about("VaultID")),
    "LoanBrokerDelete": _about("LoanBrokerID"),
    **dict.fromkeys(("LoanDelete", "LoanManage"), _about("LoanID")),
    **dict.fromkeys(
        (
            "CheckCancel",
            "ConfidentialMPTMergeInbox",
            "DIDDelete",
            "DIDSet",
            "LedgerStateFix",
            "LoanBrokerSet",
            "MPTokenIssuanceCreate",
            "MPTokenIssuanceDestroy",
            "NFTokenCancelOffer",
            "OfferCancel",
            "OracleDelete",
            "OracleSet",
            "PermissionedDomainDelete",
            "PermissionedDomainSet",
            "TicketCreate",
            "VaultCreate",
            "XChainAddAccountCreateAttestation",
            "XChainAddClaimAttestation",
            "XChainCreateBridge",
            "XChainModifyBridge",
        ),
        _call(),
    ),
}
