import type { Scalar, Type } from "../text/tree.ts";
import { atomics, type Builtin, builtins, castText } from "./builtins.ts";
import { concrete, converted } from "./convert.ts";
import type { Scope, Signature } from "./scope.ts";
import {
  constantOf,
  isAbstract,
  numberText,
  owned,
  scalar,
  scalarOf,
  typeText,
  type Value,
  vectorOf,
  zeroText,
} from "./values.ts";
import { perPart } from "./vectors.ts";

/** The name of a function in JavaScript. */
export const functionName = (name: string) => `f_${name}`;

type Call = (scope: Scope, args: readonly Value[], at: number) => Value;

const special: Readonly<Record<string, Call>> = {
  workgroupBarrier: (scope, args, at) => barrier(scope, "workgroup", args, at),
  storageBarrier: (scope, args, at) => barrier(scope, "storage", args, at),
  workgroupUniformLoad: uniformLoad,
  subgroupBroadcast: broadcast,
  select,
};

/** Returns a call of a function of the text, or of WGSL. */
export function callValue(scope: Scope, name: string, args: readonly Value[], at: number): Value {
  const own = scope.shared.signature(name);
  if (own !== null) return ownCall(scope, own, args, at);
  if (atomics.includes(name)) return atomic(scope, name, args, at);
  if (Object.hasOwn(special, name)) return (special[name] as Call)(scope, args, at);
  if (Object.hasOwn(builtins, name)) {
    return componentwise(scope, name, builtins[name] as Builtin, args, at);
  }
  throw scope.fail(at, `the function ${name} is not understood`);
}

function mustHave(scope: Scope, args: readonly Value[], count: number, at: number): void {
  if (args.length !== count) throw scope.fail(at, `${count} arguments must stand here`);
}

function ownCall(
  scope: Scope,
  { tree, waits }: Signature,
  args: readonly Value[],
  at: number,
): Value {
  mustHave(scope, args, tree.parameters.length, at);
  const own = tree.parameters.map(({ type }, k) => {
    return owned(converted(scope, args[k] as Value, type, at));
  });
  const call = `${functionName(tree.name)}(${["me", ...own].join(",")})`;
  if (!waits) return { js: call, type: tree.returns };
  scope.waits = true;
  return { js: `(yield* ${call})`, type: tree.returns };
}

function componentwise(
  scope: Scope,
  name: string,
  { args: count, of: allowed, js }: Builtin,
  args: readonly Value[],
  at: number,
): Value {
  mustHave(scope, args, count, at);
  const typed = args.find((arg) => !isAbstract(arg));
  const whole = args.every(({ type }) => scalarOf(type) === "int") && !allowed.includes("f32");
  const of = typed === undefined ? (whole ? "i32" : "f32") : scalarOf(typed.type);
  if (of === null || !allowed.includes(of)) {
    throw scope.fail(
      at,
      `${name} of ${typeText((typed ?? (args[0] as Value)).type)} is not understood`,
    );
  }
  const type = typed?.type ?? scalar(of);
  const own = args.map((arg) => converted(scope, arg, type, at));
  const text = ([x, y, z]: readonly string[]) => js(of, x as string, y as string, z as string);
  if (type.kind !== "vector") return { js: text(own.map((value) => value.js)), type };
  return perPart(scope, own, type.size, of, text);
}

/**
 * The argument that is not chosen counts for nothing: what a kernel reads outside of a buffer is some word, which it may
 * compute and not use.
 */
function select(scope: Scope, args: readonly Value[], at: number): Value {
  mustHave(scope, args, 3, at);
  const [no, yes, condition] = args as [Value, Value, Value];
  const typed = [no, yes].find((arg) => !isAbstract(arg)) ?? concrete(scope, no, at);
  const [x, y] = [no, yes].map((arg) => converted(scope, arg, typed.type, at)) as [Value, Value];
  if (/\byield\b/.test(x.js + y.js)) throw scope.fail(at, "a wait inside select is not understood");
  if (condition.type.kind === "vector" && typed.type.kind === "vector") {
    const parts = ([a, b, c]: readonly string[]) => `(${c}?${b}:${a})`;
    return perPart(scope, [x, y, condition], typed.type.size, typed.type.of, parts);
  }
  const { js } = converted(scope, condition, scalar("bool"), at);
  return { js: `(${js}?${owned(y)}:${owned(x)})`, type: typed.type };
}

