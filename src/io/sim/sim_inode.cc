#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "io/sim/sim_storage.h"

namespace levada::io {
namespace {

// Calls act(page index, offset in the page, offset in the bytes, length) for each page touched.
template <class Act>
void for_each_page(std::uint64_t offset, std::size_t length, Act act) {
  std::size_t done = 0;
  while (done < length) {
    std::uint64_t at = offset + done;
    std::size_t within = at % sim_page_size;
    std::size_t step = std::min(length - done, sim_page_size - within);
    act(at / sim_page_size, within, done, step);
    done += step;
  }
}

}  // namespace

SimInode::PagePointer SimInode::page_of(const Pages& pages, std::uint64_t index) {
  auto found = pages.find(index);
  return found == pages.end() ? nullptr : found->second;
}

void SimInode::set_page(Pages& pages, std::uint64_t index, PagePointer page) {
  if (page == nullptr)
    pages.erase(index);
  else
    pages[index] = std::move(page);
}

std::uint64_t SimInode::space() const {
  return std::max<std::uint64_t>(live_.size() * sim_page_size, reserved_);
}

std::uint64_t SimInode::space_after_write(std::uint64_t offset, std::size_t length) const {
  std::uint64_t pages = live_.size();
  for_each_page(offset, length, [&](std::uint64_t index, std::size_t, std::size_t, std::size_t) {
    if (!live_.contains(index)) ++pages;
  });
  return std::max<std::uint64_t>(pages * sim_page_size, reserved_);
}

void SimInode::read(std::uint64_t offset, MutableByteView into) const {
  CHECK(offset + into.size() <= size_);
  for_each_page(offset, into.size(),
                [&](std::uint64_t index, std::size_t within, std::size_t done, std::size_t step) {
                  PagePointer page = page_of(live_, index);
                  if (page)
                    std::memcpy(into.data() + done, page->data() + within, step);
                  else
                    std::memset(into.data() + done, 0, step);
                });
}

void SimInode::write(std::uint64_t offset, ByteView from) {
  for_each_page(offset, from.size(),
                [&](std::uint64_t index, std::size_t within, std::size_t done, std::size_t step) {
                  PagePointer old = page_of(live_, index);
                  auto page = old ? std::make_shared<Page>(*old) : std::make_shared<Page>();
                  std::memcpy(page->data() + within, from.data() + done, step);
                  set_page(live_, index, std::move(page));
                  unsynced_.insert(index);
                  forsaken_.erase(index);
                });
  size_ = std::max(size_, offset + from.size());
}

void SimInode::make_durable(std::uint64_t offset, std::size_t length) {
  for_each_page(offset, length, [&](std::uint64_t index, std::size_t, std::size_t, std::size_t) {
    set_page(durable_, index, page_of(live_, index));
    unsynced_.erase(index);
  });
  durable_size_ = std::max(durable_size_, std::min(size_, offset + length));
}

void SimInode::resize(std::uint64_t size) {
  if (size < size_) {
    std::uint64_t first_gone = (size + sim_page_size - 1) / sim_page_size;
    for (auto page = live_.lower_bound(first_gone); page != live_.end();) {
      unsynced_.insert(page->first);
      page = live_.erase(page);
    }
    std::size_t within = size % sim_page_size;
    PagePointer last = page_of(live_, size / sim_page_size);
    if (within != 0 && last) {
      auto page = std::make_shared<Page>(*last);
      std::memset(page->data() + within, 0, sim_page_size - within);
      set_page(live_, size / sim_page_size, std::move(page));
      unsynced_.insert(size / sim_page_size);
    }
    reserved_ = std::min(reserved_, first_gone * sim_page_size);
  }
  size_ = size;
}

void SimInode::reserve(std::uint64_t size) { reserved_ = std::max(reserved_, size); }

SimInode::Snapshot SimInode::begin_sync() const {
  Snapshot snapshot{{}, size_};
  snapshot.pages.reserve(unsynced_.size());
  for (std::uint64_t index : unsynced_) snapshot.pages.emplace_back(index, page_of(live_, index));
  return snapshot;
}

void SimInode::end_sync(const Snapshot& snapshot) {
  for (const auto& [index, page] : snapshot.pages) {
    set_page(durable_, index, page);
    if (page_of(live_, index) == page) unsynced_.erase(index);
  }
  durable_size_ = snapshot.size;
}

void SimInode::fail_sync(const Snapshot& snapshot) {
  for (const auto& [index, page] : snapshot.pages) {
    if (page_of(live_, index) != page) continue;
    unsynced_.erase(index);
    forsaken_.insert(index);
  }
}

void SimInode::flip_bit(std::uint64_t offset, int bit) {
  std::uint64_t index = offset / sim_page_size;
  for (Pages* pages : {&live_, &durable_}) {
    PagePointer old = page_of(*pages, index);
    auto page = old ? std::make_shared<Page>(*old) : std::make_shared<Page>();
    (*page)[offset % sim_page_size] ^= std::byte{1} << bit;
    set_page(*pages, index, std::move(page));
  }
}

void SimInode::tear(std::uint64_t offset, ByteView from, Xoshiro& dice) {
  double there = static_cast<double>(dice.below(5)) / 4;  // whole and not at all come up often
  std::size_t done = 0;
  while (done < from.size()) {
    std::size_t within = (offset + done) % sim_sector_size;
    std::size_t step = std::min(from.size() - done, sim_sector_size - within);
    if (dice.chance(there)) write(offset + done, from.subspan(done, step));
    done += step;
  }
}

void SimInode::crash(Xoshiro& dice, double kept) {
  bool old_size = dice.chance(0.5);
  // A file that was made shorter gets its old size back with its old content, or neither.
  std::uint64_t cut = old_size && durable_size_ > size_ ? size_ / sim_page_size : ~std::uint64_t{0};
  unsynced_.merge(forsaken_);
  for (std::uint64_t index : unsynced_)
    if (index >= cut || !dice.chance(kept)) set_page(live_, index, page_of(durable_, index));
  if (old_size) resize(durable_size_);
}

void SimInode::settle() {
  resize(size_);
  while (!live_.empty() && live_.rbegin()->first * sim_page_size >= size_)
    live_.erase(std::prev(live_.end()));
  unsynced_.clear();
  forsaken_.clear();
  durable_ = live_;
  durable_size_ = size_;
}

}  // namespace levada::io
