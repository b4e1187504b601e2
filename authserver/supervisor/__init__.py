"""The process that keeps the server's workers and housekeeping alive."""
