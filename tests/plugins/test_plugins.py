"""Packages of others, as pip leaves them: a signer and a family of chains are found, examined, and shadow nothing."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

PLUGINS = Path(__file__).parent

USES = """
from walletcore import PublicKey, PrivateKey, Secret, Curve, open_signer, chain, sign
from walletcore.chains import evm
from walletcore.testing import check_chain, check_signer

key = PrivateKey(Curve.SECP256K1, Secret((7).to_bytes(32)))
hsm = open_signer("toyhsm:slot/7", public_key=key.public_key, secrets=lambda name: Secret(b"739105"))
report = check_signer(hsm, secrets=[b"739105"])
print(type(hsm).__name__, [scheme.value for scheme in report.schemes], report.is_deterministic)

toynet = chain("toy:toynet", evm.Evm)
payment = evm.Transaction(chain=toynet, sender=hsm.public_key, to=toynet.address(hsm.public_key), value=1, nonce=0,
                          gas=21_000, max_fee=1, max_priority_fee=1)
found = check_chain(toynet, samples=[payment], keys=[key])
assert sign(payment, hsm).transaction == payment
print(toynet.caip2, len(found.signed), found.undetected)

asked = []
def vault(name):
    asked.append(name)
    return key.secret
print(type(open_signer("local:", public_key=key.public_key, secrets=vault)).__name__, asked)
"""
REFUSED = """
from walletcore import PrivateKey, Secret, Curve, open_signer
from walletcore.errors import WalletcoreError

key = PrivateKey(Curve.SECP256K1, Secret((7).to_bytes(32))).public_key
for uri, pin in (("toyhsm:slot/7", b"739105"), ("toyhsm:slot/8", b"739105"), ("toyhsm:slot/7", b"000000")):
    try:
        open_signer(uri, public_key=key, secrets=lambda name: Secret(pin))
    except WalletcoreError as error:
        print(type(error).__name__, error.reason)
    else:
        print("opened")
"""


def install(name: str, target: Path) -> None:
    """Put a package where pip would: its modules, and its metadata as the build would write it from pyproject.toml."""
    project = tomllib.loads((PLUGINS / name / "pyproject.toml").read_text())["project"]
    for module in (PLUGINS / name).glob("*.py"):
        (target / module.name).write_text(module.read_text())
    metadata = target / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{point} = {goal}" for point, goal in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")


def run(program: str, target: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_signer_and_a_family_of_another_package_are_found_and_keep_every_promise(tmp_path: Path) -> None:
    install("toyhsm", tmp_path)
    assert run(USES, tmp_path) == [
        "ToyHsm ['ecdsa'] False",
        "eip155:987654321 1 0",
        "LocalSigner ['private key']",
    ]


def test_a_signer_of_another_package_must_hold_the_pinned_key(tmp_path: Path) -> None:
    install("toyhsm", tmp_path)
    assert run(REFUSED, tmp_path) == ["opened", "SignerError mismatch", "SignerError policy"]


def test_two_packages_with_one_scheme_are_refused_whichever_comes_first(tmp_path: Path) -> None:
    install("rival", tmp_path)
    install("toyhsm", tmp_path)
    assert run(REFUSED, tmp_path) == ["Unsupported ambiguous"] * 3
