"""stellar-sdk, asked one JSON case a line: transactions of every operation, fee bumps, strkeys, whatever it reads."""

import base64
import json
import sys
from decimal import Decimal
from typing import Any

import stellar_sdk as sdk
from stellar_sdk import strkey
from stellar_sdk.operation.create_claimable_balance import ClaimPredicate
from stellar_sdk.operation.revoke_sponsorship import RevokeSponsorship
from stellar_sdk.operation.set_options import AuthorizationFlag
from stellar_sdk.operation.set_trust_line_flags import TrustLineFlags


def amount(number: Any) -> Any:
    return format(Decimal(int(number)) / 10**7, "f")


def asset(text: Any) -> Any:
    return sdk.Asset.native() if text == "native" else sdk.Asset(*text.split(":"))


def price(text: Any) -> Any:
    return sdk.Price(*map(int, text.split("/")))


def predicate(given: Any) -> Any:
    if not given:
        return ClaimPredicate.predicate_unconditional()
    ((name, value),) = given.items()
    if name in ("and", "or"):
        return getattr(ClaimPredicate, f"predicate_{name}")(*map(predicate, value))
    if name == "not":
        return ClaimPredicate.predicate_not(predicate(value))
    if name == "before":
        return ClaimPredicate.predicate_before_absolute_time(int(value))
    return ClaimPredicate.predicate_before_relative_time(int(value))


def revoked(given: Any, source: Any) -> Any:
    account = given.get("account")
    if "balance" in given:
        return RevokeSponsorship.revoke_claimable_balance_sponsorship("00000000" + given["balance"], source)
    if "pool" in given:
        return RevokeSponsorship.revoke_liquidity_pool_sponsorship(given["pool"], source)
    if "trust_line" in given:
        return RevokeSponsorship.revoke_trustline_sponsorship(account, asset(given["trust_line"]), source)
    if "trust_line_pool" in given:
        share = sdk.LiquidityPoolId(given["trust_line_pool"])
        return RevokeSponsorship.revoke_trustline_sponsorship(account, share, source)
    if "offer" in given:
        return RevokeSponsorship.revoke_offer_sponsorship(account, int(given["offer"]), source)
    if "data" in given:
        return RevokeSponsorship.revoke_data_sponsorship(account, given["data"], source)
    if "signer" in given:
        key = sdk.SignerKey.from_encoded_signer_key(given["signer"])
        return RevokeSponsorship.revoke_signer_sponsorship(account, key, source)
    return RevokeSponsorship.revoke_account_sponsorship(account, source)


def options(given: Any, source: Any) -> Any:
    signer = given.get("signer")
    flags = {name: AuthorizationFlag(given[name]) for name in ("set_flags", "clear_flags") if name in given}
    names = {"medium_threshold": "med_threshold", "inflation_destination": "inflation_dest"}
    rest = {names.get(name, name): value for name, value in given.items() if name not in (*flags, "signer", "source")}
    if signer:
        rest["signer"] = sdk.Signer(sdk.SignerKey.from_encoded_signer_key(signer["key"]), signer["weight"])
    return sdk.SetOptions(**rest, **flags, source=source)


def line(given: Any, source: Any) -> Any:
    shares = [asset(each) for each in given.get("pool", ())]
    held = sdk.LiquidityPoolAsset(*shares) if shares else asset(given["line"])
    return sdk.ChangeTrust(held, amount(given["limit"]), source)


def claimable(given: Any, source: Any) -> Any:
    claimants = [sdk.Claimant(each["destination"], predicate(each.get("predicate"))) for each in given["claimants"]]
    return sdk.CreateClaimableBalance(asset(given["asset"]), amount(given["amount"]), claimants, source)


def offer(kind: Any, quantity: Any) -> Any:
    def make(given: Any, source: Any) -> Any:
        rest = [int(given["offer_id"])] if "offer_id" in given else []
        pair = asset(given["selling"]), asset(given["buying"])
        return kind(*pair, amount(given[quantity]), price(given["price"]), *rest, source=source)

    return make


