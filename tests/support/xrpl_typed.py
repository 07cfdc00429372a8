"""Random transactions of the XRP Ledger that its network takes for well formed, of every type that has a class."""

from collections.abc import Callable
from random import Random
from typing import Any

from support.oracles import data, number
from support.xrpl import CODES, key
from walletcore.chains.xrpl.accounts import encode_classic
from walletcore.chains.xrpl.definitions import definitions
from walletcore.keys import Curve

__all__ = ["KINDS", "account", "typed_fields"]

Fields = dict[str, Any]
COINS = 10**17
ACCOUNT_FLAGS = sorted(set(definitions().account_flags.values()) - {10})
PERMISSIONS = ("Payment", "TrustSet", "PaymentMint", "AccountDomainSet", "EscrowFinish", "TrustlineFreeze", "AMMVote")


def account(random: Random) -> str:
    """An account that no other one is likely to be."""
    return encode_classic(random.randbytes(20))


def positive(random: Random, limit: int) -> int:
    return 1 + number(random, limit - 1)


def value(random: Random) -> str:
    """A decimal number above zero, of at most 16 digits and an exponent that the ledger has."""
    digits = str(positive(random, 10**16))
    places = random.choice((0, 0, 0, -3, -6, -15, random.randint(-70, 60)))
    if places >= 0:
        return digits + "0" * places
    padded = digits.rjust(1 - places, "0")
    return f"{padded[:places]}.{padded[places:]}"


def currency(random: Random) -> str:
    code = "".join(random.choices(CODES, k=3))
    return ("USD" if code == "XRP" else code) if random.random() < 0.6 else f"80{data(random, 19)}".upper()


def asset(random: Random) -> dict[str, str]:
    return {"currency": currency(random), "issuer": account(random)}


def issued(random: Random, of: dict[str, str] | None = None) -> dict[str, str]:
    return {"value": value(random), **(of or asset(random))}


def drops(random: Random) -> str:
    return str(positive(random, COINS))


def issuance(random: Random) -> str:
    """The id of an issuance: a number and an account that is not that of zeros."""
    return f"{random.getrandbits(32):08X}{data(random, 19).upper()}01"


def units(random: Random) -> dict[str, str]:
    return {"value": str(positive(random, 2**63)), "mpt_issuance_id": issuance(random)}


def token(random: Random) -> Any:
    return issued(random) if random.random() < 0.7 else drops(random)


def any_amount(random: Random) -> Any:
    return random.choice((issued, drops, units))(random)


def some(random: Random, **makers: Callable[[Random], Any]) -> Fields:
    """Each of these fields, or not."""
    return {name: make(random) for name, make in makers.items() if random.random() < 0.4}


def uint32(random: Random) -> int:
    return number(random, 2**32)


def time(random: Random) -> int:
    return positive(random, 2**32)


def hash256(random: Random) -> str:
    return data(random, 32).upper()


def domain(random: Random) -> str:
    """Never zeros: no domain has that id."""
    return random.randbytes(32).hex().upper()


def hashes(most: int) -> Callable[[Random], list[str]]:
    """Some hashes, each once."""
    return lambda random: sorted({random.randbytes(32).hex().upper() for _ in range(random.randint(1, most))})


def blob(*sizes: int) -> Callable[[Random], str]:
    return lambda random: data(random, *sizes).upper()


def flags(random: Random, *names: str, kind: str) -> int:
    """Some of these flags."""
    bits = definitions().flags[kind]
    return sum(bits[name] for name in names if random.random() < 0.3)


def with_flags(random: Random, made: Fields, *names: str, kind: str) -> Fields:
    number_ = flags(random, *names, kind=kind)
    return made | ({"Flags": number_} if number_ or random.random() < 0.3 else {})


# -- payments, checks, escrows, channels


def steps(random: Random) -> list[dict[str, str]]:
    makers = (lambda: {"account": account(random)}, lambda: asset(random), lambda: {"currency": currency(random)})
    return [random.choice(makers)() for _ in range(random.randint(1, 4))]


