import { GraphError, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  cast,
  checkOp,
  cos,
  makeNode,
  mul,
  type Node,
  type Op,
  reshape,
  sin,
  stopGradient,
  sum,
  transpose,
} from "../../src/index.ts";

/** x³ with a vjp that may be wrong, made of right parts otherwise. */
function cube(changes: Partial<Op<null>>): (x: Node) => Node {
  const op: Op<null> = {
    name: "cube",
    infer: ([x]) => ({ shape: (x as Node).shape, type: "float" }),
    vjp: (node, cotangent) => {
      const [x] = node.inputs as [Node];
      return [mul(cotangent, mul(3, mul(x, x)))];
    },
    batch: (_, [x]) => makeNode(op, [x as Node], null),
    lower: () => undefined,
    rewrite: ({ inputs: [x] }) => mul(x as Node, mul(x as Node, x as Node)),
    ...changes,
  };
  return (x) => makeNode(op, [x], null);
}

const cases = [{ name: "points", inputs: [[0.5, -1.5, 2]], value: [0.125, -3.375, 8] }];

/** The message with which a check fails; fails the test where it does not. */
async function complaint(t: test.Test, check: Promise<unknown>): Promise<string> {
  try {
    await check;
  } catch (error) {
    t.ok(error instanceof GraphError, "a GraphError");
    return (error as Error).message;
  }
  t.fail("the check must ring");
  return "";
}

test("checkOp accepts a right op and reports what it compared", async (t) => {
  const { results, worst } = await checkOp(cube({}), cases, { name: "cube" });
  const names = results.map(({ name }) => name);
  for (const what of ["value", "type", "shape", "jvp against vjp", "first derivative by input 0"]) {
    t.ok(names.includes(`cube, points: ${what}`), what);
  }
  t.ok(names.includes("cube, points: second derivative by input 0"));
  t.ok(names.includes("cube, points: batch rule of its vjp, cases in input 0, the cotangent"));
  t.ok(worst !== null && worst.error <= worst.tolerance);
});

test("checkOp rings on a wrong vjp", async (t) => {
  const wrong = cube({
    vjp: ({ inputs: [x] }, cotangent) => [mul(cotangent, mul(2, mul(x as Node, x as Node)))],
  });
  const message = await complaint(t, checkOp(wrong, cases));
  t.match(message, /^checkOp: all \d+ comparisons must hold, got \d+ off/);
  t.match(message, /first derivative by input 0: must be -?[\d.]+, got -?[\d.]+/);
});

test("checkOp rings on a vjp of the right value that cannot be differentiated again", async (t) => {
  const frozen = cube({
    vjp: ({ inputs: [x] }, cotangent) => {
      return [mul(cotangent, stopGradient(mul(3, mul(x as Node, x as Node))))];
    },
  });
  const message = await complaint(t, checkOp(frozen, cases));
  t.doesNotMatch(message, /first derivative/);
  t.match(message, /second derivative by input 0/);
  await checkOp(frozen, [{ ...(cases[0] as (typeof cases)[0]), order: 1 }]);
});

test("checkOp rings on a vjp that is not linear in the cotangent", async (t) => {
  const bent = cube({
    vjp: ({ inputs: [x] }, cotangent) => {
      return [mul(mul(cotangent, cotangent), mul(3, mul(x as Node, x as Node)))];
    },
  });
  t.match(await complaint(t, checkOp(bent, cases)), /jvp against vjp/);
});

test("checkOp rings on a wrong batch rule", async (t) => {
  const mixed = cube({
    batch: (node, [x]) => {
      const flipped = reshape(transpose(x as Node), (x as Node).shape);
      return makeNode(node.op, [flipped], null);
    },
  });
  const message = await complaint(t, checkOp(mixed, cases));
  t.match(message, /batch rule of the op, cases in input 0: element \d+ must be/);
});

test("checkOp rings on wrong values, types, shapes and stated gradients", async (t) => {
  const value = checkOp(sin, [{ name: "at 0", inputs: [0], value: 1 }]);
  t.match(await complaint(t, value), /at 0: value: element 0 must be 1, got 0/);
  const type = checkOp(sin, [{ name: "at 0", inputs: [0], type: "i32" }]);
  t.match(await complaint(t, type), /at 0: type: must be i32, got float/);
  const shape = checkOp(sin, [{ name: "at 0", inputs: [0], shape: [1] }]);
  t.match(await complaint(t, shape), /at 0: shape: must be \[1\], got \[\]/);
  const slope = checkOp(cos, [{ name: "at 0", inputs: [0], gradients: [1] }]);
  t.match(await complaint(t, slope), /at 0: gradient by input 0: element 0 must be 1, got -?0/);
});

test("checkOp reports an op that cannot be built or run as a failure of its case", async (t) => {
  const fits = {
    name: "fits",
    inputs: [
      [1, 2],
      [3, 4],
    ],
  };
  const clashes = {
    name: "clashes",
    inputs: [
      [1, 2],
      [3, 4, 5],
    ],
  };
  const message = await complaint(
    t,
    checkOp((x, y) => sum(add(x, y)), [fits, clashes]),
  );
  t.match(message, /got 1 off\s+checkOp, clashes: failed, add: shapes must broadcast/);
});

test("checkOp feeds inputs of every type", async (t) => {
  const inputs = [tensor(Int32Array.of(2, 0)), [1.5, 2.5]];
  const f = (index: Node, x: Node) => mul(x, cast(sum(index), "float"));
  const { results } = await checkOp(f, [{ name: "i32 beside float", inputs, value: [3, 5] }]);
  t.ok(results.some(({ name }) => name.endsWith("first derivative by input 1")));
});
