"""A module that fails, hangs or lies at each step, a token that goes, a PIN that is wrong: the truth is told."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from house.doors import told
from house.source import child
from support.outcomes import until
from support.softhsm import LABEL, PIN, SO_PIN, Fault, Step, Token
from walletcore.errors import SignerUnavailable, WalletcoreError
from walletcore.hashes import sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import pkcs11_module
from walletcore.signers.pkcs11_module import Module
from walletcore.signers.remote import Patience
from walletcore.signing import Signature, SigningRequest

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # a search that the binding gave up
]

SLACK = 3.0
WRONG = ("1111-wrong", "2222-wrong")
UNAVAILABLE, REFUSED, UNKNOWN, INVALID, SIGNED = (
    "SignerUnavailable",
    "SigningRefused",
    "OutcomeUnknown",
    "InvalidSignature",
    "signed",
)
EITHER = {UNAVAILABLE, REFUSED}  # both say that nothing was signed
DEVICE_ERROR, FINAL_TRY, PIN_LOCKED, KEY_PAD = 0x30, 0x20000, 0x40000, 0x100
BEFORE = [
    Step.GET_SLOT_LIST,
    Step.GET_TOKEN_INFO,
    Step.OPEN_SESSION,
    Step.LOGIN,
    Step.FIND_OBJECTS_INIT,
    Step.FIND_OBJECTS,
    Step.FIND_OBJECTS_FINAL,
    Step.GET_ATTRIBUTE_VALUE,
]
SIGNING = [Step.SIGN_INIT, Step.SIGN]


def request(key: PublicKey, payload: bytes = b"pay") -> SigningRequest:
    return SigningRequest(key=key, scheme=Scheme.ECDSA, payload=payload, prehash=sha256)


def outcome(signer: Any, payload: bytes = b"pay") -> str:
    """What one call ended in: a verified signature, or the name of one of the errors that it may end in."""
    asked = request(signer.public_key, payload)
    try:
        asked.accept(Signature(scheme=Scheme.ECDSA, data=signer.sign(asked).data))
    except WalletcoreError as error:
        failure = error
    else:
        return SIGNED
    assert [pin for pin in (PIN, *WRONG) if pin in told(failure)] == []
    return type(failure).__name__.lstrip("_")


def timed(signer: Any, deadline: float) -> str:
    started = time.monotonic()
    result = outcome(signer)
    assert time.monotonic() - started < deadline + SLACK
    return result


def check_truth(token: Token, result: str, before: int) -> None:
    """Nothing was signed, and nothing will be, where that was said; after the fault the same signer works again."""
    token.shim.shim_release()
    time.sleep(0.05)
    if result in EITHER:
        assert token.shim.shim_signatures() == before


STEADY = [
    *((step, Fault.FAIL, {UNAVAILABLE}) for step in BEFORE),
    *((step, Fault.LOSE, {UNAVAILABLE}) for step in BEFORE if step is not Step.LOGIN),
    (Step.LOGIN, Fault.LOSE, {SIGNED}),  # the token is logged in to all the same
    *((step, fault, {UNKNOWN}) for step in SIGNING for fault in (Fault.FAIL, Fault.LOSE)),
    (Step.SIGN, Fault.CHANGE, {INVALID}),
    (Step.SIGN, Fault.SHORT, {INVALID}),
    (Step.FIND_OBJECTS, Fault.NOTHING, EITHER),
    (Step.FIND_OBJECTS, Fault.TWICE, {REFUSED}),
    (Step.FIND_OBJECTS, Fault.CHANGE, EITHER),
    (Step.GET_ATTRIBUTE_VALUE, Fault.CHANGE, EITHER),
    (Step.GET_ATTRIBUTE_VALUE, Fault.SHORT, EITHER),
    (Step.GET_ATTRIBUTE_VALUE, Fault.NOTHING, EITHER | {SIGNED}),  # what is withheld cannot be compared
]


def named(value: Any) -> str:
    return value.name.lower() if isinstance(value, Step | Fault) else "+".join(sorted(value))


@pytest.mark.parametrize(("step", "fault", "allowed"), STEADY, ids=named)
def test_H10_a_module_that_always_fails_at_a_step_ends_in_what_is_true(
    token: Token, step: Step, fault: Fault, allowed: set[str]
) -> None:
    signer = token.signer()
    before = token.shim.shim_signatures()
    token.fail(step, fault, nth=0)
    result = timed(signer, 5)
    assert result in allowed
    check_truth(token, result, before)
    assert outcome(signer) == SIGNED


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("step", [*BEFORE, *SIGNING], ids=named)
@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.LOSE], ids=named)
def test_H10_a_module_that_fails_once_is_asked_again(token: Token, step: Step, fault: Fault, nth: int) -> None:
    signer = token.signer()
    token.fail(step, fault, nth=nth)
    for number in range(3):
        assert outcome(signer, b"%d" % number) == SIGNED


@pytest.mark.parametrize("step", [*BEFORE, *SIGNING], ids=named)
def test_H10_a_module_that_hangs_is_left_at_the_deadline_and_by_all_later_calls(token: Token, step: Step) -> None:
    signer = token.signer(patience=Patience(deadline=0.6))
    before = token.shim.shim_signatures()
    token.fail(step, Fault.HANG, nth=1)
    result = timed(signer, 0.6)
    assert result == (UNKNOWN if step in SIGNING else UNAVAILABLE)
    assert timed(signer, 0.6) == UNAVAILABLE  # it had not begun
    check_truth(token, result, before)
    assert outcome(signer) == SIGNED


@pytest.mark.parametrize("step", [*BEFORE[:3], Step.INITIALIZE, Step.FIND_OBJECTS, Step.CLOSE_SESSION], ids=named)
@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.HANG], ids=named)
def test_H10_opening_ends_in_unavailable_by_its_deadline(token: Token, step: Step, fault: Fault) -> None:
    token.fail(step, fault, DEVICE_ERROR, nth=0)
    started = time.monotonic()
    with pytest.raises(SignerUnavailable):
        token.signer(patience=Patience(deadline=0.2))
    assert time.monotonic() - started < 0.2 + SLACK
    token.shim.shim_release()
    assert outcome(token.signer()) == SIGNED


CODES = [
    (Step.LOGIN, 0xA0, REFUSED),  # CKR_PIN_INCORRECT
    (Step.LOGIN, 0xA2, REFUSED),  # CKR_PIN_LEN_RANGE
    (Step.LOGIN, 0xA3, REFUSED),  # CKR_PIN_EXPIRED
    (Step.LOGIN, 0xA4, REFUSED),  # CKR_PIN_LOCKED
    (Step.LOGIN, 0x50, REFUSED),  # CKR_FUNCTION_CANCELED
    (Step.LOGIN, 0x102, REFUSED),  # CKR_USER_PIN_NOT_INITIALIZED
    (Step.LOGIN, 0x104, REFUSED),  # CKR_USER_ANOTHER_ALREADY_LOGGED_IN
    (Step.LOGIN, 0x100, REFUSED),  # CKR_USER_ALREADY_LOGGED_IN, and there is no key
    (Step.LOGIN, 0xE0, UNAVAILABLE),  # CKR_TOKEN_NOT_PRESENT
    (Step.OPEN_SESSION, 0xB1, UNAVAILABLE),  # CKR_SESSION_COUNT
    (Step.OPEN_SESSION, 0xE1, UNAVAILABLE),  # CKR_TOKEN_NOT_RECOGNIZED
    (Step.OPEN_SESSION, 0x80000001, UNAVAILABLE),  # a vendor's
    (Step.SIGN_INIT, 0x70, REFUSED),  # CKR_MECHANISM_INVALID
    (Step.SIGN_INIT, 0x63, REFUSED),  # CKR_KEY_TYPE_INCONSISTENT
    (Step.SIGN_INIT, 0x60, UNAVAILABLE),  # CKR_KEY_HANDLE_INVALID
    (Step.SIGN_INIT, 0x101, UNAVAILABLE),  # CKR_USER_NOT_LOGGED_IN
    (Step.SIGN_INIT, 0x90, UNAVAILABLE),  # CKR_OPERATION_ACTIVE
    (Step.SIGN_INIT, 0x190, UNAVAILABLE),  # CKR_CRYPTOKI_NOT_INITIALIZED
    (Step.SIGN, 0xB3, UNAVAILABLE),  # CKR_SESSION_HANDLE_INVALID: it was invalid before
    (Step.SIGN, 0xB0, UNKNOWN),  # CKR_SESSION_CLOSED: in the middle
    (Step.SIGN, 0x32, UNKNOWN),  # CKR_DEVICE_REMOVED: in the middle
    (Step.SIGN, 0x05, UNKNOWN),  # CKR_GENERAL_ERROR
    (Step.SIGN, 0x80000001, UNKNOWN),
    (Step.SIGN, 0x200, REFUSED),  # CKR_FUNCTION_REJECTED
    (Step.SIGN, 0x21, REFUSED),  # CKR_DATA_LEN_RANGE
]


@pytest.mark.parametrize(("step", "code", "expected"), CODES, ids=lambda value: getattr(value, "name", str(value)))
def test_H08_each_return_value_says_whether_asking_again_helps(
    token: Token, step: Step, code: int, expected: str
) -> None:
    signer = token.signer()
    before = token.shim.shim_calls(step)
    token.fail(step, Fault.FAIL, code, nth=0)
    assert outcome(signer) == expected
    asked = token.shim.shim_calls(step) - before
    if expected == REFUSED:
        assert asked == 1  # what was refused is not asked again
    check_truth(token, expected, 0)


def test_H13_a_wrong_pin_is_never_tried_twice_by_whichever_signer(token: Token) -> None:
    pins = iter([WRONG[0], WRONG[0], WRONG[0], WRONG[1], PIN])

    def secrets(name: str) -> Secret:
        assert name == "PIN"
        return Secret(next(pins).encode())

    first, second = token.signer(secrets=secrets), token.signer("bip32", secrets=secrets)
    counts = []
    for signer in (first, first, second, second):
        assert outcome(signer) == REFUSED
        counts.append(token.shim.shim_calls(Step.LOGIN))
    assert counts == [1, 1, 1, 2]
    assert outcome(first) == outcome(second) == SIGNED
    assert token.shim.shim_calls(Step.LOGIN) == 3


def noted(asked: list[str]) -> Callable[[str], Secret]:
    def secrets(name: str) -> Secret:
        asked.append(name)
        return Secret(PIN.encode())

    return secrets


@pytest.mark.parametrize("flag", [FINAL_TRY, PIN_LOCKED])
def test_H08_the_last_try_of_a_pin_is_left_alone_unless_it_is_allowed(token: Token, flag: int) -> None:
    asked: list[str] = []
    signer = token.signer(secrets=noted(asked))
    token.fail(Step.GET_TOKEN_INFO, Fault.CHANGE, flag, nth=0)
    assert outcome(signer) == REFUSED
    assert asked == []
    assert token.shim.shim_calls(Step.LOGIN) == 0
    assert outcome(token.signer(final_try=True)) == (SIGNED if flag == FINAL_TRY else REFUSED)


def test_H08_a_token_with_a_key_pad_of_its_own_asks_for_the_pin_itself(token: Token) -> None:
    asked: list[str] = []
    signer = token.signer(secrets=noted(asked))
    token.fail(Step.GET_TOKEN_INFO, Fault.CHANGE, KEY_PAD, nth=0)
    assert outcome(signer) == REFUSED  # SoftHSM has none, and C_Login was given none
    assert asked == []
    assert token.shim.shim_calls(Step.LOGIN) == 1


# Keys that want the PIN for each signature, between C_SignInit and C_Sign.


def test_a_key_that_wants_the_pin_each_time_is_given_it_each_time_in_one_session(token: Token) -> None:
    asked: list[str] = []
    signer = token.signer("careful", noted(asked))
    before, sessions = token.shim.shim_calls(Step.LOGIN), set()
    for number in range(3):
        assert outcome(signer, b"%d" % number) == SIGNED
        assert asked == ["PIN"] * (number + 1)
        assert token.shim.shim_calls(Step.LOGIN) == before + number + 2  # and once for the token
        sessions.add(token.shim.shim_calls(Step.OPEN_SESSION))
    assert len(sessions) == 1
    assert outcome(token.signer()) == SIGNED
    assert token.shim.shim_signatures() == 4


def test_H13_a_wrong_pin_for_each_signature_is_never_tried_twice_and_signs_nothing(token: Token) -> None:
    pins = iter([WRONG[0], WRONG[0], WRONG[1], PIN])
    signer = token.signer("careful", lambda name: Secret(next(pins).encode()))
    assert outcome(token.signer()) == SIGNED  # the token is logged in to
    before = token.shim.shim_calls(Step.LOGIN)
    for tries in (1, 1, 2):
        assert outcome(signer) == REFUSED
        assert token.shim.shim_calls(Step.LOGIN) == before + tries
        assert token.shim.shim_signatures() == 1
    assert outcome(signer) == SIGNED


@pytest.mark.parametrize("flag", [FINAL_TRY, PIN_LOCKED, KEY_PAD])
def test_H08_a_pin_for_each_signature_is_not_tried_where_a_login_would_not(token: Token, flag: int) -> None:
    signer = token.signer("careful")
    assert outcome(signer) == SIGNED
    before = token.shim.shim_calls(Step.LOGIN)
    token.fail(Step.GET_TOKEN_INFO, Fault.CHANGE, flag, nth=0)
    assert outcome(signer) == REFUSED
    assert token.shim.shim_calls(Step.LOGIN) == before
    assert token.shim.shim_signatures() == 1
    token.shim.shim_release()
    assert outcome(signer) == SIGNED


@pytest.mark.parametrize("fault", [Fault.FAIL, Fault.HANG], ids=named)
@pytest.mark.parametrize("step", [Step.GET_TOKEN_INFO, Step.LOGIN, *SIGNING], ids=named)
def test_H10_a_module_that_fails_where_the_pin_is_wanted_each_time_ends_in_what_is_true(
    token: Token, step: Step, fault: Fault
) -> None:
    signer = token.signer("careful", patience=Patience(deadline=2, pause=0.001))
    assert outcome(signer) == SIGNED
    token.fail(step, fault, nth=0)
    assert timed(signer, 2) == (UNAVAILABLE if step is Step.GET_TOKEN_INFO else UNKNOWN)
    token.shim.shim_release()
    assert outcome(signer) == SIGNED


# What happens to a token, a login or a module while a signer is open.


def log_out(token: Token) -> None:
    token.shim.shim_log_out(token.get().open().handle)


def close_all(token: Token) -> None:
    token.shim.shim_close_all(token.get().slot.slot_id)


def finalise(token: Token) -> None:
    token.lib().finalize()


def finalise_past_the_binding(token: Token) -> None:
    assert token.shim.shim_finalize() == 0


def finalise_and_log_in_anew(token: Token) -> None:
    token.lib().finalize()
    session = token.get().open(user_pin=PIN)
    list(session.get_objects())  # so that handles of old mean other things now


HAPPENINGS: list[Callable[[Token], Any]] = [
    log_out,
    close_all,
    finalise,
    finalise_past_the_binding,
    finalise_and_log_in_anew,
]


@pytest.mark.parametrize("happens", HAPPENINGS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("label", ["hot", "bip32"])
def test_H10_what_other_code_does_to_the_module_is_healed(
    token: Token, happens: Callable[[Token], Any], label: str
) -> None:
    signer = token.signer(label)
    for _ in range(3):
        assert outcome(signer) == SIGNED
        happens(token)
        first = outcome(signer)
        assert first in {SIGNED, UNAVAILABLE, INVALID}
        assert outcome(signer) == SIGNED


def test_H10_a_token_that_is_taken_out_is_unavailable_until_it_is_back(token: Token) -> None:
    signer = token.signer()
    assert outcome(signer) == SIGNED
    away = token.home / "away"
    shutil.move(token.files, away)
    finalise(token)
    assert outcome(signer) == UNAVAILABLE
    shutil.move(away, token.home / "tokens" / "back")
    finalise(token)
    assert outcome(signer) == SIGNED


def test_H10_a_token_that_was_away_is_found_again_without_anybodys_help(token: Token) -> None:
    signer, other = token.signer(), token.signer("bip32")
    assert (outcome(signer), outcome(other)) == (SIGNED, SIGNED)
    files, away = token.files, token.home / "away"
    shutil.move(files, away)
    for _ in range(5):
        assert outcome(signer) in {*EITHER, UNKNOWN}
    shutil.move(away, files)
    assert until(lambda: outcome(signer) == SIGNED, 30)
    assert outcome(other) == SIGNED
    assert token.shim.shim_calls(Step.LOGIN) == 2


def test_H10_whoever_has_the_module_initialised_anew_takes_nothing_from_others(token: Token) -> None:
    once = Patience(attempts=1, deadline=5)
    signers = [token.signer(label, patience=once) for label in ("hot", "bip32")]
    assert [outcome(signer) for signer in signers] == [SIGNED, SIGNED]
    module = Module.at(token.module)
    now = time.monotonic()
    module.run(lambda commit: module.renew(now), 5)
    module.run(lambda commit: module.renew(now + 4), 5)  # a moment ago: not again
    assert [outcome(signer) for signer in reversed(signers)] == [SIGNED, SIGNED]
    assert token.shim.shim_calls(Step.INITIALIZE) == 2


def test_H10_a_token_that_opens_slowly_is_kept_open_though_its_caller_has_gone(token: Token) -> None:
    """Or callers of little patience would open it for ever, and have the module initialised anew on their way."""
    signer = token.signer(patience=Patience(attempts=1, deadline=0.5))
    ended = []
    for _ in range(4):
        token.fail(Step.GET_ATTRIBUTE_VALUE, Fault.HANG)
        ended.append(outcome(signer))
        token.shim.shim_release()
        Module.at(token.module).run(lambda commit: None, 5)  # what was under way is over
    assert ended == [UNAVAILABLE, SIGNED, SIGNED, SIGNED]
    assert [token.shim.shim_calls(step) for step in (Step.INITIALIZE, Step.LOGIN)] == [1, 1]


def destroy(token: Token, label: str) -> None:
    """Its objects, public half and all, by another process."""
    script = f"""