def payment(random: Random) -> Fields:
    made: Fields = {"Destination": account(random)}
    made |= some(random, DestinationTag=uint32, InvoiceID=hash256, CredentialIDs=hashes(8), DomainID=domain)
    kind = random.randrange(4)
    if kind == 0:
        return made | {"Amount": drops(random)}
    if kind == 1:
        made |= {"Amount": units(random)}
        return made | some(random, SendMax=lambda _: made["Amount"])
    made |= {"Amount": issued(random) if kind == 2 or random.random() < 0.5 else drops(random)}
    most = issued(random) if isinstance(made["Amount"], str) or random.random() < 0.6 else drops(random)
    made |= {"SendMax": most} if isinstance(made["Amount"], str) or random.random() < 0.8 else {}
    made |= some(random, Paths=lambda random: [steps(random) for _ in range(random.randint(1, 6))])
    made = with_flags(random, made, "tfNoRippleDirect", "tfLimitQuality", kind="Payment")
    if "SendMax" in made and random.random() < 0.3:
        made["Flags"] = made.get("Flags", 0) | 0x20000
        made |= some(random, DeliverMin=lambda _: made["Amount"])
    return made


def check(random: Random) -> Fields:
    made = {"Destination": account(random), "SendMax": token(random)}
    return made | some(random, Expiration=time, DestinationTag=uint32, InvoiceID=hash256)


def cash(random: Random) -> Fields:
    return {"CheckID": hash256(random), random.choice(("Amount", "DeliverMin")): token(random)}


def escrow(random: Random) -> Fields:
    condition = f"A0258020{random.randbytes(32).hex().upper()}8101{random.randrange(128):02X}"
    begin = positive(random, 2**32 - 1)
    made: Fields = {"Destination": account(random), "Amount": any_amount(random)}
    made |= some(random, DestinationTag=uint32)
    shape = random.randrange(3)
    if shape != 1:
        made |= {"FinishAfter": begin}
    if shape != 0:
        made |= {"CancelAfter": random.randint(begin + 1, 2**32 - 1)}
    return made | ({"Condition": condition} if shape == 1 or random.random() < 0.4 else {})


def finish(random: Random) -> Fields:
    made = {"Owner": account(random), "OfferSequence": uint32(random)} | some(random, CredentialIDs=hashes(8))
    preimage = random.randbytes(32).hex().upper()
    met = {"Condition": f"A0258020{preimage}810120", "Fulfillment": f"A0228020{preimage}"}
    return made | (met if random.random() < 0.5 else {})


def public_key(random: Random) -> str:
    curve = random.choice((Curve.SECP256K1, Curve.ED25519))
    found = key(random.randint(1, 50), curve).public_key.data
    return (b"\xed" + found if curve is Curve.ED25519 else found).hex().upper()


def channel(random: Random) -> Fields:
    made: Fields = {"Destination": account(random), "Amount": drops(random), "SettleDelay": uint32(random)}
    made |= {"PublicKey": public_key(random)}
    return made | some(random, CancelAfter=uint32, DestinationTag=uint32)


def fund(random: Random) -> Fields:
    return {"Channel": hash256(random), "Amount": drops(random)} | some(random, Expiration=uint32)


def claim(random: Random) -> Fields:
    made: Fields = {"Channel": hash256(random)} | some(random, CredentialIDs=hashes(8), PublicKey=public_key)
    amount = positive(random, COINS)
    if random.random() < 0.7:
        made |= {"Balance": str(positive(random, amount + 1)), "Amount": str(amount)}
    return made | ({"Flags": random.choice((0, 0x10000, 0x20000))} if random.random() < 0.5 else {})


# -- accounts


def settings(random: Random) -> Fields:
    made = some(
        random,
        SetFlag=lambda random: random.choice(ACCOUNT_FLAGS[:8]),
        ClearFlag=lambda random: random.choice(ACCOUNT_FLAGS[8:]),
        Domain=lambda random: random.choice(("", "6578616d706c652e636f6d", data(random, 1, 128))),
        EmailHash=blob(16),
        MessageKey=lambda random: random.choice(("", public_key(random))),
        TickSize=lambda random: random.choice((0, *range(3, 16))),
        TransferRate=lambda random: random.choice((0, random.randint(10**9, 2 * 10**9))),
        WalletLocator=hash256,
        WalletSize=uint32,
    )
    return made | ({"SetFlag": 10, "NFTokenMinter": account(random)} if random.random() < 0.2 else {})


def signer_list(random: Random) -> Fields:
    if random.random() < 0.2:
        return {"SignerQuorum": 0}
    accounts = {account(random) for _ in range(random.randint(1, 32))}
    entries: list[Fields] = [{"Account": each, "SignerWeight": positive(random, 2**16)} for each in sorted(accounts)]
    for each in entries:
        each |= some(random, WalletLocator=hash256)
    total = sum(each["SignerWeight"] for each in entries)
    return {"SignerQuorum": random.randint(1, total), "SignerEntries": [{"SignerEntry": each} for each in entries]}


