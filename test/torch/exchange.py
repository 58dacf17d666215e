"""Records state dicts of PyTorch's modules (2.6, float64) with inputs and outputs, for test/torchExchange.test.ts.

Debian: apt-get install python3-torch python3-safetensors, then python3 test/torch/exchange.py
With --load FILE… it loads files of tensors, each named by its case, into PyTorch's modules, strictly. It then prints how far the
outputs are from the recorded ones, and fails if one is off.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils import parametrizations

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
N, T, S, D = 2, 3, 2, 4


class Repeated(nn.ModuleList):
    def forward(self, x):
        for one in self:
            x = torch.tanh(one(x))
        return x


class Attention(nn.MultiheadAttention):
    def forward(self, query, memory=None):
        memory = query if memory is None else memory
        return super().forward(query, memory, memory)[0]


class Outputs(nn.Module):
    """A recurrent module that gives its outputs alone. Its tensors have no prefix."""

    def __init__(self, kind, *sizes, **settings):
        super().__init__()
        self.inner = kind(*sizes, **settings)

    def forward(self, x):
        return self.inner(x)[0]


def coder(kind):
    return kind(D, 2, 5, batch_first=True, dropout=0.0)


def normal(*shape):
    return lambda: torch.randn(*shape)


def tokens(*shape):
    return lambda: torch.randint(0, 7, shape)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(24, 3)
    )


CASES = {
    "linear": (lambda: nn.Linear(3, 2), [normal(N, 3)]),
    "linearWithoutBias": (lambda: nn.Linear(3, 2, bias=False), [normal(N, 3)]),
    "mlp": (lambda: nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)), [normal(N, 3)]),
    "cnn": (cnn, [normal(N, 1, 4, 3)]),
    "conv1d": (lambda: nn.Conv1d(4, 6, 3, stride=2, dilation=2, groups=2), [normal(N, 4, 9)]),
    "conv2d": (lambda: nn.Conv2d(2, 3, (3, 2), padding=1, bias=False), [normal(N, 2, 4, 5)]),
    "conv3d": (lambda: nn.Conv3d(1, 2, 2), [normal(N, 1, 3, 3, 3)]),
    "convTranspose1d": (lambda: nn.ConvTranspose1d(2, 3, 3), [normal(N, 2, 4)]),
    "convTranspose2d": (
        lambda: nn.ConvTranspose2d(4, 6, (3, 2), stride=2, padding=1, output_padding=1, groups=2),
        [normal(N, 4, 3, 4)],
    ),
    "convTranspose3d": (lambda: nn.ConvTranspose3d(2, 1, 2, bias=False), [normal(N, 2, 2, 2, 2)]),
    "batchNorm": (lambda: nn.BatchNorm2d(3), [normal(N, 3, 2, 2)]),
    "layerNorm": (lambda: nn.LayerNorm((T, D)), [normal(N, T, D)]),
    "groupNorm": (lambda: nn.GroupNorm(2, D), [normal(N, D, 3)]),
    "instanceNorm": (lambda: nn.InstanceNorm1d(D, affine=True), [normal(N, D, 3)]),
    "rmsNorm": (lambda: nn.RMSNorm(D, eps=2**-23), [normal(N, D)]),
    "prelu": (lambda: nn.PReLU(D), [normal(N, D)]),
    "embedding": (lambda: nn.Embedding(7, D), [tokens(N, T)]),
    "weightNorm": (lambda: parametrizations.weight_norm(nn.Linear(3, 2)), [normal(N, 3)]),
    "spectralNorm": (lambda: parametrizations.spectral_norm(nn.Linear(3, 2)), [normal(N, 3)]),
    "lstm": (lambda: Outputs(nn.LSTM, D, 3, batch_first=True), [normal(N, T, D)]),
    "deepLstm": (
        lambda: Outputs(nn.LSTM, D, 3, num_layers=2, bidirectional=True, batch_first=True),
        [normal(N, T, D)],
    ),
    "gru": (lambda: Outputs(nn.GRU, D, 3, num_layers=2, batch_first=True), [normal(N, T, D)]),
    "gruBothWays": (lambda: Outputs(nn.GRU, D, 3, bidirectional=True, batch_first=True), [normal(N, T, D)]),
    "rnn": (lambda: Outputs(nn.RNN, D, 3, batch_first=True), [normal(N, T, D)]),
    "rnnWithoutBias": (lambda: Outputs(nn.RNN, D, 3, bias=False, batch_first=True), [normal(N, T, D)]),
    "lstmCell": (lambda: Outputs(nn.LSTMCell, D, 3), [normal(N, D)]),
    "gruCell": (lambda: nn.GRUCell(D, 3), [normal(N, D), normal(N, 3)]),
    "rnnCell": (lambda: nn.RNNCell(D, 3), [normal(N, D), normal(N, 3)]),
    "attention": (lambda: Attention(D, 2, batch_first=True), [normal(N, T, D)]),
    "attentionWithoutBias": (lambda: Attention(D, 2, bias=False, batch_first=True), [normal(N, T, D)]),
    "crossAttention": (
        lambda: Attention(D, 2, kdim=5, vdim=5, batch_first=True),
        [normal(N, T, D), normal(N, S, 5)],
    ),
    "encoderLayer": (lambda: coder(nn.TransformerEncoderLayer), [normal(N, T, D)]),
    "decoderLayer": (lambda: coder(nn.TransformerDecoderLayer), [normal(N, T, D), normal(N, S, D)]),
    "encoder": (
        lambda: nn.TransformerEncoder(coder(nn.TransformerEncoderLayer), 2, norm=nn.LayerNorm(D), enable_nested_tensor=False),
        [normal(N, T, D)],
    ),
    "decoder": (
        lambda: nn.TransformerDecoder(coder(nn.TransformerDecoderLayer), 2),
        [normal(N, T, D), normal(N, S, D)],
    ),
    "repeated": (lambda: Repeated([nn.Linear(D, D) for _ in range(3)]), [normal(N, D)]),
}


def bare(state):
    """Tensors of `Outputs` without the prefix of its module."""
    return {name.removeprefix("inner."): value.contiguous() for name, value in state.items()}


def scatter(module):
    """Parameters and statistics away from the values that they begin with."""
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if name.endswith("running_var"):
                value.copy_(torch.rand_like(value) + 0.5)
            elif name.endswith("_u") or name.endswith("_v"):
                continue
            elif value.is_floating_point():
                value.copy_(torch.randn_like(value) / 2)
    return module.eval()


def record(folder):
    found = {"torch": torch.__version__}
    for name, (make, draws) in CASES.items():
        module = scatter(make())
        inputs = [draw() for draw in draws]
        save_file(bare(module.state_dict()), folder / f"{name}.safetensors")
        found[name] = {
            "inputs": [x.tolist() for x in inputs],
            "output": module(*inputs).detach().tolist(),
        }
    text = json.dumps(found, separators=(",", ":"))
    (folder / "recorded.json").write_text(text + "\n")


def load(file, name):
    """Loads a file strictly and compares the output with the recorded one."""
    module = CASES[name][0]().eval()
    target = module.inner if isinstance(module, Outputs) else module
    target.load_state_dict(load_file(file))
    recorded = json.loads((pathlib.Path(__file__).parent / "exchange/recorded.json").read_text())[name]
    inputs = [torch.tensor(x) for x in recorded["inputs"]]
    off = (module(*inputs) - torch.tensor(recorded["output"])).abs().max().item()
    print(f"{name} {off:.1e}")
    return off < 1e-12


if __name__ == "__main__":
    if len(sys.argv) == 1:
        record(pathlib.Path(__file__).parent / "exchange")
    else:
        files = [pathlib.Path(one) for one in sys.argv[2:]]
        if not all([load(file, file.stem) for file in files]):
            sys.exit(1)
