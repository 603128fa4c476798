"""A terminal around the program under test."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


def run_in_terminal(command, environment, columns=80, rows=24, keys=b"", timeout=60):
    """Runs a command with a terminal of that size as its stdin and stdout (stderr is a pipe). `keys` are typed once there
    is output. Returns the exit code, what the terminal got, with its line ends as the program wrote them, and stderr.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        ready, _, _ = select.select([ours], [], [], 0.1)
        if not ready:
            if process.poll() is not None:
                break
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Nobody has the other side open any more.
            break
        if not piece:
            break
        shown += piece
        if keys:
            os.write(ours, keys)
            keys = b""
    else:
        process.kill()
    os.close(ours)
    errors = process.stderr.read()
    return process.wait(), shown, errors
