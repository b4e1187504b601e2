"""Run the command line: `python -m authserver`."""


def main() -> None:
    """Hand over to the command line."""
    from authserver.cli.main import cli  # noqa: PLC0415 - keep `import authserver` light

    cli()


if __name__ == "__main__":
    main()
