#include "CKernels.h"

// MARK: Portable

enum { lanes = 16 };

static void row_products_portable(
    const float *rows, size_t width, const int32_t *indices, size_t count, const float *vector,
    float *results) {
    size_t whole = width - width % lanes;
    for (size_t k = 0; k < count; k++) {
        const float *row = rows + (size_t)indices[k] * width;
        float sums[lanes] = {0}, sum = 0;
        for (size_t i = 0; i < whole; i += lanes)
            for (size_t lane = 0; lane < lanes; lane++)
                sums[lane] += row[i + lane] * vector[i + lane];
        for (size_t lane = 0; lane < lanes; lane++) sum += sums[lane];
        for (size_t i = whole; i < width; i++) sum += row[i] * vector[i];
        results[k] = sum;
    }
}

static void add_rows_portable(
    const float *rows, size_t width, const int32_t *indices, const float *factors, size_t count,
    float *target) {
    size_t column = 0;
    for (; column + lanes <= width; column += lanes) {
        // Sums stay in registers while the rows pass.
        float sums[lanes];
        for (size_t lane = 0; lane < lanes; lane++) sums[lane] = target[column + lane];
        for (size_t k = 0; k < count; k++) {
            const float *row = rows + (size_t)indices[k] * width + column;
            for (size_t lane = 0; lane < lanes; lane++) sums[lane] += factors[k] * row[lane];
        }
        for (size_t lane = 0; lane < lanes; lane++) target[column + lane] = sums[lane];
    }
    for (size_t k = 0; k < count; k++) {
        const float *row = rows + (size_t)indices[k] * width;
        for (size_t i = column; i < width; i++) target[i] += factors[k] * row[i];
    }
}

// MARK: AVX2

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma")))

/// The sum of each of four vectors.
AVX2 static inline __m128 sums_of(__m256 a, __m256 b, __m256 c, __m256 d) {
    __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
}

AVX2 static void row_products_avx2(
    const float *rows, size_t width, const int32_t *indices, size_t count, const float *vector,
    float *results) {
    size_t whole = width - width % 8, k = 0;
    // Four rows at once: the vector is loaded once for all of them, and no sum waits for itself.
    for (; k + 4 <= count; k += 4) {
        const float *a = rows + (size_t)indices[k] * width;
        const float *b = rows + (size_t)indices[k + 1] * width;
        const float *c = rows + (size_t)indices[k + 2] * width;
        const float *d = rows + (size_t)indices[k + 3] * width;
        __m256 as = _mm256_setzero_ps(), bs = as, cs = as, ds = as;
        for (size_t i = 0; i < whole; i += 8) {
            __m256 part = _mm256_loadu_ps(vector + i);
            as = _mm256_fmadd_ps(part, _mm256_loadu_ps(a + i), as);
            bs = _mm256_fmadd_ps(part, _mm256_loadu_ps(b + i), bs);
            cs = _mm256_fmadd_ps(part, _mm256_loadu_ps(c + i), cs);
            ds = _mm256_fmadd_ps(part, _mm256_loadu_ps(d + i), ds);
        }
        _mm_storeu_ps(results + k, sums_of(as, bs, cs, ds));
        for (size_t i = whole; i < width; i++) {
            results[k] += a[i] * vector[i];
            results[k + 1] += b[i] * vector[i];
            results[k + 2] += c[i] * vector[i];
            results[k + 3] += d[i] * vector[i];
        }
    }
    for (; k < count; k++) {
        const float *row = rows + (size_t)indices[k] * width;
        __m256 sums = _mm256_setzero_ps();
        for (size_t i = 0; i < whole; i += 8)
            sums = _mm256_fmadd_ps(_mm256_loadu_ps(row + i), _mm256_loadu_ps(vector + i), sums);
        float sum = _mm_cvtss_f32(sums_of(sums, sums, sums, sums));
        for (size_t i = whole; i < width; i++) sum += row[i] * vector[i];
        results[k] = sum;
    }
}

