from __future__ import annotations

import threading

import numpy as np
import pytest

from xpnet.backend import asarray, current_device, device, device_of, manual_seed, to_numpy
from xpnet.data import ArrayDataset, DataLoader
from xpnet.errors import ArgumentError, DataError, ShapeError

N = 23
X = np.arange(2 * N, dtype=np.float32).reshape(N, 2)
Y = np.arange(N)

shuffles = pytest.mark.parametrize("shuffle", [False, True], ids=["in order", "shuffled"])
prefetches = pytest.mark.parametrize("prefetch", [0, 2], ids=["no thread", "prefetch"])


class Samples:
    """A data set that is not made of arrays."""

    def __len__(self):
        return N

    def __getitem__(self, i):
        if not isinstance(i, int):
            raise TypeError(f"a plain data set sees plain integers, not {type(i)}")
        return X[i], i


def labels_of(loader):
    return [int(y) for _, batch in loader for y in to_numpy(batch)]


@prefetches
@shuffles
def test_an_epoch_has_every_sample_once(shuffle, prefetch):
    loader = DataLoader((X, Y), 4, shuffle=shuffle, prefetch=prefetch)
    batches = list(loader)
    assert [len(y) for _, y in batches] == [4, 4, 4, 4, 4, 3]
    assert len(loader) == 6
    assert sorted(np.concatenate([y for _, y in batches]).tolist()) == Y.tolist()
    for x, y in batches:
        np.testing.assert_array_equal(x, X[y])


@shuffles
def test_drop_last_leaves_out_the_smaller_batch(shuffle):
    loader = DataLoader((X, Y), 4, shuffle=shuffle, drop_last=True)
    assert [len(y) for _, y in loader] == [4] * 5
    assert len(loader) == 5


def test_without_shuffle_the_order_is_that_of_the_data():
    assert labels_of(DataLoader((X, Y), 5)) == Y.tolist()


def test_each_epoch_has_another_order_and_each_seed_too():
    loader = DataLoader((X, Y), 5, shuffle=True, seed=1)
    first, second = labels_of(loader), labels_of(loader)
    assert first != second
    assert first != labels_of(DataLoader((X, Y), 5, shuffle=True, seed=2))


def test_the_epoch_grows_at_the_end_of_an_iteration():
    loader = DataLoader((X, Y), 5)
    iterator = iter(loader)
    for _ in range(5):
        next(iterator)
    assert loader.epoch == 0
    assert next(iterator, None) is None
    assert loader.epoch == 1


def test_set_epoch_chooses_the_order_of_that_epoch():
    loader = DataLoader((X, Y), 5, shuffle=True)
    epochs = [labels_of(loader) for _ in range(3)]
    loader.set_epoch(1)
    assert labels_of(loader) == epochs[1]


def test_a_look_at_the_first_batch_changes_nothing():
    loader = DataLoader((X, Y), 5, shuffle=True)
    untouched = labels_of(DataLoader((X, Y), 5, shuffle=True))
    next(iter(loader))
    assert labels_of(loader) == untouched


def test_two_iterations_may_run_at_once():
    loader = DataLoader((X, Y), 5, shuffle=True)
    for (_, a), (_, b) in zip(loader, loader, strict=True):
        assert a.tolist() == b.tolist()
    assert loader.epoch == 1


# ---- devices --------------------------------------------------------------------------


@prefetches
@shuffles
@pytest.mark.parametrize("home", ["host", "device"])
def test_batches_are_the_same_on_every_device(backend, home, shuffle, prefetch):
    data = ArrayDataset(X, Y)
    if home == "device":
        data = data.to(backend.device.name)
    loader = DataLoader(
        data, 5, shuffle=shuffle, seed=3, prefetch=prefetch, device=backend.device.name
    )
    host = DataLoader((X, Y), 5, shuffle=shuffle, seed=3, device="cpu")
    for got, expected in zip(loader, host, strict=True):
        for a, b in zip(got, expected, strict=True):
            assert device_of(a) == backend.device
            assert to_numpy(a).dtype == b.dtype
            np.testing.assert_array_equal(to_numpy(a), b)


@prefetches
def test_the_device_is_the_one_current_when_the_iteration_starts(backend, prefetch):
    loader = DataLoader((X, Y), 5, prefetch=prefetch)
    iterator = iter(loader)
    with device("cpu"):
        assert device_of(next(iterator)[0]) == backend.device
    iterator.close()


def test_data_on_a_device_come_back_to_the_host(backend):
    loader = DataLoader(ArrayDataset(X, Y).to(backend.device.name), 5, shuffle=True, device="cpu")
    assert all(isinstance(x, np.ndarray) for batch in loader for x in batch)


