#include "streaming/outbox.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/endian.h"
#include "query/row_codec.h"

namespace levada::streaming {

namespace {

using query::append_row;
using query::append_text;
using query::append_varint;
using query::Row;
using query::take_row;
using query::take_varint;
using Piece = Outbox::Piece;

constexpr std::size_t piece_changes_max = 4'096;

// A file: magic, checksum of the rest, pieces (docs/formats/sql_journal.md).
constexpr std::uint64_t file_magic = 0x786f626b6e695331;  // "1Sinkbox"
constexpr std::size_t file_header = 12;
constexpr Bytes file_size_max = 1_GiB;  // refuses a nonsense length, nothing else

enum class Form : std::uint64_t { piece = 0, file = 1 };

std::uint64_t bytes_of(const SinkEpoch& piece) {
  std::uint64_t bytes = sizeof piece;
  for (const SinkChange& change : piece.changes)
    bytes += sizeof change + (change.before ? change.before.bytes() : 0) +
             (change.after ? change.after.bytes() : 0);
  return bytes;
}

void append_piece(const SinkEpoch& piece, std::string& out) {
  append_varint(piece.epoch, out);
  append_varint(static_cast<std::uint64_t>(piece.time.count()), out);
  append_varint(piece.first, out);
  append_varint(piece.more ? 1 : 0, out);
  append_varint(piece.changes.size(), out);
  for (const SinkChange& change : piece.changes) {
    append_row(change.before.span(), out);
    append_row(change.after.span(), out);
  }
}

// Takes numbers and rows off the front; once something is missing, all that follows is.
struct Bytestream {
  std::string_view& in;
  bool broken = false;

  std::uint64_t number() {
    const auto value = take_varint(in);
    broken = broken || !value;
    return value.value_or(0);
  }
  Row row() {
    auto value = take_row(in);
    broken = broken || !value;
    return value && value->size() > 0 ? std::move(*value) : Row();
  }
  Piece piece() {
    auto read = std::make_shared<SinkEpoch>();
    read->epoch = number();
    read->time = UnixMillis(static_cast<std::int64_t>(number()));
    read->first = number();
    read->more = number() != 0;
    const std::uint64_t changes = number();
    for (std::uint64_t n = 0; n < changes && !broken; ++n) {
      Row before = row(), after = row();
      read->changes.push_back({std::move(before), std::move(after)});
    }
    return read;
  }
};

}  // namespace

struct Outbox::State {
  struct File {
    std::uint64_t number = 0, size = 0;
    std::uint64_t last_epoch = 0, changes = 0;
    UnixMillis oldest{};
  };
  // A piece in memory, a file, or a piece that was read from a file.
  struct Item {
    Piece piece;
    std::shared_ptr<File> file;

    std::uint64_t epoch() const { return piece ? piece->epoch : file->last_epoch; }
    bool only_in_memory() const { return file == nullptr; }
  };

  explicit State(Outboxes& shared) : outboxes(shared) {}

  Outboxes& outboxes;
  std::deque<Item> items;
  std::uint64_t gone = 0;         // items that were acknowledged: the number of the first
  std::uint64_t handed_over = 0;  // the number of the next
  std::uint64_t acknowledged = 0;
  bool working = false, wants_load = false, discarded = false;
  std::string error;
  std::function<void()> loaded;

  std::uint64_t end() const { return gone + items.size(); }
  Item& at(std::uint64_t number) { return items[number - gone]; }

