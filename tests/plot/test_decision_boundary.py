from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import plot
from xpnet.backend import device_of, namespace
from xpnet.errors import ArgumentError, DataError, ShapeError

X = np.asarray([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=np.float32)
Y = np.asarray([-1, -1, -1, 1])


def line(points):
    return points[:, 0] + points[:, 1] - 1.5


def three(points):
    """The class of the corner that is nearest: 0, right, up."""
    xp = namespace(points)
    return xp.stack([0.5 - xp.sum(points, axis=1), points[:, 0], points[:, 1]], axis=1)


def lines(figure):
    """{level: (style, its points)} of the contour lines."""
    from matplotlib.contour import QuadContourSet

    found = {}
    for drawn in figure.axes[0].collections:
        if isinstance(drawn, QuadContourSet) and not drawn.filled:
            for level, style, path in zip(drawn.levels, drawn.linestyles, drawn.get_paths(),
                                          strict=True):  # fmt: skip
                found.setdefault(float(level), []).append((style, path.vertices))
    return found


def colour_at(figure, *point):
    """The colour of the last region that contains a point."""
    from matplotlib.contour import QuadContourSet

    seen = None
    for drawn in figure.axes[0].collections:
        if isinstance(drawn, QuadContourSet) and drawn.filled:
            for path, colour in zip(drawn.get_paths(), drawn.get_facecolor(), strict=True):
                if path.contains_point(point):
                    seen = tuple(colour)
    return seen


def points(figure):
    from matplotlib.collections import PathCollection

    found = [c for c in figure.axes[0].collections if type(c) is PathCollection]
    return [np.asarray(c.get_offsets()).tolist() for c in found]


def test_the_boundary_lies_where_the_score_is_zero_and_margins_are_dashed(drawn):
    figure = drawn(plot.decision_boundary(line, X, Y, levels=(-0.5, 0.0, 0.5)))
    found = lines(figure)
    assert {level: [style for style, _ in each] for level, each in found.items()} == {
        -0.5: ["dashed"], 0.0: ["solid"], 0.5: ["dashed"],
    }  # fmt: skip
    for level, [(_, vertices)] in found.items():
        np.testing.assert_allclose(line(vertices), level, atol=1e-5)


def test_both_sides_of_the_boundary_have_colours_of_their_own():
    figure = plot.decision_boundary(line, X, Y)
    assert colour_at(figure, 0.2, 0.2) == colour_at(figure, 0.9, 0.5)
    assert colour_at(figure, 0.2, 0.2) != colour_at(figure, 0.9, 0.9)


def test_a_score_of_exactly_zero_is_the_second_class_as_in_predict():
    zero = plot.decision_boundary(lambda p: 0 * p[:, 0], X)
    above = plot.decision_boundary(lambda p: 0 * p[:, 0] + 1, X)
    below = plot.decision_boundary(lambda p: 0 * p[:, 0] - 1, X)
    colours = [colour_at(figure, 0.5, 0.5) for figure in (zero, above, below)]
    assert colours[0] == colours[1] != colours[2]


def test_of_several_scores_the_largest_decides(drawn):
    figure = drawn(plot.decision_boundary(three, X, np.asarray([0, 1, 2, 2])))
    colours = [colour_at(figure, *corner) for corner in X[:3].tolist()]
    assert len(set(colours)) == 3
    assert colour_at(figure, 0.3, 0.9) == colours[2]
    assert len(lines(figure)[0.0]) == 3


def test_two_scores_are_as_good_as_their_difference():
    both = plot.decision_boundary(
        lambda p: np.stack([0 * p[:, 0], line(p)], axis=1), X, (Y + 1) // 2
    )
    [(_, vertices)] = lines(both)[0.0]
    np.testing.assert_allclose(line(vertices), 0, atol=1e-5)
    one = plot.decision_boundary(line, X, Y)
    for point in ((0.1, 0.2), (0.9, 0.9)):
        assert colour_at(both, *point) == colour_at(one, *point)


def test_of_equal_scores_the_first_class_counts_as_in_argmax():
    same = plot.decision_boundary(lambda p: 0 * p, X)
    first = plot.decision_boundary(lambda p: 0 * p + np.asarray([1.0, 0.0]), X)
    assert colour_at(same, 0.5, 0.5) == colour_at(first, 0.5, 0.5)


@pytest.mark.parametrize("labels", [Y, (Y + 1) // 2, Y.astype(np.float32), Y > 0])
def test_samples_are_drawn_by_class_whatever_the_classes_are_called(labels):
    negative, positive = points(plot.decision_boundary(line, X, labels))
    assert negative == X[:3].tolist()
    assert positive == X[3:].tolist()


def test_samples_without_classes_are_drawn_as_well(drawn):
    assert points(drawn(plot.decision_boundary(line, X))) == [X.tolist()]


@pytest.mark.parametrize("marked", [[1, 3], [False, True, False, True], [1, -1]])
def test_marked_samples_have_a_ring(marked, backend):
    figure = plot.decision_boundary(line, backend.asarray(X), Y, marked=backend.asarray(marked))
    assert points(figure)[-1] == X[[1, 3]].tolist()


def test_nothing_may_be_marked(drawn):
    assert points(drawn(plot.decision_boundary(line, X, Y, marked=[])))[-1] == []


def test_scores_are_asked_with_arrays_of_the_kind_of_the_samples(backend):
    asked = []

    def scores(p):
        asked.append(p)
        return line(p)

    for x in (backend.asarray(X), backend.asarray(X.astype(np.int64))):
        plot.decision_boundary(scores, x, backend.asarray(Y), resolution=110)
    assert [p.shape for p in asked] == [(10_000, 2), (2_100, 2)] * 2
    assert {device_of(p) for p in asked} == {backend.device}
    assert all(p.dtype == backend.xp.float32 for p in asked)


def test_a_model_may_be_asked_itself_and_its_tape_is_left_out(backend):
    model = xn.models.Perceptron(2)
    plot.decision_boundary(model, backend.asarray(X), Y, resolution=5)
    one = plot.decision_boundary(model, backend.asarray(X), resolution=20)
    other = plot.decision_boundary(model.scores, backend.asarray(X), resolution=20)
    assert {k: len(v) for k, v in lines(one).items()} == {
        k: len(v) for k, v in lines(other).items()
    }


def test_limits_titles_and_names_are_those_given(drawn):
    figure = drawn(
        plot.decision_boundary(
            line, X, Y, limits=((-1, 3), (0, 2)), title="AND", xlabel="a", ylabel="b",
            class_names=["false", "true"],
        )
    )  # fmt: skip
    ax = figure.axes[0]
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 3), (0, 2))
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("AND", "a", "b")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["false", "true"]


def test_without_limits_all_samples_are_inside():
    for x in (X, X[:1], X[:0], 1000 * X):
        ax = plot.decision_boundary(line, x).axes[0]
        for i, (low, high) in enumerate((ax.get_xlim(), ax.get_ylim())):
            assert all(low < value < high for value in x[:, i])


def test_levels_beyond_all_scores_draw_nothing(drawn):
    assert lines(drawn(plot.decision_boundary(line, X, levels=(-99.0, 99.0)))) == {}
    assert lines(plot.decision_boundary(line, X, levels=())) == {}


@pytest.mark.parametrize(
    ("error", "message", "arguments", "options"),
    [
        (ArgumentError, "scores must be a function of points .* got str; pass model", ("f", X), {}),
        (ShapeError, r"x must be \(N, 2\), .* got \(4, 3\); choose two", (line, X[:, [0, 1, 1]]),
         {}),
        (DataError, "x must be finite, got NaN or infinity; leave out", (line, X + np.inf), {}),
        (ShapeError, r"y must be \(4,\), .* got \(3,\); pass class numbers", (line, X, Y[:3]), {}),
        (ArgumentError, r"y must be 0 and 1 or -1 and 1 where scores are \(M,\), got 0, 1, 2, 3; ",
         (line, X, np.arange(4)), {}),
        (ArgumentError, r"y must be whole numbers from 0 to 2 where scores are \(M, 3\), got -1, 1",
         (three, X, Y), {}),
        (ArgumentError, r"marked must be a mask \(4,\) .* got bool of shape \(3,\); one entry",
         (line, X, Y), {"marked": np.ones(3, dtype=bool)}),
        (ArgumentError, "marked must be .* or indices below 4, got int64", (line, X, Y),
         {"marked": np.asarray([4])}),
        (ArgumentError, r"levels must be numbers, got 'ab'; \(-1", (line, X), {"levels": "ab"}),
        (ArgumentError, "levels must be numbers, got 0.0", (line, X), {"levels": 0.0}),
        (ArgumentError, "resolution must be an integer from 2, got 1; 200", (line, X),
         {"resolution": 1}),
        (ArgumentError, r"limits must be \(\(low, high\), .* leave them out", (line, X),
         {"limits": ((1, 0), (0, 1))}),
        (ArgumentError, "class_names must name all classes, 2 of them, got 1; add", (line, X, Y),
         {"class_names": ["one"]}),
        (ShapeError, r"scores must give \(10000,\) or \(10000, K\) for .* got \(3,\); return one",
         (lambda p: p[:3, 0], X), {}),
        (DataError, "scores must be finite, got NaN or infinity; look",
         (lambda p: p[:, 0] * np.nan, X), {}),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(error, message, arguments, options):
    with pytest.raises(error, match=r"plot\.decision_boundary: " + message):
        plot.decision_boundary(*arguments, **options)
