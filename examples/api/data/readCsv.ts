// #region example
import { readCsv } from "metrigrad";

const rows = readCsv("city,age\nOslo,20\nBergen,\n", { types: { age: "number" } });
console.log(rows.length); // 2
console.log(rows[0]); // { city: 'Oslo', age: 20 }
console.log(rows[1]); // { city: 'Bergen', age: null }
// #endregion example