  void count_in(const Item& item) {
    if (item.only_in_memory()) outboxes.memory_bytes_ += bytes_of(*item.piece);
  }
  void count_out(const Item& item) {
    if (item.only_in_memory()) outboxes.memory_bytes_ -= bytes_of(*item.piece);
  }
  void pop() {
    Item item = std::move(items.front());
    items.pop_front();
    ++gone;
    handed_over = std::max(handed_over, gone);
    count_out(item);
    // The pieces of a file lie side by side.
    if (item.file != nullptr && (items.empty() || items.front().file != item.file))
      remove(*item.file);
  }
  void remove(const File& file) {
    outboxes.disk_bytes_ -= file.size;
    outboxes.gate_.spawn(outboxes.remove(file.number));
  }
  bool wants_spill() const {
    return outboxes.memory_bytes_ > count(outboxes.limits_.memory) && !items.empty() &&
           items.back().only_in_memory();
  }
  Task<std::vector<Piece>> pieces_of(std::shared_ptr<File> file) const;
  Task<bool> spill();
  Task<Unit> load();
};

// ---- the files ----

std::string Outboxes::folder() const {
  const std::size_t slash = path_.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path_.substr(0, slash);
}

Task<Unit> Outboxes::open() {
  const std::string prefix = path_.substr(path_.rfind('/') + 1);
  const Result<std::vector<std::string>> names = co_await outcome(disk_.list(folder()));
  if (!names) co_return Unit{};  // no folder, no files
  for (const std::string& name : *names) {
    if (!name.starts_with(prefix)) continue;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    if (std::from_chars(name.data() + prefix.size(), end, number).ptr != end) continue;
    found_.push_back(number);
    next_number_ = std::max(next_number_, number + 1);
  }
  co_return Unit{};
}

Task<Unit> Outboxes::sweep() {
  for (const std::uint64_t number : found_)
    if (std::find(named_.begin(), named_.end(), number) == named_.end())
      co_await outcome(remove(number));
  found_.clear();
  co_return Unit{};
}

Task<Unit> Outboxes::remove(std::uint64_t number) {
  const std::string path = path_of(number);
  co_await disk_.remove(path);
  co_return Unit{};
}

// Writes what waits at the end into a file. False: it is wanted at once, and stays where it is.
Task<bool> Outbox::State::spill() {
  std::uint64_t first = end();
  while (first > handed_over && at(first - 1).only_in_memory()) --first;
  std::string content(file_header, '\0');
  auto file = std::make_shared<File>();
  std::uint64_t last = first;
  for (; last < end() && content.size() < count(outboxes.limits_.file); ++last) {
    const SinkEpoch& piece = *at(last).piece;
    if (last == first) file->oldest = piece.time;
    file->changes += piece.changes.size();
    file->last_epoch = piece.epoch;
    append_piece(piece, content);
  }
  if (last == first) co_return false;
  auto* const head = reinterpret_cast<std::byte*>(content.data());
  store_le<std::uint64_t>(head, file_magic);
  store_le<std::uint32_t>(head + 8, crc32c(as_bytes(content).subspan(file_header)));
  file->number = outboxes.next_number_++;
  file->size = content.size();
  io::OpenOptions create;
  create.create = true;
  create.secret = true;
  const std::string path = outboxes.path_of(file->number);
  {
    const std::unique_ptr<io::File> opened = co_await outboxes.disk_.open(path, create);
    co_await opened->write(0, as_bytes(content), io::Durable::now);
    co_await opened->sync();
  }
  co_await outboxes.disk_.sync_directory(outboxes.folder());
  if (discarded || handed_over > first || gone > first) {
    co_await outcome(outboxes.remove(file->number));
    co_return false;
  }
  outboxes.disk_bytes_ += file->size;
  for (std::uint64_t number = first; number < last; ++number) count_out(at(number));
  const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first - gone);
  begin->piece = nullptr;
  begin->file = std::move(file);
  items.erase(begin + 1, items.begin() + static_cast<std::ptrdiff_t>(last - gone));
  co_return true;
}

Task<std::vector<Piece>> Outbox::State::pieces_of(std::shared_ptr<File> file) const {
  const std::string path = outboxes.path_of(file->number);
  const Buffer bytes = co_await io::read_file(outboxes.disk_, path, file_size_max);
  const auto* const head = bytes.data();
  if (bytes.size() < file_header || load_le<std::uint64_t>(head) != file_magic ||
      load_le<std::uint32_t>(head + 8) != crc32c(ByteView(bytes).subspan(file_header)))
    co_return fail(ErrorKind::corrupt, path + " fails its checksum");
  std::string_view in = as_text(ByteView(bytes).subspan(file_header));
  Bytestream stream{in};
  std::vector<Piece> pieces;
  while (!in.empty() && !stream.broken) pieces.push_back(stream.piece());
  if (stream.broken) co_return fail(ErrorKind::corrupt, path + " cannot be read");
  co_return pieces;
}

