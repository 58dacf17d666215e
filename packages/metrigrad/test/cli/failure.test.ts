import { GraphError } from "@metrigrad/tensor";
import test from "tape";
import { failureOf } from "../../src/cli/failure.ts";
import { UsageError } from "../../src/cli/usage.ts";

const parts = { where: "fit", must: "l2 must be ≥ 0", got: "-1\n  of two lines", todo: "pass 0" };

test("an error of metrigrad is one line, of usage with code 2, and comes in its parts", async (t) => {
  const { text, value, code } = failureOf(new GraphError(parts), "train", false);
  t.equal(text, "fit: l2 must be ≥ 0, got -1 of two lines; pass 0");
  t.equal(code, 1);
  t.deepEqual(value.error, { message: text, ...parts });
  t.equal(failureOf(new UsageError(parts), "train", false).code, 2);
  t.match(failureOf(new GraphError(parts), "train", true).text, /pass 0\nGraphError: [\s\S]+ at /);
});

test("an error of another copy of metrigrad is one line too", async (t) => {
  const other = Object.assign(new Error("odd"), { parts });
  t.equal(failureOf(other, "", false).text.split("\n").length, 1);
});

test("what the system refuses is one line that says what to do", async (t) => {
  const refused = (code: string, path?: string) => {
    const error = Object.assign(new Error(code), { code, syscall: "write", path });
    return failureOf(error, "train", false).text;
  };
  t.equal(
    refused("ENOSPC", "out/record.json.123-4567-0a1b2c3d-00ff00ff.part"),
    "metrigrad train: it must be possible to write out/record.json, got no space left on the disk (ENOSPC); free some space, or take another folder",
  );
  t.match(
    refused("ENOSPC", "out/a.12.part"),
    /to write out\/a\.12\.part, got/,
    "a user's own name",
  );
  t.match(refused("EROFS"), /to write the output, got a file system that is read only \(EROFS\)/);
  t.match(refused("ENOWAY"), /^Error: ENOWAY\n/, "what is not known comes with its stack");
});

test("an error of other code comes with its stack, and what is no error as it is", async (t) => {
  t.match(failureOf(new TypeError("mine"), "train", false).text, /^TypeError: mine\n.* at /);
  t.equal(failureOf("thrown", "train", false).text, "thrown");
});
