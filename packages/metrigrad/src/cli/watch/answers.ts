import type { IncomingMessage, ServerResponse } from "node:http";
import { MetrigradError } from "@metrigrad/tensor";
import { reportPage } from "@metrigrad/view";
import { liveRecordings } from "../recording/namedRecordings.ts";
import type { Answer } from "../serve/answer.ts";
import { type Changes, changesIn, stateOf } from "./changes.ts";
import { followScript } from "./follow.ts";
import { problemPage } from "./problemPage.ts";

/** What a page of a report may load: its own script and messages, and nothing from elsewhere. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

const script = "follow.js";
const html = "text/html; charset=utf-8";

/** Milliseconds between two looks at the folders. */
const interval = 250;
/** Milliseconds after which an open response says that it lives. */
const pulse = 15_000;

/** The answers of the server that follows runs, and what ends them. */
export interface WatchAnswers {
  readonly answers: readonly Answer[];
  close(): void;
}

/** Answers with the report page, its script, and a stream of messages that the runs have gone on. */
export function watchAnswers(folders: readonly string[]): WatchAnswers {
  const changes = changesIn(folders, interval);
  const latest = latestPage(folders);
  const page: Answer = async (request, response, path) => {
    if (path !== "/") return false;
    const { status, body } = await latest();
    answer(request, response, { status, type: html, body });
    return true;
  };
  const follow: Answer = (request, response, path) => {
    if (path !== `/${script}`) return false;
    const type = "text/javascript; charset=utf-8";
    answer(request, response, { status: 200, type, body: followScript });
    return true;
  };
  const events: Answer = (request, response, path) => {
    if (path !== "/events") return false;
    stream(request, response, changes);
    return true;
  };
  return { answers: [page, follow, events], close: changes.close };
}

interface Page {
  readonly status: number;
  readonly body: string;
}

/** Makes the page once for each change of the files, however many readers ask for it. */
function latestPage(folders: readonly string[]): () => Promise<Page> {
  let known: { readonly state: string; readonly page: Promise<Page> } | null = null;
  return async () => {
    const state = await stateOf(folders);
    if (known?.state !== state) known = { state, page: pageOf(folders) };
    return known.page;
  };
}

async function pageOf(folders: readonly string[]): Promise<Page> {
  try {
    return { status: 200, body: reportPage(await liveRecordings(folders, "watch"), { script }) };
  } catch (error) {
    if (!(error instanceof MetrigradError)) throw error;
    return { status: 503, body: problemPage(error.message, script) };
  }
}

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, type, body }: Page & { readonly type: string },
): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Content-Security-Policy": policy,
    "Cache-Control": "no-store",
  });
  response.end(method === "HEAD" ? undefined : body);
}

/** Sends a message at each change until the reader leaves; the first at once, since the page may be older than the stream. */
function stream(request: IncomingMessage, response: ServerResponse, changes: Changes): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const message = "data: changed\n\n";
  response.write(`retry: 2000\n\n${message}`);
  const stop = changes.listen(() => response.write(message));
  const beat = setInterval(() => response.write(": alive\n\n"), pulse);
  response.on("close", () => {
    clearInterval(beat);
    stop();
  });
}
