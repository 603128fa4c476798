#!/usr/bin/env python3
"""A store that can't grow ends the replay with a clear error and no damage; with room again, it completes (G7)."""
import json
import resource
import signal

from harness import Harness, write_trail

t = Harness()
trail = write_trail(t, "trail", seed=3, files=8, events_a_file=6000)


def limit_to(bytes_):
    def apply():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # So that write() fails with EFBIG instead.
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

    return apply


reference = t.path("reference")
t.run("replay", t.path("trail"), store=reference)
expected = json.loads(t.run("count", "--by", "name", "-o", "json", store=reference).stdout)

for number, size in enumerate((100_000, 600_000, 1_500_000)):
    store = t.path("store-%d" % number)
    # The trail twice over: later batches hold events of earlier ones that never get committed.
    failed = t.run("replay", t.path("trail"), *trail, store=store, preexec_fn=limit_to(size), timeout=60)
    t.equal("exit code with room for %d bytes" % size, failed.returncode, 3)
    t.check("the error says something", failed.stderr.startswith(b"trailkeeper: "), failed.stderr)
    again = t.run("replay", t.path("trail"), store=store)
    t.equal("exit code with room again", again.returncode, 1)
    t.equal(
        "the answers are complete",
        json.loads(t.run("count", "--by", "name", "-o", "json", store=store).stdout),
        expected,
    )

t.finish()
