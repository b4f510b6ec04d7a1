"""``python -m kexie``: the command, where no script is installed; this is also how a worker is started."""

from kexie.cli import main

if __name__ == "__main__":
    main()
