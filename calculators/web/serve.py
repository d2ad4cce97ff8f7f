"""Serves the built site as a real host should: ``python -m calculators.web.serve site --port 8000``."""

from __future__ import annotations

import argparse
import contextlib
import errno
import functools
import gzip
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

CSP = (  # the policy in mkdocs.yml; a test compares the two
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'none'"
)
TYPES = {
    ".wasm": "application/wasm",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".json": "application/json",
}
TEXT = (".html", ".js", ".mjs", ".css", ".json", ".svg", ".wasm", ".xml", ".txt")


@functools.lru_cache(maxsize=256)
def _packed(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder under a prefix, compressed, with the site's content policy."""

    protocol_version = "HTTP/1.1"
    prefix = "/"
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012

    def log_message(self, *_: object) -> None:
        """Stay quiet: the address was printed."""

    def handle(self) -> None:
        """Answer until the client leaves, which it may do at any time."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def end_headers(self) -> None:
        """Add the headers every answer carries."""
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        hashed = "/runtime/" in self.path and not self.path.endswith("manifest.json")
        self.send_header("Cache-Control", "max-age=31536000, immutable" if hashed else "no-cache")
        super().end_headers()

    def translate_path(self, path: str) -> str:
        """Map a path under the prefix to a file; anything else has none."""
        if not path.startswith(self.prefix):
            return str(Path(self.directory) / "no-such-file")
        return super().translate_path("/" + path[len(self.prefix) :])

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a missing page with the site's own page for that."""
        missing = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or self.command != "GET" or not missing.is_file():
            super().send_error(code, message, explain)
            return
        body = missing.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Answer with the file, gzip when it helps and the client takes it."""
        path = Path(self.translate_path(self.path.split("?")[0].split("#")[0]))
        if path.is_dir() and (path / "index.html").is_file() and self.path.split("?")[0].endswith("/"):
            path = path / "index.html"
        takes = "gzip" in self.headers.get("Accept-Encoding", "") and not self.headers.get("Range")
        if not (takes and path.is_file() and path.suffix in TEXT):
            super().do_GET()
            return
        body = _packed(str(path), path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(folder: Path, port: int, prefix: str = "/", tries: int = 50) -> http.server.ThreadingHTTPServer:
    """Return a server of `folder` bound to 127.0.0.1 at `port` or the next free port.

    Parameters
    ----------
    folder : Path
        Built site.
    port : int
        First port to try; 0 lets the system choose.
    prefix : str
        Path the site is served under, such as ``/sub/path/``.
    tries : int
        Ports tried before giving up.

    Returns
    -------
    ThreadingHTTPServer
        Bound, not yet serving; the caller runs `serve_forever`.

    Raises
    ------
    OSError
        If no port is free.
    """
    prefix = f"/{prefix.strip('/')}/".replace("//", "/")
    handler = functools.partial(type("Site", (Handler,), {"prefix": prefix}), directory=str(folder))
    for candidate in range(port, port + tries):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(
        errno.EADDRINUSE, f"ports {port} to {port + tries - 1} are all in use. Give another with --port."
    )


@contextlib.contextmanager
def serving(folder: Path, prefix: str = "/") -> Iterator[str]:
    """Serve `folder` in the background while the block runs; gives the address."""
    server = serve(folder, 0, prefix)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--prefix", default="/")
    arguments = parser.parse_args()
    if not (arguments.folder / "index.html").is_file():
        sys.stderr.write(f"{arguments.folder} holds no built site. Run `make build` first.\n")
        return 2
    server = serve(arguments.folder, arguments.port, arguments.prefix)
    manifest = arguments.folder / "runtime" / "manifest.json"
    build = (
        json.loads(manifest.read_text(encoding="utf-8")).get("build_id", "?")
        if manifest.is_file()
        else "none"
    )
    prefix = f"/{arguments.prefix.strip('/')}/".replace("//", "/")
    sys.stdout.write(f"Site ready at http://127.0.0.1:{server.server_port}{prefix} (runtime build {build})\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
