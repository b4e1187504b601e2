"""Atlassian's own test vectors, run from the package that ships them, and its library beside ours.

All 78 canonical requests, hashes and signatures are taken as they are. There are no deviations in
what is computed. One call of the 78, which stands there twice, never gets so far: its path has a
semicolon, which servers read in several ways, and such paths are refused before anybody asks who
calls. Where the library takes more than we do is below, case by case.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.crypto.connect_tokens import ConnectTokenReader
from authserver.domain.connect_keys import ConnectAccess
from authserver.domain.query_hash import canonical_request, query_hash
from authserver.domain.raw_targets import read_target
from authserver.services.connect_key_rules import SigningMaterial
from tests.connect.signing import APP, SECRET, TARGET, claims
from tests.connect.sites import ConnectSite
from tests.node_packages import installed, node
from tests.not_run import not_run
from tests.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT: Final = Path(__file__).parent
VECTORS: Final = "node_modules/atlassian-jwt/test/resources/jwt-signed-urls.json"
HOST: Final = "https://example.com"
AMBIGUOUS: Final = {
    "BasePath RFC3986 Subdelimiters",
    "BasePath RFC3986 Subdelimiters (uri)",
}
"""Vectors whose calls are refused for their path: see above."""


class Library:
    """npm `atlassian-jwt` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [node(), "--no-deprecation", "driver.cjs"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, command: str, **given: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def canonical(self, method: str, target: str, base: str = "") -> str:
        return str(self.do("canonical", method=method, target=target, base=base)["canonical"])

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return installed(PROJECT, tmp_path_factory.mktemp("atlassian-jwt"))
    except RuntimeError as error:
        not_run("Atlassian's vectors of Connect JWTs", str(error))


@pytest.fixture(scope="module")
def library(package: Path) -> Iterator[Library]:
    library = Library(package)
    yield library
    library.close()


@pytest.fixture(scope="module")
def document(package: Path) -> Any:
    return json.loads((package / VECTORS).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vectors(document: Any) -> Sequence[Any]:
    return list(document["tests"])


def target_of(vector: Any) -> str:
    return str(vector["signedUrl"]).removeprefix(HOST)


def jwt_of(vector: Any) -> str:
    (value,) = (
        part.removeprefix("jwt=")
        for part in target_of(vector).partition("?")[2].split("&")
        if part.startswith("jwt=")
    )
    return str(value)


def test_there_are_78_of_them(vectors: Sequence[Any]) -> None:
    assert len(vectors) == 78
    assert len({each["name"] for each in vectors}) == 78


@pytest.mark.feature(31)
def test_every_canonical_request_is_atlassians(vectors: Sequence[Any]) -> None:
    ours = {each["name"]: canonical_request("get", target_of(each), "") for each in vectors}
    assert ours == {each["name"]: each["canonicalUrl"] for each in vectors}


@pytest.mark.feature(31)
def test_every_hash_and_signature_is_atlassians(document: Any, vectors: Sequence[Any]) -> None:
    reader = ConnectTokenReader()
    for each in vectors:
        read = reader.by_secrets(reader.claimed(jwt_of(each)), [document["secret"].encode()])
        assert read.query_hash == query_hash("GET", target_of(each), ""), each["name"]
        assert read.issuer == "jira:1234-5678-9000"


def test_every_call_with_a_path_that_has_one_meaning_counts(
    document: Any, vectors: Sequence[Any]
) -> None:
    world = World()
    site = ConnectSite(
        world,
        issuer="jira:1234-5678-9000",
        material=SigningMaterial(secret=document["secret"]),
    )
    world.clock.advance(1466731100 - world.clock.now())
    refused = set()
    for each in vectors:
        if read_target(target_of(each)) is None:
            refused.add(each["name"])
        judged = site.judge(jwt_of(each), "GET", target_of(each), from_query=True)
        assert isinstance(judged, ConnectAccess), each["name"]
    assert refused == AMBIGUOUS


def test_no_vector_counts_for_the_call_of_another(document: Any, vectors: Sequence[Any]) -> None:
    reader = ConnectTokenReader()
    secret = [document["secret"].encode()]
    hashes = {
        each["name"]: reader.by_secrets(reader.claimed(jwt_of(each)), secret).query_hash
        for each in vectors
    }
    for each in vectors:
        for other in vectors:
            same = each["canonicalUrl"] == other["canonicalUrl"]
            ours = query_hash("GET", target_of(other), "")
            assert (hashes[each["name"]] == ours) == same, (each["name"], other["name"])


def test_the_library_agrees_with_its_own_vectors(library: Library, vectors: Sequence[Any]) -> None:
    for each in vectors:
        assert library.canonical("get", target_of(each)) == each["canonicalUrl"]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Queries of plain octets and escapes that are UTF-8, in the spellings that clients send."""
    escape = st.text(st.characters(codec="utf-8"), min_size=1, max_size=2).map(
        lambda text: "".join(f"%{octet:02X}" for octet in text.encode())
    )
    piece = st.one_of(st.sampled_from("aAbB01-._~+*'()!,;:@/?$[]=jwt"), escape)
    part = st.lists(piece, max_size=5).map("".join)
    return "&".join(draw(st.lists(part, max_size=5)))


@settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(["GET", "get", "POST", "DELETE"]),
    path=st.lists(st.sampled_from(["/", "/a", "/b%2Fc", "/d&e", "/f+g", "/%C3%BC"]), max_size=4),
    query=queries(),
    base=st.sampled_from(["", "/a", "/b"]),
)
def test_it_is_what_the_library_computes(
    library: Library, method: str, path: Sequence[str], query: str, base: str
) -> None:
    target = f"{base}/{''.join(path).lstrip('/')}?{query}"
    theirs = library.canonical(method, target, f"https://example.com{base}")
    if "__proto__" not in query:
        assert canonical_request(method, target, base) == theirs


@pytest.mark.parametrize(
    ("target", "base", "ours", "theirs"),
    [
        # The library signs less than the call has: who holds a JWT could add such a parameter.
        ("/a?__proto__=1&b=2", "", "GET&/a&__proto__=1&b=2", "GET&/a&b=2"),
        # A broken escape: what a site makes of it is not what was signed.
        ("/a?b=%zz", "", None, "GET&/a&b=%25zz"),
        # Octets that are no UTF-8: many different ones would have the same hash.
        ("/a?b=%ff", "", None, "GET&/a&b=%EF%BF%BD"),
        # Half of a path's segment is no base path.
        ("/jirafoo/x?a=1", "/jira", "GET&/jirafoo/x&a=1", "GET&/foo/x&a=1"),
    ],
)
def test_we_are_stricter_than_the_library(
    library: Library, target: str, base: str, ours: str | None, theirs: str
) -> None:
    assert library.canonical("GET", target, f"https://example.com{base}") == theirs
    assert canonical_request("GET", target, base) == ours


def test_a_jwt_that_the_library_signed_counts(library: Library) -> None:
    world = World()
    site = ConnectSite(world)
    said = claims("POST", "/rest/api/2/issue", at=world.clock.now())
    said["qsh"] = library.do("canonical", method="POST", target="/rest/api/2/issue", base="")["qsh"]
    jwt = library.do("sign", claims=said, secret=SECRET, algorithm="HS256")["jwt"]
    assert site.good(jwt, "POST", "/rest/api/2/issue").issuer == APP
    for algorithm in ("HS384", "HS512"):
        jwt = library.do("sign", claims=claims(), secret=SECRET, algorithm=algorithm)["jwt"]
        assert site.unfit(jwt, "GET", TARGET).problem == "algorithm_not_allowed"
