"""Logic gates by perceptrons: AND, OR, NAND, NOR and NOT by one, XOR by three or by a network.

One perceptron draws one line, and no line has 00 and 11 on one side and 01 and 10 on the other:
Rosenblatt's rule runs in a circle there. AND(OR, NAND) is XOR, made of three learnt perceptrons; a
network with a hidden layer finds such an answer by itself.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import optim
from xpnet.models import perceptron

GATES = ("and", "or", "nand", "nor", "not", "xor")


def truth(answers):
    """Return truth values, -1 or 0 for false and 1 for true, as "0110"."""
    return "".join("1" if answer > 0 else "0" for answer in answers)


def learn_gates():
    """Learn each gate by one perceptron and print what came of it."""
    learnt = {}
    print("gate  wanted  learnt  w·x + b > 0 with       corrections (allowed)")
    for name in GATES:
        x, y = xn.data.logic_gate(name).arrays
        y = 2 * y - 1
        found = learnt[name] = perceptron.learn(x, y, max_updates=100, history=True)
        weights = f"w = {found.w.astype(int).tolist()}, b = {found.b:.0f}"
        allowed = perceptron.bound(x, y).updates if found.converged else "no end"
        answers = truth(found.model.predict(x))
        print(f"{name:<5} {truth(y):<7} {answers:<7} {weights:<22} {found.updates} ({allowed})")
    return learnt


def period(learnt):
    """Return after how many corrections the weights are what they were at the start."""
    v = np.c_[learnt.history.w, learnt.history.b]
    return int(np.flatnonzero((v[1:] == v[0]).all(axis=1))[0]) + 1


def learn_network(epochs):
    """Learn XOR by a network with a hidden layer of four units."""
    table = xn.data.logic_gate("xor")
    xn.manual_seed(0)
    network = xn.models.MLP(2, (4,), 2, activation="tanh")
    optimizer = optim.Adam(network.parameters(), lr=0.05)
    trainer = xn.Trainer(network, optimizer, loss="cross_entropy")
    trainer.fit(table, epochs=epochs, batch_size=4, progress=False)
    return network


def picture(learnt, composed, network):
    """Return the boundaries of the gates with two inputs."""
    drawn = {name: learnt[name].model.scores for name in ("and", "or", "nand")}
    titles = {name: name.upper() for name in drawn} | {"xor": "XOR: the best of one perceptron"}
    x, y = xn.data.logic_gate("xor").arrays
    drawn["xor"] = perceptron.learn_pocket(x, 2 * y - 1, max_updates=100).model.scores
    figure = Figure((9.0, 5.6), layout="constrained")
    axes = figure.subplots(2, 3)
    limits = ((-0.5, 1.5), (-0.5, 1.5))
    for ax, (name, scores) in zip(axes.flat, drawn.items(), strict=False):
        x, y = xn.data.logic_gate(name).arrays
        xn.plot.decision_boundary(scores, x, y, title=titles[name], limits=limits, ax=ax)
    ways = {
        "XOR = AND(OR, NAND)": lambda p: composed.predict(p) - 0.5,
        "XOR by a network": network.predict,
    }
    for ax, (title, scores) in zip(axes.flat[4:], ways.items(), strict=True):
        xn.plot.decision_boundary(scores, x, y, title=title, limits=limits, ax=ax)
    return figure


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    parser.add_argument("--epochs", type=int, default=150, help="of the network")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    learnt = learn_gates()
    print(f"XOR: the weights are back at the start after {period(learnt['xor'])} corrections")
    composed = xn.models.XOR(*(learnt[name].model for name in ("or", "nand", "and")))
    network = learn_network(options.epochs)
    x, _ = xn.data.logic_gate("xor").arrays
    tables = {name: truth(found.model.predict(xn.data.logic_gate(name).arrays[0]))
              for name, found in learnt.items()}  # fmt: skip
    tables["xor of three"] = truth(composed.predict(x))
    tables["xor by a network"] = truth(network.predict(x).argmax(axis=1))
    print(f"XOR as AND(OR, NAND) of the learnt gates: {tables['xor of three']}")
    print(f"XOR by a network with 4 hidden units:     {tables['xor by a network']}")
    picture(learnt, composed, network).savefig(options.output / "10_logic_gates.png", dpi=80)
    print(f"wrote {options.output / '10_logic_gates.png'}")
    return tables


if __name__ == "__main__":
    main()
