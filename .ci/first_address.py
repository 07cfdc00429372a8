"""Uses the installed wheel, and nothing but its core dependencies, as a service would: one address of each family."""

import walletcore
from walletcore import Wallet

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
EXPECTED = {  # BIP-84's first test vector; the others as MetaMask and Phantom show them
    "bitcoin": "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
    "ethereum": "0x9858EfFD232B4033E47d90003D41EC34EcaEda94",
    "solana": "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk",
}

with Wallet.from_mnemonic(PHRASE) as wallet:
    for name, expected in EXPECTED.items():
        address = str(wallet.address(name))
        if address != expected:
            raise SystemExit(f"{name}: expected {expected}, got {address}")
        print(name, address)
print(f"walletcore {walletcore.__version__} from {walletcore.__path__[0]}")
