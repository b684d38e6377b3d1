"""The perceptron: Rosenblatt's rule, its dual form, Novikoff's bound, and the pocket.

Separable samples are learnt without error by correcting one misclassified sample at a time; both
forms of the rule take the same samples. Of two moons, which no line separates, the pocket keeps the
best line seen. An animation shows how the boundary turns.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure

import xpnet as xn
from xpnet.models import perceptron

NAMES = ("y = -1", "y = +1")


def separable_samples():
    """Learn samples with a gap by both forms of the rule, and compare with the bound."""
    dataset, hyperplane = xn.data.linearly_separable(60, margin=0.1, signed=True, seed=35)
    x, y = dataset.arrays
    learnt = perceptron.learn(x, y, history=True)
    dual = perceptron.learn_dual(x, y)
    best, known = perceptron.bound(x, y), perceptron.bound(x, y, hyperplane)
    same = np.array_equal(learnt.taken, dual.taken)
    often = int(dual.alpha.argmax())
    print(f"{len(x)} separable samples: no error after {learnt.updates} corrections")
    print(
        f"  the dual form takes {'the same samples' if same else 'OTHER SAMPLES'}: number {often}"
    )
    print(
        f"  most often, {int(dual.alpha[often])} times, and {np.sum(dual.alpha == 0)} of them never"
    )
    print(f"  Novikoff allows (R/γ)² = ({best.radius:.2f}/{best.margin:.3f})² = {best.updates};")
    print(f"  with the line that made the samples in place of the widest, {known.updates}")
    return x, y, learnt, best.updates if same else 0


def noisy_moons(updates):
    """Learn moons that overlap, in the pocket and by logistic regression; accuracies in percent."""
    x, y = xn.data.moons(300, noise=0.2, seed=1).arrays
    y = 2 * y - 1
    learnt = perceptron.learn_pocket(x, y, max_updates=updates)
    accuracies = {
        "the last weights": 100 - 100 * learnt.errors[-1] / len(x),
        "pocket": 100 * np.mean(learnt.model.predict(x) == y),
    }
    greedy = perceptron.learn_pocket(x, y, max_updates=updates, accept="loss")
    accuracies["greedy rule"] = 100 * np.mean(greedy.model.predict(x) == y)
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        print("scikit-learn is not installed: no logistic regression to compare with")
    else:
        accuracies["logistic regression"] = 100 * LogisticRegression().fit(x, y).score(x, y)
    print(f"{len(x)} samples of two moons that overlap, {updates} corrections:")
    for name, accuracy in accuracies.items():
        print(f"  {name:<20} {accuracy:5.1f} % right")
    return x, y, learnt, accuracies


def arrow(ax, x, w, b):
    """Draw w where it starts from the line, near the middle of the samples; zeros have no arrow."""
    length = np.linalg.norm(w)
    if length > 0:
        middle = x.mean(axis=0)
        foot = middle - (middle @ w + b) / length**2 * w
        tip = foot + 0.25 * np.ptp(x[:, 1]) * w / length
        ax.annotate(
            "",
            tip,
            foot,
            arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 2},
            zorder=5,
        )
        box = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "boxstyle": "round,pad=0.1"}
        beyond = {"xytext": 8 * w / length, "textcoords": "offset points", "bbox": box}
        ax.annotate("w", tip, ha="center", va="center", zorder=5, **beyond)
    ax.set_aspect("equal")  # or else w would not look upright


def picture(x, y, learnt, title, best=False):
    """Return the boundary beside the number of errors after each correction."""
    figure = Figure((8.4, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    xn.plot.decision_boundary(learnt.model.scores, x, y, class_names=NAMES, title=title, ax=left)
    w, b = (xn.to_numpy(p)[0] for p in learnt.model.linear.parameters())
    arrow(left, x, w, b)
    right.plot(learnt.errors, color="0.6", linewidth=0.8, label="after each correction")
    if best:
        right.plot(np.minimum.accumulate(learnt.errors), color="black", label="in the pocket")
        right.legend(frameon=False)
        right.set_xscale("symlog")  # most is gained in the beginning
    right.set(xlabel="corrections", ylabel="misclassified samples", ylim=(0, None))
    right.spines[["top", "right"]].set_visible(False)
    return figure


def animation(x, y, learnt, frames):
    """Return the boundary before each correction, with a ring round the sample that is taken."""
    figure = Figure((4.0, 3.4), layout="constrained")
    ax = figure.subplots()
    shown = np.unique(np.linspace(0, learnt.updates, frames).astype(int)).tolist()

    def draw(k):
        ax.clear()
        w, b = learnt.history.w[k], learnt.history.b[k]
        ring, title = learnt.taken[k : k + 1], f"{k} corrections, {learnt.errors[k]} errors"
        xn.plot.decision_boundary(
            lambda p: p @ w + b, x, y, marked=ring, class_names=NAMES, title=title, ax=ax
        )
        arrow(ax, x, w, b)
        return []

    return FuncAnimation(figure, draw, shown, init_func=lambda: [])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    parser.add_argument("--updates", type=int, default=10_000, help="corrections of the pocket")
    parser.add_argument("--frames", type=int, default=30, help="pictures of the animation")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    x, y, learnt, bound = separable_samples()
    moons_x, moons_y, pocket, accuracies = noisy_moons(options.updates)
    pictures = {
        "perceptron": picture(x, y, learnt, f"{learnt.updates} corrections"),
        "pocket": picture(moons_x, moons_y, pocket, "the line in the pocket", best=True),
    }
    for name, figure in pictures.items():
        figure.savefig(options.output / f"09_{name}.png", dpi=90)
    moving = animation(x, y, learnt, options.frames)
    moving.save(options.output / "09_perceptron.gif", PillowWriter(fps=3), dpi=64)
    print(f"wrote 09_perceptron.png, 09_pocket.png and 09_perceptron.gif to {options.output}")
    return {"updates": learnt.updates, "bound": bound, **accuracies}


if __name__ == "__main__":
    main()
