"""One file per endpoint whose grammar Authlib knows."""
