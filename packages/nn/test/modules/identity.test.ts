import { input } from "@metrigrad/graph";
import { applyModel, identity } from "@metrigrad/nn";
import test from "tape";

test("identity: the same node, without parameters", (t) => {
  const x = input("x", [2, 3]);
  t.equal(applyModel(identity(), x).output, x);
  t.deepEqual(identity().variables, []);
  t.end();
});
