from __future__ import annotations

import hashlib
import os
import stat
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from xpnet.data.download import fetch
from xpnet.errors import DataError

CONTENT = bytes(range(256)) * 1000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/without-length":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/breaks":
            self.wfile.write(CONTENT[:1000])
        elif self.path == "/changed":
            self.wfile.write(CONTENT[::-1])
        else:
            self.wfile.write(CONTENT)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def fails(urls, path, message):
    with pytest.raises(DataError, match=message) as caught:
        fetch(urls, path, CHECKSUM)
    assert list(path.parent.iterdir()) == []  # neither the file nor a part of it
    return str(caught.value)


@pytest.mark.parametrize("page", ["good", "without-length"])
def test_a_file_is_fetched_and_folders_are_made(server, tmp_path, page):
    path = fetch([f"{server}/{page}"], tmp_path / "a" / "b" / "file", CHECKSUM)
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_may_read_the_file(server, tmp_path):
    path = fetch([f"{server}/good"], tmp_path / "file", CHECKSUM)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_wrong_checksum_leaves_no_file(server, tmp_path):
    fails([f"{server}/changed"], tmp_path / "file", f"SHA-256 must be {CHECKSUM}, got .* changed")


def test_a_broken_connection_leaves_no_file(server, tmp_path):
    fails([f"{server}/breaks"], tmp_path / "file", r"broke after 1000 of 256000 bytes")


def test_a_missing_page_is_reported(server, tmp_path):
    fails([f"{server}/missing"], tmp_path / "file", "404")


def test_no_server_is_reported(tmp_path):
    fails(["http://127.0.0.1:1/file"], tmp_path / "file", "URLError.*; check the connection to the")


def test_an_address_that_is_none_is_reported(tmp_path):
    fails(["nowhere"], tmp_path / "file", "unknown url type")


def test_the_next_address_is_tried_when_one_fails(server, tmp_path):
    pages = ["missing", "breaks", "changed", "good"]
    path = fetch([f"{server}/{page}" for page in pages], tmp_path / "file", CHECKSUM)
    assert path.read_bytes() == CONTENT


def test_the_error_tells_what_went_wrong_at_each_address_and_the_remedy(server, tmp_path):
    path = tmp_path / "file"
    message = fails([f"{server}/missing", f"{server}/breaks"], path, "one of 2 addresses")
    assert "missing: HTTPError" in message
    assert "breaks: ConnectionError" in message
    assert message.endswith(f"or put the file at '{path}' by hand")


def test_a_failed_download_keeps_the_file_that_was_there(server, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(DataError, match="SHA-256"):
        fetch([f"{server}/changed"], path, CHECKSUM)
    assert path.read_bytes() == b"old"


def test_a_file_address_works_too(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    assert fetch([source.as_uri()], tmp_path / "copy", CHECKSUM).read_bytes() == CONTENT


def test_no_progress_bar_is_shown_without_a_terminal(server, tmp_path, capsys):
    fetch([f"{server}/good"], tmp_path / "file", CHECKSUM)
    assert capsys.readouterr() == ("", "")
