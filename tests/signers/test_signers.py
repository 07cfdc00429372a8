"""Opening a signer by its URI: pinned keys, secrets from a callback, and back ends of other packages."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1, Bip39SeedGenerator

from walletcore.errors import (
    InvalidKey,
    KeystoreError,
    MnemonicError,
    PathError,
    SignerError,
    Unsupported,
    WalletcoreError,
)
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import SCHEMES, open_signer
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signer, SigningRequest

PHRASE = "abandon " * 11 + "about"
KEY = PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32))
SEED = Bip39SeedGenerator(PHRASE).Generate("TREZOR")
PATH = "m/44'/60'/0'/0/5"
HD_KEY = PublicKey(
    Curve.SECP256K1, Bip32Slip10Secp256k1.FromSeedAndPath(SEED, PATH).PublicKey().RawCompressed().ToBytes()
)
ED_KEY = PublicKey(
    Curve.ED25519,
    Bip32Slip10Ed25519.FromSeedAndPath(SEED, "m/44'/501'/0'").PublicKey().RawCompressed().ToBytes()[1:],
)
HELD: dict[str, bytes] = {"private key": bytes([7]) * 32, "mnemonic": PHRASE.encode(), "passphrase": b"TREZOR"}


class Asked:
    """A callback for secrets that remembers which were asked for."""

    def __init__(self, **other: Any) -> None:
        self.names: list[str] = []
        self.other = {name.replace("_", " "): value for name, value in other.items()}

    def __call__(self, name: str) -> Secret:
        self.names.append(name)
        answer = self.other.get(name, HELD[name])
        return Secret(answer) if type(answer) is bytes else answer


def reason(error: type[WalletcoreError], call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args, **options)
    return caught.value.reason


def signs_for(signer: object, public_key: PublicKey, scheme: Scheme = Scheme.ECDSA) -> bool:
    assert isinstance(signer, Signer)
    request = SigningRequest(key=public_key, scheme=scheme, payload=bytes(32))
    return bool(request.accept(signer.sign(request))) and signer.public_key == public_key


def test_a_local_signer_asks_for_its_key_when_it_is_opened() -> None:
    asked = Asked()
    signer = open_signer("local:", public_key=KEY.public_key, secrets=asked)
    assert asked.names == ["private key"]
    assert signs_for(signer, KEY.public_key)


def test_an_hd_signer_derives_the_key_that_another_implementation_derives() -> None:
    asked = Asked()
    signer = open_signer(f"hd:{PATH}", public_key=HD_KEY, secrets=asked)
    assert asked.names == ["mnemonic", "passphrase"]
    assert signs_for(signer, HD_KEY)
    assert signs_for(
        open_signer(f"HD:{PATH}?derivation=bip32&language=english", public_key=HD_KEY, secrets=asked), HD_KEY
    )


def test_an_hd_signer_derives_ed25519_keys_by_slip10() -> None:
    signer = open_signer("hd:m/44'/501'/0'?derivation=slip10", public_key=ED_KEY, secrets=Asked())
    assert signs_for(signer, ED_KEY, Scheme.ED25519)


def test_a_key_that_is_not_the_pinned_one_is_refused() -> None:
    assert reason(InvalidKey, open_signer, "local:", public_key=HD_KEY, secrets=Asked()) == "mismatch"
    assert reason(InvalidKey, open_signer, f"hd:{PATH}", public_key=KEY.public_key, secrets=Asked()) == "mismatch"
    assert reason(InvalidKey, open_signer, "hd:m/0", public_key=HD_KEY, secrets=Asked()) == "mismatch"
    asked = Asked(passphrase=b"")
    assert reason(InvalidKey, open_signer, f"hd:{PATH}", public_key=HD_KEY, secrets=asked) == "mismatch"


@pytest.mark.parametrize("pinned", [None, KEY.public_key.data, KEY.public_key.data.hex(), KEY, "local:"])
def test_a_signer_is_opened_for_a_public_key_and_nothing_else(pinned: Any) -> None:
    asked = Asked()
    assert reason(SignerError, open_signer, "local:", public_key=pinned, secrets=asked) == "type"
    assert asked.names == []


@pytest.mark.parametrize(
    ("uri", "error", "why"),
    [
        ("local:key", SignerError, "unknown"),
        ("local:?key=1", SignerError, "unknown"),
        ("local", SignerError, "prefix"),
        ("", SignerError, "prefix"),
        ("hd:", PathError, "prefix"),
        ("hd:44'/60'", PathError, "prefix"),
        ("hd:m/44'/60'/0'/0/2147483648", PathError, "range"),
        ("hd:m/x", PathError, "character"),
        ("hd:m#0", PathError, "prefix"),
        ("hd://m", PathError, "prefix"),
        ("hd:m?derivation=electrum", Unsupported, "unknown"),
        ("hd:m?index=5", SignerError, "unknown"),
        ("hd:m?language=english&language=french", SignerError, "duplicate"),
        ("hd:m?language=klingon", MnemonicError, "unknown"),
        ("hd:m?language=french", MnemonicError, "unknown"),
        ("ledger:m/0", Unsupported, "unknown"),
        ("1:", Unsupported, "unknown"),
        ("x" * 1000 + ":", Unsupported, "unknown"),
    ],
)
def test_a_uri_that_leads_nowhere_is_refused(uri: str, error: type[WalletcoreError], why: str) -> None:
    assert reason(error, open_signer, uri, public_key=HD_KEY, secrets=Asked()) == why


def test_an_ed25519_key_has_no_bip32_path() -> None:
    assert reason(Unsupported, open_signer, "hd:m/44'/501'", public_key=ED_KEY, secrets=Asked()) == "unknown"


@pytest.mark.parametrize("uri", ["local:", f"hd:{PATH}"])
def test_without_a_callback_the_name_of_what_is_missing_is_told(uri: str) -> None:
    with pytest.raises(SignerError, match=r"private key|mnemonic") as caught:
        open_signer(uri, public_key=HD_KEY)
    assert caught.value.reason == "missing"


@pytest.mark.parametrize("given", [None, "text", 7, ["text"]])
def test_a_callback_gives_secrets_and_nothing_else(given: Any) -> None:
    for name, uri in (("private_key", "local:"), ("mnemonic", "hd:m"), ("passphrase", "hd:m")):
        asked = Asked(**{name: given})
        with pytest.raises(WalletcoreError) as caught:
            open_signer(uri, public_key=HD_KEY, secrets=asked)
        assert caught.value.reason == "type"


@pytest.mark.parametrize("name", ["mnemonic", "passphrase"])
def test_X10_a_secret_that_is_no_text_is_refused_without_being_shown(name: str) -> None:
    canary = b"c0ffee\xffc0ffee"
    with pytest.raises(SignerError) as caught:
        open_signer("hd:m", public_key=HD_KEY, secrets=Asked(**{name: canary}))
    error: BaseException | None = caught.value
    assert caught.value.reason == "character"
    while error is not None:
        assert "c0ffee" not in repr(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


def test_what_the_callback_raises_comes_through() -> None:
    def locked(name: str) -> Secret:
        raise SignerError(f"the {name} is locked", reason="policy")

    for uri in ("local:", "hd:m"):
        assert reason(SignerError, open_signer, uri, public_key=HD_KEY, secrets=locked) == "policy"


def test_X10_what_fails_in_the_callback_and_what_it_has_wiped_is_told_as_a_signer_s() -> None:
    wiped = Secret(bytes([7]) * 32)
    wiped.wipe()

    def closed(name: str) -> Secret:
        raise KeystoreError("the password is wrong", reason="checksum")

    for uri in ("local:", "hd:m"):
        assert reason(SignerError, open_signer, uri, public_key=HD_KEY, secrets=closed) == "checksum"
        assert reason(SignerError, open_signer, uri, public_key=HD_KEY, secrets=lambda name: wiped) == "wiped"


def test_a_wrong_private_key_is_refused() -> None:
    for data, why in ((b"\1", "length"), (bytes(32), "range"), (bytes([8]) * 32, "mismatch")):
        asked = Asked(private_key=data)
        assert reason(InvalidKey, open_signer, "local:", public_key=KEY.public_key, secrets=asked) == why


# -- back ends of other packages

BACK_END = """
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner

