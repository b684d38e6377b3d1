"""The CUDA sources compile for every GPU, dtype and index, and are what Python takes them for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from xpnet.kernels.cupy import attention, gpu, sequences
from xpnet.kernels.cupy.attention import HEADS, ROWS
from xpnet.kernels.cupy.geometry import WINDOW

FOLDER = Path(str(files("xpnet.kernels.cupy")))
SOURCES = sorted(path.stem for path in FOLDER.glob("*.cu"))
NVCC = shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc"


SCALARS = {"REAL", "WIDE", "INDEX", "int", "int64", "uint8"}
KINDS = SCALARS | {"Window", "Heads", "Tensors", "Numbers"}


def variants(source):
    """Return the types that a source is compiled for; the index where it counts by one."""
    counts = "INDEX" in (FOLDER / f"{source}.cu").read_text(encoding="utf-8")
    for char, (real, wide) in gpu._REAL.items():
        for index in ("int32", "int64") if counts else ("int32",):
            yield f"{char}_{index}", {"REAL": real, "WIDE": wide, "INDEX": index}


def all_sources_in_one():
    """Every source for every type, each in its own namespace, so that nvcc starts only once."""
    text = ["#include <cuda_fp16.h>"]
    for source in SOURCES:
        for variant, macros in variants(source):
            defined = "\n".join(f"#define {name} {value}" for name, value in macros.items())
            undefined = "\n".join(f"#undef {name}" for name in [*macros, "FOR_EACH", "MAX_THREADS"])
            body = f"namespace {source}_{variant} {{\n{gpu.code(source)}\n}}"
            text += [defined, body, undefined]
    return "\n".join(text)


@pytest.mark.skipif(not Path(NVCC).exists(), reason="nvcc is not installed")
@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_nvcc_compiles_every_source_without_a_warning(tmp_path, architecture):
    (tmp_path / "all.cu").write_text(all_sources_in_one(), encoding="utf-8")
    command = [
        *(NVCC, "-cubin", f"-arch={architecture}", "-std=c++14", "-o", "all.cubin", "all.cu"),
        *("-Werror", "all-warnings", "-Wno-deprecated-gpu-targets"),
        "-DKERNEL=__global__ void __launch_bounds__(MAX_THREADS)",  # in a namespace, so not in C
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "all.cubin").stat().st_size > 0


def test_the_struct_of_windows_is_the_same_in_both_languages():
    text = (FOLDER / "common.cuh").read_text(encoding="utf-8")
    body = re.sub(r"//[^\n]*", "", re.search(r"struct Window \{(.*?)\};", text, re.DOTALL)[1])
    names = [n for n in re.findall(r"\w+", body) if n != "int"]
    assert tuple(names) == WINDOW.names
    assert WINDOW.itemsize == 4 * len(names)


def test_the_struct_of_heads_is_the_same_in_both_languages():
    text = (FOLDER / "tiles.cuh").read_text(encoding="utf-8")
    fields = {}
    for name in ("Rows", "Heads"):
        body = re.search(rf"struct {name} {{(.*?)}};", text, re.DOTALL)[1]
        lines = re.findall(r"(\w+) ([^;]+);", body)
        fields[name] = [(field, kind) for kind, names in lines for field in names.split(", ")]
    assert fields["Rows"] == [(name, "int64") for name in ROWS]
    kinds = {name: HEADS[name] for name in HEADS.names}
    assert fields["Heads"] == [(n, "Rows" if d.names else "int64") for n, d in kinds.items()]
    assert HEADS.itemsize == 8 * (7 + 5 * len(ROWS))


def test_tiles_of_attention_are_as_large_in_both_languages():
    text = (FOLDER / "tiles.cuh").read_text(encoding="utf-8")
    assert int(re.search(r"#define MOST_FEATURES (\d+)", text)[1]) == attention.MOST_FEATURES
    assert int(re.search(r"#define SIDE (\d+)", text)[1]) ** 2 == attention.THREADS
    assert "#define TILE (sizeof(WIDE) == 8 ? 32 : 64)" in text


def test_recurrent_layers_are_as_wide_in_both_languages():
    text = (FOLDER / "recurrent.cuh").read_text(encoding="utf-8")
    assert int(re.search(r"#define MOST_UNITS (\d+)", text)[1]) == sequences.MOST_UNITS
    assert "#define ROWS (sizeof(WIDE) == 8 ? 2 : 4)" in text


def test_a_block_is_as_large_in_both_languages():
    text = (FOLDER / "common.cuh").read_text(encoding="utf-8")
    assert int(re.search(r"#define MAX_THREADS (\d+)", text)[1]) == gpu.MAX_THREADS
    assert gpu.THREADS <= gpu.MAX_THREADS


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_ascii_which_every_compiler_reads_in_every_locale(source):
    assert gpu.code(source).isascii()


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_declares_kernels_with_parameters_that_can_be_packed(source):
    declared = re.findall(r"^KERNEL \w+\(([^)]*)\)", gpu.code(source), re.MULTILINE)
    assert declared
    for parameters in declared:
        for parameter in parameters.split(","):
            kind = " ".join(parameter.split()).removeprefix("const ").rpartition(" ")[0]
            assert kind.removesuffix("*") in KINDS


def test_importing_the_kernels_does_not_import_the_library():
    code = (
        "import sys, xpnet, xpnet.kernels; assert 'xpnet.kernels.cupy' not in sys.modules;"
        "import xpnet.kernels.cupy; assert 'cupy' not in sys.modules;"
        "print(len(xpnet.kernels.registered('cupy')))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(out.stdout) > 0
