"""What a Ledger device has shown, screen by screen (LedgerHQ/clear-signing-erc7730-registry)."""

from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import CHAINS, Evm, Message, TypedData
from walletcore.chains.evm.clear_signing import Descriptor, Name, Screen, Token
from walletcore.chains.evm.common import AnyTransaction


def row(chain_id: int) -> Evm:
    return next((each for each in CHAINS if each.chain_id == chain_id), Evm(name="other", chain_id=chain_id))


def rendered(case: Case) -> Screen:
    chain = row(case.input["chain_id"])
    known = {account: Token(**token) for account, token in case.input.get("tokens", {}).items()}
    names = {account: Name(**name) for account, name in case.input.get("names", {}).items()}
    descriptor = Descriptor.parse(dict(case.input["descriptor"]))
    if "typed_data" in case.input:
        message = Message(chain=chain, data=TypedData.parse(dict(case.input["typed_data"])))
        return descriptor.render(message, tokens=known, names=names)
    read = chain.decode_transaction(bytes.fromhex(case.input["transaction"]), allow_unprotected=True)
    transaction = read.transaction if isinstance(read, SignedTransaction) else read
    assert isinstance(transaction, AnyTransaction)
    return descriptor.render(transaction, tokens=known, names=names)


@vectors("evm/clear_signing")
def test_a_descriptor_shows_what_the_device_showed(case: Case) -> None:
    assert [list(pair) for pair in rendered(case).pairs] == case.expect["fields"]
