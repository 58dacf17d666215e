"""Records what PyTorch's modules (2.6, float64) give, for test/torchModules.test.ts.

Debian: apt-get install python3-torch, then python3 test/torch/modules.py
Weights of dense maps are written as [in + 1, out] with the bias in the last row.
"""

import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
N, T, S, D, HEADS, WIDTH = 2, 3, 2, 4, 2, 5


def plain(value):
    return value.detach().tolist()


def affine(weight, bias):
    return plain(torch.cat([weight.T, bias[None]], 0))


def scatter(module):
    """Parameters away from the values that they begin with."""
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn_like(p) / 2)
    return module


def norm(module, path):
    return {path + "scale": plain(module.weight), path + "offset": plain(module.bias)}


def attention(module, path):
    if module.in_proj_weight is None:
        weights = [module.q_proj_weight, module.k_proj_weight, module.v_proj_weight]
    else:
        weights = module.in_proj_weight.chunk(3)
    names = zip(("query", "key", "value"), weights, module.in_proj_bias.chunk(3))
    found = {path + name: affine(w, b) for name, w, b in names}
    return {**found, path + "out": affine(module.out_proj.weight, module.out_proj.bias)}


def layer(module, memory):
    found = {**attention(module.self_attn, "attention/"), **norm(module.norm1, "attentionNorm/")}
    if memory:
        found |= attention(module.multihead_attn, "memoryAttention/")
        found |= norm(module.norm2, "memoryNorm/")
    last = module.norm3 if memory else module.norm2
    found |= {"expand/w": affine(module.linear1.weight, module.linear1.bias)}
    found |= {"contract/w": affine(module.linear2.weight, module.linear2.bias)}
    return {**found, **norm(last, "feedNorm/")}


def case(parameters, inputs, give):
    """The output y, and the gradient of Σ y³ by the inputs that are floats."""
    for x in inputs.values():
        x.requires_grad_(x.is_floating_point())
    y = give(**inputs)
    floats = [x for x in inputs.values() if x.requires_grad]
    slopes = torch.autograd.grad(y.pow(3).sum(), floats) if floats else []
    return {
        "parameters": parameters,
        "inputs": {name: plain(x.to(torch.float64)) for name, x in inputs.items()},
        "output": plain(y),
        "gradients": [plain(slope) for slope in slopes],
    }


def norms():
    found = {}
    for name, module, shape in (
        ("layerNorm", nn.LayerNorm(D), (N, T, D)),
        ("groupNorm", nn.GroupNorm(2, D), (N, D, 2, 3)),
        ("instanceNorm", nn.InstanceNorm2d(D, affine=True), (N, D, 2, 3)),
        ("batchNorm", nn.BatchNorm2d(D), (N, D, 2, 3)),
    ):
        scatter(module)
        found[name] = case(norm(module, ""), {"query": torch.randn(shape)}, lambda query: module(query))
    module = scatter(nn.RMSNorm(D))
    # Its default of ε is that of the type, float64 here.
    module.eps = 2.0**-23
    x = {"query": torch.randn(N, T, D)}
    found["rmsNorm"] = case({"scale": plain(module.weight)}, x, lambda query: module(query))
    return found


def attentions():
    causal = torch.ones(T, T, dtype=torch.bool).triu(1)
    own = scatter(nn.MultiheadAttention(D, HEADS, batch_first=True))
    cross = scatter(nn.MultiheadAttention(D, HEADS, kdim=3, vdim=3, batch_first=True))
    padding = torch.tensor([[False, True], [False, False]])
    return {
        "attention": case(
            attention(own, ""), {"query": torch.randn(N, T, D)}, lambda query: own(query, query, query)[0]
        ),
        "causalAttention": case(
            attention(own, ""),
            {"query": torch.randn(N, T, D)},
            lambda query: own(query, query, query, attn_mask=causal)[0],
        ),
        "crossAttention": case(
            attention(cross, ""),
            {"query": torch.randn(N, T, D), "memory": torch.randn(N, S, 3), "padding": padding},
            lambda query, memory, padding: cross(query, memory, memory, key_padding_mask=padding)[0],
        ),
    }


def layers():
    causal = torch.ones(T, T, dtype=torch.bool).triu(1)
    found = {}
    for first in (False, True):
        options = dict(dropout=0.0, batch_first=True, norm_first=first)
        encoder = scatter(nn.TransformerEncoderLayer(D, HEADS, WIDTH, **options))
        decoder = scatter(nn.TransformerDecoderLayer(D, HEADS, WIDTH, **options))
        name = "First" if first else ""
        found["encoder" + name] = case(
            layer(encoder, False),
            {"query": torch.randn(N, T, D)},
            lambda query: encoder(query, src_mask=causal) if first else encoder(query),
        )
        found["decoder" + name] = case(
            layer(decoder, True),
            {"query": torch.randn(N, T, D), "memory": torch.randn(N, S, D)},
            lambda query, memory: decoder(query, memory, tgt_mask=causal),
        )
    return found


record = {"torch": torch.__version__, **norms(), **attentions(), **layers()}
path = pathlib.Path(__file__).with_name("modules.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
