import { parse } from "../text/parse.ts";
import type { FunctionTree, GlobalVariable, Tree } from "../text/tree.ts";
import { functionName } from "./calls.ts";
import { memoryName } from "./memory.ts";
import { Scope, type Shared, type Signature, type Stop } from "./scope.ts";
import { statementText } from "./statements.ts";

/** The JavaScript of a text. */
export interface Emitted {
  /** The body of a function that returns the entry and what gives it its memory. */
  readonly js: string;
  /** The memory in the order in which it is given. */
  readonly memories: readonly GlobalVariable[];
  /** The number of threads of a workgroup. */
  readonly threads: number;
  /** The values that the entry takes, by their names in WGSL. */
  readonly builtins: readonly string[];
  /** Whether threads wait for each other. */
  readonly waits: boolean;
  readonly stops: readonly Stop[];
}

/** Returns the JavaScript of a text. Throws TextError for all that it does not understand. */
export function emitProgram(text: string): Emitted {
  const tree = parse(text);
  const entry = tree.functions.find(({ threads }) => threads !== null);
  const { functions, stops, signature } = functionTexts(tree);
  const main = entry === undefined ? null : signature(entry.name);
  if (entry === undefined || main === null) throw new Error(`no entry in ${text.slice(0, 200)}`);
  const names = tree.variables.map(({ name }) => memoryName(name));
  const js = [
    "const f=Math.fround,imul=Math.imul;",
    "const {F,U,I,sent,from,got,inside,toEven,toU,toI,dividedU,dividedI,restU,restI}=context;",
    names.length > 0 ? `let ${names};` : "",
    ...functions,
    `return {main:${functionName(entry.name)},bind(memories){[${names}]=memories;}};`,
  ].join("\n");
  return {
    ...{ js, memories: tree.variables, threads: entry.threads as number },
    builtins: entry.parameters.map(({ builtin }) => builtin ?? ""),
    ...{ waits: main.waits, stops },
  };
}

/** Emits all functions, each before those that call it. */
function functionTexts(tree: Tree) {
  const trees = new Map(tree.functions.map((own) => [own.name, own]));
  const done = new Map<string, Signature | null>();
  const functions: string[] = [];
  const shared: Shared = {
    ...{ tree, stops: [] },
    globals: new Map(tree.variables.map((variable) => [variable.name, variable])),
    signature: (name) => {
      const own = trees.get(name);
      const known = done.get(name);
      if (own === undefined || known !== undefined) {
        if (known === null) throw new Error(`the function ${name} calls itself`);
        return known ?? null;
      }
      done.set(name, null);
      const { js, waits } = functionText(shared, own);
      functions.push(js);
      const made = { tree: own, waits };
      done.set(name, made);
      return made;
    },
  };
  for (const name of trees.keys()) shared.signature(name);
  return { functions, stops: shared.stops, signature: shared.signature };
}

function functionText(shared: Shared, { name, parameters, returns, body }: FunctionTree) {
  const scope = new Scope(shared, returns);
  const own = parameters.map((one) => scope.declare(one.name, one.type, false, body.at));
  const block = statementText(scope, body);
  const { waits, temporaries } = scope;
  const begin = temporaries.length > 0 ? `let ${temporaries};` : "";
  const head = `function${waits ? "*" : ""} ${functionName(name)}(${["me", ...own].join(",")})`;
  return { js: `${head}{${begin}${block}}`, waits };
}
