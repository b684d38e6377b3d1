"""The endpoint: what it answers, and what it refuses."""

from __future__ import annotations

import asyncio
import io
import json
import threading

import numpy as np
import pytest

import xpnet as xn
from xpnet.errors import ArgumentError

pytest.importorskip("starlette", reason="Starlette serves the endpoint")

from xpnet.serving import application as app_module
from xpnet.serving.application import HEADERS, LOCAL_HOSTS, application
from xpnet.serving.service import Service

JSON = "application/json"


class Client:
    """Calls an ASGI application as a server does."""

    def __init__(self, app):
        self.app = app

    def __call__(self, method, path, body=b"", kind=None, host="127.0.0.1:8000", **options):
        return asyncio.run(self.call(method, path, body, kind, host, **options))

    async def call(
        self, method, path, body=b"", kind=None, host="127.0.0.1", pieces=1, length=True
    ):
        path, _, query = path.partition("?")
        headers = [(b"host", host.encode())]
        if kind is not None:
            headers.append((b"content-type", kind.encode()))
        if length:
            said = len(body) if length is True else length
            headers.append((b"content-length", str(said).encode()))
        size = max(1, -(-len(body) // pieces))
        messages = [
            {"type": "http.request", "body": body[i : i + size], "more_body": i + size < len(body)}
            for i in range(0, max(1, len(body)), size)
        ]
        self.taken = 0
        sent = []

        async def receive():
            if self.taken == len(messages):
                return {"type": "http.disconnect"}
            self.taken += 1
            return messages[self.taken - 1]

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers, "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000), "state": {},
        }  # fmt: skip
        await self.app(scope, receive, send)
        start = sent[0]
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(start["status"], dict(start["headers"]), content)


class Answer:
    def __init__(self, status, headers, content):
        self.status = status
        self.headers = {name.decode(): value.decode() for name, value in headers.items()}
        self.content = content

    @property
    def said(self):
        return json.loads(self.content)

    @property
    def error(self):
        return self.said["error"]


@pytest.fixture(scope="module")
def service(digits_file):
    return Service(digits_file, "cpu")


@pytest.fixture
def client(service):
    return Client(application(service))


@pytest.fixture
def post(client):
    def run(said, kind=JSON, path="/predict", **options):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return client("POST", path, body, kind, **options)

    return run


def png(pixels, size=None):
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    made = image.fromarray(pixels)
    (made if size is None else made.resize(size)).save(file, "PNG")
    return file.getvalue()


# ---- what it answers --------------------------------------------------------------------------


def test_samples_in_json_are_predicted(post, service):
    _, test = xn.data.load_digits()
    x, y = (a[:300] for a in test.arrays)
    answer = post({"inputs": x.tolist()})
    assert answer.status == 200
    predictions = answer.said["predictions"]
    assert np.mean([int(p["prediction"]) == k for p, k in zip(predictions, y, strict=True)]) > 0.9
    expected = service.predictor.outputs(x)
    np.testing.assert_allclose([p["outputs"] for p in predictions], expected, rtol=1e-5, atol=1e-5)
    assert sum(predictions[0]["probabilities"]) == pytest.approx(1)
    assert "layers" not in answer.said


@pytest.mark.parametrize("form", [(1, 8, 8), (8, 8), (64,), (1, 1, 8, 8), (1, 8, 8), (1, 64)])
def test_a_sample_may_come_in_many_forms(post, form):
    x = xn.data.load_digits()[1].arrays[0][0]
    wanted = post({"inputs": [x.tolist()]}).said
    assert post({"inputs": x.reshape(form).tolist()}).said == wanted


def test_an_image_is_prepared_as_a_file_is(post, digits_predictor, tmp_path):
    from xpnet.serving.files import image_sample

    page = np.full((50, 40), 230, np.uint8)
    page[10:35, 18:22] = 20
    content = png(page)
    (tmp_path / "one.png").write_bytes(content)
    sample = image_sample(str(tmp_path / "one.png"), "one", digits_predictor.reading())
    [expected] = digits_predictor.answers(sample.x[None])
    for kind in ("image/png", "image/png; charset=x", "IMAGE/anything"):
        answer = post(content, kind)
        assert answer.status == 200
        assert answer.said == {"predictions": [{**expected, "inverted": True}]}
    assert not post(content, "image/png", "/predict?invert=no").said["predictions"][0]["inverted"]


def test_it_tells_what_the_layers_make_of_a_sample(post):
    x = xn.data.load_digits()[1].arrays[0][0]
    layers = post({"inputs": x.tolist(), "layers": True, "top": 2}).said["layers"]
    assert [layer["kind"] for layer in layers] == ["input", "Conv2d", "ReLU", "MaxPool2d", "Linear"]
    assert [layer["shape"] for layer in layers] == [
        [1, 8, 8],
        [8, 8, 8],
        [8, 8, 8],
        [8, 4, 4],
        [10],
    ]
    assert post(png(np.eye(8, dtype=np.uint8)), "image/png", "/predict?layers=1").said["layers"]


def test_it_tells_what_the_model_is(client):
    said = client("GET", "/model").said
    assert said["model"] == "Sequential"
    assert said["file"] == "digits.safetensors"
    assert said["input_shape"] == [1, 8, 8]
    assert said["output_shape"] == [10]
    assert said["classes"] == [str(k) for k in range(10)]
    assert said["image"]["ink"] is True
    assert said["max_body"] == 8 * 2**20
    assert said["layers"][0] == {"name": "0: Conv2d", "output": [8, 8, 8]}
    assert said["versions"]["xpnet"] == xn.__version__
    assert client("GET", "/health").said == {"status": "ok"}


def test_many_threads_get_the_answers_of_one(service):
    x = xn.data.load_digits()[1].arrays[0][:40]
    body = [json.dumps({"inputs": row.tolist(), "layers": i % 2 == 0}).encode() for i, row in
            enumerate(x)]  # fmt: skip
    expected = [service.answer_json(one) for one in body]
    found = [None] * len(body)

    def work(start):
        for i in range(start, len(body), 4):
            found[i] = service.answer_json(body[i])

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


# ---- what it refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, "body must be JSON"),
        (b"{", 400, "body must be JSON"),
        (b"\xff\xfe", 400, "body must be JSON"),
        (b'{"inputs": [NaN]}', 400, "NaN, which JSON does not have"),
        (b'{"inputs": [-Infinity]}', 400, "-Infinity, which JSON does not have"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"inputs": ' + b"9" * 5000 + b"}", 400, "body must be JSON"),
        (b"[1, 2]", 422, 'must be an object with "inputs"'),
        (b"{}", 422, 'must be an object with "inputs"'),
        (b'{"inputs": 3}', 422, "got a int"),
        (b'{"inputs": "abc"}', 422, "got a str"),
        (b'{"inputs": []}', 422, "got no numbers"),
        (b'{"inputs": [[], []]}', 422, "got no numbers"),
        (b'{"inputs": [[1, 2], [3]]}', 422, "lists of different lengths"),
        (b'{"inputs": [1, 2]}', 422, "one sample of shape [1, 8, 8], .* got the shape [2]"),
        (b'{"inputs": [null]}', 422, "got what are no numbers"),
        (b'{"inputs": ["1"]}', 422, "got what are no numbers"),
        (b'{"inputs": [true]}', 422, "got what are no numbers"),
        (b'{"inputs": [{}]}', 422, "got what are no numbers"),
        (b'{"inputs": [' + b"9" * 400 + b"]}", 422, "got what are no numbers"),
        (b'{"inputs": [1e999]}', 422, "got the shape [1]"),
        (json.dumps({"inputs": [1e39] * 64}).encode(), 422, "must be finite numbers"),
        (json.dumps({"inputs": [[0] * 64] * 2, "layers": True}).encode(), 422, "with one sample"),
        (b'{"inputs": [], "bottom": 1}', 422, "keys inputs, layers, top, got 'bottom'"),
        (b'{"inputs": [], "layers": 1}', 422, "layers must be true or false"),
        (b'{"inputs": [], "top": 0}', 422, "top must be a whole number from 1, got '0'"),
        (b'{"inputs": [], "top": true}', 422, "top must be a whole number"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_json_that_does_not_fit_is_told_what_is_wrong(post, body, status, message):
    answer = post(body)
    assert answer.status == status
    assert answer.headers["content-type"] == JSON
    for part in message.split(".*"):
        assert part.strip() in answer.error


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("/predict", b"", "must be an image"),
        ("/predict", b"no image", "must be an image"),
        ("/predict?invert=perhaps", b"", "invert must be one of auto, yes, no, got 'perhaps'"),
        ("/predict?layers=2", b"", "layers must be one of"),
        ("/predict?top=many", b"", "top must be a whole number"),
        ("/predict?what=1", b"", "query must have layers, invert, fit or top, got 'what'"),
    ],
)
def test_images_that_do_not_fit_too(post, path, content, message):
    answer = post(content, "image/png", path)
    assert answer.status == 422
    assert message in answer.error


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "",
                                  "multipart/form-data"])  # fmt: skip
