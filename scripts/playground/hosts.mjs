/** The servers of the checks: the command as users have it, and a plain file server that isolates nothing, below a base path. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { root } from "../setup.mjs";

/** @typedef {{ name: string, address: string, isolated: boolean, close: () => Promise<void> }} Host */

/** `metrigrad playground`, as a process. @returns {Promise<Host>} */
export async function commandHost() {
  const bin = join(root, "packages", "metrigrad", "bin", "metrigrad.js");
  const child = spawn(process.execPath, [bin, "playground", "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  const address = await new Promise((done, failed) => {
    child.stdout.on("data", (part) => {
      text += part;
      if (/\n}\n$/.test(text)) done(JSON.parse(text).address);
    });
    child.on("close", (code) => failed(new Error(`metrigrad playground ended with code ${code}`)));
  });
  const ended = new Promise((done) => child.on("close", done));
  return {
    name: "metrigrad playground",
    address,
    isolated: true,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const types = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

/** A file server without special headers, for the pages below /some/base/. @returns {Promise<Host>} */
export async function plainHost() {
  const folder = join(root, "docs", "playground", "dist");
  const base = "/some/base/";
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    try {
      if (!path.startsWith(base)) throw new Error("outside");
      const file = normalize(path.slice(base.length)) || "index.html";
      const ending = /** @type {keyof typeof types} */ (file.split(".").at(-1));
      const body = await readFile(join(folder, file === "." ? "index.html" : file));
      response.writeHead(200, { "Content-Type": types[ending] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const place = server.address();
  const port = place !== null && typeof place === "object" ? place.port : 0;
  return {
    name: "a plain file server",
    address: `http://127.0.0.1:${port}${base}`,
    isolated: false,
    close: () => new Promise((done) => server.close(() => done(undefined))),
  };
}
