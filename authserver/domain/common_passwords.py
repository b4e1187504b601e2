"""Words that stand at the top of every list of leaked passwords, and rows of keyboards."""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
    password passwort passw0rd p@ssw0rd p@ssword pass kennwort parola contrasena motdepasse
    qwerty qwertz azerty asdf asdfgh zxcvbn yxcvbn qazwsx 1q2w3e 1q2w3e4r 1qaz2wsx zaq12wsx
    letmein welcome willkommen hallo hello login signin access secret geheim changeme changeit
    default admin administrator root superuser user guest test testing temp temporary demo master
    iloveyou loveyou ichliebedich lovely love princess sunshine flower angel baby babygirl
    football baseball basketball soccer hockey liverpool chelsea arsenal barcelona
    monkey dragon tiger shadow superman batman spiderman pokemon naruto starwars matrix
    trustno1 whatever nothing something freedom internet computer
    summer winter spring autumn sommer fruehling herbst january february march april june july
    august september october november december monday tuesday wednesday thursday friday saturday
    sunday january1
    michael jennifer jordan thomas daniel charlie jessica ashley andrew matthew
    company office server network security
    jira confluence atlassian authserver bitbucket
    abc123 123abc a1b2c3 aa123456 000000 111111 666666 696969 112233 121212 123123 123321 654321
"""

COMMON: Final = frozenset(_WORDS.split())
"""Canonical (case-folded) spellings."""

ROWS: Final = (
    "1234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "qayxswedc",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
)
"""Sequences that fingers and minds find by themselves, forwards and backwards."""