def test_unshuffled_numpy_batches_are_views():
    assert all(np.shares_memory(x, X) for x, _ in DataLoader((X, Y), 5))


def test_shuffled_batches_do_not_share_the_memory_of_the_data():
    assert not any(np.shares_memory(x, X) for x, _ in DataLoader((X, Y), 5, shuffle=True))


# ---- resuming -------------------------------------------------------------------------


@prefetches
@shuffles
@pytest.mark.parametrize("batches_before", [0, 1, 3, 6])
def test_a_resumed_loader_goes_on_exactly(shuffle, prefetch, batches_before):
    loader = DataLoader((X, Y), 4, shuffle=shuffle, seed=5, prefetch=prefetch)
    labels_of(loader)  # epoch 0
    iterator = iter(loader)
    for _ in range(batches_before):
        next(iterator)
    state = loader.state_dict()
    rest = [y.tolist() for _, y in iterator] + [y.tolist() for _, y in loader]

    resumed = DataLoader((X, Y), 4, shuffle=shuffle, seed=99, prefetch=prefetch)
    resumed.load_state_dict(state)
    assert resumed.state_dict() == state
    assert [y.tolist() for _ in range(2) for _, y in resumed] == rest
    assert resumed.state_dict() == loader.state_dict()


def test_the_position_counts_what_was_delivered_not_what_was_prefetched():
    loader = DataLoader((X, Y), 4, prefetch=5)
    iterator = iter(loader)
    next(iterator)
    assert loader.state_dict() == {"epoch": 0, "position": 4, "seed": 0}
    iterator.close()


def test_setting_the_same_epoch_keeps_the_place_to_resume_at():
    loader = DataLoader((X, Y), 4)
    loader.load_state_dict({"epoch": 2, "position": 20, "seed": 0})
    loader.set_epoch(2)
    assert labels_of(loader) == [20, 21, 22]


def test_the_iteration_after_the_resumed_one_is_whole():
    loader = DataLoader((X, Y), 4)
    loader.load_state_dict({"epoch": 2, "position": 20, "seed": 0})
    assert len(labels_of(loader)) == 3
    assert len(labels_of(loader)) == N


@pytest.mark.parametrize("key", ["epoch", "position", "seed"])
def test_a_state_that_lacks_an_entry_is_refused(key):
    loader = DataLoader((X, Y))
    state = loader.state_dict()
    del state[key]
    with pytest.raises(ArgumentError, match=rf"got none of \['{key}'\]; pass what state_dict"):
        loader.load_state_dict(state)


def test_a_state_of_another_data_set_is_refused():
    with pytest.raises(ArgumentError, match=r"position must be at most 23, .* got 24; the state"):
        DataLoader((X, Y)).load_state_dict({"epoch": 0, "position": 24, "seed": 0})


# ---- threads --------------------------------------------------------------------------


def test_without_prefetch_there_is_no_thread():
    before = threading.active_count()
    for _ in DataLoader((X, Y), 4):
        assert threading.active_count() == before


def test_breaking_off_ends_the_thread():
    before = threading.active_count()
    for _ in DataLoader((X, Y), 1, prefetch=2):
        assert threading.active_count() == before + 1
        break
    assert threading.active_count() == before


@prefetches
def test_an_exception_while_a_batch_is_made_reaches_the_loop(prefetch):
    def transform(x, y):
        if 9 in y:
            raise RuntimeError("cannot read sample 9")
        return x, y

    seen = []
    with pytest.raises(RuntimeError, match="cannot read sample 9"):
        for _, y in DataLoader((X, Y), 4, prefetch=prefetch, transform=transform):
            seen += y.tolist()
    assert seen == list(range(8))


# ---- transform ------------------------------------------------------------------------


@prefetches
def test_a_transform_sees_batches_on_their_device_and_that_device_is_current(backend, prefetch):
    seen = []

    def transform(x, y):
        seen.append((device_of(x), current_device()))
        return asarray([1.0]) + x, y

    loader = DataLoader(
        (X, Y), 12, prefetch=prefetch, device=backend.device.name, transform=transform
    )
    np.testing.assert_array_equal(to_numpy(next(iter(loader))[0]), X[:12] + 1)
    assert set(seen) == {(backend.device, backend.device)}


def test_a_transform_may_change_the_number_of_arrays():
    loader = DataLoader((X, Y), 4, transform=lambda x, y: (x,))
    assert all(len(batch) == 1 for batch in loader)


