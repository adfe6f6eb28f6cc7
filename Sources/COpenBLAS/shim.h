#include <cblas.h>

// LAPACK as OpenBLAS exports it: Fortran's names and conventions, all arguments by address,
// matrices column by column. The header that declares them is in a package of its own, which
// nothing else here needs.
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void spotri_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void sgeqrf_(const int *m, const int *n, float *a, const int *lda, float *tau, float *work,
             const int *lwork, int *info);
void sorgqr_(const int *m, const int *n, const int *k, float *a, const int *lda,
             const float *tau, float *work, const int *lwork, int *info);
void ssyevd_(const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w,
             float *work, const int *lwork, int *iwork, const int *liwork, int *info);

// Ends the library's threads, which come back with the first product that wants them. A library that
// was built without threads does not have it.
int blas_thread_shutdown_(void) __attribute__((weak));

static inline void endIdleThreads(void) {
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
