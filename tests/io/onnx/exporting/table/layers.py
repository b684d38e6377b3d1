"""Layers of images and features."""

from __future__ import annotations

from typing import Any

from xpnet import nn

from .row import Row

__all__ = ["LAYERS"]

LAYERS: list[Row] = []


def row(make: Any, *shape: int, name: str = "") -> None:
    """Add a row with an input (N, *shape), named after its layer."""
    model = make()
    LAYERS.append(Row(name or repr(model).replace("\n", ""), make, (("N", *shape),)))


for make in (nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SiLU, nn.GELU, nn.Softplus):
    row(make, 7)
for make in (nn.Softmax, nn.LogSoftmax, nn.Sign, nn.Step, nn.Identity):
    row(make, 3, 5)
row(lambda: nn.GELU(approximate="tanh"), 7)
row(lambda: nn.LeakyReLU(0.2), 7)
row(lambda: nn.ELU(0.5), 7)
row(lambda: nn.Softplus(beta=2.0), 7)
row(lambda: nn.Softplus(threshold=1.0), 7)

row(lambda: nn.Linear(4, 3), 4)
row(lambda: nn.Linear(4, 3, bias=False), 4)
row(lambda: nn.Linear(4, 3), 5, 4, name="Linear of (N, 5, 4)")
row(lambda: nn.Flatten(), 2, 3, 4)
row(lambda: nn.Flatten(2), 2, 3, 4)
row(lambda: nn.Flatten(1, 2), 2, 3, 4)
row(lambda: nn.Unflatten(1, (2, 3)), 6)
row(lambda: nn.Unflatten(2, (2, 3)), 4, 6)
row(lambda: nn.Dropout(0.5), 4)
row(lambda: nn.Dropout1d(0.5), 4, 5)
row(lambda: nn.Dropout2d(0.5), 4, 5, 5)
row(lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)), 4)
row(lambda: nn.Residual(nn.Linear(4, 4), nn.Tanh()), 4)
row(lambda: nn.Residual(nn.Linear(4, 3), shortcut=nn.Linear(4, 3)), 4)
row(lambda: nn.Parallel(nn.Linear(4, 3), nn.Linear(4, 2)), 4)

row(lambda: nn.Conv1d(2, 3, 3), 2, 9)
row(lambda: nn.Conv2d(2, 3, 3), 2, 8, 8)
row(lambda: nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0), bias=False), 2, 8, 7)
row(lambda: nn.Conv2d(4, 6, 3, groups=2, dilation=2, padding=1), 4, 8, 8)
row(lambda: nn.Conv2d(4, 4, 3, groups=4, padding="same"), 4, 8, 8)
row(lambda: nn.Conv2d(2, 3, 4, padding="same", dilation=(2, 1)), 2, 8, 9)
row(lambda: nn.Conv2d(2, 3, 3, padding="valid"), 2, 8, 8)
row(lambda: nn.Conv3d(1, 2, 3, stride=2, padding=1), 1, 6, 6, 6)
row(lambda: nn.ConvTranspose1d(2, 3, 3, stride=2), 2, 5)
row(lambda: nn.ConvTranspose2d(2, 3, 3), 2, 5, 5)
row(lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), 4, 5, 5)
row(lambda: nn.ConvTranspose2d(2, 3, 3, dilation=2, bias=False), 2, 5, 4)
row(lambda: nn.ConvTranspose2d(2, 3, 3, dilation=2, padding=(1, 0), output_padding=1), 2, 5, 4)
row(lambda: nn.ConvTranspose2d(2, 3, 3, dilation=2, padding=2, output_padding=1), 2, 5, 4)
row(lambda: nn.ConvTranspose3d(2, 1, 2, stride=2), 2, 3, 3, 3)

row(lambda: nn.MaxPool1d(2), 2, 9)
row(lambda: nn.MaxPool2d(2), 2, 8, 8)
row(lambda: nn.MaxPool2d(3, stride=2, padding=1), 2, 8, 8)
row(lambda: nn.MaxPool2d(2, dilation=2), 2, 8, 8)
row(lambda: nn.MaxPool2d(3, stride=2, ceil_mode=True), 2, 8, 8)
row(lambda: nn.MaxPool2d(2, stride=3, padding=1, ceil_mode=True), 2, 9, 7)
row(lambda: nn.MaxPool2d(2, stride=4, ceil_mode=True), 2, 5, 5)
row(lambda: nn.MaxPool2d(5), 2, 5, 5, name="MaxPool2d of the whole image")
row(lambda: nn.AvgPool1d(3, stride=2, padding=1), 2, 9)
row(lambda: nn.AvgPool2d(2), 2, 8, 8)
row(lambda: nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), 2, 8, 8)
row(lambda: nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), 2, 8, 8)
row(lambda: nn.AvgPool2d(3, stride=2, ceil_mode=True, count_include_pad=False), 2, 8, 8)
row(lambda: nn.AvgPool2d(2, stride=3, ceil_mode=True), 2, 7, 7)
row(lambda: nn.AdaptiveAvgPool1d(3), 2, 9)
row(lambda: nn.AdaptiveAvgPool2d((3, 2)), 2, 7, 5)
row(lambda: nn.AdaptiveAvgPool2d(1), 2, 7, 5)
row(lambda: nn.AdaptiveAvgPool2d((None, 2)), 2, 7, 6)
row(lambda: nn.AdaptiveMaxPool1d(4), 2, 9)
row(lambda: nn.AdaptiveMaxPool2d((4, 4)), 2, 8, 8)
row(lambda: nn.AdaptiveMaxPool2d((3, 2)), 2, 7, 5)
row(lambda: nn.GlobalAvgPool1d(), 2, 7)
row(lambda: nn.GlobalAvgPool2d(), 2, 7, 5)

