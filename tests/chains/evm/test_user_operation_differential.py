"""Random user operations beside viem, which has encoders and hashes of its own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random

from support.operations import fields_of
from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.evm import Evm, UserOperation
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.user_operation import VERSIONS

GAS, WORD = 1 << 120, 1 << 256
BYTES = (0, 0, 1, 4, 31, 32, 33, 100, 500)
SUITE = "(address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[]"
OLD = "(address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)[]"
KINDS = {*VERSIONS, "factory", "delegation", "no creation", "paymaster", "no paymaster", "late signature"}


def fields(random: Random) -> JSON:
    """The fields of an operation of any version, as the vectors write them."""
    version, max_fee = random.choice(list(VERSIONS)), number(random, GAS)
    made: JSON = {
        "version": version,
        "entry_point": data(random, 20),
        "sender": data(random, 20),
        "nonce": number(random, WORD),
        "call_data": data(random, *BYTES),
        "call_gas_limit": number(random, GAS),
        "verification_gas_limit": number(random, GAS),
        "pre_verification_gas": number(random, GAS),
        "max_fee": max_fee,
        "max_priority_fee": number(random, max_fee + 1),
    }
    creation = random.choice(["", "factory", *(["delegate"] if version in ("0.8", "0.9") else [])])
    if creation:
        made |= {creation: data(random, 20), "factory_data": data(random, *BYTES)}
    if random.random() < 0.5:
        made |= {"paymaster": data(random, 20), "paymaster_data": data(random, *BYTES)}
        if version != "0.6":
            names = ("paymaster_verification_gas_limit", "paymaster_post_op_gas_limit")
            made |= {name: number(random, GAS) for name in names}
        if version == "0.9" and random.random() < 0.5:
            made["paymaster_signature"] = data(random, 1, 65, 300)
    return made


def asked(random: Random, task: str) -> JSON:
    chain_id, given = 1 + number(random, 2**53 - 2), fields(random)
    made = UserOperation(**fields_of(Evm(name="other", chain_id=chain_id), given))
    signature = bytes.fromhex(data(random, 0, 65, 200))
    case = {"task": task, "chainId": chain_id, "version": made.version, "entryPoint": made.entry_point.text}
    delegate = {} if made.delegate is None else {"delegate": made.delegate.text}
    return {**case, **delegate, "operation": made.rpc(signature), "fields": given}


def ours(case: JSON) -> UserOperation:
    return UserOperation(**fields_of(Evm(name="other", chain_id=case["chainId"]), case["fields"]))


def described(case: JSON) -> list[str]:
    given = case["fields"]
    creation = "factory" if "factory" in given else "delegation" if "delegate" in given else "no creation"
    late = ["late signature"] if "paymaster_signature" in given else []
    return [case["version"], creation, "paymaster" if "paymaster" in given else "no paymaster", *late]


def same_hash(case: JSON, verdict: JSON) -> list[str]:
    """The hash, and from 0.8 on that of the typed data."""
    made = ours(case)
    expected = {"hash": f"0x{made.hash.hex()}"}
    if case["version"] in ("0.8", "0.9"):
        expected["typed"] = f"0x{made.typed_data.digest.hex()}"
    assert verdict == expected
    return described(case)


def same_forms(case: JSON, verdict: JSON) -> list[str]:
    """What is sent to a bundler, and what a bundler sends to the entry point."""
    made, signature = ours(case), bytes.fromhex(case["operation"]["signature"][2:])
    assert verdict["rpc"] == made.rpc(signature)
    suite = OLD if case["version"] == "0.6" else SUITE
    handle_ops = Function.parse(f"function handleOps({suite} ops, address payable beneficiary)")
    head = handle_ops.selector + (64).to_bytes(32) + bytes(12) + b"\x42" * 20 + (1).to_bytes(32)
    if case["fields"].get("delegate"):  # viem writes the mark in two bytes, which the entry point does not know
        assert made.init_code[:20].hex() == "7702" + 36 * "0"
    else:
        assert bytes.fromhex(verdict["calldata"][2:]) == head + made.packed(signature)
    return described(case)


@locked
def test_random_operations_have_the_hash_of_viem(environment: str) -> None:
    compared(
        "viem", "user operation", environment, lambda random: asked(random, "user operation"), same_hash, kinds=KINDS
    )


@locked
def test_random_operations_have_the_forms_of_viem(environment: str) -> None:
    compared("viem", "sent", environment, lambda random: asked(random, "sent user operation"), same_forms, kinds=KINDS)
