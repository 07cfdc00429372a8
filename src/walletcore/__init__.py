"""walletcore: words become keys, addresses and signatures.

Importing this package imports nothing else: each name below is fetched from its module when it is first used.
"""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False  # importing typing would cost more than all the rest; type checkers know the name

if TYPE_CHECKING:
    from walletcore.chains import chain as chain
    from walletcore.chains.base import Address as Address
    from walletcore.chains.base import Chain as Chain
    from walletcore.errors import WalletcoreError as WalletcoreError
    from walletcore.hd.bip32 import ExtendedPrivateKey as ExtendedPrivateKey
    from walletcore.hd.bip32 import ExtendedPublicKey as ExtendedPublicKey
    from walletcore.keys import Curve as Curve
    from walletcore.keys import PrivateKey as PrivateKey
    from walletcore.keys import PublicKey as PublicKey
    from walletcore.keys import Scheme as Scheme
    from walletcore.mnemonic.bip39 import Mnemonic as Mnemonic
    from walletcore.path import KeyOrigin as KeyOrigin
    from walletcore.path import Path as Path
    from walletcore.path import hardened as hardened
    from walletcore.secret import Secret as Secret
    from walletcore.signers import open_async_signer as open_async_signer
    from walletcore.signers import open_signer as open_signer
    from walletcore.signers.local import LocalSigner as LocalSigner
    from walletcore.signing import Signature as Signature
    from walletcore.signing import SigningRequest as SigningRequest
    from walletcore.signing import collect as collect
    from walletcore.signing import complete as complete
    from walletcore.signing import merge as merge
    from walletcore.signing import sign as sign
    from walletcore.signing import sign_async as sign_async
    from walletcore.wallet import Wallet as Wallet

__version__ = "0.1.0.dev0"

_PLACES = {
    "Address": "chains.base",
    "Chain": "chains.base",
    "Curve": "keys",
    "ExtendedPrivateKey": "hd.bip32",
    "ExtendedPublicKey": "hd.bip32",
    "KeyOrigin": "path",
    "LocalSigner": "signers.local",
    "Mnemonic": "mnemonic.bip39",
    "Path": "path",
    "PrivateKey": "keys",
    "PublicKey": "keys",
    "Scheme": "keys",
    "Secret": "secret",
    "Signature": "signing",
    "SigningRequest": "signing",
    "Wallet": "wallet",
    "WalletcoreError": "errors",
    "chain": "chains",
    "collect": "signing",
    "complete": "signing",
    "hardened": "path",
    "merge": "signing",
    "open_async_signer": "signers",
    "open_signer": "signers",
    "sign": "signing",
    "sign_async": "signing",
}

__all__ = [
    "Address",
    "Chain",
    "Curve",
    "ExtendedPrivateKey",
    "ExtendedPublicKey",
    "KeyOrigin",
    "LocalSigner",
    "Mnemonic",
    "Path",
    "PrivateKey",
    "PublicKey",
    "Scheme",
    "Secret",
    "Signature",
    "SigningRequest",
    "Wallet",
    "WalletcoreError",
    "chain",
    "collect",
    "complete",
    "hardened",
    "merge",
    "open_async_signer",
    "open_signer",
    "sign",
    "sign_async",
]


__getattr__ = lazily(__name__, _PLACES)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