def delegate(random: Random) -> Fields:
    names = random.sample(PERMISSIONS, random.randint(0, len(PERMISSIONS)))
    return {"Authorize": account(random), "Permissions": [{"Permission": {"PermissionValue": name}} for name in names]}


def credentials(random: Random) -> list[Fields]:
    accounts = sorted({account(random) for _ in range(random.randint(1, 8))})
    return [{"Credential": {"Issuer": each, "CredentialType": blob(1, 20, 64)(random)}} for each in accounts]


def preauth(random: Random) -> Fields:
    name = random.choice(("Authorize", "Unauthorize", "AuthorizeCredentials", "UnauthorizeCredentials"))
    return {name: credentials(random) if name.endswith("Credentials") else account(random)}


def identifier(random: Random) -> Fields:
    made = some(random, DIDDocument=blob(1, 128), URI=blob(1, 128), Data=blob(1, 128))
    return made or {"URI": blob(1, 30)(random)}


def credential(random: Random) -> Fields:
    made = {"Subject": account(random), "CredentialType": blob(1, 20, 64)(random)}
    return made | some(random, Expiration=uint32, URI=blob(1, 128))  # they count digits, not bytes


def uncredential(random: Random) -> Fields:
    made = some(random, Subject=account, Issuer=account) or {"Subject": account(random)}
    return made | {"CredentialType": blob(1, 64)(random)}


# -- offers and pools


def offer(random: Random) -> Fields:
    made: Fields = {"TakerGets": issued(random), "TakerPays": token(random)}
    if random.random() < 0.5:
        made = {"TakerGets": made["TakerPays"], "TakerPays": made["TakerGets"]}
    made |= some(random, Expiration=time, OfferSequence=time, DomainID=domain)
    hybrid = ("tfHybrid",) if "DomainID" in made else ()
    one = random.choice(("tfImmediateOrCancel", "tfFillOrKill"))
    return with_flags(random, made, "tfPassive", "tfSell", one, *hybrid, kind="OfferCreate")


def pair(random: Random) -> Fields:
    one, other = random.sample(({"currency": "XRP"}, asset(random), asset(random)), 2)
    return {"Asset": one, "Asset2": other}


def of(random: Random, side: dict[str, str]) -> Any:
    return issued(random, side) if "issuer" in side else drops(random)


def shares(random: Random) -> dict[str, str]:
    return issued(random, {"currency": f"03{data(random, 19)}".upper(), "issuer": account(random)})


def mode(
    kind: str, names: dict[str, tuple[str, ...]], possible: dict[str, tuple[str, ...]]
) -> Callable[[Random], Fields]:
    """A deposit or a withdrawal by one of these flags, with the fields of each."""

    def make(random: Random) -> Fields:
        made = pair(random)
        makers: dict[str, Callable[[], Any]] = {
            "Amount": lambda: of(random, made["Asset"]),
            "Amount2": lambda: of(random, made["Asset2"]),
            "EPrice": lambda: of(random, made["Asset"]),
            "LPTokenOut": lambda: shares(random),
            "LPTokenIn": lambda: shares(random),
            "TradingFee": lambda: random.randrange(1001),
        }
        flag = random.choice(sorted(names))
        chosen = (*names[flag], *(possible.get(flag, ()) if random.random() < 0.5 else ()))
        return made | {name: makers[name]() for name in chosen} | {"Flags": definitions().flags[kind][flag]}

    return make


DEPOSIT = mode(
    "AMMDeposit",
    {
        "tfLPToken": ("LPTokenOut",),
        "tfSingleAsset": ("Amount",),
        "tfTwoAsset": ("Amount", "Amount2"),
        "tfOneAssetLPToken": ("Amount", "LPTokenOut"),
        "tfLimitLPToken": ("Amount", "EPrice"),
        "tfTwoAssetIfEmpty": ("Amount", "Amount2"),
    },
    {"tfSingleAsset": ("LPTokenOut",), "tfTwoAsset": ("LPTokenOut",), "tfTwoAssetIfEmpty": ("TradingFee",)},
)
WITHDRAW = mode(
    "AMMWithdraw",
    {
        "tfLPToken": ("LPTokenIn",),
        "tfWithdrawAll": (),
        "tfOneAssetWithdrawAll": ("Amount",),
        "tfSingleAsset": ("Amount",),
        "tfTwoAsset": ("Amount", "Amount2"),
        "tfOneAssetLPToken": ("Amount", "LPTokenIn"),
        "tfLimitLPToken": ("Amount", "EPrice"),
    },
    {},
)


