"""Records recurrent modules of PyTorch (2.6, float64), for test/torchRecurrent.test.ts.

Debian: apt-get install python3-torch, then python3 test/torch/recurrent.py
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)

N, T, INPUTS, SIZE = 2, 3, 3, 2
KINDS = {
    "tanh": lambda **how: torch.nn.RNN(INPUTS, SIZE, batch_first=True, **how),
    "relu": lambda **how: torch.nn.RNN(INPUTS, SIZE, batch_first=True, nonlinearity="relu", **how),
    "lstm": lambda **how: torch.nn.LSTM(INPUTS, SIZE, batch_first=True, **how),
    "gru": lambda **how: torch.nn.GRU(INPUTS, SIZE, batch_first=True, **how),
}
SHAPES = {
    "one layer": {},
    "two layers": {"num_layers": 2},
    "two layers, two directions": {"num_layers": 2, "bidirectional": True},
}


def weights(module, gru, grad=False):
    """
    Of each layer and direction: input weights with the bias in the last row, and recurrent ones; or their gradients, where
    a bias that is the sum of two has the gradient of either.
    """
    named = {name: w.grad if grad else w for name, w in module.named_parameters()}
    found = {}
    for end in [name[len("weight_ih_l"):] for name in named if name.startswith("weight_ih_l")]:
        kinds = ("weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l")
        w, u, b, c = (named[kind + end] for kind in kinds)
        bias = b if gru or grad else b + c
        recurrent = torch.cat([u.T, c[None]]) if gru else u.T
        name = f"reverse{end[0]}" if end.endswith("_reverse") else f"layer{end}"
        found[name] = [torch.cat([w.T, bias[None]]).tolist(), recurrent.tolist()]
    return found


def samples_first(values):
    return {name: value.detach().transpose(0, 1).tolist() for name, value in values.items()}


record = {"torch": torch.__version__, "cases": []}
for kind, make in KINDS.items():
    for shape, how in SHAPES.items():
        module = make(**how)
        parts = how.get("num_layers", 1) * (2 if how.get("bidirectional") else 1)
        x = torch.randn(N, T, INPUTS, requires_grad=True)
        state = {"h": torch.randn(parts, N, SIZE)}
        if kind == "lstm":
            state["c"] = torch.randn(parts, N, SIZE)
        given = (state["h"], state["c"]) if kind == "lstm" else state["h"]
        output, last = module(x, given)
        last = {"h": last[0], "c": last[1]} if kind == "lstm" else {"h": last}
        by = torch.randn_like(output)
        ends = {name: torch.randn_like(value) for name, value in last.items()}
        loss = (output * by).sum() + sum((last[name] * ends[name]).sum() for name in last)
        loss.backward()
        record["cases"].append({
            "kind": kind,
            "shape": shape,
            "layers": how.get("num_layers", 1),
            "bidirectional": how.get("bidirectional", False),
            "x": x.detach().tolist(),
            "state": samples_first(state),
            "weights": weights(module, kind == "gru"),
            "output": output.detach().tolist(),
            "last": samples_first(last),
            "by": by.tolist(),
            "ends": samples_first(ends),
            "gradients": {"x": x.grad.tolist(), **weights(module, kind == "gru", grad=True)},
        })
path = pathlib.Path(__file__).with_name("recurrent.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
