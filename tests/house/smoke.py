"""The main job in a few lines: words become keys, addresses and signatures, on one chain of each family.

Children of the house tests run it under odd conditions and compare what it prints; that the bytes are right is proven
elsewhere.
"""

from walletcore import Mnemonic, Wallet, chain, sign
from walletcore.chains import bitcoin, evm, solana

__all__ = ["run"]

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


def run() -> list[str]:
    """Derive, encode and sign; each line is an address or the bytes of a signed transaction."""
    lines = [Mnemonic.parse(PHRASE, language="english").seed("TREZOR").reveal().hex()]
    with Wallet.from_mnemonic(PHRASE) as wallet:
        for name in ("bitcoin", "ethereum", "solana"):
            row = chain(name)
            lines += [str(wallet.address(name, profile=profile.name)) for profile in row.profiles]
            lines += [row.parse_address(line).text for line in lines[-1:]]
        lines += [bitcoin_spend(wallet), ethereum(wallet), solana_transfer(wallet)]
        watching = Wallet.from_xpub(str(wallet.xpub("bitcoin")))
        lines.append(str(watching.address("bitcoin", index=7)))
    return lines


def bitcoin_spend(wallet: Wallet) -> str:
    """A signed transaction that spends one output of P2WPKH and one of P2TR."""
    row = chain("bitcoin", bitcoin.BitcoinChain)
    transaction = bitcoin.Transaction(
        chain=row,
        inputs=tuple(
            bitcoin.Input(
                txid=f"{index:064x}",
                vout=0,
                value=60_000,
                key=wallet.public_key(row, kind=kind),
                kind=kind,
                origin=wallet.origin(row, kind=kind),
            )
            for index, kind in enumerate(("p2wpkh", "p2tr"), 1)
        ),
        outputs=(bitcoin.pay(wallet.address(row, index=1), 119_000),),
    )
    return sign(transaction, *wallet.signers_for(transaction)).raw.hex()


def ethereum(wallet: Wallet) -> str:
    """A signed EIP-1559 transfer."""
    row = chain("ethereum", evm.Evm)
    transaction = evm.Transaction(
        chain=row,
        sender=wallet.public_key(row),
        to=wallet.address(row, index=1),
        value=10**17,
        nonce=0,
        gas=21_000,
        max_fee=30 * evm.GWEI,
        max_priority_fee=evm.GWEI,
    )
    return sign(transaction, wallet.signer(row)).raw.hex()


def solana_transfer(wallet: Wallet) -> str:
    """A signed transfer of lamports."""
    row = chain("solana", solana.SolanaChain)
    source = wallet.public_key(row)
    transaction = solana.Transaction.compile(
        chain=row,
        fee_payer=source,
        instructions=[solana.transfer(source=source, destination=wallet.address(row, account=1), lamports=1)],
        recent_blockhash=bytes(range(32)),
    )
    return sign(transaction, wallet.signer(row)).raw.hex()
