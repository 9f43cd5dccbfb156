#ifndef WEIR_BULK_H
#define WEIR_BULK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#else
#include <rocksdb/c.h>

// weir_rows_t is backends.Rows in C's memory, with scratch for the arrays that RocksDB wants. A call that fills it empties it first, and leaves
// in error what went wrong, or NULL; the error lives until the next call.
typedef struct {
	char *data;
	size_t len, cap;
	uint32_t *ends;
	size_t n, endcap;
	const char **keys;
	size_t *keylens;
	rocksdb_pinnableslice_t **vals;
	char **errors;
	size_t argcap;
	char *error;
} weir_rows_t;

weir_rows_t *weir_rows_new(void);
void weir_rows_free(weir_rows_t *r);

// weir_get copies the value to buf if it fits, and returns its length, or -1 when it is absent, or -2 with rows->error.
long weir_get(rocksdb_t *db, rocksdb_readoptions_t *ro, weir_rows_t *r, const char *key, size_t keylen, char *buf, size_t cap);

// weir_multi_get fills rows with the values of n keys, which lie in data and end where ends say.
void weir_multi_get(rocksdb_t *db, rocksdb_column_family_handle_t *cf, rocksdb_readoptions_t *ro, weir_rows_t *r, const char *data,
	const uint32_t *ends, size_t n);

// weir_apply writes a batch, or leaves rows->error.
void weir_apply(rocksdb_t *db, rocksdb_writeoptions_t *wo, weir_rows_t *r, const char *rep, size_t len);

// weir_iter_t walks [lo, hi), or from lo to the end when hi is NULL.
typedef struct {
	rocksdb_iterator_t *it;
	rocksdb_readoptions_t *ro;
	char *hi;
	size_t hicap;
	int begun; // it stands on a row that was read
	weir_rows_t *rows;
} weir_iter_t;

// weir_iter_new ends an iterator and makes its memory a new one. NULL is none.
weir_iter_t *weir_iter_new(weir_iter_t *it, rocksdb_t *db, const rocksdb_snapshot_t *snap, const char *lo, size_t lolen, const char *hi,
	size_t hilen);
void weir_iter_next(weir_iter_t *it, int max);
void weir_iter_free(weir_iter_t *it);

// weir_append makes operands of Merge follow what is there.
void weir_append(rocksdb_options_t *o);
#endif

const char *weir_version(void);
int weir_sync_points(void); // whether asserts are compiled in

#ifdef __cplusplus
}
#endif
#endif
