"""Records trajectories of optimizers (PyTorch 2.6, float64), for test/torchOptimizers.test.ts.

LBFGS and RMSprop are PyTorch's. Lion (Chen et al. 2023, algorithm 2), Muon (Jordan 2024), SOAP (Vyas et al. 2024, algorithm 3)
and the self-scaled Broyden method (Urban et al. 2025, with PyTorch's line search) are written here from their formulas.
Debian: apt-get install python3-torch, then python3 test/torch/optimizers.py
"""

import json
import pathlib

import torch
from torch.optim.lbfgs import _strong_wolfe

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)
STEPS = 20


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


A = torch.randn(8, 5) * torch.tensor([1.0, 3.0, 0.3, 1.0, 5.0])
B = A @ torch.tensor([1.0, -2.0, 3.0, 0.5, 0.1])


def squares(x):
    return ((A @ x - B) ** 2).mean()


def lbfgs(loss, start, memory, iterations):
    """The accepted points, and the evaluations until the loss is 1e-10."""
    x = torch.tensor(start, requires_grad=True)
    losses = []

    def closure():
        optimizer.zero_grad()
        value = loss(x)
        value.backward()
        losses.append(value.item())
        return value

    options = dict(history_size=memory, line_search_fn="strong_wolfe", tolerance_grad=0)
    options |= dict(tolerance_change=1e-12, max_eval=10**6)
    optimizer = torch.optim.LBFGS([x], max_iter=10**4, **options)
    optimizer.step(closure)
    reached = next(at for at, value in enumerate(losses) if value <= 1e-10)
    with torch.no_grad():
        x.copy_(torch.tensor(start))
    optimizer = torch.optim.LBFGS([x], max_iter=1, **options)
    points = []
    for _ in range(iterations):
        optimizer.step(closure)
        points.append(x.tolist())
    return {"start": start, "memory": memory, "evaluations": reached + 1, "points": points}


def broyden(loss, start, iterations):
    """SSBroyden: H from I, theta between its bounds, tau and phi as in the paper."""

    def at(point):
        point = point.clone().requires_grad_()
        value = loss(point)
        return value.item(), torch.autograd.grad(value, point)[0]

    x = torch.tensor(start)
    n = len(start)
    inverse = torch.eye(n)
    value, g = at(x)
    points = []
    for k in range(iterations):
        d = -inverse @ g
        t = min(1.0, 1 / g.abs().sum().item()) if k == 0 else 1.0
        new, g_new, t, _ = _strong_wolfe(lambda x, t, d: at(x + t * d), x, t, d, value, g, g @ d)
        s, y = t * d, g_new - g
        u = inverse @ y
        sy, yu = s @ y, y @ u
        h, b = yu / sy, -t * (s @ g) / sy
        a = h * b - 1
        c = (a / (1 + a)).sqrt()
        low = min(1.0, h * (1 - c))
        theta = max((low - 1) / a, min(1 / low, (1 - b) / b))
        sigma = 1 + a * theta
        root = sigma ** (1 / (1 - n))
        first = min(1.0, 1 / b)
        tau = first * min(root, 1 / theta) if theta > 0 else min(first * root, sigma)
        phi = (1 - theta) / sigma
        v = s / sy - u / yu
        inverse = (inverse - torch.outer(u, u) / yu + phi * yu * torch.outer(v, v)) / tau
        inverse += torch.outer(s, s) / sy
        x, value, g = x + s, new, g_new
        points.append(x.tolist())
    return {"start": start, "points": points}


X = torch.cat([torch.randn(9, 3), torch.ones(9, 1)], 1)
Y = torch.randn(9, 3).tanh()
W = torch.randn(4, 3) / 2


def slope(w):
    w = w.detach().requires_grad_()
    return torch.autograd.grad(((X @ w).tanh() - Y).pow(2).mean(), w)[0]


def follow(update):
    w, state, points = W.clone(), {}, []
    for step in range(STEPS):
        w = w - update(slope(w), state, step)
        points.append(w.tolist())
    return points