def pool(random: Random) -> Fields:
    sides = pair(random)
    return {"Amount": of(random, sides["Asset"]), "Amount2": of(random, sides["Asset2"]), "TradingFee": 1000}


def bid(random: Random) -> Fields:
    made = pair(random) | some(random, BidMin=shares, BidMax=shares)
    accounts = sorted({account(random) for _ in range(4)})
    return made | some(random, AuthAccounts=lambda _: [{"AuthAccount": {"Account": each}} for each in accounts])


def pool_clawback(random: Random) -> Fields:
    """``OWN`` stands for the account that sends it."""
    own = {"currency": currency(random), "issuer": "OWN"}
    made: Fields = {"Holder": account(random), "Asset": own, "Asset2": asset(random)}
    if random.random() < 0.3:
        made |= {"Asset2": {"currency": currency(random), "issuer": "OWN"}, "Flags": 1}
    return made | some(random, Amount=lambda random: issued(random, own))


# -- tokens


def trust(random: Random) -> Fields:
    made = {"LimitAmount": issued(random)} | some(random, QualityIn=uint32, QualityOut=uint32)
    one = random.choice(("tfSetNoRipple", "tfClearNoRipple"))
    return with_flags(random, made, "tfSetfAuth", one, "tfSetFreeze", "tfSetDeepFreeze", kind="TrustSet")


def clawback(random: Random) -> Fields:
    if random.random() < 0.5:
        return {"Amount": issued(random)}
    return {"Amount": units(random), "Holder": account(random)}


def mint(random: Random) -> Fields:
    made: Fields = {"NFTokenTaxon": uint32(random)} | some(random, URI=blob(1, 256), Issuer=account)
    made = with_flags(random, made, "tfBurnable", "tfTransferable", "tfMutable", kind="NFTokenMint")
    if made.get("Flags", 0) & 8:
        made |= some(random, TransferFee=lambda random: random.randrange(50_001))
    if random.random() < 0.3:
        made |= {"Amount": token(random)} | some(random, Destination=account, Expiration=time)
    return made


def nft(random: Random) -> str:
    return f"0008{data(random, 30)}".upper()


def nft_offer(random: Random) -> Fields:
    made: Fields = {"NFTokenID": nft(random), "Amount": token(random)} | some(
        random, Destination=account, Expiration=time
    )
    return made | ({"Flags": 1} if random.random() < 0.5 else {"Owner": account(random)})


def accept(random: Random) -> Fields:
    kind = random.randrange(3)
    made = {} if kind == 1 else {"NFTokenSellOffer": hash256(random)}
    made |= {} if kind == 0 else {"NFTokenBuyOffer": hash256(random)}
    return made | (some(random, NFTokenBrokerFee=token) if kind == 2 else {})


def issuance_create(random: Random) -> Fields:
    made = some(random, AssetScale=lambda random: random.randrange(20), MPTokenMetadata=blob(1, 1024))
    made |= some(random, MaximumAmount=lambda random: str(positive(random, 2**63)))
    names = ("tfMPTCanLock", "tfMPTRequireAuth", "tfMPTCanEscrow", "tfMPTCanTransfer", "tfMPTCanClawback")
    made = with_flags(random, made, *names, kind="MPTokenIssuanceCreate")
    if made.get("Flags", 0) & 32:
        made |= some(random, TransferFee=lambda random: random.randrange(50_001))
    return made


def issuance_set(random: Random) -> Fields:
    made: Fields = {"MPTokenIssuanceID": issuance(random), "Flags": random.choice((1, 2))}
    return made | some(random, Holder=account)


def authorize(random: Random) -> Fields:
    made: Fields = {"MPTokenIssuanceID": issuance(random)} | some(random, Holder=account)
    return made | ({"Flags": random.choice((0, 1))} if random.random() < 0.5 else {})


