"""A `trailkeeper serve` for tests: on free ports, with a store of its own."""
import atexit
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time


class Server:
    """Starts when made; `port(name)` of a listener; `stop()` ends it with SIGTERM and returns its exit code."""

    def __init__(self, harness, store, *options, environment=None):
        self.store = store
        self.log_path = harness.path("serve-%d.log" % time.monotonic_ns())
        ports = self.log_path + ".ports"
        self.log_file = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [harness.binary, "--store", store, "serve", *options, "--ports-file", ports],
            stderr=self.log_file,
            env={**harness.environment, **(environment or {})},
        )
        atexit.register(self.process.kill)  # Of a test that ends with an exception.
        limit = time.monotonic() + 60
        while not os.path.exists(ports):
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the server did not start: " + self.log())
            time.sleep(0.01)
        self.ports = {line.split()[0]: int(line.split()[2]) for line in open(ports)}

    def port(self, name="http"):
        return self.ports[name]

    def log(self):
        return open(self.log_path, errors="replace").read()

    def request(self, method, path, body=None, headers=None, port=None, timeout=60):
        """Status, headers and body; the body as JSON if it is."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port(), timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, dict(answer.getheaders()), json.loads(text)
        except ValueError:
            return answer.status, dict(answer.getheaders()), text.decode(errors="replace")

    def post(self, path, body, **headers):
        status, _, answer = self.request(
            "POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return status, answer

    def connect(self, name):
        return socket.create_connection(("127.0.0.1", self.port(name)), timeout=60)

    def connect_tls(self, name):
        """Over TLS, whatever the certificate."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(self.connect(name))

    def metric(self, name, listener):
        text = self.request("GET", "/metrics")[2]
        return int(re.search(r'^trailkeeper_%s\{listener="%s"\} (\d+)$' % (name, listener), text, re.M)[1])

    def wait_for(self, name, listener, number, seconds=60):
        """Until a listener's metric has a value; false if it doesn't get there."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.metric(name, listener) == number:
                return True
            time.sleep(0.02)
        return False

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.log_file.close()
        return code
