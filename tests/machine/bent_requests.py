"""Requests as raw bytes, most of them broken: what `fuzz_socket` sends."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
    from collections.abc import Callable, Sequence

PATHS = (
    *("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/jwks", "/livez", "/"),
    *("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/readyz"),
    *(
        "/metrics",
        "/gateway/auth-request",
        "/access/v1/evaluation",
        "/nothing",
        "/oauth2/authorize",
    ),
)


FORM_PATHS = ("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke")


METHODS = (
    "GET",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "x",
    "P\x01T",
)


FIELDS = (
    *("grant_type=client_credentials", "scope=read", "token=abc", "client_id=a"),
    *("client_secret=b", "resource=https%3A%2F%2Fa", "resource=b", "scope=%zz", "scope=%00"),
    *(
        "token=%ff",
        "x=%C3%BC",
        "=",
        "&&",
        "token_type_hint=x",
        "client_assertion=e.y.J",
        "a" * 3000,
    ),
)


NOISE = (b"\x00", b"\xff\xfe", b"\r\n", b"\n", b"\r", b" ", b"\t", b"\x7f", b"\xc3\xbc", b"%0d%0a")


def bent_request(dice: random.Random) -> bytes:
    """One request: a sound one, bent in up to three places."""
    method, path = "POST", dice.choice(FORM_PATHS)
    if dice.random() < 0.4:
        method, path = dice.choice(METHODS), dice.choice(PATHS)
    body = "&".join(dice.choices(FIELDS, k=dice.randint(0, 6))).encode()
    headers = [
        b"Host: auth.example",
        b"Connection: close",
        b"Content-Type: application/x-www-form-urlencoded",
        b"Authorization: " + _authorization(dice),
        b"Content-Length: %d" % len(body),
    ]
    head = [f"{method} {path} HTTP/1.1".encode("latin-1")]
    for bend in dice.choices(BENDS, k=dice.choice((0, 0, 0, 1, 1, 2, 3))):
        body = bend(dice, head, headers, body)
    dice.shuffle(headers)
    sent = b"\r\n".join([*head, *headers, b"", body])
    return _torn(dice, sent) if dice.random() < 0.1 else sent


def _authorization(dice: random.Random) -> bytes:
    pair = dice.choice([b"a:b", b"a", b":", b"a:\xff", b"a:\x00", b"a%zz:b", b"a:" + b"b" * 5000])
    return dice.choice(
        [
            b"Basic " + b64encode(pair),
            b"basic  " + b64encode(pair)[:-1],
            b"Bearer eyJhbGciOiJub25lIn0.e30.",
            b"Basic \xff\xfe",
            b"",
        ]
    )


def _bend_target(dice: random.Random, head: list[bytes], _: list[bytes], body: bytes) -> bytes:
    method, target = head[0].split(b" ")[:2]
    target += dice.choice(
        [
            b"?scope=x",
            b"?" + b"a" * 9000,
            b"/../x",
            b"%00",
            b"%ff",
            b"//",
            b";x",
            b"#f",
            b"\xff",
            b" ",
        ]
    )
    version = dice.choice([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1", b"X"])
    prefix = dice.choice([b"", b"", b"", b"http://evil.example", b"//evil.example", b"*"])
    head[0] = b" ".join([method, prefix + target, version])
    return body


def _bend_length(dice: random.Random, _: list[bytes], headers: list[bytes], body: bytes) -> bytes:
    lie = dice.choice(
        [b"0", b"5", b"-1", b"+3", b"65537", b"99999999999999999999", b"0x5", b"", b"3, 3", b"3\t"]
    )
    headers.append(b"Content-Length: " + lie)
    if dice.random() < 0.7:
        headers[:] = [header for header in headers[:-1] if b"Length" not in header] + headers[-1:]
    return body


def _bend_chunks(dice: random.Random, _: list[bytes], headers: list[bytes], body: bytes) -> bytes:
    coding = dice.choice(
        [b"chunked", b"chunked", b"Chunked", b"gzip, chunked", b"chunked, gzip", b"x"]
    )
    headers.append(b"Transfer-Encoding: " + coding)
    if dice.random() < 0.7:
        headers[:] = [header for header in headers if b"Length" not in header]
    size = dice.choice([b"%x" % len(body), b"%x" % (len(body) + 3), b"zz", b"-1", b"f" * 20, b""])
    end = dice.choice([b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"0\r\n", b"1\r\n"])
    return size + b"\r\n" + body + b"\r\n" + end


def _bend_header(dice: random.Random, _: list[bytes], headers: list[bytes], body: bytes) -> bytes:
    name = dice.choice(
        [
            *(
                b"Host",
                b"Authorization",
                b"Content-Type",
                b"Cookie",
                b"X-Forwarded-For",
                b"Forwarded",
            ),
            *(
                b"X-Request-ID",
                b"X-Raw-Target",
                b"Expect",
                b"Upgrade",
                b"Connection",
                b"X_Under",
                b"",
            ),
            *(
                b"If-None-Match",
                b"X-HTTP-Method-Override",
                b"Accept",
                b"Te",
                b"\xc3\xbc",
                b"a b",
                b"(x)",
            ),
        ]
    )
    value = dice.choice(
        [
            *(b"", b"x", b"127.0.0.1", b"a, b", b"100-continue", b"h2c", b"websocket", b"close"),
            *(
                b"application/json",
                b"multipart/form-data; boundary=x",
                b"\xff" * 9,
                b"a\x00b",
                b"a\x0bb",
            ),
            *(b"z" * 20_000, b"y\r\n folded", b"v\nInjected: 1", b"*/*;q=x", b'W/"', b"=;=,;"),
        ]
    )
    headers.append(name + b": " + value)
    return body


def _bend_many(dice: random.Random, _: list[bytes], headers: list[bytes], body: bytes) -> bytes:
    headers.extend(b"X-%d: y" % number for number in range(dice.choice([50, 120, 500])))
    return body


def _bend_body(dice: random.Random, _: list[bytes], __: list[bytes], body: bytes) -> bytes:
    extra = dice.choice(
        [b"&" * 200, b"&a=1" * 150, b"x" * 70_000, dice.randbytes(50), b"\xff", b"%"]
    )
    return body + extra


def _torn(dice: random.Random, sent: bytes) -> bytes:
    """Noise put in, bytes turned over, or the end cut off."""
    place = dice.randrange(len(sent))
    kind = dice.random()
    if kind < 0.4:
        return sent[:place] + dice.choice(NOISE) + sent[place:]
    if kind < 0.7:
        return sent[:place] + bytes([dice.randrange(256)]) + sent[place + 1 :]
    if kind < 0.9:
        return sent[:place]
    return sent + sent


BENDS: Sequence[Callable[[random.Random, list[bytes], list[bytes], bytes], bytes]] = (
    _bend_target,
    _bend_length,
    _bend_chunks,
    _bend_header,
    _bend_header,
    _bend_many,
    _bend_body,
)
