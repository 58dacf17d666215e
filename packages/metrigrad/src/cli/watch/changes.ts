import { stat } from "node:fs/promises";
import { join } from "node:path";

/** Tells those who listen when a file of one of the folders changes. */
export interface Changes {
  /** Adds a listener, and returns what removes it. */
  listen(changed: () => void): () => void;
  close(): void;
}

const files = ["events.jsonl", "record.json"];

/** Looks at the files of the folders at intervals, while somebody listens. Not every file system tells of changes itself. */
export function changesIn(folders: readonly string[], interval: number): Changes {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | null = null;
  let known: string | null = null;
  /** The number of the loop, since a new one may begin while an old one waits for a file. */
  let loop = 0;
  const look = async (own: number) => {
    const now = await stateOf(folders);
    if (own !== loop) return;
    if (known !== null && now !== known) for (const changed of listeners) changed();
    known = now;
    if (timer !== null) timer = setTimeout(look, interval, own);
  };
  const stop = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    known = null;
    loop++;
  };
  return {
    listen(changed) {
      listeners.add(changed);
      timer ??= setTimeout(look, 0, loop);
      return () => {
        listeners.delete(changed);
        if (listeners.size === 0) stop();
      };
    },
    close: stop,
  };
}

/** Returns the sizes and times of the files of folders, as one text. */
export async function stateOf(folders: readonly string[]): Promise<string> {
  const paths = folders.flatMap((folder) => files.map((name) => join(folder, name)));
  const states = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
        () => "none",
      ),
    ),
  );
  return states.join();
}