// Puts the pieces of the file that is next in its place.
Task<Unit> Outbox::State::load() {
  if (handed_over == end() || at(handed_over).piece != nullptr) co_return Unit{};
  const std::shared_ptr<File> file = at(handed_over).file;
  std::vector<Piece> all = co_await pieces_of(file);
  std::vector<Item> pieces;
  for (Piece& piece : all)
    if (piece->epoch > acknowledged) pieces.push_back({std::move(piece), file});
  if (discarded || handed_over == end() || at(handed_over).file != file) co_return Unit{};
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(handed_over - gone);
  if (pieces.empty()) {
    remove(*file);
    items.erase(place);
    co_return Unit{};
  }
  *place = pieces.front();
  items.insert(place + 1, std::make_move_iterator(pieces.begin() + 1),
               std::make_move_iterator(pieces.end()));
  co_return Unit{};
}

// One thing at a time: what is wanted first, then what is too much.
Task<Unit> Outbox::work(std::shared_ptr<State> state) {
  while (!state->discarded && !state->outboxes.gate_.stopping()) {
    if (state->wants_load) {
      state->wants_load = false;
      const Result<Unit> loaded = co_await outcome(state->load());
      state->error = loaded ? std::string() : loaded.error().message;
      if (state->loaded && loaded) state->loaded();
      continue;
    }
    if (!state->wants_spill()) break;
    const Result<bool> spilled = co_await outcome(state->spill());
    state->error = spilled ? std::string() : spilled.error().message;
    if (!spilled || !*spilled) break;
  }
  state->working = false;
  co_return Unit{};
}

void Outbox::begin_work(const std::shared_ptr<State>& state) {
  if (std::exchange(state->working, true)) return;
  state->outboxes.gate_.spawn(work(state));
}

// ---- the outbox ----

Outbox::Outbox(Outboxes& outboxes) : state_(std::make_shared<State>(outboxes)) {}
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Outbox::~Outbox() {
  if (state_ == nullptr) return;
  state_->discarded = true;
  state_->loaded = nullptr;
  for (const State::Item& item : state_->items) state_->count_out(item);
  state_->items.clear();
}

void Outbox::on_loaded(std::function<void()> loaded) { state_->loaded = std::move(loaded); }

void Outbox::push(SinkEpoch epoch) {
  State& state = *state_;
  std::vector<SinkChange> all = std::exchange(epoch.changes, {});
  for (std::size_t from = 0; from < all.size(); from += piece_changes_max) {
    const std::size_t to = std::min(all.size(), from + piece_changes_max);
    auto piece = std::make_shared<SinkEpoch>(epoch);
    piece->first = from;
    piece->more = to < all.size();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(to);
    piece->changes.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    state.items.push_back({std::move(piece), nullptr});
    state.count_in(state.items.back());
  }
  if (state.wants_spill()) begin_work(state_);
}

Piece Outbox::next() {
  State& state = *state_;
  if (state.handed_over == state.end()) return nullptr;
  const State::Item& item = state.at(state.handed_over);
  if (item.piece == nullptr) {
    state.wants_load = true;
    begin_work(state_);
    return nullptr;
  }
  ++state.handed_over;
  return item.piece;
}

void Outbox::rewind() { state_->handed_over = state_->gone; }

Task<std::vector<Piece>> Outbox::read_behind(Place place) const { return read(state_, place); }

Task<std::vector<Piece>> Outbox::read(std::shared_ptr<State> state, Place place) {
  std::vector<Piece> found;
  const auto is_behind = [&](const Piece& piece) {
    return Place{piece->epoch, piece->first} > place;
  };
  for (std::size_t n = 0; n < state->items.size(); ++n) {
    const State::Item item = state->items[n];
    if (item.piece != nullptr) {
      if (!is_behind(item.piece)) continue;
      found.push_back(item.piece);
      break;
    }
    if (item.file->last_epoch < place.epoch) continue;
    std::vector<Piece> all = co_await state->pieces_of(item.file);
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), is_behind);
    if (!found.empty()) break;
    // Others may have come and gone while the file was read.
    while (n > 0 && n < state->items.size() && state->items[n].file != item.file) --n;
  }
  co_return found;
}

