import { equal, mul, where } from "@metrigrad/graph";
import test from "tape";
import {
  chain,
  mapDirections,
  momentum,
  reject,
  rngd,
  scale,
  type Transform,
} from "../../src/index.ts";
import { classifier, follow, gap, inputs, labels, train } from "../problem.ts";

const batch = { x: inputs, y: labels };
const batches = [batch, batch];

test("reject: a step that raises the batch's loss leaves parameters and state as they were", async (t) => {
  const wild = chain(momentum(0.9), scale(1000), reject());
  const run = await follow(classifier(), wild, batches);
  for (const name of ["dense0/w", "dense1/w"]) {
    t.equal(gap(run[2]?.get(name), run[0]?.get(name)), 0, name);
    const velocity = run[2]?.get(`optimizer/velocity/${name}`) ?? [1];
    t.ok(
      velocity.every((value) => value === 0),
      "its velocity",
    );
  }
});

test("reject: momentum begins again after a rejected step, so that the next one may succeed", async (t) => {
  // The learning rate of the second step is wild.
  const wild = {
    name: "wild at step 1",
    settings: {},
    transform: (step, { step: at }) =>
      mapDirections(step, (u) => mul(u, where(equal(at, 1), 1e4, 1))),
  } satisfies Transform;
  const run = await follow(
    classifier(),
    chain(wild, momentum(0.9), scale(0.1), reject()),
    new Array(4).fill(batch),
  );
  const at = (step: number, name = "dense0/w") => run[step]?.get(name);
  t.ok(gap(at(1), at(0)) > 0, "the first step is taken");
  t.equal(gap(at(2), at(1)), 0, "the second is not");
  t.ok(
    at(2, "optimizer/velocity/dense0/w")?.every((value) => value === 0),
    "its velocity",
  );
  const plain = await follow(classifier(), chain(scale(0.1)), new Array(1).fill(batch));
  t.equal(gap(at(1), plain[1]?.get("dense0/w")), 0);
  t.ok(gap(at(3), at(2)) > 0, "the third is taken");
});

test("reject: a step to where the loss is NaN is undone", async (t) => {
  const broken = chain(scale(Number.MAX_VALUE), scale(Number.MAX_VALUE), reject());
  const run = await follow(classifier(), broken, batches);
  t.equal(gap(run[2]?.get("dense0/w"), run[0]?.get("dense0/w")), 0);
});

test("reject: steps that lower the loss, or raise it by less than the bound, are taken", async (t) => {
  const plain = await follow(classifier(), chain(scale(0.2)), batches);
  const judged = await follow(classifier(), chain(reject(), scale(0.2)), batches);
  t.ok(gap(judged[2]?.get("dense0/w"), plain[2]?.get("dense0/w")) < 1e-15);
  const wild = chain(scale(30));
  const bold = await follow(classifier(), wild, batches);
  const patient = await follow(classifier(), chain(scale(30), reject(1e6)), batches);
  t.equal(gap(patient[2]?.get("dense0/w"), bold[2]?.get("dense0/w")), 0);
});

test("reject: with it the loss of one batch never rises", async (t) => {
  const { losses } = await train(classifier(), rngd({ learningRate: 30, reject: 0 }), 30);
  const free = await train(classifier(), rngd({ learningRate: 30 }), 30);
  const rises = (list: readonly number[]) =>
    list.filter((loss, i) => i > 0 && loss > (list[i - 1] as number) + 0.05).length;
  t.equal(rises(losses), 0);
  t.ok(rises(free.losses) > 0, "without it it does");
});

test("reject: a bound that is negative is refused", (t) => {
  t.throws(() => reject(-1), /reject: above must be a finite number ≥ 0, got -1/);
  t.end();
});
