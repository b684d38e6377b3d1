"""Whole networks, each written once: a class of one library is one of the other."""

from __future__ import annotations

from typing import Any

from .row import Row


def lenet(nn: Any) -> Any:
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def resnet(nn: Any) -> Any:
    class Block(nn.Module):
        def __init__(self, inputs: int, outputs: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.downsample = None
            if stride > 1:
                self.downsample = nn.Sequential(
                    nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
                )

        def forward(self, x: Any) -> Any:
            y = nn.functional.relu(self.bn1(self.conv1(x)))
            short = x if self.downsample is None else self.downsample(x)
            return nn.functional.relu(self.bn2(self.conv2(y)) + short)

    class ResNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(8)
            self.layer1 = nn.Sequential(Block(8, 8, 1), Block(8, 8, 1))
            self.layer2 = nn.Sequential(Block(8, 16, 2), Block(16, 16, 1))
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Linear(16, 10)

        def forward(self, x: Any) -> Any:
            x = nn.functional.relu(self.bn1(self.conv1(x)))
            x = self.avgpool(self.layer2(self.layer1(x)))
            return self.fc(x.reshape((x.shape[0], -1)))

    return ResNet()


def classifier(nn: Any) -> Any:
    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20, 8)
            self.lstm = nn.LSTM(8, 6, num_layers=2, batch_first=True, bidirectional=True)
            self.heads = nn.ModuleList([nn.Linear(12, 3), nn.Linear(12, 2)])

        def forward(self, x: Any) -> Any:
            y, _ = self.lstm(self.embedding(x))
            return self.heads[0](y[:, -1, :]), self.heads[1](y[:, 0, :])

    return Classifier()


def vit(nn: Any) -> Any:
    class ViT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(1, 8, kernel_size=4, stride=4)
            self.positions = nn.Embedding(16, 8)
            self.blocks = nn.ModuleDict({name: block() for name in ("first", "second")})
            self.norm = nn.LayerNorm(8)
            self.head = nn.Linear(8, 10)

        def forward(self, x: Any) -> Any:
            x = self.patches(x)  # (N, 1, 16, 16) -> (N, 8, 4, 4)
            x = x.reshape((x.shape[0], 8, 16)).mT + self.positions.weight
            for name in ("first", "second"):
                x = self.blocks[name](x)
            return self.head(self.norm(x)[:, 0, :])

    def block() -> Any:
        return nn.TransformerEncoderLayer(
            8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )

    return ViT()


ROWS = [
    Row("a LeNet", lenet, ((3, 1, 28, 28),)),
    Row("a small ResNet", resnet, ((3, 3, 12, 12),)),
    Row("a classifier with an LSTM", classifier, ((4, 7),), values=20),
    Row("a small ViT", vit, ((3, 1, 16, 16),)),
]
