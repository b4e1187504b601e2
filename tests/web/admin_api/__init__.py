"""The administration API, called as programs call it."""
