/**
 * TypeDoc's plugin for the documentation site: formulas between `$` are set by KaTeX when the site is made, and links of
 * documents to files that are not pages lead to the repository.
 */
import { cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import katex from "katex";
import { Converter, JSX, ReflectionKind, RendererEvent } from "typedoc";
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

/**
 * Makes the links of a document to files without a page lead to the repository.
 * @param {import("typedoc").ProjectReflection} project
 * @param {readonly import("typedoc").CommentDisplayPart[]} content
 */
function linkToRepository(project, content) {
  for (const part of content) {
    if (part.kind !== "relative-link" || part.target === undefined) continue;
    const path = project.files.resolve(part.target, project);
    if (typeof path !== "string" || picture.test(path)) continue;
    const kind = statSync(path).isDirectory() ? "tree" : "blob";
    const place = relative(root, path).replaceAll("\\", "/");
    part.text = `${repository}/${kind}/main/${place}${part.targetAnchor ? `#${part.targetAnchor}` : ""}`;
    // The registry would copy the file.
    const { mediaToPath } = /** @type {any} */ (project.files);
    mediaToPath.delete(part.target);
    part.target = undefined;
  }
}

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const documents = project.getReflectionsByKind(ReflectionKind.Document);
    for (const { content } of /** @type {import("typedoc").DocumentReflection[]} */ (documents)) {
      linkToRepository(project, content);
    }
    linkToRepository(project, project.readme ?? []);
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => copyFonts(outputDirectory));
  app.renderer.hooks.on("head.end", ({ relativeURL }) =>
    JSX.createElement("link", {
      rel: "stylesheet",
      href: relativeURL("assets/katex/katex.min.css") ?? "",
    }),
  );
}
