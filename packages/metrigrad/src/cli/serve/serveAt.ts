import { UsageError } from "../usage.ts";
import type { Answer } from "./answer.ts";
import { type Serving, serve } from "./serve.ts";

/**
 * Serves answers at the port that was asked for; without one at the usual port, or at any if that is taken. Throws UsageError if a
 * port that was asked for is taken.
 */
export async function serveAt(
  answers: readonly Answer[],
  port: number | undefined,
  usual: number,
): Promise<Serving> {
  try {
    return await serve(answers, port ?? usual);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    if (port === undefined) return serve(answers, 0);
    throw new UsageError({
      where: "--port",
      must: "the port must be free, and open to you",
      got: `${port} (${code})`,
      todo: "take another one, or leave the option out",
    });
  }
}