import pkcs11
from pkcs11 import Attribute
with pkcs11.lib({token.module!r}).get_token(token_label={LABEL!r}).open(rw=True, user_pin={PIN!r}) as session:
    for found in list(session.get_objects({{Attribute.LABEL: {label!r}}})):
        found.destroy()
"""
    child(script)


@pytest.mark.parametrize("failures", [0, 2])
def test_H10_a_key_that_is_missing_on_a_token_that_is_there_has_nothing_initialised_anew(
    token: Token, failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the token itself was away before. Each initialisation takes a login, and a person at some tokens."""
    monkeypatch.setattr(pkcs11_module, "_PAUSE", 0.0)
    once = Patience(attempts=1, deadline=5)
    lost, other = (token.signer(label, patience=once) for label in ("hot", "bip32"))
    assert (outcome(lost), outcome(other)) == (SIGNED, SIGNED)
    destroy(token, "hot")
    assert outcome(lost) == UNAVAILABLE  # its handle means nothing any more
    token.fail(Step.OPEN_SESSION, Fault.FAIL, DEVICE_ERROR, nth=0)
    assert [outcome(lost) for _ in range(failures)] == [UNAVAILABLE] * failures
    token.shim.shim_release()
    assert (outcome(lost), outcome(other)) == (REFUSED, SIGNED)
    before = [token.shim.shim_calls(step) for step in (Step.INITIALIZE, Step.LOGIN)]
    assert failures or before == [1, 1]
    assert [outcome(signer) for _ in range(5) for signer in (lost, other)] == [REFUSED, SIGNED] * 5
    assert [token.shim.shim_calls(step) for step in (Step.INITIALIZE, Step.LOGIN)] == before


