/** The server of pages: who may ask, by which method, for which paths. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import test from "tape";
import type { Answer } from "../../../src/cli/serve/answer.ts";
import { type Serving, serve } from "../../../src/cli/serve/serve.ts";
import { staticFiles } from "../../../src/cli/serve/staticFiles.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "metrigrad-serve-")));
test.onFinish(() => rmSync(folder, { recursive: true, force: true }));
const pages = join(folder, "pages");
mkdirSync(join(pages, "code"), { recursive: true });
writeFileSync(join(folder, "secret.txt"), "secret");
writeFileSync(join(pages, "index.html"), "<!doctype html>start");
writeFileSync(join(pages, "a b.txt"), "spaced");
writeFileSync(join(pages, "code", "page.js.br"), brotliCompressSync("let x = 1;"));
writeFileSync(join(pages, "data.bin"), Uint8Array.of(0, 255, 7));
symlinkSync(join(folder, "secret.txt"), join(pages, "link.txt"));

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks without cleaning the path, as fetch would. */
function ask({ port }: Serving, { path = "/", method = "GET", headers = {} }: Asked): Promise<Got> {
  return new Promise((done, failed) => {
    request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", failed);
      response.on("end", () => {
        const { statusCode: status = 0, headers: told } = response;
        done({ status, headers: told, body: Buffer.concat(parts) });
      });
    })
      .on("error", failed)
      .end();
  });
}

/** Sends bytes as they are, and returns the first line of the answer. */
function send({ port }: Serving, text: string): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(text));
    let got = "";
    socket.on("data", (part) => (got += String(part)));
    socket.on("close", () => done(got.split("\r\n")[0] ?? ""));
    socket.on("error", failed);
  });
}

async function serving(work: (server: Serving) => Promise<void>, answers?: readonly Answer[]) {
  const server = await serve(answers ?? [staticFiles(pages)], 0);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

test("files come with their type and length, and pages are isolated", (t) =>
  serving(async (server) => {
    const start = await ask(server, {});
    t.deepEqual([start.status, String(start.body)], [200, "<!doctype html>start"]);
    t.equal(start.headers["content-type"], "text/html; charset=utf-8");
    t.equal(start.headers["content-length"], String(start.body.length));
    t.equal(start.headers["cross-origin-opener-policy"], "same-origin");
    t.equal(start.headers["cross-origin-embedder-policy"], "require-corp");
    t.equal(start.headers["cross-origin-resource-policy"], "same-origin");
    t.equal(start.headers["x-content-type-options"], "nosniff");
    t.equal(String((await ask(server, { path: "/?a=1" })).body), "<!doctype html>start");
    t.equal(String((await ask(server, { path: "/a%20b.txt" })).body), "spaced");
    const { headers, body } = await ask(server, { path: "/data.bin" });
    t.equal(headers["content-type"], "application/octet-stream");
    t.deepEqual([...body], [0, 255, 7]);
    t.equal((await ask(server, { path: "/code/" })).status, 404, "no list of a folder");
  }));

test("a packed file comes packed to a browser that takes it, and unpacked to others", (t) =>
  serving(async (server) => {
    const get = (accepted: string) =>
      ask(server, { path: "/code/page.js", headers: { "accept-encoding": accepted } });
    for (const accepted of ["gzip, br", "br;q=0.5", "BR"]) {
      const { headers, body } = await get(accepted);
      t.equal(headers["content-encoding"], "br", accepted);
      t.equal(String(brotliDecompressSync(body)), "let x = 1;");
      t.equal(headers["content-type"], "text/javascript; charset=utf-8");
    }
    for (const accepted of ["", "gzip", "br;q=0", "br; q=0.0", "brotli"]) {
      const { headers, body } = await get(accepted);
      t.equal(headers["content-encoding"], undefined, accepted);
      t.equal(String(body), "let x = 1;");
      t.equal(headers.vary, "Accept-Encoding");
    }
  }));

test("HEAD has the headers alone, and other methods are refused", (t) =>
  serving(async (server) => {
    const { status, headers, body } = await ask(server, { method: "HEAD" });
    t.deepEqual([status, headers["content-length"], body.length], [200, "20", 0]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]) {
      const { status, headers } = await ask(server, { method });
      t.deepEqual([status, headers.allow], [405, "GET, HEAD"], method);
    }
  }));

test("a request for another host is refused", (t) =>
  serving(async (server) => {
    const status = async (host: string) => (await ask(server, { headers: { host } })).status;
    const { port } = server;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`])
      t.equal(await status(host), 200, host);
    const foreign = [
      "example.org",
      `example.org:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port + 1}`,
      `localhost.example.org:${port}`,
      `127.0.0.1:${port}@example.org`,
    ];
    for (const host of foreign) t.equal(await status(host), 403, host);
    t.match(await send(server, "GET / HTTP/1.0\r\n\r\n"), / 403 /, "no host at all");
    t.match(await send(server, "GET / HTTP/1.1\r\nHost:\r\n\r\n"), / 403 /, "an empty host");
  }));

test("no path leads out of the folder", (t) =>
  serving(async (server) => {
    const out = [
      "/../secret.txt",
      "/code/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/%2E%2e%2fsecret.txt",
      "/..%2fsecret.txt",
      "/code/..%2f..%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/%252e%252e/secret.txt",
      "/%c0%ae%c0%ae/secret.txt",
      "/index.html%00.txt",
      "/link.txt",
      "//etc/passwd",
      `/${encodeURIComponent(join(folder, "secret.txt"))}`,
      "/%",
      "/__proto__",
      "/code/page.js.br",
    ];
    for (const path of out) {
      const { status, body } = await ask(server, { path });
      t.ok(status === 400 || status === 404, `${path}: ${status}`);
      t.notOk(String(body).includes("secret"), path);
    }
    const host = `Host: 127.0.0.1:${server.port}\r\n\r\n`;
    t.match(await send(server, `GET http://example.org/ HTTP/1.1\r\n${host}`), / 400 /);
    t.match(await send(server, `GET ../secret.txt HTTP/1.1\r\n${host}`), / 400 /);
  }));

test("the server is on the loopback address, and answers come in their order", (t) =>
  serving(
    async (server) => {
      t.equal(server.address, `http://127.0.0.1:${server.port}/`);
      t.equal(String((await ask(server, { path: "/index.html" })).body), "first");
      t.equal(String((await ask(server, { path: "/" })).body), "<!doctype html>start");
      t.equal((await ask(server, { path: "/broken" })).status, 500);
    },
    [
      async (_, response, path) => {
        if (path === "/broken") throw new Error("a failure of an answer");
        if (path !== "/index.html") return false;
        response.end("first");
        return true;
      },
      staticFiles(pages),
    ],
  ));

test("a closed server ends its open answers", async (t) => {
  const server = await serve([async (_, response) => Boolean(response.write("open"))], 0);
  const ended = ask(server, {}).catch((error: Error) => error.message);
  await new Promise((done) => setTimeout(done, 100));
  await server.close();
  t.match(String(await ended), /aborted|socket hang up|ECONNRESET/);
  t.match(String(await ask(server, {}).catch((error: Error) => error.message)), /ECONNREFUSED/);
});
