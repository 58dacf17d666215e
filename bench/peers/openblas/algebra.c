/* Products, grams, factors and solves; all matrices are row-major. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "kit.h"

extern void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info);

static struct {
  long m, k, n, transposed, count, d, columns;
  const float *a, *b;
  float *out, *scratch;
} p;

static void release(void) {
  free(p.out);
  free(p.scratch);
  p.out = p.scratch = NULL;
}

static Problem prepared(void (*run)(void), void (*answer)(void), size_t size) {
  p.out = floats(size);
  return (Problem){run, answer, release, p.out, size};
}

static void run_product(void) {
  cblas_sgemm(CblasRowMajor, p.transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, p.m, p.n, p.k,
              1, p.a, p.transposed ? p.m : p.k, p.b, p.n, 0, p.out, p.n);
}

/* m k n transposed; A, B */
Problem product(const Operands *given) {
  p.m = given->at[0], p.k = given->at[1], p.n = given->at[2], p.transposed = given->at[3];
  p.a = given->in, p.b = given->in + p.m * p.k;
  return prepared(run_product, NULL, p.m * p.n);
}

static void run_gram(void) {
  for (long i = 0; i < p.n; i++) {
    float root = sqrtf(p.b[i]);
    for (long j = 0; j < p.d; j++) p.scratch[i * p.d + j] = root * p.a[i * p.d + j];
  }
  cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, p.d, p.n, 1.0f / p.n, p.scratch, p.d, 0, p.out,
              p.d);
}

static void mirror(void) {
  for (long i = 0; i < p.d; i++)
    for (long j = 0; j < i; j++) p.out[j * p.d + i] = p.out[i * p.d + j];
}

/* n d; X, nu */
Problem gram(const Operands *given) {
  p.n = given->at[0], p.d = given->at[1];
  p.a = given->in, p.b = given->in + p.n * p.d;
  p.scratch = floats(p.n * p.d);
  return prepared(run_gram, mirror, p.d * p.d);
}

/* LAPACK counts by columns: its upper factor is the lower one here. */
static void run_cholesky(void) {
  memcpy(p.out, p.a, p.count * p.d * p.d * sizeof(float));
  const int n = (int)p.d;
  for (long i = 0; i < p.count; i++) {
    int info;
    spotrf_("U", &n, p.out + i * p.d * p.d, &n, &info);
  }
}

static void clear_upper(void) {
  for (long i = 0; i < p.count; i++)
    for (long r = 0; r < p.d; r++)
      for (long c = r + 1; c < p.d; c++) p.out[(i * p.d + r) * p.d + c] = 0;
}

/* count d; A */
Problem cholesky(const Operands *given) {
  p.count = given->at[0], p.d = given->at[1], p.a = given->in;
  return prepared(run_cholesky, clear_upper, p.count * p.d * p.d);
}

static void run_solve(void) {
  memcpy(p.out, p.b, p.count * p.d * p.columns * sizeof(float));
  for (long i = 0; i < p.count; i++) {
    const float *l = p.a + i * p.d * p.d;
    float *x = p.out + i * p.d * p.columns;
    if (p.columns == 1) {
      cblas_strsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, p.d, l, p.d, x, 1);
      cblas_strsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, p.d, l, p.d, x, 1);
    } else {
      cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, p.d, p.columns,
                  1, l, p.d, x, p.columns);
      cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, p.d, p.columns, 1,
                  l, p.d, x, p.columns);
    }
  }
}

/* count d columns; L, B */
Problem solve(const Operands *given) {
  p.count = given->at[0], p.d = given->at[1], p.columns = given->at[2];
  p.a = given->in, p.b = given->in + p.count * p.d * p.d;
  return prepared(run_solve, NULL, p.count * p.d * p.columns);
}
