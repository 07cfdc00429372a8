"""A payment of lumens, and a transfer of a contract's token, from their parts to the envelope that nodes take."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import stellar
from walletcore.chains.base import Address

SEED = bytes([1]) * 32
KEY = PrivateKey(Curve.ED25519, Secret(SEED))
ROW = chain("stellar", stellar.StellarChain)
ME, TO = ROW.address(KEY.public_key), ROW.account(bytes([9]) * 32)
AMOUNT, FEE = 12_345_678, 100
TOKEN = stellar.SCAddress.of(ROW.contract(bytes([7]) * 32))
CONTRACT_FEE = 100_000


def built(sequence: int) -> stellar.Transaction:
    """The transaction, checked."""
    payment = stellar.Payment(destination=TO, asset=stellar.NativeAsset(), amount=AMOUNT)
    memo = stellar.MemoText(text=b"hello")
    return stellar.Transaction(chain=ROW, source=ME, fee=FEE, sequence=sequence, memo=memo, operations=(payment,))


def ours(signer: LocalSigner, sequence: int) -> bytes:
    """Build, sign and assemble."""
    return sign(built(sequence), signer).raw


def key(holder: Address) -> stellar.ContractData:
    """The entry of the ledger that has a holder's balance."""
    name, address = stellar.scval("symbol", "Balance"), stellar.scval("address", holder)
    return stellar.ContractData(contract=TOKEN, key=stellar.scval("vec", (name, address)))


@cache
def simulated() -> bytes:
    """The resources of a transfer, as a node tells them."""
    instance = stellar.ContractData(contract=TOKEN, key=stellar.scval("ledger-key-contract-instance"))
    data = stellar.SorobanData(
        read_only=(instance,),
        read_write=(key(ME), key(TO)),
        instructions=300_000,
        disk_read_bytes=600,
        write_bytes=400,
        resource_fee=90_000,
    )
    return data.encode(ROW)


def transfer(sequence: int) -> stellar.Transaction:
    """A call of ``transfer`` (SEP-41), which the source account authorizes; its resources are read."""
    scval = stellar.scval
    args = (scval("address", ME), scval("address", TO), scval("i128", AMOUNT))
    call = stellar.InvokeContract(contract=TOKEN, function="transfer", args=args)
    entry = stellar.AuthorizationEntry(credentials=None, invocation=stellar.Invocation(function=call))
    return stellar.Transaction(
        chain=ROW,
        source=ME,
        fee=CONTRACT_FEE,
        sequence=sequence,
        operations=(stellar.InvokeHostFunction(function=call, auth=(entry,)),),
        soroban=stellar.SorobanData.decode(ROW, simulated()),
    )


@cache
def pair() -> Any:
    """The SDK's key, which is made once, as ours is."""
    from stellar_sdk import Keypair

    return Keypair.from_raw_ed25519_seed(SEED)


def sdk_built(sequence: int) -> Any:
    """stellar-sdk, given accounts as text and amounts as decimals, as its documentation has it."""
    from stellar_sdk import Asset, Network, Payment, TextMemo, Transaction, TransactionEnvelope

    payment = Payment(TO.text, Asset.native(), "1.2345678")
    made = Transaction(source=ME.text, sequence=sequence, fee=FEE, operations=[payment], memo=TextMemo("hello"))
    return TransactionEnvelope(made, Network.PUBLIC_NETWORK_PASSPHRASE)


def sdk_unsigned(sequence: int) -> bytes:
    """Its envelope without signatures."""
    return bytes(sdk_built(sequence).to_xdr_object().to_xdr_bytes())


def sdk_raw(sequence: int) -> bytes:
    """The same, signed: on PyNaCl like ours."""
    envelope = sdk_built(sequence)
    envelope.sign(pair())
    return bytes(envelope.to_xdr_object().to_xdr_bytes())


