"""The entry points themselves, as their authors compiled them, in py-evm: our hash is theirs, and they do what we sign.

Each of the four is put on a chain with the SimpleAccountFactory of its release.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from eth_account import Account
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed

from chains.evm.test_user_operation_differential import fields
from support.evm import ALICE, MALLORY
from support.operations import fields_of
from support.oracles import started
from walletcore.chains.base import Address
from walletcore.chains.evm import Evm, UserOperation
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.simple_account import Inner, create_account, execute, execute_batch
from walletcore.chains.evm.user_operation import VERSIONS
from walletcore.effects import Fee
from walletcore.signing import sign

TESTER = Evm(name="tester", chain_id=131_277_322_940_537, data_fee=0)  # of eth-tester's genesis block
YOU, BENEFICIARY = TESTER.account(b"\x42" * 20), TESTER.account(b"\xbe" * 20)
ETHER, SALT = 10**18, 7
NEW = "(address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)"
OLD = "(address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)"
GET_ADDRESS = Function.parse("function getAddress(address owner, uint256 salt) returns (address)")

pytestmark = pytest.mark.engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A chain with an entry point of this version and its factory of accounts."""

    tester: EthereumTester
    version: str
    entry_point: Address
    factory: Address

    def call(self, to: Address, data: bytes) -> bytes:
        rich = self.tester.get_accounts()[0]
        answer = self.tester.call({"from": rich, "to": to.text, "data": f"0x{data.hex()}", "gas": 5_000_000})
        return bytes.fromhex(answer[2:])

    def hash_of(self, made: UserOperation) -> bytes:
        """What the contract computes: getUserOpHash."""
        kind = OLD if self.version == "0.6" else NEW
        selector = Function.parse(f"function getUserOpHash({kind} userOp) returns (bytes32)").selector
        return self.call(self.entry_point, selector + made.packed(b"\1" * 65))

    def handle(self, made: UserOperation, signature: bytes) -> dict[str, Any]:
        """The receipt of a bundler's transaction with this one operation."""
        sent = {"from": self.tester.get_accounts()[0], "to": self.entry_point.text, "gas": 3_000_000}
        data = f"0x{self.handling(made, signature).hex()}"
        found: dict[str, Any] = self.tester.get_transaction_receipt(
            self.tester.send_transaction({**sent, "data": data})
        )
        return found

    def handling(self, made: UserOperation, signature: bytes) -> bytes:
        """The calldata of handleOps."""
        kind = OLD if self.version == "0.6" else NEW
        selector = Function.parse(f"function handleOps({kind}[] ops, address payable beneficiary)").selector
        head = (64).to_bytes(32) + bytes(12) + BENEFICIARY.payload + (1).to_bytes(32)
        return selector + head + made.packed(signature)


def deployed(version: str) -> Deployed:
    tester = EthereumTester(PyEVMBackend())
    rich = tester.get_accounts()[0]

    def created(code: str) -> Address:
        sent = tester.send_transaction({"from": rich, "data": f"0x{code}", "gas": 15_000_000})
        receipt = tester.get_transaction_receipt(sent)
        assert receipt["status"] == 1
        return TESTER.parse_address(receipt["contract_address"])

    with started("account_abstraction", "locked") as authors:
        names = ("EntryPoint", "SimpleAccountFactory")
        asked = iter([{"version": version, "contract": name} for name in names])
        codes = [answer["code"] for _, answer in authors.verdicts(asked)]
    entry_point = created(codes[0])
    factory = created(codes[1] + (bytes(12) + entry_point.payload).hex())
    return Deployed(tester=tester, version=version, entry_point=entry_point, factory=factory)


@pytest.fixture(scope="module", params=list(VERSIONS))
def chain(request: pytest.FixtureRequest) -> Deployed:
    return deployed(request.param)


@pytest.fixture
def fresh(chain: Deployed) -> Iterator[Deployed]:
    snapshot = chain.tester.take_snapshot()
    yield chain
    chain.tester.revert_to_snapshot(snapshot)


def operation(chain: Deployed, **changes: Any) -> UserOperation:
    """Alice's first operation, which creates her account and pays one ether; the account has two."""
    owner = TESTER.address(ALICE.public_key)
    (account,) = GET_ADDRESS.decode_result(chain.call(chain.factory, GET_ADDRESS.encode(owner, SALT)))
    made = UserOperation(
        chain=TESTER,
        version=chain.version,
        entry_point=chain.entry_point,
        owner=ALICE.public_key,
        sender=TESTER.account(account),
        nonce=0,
        factory=chain.factory,
        factory_data=create_account(owner, SALT),
        call_data=execute(Inner(to=YOU, value=ETHER)),
        call_gas_limit=200_000,
        verification_gas_limit=1_000_000,
        pre_verification_gas=50_000,
        max_fee=3 * 10**9,
        max_priority_fee=10**9,
    )
    rich = chain.tester.get_accounts()[0]
    chain.tester.send_transaction({"from": rich, "to": made.sender.text, "value": 2 * ETHER, "gas": 21_000})
    return replace(made, **changes)


