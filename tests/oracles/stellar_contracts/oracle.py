"""stellar-sdk of Python: values of contracts, invocations, authorizations, messages, challenges, URIs."""

import base64
import json
import os
import sys
import time
from functools import cmp_to_key
from typing import Any

from stellar_sdk import Address, Asset, Keypair, TransactionBuilder, scval, xdr
from stellar_sdk.account import Account
from stellar_sdk.auth import (
    DelegateSignature,
    authorize_entry,
    build_authorization_preimage,
    build_with_delegates_entry,
)
from stellar_sdk.operation import ExtendFootprintTTL, InvokeHostFunction, RestoreFootprint
from stellar_sdk.sep import stellar_soroban_web_authentication as contract_auth
from stellar_sdk.sep import stellar_web_authentication as web_auth
from stellar_sdk.sep.ed25519_public_key_signer import Ed25519PublicKeySigner
from stellar_sdk.sep.stellar_uri import PayStellarUri

Case = dict[str, Any]
NUMERIC = {
    "u32": scval.to_uint32,
    "i32": scval.to_int32,
    "u64": scval.to_uint64,
    "i64": scval.to_int64,
    "timepoint": scval.to_timepoint,
    "duration": scval.to_duration,
    "u128": scval.to_uint128,
    "i128": scval.to_int128,
    "u256": scval.to_uint256,
    "i256": scval.to_int256,
}
KINDS = xdr.SCValType


def error(value: Case) -> xdr.SCVal:
    kind = xdr.SCErrorType(value["type"])
    if value["type"] == 0:
        return xdr.SCVal(KINDS.SCV_ERROR, error=xdr.SCError(kind, contract_code=xdr.Uint32(value["code"])))
    return xdr.SCVal(KINDS.SCV_ERROR, error=xdr.SCError(kind, code=xdr.SCErrorCode(value["code"])))


def executable(value: Case) -> xdr.ContractExecutable:
    kinds = xdr.ContractExecutableType
    if "owner" in value:
        owner, tag = Address(value["owner"]).to_xdr_sc_address(), xdr.SCString(bytes.fromhex(value["tag"]))
        reference = xdr.ContractExecutableExternalRef(executable_owner=owner, tag=tag)
        return xdr.ContractExecutable(kinds.CONTRACT_EXECUTABLE_EXTERNAL_REF, external_ref=reference)
    if value["wasm"] is None:
        return xdr.ContractExecutable(kinds.CONTRACT_EXECUTABLE_STELLAR_ASSET)
    return xdr.ContractExecutable(kinds.CONTRACT_EXECUTABLE_WASM, wasm_hash=xdr.Hash(bytes.fromhex(value["wasm"])))


def instance(value: Case) -> xdr.SCVal:
    storage = None if value["storage"] is None else mapping(value["storage"]).map
    made = xdr.SCContractInstance(executable=executable(value["executable"]), storage=storage)
    return xdr.SCVal(KINDS.SCV_CONTRACT_INSTANCE, instance=made)


def compared(one: xdr.SCMapEntry, other: xdr.SCMapEntry) -> int:
    return int(scval._compare_sc_val(one.key, other.key))


def mapping(entries: list[Any]) -> xdr.SCVal:
    """What ``scval.to_map`` makes of a dict; values that are vectors cannot be keys of one."""
    made = [xdr.SCMapEntry(built(key), built(value)) for key, value in entries]
    made.sort(key=cmp_to_key(compared))
    return xdr.SCVal(KINDS.SCV_MAP, map=xdr.SCMap(made))


def nonce_key(value: str) -> xdr.SCVal:
    return xdr.SCVal(KINDS.SCV_LEDGER_KEY_NONCE, nonce_key=xdr.SCNonceKey(xdr.Int64(int(value))))


def tag(value: str) -> xdr.SCVal:
    return xdr.SCVal(KINDS.SCV_EXECUTABLE_TAG, executable_tag=xdr.SCString(bytes.fromhex(value)))


OTHERS = {
    "bool": scval.to_bool,
    "void": lambda _: scval.to_void(),
    "error": error,
    "bytes": lambda value: scval.to_bytes(bytes.fromhex(value)),
    "string": lambda value: scval.to_string(bytes.fromhex(value)),
    "symbol": scval.to_symbol,
    "vec": lambda value: scval.to_vec([built(each) for each in value]),
    "map": mapping,
    "address": scval.to_address,
    "contract-instance": instance,
    "ledger-key-contract-instance": lambda _: xdr.SCVal(KINDS.SCV_LEDGER_KEY_CONTRACT_INSTANCE),
    "ledger-key-nonce": nonce_key,
    "executable-tag": tag,
}


