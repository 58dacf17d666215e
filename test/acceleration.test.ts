/** Geodesic acceleration: what is observed moves straight to second order, within the limit. */
import {
  acceleration,
  autoMetric,
  chain,
  concat,
  constant,
  defModule,
  engd,
  exp,
  gaussian,
  lineSearch,
  matmul,
  mean,
  metrics,
  mul,
  type Node,
  type Optimizer,
  observedMetrics,
  param,
  precondition,
  reference,
  scale,
  sin,
  square,
  sum,
  type Transform,
  tensor,
  trainingStep,
} from "metrigrad";
import test from "tape";

/** Three residuals of three parameters, whose Jacobian has full rank. */
const residuals = defModule({
  name: "residuals",
  params: { w: param([1, 3], () => Float64Array.of(0.4, -0.3, 0.7)) },
  apply: ({ w }, x: Node) => {
    const mixed = matmul(
      mul(x, w),
      constant(
        tensor([
          [1, 0.3, -0.2],
          [0.1, 1, 0.4],
          [-0.3, 0.2, 1],
        ]),
      ),
    );
    return concat([exp(mixed), sin(mul(mixed, mixed)), square(mixed)], 1);
  },
});

const pick = constant(
  tensor(
    Float64Array.from({ length: 27 }, (_, i) => Math.cos(1 + 1.7 * i)),
    { shape: [9, 3] },
  ),
);

const start = [0.4, -0.3, 0.7];

/** Residuals of given parameters in plain numbers. */
function residualsAt(w: ArrayLike<number>): number[] {
  const rows = [
    [1, 0.3, -0.2],
    [0.1, 1, 0.4],
    [-0.3, 0.2, 1],
  ];
  const mixed = [0, 1, 2].map((j) =>
    rows.reduce((total, row, i) => total + (w[i] as number) * (row[j] as number), 0),
  );
  const each = [
    ...mixed.map(Math.exp),
    ...mixed.map((v) => Math.sin(v * v)),
    ...mixed.map((v) => v * v),
  ];
  return [0, 1, 2].map((k) =>
    each.reduce((total, value, i) => total + value * Math.cos(1 + 1.7 * (3 * i + k)), 0),
  );
}

/** What a step is to observe, and what it told. */
interface Told {
  readonly observed?: boolean;
  quantities?: Readonly<Record<string, number | readonly number[]>>;
}

/** The parameters after one step. */
async function after(optimizer: Optimizer, told?: Told): Promise<ArrayLike<number>> {
  const backend = await reference();
  const model = residuals();
  const store = await backend.store(model, { seed: 1, float: "f64" });
  const step = await trainingStep(store, {
    optimizer,
    feeds: {},
    report: told !== undefined && told.observed !== false,
    loss: (_, { apply, observe }) => {
      const r = matmul(apply(model, constant(tensor([[1, 1, 1]]))), pick);
      if (told?.observed !== false) observe(r, gaussian());
      return mul(0.5, mean(sum(square(r), { axis: 1 })));
    },
  });
  const { report } = await step.run({});
  if (told) told.quantities = report?.quantities ?? {};
  const [path] = [...store.variables].map((one) => one.path).filter((one) => one.endsWith("w"));
  const values = (await store.read(path as string)).data();
  await backend.close();
  return values as ArrayLike<number>;
}

const metric = precondition({ metrics: observedMetrics(), relative: 0, absolute: 1e-14 });

/** How far residuals are from (1 − s)r after a step of length s. */
async function miss(s: number, ...more: readonly Transform[]): Promise<number> {
  const w = await after(chain(metric, ...more, lineSearch({ trials: 1, longest: s })));
  const [before, now] = [residualsAt(start), residualsAt(w)];
  return Math.hypot(...now.map((value, k) => value - (1 - s) * (before[k] as number)));
}

test("acceleration: residuals move straight to second order, without it to first", async (t) => {
  const [straight, half] = [await miss(0.1), await miss(0.05)];
  const [bent, bentHalf] = [await miss(0.1, acceleration()), await miss(0.05, acceleration())];
  t.ok(Math.abs(straight / half - 4) < 0.7, `straight: ${straight / half}, about 2²`);
  t.ok(Math.abs(bent / bentHalf - 8) < 1.5, `bent: ${bent / bentHalf}, about 2³`);
  t.ok(bent < 0.3 * straight, `${bent} beside ${straight}`);
});

