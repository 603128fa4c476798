#!/usr/bin/env python3
"""syslog-ng reading a file: network() by line, syslog() by octet count, http() in batches with a token."""
import glob
import os

from clients import DEBIAN, Load, daemon, start, token
from harness import Harness

t = Harness()
LIBRARIES = os.path.join(DEBIAN, "usr/lib/syslog-ng")
(MODULES,) = glob.glob(os.path.join(LIBRARIES, "[0-9]*"))


def run(name, load, destination, check):
    source = t.write(name + ".log", load.lines())
    os.makedirs(t.path(name + "-syslog-ng"))
    config = t.write(
        name + ".conf",
        """@version: 3.38
options { stats-freq(0); keep-hostname(yes); log-msg-size(65536); };
source s { file("%s" flags(no-parse) follow-freq(1) log-iw-size(10000) log-fetch-limit(1000) program-override("trail")); };
destination d { %s };
log { source(s); destination(d); flags(flow-control); };
"""
        % (source, destination),
    )
    state = [
        option + t.path(name + "-syslog-ng", file)
        for option, file in (("--persist-file=", "persist"), ("--pidfile=", "pid"), ("--control=", "ctl"))
    ]
    # The plain library names of /lib come from another package than the programs.
    with daemon(
        t,
        os.path.join(DEBIAN, "usr/sbin/syslog-ng"),
        "-F",
        "--no-caps",
        "-f",
        config,
        "--module-path=" + MODULES,
        *state,
        env={"LD_LIBRARY_PATH": "%s:%s" % (LIBRARIES, os.path.join(DEBIAN, "usr/lib/x86_64-linux-gnu"))}
    ):
        check()


for name, driver in (
    ("lines", 'network("127.0.0.1" port(%d) transport("tcp") log-fifo-size(10000));'),
    ("octets", 'syslog("127.0.0.1" port(%d) transport("tcp") log-fifo-size(10000));'),
):
    load = Load(401, broken="not JSON", reason="not-an-object")
    server = start(t, name, "--http", "0", "--syslog", "0")
    run(name, load, driver % server.port("syslog"), lambda: load.check(t, server, "syslog"))

load = Load(402, broken="not JSON", reason="not-an-object")
secret = token(t, "http", "syslog-ng", "ingest")["secret"]
server = start(t, "http", "--http", "0")
run(
    "http",
    load,
    """http(url("http://127.0.0.1:%d/v1/events") method("POST") headers("Authorization: Bearer %s") body("$MSG") delimiter("\\n")
  batch-lines(500) batch-timeout(500) log-fifo-size(10000));"""
    % (server.port(), secret),
    lambda: load.check(t, server, "http"),
)
t.finish()
