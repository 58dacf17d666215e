/** `metrigrad report` of several folders, and of those that have events alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { coloursOf } from "../../../src/cli/colours.ts";
import type { Context } from "../../../src/cli/context.ts";
import { report } from "../../../src/cli/recording/report.ts";
import { began, epochDone, record, tell } from "../../support/events.ts";

const parent = mkdtempSync(join(tmpdir(), "metrigrad-report-"));
test.onFinish(() => rmSync(parent, { recursive: true }));
const at = (...names: string[]) => join(parent, ...names);
const colours = coloursOf({ write: () => true } as never, {});
const context: Context = { live: null, json: false, width: 80, colours };
const page = (file: string) => readFileSync(file, "utf8");

interface Value {
  readonly files: readonly string[];
  readonly runs?: readonly { readonly epochs: readonly unknown[] }[];
  readonly recordings?: readonly { readonly name: string; readonly schema: number }[];
}

test("a folder with a record: a page, a table and a picture", async (t) => {
  record(at("one"), 2, 0.5);
  const { code, text, value } = await report([at("one")], {}, context);
  t.equal(code, 0);
  t.match(text, /net {2}sgd {2}seed 1/);
  t.match(text, /Written: .*report\.html/);
  const files = ["report.html", "epochs.csv", "chart.svg"].map((name) => at("one", name));
  t.deepEqual((value as Value).files, files);
  t.ok(files.every((file) => existsSync(file)));
  t.match(page(at("one", "report.html")), /<h1>Report on one<\/h1>/);
  t.notOk(page(at("one", "report.html")).includes("<progress"), "nothing trains");
});

test("a folder with events alone, of a run that was killed", async (t) => {
  tell(at("killed"), began(), epochDone(1), epochDone(2));
  const { text, value } = await report([at("killed")], {}, context);
  t.deepEqual((value as Value).files, [at("killed", "report.html")], "there is no record to go by");
  t.equal((value as Value).runs?.[0]?.epochs.length, 2);
  t.match(text, /net {2}sgd {2}seed 1/);
  t.match(
    page(at("killed", "report.html")),
    /epoch 2 of 3; has no end yet: it trains, or was killed/,
  );
  tell(at("begun"), began());
  t.match((await report([at("begun")], {}, context)).text, /no epoch was finished/);
});

test("several folders are on one page, and keep their own files", async (t) => {
  record(at("two"), 1, 0.25);
  const out = at("both.html");
  const folders = [at("two"), at("killed")];
  const { text, value } = await report(folders, { out }, context);
  const { files, recordings } = value as Value;
  t.deepEqual(files, [out]);
  t.deepEqual(
    recordings?.map(({ name, schema }) => [name, schema]),
    [
      ["two", 1],
      ["killed", 1],
    ],
  );
  t.match(text, /^two\n[\s\S]*\nkilled\n/);
  t.match(page(out), /two sgd[\s\S]*killed sgd/);
  t.notOk(existsSync(at("two", "report.html")));
  const again = at("again.html");
  await report([at("one")], { out: again }, context);
  t.match(page(again), /Report on one/);
  const twice = await report([at("one"), at("one")], {}, context).catch((error) => error);
  t.match(twice.message, /metrigrad report: folders must differ/);
  const none = await report([at("none")], {}, context).catch((error) => error);
  t.match(none.message, /record\.json: the file must be readable, got ENOENT/);
});
