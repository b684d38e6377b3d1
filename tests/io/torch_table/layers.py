"""Single layers, with the options that change which parameters there are."""

from __future__ import annotations

from typing import Any

from .row import Row, row

IMAGE, SEQUENCE, VOLUME = (4, 6, 7, 8), (4, 6, 9), (2, 6, 4, 5, 6)
T, N = 5, 3


def encoder(nn: Any, layers: int = 2, norm: bool = False, **options: Any) -> Any:
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, **options)
    last = nn.LayerNorm(8) if norm else None
    # PyTorch would warn that it cannot use nested tensors, which xpnet does not have
    nested = {"enable_nested_tensor": False} if nn.__name__.startswith("torch") else {}
    return nn.TransformerEncoder(layer, layers, norm=last, **nested)


ROWS = [
    row("Linear(4, 3)", (5, 4)),
    row("Linear(4, 3, bias=False)", (5, 2, 4)),
    row("Conv1d(6, 4, 3, stride=2, padding=1)", SEQUENCE),
    row("Conv1d(6, 6, 3, dilation=2, groups=3, bias=False)", SEQUENCE),
    row("Conv2d(6, 4, (3, 2), padding=(1, 0))", IMAGE),
    row("Conv2d(6, 6, 3, groups=6)", IMAGE),
    row("Conv2d(6, 8, 3, padding='same', dilation=2)", IMAGE),
    row("Conv3d(6, 4, 2, stride=(1, 2, 1))", VOLUME),
    row("ConvTranspose1d(6, 4, 3, stride=2, output_padding=1)", SEQUENCE),
    row("ConvTranspose2d(6, 4, 3, stride=2, padding=1)", IMAGE),
    row("ConvTranspose2d(6, 4, 2, groups=2, bias=False)", IMAGE),
    row("ConvTranspose3d(6, 3, 2, dilation=2)", VOLUME),
    row("BatchNorm1d(6)", (4, 6)),
    row("BatchNorm1d(6, momentum=None)", SEQUENCE),
    row("BatchNorm2d(6, eps=0.01, momentum=0.3)", IMAGE),
    row("BatchNorm2d(6, affine=False)", IMAGE),
    row("BatchNorm2d(6, track_running_stats=False)", IMAGE),
    row("BatchNorm3d(6)", VOLUME),
    row("InstanceNorm1d(6, affine=True)", SEQUENCE),
    row("InstanceNorm1d(6, track_running_stats=True)", SEQUENCE),
    row("InstanceNorm2d(6, affine=True, track_running_stats=True)", IMAGE),
    row("InstanceNorm3d(6, affine=True, track_running_stats=True)", VOLUME),
    row("GroupNorm(2, 6)", IMAGE),
    row("LayerNorm(8)", IMAGE),
    row("LayerNorm((7, 8), bias=False)", IMAGE),
    row("RMSNorm(8)", IMAGE),
    row("Embedding(7, 4)", (5, 2), values=7),
    row("Embedding(7, 4, padding_idx=2)", (5, 2), values=7),
    row("RNN(4, 3)", (T, N, 4)),
    row("RNN(4, 3, num_layers=2, nonlinearity='relu', bidirectional=True)", (T, N, 4)),
    row("RNN(4, 3, bias=False, batch_first=True)", (N, T, 4)),
    row("LSTM(4, 3)", (T, N, 4)),
    row("LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True)", (N, T, 4)),
    row("LSTM(4, 5, num_layers=2, proj_size=3, bidirectional=True)", (T, N, 4)),
    row("LSTM(4, 5, num_layers=3, bias=False)", (T, N, 4)),
    row("GRU(4, 3)", (T, N, 4)),
    row("GRU(4, 3, num_layers=2, bidirectional=True, bias=False)", (T, N, 4)),
    row("RNNCell(4, 3)", (N, 4)),
    row("RNNCell(4, 3, nonlinearity='relu')", (N, 4), (N, 3)),
    row("LSTMCell(4, 3)", (N, 4)),
    row("LSTMCell(4, 3, bias=False)", (N, 4)),
    row("GRUCell(4, 3)", (N, 4), (N, 3)),
    row("MultiheadAttention(8, 2)", (T, N, 8), (4, N, 8), (4, N, 8)),
    row("MultiheadAttention(8, 4, bias=False, batch_first=True)", *[(N, T, 8)] * 3),
    row("MultiheadAttention(8, 2, kdim=5, vdim=6)", (T, N, 8), (4, N, 5), (4, N, 6)),
    row("TransformerEncoderLayer(8, 2, 16, dropout=0.0)", (T, N, 8)),
    row("TransformerEncoderLayer(8, 2, 16, dropout=0.0, norm_first=True, batch_first=True, "
        "activation='gelu')", (N, T, 8)),
    row("TransformerEncoderLayer(8, 4, 16, dropout=0.0, bias=False)", (T, N, 8)),
    Row("TransformerEncoder", encoder, ((T, N, 8),)),
    Row("TransformerEncoder, normed", lambda nn: encoder(nn, 1, True, norm_first=True),
        ((T, N, 8),)),
]  # fmt: skip
