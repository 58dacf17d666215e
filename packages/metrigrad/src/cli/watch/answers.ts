import type { IncomingMessage, ServerResponse } from "node:http";
import { MetrigradError } from "@metrigrad/tensor";
import { reportPage } from "@metrigrad/view";
import { namedRecordings } from "../recording/namedRecordings.ts";
import { type Answer, answerText } from "../serve/answer.ts";
import { type Changes, changesIn } from "./changes.ts";
import { followScript } from "./follow.ts";

/** What a page of a report may load: its own script and messages, and nothing from elsewhere. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

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
  const page: Answer = async (request, response, path) => {
    if (path !== "/") return false;
    let html: string;
    try {
      const named = await namedRecordings(folders, "watch", true);
      html = reportPage(named, { script: "follow.js" });
    } catch (error) {
      if (!(error instanceof MetrigradError)) throw error;
      answerText(request, response, 503, error.message);
      return true;
    }
    answer(request, response, "text/html; charset=utf-8", html);
    return true;
  };
  const script: Answer = (request, response, path) => {
    if (path !== "/follow.js") return false;
    answer(request, response, "text/javascript; charset=utf-8", followScript);
    return true;
  };
  const events: Answer = (request, response, path) => {
    if (path !== "/events") return false;
    stream(request, response, changes);
    return true;
  };
  return { answers: [page, script, events], close: changes.close };
}

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  type: string,
  body: string,
): void {
  response.writeHead(200, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Content-Security-Policy": policy,
    "Cache-Control": "no-store",
  });
  response.end(method === "HEAD" ? undefined : body);
}

/** Sends a message at each change until the reader leaves. */
function stream(request: IncomingMessage, response: ServerResponse, changes: Changes): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  response.write("retry: 2000\n\n");
  const stop = changes.listen(() => response.write("data: changed\n\n"));
  const beat = setInterval(() => response.write(": alive\n\n"), pulse);
  response.on("close", () => {
    clearInterval(beat);
    stop();
  });
}
