/** Labels that are soft, smoothed or weighted: densities, information, refusals. */
import { constant, grad, softmax, sum } from "@metrigrad/graph";
import { categorical } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const h = constant(
  tensor([
    [0.2, -0.5, 1],
    [1.5, 0.3, -0.2],
  ]),
);
const labels = constant(tensor(Int32Array.of(2, 0)));
const shares = constant(
  tensor([
    [0.1, 0.2, 0.7],
    [0.5, 0.5, 0],
  ]),
);

test("categorical: without options it is one object, and hard shares are labels", async (t) => {
  t.equal(categorical(), categorical({}));
  const hard = constant(
    tensor([
      [0, 0, 1],
      [1, 0, 0],
    ]),
  );
  const soft = categorical({ soft: true });
  t.ok(
    gap(await numbers(soft.logProb(hard, h)), await numbers(categorical().logProb(labels, h))) <
      1e-15,
  );
});

test("categorical: the gradient of soft targets is shares less probabilities", async (t) => {
  const law = categorical({ soft: true });
  const [gradient] = grad(sum(law.logProb(shares, h)), [h]);
  const eta = await numbers(softmax(h, { axis: 1 }));
  const right = [0.1, 0.2, 0.7, 0.5, 0.5, 0].map((value, at) => value - (eta[at] ?? 0));
  t.ok(gap(await numbers(gradient as never), right) < 1e-14);
});

test("categorical: the information is that of the law, times class weights once targets are given", async (t) => {
  const law = categorical({ classWeights: [3, 1, 0.5] });
  const [plain] = law.parts(h);
  t.equal(plain?.law, categorical());
  t.equal(plain?.weights, null);
  const [given] = law.given(labels).parts(h);
  t.deepEqual(await numbers(given?.weights as never), [0.5, 3]);
  const soft = categorical({ soft: true, classWeights: [3, 1, 0.5] });
  const [mixed] = soft.given(shares).parts(h);
  t.ok(gap(await numbers(mixed?.weights as never), [0.3 + 0.2 + 0.35, 2]) < 1e-15);
});

test("categorical: draws and predictions are in the form of the targets", async (t) => {
  const law = categorical({ soft: true });
  const [drawn, best] = await evaluate([law.sample(h, "k"), law.predict(h)], { seed: 1 });
  t.deepEqual(drawn?.shape, [2, 3]);
  t.deepEqual(best?.toArray(), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
  t.equal(law.support?.text(3), "numbers from 0 to 1");
  t.deepEqual(await numbers(categorical({ smoothing: 0.2 }).predict(h)), [2, 0]);
});

test("categorical: smoothed labels that do not exist are impossible", async (t) => {
  const odd = constant(tensor(Int32Array.of(3, 0)));
  const [first] = await numbers(categorical({ smoothing: 0.2 }).logProb(odd, h));
  t.equal(first, Number.NEGATIVE_INFINITY);
});

test("categorical: refuses options that are none", (t) => {
  t.throws(() => categorical({ smoothing: 1 }), /smoothing must be a number in \[0, 1\), got 1/);
  t.throws(() => categorical({ classWeights: [1, -1] }), /classWeights must be a list of finite/);
  t.throws(() => categorical({ weights: [1] } as never), /options must be among soft, smoothing/);
  t.throws(
    () => categorical({ classWeights: [1, 2] }).logProb(labels, h),
    /there must be a weight for each of 3 classes, got 2/,
  );
  t.throws(() => categorical({ soft: true }).logProb(labels, h), /y \[2, 3\]/);
  t.throws(
    () => categorical().logProb(h, h),
    /pass labels \[n\], or take categorical\(\{ soft: true/,
  );
  t.end();
});
