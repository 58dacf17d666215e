/**
 * `node scripts/api/gaps.mjs [PACKAGE …]`, after `npm run build`: what the docstrings of the exports lack, by the rules of
 * docs/writing.md. Prints a line for each gap and a count for each kind of gap. Fails if there is one.
 */
import { relative } from "node:path";
import { Application, ReflectionKind } from "typedoc";
import config from "../../typedoc.config.mjs";
import { root } from "../setup.mjs";
import { categories, withExample } from "./rules.mjs";

/** Words that a sentence has at most. */
const longest = 30;

/** @typedef {{ where: string, name: string, lack: string }} Gap */

/** Everything that the docstrings lack. @param {import("typedoc").ProjectReflection} project */
export function gapsOf(project) {
  /** @type {Gap[]} */
  const gaps = [];
  /** @type {Set<string>} */
  const named = new Set();
  const exported = project
    .getReflectionsByKind(ReflectionKind.SomeExport)
    .filter(({ parent, kind }) => {
      const notOwn = [ReflectionKind.Reference, ReflectionKind.Namespace, ReflectionKind.Module];
      const isOwn = !notOwn.includes(kind);
      return isOwn && parent?.kindOf(ReflectionKind.SomeModule | ReflectionKind.Project);
    });
  for (const one of /** @type {import("typedoc").DeclarationReflection[]} */ (exported)) {
    named.add(one.name);
    const lack = (/** @type {string} */ what, name = one.name) =>
      gaps.push({ where: placeOf(one), name, lack: what });
    const signatures = one.signatures ?? [];
    const comments = [one.comment, ...signatures.map(({ comment }) => comment)];
    const category = comments
      .flatMap((comment) => comment?.getTags("@category") ?? [])
      .map(({ content }) => textOf(content).trim())[0];
    if (category === undefined) lack("@category");
    else if (!categories.includes(category)) lack(`a known category, not "${category}"`);
    if (signatures.length === 0) sentence(one, one.name, lack);
    for (const signature of signatures) callable(signature, one.name, lack, true);
    if (withExample.has(one.name) && !comments.some((comment) => hasExample(comment))) {
      lack("@example");
    }
    for (const member of membersOf(one)) {
      const name = `${one.name}.${member.name}`;
      const isKnown = member.inheritedFrom !== undefined || member.overwrites !== undefined;
      if (member.flags.isExternal || member.flags.isPrivate || isKnown) continue;
      const own = member.signatures ?? [];
      if (own.length === 0) sentence(member, name, lack);
      for (const signature of own) callable(signature, name, lack, false);
    }
  }
  for (const name of withExample) {
    if (!named.has(name)) gaps.push({ where: "scripts/api/rules.mjs", name, lack: "an export" });
  }
  return gaps;
}

/** @param {import("typedoc").DeclarationReflection} one */
function membersOf(one) {
  const literal = one.type?.type === "reflection" ? one.type.declaration : undefined;
  const returned = (one.signatures ?? []).flatMap(({ type }) =>
    type?.type === "reflection" ? (type.declaration.children ?? []) : [],
  );
  const all = [...(one.children ?? []), ...(literal?.children ?? []), ...returned];
  return all.filter(({ kind }) => kind !== ReflectionKind.Constructor);
}

/**
 * @param {import("typedoc").SignatureReflection} signature @param {string} name
 * @param {(what: string, name: string) => void} lack @param {boolean} throws
 */
function callable(signature, name, lack, throws) {
  const { comment, parameters = [], type } = signature;
  sentence(signature, name, lack);
  for (const parameter of parameters) {
    if (!parameter.comment?.hasVisibleComponent()) lack(`@param ${parameter.name}`, name);
  }
  const result = type?.toString() ?? "void";
  const isNothing = /^(void|never|Promise<void>)$/.test(result);
  if (!isNothing && !comment?.getTag("@returns")) lack("@returns", name);
  const said = (comment?.getTags("@throws") ?? []).length > 0;
  const never = comment?.hasModifier("@nothrow") === true;
  if (throws && said === never) lack("@throws or @nothrow, one of them", name);
}

/** @param {import("typedoc").Reflection} one @param {string} name @param {(what: string, name: string) => void} lack */
function sentence(one, name, lack) {
  // An accessor's comment is its getter's.
  const { getSignature } = /** @type {import("typedoc").DeclarationReflection} */ (one);
  const text = textOf((one.comment ?? getSignature?.comment)?.summary ?? []);
  if (text.trim() === "") lack("a sentence", name);
  for (const tag of [
    text,
    ...(one.comment?.blockTags ?? []).map(({ content }) => textOf(content)),
  ]) {
    for (const said of sentencesOf(tag)) {
      const words = said.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word));
      if (words.length > longest)
        lack(`a shorter sentence than "${said.slice(0, 40)}…" (${words.length} words)`, name);
    }
  }
}

/** @param {string} text */
function sentencesOf(text) {
  return text
    .replace(/```.*?```/gs, "")
    .split(/(?<=[.:;!?])\s+|\n\n|\n(?=[-|])/)
    .map((one) => one.replace(/\s+/g, " ").trim());
}

/** @param {readonly import("typedoc").CommentDisplayPart[]} parts */
function textOf(parts) {
  return parts.map(({ text }) => text).join("");
}

/** @param {import("typedoc").Comment | undefined} comment */
function hasExample(comment) {
  const code = [
    ...(comment?.summary ?? []),
    ...(comment?.blockTags ?? []).flatMap(({ content }) => content),
  ];
  return code.some(({ kind, text }) => kind === "code" && text.trimStart().startsWith("```"));
}

/** @param {import("typedoc").DeclarationReflection} one */
function placeOf({ sources }) {
  const [source] = sources ?? [];
  return source === undefined ? "" : `${source.fileName}:${source.line}`;
}

if (import.meta.filename === process.argv[1]) {
  const app = await Application.bootstrapWithPlugins({ ...config, skipErrorChecking: true });
  const project = await app.convert();
  if (project === undefined) process.exit(1);
  const asked = process.argv.slice(2).map((name) => `packages/${name}/`);
  const gaps = gapsOf(project).filter(
    ({ where }) =>
      asked.length === 0 ||
      asked.some((folder) => relative(root, where).startsWith(folder) || where.startsWith(folder)),
  );
  for (const { where, name, lack } of gaps) console.log(`${where}  ${name} lacks ${lack}`);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { lack } of gaps) {
    const kind =
      lack.split(/[ ,]/)[0] === "a"
        ? lack.split(" ").slice(0, 3).join(" ")
        : (lack.split(/[ ,]/)[0] ?? "");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of counts) console.log(`${count} lack ${kind}`);
  console.log(`${gaps.length} gaps`);
  process.exitCode = gaps.length === 0 ? 0 : 1;
}
