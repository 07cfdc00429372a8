"""Contracts in a few instructions, on an engine that runs them: accounts that judge signatures, and their factory."""

from collections.abc import Callable
from typing import Any

from eth_tester import EthereumTester
from eth_tester.exceptions import TransactionFailed
from eth_utils.crypto import keccak

from walletcore.chains.base import Address
from walletcore.chains.evm import Evm
from walletcore.chains.evm.contract_signature import ask

__all__ = ["TESTER", "caller", "code_that_makes", "factory_code", "made", "wallet_code"]

TESTER = Evm(name="tester", chain_id=131_277_322_940_537, data_fee=0)  # of eth-tester's genesis block
YES = "63 1626ba7e 60e0 1b 6000 52 6020 6000 f3"  # the word of ERC-1271 that says yes


def code_that_makes(runtime: str) -> bytes:
    """Code that makes a contract which runs these instructions."""
    code = bytes.fromhex(runtime.replace(" ", ""))
    return bytes.fromhex(f"61{len(code):04x}600e60003961{len(code):04x}6000f3") + code


def wallet_code(digest: bytes, signature: bytes) -> bytes:
    """An account that says yes to this question and answers all others with a word of zeros."""
    question = keccak(ask(digest, signature)).hex()
    # keccak256(calldata) == question ? 1626ba7e : 0
    asked = f"36 6000 6000 37 36 6000 20 7f {question} 14"
    return code_that_makes(f"{asked} 6039 57 6000 6000 52 6020 6000 f3 5b {YES}")


def factory_code() -> bytes:
    """A contract that makes others by CREATE2, from a salt of 32 bytes and their code behind it."""
    return code_that_makes("6020 36 03 6020 6000 37 6000 35 6020 36 03 6000 6000 f5 6000 52 6020 6000 f3")


def made(engine: EthereumTester, code: bytes) -> Address:
    """Where the engine has put the contract that this code makes."""
    sent: Any = {"from": engine.get_accounts()[0], "to": "", "data": f"0x{code.hex()}", "gas": 2_000_000}
    return TESTER.parse_address(engine.get_transaction_receipt(engine.send_transaction(sent))["contract_address"])


def caller(engine: EthereumTester) -> Callable[[Address | None, bytes], bytes]:
    """What ``eth_call`` answers: nothing where it is reverted."""

    def call(to: Address | None, data: bytes) -> bytes:
        sender = engine.get_accounts()[0]
        asked: Any = {"from": sender, "to": "" if to is None else to.text, "data": f"0x{data.hex()}", "gas": 10_000_000}
        try:
            return bytes.fromhex(engine.call(asked)[2:])
        except TransactionFailed:
            return b""

    return call
