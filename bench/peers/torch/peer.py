"""
Solves problems with PyTorch on the device of its argument, by the lines that openblas/main.c
describes: KIND INTEGERS... (operands in the file `in`), `answer` (into the file `out`), `time COUNT`.
"""

import ctypes
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"not here: python3 has no torch ({error})", flush=True)
    sys.exit()

DEVICE = torch.device(sys.argv[1])
if DEVICE.type == "cuda" and not torch.cuda.is_available():
    print(f"not here: torch {torch.__version__} sees no CUDA device", flush=True)
    sys.exit()

if DEVICE.type == "cpu":
    torch.set_num_threads(1)

# Products in float32, as everybody else's; TF32 has 10 bits of mantissa.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


class Operands:
    """The numbers of the file, one operand after another."""

    def __init__(self):
        with open("in", "rb") as file:
            self.values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
        self.at = 0

    def take(self, *shape):
        size = torch.Size(shape).numel()
        part = self.values[self.at : self.at + size].reshape(shape)
        self.at += size
        return part.to(DEVICE)


def product(sizes, operands):
    m, k, n, transposed = sizes
    a = operands.take(*((k, m) if transposed else (m, k)))
    b = operands.take(k, n)
    left = a.T if transposed else a
    return (lambda: left @ b), None


def tiny(sizes, operands):
    count, size = sizes
    a = operands.take(size, size)
    x = operands.take(size, size)

    def run():
        y = x
        for _ in range(count):
            y = y @ a
        return y

    return run, None


def blocks(sizes, operands):
    count, n, d = sizes
    shift = operands.take(1)
    x = operands.take(n, d)
    nu = operands.take(count, n)

    def run():
        grams = torch.matmul((x * (nu / n).unsqueeze(-1)).mT, x)
        grams.diagonal(dim1=-2, dim2=-1).add_(shift)
        return torch.linalg.cholesky(grams)

    return run, None


class Network:
    """A relu network and its batch; layers are W [in + 1, out], offsets in the last row."""

    def __init__(self, sizes, operands):
        batch, self.steps, layers, *widths = sizes
        assert layers == len(widths) - 1
        self.learning_rate = operands.take(1).item()
        self.x = operands.take(batch, widths[0])
        self.labels = operands.take(batch, widths[-1]).argmax(dim=1)
        self.weights = [operands.take(i, o) for i, o in zip(widths, widths[1:])]
        self.offsets = [torch.zeros(o, device=DEVICE) for o in widths[1:]]
        self.batch = batch