def rmsprop(**options):
    w = W.clone().requires_grad_()
    optimizer = torch.optim.RMSprop([w], **options)
    points = []
    for _ in range(STEPS):
        w.grad = slope(w)
        optimizer.step()
        points.append(w.detach().tolist())
    return points


def lion(g, state, _):
    m = state.get("m", torch.zeros_like(g))
    state["m"] = 0.99 * m + 0.01 * g
    return 0.03 * (0.9 * m + 0.1 * g).sign()


def muon(g, state, _):
    m = state["m"] = 0.95 * state.get("m", torch.zeros_like(g)) + 0.05 * g
    # PyTorch's weights are the transpose: [out, in].
    x = (0.05 * g + 0.95 * m).T
    wide = x.size(0) <= x.size(1)
    x = x if wide else x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        p = x @ x.T
        x = 3.4445 * x + (-4.775 * p + 2.0315 * p @ p) @ x
    x = x if wide else x.T
    return 0.02 * max(1, x.size(0) / x.size(1)) ** 0.5 * x.T


def soap(sides, every):
    beta, rate = 0.95, 0.01

    def update(g, state, step):
        factors = state.setdefault("factors", [torch.zeros(size, size) for size in g.shape])
        outer = [g @ g.T, g.T @ g]
        for factor, now in zip(factors, outer):
            factor.mul_(beta).add_(now, alpha=1 - beta)
        if step == 0:
            eye = [torch.eye(size) for size in g.shape]
            bases = [torch.linalg.eigh(f).eigenvectors.flip(1) for f in factors]
            state["bases"] = [q if side in sides else e for side, (q, e) in enumerate(zip(bases, eye))]
            state["m"], state["v"] = torch.zeros_like(g), torch.zeros_like(g)
            return torch.zeros_like(g)
        left, right = state["bases"]
        state["m"] = beta * state["m"] + (1 - beta) * g
        state["v"] = beta * state["v"] + (1 - beta) * (left.T @ g @ right) ** 2
        turned = left.T @ state["m"] @ right / (state["v"].sqrt() + 1e-8)
        pace = rate * (1 - beta**step) ** 0.5 / (1 - beta**step)
        if step % every == 0:
            for side in sides:
                q, f = state["bases"][side], factors[side]
                order = (q.T @ f @ q).diagonal().argsort(descending=True)
                state["v"] = state["v"].index_select(side, order)
                state["bases"][side] = torch.linalg.qr(f @ q[:, order]).Q
        return pace * left @ turned @ right.T

    return update


record = {
    "torch": torch.__version__,
    "squares": {"a": A.tolist(), "b": B.tolist()},
    "layer": {"x": X.tolist(), "y": Y.tolist(), "w": W.tolist()},
    "lbfgs": {
        "rosenbrock": lbfgs(rosenbrock, [-1.2, 1.0], 10, 30),
        "longRosenbrock": lbfgs(rosenbrock, [0.3, 1.0, 0.4, 0.7, 1.3, 0.2], 3, 20),
        "oneRow": lbfgs(rosenbrock, [-1.2, 1.0], 1, 10),
        "squares": lbfgs(squares, [0.0] * 5, 10, 8),
    },
    "ssbroyden": {
        "rosenbrock": broyden(rosenbrock, [-1.2, 1.0], 20),
        "squares": broyden(squares, [0.0] * 5, 8),
    },
    "paths": {
        "rmsprop": rmsprop(lr=0.02, alpha=0.9),
        "centeredRmsprop": rmsprop(lr=0.01, alpha=0.9, eps=1e-4, momentum=0.8, centered=True),
        "lion": follow(lion),
        "muon": follow(muon),
        "soap": follow(soap((0, 1), 3)),
        "oneSidedSoap": follow(soap((1,), 3)),
    },
}
path = pathlib.Path(__file__).with_name("optimizers.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
