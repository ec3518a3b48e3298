#include "timestream/object_directory.h"

#include <algorithm>

#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

constexpr std::size_t depth_max = 64;        // of a key's parts
constexpr std::size_t keys_max = 1'000'000;  // of one list
constexpr std::size_t path_size_max = 3000;  // below PATH_MAX
constexpr std::string_view scheme = "s3://";

bool safe(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && part.size() <= 255 &&
         part.find('\0') == std::string_view::npos;
}

bool safe_key(std::string_view key) {
  std::size_t parts = 0;
  for (;;) {
    const std::size_t slash = key.find('/');
    if (!safe(key.substr(0, slash)) || ++parts > depth_max) return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<std::string> ObjectDirectory::path_of(const std::string& bucket,
                                             const std::string& key) const {
  if (!safe(bucket) || bucket.find('/') != std::string::npos || !safe_key(key) ||
      bucket.size() + key.size() > path_size_max)
    return refuse(Refusal::validation, "The object s3://" + bucket + "/" + key +
                                           " cannot be kept: its name is no path of a file.");
  return root_ + "/" + bucket + "/" + key;
}

Task<Unit> ObjectDirectory::put(std::string bucket, std::string key, Buffer content) {
  const std::string path = co_await path_of(bucket, key);
  std::string directory = path.substr(0, path.rfind('/'));
  co_await disk_.make_directory(std::move(directory));
  co_await io::replace_file(disk_, path, content);
  co_return Unit{};
}

Task<Buffer> ObjectDirectory::get(std::string bucket, std::string key, Bytes size_max) {
  const std::string path = co_await path_of(bucket, key);
  co_return co_await io::read_file(disk_, path, size_max);
}

Task<std::unique_ptr<io::File>> ObjectDirectory::open(std::string bucket, std::string key) {
  std::string path = co_await path_of(bucket, key);
  io::OpenOptions options{.write = false};
  co_return co_await disk_.open(std::move(path), options);
}

// A name that cannot be listed is a file.
Task<Unit> ObjectDirectory::add_keys(std::string directory, std::string before, std::size_t depth,
                                     std::string prefix, std::vector<std::string>& keys) {
  const Result<std::vector<std::string>> names = co_await outcome(disk_.list(directory));
  if (!names) {
    if (depth > 0 && keys.size() < keys_max && before.starts_with(prefix))
      keys.push_back(before.substr(0, before.size() - 1));
    co_return Unit{};
  }
  if (depth > depth_max) co_return Unit{};
  for (const std::string& name : *names) {
    std::string deeper = directory + "/" + name;
    std::string key = before + name + "/";
    const std::size_t shared = std::min(key.size(), prefix.size());
    if (key.compare(0, shared, prefix, 0, shared) != 0) continue;
    co_await add_keys(std::move(deeper), std::move(key), depth + 1, prefix, keys);
  }
  co_return Unit{};
}

Task<std::vector<std::string>> ObjectDirectory::list(std::string bucket, std::string prefix) {
  std::vector<std::string> keys;
  const std::string probe = co_await path_of(bucket, "x");
  std::string directory = probe.substr(0, probe.rfind('/'));
  co_await add_keys(std::move(directory), "", 0, std::move(prefix), keys);
  std::erase_if(keys, [](const std::string& key) { return key.ends_with(".new"); });
  std::ranges::sort(keys);
  co_return keys;
}

Result<ObjectPlace> object_place_of(const std::string& address) {
  if (!address.starts_with(scheme))
    return refuse(Refusal::validation, "The destination '" + address + "' must begin with s3://");
  const std::size_t slash = address.find('/', scheme.size());
  ObjectPlace place;
  place.bucket = address.substr(scheme.size(), slash - scheme.size());
  if (slash != std::string::npos) place.key = address.substr(slash + 1);
  while (place.key.ends_with('/')) place.key.pop_back();
  if (place.bucket.size() < 3 || place.bucket.size() > 63)
    return refuse(Refusal::validation, "The destination '" + address + "' names no bucket");
  return place;
}

}  // namespace levada::timestream
