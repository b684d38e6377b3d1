"""Models of texts, and the vision Transformer."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import models, optim
from xpnet.backend import device_of, to_numpy
from xpnet.errors import AnomalyError, ArgumentError, DTypeError, ShapeError


def small(**options):
    return models.CausalTransformer(
        7, **{"length": 8, "width": 16, "layers": 2, "heads": 2, **options}
    )


def test_what_comes_later_changes_nothing(backend):
    model = small()
    x = np.asarray([[1, 2, 3, 4, 5]])
    changed = np.asarray([[1, 2, 3, 0, 6]])
    before, after = (to_numpy(model.predict(backend.asarray(a))) for a in (x, changed))
    np.testing.assert_allclose(before[:, :3], after[:, :3], rtol=1e-5, atol=1e-6)
    assert np.abs(before[:, 3:] - after[:, 3:]).max() > 1e-4


def test_it_learns_a_sequence_by_heart_and_goes_on_with_it(backend):
    model = small(layers=1)
    text = np.asarray([[0, 1, 2, 3, 4, 5, 6, 0, 1]])
    x, y = backend.asarray(text[:, :8]), backend.asarray(text[0, 1:])
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        loss = xn.nn.functional.cross_entropy(model(x)[0, ...], y)
        loss.backward()
        optimizer.step()
    assert float(to_numpy(loss)) < 0.1
    found = model.generate([0, 1], 6, temperature=0)
    assert device_of(found) == backend.device
    assert to_numpy(found).tolist() == text[0, :8].tolist()


def test_a_recurrent_model_writes_on_step_by_step_as_if_it_read_all_of_it(backend):
    model = models.CharacterLSTM(7, width=16, layers=2)
    found = to_numpy(model.generate(backend.asarray([1, 2]), 6, temperature=0)).tolist()
    for t in range(2, 8):
        scores = to_numpy(model.predict(backend.asarray([found[:t]])))[0, -1]
        assert int(scores.argmax()) == found[t]


def test_draws_depend_on_the_seed_and_not_on_the_library(backend):
    model = small()
    drawn = to_numpy(model.generate([1], 30, seed=4))
    xn.manual_seed(0)
    with xn.device("cpu"):
        expected = small().generate([1], 30, seed=4)
    np.testing.assert_array_equal(drawn, expected)
    assert np.any(to_numpy(model.generate([1], 30, seed=5)) != drawn)


def test_a_start_stays_where_it_was_and_may_be_longer_than_the_model_looks_back(backend):
    model = small()
    start = backend.asarray(np.arange(20) % 7)
    found = model.generate(start, 3)
    assert device_of(found) == backend.device
    np.testing.assert_array_equal(to_numpy(found)[:20], to_numpy(start))


def test_the_likeliest_are_drawn_more_often_at_low_temperature_and_alone_with_top_k():
    model = small()
    order = np.argsort(model.predict(np.asarray([[1]]))[0, -1])[::-1]

    def share(**options):
        draws = [int(model.generate([1], 1, seed=seed, **options)[-1]) for seed in range(200)]
        assert set(draws) <= set(order[: options.get("top_k", 7)].tolist())
        return draws.count(order[0]) / 200

    assert share(temperature=0) == share(top_k=1) == 1
    assert share(temperature=0.05) > share() + 0.1
    assert share(top_k=2) > 0.4


def test_models_survive_a_file(tmp_path):
    for model, x in (
        (small(), np.asarray([[1, 2]])),
        (models.CharacterLSTM(7, width=8), np.asarray([[1, 2]])),
        (models.ViT(width=16, layers=1), np.ones((1, 1, 8, 8), np.float32)),
    ):
        xn.save(model, tmp_path / "model.safetensors")
        again = xn.load(tmp_path / "model.safetensors")
        np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_patches_are_squares_of_the_image(backend):
    model = models.ViT(size=4, patch=2, in_channels=2, width=8, layers=1, heads=2)
    x = np.arange(64.0, dtype="float32").reshape(2, 2, 4, 4)
    patches = to_numpy(model.patches(backend.asarray(x)))
    assert patches.shape == (2, 4, 8)
    for t, (i, j) in enumerate([(0, 0), (0, 2), (2, 0), (2, 2)]):
        np.testing.assert_array_equal(patches[:, t], x[:, :, i : i + 2, j : j + 2].reshape(2, 8))


def test_a_vision_transformer_learns_digits():
    train, test = xn.data.load_digits()
    model = models.ViT(width=32, layers=2)
    trainer = xn.Trainer(model, optim.Adam(model.parameters(), lr=3e-3))
    trainer.fit(train, epochs=4, batch_size=64)
    x, y = test.arrays
    assert np.mean(model.predict(x).argmax(axis=1) == y) > 0.85


def test_attention_maps_are_distributions_over_patches(backend):
    model = models.ViT(width=16, layers=2, heads=2)
    maps = model.attention_maps(backend.asarray(np.ones((3, 1, 8, 8), "float32")))
    assert [tuple(each.shape) for each in maps] == [(3, 2, 16, 16)] * 2
    for each in maps:
        np.testing.assert_allclose(to_numpy(each).sum(axis=-1), 1.0, rtol=1e-5)


def test_attention_maps_of_a_text_look_back_only(backend):
    maps = small().attention_maps(backend.asarray([[1, 2, 3, 4]]))
    assert [tuple(each.shape) for each in maps] == [(1, 2, 4, 4)] * 2
    for each in map(to_numpy, maps):
        assert not np.triu(each, 1).any()
        np.testing.assert_allclose(each.sum(axis=-1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("temperature", [0, 1.0])
@pytest.mark.parametrize("make", [small, lambda: models.CharacterLSTM(7, width=8)])
def test_nothing_is_drawn_by_scores_that_are_no_numbers(make, temperature, backend):
    model = make()
    for bad in (np.nan, np.inf):
        xn.nn.init.constant_(model.head.bias, bad)
        with pytest.raises(AnomalyError, match=f"scores must be finite, got {bad}"):
            model.generate([1], 4, temperature)


def test_what_has_a_score_of_minus_infinity_is_never_drawn():
    model = small()
    model.head.bias.data = np.asarray([-np.inf, *[0.0] * 6], np.float32)
    assert 0 not in model.generate([1], 50)[1:]


def test_how_far_models_look_back():
    assert small().length == 8
    assert models.CharacterLSTM(7, width=8).length is None


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: small()(np.asarray([1, 2])), ShapeError, r"x must be \(N, T\), got \(2,\)"),
        (lambda: small().attention_maps(np.asarray([1])), ShapeError, r"x must be \(N, T\)"),
        (lambda: models.ViT().attention_maps(np.ones((8, 8))), ShapeError, r"\(N, 1, 8, 8\)"),
        (lambda: small()(np.zeros((1, 9), int)), ShapeError, "at most 8 positions, got 9"),
        (lambda: small()(np.asarray([[7]])), ArgumentError, "indices must be from 0 to 6, got 7"),
        (lambda: models.CharacterLSTM(5)(np.asarray([1])), ShapeError, r"x must be \(N, T\)"),
        (lambda: models.CharacterLSTM(5, width=0), ArgumentError, "width must be a positive"),
        (lambda: models.CausalTransformer(0), ArgumentError, "vocabulary must be a positive"),
        (lambda: small().generate([], 2), ShapeError, r"start must be \(T,\) with T >= 1"),
        (lambda: small().generate([[1]], 2), ShapeError, r"got \(1, 1\)"),
        (lambda: small().generate([1, 7], 2), ArgumentError, "start must be from 0 to 6, got 7"),
        (lambda: small().generate([-1], 2), ArgumentError, "start must be from 0 to 6, got -1"),
        (lambda: small().generate([1.5, 2.7], 2), DTypeError, "must hold integers, got float64"),
        (lambda: small().generate([True], 2), DTypeError, "must hold integers, got bool"),
        (lambda: small().generate([1], True), ArgumentError, "count must be an integer >= 0"),
        (lambda: small().generate([1], 1, "hot"), ArgumentError, "temperature .* got 'hot'"),
        (lambda: small().generate([1], 1, np.inf), ArgumentError, "temperature .* got inf"),
        (lambda: small().generate([1], 1, top_k=2.5), ArgumentError, "top_k .* got 2.5"),
        (lambda: small().generate([1], -1), ArgumentError, "count must be an integer >= 0"),
        (lambda: small().generate([1], 1, -0.5), ArgumentError, "temperature must be >= 0"),
        (lambda: small().generate([1], 1, top_k=8), ArgumentError, "top_k must be from 1 to 7"),
        (lambda: models.ViT(size=9), ArgumentError, "size must be divisible by patch, got 9 and"),
        (lambda: models.ViT()(np.ones((1, 1, 9, 9))), ShapeError, r"x must be \(N, 1, 8, 8\)"),
    ],
)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