def built(value: Case) -> xdr.SCVal:
    """A value of the SDK, of the one of JSON."""
    kind = value["kind"]
    return NUMERIC[kind](int(value["value"])) if kind in NUMERIC else OTHERS[kind](value["value"])


def value(case: Case) -> Case:
    return {"raw": built(case["value"]).to_xdr_bytes().hex()}


def read(case: Case) -> Case:
    """What the SDK reads of bytes, written again."""
    kind = {"value": xdr.SCVal, "entry": xdr.SorobanAuthorizationEntry, "data": xdr.SorobanTransactionData}[
        case["what"]
    ]
    return {"raw": kind.from_xdr_bytes(bytes.fromhex(case["raw"])).to_xdr_bytes().hex()}


# Functions and transactions


def asset(value: Case) -> Asset:
    return Asset(value["code"], value["issuer"]) if value else Asset.native()


def preimage(value: Case) -> xdr.ContractIDPreimage:
    kinds = xdr.ContractIDPreimageType
    if "salt" not in value:
        made = asset(value).to_xdr_object()
        return xdr.ContractIDPreimage(kinds.CONTRACT_ID_PREIMAGE_FROM_ASSET, from_asset=made)
    source = xdr.ContractIDPreimageFromAddress(
        Address(value["address"]).to_xdr_sc_address(), xdr.Uint256(bytes.fromhex(value["salt"]))
    )
    return xdr.ContractIDPreimage(kinds.CONTRACT_ID_PREIMAGE_FROM_ADDRESS, from_address=source)


def called(function: Case) -> dict[str, Any]:
    """The arguments of a host function, by which of them it is."""
    if "contract" in function:
        made = xdr.InvokeContractArgs(
            contract_address=Address(function["contract"]).to_xdr_sc_address(),
            function_name=xdr.SCSymbol(function["function"].encode()),
            args=[built(each) for each in function["args"]],
        )
        return {"invoke": made}
    origin, code = preimage(function["of"]), executable(function["executable"])
    if function["args"] is None:
        return {"create": xdr.CreateContractArgs(origin, code)}
    return {"create_v2": xdr.CreateContractArgsV2(origin, code, [built(each) for each in function["args"]])}


def host_function(function: Case) -> xdr.HostFunction:
    kinds = xdr.HostFunctionType
    if "code" in function:
        code = bytes.fromhex(function["code"])
        return xdr.HostFunction(kinds.HOST_FUNCTION_TYPE_UPLOAD_CONTRACT_WASM, wasm=code)
    made = called(function)
    if "invoke" in made:
        return xdr.HostFunction(kinds.HOST_FUNCTION_TYPE_INVOKE_CONTRACT, invoke_contract=made["invoke"])
    if "create" in made:
        return xdr.HostFunction(kinds.HOST_FUNCTION_TYPE_CREATE_CONTRACT, create_contract=made["create"])
    return xdr.HostFunction(kinds.HOST_FUNCTION_TYPE_CREATE_CONTRACT_V2, create_contract_v2=made["create_v2"])


def invocation(tree: Case) -> xdr.SorobanAuthorizedInvocation:
    kinds, made = xdr.SorobanAuthorizedFunctionType, called(tree["function"])
    if "invoke" in made:
        function = xdr.SorobanAuthorizedFunction(
            kinds.SOROBAN_AUTHORIZED_FUNCTION_TYPE_CONTRACT_FN, contract_fn=made["invoke"]
        )
    elif "create" in made:
        kind = kinds.SOROBAN_AUTHORIZED_FUNCTION_TYPE_CREATE_CONTRACT_HOST_FN
        function = xdr.SorobanAuthorizedFunction(kind, create_contract_host_fn=made["create"])
    else:
        kind = kinds.SOROBAN_AUTHORIZED_FUNCTION_TYPE_CREATE_CONTRACT_V2_HOST_FN
        function = xdr.SorobanAuthorizedFunction(kind, create_contract_v2_host_fn=made["create_v2"])
    return xdr.SorobanAuthorizedInvocation(function, [invocation(each) for each in tree["calls"]])


