#include "log/local/page_cache.h"

#include <utility>

namespace levada::log::local {

PageCache::Page PageCache::find(std::uint64_t segment, std::uint64_t number) {
  auto found = slots_.find({segment, number});
  if (found == slots_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->page;
}

void PageCache::add(std::uint64_t segment, std::uint64_t number, Page page) {
  Key key{segment, number};
  if (slots_.contains(key)) return;
  recent_.push_front({key, std::move(page)});
  slots_[key] = recent_.begin();
  if (slots_.size() <= pages_max_) return;
  slots_.erase(recent_.back().key);
  recent_.pop_back();
}

}  // namespace levada::log::local