test("acceleration: a step beyond the limit is straight", async (t) => {
  const at = async (...more: readonly Transform[]) =>
    Array.from(await after(chain(metric, ...more, lineSearch({ trials: 1, longest: 0.1 }))));
  const [straight, bent] = [await at(), await at(acceleration())];
  t.notDeepEqual(straight, bent);
  t.deepEqual(await at(acceleration({ limit: 1e-6 })), straight);
  t.deepEqual(await at(acceleration({ limit: 1e6 })), bent);
  // The second-order change in that of first order, by differences of the residuals along the step.
  const u = straight.map((value, k) => (value - (start[k] as number)) / 0.1);
  const along = (h: number) => residualsAt(start.map((value, k) => value + h * (u[k] as number)));
  const [up, mid, down] = [along(1e-4), along(0), along(-1e-4)] as [number[], number[], number[]];
  const first = Math.hypot(...up.map((value, k) => (value - (down[k] as number)) / 2e-4));
  const second = Math.hypot(
    ...up.map((value, k) => (value - 2 * (mid[k] as number) + (down[k] as number)) / 1e-8),
  );
  const ratio = (0.5 * 0.1 * second) / first;
  t.deepEqual(await at(acceleration({ limit: 0.99 * ratio })), straight);
  t.deepEqual(await at(acceleration({ limit: 1.01 * ratio })), bent);
});

test("acceleration: the prediction is that of the straight model, which the bend makes true", async (t) => {
  const told: Told = {};
  const s = 0.1;
  await after(chain(metric, acceleration(), lineSearch({ trials: 1, longest: s })), told);
  const [predictedChange, lossChange] = ["predictedChange", "lossChange"].map((name) =>
    Number(told.quantities?.[name]),
  ) as [number, number];
  const loss = 0.5 * residualsAt(start).reduce((total, value) => total + value ** 2, 0);
  const expected = loss * ((1 - s) ** 2 - 1);
  t.ok(Math.abs(predictedChange / expected - 1) < 1e-9, `${predictedChange}, ${expected}`);
  t.ok(Math.abs(lossChange / expected - 1) < 0.01, `${lossChange}, ${expected}`);
});

test("engd: steps of a loss of which nothing is observed stay straight", async (t) => {
  const told: Told = { observed: false };
  const settings = { metrics: metrics(autoMetric(residuals)), relative: 0, absolute: 0.1 };
  const [bent, straight] = [engd(settings), engd({ ...settings, acceleration: null })];
  t.deepEqual(await after(bent, told), await after(straight, told));
});

test("engd bends its steps where it searches a grid, and where it is asked to", (t) => {
  t.deepEqual(engd().settings.acceleration, { limit: null });
  t.equal(engd({ acceleration: null }).settings.acceleration, null);
  t.equal(engd({ lineSearch: null, adapt: {} }).settings.acceleration, null);
  t.equal(engd({ lineSearch: { rule: "wolfe" } }).settings.acceleration, null);
  t.deepEqual(engd({ acceleration: { limit: 2 } }).settings.acceleration, { limit: 2 });
  t.end();
});

test("acceleration: what does not fit is refused", async (t) => {
  const refused = async (make: () => Promise<unknown> | unknown, message: RegExp) => {
    try {
      await make();
      t.fail("no error");
    } catch (error) {
      t.match(String(error), message);
    }
  };
  await refused(() => acceleration({ limit: -1 }), /acceleration: limit must be .*, got -1/);
  await refused(
    () => acceleration({ most: 1 } as never),
    /acceleration: options must be among limit, got most/,
  );
  const searched =
    /acceleration: a line search over a grid must stand behind it, got a chain without/;
  await refused(() => after(chain(metric, acceleration())), searched);
  const wolfe = { lineSearch: { rule: "wolfe" }, acceleration: {} } as const;
  await refused(() => after(engd(wolfe)), searched);
  await refused(
    () => after(chain(metric, acceleration(), scale(0.5), lineSearch())),
    /lineSearch: it must stand right behind acceleration, got a transform between them/,
  );
  await refused(
    () =>
      after(engd({ acceleration: {}, metrics: metrics(autoMetric(residuals)) }), {
        observed: false,
      }),
    /acceleration: the loss must be of what is observed/,
  );
  await refused(() => after(chain(acceleration(), lineSearch())), /acceleration: .*metric/s);
});
