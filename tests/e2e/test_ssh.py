"""Over a real OpenSSH: a key that may only open the console, and all the ways a connection ends."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.floors import calls, small_log, waiting
from tests.e2e.terminal import Place, Terminal, followers, processes, until

pytestmark = pytest.mark.e2e

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


@dataclass(frozen=True)
class Server:
    """An sshd of the test's own, and how to reach it."""

    place: Place
    port: int

    def command(self, *options: str) -> list[str]:
        folder = self.place.folder
        given = {
            "IdentityFile": f"{folder}/key",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": f"{folder}/known_hosts",
            "StrictHostKeyChecking": "accept-new",
            "LogLevel": "ERROR",
        }
        return [
            *("ssh", "-F", "none", "-p", str(self.port)),
            *(word for name, value in given.items() for word in ("-o", f"{name}={value}")),
            *(*options, f"{_user()}@127.0.0.1"),
        ]

    def connect(self, *, size: tuple[int, int] = (80, 24)) -> Terminal:
        """``ssh -tt`` in a terminal. The client does not carry the mark: what has it, is on the server."""
        environment = {
            name: value for name, value in self.place.environment.items() if name in ("PATH", "HOME", "TERM")
        }
        return self.place.terminal(*self.command("-tt"), size=size, environment=environment)


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def server(place: Place) -> Iterator[Server]:
    if not Path(SSHD).exists() or shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        message = "OpenSSH's server and client are needed: apt-get install openssh-server openssh-client"
        if os.environ.get("CCM_TESTS_COMPLETE") or _COMPLETE:
            pytest.fail(message)
        pytest.skip(message)
    folder = place.folder
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    kept = {**place.environment}
    kept.pop("TERM")
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in kept.items())
    forced = f"cd {shlex.quote(str(folder))} && exec env {settings} {shlex.join(place.command('--as', 'x')[:-2])} open"
    quoted = forced.replace("\\", "\\\\").replace('"', '\\"')
    public = (folder / "key.pub").read_text()
    (folder / "authorized_keys").write_text(f'command="{quoted}",restrict,pty {public}')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nAcceptEnv LANG\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    said = (folder / "sshd.log").open("wb")
    daemon = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stdin=subprocess.DEVNULL, stdout=said, stderr=said
    )

    def is_up() -> bool:
        assert daemon.poll() is None, (folder / "sshd.log").read_text()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(is_up, "sshd listens")
        yield Server(place, port)
    finally:
        daemon.terminate()
        daemon.wait(10)
        said.close()


_COMPLETE = bool(os.environ.get("CCM_TESTS_COMPLETE"))
"""Read at import: the tests' surroundings are cleared of CCM_ names."""


def opened(server: Server) -> Terminal:
    """A live board over the line."""
    place = server.place
    small_log(place)
    done = place.run("watch", "--once", str(place.log))  # remembers the path: the forced command names none
    assert done.returncode == 0, done.stderr
    client = server.connect()
    client.see("first", "● live")
    assert len(followers(place.mark)) == 1
    return client


def test_the_console_over_a_line(server: Server) -> None:
    client = opened(server)
    client.resize(140, 40)
    client.see_that(lambda text: "wallboard" in text.split("\n")[39] and "By hour" in text, "140x40")
    client.resize(80, 24)
    client.see_that(lambda text: "1 Queues" in text.split("\n")[23], "80x24")
    incoming = calls("first")
    for number in (2, 3, 4):
        server.place.append(next(incoming))
        client.see_that(lambda text, n=number: waiting(text, "first") == n)  # type: ignore[misc]
    client.send("2")
    client.see("Chose")
    client.send("q")
    assert client.wait() == 0
    assert b"\x1b[?1049l" in client.raw
    assert b"\x1b[?1003l" in client.raw
    print(f"nothing left {server.place.gone():.2f} s after the end")


def test_the_exit_code_of_a_signal_comes_through(server: Server) -> None:
    client = opened(server)
    os.kill(_console(server), signal.SIGTERM)
    assert client.wait() == 143
    assert b"\x1b[?1049l" in client.raw
    server.place.gone()


@pytest.mark.parametrize("how", ["the client is killed", "its window is closed"])
def test_a_connection_that_ends_leaves_nothing_behind(server: Server, how: str) -> None:
    client = opened(server)
    began = time.monotonic()
    if how == "the client is killed":
        client.signal(signal.SIGKILL)
    else:
        client.hang_up()
    client.wait()
    server.place.gone(15)
    print(f"{how}: nothing left after {time.monotonic() - began:.2f} s")


def test_without_a_pty_it_is_refused(server: Server) -> None:
    done = subprocess.run(
        server.command("-T"), env=server.place.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"the console needs a terminal" in done.stderr
    server.place.gone()


def test_nothing_but_the_console_can_be_asked_for(server: Server) -> None:
    small_log(server.place)
    flag = server.place.folder / "flag"
    environment = {**server.place.environment, "TEXTUAL_DRIVER": "evil:Driver"}
    command = [*server.command("-tt", "-o", "SendEnv=TEXTUAL_DRIVER"), f"touch {flag}"]
    with server.place.terminal(*command, environment=environment) as client:
        client.see("1 Queues", "? help")
        client.send("q")
        assert client.wait() == 0
    assert not flag.exists()


def test_a_stalled_client_stops_nothing_and_then_hangs_up_cleanly(server: Server) -> None:
    client = opened(server)
    place = server.place
    client.signal(signal.SIGSTOP)
    client_stopped = time.monotonic()
    incoming = calls("first")
    for _ in range(100):
        place.append(next(incoming))
        time.sleep(0.02)
    until(lambda: _waiting_stored(place) == 101, "lines that came while the client was stalled are stored", 10)
    print(f"100 lines stored {time.monotonic() - client_stopped:.1f} s after the stall began")
    client.signal(signal.SIGCONT)
    client.see_that(lambda text: waiting(text, "first") == 101, "it catches up")
    client.signal(signal.SIGSTOP)
    client.signal(signal.SIGKILL)
    client.wait()
    place.gone(15)


def _console(server: Server) -> int:
    return next(pid for pid, line in processes(server.place.mark).items() if line.rstrip().endswith(" open"))


def _waiting_stored(place: Place) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True, timeout=5)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM segment").fetchone()[0])
