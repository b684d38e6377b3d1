"""What holds for every augmentation."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet.backend import device_of, to_numpy
from xpnet.backend.random import stream
from xpnet.data import DataLoader
from xpnet.data.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    Compose,
    HorizontalFlip,
    RandomCrop,
    Rotate,
    Shift,
    StandardizeChannels,
    VerticalFlip,
    by_name,
)
from xpnet.errors import ArgumentError, DataError, DTypeError, ShapeError
from xpnet.testing import assert_close

EVERY = [
    Shift(2, fill=0.5),
    RandomCrop(),
    RandomCrop((5, 4), padding=1),
    HorizontalFlip(),
    VerticalFlip(0.3),
    Rotate(40),
    StandardizeChannels([0.5, 0.4, 0.3], 0.25),
    Compose(Shift(1), Rotate(20), HorizontalFlip(), RandomCrop(6)),
]
X = np.random.default_rng(0).uniform(size=(9, 3, 7, 8)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 4, size=(9, 7, 8))
LABELS = np.arange(9)

every = pytest.mark.parametrize("augment", EVERY, ids=repr)


@every
def test_every_library_gets_the_same_images_and_exactly_the_same_masks(backend, augment):
    x, y = backend.asarray(X), backend.asarray(Y)
    images, masks, labels = augment(x, y, backend.asarray(LABELS), rng=stream(3, "test"))
    expected, expected_masks, _ = augment(X, Y, LABELS, rng=stream(3, "test"))
    assert device_of(images) == device_of(masks) == backend.device
    assert (images.dtype, masks.dtype) == (x.dtype, y.dtype)
    assert_close(to_numpy(images), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(to_numpy(masks), expected_masks)
    np.testing.assert_array_equal(to_numpy(labels), LABELS)


@every
def test_a_mask_moves_as_its_image_does(augment):
    # a mask that says where the image is bright is where the changed image is bright
    bright = np.zeros((6, 3, 21, 21), np.float32)
    bright[:, :, 5:16, 7:14] = 1.0
    mask = bright[:, 0].astype(np.int64)
    parts = getattr(augment, "augmentations", [augment])
    geometry = Compose(*[part for part in parts if not isinstance(part, StandardizeChannels)])
    moved, moved_mask = geometry(bright, mask, rng=stream(0, "test"))
    sure = (moved[:, 0] < 0.01) | (moved[:, 0] > 0.99)
    np.testing.assert_array_equal(moved_mask[sure], moved[:, 0][sure] > 0.5)
    assert sure.mean() > 0.7


@every
def test_the_inputs_are_not_written_to(augment):
    x, before = X.copy(), X.copy()
    augment(x, rng=stream(0, "test"))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_two_equal_images_become_different_ones(name):
    twins = np.broadcast_to(X[:1], (16, 3, 7, 8)).copy()
    (changed,) = by_name(name)(twins, rng=stream(0, "test"))
    assert changed.shape == twins.shape
    assert len({image.tobytes() for image in changed}) > 1


@every
def test_an_empty_batch_stays_one(augment):
    x, y = augment(X[:0], Y[:0], rng=stream(0, "test"))
    assert x.shape[0] == y.shape[0] == 0


def test_masks_with_a_channel_are_masks_too():
    flip = HorizontalFlip(1.0)
    _, y = flip(X, Y[:, None])
    np.testing.assert_array_equal(y, Y[:, None, :, ::-1])


@pytest.mark.parametrize(
    "augment", [Shift(1), RandomCrop(), HorizontalFlip(1.0), VerticalFlip(1.0), Rotate(9),
                Compose(StandardizeChannels(0.5, 0.5), Shift(1))], ids=repr,
)  # fmt: skip
@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((9, 7, 8, 1), r"\(9, 7, 8, 1\); move the channels there with xp.moveaxis"),
        ((9, 3, 4), r"\(9, 3, 4\); pass a mask of the same height and width for each image"),
        ((10, 7, 8), r"\(9, 7, 8\) or \(9, C, 7, 8\), got \(10, 7, 8\); pass a mask"),
        ((9, 1, 8, 7), "labels .* stay as they are"),
        ((9, 1, 1, 7, 8), "pass a mask"),
    ],
)
def test_masks_that_are_not_of_the_images_size_are_refused(augment, shape, remedy, backend):
    x, masks = backend.asarray(X), backend.asarray(np.zeros(shape, np.int64))
    with pytest.raises(ShapeError, match=rf"masks must be \(N, H, W\) or .*{remedy}"):
        augment(x, masks)


def test_labels_of_several_numbers_stay_as_they_are(backend):
    rows = backend.asarray(np.eye(9, dtype=np.float32))
    _, labels = HorizontalFlip(1.0)(backend.asarray(X), rows)
    np.testing.assert_array_equal(to_numpy(labels), np.eye(9))


def test_what_moves_no_pixels_lets_all_labels_be(backend):
    boxes = backend.asarray(np.zeros((9, 5, 4), np.float32))
    _, same = StandardizeChannels(0.5, 0.5)(backend.asarray(X), boxes)
    assert same.shape == (9, 5, 4)


def test_lists_are_refused():
    with pytest.raises(DTypeError, match=r"Shift: x must be an array, got a list; .*xn\.asarray"):
        Shift(1)([[1]])
    with pytest.raises(DTypeError, match="every label or mask must be an array, got a list"):
        Shift(1)(X, [1, 2, 3])


def test_without_a_stream_the_global_seed_decides():
    shift = Shift(3)
    first = shift(X)[0]
    second = shift(X)[0]
    xn.manual_seed(0)
    np.testing.assert_array_equal(shift(X)[0], first)
    assert not np.array_equal(first, second)


def test_an_augmentation_of_ones_own_needs_one_method():
    with pytest.raises(NotImplementedError, match="no method images"):
        Augmentation()(X)


def test_flat_images_are_refused():
    with pytest.raises(ShapeError, match=r"Shift: x must be images \(N, C, H, W\), got \(9, 64\)"):
        Shift()(np.zeros((9, 64)))


def test_only_augmentations_can_be_composed():
    with pytest.raises(ArgumentError, match=r"Compose: every argument must be an Augmentation"):
        Compose(Shift(1), np.flip)


def test_an_unknown_name_is_an_error_that_lists_the_names():
    with pytest.raises(ArgumentError, match=r"'crop', 'hflip', 'rotate'.*did you mean 'rotate'"):
        by_name("rotat")


# ---- in a loader ------------------------------------------------------------------------------


def epochs(loader, n):
    return [[to_numpy(x) for x, _ in loader] for _ in range(n)]


def loader_of(x=X, y=LABELS, **options):
    return DataLoader((x, y), batch_size=4, transform=Compose(Shift(2), Rotate(30)), **options)


def test_seed_epoch_and_batch_determine_the_augmentation(backend):
    x, y = backend.asarray(X), backend.asarray(LABELS)
    here, there = epochs(loader_of(x, y, seed=5), 2), epochs(loader_of(seed=5), 2)
    for a, b in zip(here, there, strict=True):
        assert_close(np.concatenate(a), np.concatenate(b), rtol=1e-5, atol=1e-6)


def test_epochs_batches_and_seeds_differ():
    same = np.broadcast_to(X[:1], X.shape).copy()
    first, second = epochs(loader_of(same), 2)
    other = epochs(loader_of(same, seed=1), 1)[0]
    seen = [first[0], first[1], second[0], other[0]]
    assert len({batch.tobytes() for batch in seen}) == 4


def test_a_resumed_epoch_and_a_thread_augment_in_the_same_way():
    expected = epochs(loader_of(shuffle=True), 1)[0]
    threaded = epochs(loader_of(shuffle=True, prefetch=2), 1)[0]
    broken_off = loader_of(shuffle=True)
    next(iter(broken_off))
    resumed = loader_of(shuffle=True)
    resumed.load_state_dict(broken_off.state_dict())
    for a, b in zip(threaded, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(epochs(resumed, 1)[0], expected[1:], strict=True):
        np.testing.assert_array_equal(a, b)


def test_augmentation_does_not_change_the_order():
    plain = DataLoader((X, LABELS), batch_size=4, shuffle=True, seed=2)
    orders = [[y.tolist() for _, y in one] for one in (plain, loader_of(shuffle=True, seed=2))]
    assert orders[0] == orders[1]


def test_a_trainer_augments_training_data_alone_and_still_checks_them():
    train, test = xn.data.load_digits()
    seen = []

    class Seen(Augmentation):
        def images(self, x, drawn):
            seen.append(x.shape[0])
            return x

    model = xn.models.SoftmaxRegression(64, 10)
    trainer = xn.Trainer(model, "sgd")
    loader = DataLoader(train, batch_size=500, transform=Seen())
    trainer.fit(loader, validation=test, epochs=2, progress=False)
    assert seen == [500, 500, 438] * 2
    bad = (np.full((3, 1, 8, 8), np.nan, np.float32), np.arange(3))
    with pytest.raises(DataError, match="got nan in sample 0"):
        trainer.fit(DataLoader(bad, transform=Seen()), progress=False)
