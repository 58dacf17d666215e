import { pictures } from "./cards.mjs";

/** What all pages share: the head, the way from page to page, and the foot. */

/** The pages in their order: the file, the name in the menu, and what it is about. */
export const pages = [
  {
    file: "race.html",
    name: "The race",
    about: "Optimizers side by side, by the seconds of your machine",
  },
  {
    file: "geometry.html",
    name: "Geometry of a small net",
    about: "Where each neuron learns, and the metric of each layer",
  },
  {
    file: "digits.html",
    name: "Draw a digit",
    about: "Train a net on real digits, then let it read yours",
  },
  {
    file: "coordinates.html",
    name: "Two coordinate systems",
    about: "One family of distributions, four paths",
  },
  {
    file: "node.html",
    name: "Your own node",
    about: "Write a module and its metric, and have it checked",
  },
];

const site = "https://github.com/metrigrad/metrigrad";

/** @param {string} title @param {string} about */
const head = (title, about) => `
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${about}">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="./style.css">`;

/** @param {string} file */
const top = (file) => `
    <a class="skip" href="#main">Skip to the page</a>
    <header class="top">
      <a class="home" href="index.html"${file === "index.html" ? ' aria-current="page"' : ""}>metrigrad playground</a>
      <nav aria-label="Pages">${pages
        .map(
          (one) =>
            `<a href="${one.file}"${one.file === file ? ' aria-current="page"' : ""}>${one.name}</a>`,
        )
        .join("")}</nav>
    </header>`;

const foot = `
    <footer class="foot">
      <p>All of this is computed in your browser. Nothing leaves this page. <a href="${site}">metrigrad</a> is free software under the MIT licence.</p>
      <noscript><p><strong>These pages need JavaScript.</strong></p></noscript>
    </footer>`;

/** The code of a page to copy, closed at first. */
const code = `
      <details class="code" id="code">
        <summary>The code of this, to copy</summary>
        <p>This program does in Node, or in your own page, what this page does with its present settings.</p>
        <div class="copying"><button type="button" id="copy">Copy the code</button><span id="copied" role="status"></span></div>
        <pre tabindex="0" aria-label="The code"><code id="program"></code></pre>
      </details>`;

/** A card of the start page for each page. */
const cards = pages
  .map(
    ({ file, name, about }) =>
      `<li><a href="${file}">${pictures[file]}<h2>${name}</h2><p>${about}.</p></a></li>`,
  )
  .join("\n        ");

/**
 * Vite's plugin that puts the shared parts into a page: <!-- head TITLE | ABOUT -->, <!-- top -->, <!-- cards -->, <!-- code -->,
 * <!-- foot -->.
 */
export function shared() {
  return {
    name: "shared-parts",
    transformIndexHtml: {
      order: /** @type {const} */ ("pre"),
      /** @param {string} html @param {{ path: string }} context */
      handler: (html, { path }) => {
        const file = path.split("/").at(-1) || "index.html";
        return html
          .replace(/<!-- head (.*?) \| (.*?) -->/, (_, title, about) => head(title, about))
          .replace("<!-- top -->", () => top(file))
          .replace("<!-- cards -->", () => cards)
          .replace("<!-- code -->", () => code)
          .replace("<!-- foot -->", () => foot);
      },
    },
  };
}