def path(kind: Any, sent: Any, received: Any) -> Any:
    def make(given: Any, source: Any) -> Any:
        way = [asset(each) for each in given["path"]]
        got = asset(given["dest_asset"]), amount(given[received])
        return kind(given["destination"], asset(given["send_asset"]), amount(given[sent]), *got, way, source)

    return make


def flags(given: Any, source: Any) -> Any:
    wanted = [TrustLineFlags(given[name]) if given[name] else None for name in ("clear_flags", "set_flags")]
    return sdk.SetTrustLineFlags(given["trustor"], asset(given["asset"]), *wanted, source)


def deposit(g: Any, source: Any) -> Any:
    most = amount(g["max_amount_a"]), amount(g["max_amount_b"])
    return sdk.LiquidityPoolDeposit(g["pool_id"], *most, price(g["min_price"]), price(g["max_price"]), source)


def withdraw(g: Any, source: Any) -> Any:
    least = amount(g["min_amount_a"]), amount(g["min_amount_b"])
    return sdk.LiquidityPoolWithdraw(g["pool_id"], amount(g["amount"]), *least, source)


def data(g: Any, source: Any) -> Any:
    return sdk.ManageData(g["name"], bytes.fromhex(g["value"]) if "value" in g else None, source)


OPERATIONS = {
    "create_account": lambda g, s: sdk.CreateAccount(g["destination"], amount(g["starting_balance"]), s),
    "payment": lambda g, s: sdk.Payment(g["destination"], asset(g["asset"]), amount(g["amount"]), s),
    "path_payment_strict_receive": path(sdk.PathPaymentStrictReceive, "send_max", "dest_amount"),
    "path_payment_strict_send": path(sdk.PathPaymentStrictSend, "send_amount", "dest_min"),
    "manage_sell_offer": offer(sdk.ManageSellOffer, "amount"),
    "manage_buy_offer": offer(sdk.ManageBuyOffer, "buy_amount"),
    "create_passive_sell_offer": offer(sdk.CreatePassiveSellOffer, "amount"),
    "set_options": options,
    "change_trust": line,
    "allow_trust": lambda g, s: sdk.AllowTrust(
        g["trustor"], g["asset_code"], sdk.TrustLineEntryFlag(g["authorize"]), s
    ),
    "account_merge": lambda g, s: sdk.AccountMerge(g["destination"], s),
    "inflation": lambda g, s: sdk.Inflation(s),
    "manage_data": data,
    "bump_sequence": lambda g, s: sdk.BumpSequence(int(g["bump_to"]), s),
    "create_claimable_balance": claimable,
    "claim_claimable_balance": lambda g, s: sdk.ClaimClaimableBalance("00000000" + g["balance_id"], s),
    "begin_sponsoring_future_reserves": lambda g, s: sdk.BeginSponsoringFutureReserves(g["sponsored"], s),
    "end_sponsoring_future_reserves": lambda g, s: sdk.EndSponsoringFutureReserves(s),
    "revoke_sponsorship": lambda g, s: revoked(g["entry"], s),
    "clawback": lambda g, s: sdk.Clawback(asset(g["asset"]), g["holder"], amount(g["amount"]), s),
    "clawback_claimable_balance": lambda g, s: sdk.ClawbackClaimableBalance("00000000" + g["balance_id"], s),
    "set_trust_line_flags": flags,
    "liquidity_pool_deposit": deposit,
    "liquidity_pool_withdraw": withdraw,
}


def memo(given: Any) -> Any:
    ((name, value),) = given.items()
    kinds = {"text": sdk.TextMemo, "hash": sdk.HashMemo, "return": sdk.ReturnHashMemo}
    if name == "id":
        return sdk.IdMemo(int(value))
    return sdk.TextMemo(bytes.fromhex(value)) if name == "data" else kinds[name](value)


