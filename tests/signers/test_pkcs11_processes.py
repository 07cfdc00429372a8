"""Processes that fork, share a token or spell its module's path in two ways: one library, one login, one memory."""

import json
import threading
from typing import Any

import pytest

from house.source import child
from support.softhsm import Token
from walletcore.hashes import sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.signing import Signature, SigningRequest

pytestmark = pytest.mark.engine

SLACK = 5.0
REFUSED = "SigningRefused"

PROGRAM = """
import json, os, random, signal, sys, time
from pathlib import Path
from support.softhsm import Token
from walletcore.hashes import sha256
from walletcore.keys import Scheme
from walletcore.errors import SignerUnavailable, WalletcoreError
from walletcore.signing import SigningRequest

token = Token(Path({home!r}))
os.environ["SOFTHSM2_CONF"] = token.config

def request(key, number):
    return SigningRequest(key=key, scheme=Scheme.ECDSA, payload=b"%d" % number, prehash=sha256)

def opened(label):
    for _ in range(1000):  # SoftHSM reads its tokens when it is initialised, and overlooks one that is written to then
        try:
            return token.signer(label)
        except SignerUnavailable:
            time.sleep(random.random() * 0.02)
            token.lib().finalize()
    raise SystemExit("the token stayed unavailable")

def forked(work):  # what a child finds, which ends by its alarm if by nothing else
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(30)
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        found = json.loads(pipe.read())
    os.waitpid(child, 0)
    return found

def outcome(signer, number):
    try:
        return signer.sign(request(signer.public_key, number)).data.hex()
    except WalletcoreError as error:
        return type(error).__name__
"""


def program(token: Token, code: str) -> Any:
    return json.loads(child(PROGRAM.format(home=str(token.home)) + code))


def verify(key: PublicKey, number: int, signature: str) -> None:
    request = SigningRequest(key=key, scheme=Scheme.ECDSA, payload=b"%d" % number, prehash=sha256)
    request.accept(Signature(scheme=Scheme.ECDSA, data=bytes.fromhex(signature)))


FORKS = """
import threading
signer = token.signer()
state = {state!r}
if state != "opened":
    outcome(signer, 0)
stop = threading.Event()
def busy():
    while not stop.is_set():
        outcome(signer, 1)
threads = [threading.Thread(target=busy) for _ in range(3 if state == "signing" else 0)]
for thread in threads:
    thread.start()
results = []
for number in range(20):
    results.append(forked(lambda: [outcome(signer, number), outcome(token.signer("hot"), number)]))
    results.append([outcome(signer, number)] * 2)
stop.set()
for thread in threads:
    thread.join()
print(json.dumps(results))
"""


