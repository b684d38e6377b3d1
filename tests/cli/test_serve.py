"""``xpnet serve``: a server that starts, answers, and ends when it is told."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

import xpnet as xn
from tests.serving.browser import serving
from xpnet.cli import serve

pytest.importorskip("uvicorn", reason="uvicorn serves")


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.MLP(3, (4,), 2), path, notes={"input_shape": [3], "class_names": ["a", "b"]})
    return path


def asked(process, method="POST", path="/predict", body=None, **headers):
    address = process.url.split("/")[2]
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, said)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_told_to_end(model, number):
    with serving(model) as process:
        assert process.url.startswith("http://127.0.0.1:")
        assert asked(process, "GET", "/health") == (200, {"status": "ok"})
        status, said = asked(
            process, body='{"inputs": [[1, 2, 3], [4, 5, 6]]}', Content_Type="application/json"
        )
        assert status == 200
        expected = xn.load(model).predict(np.asarray([[1, 2, 3], [4, 5, 6]], np.float32))
        found = [one["outputs"] for one in said["predictions"]]
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_it_ends_while_a_browser_keeps_its_connection(model):
    with serving(model) as process:
        connection = http.client.HTTPConnection(process.url.split("/")[2], timeout=20)
        connection.request("GET", "/health")
        connection.getresponse().read()
        start = time.perf_counter()
        process.terminate()
        assert process.wait(20) == 0
        assert time.perf_counter() - start < 10
        connection.close()


def test_bodies_are_limited_however_they_are_sent(model):
    with serving(model, "--max-body", "1") as process:
        large = b" " * (2**20 + 1)
        kind = {"Content_Type": "application/json"}
        assert asked(process, body=large, **kind)[0] == 413

        # without a length, in chunks: refused before it ends, so nothing is sent that is not read
        host, port = process.url.split("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n100001\r\n" + large + b"\r\n"
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert asked(process, "GET", "/health")[0] == 200


def test_other_names_of_this_machine_are_refused_unless_a_host_is_given(model):
    host = {"Host": "lab.example"}
    with serving(model) as process:
        address = process.url.split("/")[2]
        connection = http.client.HTTPConnection(address, timeout=20)
        connection.request("GET", "/health", headers=host)
        assert connection.getresponse().status == 400
        connection.close()
    with serving(model, "--host", "0.0.0.0") as process:
        assert asked(process, "GET", "/health", **host) == (200, {"status": "ok"})


def test_it_opens_the_browser_when_asked(model, tmp_path, monkeypatch):
    seen = tmp_path / "seen"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{program} %s")
    with serving(model, "--open") as process:
        for _ in range(200):
            if seen.exists() and seen.read_text():
                break
            time.sleep(0.05)
        assert seen.read_text().strip() == process.url


def test_a_port_that_is_taken_is_an_error(xpnet, model):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = xpnet("serve", model, "--port", port)
    assert done.code == 2
    assert f"must be where one can listen, got 127.0.0.1 and {port}" in done.err
    assert "--port 0 takes any free port" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "70000"), "must be a whole number from 0 to 65535, got '70000'"),
        (("--port", "http"), "must be a whole number >= 0, got 'http'"),
        (("--host", "no such host"), "must be where one can listen"),
        (("--max-body", "0"), "must be a whole number >= 1"),
        (("--device", "abacus"), "abacus"),
    ],
)
def test_options_that_make_no_sense_are_an_error(xpnet, model, arguments, message):
    done = xpnet("serve", model, *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_model_that_does_not_know_its_input_can_be_told(xpnet, tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Sequential(xn.nn.Conv2d(1, 2, 3), xn.nn.GlobalAvgPool2d()), path)
    assert "--input-shape must be given" in xpnet("serve", path).err
    with serving(path, "--input-shape", "1,4,4") as process:
        assert asked(process, "GET", "/model")[1]["input_shape"] == [1, 4, 4]


def test_without_the_web_library_the_error_says_what_to_install(xpnet, model, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        serve.importlib.util, "find_spec", lambda name: None if name == "starlette" else real(name)
    )
    done = xpnet("serve", model)
    assert done.code == 2
    assert "starlette must be installed, got none; pip install 'xpnet[serve]'" in done.err


def test_other_commands_load_no_web_library(model, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 3), np.float32))
    code = """
import sys
from xpnet.cli import main
if main(sys.argv[1:]):
    raise SystemExit("it failed")
loaded = {"starlette", "uvicorn", "anyio", "PIL", "asyncio", "http.server"} & set(sys.modules)
if loaded:
    raise SystemExit(f"loaded {loaded}")
"""
    command = [sys.executable, "-c", code, "predict", model, tmp_path / "x.npy"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "PYTHONWARNINGS": "error"})  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_while_a_body_is_under_way(model, number):
    with serving(model) as process:
        host, port = process.url.split("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b'Content-Length: 100\r\n\r\n{"inputs": '
            )
            assert asked(process, "GET", "/health")[0] == 200  # it has begun to read
            process.send_signal(number)
            assert process.wait(20) == 0
        assert process.stderr.read() == ""
