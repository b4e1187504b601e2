"""Signing in through stand-ins for identity providers that others wrote.

None of them is Okta's, Microsoft's or Amazon's own: each is a program that behaves as it does, and
says itself what it lacks. See tests/federation for what none of them has.
"""
