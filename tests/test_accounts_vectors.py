"""BIP-44, 49, 84 and 86 from seed to account keys and addresses, against published figures."""

from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.keys import Curve


@vectors("bip44/accounts", "bip49/accounts", "bip84/accounts", "bip86/accounts", operation="hd.derive")
def test_account_keys_are_the_published_ones_and_their_texts_read_back(case: Case) -> None:
    seed, kind = bytes.fromhex(case.input["seed"]), case.input.get("slip132", "")
    root = ExtendedPrivateKey.from_seed(seed, network=case.input.get("network", "mainnet"))
    key = root.derive(case.input["path"])
    assert key.private_key.secret.reveal().hex() == case.expect["private"]
    assert (key.public_key.data.hex(), key.chain_code.hex()) == (case.expect["public"], case.expect["chain_code"])
    if "xprv" in case.expect:
        assert key.reveal(kind=kind) == case.expect["xprv"]
        assert ExtendedPrivateKey.parse(case.expect["xprv"], kind=kind).reveal(kind=kind) == case.expect["xprv"]
    if "xpub" in case.expect:
        assert key.public.text(kind=kind) == case.expect["xpub"]
        assert ExtendedPublicKey.parse(case.expect["xpub"], kind=kind).text(kind=kind) == case.expect["xpub"]


@vectors("bip44/accounts", "bip49/accounts", "bip84/accounts", "bip86/accounts", operation="address.encode")
def test_addresses_below_the_account_are_the_published_ones(case: Case) -> None:
    row = chain(case.input["chain"])
    derivation = "slip10" if row.curves == (Curve.ED25519,) else "bip32"
    key = master(derivation, row.curves[0], bytes.fromhex(case.input["seed"])).derive(case.input["path"])
    assert key.private_key.secret.reveal().hex() == case.expect["private"]
    assert key.public_key.data.hex() == case.expect["public_key"]
    address = row.address(key.public_key, kind=case.input.get("kind", ""))
    assert str(address) == case.expect["address"]
    assert row.parse_address(case.expect["address"]) == address
    if "payload" in case.expect:
        assert address.payload.hex() == case.expect["payload"]
    if "output_key" in case.expect:
        internal = key.public_key.even_y()
        assert internal.data[1:].hex() == case.expect["internal_key"]
        assert internal.taproot_output(b"").data[1:].hex() == case.expect["output_key"]