def entry(case: Case) -> xdr.SorobanAuthorizationEntry:
    """An entry that nobody has signed."""
    kinds, given = xdr.SorobanCredentialsType, case["credentials"]
    tree = invocation(case["tree"])
    if given is None:
        source = xdr.SorobanCredentials(kinds.SOROBAN_CREDENTIALS_SOURCE_ACCOUNT)
        return xdr.SorobanAuthorizationEntry(source, tree)
    address = xdr.SorobanAddressCredentials(
        address=Address(given["address"]).to_xdr_sc_address(),
        nonce=xdr.Int64(int(given["nonce"])),
        signature_expiration_ledger=xdr.Uint32(given["expiration"]),
        signature=scval.to_void(),
    )
    if given["kind"] == "address-v2":
        credentials = xdr.SorobanCredentials(kinds.SOROBAN_CREDENTIALS_ADDRESS_V2, address_v2=address)
    else:
        credentials = xdr.SorobanCredentials(kinds.SOROBAN_CREDENTIALS_ADDRESS, address=address)
    made = xdr.SorobanAuthorizationEntry(credentials, tree)
    if given["kind"] != "delegates":
        return made
    return build_with_delegates_entry(made, given["expiration"], [delegate(each) for each in given["delegates"]])


def delegate(given: Case) -> DelegateSignature:
    return DelegateSignature(given["address"], nested_delegates=[delegate(each) for each in given["delegates"]])


def authorization(case: Case) -> Case:
    """An entry signed by one key, in a place of it, with what is signed."""
    made, keypair = entry(case), Keypair.from_raw_ed25519_seed(bytes.fromhex(case["secret"]))
    expiration, passphrase = case["credentials"]["expiration"], case["passphrase"]
    signed = authorize_entry(made, keypair, expiration, passphrase, for_address=case["place"])
    preimage = build_authorization_preimage(made, expiration, passphrase)
    return {
        "unsigned": made.to_xdr_bytes().hex(),
        "preimage": preimage.to_xdr_bytes().hex(),
        "signed": signed.to_xdr_bytes().hex(),
    }


def ledger_key(key: Case) -> xdr.LedgerKey:
    kinds = xdr.LedgerEntryType
    if key["kind"] == "account":
        account = Keypair.from_public_key(key["account"]).xdr_account_id()
        return xdr.LedgerKey(kinds.ACCOUNT, account=xdr.LedgerKeyAccount(account))
    if key["kind"] == "trust-line":
        account, line = Keypair.from_public_key(key["account"]).xdr_account_id(), asset(key["asset"])
        made = xdr.LedgerKeyTrustLine(account, line.to_trust_line_asset_xdr_object())
        return xdr.LedgerKey(kinds.TRUSTLINE, trust_line=made)
    if key["kind"] == "code":
        return xdr.LedgerKey(
            kinds.CONTRACT_CODE, contract_code=xdr.LedgerKeyContractCode(xdr.Hash(bytes.fromhex(key["hash"])))
        )
    made = xdr.LedgerKeyContractData(
        contract=Address(key["contract"]).to_xdr_sc_address(),
        key=built(key["key"]),
        durability=xdr.ContractDataDurability(int(key["persistent"])),
    )
    return xdr.LedgerKey(kinds.CONTRACT_DATA, contract_data=made)


def soroban_data(data: Case) -> xdr.SorobanTransactionData:
    archived = data["archived"]
    ext = xdr.SorobanTransactionDataExt(0)
    if archived is not None:
        places = xdr.SorobanResourcesExtV0([xdr.Uint32(each) for each in archived])
        ext = xdr.SorobanTransactionDataExt(1, resource_ext=places)
    footprint = xdr.LedgerFootprint(
        read_only=[ledger_key(each) for each in data["read_only"]],
        read_write=[ledger_key(each) for each in data["read_write"]],
    )
    resources = xdr.SorobanResources(
        footprint=footprint,
        instructions=xdr.Uint32(data["instructions"]),
        disk_read_bytes=xdr.Uint32(data["disk_read_bytes"]),
        write_bytes=xdr.Uint32(data["write_bytes"]),
    )
    return xdr.SorobanTransactionData(ext, resources, xdr.Int64(int(data["resource_fee"])))


