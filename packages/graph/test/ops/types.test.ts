/** Operands of a type that an op does not take are refused where the op is applied; what is taken runs. */
import { convert, type DType, MetrigradError, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { caseTensor, type OpCase } from "../../src/check/case.ts";
import {
  arange,
  cast,
  constant,
  double,
  fill,
  type GatherOptions,
  gather,
  input,
  iota,
  type Node,
  opRows,
  pad,
  variable,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";

/** The operands of a case as nodes, the one at `index` of another type. */
function operands({ inputs }: OpCase, index: number, type: "f16" | "u8" | "bool"): Node[] {
  return inputs.map((value, i) => {
    const held = caseTensor(value);
    return i === index ? input("x", held.shape, type) : constant(held);
  });
}

/** What is wrong with an op on an operand of another type; null if it refuses with advice, or runs. */
async function faultOf(f: (...x: Node[]) => Node, one: OpCase, index: number, type: DType) {
  const value = convert(caseTensor(one.inputs[index] as Tensor), type);
  let result: Node;
  try {
    result = f(...operands(one, index, type as "f16"));
  } catch (error) {
    const said = error instanceof MetrigradError ? error.message : `${error}`;
    return error instanceof MetrigradError && said.includes("cast") ? null : said;
  }
  try {
    await evaluate([result], { x: value });
    return null;
  } catch (error) {
    const unread = error instanceof Error && error.message.includes("(it has none), got x");
    return unread ? null : `late: ${error}`;
  }
}

for (const type of ["f16", "u8", "bool"] as const) {
  test(`operands of type ${type} are refused by the op, or taken`, async (t) => {
    const faults: string[] = [];
    let tried = 0;
    for (const { op, f, cases } of opRows) {
      const one = cases[0] as OpCase;
      for (const [index, value] of one.inputs.entries()) {
        if (caseTensor(value).dtype !== "f64") continue;
        tried++;
        const fault = await faultOf(f, one, index, type);
        if (fault !== null) faults.push(`${op}, operand ${index}: ${fault}`);
      }
    }
    t.ok(tried > 300, `${tried} operands`);
    t.deepEqual(faults, []);
  });
}

test("names of types that graphs do not have are refused", (t) => {
  const x = input("x", [2]);
  const type = "f32" as "float";
  for (const make of [
    () => cast(x, type),
    () => cast(input("h", [2], "f16"), type),
    () => constant(1, type),
    () => fill([2], 1, type),
    () => variable("v", [2], { type }),
    () => input("y", [2], type),
    () => gather(input("h", [2], "f16"), iota(1), { type } as GatherOptions),
    () => arange(0, 3, { type }),
  ]) {
    t.throws(make, /type must be one of float, .*got "f32"; /, `${make}`);
  }
  t.end();
});

test("double takes no values that are only stored", (t) => {
  t.throws(() => double(input("h", [2], "f16")), /must not be u8 or f16.*cast\(x, "float"\)/);
  t.equal(double(input("k", [2], "i32")).type, "i32", "integers do not change");
  t.end();
});

test("pad: booleans", async (t) => {
  const x = tensor([true, false]);
  const [padded] = await evaluate([pad(input("b", [2], "bool"), [[1, 1]], 1)], { b: x });
  t.equal(padded?.dtype, "bool");
  t.deepEqual(Array.from(padded?.data() ?? []), [1, 1, 0, 1]);
  t.end();
});