@pytest.mark.parametrize("state", ["opened", "used", "signing"])
def test_X02_a_child_that_is_forked_signs_and_so_does_its_parent(token: Token, state: str) -> None:
    results = program(token, FORKS.format(state=state))
    assert len(results) == 40
    for number, (first, second) in enumerate(results):
        verify(token.public_key(), number // 2, first)
        verify(token.public_key(), number // 2, second)


INITIALISED = """
from support.softhsm import Step

def calls():
    return [token.shim.shim_calls(step) for step in (Step.INITIALIZE, Step.OPEN_SESSION, Step.LOGIN)]

signer = token.signer()
outcome(signer, 0)
before = calls()
signature, *after = forked(lambda: [outcome(signer, 1), *calls()])
print(json.dumps([signature, before, after, calls()]))
"""


def test_X02_a_child_that_is_forked_uses_nothing_of_its_parent_in_the_module(token: Token) -> None:
    signature, before, after, parents = program(token, INITIALISED)
    verify(token.public_key(), 1, signature)
    assert all(now > then for now, then in zip(after, before, strict=True))
    assert parents == before


HUNG = """
import threading
from support.softhsm import Fault, Step
from walletcore.signers.remote import Patience
signer = token.signer(patience=Patience(deadline=3, attempts=1))
outcome(signer, 0)
token.fail(Step.SIGN, Fault.HANG)
thread = threading.Thread(target=outcome, args=(signer, 1))
before = token.shim.shim_calls(Step.SIGN)
thread.start()
while token.shim.shim_calls(Step.SIGN) == before:
    time.sleep(0.01)
started = time.monotonic()
told = forked(lambda: outcome(signer, 2))
seconds = time.monotonic() - started
token.shim.shim_release()
thread.join()
print(json.dumps([told, seconds, outcome(signer, 3)]))
"""


def test_X02_a_child_that_is_forked_in_the_middle_of_a_call_is_told_so(token: Token) -> None:
    result, seconds, later = program(token, HUNG)
    assert result == "SignerError"
    assert seconds < 1 + SLACK
    verify(token.public_key(), 3, later)


EIGHT = "signer = opened('hot')\nprint(json.dumps([outcome(signer, number) for number in range(50)]))"


def test_X01_eight_processes_use_one_token_at_once(token: Token) -> None:
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(program(token, EIGHT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    for each in results:
        for number, signature in enumerate(each):
            verify(token.public_key(), number, signature)


# One module by several spellings of its path: the binding keeps a library by the first, and cannot take a second.

SPELLINGS = """
import threading
import pkcs11
from support.softhsm import LABEL, PIN, SOFTHSM
from walletcore.secret import Secret
from walletcore.signers import pkcs11 as signers
from walletcore.signers.uri import SignerUri

link = token.home / "link.so"
link.symlink_to(SOFTHSM)
directory, _, name = SOFTHSM.rpartition("/")
spellings = [SOFTHSM, str(link), f"{directory}/./{name}", os.path.realpath(SOFTHSM)]

def spelled(module, label="hot"):
    uri = SignerUri.parse(f"pkcs11:token={LABEL};object={label}")
    return signers.open_key(uri, token.public_key(label), lambda name: Secret(PIN.encode()), module=module)

def workers():
    return sum(thread.name.startswith("walletcore ") for thread in threading.enumerate())
"""
OURS = """
first = spelled(spellings[0])
found = [outcome(first, 0)]
for each in spellings[1:] + spellings:
    found.append(outcome(spelled(each), 0))
found.append(outcome(first, 0))
print(json.dumps([found, workers()]))
"""
THEIRS_FIRST = """
theirs = pkcs11.lib(spellings[1])
session = theirs.get_token(token_label=LABEL).open()
found = [outcome(spelled(each), 0) for each in spellings]
found.append(forked(lambda: outcome(spelled(spellings[2]), 0)))
list(session.get_objects())  # that of other code lives on
link.unlink()
found.append(outcome(spelled(spellings[0], "bip32"), 0))
print(json.dumps([found, workers()]))
"""
OURS_FIRST = """
signer = spelled(spellings[0])
found = [outcome(signer, 0)]
for each in spellings[1:]:
    try:
        pkcs11.lib(each)
    except pkcs11.PKCS11Error:
        found.append(outcome(signer, 0))  # the binding says so to whoever comes second, and no signer suffers
found.append(outcome(spelled(spellings[1]), 0))
session = pkcs11.lib(spellings[0]).get_token(token_label=LABEL).open()
list(session.get_objects())
print(json.dumps([found, workers()]))
"""


ORDERS = {"ours": (OURS, 9), "theirs first": (THEIRS_FIRST, 6), "ours first": (OURS_FIRST, 5)}


@pytest.mark.parametrize(("code", "count"), ORDERS.values(), ids=ORDERS)
def test_a_module_is_one_by_whichever_path_it_was_loaded_first(token: Token, code: str, count: int) -> None:
    found, workers = program(token, SPELLINGS + code)
    assert len(found) == count
    assert workers == 1
    for number, signature in enumerate(found):
        verify(token.public_key("bip32" if code is THEIRS_FIRST and number == count - 1 else "hot"), 0, signature)


MARKS = """
from support.softhsm import LABEL, PIN, Step
from walletcore.secret import Secret
from walletcore.signers import pkcs11 as signers
from walletcore.signers.uri import SignerUri

link = token.home / "link.so"
link.symlink_to(token.module)

def tried(module, pin):
    uri = SignerUri.parse(f"pkcs11:token={LABEL};object=hot")
    signer = signers.open_key(uri, token.public_key(), lambda name: Secret(pin), module=str(module))
    return [outcome(signer, 0), token.shim.shim_calls(Step.LOGIN)]

def again():
    return [tried(link, b"1111-wrong"), tried(token.module, b"1111-wrong")]

def anew():
    return [*again(), tried(link, b"2222-wrong"), tried(link, PIN.encode())]

found = [tried(link, b"1111-wrong"), tried(token.module, b"1111-wrong")]
found += forked(again)
found += forked(lambda: forked(anew))
print(json.dumps(found))
"""


def test_H13_a_wrong_pin_is_not_tried_again_by_another_path_nor_by_a_child_or_its_child(token: Token) -> None:
    *refused, (other, tries), (signature, logins) = program(token, MARKS)
    assert refused == [[REFUSED, 1]] * 6
    assert (other, tries, logins) == (REFUSED, 2, 3)
    verify(token.public_key(), 0, signature)