def step(sizes, operands):
    adam, *rest = sizes
    network = Network(rest, operands)
    layers = list(zip(network.weights, network.offsets))
    parameters = [one.requires_grad_() for layer in layers for one in layer]
    if adam:
        optimizer = torch.optim.Adam(parameters, lr=network.learning_rate, eps=1e-8)
    else:
        optimizer = torch.optim.SGD(parameters, lr=network.learning_rate)

    def run():
        h = network.x
        for at, (w, b) in enumerate(layers):
            h = torch.addmm(b, h, w)
            if at < len(layers) - 1:
                h = torch.relu(h)
        loss = F.cross_entropy(h, network.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return run, network.steps


def natural(sizes, operands):
    """W <- W - lr v, v <- mu v + X'(n lambda I + XX')^-1 D, X with a column of ones, D = n dL/d(XW)."""
    damping, momentum = operands.take(2).tolist()
    network = Network(sizes, operands)
    n = network.batch
    weights = [
        torch.cat([w, b.unsqueeze(0)]) for w, b in zip(network.weights, network.offsets)
    ]
    velocities = [torch.zeros_like(w) for w in weights]
    ones = torch.ones(n, 1, device=DEVICE)
    shift = n * damping * torch.eye(n, device=DEVICE)

    def run():
        h = network.x
        rows, outputs = [], []
        for at, w in enumerate(weights):
            x = torch.cat([h, ones], dim=1)
            t = x @ w
            if at == 0:
                t.requires_grad_()
            rows.append(x.detach())
            outputs.append(t)
            h = torch.relu(t) if at < len(weights) - 1 else t
        loss = F.cross_entropy(h, network.labels)
        deltas = torch.autograd.grad(loss, outputs)
        for x, delta, v, w in zip(rows, deltas, velocities, weights):
            factor = torch.linalg.cholesky(torch.addmm(shift, x, x.T))
            v.mul_(momentum).addmm_(x.T, torch.cholesky_solve(n * delta, factor))
            w.sub_(v, alpha=network.learning_rate)
        return loss.detach()

    return run, network.steps


class Model:
    """A model of the suite `models`: weights from the file as they are asked for, in the order of the file."""

    def __init__(self, sizes, operands):
        adam, self.steps, rows, classes, rank, *shape = sizes
        assert rank == len(shape)
        learning_rate = operands.take(1).item()
        self.x = operands.take(*shape)
        self.targets = operands.take(rows, classes).argmax(dim=1)
        self.operands = operands
        self.parameters = []
        self.adam = adam
        self.learning_rate = learning_rate

    def parameter(self, values):
        self.parameters.append(values.requires_grad_())
        return values

    def weight(self, *shape):
        return self.parameter(self.operands.take(*shape))

    def filled(self, size, value=0.0):
        return self.parameter(torch.full((size,), value, device=DEVICE))

    def dense(self, inputs, outputs):
        w, b = self.weight(inputs, outputs), self.filled(outputs)
        return lambda h: torch.addmm(b, h, w)

    def trained(self, forward):
        if self.adam:
            optimizer = torch.optim.Adam(self.parameters, lr=self.learning_rate, eps=1e-8)
        else:
            optimizer = torch.optim.SGD(self.parameters, lr=self.learning_rate)

        def run():
            loss = F.cross_entropy(forward(self.x), self.targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.detach()

        return run, self.steps


def lenet(sizes, operands):
    model = Model(sizes, operands)

    def stage(outputs, inputs):
        w, b = model.weight(outputs, inputs, 5, 5), model.filled(outputs)
        return lambda h: F.max_pool2d(F.relu(F.conv2d(h, w, b)), 2)

    first, second = stage(6, 1), stage(16, 6)
    dense = [model.dense(i, o) for i, o in ((256, 120), (120, 84), (84, 10))]

    def forward(x):
        h = second(first(x)).flatten(1)
        return dense[2](F.relu(dense[1](F.relu(dense[0](h)))))

    return model.trained(forward)


def residual(sizes, operands):
    model = Model(sizes, operands)

    def normalised(outputs, inputs, kernel, stride):
        w = model.weight(outputs, inputs, kernel, kernel)
        scale, offset = model.filled(outputs, 1.0), model.filled(outputs)
        mean, variance = torch.zeros(outputs, device=DEVICE), torch.ones(outputs, device=DEVICE)

        def apply(h):
            h = F.conv2d(h, w, stride=stride, padding=kernel // 2)
            return F.batch_norm(h, mean, variance, scale, offset, training=True)

        return apply

    def block(inputs, outputs, stride):
        first, second = normalised(outputs, inputs, 3, stride), normalised(outputs, outputs, 3, 1)
        projection = normalised(outputs, inputs, 1, stride) if inputs != outputs else lambda h: h
        return lambda h: F.relu(second(F.relu(first(h))) + projection(h))

    stem = normalised(16, 3, 3, 1)
    blocks = [block(16, 16, 1), block(16, 32, 2), block(32, 64, 2)]
    head = model.dense(64, 10)

    def forward(x):
        h = F.relu(stem(x))
        for apply in blocks:
            h = apply(h)
        return head(h.mean(dim=(2, 3)))

    return model.trained(forward)


def lstm(sizes, operands):
    """With the library's own LSTM, whose second bias is fixed at 0."""
    model = Model(sizes, operands)
    _, _, inputs = model.x.shape
    units = 128
    w = model.parameter(operands.take(inputs, 4 * units).T.contiguous())
    u = model.parameter(operands.take(units, 4 * units).T.contiguous())
    b = model.filled(4 * units)
    fixed = torch.zeros(4 * units, device=DEVICE)
    begin = torch.zeros(1, model.x.shape[0], units, device=DEVICE)
    head = model.dense(units, 10)

    def forward(x):
        weights = [w, u, b, fixed]
        _, h, _ = torch.lstm(x, (begin, begin), weights, True, 1, 0.0, True, False, True)
        return head(h[0])

    return model.trained(forward)


def transformer(sizes, operands):
    model = Model(sizes, operands)
    batch, turns, features = model.x.shape
    heads = 4
    query, key, value, out = (model.dense(features, features) for _ in range(4))
    expand, contract = model.dense(features, 512), model.dense(512, features)
    norms = [(model.filled(features, 1.0), model.filled(features)) for _ in range(2)]
    head = model.dense(features, 64)

    def normalised(h, norm):
        return F.layer_norm(h, (features,), *norm)

    def forward(x):
        h = x.reshape(-1, features)
        q, k, v = (
            part(h).reshape(batch, turns, heads, -1).transpose(1, 2) for part in (query, key, value)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = normalised(h + out(mixed.transpose(1, 2).reshape(-1, features)), norms[0])
        return head(normalised(h + contract(F.relu(expand(h))), norms[1]))

    return model.trained(forward)


KINDS = {
    "LeNet": lenet,
    "ResNet-8": residual,
    "LSTM": lstm,
    "transformer": transformer,
    "product": product,
    "tiny": tiny,
    "blocks": blocks,
    "step": step,
    "natural": natural,
}


def wait():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def write(values):
    with open("out", "wb") as file:
        floats = values.cpu().contiguous()
        file.write(ctypes.string_at(floats.data_ptr(), 4 * floats.numel()))


def main():
    run, steps = None, None
    where = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "the processor"
    print(f"{torch.__version__}, eager, on {where}", flush=True)
    for line in sys.stdin:
        word, *sizes = line.split()
        if word == "answer":
            write(run() if steps is None else torch.stack([run() for _ in range(steps)]))
            print("written", flush=True)
        elif word == "time":
            wait()
            begun = time.perf_counter()
            for _ in range(int(sizes[0])):
                run()
            wait()
            print(f"{time.perf_counter() - begun:.9e}", flush=True)
        else:
            run = None
            run, steps = KINDS[word]([int(size) for size in sizes], Operands())
            print("ready", flush=True)


main()
