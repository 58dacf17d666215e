import test from "tape";
import { didYouMean, near } from "../../src/cli/near.ts";

test("names that are near: typing errors, swapped letters, other cases, beginnings", async (t) => {
  const known = ["train", "explain", "check", "batchSize"];
  t.deepEqual(near("trian", known), ["train"]);
  t.deepEqual(near("chek", known), ["check"]);
  t.deepEqual(near("batchsize", known), ["batchSize"]);
  t.deepEqual(near("exp", known), ["explain"]);
  t.deepEqual(near("paper", known), []);
  t.equal(didYouMean("trin", known), "did you mean train? ");
  t.equal(didYouMean("paper", known), "");
});
