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
BUILT_ON = {  # what makes phrases or strings of a scheme of others
    "walletcore.mnemonic.seed_xor": "walletcore.mnemonic.bip39",
    "walletcore.mnemonic.recovery": "walletcore.mnemonic.bip39",
    "walletcore.mnemonic.codex32_correction": "walletcore.mnemonic.codex32",
}
SCHEMES = sorted(
    module.dotted for module in modules() if module.name.startswith("mnemonic.") and module.dotted not in SHARED
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_importing_a_scheme_imports_no_other(scheme: str) -> None:
    loaded = child(f"import {scheme}\nprint(*sorted(sys.modules))").split()
    assert scheme in loaded
    known = {scheme, *SHARED, BUILT_ON.get(scheme, scheme)}
    assert {name for name in loaded if name.startswith("walletcore.mnemonic")} <= known
    assert "secrets" not in loaded


def test_importing_the_room_imports_no_scheme() -> None:
    loaded = child("import walletcore.mnemonic\nprint(*sorted(sys.modules))").split()
    assert {name for name in loaded if name.startswith("walletcore.")} == {"walletcore.lazily", "walletcore.mnemonic"}
