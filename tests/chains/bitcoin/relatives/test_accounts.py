"""Extended keys of accounts on relatives of Bitcoin, and the addresses below them, as others have published them."""

from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.keys import Curve, PublicKey


@vectors("relatives/accounts", operation="hd.derive")
def test_a_seed_leads_to_the_published_accounts(case: Case) -> None:
    root = ExtendedPrivateKey.from_seed(bytes.fromhex(case.input["seed"]), network=case.input.get("network", "mainnet"))
    account, kind = root.derive(case.input["path"]), case.input.get("slip132", "")
    public = account.public
    shown = {
        "xprv": account.reveal(kind=kind),
        "xpub": public.text(kind=kind),
        "chain_code": public.chain_code.hex(),
        "public": public.public_key.data.hex(),
    }
    assert case.expect.items() <= {"result": "valid", **shown}.items()
    assert ExtendedPublicKey.parse(shown["xpub"], kind=kind, network=root.network).text(kind=kind) == shown["xpub"]
    assert ExtendedPrivateKey.parse(shown["xprv"], kind=kind, network=root.network).reveal(kind=kind) == shown["xprv"]


@vectors("relatives/accounts", operation="address.encode")
def test_keys_below_an_account_have_the_published_addresses(case: Case) -> None:
    row = chain(case.input["chain"], BitcoinChain)
    if "xpub" in case.input:
        public = ExtendedPublicKey.parse(case.input["xpub"]).derive(case.input["path"]).public_key
    else:
        public = PublicKey(Curve.SECP256K1, bytes.fromhex(case.input["public_key"]))
    address = row.address(public, kind=case.input["kind"])
    assert {"address": address.text, "payload": address.payload.hex()}.items() >= {
        (name, value) for name, value in case.expect.items() if name != "result"
    }
