/*
 * Solves problems with OpenBLAS on request. Lines on standard input:
 *   KIND INTEGERS…   reads the operands from the file `in`, answers `ready`
 *   answer           computes once, writes the file `out`, answers `written`
 *   time COUNT       computes so many times, answers with the seconds
 */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kit.h"

static const struct {
  const char *name;
  Problem (*make)(const Operands *);
} kinds[] = {
    {"product", product}, {"gram", gram}, {"cholesky", cholesky}, {"solve", solve}, {"step", step},
};

float *floats(size_t size) {
  size_t bytes = (size * sizeof(float) + 63) / 64 * 64;
  float *memory = aligned_alloc(64, bytes);
  if (memory == NULL) exit(3);
  memset(memory, 0, bytes);
  return memory;
}

static float *operands(void) {
  FILE *file = fopen("in", "rb");
  if (file == NULL) exit(4);
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file) / sizeof(float);
  rewind(file);
  float *values = floats(size);
  if (fread(values, sizeof(float), size, file) != size) exit(4);
  fclose(file);
  return values;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

static void write_answer(const Problem *problem) {
  problem->run();
  if (problem->answer != NULL) problem->answer();
  FILE *file = fopen("out", "wb");
  if (file == NULL || fwrite(problem->out, sizeof(float), problem->size, file) != problem->size) exit(5);
  fclose(file);
}

int main(void) {
  static char line[1024];
  static Problem problem;
  static float *in = NULL;
  printf("%s\n", openblas_get_config());
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    char *word = strtok(line, " \n");
    if (word == NULL) continue;
    if (strcmp(word, "answer") == 0) {
      write_answer(&problem);
      printf("written\n");
    } else if (strcmp(word, "time") == 0) {
      long count = strtol(strtok(NULL, " \n"), NULL, 10);
      double begun = now();
      for (long i = 0; i < count; i++) problem.run();
      printf("%.9e\n", now() - begun);
    } else {
      if (in != NULL) {
        problem.release();
        free(in);
      }
      Operands given = {{0}, in = operands()};
      int at = 0;
      for (char *text; at < 40 && (text = strtok(NULL, " \n")) != NULL;) {
        given.at[at++] = strtol(text, NULL, 10);
      }
      for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        if (strcmp(word, kinds[kind].name) == 0) problem = kinds[kind].make(&given);
      }
      printf("ready\n");
    }
    fflush(stdout);
  }
  return 0;
}
