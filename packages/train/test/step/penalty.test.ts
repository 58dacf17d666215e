import { compile, variable } from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { l2Penalty } from "../../src/step/penalty.ts";

const w = variable("w", [3, 2]);
const scale = variable("scale", [2]);

test("½β Σ‖W‖² over the parts that decay", async (t) => {
  const store = await (await reference()).store([w.attrs, scale.attrs]);
  await store.write("w", tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] }));
  await store.write("scale", tensor([7, 8]));
  const at = async (decays: readonly ["all" | "all but the last row" | "none", "all" | "none"]) => {
    const parameters = [w, scale].map((variable, index) => ({
      variable,
      path: variable.attrs.path ?? "",
      decay: decays[index] ?? "none",
    }));
    const penalty = l2Penalty(parameters, 0.1);
    if (penalty === null) return null;
    return (await (await (await compile({ outputs: penalty.value }, store)).run()).read()).item();
  };
  t.ok(Math.abs(((await at(["all", "none"])) ?? 0) - 0.05 * 91) < 1e-12);
  t.ok(Math.abs(((await at(["all but the last row", "none"])) ?? 0) - 0.05 * 30) < 1e-12);
  t.ok(Math.abs(((await at(["all", "all"])) ?? 0) - 0.05 * (91 + 113)) < 1e-12);
  t.equal(await at(["none", "none"]), null);
  t.equal(l2Penalty([{ variable: w, path: "w", decay: "all" }], 0), null);
});
