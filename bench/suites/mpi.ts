import { cpus } from "node:os";
import type { Network } from "metrigrad";
import { predictions, type RankWork } from "../../packages/metrigrad/src/cli/plan/predict.ts";
import { launcher, type Measured, onRanks, planned } from "../mpi/launch.ts";
import { batchSize, optimizers } from "../mpi/training.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

const counts = [1, 2, 4] as const;

const names = ["compute", "metric", "of it factorise", "communicate", "total"] as const;

/** Seconds of the parts of a step. */
type Parts = Readonly<Record<(typeof names)[number], number>>;

/**
 * Where the time of a step goes on 1, 2 and 4 ranks of this machine, over loopback by Open MPI, each on one thread, beside what
 * `metrigrad plan` predicts with the latency and bandwidth of allreduces in the same runs.
 */
export async function mpi(session: Session): Promise<Result[]> {
  const command = launcher();
  if (command === null) {
    session.remark("mpi: not run: no mpirun of Open MPI; apt-get install openmpi-bin");
    return [];
  }
  const cores = cpus().length;
  if (cores < Math.max(...counts)) {
    session.remark(
      `mpi: this machine has ${cores} cores, so ${counts.at(-1)} ranks share them: their steps take longer than on ${counts.at(-1)} cores, and the prediction, which is for a core per rank, does not count that`,
    );
  }
  session.remark("mpi: communicate has the time in which a rank waits for the others");
  const steps = session.options.quick ? 10 : 20 * session.options.rounds;
  const results: Result[] = [];
  for (const optimizer of Object.keys(optimizers)) {
    for (const scaling of ["weak", "strong"] as const) {
      session.progress(`mpi ${optimizer} ${scaling}`);
      const more = ["--ranks", `${counts.at(-1)}`, "--network", "1GB,20us", `--${scaling}`];
      const { rows } = await planned(optimizer, more);
      for (const ranks of counts) {
        // One rank does the same in both.
        if (ranks === 1 && scaling === "strong") continue;
        const own = scaling === "weak" ? batchSize : batchSize / ranks;
        const measured = await onRanks(command, { ranks, optimizer, rows: own, steps });
        const works = rows as readonly RankWork[];
        const row = `${optimizer} ${ranks === 1 ? "alone" : `${scaling}, ${ranks} ranks`}`;
        if (ranks > 1) session.remark(`mpi ${row}: ${linkText(measured)}`);
        results.push(...cells(row, partsOf(measured), predictedParts(works, measured)));
      }
    }
  }
  return results;
}

function partsOf({ step, communicate, metric, factorise }: Measured): Parts {
  const compute = step - communicate - metric;
  return { compute, metric, "of it factorise": factorise, communicate, total: step };
}

function predictedParts(works: readonly RankWork[], measured: Measured): Parts {
  const all = predictions(works, networkOf(measured), "best");
  const found = all.find(({ ranks }) => ranks === measured.ranks);
  if (found === undefined) throw new Error(`no prediction for ${measured.ranks} ranks`);
  const { compute, metric, factorise, communicate, total } = found;
  return { compute, metric: metric ?? 0, "of it factorise": factorise ?? 0, communicate, total };
}

/** α from an allreduce of one float by recursive doubling, and β from one of many by Rabenseifner's algorithm. */
export function networkOf({ ranks, ping: { small, large, bytes } }: Measured): Network {
  const rounds = Math.ceil(Math.log2(ranks));
  if (ranks === 1) return { latency: 0, bandwidth: Number.POSITIVE_INFINITY };
  const latency = small / rounds;
  const rest = Math.max(0, large - 2 * rounds * latency);
  return { latency, bandwidth: (2 * (ranks - 1) * bytes) / ranks / rest };
}

function linkText(measured: Measured): string {
  const { latency, bandwidth } = networkOf(measured);
  return `α ${(1e6 * latency).toPrecision(3)} µs, 1/β ${(1e-9 * bandwidth).toPrecision(3)} GB/s`;
}

function cells(row: string, measured: Parts, predicted: Parts): Result[] {
  const cell = (column: string, unit: string, ours: number) =>
    resultOf({
      ...{ suite: "mpi", case: `${row}: ${column}`, unit, better: "lower", ours, peers: {} },
      cell: { row, column },
    });
  return [
    ...names.map((name) => cell(name, "ms", 1000 * measured[name])),
    ...names.map((name) => cell(`${name}, predicted`, "ms", 1000 * predicted[name])),
    cell("total, predicted / measured", "×", predicted.total / measured.total),
  ];
}
