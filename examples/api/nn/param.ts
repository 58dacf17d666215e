// #region example
import { defModule, heNormal, matmul, param, sequential, transpose } from "metrigrad";

// One parameter for two modules: the second takes its transpose.
const w = param([4, 2], heNormal);
const encoder = defModule({
  name: "encoder",
  params: () => ({ w }),
  apply: (own, x) => matmul(x, own.w),
});
const decoder = defModule({
  name: "decoder",
  params: () => ({ w }),
  apply: (own, z) => matmul(z, transpose(own.w)),
});
const tied = sequential(encoder(), decoder());
console.log(tied.variables.map(({ path }) => path)); // [ 'encoder0/w' ]
// #endregion example
