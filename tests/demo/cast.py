"""Who plays: the parts and their versions."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import version

from tests.demo import needs


def cast() -> list[tuple[str, str, str]]:
    """Name, version and part of everybody."""
    return [
        ("authserver", version("authserver"), "the authorization server"),
        (
            "nginx",
            _said(needs.nginx().path, r"nginx/(\S+)"),
            "in front of it and of Jira, on the configuration that authserver renders",
        ),
        ("requests-oauthlib", version("requests-oauthlib"), "gets tokens"),
        ("Authlib", version("authlib"), "gets tokens, gives them up, introspects"),
        ("jira", version("jira"), "calls Jira"),
        ("atlassian-python-api", version("atlassian-python-api"), "calls Jira too"),
        ("Apache", _said(needs.apache().path, r"Apache/(\S+)"), "another gateway in front of Jira"),
        ("mod_auth_openidc", _package_version(), "introspects tokens for it"),
        ("stand-in Jira", "", "ours, no Jira: answers every operation, notes what reaches it"),
    ]


def _said(tool: str, pattern: str) -> str:
    done = subprocess.run([tool, "-v"], capture_output=True, text=True, check=False)
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "?"


def _package_version() -> str:
    """A module does not tell its version; the package manager does where there is one."""
    package = needs.openid_module().package
    command = ["dpkg-query", "--showformat=${Version}", "--show", package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "?"
    return done.stdout.strip() or "?"