// Of what is whole and older: an item's epochs end where the next one's begin, or by its own time.
std::uint64_t Outbox::last_before(UnixMillis time) const {
  std::uint64_t epoch = 0;
  const auto& items = state_->items;
  for (std::size_t n = 0; n < items.size(); ++n) {
    const bool old = items[n].piece != nullptr
                         ? items[n].piece->time < time && !items[n].piece->more
                         : n + 1 < items.size() && oldest_of(n + 1) < time;
    const bool goes_on = items[n].piece != nullptr && items[n].piece->more;
    if (goes_on) continue;
    if (!old) break;
    epoch = items[n].epoch();
  }
  return epoch;
}

UnixMillis Outbox::oldest_of(std::size_t n) const {
  const State::Item& item = state_->items[n];
  return item.piece ? item.piece->time : item.file->oldest;
}

void Outbox::acknowledge(std::uint64_t epoch) {
  State& state = *state_;
  state.acknowledged = std::max(state.acknowledged, epoch);
  while (!state.items.empty() && state.items.front().epoch() <= state.acknowledged) state.pop();
}

void Outbox::discard() {
  state_->discarded = true;
  while (!state_->items.empty()) state_->pop();
}

bool Outbox::empty() const { return state_->items.empty(); }

std::uint64_t Outbox::last_epoch() const { return empty() ? 0 : state_->items.back().epoch(); }

Outbox::Rest Outbox::behind(std::uint64_t epoch) const {
  Rest rest;
  for (const State::Item& item : state_->items) {
    if (item.epoch() <= epoch) continue;
    if (rest.changes == 0) rest.oldest = item.piece ? item.piece->time : item.file->oldest;
    rest.changes += item.piece ? item.piece->changes.size() : item.file->changes;
  }
  return rest;
}

std::uint64_t Outbox::disk_bytes() const {
  std::uint64_t bytes = 0;
  const State::File* last = nullptr;
  for (const State::Item& item : state_->items)
    if (item.file != nullptr && std::exchange(last, item.file.get()) != item.file.get())
      bytes += item.file->size;
  return bytes;
}

const std::string& Outbox::error() const { return state_->error; }

void Outbox::append_to(std::string& checkpoint) const {
  std::string out;
  std::uint64_t entries = 0;
  const State::File* last = nullptr;
  for (const State::Item& item : state_->items) {
    if (item.only_in_memory()) {
      append_varint(static_cast<std::uint64_t>(Form::piece), out);
      append_piece(*item.piece, out);
    } else if (std::exchange(last, item.file.get()) != item.file.get()) {
      append_varint(static_cast<std::uint64_t>(Form::file), out);
      append_varint(item.file->number, out);
      append_varint(item.file->size, out);
      append_varint(item.file->last_epoch, out);
      append_varint(item.file->changes, out);
      append_varint(static_cast<std::uint64_t>(item.file->oldest.count()), out);
    } else {
      continue;
    }
    ++entries;
  }
  append_varint(entries, checkpoint);
  checkpoint += out;
}

bool Outbox::restore(std::string_view& checkpoint) {
  State& state = *state_;
  Bytestream stream{checkpoint};
  const std::uint64_t entries = stream.number();
  for (std::uint64_t n = 0; n < entries && !stream.broken; ++n) {
    State::Item item;
    if (stream.number() == static_cast<std::uint64_t>(Form::file)) {
      item.file = std::make_shared<State::File>();
      item.file->number = stream.number();
      item.file->size = stream.number();
      item.file->last_epoch = stream.number();
      item.file->changes = stream.number();
      item.file->oldest = UnixMillis(static_cast<std::int64_t>(stream.number()));
      state.outboxes.named_.push_back(item.file->number);
      state.outboxes.disk_bytes_ += item.file->size;
    } else {
      item.piece = stream.piece();
    }
    state.items.push_back(std::move(item));
    state.count_in(state.items.back());
  }
  return !stream.broken;
}

}  // namespace levada::streaming
