"""RFC 3986: what is a URI, an authority, a host. Examples are those of the specification, or changed by one mark."""

import pytest

from support.cpu import SLACK, cpu_seconds
from walletcore.coding.uris import escaped, host_of, is_authority, is_path_characters, is_scheme, is_uri, unescaped

URIS = [  # section 1.1.2
    "ftp://ftp.is.co.za/rfc/rfc1808.txt",
    "http://www.ietf.org/rfc/rfc2396.txt",
    "ldap://[2001:db8::7]/c=GB?objectClass?one",
    "mailto:John.Doe@example.com",
    "news:comp.infosystems.www.servers.unix",
    "tel:+1-816-555-1212",
    "telnet://192.0.2.16:80/",
    "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
    "foo://example.com:8042/over/there?name=ferret#nose",  # section 3
    "file:///etc/fstab",
    "a:",
    "a:/",
    "a:/b",
    "a:b//c",
    "a://",
    "a://?#",
    "a:?x#y",
    "a://u:p%40@[v7.x:1]:/p;q=1",
]
NONE = [
    "",
    "a",
    "//example.com",
    "/a:b",
    ":a",
    "1a:b",
    "a_b:c",
    "a:b c",
    "a:b\n",
    "\na:b",
    "a:%",
    "a:%4",
    "a:%4g",
    "a:#b#c",
    "a:[b]",
    "a://[::1",
    "a://::1]",
    "a://[::1]x",
    "a://[::1]:8x",
    "a://[1:2:3:4:5:6:7:8:9]",
    "a://[::ffff:1.2.3.256]",
    "a://[fe80::1%25en1]",
    "a://[v.x]",
    "a://[vg.x]",
    "a://u@v@w",
    "a:^",
    "a:\u00e9",
    "a:\uff41",
    "\u0430:b",
]


@pytest.mark.parametrize("text", URIS)
def test_a_uri_is_one(text: str) -> None:
    assert is_uri(text)
    assert not is_uri(f" {text}")
    assert not is_uri(f"{text} ")


@pytest.mark.parametrize("text", NONE, ids=ascii)
def test_another_text_is_none(text: str) -> None:
    assert not is_uri(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        ("u:p@example.com:80", "example.com"),
        ("example.com:", "example.com"),
        ("[::1]:80", "[::1]"),
        ("u@[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"),
        ("", ""),
        (":80", ""),
        ("a%20b", "a%20b"),
        ("a/b", None),
        ("a@b@c", None),
        ("a:b:1", None),
        ("[::1", None),
        ("[]", None),
        ("a b", None),
        ("a:8\uff10", None),
    ],
)
def test_the_host_of_an_authority_is_told(text: str, host: str | None) -> None:
    assert host_of(text) == host
    assert is_authority(text) is (host is not None)


def test_schemes_and_segments() -> None:
    assert [is_scheme(text) for text in ("a", "a1+-.", "", "1a", "a:", "a b", "\u0430")] == [True, True] + [False] * 5
    good = [is_path_characters(text) for text in ("", "a:@!$&'()*+,;=-._~%20", "/", "?", "#", "%2", " ", "\u00e9")]
    assert good == [True, True] + [False] * 6


@pytest.mark.parametrize("filler", ["a", "a@", "a:", "%41", "/", "[", "a://", "@:", "v."])
def test_no_text_takes_long(filler: str) -> None:
    setup = f"""
from walletcore.coding.uris import is_uri
filler = {filler!r} * (1_000_000 // {len(filler)})
"""
    code = "[is_uri(a + filler + b) for a in ('', 'a:', 'a://', 'a://[', 'a://u@') for b in ('', ' ', ']')]"
    assert cpu_seconds(code, setup=setup) < 0.5 * SLACK


def test_escapes_are_those_of_section_2_1() -> None:
    """Sections 2.3 and 2.5: unreserved characters, and the letter A with grave, %C3%80 in UTF-8."""
    unreserved = "AZaz09-._~"
    assert escaped(unreserved) == unreserved
    assert escaped("a b%\u00c0") == "a%20b%25%C3%80"
    assert escaped("A.B-c", plain="-") == "A%2EB-c"
    assert unescaped("a%20b%25%c3%80") == "a b%\u00c0".encode()
    assert unescaped("%4%zz") == b"%4%zz"
    for text in ("", "%", "100%25", "\u2764:/?#[]@"):
        assert unescaped(escaped(text)) == text.encode()
