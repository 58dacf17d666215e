import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, answerText } from "./answer.ts";

/** The address on which nobody else can reach the server. */
const loopback = "127.0.0.1";

/**
 * Headers of every response: pages are isolated, so that they may use threads, and nobody embeds or reads them from
 * elsewhere.
 */
const common = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "SAMEORIGIN",
  "Referrer-Policy": "no-referrer",
} as const;

/** A server that is up. */
export interface Serving {
  /** Where it is: "http://127.0.0.1:8384/". */
  readonly address: string;
  readonly port: number;
  /** Ends open responses, and the server. */
  close(): Promise<void>;
}

/**
 * Serves answers on the loopback address, by GET and HEAD. The first answer that takes a path has it.
 *
 * A request must name this server in its Host header. A page elsewhere whose name leads to 127.0.0.1 does not.
 *
 * @param answers - In their order.
 * @param port - The port, or 0 for any that is free. The promise rejects with the system's error if it is taken.
 */
export async function serve(answers: readonly Answer[], port: number): Promise<Serving> {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
    answered(answers, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else answerText(request, response, 500, "The server could not read this file.");
    });
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, loopback, done);
  });
  const own = (server.address() as AddressInfo).port;
  return {
    address: `http://${loopback}:${own}/`,
    port: own,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answered(
  answers: readonly Answer[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers, method, socket } = request;
  if (!isOwnHost(headers.host, socket.localPort)) {
    return answerText(request, response, 403, "This server answers to its own address only.");
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return answerText(request, response, 405, "This server takes GET and HEAD only.");
  }
  const path = pathOf(request.url ?? "");
  if (path === null) return answerText(request, response, 400, "This is no path of this server.");
  for (const answer of answers) {
    if (await answer(request, response, path)) return;
  }
  answerText(request, response, 404, "There is no such file.");
}

/** Whether a Host header names the server; port 80 may be left out. */
function isOwnHost(host: string | undefined, port: number | undefined): boolean {
  const hosts = [loopback, "localhost"].flatMap((name) => [
    `${name}:${port}`,
    ...(port === 80 ? [name] : []),
  ]);
  return hosts.includes(host?.toLowerCase() ?? "");
}

/** The decoded path of a request's target; null if there is none, or if a part of it goes up or has a separator. */
function pathOf(target: string): string | null {
  if (!target.startsWith("/")) return null;
  try {
    const parts = (target.split(/[?#]/)[0] as string).split("/").map(decodeURIComponent);
    const odd = parts.some((part) => part === ".." || part === "." || /[/\\\0]/.test(part));
    return odd ? null : parts.join("/");
  } catch {
    return null;
  }
}
