"""The sweep over batch, image and channels."""

from __future__ import annotations

import json

import pytest

from benchmarks import scaling


def row(axis, value, peer, seconds):
    return {"axis": axis, "value": value, "peer": peer, "seconds_per_sample": seconds}


def made_up():
    return [
        row(axis, value, peer, 1e-6 * value * (1 + index))
        for axis, points in scaling.AXES.items()
        for value in points
        for index, peer in enumerate(scaling.PEERS)
    ]


def test_the_axes_change_one_size_each_and_reach_as_far_as_promised():
    places = {"batch": 0, "image": 1, "channels": 2}
    ends = {axis: (min(points), max(points)) for axis, points in scaling.AXES.items()}
    assert ends == {"batch": (16, 1024), "image": (14, 112), "channels": (8, 128)}
    for axis, points in scaling.AXES.items():
        for value, sizes in points.items():
            assert sizes[places[axis]] == value
            unchanged = [n for n in range(4) if n != places[axis] and (axis, n) != ("channels", 3)]
            assert all(sizes[n] == scaling.BASE[n] for n in unchanged)


def test_growth_is_the_time_per_sample_at_512_over_that_at_64():
    assert scaling.growth(made_up()) == {"xpnet": 8.0, "torch": 8.0}


def test_growth_leaves_out_a_peer_that_was_not_measured_at_both():
    rows = [row("batch", 64, "xpnet", 2.0), row("batch", 512, "xpnet", 1.0)]
    rows += [row("batch", 64, "torch", 1.0), row("image", 512, "torch", 1.0)]
    assert scaling.growth(rows) == {"xpnet": 0.5}


def test_the_command_times_and_stores_each_point(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(scaling, "PEERS", ("xpnet",))
    monkeypatch.setattr(scaling, "AXES", {"image": {14: (4, 14, 2, 3), 28: (4, 28, 2, 3)}})
    assert scaling.main(["image", "--quick", "--threads", "1", "--results", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "scaling.json").read_text())
    assert record["command"] == (
        f"python -m benchmarks.scaling image --quick --threads 1 --results {tmp_path}"
    )
    assert [(r["axis"], r["value"], r["peer"]) for r in record["seconds"]] == [
        ("image", 14, "xpnet"),
        ("image", 28, "xpnet"),
    ]
    for r in record["seconds"]:
        assert r["seconds_per_sample"] == r["median"] / 4 > 0


def test_no_store_stores_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(scaling, "run", lambda *args, **options: made_up())
    assert scaling.main(["--no-store", "--results", str(tmp_path)]) == 0
    assert list(tmp_path.iterdir()) == []
    assert "xpnet: time per sample at batch 512 / at batch 64 = 8.00" in capfd.readouterr().out


def test_the_picture_has_a_panel_for_each_axis_and_is_small(tmp_path):
    pytest.importorskip("matplotlib")
    scaling.draw(made_up(), tmp_path / "scaling.png")
    content = (tmp_path / "scaling.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    width = int.from_bytes(content[16:20], "big")
    assert width > 3 * 300
    assert len(content) <= 60_000