def test_types_that_any_page_may_send_are_refused(post, kind):
    answer = post(b'{"inputs": []}', kind)
    assert answer.status == 415
    assert "content-type must be application/json or that of an image" in answer.error


def test_a_model_of_tables_takes_no_images(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.MLP(4, (3,), 2), path, notes={"input_shape": [4]})
    client = Client(application(Service(path, "cpu")))
    assert client("GET", "/model").said["image"] is None
    answer = client("POST", "/predict", png(np.eye(4, dtype=np.uint8)), "image/png")
    assert answer.status == 415
    assert "takes tables of 4 numbers" in answer.error
    layers = client("POST", "/predict", b'{"inputs": [1, 2, 3, 4], "layers": true}', JSON)
    assert layers.said["layers"][0]["shape"] == [4]


def test_what_a_model_cannot_do_is_the_fault_of_the_request(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.LSTM(3, 4), path, notes={"input_shape": [5, 3]})
    client = Client(application(Service(path, "cpu")))
    body = json.dumps({"inputs": np.zeros((5, 3)).tolist()}).encode()
    answer = client("POST", "/predict", body, JSON)
    assert answer.status == 422
    assert "must give scores" in answer.error
    xn.save(xn.nn.Linear(1, 2), path, notes={"input_shape": [1]})
    service = Service(path, "cpu")
    service.predictor.model.weight.data[...] = 3e38
    with np.errstate(over="ignore"):
        answer = Client(application(service))("POST", "/predict", b'{"inputs": [[0], [9]]}', JSON)
    assert answer.status == 422
    assert "must give finite numbers" in answer.error
    assert "(sample 1)" in answer.error


