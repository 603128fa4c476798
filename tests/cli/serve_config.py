#!/usr/bin/env python3
"""trailkeeper serve --config: lists, sizes and flags from a TOML file; what wins over it; what is wrong with one."""
import os
import subprocess
import time

from harness import Harness

t = Harness()


def listeners(config, *options, env=None):
    """The names of what a server with this file listens on."""
    ports = t.path("ports")
    if os.path.exists(ports):
        os.remove(ports)
    server = subprocess.Popen(
        [
            t.binary,
            "--store",
            t.path("store"),
            "serve",
            "--config",
            t.write("serve.toml", config),
            "--ports-file",
            ports,
            *options,
        ],
        env={**t.environment, **(env or {})},
        stderr=subprocess.PIPE,
    )
    end = time.time() + 30
    while not os.path.exists(ports) and server.poll() is None and time.time() < end:
        time.sleep(0.02)
    server.terminate()
    log = server.communicate(timeout=60)[1]
    t.equal("exit code", server.returncode, 0)
    with open(ports) as file:
        return [line.split()[0] for line in file], log


config = '# Text\nhttp = ["127.0.0.1:0", "127.0.0.1:0"]\nsyslog = "127.0.0.1:0"\nmax-body = "1MiB"\nallow-plaintext = true\ndrain-timeout = 5\nlog-format = "json"\n'
names, log = listeners(config)
t.equal("lists and single values", names, ["http", "http", "syslog"])
t.check("a choice", log.startswith(b'{"time"'), log)
t.equal("the command line wins", listeners(config, "--http", "0")[0], ["http", "syslog"])
t.equal("the environment wins", listeners(config, env={"TRAILKEEPER_SERVE_HTTP": "127.0.0.1:0"})[0], ["http", "syslog"])

for wrong, named in (
    ("htpp = 1", "htpp"),
    ('max-body = "x"', "--max-body"),
    ("drain-timeout = 0", "--drain-timeout"),
    ('allow-plaintext = "maybe"', "--allow-plaintext"),
    ("[serve]\nhttp = 1", "serve.http"),
):
    refused = t.run("serve", "--config", t.write("wrong.toml", wrong + "\n"), store=t.path("store"), timeout=30)
    t.check("%r is wrong usage" % wrong, refused.returncode == 2 and named.encode() in refused.stderr, refused)
t.equal(
    "no such file: exit code",
    t.run("serve", "--config", t.path("none"), store=t.path("store"), timeout=30).returncode,
    2,
)

t.finish()
