"""Run a command with DATABASE_URL set to PostgreSQL, or say that no server answers there and go on.

python tools/postgres.py postgresql:///postgres?host=/var/run/postgresql COMMAND…
"""

import os
import subprocess
import sys

import psycopg


def main(url: str, *command: str) -> int:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        print(f"PostgreSQL: no server answers, its tests are left out ({str(error).strip().splitlines()[0]})")
        return 0
    print("PostgreSQL:")
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
