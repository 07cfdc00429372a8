"""One signed transaction per family, rebuilt from the published inputs: preimages, signatures, raw bytes and ids."""

from collections.abc import Callable, Mapping
from typing import Any

from support.vectors import Case, vectors
from walletcore import KeyOrigin, Path, Wallet, chain, sign
from walletcore.chains import bitcoin, evm, solana
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.keys import Curve
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.signing import Signable


class Keys:
    """Keys of a case's phrase by path, with their origins."""

    def __init__(self, given: Mapping[str, Any], curve: Curve) -> None:
        seed = Mnemonic.parse(given["mnemonic"]).seed(given["passphrase"])
        self.root: Any = (
            Slip10PrivateKey.from_seed(seed, curve) if curve is Curve.ED25519 else ExtendedPrivateKey.from_seed(seed)
        )

    def named(self, path: str) -> dict[str, Any]:
        origin = KeyOrigin(self.root.fingerprint, Path.parse(path))
        return {"key": self.root.derive(path).public_key, "origin": origin}


def bitcoin_transaction(given: Mapping[str, Any]) -> bitcoin.Transaction:
    row, keys = chain("bitcoin", bitcoin.BitcoinChain), Keys(given, Curve.SECP256K1)
    return bitcoin.Transaction(
        chain=row,
        inputs=tuple(
            bitcoin.Input(
                txid=each["txid"],
                vout=each["vout"],
                sequence=each["sequence"],
                value=int(each["amount"]),
                kind=each["kind"],
                **keys.named(each["path"]),
            )
            for each in given["inputs"]
        ),
        outputs=tuple(bitcoin.pay(row.parse_address(o["address"]), int(o["amount"])) for o in given["outputs"]),
        version=given["version"],
        locktime=given["locktime"],
    )


def ethereum_transaction(given: Mapping[str, Any]) -> evm.Transaction:
    row, named = chain("ethereum", evm.Evm), Keys(given, Curve.SECP256K1).named(given["path"])
    return evm.Transaction(
        chain=row,
        sender=named["key"],
        origin=named["origin"],
        to=row.account(bytes.fromhex(given["to"])),
        data=bytes.fromhex(given["data"]),
        value=int(given["value"]),
        nonce=int(given["nonce"]),
        gas=int(given["gas"]),
        max_fee=int(given["max_fee"]),
        max_priority_fee=int(given["max_priority_fee"]),
    )


def solana_transaction(given: Mapping[str, Any]) -> solana.Transaction:
    row, keys = chain("solana", solana.SolanaChain), Keys(given, Curve.ED25519)
    transfer = given["transfer"]
    return solana.Transaction.compile(
        chain=row,
        fee_payer=row.parse_address(given["fee_payer"]),
        instructions=[
            solana.transfer(
                source=row.parse_address(transfer["source"]),
                destination=row.parse_address(transfer["destination"]),
                lamports=int(transfer["lamports"]),
            )
        ],
        recent_blockhash=given["recent_blockhash"],
        signers=tuple((named["key"], named["origin"]) for named in map(keys.named, given["paths"])),
    )


BUILDERS: dict[str, Callable[[Mapping[str, Any]], Signable[Any]]] = {
    "bitcoin": bitcoin_transaction,
    "ethereum": ethereum_transaction,
    "solana": solana_transaction,
}


@vectors("chains/demo-transactions")
def test_the_published_inputs_give_the_bytes_that_others_signed(case: Case) -> None:
    transaction = BUILDERS[case.input["chain"]](case.input)
    expect = case.expect
    requests = transaction.requests()
    preimages = expect.get("preimages") or [expect["preimage"]] * len(requests)
    assert [request.payload.hex() for request in requests] == preimages
    sighashes = expect.get("sighashes") or [expect["sighash"]] if "sighash" in expect or "sighashes" in expect else None
    assert sighashes in (None, [request.message.hex() for request in requests])
    wallet = Wallet.from_mnemonic(case.input["mnemonic"], case.input["passphrase"])
    signed = sign(transaction, *wallet.signers_for(transaction))
    assert signed.raw.hex() == expect["raw"]
    assert signed.id.removeprefix("0x") == expect["id"]
    assert expect.get("signatures") in (None, [answer.data.hex() for answer in signed.answers if answer])