def transaction(case: Case) -> Case:
    """A transaction of one operation of a contract, signed."""
    keypair = Keypair.from_raw_ed25519_seed(bytes.fromhex(case["secret"]))
    account = Account(case["source"] or keypair.public_key, int(case["sequence"]) - 1)
    given = case["operation"]
    if "function" in given:
        operation: Any = InvokeHostFunction(
            host_function(given["function"]), auth=[entry(each) for each in given["auth"]], source=given["source"]
        )
    elif "extend_to" in given:
        operation = ExtendFootprintTTL(given["extend_to"], source=given["source"])
    else:
        operation = RestoreFootprint(source=given["source"])
    builder = TransactionBuilder(account, case["passphrase"], base_fee=100)
    builder.add_time_bounds(0, case["until"]).append_operation(operation)
    made = builder.set_soroban_data(soroban_data(case["data"])).build()
    made.transaction.fee = case["fee"]
    unsigned = made.to_xdr_object().to_xdr_bytes().hex()
    made.sign(keypair)
    return {"unsigned": unsigned, "raw": made.to_xdr_object().to_xdr_bytes().hex(), "id": made.hash_hex()}


def contract(case: Case) -> Case:
    return {"contract": asset(case["asset"]).contract_id(case["passphrase"])}


# Messages, challenges, URIs


def message(case: Case) -> Case:
    keypair = Keypair.from_raw_ed25519_seed(bytes.fromhex(case["secret"]))
    data = bytes.fromhex(case["data"])
    try:
        keypair.verify_message(data, bytes.fromhex(case["signature"]))
        verified = True
    except Exception:  # its refusals have several classes
        verified = False
    return {"signature": keypair.sign_message(data).hex(), "account": keypair.public_key, "verified": verified}


def at(case: Case) -> None:
    """The SDK takes time and randomness from where they are."""
    time.time = lambda: case["now"]
    os.urandom = lambda size: bytes.fromhex(case["nonce"])[:size]


def challenge(case: Case) -> Case:
    """A challenge made by the SDK."""
    at(case)
    secret = Keypair.from_raw_ed25519_seed(bytes.fromhex(case["server"])).secret
    made = web_auth.build_challenge_transaction(
        server_secret=secret,
        client_account_id=case["client"],
        home_domain=case["home_domain"],
        web_auth_domain=case["web_auth_domain"],
        network_passphrase=case["passphrase"],
        timeout=case["timeout"],
        client_domain=case["client_domain"] or None,
        client_signing_key=case["client_domain_account"],
        memo=case["memo"],
    )
    return {"raw": base64.b64decode(made).hex()}


def verification(case: Case) -> Case:
    """What the SDK thinks of a challenge that came back."""
    at(case)
    signers = [Ed25519PublicKeySigner(account, weight) for account, weight in case["signers"].items()]
    arguments = (
        base64.b64encode(bytes.fromhex(case["raw"])).decode(),
        case["account"],
        case["home_domains"],
        case["web_auth_domain"],
        case["passphrase"],
    )
    found = web_auth.read_challenge_transaction(*arguments)
    told = {"client": found.client_account_id, "home_domain": found.matched_home_domain, "memo": found.memo}
    try:
        here = web_auth.verify_challenge_transaction_threshold(*arguments, case["threshold"], signers)
    except Exception:
        return {**told, "signed": None}
    return {**told, "signed": sorted(each.account_id for each in here)}


def contract_challenge(case: Case) -> Case:
    found = contract_auth.read_challenge_authorization_entries(
        base64.b64encode(bytes.fromhex(case["raw"])).decode(),
        case["server"],
        case["home_domains"],
        case["web_auth_domain"],
        case["contract"],
    )
    return {
        "client": found.client_account_id,
        "home_domain": found.matched_home_domain,
        "nonce": found.nonce,
        "client_domain": found.client_domain,
    }


def uri(case: Case) -> Case:
    """A URI read by the SDK, written again, and signed."""
    made = PayStellarUri.from_uri(case["uri"])
    keypair = Keypair.from_raw_ed25519_seed(bytes.fromhex(case["secret"]))
    made.sign(keypair)
    return {
        "destination": made.destination,
        "amount": None if made.amount is None else str(made.amount),
        "asset": [made.asset_code, made.asset_issuer],
        "memo": [made.memo_type, None if made.memo is None else str(made.memo)],
        "message": made.msg,
        "callback": made.callback,
        "origin_domain": made.origin_domain,
        "network_passphrase": made.network_passphrase,
        "signature": made.signature,
    }


TASKS = {
    "value": value,
    "read": read,
    "transaction": transaction,
    "authorization": authorization,
    "contract": contract,
    "message": message,
    "challenge": challenge,
    "verification": verification,
    "contract_challenge": contract_challenge,
    "uri": uri,
}


def verdict(case: Case) -> Case:
    """Do what the case asks for; what the SDK refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as refusal:  # its refusals have many classes
        return {"refused": f"{type(refusal).__name__}: {refusal}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
