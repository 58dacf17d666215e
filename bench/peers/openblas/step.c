/* One step of training a relu network: products by OpenBLAS, everything else in fused loops. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include "kit.h"

enum { most = 32 };

/* Layer l maps h[l] [batch, size[l]] to h[l + 1] by w[l] [size[l], size[l + 1]] and offsets b[l]. */
static struct {
  long adam, batch, layers, checked, size[most + 1], steps;
  float rate, losses[16];
  const float *y;
  float *h[most + 1], *delta[most + 1], *w[most], *b[most], *dw[most], *db[most];
  float *moments[most][4];
} s;

static void multiply(int ta, int tb, long m, long n, long k, const float *a, const float *b,
                    float beta, float *c) {
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k,
              1, a, ta ? m : k, b, tb ? k : n, beta, c, n);
}

static void forward(void) {
  for (long l = 0; l < s.layers; l++) {
    const long to = s.size[l + 1];
    float *h = s.h[l + 1];
    for (long i = 0; i < s.batch; i++)
      for (long j = 0; j < to; j++) h[i * to + j] = s.b[l][j];
    multiply(0, 0, s.batch, to, s.size[l], s.h[l], s.w[l], 1, h);
    if (l + 1 == s.layers) break;
    for (long i = 0; i < s.batch * to; i++) h[i] = h[i] > 0 ? h[i] : 0;
  }
}

/* Mean cross-entropy; leaves its gradient by the last responses in the last delta. */
static float cost(void) {
  const long classes = s.size[s.layers];
  const float share = 1.0f / s.batch;
  float sum = 0;
  for (long i = 0; i < s.batch; i++) {
    const float *h = s.h[s.layers] + i * classes, *y = s.y + i * classes;
    float *delta = s.delta[s.layers] + i * classes, high = h[0], total = 0;
    for (long j = 1; j < classes; j++) high = h[j] > high ? h[j] : high;
    for (long j = 0; j < classes; j++) total += delta[j] = expf(h[j] - high);
    const float log_total = logf(total) + high;
    for (long j = 0; j < classes; j++) {
      sum += y[j] * (log_total - h[j]);
      delta[j] = (delta[j] / total - y[j]) * share;
    }
  }
  return sum * share;
}

static void backward(void) {
  for (long l = s.layers - 1; l >= 0; l--) {
    const long from = s.size[l], to = s.size[l + 1];
    const float *delta = s.delta[l + 1];
    multiply(1, 0, from, to, s.batch, s.h[l], delta, 0, s.dw[l]);
    for (long j = 0; j < to; j++) s.db[l][j] = 0;
    for (long i = 0; i < s.batch; i++)
      for (long j = 0; j < to; j++) s.db[l][j] += delta[i * to + j];
    if (l == 0) break;
    multiply(0, 1, s.batch, from, to, delta, s.w[l], 0, s.delta[l]);
    for (long i = 0; i < s.batch * from; i++) s.delta[l][i] = s.h[l][i] > 0 ? s.delta[l][i] : 0;
  }
}

static void update(float *restrict p, const float *restrict g, float *restrict mean,
                   float *restrict square, long size) {
  if (!s.adam) {
    for (long i = 0; i < size; i++) p[i] -= s.rate * g[i];
    return;
  }
  const float rate = s.rate / (1 - powf(0.9f, s.steps)), scale = 1 / (1 - powf(0.999f, s.steps));
  for (long i = 0; i < size; i++) {
    mean[i] = 0.9f * mean[i] + 0.1f * g[i];
    square[i] = 0.999f * square[i] + 0.001f * g[i] * g[i];
    p[i] -= rate * mean[i] / (sqrtf(square[i] * scale) + 1e-8f);
  }
}

static void run_step(void) {
  forward();
  const float loss = cost();
  if (s.steps < s.checked) s.losses[s.steps] = loss;
  s.steps++;
  backward();
  for (long l = 0; l < s.layers; l++) {
    float **m = s.moments[l];
    update(s.w[l], s.dw[l], m[0], m[1], s.size[l] * s.size[l + 1]);
    update(s.b[l], s.db[l], m[2], m[3], s.size[l + 1]);
  }
}

static void first_steps(void) {
  while (s.steps < s.checked) run_step();
}

static void release(void) {
  for (long l = 0; l < s.layers; l++) {
    float *all[] = {s.w[l], s.b[l], s.dw[l], s.db[l], s.h[l + 1], s.delta[l + 1]};
    for (int i = 0; i < 6; i++) free(all[i]);
    for (int i = 0; i < 4; i++) free(s.moments[l][i]);
  }
}

/* adam batch checked layers sizes…; rate, X, one-hot Y, W of every layer */
Problem step(const Operands *given) {
  s.adam = given->at[0], s.batch = given->at[1], s.checked = given->at[2], s.layers = given->at[3];
  s.steps = 0;
  for (long l = 0; l <= s.layers; l++) s.size[l] = given->at[4 + l];
  const float *in = given->in;
  s.rate = *in++;
  s.h[0] = (float *)in, in += s.batch * s.size[0];
  s.y = in, in += s.batch * s.size[s.layers];
  for (long l = 0; l < s.layers; l++) {
    const long to = s.size[l + 1], size = s.size[l] * to;
    s.w[l] = floats(size), s.dw[l] = floats(size), s.b[l] = floats(to), s.db[l] = floats(to);
    s.h[l + 1] = floats(s.batch * to), s.delta[l + 1] = floats(s.batch * to);
    for (int i = 0; i < 4; i++) s.moments[l][i] = floats(i < 2 ? size : to);
    for (long i = 0; i < size; i++) s.w[l][i] = *in++;
  }
  return (Problem){run_step, first_steps, release, s.losses, s.checked};
}
