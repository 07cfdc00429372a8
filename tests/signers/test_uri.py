"""The URI that says where a key lives, and what is no such URI."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.errors import SignerError
from walletcore.signers.uri import SignerUri


def refusal(text: Any) -> SignerError:
    with pytest.raises(SignerError) as caught:
        SignerUri.parse(text)
    assert caught.value.reason
    return caught.value


@pytest.mark.parametrize(
    ("text", "scheme", "path", "options"),
    [
        ("local:", "local", "", ()),
        ("LOCAL:", "local", "", ()),
        ("hd:m/44'/60'/0'/0/0", "hd", "m/44'/60'/0'/0/0", ()),
        ("hd:m/44%27/60%27", "hd", "m/44'/60'", ()),
        ("hd:m?derivation=slip10&language=english", "hd", "m", (("derivation", "slip10"), ("language", "english"))),
        ("pkcs11:a%20b?pin=", "pkcs11", "a b", (("pin", ""),)),
        ("kms:alias/eth?region=eu-west-1&x=a%26b%3Dc", "kms", "alias/eth", (("region", "eu-west-1"), ("x", "a&b=c"))),
        ("a:b:c", "a", "b:c", ()),
    ],
)
def test_a_uri_has_a_scheme_a_path_and_options(text: str, scheme: str, path: str, options: Any) -> None:
    assert SignerUri.parse(text) == SignerUri(scheme=scheme, path=path, options=options)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "prefix"),
        ("local", "prefix"),
        (":", "prefix"),
        (":path", "prefix"),
        ("lo cal:", "prefix"),
        ("hd/x:m", "prefix"),
        ("?a=b:", "prefix"),
        ("hd:m?derivation", "character"),
        ("hd:m?derivation&language=english", "character"),
        ("hd:m?=&", "character"),
        ("hd:m?" + "&".join(f"o{n}=1" for n in range(21)), "character"),
        ("hd:m?a=1&a=1", "duplicate"),
        ("hd:m?a=1&%61=2", "duplicate"),
        ("hd:m\n", "type"),
        ("hd:m\0", "type"),
        ("hd:m\t", "type"),
        ("hd:m/é", "type"),
        ("ｈｄ:m", "type"),
        ("hd:" + "m" * 2000, "type"),
        ("x" * (1 << 20), "type"),
    ],
)
def test_what_is_no_uri_is_refused(text: str, reason: str) -> None:
    assert refusal(text).reason == reason


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("text", [None, b"local:", 7, ["local:"], Text("local:")])
def test_X19_a_uri_is_text_and_nothing_else(text: Any) -> None:
    assert refusal(text).reason == "type"


@given(st.text(max_size=60))
def test_any_text_is_a_uri_or_refused_without_being_repeated(text: str) -> None:
    try:
        parsed = SignerUri.parse(text)
    except SignerError as error:
        assert error.reason  # noqa: PT017
        assert len(text) < 8 or text not in str(error)  # noqa: PT017
    else:
        assert parsed.scheme.isalnum()
        assert text.lower().startswith(f"{parsed.scheme}:")


def test_X10_a_secret_that_someone_put_into_a_uri_is_not_repeated() -> None:
    for text in ("hd:m\nc0ffeec0ffee", "c0ffeec0ffee", "hd:m?c0ffeec0ffee", "hd:m?a=c0ffeec0ffee&a=1"):
        assert "c0ffee" not in str(refusal(text))


def test_an_option_has_a_value_or_a_default() -> None:
    uri = SignerUri.parse("hd:m?derivation=slip10&language=")
    assert uri.option("derivation", "bip32") == "slip10"
    assert uri.option("language", "english") == ""
    assert uri.option("region") == ""
    assert uri.option("region", "eu") == "eu"


def test_an_option_or_path_that_is_not_expected_is_refused() -> None:
    uri = SignerUri.parse("hd:m?derivation=slip10&language=english")
    uri.expect("derivation", "language")
    uri.expect("derivation", "language", "region", path="m")
    for names, path in ((("derivation",), None), ((), None), (("derivation", "language"), "")):
        with pytest.raises(SignerError) as caught:
            uri.expect(*names, path=path)
        assert caught.value.reason == "unknown"


def test_H13_a_secret_that_somebody_put_into_a_uri_is_not_shown() -> None:
    uri = SignerUri.parse("pkcs11:token=a;object=739105?pin-value=739105")
    assert "739105" not in f"{uri} {uri!r}"
    assert repr(uri) == "SignerUri(scheme='pkcs11')"
