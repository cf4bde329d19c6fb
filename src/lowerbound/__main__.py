"""``python -m lowerbound`` is the command line."""

from lowerbound.cli import main

if __name__ == "__main__":
    main()
