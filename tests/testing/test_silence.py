"""The kit for signers hears and sees a secret wherever it is told, in whatever spelling."""

import asyncio
import base64
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bip_utils import Base58Encoder, Bip32Slip10Ed25519, CoinsConf, WifEncoder, WifPubKeyModes

from support.devices import PIN, Device, Mutants, Waiting
from walletcore.errors import SigningRefused
from walletcore.signing import SigningRequest
from walletcore.testing import Nonconformity, check_async_signer, check_signer
from walletcore.testing.silence import heard
from walletcore.testing.spellings import spellings

MUTANTS = Mutants()
mutant = MUTANTS.mutant


@mutant("shows no secret")
class ShowsItsPin(Device):
    def __repr__(self) -> str:
        return f"Device(pin={PIN.decode()})"


@mutant("shows no secret")
class KeepsItsPinInTheOpen(Device):
    def __init__(self) -> None:
        super().__init__()
        self.pin = PIN.decode()


@mutant("tell no secret")
class TellsItsPin(Device):
    def sign(self, request: SigningRequest) -> Any:
        if type(request) is not SigningRequest:
            raise SigningRefused(f"the PIN {PIN.hex()} does not help", reason="type")
        return self.answer(request)


@mutant("tell no secret")
class HintsAtItsPin(Device):
    def sign(self, request: SigningRequest) -> Any:
        if type(request) is not SigningRequest:
            raise SigningRefused("no", reason="type", hint=f"try {PIN!r}")
        return self.answer(request)


@mutant("tell no secret")
class HasItsPinInTheCause(Device):
    def sign(self, request: SigningRequest) -> Any:
        if type(request) is not SigningRequest:
            try:
                raise ValueError(PIN.decode())
            except ValueError:
                raise SigningRefused("no", reason="type") from None
        return self.answer(request)


@mutant("tell no secret")
class HasItsPinInAFrame(Device):
    def sign(self, request: SigningRequest) -> Any:
        pin = self._pin.reveal()
        if type(request) is not SigningRequest:
            raise SigningRefused("no", reason="type")
        return self.answer(request) if pin else None


@mutant("tell no secret")
class TellsItsPinWhereItFails(Device):
    def answer(self, request: SigningRequest) -> Any:
        raise KeyError(PIN.decode())


@mutant("logs tell no secret")
class LogsItsPin(Device):
    def answer(self, request: SigningRequest) -> Any:
        logging.getLogger("device").debug("login with %s", PIN.decode())
        return super().answer(request)