def signature_of(made: UserOperation, holder: Any = ALICE) -> bytes:
    raw = sign(replace(made, owner=holder.public_key), holder).raw
    return bytes.fromhex(json.loads(raw)[0]["signature"][2:])


def test_our_hash_is_that_of_the_contract(chain: Deployed) -> None:
    """Random operations of every shape; delegations need an account that is one, and are below."""
    random, kinds = Random("entry point"), set()
    for _ in range(1000):
        given = fields(random)
        given = {**given, "version": chain.version, "entry_point": chain.entry_point.payload.hex()}
        if "delegate" in given or ("paymaster_signature" in given and chain.version != "0.9"):
            continue
        if chain.version == "0.6":
            given = {name: value for name, value in given.items() if "limit" not in name or "paymaster" not in name}
        made = UserOperation(**fields_of(TESTER, given))
        assert chain.hash_of(made) == made.hash
        kinds |= {name for name in ("factory", "paymaster", "paymaster_signature") if name in given}
    assert kinds >= {"factory", "paymaster"}
    assert ("paymaster_signature" in kinds) == (chain.version == "0.9")


def test_an_operation_is_executed(fresh: Deployed) -> None:
    made = operation(fresh)
    receipt = fresh.handle(made, signature_of(made))
    assert receipt["status"] == 1
    assert fresh.tester.get_balance(YOU.text) == ETHER
    *_, fee = made.effects()
    assert isinstance(fee, Fee)
    assert fee.at_most is not None
    assert fee.payer == made.sender.account_id
    assert 0 < fresh.tester.get_balance(BENEFICIARY.text) <= fee.at_most  # the account has paid that much
    event = f"0x{made.hash.hex()}"  # UserOperationEvent(bytes32 indexed userOpHash, ...)
    assert any(event in log["topics"] for log in receipt["logs"])


def test_calls_in_a_batch_are_executed(fresh: Deployed) -> None:
    value = 0 if fresh.version == "0.6" else 3
    others = [TESTER.account(bytes([byte]) * 20) for byte in (0x51, 0x52)]
    calls = execute_batch([Inner(to=to, value=value) for to in others], version=fresh.version)
    made = operation(fresh, call_data=calls)
    assert fresh.handle(made, signature_of(made))["status"] == 1
    assert [fresh.tester.get_balance(to.text) for to in others] == [value, value]


def test_what_is_signed_by_others_or_otherwise_is_not_executed(fresh: Deployed) -> None:
    made = operation(fresh)
    other = replace(made, signs="hash" if made.signs == "message" else "message")
    for wrong in (signature_of(made, MALLORY), signature_of(other), signature_of(replace(made, nonce=1))):
        with pytest.raises(TransactionFailed, match="AA24"):  # AA24 signature error
            fresh.call(fresh.entry_point, fresh.handling(made, wrong))
        assert fresh.handle(made, wrong)["status"] == 0
    assert fresh.tester.get_balance(YOU.text) == 0


@pytest.mark.parametrize("version", ["0.8", "0.9"])
@pytest.mark.parametrize("data", [b"", b"\1\2\3"], ids=["alone", "with a call"])
def test_the_hash_of_a_delegation_is_that_of_the_contract(version: str, data: bytes) -> None:
    """Mallory's account becomes a delegation to the factory by a transaction of type 4 (EIP-7702)."""
    chain = deployed(version)
    tester, rich, key = chain.tester, chain.tester.get_accounts()[0], MALLORY.key.secret.reveal()
    account = TESTER.address(MALLORY.public_key)
    tester.send_transaction({"from": rich, "to": account.text, "value": ETHER, "gas": 21_000})
    delegation = {"chainId": TESTER.chain_id, "address": chain.factory.text, "nonce": 1}
    transaction = {
        "chainId": TESTER.chain_id,
        "type": 4,
        "nonce": 0,
        "to": YOU.text,
        "gas": 200_000,
        "maxFeePerGas": 3 * 10**9,
        "maxPriorityFeePerGas": 1,
        "authorizationList": [Account.sign_authorization(delegation, key)],
    }
    tester.send_raw_transaction(f"0x{Account.sign_transaction(transaction, key).raw_transaction.hex()}")
    assert tester.get_code(account.text) == f"0xef0100{chain.factory.payload.hex()}"
    made = operation(chain, sender=account, factory=None, delegate=chain.factory, factory_data=data)
    assert chain.hash_of(made) == made.hash