def test_H10_files_that_vanish_under_an_open_session_never_give_half_a_result(token: Token) -> None:
    signer = token.signer()
    assert outcome(signer) == SIGNED
    for file in list(token.files.glob("*.object")):
        kept = file.read_bytes()
        file.unlink()
        assert outcome(signer) in {SIGNED, *EITHER, UNKNOWN}
        file.write_bytes(kept[: len(kept) // 2])
        assert outcome(signer) in {SIGNED, *EITHER, UNKNOWN}
        file.write_bytes(kept)
    finalise(token)
    assert outcome(signer) == SIGNED


def test_H13_a_pin_that_was_changed_is_refused_after_the_login_was_lost(token: Token) -> None:
    signer = token.signer()
    assert outcome(signer) == SIGNED
    script = f"""
import pkcs11
with pkcs11.lib({token.module!r}).get_token(token_label={LABEL!r}).open(rw=True, so_pin={SO_PIN!r}) as session:
    session.init_pin("another-PIN")
"""
    child(script)
    assert outcome(signer) == SIGNED  # the login holds
    finalise(token)
    assert outcome(signer) == REFUSED


def test_H10_H13_a_callback_that_fails_or_hangs_has_nothing_signed_and_shows_no_pin(token: Token) -> None:
    def fails(name: str) -> Secret:
        raise KeyError(PIN)

    def hangs(name: str) -> Secret:
        time.sleep(0.5)
        return Secret(PIN.encode())

    assert outcome(token.signer(secrets=fails)) == "SignerError"
    slow = token.signer(secrets=hangs, patience=Patience(deadline=0.2))
    assert timed(slow, 0.2) == UNAVAILABLE
    assert token.shim.shim_calls(Step.LOGIN) == 0
    for wrong in (PIN, PIN.encode(), None):
        assert outcome(token.signer(secrets=lambda name, wrong=wrong: wrong)) == "SignerError"
    assert outcome(token.signer(secrets=lambda name: Secret(b"\xff\xfe\xfd\xfc"))) == "SignerError"
    while_it_hangs = token.signer("bip32")
    waiting = threading.Thread(target=outcome, args=(slow,))
    waiting.start()
    assert timed(while_it_hangs, 0.2) == SIGNED  # no other signer waits for that PIN
    waiting.join()


def test_X01_threads_share_one_signer_and_its_one_login(token: Token) -> None:
    signers = [token.signer("hot"), token.signer("hot"), token.signer("bip32")]
    results: list[str] = []

    def work(place: int) -> None:
        results.extend(outcome(signers[place % 3], b"%d" % number) for number in range(50))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [SIGNED] * 800
    assert token.shim.shim_calls(Step.LOGIN) <= 16
