"""Records log-probabilities and divergences of laws (torch.distributions 2.6, float64), for test/torchLaws.test.ts.

Debian: apt-get install python3-torch, then python3 test/torch/laws.py
"""

import json
import math
import pathlib

import torch
import torch.distributions as D

torch.set_default_dtype(torch.float64)

H = torch.tensor([[0.4, -1.2, 0.3, 0.8], [1.1, 0.2, -0.7, -0.4], [-0.9, 0.6, 1.5, 0.1]])
G = H.flip(0) * 0.7 + 0.1
REAL = torch.tensor([[0.3, -2.0], [1.7, 0.4], [-0.2, 5.0]])
POSITIVE = REAL.abs() + 0.2
UNIT = torch.tensor([[0.2, 0.9], [0.5, 0.03], [0.77, 0.4]])
COUNTS = torch.tensor([[0.0, 3.0], [2.0, 1.0], [4.0, 0.0]])
SPLITS = torch.tensor([[0.0, 1, 0, 3], [2.0, 1, 1, 0], [0.0, 0, 4, 0]])
SHARES = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.15, 0.05], [0.25, 0.25, 0.25, 0.25]])
LABELS = torch.tensor([2, 0, 3])


def halves(h):
    return h[:, :2], h[:, 2:]


def row(make, y, h=H, other=G, kl=True):
    """ln p of each row, and KL to the law at other values where torch has it."""
    found = {"h": h.tolist(), "y": y.tolist()}
    logs = make(h).log_prob(y)
    found["logProb"] = (logs.sum(1) if logs.dim() == 2 else logs).tolist()
    if kl:
        apart = D.kl_divergence(make(h), make(other))
        found["other"] = other.tolist()
        found["kl"] = (apart.sum(1) if apart.dim() == 2 else apart).tolist()
    return found


def scaled(kind):
    return lambda h: kind(halves(h)[0], halves(h)[1].exp())


def root(h):
    """P of h = (mean, ln diagonal, below) for two responses."""
    p = torch.diag_embed(h[:, 2:4].exp())
    p[:, 1, 0] = h[:, 4]
    return p


def joint(h):
    p = root(h)
    return D.MultivariateNormal(h[:, :2], precision_matrix=p @ p.transpose(1, 2))


def von_mises(h, y):
    """With torch's scaled Bessel function: that of D.VonMises is exact to 1e-7 only."""
    a, b = halves(h)
    k = (a**2 + b**2).sqrt()
    log_partition = torch.special.i0e(k).log() + k + math.log(2 * math.pi)
    logs = (a * y.cos() + b * y.sin() - log_partition).sum(1)
    return {"h": h.tolist(), "y": y.tolist(), "logProb": logs.tolist()}


SIGMA = torch.tensor([[1.0, 0.5], [0.5, 2.0]])
H2, G2 = H[:, :2], G[:, :2]
H5 = torch.cat([H, torch.tensor([[0.5], [-0.3], [0.2]])], 1)
G5 = H5.flip(0) * 0.5
loss = torch.nn.functional.cross_entropy
WEIGHTS = [1.0, 2.0, 0.5, 3.0]

record = {
    "torch": torch.__version__,
    "laws": {
        "laplace": row(lambda h: D.Laplace(h, torch.tensor(0.6)), REAL, H2, G2),
        "laplaceWithScale": row(scaled(D.Laplace), REAL),
        "studentT": row(lambda h: D.StudentT(5.0, h, torch.tensor(0.6)), REAL, H2, kl=False),
        "studentTWithScale": row(lambda h: D.StudentT(3.0, halves(h)[0], halves(h)[1].exp()), REAL, kl=False),
        "exponential": row(lambda h: D.Exponential(h.exp()), POSITIVE, H2, G2),
        "gamma": row(lambda h: D.Gamma(*[x.exp() for x in halves(h)]), POSITIVE),
        "beta": row(lambda h: D.Beta(*[x.exp() for x in halves(h)]), UNIT),
        "vonMises": von_mises(torch.cat([H, 10 * H]), torch.cat([REAL, REAL])),
        "dirichlet": row(lambda h: D.Dirichlet(h.exp()), SHARES),
        "binomial": row(lambda h: D.Binomial(4, logits=h), COUNTS, H2, G2),
        "multinomial": row(lambda h: D.Multinomial(4, logits=h), SPLITS, kl=False),
        "negativeBinomial": row(
            lambda h: D.NegativeBinomial(1.5, logits=h - torch.tensor(1.5).log()), COUNTS, H2, kl=False
        ),
        "gaussianCovariance": row(lambda h: D.MultivariateNormal(h, SIGMA), REAL, H2, G2),
        "gaussianWithCovariance": row(joint, REAL, H5, G5),
        "smoothed": {
            "h": H.tolist(),
            "y": LABELS.tolist(),
            "logProb": (-loss(H, LABELS, label_smoothing=0.1, reduction="none")).tolist(),
        },
        "weighted": {
            "h": H.tolist(),
            "y": LABELS.tolist(),
            "logProb": (-loss(H, LABELS, weight=torch.tensor(WEIGHTS), reduction="none")).tolist(),
        },
        "soft": {"h": H.tolist(), "y": SHARES.tolist(), "logProb": (-loss(H, SHARES, reduction="none")).tolist()},
    },
}
path = pathlib.Path(__file__).with_name("laws.json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
