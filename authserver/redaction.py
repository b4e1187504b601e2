"""Masks secrets in text that is on its way to a log.

The second line of defence: the first is that nothing secret is given to a logger. So it masks
rather too much than too little, and knows secrets by their look, their name and their place.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "[redacted]"

LONGEST_TEXT: Final = 32_768
"""Characters of one text; what is longer is cut before it is searched."""

_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_PRIVATE_JWK: Final = re.compile(
    r"""((?:"|')(?:d|k|p|q|dp|dq|qi)(?:"|')\s*:\s*(?:"|'))[A-Za-z0-9_=-]{16,}"""
)
_OUR_SECRET: Final = re.compile(r"(asv_[a-z]{1,8}_)[A-Za-z0-9_.~-]+")
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_=-]{4,}(?:\.[A-Za-z0-9_=-]*)*")
_BCRYPT: Final = re.compile(r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{20,}")
_SCHEME: Final = re.compile(
    # Credentials after a scheme; "basic authentication" in prose has no capital, digit or sign.
    r"\b((?i:basic|bearer|dpop|digest|negotiate|token))(\s+)(?=[a-z]*[A-Z0-9+/_.~=-])[A-Za-z0-9+/_.~=-]+"
)
_USER_INFO: Final = re.compile(r"(://[^\s/@:]{0,256}:)[^\s/@]+(?=@)")
_VALUE: Final = r"""(?:b?(?P<quote>\\*["']).*?(?:(?<!\\)(?P=quote)|$)|[^\s"'&,;)}\]]+)"""
_SEPARATOR: Final = r"""(?:\\*["']?\]?\s*(?:=>|[:=]|%3[dD])\s*|\\*["']\s*,\s*)"""
_HEADER: Final = re.compile(
    r"((?i:authorization|cookie|api[_-]?key|raw[_-]target)"
    + _SEPARATOR
    + r""")(?:b?(?P<quote>\\*["']).*?(?:(?<!\\)(?P=quote)|$)|[^\r\n"']+)""",
    re.MULTILINE,
)
_NAMED: Final = re.compile(
    r"((?i:passw(?:or)?d|passphrase|secret|token|assertion|verifier|credentials?|private[_-]?key"
    r"|pepper|otp|(?:authorization|auth|device|user)[_-]code|(?<![a-zA-Z_-])code(?!"
    + _SEPARATOR
    + r"\d{1,4}\b))"
    + _SEPARATOR
    + ")"
    + _VALUE,
    re.MULTILINE,
)
_SECRET_NAME: Final = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|assertion|verifier|credentials?|private_?key|api_?key"
    r"|pepper|otp|authorization|cookie|(?:^|authorization_|auth_|device_|user_)code)(?:s|_value)?\Z",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """`text` with everything that looks like a secret masked; over-long text is cut."""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + " [cut]"
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _PRIVATE_JWK.sub(rf"\1{MASK}", text)
    text = _USER_INFO.sub(rf"\1{MASK}", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    text = _OUR_SECRET.sub(rf"\1{MASK}", text)
    text = _JWT.sub(MASK, text)
    text = _BCRYPT.sub(MASK, text)
    text = _SCHEME.sub(rf"\1\2{MASK}", text)
    return _NAMED.sub(rf"\1{MASK}", text)


def names_a_secret(name: str) -> bool:
    """Whether a field of this name holds a secret: its value is masked whatever it looks like."""
    return _SECRET_NAME.search(name.replace("-", "_")) is not None
