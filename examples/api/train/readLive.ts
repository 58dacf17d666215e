// #region example
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSet, dense, fit, gaussian, readLive, sgd } from "metrigrad";

const folder = mkdtempSync(join(tmpdir(), "live-"));
const train = { inputs: [[0], [1], [2]], targets: [[1], [3], [5]] };
const options = { likelihood: gaussian(), optimizer: sgd(), batchSize: 3, epochs: 4, seed: 1 };
const run = fit(dense(1, 1), { ...options, data: dataSet({ train }), live: { folder } });
for await (const { epoch } of run) if (epoch === 2) break;
const { recording, states } = readLive(readFileSync(join(folder, "events.jsonl"), "utf8"));
console.log(recording.runs[0]?.epochs.length, states[0]?.epochs, states[0]?.ending); // 2 4 stopped
await run.close();
rmSync(folder, { recursive: true });
// #endregion example
