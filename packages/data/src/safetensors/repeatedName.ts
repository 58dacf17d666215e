/**
 * Returns the first name that an object within a JSON text has twice; undefined if there is none. The text must be
 * one that `JSON.parse` accepts, which keeps the last of equal names without a word.
 */
export function repeatedName(json: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  // The pattern finds strings, with the colon that makes one a name, and the brackets outside of strings.
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (text === undefined) {
      if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
      else open.pop();
    } else if (colon !== undefined) {
      const name = JSON.parse(text) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
