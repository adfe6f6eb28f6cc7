#include "CKernels.h"

// MARK: Portable

static float dot_portable(const float *a, const float *b, size_t stride) {
    float sums[16] = {0};
    for (size_t i = 0; i < stride; i += 16)
        for (size_t lane = 0; lane < 16; lane++) sums[lane] += a[i + lane] * b[i + lane];
    float sum = 0;
    for (size_t lane = 0; lane < 16; lane++) sum += sums[lane];
    return sum;
}

static float negative_square_portable(const float *a, const float *b, size_t stride) {
    float sums[16] = {0};
    for (size_t i = 0; i < stride; i += 16)
        for (size_t lane = 0; lane < 16; lane++) {
            float difference = a[i + lane] - b[i + lane];
            sums[lane] += difference * difference;
        }
    float sum = 0;
    for (size_t lane = 0; lane < 16; lane++) sum += sums[lane];
    return -sum;
}

static void byte_dots_portable(
    const int16_t *query, const int8_t *rows, size_t count, size_t stride, int32_t *results) {
    for (size_t row = 0; row < count; row++, rows += stride) {
        int32_t sum = 0;
        for (size_t i = 0; i < stride; i++) sum += (int32_t)query[i] * rows[i];
        results[row] = sum;
    }
}

// MARK: AVX2

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma")))

AVX2 static inline float sum_of(__m256 left, __m256 right) {
    __m256 both = _mm256_add_ps(left, right);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(both), _mm256_extractf128_ps(both, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

AVX2 static float dot_avx2(const float *a, const float *b, size_t stride) {
    __m256 even = _mm256_setzero_ps(), odd = even;
    for (size_t i = 0; i < stride; i += 16) {
        even = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), even);
        odd = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), odd);
    }
    return sum_of(even, odd);
}

AVX2 static float negative_square_avx2(const float *a, const float *b, size_t stride) {
    __m256 even = _mm256_setzero_ps(), odd = even;
    for (size_t i = 0; i < stride; i += 16) {
        __m256 near = _mm256_sub_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
        __m256 far = _mm256_sub_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8));
        even = _mm256_fmadd_ps(near, near, even);
        odd = _mm256_fmadd_ps(far, far, odd);
    }
    return -sum_of(even, odd);
}

AVX2 static void byte_dots_avx2(
    const int16_t *query, const int8_t *rows, size_t count, size_t stride, int32_t *results) {
    for (size_t row = 0; row < count; row++, rows += stride) {
        __m256i sums = _mm256_setzero_si256();
        for (size_t i = 0; i < stride; i += 16) {
            __m256i bytes = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(rows + i)));
            __m256i wanted = _mm256_loadu_si256((const __m256i *)(query + i));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(bytes, wanted));
        }
        __m128i four = _mm_add_epi32(
            _mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
        results[row] = _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
    }
}
#endif

// MARK: Choice

typedef float (*Measure)(const float *, const float *, size_t);
typedef void (*ByteDots)(const int16_t *, const int8_t *, size_t, size_t, int32_t *);

static Measure dot = dot_portable;
static Measure negative_square = negative_square_portable;
static ByteDots byte_dots = byte_dots_portable;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    dot = dot_avx2;
    negative_square = negative_square_avx2;
    byte_dots = byte_dots_avx2;
}
#endif

float kernel_dot(const float *a, const float *b, size_t stride) { return dot(a, b, stride); }

float kernel_negative_square(const float *a, const float *b, size_t stride) {
    return negative_square(a, b, stride);
}

// A row's first lines; the processor fetches on where a longer one is read in order.
enum { lineFloats = 16, fetchedFloats = 8 * lineFloats, rowsAhead = 4 };

static void fetch(const float *row, size_t stride) {
    size_t end = stride < fetchedFloats ? stride : fetchedFloats;
    for (size_t i = 0; i < end; i += lineFloats) __builtin_prefetch(row + i);
}

static void measure_rows(
    Measure measure, const float *query, const float *const *rows, size_t count, size_t stride,
    float *results) {
    for (size_t row = 0; row < count && row < rowsAhead; row++) fetch(rows[row], stride);
    for (size_t row = 0; row < count; row++) {
        if (row + rowsAhead < count) fetch(rows[row + rowsAhead], stride);
        results[row] = measure(query, rows[row], stride);
    }
}

void kernel_dots(
    const float *query, const float *const *rows, size_t count, size_t stride, float *results) {
    measure_rows(dot, query, rows, count, stride, results);
}

void kernel_negative_squares(
    const float *query, const float *const *rows, size_t count, size_t stride, float *results) {
    measure_rows(negative_square, query, rows, count, stride, results);
}

void kernel_byte_dots(
    const int16_t *query, const int8_t *rows, size_t count, size_t stride, int32_t *results) {
    byte_dots(query, rows, count, stride, results);
}
