"""The networks that are measured, written once: `nn` is ``xpnet.nn`` or ``torch.nn``."""

from __future__ import annotations


def mlp(nn):
    """784-512-512-10."""
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )


def lenet(nn, size=28, maps=(6, 16)):
    """LeNet-5 for images (N, 1, size, size), with so many maps after each convolution."""
    pooled = (size // 2 - 4) // 2
    return nn.Sequential(
        nn.Conv2d(1, maps[0], kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(maps[0], maps[1], kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(maps[1] * pooled * pooled, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def conv(nn):
    """Two 3x3 convolutions, one pooling and two dense layers, for images (N, 1, 28, 28)."""
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=3),
        nn.ReLU(),
        nn.Conv2d(32, 64, kernel_size=3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def norm(nn):
    """Six 3x3 convolutions with batch normalisation, for images (N, 3, 32, 32).

    The convolutions have no bias: the normalisation that follows has one.
    """
    layers = []
    before = 3
    for channels in (32, 64, 128):
        for _ in range(2):
            layers += [
                nn.Conv2d(before, channels, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            before = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))


def resnet(nn):
    """ResNet-20 for images (N, 3, 32, 32): nine blocks of two 3x3 convolutions, in three sizes.

    Where the size changes, the shortcut is a 1x1 convolution with stride 2.
    """

    def convolution(before, channels, size, stride):
        return [
            nn.Conv2d(before, channels, size, stride=stride, padding=size // 2, bias=False),
            nn.BatchNorm2d(channels),
        ]

    class Block(nn.Module):
        def __init__(self, before, channels, stride):
            super().__init__()
            self.body = nn.Sequential(
                *convolution(before, channels, 3, stride),
                nn.ReLU(),
                *convolution(channels, channels, 3, 1),
            )
            changed = before != channels
            self.shortcut = (
                nn.Sequential(*convolution(before, channels, 1, stride))
                if changed
                else nn.Identity()
            )
            self.activation = nn.ReLU()

        def forward(self, x):
            return self.activation(self.body(x) + self.shortcut(x))

    layers = [*convolution(3, 16, 3, 1), nn.ReLU()]
    before = 16
    for channels in (16, 32, 64):
        for i in range(3):
            layers.append(Block(before, channels, 2 if i == 0 and before != channels else 1))
            before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def lstm(nn):
    """An LSTM with 128 cells that reads sequences (N, 28, 28), and a dense layer on its state."""
    return _reader(nn, nn.LSTM(28, 128, batch_first=True))


def gru(nn):
    """The same with 128 gated recurrent units."""
    return _reader(nn, nn.GRU(28, 128, batch_first=True))


def _reader(nn, layer):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer
            self.head = nn.Linear(128, 10)

        def forward(self, x):
            _, state = self.layer(x)
            h = state[0] if isinstance(state, tuple) else state
            return self.head(h[-1, ...])

    return Reader()
