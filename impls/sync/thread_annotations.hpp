#pragma once

// Names for clang's thread-safety analysis (-Wthread-safety); other compilers see nothing.
#if defined(__clang__)
#define CONTEND_ANNOTATION(x) __attribute__((x))
#else
#define CONTEND_ANNOTATION(x)
#endif

#define CAPABILITY(name) CONTEND_ANNOTATION(capability(name))
#define SCOPED_CAPABILITY CONTEND_ANNOTATION(scoped_lockable)
#define GUARDED_BY(lock) CONTEND_ANNOTATION(guarded_by(lock))
#define REQUIRES(...) CONTEND_ANNOTATION(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) CONTEND_ANNOTATION(requires_shared_capability(__VA_ARGS__))
#define ACQUIRE(...) CONTEND_ANNOTATION(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) CONTEND_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) CONTEND_ANNOTATION(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) CONTEND_ANNOTATION(release_shared_capability(__VA_ARGS__))
#define RELEASE_GENERIC(...) CONTEND_ANNOTATION(release_generic_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) CONTEND_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE_SHARED(...) CONTEND_ANNOTATION(try_acquire_shared_capability(__VA_ARGS__))
#define EXCLUDES(...) CONTEND_ANNOTATION(locks_excluded(__VA_ARGS__))
// For lock sets whose size is known only at run time, which the analysis cannot follow. Say why beside each use.
#define NO_THREAD_SAFETY_ANALYSIS CONTEND_ANNOTATION(no_thread_safety_analysis)
