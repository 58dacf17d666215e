/* A problem that is ready to run: operands are read from a file, the answer is written to one. */
#ifndef KIT_H
#define KIT_H
#include <stddef.h>

typedef struct {
  void (*run)(void);            /* computes once */
  void (*answer)(void);         /* makes `out` complete before it is written; may be null */
  void (*release)(void);        /* frees what `run` needs */
  const float *out;
  size_t size;
} Problem;

/* Integers that describe the problem, and its operands one after another. */
typedef struct {
  long at[40];
  const float *in;
} Operands;

Problem product(const Operands *given);
Problem gram(const Operands *given);
Problem cholesky(const Operands *given);
Problem solve(const Operands *given);
Problem step(const Operands *given);

/* Zeroed floats at a multiple of 64 bytes. */
float *floats(size_t size);
#endif
