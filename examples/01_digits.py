"""Train an MLP on real handwritten digits, on any array library, in a loop of five lines.

    python examples/01_digits.py --device cpu       # or cuda, torch:cpu, jax:cpu, strict:device1

The same seed gives the same initial weights and the same order of samples on every device, so the
losses agree to rounding.
"""

import argparse

import xpnet as xn
from xpnet import nn, optim


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    train, test = xn.data.load_digits(flatten=True)
    with xn.device(options.device) as device:
        xn.manual_seed(options.seed)
        model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
        optimizer = optim.Adam(model.parameters(), lr=3e-3)
        loader = xn.data.DataLoader(train, batch_size=64, shuffle=True, seed=options.seed)
        print(f"{device.name}: {len(train)} digits to learn from, {len(test)} to be tested on")
        for epoch in range(options.epochs):
            for x, y in loader:
                loss = nn.functional.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print(f"epoch {epoch + 1}: loss of the last batch {float(loss):.5f}")

        x, y = (xn.asarray(array) for array in test.arrays)
        xp = xn.namespace(x)
        right = xp.argmax(model.predict(x), axis=1) == y
        accuracy = float(xp.mean(xp.astype(right, x.dtype)))
        print(f"{accuracy:.2%} of the test digits are right")
        return accuracy


if __name__ == "__main__":
    main()