def test_a_model_whose_samples_nobody_knows_is_an_error(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.nn.Sequential(xn.nn.Conv2d(1, 2, 3), xn.nn.GlobalAvgPool2d()), path)
    with pytest.raises(ArgumentError, match="--input-shape must be given"):
        Service(path, "cpu")
    assert Service(path, "cpu", (1, 4, 4)).shape == (1, 4, 4)


def test_a_model_that_begins_with_a_linear_tells_its_samples(tmp_path):
    path = tmp_path / "model.safetensors"
    xn.save(xn.models.MLP(4, (3,), 2), path)
    assert Service(path, "cpu").shape == (4,)


def test_refusals_say_what_to_do(post, client):
    answer = client("GET", "/predict")
    assert answer.status == 405
    assert answer.error == "method must be POST for /predict, got GET; use POST"
    multipart = post(b"--x", "multipart/form-data; boundary=x")
    assert multipart.error.endswith("with curl --data-binary @FILE, not -F")
    digits = post(b'{"inputs": [' + b"1" * 5000 + b"]}")
    assert digits.status == 400
    assert digits.error.endswith("got an integer with thousands of digits")


def test_an_image_of_no_known_kind_is_told_in_words(post):
    pytest.importorskip("PIL.Image")
    answer = post(b"no image", "image/png")
    assert "(it is of no kind that is known)" in answer.error
    assert "0x" not in answer.error


@pytest.mark.parametrize("pieces", [1, 50])
@pytest.mark.parametrize("length", [True, False])
def test_a_body_that_is_too_long_is_not_read(service, pieces, length):
    client = Client(application(service, max_body=1000))
    fits = b'{"inputs": ' + json.dumps([0] * 64).encode() + b"}"
    assert client("POST", "/predict", fits, JSON, pieces=pieces, length=length).status == 200
    answer = client("POST", "/predict", b" " * 5000, JSON, pieces=pieces, length=length)
    assert answer.status == 413
    assert "at most 1,000 bytes" in answer.error
    assert answer.headers["connection"] == "close"
    assert client.taken <= (0 if length else 11)


@pytest.mark.parametrize("said", ["-5", "many", "1" * 30, "\u00b2"])
def test_a_length_that_makes_no_sense_is_too_long(client, said):
    options = {"length": said.encode("latin-1").decode("latin-1")}
    assert client("POST", "/predict", b"{}", JSON, **options).status == 413


