"""Certificates for tests, made by openssl."""
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments, program="openssl"):
    subprocess.run([program, *arguments], check=True, capture_output=True)


def self_signed(harness, subject="/CN=localhost", name="certificate", program="openssl"):
    """A certificate signed by itself: its file and its key's."""
    made, key = harness.path(name + ".pem"), harness.path(name + ".key")
    files = ("-keyout", key, "-out", made)
    names = ("-addext", "subjectAltName=DNS:localhost") if subject == "/CN=localhost" else ()
    openssl("req", "-x509", *KEY, "-subj", subject, *names, "-days", "2", *files, program=program)
    return made, key


def signed(harness, name, subject, authority, program="openssl"):
    """A certificate of an authority, which is a pair that self_signed gave: its file and its key's."""
    made, key, request = (harness.path(name + end) for end in (".pem", ".key", ".csr"))
    openssl("req", *KEY, "-subj", subject, "-keyout", key, "-out", request, program=program)
    by = ("-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial")
    openssl("x509", "-req", "-in", request, *by, "-days", "2", "-out", made, program=program)
    return made, key
