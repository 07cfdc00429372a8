"""The room of phrases: opening one scheme opens none of the others."""

import pytest

from house.source import child, modules

SHARED = {"walletcore.mnemonic"} | {
    f"walletcore.mnemonic.{room}"
    for room in (
        "wordlists",
        "wordlists.monero",
        "wordlists.polyseed",
        "interpolation",
        "entropy",
        "schemes",
        "triples",
        "aez",
    )
}
OVER_BIP39 = {"walletcore.mnemonic.seed_xor", "walletcore.mnemonic.recovery"}  # what makes phrases of BIP-39 of others
SCHEMES = sorted(
    module.dotted for module in modules() if module.name.startswith("mnemonic.") and module.dotted not in SHARED
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_importing_a_scheme_imports_no_other(scheme: str) -> None:
    loaded = child(f"import {scheme}\nprint(*sorted(sys.modules))").split()
    assert scheme in loaded
    known = {scheme, *SHARED, *({"walletcore.mnemonic.bip39"} if scheme in OVER_BIP39 else ())}
    assert {name for name in loaded if name.startswith("walletcore.mnemonic")} <= known
    assert "secrets" not in loaded


def test_importing_the_room_imports_no_scheme() -> None:
    loaded = child("import walletcore.mnemonic\nprint(*sorted(sys.modules))").split()
    assert {name for name in loaded if name.startswith("walletcore.")} == {"walletcore.lazily", "walletcore.mnemonic"}
