import type { AnyDataSet } from "@metrigrad/data";
import type { AnyModule } from "@metrigrad/nn";
import type { Tensor, Tree } from "@metrigrad/tensor";
import type { Context, Told } from "../context.ts";
import { madeOf } from "../experiment/experiment.ts";
import { type Exports, loadModule } from "../experiment/loadModule.ts";
import { fitted } from "../fitted.ts";
import { UsageError } from "../usage.ts";
import { wrapped } from "../wrapped.ts";
import { type Found, findIn } from "./found.ts";
import { lawVerdict, metricVerdict, modulesIn } from "./metricVerdict.ts";
import { firstRows, moduleVerdict } from "./moduleVerdict.ts";
import { optimizerVerdict } from "./optimizerVerdict.ts";
import { opVerdict } from "./opVerdict.ts";
import { failed, type Verdict } from "./verdict.ts";

/** One line of the table. */
interface Checked extends Verdict {
  readonly kind: Found["kind"];
  readonly name: string;
}

/** Checks all that a file exports and that can be checked. Throws UsageError where that is nothing. */
export async function checkFile(
  file: string,
  { seed = 1 }: { readonly seed?: number },
  context: Context,
): Promise<Told> {
  const exports = await made(await loadModule("check", file));
  const found = findIn(exports);
  if (found.length === 0) {
    throw new UsageError({
      where: `metrigrad check, ${file}`,
      must: "it must export ops, modules, metrics, laws or optimizers",
      got: Object.keys(exports).join(", ") || "nothing",
      todo: "export what is to be checked by its name",
    });
  }
  const checked: Checked[] = [];
  for (const one of found) {
    context.live?.write(`\r\u001b[K${one.kind} ${one.name} …`);
    checked.push({ kind: one.kind, name: one.name, ...(await verdictOf(one, exports, seed)) });
  }
  context.live?.write("\r\u001b[K");
  const off = checked.filter(({ passed }) => passed === false);
  const { length: open } = checked.filter(({ passed }) => passed === null);
  const checks = checked.map(({ kind, name, passed, detail, off: all }) => {
    return { kind, name, passed, detail, off: all };
  });
  return {
    code: off.length === 0 ? 0 : 1,
    text: textOf(checked, context),
    value: { passed: off.length === 0, failed: off.length, unchecked: open, checks },
  };
}

/** Exports of a training by what their functions make; others as they are. */
async function made(exports: Exports): Promise<Exports> {
  const makers = ["model", "likelihood", "optimizer"].filter((name) => {
    const value = exports[name];
    return typeof value === "function" && !("spec" in value || "op" in value);
  });
  const results = await Promise.all(makers.map((name) => madeOf(exports[name], name)));
  return { ...exports, ...Object.fromEntries(makers.map((name, i) => [name, results[i]])) };
}

async function verdictOf(one: Found, exports: Exports, seed: number): Promise<Verdict> {
  try {
    switch (one.kind) {
      case "op":
        return await opVerdict(one.value, seed);
      case "module":
        return await moduleVerdict(one.value, {
          inputs: await inputsOf(one, exports),
          modules: modulesOf(exports),
          seed,
        });
      case "metric":
        return await metricVerdict(one.value, modulesOf(exports), seed);
      case "law":
        return await lawVerdict(one.value, seed);
      case "optimizer":
        return await optimizerVerdict(one.value, seed);
    }
  } catch (error) {
    return failed([error instanceof Error ? error.message : String(error)]);
  }
}

/** The first rows of the data, for the model that is trained with them; null for other modules. */
async function inputsOf({ name }: Found, exports: Exports): Promise<Tree<Tensor> | null> {
  if (name !== "model") return null;
  const data = (await madeOf(exports.data, "data")) as AnyDataSet | undefined;
  const scale = data?.inputScale ?? 1;
  if (data?.train?.inputs === undefined || typeof scale !== "number") return null;
  return firstRows(data.train.inputs, scale);
}

function modulesOf(exports: Exports): readonly AnyModule[] {
  return findIn(exports).flatMap(({ kind, value }) =>
    kind === "module" && "definition" in value ? modulesIn(value) : [],
  );
}

function textOf(checked: readonly Checked[], { width, colours }: Context): string {
  const result = (passed: boolean | null) => (passed === null ? "open" : passed ? "ok" : "FAIL");
  const table = {
    head: ["kind", "name", "result", "what"],
    rows: checked.map(({ kind, name, passed, detail }) => [kind, name, result(passed), detail]),
    words: 4,
    names: 2,
  };
  const paint = (text: string, column: number, row: number) => {
    if (row === 0) return colours.bold(text);
    if (column !== 2) return text;
    return text === "ok" ? colours.green(text) : text === "FAIL" ? colours.red(text) : text;
  };
  const lists = checked.flatMap(({ kind, name, off }) =>
    off.length === 0
      ? []
      : [[`${kind} ${name}:`, ...off.flatMap((line) => indented(line, width))].join("\n")],
  );
  const count = (passed: boolean | null) => checked.filter((one) => one.passed === passed).length;
  const open = count(null) === 0 ? "" : `, ${count(null)} not checked`;
  const sum = `${count(true)} ok, ${count(false)} failed${open}`;
  return `${[fitted(table, width, paint), ...lists, sum].join("\n\n")}\n`;
}

/** A line in lines of so many columns, those after the first one further in. */
function indented(line: string, width: number): string[] {
  return wrapped(line, width - 4).map((part, index) => `${index === 0 ? "  " : "    "}${part}`);
}
