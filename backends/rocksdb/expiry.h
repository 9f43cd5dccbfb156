#ifndef WEIR_EXPIRY_H
#define WEIR_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// weir_expiry_t is what the compactions of one database know of what expires. Any thread may use it; Go calls into it a few times in the life of
// a database, and compactions never call Go.
typedef struct weir_expiry weir_expiry_t;

// weir_expiry_new gives the options (a rocksdb_options_t) a compaction filter that leaves out what has expired: at first nothing.
weir_expiry_t *weir_expiry_new(void *options);
// weir_expiry_free comes after the database was closed.
void weir_expiry_free(weir_expiry_t *e);

// weir_expiry_rule is backends.Expiry for the values whose keys begin with a byte. It holds from the next compaction on.
void weir_expiry_rule(weir_expiry_t *e, uint8_t prefix, int64_t life_us, int list, int width, int ask_after);

// weir_expiry_clock is where the task writes the time, in microseconds, by one atomic store. At first it is the least there is, at which nothing
// has expired.
int64_t *weir_expiry_clock(weir_expiry_t *e);

#ifdef __cplusplus
}
#endif
#endif