def test_a_transform_that_returns_no_tuple_is_refused():
    with pytest.raises(DataError, match=r"return a tuple of arrays, got ndarray; .*`return \(x,\)"):
        next(iter(DataLoader((X, Y), 4, transform=lambda x, y: x)))


def test_a_transform_that_cannot_be_called_is_refused_when_the_loader_is_made():
    with pytest.raises(ArgumentError, match="transform must be callable, got 'shift'; pass a fun"):
        DataLoader((X, Y), transform="shift")


@prefetches
def test_a_transform_that_takes_other_arguments_is_told_how_it_is_called(prefetch, backend):
    def double(x):
        return (2 * x,)

    message = r"take the 2 arrays of a batch, .* got double\(x\); give it 2 parameters"
    with pytest.raises(ArgumentError, match=message):
        next(iter(DataLoader((X, Y), prefetch=prefetch, device=backend.device.name,
                             transform=double)))  # fmt: skip


def test_a_type_error_inside_a_transform_stays_what_it_is():
    with pytest.raises(TypeError, match="has no len"):
        next(iter(DataLoader((X, Y), transform=lambda x, y: (x, len(3)))))


# ---- what may be loaded ---------------------------------------------------------------


@pytest.mark.parametrize("data", [ArrayDataset(X, Y), (X, Y), [X, Y]], ids=["set", "tuple", "list"])
def test_data_sets_and_arrays_are_loaded_alike(data):
    assert labels_of(DataLoader(data, 4)) == Y.tolist()


def test_a_single_array_gives_tuples_of_one(backend):
    assert [len(batch) for batch in DataLoader(backend.asarray(Y), 10)] == [1, 1, 1]


@prefetches
def test_any_indexable_data_set_is_stacked_into_batches(backend, prefetch):
    loader = DataLoader(
        Samples(), 5, shuffle=True, seed=2, prefetch=prefetch, device=backend.device.name
    )
    host = DataLoader((X, Y), 5, shuffle=True, seed=2, device="cpu")
    for (x, y), (x0, y0) in zip(loader, host, strict=True):
        assert device_of(x) == device_of(y) == backend.device
        np.testing.assert_array_equal(to_numpy(x), x0)
        np.testing.assert_array_equal(to_numpy(y), y0)


def test_samples_of_different_shapes_are_refused():
    class Ragged:
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return np.ones(i + 3), 0

    with pytest.raises(ShapeError, match="samples of a batch must have one shape"):
        next(iter(DataLoader(Ragged())))


def test_samples_with_different_numbers_of_parts_are_refused():
    class Uneven:
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return (1,) * (i + 1)

    with pytest.raises(DataError, match=r"same number of parts, got \[1, 2\]; let the data set's"):
        next(iter(DataLoader(Uneven())))


@pytest.mark.parametrize("data", [{"x": X}, iter([1]), 3], ids=["dict", "iterator", "number"])
def test_other_objects_are_refused(data):
    with pytest.raises(DataError, match=r"data must be .*; wrap it as DataLoader\(\(features, lab"):
        DataLoader(data)


def test_an_empty_data_set_is_refused():
    class Empty:
        def __len__(self):
            return 0

        def __getitem__(self, i):
            raise IndexError

    with pytest.raises(DataError, match="at least one sample, got an empty Empty; check where"):
        DataLoader(Empty())


def test_an_epoch_without_a_batch_is_refused():
    with pytest.raises(DataError, match=r"at most 23, .* with drop_last=True, got 24; there would"):
        DataLoader((X, Y), batch_size=24, drop_last=True)


@pytest.mark.parametrize(
    ("argument", "value", "least"),
    [("batch_size", 0, 1), ("batch_size", 2.5, 1), ("prefetch", -1, 0), ("seed", -1, 0),
     ("seed", "7", 0)],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(argument, value, least):
    message = f"{argument} must be an integer >= {least}, got {value!r}; "
    with pytest.raises(ArgumentError, match=message):
        DataLoader((X, Y), **{argument: value})


def test_the_seed_is_that_of_manual_seed_unless_it_is_given():
    for seed in (4, 5):
        manual_seed(seed)
        loader = DataLoader((X, Y), 5, shuffle=True)
        assert labels_of(loader) == labels_of(DataLoader((X, Y), 5, shuffle=True, seed=seed))
        assert loader.state_dict()["seed"] == seed
        manual_seed(9)  # does not change a loader that is there
        assert loader.seed == seed


def test_a_negative_epoch_is_refused():
    with pytest.raises(ArgumentError, match="epoch must be an integer >= 0, got -1; epochs count"):
        DataLoader((X, Y)).set_epoch(-1)