class Logs(Device):
    """Hands its PIN to a logger that does not tell the root, whatever its name and level."""

    name = "device"

    def answer(self, request: SigningRequest) -> Any:
        logging.getLogger(self.name).debug("login with %s", PIN.decode())
        return super().answer(request)


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Loggers as a careful program sets them up: they are as they were, whatever the kit did meanwhile."""
    alone, deaf, off = map(logging.getLogger, ("device.alone", "device.deaf", "device.off"))
    alone.propagate, off.disabled = False, True
    deaf.setLevel(logging.CRITICAL)
    logging.disable(logging.INFO)
    before = logging.getLogRecordFactory(), logging.getLogger().level
    yield
    assert (alone.propagate, off.disabled, deaf.level, alone.level) == (False, True, logging.CRITICAL, 0)
    assert (logging.getLogRecordFactory(), logging.getLogger().level) == before
    assert logging.root.manager.disable == logging.INFO
    logging.disable(logging.NOTSET)


@mutant("logs tell no secret")
class LogsWhereTheRootDoesNotHear(Logs):
    name = "device.alone"


@mutant("logs tell no secret")
class LogsBelowTheLevelOfItsLogger(Logs):
    name = "device.deaf"


@mutant("logs tell no secret")
class LogsWhereLoggingIsSwitchedOff(Logs):
    name = "device.off"


@mutant("logs tell no secret")
class MakesALoggerOfItsOwn(Device):
    def answer(self, request: SigningRequest) -> Any:
        logger = logging.getLogger(f"device.new.{id(request)}")
        logger.propagate = False
        logger.debug("login with %s", PIN.decode())
        return super().answer(request)


@mutant("logs tell no secret")
class LogsItsPinBesideTheText(Device):
    def answer(self, request: SigningRequest) -> Any:
        logging.getLogger("device").warning("login", extra={"login": {"pin": PIN.decode()}})
        return super().answer(request)


@mutant("logs tell no secret")
class LogsItsPinWithAnError(Device):
    def answer(self, request: SigningRequest) -> Any:
        try:
            raise KeyError(PIN.decode())
        except KeyError:
            logging.getLogger("device").exception("login failed")
        return super().answer(request)


@mutant("logs tell no secret")
class LogsItsPinInWhatDoesNotFit(Device):
    def answer(self, request: SigningRequest) -> Any:
        with contextlib.suppress(TypeError):  # which logging swallows, but where pytest listens
            logging.getLogger("device").debug("login with %d", PIN.decode())
        return super().answer(request)


@mutant("logs tell no secret")
class ChangesWhatItHasLogged(Device):
    def answer(self, request: SigningRequest) -> Any:
        fields = {"pin": PIN.decode()}
        logging.getLogger("device").debug("login with %s", [fields])
        fields.clear()
        return super().answer(request)


@pytest.mark.parametrize("name", MUTANTS.known)
def test_a_secret_that_is_told_is_found(name: str) -> None:
    MUTANTS.check(name)


def test_logs_without_a_secret_are_no_fault() -> None:
    class Chatty(Device):
        def answer(self, request: SigningRequest) -> Any:
            for name in ("device", "device.alone", "device.deaf", "device.off"):
                logging.getLogger(name).debug("asked for %s", request.scheme, extra={"size": len(request.payload)})
            return Device.answer(self, request)

    assert check_signer(Chatty(), secrets=[PIN])


def test_what_listens_to_logs_is_taken_away_after_a_failure_as_well() -> None:
    with pytest.raises(KeyError), heard([PIN]):
        raise KeyError  # the fixture looks at what is left


def test_an_asynchronous_kit_shows_the_secrets_in_no_frame_of_its_own() -> None:
    """Crash reporters print the local variables of frames; a coroutine has one as well."""
    import traceback

    class Broken(Waiting):
        async def sign(self, request: SigningRequest) -> Any:
            raise SigningRefused("no")

    async def examined() -> None:
        await check_async_signer(Broken(), secrets=[PIN])

    with pytest.raises(Nonconformity) as caught:
        asyncio.run(examined())
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert PIN.decode() not in "".join(report.format())
    assert caught.value.__cause__ is caught.value.__context__ is None


# -- spellings, each made by somebody else

KEY = bytes(range(201, 233))
MAIN = CoinsConf.BitcoinMainNet.ParamByKey("wif_net_ver")
TEST = CoinsConf.BitcoinTestNet.ParamByKey("wif_net_ver")
ED_PUBLIC = Bip32Slip10Ed25519.FromPrivateKey(KEY).PublicKey().RawCompressed().ToBytes()[1:]
OF_KEYS: dict[str, str] = {
    "hex": KEY.hex(),
    "HEX": KEY.hex().upper(),
    "0x": hex(int.from_bytes(KEY)),
    "hex with colons": KEY.hex(":"),
    "hex, the last byte first": KEY[::-1].hex(),
    "repr": repr(KEY),
    "bytearray": repr(bytearray(KEY)),
    "list": repr(list(KEY)),
    "JSON list": "[201,202,203,204,205,206,207,208,209,210,211,212,213,214,215,216,217,218,219,220,221,222,223,224,"
    "225,226,227,228,229,230,231,232]",
    "integer": str(int.from_bytes(KEY)),
    "little-endian integer": str(int.from_bytes(KEY, "little")),
    "base64": base64.b64encode(KEY).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(KEY).decode(),
    "base32": base64.b32encode(KEY).decode(),
    "base58": Base58Encoder.Encode(KEY),
    "base58check": Base58Encoder.CheckEncode(KEY),
    "WIF": WifEncoder.Encode(KEY, MAIN, WifPubKeyModes.COMPRESSED),
    "WIF, uncompressed": WifEncoder.Encode(KEY, MAIN, WifPubKeyModes.UNCOMPRESSED),
    "WIF, testnet": WifEncoder.Encode(KEY, TEST, WifPubKeyModes.COMPRESSED),
    "WIF, testnet, uncompressed": WifEncoder.Encode(KEY, TEST, WifPubKeyModes.UNCOMPRESSED),
    "Solana's pair of keys": Base58Encoder.Encode(KEY + ED_PUBLIC),
}
TOKEN = "tökén+739105/naïve w\u00f6rd"
OF_TEXTS: dict[str, str] = {
    "text": TOKEN,
    "repr": repr(TOKEN),
    "ascii": ascii(TOKEN),
    "bytes": repr(TOKEN.encode()),
    "JSON": '"t\\u00f6k\\u00e9n+739105/na\\u00efve w\\u00f6rd"',
    "URI": "t%C3%B6k%C3%A9n%2B739105%2Fna%C3%AFve%20w%C3%B6rd",
    "form": "t%C3%B6k%C3%A9n%2B739105%2Fna%C3%AFve+w%C3%B6rd",
    "basic authorization, 1": base64.b64encode(b"user:" + TOKEN.encode() + b"\n").decode(),
    "basic authorization, 2": base64.b64encode(b"user1:" + TOKEN.encode() + b"more").decode(),
    "basic authorization, 3": base64.b64encode(b"user12:" + TOKEN.encode()).decode(),
}


def told_by(text: str) -> Callable[[], Device]:
    class Shows(Device):
        def __repr__(self) -> str:
            return f"<{text}>"

    return Shows


@pytest.mark.parametrize("name", OF_KEYS)
def test_X10_a_key_is_found_in_every_spelling(name: str) -> None:
    with pytest.raises(Nonconformity, match="shows no secret"):
        check_signer(told_by(OF_KEYS[name])(), secrets=[KEY], forks=False)


@pytest.mark.parametrize("name", OF_TEXTS)
def test_X10_a_password_is_found_in_every_spelling(name: str) -> None:
    with pytest.raises(Nonconformity, match="shows no secret"):
        check_signer(told_by(OF_TEXTS[name])(), secrets=[TOKEN.encode()], forks=False)


def test_other_texts_are_no_secrets() -> None:
    other = bytes(range(200, 232))
    made = (Base58Encoder.Encode(other), base64.b64encode(other).decode(), other.hex(), str(int.from_bytes(other)))
    assert check_signer(told_by(" ".join(made))(), secrets=[KEY, TOKEN.encode()], forks=False)


def test_a_long_token_is_spelt_without_numbers_that_nobody_writes() -> None:
    token = b"eyJhbGciOiJFUzI1NiJ9." * 200
    assert max(map(len, spellings(token))) <= 5 * len(token)
    with pytest.raises(Nonconformity, match="shows no secret"):
        check_signer(told_by(token.decode())(), secrets=[token], forks=False)


@pytest.mark.parametrize("secret", [b"1234", b"\0\0\0\0", b"\0" * 32, b"\xff" * 32])
def test_no_spelling_is_so_short_that_it_stands_everywhere(secret: bytes) -> None:
    assert min(map(len, spellings(secret))) >= 4
