"""Choose hyper-parameters on validation data, and confirm the choice, once, on test data.

    python examples/18_hyper_parameters.py                  # the pictures go to demo/
    python examples/18_hyper_parameters.py --samples 100

Learning rate, layers, units and activation are drawn at random; the number of epochs is read off
the curve of each training, which goes through all of them anyway.
"""

import argparse
from pathlib import Path

import xpnet as xn
from xpnet import optim

SPACE = {
    "lr": xn.training.log_uniform(3e-4, 1.0),
    "layers": [1, 2, 3, 4],
    "units": [8, 16, 32, 64, 128],
    "activation": ["sigmoid", "tanh", "relu"],
}


def trained(data, validation, epochs, lr, layers, units, activation):
    """Return the trainer and the history of one training."""
    model = xn.models.MLP(64, (units,) * layers, 10, activation)
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    trainer = xn.Trainer(model, optimizer, metrics=["accuracy"])
    history = trainer.fit(data, validation=validation, epochs=epochs, batch_size=32, progress=False)
    return trainer, history


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=32, help="points of the search")
    parser.add_argument("--epochs", type=int, default=15, help="the most a training may have")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    whole, test = xn.data.load_digits(flatten=True)
    train, validation = xn.data.split(whole, 0.8, stratify=True)
    print(f"{len(train)} samples to train, {len(validation)} to choose, {len(test)} to confirm")

    def run(**settings):
        _, history = trained(train, validation, options.epochs, **settings)
        best = history.best("val_accuracy")
        return {"epochs": best["epoch"], "val_accuracy": best["val_accuracy"]}

    result = xn.training.sweep(run, SPACE, samples=options.samples)
    print(f"the best of {len(result)}:\n{result.top(5, 'val_accuracy')}")
    print(f"and the worst:\n{result.top(3, 'val_accuracy', mode='min')}")

    best = result.best("val_accuracy")
    settings = {name: best[name] for name in result.settings}
    xn.manual_seed(0)
    trainer, _ = trained(whole, None, best["epochs"], **settings)  # now with all that is not test
    accuracy = trainer.evaluate(test)["accuracy"]
    print(f"validation {best['val_accuracy']:.1%}, test {accuracy:.1%}")

    histories = {}
    for lr in (0.001, 0.01, 0.1, 1.0):
        xn.manual_seed(0)
        _, histories[f"α = {lr}"] = trained(train, None, options.epochs, **{**settings, "lr": lr})
    pictures = {
        "sweep": xn.plot.sweep(result, "val_accuracy"),
        "learning_rates": xn.plot.learning_curves(histories),
    }
    pictures["learning_rates"].axes[1].get_legend().remove()  # that of the loss serves both
    for name, figure in pictures.items():
        figure.savefig(options.output / f"18_{name}.png", dpi=80)
        print(f"wrote {options.output / f'18_{name}.png'}")
    return result, accuracy


if __name__ == "__main__":
    main()
