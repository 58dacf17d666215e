import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Answers a request for a path, which begins with "/" and is decoded. Returns false if the path is not its own, without
 * having written anything.
 */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => boolean | Promise<boolean>;

/** Writes a short text with a status, and ends the response. */
export function answerText(
  { method }: Pick<IncomingMessage, "method">,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(method === "HEAD" ? undefined : body);
}
