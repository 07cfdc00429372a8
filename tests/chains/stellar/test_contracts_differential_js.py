"""Random values of contracts, transactions, authorizations and challenges beside the JavaScript SDK of Stellar.

It knows no more than protocol 26. ``tests/oracles/README.md`` tells how many cases, and how to replay one.
"""

import json
from random import Random
from typing import Any

from chains.stellar.test_contracts_differential import (
    MOST,
    NETWORKS,
    _network,
    challenge,
    contract,
    same_contract,
    same_verification,
    secret,
    verification,
)
from support.oracles import JSON, compared, data, locked, number
from support.stellar_contracts import (
    address,
    asset_case,
    contract_text,
    data_case,
    made_asset,
    made_data,
    made_value,
    signer,
    tree_case,
    value_case,
)
from support.stellar_contracts import made_tree as tree_of
from walletcore.chains.stellar import (
    Authorization,
    AuthorizationEntry,
    Challenge,
    CreateContract,
    Credentials,
    Executable,
    ExtendFootprintTtl,
    InvokeContract,
    InvokeHostFunction,
    RestoreFootprint,
    Salted,
    SCAddress,
    SCVal,
    TimeBounds,
    Transaction,
    UploadWasm,
)
from walletcore.chains.stellar.contract_values import KINDS
from walletcore.chains.stellar.envelopes import read_envelope
from walletcore.chains.stellar.soroban import soroban_data
from walletcore.coding.strkey import Strkey
from walletcore.signing import sign


def value(random: Random) -> JSON:
    given = value_case(random, ledger=True, newest=False)
    return {"task": "read", "raw": made_value(given).encode().hex(), "value": given}


def _sorted(case: Any) -> Any:
    """The same value with the entries of maps in the order of their text."""
    if isinstance(case, dict):
        return {name: _sorted(each) for name, each in case.items()}
    if not isinstance(case, list):
        return case
    inner = [_sorted(each) for each in case]
    is_map = all(isinstance(each, list) for each in inner)
    return sorted(inner, key=json.dumps) if is_map else inner


def same_value(case: JSON, verdict: JSON) -> list[str]:
    assert verdict["raw"] == case["raw"]
    assert _sorted(verdict["told"]) == _sorted(case["value"])
    return [SCVal.decode(bytes.fromhex(case["raw"])).kind]


@locked
def test_values_are_read_by_the_sdk_as_they_were_meant(environment: str) -> None:
    kinds = set(KINDS) - {"executable-tag"}
    compared("stellar_contracts_js", "values", environment, value, same_value, kinds=kinds)


@locked
def test_contracts_of_assets_agree_with_the_sdk(environment: str) -> None:
    kinds = {"issued", "native"}
    compared("stellar_contracts_js", "contracts", environment, contract, same_contract, kinds=kinds, most=MOST)


# Transactions


def _raws(random: Random) -> list[str]:
    """Arguments. The SDK takes no claimable balances and pools, and neither does a host."""
    given = [made_value(value_case(random, 2, newest=False)) for _ in range(random.choice((0, 1, 2, 3)))]
    return [each.encode().hex() for each in given if not (each.kind == "address" and each.value.text[0] in "BL")]


def operation(random: Random) -> JSON:
    kind = random.choice(("invoke", "invoke", "upload", "asset", "create", "extend", "restore"))
    made: JSON = {"kind": kind, "source": random.choice((None, address(random, Strkey.ACCOUNT, Strkey.MUXED)))}
    if kind == "invoke":
        return made | {"contract": contract_text(random), "function": "swap_all", "args": _raws(random)}
    if kind == "upload":
        return made | {"code": data(random, 1, 8, 100)}
    if kind == "asset":
        return made | {"asset": asset_case(random)}
    if kind == "create":
        by = address(random, Strkey.ACCOUNT, Strkey.CONTRACT)
        return made | {"address": by, "wasm": data(random, 32), "salt": data(random, 32), "args": _raws(random)}
    return made | {"extend_to": 1 + number(random, (1 << 32) - 1)} if kind == "extend" else made


def _function(case: JSON, chain: Any) -> Any:
    if case["kind"] == "invoke":
        contract = SCAddress.parse(case["contract"])
        return InvokeContract(contract=contract, function=case["function"], args=_values(case["args"]))
    if case["kind"] == "upload":
        return UploadWasm(code=bytes.fromhex(case["code"]))
    if case["kind"] == "asset":
        return CreateContract(of=made_asset(chain, case["asset"]), executable=Executable(), args=None)
    origin = Salted(address=SCAddress.parse(case["address"]), salt=bytes.fromhex(case["salt"]))
    code = Executable(wasm_hash=bytes.fromhex(case["wasm"]))
    return CreateContract(of=origin, executable=code, args=_values(case["args"]))


def _values(raws: list[str]) -> tuple[SCVal, ...]:
    return tuple(SCVal.decode(bytes.fromhex(each)) for each in raws)


