"""Records trajectories of optimizers (PyTorch 2.6, float64), for test/torchOptimizers.test.ts.

SGD, ADAM and its relatives, AdaGrad, RMSprop and LBFGS are PyTorch's. Lion (Chen et al. 2023, algorithm 2), Muon (Jordan 2024), Shampoo
(Gupta et al. 2018), SOAP (Vyas et al. 2024, algorithm 3), Adafactor (Shazeer and Stern 2018, algorithm 4), LAMB (You et al. 2020, algorithm
2), averages, sharpness-aware minimization, schedules and the self-scaled Broyden method (Urban et al. 2025, with PyTorch's line search) are
written here from their formulas.
Debian: apt-get install python3-torch, then python3 test/torch/optimizers.py
"""

import json
import math
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


def library(kind, **options):
    w = W.clone().requires_grad_()
    optimizer = kind([w], **options)
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


def lamb(w, g, state, step):
    t = step + 1
    state["m"] = 0.9 * state.get("m", torch.zeros_like(g)) + 0.1 * g
    state["v"] = 0.99 * state.get("v", torch.zeros_like(g)) + 0.01 * g**2
    r = state["m"] / (1 - 0.9**t) / ((state["v"] / (1 - 0.99**t)).sqrt() + 1e-6) + 0.1 * w
    return 0.02 * w.norm() / r.norm() * r


def adafactor(w, g, state, step):
    t = step + 1
    beta = 1 - t**-0.8
    squares = g**2 + 1e-30
    rows, columns = squares.sum(1), squares.sum(0)
    state["r"] = beta * state.get("r", 0) + (1 - beta) * rows
    state["c"] = beta * state.get("c", 0) + (1 - beta) * columns
    u = g / (torch.outer(state["r"], state["c"]) / state["r"].sum()).sqrt()
    u = u / max(1, u.pow(2).mean().sqrt().item())
    return max(1e-3, w.pow(2).mean().sqrt().item()) * min(0.05, t**-0.5) * u


def inverse_root(f, power, epsilon):
    values, vectors = torch.linalg.eigh(f + epsilon * torch.eye(len(f)))
    return vectors @ (values ** (-1 / power)).diag() @ vectors.T


def shampoo(graft, beta, every, mu):
    def update(w, g, state, step):
        weight = 1 if beta == 1 else 1 - beta
        for name, now in [("l", g @ g.T), ("r", g.T @ g), ("s", g**2)]:
            state[name] = beta * state.get(name, torch.zeros_like(now)) + weight * now
        whole = 1 if beta == 1 else 1 - beta ** (step + 1)
        if step % every == 0:
            state["left"] = inverse_root(state["l"] / whole, 4, 1e-6)
            state["right"] = inverse_root(state["r"] / whole, 4, 1e-6)
        u = state["left"] @ g @ state["right"]
        if graft:
            u = u * (g / ((state["s"] / whole).sqrt() + 1e-6)).norm() / u.norm()
        state["velocity"] = mu * state.get("velocity", torch.zeros_like(g)) + u
        return 0.1 * state["velocity"]

    return update


def walk(update):
    """As `follow`, for updates that read the weights."""
    w, state, points = W.clone(), {}, []
    for step in range(STEPS):
        w = w - update(w, slope(w), state, step)
        points.append(w.tolist())
    return points


def averages(rule):
    """The evaluated points of SGD with the learning rate 0.1; rule(t, w after, average, w before) gives both anew."""
    w, average, points = W.clone(), W.clone(), []
    for t in range(1, STEPS + 1):
        w, average = rule(t, w - 0.1 * slope(w), average, w)
        points.append(average.tolist())
    return points


def ema(t, w, x, _):
    beta = min(0.6, t / (9 + t))
    return w, beta * x + (1 - beta) * w


def polynomial(t, w, x, _):
    return w, (1 - 4 / (t + 3)) * x + 4 / (t + 3) * w


def lookahead(t, w, x, _):
    if t % 4:
        return w, x
    slow = x + 0.4 * (w - x)
    return slow, slow


def schedule_free():
    x = z = W.clone()
    points = []
    for t in range(STEPS):
        z = z - 0.1 * slope(0.2 * z + 0.8 * x)
        x = (1 - 1 / (t + 1)) * x + 1 / (t + 1) * z
        points.append(x.tolist())
    return points


def sam(w, g, _state, _step):
    return 0.1 * slope(w + 0.3 * g / g.norm())


def cosine(begin, end, share):
    return end + (begin - end) / 2 * (1 + math.cos(math.pi * share))


def one_cycle(p):
    return cosine(0.1, 1, p / 0.3) if p < 0.3 else cosine(1, 0.01, (p - 0.3) / 0.7)


def factors(schedule):
    return [schedule(t / STEPS) for t in range(STEPS)]


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
    "schedules": {
        "constant": factors(lambda p: 1),
        "linear": factors(lambda p: 1 - 0.8 * p),
        "cosine": factors(lambda p: cosine(1, 0.1, p)),
        "exponential": factors(lambda p: 0.04**p),
        "oneCycle": factors(one_cycle),
        "piecewise": factors(lambda p: 1 if p < 0.5 else 0.1 if p < 0.75 else 0.01),
        "warmup": factors(lambda p: p / 0.2 if p < 0.2 else cosine(1, 0, (p - 0.2) / 0.8)),
    },
    "paths": {
        "sgd": library(torch.optim.SGD, lr=0.3),
        "momentum": library(torch.optim.SGD, lr=0.1, momentum=0.8),
        "nesterov": library(torch.optim.SGD, lr=0.1, momentum=0.8, nesterov=True),
        "adam": library(torch.optim.Adam, lr=0.05, betas=(0.8, 0.95)),
        "adamw": library(torch.optim.AdamW, lr=0.05, weight_decay=0.3),
        "nadam": library(torch.optim.NAdam, lr=0.05, momentum_decay=0.1),
        "radam": library(torch.optim.RAdam, lr=0.05),
        "shortRadam": library(torch.optim.RAdam, lr=0.05, betas=(0.9, 0.8)),
        "adagrad": library(torch.optim.Adagrad, lr=0.1),
        "adafactor": walk(adafactor),
        "lamb": walk(lamb),
        "shampoo": walk(shampoo(True, 1, 3, 0.5)),
        "plainShampoo": walk(shampoo(False, 1, 1, 0)),
        "meanShampoo": walk(shampoo(True, 0.9, 2, 0)),
        "sam": walk(sam),
        "ema": averages(ema),
        "polynomialAverage": averages(polynomial),
        "lookahead": averages(lookahead),
        "scheduleFree": schedule_free(),
        "rmsprop": library(torch.optim.RMSprop, lr=0.02, alpha=0.9),
        "centeredRmsprop": library(torch.optim.RMSprop, lr=0.01, alpha=0.9, eps=1e-4, momentum=0.8, centered=True),
        "lion": follow(lion),
        "muon": follow(muon),
        "soap": follow(soap((0, 1), 3)),
        "oneSidedSoap": follow(soap((1,), 3)),
    },
}
path = pathlib.Path(__file__).with_name("optimizers.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
