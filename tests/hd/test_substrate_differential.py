"""Random keys and signatures of Substrate beside Polkadot-JS, whose curves are written in JavaScript (noble, scure)."""

import unicodedata
from collections.abc import Iterator
from random import Random

from nacl.signing import SigningKey

from support.oracles import JSON, compared, data, locked, number
from walletcore.curves.sr25519 import to_ed25519
from walletcore.hashes import blake2b_256
from walletcore.hd.substrate import SubstratePrivateKey, junctions, mini_secret
from walletcore.keys import Curve, Scheme
from walletcore.mnemonic.bip39 import Mnemonic

CURVES = {"sr25519": Curve.SR25519, "ed25519": Curve.ED25519, "ecdsa": Curve.SECP256K1}
LETTERS = "abcxyzABC019 .-_+\u00e9\u4e2d\U0001f642\x00\n"


def text_of(random: Random, longest: int) -> str:
    drawn = "".join(random.choice(LETTERS) for _ in range(random.randint(1, longest)))
    text = unicodedata.normalize("NFC", drawn)
    return "x" + text if text.lstrip("+").isdecimal() or text.startswith("0x") else text  # ambiguous, see there


def junction_of(random: Random, *, hard: bool) -> str:
    name = str(number(random, 1 << 64)) if random.random() < 0.4 else text_of(random, random.choice((5, 40, 80)))
    return ("//" if hard else "/") + name


def seed_of(random: Random) -> str:
    """Return a seed that is a scalar of every curve."""
    return (random.getrandbits(255) % (1 << 254) + 1).to_bytes(32).hex()


def derivation(random: Random) -> JSON:
    scheme = random.choice(list(CURVES))
    hards = [scheme != "sr25519" or random.random() < 0.5 for _ in range(random.choice((0, 1, 1, 2, 3)))]
    case: JSON = {"task": "derive", "scheme": scheme, "path": "".join(junction_of(random, hard=hard) for hard in hards)}
    if random.random() < 0.1:  # 2,048 rounds of PBKDF2
        phrase = Mnemonic.from_entropy(random.randbytes(random.choice((16, 20, 24, 28, 32)))).reveal()
        return {**case, "mnemonic": phrase, "password": text_of(random, 20) if random.random() < 0.7 else ""}
    return {**case, "seed": seed_of(random)}


def check_derivation(case: JSON, verdict: JSON) -> Iterator[str]:
    if "mnemonic" in case:
        start = mini_secret(Mnemonic.parse(case["mnemonic"], language="english"), case["password"]).reveal()
        yield "phrase"
    else:
        start = bytes.fromhex(case["seed"])
    steps = junctions(case["path"])
    key = SubstratePrivateKey.from_seed(start, CURVES[case["scheme"]]).derive(case["path"])
    secret = key.private_key.secret
    assert verdict == {
        "start": start.hex(),
        "public": key.public_key.data.hex(),
        "secret": (to_ed25519(secret) if key.curve is Curve.SR25519 else secret).reveal()[:32].hex(),
        "chain_codes": [step.chain_code.hex() for step in steps],
    }
    yield case["scheme"]
    yield from {"hard" if step.is_hard else "soft" for step in steps}


@locked
def test_random_junctions_give_the_keys_of_polkadot_js(environment: str) -> None:
    kinds = {*CURVES, "phrase", "hard", "soft"}
    compared("polkadot_js", "substrate derive", environment, derivation, check_derivation, kinds=kinds)


def signature(random: Random) -> JSON:
    scheme, seed, message = random.choice(list(CURVES)), seed_of(random), data(random, 1, 31, 32, 64, 255, 256, 300)
    key = SubstratePrivateKey.from_seed(bytes.fromhex(seed), CURVES[scheme]).private_key
    if scheme == "sr25519":
        signed = key.sign(Scheme.SR25519, bytes.fromhex(message))
    elif scheme == "ed25519":
        signed = key.sign(Scheme.ED25519, bytes.fromhex(message))
    else:
        compact, recovery = key.sign_recoverable(Scheme.ECDSA, blake2b_256(bytes.fromhex(message)))
        signed = compact + bytes((recovery or 0,))
    return {"task": "sign", "scheme": scheme, "seed": seed, "message": message, "signature": signed.hex()}


def check_signature(case: JSON, verdict: JSON) -> Iterator[str]:
    seed, message, theirs = (bytes.fromhex(text) for text in (case["seed"], case["message"], verdict["signature"]))
    public = SubstratePrivateKey.from_seed(seed, CURVES[case["scheme"]]).public_key
    assert (verdict["public"], verdict["verifies"]) == (public.data.hex(), True)
    if case["scheme"] == "sr25519":
        public.verify(Scheme.SR25519, message, theirs)
    elif case["scheme"] == "ed25519":
        public.verify(Scheme.ED25519, message, theirs)
        assert theirs == SigningKey(seed).sign(message).signature
    else:
        assert public.accept(Scheme.ECDSA, blake2b_256(message), theirs[:64], theirs[64])[1] == theirs[64]
    yield case["scheme"]


@locked
def test_signatures_of_both_verify_at_the_other(environment: str) -> None:
    compared("polkadot_js", "substrate sign", environment, signature, check_signature, kinds=set(CURVES), most=3_000)
