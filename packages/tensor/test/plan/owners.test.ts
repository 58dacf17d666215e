import test from "tape";
import { ownersOf } from "../../src/plan/check/owners.ts";

test("owners of ranges are those of each place", (t) => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const size = 40;
  for (let turn = 0; turn < 30; turn++) {
    const owners = ownersOf(size);
    const places = new Array<number>(size).fill(-1);
    let wrong = 0;
    for (let change = 0; change < 200; change++) {
      const from = random(size);
      const to = from + random(size - from + 1);
      const owner = random(5);
      const others = places.slice(from, to).filter((one) => one !== owner);
      const found = owners.other(from, to, owner);
      const right = others.length === 0 ? found === null : others.includes(found as number);
      if (!right) wrong++;
      if (random(2) === 0) continue;
      owners.give(from, to, owner);
      places.fill(owner, from, to);
    }
    t.equal(wrong, 0, `turn ${turn}`);
  }
  t.end();
});
