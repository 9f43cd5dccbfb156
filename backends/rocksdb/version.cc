//go:build rocksdb && cgo

// What RocksDB's C interface does not tell.

#include <rocksdb/version.h>

#include <string>

#include "bulk.h"

namespace ROCKSDB_NAMESPACE {
// Only a build with asserts has sync points in it. The reference is weak: where the class is not defined, its address is null.
class SyncPoint {
 public:
  static SyncPoint *GetInstance() __attribute__((weak));
};
}  // namespace ROCKSDB_NAMESPACE

extern "C" {

const char *weir_version(void) {
  static const std::string version = ROCKSDB_NAMESPACE::GetRocksVersionAsString(true);
  return version.c_str();
}

int weir_sync_points(void) { return &ROCKSDB_NAMESPACE::SyncPoint::GetInstance != nullptr; }

}
