"""Segmentation: a U-Net says of every pixel whether it belongs to a circle, square or triangle.

    python examples/07_segmentation.py             # one to two minutes on two cores

The training images are mirrored at random in each epoch, and their masks with them. After ten
epochs, predicted and true areas overlap in about 85 % of their union. Pictures go to demo/.
"""

import argparse
from pathlib import Path

import numpy as np

import xpnet as xn
from xpnet import optim
from xpnet.data import augmentation


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--images", type=int, default=600, help="to learn from")
    parser.add_argument("--output", type=Path, default=Path("demo"), help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    train = xn.data.make_shapes(options.images, size=32, seed=0)
    test = xn.data.make_shapes(100, size=32, seed=1)
    mirror = augmentation.Compose(augmentation.HorizontalFlip(), augmentation.VerticalFlip())
    with xn.device(options.device):
        xn.manual_seed(0)
        model = xn.models.UNet(classes=len(train.class_names))
        optimizer = optim.Adam(model.parameters(), lr=3e-3)
        loader = xn.data.DataLoader(train, batch_size=16, shuffle=True, seed=0, transform=mirror)
        schedule = optim.CosineAnnealingLR(optimizer, T_max=options.epochs)
        trainer = xn.Trainer(model, optimizer, metrics=["accuracy", "iou"], schedule=schedule)
        history = trainer.fit(loader, validation=test, epochs=options.epochs)
        x, y = test.arrays
        scores = model.predict(x, batch_size=50)
    shares = xn.training.metrics.iou(scores, y, average="none")
    for name, share in zip(train.class_names, shares, strict=True):
        print(f"{name:12} intersection over union {share:.1%}")
    print(f"mean         {np.mean(shares):.1%} of {len(test)} test images")

    names = train.class_names
    pictures = {"segmentation_curves": xn.plot.learning_curves(history)}
    for i in range(3):
        picture = xn.plot.segmentation(x[i], y[i], scores[i], class_names=names)
        pictures[f"segmentation_{i + 1}"] = picture
    for name, figure in pictures.items():
        figure.savefig(options.output / f"{name}.png", dpi=150)
        print(f"wrote {options.output / name}.png")
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
