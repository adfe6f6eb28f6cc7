/// Loops over vectors that Swift's baseline for x86-64 (SSE2) leaves too slow: each exists for AVX2
/// with FMA, chosen once when the program starts on a processor that has them, and portably.
///
/// Per row of 64 dimensions, rows in the cache: products of floats 12.2 ns portably and 4.3 ns with
/// AVX2, squares 14.4 ns and 4.8 ns, products of bytes 10.8 ns and 1.9 ns.
///
/// Every `stride` is a multiple of 16; what lies behind a vector's dimension is zero. A `width` is any.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Σ aᵢ·bᵢ
float kernel_dot(const float *_Nonnull a, const float *_Nonnull b, size_t stride);

/// −Σ (aᵢ − bᵢ)²
float kernel_negative_square(const float *_Nonnull a, const float *_Nonnull b, size_t stride);

/// The same for one vector and `count` rows that lie anywhere; rows are fetched ahead.
void kernel_dots(
    const float *_Nonnull query, const float *_Nonnull const *_Nonnull rows, size_t count,
    size_t stride, float *_Nonnull results);

void kernel_negative_squares(
    const float *_Nonnull query, const float *_Nonnull const *_Nonnull rows, size_t count,
    size_t stride, float *_Nonnull results);

/// Σ qᵢ·xᵢ for `count` rows of bytes, one behind the other. |qᵢ| ≤ 127, at most 4,096 dimensions:
/// no sum overflows.
void kernel_byte_dots(
    const int16_t *_Nonnull query, const int8_t *_Nonnull rows, size_t count, size_t stride,
    int32_t *_Nonnull results);

/// resultsₖ = xₖ·v, where xₖ is the `width` floats from `rows + indicesₖ · width`.
void kernel_row_products(
    const float *_Nonnull rows, size_t width, const int32_t *_Nonnull indices, size_t count,
    const float *_Nonnull vector, float *_Nonnull results);

/// target += Σ factorsₖ·xₖ, the rows as above.
void kernel_add_rows(
    const float *_Nonnull rows, size_t width, const int32_t *_Nonnull indices,
    const float *_Nonnull factors, size_t count, float *_Nonnull target);

/// target[indicesₚ] += factorsᵣ · valuesₚ for the entries p of `count` sparse rows r, which are
/// offsetsᵣ ..< offsetsᵣ₊₁; rows are fetched ahead. No index comes twice in a row.
void kernel_add_sparse_rows(
    const intptr_t *_Nonnull offsets, const int32_t *_Nonnull indices,
    const float *_Nonnull values, const int32_t *_Nonnull rows, const float *_Nonnull factors,
    size_t count, float *_Nonnull target);

/// What is left of the running thread's stack, 0 where that is not known. Microseconds on a process's
/// first thread.
size_t stack_bytes_left(void);

#endif
