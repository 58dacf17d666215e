import type { Case, Statement } from "../text/tree.ts";
import { concrete, converted } from "./convert.ts";
import { binary, emit } from "./expressions.ts";
import { storeText } from "./memory.ts";
import type { Scope } from "./scope.ts";
import { owned, scalar, typeText, zeroText } from "./values.ts";

type Kind<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** Returns a statement as JavaScript. */
export function statementText(scope: Scope, tree: Statement): string {
  switch (tree.kind) {
    case "block":
      return scope.inside(
        () => `{${tree.body.map((one) => statementText(scope, one)).join("\n")}}`,
      );
    case "if":
      return ifText(scope, tree);
    case "loop":
      return loopText(scope, tree);
    case "switch":
      return switchText(scope, tree);
    case "return":
      return returnText(scope, tree);
    case "break":
    case "continue":
      return `${tree.kind};`;
    default:
      return `${simpleText(scope, tree)};`;
  }
}

/** Returns what may begin or step a loop. */
function simpleText(scope: Scope, tree: Statement): string {
  if (tree.kind === "declare") return declareText(scope, tree);
  if (tree.kind === "call") return emit(scope, tree.call).js;
  if (tree.kind !== "assign") throw scope.fail(tree.at, `${tree.kind} must not stand here`);
  const target = emit(scope, tree.target);
  const value = emit(scope, tree.value);
  const whole = tree.sign === null ? value : binary(scope, tree.sign, target, value, tree.at);
  const own = converted(scope, whole, target.type, tree.at);
  return storeText(scope, target, owned(own), tree.at);
}

function declareText(scope: Scope, tree: Kind<"declare">): string {
  const given = tree.value === null ? null : concreteOr(scope, tree);
  const type = tree.type ?? given?.type;
  if (type === undefined || type.kind === "void")
    throw scope.fail(tree.at, "a value must stand here");
  const value = given === null ? zeroText(type) : owned(given);
  return `let ${scope.declare(tree.name, type, tree.mutable, tree.at)}=${value}`;
}

function concreteOr(scope: Scope, { type, value, at }: Kind<"declare">) {
  const given = emit(scope, value as NonNullable<typeof value>);
  return type === null ? concrete(scope, given, at) : converted(scope, given, type, at);
}

function conditionText(scope: Scope, tree: Kind<"if">["condition"]): string {
  return converted(scope, emit(scope, tree), scalar("bool"), tree.at).js;
}

function ifText(scope: Scope, { condition, then, otherwise }: Kind<"if">): string {
  const own = `if(${conditionText(scope, condition)})${statementText(scope, then)}`;
  return otherwise === null ? own : `${own}else ${statementText(scope, otherwise)}`;
}

function loopText(scope: Scope, { begin, condition, step, body }: Kind<"loop">): string {
  return scope.inside(() => {
    const first = begin === null ? "" : `${simpleText(scope, begin)};`;
    const test = condition === null ? "" : conditionText(scope, condition);
    const next = step === null ? "" : simpleText(scope, step);
    return `{${first}for(;${test};${next})${statementText(scope, body)}}`;
  });
}

function switchText(scope: Scope, { value, cases, at }: Kind<"switch">): string {
  const given = concrete(scope, emit(scope, value), at);
  const label = (one: Case["values"][number]) =>
    one === null ? "default:" : `case ${converted(scope, emit(scope, one), given.type, at).js}:`;
  const texts = cases.map(({ values, body }) => {
    return `${values.map(label).join("")}${statementText(scope, body)}break;`;
  });
  return `switch(${given.js}){${texts.join("\n")}}`;
}

function returnText(scope: Scope, { value, at }: Kind<"return">): string {
  const { returns } = scope;
  if ((value === null) !== (returns.kind === "void")) {
    throw scope.fail(at, `${typeText(returns)} must be returned`);
  }
  if (value === null) return "return;";
  return `return ${owned(converted(scope, emit(scope, value), returns, at))};`;
}
