"""Records what PyTorch (2.6, float64) computes, for test/torch.test.ts.

Debian: apt-get install python3-torch, then python3 test/torch/record.py
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def plain(value):
    return value.detach().tolist() if isinstance(value, torch.Tensor) else value


POINTS = torch.tensor([-30.0, -4.5, -1.3, -0.7, -1e-3, 1e-3, 0.2, 0.9, 1.7, 3.1, 8.0, 30.0])
FUNCTIONS = {
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # Without the threshold from which PyTorch takes softplus for the identity.
    "softplus": lambda x: F.softplus(x, threshold=1e9),
    "relu": F.relu,
    "elu": F.elu,
    "erf": torch.erf,
    "abs": torch.abs,
    "square": torch.square,
}


def functions():
    found = {}
    for name, f in FUNCTIONS.items():
        positive = name in ("log", "log1p", "sqrt", "rsqrt")
        x = (POINTS.abs() if positive else POINTS).clone().requires_grad_()
        y = f(x)
        (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        second = torch.zeros(len(x))
        if name not in ("abs", "relu"):
            (second,) = torch.autograd.grad(first.sum(), x)
        found[name] = {"x": plain(x), "values": [plain(y), plain(first), plain(second)]}
    return found


def laws():
    h = torch.randn(5, 4) * 2
    classes = torch.tensor([0, 3, 1, 1, 2])
    bits = torch.tensor([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 1], [0, 1, 0, 1]])
    counts = torch.tensor([[0.0, 3, 1, 7], [2, 2, 0, 1], [5, 0, 12, 1], [1, 1, 1, 1], [0, 4, 2, 0]])
    real = torch.randn(5, 4)
    D = torch.distributions
    logs = {
        "categorical": (classes, lambda h: -F.cross_entropy(h, classes, reduction="none")),
        "bernoulli": (bits, lambda h: D.Bernoulli(logits=h).log_prob(bits).sum(1)),
        "poisson": (counts, lambda h: D.Poisson(h.exp()).log_prob(counts).sum(1)),
        "gaussian": (real, lambda h: D.Normal(h, 0.7).log_prob(real).sum(1)),
        "gaussianWithScale": (
            real[:, :2],
            lambda h: D.Normal(h[:, :2], h[:, 2:].exp()).log_prob(real[:, :2]).sum(1),
        ),
    }
    kl = {
        "categorical": lambda a, b: D.kl_divergence(D.Categorical(logits=a), D.Categorical(logits=b)),
        "bernoulli": lambda a, b: D.kl_divergence(
            D.Bernoulli(logits=a), D.Bernoulli(logits=b)
        ).sum(1),
        "poisson": lambda a, b: D.kl_divergence(D.Poisson(a.exp()), D.Poisson(b.exp())).sum(1),
        "gaussian": lambda a, b: D.kl_divergence(D.Normal(a, 0.7), D.Normal(b, 0.7)).sum(1),
        "gaussianWithScale": lambda a, b: D.kl_divergence(
            D.Normal(a[:, :2], a[:, 2:].exp()), D.Normal(b[:, :2], b[:, 2:].exp())
        ).sum(1),
    }
    other = h + 0.5 * torch.randn(5, 4)
    found = {}
    for name, (y, log_prob) in logs.items():
        at = h.clone().requires_grad_()
        value = log_prob(at)
        (slope,) = torch.autograd.grad(value.sum(), at)
        found[name] = {
            "y": plain(y),
            "logProb": plain(value),
            "grad": plain(slope),
            "kl": plain(kl[name](h, other)),
        }
    return {"h": plain(h), "other": plain(other), "laws": found}


def linear_algebra():
    b = torch.randn(4, 4).requires_grad_()
    c = torch.randn(4, 2).requires_grad_()

    def loss(b, c):
        factor = torch.linalg.cholesky(b @ b.T + torch.eye(4))
        solved = torch.linalg.solve_triangular(factor, c, upper=False)
        return solved.square().sum() + factor.diagonal().log().sum() + factor[3, 1]

    value = loss(b, c)
    slopes = torch.autograd.grad(value, (b, c), create_graph=True)
    v = torch.randn(4, 4)
    (product,) = torch.autograd.grad((slopes[0] * v).sum(), b)
    return {
        **{"b": plain(b), "c": plain(c), "v": plain(v), "loss": plain(value)},
        **{"grads": [plain(slope) for slope in slopes], "hvp": plain(product)},
    }


WIDTHS = (2, 3, 3)
ROWS = 12


def augmented(x):
    return torch.cat([x, torch.ones(len(x), 1)], 1)


def data():
    x = torch.randn(ROWS, WIDTHS[0])
    y = torch.randint(0, WIDTHS[-1], (ROWS,))
    weights = [torch.randn(a + 1, b) / math.sqrt(a + 1) for a, b in zip(WIDTHS, WIDTHS[1:])]
    for w in weights:  # Biases begin as zeros.
        w[-1] = 0
    return x, y, weights


def network(x, y, weights):
    """Gradient, Hessian and exact Fisher information; a bias is the last row of its weight."""
    flat = torch.cat([w.flatten() for w in weights])

    def outputs(flat):
        first, second = flat.split([w.numel() for w in weights])
        hidden = torch.tanh(augmented(x) @ first.view(weights[0].shape))
        return augmented(hidden) @ second.view(weights[1].shape)

    def loss(flat):
        return F.cross_entropy(outputs(flat), y)

    jacobian = torch.autograd.functional.jacobian(outputs, flat)
    p = outputs(flat).softmax(1)
    curvature = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    fisher = torch.einsum("nap,nab,nbq->pq", jacobian, curvature, jacobian) / ROWS
    return {
        **{"loss": plain(loss(flat)), "outputs": plain(outputs(flat))},
        **{"grad": plain(torch.autograd.functional.jacobian(loss, flat))},
        **{"hessian": plain(torch.autograd.functional.hessian(loss, flat))},
        **{"fisher": plain(fisher)},
    }


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.3),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6),
}
L2 = 0.01


def training(x, y, weights):
    """Costs in inference mode after each of six steps on the whole batch, batch normalisation between."""
    found = {}
    for name, make in OPTIMIZERS.items():
        parts = [part.clone().requires_grad_() for w in weights for part in (w[:-1], w[-1])]
        gamma = torch.ones(WIDTHS[1], requires_grad=True)
        beta = torch.zeros(WIDTHS[1], requires_grad=True)
        mean, variance = torch.zeros(WIDTHS[1]), torch.ones(WIDTHS[1])
        optimizer = make([*parts, gamma, beta])

        def cost(training):
            w1, b1, w2, b2 = parts
            hidden = F.elu(x @ w1 + b1)
            if training:
                normal = F.batch_norm(hidden, None, None, gamma, beta, True, 0.1, 1e-3)
                with torch.no_grad():  # The variance of the batch itself, not the estimate n/(n − 1).
                    mean.mul_(0.9).add_(0.1 * hidden.mean(0))
                    variance.mul_(0.9).add_(0.1 * hidden.var(0, unbiased=False))
            else:
                normal = F.batch_norm(hidden, mean, variance, gamma, beta, False, 0.1, 1e-3)
            decay = w1.square().sum() + w2.square().sum()
            return F.cross_entropy(normal @ w2 + b2, y) + L2 / 2 * decay

        costs = []
        for _ in range(6):
            optimizer.zero_grad()
            cost(True).backward()
            optimizer.step()
            with torch.no_grad():
                costs.append(plain(cost(False)))
        found[name] = costs
    return found


x, y, weights = data()
record = {
    "torch": torch.__version__,
    "functions": functions(),
    "responses": laws(),
    "linear": linear_algebra(),
    "data": {"x": plain(x), "y": plain(y), "weights": [plain(w) for w in weights]},
    "network": network(x, y, weights),
    "training": training(x, y, weights),
}
path = pathlib.Path(__file__).with_name("recorded.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
