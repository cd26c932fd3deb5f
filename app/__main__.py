"""`python -m app` is `nianbao`."""

from app.cli import main

if __name__ == "__main__":
    main()
