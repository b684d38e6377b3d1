from __future__ import annotations

import json


def test_the_list_has_the_cpu_and_says_what_does_not_work(xpnet):
    done = xpnet("devices")
    assert done.code == 0
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert lines["cpu"].split()[1] == "yes"
    for line in lines.values():
        if line.split()[1] == "no":
            assert "install" in line or "driver" in line


def test_the_list_can_be_had_as_json(xpnet):
    infos = json.loads(xpnet("devices", "--json").out)
    assert {k: infos[0][k] for k in ("name", "available")} == {"name": "cpu", "available": True}
