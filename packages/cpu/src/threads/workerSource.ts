/**
 * Returns the program of a worker as text, so that no file has to be found at run time.
 *
 * `port` is an expression for the object from which it receives messages. A worker serves jobs until there is mail.
 * It answers every message.
 */
export function workerSource(port: string): string {
  return `"use strict";
const port = ${port};
const programs = new Map();
let start, words, imports, park, jobs = 0, mail = 0;
const word = (offset) => (start.address + offset) >> 2;
const read = (offset) => Atomics.load(words, word(offset));

function fail(error) {
  const { address, control, textLimit, memory } = start;
  const text = String(error).slice(0, textLimit);
  const bytes = new Uint8Array(memory.buffer, address + control.text, textLimit);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) & 127;
  // The first to fail leaves its text; the others only hear of it.
  if (Atomics.compareExchange(words, word(control.textLength), 0, text.length) !== 0) return;
  Atomics.store(words, word(control.failed), 1);
  Atomics.add(words, word(control.done), 65536);
  Atomics.notify(words, word(control.done));
}

function serve() {
  const { control, part } = start;
  for (;;) {
    const signal = read(control.signal);
    const job = read(control.jobs);
    if (job !== jobs) {
      const program = programs.get(read(control.program));
      const entry = read(control.entry), base = read(control.base);
      // Odd or another one by now: the words need not belong together.
      if (job & 1 || read(control.jobs) !== job) continue;
      jobs = job;
      // A program that it has not is one that ended without it.
      if (!program) continue;
      try {
        program[entry === 0 ? "run" : "step" + (entry - 1)](part, base);
      } catch (error) {
        if (read(control.failed) === 0) fail(error);
        return;
      }
    } else if (read(control.mail) !== mail) return;
    else park(signal);
  }
}

const instance = (module) => new WebAssembly.Instance(module, { env: imports }).exports;

const receive = {
  start(message) {
    start = message;
    words = new Int32Array(start.memory.buffer);
    imports = { memory: start.memory };
    const sync = instance(start.sync);
    imports = { ...imports, ...sync };
    park = sync.park;
  },
  native({ recipe }) {
    const bind = new Function("koffi", "recipe", "memory", recipe.source);
    const require = process.getBuiltinModule("node:module").createRequire(recipe.koffi);
    imports = { ...imports, ...bind(require(recipe.koffi), recipe, start.memory) };
  },
  extend({ module }) {
    imports = { ...imports, ...instance(module) };
  },
  load({ program, module, drop }) {
    for (const id of drop) programs.delete(id);
    programs.set(program, instance(module));
  },
};

port.onmessage = ({ data }) => {
  let answer = null;
  try {
    receive[data.kind](data);
  } catch (error) {
    answer = String(error);
  }
  mail = (mail + 1) | 0;
  port.postMessage(answer);
  if (words && read(start.control.mail) === mail) serve();
};
`;
}
