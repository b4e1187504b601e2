"""`python -m tests.standin`: a stand-in site in a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import SITE_KINDS, ResourceKind
from tests.standin.handed_over import Assertion, IdentityHeader, ServiceCredential, key_set_at
from tests.standin.notes import Notes
from tests.standin.server import StandInServer
from tests.standin.site import StandInSite

if TYPE_CHECKING:
    from types import FrameType

    from tests.standin.handed_over import HandOverRule


def main() -> None:
    """Serve until told to stop."""
    chosen = _arguments().parse_args()
    site = StandInSite(
        ResourceKind(chosen.kind),
        _hand_over(chosen),
        chosen.url,
        chosen.context_path,
        browsers=chosen.browsers,
        notes=Notes(chosen.notes),
    )
    server = StandInServer(site, chosen.port)

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    server.start()
    signal.pause()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--kind", choices=list(SITE_KINDS), required=True)
    parser.add_argument("--port", type=int, required=True, help="loopback port")
    parser.add_argument("--url", required=True, help="what the site is called outside")
    parser.add_argument("--context-path", default="", help="what stands before /rest")
    parser.add_argument("--browsers", action="store_true", help="browsers come this way too")
    parser.add_argument("--notes", type=Path, required=True, help="file for what reached it")
    parser.add_argument("--hand-over", choices=list(HandOverKind), required=True)
    parser.add_argument("--credential-file", type=Path, help="the value of Authorization")
    parser.add_argument("--account", default="", help="whom the credential belongs to")
    parser.add_argument("--header", default="X-Remote-User", help="the header with the account")
    parser.add_argument("--issuer", default="", help="who signs assertions")
    parser.add_argument("--audience", default="", help="whom assertions are for")
    parser.add_argument("--jwks", default="", help="where the keys of the issuer are")
    return parser


def _hand_over(chosen: argparse.Namespace) -> HandOverRule:
    if chosen.hand_over == HandOverKind.SERVICE_CREDENTIAL:
        return ServiceCredential(chosen.credential_file.read_text().strip(), chosen.account)
    if chosen.hand_over == HandOverKind.IDENTITY_HEADER:
        return IdentityHeader(chosen.header)
    return Assertion(key_set_at(chosen.jwks), chosen.issuer, chosen.audience)


if __name__ == "__main__":
    main()