def transaction(random: Random) -> JSON:
    given, network = operation(random), random.choice(NETWORKS)
    resources = data_case(random, reads=given["kind"] != "restore", writes=given["kind"] != "extend")
    resources |= {"read_only": [], "resource_fee": str(number(random, 1 << 30))}
    for keys in ("read_only", "read_write"):
        resources[keys] = [each for each in resources[keys] if each["kind"] in ("account", "trust-line", "code")]
    resources["archived"] = None
    return {
        "task": "transaction",
        "passphrase": network.passphrase,
        "secret": secret(random),
        "sequence": str(1 + number(random, (1 << 63) - 1)),
        "fee": str(100 + number(random, 1 << 20)),
        "until": number(random, 1 << 40),
        "operation": given,
        "data": soroban_data(network).encode(made_data(network, resources)).hex(),
    }


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """The SDK adds the resource fee to the fee; what it is in the end, it tells."""
    network, holder, given = _network(case), signer(bytes.fromhex(case["secret"])), case["operation"]
    source = network.parse_address(given["source"]) if given["source"] else None
    if given["kind"] == "extend":
        made: Any = ExtendFootprintTtl(source=source, extend_to=given["extend_to"])
    elif given["kind"] == "restore":
        made = RestoreFootprint(source=source)
    else:
        made = InvokeHostFunction(source=source, function=_function(given, network))
    subject = Transaction(
        chain=network,
        source=network.address(holder.public_key),
        fee=int(verdict["fee"]),
        sequence=int(case["sequence"]),
        conditions=TimeBounds(max_time=case["until"]),
        operations=(made,),
        soroban=soroban_data(network).decode(bytes.fromhex(case["data"])),
        signers=((holder.public_key, None),),
    )
    signed = sign(subject, holder)
    assert verdict == {"raw": signed.raw.hex(), "id": signed.id, "fee": verdict["fee"]}
    return [given["kind"]]


@locked
def test_transactions_agree_with_the_sdk(environment: str) -> None:
    kinds = {"invoke", "upload", "asset", "create", "extend", "restore"}
    compared("stellar_contracts_js", "transactions", environment, transaction, same_transaction, kinds=kinds, most=MOST)


# Authorizations and challenges


def authorization(random: Random) -> JSON:
    network, key = random.choice(NETWORKS), secret(random)
    tree = tree_of(network, tree_case(random, newest=False))
    credentials = Credentials(
        address=SCAddress.of(network.address(signer(bytes.fromhex(key)).public_key)),
        nonce=random.randrange(-(1 << 63), 1 << 63),
        expiration=number(random, 1 << 32),
    )
    entry = AuthorizationEntry(credentials=credentials, invocation=tree)
    return {
        "task": "authorization",
        "raw": entry.encode(network).hex(),
        "secret": key,
        "expiration": credentials.expiration,
        "passphrase": network.passphrase,
    }


def same_authorization(case: JSON, verdict: JSON) -> list[str]:
    network = _network(case)
    entry = AuthorizationEntry.decode(network, bytes.fromhex(case["raw"]))
    made = Authorization(chain=network, entry=entry)
    assert verdict == {"signed": sign(made, signer(bytes.fromhex(case["secret"]))).raw.hex()}
    return ["nested" if entry.invocation.sub_invocations else "alone"]


@locked
def test_authorizations_agree_with_the_sdk(environment: str) -> None:
    run, kinds = "authorizations", {"nested", "alone"}
    compared("stellar_contracts_js", run, environment, authorization, same_authorization, kinds=kinds, most=MOST)


def js_challenge(random: Random) -> JSON:
    """Numbers of JavaScript are safe below 2^53; a memo is text there."""
    given = challenge(random)
    return {**given, "memo": None if given["memo"] is None else str(given["memo"])}


def read_challenge(case: JSON, verdict: JSON) -> list[str]:
    """A challenge that the SDK made is read here, with its own nonce."""
    network, server = _network(case), signer(bytes.fromhex(case["server"]))
    found = Challenge.read(
        network,
        bytes.fromhex(verdict["raw"]),
        server=network.address(server.public_key),
        home_domains=[case["home_domain"]],
        web_auth_domain=case["web_auth_domain"],
        now=case["now"],
    )
    memo = None if case["memo"] is None else int(case["memo"])
    assert (found.client.text, found.memo, found.client_domain) == (case["client"], memo, case["client_domain"])
    return ["client domain" if case["client_domain"] else "alone"]


@locked
def test_challenges_of_the_sdk_are_read(environment: str) -> None:
    kinds = {"client domain", "alone"}
    compared("stellar_contracts_js", "challenges", environment, js_challenge, read_challenge, kinds=kinds, most=MOST)


def _is_late(case: JSON) -> bool:
    """The SDK believes a challenge for five minutes after its end, which SEP-0010 does not know of."""
    transaction, _ = read_envelope(_network(case), bytes.fromhex(case["raw"]))
    assert isinstance(transaction, Transaction)
    bounds = transaction.conditions
    return isinstance(bounds, TimeBounds) and bounds.max_time < case["now"]


def same_judgement(case: JSON, verdict: JSON) -> list[str]:
    if _is_late(case):
        return ["late"]
    told = verdict if verdict.get("memo") is None else {**verdict, "memo": int(verdict["memo"])}
    return same_verification(case, told)


@locked
def test_challenges_are_judged_as_the_sdk_does(environment: str) -> None:
    kinds = {"refused", "read only", "verified", "late"}
    run = "verifications"
    compared("stellar_contracts_js", run, environment, verification, same_judgement, kinds=kinds, most=MOST)
