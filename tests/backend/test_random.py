"""Random numbers that do not depend on the library, the device or the machine."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import random
from xpnet.errors import ArgumentError


def test_the_same_seed_gives_the_same_draws_on_every_library(backend):
    xn.manual_seed(3)
    first = random.next_stream().standard_normal(4)
    second = random.next_stream().standard_normal(4)
    xn.manual_seed(3)
    np.testing.assert_array_equal(random.next_stream().standard_normal(4), first)
    np.testing.assert_array_equal(random.next_stream().standard_normal(4), second)
    assert not np.any(first == second)
    moved = xn.to_numpy(xn.asarray(first))
    assert moved.tobytes() == first.tobytes()


def test_the_numbers_themselves_are_pinned():
    xn.manual_seed(0)
    random.next_stream()
    assert random.next_stream().random() == 0.34218278474233466
    assert random.stream(0, "split", 3).random() == 0.2659668788141908


def test_the_state_is_two_integers_that_can_be_saved_and_restored():
    xn.manual_seed(5)
    random.next_stream()
    state = random.get_state()
    assert state == {"seed": 5, "draws": 1}
    expected = random.next_stream().random()
    xn.manual_seed(8)
    random.set_state(state)
    assert random.next_stream().random() == expected
    state["draws"] = 77
    assert random.get_state()["draws"] == 2


def test_draw_n_does_not_depend_on_the_draws_before_it():
    xn.manual_seed(1)
    for n in (1, 5, 100):
        random.next_stream().random(n)
    fourth = random.next_stream().random()
    random.set_state({"seed": 1, "draws": 3})
    assert random.next_stream().random() == fourth


def test_threads_share_one_sequence_and_no_two_draws_are_the_same():
    xn.manual_seed(0)
    numbers = []

    def work():
        numbers.extend(random.next_stream().integers(2**62) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 200
    assert random.get_state()["draws"] == 200


# ---- the documented layout of the words --------------------------------------------------------

MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
MASK = 2**64 - 1


def philox_4x64_10(counter: list[int], key: list[int]) -> list[int]:
    """Ten rounds of the cipher, written down from its definition (Salmon et al., 2011)."""
    for _ in range(10):
        high0, low0 = divmod(MULTIPLIERS[0] * counter[0], 2**64)
        high1, low1 = divmod(MULTIPLIERS[1] * counter[2], 2**64)
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0]
        key = [(k + w) & MASK for k, w in zip(key, WEYL, strict=True)]
    return counter


def test_bits_are_the_words_of_philox_in_the_documented_order():
    seed, draw, n = 2**63 + 11, 2, 13
    random.set_state({"seed": seed, "draws": draw})
    words = []
    for block in range(2):
        for output in philox_4x64_10([block + 1, 0, 0, draw], [seed, 0]):
            words += [output & 0xFFFFFFFF, output >> 32]
    got = random.bits(n)
    assert got.dtype == np.uint32
    assert got.tolist() == words[:n]


def test_bits_count_as_one_draw_and_more_words_begin_with_the_same_ones():
    xn.manual_seed(0)
    few = random.bits(5)
    assert random.get_state()["draws"] == 1
    xn.manual_seed(0)
    np.testing.assert_array_equal(random.bits(50)[:5], few)
    assert random.bits(0).shape == (0,)


def test_a_stream_depends_on_its_arguments_alone():
    first = random.stream(0, "shuffle", 3).random(4)
    random.next_stream()
    np.testing.assert_array_equal(random.stream(0, "shuffle", 3).random(4), first)


def test_streams_with_other_keys_and_the_numbered_draws_differ():
    xn.manual_seed(0)
    generators = [
        random.stream(0),
        random.stream(1),
        random.stream(0, 1),
        random.stream(0, 0, 1),
        random.stream(0, "a"),
        random.stream(0, "b"),
        random.stream(0, "a", 1),
        random.next_stream(),
        random.next_stream(),
    ]
    assert len({generator.integers(2**62) for generator in generators}) == len(generators)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "x", None])
def test_a_seed_must_be_an_unsigned_64_bit_integer(seed):
    with pytest.raises(ArgumentError, match="manual_seed: seed must be an integer from 0"):
        xn.manual_seed(seed)
    with pytest.raises(ArgumentError, match="stream: seed must be an integer from 0"):
        random.stream(seed)


@pytest.mark.parametrize("key", [(1, 2, 3), (-1,), (2**64,)])
def test_a_key_must_be_two_unsigned_words(key):
    with pytest.raises(ArgumentError, match="stream: key must be at most two"):
        random.stream(0, *key)


def test_a_seeded_block_draws_on_its_own_and_leaves_the_sequence_outside_alone():
    xn.manual_seed(3)
    expected = [random.next_stream().random() for _ in range(2)]
    xn.manual_seed(3)
    first = random.next_stream().random()
    with random.seeded(9) as state:
        inner = random.next_stream().random()
        with random.seeded(4):
            random.next_stream()
        assert random.get_state() == {"seed": 9, "draws": 1}
    with random.seeded(**state):
        going_on = random.next_stream().random()
    assert [first, random.next_stream().random()] == expected
    xn.manual_seed(9)
    assert [inner, going_on] == [random.next_stream().random() for _ in range(2)]


def test_seeded_blocks_of_two_threads_do_not_disturb_each_other():
    barrier, drawn = threading.Barrier(2), {}

    def draw(name):
        with random.seeded(5):
            for _ in range(3):
                barrier.wait()
                drawn.setdefault(name, []).append(random.next_stream().random())

    threads = [threading.Thread(target=draw, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn["a"] == drawn["b"]
