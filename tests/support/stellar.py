"""Random transactions of Stellar as JSON, which oracles and drafts read alike, and what walletcore makes of them."""

from random import Random
from typing import Any

from support.oracles import JSON, data, number
from walletcore.chains import chain
from walletcore.chains.stellar import FeeBumpTransaction, SignerKey, StellarChain, Transaction
from walletcore.cli.drafts import stellar as drafts
from walletcore.cli.drafts.fields import Fields
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner

__all__ = ["KINDS", "holder", "kinds_of", "operation", "ours", "ours_bumped", "signers_of", "transaction"]

ROWS = [chain(name, StellarChain) for name in ("stellar", "stellar-testnet", "stellar-futurenet", "pi")]
SECRETS = [bytes([number]) * 32 for number in range(1, 7)]
MAX = (1 << 63) - 1
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WORDS = ("hello", "a", "x" * 28, "Grüße", "雪", "", "two words")


def holder(secret: bytes) -> LocalSigner:
    """The signer of a seed."""
    return LocalSigner(PrivateKey(Curve.ED25519, Secret(secret)))


KEYS = [holder(each).public_key.data for each in SECRETS]


def account(random: Random) -> str:
    return strkey.encode(Strkey.ACCOUNT, random.choice(KEYS))


def muxed(random: Random) -> str:
    if random.random() < 0.6:
        return account(random)
    return strkey.encode(Strkey.MUXED, random.choice(KEYS) + number(random, 1 << 64).to_bytes(8))


def issued(random: Random) -> str:
    code = "".join(random.choice(LETTERS) for _ in range(random.randrange(1, 13)))
    return f"{code}:{account(random)}"


def asset(random: Random) -> str:
    return "native" if random.random() < 0.3 else issued(random)


def amount(random: Random, least: int = 1) -> str:
    return str(max(least, number(random, MAX + 1)))


def price(random: Random) -> str:
    return f"{max(1, number(random, 1 << 31))}/{max(1, number(random, 1 << 31))}"


def flag(random: Random, limit: int) -> int:
    return random.randrange(limit)


def signer_key(random: Random, *kinds: Strkey) -> str:
    """A signer of any kind; `stellar_js` reads no signed payload where a sponsorship is revoked."""
    kind = random.choice((Strkey.ACCOUNT, Strkey.PRE_AUTH_TX, Strkey.HASH_X, *kinds))
    key = random.choice(KEYS) if kind in (Strkey.ACCOUNT, Strkey.SIGNED_PAYLOAD) else random.randbytes(32)
    payload = random.randbytes(random.randrange(1, 65)) if kind is Strkey.SIGNED_PAYLOAD else b""
    return str(SignerKey(kind=kind, key=key, payload=payload))


def predicate(random: Random, depth: int = 1) -> JSON:
    kind = random.randrange(3 if depth == 4 else 6)
    if kind < 3:
        return ({}, {"before": amount(random, 0)}, {"within": amount(random, 0)})[kind]
    inner = [predicate(random, depth + 1) for _ in range(2)]
    return ({"and": inner}, {"or": inner}, {"not": inner[0]})[kind - 3]


def entry(random: Random) -> JSON:
    kinds: tuple[JSON, ...] = (
        {"balance": random.randbytes(32).hex()},
        {"pool": random.randbytes(32).hex()},
        {"account": account(random)},
        {"account": account(random), "trust_line": issued(random)},
        {"account": account(random), "trust_line_pool": random.randbytes(32).hex()},
        {"account": account(random), "offer": amount(random, 0)},
        {"account": account(random), "data": name(random)},
        {"account": account(random), "signer": signer_key(random)},
    )
    return random.choice(kinds)


def name(random: Random) -> str:
    return "".join(chr(random.randrange(0x20, 0x7F)) for _ in range(random.randrange(1, 65)))


def pool(random: Random) -> list[str]:
    def order(text: str) -> tuple[int, bytes, bytes]:
        code, _, issuer = text.partition(":")
        if text == "native":
            return 0, b"", b""
        return 1 + (len(code) > 4), code.encode().ljust(12, b"\0"), strkey.decode(issuer)[1]

    pair = sorted({asset(random), issued(random), issued(random)}, key=order)
    return pair[:2]


def set_options(random: Random) -> JSON:
    every: JSON = {
        "inflation_destination": account(random),
        "clear_flags": flag(random, 16),
        "set_flags": flag(random, 16),
        **{
            each: flag(random, 256) for each in ("master_weight", "low_threshold", "medium_threshold", "high_threshold")
        },
        "home_domain": name(random)[:32],
        "signer": {"key": signer_key(random, Strkey.SIGNED_PAYLOAD), "weight": flag(random, 256)},
    }
    return {key: value for key, value in every.items() if random.random() < 0.5}


