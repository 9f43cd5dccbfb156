//go:build rocksdb && cgo

#include "bulk.h"

#include <stdlib.h>
#include <string.h>

#define ABSENT 0x80000000u
#define BYTES_MAX 0x7fffffffu

static void *room(void *p, size_t n) {
	p = realloc(p, n);
	if (!p) abort(); // as Go does when memory is out
	return p;
}

weir_rows_t *weir_rows_new(void) {
	weir_rows_t *r = room(NULL, sizeof *r);
	memset(r, 0, sizeof *r);
	return r;
}

void weir_rows_free(weir_rows_t *r) {
	free(r->data), free(r->ends), free(r->keys), free(r->keylens), free(r->vals), free(r->errors), free(r->error), free(r);
}

static void fail(weir_rows_t *r, char *error) {
	if (!error) return;
	if (r->error) free(error);
	else r->error = error;
}

static void begin(weir_rows_t *r) {
	free(r->error);
	r->error = NULL;
	r->len = r->n = 0;
}

static void add(weir_rows_t *r, const char *p, size_t len, int present) {
	if (r->len + len > BYTES_MAX) {
		fail(r, strdup("the bytes of one batch are over 2 GiB"));
		len = 0;
	}
	if (r->len + len > r->cap) r->data = room(r->data, r->cap = 2 * (r->len + len) + 4096);
	if (r->n == r->endcap) r->ends = room(r->ends, (r->endcap = 2 * r->n + 256) * sizeof *r->ends);
	if (len) memcpy(r->data + r->len, p, len);
	r->len += len;
	r->ends[r->n++] = (uint32_t)r->len | (present ? 0 : ABSENT);
}

long weir_get(rocksdb_t *db, rocksdb_readoptions_t *ro, weir_rows_t *r, const char *key, size_t keylen, char *buf, size_t cap) {
	begin(r);
	char *error = NULL;
	rocksdb_pinnableslice_t *p = rocksdb_get_pinned(db, ro, key, keylen, &error);
	if (error) {
		fail(r, error);
		return -2;
	}
	if (!p) return -1;
	size_t len;
	const char *v = rocksdb_pinnableslice_value(p, &len);
	if (len && len <= cap) memcpy(buf, v, len);
	rocksdb_pinnableslice_destroy(p);
	return (long)len;
}

void weir_multi_get(rocksdb_t *db, rocksdb_column_family_handle_t *cf, rocksdb_readoptions_t *ro, weir_rows_t *r, const char *data,
		const uint32_t *ends, size_t n) {
	begin(r);
	if (n > r->argcap) {
		r->argcap = n;
		r->keys = room(r->keys, n * sizeof *r->keys);
		r->keylens = room(r->keylens, n * sizeof *r->keylens);
		r->vals = room(r->vals, n * sizeof *r->vals);
		r->errors = room(r->errors, n * sizeof *r->errors);
	}
	uint32_t from = 0;
	for (size_t i = 0; i < n; from = ends[i++]) r->keys[i] = data + from, r->keylens[i] = ends[i] - from;
	rocksdb_batched_multi_get_cf(db, ro, cf, n, r->keys, r->keylens, r->vals, r->errors, 1);
	for (size_t i = 0; i < n; i++) {
		fail(r, r->errors[i]);
		size_t len = 0;
		const char *v = r->vals[i] ? rocksdb_pinnableslice_value(r->vals[i], &len) : NULL;
		add(r, v, len, r->vals[i] != NULL);
		if (r->vals[i]) rocksdb_pinnableslice_destroy(r->vals[i]);
	}
}

void weir_apply(rocksdb_t *db, rocksdb_writeoptions_t *wo, weir_rows_t *r, const char *rep, size_t len) {
	begin(r);
	char *error = NULL;
	rocksdb_writebatch_t *b = rocksdb_writebatch_create_from(rep, len);
	rocksdb_write(db, wo, b, &error);
	rocksdb_writebatch_destroy(b);
	fail(r, error);
}

weir_iter_t *weir_iter_new(weir_iter_t *it, rocksdb_t *db, const rocksdb_snapshot_t *snap, const char *lo, size_t lolen, const char *hi,
		size_t hilen) {
	if (it) {
		rocksdb_iter_destroy(it->it);
	} else {
		it = room(NULL, sizeof *it);
		it->ro = rocksdb_readoptions_create();
		it->rows = weir_rows_new();
		it->hi = NULL;
		it->hicap = 0;
	}
	rocksdb_readoptions_set_snapshot(it->ro, snap);
	if (hi) {
		if (hilen > it->hicap) it->hi = room(it->hi, it->hicap = hilen);
		memcpy(it->hi, hi, hilen); // RocksDB keeps the pointer
	}
	rocksdb_readoptions_set_iterate_upper_bound(it->ro, hi ? it->hi : NULL, hilen);
	it->it = rocksdb_create_iterator(db, it->ro);
	rocksdb_iter_seek(it->it, lo, lolen);
	it->begun = 0;
	return it;
}

void weir_iter_next(weir_iter_t *it, int max) {
	weir_rows_t *r = it->rows;
	begin(r);
	// On, but not behind the last row that is wanted: perhaps nobody wants the next.
	for (int valid = rocksdb_iter_valid(it->it); max > 0 && valid; max--) {
		if (it->begun) {
			rocksdb_iter_next(it->it);
			if (!(valid = rocksdb_iter_valid(it->it))) break;
		}
		it->begun = 1;
		size_t kl, vl;
		const char *k = rocksdb_iter_key(it->it, &kl), *v = rocksdb_iter_value(it->it, &vl);
		add(r, k, kl, 1);
		add(r, v, vl, 1);
	}
	char *error = NULL;
	rocksdb_iter_get_error(it->it, &error);
	fail(r, error);
}

void weir_iter_free(weir_iter_t *it) {
	rocksdb_iter_destroy(it->it);
	rocksdb_readoptions_destroy(it->ro);
	weir_rows_free(it->rows);
	free(it->hi);
	free(it);
}

// The merge operator: operands follow what is there, and each other.

static char *joined(const char *first, size_t firstlen, const char *const *list, const size_t *lens, int n, unsigned char *ok, size_t *len) {
	*len = firstlen;
	for (int i = 0; i < n; i++) *len += lens[i];
	char *all = room(NULL, *len + 1), *at = all + firstlen;
	if (firstlen) memcpy(all, first, firstlen);
	for (int i = 0; i < n; at += lens[i++]) memcpy(at, list[i], lens[i]);
	*ok = 1;
	return all;
}

static char *full(void *s, const char *k, size_t kl, const char *v, size_t vl, const char *const *list, const size_t *lens, int n,
		unsigned char *ok, size_t *len) {
	(void)s, (void)k, (void)kl;
	return joined(v, v ? vl : 0, list, lens, n, ok, len);
}

static char *partial(void *s, const char *k, size_t kl, const char *const *list, const size_t *lens, int n, unsigned char *ok, size_t *len) {
	(void)s, (void)k, (void)kl;
	return joined(NULL, 0, list, lens, n, ok, len);
}

static void nothing(void *s) { (void)s; }
static void drop(void *s, const char *v, size_t n) { (void)s, (void)n, free((void *)v); }
static const char *name(void *s) { return (void)s, "weir.append"; }

void weir_append(rocksdb_options_t *o) {
	rocksdb_options_set_merge_operator(o, rocksdb_mergeoperator_create(NULL, nothing, full, partial, drop, name));
}