def open_uri(uri, public_key, secrets):
    uri.expect("slot", path="box")
    return LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes([int(uri.option("slot"))]) * 32)))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution that registers the scheme "vault" (and tries to take "local"), as pip would leave it."""
    (tmp_path / "vault_back_end.py").write_text(BACK_END)
    metadata = tmp_path / "vault_back_end-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: vault-back-end\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[walletcore.signers]\nvault = vault_back_end:open_uri\nlocal = vault_back_end:open_uri\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("installed")
def test_a_back_end_of_another_package_is_found_by_its_entry_point() -> None:
    signer = open_signer("vault:box?slot=7", public_key=KEY.public_key)
    assert type(signer) is LocalSigner
    assert signs_for(signer, KEY.public_key)
    assert signs_for(open_signer("VAULT:box?slot=7", public_key=KEY.public_key), KEY.public_key)
    assert reason(Unsupported, open_signer, "vaults:box?slot=7", public_key=KEY.public_key) == "unknown"


@pytest.mark.parametrize(
    ("name", "back_end"),
    [
        ("nothing", "None"),
        ("keyless", "object()"),
        ("unpinned", "type('Signer', (), {'public_key': None})()"),
        ("silent", "type('Signer', (), {'public_key': public_key})()"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_back_end_of_another_package_must_give_a_signer(tmp_path: Path, name: str, back_end: str) -> None:
    (tmp_path / f"back_end_of_{name}.py").write_text(
        f"def open_uri(uri, public_key, secrets):\n    return {back_end}\n"
    )
    entries = tmp_path / "vault_back_end-1.0.dist-info" / "entry_points.txt"
    entries.write_text(f"[walletcore.signers]\n{name} = back_end_of_{name}:open_uri\n")
    assert reason(SignerError, open_signer, f"{name}:", public_key=KEY.public_key) == "type"


@pytest.mark.usefixtures("installed")
def test_a_back_end_of_another_package_must_hold_the_pinned_key_as_well() -> None:
    assert reason(SignerError, open_signer, "vault:box?slot=8", public_key=KEY.public_key) == "mismatch"


@pytest.mark.usefixtures("installed")
def test_a_back_end_of_another_package_reads_its_uri_by_the_same_rules() -> None:
    for uri in ("vault:cellar?slot=7", "vault:box?slot=7&pin=1"):
        assert reason(SignerError, open_signer, uri, public_key=KEY.public_key) == "unknown"


@pytest.mark.usefixtures("installed")
def test_another_package_cannot_take_the_place_of_a_scheme_of_ours() -> None:
    asked = Asked()
    open_signer("local:", public_key=KEY.public_key, secrets=asked)
    assert asked.names == ["private key"]


@pytest.mark.parametrize("scheme", [*SCHEMES, "LOCAL", "AwsKms"])
@pytest.mark.usefixtures("installed")
def test_no_scheme_of_ours_is_looked_for_elsewhere(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "taker.py").write_text("raise AssertionError('a taker was imported')\n")
    entries = "\n".join(f"{name} = taker:open_uri" for name in dict.fromkeys([*SCHEMES, scheme, "taken"]))
    (tmp_path / "vault_back_end-1.0.dist-info" / "entry_points.txt").write_text(f"[walletcore.signers]\n{entries}\n")
    with pytest.raises(WalletcoreError) as caught:
        open_signer(f"{scheme}:no such key", public_key=KEY.public_key, secrets=Asked())
    assert not isinstance(caught.value, Unsupported)
    assert reason(Unsupported, open_signer, "taken:", public_key=KEY.public_key) == "missing"  # the one that is theirs


@pytest.mark.parametrize("text", ["", "open_uri = 1 / 0", "import no_such_module", "raise SystemError"])
@pytest.mark.usefixtures("installed")
def test_a_back_end_of_another_package_that_cannot_be_imported_is_told_by_an_error_of_ours(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "torn.py").write_text(text)
    entries = tmp_path / "vault_back_end-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[walletcore.signers]\ntorn = torn:open_uri\n")
    sys.modules.pop("torn", None)
    assert reason(Unsupported, open_signer, "torn:", public_key=KEY.public_key) == "missing"


def test_without_that_package_its_scheme_is_unknown() -> None:
    assert reason(Unsupported, open_signer, "vault:box?slot=7", public_key=KEY.public_key) == "unknown"


def test_every_scheme_of_ours_is_a_module_with_an_opener() -> None:
    for module in SCHEMES.values():
        assert callable(importlib.import_module(module).open_uri)
