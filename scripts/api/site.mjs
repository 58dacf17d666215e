/**
 * TypeDoc's plugin for the documentation site: formulas between `$` are set by KaTeX when the site is made, links of documents to
 * files that are not pages lead to the repository, and a search finds guides and functions first.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import katex from "katex";
import { Converter, IndexEvent, JSX, ReflectionKind, RendererEvent } from "typedoc";
import { root } from "../setup.mjs";

/** Where the files of this repository are to be seen. */
export const repository = "https://github.com/metrigrad/metrigrad";

const katexFolder = join(root, "node_modules", "katex", "dist");

/** Pictures are copied into the site. */
const picture = /\.(png|svg|jpg)$/;

/** Has TypeDoc's Markdown parser read `$…$` in a line and `$$…$$` on its own. @param {any} parser */
export function readFormulas(parser) {
  parser.inline.ruler.before("escape", "formula", formula);
}

/**
 * A formula begins with a `$` before something that is not a space, and ends with one after something that is not a space and
 * before something that is not a digit: prices stay text.
 * @param {any} state @param {boolean} silent
 */
function formula(state, silent) {
  const found = /^(\$\$?)(?!\s|\$)((?:\\.|[^$\\])+?)(?<!\s)\1(?![\d$])/s.exec(
    state.src.slice(state.pos),
  );
  if (state.src[state.pos] !== "$" || found === null) return false;
  const [whole, mark, tex = ""] = found;
  if (!silent) {
    const token = state.push("html_inline", "", 0);
    token.content = katex.renderToString(tex, { displayMode: mark === "$$", strict: "error" });
  }
  state.pos += whole.length;
  return true;
}

/** Copies KaTeX's style sheet and fonts into the site. @param {string} out */
function copyFonts(out) {
  const target = join(out, "assets", "katex");
  mkdirSync(join(target, "fonts"), { recursive: true });
  cpSync(join(katexFolder, "katex.min.css"), join(target, "katex.min.css"));
  for (const font of readdirSync(join(katexFolder, "fonts"))) {
    if (font.endsWith(".woff2")) {
      cpSync(join(katexFolder, "fonts", font), join(target, "fonts", font));
    }
  }
}

/** The start page of the playground, which the site has built. */
const playground = join(root, "docs", "playground", "index.html");

/** Copies the pages of the playground into the site. @param {string} out */
function copyPlayground(out) {
  const built = join(root, "docs", "playground", "dist");
  if (!existsSync(built))
    throw new Error("site: docs/playground/dist must be there; run npm run docs");
  cpSync(built, join(out, "playground"), { recursive: true });
}

/**
 * Makes the links of documents to files without a page lead to the repository, and those to the playground to its place in the site.
 * @param {import("typedoc").ProjectReflection} project
 */
function linkToRepository(project) {
  const documents = /** @type {import("typedoc").DocumentReflection[]} */ (
    project.getReflectionsByKind(ReflectionKind.Document)
  );
  /** Files that are not copied. @type {Set<number>} */
  const left = new Set();
  const readme = new Set(project.readme ?? []);
  for (const part of [...documents.flatMap(({ content }) => content), ...readme]) {
    if (part.kind !== "relative-link" || part.target === undefined) continue;
    const path = project.files.resolve(part.target, project);
    if (typeof path !== "string" || picture.test(path)) continue;
    if (relative(playground, path) === "") {
      left.add(part.target);
      part.text = `${readme.has(part) ? "" : "../"}playground/index.html`;
      part.target = undefined;
      continue;
    }
    const kind = statSync(path).isDirectory() ? "tree" : "blob";
    const anchor = part.targetAnchor ? `#${part.targetAnchor}` : "";
    left.add(part.target);
    part.text = `${repository}/${kind}/main/${relative(root, path).replaceAll("\\", "/")}${anchor}`;
    part.target = undefined;
  }
  const { mediaToPath } = /** @type {any} */ (project.files);
  for (const target of left) mediaToPath.delete(target);
}

/** How much a page of a kind counts in a search: guides and functions before types, and these before their members. @param {number} kind */
function boostOf(kind) {
  const { Document, Function, Variable, Class, Interface, TypeAlias } = ReflectionKind;
  if (kind === Document) return 3.4;
  if ((kind & (Function | Variable | Class)) !== 0) return 1;
  return (kind & (Interface | TypeAlias)) !== 0 ? 0.4 : 0.2;
}

/** What a page is about: the headings of a document, the category of a function. @param {import("typedoc").Reflection} one */
function topicOf(one) {
  /** @param {readonly import("typedoc").CommentDisplayPart[]} parts */
  const textOf = (parts) => parts.map(({ text }) => text).join("");
  if (one.isDocument()) {
    const headings = textOf(one.content).matchAll(/^#+ (.*)$/gm);
    return [one.name, ...[...headings].map(([, heading]) => heading)].join(" ");
  }
  const signatures = one.isDeclaration() ? (one.signatures ?? []) : [];
  const comments = [one.comment, ...signatures.map(({ comment }) => comment)];
  const categories = comments.flatMap((comment) => comment?.getTags("@category") ?? []);
  return categories.map(({ content }) => textOf(content)).join(" ");
}

/** Weighs what a search looks through, and leaves out second names. @param {import("typedoc").IndexEvent} event */
function weighSearch(event) {
  for (let at = event.searchResults.length - 1; at >= 0; at--) {
    if (event.searchResults[at]?.kind === ReflectionKind.Reference) event.removeResult(at);
  }
  Object.assign(event.searchFieldWeights, { name: 2.3, comment: 10, document: 10, topic: 10 });
  for (const [at, one] of event.searchResults.entries()) {
    one.relevanceBoost = boostOf(one.kind);
    event.searchFields[at] = { topic: topicOf(one) };
  }
}

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // Modules are called as they are imported, not by the folder of their index.
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const [, folder = module.name] = /^packages\/(\w+)\/src$/.exec(module.name) ?? [];
      module.name = folder === "metrigrad" ? folder : `@metrigrad/${folder}`;
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => linkToRepository(project));
  app.renderer.on(IndexEvent.PREPARE_INDEX, weighSearch);
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    copyFonts(outputDirectory);
    copyPlayground(outputDirectory);
  });
  app.renderer.hooks.on("head.end", ({ relativeURL }) =>
    JSX.createElement("link", {
      rel: "stylesheet",
      href: relativeURL("assets/katex/katex.min.css") ?? "",
    }),
  );
}