function barrier(
  scope: Scope,
  kind: "workgroup" | "storage",
  args: readonly Value[],
  at: number,
): Value {
  mustHave(scope, args, 0, at);
  return { js: scope.stop(kind), type: { kind: "void" } };
}

function uniformLoad(scope: Scope, args: readonly Value[], at: number): Value {
  const [value] = args;
  const { place, type } = value ?? {};
  const isKnown = place?.kind === "memory" && type?.kind === "scalar";
  if (value === undefined || !isKnown) {
    throw scope.fail(at, "workgroupUniformLoad must have a scalar of memory of a workgroup");
  }
  const loaded = scope.temporary();
  const [before, after] = [scope.stop("workgroup"), scope.stop("workgroup")];
  return { js: `(${before},${loaded}=${value.js},${after},${loaded})`, type: value.type };
}

function broadcast(scope: Scope, args: readonly Value[], at: number): Value {
  mustHave(scope, args, 2, at);
  const value = concrete(scope, args[0] as Value, at);
  if (scalarOf(value.type) === "bool" || value.type.kind !== "scalar") {
    throw scope.fail(at, `subgroupBroadcast of ${typeText(value.type)} is not understood`);
  }
  const from = converted(scope, args[1] as Value, scalar("u32"), at);
  const stop = scope.stop("subgroup");
  return { js: `(sent[me]=${value.js},from[me]=${from.js},${stop},got[me])`, type: value.type };
}

function atomic(scope: Scope, name: string, args: readonly Value[], at: number): Value {
  const [target, value] = args;
  const place = target?.place;
  if (target?.type.kind !== "atomic" || place?.kind !== "memory" || target.type.of !== "u32") {
    throw scope.fail(at, `${name} must have the address of an atomic<u32>`);
  }
  mustHave(scope, args, name === "atomicLoad" ? 1 : 2, at);
  const given = value === undefined ? "0" : converted(scope, value, scalar("u32"), at).js;
  const type: Type = name === "atomicStore" ? { kind: "void" } : scalar("u32");
  return { js: `${place.memory}.${name}(${place.index},${given})`, type };
}

/** Returns a value of a type that is made of others: `f32(x)`, `vec2<u32>(x, y)`, `array<u32, 2>(x, y)`. */
export function makeValue(scope: Scope, type: Type, args: readonly Value[], at: number): Value {
  if (type.kind === "scalar") return cast(scope, type.of, args, at);
  if (args.length === 0) return { js: zeroText(type), type };
  if (type.kind === "vector") return vector(scope, type, args, at);
  if (type.kind !== "array") throw scope.fail(at, `${typeText(type)} cannot be made`);
  mustHave(scope, args, type.count ?? args.length, at);
  const all = args.map((arg) => owned(converted(scope, arg, type.of, at)));
  return { js: `[${all}]`, type: { ...type, count: args.length } };
}

function vector(
  scope: Scope,
  { of, size }: { readonly of: Scalar; readonly size: number },
  args: readonly Value[],
  at: number,
): Value {
  const [first] = args as [Value];
  if (args.length === 1 && first.type.kind === "vector" && first.type.size === size) {
    const from = first.type.of;
    return perPart(scope, args, size, of, ([x]) => castText(from, of, x as string));
  }
  const own = args.map((arg) => converted(scope, arg, scalar(of), at));
  if (own.length === 1) return perPart(scope, own, size, of, ([x]) => x as string);
  mustHave(scope, own, size, at);
  return vectorOf(
    of,
    own.map(({ js }) => js),
  );
}

function cast(scope: Scope, to: Scalar, args: readonly Value[], at: number): Value {
  mustHave(scope, args, 1, at);
  const [value] = args as [Value];
  const number = constantOf(value, to);
  if (number !== null) return { js: numberText(number), type: scalar(to) };
  const from = scalarOf(value.type);
  if (from === null || value.type.kind !== "scalar") {
    throw scope.fail(at, `${to} of ${typeText(value.type)} is not understood`);
  }
  if (isAbstract(value)) {
    return cast(scope, to, [concrete(scope, value, at)], at);
  }
  return { js: castText(from, to, value.js), type: scalar(to) };
}
