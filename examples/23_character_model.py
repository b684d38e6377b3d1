"""A causal Transformer reads Shakespeare's sonnets, character by character, and writes on.

What it has learnt is told by the cross-entropy of characters it has not seen, beside that of models
that know only how often a character, or a pair of them, occurs. The picture shows the way there,
and where the model looks while it reads a line.

    python examples/23_character_model.py    # half a minute
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import xpnet as xn
from xpnet import data, optim
from xpnet.nn import functional as F

LENGTH = 64
LINE = "\n\nShall I compare thee to a summer's day?"


def frequencies(train, test, characters):
    """Return the cross-entropy of the test text by how often characters and pairs occur."""
    one = np.bincount(train, minlength=characters) + 1.0
    pairs = np.ones((characters, characters))
    np.add.at(pairs, (train[:-1], train[1:]), 1.0)
    of_one = -np.log(one / one.sum())[test].mean()
    of_pairs = -np.log(pairs / pairs.sum(axis=1, keepdims=True))[test[:-1], test[1:]].mean()
    return {
        "all alike": float(np.log(characters)),
        "frequent ones": float(of_one),
        "pairs": float(of_pairs),
    }


def cross_entropy(model, x, y):
    """Return the mean loss of the characters y that follow x, both (N, T)."""
    scores = model(x)
    return F.cross_entropy(scores.reshape(-1, scores.shape[-1]), y.reshape(-1))


def train_model(model, numbers, steps):
    """Take steps on windows of the text; return the losses."""
    loader = data.DataLoader(
        data.next_characters(numbers, LENGTH, step=5), batch_size=32, shuffle=True, drop_last=True
    )
    optimizer = optim.AdamW(model.parameters(), lr=3e-3)
    schedule = optim.schedules.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    losses = []
    while len(losses) < steps:
        for x, y in loader:
            optimizer.zero_grad()
            loss = cross_entropy(model, x, y)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.data))
            if len(losses) == steps:
                break
    return losses


def picture(losses, known, test_loss, attention, line):
    figure = Figure((9.6, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(losses, color="0.7", linewidth=0.8, label="Transformer, each batch")
    left.axhline(test_loss, color="black", label=f"Transformer, unseen text: {test_loss:.2f}")
    for (name, value), style in zip(known.items(), ("-.", ":", "--"), strict=True):
        left.axhline(value, color=xn.plot.figures.COLOURS[0], linestyle=style, linewidth=1)
        left.text(len(losses), value, name, va="bottom", ha="right", fontsize=8)
    left.set(xlabel="steps", ylabel="cross-entropy per character (nats)", ylim=(0, None))
    left.legend(frameon=False, fontsize=8, loc="lower left")
    left.spines[["top", "right"]].set_visible(False)
    right.imshow(attention, cmap="Blues", vmin=0)
    places = range(len(line))
    right.set_xticks(places, list(line), fontsize=6)
    right.set_yticks(places, list(line), fontsize=6)
    right.set(xlabel="looked at", ylabel="reading", title="one head of the last layer")
    return figure


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the picture")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    text = data.load_sonnets()
    letters = data.Characters(text)
    numbers = letters.encode(text)
    train, test = np.split(numbers, [9 * len(numbers) // 10])
    known = frequencies(train, test, len(letters))

    xn.manual_seed(0)
    model = xn.models.CausalTransformer(len(letters), LENGTH, width=64, layers=2, heads=4)
    losses = train_model(model, train, options.steps)
    with xn.no_grad():
        x, y = data.next_characters(test, LENGTH).arrays
        test_loss = float(cross_entropy(model.eval(), x, y).data)
        maps = model.attention_maps(letters.encode(LINE)[None])
    print("cross-entropy of unseen characters, nats:")
    for name, value in {**known, "Transformer": test_loss}.items():
        print(f"  {name:<14} {value:.2f}")
    start = letters.encode("\n\nShall I ")
    print("what it writes:")
    print(letters.decode(model.generate(start, 240, temperature=0.6, seed=1)).strip())

    last = maps[-1].data[0]  # (H, T, T)
    sharp = int(np.argmax(np.max(last[:, 8:], axis=-1).mean(axis=-1)))
    shown = letters.decode(letters.encode(LINE)).replace("\n", "¶")
    path = options.output / "23_character_model.png"
    picture(losses, known, test_loss, last[sharp], shown).savefig(path, dpi=90)
    print(f"wrote {path}")
    return {**known, "Transformer": test_loss}


if __name__ == "__main__":
    main()