row(lambda: nn.BatchNorm1d(4), 4)
row(lambda: nn.BatchNorm1d(4), 4, 5, name="BatchNorm1d of sequences")
row(lambda: nn.BatchNorm2d(3), 3, 4, 4)
row(lambda: nn.BatchNorm2d(3, eps=0.1, affine=False), 3, 4, 4)
row(lambda: nn.BatchNorm2d(3, track_running_stats=False), 3, 4, 4)
row(lambda: nn.BatchNorm3d(2), 2, 3, 3, 3)
row(lambda: nn.LayerNorm(6), 4, 6)
row(lambda: nn.LayerNorm((4, 6), eps=0.1), 4, 6)
row(lambda: nn.LayerNorm(6, elementwise_affine=False), 6)
row(lambda: nn.LayerNorm(6, bias=False), 6)
row(lambda: nn.RMSNorm(6), 4, 6)
row(lambda: nn.RMSNorm(6, eps=0.1, elementwise_affine=False), 6)
row(lambda: nn.GroupNorm(2, 4), 4, 3, 3)
row(lambda: nn.GroupNorm(2, 4, affine=False), 4, 5)
row(lambda: nn.GroupNorm(2, 4), 4, name="GroupNorm of features")
row(lambda: nn.GroupNorm(4, 4), 4, 3, 3)
row(lambda: nn.InstanceNorm1d(3), 3, 6)
row(lambda: nn.InstanceNorm2d(3, affine=True), 3, 4, 4)
row(lambda: nn.InstanceNorm2d(3, track_running_stats=True), 3, 4, 4)
row(lambda: nn.InstanceNorm3d(2), 2, 3, 3, 3)
row(lambda: nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0), 6, 4, 4)
row(lambda: nn.LocalResponseNorm(4, alpha=0.1), 6, 4, 4)
row(lambda: nn.LocalResponseNorm(3, alpha=0.1), 6, 4)

row(lambda: nn.ConstantPad1d((1, 2), 0.5), 2, 5)
row(lambda: nn.ConstantPad2d((1, 2, 0, 3), 0.5), 2, 5, 5)
row(lambda: nn.ZeroPad1d(2), 2, 5)
row(lambda: nn.ZeroPad2d((1, 0, 2, 1)), 2, 5, 5)
row(lambda: nn.ReflectionPad1d(2), 2, 5)
row(lambda: nn.ReflectionPad2d((1, 2, 3, 1)), 2, 5, 5)
row(lambda: nn.ReplicationPad1d((0, 3)), 2, 5)
row(lambda: nn.ReplicationPad2d((1, 2, 3, 1)), 2, 5, 5)
row(lambda: nn.CircularPad1d((2, 1)), 2, 5)
row(lambda: nn.CircularPad2d((1, 2, 3, 1)), 2, 5, 5)

row(lambda: nn.Upsample(scale_factor=2), 2, 3, 4)
row(lambda: nn.Upsample(scale_factor=(3, 2)), 2, 3, 4, name="Upsample of images, (3, 2)")
row(lambda: nn.Upsample(size=(7, 4)), 2, 3, 4)
row(lambda: nn.Upsample(size=2), 2, 5)
row(lambda: nn.Upsample(scale_factor=1.5), 2, 3, 4)
row(lambda: nn.Upsample(scale_factor=0.5), 2, 6, 4)
for corners in (False, True):
    row(lambda c=corners: nn.Upsample(scale_factor=2, mode="linear", align_corners=c), 2, 5)
    row(lambda c=corners: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=c), 2, 3, 4)
    row(lambda c=corners: nn.Upsample(size=(7, 5), mode="bilinear", align_corners=c), 2, 3, 4)
    row(lambda c=corners: nn.Upsample(size=(2, 1), mode="bilinear", align_corners=c), 2, 3, 4)
    row(lambda c=corners: nn.Upsample(scale_factor=1.7, mode="bilinear", align_corners=c), 2, 3, 4)
    row(
        lambda c=corners: nn.Upsample(size=(3, 4, 5), mode="trilinear", align_corners=c), 2, 2, 3, 3
    )
