import { compile, type Node } from "@metrigrad/graph";
import { type Backend, isTensor, type Store, sameShape, type Tensor, tensor } from "@metrigrad/tensor";
import { inverse, Matrix } from "ml-matrix";
import type { Metric } from "../core/defMetric.ts";
import { diagnosis, largestError } from "./diagnosis.ts";
import { type MetricCheck, within } from "./report.ts";
import { drawn, type Place, type Subject, subjectsOf } from "./subject.ts";

const tolerance = 1e-8;

/**
 * Maps the inputs, x̃ → Bx̃, and the weights against them, W → B⁻ᵀW. Where that leaves the response as it
 * was, the parameters act through X̃W, and the metric must become (B ⊗ I)g(B ⊗ I)'. Nothing is checked
 * where the response changes, or the shapes do not allow it.
 */
export async function inputChecks(
  subject: Subject,
  metric: Metric,
  place: Place,
  backend: Backend,
): Promise<MetricCheck[]> {
  const { block, store, parameters, seed, name } = subject;
  const [parameter, ...others] = parameters;
  if (!isTensor(place.inputs)) return [];
  const rows = place.inputs;
  const [, width] = rows.shape;
  if (parameter === undefined || others.length > 0 || width === undefined) return [];
  const [d = 0, m = 0] = parameter.shape;
  const bias = d === width + 1;
  if (rows.shape.length !== 2 || !sameShape(parameter.shape, [block.d, block.m])) return [];
  if (!bias && d !== width) return [];

  const b = mapOf(seed, d, bias);
  const weights = matrixOf(await store.read(parameter.attrs));
  const moved = {
    ...place,
    inputs: mapped(matrixOf(rows), b, bias),
    parameters: {
      ...place.parameters,
      [subject.names[0] as string]: tensorOf(inverse(b.transpose()).mmul(weights)),
    },
  };
  const twins = await subjectsOf(metric, moved, backend);
  const twin = twins.find((one) => one.names[0] === subject.names[0]);
  if (twin === undefined) return [];
  const [before, after] = [await responsesOf(subject), await responsesOf(twin)];
  if (!(largestError({ claimed: after, found: before }) <= tolerance)) return [];

  const wide = b.kroneckerProduct(Matrix.eye(m));
  const here = await denseOf(subject);
  const expected = wide.mmul(here).mmul(wide.transpose());
  const compared = {
    claimed: Float64Array.from((await denseOf(twin)).to1DArray()),
    found: Float64Array.from(expected.to1DArray()),
    names: subject.point.names,
    m,
  };
  const title = `${name}: ${bias ? "affine" : "linear"} maps of the input`;
  const what = "covariance x̃ → Bx̃, W → B⁻ᵀW broken by";
  return [
    within(title, largestError(compared), tolerance, what, () => diagnosis(compared, tolerance)),
  ];
}

/** A regular B [d, d]; with a bias its last row is (0, …, 0, 1), as x̃ ends with 1. */
function mapOf(seed: number, d: number, bias: boolean): Matrix {
  const b = matrixOf(drawn(seed, "check/map", [d, d], 0.3)).add(Matrix.eye(d));
  if (bias) b.setRow(d - 1, [...new Array<number>(d - 1).fill(0), 1]);
  return b;
}

/** The rows x of X̃B'. */
function mapped(x: Matrix, b: Matrix, bias: boolean): Tensor {
  if (!bias) return tensorOf(x.mmul(b.transpose()));
  const rows = x.clone().addColumn(x.columns, new Array<number>(x.rows).fill(1));
  return tensorOf(rows.mmul(b.transpose()).subMatrix(0, x.rows - 1, 0, x.columns - 1));
}

async function valuesOf(nodes: readonly Node[], store: Store): Promise<Tensor[]> {
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run();
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await program.close();
  return values;
}

async function responsesOf({ responses, store }: Subject): Promise<Float64Array> {
  const values = await valuesOf(
    responses.map(({ natural }) => natural),
    store,
  );
  return Float64Array.from(values.flatMap((value) => [...value.data()]));
}

async function denseOf({ block, store }: Subject): Promise<Matrix> {
  const [dense] = await valuesOf([block.toDense()], store);
  return matrixOf(dense as Tensor);
}

function matrixOf(value: Tensor): Matrix {
  const [rows = 0, columns = 0] = value.shape;
  return Matrix.from1DArray(rows, columns, Array.from(value.data()));
}

function tensorOf(matrix: Matrix): Tensor {
  return tensor(Float64Array.from(matrix.to1DArray()), { shape: [matrix.rows, matrix.columns] });
}
