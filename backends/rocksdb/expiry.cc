//go:build rocksdb && cgo

// The compaction filter of state with a TTL, which RocksDB's C interface cannot make: it has no way to see operands of a merge, which is what is
// added to a list. Like Flink's, it is C++ from end to end; what it needs of the task is the time, and that is one word in memory.

#include "expiry.h"

#include <rocksdb/compaction_filter.h>
#include <rocksdb/options.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>

using ROCKSDB_NAMESPACE::CompactionFilter;
using ROCKSDB_NAMESPACE::CompactionFilterFactory;
using ROCKSDB_NAMESPACE::Slice;

// As RocksDB's own c.cc has it.
struct rocksdb_options_t {
  ROCKSDB_NAMESPACE::Options rep;
};

namespace {

struct Rule {
  int64_t life_us;
  bool list;
  int width;
  int ask_after;

  static int64_t time(const char *p) {
    uint64_t at = 0;
    for (int i = 0; i < 8; i++) at = at << 8 | static_cast<uint8_t>(p[i]);
    return static_cast<int64_t>(at);
  }

  // expired: see backends.Expiry.
  bool expired(const char *p, int64_t now) const {
    const int64_t at = time(p), latest = std::numeric_limits<int64_t>::max();
    return (at > latest - life_us ? latest : at + life_us) <= now;
  }

  // first is how long the first element is, and whether it has expired. What is none goes to the end and has not.
  size_t first(const char *p, size_t len, int64_t now, bool *gone) const {
    size_t head = 0, n = static_cast<size_t>(width);
    *gone = false;
    if (width < 0) {
      uint64_t size = 0;
      int shift = 0;
      for (;; shift += 7) {
        if (head == len || shift > 63) return len;
        const uint8_t c = static_cast<uint8_t>(p[head++]);
        size |= static_cast<uint64_t>(c & 0x7f) << shift;
        if (c < 0x80) break;
      }
      if (size > len - head) return len;
      n = head + static_cast<size_t>(size);
    }
    if (n < head + 8 || n > len) return len;
    *gone = expired(p + head, now);
    return n;
  }

  // alive tells whether anything is left of a value. Where not all is, *kept has become what is left.
  bool alive(const Slice &value, int64_t now, std::string *kept, bool *changed) const {
    *changed = false;
    const char *p = value.data(), *end = p + value.size();
    if (!list) return value.size() < 8 || !expired(p, now);
    while (p < end) {
      bool gone;
      const size_t n = first(p, end - p, now, &gone);
      if (gone && !*changed) {
        *changed = true;
        kept->assign(value.data(), p - value.data());
      } else if (!gone && *changed) {
        kept->append(p, n);
      }
      p += n;
    }
    return !*changed || !kept->empty();
  }
};

struct State {
  std::atomic<int64_t> clock{std::numeric_limits<int64_t>::min()};
  std::atomic<int> count{0};
  std::atomic<const Rule *> rules[256] = {};

  ~State() {
    for (auto &r : rules) delete r.load();
  }
};

// One filter belongs to one compaction, and hence to one thread.
class Filter final : public CompactionFilter {
 public:
  explicit Filter(std::shared_ptr<State> s) : state_(std::move(s)) {}

  const char *Name() const override { return "weir.expiry"; }

  Decision FilterV2(int, const Slice &key, ValueType type, const Slice &value, std::string *kept, std::string *) const override {
    const Rule *r = key.empty() ? nullptr : state_->rules[static_cast<uint8_t>(key[0])].load(std::memory_order_acquire);
    if (!r || !(type == ValueType::kValue || (type == ValueType::kMergeOperand && r->list))) return Decision::kKeep;
    if (--until_asked_ < 0) {
      now_ = state_->clock.load(std::memory_order_acquire);
      until_asked_ = r->ask_after - 1;
    }
    bool changed;
    if (!r->alive(value, now_, kept, &changed)) return Decision::kRemove;
    return changed ? Decision::kChangeValue : Decision::kKeep;
  }

 private:
  const std::shared_ptr<State> state_;
  mutable int64_t now_ = 0;
  mutable int until_asked_ = 0;
};

class Factory final : public CompactionFilterFactory {
 public:
  explicit Factory(std::shared_ptr<State> s) : state_(std::move(s)) {}

  const char *Name() const override { return "weir.expiry"; }

  // Without state that expires, compactions have no filter and are as quick as they were.
  std::unique_ptr<CompactionFilter> CreateCompactionFilter(const CompactionFilter::Context &) override {
    if (state_->count.load() == 0) return nullptr;
    return std::unique_ptr<CompactionFilter>(new Filter(state_));
  }

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace

struct weir_expiry {
  std::shared_ptr<State> state;
};

extern "C" {

weir_expiry_t *weir_expiry_new(void *options) {
  auto *e = new weir_expiry{std::make_shared<State>()};
  static_cast<rocksdb_options_t *>(options)->rep.compaction_filter_factory = std::make_shared<Factory>(e->state);
  return e;
}

void weir_expiry_free(weir_expiry_t *e) { delete e; }

void weir_expiry_rule(weir_expiry_t *e, uint8_t prefix, int64_t life_us, int list, int width, int ask_after) {
  // A state is opened once; a rule that would be there already may be in use, and is never freed while it can be.
  const Rule *none = nullptr, *r = new Rule{life_us, list != 0, width, ask_after};
  if (e->state->rules[prefix].compare_exchange_strong(none, r)) {
    e->state->count++;
  } else {
    delete r;
  }
}

int64_t *weir_expiry_clock(weir_expiry_t *e) {
  static_assert(sizeof(std::atomic<int64_t>) == sizeof(int64_t), "Go stores to it");
  return reinterpret_cast<int64_t *>(&e->state->clock);
}

}
