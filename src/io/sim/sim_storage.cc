#include "io/sim/sim_storage.h"

#include <algorithm>

#include "io/path.h"

namespace levada::io {
namespace {

unexpected<Error> no_such(const std::string& deed, const std::string& path) {
  return fail(ErrorKind::not_found, deed + " " + path + ": No such file or directory");
}

}  // namespace

Bytes SimStorage::used() const {
  std::uint64_t sum = 0;
  for (const auto& [path, inode] : names_) sum += inode->space();
  return Bytes{sum};
}

bool SimStorage::flip_bit(const std::string& path, std::uint64_t offset, int bit) {
  std::shared_ptr<SimInode> inode = find(path);
  if (!inode || offset >= inode->size()) return false;
  inode->flip_bit(offset, bit);
  return true;
}

std::vector<std::string> SimStorage::paths() const {
  std::vector<std::string> result;
  for (const auto& [path, inode] : names_) result.push_back(path);
  return result;
}

std::uint64_t SimStorage::size(const std::string& path) const {
  std::shared_ptr<SimInode> inode = find(path);
  return inode ? inode->size() : 0;
}

std::shared_ptr<SimInode> SimStorage::find(const std::string& path) const {
  auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<SimInode>> SimStorage::open(const std::string& path, bool create,
                                                   bool exclusive) {
  if (has_directory(path)) return fail(ErrorKind::io, "open " + path + ": Is a directory");
  std::shared_ptr<SimInode> inode = find(path);
  if (inode && create && exclusive)
    return fail(ErrorKind::exists, "open " + path + ": File exists");
  if (inode) return inode;
  if (!create || !has_directory(directory_of(path))) return no_such("open", path);
  inode = std::make_shared<SimInode>();
  change(directory_of(path), {{path, inode}});
  return inode;
}

Result<Unit> SimStorage::rename(const std::string& from, const std::string& to) {
  std::shared_ptr<SimInode> inode = find(from);
  if (!inode || !has_directory(directory_of(to))) return no_such("rename", from);
  if (from != to) change(directory_of(to), {{from, nullptr}, {to, inode}});
  return Unit{};
}

Result<Unit> SimStorage::remove(const std::string& path) {
  if (find(path)) {
    change(directory_of(path), {{path, nullptr}});
    return Unit{};
  }
  if (!has_directory(path)) return no_such("remove", path);
  if (!TRY(list(path)).empty())
    return fail(ErrorKind::io, "remove " + path + ": Directory not empty");
  directories_.erase(path);
  return Unit{};
}

Result<Unit> SimStorage::make_directory(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (has_directory(path)) return Unit{};
  if (find(path)) return fail(ErrorKind::exists, "make directory " + path + ": File exists");
  TRY(make_directory(directory_of(path)));
  directories_.insert(path);
  return Unit{};
}

Result<std::vector<std::string>> SimStorage::list(const std::string& directory) const {
  if (!has_directory(directory)) return no_such("list", directory);
  std::set<std::string> names;
  auto take = [&](const std::string& path) {
    if (path != directory && directory_of(path) == directory)
      names.insert(path.substr(path.find_last_of('/') + 1));
  };
  for (const auto& [path, inode] : names_) take(path);
  for (const std::string& path : directories_) take(path);
  return std::vector<std::string>(names.begin(), names.end());
}

void SimStorage::change(std::string directory,
                        std::vector<std::pair<std::string, std::shared_ptr<SimInode>>> names) {
  unsynced_changes_.push_back({next_change_++, std::move(directory), std::move(names)});
  apply(unsynced_changes_.back(), names_);
}

void SimStorage::apply(const NameChange& change, Names& names) {
  for (const auto& [path, inode] : change.names) {
    if (inode)
      names[path] = inode;
    else
      names.erase(path);
  }
}

void SimStorage::sync_directory(const std::string& directory, std::uint64_t before_change) {
  std::erase_if(unsynced_changes_, [&](const NameChange& change) {
    if (change.directory != directory || change.number >= before_change) return false;
    apply(change, durable_names_);
    return true;
  });
}

Result<Unit> SimStorage::make_room(std::uint64_t more, const std::string& path) const {
  if (count(used()) + more <= count(capacity_)) return Unit{};
  return fail(ErrorKind::disk_full, "write " + path + ": No space left on device");
}

Result<Unit> SimStorage::fault(SimFileDeed deed, const std::string& path) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (fault->deed != deed || path.find(fault->path_part) == std::string::npos) continue;
    if (fault->after-- > 0) continue;
    ErrorKind kind = fault->kind;
    faults_.erase(fault);
    return fail(kind, path + ": injected fault");
  }
  return Unit{};
}

void SimStorage::crash() {
  // Some crashes lose all, some nothing, most something.
  double kept = static_cast<double>(dice_.below(5)) / 4;
  std::vector<std::shared_ptr<SimInode>> inodes;  // in an order that does not depend on addresses
  auto add = [&](const std::shared_ptr<SimInode>& inode) {
    if (inode && std::find(inodes.begin(), inodes.end(), inode) == inodes.end())
      inodes.push_back(inode);
  };
  for (const auto& [path, inode] : durable_names_) add(inode);
  for (const NameChange& change : unsynced_changes_)
    for (const auto& [path, inode] : change.names) add(inode);

  for (const std::shared_ptr<SimInode>& inode : inodes) inode->crash(dice_, kept);
  for (const WriteInFlight& write : writes_) write.inode->tear(write.offset, write.from, dice_);
  for (const std::shared_ptr<SimInode>& inode : inodes) inode->settle();
  writes_.clear();

  for (const NameChange& change : unsynced_changes_)
    if (dice_.chance(kept)) apply(change, durable_names_);
  unsynced_changes_.clear();
  names_ = durable_names_;
}

}  // namespace levada::io
