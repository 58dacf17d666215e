import test from "tape";
import { coloursOf } from "../../src/cli/colours.ts";
import { contextOf, ownFlags } from "../../src/cli/context.ts";

const screen = (isTTY: boolean, columns?: number) => ({ isTTY, columns, write: () => true });

test("progress is for terminals, and not beside JSON", async (t) => {
  t.ok(contextOf(screen(true), false, {}).live);
  t.equal(contextOf(screen(true), true, {}).live, null);
  t.equal(contextOf(screen(false), false, {}).live, null);
});

test("the width is that of the screen, else of COLUMNS, else 80", async (t) => {
  t.equal(contextOf(screen(true, 40), false, { COLUMNS: "120" }).width, 40);
  t.equal(contextOf(screen(false), false, { COLUMNS: "120" }).width, 120);
  t.equal(contextOf(screen(false), false, {}).width, 80);
  t.equal(contextOf(screen(false), false, { COLUMNS: "many" }).width, 80);
  t.equal(contextOf(screen(true, 3), false, {}).width, 20);
});

test("colours: terminals have them; NO_COLOR, then FORCE_COLOR, then TERM have a say", async (t) => {
  const coloured = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
    coloursOf(screen(isTTY), env).red("x") !== "x";
  t.ok(coloured(true, {}));
  t.notOk(coloured(false, {}));
  t.notOk(coloured(true, { TERM: "dumb" }));
  t.notOk(coloured(true, { NO_COLOR: "1" }));
  t.ok(coloured(true, { NO_COLOR: "" }), "an empty NO_COLOR says nothing");
  t.ok(coloured(false, { FORCE_COLOR: "1", TERM: "dumb" }));
  t.notOk(coloured(true, { FORCE_COLOR: "0" }));
  t.notOk(coloured(true, { FORCE_COLOR: "1", NO_COLOR: "1" }));
});

test("flags of an example are its own", async (t) => {
  t.deepEqual(ownFlags(["train", "x.ts", "--json", "--trace"]), { json: true, trace: true });
  t.deepEqual(ownFlags(["examples", "--json"]), { json: true, trace: false });
  t.deepEqual(ownFlags(["examples", "wave", "--json"]), { json: false, trace: false });
  t.deepEqual(ownFlags(["--trace", "examples", "wave", "--json"]), { json: false, trace: true });
});
