import { Reader } from "./reader.ts";
import { readBlock } from "./statements.ts";
import type { FunctionTree, GlobalVariable, Parameter, Tree } from "./tree.ts";

/** Reads a WGSL text of the kind that kernels are written in. Throws TextError for all that it does not understand. */
export function parse(text: string): Tree {
  const reader = new Reader(text);
  const variables: GlobalVariable[] = [];
  const functions: FunctionTree[] = [];
  while (reader.takes("enable")) {
    const { at } = reader;
    const name = reader.word();
    if (name !== "subgroups") throw reader.error(`enable ${name} is not understood`, at);
    reader.expect(";");
  }
  while (reader.token.kind !== "end") {
    const attributes = readAttributes(reader);
    if (reader.is("var")) variables.push(readVariable(reader, attributes));
    else functions.push(readFunction(reader, attributes));
  }
  return { text, variables, functions };
}

type Attributes = ReadonlyMap<string, readonly string[]>;

const known = ["binding", "group", "compute", "workgroup_size", "builtin"];

function readAttributes(reader: Reader): Attributes {
  const all = new Map<string, readonly string[]>();
  while (reader.takes("@")) {
    const { at } = reader;
    const name = reader.word();
    if (!known.includes(name)) throw reader.error(`@${name} is not understood`, at);
    const value = () => reader.take(reader.token.kind).text;
    all.set(name, reader.takes("(") ? reader.list(")", value) : []);
  }
  return all;
}

function readVariable(reader: Reader, attributes: Attributes): GlobalVariable {
  reader.expect("var");
  reader.expect("<");
  const { at } = reader;
  const space = reader.word();
  if (space !== "uniform" && space !== "storage" && space !== "workgroup") {
    throw reader.error(`var<${space}> is not understood`, at);
  }
  if (reader.takes(",")) reader.expect("read_write");
  reader.closeAngle();
  const name = reader.word();
  reader.expect(":");
  const type = reader.type();
  reader.expect(";");
  const binding = attributes.get("binding")?.[0];
  if ((binding === undefined) !== (space === "workgroup")) {
    throw reader.error(`${name} must have a binding unless it is memory of a workgroup`, at);
  }
  return { name, space, type, binding: binding === undefined ? null : Number(binding) };
}

function readFunction(reader: Reader, attributes: Attributes): FunctionTree {
  reader.expect("fn");
  const name = reader.word();
  reader.expect("(");
  const parameters = reader.list(")", () => readParameter(reader));
  const returns = reader.takes("->") ? reader.type() : ({ kind: "void" } as const);
  const threads = threadsOf(reader, attributes);
  return { name, parameters, returns, body: readBlock(reader), threads };
}

function threadsOf(reader: Reader, attributes: Attributes): number | null {
  if (!attributes.has("compute")) return null;
  const [x, ...others] = attributes.get("workgroup_size") ?? [];
  const threads = Number.parseInt(x ?? "", 10);
  if (threads > 0 && others.length === 0) return threads;
  throw reader.error("a compute function must have @workgroup_size with one number");
}

/** What the entry may be told. */
const builtins = ["workgroup_id", "num_workgroups", "local_invocation_index"];

function readParameter(reader: Reader): Parameter {
  const { at } = reader;
  const builtin = readAttributes(reader).get("builtin")?.[0] ?? null;
  if (builtin !== null && !builtins.includes(builtin)) {
    throw reader.error(`@builtin(${builtin}) is not understood`, at);
  }
  const name = reader.word();
  reader.expect(":");
  return { name, type: reader.type(), builtin };
}
