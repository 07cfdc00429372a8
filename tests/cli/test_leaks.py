"""Private keys and phrases among the arguments are refused, whatever the command, and not repeated."""

import pytest
from nacl.bindings import crypto_sign_seed_keypair

from support.commands import PHRASE, piped
from support.vectors import load
from walletcore.cli import run
from walletcore.cli.leaks import looks_private, looks_secret, looks_wordy, pair_of, refuse_secrets
from walletcore.coding.text import base58
from walletcore.errors import DecodingError
from walletcore.hd.bip32 import VERSIONS, ExtendedPrivateKey

XPRV = next(case.input["key"] for case in load("bip32/parse") if "private" in case.expect)
WIF = next(
    case.input["wif"] for case in load("bitcoin/wif") if case.expect["result"] == "valid" and "wif" in case.input
)
SPANISH = next(case.input["phrase"] for case in load("bip39/to_seed") if case.input.get("language") == "spanish")
JAPANESE = next(case.input["phrase"] for case in load("bip39/to_seed") if case.input.get("language") == "japanese")
PAIR = crypto_sign_seed_keypair(bytes(range(32)))[1]  # libsodium: the seed and its public key
EXTENDED = {
    (row.network, row.kind): ExtendedPrivateKey.from_seed(bytes(16), network=row.network, kind=row.kind).reveal(
        kind=row.kind
    )
    for row in VERSIONS
}
LEAKS = {
    "a phrase": ("address", "bitcoin", PHRASE),
    "a phrase without quotes": ("inspect", *PHRASE.split()),
    "a phrase and nothing else": tuple(PHRASE.split()),
    "a phrase with a typo in the middle": ("inspect", PHRASE.replace("abandon", "abandom", 1)),
    "a phrase in upper case": ("inspect", PHRASE.upper()),
    "a phrase in Spanish": ("message", "sign", "bitcoin", SPANISH),
    "a phrase in Japanese": ("message", "sign", "bitcoin", JAPANESE),
    "a phrase as an option": ("address", "bitcoin", f"--mnemonic={PHRASE}"),
    "a phrase as a message": ("message", "sign", "bitcoin", PHRASE),
    "an extended private key": ("address", "bitcoin", "--xpub", XPRV),
    "an extended private key as an option": ("address", "bitcoin", f"--xpub={XPRV}"),
    "an extended private key of Litecoin": ("inspect", EXTENDED["litecoin", ""]),
    "an extended private key of Nexa": ("inspect", EXTENDED["nexa", ""]),
    "an extended private key with its path": ("inspect", load("slip32/keys")[0].expect["private"]),
    "a seed in bech32's letters": ("inspect", load("codex32/parse")[0].input["share"]),
    "a share in words": ("inspect", load("slip39/combine")[0].input["shares"][0]),
    "a Monero phrase": ("inspect", load("monero/read")[0].input["phrase"]),
    "a seed of the XRP Ledger": ("inspect", "snoPBrXtMeMyMHUVTgbuqAfg1SUTb"),
    "a seed of the XRP Ledger for ed25519": ("inspect", "sEdTM1uX8pu2do5XvTnutH6HsouMaM2"),
    "a seed of Stellar": ("inspect", "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN"),
    "a private key in armour": ("inspect", f"-----BEGIN PRIVATE KEY-----\n{'A' * 64}\n-----END PRIVATE KEY-----"),
    "a WIF": ("verify", WIF),
    "a key pair in base58": ("inspect", base58.encode(PAIR)),
    "a key pair in numbers": ("inspect", str(list(PAIR))),
}


@pytest.mark.parametrize("arguments", LEAKS.values(), ids=LEAKS.keys())
def test_a_secret_among_the_arguments_is_refused_and_not_repeated(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: this looks like a private key or a phrase, which is never an argument\nhint: ")
    assert not any(word in shown.err for word in (" ".join(arguments).split()) if len(word) > 8)


def test_it_is_refused_before_anything_is_read() -> None:
    done = piped("address", "bitcoin", "--stdin", PHRASE)
    assert (done.returncode, done.stdout) == (1, "")
    assert "abandon" not in done.stderr


def test_hex_and_base64_in_lines_are_no_words() -> None:
    assert looks_wordy(PHRASE)
    assert not looks_wordy("\n".join(["cHNidP8BAFICAAAAAZ1111AAAAAA"] * 12))
    assert not looks_wordy(" ".join(["0a0b"] * 40))


PROSE = {
    "a message": (
        "message",
        "sign",
        "bitcoin",
        "I hereby state that I have the key of this address and nobody else does",
    ),
    "a signature of Solana": ("verify", base58.encode(PAIR[::-1])),
    "an address": ("inspect", "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"),
    "a poem": ("message", "sign", "bitcoin", "through myself I want nothing before everything that I hope and believe"),
    "a text under a key that is encrypted": ("inspect", "-----BEGIN ENCRYPTED PRIVATE KEY-----"),
    "eight words": PHRASE.split()[:8],
    "a long text": ("inspect", "ab" * 500_000),
    "nothing": (),
}


@pytest.mark.parametrize("arguments", PROSE.values(), ids=PROSE.keys())
def test_what_is_no_secret_passes(arguments: tuple[str, ...]) -> None:
    refuse_secrets(arguments)


@pytest.mark.parametrize("key", EXTENDED.values(), ids=["-".join(name) for name in EXTENDED])
def test_an_extended_private_key_of_any_coin_is_a_secret(key: str) -> None:
    assert looks_private(key)


def test_a_key_pair_is_one_only_with_its_own_public_half() -> None:
    assert pair_of(base58.encode(PAIR)) is not None
    assert pair_of(base58.encode(PAIR[:32] + bytes(32))) is None
    assert pair_of("1" * 88) is None


def test_a_secret_is_known_by_its_form() -> None:
    assert looks_private(f" {WIF}\n")
    assert not looks_private(PHRASE)
    assert looks_secret(PHRASE)
    with pytest.raises(DecodingError, match="never an argument"):
        refuse_secrets([WIF])
