"""Run the command line: `python -m authserver`."""


def main() -> None:
    """Hand over to the command line."""
    from authserver.cli.main import cli  # noqa: PLC0415 - keep `import authserver` light
    from authserver.loading import end_without_looking_back  # noqa: PLC0415 - as above

    end_without_looking_back()
    cli()


if __name__ == "__main__":
    main()
