"""`python -m pomelo`, where the `pomelo` command is not on the path."""

from pomelo.cli import main

if __name__ == "__main__":
    main()