def change_trust(random: Random) -> JSON:
    limit = {"limit": amount(random, 0)}
    return {"line": issued(random), **limit} if random.random() < 0.5 else {"pool": pool(random), **limit}


def path_payment(random: Random, sent: str, received: str) -> JSON:
    return {
        "send_asset": asset(random),
        sent: amount(random),
        "destination": muxed(random),
        "dest_asset": asset(random),
        received: amount(random),
        "path": [asset(random) for _ in range(random.choice((0, 0, 1, 5)))],
    }


def offer(random: Random, quantity: str, least: int = 0) -> JSON:
    given = {"selling": asset(random), "buying": asset(random), quantity: amount(random, least), "price": price(random)}
    return given if least else {**given, "offer_id": amount(random, 0)}


def claimable(random: Random) -> JSON:
    places = random.sample(range(len(KEYS)), random.choice((1, 1, 2, len(KEYS))))
    claimants = [
        {"destination": strkey.encode(Strkey.ACCOUNT, KEYS[place]), "predicate": predicate(random)} for place in places
    ]
    return {"asset": asset(random), "amount": amount(random), "claimants": claimants}


def manage_data(random: Random) -> JSON:
    given: JSON = {"name": name(random)}
    return given if random.random() < 0.3 else {**given, "value": data(random, 0, 1, 3, 4, 63, 64)}


def hashed(random: Random, key: str) -> JSON:
    return {key: random.randbytes(32).hex()}


def deposit(random: Random) -> JSON:
    prices = {"min_price": price(random), "max_price": price(random)}
    return {**hashed(random, "pool_id"), "max_amount_a": amount(random), "max_amount_b": amount(random), **prices}


def withdraw(random: Random) -> JSON:
    least = {"min_amount_a": amount(random, 0), "min_amount_b": amount(random, 0)}
    return {**hashed(random, "pool_id"), "amount": amount(random), **least}


MAKERS: dict[str, Any] = {
    "create_account": lambda r: {"destination": account(r), "starting_balance": amount(r, 0)},
    "payment": lambda r: {"destination": muxed(r), "asset": asset(r), "amount": amount(r)},
    "path_payment_strict_receive": lambda r: path_payment(r, "send_max", "dest_amount"),
    "path_payment_strict_send": lambda r: path_payment(r, "send_amount", "dest_min"),
    "manage_sell_offer": lambda r: offer(r, "amount"),
    "manage_buy_offer": lambda r: offer(r, "buy_amount"),
    "create_passive_sell_offer": lambda r: offer(r, "amount", 1),
    "set_options": set_options,
    "change_trust": change_trust,
    "allow_trust": lambda r: {"trustor": account(r), "asset_code": issued(r).split(":")[0], "authorize": flag(r, 3)},
    "account_merge": lambda r: {"destination": muxed(r)},
    "inflation": lambda r: {},
    "manage_data": manage_data,
    "bump_sequence": lambda r: {"bump_to": amount(r, 0)},
    "create_claimable_balance": claimable,
    "claim_claimable_balance": lambda r: hashed(r, "balance_id"),
    "begin_sponsoring_future_reserves": lambda r: {"sponsored": account(r)},
    "end_sponsoring_future_reserves": lambda r: {},
    "revoke_sponsorship": lambda r: {"entry": entry(r)},
    "clawback": lambda r: {"asset": issued(r), "holder": muxed(r), "amount": amount(r)},
    "clawback_claimable_balance": lambda r: hashed(r, "balance_id"),
    "set_trust_line_flags": lambda r: {
        "trustor": account(r),
        "asset": issued(r),
        "clear_flags": flag(r, 8),
        "set_flags": flag(r, 8),
    },
    "liquidity_pool_deposit": deposit,
    "liquidity_pool_withdraw": withdraw,
}
MEMOS = ("text", "data", "id", "hash", "return")
KINDS = {
    *MAKERS,
    *MEMOS,
    "no memo",
    "times",
    "preconditions",
    "version 0",
    "version 1",
    "muxed",
    "bump",
    "hash-x",
    "payload",
}


def operation(random: Random, kind: str = "") -> JSON:
    """An operation of a kind, or of any."""
    chosen = kind or random.choice(list(MAKERS))
    given = MAKERS[chosen](random)
    if random.random() < 0.4:
        given["source"] = muxed(random)
    return {chosen: given}


def memo(random: Random) -> JSON:
    chosen = random.choice(MEMOS)
    if chosen == "text":
        return {"text": random.choice(WORDS)}
    if chosen == "data":
        return {"data": data(random, 0, 1, 3, 27, 28)}
    return {"id": str(number(random, 1 << 64))} if chosen == "id" else hashed(random, chosen)