/// `8 · vectors` columns, `vectors` being known when this is compiled: as many sums in registers.
AVX2 __attribute__((always_inline)) static inline void add_columns(
    const float *rows, size_t width, const int32_t *indices, const float *factors, size_t count,
    float *target, const size_t vectors) {
    __m256 sums[8];
    for (size_t v = 0; v < vectors; v++) sums[v] = _mm256_loadu_ps(target + 8 * v);
    for (size_t k = 0; k < count; k++) {
        const float *row = rows + (size_t)indices[k] * width;
        __m256 factor = _mm256_set1_ps(factors[k]);
        for (size_t v = 0; v < vectors; v++)
            sums[v] = _mm256_fmadd_ps(factor, _mm256_loadu_ps(row + 8 * v), sums[v]);
    }
    for (size_t v = 0; v < vectors; v++) _mm256_storeu_ps(target + 8 * v, sums[v]);
}

AVX2 static void add_rows_avx2(
    const float *rows, size_t width, const int32_t *indices, const float *factors, size_t count,
    float *target) {
    size_t column = 0;
    // Eight sums keep both units for multiplication busy.
    for (; column + 64 <= width; column += 64)
        add_columns(rows + column, width, indices, factors, count, target + column, 8);
    for (; column + 32 <= width; column += 32)
        add_columns(rows + column, width, indices, factors, count, target + column, 4);
    for (; column + 8 <= width; column += 8)
        add_columns(rows + column, width, indices, factors, count, target + column, 1);
    if (column == width) return;
    for (size_t k = 0; k < count; k++) {
        const float *row = rows + (size_t)indices[k] * width;
        for (size_t i = column; i < width; i++) target[i] += factors[k] * row[i];
    }
}
#endif

// MARK: Choice

typedef void (*RowProducts)(
    const float *, size_t, const int32_t *, size_t, const float *, float *);
typedef void (*AddRows)(
    const float *, size_t, const int32_t *, const float *, size_t, float *);

static RowProducts row_products = row_products_portable;
static AddRows add_rows = add_rows_portable;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    row_products = row_products_avx2;
    add_rows = add_rows_avx2;
}
#endif

void kernel_row_products(
    const float *rows, size_t width, const int32_t *indices, size_t count, const float *vector,
    float *results) {
    row_products(rows, width, indices, count, vector, results);
}

void kernel_add_rows(
    const float *rows, size_t width, const int32_t *indices, const float *factors, size_t count,
    float *target) {
    add_rows(rows, width, indices, factors, count, target);
}

// MARK: Sparse rows

// Scattered sums gain nothing from wider vectors: waiting for memory is what they can save.
enum { sparseRowsAhead = 4, lineEntries = 16, fetchedEntries = 4 * lineEntries };

void kernel_add_sparse_rows(
    const intptr_t *offsets, const int32_t *indices, const float *values, const int32_t *rows,
    const float *factors, size_t count, float *target) {
    for (size_t k = 0; k < count; k++) {
        if (k + sparseRowsAhead < count) {
            int32_t next = rows[k + sparseRowsAhead];
            intptr_t end = offsets[next + 1], known = offsets[next] + fetchedEntries;
            for (intptr_t p = offsets[next]; p < end && p < known; p += lineEntries) {
                __builtin_prefetch(indices + p);
                __builtin_prefetch(values + p);
            }
        }
        intptr_t p = offsets[rows[k]], end = offsets[rows[k] + 1];
        float factor = factors[rows[k]];
        for (; p + 4 <= end; p += 4) {
            float *a = target + indices[p], *b = target + indices[p + 1];
            float *c = target + indices[p + 2], *d = target + indices[p + 3];
            // The places differ, which lets all four be read before the first is written.
            float as = *a + factor * values[p], bs = *b + factor * values[p + 1];
            float cs = *c + factor * values[p + 2], ds = *d + factor * values[p + 3];
            *a = as, *b = bs, *c = cs, *d = ds;
        }
        for (; p < end; p++) target[indices[p]] += factor * values[p];
    }
}