def test_a_body_that_does_not_come_is_not_waited_for(service, monkeypatch):
    monkeypatch.setattr(app_module, "SECONDS_FOR_BODY", 0.05)

    async def silent():
        await asyncio.sleep(60)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/predict", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", JSON.encode())], "root_path": "",
        "client": None, "server": ("localhost", 80), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(application(service)(scope, silent, send))
    assert sent[0]["status"] == 408


def test_a_body_that_breaks_off_is_an_error(client):
    async def broken():
        return {"type": "http.disconnect"}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/predict", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", JSON.encode())], "root_path": "",
        "client": None, "server": ("localhost", 80), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(client.app(scope, broken, send))
    assert sent[0]["status"] == 400


def test_no_more_than_so_many_predictions_wait(service, monkeypatch):
    monkeypatch.setattr(app_module, "WAITING", 1)
    running, let_go = threading.Semaphore(0), threading.Event()
    most = 0
    now = 0
    lock = threading.Lock()

    def slow(body):
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        running.release()
        let_go.wait(20)
        with lock:
            now -= 1
        return {}

    monkeypatch.setattr(service, "answer_json", slow)
    client = Client(application(service))

    async def crowd():
        calls = [asyncio.create_task(client.call("POST", "/predict", b"{}", JSON))
                 for _ in range(app_module.AT_A_TIME + 1)]  # fmt: skip
        await asyncio.to_thread(lambda: [running.acquire() for _ in range(app_module.AT_A_TIME)])
        await asyncio.sleep(0.05)
        refused = await client.call("POST", "/predict", b"{}", JSON)
        let_go.set()
        return refused, await asyncio.gather(*calls)

    refused, others = asyncio.run(crowd())
    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert [answer.status for answer in others] == [200] * (app_module.AT_A_TIME + 1)
    assert most == app_module.AT_A_TIME


def test_a_failure_is_told_to_the_log_alone(service, monkeypatch):
    def failing(body):
        raise RuntimeError("a secret")

    monkeypatch.setattr(service, "answer_json", failing)
    sent = []

    async def run():
        client = Client(application(service))
        original = client.app

        async def kept(scope, receive, send):
            async def send_too(message):
                sent.append(message)
                await send(message)

            await original(scope, receive, send_too)

        client.app = kept
        await client.call("POST", "/predict", b"{}", JSON)

    with pytest.raises(RuntimeError, match="a secret"):  # for the server to log
        asyncio.run(run())
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]


# ---- keeping others out -----------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_pages_that_point_their_own_name_here_are_refused(client, host):
    answer = client("GET", "/model", host=host)
    assert answer.status == 400
    assert b"model" not in answer.content


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "[::1]:8000"])
def test_names_of_this_machine_are_answered(client, host):
    assert client("GET", "/health", host=host).status == 200


def test_any_name_is_answered_when_other_machines_are_let_in(service):
    assert Client(application(service, None))("GET", "/health", host="lab.example").status == 200
    assert LOCAL_HOSTS


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/%2e%2e/style.css", "/page/index.html", "/style.css/..", "//etc/passwd",
     "/script.js%00", "/digits.safetensors", "/nothing"],
)  # fmt: skip
def test_no_other_file_can_be_had(client, path):
    answer = client("GET", path)
    assert answer.status == 404
    assert "path must be one of" in answer.error


def test_methods_that_make_no_sense_are_refused(client):
    for method, path in (("GET", "/predict"), ("POST", "/"), ("DELETE", "/model"),
                         ("OPTIONS", "/predict")):  # fmt: skip
        answer = client(method, path)
        assert answer.status == 405
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/style.css", "/model", "/predict", "/none"])
def test_every_answer_makes_the_browser_careful(client, path):
    headers = client("GET", path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert "unsafe" not in headers["content-security-policy"]


def test_the_page_is_complete_and_asks_nobody_else(client):
    page = client("GET", "/").content.decode()
    assert "<script src=" in page
    for content in (page, *(client("GET", f"/{name}").content.decode()
                            for name in ("style.css", "script.js", "layers.js"))):  # fmt: skip
        assert "http://" not in content.replace("http://www.w3.org", "")
        assert "https://" not in content
        assert "innerHTML" not in content
    assert " style=" not in page
    assert " onclick=" not in page
    assert client("GET", "/icon.svg").headers["content-type"].startswith("image/svg+xml")
    assert client("HEAD", "/").status == 200
