"""Random values of contracts, transactions, authorizations, messages and challenges beside the SDKs of Stellar.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from dataclasses import replace
from random import Random
from typing import Any

from support.oracles import JSON, compared, data, locked, number
from support.stellar_contracts import (
    PUBNET,
    TESTNET,
    account_text,
    address,
    asset_case,
    contract_text,
    data_case,
    entry_case,
    function_case,
    made_asset,
    made_data,
    made_entry,
    made_operation,
    made_value,
    signer,
    value_case,
)
from walletcore.chains import chain
from walletcore.chains.stellar import (
    Authorization,
    Challenge,
    ContractChallenge,
    Invocation,
    Message,
    SCAddress,
    SCVal,
    StellarChain,
    TimeBounds,
    Transaction,
    contract_id,
)
from walletcore.chains.stellar.authorization import AuthorizationEntry
from walletcore.chains.stellar.authorization import entries as entries_of
from walletcore.chains.stellar.contract_values import KINDS
from walletcore.chains.stellar.soroban import soroban_data
from walletcore.coding.strkey import Strkey
from walletcore.errors import DecodingError, InvalidSignature, MissingSignature, TransactionError
from walletcore.signing import sign

NETWORKS = [chain(name, StellarChain) for name in ("stellar", "stellar-testnet", "stellar-futurenet")]
MOST = 3_000


def secret(random: Random) -> str:
    return random.randbytes(32).hex()


# Values


def value(random: Random) -> JSON:
    return {"task": "value", "value": value_case(random, ledger=True)}


def same_value(case: JSON, verdict: JSON) -> list[str]:
    made = made_value(case["value"])
    assert verdict == {"raw": made.encode().hex()}
    assert SCVal.decode(made.encode()) == made
    return sorted({*_kinds(case["value"])})


def _kinds(case: JSON) -> list[str]:
    inner: list[JSON] = []
    if case["kind"] == "vec":
        inner = case["value"]
    if case["kind"] == "map":
        inner = [each for entry in case["value"] for each in entry]
    return [case["kind"], *(kind for each in inner for kind in _kinds(each))]


@locked
def test_values_agree_with_stellar_sdk(environment: str) -> None:
    compared("stellar_contracts", "values", environment, value, same_value, kinds=set(KINDS))


def damaged(random: Random) -> JSON:
    what = random.choice(("value", "entry", "data"))
    if what == "value":
        raw = made_value(value_case(random, ledger=True)).encode()
    elif what == "entry":
        raw = made_entry(PUBNET, entry_case(random, source=True)).encode(PUBNET)
    else:
        raw = soroban_data(PUBNET).encode(made_data(PUBNET, data_case(random)))
    return {"task": "read", "what": what, "raw": _damaged(random, raw).hex()}


def _damaged(random: Random, raw: bytes) -> bytes:
    way = random.randrange(4)
    if way == 0 or not raw:
        return raw
    place = random.randrange(len(raw))
    if way == 1:
        return raw[:place] + bytes([raw[place] ^ 1 << random.randrange(8)]) + raw[place + 1 :]
    return raw[:place] if way == 2 else raw + bytes(random.randint(1, 8))


READERS: dict[str, Any] = {
    "value": lambda raw: SCVal.decode(raw).encode(),
    "entry": lambda raw: AuthorizationEntry.decode(PUBNET, raw).encode(PUBNET),
    "data": lambda raw: soroban_data(PUBNET).encode(soroban_data(PUBNET).decode(raw)),
}


def no_less_strict(case: JSON, verdict: JSON) -> list[str]:
    """What the SDK refuses is refused here; what is read here are the same bytes again, for both."""
    raw = bytes.fromhex(case["raw"])
    try:
        again = READERS[case["what"]](raw)
    except (TransactionError, DecodingError):
        return ["refused here only"] if "raw" in verdict else ["refused"]
    assert again == raw
    assert verdict == {"raw": raw.hex()}
    return ["read", case["what"]]


@locked
def test_damaged_bytes_are_read_as_stellar_sdk_reads_them(environment: str) -> None:
    kinds = {"read", "refused", "refused here only", "value", "entry", "data"}
    compared("stellar_contracts", "damaged", environment, damaged, no_less_strict, kinds=kinds)


# Transactions


def transaction(random: Random) -> JSON:
    network, kind = random.choice(NETWORKS), random.choice(("invoke", "invoke", "invoke", "extend", "restore"))
    operation: JSON = {"source": random.choice((None, address(random, Strkey.ACCOUNT, Strkey.MUXED)))}
    if kind == "invoke":
        auth = [entry_case(random, source=True) for _ in range(random.choice((0, 1, 2)))]
        operation |= {"function": function_case(random, upload=True), "auth": auth}
    if kind == "extend":
        operation |= {"extend_to": number(random, 1 << 32)}
    return {
        "task": "transaction",
        "passphrase": network.passphrase,
        "secret": secret(random),
        "source": None,
        "sequence": str(1 + number(random, (1 << 63) - 1)),
        "fee": number(random, 1 << 32),
        "until": number(random, 1 << 40),
        "operation": operation,
        "data": data_case(random, reads=kind != "restore", writes=kind != "extend"),
    }


def _network(case: JSON) -> StellarChain:
    return next(each for each in NETWORKS if each.passphrase == case["passphrase"])


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    network, holder = _network(case), signer(bytes.fromhex(case["secret"]))
    made = Transaction(
        chain=network,
        source=network.address(holder.public_key),
        fee=case["fee"],
        sequence=int(case["sequence"]),
        conditions=TimeBounds(max_time=case["until"]),
        operations=(made_operation(network, case["operation"]),),
        soroban=made_data(network, case["data"]),
        signers=((holder.public_key, None),),
    )
    signed = sign(made, holder)
    assert verdict == {"unsigned": made.raw.hex(), "raw": signed.raw.hex(), "id": signed.id}
    assert network.decode_transaction(made.raw, keys=[holder.public_key]) == made
    assert made.effects()
    function = case["operation"].get("function", {})
    kinds = {"code": "upload", "contract": "invoke", "of": "create", "extend_to": "extend"}
    kind = next((kinds[name] for name in kinds if name in function or name in case["operation"]), "restore")
    return [kind, "archived" if case["data"]["archived"] else "live"]


@locked
def test_transactions_agree_with_stellar_sdk(environment: str) -> None:
    kinds = {"upload", "invoke", "create", "extend", "restore", "archived", "live"}
    compared("stellar_contracts", "transactions", environment, transaction, same_transaction, kinds=kinds, most=MOST)


def contract(random: Random) -> JSON:
    return {"task": "contract", "asset": asset_case(random), "passphrase": random.choice(NETWORKS).passphrase}


def same_contract(case: JSON, verdict: JSON) -> list[str]:
    network = _network(case)
    assert verdict == {"contract": contract_id(network, made_asset(network, case["asset"])).text}
    return ["issued" if case["asset"] else "native"]


@locked
def test_contracts_of_assets_agree_with_stellar_sdk(environment: str) -> None:
    compared(
        "stellar_contracts", "contracts", environment, contract, same_contract, kinds={"issued", "native"}, most=MOST
    )


# Authorizations


def _everybody(delegates: list[JSON]) -> list[str]:
    return [name for each in delegates for name in (each["address"], *_everybody(each["delegates"]))]


def authorization(random: Random) -> JSON:
    key = secret(random)
    own = SCAddress.of(PUBNET.address(signer(bytes.fromhex(key)).public_key)).text
    given = entry_case(random, own=random.choice((own, "")))
    credentials = given["credentials"]
    places = [None, credentials["address"], *_everybody(credentials["delegates"])]
    network = random.choice(NETWORKS)
    return {
        "task": "authorization",
        **given,
        "secret": key,
        "place": random.choice(places),
        "passphrase": network.passphrase,
    }


def same_authorization(case: JSON, verdict: JSON) -> list[str]:
    network, holder = _network(case), signer(bytes.fromhex(case["secret"]))
    entry = made_entry(network, case)
    place = SCAddress.parse(case["place"]) if case["place"] else None
    made = Authorization(chain=network, entry=entry, signers=(holder.public_key,), place=place)
    signed = sign(made, holder)
    expected = {
        "unsigned": entry.encode(network).hex(),
        "preimage": made.preimage.hex(),
        "signed": signed.raw.hex(),
    }
    assert verdict == expected
    assert network.decode_transaction(made.raw, keys=[holder.public_key]) == made
    assert AuthorizationEntry.decode(network, signed.raw).encode(network) == signed.raw
    return [case["credentials"]["kind"], "elsewhere" if case["place"] else "itself"]


@locked
def test_authorizations_agree_with_stellar_sdk(environment: str) -> None:
    kinds = {"address", "address-v2", "delegates", "itself", "elsewhere"}
    run = "authorizations"
    compared("stellar_contracts", run, environment, authorization, same_authorization, kinds=kinds, most=MOST)


# Messages


def message(random: Random) -> JSON:
    key, text = secret(random), data(random, 0, 1, 13, 32, 200)
    if random.random() < 0.5:
        text = "".join(random.choices("abc \n\u00e4\u3053\U0001f600", k=random.randint(0, 40))).encode().hex()
    holder = signer(bytes.fromhex(key))
    made = sign(Message(chain=PUBNET, data=bytes.fromhex(text), signer=holder.public_key), holder).raw
    wrong = random.random() < 0.3
    given = bytes([made[0] ^ 1]) + made[1:] if wrong else made
    return {"task": "message", "secret": key, "data": text, "signature": given.hex()}


def same_message(case: JSON, verdict: JSON) -> list[str]:
    holder = signer(bytes.fromhex(case["secret"]))
    made = Message(chain=PUBNET, data=bytes.fromhex(case["data"]), signer=holder.public_key)
    try:
        made.verify(bytes.fromhex(case["signature"]), PUBNET.address(holder.public_key))
        verified = True
    except InvalidSignature:
        verified = False
    account = PUBNET.address(holder.public_key).text
    assert verdict == {"signature": sign(made, holder).raw.hex(), "account": account, "verified": verified}
    return ["verified" if verified else "refused"]


@locked
def test_messages_agree_with_stellar_sdk(environment: str) -> None:
    kinds = {"verified", "refused"}
    compared("stellar_contracts", "messages", environment, message, same_message, kinds=kinds, most=MOST)


# Challenges


def _client(random: Random) -> str:
    return address(random, Strkey.ACCOUNT, Strkey.ACCOUNT, Strkey.MUXED)


def challenge(random: Random) -> JSON:
    client, has_domain = _client(random), random.random() < 0.4
    memo = 1 + number(random, (1 << 64) - 1) if client.startswith("G") and random.random() < 0.5 else None
    return {
        "task": "challenge",
        "passphrase": random.choice(NETWORKS).passphrase,
        "server": secret(random),
        "client": client,
        "home_domain": random.choice(("example.com", "a", "a" * 59)),
        "web_auth_domain": random.choice(("auth.example.com", "b", "b" * 64)),
        "now": number(random, 1 << 40),
        "timeout": random.choice((1, 300, 900, 86_400)),
        "nonce": random.randbytes(48).hex(),
        "memo": memo,
        "client_domain": "wallet.example" if has_domain else "",
        "client_domain_account": account_text(random) if has_domain else None,
    }


def _made(case: JSON) -> Challenge:
    network, account = _network(case), case["client_domain_account"]
    return Challenge.make(
        chain=network,
        server=network.address(signer(bytes.fromhex(case["server"])).public_key),
        client=network.parse_address(case["client"]),
        home_domain=case["home_domain"],
        web_auth_domain=case["web_auth_domain"],
        now=case["now"],
        timeout=case["timeout"],
        memo=case["memo"],
        client_domain=case["client_domain"],
        client_domain_account=network.parse_address(account) if account else None,
        nonce=bytes.fromhex(case["nonce"]),
    )


def same_challenge(case: JSON, verdict: JSON) -> list[str]:
    """Both make the same bytes, which are read here."""
    made, server = _made(case), signer(bytes.fromhex(case["server"]))
    assert verdict == {"raw": sign(made.transaction, server).raw.hex()}
    found = Challenge.read(
        _network(case),
        bytes.fromhex(verdict["raw"]),
        server=made.server,
        home_domains=["other.example", case["home_domain"]],
        web_auth_domain=case["web_auth_domain"],
        now=case["now"],
    )
    assert (found.client.text, found.memo, found.nonce.hex()) == (case["client"], case["memo"], case["nonce"])
    told = found.client_domain, found.client_domain_account
    assert told == (case["client_domain"], made.client_domain_account)
    kinds = ["muxed" if case["client"].startswith("M") else "plain"]
    kinds += ["memo"] if case["memo"] is not None else []
    return kinds + (["client domain"] if case["client_domain"] else [])


@locked
def test_challenges_agree_with_stellar_sdk(environment: str) -> None:
    kinds = {"muxed", "plain", "memo", "client domain"}
    compared("stellar_contracts", "challenges", environment, challenge, same_challenge, kinds=kinds, most=MOST)


def verification(random: Random) -> JSON:
    """A challenge that some of the signers have signed, judged at some time, for domains and signers of some kind."""
    given, keys = challenge(random), [secret(random) for _ in range(3)]
    domain_key = secret(random)
    holders = [signer(bytes.fromhex(each)) for each in keys]
    if given["client_domain"]:
        given["client_domain_account"] = PUBNET.address(signer(bytes.fromhex(domain_key)).public_key).text
    made = _made(given)
    signing = random.sample(holders, random.randint(0, 3))
    if random.random() < 0.9:
        signing.append(signer(bytes.fromhex(given["server"])))
    if given["client_domain"] and random.random() < 0.8:
        signing.append(signer(bytes.fromhex(domain_key)))
    random.shuffle(signing)
    holding = tuple((each.public_key, None) for each in signing)
    spoilt = _spoilt(random, made.transaction)
    transaction = replace(spoilt, signers=holding)
    raw = sign(transaction, *signing).raw if signing else spoilt.raw
    known = random.sample(holders, random.randint(2, 3))
    return {
        **given,
        "task": "verification",
        "now": max(0, given["now"] + random.choice((0, 0, 0, -300, -301, given["timeout"], given["timeout"] + 1))),
        "raw": raw.hex(),
        "account": made.server.text,
        "home_domains": random.choice(([given["home_domain"]], ["x.example", given["home_domain"]], ["x.example"])),
        "web_auth_domain": random.choice((*[given["web_auth_domain"]] * 5, "other.example")),
        "threshold": random.randint(1, 4),
        "signers": {PUBNET.address(each.public_key).text: random.randint(1, 3) for each in known},
    }


def _spoilt(random: Random, made: Transaction) -> Transaction:
    """The transaction of a challenge, in a fifth of the cases one that is none any more."""
    if random.random() < 0.8:
        return made
    operations: Any = made.operations
    first, *rest = operations
    changes: list[dict[str, Any]] = [
        {"sequence": 1},
        {"conditions": None},
        {"conditions": TimeBounds(min_time=0, max_time=0)},
        {"operations": (replace(first, value=b"a" * 63), *rest)},
        {"operations": (replace(first, value=None), *rest)},
        {"operations": (replace(first, source=None), *rest)},
        {"operations": (first, replace(rest[0], source=first.source), *rest[1:])},
        {"operations": (first, replace(rest[0], value=None), *rest[1:])},
        {"operations": (first, *rest, replace(rest[0], name="more"))},
        {"operations": (first,)},
    ]
    return replace(made, **random.choice(changes))


def same_verification(case: JSON, verdict: JSON) -> list[str]:
    network = _network(case)
    try:
        found = Challenge.read(
            network,
            bytes.fromhex(case["raw"]),
            server=network.parse_address(case["account"]),
            home_domains=case["home_domains"],
            web_auth_domain=case["web_auth_domain"],
            now=case["now"],
        )
    except (TransactionError, InvalidSignature):
        assert "refused" in verdict, verdict
        return ["refused"]
    signers = {_key(each): weight for each, weight in case["signers"].items()}
    try:
        here: list[str] | None = sorted(network.address(key).text for key in found.verify(signers, case["threshold"]))
    except (InvalidSignature, MissingSignature):
        here = None
    expected = {"client": found.client.text, "home_domain": found.home_domain, "memo": found.memo, "signed": here}
    assert verdict == expected
    return ["read only"] if here is None else ["verified"]


def _key(text: str) -> Any:
    from walletcore.keys import Curve, PublicKey

    return PublicKey(Curve.ED25519, TESTNET.parse_address(text).payload)


@locked
def test_challenges_are_judged_as_stellar_sdk_does(environment: str) -> None:
    kinds = {"refused", "read only", "verified"}
    compared("stellar_contracts", "verifications", environment, verification, same_verification, kinds=kinds, most=MOST)


def contract_challenge(random: Random) -> JSON:
    network, server = random.choice(NETWORKS), signer(random.randbytes(32))
    has_domain = random.random() < 0.5
    made = ContractChallenge.make(
        chain=network,
        contract=network.parse_address(contract_text(random)),
        server=network.address(server.public_key),
        client=network.parse_address(contract_text(random)),
        home_domain="example.com",
        web_auth_domain="auth.example.com",
        expiration=number(random, 1 << 32),
        client_domain="wallet.example" if has_domain else "",
        client_domain_account=network.parse_address(account_text(random)) if has_domain else None,
        nonce=random.randbytes(48),
    )
    signed = sign(made.server_authorization, server).raw
    entries = _tampered(random, made.replaced(AuthorizationEntry.decode(network, signed)).entries)
    return {
        "task": "contract_challenge",
        "passphrase": network.passphrase,
        "raw": entries_of(network).encode(entries).hex(),
        "server": made.server.text,
        "contract": made.contract.text,
        "home_domains": random.choice((["example.com"], ["a", "example.com"], ["a"])),
        "web_auth_domain": random.choice((*["auth.example.com"] * 4, "b")),
    }


def _tampered(random: Random, entries: tuple[AuthorizationEntry, ...]) -> tuple[AuthorizationEntry, ...]:
    """The entries of a challenge, in some of the cases not as they should be."""
    way, (first, *rest) = random.randrange(10), entries
    if way == 0:
        return (first,)
    if way == 1:
        return (replace(first, credentials=None), *rest)
    if way == 2:
        nested = Invocation(function=first.invocation.function, sub_invocations=(first.invocation,))
        return tuple(replace(each, invocation=nested) for each in entries)
    if way == 3:
        function: Any = first.invocation.function
        call = replace(function, function="other")
        return (replace(first, invocation=Invocation(function=call)), *rest)
    return tuple(random.sample(entries, len(entries)))


def same_contract_challenge(case: JSON, verdict: JSON) -> list[str]:
    network = _network(case)
    try:
        found = ContractChallenge.read(
            network,
            bytes.fromhex(case["raw"]),
            contract=network.parse_address(case["contract"]),
            server=network.parse_address(case["server"]),
            home_domains=case["home_domains"],
            web_auth_domain=case["web_auth_domain"],
        )
    except TransactionError:
        assert "refused" in verdict, verdict
        return ["refused"]
    expected = {"client": found.client.text, "home_domain": found.home_domain, "nonce": found.nonce}
    assert verdict == {**expected, "client_domain": found.client_domain or None}
    return ["client domain" if found.client_domain else "alone"]


@locked
def test_challenges_of_contracts_are_judged_as_stellar_sdk_does(environment: str) -> None:
    run, kinds = "contract challenges", {"refused", "client domain", "alone"}
    compared("stellar_contracts", run, environment, contract_challenge, same_contract_challenge, kinds=kinds, most=MOST)