def sdk_transfer(sequence: int) -> bytes:
    """The same call, of the SDK's own parts, and its envelope without signatures."""
    from stellar_sdk import Address as SdkAddress
    from stellar_sdk import InvokeHostFunction, Network, Transaction, TransactionEnvelope, scval, xdr

    called = xdr.InvokeContractArgs(
        contract_address=SdkAddress(TOKEN.text).to_xdr_sc_address(),
        function_name=xdr.SCSymbol(b"transfer"),
        args=[scval.to_address(ME.text), scval.to_address(TO.text), scval.to_int128(AMOUNT)],
    )
    kinds = xdr.SorobanAuthorizedFunctionType
    authorized = xdr.SorobanAuthorizedFunction(kinds.SOROBAN_AUTHORIZED_FUNCTION_TYPE_CONTRACT_FN, contract_fn=called)
    by_source = xdr.SorobanCredentials(xdr.SorobanCredentialsType.SOROBAN_CREDENTIALS_SOURCE_ACCOUNT)
    entry = xdr.SorobanAuthorizationEntry(by_source, xdr.SorobanAuthorizedInvocation(authorized, []))
    function = xdr.HostFunction(xdr.HostFunctionType.HOST_FUNCTION_TYPE_INVOKE_CONTRACT, invoke_contract=called)
    made = Transaction(
        source=ME.text,
        sequence=sequence,
        fee=CONTRACT_FEE,
        operations=[InvokeHostFunction(function, auth=[entry])],
        soroban_data=xdr.SorobanTransactionData.from_xdr_bytes(simulated()),
    )
    return bytes(TransactionEnvelope(made, Network.PUBLIC_NETWORK_PASSPHRASE).to_xdr_object().to_xdr_bytes())


def numbered(function: Callable[[int], bytes]) -> Callable[[Any, int], None]:
    """A sequence number of its own for each transaction."""

    def run(_: Any, count: int) -> None:
        for sequence in range(1, count + 1):
            function(sequence)

    return run


def envelopes() -> list[Case]:
    """Payment, transaction and the envelope without signatures."""
    return [
        Case(name="walletcore", run=numbered(lambda n: built(n).raw), answer=lambda: built(7).raw),
        Case(name="stellar-sdk", run=numbered(sdk_unsigned), answer=lambda: sdk_unsigned(7), needs="stellar_sdk"),
    ]


def transfers() -> list[Case]:
    """A call, its authorization and its resources, and the envelope without signatures."""
    return [
        Case(name="walletcore", run=numbered(lambda n: transfer(n).raw), answer=lambda: transfer(7).raw),
        Case(name="stellar-sdk", run=numbered(sdk_transfer), answer=lambda: sdk_transfer(7), needs="stellar_sdk"),
    ]


def payments() -> list[Case]:
    """Payment, transaction, signature and the envelope."""
    signer, unchecked = LocalSigner(KEY), LocalSigner(KEY, check=False)
    return [
        Case(name="walletcore", run=numbered(lambda n: ours(signer, n)), answer=lambda: ours(signer, 7)),
        Case(
            name="walletcore, check=False",
            run=numbered(lambda n: ours(unchecked, n)),
            answer=lambda: ours(unchecked, 7),
        ),
        Case(name="stellar-sdk", run=numbered(sdk_raw), answer=lambda: sdk_raw(7), needs="stellar_sdk"),
    ]


WORKLOADS = [
    Workload(
        name="Stellar payment -> envelope",
        reference="stellar-sdk",
        cases=envelopes,
        targets=(Target(case="walletcore", reference="stellar-sdk", ratio=1 / 5),),
    ),
    Workload(
        name="Stellar contract transfer -> envelope",
        reference="stellar-sdk",
        cases=transfers,
        targets=(Target(case="walletcore", reference="stellar-sdk", ratio=1 / 5),),
    ),
    Workload(
        name="Stellar payment -> signed envelope",  # of which libsodium takes most
        reference="stellar-sdk",
        cases=payments,
        targets=(Target(case="walletcore", reference="stellar-sdk", ratio=1),),
    ),
]
