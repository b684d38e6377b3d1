"""Learning curves, confusion, misclassified images, segmentation."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet as xn
from xpnet import plot
from xpnet.errors import ArgumentError, ShapeError


def history(*columns, epochs=3):
    history = xn.History()
    for epoch in range(1, epochs + 1):
        history.append({"epoch": epoch, **{name: epoch / 10 for name in columns}})
    return history


def curves(ax):
    return [line.get_label() for line in ax.get_lines()]


def test_curves_have_a_panel_for_each_quantity_that_measures_the_model(drawn):
    columns = ("loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds",
               "samples_per_second")  # fmt: skip
    figure = drawn(plot.learning_curves(history(*columns)))
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "accuracy"]
    assert all(curves(ax) == ["training", "validation"] for ax in figure.axes)
    assert all(ax.get_xlabel() == "epoch" for ax in figure.axes)


def test_a_metric_without_validation_is_drawn_as_well():
    figure = plot.learning_curves(history("loss", "top_5"))
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "top 5"]


def test_several_trainings_are_told_apart_by_colour_and_parts_by_line():
    runs = {"Adam": history("loss", "val_loss"), "SGD": history("loss", "val_loss", epochs=5)}
    lines = plot.learning_curves(runs).axes[0].get_lines()
    assert [line.get_label() for line in lines] == [
        "Adam, training", "Adam, validation", "SGD, training", "SGD, validation",
    ]  # fmt: skip
    assert [line.get_linestyle() for line in lines] == ["--", "-", "--", "-"]
    colours = [line.get_color() for line in lines]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert len(lines[3].get_xdata()) == 5


def test_epochs_are_whole_numbers(drawn):
    for epochs in (1, 2, 40):
        ax = drawn(plot.learning_curves(history("loss", epochs=epochs))).axes[0]
        assert all(tick == int(tick) for tick in ax.get_xticks())


def test_curves_that_cannot_be_drawn_are_refused():
    with pytest.raises(ArgumentError, match="there must be an epoch to draw, got none; fit first"):
        plot.learning_curves(xn.History())
    with pytest.raises(ArgumentError, match="must be a History, or Histories by name, got list"):
        plot.learning_curves({"loss": [1.0, 0.5]})
    with pytest.raises(ArgumentError, match=r"got list; pass what Trainer\.fit returned"):
        plot.learning_curves([1, 2, 3])


Y_TRUE = np.asarray([0, 0, 0, 0, 1, 1, 2, 2])
Y_PRED = np.asarray([0, 0, 0, 1, 1, 1, 0, 2])


def cells(figure):
    return {text.get_position()[::-1]: text.get_text() for text in figure.axes[0].texts}


@pytest.mark.parametrize(
    ("normalize", "expected"),
    [
        ("none", {(0, 0): "3", (0, 1): "1", (1, 1): "2", (2, 0): "1", (2, 2): "1"}),
        ("true", {(0, 0): "75.0", (0, 1): "25.0", (1, 1): "100.0", (2, 0): "50.0", (2, 2): "50.0"}),
        ("predicted", {(0, 0): "75.0", (0, 1): "33.3", (1, 1): "66.7", (2, 0): "25.0",
                       (2, 2): "100.0"}),
        ("all", {(0, 0): "37.5", (0, 1): "12.5", (1, 1): "25.0", (2, 0): "12.5", (2, 2): "12.5"}),
    ],
)  # fmt: skip
def test_the_cells_hold_counts_or_percent(normalize, expected, drawn):
    assert cells(drawn(plot.confusion_matrix(Y_TRUE, Y_PRED, normalize=normalize))) == expected


def test_rows_are_true_and_columns_predicted_classes():
    names = ["cat", "dog", "elephant"]
    ax = plot.confusion_matrix(Y_TRUE, Y_PRED, labels=names).axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == names
    assert [tick.get_text() for tick in ax.get_yticklabels()] == names
    assert ax.get_title() == "6 of 8 right (75.0 %)"


def test_hits_and_errors_have_colours_of_their_own():
    hits, errors = plot.confusion_matrix(Y_TRUE, Y_PRED).axes[0].images
    assert hits.get_array().compressed().tolist() == [3, 2, 1]
    assert errors.get_array().compressed().tolist() == [1, 1]
    assert hits.get_clim() == (0, 3)
    assert errors.get_clim() == (0, 1)


def test_a_class_that_does_not_occur_has_an_empty_row():
    figure = plot.confusion_matrix(Y_TRUE, Y_PRED, labels="abcd", normalize="true")
    assert len(figure.axes[0].get_xticklabels()) == 4
    assert not any(3 in place for place in cells(figure))


def test_many_classes_have_scales_in_place_of_numbers(drawn):
    y = np.arange(30)
    figure = drawn(plot.confusion_matrix(y, (y + (y == 7)) % 30))
    assert cells(figure) == {}
    assert [ax.get_ylabel() for ax in figure.axes[1:]] == ["right", "errors"]


def test_one_score_of_two_classes_is_understood():
    scores = np.asarray([-1.0, 2.0, 3.0], dtype=np.float32)
    assert cells(plot.confusion_matrix(np.asarray([0, 0, 1]), scores)) == {
        (0, 0): "1", (0, 1): "1", (1, 1): "1",
    }  # fmt: skip


def test_true_classes_may_be_whole_numbers_with_a_point(backend):
    y_true, scores = Y_TRUE.astype(np.float32), np.eye(3, dtype=np.float32)[Y_PRED]
    figure = plot.confusion_matrix(backend.asarray(y_true), backend.asarray(scores))
    assert cells(figure) == cells(plot.confusion_matrix(Y_TRUE, Y_PRED))


def test_a_confusion_that_cannot_be_drawn_is_refused():
    with pytest.raises(ArgumentError, match="labels must name all classes, 3 of them, got 2"):
        plot.confusion_matrix(Y_TRUE, Y_PRED, labels=["a", "b"])
    with pytest.raises(ArgumentError, match="normalize must be one of"):
        plot.confusion_matrix(Y_TRUE, Y_PRED, normalize="rows")
    with pytest.raises(ShapeError, match="must have the same length, got 8 and 3; pass those"):
        plot.confusion_matrix(Y_TRUE, Y_PRED[:3])
    with pytest.raises(ShapeError, match="got 8 and a single number"):
        plot.confusion_matrix(Y_TRUE, np.asarray(1))
    with pytest.raises(ArgumentError, match="y_true must be class numbers, got fractions"):
        plot.confusion_matrix(Y_TRUE / 2, Y_PRED)


IMAGES = np.arange(4.0).reshape(4, 1, 1, 1) * np.ones((4, 1, 2, 2))
LABELS = np.asarray([0, 1, 2, 0])


def shown(figure):
    return [(ax.get_title(), float(ax.images[0].get_array()[0, 0])) for ax in figure.axes]


def test_only_the_wrong_ones_are_shown_with_both_classes(drawn):
    figure = drawn(plot.misclassified(IMAGES, LABELS, np.asarray([0, 2, 2, 1])))
    assert shown(figure) == [("1 → 2", 1.0), ("0 → 1", 3.0)]
    assert figure.get_suptitle() == "true → predicted: 2 of 4 wrong"


def test_with_scores_the_worst_come_first():
    scores = np.asarray([[0, 1, 0], [0, 0, 3], [0, 0, 1], [0, 2, 0]], dtype=np.float32)
    figure = plot.misclassified(IMAGES, LABELS, scores, n=2, class_names=["a", "b", "c"])
    assert shown(figure) == [("b → c", 1.0), ("a → b", 3.0)]
    said = "true → predicted: 3 of 4 wrong; 2 of them, the worst first"
    assert figure.get_suptitle() == said


def test_colours_are_those_of_the_images():
    pixels = np.zeros((1, 3, 2, 2))
    pixels[0, 1] = 1.0
    figure = plot.misclassified(pixels, np.asarray([0]), np.asarray([1]))
    assert figure.axes[0].images[0].get_array()[0, 0].tolist() == [0, 1, 0]


def test_if_all_are_right_a_sentence_says_so(drawn):
    figure = drawn(plot.misclassified(IMAGES, LABELS, LABELS))
    assert [text.get_text() for text in figure.axes[0].texts] == ["0 of 4 wrong"]


def test_misclassified_images_that_cannot_be_drawn_are_refused():
    wrong = np.asarray([1, 1, 1, 1])
    with pytest.raises(ArgumentError, match="n must be a positive integer, got 0"):
        plot.misclassified(IMAGES, LABELS, wrong, n=0)
    with pytest.raises(ShapeError, match="must be 4, one for each image, got 3 and 4"):
        plot.misclassified(IMAGES, LABELS[:3], wrong)
    with pytest.raises(ArgumentError, match="class_names must name all classes, 3 of them, got 1"):
        plot.misclassified(IMAGES, LABELS, wrong, class_names=["a"])


IMAGE = np.zeros((3, 4, 6))
MASK = np.asarray([[0, 0, 1, 1, 2, 2]] * 3 + [[0, 0, 1, 1, 2, -1]])


def legend(figure):
    return [text.get_text() for text in (figure.legends or [figure.axes[-1].get_legend()])[0].texts]


def test_classes_have_colours_and_a_legend_and_background_has_none(drawn):
    figure = drawn(plot.segmentation(IMAGE, MASK, class_names=["ground", "disc", "bar"]))
    assert [ax.get_title() for ax in figure.axes] == ["image", "truth"]
    assert legend(figure) == ["disc", "bar"]
    assert figure.axes[0].images[0].get_array().shape == (4, 6, 3)
    assert figure.axes[1].images[0].get_array().shape == (4, 6)
    overlay = figure.axes[1].images[1].get_array()
    assert not overlay[:, :2].any()  # background
    assert not overlay[3, 5].any()  # ignored
    assert len(np.unique(overlay[:3, 2:].reshape(-1, 4), axis=0)) == 2


def test_without_background_all_classes_are_coloured():
    assert legend(plot.segmentation(IMAGE, MASK, background=None)) == [
        "class 0", "class 1", "class 2",
    ]  # fmt: skip


def test_a_prediction_says_how_many_pixels_are_right():
    prediction = MASK.copy()
    prediction[0, 0] = 1
    prediction[3, 5] = 0  # ignored: whatever is predicted there does not count
    figure = plot.segmentation(IMAGE, MASK, prediction)
    assert figure.axes[2].get_title() == "prediction, 95.7 % of pixels right"


def test_scores_are_understood_as_the_class_of_the_largest():
    scores = np.moveaxis(np.eye(3)[np.maximum(MASK, 0)], -1, 0)  # (K, H, W)
    figure = plot.segmentation(IMAGE, MASK, scores)
    assert figure.axes[2].get_title().startswith("prediction, 100.0 %")
    two = np.where(MASK == 1, 1.0, -1.0)[np.newaxis]  # (1, H, W)
    figure = plot.segmentation(IMAGE, (MASK == 1).astype(int), two)
    assert figure.axes[2].get_title().startswith("prediction, 100.0 %")


def test_whole_numbers_with_a_point_are_classes_too(backend):
    image = backend.asarray(IMAGE.astype(np.float32))
    mask = backend.asarray(MASK.astype(np.float32))
    for truth in (mask, mask[None, ...]):
        figure = plot.segmentation(image, truth, backend.asarray(np.abs(MASK).astype(np.float32)))
        assert legend(figure) == ["class 1", "class 2"]
        assert figure.axes[2].get_title() == "prediction, 100.0 % of pixels right"


@pytest.mark.parametrize(
    ("wrong", "right"), [(0.2, 0.9), (0.4, 1.0), (-3.0, 0.1), (-2.0, 5.0), (-0.5, 0.0001)]
)
@pytest.mark.parametrize("axis", [(), (None,)], ids=["HW", "1HW"])
def test_one_number_of_two_classes_is_a_probability_or_a_score(wrong, right, axis):
    numbers = np.where(MASK == 1, right, wrong)[(*axis, ...)]
    figure = plot.segmentation(IMAGE, (MASK == 1).astype(int), numbers)
    assert figure.axes[2].get_title() == "prediction, 100.0 % of pixels right"


def test_in_axes_from_outside_the_legend_is_in_the_last():
    from matplotlib.figure import Figure

    axes = Figure().subplots(1, 2)
    assert legend(plot.segmentation(IMAGE, MASK, axes=axes)) == ["class 1", "class 2"]


def test_a_segmentation_that_cannot_be_drawn_is_refused():
    with pytest.raises(ShapeError, match=r"mask must have .*\(4, 6\), got \(6, 4\)"):
        plot.segmentation(IMAGE, MASK.T)
    with pytest.raises(ShapeError, match=r"image must be .*got \(2, 3, 4, 6\); pass one image"):
        plot.segmentation(np.stack([IMAGE, IMAGE]), MASK)
    with pytest.raises(ArgumentError, match="class_names must name all classes, 3 of them, got 2"):
        plot.segmentation(IMAGE, MASK, class_names=["a", "b"])
    with pytest.raises(ArgumentError, match=r"mask must be class numbers, got fractions; round"):
        plot.segmentation(IMAGE, MASK / 255)
