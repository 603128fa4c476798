#!/usr/bin/env python3
"""rsyslog reading a file: omfwd over TCP by line and by octet count, and over TLS with certificates of both sides; omelasticsearch."""
import os
import time

from certificates import self_signed, signed
from clients import DEBIAN, Load, daemon, program, start, token
from harness import Harness

t = Harness()
MODULES = os.path.join(DEBIAN, "usr/lib/x86_64-linux-gnu/rsyslog")
SYSLOG = (
    'template(name="out" type="string" string="<%pri%>1 %timereported:::date-rfc3339% %hostname% trail - - - %msg%")\n'
)


def run(name, load, action, settings="", check=lambda: None):
    """rsyslog with that action and a file of the load's lines, until `check` is through."""
    os.makedirs(t.path(name + "-rsyslog"))
    source = t.write(name + ".log", load.lines())
    config = t.write(
        name + ".conf",
        """
global(workDirectory="%s" maxMessageSize="64k" %s)
module(load="imfile" mode="polling" pollingInterval="1")
%s
input(type="imfile" file="%s" tag="trail" severity="info" facility="local0")
"""
        % (t.path(name + "-rsyslog"), settings, action, source),
    )
    with daemon(
        t, os.path.join(DEBIAN, "usr/sbin/rsyslogd"), "-n", "-M", MODULES, "-f", config, "-i", t.path(name + ".pid")
    ):
        check()


for name, framing in (("octets", "octet-counted"), ("lines", "traditional")):
    load = Load(301, broken="not JSON", reason="not-an-object")
    server = start(t, name, "--http", "0", "--syslog", "0")
    run(
        name,
        load,
        SYSLOG
        + 'action(type="omfwd" target="127.0.0.1" port="%d" protocol="tcp" TCP_Framing="%s" template="out" action.resumeRetryCount="-1")'
        % (server.port("syslog"), framing),
        check=lambda: load.check(t, server, "syslog"),
    )


authority = self_signed(t, "/CN=Test CA", "ca", program("openssl"))


def certificate(name, subject):
    return signed(t, name, subject, authority, program("openssl"))


server_files, shipper_files, stranger_files = (
    certificate(name, "/CN=%s.test" % name) for name in ("server", "shipper", "stranger")
)
nameless_files = certificate("nameless", "/O=Nobody")
load = Load(302, broken="not JSON", reason="not-an-object")
server = start(
    t,
    "tls",
    "--http",
    "0",
    "--syslog-tls",
    "0",
    "--tls-cert",
    server_files[0],
    "--tls-key",
    server_files[1],
    "--tls-client-ca",
    authority[0],
    "--tls-client-name",
    "shipper.test",
)
TLS = (
    SYSLOG
    + """action(type="omfwd" target="127.0.0.1" port="%d" protocol="tcp" TCP_Framing="octet-counted" template="out" action.resumeRetryCount="-1"
  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="server.test")"""
    % server.port("syslog-tls")
)


NOT_LET_IN = "the client certificate's name is not let in"


def appears(server, text, times=1):
    limit = time.monotonic() + 30
    while server.log().count(text) < times and time.monotonic() < limit:
        time.sleep(0.05)
    return server.log().count(text) >= times


def driver(files):
    return (
        'defaultNetstreamDriverCAFile="%s" defaultNetstreamDriverCertFile="%s" defaultNetstreamDriverKeyFile="%s"'
        % (authority[0], *files)
    )


for name, files in (("stranger", stranger_files), ("nameless", nameless_files)):
    before = server.log().count(NOT_LET_IN)
    run(
        "tls-" + name,
        load,
        TLS,
        driver(files),
        lambda: t.check(name + ": not let in", appears(server, NOT_LET_IN, before + 1), server.log()),
    )
t.equal("nothing of theirs is stored", server.metric("events_total", "syslog-tls"), 0)
run("tls", load, TLS, driver(shipper_files), lambda: load.check(t, server, "syslog-tls"))

# omelasticsearch. What an item's status tells it to do is rsyslog's to decide: by default a batch with a refused item (409 is one)
# goes to the error file, and isn't sent again.
load = Load(303)
secret = token(t, "elasticsearch", "rsyslog", "ingest")["secret"]
server = start(t, "elasticsearch", "--http", "0")
run(
    "elasticsearch",
    load,
    """template(name="message" type="string" string="%%msg%%")
module(load="omelasticsearch")
action(type="omelasticsearch" server="127.0.0.1" serverport="%d" template="message" bulkmode="on" searchType="" uid="rsyslog" pwd="%s"
       queue.type="LinkedList" queue.dequeueBatchSize="500" action.resumeRetryCount="-1" errorFile="%s")"""
    % (server.port(), secret, t.path("errors.json")),
    check=lambda: load.check(t, server, "http"),
)
t.finish()
