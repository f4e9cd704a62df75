"""TLS to subgraphs: whom the router trusts, and how it shows who it is."""

from __future__ import annotations

import ssl
from pathlib import Path

from reelgraph_router.configuration import ConfigurationError


class TlsError(ConfigurationError):
    """A certificate or key cannot be used; the text names the file and the reason."""


def make_context(
    ca_file: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """The context of every connection to an https subgraph; raises TlsError.

    `ca_file` (PEM) replaces the system's certificate authorities. `certificate` (PEM, with its
    chain) is shown to subgraphs that ask for one (mutual TLS); its key is in `key` or in the same file.
    """
    if key is not None and certificate is None:
        raise TlsError(
            "A key to show to subgraphs needs its certificate: set subgraph_certificate."
        )
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise TlsError(
            f"Cannot use {ca_file} as certificate authorities: {_words(error)}."
        ) from None
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        try:
            # The empty password keeps OpenSSL from asking for one at the terminal.
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            files = certificate if key is None else f"{certificate} with the key {key}"
            raise TlsError(f"Cannot show {files} to subgraphs: {_words(error)}.") from None
    return context


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"it is no such PEM file ({error.reason or error})"
    return error.strerror or type(error).__name__