def conditions(case: Any) -> Any:
    times = case.get("time_bounds")
    made = sdk.Preconditions(time_bounds=sdk.TimeBounds(int(times["min"]), int(times["max"])) if times else None)
    more = case.get("preconditions")
    if more:
        ledgers = more.get("ledger_bounds")
        made.ledger_bounds = sdk.LedgerBounds(ledgers["min"], ledgers["max"]) if ledgers else None
        made.min_sequence_number = int(more["min_sequence"]) if "min_sequence" in more else None
        made.min_sequence_age = int(more["min_sequence_age"])  # with it, always version 2
        made.min_sequence_ledger_gap = more["min_sequence_ledger_gap"]
        made.extra_signers = [sdk.SignerKey.from_encoded_signer_key(each) for each in more["extra_signers"]]
    return made


def envelope(case: Any) -> Any:
    steps = []
    for each in case["operations"]:
        ((name, given),) = each.items()
        steps.append(OPERATIONS[name](given, given.get("source")))
    made = sdk.Transaction(
        source=case["source"],
        sequence=int(case["sequence"]),
        fee=case["fee"],
        operations=steps,
        memo=memo(case["memo"]) if "memo" in case else None,
        preconditions=conditions(case),
        v1=not case["is_v0"],
    )
    return sdk.TransactionEnvelope(made, case["passphrase"])


def transaction(case: Any) -> Any:
    made = envelope(case)
    verdict = {"raw": made.to_xdr(), "hash": made.hash_hex(), "payload": made.signature_base().hex()}
    for secret in case["secrets"]:
        made.sign(sdk.Keypair.from_raw_ed25519_seed(bytes.fromhex(secret)))
    for preimage in case["preimages"]:
        made.sign_hashx(preimage)
    for secret in case["payload_secrets"]:
        made.sign_extra_signers_payload(sdk.Keypair.from_raw_ed25519_seed(bytes.fromhex(secret)))
    verdict["signed"] = made.to_xdr()
    if case["bump"]:
        bump = sdk.FeeBumpTransaction(case["bump"]["fee_source"], int(case["bump"]["fee"]), made)
        outer = sdk.FeeBumpTransactionEnvelope(bump, case["passphrase"])
        verdict["bump_hash"] = outer.hash_hex()
        outer.sign(sdk.Keypair.from_raw_ed25519_seed(bytes.fromhex(case["bump"]["secret"])))
        verdict["bump"] = outer.to_xdr()
    return verdict


def read(case: Any) -> Any:
    """Whatever it reads, written again."""
    raw = base64.b64encode(bytes.fromhex(case["raw"])).decode()
    kind = sdk.FeeBumpTransactionEnvelope if case["raw"].startswith("00000005") else sdk.TransactionEnvelope
    try:
        made = kind.from_xdr(raw, case["passphrase"])
        again = base64.b64decode(made.to_xdr()).hex()
        return {"raw": again, "hash": made.hash_hex()}
    except Exception as error:
        return {"raw": None, "hash": type(error).__name__}


_KINDS = {
    "G": "ed25519_public_key",
    "M": "med25519_public_key",
    "T": "pre_auth_tx",
    "X": "sha256_hash",
    "P": "ed25519_signed_payload",
    "C": "contract",
    "L": "liquidity_pool",
    "B": "claimable_balance",
}


def text(case: Any) -> Any:
    """A strkey of some kind, decoded."""
    kind = _KINDS.get(case["text"][:1])
    try:
        return {"data": getattr(strkey.StrKey, f"decode_{kind}")(case["text"]).hex() if kind else None}
    except Exception:
        return {"data": None}


TASKS = {"transaction": transaction, "read": read, "strkey": text}

if __name__ == "__main__":
    for question in sys.stdin:
        asked = json.loads(question)
        print(json.dumps(TASKS[asked["task"]](asked)), flush=True)
