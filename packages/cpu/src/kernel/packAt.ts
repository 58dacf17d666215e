import {
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";
import { transpose4 } from "./pack.ts";

const i = "i32" as const;

/** Whether the four offsets at an address are `step` bytes apart. */
export function isRun(table: I32, step: number, offset = 0): I32 {
  const from = i32x4.sub(v128.load(table, offset), v128.load32_splat(table, offset));
  return i32x4.all_true(i32x4.eq(from, v128.const(0, step, 2 * step, 3 * step)));
}

/** Every other of seven numbers, of which no eighth is read. */
function everyOther(address: Local<"i32">): V128 {
  return i32x4.shuffle(v128.load(address), v128.load(address, 12), [0, 2, 5, 7]);
}

/** Four numbers from anywhere. */
function gathered(f: FunctionBuilder, from: readonly I32[], offset: I32): Local<"v128"> {
  const [first, ...others] = from as [I32, ...I32[]];
  const lanes = f.let(v128.load32_zero(i32.add(first, offset)));
  others.forEach((one, lane) => {
    f.set(lanes, v128.load32_lane(i32.add(one, offset), lanes, lane + 1));
  });
  return lanes;
}

/**
 * Four elements across for each term along: to[k·step…] = source[across[0…3] + along[k]]. Neighbours are
 * read together where they lie side by side, across or along, or a place apart, as with stride 2.
 * Parameters: source, addresses of the tables of offsets in bytes, terms, to, its step in bytes.
 */
function packFour(m: ModuleBuilder): Func {
  return m.func(
    "packFour",
    { params: [i, i, i, i, i, i] },
    (f, source, across, along, terms, to, step) => {
      const each = (lanes: (offset: I32) => V128) => {
        f.while(terms, () => {
          f.do(v128.store(to, lanes(i32.load(along))));
          f.increment(along, 4);
          f.increment(to, step);
          f.increment(terms, -1);
        });
        f.return();
      };
      const from = Array.from({ length: 4 }, (_, lane) =>
        f.let(i32.add(source, i32.load(across, 4 * lane))),
      );
      const [first] = from as [Local<"i32">];
      const at = f.local(i);
      f.if(isRun(across, 4), () => each((offset) => v128.load(i32.add(first, offset))));
      f.if(isRun(across, 8), () =>
        each((offset) => {
          f.set(at, i32.add(first, offset));
          return everyOther(at);
        }),
      );
      const put = (lanes: V128) => {
        f.do(v128.store(to, lanes));
        f.increment(to, step);
      };
      const four = (read: (address: Local<"i32">) => V128) => {
        const offset = f.let(i32.load(along));
        const rows = from.map((one) => f.let(read(f.let(i32.add(one, offset)))));
        transpose4(f, rows).forEach(put);
      };
      f.while(i32.ge_u(terms, 4), () => {
        f.if(
          isRun(along, 4),
          () => four((address) => v128.load(address)),
          () =>
            f.if(
              isRun(along, 8),
              () => four(everyOther),
              () => {
                for (let k = 0; k < 4; k++) put(gathered(f, from, f.let(i32.load(along, 4 * k))));
              },
            ),
        );
        f.increment(along, 16);
        f.increment(terms, -4);
      });
      each((offset) => gathered(f, from, f.let(offset)));
    },
  );
}

/**
 * Packs panels of eight elements across, terms one after the other:
 * to[(8·terms)·panel + 8k + j] = source[across[8·panel + j] + along[k]]. Parameters: source, addresses of the
 * tables of offsets in bytes, panels, terms, to.
 */
export function packerAt(m: ModuleBuilder): Func {
  const four = packFour(m);
  return m.func(
    "packAt",
    { params: [i, i, i, i, i, i], export: true },
    (f, source, across, along, panels, terms, to) => {
      f.while(panels, () => {
        f.if(
          i32.and(isRun(across, 4), isRun(across, 4, 16)),
          () => {
            const from = [0, 16].map((half) => f.let(i32.add(source, i32.load(across, half))));
            const [term, line] = [f.let(along), f.let(to)];
            const left = f.let(terms);
            f.while(left, () => {
              const offset = f.let(i32.load(term));
              from.forEach((one, half) => {
                f.do(v128.store(line, v128.load(i32.add(one, offset)), 16 * half));
              });
              f.increment(term, 4);
              f.increment(line, 32);
              f.increment(left, -1);
            });
          },
          () => {
            f.call(four, source, across, along, terms, to, 32);
            f.call(four, source, i32.add(across, 16), along, terms, i32.add(to, 16), 32);
          },
        );
        f.increment(across, 32);
        f.increment(to, i32.shl(terms, 5));
        f.increment(panels, -1);
      });
    },
  );
}
