import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Contestant } from "../../contestant.ts";
import type { Kit, Solvers } from "../../kit.ts";
import { type Packed, pack } from "./pack.ts";
import type { MeasuringPage } from "./page.ts";

/** Ways to start the browser: on a graphics card if its driver lets a browser without a window, else as it likes. */
const ways = [["--ignore-gpu-blocklist", "--use-angle=vulkan", "--enable-features=Vulkan"], []];

const quiet = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync"];

/**
 * A library in a page of headless Chromium. `source` is a module beside this file that sets
 * `globalThis.opened` to a promise of a `MeasuringPage`. Throws where there is no Chromium, or where the page
 * cannot start.
 */
export async function browserKit(name: string, source: string): Promise<Kit> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`needs Chromium, none is at ${executablePath} (CHROMIUM tells another place)`);
  }
  const script = await bundled(source);
  const desk = await openDesk(script);
  const reasons: string[] = [];
  for (const way of ways) {
    const browser = await chromium.launch({ executablePath, args: [...quiet, ...way] });
    try {
      const page = await browser.newPage();
      await page.goto(desk.address);
      const { kinds, version, device } = await page.evaluate<
        Pick<MeasuringPage, "kinds" | "version" | "device">
      >("opened.then(({ kinds, version, device }) => ({ kinds, version, device }))");
      const solve = (kind: string) => (problem: object) => contestant(page, desk, kind, problem);
      return {
        name,
        version: `${version}, Chromium ${browser.version()}`,
        device,
        solvers: Object.fromEntries(kinds.map((kind) => [kind, solve(kind)])) as Solvers,
        close: () => end(browser, desk),
      };
    } catch (error) {
      reasons.push((error as Error).message.split("\n")[0] ?? "");
      await browser.close();
    }
  }
  desk.close();
  throw new Error(reasons.at(-1));
}

async function end(browser: Browser, desk: Desk): Promise<void> {
  await browser.close();
  desk.close();
}

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2022" },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Where problems lie for the page to fetch, and where it leaves its answers. */
interface Desk {
  readonly address: string;
  put(problem: Packed): void;
  answer(): Float32Array;
  close(): void;
}

async function openDesk(script: string): Promise<Desk> {
  let problem: Packed = { json: "", parts: [] };
  let answer = new Float32Array();
  const pages: Readonly<Record<string, (request: IncomingMessage) => Promise<string | Buffer>>> = {
    "/": async () => `<!doctype html><meta charset="utf-8"><script src="page.js"></script>`,
    "/page.js": async () => script,
    "/problem.json": async () => problem.json,
    "/problem.bin": async () =>
      Buffer.concat(
        problem.parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)),
      ),
    "/answer": async (request) => {
      const { buffer: bytes, byteOffset, byteLength } = await buffer(request);
      answer = new Float32Array(bytes.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
      return "";
    },
  };
  const server = createServer(async (request, response) => {
    const page = pages[request.url ?? ""];
    if (page === undefined) response.writeHead(404);
    response.end(await page?.(request));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    put: (next) => {
      problem = next;
    },
    answer: () => answer,
    close: () => {
      server.close();
    },
  };
}

async function contestant(
  page: Page,
  desk: Desk,
  kind: string,
  problem: object,
): Promise<Contestant> {
  const ask = <T>(text: string) => page.evaluate<T>(`opened.then((page) => page.${text})`);
  desk.put(pack(problem));
  await ask(`pose(${JSON.stringify(kind)})`);
  return {
    result: async () => {
      await ask("result()");
      return desk.answer();
    },
    time: (count) => ask<number>(`time(${count})`),
    close: () => ask("close()"),
  };
}
