"""Signers over keystore files: what the file must be, what is in it, and the key that is pinned."""

import json
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from house.canary import KEY, PASSPHRASE, leaks
from house.doors import told
from house.source import child
from walletcore.errors import InvalidKey, KeystoreError, SignerError, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.keystore import web3
from walletcore.secret import Secret
from walletcore.signers import open_signer
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signer, SigningRequest

PASSWORD = "correct horse"
PINNED = PrivateKey(Curve.SECP256K1, Secret(KEY)).public_key
STORED = json.dumps(Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=1000))
LARGEST = 1 << 19


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A keystore file that eth-account made, private to its owner."""
    file = tmp_path / "key.json"
    file.touch(mode=0o600)
    file.write_text(STORED)
    return file


class Asked:
    """A callback for secrets that remembers what it was asked for."""

    def __init__(self, password: Any = None) -> None:
        self.names: list[str] = []
        self.password: Secret = Secret(PASSWORD.encode()) if password is None else password

    def __call__(self, name: str) -> Secret:
        self.names.append(name)
        return self.password


def opened(uri: str, secrets: Callable[[str], Secret] | None = None, pinned: PublicKey = PINNED) -> Signer:
    return open_signer(uri, public_key=pinned, secrets=secrets or Asked())


def why(error: type[WalletcoreError], uri: str, *arguments: Any) -> str:
    with pytest.raises(error) as caught:
        opened(uri, *arguments)
    assert "key.json" not in str(caught.value)
    return caught.value.reason


def test_a_file_signs_with_its_key(path: Path) -> None:
    asked = Asked()
    signer = opened(f"file:{path}", asked)
    assert asked.names == ["password"]
    assert type(signer) is LocalSigner
    request = SigningRequest(key=PINNED, scheme=Scheme.ECDSA, payload=bytes(32))
    assert request.accept(signer.sign(request))


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "FILE:{}", "file:{}?permissions=owner"])
def test_a_uri_may_have_an_empty_host(path: Path, form: str) -> None:
    assert opened(form.format(path)).public_key == PINNED


def test_a_path_is_percent_decoded(tmp_path: Path, path: Path) -> None:
    moved = path.rename(tmp_path / "key ü?#%41.json")
    assert moved.exists()
    quoted = "key%20%C3%BC%3F%23%2541.json"
    assert opened(f"file:{tmp_path}/{quoted}").public_key == PINNED
    assert opened(f"file:{str(tmp_path).replace('/', '%2F')}/{quoted}").public_key == PINNED


@pytest.mark.parametrize(
    "rest",
    [
        *("", "key.json", "./key.json", "~/key.json", "//", "//host/key.json", "//localhost/key.json", "//key.json"),
        *("////key.json", "%2F%2Fhost/key.json", "/a%00/key.json", "c:/key.json", "\\key.json"),
    ],
)
def test_what_is_no_absolute_path_without_a_host_is_refused(rest: str) -> None:
    asked = Asked()
    assert why(SignerError, f"file:{rest}", asked) == "prefix"
    assert asked.names == []


@pytest.mark.parametrize("query", ["password=x", "permissions=all", "permissions=", "permissions=any&mode=600"])
def test_an_option_that_is_not_known_is_refused(path: Path, query: str) -> None:
    assert why(SignerError, f"file:{path}?{query}") == "unknown"


# What the file must be


def test_a_file_that_is_not_there_is_missing(tmp_path: Path, path: Path) -> None:
    asked = Asked()
    for name in ("none.json", "none/key.json", "key.json/key.json", "x" * 300):
        assert why(SignerError, f"file:{tmp_path}/{name}", asked) == "missing"
    assert asked.names == []


def test_a_symbolic_link_is_refused(tmp_path: Path, path: Path) -> None:
    (tmp_path / "link.json").symlink_to(path)
    (tmp_path / "dangling.json").symlink_to(tmp_path / "none")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    for name in ("link.json", "dangling.json", "loop.json"):
        assert why(SignerError, f"file:{tmp_path}/{name}") == "policy"
        assert why(SignerError, f"file:{tmp_path}/{name}?permissions=any") == "policy"


def test_a_folder_may_be_a_symbolic_link(tmp_path: Path, path: Path) -> None:
    (tmp_path / "..data").symlink_to(tmp_path)  # as orchestrators mount secrets
    assert opened(f"file:{tmp_path}/..data/key.json").public_key == PINNED


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert why(SignerError, f"file:{tmp_path}") == "type"


@pytest.mark.parametrize("name", ["", "/key.json", "/none"])
def test_a_refused_file_is_closed(path: Path, name: str) -> None:
    path.chmod(0o644)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert why(SignerError, f"file:{path.parent}{name}")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_device_is_refused() -> None:
    assert why(SignerError, "file:/dev/zero?permissions=any") == "type"
    assert why(SignerError, "file:/dev/null?permissions=any") == "type"


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    done: list[str] = []
    worker = threading.Thread(target=lambda: done.append(why(SignerError, f"file:{tmp_path}/pipe")), daemon=True)
    worker.start()
    worker.join(timeout=20)
    assert done == ["type"]


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # its name has at most 108 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert why(SignerError, f"file:{tmp_path}/socket") == "missing"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777, 0o440])
def test_a_file_that_others_may_access_is_refused_unless_that_is_said(path: Path, mode: int) -> None:
    path.chmod(mode)
    asked = Asked()
    assert why(SignerError, f"file:{path}", asked) == "policy"
    assert why(SignerError, f"file:{path}?permissions=owner", asked) == "policy"
    assert asked.names == []
    assert opened(f"file:{path}?permissions=any").public_key == PINNED


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700, 0o500])
def test_a_file_that_only_its_owner_may_access_is_read(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert opened(f"file:{path}").public_key == PINNED


def test_the_refusal_says_what_to_do(path: Path) -> None:
    path.chmod(0o644)
    with pytest.raises(SignerError) as caught:
        opened(f"file:{path}")
    assert "permissions=any" in caught.value.hint


def test_a_file_that_this_user_may_not_read_is_refused(path: Path) -> None:
    path.chmod(0)
    printed = child(
        f"""
