import { dataSet, splitRows } from "@metrigrad/data";
import { DataError, hostArray, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";

const inputs = (rows: number, width = 2) =>
  tensor(hostArray("u8", rows * width), { shape: [rows, width] });
const labels = (...values: number[]) => tensor(Int32Array.from(values));

test('targets: "inputs" are the inputs, kept once, and stay so in what is made of them', (t) => {
  const own = { inputs: inputs(3), targets: "inputs" as const };
  const data = dataSet({ train: own, valid: { ...own, inputs: inputs(1) }, inputScale: 0.5 });
  const train: Tensor = data.train.targets;
  t.equal(train, data.train.inputs);
  t.equal(data.train.targetsAre, "inputs");
  t.equal(data.valid.targets, data.valid.inputs);
  const again = dataSet({ train: data.train, valid: data.valid });
  t.equal(again.train.targets, again.train.inputs);
  t.equal(again.train.targetsAre, "inputs");
  const tree = dataSet({ train: { inputs: { a: inputs(2), b: labels(1, 2) }, targets: "inputs" } });
  t.equal(tree.train.targets.b, tree.train.inputs.b);
  const labelled = { inputs: inputs(3), targets: labels(0, 1, 1) };
  const replaced = dataSet({ train: { ...labelled, targets: "inputs" } });
  t.equal(replaced.train.targets, replaced.train.inputs, "labels can be replaced");
  const dealt = splitRows({ ...own, weights: [1, 2, 3] }, [2, 1, 0], { seed: 1 });
  t.equal(dealt.train.targets, dealt.train.inputs);
  t.equal(dataSet({ train: dealt.train }).train.targetsAre, "inputs");
  t.end();
});

test('targets: "inputs" that do not fit are refused', (t) => {
  const own = { inputs: inputs(3), targets: "inputs" as const };
  const refused = (parts: object, message: RegExp) => {
    t.throws(() => dataSet(parts as never), message);
    t.throws(() => dataSet(parts as never), DataError);
  };
  refused(
    { train: own, classes: 2 },
    /classes must be left out where train targets are the inputs, .*got classes 2; leave classes out/,
  );
  refused(
    { train: own, valid: { inputs: inputs(3), targets: inputs(3) } },
    /valid targets must be inputs, as those of train are, got own values; pass targets: "inputs" for all/,
  );
  refused(
    { train: { ...own, targets: "input" } },
    /train targets must be values, or "inputs", got "input"/,
  );
  const { train } = dataSet({ train: own });
  refused(
    { train: { ...train, inputs: inputs(3) } },
    /train targets must be the inputs, as its targetsAre says, got other values; pass targets: "inputs"/,
  );
  refused(
    { train: own, valid: { ...own, inputs: inputs(1, 3) } },
    /a row of valid inputs must have the type and shape of train's, u8 \[2\], got u8 \[3\]/,
  );
  t.end();
});