def bounds(random: Random, limit: int) -> JSON:
    low, high = sorted((number(random, limit), number(random, limit)))
    return {"min": low, "max": random.choice((high, 0))}


def preconditions(random: Random, preimages: list[bytes]) -> JSON:
    made: JSON = {
        "min_sequence_age": str(number(random, 1 << 63)),  # JavaScript rounds large numbers
        "min_sequence_ledger_gap": number(random, 1 << 32),
        "extra_signers": [signer_key(random, Strkey.SIGNED_PAYLOAD) for _ in range(random.randrange(3))],
    }
    if preimages:
        made["extra_signers"] = [strkey.encode(Strkey.HASH_X, sha256(preimages[0]))]
    if random.random() < 0.5:
        made["ledger_bounds"] = bounds(random, 1 << 32)
    if random.random() < 0.5:
        made["min_sequence"] = amount(random, 0)
    return made


def transaction(random: Random) -> JSON:
    """A transaction of one to four operations, with who signs it, and perhaps a fee bump."""
    is_v0 = random.random() < 0.15
    row = random.choice(ROWS)
    case: JSON = {
        "task": "transaction",
        "row": row.name,
        "passphrase": row.passphrase,
        "source": account(random) if is_v0 else muxed(random),
        "fee": number(random, 1 << 32),
        "sequence": amount(random, 0),
        "operations": [operation(random) for _ in range(random.choice((1, 1, 2, 4)))],
        "is_v0": is_v0,
        "secrets": [each.hex() for each in random.sample(SECRETS, random.choice((1, 1, 2, 5)))],
    }
    preimages = [random.randbytes(random.randrange(65))] if not is_v0 and random.random() < 0.2 else []
    if random.random() < 0.8:
        case["memo"] = memo(random)
    if random.random() < 0.5:
        case["time_bounds"] = {name: str(time) for name, time in bounds(random, 1 << 64).items()}
    if not is_v0 and (preimages or random.random() < 0.4):
        case["preconditions"] = preconditions(random, preimages)
    case["preimages"] = [each.hex() for each in preimages]
    case["payload_secrets"] = list(dict.fromkeys(secret.hex() for _, secret in _payload_holders(case)))
    fee = {"fee_source": muxed(random), "fee": amount(random, 0), "secret": random.choice(SECRETS).hex()}
    case["bump"] = fee if not is_v0 and random.random() < 0.3 else None
    return case


def _payload_holders(case: JSON) -> list[tuple[SignerKey, bytes]]:
    keys = [SignerKey.parse(text) for text in case.get("preconditions", {}).get("extra_signers", ())]
    return [(key, SECRETS[KEYS.index(key.key)]) for key in keys if key.kind is Strkey.SIGNED_PAYLOAD]


def ours(case: JSON) -> Transaction:
    """The transaction of a case, signed by its secrets."""
    row = chain(case["row"], StellarChain)
    given: JSON = {
        name: case[name] for name in ("fee", "sequence", "memo", "time_bounds", "preconditions") if name in case
    }
    return Transaction(
        chain=row,
        source=row.parse_address(case["source"]),
        is_v0=case["is_v0"],
        signers=tuple((holder(bytes.fromhex(each)).public_key, None) for each in case["secrets"]),
        preimages=tuple(map(bytes.fromhex, case["preimages"])),
        **drafts.parts(row, Fields(given | {"operations": case["operations"]})),
    )


def ours_bumped(case: JSON, signed: Any) -> FeeBumpTransaction:
    """The fee bump of a case."""
    row, given = chain(case["row"], StellarChain), case["bump"]
    key = holder(bytes.fromhex(given["secret"])).public_key
    source = row.parse_address(given["fee_source"])
    return FeeBumpTransaction.of(signed, fee_source=source, fee=int(given["fee"]), signers=((key, None),))


def signers_of(case: JSON) -> list[LocalSigner]:
    """All who sign a case."""
    secrets: list[str] = [*case["secrets"], *case["payload_secrets"]]
    return [holder(bytes.fromhex(each)) for each in dict.fromkeys(secrets)]


def kinds_of(case: JSON) -> list[str]:
    """What a case is of."""
    made = [name for each in case["operations"] for name in each]
    made += list(case["memo"]) if "memo" in case else ["no memo"]
    made.append("version 0" if case["is_v0"] else "version 1")
    made += ["muxed"] if case["source"].startswith("M") else []
    made += ["times"] if "time_bounds" in case else []
    made += ["preconditions"] if "preconditions" in case else []
    made += ["bump"] if case["bump"] else []
    made += ["hash-x"] if case["preimages"] else []
    return made + (["payload"] if case["payload_secrets"] else [])