import os
from walletcore import Curve, PublicKey, open_signer
from walletcore.errors import SignerError
import walletcore.signers.file, walletcore.signers.uri  # before its own files are out of reach
pinned = PublicKey(Curve.SECP256K1, bytes.fromhex({PINNED.data.hex()!r}))
if os.getuid() == 0:  # root reads everything
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    open_signer("file:{path}", public_key=pinned)
except SignerError as error:
    print(error.reason)
"""
    )
    assert printed == "policy\n"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # no block of it is on the disk
    asked = Asked()
    assert why(SignerError, f"file:{path}", asked) == "too-large"
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    assert why(SignerError, f"file:{path}", asked) == "too-large"
    assert asked.names == []


def test_the_largest_file_is_read(path: Path) -> None:
    path.write_text(STORED + " " * (LARGEST - len(STORED)))
    assert path.stat().st_size == LARGEST
    assert opened(f"file:{path}").public_key == PINNED


def test_a_file_that_does_not_tell_its_length_is_read_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    status = Path("/proc/self/status")  # a regular file of no bytes, which has some all the same
    assert status.stat().st_size == 0
    assert why(KeystoreError, f"file:{status}?permissions=any") == "character"
    monkeypatch.setattr(web3, "MAX_LENGTH", 100)
    assert why(SignerError, f"file:{status}?permissions=any") == "too-large"


# What is in the file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "character"),
        (b"\xff\xfe", "character"),
        (b"\xef\xbb\xbf" + STORED.encode(), "character"),
        (STORED.encode("utf-16"), "character"),
        (STORED[:-1].encode(), "character"),
        (b"[" * 100_000, "too-deep"),
        (STORED.replace('"version": 3', '"version": 4').encode(), "version"),
        (STORED.replace('"crypto"', '"crypto": {}, "crypto"').encode(), "duplicate"),
        (STORED.replace('"c": 1000', '"c": 1099511627776').encode(), "policy"),
    ],
)
def test_a_file_that_is_no_keystore_is_refused(path: Path, content: bytes, reason: str) -> None:
    path.write_bytes(content)
    assert why(KeystoreError, f"file:{path}") == reason


def test_KS06_a_wrong_password_is_refused(path: Path) -> None:
    assert why(KeystoreError, f"file:{path}", Asked(Secret(b"wrong"))) == "checksum"


def test_KS09_a_key_that_is_not_the_pinned_one_is_refused(path: Path) -> None:
    other = PrivateKey(Curve.SECP256K1, Secret(bytes(31) + b"\1")).public_key
    assert why(InvalidKey, f"file:{path}", Asked(), other) == "mismatch"


@pytest.mark.parametrize("curve", [Curve.ED25519, Curve.P256])
def test_a_pinned_key_of_another_curve_is_refused_before_the_file_is_read(curve: Curve) -> None:
    other = PrivateKey(curve, Secret(KEY)).public_key
    asked = Asked()
    assert why(InvalidKey, "file:/none/at/all", asked, other) == "mismatch"
    assert asked.names == []


@pytest.mark.parametrize("given", ["text", b"bytes", 7])
def test_a_password_that_is_no_secret_is_refused(path: Path, given: Any) -> None:
    assert why(SignerError, f"file:{path}", Asked(given)) == "type"


def test_without_a_callback_the_password_is_missing(path: Path) -> None:
    with pytest.raises(SignerError, match="password") as caught:
        open_signer(f"file:{path}", public_key=PINNED)
    assert caught.value.reason == "missing"


def test_what_the_callback_raises_comes_through(path: Path) -> None:
    def locked(name: str) -> Secret:
        raise SignerError(f"the {name} is locked", reason="policy")

    assert why(SignerError, f"file:{path}", locked) == "policy"


def test_X10_no_error_tells_the_key_or_the_password(path: Path) -> None:
    path.write_text(json.dumps(Account.encrypt(KEY, PASSPHRASE, kdf="pbkdf2", iterations=1000)))
    password = Secret(PASSPHRASE.encode())
    other = PrivateKey(Curve.SECP256K1, Secret(bytes(31) + b"\1")).public_key
    with pytest.raises(InvalidKey) as caught:
        opened(f"file:{path}", Asked(password), other)
    assert leaks(told(caught.value)) == []
    path.write_text(STORED)
    with pytest.raises(KeystoreError) as failed:
        opened(f"file:{path}", Asked(password))
    assert leaks(told(failed.value)) == []