KINDS: dict[str, dict[str, Callable[[Random], Fields]]] = {
    "payments": {
        "Payment": payment,
        "CheckCreate": check,
        "CheckCash": cash,
        "CheckCancel": lambda random: {"CheckID": hash256(random)},
        "EscrowCreate": escrow,
        "EscrowFinish": finish,
        "EscrowCancel": lambda random: {"Owner": account(random), "OfferSequence": uint32(random)},
        "PaymentChannelCreate": channel,
        "PaymentChannelFund": fund,
        "PaymentChannelClaim": claim,
    },
    "accounts": {
        "AccountSet": settings,
        "AccountDelete": lambda random: (
            {"Destination": account(random)} | some(random, DestinationTag=uint32, CredentialIDs=hashes(8))
        ),
        "SetRegularKey": lambda random: some(random, RegularKey=account),
        "SignerListSet": signer_list,
        "DelegateSet": delegate,
        "DepositPreauth": preauth,
        "TicketCreate": lambda random: {"TicketCount": random.randint(1, 250)},
        "DIDSet": identifier,
        "DIDDelete": lambda _: {},
        "CredentialCreate": credential,
        "CredentialAccept": lambda random: {"Issuer": account(random), "CredentialType": blob(1, 64)(random)},
        "CredentialDelete": uncredential,
    },
    "trading": {
        "OfferCreate": offer,
        "OfferCancel": lambda random: {"OfferSequence": time(random)},
        "AMMCreate": pool,
        "AMMDeposit": DEPOSIT,
        "AMMWithdraw": WITHDRAW,
        "AMMVote": lambda random: pair(random) | {"TradingFee": random.randrange(1001)},
        "AMMBid": bid,
        "AMMDelete": pair,
        "AMMClawback": pool_clawback,
    },
    "tokens": {
        "TrustSet": trust,
        "Clawback": clawback,
        "NFTokenMint": mint,
        "NFTokenBurn": lambda random: {"NFTokenID": nft(random)} | some(random, Owner=account),
        "NFTokenCreateOffer": nft_offer,
        "NFTokenCancelOffer": lambda random: {"NFTokenOffers": hashes(20)(random)},
        "NFTokenAcceptOffer": accept,
        "NFTokenModify": lambda random: (
            {"NFTokenID": nft(random), "URI": blob(1, 256)(random)} | some(random, Owner=account)
        ),
        "MPTokenIssuanceCreate": issuance_create,
        "MPTokenIssuanceDestroy": lambda random: {"MPTokenIssuanceID": issuance(random)},
        "MPTokenIssuanceSet": issuance_set,
        "MPTokenAuthorize": authorize,
    },
}


def url(random: Random) -> str:
    text = random.choice(("text/plain", "https://example.org/memo?a=b&c=%20", "-._~:/?#[]@!$&'()*+,;="))
    return text.encode().hex().upper()


def common(random: Random) -> Fields:
    """What every transaction has, or may have."""
    made: Fields = {"Account": account(random), "Fee": str(number(random, 10**8))}
    if random.random() < 0.2:
        made |= {"Sequence": 0, "TicketSequence": time(random)}
    else:
        made |= {"Sequence": time(random)} | some(random, AccountTxnID=hash256)
    memo = some(random, MemoType=url, MemoFormat=url) | {"MemoData": blob(1, 100, 900)(random)}
    made |= some(random, LastLedgerSequence=time, SourceTag=uint32, Memos=lambda _: [{"Memo": memo}])
    return made | some(random, Delegate=account)


def typed_fields(random: Random, kind: str) -> Fields:
    """A well-formed transaction of this type, as JSON on xrpl.org has it."""
    if kind == "Batch":
        return batch(random)
    own = next(makers[kind] for makers in KINDS.values() if kind in makers)(random)
    made: Fields = {"TransactionType": kind} | common(random) | own
    for name in ("Asset", "Asset2", "Amount"):
        if isinstance(made.get(name), dict) and made[name].get("issuer") == "OWN":
            made[name] = made[name] | {"issuer": made["Account"]}
    return made


def batch(random: Random) -> Fields:
    """Two to eight transactions of other types, of one account or several."""
    made: Fields = {"TransactionType": "Batch"} | common(random)
    made["Flags"] = random.choice((0x10000, 0x20000, 0x40000, 0x80000))
    kinds = [kind for makers in KINDS.values() for kind in makers]
    inner = []
    for place in range(random.randint(2, 8)):
        each = typed_fields(random, random.choice(kinds)) | {"Fee": "0", "SigningPubKey": ""}
        each.pop("LastLedgerSequence", None)
        each["Flags"] = each.get("Flags", 0) | 0x40000000
        each |= {"TicketSequence": 100 + place} if "TicketSequence" in each else {"Sequence": 1 + place}
        inner.append({"RawTransaction": each})
    return made | {"RawTransactions": inner}
